/* Building loops. */
#include "engine/loop.h"

#include <assert.h>
#include <math.h>

#include "array/dtype.h"
#include "base/pool.h"
#include "engine/views.h"

static bool is_leaf(const ndi_node *node)
{
    return ndi_is_source(node) || node->placed || node->form == NDI_VIEW;
}

void ndi_loop_read(ndi_loop *loop, ndi_node *source)
{
    loop->plan = NULL;
    loop->sources = 1;
    loop->source[0] = source;
}

void ndi_loop_begin(ndi_loop *loop, const ndi_node *node, int results)
{
    loop->plan = NULL;
    loop->sources = 0;
    ndi_nest_begin(&loop->nest, node->rank, node->dims);
    ndi_program_begin(&loop->program, results);
}

static int add_source(ndi_loop *loop, ndi_node *source)
{
    ndi_placed room;
    const ndi_placed *const placed = ndi_placement(source, &room);
    if (!placed)
        for (int i = 0; i < loop->sources; i++) /* each array is read once */
            if (ndi_is_source(loop->source[i]) && ndi_same_source(loop->source[i], source))
                return loop->source[i]->value;
    loop->source[loop->sources++] = source;
    ndi_nest_add_strided(&loop->nest, placed ? placed->data : source->data, source->rank,
                         source->dims, placed ? placed->strides : ndi_node_strides(source));
    return ndi_program_operand(&loop->program, (nd_dtype)source->dtype);
}

/* All sources first: operands come before steps. */
static void add_sources(ndi_loop *loop, ndi_node *node, uint32_t walk)
{
    for (int i = 0; i < node->arguments; i++) {
        ndi_node *const argument = node->argument[i];
        if (!argument || !ndi_graph_visit(argument, walk))
            continue;
        argument->value = -1;
        if (is_leaf(argument))
            argument->value = add_source(loop, argument);
        else
            add_sources(loop, argument, walk);
    }
}

void ndi_loop_add_sources(ndi_loop *loop, ndi_node *const *result, int results)
{
    const uint32_t walk = ndi_graph_walk();
    for (int r = 0; r < results; r++)
        result[r]->value = -1;
    for (int r = 0; r < results; r++)
        if (ndi_graph_visit(result[r], walk))
            add_sources(loop, result[r], walk);
}

int ndi_loop_add_steps(ndi_loop *loop, ndi_node *node)
{
    if (node->value >= 0)
        return node->value;
    ndi_program *const program = &loop->program;
    const ndi_map *step = &node->step;
    int arguments[NDI_MAX_OPERANDS - 1];
    for (int i = 0; i < step->arguments; i++)
        arguments[i] = node->argument[i]
                           ? ndi_program_cast(program, ndi_loop_add_steps(loop, node->argument[i]),
                                              step->taken[i])
                           : ndi_program_scalar(program, step->taken[i], node->scalar[i]);
    const int value = ndi_program_step_add(program, step->kernel, step->streaming, step->computed,
                                           step->arguments, arguments);
    program->heavy |= !step->exact;
    if (step->effort > program->effort)
        program->effort = step->effort;
    node->value = ndi_program_cast(program, value, step->out);
    return node->value;
}

/* Operand 0: the elements of `node` as `dtype`, in their order. */
static void add_result(ndi_loop *loop, const ndi_node *node, nd_dtype dtype, char *result)
{
    const int64_t size = (int64_t)ndi_dtype_size(dtype),
                  own = (int64_t)ndi_dtype_size((nd_dtype)node->dtype);
    int64_t strides[ND_MAX_RANK];
    for (int axis = 0; axis < node->rank; axis++)
        strides[axis] = ndi_node_strides(node)[axis] / own * size;
    ndi_nest_add_strided(&loop->nest, result, node->rank, node->dims, strides);
}

void ndi_loop_again(ndi_loop *loop, ndi_plan *plan, const ndi_plan_key *key, const ndi_node *node,
                    nd_dtype dtype, char *result)
{
    loop->plan = plan;
    loop->sources = plan->sources;
    ndi_nest_begin(&loop->nest, node->rank, node->dims);
    add_result(loop, node, dtype, result);
    for (int i = 0; i < plan->sources; i++) {
        ndi_node *const source = loop->source[i] = key->source[plan->source[i]];
        ndi_nest_add_strided(&loop->nest, source->data, source->rank, source->dims,
                             ndi_node_strides(source));
    }
}

void ndi_loop_produce(ndi_loop *loop, ndi_node *node, nd_dtype taken)
{
    ndi_plan_key key;
    ndi_plan *const plan = ndi_plan_find(&key, node, taken);
    if (plan) {
        ndi_loop_again(loop, plan, &key, node, taken, ndi_virtual_elements);
        return;
    }
    ndi_loop_begin(loop, node, 1);
    add_result(loop, node, taken, ndi_virtual_elements);
    ndi_loop_add_sources(loop, &node, 1);
    const int value = ndi_loop_add_steps(loop, node);
    ndi_program_store(&loop->program, ndi_program_cast(&loop->program, value, taken), 0);
    ndi_program_end(&loop->program);
    ndi_plan_keep(&key, &loop->program, loop->source, loop->sources);
}

static void find_results(ndi_node *node, ndi_node **result, int *results, uint32_t walk)
{
    if (*results == NDI_PROGRAM_RESULTS || !ndi_graph_visit(node, walk) || ndi_is_source(node))
        return;
    bool known = ndi_graph_claimed(node);
    for (int r = 0; r < *results; r++)
        known |= result[r] == node;
    if (!known && node->form == NDI_STEP && node->size == result[0]->size && ndi_wanted_again(node))
        result[(*results)++] = node;
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            find_results(node->argument[i], result, results, walk);
}

void ndi_loop_results(ndi_node **result, int *results)
{
    const uint32_t walk = ndi_graph_walk();
    for (int r = 0, roots = *results; r < roots; r++)
        find_results(result[r], result, results, walk);
}

/* What is demanded with a root; bytes are what a core reads and writes. */
typedef struct demanded {
    int habits, sources, cost; /* of the steps, as in habits.h */
    int effort;
    uint16_t habit[NDI_GRAPH_COST];
    const char *source[NDI_GRAPH_SOURCES];
    double stepwise; /* bytes, if each step were done by itself */
    double together; /* in one loop, which reads each source once */
    double least;    /* that a step takes by itself */
    bool gaps;       /* something is read with gaps, for which operations know more ways at once */
} demanded;

static double bytes_of(const ndi_node *step)
{
    return (double)step->size * (double)ndi_dtype_size(step->step.computed);
}

static int cost_of(const ndi_map *step)
{
    return step->computed == step->taken[0] && ndi_kernels_in_use()->chain[step->computed]
               ? NDI_COST_LINK
               : NDI_COST_KERNEL;
}

static void demand_step(const ndi_node *node, demanded *all)
{
    const ndi_map *const step = &node->step;
    double bytes = bytes_of(node);
    for (int i = 0; i < step->arguments; i++)
        if (node->argument[i])
            bytes += (double)node->size * (double)ndi_dtype_size(step->taken[i]);
    all->cost += cost_of(step);
    all->stepwise += bytes;
    all->effort = step->effort > all->effort ? step->effort : all->effort;
    bytes *= 1 + step->effort;
    all->least = bytes < all->least ? bytes : all->least;
}

static void demand_source(const ndi_node *node, demanded *all)
{
    all->gaps |= !ndi_is_dense(node);
    for (int i = 0; i < all->sources; i++)
        if (all->source[i] == node->data)
            return;
    if (all->sources < NDI_GRAPH_SOURCES)
        all->source[all->sources++] = node->data;
    all->together += (double)node->size * (double)ndi_dtype_size((nd_dtype)node->dtype);
}

static void demand(ndi_node *node, demanded *all, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk))
        return;
    if (ndi_is_source(node)) {
        demand_source(node, all);
        return;
    }
    all->gaps |= node->form == NDI_VIEW;
    node->demanded = true;
    if (node->form == NDI_STEP) {
        demand_step(node, all);
        if (node->step.habit && all->habits < NDI_GRAPH_COST)
            all->habit[all->habits++] = node->step.habit;
        node->step.habit = 0;
    }
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            demand(node->argument[i], all, walk);
}

void ndi_loop_demand(ndi_node *root, int cost)
{
    demanded all;
    all.habits = all.sources = all.effort = 0;
    all.cost = cost;
    all.stepwise = all.together = 0;
    all.gaps = false;
    all.least = INFINITY;
    demand(root, &all, ndi_graph_walk());
    if (all.habits == 0)
        return;
    const ndi_node *const last = root->form == NDI_FOLD ? root->argument[0] : root;
    if (root->form == NDI_FOLD || cost == NDI_COST_FOLDED) /* what it takes would be read again */
        all.stepwise += last->form == NDI_STEP ? bytes_of(last) : 0;
    else if (root->form == NDI_STEP)
        all.together += bytes_of(root);
    double saved = all.stepwise - all.together;
    /* Step by step it would be done by one thread, all of it if a part is. */
    if (!all.gaps && ndi_is_worth_threads(all.together * (1 + all.effort)) &&
        !ndi_is_worth_threads(all.least))
        saved += all.together;
    const bool paid = ndi_loop_pays(all.cost, saved);
    for (int i = 0; i < all.habits; i++)
        ndi_habit_learn(all.habit[i], paid);
}

void ndi_loop_hold(ndi_loop *loop)
{
    for (int i = 0; i < loop->sources; i++) {
        ndi_node_retain(loop->source[i]);
        assert(!ndi_is_source(loop->source[i]) || ndi_node_is_unchanged(loop->source[i]));
    }
}

void ndi_loop_release(ndi_loop *loop)
{
    for (int i = 0; i < loop->sources; i++)
        ndi_node_release(loop->source[i]);
    if (loop->plan)
        ndi_plan_give_back(loop->plan);
}

/* From the graph to programs and nests.
 *
 * What is computed together: all steps below a node over the same number of elements. A step over
 * fewer (it is broadcast into the rest) is computed on its own first, so that no value is computed
 * twice; so is a step that was a part of something else before and whose array is still there: as
 * one more result of the same loop. */
#include "engine/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include <ndstream/lazy.h>

#include "engine/copy.h"

typedef struct plan {
    ndi_program program;
    ndi_nest nest;
    ndi_node *result[NDI_PROGRAM_RESULTS];
    ndi_storage *made[NDI_PROGRAM_RESULTS]; /* for the results */
    ndi_node *held[NDI_GRAPH_SOURCES];      /* sources */
    ndi_storage *kept[NDI_GRAPH_SOURCES];
    int sources;
} plan;

/* ---- Building, with the graph's lock held ---------------------------------------------------- */

static const int64_t *strides_of(const ndi_node *node)
{
    return node->dims + node->rank;
}

/* It was computed as a part of something else before, and is still wanted. */
static bool wanted_again(const ndi_node *node)
{
    return node->array && node->demanded;
}

/* One step over sources is what an eager call is: its map knows more ways to run. */
static bool is_plain(const ndi_node *node)
{
    for (int i = 0; i < node->step.arguments; i++)
        if (node->argument[i] && !ndi_is_source(node->argument[i]))
            return false;
    return true;
}

/* Lies across the order in which the nest of `root` goes through memory: read in blocks, it would
 * fetch a line for each element. */
static bool crosswise(const ndi_node *source, const ndi_node *root)
{
    if (source->rank != root->rank || root->rank < 2 || source->size != root->size)
        return false;
    bool elsewhere = false, far = false;
    const int64_t item = (int64_t)nd_dtype_size((nd_dtype)root->dtype);
    for (int axis = 0; axis < root->rank; axis++) {
        const int64_t stride = llabs(strides_of(source)[axis]);
        if (root->dims[axis] == 1)
            continue;
        if (strides_of(root)[axis] == item)
            far = stride >= 64;
        else
            elsewhere |= stride > 0 && stride < 64 && root->dims[axis] >= 16;
    }
    return far && elsewhere;
}

/* Something below `node` that must be computed, or moved, before a program of `root` can be made;
 * NULL if there is nothing. */
static ndi_node *obstacle(ndi_node *node, const ndi_node *root, bool stores, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk))
        return NULL;
    if (ndi_is_source(node))
        return node->storage && !(stores && is_plain(root)) && crosswise(node, root) ? node : NULL;
    if (node != root && (ndi_is_boundary(node, root) || (!stores && wanted_again(node))))
        return node;
    for (int i = 0; i < node->step.arguments; i++) {
        ndi_node *found =
            node->argument[i] ? obstacle(node->argument[i], root, stores, walk) : NULL;
        if (found)
            return found;
    }
    return NULL;
}

static int add_source(ndi_program *program, ndi_nest *nest, ndi_node *source, ndi_node **held,
                      int *sources)
{
    for (int i = 0; i < *sources; i++) /* each array is read once */
        if (ndi_same_source(held[i], source))
            return held[i]->value;
    held[(*sources)++] = source;
    ndi_nest_add_strided(nest, source->data, source->rank, source->dims, strides_of(source));
    return ndi_program_operand(program, (nd_dtype)source->dtype);
}

typedef struct builder {
    ndi_program *program;
    ndi_nest *nest;
    ndi_node **held;
    int sources;
    uint32_t walk;
} builder;

/* All sources first: operands come before steps. */
static void add_sources(builder *b, ndi_node *node)
{
    if (!ndi_graph_visit(node, b->walk))
        return;
    node->value = -1;
    if (ndi_is_source(node))
        node->value = add_source(b->program, b->nest, node, b->held, &b->sources);
    for (int i = 0; i < node->step.arguments; i++)
        if (node->argument[i])
            add_sources(b, node->argument[i]);
}

static int add_steps(builder *b, ndi_node *node)
{
    if (node->value >= 0)
        return node->value;
    const ndi_map *step = &node->step;
    int arguments[NDI_MAX_OPERANDS - 1];
    for (int i = 0; i < step->arguments; i++)
        arguments[i] =
            node->argument[i]
                ? ndi_program_cast(b->program, add_steps(b, node->argument[i]), step->taken[i])
                : ndi_program_scalar(b->program, step->taken[i], node->scalar[i]);
    const int value = ndi_program_step_add(b->program, step->kernel, step->streaming,
                                           step->computed, step->arguments, arguments);
    node->value = ndi_program_cast(b->program, value, step->out);
    return node->value;
}

/* Counts this demand of the steps below `node`; those that are to be stored too join `result`. */
static void demand(ndi_node *node, ndi_node **result, int *results, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk) || ndi_is_source(node))
        return;
    if (result && node != result[0] && wanted_again(node) && *results < NDI_PROGRAM_RESULTS &&
        !ndi_graph_claimed(node))
        result[(*results)++] = node;
    node->demanded = true;
    for (int i = 0; i < node->step.arguments; i++)
        if (node->argument[i])
            demand(node->argument[i], result, results, walk);
}

static void hold(ndi_node *const *held, ndi_storage **kept, int sources)
{
    for (int i = 0; i < sources; i++) {
        ndi_node_retain(held[i]);
        kept[i] = held[i]->storage;
        if (kept[i])
            atomic_fetch_add_explicit(&kept[i]->references, 1, memory_order_relaxed);
    }
}

static void let_go(ndi_node *const *held, int sources)
{
    for (int i = 0; i < sources; i++)
        ndi_node_release(held[i]);
}

static void let_storages_go(ndi_storage *const *kept, int sources)
{
    for (int i = 0; i < sources; i++)
        ndi_storage_release(kept[i]);
}

/* ---- Running --------------------------------------------------------------------------------- */

static void run_plain(const ndi_node *node, ndi_nest *nest)
{
    nest->operands = 1;
    for (int i = 0; i < node->step.arguments; i++) {
        const ndi_node *const source = node->argument[i];
        if (source)
            ndi_nest_add_strided(nest, source->data, source->rank, source->dims,
                                 strides_of(source));
        else
            ndi_nest_add_scalar(nest, (void *)node->scalar[i]);
    }
}

/* Computes a node into memory of its own, or into `target`. With the lock held, which is given up
 * while the plan runs. */
static bool run(ndi_node *node, nd_array *target)
{
    plan p;
    p.sources = 0;
    p.result[0] = node;
    int results = 1;
    const int first_made = target ? 1 : 0;
    demand(node, p.result, &results, ndi_graph_walk());
    for (int r = first_made; r < results; r++) {
        const size_t bytes =
            (size_t)p.result[r]->size * nd_dtype_size((nd_dtype)p.result[r]->dtype);
        p.made[r] = ndi_storage_new(bytes, false);
        if (!p.made[r]) {
            while (r-- > first_made)
                ndi_storage_release(p.made[r]);
            return false;
        }
    }
    ndi_nest_begin(&p.nest, node->rank, node->dims);
    ndi_program_begin(&p.program, results);
    for (int r = 0; r < results; r++)
        ndi_nest_add_strided(&p.nest, r < first_made ? target->data : p.made[r]->memory,
                             p.result[r]->rank, p.result[r]->dims, strides_of(p.result[r]));
    builder b = {&p.program, &p.nest, p.held, 0, ndi_graph_walk()};
    add_sources(&b, node);
    p.sources = b.sources;
    const bool plain = results == 1 && is_plain(node);
    const ndi_map step = node->step;
    if (plain) {
        run_plain(node, &p.nest);
    } else {
        for (int r = results - 1; r >= 0; r--)
            add_steps(&b, p.result[r]);
        for (int r = 0; r < results; r++)
            ndi_program_store(&p.program, p.result[r]->value, r);
        ndi_program_end(&p.program);
    }
    hold(p.held, p.kept, p.sources);
    for (int r = 0; r < results; r++)
        ndi_graph_claim(ndi_node_retain(p.result[r]));
    ndi_graph_unlock();

    if (plain)
        ndi_map_run(&step, &p.nest);
    else
        ndi_program_run(&p.program, &p.nest, step.in_place);
    let_storages_go(p.kept, p.sources);

    ndi_graph_lock();
    let_go(p.held, p.sources);
    for (int r = 0; r < results; r++) {
        if (r >= first_made)
            ndi_node_computed(p.result[r], p.made[r]);
        ndi_graph_release_claim(p.result[r]);
        ndi_node_release(p.result[r]);
    }
    return true;
}

/* Copies a source into the order of `root`, where blocks of it are runs. With the lock held, which
 * is given up meanwhile. */
static bool move_source(ndi_node *source, const ndi_node *root)
{
    int order[ND_MAX_RANK];
    ndi_storage *const storage = source->storage;
    int64_t dims[2 * ND_MAX_RANK];
    char *const data = source->data;
    const int rank = source->rank;
    memcpy(dims, source->dims, 2 * (size_t)rank * sizeof(int64_t));
    const nd_dtype dtype = (nd_dtype)source->dtype;
    for (int i = 0; i < rank; i++) /* outermost first; a target may run backwards */
        order[i] = i;
    for (int i = 1; i < rank; i++)
        for (int at = i;
             at > 0 && llabs(strides_of(root)[order[at]]) > llabs(strides_of(root)[order[at - 1]]);
             at--) {
            const int axis = order[at];
            order[at] = order[at - 1];
            order[at - 1] = axis;
        }
    atomic_fetch_add_explicit(&storage->references, 2, memory_order_relaxed);
    ndi_node_retain(source);
    ndi_graph_unlock();
    nd_array *from = nd_keep(ndi_new_on_storage(storage, dtype, rank, dims, dims + rank, data));
    nd_array *to = from ? nd_keep(ndi_new(dtype, rank, dims, order)) : NULL;
    const bool done = to && ndi_copy_elements(to, from);
    nd_release(from);
    ndi_graph_lock();
    if (done && source->data == data)
        ndi_source_moved(source, to);
    ndi_node_release(source);
    ndi_graph_unlock();
    nd_release(to);
    ndi_storage_release(storage);
    ndi_graph_lock();
    return done;
}

/* With the lock held (given up meanwhile): what stands in the way of a program of `node`. */
static bool clear_way(ndi_node *node, bool stores)
{
    ndi_node *found;
    while (!ndi_is_source(node) && (found = obstacle(node, node, stores, ndi_graph_walk()))) {
        bool done;
        if (ndi_is_source(found)) {
            done = move_source(found, node);
        } else {
            ndi_node_retain(found);
            ndi_graph_unlock();
            done = ndi_evaluate(found);
            ndi_graph_lock();
        }
        if (!done)
            return false;
    }
    return true;
}

bool ndi_evaluate(ndi_node *node)
{
    bool done = true;
    ndi_graph_lock();
    while (done && !ndi_is_source(node)) {
        if (ndi_graph_claimed(node)) {
            ndi_graph_wait();
            continue;
        }
        done = clear_way(node, true);
        if (done && !ndi_is_source(node) && !ndi_graph_claimed(node))
            done = run(node, NULL);
    }
    ndi_node_release(node);
    ndi_graph_unlock();
    return done;
}

bool ndi_evaluate_into(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                       nd_array *target)
{
    ndi_node *node = ndi_graph_step(step, arguments, scalars, target);
    if (!node)
        return false;
    ndi_graph_lock();
    const bool done = clear_way(node, true) && run(node, target);
    ndi_node_release(node);
    ndi_graph_unlock();
    return done;
}

nd_status nd_eval(int count, nd_array *const *arrays)
{
    for (int i = 0; i < count; i++)
        if (arrays[i] && !ndi_force(arrays[i]))
            return nd_error();
    return ND_OK;
}

/* ---- Producers ------------------------------------------------------------------------------- */

ndi_readiness ndi_producer_begin(ndi_producer *producer, const nd_array *array, nd_dtype dtype)
{
    ndi_node *const node = ndi_graph_node_of(array);
    if (!node)
        return NDI_STORED;
    ndi_graph_lock();
    ndi_readiness readiness = NDI_STORED;
    if (!node->demanded)
        readiness = clear_way(node, false) ? NDI_READY : NDI_FAILED;
    if (readiness == NDI_READY && (ndi_is_source(node) || ndi_graph_claimed(node)))
        readiness = NDI_STORED;
    if (readiness != NDI_READY) {
        ndi_node_release(node);
        ndi_graph_unlock();
        return readiness;
    }
    demand(node, NULL, NULL, ndi_graph_walk());
    producer->node = node;
    int64_t strides[ND_MAX_RANK]; /* of the elements as they are produced */
    const int64_t own = (int64_t)nd_dtype_size((nd_dtype)node->dtype);
    for (int axis = 0; axis < node->rank; axis++)
        strides[axis] = strides_of(node)[axis] / own * (int64_t)nd_dtype_size(dtype);
    ndi_program_begin(&producer->program, 1);
    ndi_nest_begin(&producer->nest, node->rank, node->dims);
    ndi_nest_add_strided(&producer->nest, ndi_virtual_elements, node->rank, node->dims, strides);
    builder b = {&producer->program, &producer->nest, producer->held, 0, ndi_graph_walk()};
    add_sources(&b, node);
    producer->sources = b.sources;
    ndi_program_store(&producer->program,
                      ndi_program_cast(&producer->program, add_steps(&b, node), dtype), 0);
    ndi_program_end(&producer->program);
    hold(producer->held, producer->kept, producer->sources);
    ndi_graph_claim(node);
    ndi_graph_unlock();
    ndi_nest_simplify(&producer->nest);
    return NDI_READY;
}

void ndi_producer_end(ndi_producer *producer)
{
    let_storages_go(producer->kept, producer->sources);
    ndi_graph_lock();
    let_go(producer->held, producer->sources);
    ndi_graph_release_claim(producer->node);
    ndi_node_release(producer->node);
    ndi_graph_unlock();
}

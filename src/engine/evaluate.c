/* From the graph to programs and nests.
 *
 * What is computed together: all steps below a node over the same number of elements. A step over
 * fewer (it is broadcast into the rest) is computed on its own first, so that no value is computed
 * twice. A step that was a part of something else before, and whose array is still there, becomes
 * one more result of the same loop. */
#include "engine/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include <ndstream/lazy.h>

#include "engine/copy.h"

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

static int add_source(ndi_loop *loop, ndi_node *source)
{
    for (int i = 0; i < loop->sources; i++) /* each array is read once */
        if (ndi_same_source(loop->source[i], source))
            return loop->source[i]->value;
    loop->source[loop->sources++] = source;
    ndi_nest_add_strided(&loop->nest, source->data, source->rank, source->dims, strides_of(source));
    return ndi_program_operand(&loop->program, (nd_dtype)source->dtype);
}

/* All sources first: operands come before steps. */
static void add_sources(ndi_loop *loop, ndi_node *node, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk))
        return;
    node->value = -1;
    if (ndi_is_source(node))
        node->value = add_source(loop, node);
    for (int i = 0; i < node->step.arguments; i++)
        if (node->argument[i])
            add_sources(loop, node->argument[i], walk);
}

static int add_steps(ndi_program *program, ndi_node *node)
{
    if (node->value >= 0)
        return node->value;
    const ndi_map *step = &node->step;
    int arguments[NDI_MAX_OPERANDS - 1];
    for (int i = 0; i < step->arguments; i++)
        arguments[i] =
            node->argument[i]
                ? ndi_program_cast(program, add_steps(program, node->argument[i]), step->taken[i])
                : ndi_program_scalar(program, step->taken[i], node->scalar[i]);
    const int value = ndi_program_step_add(program, step->kernel, step->streaming, step->computed,
                                           step->arguments, arguments);
    node->value = ndi_program_cast(program, value, step->out);
    return node->value;
}

/* A loop over the shape of `node`; its results are added to the nest next, then its sources. */
static void begin_loop(ndi_loop *loop, const ndi_node *node, int results)
{
    loop->sources = 0;
    ndi_nest_begin(&loop->nest, node->rank, node->dims);
    ndi_program_begin(&loop->program, results);
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

/* The sources stay as they are while the lock is given up. */
static void hold_sources(ndi_loop *loop)
{
    for (int i = 0; i < loop->sources; i++) {
        ndi_storage *const storage = ndi_node_retain(loop->source[i])->storage;
        loop->storage[i] = storage;
        if (storage)
            atomic_fetch_add_explicit(&storage->references, 1, memory_order_relaxed);
    }
}

/* Takes the lock again. */
static void let_sources_go(ndi_loop *loop)
{
    for (int i = 0; i < loop->sources; i++)
        ndi_storage_release(loop->storage[i]);
    ndi_graph_lock();
    for (int i = 0; i < loop->sources; i++)
        ndi_node_release(loop->source[i]);
}

/* ---- Running --------------------------------------------------------------------------------- */

/* Operand 0 is there; the step's arguments follow, each on its own. */
static void lay_out_plain(const ndi_node *node, ndi_nest *nest)
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
 * meanwhile. */
static bool run(ndi_node *node, nd_array *target)
{
    ndi_loop loop;
    ndi_node *result[NDI_PROGRAM_RESULTS] = {node};
    ndi_storage *made[NDI_PROGRAM_RESULTS];
    int results = 1;
    const int first_made = target ? 1 : 0;
    demand(node, result, &results, ndi_graph_walk());
    for (int r = first_made; r < results; r++) {
        const size_t bytes = (size_t)result[r]->size * nd_dtype_size((nd_dtype)result[r]->dtype);
        made[r] = ndi_storage_new(bytes, false);
        if (!made[r]) {
            while (r-- > first_made)
                ndi_storage_release(made[r]);
            return false;
        }
    }
    begin_loop(&loop, node, results);
    for (int r = 0; r < results; r++)
        ndi_nest_add_strided(&loop.nest, r < first_made ? target->data : made[r]->memory,
                             result[r]->rank, result[r]->dims, strides_of(result[r]));
    add_sources(&loop, node, ndi_graph_walk());
    const bool plain = results == 1 && is_plain(node);
    const ndi_map step = node->step;
    if (plain) {
        lay_out_plain(node, &loop.nest);
    } else {
        for (int r = results - 1; r >= 0; r--)
            add_steps(&loop.program, result[r]);
        for (int r = 0; r < results; r++)
            ndi_program_store(&loop.program, result[r]->value, r);
        ndi_program_end(&loop.program);
    }
    hold_sources(&loop);
    for (int r = 0; r < results; r++)
        ndi_graph_claim(ndi_node_retain(result[r]));
    ndi_graph_unlock();

    if (plain)
        ndi_map_run(&step, &loop.nest);
    else
        ndi_program_run(&loop.program, &loop.nest, step.in_place);

    let_sources_go(&loop);
    for (int r = 0; r < results; r++) {
        if (r >= first_made)
            ndi_node_computed(result[r], made[r]);
        ndi_graph_release_claim(result[r]);
        ndi_node_release(result[r]);
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
    ndi_stride_order(rank, strides_of(root), order);
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
    ndi_loop *const loop = &producer->loop;
    begin_loop(loop, node, 1);
    ndi_nest_add_strided(&loop->nest, ndi_virtual_elements, node->rank, node->dims, strides);
    add_sources(loop, node, ndi_graph_walk());
    const int value = add_steps(&loop->program, node);
    ndi_program_store(&loop->program, ndi_program_cast(&loop->program, value, dtype), 0);
    ndi_program_end(&loop->program);
    hold_sources(loop);
    ndi_graph_claim(node);
    ndi_graph_unlock();
    ndi_nest_simplify(&loop->nest);
    return NDI_READY;
}

void ndi_producer_end(ndi_producer *producer)
{
    let_sources_go(&producer->loop);
    ndi_graph_release_claim(producer->node);
    ndi_node_release(producer->node);
    ndi_graph_unlock();
}

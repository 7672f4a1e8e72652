/* What is computed when, and by which loop.
 *
 * Together: all steps below a node over the same number of elements. A reduction, and a step over
 * fewer elements (it is broadcast into the rest), is computed on its own first, so that no value is
 * computed twice; unless all can be cut into tiles (tiles.c). A step that was a part of something
 * else before, and whose array is still there, becomes one more result of the same loop. */
#include "engine/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include <ndstream/lazy.h>

#include "base/progress.h"
#include "engine/copy.h"
#include "engine/pending.h"
#include "engine/tiles.h"
#include "engine/views.h"

/* ---- What comes first, with the graph's lock held -------------------------------------------- */

/* One step over sources is what an eager call is: its map knows more ways to run. */
static bool is_plain(const ndi_node *node)
{
    for (int i = 0; i < node->arguments; i++)
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
        const int64_t stride = llabs(ndi_node_strides(source)[axis]);
        if (root->dims[axis] == 1)
            continue;
        if (ndi_node_strides(root)[axis] == item)
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
    if (node != root && (ndi_is_boundary(node, root) || (!stores && ndi_wanted_again(node))))
        return node;
    for (int i = 0; i < node->arguments; i++) {
        ndi_node *found =
            node->argument[i] ? obstacle(node->argument[i], root, stores, walk) : NULL;
        if (found)
            return found;
    }
    return NULL;
}

/* The same for a reduction, whose argument is produced. */
static ndi_node *obstacle_of_fold(const ndi_node *fold)
{
    ndi_node *const argument = fold->argument[0];
    if (ndi_is_source(argument))
        return NULL;
    if (argument->form != NDI_STEP || ndi_wanted_again(argument) || !ndi_is_dense(argument))
        return argument;
    return obstacle(argument, argument, false, ndi_graph_walk());
}

/* ---- Running --------------------------------------------------------------------------------- */

/* Operand 0 is there; the step's arguments follow, each on its own. */
static void lay_out_plain(const ndi_node *node, ndi_nest *nest)
{
    nest->operands = 1;
    for (int i = 0; i < node->arguments; i++) {
        const ndi_node *const source = node->argument[i];
        if (source)
            ndi_nest_add_strided(nest, source->data, source->rank, source->dims,
                                 ndi_node_strides(source));
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
    ptrdiff_t first[NDI_PROGRAM_RESULTS]; /* element in its memory */
    int results = 1;
    const int first_made = target ? 1 : 0;
    ndi_loop_demand(node, result, &results);
    for (int r = first_made; r < results; r++) {
        made[r] = ndi_storage_new(ndi_node_bytes(result[r], &first[r]), false);
        if (!made[r]) {
            while (r-- > first_made)
                ndi_storage_release(made[r]);
            return false;
        }
    }
    ndi_loop_begin(&loop, node, results);
    for (int r = 0; r < results; r++)
        ndi_nest_add_strided(&loop.nest,
                             r < first_made ? target->data : (char *)made[r]->memory + first[r],
                             result[r]->rank, result[r]->dims, ndi_node_strides(result[r]));
    ndi_loop_add_sources(&loop, node);
    const bool plain = results == 1 && is_plain(node);
    const ndi_map step = node->step;
    if (plain) {
        lay_out_plain(node, &loop.nest);
    } else {
        for (int r = results - 1; r >= 0; r--)
            ndi_loop_add_steps(&loop, result[r]);
        for (int r = 0; r < results; r++)
            ndi_program_store(&loop.program, result[r]->value, r);
        ndi_program_end(&loop.program);
    }
    ndi_loop_hold(&loop);
    for (int r = 0; r < results; r++)
        ndi_graph_claim(ndi_node_retain(result[r]));
    ndi_graph_unlock();

    if (!target) /* whose elements must not be left half written */
        ndi_watch_begin(step.name);
    if (plain)
        ndi_map_run(&step, &loop.nest);
    else
        ndi_program_run(&loop.program, &loop.nest, step.in_place, loop.nest.size);
    const bool done = ndi_watch_end();

    ndi_loop_release_memory(&loop);
    for (int r = first_made; r < results && !done; r++)
        ndi_storage_release(made[r]);
    ndi_graph_lock();
    ndi_loop_release_nodes(&loop);
    for (int r = 0; r < results; r++) {
        if (r >= first_made && done)
            ndi_node_computed(result[r], made[r]);
        ndi_graph_release_claim(result[r]);
        ndi_node_release(result[r]);
    }
    return done;
}

/* Copies a source into the order of `root`, where blocks of it are runs. With the lock held, which
 * is given up meanwhile. */
static bool move_source(ndi_node *source, ndi_node *root)
{
    int order[ND_MAX_RANK];
    ndi_storage *const storage = source->storage;
    const nd_dtype dtype = (nd_dtype)source->dtype;
    ndi_stride_order(root->rank, ndi_node_strides(root), order);
    atomic_fetch_add_explicit(&storage->references, 1, memory_order_relaxed);
    ndi_node_retain(source);
    ndi_node_retain(root);
    ndi_graph_unlock();
    nd_array *from = nd_keep(ndi_new_on_storage(storage, dtype, source->rank, source->dims,
                                                ndi_node_strides(source), source->data));
    nd_array *to = from ? nd_keep(ndi_new(dtype, source->rank, source->dims, order)) : NULL;
    bool done = to && ndi_copy_elements(to, from);
    nd_release(from);
    ndi_graph_lock();
    done = done && ndi_graph_move(root, source, to);
    ndi_node_release(source);
    ndi_node_release(root);
    ndi_graph_unlock();
    nd_release(to);
    ndi_graph_lock();
    return done;
}

/* The loop that produces the argument of these reductions. With the graph's lock held. */
static void produce(ndi_loop *loop, ndi_node *argument, nd_dtype taken)
{
    const int64_t size = (int64_t)nd_dtype_size(taken),
                  own = (int64_t)nd_dtype_size((nd_dtype)argument->dtype);
    int64_t as_taken[ND_MAX_RANK];
    for (int axis = 0; axis < argument->rank; axis++)
        as_taken[axis] = ndi_node_strides(argument)[axis] / own * size;
    ndi_loop_begin(loop, argument, 1);
    ndi_nest_add_strided(&loop->nest, ndi_virtual_elements, argument->rank, argument->dims,
                         as_taken);
    ndi_loop_add_sources(loop, argument);
    const int value = ndi_loop_add_steps(loop, argument);
    ndi_program_store(&loop->program, ndi_program_cast(&loop->program, value, taken), 0);
    ndi_program_end(&loop->program);
}

/* Reduces elements in memory, or such as a program produces; what else waits for the same elements
 * is reduced in the same sweep. With the lock held, which is given up meanwhile. */
static bool run_folds(ndi_node *node)
{
    ndi_node *const argument = node->argument[0];
    const bool stored = ndi_is_source(argument);
    ndi_node *result[NDI_FOLDS];
    ndi_storage *made[NDI_FOLDS];
    ndi_folding each[NDI_FOLDS];
    ndi_fold fold[NDI_FOLDS];
    const int count = ndi_graph_folds_with(node, result);
    for (int i = 0; i < count; i++) {
        const nd_dtype dtype = (nd_dtype)result[i]->dtype;
        made[i] = ndi_storage_new((size_t)result[i]->size * nd_dtype_size(dtype), false);
        if (!made[i]) {
            while (i-- > 0)
                ndi_storage_release(made[i]);
            return false;
        }
        fold[i] = result[i]->fold;
        each[i] = (ndi_folding){&fold[i],
                                {dtype, result[i]->rank, result[i]->dims,
                                 ndi_node_strides(result[i]), made[i]->memory}};
    }
    int64_t strides[ND_MAX_RANK]; /* the argument's may change when it is moved */
    memcpy(strides, ndi_node_strides(argument), argument->rank * sizeof(int64_t));
    const ndi_elements from = {(nd_dtype)argument->dtype, argument->rank, argument->dims, strides,
                               stored ? argument->data : ndi_virtual_elements};
    ndi_loop loop;
    const ndi_produced produced = {&loop.program, &loop.nest};
    ndi_loop_demand(node, NULL, NULL);
    if (stored) {
        loop.sources = 1;
        loop.source[0] = argument;
    } else {
        produce(&loop, argument, fold[0].taken);
    }
    ndi_loop_hold(&loop);
    for (int i = 0; i < count; i++)
        ndi_graph_claim(ndi_node_retain(result[i]));
    ndi_node_retain(argument); /* its lengths are read */
    ndi_graph_unlock();

    if (!stored)
        ndi_nest_simplify(&loop.nest);
    ndi_watch_begin(fold[0].name);
    bool done = ndi_fold_run(count, each, ndi_fold_order(&fold[0], &from), &from,
                             stored ? NULL : &produced);
    done &= ndi_watch_end();
    ndi_loop_release_memory(&loop);
    for (int i = 0; i < count && !done; i++)
        ndi_storage_release(made[i]);
    ndi_graph_lock();
    ndi_loop_release_nodes(&loop);
    for (int i = 0; i < count; i++) {
        if (done)
            ndi_node_computed(result[i], made[i]);
        ndi_graph_release_claim(result[i]);
        ndi_node_release(result[i]);
    }
    ndi_node_release(argument);
    return done;
}

/* Computes, or moves, what stands in the way of a program of `node`. With the lock held, given up
 * meanwhile. */
static bool clear_way(ndi_node *found, ndi_node *node)
{
    if (ndi_is_source(found))
        return move_source(found, node);
    ndi_node_retain(found);
    ndi_graph_unlock();
    const bool done = ndi_evaluate(found);
    ndi_graph_lock();
    return done;
}

/* A view's base, with the lock held, given up meanwhile: then the view has its elements too. */
static bool evaluate_base(const ndi_node *view)
{
    ndi_node *const base = ndi_node_retain(view->argument[0]);
    ndi_graph_unlock();
    const bool done = ndi_evaluate(base);
    ndi_graph_lock();
    return done;
}

/* What is still to be done for a node: elements, counted once for each step. */
static double work_below(ndi_node *node, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk) || ndi_is_source(node))
        return 0;
    double work = (double)node->size + 1;
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            work += work_below(node->argument[i], walk);
    return work;
}

/* The next loop is for `next`, on the way to `node`: its share of all that was to be done. */
static ndi_stage begin_stage(ndi_node *node, ndi_node *next, double all)
{
    if (all == 0 || ndi_is_source(next))
        return ndi_stage_begin(0, 1);
    const double left = work_below(node, ndi_graph_walk()),
                 own = work_below(next, ndi_graph_walk());
    return ndi_stage_begin(1 - left / all, 1 - (left - own) / all);
}

/* Gives a node its elements, or writes them into `target`. With the lock held, given up meanwhile.
 */
static bool evaluate(ndi_node *node, nd_array *target)
{
    bool done = true;
    if (node->form == NDI_STEP && is_plain(node) && !ndi_graph_claimed(node))
        return run(node, target); /* nothing comes first */
    const double all = ndi_progress_wanted() ? work_below(node, ndi_graph_walk()) : 0;
    for (bool ran = false; done && !ran && !ndi_is_source(node);) {
        ndi_tiling tiling;
        if (!ndi_views_settle(node))
            return false;
        if (node->form == NDI_VIEW) {
            done = evaluate_base(node);
            continue;
        }
        if (ndi_is_source(node)) /* a view of what is computed */
            continue;
        const bool tiled = !ndi_graph_claimed(node) && ndi_tiling_find(&tiling, node);
        if (ndi_graph_claimed(node) || (tiled && ndi_tiling_claimed(&tiling))) {
            ndi_graph_wait();
            continue;
        }
        ndi_node *const found = tiled ? tiling.obstacle
                                : node->form == NDI_FOLD
                                    ? obstacle_of_fold(node)
                                    : obstacle(node, node, true, ndi_graph_walk());
        const ndi_stage outer = begin_stage(node, found ? found : node, all);
        ran = !found;
        done = found   ? clear_way(found, node->form == NDI_FOLD ? node->argument[0] : node)
               : tiled ? ndi_tiling_run(&tiling, target)
               : node->form == NDI_FOLD ? run_folds(node)
                                        : run(node, target);
        ndi_stage_end(outer);
    }
    return done;
}

bool ndi_evaluate(ndi_node *node)
{
    ndi_graph_lock();
    const bool done = evaluate(node, NULL);
    ndi_node_release(node);
    ndi_graph_unlock();
    return done;
}

bool ndi_evaluate_array(const nd_array *array)
{
    bool done = true;
    ndi_graph_lock();
    ndi_node *const node = atomic_load_explicit(&array->node, memory_order_relaxed);
    if (node) {
        ndi_node_retain(node);
        done = evaluate(node, NULL);
        ndi_node_release(node);
    }
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
    const bool done = evaluate(node, target);
    ndi_node_release(node);
    ndi_graph_unlock();
    return done;
}

nd_status nd_eval(int count, nd_array *const *arrays)
{
    bool done = true;
    for (int i = 0; i < count && done; i++) {
        const ndi_stage outer = ndi_stage_begin((double)i / count, (double)(i + 1) / count);
        done = !arrays[i] || ndi_force(arrays[i]);
        ndi_stage_end(outer);
    }
    return done ? ND_OK : nd_error();
}

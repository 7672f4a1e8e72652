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
#include "engine/equals.h"
#include "engine/pending.h"
#include "engine/run.h"
#include "engine/tiles.h"
#include "engine/views.h"

/* ---- What comes first, with the graph's lock held -------------------------------------------- */

/* Something below `node` that must be computed, or moved, before a program of `root` can be made;
 * NULL if there is nothing. */
static ndi_node *obstacle(ndi_node *node, const ndi_node *root, bool stores, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk))
        return NULL;
    if (node != root && ndi_graph_claimed(node)) /* it comes soon */
        return node;
    if (ndi_is_source(node))
        return !(stores && ndi_is_plain(root)) && ndi_is_to_move(node, root) ? node : NULL;
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

/* The same for a reduction, whose argument is produced: not what another thread computes, which may
 * write over what it is made of. */
static ndi_node *obstacle_of_fold(const ndi_node *fold)
{
    ndi_node *const argument = fold->argument[0];
    if (ndi_is_source(argument))
        return NULL;
    if (argument->form != NDI_STEP || ndi_graph_claimed(argument) || ndi_wanted_again(argument) ||
        !ndi_is_dense(argument))
        return argument;
    return obstacle(argument, argument, false, ndi_graph_walk());
}

/* ---- Running --------------------------------------------------------------------------------- */

/* Computes something that must be there before. With the lock held, given up meanwhile. */
static bool evaluate_first(ndi_node *node)
{
    ndi_node_retain(node);
    ndi_graph_unlock();
    const bool done = ndi_evaluate(node);
    ndi_graph_lock();
    return done;
}

/* Computes, or moves, what stands in the way of a program of `node`. */
static bool clear_way(ndi_node *found, ndi_node *node)
{
    return ndi_is_source(found) ? ndi_run_move(found, node) : evaluate_first(found);
}

/* Writes a node into a target that it reads in no order that a loop could follow: computes it
 * first. With the lock held, given up meanwhile. */
static bool evaluate_beside(ndi_node *node, ndi_target *target)
{
    ndi_node_retain(node);
    ndi_graph_unlock();
    bool done = ndi_settle(target->array->storage) && ndi_evaluate(node);
    ndi_graph_lock();
    ndi_storage *const storage = done ? node->storage : NULL;
    if (!done)
        return false;
    atomic_fetch_add_explicit(&storage->references, 1, memory_order_relaxed);
    ndi_graph_unlock();
    nd_array *const from =
        nd_keep(ndi_new_on_storage(storage, (nd_dtype)node->dtype, node->rank, node->dims,
                                   ndi_node_strides(node), node->data));
    done = from && ndi_copy_elements(target->array, from);
    nd_release(from);
    ndi_graph_lock();
    target->written = done;
    return done;
}

/* A loop, or tiles, with nothing in the way. With the lock held, given up meanwhile. */
static bool run(ndi_node *node, const ndi_tiling *tiling, ndi_node *const *result, int results,
                ndi_target *target, const ndi_plan_key *key)
{
    if (target)
        ndi_graph_claim(node);
    const bool done = tiling                   ? ndi_tiling_run(tiling, target)
                      : node->form == NDI_FOLD ? ndi_run_folds(node)
                                               : ndi_run_steps(result, results, target, key);
    if (target) {
        target->written = done;
        if (done)
            ndi_target_hand_on(target, node);
        ndi_graph_release_claim(node);
    }
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

/* Something in the way of the steps of any of these; `*of`: of which. */
static ndi_node *obstacle_of_steps(ndi_node *const *root, int roots, ndi_node **of)
{
    ndi_node *found = NULL;
    for (int r = 0; r < roots && !found; r++) {
        *of = root[r];
        found = obstacle(root[r], root[r], true, ndi_graph_walk());
    }
    return found;
}

/* Whether the elements of two nodes of one shape lie in the same order. */
static bool in_one_order(const ndi_node *a, const ndi_node *b)
{
    const int64_t size = (int64_t)nd_dtype_size((nd_dtype)a->dtype),
                  other = (int64_t)nd_dtype_size((nd_dtype)b->dtype);
    for (int axis = 0; axis < a->rank; axis++)
        if (a->dims[axis] > 1 &&
            ndi_node_strides(a)[axis] * other != ndi_node_strides(b)[axis] * size)
            return false;
    return true;
}

/* True if the steps of `node` can be done in the loop of the others, and share what that reads: in
 * the same order, for which that may be moved. */
static bool joins(ndi_node *const *root, int roots, ndi_node *node)
{
    ndi_tiling tiling;
    for (int r = 0; r < roots; r++)
        if (root[r] == node)
            return false;
    if (node->form != NDI_STEP || root[0]->form != NDI_STEP || ndi_graph_claimed(node) ||
        node->rank != root[0]->rank ||
        memcmp(node->dims, root[0]->dims, node->rank * sizeof(int64_t)) != 0 ||
        !in_one_order(node, root[0]))
        return false;
    ndi_node *all[NDI_PROGRAM_RESULTS];
    memcpy(all, root, (size_t)roots * sizeof *root);
    all[roots] = node;
    return ndi_graph_shares(all, roots + 1) && !ndi_tiling_find(&tiling, node);
}

static bool nothing_comes_first(const ndi_node *node)
{
    return node->form == NDI_STEP && !ndi_graph_claimed(node) && ndi_is_plain(node);
}

/* Gives nodes their elements, which are computed in one loop as long as they join, or writes a
 * single one into `target`. `key`, unless NULL: of that one, whose plan is not kept yet. With the
 * lock held, given up meanwhile. */
static bool evaluate(ndi_node *const *nodes, int count, ndi_target *target, const ndi_plan_key *key)
{
    ndi_node *const node = nodes[0];
    const double all = ndi_progress_wanted() ? work_below(node, ndi_graph_walk()) : 0;
    bool done = true;
    for (bool ran = false; done && !ran && !ndi_is_source(node);) {
        ndi_tiling tiling;
        ndi_node *result[NDI_PROGRAM_RESULTS] = {node}, *of = node;
        int results = 1;
        if (!ndi_views_settle(node))
            return false;
        if (node->form == NDI_VIEW) {
            done = evaluate_first(node->argument[0]);
            continue;
        }
        if (ndi_is_source(node)) /* a view of what is computed */
            continue;
        if (node->form == NDI_SCAN && !ndi_graph_claimed(node))
            return ndi_run_scan(node);
        ndi_graph_join_equals(node);
        if (target)
            ndi_target_keep(target, node);
        const bool tiled = !ndi_graph_claimed(node) && ndi_tiling_find(&tiling, node) &&
                           (!target || ndi_tiling_may_write(&tiling, target->array));
        if (ndi_graph_claimed(node) || (tiled && ndi_tiling_claimed(&tiling))) {
            ndi_graph_wait();
            key = NULL;
            continue;
        }
        for (int i = 1; i < count && !tiled; i++)
            if (joins(result, results, nodes[i]))
                result[results++] = nodes[i];
        ndi_node *const found = tiled                    ? tiling.obstacle
                                : node->form == NDI_FOLD ? obstacle_of_fold(node)
                                                         : obstacle_of_steps(result, results, &of);
        if (found) {
            const ndi_stage outer = begin_stage(node, found, all);
            done = clear_way(found, node->form == NDI_FOLD ? node->argument[0] : of);
            ndi_stage_end(outer);
            key = NULL;
            continue;
        }
        if (!tiled && node->form == NDI_STEP)
            ndi_loop_results(result, &results);
        if (target) {
            target->alias = tiled ? tiling.alias : ndi_target_alias(target, node);
            if (target->alias == NDI_ALIAS_ANY)
                return evaluate_beside(node, target);
            ndi_storage *const storage = target->array->storage;
            ndi_node *const reader = !storage ? NULL
                                     : tiled  ? ndi_tiling_reader(&tiling, storage)
                                              : ndi_graph_reader(storage, result, results);
            if (reader) {
                done = evaluate_first(reader);
                continue;
            }
        }
        ran = true;
        const ndi_stage outer = begin_stage(node, node, all);
        done = run(node, tiled ? &tiling : NULL, result, results, target, key);
        ndi_stage_end(outer);
    }
    return done;
}

/* The same of a single one, for which an array or the caller has a reference. */
static bool evaluate_one(ndi_node *node)
{
    ndi_plan_key key;
    if (nothing_comes_first(node))
        return ndi_run_plain(node);
    ndi_plan *const plan = ndi_plan_find(&key, node, (nd_dtype)node->dtype);
    if (plan)
        return ndi_run_kept(node, &key, plan);
    ndi_node_retain(node);
    const bool done = evaluate(&node, 1, NULL, &key);
    ndi_node_release(node);
    return done;
}

bool ndi_evaluate(ndi_node *node)
{
    ndi_graph_lock();
    const bool done = evaluate_one(node);
    ndi_node_release(node);
    ndi_graph_unlock();
    return done;
}

bool ndi_evaluate_array(const nd_array *array)
{
    bool done = true;
    ndi_graph_lock();
    ndi_node *node; /* another each time that a thread has written to the array meanwhile */
    while (done && (node = atomic_load_explicit(&array->node, memory_order_relaxed)))
        done = evaluate_one(node);
    ndi_graph_unlock();
    return done;
}

bool ndi_evaluate_into(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                       nd_array *array, bool hand_on)
{
    ndi_target target = {.array = array};
    ndi_node *const node = ndi_graph_step(step, arguments, scalars, array);
    if (!node)
        return false;
    ndi_graph_lock();
    ndi_node *assigned = NULL;
    bool done =
        ndi_views_settle(node) && (!hand_on || ndi_target_assigned(&target, node, &assigned));
    if (assigned) {
        ndi_node_retain(assigned);
        done = evaluate(&assigned, 1, &target, NULL);
        ndi_node_release(assigned);
    }
    if (done && !target.written) /* nothing is assigned as it is, or it has its elements by now */
        done = evaluate(&node, 1, &target, NULL);
    ndi_node_release(node);
    if (target.source)
        ndi_node_release(target.source);
    ndi_graph_unlock();
    return done;
}

/* Whether a node's elements can be produced instead of stored, with nothing in the way; else it, or
 * what is, is computed. With the lock held, given up meanwhile. */
static bool prepare_production(ndi_node *node, bool *ready)
{
    ndi_tiling tiling;
    if (!ndi_views_settle(node))
        return false;
    if (ndi_is_source(node))
        return true;
    if (ndi_graph_claimed(node)) {
        ndi_graph_wait();
        return true;
    }
    ndi_graph_join_equals(node);
    if (node->form != NDI_STEP || ndi_wanted_again(node) || !ndi_is_dense(node) ||
        ndi_tiling_find(&tiling, node))
        return evaluate_one(node);
    ndi_node *const found = obstacle(node, node, false, ndi_graph_walk());
    *ready = !found;
    return !found || clear_way(found, node);
}

bool ndi_production_of(ndi_production *p, ndi_node *node, nd_dtype taken)
{
    bool done = true, ready = false;
    p->node = NULL;
    ndi_graph_lock();
    ndi_node_retain(node);
    while (done && !ready && !ndi_is_source(node))
        done = prepare_production(node, &ready);
    if (done && ready) {
        p->node = node;
        ndi_loop_demand(node, NDI_COST_FOLDED);
        ndi_loop_produce(&p->loop, node, taken);
        ndi_loop_hold(&p->loop);
        ndi_graph_claim(node); /* so that what it reads is not written */
        p->produced = (ndi_produced){ndi_loop_program(&p->loop), &p->loop.nest};
    } else {
        ndi_node_release(node);
    }
    ndi_graph_unlock();
    if (p->node)
        ndi_nest_simplify(&p->loop.nest);
    return done;
}

bool ndi_production_begin(ndi_production *p, const nd_array *array, nd_dtype taken)
{
    ndi_node *const node = ndi_graph_node_of(array);
    p->node = NULL;
    if (!node)
        return true; /* it has its elements by now */
    const bool done = ndi_production_of(p, node, taken);
    ndi_graph_lock();
    ndi_node_release(node);
    ndi_graph_unlock();
    return done && (p->node || ndi_force(array));
}

void ndi_production_end(ndi_production *p)
{
    if (!p->node)
        return;
    ndi_graph_lock();
    ndi_loop_release(&p->loop);
    ndi_graph_release_claim(p->node);
    ndi_node_release(p->node);
    ndi_graph_unlock();
}

/* The arrays from the first on that are computed with it. With the lock held; each node with a
 * reference more. Returns how many they are, or -1 with the error kept. */
static int take_together(int count, nd_array *const *arrays, ndi_node **node)
{
    int taken = 0;
    bool done = true;
    for (int i = 0; i < count && taken < NDI_PROGRAM_RESULTS && done; i++) {
        ndi_node *const one =
            arrays[i] ? atomic_load_explicit(&arrays[i]->node, memory_order_relaxed) : NULL;
        if (!one)
            continue;
        ndi_node_retain(one);
        done = ndi_views_settle(one);
        if (done && (taken == 0 || joins(node, taken, one)))
            node[taken++] = one;
        else
            ndi_node_release(one);
    }
    while (!done && taken > 0)
        ndi_node_release(node[--taken]);
    return done ? taken : -1;
}

nd_status nd_eval(int count, nd_array *const *arrays)
{
    bool done = true;
    if (count == 1)
        return !arrays[0] || ndi_force(arrays[0]) ? ND_OK : nd_error();
    for (int i = 0; i < count && done; i++) {
        if (!arrays[i] || ndi_has_data(arrays[i]))
            continue;
        ndi_node *node[NDI_PROGRAM_RESULTS];
        const ndi_stage outer = ndi_stage_begin((double)i / count, (double)(i + 1) / count);
        ndi_graph_lock();
        int together = take_together(count - i, arrays + i, node);
        done = together >= 0 && (together == 0 || evaluate(node, together, NULL, NULL));
        while (together > 0)
            ndi_node_release(node[--together]);
        ndi_graph_unlock();
        done = done && ndi_force(arrays[i]);
        ndi_stage_end(outer);
    }
    return done ? ND_OK : nd_error();
}

/* Running single loops of a graph. */
#include "engine/run.h"

#include <assert.h>
#include <string.h>

#include "base/progress.h"
#include "engine/copy.h"
#include "engine/habits.h"
#include "engine/shifted.h"

bool ndi_is_plain(const ndi_node *node)
{
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i] && !ndi_is_source(node->argument[i]))
            return false;
    return true;
}

/* The operands of a single step over sources, each on its own. */
static void add_plain(ndi_nest *nest, const ndi_node *node)
{
    for (int i = 0; i < node->arguments; i++) {
        const ndi_node *const source = node->argument[i];
        if (source)
            ndi_nest_add_strided(nest, source->data, source->rank, source->dims,
                                 ndi_node_strides(source));
        else
            ndi_nest_add_scalar(nest, (void *)node->scalar[i]);
    }
}

/* The source below a step of which the result may have the memory: the array that it was has been
 * overwritten by this, element i meets element i only, and nobody else reads it. */
static ndi_node *left_to(const ndi_node *root, const ndi_node *node)
{
    for (int i = 0; i < node->arguments; i++) {
        ndi_node *const from = node->argument[i];
        ndi_node *found = NULL;
        if (!from || from->references > 1 || from->rank != root->rank)
            continue;
        if (from->form == NDI_STEP)
            found = left_to(root, from);
        else if (from->left && from->dtype == root->dtype &&
                 memcmp(from->dims, root->dims, 2 * (size_t)root->rank * sizeof(int64_t)) == 0 &&
                 atomic_load_explicit(&from->storage->references, memory_order_acquire) == 1)
            found = from;
        if (found)
            return found;
    }
    return NULL;
}

/* Memory for the elements of a step, and where the first one is: with `*in_place` that of a source.
 * NULL with the error kept. */
static ndi_storage *storage_for(const ndi_node *node, bool *in_place, char **data)
{
    ndi_node *const source = left_to(node, node);
    ptrdiff_t first;
    *in_place = source;
    if (source) {
        *data = source->data;
        atomic_fetch_add_explicit(&source->storage->references, 1, memory_order_relaxed);
        return source->storage;
    }
    ndi_storage *const made = ndi_node_storage(node, &first);
    *data = made ? (char *)made->memory + first : NULL;
    return made;
}

/* With the lock held, after a run of a node alone, which its holder of a claim gives up: it has its
 * elements now, or stays as it was. */
static void end_claim(ndi_node *node, ndi_storage *made, char *data, bool done)
{
    ndi_graph_release_claim(node);
    if (done)
        ndi_node_finish(node, made, data);
    else
        ndi_node_release(node);
}

/* The shortest way there is, for the many programs that look at every result. */
bool ndi_run_plain(ndi_node *node)
{
    char *data;
    bool in_place;
    ndi_storage *const made = storage_for(node, &in_place, &data);
    if (!made)
        return false;
    ndi_node *source[NDI_MAX_OPERANDS - 1]; /* whatever becomes of the node's arguments meanwhile */
    ndi_nest nest;
    ndi_nest_begin(&nest, node->rank, node->dims);
    ndi_nest_add_strided(&nest, data, node->rank, node->dims, ndi_node_strides(node));
    add_plain(&nest, node);
    const int sources = node->arguments;
    for (int i = 0; i < sources; i++) {
        source[i] = node->argument[i];
        if (source[i])
            ndi_node_retain(source[i]);
        assert(!source[i] || ndi_node_is_unchanged(source[i]));
    }
    node->demanded = true;
    ndi_habit_learn(node->step.habit, false);
    node->step.habit = 0;
    node->step.in_place = in_place;
    ndi_graph_claim(ndi_node_retain(node));
    ndi_graph_unlock();

    if (!in_place) /* what is overwritten must not be left half written */
        ndi_watch_begin(node->step.name);
    ndi_map_run(&node->step, &nest);
    const bool done = ndi_watch_end();

    if (!done)
        ndi_storage_release(made);
    ndi_graph_lock();
    for (int i = 0; i < sources; i++)
        if (source[i])
            ndi_node_release(source[i]);
    end_claim(node, made, data, done);
    return done;
}

bool ndi_run_kept(ndi_node *node, const ndi_plan_key *key, ndi_plan *plan)
{
    ndi_loop loop;
    char *data;
    bool in_place;
    ndi_storage *const made = storage_for(node, &in_place, &data);
    if (!made) {
        ndi_plan_give_back(plan);
        return false;
    }
    ndi_loop_demand(node, NDI_COST_STORED);
    ndi_loop_again(&loop, plan, key, node, (nd_dtype)node->dtype, data);
    ndi_loop_hold(&loop);
    const char *const name = node->step.name;
    ndi_graph_claim(ndi_node_retain(node));
    ndi_graph_unlock();

    if (!in_place)
        ndi_watch_begin(name);
    ndi_program_run(&plan->program, &loop.nest, in_place, loop.nest.size, NULL);
    const bool done = ndi_watch_end();

    if (!done)
        ndi_storage_release(made);
    ndi_graph_lock();
    ndi_loop_release(&loop);
    end_claim(node, made, data, done);
    return done;
}

bool ndi_run_steps(ndi_node *const *result, int results, const ndi_target *target,
                   const ndi_plan_key *key)
{
    ndi_loop loop;
    ndi_node *const node = result[0];
    ndi_storage *made[NDI_PROGRAM_RESULTS];
    char *data[NDI_PROGRAM_RESULTS];
    const int first_made = target ? 1 : 0;
    const ndi_alias alias = target ? target->alias : NDI_ALIAS_NONE;
    bool in_place = alias == NDI_ALIAS_IN_PLACE;
    for (int r = first_made; r < results; r++) {
        bool over = false;
        ptrdiff_t first;
        if (r == 0)
            made[r] = storage_for(node, &over, &data[r]);
        else if ((made[r] = ndi_node_storage(result[r], &first)))
            data[r] = (char *)made[r]->memory + first;
        in_place |= over;
        if (!made[r]) {
            while (r-- > first_made)
                ndi_storage_release(made[r]);
            return false;
        }
    }
    for (int r = 0; r < results; r++)
        ndi_loop_demand(result[r], target ? NDI_COST_ASSIGNED : NDI_COST_STORED);
    ndi_loop_begin(&loop, node, results);
    for (int r = 0; r < results; r++)
        if (r < first_made)
            ndi_nest_add(&loop.nest, target->array);
        else
            ndi_nest_add_strided(&loop.nest, data[r], result[r]->rank, result[r]->dims,
                                 ndi_node_strides(result[r]));
    const bool plain = results == 1 && alias != NDI_ALIAS_SHIFTED && ndi_is_plain(node);
    ndi_map step = node->step;
    step.in_place = in_place;
    if (plain) {
        add_plain(&loop.nest, node);
        for (int i = 0; i < node->arguments; i++)
            if (node->argument[i])
                loop.source[loop.sources++] = node->argument[i];
    } else {
        ndi_loop_add_sources(&loop, result, results);
        for (int r = results - 1; r >= 0; r--)
            ndi_loop_add_steps(&loop, result[r]);
        for (int r = 0; r < results; r++)
            ndi_program_store(&loop.program, result[r]->value, r);
        ndi_program_end(&loop.program);
        if (key && results == 1)
            ndi_plan_keep(key, &loop.program, loop.source, loop.sources);
    }
    ndi_loop_hold(&loop);
    for (int r = 0; r < results; r++)
        ndi_graph_claim(ndi_node_retain(result[r]));
    ndi_graph_unlock();

    bool done = true;
    if (!target && !in_place) /* whose elements must not be left half written */
        ndi_watch_begin(step.name);
    if (plain)
        ndi_map_run(&step, &loop.nest);
    else if (alias == NDI_ALIAS_SHIFTED)
        done = ndi_program_run_shifted(&loop.program, nd_dtype_of(target->array), &loop.nest);
    else
        ndi_program_run(&loop.program, &loop.nest, step.in_place, loop.nest.size, NULL);
    done &= ndi_watch_end();

    for (int r = first_made; r < results && !done; r++)
        ndi_storage_release(made[r]);
    ndi_graph_lock();
    ndi_loop_release(&loop);
    for (int r = 0; r < results; r++) {
        if (r >= first_made && done)
            ndi_node_settled(result[r], made[r], data[r]);
        ndi_graph_release_claim(result[r]);
        ndi_node_release(result[r]);
    }
    return done;
}

bool ndi_run_move(ndi_node *source, ndi_node *root)
{
    int order[ND_MAX_RANK], axes = 0; /* those of the source, as the root's lie in memory */
    ndi_storage *const storage = source->storage;
    const nd_dtype dtype = (nd_dtype)source->dtype;
    ndi_stride_order(root->rank, ndi_node_strides(root), order);
    for (int i = 0, missing = root->rank - source->rank; i < root->rank; i++)
        if (order[i] >= missing)
            order[axes++] = order[i] - missing;
    atomic_fetch_add_explicit(&storage->references, 1, memory_order_relaxed);
    ndi_node_retain(source);
    ndi_node_retain(root);
    ndi_graph_unlock();
    nd_array *from = nd_keep(ndi_new_on_storage(storage, dtype, source->rank, source->dims,
                                                ndi_node_strides(source), source->data));
    nd_array *to =
        from ? nd_keep(ndi_make("copy", dtype, source->rank, source->dims, order, false)) : NULL;
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

bool ndi_run_folds(ndi_node *node)
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
        made[i] = ndi_storage_for(result[i]->fold.name, dtype, result[i]->rank, result[i]->dims,
                                  (size_t)result[i]->size * nd_dtype_size(dtype), false);
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
    ndi_loop_demand(node, NDI_COST_FOLDED);
    if (stored) {
        ndi_loop_read(&loop, argument);
    } else {
        ndi_loop_produce(&loop, argument, fold[0].taken);
    }
    const ndi_produced produced = {ndi_loop_program(&loop), &loop.nest};
    ndi_loop_hold(&loop);
    for (int i = 0; i < count; i++)
        ndi_graph_claim(ndi_node_retain(result[i]));
    ndi_node_retain(argument); /* its lengths are read */
    ndi_graph_unlock();

    if (!stored)
        ndi_nest_simplify(&loop.nest);
    ndi_watch_begin(fold[0].name);
    bool done = ndi_fold_run(count, each, ndi_fold_order(&fold[0], &from), &from,
                             stored ? NULL : &produced, NULL);
    done &= ndi_watch_end();
    for (int i = 0; i < count && !done; i++)
        ndi_storage_release(made[i]);
    ndi_graph_lock();
    ndi_loop_release(&loop);
    for (int i = 0; i < count; i++) {
        if (done)
            ndi_node_computed(result[i], made[i]);
        ndi_graph_release_claim(result[i]);
        ndi_node_release(result[i]);
    }
    ndi_node_release(argument);
    return done;
}

/* Making pending arrays: which operations return them, how large the graph below one may become,
 * and their nodes. */
#include <stdlib.h>
#include <string.h>

#include <ndstream/lazy.h>

#include "array/thread.h"
#include "base/blocking.h"
#include "base/progress.h"
#include "engine/habits.h"
#include "engine/pending.h"

/* ---- Being lazy ------------------------------------------------------------------------------ */

enum {
    SMALL = 4096,
    FOLDS_LATER = 8, /* reductions of what is stored wait from that many times the size on */
};

static _Atomic int64_t lazy_from;
_Atomic int64_t ndi_small_limit = SMALL;

static void set_lazy(int64_t elements)
{
    atomic_store_explicit(&lazy_from, elements, memory_order_relaxed);
    atomic_store_explicit(&ndi_small_limit,
                          elements > 0 && elements <= SMALL ? elements - 1 : SMALL,
                          memory_order_relaxed);
}

__attribute__((constructor)) static void begin(void)
{
    const char *const wish = getenv("ND_LAZY");
    const long long from = wish && *wish ? atoll(wish) : ND_LAZY_ELEMENTS;
    set_lazy(from < 0 ? 0 : from);
}

int64_t nd_lazy(void)
{
    return atomic_load_explicit(&lazy_from, memory_order_relaxed);
}

nd_status nd_set_lazy(int64_t elements)
{
    if (elements < 0)
        return ndi_fail_status(ND_ERROR_VALUE, "set_lazy: %lld elements; give 0 to switch it off",
                               (long long)elements);
    set_lazy(elements);
    return ND_OK;
}

void nd_set_fast_math(bool on)
{
    ndi_this_thread.fast_math = on;
}

bool nd_fast_math(void)
{
    return ndi_this_thread.fast_math;
}

bool nd_is_pending(const nd_array *array)
{
    return array && !ndi_has_data(array);
}

/* Whether some argument is pending; and whether memory of another one may be written at any time.
 */
static bool some_pending(int count, const nd_operand *arguments, bool *given_out)
{
    bool pending = false;
    *given_out = false;
    for (int i = 0; i < count; i++) {
        const nd_array *const array = arguments[i].array;
        if (arguments[i].kind != ND_OPERAND_ARRAY)
            continue;
        if (!ndi_has_data(array))
            pending = true;
        else
            *given_out |= array->storage && ndi_is_given_out(array->storage);
    }
    return pending;
}

bool ndi_graph_wants(int count, const nd_operand *arguments, int64_t size)
{
    const int64_t from = nd_lazy();
    bool given_out;
    if (from == 0)
        return false;
    return (some_pending(count, arguments, &given_out) || size >= from) && !given_out;
}

int ndi_graph_waits(ndi_kernel *kernel, int64_t bytes, int count, const nd_operand *arguments,
                    int64_t size)
{
    const int64_t from = nd_lazy();
    bool given_out;
    if (from == 0)
        return NDI_AT_ONCE;
    const bool pending = some_pending(count, arguments, &given_out), large = size >= from;
    if (given_out)
        return NDI_AT_ONCE;
    if (pending || from != ND_LAZY_ELEMENTS || bytes >= NDI_HABITS_TO ||
        (bytes < NDI_HABITS_FROM && !large))
        return pending || large ? 0 : NDI_AT_ONCE;
    const uint16_t habit = ndi_habit_of(kernel, size);
    return ndi_habit_waits(habit, size, large) ? habit : NDI_AT_ONCE;
}

/* A sweep over elements in memory gains by waiting only where they exceed a core's cache: there
 * reductions that wait together read them once. */
bool ndi_graph_wants_fold(const nd_array *array)
{
    const int64_t from = nd_lazy();
    if (!ndi_has_data(array))
        return true;
    return from > 0 && array->size / FOLDS_LATER >= from &&
           !(array->storage && ndi_is_given_out(array->storage));
}

int ndi_map_cost(const ndi_map *step)
{
    int cost = 1 + (step->computed != step->out);
    for (int i = 0; i < step->arguments; i++)
        cost += step->in[i] != step->taken[i];
    return cost;
}

typedef struct extent {
    int cost, sources;
} extent;

static extent extent_of(ndi_node *node, uint32_t walk)
{
    extent sum = {0, 0};
    if (!ndi_graph_visit(node, walk))
        return sum;
    sum.cost = node->cost;
    sum.sources = node->form != NDI_STEP; /* reductions and views will be sources */
    for (int i = 0; i < node->arguments; i++) {
        if (!node->argument[i])
            continue;
        const extent more = extent_of(node->argument[i], walk);
        sum.cost += more.cost;
        sum.sources += more.sources;
    }
    return sum;
}

static int sources_of(ndi_node *node, const ndi_node **source, int count, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk))
        return count;
    if (ndi_is_source(node) && count < NDI_GRAPH_SOURCES)
        source[count++] = node;
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            count = sources_of(node->argument[i], source, count, walk);
    return count;
}

/* Whether a node, or one below it, was met by a walk before, or is one of these sources. */
static bool meets(ndi_node *node, const ndi_node **source, int count, uint32_t before,
                  uint32_t walk)
{
    if (node->mark == before)
        return true;
    if (!ndi_graph_visit(node, walk))
        return false;
    for (int i = 0; i < count && ndi_is_source(node); i++)
        if (ndi_same_source(source[i], node))
            return true;
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i] && meets(node->argument[i], source, count, before, walk))
            return true;
    return false;
}

bool ndi_graph_shares(ndi_node *const *node, int count)
{
    const ndi_node *source[NDI_GRAPH_SOURCES];
    extent sum = {0, 0};
    uint32_t walk = ndi_graph_walk();
    for (int i = 0; i < count; i++) {
        const extent more = extent_of(node[i], walk);
        sum.cost += more.cost;
        sum.sources += more.sources;
    }
    if (sum.cost > NDI_GRAPH_COST || sum.sources > NDI_GRAPH_SOURCES)
        return false;
    walk = ndi_graph_walk();
    int sources = 0;
    for (int i = 0; i < count - 1; i++)
        sources = sources_of(node[i], source, sources, walk);
    return meets(node[count - 1], source, sources, walk, ndi_graph_walk());
}

bool ndi_graph_fits(ndi_node *root, ndi_node *part, int times)
{
    const extent all = extent_of(root, ndi_graph_walk()), one = extent_of(part, ndi_graph_walk());
    return all.cost + (times - 1) * (one.cost + 2) <= NDI_GRAPH_COST &&
           all.sources + (times - 1) * one.sources <= NDI_GRAPH_SOURCES;
}

static bool none_pending(int count, const nd_operand *arguments)
{
    for (int i = 0; i < count; i++)
        if (arguments[i].kind == ND_OPERAND_ARRAY && !ndi_has_data(arguments[i].array))
            return false;
    return true;
}

/* The argument to compute first, as a node of this cost would make the graph below it too large;
 * -1: none. */
static int too_large(int cost, int count, const nd_operand *arguments)
{
    extent sum = {cost, 0};
    int largest = -1, most = 0;
    if (none_pending(count, arguments)) /* a graph of one step */
        return -1;
    ndi_graph_lock();
    const uint32_t walk = ndi_graph_walk();
    for (int i = 0; i < count; i++) {
        if (arguments[i].kind != ND_OPERAND_ARRAY)
            continue;
        const nd_array *const a = arguments[i].array;
        ndi_node *const node = atomic_load_explicit(&a->node, memory_order_relaxed);
        const extent own = node ? extent_of(node, walk) : (extent){0, 1};
        sum.cost += own.cost;
        sum.sources += own.sources;
        if (own.cost > most) {
            most = own.cost;
            largest = i;
        }
    }
    ndi_graph_unlock();
    return sum.cost > NDI_GRAPH_COST || sum.sources > NDI_GRAPH_SOURCES ? largest : -1;
}

static bool make_room(int cost, int count, const nd_operand *arguments)
{
    for (int i; (i = too_large(cost, count, arguments)) >= 0;)
        if (!ndi_force(arguments[i].array))
            return false;
    return true;
}

/* With the lock held; false when out of memory. */
static bool take_arguments(ndi_node *node, int count, const nd_operand *arguments,
                           char (*scalars)[16])
{
    for (int i = 0; i < count; i++) {
        node->argument[i] = NULL;
        node->arguments = (uint8_t)(i + 1);
        if (arguments[i].kind != ND_OPERAND_ARRAY) {
            memcpy(node->scalar[i], scalars[i], sizeof node->scalar[i]);
            continue;
        }
        const nd_array *const a = arguments[i].array;
        ndi_node *const pending = atomic_load_explicit(&a->node, memory_order_relaxed);
        node->argument[i] = pending ? ndi_node_retain(pending) : ndi_node_source(a);
        if (!node->argument[i])
            return false;
        node->heir |= pending && pending->form == NDI_STEP && (pending->demanded || pending->heir);
    }
    return true;
}

/* With the lock held; NULL when out of memory. */
static ndi_node *new_step(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                          int rank, int64_t size, const int64_t *dims)
{
    ndi_node *node = ndi_node_new(step->out, rank, size, dims);
    if (!node)
        return NULL;
    node->form = NDI_STEP;
    node->step = *step;
    node->cost = (uint8_t)ndi_map_cost(step);
    if (take_arguments(node, step->arguments, arguments, scalars))
        return node;
    ndi_node_release(node);
    return NULL;
}

/* Gives a fresh array its node; with the lock held, which is given up. NULL if there is no node. */
static nd_array *make_pending(nd_array *array, ndi_node *node)
{
    if (node)
        ndi_node_link(node, array);
    ndi_graph_unlock();
    if (node)
        return ndi_register(array);
    nd_release(array);
    return NULL;
}

nd_array *ndi_graph_map(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                        int rank, const int64_t *lengths, const int *axis_order)
{
    if (!make_room(ndi_map_cost(step), step->arguments, arguments))
        return NULL;
    nd_array *array = ndi_new_pending(step->out, rank, lengths, axis_order);
    if (!array)
        return NULL;
    ndi_graph_lock();
    ndi_node *node = new_step(step, arguments, scalars, rank, array->size, ndi_lengths(array));
    return make_pending(array, node);
}

/* With the lock held; NULL when out of memory. */
static ndi_node *new_range(const ndi_map *step, const ndi_range *range, const nd_array *result)
{
    ndi_node *const places = ndi_node_places(result->rank, result->size, ndi_lengths(result));
    if (!places)
        return NULL;
    ndi_node *const node = ndi_node_new(step->out, result->rank, result->size, ndi_lengths(result));
    if (!node) {
        ndi_node_release(places);
        return NULL;
    }
    node->form = NDI_STEP;
    node->step = *step;
    node->cost = (uint8_t)ndi_map_cost(step);
    node->arguments = 3;
    node->argument[0] = places;
    node->argument[1] = node->argument[2] = NULL;
    memcpy(node->scalar[1], range->line, sizeof node->scalar[1]);
    memcpy(node->scalar[2], range->given, sizeof node->scalar[2]);
    return node;
}

nd_array *ndi_graph_range(const ndi_map *step, const ndi_range *range, int64_t count)
{
    nd_array *array = ndi_new_pending(step->out, 1, &count, NULL);
    if (!array)
        return NULL;
    ndi_graph_lock();
    return make_pending(array, new_range(step, range, array));
}

/* The pending array of what is made of one argument; its node without what its form says, and with
 * the lock held, for make_pending(). NULL when out of memory. */
static nd_array *begin_pending(const nd_array *argument, nd_dtype dtype, int rank,
                               const int64_t *lengths, const int *axis_order, ndi_node **node)
{
    const nd_operand operand = nd_operand_array(argument);
    if (!make_room(1, 1, &operand))
        return NULL;
    nd_array *const result = ndi_new_pending(dtype, rank, lengths, axis_order);
    if (!result)
        return NULL;
    ndi_graph_lock();
    *node = ndi_node_new(dtype, rank, result->size, ndi_lengths(result));
    if (*node && take_arguments(*node, 1, &operand, NULL)) {
        (*node)->cost = 1;
        return result;
    }
    if (*node)
        ndi_node_release(*node);
    return make_pending(result, NULL);
}

nd_array *ndi_graph_fold(const ndi_fold *fold, const nd_array *array, nd_dtype dtype, int rank,
                         const int64_t *lengths, const int *axis_order)
{
    ndi_node *node;
    nd_array *const result = begin_pending(array, dtype, rank, lengths, axis_order, &node);
    if (!result)
        return NULL;
    node->form = NDI_FOLD;
    node->fold = *fold;
    return make_pending(result, node);
}

nd_array *ndi_graph_scan(const ndi_scan *scan, const nd_array *array, nd_dtype dtype,
                         const int *axis_order)
{
    ndi_node *node;
    nd_array *const result =
        begin_pending(array, dtype, array->rank, ndi_lengths(array), axis_order, &node);
    if (!result)
        return NULL;
    node->form = NDI_SCAN;
    node->scan = *scan;
    return make_pending(result, node);
}

bool ndi_graph_replace(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                       nd_array *array)
{
    if (!make_room(ndi_map_cost(step), step->arguments, arguments))
        return false;
    ndi_graph_lock();
    ndi_node *const old = atomic_load_explicit(&array->node, memory_order_relaxed);
    if (old && (old->form == NDI_VIEW || old->views > 0)) { /* others are to see what is written */
        ndi_graph_unlock();
        ndi_force(array);
        return false;
    }
    ndi_node *const node =
        old ? new_step(step, arguments, scalars, array->rank, array->size, ndi_lengths(array))
            : NULL;
    if (node) {
        ndi_node_unlink(old);
        ndi_node_link(node, array);
        ndi_node_release(old);
    }
    ndi_graph_unlock();
    return node != NULL;
}

/* Whether memory is there for others as well: as long as it were for what waits alone, it would not
 * be used again, out of a cache, for the next of such values. */
static bool is_kept(const nd_array *array)
{
    return !array->storage ||
           atomic_load_explicit(&array->storage->references, memory_order_relaxed) > 1;
}

/* The same of all sources below a node, and all of it done by one loop: elements that tiles, or a
 * loop before, read are better overwritten as soon as they are. */
static bool may_wait(ndi_node *node, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk))
        return true;
    if (ndi_is_source(node))
        return !node->storage ||
               atomic_load_explicit(&node->storage->references, memory_order_relaxed) > 1;
    if (node->form != NDI_STEP)
        return false;
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i] && !may_wait(node->argument[i], walk))
            return false;
    return true;
}

/* With the lock held: of all arguments but `array`. */
static bool may_wait_for(int count, const nd_operand *arguments, const nd_array *array)
{
    const uint32_t walk = ndi_graph_walk();
    for (int i = 0; i < count; i++) {
        const nd_array *const a = arguments[i].array;
        if (arguments[i].kind != ND_OPERAND_ARRAY || a == array)
            continue;
        ndi_node *const node = atomic_load_explicit(&a->node, memory_order_relaxed);
        if (node ? !may_wait(node, walk) : !is_kept(a))
            return false;
    }
    return true;
}

/* Whether nobody but the array knows where its elements are, a call that has begun included. An
 * array that one thread writes must not be used by another; where that is done all the same, memory
 * at least is to stay where it is. */
static bool may_leave(const nd_array *array)
{
    ndi_storage *const storage = array->storage;
    return storage && storage->bytes > 0 && !storage->release &&
           atomic_load_explicit(&storage->references, memory_order_acquire) == 1 &&
           !ndi_is_given_out(storage) && (array->contiguous || nd_is_fortran_contiguous(array)) &&
           ndi_thread_alone() && !ndi_is_unordered() && !ndi_progress_is_told();
}

ndi_leave ndi_graph_leave(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                          nd_array *array)
{
    ndi_graph_lock();
    const bool leaves = may_leave(array) && may_wait_for(step->arguments, arguments, array);
    ndi_graph_unlock();
    if (!leaves)
        return NDI_STAYS;
    if (!make_room(ndi_map_cost(step), step->arguments, arguments))
        return NDI_LEAVE_FAILED;
    ndi_graph_lock();
    if (!may_leave(array)) { /* others have seen it since */
        ndi_graph_unlock();
        return NDI_STAYS;
    }
    ndi_storage *const storage = array->storage;
    ndi_node *const node =
        new_step(step, arguments, scalars, array->rank, array->size, ndi_lengths(array));
    if (node) {
        for (int i = 0; i < node->arguments; i++)
            if (arguments[i].array == array)
                node->argument[i]->left = true;
        array->data = NULL;
        array->storage = NULL;
        ndi_node_link(node, array);
        ndi_storage_release(storage); /* the source has a reference of its own */
    }
    ndi_graph_unlock();
    return node ? NDI_LEFT : NDI_LEAVE_FAILED;
}

ndi_node *ndi_graph_step(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                         const nd_array *target)
{
    if (!make_room(ndi_map_cost(step), step->arguments, arguments))
        return NULL;
    ndi_graph_lock();
    ndi_node *node =
        new_step(step, arguments, scalars, target->rank, target->size, ndi_lengths(target));
    ndi_graph_unlock();
    return node;
}

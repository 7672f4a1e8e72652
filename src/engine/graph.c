/* Nodes: making them, keeping and freeing them, and what happens when memory that they read is
 * written. */
#include "engine/graph.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <ndstream/lazy.h>

#include "engine/evaluate.h"

/* ---- The lock -------------------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static uint32_t generation = 1; /* of claims: a child makes those of its parent void */
static ndi_node *oldest, *newest;
static ndi_node *doomed; /* by `next` */

enum { LATE = 16 }; /* pending arrays that were made last */

static size_t node_bytes(int rank)
{
    return sizeof(ndi_node) + 2 * (size_t)rank * sizeof(int64_t);
}

void ndi_graph_lock(void)
{
    pthread_mutex_lock(&lock);
}

/* Nodes are freed after the lock is given up: with them memory may go whose owner is told, and that
 * may come back here. */
void ndi_graph_unlock(void)
{
    ndi_node *node = doomed;
    doomed = NULL;
    pthread_mutex_unlock(&lock);
    while (node) {
        ndi_node *const next = node->next;
        ndi_storage_release(node->storage);
        ndi_free(node, node_bytes(node->rank));
        node = next;
    }
}

void ndi_graph_claim(ndi_node *node)
{
    node->claim = generation;
}

bool ndi_graph_claimed(const ndi_node *node)
{
    return node->claim == generation;
}

void ndi_graph_release_claim(ndi_node *node)
{
    node->claim = 0;
    pthread_cond_broadcast(&changed);
}

void ndi_graph_wait(void)
{
    pthread_cond_wait(&changed, &lock);
}

uint32_t ndi_graph_walk(void)
{
    static uint32_t walks;
    return ++walks;
}

static void after_fork_in_child(void)
{
    generation++;
    pthread_cond_init(&changed, NULL);
    ndi_graph_unlock();
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static ndi_node *new_node(nd_dtype dtype, int rank, int64_t size, const int64_t *dims)
{
    ndi_node *node = ndi_allocate(node_bytes(rank));
    if (!node)
        return NULL;
    node->references = 1;
    node->cost = 0;
    node->demanded = false;
    node->claim = node->mark = 0;
    node->array = NULL;
    node->form = NDI_SOURCE;
    node->arguments = 0;
    node->placed = NULL;
    node->storage = NULL;
    node->dtype = (int8_t)dtype;
    node->rank = (uint8_t)rank;
    node->size = size;
    if (rank > 0)
        memcpy(node->dims, dims, 2 * (size_t)rank * sizeof(int64_t));
    return node;
}

ndi_node *ndi_node_retain(ndi_node *node)
{
    node->references++;
    return node;
}

static void drop_arguments(ndi_node *node)
{
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            ndi_node_release(node->argument[i]);
    node->arguments = 0;
}

/* The depth of the recursion is bounded by NDI_GRAPH_COST. */
void ndi_node_release(ndi_node *node)
{
    if (--node->references > 0)
        return;
    drop_arguments(node);
    if (node->storage)
        atomic_fetch_sub_explicit(&node->storage->pending, 1, memory_order_relaxed);
    node->next = doomed;
    doomed = node;
}

static void read_storage(ndi_node *node, ndi_storage *storage, char *data)
{
    node->storage = storage;
    node->data = data;
    atomic_fetch_add_explicit(&storage->pending, 1, memory_order_relaxed);
}

/* A source over an array's elements. Those inside an object are copied: they are few, and so nobody
 * needs to be asked before they change. */
static ndi_node *new_source(const nd_array *array)
{
    ndi_node *node = new_node(nd_dtype_of(array), array->rank, array->size, ndi_lengths(array));
    if (!node)
        return NULL;
    if (array->storage) {
        atomic_fetch_add_explicit(&array->storage->references, 1, memory_order_relaxed);
        read_storage(node, array->storage, array->data);
        return node;
    }
    const nd_array *const owner = array->owner ? array->owner : array;
    memcpy(node->own, owner->inline_data, sizeof node->own);
    node->data = node->own + (array->data - owner->inline_data);
    return node;
}

static void redirect(ndi_node *node, ndi_node *source, ndi_node *to, uint32_t walk)
{
    if (node->form != NDI_STEP || !ndi_graph_visit(node, walk))
        return;
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i] == source) {
            node->argument[i] = ndi_node_retain(to);
            ndi_node_release(source);
        } else if (node->argument[i]) {
            redirect(node->argument[i], source, to, walk);
        }
}

bool ndi_graph_move(ndi_node *root, ndi_node *source, const nd_array *copy)
{
    ndi_node *const to = new_source(copy);
    if (!to)
        return false;
    redirect(root, source, to, ndi_graph_walk());
    ndi_node_release(to);
    return true;
}

/* ---- Pending arrays -------------------------------------------------------------------------- */

static void link_pending(ndi_node *node, nd_array *array)
{
    node->array = array;
    node->next = NULL;
    node->previous = newest;
    *(newest ? &newest->next : &oldest) = node;
    newest = node;
    atomic_store_explicit(&array->node, node, memory_order_release);
}

static void unlink_pending(ndi_node *node)
{
    *(node->previous ? &node->previous->next : &oldest) = node->next;
    *(node->next ? &node->next->previous : &newest) = node->previous;
    node->array = NULL;
}

static void forget(nd_array *array)
{
    ndi_graph_lock();
    ndi_node *node = atomic_load_explicit(&array->node, memory_order_relaxed);
    if (node) {
        unlink_pending(node);
        ndi_node_release(node);
    }
    ndi_graph_unlock();
}

void ndi_node_computed(ndi_node *node, ndi_storage *storage)
{
    drop_arguments(node);
    node->form = NDI_SOURCE;
    node->cost = 0;
    nd_array *const array = node->array;
    read_storage(node, storage, storage->memory);
    if (!array)
        return;
    atomic_fetch_add_explicit(&storage->references, 1, memory_order_relaxed);
    array->storage = storage;
    unlink_pending(node);
    __atomic_store_n(&array->data, (char *)storage->memory, __ATOMIC_RELEASE);
    atomic_store_explicit(&array->node, NULL, memory_order_release);
    ndi_node_release(node);
}

ndi_node *ndi_graph_node_of(const nd_array *array)
{
    ndi_graph_lock();
    ndi_node *node = atomic_load_explicit(&array->node, memory_order_relaxed);
    if (node)
        ndi_node_retain(node);
    ndi_graph_unlock();
    return node;
}

static bool compute(const nd_array *array)
{
    ndi_node *node = ndi_graph_node_of(array);
    return !node || ndi_evaluate(node);
}

static bool reads(ndi_node *node, const ndi_storage *storage, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk))
        return false;
    if (ndi_is_source(node))
        return node->storage == storage;
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i] && reads(node->argument[i], storage, walk))
            return true;
    return false;
}

/* Only pending arrays need their old elements: a node that none leads to is gone. */
static bool settle(ndi_storage *storage)
{
    while (true) {
        ndi_graph_lock();
        ndi_node *node = oldest;
        while (node && !reads(node, storage, ndi_graph_walk()))
            node = node->next;
        if (node)
            ndi_node_retain(node);
        ndi_graph_unlock();
        if (!node)
            return true;
        if (!ndi_evaluate(node))
            return false;
    }
}

bool ndi_same_sweep(const ndi_node *a, const ndi_node *b)
{
    const ndi_node *const from = a->argument[0], *const other = b->argument[0];
    const bool stored = ndi_is_source(from);
    return (from == other || (stored && ndi_is_source(other) && ndi_same_source(from, other))) &&
           ndi_folds_meet(&a->fold, &b->fold, !stored);
}

static void find_folds(ndi_node *node, ndi_node **found, int *count, uint32_t walk)
{
    if (*count == NDI_FOLDS || !ndi_graph_visit(node, walk) || ndi_is_source(node))
        return;
    if (node->form == NDI_FOLD && !ndi_graph_claimed(node) && ndi_same_sweep(found[0], node))
        found[(*count)++] = node;
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            find_folds(node->argument[i], found, count, walk);
}

int ndi_graph_folds_with(ndi_node *fold, ndi_node **found)
{
    const uint32_t walk = ndi_graph_walk();
    int count = 1, looked = 0;
    found[0] = fold;
    ndi_graph_visit(fold, walk);
    for (ndi_node *node = newest; node && looked < LATE; node = node->previous, looked++)
        find_folds(node, found, &count, walk);
    return count;
}

/* ---- Being lazy ------------------------------------------------------------------------------ */

enum { SMALL = 4096 };

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
    static const ndi_pending_methods methods = {compute, forget, settle};
    ndi_set_pending_methods(&methods);
    pthread_atfork(ndi_graph_lock, ndi_graph_unlock, after_fork_in_child);
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

bool nd_is_pending(const nd_array *array)
{
    return array && !ndi_has_data(array);
}

bool ndi_graph_wants(int count, const nd_operand *arguments, int64_t size)
{
    const int64_t from = nd_lazy();
    if (from == 0)
        return false;
    bool wants = size >= from;
    for (int i = 0; i < count; i++) {
        const nd_array *const array = arguments[i].array;
        if (arguments[i].kind != ND_OPERAND_ARRAY)
            continue;
        if (!ndi_has_data(array))
            wants = true;
        else if (array->storage &&
                 atomic_load_explicit(&array->storage->exported, memory_order_relaxed))
            return false;
    }
    return wants;
}

static int cost_of(const ndi_map *step)
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
    sum.sources = node->form != NDI_STEP; /* a reduction will be one */
    for (int i = 0; i < node->arguments; i++) {
        if (!node->argument[i])
            continue;
        const extent more = extent_of(node->argument[i], walk);
        sum.cost += more.cost;
        sum.sources += more.sources;
    }
    return sum;
}

/* The argument to compute first, as a node of this cost would make the graph below it too large;
 * -1: none. */
static int too_large(int cost, int count, const nd_operand *arguments)
{
    extent sum = {cost, 0};
    int largest = -1, most = 0;
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
        node->argument[i] = pending ? ndi_node_retain(pending) : new_source(a);
        if (!node->argument[i])
            return false;
    }
    return true;
}

/* With the lock held; NULL when out of memory. */
static ndi_node *new_step(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                          int rank, int64_t size, const int64_t *dims)
{
    ndi_node *node = new_node(step->out, rank, size, dims);
    if (!node)
        return NULL;
    node->form = NDI_STEP;
    node->step = *step;
    node->cost = (uint8_t)cost_of(step);
    if (take_arguments(node, step->arguments, arguments, scalars))
        return node;
    ndi_node_release(node);
    return NULL;
}

static ndi_node *new_fold(const ndi_fold *fold, const nd_operand *argument, const nd_array *result)
{
    ndi_node *node = new_node(nd_dtype_of(result), result->rank, result->size, ndi_lengths(result));
    if (!node)
        return NULL;
    node->form = NDI_FOLD;
    node->fold = *fold;
    node->cost = 1;
    if (take_arguments(node, 1, argument, NULL))
        return node;
    ndi_node_release(node);
    return NULL;
}

/* Gives a fresh array its node; with the lock held, which is given up. NULL if there is no node. */
static nd_array *make_pending(nd_array *array, ndi_node *node)
{
    if (node)
        link_pending(node, array);
    ndi_graph_unlock();
    if (node)
        return ndi_register(array);
    nd_release(array);
    return NULL;
}

nd_array *ndi_graph_map(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                        int rank, const int64_t *lengths, const int *axis_order)
{
    if (!make_room(cost_of(step), step->arguments, arguments))
        return NULL;
    nd_array *array = ndi_new_pending(step->out, rank, lengths, axis_order);
    if (!array)
        return NULL;
    ndi_graph_lock();
    ndi_node *node = new_step(step, arguments, scalars, rank, array->size, ndi_lengths(array));
    return make_pending(array, node);
}

nd_array *ndi_graph_fold(const ndi_fold *fold, const nd_array *array, nd_dtype dtype, int rank,
                         const int64_t *lengths)
{
    const nd_operand argument = nd_operand_array(array);
    if (!make_room(1, 1, &argument))
        return NULL;
    nd_array *result = ndi_new_pending(dtype, rank, lengths, NULL);
    if (!result)
        return NULL;
    ndi_graph_lock();
    ndi_node *node = new_fold(fold, &argument, result);
    return make_pending(result, node);
}

bool ndi_graph_replace(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                       nd_array *array)
{
    if (!make_room(cost_of(step), step->arguments, arguments))
        return false;
    ndi_graph_lock();
    ndi_node *const old = atomic_load_explicit(&array->node, memory_order_relaxed);
    ndi_node *const node =
        old ? new_step(step, arguments, scalars, array->rank, array->size, ndi_lengths(array))
            : NULL;
    if (node) {
        unlink_pending(old);
        link_pending(node, array);
        ndi_node_release(old);
    }
    ndi_graph_unlock();
    return node != NULL;
}

ndi_node *ndi_graph_step(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                         const nd_array *target)
{
    if (!make_room(cost_of(step), step->arguments, arguments))
        return NULL;
    ndi_graph_lock();
    ndi_node *node =
        new_step(step, arguments, scalars, target->rank, target->size, ndi_lengths(target));
    ndi_graph_unlock();
    return node;
}

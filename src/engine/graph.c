/* Nodes: making them, keeping and freeing them, and what happens when memory that they read is
 * written. */
#include "engine/graph.h"

#include <pthread.h>
#include <string.h>

#include "array/dtype.h"
#include "array/thread.h"
#include "base/blocking.h"
#include "engine/evaluate.h"
#include "engine/views.h"

/* ---- The lock -------------------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static uint32_t generation = 1; /* of claims: a child makes those of its parent void */
static ndi_node *oldest, *newest;
static ndi_node *doomed; /* by `next` */

enum {
    LATE = 16,       /* pending arrays that were made last */
    KEPT_NODES = 64, /* freed ones, for reuse */
    KEPT_RANK = 4,   /* for which each has room */
};

static ndi_node *kept; /* by `next` */
static int kept_count;

static size_t node_bytes(int rank)
{
    const int room = rank > KEPT_RANK ? rank : KEPT_RANK;
    return sizeof(ndi_node) + 2 * (size_t)room * sizeof(int64_t);
}

static ndi_node *take_node(int rank)
{
    ndi_node *const node = rank <= KEPT_RANK ? kept : NULL;
    if (!node)
        return ndi_allocate(node_bytes(rank));
    kept = node->next;
    kept_count--;
    return node;
}

/* With the lock held; false where it is to be freed. */
static bool keep_node(ndi_node *node)
{
    if (NDI_UNDER_ASAN || node->rank > KEPT_RANK || kept_count == KEPT_NODES)
        return false;
    node->next = kept;
    kept = node;
    kept_count++;
    return true;
}

static void free_kept_nodes(void)
{
    ndi_graph_lock();
    ndi_node *node = kept;
    kept = NULL;
    kept_count = 0;
    ndi_graph_unlock();
    while (node) {
        ndi_node *const next = node->next;
        ndi_free(node, node_bytes(node->rank));
        node = next;
    }
}

void ndi_graph_lock(void)
{
    pthread_mutex_lock(&lock);
}

/* The last references to memory are given up after the lock: its owner may be told, and that may
 * come back here. */
void ndi_graph_unlock(void)
{
    ndi_node *node = doomed, *freed = NULL;
    doomed = NULL;
    while (node) {
        ndi_node *const next = node->next;
        if (node->storage && ndi_storage_release_shared(node->storage))
            node->storage = NULL;
        if (node->storage || !keep_node(node)) {
            node->next = freed;
            freed = node;
        }
        node = next;
    }
    pthread_mutex_unlock(&lock);
    while (freed) {
        ndi_node *const next = freed->next;
        ndi_storage_release(freed->storage);
        ndi_free(freed, node_bytes(freed->rank));
        freed = next;
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

/* Who comes in the middle of a call of this thread is to know that there is another one. With the
 * lock, so that no array leaves its memory meanwhile. */
static void count_thread(void)
{
    if (ndi_this_thread.freed_limit != 0)
        return;
    ndi_graph_lock();
    ndi_thread_watch();
    ndi_graph_unlock();
}

/* The lock is given up a second time, as whoever holds what the hooks give up may want it. */
void ndi_graph_wait(void)
{
    if (ndi_this_thread.freed_limit == 0)
        ndi_thread_watch();
    void *const given_up = ndi_blocking_begin();
    pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    ndi_blocking_end(given_up);
    pthread_mutex_lock(&lock);
}

/* Never 0, which new nodes are marked with: that walk, after 2^32 others, would see none of them.
 */
uint32_t ndi_graph_walk(void)
{
    static uint32_t walks;
    walks += walks == UINT32_MAX ? 2 : 1;
    return walks;
}

static void after_fork_in_child(void)
{
    generation++;
    pthread_cond_init(&changed, NULL);
    ndi_graph_unlock();
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

ndi_node *ndi_node_new(nd_dtype dtype, int rank, int64_t size, const int64_t *dims)
{
    ndi_node *const node = take_node(rank);
    if (!node)
        return NULL;
    node->references = 1;
    node->cost = 0;
    node->demanded = node->heir = node->left = false;
    node->views = 0;
    node->claim = node->mark = 0;
    node->array = NULL;
    node->form = NDI_SOURCE;
    node->arguments = 0;
    node->placed = NULL;
    node->storage = NULL;
    node->dtype = (int8_t)dtype;
    node->rank = (uint8_t)rank;
    node->size = size;
    for (int i = 0; i < 2 * rank; i++) /* a copy of unknown length takes 7 ns to begin */
        node->dims[i] = dims[i];
    return node;
}

ndi_node *ndi_node_retain(ndi_node *node)
{
    node->references++;
    return node;
}

/* Changed with the lock held alone, read without it: a load and a store. */
static void count_readers(ndi_storage *storage, int more)
{
    const unsigned readers = atomic_load_explicit(&storage->pending, memory_order_relaxed);
    atomic_store_explicit(&storage->pending, readers + (unsigned)more, memory_order_relaxed);
}

void ndi_node_drop_arguments(ndi_node *node)
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
    ndi_node_drop_arguments(node);
    if (node->storage)
        count_readers(node->storage, -1);
    node->next = doomed;
    doomed = node;
}

#ifndef NDEBUG

enum { COMPARED = 1 << 16 }; /* elements of a source, at most */

/* FNV-1a by words: a change of one word always shows. */
static uint64_t content_of_run(uint64_t content, const char *run, size_t bytes)
{
    for (uint64_t word; bytes > 0; bytes -= sizeof word, run += sizeof word) {
        if (bytes < sizeof word) {
            word = 0;
            memcpy(&word, run, bytes);
            return (content ^ word) * 0x100000001b3u;
        }
        memcpy(&word, run, sizeof word);
        content = (content ^ word) * 0x100000001b3u;
    }
    return content;
}

static uint64_t content_of(const ndi_node *node)
{
    const int64_t *const dims = node->dims, *const strides = ndi_node_strides(node);
    const size_t item = nd_dtype_size((nd_dtype)node->dtype);
    /* Row by row along the last axis. */
    const int outer = node->rank > 0 ? node->rank - 1 : 0;
    const int64_t row = node->rank > 0 ? dims[outer] : 1,
                  step = node->rank > 0 ? strides[outer] : 0;
    int64_t index[ND_MAX_RANK] = {0};
    uint64_t content = 0xcbf29ce484222325u;
    for (int64_t i = 0; i < node->size && i < COMPARED; i += row) {
        const char *at = node->data;
        for (int axis = 0; axis < outer; axis++)
            at += index[axis] * strides[axis];
        const int64_t now = row < COMPARED - i ? row : COMPARED - i;
        if (step == (int64_t)item)
            content = content_of_run(content, at, (size_t)now * item);
        else
            for (int64_t k = 0; k < now; k++, at += step)
                content = content_of_run(content, at, item);
        for (int axis = outer - 1; axis >= 0 && ++index[axis] == dims[axis]; axis--)
            index[axis] = 0;
    }
    return content;
}

bool ndi_node_is_unchanged(const ndi_node *node)
{
    return !node->storage || ndi_is_given_out(node->storage) || node->content == content_of(node);
}

#endif

void ndi_node_read_again(ndi_node *node)
{
#ifndef NDEBUG
    node->content = content_of(node);
#else
    (void)node;
#endif
}

void ndi_node_read(ndi_node *node, ndi_storage *storage, char *data)
{
    node->storage = storage;
    node->data = data;
    count_readers(storage, 1);
    ndi_node_read_again(node);
}

/* A source over an array's elements. Those inside an object are copied: they are few, and so nobody
 * needs to be asked before they change. */
ndi_node *ndi_node_source(const nd_array *array)
{
    ndi_node *node = ndi_node_new(nd_dtype_of(array), array->rank, array->size, ndi_lengths(array));
    if (!node)
        return NULL;
    if (array->storage) {
        atomic_fetch_add_explicit(&array->storage->references, 1, memory_order_relaxed);
        ndi_node_read(node, array->storage, array->data);
        return node;
    }
    const nd_array *const owner = array->owner ? array->owner : array;
    memcpy(node->own, owner->inline_data, sizeof node->own);
    node->data = node->own + (array->data - owner->inline_data);
    return node;
}

ndi_node *ndi_node_places(int rank, int64_t size, const int64_t *lengths)
{
    int64_t dims[2 * ND_MAX_RANK];
    memcpy(dims, lengths, (size_t)rank * sizeof *dims);
    ndi_contiguous_strides(rank, lengths, ndi_dtype_size(ND_INT64), dims + rank);
    ndi_node *const node = ndi_node_new(ND_INT64, rank, size, dims);
    if (node)
        node->data = (char *)NDI_FIRST_PLACE;
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
    ndi_node *const to = ndi_node_source(copy);
    if (!to)
        return false;
    redirect(root, source, to, ndi_graph_walk());
    ndi_node_release(to);
    return true;
}

/* ---- Pending arrays -------------------------------------------------------------------------- */

void ndi_node_link(ndi_node *node, nd_array *array)
{
    node->array = array;
    node->next = NULL;
    node->previous = newest;
    *(newest ? &newest->next : &oldest) = node;
    newest = node;
    if (node->form == NDI_VIEW)
        node->argument[0]->views++;
    atomic_store_explicit(&array->node, node, memory_order_release);
}

void ndi_node_unlink(ndi_node *node)
{
    *(node->previous ? &node->previous->next : &oldest) = node->next;
    *(node->next ? &node->next->previous : &newest) = node->previous;
    node->array = NULL;
    if (node->form == NDI_VIEW)
        node->argument[0]->views--;
}

static void forget(nd_array *array)
{
    ndi_graph_lock();
    ndi_node *node = atomic_load_explicit(&array->node, memory_order_relaxed);
    if (node) {
        ndi_node_unlink(node);
        ndi_node_release(node);
    }
    ndi_graph_unlock();
}

size_t ndi_node_bytes(const ndi_node *node, ptrdiff_t *first)
{
    ptrdiff_t before = 0, behind = (ptrdiff_t)ndi_dtype_size((nd_dtype)node->dtype);
    for (int axis = 0; axis < node->rank; axis++) {
        const ptrdiff_t span = (node->dims[axis] - 1) * ndi_node_strides(node)[axis];
        *(span < 0 ? &before : &behind) += span < 0 ? -span : span;
    }
    *first = before;
    return node->size == 0 ? 0 : (size_t)(before + behind);
}

const char *ndi_node_name(const ndi_node *node)
{
    if (node->form == NDI_SCAN)
        return ndi_op_rows[node->scan.op].info.name;
    return node->form == NDI_FOLD ? node->fold.name : node->step.name;
}

ndi_storage *ndi_node_storage(const ndi_node *node, ptrdiff_t *first)
{
    return ndi_storage_for(ndi_node_name(node), (nd_dtype)node->dtype, node->rank, node->dims,
                           ndi_node_bytes(node, first), false);
}

static void give_elements(nd_array *array, ndi_storage *storage, char *data)
{
    array->storage = storage;
    __atomic_store_n(&array->data, data, __ATOMIC_RELEASE);
    atomic_store_explicit(&array->node, NULL, memory_order_release);
}

void ndi_node_settled(ndi_node *node, ndi_storage *storage, char *data)
{
    nd_array *const array = node->array;
    if (array)
        ndi_node_unlink(node);
    ndi_node_drop_arguments(node);
    node->form = NDI_SOURCE;
    node->cost = 0;
    ndi_node_read(node, storage, data);
    if (!array)
        return;
    atomic_fetch_add_explicit(&storage->references, 1, memory_order_relaxed);
    give_elements(array, storage, data);
    ndi_node_release(node);
}

void ndi_node_computed(ndi_node *node, ndi_storage *storage)
{
    ptrdiff_t first;
    ndi_node_bytes(node, &first);
    ndi_node_settled(node, storage, (char *)storage->memory + first);
}

void ndi_node_finish(ndi_node *node, ndi_storage *storage, char *data)
{
    nd_array *const array = node->array;
    if (array && node->references == 2) {
        ndi_node_unlink(node);
        give_elements(array, storage, data);
        node->references = 1;
    } else {
        ndi_node_settled(node, storage, data);
    }
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

bool ndi_graph_reads(ndi_node *node, const ndi_storage *storage)
{
    return reads(node, storage, ndi_graph_walk());
}

static bool is_among(const ndi_node *node, ndi_node *const *list, int count)
{
    for (int i = 0; i < count; i++)
        if (list[i] == node)
            return true;
    return false;
}

/* Only pending arrays need old elements: a node that none leads to is gone. */
ndi_node *ndi_graph_reader(const ndi_storage *storage, ndi_node *const *but, int count)
{
    if (atomic_load_explicit(&storage->pending, memory_order_relaxed) == 0)
        return NULL;
    ndi_node *node = oldest;
    while (node && (is_among(node, but, count) || !ndi_graph_reads(node, storage)))
        node = node->next;
    return node;
}

static bool settle(ndi_storage *storage)
{
    while (true) {
        ndi_graph_lock();
        ndi_node *const node = ndi_graph_reader(storage, NULL, 0);
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

__attribute__((constructor)) static void begin(void)
{
    static const ndi_pending_methods methods = {ndi_evaluate_array, forget, settle, ndi_view_make};
    ndi_set_pending_methods(&methods);
    ndi_at_trim(free_kept_nodes);
    ndi_at_long_call(count_thread);
    pthread_atfork(ndi_graph_lock, ndi_graph_unlock, after_fork_in_child);
}

/* The array object: making it, counting its references, freeing it.
 *
 * A program of small arrays makes and frees one for every operation, so this must cost nanoseconds:
 * shape and up to 48 bytes of elements lie in the object, freed objects wait in slabs of the thread
 * and storages in lists of it, and the last reference is given up without an atomic write. */
#include "array.h"

#include <string.h>

#include "array/dtype.h"
#include "slab.h"
#include "thread.h"

_Static_assert(sizeof(nd_array) <= 192, "an array object is three cache lines");

static const ndi_pending_methods *pending_methods;

/* ---- Storage --------------------------------------------------------------------------------- */

/* Blocks up to this size lie behind their header, in one allocation of whole lines. Freed ones wait
 * in the thread, as objects do: malloc and the counters of memory take 25 ns, a third of what an
 * operation on few elements takes. */
enum {
    STORAGE_LINE = 64,
    STORAGE_HEADER = 64,
    JOINED_BYTES = 4096 - STORAGE_HEADER,
    CACHED_BYTES = 8192 /* of each size */
};

_Static_assert(sizeof(ndi_storage) <= STORAGE_HEADER, "elements keep their alignment of 64 bytes");

static size_t storage_bytes(int lines)
{
    return STORAGE_HEADER + (size_t)lines * STORAGE_LINE;
}

static int lines_of(bool joined, size_t bytes)
{
    return joined ? (int)((bytes + STORAGE_LINE - 1) / STORAGE_LINE) : 0;
}

/* Where storages of that size are kept, and perhaps others now. */
static ndi_freed_storages *freed_storages(int lines)
{
    return &ndi_this_thread.storages[lines ? lines % NDI_CACHED_SIZES : NDI_CACHED_SIZES];
}

static void trim_storages(ndi_freed_storages *kept)
{
    for (; kept->count > 0; kept->count--) {
        ndi_storage *const storage = kept->first;
        kept->first = storage->context;
        ndi_free(storage, storage_bytes(kept->lines));
    }
}

void ndi_storages_trim(void)
{
    for (int i = 0; i <= NDI_CACHED_SIZES; i++)
        trim_storages(&ndi_this_thread.storages[i]);
}

/* A header with so many lines behind it. */
static ndi_storage *take_storage(int lines)
{
    ndi_freed_storages *const kept = freed_storages(lines);
    ndi_storage *const storage = kept->first;
    if (kept->count == 0 || kept->lines != lines)
        return ndi_allocate(storage_bytes(lines));
    kept->first = storage->context;
    kept->count--;
    return storage;
}

static void free_storage(ndi_storage *storage, int lines)
{
    ndi_freed_storages *const kept = freed_storages(lines);
    if (kept->lines != lines) {
        trim_storages(kept);
        kept->lines = (uint8_t)lines;
    }
    if (NDI_UNDER_ASAN || ndi_this_thread.freed_limit == 0 ||
        (size_t)(kept->count + 1) * storage_bytes(lines) > CACHED_BYTES) {
        ndi_free(storage, storage_bytes(lines));
        return;
    }
    storage->context = kept->first;
    kept->first = storage;
    kept->count++;
}

ndi_storage *ndi_storage_new(size_t bytes, bool zeroed)
{
    const bool joined = bytes <= JOINED_BYTES;
    ndi_storage *storage = take_storage(lines_of(joined, bytes));
    if (!storage)
        return NULL;
    void *memory;
    if (joined) {
        memory = (char *)storage + STORAGE_HEADER;
        if (zeroed)
            memset(memory, 0, bytes);
    } else {
        memory = zeroed ? ndi_allocate_zeroed(bytes) : ndi_allocate(bytes);
        if (!memory) {
            free_storage(storage, 0);
            return NULL;
        }
    }
    atomic_init(&storage->references, 1);
    storage->writeable = true;
    storage->joined = joined;
    atomic_init(&storage->exported, false);
    atomic_init(&storage->lent, 0);
    atomic_init(&storage->pending, 0);
    storage->memory = memory;
    storage->bytes = bytes;
    storage->release = NULL;
    storage->context = NULL;
    return storage;
}

ndi_storage *ndi_storage_foreign(void *memory, bool writeable, void (*release)(void *context),
                                 void *context)
{
    ndi_storage *storage = take_storage(0);
    if (!storage)
        return NULL;
    atomic_init(&storage->references, 1);
    storage->writeable = writeable;
    storage->joined = false;
    atomic_init(&storage->exported, false);
    atomic_init(&storage->lent, 0);
    atomic_init(&storage->pending, 0);
    storage->memory = memory;
    storage->bytes = 0;
    storage->release = release;
    storage->context = context;
    return storage;
}

bool ndi_storage_release_shared(ndi_storage *storage)
{
    unsigned references = atomic_load_explicit(&storage->references, memory_order_relaxed);
    while (references > 1)
        if (atomic_compare_exchange_weak_explicit(&storage->references, &references, references - 1,
                                                  memory_order_release, memory_order_relaxed))
            return true;
    return false;
}

void ndi_storage_release(ndi_storage *storage)
{
    if (!storage || (atomic_load_explicit(&storage->references, memory_order_acquire) != 1 &&
                     atomic_fetch_sub_explicit(&storage->references, 1, memory_order_acq_rel) != 1))
        return;
    if (storage->joined) {
        free_storage(storage, lines_of(true, storage->bytes));
        return;
    }
    if (storage->release)
        storage->release(storage->context);
    else if (storage->bytes > 0)
        ndi_free(storage->memory, storage->bytes);
    free_storage(storage, 0);
}

/* ---- Objects --------------------------------------------------------------------------------- */

/* Lines that an object takes. */
static int object_lines(int rank, bool has_elements)
{
    if (has_elements)
        return NDI_SLAB_SIZES;
    return rank == 0 || rank > NDI_INLINE_RANK ? 1 : 2;
}

_Static_assert(offsetof(nd_array, inline_dims) <= NDI_SLAB_LINE &&
                   offsetof(nd_array, inline_data) <= (size_t)2 * NDI_SLAB_LINE,
               "what an object has without dimensions, and without elements");

/* One that is in no slab, of any size. */
static nd_array *take_lone_object(void)
{
    ndi_thread *const thread = &ndi_this_thread;
    nd_array *array = thread->freed;
    if (array) {
        thread->freed = array->owner;
        thread->freed_count--;
    } else {
        if (thread->freed_limit == 0)
            ndi_thread_watch();
        if ((array = ndi_allocate(sizeof *array)))
            array->line = 0;
    }
    return array;
}

static void free_lone_object(nd_array *array)
{
    ndi_thread *const thread = &ndi_this_thread;
#if !NDI_UNDER_ASAN
    if (thread->freed_limit == 0)
        ndi_thread_watch();
#endif
    if (!NDI_UNDER_ASAN && thread->freed_count < thread->freed_limit) {
        array->owner = thread->freed;
        thread->freed = array;
        thread->freed_count++;
        return;
    }
    ndi_free(array, sizeof *array);
}

static void give_object(nd_array *array)
{
    if (array->line)
        ndi_slab_give(array);
    else
        free_lone_object(array);
}

/* An object with one reference, and room for the dimensions. */
static nd_array *take_object(int rank, bool has_elements)
{
    nd_array *array = ndi_slab_take(object_lines(rank, has_elements));
    if (!array && !(array = take_lone_object()))
        return NULL;
    array->lengths = array->inline_dims;
    if (rank > NDI_INLINE_RANK) {
        array->lengths = ndi_allocate(2 * (size_t)rank * sizeof(int64_t));
        if (!array->lengths) {
            give_object(array);
            return NULL;
        }
    }
    atomic_init(&array->references, 1);
    array->rank = (uint8_t)rank;
    array->storage = NULL;
    array->owner = NULL;
    atomic_init(&array->node, NULL);
    return array;
}

static void free_object(nd_array *array)
{
    if (array->lengths != array->inline_dims)
        ndi_free(array->lengths, 2 * (size_t)array->rank * sizeof(int64_t));
    give_object(array);
}

nd_array *nd_retain(nd_array *array)
{
    if (array)
        atomic_fetch_add_explicit(&array->references, 1, memory_order_relaxed);
    return array;
}

void nd_release(nd_array *array)
{
    /* Whoever sees 1 holds the only reference, and nobody can add one: no atomic write is needed.
     */
    if (!array || (atomic_load_explicit(&array->references, memory_order_acquire) != 1 &&
                   atomic_fetch_sub_explicit(&array->references, 1, memory_order_acq_rel) != 1))
        return;
    if (atomic_load_explicit(&array->node, memory_order_acquire))
        pending_methods->forget(array);
    if (array->storage)
        ndi_storage_release(array->storage);
    else if (array->owner)
        nd_release(array->owner);
    free_object(array);
}

/* ---- Making arrays --------------------------------------------------------------------------- */

/* Strides of an array whose axes, from outermost to innermost in memory, are `order`. Axes of
 * length 0 count as 1, as in NumPy. */
static void ordered_strides(int rank, const int64_t *lengths, size_t item, const int *order,
                            int64_t *strides)
{
    int64_t stride = (int64_t)item;
    for (int i = rank - 1; i >= 0; i--) {
        const int axis = order ? order[i] : i;
        strides[axis] = stride;
        if (lengths[axis] > 1)
            stride *= lengths[axis];
    }
}

static bool is_c_contiguous(int rank, const int64_t *lengths, const int64_t *strides, int64_t size,
                            int64_t item)
{
    if (size == 0)
        return true;
    int64_t expected = item;
    for (int i = rank - 1; i >= 0; i--)
        if (lengths[i] != 1) {
            if (strides[i] != expected)
                return false;
            expected *= lengths[i];
        }
    return true;
}

static void *fail_dtype(const char *operation, nd_dtype dtype)
{
    return ndi_fail(ND_ERROR_DTYPE, "%s: %d is no dtype; give one of ND_BOOL to ND_COMPLEX128",
                    operation, (int)dtype);
}

static void *fail_shape(const char *operation, int rank, const int64_t *lengths, size_t item)
{
    char text[NDI_SHAPE_TEXT];
    if (rank < 0 || rank > ND_MAX_RANK)
        return ndi_fail(ND_ERROR_SHAPE, "%s: rank %d is not in 0 to %d", operation, rank,
                        ND_MAX_RANK);
    ndi_shape_text(text, rank, lengths);
    for (int i = 0; i < rank; i++)
        if (lengths[i] < 0)
            return ndi_fail(ND_ERROR_SHAPE,
                            "%s: shape %s has a negative length at axis %d; lengths are 0 or more",
                            operation, text, i);
    return ndi_fail(ND_ERROR_SHAPE,
                    "%s: shape %s with %zu bytes an element is too large for the address space",
                    operation, text, item);
}

bool ndi_check_shape(const char *operation, nd_dtype dtype, int rank, const int64_t *lengths)
{
    if (!ndi_dtype_valid(dtype))
        fail_dtype(operation, dtype);
    else if (ndi_count_elements(rank, lengths, ndi_dtype_size(dtype)) < 0)
        fail_shape(operation, rank, lengths, nd_dtype_size(dtype));
    else
        return true;
    return false;
}

ndi_storage *ndi_storage_for(const char *operation, nd_dtype dtype, int rank,
                             const int64_t *lengths, size_t bytes, bool zeroed)
{
    const bool first = nd_error() == ND_OK;
    ndi_storage *const storage = ndi_storage_new(bytes, zeroed);
    if (!storage && first) {
        char text[NDI_SHAPE_TEXT];
        ndi_fail_wanting("%s: %s of shape %s: ", operation, nd_dtype_name(dtype),
                         ndi_shape_text(text, rank, lengths));
    }
    return storage;
}

/* An array without elements, not registered. */
static nd_array *make_shape(const char *operation, nd_dtype dtype, int rank, const int64_t *lengths,
                            const int *axis_order, bool pending)
{
    if (!ndi_dtype_valid(dtype))
        return fail_dtype(operation, dtype);
    const size_t item = ndi_dtype_size(dtype);
    const int64_t size = ndi_count_elements(rank, lengths, item);
    if (size < 0)
        return fail_shape(operation, rank, lengths, item);

    nd_array *array = take_object(rank, !pending && (size_t)size * item <= NDI_INLINE_BYTES);
    if (!array)
        return NULL;
    array->dtype = (int8_t)dtype;
    array->writeable = true;
    array->size = size;
    for (int i = 0; i < rank; i++)
        array->lengths[i] = lengths[i];
    int64_t *const strides = array->lengths + rank;
    if (axis_order) {
        ordered_strides(rank, lengths, item, axis_order, strides);
        array->contiguous = is_c_contiguous(rank, lengths, strides, size, (int64_t)item);
    } else {
        ordered_strides(rank, lengths, item, NULL, strides);
        array->contiguous = true;
    }
    return array;
}

nd_array *ndi_make(const char *operation, nd_dtype dtype, int rank, const int64_t *lengths,
                   const int *axis_order, bool zeroed)
{
    nd_array *array = make_shape(operation, dtype, rank, lengths, axis_order, false);
    if (!array)
        return NULL;
    const size_t bytes = (size_t)array->size * ndi_dtype_size(dtype);
    if (bytes <= NDI_INLINE_BYTES) {
        array->data = array->inline_data;
        if (zeroed)
            memset(array->inline_data, 0, sizeof array->inline_data);
    } else {
        array->storage = ndi_storage_for(operation, dtype, rank, lengths, bytes, zeroed);
        if (!array->storage) {
            free_object(array);
            return NULL;
        }
        array->data = array->storage->memory;
    }
    return ndi_register(array);
}

nd_array *ndi_new(nd_dtype dtype, int rank, const int64_t *lengths, const int *axis_order)
{
    return ndi_make("a new array", dtype, rank, lengths, axis_order, false);
}

/* An array without memory yet, not registered. */
static nd_array *make_strided(nd_dtype dtype, int rank, const int64_t *lengths,
                              const int64_t *strides, char *data)
{
    if (!ndi_dtype_valid(dtype))
        return fail_dtype("view", dtype);
    const size_t item = ndi_dtype_size(dtype);
    int64_t size = 1;
    if (rank < 0 || rank > ND_MAX_RANK)
        return fail_shape("view", rank, lengths, item);
    for (int i = 0; i < rank; i++)
        if (lengths[i] < 0 || __builtin_mul_overflow(size, lengths[i], &size))
            return fail_shape("view", rank, lengths, item);
    nd_array *array = take_object(rank, false);
    if (!array)
        return NULL;
    array->dtype = (int8_t)dtype;
    array->size = size;
    array->data = data;
    for (int i = 0; i < rank; i++) {
        array->lengths[i] = lengths[i];
        array->lengths[rank + i] = strides[i];
    }
    array->contiguous = is_c_contiguous(rank, lengths, strides, size, (int64_t)item);
    return array;
}

static nd_array *registered(nd_array *array)
{
    return ndi_this_thread.open_scopes == 0 ? array : ndi_register(array);
}

/* What keeps the elements of `base` alive: its storage, or the object that they are in, base's or
 * the one that base is a view of. A locked addition waits for all stores before it, so it comes
 * before those to the view, whose lines may be far. */
static void hold_elements(const nd_array *base)
{
    if (base->storage)
        atomic_fetch_add_explicit(&base->storage->references, 1, memory_order_relaxed);
    else
        nd_retain(base->owner ? base->owner : (nd_array *)base);
}

/* A view that holds them now; without one, they are let go. */
static nd_array *with_elements_of(const nd_array *base, nd_array *view)
{
    nd_array *const owner = base->owner ? base->owner : (nd_array *)base;
    if (!view) {
        if (base->storage)
            ndi_storage_release(base->storage);
        else
            nd_release(owner);
        return NULL;
    }
    view->writeable = base->writeable;
    if (base->storage)
        view->storage = base->storage;
    else
        view->owner = owner;
    return registered(view);
}

nd_array *ndi_new_view(const nd_array *base, nd_dtype dtype, int rank, const int64_t *lengths,
                       const int64_t *strides, char *data)
{
    if (!base)
        return NULL;
    hold_elements(base);
    return with_elements_of(base, make_strided(dtype, rank, lengths, strides, data));
}

nd_array *ndi_element_at(const nd_array *base, int64_t offset)
{
    if (!ndi_has_data(base))
        return ndi_view_at(base, (nd_dtype)base->dtype, 0, NULL, NULL, offset);
    hold_elements(base);
    nd_array *const view = take_object(0, false);
    if (view) {
        view->dtype = base->dtype;
        view->size = 1;
        view->data = base->data + offset;
        view->contiguous = true;
    }
    return with_elements_of(base, view);
}

nd_array *ndi_view_at(const nd_array *base, nd_dtype dtype, int rank, const int64_t *lengths,
                      const int64_t *strides, int64_t offset)
{
    if (!base)
        return NULL;
    if (!ndi_has_data(base)) {
        nd_array *view = make_strided(dtype, rank, lengths, strides, NULL);
        if (!view)
            return NULL;
        view->writeable = base->writeable;
        if (!pending_methods->view(view, base, offset)) {
            nd_release(view);
            return NULL;
        }
        if (atomic_load_explicit(&view->node, memory_order_relaxed))
            return ndi_register(view);
        nd_release(view);
    }
    return ndi_new_view(base, dtype, rank, lengths, strides, base->data + offset);
}

nd_array *ndi_view_of_all(const nd_array *base)
{
    if (!ndi_has_data(base))
        return ndi_view_at(base, (nd_dtype)base->dtype, base->rank, base->lengths,
                           ndi_strides(base), 0);
    hold_elements(base);
    nd_array *const view = take_object(base->rank, false);
    if (view) {
        view->dtype = base->dtype;
        view->size = base->size;
        view->data = base->data;
        view->contiguous = base->contiguous;
        for (int i = 0; i < 2 * base->rank; i++)
            view->lengths[i] = base->lengths[i];
    }
    return with_elements_of(base, view);
}

nd_array *ndi_new_on_storage(ndi_storage *storage, nd_dtype dtype, int rank, const int64_t *lengths,
                             const int64_t *strides, char *data)
{
    if (!storage)
        return NULL;
    nd_array *array = make_strided(dtype, rank, lengths, strides, data);
    if (!array) {
        ndi_storage_release(storage);
        return NULL;
    }
    array->storage = storage;
    array->writeable = storage->writeable;
    return ndi_register(array);
}

/* ---- Pending arrays -------------------------------------------------------------------------- */

void ndi_set_pending_methods(const ndi_pending_methods *methods)
{
    pending_methods = methods;
}

nd_array *ndi_new_pending(nd_dtype dtype, int rank, const int64_t *lengths, const int *axis_order)
{
    nd_array *array = make_shape("empty", dtype, rank, lengths, axis_order, true);
    if (array)
        array->data = NULL;
    return array;
}

bool ndi_compute(const nd_array *array)
{
    return pending_methods->compute(array);
}

bool ndi_settle(ndi_storage *storage)
{
    return pending_methods->settle(storage);
}

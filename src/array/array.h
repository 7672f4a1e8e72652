/* The array object, its storage, and how the layers above read and make arrays. */
#ifndef NDSTREAM_ARRAY_ARRAY_H
#define NDSTREAM_ARRAY_ARRAY_H

#include <ndstream/array.h>
#include <stdatomic.h>

#include "base/error.h"
#include "base/memory.h"

enum {
    NDI_INLINE_RANK = 4,   /* lengths and strides up to this rank lie in the object */
    NDI_INLINE_BYTES = 48, /* so do this many bytes of elements */
};

/* Memory that arrays share: our own block, somebody else's, or a mapped file. */
typedef struct ndi_storage {
    atomic_uint references;
    bool writeable;
    bool joined;          /* the memory is in the same allocation, behind this header */
    atomic_bool exported; /* somebody outside may write to it at any time */
    atomic_uint lent;     /* how often nd_lend() has given the memory out */
    atomic_uint pending;  /* pending computations that will read it */
    void *memory;
    size_t bytes;                   /* of our own block; 0 for foreign memory */
    void (*release)(void *context); /* foreign memory: called at the end; NULL: nothing to call */
    void *context;
} ndi_storage;

/* True if somebody outside may write to the memory at any time. */
static inline bool ndi_is_given_out(ndi_storage *storage)
{
    return atomic_load_explicit(&storage->exported, memory_order_relaxed) ||
           atomic_load_explicit(&storage->lent, memory_order_relaxed);
}

struct ndi_node; /* a pending computation; see engine/graph.h */

/* At most 192 bytes (asserted in array.c), of which an object has what it needs: no room for
 * elements if they are elsewhere, nor for dimensions without axes. An array has its elements in one
 * of three places: inline in the object (storage and owner NULL), in a storage, or in another
 * array's object (`owner`: a view of an inline array). */
struct nd_array {
    atomic_uint references;
    int8_t dtype;
    uint8_t rank;
    uint8_t line; /* of its slab, at which it begins; 0: an allocation of its own */
    bool writeable : 1;
    bool contiguous : 1; /* C order without gaps: kept because every eager call asks */
    int64_t size;
    int64_t *lengths; /* `rank` lengths, then `rank` strides: inline_dims or a block of its own */
    char *data;       /* element (0, ..., 0); NULL while pending */
    ndi_storage *storage;
    nd_array *owner;
    _Atomic(struct ndi_node *) node; /* NULL unless pending */
    int64_t inline_dims[2 * NDI_INLINE_RANK];
    _Alignas(16) char inline_data[NDI_INLINE_BYTES];
};

static inline int64_t *ndi_lengths(const nd_array *a)
{
    return a->lengths;
}

static inline int64_t *ndi_strides(const nd_array *a)
{
    return a->lengths + a->rank;
}

/* A new array of that dtype and shape with its own memory, not initialised, registered in the open
 * scope. `axis_order` lists the axes from outermost to innermost in memory; NULL: C order. */
nd_array *ndi_new(nd_dtype dtype, int rank, const int64_t *lengths, const int *axis_order);

/* A view of `base`'s memory: same dtype unless changed by the caller, `data` somewhere inside it;
 * strides follow lengths. Registered in the open scope. */
nd_array *ndi_new_view(const nd_array *base, nd_dtype dtype, int rank, const int64_t *lengths,
                       const int64_t *strides, char *data);

/* The same, `offset` bytes from the first element of `base`, which may be pending: then the view is
 * too, of what `base` will have. */
nd_array *ndi_view_at(const nd_array *base, nd_dtype dtype, int rank, const int64_t *lengths,
                      const int64_t *strides, int64_t offset);

/* The same without axes and of the same dtype: one element. */
nd_array *ndi_element_at(const nd_array *base, int64_t offset);

/* A view of all there is, as it is. */
nd_array *ndi_view_of_all(const nd_array *base);

/* An array over `storage` (whose reference it takes over, also on failure). */
nd_array *ndi_new_on_storage(ndi_storage *storage, nd_dtype dtype, int rank, const int64_t *lengths,
                             const int64_t *strides, char *data);

/* The same for callers that name their operation in errors; `zeroed`: elements are 0. */
nd_array *ndi_make(const char *operation, nd_dtype dtype, int rank, const int64_t *lengths,
                   const int *axis_order, bool zeroed);

/* An uninitialised array in Fortran order where `like` is, and is not in C order as well; else in C
 * order: what NumPy's order 'A' says. */
nd_array *ndi_empty_as(const nd_array *like, nd_dtype dtype, nd_shape shape);

/* False, with the error kept, for no dtype or a shape that no array of it can have. */
bool ndi_check_shape(const char *operation, nd_dtype dtype, int rank, const int64_t *lengths);

/* Storage of our own: 64-byte aligned, one reference. NULL with ND_ERROR_MEMORY kept. */
ndi_storage *ndi_storage_new(size_t bytes, bool zeroed);

/* The same for the elements of a result: the error names the operation, dtype and shape. */
ndi_storage *ndi_storage_for(const char *operation, nd_dtype dtype, int rank,
                             const int64_t *lengths, size_t bytes, bool zeroed);

/* Storage over somebody else's memory. On failure `release` is not called. */
ndi_storage *ndi_storage_foreign(void *memory, bool writeable, void (*release)(void *context),
                                 void *context);

/* Gives up one reference; the last one frees or releases the memory. NULL is allowed. */
void ndi_storage_release(ndi_storage *storage);

/* Gives up one reference if there are others; false if it is the last, which stays. */
bool ndi_storage_release_shared(ndi_storage *storage);

/* Hands the caller's reference of `array` to the open scope, if there is one, and returns `array`.
 * For functions that return an array that exists already: `return ndi_register(nd_retain(a))`.
 * NULL, with the reference given up, when out of memory. */
nd_array *ndi_register(nd_array *array);

/* Releases an array that this thread has just made, whether in a scope or not. NULL is allowed. */
void ndi_drop(nd_array *array);

/* Frees the array objects and the storages that this thread keeps for reuse. They count as used
 * memory. */
void ndi_arrays_trim(void);

/* The storages among them. */
void ndi_storages_trim(void);

/* ---- Pending arrays -----------------------------------------------------------------------------
 * An array without `data` is pending: its node knows how to compute it. The layer that makes nodes
 * (engine/graph.c) gives this one what it needs to do with them. */

typedef struct ndi_pending_methods {
    bool (*compute)(const nd_array *array); /* gives it data; false with the error kept */
    void (*forget)(nd_array *array);        /* the object is about to be freed */
    bool (*settle)(ndi_storage *storage);   /* computes all that is pending and reads it */
    /* Makes `view`, which has no data, a view of a pending array; true too if that has data now. */
    bool (*view)(nd_array *view, const nd_array *base, int64_t offset);
} ndi_pending_methods;

/* Called before the first pending array is made. */
void ndi_set_pending_methods(const ndi_pending_methods *methods);

/* An array of that shape and order without data, which the caller gives a node; not registered. */
nd_array *ndi_new_pending(nd_dtype dtype, int rank, const int64_t *lengths, const int *axis_order);

/* Computes a pending array: the slow way through ndi_force(). */
bool ndi_compute(const nd_array *array);

/* True if the array has elements in memory. Pairs with the store that ends its computation, which
 * may be another thread's. */
static inline bool ndi_has_data(const nd_array *array)
{
    return __atomic_load_n(&array->data, __ATOMIC_ACQUIRE) != NULL;
}

/* The one door to an array's elements: computes it if it is pending. False on failure, with the
 * error kept. Whatever reads `data` calls this first. */
static inline bool ndi_force(const nd_array *array)
{
    return array && (ndi_has_data(array) || ndi_compute(array));
}

/* Computes what is pending and reads `storage`: the slow way through ndi_force_writeable(). */
bool ndi_settle(ndi_storage *storage);

/* True if the array has elements and nothing that is pending reads them: it may be written. */
static inline bool ndi_is_settled(const nd_array *array)
{
    return ndi_has_data(array) &&
           (!array->storage ||
            atomic_load_explicit(&array->storage->pending, memory_order_relaxed) == 0);
}

/* The door for whoever writes: what is pending and reads the old elements is computed first. */
static inline bool ndi_force_writeable(const nd_array *array)
{
    return ndi_force(array) && (ndi_is_settled(array) || ndi_settle(array->storage));
}

/* Product of the lengths, or -1 if a length is negative, the rank is not 0 to 32, or the bytes
 * overflow (lengths of 0 aside, as in NumPy, so that strides never do). */
int64_t ndi_count_elements(int rank, const int64_t *lengths, size_t item);

/* nd_extent() of elements that are there: each length is at least 1. */
bool ndi_extent(int rank, const int64_t *lengths, const int64_t *strides, size_t item, int64_t *low,
                int64_t *high);

/* C-order strides of a shape. */
void ndi_contiguous_strides(int rank, const int64_t *lengths, size_t item, int64_t *strides);

/* The axes from outermost to innermost in memory, as NumPy's order 'K' has them: what ndi_new()
 * wants as `axis_order` to make an array laid out like `array`. */
void ndi_axis_order(const nd_array *array, int order[ND_MAX_RANK]);

/* The axes from the largest stride to the smallest, whatever their signs; equal ones as they come.
 */
void ndi_stride_order(int rank, const int64_t *strides, int order[ND_MAX_RANK]);

/* What an operand says of two axes, `outer` the one further outside in C order: whether they stay.
 */
typedef enum ndi_axis_vote { NDI_NO_OPINION, NDI_KEEP, NDI_SWAP } ndi_axis_vote;
typedef ndi_axis_vote ndi_axis_voter(const void *operands, int outer, int inner);

/* The vote with one more operand's, which steps so far along the two (0: it has none): swapped if
 * one steps less along the outer axis, and none more. */
static inline ndi_axis_vote ndi_vote(ndi_axis_vote vote, uint64_t outer, uint64_t inner)
{
    if (outer == 0 || inner == 0 || vote == NDI_KEEP)
        return vote;
    return inner <= outer ? NDI_KEEP : NDI_SWAP;
}

/* The order of axes, outermost first, of a new array that is made of `operands`: theirs, and C
 * order where they disagree. NumPy's iterator inserts the axes from the innermost on, its
 * concatenate from the outermost (`outermost_first`), which differs where nobody has an opinion. */
void ndi_order_axes(int rank, ndi_axis_voter *voter, const void *operands, bool outermost_first,
                    int order[ND_MAX_RANK]);

/* That order for what is made of one array, without the axes in the mask `swept`, or, with
 * `keepdims`, with length 1 there; NULL for C order. */
const int *ndi_order_like(const nd_array *array, uint32_t swept, bool keepdims,
                          int order[ND_MAX_RANK]);

/* "(3, 4)" into `text`, which is returned; shortened with "..." where it does not fit. */
#define NDI_SHAPE_TEXT 128
const char *ndi_shape_text(char text[NDI_SHAPE_TEXT], int rank, const int64_t *lengths);

/* `axis` counted from the front, or -1 with ND_ERROR_AXIS naming `operation`. */
int ndi_normalize_axis(const char *operation, int axis, int rank);

/* Bits of the axes named by `axes`; false with ND_ERROR_AXIS for one out of range or repeated. */
bool ndi_axes_mask(const char *operation, nd_axes axes, int rank, uint32_t *mask);

/* How the memory of two arrays lies. */
typedef enum ndi_overlap {
    NDI_APART,     /* no byte in common */
    NDI_IDENTICAL, /* same first element, dtype size and strides: element i meets element i only */
    NDI_OVERLAPS   /* anything else, or not known */
} ndi_overlap;

ndi_overlap ndi_array_overlap(const nd_array *a, const nd_array *b);

#endif

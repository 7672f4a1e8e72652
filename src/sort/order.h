/* Sorting lines of keys, on all threads where they are long: what the functions of sort.h are made
 * of. */
#ifndef NDSTREAM_SORT_ORDER_H
#define NDSTREAM_SORT_ORDER_H

#include "array/array.h"
#include "sort/kernels.h"

/* Elements that are worth a thread. */
enum { NDI_SORT_GRAIN = 1 << 15 };

/* An array whose sorted axis is the last, without gaps: `count` lines of `length` elements. */
typedef struct ndi_lines {
    nd_array *array; /* in C order; the caller's reference */
    int64_t count, length;
} ndi_lines;

/* The axis that is sorted, from the front; all axes are one where `axis` is ND_FLAT. False with the
 * error kept. */
bool ndi_sort_axis(const char *operation, const nd_array *array, int *axis);

/* The array, or a copy if it is not laid out so, as lines along `axis` (as ndi_sort_axis() gives
 * it). False with the error kept. */
bool ndi_lines_of(const nd_array *array, int axis, ndi_lines *lines);

/* An array with such lines, of other elements, as the result of an operation along `axis`: the axis
 * goes back to its place, and the elements lie in the order of `like` (NULL: C order). Takes over
 * the reference, and registers the result. */
nd_array *ndi_lines_result(nd_array *lines, int axis, const nd_array *like);

/* Sorts n keys in place; with `thread`, on all threads. */
void ndi_sort_keys(void *keys, size_t n, ndi_keys kind, bool thread);

/* `order` becomes the places of the keys from the least to the largest, equal ones as they come.
 * False with ND_ERROR_MEMORY kept. */
bool ndi_argsort_keys(const int64_t *keys, size_t n, int64_t *order, bool thread);

/* An order by several keys, one after the other: runs of equal ones are ordered by the next. */
typedef struct ndi_order {
    size_t n;
    int64_t *order;
    uint8_t *starts; /* not 0 where a run of equal elements begins */
    bool begun, thread;
} ndi_order;

/* Takes n places and n marks of the caller. */
ndi_order ndi_order_begin(size_t n, int64_t *order, uint8_t *starts, bool thread);

/* Orders each run by `keys`. False with ND_ERROR_MEMORY kept. */
bool ndi_order_refine(ndi_order *order, const int64_t *keys);

/* Refines by n contiguous elements of any dtype: complex ones by NumPy's order, NaN last. `keys` is
 * scratch for n. */
bool ndi_order_refine_by(ndi_order *order, nd_dtype dtype, const void *elements, bool down,
                         int64_t *keys);

/* to[i] = from[order[i]], elements of `size` bytes. */
void ndi_gather(size_t n, size_t size, const void *from, const int64_t *order, void *to,
                bool thread);

#endif

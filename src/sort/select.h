/* The elements that sorting would put at given places, without sorting. */
#ifndef NDSTREAM_SORT_SELECT_H
#define NDSTREAM_SORT_SELECT_H

#include "sort/order.h"

/* The keys of a real dtype, which are integers. */
static inline ndi_keys ndi_keys_of(nd_dtype dtype)
{
    return nd_dtype_size(dtype) == 8 ? NDI_KEYS_64 : NDI_KEYS_32;
}

/* The key of NaN; for integers none. */
int64_t ndi_nan_key(nd_dtype dtype);

/* How many of n contiguous elements are NaN. */
size_t ndi_count_nan(nd_dtype dtype, const void *elements, size_t n, bool thread);

/* keys[i] becomes the key (kernels.h: encode) of the element that stands at places[i] among n
 * contiguous elements of a real dtype in ascending order; places ascend. False with ND_ERROR_MEMORY
 * kept. */
bool ndi_select_places(nd_dtype dtype, const void *elements, size_t n, size_t count,
                       const size_t *places, int64_t *keys, bool thread);

/* Moves n keys so that those at the places, which ascend, all less `offset`, are where sorting
 * would put them. */
void ndi_part_keys(void *keys, ndi_keys kind, size_t n, size_t count, const size_t *places,
                   size_t offset);

#endif

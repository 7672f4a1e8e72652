/* Masks: arrays of bool of the shape of what they select from. */
#ifndef NDSTREAM_SELECT_MASK_H
#define NDSTREAM_SELECT_MASK_H

#include "array/array.h"

/* A mask in C order is cut into blocks, whose true elements are counted first: so it is known where
 * each block's part of the result begins, and blocks can be done on any thread. */
enum { NDI_MASK_BLOCK = 2048, NDI_MASK_GRAIN = 16 };

typedef struct ndi_mask_blocks {
    size_t n;
    const uint8_t *mask;
    size_t blocks;
    int64_t *before; /* true elements before each block, and in all */
    int64_t few[5];
} ndi_mask_blocks;

/* Counts; `mask` is bool in C order. False with ND_ERROR_MEMORY kept. */
bool ndi_mask_count(ndi_mask_blocks *blocks, const nd_array *mask);
void ndi_mask_done(ndi_mask_blocks *blocks);

static inline int64_t ndi_mask_total(const ndi_mask_blocks *blocks)
{
    return blocks->before[blocks->blocks];
}

/* Elements of block `block`. */
static inline size_t ndi_mask_length(const ndi_mask_blocks *blocks, size_t block)
{
    const size_t left = blocks->n - block * NDI_MASK_BLOCK;
    return left < NDI_MASK_BLOCK ? left : NDI_MASK_BLOCK;
}

/* The elements whose mask is true, in C order. Needs an open scope, as the next two do. */
nd_array *ndi_mask_get(const nd_array *array, const nd_array *mask);

/* What happens if there are not as many values as true elements; one value goes to all of them. */
typedef enum ndi_mask_values { NDI_VALUES_FIT, NDI_VALUES_CYCLE } ndi_mask_values;

/* Writes values of the array's dtype, in their C order, where the mask is true. The array is
 * writeable; what overlaps it is copied first. False with the error kept, and nothing written. */
bool ndi_mask_set(const char *operation, nd_array *array, const nd_array *mask,
                  const nd_array *values, ndi_mask_values rule);

/* array[i] = values[i] where mask[i] is true, for values of the array's dtype of one element or of
 * its shape. False with the error kept, and nothing written. */
bool ndi_mask_choose(nd_array *array, const nd_array *mask, const nd_array *values);

/* The truth of elements of any dtype, computed. NULL with the error kept. */
nd_array *ndi_truth(const nd_array *array);

/* Indices of the true elements along each axis, `mask->rank` arrays of int64. False with the error
 * kept. */
bool ndi_mask_positions(const nd_array *mask, nd_array *results[ND_MAX_RANK]);

#endif

/* Counting whole numbers, for the files that need it on plain memory. */
#ifndef NDSTREAM_SORT_BINCOUNT_H
#define NDSTREAM_SORT_BINCOUNT_H

#include <ndstream/dtype.h>

/* counts[i] becomes how many of n contiguous integers or bools are least + i, for i below `bins`;
 * *outside: how many are none of these. False with ND_ERROR_MEMORY kept. */
bool ndi_count_numbers(nd_dtype dtype, const void *elements, size_t n, int64_t least, size_t bins,
                       int64_t *counts, int64_t *outside);

#endif

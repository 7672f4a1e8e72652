/* Products of which one matrix is a few columns, or rows, as those of a few variables with many
 * observations. */
#ifndef NDSTREAM_LINALG_GEMM_FEW_H
#define NDSTREAM_LINALG_GEMM_FEW_H

#include "linalg/gemm.h"

/* Columns of as few rows at most: packing them takes longer than multiplying. */
enum { NDI_GEMM_FEW_BY_FEW = 24 };

/* ndi_gemm for the way NDI_GEMM_FEW. False with ND_ERROR_MEMORY kept when there is no room for the
 * few columns, where they are not contiguous. */
bool ndi_gemm_few(const ndi_gemm_shape *shape, const void *a, const void *b, void *c);

#endif

/* Products of which one matrix is a few columns, or rows, as those of a few variables with many
 * observations. */
#ifndef NDSTREAM_LINALG_GEMM_FEW_H
#define NDSTREAM_LINALG_GEMM_FEW_H

#include "linalg/gemm.h"

/* Whether dot products are the way: of floats, where the many rows (or columns) are contiguous. */
bool ndi_gemm_has_few(const ndi_gemm_shape *shape);

/* ndi_gemm for such a shape. False with ND_ERROR_MEMORY kept when there is no room for the few
 * columns, where they are not contiguous. */
bool ndi_gemm_few(const ndi_gemm_shape *shape, const void *a, const void *b, void *c);

#endif

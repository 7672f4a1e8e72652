/* Products of small depth. */
#ifndef NDSTREAM_LINALG_GEMM_SHALLOW_H
#define NDSTREAM_LINALG_GEMM_SHALLOW_H

#include "linalg/gemm.h"

/* ndi_gemm for the ways NDI_GEMM_LONG_ROWS and, unless `long_rows`, NDI_GEMM_SHORT_ROWS; the bits
 * are those of tiles. */
void ndi_gemm_shallow_rows(const ndi_gemm_shape *shape, bool long_rows, const char *a,
                           const char *b, char *c);

#endif

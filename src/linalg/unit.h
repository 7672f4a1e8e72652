/* The unit matrix, in any of the dtypes of floats and complex numbers. */
#ifndef NDSTREAM_LINALG_UNIT_H
#define NDSTREAM_LINALG_UNIT_H

#include "linalg/gemm.h"

/* Its columns begin..end-1, `c_column_stride` bytes apart from column 0 at `c` on, below `kept`
 * rows, which stay. */
void ndi_unit_columns(ndi_gemm_type type, size_t rows, size_t begin, size_t end, size_t kept,
                      void *c, ptrdiff_t c_column_stride);

#endif

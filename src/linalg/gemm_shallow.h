/* Products of small depth. */
#ifndef NDSTREAM_LINALG_GEMM_SHALLOW_H
#define NDSTREAM_LINALG_GEMM_SHALLOW_H

#include "linalg/gemm.h"

/* True if this is one, of floats, that is done now: the depth and one side are at most eight. The
 * bits are ndi_gemm()'s. */
bool ndi_gemm_is_shallow(const ndi_gemm_shape *shape, const void *a, const void *b, void *c);

#endif

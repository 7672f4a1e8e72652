/* Products of complex numbers with a few columns. */
#ifndef NDSTREAM_LINALG_GEMM_THIN_H
#define NDSTREAM_LINALG_GEMM_THIN_H

#include "linalg/gemm_plan.h"

/* Carries out what is planned as NDI_GEMM_THIN. False with ND_ERROR_MEMORY kept. */
bool ndi_gemm_thin(const ndi_gemm_product *product);

#endif

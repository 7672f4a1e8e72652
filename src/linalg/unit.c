/* Columns of the unit matrix. */
#include "linalg/unit.h"

#include <string.h>

#include "linalg/gemm_kernels.h"

void ndi_unit_columns(ndi_gemm_type type, size_t rows, size_t begin, size_t end, size_t kept,
                      void *c, ptrdiff_t c_column_stride)
{
    const size_t item = ndi_gemm_formats[type].element_bytes;
    for (size_t j = begin; j < end; j++) {
        char *const column = (char *)c + (ptrdiff_t)j * c_column_stride;
        memset(column + kept * item, 0, (rows - kept) * item);
        if (j < kept || j >= rows)
            continue;
        if (ndi_gemm_formats[type].real_bytes == sizeof(double))
            *(double *)(column + j * item) = 1;
        else
            *(float *)(column + j * item) = 1;
    }
}

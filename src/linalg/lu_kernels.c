/* Parts of LU and Cholesky factorizations, compiled for each instruction set and dtype, and the
 * choice among them. */
#include "linalg/lu_kernels.h"

#define LOOPS "linalg/numbers_each.h"
#define NUMBER_LOOPS "linalg/lu_kernels_tmpl.h"
#include "linalg/isa_each.h"

const ndi_lu_kernels *ndi_lu_kernels_for(ndi_isa isa, nd_dtype dtype)
{
    return OF_DTYPE(isa, dtype, lu);
}

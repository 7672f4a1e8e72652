/* Reductions by reflections, compiled for each instruction set and dtype, and the choice among
 * them. */
#include "linalg/reflect.h"

#define LOOPS "linalg/numbers_each.h"
#define NUMBER_LOOPS "linalg/reflect_kernels_tmpl.h"
#include "linalg/isa_each.h"

const ndi_reflect_kernels *ndi_reflect_kernels_for(ndi_isa isa, nd_dtype dtype)
{
    return OF_DTYPE(isa, dtype, reflections);
}

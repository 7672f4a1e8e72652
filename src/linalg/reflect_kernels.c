/* Reductions by reflections, compiled for each instruction set and dtype, and the choice among
 * them. */
#include "linalg/reflect.h"

#define LOOPS "linalg/numbers_each.h"
#define NUMBER_LOOPS "linalg/reflect_kernels_tmpl.h"
#include "linalg/isa_each.h"

const ndi_reflect_kernels *ndi_reflect_kernels_for(ndi_isa isa, nd_dtype dtype)
{
    switch (dtype) {
    case ND_FLOAT32:
        return OF_ISA(isa, f32_reflections);
    case ND_FLOAT64:
        return OF_ISA(isa, f64_reflections);
    case ND_COMPLEX64:
        return OF_ISA(isa, c64_reflections);
    default:
        return OF_ISA(isa, c128_reflections);
    }
}

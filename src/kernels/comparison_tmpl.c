/* Comparison, logic, bit and selection kernels; compiled once for each ISA. */
#include "kernels/loops.h"
#include "kernels/templates.h"

/* Order of complex numbers as NumPy's: by real part, then by imaginary part; false where a NaN takes part. */
#define COMPLEX_NAN(x) ((__real__ x != __real__ x) | (__imag__ x != __imag__ x))
#define COMPLEX_LESS(x, y, OP)                                                                               \
    (((__real__ x < __real__ y) & (__imag__ x == __imag__ x) & (__imag__ y == __imag__ y)) |                 \
     ((__real__ x == __real__ y) & (__imag__ x OP __imag__ y)))
#define IS_FINITE(x) ((x) - (x) == 0)
#define IS_INFINITE(x) (((x) == (x)) & !IS_FINITE(x))
#define LARGER_EXACT(x, y) ((x) > (y) ? (x) : (y))
#define CLIP_EXACT(x, y, z) (LARGER_EXACT(x, y) < (z) ? LARGER_EXACT(x, y) : (z))
#define LARGER_FLOAT(x, y) ((((x) >= (y)) | ((x) != (x))) ? (x) : (y))
#define SMALLER_FLOAT(x, y) ((((x) <= (y)) | ((x) != (x))) ? (x) : (y))
#define CLIP_FLOAT(x, y, z) SMALLER_FLOAT(LARGER_FLOAT(x, y), z)
#define COMPLEX_CLIP(T, x, y, z)                                                                             \
    ({                                                                                                       \
        const T larger = (COMPLEX_LESS(y, x, <=) | COMPLEX_NAN(x)) ? x : y;                                  \
        (COMPLEX_LESS(larger, z, <=) | COMPLEX_NAN(larger)) ? larger : z;                                    \
    })

#define KERNEL1(name, group, ...) ON_##group(UNARY_KERNEL, name, __VA_ARGS__)
#define KERNEL2(name, group, ...) ON_##group(BINARY_KERNEL, name, __VA_ARGS__)
#define KERNEL3(name, group, ...) ON_##group(TERNARY_KERNEL, name, __VA_ARGS__)
#define KERNEL3_SELECT(name, group, ...) ON_##group(SELECT_KERNEL, name, __VA_ARGS__)
#define KERNEL1_TEST(name, group, ...) ON_##group(UNARY_TEST_KERNEL, name, __VA_ARGS__)
#define KERNEL2_TEST(name, group, ...) ON_##group(BINARY_TEST_KERNEL, name, __VA_ARGS__)
#include "kernels/comparison.def"
#undef KERNEL1
#undef KERNEL2
#undef KERNEL3
#undef KERNEL3_SELECT
#undef KERNEL1_TEST
#undef KERNEL2_TEST

void NDI_ISA_NAME(ndi_fill_comparison)(ndi_kernels *kernels)
{
#define KERNEL1(name, group, ...) ON_##group(SLOT, name, )
#define KERNEL2(name, group, ...) ON_##group(SLOT, name, )
#define KERNEL3(name, group, ...) ON_##group(SLOT, name, )
#define KERNEL3_SELECT(name, group, ...) ON_##group(SLOT, name, )
#define KERNEL1_TEST(name, group, ...) ON_##group(SLOT, name, )
#define KERNEL2_TEST(name, group, ...) ON_##group(SLOT, name, )
#include "kernels/comparison.def"
}

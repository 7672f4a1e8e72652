/* Comparison, logic, bit and selection kernels; compiled once for each ISA. */
#include "kernels/loops.h"
#include "kernels/masks.h"
#include "kernels/templates.h"

/* Order of complex numbers as NumPy's: by real part, then by imaginary part; false where a NaN
 * takes part. */
#define COMPLEX_NAN(x) ((__real__ x != __real__ x) | (__imag__ x != __imag__ x))
#define COMPLEX_LESS(x, y, OP)                                                                     \
    (((__real__ x < __real__ y) & (__imag__ x == __imag__ x) & (__imag__ y == __imag__ y)) |       \
     ((__real__ x == __real__ y) & (__imag__ x OP __imag__ y)))
/* The larger is named: written out twice, its branches are too many for the vectoriser. */
#define CLIP_EXACT(T, x, y, z)                                                                     \
    ({                                                                                             \
        const T larger = x > y ? x : y;                                                            \
        larger < z ? larger : z;                                                                   \
    })
#define CLIP_FLOAT(T, x, y, z)                                                                     \
    ({                                                                                             \
        const T larger = (x < y) | (y != y) ? y : x;                                               \
        (larger > z) | (z != z) ? z : larger;                                                      \
    })
#define COMPLEX_CLIP(T, x, y, z)                                                                   \
    ({                                                                                             \
        const T larger = (COMPLEX_LESS(y, x, <) | COMPLEX_NAN(x)) ? x : y;                         \
        (COMPLEX_LESS(larger, z, <) | COMPLEX_NAN(larger)) ? larger : z;                           \
    })

#define KERNEL1(name, group, ...) ON_##group(UNARY_KERNEL, name, __VA_ARGS__)
#define KERNEL2(name, group, ...) ON_##group(BINARY_KERNEL, name, __VA_ARGS__)
#define KERNEL3(name, group, ...) ON_##group(TERNARY_KERNEL, name, __VA_ARGS__)
#define KERNEL3_SELECT(name, group, ...) ON_##group(SELECT_KERNEL, name, __VA_ARGS__)
#define KERNEL1_TEST(name, group, ...) ON_##group(UNARY_TEST_KERNEL, name, __VA_ARGS__)
#define KERNEL2_TEST(name, group, ...) ON_##group(BINARY_TEST_KERNEL, name, __VA_ARGS__)
#define KERNEL1_TEST_BLOCKS(name, group, ...) ON_##group(UNARY_BLOCKS_KERNEL, name, __VA_ARGS__)
#define KERNEL2_TEST_BLOCKS(name, group, ...) ON_##group(BINARY_BLOCKS_KERNEL, name, __VA_ARGS__)
#define KERNEL2_TRUTHS(name, group, OP) ON_##group(TRUTHS_KERNEL, name, OP)
#define KERNEL1_COUNTED(name, group, ...) ON_##group(FLOAT_TEST_KERNEL, name, __VA_ARGS__)
#define KERNEL2_COUNTED(name, group, ...) ON_##group(COMPARISON_KERNEL, name, __VA_ARGS__)
#define KERNEL2_COUNTED_MIRROR(name, other, group, ...) ON_##group(MIRROR_TEST_KERNEL, name, other)
#define KERNEL2_MIRROR(name, other, group) ON_##group(MIRROR_KERNEL, name, other)
#define KERNEL2_SAME(name, other, group)
#define KERNEL2_MIXED(name, signed_first, unsigned_first)                                          \
    MIXED_LOOP(name##_INT64_UINT64, uint8_t, int64_t, uint64_t, s, u, signed_first)                \
    MIXED_LOOP(name##_UINT64_INT64, uint8_t, uint64_t, int64_t, u, s, unsigned_first)
#include "kernels/comparison.def"
#undef KERNEL1
#undef KERNEL2
#undef KERNEL3
#undef KERNEL3_SELECT
#undef KERNEL1_TEST
#undef KERNEL2_TEST
#undef KERNEL1_TEST_BLOCKS
#undef KERNEL2_TEST_BLOCKS
#undef KERNEL2_TRUTHS
#undef KERNEL1_COUNTED
#undef KERNEL2_COUNTED
#undef KERNEL2_COUNTED_MIRROR
#undef KERNEL2_MIRROR
#undef KERNEL2_SAME
#undef KERNEL2_MIXED

/* The dtypes of measurements, counts and pictures. */
#define ON_RANGED(LINE)                                                                            \
    LINE(UINT8, uint8_t)                                                                           \
    LINE(INT32, int32_t)                                                                           \
    LINE(INT64, int64_t)                                                                           \
    LINE(FLOAT32, float)                                                                           \
    LINE(FLOAT64, double)
ON_RANGED(RANGE_KERNELS)

void NDI_ISA_NAME(ndi_fill_comparison)(ndi_kernels *kernels)
{
#define KERNEL1(name, group, ...) ON_##group(SLOT, name, )
#define KERNEL2(name, group, ...) ON_##group(SERIAL_SLOT, name, )
#define KERNEL3(name, group, ...) ON_##group(SLOT, name, )
#define KERNEL3_SELECT(name, group, ...) ON_##group(STREAMING_SLOT, name, )
#define KERNEL1_TEST(name, group, ...) ON_##group(TEST_SLOT, name, )
#define KERNEL2_TEST(name, group, ...) ON_##group(TEST_SLOT, name, )
#define KERNEL1_TEST_BLOCKS(name, group, ...) ON_##group(SLOT, name, )
#define KERNEL2_TEST_BLOCKS(name, group, ...) ON_##group(SLOT, name, )
#define KERNEL2_TRUTHS(name, group, OP) ON_##group(SLOT, name, )
#define KERNEL1_COUNTED KERNEL1_TEST
#define KERNEL2_COUNTED KERNEL2_TEST
#define KERNEL2_COUNTED_MIRROR(name, other, group, ...) ON_##group(TEST_SLOT, name, )
#define KERNEL2_MIRROR(name, other, group) ON_##group(SLOT, name, )
#define KERNEL2_SAME(name, other, group) ON_##group(SAME_SLOT, name, other)
#define KERNEL2_MIXED(name, ...)                                                                   \
    kernels->compare_mixed[ND_OP_##name][0] = name##_INT64_UINT64;                                 \
    kernels->compare_mixed[ND_OP_##name][1] = name##_UINT64_INT64;
#include "kernels/comparison.def"
    ON_RANGED(RANGE_SLOTS)
}

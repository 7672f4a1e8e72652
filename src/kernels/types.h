/* The element types of kernels, and the groups that kernel lines name. */
#ifndef NDSTREAM_KERNELS_TYPES_H
#define NDSTREAM_KERNELS_TYPES_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

typedef float _Complex complex64;
typedef double _Complex complex128;

/* ON_GROUP(M, ...) is M(dtype, C type, ...) for each dtype of the group. bool elements are 0 or 1.
 */
#define ON_BOOL(M, ...) M(BOOL, uint8_t, __VA_ARGS__)
#define ON_SIGNED(M, ...)                                                                          \
    M(INT8, int8_t, __VA_ARGS__)                                                                   \
    M(INT16, int16_t, __VA_ARGS__)                                                                 \
    M(INT32, int32_t, __VA_ARGS__)                                                                 \
    M(INT64, int64_t, __VA_ARGS__)
#define ON_UNSIGNED(M, ...)                                                                        \
    M(UINT8, uint8_t, __VA_ARGS__)                                                                 \
    M(UINT16, uint16_t, __VA_ARGS__)                                                               \
    M(UINT32, uint32_t, __VA_ARGS__)                                                               \
    M(UINT64, uint64_t, __VA_ARGS__)
#define ON_INTS(M, ...) ON_SIGNED(M, __VA_ARGS__) ON_UNSIGNED(M, __VA_ARGS__)
/* The half floats by their bits, for the few operations whose kernels take them. */
#define ON_FLOAT16(M, ...) M(FLOAT16, uint16_t, __VA_ARGS__)
#define ON_BFLOAT16(M, ...) M(BFLOAT16, uint16_t, __VA_ARGS__)
#define ON_FLOAT32(M, ...) M(FLOAT32, float, __VA_ARGS__)
#define ON_FLOAT64(M, ...) M(FLOAT64, double, __VA_ARGS__)
#define ON_FLOATS(M, ...) ON_FLOAT32(M, __VA_ARGS__) ON_FLOAT64(M, __VA_ARGS__)
#define ON_COMPLEX64(M, ...) M(COMPLEX64, complex64, __VA_ARGS__)
#define ON_COMPLEX128(M, ...) M(COMPLEX128, complex128, __VA_ARGS__)
#define ON_COMPLEX(M, ...) ON_COMPLEX64(M, __VA_ARGS__) ON_COMPLEX128(M, __VA_ARGS__)
#define ON_NUMBERS(M, ...)                                                                         \
    ON_INTS(M, __VA_ARGS__) ON_FLOATS(M, __VA_ARGS__) ON_COMPLEX(M, __VA_ARGS__)
#define ON_EXACTS(M, ...) ON_BOOL(M, __VA_ARGS__) ON_INTS(M, __VA_ARGS__)
#define ON_REALS(M, ...) ON_INTS(M, __VA_ARGS__) ON_FLOATS(M, __VA_ARGS__)
#define ON_ORDERED(M, ...) ON_BOOL(M, __VA_ARGS__) ON_REALS(M, __VA_ARGS__)
#define ON_ALL(M, ...) ON_ORDERED(M, __VA_ARGS__) ON_COMPLEX(M, __VA_ARGS__)

/* The same dtypes, for lines that only look at bits, or wrap: signed integers take the unsigned
 * type that is as wide, WIDTHS any dtype but complex128, which is wider. The compiler makes one
 * kernel of those of one type. The reference keeps to the dtypes, so that tests/check compares the
 * two. */
#ifdef NDI_REFERENCE
#define ON_INT_BITS ON_INTS
#define ON_WIDTHS ON_ALL
#else
#define ON_SIGNED_BITS(M, ...)                                                                     \
    M(INT8, uint8_t, __VA_ARGS__)                                                                  \
    M(INT16, uint16_t, __VA_ARGS__)                                                                \
    M(INT32, uint32_t, __VA_ARGS__)                                                                \
    M(INT64, uint64_t, __VA_ARGS__)
#define ON_INT_BITS(M, ...) ON_SIGNED_BITS(M, __VA_ARGS__) ON_UNSIGNED(M, __VA_ARGS__)
#define ON_WIDTHS(M, ...)                                                                          \
    ON_EXACT_BITS(M, __VA_ARGS__)                                                                  \
    M(FLOAT32, uint32_t, __VA_ARGS__)                                                              \
    M(FLOAT64, uint64_t, __VA_ARGS__)                                                              \
    M(COMPLEX64, uint64_t, __VA_ARGS__)                                                            \
    ON_COMPLEX128(M, __VA_ARGS__)
#endif
#define ON_EXACT_BITS(M, ...) ON_BOOL(M, __VA_ARGS__) ON_INT_BITS(M, __VA_ARGS__)
#define ON_REAL_BITS(M, ...) ON_INT_BITS(M, __VA_ARGS__) ON_FLOATS(M, __VA_ARGS__)
#define ON_NUMBER_BITS(M, ...) ON_REAL_BITS(M, __VA_ARGS__) ON_COMPLEX(M, __VA_ARGS__)
#define ON_ORDERED_BITS(M, ...) ON_BOOL(M, __VA_ARGS__) ON_REAL_BITS(M, __VA_ARGS__)
#define ON_ALL_BITS(M, ...) ON_ORDERED_BITS(M, __VA_ARGS__) ON_COMPLEX(M, __VA_ARGS__)

/* Each ISA's object has its own copy of every name: NDI_ISA_NAME(x) is x_avx2 and so on. */
#define NDI_PASTE_(a, b) a##_##b
#define NDI_PASTE(a, b) NDI_PASTE_(a, b)
#define NDI_ISA_NAME(name) NDI_PASTE(name, NDI_ISA_SUFFIX)

#endif

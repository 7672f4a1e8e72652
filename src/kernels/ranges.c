/* The kernels of ranges: a product, rounded, and a sum, rounded. Compiled here for each ISA, as
 * they are few and need nothing of the vector vocabulary. */
#include "kernels/ranges.h"

#include <string.h>

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#define INLINE static inline __attribute__((always_inline))

/* ---- Runs of places -------------------------------------------------------------------------- */

enum { SPAN = 1 << 16 }; /* elements whose places count from a common one in 32 bits */

/* Every CPU has vectors of conversions from 32 bits: a place is the sum of two numbers that a
 * double holds, as long as it holds their sum. */
INLINE void float64_span(double *restrict out, int32_t n, int64_t from, double first, double delta)
{
    const double base = (double)from;
    if (from > (INT64_C(1) << 53) - SPAN || from < 0)
        for (int32_t i = 0; i < n; i++)
            out[i] = first + (double)(from + i) * delta;
    else
        for (int32_t i = 0; i < n; i++)
            out[i] = first + (base + (double)i) * delta;
}

INLINE void float32_span(float *restrict out, int32_t n, int64_t from, float first, float delta)
{
    if (from > INT32_MAX - SPAN || from < 0)
        for (int32_t i = 0; i < n; i++)
            out[i] = first + (float)(from + i) * delta;
    else
        for (int32_t i = 0; i < n; i++)
            out[i] = first + (float)((int32_t)from + i) * delta;
}

#define FLOAT_ELEMENT(type) first + (type)place *delta
#define INTEGER_ELEMENT(type) (type)(first + (uint64_t)place * delta)
#define INTEGER_SPAN(name, type, wide)                                                             \
    INLINE void name##_span(type *restrict out, int32_t n, int64_t from, type first, type delta)   \
    {                                                                                              \
        const wide base = (wide)(first + (uint64_t)from * delta);                                  \
        if (delta == 1)                                                                            \
            for (int32_t i = 0; i < n; i++)                                                        \
                out[i] = (type)(base + (wide)i);                                                   \
        else                                                                                       \
            for (int32_t i = 0; i < n; i++)                                                        \
                out[i] = (type)(base + (wide)i * (wide)delta);                                     \
    }
INTEGER_SPAN(uint8, uint8_t, uint32_t)
INTEGER_SPAN(uint16, uint16_t, uint32_t)
INTEGER_SPAN(uint32, uint32_t, uint32_t)
INTEGER_SPAN(uint64, uint64_t, uint64_t)

/* ---- The kernels ----------------------------------------------------------------------------- */

#define RANGE(name, type, ELEMENT)                                                                 \
    INLINE void name##_range(size_t n, char *const *pointers, const ptrdiff_t *strides)            \
    {                                                                                              \
        const int64_t from =                                                                       \
                          (int64_t)((uintptr_t)pointers[1] - NDI_FIRST_PLACE) / NDI_PLACE_BYTES,   \
                      step = strides[1] / NDI_PLACE_BYTES;                                         \
        int64_t given;                                                                             \
        type first, delta;                                                                         \
        memcpy(&first, pointers[2], sizeof first);                                                 \
        memcpy(&delta, pointers[2] + NDI_RANGE_HALF, sizeof delta);                                \
        memcpy(&given, pointers[3], sizeof given);                                                 \
        const int64_t ahead = given - from;                                                        \
        if (step == 1 && strides[0] == sizeof(type)) {                                             \
            type *const out = (type *)(void *)pointers[0];                                         \
            for (size_t done = 0; done < n; done += SPAN)                                          \
                name##_span(out + done, (int32_t)(n - done < SPAN ? n - done : SPAN),              \
                            from + (int64_t)done, first, delta);                                   \
            if ((uint64_t)ahead < n)                                                               \
                memcpy(out + ahead, pointers[3] + NDI_RANGE_HALF, sizeof *out);                    \
            return;                                                                                \
        }                                                                                          \
        for (size_t i = 0; i < n; i++) {                                                           \
            const int64_t place = from + (int64_t)i * step;                                        \
            type element = ELEMENT(type);                                                          \
            if (place == given)                                                                    \
                memcpy(&element, pointers[3] + NDI_RANGE_HALF, sizeof element);                    \
            memcpy(pointers[0] + (ptrdiff_t)i * strides[0], &element, sizeof element);             \
        }                                                                                          \
    }
RANGE(uint8, uint8_t, INTEGER_ELEMENT)
RANGE(uint16, uint16_t, INTEGER_ELEMENT)
RANGE(uint32, uint32_t, INTEGER_ELEMENT)
RANGE(uint64, uint64_t, INTEGER_ELEMENT)
RANGE(float32, float, FLOAT_ELEMENT)
RANGE(float64, double, FLOAT_ELEMENT)

#define ON_TYPES(M, isa)                                                                           \
    M(uint8, isa) M(uint16, isa) M(uint32, isa) M(uint64, isa) M(float32, isa) M(float64, isa)
#define KERNEL(name, isa)                                                                          \
    TARGET_##isa static void name##_##isa(size_t n, char *const *pointers,                         \
                                          const ptrdiff_t *strides)                                \
    {                                                                                              \
        name##_range(n, pointers, strides);                                                        \
    }
#define TARGET_plain
ON_TYPES(KERNEL, plain)
#if defined(__x86_64__)
#define TARGET_avx2 __attribute__((target("avx2")))
#define TARGET_avx512                                                                              \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512")))
ON_TYPES(KERNEL, avx2)
ON_TYPES(KERNEL, avx512)
#endif

#define TABLE(isa)                                                                                 \
    {                                                                                              \
        [ND_INT8] = uint8_##isa, [ND_UINT8] = uint8_##isa, [ND_INT16] = uint16_##isa,              \
        [ND_UINT16] = uint16_##isa, [ND_INT32] = uint32_##isa, [ND_UINT32] = uint32_##isa,         \
        [ND_INT64] = uint64_##isa, [ND_UINT64] = uint64_##isa, [ND_FLOAT32] = float32_##isa,       \
        [ND_FLOAT64] = float64_##isa,                                                              \
    }

ndi_kernel *ndi_range_kernel(nd_dtype dtype)
{
    static ndi_kernel *const plain[ND_DTYPE_COUNT] = TABLE(plain);
#if defined(__x86_64__)
    static ndi_kernel *const avx2[ND_DTYPE_COUNT] = TABLE(avx2), *const avx512[ND_DTYPE_COUNT] =
                                                                     TABLE(avx512);
    if (ndi_isa_in_use() == NDI_ISA_AVX512)
        return avx512[dtype];
    if (ndi_isa_in_use() == NDI_ISA_AVX2)
        return avx2[dtype];
#endif
    return plain[dtype];
}

/* Comparisons to mask registers (AVX-512). What the compiler makes of a loop with results of bytes
 * narrows vectors as wide as the elements, which is bound by the one port that permutes; here the
 * masks of 64 elements are put together in a general register and become 64 bytes at once. (Bytes
 * of each mask stored on their own are slower, and what is read back as wider vectors soon after
 * would wait for the stores.) */
#ifndef NDSTREAM_KERNELS_MASKS_H
#define NDSTREAM_KERNELS_MASKS_H

#include "kernels/loops.h"

#if VECTOR_BYTES == 64

/* The predicates have the same numbers for integers and floats, where they are those of C's
 * operators. */
enum {
    PREDICATE_equal = _MM_CMPINT_EQ,
    PREDICATE_less = _MM_CMPINT_LT,
    PREDICATE_less_equal = _MM_CMPINT_LE,
    PREDICATE_not_equal = _MM_CMPINT_NE
};
#define LANES_MASK(TYPE, x, y, PREDICATE)                                                          \
    _Generic((TYPE)0, int8_t                                                                       \
             : _mm512_cmp_epi8_mask(x, y, PREDICATE), uint8_t                                      \
             : _mm512_cmp_epu8_mask(x, y, PREDICATE), int16_t                                      \
             : _mm512_cmp_epi16_mask(x, y, PREDICATE), uint16_t                                    \
             : _mm512_cmp_epu16_mask(x, y, PREDICATE), int32_t                                     \
             : _mm512_cmp_epi32_mask(x, y, PREDICATE), uint32_t                                    \
             : _mm512_cmp_epu32_mask(x, y, PREDICATE), int64_t                                     \
             : _mm512_cmp_epi64_mask(x, y, PREDICATE), uint64_t                                    \
             : _mm512_cmp_epu64_mask(x, y, PREDICATE), float                                       \
             : _mm512_cmp_ps_mask((__m512)(x), (__m512)(y), PREDICATE), double                     \
             : _mm512_cmp_pd_mask((__m512d)(x), (__m512d)(y), PREDICATE))

/* The bits of a mask, which by itself must not become a wider integer: gcc 12 keeps it on the stack
 * as it is, and reads it from there as the wider one. */
#define MASK_BITS(bits, mask)                                                                      \
    switch (8 * sizeof(mask)) {                                                                    \
    case 8:                                                                                        \
        __asm__("kmovb %1, %k0" : "=r"(bits) : "k"(mask));                                         \
        break;                                                                                     \
    case 16:                                                                                       \
        __asm__("kmovw %1, %k0" : "=r"(bits) : "k"(mask));                                         \
        break;                                                                                     \
    case 32:                                                                                       \
        __asm__("kmovd %1, %k0" : "=r"(bits) : "k"(mask));                                         \
        break;                                                                                     \
    default:                                                                                       \
        __asm__("kmovq %1, %0" : "=r"(bits) : "k"(mask));                                          \
    }

/* The first `n` elements of a vector of them, or all if it has no more; the rest is zero, and is
 * not read. */
ALWAYS_INLINE __m512i lanes_before(size_t n, size_t size, const char *from)
{
    const uint64_t mask = _bzhi_u64(~(uint64_t)0, (uint32_t)n);
    switch (size) {
    case 1:
        return _mm512_maskz_loadu_epi8(mask, from);
    case 2:
        return _mm512_maskz_loadu_epi16((__mmask32)mask, from);
    case 4:
        return _mm512_maskz_loadu_epi32((__mmask16)mask, from);
    default:
        return _mm512_maskz_loadu_epi64((__mmask8)mask, from);
    }
}

#define AS_IT_IS(TYPE, x) (x)
#define WITHOUT_SIGN(TYPE, x)                                                                      \
    _mm512_and_si512(x, sizeof(TYPE) == 8 ? _mm512_set1_epi64(INT64_MAX)                           \
                                          : _mm512_set1_epi32(INT32_MAX))

/* Of elements without gaps, or (a stride of 0) repeated: NAME_packed, which gives bytes without
 * gaps. TAKEN: what is compared of x. */
#define MASKS_RUN(NAME, TYPE, TAKEN, PREDICATE)                                                    \
    ALWAYS_INLINE void NAME##_packed(size_t n, char *const *p, ptrdiff_t so, ptrdiff_t sx,         \
                                     ptrdiff_t sy)                                                 \
    {                                                                                              \
        typedef TYPE vector __attribute__((vector_size(64)));                                      \
        enum { LANES = 64 / sizeof(TYPE) };                                                        \
        const __m512i ones = _mm512_set1_epi8(1);                                                  \
        char *to = p[0];                                                                           \
        const char *px = p[1], *py = p[2];                                                         \
        const __m512i x0 = (__m512i)(*(const TYPE *)px - (vector){0});                             \
        const __m512i y0 = (__m512i)(*(const TYPE *)py - (vector){0});                             \
        (void)so;                                                                                  \
        for (; n >= 64; n -= 64, to += 64, px += 64 * sx, py += 64 * sy) {                         \
            uint64_t flags = 0;                                                                    \
            _Pragma("GCC unroll 8") for (ptrdiff_t at = 0; at < 64; at += LANES)                   \
            {                                                                                      \
                const __m512i x = sx ? _mm512_loadu_si512(px + at * sx) : x0;                      \
                const __m512i y = sy ? _mm512_loadu_si512(py + at * sy) : y0;                      \
                const __auto_type mask = LANES_MASK(TYPE, TAKEN(TYPE, x), y, PREDICATE);           \
                uint64_t bits;                                                                     \
                MASK_BITS(bits, mask)                                                              \
                flags |= bits << at;                                                               \
            }                                                                                      \
            _mm512_storeu_si512(to, _mm512_maskz_mov_epi8(flags, ones));                           \
        }                                                                                          \
        if (n == 0)                                                                                \
            return;                                                                                \
        uint64_t flags = 0;                                                                        \
        for (size_t at = 0; at < n; at += LANES) {                                                 \
            const __m512i x =                                                                      \
                sx ? lanes_before(n - at, sizeof(TYPE), px + (ptrdiff_t)at * sx) : x0;             \
            const __m512i y =                                                                      \
                sy ? lanes_before(n - at, sizeof(TYPE), py + (ptrdiff_t)at * sy) : y0;             \
            const __auto_type mask = LANES_MASK(TYPE, TAKEN(TYPE, x), y, PREDICATE);               \
            uint64_t bits;                                                                         \
            MASK_BITS(bits, mask)                                                                  \
            flags |= bits << at;                                                                   \
        }                                                                                          \
        _mm512_mask_storeu_epi8(to, _bzhi_u64(~(uint64_t)0, (uint32_t)n),                          \
                                _mm512_maskz_mov_epi8(flags, ones));                               \
    }

#define COMPARISON_KERNEL(D, TYPE, name, ...)                                                      \
    BINARY_RUN(name##_##D, uint8_t, TYPE, __VA_ARGS__)                                             \
    MASKS_RUN(name##_##D, TYPE, AS_IT_IS, PREDICATE_##name)                                        \
    BINARY_FORMS(name##_##D, uint8_t, TYPE, name##_##D##_packed)                                   \
    BINARY_STREAMING_LOOP(name##_##D, uint8_t, TYPE, name##_##D##_packed)

/* Tests of floats compare the bits of their size with those of infinity, which raises no flag. */
#define BITS_FLOAT32 uint32_t
#define BITS_FLOAT64 uint64_t
enum {
    PREDICATE_isnan = _MM_CMPINT_NLE,
    PREDICATE_isinf = _MM_CMPINT_EQ,
    PREDICATE_isfinite = _MM_CMPINT_LT
};
#define FLOAT_TEST_KERNEL(D, TYPE, name, ...)                                                      \
    UNARY_LOOP(name##_##D##_apart, uint8_t, TYPE, __VA_ARGS__)                                     \
    MASKS_RUN(name##_##D, BITS_##D, WITHOUT_SIGN, PREDICATE_##name)                                \
    ALWAYS_INLINE void name##_##D##_run(size_t n, char *const *p, ptrdiff_t so, ptrdiff_t sx)      \
    {                                                                                              \
        const TYPE infinity = (TYPE)INFINITY;                                                      \
        name##_##D##_packed(n, (char *[]){p[0], p[1], (char *)&infinity}, so, sx, 0);              \
    }                                                                                              \
    static void name##_##D(size_t n, char *const *p, const ptrdiff_t *s)                           \
    {                                                                                              \
        if (s[0] == 1 && s[1] == sizeof(TYPE))                                                     \
            name##_##D##_run(n, p, 1, sizeof(TYPE));                                               \
        else                                                                                       \
            name##_##D##_apart(n, p, s);                                                           \
    }                                                                                              \
    UNARY_STREAMING_LOOP(name##_##D, uint8_t, TYPE)

#else
#define COMPARISON_KERNEL BINARY_TEST_KERNEL
#define FLOAT_TEST_KERNEL UNARY_TEST_KERNEL
#endif

#endif

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
 * operators, or (NLT, NLE) true where those are false, as they are of NaN. */
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

/* The first `n` bits, or all if there are no more. */
ALWAYS_INLINE uint64_t bits_before(size_t n)
{
    return _bzhi_u64(~(uint64_t)0, (uint32_t)n);
}

/* The first `n` elements of a vector of them, or all if it has no more; the rest is zero, and is
 * not read. */
ALWAYS_INLINE __m512i lanes_before(size_t n, size_t size, const char *from)
{
    const uint64_t mask = bits_before(n);
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

/* Tests of x, y and z by 64 elements: without gaps, or (a stride of 0) repeated. MASK(TYPE, x, y,
 * z) is one of lanes; FLAGS what becomes of the bits of 64 of them, before they become bytes. */
#define MASKS_RUN(NAME, TYPE, FLAGS, MASK)                                                         \
    ALWAYS_INLINE void NAME##_masks(size_t n, char *to, const char *const *p, ptrdiff_t sx,        \
                                    ptrdiff_t sy, ptrdiff_t sz)                                    \
    {                                                                                              \
        typedef TYPE vector __attribute__((vector_size(64)));                                      \
        enum { LANES = 64 / sizeof(TYPE) };                                                        \
        const __m512i ones = _mm512_set1_epi8(1);                                                  \
        const char *px = p[0], *py = p[1], *pz = p[2];                                             \
        const __m512i x0 = (__m512i)(*(const TYPE *)px - (vector){0});                             \
        const __m512i y0 = (__m512i)(*(const TYPE *)py - (vector){0});                             \
        const __m512i z0 = (__m512i)(*(const TYPE *)pz - (vector){0});                             \
        for (; n >= 64; n -= 64, to += 64, px += 64 * sx, py += 64 * sy, pz += 64 * sz) {          \
            uint64_t flags = 0;                                                                    \
            _Pragma("GCC unroll 8") for (ptrdiff_t at = 0; at < 64; at += LANES)                   \
            {                                                                                      \
                const __m512i x = sx ? _mm512_loadu_si512(px + at * sx) : x0;                      \
                const __m512i y = sy ? _mm512_loadu_si512(py + at * sy) : y0;                      \
                const __m512i z = sz ? _mm512_loadu_si512(pz + at * sz) : z0;                      \
                const __auto_type mask = MASK(TYPE, x, y, z);                                      \
                uint64_t bits;                                                                     \
                MASK_BITS(bits, mask)                                                              \
                flags |= bits << at;                                                               \
                (void)z;                                                                           \
            }                                                                                      \
            _mm512_storeu_si512(to, _mm512_maskz_mov_epi8(FLAGS(flags), ones));                    \
        }                                                                                          \
        if (n == 0)                                                                                \
            return;                                                                                \
        uint64_t flags = 0;                                                                        \
        for (size_t at = 0; at < n; at += LANES) {                                                 \
            const ptrdiff_t before = (ptrdiff_t)at;                                                \
            const __m512i x = sx ? lanes_before(n - at, sizeof(TYPE), px + before * sx) : x0;      \
            const __m512i y = sy ? lanes_before(n - at, sizeof(TYPE), py + before * sy) : y0;      \
            const __m512i z = sz ? lanes_before(n - at, sizeof(TYPE), pz + before * sz) : z0;      \
            const __auto_type mask = MASK(TYPE, x, y, z);                                          \
            uint64_t bits;                                                                         \
            MASK_BITS(bits, mask)                                                                  \
            flags |= bits << at;                                                                   \
            (void)z;                                                                               \
        }                                                                                          \
        _mm512_mask_storeu_epi8(to, bits_before(n), _mm512_maskz_mov_epi8(FLAGS(flags), ones));    \
    }

#define AS_THEY_ARE(flags) (flags)
#define THE_OTHERS(flags) (~(flags))

/* Of x and y, with the arguments that loops of two have (loops.h). */
#define MASKS_OF_TWO(NAME, TYPE, MASK)                                                             \
    MASKS_RUN(NAME, TYPE, AS_THEY_ARE, MASK)                                                       \
    ALWAYS_INLINE void NAME##_packed(size_t n, char *const *p, ptrdiff_t so, ptrdiff_t sx,         \
                                     ptrdiff_t sy)                                                 \
    {                                                                                              \
        (void)so;                                                                                  \
        NAME##_masks(n, p[0], (const char *[]){p[1], p[2], p[2]}, sx, sy, 0);                      \
    }

#define MASK_equal(TYPE, x, y, z) LANES_MASK(TYPE, x, y, _MM_CMPINT_EQ)
#define MASK_not_equal(TYPE, x, y, z) LANES_MASK(TYPE, x, y, _MM_CMPINT_NE)
#define MASK_less(TYPE, x, y, z) LANES_MASK(TYPE, x, y, _MM_CMPINT_LT)
#define MASK_less_equal(TYPE, x, y, z) LANES_MASK(TYPE, x, y, _MM_CMPINT_LE)

#define COMPARISON_KERNEL(D, TYPE, name, ...)                                                      \
    BINARY_RUN(name##_##D, uint8_t, TYPE, __VA_ARGS__)                                             \
    MASKS_OF_TWO(name##_##D, TYPE, MASK_##name)                                                    \
    BINARY_FORMS(name##_##D, uint8_t, TYPE, name##_##D##_packed)                                   \
    BINARY_STREAMING_LOOP(name##_##D, uint8_t, TYPE, name##_##D##_packed)

/* Tests of floats compare the bits of their size with those of infinity, which raises no flag. */
#define BITS_FLOAT32 uint32_t
#define BITS_FLOAT64 uint64_t
#define LANES_SIZE(TYPE, x)                                                                        \
    _mm512_and_si512(x, sizeof(TYPE) == 8 ? _mm512_set1_epi64(INT64_MAX)                           \
                                          : _mm512_set1_epi32(INT32_MAX))
#define MASK_isnan(TYPE, x, y, z) LANES_MASK(TYPE, LANES_SIZE(TYPE, x), y, _MM_CMPINT_NLE)
#define MASK_isinf(TYPE, x, y, z) LANES_MASK(TYPE, LANES_SIZE(TYPE, x), y, _MM_CMPINT_EQ)
#define MASK_isfinite(TYPE, x, y, z) LANES_MASK(TYPE, LANES_SIZE(TYPE, x), y, _MM_CMPINT_LT)
#define FLOAT_TEST_KERNEL(D, TYPE, name, ...)                                                      \
    UNARY_LOOP(name##_##D##_apart, uint8_t, TYPE, __VA_ARGS__)                                     \
    MASKS_OF_TWO(name##_##D, BITS_##D, MASK_##name)                                                \
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

/* ---- Two comparisons of x, with y and with z, in one pass ---- */

/* Lanes of `within` where the comparison is true, too. */
#define LANES_MASK_WITHIN(TYPE, within, x, y, PREDICATE)                                           \
    _Generic((TYPE)0, uint8_t                                                                      \
             : _mm512_mask_cmp_epu8_mask(within, x, y, PREDICATE), int32_t                         \
             : _mm512_mask_cmp_epi32_mask(within, x, y, PREDICATE), int64_t                        \
             : _mm512_mask_cmp_epi64_mask(within, x, y, PREDICATE), float                          \
             : _mm512_mask_cmp_ps_mask(within, (__m512)(x), (__m512)(y), PREDICATE), double        \
             : _mm512_mask_cmp_pd_mask(within, (__m512d)(x), (__m512d)(y), PREDICATE))
#define MASK_INSIDE(TYPE, x, y, z, FROM, TO)                                                       \
    LANES_MASK_WITHIN(TYPE, LANES_MASK(TYPE, y, x, FROM), x, z, TO)
#define MASK_NOT_OUTSIDE(TYPE, x, y, z, FROM, TO)                                                  \
    LANES_MASK_WITHIN(TYPE, LANES_MASK(TYPE, x, y, FROM), z, x, TO)
#define MASK_inside_00(TYPE, x, y, z) MASK_INSIDE(TYPE, x, y, z, _MM_CMPINT_LT, _MM_CMPINT_LT)
#define MASK_inside_01(TYPE, x, y, z) MASK_INSIDE(TYPE, x, y, z, _MM_CMPINT_LT, _MM_CMPINT_LE)
#define MASK_inside_10(TYPE, x, y, z) MASK_INSIDE(TYPE, x, y, z, _MM_CMPINT_LE, _MM_CMPINT_LT)
#define MASK_inside_11(TYPE, x, y, z) MASK_INSIDE(TYPE, x, y, z, _MM_CMPINT_LE, _MM_CMPINT_LE)
#define MASK_outside_00(TYPE, x, y, z)                                                             \
    MASK_NOT_OUTSIDE(TYPE, x, y, z, _MM_CMPINT_NLT, _MM_CMPINT_NLT)
#define MASK_outside_01(TYPE, x, y, z)                                                             \
    MASK_NOT_OUTSIDE(TYPE, x, y, z, _MM_CMPINT_NLT, _MM_CMPINT_NLE)
#define MASK_outside_10(TYPE, x, y, z)                                                             \
    MASK_NOT_OUTSIDE(TYPE, x, y, z, _MM_CMPINT_NLE, _MM_CMPINT_NLT)
#define MASK_outside_11(TYPE, x, y, z)                                                             \
    MASK_NOT_OUTSIDE(TYPE, x, y, z, _MM_CMPINT_NLE, _MM_CMPINT_NLE)

/* Elements that are `stride` bytes apart, one after the other. */
#define PACK(TYPE)                                                                                 \
    for (size_t i = 0; i < n; i++, from += stride)                                                 \
    memcpy(to + i * sizeof(TYPE), from, sizeof(TYPE))
ALWAYS_INLINE void pack(size_t n, size_t size, char *to, const char *from, ptrdiff_t stride)
{
    switch (size) {
    case 1:
        PACK(uint8_t);
        break;
    case 4:
        PACK(uint32_t);
        break;
    default:
        PACK(uint64_t);
    }
}

typedef void range_run(size_t n, char *to, const char *const *p);

/* What has gaps, or is repeated, as blocks of elements without gaps. */
static __attribute__((noinline)) void range_by_blocks(range_run *run, ptrdiff_t size, size_t n,
                                                      char *const *p, const ptrdiff_t *s)
{
    enum { TOGETHER = 512, ARGUMENTS = 3 };
    char packed[ARGUMENTS][TOGETHER * 8], truths[TOGETHER];
    for (size_t begin = 0; begin < n; begin += TOGETHER) {
        const size_t count = n - begin < TOGETHER ? n - begin : TOGETHER;
        char *const to = p[0] + (ptrdiff_t)begin * s[0];
        const char *in[ARGUMENTS];
        for (int a = 0; a < ARGUMENTS; a++) {
            const char *const from = p[1 + a] + (ptrdiff_t)begin * s[1 + a];
            in[a] = s[1 + a] == size ? from : packed[a];
            if (in[a] != from && (s[1 + a] != 0 || begin == 0))
                pack(count, (size_t)size, packed[a], from, s[1 + a]);
        }
        run(count, s[0] == 1 ? to : truths, in);
        for (size_t i = 0; i < count && s[0] != 1; i++)
            to[(ptrdiff_t)i * s[0]] = truths[i];
    }
}

#define RANGE_KERNEL(D, TYPE, name, FLAGS)                                                         \
    MASKS_RUN(name##_##D, TYPE, FLAGS, MASK_##name)                                                \
    static void name##_##D##_of_arrays(size_t n, char *to, const char *const *p)                   \
    {                                                                                              \
        name##_##D##_masks(n, to, p, sizeof(TYPE), sizeof(TYPE), sizeof(TYPE));                    \
    }                                                                                              \
    static void name##_##D(size_t n, char *const *p, const ptrdiff_t *s)                           \
    {                                                                                              \
        enum { SIZE = sizeof(TYPE) };                                                              \
        const char *const in[] = {p[1], p[2], p[3]};                                               \
        const bool packed = n > 0 && s[0] == 1 && s[1] == SIZE;                                    \
        if (packed && s[2] == 0 && s[3] == 0)                                                      \
            name##_##D##_masks(n, p[0], in, SIZE, 0, 0);                                           \
        else if (packed && s[2] == SIZE && s[3] == 0)                                              \
            name##_##D##_masks(n, p[0], in, SIZE, SIZE, 0);                                        \
        else if (packed && s[2] == 0 && s[3] == SIZE)                                              \
            name##_##D##_masks(n, p[0], in, SIZE, 0, SIZE);                                        \
        else                                                                                       \
            range_by_blocks(name##_##D##_of_arrays, SIZE, n, p, s);                                \
    }
#define RANGE_KERNELS(D, TYPE)                                                                     \
    RANGE_KERNEL(D, TYPE, inside_00, AS_THEY_ARE)                                                  \
    RANGE_KERNEL(D, TYPE, inside_01, AS_THEY_ARE)                                                  \
    RANGE_KERNEL(D, TYPE, inside_10, AS_THEY_ARE)                                                  \
    RANGE_KERNEL(D, TYPE, inside_11, AS_THEY_ARE)                                                  \
    RANGE_KERNEL(D, TYPE, outside_00, THE_OTHERS)                                                  \
    RANGE_KERNEL(D, TYPE, outside_01, THE_OTHERS)                                                  \
    RANGE_KERNEL(D, TYPE, outside_10, THE_OTHERS)                                                  \
    RANGE_KERNEL(D, TYPE, outside_11, THE_OTHERS)
#define RANGE_SLOTS(D, TYPE)                                                                       \
    kernels->range[NDI_INSIDE][0][0][ND_##D] = inside_00_##D;                                      \
    kernels->range[NDI_INSIDE][0][1][ND_##D] = inside_01_##D;                                      \
    kernels->range[NDI_INSIDE][1][0][ND_##D] = inside_10_##D;                                      \
    kernels->range[NDI_INSIDE][1][1][ND_##D] = inside_11_##D;                                      \
    kernels->range[NDI_OUTSIDE][0][0][ND_##D] = outside_00_##D;                                    \
    kernels->range[NDI_OUTSIDE][0][1][ND_##D] = outside_01_##D;                                    \
    kernels->range[NDI_OUTSIDE][1][0][ND_##D] = outside_10_##D;                                    \
    kernels->range[NDI_OUTSIDE][1][1][ND_##D] = outside_11_##D;

#else
#define COMPARISON_KERNEL BINARY_TEST_KERNEL
#define FLOAT_TEST_KERNEL UNARY_TEST_KERNEL
#define RANGE_KERNELS(D, TYPE)
#define RANGE_SLOTS(D, TYPE)
#endif

#endif

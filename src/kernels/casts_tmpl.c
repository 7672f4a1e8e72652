/* Conversions between every pair of dtypes, and strided copies; compiled once for each ISA.
 *
 * Floats outside the range of an integer give what the x86 conversion gives, the same on every ISA:
 * narrow integers go through int32, uint32 through int64, and uint64 wraps. */
#include <string.h>

#include "array/dtype.h"
#include "kernels/loops.h"
#include "kernels/templates.h"
#include "kernels/vector.h"

/* ---- Between the dtypes that C computes in ---- */

#define CONVERT_INT8(x) (int8_t)(int32_t)(x)
#define CONVERT_INT16(x) (int16_t)(int32_t)(x)
#define CONVERT_INT32(x) (int32_t)(x)
#define CONVERT_INT64(x) (int64_t)(x)
#define CONVERT_UINT8(x) (uint8_t)(int32_t)(x)
#define CONVERT_UINT16(x) (uint16_t)(int32_t)(x)
#define CONVERT_UINT32(x) (uint32_t)(int64_t)(x)
#define CONVERT_UINT64(x)                                                                          \
    ((x) < 9223372036854775808.0f                                                                  \
         ? (uint64_t)(int64_t)(x)                                                                  \
         : (uint64_t)(int64_t)((x)-9223372036854775808.0f) ^ ((uint64_t)1 << 63))

/* CAST_ROW(to, type) for one target; the value x is of type T. */
#define CAST_FROM_INTS(M, ...)                                                                     \
    M(BOOL, uint8_t, __VA_ARGS__)                                                                  \
    M(INT8, int8_t, __VA_ARGS__)                                                                   \
    M(INT16, int16_t, __VA_ARGS__)                                                                 \
    M(INT32, int32_t, __VA_ARGS__)                                                                 \
    M(INT64, int64_t, __VA_ARGS__)                                                                 \
    M(UINT8, uint8_t, __VA_ARGS__)                                                                 \
    M(UINT16, uint16_t, __VA_ARGS__)                                                               \
    M(UINT32, uint32_t, __VA_ARGS__)                                                               \
    M(UINT64, uint64_t, __VA_ARGS__)
#define CAST_FROM_FLOATS(M, ...) M(FLOAT32, float, __VA_ARGS__) M(FLOAT64, double, __VA_ARGS__)
#define CAST_FROM_COMPLEX(M, ...)                                                                  \
    M(COMPLEX64, complex64, __VA_ARGS__) M(COMPLEX128, complex128, __VA_ARGS__)
#define CAST_FROM_ALL(M, ...)                                                                      \
    CAST_FROM_INTS(M, __VA_ARGS__)                                                                 \
    CAST_FROM_FLOATS(M, __VA_ARGS__) CAST_FROM_COMPLEX(M, __VA_ARGS__)

#define CAST_PLAIN(FROM, IN, TO, OUT) UNARY_LOOP(cast_##TO##_##FROM, OUT, IN, (OUT)x)
#define CAST_CONVERTED(FROM, IN, TO, OUT) UNARY_LOOP(cast_##TO##_##FROM, OUT, IN, CONVERT_##TO(x))
#define CAST_REAL_PART(FROM, IN, TO, OUT)                                                          \
    UNARY_LOOP(cast_##TO##_##FROM, OUT, IN, CONVERT_##TO(__real__ x))
#define CAST_REAL_FLOAT(FROM, IN, TO, OUT)                                                         \
    UNARY_LOOP(cast_##TO##_##FROM, OUT, IN, (OUT)(__real__ x))
#define CAST_TRUTH(FROM, IN, TO, OUT) UNARY_LOOP(cast_##TO##_##FROM, OUT, IN, x != 0)
#define CAST_COMPLEX_OF(FROM, IN, TO, OUT)                                                         \
    UNARY_LOOP(cast_##TO##_##FROM, OUT, IN,                                                        \
               __builtin_complex((__typeof__(__real__(OUT) 0))x, (__typeof__(__real__(OUT) 0))0))

#define CASTS_TO_INT(TO, OUT, ...)                                                                 \
    CAST_FROM_INTS(CAST_PLAIN, TO, OUT)                                                            \
    CAST_FROM_FLOATS(CAST_CONVERTED, TO, OUT)                                                      \
    CAST_FROM_COMPLEX(CAST_REAL_PART, TO, OUT)
#define CASTS_TO_FLOAT(TO, OUT, ...)                                                               \
    CAST_FROM_INTS(CAST_PLAIN, TO, OUT)                                                            \
    CAST_FROM_FLOATS(CAST_PLAIN, TO, OUT)                                                          \
    CAST_FROM_COMPLEX(CAST_REAL_FLOAT, TO, OUT)
#define CASTS_TO_COMPLEX(TO, OUT, ...)                                                             \
    CAST_FROM_INTS(CAST_COMPLEX_OF, TO, OUT)                                                       \
    CAST_FROM_FLOATS(CAST_COMPLEX_OF, TO, OUT)                                                     \
    CAST_FROM_COMPLEX(CAST_PLAIN, TO, OUT)

ON_INTS(CASTS_TO_INT, )
ON_FLOATS(CASTS_TO_FLOAT, )
ON_COMPLEX(CASTS_TO_COMPLEX, )
CAST_FROM_ALL(CAST_TRUTH, BOOL, uint8_t)

/* ---- The half floats: to and from float32 directly, to the others through it ---- */

#if !defined(NDI_REFERENCE) && defined(__F16C__)
#define HALF_TO_FLOAT(x) _cvtsh_ss(x)
#define FLOAT_TO_HALF(x) _cvtss_sh(x, _MM_FROUND_TO_NEAREST_INT)
#else
#define HALF_TO_FLOAT(x) ndi_half_to_float(x)
#define FLOAT_TO_HALF(x) ndi_float_to_half(x)
#endif

ALWAYS_INLINE float bfloat_to_float(uint16_t x)
{
    union {
        uint32_t bits;
        float value;
    } u = {.bits = (uint32_t)x << 16};
    return u.value;
}

ALWAYS_INLINE uint16_t float_to_bfloat(float x)
{
    union {
        float value;
        uint32_t bits;
    } u = {.value = x};
    const uint32_t rounded = (u.bits + 0x7fff + ((u.bits >> 16) & 1)) >> 16;
    return (u.bits & 0x7fffffff) > 0x7f800000 ? (u.bits >> 16) | 0x40
                                              : rounded; /* NaN stays one, quiet */
}

UNARY_LOOP(half_to_float_strided, float, uint16_t, HALF_TO_FLOAT(x))
UNARY_LOOP(float_to_half_strided, uint16_t, float, FLOAT_TO_HALF(x))
UNARY_LOOP(cast_FLOAT32_BFLOAT16, float, uint16_t, bfloat_to_float(x))
UNARY_LOOP(cast_BFLOAT16_FLOAT32, uint16_t, float, float_to_bfloat(x))
UNARY_LOOP(cast_FLOAT16_FLOAT64, uint16_t, double, ndi_double_to_half(x))
UNARY_LOOP(cast_BFLOAT16_FLOAT64, uint16_t, double, ndi_double_to_bfloat(x))

/* gcc does not vectorise the F16C conversions by itself. */
static void cast_FLOAT32_FLOAT16(size_t n, char *const *p, const ptrdiff_t *s)
{
    size_t i = 0;
#if !defined(NDI_REFERENCE) && defined(__F16C__)
    if (s[0] == 4 && s[1] == 2)
        for (; i + 8 <= n; i += 8)
            _mm256_storeu_ps(
                (float *)p[0] + i,
                _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)((const uint16_t *)p[1] + i))));
#endif
    char *const rest[] = {p[0] + (ptrdiff_t)i * s[0], p[1] + (ptrdiff_t)i * s[1]};
    half_to_float_strided(n - i, rest, s);
}

static void cast_FLOAT16_FLOAT32(size_t n, char *const *p, const ptrdiff_t *s)
{
    size_t i = 0;
#if !defined(NDI_REFERENCE) && defined(__F16C__)
    if (s[0] == 2 && s[1] == 4)
        for (; i + 8 <= n; i += 8)
            _mm_storeu_si128((__m128i *)((uint16_t *)p[0] + i),
                             _mm256_cvtps_ph(_mm256_loadu_ps((const float *)p[1] + i),
                                             _MM_FROUND_TO_NEAREST_INT));
#endif
    char *const rest[] = {p[0] + (ptrdiff_t)i * s[0], p[1] + (ptrdiff_t)i * s[1]};
    float_to_half_strided(n - i, rest, s);
}

enum { STAGED = 256 };

/* `first` into a block of float32 on the stack, `second` out of it. */
static void through_float(size_t n, char *const *p, const ptrdiff_t *s, ndi_kernel *first,
                          ndi_kernel *second)
{
    float staged[STAGED];
    for (size_t done = 0; done < n; done += STAGED) {
        const size_t now = n - done < STAGED ? n - done : STAGED;
        char *const in[] = {(char *)staged, p[1] + (ptrdiff_t)done * s[1]};
        char *const out[] = {p[0] + (ptrdiff_t)done * s[0], (char *)staged};
        first(now, in, (const ptrdiff_t[]){sizeof(float), s[1]});
        second(now, out, (const ptrdiff_t[]){s[0], sizeof(float)});
    }
}

#define CAST_THROUGH_FLOAT(TO, FROM)                                                               \
    static void cast_##TO##_##FROM(size_t n, char *const *p, const ptrdiff_t *s)                   \
    {                                                                                              \
        through_float(n, p, s, cast_FLOAT32_##FROM, cast_##TO##_FLOAT32);                          \
    }
/* An integer as the float that rounds to the bfloat16 nearest to the integer: the bits that the
 * float does not hold are gathered in its last one ("round to odd"). float16 needs none of this: it
 * ends before float's integers do. */
ALWAYS_INLINE float float_for_rounding(uint64_t magnitude, int negative)
{
    if (magnitude >> 24) {
        const int shift = 40 - __builtin_clzll(magnitude);
        const uint64_t lost = magnitude & (((uint64_t)1 << shift) - 1);
        magnitude = (magnitude - lost) | (uint64_t)(lost != 0) << shift;
    }
    return negative ? -(float)magnitude : (float)magnitude;
}

#define CASTS_OF_HALVES(FROM, IN, ...)                                                             \
    CAST_THROUGH_FLOAT(FLOAT16, FROM)                                                              \
    CAST_THROUGH_FLOAT(FROM, FLOAT16)                                                              \
    CAST_THROUGH_FLOAT(FROM, BFLOAT16)
#define CAST_SIGNED_TO_BFLOAT16(FROM, IN)                                                          \
    UNARY_LOOP(cast_BFLOAT16_##FROM, uint16_t, IN,                                                 \
               float_to_bfloat(float_for_rounding(x < 0 ? 0 - (uint64_t)x : (uint64_t)x, x < 0)))
#define CAST_UNSIGNED_TO_BFLOAT16(FROM, IN)                                                        \
    UNARY_LOOP(cast_BFLOAT16_##FROM, uint16_t, IN, float_to_bfloat(float_for_rounding(x, 0)))
CASTS_OF_HALVES(BOOL, uint8_t)
ON_INTS(CASTS_OF_HALVES, )
CAST_THROUGH_FLOAT(BFLOAT16, BOOL)
CAST_THROUGH_FLOAT(BFLOAT16, INT8)
CAST_THROUGH_FLOAT(BFLOAT16, INT16)
CAST_THROUGH_FLOAT(BFLOAT16, UINT8)
CAST_THROUGH_FLOAT(BFLOAT16, UINT16)
CAST_SIGNED_TO_BFLOAT16(INT32, int32_t)
CAST_SIGNED_TO_BFLOAT16(INT64, int64_t)
CAST_UNSIGNED_TO_BFLOAT16(UINT32, uint32_t)
CAST_UNSIGNED_TO_BFLOAT16(UINT64, uint64_t)
CAST_THROUGH_FLOAT(FLOAT64, FLOAT16)
CAST_THROUGH_FLOAT(FLOAT64, BFLOAT16)
CAST_THROUGH_FLOAT(FLOAT16, BFLOAT16)
CAST_THROUGH_FLOAT(BFLOAT16, FLOAT16)
CAST_THROUGH_FLOAT(COMPLEX64, FLOAT16)
CAST_THROUGH_FLOAT(COMPLEX64, BFLOAT16)
CAST_THROUGH_FLOAT(COMPLEX128, FLOAT16)
CAST_THROUGH_FLOAT(COMPLEX128, BFLOAT16)
CAST_THROUGH_FLOAT(FLOAT16, COMPLEX64)
CAST_THROUGH_FLOAT(BFLOAT16, COMPLEX64)
UNARY_LOOP(cast_FLOAT16_COMPLEX128, uint16_t, complex128, ndi_double_to_half(__real__ x))
UNARY_LOOP(cast_BFLOAT16_COMPLEX128, uint16_t, complex128, ndi_double_to_bfloat(__real__ x))
/* Truth of a half float is truth of its float32; the general line above makes it. */

/* ---- Streaming forms ---- */

#define CAST_STREAMING(FROM, IN, TO, OUT) UNARY_STREAMING_LOOP(cast_##TO##_##FROM, OUT, IN)
#define CASTS_STREAMING(TO, OUT, ...) CAST_FROM_ALL(CAST_STREAMING, TO, OUT)
ON_ALL(CASTS_STREAMING, )

/* ---- Copies, by size; of one element: fills ---- */

/* memmove. C libraries leave long runs to `rep movsb`, which on AMD's Zen takes fifteen times as
 * long where the target lies less than a vector ahead of the source within a page, as in a shift by
 * one element: such runs go in parts too short for it. */
static void move_run(char *to, const char *from, size_t bytes)
{
    enum { PAGE = 4096, VECTOR = 64, PART = 1984 };
    const size_t ahead = (uintptr_t)(to - from) % PAGE;
    const bool overlaps_later = (uintptr_t)(to - from) < bytes;
    if (bytes < PAGE || ahead == 0 || ahead >= VECTOR || overlaps_later) {
        memmove(to, from, bytes);
        return;
    }
    for (; bytes > PART; to += PART, from += PART, bytes -= PART)
        memmove(to, from, PART);
    memmove(to, from, bytes);
}

/* As real parts, every other sample or one colour of two. */
#define EVERY_OTHER(NAME, TYPE)                                                                    \
    ALWAYS_INLINE void NAME(size_t n, TYPE *to, const TYPE *from)                                  \
    {                                                                                              \
        IVDEP                                                                                      \
        for (size_t i = 0; i < n; i++)                                                             \
            to[i] = from[2 * i];                                                                   \
    }
/* The second of pairs, as imaginary parts, by whole vectors of pairs: from the first that is wanted
 * on, every load would cross a cache line (x[::2] + x[1::2] of 10,000 doubles: 3.4 us, 2.4
 * this way). The first is taken alone, as nothing before it may be read. */
#define EVERY_OTHER_BY_PAIRS(SIZE, TYPE)                                                           \
    EVERY_OTHER(copy_first_##SIZE, TYPE)                                                           \
    ALWAYS_INLINE void copy_every_other_##SIZE(size_t n, TYPE *to, const TYPE *from)               \
    {                                                                                              \
        enum { LANES = VECTOR_BYTES / SIZE };                                                      \
        typedef TYPE vector __attribute__((vector_size(VECTOR_BYTES), may_alias));                 \
        typedef TYPE loose __attribute__((vector_size(VECTOR_BYTES), aligned(SIZE), may_alias));   \
        if ((uintptr_t)from % (2 * (SIZE)) == SIZE) {                                              \
            vector second;                                                                         \
            for (int l = 0; l < LANES; l++)                                                        \
                second[l] = (TYPE)(2 * l + 1);                                                     \
            for (bool before = false; n > 0 && (!before || (uintptr_t)(from - 1) % VECTOR_BYTES);  \
                 n--, from += 2, before = true)                                                    \
                *to++ = *from;                                                                     \
            for (; n >= LANES; n -= LANES, to += LANES, from += 2 * LANES) {                       \
                const vector *const pairs = (const vector *)(from - 1);                            \
                *(loose *)to = __builtin_shuffle(pairs[0], pairs[1], second);                      \
            }                                                                                      \
        }                                                                                          \
        copy_first_##SIZE(n, to, from);                                                            \
    }
EVERY_OTHER(copy_every_other_1, uint8_t)
EVERY_OTHER(copy_every_other_2, uint16_t)
EVERY_OTHER_BY_PAIRS(4, uint32_t)
EVERY_OTHER_BY_PAIRS(8, uint64_t)
EVERY_OTHER(copy_every_other_16, complex128)

UNARY_LOOP(copy_apart_1, uint8_t, uint8_t, x)
UNARY_LOOP(copy_apart_2, uint16_t, uint16_t, x)
UNARY_LOOP(copy_apart_4, uint32_t, uint32_t, x)
UNARY_LOOP(copy_apart_16, complex128, complex128, x)
/* Four at a time: what gcc makes of the plain loop takes twice as long for 8 bytes, and is as fast
 * for others (one of two columns of 10,000 doubles: 6.1 us, 2.8 this way). */
static void copy_apart_8(size_t n, char *const *p, const ptrdiff_t *s)
{
    const ptrdiff_t so = s[0], sx = s[1];
    char *to = p[0];
    const char *from = p[1];
    for (; n >= 4; n -= 4, to += 4 * so, from += 4 * sx) {
        const uint64_t x0 = *(const uint64_t *)from, x1 = *(const uint64_t *)(from + sx),
                       x2 = *(const uint64_t *)(from + 2 * sx),
                       x3 = *(const uint64_t *)(from + 3 * sx);
        *(uint64_t *)to = x0;
        *(uint64_t *)(to + so) = x1;
        *(uint64_t *)(to + 2 * so) = x2;
        *(uint64_t *)(to + 3 * so) = x3;
    }
    for (; n > 0; n--, to += so, from += sx)
        *(uint64_t *)to = *(const uint64_t *)from;
}

#define COPY_LOOP(SIZE, TYPE)                                                                      \
    ALWAYS_INLINE void copy_reversed_##SIZE(size_t n, TYPE *to, const TYPE *from)                  \
    {                                                                                              \
        IVDEP                                                                                      \
        for (size_t i = 0; i < n; i++)                                                             \
            to[i] = from[-(ptrdiff_t)i];                                                           \
    }                                                                                              \
    ALWAYS_INLINE void fill_##SIZE(size_t n, char *to, ptrdiff_t so, TYPE x)                       \
    {                                                                                              \
        IVDEP                                                                                      \
        for (size_t i = 0; i < n; i++)                                                             \
            *(TYPE *)(to + (ptrdiff_t)i * so) = x;                                                 \
    }                                                                                              \
    ALWAYS_INLINE void fill_apart_##SIZE(size_t n, char *to, ptrdiff_t so, TYPE x)                 \
    {                                                                                              \
        for (; n >= 4; n -= 4, to += 4 * so) {                                                     \
            *(TYPE *)to = x;                                                                       \
            *(TYPE *)(to + so) = x;                                                                \
            *(TYPE *)(to + 2 * so) = x;                                                            \
            *(TYPE *)(to + 3 * so) = x;                                                            \
        }                                                                                          \
        fill_##SIZE(n, to, so, x);                                                                 \
    }                                                                                              \
    static void copy_##SIZE(size_t n, char *const *p, const ptrdiff_t *s)                          \
    {                                                                                              \
        if (s[0] == SIZE && s[1] == SIZE)                                                          \
            move_run(p[0], p[1], n *SIZE);                                                         \
        else if (s[1] == 0 && n && s[0] == SIZE)                                                   \
            fill_##SIZE(n, p[0], SIZE, *(const TYPE *)p[1]);                                       \
        else if (s[1] == 0 && n)                                                                   \
            fill_apart_##SIZE(n, p[0], s[0], *(const TYPE *)p[1]);                                 \
        else if (s[0] == SIZE && s[1] == 2 * SIZE)                                                 \
            copy_every_other_##SIZE(n, (TYPE *)p[0], (const TYPE *)p[1]);                          \
        else if (s[0] == SIZE && s[1] == -SIZE)                                                    \
            copy_reversed_##SIZE(n, (TYPE *)p[0], (const TYPE *)p[1]);                             \
        else                                                                                       \
            copy_apart_##SIZE(n, p, s);                                                            \
    }
COPY_LOOP(1, uint8_t)
COPY_LOOP(2, uint16_t)
COPY_LOOP(4, uint32_t)
COPY_LOOP(8, uint64_t)
COPY_LOOP(16, complex128)

#ifdef STREAM_VECTOR
#define CAST_SLOT(FROM, IN, TO, ...)                                                               \
    kernels->cast[ND_##TO][ND_##FROM] = cast_##TO##_##FROM;                                        \
    kernels->streaming_cast[ND_##TO][ND_##FROM] = cast_##TO##_##FROM##_streaming;
#else
#define CAST_SLOT(FROM, IN, TO, ...) kernels->cast[ND_##TO][ND_##FROM] = cast_##TO##_##FROM;
#endif
#define CAST_SLOTS(TO, OUT, ...) CAST_FROM_ALL(CAST_SLOT, TO, )
#define HALF_SLOTS(FROM, IN, ...)                                                                  \
    kernels->cast[ND_FLOAT16][ND_##FROM] = cast_FLOAT16_##FROM;                                    \
    kernels->cast[ND_BFLOAT16][ND_##FROM] = cast_BFLOAT16_##FROM;                                  \
    kernels->cast[ND_##FROM][ND_FLOAT16] = cast_##FROM##_FLOAT16;                                  \
    kernels->cast[ND_##FROM][ND_BFLOAT16] = cast_##FROM##_BFLOAT16;

void NDI_ISA_NAME(ndi_fill_casts)(ndi_kernels *kernels)
{
    ON_ALL(CAST_SLOTS, )
    CAST_FROM_ALL(HALF_SLOTS, )
    kernels->cast[ND_FLOAT16][ND_BFLOAT16] = cast_FLOAT16_BFLOAT16;
    kernels->cast[ND_BFLOAT16][ND_FLOAT16] = cast_BFLOAT16_FLOAT16;
    for (nd_dtype dtype = 0; dtype < ND_DTYPE_COUNT; dtype++) {
        const size_t size = nd_dtype_size(dtype);
        kernels->cast[dtype][dtype] = size == 1   ? copy_1
                                      : size == 2 ? copy_2
                                      : size == 4 ? copy_4
                                      : size == 8 ? copy_8
                                                  : copy_16;
    }
}

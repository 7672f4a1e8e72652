/* Selection: counting, packing and unpacking by masks, and moving elements by offsets; compiled
 * once for each ISA.
 *
 * AVX-512 packs a vector in a register and stores it whole where there is room behind, else under a
 * mask: its own packing store takes a hundred cycles on some CPUs. Loads are masked, so nothing
 * outside the arrays is touched. Without it, elements go eight at a time: groups of which none or
 * all are wanted are common, others are written one over the other and the place moves on by the
 * mask. A mask's bytes count as true if they are not 0. */
#include <string.h>

#include "kernels/loops.h"
#include "kernels/templates.h"
#include "kernels/vector.h"

#define ONES 0x0101010101010101u

/* Elements that lie anywhere: rows of a few bytes are moved as if they were one. */
typedef uint8_t item_1;
typedef uint16_t __attribute__((aligned(1), may_alias)) item_2;
typedef uint32_t __attribute__((aligned(1), may_alias)) item_4;
typedef uint64_t __attribute__((aligned(1), may_alias)) item_8;
typedef struct {
    item_8 low, high;
} item_16;

#define ON_ITEMS(M) M(1) M(2) M(4) M(8) M(16)

/* ---- Masks as numbers ------------------------------------------------------------------------ */

/* 1 in each byte that is not 0. */
__attribute__((unused)) ALWAYS_INLINE uint64_t truths(const uint8_t *mask)
{
    uint64_t m;
    memcpy(&m, mask, 8);
    return ((m | ((m & 0x7f * ONES) + 0x7f * ONES)) >> 7) & ONES;
}

#if VECTOR_BYTES == 64
/* Bits of the next 64 bytes, of which `left` are there. */
ALWAYS_INLINE uint64_t truth_bits(const uint8_t *mask, size_t left)
{
    if (left >= 64) {
        const __m512i m = _mm512_loadu_si512(mask);
        return _mm512_test_epi8_mask(m, m);
    }
    const __m512i m = _mm512_maskz_loadu_epi8(((uint64_t)1 << left) - 1, mask);
    return _mm512_test_epi8_mask(m, m);
}
#endif

static size_t count_true(size_t n, const uint8_t *mask)
{
    size_t count = 0, i = 0;
#if VECTOR_BYTES == 64
    for (; i < n; i += 64)
        count += (size_t)__builtin_popcountll(truth_bits(mask + i, n - i));
#else
    for (; i + 8 <= n; i += 8)
        count += (size_t)((truths(mask + i) * ONES) >> 56);
    for (; i < n; i++)
        count += mask[i] != 0;
#endif
    return count;
}

/* ---- Packing --------------------------------------------------------------------------------- */

#if VECTOR_BYTES == 64

/* What differs by size: a group of LANES elements under the bits m. */
#define LANES_1 16
#define LANES_2 16
#define LANES_4 16
#define LANES_8 8
#define LANES_16 4

/* Each bit twice: an element of 16 bytes is two lanes. */
#define TWICE(m) ((__mmask8)(_pdep_u32(m, 0x55) * 3))

#define PACK_1(m, at)                                                                              \
    _mm512_cvtepi32_epi8(                                                                          \
        _mm512_maskz_compress_epi32(m, _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(m, at))))
#define PACK_2(m, at)                                                                              \
    _mm512_cvtepi32_epi16(                                                                         \
        _mm512_maskz_compress_epi32(m, _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(m, at))))
#define PACK_4(m, at) _mm512_maskz_compress_epi32(m, _mm512_maskz_loadu_epi32(m, at))
#define PACK_8(m, at) _mm512_maskz_compress_epi64(m, _mm512_maskz_loadu_epi64(m, at))
#define PACK_16(m, at) _mm512_maskz_compress_epi64(TWICE(m), _mm512_maskz_loadu_epi64(TWICE(m), at))

#define STORE_1(at, v) _mm_storeu_si128((__m128i *)(at), v)
#define STORE_2(at, v) _mm256_storeu_si256((__m256i *)(at), v)
#define STORE_4(at, v) _mm512_storeu_si512(at, v)
#define STORE_8(at, v) _mm512_storeu_si512(at, v)
#define STORE_16(at, v) _mm512_storeu_si512(at, v)

#define STORE_MASKED_1(at, k, v) _mm_mask_storeu_epi8(at, k, v)
#define STORE_MASKED_2(at, k, v) _mm256_mask_storeu_epi16(at, k, v)
#define STORE_MASKED_4(at, k, v) _mm512_mask_storeu_epi32(at, k, v)
#define STORE_MASKED_8(at, k, v) _mm512_mask_storeu_epi64(at, k, v)
#define STORE_MASKED_16(at, k, v) _mm512_mask_storeu_epi64(at, TWICE(k), v)

/* Calls BODY for each group of LANES bits m that are not all 0; `at` is the group's first element.
 */
#define EACH_GROUP(SIZE, ...)                                                                      \
    for (size_t i = 0; i < n; i += 64) {                                                           \
        uint64_t bits = truth_bits(mask + i, n - i);                                               \
        for (size_t at = i; bits; at += LANES_##SIZE, bits >>= LANES_##SIZE) {                     \
            const uint32_t m = (uint32_t)(bits & ((1u << LANES_##SIZE) - 1));                      \
            if (!m)                                                                                \
                continue;                                                                          \
            const size_t taken = (size_t)__builtin_popcount(m);                                    \
            const uint32_t low = (1u << taken) - 1;                                                \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

/* Whole groups, where there is room behind: no branch but one for 64 elements. */
#define COMPRESS(SIZE)                                                                             \
    ALWAYS_INLINE char *compress_all_##SIZE(char *to, const char *from, uint64_t bits)             \
    {                                                                                              \
        _Pragma("GCC unroll 16") for (int k = 0; k < 64 / LANES_##SIZE; k++)                       \
        {                                                                                          \
            const uint32_t m = (uint32_t)(bits & ((1u << LANES_##SIZE) - 1));                      \
            STORE_##SIZE(to, PACK_##SIZE(m, from));                                                \
            to += (size_t)__builtin_popcount(m) * SIZE;                                            \
            from += LANES_##SIZE * SIZE;                                                           \
            bits >>= LANES_##SIZE;                                                                 \
        }                                                                                          \
        return to;                                                                                 \
    }                                                                                              \
    ALWAYS_INLINE char *compress_some_##SIZE(size_t room, char *to, const char *from,              \
                                             uint64_t bits)                                        \
    {                                                                                              \
        for (; bits; from += LANES_##SIZE * SIZE, bits >>= LANES_##SIZE) {                         \
            const uint32_t m = (uint32_t)(bits & ((1u << LANES_##SIZE) - 1));                      \
            const size_t taken = (size_t)__builtin_popcount(m);                                    \
            const __typeof__(PACK_##SIZE(m, from)) v = PACK_##SIZE(m, from);                       \
            if (room >= LANES_##SIZE)                                                              \
                STORE_##SIZE(to, v);                                                               \
            else                                                                                   \
                STORE_MASKED_##SIZE(to, (1u << taken) - 1, v);                                     \
            to += taken * SIZE;                                                                    \
            room -= taken;                                                                         \
        }                                                                                          \
        return to;                                                                                 \
    }                                                                                              \
    static void compress_##SIZE(size_t n, size_t room, void *out, const void *in,                  \
                                const uint8_t *mask)                                               \
    {                                                                                              \
        const char *from = in;                                                                     \
        char *to = out, *const end = to + room * SIZE;                                             \
        for (size_t i = 0; i < n; i += 64, from += 64 * SIZE) {                                    \
            const uint64_t bits = truth_bits(mask + i, n - i);                                     \
            const size_t left = (size_t)(end - to) / SIZE;                                         \
            if (bits)                                                                              \
                to = left >= 64 ? compress_all_##SIZE(to, from, bits)                              \
                                : compress_some_##SIZE(left, to, from, bits);                      \
        }                                                                                          \
    }

#define SPREAD_1(m, low, at)                                                                       \
    _mm512_cvtepi32_epi8(                                                                          \
        _mm512_maskz_expand_epi32(m, _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(low, at))))
#define SPREAD_2(m, low, at)                                                                       \
    _mm512_cvtepi32_epi16(                                                                         \
        _mm512_maskz_expand_epi32(m, _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(low, at))))
#define SPREAD_4(m, low, at) _mm512_maskz_expand_epi32(m, _mm512_maskz_loadu_epi32(low, at))
#define SPREAD_8(m, low, at) _mm512_maskz_expand_epi64(m, _mm512_maskz_loadu_epi64(low, at))
#define SPREAD_16(m, low, at)                                                                      \
    _mm512_maskz_expand_epi64(TWICE(m), _mm512_maskz_loadu_epi64(TWICE(low), at))

#define EXPAND(SIZE)                                                                               \
    static void expand_##SIZE(size_t n, void *out, const void *in, const uint8_t *mask)            \
    {                                                                                              \
        char *const to = out;                                                                      \
        const char *from = in;                                                                     \
        EACH_GROUP(SIZE, {                                                                         \
            STORE_MASKED_##SIZE(to + at * SIZE, m, SPREAD_##SIZE(m, low, from));                   \
            from += taken * SIZE;                                                                  \
        })                                                                                         \
    }

#define REPEAT_1(x) _mm_set1_epi8((char)(x))
#define REPEAT_2(x) _mm256_set1_epi16((short)(x))
#define REPEAT_4(x) _mm512_set1_epi32((int)(x))
#define REPEAT_8(x) _mm512_set1_epi64((long long)(x))
#define REPEAT_16(x) _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)&(x)))

#define FILL(SIZE)                                                                                 \
    static void fill_##SIZE(size_t n, void *out, const void *value, const uint8_t *mask)           \
    {                                                                                              \
        char *const to = out;                                                                      \
        const item_##SIZE x = *(const item_##SIZE *)value;                                         \
        const __typeof__(REPEAT_##SIZE(x)) v = REPEAT_##SIZE(x);                                   \
        EACH_GROUP(SIZE, {                                                                         \
            (void)low;                                                                             \
            STORE_MASKED_##SIZE(to + at * SIZE, m, v);                                             \
        })                                                                                         \
    }

static void positions(size_t n, size_t count, int64_t *out, int64_t first, const uint8_t *mask)
{
    const __m512i steps = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    EACH_GROUP(8, {
        const __m512i here = _mm512_add_epi64(_mm512_set1_epi64(first + (int64_t)at), steps);
        const __m512i v = _mm512_maskz_compress_epi64((__mmask8)m, here);
        if (count >= 8)
            _mm512_storeu_si512(out, v);
        else
            _mm512_mask_storeu_epi64(out, (__mmask8)low, v);
        out += taken;
        count -= taken;
    })
}

#else

#if VECTOR_BYTES == 32
/* Where the wanted lanes are, packed: the bytes 0 to 7 of `lanes` under a mask of whole bytes. */
ALWAYS_INLINE __m256i wanted_lanes(uint64_t mask)
{
    return _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)_pext_u64(0x0706050403020100, mask)));
}

ALWAYS_INLINE void pack_4(char *to, const char *from, uint64_t m)
{
    const __m256i v = _mm256_loadu_si256((const __m256i *)from);
    _mm256_storeu_si256((__m256i *)to, _mm256_permutevar8x32_epi32(v, wanted_lanes(m * 255)));
}

/* Four elements at a time, each two lanes. */
ALWAYS_INLINE void pack_8(char *to, const char *from, uint64_t m)
{
    for (int half = 0; half < 2; half++, m >>= 32, from += 32) {
        const uint64_t pairs = _pdep_u64(m & 0xffffffff, 0x00ff00ff00ff00ff);
        const __m256i v = _mm256_loadu_si256((const __m256i *)from);
        _mm256_storeu_si256((__m256i *)to,
                            _mm256_permutevar8x32_epi32(v, wanted_lanes(pairs * 0xffff)));
        to += 8 * (((uint32_t)m * 0x01010101u) >> 24);
    }
}
#define HAS_PACK_4 1
#define HAS_PACK_8 1
#else
#define HAS_PACK_4 0
#define HAS_PACK_8 0
#define pack_4(to, from, m) ((void)0)
#define pack_8(to, from, m) ((void)0)
#endif
#define HAS_PACK_1 0
#define HAS_PACK_2 0
#define HAS_PACK_16 0
#define pack_1(to, from, m) ((void)0)
#define pack_2(to, from, m) ((void)0)
#define pack_16(to, from, m) ((void)0)

/* `at` is the first of eight elements, m their truths, of which some are set; then one by one. */
#define EACH_EIGHT(GROUP, SINGLE)                                                                  \
    size_t at = 0;                                                                                 \
    for (; at + 8 <= n; at += 8) {                                                                 \
        uint64_t m = truths(mask + at);                                                            \
        if (m)                                                                                     \
            GROUP                                                                                  \
    }                                                                                              \
    for (; at < n; at++)                                                                           \
        if (mask[at])                                                                              \
    SINGLE

#define COMPRESS(SIZE)                                                                             \
    static void compress_##SIZE(size_t n, size_t room, void *out, const void *in,                  \
                                const uint8_t *mask)                                               \
    {                                                                                              \
        item_##SIZE *to = out;                                                                     \
        const item_##SIZE *const from = in;                                                        \
        EACH_EIGHT(                                                                                \
            {                                                                                      \
                const size_t taken = (size_t)((m * ONES) >> 56);                                   \
                if (taken == 8) {                                                                  \
                    memcpy(to, from + at, 8 * SIZE);                                               \
                    to += 8;                                                                       \
                } else if (HAS_PACK_##SIZE && room > 8) {                                          \
                    pack_##SIZE((char *)to, (const char *)(from + at), m);                         \
                    to += taken;                                                                   \
                } else if (room > 8) {                                                             \
                    for (size_t k = 0; k < 8; k++, m >>= 8) {                                      \
                        *to = from[at + k];                                                        \
                        to += m & 1;                                                               \
                    }                                                                              \
                } else {                                                                           \
                    for (; m; m &= m - 1)                                                          \
                        *to++ = from[at + (size_t)__builtin_ctzll(m) / 8];                         \
                }                                                                                  \
                room -= taken;                                                                     \
            },                                                                                     \
            *to++ = from[at];)                                                                     \
    }

#define EXPAND(SIZE)                                                                               \
    static void expand_##SIZE(size_t n, void *out, const void *in, const uint8_t *mask)            \
    {                                                                                              \
        item_##SIZE *const to = out;                                                               \
        const item_##SIZE *from = in;                                                              \
        EACH_EIGHT(                                                                                \
            {                                                                                      \
                for (; m; m &= m - 1)                                                              \
                    to[at + (size_t)__builtin_ctzll(m) / 8] = *from++;                             \
            },                                                                                     \
            to[at] = *from++;)                                                                     \
    }

#define FILL(SIZE)                                                                                 \
    static void fill_##SIZE(size_t n, void *out, const void *value, const uint8_t *mask)           \
    {                                                                                              \
        item_##SIZE *const to = out;                                                               \
        const item_##SIZE x = *(const item_##SIZE *)value;                                         \
        EACH_EIGHT(                                                                                \
            {                                                                                      \
                for (size_t k = 0; k < 8; k++)                                                     \
                    to[at + k] = mask[at + k] ? x : to[at + k];                                    \
            },                                                                                     \
            to[at] = x;)                                                                           \
    }

static void positions(size_t n, size_t count, int64_t *out, int64_t first, const uint8_t *mask)
{
    EACH_EIGHT(
        {
            const size_t taken = (size_t)((m * ONES) >> 56);
            if (count > 8) {
                for (size_t k = 0; k < 8; k++, m >>= 8) {
                    *out = first + (int64_t)(at + k);
                    out += m & 1;
                }
            } else {
                for (; m; m &= m - 1)
                    *out++ = first + (int64_t)(at + (size_t)__builtin_ctzll(m) / 8);
            }
            count -= taken;
        },
        *out++ = first + (int64_t)at;)
}

#endif

ON_ITEMS(COMPRESS)
ON_ITEMS(EXPAND)
ON_ITEMS(FILL)

/* ---- By offsets ------------------------------------------------------------------------------ */

/* One loop for each rule, with and without what other axes have added. */
#define OFFSETS(NAME, ...)                                                                         \
    ALWAYS_INLINE bool offsets_##NAME##_run(size_t n, int64_t *offsets, const int64_t *index,      \
                                            int64_t length, int64_t stride, bool add)              \
    {                                                                                              \
        uint64_t wrong = 0;                                                                        \
        for (size_t k = 0; k < n; k++) {                                                           \
            int64_t i = index[k];                                                                  \
            __VA_ARGS__                                                                            \
            wrong |= (uint64_t)((uint64_t)i >= (uint64_t)length);                                  \
            offsets[k] =                                                                           \
                (int64_t)((uint64_t)i * (uint64_t)stride + (add ? (uint64_t)offsets[k] : 0));      \
        }                                                                                          \
        return !wrong;                                                                             \
    }                                                                                              \
    static bool offsets_##NAME(size_t n, int64_t *offsets, const int64_t *index, int64_t length,   \
                               int64_t stride, bool add)                                           \
    {                                                                                              \
        return add ? offsets_##NAME##_run(n, offsets, index, length, stride, true)                 \
                   : offsets_##NAME##_run(n, offsets, index, length, stride, false);               \
    }
OFFSETS(raise, i += i < 0 ? length : 0;)
/* Nearly all indices are in range or one length off, and a division takes as long as all the rest.
 */
OFFSETS(
    wrap, if (__builtin_expect((uint64_t)i >= (uint64_t)length, 0)) {
        i += i < 0 ? length : -length;
        if ((uint64_t)i >= (uint64_t)length) {
            i %= length;
            i += i < 0 ? length : 0;
        }
    })
OFFSETS(clip, i = i < 0 ? 0 : i; i = i < length ? i : length - 1;)

#define GATHER(SIZE)                                                                               \
    static void gather_##SIZE(size_t n, char *out, ptrdiff_t out_stride, const char *base,         \
                              const int64_t *offsets)                                              \
    {                                                                                              \
        if (out_stride == SIZE) {                                                                  \
            item_##SIZE *const to = (item_##SIZE *)out;                                            \
            _Pragma("GCC unroll 8") for (size_t i = 0; i < n; i++) to[i] =                         \
                *(const item_##SIZE *)(base + offsets[i]);                                         \
        } else {                                                                                   \
            for (size_t i = 0; i < n; i++)                                                         \
                *(item_##SIZE *)(out + (ptrdiff_t)i * out_stride) =                                \
                    *(const item_##SIZE *)(base + offsets[i]);                                     \
        }                                                                                          \
    }
ON_ITEMS(GATHER)

/* Stores wait for one another, and lines of memory are fetched for few of them at a time. */
enum { SCATTER_AHEAD = 32 };

#define SCATTER(SIZE)                                                                              \
    static void scatter_##SIZE(size_t n, char *base, const int64_t *offsets, const char *in,       \
                               ptrdiff_t in_stride)                                                \
    {                                                                                              \
        size_t i = 0;                                                                              \
        for (; i < SCATTER_AHEAD && i < n; i++)                                                    \
            __builtin_prefetch(base + offsets[i], 1);                                              \
        _Pragma("GCC unroll 4") for (i = 0; i + SCATTER_AHEAD < n; i++)                            \
        {                                                                                          \
            __builtin_prefetch(base + offsets[i + SCATTER_AHEAD], 1);                              \
            *(item_##SIZE *)(base + offsets[i]) =                                                  \
                *(const item_##SIZE *)(in + (ptrdiff_t)i * in_stride);                             \
        }                                                                                          \
        for (; i < n; i++)                                                                         \
            *(item_##SIZE *)(base + offsets[i]) =                                                  \
                *(const item_##SIZE *)(in + (ptrdiff_t)i * in_stride);                             \
    }
ON_ITEMS(SCATTER)

/* ---- By indices ------------------------------------------------------------------------------ */

/* A loop of its own, in vectors: between loads that wait for memory each comparison would count. */
ALWAYS_INLINE bool all_within(size_t n, const int64_t *index, int64_t length)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < n; i++)
        wrong |= (uint64_t)((uint64_t)index[i] >= (uint64_t)length);
    return !wrong;
}

#define TAKE(SIZE)                                                                                 \
    static bool take_##SIZE(size_t n, void *out, const void *base, int64_t length,                 \
                            const int64_t *index)                                                  \
    {                                                                                              \
        item_##SIZE *const to = out;                                                               \
        const item_##SIZE *const from = base;                                                      \
        if (!all_within(n, index, length))                                                         \
            return false;                                                                          \
        _Pragma("GCC unroll 8") for (size_t i = 0; i < n; i++) to[i] = from[index[i]];             \
        return true;                                                                               \
    }
ON_ITEMS(TAKE)

#define PUT(SIZE)                                                                                  \
    static bool put_##SIZE(size_t n, void *base, int64_t length, const int64_t *index,             \
                           const char *in, ptrdiff_t in_stride)                                    \
    {                                                                                              \
        item_##SIZE *const to = base;                                                              \
        if (!all_within(n, index, length))                                                         \
            return false;                                                                          \
        if (in_stride == 0) {                                                                      \
            const item_##SIZE item = *(const item_##SIZE *)in;                                     \
            _Pragma("GCC unroll 8") for (size_t i = 0; i < n; i++) to[index[i]] = item;            \
        } else {                                                                                   \
            _Pragma("GCC unroll 8") for (size_t i = 0; i < n; i++) to[index[i]] =                  \
                *(const item_##SIZE *)(in + (ptrdiff_t)i * in_stride);                             \
        }                                                                                          \
        return true;                                                                               \
    }
ON_ITEMS(PUT)

/* ---- Repeating ------------------------------------------------------------------------------- */

#define REPEAT(SIZE)                                                                               \
    ALWAYS_INLINE void repeat_run_##SIZE(size_t n, size_t times, item_##SIZE *to,                  \
                                         const item_##SIZE *from)                                  \
    {                                                                                              \
        for (size_t i = 0; i < n; i++, to += times) {                                              \
            const item_##SIZE item = from[i];                                                      \
            for (size_t k = 0; k < times; k++)                                                     \
                to[k] = item;                                                                      \
        }                                                                                          \
    }                                                                                              \
    static void repeat_##SIZE(size_t n, size_t times, void *out, const void *in)                   \
    {                                                                                              \
        if (times == 2)                                                                            \
            repeat_run_##SIZE(n, 2, out, in);                                                      \
        else if (times == 3)                                                                       \
            repeat_run_##SIZE(n, 3, out, in);                                                      \
        else if (times == 4)                                                                       \
            repeat_run_##SIZE(n, 4, out, in);                                                      \
        else                                                                                       \
            repeat_run_##SIZE(n, times, out, in);                                                  \
    }                                                                                              \
    /* Four go out whatever the count, where there is room: a branch less that is foreseen ill. */ \
    static void repeat_each_##SIZE(size_t n, const int64_t *counts, size_t total, void *out,       \
                                   const void *in)                                                 \
    {                                                                                              \
        const item_##SIZE *const from = in;                                                        \
        item_##SIZE *to = out, *const end = to + total;                                            \
        for (size_t i = 0; i < n; i++) {                                                           \
            const item_##SIZE item = from[i];                                                      \
            const int64_t count = counts[i];                                                       \
            if (end - to >= 4) {                                                                   \
                to[0] = to[1] = to[2] = to[3] = item;                                              \
                for (int64_t k = 4; k < count; k++)                                                \
                    to[k] = item;                                                                  \
            } else {                                                                               \
                for (int64_t k = 0; k < count; k++)                                                \
                    to[k] = item;                                                                  \
            }                                                                                      \
            to += count;                                                                           \
        }                                                                                          \
    }
ON_ITEMS(REPEAT)

/* ---- Bits ------------------------------------------------------------------------------------ */

#if VECTOR_BYTES >= 32
#define BITS_AT_ONCE VECTOR_BYTES
#define REVERSED 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8
/* Bytes in groups of eight the other way round. */
ALWAYS_INLINE __m256i reversed_256(__m256i v)
{
    return _mm256_shuffle_epi8(v, _mm256_broadcastsi128_si256(_mm_setr_epi8(REVERSED)));
}
#endif
#if VECTOR_BYTES == 64
ALWAYS_INLINE __m512i reversed_512(__m512i v)
{
    return _mm512_shuffle_epi8(v, _mm512_broadcast_i32x4(_mm_setr_epi8(REVERSED)));
}
ALWAYS_INLINE uint64_t pack_some(const unsigned char *bools, bool little)
{
    const __m512i v = _mm512_loadu_si512(bools);
    const __m512i ordered = little ? v : reversed_512(v);
    return _mm512_test_epi8_mask(ordered, ordered);
}
ALWAYS_INLINE void unpack_some(unsigned char *bools, uint64_t bits, bool little)
{
    const __m512i v = _mm512_maskz_set1_epi8(bits, 1);
    _mm512_storeu_si512(bools, little ? v : reversed_512(v));
}
#elif VECTOR_BYTES == 32
ALWAYS_INLINE uint64_t pack_some(const unsigned char *bools, bool little)
{
    const __m256i v = _mm256_loadu_si256((const __m256i *)bools);
    const __m256i zero = _mm256_cmpeq_epi8(little ? v : reversed_256(v), _mm256_setzero_si256());
    return (uint32_t)~_mm256_movemask_epi8(zero);
}
ALWAYS_INLINE void unpack_some(unsigned char *bools, uint64_t bits, bool little)
{
    const __m256i places = _mm256_setr_epi64x(0, ONES, 2 * (long long)ONES, 3 * (long long)ONES);
    const __m256i each = _mm256_set1_epi64x((long long)(little ? 0x8040201008040201 //
                                                               : 0x0102040810204080));
    const __m256i bytes = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), places);
    const __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, each), each);
    _mm256_storeu_si256((__m256i *)bools, _mm256_and_si256(set, _mm256_set1_epi8(1)));
}
#else
/* Eight bools in one word, the first in its low byte. */
#define BITS_AT_ONCE 8
ALWAYS_INLINE uint64_t pack_some(const unsigned char *bools, bool little)
{
    uint64_t m;
    memcpy(&m, bools, 8);
    m = ((m | ((m & 0x7f * ONES) + 0x7f * ONES)) >> 7) & ONES;
    return (little ? __builtin_bswap64(m) : m) * 0x8040201008040201 >> 56;
}
ALWAYS_INLINE void unpack_some(unsigned char *bools, uint64_t bits, bool little)
{
    const uint64_t each = little ? 0x8040201008040201 : 0x0102040810204080;
    const uint64_t m = (((bits * ONES & each) + 0x7f * ONES) >> 7) & ONES;
    memcpy(bools, &m, 8);
}
#endif

ALWAYS_INLINE void pack_run(size_t bytes, unsigned char *packed, const unsigned char *bools,
                            bool little)
{
    enum { STEP = BITS_AT_ONCE / 8 };
    size_t i = 0;
    for (; i + STEP <= bytes; i += STEP) {
        const uint64_t bits = pack_some(bools + 8 * i, little);
        memcpy(packed + i, &bits, STEP);
    }
    if (i < bytes) {
        unsigned char rest[BITS_AT_ONCE] = {0};
        memcpy(rest, bools + 8 * i, 8 * (bytes - i));
        const uint64_t bits = pack_some(rest, little);
        memcpy(packed + i, &bits, bytes - i);
    }
}

ALWAYS_INLINE void unpack_run(size_t bytes, unsigned char *bools, const unsigned char *packed,
                              bool little)
{
    enum { STEP = BITS_AT_ONCE / 8 };
    size_t i = 0;
    uint64_t bits = 0;
    for (; i + STEP <= bytes; i += STEP) {
        memcpy(&bits, packed + i, STEP);
        unpack_some(bools + 8 * i, bits, little);
    }
    if (i < bytes) {
        unsigned char rest[BITS_AT_ONCE];
        memcpy(&bits, packed + i, bytes - i);
        unpack_some(rest, bits, little);
        memcpy(bools + 8 * i, rest, 8 * (bytes - i));
    }
}

static void pack(size_t bytes, unsigned char *packed, const unsigned char *bools, bool little)
{
    if (little)
        pack_run(bytes, packed, bools, true);
    else
        pack_run(bytes, packed, bools, false);
}

static void unpack(size_t bytes, unsigned char *bools, const unsigned char *packed, bool little)
{
    if (little)
        unpack_run(bytes, bools, packed, true);
    else
        unpack_run(bytes, bools, packed, false);
}

/* The high half of a product of 32 bits scales what a multiplication by the golden ratio spreads.
 */
static void share_of(size_t n, uint8_t *mask, const int64_t *offsets, unsigned share,
                     unsigned shares)
{
    for (size_t i = 0; i < n; i++) {
        const uint32_t spread = (uint32_t)((uint64_t)offsets[i] / NDI_SHARE_BYTES) * 0x9e3779b1u;
        mask[i] = (uint64_t)spread * shares >> 32 == share;
    }
}

#define BY_SIZE(name)                                                                              \
    {                                                                                              \
        name##_1, name##_2, name##_4, name##_8, name##_16                                          \
    }

void NDI_ISA_NAME(ndi_fill_select)(ndi_kernels *kernels)
{
    kernels->select = (ndi_select_kernels){
        .count = count_true,
        .compress = BY_SIZE(compress),
        .expand = BY_SIZE(expand),
        .fill = BY_SIZE(fill),
        .positions = positions,
        .offsets = {offsets_raise, offsets_wrap, offsets_clip},
        .gather = BY_SIZE(gather),
        .scatter = BY_SIZE(scatter),
        .take = BY_SIZE(take),
        .put = BY_SIZE(put),
        .repeat = BY_SIZE(repeat),
        .repeat_each = BY_SIZE(repeat_each),
        .share = share_of,
    };
    kernels->bits = (ndi_bit_kernels){pack, unpack};
}

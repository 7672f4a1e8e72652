/* Elements as integers in the same order, and back; compiled once for each ISA.
 *
 * A float's bits, read as a signed integer, are in order but for the negative ones, which run
 * backwards: their other bits are turned over. NaN becomes the largest key in either direction, so
 * it comes last. */
#include <stdbool.h>
#include <string.h>

#include "kernels/types.h"
#include "sort/kernels.h"

#define SIGN_OF(TYPE) ((TYPE)1 << (8 * sizeof(TYPE) - 1))

/* ---- One element: key of x (for descending order if `down`), and the element of a key ---- */

#define SIGNED_KEYS(D, TYPE, KEY)                                                                  \
    static inline KEY key_##D(TYPE x, bool down)                                                   \
    {                                                                                              \
        return down ? (KEY)~x : (KEY)x;                                                            \
    }                                                                                              \
    static inline TYPE element_##D(KEY k, bool down)                                               \
    {                                                                                              \
        return (TYPE)(down ? ~k : k);                                                              \
    }                                                                                              \
    static inline KEY wide_##D(TYPE x)                                                             \
    {                                                                                              \
        return (KEY)x;                                                                             \
    }

#define UNSIGNED_KEYS(D, TYPE, KEY, BITS)                                                          \
    static inline KEY key_##D(TYPE x, bool down)                                                   \
    {                                                                                              \
        const BITS k = (BITS)(x ^ SIGN_OF(TYPE));                                                  \
        return down ? (KEY)(BITS)~k : (KEY)k;                                                      \
    }                                                                                              \
    static inline TYPE element_##D(KEY k, bool down)                                               \
    {                                                                                              \
        return (TYPE)(down ? ~k : k) ^ SIGN_OF(TYPE);                                              \
    }                                                                                              \
    static inline KEY wide_##D(TYPE x)                                                             \
    {                                                                                              \
        return key_##D(x, false);                                                                  \
    }

/* BITS: the signed integer of the float's size; MOST: its largest, the key of NaN. */
#define FLOAT_KEYS(D, BITS, KEY, MOST, INFINITE, QUIET)                                            \
    static inline KEY key_##D(BITS x, bool down)                                                   \
    {                                                                                              \
        const BITS k = (BITS)(x ^ ((x >> (8 * sizeof(BITS) - 1)) & MOST));                         \
        return (x & MOST) > INFINITE ? MOST : down ? (BITS)~k : k;                                 \
    }                                                                                              \
    static inline BITS element_##D(KEY key, bool down)                                             \
    {                                                                                              \
        const BITS k = (BITS)(down ? ~key : key);                                                  \
        return key == MOST ? QUIET : (BITS)(k ^ ((k >> (8 * sizeof(BITS) - 1)) & MOST));           \
    }                                                                                              \
    static inline KEY wide_##D(BITS x)                                                             \
    {                                                                                              \
        const BITS k = x < 0 ? (BITS)(SIGN_OF(BITS) - x) : x;                                      \
        return (x & MOST) > INFINITE ? MOST : k;                                                   \
    }

/* dtype, C type of the element, type of the key */
#define ON_KEYS(M)                                                                                 \
    M(BOOL, uint8_t, int32_t)                                                                      \
    M(INT8, int8_t, int32_t)                                                                       \
    M(INT16, int16_t, int32_t)                                                                     \
    M(INT32, int32_t, int32_t)                                                                     \
    M(INT64, int64_t, int64_t)                                                                     \
    M(UINT8, uint8_t, int32_t)                                                                     \
    M(UINT16, uint16_t, int32_t)                                                                   \
    M(UINT32, uint32_t, int32_t)                                                                   \
    M(UINT64, uint64_t, int64_t)                                                                   \
    M(FLOAT16, int16_t, int32_t)                                                                   \
    M(BFLOAT16, int16_t, int32_t)                                                                  \
    M(FLOAT32, int32_t, int32_t)                                                                   \
    M(FLOAT64, int64_t, int64_t)

SIGNED_KEYS(INT8, int8_t, int32_t)
SIGNED_KEYS(INT16, int16_t, int32_t)
SIGNED_KEYS(INT32, int32_t, int32_t)
SIGNED_KEYS(INT64, int64_t, int64_t)
UNSIGNED_KEYS(BOOL, uint8_t, int32_t, int8_t)
UNSIGNED_KEYS(UINT8, uint8_t, int32_t, int8_t)
UNSIGNED_KEYS(UINT16, uint16_t, int32_t, int16_t)
UNSIGNED_KEYS(UINT32, uint32_t, int32_t, int32_t)
UNSIGNED_KEYS(UINT64, uint64_t, int64_t, int64_t)
FLOAT_KEYS(FLOAT16, int16_t, int32_t, INT16_MAX, 0x7C00, 0x7E00)
FLOAT_KEYS(BFLOAT16, int16_t, int32_t, INT16_MAX, 0x7F80, 0x7FC0)
FLOAT_KEYS(FLOAT32, int32_t, int32_t, INT32_MAX, 0x7F800000, 0x7FC00000)
FLOAT_KEYS(FLOAT64, int64_t, int64_t, INT64_MAX, 0x7FF0000000000000, 0x7FF8000000000000)

/* ---- Loops ---- */

#define KEY_LOOPS(D, TYPE, KEY)                                                                    \
    static void encode_##D(size_t n, const void *elements, bool down, void *keys)                  \
    {                                                                                              \
        const TYPE *in = elements;                                                                 \
        KEY *out = keys;                                                                           \
        if (down)                                                                                  \
            for (size_t i = 0; i < n; i++)                                                         \
                out[i] = key_##D(in[i], true);                                                     \
        else                                                                                       \
            for (size_t i = 0; i < n; i++)                                                         \
                out[i] = key_##D(in[i], false);                                                    \
    }                                                                                              \
    static void decode_##D(size_t n, const void *keys, bool down, void *elements)                  \
    {                                                                                              \
        const KEY *in = keys;                                                                      \
        TYPE *out = elements;                                                                      \
        if (down)                                                                                  \
            for (size_t i = 0; i < n; i++)                                                         \
                out[i] = element_##D(in[i], true);                                                 \
        else                                                                                       \
            for (size_t i = 0; i < n; i++)                                                         \
                out[i] = element_##D(in[i], false);                                                \
    }
ON_KEYS(KEY_LOOPS)

/* Wide keys are equal where elements are: a float below 0 has the negative of the other bits, so
 * -0.0 has the key of 0.0; descending, 0.0, whose key is ~0, has that of -0.0. */
#define WIDE_LOOP(D, TYPE, KEY)                                                                    \
    static void encode_wide_##D(size_t n, const void *elements, bool down, int64_t *keys)          \
    {                                                                                              \
        enum { IS_FLOAT = ND_##D >= ND_FLOAT16 };                                                  \
        const TYPE *in = elements;                                                                 \
        if (down)                                                                                  \
            for (size_t i = 0; i < n; i++) {                                                       \
                const int64_t k = key_##D(in[i], true);                                            \
                keys[i] = IS_FLOAT && k == 0 ? -1 : k;                                             \
            }                                                                                      \
        else                                                                                       \
            for (size_t i = 0; i < n; i++)                                                         \
                keys[i] = wide_##D(in[i]);                                                         \
    }
ON_KEYS(WIDE_LOOP)

static bool copy_plain(size_t n, const double *from, double *to)
{
    const int64_t *in = (const int64_t *)from;
    int64_t *out = (int64_t *)to, special = 0;
    for (size_t i = 0; i < n; i++) {
        out[i] = in[i];
        special |= (in[i] & INT64_MAX) > 0x7FF0000000000000 || in[i] == INT64_MIN;
    }
    return !special;
}

static void part_numbers(size_t n, const int64_t *keys, size_t count, const int64_t *wanted,
                         uint8_t *parts)
{
    memset(parts, 0, n);
    for (size_t w = 0; w < count; w++)
        for (size_t i = 0; i < n; i++)
            parts[i] += (uint8_t)((keys[i] > wanted[w]) + (keys[i] >= wanted[w]));
}

/* ---- Keys with their places in one integer ---- */

static void key_range(size_t n, const int64_t *keys, int64_t *least, int64_t *most)
{
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        low = keys[i] < low ? keys[i] : low;
        high = keys[i] > high ? keys[i] : high;
    }
    *least = low;
    *most = high;
}

#define TOP ((uint64_t)1 << 63)

static void pack(size_t n, const int64_t *keys, uint64_t first, ndi_packing p, int64_t *packed)
{
    for (size_t i = 0; i < n; i++)
        packed[i] =
            (int64_t)((((uint64_t)keys[i] - p.least) >> p.shift << p.bits | (first + i)) ^ TOP);
}

static void unpack(size_t n, ndi_packing p, int64_t *packed)
{
    const int64_t mask = ((int64_t)1 << p.bits) - 1;
    for (size_t i = 0; i < n; i++)
        packed[i] &= mask; /* fewer than 63 bits: the sign is no part of them */
}

#define KEY_SLOTS(D, TYPE, KEY)                                                                    \
    kernels->encode[ND_##D] = encode_##D;                                                          \
    kernels->decode[ND_##D] = decode_##D;                                                          \
    kernels->encode_wide[ND_##D] = encode_wide_##D;

void NDI_ISA_NAME(ndi_sort_fill_keys)(ndi_sort_kernels *kernels)
{
    ON_KEYS(KEY_SLOTS)
    kernels->copy_plain = copy_plain;
    kernels->parts = part_numbers;
    kernels->key_range = key_range;
    kernels->pack = pack;
    kernels->unpack = unpack;
}

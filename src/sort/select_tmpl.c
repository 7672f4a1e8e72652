/* Elements near a place: one sweep that counts what is below and keeps what is close; compiled once
 * for each ISA. */
#include <stdbool.h>
#include <string.h>

#include "sort/kernels.h"
#include "sort/lanes.h"

#define BRACKET_ONE_BY_ONE(TYPE)                                                                   \
    for (; i < n; i++) {                                                                           \
        const TYPE x = in[i];                                                                      \
        below += x < low;                                                                          \
        at_low += x == low;                                                                        \
        at_high += x == high;                                                                      \
        out[kept] = x;                                                                             \
        kept += (x > low) & (x < high);                                                            \
    }

/* The vectors of a bracket: a few lanes lie between the bounds, in so many of the vectors that a
 * branch would be foreseen badly. */
#if HAS_LANES && VECTOR_BYTES == 64
#define BRACKET_VECTORS(BITS)                                                                      \
    const __m512i lows = SET_##BITS(low), highs = SET_##BITS(high);                                \
    for (; i + LANES_##BITS <= n; i += LANES_##BITS) {                                             \
        const __m512i x = LANES_LOAD(in + i);                                                      \
        const unsigned less = GREATER_##BITS(lows, x), more = GREATER_##BITS(x, highs);            \
        const unsigned first = _mm512_cmpeq_epi##BITS##_mask(x, lows);                             \
        const unsigned last = _mm512_cmpeq_epi##BITS##_mask(x, highs);                             \
        const unsigned between = ~(less | more | first | last) & ((1u << LANES_##BITS) - 1);       \
        below += (size_t)__builtin_popcount(less);                                                 \
        at_low += (size_t)__builtin_popcount(first);                                               \
        at_high += (size_t)__builtin_popcount(last);                                               \
        LANES_STORE(out + kept, _mm512_maskz_compress_epi##BITS(between, x));                      \
        kept += (size_t)__builtin_popcount(between);                                               \
    }
#else
#define BRACKET_VECTORS(BITS)
#endif

#define BRACKET(BITS)                                                                              \
    static size_t bracket_##BITS(size_t n, const void *keys, ndi_bracket *b, void *between_keys)   \
    {                                                                                              \
        const int##BITS##_t *in = keys, low = (int##BITS##_t)b->low,                               \
                            high = (int##BITS##_t)b->high;                                         \
        int##BITS##_t *out = between_keys;                                                         \
        size_t below = 0, at_low = 0, at_high = 0, kept = 0, i = 0;                                \
        BRACKET_VECTORS(BITS)                                                                      \
        BRACKET_ONE_BY_ONE(int##BITS##_t)                                                          \
        b->below += below;                                                                         \
        b->at_low += at_low;                                                                       \
        b->at_high += at_high;                                                                     \
        return kept;                                                                               \
    }
BRACKET(64)
BRACKET(32)

#if HAS_LANES
#define ALL_LANES ((1u << LANES_64) - 1)

/* The lanes of `mask` at `to`; returns where the next ones go. */
static inline int64_t *place_lanes(lanes v, unsigned mask, int64_t *to, const int64_t *end)
{
    const lanes packed = PACKED_64(v, mask);
    const size_t count = (size_t)__builtin_popcount(mask);
    if (end - to >= LANES_64) {
        LANES_STORE(to, packed);
    } else {
        int64_t few[LANES_64];
        LANES_STORE(few, packed);
        for (size_t i = 0; i < count; i++)
            to[i] = few[i];
    }
    return to + count;
}
#endif

static void split(size_t n, const int64_t *keys, int64_t wanted, int64_t first, ndi_split *to)
{
    int64_t *below = to->below, *equal = to->equal, *above = to->above;
    size_t i = 0;
#if HAS_LANES
    const lanes pivots = SET_64(wanted);
    int64_t from[LANES_64];
    for (int lane = 0; lane < LANES_64; lane++)
        from[lane] = first + lane;
    for (lanes places = LANES_LOAD(from); i + LANES_64 <= n;
         i += LANES_64, places = ADD_64(places, SET_64(LANES_64))) {
        const lanes x = LANES_LOAD(keys + i);
        const unsigned less = GREATER_64(pivots, x), more = GREATER_64(x, pivots);
        below = place_lanes(places, less, below, to->below_end);
        above = place_lanes(places, more, above, to->above_end);
        for (unsigned same = ~(less | more) & ALL_LANES; same; same &= same - 1)
            *equal++ = first + (int64_t)i + __builtin_ctz(same);
    }
#endif
    for (; i < n; i++) {
        const bool less = keys[i]<wanted, more = keys[i]> wanted;
        *(less ? below : more ? above : equal) = first + (int64_t)i;
        below += less;
        above += more;
        equal += !less & !more;
    }
    to->below = below;
    to->equal = equal;
    to->above = above;
}

void NDI_ISA_NAME(ndi_sort_fill_select)(ndi_sort_kernels *kernels)
{
#if HAS_LANES
    fill_lane_orders();
#endif
    kernels->split = split;
    kernels->bracket_32 = bracket_32;
    kernels->bracket_64 = bracket_64;
}

/* The vector vocabulary of sorting, for 64-bit and 32-bit signed integers and for doubles (F64), of
 * which none is NaN, on the ISA that is being compiled: what quicksort_tmpl.h is written in.
 *
 * LANES elements in a VECTOR. A MASK has a bit for each lane. MIXED(a, b, m) is the larger of both
 * in the lanes of the constant mask m and the smaller in the others; SWAPPED(v, d) exchanges lanes
 * i and i ^ d; REVERSED(v, g) turns around each g lanes; BLENDED(a, b, m) takes b in the lanes of
 * m. SORTED_OUT(v, m) moves the lanes of m, in order, behind the others, in order; PACKED(v, m)
 * moves them to the front. Without vectors, LANES is not defined. */
#ifndef NDSTREAM_SORT_LANES_H
#define NDSTREAM_SORT_LANES_H

#include <stdint.h>

#include "kernels/types.h"
#include "kernels/vector.h"

#if defined(__x86_64__) && !defined(NDI_REFERENCE) && VECTOR_BYTES >= 32

/* For each mask of 8 lanes where their elements come from: byte i is the lane that goes to i. */
static uint64_t lane_orders[256];

static inline void fill_lane_orders(void)
{
    for (unsigned mask = 0; mask < 256; mask++) {
        uint64_t order = 0;
        int at = 0;
        for (int side = 0; side < 2; side++)
            for (uint64_t lane = 0; lane < 8; lane++)
                if ((mask >> lane & 1) == (unsigned)side)
                    order |= lane << 8 * at++;
        lane_orders[mask] = order;
    }
}

#if VECTOR_BYTES == 64

typedef __m512i lanes;

static inline __m512i lane_order(unsigned mask)
{
    return _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)&lane_orders[mask]));
}

#define LANES_LOAD(p) _mm512_loadu_si512(p)
#define LANES_STORE(p, v) _mm512_storeu_si512(p, v)

#define LOAD_FEW_64(p, m, fill) _mm512_mask_loadu_epi64(fill, (__mmask8)(m), p)
#define STORE_FEW_64(p, m, v) _mm512_mask_storeu_epi64(p, (__mmask8)(m), v)
#define LOAD_FEW_F64(p, m, fill) LOAD_FEW_64(p, m, fill)
#define STORE_FEW_F64(p, m, v) STORE_FEW_64(p, m, v)
#define LOAD_FEW_32(p, m, fill) _mm512_mask_loadu_epi32(fill, (__mmask16)(m), p)
#define STORE_FEW_32(p, m, v) _mm512_mask_storeu_epi32(p, (__mmask16)(m), v)

#define LANES_64 8
#define SET_64(x) _mm512_set1_epi64(x)
#define ADD_64(a, b) _mm512_add_epi64(a, b)
#define MIN_64(a, b) _mm512_min_epi64(a, b)
#define MAX_64(a, b) _mm512_max_epi64(a, b)
#define GREATER_64(a, b) _mm512_cmpgt_epi64_mask(a, b)
#define MIXED_64(a, b, m) _mm512_mask_max_epi64(_mm512_min_epi64(a, b), m, a, b)
#define BLENDED_64(a, b, m) _mm512_mask_blend_epi64(m, a, b)
#define SWAPPED_64(v, d)                                                                           \
    ((d) == 1   ? _mm512_shuffle_epi32(v, 0x4E)                                                    \
     : (d) == 2 ? _mm512_permutex_epi64(v, 0x4E)                                                   \
                : _mm512_shuffle_i64x2(v, v, 0x4E))
#define REVERSED_64(v, g)                                                                          \
    ((g) == 2   ? _mm512_shuffle_epi32(v, 0x4E)                                                    \
     : (g) == 4 ? _mm512_permutex_epi64(v, 0x1B)                                                   \
                : _mm512_permutexvar_epi64(_mm512_set_epi64(0, 1, 2, 3, 4, 5, 6, 7), v))
#define SORTED_OUT_64(v, m) _mm512_permutexvar_epi64(lane_order(m), v)
#define PACKED_64(v, m) _mm512_maskz_compress_epi64((__mmask8)(m), v)

/* Intel's CPUs compare two vectors of doubles in the time of one of integers. */
#define DOUBLES(v) _mm512_castsi512_pd(v)
#define LANES_F64 8
#define SET_F64(x) _mm512_castpd_si512(_mm512_set1_pd(x))
#define MIN_F64(a, b) _mm512_castpd_si512(_mm512_min_pd(DOUBLES(a), DOUBLES(b)))
#define MAX_F64(a, b) _mm512_castpd_si512(_mm512_max_pd(DOUBLES(a), DOUBLES(b)))
#define GREATER_F64(a, b) _mm512_cmp_pd_mask(DOUBLES(a), DOUBLES(b), _CMP_GT_OQ)
#define MIXED_F64(a, b, m)                                                                         \
    _mm512_castpd_si512(                                                                           \
        _mm512_mask_max_pd(_mm512_min_pd(DOUBLES(a), DOUBLES(b)), m, DOUBLES(a), DOUBLES(b)))

#define LANES_32 16
#define SET_32(x) _mm512_set1_epi32(x)
#define MIN_32(a, b) _mm512_min_epi32(a, b)
#define MAX_32(a, b) _mm512_max_epi32(a, b)
#define GREATER_32(a, b) _mm512_cmpgt_epi32_mask(a, b)
#define MIXED_32(a, b, m) _mm512_mask_max_epi32(_mm512_min_epi32(a, b), m, a, b)
#define BLENDED_32(a, b, m) _mm512_mask_blend_epi32(m, a, b)
#define SWAPPED_32(v, d)                                                                           \
    ((d) == 1   ? _mm512_shuffle_epi32(v, 0xB1)                                                    \
     : (d) == 2 ? _mm512_shuffle_epi32(v, 0x4E)                                                    \
     : (d) == 4 ? _mm512_shuffle_i32x4(v, v, 0xB1)                                                 \
                : _mm512_shuffle_i32x4(v, v, 0x4E))
#define REVERSED_32(v, g)                                                                          \
    ((g) == 2   ? _mm512_shuffle_epi32(v, 0xB1)                                                    \
     : (g) == 4 ? _mm512_shuffle_epi32(v, 0x1B)                                                    \
     : (g) == 8 ? _mm512_shuffle_epi32(_mm512_shuffle_i32x4(v, v, 0xB1), 0x1B)                     \
                : _mm512_permutexvar_epi32(                                                        \
                      _mm512_set_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), v))

/* In registers: compressing straight to memory takes a hundred cycles on Zen 4. */
static inline __m512i sorted_out_32(__m512i v, unsigned mask)
{
    const __m512i left = _mm512_maskz_compress_epi32((__mmask16)~mask, v);
    const __m512i right = _mm512_maskz_compress_epi32((__mmask16)mask, v);
    const unsigned count = (unsigned)__builtin_popcount(~mask & 0xFFFF);
    return _mm512_mask_expand_epi32(left, (__mmask16)(0xFFFFu << count), right);
}
#define SORTED_OUT_32(v, m) sorted_out_32(v, m)

#else /* AVX2 */

typedef __m256i lanes;

#define LANES_LOAD(p) _mm256_loadu_si256((const __m256i *)(p))
#define LANES_STORE(p, v) _mm256_storeu_si256((__m256i *)(p), v)

/* The lanes of a constant mask as a vector of all ones. */
static inline __m256i lanes_of_64(int mask)
{
    return _mm256_set_epi64x(-(mask >> 3 & 1), -(mask >> 2 & 1), -(mask >> 1 & 1), -(mask & 1));
}
static inline __m256i lanes_of_32(int mask)
{
    return _mm256_set_epi32(-(mask >> 7 & 1), -(mask >> 6 & 1), -(mask >> 5 & 1), -(mask >> 4 & 1),
                            -(mask >> 3 & 1), -(mask >> 2 & 1), -(mask >> 1 & 1), -(mask & 1));
}

#define LANES_64 4
#define SET_64(x) _mm256_set1_epi64x(x)
#define ADD_64(a, b) _mm256_add_epi64(a, b)
#define MIN_64(a, b) _mm256_blendv_epi8(a, b, _mm256_cmpgt_epi64(a, b))
#define MAX_64(a, b) _mm256_blendv_epi8(b, a, _mm256_cmpgt_epi64(a, b))
#define GREATER_64(a, b) (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpgt_epi64(a, b)))
#define MIXED_64(a, b, m)                                                                          \
    _mm256_blendv_epi8(a, b, _mm256_xor_si256(_mm256_cmpgt_epi64(a, b), lanes_of_64(m)))
#define BLENDED_64(a, b, m) _mm256_blendv_epi8(a, b, lanes_of_64(m))
#define SWAPPED_64(v, d)                                                                           \
    ((d) == 1 ? _mm256_shuffle_epi32(v, 0x4E) : _mm256_permute4x64_epi64(v, 0x4E))
#define REVERSED_64(v, g)                                                                          \
    ((g) == 2 ? _mm256_shuffle_epi32(v, 0x4E) : _mm256_permute4x64_epi64(v, 0x1B))

/* Both halves of a lane move: 8 lanes of 32 bits, of whose mask each bit stands twice. */
static inline __m256i sorted_out_64(__m256i v, unsigned mask)
{
    mask = (mask & 1) * 3 | (mask & 2) * 6 | (mask & 4) * 12 | (mask & 8) * 24;
    const __m128i order = _mm_loadl_epi64((const __m128i *)&lane_orders[mask]);
    return _mm256_permutevar8x32_epi32(v, _mm256_cvtepu8_epi32(order));
}
#define SORTED_OUT_64(v, m) sorted_out_64(v, m)
#define PACKED_64(v, m) sorted_out_64(v, ~(m)&15)

/* One instruction, where integers take a comparison and a choice. */
#define DOUBLES(v) _mm256_castsi256_pd(v)
#define LANES_F64 4
#define SET_F64(x) _mm256_castpd_si256(_mm256_set1_pd(x))
#define MIN_F64(a, b) _mm256_castpd_si256(_mm256_min_pd(DOUBLES(a), DOUBLES(b)))
#define MAX_F64(a, b) _mm256_castpd_si256(_mm256_max_pd(DOUBLES(a), DOUBLES(b)))
#define GREATER_F64(a, b)                                                                          \
    (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(DOUBLES(a), DOUBLES(b), _CMP_GT_OQ))
#define MIXED_F64(a, b, m) _mm256_blendv_epi8(MIN_F64(a, b), MAX_F64(a, b), lanes_of_64(m))

#define LANES_32 8
#define SET_32(x) _mm256_set1_epi32(x)
#define MIN_32(a, b) _mm256_min_epi32(a, b)
#define MAX_32(a, b) _mm256_max_epi32(a, b)
#define GREATER_32(a, b) (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(a, b)))
#define MIXED_32(a, b, m)                                                                          \
    _mm256_blendv_epi8(_mm256_min_epi32(a, b), _mm256_max_epi32(a, b), lanes_of_32(m))
#define BLENDED_32(a, b, m) _mm256_blendv_epi8(a, b, lanes_of_32(m))
#define SWAPPED_32(v, d)                                                                           \
    ((d) == 1   ? _mm256_shuffle_epi32(v, 0xB1)                                                    \
     : (d) == 2 ? _mm256_shuffle_epi32(v, 0x4E)                                                    \
                : _mm256_permute4x64_epi64(v, 0x4E))
#define REVERSED_32(v, g)                                                                          \
    ((g) == 2   ? _mm256_shuffle_epi32(v, 0xB1)                                                    \
     : (g) == 4 ? _mm256_shuffle_epi32(v, 0x1B)                                                    \
                : _mm256_permutevar8x32_epi32(v, _mm256_set_epi32(0, 1, 2, 3, 4, 5, 6, 7)))
#define SORTED_OUT_32(v, m)                                                                        \
    _mm256_permutevar8x32_epi32(                                                                   \
        v, _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)&lane_orders[m])))

#endif

#define BLENDED_F64(a, b, m) BLENDED_64(a, b, m)
#define SWAPPED_F64(v, d) SWAPPED_64(v, d)
#define REVERSED_F64(v, g) REVERSED_64(v, g)
#define SORTED_OUT_F64(v, m) SORTED_OUT_64(v, m)
#define HAS_LANES 1
#else
#define HAS_LANES 0
#endif

#endif

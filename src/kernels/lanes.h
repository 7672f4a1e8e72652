/* What vector functions are written in: comparisons, selections and fused multiply-adds of lanes. S
 * is ps (vector_float32) or pd (vector_float64). Included by templates with SLEEF's vectors. */
#ifndef NDSTREAM_KERNELS_LANES_H
#define NDSTREAM_KERNELS_LANES_H

#include "kernels/vector.h"

#if HAS_SLEEF

/* Lanes of `y` where |x| is below the limit (NaN is not), else of `z`. */
#if VECTOR_BYTES == 64
#define LANES_BELOW(S, x, limit)                                                                   \
    _mm512_cmp_##S##_mask(_mm512_abs_##S(x), _mm512_set1_##S(limit), _CMP_LT_OQ)
#define LANES_EQUAL(S, x, y) _mm512_cmp_##S##_mask(x, y, _CMP_EQ_OQ)
#define LANES_ROUND(S, x) _mm512_roundscale_##S(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define LANES_MAX(S, x, y) _mm512_max_##S(x, y)
#define LANES_MIN(S, x, y) _mm512_min_##S(x, y)
#define LANES_ROOT(S, x) _mm512_sqrt_##S(x)
#define LANES_FMA(S, x, y, z) _mm512_fmadd_##S(x, y, z)
#define LANES_SIGN(S) _mm512_set1_##S(-0.0f)
#define LANES_ABSOLUTE(S, x) _mm512_andnot_##S(LANES_SIGN(S), x)
#define LANES_SIGNED(S, x, from) _mm512_or_##S(x, _mm512_and_##S(LANES_SIGN(S), from))
#define LANES_ANY(S, lanes) ((lanes) != 0)
#define LANES_FULL_pd 0xff
#define LANES_FULL_ps 0xffff
#define LANES_ALL(S, lanes) ((lanes) == LANES_FULL_##S)
#define LANES_SELECT(S, lanes, y, z) _mm512_mask_mov_##S(z, lanes, y)
#elif VECTOR_BYTES == 32
#define LANES_BELOW(S, x, limit)                                                                   \
    _mm256_cmp_##S(_mm256_andnot_##S(_mm256_set1_##S(-0.0f), x), _mm256_set1_##S(limit), _CMP_LT_OQ)
#define LANES_EQUAL(S, x, y) _mm256_cmp_##S(x, y, _CMP_EQ_OQ)
#define LANES_ROUND(S, x) _mm256_round_##S(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define LANES_MAX(S, x, y) _mm256_max_##S(x, y)
#define LANES_MIN(S, x, y) _mm256_min_##S(x, y)
#define LANES_ROOT(S, x) _mm256_sqrt_##S(x)
#define LANES_FMA(S, x, y, z) _mm256_fmadd_##S(x, y, z)
#define LANES_SIGN(S) _mm256_set1_##S(-0.0f)
#define LANES_ABSOLUTE(S, x) _mm256_andnot_##S(LANES_SIGN(S), x)
#define LANES_SIGNED(S, x, from) _mm256_or_##S(x, _mm256_and_##S(LANES_SIGN(S), from))
#define LANES_ANY(S, lanes) (_mm256_movemask_##S(lanes) != 0)
#define LANES_FULL_pd 0xf
#define LANES_FULL_ps 0xff
#define LANES_ALL(S, lanes) (_mm256_movemask_##S(lanes) == LANES_FULL_##S)
#define LANES_SELECT(S, lanes, y, z) _mm256_blendv_##S(z, y, lanes)
#else
#define LANES_BELOW(S, x, limit)                                                                   \
    _mm_cmplt_##S(_mm_andnot_##S(_mm_set1_##S(-0.0f), x), _mm_set1_##S(limit))
#define LANES_EQUAL(S, x, y) _mm_cmpeq_##S(x, y)
#define LANES_ROUND(S, x) _mm_round_##S(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define LANES_MAX(S, x, y) _mm_max_##S(x, y)
#define LANES_MIN(S, x, y) _mm_min_##S(x, y)
#define LANES_ROOT(S, x) _mm_sqrt_##S(x)
#define LANES_SIGN(S) _mm_set1_##S(-0.0f)
#define LANES_ABSOLUTE(S, x) _mm_andnot_##S(LANES_SIGN(S), x)
#define LANES_SIGNED(S, x, from) _mm_or_##S(x, _mm_and_##S(LANES_SIGN(S), from))
#define LANES_ANY(S, lanes) (_mm_movemask_##S(lanes) != 0)
#define LANES_FULL_pd 0x3
#define LANES_FULL_ps 0xf
#define LANES_ALL(S, lanes) (_mm_movemask_##S(lanes) == LANES_FULL_##S)
#define LANES_SELECT(S, lanes, y, z) _mm_blendv_##S(z, y, lanes)
#endif

#ifdef LANES_FMA
#define LANES_MULTIPLY_ADD LANES_FMA
#else
#define LANES_MULTIPLY_ADD(S, x, y, z) ((x) * (y) + (z))
#endif

/* Sum of the terms of a series, by Horner's rule: c[0] + x * (c[1] + x * (...)). */
#define SERIES(VECTOR, S, x, c)                                                                    \
    __extension__({                                                                                \
        VECTOR sum_ = (VECTOR){0} + (c)[sizeof(c) / sizeof *(c)-1];                                \
        _Pragma("GCC unroll 16") for (int i_ = (int)(sizeof(c) / sizeof *(c)) - 2; i_ >= 0; i_--)  \
            sum_ = LANES_MULTIPLY_ADD(S, sum_, x, (VECTOR){0} + (c)[i_]);                          \
        sum_;                                                                                      \
    })
/* The same by two sums side by side, of the even and the odd terms: half the latency. */
#define SERIES_OF_TWO(VECTOR, S, x, square, c)                                                     \
    __extension__({                                                                                \
        enum { LAST_ = sizeof(c) / sizeof *(c)-1 };                                                \
        VECTOR sums_[2];                                                                           \
        sums_[LAST_ % 2] = (VECTOR){0} + (c)[LAST_];                                               \
        sums_[1 - LAST_ % 2] = (VECTOR){0} + (c)[LAST_ - 1];                                       \
        _Pragma("GCC unroll 16") for (int i_ = LAST_ - 2; i_ >= 0; i_--) sums_[i_ % 2] =           \
            LANES_MULTIPLY_ADD(S, sums_[i_ % 2], square, (VECTOR){0} + (c)[i_]);                   \
        LANES_MULTIPLY_ADD(S, sums_[1], x, sums_[0]);                                              \
    })

#endif

#endif

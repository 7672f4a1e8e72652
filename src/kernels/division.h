/* Quotients by a divisor that is used many times, from its reciprocal: with the bits of x / y, in
 * two fifths of the time.
 *
 * With z = 1 / y rounded, q = x z rounded and r = x - q y, the result is q + r z rounded, r and the
 * result by fused multiply-add. It is the quotient correctly rounded (P. Markstein, Computation of
 * elementary functions on the IBM RISC System/6000, 1990; N. Brisebarre, J.-M. Muller, S. Raina,
 * Accelerating correctly rounded floating-point division when the divisor is known in advance,
 * 2004): let x and y be in [1, 2), p the bits of a number, and count in units in the last place of
 * the quotient. z y is off from 1 by d, |d| <= y 2^(-p-1), so q is off from x / y by less than 3/2,
 * and what is rounded in the end by d times that, and by at most 2^(1-p) / y for r, which is exact
 * where q is off by at most 1: by less than 2^(2-p) in all. So the result can only be wrong where
 * x / y is as near as that to the middle m of two numbers. There q is one of these two, as x z is
 * off from m by less than 1 (by x / 2 at most, and where x and y are within 2^(5-p) of 2, x / y is
 * near a number and not near a middle); r is exact, and what is rounded is m + t + (1/2 + t) d or
 * its mirror image, where x / y = m + t. x / y is no middle, and x - m y a multiple of the last
 * places of both, so |t| >= 2^-p / y; with y <= 2 - 2^(1-p) that is more than (1/2 + |t|) |d|. So
 * what is rounded is on the same side of m as x / y.
 *
 * All that holds if no step leaves the normal numbers. Divisors are taken between bounds; results
 * below a bound (zeros, whose sign would be lost), and those that are NaN (from infinity, and from
 * what overflows), are computed again by division. */
#ifndef NDSTREAM_KERNELS_DIVISION_H
#define NDSTREAM_KERNELS_DIVISION_H

#include "kernels/loops.h"

#if defined(__FMA__) && VECTOR_BYTES >= 32
#define HAS_QUOTIENTS 1

/* Such divisors: LEAST_... <= |y| <= MOST_.... A result of RESULT_... at least leaves r normal. */
#define LEAST_DIVISOR_double 0x1p-100
#define MOST_DIVISOR_double 0x1p100
#define LEAST_RESULT_double 0x1p-700
#define LEAST_DIVISOR_float 0x1p-20f
#define MOST_DIVISOR_float 0x1p20f
#define LEAST_RESULT_float 0x1p-60f

#if VECTOR_BYTES == 64
#define DEFINE_QUOTIENTS(TYPE, VECTOR, S)                                                          \
    ALWAYS_INLINE VECTOR quotient_##TYPE(VECTOR x, VECTOR y, VECTOR z)                             \
    {                                                                                              \
        const VECTOR q = x * z;                                                                    \
        return _mm512_fmadd_##S(_mm512_fnmadd_##S(q, y, x), z, q);                                 \
    }                                                                                              \
    ALWAYS_INLINE int are_quotients_##TYPE(VECTOR a, VECTOR b, VECTOR c, VECTOR d)                 \
    {                                                                                              \
        const VECTOR least = _mm512_set1_##S(LEAST_RESULT_##TYPE);                                 \
        __typeof__(_mm512_cmp_##S##_mask(a, a, 0)) good =                                          \
            _mm512_cmp_##S##_mask(_mm512_abs_##S(a), least, _CMP_GE_OQ);                           \
        good = _mm512_mask_cmp_##S##_mask(good, _mm512_abs_##S(b), least, _CMP_GE_OQ);             \
        good = _mm512_mask_cmp_##S##_mask(good, _mm512_abs_##S(c), least, _CMP_GE_OQ);             \
        good = _mm512_mask_cmp_##S##_mask(good, _mm512_abs_##S(d), least, _CMP_GE_OQ);             \
        return good == (__typeof__(good))-1;                                                       \
    }
DEFINE_QUOTIENTS(double, __m512d, pd)
DEFINE_QUOTIENTS(float, __m512, ps)
#else
#define DEFINE_QUOTIENTS(TYPE, VECTOR, S, ALL)                                                     \
    ALWAYS_INLINE VECTOR quotient_##TYPE(VECTOR x, VECTOR y, VECTOR z)                             \
    {                                                                                              \
        const VECTOR q = x * z;                                                                    \
        return _mm256_fmadd_##S(_mm256_fnmadd_##S(q, y, x), z, q);                                 \
    }                                                                                              \
    ALWAYS_INLINE VECTOR is_quotient_##TYPE(VECTOR x)                                              \
    {                                                                                              \
        return _mm256_cmp_##S(_mm256_andnot_##S(_mm256_set1_##S(-(TYPE)0), x),                     \
                              _mm256_set1_##S(LEAST_RESULT_##TYPE), _CMP_GE_OQ);                   \
    }                                                                                              \
    ALWAYS_INLINE int are_quotients_##TYPE(VECTOR a, VECTOR b, VECTOR c, VECTOR d)                 \
    {                                                                                              \
        const VECTOR good =                                                                        \
            _mm256_and_##S(_mm256_and_##S(is_quotient_##TYPE(a), is_quotient_##TYPE(b)),           \
                           _mm256_and_##S(is_quotient_##TYPE(c), is_quotient_##TYPE(d)));          \
        return _mm256_movemask_##S(good) == (ALL);                                                 \
    }
DEFINE_QUOTIENTS(double, __m256d, pd, 0xf)
DEFINE_QUOTIENTS(float, __m256, ps, 0xff)
#endif

#define DEFINE_DIVISOR(TYPE, FABS)                                                                 \
    ALWAYS_INLINE int suits_as_divisor_##TYPE(TYPE y)                                              \
    {                                                                                              \
        return FABS(y) >= LEAST_DIVISOR_##TYPE && FABS(y) <= MOST_DIVISOR_##TYPE;                  \
    }
DEFINE_DIVISOR(double, __builtin_fabs)
DEFINE_DIVISOR(float, __builtin_fabsf)
#else
#define HAS_QUOTIENTS 0
#endif

#endif

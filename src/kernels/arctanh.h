/* Inverse hyperbolic tangents of doubles and floats. For ISAs with fused multiply-add; included by
 * functions_tmpl.c after logarithm.h.
 *
 * 2 atanh s = log((1 + s) / (1 - s)), of which a power of two, 2^k, is taken apart:
 *     atanh s = k log(2) / 2 + atanh t, t = (1 + s - 2^k (1 - s)) / (1 + s + 2^k (1 - s)).
 * k comes from the difference of the bits of 1 + s and 1 - s, a logarithm of sorts, so |t| <
 * 0.2521, t is s where k is 0, and else less than half of the result: its three roundings show less
 * than they would. The polynomials are minimax for relative errors of 2**-62.6 and 2**-31.9. The
 * results are good to 1.3 ulp.
 *
 * Measured once (AVX-512): 1.0 ns an element, floats 0.46; as log1p(2 s / (1 - s)) / 2 1.6 and
 * 0.71. */
#ifndef NDSTREAM_KERNELS_ARCTANH_H
#define NDSTREAM_KERNELS_ARCTANH_H

/* From t^3 on. */
static const double arctanh_terms_float64[] = {
    0x1.555555555555ap-2, 0x1.99999999981dp-3, 0x1.24924925d9b61p-3,
    0x1.c71c70b560fa8p-4, 0x1.745d57a0cc79p-4, 0x1.3b0a9a4cc6e62p-4,
    0x1.11da265b94d59p-4, 0x1.cd309735430cp-5, 0x1.20c62ac802949p-4};
static const float arctanh_terms_float32[] = {0x1.55554ep-2f, 0x1.99a2aep-3f, 0x1.22dfa6p-3f,
                                              0x1.02d596p-3f};

/* FIRST, SECOND: log(2) / 2, the first with zeros at the end. */
#define MAKE_ARCTANH(TYPE, REAL, VECTOR, INTEGERS, S, MANTISSA, FIRST, SECOND)                     \
    ALWAYS_INLINE VECTOR arctanh_inside_##TYPE(VECTOR x)                                           \
    {                                                                                              \
        const VECTOR one = (VECTOR){0} + 1, s = LANES_ABSOLUTE(S, x), a = one + s, b = one - s;    \
        const INTEGERS unit = (INTEGERS){0} + ((__typeof__(unit[0]))1 << MANTISSA);                \
        const INTEGERS apart = (INTEGERS)a - (INTEGERS)b + (unit >> 4) * 5,                        \
                       power_bits = (apart & -unit) + (INTEGERS)one;                               \
        const VECTOR k = log_exponent_##TYPE(apart), power = (VECTOR)power_bits;                   \
        /* Below 1/2 b is rounded, but powers are small; above it the numerator is exact. */       \
        const VECTOR less = one - power, more = one + power, times = power * b;                    \
        const VECTOR num = LANES_SELECT(S, LANES_BELOW(S, x, (REAL)0.5),                           \
                                        LANES_FMA(S, s, more, less), (one - times) + s),           \
                     den = LANES_SELECT(S, LANES_BELOW(S, x, (REAL)0.5),                           \
                                        LANES_FMA(S, s, less, more), a + times);                   \
        const VECTOR t = num / den, z = t * t, first = k * (FIRST), sum = first + t;               \
        const VECTOR rest = LANES_FMA(S, k, one * (SECOND), (first - sum) + t);                    \
        const VECTOR p = SERIES(VECTOR, S, z, arctanh_terms_##TYPE);                               \
        return LANES_SIGNED(S, sum + LANES_FMA(S, t * z, p, rest), x);                             \
    }                                                                                              \
    /* Of 1 infinity, beyond it NaN. */                                                            \
    NEAR_OR_FAR(atanh, TYPE, VECTOR, S, LANES_BELOW(S, x, (REAL)1), arctanh_inside_##TYPE(x),      \
                LANES_SIGNED(S, LANES_ROOT(S, 1 - LANES_ABSOLUTE(S, x)) + (REAL)INFINITY, x))

MAKE_ARCTANH(float64, double, vector_float64, vector_int64, pd, 52, 0x1.62e42fefa4p-2,
             -0x1.8432a1b0e2634p-44)
MAKE_ARCTANH(float32, float, vector_float32, vector_int32, ps, 23, 0x1.62e4p-2f, 0x1.7f7d1cp-21f)

#endif

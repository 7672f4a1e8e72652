/* Inverse sines and cosines of doubles and floats. For ISAs with fused multiply-add; included by
 * functions_tmpl.c after arctangent.h.
 *
 * Up to |x| = 1/2 asin x = x + x^3 p(x^2); beyond, with z = (1 - |x|) / 2 and its root s,
 *     asin |x| = pi/2 - 2 asin s, acos |x| = 2 asin s, asin s = s + s z p(z),
 * where what rounding takes from s is (z - s^2) / (2 s), for which 1/s to a sixteenth will do. The
 * polynomials are minimax for relative errors of 2**-55.9 and 2**-27.6. The results are good to
 * 0.8 ulp, and NaN where |x| > 1: there z has no root.
 *
 * Measured once (AVX-512): arcsin 1.0 ns an element, floats 0.42; SLEEF's 1.6 and 0.85. */
#ifndef NDSTREAM_KERNELS_ARCSINE_H
#define NDSTREAM_KERNELS_ARCSINE_H

/* From x^3 on. */
static const double arcsine_terms_float64[] = {
    0x1.555555555539p-3,  0x1.333333336e82bp-4, 0x1.6db6db42787edp-5,  0x1.f1c72c39b89efp-6,
    0x1.6e89f42b85958p-6, 0x1.1c6be2ff4c672p-6, 0x1.c6fda4d6025dep-7,  0x1.8ec3c6897b9ep-7,
    0x1.abc82a8924fd7p-8, 0x1.3ff9d0f0ff1d3p-6, -0x1.09db92bf69c4bp-6, 0x1.0570697b12cc2p-5};
static const float arcsine_terms_float32[] = {0x1.5555c8p-3f, 0x1.330204p-4f, 0x1.747bbap-5f,
                                              0x1.8c3e28p-6f, 0x1.595c92p-5f};

/* HALF_PI: its first part. LOW: what is missing, of a number of 1. */
#define MAKE_ARCSINES(TYPE, REAL, VECTOR, INTEGERS, S, HALF_PI, LOW)                               \
    /* from + or, where sign is -0, - asin |x|, or twice that of the root. */                      \
    ALWAYS_INLINE VECTOR arcsine_##TYPE(VECTOR x, VECTOR from, VECTOR sign)                        \
    {                                                                                              \
        const VECTOR zero = {0}, half = zero + (REAL)0.5, size = LANES_ABSOLUTE(S, x);             \
        const VECTOR z =                                                                           \
            LANES_SELECT(S, LANES_BELOW(S, x, (REAL)0.5), x * x, LANES_FMA(S, size, -half, half)); \
        const VECTOR root = LANES_ROOT(S, z), twice = root + root;                                 \
        const VECTOR lost = LANES_FMA(S, -root, root, z) * inverse_##TYPE(root);                   \
        const VECTOR u = LANES_SELECT(S, LANES_BELOW(S, x, (REAL)0.5), size, twice);               \
        const VECTOR rest = LANES_SELECT(S, LANES_BELOW(S, x, (REAL)0.5), zero, lost);             \
        const VECTOR more =                                                                        \
            LANES_FMA(S, u * z, SERIES_OF_TWO(VECTOR, S, z, z * z, arcsine_terms_##TYPE), rest);   \
        const VECTOR first = (VECTOR)((INTEGERS)u ^ (INTEGERS)sign),                               \
                     second = (VECTOR)((INTEGERS)more ^ (INTEGERS)sign);                           \
        const VECTOR sum = from + first, below = (from - sum) + first;                             \
        return sum + (LANES_FMA(S, from, zero + (REAL)(LOW), below) + second);                     \
    }                                                                                              \
    ALWAYS_INLINE VECTOR own_asin_##TYPE(VECTOR x)                                                 \
    {                                                                                              \
        const VECTOR zero = {0};                                                                   \
        const VECTOR from = LANES_SELECT(S, LANES_BELOW(S, x, (REAL)0.5), zero, zero + HALF_PI),   \
                     sign = LANES_SELECT(S, LANES_BELOW(S, x, (REAL)0.5), zero, LANES_SIGN(S));    \
        return LANES_SIGNED(S, arcsine_##TYPE(x, from, sign), x);                                  \
    }                                                                                              \
    ALWAYS_INLINE VECTOR own_acos_##TYPE(VECTOR x)                                                 \
    {                                                                                              \
        const VECTOR zero = {0}, behind = LANES_SELECT(S, LANES_NEGATIVE_##S(x),                   \
                                                       zero + 2 * (REAL)(HALF_PI), zero);          \
        const VECTOR from = LANES_SELECT(S, LANES_BELOW(S, x, (REAL)0.5), zero + HALF_PI, behind), \
                     turned = LANES_SELECT(S, LANES_BELOW(S, x, (REAL)0.5), LANES_SIGN(S), zero);  \
        const INTEGERS minus = (INTEGERS)x & (INTEGERS)LANES_SIGN(S);                              \
        return arcsine_##TYPE(x, from, (VECTOR)(minus ^ (INTEGERS)turned));                        \
    }

MAKE_ARCSINES(float64, double, vector_float64, vector_int64, pd, 0x1.921fb54442d18p+0,
              0x1.678afae35cdd1p-55)
MAKE_ARCSINES(float32, float, vector_float32, vector_int32, ps, 0x1.921fb6p+0f, -0x1.de12cap-26f)

#endif

/* Tangents of doubles and floats, by the reduction of sincos.h. For ISAs with fused multiply-add;
 * included by functions_tmpl.c after sincos.h.
 *
 * With q = r^2 p(r^2), tan r of |r| <= pi/4 is r + r q, the sum of two numbers; in odd quadrants
 * -1 / tan r, whose quotient is corrected by a step of Newton's. What the reduction leaves below r
 * counts 1 + tan^2 r times, about 1 + 4 q. The polynomials are minimax for relative errors of
 * 2**-60 and 2**-29.6. The results are good to 0.95 ulp where |x| < 2**20 (2**15); larger
 * arguments, infinities and NaN are SLEEF's.
 *
 * Measured once (AVX-512): 1.45 ns an element, SLEEF's 2.6; of floats 0.57 and 1.05. */
#ifndef NDSTREAM_KERNELS_TANGENT_H
#define NDSTREAM_KERNELS_TANGENT_H

/* From r^3, and from r^5 on. */
static const double tan_first_float64 = 0x1.555555555555dp-2;
static const double tan_terms_float64[] = {
    0x1.11111111106ddp-3,   0x1.ba1ba1bab238ep-5,  0x1.664f485fc598ap-6,   0x1.226e3a2f81394p-7,
    0x1.d6d2f4b6129adp-9,   0x1.7db0d91373157p-10, 0x1.34c31b57e4484p-11,  0x1.fecb8dc4349fdp-13,
    0x1.60705d7001865p-14,  0x1.1664172f07e42p-14, -0x1.9c2825d8a6c7ap-16, 0x1.908b367c2f239p-15,
    -0x1.8fe5cb26103c8p-16, 0x1.458989f92ba32p-17};
static const float tan_first_float32 = 0x1.55556p-2f;
static const float tan_terms_float32[] = {0x1.110d9ep-3f, 0x1.bad9c2p-5f,  0x1.5cc0d4p-6f,
                                          0x1.62cb2ep-7f, 0x1.9c13b8p-14f, 0x1.1e91a8p-8f};

#define MAKE_TANGENT(TYPE, REAL, VECTOR, INTEGERS, S, SLEEF, LIMIT)                                \
    ALWAYS_INLINE VECTOR tan_near_zero_##TYPE(VECTOR x)                                            \
    {                                                                                              \
        const VECTOR one = (VECTOR){0} + 1;                                                        \
        const INTEGERS sign = (INTEGERS)x & (INTEGERS)(one * (REAL)-0.0);                          \
        const reduced_##TYPE near = reduced_by_half_pi_##TYPE((VECTOR)((INTEGERS)x ^ sign));       \
        const VECTOR r = near.r, z = r * r, square = z * z;                                        \
        const VECTOR p = SERIES_OF_TWO(VECTOR, S, z, square, tan_terms_##TYPE);                    \
        const VECTOR q = LANES_FMA(S, z, one * tan_first_##TYPE, square * p),                      \
                     t = LANES_FMA(S, r, q, r), rest = near.rest * LANES_FMA(S, q, one * 4, one),  \
                     below = LANES_FMA(S, r, q, r - t) + rest;                                     \
        const VECTOR inverse = -1 / t, wrong = LANES_FMA(S, inverse, t, one),                      \
                     cotangent =                                                                   \
                         LANES_FMA(S, inverse, LANES_FMA(S, inverse, below, wrong), inverse);      \
        return (VECTOR)((INTEGERS)WHERE_ODD_##S(near.quadrant, cotangent, t + below) ^ sign);      \
    }                                                                                              \
    NEAR_OR_FAR(tan, TYPE, VECTOR, S, LANES_BELOW(S, x, LIMIT), tan_near_zero_##TYPE(x),           \
                SLEEF(tan, u10)(x))

MAKE_TANGENT(float64, double, vector_float64, vector_int64, pd, SLEEF_FLOAT64, 0x1p20)
MAKE_TANGENT(float32, float, vector_float32, vector_int32, ps, SLEEF_FLOAT32, 0x1p15f)

#endif

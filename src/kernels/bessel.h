/* The modified Bessel function of order 0 of vectors. Included by functions_tmpl.c after pieces.h.
 *
 * Below 8 it is 1 + t P(t), t = x^2 / 4, all of whose terms are positive; beyond, exp(x) / sqrt(x)
 * Q(16 / x - 1). P and Q interpolate at Chebyshev's points, with relative errors of 2**-64 and
 * 2**-57 (doubles), 2**-29 and 2**-32 (floats). */
#ifndef NDSTREAM_KERNELS_BESSEL_H
#define NDSTREAM_KERNELS_BESSEL_H

static const float bessel_near_float32[] = {
    0x1.000000p+0f,  0x1.000002p-2f,  0x1.c71c32p-6f,  0x1.c71f96p-10f, 0x1.233128p-14f,
    0x1.037dd2p-19f, 0x1.4cf340p-25f, 0x1.6eb4d4p-31f, 0x1.5d50a6p-38f, 0x1.48dcdcp-43f};
static const float bessel_far_float32[] = {0x1.9bd428p-2f,  0x1.b8796cp-9f,  0x1.1daa98p-13f,
                                           0x1.75cb38p-17f, 0x1.8d544ap-20f, 0x1.49c5eep-22f,
                                           0x1.b7129cp-24f, 0x1.10994ep-25f, 0x1.b9a6aep-29f};
static const double bessel_near_float64[] = {
    0x1.0000000000000p+0,  0x1.0000000000000p-2,  0x1.c71c71c71c718p-6,  0x1.c71c71c71c7c2p-10,
    0x1.23456789ab17bp-14, 0x1.02e85c08a7dfcp-19, 0x1.522a43f4ad0f5p-25, 0x1.522a441639e1cp-31,
    0x1.0b3130d34d860p-37, 0x1.5601aa949484bp-44, 0x1.69c8a8327233ep-51, 0x1.41ac98bb3887bp-58,
    0x1.e5e1e29c5a679p-66, 0x1.44f6f6b62cb2ep-73, 0x1.3958326cb099fp-81, 0x1.192af56e3fb42p-88};
static const double bessel_far_float64[] = {
    0x1.9bd428ad249a5p-2,   0x1.b87969bb93b75p-9,  0x1.1daa72b5e650cp-13,  0x1.75e5ee71edd14p-17,
    0x1.8e513a1d5e52bp-20,  0x1.3f49a6bcfc2d9p-22, 0x1.7d0f75812d9bcp-24,  0x1.51ced7b713adcp-25,
    0x1.7224b1828e507p-26,  0x1.03896efb09a41p-27, -0x1.ce768f00b5374p-28, -0x1.cc90f59ec1228p-27,
    -0x1.77cc956faaa2fp-28, 0x1.0317d4c7b215ap-27, 0x1.047454ffcb608p-27,  -0x1.df1549cddfaf8p-29,
    -0x1.a9411c5b0ad08p-28, 0x1.9bbbfe31d81e9p-30, 0x1.0ab5ef575d285p-28,  -0x1.31c908a5dd531p-31,
    -0x1.e8fd992032bedp-30, 0x1.42a55974d41b8p-33, 0x1.1ce14787c5bdep-31,  -0x1.52109c25bd9ecp-36,
    -0x1.36e52c10032d7p-34};

/* e^8, and what doubles and floats lose of it, 2^-57 and 2^-28: exp(x - 8) is a number where exp(x)
 * is not. END: the result is none. */
#define BESSEL_SHIFT 8
#define BESSEL_FACTOR 2980.95798704172827474

#define MAKE_BESSEL(TYPE, REAL, VECTOR, S, SLEEF, FULL, END)                                       \
    ALWAYS_INLINE VECTOR mended_i0_##TYPE(VECTOR x)                                                \
    {                                                                                              \
        const VECTOR size = LANES_MIN(S, (VECTOR){0} + END, LANES_ABSOLUTE(S, x)); /* NaN stays */ \
        const VECTOR t = size * size * (REAL)0.25;                                                 \
        const VECTOR near = t * SERIES(VECTOR, S, t, bessel_near_##TYPE) + (REAL)1;                \
        const VECTOR inverse = (REAL)8 / size;                                                     \
        if (!LANES_ANY(S, LANES_BELOW(S, inverse, (REAL)1.0000001)))                               \
            return near;                                                                           \
        const VECTOR v = inverse + inverse - (REAL)1;                                              \
        const VECTOR tail = SERIES(VECTOR, S, v, bessel_far_##TYPE) / LANES_ROOT(S, size);         \
        const VECTOR less =                                                                        \
            LANES_SELECT(S, LANES_BELOW(S, size, FULL), size, size - (REAL)BESSEL_SHIFT);          \
        const VECTOR once = SLEEF(exp, u10)(less) * tail;                                          \
        const VECTOR far =                                                                         \
            LANES_SELECT(S, LANES_BELOW(S, size, FULL), once, once * (REAL)BESSEL_FACTOR);         \
        return LANES_SELECT(S, LANES_BELOW(S, size, (REAL)8), near, far);                          \
    }
MAKE_BESSEL(float32, float, vector_float32, ps, SLEEF_FLOAT32, 88.0f, 94.0f)
MAKE_BESSEL(float64, double, vector_float64, pd, SLEEF_FLOAT64, 709.0, 716.0)

#endif

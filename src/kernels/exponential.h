/* e and 2 raised to doubles and floats, and e^x - 1. For ISAs with fused multiply-add; included by
 * functions_tmpl.c after sincos.h.
 *
 * x = n ln 2 + r, |r| <= ln 2 / 2: n times the first part of ln 2, which ends in zeros, is
 * subtracted without an error; what rounding takes from r, and from 1 + r, is added to the
 * polynomial, which is minimax for relative errors of 2**-57.9 and 2**-31.9 (floats); that of
 * e^x - 1 of 2**-55.6. The results are good to 0.82 ulp, e^x - 1 to 1.1, where 2^n and the result
 * are normal numbers; larger arguments, infinities and NaN are SLEEF's.
 *
 * Measured once (AVX-512): exp 0.57 ns an element, SLEEF's 1.0; expm1 0.79 and 1.5. */
#ifndef NDSTREAM_KERNELS_EXPONENTIAL_H
#define NDSTREAM_KERNELS_EXPONENTIAL_H

/* From x^2 on. */
static const double exp_terms_float64[] = {
    0x1.000000000000ap-1,  0x1.55555555554fap-3,  0x1.555555555088cp-5,  0x1.1111111127b9cp-7,
    0x1.6c16c1842672fp-10, 0x1.a01a012a698cep-13, 0x1.a0199a16d3012p-16, 0x1.71df253a6f9f1p-19,
    0x1.28ad68af79d8dp-22, 0x1.ad7f7a9a4cfd0p-26};
static const double expm1_terms_float64[] = {
    0x1.0000000000005p-1,  0x1.555555555555cp-3,  0x1.55555555520cap-5,  0x1.111111110e6a1p-7,
    0x1.6c16c17f42ff2p-10, 0x1.a01a01b5e9c56p-13, 0x1.a019a660ed52ap-16, 0x1.71dde9ddaecfap-19,
    0x1.28a2d2105fa89p-22, 0x1.af76ebafed39ap-26};
static const float exp_terms_float32[] = {0x1p-1f,        0x1.555556p-3f,  0x1.5554acp-5f,
                                          0x1.11108ep-7f, 0x1.6d75dcp-10f, 0x1.a1a342p-13f};
#define expm1_terms_float32 exp_terms_float32

/* SHIFT: adding it leaves whole numbers in the last bits. FIRST, SECOND: ln 2, the first with zeros
 * at the end; LN2, LN2_BELOW: the same, rounded. LIMIT, LIMIT_2: |x| below which base e and 2 have
 * normal results. */
#define MAKE_EXPONENTIALS(TYPE, REAL, VECTOR, INTEGERS, S, SLEEF, MANTISSA, SHIFT, LOG2_E, FIRST,  \
                          SECOND, LN2, LN2_BELOW, LIMIT, LIMIT_2)                                  \
    typedef struct exponent_##TYPE {                                                               \
        VECTOR r, below; /* their sum is what remains */                                           \
        INTEGERS n;      /* in the last bits */                                                    \
    } exponent_##TYPE;                                                                             \
    ALWAYS_INLINE exponent_##TYPE exponent_of_e_##TYPE(VECTOR x)                                   \
    {                                                                                              \
        const VECTOR one = (VECTOR){0} + 1, shift = one * (SHIFT);                                 \
        const VECTOR rounded = LANES_FMA(S, x, one * (LOG2_E), shift), n = rounded - shift;        \
        const VECTOR first = LANES_FMA(S, n, one * -(FIRST), x), second = n * (SECOND);            \
        const VECTOR r = first - second;                                                           \
        return (exponent_##TYPE){r, (first - r) - second, (INTEGERS)rounded};                      \
    }                                                                                              \
    ALWAYS_INLINE exponent_##TYPE exponent_of_2_##TYPE(VECTOR x)                                   \
    {                                                                                              \
        const VECTOR one = (VECTOR){0} + 1, shift = one * (SHIFT), rounded = x + shift;            \
        const VECTOR rest = x - (rounded - shift), r = rest * (LN2);                               \
        const VECTOR below = LANES_FMA(S, rest, one * (LN2), -r);                                  \
        return (exponent_##TYPE){r, LANES_FMA(S, rest, one * (LN2_BELOW), below),                  \
                                 (INTEGERS)rounded};                                               \
    }                                                                                              \
    ALWAYS_INLINE VECTOR raised_##TYPE(exponent_##TYPE to)                                         \
    {                                                                                              \
        const VECTOR p = SERIES(VECTOR, S, to.r, exp_terms_##TYPE);                                \
        const VECTOR whole = to.r + 1, rest = (1 - whole) + to.r;                                  \
        const VECTOR y = whole + LANES_FMA(S, to.r * to.r, p, rest + to.below);                    \
        return (VECTOR)((INTEGERS)y + (to.n << MANTISSA));                                         \
    }                                                                                              \
    ALWAYS_INLINE VECTOR expm1_near_zero_##TYPE(VECTOR x)                                          \
    {                                                                                              \
        const exponent_##TYPE to = exponent_of_e_##TYPE(x);                                        \
        const VECTOR one = (VECTOR){0} + 1;                                                        \
        const VECTOR power = (VECTOR)((INTEGERS)one + (to.n << MANTISSA)), less = power - 1;       \
        const VECTOR p = SERIES(VECTOR, S, to.r, expm1_terms_##TYPE);                              \
        const VECTOR sum = LANES_FMA(S, power, to.r, less);                                        \
        const VECTOR lost = LANES_FMA(S, power, to.r, less - sum);                                 \
        const VECTOR rest = LANES_FMA(S, to.r * to.r, p, to.below);                                \
        return LANES_SIGNED(S, sum + LANES_FMA(S, power, rest, lost), x); /* and -0 */             \
    }                                                                                              \
    /* SLEEF's where some lane is large. Not inlined: it would spill the constants of the loop. */ \
    static __attribute__((noinline)) VECTOR exp_far_##TYPE(VECTOR x, VECTOR near)                  \
    {                                                                                              \
        return LANES_SELECT(S, LANES_BELOW(S, x, LIMIT), near, SLEEF(exp, u10)(x));                \
    }                                                                                              \
    static __attribute__((noinline)) VECTOR expm1_far_##TYPE(VECTOR x, VECTOR near)                \
    {                                                                                              \
        return LANES_SELECT(S, LANES_BELOW(S, x, LIMIT), near, SLEEF(exp, u10)(x) - 1);            \
    }                                                                                              \
    static __attribute__((noinline)) VECTOR exp2_far_##TYPE(VECTOR x, VECTOR near)                 \
    {                                                                                              \
        return LANES_SELECT(S, LANES_BELOW(S, x, LIMIT_2), near, SLEEF(exp2, u10)(x));             \
    }                                                                                              \
    ALWAYS_INLINE VECTOR own_exp_##TYPE(VECTOR x)                                                  \
    {                                                                                              \
        const VECTOR y = raised_##TYPE(exponent_of_e_##TYPE(x));                                   \
        return __builtin_expect(LANES_ALL(S, LANES_BELOW(S, x, LIMIT)), 1) ? y                     \
                                                                           : exp_far_##TYPE(x, y); \
    }                                                                                              \
    ALWAYS_INLINE VECTOR own_expm1_##TYPE(VECTOR x)                                                \
    {                                                                                              \
        const VECTOR y = expm1_near_zero_##TYPE(x);                                                \
        return __builtin_expect(LANES_ALL(S, LANES_BELOW(S, x, LIMIT)), 1)                         \
                   ? y                                                                             \
                   : expm1_far_##TYPE(x, y);                                                       \
    }                                                                                              \
    ALWAYS_INLINE VECTOR own_exp2_##TYPE(VECTOR x)                                                 \
    {                                                                                              \
        const VECTOR y = raised_##TYPE(exponent_of_2_##TYPE(x));                                   \
        return __builtin_expect(LANES_ALL(S, LANES_BELOW(S, x, LIMIT_2)), 1)                       \
                   ? y                                                                             \
                   : exp2_far_##TYPE(x, y);                                                        \
    }

MAKE_EXPONENTIALS(float64, double, vector_float64, vector_int64, pd, SLEEF_FLOAT64, 52, 0x1.8p52,
                  0x1.71547652b82fep+0, 0x1.62e42fefa0000p-1, 0x1.cf79abc9e3b39p-40,
                  0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56, 708.0, 1022.0)
MAKE_EXPONENTIALS(float32, float, vector_float32, vector_int32, ps, SLEEF_FLOAT32, 23, 0x1.8p23f,
                  0x1.715476p+0f, 0x1.62e4p-1f, 0x1.7f7d1cp-20f, 0x1.62e43p-1f, -0x1.05c61p-29f,
                  87.0f, 126.0f)

#endif

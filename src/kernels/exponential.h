/* e and 2 raised to doubles and floats, and e^x - 1. For ISAs with fused multiply-add; included by
 * functions_tmpl.c after sincos.h.
 *
 * x = n ln 2 / 16 + r, |r| <= ln 2 / 32: n times the first part of ln 2, which ends in zeros, is
 * subtracted without an error. e^x is 2^(n / 16), of which the fractional power comes from a table
 * in two parts that fits registers, times e^r, whose polynomial is minimax for relative errors of
 * 2**-56.2 and 2**-29.2 (floats). e^x - 1 must keep more of r: |r| <= ln 2 / 2 there, what rounding
 * takes from it is kept, and the polynomial is minimax for 2**-55.6 and 2**-31.9. The results are
 * good to 0.65 ulp, e^x - 1 to 1.1, where 2^n and the result are normal numbers, and 0 where
 * 0 is the nearest; other arguments, infinity and NaN are SLEEF's.
 *
 * Measured once (AVX-512): exp 0.47 ns an element, SLEEF's 1.0; expm1 0.79 and 1.5. */
#ifndef NDSTREAM_KERNELS_EXPONENTIAL_H
#define NDSTREAM_KERNELS_EXPONENTIAL_H

/* table[index % 16] in each lane. */
#if VECTOR_BYTES == 64
ALWAYS_INLINE vector_float64 entry_float64(const double *table, vector_int64 index)
{
    return _mm512_permutex2var_pd(_mm512_load_pd(table), (__m512i)index, _mm512_load_pd(table + 8));
}
ALWAYS_INLINE vector_float32 entry_float32(const float *table, vector_int32 index)
{
    return _mm512_permutexvar_ps((__m512i)index, _mm512_load_ps(table));
}
#else
/* Four permutations, of which two bits choose: a gather takes longer. */
ALWAYS_INLINE vector_float64 entry_float64(const double *table, vector_int64 index)
{
    /* Each double as two elements of 32 bits. */
    const __m256i halves = _mm256_or_si256(_mm256_shuffle_epi32((__m256i)(index << 1), 0xa0),
                                           _mm256_set1_epi64x(1LL << 32));
    __m256d quarter[4];
    for (int i = 0; i < 4; i++)
        quarter[i] = (__m256d)_mm256_permutevar8x32_epi32(
            _mm256_load_si256((const __m256i *)(table + 4 * i)), halves);
    const __m256d odd = (__m256d)(index << 61), upper = (__m256d)(index << 60);
    return _mm256_blendv_pd(_mm256_blendv_pd(quarter[0], quarter[1], odd),
                            _mm256_blendv_pd(quarter[2], quarter[3], odd), upper);
}
ALWAYS_INLINE vector_float32 entry_float32(const float *table, vector_int32 index)
{
    const __m256 low = _mm256_permutevar8x32_ps(_mm256_load_ps(table), (__m256i)index),
                 high = _mm256_permutevar8x32_ps(_mm256_load_ps(table + 8), (__m256i)index);
    return _mm256_blendv_ps(low, high, (__m256)(index << 28));
}
#endif

/* The polynomials from x^2 on, and 2^(i / 16). */
static const double exp_terms_float64[] = {0x1.0000000000005p-1, 0x1.555555548ebc5p-3,
                                           0x1.555555545c578p-5, 0x1.11123b4824daap-7,
                                           0x1.6c185fabc7718p-10};
static const _Alignas(64) double exp_roots_float64[16] = {0x1p+0,
                                                          0x1.0b5586cf9890fp+0,
                                                          0x1.172b83c7d517bp+0,
                                                          0x1.2387a6e756238p+0,
                                                          0x1.306fe0a31b715p+0,
                                                          0x1.3dea64c123422p+0,
                                                          0x1.4bfdad5362a27p+0,
                                                          0x1.5ab07dd485429p+0,
                                                          0x1.6a09e667f3bcdp+0,
                                                          0x1.7a11473eb0187p+0,
                                                          0x1.8ace5422aa0dbp+0,
                                                          0x1.9c49182a3f09p+0,
                                                          0x1.ae89f995ad3adp+0,
                                                          0x1.c199bdd85529cp+0,
                                                          0x1.d5818dcfba487p+0,
                                                          0x1.ea4afa2a490dap+0};
static const _Alignas(64) double exp_roots_below_float64[16] = {0x0p+0,
                                                                0x1.8a62e4adc610bp-54,
                                                                -0x1.19041b9d78a76p-55,
                                                                0x1.9b07eb6c70573p-54,
                                                                0x1.6f46ad23182e4p-55,
                                                                0x1.ada0911f09ebcp-55,
                                                                0x1.d4397afec42e2p-56,
                                                                0x1.6324c054647adp-54,
                                                                -0x1.bdd3413b26456p-54,
                                                                -0x1.41577ee04992fp-55,
                                                                0x1.6e9f156864b27p-54,
                                                                0x1.c7c46b071f2bep-56,
                                                                0x1.7a1cd345dcc81p-54,
                                                                0x1.11065895048ddp-55,
                                                                0x1.2ed02d75b3707p-55,
                                                                -0x1.e9c23179c2893p-54};
static const float exp_terms_float32[] = {0x1.00022p-1f, 0x1.555764p-3f};
static const _Alignas(64) float exp_roots_float32[16] = {
    0x1p+0f,        0x1.0b5586p+0f, 0x1.172b84p+0f, 0x1.2387a6p+0f, 0x1.306fep+0f,  0x1.3dea64p+0f,
    0x1.4bfdaep+0f, 0x1.5ab07ep+0f, 0x1.6a09e6p+0f, 0x1.7a1148p+0f, 0x1.8ace54p+0f, 0x1.9c4918p+0f,
    0x1.ae89fap+0f, 0x1.c199bep+0f, 0x1.d5818ep+0f, 0x1.ea4afap+0f};
static const _Alignas(64) float exp_roots_below_float32[16] = {
    0x0p+0f,          0x1.9f3122p-25f,  -0x1.c15742p-27f, 0x1.ceac48p-25f,
    0x1.4636e2p-25f,  0x1.824684p-25f,  -0x1.593abcp-25f, -0x1.5bd5ecp-27f,
    0x1.9fcef4p-26f,  -0x1.829fdp-25f,  0x1.15506ep-27f,  0x1.51f848p-27f,
    -0x1.a94b14p-26f, -0x1.3d56b2p-27f, -0x1.822dbcp-27f, 0x1.52486cp-27f};
static const double expm1_terms_float64[] = {
    0x1.0000000000005p-1,  0x1.555555555555cp-3,  0x1.55555555520cap-5,  0x1.111111110e6a1p-7,
    0x1.6c16c17f42ff2p-10, 0x1.a01a01b5e9c56p-13, 0x1.a019a660ed52ap-16, 0x1.71dde9ddaecfap-19,
    0x1.28a2d2105fa89p-22, 0x1.af76ebafed39ap-26};
static const float expm1_terms_float32[] = {0x1p-1f,        0x1.555556p-3f,  0x1.5554acp-5f,
                                            0x1.11108ep-7f, 0x1.6d75dcp-10f, 0x1.a1a342p-13f};

/* Lanes where |x| is below the limit, or x so small that the result is 0, as it is of minus
 * infinity: masks of a softmax are such. And y, or 0 in the latter. */
#if VECTOR_BYTES == 64
#define LANES_SMALL(S, x, least) _mm512_cmp_##S##_mask(x, _mm512_set1_##S(least), _CMP_LT_OQ)
#define LANES_NEAR_OR_SMALL(S, x, limit, least)                                                    \
    (LANES_BELOW(S, x, limit) | LANES_SMALL(S, x, least))
#define LANES_OR_ZERO(S, x, least, y)                                                              \
    _mm512_maskz_mov_##S((__typeof__(LANES_SMALL(S, x, least)))~LANES_SMALL(S, x, least), y)
#else
#define LANES_SMALL(S, x, least) _mm256_cmp_##S(x, _mm256_set1_##S(least), _CMP_LT_OQ)
#define LANES_NEAR_OR_SMALL(S, x, limit, least)                                                    \
    _mm256_or_##S(LANES_BELOW(S, x, limit), LANES_SMALL(S, x, least))
#define LANES_OR_ZERO(S, x, least, y) _mm256_andnot_##S(LANES_SMALL(S, x, least), y)
#endif

/* SHIFT: adding it leaves whole numbers in the last bits. FIRST, SECOND: ln 2, the first with zeros
 * at the end; LN2: rounded. LIMIT, LIMIT_2: |x| below which base e and 2 have normal results.
 * LEAST: x below which e^x is 0. */
#define MAKE_EXPONENTIALS(TYPE, REAL, VECTOR, INTEGERS, S, SLEEF, MANTISSA, SHIFT, LOG2_E, FIRST,  \
                          SECOND, LN2, LIMIT, LIMIT_2, LEAST)                                      \
    /* 2^(n / 16) e^r; n in the last bits. */                                                      \
    ALWAYS_INLINE VECTOR raised_##TYPE(INTEGERS n, VECTOR r)                                       \
    {                                                                                              \
        const VECTOR root = entry_##TYPE(exp_roots_##TYPE, n),                                     \
                     below = entry_##TYPE(exp_roots_below_##TYPE, n);                              \
        const VECTOR p = SERIES(VECTOR, S, r, exp_terms_##TYPE), q = LANES_FMA(S, r * r, p, r);    \
        const VECTOR y = root + LANES_FMA(S, root, q, below);                                      \
        const INTEGERS exponent = (n & ((INTEGERS){0} - 16)) << (MANTISSA - 4);                    \
        return (VECTOR)((INTEGERS)y + exponent);                                                   \
    }                                                                                              \
    /* e to the power of x + lost, of which x is the most. */                                      \
    ALWAYS_INLINE VECTOR exp_of_sum_##TYPE(VECTOR x, const VECTOR *lost)                           \
    {                                                                                              \
        const VECTOR one = (VECTOR){0} + 1, shift = one * (SHIFT);                                 \
        VECTOR sum = x;                                                                            \
        if (lost)                                                                                  \
            sum += *lost;                                                                          \
        const VECTOR rounded = LANES_FMA(S, sum, one * ((LOG2_E)*16), shift), n = rounded - shift; \
        const VECTOR first = LANES_FMA(S, n, one * -((FIRST) / 16), x);                            \
        VECTOR r = LANES_FMA(S, n, one * -((SECOND) / 16), first);                                 \
        if (lost)                                                                                  \
            r += *lost;                                                                            \
        return raised_##TYPE((INTEGERS)rounded, r);                                                \
    }                                                                                              \
    ALWAYS_INLINE VECTOR exp_near_zero_##TYPE(VECTOR x)                                            \
    {                                                                                              \
        return exp_of_sum_##TYPE(x, NULL);                                                         \
    }                                                                                              \
    /* n, the sixteenths that x is near, in the last bits; and x - n / 16, exactly. */             \
    ALWAYS_INLINE VECTOR sixteenths_##TYPE(VECTOR x)                                               \
    {                                                                                              \
        const VECTOR one = (VECTOR){0} + 1;                                                        \
        return LANES_FMA(S, x, one * 16, one * (SHIFT));                                           \
    }                                                                                              \
    ALWAYS_INLINE VECTOR less_sixteenths_##TYPE(VECTOR x, VECTOR sixteenths)                       \
    {                                                                                              \
        const VECTOR one = (VECTOR){0} + 1;                                                        \
        return LANES_FMA(S, sixteenths - one * (SHIFT), one * (REAL)-0.0625, x);                   \
    }                                                                                              \
    ALWAYS_INLINE VECTOR exp2_near_zero_##TYPE(VECTOR x)                                           \
    {                                                                                              \
        const VECTOR n = sixteenths_##TYPE(x);                                                     \
        return raised_##TYPE((INTEGERS)n, less_sixteenths_##TYPE(x, n) * (LN2));                   \
    }                                                                                              \
    ALWAYS_INLINE VECTOR expm1_near_zero_##TYPE(VECTOR x)                                          \
    {                                                                                              \
        const VECTOR one = (VECTOR){0} + 1, shift = one * (SHIFT);                                 \
        const VECTOR rounded = LANES_FMA(S, x, one * (LOG2_E), shift), n = rounded - shift;        \
        const VECTOR first = LANES_FMA(S, n, one * -(FIRST), x), second = n * (SECOND);            \
        const VECTOR r = first - second, below = (first - r) - second;                             \
        const INTEGERS exponent = (INTEGERS)rounded << MANTISSA;                                   \
        const VECTOR power = (VECTOR)((INTEGERS)one + exponent), less = power - 1;                 \
        const VECTOR p = SERIES(VECTOR, S, r, expm1_terms_##TYPE);                                 \
        const VECTOR sum = LANES_FMA(S, power, r, less);                                           \
        const VECTOR lost = LANES_FMA(S, power, r, less - sum);                                    \
        const VECTOR rest = LANES_FMA(S, r * r, p, below);                                         \
        return LANES_SIGNED(S, sum + LANES_FMA(S, power, rest, lost), x); /* and -0 */             \
    }                                                                                              \
    NEAR_ZERO_OR_FAR(exp, TYPE, VECTOR, S, LIMIT, LEAST, exp_near_zero_##TYPE(x),                  \
                     made_finite_exp_##TYPE(SLEEF(exp, u10)(x), x))                                \
    NEAR_OR_FAR(expm1, TYPE, VECTOR, S, LANES_BELOW(S, x, LIMIT), expm1_near_zero_##TYPE(x),       \
                made_finite_expm1_##TYPE(SLEEF(exp, u10)(x) - 1, x))                               \
    NEAR_OR_FAR(exp2, TYPE, VECTOR, S, LANES_BELOW(S, x, LIMIT_2), exp2_near_zero_##TYPE(x),       \
                made_finite_exp2_##TYPE(SLEEF(exp2, u10)(x), x))

MAKE_EXPONENTIALS(float64, double, vector_float64, vector_int64, pd, SLEEF_FLOAT64, 52, 0x1.8p52,
                  0x1.71547652b82fep+0, 0x1.62e42fefa0000p-1, 0x1.cf79abc9e3b39p-40,
                  0x1.62e42fefa39efp-1, 708.0, 1022.0, -746.0)
MAKE_EXPONENTIALS(float32, float, vector_float32, vector_int32, ps, SLEEF_FLOAT32, 23, 0x1.8p23f,
                  0x1.715476p+0f, 0x1.62e4p-1f, 0x1.7f7d1cp-20f, 0x1.62e43p-1f, 87.0f, 126.0f,
                  -104.0f)

#endif

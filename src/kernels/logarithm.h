/* Logarithms of doubles and floats. For ISAs with fused multiply-add; included by functions_tmpl.c
 * after exponential.h.
 *
 * x = 2^k m with m in [0.703, 1.406), which sixteen intervals cut, 1 in the middle of one. c, about
 * 1/m for the interval, comes from a table that fits registers, as does -log c, in two parts:
 *     log x = k log 2 - log c + log(1 + r), r = m c - 1, |r| < 1/30.
 * c is 1 around 1, where r is exact, and in the intervals beside has so few bits that r is exact as
 * well: their logarithms are small, so an error would show. The first parts of log 2 and -log c end
 * in so many zeros that k log 2 - log c has no error; the polynomials are minimax for relative
 * errors of 2**-61.8, and 2**-31.2 of floats. The results are good to 0.7 ulp. What is not a
 * positive normal number is SLEEF's.
 *
 * Measured once (AVX-512): log 0.68 ns an element, SLEEF's 1.2; of floats 0.24 and 0.52. */
#ifndef NDSTREAM_KERNELS_LOGARITHM_H
#define NDSTREAM_KERNELS_LOGARITHM_H

enum { LOG_INTERVALS = 16 };

/* ---- Tables, and how they are read ----------------------------------------------------------- */

/* Logarithms to one base: of 2, and what those to base e are multiplied by, in two parts each; of
 * 1/c; and the polynomial of r, from r^2 on. */
#define LOG_BASE(TYPE, REAL, TERMS)                                                                \
    typedef struct log_base_##TYPE {                                                               \
        _Alignas(64) REAL high[LOG_INTERVALS], low[LOG_INTERVALS];                                 \
        REAL two[2], scale[2], series[TERMS];                                                      \
    } log_base_##TYPE;
LOG_BASE(float64, double, 9)
LOG_BASE(float32, float, 4)

static const _Alignas(64) double log_reciprocal_float64[16] = {0x1.642c8590b2164p+0,
                                                               0x1.5555555555555p+0,
                                                               0x1.47ae147ae147bp+0,
                                                               0x1.3b13b13b13b14p+0,
                                                               0x1.2f684bda12f68p+0,
                                                               0x1.2492492492492p+0,
                                                               0x1.1a7b9611a7b96p+0,
                                                               0x1.1111111111111p+0,
                                                               0x1.08p+0,
                                                               0x1p+0,
                                                               0x1.ep-1,
                                                               0x1.c71c71c71c71cp-1,
                                                               0x1.af286bca1af28p-1,
                                                               0x1.999999999999ap-1,
                                                               0x1.8618618618618p-1,
                                                               0x1.745d1745d1746p-1};
static const log_base_float64 base_of_log_float64 = {
    .two = {0x1.62e42fefa38p-1, 0x1.ef35793c7673p-45},
    .scale = {1, 0},
    .high = {-0x1.522ae0738ap-2, -0x1.269621134ep-2, -0x1.f991c6cb3cp-3, -0x1.a93ed3c8aep-3,
             -0x1.5bf406b544p-3, -0x1.1178e8227ep-3, -0x1.9335e5d594p-4, -0x1.08598b59e4p-4,
             -0x1.f829b0e78p-6, 0x0p+0, 0x1.08598b59e4p-4, 0x1.e27076e2bp-4, 0x1.5ff3070a7ap-3,
             0x1.c8ff7c79aap-3, 0x1.1675cababap-2, 0x1.4618bc21c6p-2},
    .low = {-0x1.eba708164c759p-45, 0x1.1ba1f10522625p-44, 0x1.90b84cd7cc834p-44,
            0x1.86a4350562169p-45, 0x1.28023eb68981cp-46, -0x1.1e778ce2d07f2p-45,
            -0x1.30f5c3abd47dap-45, 0x1.7e9dd7009902cp-46, -0x1.980267c7e09e4p-45, 0x0p+0,
            -0x1.7e5dd7009902cp-46, -0x1.a2c2c2af0003cp-45, -0x1.8546f183bebf2p-44,
            -0x1.7814f689f8434p-45, 0x1.83c0e731f55c4p-44, -0x1.3e02f484c84ccp-46},
    .series = {-0x1p-1, 0x1.55555555554d6p-2, -0x1.fffffffffd675p-3, 0x1.9999999be204fp-3,
               -0x1.5555558269ba5p-3, 0x1.24922ef446fa6p-3, -0x1.fffdd02bad96dp-4,
               0x1.c80a01195535ep-4, -0x1.9e4ef3143baa3p-4},
};
static const log_base_float64 base_of_log2_float64 = {
    .two = {1, 0},
    .scale = {0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56},
    .high = {-0x1.e7df5fe539p-2, -0x1.a8ff971811p-2, -0x1.6cb0f6865dp-2, -0x1.32bfee370fp-2,
             -0x1.f5fd8a9064p-3, -0x1.8a8980abfcp-3, -0x1.22dadc2ab4p-3, -0x1.7d60496cfcp-4,
             -0x1.6bad3758fp-5, 0x0p+0, 0x1.7d60496cfcp-4, 0x1.5c01a39fbep-3, 0x1.fbc16b9026p-3,
             0x1.49a784bcd2p-2, 0x1.91bba891f1p-2, 0x1.d6753e032fp-2},
    .low = {0x1.535a6bba73a4bp-44, 0x1.68d64f1e45cebp-44, 0x1.c55c84aae3be6p-44,
            0x1.962909403469ap-46, 0x1.ce5218fd407f7p-47, 0x1.683e1f2893a13p-46,
            0x1.6d3cbb0006c6ap-44, 0x1.2d42864c502fep-46, 0x1.3c6764fc87b4ap-48, 0x0p+0,
            -0x1.2ce6312ebb81dp-46, -0x1.2eafb6e10910bp-44, 0x1.01a0ca38c7c3p-44,
            -0x1.1d9cc2d296ee4p-44, 0x1.c28981cad608fp-44, -0x1.7c6e9adf43f2fp-44},
    .series = {-0x1.71547652b82fep-1, 0x1.ec709dc3a0346p-2, -0x1.71547652b6506p-2,
               0x1.2776c5109f51bp-2, -0x1.ec709e04a984fp-3, 0x1.a6173cdf6d6dap-3,
               -0x1.7152e27dd8953p-3, 0x1.48f670d2ebfa9p-3, -0x1.2adc3ee31807ap-3},
};
static const log_base_float64 base_of_log10_float64 = {
    .two = {0x1.34413509f8p-2, -0x1.80433b83b532ap-44},
    .scale = {0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57},
    .high = {-0x1.25ba8215bp-3, -0x1.ffbfc2bbc8p-4, -0x1.b721cd1714p-4, -0x1.715d0ce368p-4,
             -0x1.2e3a740b78p-4, -0x1.db11ed7668p-5, -0x1.5e3966b7e8p-5, -0x1.cb38fccd9p-6,
             -0x1.b5e908eb2p-7, 0x0p+0, 0x1.cb38fccd9p-6, 0x1.a30a9d60ap-5, 0x1.31b3055c48p-4,
             0x1.8cf1838864p-4, 0x1.e3bc1ab0ep-4, 0x1.1b3e71ec94p-3},
    .low = {0x1.0089d896499b2p-44, 0x1.ff91cd0d41d8bp-46, -0x1.7e33cbb4338c4p-44,
            0x1.40a56a54960abp-46, -0x1.9af15fdc3bc7p-53, -0x1.5f85cb66cbb6cp-44,
            -0x1.2943d5df4868p-45, 0x1.00994d322030ep-44, 0x1.90dfe0d1601cap-44, 0x0p+0,
            -0x1.00925a535ae72p-44, -0x1.012c40f052da5p-45, -0x1.dcc83285be7bfp-45,
            0x1.015bce2014e1fp-45, 0x1.9fffa0ddba65fp-44, 0x1.ef4991a8da00bp-44},
    .series = {-0x1.bcb7b1526e50ep-3, 0x1.287a7636f42fp-3, -0x1.bcb7b1526c0f9p-4,
               0x1.63c6277720ac4p-4, -0x1.287a765e1c11fp-4, 0x1.fc3f789683163p-5,
               -0x1.bcb5cb0f74933p-5, 0x1.8c1c4a783db05p-5, -0x1.67dd1b806c6acp-5},
};
static const _Alignas(64) float log_reciprocal_float32[16] = {
    0x1.64p+0f, 0x1.55p+0f, 0x1.48p+0f, 0x1.3bp+0f, 0x1.2fp+0f, 0x1.25p+0f, 0x1.1ap+0f, 0x1.11p+0f,
    0x1.08p+0f, 0x1p+0f,    0x1.ep-1f,  0x1.c8p-1f, 0x1.bp-1f,  0x1.9ap-1f, 0x1.86p-1f, 0x1.74p-1f};
static const log_base_float32 base_of_log_float32 = {
    .two = {0x1.62e4p-1f, 0x1.7f7d1cp-20f},
    .scale = {1, 0},
    .high = {-0x1.51acp-2f, -0x1.2598p-2f, -0x1.fb9p-3f, -0x1.a8cp-3f, -0x1.593p-3f, -0x1.1478p-3f,
             -0x1.8c3p-4f, -0x1.076p-4f, -0x1.f84p-6f, 0x0p+0f, 0x1.086p-4f, 0x1.da7p-4f,
             0x1.5bf8p-3f, 0x1.c7p-3f, 0x1.16b4p-2f, 0x1.4718p-2f},
    .low = {0x1.278d2p-18f, 0x1.fef208p-18f, -0x1.86d5e4p-19f, 0x1.30377ep-19f, -0x1.c6ccc2p-18f,
            -0x1.6119dp-21f, -0x1.1758c6p-18f, 0x1.9f299cp-18f, 0x1.64f188p-18f, 0x0p+0f,
            -0x1.9d2988p-18f, 0x1.3b1c22p-19f, -0x1.fca55ep-18f, -0x1.0e43fcp-21f, 0x1.ccbadp-18f,
            0x1.b84e38p-19f},
    .series = {-0x1.fffffcp-2f, 0x1.55552ep-2f, -0x1.003762p-2f, 0x1.9b9eep-3f},
};
static const log_base_float32 base_of_log2_float32 = {
    .two = {1, 0},
    .scale = {0x1.715476p+0f, 0x1.4ae0cp-26f},
    .high = {-0x1.e728p-2f, -0x1.a79p-2f, -0x1.6e24p-2f, -0x1.3264p-2f, -0x1.f208p-3f, -0x1.8eep-3f,
             -0x1.1ddp-3f, -0x1.7bfp-4f, -0x1.6bap-5f, 0x0p+0f, 0x1.7d6p-4f, 0x1.564p-3f,
             0x1.f6p-3f, 0x1.4838p-2f, 0x1.9218p-2f, 0x1.d7e8p-2f},
    .low = {0x1.55e18ap-18f, 0x1.eb9084p-18f, 0x1.e3263p-18f, 0x1.a72536p-20f, 0x1.6636fcp-18f,
            0x1.a8be56p-18f, 0x1.734556p-18f, 0x1.169476p-20f, -0x1.a6eb1ep-18f, 0x0p+0f,
            0x1.25b3eep-22f, -0x1.1eb002p-18f, -0x1.3ab7cep-18f, -0x1.a196a2p-18f, 0x1.249ba8p-27f,
            -0x1.3f543cp-18f},
    .series = {-0x1.715474p-1f, 0x1.ec7064p-2f, -0x1.71a45cp-2f, 0x1.28ebe8p-2f},
};
static const log_base_float32 base_of_log10_float32 = {
    .two = {0x1.344p-2f, 0x1.3509f8p-18f},
    .scale = {0x1.bcb7b2p-2f, -0x1.5b235ep-27f},
    .high = {-0x1.2548p-3f, -0x1.fep-4f, -0x1.b8ep-4f, -0x1.70fp-4f, -0x1.2bdp-4f, -0x1.e04p-5f,
             -0x1.582p-5f, -0x1.c98p-6f, -0x1.b6p-7f, 0x0p+0f, 0x1.cb4p-6f, 0x1.9c2p-5f,
             0x1.2e4p-4f, 0x1.8b3p-4f, 0x1.e43p-4f, 0x1.1c2p-3f},
    .low = {-0x1.a69af4p-18f, -0x1.69b51cp-19f, 0x1.b2c54cp-20f, 0x1.12414p-19f, -0x1.a39188p-18f,
            -0x1.c6a862p-19f, -0x1.c7759ap-20f, 0x1.e4650cp-21f, 0x1.6f714ep-19f, 0x0p+0f,
            -0x1.c0cc9ep-20f, -0x1.a1504p-19f, -0x1.62fd22p-18f, 0x1.40d932p-18f, -0x1.2cfa4ep-18f,
            -0x1.8b3552p-18f},
    .series = {-0x1.bcb7aep-3f, 0x1.287a54p-3f, -0x1.bd17e6p-4f, 0x1.658774p-4f},
};

/* The number k of the bits k * 2^52 + ..., k * 2^23 + ... */
ALWAYS_INLINE vector_float64 log_exponent_float64(vector_int64 bits)
{
#if VECTOR_BYTES == 64
    return _mm512_cvtepi64_pd((__m512i)(bits >> 52));
#else /* behind 2^52, whose last bit is 1 */
    const vector_uint64 above = (vector_uint64)(bits + ((vector_int64){0} + (1023LL << 52))) >> 52;
    return (vector_float64)(above | ((vector_uint64){0} + 0x4330000000000000)) - (0x1p52 + 1023);
#endif
}
ALWAYS_INLINE vector_float32 log_exponent_float32(vector_int32 bits)
{
    return __builtin_convertvector(bits >> 23, vector_float32);
}

/* Lanes in [low, high]; of positive normal numbers. */
#if VECTOR_BYTES == 64
#define LANES_POSITIVE(S, x, least, most) LANES_NOT_##S(_mm512_fpclass_##S##_mask(x, 0xff))
#define LANES_NOT_pd(lanes) _knot_mask8(lanes)
#define LANES_NOT_ps(lanes) _knot_mask16(lanes)
#define LANES_IN(S, x, low, high)                                                                  \
    (_mm512_cmp_##S##_mask(x, _mm512_set1_##S(low), _CMP_GE_OQ) &                                  \
     _mm512_cmp_##S##_mask(x, _mm512_set1_##S(high), _CMP_LE_OQ))
#else
#define LANES_POSITIVE LANES_IN
#define LANES_IN(S, x, low, high)                                                                  \
    _mm256_and_##S(_mm256_cmp_##S(x, _mm256_set1_##S(low), _CMP_GE_OQ),                            \
                   _mm256_cmp_##S(x, _mm256_set1_##S(high), _CMP_LE_OQ))
#endif

/* About 1/x of a positive number, to a sixteenth, for corrections: a constant minus the bits of x.
 * Of 0 it is finite. */
ALWAYS_INLINE vector_float64 inverse_float64(vector_float64 x)
{
    return (vector_float64)(0x7fde623822fc16e6 - (vector_int64)x);
}
ALWAYS_INLINE vector_float32 inverse_float32(vector_float32 x)
{
    return (vector_float32)(0x7ef311c3 - (vector_int32)x);
}

/* ---- The functions --------------------------------------------------------------------------- */

/* FIRST: the bits of the least m, MANTISSA: how many bits its fraction has; LEAST to MOST: the
 * positive normal numbers; LEAST_1P to MOST_1P: arguments of log1p for which 2^-k is a number. */
#define MAKE_LOGARITHMS(TYPE, REAL, VECTOR, INTEGERS, UNSIGNED, S, SLEEF, FIRST, MANTISSA, LEAST,  \
                        MOST, LEAST_1P, MOST_1P)                                                   \
    /* The logarithm of u + lost, of which u is the most. */                                       \
    ALWAYS_INLINE VECTOR log_of_sum_##TYPE(VECTOR u, const VECTOR *lost,                           \
                                           const log_base_##TYPE *base)                            \
    {                                                                                              \
        const VECTOR one = (VECTOR){0} + 1;                                                        \
        const INTEGERS first = (INTEGERS){0} + (FIRST), bits = (INTEGERS)u - first;                \
        const INTEGERS fraction =                                                                  \
            bits & ((INTEGERS){0} + (((__typeof__(FIRST))1 << MANTISSA) - 1));                     \
        const INTEGERS index = (INTEGERS)((UNSIGNED)bits >> (MANTISSA - 4));                       \
        const VECTOR k = log_exponent_##TYPE(bits);                                                \
        const VECTOR m = (VECTOR)(fraction + first);                                               \
        const VECTOR c = entry_##TYPE(log_reciprocal_##TYPE, index);                               \
        const VECTOR start = LANES_FMA(S, m, c, -one);                                             \
        VECTOR r = start, more = {0};                                                              \
        if (lost) { /* lost / u, for which c 2^-k will do */                                       \
            more = *lost * (VECTOR)((INTEGERS)m - (INTEGERS)u + (INTEGERS)one) * c;                \
            r += more;                                                                             \
        }                                                                                          \
        const bool scaled = base->scale[0] != 1;                                                   \
        const VECTOR high = LANES_FMA(S, k, one * base->two[0], entry_##TYPE(base->high, index)),  \
                     scale = one * base->scale[0];                                                 \
        VECTOR sum = high + start, rest = (high - sum) + start;                                    \
        if (scaled) {                                                                              \
            sum = LANES_FMA(S, start, scale, high);                                                \
            rest = LANES_FMA(S, start, scale, high - sum);                                         \
        }                                                                                          \
        rest += entry_##TYPE(base->low, index);                                                    \
        if (base->two[1] != 0)                                                                     \
            rest = LANES_FMA(S, k, one * base->two[1], rest);                                      \
        if (lost)                                                                                  \
            rest += more;                                                                          \
        const VECTOR p = SERIES(VECTOR, S, r, base->series);                                       \
        if (scaled)                                                                                \
            return sum + LANES_FMA(S, r, LANES_FMA(S, r, p, one * base->scale[1]), rest);          \
        return sum + LANES_FMA(S, r * r, p, rest);                                                 \
    }                                                                                              \
    MAKE_LOGARITHM(log, TYPE, VECTOR, S, SLEEF, LEAST, MOST)                                       \
    MAKE_LOGARITHM(log2, TYPE, VECTOR, S, SLEEF, LEAST, MOST)                                      \
    MAKE_LOGARITHM(log10, TYPE, VECTOR, S, SLEEF, LEAST, MOST)                                     \
    ALWAYS_INLINE VECTOR log1p_near_##TYPE(VECTOR x)                                               \
    {                                                                                              \
        /* What the rounding of 1 + x takes: exactly, as Knuth has it. */                          \
        const VECTOR u = x + 1, up = u - 1, lost = (x - up) + (1 - (u - up));                      \
        return LANES_SIGNED(S, log_of_sum_##TYPE(u, &lost, &base_of_log_##TYPE), x);               \
    }                                                                                              \
    NEAR_OR_FAR(log1p, TYPE, VECTOR, S, LANES_IN(S, x, LEAST_1P, MOST_1P), log1p_near_##TYPE(x),   \
                SLEEF(log, u10)(x + 1))

#define MAKE_LOGARITHM(NAME, TYPE, VECTOR, S, SLEEF, LEAST, MOST)                                  \
    NEAR_OR_FAR(NAME, TYPE, VECTOR, S, LANES_POSITIVE(S, x, LEAST, MOST),                          \
                log_of_sum_##TYPE(x, NULL, &base_of_##NAME##_##TYPE), SLEEF(NAME, u10)(x))

MAKE_LOGARITHMS(float64, double, vector_float64, vector_int64, vector_uint64, pd, SLEEF_FLOAT64,
                0x3fe6800000000000, 52, 0x1p-1022, 0x1.fffffffffffffp+1023, -0x1.fffffffffffffp-1,
                0x1p1000)
MAKE_LOGARITHMS(float32, float, vector_float32, vector_int32, vector_uint32, ps, SLEEF_FLOAT32,
                0x3f340000, 23, 0x1p-126f, 0x1.fffffep+127f, -0x1.fffffep-1f, 0x1p120f)

#endif

/* x raised to y. For ISAs with fused multiply-add; included by functions_tmpl.c after
 * exponential.h.
 *
 * x = 2^k m, m from sqrt(1/2) to sqrt(2); with s = (m - 1) / (m + 1), log2(m) is the series of
 * 2 / ln 2 (s + s^3 / 3 + s^5 / 5 + ...). Doubles: s and its first three terms are sums of two
 * doubles, the rest is a polynomial with a relative error of 2**-75, so y log2(x) is good to
 * 2**-64 of itself and the power to 0.8 ulp wherever it is a normal number. Floats are computed in
 * doubles, with relative errors of 2**-37 and 2**-28. What is not positive, not finite, denormal or
 * (doubles) out of range is SLEEF's.
 *
 * Measured once (AVX-512), in ns an element: doubles 3.2, SLEEF's 5.1; floats 1.4, 2.4. */
#ifndef NDSTREAM_KERNELS_POWER_H
#define NDSTREAM_KERNELS_POWER_H

static const double power_log_float64[] = {
    0x1.a61762a7aded9p-2, 0x1.484b13d7c0366p-2, 0x1.0c9a84991f4cbp-2, 0x1.c68f56d2c1d44p-3,
    0x1.89f38d470bc21p-3, 0x1.5ba4f4f402905p-3, 0x1.356fb1477262cp-3, 0x1.39b2c60cccb37p-3};
static const double power_log_float32[] = {0x1.71547652bed21p+1, 0x1.ec709d13ae363p-1,
                                           0x1.27777f54b0e3dp-1, 0x1.a58dc78dd320fp-2,
                                           0x1.5ce42aa8d1c0cp-2};
static const double power_exp2_float32[] = {
    0x1.0000000000000p+0, 0x1.62e430d034702p-1,  0x1.ebfbe045f4d3cp-3, 0x1.c6aecc669b6ddp-5,
    0x1.3b2a1b7152befp-7, 0x1.5f48c04f62e50p-10, 0x1.443fffc90db59p-13};

#define DOUBLES(x) ((vector_float64){0} + (x))
#define POWER_FUSED(x, y, z) LANES_FMA(pd, x, y, z)

/* Lanes where both are finite and x is positive and normal. */
#define POWER_IS_PLAIN(S, x, y, TINY, HUGE)                                                        \
    LANES_EQUAL(S, LANES_MIN(S, LANES_MAX(S, x, (x) - (x) + (TINY)), (x) - (x) + (HUGE)),          \
                (x) + (y)*0)

/* x = 2^k m of positive normal numbers. */
ALWAYS_INLINE vector_float64 power_split(vector_float64 x, vector_float64 *m)
{
    const vector_int64 root_half = (vector_int64)DOUBLES(0x1.6a09e667f3bcdp-1),
                       shift = (vector_int64)DOUBLES(0x1.8p52);
    /* Of a number of 2^52 more the last bits are k + 1023 after a logical shift: no negative k. */
    const vector_int64 one = (vector_int64)DOUBLES(1.0), above = (vector_int64)x - root_half + one,
                       exponent = (vector_int64)((vector_uint64)above >> 52);
    *m = (vector_float64)((vector_int64)x - ((exponent - 1023) << 52));
    return (vector_float64)(exponent + shift) - (0x1.8p52 + 1023);
}

/* log2(x) = high + low. */
ALWAYS_INLINE vector_float64 power_log2(vector_float64 x, vector_float64 *low)
{
    vector_float64 m;
    const vector_float64 k = power_split(x, &m);
    const vector_float64 f = m - 1, g = m + 1, g_low = m - (g - 1), r = 1 / g;
    const vector_float64 s = f * r, s_low = POWER_FUSED(-s, g_low, POWER_FUSED(-s, g, f)) * r;
    const vector_float64 first = DOUBLES(0x1.71547652b82fep+1),
                         third = DOUBLES(0x1.ec709dc3a03fdp-1),
                         fifth = DOUBLES(0x1.2776c50ef9bfep-1);
    const vector_float64 p = first * s,
                         p_low = POWER_FUSED(first, s, -p) +
                                 POWER_FUSED(first, s_low, s * 0x1.777d0ffda0d24p-55);
    const vector_float64 z = s * s, z_low = POWER_FUSED(s, s, -z) + 2 * s * s_low;
    const vector_float64 c = s * z,
                         c_low = POWER_FUSED(s, z, -c) + POWER_FUSED(s, z_low, s_low * z);
    const vector_float64 q = third * c,
                         q_low = POWER_FUSED(third, c, -q) +
                                 POWER_FUSED(third, c_low, c * 0x1.d27f05548af0cp-55);
    const vector_float64 e = c * z,
                         e_low = POWER_FUSED(c, z, -e) + POWER_FUSED(c, z_low, c_low * z);
    const vector_float64 t = fifth * e,
                         t_low = POWER_FUSED(fifth, e, -t) +
                                 POWER_FUSED(fifth, e_low, e * 0x1.e4b29ccc535d4p-55);
    const vector_float64 rest = e * z * SERIES(vector_float64, pd, z, power_log_float64);
    const vector_float64 sum = k + p, lost = (k - sum) + p;
    const vector_float64 two = sum + q, lost_two = (sum - two) + q;
    const vector_float64 more = two + t, lost_three = (two - more) + t;
    const vector_float64 below =
        ((lost + lost_two) + lost_three) + ((p_low + q_low) + (t_low + rest));
    const vector_float64 high = more + below;
    *low = (more - high) + below;
    return high;
}

static __attribute__((noinline)) vector_float64
power_far_float64(vector_float64 x, vector_float64 y, vector_float64 times, vector_float64 near)
{
    /* +0 to a finite power is known: arrays of zeros and ones are no reason for the slow way. */
    const vector_float64 zero = {0}, one = zero + 1, infinity = zero + (double)INFINITY;
    const vector_float64 inverse = LANES_SELECT(pd, LANES_EQUAL(pd, x, zero), one / x, zero);
    vector_float64 of_zero = LANES_SELECT(pd, LANES_LESS(pd, zero, y), zero, infinity);
    of_zero = LANES_SELECT(pd, LANES_EQUAL(pd, y, zero), one, of_zero);
    near = LANES_SELECT(pd, LANES_EQUAL(pd, inverse, infinity), of_zero, near);
    times = LANES_SELECT(pd, LANES_EQUAL(pd, inverse, infinity), y - y, times);
    if (LANES_ALL(pd, LANES_BELOW(pd, times, 1021.0)))
        return near;
    return LANES_SELECT(pd, LANES_BELOW(pd, times, 1021.0), near, SLEEF_FLOAT64(pow, u10)(x, y));
}

ALWAYS_INLINE vector_float64 own_pow_float64(vector_float64 x, vector_float64 y)
{
    vector_float64 low;
    const vector_float64 high = power_log2(x, &low), product = y * high;
    const vector_float64 times = LANES_SELECT(
        pd, POWER_IS_PLAIN(pd, x, y, 0x1p-1022, 0x1.fffffffffffffp+1023), product, DOUBLES(2000));
    const vector_float64 lost = POWER_FUSED(y, low, POWER_FUSED(y, high, -product));
    const vector_float64 n = sixteenths_float64(product),
                         rest = less_sixteenths_float64(product, n);
    const vector_float64 ln2 = DOUBLES(0x1.62e42fefa39efp-1),
                         near = raised_float64((vector_int64)n, POWER_FUSED(rest, ln2, lost * ln2));
    return __builtin_expect(LANES_ALL(pd, LANES_BELOW(pd, times, 1021.0)), 1)
               ? near
               : power_far_float64(x, y, times, near);
}

/* The low and the high half of a vector of floats, or of integers, as doubles; and back. By name,
 * as gcc 12 makes halves of the conversions of vectors. */
#if VECTOR_BYTES == 64
#define POWER_LOW(x) _mm512_cvtps_pd(_mm512_castps512_ps256(x))
#define POWER_HIGH(x) _mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1))
#define POWER_LOW_INT(x) _mm512_cvtepi32_pd(_mm512_castsi512_si256((__m512i)(x)))
#define POWER_HIGH_INT(x) _mm512_cvtepi32_pd(_mm512_extracti32x8_epi32((__m512i)(x), 1))
#define POWER_JOINED(x, y)                                                                         \
    _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(x)), _mm512_cvtpd_ps(y), 1)
#else
#define POWER_LOW(x) _mm256_cvtps_pd(_mm256_castps256_ps128(x))
#define POWER_HIGH(x) _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1))
#define POWER_LOW_INT(x) _mm256_cvtepi32_pd(_mm256_castsi256_si128((__m256i)(x)))
#define POWER_HIGH_INT(x) _mm256_cvtepi32_pd(_mm256_extracti128_si256((__m256i)(x), 1))
#define POWER_JOINED(x, y) _mm256_set_m128(_mm256_cvtpd_ps(y), _mm256_cvtpd_ps(x))
#endif

/* Half of a vector of floats, as doubles: 2^k m to the power y, of any size. `near` is about 1 / (m
 * + 1), which a step of Newton's makes good to 2^-46. */
ALWAYS_INLINE vector_float64 power_of_floats(vector_float64 k, vector_float64 m,
                                             vector_float64 near, vector_float64 y)
{
    const vector_float64 one = DOUBLES(1),
                         inverse = POWER_FUSED(near, POWER_FUSED(-near, m + 1, one), near);
    const vector_float64 s = (m - 1) * inverse;
    const vector_float64 log =
        POWER_FUSED(s, SERIES(vector_float64, pd, s * s, power_log_float32), k);
    const vector_float64 times = LANES_MAX(pd, LANES_MIN(pd, y * log, DOUBLES(300)), DOUBLES(-300));
    const vector_float64 rounded = times + 0x1.8p52, rest = times - (rounded - 0x1.8p52);
    const vector_float64 power = SERIES(vector_float64, pd, rest, power_exp2_float32);
    return (vector_float64)((vector_int64)power + ((vector_int64)rounded << 52));
}

static __attribute__((noinline)) vector_float32
power_far_float32(vector_float32 x, vector_float32 y, vector_float32 near)
{
    return LANES_SELECT(ps, POWER_IS_PLAIN(ps, x, y, 0x1p-126f, 0x1.fffffep+127f), near,
                        SLEEF_FLOAT32(pow, u10)(x, y));
}

ALWAYS_INLINE vector_float32 own_pow_float32(vector_float32 x, vector_float32 y)
{
    /* As power_split(). */
    const vector_float32 one = (vector_float32){0} + 1;
    const vector_int32 above = (vector_int32)x - 0x3f3504f3 + 0x3f800000,
                       exponent = (vector_int32)((vector_uint32)above >> 23) - 127;
    const vector_float32 m = (vector_float32)((vector_int32)x - (exponent << 23)),
                         inverse = one / (m + one);
    const vector_float64 low = power_of_floats(POWER_LOW_INT(exponent), POWER_LOW(m),
                                               POWER_LOW(inverse), POWER_LOW(y)),
                         high = power_of_floats(POWER_HIGH_INT(exponent), POWER_HIGH(m),
                                                POWER_HIGH(inverse), POWER_HIGH(y));
    const vector_float32 near = POWER_JOINED(low, high);
    return __builtin_expect(LANES_ALL(ps, POWER_IS_PLAIN(ps, x, y, 0x1p-126f, 0x1.fffffep+127f)), 1)
               ? near
               : power_far_float32(x, y, near);
}

#endif

/* x raised to y. For ISAs with fused multiply-add; included by functions_tmpl.c after
 * exponential.h.
 *
 * x = 2^k m, m from sqrt(1/2) to sqrt(2); with s = (m - 1) / (m + 1), log2(m) is the series of
 * 2 / ln 2 (s + s^3 / 3 + s^5 / 5 + ...). Doubles: s and its first three terms are sums of two
 * doubles, the rest is a polynomial with a relative error of 2**-75, so y log2(x) is good to
 * 2**-64 of itself and the power to 0.8 ulp wherever it is a normal number. Floats: logarithm.h's
 * intervals, whose r and its square are sums of two floats, the rest a polynomial with a relative
 * error of 2**-34.6; the power is good to 0.65 ulp. What is not positive, not finite, denormal or
 * out of range is SLEEF's.
 *
 * Measured once (AVX-512), in ns an element: doubles 3.2, SLEEF's 5.1; floats 0.75, 2.4. */
#ifndef NDSTREAM_KERNELS_POWER_H
#define NDSTREAM_KERNELS_POWER_H

static const double power_log_float64[] = {
    0x1.a61762a7aded9p-2, 0x1.484b13d7c0366p-2, 0x1.0c9a84991f4cbp-2, 0x1.c68f56d2c1d44p-3,
    0x1.89f38d470bc21p-3, 0x1.5ba4f4f402905p-3, 0x1.356fb1477262cp-3, 0x1.39b2c60cccb37p-3};
static const float power_log_float32[] = {-0x1.555554p-1f, 0x1.fffffcp-2f, -0x1.99f938p-2f,
                                          0x1.55a9p-2f};

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

static __attribute__((noinline)) vector_float32
power_far_float32(vector_float32 x, vector_float32 y, vector_float32 times, vector_float32 near)
{
    return LANES_SELECT(ps, LANES_BELOW(ps, times, 125.0f), near, SLEEF_FLOAT32(pow, u10)(x, y));
}

/* log2(x) = high + low, from the tables of logarithm.h; low may be up to 2^-13 of high. */
ALWAYS_INLINE vector_float32 power_log2_float32(vector_float32 x, vector_float32 *low)
{
    const vector_float32 one = (vector_float32){0} + 1, scale = one * 0x1.715476p+0f;
    const vector_int32 first = (vector_int32){0} + 0x3f340000, bits = (vector_int32)x - first,
                       fraction = bits & 0x7fffff,
                       index = (vector_int32)((vector_uint32)bits >> 19);
    const vector_float32 m = (vector_float32)(fraction + first),
                         c = entry_float32(log_reciprocal_float32, index),
                         table = log_exponent_float32(bits) +
                                 entry_float32(base_of_log2_float32.high, index);
    /* m c = 1 + r + r_low, and log(1 + r) = r - r^2 / 2 - r^3 p / 2. */
    const vector_float32 product = m * c, r = product - one, r_low = LANES_FMA(ps, m, c, -product);
    const vector_float32 half = r * -0.5f, square = r * half,
                         square_low = LANES_FMA(ps, r, half, -square);
    const vector_float32 more = LANES_FMA(ps, LANES_FMA(ps, r, r, -r), r_low, r_low);
    const vector_float32 ln = r + square, lost = (r - ln) + square,
                         p = SERIES(vector_float32, ps, r, power_log_float32),
                         ln_low = LANES_FMA(ps, square * r, p, lost + (square_low + more));
    const vector_float32 u = ln * scale, u_low = LANES_FMA(ps, ln, scale, -u) +
                                                 LANES_FMA(ps, ln_low, scale, ln * 0x1.4ae0cp-26f);
    const vector_float32 high = table + u;
    *low = ((table - high) + u) + (u_low + entry_float32(base_of_log2_float32.low, index));
    return high;
}

ALWAYS_INLINE vector_float32 own_pow_float32(vector_float32 x, vector_float32 y)
{
    vector_float32 low;
    const vector_float32 high = power_log2_float32(x, &low), product = y * high;
    const vector_float32 one = (vector_float32){0} + 1, ln2 = one * 0x1.62e43p-1f;
    const vector_float32 times =
        LANES_SELECT(ps, POWER_IS_PLAIN(ps, x, y, 0x1p-126f, 0x1.fffffep+127f), product, one * 200);
    const vector_float32 lost = LANES_FMA(ps, y, low, LANES_FMA(ps, y, high, -product));
    const vector_float32 n = sixteenths_float32(product + lost),
                         rest = less_sixteenths_float32(product, n),
                         near =
                             raised_float32((vector_int32)n, LANES_FMA(ps, rest, ln2, lost * ln2));
    return __builtin_expect(LANES_ALL(ps, LANES_BELOW(ps, times, 125.0f)), 1)
               ? near
               : power_far_float32(x, y, times, near);
}

#endif

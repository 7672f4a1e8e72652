/* x raised to y. For ISAs with fused multiply-add; included by functions_tmpl.c after
 * exponential.h.
 *
 * x = 2^k m by logarithm.h's intervals of m. Doubles: log2(x), for which r, r^2 / 2 and r^3 / 3 are
 * sums of two doubles, the rest is a polynomial with a relative error of 2**-70, so y log2(x) is
 * good to 2**-64 of itself and the power to 0.65 ulp wherever it is a normal number. Floats: log(x)
 * with 1/c of so few bits that r = m / c - 1 is exact, and r - r^2 / 2 a sum of two floats; the
 * rest is a polynomial with a relative error of 2**-36.6 of the whole. The power is good to 0.65
 * ulp. What is not positive, not finite, denormal or out of range is SLEEF's.
 *
 * Measured once (AVX-512), in ns an element: doubles 2.5, SLEEF's 5.1; floats 0.52, 2.4. */
#ifndef NDSTREAM_KERNELS_POWER_H
#define NDSTREAM_KERNELS_POWER_H

static const double power_log_float64[] = {0x1p-1,
                                           -0x1.99999999998ddp-2,
                                           0x1.55555555554a6p-2,
                                           -0x1.249249269af08p-2,
                                           0x1.00000001e3798p-2,
                                           -0x1.c71c41432b2e6p-3,
                                           0x1.99996c8c929fcp-3,
                                           -0x1.7533594d6d544p-3,
                                           0x1.561c4a413edaap-3};
/* 1/c, and log(c) in two parts, of which the first is a multiple of 2^-16: k log(2) is added to it
 * exactly. */
static const struct power_intervals {
    _Alignas(64) float reciprocal[16], high[16], low[16];
} power_intervals = {
    .reciprocal = {0x1.6p+0f, 0x1.58p+0f, 0x1.48p+0f, 0x1.38p+0f, 0x1.3p+0f, 0x1.28p+0f, 0x1.18p+0f,
                   0x1.1p+0f, 0x1.08p+0f, 0x1p+0f, 0x1.ep-1f, 0x1.c8p-1f, 0x1.bp-1f, 0x1.98p-1f,
                   0x1.88p-1f, 0x1.7p-1f},
    .high = {-0x1.4618p-2f, -0x1.2e9p-2f, -0x1.fb9p-3f, -0x1.9528p-3f, -0x1.5ffp-3f, -0x1.2958p-3f,
             -0x1.6f1p-4f, -0x1.f0ap-5f, -0x1.f84p-6f, 0x0p+0f, 0x1.086p-4f, 0x1.da7p-4f,
             0x1.5bf8p-3f, 0x1.d1p-3f, 0x1.1178p-2f, 0x1.522cp-2f},
    .low = {-0x1.78438cp-19f, 0x1.d451eep-18f, -0x1.86d5e4p-19f, 0x1.2b185ep-18f, -0x1.83853cp-18f,
            0x1.683fp-18f, 0x1.6ba8d4p-19f, -0x1.86008cp-20f, 0x1.64f188p-18f, 0x0p+0f,
            -0x1.9d2988p-18f, 0x1.3b1c22p-19f, -0x1.fca55ep-18f, 0x1.bf932ap-18f, 0x1.d044fcp-19f,
            -0x1.1f8c76p-18f},
};
static const float power_terms_float32[] = {-0x1.55555p-1f, 0x1.fffffp-2f, -0x1.9a1132p-2f,
                                            0x1.55d778p-2f};

#define DOUBLES(x) ((vector_float64){0} + (x))
#define POWER_FUSED(x, y, z) LANES_FMA(pd, x, y, z)

/* Lanes where x is positive and normal, and y log(x) below the limit: y is finite, too. */
#define POWER_IS_PLAIN(S, x, product, TINY, HUGE, LIMIT)                                           \
    LANES_BOTH(S, LANES_POSITIVE(S, x, TINY, HUGE), LANES_BELOW(S, product, LIMIT))
#if VECTOR_BYTES == 64
#define LANES_BOTH(S, some, others) ((some) & (others))
#else
#define LANES_BOTH(S, some, others) _mm256_and_##S(some, others)
#endif
#define POWER_IS_PLAIN_float64(x, product)                                                         \
    POWER_IS_PLAIN(pd, x, product, 0x1p-1022, 0x1.fffffffffffffp+1023, 1021.0)
#define POWER_IS_PLAIN_float32(x, product)                                                         \
    POWER_IS_PLAIN(ps, x, product, 0x1p-126f, 0x1.fffffep+127f, 87.0f)

/* log2(x) = high + low, from the tables of logarithm.h; low may be up to 2^-16 of high. */
ALWAYS_INLINE vector_float64 power_log2_float64(vector_float64 x, vector_float64 *low)
{
    const vector_int64 first = (vector_int64){0} + 0x3fe6800000000000,
                       bits = (vector_int64)x - first, fraction = bits & 0xfffffffffffff,
                       index = (vector_int64)((vector_uint64)bits >> 48);
    const vector_float64 m = (vector_float64)(fraction + first),
                         c = entry_float64(log_reciprocal_float64, index),
                         table = log_exponent_float64(bits) +
                                 entry_float64(base_of_log2_float64.high, index);
    /* m c = 1 + r + r_low, and log(1 + r) = r - r^2 / 2 + r^3 / 3 - r^4 p / 2. */
    const vector_float64 product = m * c, r = product - 1, r_low = POWER_FUSED(m, c, -product);
    const vector_float64 half = r * -0.5, square = r * half,
                         square_low = POWER_FUSED(r, half, -square);
    const vector_float64 less = POWER_FUSED(-r, r_low, r_low), /* / (1 + r) is (1 - r)(1 + r^2) */
        more = POWER_FUSED(less * -2, square, less);
    const vector_float64 cube = square * r, third = DOUBLES(-0x1.5555555555555p-1),
                         cube_low = POWER_FUSED(square_low, r, POWER_FUSED(square, r, -cube));
    const vector_float64 q = cube * third,
                         q_low = POWER_FUSED(cube_low, third, POWER_FUSED(cube, third, -q)) +
                                 cube * -0x1.5555555555555p-55;
    const vector_float64 p = SERIES_OF_TWO(vector_float64, pd, r, r * r, power_log_float64),
                         rest = POWER_FUSED(cube * r, p, q_low);
    const vector_float64 two = r + square, lost = (r - two) + square;
    const vector_float64 ln = two + q, lost_two = (two - ln) + q,
                         ln_low = (lost + lost_two) + ((square_low + more) + rest);
    const vector_float64 scale = DOUBLES(0x1.71547652b82fep+0), u = ln * scale,
                         u_low = POWER_FUSED(ln, scale, -u) +
                                 POWER_FUSED(ln_low, scale, ln * 0x1.777d0ffda0d24p-56);
    const vector_float64 high = table + u;
    *low = ((table - high) + u) + (u_low + entry_float64(base_of_log2_float64.low, index));
    return high;
}

static __attribute__((noinline)) vector_float64
power_far_float64(vector_float64 x, vector_float64 y, vector_float64 product, vector_float64 near)
{
    /* +0 to a finite power is known: arrays of zeros and ones are no reason for the slow way. */
    const vector_float64 zero = {0}, one = zero + 1, infinity = zero + (double)INFINITY;
    const vector_float64 inverse = LANES_SELECT(pd, LANES_EQUAL(pd, x, zero), one / x, zero);
    vector_float64 of_zero = LANES_SELECT(pd, LANES_LESS(pd, zero, y), zero, infinity);
    of_zero = LANES_SELECT(pd, LANES_EQUAL(pd, y, zero), one, of_zero);
    near = LANES_SELECT(pd, LANES_EQUAL(pd, inverse, infinity), of_zero, near);
    vector_float64 known = LANES_SELECT(pd, POWER_IS_PLAIN_float64(x, product), one, infinity);
    known = LANES_SELECT(pd, LANES_EQUAL(pd, inverse, infinity), y - y, known);
    if (LANES_ALL(pd, LANES_BELOW(pd, known, 2.0)))
        return near;
    return LANES_SELECT(pd, LANES_BELOW(pd, known, 2.0), near, finite_pow_float64(x, y));
}

ALWAYS_INLINE vector_float64 own_pow_float64(vector_float64 x, vector_float64 y)
{
    vector_float64 low;
    const vector_float64 high = power_log2_float64(x, &low), product = y * high;
    const vector_float64 lost = POWER_FUSED(y, low, POWER_FUSED(y, high, -product));
    const vector_float64 n = sixteenths_float64(product + lost),
                         rest = less_sixteenths_float64(product, n);
    const vector_float64 ln2 = DOUBLES(0x1.62e42fefa39efp-1),
                         near = raised_float64((vector_int64)n, POWER_FUSED(rest, ln2, lost * ln2));
    return __builtin_expect(LANES_ALL(pd, POWER_IS_PLAIN_float64(x, product)), 1)
               ? near
               : power_far_float64(x, y, product, near);
}

static __attribute__((noinline)) vector_float32
power_far_float32(vector_float32 x, vector_float32 y, vector_float32 product, vector_float32 near)
{
    return LANES_SELECT(ps, POWER_IS_PLAIN_float32(x, product), near, finite_pow_float32(x, y));
}

/* log(x) = high + low; low may be up to 2^-11 of high. */
ALWAYS_INLINE vector_float32 power_log_float32(vector_float32 x, vector_float32 *low)
{
    const vector_float32 one = (vector_float32){0} + 1;
    const vector_int32 first = (vector_int32){0} + 0x3f340000, bits = (vector_int32)x - first,
                       exponent = bits & ((vector_int32){0} - (1 << 23)),
                       index = (vector_int32)((vector_uint32)bits >> 19);
    const vector_float32 m = (vector_float32)((vector_int32)x - exponent),
                         k = __builtin_convertvector(exponent, vector_float32), /* times 2^23 */
        table = LANES_FMA(ps, k, one * 0x1.62e4p-24f, entry_float32(power_intervals.high, index));
    const vector_float32 r =
        LANES_FMA(ps, m, entry_float32(power_intervals.reciprocal, index), -one);
    const vector_float32 half = r * -0.5f, square = r * half, ln = LANES_FMA(ps, r, half, r),
                         p = SERIES(vector_float32, ps, r, power_terms_float32),
                         ln_low = LANES_FMA(ps, square * r, p, LANES_FMA(ps, r, half, r - ln));
    const vector_float32 high = table + ln,
                         rest = LANES_FMA(ps, k, one * 0x1.7f7d1cp-43f,
                                          entry_float32(power_intervals.low, index));
    *low = ((table - high) + ln) + (ln_low + rest);
    return high;
}

ALWAYS_INLINE vector_float32 own_pow_float32(vector_float32 x, vector_float32 y)
{
    vector_float32 low;
    const vector_float32 high = power_log_float32(x, &low), product = y * high;
    const vector_float32 lost = LANES_FMA(ps, y, low, LANES_FMA(ps, y, high, -product)),
                         near = exp_of_sum_float32(product, &lost);
    return __builtin_expect(LANES_ALL(ps, POWER_IS_PLAIN_float32(x, product)), 1)
               ? near
               : power_far_float32(x, y, product, near);
}

#endif

/* e raised to doubles. For ISAs with fused multiply-add; included by functions_tmpl.c after
 * sincos.h.
 *
 * x = n ln 2 + r, |r| <= ln 2 / 2: n times the first part of ln 2, which ends in zeros, is
 * subtracted without an error; what rounding takes from r, and from 1 + r, is added to the
 * polynomial, which is minimax for a relative error of 2**-57.9. The results are good to 0.75 ulp
 * where |x| < 708; larger arguments, infinities and NaN are SLEEF's.
 *
 * Measured once (AVX-512): 0.57 ns an element, SLEEF's 1.0. */
#ifndef NDSTREAM_KERNELS_EXPONENTIAL_H
#define NDSTREAM_KERNELS_EXPONENTIAL_H

#define EXP_LIMIT 708.0 /* n + 1023 stays the exponent of a normal number */

ALWAYS_INLINE vector_float64 exp_near_zero(vector_float64 x)
{
    /* The last bits of `rounded` are n. */
    const vector_float64 shift = all_lanes(0x1.8p52),
                         rounded = FUSED(x, all_lanes(0x1.71547652b82fep+0), shift),
                         n = rounded - shift;
    const vector_float64 first = FUSED(n, all_lanes(-0x1.62e42fefa0000p-1), x),
                         second = n * 0x1.cf79abc9e3b39p-40, r = first - second,
                         below = (first - r) - second;
    vector_float64 p = all_lanes(0x1.ad7f7a9a4cfd0p-26);
    p = horner(r, p, 0x1.28ad68af79d8dp-22);
    p = horner(r, p, 0x1.71df253a6f9f1p-19);
    p = horner(r, p, 0x1.a0199a16d3012p-16);
    p = horner(r, p, 0x1.a01a012a698cep-13);
    p = horner(r, p, 0x1.6c16c1842672fp-10);
    p = horner(r, p, 0x1.1111111127b9cp-7);
    p = horner(r, p, 0x1.555555555088cp-5);
    p = horner(r, p, 0x1.55555555554fap-3);
    p = horner(r, p, 0x1.000000000000ap-1);
    const vector_float64 whole = 1 + r, rest = (1 - whole) + r,
                         y = whole + FUSED(r * r, p, rest + below);
    return (vector_float64)((vector_int64)y + ((vector_int64)rounded << 52));
}

/* SLEEF's where some lane is large. Not inlined: it would spill the constants of the loop. */
static __attribute__((noinline)) vector_float64 exp_far(vector_float64 x, vector_float64 near)
{
    return LANES_SELECT(pd, LANES_BELOW(pd, x, EXP_LIMIT), near, SLEEF_FLOAT64(exp, u10)(x));
}

ALWAYS_INLINE vector_float64 own_exp_float64(vector_float64 x)
{
    const vector_float64 y = exp_near_zero(x);
    return __builtin_expect(LANES_ALL(pd, LANES_BELOW(pd, x, EXP_LIMIT)), 1) ? y : exp_far(x, y);
}

#endif

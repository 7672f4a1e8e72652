/* Euler's beta function, and its logarithm, in a type wider than that of the arguments: long double
 * for doubles, double for floats.
 *
 * Of positive arguments below TURN it is a quotient of gammas. Else Stirling's series cancel by
 * hand: what is left are terms of the size of the logarithm of the result (Didonato and Morris,
 * "Significant digit computation of the incomplete beta function ratios", ACM TOMS 18, 1992), so
 * the wider type leaves its error below 1/2 ulp wherever the result is a number. Negative arguments
 * are reflected: sines of pi times their distances from whole numbers, which are exact. */
#ifndef NDSTREAM_KERNELS_BETA_H
#define NDSTREAM_KERNELS_BETA_H

#include <math.h>
#include <stdbool.h>

#define MAKE_BETA(W, suffix)                                                                       \
    /* log(gamma(x)) - ((x - 1/2) log(x) - x + log(2 pi) / 2), of x >= TURN: B_2k / (2k (2k - 1))  \
     * x^(1 - 2k); the first term left out is below 2^-68. */                                      \
    static inline W beta_rest##suffix(W x)                                                         \
    {                                                                                              \
        static const W c[] = {1.0L / 12,           -1.0L / 360,       1.0L / 1260,                 \
                              -1.0L / 1680,        1.0L / 1188,       -691.0L / 360360,            \
                              1.0L / 156,          -3617.0L / 122400, 43867.0L / 244188,           \
                              -174611.0L / 125400, 77683.0L / 5796};                               \
        const W z = 1 / x, square = z * z;                                                         \
        W sum = 0;                                                                                 \
        for (int k = (int)(sizeof c / sizeof *c) - 1; k >= 0; k--)                                 \
            sum = sum * square + c[k];                                                             \
        return sum * z;                                                                            \
    }                                                                                              \
    /* Of positive numbers: the function, or its logarithm. */                                     \
    static W beta_positive##suffix(W x, W y, bool logarithm)                                       \
    {                                                                                              \
        const W turn = 12, a = x < y ? x : y, b = x < y ? y : x;                                   \
        if (b < turn) {                                                                            \
            const W value = tgamma##suffix(a) * (tgamma##suffix(b) / tgamma##suffix(a + b));       \
            return logarithm ? log##suffix(value) : value;                                         \
        }                                                                                          \
        if (isinf(b))                                                                              \
            return logarithm ? -b : 0;                                                             \
        const W sum = a + b, rest = beta_rest##suffix(b) - beta_rest##suffix(sum);                 \
        W value;                                                                                   \
        if (a < turn)                                                                              \
            value = log##suffix(tgamma##suffix(a)) - a * log##suffix(b) -                          \
                    ((sum - (W)0.5) * log1p##suffix(a / b) - a) + rest;                            \
        else                                                                                       \
            value = (W)0.918938533204672741780329736405617640L - log##suffix(b) / 2 +              \
                    (a - (W)0.5) * -log1p##suffix(b / a) - b * log1p##suffix(a / b) +              \
                    beta_rest##suffix(a) + rest;                                                   \
        return logarithm ? value : exp##suffix(value);                                             \
    }                                                                                              \
    /* sin(pi (x + y)): both are taken to their nearest whole numbers, exactly, before they meet.  \
     */                                                                                            \
    static W beta_sine##suffix(W x, W y)                                                           \
    {                                                                                              \
        const W whole_x = rint##suffix(x), whole_y = rint##suffix(y);                              \
        W near_x = x - whole_x, t = near_x + (y - whole_y), sign = 1;                              \
        if (fabs##suffix(t) > (W)0.5) {                                                            \
            const W half = t > 0 ? (W)0.5 : (W)-0.5;                                               \
            t = (near_x - half) + (y - whole_y - half);                                            \
            sign = -1;                                                                             \
        }                                                                                          \
        if ((fmod##suffix(whole_x, 2) != 0) != (fmod##suffix(whole_y, 2) != 0))                    \
            sign = -sign;                                                                          \
        return sign * sin##suffix((W)3.141592653589793238462643383279502884L * t);                 \
    }                                                                                              \
    static W beta_of##suffix(W x, W y, bool logarithm)                                             \
    {                                                                                              \
        const W pi = (W)3.141592653589793238462643383279502884L, a = x < y ? x : y,                \
                b = x < y ? y : x;                                                                 \
        W factor, other; /* the result is factor times, or divided by, `other` */                  \
        bool divides = true;                                                                       \
        if (isnan(x) || isnan(y) || a == -INFINITY)                                                \
            return NAN;                                                                            \
        if (a > 0)                                                                                 \
            return beta_positive##suffix(a, b, logarithm);                                         \
        const W sum = a + b;                                                                       \
        const bool whole = rint##suffix(a) == a, whole_b = rint##suffix(b) == b;                   \
        if (whole && !(b > 0 && whole_b && sum <= 0))                                              \
            return INFINITY;                                                                       \
        if (whole) { /* poles above and below cancel */                                            \
            factor = fmod##suffix(b, 2) != 0 ? -1 : 1;                                             \
            other = beta_positive##suffix(b, 1 - sum, logarithm);                                  \
            divides = false;                                                                       \
        } else if (b <= 0) {                                                                       \
            if (whole_b)                                                                           \
                return INFINITY;                                                                   \
            factor = pi * beta_sine##suffix(a, b) /                                                \
                     (beta_sine##suffix(a, 0) * beta_sine##suffix(b, 0) * (1 - sum));              \
            other = beta_positive##suffix(1 - a, 1 - b, logarithm);                                \
        } else if (isinf(b)) {                                                                     \
            return logarithm || beta_sine##suffix(a, 0) > 0 ? INFINITY : -INFINITY;                \
        } else if (sum > 0) {                                                                      \
            factor = pi / (beta_sine##suffix(a, 0) * b);                                           \
            other = beta_positive##suffix(1 - a, sum, logarithm);                                  \
        } else {                                                                                   \
            factor = beta_sine##suffix(a, b) / beta_sine##suffix(a, 0);                            \
            other = beta_positive##suffix(b, 1 - sum, logarithm);                                  \
            divides = false;                                                                       \
        }                                                                                          \
        if (logarithm)                                                                             \
            return log##suffix(fabs##suffix(factor)) + (divides ? -other : other);                 \
        return factor == 0 ? 0 : divides ? factor / other : factor * other;                        \
    }

MAKE_BETA(long double, l)
MAKE_BETA(double, )
#undef MAKE_BETA

static inline double beta(double x, double y)
{
    return (double)beta_ofl(x, y, false);
}
static inline float betaf(float x, float y)
{
    return (float)beta_of(x, y, false);
}
static inline double betaln(double x, double y)
{
    return (double)beta_ofl(x, y, true);
}
static inline float betalnf(float x, float y)
{
    return (float)beta_of(x, y, true);
}

#endif

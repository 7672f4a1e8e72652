/* Functions that the C library lacks, as the reference computes them: in long double. The vector
 * kernels have their own (functions_tmpl.c). */
#ifndef NDSTREAM_KERNELS_SPECIAL_H
#define NDSTREAM_KERNELS_SPECIAL_H

#include <math.h>

/* In the C library, but declared only by _GNU_SOURCE. */
extern float exp10f(float);
extern double exp10(double);
extern long double exp10l(long double);

#define PI_L 3.141592653589793238462643383279502884L

static inline long double logaddexpl(long double x, long double y)
{
    if (x == y)
        return x + 0.693147180559945309417232121458176568L;
    return fmaxl(x, y) + log1pl(expl(-fabsl(x - y)));
}

static inline long double logaddexp2l(long double x, long double y)
{
    if (x == y)
        return x + 1;
    return fmaxl(x, y) + log1pl(exp2l(-fabsl(x - y))) * 1.442695040888963407359924681001892137L;
}

/* sin(pi x), from the nearest whole number, exactly. */
static inline long double sinpil(long double x)
{
    x -= 2 * rintl(x / 2);
    x = x > 0.5L ? 1 - x : x < -0.5L ? -1 - x : x;
    return sinl(PI_L * x);
}

static inline long double sincl(long double x)
{
    return x == 0 ? 1 : sinpil(x) / (PI_L * x) + 0.0L; /* no -0 */
}

/* The power series, whose terms are positive. */
static inline long double i0l(long double x)
{
    const long double t = x * x / 4;
    long double sum = 1, term = 1;
    if (fabsl(x) > 1000) /* no double holds it */
        return INFINITY;
    for (int k = 1; term > sum * 0x1p-70L; k++) {
        term *= t / ((long double)k * k);
        sum += term;
    }
    return sum + (x - x);
}

#define NARROWER_1(name)                                                                           \
    static inline double name(double x)                                                            \
    {                                                                                              \
        return (double)name##l(x);                                                                 \
    }                                                                                              \
    static inline float name##f(float x)                                                           \
    {                                                                                              \
        return (float)name##l(x);                                                                  \
    }
#define NARROWER_2(name)                                                                           \
    static inline double name(double x, double y)                                                  \
    {                                                                                              \
        return (double)name##l(x, y);                                                              \
    }                                                                                              \
    static inline float name##f(float x, float y)                                                  \
    {                                                                                              \
        return (float)name##l(x, y);                                                               \
    }
NARROWER_1(sinc)
NARROWER_1(i0)
NARROWER_2(logaddexp)
NARROWER_2(logaddexp2)
#undef NARROWER_1
#undef NARROWER_2

#endif

/* Complex functions that the C library lacks, or has with less accuracy where the result is a plain
 * one. The float ones are computed in double. */
#ifndef NDSTREAM_KERNELS_COMPLEX_H
#define NDSTREAM_KERNELS_COMPLEX_H

#include <complex.h>
#include <math.h>

#include "kernels/special.h"
#include "kernels/types.h"

#define LN2 0.693147180559945309417232121458176568
#define LOG2_E 1.442695040888963407359924681001892137
#define LOG10_E 0.434294481903251827651128918916605082

static inline complex128 complex_exp2(complex128 x)
{
    const double re = creal(x), im = cimag(x);
    if (im == 0)
        return __builtin_complex(exp2(re), im);
    return cexp(__builtin_complex(re * LN2, im * LN2));
}

/* exp(a + bi) - 1 = expm1(a) cos b - 2 sin(b/2)^2 + i exp(a) sin b, without the cancellation of cos
 * b - 1. */
static inline complex128 complex_expm1(complex128 x)
{
    const double re = creal(x), im = cimag(x), half = sin(im / 2);
    if (!isfinite(re)) { /* by the special cases of exp, where the formula has inf * 0 */
        const complex128 y = cexp(x);
        return __builtin_complex(creal(y) - 1, cimag(y));
    }
    /* + 0: the array API standard has expm1(-0 + 0i) = 0 */
    return __builtin_complex(expm1(re) * cos(im) - 2 * half * half + 0.0, exp(re) * sin(im));
}

static inline complex128 complex_log2(complex128 x)
{
    const complex128 y = clog(x);
    return __builtin_complex(creal(y) * LOG2_E, cimag(y) * LOG2_E);
}

static inline complex128 complex_log10(complex128 x)
{
    const complex128 y = clog(x);
    return __builtin_complex(creal(y) * LOG10_E, cimag(y) * LOG10_E);
}

/* log|1 + x| from log1p near 0, where 1 + x would lose x. */
static inline complex128 complex_log1p(complex128 x)
{
    const double re = creal(x), im = cimag(x);
    const double angle = atan2(im, re + 1);
    if (fabs(re) < 0.5 && fabs(im) < 0.5)
        return __builtin_complex(log1p(re * (2 + re) + im * im) / 2, angle);
    return __builtin_complex(log(hypot(re + 1, im)), angle);
}

/* Exponents that are small integers by multiplication, as NumPy does: exact where the products are.
 */
static inline complex128 complex_power(complex128 x, complex128 y)
{
    const double re = creal(y), im = cimag(y);
    if (re == 0 && im == 0)
        return 1;
    if (creal(x) == 0 && cimag(x) == 0)
        return re > 0 ? 0 : __builtin_complex((double)NAN, (double)NAN);
    if (im == 0 && re == floor(re) && fabs(re) < 100) {
        complex128 power = 1, base = x;
        for (int n = (int)fabs(re);;) {
            if (n & 1)
                power = __builtin_complex(creal(power) * creal(base) - cimag(power) * cimag(base),
                                          creal(power) * cimag(base) + cimag(power) * creal(base));
            n >>= 1;
            if (!n)
                break;
            base = __builtin_complex(creal(base) * creal(base) - cimag(base) * cimag(base),
                                     2 * creal(base) * cimag(base));
        }
        if (isfinite(creal(power)) && isfinite(cimag(power)))
            return re < 0 ? 1 / power : power;
    }
    return cpow(x, y);
}

static inline complex128 complex_cube(complex128 x)
{
    return complex_power(x, 3);
}

/* sin(pi x) / (pi x): sin(pi a) cosh(pi b) + i cos(pi a) sinh(pi b), with a near 0. */
static inline complex128 complex_sinc(complex128 x)
{
    const double re = creal(x), im = cimag(x);
    if (re == 0 && im == 0)
        return 1;
    /* In long double: sinh and cosh of large arguments make much of little errors. */
    const long double a = re - 2 * rintl((long double)re / 2), b = PI_L * im;
    const long double near = a > 0.5L ? 1 - a : a < -0.5L ? -1 - a : a;
    const long double turned = near == a ? 1 : -1;
    return (complex128)(__builtin_complex(sinl(PI_L * near) * coshl(b),
                                          turned * cosl(PI_L * near) * sinhl(b)) /
                        __builtin_complex(PI_L * re, b));
}

#define COMPLEX_AS_FLOAT(name)                                                                     \
    static inline complex64 name##f(complex64 x)                                                   \
    {                                                                                              \
        return (complex64)name((complex128)x);                                                     \
    }
COMPLEX_AS_FLOAT(complex_exp2)
COMPLEX_AS_FLOAT(complex_expm1)
COMPLEX_AS_FLOAT(complex_log2)
COMPLEX_AS_FLOAT(complex_log10)
COMPLEX_AS_FLOAT(complex_log1p)
COMPLEX_AS_FLOAT(complex_sinc)
COMPLEX_AS_FLOAT(complex_cube)
#undef COMPLEX_AS_FLOAT

static inline complex64 complex_powerf(complex64 x, complex64 y)
{
    return (complex64)complex_power((complex128)x, (complex128)y);
}

#endif

/* Arithmetic kernels; compiled once for each ISA. */
#include "kernels/loops.h"
#include "kernels/templates.h"

/* The plain formula, as NumPy: C's Annex G would call a function for every infinity and NaN. */
#define COMPLEX_OF(T, re, im)                                                                      \
    __builtin_complex((__typeof__(__real__(T) 0))(re), (__typeof__(__real__(T) 0))(im))
#define COMPLEX_MULTIPLY(T, x, y)                                                                  \
    COMPLEX_OF(T, PRODUCT(__real__ x *__real__ y) - PRODUCT(__imag__ x * __imag__ y),              \
               PRODUCT(__real__ x * __imag__ y) + PRODUCT(__imag__ x * __real__ y))
#define LOWEST(T) ((T)((uint64_t)1 << (8 * sizeof(T) - 1)))
#define LOWEST_OF_RECIPROCAL(T) (sizeof(T) < 4 ? 0 : sizeof(T) == 4 ? 0 : LOWEST(T))

/* R. L. Smith, Algorithm 116: Complex division, CACM 1962: no overflow on the way. */
#define DEFINE_COMPLEX(TYPE, REAL, NAME, FABS, HYPOT)                                              \
    ALWAYS_INLINE TYPE NAME##_divide(TYPE x, TYPE y)                                               \
    {                                                                                              \
        const REAL a = __real__ x, b = __imag__ x, c = __real__ y, d = __imag__ y;                 \
        if (FABS(c) >= FABS(d)) {                                                                  \
            if (c == 0 && d == 0)                                                                  \
                return COMPLEX_OF(TYPE, a / FABS(c), b / FABS(c));                                 \
            const REAL ratio = d / c, scale = 1 / (c + d * ratio);                                 \
            return COMPLEX_OF(TYPE, (a + b * ratio) * scale, (b - a * ratio) * scale);             \
        }                                                                                          \
        const REAL ratio = c / d, scale = 1 / (d + c * ratio);                                     \
        return COMPLEX_OF(TYPE, (a * ratio + b) * scale, (b * ratio - a) * scale);                 \
    }                                                                                              \
    ALWAYS_INLINE TYPE NAME##_sign(TYPE x)                                                         \
    {                                                                                              \
        REAL re = __real__ x, im = __imag__ x;                                                     \
        REAL length = HYPOT(re, im);                                                               \
        if (length == 0)                                                                           \
            return 0;                                                                              \
        if (length - length != 0) { /* infinite, NaN, or too long */                               \
            const int real_infinite = re - re != 0 && re == re;                                    \
            const int imaginary_infinite = im - im != 0 && im == im;                               \
            if ((real_infinite && imaginary_infinite) || length != length)                         \
                return COMPLEX_OF(TYPE, (REAL)NAN, (REAL)NAN);                                     \
            if (real_infinite)                                                                     \
                return COMPLEX_OF(TYPE, re > 0 ? 1 : -1, 0);                                       \
            if (imaginary_infinite)                                                                \
                return COMPLEX_OF(TYPE, 0, im > 0 ? 1 : -1);                                       \
            re *= (REAL)0.25, im *= (REAL)0.25;                                                    \
            length = HYPOT(re, im);                                                                \
        }                                                                                          \
        return COMPLEX_OF(TYPE, re / length, im / length);                                         \
    }
DEFINE_COMPLEX(complex64, float, complex64, __builtin_fabsf, hypotf)
DEFINE_COMPLEX(complex128, double, complex128, __builtin_fabs, hypot)

/* Python's floor division and remainder: from fmod, so that x == q * y + r up to rounding and r has
 * y's sign. */
#define DEFINE_DIVISION(REAL, NAME, FMOD, COPYSIGN, FLOOR)                                         \
    ALWAYS_INLINE REAL NAME##_remainder(REAL x, REAL y)                                            \
    {                                                                                              \
        REAL remainder = FMOD(x, y);                                                               \
        if (y == 0 || remainder != remainder)                                                      \
            return remainder;                                                                      \
        if (remainder == 0)                                                                        \
            return COPYSIGN((REAL)0, y);                                                           \
        return (y < 0) != (remainder < 0) ? remainder + y : remainder;                             \
    }                                                                                              \
    ALWAYS_INLINE REAL NAME##_floor_divide(REAL x, REAL y)                                         \
    {                                                                                              \
        REAL remainder = FMOD(x, y);                                                               \
        if (y == 0)                                                                                \
            return x / y;                                                                          \
        REAL quotient = (x - remainder) / y;                                                       \
        if (remainder != 0 && (y < 0) != (remainder < 0))                                          \
            quotient -= 1;                                                                         \
        if (quotient == 0)                                                                         \
            return COPYSIGN((REAL)0, x / y);                                                       \
        const REAL below = FLOOR(quotient);                                                        \
        return quotient - below > (REAL)0.5 ? below + 1 : below;                                   \
    }
DEFINE_DIVISION(float, float32, fmodf, __builtin_copysignf, __builtin_floorf)
DEFINE_DIVISION(double, float64, fmod, __builtin_copysign, __builtin_floor)

/* x**y modulo 2**64, hence modulo any narrower width; y is not negative. */
ALWAYS_INLINE uint64_t integer_power(uint64_t x, uint64_t y)
{
    uint64_t power = 1;
    for (; y; y >>= 1, x *= x)
        if (y & 1)
            power *= x;
    return power;
}

#define KERNEL1(name, group, ...) ON_##group(UNARY_KERNEL, name, __VA_ARGS__)
#define KERNEL1_LIGHT KERNEL1
#define KERNEL2(name, group, ...) ON_##group(BINARY_KERNEL, name, __VA_ARGS__)
#define KERNEL2_STREAMING(name, group, ...) ON_##group(BINARY_STREAMING_KERNEL, name, __VA_ARGS__)
#include "kernels/arithmetic.def"
#undef KERNEL1
#undef KERNEL1_LIGHT
#undef KERNEL2
#undef KERNEL2_STREAMING

void NDI_ISA_NAME(ndi_fill_arithmetic)(ndi_kernels *kernels)
{
#define KERNEL1(name, group, ...) ON_##group(SLOT, name, )
#define KERNEL1_LIGHT KERNEL1
#define KERNEL2(name, group, ...) ON_##group(SLOT, name, )
#define KERNEL2_STREAMING(name, group, ...) ON_##group(STREAMING_SLOT, name, )
#include "kernels/arithmetic.def"
}

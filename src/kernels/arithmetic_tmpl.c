/* Arithmetic kernels; compiled once for each ISA. */
#include "kernels/bits.h"
#include "kernels/cube.h"
#include "kernels/division.h"
#include "kernels/loops.h"
#include "kernels/quotients.h"
#include "kernels/templates.h"

/* The plain formula, as NumPy: C's Annex G would call a function for every infinity and NaN. */
#define COMPLEX_OF(T, re, im)                                                                      \
    __builtin_complex((__typeof__(__real__(T) 0))(re), (__typeof__(__real__(T) 0))(im))
#define COMPLEX_MULTIPLY(T, x, y)                                                                  \
    COMPLEX_OF(T, PRODUCT(__real__ x *__real__ y) - PRODUCT(__imag__ x * __imag__ y),              \
               PRODUCT(__real__ x * __imag__ y) + PRODUCT(__imag__ x * __real__ y))
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
#define DEFINE_DIVISION(REAL, NAME, COPYSIGN, FLOOR)                                               \
    ALWAYS_INLINE REAL NAME##_remainder_from(REAL remainder, REAL x, REAL y)                       \
    {                                                                                              \
        (void)x;                                                                                   \
        const REAL moved = (y < 0) != (remainder < 0) ? remainder + y : remainder;                 \
        const REAL result = remainder == 0 ? COPYSIGN((REAL)0, y) : moved;                         \
        return y == 0 || remainder != remainder ? remainder : result;                              \
    }                                                                                              \
    ALWAYS_INLINE REAL NAME##_floor_divide_from(REAL remainder, REAL x, REAL y)                    \
    {                                                                                              \
        const REAL divided = (x - remainder) / y;                                                  \
        const REAL quotient =                                                                      \
            (remainder != 0) & ((y < 0) != (remainder < 0)) ? divided - 1 : divided;               \
        const REAL below = FLOOR(quotient);                                                        \
        const REAL nearest = quotient - below > (REAL)0.5 ? below + 1 : below;                     \
        return y == 0 ? x / y : quotient == 0 ? COPYSIGN((REAL)0, x / y) : nearest;                \
    }                                                                                              \
    ALWAYS_INLINE REAL NAME##_fmod_from(REAL remainder, REAL x, REAL y)                            \
    {                                                                                              \
        (void)x, (void)y;                                                                          \
        return remainder;                                                                          \
    }
DEFINE_DIVISION(float, float32, __builtin_copysignf, __builtin_floorf)
DEFINE_DIVISION(double, float64, __builtin_copysign, __builtin_floor)

/* The remainder of a division whose quotient has fewer bits than the fraction, in one fused step: x
 * - qy is a number, also for a quotient that was rounded up to the next whole number, where it is
 * one y too small. Quotients that are larger, infinite or NaN are for fmod(), which takes hundreds
 * of cycles; a block that has one is looked through. */
#ifdef __FMA__
#define DIVIDED(REAL, FLAG, LIMIT, FABS, TRUNC, FMA, COPYSIGN, x, y, good)                         \
    ({                                                                                             \
        const REAL quotient_ = FABS(x / y), whole_ = TRUNC(quotient_);                             \
        const REAL rest_ = FMA(-whole_, FABS(y), FABS(x));                                         \
        const REAL size_ = rest_ < 0 ? rest_ + FABS(y) : rest_;                                    \
        good &= quotient_ < (LIMIT) ? (FLAG)-1 : 0;                                                \
        COPYSIGN(FABS(x) < FABS(y) ? FABS(x) : size_, x);                                          \
    })
#define DIVISION_LOOP(NAME, REAL, FLAG, LIMIT, FABS, TRUNC, FMA, COPYSIGN, FMOD, FROM)             \
    ALWAYS_INLINE void NAME##_run(size_t n, char *const *p, ptrdiff_t so, ptrdiff_t sx,            \
                                  ptrdiff_t sy)                                                    \
    {                                                                                              \
        enum { TOGETHER = 64 };                                                                    \
        REAL xs[TOGETHER], ys[TOGETHER], results[TOGETHER];                                        \
        for (size_t done = 0; done < n; done += TOGETHER) {                                        \
            const size_t now = n - done < TOGETHER ? n - done : TOGETHER;                          \
            const char *px = p[1] + (ptrdiff_t)done * sx, *py = p[2] + (ptrdiff_t)done * sy;       \
            char *po = p[0] + (ptrdiff_t)done * so;                                                \
            FLAG good = -1;                                                                        \
            for (size_t i = 0; i < now; i++) {                                                     \
                xs[i] = *(const REAL *)(px + (ptrdiff_t)i * sx);                                   \
                ys[i] = *(const REAL *)(py + (ptrdiff_t)i * sy);                                   \
            }                                                                                      \
            for (size_t i = now; i < TOGETHER; i++)                                                \
                xs[i] = ys[i] = 1;                                                                 \
            for (size_t i = 0; i < TOGETHER; i++) {                                                \
                const REAL x = xs[i], y = ys[i];                                                   \
                results[i] = FROM(                                                                 \
                    DIVIDED(REAL, FLAG, LIMIT, FABS, TRUNC, FMA, COPYSIGN, x, y, good), x, y);     \
            }                                                                                      \
            for (size_t i = 0; !good && i < now; i++) {                                            \
                const REAL x = xs[i], y = ys[i];                                                   \
                if (!(FABS(x / y) < (LIMIT)))                                                      \
                    results[i] = FROM(FMOD(x, y), x, y);                                           \
            }                                                                                      \
            for (size_t i = 0; i < now; i++)                                                       \
                *(REAL *)(po + (ptrdiff_t)i * so) = results[i];                                    \
        }                                                                                          \
    }                                                                                              \
    static void NAME(size_t n, char *const *p, const ptrdiff_t *s)                                 \
    {                                                                                              \
        if (s[0] == sizeof(REAL) && s[1] == sizeof(REAL) && s[2] == sizeof(REAL))                  \
            NAME##_run(n, p, sizeof(REAL), sizeof(REAL), sizeof(REAL));                            \
        else                                                                                       \
            NAME##_run(n, p, s[0], s[1], s[2]);                                                    \
    }
#else
#define DIVISION_LOOP(NAME, REAL, FLAG, LIMIT, FABS, TRUNC, FMA, COPYSIGN, FMOD, FROM)             \
    BINARY_LOOP(NAME, REAL, REAL, FROM(FMOD(x, y), x, y))
#endif
#define DIVISION_KERNELS(name)                                                                     \
    DIVISION_LOOP(name##_FLOAT32, float, int32_t, 0x1p23f, __builtin_fabsf, __builtin_truncf,      \
                  __builtin_fmaf, __builtin_copysignf, fmodf, float32_##name##_from)               \
    DIVISION_LOOP(name##_FLOAT64, double, int64_t, 0x1p52, __builtin_fabs, __builtin_trunc,        \
                  __builtin_fma, __builtin_copysign, fmod, float64_##name##_from)

/* x**y modulo 2**64, hence modulo any narrower width; y is not negative. */
ALWAYS_INLINE uint64_t integer_power(uint64_t x, uint64_t y)
{
    uint64_t power = 1;
    for (; y; y >>= 1, x *= x)
        power *= y & 1 ? x : 1;
    return power;
}

/* Greatest common divisor by Stein's binary algorithm. */
static uint64_t integer_gcd(uint64_t x, uint64_t y)
{
    if (x == 0 || y == 0)
        return x | y;
    const int twos = __builtin_ctzll(x | y);
    x >>= __builtin_ctzll(x);
    do {
        y >>= __builtin_ctzll(y);
        const uint64_t least = x < y ? x : y;
        y = x < y ? y - x : x - y;
        x = least;
    } while (y);
    return x << twos;
}

static uint64_t integer_lcm(uint64_t x, uint64_t y)
{
    return x == 0 || y == 0 ? 0 : x / integer_gcd(x, y) * y;
}

#define QUOTIENT_KERNEL(D, TYPE, name, EXPRESSION, RESULT)                                         \
    QUOTIENT_LOOP(name##_##D, TYPE, EXPRESSION, RESULT)                                            \
    SERIAL_LOOPS(name##_##D, TYPE, EXPRESSION)

/* The pieces of an IEEE number, by its bits; FRACTION: bits after the point. */
#define DEFINE_PIECES(NAME, UINT, SINT, FRACTION)                                                  \
    enum { NAME##_top = (8 * sizeof(UINT) - 2 - FRACTION) };                                       \
    ALWAYS_INLINE UINT NAME##_magnitude(UINT x)                                                    \
    {                                                                                              \
        return (UINT)(x & (UINT)((UINT)-1 >> 1));                                                  \
    }                                                                                              \
    ALWAYS_INLINE UINT NAME##_infinity(void)                                                       \
    {                                                                                              \
        return (UINT)((((UINT)2 << NAME##_top) - 1) << FRACTION);                                  \
    }                                                                                              \
    /* In order, both zeros 0. */                                                                  \
    ALWAYS_INLINE SINT NAME##_place(UINT x)                                                        \
    {                                                                                              \
        const SINT magnitude = (SINT)NAME##_magnitude(x);                                          \
        return (SINT)x < 0 ? (SINT)-magnitude : magnitude;                                         \
    }                                                                                              \
    ALWAYS_INLINE UINT NAME##_next(UINT x, UINT y)                                                 \
    {                                                                                              \
        const SINT from = NAME##_place(x), to = NAME##_place(y);                                   \
        const UINT sign = (UINT)((UINT)1 << (8 * sizeof(UINT) - 1));                               \
        const UINT outwards = (UINT)(x + 1), inwards = (UINT)(x - 1);                              \
        const UINT least = (UINT)(to < 0 ? sign | 1 : 1);                                          \
        const UINT step = (to > from) == (from > 0) ? outwards : inwards;                          \
        const UINT next = from == to ? y : from == 0 ? least : step;                               \
        return NAME##_magnitude(x) > NAME##_infinity()   ? x                                       \
               : NAME##_magnitude(y) > NAME##_infinity() ? y                                       \
                                                         : next;                                   \
    }                                                                                              \
    ALWAYS_INLINE UINT NAME##_spacing(UINT x)                                                      \
    {                                                                                              \
        const UINT magnitude = NAME##_magnitude(x), infinity = NAME##_infinity();                  \
        const UINT sign = (UINT)(magnitude ? x ^ magnitude : 0);                                   \
        const UINT exponent = (UINT)(magnitude >> FRACTION);                                       \
        const UINT normal = (UINT)((UINT)(exponent - FRACTION) << FRACTION);                       \
        const UINT shift = (UINT)(exponent > 1 ? exponent - 1 : 0);                                \
        const UINT denormal = (UINT)((UINT)1 << (shift < FRACTION ? shift : 0));                   \
        const UINT unit = exponent > FRACTION ? normal : denormal;                                 \
        return magnitude >= infinity       ? (UINT)(infinity | (infinity >> 1))                    \
               : magnitude == infinity - 1 ? (UINT)(sign | infinity)                               \
                                           : (UINT)(sign | unit);                                  \
    }
DEFINE_PIECES(float16, uint16_t, int16_t, 10)
DEFINE_PIECES(bfloat16, uint16_t, int16_t, 7)
DEFINE_PIECES(bits32, uint32_t, int32_t, 23)
DEFINE_PIECES(bits64, uint64_t, int64_t, 52)

/* To the next number above x, as NumPy has it for halves. */
ALWAYS_INLINE uint16_t float16_spacing_up(uint16_t x)
{
    const uint16_t magnitude = float16_magnitude(x);
    return float16_spacing(x > 0x8000 && x < 0xfc00 ? (uint16_t)(magnitude - 1) : magnitude);
}

/* LEAST, STEP: normal exponents that keep a denormal result from being rounded twice. */
#define DEFINE_SCALING(REAL, NAME, UINT, SINT, PIECES, FRACTION, BIAS)                             \
    ALWAYS_INLINE UINT NAME##_bits(REAL x)                                                         \
    {                                                                                              \
        UINT bits;                                                                                 \
        memcpy(&bits, &x, sizeof bits);                                                            \
        return bits;                                                                               \
    }                                                                                              \
    ALWAYS_INLINE REAL NAME##_of(UINT bits)                                                        \
    {                                                                                              \
        REAL x;                                                                                    \
        memcpy(&x, &bits, sizeof x);                                                               \
        return x;                                                                                  \
    }                                                                                              \
    ALWAYS_INLINE REAL NAME##_nextafter(REAL x, REAL y)                                            \
    {                                                                                              \
        return NAME##_of(PIECES##_next(NAME##_bits(x), NAME##_bits(y)));                           \
    }                                                                                              \
    ALWAYS_INLINE REAL NAME##_spacing(REAL x)                                                      \
    {                                                                                              \
        return NAME##_of(PIECES##_spacing(NAME##_bits(x)));                                        \
    }                                                                                              \
    ALWAYS_INLINE REAL NAME##_power_of_2(SINT n)                                                   \
    {                                                                                              \
        return NAME##_of((UINT)(n + BIAS) << FRACTION);                                            \
    }                                                                                              \
    /* The part of an exponent that is too large for one factor; what goes down stays so far above \
     * the least number that a result is rounded once. */                                          \
    ALWAYS_INLINE SINT NAME##_far(SINT n)                                                          \
    {                                                                                              \
        return n > BIAS ? BIAS : n < 1 - BIAS ? FRACTION + 2 - BIAS : 0;                           \
    }                                                                                              \
    ALWAYS_INLINE REAL NAME##_ldexp(REAL x, int64_t exponent)                                      \
    {                                                                                              \
        const int64_t most = 4 * BIAS;                                                             \
        SINT n = (SINT)(exponent > most ? most : exponent < -most ? -most : exponent);             \
        const SINT first = NAME##_far(n), second = NAME##_far(n - first);                          \
        n -= first + second;                                                                       \
        n = n > BIAS ? BIAS : n < 1 - BIAS ? 1 - BIAS : n;                                         \
        return x * NAME##_power_of_2(first) * NAME##_power_of_2(second) * NAME##_power_of_2(n);    \
    }                                                                                              \
    ALWAYS_INLINE REAL NAME##_normal(REAL x)                                                       \
    {                                                                                              \
        const UINT magnitude = PIECES##_magnitude(NAME##_bits(x));                                 \
        return magnitude < (UINT)1 << FRACTION ? x * NAME##_power_of_2(FRACTION + 2) : x;          \
    }                                                                                              \
    ALWAYS_INLINE REAL NAME##_mantissa(REAL x)                                                     \
    {                                                                                              \
        const UINT bits = NAME##_bits(NAME##_normal(x)), infinity = PIECES##_infinity();           \
        const REAL scaled = NAME##_of((bits & ~infinity) | (UINT)(BIAS - 1) << FRACTION);          \
        return x == 0 || PIECES##_magnitude(bits) >= infinity ? x : scaled;                        \
    }                                                                                              \
    ALWAYS_INLINE int32_t NAME##_exponent(REAL x)                                                  \
    {                                                                                              \
        const UINT magnitude = PIECES##_magnitude(NAME##_bits(NAME##_normal(x)));                  \
        const int32_t denormal =                                                                   \
            PIECES##_magnitude(NAME##_bits(x)) < (UINT)1 << FRACTION ? FRACTION + 2 : 0;           \
        const int32_t exponent = (int32_t)(magnitude >> FRACTION) - (BIAS - 1) - denormal;         \
        return magnitude == 0 || magnitude >= PIECES##_infinity() ? 0 : exponent;                  \
    }
DEFINE_SCALING(float, float32, uint32_t, int32_t, bits32, 23, 127)
DEFINE_SCALING(double, float64, uint64_t, int64_t, bits64, 52, 1023)

#define ROOT(x)                                                                                    \
    _Generic((x), float : __builtin_sqrtf((float)(x)), double : __builtin_sqrt((double)(x)))

#define ABSOLUTE(x)                                                                                \
    _Generic((x), float : __builtin_fabsf((float)(x)), double : __builtin_fabs((double)(x)))
/* Or if x is NaN. */
#define FIRST_IF(x, y, OP) (((x)OP(y)) | ((x) != (x)) ? (x) : (y))
#define SHIFTED_LEFT(x, y)                                                                         \
    ((uint64_t)(y) < 8 * sizeof(x) ? (__typeof__(x))((uint64_t)(x) << (y)) : 0)
#define SHIFTED_RIGHT(x, y)                                                                        \
    ((x) >> ((uint64_t)(y) < 8 * sizeof(x) ? (y) : (__typeof__(y))(8 * sizeof(x) - 1)))
#define CUBE(x) _Generic((x), float : float32_cube((float)(x)), double : float64_cube((double)(x)))

#define KERNEL1(name, group, ...) ON_##group(UNARY_KERNEL, name, __VA_ARGS__)
#define KERNEL1_LIGHT KERNEL1
#define KERNEL1_TO(name, group, ...) ON_##group(UNARY_TO_KERNEL, name, __VA_ARGS__)
#define KERNEL1_BITS(name, group, ...) ON_##group(BITS_KERNEL, name, __VA_ARGS__)
#define KERNEL2(name, group, ...) ON_##group(BINARY_KERNEL, name, __VA_ARGS__)
#define KERNEL2_LIGHT KERNEL2
#define KERNEL2_INTEGER(name, group, ...) ON_##group(BINARY_INTEGER_KERNEL, name, __VA_ARGS__)
#define KERNEL2_STREAMING(name, group, ...) ON_##group(BINARY_STREAMING_KERNEL, name, __VA_ARGS__)
#define KERNEL2_DIVISION(name) DIVISION_KERNELS(name)
#define KERNEL2_QUOTIENT(name, group, expression, result)                                          \
    ON_##group(QUOTIENT_KERNEL, name, expression, result)
#include "kernels/arithmetic.def"
#undef KERNEL2_DIVISION
#undef KERNEL2_QUOTIENT
#undef KERNEL1
#undef KERNEL1_LIGHT
#undef KERNEL1_TO
#undef KERNEL1_BITS
#undef KERNEL2
#undef KERNEL2_LIGHT
#undef KERNEL2_INTEGER
#undef KERNEL2_STREAMING

#if HAS_QUOTIENTS
/* Division of many elements by one. */
#define STORE_VECTOR(to, v) (*(__typeof__(v) *)(to) = (v))
#define DIVIDE_BY_ONE(D, TYPE, FORM, STORE)                                                        \
    static void divide_##D##_by_one##FORM(size_t n, char *const *p, const ptrdiff_t *s)            \
    {                                                                                              \
        typedef TYPE vector                                                                        \
            __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(TYPE)), may_alias));          \
        enum { TOGETHER = 4 * VECTOR_BYTES / sizeof(TYPE) };                                       \
        const size_t whole = n / TOGETHER * TOGETHER;                                              \
        if (whole == 0 || s[0] != sizeof(TYPE) || s[1] != sizeof(TYPE) || s[2] != 0 ||             \
            !suits_as_divisor_##TYPE(*(const TYPE *)p[2])) {                                       \
            divide_##D##FORM(n, p, s);                                                             \
            return;                                                                                \
        }                                                                                          \
        const TYPE divisor = *(const TYPE *)p[2];                                                  \
        const vector y = divisor - (vector){0}, z = 1 / divisor - (vector){0};                     \
        for (size_t i = 0; i < whole; i += TOGETHER) {                                             \
            const vector *const x = (const vector *)((const TYPE *)p[1] + i);                      \
            vector a = quotient_##TYPE(x[0], y, z), b = quotient_##TYPE(x[1], y, z),               \
                   c = quotient_##TYPE(x[2], y, z), d = quotient_##TYPE(x[3], y, z);               \
            if (__builtin_expect(!are_quotients_##TYPE(a, b, c, d), 0))                            \
                a = x[0] / y, b = x[1] / y, c = x[2] / y, d = x[3] / y;                            \
            TYPE *const to = (TYPE *)p[0] + i;                                                     \
            STORE(to, a);                                                                          \
            STORE(to + TOGETHER / 4, b);                                                           \
            STORE(to + TOGETHER / 4 * 2, c);                                                       \
            STORE(to + TOGETHER / 4 * 3, d);                                                       \
        }                                                                                          \
        divide_##D(                                                                                \
            n - whole,                                                                             \
            (char *[]){(char *)((TYPE *)p[0] + whole), (char *)((TYPE *)p[1] + whole), p[2]}, s);  \
    }
DIVIDE_BY_ONE(FLOAT32, float, , STORE_VECTOR)
DIVIDE_BY_ONE(FLOAT64, double, , STORE_VECTOR)
DIVIDE_BY_ONE(FLOAT32, float, _streaming, STREAM_VECTOR)
DIVIDE_BY_ONE(FLOAT64, double, _streaming, STREAM_VECTOR)
#endif

#if VECTOR_BYTES == 64
#include "kernels/frexp.h"
#include "kernels/integer_power.h"
#endif

void NDI_ISA_NAME(ndi_fill_arithmetic)(ndi_kernels *kernels)
{
#define KERNEL1(name, group, ...) ON_##group(SLOT, name, )
#define KERNEL1_LIGHT KERNEL1
#define KERNEL1_TO(name, group, ...) ON_##group(SLOT, name, )
#define KERNEL1_BITS KERNEL1_TO
#define KERNEL2(name, group, ...) ON_##group(SERIAL_SLOT, name, )
#define KERNEL2_LIGHT KERNEL2
#define KERNEL2_INTEGER(name, group, ...) ON_##group(SLOT, name, )
#define KERNEL2_STREAMING(name, group, ...)                                                        \
    ON_##group(SERIAL_SLOT, name, ) ON_##group(STREAMING_SLOT, name, )
#define KERNEL2_DIVISION(name) ON_FLOATS(SLOT, name, )
#define KERNEL2_QUOTIENT(name, group, ...) ON_##group(SERIAL_SLOT, name, )
#include "kernels/arithmetic.def"
#if HAS_QUOTIENTS
    kernels->elementwise[ND_OP_divide][ND_FLOAT32] = divide_FLOAT32_by_one;
    kernels->elementwise[ND_OP_divide][ND_FLOAT64] = divide_FLOAT64_by_one;
    kernels->streaming[ND_OP_divide][ND_FLOAT32] = divide_FLOAT32_by_one_streaming;
    kernels->streaming[ND_OP_divide][ND_FLOAT64] = divide_FLOAT64_by_one_streaming;
#endif
#if VECTOR_BYTES == 64
    kernels->elementwise[ND_OP_frexp_mantissa][ND_FLOAT32] = frexp_mantissa_FLOAT32_wide;
    kernels->elementwise[ND_OP_frexp_mantissa][ND_FLOAT64] = frexp_mantissa_FLOAT64_wide;
    kernels->elementwise[ND_OP_frexp_exponent][ND_FLOAT32] = frexp_exponent_FLOAT32_wide;
    kernels->elementwise[ND_OP_frexp_exponent][ND_FLOAT64] = frexp_exponent_FLOAT64_wide;
    kernels->elementwise[ND_OP_power][ND_INT32] = power_of_32_bits;
    kernels->elementwise[ND_OP_power][ND_UINT32] = power_of_32_bits;
    kernels->elementwise[ND_OP_power][ND_INT64] = power_of_64_bits;
    kernels->elementwise[ND_OP_power][ND_UINT64] = power_of_64_bits;
#endif
}

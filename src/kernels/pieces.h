/* Functions made from exp, expm1 and log1p and two or three more steps: within 3 ulp where SLEEF's
 * own are within 1, in half to two thirds of their time, or less. Where there is no fused
 * multiply-add, expm1 and log1p are made from SLEEF's exp and log, with a power series where those
 * would cancel. The tanh of floats has a file of its own (tanh.h) where there is one.
 *
 * MAKE_PIECES defines them for one type; `mended_NAME_TYPE` is what functions.def calls. */
#ifndef NDSTREAM_KERNELS_PIECES_H
#define NDSTREAM_KERNELS_PIECES_H

#include "kernels/special.h"
#include "kernels/vector.h"

#ifdef LANES_FMA

#define exp_of_float32 own_exp_float32
#define exp_of_float64 own_exp_float64
#define exp2_of_float32 own_exp2_float32
#define exp2_of_float64 own_exp2_float64
#define mended_expm1_float32 own_expm1_float32
#define mended_expm1_float64 own_expm1_float64
#define mended_log1p_float32 own_log1p_float32
#define mended_log1p_float64 own_log1p_float64

#else

#define exp_of_float32 SLEEF_FLOAT32(exp, u10)
#define exp_of_float64 SLEEF_FLOAT64(exp, u10)
#define exp2_of_float32 SLEEF_FLOAT32(exp2, u10)
#define exp2_of_float64 SLEEF_FLOAT64(exp2, u10)

/* 1/2!, 1/3!, ...: as many as the type holds below 1/2. */
static const float exp_series_float32[] = {1.0L / 2,   1.0L / 6,    1.0L / 24,    1.0L / 120,
                                           1.0L / 720, 1.0L / 5040, 1.0L / 40320, 1.0L / 362880};
static const double exp_series_float64[] = {1.0L / 2,
                                            1.0L / 6,
                                            1.0L / 24,
                                            1.0L / 120,
                                            1.0L / 720,
                                            1.0L / 5040,
                                            1.0L / 40320,
                                            1.0L / 362880,
                                            1.0L / 3628800,
                                            1.0L / 39916800,
                                            1.0L / 479001600,
                                            1.0L / 6227020800,
                                            1.0L / 87178291200,
                                            1.0L / 1307674368000,
                                            1.0L / 20922789888000};
/* TINY: below it f(x) is x. HUGE: above it x + 1 is x. */
#define MAKE_DIFFERENCES(TYPE, REAL, VECTOR, S, SLEEF, TINY, HUGE)                                 \
    ALWAYS_INLINE VECTOR mended_expm1_##TYPE(VECTOR x)                                             \
    {                                                                                              \
        const VECTOR far = SLEEF(exp, u10)(x) - (REAL)1;                                           \
        if (!LANES_ANY(S, LANES_BELOW(S, x, (REAL)0.5)))                                           \
            return far;                                                                            \
        const VECTOR near =                                                                        \
            LANES_MULTIPLY_ADD(S, x * x, SERIES(VECTOR, S, x, exp_series_##TYPE), x);              \
        const VECTOR both = LANES_SELECT(S, LANES_BELOW(S, x, (REAL)0.5), near, far);              \
        return LANES_SELECT(S, LANES_BELOW(S, x, TINY), x, both); /* and -0 */                     \
    }                                                                                              \
    /* log(u) of u = 1 + x rounded, and what the rounding took. */                                 \
    ALWAYS_INLINE VECTOR mended_log1p_##TYPE(VECTOR x)                                             \
    {                                                                                              \
        const VECTOR u = x + (REAL)1;                                                              \
        const VECTOR lost = (x - (u - (REAL)1)) / LANES_MAX(S, u, (VECTOR){0} + TINY);             \
        const VECTOR more = LANES_SELECT(S, LANES_BELOW(S, x, HUGE), lost, (VECTOR){0});           \
        const VECTOR sum = SLEEF(log, u10)(u) + more;                                              \
        return LANES_SELECT(S, LANES_BELOW(S, x, TINY), x, sum);                                   \
    }
MAKE_DIFFERENCES(float32, float, vector_float32, ps, SLEEF_FLOAT32, 0x1p-24f, 0x1p60f)
MAKE_DIFFERENCES(float64, double, vector_float64, pd, SLEEF_FLOAT64, 0x1p-54, 0x1p500)

#endif

/* 1/3!, 1/5!, ...: as many as the type holds below 1. */
static const float sinh_series_float32[] = {1.0L / 6, 1.0L / 120, 1.0L / 5040, 1.0L / 362880,
                                            1.0L / 39916800};
static const double sinh_series_float64[] = {1.0L / 6,
                                             1.0L / 120,
                                             1.0L / 5040,
                                             1.0L / 362880,
                                             1.0L / 39916800,
                                             1.0L / 6227020800,
                                             1.0L / 1307674368000,
                                             1.0L / 355687428096000,
                                             1.0L / 121645100408832000};

/* By the exponential EXP of |x|: (e - 1/e) / 2, below 1 the series; and (e + 1/e) / 2. */
#define MAKE_HYPERBOLIC(SINH, COSH, EXP, TYPE, REAL, VECTOR, S)                                    \
    ALWAYS_INLINE VECTOR SINH(VECTOR x)                                                            \
    {                                                                                              \
        const VECTOR square = x * x;                                                               \
        const VECTOR near =                                                                        \
            LANES_MULTIPLY_ADD(S, x, square * SERIES(VECTOR, S, square, sinh_series_##TYPE), x);   \
        if (LANES_ALL(S, LANES_BELOW(S, x, (REAL)1)))                                              \
            return near;                                                                           \
        const VECTOR e = EXP(LANES_ABSOLUTE(S, x));                                                \
        const VECTOR far = LANES_SIGNED(S, e * (REAL)0.5 - (REAL)0.5 / e, x);                      \
        return LANES_SELECT(S, LANES_BELOW(S, x, (REAL)1), near, far);                             \
    }                                                                                              \
    ALWAYS_INLINE VECTOR COSH(VECTOR x)                                                            \
    {                                                                                              \
        const VECTOR e = EXP(LANES_ABSOLUTE(S, x));                                                \
        return e * (REAL)0.5 + (REAL)0.5 / e;                                                      \
    }

#ifdef LANES_FMA

/* Where the near form of exp does not serve, half of the exponential is the result. */
#define MAKE_HYPERBOLIC_NEAR_OR_FAR(TYPE, REAL, VECTOR, S, SLEEF, LIMIT)                           \
    MAKE_HYPERBOLIC(sinh_near_##TYPE, cosh_near_##TYPE, exp_near_zero_##TYPE, TYPE, REAL, VECTOR,  \
                    S)                                                                             \
    ALWAYS_INLINE VECTOR half_exp_##TYPE(VECTOR x)                                                 \
    {                                                                                              \
        return SLEEF(exp, u10)(LANES_ABSOLUTE(S, x)) * (REAL)0.5;                                  \
    }                                                                                              \
    NEAR_OR_FAR(sinh, TYPE, VECTOR, S, LANES_BELOW(S, x, LIMIT), sinh_near_##TYPE(x),              \
                made_finite_sinh_##TYPE(LANES_SIGNED(S, half_exp_##TYPE(x), x), x))                \
    NEAR_OR_FAR(cosh, TYPE, VECTOR, S, LANES_BELOW(S, x, LIMIT), cosh_near_##TYPE(x),              \
                made_finite_cosh_##TYPE(half_exp_##TYPE(x), x))
MAKE_HYPERBOLIC_NEAR_OR_FAR(float32, float, vector_float32, ps, SLEEF_FLOAT32, 87.0f)
MAKE_HYPERBOLIC_NEAR_OR_FAR(float64, double, vector_float64, pd, SLEEF_FLOAT64, 708.0)
#define mended_sinh_float32 own_sinh_float32
#define mended_sinh_float64 own_sinh_float64
#define mended_cosh_float32 own_cosh_float32
#define mended_cosh_float64 own_cosh_float64

/* For tanh, whose argument is bounded. */
#define EXPM1_OF_BOUNDED(TYPE, x) expm1_near_zero_##TYPE(x)
/* x + sqrt(x^2 + 1) and what rounding took from it. What it took from x^2 + 1 and from the root
 * shows as its half over the root, for which 1 - root / 2 will do: where that is far off, the
 * result is so large that little of it shows. */
#define LOG_OF_SIZE_AND_ROOT(TYPE, VECTOR, S, size)                                                \
    __extension__({                                                                                \
        const VECTOR one_ = (VECTOR){0} + 1, square_ = size * size, sum_ = square_ + 1;            \
        const VECTOR root_ = LANES_ROOT(S, sum_), u_ = size + root_;                               \
        const VECTOR rest_ = LANES_FMA(S, -root_, root_, sum_) + (square_ - (sum_ - 1));           \
        const VECTOR half_ = LANES_MAX(S, one_ - root_ * 0.5f, (VECTOR){0});                       \
        const VECTOR lost_ = LANES_FMA(S, rest_, half_, size - (u_ - root_));                      \
        log_of_sum_##TYPE(u_, &lost_, &base_of_log_##TYPE);                                        \
    })

#else

MAKE_HYPERBOLIC(mended_sinh_float32, mended_cosh_float32, exp_of_float32, float32, float,
                vector_float32, ps)
MAKE_HYPERBOLIC(mended_sinh_float64, mended_cosh_float64, exp_of_float64, float64, double,
                vector_float64, pd)
#define EXPM1_OF_BOUNDED(TYPE, x) mended_expm1_##TYPE(x)
/* log(x + sqrt(x^2 + 1)) with the 1 apart. */
#define LOG_OF_SIZE_AND_ROOT(TYPE, VECTOR, S, size)                                                \
    __extension__({                                                                                \
        const VECTOR square_ = size * size;                                                        \
        mended_log1p_##TYPE(size + square_ / (LANES_ROOT(S, square_ + 1) + 1));                    \
    })

#endif

/* END: where tanh is 1. */
#define MAKE_TANH(TYPE, REAL, VECTOR, S, END)                                                      \
    ALWAYS_INLINE VECTOR mended_tanh_##TYPE(VECTOR x)                                              \
    {                                                                                              \
        const VECTOR size = LANES_MIN(S, (VECTOR){0} + END, LANES_ABSOLUTE(S, x)); /* NaN stays */ \
        const VECTOR t = EXPM1_OF_BOUNDED(TYPE, size + size);                                      \
        return LANES_SIGNED(S, t / (t + (REAL)2), x);                                              \
    }
MAKE_TANH(float64, double, vector_float64, pd, 22.0)
#ifdef LANES_FMA
#define mended_tanh_float32 own_tanh_float32
#else
MAKE_TANH(float32, float, vector_float32, ps, 10.0f)
#endif

/* HUGE: above it x + 1 is x, and x * x still a number. */
#define MAKE_PIECES(TYPE, REAL, VECTOR, S, HUGE)                                                   \
    /* log(2x), where that is the result of both arcsinh and arccosh; elsewhere `near`. */         \
    static __attribute__((noinline)) VECTOR log_of_twice_##TYPE(VECTOR x, VECTOR near)             \
    {                                                                                              \
        const VECTOR twice = mended_log1p_##TYPE(x) + (REAL)0.693147180559945309417232L;           \
        return LANES_SELECT(S, LANES_BELOW(S, x, HUGE), near, twice);                              \
    }                                                                                              \
    ALWAYS_INLINE VECTOR mended_asinh_##TYPE(VECTOR x)                                             \
    {                                                                                              \
        const VECTOR size = LANES_ABSOLUTE(S, x);                                                  \
        VECTOR value = LOG_OF_SIZE_AND_ROOT(TYPE, VECTOR, S, size);                                \
        if (__builtin_expect(!LANES_ALL(S, LANES_BELOW(S, x, HUGE)), 0))                           \
            value = log_of_twice_##TYPE(size, value);                                              \
        return LANES_SIGNED(S, value, x);                                                          \
    }                                                                                              \
    ALWAYS_INLINE VECTOR mended_acosh_##TYPE(VECTOR x)                                             \
    {                                                                                              \
        const VECTOR t = x - (REAL)1, two = (VECTOR){0} + (REAL)2;                                 \
        const VECTOR over = LANES_MAX(S, t + two, two); /* below 1 the root is NaN */              \
        const VECTOR value = mended_log1p_##TYPE(t + LANES_ROOT(S, t * over));                     \
        return __builtin_expect(LANES_ALL(S, LANES_BELOW(S, x, HUGE)), 1)                          \
                   ? value                                                                         \
                   : log_of_twice_##TYPE(x, value);                                                \
    }

MAKE_PIECES(float32, float, vector_float32, ps, 0x1p60f)
MAKE_PIECES(float64, double, vector_float64, pd, 0x1p500)

#ifdef LANES_FMA

/* About x^(-1/3) of a positive number, to 3.5 %: a constant minus a third of the bits of x. */
#if VECTOR_BYTES == 64
ALWAYS_INLINE vector_float64 inverse_root_float64(vector_float64 x)
{
    const __m512i third =
        _mm512_mul_epu32(_mm512_srli_epi64((__m512i)x, 32), _mm512_set1_epi64(0x55555556));
    return (vector_float64)(0x553ee97800000000 - (vector_int64)third);
}
#else
ALWAYS_INLINE vector_float64 inverse_root_float64(vector_float64 x)
{
    const __m256i third =
        _mm256_mul_epu32(_mm256_srli_epi64((__m256i)x, 32), _mm256_set1_epi64x(0x55555556));
    return (vector_float64)(0x553ee97800000000 - (vector_int64)third);
}
#endif
/* As a float from 2^31 on, whose bits are those of its value. */
ALWAYS_INLINE vector_float32 inverse_root_float32(vector_float32 x)
{
    const vector_float32 bits = __builtin_convertvector((vector_int32)x, vector_float32),
                         one = (vector_float32){0} + 1;
    const vector_float32 value =
        LANES_FMA(ps, bits, one * (-1.0f / 3), one * (0x1p31f + 0x54a1f671));
    return (vector_float32)((vector_int32)value << 8);
}

/* The cube root of x is x y^2 with y = x^(-1/3): a step of fourth order, y(1 + e/3 + 2e^2/9 +
 * 14e^3/81), e = 1 - x y^3, and for doubles one of Newton's, y(1 + e/3), make a number of the
 * estimate, and a step of Newton's with x - c^3 in full rounds it. No division. SMALL numbers are
 * first multiplied by UP^3. */
#define MAKE_CUBE_ROOT(TYPE, REAL, VECTOR, S, STEPS, SMALL, MOST, UP)                              \
    ALWAYS_INLINE VECTOR root_of_size_##TYPE(VECTOR x)                                             \
    {                                                                                              \
        const VECTOR one = (VECTOR){0} + (REAL)1, third = one * (REAL)(1.0L / 3);                  \
        VECTOR y = inverse_root_##TYPE(x);                                                         \
        for (int step = 0; step < STEPS; step++) {                                                 \
            const VECTOR e = LANES_FMA(S, -(x * y), y * y, one);                                   \
            VECTOR rise = third;                                                                   \
            if (step == 0) {                                                                       \
                rise = LANES_FMA(S, e, one * (REAL)(14.0L / 81), one * (REAL)(2.0L / 9));          \
                rise = LANES_FMA(S, e, rise, third);                                               \
            }                                                                                      \
            y = LANES_FMA(S, y * e, rise, y);                                                      \
        }                                                                                          \
        const VECTOR inverse = y * y, root = x * inverse, square = root * root;                    \
        const VECTOR rest = LANES_FMA(S, root, root, -square);                                     \
        const VECTOR wrong = LANES_FMA(S, rest, root, LANES_FMA(S, square, root, -x));             \
        return LANES_FMA(S, -wrong, inverse * third, root);                                        \
    }                                                                                              \
    /* Of small numbers too; infinities and NaN are their own roots. 0 has its root already. */    \
    static __attribute__((noinline)) VECTOR root_of_any_##TYPE(VECTOR size, VECTOR root)           \
    {                                                                                              \
        const VECTOR zero = {0};                                                                   \
        if (LANES_ALL(                                                                             \
                S, LANES_EQUAL(S, LANES_SELECT(S, LANES_BELOW(S, size, SMALL), size, size - size), \
                               zero)))                                                             \
            return root;                                                                           \
        const VECTOR large = root_of_size_##TYPE(size * ((REAL)(UP) * (UP) * (UP)));               \
        root = LANES_SELECT(S, LANES_BELOW(S, size, SMALL), large * (1 / (REAL)(UP)), root);       \
        return LANES_SELECT(S, LANES_EQUAL(S, size - size, zero), root, size);                     \
    }                                                                                              \
    ALWAYS_INLINE VECTOR mended_cbrt_##TYPE(VECTOR x)                                              \
    {                                                                                              \
        const VECTOR size = LANES_ABSOLUTE(S, x);                                                  \
        VECTOR root = root_of_size_##TYPE(size);                                                   \
        if (__builtin_expect(!LANES_ALL(S, LANES_IN(S, size, SMALL, MOST)), 0))                    \
            root = root_of_any_##TYPE(size, root);                                                 \
        return LANES_SIGNED(S, root, x);                                                           \
    }
MAKE_CUBE_ROOT(float32, float, vector_float32, ps, 1, 0x1p-100f, 0x1.fffffep+127f, 0x1p20f)
MAKE_CUBE_ROOT(float64, double, vector_float64, pd, 2, 0x1p-900, 0x1.fffffffffffffp+1023, 0x1p100)
#else
#define mended_cbrt_float32 SLEEF_FLOAT32(cbrt, u10)
#define mended_cbrt_float64 SLEEF_FLOAT64(cbrt, u10)
#endif

#endif

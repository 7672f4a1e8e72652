/* Cubes: the square in two parts, what rounding took from it counted when it is
 * multiplied again. From LARGE squares on cubes are infinite; what they lose is not to become an
 * infinity of the other sign, so it is taken from LARGE there. Of scalars; and of vectors,
 * CUBE_OF_LANES, where there is fused multiply-add. */
#ifndef NDSTREAM_KERNELS_CUBE_H
#define NDSTREAM_KERNELS_CUBE_H

#include <math.h>

#include "kernels/loops.h"

#define LARGE_SQUARE_float 0x1p86f
#define LARGE_SQUARE_double 0x1p683

#if defined(__FMA__) || defined(__aarch64__)

#define DEFINE_CUBE(REAL, NAME, FMA)                                                               \
    ALWAYS_INLINE REAL NAME##_cube(REAL x)                                                         \
    {                                                                                              \
        const REAL square = x * x,                                                                 \
                   lost =                                                                          \
                       FMA(x, x, square < LARGE_SQUARE_##REAL ? -square : -LARGE_SQUARE_##REAL);   \
        return FMA(square, x, lost * x);                                                           \
    }
DEFINE_CUBE(float, float32, __builtin_fmaf)
DEFINE_CUBE(double, float64, __builtin_fma)
#undef DEFINE_CUBE

#define CUBE_OF_LANES(VECTOR, S, x, REAL)                                                          \
    __extension__({                                                                                \
        const VECTOR x_ = (VECTOR)(x), square_ = x_ * x_;                                          \
        const VECTOR lost_ =                                                                       \
            LANES_FMA(S, x_, x_, LANES_MAX(S, -square_, (VECTOR){0} - LARGE_SQUARE_##REAL));       \
        LANES_FMA(S, square_, x_, lost_ *x_);                                                      \
    })

#else

/* Doubles hold the products of two floats. */
ALWAYS_INLINE float float32_cube(float x)
{
    const double wide = x;
    const float square = (float)(wide * wide);
    const float lost =
        (float)(wide * wide - (square < LARGE_SQUARE_float ? square : LARGE_SQUARE_float));
    return (float)(square * wide + (float)(lost * wide));
}

/* What rounding takes from a product, as T. J. Dekker has it (Numer. Math. 18, 1971). */
ALWAYS_INLINE double lost_of_product(double x, double y, double product)
{
    const double x_turned = x * 0x1.0000002p27, x_high = x_turned - (x_turned - x),
                 x_low = x - x_high, y_turned = y * 0x1.0000002p27,
                 y_high = y_turned - (y_turned - y), y_low = y - y_high;
    return ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low;
}

/* Where those parts could overflow or be denormal the C library has it, with a slow fma(). */
ALWAYS_INLINE double float64_cube(double x)
{
    const double square = x * x, product = square * x;
    if (!(fabs(product) > 0x1p-900 && fabs(product) < 0x1p900))
        return fma(square, x,
                   fma(x, x, square < LARGE_SQUARE_double ? -square : -LARGE_SQUARE_double) * x);
    return product + (lost_of_product(square, x, product) + lost_of_product(x, x, square) * x);
}

#endif

#endif

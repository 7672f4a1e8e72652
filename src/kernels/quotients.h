/* Floored quotients and remainders of integers, in vectors, which have no instruction for them. */
#ifndef NDSTREAM_KERNELS_QUOTIENTS_H
#define NDSTREAM_KERNELS_QUOTIENTS_H

#include "kernels/loops.h"

#define LOWEST(T) ((T)((uint64_t)1 << (8 * sizeof(T) - 1)))

#if HAS_FORMS
/* By one divisor for all: x is multiplied by its inverse. A quotient of 8, 16 or 32 bits, of x
 * moved by a half away from the multiples of y, is 1/2y at least from where rounding down changes;
 * the inverse and the product put it off by 2^-7 / y in floats, 2^-20 / y in doubles. */
#define QUOTIENTS_OF_NARROW(TYPE, REAL, WHOLE, FLOOR, RESULT)                                      \
    do {                                                                                           \
        const REAL inverse = 1 / (REAL)y, half = negative ? (REAL)-0.5 : (REAL)0.5;                \
        IVDEP                                                                                      \
        for (size_t i = 0; i < n; i++) {                                                           \
            const TYPE x = xs[i];                                                                  \
            const TYPE q = (TYPE)(WHOLE)FLOOR(((REAL)x + half) * inverse);                         \
            const TYPE r = (TYPE)(x - q * y);                                                      \
            out[i] = RESULT;                                                                       \
            (void)r;                                                                               \
        }                                                                                          \
        return;                                                                                    \
    } while (0)

/* Blocks of bytes: by 2^16 / y rounded up, which puts the product off by less than 2^8 * y, and so
 * the quotient by less than 1 / y. In 16 bits, as whose product's upper half gcc knows it. */
#define QUOTIENTS_OF_BYTES(TYPE, RESULT)                                                           \
    uint16_t factor = (uint16_t)((UINT16_MAX + y) / y);                                            \
    __asm__("" : "+r"(factor)); /* whose range would make gcc multiply in 32 bits */               \
    for (; n - done >= TOGETHER; done += TOGETHER) {                                               \
        uint16_t wide[TOGETHER];                                                                   \
        for (size_t i = 0; i < TOGETHER; i++)                                                      \
            wide[i] = (uint8_t)xs[done + i];                                                       \
        for (size_t i = 0; i < TOGETHER; i++)                                                      \
            wide[i] = (uint16_t)(((uint32_t)wide[i] * factor) >> 16);                              \
        IVDEP                                                                                      \
        for (size_t i = 0; i < TOGETHER; i++) {                                                    \
            const TYPE x = xs[done + i], q = (TYPE)wide[i], r = (TYPE)(x - q * y);                 \
            out[done + i] = RESULT;                                                                \
            (void)r;                                                                               \
        }                                                                                          \
    }

/* Integers of 64 bits below 2**50 are exact as doubles, the quotient rounded down is at most 1 from
 * the true one, and its remainder, exact too, tells which. */
#define QUOTIENTS_BY_ONE(NAME, TYPE, RESULT)                                                       \
    ALWAYS_INLINE void NAME##_by_one(size_t n, char *const *p)                                     \
    {                                                                                              \
        enum { TOGETHER = 64 };                                                                    \
        const TYPE *const xs = (const TYPE *)p[1], y = n ? *(const TYPE *)p[2] : 1;                \
        TYPE *const out = (TYPE *)p[0];                                                            \
        const uint64_t middle = (TYPE)-1 > 0 ? 0 : (uint64_t)1 << 50;                              \
        const int64_t place = (int64_t)y;                                                          \
        const bool negative = (TYPE)-1 < 1 && place < 0;                                           \
        const bool plain = y != 0 && ((TYPE)-1 > 0 || y != (TYPE)-1);                              \
        const bool bytes = sizeof(TYPE) == 1 && (TYPE)-1 > 0 && y > 1;                             \
        size_t done = 0;                                                                           \
        if (bytes) {                                                                               \
            QUOTIENTS_OF_BYTES(TYPE, RESULT)                                                       \
        } else if (plain && sizeof(TYPE) <= 2) {                                                   \
            QUOTIENTS_OF_NARROW(TYPE, float, int32_t, __builtin_floorf, RESULT);                   \
        }                                                                                          \
        if (plain && sizeof(TYPE) == 4)                                                            \
            QUOTIENTS_OF_NARROW(TYPE, double, TYPE, __builtin_floor, RESULT);                      \
        for (; plain && sizeof(TYPE) == 8 && n - done >= TOGETHER; done += TOGETHER) {             \
            uint64_t large = (uint64_t)y + middle;                                                 \
            for (size_t i = done; i < done + TOGETHER; i++)                                        \
                large |= (uint64_t)xs[i] + middle;                                                 \
            if (large >> 51)                                                                       \
                break;                                                                             \
            const double wide_y = (double)y, inverse = 1 / wide_y, size = __builtin_fabs(wide_y);  \
            const double sign = negative ? -1 : 1;                                                 \
            IVDEP                                                                                  \
            for (size_t i = done; i < done + TOGETHER; i++) {                                      \
                const double x = (double)xs[i];                                                    \
                double q = __builtin_floor(x * inverse), r = x - q * wide_y;                       \
                const double along = sign * r;                                                     \
                const double step = along < 0 ? -1.0 : along >= size ? 1.0 : 0.0;                  \
                q += step;                                                                         \
                r -= step * wide_y;                                                                \
                out[i] = (TYPE)(int64_t)RESULT;                                                    \
            }                                                                                      \
        }                                                                                          \
        char *const rest[] = {(char *)(out + done), (char *)(xs + done), p[2]};                    \
        NAME##_run(n - done, rest, sizeof(TYPE), sizeof(TYPE), 0);                                 \
    }

/* Pairs of narrow integers: the nearest float (of 32 bits, double) to a quotient lies on the same
 * side of every whole number, or is it, as those nearby are floats themselves. By 0 quotient and
 * remainder are 0; the lowest number by -1 is itself. */
#define QUOTIENTS_OF_PAIRS(TYPE, REAL, FLOOR, RESULT)                                              \
    do {                                                                                           \
        IVDEP                                                                                      \
        for (size_t i = 0; i < n; i++) {                                                           \
            const bool by_zero = ys[i] == 0;                                                       \
            const REAL x = by_zero ? 0 : (REAL)xs[i], y = by_zero ? 1 : (REAL)ys[i];               \
            REAL q = FLOOR(x / y);                                                                 \
            const REAL r = x - q * y;                                                              \
            q = (TYPE)-1 < 1 && q == -(REAL)LOWEST(TYPE) ? -q : q;                                 \
            out[i] = (TYPE)RESULT;                                                                 \
            (void)r;                                                                               \
        }                                                                                          \
    } while (0)
#define QUOTIENTS_BY_PAIRS(NAME, TYPE, RESULT)                                                     \
    ALWAYS_INLINE void NAME##_pairs(size_t n, char *const *p)                                      \
    {                                                                                              \
        const TYPE *const xs = (const TYPE *)p[1], *const ys = (const TYPE *)p[2];                 \
        TYPE *const out = (TYPE *)p[0];                                                            \
        if (sizeof(TYPE) <= 2)                                                                     \
            QUOTIENTS_OF_PAIRS(TYPE, float, __builtin_floorf, RESULT);                             \
        else                                                                                       \
            QUOTIENTS_OF_PAIRS(TYPE, double, __builtin_floor, RESULT);                             \
    }

/* Any are divided as doubles in blocks; one that has larger integers, or the lowest x,
 * whose quotient by -1 is too large, is divided by the expression. */
#define QUOTIENT_LOOP(NAME, TYPE, EXPRESSION, RESULT)                                              \
    ALWAYS_INLINE TYPE NAME##_one(TYPE x, TYPE y)                                                  \
    {                                                                                              \
        typedef TYPE T __attribute__((unused));                                                    \
        return (TYPE)(EXPRESSION);                                                                 \
    }                                                                                              \
    ALWAYS_INLINE void NAME##_run(size_t n, char *const *p, ptrdiff_t so, ptrdiff_t sx,            \
                                  ptrdiff_t sy)                                                    \
    {                                                                                              \
        enum { TOGETHER = 64 };                                                                    \
        TYPE xs[TOGETHER], ys[TOGETHER], out[TOGETHER];                                            \
        double wide_x[TOGETHER], wide_y[TOGETHER], results[TOGETHER];                              \
        const uint64_t middle = (TYPE)-1 > 0 ? 0 : (uint64_t)1 << 50;                              \
        for (size_t done = 0; done < n; done += TOGETHER) {                                        \
            const size_t now = n - done < TOGETHER ? n - done : TOGETHER;                          \
            const char *px = p[1] + (ptrdiff_t)done * sx, *py = p[2] + (ptrdiff_t)done * sy;       \
            char *po = p[0] + (ptrdiff_t)done * so;                                                \
            for (size_t i = 0; i < now; i++) {                                                     \
                xs[i] = *(const TYPE *)(px + (ptrdiff_t)i * sx);                                   \
                ys[i] = *(const TYPE *)(py + (ptrdiff_t)i * sy);                                   \
            }                                                                                      \
            for (size_t i = now; i < TOGETHER; i++)                                                \
                xs[i] = ys[i] = 1;                                                                 \
            uint64_t large = 0;                                                                    \
            TYPE special = 0;                                                                      \
            for (size_t i = 0; sizeof(TYPE) == 8 && i < TOGETHER; i++)                             \
                large |= ((uint64_t)xs[i] + middle) | ((uint64_t)ys[i] + middle);                  \
            for (size_t i = 0; (TYPE)-1 < 1 && i < TOGETHER; i++)                                  \
                special |= xs[i] == LOWEST(TYPE);                                                  \
            for (size_t i = 0; i < TOGETHER; i++) /* by 0: quotient and remainder are 0 */         \
                wide_x[i] = ys[i] == 0 ? 0.0 : (double)xs[i],                                      \
                wide_y[i] = ys[i] == 0 ? 1.0 : (double)ys[i];                                      \
            for (size_t i = 0; i < TOGETHER; i++) {                                                \
                const double x = wide_x[i], y = wide_y[i];                                         \
                double q = __builtin_floor(x / y), r = x - q * y;                                  \
                const double along = __builtin_copysign(1.0, y) * r;                               \
                const double step = along < 0 ? -1.0 : along >= __builtin_fabs(y) ? 1.0 : 0.0;     \
                q += step;                                                                         \
                r -= step * y;                                                                     \
                results[i] = RESULT;                                                               \
            }                                                                                      \
            const bool exact = !(large >> 51 || special); /* else results may be out of range */   \
            for (size_t i = 0; exact && i < TOGETHER; i++)                                         \
                out[i] = (TYPE)results[i];                                                         \
            for (size_t i = 0; !exact && i < now; i++)                                             \
                out[i] = NAME##_one(xs[i], ys[i]);                                                 \
            for (size_t i = 0; i < now; i++)                                                       \
                *(TYPE *)(po + (ptrdiff_t)i * so) = out[i];                                        \
        }                                                                                          \
    }                                                                                              \
    QUOTIENTS_BY_PAIRS(NAME, TYPE, RESULT)                                                         \
    QUOTIENTS_BY_ONE(NAME, TYPE, RESULT)                                                           \
    static void NAME(size_t n, char *const *p, const ptrdiff_t *s)                                 \
    {                                                                                              \
        const bool flat = s[0] == sizeof(TYPE) && s[1] == sizeof(TYPE);                            \
        if (flat && s[2] == sizeof(TYPE) && sizeof(TYPE) <= 4)                                     \
            NAME##_pairs(n, p);                                                                    \
        else if (flat && s[2] == sizeof(TYPE))                                                     \
            NAME##_run(n, p, sizeof(TYPE), sizeof(TYPE), sizeof(TYPE));                            \
        else if (flat && s[2] == 0)                                                                \
            NAME##_by_one(n, p);                                                                   \
        else                                                                                       \
            NAME##_run(n, p, s[0], s[1], s[2]);                                                    \
    }
#else
#define QUOTIENT_LOOP(NAME, TYPE, EXPRESSION, RESULT) BINARY_LOOP(NAME, TYPE, TYPE, EXPRESSION)
#endif

#endif

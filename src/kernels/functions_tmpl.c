/* Transcendental kernels by SLEEF; compiled once for each ISA. The reference, and CPUs that SLEEF
 * has no vectors for here, call the C library. */
#include "kernels/vector.h"

#include "kernels/beta.h"
#include "kernels/complex.h"
#include "kernels/lanes.h"
#include "kernels/loops.h"
#include "kernels/templates.h"

#if HAS_SLEEF

/* Vectors straight from and to contiguous memory; anything else through a block on the stack. The
 * rest at the end goes through a padded vector, so that an element has the same bits wherever it
 * stands. */
enum { STAGED = 64 };

/* ---- SLEEF 3.5.1's functions where they miss their bound, mended: variant `mended` ---- */

#define FUNCTION_FLOAT32(function, variant) FUNCTION_FLOAT32_##variant(function)
#define FUNCTION_FLOAT64(function, variant) FUNCTION_FLOAT64_##variant(function)
#define FUNCTION_FLOAT32_u10(function) SLEEF_FLOAT32(function, u10)
#define FUNCTION_FLOAT64_u10(function) SLEEF_FLOAT64(function, u10)
#define FUNCTION_FLOAT32_u15(function) SLEEF_FLOAT32(function, u15)
#define FUNCTION_FLOAT64_u15(function) SLEEF_FLOAT64(function, u15)
#define FUNCTION_FLOAT32_mended(function) mended_##function##_float32
#define FUNCTION_FLOAT64_mended(function) mended_##function##_float64
#ifdef __FMA__
#define FUNCTION_FLOAT32_own(function) own_##function##_float32
#define FUNCTION_FLOAT64_own(function) own_##function##_float64
#else
#define FUNCTION_FLOAT32_own(function) SLEEF_FLOAT32(function, u10)
#define FUNCTION_FLOAT64_own(function) SLEEF_FLOAT64(function, u10)
#endif

/* The family without FMA is off by 1.3 ulp where results are denormal: lengths are taken in larger
 * numbers there. */
#define MEND_HYPOT(TYPE, REAL, VECTOR, S, SLEEF, TINY)                                             \
    ALWAYS_INLINE VECTOR mended_hypot_##TYPE(VECTOR x, VECTOR y)                                   \
    {                                                                                              \
        const VECTOR length = SLEEF(hypot, u05)(x, y);                                             \
        if (__builtin_expect(!LANES_ANY(S, LANES_BELOW(S, length, TINY)), 1))                      \
            return length;                                                                         \
        const VECTOR scaled =                                                                      \
            SLEEF(hypot, u05)(x * (1 / (REAL)TINY), y * (1 / (REAL)TINY)) * (REAL)TINY;            \
        return LANES_SELECT(S, LANES_BELOW(S, length, TINY), scaled, length);                      \
    }
MEND_HYPOT(float32, float, vector_float32, ps, SLEEF_FLOAT32, 0x1p-60f)
MEND_HYPOT(float64, double, vector_float64, pd, SLEEF_FLOAT64, 0x1p-500)

/* Infinities of finite arguments, which may be numbers where SLEEF's overflow too early: the C
 * library decides, in a wider type. Of own functions only those that are SLEEF's are looked at. */
#define MAKE_FINITE(function, TYPE, REAL, VECTOR, LIBRARY)                                         \
    static __attribute__((noinline)) VECTOR function##_of_finite_##TYPE(VECTOR y, VECTOR x)        \
    {                                                                                              \
        for (size_t i = 0; i < sizeof y / sizeof(REAL); i++)                                       \
            if (isinf(y[i]) && isfinite(x[i]))                                                     \
                y[i] = (REAL)LIBRARY((double)x[i]);                                                \
        return y;                                                                                  \
    }                                                                                              \
    ALWAYS_INLINE VECTOR made_finite_##function##_##TYPE(VECTOR y, VECTOR x)                       \
    {                                                                                              \
        return __builtin_expect(any_infinite_##TYPE(y), 0) ? function##_of_finite_##TYPE(y, x)     \
                                                           : y;                                    \
    }
#define MAKE_FINITE_FLOATS(function)                                                               \
    MAKE_FINITE(function, float32, float, vector_float32, function)                                \
    MAKE_FINITE(function, float64, double, vector_float64, function##l)
MAKE_FINITE_FLOATS(exp)
MAKE_FINITE_FLOATS(exp2)
MAKE_FINITE_FLOATS(exp10)
MAKE_FINITE_FLOATS(expm1)
MAKE_FINITE_FLOATS(sinh)
MAKE_FINITE_FLOATS(cosh)
MAKE_FINITE_FLOATS(tgamma)
MAKE_FINITE_FLOATS(lgamma)

/* Of two arguments; both in doubles. */
#define MEND_POW(TYPE, REAL, VECTOR, SLEEF)                                                        \
    static __attribute__((noinline)) VECTOR pow_of_finite_##TYPE(VECTOR z, VECTOR x, VECTOR y)     \
    {                                                                                              \
        for (size_t i = 0; i < sizeof z / sizeof(REAL); i++)                                       \
            if (isinf(z[i]) && isfinite(x[i]) && isfinite(y[i]))                                   \
                z[i] = (REAL)pow((double)x[i], (double)y[i]);                                      \
        return z;                                                                                  \
    }                                                                                              \
    ALWAYS_INLINE VECTOR finite_pow_##TYPE(VECTOR x, VECTOR y)                                     \
    {                                                                                              \
        const VECTOR z = SLEEF(pow, u10)(x, y);                                                    \
        return __builtin_expect(any_infinite_##TYPE(z), 0) ? pow_of_finite_##TYPE(z, x, y) : z;    \
    }
MEND_POW(float32, float, vector_float32, SLEEF_FLOAT32)
MEND_POW(float64, double, vector_float64, SLEEF_FLOAT64)

#ifdef __FMA__
/* A function own_NAME_TYPE that is NEAR where all lanes of x are so, and else by lanes FAR
 * (SLEEF's): that is not inlined, as it would spill the constants of the loop. */
#define NEAR_OR_FAR(NAME, TYPE, VECTOR, S, ARE_NEAR, NEAR, FAR)                                    \
    static __attribute__((noinline)) VECTOR NAME##_far_##TYPE(VECTOR x, VECTOR near)               \
    {                                                                                              \
        return LANES_SELECT(S, ARE_NEAR, near, FAR);                                               \
    }                                                                                              \
    ALWAYS_INLINE VECTOR own_##NAME##_##TYPE(VECTOR x)                                             \
    {                                                                                              \
        const VECTOR y = NEAR;                                                                     \
        return __builtin_expect(LANES_ALL(S, ARE_NEAR), 1) ? y : NAME##_far_##TYPE(x, y);          \
    }
/* The same where small arguments have the result 0, for which FAR is not needed. */
#define NEAR_ZERO_OR_FAR(NAME, TYPE, VECTOR, S, LIMIT, LEAST, NEAR, FAR)                           \
    static __attribute__((noinline)) VECTOR NAME##_far_##TYPE(VECTOR x, VECTOR near)               \
    {                                                                                              \
        if (LANES_ALL(S, LANES_NEAR_OR_SMALL(S, x, LIMIT, LEAST)))                                 \
            return LANES_OR_ZERO(S, x, LEAST, near);                                               \
        return LANES_SELECT(S, LANES_BELOW(S, x, LIMIT), near, FAR);                               \
    }                                                                                              \
    ALWAYS_INLINE VECTOR own_##NAME##_##TYPE(VECTOR x)                                             \
    {                                                                                              \
        const VECTOR y = NEAR;                                                                     \
        return __builtin_expect(LANES_ALL(S, LANES_BELOW(S, x, LIMIT)), 1)                         \
                   ? y                                                                             \
                   : NAME##_far_##TYPE(x, y);                                                      \
    }
#include "kernels/sincos.h"
MAKE_SINCOS_KERNELS

#include "kernels/exponential.h"
#include "kernels/logarithm.h"
#include "kernels/arctangent.h"
#include "kernels/arctanh.h"
#include "kernels/arcsine.h"
#include "kernels/power.h"
#include "kernels/tangent.h"
#include "kernels/tanh.h"
#define mended_pow_float32 own_pow_float32
#define mended_pow_float64 own_pow_float64
#define mended_tan_float32 own_tan_float32
#define mended_tan_float64 own_tan_float64
#define mended_atan2_float32 own_atan2_float32
#define mended_atan2_float64 own_atan2_float64
#else
#define mended_pow_float32 finite_pow_float32
#define mended_pow_float64 finite_pow_float64
/* tan(x) = x + O(x^3) rounds to x below `tiny`; SLEEF's is off by just over 1 ulp there. */
#define MEND_TAN(TYPE, VECTOR, S, SLEEF, TINY)                                                     \
    ALWAYS_INLINE VECTOR mended_tan_##TYPE(VECTOR x)                                               \
    {                                                                                              \
        return LANES_SELECT(S, LANES_BELOW(S, x, TINY), x, SLEEF(tan, u10)(x));                    \
    }
MEND_TAN(float32, vector_float32, ps, SLEEF_FLOAT32, 0x1p-12f)
MEND_TAN(float64, vector_float64, pd, SLEEF_FLOAT64, 0x1p-27)

/* There small angles, too, are off by 1.3 ulp: they are y / x. */
#define MEND_ATAN2(TYPE, VECTOR, S, SLEEF, TINY)                                                   \
    ALWAYS_INLINE VECTOR mended_atan2_##TYPE(VECTOR y, VECTOR x)                                   \
    {                                                                                              \
        const VECTOR angle = SLEEF(atan2, u10)(y, x);                                              \
        if (__builtin_expect(!LANES_ANY(S, LANES_BELOW(S, angle, TINY)), 1))                       \
            return angle;                                                                          \
        const VECTOR quotient = y / x; /* NaN for 0 / 0, where the angle is right */               \
        const VECTOR small = LANES_SELECT(S, LANES_BELOW(S, quotient, 1), quotient, angle);        \
        return LANES_SELECT(S, LANES_BELOW(S, angle, TINY), small, angle);                         \
    }
MEND_ATAN2(float32, vector_float32, ps, SLEEF_FLOAT32, 0x1p-60f)
MEND_ATAN2(float64, vector_float64, pd, SLEEF_FLOAT64, 0x1p-500)
#endif
#include "kernels/pieces.h"

#include "kernels/bessel.h"

/* Made from SLEEF's. x - 2 rint(x / 2) is exact, and brings sinpi's argument into its range. */
#define MAKE_FUNCTIONS(TYPE, REAL, VECTOR, S, SLEEF, TINY, LEAST, LIBRARY)                         \
    ALWAYS_INLINE VECTOR sine_of_pi_##TYPE(VECTOR x)                                               \
    {                                                                                              \
        return SLEEF(sinpi, u05)(x - LANES_ROUND(S, x * (REAL)0.5) * (REAL)2);                     \
    }                                                                                              \
    /* Where x is so small that it is rounded, the family without FMA is off by 1.6 ulp. */        \
    ALWAYS_INLINE VECTOR mended_erf_##TYPE(VECTOR x)                                               \
    {                                                                                              \
        const VECTOR straight = x + x * (REAL)0.12837916709551257390L;                             \
        return LANES_SELECT(S, LANES_BELOW(S, x, TINY * TINY), straight, SLEEF(erf, u10)(x));      \
    }                                                                                              \
    /* SLEEF's denormal results are off by up to 40 ulp, and its zeros lose their sign. */         \
    static __attribute__((noinline)) VECTOR tgamma_by_library_##TYPE(VECTOR value, VECTOR x)       \
    {                                                                                              \
        REAL from[sizeof x / sizeof(REAL)], to[sizeof x / sizeof(REAL)];                           \
        memcpy(from, &x, sizeof x);                                                                \
        memcpy(to, &value, sizeof x);                                                              \
        for (size_t i = 0; i < sizeof x / sizeof(REAL); i++)                                       \
            to[i] = fabs(to[i]) < LEAST ? (REAL)LIBRARY(from[i]) : to[i];                          \
        memcpy(&value, to, sizeof x);                                                              \
        return value;                                                                              \
    }                                                                                              \
    ALWAYS_INLINE VECTOR mended_tgamma_##TYPE(VECTOR x)                                            \
    {                                                                                              \
        const VECTOR value = SLEEF(tgamma, u10)(x);                                                \
        return __builtin_expect(LANES_ANY(S, LANES_BELOW(S, value, LEAST)), 0)                     \
                   ? tgamma_by_library_##TYPE(value, x)                                            \
                   : value;                                                                        \
    }                                                                                              \
    ALWAYS_INLINE VECTOR mended_sinc_##TYPE(VECTOR x)                                              \
    {                                                                                              \
        const VECTOR value = sine_of_pi_##TYPE(x) / (x * (REAL)PI_L) + (REAL)0; /* no -0 */        \
        return LANES_SELECT(S, LANES_BELOW(S, x, TINY), (VECTOR){0} + 1, value);                   \
    }                                                                                              \
    ALWAYS_INLINE VECTOR minus_distance_##TYPE(VECTOR x, VECTOR y)                                 \
    {                                                                                              \
        const VECTOR d = x - y;                                                                    \
        return LANES_SELECT(S, LANES_EQUAL(S, LANES_MAX(S, x, y), x), -d, d);                      \
    }                                                                                              \
    ALWAYS_INLINE VECTOR mended_logaddexp_##TYPE(VECTOR x, VECTOR y)                               \
    {                                                                                              \
        const VECTOR d = minus_distance_##TYPE(x, y);                                              \
        const VECTOR sum = LANES_MAX(S, x, y) + mended_log1p_##TYPE(exp_of_##TYPE(d));             \
        return LANES_SELECT(S, LANES_EQUAL(S, x, y), x + (REAL)0.693147180559945309417232L, sum);  \
    }                                                                                              \
    ALWAYS_INLINE VECTOR mended_logaddexp2_##TYPE(VECTOR x, VECTOR y)                              \
    {                                                                                              \
        const VECTOR d = minus_distance_##TYPE(x, y);                                              \
        const VECTOR more = mended_log1p_##TYPE(exp2_of_##TYPE(d));                                \
        const VECTOR sum = LANES_MAX(S, x, y) + more * (REAL)1.44269504088896340735992L;           \
        return LANES_SELECT(S, LANES_EQUAL(S, x, y), x + 1, sum);                                  \
    }
MAKE_FUNCTIONS(float32, float, vector_float32, ps, SLEEF_FLOAT32, 0x1p-13f, 0x1p-120f, tgamma)
MAKE_FUNCTIONS(float64, double, vector_float64, pd, SLEEF_FLOAT64, 0x1p-28, 0x1p-1000, tgammal)

/* ---- Loops ---- */

/* A function's vectors go out one by one, so that its streaming form writes them to memory while it
 * computes the next ones: exp of 10M doubles takes 5.3 ms instead of 6.0 for blocks of 4 KiB. */
#define STORE(to, v, stream)                                                                       \
    do {                                                                                           \
        if (stream)                                                                                \
            STREAM_VECTOR(to, v);                                                                  \
        else                                                                                       \
            memcpy(to, &(v), sizeof(v));                                                           \
    } while (0)

/* What is left of a vector, and a single element, go through code of their own: beside the loop its
 * constants would be loaded for them, and it would be there once more in each kernel. */
#define DEFINE_VECTOR_UNARY(NAME, REAL, VECTOR, FUNCTION)                                          \
    static __attribute__((noinline)) void NAME##_part(size_t n, REAL *out, const REAL *x)          \
    {                                                                                              \
        REAL part[sizeof(VECTOR) / sizeof(REAL)] = {0};                                            \
        VECTOR v;                                                                                  \
        memcpy(part, x, n * sizeof(REAL));                                                         \
        if (n ==                                                                                   \
            1) /* in all lanes: no store to wait for, and no zeros, which may be rare cases */     \
            v = *x - (VECTOR){0};                                                                  \
        else                                                                                       \
            memcpy(&v, part, sizeof v);                                                            \
        v = FUNCTION(v);                                                                           \
        memcpy(part, &v, sizeof v);                                                                \
        memcpy(out, part, n * sizeof(REAL));                                                       \
    }                                                                                              \
    ALWAYS_INLINE void NAME##_vectors(size_t n, REAL *out, const REAL *x, bool stream)             \
    {                                                                                              \
        enum { LANES = sizeof(VECTOR) / sizeof(REAL) };                                            \
        size_t i = 0;                                                                              \
        VECTOR v;                                                                                  \
        for (; i + LANES <= n; i += LANES) {                                                       \
            memcpy(&v, x + i, sizeof v);                                                           \
            v = FUNCTION(v);                                                                       \
            STORE(out + i, v, stream);                                                             \
        }                                                                                          \
        if (i < n)                                                                                 \
            NAME##_part(n - i, out + i, x + i);                                                    \
    }                                                                                              \
    static void NAME##_streaming(size_t n, char *const *p, const ptrdiff_t *s)                     \
    {                                                                                              \
        (void)s;                                                                                   \
        NAME##_vectors(n, (REAL *)p[0], (const REAL *)p[1], true);                                 \
    }                                                                                              \
    static __attribute__((noinline)) void NAME##_contiguous(size_t n, REAL *out, const REAL *x)    \
    {                                                                                              \
        NAME##_vectors(n, out, x, false);                                                          \
    }                                                                                              \
    static void NAME(size_t n, char *const *p, const ptrdiff_t *s)                                 \
    {                                                                                              \
        if (n == 1) {                                                                              \
            NAME##_part(1, (REAL *)p[0], (const REAL *)p[1]);                                      \
            return;                                                                                \
        }                                                                                          \
        if (s[0] == sizeof(REAL) && s[1] == sizeof(REAL)) {                                        \
            NAME##_contiguous(n, (REAL *)p[0], (const REAL *)p[1]);                                \
            return;                                                                                \
        }                                                                                          \
        REAL staged[STAGED];                                                                       \
        for (size_t done = 0; done < n; done += STAGED) {                                          \
            const size_t now = n - done < STAGED ? n - done : STAGED;                              \
            const char *px = p[1] + (ptrdiff_t)done * s[1];                                        \
            char *po = p[0] + (ptrdiff_t)done * s[0];                                              \
            for (size_t i = 0; i < now; i++)                                                       \
                staged[i] = *(const REAL *)(px + (ptrdiff_t)i * s[1]);                             \
            NAME##_contiguous(now, staged, staged);                                                \
            for (size_t i = 0; i < now; i++)                                                       \
                *(REAL *)(po + (ptrdiff_t)i * s[0]) = staged[i];                                   \
        }                                                                                          \
    }

#define DEFINE_VECTOR_BINARY(NAME, REAL, VECTOR, FUNCTION)                                         \
    static __attribute__((noinline)) void NAME##_part(size_t n, REAL *out, const REAL *x,          \
                                                      const REAL *y)                               \
    {                                                                                              \
        REAL part_x[sizeof(VECTOR) / sizeof(REAL)] = {0},                                          \
                                     part_y[sizeof(VECTOR) / sizeof(REAL)] = {0};                  \
        VECTOR u, v;                                                                               \
        memcpy(part_x, x, n * sizeof(REAL));                                                       \
        memcpy(part_y, y, n * sizeof(REAL));                                                       \
        if (n == 1) {                                                                              \
            u = *x - (VECTOR){0};                                                                  \
            v = *y - (VECTOR){0};                                                                  \
        } else {                                                                                   \
            memcpy(&u, part_x, sizeof u);                                                          \
            memcpy(&v, part_y, sizeof v);                                                          \
        }                                                                                          \
        v = FUNCTION(u, v);                                                                        \
        memcpy(part_x, &v, sizeof v);                                                              \
        memcpy(out, part_x, n * sizeof(REAL));                                                     \
    }                                                                                              \
    ALWAYS_INLINE void NAME##_vectors(size_t n, REAL *out, const REAL *x, const REAL *y,           \
                                      bool stream)                                                 \
    {                                                                                              \
        enum { LANES = sizeof(VECTOR) / sizeof(REAL) };                                            \
        size_t i = 0;                                                                              \
        VECTOR u, v;                                                                               \
        for (; i + LANES <= n; i += LANES) {                                                       \
            memcpy(&u, x + i, sizeof u);                                                           \
            memcpy(&v, y + i, sizeof v);                                                           \
            v = FUNCTION(u, v);                                                                    \
            STORE(out + i, v, stream);                                                             \
        }                                                                                          \
        if (i < n)                                                                                 \
            NAME##_part(n - i, out + i, x + i, y + i);                                             \
    }                                                                                              \
    static __attribute__((noinline)) void NAME##_contiguous(size_t n, REAL *out, const REAL *x,    \
                                                            const REAL *y)                         \
    {                                                                                              \
        NAME##_vectors(n, out, x, y, false);                                                       \
    }                                                                                              \
    /* Contiguous, or one of them a scalar. */                                                     \
    ALWAYS_INLINE void NAME##_in_order(size_t n, char *const *p, const ptrdiff_t *s, bool stream)  \
    {                                                                                              \
        REAL repeated[STAGED];                                                                     \
        REAL *out = (REAL *)p[0];                                                                  \
        const REAL *x = (const REAL *)p[1], *y = (const REAL *)p[2];                               \
        const bool repeats = s[1] == 0 || s[2] == 0;                                               \
        for (size_t i = 0; repeats && i < STAGED && i < n; i++)                                    \
            repeated[i] = s[1] == 0 ? *x : *y;                                                     \
        for (size_t now; n > 0; n -= now, out += now, x += now, y += now) {                        \
            const REAL *const u = s[1] == 0 ? repeated : x, *const v = s[2] == 0 ? repeated : y;   \
            now = repeats && n > STAGED ? STAGED : n;                                              \
            if (stream)                                                                            \
                NAME##_vectors(now, out, u, v, true);                                              \
            else                                                                                   \
                NAME##_contiguous(now, out, u, v);                                                 \
        }                                                                                          \
    }                                                                                              \
    static void NAME##_streaming(size_t n, char *const *p, const ptrdiff_t *s)                     \
    {                                                                                              \
        NAME##_in_order(n, p, s, true);                                                            \
    }                                                                                              \
    static void NAME(size_t n, char *const *p, const ptrdiff_t *s)                                 \
    {                                                                                              \
        const ptrdiff_t size = sizeof(REAL);                                                       \
        if (n == 1) {                                                                              \
            NAME##_part(1, (REAL *)p[0], (const REAL *)p[1], (const REAL *)p[2]);                  \
            return;                                                                                \
        }                                                                                          \
        if (s[0] == size && (s[1] == size || (s[1] == 0 && s[2] == size)) &&                       \
            (s[2] == size || s[2] == 0)) {                                                         \
            NAME##_in_order(n, p, s, false);                                                       \
            return;                                                                                \
        }                                                                                          \
        REAL staged_x[STAGED], staged_y[STAGED];                                                   \
        for (size_t done = 0; done < n; done += STAGED) {                                          \
            const size_t now = n - done < STAGED ? n - done : STAGED;                              \
            const char *px = p[1] + (ptrdiff_t)done * s[1], *py = p[2] + (ptrdiff_t)done * s[2];   \
            char *po = p[0] + (ptrdiff_t)done * s[0];                                              \
            for (size_t i = 0; i < now; i++) {                                                     \
                staged_x[i] = *(const REAL *)(px + (ptrdiff_t)i * s[1]);                           \
                staged_y[i] = *(const REAL *)(py + (ptrdiff_t)i * s[2]);                           \
            }                                                                                      \
            NAME##_contiguous(now, staged_x, staged_x, staged_y);                                  \
            for (size_t i = 0; i < now; i++)                                                       \
                *(REAL *)(po + (ptrdiff_t)i * s[0]) = staged_x[i];                                 \
        }                                                                                          \
    }

#define KERNEL1_VECTOR(name, function, ulp)                                                        \
    DEFINE_VECTOR_UNARY(name##_FLOAT32, float, vector_float32, FUNCTION_FLOAT32(function, ulp))    \
    DEFINE_VECTOR_UNARY(name##_FLOAT64, double, vector_float64, FUNCTION_FLOAT64(function, ulp))
#define KERNEL2_VECTOR(name, function, ulp)                                                        \
    DEFINE_VECTOR_BINARY(name##_FLOAT32, float, vector_float32, FUNCTION_FLOAT32(function, ulp))   \
    DEFINE_VECTOR_BINARY(name##_FLOAT64, double, vector_float64, FUNCTION_FLOAT64(function, ulp))

#define KERNEL1_FINITE(name, function, ulp)                                                        \
    ALWAYS_INLINE vector_float32 finite_##name##_FLOAT32(vector_float32 x)                         \
    {                                                                                              \
        return made_finite_##function##_float32(FUNCTION_FLOAT32(function, ulp)(x), x);            \
    }                                                                                              \
    ALWAYS_INLINE vector_float64 finite_##name##_FLOAT64(vector_float64 x)                         \
    {                                                                                              \
        return made_finite_##function##_float64(FUNCTION_FLOAT64(function, ulp)(x), x);            \
    }                                                                                              \
    DEFINE_VECTOR_UNARY(name##_FLOAT32, float, vector_float32, finite_##name##_FLOAT32)            \
    DEFINE_VECTOR_UNARY(name##_FLOAT64, double, vector_float64, finite_##name##_FLOAT64)
/* Where there is FMA these have looked already. */
#ifdef __FMA__
#define KERNEL1_OWN_FINITE KERNEL1_VECTOR
#else
#define KERNEL1_OWN_FINITE KERNEL1_FINITE
#endif
#define KERNEL2_SCALAR(name, function)                                                             \
    BINARY_LOOP(name##_FLOAT32, float, float, function##f(x, y))                                   \
    BINARY_LOOP(name##_FLOAT64, double, double, function(x, y))

#else

#define KERNEL1_FINITE KERNEL1_VECTOR
#define KERNEL1_OWN_FINITE KERNEL1_VECTOR
/* The C library's own errors reach 4 ulp: the reference, which the others are measured by, takes
 * the next wider type. Not for two doubles: those are good to 1 ulp, and glibc's powl(-INFINITY,
 * -0x1p63) is infinite. */
#ifdef NDI_REFERENCE
#define LIBRARY_FLOAT32(function) function
#define LIBRARY_FLOAT64(function) function##l
#else
#define LIBRARY_FLOAT32(function) function##f
#define LIBRARY_FLOAT64(function) function
#endif
#define KERNEL1_VECTOR(name, function, ulp)                                                        \
    UNARY_LOOP(name##_FLOAT32, float, float, LIBRARY_FLOAT32(function)(x))                         \
    UNARY_LOOP(name##_FLOAT64, double, double, LIBRARY_FLOAT64(function)(x))
#define KERNEL2_VECTOR(name, function, ulp)                                                        \
    BINARY_LOOP(name##_FLOAT32, float, float, LIBRARY_FLOAT32(function)(x, y))                     \
    BINARY_LOOP(name##_FLOAT64, double, double, function(x, y))
#define KERNEL2_SCALAR(name, function) KERNEL2_VECTOR(name, function, )

#endif

#define KERNEL_SAME(...)
#define KERNEL1_COMPLEX(name, function)                                                            \
    UNARY_LOOP(name##_COMPLEX64, complex64, complex64, function##f(x))                             \
    UNARY_LOOP(name##_COMPLEX128, complex128, complex128, function(x))
#define KERNEL2_COMPLEX(name, function)                                                            \
    BINARY_LOOP(name##_COMPLEX64, complex64, complex64, function##f(x, y))                         \
    BINARY_LOOP(name##_COMPLEX128, complex128, complex128, function(x, y))
/* Lengths of complex numbers: the plain formula where squares neither overflow nor vanish (its
 * worst is 1.03 ulp; floats are squared in doubles, whose root would take four times as long as
 * that of the rounded sum), the C library's where a lane is large, tiny, infinite or NaN; of floats
 * the root of doubles where it is large or tiny. */
#define MAGNITUDE_LOOP(NAME, REAL, COMPLEX, PLAIN, LEAST, MOST, ROOT, FAR, FUNCTION)               \
    ALWAYS_INLINE void NAME##_run(size_t n, char *const *p, ptrdiff_t so, ptrdiff_t sx)            \
    {                                                                                              \
        enum { TOGETHER = 64 };                                                                    \
        REAL results[TOGETHER];                                                                    \
        for (size_t done = 0; done < n; done += TOGETHER) {                                        \
            const size_t now = n - done < TOGETHER ? n - done : TOGETHER;                          \
            const char *px = p[1] + (ptrdiff_t)done * sx;                                          \
            char *po = p[0] + (ptrdiff_t)done * so;                                                \
            int far = 0;                                                                           \
            for (size_t i = 0; i < now; i++) {                                                     \
                const double re = ((const REAL *)(px + (ptrdiff_t)i * sx))[0],                     \
                             im = ((const REAL *)(px + (ptrdiff_t)i * sx))[1];                     \
                const double sum = PLAIN;                                                          \
                far |= !((sum > LEAST) & (sum < MOST)) & !((re == 0) & (im == 0));                 \
                results[i] = ROOT;                                                                 \
            }                                                                                      \
            for (size_t i = 0; far && i < now; i++) {                                              \
                const double re = ((const REAL *)(px + (ptrdiff_t)i * sx))[0],                     \
                             im = ((const REAL *)(px + (ptrdiff_t)i * sx))[1];                     \
                const double sum = PLAIN;                                                          \
                if (!((sum > LEAST) & (sum < MOST)))                                               \
                    results[i] = FAR ? (REAL)__builtin_sqrt(sum)                                   \
                                     : FUNCTION(*(const COMPLEX *)(px + (ptrdiff_t)i * sx));       \
            }                                                                                      \
            for (size_t i = 0; i < now; i++)                                                       \
                *(REAL *)(po + (ptrdiff_t)i * so) = results[i];                                    \
        }                                                                                          \
    }                                                                                              \
    static void NAME(size_t n, char *const *p, const ptrdiff_t *s)                                 \
    {                                                                                              \
        if (HAS_FORMS && s[0] == sizeof(REAL) && s[1] == sizeof(COMPLEX))                          \
            NAME##_run(n, p, sizeof(REAL), sizeof(COMPLEX));                                       \
        else                                                                                       \
            NAME##_run(n, p, s[0], s[1]);                                                          \
    }
#define KERNEL1_MAGNITUDE(name, function)                                                          \
    MAGNITUDE_LOOP(name##_COMPLEX64, float, complex64, re *re + im * im, 0x1p-126, 0x1p127,        \
                   __builtin_sqrtf((float)sum), sum < 0x1p300, function##f)                        \
    MAGNITUDE_LOOP(name##_COMPLEX128, double, complex128, __builtin_fma(re, re, im *im), 0x1p-900, \
                   0x1p1000, __builtin_sqrt(sum), false, function)

#include "kernels/functions.def"

#undef KERNEL_SAME
#undef KERNEL1_VECTOR
#undef KERNEL1_FINITE
#undef KERNEL1_OWN_FINITE
#undef KERNEL2_VECTOR
#undef KERNEL2_SCALAR
#undef KERNEL1_COMPLEX
#undef KERNEL2_COMPLEX
#undef KERNEL1_MAGNITUDE

#if VECTOR_BYTES == 64
#include "kernels/magnitude.h"
#endif

void NDI_ISA_NAME(ndi_fill_functions)(ndi_kernels *kernels)
{
#define KERNEL1_VECTOR(name, ...) ON_FLOATS(STREAMING_SLOT, name, )
#define KERNEL1_FINITE(name, ...) ON_FLOATS(STREAMING_SLOT, name, )
#define KERNEL1_OWN_FINITE(name, ...) ON_FLOATS(STREAMING_SLOT, name, )
#define KERNEL2_VECTOR(name, ...) ON_FLOATS(STREAMING_SLOT, name, )
#define KERNEL2_SCALAR(name, ...) ON_FLOATS(SLOT, name, )
#define KERNEL1_COMPLEX(name, ...) ON_COMPLEX(SLOT, name, )
#define KERNEL2_COMPLEX(name, ...) ON_COMPLEX(SLOT, name, )
#define KERNEL1_MAGNITUDE(name, ...) ON_COMPLEX(SLOT, name, )
#define KERNEL_SAME(name, D, other)                                                                \
    kernels->elementwise[ND_OP_##name][ND_##D] = kernels->elementwise[ND_OP_##other][ND_##D];      \
    kernels->streaming[ND_OP_##name][ND_##D] = kernels->streaming[ND_OP_##other][ND_##D];
#include "kernels/functions.def"
#if VECTOR_BYTES == 64
    kernels->elementwise[ND_OP_absolute][ND_COMPLEX64] = absolute_COMPLEX64_wide;
#endif
#if HAS_SLEEF && defined(__FMA__)
    kernels->sincos[ND_FLOAT32] = sincos_kernel_float32;
    kernels->sincos[ND_FLOAT64] = sincos_kernel_float64;
#endif
}

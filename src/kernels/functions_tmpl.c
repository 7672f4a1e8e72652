/* Transcendental kernels by SLEEF; compiled once for each ISA. The reference, and CPUs that SLEEF has no vectors
 * for here, call the C library. */
#include "kernels/vector.h"

#include "kernels/complex.h"
#include "kernels/loops.h"
#include "kernels/templates.h"

#if HAS_SLEEF

/* Vectors straight from and to contiguous memory; anything else through a block on the stack. The rest at the end
 * goes through a padded vector, so that an element has the same bits wherever it stands. */
enum { STAGED = 64 };

#define DEFINE_VECTOR_UNARY(NAME, REAL, VECTOR, FUNCTION)                                                    \
    ALWAYS_INLINE void NAME##_contiguous(size_t n, REAL *out, const REAL *x)                                 \
    {                                                                                                        \
        enum { LANES = sizeof(VECTOR) / sizeof(REAL) };                                                      \
        size_t i = 0;                                                                                        \
        VECTOR v;                                                                                            \
        for (; i + LANES <= n; i += LANES) {                                                                 \
            memcpy(&v, x + i, sizeof v);                                                                     \
            v = FUNCTION(v);                                                                                 \
            memcpy(out + i, &v, sizeof v);                                                                   \
        }                                                                                                    \
        if (i < n) {                                                                                         \
            REAL rest[LANES] = {0};                                                                          \
            memcpy(rest, x + i, (n - i) * sizeof(REAL));                                                     \
            memcpy(&v, rest, sizeof v);                                                                      \
            v = FUNCTION(v);                                                                                 \
            memcpy(rest, &v, sizeof v);                                                                      \
            memcpy(out + i, rest, (n - i) * sizeof(REAL));                                                   \
        }                                                                                                    \
    }                                                                                                        \
    static void NAME(size_t n, char *const *p, const ptrdiff_t *s)                                           \
    {                                                                                                        \
        if (s[0] == sizeof(REAL) && s[1] == sizeof(REAL)) {                                                  \
            NAME##_contiguous(n, (REAL *)p[0], (const REAL *)p[1]);                                          \
            return;                                                                                          \
        }                                                                                                    \
        REAL staged[STAGED];                                                                                 \
        for (size_t done = 0; done < n; done += STAGED) {                                                    \
            const size_t now = n - done < STAGED ? n - done : STAGED;                                        \
            const char *px = p[1] + (ptrdiff_t)done * s[1];                                                  \
            char *po = p[0] + (ptrdiff_t)done * s[0];                                                        \
            for (size_t i = 0; i < now; i++)                                                                 \
                staged[i] = *(const REAL *)(px + (ptrdiff_t)i * s[1]);                                       \
            NAME##_contiguous(now, staged, staged);                                                          \
            for (size_t i = 0; i < now; i++)                                                                 \
                *(REAL *)(po + (ptrdiff_t)i * s[0]) = staged[i];                                             \
        }                                                                                                    \
    }

#define DEFINE_VECTOR_BINARY(NAME, REAL, VECTOR, FUNCTION)                                                   \
    ALWAYS_INLINE void NAME##_contiguous(size_t n, REAL *out, const REAL *x, const REAL *y)                  \
    {                                                                                                        \
        enum { LANES = sizeof(VECTOR) / sizeof(REAL) };                                                      \
        size_t i = 0;                                                                                        \
        VECTOR u, v;                                                                                         \
        for (; i + LANES <= n; i += LANES) {                                                                 \
            memcpy(&u, x + i, sizeof u);                                                                     \
            memcpy(&v, y + i, sizeof v);                                                                     \
            v = FUNCTION(u, v);                                                                              \
            memcpy(out + i, &v, sizeof v);                                                                   \
        }                                                                                                    \
        if (i < n) {                                                                                         \
            REAL rest_x[LANES] = {0}, rest_y[LANES] = {0};                                                   \
            memcpy(rest_x, x + i, (n - i) * sizeof(REAL));                                                   \
            memcpy(rest_y, y + i, (n - i) * sizeof(REAL));                                                   \
            memcpy(&u, rest_x, sizeof u);                                                                    \
            memcpy(&v, rest_y, sizeof v);                                                                    \
            v = FUNCTION(u, v);                                                                              \
            memcpy(rest_x, &v, sizeof v);                                                                    \
            memcpy(out + i, rest_x, (n - i) * sizeof(REAL));                                                 \
        }                                                                                                    \
    }                                                                                                        \
    static void NAME(size_t n, char *const *p, const ptrdiff_t *s)                                           \
    {                                                                                                        \
        if (s[0] == sizeof(REAL) && s[1] == sizeof(REAL) && s[2] == sizeof(REAL)) {                          \
            NAME##_contiguous(n, (REAL *)p[0], (const REAL *)p[1], (const REAL *)p[2]);                      \
            return;                                                                                          \
        }                                                                                                    \
        REAL staged_x[STAGED], staged_y[STAGED];                                                             \
        for (size_t done = 0; done < n; done += STAGED) {                                                    \
            const size_t now = n - done < STAGED ? n - done : STAGED;                                        \
            const char *px = p[1] + (ptrdiff_t)done * s[1], *py = p[2] + (ptrdiff_t)done * s[2];             \
            char *po = p[0] + (ptrdiff_t)done * s[0];                                                        \
            for (size_t i = 0; i < now; i++) {                                                               \
                staged_x[i] = *(const REAL *)(px + (ptrdiff_t)i * s[1]);                                     \
                staged_y[i] = *(const REAL *)(py + (ptrdiff_t)i * s[2]);                                     \
            }                                                                                                \
            NAME##_contiguous(now, staged_x, staged_x, staged_y);                                            \
            for (size_t i = 0; i < now; i++)                                                                 \
                *(REAL *)(po + (ptrdiff_t)i * s[0]) = staged_x[i];                                           \
        }                                                                                                    \
    }

#define KERNEL1_VECTOR(name, function, ulp)                                                                  \
    DEFINE_VECTOR_UNARY(name##_FLOAT32, float, vector_float32, SLEEF_FLOAT32(function, ulp))                 \
    DEFINE_VECTOR_UNARY(name##_FLOAT64, double, vector_float64, SLEEF_FLOAT64(function, ulp))
#define KERNEL2_VECTOR(name, function, ulp)                                                                  \
    DEFINE_VECTOR_BINARY(name##_FLOAT32, float, vector_float32, SLEEF_FLOAT32(function, ulp))                \
    DEFINE_VECTOR_BINARY(name##_FLOAT64, double, vector_float64, SLEEF_FLOAT64(function, ulp))

/* SLEEF's vector function up to a magnitude, beyond it the C library's in double, element by element. */
#define DEFINE_VECTOR_TO(NAME, REAL, VECTOR, FUNCTION, LIBRARY, LIMIT)                                       \
    ALWAYS_INLINE VECTOR NAME##_whole(VECTOR x)                                                              \
    {                                                                                                        \
        enum { LANES = sizeof(VECTOR) / sizeof(REAL) };                                                      \
        VECTOR y = FUNCTION(x);                                                                              \
        REAL from[LANES], to[LANES];                                                                         \
        memcpy(from, &x, sizeof x);                                                                          \
        int beyond = 0;                                                                                      \
        for (int i = 0; i < LANES; i++)                                                                      \
            beyond |= (from[i] > (LIMIT)) | (from[i] < -(LIMIT));                                            \
        if (__builtin_expect(beyond, 0)) {                                                                   \
            memcpy(to, &y, sizeof y);                                                                        \
            for (int i = 0; i < LANES; i++)                                                                  \
                if ((from[i] > (LIMIT)) | (from[i] < -(LIMIT)))                                              \
                    to[i] = (REAL)LIBRARY((double)from[i]);                                                  \
            memcpy(&y, to, sizeof y);                                                                        \
        }                                                                                                    \
        return y;                                                                                            \
    }                                                                                                        \
    DEFINE_VECTOR_UNARY(NAME, REAL, VECTOR, NAME##_whole)
#define KERNEL1_VECTOR_TO(name, function, ulp, limit32, limit64)                                             \
    DEFINE_VECTOR_TO(name##_FLOAT32, float, vector_float32, SLEEF_FLOAT32(function, ulp), function, limit32) \
    DEFINE_VECTOR_TO(name##_FLOAT64, double, vector_float64, SLEEF_FLOAT64(function, ulp), function, limit64)

#else

#define KERNEL1_VECTOR_TO(name, function, ulp, ...) KERNEL1_VECTOR(name, function, ulp)
#define KERNEL1_VECTOR(name, function, ulp)                                                                  \
    UNARY_LOOP(name##_FLOAT32, float, float, function##f(x))                                                 \
    UNARY_LOOP(name##_FLOAT64, double, double, function(x))
#define KERNEL2_VECTOR(name, function, ulp)                                                                  \
    BINARY_LOOP(name##_FLOAT32, float, float, function##f(x, y))                                             \
    BINARY_LOOP(name##_FLOAT64, double, double, function(x, y))

#endif

#define KERNEL1_COMPLEX(name, function)                                                                      \
    UNARY_LOOP(name##_COMPLEX64, complex64, complex64, function##f(x))                                       \
    UNARY_LOOP(name##_COMPLEX128, complex128, complex128, function(x))
#define KERNEL2_COMPLEX(name, function)                                                                      \
    BINARY_LOOP(name##_COMPLEX64, complex64, complex64, function##f(x, y))                                   \
    BINARY_LOOP(name##_COMPLEX128, complex128, complex128, function(x, y))
#define KERNEL1_MAGNITUDE(name, function)                                                                    \
    UNARY_LOOP(name##_COMPLEX64, float, complex64, function##f(x))                                           \
    UNARY_LOOP(name##_COMPLEX128, double, complex128, function(x))

#include "kernels/functions.def"

#undef KERNEL1_VECTOR
#undef KERNEL1_VECTOR_TO
#undef KERNEL2_VECTOR
#undef KERNEL1_COMPLEX
#undef KERNEL2_COMPLEX
#undef KERNEL1_MAGNITUDE

void NDI_ISA_NAME(ndi_fill_functions)(ndi_kernels *kernels)
{
#define KERNEL1_VECTOR(name, ...) ON_FLOATS(SLOT, name, )
#define KERNEL1_VECTOR_TO(name, ...) ON_FLOATS(SLOT, name, )
#define KERNEL2_VECTOR(name, ...) ON_FLOATS(SLOT, name, )
#define KERNEL1_COMPLEX(name, ...) ON_COMPLEX(SLOT, name, )
#define KERNEL2_COMPLEX(name, ...) ON_COMPLEX(SLOT, name, )
#define KERNEL1_MAGNITUDE(name, ...) ON_COMPLEX(SLOT, name, )
#include "kernels/functions.def"
}

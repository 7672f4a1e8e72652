/* Loop templates: one expression becomes a kernel with contiguous, scalar-argument and strided
 * forms.
 *
 * The forms are one loop body inlined with different constant strides, which is all that the
 * compiler needs to vectorise it. `ivdep` and not `restrict`: the result may be exactly an
 * argument. The reference build keeps the strided form only and is compiled without vectors. */
#ifndef NDSTREAM_KERNELS_LOOPS_H
#define NDSTREAM_KERNELS_LOOPS_H

#include "kernels/kernel.h"
#include "kernels/types.h"
#include "kernels/vector.h"

#ifdef __clang__
#define IVDEP _Pragma("clang loop vectorize(assume_safety)")
#else
#define IVDEP _Pragma("GCC ivdep")
#endif
#define ALWAYS_INLINE static inline __attribute__((always_inline))

#ifdef NDI_REFERENCE
#define HAS_FORMS 0
#else
#define HAS_FORMS 1
#endif

/* gcc 12 fuses a complex product to vfmaddsub even with -ffp-contract=off, unless its products are
 * kept apart. */
#if __has_builtin(__builtin_assoc_barrier)
#define PRODUCT(x) __builtin_assoc_barrier(x)
#else
#define PRODUCT(x) (x)
#endif

/* Of floats. */
#define IS_FINITE(x) ((x) - (x) == 0)
#define IS_INFINITE(x) (((x) == (x)) & ((x) - (x) != 0))

/* The unsigned integer that is as wide. */
#define UNSIGNED_OF(TYPE)                                                                          \
    __typeof__(__builtin_choose_expr(                                                              \
        sizeof(TYPE) == 1, (uint8_t)0,                                                             \
        __builtin_choose_expr(                                                                     \
            sizeof(TYPE) == 2, (uint16_t)0,                                                        \
            __builtin_choose_expr(sizeof(TYPE) == 4, (uint32_t)0, (uint64_t)0))))

/* One argument x of type IN, result OUT. */
#define UNARY_LOOP(NAME, OUT, IN, ...)                                                             \
    ALWAYS_INLINE void NAME##_run(size_t n, char *const *p, ptrdiff_t so, ptrdiff_t sx)            \
    {                                                                                              \
        typedef IN T;                                                                              \
        char *po = p[0];                                                                           \
        const char *px = p[1];                                                                     \
        IVDEP                                                                                      \
        for (size_t i = 0; i < n; i++) {                                                           \
            const T x = *(const IN *)(px + (ptrdiff_t)i * sx);                                     \
            *(OUT *)(po + (ptrdiff_t)i * so) = (OUT)(__VA_ARGS__);                                 \
        }                                                                                          \
    }                                                                                              \
    static void NAME(size_t n, char *const *p, const ptrdiff_t *s)                                 \
    {                                                                                              \
        if (HAS_FORMS && s[0] == sizeof(OUT) && s[1] == sizeof(IN))                                \
            NAME##_run(n, p, sizeof(OUT), sizeof(IN));                                             \
        else                                                                                       \
            NAME##_run(n, p, s[0], s[1]);                                                          \
    }

/* Two arguments x and y of type IN. A repeated argument is read once: the result never overlaps it.
 */
#define BINARY_RUN(NAME, OUT, IN, ...)                                                             \
    ALWAYS_INLINE void NAME##_run(size_t n, char *const *p, ptrdiff_t so, ptrdiff_t sx,            \
                                  ptrdiff_t sy)                                                    \
    {                                                                                              \
        typedef IN T;                                                                              \
        char *po = p[0];                                                                           \
        const char *px = p[1], *py = p[2];                                                         \
        const T x0 = *(const IN *)px, y0 = *(const IN *)py;                                        \
        IVDEP                                                                                      \
        for (size_t i = 0; i < n; i++) {                                                           \
            const T x = sx ? *(const IN *)(px + (ptrdiff_t)i * sx) : x0;                           \
            const T y = sy ? *(const IN *)(py + (ptrdiff_t)i * sy) : y0;                           \
            *(OUT *)(po + (ptrdiff_t)i * so) = (OUT)(__VA_ARGS__);                                 \
        }                                                                                          \
    }
/* PACKED_RUN serves arguments and results without gaps. */
#define BINARY_FORMS(NAME, OUT, IN, PACKED_RUN)                                                    \
    static void NAME(size_t n, char *const *p, const ptrdiff_t *s)                                 \
    {                                                                                              \
        if (n == 0)                                                                                \
            return;                                                                                \
        if (HAS_FORMS && s[0] == sizeof(OUT) && s[1] == sizeof(IN) && s[2] == sizeof(IN))          \
            PACKED_RUN(n, p, sizeof(OUT), sizeof(IN), sizeof(IN));                                 \
        else if (HAS_FORMS && s[0] == sizeof(OUT) && s[1] == sizeof(IN) && s[2] == 0)              \
            PACKED_RUN(n, p, sizeof(OUT), sizeof(IN), 0);                                          \
        else if (HAS_FORMS && s[0] == sizeof(OUT) && s[1] == 0 && s[2] == sizeof(IN))              \
            PACKED_RUN(n, p, sizeof(OUT), 0, sizeof(IN));                                          \
        else                                                                                       \
            NAME##_run(n, p, s[0], s[1], s[2]);                                                    \
    }
#define BINARY_LOOP(NAME, OUT, IN, ...)                                                            \
    BINARY_RUN(NAME, OUT, IN, __VA_ARGS__) BINARY_FORMS(NAME, OUT, IN, NAME##_run)

/* Loops in which each element waits for the one before: the baseline's serve every ISA. */
#if VECTOR_BYTES <= 16
#define SERIAL_LOOPS(NAME, TYPE, ...)                                                              \
    static void NAME##_serial(size_t n, char *out, ptrdiff_t so, const char *in, ptrdiff_t si,     \
                              void *carry)                                                         \
    {                                                                                              \
        typedef TYPE T;                                                                            \
        T x = *(const T *)carry;                                                                   \
        for (size_t i = 0; i < n; i++, in += si, out += so) {                                      \
            const T y = *(const T *)in;                                                            \
            x = (T)(__VA_ARGS__);                                                                  \
            *(T *)out = x;                                                                         \
        }                                                                                          \
        *(T *)carry = x;                                                                           \
    }                                                                                              \
    static void NAME##_place(size_t n, char *base, const int64_t *offsets, const char *in,         \
                             ptrdiff_t si)                                                         \
    {                                                                                              \
        typedef TYPE T;                                                                            \
        enum { AHEAD = 24 }; /* places that are asked for before they are wanted */                \
        for (size_t i = 0; i < n; i++, in += si) {                                                 \
            __builtin_prefetch(base + offsets[i + AHEAD < n ? i + AHEAD : n - 1], 1);              \
            T *const at = (T *)(base + offsets[i]);                                                \
            const T x = *at, y = *(const T *)in;                                                   \
            *at = (T)(__VA_ARGS__);                                                                \
        }                                                                                          \
    }
#define SERIAL_SLOT(D, TYPE, name, ...)                                                            \
    SLOT(D, TYPE, name, )                                                                          \
    kernels->serial[ND_OP_##name][ND_##D] = name##_##D##_serial;                                   \
    kernels->place[ND_OP_##name][ND_##D] = name##_##D##_place;
#else
#define SERIAL_LOOPS(NAME, TYPE, ...)
#define SERIAL_SLOT SLOT
#endif

/* Two arguments of different types, which the lines call x and y. */
#define MIXED_LOOP(NAME, OUT, TYPE_X, TYPE_Y, x, y, ...)                                           \
    ALWAYS_INLINE void NAME##_run(size_t n, char *const *p, ptrdiff_t so, ptrdiff_t sx,            \
                                  ptrdiff_t sy)                                                    \
    {                                                                                              \
        char *po = p[0];                                                                           \
        const char *px = p[1], *py = p[2];                                                         \
        IVDEP                                                                                      \
        for (size_t i = 0; i < n; i++) {                                                           \
            const TYPE_X x = *(const TYPE_X *)(px + (ptrdiff_t)i * sx);                            \
            const TYPE_Y y = *(const TYPE_Y *)(py + (ptrdiff_t)i * sy);                            \
            *(OUT *)(po + (ptrdiff_t)i * so) = (OUT)(__VA_ARGS__);                                 \
        }                                                                                          \
    }                                                                                              \
    static void NAME(size_t n, char *const *p, const ptrdiff_t *s)                                 \
    {                                                                                              \
        if (HAS_FORMS && s[0] == sizeof(OUT) && s[1] == sizeof(TYPE_X) && s[2] == sizeof(TYPE_Y))  \
            NAME##_run(n, p, sizeof(OUT), sizeof(TYPE_X), sizeof(TYPE_Y));                         \
        else if (HAS_FORMS && s[0] == sizeof(OUT) && s[1] == sizeof(TYPE_X) && s[2] == 0)          \
            NAME##_run(n, p, sizeof(OUT), sizeof(TYPE_X), 0);                                      \
        else                                                                                       \
            NAME##_run(n, p, s[0], s[1], s[2]);                                                    \
    }

/* Three arguments: x of type INX, y and z of type IN. Forms: y and z each an array or repeated. */
#define TERNARY_LOOP(NAME, OUT, INX, IN, ...)                                                      \
    ALWAYS_INLINE void NAME##_run(size_t n, char *const *p, ptrdiff_t so, ptrdiff_t sx,            \
                                  ptrdiff_t sy, ptrdiff_t sz)                                      \
    {                                                                                              \
        typedef IN T;                                                                              \
        char *po = p[0];                                                                           \
        const char *px = p[1], *py = p[2], *pz = p[3];                                             \
        const T y0 = *(const IN *)py, z0 = *(const IN *)pz;                                        \
        IVDEP                                                                                      \
        for (size_t i = 0; i < n; i++) {                                                           \
            const INX x = *(const INX *)(px + (ptrdiff_t)i * sx);                                  \
            const T y = sy ? *(const IN *)(py + (ptrdiff_t)i * sy) : y0;                           \
            const T z = sz ? *(const IN *)(pz + (ptrdiff_t)i * sz) : z0;                           \
            *(OUT *)(po + (ptrdiff_t)i * so) = (OUT)(__VA_ARGS__);                                 \
        }                                                                                          \
    }                                                                                              \
    static void NAME(size_t n, char *const *p, const ptrdiff_t *s)                                 \
    {                                                                                              \
        if (n == 0)                                                                                \
            return;                                                                                \
        const ptrdiff_t so = sizeof(OUT), sx = sizeof(INX), si = sizeof(IN);                       \
        if (!HAS_FORMS || s[0] != so || s[1] != sx)                                                \
            NAME##_run(n, p, s[0], s[1], s[2], s[3]);                                              \
        else if (s[2] == si && s[3] == si)                                                         \
            NAME##_run(n, p, sizeof(OUT), sizeof(INX), sizeof(IN), sizeof(IN));                    \
        else if (s[2] == 0 && s[3] == si)                                                          \
            NAME##_run(n, p, sizeof(OUT), sizeof(INX), 0, sizeof(IN));                             \
        else if (s[2] == si && s[3] == 0)                                                          \
            NAME##_run(n, p, sizeof(OUT), sizeof(INX), sizeof(IN), 0);                             \
        else if (s[2] == 0 && s[3] == 0)                                                           \
            NAME##_run(n, p, sizeof(OUT), sizeof(INX), 0, 0);                                      \
        else                                                                                       \
            NAME##_run(n, p, s[0], s[1], s[2], s[3]);                                              \
    }

/* The forms with streaming stores, of arguments without gaps or (not all) repeated: the result of a
 * few elements, whole lines, goes out at once, while arguments come in, and not by way of L1. */
#ifdef STREAM_VECTOR
#define STREAM_LINES(to, lines)                                                                    \
    for (size_t at = 0; at < sizeof(lines); at += 64)                                              \
    stream_line((to) + at, (char *)(lines) + at)
#define BINARY_STREAMING_LOOP(NAME, OUT, TYPE, RUN)                                                \
    ALWAYS_INLINE void NAME##_stream_run(size_t n, char *const *p, ptrdiff_t sx, ptrdiff_t sy)     \
    {                                                                                              \
        enum { TOGETHER = 64 / sizeof(OUT) };                                                      \
        char *to = p[0], *x = p[1], *y = p[2];                                                     \
        for (; n >= TOGETHER; n -= TOGETHER) {                                                     \
            _Alignas(64) OUT line[TOGETHER];                                                       \
            RUN(TOGETHER, (char *[]){(char *)line, x, y}, sizeof(OUT), sx, sy);                    \
            STREAM_LINES(to, line);                                                                \
            to += sizeof line, x += TOGETHER * sx, y += TOGETHER * sy;                             \
        }                                                                                          \
        if (n > 0)                                                                                 \
            RUN(n, (char *[]){to, x, y}, sizeof(OUT), sx, sy);                                     \
    }                                                                                              \
    static void NAME##_streaming(size_t n, char *const *p, const ptrdiff_t *s)                     \
    {                                                                                              \
        const ptrdiff_t size = sizeof(TYPE);                                                       \
        if (s[1] != 0 && s[2] != 0)                                                                \
            NAME##_stream_run(n, p, size, size);                                                   \
        else if (s[1] != 0)                                                                        \
            NAME##_stream_run(n, p, size, 0);                                                      \
        else                                                                                       \
            NAME##_stream_run(n, p, 0, size);                                                      \
    }
/* 64 elements together fill whole lines, whatever the size of each. */
#define UNARY_STREAMING_LOOP(NAME, OUT, IN)                                                        \
    static void NAME##_streaming(size_t n, char *const *p, const ptrdiff_t *s)                     \
    {                                                                                              \
        enum { TOGETHER = 64 };                                                                    \
        char *to = p[0], *x = p[1];                                                                \
        (void)s;                                                                                   \
        for (; n >= TOGETHER; n -= TOGETHER) {                                                     \
            _Alignas(64) OUT lines[TOGETHER];                                                      \
            NAME##_run(TOGETHER, (char *[]){(char *)lines, x}, sizeof(OUT), sizeof(IN));           \
            STREAM_LINES(to, lines);                                                               \
            to += sizeof lines, x += TOGETHER * sizeof(IN);                                        \
        }                                                                                          \
        NAME##_run(n, (char *[]){to, x}, sizeof(OUT), sizeof(IN));                                 \
    }
#define SELECT_STREAMING_LOOP(NAME, TYPE)                                                          \
    ALWAYS_INLINE void NAME##_stream_run(size_t n, char *const *p, ptrdiff_t sx, ptrdiff_t sy,     \
                                         ptrdiff_t sz)                                             \
    {                                                                                              \
        enum { TOGETHER = 64 };                                                                    \
        char *to = p[0], *x = p[1], *y = p[2], *z = p[3];                                          \
        for (; n >= TOGETHER; n -= TOGETHER) {                                                     \
            _Alignas(64) TYPE lines[TOGETHER];                                                     \
            NAME##_run(TOGETHER, (char *[]){(char *)lines, x, y, z}, sizeof(TYPE), sx, sy, sz);    \
            STREAM_LINES(to, lines);                                                               \
            to += sizeof lines, x += TOGETHER * sx, y += TOGETHER * sy, z += TOGETHER * sz;        \
        }                                                                                          \
        if (n > 0)                                                                                 \
            NAME##_run(n, (char *[]){to, x, y, z}, sizeof(TYPE), sx, sy, sz);                      \
    }                                                                                              \
    static void NAME##_streaming(size_t n, char *const *p, const ptrdiff_t *s)                     \
    {                                                                                              \
        const ptrdiff_t size = sizeof(TYPE);                                                       \
        if (s[1] == 0)                                                                             \
            NAME##_stream_run(n, p, 0, s[2], s[3]);                                                \
        else if (s[2] != 0 && s[3] != 0)                                                           \
            NAME##_stream_run(n, p, 1, size, size);                                                \
        else if (s[2] != 0)                                                                        \
            NAME##_stream_run(n, p, 1, size, 0);                                                   \
        else if (s[3] != 0)                                                                        \
            NAME##_stream_run(n, p, 1, 0, size);                                                   \
        else                                                                                       \
            NAME##_stream_run(n, p, 1, 0, 0);                                                      \
    }
#define STREAMING_SLOT(D, TYPE, name, ...)                                                         \
    SLOT(D, TYPE, name, ) kernels->streaming[ND_OP_##name][ND_##D] = name##_##D##_streaming;
#else
#define UNARY_STREAMING_LOOP(NAME, OUT, IN)
#define BINARY_STREAMING_LOOP(NAME, OUT, TYPE, RUN)
#define SELECT_STREAMING_LOOP(NAME, TYPE)
#define STREAMING_SLOT SLOT
#endif

/* Tests, whose results are bool, stream on CPUs with wide vectors; the baseline's go by blocks,
 * which spares a third of the longest compilation. */
#if VECTOR_BYTES > 16
#define TEST_STREAMING(...) __VA_ARGS__
#define TEST_SLOT STREAMING_SLOT
#else
#define TEST_STREAMING(...)
#define TEST_SLOT SLOT
#endif

/* Kernel lines (see *.def) expand to a loop for each dtype of the group. */
#define UNARY_KERNEL(D, TYPE, name, ...) UNARY_LOOP(name##_##D, TYPE, TYPE, __VA_ARGS__)
#define UNARY_TO_KERNEL(D, TYPE, name, OUT, ...) UNARY_LOOP(name##_##D, OUT, TYPE, __VA_ARGS__)
#define UNARY_TEST_KERNEL(D, TYPE, name, ...)                                                      \
    UNARY_LOOP(name##_##D, uint8_t, TYPE, __VA_ARGS__)                                             \
    TEST_STREAMING(UNARY_STREAMING_LOOP(name##_##D, uint8_t, TYPE))
#define BINARY_KERNEL(D, TYPE, name, ...)                                                          \
    BINARY_LOOP(name##_##D, TYPE, TYPE, __VA_ARGS__) SERIAL_LOOPS(name##_##D, TYPE, __VA_ARGS__)
#define BINARY_STREAMING_KERNEL(D, TYPE, name, ...)                                                \
    BINARY_KERNEL(D, TYPE, name, __VA_ARGS__)                                                      \
    BINARY_STREAMING_LOOP(name##_##D, TYPE, TYPE, name##_##D##_run)
/* The second argument, y, is an int64. */
#define BINARY_INTEGER_KERNEL(D, TYPE, name, ...)                                                  \
    MIXED_LOOP(name##_##D, TYPE, TYPE, int64_t, x, y, __VA_ARGS__)
#define BINARY_TEST_KERNEL(D, TYPE, name, ...)                                                     \
    BINARY_LOOP(name##_##D, uint8_t, TYPE, __VA_ARGS__)                                            \
    TEST_STREAMING(BINARY_STREAMING_LOOP(name##_##D, uint8_t, TYPE, name##_##D##_run))
#define UNARY_BLOCKS_KERNEL(D, TYPE, name, ...) UNARY_LOOP(name##_##D, uint8_t, TYPE, __VA_ARGS__)
#define BINARY_BLOCKS_KERNEL(D, TYPE, name, ...) BINARY_LOOP(name##_##D, uint8_t, TYPE, __VA_ARGS__)
/* x OP y of truths. The kernels of not_equal make bytes of numbers, those of bool do the rest:
 * narrowing stands once for each dtype, and not in each form of each operation. */
#ifdef NDI_REFERENCE
#define TRUTHS_KERNEL(D, TYPE, name, OP) BINARY_BLOCKS_KERNEL(D, TYPE, name, (x != 0) OP(y != 0))
#else
static inline void to_truths(size_t n, char *truths, char *x, ptrdiff_t stride, const void *zero,
                             ndi_kernel *not_equal)
{
    not_equal(stride != 0 ? n : 1, (char *[]){truths, x, (char *)zero},
              (ptrdiff_t[]){1, stride, 0});
    if (stride == 0)
        memset(truths, truths[0], n);
}
static inline void by_truths(size_t n, char *const *p, const ptrdiff_t *s, const void *zero,
                             ndi_kernel *not_equal, ndi_kernel *of_bools)
{
    enum { TOGETHER = 1024 };
    char x[TOGETHER], y[TOGETHER];
    for (size_t i = 0; i < n; i += TOGETHER) {
        const size_t count = n - i < TOGETHER ? n - i : TOGETHER;
        to_truths(count, x, p[1] + (ptrdiff_t)i * s[1], s[1], zero, not_equal);
        to_truths(count, y, p[2] + (ptrdiff_t)i * s[2], s[2], zero, not_equal);
        of_bools(count, (char *[]){p[0] + (ptrdiff_t)i * s[0], x, y}, (ptrdiff_t[]){s[0], 1, 1});
    }
}
#define TRUTHS_KERNEL(D, TYPE, name, OP)                                                           \
    static void name##_##D(size_t n, char *const *p, const ptrdiff_t *s)                           \
    {                                                                                              \
        if (sizeof(TYPE) == 1)                                                                     \
            name##_BOOL(n, p, s);                                                                  \
        else                                                                                       \
            by_truths(n, p, s, &(const TYPE){0}, not_equal_##D, name##_BOOL);                      \
    }
#endif
/* The kernels of `other` with their arguments exchanged. */
#define MIRROR_LOOP(NAME, OTHER)                                                                   \
    static void NAME(size_t n, char *const *p, const ptrdiff_t *s)                                 \
    {                                                                                              \
        OTHER(n, (char *[]){p[0], p[2], p[1]}, (ptrdiff_t[]){s[0], s[2], s[1]});                   \
    }
#define MIRROR_KERNEL(D, TYPE, name, other) MIRROR_LOOP(name##_##D, other##_##D)
#define MIRROR_TEST_KERNEL(D, TYPE, name, other)                                                   \
    MIRROR_LOOP(name##_##D, other##_##D)                                                           \
    TEST_STREAMING(MIRROR_LOOP(name##_##D##_streaming, other##_##D##_streaming))
#define TERNARY_KERNEL(D, TYPE, name, ...) TERNARY_LOOP(name##_##D, TYPE, TYPE, TYPE, __VA_ARGS__)
#define SELECT_KERNEL(D, TYPE, name, ...)                                                          \
    TERNARY_LOOP(name##_##D, TYPE, uint8_t, TYPE, __VA_ARGS__)                                     \
    SELECT_STREAMING_LOOP(name##_##D, TYPE)
#define SAME_SLOT(D, TYPE, name, other)                                                            \
    kernels->elementwise[ND_OP_##name][ND_##D] = kernels->elementwise[ND_OP_##other][ND_##D];      \
    kernels->serial[ND_OP_##name][ND_##D] = kernels->serial[ND_OP_##other][ND_##D];                \
    kernels->place[ND_OP_##name][ND_##D] = kernels->place[ND_OP_##other][ND_##D];
#define SLOT(D, TYPE, name, ...) kernels->elementwise[ND_OP_##name][ND_##D] = name##_##D;

#endif

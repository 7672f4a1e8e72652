/* Tests whose true results are counted in registers, and not stored; compiled once for each ISA. */
#include "kernels/loops.h"
#include "kernels/templates.h"

enum { COUNTED_BYTES = VECTOR_BYTES > 16 ? VECTOR_BYTES : 16, TOGETHER = 4 };

/* Lanes of counts are as wide as the elements, so that a comparison is one subtraction from them;
 * those of bytes are added up before they overflow. Vectors by hand: gcc would take two groups at a
 * time and load them in another order, which the prefetcher does not foresee. */
#define COUNT_LOOP(NAME, TYPE, ...)                                                                \
    typedef TYPE NAME##_vector                                                                     \
        __attribute__((vector_size(COUNTED_BYTES), aligned(sizeof(TYPE)), may_alias));             \
    ALWAYS_INLINE size_t NAME##_count_run(size_t n, const TYPE *px, const TYPE *py, bool repeats)  \
    {                                                                                              \
        typedef NAME##_vector vector;                                                              \
        typedef __typeof__((vector){0} == (vector){0}) flags;                                      \
        enum { lanes = COUNTED_BYTES / sizeof(TYPE), most = sizeof(TYPE) == 1 ? 255 : 4096 };      \
        const TYPE y0 = *py;                                                                       \
        size_t count = 0;                                                                          \
        for (size_t groups; (groups = n / (TOGETHER * lanes)) > 0;) {                              \
            flags counts[TOGETHER] = {{0}};                                                        \
            groups = groups < most ? groups : most;                                                \
            n -= groups * (TOGETHER * lanes);                                                      \
            for (; groups > 0; groups--) {                                                         \
                _Pragma("GCC unroll 4") for (int v = 0; v < TOGETHER; v++)                         \
                {                                                                                  \
                    const vector x = ((const vector *)px)[v];                                      \
                    vector y = y0 - (vector){0}; /* in every lane */                               \
                    if (!repeats)                                                                  \
                        y = ((const vector *)py)[v];                                               \
                    (void)y;                                                                       \
                    counts[v] -= (__VA_ARGS__);                                                    \
                }                                                                                  \
                px += TOGETHER * lanes;                                                            \
                py += repeats ? 0 : TOGETHER * lanes;                                              \
            }                                                                                      \
            UNSIGNED_OF(TYPE) each[TOGETHER * lanes];                                              \
            memcpy(each, counts, sizeof each);                                                     \
            for (int l = 0; l < TOGETHER * lanes; l++)                                             \
                count += each[l];                                                                  \
        }                                                                                          \
        for (size_t i = 0; i < n; i++) {                                                           \
            const TYPE x = px[i], y = repeats ? y0 : py[i];                                        \
            (void)y;                                                                               \
            count += (__VA_ARGS__) != 0;                                                           \
        }                                                                                          \
        return count;                                                                              \
    }
#define UNARY_COUNT(D, TYPE, name, ...)                                                            \
    COUNT_LOOP(name##_##D, TYPE, __VA_ARGS__)                                                      \
    static size_t name##_##D##_count(size_t n, char *const *p, const ptrdiff_t *s)                 \
    {                                                                                              \
        (void)s;                                                                                   \
        const TYPE *const x = (const TYPE *)p[0];                                                  \
        return n == 0 ? 0 : name##_##D##_count_run(n, x, x, true);                                 \
    }
#define BINARY_COUNT(D, TYPE, name, ...)                                                           \
    COUNT_LOOP(name##_##D, TYPE, __VA_ARGS__)                                                      \
    static size_t name##_##D##_count(size_t n, char *const *p, const ptrdiff_t *s)                 \
    {                                                                                              \
        const TYPE *const x = (const TYPE *)p[0], *const y = (const TYPE *)p[1];                   \
        return n == 0      ? 0                                                                     \
               : s[1] == 0 ? name##_##D##_count_run(n, x, y, true)                                 \
                           : name##_##D##_count_run(n, x, y, false);                               \
    }
#define COUNT_SLOT(D, TYPE, name, ...) kernels->count[ND_OP_##name][ND_##D] = name##_##D##_count;

#define KERNEL1_COUNTED(name, group, ...) ON_##group(UNARY_COUNT, name, __VA_ARGS__)
#define KERNEL2_COUNTED(name, group, ...) ON_##group(BINARY_COUNT, name, __VA_ARGS__)
#define KERNEL2_COUNTED_MIRROR(name, other, ...) KERNEL2_COUNTED(name, __VA_ARGS__)
#include "kernels/counted.def"
#undef KERNEL1_COUNTED
#undef KERNEL2_COUNTED

void NDI_ISA_NAME(ndi_fill_counts)(ndi_kernels *kernels)
{
#define KERNEL1_COUNTED(name, group, ...) ON_##group(COUNT_SLOT, name, )
#define KERNEL2_COUNTED(name, group, ...) ON_##group(COUNT_SLOT, name, )
#include "kernels/counted.def"
}

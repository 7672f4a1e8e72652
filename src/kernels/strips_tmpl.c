/* Wide leaves of floats over few columns, such as those of a tile; compiled once for each ISA.
 *
 * Accumulators stay in registers from the first row to the last: where the elements come from a
 * cache, the way of the general leaf through L1 shows (mean and deviation of 64 columns of doubles
 * in L3: 0.37 ns an element, 0.21 so). Each column is added up in the same order: same bits. */
#include "kernels/loops.h"
#include "kernels/templates.h"

#if VECTOR_BYTES < 16

void NDI_ISA_NAME(ndi_fill_strips)(ndi_kernels *kernels)
{
    (void)kernels;
}

#else

enum {
    STRIP = VECTOR_BYTES, /* columns: eight vectors of doubles, four of floats */
    MOST_BYTES = 1024,    /* of a row: longer ones are better read several at once */
};

/* Rows in whole strips that lie apart, as in a tile: else memory is read in one stream. */
static bool is_narrow(const ndi_leaf *leaf, size_t size)
{
    const size_t bytes = leaf->columns * size;
    return leaf->columns % STRIP == 0 && bytes <= MOST_BYTES &&
           leaf->column_stride == (ptrdiff_t)size && leaf->row_stride > 2 * (ptrdiff_t)bytes &&
           leaf->rows > 1;
}

#define UNROLLED(v, ACC) _Pragma("GCC unroll 8") for (size_t v = 0; v < sizeof(ACC); v++)
/* Vector v of a row as accumulators are; and a result's. */
#define ROW_VECTOR(TYPE, ACC, row, v)                                                              \
    __builtin_convertvector(((const strip_of_##TYPE##_as_##ACC *)(row))[v], vector_of_##ACC)
#define STATE_VECTOR(ACC, leaf, plane, first, v)                                                   \
    ((stored_##ACC *)((ACC *)(leaf)->state[plane] + (first)))[v]
#define STRIP_TYPES(TYPE, ACC)                                                                     \
    typedef TYPE strip_of_##TYPE##_as_##ACC                                                        \
        __attribute__((vector_size(VECTOR_BYTES / sizeof(ACC) * sizeof(TYPE)),                     \
                       aligned(sizeof(TYPE)), may_alias));
typedef double vector_of_double __attribute__((vector_size(VECTOR_BYTES)));
typedef float vector_of_float __attribute__((vector_size(VECTOR_BYTES)));
typedef double stored_double
    __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(double)), may_alias));
typedef float stored_float
    __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(float)), may_alias));
STRIP_TYPES(double, double)
STRIP_TYPES(float, double)
STRIP_TYPES(float, float)

/* Where rows begin in a line, their end: what lies before them has brought their beginning. */
#define FETCH(TYPE, row)                                                                           \
    for (size_t at = 63; at < 63 + STRIP * sizeof(TYPE); at += 64)                                 \
        __builtin_prefetch((row) + at, 0, 2);

/* One vector of accumulators and one of elements. */
#define ADD(ACC, a, x) a += (x);
#define MEET(ACC, a, x, OP)                                                                        \
    {                                                                                              \
        typedef __typeof__((x) == (x)) flags;                                                      \
        const flags takes = ((x)OP(a)) | ((x) != (x)); /* NaN too */                               \
        a = (vector_of_##ACC)(((flags)(x)&takes) | ((flags)(a) & ~takes));                         \
    }
#define LESSER(ACC, a, x) MEET(ACC, a, x, <)
#define GREATER(ACC, a, x) MEET(ACC, a, x, >)

#define STRIP_LEAF(NAME, KIND, D, TYPE, ACC, STEP)                                                 \
    static ndi_leaf_kernel *NAME##_##D##_general;                                                  \
    ALWAYS_INLINE void NAME##_##D##_strip(const ndi_leaf *leaf, size_t first, bool fetches)        \
    {                                                                                              \
        const char *row = leaf->data + first * sizeof(TYPE);                                       \
        vector_of_##ACC acc[sizeof(ACC)];                                                          \
        if (fetches)                                                                               \
            FETCH(TYPE, row + leaf->ahead)                                                         \
        UNROLLED(v, ACC) acc[v] = ROW_VECTOR(TYPE, ACC, row, v);                                   \
        for (size_t r = 1; r < leaf->rows; r++) {                                                  \
            row += leaf->row_stride;                                                               \
            if (fetches)                                                                           \
                FETCH(TYPE, row + leaf->ahead)                                                     \
            UNROLLED(v, ACC)                                                                       \
            {                                                                                      \
                const vector_of_##ACC x = ROW_VECTOR(TYPE, ACC, row, v);                           \
                STEP(ACC, acc[v], x)                                                               \
            }                                                                                      \
        }                                                                                          \
        UNROLLED(v, ACC) STATE_VECTOR(ACC, leaf, 0, first, v) = acc[v];                            \
    }                                                                                              \
    ALWAYS_INLINE void NAME##_##D##_strips(const ndi_leaf *leaf)                                   \
    {                                                                                              \
        for (size_t first = 0; first < leaf->columns; first += STRIP)                              \
            if (leaf->ahead)                                                                       \
                NAME##_##D##_strip(leaf, first, true);                                             \
            else                                                                                   \
                NAME##_##D##_strip(leaf, first, false);                                            \
    }                                                                                              \
    static void NAME##_##D##_wide(const ndi_leaf *leaf)                                            \
    {                                                                                              \
        if (is_narrow(leaf, sizeof(TYPE)))                                                         \
            NAME##_##D##_strips(leaf);                                                             \
        else                                                                                       \
            NAME##_##D##_general(leaf);                                                            \
    }

/* The deviations' squares in a second pass, which finds the rows in L1: so it asks for those of the
 * next leaf, as the first waits for the level 2 cache (standardised columns of 5000x5000 take 2 to
 * 4 % less). */
#define MOMENTS(D, TYPE)                                                                           \
    static ndi_leaf_kernel *moments_##D##_general;                                                 \
    ALWAYS_INLINE void moments_##D##_strip(const ndi_leaf *leaf, size_t first, bool fetches)       \
    {                                                                                              \
        const char *row = leaf->data + first * sizeof(TYPE);                                       \
        const double share = 1.0 / (double)leaf->rows;                                             \
        vector_of_double mean[sizeof(double)], total[sizeof(double)];                              \
        UNROLLED(v, double)                                                                        \
        {                                                                                          \
            mean[v] = STATE_VECTOR(double, leaf, 0, first, v) * share;                             \
            total[v] = (vector_of_double){0};                                                      \
        }                                                                                          \
        for (size_t r = 0; r < leaf->rows; r++, row += leaf->row_stride) {                         \
            if (fetches)                                                                           \
                FETCH(TYPE, row + leaf->ahead)                                                     \
            UNROLLED(v, double)                                                                    \
            {                                                                                      \
                const vector_of_double d = ROW_VECTOR(TYPE, double, row, v) - mean[v];             \
                total[v] += d * d;                                                                 \
            }                                                                                      \
        }                                                                                          \
        UNROLLED(v, double) STATE_VECTOR(double, leaf, 1, first, v) = total[v];                    \
    }                                                                                              \
    static void moments_##D##_wide(const ndi_leaf *leaf)                                           \
    {                                                                                              \
        if (!is_narrow(leaf, sizeof(TYPE))) {                                                      \
            moments_##D##_general(leaf);                                                           \
            return;                                                                                \
        }                                                                                          \
        for (size_t first = 0; first < leaf->columns; first += STRIP) {                            \
            sum_##D##_strip(leaf, first, false);                                                   \
            if (leaf->ahead)                                                                       \
                moments_##D##_strip(leaf, first, true);                                            \
            else                                                                                   \
                moments_##D##_strip(leaf, first, false);                                           \
        }                                                                                          \
    }

STRIP_LEAF(sum, SUM, FLOAT64, double, double, ADD)
STRIP_LEAF(sum, SUM, FLOAT32, float, double, ADD)
STRIP_LEAF(min, MIN, FLOAT64, double, double, LESSER)
STRIP_LEAF(min, MIN, FLOAT32, float, float, LESSER)
STRIP_LEAF(max, MAX, FLOAT64, double, double, GREATER)
STRIP_LEAF(max, MAX, FLOAT32, float, float, GREATER)
MOMENTS(FLOAT64, double)
MOMENTS(FLOAT32, float)

#define STRIP_SLOT(NAME, KIND, D)                                                                  \
    NAME##_##D##_general = kernels->reduce[NDI_REDUCE_##KIND][ND_##D].wide;                        \
    kernels->reduce[NDI_REDUCE_##KIND][ND_##D].wide = NAME##_##D##_wide;
#define STRIP_SLOTS(D)                                                                             \
    STRIP_SLOT(sum, SUM, D)                                                                        \
    STRIP_SLOT(min, MIN, D)                                                                        \
    STRIP_SLOT(max, MAX, D)                                                                        \
    STRIP_SLOT(moments, MOMENTS, D)

/* After the leaves of all widths, to which these leave what they do not take. */
void NDI_ISA_NAME(ndi_fill_strips)(ndi_kernels *kernels)
{
    STRIP_SLOTS(FLOAT64)
    STRIP_SLOTS(FLOAT32)
}

#endif

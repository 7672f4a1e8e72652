/* Leaves and tree steps of the reductions; compiled once for each ISA.
 *
 * The order is fixed by kernel.h. Reductions whose order cannot show (integers, minimum, logic) use
 * as many lanes as suit the vectors. */
#include "kernels/loops.h"
#include "kernels/positions.h"
#include "kernels/templates.h"

#define OPTIMAL_LANES(TYPE) (256 / sizeof(TYPE))

/* Lanes l and l + half meet, until lane 0 of each column holds all. One step for each power of two,
 * so that lengths are constants: a loop over them costs more than the elements of a chunk of int8.
 */
#define HALVE(acc, lanes, pitch, columns, half, COMBINE)                                           \
    if ((lanes) > (half))                                                                          \
        for (size_t l = 0; l < (half); l++)                                                        \
            IVDEP                                                                                  \
    for (size_t c = 0; c < (columns); c++)                                                         \
        acc[l * (pitch) + c] = COMBINE(acc[l * (pitch) + c], acc[(l + (half)) * (pitch) + c]);
#define LANE_TREE(acc, lanes, pitch, columns, COMBINE)                                             \
    _Static_assert((lanes) <= 256, "a step for each power of two");                                \
    HALVE(acc, lanes, pitch, columns, 128, COMBINE)                                                \
    HALVE(acc, lanes, pitch, columns, 64, COMBINE)                                                 \
    HALVE(acc, lanes, pitch, columns, 32, COMBINE)                                                 \
    HALVE(acc, lanes, pitch, columns, 16, COMBINE)                                                 \
    HALVE(acc, lanes, pitch, columns, 8, COMBINE)                                                  \
    HALVE(acc, lanes, pitch, columns, 4, COMBINE)                                                  \
    HALVE(acc, lanes, pitch, columns, 2, COMBINE)                                                  \
    HALVE(acc, lanes, pitch, columns, 1, COMBINE)

/* A reduction by one associative step: STEP(accumulator, value), COMBINE of two accumulators.
 * Elements of type IN accumulate as ACC, after CONVERT. */
#define SIMPLE_WHOLE(NAME, IN, ACC, LANES, IDENTITY, CONVERT, STEP, COMBINE)                       \
    /* n: a multiple of the lanes, which then stay in registers. */                                \
    ALWAYS_INLINE ACC NAME##_whole(const IN *x, size_t n)                                          \
    {                                                                                              \
        enum { lanes = LANES };                                                                    \
        ACC acc[lanes];                                                                            \
        for (size_t l = 0; l < lanes; l++)                                                         \
            acc[l] = IDENTITY;                                                                     \
        size_t i = 0;                                                                              \
        do {                                                                                       \
            for (size_t l = 0; l < lanes; l++)                                                     \
                acc[l] = STEP(acc[l], CONVERT(x[i + l]));                                          \
        } while ((i += lanes) != n);                                                               \
        LANE_TREE(acc, lanes, 1, 1, COMBINE)                                                       \
        return acc[0];                                                                             \
    }

/* WHOLES: BY_WHOLE, or BY_LANES for rows that are worth no code of their own. */
#define BY_LANES(NAME, IN, ACC)
#define BY_WHOLE(NAME, IN, ACC)                                                                    \
    if (leaf->row_stride == sizeof(IN) && leaf->rows % lanes == 0) {                               \
        *(ACC *)leaf->state[0] = NAME##_whole((const IN *)leaf->data, leaf->rows);                 \
        return;                                                                                    \
    }
#define SIMPLE_LEAVES(WHOLES, NAME, IN, ACC, LANES, IDENTITY, CONVERT, STEP, COMBINE)              \
    static void NAME##_row(const ndi_leaf *leaf)                                                   \
    {                                                                                              \
        enum { lanes = LANES };                                                                    \
        WHOLES(NAME, IN, ACC)                                                                      \
        ACC acc[lanes];                                                                            \
        for (size_t l = 0; l < lanes; l++)                                                         \
            acc[l] = IDENTITY;                                                                     \
        const size_t n = leaf->rows;                                                               \
        size_t i = 0;                                                                              \
        if (leaf->row_stride == sizeof(IN)) {                                                      \
            const IN *x = (const IN *)leaf->data;                                                  \
            for (; i + lanes <= n; i += lanes)                                                     \
                for (size_t l = 0; l < lanes; l++)                                                 \
                    acc[l] = STEP(acc[l], CONVERT(x[i + l]));                                      \
            for (size_t l = 0; l < n - i; l++)                                                     \
                acc[l] = STEP(acc[l], CONVERT(x[i + l]));                                          \
        } else {                                                                                   \
            for (; i < n; i++) {                                                                   \
                const IN x = *(const IN *)(leaf->data + (ptrdiff_t)i * leaf->row_stride);          \
                acc[i % lanes] = STEP(acc[i % lanes], CONVERT(x));                                 \
            }                                                                                      \
        }                                                                                          \
        LANE_TREE(acc, lanes, 1, 1, COMBINE)                                                       \
        *(ACC *)leaf->state[0] = acc[0];                                                           \
    }

#define SIMPLE_COLUMNS(NAME, IN, ACC, LANES, IDENTITY, CONVERT, STEP, COMBINE)                     \
    static void NAME##_column(const ndi_leaf *leaf)                                                \
    {                                                                                              \
        enum { lanes = LANES };                                                                    \
        ACC acc[lanes * NDI_COLUMN_TILE];                                                          \
        const size_t columns = leaf->columns, rows = leaf->rows;                                   \
        const ptrdiff_t row_stride = leaf->row_stride, column_stride = leaf->column_stride;        \
        for (size_t j = 0; j < lanes * columns; j++)                                               \
            acc[j] = IDENTITY;                                                                     \
        size_t r = 0;                                                                              \
        if (column_stride == sizeof(IN) && row_stride == (ptrdiff_t)(columns * sizeof(IN)))        \
            for (; r + lanes <= rows; r += lanes) { /* whole groups of rows are one run */         \
                const IN *x = (const IN *)(leaf->data + (ptrdiff_t)r * row_stride);                \
                IVDEP                                                                              \
                for (size_t j = 0; j < lanes * columns; j++)                                       \
                    acc[j] = STEP(acc[j], CONVERT(x[j]));                                          \
            }                                                                                      \
        for (; r < rows; r++) {                                                                    \
            ACC *to = acc + r % lanes * columns;                                                   \
            const char *from = leaf->data + (ptrdiff_t)r * row_stride;                             \
            if (column_stride == sizeof(IN)) {                                                     \
                const IN *x = (const IN *)from;                                                    \
                IVDEP                                                                              \
                for (size_t c = 0; c < columns; c++)                                               \
                    to[c] = STEP(to[c], CONVERT(x[c]));                                            \
            } else {                                                                               \
                for (size_t c = 0; c < columns; c++) {                                             \
                    const IN x = *(const IN *)(from + (ptrdiff_t)c * column_stride);               \
                    to[c] = STEP(to[c], CONVERT(x));                                               \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
        LANE_TREE(acc, lanes, columns, columns, COMBINE)                                           \
        ACC *out = leaf->state[0];                                                                 \
        for (size_t c = 0; c < columns; c++)                                                       \
            out[c] = acc[c];                                                                       \
    }                                                                                              \
    static void NAME##_combine(size_t columns, void *const *a, double na, void *const *b,          \
                               double nb)                                                          \
    {                                                                                              \
        (void)na, (void)nb;                                                                        \
        ACC *left = a[0];                                                                          \
        const ACC *right = b[0];                                                                   \
        for (size_t c = 0; c < columns; c++)                                                       \
            left[c] = COMBINE(left[c], right[c]);                                                  \
    }

/* The wide leaf takes eight rows at once: the hardware foresees as many streams, and accumulators
 * go through L1 an eighth as often (5000 x 5000 doubles: 6.2 ms, 10 row by row; a plain read 5.9).
 * Elements are still added in the order of the rows. */
enum { ROWS_TOGETHER = 8 };
#define UNROLL_ROWS _Pragma("GCC unroll 8") /* before the loop around it is vectorised */
#define ELEMENT(TYPE, from, r, row_stride, c, stride)                                              \
    (*(const TYPE *)((from) + (ptrdiff_t)(r) * (row_stride) + (ptrdiff_t)(c) * (stride)))

#define SIMPLE_WIDE(NAME, IN, ACC, CONVERT, STEP)                                                  \
    WIDE_BY(ROWS_TOGETHER, NAME, IN, ACC, CONVERT, STEP)
/* TOGETHER: how many rows at once; fewer for what is rare, or whose accumulators are a small part
 * of what is read. These have no forms of their own for few elements side by side. */
#define WIDE_BY(TOGETHER, NAME, IN, ACC, CONVERT, STEP)                                            \
    ALWAYS_INLINE void NAME##_wide_rows(size_t columns, ACC *acc, const char *from,                \
                                        ptrdiff_t row_stride, ptrdiff_t stride, int rows,          \
                                        bool begins)                                               \
    {                                                                                              \
        IVDEP                                                                                      \
        for (size_t c = 0; c < columns; c++) {                                                     \
            ACC a = begins ? CONVERT(ELEMENT(IN, from, 0, row_stride, c, stride)) : acc[c];        \
            UNROLL_ROWS                                                                            \
            for (int r = begins; r < rows; r++) {                                                  \
                const ACC x = CONVERT(ELEMENT(IN, from, r, row_stride, c, stride));                \
                a = STEP(a, x);                                                                    \
            }                                                                                      \
            acc[c] = a;                                                                            \
        }                                                                                          \
    }                                                                                              \
    /* Rows `first` to `last` - 1 of some columns, whose accumulators stay in registers. */        \
    ALWAYS_INLINE void NAME##_wide_some(ACC *acc, const char *from, ptrdiff_t row_stride,          \
                                        size_t first, size_t last)                                 \
    {                                                                                              \
        enum { lanes = 4 * VECTOR_BYTES / sizeof(ACC) };                                           \
        ACC a[lanes];                                                                              \
        for (size_t l = 0; l < lanes; l++)                                                         \
            a[l] = first == 0 ? CONVERT(((const IN *)from)[l]) : acc[l];                           \
        for (size_t r = first + (first == 0); r < last; r++) {                                     \
            const IN *const x = (const IN *)(from + (ptrdiff_t)r * row_stride);                    \
            for (size_t l = 0; l < lanes; l++)                                                     \
                a[l] = STEP(a[l], CONVERT(x[l]));                                                  \
        }                                                                                          \
        for (size_t l = 0; l < lanes; l++)                                                         \
            acc[l] = a[l];                                                                         \
    }                                                                                              \
    static void NAME##_wide_row(size_t columns, ACC *acc, const char *from, ptrdiff_t stride,      \
                                bool begins)                                                       \
    {                                                                                              \
        for (size_t c = 0; c < columns; c++) {                                                     \
            const ACC x = CONVERT(ELEMENT(IN, from, 0, 0, c, stride));                             \
            acc[c] = begins ? x : STEP(acc[c], x);                                                 \
        }                                                                                          \
    }                                                                                              \
    static void NAME##_wide(const ndi_leaf *leaf)                                                  \
    {                                                                                              \
        enum { lanes = 4 * VECTOR_BYTES / sizeof(ACC) };                                           \
        const int together = (TOGETHER);                                                           \
        ACC *acc = leaf->state[0];                                                                 \
        const size_t columns = leaf->columns;                                                      \
        const ptrdiff_t row_stride = leaf->row_stride, stride = leaf->column_stride;               \
        const char *from = leaf->data;                                                             \
        size_t r = 0, done = 0;                                                                    \
        if (together == ROWS_TOGETHER && row_stride == sizeof(IN) && leaf->rows >= 2 &&            \
            leaf->rows <= 4 && stride == (ptrdiff_t)(leaf->rows * sizeof(IN))) {                   \
            if (leaf->rows == 2)                                                                   \
                NAME##_wide_rows(columns, acc, from, sizeof(IN), 2 * sizeof(IN), 2, true);         \
            else if (leaf->rows == 3)                                                              \
                NAME##_wide_rows(columns, acc, from, sizeof(IN), 3 * sizeof(IN), 3, true);         \
            else                                                                                   \
                NAME##_wide_rows(columns, acc, from, sizeof(IN), 4 * sizeof(IN), 4, true);         \
            return;                                                                                \
        }                                                                                          \
        if (leaf->ahead && stride == sizeof(IN) && leaf->rows % together == 0 &&                   \
            columns % (64 / sizeof(IN)) == 0) {                                                    \
            for (; r < leaf->rows; r += together) {                                                \
                const char *row = from + (ptrdiff_t)r * row_stride + leaf->ahead, *next = row;     \
                for (size_t c = 0; c < columns; c += 64 / sizeof(IN)) {                            \
                    const char *const line =                                                       \
                        from + (ptrdiff_t)r * row_stride + (ptrdiff_t)(c * sizeof(IN));            \
                    for (int i = 0; i < together; i++) {                                           \
                        __builtin_prefetch(next, 0, 2); /* row after row, as memory likes it */    \
                        next += 64;                                                                \
                        if (next == row + columns * sizeof(IN))                                    \
                            next = row += row_stride;                                              \
                    }                                                                              \
                    if (r == 0)                                                                    \
                        NAME##_wide_rows(64 / sizeof(IN), acc + c, line, row_stride, sizeof(IN),   \
                                         together, true);                                          \
                    else                                                                           \
                        NAME##_wide_rows(64 / sizeof(IN), acc + c, line, row_stride, sizeof(IN),   \
                                         together, false);                                         \
                }                                                                                  \
            }                                                                                      \
            return;                                                                                \
        }                                                                                          \
        if (stride == sizeof(IN)) {                                                                \
            for (; r + together <= leaf->rows; r += together) {                                    \
                const char *const row = from + (ptrdiff_t)r * row_stride;                          \
                if (r == 0)                                                                        \
                    NAME##_wide_rows(columns, acc, row, row_stride, sizeof(IN), together, true);   \
                else                                                                               \
                    NAME##_wide_rows(columns, acc, row, row_stride, sizeof(IN), together, false);  \
            }                                                                                      \
            for (; together > 1 && done + lanes <= columns && r < leaf->rows; done += lanes)       \
                NAME##_wide_some(acc + done, from + (ptrdiff_t)(done * sizeof(IN)), row_stride, r, \
                                 leaf->rows);                                                      \
        }                                                                                          \
        for (; r < leaf->rows; r++)                                                                \
            NAME##_wide_row(columns - done, acc + done,                                            \
                            from + (ptrdiff_t)r * row_stride + (ptrdiff_t)done * stride, stride,   \
                            r == 0);                                                               \
    }

#define SIMPLE_REDUCTION(NAME, IN, ACC, ROW_LANES, COLUMN_LANES, IDENTITY, CONVERT, STEP, COMBINE) \
    SIMPLE_WIDE(NAME, IN, ACC, CONVERT, STEP)                                                      \
    SIMPLE_LEAVES(BY_LANES, NAME, IN, ACC, ROW_LANES, IDENTITY, CONVERT, STEP, COMBINE)            \
    SIMPLE_COLUMNS(NAME, IN, ACC, COLUMN_LANES, IDENTITY, CONVERT, STEP, COMBINE)
/* The same, with a NAME##_whole that is there already. */
#define WHOLE_REDUCTION(NAME, IN, ACC, ROW_LANES, COLUMN_LANES, IDENTITY, CONVERT, STEP, COMBINE)  \
    SIMPLE_WIDE(NAME, IN, ACC, CONVERT, STEP)                                                      \
    SIMPLE_LEAVES(BY_WHOLE, NAME, IN, ACC, ROW_LANES, IDENTITY, CONVERT, STEP, COMBINE)            \
    SIMPLE_COLUMNS(NAME, IN, ACC, COLUMN_LANES, IDENTITY, CONVERT, STEP, COMBINE)

#define ITSELF(x) (x)
#define PLUS(a, x) ((a) + (x))
#define TIMES(a, x) ((a) * (x))
#define OR(a, x) ((a) | (x))
#define AND(a, x) ((a) & (x))
#define LESSER(a, x) ((x) < (a) ? (x) : (a))
#define GREATER(a, x) ((x) > (a) ? (x) : (a))
/* NaN once met stays: nothing is less or greater. Selections one after the other, which vectorise;
 * one of a condition with NaNs in it does not. */
#define BETTER_OR_NAN(a, x, OP)                                                                    \
    __extension__({                                                                                \
        const __typeof__(a) better_ = (x)OP(a) ? (x) : (a);                                        \
        (x) != (x) ? (x) : better_;                                                                \
    })
#define LESSER_OR_NAN(a, x) BETTER_OR_NAN(a, x, <)
#define GREATER_OR_NAN(a, x) BETTER_OR_NAN(a, x, >)
/* The other way: a NaN counts only until there is a number. */
#define BETTER_NUMBER(a, x, OP)                                                                    \
    __extension__({                                                                                \
        const __typeof__(a) better_ = (x)OP(a) ? (x) : (a);                                        \
        (a) != (a) ? (x) : better_;                                                                \
    })
#define LESSER_NUMBER(a, x) BETTER_NUMBER(a, x, <)
#define GREATER_NUMBER(a, x) BETTER_NUMBER(a, x, >)
#define IS_TRUE(x) ((x) != 0)
#define COMPLEX_TIMES(a, x)                                                                        \
    __builtin_complex(PRODUCT(__real__(a) * __real__(x)) - PRODUCT(__imag__(a) * __imag__(x)),     \
                      PRODUCT(__real__(a) * __imag__(x)) + PRODUCT(__imag__(a) * __real__(x)))
#define COMPLEX_NAN(x) ((__real__(x) != __real__(x)) | (__imag__(x) != __imag__(x)))
#define COMPLEX_BEFORE(x, y, OP)                                                                   \
    ((__real__(x) OP __real__(y)) |                                                                \
     ((__real__(x) == __real__(y)) & (__imag__(x) OP## = __imag__(y))))
#define COMPLEX_LESSER(a, x)                                                                       \
    ((COMPLEX_NAN(a) || (!COMPLEX_NAN(x) && COMPLEX_BEFORE(a, x, <))) ? (a) : (x))
#define COMPLEX_GREATER(a, x)                                                                      \
    ((COMPLEX_NAN(a) || (!COMPLEX_NAN(x) && COMPLEX_BEFORE(a, x, >))) ? (a) : (x))
#define COMPLEX_LESSER_NUMBER(a, x)                                                                \
    ((COMPLEX_NAN(a) || (!COMPLEX_NAN(x) && COMPLEX_BEFORE(x, a, <))) ? (x) : (a))
#define COMPLEX_GREATER_NUMBER(a, x)                                                               \
    ((COMPLEX_NAN(a) || (!COMPLEX_NAN(x) && COMPLEX_BEFORE(x, a, >))) ? (x) : (a))

/* ---- Sums and products. Integers in 64 bits that wrap, in which a sign is only seen as a narrow
 * one is widened; float32 in float64, where order hardly matters; the floats keep to NDI_LANES.
 * -0.0 is the identity that keeps a sum of -0.0 negative. ---- */

#define SUM_INTEGER(D, TYPE)                                                                       \
    SIMPLE_REDUCTION(sum_##D, TYPE, uint64_t, OPTIMAL_LANES(uint64_t), 1, 0, (uint64_t), PLUS, PLUS)
#define PROD_INTEGER(D, TYPE)                                                                      \
    WIDE_BY(sizeof(TYPE) < 4 ? 1 : ROWS_TOGETHER, prod_##D, TYPE, uint64_t, (uint64_t), TIMES)     \
    SIMPLE_LEAVES(BY_LANES, prod_##D, TYPE, uint64_t, OPTIMAL_LANES(uint64_t), 1, (uint64_t),      \
                  TIMES, TIMES)                                                                    \
    SIMPLE_COLUMNS(prod_##D, TYPE, uint64_t, 1, 1, (uint64_t), TIMES, TIMES)

#include "kernels/whole_sums.h"

#define FLOAT_SUMS(D, TYPE, WIDE)                                                                  \
    SUM_WHOLE_##D()                                                                                \
        WHOLE_REDUCTION(sum_##D, TYPE, WIDE, NDI_LANES, NDI_LANES, (WIDE)-0.0, (WIDE), PLUS, PLUS) \
            SIMPLE_REDUCTION(prod_##D, TYPE, WIDE, NDI_LANES, NDI_LANES, 1, (WIDE), TIMES, TIMES)

PROD_INTEGER(BOOL, uint8_t)
PROD_INTEGER(INT8, int8_t)
PROD_INTEGER(INT16, int16_t)
PROD_INTEGER(INT32, int32_t)
PROD_INTEGER(INT64, uint64_t)
PROD_INTEGER(UINT8, uint8_t)
PROD_INTEGER(UINT16, uint16_t)
PROD_INTEGER(UINT32, uint32_t)
PROD_INTEGER(UINT64, uint64_t)
SUM_INTEGER(INT32, int32_t)
SUM_INTEGER(INT64, uint64_t)
SUM_INTEGER(UINT32, uint32_t)
SUM_INTEGER(UINT64, uint64_t)
ON_FLOATS(FLOAT_SUMS, double)
#define MINUS_ZEROS __builtin_complex(-0.0, -0.0)
typedef float pair_of_float __attribute__((vector_size(8), aligned(4), may_alias));
typedef double pair_of_double __attribute__((vector_size(16), aligned(8), may_alias));
/* Rows are added up by parts, twice as many lanes of real numbers: lanes of complex ones do not
 * stay in registers (10,000 of complex128 take 8.8 us so, 2.5 by parts). */
#define COMPLEX_SUM_ROW(NAME, REAL)                                                                \
    static void NAME##_row(const ndi_leaf *leaf)                                                   \
    {                                                                                              \
        enum { lanes = NDI_LANES, parts = 2 * NDI_LANES };                                         \
        double acc[parts];                                                                         \
        for (size_t l = 0; l < parts; l++)                                                         \
            acc[l] = -0.0;                                                                         \
        const bool contiguous = leaf->row_stride == 2 * sizeof(REAL);                              \
        const size_t n = leaf->rows, whole = contiguous ? n - n % lanes : 0;                       \
        const REAL *x = (const REAL *)leaf->data;                                                  \
        for (size_t i = 0; i < whole; i += lanes, x += parts)                                      \
            for (size_t l = 0; l < parts; l++)                                                     \
                acc[l] += (double)x[l];                                                            \
        double rest[parts]; /* of its own, so that the others are not in memory */                 \
        memcpy(rest, acc, sizeof rest);                                                            \
        for (size_t i = whole; i < n; i += lanes)                                                  \
            for (size_t l = 0; l < (n - i < lanes ? n - i : lanes); l++)                           \
                *(pair_of_double *)(rest + 2 * l) += __builtin_convertvector(                      \
                    *(const pair_of_##REAL *)(leaf->data + (ptrdiff_t)(i + l) * leaf->row_stride), \
                    pair_of_double);                                                               \
        LANE_TREE(rest, lanes, 2, 2, PLUS)                                                         \
        *(complex128 *)leaf->state[0] = __builtin_complex(rest[0], rest[1]);                       \
    }
#define COMPLEX_SUMS(D, TYPE, REAL)                                                                \
    COMPLEX_SUM_ROW(sum_##D, REAL)                                                                 \
    SIMPLE_WIDE(sum_##D, TYPE, complex128, (complex128), PLUS)                                     \
    SIMPLE_COLUMNS(sum_##D, TYPE, complex128, NDI_LANES, MINUS_ZEROS, (complex128), PLUS, PLUS)    \
    SIMPLE_REDUCTION(prod_##D, TYPE, complex128, NDI_LANES, NDI_LANES, 1, (complex128),            \
                     COMPLEX_TIMES, COMPLEX_TIMES)
ON_COMPLEX64(COMPLEX_SUMS, float)
ON_COMPLEX128(COMPLEX_SUMS, double)

#define LARGEST_OF(TYPE)                                                                           \
    ((TYPE)-1 > 0 ? (TYPE)-1 : (TYPE)(((uint64_t)1 << (8 * sizeof(TYPE) - 1)) - 1))

/* A row of small whole numbers adds up in lanes LANE, several times as many to a vector as WIDE. An
 * exact chunk gives a lane few enough to hold, none above MOST; what the lanes hold together is
 * WIDE. */
#define NARROW_ROW(NAME, TYPE, LANE, WIDE, MOST, CONVERT)                                          \
    static void NAME##_row(const ndi_leaf *leaf)                                                   \
    {                                                                                              \
        enum { lanes = OPTIMAL_LANES(LANE) };                                                      \
        _Static_assert(NDI_CHUNK_BYTES / sizeof(TYPE) / lanes <= LARGEST_OF(LANE) / (MOST),        \
                       "a lane holds the sum of its elements");                                    \
        WIDE sum = 0;                                                                              \
        const size_t n = leaf->rows;                                                               \
        size_t i = 0;                                                                              \
        if (leaf->row_stride == sizeof(TYPE)) {                                                    \
            LANE acc[lanes] = {0};                                                                 \
            const TYPE *x = (const TYPE *)leaf->data;                                              \
            for (; i + lanes <= n; i += lanes)                                                     \
                for (size_t l = 0; l < lanes; l++)                                                 \
                    acc[l] += (LANE)CONVERT(x[i + l]);                                             \
            for (size_t l = 0; l < lanes; l++)                                                     \
                sum += acc[l];                                                                     \
        }                                                                                          \
        for (; i < n; i++)                                                                         \
            sum += CONVERT(*(const TYPE *)(leaf->data + (ptrdiff_t)i * leaf->row_stride));         \
        *(WIDE *)leaf->state[0] = sum;                                                             \
    }

/* Narrow integers. Columns add up in the next width that holds a whole chunk (1024 times 8 or 16
 * bits fit 32), and are widened once a chunk. */
#define NARROW_SUM(D, TYPE, LANE, MIDDLE, WIDE)                                                    \
    NARROW_ROW(sum_##D, TYPE, LANE, WIDE, LARGEST_OF(TYPE) + 1, ITSELF)                            \
    SIMPLE_WIDE(sum_##D, TYPE, WIDE, (WIDE), PLUS)                                                 \
    SIMPLE_COLUMNS(narrow_sum_##D, TYPE, MIDDLE, 1, 0, (MIDDLE), PLUS, PLUS)                       \
    static void sum_##D##_column(const ndi_leaf *leaf)                                             \
    {                                                                                              \
        MIDDLE sum[NDI_COLUMN_TILE];                                                               \
        ndi_leaf narrow = *leaf;                                                                   \
        narrow.state[0] = sum;                                                                     \
        narrow_sum_##D##_column(&narrow);                                                          \
        for (size_t c = 0; c < leaf->columns; c++)                                                 \
            ((WIDE *)leaf->state[0])[c] = sum[c];                                                  \
    }                                                                                              \
    static void sum_##D##_combine(size_t columns, void *const *a, double na, void *const *b,       \
                                  double nb)                                                       \
    {                                                                                              \
        (void)na, (void)nb, (void)narrow_sum_##D##_combine;                                        \
        for (size_t c = 0; c < columns; c++)                                                       \
            ((WIDE *)a[0])[c] += ((const WIDE *)b[0])[c];                                          \
    }
NARROW_SUM(BOOL, uint8_t, uint16_t, uint32_t, uint64_t)
NARROW_SUM(INT8, int8_t, int16_t, int32_t, int64_t)
NARROW_SUM(INT16, int16_t, int32_t, int32_t, int64_t)
NARROW_SUM(UINT8, uint8_t, uint16_t, uint32_t, uint64_t)
NARROW_SUM(UINT16, uint16_t, uint32_t, uint32_t, uint64_t)

/* ---- Smallest and largest ---- */

#define LOWEST_OF(TYPE) ((TYPE)-1 > 0 ? 0 : (TYPE)((uint64_t)1 << (8 * sizeof(TYPE) - 1)))
#define EXTREMES_EXACT(D, TYPE, ...)                                                               \
    SIMPLE_REDUCTION(min_##D, TYPE, TYPE, OPTIMAL_LANES(TYPE), 1, LARGEST_OF(TYPE), ITSELF,        \
                     LESSER, LESSER)                                                               \
    SIMPLE_REDUCTION(max_##D, TYPE, TYPE, OPTIMAL_LANES(TYPE), 1, LOWEST_OF(TYPE), ITSELF,         \
                     GREATER, GREATER)
/* Where there are FMAs one sum of products with zero finds whether there is a NaN (or an infinity,
 * which is rare) among the elements, in place of a test and a selection for each. */
#ifdef __FMA__
#define EXTREME_WHOLE(NAME, TYPE, LANES, IDENTITY, BETTER, BETTER_OR_NAN)                          \
    SIMPLE_WHOLE(NAME##_or_nan, TYPE, TYPE, LANES, IDENTITY, ITSELF, BETTER_OR_NAN, BETTER_OR_NAN) \
    ALWAYS_INLINE TYPE NAME##_whole(const TYPE *x, size_t n)                                       \
    {                                                                                              \
        enum { lanes = LANES };                                                                    \
        TYPE acc[lanes], odd[lanes];                                                               \
        for (size_t l = 0; l < lanes; l++)                                                         \
            acc[l] = IDENTITY, odd[l] = 0;                                                         \
        size_t i = 0;                                                                              \
        do {                                                                                       \
            for (size_t l = 0; l < lanes; l++) {                                                   \
                acc[l] = BETTER(acc[l], x[i + l]);                                                 \
                odd[l] = FMA(x[i + l], (TYPE)0, odd[l]);                                           \
            }                                                                                      \
        } while ((i += lanes) != n);                                                               \
        LANE_TREE(odd, lanes, 1, 1, PLUS)                                                          \
        if (odd[0] != 0)                                                                           \
            return NAME##_or_nan_whole(x, n);                                                      \
        LANE_TREE(acc, lanes, 1, 1, BETTER)                                                        \
        return acc[0];                                                                             \
    }
#define FMA(x, y, z) (sizeof(x) == 8 ? __builtin_fma(x, y, z) : __builtin_fmaf(x, y, z))
#else
#define EXTREME_WHOLE(NAME, TYPE, LANES, IDENTITY, BETTER, BETTER_OR_NAN)                          \
    SIMPLE_WHOLE(NAME, TYPE, TYPE, LANES, IDENTITY, ITSELF, BETTER_OR_NAN, BETTER_OR_NAN)
#endif
#define EXTREMES_FLOAT(D, TYPE, ...)                                                               \
    EXTREME_WHOLE(min_##D, TYPE, OPTIMAL_LANES(TYPE), (TYPE)INFINITY, LESSER, LESSER_OR_NAN)       \
    WHOLE_REDUCTION(min_##D, TYPE, TYPE, OPTIMAL_LANES(TYPE), 1, (TYPE)INFINITY, ITSELF,           \
                    LESSER_OR_NAN, LESSER_OR_NAN)                                                  \
    EXTREME_WHOLE(max_##D, TYPE, OPTIMAL_LANES(TYPE), (TYPE)-INFINITY, GREATER, GREATER_OR_NAN)    \
    WHOLE_REDUCTION(max_##D, TYPE, TYPE, OPTIMAL_LANES(TYPE), 1, (TYPE)-INFINITY, ITSELF,          \
                    GREATER_OR_NAN, GREATER_OR_NAN)                                                \
    SIMPLE_REDUCTION(fmin_##D, TYPE, TYPE, OPTIMAL_LANES(TYPE), 1, (TYPE)NAN, ITSELF,              \
                     LESSER_NUMBER, LESSER_NUMBER)                                                 \
    SIMPLE_REDUCTION(fmax_##D, TYPE, TYPE, OPTIMAL_LANES(TYPE), 1, (TYPE)NAN, ITSELF,              \
                     GREATER_NUMBER, GREATER_NUMBER)
#define EXTREMES_COMPLEX(D, TYPE, REAL)                                                            \
    SIMPLE_REDUCTION(min_##D, TYPE, TYPE, 1, 1, __builtin_complex((REAL)INFINITY, (REAL)INFINITY), \
                     ITSELF, COMPLEX_LESSER, COMPLEX_LESSER)                                       \
    SIMPLE_REDUCTION(max_##D, TYPE, TYPE, 1, 1,                                                    \
                     __builtin_complex((REAL)-INFINITY, (REAL)-INFINITY), ITSELF, COMPLEX_GREATER, \
                     COMPLEX_GREATER)                                                              \
    SIMPLE_REDUCTION(fmin_##D, TYPE, TYPE, 1, 1, __builtin_complex((REAL)NAN, (REAL)NAN), ITSELF,  \
                     COMPLEX_LESSER_NUMBER, COMPLEX_LESSER_NUMBER)                                 \
    SIMPLE_REDUCTION(fmax_##D, TYPE, TYPE, 1, 1, __builtin_complex((REAL)NAN, (REAL)NAN), ITSELF,  \
                     COMPLEX_GREATER_NUMBER, COMPLEX_GREATER_NUMBER)
ON_BOOL(EXTREMES_EXACT, )
ON_INTS(EXTREMES_EXACT, )
ON_FLOATS(EXTREMES_FLOAT, )
ON_COMPLEX64(EXTREMES_COMPLEX, float)
ON_COMPLEX128(EXTREMES_COMPLEX, double)

/* ---- Logic ---- */

#define BYTES_TOGETHER(TYPE) (sizeof(TYPE) < 8 ? ROWS_TOGETHER / sizeof(TYPE) : 1)
#define TRUTH(NAME, TYPE, IDENTITY, STEP)                                                          \
    WIDE_BY(BYTES_TOGETHER(TYPE), NAME, TYPE, uint8_t, IS_TRUE, STEP)                              \
    SIMPLE_LEAVES(BY_LANES, NAME, TYPE, uint8_t, 64, IDENTITY, IS_TRUE, STEP, STEP)                \
    SIMPLE_COLUMNS(NAME, TYPE, uint8_t, 1, IDENTITY, IS_TRUE, STEP, STEP)
#define LOGIC(D, TYPE, ...)                                                                        \
    TRUTH(any_##D, TYPE, 0, OR)                                                                    \
    TRUTH(all_##D, TYPE, 1, AND)                                                                   \
    NARROW_ROW(count_##D, TYPE, UNSIGNED_OF(TYPE), int64_t, 1, IS_TRUE)                            \
    SIMPLE_WIDE(count_##D, TYPE, int64_t, IS_TRUE, PLUS)                                           \
    SIMPLE_COLUMNS(count_##D, TYPE, int64_t, 1, 0, IS_TRUE, PLUS, PLUS)
ON_ALL_BITS(LOGIC, )

/* ---- Positions: the extreme of the chunk first, then where it is first met ---- */

enum { SEARCHED = 64 };

#define IS_NAN_REAL(x) ((x) != (x))
/* FOUND: an integer as wide as an element, so that the search stays in vectors of one width; rows
 * meet a few at a time for the same reason, and keep the best of these in registers. */
#define POSITION(NAME, D, TYPE, FOUND, EXTREME, IS_NAN, BETTER)                                    \
    static void NAME##_##D##_row(const ndi_leaf *leaf)                                             \
    {                                                                                              \
        size_t where;                                                                              \
        if (sizeof(TYPE) >= 4 && leaf->row_stride == sizeof(TYPE) &&                               \
            leaf->rows * sizeof(TYPE) >= VECTOR_BYTES && leaf->rows <= SHORT_ROW / sizeof(TYPE) && \
            NAME##_##D##_short((const TYPE *)leaf->data, leaf->rows, leaf->state[0], &where)) {    \
            *(int64_t *)leaf->state[1] = leaf->first + (int64_t)where;                             \
            return;                                                                                \
        }                                                                                          \
        enum { BLOCK = NDI_CHUNK_BYTES / sizeof(TYPE) };                                           \
        TYPE best, value;                                                                          \
        size_t i = 0, start = 0;                                                                   \
        ndi_leaf values = *leaf;                                                                   \
        values.state[0] = &value;                                                                  \
        do { /* only the block with the extreme is searched */                                     \
            values.data = leaf->data + (ptrdiff_t)start * leaf->row_stride;                        \
            values.rows = leaf->rows - start < BLOCK ? leaf->rows - start : BLOCK;                 \
            EXTREME##_##D##_row(&values);                                                          \
            if (start == 0 || IS_NAN(value) || BETTER(value, best)) {                              \
                best = value;                                                                      \
                i = start;                                                                         \
            }                                                                                      \
            start += BLOCK;                                                                        \
        } while (start < leaf->rows && !IS_NAN(best));                                             \
        if (leaf->row_stride == sizeof(TYPE) && !IS_NAN(best)) {                                   \
            const TYPE *x = (const TYPE *)leaf->data;                                              \
            for (; i + SEARCHED <= leaf->rows; i += SEARCHED) /* skips blocks without it */        \
                if (FOUND_AMONG(TYPE, FOUND, x + i, SEARCHED, best))                               \
                    break;                                                                         \
        }                                                                                          \
        const char *at = leaf->data + (ptrdiff_t)i * leaf->row_stride;                             \
        for (; !(IS_NAN(best) ? IS_NAN(*(const TYPE *)at) : *(const TYPE *)at == best); i++)       \
            at += leaf->row_stride;                                                                \
        *(TYPE *)leaf->state[0] = *(const TYPE *)at;                                               \
        *(int64_t *)leaf->state[1] = leaf->first + (int64_t)i;                                     \
    }                                                                                              \
    /* As if there were no NaN; not 0 if there was one. */                                         \
    ALWAYS_INLINE FOUND NAME##_##D##_rows(const ndi_leaf *leaf, size_t first, ptrdiff_t stride,    \
                                          int rows)                                                \
    {                                                                                              \
        TYPE *value = leaf->state[0];                                                              \
        int64_t *index = leaf->state[1];                                                           \
        const char *from = leaf->data + (ptrdiff_t)first * leaf->row_stride;                       \
        const ptrdiff_t row_stride = leaf->row_stride;                                             \
        const int64_t before = leaf->first + (int64_t)first;                                       \
        const size_t columns = leaf->columns;                                                      \
        FOUND odd = 0;                                                                             \
        IVDEP                                                                                      \
        for (size_t c = 0; c < columns; c++) {                                                     \
            TYPE best = value[c];                                                                  \
            FOUND at = ROWS_TOGETHER;                                                              \
            UNROLL_ROWS                                                                            \
            for (int r = 0; r < rows; r++) {                                                       \
                const TYPE x = ELEMENT(TYPE, from, r, row_stride, c, stride);                      \
                odd |= IS_NAN(x) ? (FOUND)-1 : 0;                                                  \
                at = BETTER(x, best) ? (FOUND)r : at;                                              \
                best = BETTER(x, best) ? x : best;                                                 \
            }                                                                                      \
            const int64_t old = index[c], found = before + (int64_t)at;                            \
            value[c] = best;                                                                       \
            index[c] = at == ROWS_TOGETHER ? old : found;                                          \
        }                                                                                          \
        return odd;                                                                                \
    }                                                                                              \
    static void NAME##_##D##_careful(const ndi_leaf *leaf)                                         \
    {                                                                                              \
        for (size_t c = 0; c < leaf->columns; c++) {                                               \
            const char *from = leaf->data + (ptrdiff_t)c * leaf->column_stride;                    \
            TYPE best = *(const TYPE *)from;                                                       \
            size_t at = 0;                                                                         \
            for (size_t r = 1; r < leaf->rows && !IS_NAN(best); r++) {                             \
                const TYPE x = *(const TYPE *)(from + (ptrdiff_t)r * leaf->row_stride);            \
                if (IS_NAN(x) || BETTER(x, best)) {                                                \
                    best = x;                                                                      \
                    at = r;                                                                        \
                }                                                                                  \
            }                                                                                      \
            ((TYPE *)leaf->state[0])[c] = best;                                                    \
            ((int64_t *)leaf->state[1])[c] = leaf->first + (int64_t)at;                            \
        }                                                                                          \
    }                                                                                              \
    static void NAME##_##D##_column(const ndi_leaf *leaf)                                          \
    {                                                                                              \
        TYPE *value = leaf->state[0];                                                              \
        int64_t *index = leaf->state[1];                                                           \
        FOUND odd = 0;                                                                             \
        for (size_t c = 0; c < leaf->columns; c++) {                                               \
            value[c] = *(const TYPE *)(leaf->data + (ptrdiff_t)c * leaf->column_stride);           \
            index[c] = leaf->first;                                                                \
            odd |= IS_NAN(value[c]) ? (FOUND)-1 : 0;                                               \
        }                                                                                          \
        size_t r = 1;                                                                              \
        if (leaf->column_stride == sizeof(TYPE))                                                   \
            for (; r + ROWS_TOGETHER <= leaf->rows; r += ROWS_TOGETHER)                            \
                odd |= NAME##_##D##_rows(leaf, r, sizeof(TYPE), ROWS_TOGETHER);                    \
        for (; r < leaf->rows; r++)                                                                \
            odd |= NAME##_##D##_rows(leaf, r, leaf->column_stride, 1);                             \
        if (odd)                                                                                   \
            NAME##_##D##_careful(leaf);                                                            \
    }                                                                                              \
    static void NAME##_##D##_wide(const ndi_leaf *leaf)                                            \
    {                                                                                              \
        NAME##_##D##_column(leaf);                                                                 \
    }                                                                                              \
    static void NAME##_##D##_combine(size_t columns, void *const *a, double na, void *const *b,    \
                                     double nb)                                                    \
    {                                                                                              \
        (void)na, (void)nb;                                                                        \
        TYPE *value = a[0];                                                                        \
        int64_t *index = a[1];                                                                     \
        for (size_t c = 0; c < columns; c++) {                                                     \
            const TYPE x = ((const TYPE *)b[0])[c];                                                \
            const int64_t at = ((const int64_t *)b[1])[c];                                         \
            const int same = (IS_NAN(x) & IS_NAN(value[c])) | (x == value[c]);                     \
            const int take = (same & (at < index[c])) |                                            \
                             (!IS_NAN(value[c]) & (IS_NAN(x) | BETTER(x, value[c])));              \
            value[c] = take ? x : value[c];                                                        \
            index[c] = take ? at : index[c];                                                       \
        }                                                                                          \
    }
#define BELOW(x, y) ((x) < (y))
#define ABOVE(x, y) ((x) > (y))
#define NEVER(x) 0
#define COMPLEX_BELOW(x, y)                                                                        \
    ((__real__(x) < __real__(y)) | ((__real__(x) == __real__(y)) & (__imag__(x) < __imag__(y))))
#define COMPLEX_ABOVE(x, y) COMPLEX_BELOW(y, x)
#define POSITIONS(D, TYPE, FOUND, IS_NAN, LESS, MORE)                                              \
    POSITION(argmin, D, TYPE, FOUND, min, IS_NAN, LESS)                                            \
    POSITION(argmax, D, TYPE, FOUND, max, IS_NAN, MORE)
#define POSITIONS_EXACT(D, TYPE, ...)                                                              \
    POSITIONS_SHORT(D, TYPE, TYPE, IS_NAN_REAL)                                                    \
    POSITIONS(D, TYPE, TYPE, NEVER, BELOW, ABOVE)
#define POSITIONS_FLOAT(D, TYPE, FOUND)                                                            \
    POSITIONS_SHORT(D, TYPE, FOUND, IS_NAN_REAL)                                                   \
    POSITIONS(D, TYPE, FOUND, IS_NAN_REAL, BELOW, ABOVE)
#define POSITIONS_COMPLEX(D, TYPE, ...)                                                            \
    POSITION_NEVER_SHORT(argmin, D, TYPE)                                                          \
    POSITION_NEVER_SHORT(argmax, D, TYPE)                                                          \
    POSITIONS(D, TYPE, int, COMPLEX_NAN, COMPLEX_BELOW, COMPLEX_ABOVE)
ON_BOOL(POSITIONS_EXACT, )
ON_INTS(POSITIONS_EXACT, )
ON_FLOAT32(POSITIONS_FLOAT, int32_t)
ON_FLOAT64(POSITIONS_FLOAT, int64_t)
ON_COMPLEX(POSITIONS_COMPLEX, )

/* ---- Moments ---- */

#include "kernels/moments.h"

#define MOMENTS_REAL(D, TYPE, ...) MOMENTS(D, TYPE, double, SQUARED, REAL_APART)
#define MOMENTS_COMPLEX(D, TYPE, ...) MOMENTS(D, TYPE, complex128, COMPLEX_SQUARED, MINUS)
ON_FLOATS(MOMENTS_REAL, )
ON_COMPLEX(MOMENTS_COMPLEX, )

/* ---- Scans ---- */

#define SCAN(NAME, D, TYPE, ACC, STEP)                                                             \
    static void NAME##_##D##_scan(size_t n, char *out, ptrdiff_t out_stride, const char *in,       \
                                  ptrdiff_t in_stride, void *carry)                                \
    {                                                                                              \
        ACC sum = *(ACC *)carry;                                                                   \
        for (size_t i = 0; i < n; i++) {                                                           \
            sum = STEP(sum, (ACC) * (const TYPE *)(in + (ptrdiff_t)i * in_stride));                \
            *(TYPE *)(out + (ptrdiff_t)i * out_stride) = (TYPE)sum;                                \
        }                                                                                          \
        *(ACC *)carry = sum;                                                                       \
    }
#define EXTREME_SCANS(MIN, MAX, D, TYPE) SCAN(min, D, TYPE, TYPE, MIN) SCAN(max, D, TYPE, TYPE, MAX)
#define EXTREME_SCANS_EXACT(D, TYPE, ...) EXTREME_SCANS(LESSER, GREATER, D, TYPE)
#define EXTREME_SCANS_FLOAT(D, TYPE, ...) EXTREME_SCANS(LESSER_OR_NAN, GREATER_OR_NAN, D, TYPE)
#define EXTREME_SCANS_COMPLEX(D, TYPE, ...) EXTREME_SCANS(COMPLEX_LESSER, COMPLEX_GREATER, D, TYPE)
ON_EXACTS(EXTREME_SCANS_EXACT, )
ON_FLOATS(EXTREME_SCANS_FLOAT, )
ON_COMPLEX(EXTREME_SCANS_COMPLEX, )

/* Eight at a time, in registers: each lane adds the one 1, then 2, then 4 lanes before it, and all
 * add the carry. The chain from carry to carry is one addition for eight elements. */
enum { SCANNED = 8 };
typedef double scanned_double __attribute__((vector_size(8 * SCANNED)));
typedef uint64_t scanned_uint64_t __attribute__((vector_size(8 * SCANNED)));
#define SHIFTED(v, fill, lanes)                                                                    \
    __builtin_shufflevector(v, fill, LANE(0, lanes), LANE(1, lanes), LANE(2, lanes),               \
                            LANE(3, lanes), LANE(4, lanes), LANE(5, lanes), LANE(6, lanes),        \
                            LANE(7, lanes))
#define LANE(l, lanes) ((l) < (lanes) ? SCANNED : (l) - (lanes))
#define VECTOR_SCAN(NAME, D, TYPE, ACC, VECTOR, IDENTITY, STEP)                                    \
    SCAN(NAME##_rest, D, TYPE, ACC, STEP)                                                          \
    ALWAYS_INLINE void NAME##_##D##_scan_by(size_t n, char *out, ptrdiff_t out_stride,             \
                                            const char *in, ptrdiff_t in_stride, void *carry)      \
    {                                                                                              \
        typedef TYPE elements __attribute__((vector_size(SCANNED * sizeof(TYPE))));                \
        const VECTOR neutral = (ACC)(IDENTITY) - (VECTOR){0}; /* (not plus: of -0.0) */            \
        VECTOR before = *(ACC *)carry - (VECTOR){0};                                               \
        size_t i = 0;                                                                              \
        for (; i + SCANNED <= n; i += SCANNED) {                                                   \
            elements e;                                                                            \
            if (in_stride == sizeof(TYPE))                                                         \
                memcpy(&e, in + i * sizeof(TYPE), sizeof e);                                       \
            for (size_t l = 0; l < SCANNED && in_stride != sizeof(TYPE); l++)                      \
                e[l] = *(const TYPE *)(in + (ptrdiff_t)(i + l) * in_stride);                       \
            VECTOR v = __builtin_convertvector(e, VECTOR);                                         \
            v = STEP(v, SHIFTED(v, neutral, 1));                                                   \
            v = STEP(v, SHIFTED(v, neutral, 2));                                                   \
            v = STEP(v, SHIFTED(v, neutral, 4));                                                   \
            v = STEP(v, before);                                                                   \
            before = __builtin_shufflevector(v, v, 7, 7, 7, 7, 7, 7, 7, 7);                        \
            e = __builtin_convertvector(v, elements);                                              \
            if (out_stride == sizeof(TYPE))                                                        \
                memcpy(out + i * sizeof(TYPE), &e, sizeof e);                                      \
            for (size_t l = 0; l < SCANNED && out_stride != sizeof(TYPE); l++)                     \
                *(TYPE *)(out + (ptrdiff_t)(i + l) * out_stride) = e[l];                           \
        }                                                                                          \
        *(ACC *)carry = before[0];                                                                 \
        NAME##_rest_##D##_scan(n - i, out + (ptrdiff_t)i * out_stride, out_stride,                 \
                               in + (ptrdiff_t)i * in_stride, in_stride, carry);                   \
    }                                                                                              \
    static void NAME##_##D##_scan(size_t n, char *out, ptrdiff_t out_stride, const char *in,       \
                                  ptrdiff_t in_stride, void *carry)                                \
    {                                                                                              \
        const ptrdiff_t next = sizeof(TYPE);                                                       \
        if (in_stride == next && out_stride == next)                                               \
            NAME##_##D##_scan_by(n, out, next, in, next, carry);                                   \
        else                                                                                       \
            NAME##_##D##_scan_by(n, out, out_stride, in, in_stride, carry);                        \
    }
/* Products of floats go from the left: in a tree some overflow that do not so. */
#define SCANS_INTEGER(D, TYPE, ACC)                                                                \
    VECTOR_SCAN(sum, D, TYPE, ACC, scanned_##ACC, 0, PLUS)                                         \
    VECTOR_SCAN(prod, D, TYPE, ACC, scanned_##ACC, 1, TIMES)
#define SCANS_FLOAT(D, TYPE, ...)                                                                  \
    VECTOR_SCAN(sum, D, TYPE, double, scanned_double, -0.0, PLUS) SCAN(prod, D, TYPE, double, TIMES)
#define SCANS_COMPLEX(D, TYPE, ACC)                                                                \
    SCAN(sum, D, TYPE, ACC, PLUS) SCAN(prod, D, TYPE, ACC, COMPLEX_TIMES)
SCANS_INTEGER(INT64, uint64_t, uint64_t)
SCANS_INTEGER(UINT64, uint64_t, uint64_t)
ON_FLOATS(SCANS_FLOAT, )
ON_COMPLEX(SCANS_COMPLEX, complex128)

/* ---- The table ---- */

#define REDUCER(KIND, NAME, D, ...)                                                                \
    kernels->reduce[NDI_REDUCE_##KIND][ND_##D] = (ndi_reducer){NAME##_##D##_row,                   \
                                                               NAME##_##D##_column,                \
                                                               NAME##_##D##_wide,                  \
                                                               NAME##_##D##_combine,               \
                                                               {__VA_ARGS__}};
#define SUM_SLOTS(D, TYPE, WIDE)                                                                   \
    REDUCER(SUM, sum, D, WIDE, ND_DTYPE_NONE)                                                      \
    REDUCER(PROD, prod, D, WIDE, ND_DTYPE_NONE)
#define COMMON_SLOTS(D, TYPE, ...)                                                                 \
    REDUCER(MIN, min, D, ND_##D, ND_DTYPE_NONE)                                                    \
    REDUCER(MAX, max, D, ND_##D, ND_DTYPE_NONE)                                                    \
    REDUCER(ARGMIN, argmin, D, ND_##D, ND_INT64)                                                   \
    REDUCER(ARGMAX, argmax, D, ND_##D, ND_INT64)                                                   \
    REDUCER(ANY, any, D, ND_BOOL, ND_DTYPE_NONE)                                                   \
    REDUCER(ALL, all, D, ND_BOOL, ND_DTYPE_NONE)                                                   \
    REDUCER(COUNT, count, D, ND_INT64, ND_DTYPE_NONE)
#define SCAN_SLOTS(D, ...)                                                                         \
    kernels->scan[NDI_REDUCE_SUM][ND_##D] = sum_##D##_scan;                                        \
    kernels->scan[NDI_REDUCE_PROD][ND_##D] = prod_##D##_scan;
#define EXTREME_SCAN_SLOTS(D, ...)                                                                 \
    kernels->scan[NDI_REDUCE_MIN][ND_##D] = min_##D##_scan;                                        \
    kernels->scan[NDI_REDUCE_MAX][ND_##D] = max_##D##_scan;
#define NUMBER_SLOTS(D, TYPE, ...)                                                                 \
    REDUCER(FMIN, fmin, D, ND_##D, ND_DTYPE_NONE)                                                  \
    REDUCER(FMAX, fmax, D, ND_##D, ND_DTYPE_NONE)
#define MOMENT_SLOTS(D, TYPE, WIDE) REDUCER(MOMENTS, moments, D, WIDE, ND_FLOAT64)

void NDI_ISA_NAME(ndi_fill_reductions)(ndi_kernels *kernels)
{
    ON_BOOL(SUM_SLOTS, ND_INT64)
    ON_SIGNED(SUM_SLOTS, ND_INT64)
    ON_UNSIGNED(SUM_SLOTS, ND_UINT64)
    ON_FLOATS(SUM_SLOTS, ND_FLOAT64)
    ON_COMPLEX(SUM_SLOTS, ND_COMPLEX128)
    ON_ALL(COMMON_SLOTS, )
    SCAN_SLOTS(INT64)
    SCAN_SLOTS(UINT64)
    ON_FLOATS(SCAN_SLOTS, )
    ON_COMPLEX(SCAN_SLOTS, )
    ON_ALL(EXTREME_SCAN_SLOTS, )
    ON_FLOATS(NUMBER_SLOTS, )
    ON_COMPLEX(NUMBER_SLOTS, )
    ON_FLOATS(MOMENT_SLOTS, ND_FLOAT64)
    ON_COMPLEX(MOMENT_SLOTS, ND_COMPLEX128)
}

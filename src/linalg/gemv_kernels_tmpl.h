/* Dot products of rows, and sums of columns, in GNU C vectors; gemm_kernels_isa.h includes it for
 * each real type after defining SET (the prefix of its names), TARGET, REAL, VECTOR_BYTES and
 * SWAP_PAIRS (of a vector's elements; for floats). */

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define vector JOIN(SET, row_vector)
#define loose_vector JOIN(SET, loose_row_vector)
#define loose_real JOIN(SET, loose_row_real)
#define loose_bytes JOIN(SET, loose_row_bytes)
#define dot JOIN(SET, dot)
#define LANES (VECTOR_BYTES / sizeof(REAL))

typedef REAL vector __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL loose_vector __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));
typedef REAL loose_real __attribute__((aligned(1), may_alias));
typedef unsigned char loose_bytes __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));

/* A vector of the `rest` reals before `end`, fewer than it holds, behind zeros. What lies before
 * them is read too, and must be there. */
TARGET static inline __attribute__((always_inline)) vector JOIN(SET, tail)(const loose_real *end,
                                                                           size_t rest)
{
    static const unsigned char keep[2 * VECTOR_BYTES] = {[VECTOR_BYTES... 2 * VECTOR_BYTES - 1] =
                                                             0xff};
    const loose_bytes mask = *(const loose_bytes *)(keep + rest * sizeof(REAL));
    return (vector)(*(const loose_bytes *)(end - LANES) & mask);
}

/* The lanes of even and of odd numbers, each added up by halves. */
TARGET static inline __attribute__((always_inline)) void JOIN(SET, add_lanes)(vector sum,
                                                                              REAL totals[2])
{
    REAL lanes[LANES];
    memcpy(lanes, &sum, sizeof lanes);
    UNROLL
    for (size_t width = LANES / 2; width >= 2; width /= 2)
        for (size_t lane = 0; lane < width; lane++)
            lanes[lane] = (REAL)(lanes[lane] + lanes[lane + width]);
    totals[0] = lanes[0];
    totals[1] = lanes[1];
}

/* gcc would read what is used twice from memory as often: 10,000 products of complex numbers take 4
 * us, 2 so. */
#ifdef __x86_64__
#define KEEP(v) __asm__("" : "+v"(v));
#else
#define KEEP(v)
#endif

/* `row_count` and `is_complex` are constants. Products of complex numbers: lanes of a x hold the
 * parts of real parts, lanes of a times x with its parts exchanged those of imaginary parts. */
TARGET static inline __attribute__((always_inline)) void dot(int row_count, bool is_complex,
                                                             bool conjugates, size_t count,
                                                             const void *const *rows,
                                                             const loose_real *x, REAL *totals)
{
    /* Complex sums wait for themselves less where there are registers for twice as many. */
    enum { SUMS = LANES * sizeof(REAL) == 64 ? 4 : 2 };
    vector sum[4][4] = {0};
    size_t done = count - count % (2 * LANES);
    for (size_t p = 0; p < done; p += 2 * LANES) {
        vector x0 = *(const loose_vector *)(x + p), x1 = *(const loose_vector *)(x + p + LANES);
        if (is_complex) {
            KEEP(x0) KEEP(x1)
        }
        vector exchanged0 = SWAP_PAIRS(x0), exchanged1 = SWAP_PAIRS(x1);
        UNROLL
        for (int r = 0; r < row_count; r++) {
            const loose_real *row = (const loose_real *)rows[r] + p;
            vector a0 = *(const loose_vector *)row, a1 = *(const loose_vector *)(row + LANES);
            if (is_complex) {
                KEEP(a0)
                KEEP(a1)
                sum[r][0] += a0 * x0;
                sum[r][1] += a0 * exchanged0;
                sum[r][SUMS - 2] += a1 * x1;
                sum[r][SUMS - 1] += a1 * exchanged1;
            } else {
                sum[r][0] += a0 * x0;
                sum[r][1] += a1 * x1;
            }
        }
    }
    /* What is left: a vector, and one that is partly zeros. */
    if (count - done >= LANES) {
        vector x0 = *(const loose_vector *)(x + done), exchanged0 = SWAP_PAIRS(x0);
        UNROLL
        for (int r = 0; r < row_count; r++) {
            vector a0 = *(const loose_vector *)((const loose_real *)rows[r] + done);
            sum[r][0] += a0 * x0;
            if (is_complex)
                sum[r][1] += a0 * exchanged0;
        }
        done += LANES;
    }
    if (done < count && count >= LANES) {
        vector x0 = JOIN(SET, tail)(x + count, count - done), exchanged0 = SWAP_PAIRS(x0);
        UNROLL
        for (int r = 0; r < row_count; r++) {
            vector a0 = JOIN(SET, tail)((const loose_real *)rows[r] + count, count - done);
            if (is_complex) {
                sum[r][0] += a0 * x0;
                sum[r][1] += a0 * exchanged0;
            } else {
                sum[r][1] += a0 * x0;
            }
        }
        done = count;
    }
    UNROLL
    for (int r = 0; r < row_count; r++) {
        const loose_real *row = rows[r];
        REAL first[2], second[2];
        if (is_complex) {
            JOIN(SET, add_lanes)(SUMS == 4 ? sum[r][0] + sum[r][2] : sum[r][0], first);
            JOIN(SET, add_lanes)(SUMS == 4 ? sum[r][1] + sum[r][3] : sum[r][1], second);
            const REAL sign = conjugates ? (REAL)-1 : (REAL)1; /* of imaginary parts of a row */
            REAL real = (REAL)(first[0] - sign * first[1]),
                 imaginary = (REAL)(second[0] + sign * second[1]);
            for (size_t p = done; p < count; p += 2) {
                const REAL turned = sign * row[p + 1];
                real += row[p] * x[p]; /* one product a statement: one way to contract it */
                real -= turned * x[p + 1];
                imaginary += row[p] * x[p + 1];
                imaginary += turned * x[p];
            }
            totals[2 * r] = real;
            totals[2 * r + 1] = imaginary;
        } else {
            JOIN(SET, add_lanes)(sum[r][0] + sum[r][1], first);
            REAL total = (REAL)(first[0] + first[1]);
            for (size_t p = done; p < count; p++)
                total += row[p] * x[p];
            totals[r] = total;
        }
    }
}

TARGET static void JOIN(SET, dot_rows)(size_t row_count, bool is_complex, bool conjugates,
                                       size_t count, const void *const *rows, const void *x,
                                       void *totals)
{
    size_t done = 0, result_reals = is_complex ? 2 : 1;
    for (; done + 4 <= row_count; done += 4)
        if (is_complex)
            dot(4, true, conjugates, count, rows + done, x, (REAL *)totals + done * result_reals);
        else
            dot(4, false, false, count, rows + done, x, (REAL *)totals + done * result_reals);
    for (; done < row_count; done++)
        if (is_complex)
            dot(1, true, conjugates, count, rows + done, x, (REAL *)totals + done * result_reals);
        else
            dot(1, false, false, count, rows + done, x, (REAL *)totals + done * result_reals);
}

/* Sums of `vectors` vectors of some columns, in registers; `vectors` and `is_complex` are
 * constants.
 */
TARGET static inline __attribute__((always_inline)) void
JOIN(SET, add_vectors)(size_t vectors, bool is_complex, bool adds, size_t columns, const char *a,
                       ptrdiff_t a_stride, const char *x, ptrdiff_t x_stride, loose_real *y,
                       loose_real *z)
{
    vector sum[4], by_imaginary[4];
    UNROLL
    for (size_t v = 0; v < vectors; v++) {
        sum[v] = adds ? (vector) * (const loose_vector *)(y + v * LANES) : (vector){0};
        if (is_complex)
            by_imaginary[v] = adds ? (vector) * (const loose_vector *)(z + v * LANES) : (vector){0};
    }
    for (size_t q = 0; q < columns; q++, a += a_stride, x += x_stride) {
        const loose_real *const by = (const loose_real *)x;
        UNROLL
        for (size_t v = 0; v < vectors; v++) {
            const vector from = *(const loose_vector *)((const loose_real *)a + v * LANES);
            sum[v] += from * by[0];
            if (is_complex)
                by_imaginary[v] += from * by[1];
        }
    }
    UNROLL
    for (size_t v = 0; v < vectors; v++) {
        *(loose_vector *)(y + v * LANES) = sum[v];
        if (is_complex)
            *(loose_vector *)(z + v * LANES) = by_imaginary[v];
    }
}

TARGET static inline __attribute__((always_inline)) void
JOIN(SET, add_some)(bool is_complex, bool adds, size_t count, size_t columns, const char *a,
                    ptrdiff_t a_stride, const char *x, ptrdiff_t x_stride, loose_real *y,
                    loose_real *z)
{
    /* The last vector shares elements with the one before it, so it is added to what they were. */
    const size_t last = count % LANES && count > LANES ? count - LANES : 0;
    REAL last_y[LANES], last_z[LANES];
    if (last) {
        memcpy(last_y, y + last, sizeof last_y);
        memcpy(last_z, z + last, sizeof last_z);
        JOIN(SET, add_vectors)
        (1, is_complex, adds, columns, a + last * sizeof(REAL), a_stride, x, x_stride, last_y,
         last_z);
    }
    size_t i = 0;
    for (; i + 4 * LANES <= count; i += 4 * LANES)
        JOIN(SET, add_vectors)
    (4, is_complex, adds, columns, a + i * sizeof(REAL), a_stride, x, x_stride, y + i, z + i);
    for (; i + LANES <= count; i += LANES)
        JOIN(SET, add_vectors)
    (1, is_complex, adds, columns, a + i * sizeof(REAL), a_stride, x, x_stride, y + i, z + i);
    if (last) {
        memcpy(y + last, last_y, sizeof last_y);
        if (is_complex)
            memcpy(z + last, last_z, sizeof last_z);
        return;
    }
    for (; i < count; i++) {
        REAL sum = adds ? y[i] : 0, by_imaginary = adds && is_complex ? z[i] : 0;
        for (size_t q = 0; q < columns; q++) {
            const REAL from = ((const loose_real *)(a + (ptrdiff_t)q * a_stride))[i];
            const loose_real *const by = (const loose_real *)(x + (ptrdiff_t)q * x_stride);
            sum += from * by[0];
            if (is_complex)
                by_imaginary += from * by[1];
        }
        y[i] = sum;
        if (is_complex)
            z[i] = by_imaginary;
    }
}

TARGET static void JOIN(SET, add_columns)(bool adds, size_t count, size_t columns, const void *a,
                                          ptrdiff_t a_stride, const void *x, ptrdiff_t x_stride,
                                          void *y, void *z)
{
    if (z)
        JOIN(SET, add_some)(true, adds, count, columns, a, a_stride, x, x_stride, y, z);
    else
        JOIN(SET, add_some)(false, adds, count, columns, a, a_stride, x, x_stride, y, y);
}

#define NARROW_BYTES VECTOR_BYTES
#define NARROW(name) JOIN(SET, name##_whole)
#include "linalg/gemv_narrow_tmpl.h"
#define NARROW_BYTES (VECTOR_BYTES / 2)
#define NARROW(name) JOIN(SET, name##_half)
#include "linalg/gemv_narrow_tmpl.h"
#define NARROW_BYTES (VECTOR_BYTES / 4)
#define NARROW(name) JOIN(SET, name##_quarter)
#include "linalg/gemv_narrow_tmpl.h"

/* The same for `count` reals that fill no vector; it is constant. One is a dot product of what lies
 * apart. */
TARGET static inline __attribute__((always_inline)) void
JOIN(SET, few)(size_t count, size_t columns, const char *a, ptrdiff_t a_stride, const char *x,
               ptrdiff_t x_stride, loose_real *y)
{
    REAL sum[8][8];
    const size_t apart = count == 1 ? 8 : 2;
    size_t step = 0;
    UNROLL
    for (size_t s = 0; s < apart; s++)
        UNROLL
    for (size_t i = 0; i < count; i++)
        sum[s][i] = 0;
    for (; step + apart <= columns; step += apart)
        UNROLL
    for (size_t s = 0; s < apart; s++, a += a_stride, x += x_stride)
        UNROLL
    for (size_t i = 0; i < count; i++)
        sum[s][i] += ((const loose_real *)a)[i] * *(const loose_real *)x;
    for (; step < columns; step++, a += a_stride, x += x_stride)
        for (size_t i = 0; i < count; i++)
            sum[0][i] += ((const loose_real *)a)[i] * *(const loose_real *)x;
    UNROLL
    for (size_t width = apart / 2; width > 0; width /= 2)
        UNROLL
    for (size_t s = 0; s < width; s++)
        for (size_t i = 0; i < count; i++)
            sum[s][i] = (REAL)(sum[s][i] + sum[s + width][i]);
    for (size_t i = 0; i < count; i++)
        y[i] = sum[0][i];
}

TARGET static bool JOIN(SET, narrow_columns)(size_t count, size_t columns, const void *a,
                                             ptrdiff_t a_stride, const void *x, ptrdiff_t x_stride,
                                             void *y, void *z)
{
    if (JOIN(SET, narrow_whole)(count, columns, a, a_stride, x, x_stride, y, z) ||
        JOIN(SET, narrow_half)(count, columns, a, a_stride, x, x_stride, y, z) ||
        JOIN(SET, narrow_quarter)(count, columns, a, a_stride, x, x_stride, y, z))
        return true;
    if (z)
        return false;
    if (count == 1)
        JOIN(SET, few)(1, columns, a, a_stride, x, x_stride, y);
    else if (count == 2)
        JOIN(SET, few)(2, columns, a, a_stride, x, x_stride, y);
    else if (count == 3)
        JOIN(SET, few)(3, columns, a, a_stride, x, x_stride, y);
    else if (count == 4)
        JOIN(SET, few)(4, columns, a, a_stride, x, x_stride, y);
    else if (count == 5)
        JOIN(SET, few)(5, columns, a, a_stride, x, x_stride, y);
    else if (count == 6)
        JOIN(SET, few)(6, columns, a, a_stride, x, x_stride, y);
    else if (count == 7)
        JOIN(SET, few)(7, columns, a, a_stride, x, x_stride, y);
    else
        return false;
    return true;
}

#ifdef OF_FLOATS
#include "linalg/gemm_few_tmpl.h"
#endif

static const ndi_gemv_kernels JOIN(SET, rows) = {
    .dot_rows = JOIN(SET, dot_rows),
    .add_columns = JOIN(SET, add_columns),
    .narrow_columns = JOIN(SET, narrow_columns),
    .narrow_bytes = 4 * VECTOR_BYTES,
#ifdef OF_FLOATS
    .short_rows = JOIN(SET, short_rows),
    .few_columns = JOIN(SET, few_columns),
    .squares = JOIN(SET, squares),
#endif
};

#undef JOIN_
#undef JOIN
#undef vector
#undef loose_vector
#undef loose_real
#undef loose_bytes
#undef dot
#undef KEEP
#undef LANES
#undef SET
#undef REAL
#undef SWAP_PAIRS
#undef OF_FLOATS
#undef EVEN
#undef ODD

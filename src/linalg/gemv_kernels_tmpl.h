/* Dot products of rows, and sums of columns, in GNU C vectors; gemm_kernels_isa.h includes it for
 * each real type after defining SET (the prefix of its names), TARGET, REAL, VECTOR_BYTES and
 * SWAP_PAIRS (of a vector's elements; for floats). */

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define vector JOIN(SET, row_vector)
#define loose_vector JOIN(SET, loose_row_vector)
#define loose_real JOIN(SET, loose_row_real)
#define dot JOIN(SET, dot)
#define LANES (VECTOR_BYTES / sizeof(REAL))

typedef REAL vector __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL loose_vector __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));
typedef REAL loose_real __attribute__((aligned(1), may_alias));

/* `row_count` and `is_complex` are constants. Products of complex numbers: lanes of a x hold the
 * parts of real parts, lanes of a times x with its parts exchanged those of imaginary parts. */
TARGET static inline __attribute__((always_inline)) void dot(int row_count, bool is_complex,
                                                             size_t count, const void *const *rows,
                                                             const loose_real *x, REAL *totals)
{
    vector sum[4][2] = {0};
    size_t whole = count - count % (2 * LANES);
    for (size_t p = 0; p < whole; p += 2 * LANES) {
        vector x0 = *(const loose_vector *)(x + p), x1 = *(const loose_vector *)(x + p + LANES);
        vector exchanged0 = SWAP_PAIRS(x0), exchanged1 = SWAP_PAIRS(x1);
        UNROLL
        for (int r = 0; r < row_count; r++) {
            const loose_real *row = (const loose_real *)rows[r] + p;
            vector a0 = *(const loose_vector *)row, a1 = *(const loose_vector *)(row + LANES);
            if (is_complex) {
                sum[r][0] += a0 * x0;
                sum[r][1] += a0 * exchanged0;
                sum[r][0] += a1 * x1;
                sum[r][1] += a1 * exchanged1;
            } else {
                sum[r][0] += a0 * x0;
                sum[r][1] += a1 * x1;
            }
        }
    }
    UNROLL
    for (int r = 0; r < row_count; r++) {
        const loose_real *row = rows[r];
        REAL first = 0, second = 0;
        for (size_t lane = 0; lane < LANES; lane++) {
            first += is_complex && lane % 2 ? -sum[r][0][lane] : sum[r][0][lane];
            second += sum[r][1][lane];
        }
        if (is_complex) {
            for (size_t p = whole; p < count; p += 2) {
                first += row[p] * x[p]; /* one product a statement: one way to contract it */
                first -= row[p + 1] * x[p + 1];
                second += row[p] * x[p + 1];
                second += row[p + 1] * x[p];
            }
            totals[2 * r] = first;
            totals[2 * r + 1] = second;
        } else {
            first += second;
            for (size_t p = whole; p < count; p++)
                first += row[p] * x[p];
            totals[r] = first;
        }
    }
}

TARGET static void JOIN(SET, dot_rows)(size_t row_count, bool is_complex, size_t count,
                                       const void *const *rows, const void *x, void *totals)
{
    size_t done = 0, result_reals = is_complex ? 2 : 1;
    for (; done + 4 <= row_count; done += 4)
        if (is_complex)
            dot(4, true, count, rows + done, x, (REAL *)totals + done * result_reals);
        else
            dot(4, false, count, rows + done, x, (REAL *)totals + done * result_reals);
    for (; done < row_count; done++)
        if (is_complex)
            dot(1, true, count, rows + done, x, (REAL *)totals + done * result_reals);
        else
            dot(1, false, count, rows + done, x, (REAL *)totals + done * result_reals);
}

TARGET static void JOIN(SET, add_columns)(size_t count, const void *const columns[4],
                                          const void *x_four, void *y_row)
{
    const loose_real *a0 = columns[0], *a1 = columns[1], *a2 = columns[2], *a3 = columns[3];
    const REAL *x = x_four;
    loose_real *y = y_row;
    size_t whole = count - count % LANES;

    for (size_t i = 0; i < whole; i += LANES)
        *(loose_vector *)(y + i) +=
            *(const loose_vector *)(a0 + i) * x[0] + *(const loose_vector *)(a1 + i) * x[1] +
            *(const loose_vector *)(a2 + i) * x[2] + *(const loose_vector *)(a3 + i) * x[3];
    for (size_t i = whole; i < count; i++)
        y[i] += a0[i] * x[0] + a1[i] * x[1] + a2[i] * x[2] + a3[i] * x[3];
}

static const ndi_gemv_kernels JOIN(SET, rows) = {
    .dot_rows = JOIN(SET, dot_rows),
    .add_columns = JOIN(SET, add_columns),
};

#undef JOIN_
#undef JOIN
#undef vector
#undef loose_vector
#undef loose_real
#undef dot
#undef LANES
#undef SET
#undef REAL
#undef SWAP_PAIRS

/* One set of inner loops of the matrix product, in GNU C vectors; gemm_kernels.c includes it for
 * each instruction set and real type after defining SET (the prefix of its names), NAME, TARGET,
 * REAL, VECTOR_BYTES, SWAP_PAIRS (of a vector's elements), DEPTH, and the shape of a tile: VECTORS
 * of rows by COLUMNS.
 *
 * The loops over a tile unroll, so that `sum` lives in registers: 24 of 32 with AVX-512, 12 of 16
 * with AVX2. Each value of B that is broadcast then meets three vectors of A, which keeps loads (11
 * for 24 multiply-adds) off the critical path of CPUs with two of either a cycle. */

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define vector JOIN(SET, vector)
#define loose_vector JOIN(SET, loose_vector)
#define loose_real JOIN(SET, loose_real)
#define tile JOIN(SET, tile)
#define dot JOIN(SET, dot)
#define LANES (VECTOR_BYTES / sizeof(REAL))

typedef REAL vector __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL loose_vector __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));
typedef REAL loose_real __attribute__((aligned(1), may_alias));

/* A tile of so many vectors of rows by `columns`, which are constants; so are strides where
 * operands are packed. Panel `next_b`, unless it is NULL, is fetched into the level 2 cache. */
TARGET static inline __attribute__((always_inline)) void
tile(int vectors, int columns, size_t depth, const loose_real *a, ptrdiff_t a_step,
     const loose_real *b, ptrdiff_t b_step, ptrdiff_t b_column, const loose_real *next_b,
     bool accumulate, loose_real *c, ptrdiff_t c_column)
{
    vector sum[COLUMNS][VECTORS] = {0};
    for (int j = 0; j < columns; j++)
        for (int line = 0; line < vectors * VECTOR_BYTES; line += 64)
            __builtin_prefetch((char *)(c + j * c_column) + line, 1);
    for (size_t p = 0; p < depth; p++, a += a_step, b += b_step) {
        if (next_b)
            __builtin_prefetch(next_b + p * (size_t)COLUMNS, 0, 2);
        UNROLL
        for (int j = 0; j < columns; j++) {
            UNROLL
            for (int v = 0; v < vectors; v++)
                sum[j][v] += *(const loose_vector *)(a + v * (ptrdiff_t)LANES) * b[j * b_column];
        }
    }
    UNROLL
    for (int j = 0; j < columns; j++, c += c_column) {
        UNROLL
        for (int v = 0; v < vectors; v++) {
            loose_vector *to = (loose_vector *)(c + v * (ptrdiff_t)LANES);
            if (accumulate)
                sum[j][v] += *to;
            *to = sum[j][v];
        }
    }
}

TARGET static void JOIN(SET, multiply)(size_t depth, const void *a, const void *b,
                                       const void *next_b, bool accumulate, void *c,
                                       ptrdiff_t c_column)
{
    tile(VECTORS, COLUMNS, depth, a, VECTORS * LANES, b, COLUMNS, 1, next_b, accumulate, c,
         c_column);
}

TARGET static void JOIN(SET, multiply_strided)(size_t rows, size_t columns, size_t depth,
                                               const void *a, ptrdiff_t a_step, const void *b,
                                               ptrdiff_t b_step, ptrdiff_t b_column,
                                               bool accumulate, void *c, ptrdiff_t c_column)
{
    size_t vectors = (rows + LANES - 1) / LANES;
    if (columns <= COLUMNS / 2) {
        if (vectors == 1)
            tile(1, COLUMNS / 2, depth, a, a_step, b, b_step, b_column, NULL, accumulate, c,
                 c_column);
        else if (vectors == 2)
            tile(2, COLUMNS / 2, depth, a, a_step, b, b_step, b_column, NULL, accumulate, c,
                 c_column);
        else
            tile(VECTORS, COLUMNS / 2, depth, a, a_step, b, b_step, b_column, NULL, accumulate, c,
                 c_column);
    } else if (vectors == 1) {
        tile(1, COLUMNS, depth, a, a_step, b, b_step, b_column, NULL, accumulate, c, c_column);
    } else if (vectors == 2) {
        tile(2, COLUMNS, depth, a, a_step, b, b_step, b_column, NULL, accumulate, c, c_column);
    } else {
        tile(VECTORS, COLUMNS, depth, a, a_step, b, b_step, b_column, NULL, accumulate, c,
             c_column);
    }
}

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

static const ndi_gemm_kernels JOIN(SET, kernels) = {
    .name = NAME,
    .tile_rows = VECTORS * LANES,
    .tile_columns = COLUMNS,
    .lanes = LANES,
    .depth = DEPTH,
    .multiply = JOIN(SET, multiply),
    .multiply_strided = JOIN(SET, multiply_strided),
    .dot_rows = JOIN(SET, dot_rows),
    .add_columns = JOIN(SET, add_columns),
};

#undef JOIN_
#undef JOIN
#undef vector
#undef loose_vector
#undef loose_real
#undef tile
#undef dot
#undef LANES
#undef SET
#undef REAL
#undef SWAP_PAIRS

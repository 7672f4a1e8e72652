/* One set of inner loops of the matrix product, in GNU C vectors; gemm_kernels.c includes it for each instruction set
 * and real type after defining SET (the prefix of its names), TARGET, REAL, VECTOR_BYTES, and the shape of a tile:
 * VECTORS of rows by COLUMNS.
 *
 * The loops over a tile unroll, so that `sum` lives in registers: 24 of 32 with AVX-512, 12 of 16 with AVX2. Each value
 * of B that is broadcast then meets three vectors of A, which keeps loads (11 for 24 multiply-adds) off the critical
 * path of CPUs with two of either a cycle. */

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define vector JOIN(SET, vector)
#define loose_vector JOIN(SET, loose_vector)
#define loose_real JOIN(SET, loose_real)
#define LANES (VECTOR_BYTES / sizeof(REAL))

typedef REAL vector __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL loose_vector __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));
typedef REAL loose_real __attribute__((aligned(1), may_alias));

TARGET static void JOIN(SET, multiply)(size_t depth, const void *a_panel, const void *b_panel, bool accumulate,
                                       void *c_tile, ptrdiff_t column_stride)
{
    const vector *a = a_panel;
    const REAL *b = b_panel;
    loose_real *c = c_tile;
    vector sum[COLUMNS][VECTORS] = {0};

    for (int j = 0; j < COLUMNS; j++)
        for (int line = 0; line < VECTORS * VECTOR_BYTES; line += 64)
            __builtin_prefetch((char *)(c + j * column_stride) + line, 1);
    for (size_t p = 0; p < depth; p++, a += VECTORS, b += COLUMNS) {
#pragma GCC unroll 8
        for (int j = 0; j < COLUMNS; j++)
#pragma GCC unroll 4
            for (int v = 0; v < VECTORS; v++)
                sum[j][v] += a[v] * b[j];
    }
#pragma GCC unroll 8
    for (int j = 0; j < COLUMNS; j++, c += column_stride)
#pragma GCC unroll 4
        for (int v = 0; v < VECTORS; v++) {
            loose_vector *to = (loose_vector *)(c + v * LANES);
            if (accumulate)
                sum[j][v] += *to;
            *to = sum[j][v];
        }
}

TARGET static void JOIN(SET, dot_rows)(size_t count, const void *const rows[4], const void *x_row, void *sums)
{
    const loose_real *x = x_row;
    REAL *total = sums;
    vector sum[4][2] = {0};
    size_t whole = count - count % (2 * LANES);

    for (size_t p = 0; p < whole; p += 2 * LANES)
#pragma GCC unroll 4
        for (int r = 0; r < 4; r++)
#pragma GCC unroll 2
            for (size_t v = 0; v < 2; v++)
                sum[r][v] += *(const loose_vector *)((const loose_real *)rows[r] + p + v * LANES) *
                             *(const loose_vector *)(x + p + v * LANES);
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++) {
        vector both = sum[r][0] + sum[r][1];
        REAL one = 0;
        for (size_t lane = 0; lane < LANES; lane++)
            one += both[lane];
        for (size_t p = whole; p < count; p++)
            one += ((const loose_real *)rows[r])[p] * x[p];
        total[r] = one;
    }
}

TARGET static void JOIN(SET, add_columns)(size_t count, const void *const columns[4], const void *x_four, void *y_row)
{
    const loose_real *a0 = columns[0], *a1 = columns[1], *a2 = columns[2], *a3 = columns[3];
    const REAL *x = x_four;
    loose_real *y = y_row;
    size_t whole = count - count % LANES;

    for (size_t i = 0; i < whole; i += LANES)
        *(loose_vector *)(y + i) += *(const loose_vector *)(a0 + i) * x[0] + *(const loose_vector *)(a1 + i) * x[1] +
                                    *(const loose_vector *)(a2 + i) * x[2] + *(const loose_vector *)(a3 + i) * x[3];
    for (size_t i = whole; i < count; i++)
        y[i] += a0[i] * x[0] + a1[i] * x[1] + a2[i] * x[2] + a3[i] * x[3];
}

static const ndi_gemm_kernels JOIN(SET, kernels) = {
    .name = NAME,
    .tile_rows = VECTORS * LANES,
    .tile_columns = COLUMNS,
    .depth = DEPTH,
    .multiply = JOIN(SET, multiply),
    .dot_rows = JOIN(SET, dot_rows),
    .add_columns = JOIN(SET, add_columns),
};

#undef JOIN_
#undef JOIN
#undef vector
#undef loose_vector
#undef loose_real
#undef LANES
#undef SET
#undef REAL

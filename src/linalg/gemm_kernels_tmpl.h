/* Tiles of the matrix product, in GNU C vectors; gemm_kernels_isa.h includes it for each real type
 * after defining SET (the prefix of its names), NAME, TARGET, REAL, VECTOR_BYTES, DEPTH, the shape
 * of a tile, VECTORS of rows by COLUMNS, and PRODUCT of a vector of A and an element of B.
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
#define LANES (VECTOR_BYTES / sizeof(REAL))

typedef REAL vector __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL loose_vector __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));
typedef REAL loose_real __attribute__((aligned(1), may_alias));

/* A tile of so many vectors of rows by `columns`, which are constants; so are strides where
 * operands are packed. Panel `next_b`, unless it is NULL, is fetched into the level 2 cache. */
TARGET static inline __attribute__((always_inline)) void
tile(int vectors, int columns, size_t depth, const loose_real *a, ptrdiff_t a_step,
     const loose_real *b, ptrdiff_t b_step, ptrdiff_t b_column, const loose_real *next_b,
     ndi_gemm_store store, loose_real *c, ptrdiff_t c_column)
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
                sum[j][v] +=
                    PRODUCT(*(const loose_vector *)(a + v * (ptrdiff_t)LANES), b[j * b_column]);
        }
    }
    UNROLL
    for (int j = 0; j < columns; j++, c += c_column) {
        UNROLL
        for (int v = 0; v < vectors; v++) {
            loose_vector *to = (loose_vector *)(c + v * (ptrdiff_t)LANES);
            if (store == NDI_GEMM_ADD)
                sum[j][v] += *to;
            else if (store == NDI_GEMM_SUBTRACT)
                sum[j][v] = *to - sum[j][v];
            *to = sum[j][v];
        }
    }
}

TARGET static void JOIN(SET, multiply)(size_t depth, const void *a, const void *b,
                                       const void *next_b, ndi_gemm_store store, void *c,
                                       ptrdiff_t c_column)
{
    tile(VECTORS, COLUMNS, depth, a, VECTORS * LANES, b, COLUMNS, 1, next_b, store, c, c_column);
}

TARGET static void JOIN(SET, multiply_strided)(size_t rows, size_t columns, size_t depth,
                                               const void *a, ptrdiff_t a_step, const void *b,
                                               ptrdiff_t b_step, ptrdiff_t b_column,
                                               ndi_gemm_store store, void *c, ptrdiff_t c_column)
{
    size_t vectors = (rows + LANES - 1) / LANES;
    if (columns <= COLUMNS / 2) {
        if (vectors == 1)
            tile(1, COLUMNS / 2, depth, a, a_step, b, b_step, b_column, NULL, store, c, c_column);
        else if (vectors == 2)
            tile(2, COLUMNS / 2, depth, a, a_step, b, b_step, b_column, NULL, store, c, c_column);
        else
            tile(VECTORS, COLUMNS / 2, depth, a, a_step, b, b_step, b_column, NULL, store, c,
                 c_column);
    } else if (vectors == 1) {
        tile(1, COLUMNS, depth, a, a_step, b, b_step, b_column, NULL, store, c, c_column);
    } else if (vectors == 2) {
        tile(2, COLUMNS, depth, a, a_step, b, b_step, b_column, NULL, store, c, c_column);
    } else {
        tile(VECTORS, COLUMNS, depth, a, a_step, b, b_step, b_column, NULL, store, c, c_column);
    }
}

static const ndi_gemm_kernels JOIN(SET, tiles) = {
    .name = NAME,
    .tile_rows = VECTORS * LANES,
    .tile_columns = COLUMNS,
    .lanes = LANES,
    .depth = DEPTH,
    .multiply = JOIN(SET, multiply),
    .multiply_strided = JOIN(SET, multiply_strided),
};

#undef JOIN_
#undef JOIN
#undef vector
#undef loose_vector
#undef loose_real
#undef tile
#undef LANES
#undef SET
#undef REAL
#undef VECTORS
#undef DEPTH
#undef PRODUCT

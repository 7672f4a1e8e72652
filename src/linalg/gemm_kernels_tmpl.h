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
#define small_tile JOIN(SET, small_tile)
#define find_edges JOIN(SET, find_edges)
#define many_of JOIN(SET, many_of)
#define complex_tile JOIN(SET, complex_tile)
#define many_complex_of JOIN(SET, many_complex_of)
#define LANES (VECTOR_BYTES / sizeof(REAL))

typedef REAL vector __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL loose_vector __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));
typedef REAL loose_real __attribute__((aligned(1), may_alias));

/* Where the vectors and the columns of a tile begin. Rows that fill no vector are done by one that
 * begins before them, and shares rows with the one before it: nothing beyond the rows is read or
 * written. (Of fewer rows than a vector has, all of it is.) For columns that are not there the last
 * one is read once more. */
TARGET static inline __attribute__((always_inline)) void
find_edges(int vectors, int wide, size_t rows, size_t columns, ptrdiff_t element,
           ptrdiff_t b_column, ptrdiff_t row_at[VECTORS], ptrdiff_t column_at[COLUMNS])
{
    row_at[0] = 0;
    for (int v = 1; v < vectors; v++)
        row_at[v] = (v + 1 < vectors ? v * (ptrdiff_t)LANES : (ptrdiff_t)(rows - LANES)) * element;
    UNROLL
    for (int j = 0; j < wide; j++)
        column_at[j] = (j < (int)columns ? j : (ptrdiff_t)columns - 1) * b_column;
}

/* `rows` by `columns` of a tile of so many vectors by `wide` columns, which are constants; so are
 * strides where operands are packed. Panel `next_b`, unless it is NULL, is fetched into the level 2
 * cache. */
TARGET static inline __attribute__((always_inline)) void
tile(int vectors, int wide, size_t rows, size_t columns, size_t depth, const loose_real *a,
     ptrdiff_t a_step, const loose_real *b, ptrdiff_t b_step, ptrdiff_t b_column,
     const loose_real *next_b, ndi_gemm_store store, loose_real *c, ptrdiff_t c_column)
{
    vector sum[COLUMNS][VECTORS] = {0};
    ptrdiff_t row_at[VECTORS], column_at[COLUMNS];
    find_edges(vectors, wide, rows, columns, 1, b_column, row_at, column_at);
    for (int j = 0; j < wide; j++)
        for (int line = 0; line < vectors * VECTOR_BYTES; line += 64)
            __builtin_prefetch((char *)(c + j * c_column) + line, 1);
    for (size_t p = 0; p < depth; p++, a += a_step, b += b_step) {
        if (next_b) {
            __builtin_prefetch(next_b + p * (size_t)COLUMNS, 0, 2);
            UNROLL
            for (int line = 0; line < vectors * VECTOR_BYTES; line += 64)
                __builtin_prefetch((const char *)(a + STEPS_AHEAD * a_step) + line);
        }
        UNROLL
        for (int j = 0; j < wide; j++) {
            UNROLL
            for (int v = 0; v < vectors; v++)
                sum[j][v] += PRODUCT(*(const loose_vector *)(a + row_at[v]), b[column_at[j]]);
        }
    }
    UNROLL
    for (int j = 0; j < wide; j++, c += c_column) {
        if (j >= (int)columns)
            break;
        UNROLL
        for (int v = 0; v < vectors; v++) /* all before the first is written: they share rows */
            if (store == NDI_GEMM_ADD)
                sum[j][v] += *(loose_vector *)(c + row_at[v]);
            else if (store == NDI_GEMM_SUBTRACT)
                sum[j][v] = *(loose_vector *)(c + row_at[v]) - sum[j][v];
        UNROLL
        for (int v = 0; v < vectors; v++)
            *(loose_vector *)(c + row_at[v]) = sum[j][v];
    }
}

TARGET static void JOIN(SET, multiply)(size_t depth, const void *a, const void *b,
                                       const void *next_b, ndi_gemm_store store, void *c,
                                       ptrdiff_t c_column)
{
    if (!next_b) /* no test in the loop */
        __builtin_unreachable();
    tile(VECTORS, COLUMNS, VECTORS * LANES, COLUMNS, depth, a, VECTORS * LANES, b, COLUMNS, 1,
         next_b, store, c, c_column);
}

/* Not inlined: what others need must not take registers from its loops. */
TARGET static __attribute__((noinline)) void
JOIN(SET, strided_tile)(size_t rows, size_t columns, size_t depth, const loose_real *a,
                        ptrdiff_t a_step, const loose_real *b, ptrdiff_t b_step, ptrdiff_t b_column,
                        ndi_gemm_store store, loose_real *c, ptrdiff_t c_column)
{
#define TILE(vectors, wide)                                                                        \
    tile(vectors, wide, rows, columns, depth, a, a_step, b, b_step, b_column, NULL, store, c,      \
         c_column)
    const size_t vectors = (rows + LANES - 1) / LANES;
    if (columns <= COLUMNS / 2) {
        if (vectors == 1)
            TILE(1, COLUMNS / 2);
        else if (vectors == 2)
            TILE(2, COLUMNS / 2);
        else
            TILE(VECTORS, COLUMNS / 2);
    } else if (vectors == 1) {
        TILE(1, COLUMNS);
    } else if (vectors == 2) {
        TILE(2, COLUMNS);
    } else {
        TILE(VECTORS, COLUMNS);
    }
#undef TILE
}

/* Tile after tile; the last ones fill a vector. */
TARGET static __attribute__((noinline)) void
JOIN(SET, strided_tiles)(size_t rows, size_t columns, size_t depth, const loose_real *a,
                         ptrdiff_t a_step, const loose_real *b, ptrdiff_t b_step,
                         ptrdiff_t b_column, ndi_gemm_store store, loose_real *c,
                         ptrdiff_t c_column)
{
    const size_t most = VECTORS * LANES;
    for (size_t some; rows > 0; rows -= some, a += some, c += some) {
        some = rows <= most ? rows : rows < most + LANES ? most - LANES : most;
        JOIN(SET, strided_tile)
        (some, columns, depth, a, a_step, b, b_step, b_column, store, c, c_column);
    }
}

TARGET static void JOIN(SET, multiply_strided)(size_t rows, size_t columns, size_t depth,
                                               const void *a, ptrdiff_t a_step, const void *b,
                                               ptrdiff_t b_step, ptrdiff_t b_column,
                                               ndi_gemm_store store, void *c, ptrdiff_t c_column)
{
    (rows > VECTORS * LANES ? JOIN(SET, strided_tiles) : JOIN(SET, strided_tile))(
        rows, columns, depth, a, a_step, b, b_step, b_column, store, c, c_column);
}

/* ---- Many products of one small shape ---- */

/* A tile of it: as tile(), but all strides are in bytes, and the first step, of a depth of one at
 * least, adds to a zero instead of setting all sums to it first. */
TARGET static inline __attribute__((always_inline)) void
small_tile(int vectors, int wide, size_t rows, size_t columns, size_t depth, const char *a,
           ptrdiff_t a_step, const char *b, ptrdiff_t b_step, ptrdiff_t b_column, char *c,
           ptrdiff_t c_column)
{
    vector sum[COLUMNS][VECTORS];
    const vector zero = {0};
    ptrdiff_t row_at[VECTORS], column_at[COLUMNS];
    find_edges(vectors, wide, rows, columns, sizeof(REAL), b_column, row_at, column_at);
    UNROLL
    for (int j = 0; j < wide; j++) {
        const REAL factor = *(const loose_real *)(b + column_at[j]);
        UNROLL
        for (int v = 0; v < vectors; v++)
            sum[j][v] = zero + PRODUCT(*(const loose_vector *)(a + row_at[v]), factor);
    }
    for (size_t p = 1; p < depth; p++) {
        a += a_step, b += b_step;
        UNROLL
        for (int j = 0; j < wide; j++) {
            const REAL factor = *(const loose_real *)(b + column_at[j]);
            UNROLL
            for (int v = 0; v < vectors; v++)
                sum[j][v] += PRODUCT(*(const loose_vector *)(a + row_at[v]), factor);
        }
    }
    UNROLL
    for (int j = 0; j < wide; j++, c += c_column) {
        if (j >= (int)columns)
            break;
        UNROLL
        for (int v = 0; v < vectors; v++)
            *(loose_vector *)(c + row_at[v]) = sum[j][v];
    }
}

/* Square matrices of one tile, whose elements are adjacent: all but the addresses is known when it
 * is compiled, so that a product is nothing but its loads, multiplications and stores. 10,000 of
 * 8 x 8 doubles run at 0.97 of what the multiplications take. */
TARGET static inline bool JOIN(SET, are_adjacent)(const ndi_gemm_many *m, size_t element_bytes)
{
    const ptrdiff_t row = (ptrdiff_t)(m->depth * element_bytes);
    return m->rows == m->depth && m->columns == m->depth && m->a_step == row &&
           m->b_step == (ptrdiff_t)element_bytes && m->b_column == row && m->c_column == row;
}

TARGET static inline __attribute__((always_inline)) ndi_gemm_many
JOIN(SET, adjacent)(ndi_gemm_many many, int columns, size_t element_bytes)
{
    many.rows = many.columns = many.depth = (size_t)columns;
    many.b_step = (ptrdiff_t)element_bytes;
    many.a_step = many.b_column = many.c_column = columns * (ptrdiff_t)element_bytes;
    return many;
}

TARGET static inline __attribute__((always_inline)) void many_of(int vectors, int wide,
                                                                 ndi_gemm_many m)
{
    for (size_t i = 0; i < m.count; i++, m.a += m.a_next, m.b += m.b_next, m.c += m.c_next)
        for (size_t j = 0; j < m.columns; j += (size_t)wide) {
            const size_t left = m.columns - j;
            small_tile(vectors, wide, m.rows, left < (size_t)wide ? left : (size_t)wide, m.depth,
                       m.a, m.a_step, m.b + (ptrdiff_t)j * m.b_column, m.b_step, m.b_column,
                       m.c + (ptrdiff_t)j * m.c_column, m.c_column);
        }
}

TARGET static bool JOIN(SET, multiply_many)(const ndi_gemm_many *m)
{
    const size_t vectors = (m->rows + LANES - 1) / LANES;
    const bool are_adjacent = JOIN(SET, are_adjacent)(m, sizeof(REAL));
    if (m->rows < LANES || vectors > VECTORS)
        return false;
    if (are_adjacent && m->rows == LANES && LANES == COLUMNS) {
        many_of(1, COLUMNS, JOIN(SET, adjacent)(*m, COLUMNS, sizeof(REAL)));
    } else if (are_adjacent && m->rows == LANES && LANES == COLUMNS / 2) {
        many_of(1, COLUMNS / 2, JOIN(SET, adjacent)(*m, COLUMNS / 2, sizeof(REAL)));
    } else if (m->columns <= COLUMNS / 2) {
        if (vectors == 1)
            many_of(1, COLUMNS / 2, *m);
        else if (vectors == 2)
            many_of(2, COLUMNS / 2, *m);
        else
            many_of(VECTORS, COLUMNS / 2, *m);
    } else if (vectors == 1) {
        many_of(1, COLUMNS, *m);
    } else if (vectors == 2) {
        many_of(2, COLUMNS, *m);
    } else {
        many_of(VECTORS, COLUMNS, *m);
    }
    return true;
}

#ifdef SWAP_PAIRS
/* Complex numbers: each vector of A meets the real part of a factor, and turned by 90 degrees its
 * imaginary part, in this order, as packed panels have them. */
TARGET static inline __attribute__((always_inline)) void
complex_tile(int vectors, int columns, size_t depth, const char *a, ptrdiff_t a_step, const char *b,
             ptrdiff_t b_step, ptrdiff_t b_column, char *c, ptrdiff_t c_column)
{
    vector sum[COLUMNS][2] = {0}, sign;
    for (size_t lane = 0; lane < LANES; lane++)
        sign[lane] = lane % 2 ? 1 : -1;
    for (size_t p = 0; p < depth; p++, a += a_step, b += b_step) {
        vector straight[2], turned[2];
        UNROLL
        for (int v = 0; v < vectors; v++) {
            straight[v] = ((const loose_vector *)a)[v];
            turned[v] = SWAP_PAIRS(straight[v]) * sign;
        }
        UNROLL
        for (int j = 0; j < columns; j++) {
            const loose_real *const factor = (const loose_real *)(b + j * b_column);
            UNROLL
            for (int v = 0; v < vectors; v++) {
                sum[j][v] += straight[v] * factor[0];
                sum[j][v] += turned[v] * factor[1];
            }
        }
    }
    UNROLL
    for (int j = 0; j < columns; j++, c += c_column) {
        UNROLL
        for (int v = 0; v < vectors; v++)
            ((loose_vector *)c)[v] = sum[j][v];
    }
}

TARGET static inline __attribute__((always_inline)) void many_complex_of(int vectors, int columns,
                                                                         ndi_gemm_many m)
{
    const size_t tiles = m.columns / (size_t)columns;
    for (size_t i = 0; i < m.count; i++, m.a += m.a_next, m.b += m.b_next, m.c += m.c_next)
        for (size_t j = 0; j < tiles; j++)
            complex_tile(vectors, columns, m.depth, m.a, m.a_step,
                         m.b + (ptrdiff_t)j * columns * m.b_column, m.b_step, m.b_column,
                         m.c + (ptrdiff_t)j * columns * m.c_column, m.c_column);
}

TARGET static bool JOIN(SET, multiply_many_complex)(const ndi_gemm_many *m)
{
    const size_t vectors = 2 * m->rows / LANES;
    const bool are_adjacent = JOIN(SET, are_adjacent)(m, 2 * sizeof(REAL));
    if (2 * m->rows % LANES || vectors == 0 || vectors > 2 ||
        (m->columns % COLUMNS && m->columns != COLUMNS / 2))
        return false;
    if (are_adjacent && m->rows == COLUMNS && 2 * COLUMNS / LANES <= 2) {
        many_complex_of(2 * COLUMNS / LANES, COLUMNS,
                        JOIN(SET, adjacent)(*m, COLUMNS, 2 * sizeof(REAL)));
    } else if (m->columns == COLUMNS / 2) {
        if (vectors == 1)
            many_complex_of(1, COLUMNS / 2, *m);
        else
            many_complex_of(2, COLUMNS / 2, *m);
    } else if (vectors == 1) {
        many_complex_of(1, COLUMNS, *m);
    } else {
        many_complex_of(2, COLUMNS, *m);
    }
    return true;
}

#include "linalg/gemm_shallow_tmpl.h"
#endif

static const ndi_gemm_kernels JOIN(SET, tiles) = {
    .name = NAME,
    .tile_rows = VECTORS * LANES,
    .tile_columns = COLUMNS,
    .lanes = LANES,
    .depth = DEPTH,
    .multiply = JOIN(SET, multiply),
    .multiply_strided = JOIN(SET, multiply_strided),
    .multiply_many = JOIN(SET, multiply_many),
#ifdef SWAP_PAIRS
    .multiply_many_complex = JOIN(SET, multiply_many_complex),
    .multiply_long_rows = JOIN(SET, multiply_long_rows),
    .multiply_short_rows = JOIN(SET, multiply_short_rows),
#endif
};

#undef JOIN_
#undef JOIN
#undef vector
#undef loose_vector
#undef loose_real
#undef tile
#undef small_tile
#undef find_edges
#undef many_of
#undef complex_tile
#undef many_complex_of
#undef SWAP_PAIRS
#undef LANES
#undef SET
#undef REAL
#undef VECTORS
#undef DEPTH
#undef PRODUCT

/* The last columns of LU and Cholesky factorizations, one after the other, and small triangles;
 * gemm_kernels_isa.h includes it for float and double after defining SET (the prefix of its names),
 * TARGET, REAL, ABS and ROOT. */

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define vector JOIN(SET, few_vector)
#define loose_vector JOIN(SET, loose_few_vector)
#define bits JOIN(SET, few_bits)
#define LANES (VECTOR_BYTES / sizeof(REAL))
#define COLUMN (NDI_LU_FEW / LANES) /* vectors of a few elements */
/* Right-hand sides solved at once, for whose chains of steps the CPU has registers. */
#define SIDES (VECTOR_BYTES == 64 ? LANES : LANES / 2)

typedef REAL vector __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL loose_vector __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));
typedef unsigned char bits __attribute__((vector_size(VECTOR_BYTES)));

/* The first of the largest magnitudes. A NaN is taken where it is found first, or where all else is
 * 0, so that it reaches the result. */
TARGET static size_t JOIN(SET, largest)(size_t count, const REAL *x)
{
    enum { WIDTH = 64 / sizeof(REAL) };
    REAL most[WIDTH] = {0}, all = 0;
    size_t whole = count - count % WIDTH;
    for (size_t i = 0; i < whole; i += WIDTH)
        for (size_t lane = 0; lane < WIDTH; lane++) {
            const REAL size = ABS(x[i + lane]);
            most[lane] = size > most[lane] ? size : most[lane];
        }
    for (size_t lane = 0; lane < WIDTH; lane++)
        all = most[lane] > all ? most[lane] : all;
    for (size_t i = whole; i < count; i++) {
        const REAL size = ABS(x[i]);
        all = size > all ? size : all;
    }
    for (size_t i = 0; i < count; i++)
        if (all > 0 ? !(ABS(x[i]) < all) : x[i] != x[i])
            return i;
    return 0;
}

/* `columns` of `rows` elements, `leading` apart: left-looking, a column is finished before the next
 * is touched. Pivots are counted from 0. Returns the first column without a pivot, or `columns`. */
TARGET static int JOIN(SET, lu_columns)(size_t rows, int columns, void *matrix, ptrdiff_t leading,
                                        int *pivots)
{
    REAL *restrict a = matrix;
    int missing = columns;
    for (int j = 0; j < columns && j < (int)rows; j++) {
        REAL *column = a + j * leading;
        for (int k = 0; k < j; k++) {
            const REAL *left = a + k * leading, factor = column[k];
            IVDEP
            for (size_t i = (size_t)k + 1; i < rows; i++)
                column[i] -= left[i] * factor;
        }
        const size_t pivot = (size_t)j + JOIN(SET, largest)(rows - (size_t)j, column + j);
        pivots[j] = (int)pivot;
        if (pivot != (size_t)j)
            for (int k = 0; k < columns; k++) {
                const REAL kept = a[k * leading + j];
                a[k * leading + j] = a[k * leading + (ptrdiff_t)pivot];
                a[k * leading + (ptrdiff_t)pivot] = kept;
            }
        if (column[j] == 0) {
            missing = missing < j ? missing : j;
            continue;
        }
        for (size_t i = (size_t)j + 1; i < rows; i++)
            column[i] /= column[j];
    }
    return missing;
}

/* b in all lanes up to `lane`, a in the others. */
TARGET static inline __attribute__((always_inline)) vector JOIN(SET, beyond)(size_t lane, vector a,
                                                                             vector b)
{
    static const unsigned char kept[2 * VECTOR_BYTES] = {[0 ... VECTOR_BYTES - 1] = 0xff};
    bits mask;
    memcpy(&mask, kept + VECTOR_BYTES - (lane + 1) * sizeof(REAL), sizeof mask);
    return (vector)(((bits)b & mask) | ((bits)a & ~mask));
}

/* `count` right-hand sides; all elements of a column go through each step, and those that it does
 * not change are kept. At last they are multiplied by `scale`, unless it is NULL. `count` and
 * `whole`, for rows that are NDI_LU_FEW, are constants. */
TARGET static inline __attribute__((always_inline)) void
JOIN(SET, solve_few)(size_t count, bool whole, size_t rows, const vector lower[][COLUMN],
                     const vector *scale, REAL *sides, ptrdiff_t leading)
{
    vector x[SIDES][COLUMN];
    UNROLL
    for (size_t c = 0; c < count; c++) {
        REAL part[NDI_LU_FEW] = {0};
        const REAL *from = sides + (ptrdiff_t)c * leading;
        if (!whole)
            from = memcpy(part, from, rows * sizeof(REAL));
        UNROLL
        for (size_t v = 0; v < COLUMN; v++)
            x[c][v] = *(const loose_vector *)(from + v * LANES);
    }
    UNROLL
    for (size_t k = 0; k < NDI_LU_FEW; k++)
        UNROLL
    for (size_t c = 0; c < count; c++) {
        const REAL factor = x[c][k / LANES][k % LANES];
        UNROLL
        for (size_t v = k / LANES; v < COLUMN; v++) {
            const vector less = x[c][v] - lower[k][v] * factor;
            x[c][v] = v == k / LANES ? JOIN(SET, beyond)(k % LANES, less, x[c][v]) : less;
        }
    }
    UNROLL
    for (size_t c = 0; c < count; c++) {
        REAL part[NDI_LU_FEW];
        REAL *const to = sides + (ptrdiff_t)c * leading, *const first = whole ? to : part;
        UNROLL
        for (size_t v = 0; v < COLUMN; v++)
            *(loose_vector *)(first + v * LANES) = scale ? x[c][v] * scale[v] : x[c][v];
        if (!whole)
            memcpy(to, part, rows * sizeof(REAL));
    }
}

TARGET static void JOIN(SET, solve_sides)(size_t rows, const vector lower[][COLUMN],
                                          const vector *scale, size_t count, REAL *sides,
                                          ptrdiff_t leading)
{
    size_t j = 0;
    if (rows == NDI_LU_FEW)
        for (; j + SIDES <= count; j += SIDES, sides += SIDES * leading)
            JOIN(SET, solve_few)(SIDES, true, rows, lower, scale, sides, leading);
    for (; j < count; j++, sides += leading)
        JOIN(SET, solve_few)(1, false, rows, lower, scale, sides, leading);
}

/* x of L x = b in place, L the unit lower triangle of `matrix`, for each of `columns` columns. */
TARGET static void JOIN(SET, solve_lower)(size_t rows, const void *matrix, ptrdiff_t leading,
                                          size_t columns, void *sides, ptrdiff_t sides_leading)
{
    vector lower[NDI_LU_FEW][COLUMN] = {{{0}}};
    for (size_t k = 0; k < rows; k++)
        memcpy(lower[k], (const REAL *)matrix + (ptrdiff_t)k * leading, rows * sizeof(REAL));
    JOIN(SET, solve_sides)(rows, lower, NULL, columns, sides, sides_leading);
}

/* The dot product that both triangles of A' take, as their rows lie in columns. */
TARGET static inline REAL JOIN(SET, short_dot)(size_t count, const REAL *a, const REAL *x)
{
    REAL sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * x[i];
    return sum;
}

TARGET static void JOIN(SET, solve_transposed)(size_t n, const void *factors, const int *pivots,
                                               void *sides)
{
    const REAL *a = factors;
    REAL *x = sides;
    for (size_t i = 0; i < n; i++)
        x[i] = (x[i] - JOIN(SET, short_dot)(i, a + i * n, x)) / a[i * n + i];
    for (size_t i = n; i-- > 0;)
        x[i] -= JOIN(SET, short_dot)(n - 1 - i, a + i * n + i + 1, x + i + 1);
    for (size_t i = n; i-- > 0;) {
        const size_t other = (size_t)pivots[i] - 1;
        const REAL kept = x[i];
        x[i] = x[other];
        x[other] = kept;
    }
}

/* The last row and column become the first ones, so that the upper triangle is a lower one; rows
 * are divided by their diagonal, whose reciprocals go to the last column, where nothing is below.
 */
TARGET static void JOIN(SET, turn_upper)(size_t n, const void *factors, void *triangle, void *sides)
{
    const REAL *const u = factors;
    REAL *const to = triangle, *const scale = to + (n - 1) * n;
    for (size_t i = 0; i < n; i++)
        scale[i] = 1 / u[(n - 1 - i) * (n + 1)];
    for (size_t j = 0; j + 1 < n; j++)
        for (size_t i = j + 1; i < n; i++)
            to[j * n + i] = u[(n - 1 - j) * n + n - 1 - i] * scale[i];
    for (size_t j = 0; j < n; j++) {
        REAL *const x = (REAL *)sides + j * n;
        for (size_t i = 0; i < n / 2; i++) {
            const REAL kept = x[i];
            x[i] = x[n - 1 - i];
            x[n - 1 - i] = kept;
        }
        for (size_t i = 0; i < n; i++)
            x[i] *= scale[i];
    }
}

TARGET static void JOIN(SET, turn_back)(size_t n, const int *order, const void *sides, void *matrix)
{
    for (size_t j = 0; j < n; j++) {
        const REAL *const x = (const REAL *)sides + j * n;
        REAL *const to = (REAL *)matrix + (size_t)order[j] * n;
        for (size_t i = 0; i < n; i++)
            to[i] = x[n - 1 - i];
    }
}

/* ---- Cholesky ----------------------------------------------------------------------------------
 * Lower triangles in C order, rows `leading` elements apart. */

/* Column k of L is row k of `lower`, so that all elements of a column go through each step: as
 * L D L', since a root in each step would hold up the next. */
TARGET static int JOIN(SET, cholesky_block)(size_t n, void *matrix, ptrdiff_t leading)
{
    union {
        vector vectors[NDI_LU_FEW][COLUMN];
        REAL reals[NDI_LU_FEW][NDI_LU_FEW];
    } lower = {0};
    REAL pivots[NDI_LU_FEW];
    REAL *const a = matrix;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k <= i; k++)
            lower.reals[k][i] = a[(ptrdiff_t)i * leading + (ptrdiff_t)k];
    for (size_t k = 0; k < n; k++) {
        const REAL pivot = lower.reals[k][k], reciprocal = 1 / pivot;
        if (!(pivot > 0))
            return (int)k + 1;
        pivots[k] = pivot;
        for (size_t j = k + 1; j < n; j++) {
            const REAL factor = lower.reals[k][j] * reciprocal;
            UNROLL
            for (size_t v = 0; v < COLUMN; v++)
                lower.vectors[j][v] -= lower.vectors[k][v] * factor;
        }
    }
    for (size_t k = 0; k < n; k++)
        pivots[k] = 1 / ROOT(pivots[k]);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k <= i; k++)
            a[(ptrdiff_t)i * leading + (ptrdiff_t)k] = lower.reals[k][i] * pivots[k];
    return 0;
}

/* x of x L' = b in place for rows of `width` elements: with the columns of L divided by their
 * diagonal, which is applied at the end. */
TARGET static void JOIN(SET, cholesky_rows)(size_t width, const void *matrix, ptrdiff_t leading,
                                            size_t rows, void *sides)
{
    union {
        vector vectors[NDI_LU_FEW + 1][COLUMN];
        REAL reals[NDI_LU_FEW + 1][NDI_LU_FEW];
    } lower = {0}; /* and the reciprocals of the diagonal */
    REAL *const scale = lower.reals[NDI_LU_FEW];
    const REAL *const a = matrix;
    for (size_t k = 0; k < width; k++)
        scale[k] = 1 / a[(ptrdiff_t)k * (leading + 1)];
    for (size_t i = 0; i < width; i++)
        for (size_t k = 0; k < i; k++)
            lower.reals[k][i] = a[(ptrdiff_t)i * leading + (ptrdiff_t)k] * scale[k];
    JOIN(SET, solve_sides)(width, lower.vectors, lower.vectors[NDI_LU_FEW], rows, sides, leading);
}

static const ndi_lu_kernels JOIN(SET, lu) = {
    .columns = JOIN(SET, lu_columns),
    .solve_lower = JOIN(SET, solve_lower),
    .solve_transposed = JOIN(SET, solve_transposed),
    .turn_upper = JOIN(SET, turn_upper),
    .turn_back = JOIN(SET, turn_back),
    .cholesky_block = JOIN(SET, cholesky_block),
    .cholesky_rows = JOIN(SET, cholesky_rows),
};

#undef JOIN_
#undef JOIN
#undef vector
#undef loose_vector
#undef bits
#undef LANES
#undef COLUMN
#undef SIDES
#undef SET
#undef REAL
#undef ABS
#undef ROOT

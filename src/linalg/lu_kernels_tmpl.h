/* The last columns of an LU factorization, one after the other; gemm_kernels_isa.h includes it for
 * float and double after defining SET (the prefix of its names), TARGET, REAL and ABS. */

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)

/* The first of the largest magnitudes. A NaN is taken where it is found first, or where all else is
 * 0, so that it reaches the result. */
TARGET static size_t JOIN(SET, largest)(size_t count, const REAL *x)
{
    enum { LANES = 64 / sizeof(REAL) };
    REAL most[LANES] = {0}, all = 0;
    size_t whole = count - count % LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++) {
            const REAL size = ABS(x[i + lane]);
            most[lane] = size > most[lane] ? size : most[lane];
        }
    for (size_t lane = 0; lane < LANES; lane++)
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

/* `width` right-hand sides at a time, for whose chains of steps the CPU has registers; all elements
 * of a column go through each step, those that it does not change too. */
TARGET static inline __attribute__((always_inline)) void
JOIN(SET, solve_few)(size_t width, size_t rows, REAL lower[][NDI_LU_FEW], REAL *sides,
                     ptrdiff_t leading)
{
    REAL x[4][NDI_LU_FEW] = {{0}};
    for (size_t c = 0; c < width; c++)
        memcpy(x[c], sides + (ptrdiff_t)c * leading, rows * sizeof(REAL));
    for (size_t k = 0; k < rows; k++)
        for (size_t c = 0; c < width; c++) {
            const REAL factor = x[c][k];
            IVDEP
            for (size_t i = 0; i < NDI_LU_FEW; i++)
                x[c][i] = i > k ? x[c][i] - lower[k][i] * factor : x[c][i];
        }
    for (size_t c = 0; c < width; c++)
        memcpy(sides + (ptrdiff_t)c * leading, x[c], rows * sizeof(REAL));
}

/* x of L x = b in place, L the unit lower triangle of `matrix`, for each of `columns` columns. */
TARGET static void JOIN(SET, solve_lower)(size_t rows, const void *matrix, ptrdiff_t leading,
                                          size_t columns, void *sides, ptrdiff_t sides_leading)
{
    REAL lower[NDI_LU_FEW][NDI_LU_FEW] = {{0}};
    REAL *to = sides;
    for (size_t k = 0; k < rows; k++)
        memcpy(lower[k], (const REAL *)matrix + (ptrdiff_t)k * leading, rows * sizeof(REAL));
    size_t j = 0;
    for (; j + 4 <= columns; j += 4, to += 4 * sides_leading)
        JOIN(SET, solve_few)(4, rows, lower, to, sides_leading);
    for (; j < columns; j++, to += sides_leading)
        JOIN(SET, solve_few)(1, rows, lower, to, sides_leading);
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
 * are divided by their diagonal, which goes to the last column, where nothing is below it. */
TARGET static void JOIN(SET, turn_upper)(size_t n, const void *factors, void *triangle, void *sides)
{
    const REAL *const u = factors;
    REAL *const to = triangle, *const diagonal = to + (n - 1) * n;
    for (size_t i = 0; i < n; i++)
        diagonal[i] = u[(n - 1 - i) * (n + 1)];
    for (size_t j = 0; j + 1 < n; j++)
        for (size_t i = j + 1; i < n; i++)
            to[j * n + i] = u[(n - 1 - j) * n + n - 1 - i] / diagonal[i];
    for (size_t j = 0; j < n; j++) {
        REAL *const x = (REAL *)sides + j * n;
        for (size_t i = 0; i < n / 2; i++) {
            const REAL kept = x[i];
            x[i] = x[n - 1 - i];
            x[n - 1 - i] = kept;
        }
        for (size_t i = 0; i < n; i++)
            x[i] /= diagonal[i];
    }
}

TARGET static void JOIN(SET, turn_back)(size_t n, const void *sides, void *matrix)
{
    for (size_t j = 0; j < n; j++) {
        const REAL *const x = (const REAL *)sides + j * n;
        for (size_t i = 0; i < n; i++)
            ((REAL *)matrix)[j * n + i] = x[n - 1 - i];
    }
}

/* The unit matrix after the exchanges of rows; row `order[i]` goes to row i. */
TARGET static void JOIN(SET, exchange_unit)(size_t n, const int *order, void *sides)
{
    memset(sides, 0, n * n * sizeof(REAL));
    for (size_t i = 0; i < n; i++)
        ((REAL *)sides)[(size_t)order[i] * n + i] = 1;
}

static const ndi_lu_kernels JOIN(SET, lu) = {
    .columns = JOIN(SET, lu_columns),
    .solve_lower = JOIN(SET, solve_lower),
    .solve_transposed = JOIN(SET, solve_transposed),
    .turn_upper = JOIN(SET, turn_upper),
    .turn_back = JOIN(SET, turn_back),
    .exchange_unit = JOIN(SET, exchange_unit),
};

#undef JOIN_
#undef JOIN
#undef SET
#undef REAL
#undef ABS

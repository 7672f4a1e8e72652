/* The last columns of LU and Cholesky factorizations, one after the other, and small triangles, for
 * each instruction set (isa_each.h) and dtype (numbers_each.h). */

#define loose_vector JOIN(SET, loose_vector)
#define bits JOIN(SET, few_bits)
#define triangle JOIN(SET, few_columns)
#define COLUMN (NDI_LU_FEW / ELEMENTS) /* vectors of a few numbers */
/* Right-hand sides solved at once, for whose chains of steps the CPU has registers. */
#define SIDES (VECTOR_BYTES == 64 ? ELEMENTS : ELEMENTS > 1 ? ELEMENTS / 2 : 1)

typedef REAL loose_vector __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));
typedef unsigned char bits __attribute__((vector_size(VECTOR_BYTES)));

/* Columns of a unit lower triangle, of complex numbers turned too. */
typedef union triangle {
    vector vectors[PARTS][NDI_LU_FEW][COLUMN];
    REAL reals[PARTS][NDI_LU_FEW][NDI_LU_FEW * PARTS];
} triangle;

INLINE REAL JOIN(SET, size_at)(const REAL *x, size_t i)
{
    return PARTS == 2 ? ABS(x[2 * i]) + ABS(x[2 * i + 1]) : ABS(x[i]);
}

/* The first of the largest magnitudes (of complex numbers the sum of the parts'). A NaN is taken
 * where it is found first, or where all else is 0, so that it reaches the result. */
TARGET static size_t JOIN(SET, largest)(size_t count, const REAL *x)
{
    enum { WIDTH = 64 / sizeof(REAL) };
    REAL most[WIDTH] = {0}, all = 0;
    size_t whole = count - count % WIDTH;
    for (size_t i = 0; i < whole; i += WIDTH)
        for (size_t lane = 0; lane < WIDTH; lane++) {
            const REAL size = JOIN(SET, size_at)(x, i + lane);
            most[lane] = size > most[lane] ? size : most[lane];
        }
    for (size_t lane = 0; lane < WIDTH; lane++)
        all = most[lane] > all ? most[lane] : all;
    for (size_t i = whole; i < count; i++) {
        const REAL size = JOIN(SET, size_at)(x, i);
        all = size > all ? size : all;
    }
    for (size_t i = 0; i < count; i++) {
        const REAL size = JOIN(SET, size_at)(x, i);
        if (all > 0 ? !(size < all) : size != size)
            return i;
    }
    return 0;
}

/* x / y, of complex numbers by parts of y that are 1 at most. */
INLINE number JOIN(SET, divided)(number x, number y)
{
    if (PARTS == 1)
        return (number){x.re / y.re, 0};
    const REAL size = ABS(y.re) > ABS(y.im) ? ABS(y.re) : ABS(y.im), re = y.re / size,
               im = y.im / size, square = re * re + im * im;
    return JOIN(SET, times)((number){x.re / size, x.im / size},
                            (number){re / square, -im / square});
}

/* Elements begin..end-1 of x become less by those of v times f. */
TARGET static inline void JOIN(SET, subtract_column)(size_t begin, size_t end, REAL *restrict x,
                                                     const REAL *v, number f)
{
    size_t i = begin * PARTS;
    if (PARTS == 1)
        IVDEP
    for (; i < end; i++)
        x[i] -= v[i] * f.re;
    for (; i + LANES <= end * PARTS; i += LANES) {
        const vector vi = *(const loose_vector *)(v + i);
        *(loose_vector *)(x + i) =
            JOIN(SET, less)(*(const loose_vector *)(x + i), vi, JOIN(SET, turned)(vi), f);
    }
    for (i /= PARTS; i < end; i++) {
        const number product = JOIN(SET, times)(JOIN(SET, at)(v, i), f);
        x[i * PARTS] -= product.re;
        if (PARTS == 2)
            x[i * PARTS + PARTS - 1] -= product.im;
    }
}

INLINE void JOIN(SET, exchange)(REAL *x, REAL *y)
{
    for (size_t part = 0; part < PARTS; part++) {
        const REAL kept = x[part];
        x[part] = y[part];
        y[part] = kept;
    }
}

/* `columns` of `rows` elements, `leading` apart: left-looking, a column is finished before the next
 * is touched. Pivots are counted from 0. Returns the first column without a pivot, or `columns`. */
TARGET static int JOIN(SET, lu_columns)(size_t rows, int columns, void *matrix, ptrdiff_t leading,
                                        int *pivots)
{
    REAL *const a = matrix;
    const ptrdiff_t apart = leading * PARTS;
    int missing = columns;
    for (int j = 0; j < columns && j < (int)rows; j++) {
        REAL *const column = a + j * apart;
        const size_t diagonal = (size_t)j;
        for (int k = 0; k < j; k++)
            JOIN(SET, subtract_column)
        ((size_t)k + 1, rows, column, a + k * apart, JOIN(SET, at)(column, (size_t)k));
        const size_t pivot =
            diagonal + JOIN(SET, largest)(rows - diagonal, column + diagonal * PARTS);
        pivots[j] = (int)pivot;
        if (pivot != diagonal)
            for (int k = 0; k < columns; k++)
                JOIN(SET, exchange)
        (a + k * apart + diagonal * PARTS, a + k * apart + pivot * PARTS);
        const number divisor = JOIN(SET, at)(column, diagonal);
        if (JOIN(SET, size_at)(column, diagonal) == 0) {
            missing = missing < j ? missing : j;
            continue;
        }
        const number reciprocal = JOIN(SET, divided)((number){1, 0}, divisor);
        if (PARTS == 2 && JOIN(SET, size_at)(column, diagonal) > LEAST)
            for (size_t i = diagonal + 1; i < rows; i++)
                JOIN(SET, put)(column, i, JOIN(SET, times)(JOIN(SET, at)(column, i), reciprocal));
        else
            for (size_t i = diagonal + 1; i < rows; i++)
                JOIN(SET, put)(column, i, JOIN(SET, divided)(JOIN(SET, at)(column, i), divisor));
    }
    return missing;
}

/* b in all lanes up to number `last`, a in the others. */
INLINE vector JOIN(SET, beyond)(size_t last, vector a, vector b)
{
    static const unsigned char kept[2 * VECTOR_BYTES] = {[0 ... VECTOR_BYTES - 1] = 0xff};
    bits mask;
    memcpy(&mask, kept + VECTOR_BYTES - (last + 1) * PARTS * sizeof(REAL), sizeof mask);
    return (vector)(((bits)b & mask) | ((bits)a & ~mask));
}

/* `count` right-hand sides; all elements of a column go through each step, and those that it does
 * not change are kept. At last they are multiplied by `scale`, unless it is NULL. `count` and
 * `whole`, for rows that are NDI_LU_FEW, are constants. */
INLINE void JOIN(SET, solve_few)(size_t count, bool whole, size_t rows, const triangle *lower,
                                 const vector *scale, REAL *sides, ptrdiff_t apart)
{
    vector x[SIDES][COLUMN];
    UNROLL
    for (size_t c = 0; c < count; c++) {
        REAL part[NDI_LU_FEW * PARTS] = {0};
        const REAL *from = sides + (ptrdiff_t)c * apart;
        if (!whole)
            from = memcpy(part, from, rows * PARTS * sizeof(REAL));
        UNROLL
        for (size_t v = 0; v < COLUMN; v++)
            x[c][v] = *(const loose_vector *)(from + v * LANES);
    }
    UNROLL
    for (size_t k = 0; k < NDI_LU_FEW; k++)
        UNROLL
    for (size_t c = 0; c < count; c++) {
        const size_t lane = k % ELEMENTS * PARTS, first = k / ELEMENTS;
        const number factor = {x[c][first][lane], x[c][first][lane + PARTS - 1]};
        UNROLL
        for (size_t v = first; v < COLUMN; v++) {
            const vector less = JOIN(SET, less)(x[c][v], lower->vectors[0][k][v],
                                                lower->vectors[PARTS - 1][k][v], factor);
            x[c][v] = v == first ? JOIN(SET, beyond)(k % ELEMENTS, less, x[c][v]) : less;
        }
    }
    UNROLL
    for (size_t c = 0; c < count; c++) {
        REAL part[NDI_LU_FEW * PARTS];
        REAL *const to = sides + (ptrdiff_t)c * apart, *const first = whole ? to : part;
        UNROLL
        for (size_t v = 0; v < COLUMN; v++)
            *(loose_vector *)(first + v * LANES) = scale ? x[c][v] * scale[v] : x[c][v];
        if (!whole)
            memcpy(to, part, rows * PARTS * sizeof(REAL));
    }
}

TARGET static void JOIN(SET, solve_sides)(size_t rows, const triangle *lower, const vector *scale,
                                          size_t count, REAL *sides, ptrdiff_t leading)
{
    const ptrdiff_t apart = leading * PARTS;
    size_t j = 0;
    if (rows == NDI_LU_FEW)
        for (; j + SIDES <= count; j += SIDES, sides += SIDES * apart)
            JOIN(SET, solve_few)(SIDES, true, rows, lower, scale, sides, apart);
    for (; j < count; j++, sides += apart)
        JOIN(SET, solve_few)(1, false, rows, lower, scale, sides, apart);
}

/* x of L x = b in place, L the unit lower triangle of `matrix`, for each of `columns` columns. */
TARGET static void JOIN(SET, solve_lower)(size_t rows, const void *matrix, ptrdiff_t leading,
                                          size_t columns, void *sides, ptrdiff_t sides_leading)
{
    triangle lower = {0};
    for (size_t k = 0; k < rows; k++) {
        memcpy(lower.vectors[0][k], (const REAL *)matrix + (ptrdiff_t)k * leading * PARTS,
               rows * PARTS * sizeof(REAL));
        for (size_t v = 0; PARTS == 2 && v < COLUMN; v++)
            lower.vectors[PARTS - 1][k][v] = JOIN(SET, turned)(lower.vectors[0][k][v]);
    }
    JOIN(SET, solve_sides)(rows, &lower, NULL, columns, sides, sides_leading);
}

/* The dot product that both triangles of A' take, as their rows lie in columns. */
INLINE number JOIN(SET, short_dot)(size_t count, const REAL *a, const REAL *x)
{
    REAL re = 0, other_re = 0, im = 0, other_im = 0;
    for (size_t i = 0; i < count; i++) {
        re += a[i * PARTS] * x[i * PARTS];
        if (PARTS == 2) {
            other_re += a[2 * i + 1] * x[2 * i + 1];
            im += a[2 * i] * x[2 * i + 1];
            other_im += a[2 * i + 1] * x[2 * i];
        }
    }
    return (number){re - other_re, im + other_im};
}

/* x[i] - sum. */
INLINE number JOIN(SET, rest_at)(const REAL *x, size_t i, number sum)
{
    const number xi = JOIN(SET, at)(x, i);
    return (number){xi.re - sum.re, xi.im - sum.im};
}

TARGET static void JOIN(SET, solve_transposed)(size_t n, const void *factors, const int *pivots,
                                               void *sides)
{
    const REAL *const a = factors;
    REAL *const x = sides;
    for (size_t i = 0; i < n; i++) {
        const number sum = JOIN(SET, short_dot)(i, a + i * n * PARTS, x);
        JOIN(SET, put)
        (x, i, JOIN(SET, divided)(JOIN(SET, rest_at)(x, i, sum), JOIN(SET, at)(a, i * n + i)));
    }
    for (size_t i = n; i-- > 0;) {
        const number sum =
            JOIN(SET, short_dot)(n - 1 - i, a + (i * n + i + 1) * PARTS, x + (i + 1) * PARTS);
        JOIN(SET, put)(x, i, JOIN(SET, rest_at)(x, i, sum));
    }
    for (size_t i = n; i-- > 0;)
        JOIN(SET, exchange)(x + i * PARTS, x + ((size_t)pivots[i] - 1) * PARTS);
}

/* The last row and column become the first ones, so that the upper triangle is a lower one; rows
 * are divided by their diagonal, whose reciprocals go to the last column, where nothing is below.
 */
TARGET static void JOIN(SET, turn_upper)(size_t n, const void *factors, void *turned,
                                         size_t columns, void *sides)
{
    const REAL *const u = factors;
    REAL *const to = turned, *const scale = to + (n - 1) * n * PARTS;
    for (size_t i = 0; i < n; i++)
        JOIN(SET, put)
    (scale, i, JOIN(SET, divided)((number){1, 0}, JOIN(SET, at)(u, (n - 1 - i) * (n + 1))));
    for (size_t j = 0; j + 1 < n; j++)
        for (size_t i = j + 1; i < n; i++)
            JOIN(SET, put)
    (to, j * n + i,
     JOIN(SET, times)(JOIN(SET, at)(u, (n - 1 - j) * n + n - 1 - i), JOIN(SET, at)(scale, i)));
    for (size_t j = 0; j < columns; j++) {
        REAL *const x = (REAL *)sides + j * n * PARTS;
        for (size_t i = 0; i < n / 2; i++)
            JOIN(SET, exchange)(x + i * PARTS, x + (n - 1 - i) * PARTS);
        for (size_t i = 0; i < n; i++)
            JOIN(SET, put)(x, i, JOIN(SET, times)(JOIN(SET, at)(x, i), JOIN(SET, at)(scale, i)));
    }
}

TARGET static void JOIN(SET, turn_back)(size_t n, size_t columns, const int *order,
                                        const void *sides, void *to_matrix)
{
    for (size_t j = 0; j < columns; j++) {
        const REAL *const x = (const REAL *)sides + j * n * PARTS;
        REAL *const to = (REAL *)to_matrix + (order ? (size_t)order[j] : j) * n * PARTS;
        for (size_t i = 0; i < n; i++)
            JOIN(SET, put)(to, i, JOIN(SET, at)(x, n - 1 - i));
    }
}

/* ---- Cholesky ----------------------------------------------------------------------------------
 * Lower triangles in C order, rows `leading` elements apart. */

/* Column k of L is row k of `lower`, so that all elements of a column go through each step: as
 * L D L', since a root in each step would hold up the next. */
TARGET static int JOIN(SET, cholesky_block)(size_t n, void *matrix, ptrdiff_t leading)
{
    triangle lower = {0};
    REAL pivots[NDI_LU_FEW];
    REAL *const a = matrix;
    const ptrdiff_t apart = leading * PARTS;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k <= i; k++)
            JOIN(SET, put)
    (lower.reals[0][k], i, JOIN(SET, at)(a + (ptrdiff_t)i * apart, k));
    for (size_t k = 0; k < n; k++) {
        const REAL pivot = lower.reals[0][k][k * PARTS], reciprocal = 1 / pivot;
        vector turned[COLUMN];
        if (!(pivot > 0))
            return (int)k + 1;
        pivots[k] = pivot;
        UNROLL
        for (size_t v = 0; v < COLUMN; v++)
            turned[v] = JOIN(SET, turned)(lower.vectors[0][k][v]);
        for (size_t j = k + 1; j < n; j++) {
            const number other = JOIN(SET, conjugate_at)(lower.reals[0][k], j),
                         factor = {other.re * reciprocal, other.im * reciprocal};
            UNROLL
            for (size_t v = 0; v < COLUMN; v++)
                lower.vectors[0][j][v] = JOIN(SET, less)(lower.vectors[0][j][v],
                                                         lower.vectors[0][k][v], turned[v], factor);
        }
    }
    for (size_t k = 0; k < n; k++)
        pivots[k] = 1 / ROOT(pivots[k]);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k <= i; k++) {
            const number x = JOIN(SET, at)(lower.reals[0][k], i);
            JOIN(SET, put)
            (a + (ptrdiff_t)i * apart, k, (number){x.re * pivots[k], i > k ? x.im * pivots[k] : 0});
        }
    return 0;
}

/* x of x L' = b in place for rows of `width` elements: with the columns of L divided by their
 * diagonal, which is applied at the end. */
TARGET static void JOIN(SET, cholesky_rows)(size_t width, const void *matrix, ptrdiff_t leading,
                                            size_t rows, void *sides)
{
    triangle lower = {0};
    union {
        vector vectors[COLUMN];
        REAL reals[NDI_LU_FEW * PARTS];
    } scale = {0}; /* reciprocals of the diagonal */
    const REAL *const a = matrix;
    const ptrdiff_t apart = leading * PARTS;
    for (size_t k = 0; k < width; k++)
        for (size_t part = 0; part < PARTS; part++)
            scale.reals[k * PARTS + part] = 1 / a[(ptrdiff_t)k * (apart + PARTS)];
    for (size_t i = 0; i < width; i++)
        for (size_t k = 0; k < i; k++) {
            const number x = JOIN(SET, conjugate_at)(a + (ptrdiff_t)i * apart, k);
            const REAL by = scale.reals[k * PARTS];
            JOIN(SET, put)(lower.reals[0][k], i, (number){x.re * by, x.im * by});
        }
    for (size_t k = 0; PARTS == 2 && k < width; k++)
        for (size_t v = 0; v < COLUMN; v++)
            lower.vectors[PARTS - 1][k][v] = JOIN(SET, turned)(lower.vectors[0][k][v]);
    JOIN(SET, solve_sides)(width, &lower, scale.vectors, rows, sides, leading);
}

static const ndi_lu_kernels JOIN(SET, lu) = {
    .type = TYPE,
    .item = PARTS * sizeof(REAL),
    .columns = JOIN(SET, lu_columns),
    .solve_lower = JOIN(SET, solve_lower),
    .solve_transposed = JOIN(SET, solve_transposed),
    .turn_upper = JOIN(SET, turn_upper),
    .turn_back = JOIN(SET, turn_back),
    .cholesky_block = JOIN(SET, cholesky_block),
    .cholesky_rows = JOIN(SET, cholesky_rows),
};

#undef loose_vector
#undef bits
#undef triangle
#undef COLUMN
#undef SIDES

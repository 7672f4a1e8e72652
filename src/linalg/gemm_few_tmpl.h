/* Dot products of many rows with a few columns: a part of gemv_kernels_tmpl.h for types that have,
 * of two vectors, EVEN and ODD: the lanes of even and of odd numbers.
 *
 * Four rows, or the last two, by two or four columns are done together: each number that is read is
 * multiplied several times, and the sums are added up as in gemv_short_tmpl.h. */

#define MOST_COLUMNS (VECTOR_BYTES == 64 ? 4 : 2) /* whose sums stay in registers */

/* Half as many vectors of partial sums, of `count` that are left of as many as `sums`, unless each
 * sum is in a lane of its own. gcc leaves a loop over halves as it is. */
TARGET static inline __attribute__((always_inline)) void
JOIN(SET, few_halves)(size_t count, size_t sums, vector sum[16])
{
    if (count > sums || count <= sums / LANES)
        return;
    UNROLL
    for (size_t i = 0; i < count / 2; i++)
        sum[i] = EVEN(sum[2 * i], sum[2 * i + 1]) + ODD(sum[2 * i], sum[2 * i + 1]);
}

/* Sums of `rows` by `columns`, each 2 or 4 and constant. */
TARGET static inline __attribute__((always_inline)) void
JOIN(SET, few_block)(size_t rows, size_t columns, size_t count, const char *const a[4],
                     const char *const x[4], REAL totals[16])
{
    vector sum[16] = {0}, by[4];
    const size_t sums = rows * columns < LANES ? LANES : rows * columns;
    const size_t whole = count / LANES * VECTOR_BYTES;
    for (size_t at = 0; at < whole; at += VECTOR_BYTES) {
        UNROLL
        for (size_t c = 0; c < columns; c++)
            by[c] = *(const loose_vector *)(x[c] + at);
        UNROLL
        for (size_t r = 0; r < rows; r++) {
            vector row = *(const loose_vector *)(a[r] + at);
            KEEP(row)
            UNROLL
            for (size_t c = 0; c < columns; c++)
                sum[r * columns + c] += row * by[c];
        }
    }
    if (count % LANES) {
        UNROLL
        for (size_t c = 0; c < columns; c++)
            by[c] = JOIN(SET, tail)((const loose_real *)x[c] + count, count % LANES);
        UNROLL
        for (size_t r = 0; r < rows; r++) {
            const vector row = JOIN(SET, tail)((const loose_real *)a[r] + count, count % LANES);
            UNROLL
            for (size_t c = 0; c < columns; c++)
                sum[r * columns + c] += row * by[c];
        }
    }
    JOIN(SET, few_halves)(16, sums, sum);
    JOIN(SET, few_halves)(8, sums, sum);
    JOIN(SET, few_halves)(4, sums, sum);
    JOIN(SET, few_halves)(2, sums, sum);
    memcpy(totals, sum, sums * sizeof(REAL));
}

TARGET static inline __attribute__((always_inline)) void
JOIN(SET, add_totals)(size_t count, bool adds, const REAL *totals, loose_real *sums)
{
    UNROLL
    for (size_t i = 0; i < count; i++)
        sums[i] = adds ? sums[i] + totals[i] : totals[i];
}

TARGET static void JOIN(SET, few_columns)(size_t rows, size_t columns, size_t count, const void *a,
                                          ptrdiff_t a_stride, const void *x, ptrdiff_t x_stride,
                                          bool adds, void *sums)
{
    loose_real *const to = sums;
    REAL totals[16];
    for (size_t row = 0; row < rows; row += 4) {
        const bool is_half = rows - row <= 2;
        for (size_t column = 0; column < columns;) {
            /* What is beyond the last is that once more. */
            const size_t left = columns - column, wide = left > 2 ? MOST_COLUMNS : 2;
            const char *rows_of_a[4], *columns_of_x[4];
            for (size_t i = 0; i < 4; i++) {
                const size_t r = row + i < rows ? row + i : rows - 1,
                             c = i < left ? column + i : columns - 1;
                rows_of_a[i] = (const char *)a + (ptrdiff_t)r * a_stride;
                columns_of_x[i] = (const char *)x + (ptrdiff_t)c * x_stride;
            }
            if (wide == 4 && is_half)
                JOIN(SET, few_block)(2, 4, count, rows_of_a, columns_of_x, totals);
            else if (wide == 4)
                JOIN(SET, few_block)(4, 4, count, rows_of_a, columns_of_x, totals);
            else
                JOIN(SET, few_block)(4, 2, count, rows_of_a, columns_of_x, totals);
            if (wide == columns && rows - row >= 4) { /* all of these rows */
                if (wide == 4)
                    JOIN(SET, add_totals)(16, adds, totals, to + row * columns);
                else
                    JOIN(SET, add_totals)(8, adds, totals, to + row * columns);
                break;
            }
            for (size_t r = 0; r < 4 && row + r < rows; r++)
                for (size_t c = 0; c < wide && c < left; c++) {
                    loose_real *const sum = to + (row + r) * columns + column + c;
                    const REAL total = totals[r * wide + c];
                    *sum = adds ? *sum + total : total;
                }
            column += wide;
        }
    }
}

#undef MOST_COLUMNS

/* Dot products of many short rows with one vector, for one float type; gemm_kernels_isa.h includes
 * it after defining SET, TARGET, REAL, VECTOR_BYTES and, of two vectors, EVEN and ODD: the lanes of
 * even and of odd numbers.
 *
 * The vector stays in registers. As many rows as a vector has lanes are done together: adding even
 * to odd lanes of two rows leaves half as many sums of each in one vector, and in the end one total
 * of each row in its lane. */

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define vector JOIN(SET, short_vector)
#define loose_vector JOIN(SET, loose_short_vector)
#define loose_bytes JOIN(SET, loose_short_bytes)
#define LANES (VECTOR_BYTES / sizeof(REAL))

typedef REAL vector __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL loose_vector __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));
typedef unsigned char loose_bytes __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));

/* Rows of `vectors` vectors, of the last only what `mask` keeps; read from address to address. */
TARGET static inline __attribute__((always_inline)) vector
JOIN(SET, short_totals)(size_t vectors, const char *const *rows, const vector *x, loose_bytes mask)
{
    vector sum[LANES];
    UNROLL
    for (size_t r = 0; r < LANES; r++) {
        UNROLL
        for (size_t v = 0; v + 1 < vectors; v++) {
            const vector a = *(const loose_vector *)(rows[r] + v * VECTOR_BYTES);
            sum[r] = v == 0 ? a * x[0] : sum[r] + a * x[v];
        }
        const vector last =
            (vector)(*(const loose_bytes *)(rows[r] + (vectors - 1) * VECTOR_BYTES) & mask);
        sum[r] = vectors == 1 ? last * x[0] : sum[r] + last * x[vectors - 1];
    }
    UNROLL
    for (size_t count = LANES / 2; count > 0; count /= 2)
        UNROLL
    for (size_t i = 0; i < count; i++)
        sum[i] = EVEN(sum[2 * i], sum[2 * i + 1]) + ODD(sum[2 * i], sum[2 * i + 1]);
    return sum[0];
}

TARGET static inline __attribute__((always_inline)) void
JOIN(SET, short_of)(size_t vectors, size_t row_count, size_t count, const char *a, ptrdiff_t stride,
                    const void *x_row, REAL *totals)
{
    const size_t bytes = count * sizeof(REAL), whole = vectors * VECTOR_BYTES;
    /* A row is read to the end of its last vector if that is inside the matrix, else copied. */
    const char *const end = a + (ptrdiff_t)(row_count - 1) * stride + bytes;
    char copies[LANES][4 * VECTOR_BYTES] __attribute__((aligned(VECTOR_BYTES)));
    char kept[4 * VECTOR_BYTES] __attribute__((aligned(VECTOR_BYTES))) = {0};
    loose_bytes mask;
    vector x[4];
    memset(kept, 0xff, bytes);
    mask = *(const loose_bytes *)(kept + whole - VECTOR_BYTES);
    memset(kept, 0, sizeof kept);
    memcpy(kept, x_row, bytes);
    memcpy(x, kept, sizeof x);
    for (size_t row = 0; row < row_count; row += LANES) {
        const char *rows[LANES];
        for (size_t r = 0; r < LANES; r++)
            rows[r] = a + (ptrdiff_t)(row + r < row_count ? row + r : row_count - 1) * stride;
        if (rows[LANES - 1] + whole > end)
            for (size_t r = 0; r < LANES; r++) {
                memset(copies[r], 0, sizeof copies[r]);
                memcpy(copies[r], rows[r], bytes);
                rows[r] = copies[r];
            }
        const vector sum = JOIN(SET, short_totals)(vectors, rows, x, mask);
        const size_t left = row_count - row;
        memcpy(totals + row, &sum, (left < LANES ? left : LANES) * sizeof(REAL));
    }
}

TARGET static bool JOIN(SET, short_rows)(size_t row_count, size_t count, const void *a,
                                         ptrdiff_t stride, const void *x, void *totals)
{
    const size_t vectors = (count + LANES - 1) / LANES;
    if (vectors > 4 || stride < (ptrdiff_t)(count * sizeof(REAL)))
        return false;
    if (vectors == 1)
        JOIN(SET, short_of)(1, row_count, count, a, stride, x, totals);
    else if (vectors == 2)
        JOIN(SET, short_of)(2, row_count, count, a, stride, x, totals);
    else if (vectors == 3)
        JOIN(SET, short_of)(3, row_count, count, a, stride, x, totals);
    else
        JOIN(SET, short_of)(4, row_count, count, a, stride, x, totals);
    return true;
}

#undef JOIN_
#undef JOIN
#undef vector
#undef loose_vector
#undef loose_bytes
#undef LANES

/* Dot products of many short rows with one vector, for one float type; gemm_kernels_isa.h includes
 * it after defining SET, TARGET, REAL, LANE_BITS (an integer as wide), VECTOR_BYTES and, of two
 * vectors, EVEN and ODD: the lanes of even and of odd numbers; and if there is one, SPREAD.
 *
 * The vector stays in registers. As many rows as a vector has lanes are done together: adding even
 * to odd lanes of two rows leaves half as many sums of each in one vector, and in the end one total
 * of each row in its lane. Of very short rows that follow one another a vector holds several, in
 * slots of 2, 4 or 8 elements; their sums are the same. */

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define vector JOIN(SET, short_vector)
#define loose_vector JOIN(SET, loose_short_vector)
#define loose_bytes JOIN(SET, loose_short_bytes)
#define places JOIN(SET, short_places)
#define LANES (VECTOR_BYTES / sizeof(REAL))
#ifndef SPREAD
#define CANNOT_SPREAD
#define SPREAD(v, to, kept) ((void)(to), (void)(kept), (v))
#endif

typedef REAL vector __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL loose_vector __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));
typedef LANE_BITS places __attribute__((vector_size(VECTOR_BYTES)));
typedef unsigned char loose_bytes __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));

/* As many rows as a vector has lanes, of `vectors` vectors, of the last only what `mask` keeps. */
TARGET static inline __attribute__((always_inline)) vector
JOIN(SET, short_totals)(size_t vectors, const char *a, ptrdiff_t stride, const vector *x,
                        loose_bytes mask)
{
    vector sum[LANES];
    UNROLL
    for (size_t r = 0; r < LANES; r++, a += stride) {
        UNROLL
        for (size_t v = 0; v + 1 < vectors; v++) {
            const vector part = *(const loose_vector *)(a + v * VECTOR_BYTES);
            sum[r] = v == 0 ? part * x[0] : sum[r] + part * x[v];
        }
        const vector last =
            (vector)(*(const loose_bytes *)(a + (vectors - 1) * VECTOR_BYTES) & mask);
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
    const char *const end = a + (ptrdiff_t)(row_count - 1) * stride + bytes;
    char kept[4 * VECTOR_BYTES] __attribute__((aligned(VECTOR_BYTES))) = {0};
    loose_bytes mask;
    vector x[4];
    memset(kept, 0xff, bytes);
    mask = *(const loose_bytes *)(kept + whole - VECTOR_BYTES);
    memset(kept, 0, sizeof kept);
    memcpy(kept, x_row, bytes);
    memcpy(x, kept, sizeof x);
    /* Rows are read to the ends of their last vectors while those are inside the matrix. */
    size_t row = 0;
    for (; row + LANES <= row_count && a + (ptrdiff_t)(LANES - 1) * stride + whole <= end;
         row += LANES, a += (ptrdiff_t)LANES * stride)
        *(loose_vector *)(totals + row) = JOIN(SET, short_totals)(vectors, a, stride, x, mask);
    while (row < row_count) {
        char copies[LANES][4 * VECTOR_BYTES] = {0};
        const size_t left = row_count - row < LANES ? row_count - row : LANES;
        for (size_t r = 0; r < left; r++, a += stride)
            memcpy(copies[r], a, bytes);
        const vector sum = JOIN(SET, short_totals)(vectors, copies[0], sizeof copies[0], x, mask);
        memcpy(totals + row, &sum, left * sizeof(REAL));
        row += left;
    }
}

/* As many rows without gaps as a vector has lanes, `slots` elements apart once they are spread. */
TARGET static inline __attribute__((always_inline)) vector
JOIN(SET, dense_totals)(size_t slots, bool spreads, const char *a, size_t vector_bytes, vector x,
                        places to, unsigned kept)
{
    vector sum[LANES];
    UNROLL
    for (size_t v = 0; v < slots; v++) {
        sum[v] = *(const loose_vector *)(a + v * vector_bytes);
        if (spreads)
            sum[v] = SPREAD(sum[v], to, kept);
        sum[v] *= x;
    }
    UNROLL
    for (size_t left = slots / 2; left > 0; left /= 2)
        UNROLL
    for (size_t i = 0; i < left; i++)
        sum[i] = EVEN(sum[2 * i], sum[2 * i + 1]) + ODD(sum[2 * i], sum[2 * i + 1]);
    return sum[0] + (vector){0}; /* as what is added for lanes beyond a row */
}

/* The first rows, that many; the rest is left to others. */
TARGET static inline __attribute__((always_inline)) size_t
JOIN(SET, dense_of)(size_t slots, bool spreads, size_t row_count, size_t count, const char *a,
                    const REAL *x_row, REAL *totals)
{
    const char *const end = a + row_count * count * sizeof(REAL);
    const size_t vector_bytes = LANES / slots * count * sizeof(REAL);
    vector x = {0};
    places to = {0};
    unsigned kept = 0;
    for (size_t lane = 0; lane < LANES; lane++)
        if (lane % slots < count) {
            x[lane] = x_row[lane % slots];
            to[lane] = (LANE_BITS)(lane / slots * count + lane % slots);
            kept |= 1u << lane;
        }
    size_t row = 0;
    for (; row + LANES <= row_count && a + (slots - 1) * vector_bytes + VECTOR_BYTES <= end;
         row += LANES, a += slots * vector_bytes)
        *(loose_vector *)(totals + row) =
            JOIN(SET, dense_totals)(slots, spreads, a, vector_bytes, x, to, kept);
    return row;
}

TARGET static size_t JOIN(SET, dense_rows)(size_t row_count, size_t count, const char *a,
                                           const REAL *x, REAL *totals)
{
    if (count == 2 && LANES > 2)
        return JOIN(SET, dense_of)(2, false, row_count, count, a, x, totals);
    if (count == 4 && LANES > 4)
        return JOIN(SET, dense_of)(4, false, row_count, count, a, x, totals);
    if (count == 8 && LANES > 8)
        return JOIN(SET, dense_of)(8, false, row_count, count, a, x, totals);
#ifndef CANNOT_SPREAD
    if (count == 3)
        return JOIN(SET, dense_of)(4, true, row_count, count, a, x, totals);
    if (count > 4 && count < 8 && LANES > 8)
        return JOIN(SET, dense_of)(8, true, row_count, count, a, x, totals);
#endif
    return 0;
}

TARGET static bool JOIN(SET, short_rows)(size_t row_count, size_t count, const void *a,
                                         ptrdiff_t stride, const void *x, void *totals)
{
    const size_t vectors = (count + LANES - 1) / LANES;
    if (vectors > 4 || stride < (ptrdiff_t)(count * sizeof(REAL)))
        return false;
    if (stride == (ptrdiff_t)(count * sizeof(REAL))) {
        const size_t done = JOIN(SET, dense_rows)(row_count, count, a, x, totals);
        a = (const char *)a + (ptrdiff_t)done * stride;
        totals = (REAL *)totals + done;
        row_count -= done;
    }
    if (row_count == 0)
        return true;
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
#undef places
#undef LANE_BITS
#undef SPREAD
#undef CANNOT_SPREAD

/* Sums of columns of one to four vectors of NARROW_BYTES, in registers: a part of
 * gemv_kernels_tmpl.h, for whole vectors, halves and quarters, whose names NARROW(name) makes. */

#define narrow_vector NARROW(narrow_vector)
#define loose_narrow_vector NARROW(loose_narrow_vector)
#define narrow_sums NARROW(narrow_sums)
#define NARROW_LANES (NARROW_BYTES / sizeof(REAL))

#if NARROW_BYTES >= 16
typedef REAL narrow_vector __attribute__((vector_size(NARROW_BYTES)));
typedef REAL loose_narrow_vector __attribute__((vector_size(NARROW_BYTES), aligned(1), may_alias));

/* `vectors`, 2 or 4, and `is_complex` are constant. The last half of them ends where the column
 * does, and shares elements with the first half. */
TARGET static inline __attribute__((always_inline)) void
narrow_sums(size_t vectors, bool is_complex, size_t count, size_t columns, const char *a,
            ptrdiff_t a_stride, const char *x, ptrdiff_t x_stride, loose_real *y, loose_real *z)
{
    narrow_vector sum[8] = {0}, by_imaginary[8] = {0};
    ptrdiff_t row_at[4];
    const size_t half = vectors / 2, /* several sums of each: one waits for the last product */
        apart = (is_complex && NARROW_BYTES < 64 ? 4 : 8) / vectors;
    UNROLL
    for (size_t v = 0; v < vectors; v++)
        row_at[v] = (ptrdiff_t)(v < half ? v * NARROW_LANES : count - (vectors - v) * NARROW_LANES);
    size_t step = 0;
    for (; step + apart <= columns; step += apart)
        UNROLL
    for (size_t i = 0; i < apart; i++, a += a_stride, x += x_stride) {
        const loose_real *const by = (const loose_real *)x;
        UNROLL
        for (size_t v = 0; v < vectors; v++) {
            const narrow_vector row =
                *(const loose_narrow_vector *)((const loose_real *)a + row_at[v]);
            sum[i * vectors + v] += row * by[0];
            if (is_complex)
                by_imaginary[i * vectors + v] += row * by[1];
        }
    }
    for (; step < columns; step++, a += a_stride, x += x_stride) {
        const loose_real *const by = (const loose_real *)x;
        UNROLL
        for (size_t v = 0; v < vectors; v++) {
            const narrow_vector row =
                *(const loose_narrow_vector *)((const loose_real *)a + row_at[v]);
            sum[v] += row * by[0];
            if (is_complex)
                by_imaginary[v] += row * by[1];
        }
    }
    UNROLL
    for (size_t width = apart / 2; width > 0; width /= 2)
        UNROLL
    for (size_t i = 0; i < width * vectors; i++) {
        sum[i] += sum[i + width * vectors];
        if (is_complex)
            by_imaginary[i] += by_imaginary[i + width * vectors];
    }
    UNROLL
    for (size_t v = 0; v < vectors; v++) {
        *(loose_narrow_vector *)(y + row_at[v]) = sum[v];
        if (is_complex)
            *(loose_narrow_vector *)(z + row_at[v]) = by_imaginary[v];
    }
}

TARGET static bool NARROW(narrow)(size_t count, size_t columns, const void *a, ptrdiff_t a_stride,
                                  const void *x, ptrdiff_t x_stride, void *y, void *z)
{
    if (count < NARROW_LANES || count > 4 * NARROW_LANES)
        return false;
    if (count >= 2 * NARROW_LANES && z)
        narrow_sums(4, true, count, columns, a, a_stride, x, x_stride, y, z);
    else if (count >= 2 * NARROW_LANES)
        narrow_sums(4, false, count, columns, a, a_stride, x, x_stride, y, y);
    else if (z)
        narrow_sums(2, true, count, columns, a, a_stride, x, x_stride, y, z);
    else
        narrow_sums(2, false, count, columns, a, a_stride, x, x_stride, y, y);
    return true;
}
#else
static bool NARROW(narrow)(size_t count, size_t columns, const void *a, ptrdiff_t a_stride,
                           const void *x, ptrdiff_t x_stride, void *y, void *z)
{
    (void)count, (void)columns, (void)a, (void)a_stride, (void)x, (void)x_stride, (void)y, (void)z;
    return false;
}
#endif

#undef narrow_vector
#undef loose_narrow_vector
#undef narrow_sums
#undef NARROW_LANES
#undef NARROW_BYTES
#undef NARROW

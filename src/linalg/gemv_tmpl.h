/* Blocks of a matrix by vector product for one real type; gemv.c includes it after defining REAL,
 * the prefix SET, ADD(p, x, y) of sums and FINISH(p, sum). */

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define loose JOIN(SET, loose)

typedef REAL loose __attribute__((aligned(1), may_alias));

/* Rows that are not contiguous, copied. Not inlined: its 32 KB of stack are rarely needed. */
static __attribute__((noinline)) void JOIN(SET, dot_gathered)(const product *p, const char *a,
                                                              size_t rows, size_t depth,
                                                              const char *x, REAL *sums)
{
    REAL copies[4][GATHERED_REALS];
    const void *four[4] = {copies[0], copies[1], copies[2], copies[3]};
    size_t reals = p->is_complex ? 2 : 1;
    for (size_t i = 0; i < rows; i += 4) {
        size_t valid = smaller(4, rows - i);
        for (size_t r = 0; r < valid; r++)
            ndi_gemm_gather((char *)copies[r], a + (ptrdiff_t)(i + r) * p->a_row_stride,
                            p->a_column_stride, p->element_bytes, depth);
        p->kernels->dot_rows(valid, p->is_complex, p->conjugates, depth * reals, four, x,
                             sums + i * reals);
    }
}

/* Short rows of complex numbers times x, as rows of reals times what gives the real parts, and the
 * imaginary ones. False, with nothing done, if they are too long. */
static bool JOIN(SET, dot_complex)(const product *p, const char *a, size_t rows, size_t depth,
                                   const char *x, REAL *sums)
{
    REAL real[WHOLE_REALS], imaginary[WHOLE_REALS], totals[2][BLOCK_REALS / 2];
    if (2 * depth > WHOLE_REALS)
        return false;
    for (size_t i = 0; i < depth; i++) {
        const REAL re = ((const loose *)x)[2 * i], im = ((const loose *)x)[2 * i + 1];
        real[2 * i] = imaginary[2 * i + 1] = re;
        real[2 * i + 1] = imaginary[2 * i] = im;
        if (p->conjugates)
            imaginary[2 * i + 1] = -re;
        else
            real[2 * i + 1] = -im;
    }
    if (!p->kernels->short_rows(rows, 2 * depth, a, p->a_row_stride, real, totals[0]) ||
        !p->kernels->short_rows(rows, 2 * depth, a, p->a_row_stride, imaginary, totals[1]))
        return false;
    for (size_t r = 0; r < rows; r++) {
        sums[2 * r] = totals[0][r];
        sums[2 * r + 1] = totals[1][r];
    }
    return true;
}

/* Dot products of rows with x, a chunk of depth that begins at `step`. */
static void JOIN(SET, dot_chunk)(const product *p, size_t row, size_t rows, size_t step,
                                 size_t depth, REAL *sums)
{
    REAL x_gathered[CHUNK_REALS];
    const char *x = p->x + (ptrdiff_t)step * p->x_stride;
    const char *a = p->a + (ptrdiff_t)row * p->a_row_stride + (ptrdiff_t)step * p->a_column_stride;
    size_t reals = p->is_complex ? 2 : 1;
    if (p->x_stride != (ptrdiff_t)p->element_bytes) {
        ndi_gemm_gather((char *)x_gathered, x, p->x_stride, p->element_bytes, depth);
        x = (const char *)x_gathered;
    }
    if (p->a_column_stride != (ptrdiff_t)p->element_bytes) {
        JOIN(SET, dot_gathered)(p, a, rows, depth, x, sums);
        return;
    }
    if (p->has_short_rows &&
        (p->is_complex ? JOIN(SET, dot_complex)(p, a, rows, depth, x, sums)
                       : p->kernels->short_rows(rows, depth, a, p->a_row_stride, x, sums)))
        return;
    for (size_t i = 0; i < rows; i += 4) {
        const void *four[4];
        for (size_t r = 0; r < 4; r++)
            four[r] = a + (ptrdiff_t)(i + r) * p->a_row_stride;
        p->kernels->dot_rows(smaller(4, rows - i), p->is_complex, p->conjugates, depth * reals,
                             four, x, sums + i * reals);
    }
}

/* The same by columns, which are contiguous; at most BLOCK_REALS reals of them. */
static void JOIN(SET, column_chunk)(const product *p, size_t row, size_t rows, size_t step,
                                    size_t depth, REAL *sums)
{
    REAL by_imaginary[BLOCK_REALS];
    size_t count = p->is_complex ? 2 * rows : rows;
    const char *const a =
        p->a + (ptrdiff_t)row * p->a_row_stride + (ptrdiff_t)step * p->a_column_stride;
    const char *const x = p->x + (ptrdiff_t)step * p->x_stride;
    REAL *const z = p->is_complex ? by_imaginary : NULL;
    if (rows != p->rows || /* whatever the number of threads */
        !p->kernels->narrow_columns(count, depth, a, p->a_column_stride, x, p->x_stride, sums, z))
        for (size_t i = 0; i < depth; i += COLUMNS)
            p->kernels->add_columns(i > 0, count, smaller(COLUMNS, depth - i),
                                    a + (ptrdiff_t)i * p->a_column_stride, p->a_column_stride,
                                    x + (ptrdiff_t)i * p->x_stride, p->x_stride, sums, z);
    for (size_t r = 0; p->is_complex && r < count; r += 2) {
        sums[r] -= by_imaginary[r + 1];
        sums[r + 1] += by_imaginary[r];
    }
}

/* Sums over the chunks first..last-1 into y; or, where a block of rows is more than one task, each
 * into `sums`. */
static void JOIN(SET, block)(const product *p, size_t row, size_t rows, size_t first, size_t last)
{
    REAL sums[BLOCK_REALS], total[BLOCK_REALS];
    size_t count = p->is_complex ? 2 * rows : rows;
    for (size_t chunk = first; chunk < last; chunk++) {
        size_t step = chunk * p->chunk, depth = smaller(p->chunk, p->depth - step);
        REAL *to = chunk == first ? total : sums;
        if (p->sums)
            to = (REAL *)(p->sums + (chunk * p->rows + row) * p->element_bytes);
        (p->by_columns ? JOIN(SET, column_chunk) : JOIN(SET, dot_chunk))(p, row, rows, step, depth,
                                                                         to);
        for (size_t i = 0; !p->sums && chunk > first && i < count; i++)
            total[i] = ADD(p, total[i], sums[i]);
    }
    for (size_t i = 0; !p->sums && i < count; i++)
        total[i] = FINISH(p, total[i]);
    if (p->sums)
        return;
    if (p->y_stride == (ptrdiff_t)p->element_bytes) {
        memcpy(p->y + (ptrdiff_t)row * p->y_stride, total, count * sizeof(REAL));
        return;
    }
    const size_t reals = count / rows;
    for (size_t i = 0; i < count; i++)
        ((loose *)(p->y + (ptrdiff_t)(row + i / reals) * p->y_stride))[i % reals] = total[i];
}

/* y = the chunks' sums, added in their order. */
static void JOIN(SET, add_chunks)(const product *p)
{
    size_t reals = p->element_bytes / sizeof(REAL);
    for (size_t i = 0; i < p->rows; i++)
        for (size_t part = 0; part < reals; part++) {
            const REAL *sum = (const REAL *)p->sums + i * reals + part;
            REAL total = *sum;
            for (size_t chunk = 1; chunk < p->chunk_count; chunk++)
                total = ADD(p, total, sum[chunk * p->rows * reals]);
            ((loose *)(p->y + (ptrdiff_t)i * p->y_stride))[part] = FINISH(p, total);
        }
}

#undef JOIN_
#undef JOIN
#undef loose
#undef SET
#undef REAL

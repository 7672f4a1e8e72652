/* Products whose depth is at most eight, of which one side is long and the other short, as of many
 * points and a rotation: they run at the speed of memory, without tiles. Included by
 * gemm_kernels_tmpl.h for floats. Sums are made as in tile(): the bits are the same. */

/* Long and contiguous rows of C = B A': each is a sum of the `depth` rows of `left`, which stay in
 * registers while `columns` rows of C are made of them. `depth` is constant. */
TARGET static inline __attribute__((always_inline)) void
JOIN(SET, multiply_long_rows_of)(size_t depth, const ndi_gemm_shallow *s, size_t count)
{
    const size_t size = sizeof(REAL);
    size_t i = 0;
    while (i < count && count >= LANES) {
        vector left[NDI_GEMM_SHALLOW];
        const REAL *factor = s->factors;
        char *c = s->c + i * size;
        UNROLL
        for (size_t p = 0; p < depth; p++)
            left[p] = *(const loose_vector *)(s->left + (ptrdiff_t)p * s->left_step + i * size);
        for (size_t j = 0; j < s->columns; j++, c += s->c_step, factor += NDI_GEMM_SHALLOW) {
            vector sum = {0};
            UNROLL
            for (size_t p = 0; p < depth; p++)
                sum += left[p] * factor[p];
            *(loose_vector *)c = sum;
        }
        i = i + 2 * LANES <= count ? i + LANES : i + LANES < count ? count - LANES : count;
    }
    for (; i < count; i++)
        for (size_t j = 0; j < s->columns; j++) {
            const REAL *const factor = (const REAL *)s->factors + j * NDI_GEMM_SHALLOW;
            REAL sum = 0;
            for (size_t p = 0; p < depth; p++)
                sum += *(const loose_real *)(s->left + (ptrdiff_t)p * s->left_step + i * size) *
                       factor[p];
            *(loose_real *)(s->c + (ptrdiff_t)j * s->c_step + i * size) = sum;
        }
}

/* Many short rows of C, one after the other in memory: each is a sum of the `depth` vectors of
 * `factors`. A row is stored with what its vector has more, which the next ones overwrite. */
TARGET static inline __attribute__((always_inline)) void
JOIN(SET, multiply_short_rows_of)(size_t depth, const ndi_gemm_shallow *s, size_t count)
{
    vector factor[NDI_GEMM_SHALLOW];
    const char *left = s->left;
    char *c = s->c;
    const size_t row = s->columns * sizeof(REAL);
    UNROLL
    for (size_t p = 0; p < depth; p++)
        factor[p] = ((const loose_vector *)s->factors)[p];
    for (size_t rest = count * row; rest > 0; rest -= row, left += s->left_next, c += row) {
        vector sum = {0};
        UNROLL
        for (size_t p = 0; p < depth; p++)
            sum += factor[p] * *(const loose_real *)(left + (ptrdiff_t)p * s->left_step);
        if (rest >= sizeof sum)
            *(loose_vector *)c = sum;
        else
            memcpy(c, &sum, row);
    }
}

#define DEPTH_IS(DEPTH, NAME)                                                                      \
    case DEPTH:                                                                                    \
        JOIN(SET, NAME##_of)(DEPTH, s, count);                                                     \
        break
#define SHALLOW(NAME)                                                                              \
    TARGET static void JOIN(SET, NAME)(const ndi_gemm_shallow *s, size_t count)                    \
    {                                                                                              \
        switch (s->depth) {                                                                        \
            DEPTH_IS(1, NAME);                                                                     \
            DEPTH_IS(2, NAME);                                                                     \
            DEPTH_IS(3, NAME);                                                                     \
            DEPTH_IS(4, NAME);                                                                     \
            DEPTH_IS(5, NAME);                                                                     \
            DEPTH_IS(6, NAME);                                                                     \
            DEPTH_IS(7, NAME);                                                                     \
            DEPTH_IS(8, NAME);                                                                     \
        }                                                                                          \
    }
SHALLOW(multiply_long_rows)
SHALLOW(multiply_short_rows)
#undef SHALLOW
#undef DEPTH_IS

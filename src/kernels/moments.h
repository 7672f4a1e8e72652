/* Moments of a chunk: the sum, and the squared deviations from its own mean; included by
 * reductions_tmpl.c, after lanes and wide leaves. Two chunks meet by the formula of Chan, Golub and
 * LeVeque, Updating formulae and a pairwise algorithm for computing sample variances (1979).
 *
 * Deviations are taken from a pivot near the mean, so that memory is read once and in one stream: a
 * second pass through L1 lets the hardware's prefetch lose its place (80 MB: 1.35 ms, and 0.83 this
 * way). Of the m first elements, whose mean the pivot is, the squared deviations are m (pivot -
 * mean)^2 at least; so what is subtracted in the end is at most n / m times what remains, with 32
 * of 1024 elements five bits at the very worst. */
#ifndef NDSTREAM_KERNELS_MOMENTS_H
#define NDSTREAM_KERNELS_MOMENTS_H

#define SQUARED(x) ((x) * (x))
#define COMPLEX_SQUARED(x) (__real__(x) * __real__(x) + __imag__(x) * __imag__(x))
#define MINUS(x, y) ((x) - (y))
/* The same difference from the units that multiply, which are idle while two sums keep those that
 * add busy: x times 1 is exact, so there is one rounding either way (20 MB in L3: 0.168 ms, and
 * 0.190 by subtraction). */
#ifdef __FMA__
#define REAL_APART(x, y) __builtin_fma(x, 1.0, -(y))
#else
#define REAL_APART MINUS
#endif
/* From sums of deviations from a pivot to those from the mean. What overflowed, or is not a number,
 * is computed again, by CAREFUL. */
#define SETTLE_MOMENTS(sum, squares, pivot, n, SQUARE, CAREFUL)                                    \
    {                                                                                              \
        const __typeof__(sum) apart_ = (sum) / (n);                                                \
        const double settled_ = (squares)-SQUARE(apart_) * (n);                                    \
        squares = settled_ < 0 ? 0 : settled_;                                                     \
        sum = (pivot) * (n) + (sum);                                                               \
        if (!(squares < INFINITY))                                                                 \
            CAREFUL;                                                                               \
    }
#define MOMENTS(D, IN, ACC, SQUARE, APART)                                                         \
    /* In two passes: infinite where the squares are, not a number where an element is infinite.   \
     */                                                                                            \
    static void moments_##D##_careful(const ndi_leaf *leaf, size_t column, ACC *sum,               \
                                      double *squares)                                             \
    {                                                                                              \
        const char *const from = leaf->data + (ptrdiff_t)column * leaf->column_stride;             \
        ACC all = 0;                                                                               \
        double total = 0;                                                                          \
        for (size_t r = 0; r < leaf->rows; r++)                                                    \
            all += (ACC) * (const IN *)(from + (ptrdiff_t)r * leaf->row_stride);                   \
        const ACC mean = all / (double)leaf->rows;                                                 \
        for (size_t r = 0; r < leaf->rows; r++) {                                                  \
            const ACC d = (ACC) * (const IN *)(from + (ptrdiff_t)r * leaf->row_stride) - mean;     \
            total += SQUARE(d);                                                                    \
        }                                                                                          \
        *sum = all;                                                                                \
        *squares = total;                                                                          \
    }                                                                                              \
    /* Adds n elements, a multiple of the lanes and some, to these. */                             \
    ALWAYS_INLINE void moments_##D##_lanes(const IN *x, size_t n, ACC pivot, ACC *sum,             \
                                           double *squares)                                        \
    {                                                                                              \
        size_t i = 0;                                                                              \
        do {                                                                                       \
            for (size_t l = 0; l < NDI_LANES; l++) {                                               \
                const ACC d = APART((ACC)x[i + l], pivot);                                         \
                sum[l] += d;                                                                       \
                squares[l] += SQUARE(d);                                                           \
            }                                                                                      \
        } while ((i += NDI_LANES) != n);                                                           \
    }                                                                                              \
    /* Of nothing else: the lanes stay in registers. */                                            \
    ALWAYS_INLINE void moments_##D##_whole(const IN *x, size_t n, ACC pivot, ACC *all,             \
                                           double *total)                                          \
    {                                                                                              \
        ACC sum[NDI_LANES];                                                                        \
        double squares[NDI_LANES];                                                                 \
        for (size_t l = 0; l < NDI_LANES; l++)                                                     \
            sum[l] = 0, squares[l] = 0;                                                            \
        moments_##D##_lanes(x, n, pivot, sum, squares);                                            \
        LANE_TREE(sum, NDI_LANES, 1, 1, PLUS)                                                      \
        LANE_TREE(squares, NDI_LANES, 1, 1, PLUS)                                                  \
        *all = sum[0];                                                                             \
        *total = squares[0];                                                                       \
    }                                                                                              \
    static void moments_##D##_row(const ndi_leaf *leaf)                                            \
    {                                                                                              \
        const char *const data = leaf->data;                                                       \
        const ptrdiff_t stride = leaf->row_stride;                                                 \
        const size_t n = leaf->rows, first = n < NDI_LANES ? n : NDI_LANES;                        \
        ACC sum[NDI_LANES] = {0};                                                                  \
        double squares[NDI_LANES] = {0};                                                           \
        if (stride == sizeof(IN) && first == NDI_LANES) /* in vectors, as the tree reads it */     \
            for (size_t l = 0; l < NDI_LANES; l++)                                                 \
                sum[l] = (ACC)((const IN *)data)[l];                                               \
        else                                                                                       \
            for (size_t l = 0; l < first; l++)                                                     \
                sum[l] = (ACC) * (const IN *)(data + (ptrdiff_t)l * stride);                       \
        LANE_TREE(sum, NDI_LANES, 1, 1, PLUS)                                                      \
        /* A product with a power of two is the quotient, and known sooner. */                     \
        const ACC pivot =                                                                          \
            first == NDI_LANES ? sum[0] * (1.0 / NDI_LANES) : sum[0] / (double)first;              \
        if (stride == sizeof(IN) && n % NDI_LANES == 0) {                                          \
            moments_##D##_whole((const IN *)data, n, pivot, sum, squares);                         \
        } else {                                                                                   \
            const size_t whole = stride == sizeof(IN) ? n - n % NDI_LANES : 0;                     \
            for (size_t l = 0; l < NDI_LANES; l++)                                                 \
                sum[l] = 0;                                                                        \
            if (whole > 0)                                                                         \
                moments_##D##_lanes((const IN *)data, whole, pivot, sum, squares);                 \
            for (size_t i = whole; i < n; i++) {                                                   \
                const ACC d = (ACC) * (const IN *)(data + (ptrdiff_t)i * stride) - pivot;          \
                sum[i % NDI_LANES] += d;                                                           \
                squares[i % NDI_LANES] += SQUARE(d);                                               \
            }                                                                                      \
            LANE_TREE(sum, NDI_LANES, 1, 1, PLUS)                                                  \
            LANE_TREE(squares, NDI_LANES, 1, 1, PLUS)                                              \
        }                                                                                          \
        SETTLE_MOMENTS(sum[0], squares[0], pivot, (double)n, SQUARE,                               \
                       moments_##D##_careful(leaf, 0, sum, squares))                               \
        *(ACC *)leaf->state[0] = sum[0];                                                           \
        *(double *)leaf->state[1] = squares[0];                                                    \
    }                                                                                              \
    static void moments_##D##_column(const ndi_leaf *leaf)                                         \
    {                                                                                              \
        ACC sum[NDI_LANES * NDI_COLUMN_TILE], pivot[NDI_COLUMN_TILE];                              \
        double squares[NDI_LANES * NDI_COLUMN_TILE];                                               \
        const size_t n = leaf->rows, first = n < NDI_LANES ? n : NDI_LANES;                        \
        const size_t columns = leaf->columns;                                                      \
        const ptrdiff_t row_stride = leaf->row_stride, stride = leaf->column_stride;               \
        for (size_t r = 0; r < NDI_LANES; r++)                                                     \
            for (size_t c = 0; c < columns; c++)                                                   \
                sum[r * columns + c] =                                                             \
                    r < first ? (ACC)ELEMENT(IN, leaf->data, r, row_stride, c, stride) : 0;        \
        LANE_TREE(sum, NDI_LANES, columns, columns, PLUS)                                          \
        for (size_t c = 0; c < columns; c++)                                                       \
            pivot[c] = sum[c] / (double)first;                                                     \
        for (size_t j = 0; j < NDI_LANES * columns; j++)                                           \
            sum[j] = 0, squares[j] = 0;                                                            \
        for (size_t r = 0; r < n; r++) {                                                           \
            ACC *near = sum + r % NDI_LANES * columns;                                             \
            double *total = squares + r % NDI_LANES * columns;                                     \
            const char *from = leaf->data + (ptrdiff_t)r * row_stride;                             \
            if (stride == sizeof(IN))                                                              \
                IVDEP                                                                              \
            for (size_t c = 0; c < columns; c++) {                                                 \
                const ACC d = (ACC)((const IN *)from)[c] - pivot[c];                               \
                near[c] += d;                                                                      \
                total[c] += SQUARE(d);                                                             \
            }                                                                                      \
            else for (size_t c = 0; c < columns; c++)                                              \
            {                                                                                      \
                const ACC d = (ACC)ELEMENT(IN, from, 0, 0, c, stride) - pivot[c];                  \
                near[c] += d;                                                                      \
                total[c] += SQUARE(d);                                                             \
            }                                                                                      \
        }                                                                                          \
        LANE_TREE(sum, NDI_LANES, columns, columns, PLUS)                                          \
        LANE_TREE(squares, NDI_LANES, columns, columns, PLUS)                                      \
        for (size_t c = 0; c < columns; c++) {                                                     \
            SETTLE_MOMENTS(sum[c], squares[c], pivot[c], (double)n, SQUARE,                        \
                           moments_##D##_careful(leaf, c, &sum[c], &squares[c]))                   \
            ((ACC *)leaf->state[0])[c] = sum[c];                                                   \
            ((double *)leaf->state[1])[c] = squares[c];                                            \
        }                                                                                          \
    }                                                                                              \
    /* Two passes: the wide leaf's rows stay in L2, and both passes read several streams. */       \
    ALWAYS_INLINE void moments_##D##_wide_rows(const ndi_leaf *leaf, size_t first,                 \
                                               ptrdiff_t stride, int rows)                         \
    {                                                                                              \
        const ACC *sum = leaf->state[0];                                                           \
        double *squares = leaf->state[1];                                                          \
        const double share = 1.0 / (double)leaf->rows;                                             \
        const char *from = leaf->data + (ptrdiff_t)first * leaf->row_stride;                       \
        const ptrdiff_t row_stride = leaf->row_stride;                                             \
        const size_t columns = leaf->columns;                                                      \
        IVDEP                                                                                      \
        for (size_t c = 0; c < columns; c++) {                                                     \
            const ACC mean = sum[c] * share;                                                       \
            double total = first == 0 ? 0 : squares[c];                                            \
            UNROLL_ROWS                                                                            \
            for (int r = 0; r < rows; r++) {                                                       \
                const ACC d = (ACC)ELEMENT(IN, from, r, row_stride, c, stride) - mean;             \
                total += SQUARE(d);                                                                \
            }                                                                                      \
            squares[c] = total;                                                                    \
        }                                                                                          \
    }                                                                                              \
    static void moments_##D##_wide(const ndi_leaf *leaf)                                           \
    {                                                                                              \
        size_t r = 0;                                                                              \
        sum_##D##_wide(leaf);                                                                      \
        if (leaf->column_stride == sizeof(IN))                                                     \
            for (; r + ROWS_TOGETHER <= leaf->rows; r += ROWS_TOGETHER)                            \
                moments_##D##_wide_rows(leaf, r, sizeof(IN), ROWS_TOGETHER);                       \
        for (; r < leaf->rows; r++)                                                                \
            moments_##D##_wide_rows(leaf, r, leaf->column_stride, 1);                              \
    }                                                                                              \
    static void moments_##D##_combine(size_t columns, void *const *a, double na, void *const *b,   \
                                      double nb)                                                   \
    {                                                                                              \
        ACC *const sum = a[0];                                                                     \
        const ACC *const other_sum = b[0];                                                         \
        double *const squares = a[1];                                                              \
        const double *const other_squares = b[1];                                                  \
        const double weight = na * nb / (na + nb), share_a = 1 / na, share_b = 1 / nb;             \
        IVDEP                                                                                      \
        for (size_t c = 0; c < columns; c++) {                                                     \
            const ACC other = other_sum[c];                                                        \
            const ACC d = other * share_b - sum[c] * share_a;                                      \
            squares[c] += other_squares[c] + SQUARE(d) * weight;                                   \
            sum[c] += other;                                                                       \
        }                                                                                          \
    }

#endif

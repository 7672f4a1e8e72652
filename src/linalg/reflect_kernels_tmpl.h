/* Reductions by reflections to tridiagonal and bidiagonal matrices, in GNU C vectors;
 * gemm_kernels_isa.h includes it for float and double after defining SET (the prefix of its names),
 * TARGET, REAL, VECTOR_BYTES, ROOT, SIGNED (copysign), LEAST (a square that is still precise), LIFT
 * (a power of two whose product with anything smaller has such a square), EVEN and ODD (elements of
 * two vectors).
 *
 * Each step changes what is left of the matrix by two outer products, and needs its products with
 * the next reflection's vector. The change waits until those are made: one pass over memory does
 * both, for four columns at a time. A step of LAPACK's (xSYTD2, xGEBD2) makes two or three. Its
 * blocked forms (xLATRD, xLABRD) leave half of the work to large products, which pays where the
 * matrix does not fit a cache. See G. W. Howell et al., "Cache efficient bidiagonalization using
 * BLAS 2.5 operators", ACM TOMS 34:14, 2008.
 *
 * The matrix is a copy whose columns are whole vectors, and vectors of a step are zero outside of
 * their rows: loops begin at whole vectors and leave alone what they should not change. */

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define vector JOIN(SET, reflect_vector)
#define LANES (VECTOR_BYTES / sizeof(REAL))
#define GROUP 4                               /* columns at a time */
#define BLOCK (LANES > GROUP ? LANES : GROUP) /* rows and columns of blocks on the diagonal */

typedef REAL vector __attribute__((vector_size(VECTOR_BYTES)));

/* Neighbours added up: of a, then of b. */
TARGET static inline __attribute__((always_inline)) vector JOIN(SET, add_pairs)(vector a, vector b)
{
    return EVEN(a, b) + ODD(a, b);
}

TARGET static inline __attribute__((always_inline)) void JOIN(SET, add_all)(const vector s[GROUP],
                                                                            REAL sums[GROUP])
{
    vector first = JOIN(SET, add_pairs)(s[0], s[1]), second = JOIN(SET, add_pairs)(s[2], s[3]);
    REAL lanes[2 * LANES];
    if (LANES >= GROUP) {
        first = JOIN(SET, add_pairs)(first, second);
        UNROLL
        for (size_t width = LANES; width > GROUP; width /= 2)
            first = JOIN(SET, add_pairs)(first, first);
    }
    memcpy(lanes, &first, sizeof first);
    memcpy(lanes + LANES, &second, sizeof second);
    for (size_t q = 0; q < GROUP; q++)
        sums[q] = lanes[q];
}

TARGET static inline REAL JOIN(SET, add_lanes_of)(vector sum)
{
    const vector s[GROUP] = {sum};
    REAL sums[GROUP];
    JOIN(SET, add_all)(s, sums);
    return sums[0];
}

/* Vectors are whole and aligned. */
TARGET static REAL JOIN(SET, whole_dot)(size_t count, const REAL *a, const REAL *b)
{
    vector sum = {0};
    for (size_t i = 0; i < count; i += LANES)
        sum += *(const vector *)(a + i) * *(const vector *)(b + i);
    return JOIN(SET, add_lanes_of)(sum);
}

/* The reflection 1 - tau v v' that takes x to a multiple of its first element, which is returned:
 * v, whose first element is 1, is left in the others (xLARFG). x is whole vectors from `start` on,
 * of which elements first..end-1 count. */
TARGET static REAL JOIN(SET, reflect)(REAL *x, size_t first, size_t end, size_t padded, REAL *tau)
{
    const size_t start = first / LANES * LANES;
    REAL lift = 1, head = x[first];
    x[first] = 0;
    for (size_t i = start; i < first; i++)
        x[i] = 0;
    for (size_t i = end; i < padded; i++)
        x[i] = 0;
    REAL rest = JOIN(SET, whole_dot)(padded - start, x + start, x + start);
    if (head * head + rest < LEAST) {
        lift = LIFT;
        head *= lift;
        for (size_t i = start; i < padded; i++)
            x[i] *= lift;
        rest = JOIN(SET, whole_dot)(padded - start, x + start, x + start);
    }
    if (rest == 0) {
        *tau = 0;
        x[first] = 1;
        return head / lift;
    }
    const REAL length = -SIGNED(ROOT(head * head + rest), head), scale = 1 / (head - length);
    *tau = (length - head) / length;
    for (size_t i = start; i < padded; i++)
        x[i] *= scale;
    x[first] = 1;
    return length / lift;
}

/* ---- Symmetric matrices ------------------------------------------------------------------------
 * Below the blocks on the diagonal the lower triangle alone; the blocks are whole. */

typedef struct JOIN(SET, rank_two) {
    const REAL *v, *w; /* A -= v w' + w v' waits */
    const REAL *next;  /* the next v */
    REAL *y;           /* grows by A times that */
} JOIN(SET, rank_two);

/* Columns first..first+3 in the rows begin..end-1; their products with `next` come to `sums`, which
 * is NULL, a constant, where the other half of the matrix has them. */
TARGET static inline __attribute__((always_inline)) void
JOIN(SET, reduce_rows)(const JOIN(SET, rank_two) * r, REAL *a, size_t leading, size_t first,
                       size_t begin, size_t end, vector *sums)
{
    for (size_t i = begin; i < end; i += LANES) {
        const vector vi = *(const vector *)(r->v + i), wi = *(const vector *)(r->w + i),
                     ni = *(const vector *)(r->next + i);
        vector yi = *(const vector *)(r->y + i);
        UNROLL
        for (size_t q = 0; q < GROUP; q++) {
            vector *const at = (vector *)(a + q * leading + i);
            const vector x = *at - vi * r->w[first + q] - wi * r->v[first + q];
            *at = x;
            yi += x * r->next[first + q];
            if (sums)
                sums[q] += x * ni;
        }
        *(vector *)(r->y + i) = yi;
    }
}

/* The same from the block that begins at row `block` on. */
TARGET static inline void JOIN(SET, reduce_symmetric)(const JOIN(SET, rank_two) * r, REAL *matrix,
                                                      size_t leading, size_t block, size_t first)
{
    REAL *const a = matrix + first * leading;
    const JOIN(SET, rank_two) in_registers = *r;
    const size_t below = block + BLOCK < leading ? block + BLOCK : leading;
    vector sums[GROUP] = {{0}};
    REAL totals[GROUP];
    JOIN(SET, reduce_rows)(&in_registers, a, leading, first, block, below, NULL);
    JOIN(SET, reduce_rows)(&in_registers, a, leading, first, below, leading, sums);
    JOIN(SET, add_all)(sums, totals);
    for (size_t q = 0; q < GROUP; q++)
        r->y[first + q] += totals[q];
}

/* As many reals as `work` has for it; rows and columns of the copy are whole blocks. */
static size_t JOIN(SET, padded)(size_t n)
{
    return (n + BLOCK - 1) / BLOCK * BLOCK;
}

static size_t JOIN(SET, tridiagonal_reals)(size_t n)
{
    const size_t padded = JOIN(SET, padded)(n);
    return padded * (padded + 4);
}

/* xSYTRD of a lower triangle. */
TARGET static void JOIN(SET, tridiagonalize)(size_t n, void *matrix, void *diagonal, void *beside,
                                             void *taus, void *work)
{
    const size_t leading = JOIN(SET, padded)(n);
    REAL *const a = matrix, *const d = diagonal, *const e = beside, *const tau = taus;
    REAL *const copy = work, *v = copy + leading * leading, *w = v + leading,
                *next = w + leading, *const y = next + leading;
    memset(work, 0, leading * (leading + 4) * sizeof(REAL));
    for (size_t j = 0; j < n; j++) {
        memcpy(copy + j * leading + j, a + j * n + j, (n - j) * sizeof(REAL));
        for (size_t i = j; i < n && i < j / BLOCK * BLOCK + BLOCK; i++)
            copy[i * leading + j] = a[j * n + i];
    }
    for (size_t k = 0; k < n; k++) {
        REAL *const column = copy + k * leading;
        for (size_t i = k; i < n; i++)
            next[i] = column[i] - v[i] * w[k] - w[i] * v[k];
        v[k] = w[k] = 0;
        d[k] = next[k];
        if (k + 1 == n)
            break;
        e[k] = JOIN(SET, reflect)(next, k + 1, n, leading, tau + k);
        a[k * n + k] = d[k];
        a[k * n + k + 1] = e[k];
        memcpy(a + k * n + k + 2, next + k + 2, (n - k - 2) * sizeof(REAL));
        const size_t start = (k + 1) / BLOCK * BLOCK;
        const JOIN(SET, rank_two) r = {v, w, next, y};
        for (size_t i = start; i <= k; i++)
            next[i] = 0;
        memset(y + start, 0, (leading - start) * sizeof(REAL));
        for (size_t block = start; block < leading; block += BLOCK)
            for (size_t j = block; j < block + BLOCK; j += GROUP)
                JOIN(SET, reduce_symmetric)(&r, copy, leading, block, j);
        for (size_t i = start; i <= k; i++)
            y[i] = 0;
        const REAL half =
            tau[k] * tau[k] / 2 * JOIN(SET, whole_dot)(leading - start, y + start, next + start);
        for (size_t i = start; i < leading; i++)
            w[i] = tau[k] * y[i] - half * next[i];
        REAL *const kept = v;
        v = next;
        next = kept;
    }
    a[(n - 1) * n + n - 1] = d[n - 1];
}

/* ---- Any matrices ---------------------------------------------------------------------------- */

/* A -= v y', and x u' if there are `both`, a constant; totals = A' next. Of four columns. */
TARGET static inline __attribute__((always_inline)) void
JOIN(SET, reduce_columns)(bool both, REAL *a, size_t leading, size_t start, const REAL *v,
                          const REAL *y, const REAL *x, const REAL *u, const REAL *next,
                          REAL *totals)
{
    vector sums[GROUP] = {{0}};
    for (size_t i = start; i < leading; i += LANES) {
        const vector vi = *(const vector *)(v + i), ni = *(const vector *)(next + i);
        const vector xi = both ? *(const vector *)(x + i) : vi;
        UNROLL
        for (size_t q = 0; q < GROUP; q++) {
            vector *const at = (vector *)(a + q * leading + i);
            vector changed = *at - vi * y[q];
            if (both)
                changed -= xi * u[q];
            *at = changed;
            sums[q] += changed * ni;
        }
    }
    JOIN(SET, add_all)(sums, totals);
}

/* x += A u of four columns. */
TARGET static inline void JOIN(SET, add_four)(const REAL *a, size_t leading, size_t start,
                                              const REAL *u, REAL *x)
{
    for (size_t i = start; i < leading; i += LANES) {
        vector xi = *(const vector *)(x + i);
        UNROLL
        for (size_t q = 0; q < GROUP; q++)
            xi += *(const vector *)(a + q * leading + i) * u[q];
        *(vector *)(x + i) = xi;
    }
}

static size_t JOIN(SET, bidiagonal_reals)(size_t m, size_t n)
{
    const size_t rows = JOIN(SET, padded)(m), columns = JOIN(SET, padded)(n) + BLOCK;
    return rows * columns + 3 * rows + 3 * columns;
}

/* xGEBRD of a matrix with no more columns than rows. */
TARGET static void JOIN(SET, bidiagonalize)(size_t m, size_t n, void *matrix, void *diagonal,
                                            void *beside, void *left_taus, void *right_taus,
                                            void *work)
{
    const size_t leading = JOIN(SET, padded)(m), columns = JOIN(SET, padded)(n) + BLOCK;
    REAL *const a = matrix, *const d = diagonal, *const e = beside, *const left = left_taus,
                *const right = right_taus;
    REAL *const copy = work, *v = copy + leading * columns,
                *next = v + leading, *const x = next + leading, *const y = x + leading,
                *u = y + columns, *row = u + columns;
    memset(work, 0, JOIN(SET, bidiagonal_reals)(m, n) * sizeof(REAL));
    for (size_t j = 0; j < n; j++)
        memcpy(copy + j * leading, a + j * m, m * sizeof(REAL));
    for (size_t k = 0; k < n; k++) {
        REAL *const column = copy + k * leading;
        const size_t start = k / LANES * LANES;
        for (size_t i = k; i < m; i++)
            next[i] = column[i] - v[i] * y[k] - x[i] * u[k];
        d[k] = JOIN(SET, reflect)(next, k, m, leading, left + k);
        a[k * m + k] = d[k];
        memcpy(a + k * m + k + 1, next + k + 1, (m - k - 1) * sizeof(REAL));
        right[k] = 0;
        if (k + 1 == n)
            break;
        for (size_t j = k + 1; j < n; j += GROUP)
            JOIN(SET, reduce_columns)
        (true, copy + j * leading, leading, start, v, y + j, x, u + j, next, row + j);
        for (size_t j = k + 1; j < n; j++) {
            y[j] = left[k] * row[j];
            row[j] = copy[j * leading + k] - y[j];
        }
        const size_t right_start = (k + 1) / LANES * LANES;
        e[k] = JOIN(SET, reflect)(row, k + 1, n, columns, right + k);
        a[(k + 1) * m + k] = e[k];
        for (size_t j = k + 2; j < n; j++)
            a[j * m + k] = row[j];
        memset(x + start, 0, (leading - start) * sizeof(REAL));
        const REAL share =
            JOIN(SET, whole_dot)(columns - right_start, y + right_start, row + right_start);
        for (size_t j = k + 1; j < n; j += GROUP)
            JOIN(SET, add_four)(copy + j * leading, leading, start, row + j, x);
        for (size_t i = start; i < leading; i++)
            x[i] = right[k] * (x[i] - share * next[i]);
        for (size_t i = start; i <= k; i++)
            x[i] = next[i] = 0;
        REAL *const kept = v, *const kept_row = u;
        v = next;
        next = kept;
        u = row;
        row = kept_row;
    }
}

/* ---- QR of a few columns --------------------------------------------------------------------- */

static size_t JOIN(SET, qr_reals)(size_t m, size_t n)
{
    const size_t rows = JOIN(SET, padded)(m), columns = JOIN(SET, padded)(n) + BLOCK;
    return rows * columns + 2 * rows + 2 * columns;
}

TARGET static void JOIN(SET, qr)(size_t m, size_t n, void *matrix, size_t matrix_leading,
                                 void *taus, void *work)
{
    const size_t leading = JOIN(SET, padded)(m), columns = JOIN(SET, padded)(n) + BLOCK;
    REAL *const a = matrix, *const tau = taus;
    REAL *const copy = work, *v = copy + leading * columns,
                *next = v + leading, *const y = next + leading, *const row = y + columns;
    memset(work, 0, JOIN(SET, qr_reals)(m, n) * sizeof(REAL));
    for (size_t j = 0; j < n; j++)
        memcpy(copy + j * leading, a + j * matrix_leading, m * sizeof(REAL));
    for (size_t k = 0; k < m && k < n; k++) {
        REAL *const column = copy + k * leading, *const out = a + k * matrix_leading;
        const size_t start = k / LANES * LANES;
        for (size_t i = k; i < m; i++)
            next[i] = column[i] - v[i] * y[k];
        out[k] = JOIN(SET, reflect)(next, k, m, leading, tau + k);
        memcpy(out + k + 1, next + k + 1, (m - k - 1) * sizeof(REAL));
        for (size_t j = k + 1; j < n; j += GROUP)
            JOIN(SET, reduce_columns)
        (false, copy + j * leading, leading, start, v, y + j, NULL, NULL, next, row + j);
        for (size_t j = k + 1; j < n; j++) {
            y[j] = tau[k] * row[j];
            a[j * matrix_leading + k] = copy[j * leading + k] - y[j];
        }
        next[k] = 0;
        REAL *const kept = v;
        v = next;
        next = kept;
    }
}

static const ndi_reflect_kernels JOIN(SET, reflections) = {
    .tridiagonal_reals = JOIN(SET, tridiagonal_reals),
    .tridiagonalize = JOIN(SET, tridiagonalize),
    .bidiagonal_reals = JOIN(SET, bidiagonal_reals),
    .bidiagonalize = JOIN(SET, bidiagonalize),
    .qr_reals = JOIN(SET, qr_reals),
    .qr = JOIN(SET, qr),
};

#undef JOIN_
#undef JOIN
#undef vector
#undef LANES
#undef GROUP
#undef BLOCK
#undef SET
#undef REAL
#undef ROOT
#undef SIGNED
#undef LEAST
#undef LIFT
#undef EVEN
#undef ODD

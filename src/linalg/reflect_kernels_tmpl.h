/* Reductions by reflections to tridiagonal and bidiagonal matrices, and QR, in GNU C vectors, for
 * each instruction set (isa_each.h) and dtype (numbers_each.h).
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

/* Columns at a time; rows and columns of blocks on the diagonal. */
#define GROUP 4
#define BLOCK (ELEMENTS > GROUP ? ELEMENTS : GROUP)

/* Neighbours added up: of a, then of b. */
INLINE vector JOIN(SET, add_pairs)(vector a, vector b)
{
    return EVEN(a, b) + ODD(a, b);
}

INLINE void JOIN(SET, add_all)(const vector s[GROUP], REAL sums[GROUP])
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

/* a' b of whole vectors, aligned, `count` reals long. */
TARGET static number JOIN(SET, whole_dot)(size_t count, const REAL *a, const REAL *b)
{
    vector straight = {0}, turned = {0};
    REAL sums[GROUP];
    for (size_t i = 0; i < count; i += LANES) {
        const vector ai = *(const vector *)(a + i), bi = *(const vector *)(b + i);
        straight += ai * bi;
        if (PARTS == 2)
            turned -= ai * JOIN(SET, turned)(bi);
    }
    const vector both[GROUP] = {straight, turned};
    JOIN(SET, add_all)(both, sums);
    return (number){sums[0], sums[1]};
}

/* The reflection 1 - tau v v' whose adjoint takes x to a real multiple of its first element, which
 * is returned: v, whose first element is 1, is left in the others (xLARFG). x is whole vectors from
 * where `first` lies on, of which elements first..end-1 count. */
TARGET static REAL JOIN(SET, reflect)(REAL *x, size_t first, size_t end, size_t padded, REAL *tau)
{
    const size_t start = first * PARTS / LANES * LANES, count = padded * PARTS - start;
    number head = JOIN(SET, at)(x, first), scale;
    REAL lift = 1;
    for (size_t i = start; i < (first + 1) * PARTS; i++)
        x[i] = 0;
    for (size_t i = end * PARTS; i < padded * PARTS; i++)
        x[i] = 0;
    x += start;
    REAL rest = JOIN(SET, whole_dot)(count, x, x).re;
    REAL square = JOIN(SET, times)(head, (number){head.re, -head.im}).re;
    if (square + rest < LEAST) {
        lift = LIFT;
        head.re *= lift;
        head.im *= lift;
        for (size_t i = 0; i < count; i++)
            x[i] *= lift;
        rest = JOIN(SET, whole_dot)(count, x, x).re;
        square = JOIN(SET, times)(head, (number){head.re, -head.im}).re;
    }
    const REAL length = -SIGNED(ROOT(square + rest), head.re), ahead = head.re - length;
    const bool stays = rest == 0 && (PARTS == 1 || head.im == 0);
    if (stays) {
        JOIN(SET, put)(tau, 0, (number){0, 0});
    } else {
        JOIN(SET, put)(tau, 0, (number){-ahead / length, -head.im / length});
        scale = (number){1 / ahead, 0};
        if (PARTS == 2) {
            const REAL size = ahead * ahead + head.im * head.im;
            scale = (number){ahead / size, -head.im / size};
        }
        for (size_t i = 0; i < count; i += LANES) {
            const vector xi = *(vector *)(x + i);
            *(vector *)(x + i) = JOIN(SET, more)((vector){0}, xi, JOIN(SET, turned)(xi), scale);
        }
    }
    JOIN(SET, put)(x, first - start / PARTS, (number){1, 0});
    return (stays ? head.re : length) / lift;
}

/* The column without what waits for it: to = x - v f - w g, `count` reals. */
TARGET static inline void JOIN(SET, catch_up)(size_t count, REAL *to, const REAL *x, const REAL *v,
                                              number f, const REAL *w, number g)
{
    for (size_t i = 0; i < count; i += LANES) {
        const vector vi = *(const vector *)(v + i), wi = *(const vector *)(w + i);
        const vector less = JOIN(SET, less)(*(const vector *)(x + i), vi, JOIN(SET, turned)(vi), f);
        *(vector *)(to + i) = JOIN(SET, less)(less, wi, JOIN(SET, turned)(wi), g);
    }
}

/* ---- Symmetric matrices ------------------------------------------------------------------------
 * Below the blocks on the diagonal the lower triangle alone; the blocks are whole. */

typedef struct JOIN(SET, rank_two) {
    const REAL *v, *w; /* A -= v w' + w v' waits */
    const REAL *next;  /* the next v */
    REAL *y;           /* grows by A times that */
} JOIN(SET, rank_two);

/* Columns first..first+3 in the reals begin..end-1 of each; their products with `next` come to
 * `sums`, which is NULL, a constant, where the other half of the matrix has them. */
INLINE void JOIN(SET, reduce_rows)(const JOIN(SET, rank_two) * r, REAL *a, size_t column,
                                   size_t first, size_t begin, size_t end,
                                   vector sums[PARTS][GROUP])
{
    for (size_t i = begin; i < end; i += LANES) {
        const vector vi = *(const vector *)(r->v + i), wi = *(const vector *)(r->w + i),
                     ni = *(const vector *)(r->next + i);
        const vector vt = JOIN(SET, turned)(vi), wt = JOIN(SET, turned)(wi),
                     nt = JOIN(SET, turned)(ni);
        vector straight = {0}, turned = {0};
        UNROLL
        for (size_t q = 0; q < GROUP; q++) {
            vector *const at = (vector *)(a + q * column + i);
            vector x = JOIN(SET, less)(*at, vi, vt, JOIN(SET, conjugate_at)(r->w, first + q));
            x = JOIN(SET, less)(x, wi, wt, JOIN(SET, conjugate_at)(r->v, first + q));
            *at = x;
            const number factor = JOIN(SET, at)(r->next, first + q);
            straight += x * factor.re;
            if (PARTS == 2)
                turned += x * factor.im;
            if (sums)
                sums[0][q] += x * ni;
            if (sums && PARTS == 2)
                sums[PARTS - 1][q] -= x * nt;
        }
        if (PARTS == 2)
            straight += JOIN(SET, turned)(turned);
        *(vector *)(r->y + i) += straight;
    }
}

/* The same from the block that begins at row `block` on. */
TARGET static inline void JOIN(SET, reduce_symmetric)(const JOIN(SET, rank_two) * r, REAL *matrix,
                                                      size_t leading, size_t block, size_t first)
{
    const size_t column = leading * PARTS, begin = block * PARTS;
    const size_t below = begin + BLOCK * PARTS < column ? begin + BLOCK * PARTS : column;
    REAL *const a = matrix + first * column;
    const JOIN(SET, rank_two) in_registers = *r;
    vector sums[PARTS][GROUP] = {{{0}}};
    REAL totals[PARTS][GROUP];
    JOIN(SET, reduce_rows)(&in_registers, a, column, first, begin, below, NULL);
    JOIN(SET, reduce_rows)(&in_registers, a, column, first, below, column, sums);
    for (size_t part = 0; part < PARTS; part++) {
        JOIN(SET, add_all)(sums[part], totals[part]);
        for (size_t q = 0; q < GROUP; q++)
            r->y[(first + q) * PARTS + part] += totals[part][q];
    }
}

/* As many numbers as `work` has for it; rows and columns of the copy are whole blocks. */
static size_t JOIN(SET, padded)(size_t n)
{
    return (n + BLOCK - 1) / BLOCK * BLOCK;
}

static size_t JOIN(SET, tridiagonal_length)(size_t n)
{
    const size_t padded = JOIN(SET, padded)(n);
    return padded * (padded + 4);
}

/* xSYTRD of a lower triangle. */
TARGET static void JOIN(SET, tridiagonalize)(size_t n, void *matrix, void *diagonal, void *beside,
                                             void *taus, void *work)
{
    const size_t leading = JOIN(SET, padded)(n), column = leading * PARTS;
    REAL *const a = matrix, *const d = diagonal, *const e = beside;
    REAL *const copy = work, *v = copy + leading * column, *w = v + column,
                *next = w + column, *const y = next + column;
    memset(work, 0, JOIN(SET, tridiagonal_length)(n) * PARTS * sizeof(REAL));
    for (size_t j = 0; j < n; j++) {
        memcpy(copy + j * (column + PARTS), a + j * (n + 1) * PARTS,
               (n - j) * PARTS * sizeof(REAL));
        for (size_t i = j + 1; i < n && i < j / BLOCK * BLOCK + BLOCK; i++)
            JOIN(SET, put)(copy, i * leading + j, JOIN(SET, conjugate_at)(a, j * n + i));
        JOIN(SET, put)(copy, j * (leading + 1), (number){a[j * (n + 1) * PARTS], 0});
    }
    for (size_t k = 0; k < n; k++) {
        REAL *const tau = (REAL *)taus + k * PARTS;
        const size_t here = k * PARTS / LANES * LANES;
        JOIN(SET, catch_up)
        (column - here, next + here, copy + k * column + here, v + here,
         JOIN(SET, conjugate_at)(w, k), w + here, JOIN(SET, conjugate_at)(v, k));
        JOIN(SET, put)(v, k, (number){0, 0});
        JOIN(SET, put)(w, k, (number){0, 0});
        d[k] = next[k * PARTS];
        if (k + 1 == n)
            break;
        e[k] = JOIN(SET, reflect)(next, k + 1, n, leading, tau);
        memcpy(a + (k * n + k + 2) * PARTS, next + (k + 2) * PARTS,
               (n - k - 2) * PARTS * sizeof(REAL));
        const size_t block = (k + 1) / BLOCK * BLOCK, start = block * PARTS,
                     before = (k + 1) * PARTS - start, rest = column - start;
        const JOIN(SET, rank_two) r = {v, w, next, y};
        memset(next + start, 0, before * sizeof(REAL));
        memset(y + start, 0, rest * sizeof(REAL));
        for (size_t i = block; i < leading; i += BLOCK)
            for (size_t j = i; j < i + BLOCK; j += GROUP)
                JOIN(SET, reduce_symmetric)(&r, copy, leading, i, j);
        memset(y + start, 0, before * sizeof(REAL));
        const number t = JOIN(SET, at)(tau, 0);
        const REAL half = JOIN(SET, times)(t, (number){t.re, -t.im}).re / 2 *
                          JOIN(SET, whole_dot)(rest, y + start, next + start).re;
        for (size_t i = start; i < column; i += LANES) {
            const vector yi = *(const vector *)(y + i), ni = *(const vector *)(next + i);
            *(vector *)(w + i) = JOIN(SET, more)(-half * ni, yi, JOIN(SET, turned)(yi), t);
        }
        REAL *const kept = v;
        v = next;
        next = kept;
    }
}

/* ---- Any matrices ---------------------------------------------------------------------------- */

/* A -= v y, and x u if there are `both`, a constant, where y and u are rows; totals = next' A. Of
 * four columns, in the reals from `start` on. */
INLINE void JOIN(SET, reduce_columns)(bool both, REAL *a, size_t column, size_t start,
                                      const REAL *v, const REAL *y, const REAL *x, const REAL *u,
                                      const REAL *next, REAL *totals)
{
    vector sums[PARTS][GROUP] = {{{0}}};
    REAL parts[PARTS][GROUP];
    for (size_t i = start; i < column; i += LANES) {
        const vector vi = *(const vector *)(v + i), ni = *(const vector *)(next + i);
        const vector xi = both ? *(const vector *)(x + i) : vi;
        const vector vt = JOIN(SET, turned)(vi), nt = JOIN(SET, turned)(ni),
                     xt = JOIN(SET, turned)(xi);
        UNROLL
        for (size_t q = 0; q < GROUP; q++) {
            vector *const at = (vector *)(a + q * column + i);
            vector changed = JOIN(SET, less)(*at, vi, vt, JOIN(SET, at)(y, q));
            if (both)
                changed = JOIN(SET, less)(changed, xi, xt, JOIN(SET, at)(u, q));
            *at = changed;
            sums[0][q] += changed * ni;
            if (PARTS == 2)
                sums[PARTS - 1][q] += changed * nt;
        }
    }
    for (size_t part = 0; part < PARTS; part++) {
        JOIN(SET, add_all)(sums[part], parts[part]);
        for (size_t q = 0; q < GROUP; q++)
            totals[q * PARTS + part] = parts[part][q];
    }
}

/* x += A w of four columns, where u is the row w'. */
TARGET static inline void JOIN(SET, add_four)(const REAL *a, size_t column, size_t start,
                                              const REAL *u, REAL *x)
{
    for (size_t i = start; i < column; i += LANES) {
        vector straight = *(const vector *)(x + i), turned = {0};
        UNROLL
        for (size_t q = 0; q < GROUP; q++) {
            const vector aq = *(const vector *)(a + q * column + i);
            const number factor = JOIN(SET, conjugate_at)(u, q);
            straight += aq * factor.re;
            if (PARTS == 2)
                turned += aq * factor.im;
        }
        if (PARTS == 2)
            straight += JOIN(SET, turned)(turned);
        *(vector *)(x + i) = straight;
    }
}

static size_t JOIN(SET, bidiagonal_length)(size_t m, size_t n)
{
    const size_t rows = JOIN(SET, padded)(m), columns = JOIN(SET, padded)(n) + BLOCK;
    return rows * columns + 3 * rows + 3 * columns;
}

/* xGEBRD of a matrix with no more columns than rows; the right reflections are of rows as they are,
 * not of their conjugates. */
TARGET static void JOIN(SET, bidiagonalize)(size_t m, size_t n, void *matrix, void *diagonal,
                                            void *beside, void *left_taus, void *right_taus,
                                            void *work)
{
    const size_t leading = JOIN(SET, padded)(m), columns = JOIN(SET, padded)(n) + BLOCK,
                 column = leading * PARTS, across = columns * PARTS;
    REAL *const a = matrix, *const d = diagonal, *const e = beside;
    REAL *const copy = work, *v = copy + columns * column,
                *next = v + column, *const x = next + column, *const y = x + column,
                *u = y + across, *row = u + across;
    memset(work, 0, JOIN(SET, bidiagonal_length)(m, n) * PARTS * sizeof(REAL));
    for (size_t j = 0; j < n; j++)
        memcpy(copy + j * column, a + j * m * PARTS, m * PARTS * sizeof(REAL));
    for (size_t k = 0; k < n; k++) {
        REAL *const left = (REAL *)left_taus + k * PARTS, *const right =
                                                              (REAL *)right_taus + k * PARTS;
        const size_t start = k * PARTS / LANES * LANES;
        JOIN(SET, catch_up)
        (column - start, next + start, copy + k * column + start, v + start, JOIN(SET, at)(y, k),
         x + start, JOIN(SET, at)(u, k));
        d[k] = JOIN(SET, reflect)(next, k, m, leading, left);
        memcpy(a + (k * m + k + 1) * PARTS, next + (k + 1) * PARTS,
               (m - k - 1) * PARTS * sizeof(REAL));
        JOIN(SET, put)(right, 0, (number){0, 0});
        if (k + 1 == n)
            break;
        for (size_t j = k + 1; j < n; j += GROUP)
            JOIN(SET, reduce_columns)
        (true, copy + j * column, column, start, v, y + j * PARTS, x, u + j * PARTS, next,
         row + j * PARTS);
        const number left_adjoint = JOIN(SET, conjugate_at)(left, 0);
        for (size_t j = k + 1; j < n; j++) {
            const number yj = JOIN(SET, times)(left_adjoint, JOIN(SET, at)(row, j)),
                         old = JOIN(SET, at)(copy, j * leading + k);
            JOIN(SET, put)(y, j, yj);
            JOIN(SET, put)(row, j, (number){old.re - yj.re, old.im - yj.im});
        }
        e[k] = JOIN(SET, reflect)(row, k + 1, n, columns, right);
        for (size_t j = k + 2; j < n; j++)
            JOIN(SET, put)(a, j * m + k, JOIN(SET, at)(row, j));
        memset(x + start, 0, (column - start) * sizeof(REAL));
        const size_t right_start = (k + 1) * PARTS / LANES * LANES;
        const number share =
            JOIN(SET, whole_dot)(across - right_start, row + right_start, y + right_start);
        for (size_t j = k + 1; j < n; j += GROUP)
            JOIN(SET, add_four)(copy + j * column, column, start, row + j * PARTS, x);
        for (size_t i = start; i < column; i += LANES) {
            const vector ni = *(const vector *)(next + i);
            const vector xi =
                JOIN(SET, less)(*(const vector *)(x + i), ni, JOIN(SET, turned)(ni), share);
            *(vector *)(x + i) = JOIN(SET, more)((vector){0}, xi, JOIN(SET, turned)(xi),
                                                 JOIN(SET, conjugate_at)(right, 0));
        }
        const size_t before = ((k + 1) * PARTS - start) * sizeof(REAL);
        memset(x + start, 0, before);
        memset(next + start, 0, before);
        REAL *const kept = v, *const kept_row = u;
        v = next;
        next = kept;
        u = row;
        row = kept_row;
    }
}

/* ---- QR of a few columns --------------------------------------------------------------------- */

static size_t JOIN(SET, qr_length)(size_t m, size_t n)
{
    const size_t rows = JOIN(SET, padded)(m), columns = JOIN(SET, padded)(n) + BLOCK;
    return rows * columns + 2 * rows + 2 * columns;
}

TARGET static void JOIN(SET, qr)(size_t m, size_t n, void *matrix, size_t matrix_leading,
                                 void *taus, void *work)
{
    const size_t leading = JOIN(SET, padded)(m), columns = JOIN(SET, padded)(n) + BLOCK,
                 column = leading * PARTS;
    REAL *const a = matrix;
    REAL *const copy = work, *v = copy + columns * column,
                *next = v + column, *const y = next + column, *const row = y + columns * PARTS;
    memset(work, 0, JOIN(SET, qr_length)(m, n) * PARTS * sizeof(REAL));
    for (size_t j = 0; j < n; j++)
        memcpy(copy + j * column, a + j * matrix_leading * PARTS, m * PARTS * sizeof(REAL));
    for (size_t k = 0; k < m && k < n; k++) {
        REAL *const tau = (REAL *)taus + k * PARTS;
        const size_t start = k * PARTS / LANES * LANES;
        JOIN(SET, catch_up)
        (column - start, next + start, copy + k * column + start, v + start, JOIN(SET, at)(y, k),
         v + start, (number){0, 0});
        JOIN(SET, put)
        (a, k * (matrix_leading + 1), (number){JOIN(SET, reflect)(next, k, m, leading, tau), 0});
        memcpy(a + (k * (matrix_leading + 1) + 1) * PARTS, next + (k + 1) * PARTS,
               (m - k - 1) * PARTS * sizeof(REAL));
        for (size_t j = k + 1; j < n; j += GROUP)
            JOIN(SET, reduce_columns)
        (false, copy + j * column, column, start, v, y + j * PARTS, NULL, NULL, next,
         row + j * PARTS);
        const number adjoint = JOIN(SET, conjugate_at)(tau, 0);
        for (size_t j = k + 1; j < n; j++) {
            const number yj = JOIN(SET, times)(adjoint, JOIN(SET, at)(row, j)),
                         old = JOIN(SET, at)(copy, j * leading + k);
            JOIN(SET, put)(y, j, yj);
            JOIN(SET, put)(a, j * matrix_leading + k, (number){old.re - yj.re, old.im - yj.im});
        }
        JOIN(SET, put)(next, k, (number){0, 0});
        REAL *const kept = v;
        v = next;
        next = kept;
    }
}

/* ---- Products of reflections ----------------------------------------------------------------- */

/* Vectors as columns without gaps, whole: zeros, 1, and what is below it in the matrix; and their
 * conjugates, which real ones do not have. Those of `vectors` are conjugated already if they are
 * `conjugated`. Strides in numbers. */
TARGET static void JOIN(SET, unfold)(size_t rows, size_t count, const void *vectors,
                                     ptrdiff_t row_stride, ptrdiff_t column_stride, bool conjugated,
                                     void *whole, void *conjugates)
{
    const REAL *const from = vectors;
    REAL *const to = conjugated && PARTS == 2 ? conjugates : whole, *const other = conjugated
                                                                                       ? whole
                                                                                       : conjugates;
    for (size_t j = 0; j < count; j++) {
        const REAL *const column =
            from + ((ptrdiff_t)j * column_stride + (ptrdiff_t)j * row_stride) * PARTS;
        REAL *const into = to + j * rows * PARTS, *const beside = other + j * rows * PARTS;
        memset(into, 0, j * PARTS * sizeof(REAL));
        JOIN(SET, put)(into, j, (number){1, 0});
        if (row_stride == 1)
            memcpy(into + (j + 1) * PARTS, column + PARTS, (rows - j - 1) * PARTS * sizeof(REAL));
        else
            for (size_t i = j + 1; i < rows; i++)
                JOIN(SET, put)
        (into, i, JOIN(SET, at)(column + (ptrdiff_t)(i - j) * row_stride * PARTS, 0));
        for (size_t i = 0; PARTS == 2 && i < rows; i++)
            JOIN(SET, put)(beside, i, JOIN(SET, conjugate_at)(into, i));
    }
}

/* T of V' V (xLARFT), or T'. */
TARGET static void JOIN(SET, join)(size_t count, const void *taus, bool conjugated,
                                   const void *products, bool adjoint, void *t)
{
    REAL whole[NDI_REFLECT_TOGETHER][NDI_REFLECT_TOGETHER * PARTS]
        __attribute__((aligned(VECTOR_BYTES))) = {{0}};
    for (size_t j = 0; j < count; j++) {
        REAL *const column = whole[j];
        number tau = JOIN(SET, at)(taus, j);
        tau.im = conjugated ? -tau.im : tau.im;
        for (size_t l = 0; l < j; l++) {
            const number product = JOIN(SET, times)(tau, JOIN(SET, at)(products, j * count + l));
            for (size_t i = 0; i < (l + 1) * PARTS; i += LANES) { /* below its diagonal T is 0 */
                const vector before = *(const vector *)(whole[l] + i);
                *(vector *)(column + i) = JOIN(SET, less)(*(const vector *)(column + i), before,
                                                          JOIN(SET, turned)(before), product);
            }
        }
        JOIN(SET, put)(column, j, tau);
    }
    for (size_t j = 0; j < count; j++)
        for (size_t i = 0; i < count; i++)
            JOIN(SET, put)
    (t, j * count + i, adjoint ? JOIN(SET, conjugate_at)(whole[i], j) : JOIN(SET, at)(whole[j], i));
}

static const ndi_reflect_kernels JOIN(SET, reflections) = {
    .type = TYPE,
    .is_complex = PARTS == 2,
    .item = PARTS * sizeof(REAL),
    .tridiagonal_length = JOIN(SET, tridiagonal_length),
    .tridiagonalize = JOIN(SET, tridiagonalize),
    .bidiagonal_length = JOIN(SET, bidiagonal_length),
    .bidiagonalize = JOIN(SET, bidiagonalize),
    .qr_length = JOIN(SET, qr_length),
    .qr = JOIN(SET, qr),
    .unfold = JOIN(SET, unfold),
    .join = JOIN(SET, join),
};

#undef GROUP
#undef BLOCK

/* Leaves and tree steps of the reductions, and the scans: equal in bits on every ISA and in every
 * layout, and to what is worked out here one element at a time. */
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <ndstream/nd.h>

#include "array/dtype.h"
#include "check.h"

static const char *const kind_names[NDI_REDUCTION_COUNT] = {
    [NDI_REDUCE_SUM] = "sum",       [NDI_REDUCE_PROD] = "prod",
    [NDI_REDUCE_MIN] = "min",       [NDI_REDUCE_MAX] = "max",
    [NDI_REDUCE_ARGMIN] = "argmin", [NDI_REDUCE_ARGMAX] = "argmax",
    [NDI_REDUCE_ANY] = "any",       [NDI_REDUCE_ALL] = "all",
    [NDI_REDUCE_COUNT] = "count",   [NDI_REDUCE_MOMENTS] = "moments",
    [NDI_REDUCE_FMIN] = "fmin",     [NDI_REDUCE_FMAX] = "fmax"};

static bool is_exact(nd_dtype dtype)
{
    return nd_dtype_kind(dtype) <= ND_KIND_UNSIGNED;
}

/* ---- Which kernels there must be ------------------------------------------------------------- */

static bool is_of_numbers(ndi_reduction kind)
{
    return kind == NDI_REDUCE_FMIN || kind == NDI_REDUCE_FMAX;
}

/* The rows of the table, by what they are made of (kernels/reductions.def). */
static bool must_have(ndi_reduction kind, nd_dtype dtype, bool scan)
{
    static const struct {
        nd_op op;
        ndi_reduction kind;
        bool scan;
    } recipes[] = {
#define REDUCTION(name, reduction, finish) {ND_OP_##name, NDI_REDUCE_##reduction, false},
#define REDUCTION_OF_NUMBERS(name, reduction) REDUCTION(name, reduction, STATE)
#define REDUCTION_SCAN(name, reduction) {ND_OP_##name, NDI_REDUCE_##reduction, true},
#include "kernels/reductions.def"
    };
    if (is_of_numbers(kind) && is_exact(dtype))
        return false;
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++)
        for (nd_dtype of = 0;
             recipes[i].kind == kind && recipes[i].scan == scan && of < ND_DTYPE_COUNT; of++) {
            ndi_resolution resolution;
            if (ndi_op_rows[recipes[i].op].takes & NDI_BIT(of) &&
                ndi_resolve_dtype(recipes[i].op, of, &resolution) && resolution.kernel == dtype)
                return true;
        }
    return false;
}

/* ---- What the result should be --------------------------------------------------------------- */

/* The elements of one column, in order. */
typedef struct column {
    nd_dtype dtype;
    size_t n;
    char *at; /* contiguous */
    int64_t first;
} column;

static const char *element(const column *c, size_t i)
{
    return c->at + i * nd_dtype_size(c->dtype);
}

static uint64_t whole(const column *c, size_t i)
{
    return (uint64_t)ndi_load_int64(c->dtype, element(c, i));
}

static double complex parts(const column *c, size_t i)
{
    const nd_operand x = ndi_load_scalar(c->dtype, element(c, i));
    return CMPLX(x.value.real[0], x.kind == ND_OPERAND_COMPLEX ? x.value.real[1] : 0);
}

static bool nonzero(const column *c, size_t i)
{
    return is_exact(c->dtype) ? whole(c, i) != 0 : parts(c, i) != 0;
}

/* Whether element i comes before element j: NaN first of all; complex by real, then imaginary part.
 */
static bool before(const column *c, size_t i, size_t j, bool largest)
{
    if (nd_dtype_kind(c->dtype) == ND_KIND_UNSIGNED)
        return largest ? whole(c, i) > whole(c, j) : whole(c, i) < whole(c, j);
    if (is_exact(c->dtype))
        return largest ? (int64_t)whole(c, i) > (int64_t)whole(c, j)
                       : (int64_t)whole(c, i) < (int64_t)whole(c, j);
    const double complex x = parts(c, i), y = parts(c, j);
    const bool x_nan = isnan(creal(x)) || isnan(cimag(x)),
               y_nan = isnan(creal(y)) || isnan(cimag(y));
    if (x_nan || y_nan)
        return x_nan && !y_nan;
    if (creal(x) != creal(y))
        return largest ? creal(x) > creal(y) : creal(x) < creal(y);
    return largest ? cimag(x) > cimag(y) : cimag(x) < cimag(y);
}

static bool is_nan(const column *c, size_t i)
{
    return !is_exact(c->dtype) && (isnan(creal(parts(c, i))) || isnan(cimag(parts(c, i))));
}

static double complex product(double complex x, double complex y, bool is_complex)
{
    if (!is_complex)
        return creal(x) * creal(y);
    return CMPLX(creal(x) * creal(y) - cimag(x) * cimag(y),
                 creal(x) * cimag(y) + cimag(x) * creal(y));
}

/* The orders that kernel.h defines. One after the other... */
static double complex in_turn(const column *c, bool is_product)
{
    const bool is_complex = nd_dtype_kind(c->dtype) == ND_KIND_COMPLEX;
    double complex result = parts(c, 0);
    for (size_t i = 1; i < c->n; i++)
        result = is_product ? product(result, parts(c, i), is_complex) : result + parts(c, i);
    return result;
}

/* ... or in lane i % NDI_LANES, then l with l + half. */
static double complex in_lanes(const column *c, bool is_product)
{
    const bool is_complex = nd_dtype_kind(c->dtype) == ND_KIND_COMPLEX;
    double complex lane[NDI_LANES];
    for (size_t l = 0; l < NDI_LANES; l++)
        lane[l] = is_product ? 1 : CMPLX(-0.0, -0.0);
    for (size_t i = 0; i < c->n; i++) {
        double complex *to = &lane[i % NDI_LANES];
        *to = is_product ? product(*to, parts(c, i), is_complex) : *to + parts(c, i);
    }
    for (size_t half = NDI_LANES / 2; half > 0; half /= 2)
        for (size_t l = 0; l < half; l++)
            lane[l] = is_product ? product(lane[l], lane[l + half], is_complex)
                                 : lane[l] + lane[l + half];
    return lane[0];
}

/* Both planes of the state as they should be; false for what is only compared among the kernels. */
static bool work_out(ndi_reduction kind, const column *c, bool wide, nd_dtype state, char *value,
                     int64_t *index)
{
    uint64_t sum = 0, product_of = 1, count = 0;
    size_t best = 0;
    switch (kind) {
    case NDI_REDUCE_SUM:
    case NDI_REDUCE_PROD:
        if (is_exact(c->dtype)) {
            for (size_t i = 0; i < c->n; i++) {
                sum += whole(c, i);
                product_of *= whole(c, i);
            }
            memcpy(value, kind == NDI_REDUCE_SUM ? &sum : &product_of, 8);
        } else {
            const bool is_product = kind == NDI_REDUCE_PROD;
            const double complex result = wide ? in_turn(c, is_product) : in_lanes(c, is_product);
            memcpy(value, &result, nd_dtype_size(state));
        }
        return true;
    case NDI_REDUCE_ANY:
    case NDI_REDUCE_ALL:
    case NDI_REDUCE_COUNT:
        for (size_t i = 0; i < c->n; i++)
            count += nonzero(c, i);
        *value = kind == NDI_REDUCE_ANY ? count > 0 : count == c->n;
        if (kind == NDI_REDUCE_COUNT)
            memcpy(value, &count, 8);
        return true;
    case NDI_REDUCE_MOMENTS:
        return false;
    default:
        for (size_t i = 1; i < c->n; i++)
            if (is_of_numbers(kind) && (is_nan(c, i) || is_nan(c, best))
                    ? is_nan(c, best)
                    : before(c, i, best,
                             kind == NDI_REDUCE_MAX || kind == NDI_REDUCE_FMAX ||
                                 kind == NDI_REDUCE_ARGMAX))
                best = i;
        memcpy(value, element(c, best), nd_dtype_size(c->dtype));
        *index = c->first + (int64_t)best;
        return true;
    }
}

/* ---- Leaves ---------------------------------------------------------------------------------- */

enum {
    MOST_BYTES = 200 << 10,
    INPUT = 0, /* rooms */
    STATE = 1, /* and 2 */
    OTHER = 3, /* and 4 */
};

typedef struct planes {
    _Alignas(64) char at[NDI_STATES][NDI_WIDE_TILE * 16];
} planes;

static size_t state_size(const ndi_reducer *reducer, int plane)
{
    return reducer->state[plane] == ND_DTYPE_NONE ? 0 : nd_dtype_size(reducer->state[plane]);
}

/* Zeros of either sign are equal elements: which of them a smallest or largest one is, the layout
 * may decide, the ISA may not. */
static bool same_state(nd_dtype dtype, const void *a, const void *b, bool any_zero)
{
    if (check_same(dtype, a, b))
        return true;
    const nd_operand x = ndi_load_scalar(dtype, a), y = ndi_load_scalar(dtype, b);
    return any_zero && (x.kind == ND_OPERAND_REAL || x.kind == ND_OPERAND_COMPLEX) &&
           x.value.real[0] == y.value.real[0] &&
           (x.kind == ND_OPERAND_REAL || x.value.real[1] == y.value.real[1]);
}

static void run_leaf(const ndi_reducer *reducer, ndi_leaf_kernel *kernel, ndi_leaf leaf,
                     check_case *of, planes *result)
{
    char *state[NDI_STATES];
    for (int plane = 0; plane < NDI_STATES; plane++) {
        const size_t size = state_size(reducer, plane);
        state[plane] =
            size ? check_place(STATE + plane, CHECK_HIGH, leaf.columns, (ptrdiff_t)size, size)
                 : NULL;
        leaf.state[plane] = state[plane];
        if (size)
            check_paint(STATE + plane, state[plane], leaf.columns, (ptrdiff_t)size, size);
    }
    kernel(&leaf);
    for (int plane = 0; plane < NDI_STATES; plane++) {
        const size_t size = state_size(reducer, plane);
        if (size == 0)
            continue;
        memcpy(result->at[plane], state[plane], leaf.columns * size);
        if (!check_painted(STATE + plane, state[plane], leaf.columns, (ptrdiff_t)size, size))
            check_fail(of, "%zu rows, %zu columns: wrote outside the state", leaf.rows,
                       leaf.columns);
    }
}

static void compare(const ndi_reducer *reducer, const ndi_leaf *leaf, const planes *got,
                    const planes *wanted, bool any_zero, check_case *of, const char *which)
{
    const size_t columns = leaf->columns;
    for (int plane = 0; plane < NDI_STATES; plane++) {
        const size_t size = state_size(reducer, plane);
        for (size_t c = 0; size && c < columns; c++) {
            const void *x = got->at[plane] + c * size, *y = wanted->at[plane] + c * size;
            char text[96], other[96];
            if (!same_state(reducer->state[plane], x, y, any_zero)) {
                check_fail(of,
                           "%s, %zu rows of stride %td, column %zu of %zu of stride %td, plane %d: "
                           "got %s, expected %s",
                           which, leaf->rows, leaf->row_stride, c, columns, leaf->column_stride,
                           plane, check_text(text, reducer->state[plane], x),
                           check_text(other, reducer->state[plane], y));
                return;
            }
        }
    }
}

/* One random array, laid out at random, on every ISA: every column by the row leaf and all by the
 * column leaf, or all by the wide leaf. */
static void try_leaves(ndi_reduction kind, nd_dtype dtype, check_case *cases, size_t rows,
                       size_t columns, bool wide)
{
    const size_t size = nd_dtype_size(dtype);
    const size_t gap = check_below(3);
    const bool rows_inside = check_random() & 1; /* which axis has the small strides */
    ptrdiff_t small = (ptrdiff_t)(size * (gap == 2 ? 2 : 1));
    ptrdiff_t large =
        small * (ptrdiff_t)(rows_inside ? rows : columns) + (ptrdiff_t)(size * (gap ? 3 : 0));
    if (wide && check_below(2)) /* as rows of a tile are */
        large *= 3;
    small = check_below(4) ? small : -small;
    large = check_below(4) ? large : -large;
    ndi_leaf leaf = {.rows = rows,
                     .row_stride = rows_inside ? small : large,
                     .columns = columns,
                     .column_stride = rows_inside ? large : small,
                     .first = (int64_t)check_below(1000)};
    if (wide && check_below(2))
        leaf.ahead = (ptrdiff_t)rows * leaf.row_stride;
    const size_t down = (rows - 1) * (size_t)labs(leaf.row_stride);
    const size_t across = (columns - 1) * (size_t)labs(leaf.column_stride);
    if (down + across + size > MOST_BYTES)
        return;
    char *low =
        check_place(INPUT, check_random() & 1 ? CHECK_LOW : CHECK_HIGH, down + across + size, 1, 1);
    leaf.data = low + (leaf.row_stride < 0 ? down : 0) + (leaf.column_stride < 0 ? across : 0);
    static _Thread_local char values[MOST_BYTES];
    check_values(dtype, values, rows * columns);
    for (size_t c = 0; c < columns; c++)
        for (size_t r = 0; r < rows; r++)
            memcpy((char *)leaf.data + (ptrdiff_t)r * leaf.row_stride +
                       (ptrdiff_t)c * leaf.column_stride,
                   values + (c * rows + r) * size, size);

    static _Thread_local planes reference, reference_rows, got, single;
    const bool any_zero = kind == NDI_REDUCE_MIN || kind == NDI_REDUCE_MAX || is_of_numbers(kind);
    for (int isa = 0; isa < check_isas; isa++) {
        const ndi_reducer *reducer = &check_kernels[isa].reduce[kind][dtype];
        check_now = (check_doing){&cases[isa], "leaf", rows, {leaf.row_stride, leaf.column_stride}};
        run_leaf(reducer, wide ? reducer->wide : reducer->column, leaf, &cases[isa],
                 isa == 0 ? &reference : &got);
        if (isa != 0)
            compare(reducer, &leaf, &got, &reference, false, &cases[isa],
                    wide ? "wide" : "columns");
        if (wide)
            continue;
        planes *by_row = isa == 0 ? &reference_rows : &got;
        for (size_t c = 0; c < columns; c++) {
            ndi_leaf one = leaf;
            one.columns = 1;
            one.data += (ptrdiff_t)c * leaf.column_stride;
            run_leaf(reducer, reducer->row, one, &cases[isa], &single);
            for (int plane = 0; plane < NDI_STATES; plane++) {
                const size_t plane_size = state_size(reducer, plane);
                memcpy(by_row->at[plane] + c * plane_size, single.at[plane], plane_size);
            }
        }
        compare(reducer, &leaf, by_row, isa == 0 ? &reference : &reference_rows,
                isa == 0 && any_zero, &cases[isa], "rows");
    }
    const ndi_reducer *reducer = &check_kernels[0].reduce[kind][dtype];
    bool known = true;
    for (size_t c = 0; known && c < columns; c++) {
        const column of = {dtype, rows, values + c * rows * size, leaf.first};
        int64_t index = 0;
        known = work_out(kind, &of, wide, reducer->state[0], got.at[0] + c * state_size(reducer, 0),
                         &index);
        if (state_size(reducer, 1))
            memcpy(got.at[1] + c * 8, &index, 8);
    }
    if (known)
        compare(reducer, &leaf, &reference, &got, any_zero, &cases[0], "against the one by hand");
}

/* Two leaves meet: on every ISA alike; and where order cannot show, as one leaf over both. */
static void try_combine(ndi_reduction kind, nd_dtype dtype, check_case *cases, size_t columns)
{
    const size_t rows[2] = {1 + check_below(100), 1 + check_below(100)},
                 size = nd_dtype_size(dtype);
    const size_t all = (rows[0] + rows[1]) * columns;
    static _Thread_local _Alignas(64) char values[NDI_COLUMN_TILE * 200 * 16];
    static _Thread_local planes half[2], reference, got, together;
    check_values(dtype, values, all);
    const ndi_reducer *base = &check_kernels[0].reduce[kind][dtype];
    ndi_leaf leaf = {.data = values,
                     .row_stride = (ptrdiff_t)(columns * size),
                     .columns = columns,
                     .column_stride = (ptrdiff_t)size};
    for (int i = 0; i < 2; i++) {
        leaf.rows = rows[i];
        run_leaf(base, base->column, leaf, &cases[0], &half[i]);
        leaf.data += rows[i] * columns * size;
        leaf.first += (int64_t)rows[i];
    }
    leaf.data = values;
    leaf.first = 0;
    leaf.rows = rows[0] + rows[1];
    run_leaf(base, base->column, leaf, &cases[0], &together);
    for (int isa = 0; isa < check_isas; isa++) {
        const ndi_reducer *reducer = &check_kernels[isa].reduce[kind][dtype];
        void *a[NDI_STATES] = {0}, *b[NDI_STATES] = {0};
        for (int plane = 0; plane < NDI_STATES; plane++) {
            const size_t plane_size = state_size(reducer, plane);
            if (plane_size == 0)
                continue;
            a[plane] =
                check_place(STATE + plane, CHECK_HIGH, columns, (ptrdiff_t)plane_size, plane_size);
            b[plane] =
                check_place(OTHER + plane, CHECK_HIGH, columns, (ptrdiff_t)plane_size, plane_size);
            memcpy(a[plane], half[0].at[plane], columns * plane_size);
            memcpy(b[plane], half[1].at[plane], columns * plane_size);
        }
        check_now = (check_doing){&cases[isa], "combine", columns, {0}};
        reducer->combine(columns, a, (double)rows[0], b, (double)rows[1]);
        planes *to = isa == 0 ? &reference : &got;
        for (int plane = 0; plane < NDI_STATES; plane++)
            if (a[plane])
                memcpy(to->at[plane], a[plane], columns * state_size(reducer, plane));
        if (isa != 0)
            compare(reducer, &leaf, &got, &reference, false, &cases[isa], "combined");
    }
    const bool order_shows =
        kind == NDI_REDUCE_MOMENTS ||
        ((kind == NDI_REDUCE_SUM || kind == NDI_REDUCE_PROD) && !is_exact(dtype));
    if (!order_shows)
        compare(base, &leaf, &reference, &together,
                kind == NDI_REDUCE_MIN || kind == NDI_REDUCE_MAX || is_of_numbers(kind), &cases[0],
                "combined against whole");
}

static void run_reduction(ndi_reduction kind, nd_dtype dtype)
{
    const ndi_reducer *base = &check_kernels[0].reduce[kind][dtype];
    if (!base->row && !must_have(kind, dtype, false))
        return;
    check_case cases[NDI_ISA_COUNT];
    bool complete = true;
    for (int isa = 0; isa < check_isas; isa++) {
        const ndi_reducer *reducer = &check_kernels[isa].reduce[kind][dtype];
        cases[isa] = check_begin("reduction %s %s, %s", kind_names[kind], nd_dtype_name(dtype),
                                 ndi_isa_name((ndi_isa)isa));
        if (!reducer->row || !reducer->column || !reducer->wide || !reducer->combine) {
            check_fail(&cases[isa], "has no kernel");
            complete = false;
        }
    }
    check_reseed(cases[0].name);
    const int rounds = check_options_given.thorough ? 20 : 1;
    for (int round = 0; complete && round < rounds; round++) {
        for (size_t rows = 1; rows <= 200; rows++)
            try_leaves(kind, dtype, cases, rows, 1 + check_below(4), false);
        for (size_t columns = 1; columns <= NDI_COLUMN_TILE; columns++)
            try_leaves(kind, dtype, cases, 1 + check_below(80), columns, false);
        static const size_t long_rows[] = {255, 256,  257,           511,      512,
                                           513, 1000, NDI_CHUNK - 1, NDI_CHUNK};
        for (size_t i = 0; i < sizeof long_rows / sizeof *long_rows; i++)
            for (size_t columns = 1; columns <= NDI_COLUMN_TILE; columns *= 4)
                try_leaves(kind, dtype, cases, long_rows[i], columns, false);
        for (size_t rows = 1; rows <= NDI_WIDE_CHUNK; rows++)
            try_leaves(kind, dtype, cases, rows, 1 + check_below(rows < 4 ? NDI_WIDE_TILE : 300),
                       true);
        for (size_t rows = 1; rows <= NDI_WIDE_CHUNK; rows++) /* of whole vectors */
            try_leaves(kind, dtype, cases, rows, 16 * (1 + check_below(16)), true);
        for (size_t columns = 1; columns <= NDI_COLUMN_TILE; columns++)
            try_combine(kind, dtype, cases, columns);
    }
    for (int isa = 0; isa < check_isas; isa++)
        check_end(&cases[isa]);
}

/* ---- Scans ----------------------------------------------------------------------------------- */

static void run_scan(ndi_reduction kind, nd_dtype dtype)
{
    if (!check_kernels[0].scan[kind][dtype] && !must_have(kind, dtype, true))
        return;
    const size_t size = nd_dtype_size(dtype);
    const nd_dtype carried = check_kernels[0].reduce[kind][dtype].state[0];
    check_case cases[NDI_ISA_COUNT];
    for (int isa = 0; isa < check_isas; isa++) {
        cases[isa] = check_begin("scan %s %s, %s", kind_names[kind], nd_dtype_name(dtype),
                                 ndi_isa_name((ndi_isa)isa));
        if (!check_kernels[isa].scan[kind][dtype])
            check_fail(&cases[isa], "has no kernel");
    }
    check_reseed(cases[0].name);
    static _Thread_local _Alignas(64) char values[300 * 16], expected[300 * 16];
    for (size_t n = 0; n < 300 && cases[0].failures == 0; n++) {
        const bool in_place = check_below(3) == 0;
        const ptrdiff_t in_stride = (ptrdiff_t)size * ((ptrdiff_t[]){1, 2, -1, 3})[check_below(4)];
        const ptrdiff_t out_stride =
            in_place ? in_stride : (ptrdiff_t)size * ((ptrdiff_t[]){1, 2, -2})[check_below(3)];
        check_values(dtype, values, n);
        _Alignas(16) char begin[16], carry[16], reference_carry[16];
        ndi_store_scalar(nd_operand_int(kind == NDI_REDUCE_PROD), carried, begin);
        for (int isa = 0; isa < check_isas; isa++) {
            if (!check_kernels[isa].scan[kind][dtype])
                continue;
            char *out = check_place(STATE, CHECK_HIGH, n, out_stride, size);
            char *in = in_place ? out : check_place(INPUT, CHECK_LOW, n, in_stride, size);
            check_paint(STATE, out, n, out_stride, size);
            for (size_t i = 0; i < n; i++)
                memcpy(in + (ptrdiff_t)i * in_stride, values + i * size, size);
            memcpy(carry, begin, 16);
            check_now = (check_doing){&cases[isa], "scan", n, {out_stride, in_stride}};
            check_kernels[isa].scan[kind][dtype](n, out, out_stride, in, in_stride, carry);
            if (!check_painted(STATE, out, n, out_stride, size))
                check_fail(&cases[isa], "n = %zu: wrote outside its elements", n);
            if (isa == 0) {
                for (size_t i = 0; i < n; i++)
                    memcpy(expected + i * size, out + (ptrdiff_t)i * out_stride, size);
                memcpy(reference_carry, carry, 16);
                uint64_t running = kind == NDI_REDUCE_PROD;
                for (size_t i = 0; is_exact(dtype) && i < n; i++) {
                    const uint64_t x = (uint64_t)ndi_load_int64(dtype, values + i * size);
                    const bool larger = nd_dtype_kind(dtype) == ND_KIND_SIGNED
                                            ? (int64_t)x > (int64_t)running
                                            : x > running;
                    running = kind == NDI_REDUCE_PROD              ? running * x
                              : kind == NDI_REDUCE_SUM             ? running + x
                              : larger == (kind == NDI_REDUCE_MAX) ? x
                                                                   : running;
                    if (memcmp(&running, expected + i * size, size) != 0)
                        check_fail(&cases[0],
                                   "n = %zu, element %zu: not the running one worked out here", n,
                                   i);
                }
            }
            for (size_t i = 0; i < n; i++)
                if (!check_same(dtype, out + (ptrdiff_t)i * out_stride, expected + i * size)) {
                    check_fail(&cases[isa], "n = %zu, strides %td, %td: element %zu differs", n,
                               out_stride, in_stride, i);
                    break;
                }
            if (!check_same(carried, carry, reference_carry))
                check_fail(&cases[isa], "n = %zu: the carry differs", n);
        }
    }
    for (int isa = 0; isa < check_isas; isa++)
        check_end(&cases[isa]);
}

static size_t count(void)
{
    return NDI_REDUCTION_COUNT * ND_DTYPE_COUNT;
}

static void run(size_t task)
{
    const ndi_reduction kind = (ndi_reduction)(task / ND_DTYPE_COUNT);
    const nd_dtype dtype = (nd_dtype)(task % ND_DTYPE_COUNT);
    run_reduction(kind, dtype);
    run_scan(kind, dtype);
}

const check_part check_reductions = {"reductions", count, run};

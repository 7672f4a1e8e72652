/* Differences, integrals, derivatives and averages along axes. */
#include <math.h>

#include <ndstream/join.h>

#include "engine/copy.h"
#include "numeric/numeric.h"

nd_array *ndi_part(const nd_array *x, int axis, int64_t start, int64_t stop)
{
    nd_index terms[ND_MAX_RANK];
    for (int i = 0; i < axis; i++)
        terms[i] = ND_EVERY;
    terms[axis] = ND_RANGE(start, stop);
    return x ? nd_slice_terms(x, axis + 1, terms) : NULL;
}

nd_array *ndi_along(const nd_array *x, int rank, int axis)
{
    nd_shape shape = {.rank = rank};
    for (int i = 0; i < rank; i++)
        shape.length[i] = i == axis ? nd_size(x) : 1;
    return nd_reshape(x, shape);
}

/* All but the first, and all but the last, along the axis. */
static nd_array *later(const nd_array *x, int axis)
{
    return ndi_part(x, axis, 1, ND_OPEN);
}

static nd_array *earlier(const nd_array *x, int axis)
{
    return ndi_part(x, axis, 0, -1);
}

/* ---- Differences ----------------------------------------------------------------------------- */

static nd_array *differences(const nd_array *x, int times, int axis)
{
    nd_array *d = (nd_array *)x;
    for (int i = 0; i < times && d; i++)
        d = nd_dtype_of(d) == ND_BOOL ? nd_not_equal(later(d, axis), earlier(d, axis))
                                      : nd_subtract(later(d, axis), earlier(d, axis));
    return d;
}

nd_array *nd_diff(const nd_array *x, int times, int axis)
{
    if (!x)
        return NULL;
    if (times < 0)
        return ndi_fail(ND_ERROR_VALUE, "diff: cannot take a difference %d times", times);
    if (x->rank == 0)
        return ndi_fail(ND_ERROR_AXIS, "diff: the array has no axes");
    axis = ndi_normalize_axis("diff", axis, x->rank);
    if (axis < 0)
        return NULL;
    if (times == 0)
        return ndi_register(nd_retain((nd_array *)x));
    return SCOPED(differences(x, times, axis));
}

nd_array *nd_ediff1d(const nd_array *x)
{
    return x ? SCOPED(differences(nd_ravel(x), 1, 0)) : NULL;
}

/* ---- Running sums and products --------------------------------------------------------------- */

static nd_array *after_initial(nd_op op, const nd_array *scanned, int axis)
{
    if (!scanned)
        return NULL;
    nd_shape shape = nd_shape_like(scanned);
    shape.length[axis < 0 ? axis + shape.rank : axis] = 1;
    const nd_dtype dtype = nd_dtype_of(scanned);
    return nd_concatenate(
        2,
        (const nd_array *[]){op == ND_OP_cumsum ? nd_zeros(dtype, shape) : nd_ones(dtype, shape),
                             scanned},
        axis);
}

static nd_array *cumulative(nd_op op, const nd_array *x, int axis, nd_dtype dtype, bool initial)
{
    return initial ? SCOPED(after_initial(op, nd_scan(op, x, axis, dtype), axis))
                   : nd_scan(op, x, axis, dtype);
}

nd_array *nd_cumulative_sum(const nd_array *x, int axis, nd_dtype dtype, bool initial)
{
    return cumulative(ND_OP_cumsum, x, axis, dtype, initial);
}

nd_array *nd_cumulative_prod(const nd_array *x, int axis, nd_dtype dtype, bool initial)
{
    return cumulative(ND_OP_cumprod, x, axis, dtype, initial);
}

/* ---- Integrals ------------------------------------------------------------------------------- */

static nd_array *trapezoids(const nd_array *y, const nd_array *x, double dx, int axis)
{
    nd_array *sums = nd_add(later(y, axis), earlier(y, axis));
    if (!x)
        return nd_sum(nd_divide(nd_multiply(dx, sums), 2.0), ND_AXIS(axis));
    nd_array *widths =
        x->rank == 1 ? ndi_along(differences(x, 1, 0), y->rank, axis) : differences(x, 1, axis);
    return nd_sum(nd_divide(nd_multiply(widths, sums), 2.0), ND_AXIS(axis));
}

nd_array *nd_trapezoid(const nd_array *y, const nd_array *x, double dx, int axis)
{
    if (!y)
        return NULL;
    if (y->rank == 0)
        return ndi_fail(ND_ERROR_AXIS, "trapezoid: the samples have no axes");
    axis = ndi_normalize_axis("trapezoid", axis, y->rank);
    if (axis < 0)
        return NULL;
    if (x && x->rank != 1 && x->rank != y->rank)
        return ndi_fail(ND_ERROR_SHAPE, "trapezoid: places of %d axes for samples of %d", x->rank,
                        y->rank);
    return SCOPED(trapezoids(y, x, dx, axis));
}

/* ---- Derivatives ----------------------------------------------------------------------------- */

/* Sum of weights times three samples next to each other, from `first` on: at one end. */
static nd_array *weighted_end(const nd_array *f, int axis, int64_t first, const double *weights)
{
    nd_array *sum = NULL;
    for (int i = 0; i < 3; i++) {
        nd_array *term = nd_multiply(weights[i], ndi_part(f, axis, first + i, first + i + 1));
        sum = i ? nd_add(sum, term) : term;
    }
    return sum;
}

/* Writes inside and ends into a new array. */
static nd_array *assembled(const nd_array *f, int axis, const nd_array *first,
                           const nd_array *inside, const nd_array *last)
{
    const int64_t n = nd_length(f, axis);
    nd_array *out = nd_empty_like(f);
    if (!out || !first || !inside || !last ||
        ndi_assign(ndi_part(out, axis, 0, 1), first) != ND_OK ||
        ndi_assign(ndi_part(out, axis, 1, n - 1), inside) != ND_OK ||
        ndi_assign(ndi_part(out, axis, n - 1, n), last) != ND_OK)
        return NULL;
    return out;
}

static nd_array *evenly(const nd_array *f, double h, int axis, int edge_order)
{
    const int64_t n = nd_length(f, axis);
    nd_array *inside =
        nd_divide(nd_subtract(ndi_part(f, axis, 2, n), ndi_part(f, axis, 0, n - 2)), 2 * h);
    nd_array *first, *last;
    if (edge_order == 1) {
        first = nd_divide(nd_subtract(ndi_part(f, axis, 1, 2), ndi_part(f, axis, 0, 1)), h);
        last =
            nd_divide(nd_subtract(ndi_part(f, axis, n - 1, n), ndi_part(f, axis, n - 2, n - 1)), h);
    } else {
        first = weighted_end(f, axis, 0, (double[]){-1.5 / h, 2 / h, -0.5 / h});
        last = weighted_end(f, axis, n - 3, (double[]){0.5 / h, -2 / h, 1.5 / h});
    }
    return assembled(f, axis, first, inside, last);
}

/* At places d[0], d[1] apart: the weights of three samples for the derivative at the first; the
 * last is the same seen from the other side. */
static void end_weights(double d1, double d2, double weights[3])
{
    weights[0] = -(2 * d1 + d2) / (d1 * (d1 + d2));
    weights[1] = (d1 + d2) / (d1 * d2);
    weights[2] = -d1 / (d2 * (d1 + d2));
}

static nd_array *unevenly(const nd_array *f, const nd_array *x, int axis, int edge_order)
{
    const int64_t n = nd_length(f, axis);
    const nd_kind kind = nd_dtype_kind((nd_dtype)x->dtype);
    const bool whole = kind == ND_KIND_SIGNED || kind == ND_KIND_UNSIGNED; /* would wrap */
    nd_array *d = nd_cast(differences(whole ? nd_cast(x, ND_FLOAT64) : x, 1, 0), ND_FLOAT64);
    if (!d)
        return NULL;
    nd_array *d1 = ndi_along(earlier(d, 0), f->rank, axis),
             *d2 = ndi_along(later(d, 0), f->rank, axis);
    nd_array *sum = nd_add(d1, d2);
    nd_array *a = nd_divide(nd_negative(d2), nd_multiply(d1, sum)),
             *b = nd_divide(nd_subtract(d2, d1), nd_multiply(d1, d2)),
             *c = nd_divide(d1, nd_multiply(d2, sum));
    nd_array *inside = nd_add(nd_add(nd_multiply(a, ndi_part(f, axis, 0, n - 2)),
                                     nd_multiply(b, ndi_part(f, axis, 1, n - 1))),
                              nd_multiply(c, ndi_part(f, axis, 2, n)));
    const double before = nd_get_double(d, (int64_t[]){0}),
                 after = nd_get_double(d, (int64_t[]){-1});
    nd_array *first, *last;
    if (edge_order == 1) {
        first = nd_divide(nd_subtract(ndi_part(f, axis, 1, 2), ndi_part(f, axis, 0, 1)), before);
        last = nd_divide(nd_subtract(ndi_part(f, axis, n - 1, n), ndi_part(f, axis, n - 2, n - 1)),
                         after);
    } else {
        double weights[3], mirrored[3];
        end_weights(before, nd_get_double(d, (int64_t[]){1}), weights);
        first = weighted_end(f, axis, 0, weights);
        end_weights(after, nd_get_double(d, (int64_t[]){-2}), weights);
        for (int i = 0; i < 3; i++)
            mirrored[i] = -weights[2 - i];
        last = weighted_end(f, axis, n - 3, mirrored);
    }
    return assembled(f, axis, first, inside, last);
}

/* The axis, or -1 with the error kept. */
static int gradient_axis(const nd_array *f, int axis, int edge_order)
{
    if (edge_order != 1 && edge_order != 2) {
        ndi_fail(ND_ERROR_VALUE, "gradient: edge_order is 1 or 2, not %d", edge_order);
        return -1;
    }
    if (f->rank == 0) {
        ndi_fail(ND_ERROR_AXIS, "gradient: the array has no axes");
        return -1;
    }
    axis = ndi_normalize_axis("gradient", axis, f->rank);
    if (axis >= 0 && nd_length(f, axis) < edge_order + 1) {
        ndi_fail(ND_ERROR_SHAPE, "gradient: axis %d has %lld samples, edge_order %d needs %d", axis,
                 (long long)nd_length(f, axis), edge_order, edge_order + 1);
        return -1;
    }
    return axis;
}

nd_array *nd_gradient(const nd_array *f, double distance, int axis, int edge_order)
{
    if (!f || (axis = gradient_axis(f, axis, edge_order)) < 0)
        return NULL;
    return SCOPED(evenly(ndi_inexact(f), distance, axis, edge_order));
}

nd_array *nd_gradient_at(const nd_array *f, const nd_array *x, int axis, int edge_order)
{
    if (!f || !x || (axis = gradient_axis(f, axis, edge_order)) < 0)
        return NULL;
    if (x->rank != 1 || nd_size(x) != nd_length(f, axis))
        return ndi_fail(ND_ERROR_SHAPE,
                        "gradient: axis %d has %lld samples; the places must be as many, 1-d", axis,
                        (long long)nd_length(f, axis));
    return SCOPED(unevenly(ndi_inexact(f), x, axis, edge_order));
}

/* ---- Statistics ------------------------------------------------------------------------------ */

nd_array *nd_ptp(const nd_array *array, nd_axes axes, bool keepdims)
{
    const nd_reduce_options options = {.keepdims = keepdims};
    return array ? SCOPED(nd_subtract(nd_max_with(array, axes, options),
                                      nd_min_with(array, axes, options)))
                 : NULL;
}

static nd_array *weighted(const nd_array *array, nd_axes axes, const nd_array *weights)
{
    const bool same = nd_rank(weights) == nd_rank(array);
    nd_array *spread = (nd_array *)weights;
    if (!same) {
        const int axis = axes.all || axes.count != 1
                             ? -1
                             : ndi_normalize_axis("average", axes.axis[0], nd_rank(array));
        if (axis < 0 || nd_rank(weights) != 1 || nd_size(weights) != nd_length(array, axis))
            return ndi_fail(ND_ERROR_SHAPE, "average: weights have the array's shape, or one axis "
                                            "of the length of the only axis named");
        spread = ndi_along(weights, nd_rank(array), axis);
    }
    spread = nd_broadcast_to(ndi_inexact(spread), nd_shape_like(array));
    nd_array *total = nd_sum(spread, axes);
    nd_array *zero = nd_any(nd_equal(total, 0.0), ND_ALL);
    if (!zero)
        return NULL;
    if (nd_item_int64(zero))
        return ndi_fail(ND_ERROR_VALUE, "average: weights sum to 0");
    return nd_divide(nd_sum(nd_multiply(ndi_inexact(array), spread), axes), total);
}

nd_array *nd_average(const nd_array *array, nd_axes axes, const nd_array *weights)
{
    if (!array)
        return NULL;
    return weights ? SCOPED(weighted(array, axes, weights)) : nd_mean(array, axes);
}

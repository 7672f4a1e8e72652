/* Norms of vectors and matrices, condition numbers, ranks. */
#include <ndstream/linalg.h>
#include <ndstream/ops.h>

#include <float.h>
#include <math.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "base/pool.h"
#include "linalg/gemm_kernels.h"
#include "linalg/shapes.h"

/* What a scope made goes to whoever called. */
static nd_array *returned(nd_array *kept)
{
    return kept ? ndi_register(kept) : NULL;
}

static nd_array *as_inexact(const nd_array *x)
{
    return nd_dtype_of(x) < ND_FLOAT16 ? nd_cast(x, ND_FLOAT64) : (nd_array *)x;
}

static bool is_complex(const nd_array *x)
{
    return nd_dtype_kind(nd_dtype_of(x)) == ND_KIND_COMPLEX;
}

static nd_array *squared(const nd_array *x)
{
    return is_complex(x) ? nd_add(nd_square(nd_real(x)), nd_square(nd_imag(x))) : nd_square(x);
}

static double epsilon_of(const nd_array *reals)
{
    return nd_dtype_of(reals) == ND_FLOAT32 ? FLT_EPSILON : DBL_EPSILON;
}

/* From 0 on, so that no elements have the norm 0. */
static nd_array *largest(const nd_array *sizes, nd_axes axes, bool keepdims)
{
    const nd_reduce_options options = {.keepdims = keepdims, .has_initial = true};
    return nd_reduce(ND_OP_max, sizes, axes, &options);
}

static nd_array *reduced(nd_op op, const nd_array *sizes, nd_axes axes, bool keepdims)
{
    const nd_reduce_options options = {.keepdims = keepdims};
    return nd_reduce(op, sizes, axes, &options);
}

/* ---- Roots of sums of squares ---- */

enum {
    MOST_AT_ONCE = 1 << 20, /* elements */
    SQUARED_BLOCK = 1 << 14 /* reals; the sums of blocks meet in pairs */
};

typedef struct squares {
    const ndi_gemv_kernels *kernels;
    const char *reals;
    size_t count, real_bytes;
    double *sums;
} squares;

static void square_blocks(void *context, size_t begin, size_t end)
{
    const squares *s = context;
    for (size_t block = begin; block < end; block++) {
        const size_t first = block * SQUARED_BLOCK, left = s->count - first;
        s->sums[block] = s->kernels->squares(left < SQUARED_BLOCK ? left : SQUARED_BLOCK,
                                             s->reals + first * s->real_bytes);
    }
}

/* Of an array of floats or complex numbers that lies in one run and has its elements; a complex
 * number counts as two reals. */
static bool sum_of_squares(const nd_array *x, double *sum)
{
    const bool single = nd_dtype_of(x) == ND_FLOAT32 || nd_dtype_of(x) == ND_COMPLEX64;
    squares s = {
        .kernels = ndi_gemv_kernels_for(ndi_isa_in_use(), single ? NDI_REAL_F32 : NDI_REAL_F64),
        .reals = x->data,
        .count = (size_t)x->size * (is_complex(x) ? 2 : 1),
        .real_bytes = single ? sizeof(float) : sizeof(double),
    };
    double few[64];
    const size_t blocks = s.count / SQUARED_BLOCK + (s.count % SQUARED_BLOCK != 0),
                 bytes = blocks * sizeof(double);
    few[0] = 0;
    s.sums = bytes <= sizeof few ? few : ndi_allocate(bytes);
    if (!s.sums)
        return false;
    ndi_parallel_for(blocks, 3, square_blocks, &s);
    for (size_t width = blocks, half; width > 1; width = half) {
        half = (width + 1) / 2;
        for (size_t i = 0; i < width - half; i++)
            s.sums[i] += s.sums[i + half];
    }
    *sum = s.sums[0];
    if (s.sums != few)
        ndi_free(s.sums, bytes);
    return true;
}

/* Real numbers that lie in one run, so few that a graph's cost would show, or that are not in cache
 * for the second pass: 40,000 float64 take 2.5 us this way, 7.5 as a square that is reduced.
 * Pending ones too: the bits are those of a settled array. Complex numbers, which a graph would
 * take apart, however many they are. */
static bool is_run(const nd_array *x)
{
    return nd_dtype_of(x) >= ND_FLOAT32 && nd_is_contiguous(x) &&
           (is_complex(x) || x->size <= MOST_AT_ONCE);
}

/* If the sum of squares takes them as reals: complex numbers along the last axis, side by side. The
 * array has its elements. */
static bool are_reals(const nd_array *x, uint32_t mask)
{
    const int last = nd_rank(x) - 1;
    return is_complex(x) && last >= 0 && mask >> last & 1 &&
           ndi_strides(x)[last] == (int64_t)nd_dtype_size(nd_dtype_of(x));
}

/* Twice as many along the last axis. */
static nd_array *as_reals(const nd_array *x)
{
    const nd_dtype real = nd_dtype_of(x) == ND_COMPLEX64 ? ND_FLOAT32 : ND_FLOAT64;
    const int last = nd_rank(x) - 1;
    int64_t lengths[ND_MAX_RANK], strides[ND_MAX_RANK];
    for (int axis = 0; axis <= last; axis++) {
        lengths[axis] = ndi_lengths(x)[axis];
        strides[axis] = ndi_strides(x)[axis];
    }
    lengths[last] *= 2;
    strides[last] = (int64_t)nd_dtype_size(real);
    return ndi_view_at(x, real, last + 1, lengths, strides, 0);
}

static nd_array *root_of_squares(const nd_array *x, nd_axes axes, bool keepdims)
{
    uint32_t mask;
    if (!x || !ndi_axes_mask("norm", axes, nd_rank(x), &mask))
        return NULL;
    if ((axes.all || axes.count == nd_rank(x)) && is_run(x)) {
        nd_shape shape = {.rank = keepdims ? nd_rank(x) : 0};
        double sum;
        if (!ndi_force(x) || !sum_of_squares(x, &sum))
            return NULL;
        for (int axis = 0; axis < shape.rank; axis++)
            shape.length[axis] = 1;
        const double root = sqrt(sum);
        const float single = sqrtf((float)sum); /* overflows as float32 do */
        return nd_dtype_of(x) == ND_FLOAT32 || nd_dtype_of(x) == ND_COMPLEX64
                   ? nd_from_data(ND_FLOAT32, shape, &single)
                   : nd_from_data(ND_FLOAT64, shape, &root);
    }
    if (is_complex(x) && !ndi_force(x))
        return NULL;
    nd_array *const of_each = are_reals(x, mask) ? nd_square(as_reals(x)) : squared(x);
    nd_array *const sum = reduced(ND_OP_sum, of_each, axes, keepdims);
    if (sum && sum->size == 1 && !ndi_force(sum)) /* alone it is made in fewer steps */
        return NULL;
    return nd_sqrt(sum);
}

/* ---- Vectors --------------------------------------------------------------------------------- */

static nd_array *vector_norm(const nd_array *x, double p, nd_axes axes, bool keepdims)
{
    if (p == 2)
        return root_of_squares(x, axes, keepdims);
    nd_array *sizes = nd_absolute(x);
    if (p == INFINITY)
        return largest(sizes, axes, keepdims);
    if (p == -INFINITY)
        return reduced(ND_OP_min, sizes, axes, keepdims);
    if (p == 0)
        return reduced(ND_OP_sum, nd_cast(nd_not_equal(sizes, 0.0), nd_dtype_of(sizes)), axes,
                       keepdims);
    if (p == 1)
        return reduced(ND_OP_sum, sizes, axes, keepdims);
    return nd_power(reduced(ND_OP_sum, nd_power(sizes, p), axes, keepdims), 1 / p);
}

nd_array *nd_vector_norm(const nd_array *x, double p, nd_axes axes, bool keepdims)
{
    nd_array *result = NULL;
    if (!x)
        return NULL;
    ND_SCOPE {
        result = nd_keep(vector_norm(as_inexact(x), p, axes, keepdims));
    }
    return returned(result);
}

/* ---- Matrices -------------------------------------------------------------------------------- */

/* The values along `row` become sums, of which the largest, or smallest, along `column` counts. */
static nd_array *norm_of_sums(const nd_array *x, int row, int column, bool smallest)
{
    const int64_t few =
        1 << 17; /* elements: in a cache, and sooner stored than produced in tiles */
    nd_array *sizes = nd_absolute(x);
    if (sizes && is_complex(x) && sizes->size <= few && !ndi_force(sizes))
        return NULL;
    nd_array *sums = reduced(ND_OP_sum, sizes, ND_AXIS(row), true);
    return smallest ? reduced(ND_OP_min, sums, ND_AXIS(column), true)
                    : largest(sums, ND_AXIS(column), true);
}

/* 2, -2 and nuclear; both axes stay with length 1. */
static nd_array *norm_of_singular_values(const nd_array *x, int row, int column, nd_op op)
{
    nd_axes order = {.count = 0};
    for (int axis = 0; axis < nd_rank(x); axis++)
        if (axis != row && axis != column)
            order.axis[order.count++] = axis;
    order.axis[order.count++] = row;
    order.axis[order.count++] = column;
    nd_array *values = nd_svdvals(nd_permute(x, order));
    nd_array *norms = op == ND_OP_max ? largest(values, ND_AXIS(-1), false)
                                      : reduced(op, values, ND_AXIS(-1), false);
    const int first = row < column ? row : column, second = row < column ? column : row;
    return nd_expand_dims(nd_expand_dims(norms, first), second);
}

static nd_array *matrix_norm(const nd_array *x, nd_norm_order order, int row, int column)
{
    const double p = order.p;
    if (order.kind == ND_ORDER_DEFAULT || order.kind == ND_ORDER_FROBENIUS)
        return root_of_squares(x, ND_AXES(row, column), true);
    if (order.kind == ND_ORDER_NUCLEAR)
        return norm_of_singular_values(x, row, column, ND_OP_sum);
    if (p == 2 || p == -2)
        return norm_of_singular_values(x, row, column, p > 0 ? ND_OP_max : ND_OP_min);
    if (p == 1 || p == -1)
        return norm_of_sums(x, row, column, p < 0);
    if (p == INFINITY || p == -INFINITY)
        return norm_of_sums(x, column, row, p < 0);
    return ndi_fail(ND_ERROR_VALUE,
                    "norm: matrices have no norm of order %g, only of 1, -1, 2, -2, inf and -inf",
                    p);
}

/* Of one or two axes, which are named. */
static nd_array *norm_along(const nd_array *x, nd_norm_order order, nd_axes axes, bool keepdims)
{
    if (axes.count == 1) {
        if (order.kind == ND_ORDER_FROBENIUS || order.kind == ND_ORDER_NUCLEAR)
            return ndi_fail(ND_ERROR_VALUE, "norm: vectors have no %s norm",
                            order.kind == ND_ORDER_NUCLEAR ? "nuclear" : "Frobenius");
        return vector_norm(x, order.kind == ND_ORDER_DEFAULT ? 2 : order.p, axes, keepdims);
    }
    for (int i = 0; i < 2; i++)
        axes.axis[i] += axes.axis[i] < 0 ? nd_rank(x) : 0;
    nd_array *norms = matrix_norm(x, order, axes.axis[0], axes.axis[1]);
    return keepdims ? norms : nd_squeeze(norms, axes);
}

nd_array *nd_norm(const nd_array *x, nd_norm_order order, nd_axes axes, bool keepdims)
{
    nd_array *result = NULL;
    uint32_t mask;
    if (!x || !ndi_axes_mask("norm", axes, nd_rank(x), &mask))
        return NULL;
    if (axes.all && order.kind == ND_ORDER_DEFAULT)
        return nd_vector_norm(x, 2, axes, keepdims);
    if (axes.all) {
        axes = (nd_axes){.count = nd_rank(x)};
        for (int axis = 0; axis < axes.count; axis++)
            axes.axis[axis] = axis;
    }
    if (axes.count != 1 && axes.count != 2)
        return ndi_fail(ND_ERROR_VALUE,
                        "norm: one axis has vectors and two have matrices, but there are %d",
                        axes.count);
    ND_SCOPE {
        result = nd_keep(norm_along(as_inexact(x), order, axes, keepdims));
    }
    return returned(result);
}

nd_array *nd_matrix_norm(const nd_array *x, nd_norm_order order, bool keepdims)
{
    return nd_norm(x, order, ND_AXES(-2, -1), keepdims);
}

/* ---- Condition and rank ---------------------------------------------------------------------- */

static nd_array *condition(const nd_array *a, nd_norm_order order)
{
    nd_array *result;
    if (order.kind == ND_ORDER_DEFAULT ||
        (order.kind == ND_ORDER_P && (order.p == 2 || order.p == -2))) {
        nd_array *values = nd_svdvals(a);
        nd_array *first = nd_slice(values, ND_REST, ND_INDEX(0)),
                 *last = nd_slice(values, ND_REST, ND_INDEX(-1));
        const bool smallest = order.kind == ND_ORDER_P && order.p == -2;
        result = smallest ? nd_divide(last, first) : nd_divide(first, last);
    } else {
        nd_array *inverse = ndi_inverse_or_nan(a);
        result =
            nd_multiply(nd_matrix_norm(a, order, false), nd_matrix_norm(inverse, order, false));
    }
    /* NaN without a NaN in the matrix: it is singular. */
    nd_array *own = nd_any(nd_isnan(a), ND_AXES(-2, -1));
    nd_array *is_singular = nd_logical_and(nd_isnan(result), nd_logical_not(own));
    return nd_where(is_singular, INFINITY, result);
}

nd_array *nd_cond(const nd_array *a, nd_norm_order order)
{
    nd_array *result = NULL;
    char shape[NDI_SHAPE_TEXT];
    if (!a)
        return NULL;
    ndi_shape_text(shape, a->rank, ndi_lengths(a));
    if (nd_rank(a) < 2)
        return ndi_fail(ND_ERROR_LINALG, "cond: shape %s is no matrix or stack of matrices", shape);
    if (nd_length(a, -1) == 0 || nd_length(a, -2) == 0)
        return ndi_fail(ND_ERROR_LINALG, "cond: empty matrices, of shape %s, have none", shape);
    ND_SCOPE {
        result = nd_keep(condition(as_inexact(a), order));
    }
    return returned(result);
}

nd_array *nd_matrix_rank(const nd_array *a, double tol)
{
    nd_array *result = NULL;
    if (!a)
        return NULL;
    ND_SCOPE {
        if (nd_rank(a) < 2) {
            result = nd_keep(nd_cast(nd_any(a, ND_ALL), ND_INT64));
        } else {
            nd_array *values = nd_svdvals(a);
            const int64_t m = nd_length(a, -2), n = nd_length(a, -1);
            nd_array *least = values && !(tol >= 0)
                                  ? nd_multiply(largest(values, ND_AXIS(-1), true),
                                                (double)(m > n ? m : n) * epsilon_of(values))
                                  : NULL;
            nd_array *counted = tol >= 0 ? nd_greater(values, tol) : nd_greater(values, least);
            result = nd_keep(nd_count_nonzero(counted, ND_AXIS(-1)));
        }
    }
    return returned(result);
}

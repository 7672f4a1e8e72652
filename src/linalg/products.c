/* Products beside matmul and dot: all of them are matmul, or multiply, on other views. */
#include <ndstream/linalg.h>
#include <ndstream/ops.h>

#include <stdio.h>
#include <string.h>

#include "engine/copy.h"
#include "linalg/shapes.h"

/* What a scope made goes to whoever called. */
static nd_array *returned(nd_array *kept)
{
    return kept ? ndi_register(kept) : NULL;
}

/* A view; of real arrays the array itself. */
static nd_array *conjugated(const nd_array *a)
{
    return nd_dtype_kind(nd_dtype_of(a)) == ND_KIND_COMPLEX ? nd_conjugate(a) : (nd_array *)a;
}

nd_array *ndi_sum_in_dtype(const nd_array *array, nd_axes axes)
{
    const nd_dtype dtype = nd_dtype_of(array);
    const nd_reduce_options options = {.has_dtype = true, .dtype = dtype};
    if (!array || axes.count == 0)
        return (nd_array *)array;
    return dtype == ND_BOOL ? nd_any(array, axes) : nd_reduce(ND_OP_sum, array, axes, &options);
}

/* ---- Vectors and matrices -------------------------------------------------------------------- */

nd_array *nd_matvec(const nd_array *matrices, const nd_array *vectors)
{
    nd_array *result = NULL;
    if (!matrices || !vectors)
        return NULL;
    if (nd_rank(matrices) < 2 || nd_rank(vectors) < 1 ||
        nd_length(matrices, -1) != nd_length(vectors, -1))
        return ndi_shapes_do_not_fit("matvec", matrices, vectors,
                                     "they are not (..., m, n) and (..., n)");
    ND_SCOPE {
        nd_array *product = nd_matmul(matrices, nd_expand_dims(vectors, -1));
        result = nd_keep(nd_squeeze(product, ND_AXIS(-1)));
    }
    return returned(result);
}

nd_array *nd_vecmat(const nd_array *vectors, const nd_array *matrices)
{
    nd_array *result = NULL;
    if (!matrices || !vectors)
        return NULL;
    if (nd_rank(matrices) < 2 || nd_rank(vectors) < 1 ||
        nd_length(matrices, -2) != nd_length(vectors, -1))
        return ndi_shapes_do_not_fit("vecmat", vectors, matrices,
                                     "they are not (..., m) and (..., m, n)");
    ND_SCOPE {
        nd_array *product = nd_matmul(nd_expand_dims(conjugated(vectors), -2), matrices);
        result = nd_keep(nd_squeeze(product, ND_AXIS(-2)));
    }
    return returned(result);
}

nd_array *nd_vecdot(const nd_array *a, const nd_array *b)
{
    nd_array *result = NULL;
    if (!a || !b)
        return NULL;
    if (nd_rank(a) < 1 || nd_rank(b) < 1 || nd_length(a, -1) != nd_length(b, -1))
        return ndi_shapes_do_not_fit("vecdot", a, b, "their last axes must be equally long");
    bool fits;
    result = ndi_dots(a, b, &fits);
    if (fits)
        return result;
    ND_SCOPE {
        /* Half floats are summed before they are rounded: as matrices. */
        const nd_dtype dtype = nd_promote(nd_dtype_of(a), nd_dtype_of(b));
        if (dtype == ND_FLOAT16 || dtype == ND_BFLOAT16 || nd_length(a, -1) == 0)
            result = nd_keep(
                nd_squeeze(nd_matmul(nd_expand_dims(conjugated(a), -2), nd_expand_dims(b, -1)),
                           ND_AXES(-2, -1)));
        else
            result = nd_keep(ndi_sum_in_dtype(nd_multiply(conjugated(a), b), ND_AXIS(-1)));
    }
    return returned(result);
}

nd_array *nd_vdot(const nd_array *a, const nd_array *b)
{
    nd_array *result = NULL;
    if (!a || !b)
        return NULL;
    if (nd_size(a) != nd_size(b))
        return ndi_shapes_do_not_fit("vdot", a, b, "they have different numbers of elements");
    ND_SCOPE {
        result = nd_keep(nd_vecdot(nd_ravel(a), nd_ravel(b)));
    }
    return returned(result);
}

nd_array *nd_inner(const nd_array *a, const nd_array *b)
{
    if (!a || !b)
        return NULL;
    if (nd_rank(a) == 0 || nd_rank(b) == 0)
        return nd_multiply(a, b);
    if (nd_length(a, -1) != nd_length(b, -1))
        return ndi_shapes_do_not_fit("inner", a, b, "their last axes must be equally long");
    return nd_tensordot(a, b, ND_AXIS(-1), ND_AXIS(-1));
}

nd_array *nd_outer(const nd_array *a, const nd_array *b)
{
    nd_array *result = NULL;
    ND_SCOPE {
        result =
            nd_keep(nd_multiply(nd_expand_dims(nd_ravel(a), 1), nd_expand_dims(nd_ravel(b), 0)));
    }
    return returned(result);
}

/* The array's axes as every second one, the first or the second of each pair. */
static nd_array *interleaved(const nd_array *a, int rank, int second)
{
    nd_shape shape = {.rank = 2 * rank};
    for (int axis = 0; axis < rank; axis++) {
        const int own = axis - (rank - nd_rank(a));
        shape.length[2 * axis + second] = own < 0 ? 1 : nd_lengths(a)[own];
        shape.length[2 * axis + 1 - second] = 1;
    }
    return nd_reshape(a, shape);
}

nd_array *nd_kron(const nd_array *a, const nd_array *b)
{
    nd_array *result = NULL;
    if (!a || !b)
        return NULL;
    const int rank = nd_rank(a) > nd_rank(b) ? nd_rank(a) : nd_rank(b);
    if (2 * rank > ND_MAX_RANK)
        return ndi_shapes_do_not_fit("kron", a, b, "more than 16 axes are not supported");
    ND_SCOPE {
        nd_array *product = nd_multiply(interleaved(a, rank, 0), interleaved(b, rank, 1));
        nd_shape shape = {.rank = product ? rank : 0};
        for (int axis = 0; axis < shape.rank; axis++)
            shape.length[axis] = nd_lengths(product)[2 * axis] * nd_lengths(product)[2 * axis + 1];
        result = nd_keep(nd_reshape(product, shape));
    }
    return returned(result);
}

/* ---- Tensordot ------------------------------------------------------------------------------- */

/* A matrix of an array: the axes of `mask` in the given order on one side, the others on the other
 * one; lengths of the others are added to `shape`. */
static nd_array *as_matrix(const nd_array *a, const int *summed, int count, bool summed_first,
                           nd_shape *shape)
{
    nd_axes order = {.count = nd_rank(a)};
    uint32_t mask = 0;
    int64_t kept = 1, inner = 1;
    int at = summed_first ? count : 0;
    for (int i = 0; i < count; i++) {
        mask |= UINT32_C(1) << summed[i];
        inner *= nd_lengths(a)[summed[i]];
        order.axis[summed_first ? i : nd_rank(a) - count + i] = summed[i];
    }
    for (int axis = 0; axis < nd_rank(a); axis++)
        if (!(mask >> axis & 1)) {
            order.axis[at++] = axis;
            kept *= nd_lengths(a)[axis];
            shape->length[shape->rank++] = nd_lengths(a)[axis];
        }
    return nd_reshape(nd_permute(a, order),
                      summed_first ? ND_SHAPE(inner, kept) : ND_SHAPE(kept, inner));
}

nd_array *nd_tensordot(const nd_array *a, const nd_array *b, nd_axes a_axes, nd_axes b_axes)
{
    nd_array *result = NULL;
    uint32_t mask;
    if (!a || !b)
        return NULL;
    if (a_axes.all || b_axes.all || a_axes.count != b_axes.count)
        return ndi_fail(ND_ERROR_ARGUMENT, "tensordot: both arrays need as many axes: %d and %d",
                        a_axes.all ? nd_rank(a) : a_axes.count,
                        b_axes.all ? nd_rank(b) : b_axes.count);
    if (!ndi_axes_mask("tensordot", a_axes, nd_rank(a), &mask) ||
        !ndi_axes_mask("tensordot", b_axes, nd_rank(b), &mask))
        return NULL;
    const int count = a_axes.count;
    if (nd_rank(a) + nd_rank(b) - 2 * count > ND_MAX_RANK)
        return ndi_shapes_do_not_fit("tensordot", a, b, "the result would have more than 32 axes");
    for (int i = 0; i < count; i++) {
        a_axes.axis[i] += a_axes.axis[i] < 0 ? nd_rank(a) : 0;
        b_axes.axis[i] += b_axes.axis[i] < 0 ? nd_rank(b) : 0;
        if (nd_lengths(a)[a_axes.axis[i]] != nd_lengths(b)[b_axes.axis[i]]) {
            char why[96];
            snprintf(why, sizeof why, "axis %d of the first and %d of the second differ",
                     a_axes.axis[i], b_axes.axis[i]);
            return ndi_shapes_do_not_fit("tensordot", a, b, why);
        }
    }
    ND_SCOPE {
        nd_shape shape = {.rank = 0};
        nd_array *left = as_matrix(a, a_axes.axis, count, false, &shape);
        nd_array *right = as_matrix(b, b_axes.axis, count, true, &shape);
        result = nd_keep(nd_reshape(nd_matmul(left, right), shape));
    }
    return returned(result);
}

/* ---- Cross product --------------------------------------------------------------------------- */

/* Element i of the vectors along the last axis. */
static nd_array *component(const nd_array *vectors, int i)
{
    return nd_slice(vectors, ND_REST, ND_INDEX(i % 3));
}

nd_array *nd_cross(const nd_array *a, const nd_array *b, int axis)
{
    nd_array *result = NULL;
    if (!a || !b)
        return NULL;
    if (ndi_normalize_axis("cross", axis, nd_rank(a)) < 0 ||
        ndi_normalize_axis("cross", axis, nd_rank(b)) < 0)
        return NULL;
    if (nd_length(a, axis) != 3 || nd_length(b, axis) != 3)
        return ndi_shapes_do_not_fit("cross", a, b, "vectors must have 3 elements");
    ND_SCOPE {
        nd_array *x = nd_move_axis(a, axis, -1), *y = nd_move_axis(b, axis, -1), *out = NULL;
        bool good = x && y;
        for (int i = 0; good && i < 3; i++) {
            nd_array *part = nd_subtract(nd_multiply(component(x, i + 1), component(y, i + 2)),
                                         nd_multiply(component(x, i + 2), component(y, i + 1)));
            if (part && !out) {
                nd_shape shape = nd_shape_like(part);
                shape.length[shape.rank++] = 3;
                out = nd_empty(nd_dtype_of(part), shape);
            }
            good = out && ndi_assign(component(out, i), part) == ND_OK;
        }
        result = good ? nd_keep(nd_move_axis(out, -1, axis)) : NULL;
    }
    return returned(result);
}

/* ---- Chains and powers ----------------------------------------------------------------------- */

enum { LONGEST_CHAIN = 512 };

/* The best last product of the matrices i..j, by dynamic programming over shorter parts; cost and
 * split are count x count. Lengths are those of the rows, and of the last one's columns. */
static void plan_chain(int count, const double *lengths, double *cost, int *split)
{
    for (int i = 0; i < count; i++)
        cost[i * count + i] = 0;
    for (int span = 1; span < count; span++)
        for (int i = 0; i + span < count; i++) {
            const int j = i + span;
            for (int last = i; last < j; last++) {
                const double here = cost[i * count + last] + cost[(last + 1) * count + j] +
                                    lengths[i] * lengths[last + 1] * lengths[j + 1];
                if (last == i || here < cost[i * count + j]) {
                    cost[i * count + j] = here;
                    split[i * count + j] = last;
                }
            }
        }
}

static nd_array *multiply_chain(nd_array *const *matrices, int count, const int *split, int i,
                                int j)
{
    if (i == j)
        return matrices[i];
    const int last = split[i * count + j];
    return nd_matmul(multiply_chain(matrices, count, split, i, last),
                     multiply_chain(matrices, count, split, last + 1, j));
}

/* Row and column vectors at the ends become matrices; NULL in the list after an error. */
static bool chain_matrices(int count, const nd_array *const *arrays, nd_array **matrices,
                           double *lengths)
{
    for (int i = 0; i < count; i++) {
        const nd_array *array = arrays[i];
        const bool end = i == 0 || i == count - 1;
        if (!array)
            return false;
        if (nd_rank(array) != 2 && !(end && nd_rank(array) == 1)) {
            char shape[NDI_SHAPE_TEXT];
            ndi_fail(ND_ERROR_SHAPE, "multi_dot: array %d has shape %s, and is no matrix", i,
                     ndi_shape_text(shape, array->rank, ndi_lengths(array)));
            return false;
        }
        matrices[i] = nd_rank(array) == 2 ? (nd_array *)array : nd_expand_dims(array, i > 0);
        if (!matrices[i])
            return false;
        lengths[i] = (double)nd_length(matrices[i], 0);
        lengths[i + 1] = (double)nd_length(matrices[i], 1);
        if (i > 0 && nd_length(matrices[i - 1], 1) != nd_length(matrices[i], 0)) {
            ndi_shapes_do_not_fit("multi_dot", matrices[i - 1], matrices[i],
                                  "neighbours must agree in their inner lengths");
            return false;
        }
    }
    return true;
}

nd_array *nd_multi_dot(int count, const nd_array *const *arrays)
{
    nd_array *result = NULL;
    if (count < 2 || count > LONGEST_CHAIN || !arrays)
        return ndi_fail(ND_ERROR_ARGUMENT, "multi_dot: takes 2 to %d arrays, not %d", LONGEST_CHAIN,
                        count);
    if (count == 2)
        return nd_dot(arrays[0], arrays[1]);
    const size_t n = (size_t)count, square = n * n;
    const size_t bytes =
        (n + 1 + square) * sizeof(double) + n * sizeof(nd_array *) + square * sizeof(int);
    char *memory = ndi_allocate(bytes);
    if (!memory)
        return ndi_fail(ND_ERROR_MEMORY, "multi_dot: no memory to plan %d products", count);
    double *lengths = (double *)memory, *cost = lengths + n + 1;
    nd_array **matrices = (nd_array **)(cost + square);
    int *split = (int *)(matrices + n);
    ND_SCOPE {
        if (chain_matrices(count, arrays, matrices, lengths)) {
            plan_chain(count, lengths, cost, split);
            nd_array *product = multiply_chain(matrices, count, split, 0, count - 1);
            nd_axes ends = {.count = 0};
            if (nd_rank(arrays[0]) == 1)
                ends.axis[ends.count++] = 0;
            if (nd_rank(arrays[count - 1]) == 1)
                ends.axis[ends.count++] = 1;
            result = nd_keep(nd_squeeze(product, ends));
        }
    }
    ndi_free(memory, bytes);
    return returned(result);
}

/* By squaring, highest bit first: at most two products for each bit. */
static nd_array *raised(nd_array *a, uint64_t exponent)
{
    nd_array *power = a;
    for (int bit = 62 - __builtin_clzll(exponent); bit >= 0; bit--) {
        power = nd_matmul(power, power);
        if (exponent >> bit & 1)
            power = nd_matmul(power, a);
    }
    return power;
}

nd_array *nd_matrix_power(const nd_array *a, int64_t exponent)
{
    nd_array *result = NULL;
    char shape[NDI_SHAPE_TEXT];
    if (!a)
        return NULL;
    if (nd_rank(a) < 2 || nd_length(a, -1) != nd_length(a, -2))
        return ndi_fail(ND_ERROR_LINALG, "matrix_power: shape %s is no stack of square matrices",
                        ndi_shape_text(shape, a->rank, ndi_lengths(a)));
    ND_SCOPE {
        if (exponent == 0) {
            nd_array *ones = nd_zeros(nd_dtype_of(a), nd_shape_like(a));
            nd_array *eye = nd_eye(nd_dtype_of(a), nd_length(a, -1), nd_length(a, -1), 0);
            result = ones && ndi_assign(ones, eye) == ND_OK ? nd_keep(ones) : NULL;
        } else {
            nd_array *base = exponent < 0 ? nd_inv(a) : nd_copy(a);
            const uint64_t times = exponent < 0 ? -(uint64_t)exponent : (uint64_t)exponent;
            result = base ? nd_keep(raised(base, times)) : NULL;
        }
    }
    return returned(result);
}

nd_array *nd_trace(const nd_array *a, int64_t offset)
{
    nd_array *result = NULL;
    char shape[NDI_SHAPE_TEXT];
    if (!a)
        return NULL;
    if (nd_rank(a) < 2)
        return ndi_fail(ND_ERROR_SHAPE, "trace: shape %s has no diagonal",
                        ndi_shape_text(shape, a->rank, ndi_lengths(a)));
    ND_SCOPE {
        result = nd_keep(nd_sum(nd_diagonal(a, offset), ND_AXIS(-1)));
    }
    return returned(result);
}

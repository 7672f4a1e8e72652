/* What NumPy's ufuncs have as methods: reduce, accumulate, outer, at.
 *
 * What is a reduction or scan of the table is done as that. Other operations that commute meet in
 * halves: the first half of the elements with the second, and so on, each time one call over whole
 * arrays. The rest goes from the left, row by row. */
#include <string.h>

#include "array/dtype.h"
#include "engine/copy.h"
#include "engine/evaluate.h"
#include "kernels/kernel.h"
#include "ops/resolve.h"

/* The row that does the same, or ND_OP_COUNT. */
static nd_op reduction_of(nd_op op)
{
    switch (op) {
    case ND_OP_add:
        return ND_OP_sum;
    case ND_OP_multiply:
        return ND_OP_prod;
    case ND_OP_maximum:
        return ND_OP_max;
    case ND_OP_minimum:
        return ND_OP_min;
    case ND_OP_logical_and:
        return ND_OP_all;
    case ND_OP_logical_or:
        return ND_OP_any;
    default:
        return ND_OP_COUNT;
    }
}

static nd_op scan_of(nd_op op)
{
    switch (op) {
    case ND_OP_add:
        return ND_OP_cumsum;
    case ND_OP_multiply:
        return ND_OP_cumprod;
    case ND_OP_maximum:
        return ND_OP_cummax;
    case ND_OP_minimum:
        return ND_OP_cummin;
    default:
        return ND_OP_COUNT;
    }
}

/* Settles the dtype that results and elements have in common. */
static bool settle(const char *method, nd_op op, nd_dtype dtype, ndi_resolution *resolution)
{
    if ((unsigned)op >= ND_OP_COUNT || ndi_op_rows[op].info.op_class != ND_CLASS_BINARY ||
        ndi_op_rows[op].apart != NDI_APART_NONE) {
        ndi_fail(ND_ERROR_ARGUMENT, "%s: operation %d does not take two elements of one dtype",
                 method, (int)op);
        return false;
    }
    if (!ndi_resolve_dtype(op, dtype, resolution) ||
        (resolution->result != resolution->dtype &&
         !ndi_resolve_dtype(op, resolution->result, resolution)))
        return false;
    if (resolution->result == resolution->dtype)
        return true;
    ndi_fail(ND_ERROR_ARGUMENT, "%s: %s gives %s of %s", method, ndi_op_rows[op].info.name,
             nd_dtype_name(resolution->result), nd_dtype_name(resolution->dtype));
    return false;
}

/* x[start:stop] along the first axis. */
static nd_array *rows_of(const nd_array *x, int64_t start, int64_t stop)
{
    const nd_index term = ND_RANGE(start, stop);
    return x ? nd_slice_terms(x, 1, &term) : NULL;
}

static nd_array *row_of(const nd_array *x, int64_t row)
{
    const nd_index term = ND_INDEX(row);
    return x ? nd_slice_terms(x, 1, &term) : NULL;
}

static nd_array *apply(nd_op op, const nd_array *x, const nd_array *y, nd_array *out)
{
    const nd_operand both[2] = {nd_operand_array(x), nd_operand_array(y)};
    return x && y ? nd_elementwise(op, 2, both, out) : NULL;
}

/* The first axis reduced by halves; what is odd joins the first row. */
static nd_array *by_halves(nd_op op, const nd_array *x)
{
    int64_t n = nd_length(x, 0);
    if (n == 1)
        return nd_copy(row_of(x, 0));
    nd_array *half = apply(op, rows_of(x, 0, n / 2), rows_of(x, n / 2, n / 2 * 2), NULL);
    if (!half || !ndi_force(half) ||
        (n % 2 && !apply(op, row_of(half, 0), row_of(x, n - 1), row_of(half, 0))))
        return NULL;
    for (n /= 2; n > 1; n /= 2) {
        nd_array *const first = rows_of(half, 0, n / 2);
        if (!first || !apply(op, first, rows_of(half, n / 2, n / 2 * 2), first) ||
            (n % 2 && !apply(op, row_of(half, 0), row_of(half, n - 1), row_of(half, 0))))
            return NULL;
    }
    return nd_copy(row_of(half, 0));
}

/* Rounds a row of float32 to a half float. */
static void round_row(nd_dtype half, size_t columns, char *row)
{
    const ndi_kernels *const kernels = ndi_kernels_in_use();
    uint16_t rounded[256];
    for (size_t done = 0; done < columns; done += 256) {
        const size_t now = columns - done < 256 ? columns - done : 256;
        char *const at = row + done * sizeof(float);
        kernels->cast[half][ND_FLOAT32](now, (char *[]){(char *)rounded, at}, (ptrdiff_t[]){2, 4});
        kernels->cast[ND_FLOAT32][half](now, (char *[]){at, (char *)rounded}, (ptrdiff_t[]){4, 2});
    }
}

/* Rows of `out` become what has come together so far: out[i] = out[i - 1] op x[i], in `computed`;
 * with `keep_last` there is one row, written over and over. Contiguous arrays of the kernel's
 * dtype. */
static bool from_the_left(nd_op op, nd_dtype computed, nd_array *out, const nd_array *x,
                          bool keep_last)
{
    const nd_dtype dtype = nd_dtype_of(x);
    const int64_t n = nd_length(x, 0);
    const size_t columns = (size_t)(x->size / n);
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(dtype), row = size * (ptrdiff_t)columns;
    ndi_kernel *const kernel = ndi_kernels_in_use()->elementwise[op][dtype];
    if (!ndi_force(x) || !ndi_force_writeable(out))
        return false;
    memcpy(out->data, x->data, (size_t)row);
    char *pointers[3] = {out->data, out->data, x->data};
    const ptrdiff_t strides[3] = {size, size, size};
    for (int64_t i = 1; i < n; i++) {
        pointers[2] += row;
        pointers[0] += keep_last ? 0 : row;
        kernel(columns, pointers, strides);
        if (computed != dtype)
            round_row(computed, columns, pointers[0]);
        pointers[1] = pointers[0];
    }
    return true;
}

/* The axis first, and contiguous in the kernel's dtype. */
static nd_array *brought_first(const nd_array *x, int axis, nd_dtype dtype, nd_dtype kernel)
{
    nd_array *given = nd_cast(x, dtype); /* rounds to what NumPy would compute in */
    nd_array *moved = given ? nd_move_axis(given, axis, 0) : NULL;
    if (moved && kernel != dtype)
        moved = nd_cast(moved, kernel);
    return moved ? nd_ascontiguous(moved) : NULL;
}

/* One axis less. */
static nd_array *reduced(nd_op op, const nd_array *x, int axis, const ndi_resolution *resolution)
{
    /* A least common multiple that wraps depends on the order. */
    const bool commutes = (ndi_op_rows[op].properties & NDI_COMMUTES) && op != ND_OP_lcm;
    if (nd_length(x, axis) == 0) {
        nd_shape shape = nd_shape_like(x);
        memmove(shape.length + axis, shape.length + axis + 1,
                (size_t)(shape.rank - axis - 1) * sizeof(int64_t));
        shape.rank--;
        switch (ndi_op_rows[op].identity) {
        case NDI_IDENTITY_ZERO:
            return nd_zeros(resolution->result, shape);
        case NDI_IDENTITY_ONE:
            return nd_ones(resolution->result, shape);
        default:
            if (op == ND_OP_bitwise_and) /* all bits set */
                return nd_invert(nd_zeros(resolution->result, shape));
            return ndi_fail(ND_ERROR_VALUE, "reduce: %s of no elements has no value",
                            ndi_op_rows[op].info.name);
        }
    }
    if (commutes)
        return by_halves(op, nd_move_axis(nd_cast(x, resolution->dtype), axis, 0));
    nd_array *rows = brought_first(x, axis, resolution->dtype, resolution->kernel);
    nd_array *out = rows ? nd_empty_like(row_of(rows, 0)) : NULL;
    if (!out || (x->size > 0 && !from_the_left(op, resolution->dtype, out, rows, true)))
        return NULL;
    return nd_cast(out, resolution->result);
}

static nd_array *reduced_over(nd_op op, const nd_array *x, uint32_t mask, bool keepdims,
                              const ndi_resolution *resolution)
{
    nd_array *result = (nd_array *)x;
    for (int axis = x->rank - 1; axis >= 0 && result; axis--)
        if (mask >> axis & 1)
            result = reduced(op, result, axis, resolution);
    for (int axis = 0; axis < x->rank && result && keepdims; axis++)
        if (mask >> axis & 1)
            result = nd_expand_dims(result, axis);
    return result == x ? nd_cast(x, resolution->result) : result;
}

nd_array *nd_ufunc_reduce(nd_op op, const nd_array *array, nd_axes axes,
                          const nd_reduce_options *given)
{
    const nd_reduce_options options = given ? *given : (nd_reduce_options){0};
    ndi_resolution resolution;
    uint32_t mask;
    if (!array)
        return NULL;
    if (reduction_of(op) != ND_OP_COUNT)
        return nd_reduce(reduction_of(op), array, axes, given);
    if (!settle("reduce", op, options.has_dtype ? options.dtype : nd_dtype_of(array), &resolution))
        return NULL;
    const char *name = ndi_op_rows[op].info.name;
    if (options.has_initial || options.where)
        return ndi_fail(ND_ERROR_ARGUMENT, "reduce: %s does not take `initial` and `where`", name);
    if (!ndi_axes_mask(name, axes, array->rank, &mask))
        return NULL;
    if (!(ndi_op_rows[op].properties & NDI_COMMUTES) && (mask & (mask - 1)))
        return ndi_fail(ND_ERROR_AXIS, "reduce: %s goes along one axis; its order matters", name);
    nd_array *result = NULL;
    ND_SCOPE {
        result = nd_keep(reduced_over(op, array, mask, options.keepdims, &resolution));
    }
    return result ? ndi_register(result) : NULL;
}

static nd_array *accumulated(nd_op op, const nd_array *x, int axis,
                             const ndi_resolution *resolution)
{
    nd_array *rows = brought_first(x, axis, resolution->dtype, resolution->kernel);
    nd_array *out = rows ? nd_empty(nd_dtype_of(rows), nd_shape_like(rows)) : NULL;
    if (!out || (out->size > 0 && !from_the_left(op, resolution->dtype, out, rows, false)))
        return NULL;
    out = nd_move_axis(out, 0, axis);
    return resolution->kernel == resolution->result ? out : nd_cast(out, resolution->result);
}

nd_array *nd_ufunc_accumulate(nd_op op, const nd_array *array, int axis, nd_dtype dtype)
{
    ndi_resolution resolution;
    if (!array)
        return NULL;
    if (scan_of(op) != ND_OP_COUNT)
        return nd_scan(scan_of(op), array, axis, dtype);
    if (!settle("accumulate", op, dtype == ND_DTYPE_NONE ? nd_dtype_of(array) : dtype, &resolution))
        return NULL;
    if (array->rank == 0)
        return ndi_fail(ND_ERROR_AXIS, "accumulate: the array has no axes");
    axis = ndi_normalize_axis(ndi_op_rows[op].info.name, axis, array->rank);
    if (axis < 0)
        return NULL;
    nd_array *result = NULL;
    ND_SCOPE {
        result = nd_keep(accumulated(op, array, axis, &resolution));
    }
    return result ? ndi_register(result) : NULL;
}

nd_array *nd_ufunc_outer(nd_op op, const nd_array *x, const nd_array *y)
{
    if (!x || !y)
        return NULL;
    if ((unsigned)op >= ND_OP_COUNT || ndi_op_rows[op].info.op_class != ND_CLASS_BINARY)
        return ndi_fail(ND_ERROR_ARGUMENT, "outer: operation %d does not take two arguments",
                        (int)op);
    nd_array *result = NULL;
    ND_SCOPE {
        nd_shape shape = nd_shape_like(x);
        for (int axis = 0; axis < y->rank && shape.rank < ND_MAX_RANK; axis++)
            shape.length[shape.rank++] = 1;
        result = shape.rank - x->rank < y->rank
                     ? ndi_fail(ND_ERROR_SHAPE, "outer: %d and %d axes are more than %d together",
                                x->rank, y->rank, ND_MAX_RANK)
                     : nd_keep(apply(op, nd_reshape(x, shape), y, NULL));
    }
    return result ? ndi_register(result) : NULL;
}

/* ---- at -------------------------------------------------------------------------------------- */

/* The indices as int64 in C order, none negative; NULL with the error kept if one is out of range.
 */
static nd_array *indices_within(const nd_array *indices, int64_t rows)
{
    const nd_kind kind = nd_dtype_kind(nd_dtype_of(indices));
    if (kind != ND_KIND_SIGNED && kind != ND_KIND_UNSIGNED)
        return ndi_fail(ND_ERROR_DTYPE, "at: indices are integers, not %s",
                        nd_dtype_name(nd_dtype_of(indices)));
    nd_array *flat = nd_ravel(nd_cast(indices, ND_INT64));
    int64_t *index = flat ? nd_data_writeable(flat) : NULL;
    if (!index)
        return NULL;
    for (int64_t i = 0; i < flat->size; i++) {
        if (index[i] < -rows || index[i] >= rows)
            return ndi_fail(ND_ERROR_INDEX, "at: index %lld is out of range for %lld rows",
                            (long long)index[i], (long long)rows);
        index[i] += index[i] < 0 ? rows : 0;
    }
    return flat;
}

/* The values that belong to each index, as rows of one axis. */
static nd_array *values_for(const nd_array *target, const nd_array *indices, const nd_array *values)
{
    nd_shape shape = nd_shape_like(indices), flat = nd_shape_like(target);
    if (shape.rank + target->rank - 1 > ND_MAX_RANK)
        return ndi_fail(ND_ERROR_SHAPE, "at: too many axes");
    for (int axis = 1; axis < target->rank; axis++)
        shape.length[shape.rank++] = ndi_lengths(target)[axis];
    flat.length[0] = nd_size(indices);
    nd_array *spread = nd_broadcast_to(values, shape);
    return spread ? nd_reshape(spread, flat) : NULL;
}

static bool apply_at(nd_op op, nd_array *target, const nd_array *indices, const nd_array *values)
{
    nd_array *flat = indices_within(indices, nd_length(target, 0));
    nd_array *rows = flat && values ? values_for(target, indices, values) : NULL;
    const int64_t *index = flat ? nd_data(flat) : NULL;
    if (!index || (values && !(rows = nd_copy(rows)))) /* the values may lie in the target */
        return false;
    for (int64_t i = 0; i < flat->size; i++) {
        bool done = false;
        ND_SCOPE {
            nd_array *const row = row_of(target, index[i]);
            const nd_operand given[2] = {nd_operand_array(row),
                                         nd_operand_array(rows ? row_of(rows, i) : NULL)};
            done = row && nd_elementwise(op, ndi_op_rows[op].info.arguments, given, row);
        }
        if (!done)
            return false;
    }
    return true;
}

nd_status nd_ufunc_at(nd_op op, nd_array *target, const nd_array *indices, const nd_array *values)
{
    bool done = false;
    if (!target || !indices)
        return nd_error();
    if ((unsigned)op >= ND_OP_COUNT || ndi_op_rows[op].info.op_class > ND_CLASS_BINARY ||
        ndi_op_rows[op].info.arguments != (values ? 2 : 1)) {
        ndi_fail(ND_ERROR_ARGUMENT, "at: operation %d does not take %d arguments", (int)op,
                 values ? 2 : 1);
        return nd_error();
    }
    if (target->rank == 0) {
        ndi_fail(ND_ERROR_AXIS, "at: the array has no axes");
        return nd_error();
    }
    ND_SCOPE {
        done = apply_at(op, target, indices, values);
    }
    return done ? ND_OK : nd_error();
}

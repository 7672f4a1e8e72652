/* What NumPy's ufuncs have as methods: reduce, accumulate and outer; reduceat is in segments.c, at
 * in select/at.c.
 *
 * What is a reduction or scan of the table is done as that. Of other operations that commute,
 * elements meet in blocks, on all threads; the rest goes from the left. */
#include <string.h>

#include "array/dtype.h"
#include "base/pool.h"
#include "engine/copy.h"
#include "engine/evaluate.h"
#include "engine/methods.h"
#include "kernels/kernel.h"
#include "ops/resolve.h"

const ndi_method *ndi_method_of(nd_op op)
{
    static const ndi_method methods[] = {
        {ND_OP_add, ND_OP_sum, ND_OP_cumsum, NDI_REDUCE_SUM},
        {ND_OP_multiply, ND_OP_prod, ND_OP_cumprod, NDI_REDUCE_PROD},
        {ND_OP_maximum, ND_OP_max, ND_OP_cummax, NDI_REDUCE_MAX},
        {ND_OP_minimum, ND_OP_min, ND_OP_cummin, NDI_REDUCE_MIN},
        {ND_OP_logical_and, ND_OP_all, ND_OP_COUNT, NDI_REDUCE_ALL},
        {ND_OP_logical_or, ND_OP_any, ND_OP_COUNT, NDI_REDUCE_ANY},
    };
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (methods[i].op == op)
            return &methods[i];
    return NULL;
}

bool ndi_settle_method(const char *method, nd_op op, nd_dtype dtype, ndi_resolution *resolution)
{
    if ((unsigned)op >= ND_OP_COUNT || ndi_op_rows[op].info.op_class != ND_CLASS_BINARY ||
        ndi_op_rows[op].apart != NDI_APART_NONE) {
        ndi_fail(ND_ERROR_ARGUMENT, "%s: operation %d does not take two elements of one dtype",
                 method, (int)op);
        return false;
    }
    if (!ndi_resolve_dtype(op, dtype, resolution))
        return false;
    /* What is true is so of its truth too; what is less is not. */
    const bool of_truth =
        op == ND_OP_logical_and || op == ND_OP_logical_or || op == ND_OP_logical_xor;
    if (of_truth && resolution->result != resolution->dtype &&
        !ndi_resolve_dtype(op, resolution->result, resolution))
        return false;
    if (resolution->result == resolution->dtype)
        return true;
    ndi_fail(ND_ERROR_ARGUMENT, "%s: %s gives %s of %s", method, ndi_op_rows[op].info.name,
             nd_dtype_name(resolution->result), nd_dtype_name(resolution->dtype));
    return false;
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

/* ---- Operations that commute ------------------------------------------------------------------
 * Many elements meet at a time, in one call of the kernel: pieces of fixed length are laid over one
 * another in a block that stays in L1, which is then folded; pieces meet in order. */

enum { TOGETHER = 1024, PIECE = 1 << 16 }; /* elements */

typedef struct meeting {
    ndi_kernel *kernel;
    ptrdiff_t size;
    const char *data;
    char *partial;             /* a row for each piece of each line */
    int64_t columns, rows;     /* of a line: rows meet, element by element */
    int64_t pieces, per_piece; /* rows of a piece */
} meeting;

/* to = to op from, for n elements side by side. */
static void meet(const meeting *m, int64_t n, char *to, const char *from)
{
    m->kernel((size_t)n, (char *[]){to, to, (char *)from},
              (ptrdiff_t[]){m->size, m->size, m->size});
}

static void meet_rows(const meeting *m, const char *from, int64_t rows, char *to)
{
    _Alignas(64) char block[TOGETHER * 16];
    const int64_t columns = m->columns;
    int64_t height = TOGETHER / columns < rows ? TOGETHER / columns : rows, row = height;
    memcpy(block, from, (size_t)(height * columns * m->size));
    for (; row < rows; row += height) {
        const int64_t now = rows - row < height ? rows - row : height;
        meet(m, now * columns, block, from + row * columns * m->size);
    }
    for (; height > 1; height -= height / 2)
        meet(m, height / 2 * columns, block, block + (height - height / 2) * columns * m->size);
    memcpy(to, block, (size_t)(columns * m->size));
}

static void meet_pieces(void *context, size_t begin, size_t end)
{
    const meeting *m = context;
    for (size_t item = begin; item < end; item++) {
        const int64_t line = (int64_t)item / m->pieces, piece = (int64_t)item % m->pieces,
                      first = piece * m->per_piece, left = m->rows - first;
        meet_rows(m, m->data + (line * m->rows + first) * m->columns * m->size,
                  left < m->per_piece ? left : m->per_piece,
                  m->partial + (int64_t)item * m->columns * m->size);
    }
}

/* Wide rows: a range of their columns, row after row. */
static void meet_columns(void *context, size_t begin, size_t end)
{
    const meeting *m = context;
    const ptrdiff_t row = (ptrdiff_t)m->columns * m->size;
    for (size_t item = begin; item < end; item++) {
        const int64_t first = (int64_t)item * TOGETHER, left = m->columns - first,
                      n = left < TOGETHER ? left : TOGETHER;
        const char *from = m->data + first * m->size;
        char *const to = m->partial + first * m->size;
        memcpy(to, from, (size_t)(n * m->size));
        for (int64_t r = 1; r < m->rows; r++)
            meet(m, n, to, from += row);
    }
}

/* One axis less; the axis has elements. */
static nd_array *met(nd_op op, const nd_array *x, int axis, const ndi_resolution *resolution)
{
    const int64_t n = nd_length(x, axis);
    nd_array *const given = ndi_in_dtype(ndi_in_dtype(x, resolution->dtype), resolution->kernel);
    const bool is_last = axis == x->rank - 1;
    nd_array *const lines = nd_ascontiguous(is_last ? given : nd_move_axis(given, axis, 0));
    nd_shape shape = nd_shape_like(x);
    memmove(shape.length + axis, shape.length + axis + 1,
            (size_t)(shape.rank - axis - 1) * sizeof(int64_t));
    shape.rank--;
    nd_array *const result = lines ? nd_empty(resolution->kernel, shape) : NULL;
    if (!result || x->size == 0)
        return ndi_in_dtype(result, resolution->result);
    if (!ndi_force(lines) || !ndi_force_writeable(result))
        return NULL;
    meeting m = {.kernel = ndi_kernels_in_use()->elementwise[op][resolution->kernel],
                 .size = (ptrdiff_t)nd_dtype_size(resolution->kernel),
                 .data = lines->data,
                 .partial = result->data,
                 .rows = n,
                 .columns = is_last ? 1 : result->size};
    const int64_t count = is_last ? result->size : 1;
    if (m.columns > TOGETHER) {
        ndi_parallel_for((size_t)((m.columns + TOGETHER - 1) / TOGETHER),
                         (size_t)(1 + PIECE / TOGETHER / n), meet_columns, &m);
        return ndi_in_dtype(result, resolution->result);
    }
    m.per_piece = PIECE / m.columns;
    m.pieces = (n + m.per_piece - 1) / m.per_piece;
    nd_array *partial = result;
    if (m.pieces > 1) {
        partial = nd_empty(resolution->kernel, ND_SHAPE(count, m.pieces, m.columns));
        if (!partial || !ndi_force_writeable(partial))
            return NULL;
        m.partial = partial->data;
    }
    ndi_parallel_for((size_t)(count * m.pieces), (size_t)(1 + PIECE / 4 / (n * m.columns)),
                     meet_pieces, &m);
    for (int64_t line = 0; m.pieces > 1 && line < count; line++) {
        const ptrdiff_t row = (ptrdiff_t)m.columns * m.size;
        const char *from = partial->data + line * m.pieces * row;
        char *const to = result->data + line * row;
        memcpy(to, from, (size_t)row);
        for (int64_t piece = 1; piece < m.pieces; piece++)
            meet(&m, m.columns, to, from += row);
    }
    return ndi_in_dtype(result, resolution->result);
}

/* ---- From the left --------------------------------------------------------------------------- */

void ndi_serial(nd_op op, nd_dtype dtype, size_t n, char *out, ptrdiff_t out_stride, const char *in,
                ptrdiff_t in_stride, void *carry)
{
    const ndi_kernels *const kernels = ndi_kernels_in_use();
    const size_t size = nd_dtype_size(dtype);
    if (kernels->serial[op][dtype]) {
        kernels->serial[op][dtype](n, out, out_stride, in, in_stride, carry);
        return;
    }
    for (size_t i = 0; i < n; i++, in += in_stride, out += out_stride) {
        kernels->elementwise[op][dtype](1, (char *[]){carry, carry, (char *)in},
                                        (ptrdiff_t[]){0, 0, 0});
        memcpy(out, carry, size);
    }
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

enum { FEW_COLUMNS = 8 }; /* go one by one, more row by row */

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
    if (columns < FEW_COLUMNS && computed == dtype) {
        for (size_t column = 0; column < columns; column++) {
            _Alignas(16) char carry[16];
            const ptrdiff_t at = (ptrdiff_t)column * size;
            memcpy(carry, x->data + at, (size_t)size);
            ndi_serial(op, dtype, (size_t)(n - 1), out->data + at + (keep_last ? 0 : row),
                       keep_last ? 0 : row, x->data + at + row, row, carry);
        }
        return true;
    }
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
    nd_array *given = ndi_in_dtype(x, dtype); /* rounds to what NumPy would compute in */
    nd_array *moved = given ? ndi_in_dtype(nd_move_axis(given, axis, 0), kernel) : NULL;
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
            if (op == ND_OP_logaddexp || op == ND_OP_logaddexp2)
                return nd_log(nd_zeros(resolution->result, shape)); /* minus infinity */
            return ndi_fail(ND_ERROR_VALUE, "reduce: %s of no elements has no value",
                            ndi_op_rows[op].info.name);
        }
    }
    if (commutes)
        return met(op, x, axis, resolution);
    nd_array *rows = brought_first(x, axis, resolution->dtype, resolution->kernel);
    nd_array *out = rows ? nd_empty_like(row_of(rows, 0)) : NULL;
    if (!out || (x->size > 0 && !from_the_left(op, resolution->dtype, out, rows, true)))
        return NULL;
    return ndi_in_dtype(out, resolution->result);
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
    int order[ND_MAX_RANK];
    return result == x ? nd_cast(x, resolution->result)
                       : ndi_in_order(result, ndi_order_like(x, mask, keepdims, order));
}

nd_array *nd_ufunc_reduce(nd_op op, const nd_array *array, nd_axes axes,
                          const nd_reduce_options *given)
{
    const nd_reduce_options options = given ? *given : (nd_reduce_options){0};
    ndi_resolution resolution;
    uint32_t mask;
    if (!array)
        return NULL;
    const ndi_method *const method = ndi_method_of(op);
    if (method)
        return nd_reduce(method->row, array, axes, given);
    if (!ndi_settle_method("reduce", op, options.has_dtype ? options.dtype : nd_dtype_of(array),
                           &resolution))
        return NULL;
    const char *name = ndi_op_rows[op].info.name;
    if (options.has_initial || options.where)
        return ndi_fail(ND_ERROR_ARGUMENT, "reduce: %s does not take `initial` and `where`", name);
    if (!ndi_axes_mask(name, axes, array->rank, &mask))
        return NULL;
    if (!(ndi_op_rows[op].properties & NDI_COMMUTES) && (mask & (mask - 1)))
        return ndi_fail(ND_ERROR_RANK, "reduce: %s goes along one axis; its order matters", name);
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
    int order[ND_MAX_RANK];
    out = ndi_in_order(nd_move_axis(out, 0, axis), ndi_order_like(x, 0, false, order));
    return ndi_in_dtype(out, resolution->result);
}

nd_array *nd_ufunc_accumulate(nd_op op, const nd_array *array, int axis, nd_dtype dtype)
{
    ndi_resolution resolution;
    if (!array)
        return NULL;
    const ndi_method *const method = ndi_method_of(op);
    if (method && method->scan != ND_OP_COUNT)
        return nd_scan(method->scan, array, axis, dtype);
    if (!ndi_settle_method("accumulate", op, dtype == ND_DTYPE_NONE ? nd_dtype_of(array) : dtype,
                           &resolution))
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

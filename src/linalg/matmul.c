/* Matrix products of arrays: shapes, batches and dtypes; the arithmetic is gemm's. */
#include <ndstream/linalg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/pool.h"
#include "base/progress.h"
#include "engine/copy.h"
#include "kernels/kernel.h"
#include "linalg/gemm.h"
#include "linalg/shapes.h"
#include "ops/resolve.h"

/* One product, after shapes are settled: batches of m x k times k x n. */
typedef struct product {
    const nd_array *a, *b;
    nd_array *out;
    bool a_is_vector, b_is_vector;
    int64_t m, n, k;
    int batch_rank;
    int64_t batches;
    int64_t batch_length[ND_MAX_RANK];
    ptrdiff_t a_batch[ND_MAX_RANK], b_batch[ND_MAX_RANK], out_batch[ND_MAX_RANK];
    ptrdiff_t a_row, a_column, b_row, b_column, out_row, out_column;
} product;

void *ndi_shapes_do_not_fit(const char *operation, const nd_array *a, const nd_array *b,
                            const char *why)
{
    char left[NDI_SHAPE_TEXT], right[NDI_SHAPE_TEXT];
    return ndi_fail(ND_ERROR_SHAPE, "%s: shapes %s and %s do not fit: %s", operation,
                    ndi_shape_text(left, a->rank, ndi_lengths(a)),
                    ndi_shape_text(right, b->rank, ndi_lengths(b)), why);
}

/* The axes before those of a vector or matrix, as batches; false if they do not broadcast. */
static bool settle_batches(product *p, const nd_array *a, int a_matrix_rank, const nd_array *b,
                           int b_matrix_rank, nd_shape *shape)
{
    const int a_batches = a->rank - a_matrix_rank, b_batches = b->rank - b_matrix_rank;
    shape->rank = p->batch_rank = a_batches > b_batches ? a_batches : b_batches;
    p->batches = 1;
    for (int axis = 0; axis < p->batch_rank; axis++) {
        const int in_a = axis - (p->batch_rank - a_batches),
                  in_b = axis - (p->batch_rank - b_batches);
        const int64_t from_a = in_a < 0 ? 1 : ndi_lengths(a)[in_a],
                      from_b = in_b < 0 ? 1 : ndi_lengths(b)[in_b];
        if (from_a != from_b && from_a != 1 && from_b != 1)
            return false;
        shape->length[axis] = p->batch_length[axis] = from_a == 1 ? from_b : from_a;
        p->batches *= p->batch_length[axis];
    }
    return true;
}

/* Works out lengths and the result's shape; strides follow when the operands are final. */
static bool settle_shapes(product *p, const nd_array *a, const nd_array *b, nd_shape *shape)
{
    if (a->rank == 0 || b->rank == 0) {
        ndi_shapes_do_not_fit("matmul", a, b,
                              "a 0-d argument has no rows or columns; use multiply");
        return false;
    }
    p->a_is_vector = a->rank == 1;
    p->b_is_vector = b->rank == 1;
    p->m = p->a_is_vector ? 1 : ndi_lengths(a)[a->rank - 2];
    p->k = ndi_lengths(a)[a->rank - 1];
    p->n = p->b_is_vector ? 1 : ndi_lengths(b)[b->rank - 1];
    const int64_t inner = ndi_lengths(b)[p->b_is_vector ? 0 : b->rank - 2];
    char why[128];
    if (inner != p->k) {
        snprintf(why, sizeof why,
                 "the last axis of the first has %lld elements, the %s of the second %lld",
                 (long long)p->k, p->b_is_vector ? "axis" : "second-to-last", (long long)inner);
        ndi_shapes_do_not_fit("matmul", a, b, why);
        return false;
    }
    if (!settle_batches(p, a, p->a_is_vector ? 1 : 2, b, p->b_is_vector ? 1 : 2, shape)) {
        ndi_shapes_do_not_fit("matmul", a, b, "the axes before the last two do not broadcast");
        return false;
    }
    if (!p->a_is_vector)
        shape->length[shape->rank++] = p->m;
    if (!p->b_is_vector)
        shape->length[shape->rank++] = p->n;
    return true;
}

/* Strides of one operand: of its batches (0 where it broadcasts), rows and columns. */
static void settle_strides(const product *p, const nd_array *array, int matrix_rank,
                           ptrdiff_t *batch)
{
    const int batches = array->rank - matrix_rank;
    for (int axis = 0; axis < p->batch_rank; axis++) {
        const int at = axis - (p->batch_rank - batches);
        batch[axis] = at < 0 || ndi_lengths(array)[at] == 1 ? 0 : ndi_strides(array)[at];
    }
}

static void settle_operands(product *p, const nd_array *a, const nd_array *b, nd_array *out)
{
    p->a = a, p->b = b, p->out = out;
    const int64_t *sa = ndi_strides(a) + a->rank, *sb = ndi_strides(b) + b->rank,
                  *so = ndi_strides(out) + out->rank;
    p->a_column = sa[-1];
    p->a_row = p->a_is_vector ? 0 : sa[-2];
    p->b_row = p->b_is_vector ? sb[-1] : sb[-2];
    p->b_column = p->b_is_vector ? 0 : sb[-1];
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(nd_dtype_of(out));
    p->out_column = p->b_is_vector ? size : so[-1];
    p->out_row = p->a_is_vector ? size : p->b_is_vector ? so[-1] : so[-2];
    if (p->a_is_vector && !p->b_is_vector)
        p->out_row = p->out_column * p->n;
    settle_strides(p, a, p->a_is_vector ? 1 : 2, p->a_batch);
    settle_strides(p, b, p->b_is_vector ? 1 : 2, p->b_batch);
    settle_strides(p, out, 2 - p->a_is_vector - p->b_is_vector, p->out_batch);
}

static size_t batch_at(const void *context, size_t number, const char **a, const char **b,
                       char **out, ptrdiff_t distances[3])
{
    const product *p = context;
    const int last = p->batch_rank - 1;
    size_t following = 1;
    *a = p->a->data, *b = p->b->data, *out = p->out->data;
    if (last >= 0) {
        following = (size_t)p->batch_length[last] - number % (size_t)p->batch_length[last];
        distances[0] = p->a_batch[last];
        distances[1] = p->b_batch[last];
        distances[2] = p->out_batch[last];
    }
    for (int axis = p->batch_rank - 1; axis >= 0; axis--) {
        int64_t at = (int64_t)number;
        if (axis > 0) { /* else the rest is in range: no division */
            at = (int64_t)(number % (size_t)p->batch_length[axis]);
            number /= (size_t)p->batch_length[axis];
        }
        *a += at * p->a_batch[axis];
        *b += at * p->b_batch[axis];
        *out += at * p->out_batch[axis];
    }
    return following;
}

static ndi_gemm_type gemm_type(nd_dtype dtype)
{
    switch (dtype) {
    case ND_BOOL:
        return NDI_GEMM_BOOL;
    case ND_FLOAT32:
        return NDI_GEMM_F32;
    case ND_FLOAT64:
        return NDI_GEMM_F64;
    case ND_COMPLEX64:
        return NDI_GEMM_C64;
    case ND_COMPLEX128:
        return NDI_GEMM_C128;
    default: /* integers, signed or not: they wrap alike */
        switch (nd_dtype_size(dtype)) {
        case 1:
            return NDI_GEMM_I8;
        case 2:
            return NDI_GEMM_I16;
        case 4:
            return NDI_GEMM_I32;
        default:
            return NDI_GEMM_I64;
        }
    }
}

static bool run_whole(product *p, const nd_array *a, const nd_array *b, nd_array *out)
{
    if (out->size == 0)
        return true;
    settle_operands(p, a, b, out);
    const ndi_gemm_shape shape = {
        .type = gemm_type(nd_dtype_of(out)),
        .m = (size_t)p->m,
        .n = (size_t)p->n,
        .k = (size_t)p->k,
        .a_row_stride = p->a_row,
        .a_column_stride = p->a_column,
        .b_row_stride = p->b_row,
        .b_column_stride = p->b_column,
        .c_row_stride = p->out_row,
        .c_column_stride = p->out_column,
    };
    if (p->batches == 1)
        return ndi_gemm(&shape, a->data, b->data, out->data);
    return ndi_gemm_batch(&shape, (size_t)p->batches, batch_at, p);
}

/* `fresh`: nobody has seen `out`, so that the call may be cancelled. */
static bool run(product *p, const nd_array *a, const nd_array *b, nd_array *out, bool fresh)
{
    if (fresh)
        ndi_watch_begin("matmul");
    const bool done = run_whole(p, a, b, out);
    return ndi_watch_end() && done;
}

/* ---- A matrix of another dtype times a vector -------------------------------------------------
 * A converted copy of it would be written and read once more: some rows at a time are converted
 * into scratch that stays in a core's cache. */

enum { CONVERTED_BYTES = 128 << 10 };

typedef struct converted_rows {
    const nd_array *a, *x;
    char *y;
    nd_dtype dtype;
    int64_t rows, depth, block;
    atomic_bool failed;
} converted_rows;

static void multiply_converted(void *context, size_t begin, size_t end)
{
    converted_rows *const c = context;
    const nd_dtype from = nd_dtype_of(c->a);
    const size_t size = nd_dtype_size(c->dtype), from_size = nd_dtype_size(from),
                 row_bytes = (size_t)c->depth * size, bytes = (size_t)c->block * row_bytes;
    ndi_kernel *const cast = ndi_kernels_in_use()->cast[c->dtype][from];
    char *const scratch = ndi_allocate(bytes);
    bool done = scratch != NULL;
    for (int64_t item = (int64_t)begin; done && item < (int64_t)end; item++) {
        const int64_t first = item * c->block,
                      rows = c->rows - first < c->block ? c->rows - first : c->block;
        for (int64_t row = 0; row < rows; row++)
            cast((size_t)c->depth,
                 (char *[]){scratch + (size_t)row * row_bytes,
                            c->a->data + (first + row) * ndi_strides(c->a)[0]},
                 (ptrdiff_t[]){(ptrdiff_t)size, (ptrdiff_t)from_size});
        done = ndi_gemv(gemm_type(c->dtype), false, (size_t)rows, (size_t)c->depth, scratch,
                        (ptrdiff_t)row_bytes, (ptrdiff_t)size, c->x->data, ndi_strides(c->x)[0],
                        c->y + (size_t)first * size, (ptrdiff_t)size);
    }
    if (!done)
        atomic_store(&c->failed, true);
    if (scratch)
        ndi_free(scratch, bytes);
}

/* The product into fresh memory, if it is one of this kind; `x` is of the dtype that is computed
 * in. */
static bool is_converted_by_rows(const product *p, const nd_array *a, nd_dtype dtype)
{
    const int64_t size = (int64_t)nd_dtype_size(dtype);
    return p->b_is_vector && a->rank == 2 && nd_dtype_of(a) != dtype &&
           nd_dtype_kind(nd_dtype_of(a)) != ND_KIND_COMPLEX &&
           nd_dtype_kind(dtype) == ND_KIND_FLOAT &&
           ndi_strides(a)[1] == (int64_t)nd_dtype_size(nd_dtype_of(a)) &&
           p->k * size <= CONVERTED_BYTES / 4 && a->size * size > CONVERTED_BYTES;
}

static bool run_converted(const product *p, const nd_array *a, const nd_array *x, nd_array *out)
{
    const nd_dtype dtype = nd_dtype_of(out);
    converted_rows c = {
        .a = a, .x = x, .y = out->data, .dtype = dtype, .rows = p->m, .depth = p->k};
    c.block = CONVERTED_BYTES / (p->k * (int64_t)nd_dtype_size(dtype));
    const int64_t blocks = (c.rows + c.block - 1) / c.block;
    ndi_watch_begin("matmul");
    ndi_parallel_for((size_t)blocks, 1, multiply_converted, &c);
    return ndi_watch_end() && !c.failed;
}

/* `array` in that dtype: itself, or a copy. One reference that the caller owns. */
static nd_array *in_dtype(const nd_array *array, nd_dtype dtype)
{
    return nd_dtype_of(array) == dtype ? nd_retain((nd_array *)array)
                                       : nd_keep(nd_cast(array, dtype));
}

static nd_array *multiply(nd_array *out, const nd_array *a, const nd_array *b)
{
    product p = {.k = 0};
    nd_shape shape;
    if (!a || !b || !ndi_force(a) || !ndi_force(b) || !settle_shapes(&p, a, b, &shape))
        return NULL;
    const nd_dtype dtype = nd_promote(nd_dtype_of(a), nd_dtype_of(b)),
                   kernel = ndi_kernel_dtype(dtype);
    if (out) {
        char have[NDI_SHAPE_TEXT], need[NDI_SHAPE_TEXT];
        if (!ndi_force_writeable(out))
            return NULL;
        if (!out->writeable)
            return ndi_fail(ND_ERROR_READONLY, "matmul: the output array is read-only");
        if (nd_dtype_of(out) != dtype)
            return ndi_fail(ND_ERROR_DTYPE, "matmul: the output is %s, the product %s",
                            nd_dtype_name(nd_dtype_of(out)), nd_dtype_name(dtype));
        if (out->rank != shape.rank ||
            memcmp(ndi_lengths(out), shape.length, (size_t)shape.rank * sizeof(int64_t)) != 0)
            return ndi_fail(ND_ERROR_SHAPE, "matmul: the output has shape %s, the product %s",
                            ndi_shape_text(have, out->rank, ndi_lengths(out)),
                            ndi_shape_text(need, shape.rank, shape.length));
    }
    /* Straight into `out` where the kernels can write there; else beside it. */
    const bool direct = out && kernel == dtype && nd_is_contiguous(out) &&
                        ndi_array_overlap(out, a) == NDI_APART &&
                        ndi_array_overlap(out, b) == NDI_APART;
    const bool by_rows = !direct && is_converted_by_rows(&p, a, kernel);
    nd_array *left = by_rows ? nd_retain((nd_array *)a) : in_dtype(a, kernel),
             *right = in_dtype(b, kernel), *result = NULL;
    nd_array *target =
        direct ? nd_retain(out)
               : nd_keep(ndi_make("matmul", kernel, shape.rank, shape.length, NULL, false));
    if (ndi_force(left) && ndi_force(right) && target &&
        (by_rows ? run_converted(&p, left, right, target)
                 : run(&p, left, right, target, !direct))) {
        if (direct)
            result = out;
        else if (out)
            result = ndi_copy_elements(out, target) ? out : NULL;
        else if (kernel == dtype)
            result = ndi_register(nd_retain(target));
        else
            result = nd_cast(target, dtype);
    }
    nd_release(left);
    nd_release(right);
    nd_release(target);
    return result;
}

/* One may be of any length; many rows shorter than vectors are sooner multiplied and summed.
 * Whether anything is pending does not count: it would change how the products are added up. */
static bool suits_dots(const product *p, const nd_array *a)
{
    const int64_t least_depth = 16, few_elements = 2048;
    const int64_t most_depth =
        NDI_GEMM_DOT_REALS / (nd_dtype_kind(nd_dtype_of(a)) == ND_KIND_COMPLEX ? 2 : 1);
    if (p->batches == 1)
        return true;
    return p->k < least_depth ? p->batches * p->k <= few_elements : p->k <= most_depth;
}

nd_array *ndi_dots(const nd_array *a, const nd_array *b, bool *fits)
{
    const nd_dtype dtype = nd_dtype_of(a);
    const int64_t k = ndi_lengths(a)[a->rank - 1], size = (int64_t)nd_dtype_size(dtype);
    product p = {.m = 1, .n = 1, .k = k};
    nd_shape shape;
    *fits = dtype >= ND_FLOAT32 && dtype == nd_dtype_of(b) && k > 0 &&
            settle_batches(&p, a, 1, b, 1, &shape) && suits_dots(&p, a);
    if (!*fits || !ndi_force(a) || !ndi_force(b))
        return NULL;
    const ptrdiff_t stride_a = ndi_strides(a)[a->rank - 1], stride_b = ndi_strides(b)[b->rank - 1];
    *fits = p.batches == 1 || (stride_a == size && stride_b == size);
    nd_array *out = *fits ? ndi_make("matmul", dtype, shape.rank, shape.length, NULL, false) : NULL;
    if (!out)
        return NULL;
    if (p.batches == 1) {
        if (ndi_gemv(gemm_type(dtype), true, 1, (size_t)k, a->data, 0, stride_a, b->data, stride_b,
                     out->data, size))
            return out;
        ndi_drop(out);
        return NULL;
    }
    p.a = a, p.b = b, p.out = out;
    settle_strides(&p, a, 1, p.a_batch); /* an array's may change when it gets its elements */
    settle_strides(&p, b, 1, p.b_batch);
    settle_strides(&p, out, 0, p.out_batch);
    ndi_gemm_dots(gemm_type(dtype), true, (size_t)k, (size_t)p.batches, batch_at, &p);
    return out;
}

nd_array *nd_matmul(const nd_array *a, const nd_array *b)
{
    return multiply(NULL, a, b);
}

nd_array *nd_matmul_into(nd_array *out, const nd_array *a, const nd_array *b)
{
    return out ? multiply(out, a, b) : NULL;
}

/* The sum over the last axis of a and the second-to-last of b, b of rank 2 and more: one product of
 * two matrices. */
static nd_array *dot_of_higher_ranks(const nd_array *a, const nd_array *b)
{
    const int64_t k = ndi_lengths(a)[a->rank - 1], inner = ndi_lengths(b)[b->rank - 2];
    if (k != inner)
        return ndi_shapes_do_not_fit(
            "dot", a, b, "the last axis of the first and the second-to-last of the second differ");
    nd_shape shape = {.rank = 0};
    if (a->rank + b->rank - 2 > ND_MAX_RANK)
        return ndi_shapes_do_not_fit("dot", a, b, "the result would have more than 32 axes");
    for (int axis = 0; axis < a->rank - 1; axis++)
        shape.length[shape.rank++] = ndi_lengths(a)[axis];
    int64_t columns = 1;
    for (int axis = 0; axis < b->rank; axis++)
        if (axis != b->rank - 2) {
            shape.length[shape.rank++] = ndi_lengths(b)[axis];
            columns *= ndi_lengths(b)[axis];
        }
    int64_t rows = 1;
    for (int axis = 0; axis < a->rank - 1; axis++)
        rows *= ndi_lengths(a)[axis];
    nd_array *result = NULL;
    ND_SCOPE {
        nd_array *left = nd_reshape(a, ND_SHAPE(rows, k));
        nd_array *right = nd_reshape(nd_move_axis(b, b->rank - 2, 0), ND_SHAPE(k, columns));
        result = nd_keep(nd_reshape(nd_matmul(left, right), shape));
    }
    return ndi_register(result);
}

nd_array *nd_dot(const nd_array *a, const nd_array *b)
{
    if (!a || !b)
        return NULL;
    if (a->rank == 0 || b->rank == 0)
        return nd_elementwise(ND_OP_multiply, 2,
                              (nd_operand[]){nd_operand_array(a), nd_operand_array(b)}, NULL);
    if (b->rank == 1 || (a->rank <= 2 && b->rank == 2))
        return nd_matmul(a, b);
    return dot_of_higher_ranks(a, b);
}

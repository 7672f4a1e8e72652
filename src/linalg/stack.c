/* Stacks of matrices: shapes and dtypes, copies in LAPACK's order, and the loop over the matrices.
 */
#include "linalg/stack.h"

#include <limits.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>

#include "array/dtype.h"
#include "base/pool.h"
#include "engine/copy.h"

static nd_dtype working_dtype(const char *operation, nd_dtype dtype)
{
    if (dtype == ND_FLOAT16 || dtype == ND_BFLOAT16) {
        ndi_fail(ND_ERROR_DTYPE, "%s: %s is not supported; cast to float32", operation,
                 nd_dtype_name(dtype));
        return ND_DTYPE_NONE;
    }
    return dtype < ND_FLOAT32 ? ND_FLOAT64 : dtype;
}

static bool settle_dtype(ndi_stack *stack, const nd_array *a, const nd_array *b)
{
    stack->dtype = working_dtype(stack->operation, nd_dtype_of(a));
    if (stack->dtype != ND_DTYPE_NONE && b) {
        const nd_dtype other = working_dtype(stack->operation, nd_dtype_of(b));
        stack->dtype = other == ND_DTYPE_NONE ? other : nd_promote(stack->dtype, other);
    }
    if (stack->dtype == ND_DTYPE_NONE)
        return false;
    stack->is_complex = nd_dtype_kind(stack->dtype) == ND_KIND_COMPLEX;
    stack->real =
        stack->dtype == ND_FLOAT32 || stack->dtype == ND_COMPLEX64 ? ND_FLOAT32 : ND_FLOAT64;
    stack->item_bytes = nd_dtype_size(stack->dtype);
    stack->real_bytes = nd_dtype_size(stack->real);
    return true;
}

static bool refuse_shape(const char *operation, const nd_array *a, const char *why)
{
    char shape[NDI_SHAPE_TEXT];
    ndi_fail(ND_ERROR_LINALG, "%s: shape %s%s", operation,
             ndi_shape_text(shape, a->rank, ndi_lengths(a)), why);
    return false;
}

bool ndi_stack_of(ndi_stack *stack, const char *operation, const nd_array *a, const nd_array *b,
                  bool square)
{
    if (!a)
        return false;
    *stack = (ndi_stack){.operation = operation, .count = 1};
    const int64_t *lengths = ndi_lengths(a);
    if (a->rank < 2)
        return refuse_shape(operation, a, " is no matrix or stack of matrices");
    const int64_t rows = lengths[a->rank - 2], columns = lengths[a->rank - 1];
    if (square && rows != columns)
        return refuse_shape(operation, a, ": the last two axes must be equally long");
    if (rows > INT_MAX || columns > INT_MAX)
        return refuse_shape(operation, a, " is beyond LAPACK, which counts to 2**31 - 1");
    stack->rows = (int)rows, stack->columns = (int)columns;
    stack->smaller = stack->rows < stack->columns ? stack->rows : stack->columns;
    stack->batch = nd_shape_of(a->rank - 2, lengths);
    for (int axis = 0; axis < stack->batch.rank; axis++)
        stack->count *= lengths[axis];
    if (!settle_dtype(stack, a, b))
        return false;
    stack->lapack = ndi_lapack_of(operation, stack->dtype);
    return stack->lapack != NULL;
}

nd_array *ndi_stack_new(const ndi_stack *stack, nd_dtype dtype, int64_t rows, int64_t columns,
                        ndi_matrix_order order)
{
    nd_shape shape = stack->batch;
    int axes[ND_MAX_RANK];
    if (rows != NDI_NO_AXIS)
        shape.length[shape.rank++] = rows;
    if (columns != NDI_NO_AXIS)
        shape.length[shape.rank++] = columns;
    for (int axis = 0; axis < shape.rank; axis++)
        axes[axis] = axis;
    if (order == NDI_BY_COLUMNS && shape.rank == stack->batch.rank + 2) {
        axes[shape.rank - 2] = shape.rank - 1;
        axes[shape.rank - 1] = shape.rank - 2;
    }
    return nd_keep(ndi_make(stack->operation, dtype, shape.rank, shape.length, axes, false));
}

nd_array *ndi_stack_copy(const ndi_stack *stack, const nd_array *source, int64_t rows,
                         int64_t columns, ndi_matrix_order order)
{
    nd_array *copy = ndi_stack_new(stack, stack->dtype, rows, columns, order);
    if (copy && ndi_assign(copy, source) == ND_OK && ndi_force(copy))
        return copy;
    nd_release(copy);
    return NULL;
}

void *ndi_stack_at(const ndi_stack *stack, const nd_array *array, int64_t index)
{
    const int64_t items = stack->count > 0 ? array->size / stack->count : 0;
    return array->data + index * items * (int64_t)nd_dtype_size(nd_dtype_of(array));
}

/* ---- The loop -------------------------------------------------------------------------------- */

/* A matrix that takes fewer operations is not worth a second thread, by itself or as a part. */
enum { FEW_OPERATIONS = 200000 };

typedef struct run {
    ndi_stack_body *body;
    void *context;
    size_t scratch_bytes;
    /* Twice the index of the first matrix that failed, plus 1 if it is not finite. */
    _Atomic int64_t failed;
    atomic_bool no_memory;
} run;

static void note_failure(run *r, int64_t index, bool not_finite)
{
    const int64_t failure = 2 * index + not_finite;
    int64_t first = atomic_load(&r->failed);
    while (failure < first && !atomic_compare_exchange_weak(&r->failed, &first, failure))
        ;
}

static void run_range(void *context, size_t begin, size_t end)
{
    run *r = context;
    char *scratch = ndi_allocate(r->scratch_bytes);
    if (!scratch) {
        atomic_store(&r->no_memory, true);
        return;
    }
    for (size_t i = begin; i < end; i++) {
        const int info = r->body(r->context, (int64_t)i, scratch);
        if (info == NDI_NO_MEMORY) {
            atomic_store(&r->no_memory, true);
            break;
        }
        if (info != 0) { /* of this range the first */
            note_failure(r, (int64_t)i, info == NDI_NOT_FINITE);
            break;
        }
    }
    ndi_free(scratch, r->scratch_bytes);
}

static void tell_failure(const ndi_stack *stack, int64_t index, const char *why)
{
    char at[NDI_SHAPE_TEXT], which[NDI_SHAPE_TEXT + 32] = "the matrix";
    if (stack->batch.rank > 0) {
        nd_shape place = stack->batch;
        for (int axis = place.rank - 1; axis >= 0; axis--) {
            place.length[axis] = index % stack->batch.length[axis];
            index /= stack->batch.length[axis];
        }
        snprintf(which, sizeof which, "matrix %s of the stack",
                 ndi_shape_text(at, place.rank, place.length));
    }
    ndi_fail(ND_ERROR_LINALG, "%s: %s, %s of shape (%d, %d), %s", stack->operation, which,
             nd_dtype_name(stack->dtype), stack->swapped ? stack->columns : stack->rows,
             stack->swapped ? stack->rows : stack->columns, why);
}

bool ndi_stack_run(const ndi_stack *stack, double operations, size_t scratch_bytes,
                   ndi_stack_body *body, void *context, const char *why)
{
    run r = {
        .body = body, .context = context, .scratch_bytes = scratch_bytes + 64, .failed = INT64_MAX};
    const int threads = ndi_pool_threads();
    if (stack->count == 0)
        return true;
    const bool few = operations < FEW_OPERATIONS;
    const bool side_by_side = stack->count > 1 && (few || stack->count >= threads);
    const bool serial = few || operations < stack->least_parallel;
    ndi_lapack_enter(side_by_side || serial ? 1 : threads);
    if (side_by_side)
        ndi_parallel_for((size_t)stack->count, 1 + (size_t)(FEW_OPERATIONS / (operations + 100)),
                         run_range, &r);
    else
        run_range(&r, 0, (size_t)stack->count);
    ndi_lapack_leave();
    if (r.no_memory) {
        ndi_fail(ND_ERROR_MEMORY, "%s: no memory for LAPACK's work on matrices of shape (%d, %d)",
                 stack->operation, stack->rows, stack->columns);
        return false;
    }
    const int64_t failed = r.failed;
    if (failed == INT64_MAX)
        return true;
    tell_failure(stack, failed / 2, failed % 2 ? "has elements that are infinite or NaN" : why);
    return false;
}

/* ---- Small things ---------------------------------------------------------------------------- */

size_t ndi_scratch(size_t *total, size_t count, size_t item_bytes)
{
    const size_t offset = *total;
    *total += (count * item_bytes + 63) / 64 * 64;
    return offset;
}

int ndi_stack_work(const ndi_stack *stack, const void *answer)
{
    /* float32 rounds large lengths: LAPACK may have meant the next one. */
    const double length = stack->real == ND_FLOAT32 ? (double)*(const float *)answer * (1 + 0x1p-22)
                                                    : *(const double *)answer;
    return length >= INT_MAX ? INT_MAX : length < 1 ? 1 : (int)ceil(length);
}

/* x - x is 0 unless x is infinite or NaN. */
bool ndi_stack_finite(const ndi_stack *stack, const void *elements, int64_t count)
{
    const int64_t reals = stack->is_complex ? 2 * count : count;
    if (stack->real == ND_FLOAT32) {
        const float *x = elements;
        int odd = 0;
        for (int64_t i = 0; i < reals; i++)
            odd |= !(x[i] - x[i] == 0);
        return !odd;
    }
    const double *x = elements;
    int odd = 0;
    for (int64_t i = 0; i < reals; i++)
        odd |= !(x[i] - x[i] == 0);
    return !odd;
}

enum { LANES = 16 };

/* In lanes of their own, as the compiler may not change the order of comparisons. */
double ndi_stack_largest(const ndi_stack *stack, const void *elements, int64_t count)
{
    const int64_t reals = stack->is_complex ? 2 * count : count, whole = reals - reals % LANES;
    const double *const x = elements;
    const float *const single = elements;
    double most[LANES] = {0};
    float most_single[LANES] = {0};
    if (stack->real == ND_FLOAT32) {
        for (int64_t i = 0; i < whole; i += LANES)
            for (int lane = 0; lane < LANES; lane++) {
                const float size = fabsf(single[i + lane]);
                most_single[lane] = size > most_single[lane] ? size : most_single[lane];
            }
        for (int lane = 0; lane < LANES; lane++)
            most[lane] = most_single[lane];
        for (int64_t i = whole; i < reals; i++)
            most[0] = fabsf(single[i]) > most[0] ? fabsf(single[i]) : most[0];
    } else {
        for (int64_t i = 0; i < whole; i += LANES)
            for (int lane = 0; lane < LANES; lane++) {
                const double size = fabs(x[i + lane]);
                most[lane] = size > most[lane] ? size : most[lane];
            }
        for (int64_t i = whole; i < reals; i++)
            most[0] = fabs(x[i]) > most[0] ? fabs(x[i]) : most[0];
    }
    for (int lane = 1; lane < LANES; lane++)
        most[0] = most[lane] > most[0] ? most[lane] : most[0];
    return most[0];
}

bool ndi_stack_moderate(const ndi_stack *stack, double largest)
{
    return stack->real == ND_FLOAT32 ? largest > 1e-12 && largest < 1e12
                                     : largest > 1e-100 && largest < 1e100;
}

#define JOIN(real_type)                                                                            \
    do {                                                                                           \
        const real_type *const re = real, *const im = imag;                                        \
        real_type *const complex = to;                                                             \
        for (int64_t i = 0; i < count; i++) {                                                      \
            complex[2 * i] = re[i];                                                                \
            complex[2 * i + 1] = im ? (real_type)sign * im[i] : 0;                                 \
        }                                                                                          \
    } while (0)

void ndi_stack_join(const ndi_stack *stack, void *to, const void *real, const void *imag,
                    int64_t count, int sign)
{
    if (stack->real == ND_FLOAT32)
        JOIN(float);
    else
        JOIN(double);
}

/* The reductions of the table: arguments and dtypes are settled, errors raised, options applied. */
#include <math.h>
#include <string.h>

#include <ndstream/lazy.h>

#include "array/dtype.h"
#include "base/progress.h"
#include "engine/checked.h"
#include "engine/copy.h"
#include "engine/evaluate.h"
#include "engine/pending.h"
#include "engine/reduce.h"
#include "ops/resolve.h"

/* How each row is made: a leaf reduction and what becomes of its state (kernels/reductions.def). */
static const struct recipe {
    ndi_reduction reduction;
    ndi_finish finish;
} recipes[ND_OP_COUNT] = {
#define REDUCTION(name, reduction, finish)                                                         \
    [ND_OP_##name] = {NDI_REDUCE_##reduction, NDI_FINISH_##finish},
#define REDUCTION_OF_NUMBERS(name, reduction)
#define REDUCTION_SCAN(name, reduction)
#include "kernels/reductions.def"
#undef REDUCTION
#undef REDUCTION_OF_NUMBERS
};

/* Those that have leaves of their own for what is not NaN, with NumPy's names. */
static const struct of_numbers {
    ndi_reduction reduction;
    const char *name;
} of_numbers[ND_OP_COUNT] = {
#define REDUCTION(name, reduction, finish)
#define REDUCTION_OF_NUMBERS(name, reduction)                                                      \
    [ND_OP_##name] = {NDI_REDUCE_##reduction, "nan" #name},
#include "kernels/reductions.def"
#undef REDUCTION
#undef REDUCTION_OF_NUMBERS
#undef REDUCTION_SCAN
};

static bool is_position(nd_op op)
{
    return op == ND_OP_argmin || op == ND_OP_argmax;
}

static bool is_extreme(nd_op op)
{
    return op == ND_OP_min || op == ND_OP_max;
}

/* Kept axes of the result, of length 1 where `keepdims`. */
static nd_shape result_shape(const nd_array *array, uint32_t mask, bool keepdims)
{
    nd_shape shape = {.rank = 0};
    for (int axis = 0; axis < array->rank; axis++) {
        const bool swept = mask >> axis & 1;
        if (!swept || keepdims)
            shape.length[shape.rank++] = swept ? 1 : ndi_lengths(array)[axis];
    }
    return shape;
}

static nd_axes axes_of_mask(uint32_t mask)
{
    nd_axes axes = {.all = false};
    for (int axis = 0; axis < ND_MAX_RANK; axis++)
        if (mask >> axis & 1)
            axes.axis[axes.count++] = axis;
    return axes;
}

/* A double as the operand it stands for: an integer where it is one, so that integer arrays stay
 * integers, and a bool for a bool array. */
static nd_operand number(double value, nd_dtype dtype)
{
    if (dtype == ND_BOOL)
        return nd_operand_bool(value != 0);
    const bool minus_zero = value == 0 && signbit(value) && nd_dtype_kind(dtype) == ND_KIND_FLOAT;
    return value == floor(value) && fabs(value) < 9007199254740992.0 && !minus_zero
               ? nd_operand_int((int64_t)value)
               : nd_operand_real(value);
}

/* What an element that does not count is replaced by, as an operand that leaves the dtype alone. */
static nd_operand neutral(nd_op op, const nd_array *array, const nd_reduce_options *options)
{
    if (is_extreme(op))
        return number(options->initial, nd_dtype_of(array));
    return ndi_op_rows[op].identity == NDI_IDENTITY_ONE ? nd_operand_bool(true)
                                                        : nd_operand_bool(false);
}

/* `where` in the rank of `array`, repeated along the axes that are swept; along the others it may
 * have length 1, so that what it repeats is counted once. */
static nd_array *mask_over(const nd_array *where, const nd_array *array, uint32_t swept)
{
    nd_shape shape = nd_shape_like(array);
    const int missing = array->rank - where->rank;
    for (int axis = 0; axis < array->rank; axis++)
        if (!(swept >> axis & 1) && (axis < missing || ndi_lengths(where)[axis - missing] == 1))
            shape.length[axis] = 1;
    return nd_broadcast_to(where, shape);
}

/* Mean and variance over the elements that count: from the sums of the others replaced by 0, and
 * their number. */
static nd_array *masked_moment(nd_op op, const nd_array *array, nd_axes axes, uint32_t swept,
                               const nd_reduce_options *options)
{
    nd_reduce_options sums = {.keepdims = true};
    ndi_resolution resolution;
    if (!ndi_resolve_dtype(op, options->has_dtype ? options->dtype : nd_dtype_of(array),
                           &resolution))
        return NULL;
    nd_array *result = NULL;
    ND_SCOPE {
        const nd_dtype wide =
            nd_dtype_kind(resolution.kernel) == ND_KIND_COMPLEX ? ND_COMPLEX128 : ND_FLOAT64;
        const nd_array *mask = mask_over(options->where, array, swept);
        nd_array *count = nd_count_nonzero_with(mask, axes, sums);
        const nd_array *wider =
            nd_dtype_of(array) == wide ? array : (const nd_array *)nd_cast(array, wide);
        nd_array *mean = nd_divide(nd_sum_with(nd_where(mask, wider, 0), axes, sums), count);
        if (op != ND_OP_mean) {
            nd_array *d = nd_where(mask, nd_subtract(wider, mean), 0);
            d = nd_square(wide == ND_COMPLEX128 ? nd_absolute(d) : d);
            nd_array *divisor = nd_maximum(nd_subtract(count, options->ddof), 0.0);
            mean = nd_divide(nd_sum_with(d, axes, sums), divisor);
            if (op == ND_OP_std)
                mean = nd_sqrt(mean);
        }
        if (!options->keepdims)
            mean = nd_squeeze(mean,
                              axes.all ? axes_of_mask(mean ? (1ull << mean->rank) - 1 : 0) : axes);
        result = nd_keep(nd_cast(mean, resolution.result));
    }
    return ndi_register(result);
}

/* Nothing is swept: every kept element gets what an empty reduction gives. */
static nd_array *fill_empty(nd_op op, nd_array *result, const nd_reduce_options *options)
{
    const bool moment = recipes[op].finish != NDI_FINISH_STATE;
    const nd_operand value = moment           ? nd_operand_real(NAN)
                             : is_extreme(op) ? number(options->initial, nd_dtype_of(result))
                             : ndi_op_rows[op].identity == NDI_IDENTITY_ONE ? nd_operand_int(1)
                                                                            : nd_operand_int(0);
    _Alignas(16) char element[16];
    ndi_store_scalar(value, nd_dtype_of(result), element);
    for (int64_t i = 0; i < result->size; i++)
        memcpy(result->data + i * (int64_t)nd_dtype_size(nd_dtype_of(result)), element,
               nd_dtype_size(nd_dtype_of(result)));
    return result;
}

static bool options_allowed(nd_op op, const char *name, const nd_reduce_options *options)
{
    if (options->where && nd_dtype_of(options->where) != ND_BOOL) {
        ndi_fail(ND_ERROR_DTYPE, "%s: `where` must be bool, not %s", name,
                 nd_dtype_name(nd_dtype_of(options->where)));
        return false;
    }
    if (options->where && is_position(op)) {
        ndi_fail(ND_ERROR_ARGUMENT, "%s: does not take `where`", name);
        return false;
    }
    if (options->where && is_extreme(op) && !options->has_initial) {
        ndi_fail(ND_ERROR_VALUE, "%s: has no identity, so `where` needs `initial` too", name);
        return false;
    }
    if (options->has_initial && !is_extreme(op) && op != ND_OP_sum && op != ND_OP_prod) {
        ndi_fail(ND_ERROR_ARGUMENT, "%s: does not take `initial`", name);
        return false;
    }
    if (options->has_dtype && (op == ND_OP_all || op == ND_OP_any || op == ND_OP_count_nonzero ||
                               is_extreme(op) || is_position(op))) {
        ndi_fail(ND_ERROR_ARGUMENT, "%s: does not take `dtype`; cast the array instead", name);
        return false;
    }
    if (options->has_dtype && (unsigned)options->dtype >= ND_DTYPE_COUNT) {
        ndi_fail(ND_ERROR_DTYPE, "%s: %d is no dtype", name, (int)options->dtype);
        return false;
    }
    if (options->has_dtype && (op == ND_OP_mean || op == ND_OP_var || op == ND_OP_std) &&
        nd_dtype_kind(options->dtype) < ND_KIND_FLOAT) {
        ndi_fail(ND_ERROR_DTYPE, "%s: computes in a float or complex dtype, not in %s", name,
                 nd_dtype_name(options->dtype));
        return false;
    }
    return true;
}

/* The dtype whose leaves are used: the array's own where the sum is wide enough anyway, so that
 * narrow integers are read as they are. */
static nd_dtype leaf_dtype(nd_op op, nd_dtype own, const ndi_resolution *resolution, bool has_dtype)
{
    const nd_kind kind = nd_dtype_kind(own);
    const bool exact = kind == ND_KIND_BOOL || kind == ND_KIND_SIGNED || kind == ND_KIND_UNSIGNED;
    switch (recipes[op].reduction) {
    case NDI_REDUCE_SUM:
        /* A sum of 8- to 32-bit integers is exact in 64 bits, also on the way to a mean. */
        if (exact && op == ND_OP_mean)
            return nd_dtype_size(own) < 8 ? own : ND_FLOAT64;
        return exact && !has_dtype ? own : resolution->kernel;
    case NDI_REDUCE_PROD:
        return exact && !has_dtype ? own : resolution->kernel;
    default:
        return resolution->kernel;
    }
}

static nd_array *reduce_positions(nd_op op, const nd_array *array, nd_axes axes, uint32_t *mask)
{
    if (!axes.all && axes.count != 1)
        return ndi_fail(ND_ERROR_AXIS, "%s: takes one axis, or all; %d were given",
                        ndi_op_rows[op].info.name, axes.count);
    if (axes.all ? array->size == 0 : nd_length(array, axes.axis[0]) == 0)
        return ndi_fail(ND_ERROR_VALUE, "%s: of no elements", ndi_op_rows[op].info.name);
    if (!axes.all || array->contiguous)
        return nd_retain((nd_array *)array);
    *mask = 1; /* over all axes: positions in C order */
    return nd_keep(nd_ravel(array));
}

/* The result with its elements; NULL with the error kept. */
static nd_array *fold_now(const ndi_fold *fold, const nd_array *array, nd_dtype dtype,
                          const nd_shape *shape, const int *order)
{
    if (!ndi_force(array))
        return NULL;
    nd_array *result = ndi_make(fold->name, dtype, shape->rank, shape->length, order, false);
    if (!result)
        return NULL;
    const ndi_elements from = ndi_elements_of(array);
    const ndi_folding folding = {fold, ndi_elements_of(result)};
    ndi_watch_begin(fold->name);
    bool done = ndi_fold_run(1, &folding, ndi_fold_order(fold, &from), &from, NULL, NULL);
    done &= ndi_watch_end();
    if (done)
        return result;
    ndi_drop(result);
    return NULL;
}

/* `kind` is the leaf that does it. */
static nd_array *reduce(nd_op op, ndi_reduction kind, const char *name, const nd_array *array,
                        nd_axes axes, const nd_reduce_options *given)
{
    if (!array)
        return NULL;
    const nd_reduce_options options = given ? *given : (nd_reduce_options){0};
    uint32_t mask;
    ndi_resolution resolution;
    if (!ndi_axes_mask(name, axes, array->rank, &mask) || !options_allowed(op, name, &options) ||
        !ndi_resolve_dtype(op, options.has_dtype ? options.dtype : nd_dtype_of(array), &resolution))
        return NULL;
    if (options.has_dtype && op != ND_OP_var && op != ND_OP_std)
        resolution.result = resolution.dtype = options.dtype;
    if ((op == ND_OP_sum || op == ND_OP_prod) && ndi_checks(resolution.result))
        return ndi_checked_reduce(op, array, axes, given);
    if (options.where) {
        if (op == ND_OP_mean || op == ND_OP_var || op == ND_OP_std)
            return masked_moment(op, array, axes, mask, &options);
        nd_array *result = NULL;
        nd_reduce_options rest = options;
        rest.where = NULL;
        ND_SCOPE {
            nd_array *mask_array = nd_broadcast_to(options.where, nd_shape_like(array));
            nd_array *values = (nd_where)(nd_operand_array(mask_array), nd_operand_array(array),
                                          neutral(op, array, &options));
            result = nd_keep(reduce(op, kind, name, values, axes, &rest));
        }
        return ndi_register(result);
    }
    nd_array *source =
        is_position(op) ? reduce_positions(op, array, axes, &mask) : nd_retain((nd_array *)array);
    if (!source)
        return NULL;
    /* The result's shape comes from the array as given; positions over all axes sweep it flattened.
     */
    uint32_t given_mask;
    ndi_axes_mask(name, axes, array->rank, &given_mask);
    const nd_shape shape = result_shape(array, given_mask, options.keepdims);
    int axes_order[ND_MAX_RANK];
    const int *const order = /* positions come in C order, as in NumPy */
        is_position(op) ? NULL : ndi_order_like(array, given_mask, options.keepdims, axes_order);
    int64_t swept = 1;
    for (int axis = 0; axis < array->rank; axis++)
        if (given_mask >> axis & 1)
            swept *= ndi_lengths(array)[axis];
    nd_array *result = NULL;
    if (swept == 0 && is_extreme(op) && !options.has_initial) {
        ndi_fail(ND_ERROR_VALUE, "%s: of no elements; give `initial`", name);
    } else if (swept == 0) {
        result = ndi_make(name, resolution.result, shape.rank, shape.length, order, false);
        if (result)
            fill_empty(op, result, &options);
    } else {
        const bool flattened = source != array;
        const ndi_fold fold = {
            .name = name,
            .kind = kind,
            .finish = recipes[op].finish,
            .taken = leaf_dtype(op, nd_dtype_of(array), &resolution, options.has_dtype),
            .ddof = options.ddof,
            .swept = mask,
            .keepdims = options.keepdims && !flattened,
            .signed_zero = options.has_initial,
        };
        const nd_shape folded = flattened ? ND_SCALAR_SHAPE : shape;
        result = ndi_graph_wants_fold(source)
                     ? ndi_graph_fold(&fold, source, resolution.result, folded.rank, folded.length,
                                      order)
                     : fold_now(&fold, source, resolution.result, &folded, order);
        if (result && flattened && options.keepdims) {
            nd_array *const flat = result;
            result = nd_reshape(flat, shape);
            ndi_drop(flat);
        }
        if (result && nd_lazy() == 0 && !ndi_force(result)) {
            ndi_drop(result);
            result = NULL;
        }
    }
    nd_release(source);
    if (!result)
        return NULL;
    const bool nothing = op == ND_OP_sum && options.initial == 0 && signbit(options.initial);
    if (options.has_initial && !nothing && (swept != 0 || !is_extreme(op))) {
        const nd_op step = kind == NDI_REDUCE_SUM    ? ND_OP_add
                           : kind == NDI_REDUCE_PROD ? ND_OP_multiply
                           : kind == NDI_REDUCE_MIN  ? ND_OP_minimum
                           : kind == NDI_REDUCE_MAX  ? ND_OP_maximum
                           : kind == NDI_REDUCE_FMIN ? ND_OP_fmin
                                                     : ND_OP_fmax;
        const nd_operand both[2] = {nd_operand_array(result),
                                    number(options.initial, nd_dtype_of(result))};
        if (!nd_elementwise(step, 2, both, result)) {
            ndi_drop(result);
            result = NULL;
        }
    }
    return result;
}

nd_array *nd_reduce(nd_op op, const nd_array *array, nd_axes axes, const nd_reduce_options *given)
{
    if ((unsigned)op >= ND_OP_COUNT || ndi_op_rows[op].info.op_class != ND_CLASS_REDUCTION)
        return ndi_fail(ND_ERROR_ARGUMENT, "reduce: operation %d is no reduction", (int)op);
    return reduce(op, recipes[op].reduction, ndi_op_rows[op].info.name, array, axes, given);
}

nd_array *ndi_reduce_numbers(nd_op op, const nd_array *array, nd_axes axes,
                             const nd_reduce_options *given)
{
    return reduce(op, of_numbers[op].reduction, of_numbers[op].name, array, axes, given);
}

#define DEFINE_UNARY(name)
#define DEFINE_BINARY(name)
#define DEFINE_TERNARY(name)
#define DEFINE_SCAN(name)
#define DEFINE_REDUCTION(name)                                                                     \
    nd_array *nd_##name(const nd_array *array, nd_axes axes)                                       \
    {                                                                                              \
        return nd_reduce(ND_OP_##name, array, axes, NULL);                                         \
    }                                                                                              \
    nd_array *nd_##name##_with(const nd_array *array, nd_axes axes, nd_reduce_options options)     \
    {                                                                                              \
        return nd_reduce(ND_OP_##name, array, axes, &options);                                     \
    }
#define ND_OP(name, class, ...) DEFINE_##class(name)
#include "ops/ops.def"

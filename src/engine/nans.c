/* Reductions and scans of the elements that are not NaN (ops/derived.def): those of the table, with
 * leaves that pass NaN over, a mask, or NaN replaced by what leaves the result alone. All of it
 * fuses into one sweep. */
#include <math.h>

#include "array/array.h"
#include "array/dtype.h"
#include "base/error.h"
#include "engine/reduce.h"
#include "ops/resolve.h"

/* NaN replaced by the infinity that loses against every other element. */
static nd_array *without_nan(nd_op op, const nd_array *array, const nd_array *nan)
{
    const double loser = op == ND_OP_argmin ? INFINITY : -INFINITY;
    const nd_operand either = nd_dtype_kind(nd_dtype_of(array)) == ND_KIND_COMPLEX
                                  ? nd_operand_complex(__builtin_complex(loser, loser))
                                  : nd_operand_real(loser);
    return (nd_where)(nd_operand_array(nan), either, nd_operand_array(array));
}

static nd_array *position(nd_op op, const nd_array *array, nd_axes axes, nd_reduce_options options)
{
    nd_array *nan = nd_isnan(array);
    nd_array *result = nd_reduce(op, without_nan(op, array, nan), axes, &options);
    nd_array *only_nan = result ? nd_any(nd_all(nan, axes), ND_ALL) : NULL;
    if (!only_nan)
        return NULL;
    return nd_item_int64(only_nan) ? ndi_fail(ND_ERROR_VALUE, "nan%s: a line has nothing but NaN",
                                              ndi_op_rows[op].info.name)
                                   : result;
}

static nd_array *masked(nd_op op, const nd_array *array, nd_axes axes, nd_reduce_options options)
{
    nd_array *numbers = nd_logical_not(nd_isnan(array));
    options.where = options.where ? nd_logical_and(numbers, options.where) : numbers;
    return options.where ? nd_reduce(op, array, axes, &options) : NULL;
}

nd_array *nd_nan_reduce(nd_op op, const nd_array *array, nd_axes axes,
                        const nd_reduce_options *given)
{
    const nd_reduce_options options = given ? *given : (nd_reduce_options){0};
    if (!array || nd_dtype_kind(nd_dtype_of(array)) < ND_KIND_FLOAT || (unsigned)op >= ND_OP_COUNT)
        return nd_reduce(op, array, axes, given);
    if (op == ND_OP_min || op == ND_OP_max)
        return ndi_reduce_numbers(op, array, axes, given);
    nd_array *result = NULL;
    ND_SCOPE {
        result =
            nd_keep(op == ND_OP_argmin || op == ND_OP_argmax ? position(op, array, axes, options)
                                                             : masked(op, array, axes, options));
    }
    return result ? ndi_register(result) : NULL;
}

nd_array *nd_nan_scan(nd_op op, const nd_array *array, int axis, nd_dtype dtype)
{
    if (!array || nd_dtype_kind(nd_dtype_of(array)) < ND_KIND_FLOAT ||
        (op != ND_OP_cumsum && op != ND_OP_cumprod))
        return nd_scan(op, array, axis, dtype);
    nd_array *result = NULL;
    ND_SCOPE {
        nd_array *numbers = nd_where(nd_isnan(array), op == ND_OP_cumprod ? 1.0 : 0.0, array);
        result = nd_keep(nd_scan(op, numbers, axis, dtype));
    }
    return result ? ndi_register(result) : NULL;
}

#define DEFINE_REDUCTION(name, of)                                                                 \
    nd_array *nd_##name(const nd_array *array, nd_axes axes)                                       \
    {                                                                                              \
        return nd_nan_reduce(ND_OP_##of, array, axes, NULL);                                       \
    }                                                                                              \
    nd_array *nd_##name##_with(const nd_array *array, nd_axes axes, nd_reduce_options options)     \
    {                                                                                              \
        return nd_nan_reduce(ND_OP_##of, array, axes, &options);                                   \
    }
#define DEFINE_SCAN(name, of)                                                                      \
    nd_array *nd_##name(const nd_array *array, int axis)                                           \
    {                                                                                              \
        return nd_nan_scan(ND_OP_##of, array, axis, ND_DTYPE_NONE);                                \
    }
#define ND_PAIR(...)
#define ND_NAN(name, class, of, doc) DEFINE_##class(name, of)
#include "ops/derived.def"

/* Values that are written into an array. */
#include "select/values.h"

#include <math.h>

#include "array/array.h"
#include "array/dtype.h"

static bool holds(const char *operation, nd_dtype dtype, nd_operand scalar)
{
    const nd_kind kind = nd_dtype_kind(dtype);
    if (kind == ND_KIND_BOOL)
        return true;
    if (scalar.kind == ND_OPERAND_COMPLEX && kind != ND_KIND_COMPLEX)
        ndi_fail(ND_ERROR_DTYPE, "%s: a complex number does not go into an array of %s", operation,
                 nd_dtype_name(dtype));
    else if (scalar.kind == ND_OPERAND_REAL && kind <= ND_KIND_UNSIGNED &&
             !isfinite(scalar.value.real[0]))
        ndi_fail(ND_ERROR_VALUE, "%s: cannot convert float %s to an integer of %s", operation,
                 isnan(scalar.value.real[0]) ? "NaN" : "infinity", nd_dtype_name(dtype));
    else if (scalar.kind == ND_OPERAND_INT || scalar.kind == ND_OPERAND_UINT)
        return ndi_promote_weak(operation, dtype, scalar) != ND_DTYPE_NONE;
    else
        return true;
    return false;
}

const nd_array *ndi_converted_value(const char *operation, const nd_array *array, nd_operand value)
{
    const nd_dtype dtype = (nd_dtype)array->dtype;
    if (value.kind == ND_OPERAND_ARRAY)
        return !value.array || (nd_dtype)value.array->dtype == dtype ? value.array
                                                                     : nd_cast(value.array, dtype);
    if (!holds(operation, dtype, value))
        return NULL;
    nd_array *const one = ndi_new(dtype, 0, NULL, NULL);
    if (one)
        ndi_store_scalar(value, dtype, one->data);
    return one;
}

const nd_array *ndi_fitting_value(const char *operation, const nd_array *value,
                                  const nd_shape *shape)
{
    char from[NDI_SHAPE_TEXT], to[NDI_SHAPE_TEXT];
    nd_axes leading = {.count = 0};
    bool fits = true;
    while (value->rank - leading.count > shape->rank && ndi_lengths(value)[leading.count] == 1) {
        leading.axis[leading.count] = leading.count;
        leading.count++;
    }
    const int rank = value->rank - leading.count;
    fits = rank <= shape->rank;
    for (int i = 1; fits && i <= rank; i++) {
        const int64_t length = ndi_lengths(value)[value->rank - i];
        fits = length == 1 || length == shape->length[shape->rank - i];
    }
    if (!fits)
        return ndi_fail(ND_ERROR_SHAPE,
                        "%s: shape mismatch: value array of shape %s could not be broadcast to "
                        "indexing result of shape %s",
                        operation, ndi_shape_text(from, value->rank, ndi_lengths(value)),
                        ndi_shape_text(to, shape->rank, shape->length));
    return leading.count > 0 ? nd_squeeze(value, leading) : value;
}

nd_status ndi_check_target(const char *operation, const nd_array *array, nd_operand value)
{
    if (!array || (value.kind == ND_OPERAND_ARRAY && !value.array))
        return nd_error() != ND_OK
                   ? nd_error()
                   : ndi_fail_status(ND_ERROR_ARGUMENT, "%s: NULL array", operation);
    return array->writeable
               ? ND_OK
               : ndi_fail_status(ND_ERROR_READONLY, "%s: the array is read-only", operation);
}

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

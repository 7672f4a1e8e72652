/* Functions element by element that have parameters or several steps. */
#include <float.h>
#include <math.h>

#include "engine/copy.h"
#include "numeric/numeric.h"
#include "ops/resolve.h"

/* ---- Rounding -------------------------------------------------------------------------------- */

static nd_array *scaled(const nd_array *x, int decimals)
{
    const double scale = pow(10, decimals < 0 ? -(double)decimals : decimals);
    if (decimals < 0)
        return nd_multiply(nd_rint(nd_divide(x, scale)), scale);
    return nd_divide(nd_rint(nd_multiply(x, scale)), scale);
}

/* A complex array made of what becomes of its parts. */
static nd_array *by_parts(const nd_array *x, nd_array *re, nd_array *im)
{
    nd_array *z = nd_empty(nd_dtype_of(x), nd_shape_like(x));
    return z && re && im && ndi_assign(nd_real(z), re) == ND_OK &&
                   ndi_assign(nd_imag(z), im) == ND_OK
               ? z
               : NULL;
}

static nd_array *rounded(const nd_array *x, int decimals)
{
    const nd_kind kind = nd_dtype_kind(nd_dtype_of(x));
    if (kind == ND_KIND_SIGNED || kind == ND_KIND_UNSIGNED)
        return decimals >= 0 ? nd_copy(x) : nd_cast(scaled(x, decimals), nd_dtype_of(x));
    if (decimals == 0)
        return nd_rint(x);
    if (kind == ND_KIND_COMPLEX)
        return by_parts(x, scaled(nd_real(x), decimals), scaled(nd_imag(x), decimals));
    if (kind == ND_KIND_BOOL)
        return ndi_fail(ND_ERROR_DTYPE, "round: bool has no decimals");
    return scaled(x, decimals);
}

nd_array *nd_round(const nd_array *x, int decimals)
{
    return x ? SCOPED(rounded(x, decimals)) : NULL;
}

/* ---- Equality within a tolerance ------------------------------------------------------------- */

static nd_operand as_inexact(nd_operand x)
{
    if (x.kind == ND_OPERAND_BOOL) /* two bools have no difference */
        return nd_operand_int(x.value.integer);
    return x.kind == ND_OPERAND_ARRAY ? nd_operand_array(ndi_inexact(x.array)) : x;
}

static nd_array *close(nd_operand a, nd_operand b, double rtol, double atol, bool equal_nan)
{
    b = as_inexact(b);
    nd_array *near = nd_less_equal(nd_absolute(nd_subtract(a, b)),
                                   nd_add(atol, nd_multiply(rtol, nd_absolute(b))));
    nd_array *result = nd_logical_or(nd_logical_and(near, nd_isfinite(b)), nd_equal(a, b));
    return equal_nan ? nd_logical_or(result, nd_logical_and(nd_isnan(a), nd_isnan(b))) : result;
}

static bool is_null(nd_operand x)
{
    return x.kind == ND_OPERAND_ARRAY && !x.array;
}

nd_array *(nd_isclose)(nd_operand a, nd_operand b, double rtol, double atol, bool equal_nan)
{
    return is_null(a) || is_null(b) ? NULL : SCOPED(close(a, b, rtol, atol, equal_nan));
}

static bool is_true(nd_array *flag)
{
    const bool value = flag && nd_item_int64(flag) != 0;
    ndi_drop(flag);
    return value;
}

bool(nd_allclose)(nd_operand a, nd_operand b, double rtol, double atol, bool equal_nan)
{
    return !is_null(a) && !is_null(b) &&
           is_true(SCOPED(nd_all(close(a, b, rtol, atol, equal_nan), ND_ALL)));
}

static bool broadcasts(const nd_array *a, const nd_array *b)
{
    for (int i = 1; i <= nd_rank(a) && i <= nd_rank(b); i++) {
        const int64_t m = nd_length(a, -i), n = nd_length(b, -i);
        if (m != n && m != 1 && n != 1)
            return false;
    }
    return true;
}

bool nd_array_equiv(const nd_array *a, const nd_array *b)
{
    return a && b && broadcasts(a, b) && is_true(SCOPED(nd_all(nd_equal(a, b), ND_ALL)));
}

/* ---- NaN and infinities ---------------------------------------------------------------------- */

static double largest(nd_dtype dtype)
{
    switch (dtype) {
    case ND_FLOAT16:
        return 65504;
    case ND_BFLOAT16:
        return 0x1.fep127;
    case ND_FLOAT32:
        return FLT_MAX;
    default:
        return DBL_MAX;
    }
}

static nd_array *replaced(const nd_array *x, const nd_replacements *by)
{
    const double most = largest(nd_dtype_of(x));
    nd_array *above = nd_where(nd_isposinf(x), by->has_posinf ? by->posinf : most, x);
    nd_array *finite = nd_where(nd_isneginf(x), by->has_neginf ? by->neginf : -most, above);
    return nd_where(nd_isnan(x), by->nan, finite);
}

nd_array *nd_nan_to_num(const nd_array *x, nd_replacements by)
{
    if (!x)
        return NULL;
    if (nd_dtype_kind(nd_dtype_of(x)) < ND_KIND_FLOAT)
        return nd_copy(x);
    if (ndi_is_complex(x))
        return SCOPED(by_parts(x, replaced(nd_real(x), &by), replaced(nd_imag(x), &by)));
    return SCOPED(replaced(x, &by));
}

nd_array *nd_real_if_close(const nd_array *x, double tolerance)
{
    if (!x)
        return NULL;
    if (ndi_is_complex(x)) {
        if (tolerance > 1)
            tolerance *= nd_dtype_of(x) == ND_COMPLEX64 ? FLT_EPSILON : DBL_EPSILON;
        nd_array *close = SCOPED(nd_all(nd_less(nd_absolute(nd_imag(x)), tolerance), ND_ALL));
        if (!close)
            return NULL;
        if (is_true(close))
            return nd_real(x);
    }
    return ndi_register(nd_retain((nd_array *)x));
}

/* ---- Angles ---------------------------------------------------------------------------------- */

static nd_array *angle(const nd_array *z, bool degrees)
{
    nd_array *radians = ndi_is_complex(z) ? nd_arctan2(nd_imag(z), nd_real(z)) : nd_arctan2(0, z);
    return degrees ? nd_multiply(radians, 57.29577951308232) : radians;
}

nd_array *nd_angle(const nd_array *z, bool degrees)
{
    return z ? SCOPED(angle(z, degrees)) : NULL;
}

/* Checked integers. A result is computed as always, wrapped; a second expression tells where it
 * left the range; and those elements are an error, or replaced by the end of the range that was
 * passed. It is all made of operations, and fuses: a checked sum of two arrays reads them once. */
#include "engine/checked.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "array/dtype.h"
#include "base/error.h"

void nd_set_overflow(nd_overflow mode)
{
    ndi_this_thread.overflow = (uint8_t)mode;
}

nd_overflow nd_overflow_mode(void)
{
    return (nd_overflow)ndi_this_thread.overflow;
}

static int bits_of(nd_dtype dtype)
{
    return 8 * (int)nd_dtype_size(dtype);
}

static bool is_signed(nd_dtype dtype)
{
    return nd_dtype_kind(dtype) == ND_KIND_SIGNED;
}

static nd_operand lowest(nd_dtype dtype)
{
    return nd_operand_int(is_signed(dtype) ? INT64_MIN >> (64 - bits_of(dtype)) : 0);
}

static nd_operand highest(nd_dtype dtype)
{
    return is_signed(dtype) ? nd_operand_int(INT64_MAX >> (64 - bits_of(dtype)))
                            : nd_operand_uint(UINT64_MAX >> (64 - bits_of(dtype)));
}

/* ---- Where, and which end -------------------------------------------------------------------- */

typedef struct checked_result {
    nd_array *wrapped;
    nd_array *overflows; /* where */
    nd_array *downwards; /* and there: past the lowest number; NULL: never */
} checked_result;

static void check_sum(checked_result *c, bool has_sign, nd_array *x, nd_array *y)
{
    nd_array *const r = c->wrapped;
    if (has_sign) { /* both have one sign, the sum has the other */
        c->overflows = nd_less(nd_bitwise_and(nd_bitwise_xor(x, r), nd_bitwise_xor(y, r)), 0);
        c->downwards = nd_less(x, 0);
    } else {
        c->overflows = nd_less(r, x);
    }
}

static void check_difference(checked_result *c, bool has_sign, nd_array *x, nd_array *y)
{
    nd_array *const r = c->wrapped;
    if (has_sign) {
        c->overflows = nd_less(nd_bitwise_and(nd_bitwise_xor(x, y), nd_bitwise_xor(x, r)), 0);
        c->downwards = nd_less(x, 0);
    } else {
        c->overflows = c->downwards = nd_less(x, y);
    }
}

/* A product that wrapped is not divided back; but -1 times the lowest number is. */
static void check_product(checked_result *c, nd_dtype dtype, nd_array *x, nd_array *y)
{
    nd_array *wrong = nd_not_equal(nd_floor_divide(c->wrapped, x), y);
    if (is_signed(dtype)) {
        wrong = nd_logical_or(
            wrong, nd_logical_and(nd_equal(x, -1), (nd_equal)(nd_operand_array(y), lowest(dtype))));
        c->downwards = nd_not_equal(nd_less(x, 0), nd_less(y, 0));
    }
    c->overflows = nd_logical_and(nd_not_equal(x, 0), wrong);
}

static void check_negative(checked_result *c, nd_dtype dtype, nd_array *x)
{
    if (is_signed(dtype))
        c->overflows = (nd_equal)(nd_operand_array(x), lowest(dtype));
    else
        c->overflows = c->downwards = nd_not_equal(x, 0);
}

/* What wrapped is off by a multiple of 2**bits, far more than the rounding of `near`, float64s. */
static void check_far(checked_result *c, nd_dtype dtype, nd_array *near)
{
    nd_array *distance = nd_absolute(nd_subtract(near, nd_cast(c->wrapped, ND_FLOAT64)));
    c->overflows = nd_greater(distance, ldexp(1, bits_of(dtype) - 1));
    c->downwards = nd_less(near, 0.0);
}

bool ndi_may_overflow(nd_op op)
{
    switch (op) {
    case ND_OP_add:
    case ND_OP_subtract:
    case ND_OP_multiply:
    case ND_OP_square:
    case ND_OP_negative:
    case ND_OP_absolute:
    case ND_OP_power:
        return true;
    default:
        return false;
    }
}

static void check(checked_result *c, nd_op op, nd_dtype dtype, nd_array *x, nd_array *y)
{
    switch (op) {
    case ND_OP_add:
        check_sum(c, is_signed(dtype), x, y);
        break;
    case ND_OP_subtract:
        check_difference(c, is_signed(dtype), x, y);
        break;
    case ND_OP_multiply:
        check_product(c, dtype, x, y);
        break;
    case ND_OP_square:
        check_product(c, dtype, x, x);
        break;
    case ND_OP_power:
        check_far(c, dtype, nd_power(nd_cast(x, ND_FLOAT64), nd_cast(y, ND_FLOAT64)));
        break;
    case ND_OP_negative:
        check_negative(c, dtype, x);
        break;
    default: /* the absolute value of the lowest number */
        c->overflows = is_signed(dtype) ? (nd_equal)(nd_operand_array(x), lowest(dtype))
                                        : nd_zeros(ND_BOOL, ND_SCALAR_SHAPE);
    }
}

/* ---- What becomes of it ---------------------------------------------------------------------- */

static void number_text(char text[32], const nd_array *array, const int64_t *index)
{
    const int64_t value = nd_get_int64(array, index);
    if (nd_dtype_of(array) == ND_UINT64)
        snprintf(text, 32, "%" PRIu64, (uint64_t)value);
    else if (nd_dtype_kind(nd_dtype_of(array)) < ND_KIND_FLOAT)
        snprintf(text, 32, "%" PRId64, value);
    else
        snprintf(text, 32, "%g", nd_get_double(array, index));
}

/* Names the first element that left the range, and its arguments if they are given. */
static void *overflow(const char *name, nd_dtype dtype, const nd_array *mask, const nd_array *x,
                      const nd_array *y)
{
    nd_array *place = nd_argmax(mask, ND_ALL);
    if (!place)
        return NULL;
    int64_t flat = nd_item_int64(place), index[ND_MAX_RANK];
    char at[16 * ND_MAX_RANK] = "", first[32] = "", second[32] = "";
    for (int axis = mask->rank - 1; axis >= 0; axis--) {
        index[axis] = flat % ndi_lengths(mask)[axis];
        flat /= ndi_lengths(mask)[axis];
    }
    for (int axis = 0, used = 0; axis < mask->rank; axis++)
        used += snprintf(at + used, sizeof at - (size_t)used, "%s%" PRId64, axis ? ", " : "",
                         index[axis]);
    if (x)
        number_text(first, nd_broadcast_to(x, nd_shape_like(mask)), index);
    if (y)
        number_text(second, nd_broadcast_to(y, nd_shape_like(mask)), index);
    return ndi_fail(ND_ERROR_VALUE, "%s: %s overflows at index (%s)%s%s%s%s", name,
                    nd_dtype_name(dtype), at, x ? ": of " : "", first, y ? " and " : "", second);
}

/* The argument in the dtype that is computed in. */
static nd_array *taken(nd_operand x, nd_dtype dtype)
{
    if (x.kind == ND_OPERAND_ARRAY)
        return nd_dtype_of(x.array) == dtype ? (nd_array *)x.array : nd_cast(x.array, dtype);
    _Alignas(16) char element[16];
    ndi_store_scalar(x, dtype, element);
    return nd_from_data(dtype, ND_SCALAR_SHAPE, element);
}

static nd_array *settled(const char *name, nd_overflow mode, checked_result *c, const nd_array *x,
                         const nd_array *y)
{
    const nd_dtype dtype = c->wrapped ? nd_dtype_of(c->wrapped) : ND_DTYPE_NONE;
    nd_array *any = c->wrapped && c->overflows ? nd_any(c->overflows, ND_ALL) : NULL;
    if (!any)
        return NULL;
    if (!nd_item_int64(any))
        return ndi_force(c->wrapped) ? c->wrapped : NULL;
    if (mode == ND_OVERFLOW_ERROR)
        return overflow(name, dtype, c->overflows, x, y);
    nd_array *end = taken(highest(dtype), dtype);
    if (c->downwards)
        end = nd_where(c->downwards, taken(lowest(dtype), dtype), end);
    nd_array *limited = nd_where(c->overflows, end, c->wrapped);
    return limited && ndi_force(limited) ? limited : NULL;
}

/* Runs `body` with integers that wrap, in a scope that its result leaves. */
#define UNCHECKED(mode, result, ...)                                                               \
    const nd_overflow mode = nd_overflow_mode();                                                   \
    nd_array *result = NULL;                                                                       \
    ndi_this_thread.overflow = ND_OVERFLOW_WRAP;                                                   \
    ND_SCOPE {                                                                                     \
        result = nd_keep(__VA_ARGS__);                                                             \
    }                                                                                              \
    ndi_this_thread.overflow = (uint8_t)mode;

static nd_array *elementwise(nd_op op, int count, const nd_operand *arguments, nd_overflow mode)
{
    checked_result c = {.wrapped = nd_elementwise(op, count, arguments, NULL)};
    if (!c.wrapped)
        return NULL;
    const nd_dtype dtype = nd_dtype_of(c.wrapped);
    nd_array *x = taken(arguments[0], dtype), *y = count > 1 ? taken(arguments[1], dtype) : NULL;
    if (!x || (count > 1 && !y))
        return NULL;
    check(&c, op, dtype, x, y);
    return settled(ndi_op_rows[op].info.name, mode, &c, x, y);
}

nd_array *ndi_checked_elementwise(nd_op op, int count, const nd_operand *arguments, nd_array *out)
{
    UNCHECKED(mode, result, elementwise(op, count, arguments, mode))
    if (!out || !result)
        return result ? ndi_register(result) : NULL;
    const nd_operand computed = nd_operand_array(result);
    ndi_this_thread.overflow = ND_OVERFLOW_WRAP;
    nd_array *const written = nd_elementwise(ND_OP_positive, 1, &computed, out);
    ndi_this_thread.overflow = (uint8_t)mode;
    nd_release(result);
    return written;
}

static nd_array *cast(const nd_array *array, nd_dtype dtype, nd_overflow mode)
{
    checked_result c = {.wrapped = nd_cast(array, dtype)};
    const nd_array *x = array;
    if (nd_dtype_kind(nd_dtype_of(x)) == ND_KIND_COMPLEX)
        x = nd_real(x);
    if (x && nd_dtype_kind(nd_dtype_of(x)) == ND_KIND_FLOAT) {
        x = nd_trunc(nd_cast(x, ND_FLOAT64));
        const double end = ldexp(1, bits_of(dtype) - is_signed(dtype));
        nd_array *within =
            nd_logical_and(nd_greater_equal(x, is_signed(dtype) ? -end : 0.0), nd_less(x, end));
        c.overflows = nd_logical_not(within);
    } else if (x) {
        c.overflows = nd_logical_or((nd_less)(nd_operand_array(x), lowest(dtype)),
                                    (nd_greater)(nd_operand_array(x), highest(dtype)));
    }
    c.downwards = nd_less(x, 0);
    return settled("cast", mode, &c, array, NULL);
}

nd_array *ndi_checked_cast(const nd_array *array, nd_dtype dtype)
{
    UNCHECKED(mode, result, cast(array, dtype, mode))
    return result ? ndi_register(result) : NULL;
}

static nd_array *reduced(nd_op op, const nd_array *array, nd_axes axes,
                         const nd_reduce_options *given, nd_overflow mode)
{
    nd_reduce_options options = given ? *given : (nd_reduce_options){0};
    checked_result c = {.wrapped = nd_reduce(op, array, axes, &options)};
    options.has_dtype = false;
    nd_array *near = nd_reduce(op, nd_cast(array, ND_FLOAT64), axes, &options);
    if (!c.wrapped || !near)
        return NULL;
    check_far(&c, nd_dtype_of(c.wrapped), near);
    return settled(ndi_op_rows[op].info.name, mode, &c, NULL, NULL);
}

nd_array *ndi_checked_reduce(nd_op op, const nd_array *array, nd_axes axes,
                             const nd_reduce_options *options)
{
    UNCHECKED(mode, result, reduced(op, array, axes, options, mode))
    return result ? ndi_register(result) : NULL;
}

static nd_array *scanned(nd_op op, const nd_array *array, int axis, nd_dtype dtype,
                         nd_overflow mode)
{
    checked_result c = {.wrapped = nd_scan(op, array, axis, dtype)};
    nd_array *near = nd_scan(op, nd_cast(array, ND_FLOAT64), axis, ND_DTYPE_NONE);
    if (!c.wrapped || !near)
        return NULL;
    check_far(&c, nd_dtype_of(c.wrapped), near);
    return settled(ndi_op_rows[op].info.name, mode, &c, NULL, NULL);
}

nd_array *ndi_checked_scan(nd_op op, const nd_array *array, int axis, nd_dtype dtype)
{
    UNCHECKED(mode, result, scanned(op, array, axis, dtype, mode))
    return result ? ndi_register(result) : NULL;
}

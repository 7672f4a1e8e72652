/* The table of operations as data, and the resolution of dtypes: no loops here. */
#include "ops/resolve.h"

#include <string.h>

#include "array/array.h"
#include "array/dtype.h"
#include "base/error.h"

enum {
    COMPUTES_SAME,
    COMPUTES_FLOAT,
    COMPUTES_NUMBER,
    COMPUTES_WIDE,
    COMPUTES_MEAN,
    COMPUTES_DOUBLE
};

enum {
    BOOL = NDI_BIT(ND_BOOL),
    INTS = NDI_BIT(ND_INT8) | NDI_BIT(ND_INT16) | NDI_BIT(ND_INT32) | NDI_BIT(ND_INT64) |
           NDI_BIT(ND_UINT8) | NDI_BIT(ND_UINT16) | NDI_BIT(ND_UINT32) | NDI_BIT(ND_UINT64),
    FLOATS = NDI_BIT(ND_FLOAT16) | NDI_BIT(ND_BFLOAT16) | NDI_BIT(ND_FLOAT32) | NDI_BIT(ND_FLOAT64),
    COMPLEX = NDI_BIT(ND_COMPLEX64) | NDI_BIT(ND_COMPLEX128),
};

#define ND_SIGNATURE(name, takes, computes, returns, apart)                                        \
    enum {                                                                                         \
        name##_TAKES = (takes),                                                                    \
        name##_COMPUTES = COMPUTES_##computes,                                                     \
        name##_RETURNS = NDI_RETURNS_##returns,                                                    \
        name##_APART = NDI_APART_##apart                                                           \
    };
#include "ops/signatures.def"
#undef ND_SIGNATURE

enum { UNARY = 1, BINARY = 2, TERNARY = 3, REDUCTION = 1, SCAN = 1 };
enum {
    COMMUTES = NDI_COMMUTES,
    EXACT = NDI_EXACT,
    MONOTONE = NDI_MONOTONE,
    CANCELS = NDI_CANCELS,
    HALVES = NDI_HALVES,
    BUSY = NDI_BUSY,
    SLOW = NDI_SLOW,
    SLOWEST = NDI_SLOWEST,
    FILLS = NDI_FILLS,
    ALL_FILL = NDI_ALL_FILL
};

#define SIGNATURE_FIELDS(name)                                                                     \
    .takes = name##_TAKES, .computes = name##_COMPUTES, .returns = name##_RETURNS,                 \
    .apart = name##_APART
#define ND_OP(name, class, signature, identity_, properties_, ulp, doc)                            \
    [ND_OP_##                                                                                      \
        name] = {.info = {#name, ND_CLASS_##class, class, ulp, doc},                               \
                 SIGNATURE_FIELDS(signature),                                                      \
                 .identity = NDI_IDENTITY_##identity_,                                             \
                 .properties = properties_,                                                        \
                 .compares = ND_OP_##name >= ND_OP_equal && ND_OP_##name <= ND_OP_greater_equal},
const ndi_op_row ndi_op_rows[ND_OP_COUNT] = {
#include "ops/ops.def"
};
#undef ND_OP

const nd_op_info *nd_op_describe(nd_op op)
{
    return (unsigned)op < ND_OP_COUNT ? &ndi_op_rows[op].info : NULL;
}

nd_op nd_op_from_name(const char *name)
{
    nd_op op = 0;
    while (op < ND_OP_COUNT && strcmp(ndi_op_rows[op].info.name, name) != 0)
        op++;
    return op;
}

nd_dtype ndi_kernel_dtype(nd_dtype dtype)
{
    return dtype == ND_FLOAT16 || dtype == ND_BFLOAT16 ? ND_FLOAT32 : dtype;
}

nd_dtype ndi_real_dtype(nd_dtype dtype)
{
    return dtype == ND_COMPLEX64 ? ND_FLOAT32 : dtype == ND_COMPLEX128 ? ND_FLOAT64 : dtype;
}

static nd_dtype float_for(nd_dtype dtype)
{
    switch (nd_dtype_kind(dtype)) {
    case ND_KIND_FLOAT:
    case ND_KIND_COMPLEX:
        return dtype;
    default:
        return nd_dtype_size(dtype) == 1   ? ND_FLOAT16
               : nd_dtype_size(dtype) == 2 ? ND_FLOAT32
                                           : ND_FLOAT64;
    }
}

static bool is_exact(nd_dtype dtype)
{
    return nd_dtype_kind(dtype) < ND_KIND_FLOAT;
}

static nd_dtype computing_dtype(uint8_t computes, nd_dtype dtype)
{
    switch (computes) {
    case COMPUTES_FLOAT:
        return float_for(dtype);
    case COMPUTES_NUMBER:
        return dtype == ND_BOOL ? ND_INT8 : dtype;
    case COMPUTES_WIDE:
        return !is_exact(dtype)                           ? dtype
               : nd_dtype_kind(dtype) == ND_KIND_UNSIGNED ? ND_UINT64
                                                          : ND_INT64;
    case COMPUTES_MEAN:
        return is_exact(dtype) ? ND_FLOAT64 : dtype;
    case COMPUTES_DOUBLE:
        return nd_dtype_kind(dtype) == ND_KIND_COMPLEX ? ND_COMPLEX128 : ND_FLOAT64;
    default:
        return dtype;
    }
}

static nd_dtype returned_dtype(uint8_t returns, nd_dtype dtype)
{
    switch (returns) {
    case NDI_RETURNS_TRUTH:
        return ND_BOOL;
    case NDI_RETURNS_REAL:
        return ndi_real_dtype(dtype);
    case NDI_RETURNS_INDEX:
        return ND_INT64;
    case NDI_RETURNS_BYTE:
        return ND_UINT8;
    case NDI_RETURNS_EXPONENT:
        return ND_INT32;
    default:
        return dtype;
    }
}

bool ndi_resolve_dtype(nd_op op, nd_dtype dtype, ndi_resolution *resolution)
{
    const ndi_op_row *row = &ndi_op_rows[op];
    if (!(row->takes & NDI_BIT(dtype))) {
        const char *hint = "";
        if (dtype == ND_BOOL)
            hint = op == ND_OP_subtract   ? "; use bitwise_xor or logical_xor"
                   : op == ND_OP_negative ? "; use logical_not or invert"
                                          : "; cast it to an integer dtype first";
        ndi_fail(ND_ERROR_DTYPE, "%s: does not take %s%s", row->info.name, nd_dtype_name(dtype),
                 hint);
        return false;
    }
    resolution->dtype = computing_dtype(row->computes, dtype);
    resolution->kernel =
        row->properties & NDI_HALVES ? resolution->dtype : ndi_kernel_dtype(resolution->dtype);
    resolution->kernel_result = returned_dtype(row->returns, resolution->kernel);
    resolution->result = returned_dtype(row->returns, resolution->dtype);
    resolution->mixed = false;
    return true;
}

static bool integer_fits(nd_dtype dtype, nd_operand scalar)
{
    const nd_kind kind = nd_dtype_kind(dtype);
    if ((kind != ND_KIND_SIGNED && kind != ND_KIND_UNSIGNED) ||
        (scalar.kind != ND_OPERAND_INT && scalar.kind != ND_OPERAND_UINT))
        return true;
    const int bits = 8 * (int)nd_dtype_size(dtype);
    if (kind == ND_KIND_UNSIGNED) {
        if (scalar.kind == ND_OPERAND_INT && scalar.value.integer < 0)
            return false;
        return bits == 64 || scalar.value.natural >> bits == 0;
    }
    if (scalar.kind == ND_OPERAND_UINT)
        return false;
    return bits == 64 ||
           (scalar.value.integer >> (bits - 1)) == (scalar.value.integer < 0 ? -1 : 0);
}

static bool is_apart(const ndi_op_row *row, int argument)
{
    return ndi_apart_dtype(row, argument) != ND_DTYPE_NONE;
}

/* An exponent is an integer that int64 holds. */
static bool integer_apart(const ndi_op_row *row, nd_operand argument)
{
    const nd_dtype dtype = argument.kind == ND_OPERAND_ARRAY ? nd_dtype_of(argument.array)
                                                             : ndi_scalar_dtype(argument.kind);
    if (nd_dtype_kind(dtype) < ND_KIND_FLOAT && dtype != ND_UINT64)
        return true;
    ndi_fail(ND_ERROR_DTYPE, "%s: the second argument is an integer that int64 holds, not %s",
             row->info.name, nd_dtype_name(dtype));
    return false;
}

/* What the arrays promote to. */
static nd_dtype promote_arrays(const ndi_op_row *row, int count, const nd_operand *arguments)
{
    uint32_t dtypes = 0;
    nd_dtype last = ND_DTYPE_NONE;
    for (int i = 0; i < count; i++)
        if (arguments[i].kind == ND_OPERAND_ARRAY && !is_apart(row, i)) {
            last = (nd_dtype)arguments[i].array->dtype;
            dtypes |= 1u << last;
        }
    return dtypes & (dtypes - 1) ? nd_promote_set(dtypes) : last;
}

/* Two integer arrays are converted to floats each for itself: int8 with uint8 is computed in
 * float16. */
static nd_dtype promote_floats(const nd_operand *arguments, nd_dtype dtype)
{
    if (arguments[0].kind != ND_OPERAND_ARRAY || arguments[1].kind != ND_OPERAND_ARRAY)
        return dtype;
    return nd_promote(float_for(nd_dtype_of(arguments[0].array)),
                      float_for(nd_dtype_of(arguments[1].array)));
}

/* uint64 against a signed integer: no dtype holds both. An integer scalar counts as what its value
 * needs. */
static bool is_mixed(const nd_operand *arguments)
{
    bool has_signed = false, has_uint64 = false;
    for (int i = 0; i < 2; i++) {
        const nd_operand x = arguments[i];
        if (x.kind == ND_OPERAND_ARRAY)
            has_signed |= nd_dtype_kind(nd_dtype_of(x.array)) == ND_KIND_SIGNED;
        else
            has_signed |= x.kind == ND_OPERAND_INT && x.value.integer < 0;
        has_uint64 |= ndi_mixed_dtype(x) == ND_UINT64;
    }
    return has_signed && has_uint64;
}

nd_dtype ndi_mixed_dtype(nd_operand argument)
{
    if (argument.kind == ND_OPERAND_ARRAY)
        return nd_dtype_of(argument.array) == ND_UINT64 ? ND_UINT64 : ND_INT64;
    return argument.kind == ND_OPERAND_UINT ? ND_UINT64 : ND_INT64;
}

/* Whether a scalar leaves arrays of that dtype what they are. */
static bool keeps_dtype(nd_dtype dtype, nd_operand scalar)
{
    const bool inexact = NDI_BIT(dtype) & (FLOATS | COMPLEX);
    return scalar.kind == ND_OPERAND_REAL || scalar.kind == ND_OPERAND_BOOL ? inexact
           : scalar.kind == ND_OPERAND_COMPLEX
               ? NDI_BIT(dtype) & COMPLEX
               : inexact || (NDI_BIT(dtype) & INTS && integer_fits(dtype, scalar));
}

/* The dtype of all arrays where nothing is promoted, as in most calls: in a third of the time.
 * ND_DTYPE_NONE: it may be. */
static nd_dtype one_dtype(const ndi_op_row *row, int count, const nd_operand *arguments)
{
    nd_dtype dtype = ND_DTYPE_NONE;
    for (int i = 0; i < count; i++) {
        if (arguments[i].kind != ND_OPERAND_ARRAY)
            continue;
        const nd_dtype next = (nd_dtype)arguments[i].array->dtype;
        if (dtype != ND_DTYPE_NONE && dtype != next)
            return ND_DTYPE_NONE;
        dtype = next;
    }
    if (dtype == ND_DTYPE_NONE || row->apart != NDI_APART_NONE ||
        (row->computes == COMPUTES_FLOAT && !(NDI_BIT(dtype) & (FLOATS | COMPLEX))))
        return ND_DTYPE_NONE;
    for (int i = 0; i < count; i++)
        if (arguments[i].kind != ND_OPERAND_ARRAY && !keeps_dtype(dtype, arguments[i]))
            return ND_DTYPE_NONE;
    return dtype;
}

bool ndi_resolve(nd_op op, int count, const nd_operand *arguments, ndi_resolution *resolution)
{
    const ndi_op_row *row = &ndi_op_rows[op];
    const nd_dtype one = one_dtype(row, count, arguments);
    if (one != ND_DTYPE_NONE)
        return ndi_resolve_dtype(op, one, resolution);
    if (row->apart == NDI_APART_INTEGER && !integer_apart(row, arguments[1]))
        return false;
    nd_dtype dtype = promote_arrays(row, count, arguments);
    if (dtype == ND_DTYPE_NONE) { /* scalars only: each has its own dtype */
        for (int i = 0; i < count; i++) {
            if (is_apart(row, i))
                continue;
            const nd_dtype next = ndi_scalar_dtype(arguments[i].kind);
            dtype = dtype == ND_DTYPE_NONE ? next : nd_promote(dtype, next);
        }
        return ndi_resolve_dtype(op, dtype, resolution);
    }
    for (int i = 0; i < count; i++) {
        if (arguments[i].kind == ND_OPERAND_ARRAY || is_apart(row, i))
            continue;
        /* Computed in floats, an integer needs no room in the dtype of the arrays. */
        if ((row->computes == COMPUTES_FLOAT || row->computes == COMPUTES_MEAN ||
             row->computes == COMPUTES_DOUBLE) &&
            nd_dtype_kind(dtype) < ND_KIND_FLOAT &&
            (arguments[i].kind == ND_OPERAND_INT || arguments[i].kind == ND_OPERAND_UINT)) {
            dtype = dtype == ND_BOOL ? ND_INT64 : dtype;
            continue;
        }
        /* A comparison with an integer that the dtype cannot hold is not an error: compare in one
         * that can. */
        if (row->returns == NDI_RETURNS_TRUTH && !integer_fits(dtype, arguments[i]))
            dtype = nd_promote(dtype, ndi_scalar_dtype(arguments[i].kind));
        else
            dtype = ndi_promote_weak(row->info.name, dtype, arguments[i]);
        if (dtype == ND_DTYPE_NONE)
            return false;
    }
    if (row->computes == COMPUTES_FLOAT && count == 2 && row->apart == NDI_APART_NONE)
        dtype = promote_floats(arguments, dtype);
    if (!ndi_resolve_dtype(op, dtype, resolution))
        return false;
    resolution->mixed = row->compares && is_mixed(arguments);
    return true;
}

nd_dtype nd_result_dtype(nd_op op, int count, const nd_operand *arguments)
{
    ndi_resolution resolution;
    if ((unsigned)op >= ND_OP_COUNT || count != ndi_op_rows[op].info.arguments) {
        ndi_fail(ND_ERROR_ARGUMENT, "result_dtype: no operation %d of %d arguments", (int)op,
                 count);
        return ND_DTYPE_NONE;
    }
    for (int i = 0; i < count; i++)
        if (arguments[i].kind == ND_OPERAND_ARRAY && !arguments[i].array)
            return ND_DTYPE_NONE;
    return ndi_resolve(op, count, arguments, &resolution) ? resolution.result : ND_DTYPE_NONE;
}

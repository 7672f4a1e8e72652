/* The dtypes: names, sizes, kinds, promotion and casting, and how weak scalars promote. */
#include "dtype.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

typedef struct dtype_facts {
    const char *name;
    uint8_t kind;
    uint8_t cast_order; /* same_kind casts go up: bool, unsigned, signed, float, complex */
} dtype_facts;

static const dtype_facts facts[ND_DTYPE_COUNT] = {
    [ND_BOOL] = {"bool", ND_KIND_BOOL, 0},
    [ND_INT8] = {"int8", ND_KIND_SIGNED, 2},
    [ND_INT16] = {"int16", ND_KIND_SIGNED, 2},
    [ND_INT32] = {"int32", ND_KIND_SIGNED, 2},
    [ND_INT64] = {"int64", ND_KIND_SIGNED, 2},
    [ND_UINT8] = {"uint8", ND_KIND_UNSIGNED, 1},
    [ND_UINT16] = {"uint16", ND_KIND_UNSIGNED, 1},
    [ND_UINT32] = {"uint32", ND_KIND_UNSIGNED, 1},
    [ND_UINT64] = {"uint64", ND_KIND_UNSIGNED, 1},
    [ND_FLOAT16] = {"float16", ND_KIND_FLOAT, 3},
    [ND_BFLOAT16] = {"bfloat16", ND_KIND_FLOAT, 3},
    [ND_FLOAT32] = {"float32", ND_KIND_FLOAT, 3},
    [ND_FLOAT64] = {"float64", ND_KIND_FLOAT, 3},
    [ND_COMPLEX64] = {"complex64", ND_KIND_COMPLEX, 4},
    [ND_COMPLEX128] = {"complex128", ND_KIND_COMPLEX, 4},
};

const uint8_t ndi_dtype_sizes[ND_DTYPE_COUNT] = {
    [ND_BOOL] = 1,     [ND_INT8] = 1,    [ND_INT16] = 2,   [ND_INT32] = 4,     [ND_INT64] = 8,
    [ND_UINT8] = 1,    [ND_UINT16] = 2,  [ND_UINT32] = 4,  [ND_UINT64] = 8,    [ND_FLOAT16] = 2,
    [ND_BFLOAT16] = 2, [ND_FLOAT32] = 4, [ND_FLOAT64] = 8, [ND_COMPLEX64] = 8, [ND_COMPLEX128] = 16,
};

const char *nd_dtype_name(nd_dtype dtype)
{
    return ndi_dtype_valid(dtype) ? facts[dtype].name : "invalid";
}

nd_dtype nd_dtype_from_name(const char *name)
{
    if (name)
        for (int i = 0; i < ND_DTYPE_COUNT; i++)
            if (strcmp(name, facts[i].name) == 0)
                return (nd_dtype)i;
    ndi_fail(ND_ERROR_DTYPE,
             "dtype: there is no dtype '%.40s'; the names are bool, int8 to int64, uint8 to "
             "uint64, float16, "
             "bfloat16, float32, float64, complex64 and complex128",
             name ? name : "(null)");
    return ND_DTYPE_NONE;
}

size_t nd_dtype_size(nd_dtype dtype)
{
    return ndi_dtype_valid(dtype) ? ndi_dtype_sizes[dtype] : 0;
}

nd_kind nd_dtype_kind(nd_dtype dtype)
{
    return ndi_dtype_valid(dtype) ? (nd_kind)facts[dtype].kind : ND_KIND_BOOL;
}

/* ---- Promotion ----------------------------------------------------------------------------------
 * A table, because every eager operation asks. Its rows for float16 and bfloat16 agree except with
 * each other: both hold the 8-bit integers exactly and no wider ones. */

enum {
    bo = ND_BOOL,
    i1 = ND_INT8,
    i2 = ND_INT16,
    i4 = ND_INT32,
    i8 = ND_INT64,
    u1 = ND_UINT8,
    u2 = ND_UINT16,
    u4 = ND_UINT32,
    u8 = ND_UINT64,
    f2 = ND_FLOAT16,
    bf = ND_BFLOAT16,
    f4 = ND_FLOAT32,
    f8 = ND_FLOAT64,
    c8 = ND_COMPLEX64,
    cc = ND_COMPLEX128
};

/* clang-format off */
static const int8_t promotion[ND_DTYPE_COUNT][ND_DTYPE_COUNT] = {
    /*         bo  i1  i2  i4  i8  u1  u2  u4  u8  f2  bf  f4  f8  c8  cc */
    [bo] = {   bo, i1, i2, i4, i8, u1, u2, u4, u8, f2, bf, f4, f8, c8, cc },
    [i1] = {   i1, i1, i2, i4, i8, i2, i4, i8, f8, f2, bf, f4, f8, c8, cc },
    [i2] = {   i2, i2, i2, i4, i8, i2, i4, i8, f8, f4, f4, f4, f8, c8, cc },
    [i4] = {   i4, i4, i4, i4, i8, i4, i4, i8, f8, f8, f8, f8, f8, cc, cc },
    [i8] = {   i8, i8, i8, i8, i8, i8, i8, i8, f8, f8, f8, f8, f8, cc, cc },
    [u1] = {   u1, i2, i2, i4, i8, u1, u2, u4, u8, f2, bf, f4, f8, c8, cc },
    [u2] = {   u2, i4, i4, i4, i8, u2, u2, u4, u8, f4, f4, f4, f8, c8, cc },
    [u4] = {   u4, i8, i8, i8, i8, u4, u4, u4, u8, f8, f8, f8, f8, cc, cc },
    [u8] = {   u8, f8, f8, f8, f8, u8, u8, u8, u8, f8, f8, f8, f8, cc, cc },
    [f2] = {   f2, f2, f4, f8, f8, f2, f4, f8, f8, f2, f4, f4, f8, c8, cc },
    [bf] = {   bf, bf, f4, f8, f8, bf, f4, f8, f8, f4, bf, f4, f8, c8, cc },
    [f4] = {   f4, f4, f4, f8, f8, f4, f4, f8, f8, f4, f4, f4, f8, c8, cc },
    [f8] = {   f8, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8, cc, cc },
    [c8] = {   c8, c8, c8, cc, cc, c8, c8, cc, cc, c8, c8, c8, cc, c8, cc },
    [cc] = {   cc, cc, cc, cc, cc, cc, cc, cc, cc, cc, cc, cc, cc, cc, cc },
};
/* clang-format on */

nd_dtype nd_promote(nd_dtype a, nd_dtype b)
{
    if (!ndi_dtype_valid(a) || !ndi_dtype_valid(b))
        return ND_DTYPE_NONE;
    return (nd_dtype)promotion[a][b];
}

nd_dtype nd_promote_set(uint32_t dtypes)
{
    nd_dtype dtype = ND_DTYPE_NONE;
    for (int i = ND_DTYPE_COUNT - 1; i >= 0; i--) /* (the integers have the lowest numbers) */
        if (dtypes >> i & 1)
            dtype = dtype == ND_DTYPE_NONE ? (nd_dtype)i : nd_promote(dtype, (nd_dtype)i);
    return dtype;
}

bool nd_can_cast(nd_dtype from, nd_dtype to, nd_casting casting)
{
    if (!ndi_dtype_valid(from) || !ndi_dtype_valid(to))
        return false;
    if (casting == ND_CAST_UNSAFE || promotion[from][to] == (int8_t)to)
        return true;
    return casting == ND_CAST_SAME_KIND && facts[from].cast_order <= facts[to].cast_order;
}

/* ---- Weak scalars (NEP 50) ------------------------------------------------------------------- */

/* Lowest and highest value of an integer dtype. */
static int64_t lowest(nd_dtype dtype)
{
    if (facts[dtype].kind != ND_KIND_SIGNED)
        return 0;
    return INT64_MIN >> (64 - 8 * ndi_dtype_sizes[dtype]);
}

static uint64_t highest(nd_dtype dtype)
{
    const int bits = 8 * ndi_dtype_sizes[dtype] - (facts[dtype].kind == ND_KIND_SIGNED);
    return UINT64_MAX >> (64 - bits);
}

static nd_dtype promote_weak_integer(const char *operation, nd_dtype dtype, nd_operand scalar)
{
    if (facts[dtype].kind >= ND_KIND_FLOAT)
        return dtype;
    const nd_dtype result = dtype == ND_BOOL ? ND_INT64 : dtype;
    const bool natural = scalar.kind == ND_OPERAND_UINT || scalar.value.integer >= 0;
    if (natural ? scalar.value.natural <= highest(result) : scalar.value.integer >= lowest(result))
        return result;
    char value[24];
    if (natural)
        snprintf(value, sizeof value, "%" PRIu64, scalar.value.natural);
    else
        snprintf(value, sizeof value, "%" PRId64, scalar.value.integer);
    ndi_fail(ND_ERROR_OVERFLOW,
             "%s: integer %s is out of range for %s (%" PRId64 " to %" PRIu64
             "); convert the array first, for example with nd_cast(a, %s)",
             operation, value, facts[result].name, lowest(result), highest(result),
             natural && scalar.value.natural > INT64_MAX ? "ND_UINT64" : "ND_INT64");
    return ND_DTYPE_NONE;
}

nd_dtype ndi_promote_weak(const char *operation, nd_dtype dtype, nd_operand scalar)
{
    if (!ndi_dtype_valid(dtype))
        return ND_DTYPE_NONE;
    switch (scalar.kind) {
    case ND_OPERAND_ARRAY:
        return scalar.array ? nd_promote(dtype, nd_dtype_of(scalar.array)) : ND_DTYPE_NONE;
    case ND_OPERAND_BOOL:
        return dtype;
    case ND_OPERAND_INT:
    case ND_OPERAND_UINT:
        return promote_weak_integer(operation, dtype, scalar);
    case ND_OPERAND_REAL:
        return facts[dtype].kind >= ND_KIND_FLOAT ? dtype : ND_FLOAT64;
    case ND_OPERAND_COMPLEX:
        if (facts[dtype].kind == ND_KIND_COMPLEX)
            return dtype;
        return facts[dtype].kind == ND_KIND_FLOAT && dtype != ND_FLOAT64 ? ND_COMPLEX64
                                                                         : ND_COMPLEX128;
    }
    return ND_DTYPE_NONE;
}

nd_dtype ndi_scalar_dtype(nd_operand_kind kind)
{
    switch (kind) {
    case ND_OPERAND_BOOL:
        return ND_BOOL;
    case ND_OPERAND_INT:
        return ND_INT64;
    case ND_OPERAND_UINT:
        return ND_UINT64;
    case ND_OPERAND_REAL:
        return ND_FLOAT64;
    case ND_OPERAND_COMPLEX:
        return ND_COMPLEX128;
    case ND_OPERAND_ARRAY:
        break;
    }
    return ND_DTYPE_NONE;
}

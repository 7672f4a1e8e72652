/* One element at a time: float16 and bfloat16 in portable bit code; scalars of every dtype stored
 * and loaded. The fast conversions of whole arrays are kernels, and are compared with these. */
#include <string.h>

#include "dtype.h"

/* ---- 16-bit floats --------------------------------------------------------------------------- */

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* `value` rounded once, to nearest even, to a format of 1 + exponent_bits + fraction_bits bits. A
 * carry out of the fraction runs into the exponent, which is right up to infinity. NaNs keep their
 * leading payload bits and become quiet, as in the CPU's conversions. */
static uint16_t narrow(double value, int exponent_bits, int fraction_bits)
{
    const uint64_t bits = bits_of(value);
    const uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    const int raw_exponent = (int)(bits >> 52 & 0x7ff);
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const int exponent = raw_exponent - 1023;
    const int drop = 52 - fraction_bits;
    const unsigned sign = (unsigned)(bits >> 63) << (exponent_bits + fraction_bits);
    const unsigned infinity = ((1u << exponent_bits) - 1) << fraction_bits;

    if (raw_exponent == 0x7ff && fraction != 0)
        return (uint16_t)(sign | infinity | 1u << (fraction_bits - 1) |
                          (unsigned)(fraction >> drop));
    if (exponent > bias)
        return (uint16_t)(sign | infinity);

    uint64_t kept, full;
    int shift;
    if (exponent >= 1 - bias) {
        shift = drop;
        full = fraction;
        kept = ((uint64_t)(exponent + bias) << fraction_bits) + (full >> shift);
    } else { /* subnormal or zero there; subnormal doubles have shifts far above 53 too */
        shift = drop + (1 - bias - exponent);
        if (shift > 53)
            return (uint16_t)sign;
        full = fraction | UINT64_C(1) << 52;
        kept = full >> shift;
    }
    const uint64_t rest = full & ((UINT64_C(1) << shift) - 1), half = UINT64_C(1) << (shift - 1);
    kept += rest > half || (rest == half && (kept & 1));
    return (uint16_t)(sign | (unsigned)kept);
}

float ndi_half_to_float(uint16_t bits)
{
    const uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
    const uint32_t exponent = bits >> 10 & 31, fraction = bits & 0x3ff;
    if (exponent == 31) /* infinity or NaN, made quiet */
        return float_of(sign | 0x7f800000u | fraction << 13 | (fraction ? 0x400000u : 0));
    if (exponent == 0) { /* zero or subnormal: fraction * 2^-24, which a float holds exactly */
        const float magnitude = (float)fraction * 0x1p-24f;
        return sign ? -magnitude : magnitude;
    }
    return float_of(sign | (exponent + 112) << 23 | fraction << 13);
}

/* A float is a double, so that rounding once is rounding from double. */
uint16_t ndi_float_to_half(float value)
{
    return narrow((double)value, 5, 10);
}

uint16_t ndi_double_to_half(double value)
{
    return narrow(value, 5, 10);
}

float ndi_bfloat_to_float(uint16_t bits)
{
    return float_of((uint32_t)bits << 16);
}

uint16_t ndi_float_to_bfloat(float value)
{
    return narrow((double)value, 8, 7);
}

uint16_t ndi_double_to_bfloat(double value)
{
    return narrow(value, 8, 7);
}

/* ---- Storing --------------------------------------------------------------------------------- */

/* C leaves floats out of range undefined; this gives what x86 gives for int64 and wraps above it
 * for uint64. */
static int64_t integer_from_double(double value)
{
    if (value >= -0x1p63 && value < 0x1p63)
        return (int64_t)value;
    if (value >= 0x1p63 && value < 0x1p64)
        return (int64_t)(uint64_t)value;
    return INT64_MIN;
}

/* An integer as the double that rounds, to 32 or 16 bits, to what the integer itself would round
 * to: the bits that a double cannot hold are gathered in its last one ("round to odd"). */
static double double_for_rounding(uint64_t magnitude, bool negative)
{
    if (magnitude >> 53) {
        const uint64_t lost = magnitude & 2047;
        magnitude = (magnitude - lost) | (uint64_t)(lost != 0) << 11;
    }
    return negative ? -(double)magnitude : (double)magnitude;
}

static void store_integer(int64_t value, nd_dtype dtype, void *element)
{
    switch (nd_dtype_size(dtype)) { /* signed and unsigned of a size have the same bits */
    case 1:
        *(uint8_t *)element = (uint8_t)value;
        break;
    case 2:
        *(uint16_t *)element = (uint16_t)value;
        break;
    case 4:
        *(uint32_t *)element = (uint32_t)value;
        break;
    default:
        *(int64_t *)element = value;
    }
}

/* Into a float or complex dtype; false if it is none. */
static bool store_float(double real, double imaginary, nd_dtype dtype, void *element)
{
    switch (dtype) {
    case ND_FLOAT16:
        *(uint16_t *)element = ndi_double_to_half(real);
        return true;
    case ND_BFLOAT16:
        *(uint16_t *)element = ndi_double_to_bfloat(real);
        return true;
    case ND_COMPLEX64:
        ((float *)element)[1] = (float)imaginary; /* fallthrough */
    case ND_FLOAT32:
        *(float *)element = (float)real;
        return true;
    case ND_COMPLEX128:
        ((double *)element)[1] = imaginary; /* fallthrough */
    case ND_FLOAT64:
        *(double *)element = real;
        return true;
    default:
        return false;
    }
}

/* `from_uint`: value holds the bits of a uint64. Rounded once, whatever the float's width. */
static void store_integer_as_any(int64_t value, bool from_uint, nd_dtype dtype, void *element)
{
    const bool negative = !from_uint && value < 0;
    const uint64_t magnitude = negative ? 0 - (uint64_t)value : (uint64_t)value;
    const double real = dtype != ND_FLOAT64 && dtype != ND_COMPLEX128
                            ? double_for_rounding(magnitude, negative)
                        : from_uint ? (double)(uint64_t)value
                                    : (double)value;
    if (dtype == ND_BOOL)
        *(uint8_t *)element = value != 0;
    else if (!store_float(real, 0, dtype, element))
        store_integer(value, dtype, element);
}

static void store_complex(double real, double imaginary, nd_dtype dtype, void *element)
{
    if (dtype == ND_BOOL)
        *(uint8_t *)element = real != 0 || imaginary != 0;
    else if (!store_float(real, imaginary, dtype, element))
        store_integer(integer_from_double(real), dtype, element);
}

void ndi_store_scalar(nd_operand scalar, nd_dtype dtype, void *element)
{
    switch (scalar.kind) {
    case ND_OPERAND_BOOL:
    case ND_OPERAND_INT:
    case ND_OPERAND_UINT:
        store_integer_as_any(scalar.value.integer, scalar.kind == ND_OPERAND_UINT, dtype, element);
        break;
    case ND_OPERAND_REAL:
        store_complex(scalar.value.real[0], 0, dtype, element);
        break;
    case ND_OPERAND_COMPLEX:
        store_complex(scalar.value.real[0], scalar.value.real[1], dtype, element);
        break;
    case ND_OPERAND_ARRAY:
        break;
    }
}

/* ---- Loading --------------------------------------------------------------------------------- */

nd_operand ndi_load_scalar(nd_dtype dtype, const void *element)
{
    switch (dtype) {
    case ND_BOOL:
        return nd_operand_bool(*(const uint8_t *)element != 0);
    case ND_INT8:
        return nd_operand_int(*(const int8_t *)element);
    case ND_INT16:
        return nd_operand_int(*(const int16_t *)element);
    case ND_INT32:
        return nd_operand_int(*(const int32_t *)element);
    case ND_INT64:
        return nd_operand_int(*(const int64_t *)element);
    case ND_UINT8:
        return nd_operand_int(*(const uint8_t *)element);
    case ND_UINT16:
        return nd_operand_int(*(const uint16_t *)element);
    case ND_UINT32:
        return nd_operand_int(*(const uint32_t *)element);
    case ND_UINT64:
        return nd_operand_uint(*(const uint64_t *)element);
    case ND_FLOAT16:
        return nd_operand_real(ndi_half_to_float(*(const uint16_t *)element));
    case ND_BFLOAT16:
        return nd_operand_real(ndi_bfloat_to_float(*(const uint16_t *)element));
    case ND_FLOAT32:
        return nd_operand_real(*(const float *)element);
    case ND_FLOAT64:
        return nd_operand_real(*(const double *)element);
    case ND_COMPLEX64: {
        const float *parts = element;
        return (nd_operand){.kind = ND_OPERAND_COMPLEX, .value.real = {parts[0], parts[1]}};
    }
    case ND_COMPLEX128: {
        const double *parts = element;
        return (nd_operand){.kind = ND_OPERAND_COMPLEX, .value.real = {parts[0], parts[1]}};
    }
    default:
        return nd_operand_int(0);
    }
}

double ndi_load_double(nd_dtype dtype, const void *element)
{
    double value = 0;
    ndi_store_scalar(ndi_load_scalar(dtype, element), ND_FLOAT64, &value);
    return value;
}

int64_t ndi_load_int64(nd_dtype dtype, const void *element)
{
    int64_t value = 0;
    ndi_store_scalar(ndi_load_scalar(dtype, element), ND_INT64, &value);
    return value;
}

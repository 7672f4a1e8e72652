/* Python's operators on numbers, which differ from C's in division, powers and overflow. */
#include "lang/scalar.h"

#include "base/complex.h"
#include <math.h>

#include "base/error.h"

typedef __int128 whole; /* holds every int64 and uint64, their sums and differences */

static bool is_whole(nd_operand x)
{
    return x.kind == ND_OPERAND_BOOL || x.kind == ND_OPERAND_INT || x.kind == ND_OPERAND_UINT;
}

static whole whole_of(nd_operand x)
{
    return x.kind == ND_OPERAND_UINT ? (whole)x.value.natural : (whole)x.value.integer;
}

static double real_of(nd_operand x)
{
    return is_whole(x) ? (double)whole_of(x) : x.value.real[0];
}

static double complex complex_of(nd_operand x)
{
    return x.kind == ND_OPERAND_COMPLEX ? CMPLX(x.value.real[0], x.value.real[1])
                                        : CMPLX(real_of(x), 0);
}

static bool fail(nd_status code, const char *message)
{
    ndi_fail(code, "%s", message);
    return false;
}

static bool by_zero(void)
{
    return fail(ND_ERROR_VALUE, "division by zero");
}

static bool too_large(void)
{
    return fail(ND_ERROR_VALUE, "this integer does not fit 64 bits; write it as a float");
}

static bool give_whole(whole value, nd_operand *result)
{
    if (value < INT64_MIN || value > UINT64_MAX)
        return too_large();
    *result = value > INT64_MAX ? nd_operand_uint((uint64_t)value) : nd_operand_int((int64_t)value);
    return true;
}

static bool give_real(double value, nd_operand *result)
{
    *result = nd_operand_real(value);
    return true;
}

static bool give_complex(double complex value, nd_operand *result)
{
    *result = nd_operand_complex(value);
    return true;
}

static bool give_truth(bool value, nd_operand *result)
{
    *result = nd_operand_bool(value);
    return true;
}

/* ---- Integers -------------------------------------------------------------------------------- */

/* Rounded once: the quotient is taken to 64 bits or more, the last of which says whether there is a
 * rest. */
static double true_quotient(whole x, whole y)
{
    const bool negative = (x < 0) != (y < 0);
    const uint64_t above = (uint64_t)(x < 0 ? -x : x), below = (uint64_t)(y < 0 ? -y : y);
    if (above == 0)
        return negative ? -0.0 : 0.0;
    const int shift = __builtin_clzll(above);
    const unsigned __int128 numerator = (unsigned __int128)(above << shift) << 64;
    unsigned __int128 quotient = numerator / below;
    if (quotient * below != numerator)
        quotient |= 1;
    const double value = ldexp((double)quotient, -64 - shift);
    return negative ? -value : value;
}

static whole floor_quotient(whole x, whole y)
{
    const whole quotient = x / y;
    return quotient - (quotient * y != x && (x < 0) != (y < 0));
}

static bool real_power(double x, double y, nd_operand *result);

static bool whole_power(whole base, whole exponent, nd_operand *result)
{
    if (exponent < 0)
        return real_power((double)base, (double)exponent, result);
    whole power = 1;
    for (bool overflow = false; exponent; exponent >>= 1) {
        if (exponent & 1 && (overflow || __builtin_mul_overflow(power, base, &power)))
            return too_large();
        overflow |= __builtin_mul_overflow(base, base, &base);
    }
    return give_whole(power, result);
}

static bool shift(nd_op operation, whole x, whole bits, nd_operand *result)
{
    if (bits < 0)
        return fail(ND_ERROR_VALUE, "negative shift count");
    if (operation == ND_OP_right_shift)
        return give_whole(bits > 64 ? (x < 0 ? -1 : 0) : x >> (int)bits, result);
    if (x == 0)
        return give_whole(0, result);
    return bits < 64 ? give_whole(x * ((whole)1 << (int)bits), result) : too_large();
}

static bool whole_binary(nd_op operation, whole x, whole y, nd_operand *result)
{
    whole value;
    switch (operation) {
    case ND_OP_add:
        return give_whole(x + y, result);
    case ND_OP_subtract:
        return give_whole(x - y, result);
    case ND_OP_multiply:
        return __builtin_mul_overflow(x, y, &value) ? too_large() : give_whole(value, result);
    case ND_OP_divide:
        return y == 0 ? by_zero() : give_real(true_quotient(x, y), result);
    case ND_OP_floor_divide:
        return y == 0 ? by_zero() : give_whole(floor_quotient(x, y), result);
    case ND_OP_remainder:
        return y == 0 ? by_zero() : give_whole(x - floor_quotient(x, y) * y, result);
    case ND_OP_power:
        return whole_power(x, y, result);
    case ND_OP_left_shift:
    case ND_OP_right_shift:
        return shift(operation, x, y, result);
    case ND_OP_bitwise_and:
        return give_whole(x & y, result);
    case ND_OP_bitwise_or:
        return give_whole(x | y, result);
    default:
        return give_whole(x ^ y, result);
    }
}

/* ---- Floats ---------------------------------------------------------------------------------- */

/* The rest of the division rounded down; it has the sign of y. */
static double floor_rest(double x, double y)
{
    const double rest = fmod(x, y);
    if (rest == 0)
        return copysign(0, y);
    return (rest < 0) != (y < 0) ? rest + y : rest;
}

static double floor_real_quotient(double x, double y)
{
    double rest = fmod(x, y), quotient = (x - rest) / y;
    if (rest != 0 && (rest < 0) != (y < 0))
        quotient -= 1;
    if (quotient == 0)
        return copysign(0, x / y);
    /* The quotient is whole but for its rounding. */
    const double lower = floor(quotient);
    return quotient - lower > 0.5 ? lower + 1 : lower;
}

static bool power_too_large(void)
{
    return fail(ND_ERROR_VALUE, "this power is too large for a float");
}

static bool is_finite(double complex x)
{
    return isfinite(creal(x)) && isfinite(cimag(x));
}

static bool complex_power(double complex x, double complex y, nd_operand *result)
{
    if (y == 0)
        return give_complex(1, result);
    if (x == 0)
        return creal(y) < 0 || cimag(y) != 0 ? by_zero() : give_complex(0, result);
    const double complex power = cpow(x, y);
    return is_finite(x) && is_finite(y) && !is_finite(power) ? power_too_large()
                                                             : give_complex(power, result);
}

static bool real_power(double x, double y, nd_operand *result)
{
    if (x == 0 && y < 0 && isfinite(y))
        return by_zero();
    if (x < 0 && isfinite(x) && isfinite(y) && y != floor(y))
        return complex_power(x, y, result);
    const double power = pow(x, y);
    if (isinf(power) && isfinite(x) && isfinite(y))
        return power_too_large();
    return give_real(power, result);
}

static bool real_binary(nd_op operation, double x, double y, nd_operand *result)
{
    switch (operation) {
    case ND_OP_add:
        return give_real(x + y, result);
    case ND_OP_subtract:
        return give_real(x - y, result);
    case ND_OP_multiply:
        return give_real(x * y, result);
    case ND_OP_divide:
        return y == 0 ? by_zero() : give_real(x / y, result);
    case ND_OP_floor_divide:
        return y == 0 ? by_zero() : give_real(floor_real_quotient(x, y), result);
    case ND_OP_remainder:
        return y == 0 ? by_zero() : give_real(floor_rest(x, y), result);
    case ND_OP_power:
        return real_power(x, y, result);
    default:
        return fail(ND_ERROR_DTYPE, "shifts and & | ^ take integers, not floats");
    }
}

static bool complex_binary(nd_op operation, double complex x, double complex y, nd_operand *result)
{
    switch (operation) {
    case ND_OP_add:
        return give_complex(x + y, result);
    case ND_OP_subtract:
        return give_complex(x - y, result);
    case ND_OP_multiply:
        return give_complex(x * y, result);
    case ND_OP_divide:
        return y == 0 ? by_zero() : give_complex(x / y, result);
    case ND_OP_power:
        return complex_power(x, y, result);
    default:
        return fail(ND_ERROR_DTYPE, "complex numbers have no // and %, no shifts and no & | ^");
    }
}

/* ---- Comparison ------------------------------------------------------------------------------ */

/* -1, 0 or 1; 2 if they are not ordered. The long double holds every integer of 64 bits exactly. */
static int order_of(nd_operand x, nd_operand y)
{
    if (is_whole(x) && is_whole(y))
        return (whole_of(x) > whole_of(y)) - (whole_of(x) < whole_of(y));
    const long double a = is_whole(x) ? (long double)whole_of(x) : x.value.real[0];
    const long double b = is_whole(y) ? (long double)whole_of(y) : y.value.real[0];
    return isunordered(a, b) ? 2 : (a > b) - (a < b);
}

static bool compare(nd_op operation, nd_operand x, nd_operand y, nd_operand *result)
{
    const bool is_complex = x.kind == ND_OPERAND_COMPLEX || y.kind == ND_OPERAND_COMPLEX;
    if (is_complex && operation != ND_OP_equal && operation != ND_OP_not_equal)
        return fail(ND_ERROR_DTYPE, "complex scalars are not ordered");
    const int order = is_complex ? (complex_of(x) == complex_of(y) ? 0 : 2) : order_of(x, y);
    switch (operation) {
    case ND_OP_equal:
        return give_truth(order == 0, result);
    case ND_OP_not_equal:
        return give_truth(order != 0, result);
    case ND_OP_less:
        return give_truth(order == -1, result);
    case ND_OP_less_equal:
        return give_truth(order == -1 || order == 0, result);
    case ND_OP_greater:
        return give_truth(order == 1, result);
    default:
        return give_truth(order == 1 || order == 0, result);
    }
}

static bool is_comparison(nd_op operation)
{
    return operation >= ND_OP_equal && operation <= ND_OP_greater_equal;
}

static bool is_bitwise(nd_op operation)
{
    return operation == ND_OP_bitwise_and || operation == ND_OP_bitwise_or ||
           operation == ND_OP_bitwise_xor;
}

bool ndi_scalar_binary(nd_op operation, nd_operand x, nd_operand y, nd_operand *result)
{
    if (is_comparison(operation))
        return compare(operation, x, y, result);
    if (x.kind == ND_OPERAND_COMPLEX || y.kind == ND_OPERAND_COMPLEX)
        return complex_binary(operation, complex_of(x), complex_of(y), result);
    if (!is_whole(x) || !is_whole(y))
        return real_binary(operation, real_of(x), real_of(y), result);
    if (!whole_binary(operation, whole_of(x), whole_of(y), result))
        return false;
    if (is_bitwise(operation) && x.kind == ND_OPERAND_BOOL && y.kind == ND_OPERAND_BOOL)
        *result = nd_operand_bool(result->value.integer != 0);
    return true;
}

bool ndi_scalar_unary(nd_op operation, nd_operand x, nd_operand *result)
{
    if (operation == ND_OP_invert)
        return is_whole(x) ? give_whole(~whole_of(x), result)
                           : fail(ND_ERROR_DTYPE, "~ takes integers and bools");
    const bool negative = operation == ND_OP_negative;
    if (is_whole(x))
        return give_whole(negative ? -whole_of(x) : whole_of(x), result);
    if (x.kind == ND_OPERAND_COMPLEX)
        return give_complex(negative ? -complex_of(x) : complex_of(x), result);
    return give_real(negative ? -x.value.real[0] : x.value.real[0], result);
}

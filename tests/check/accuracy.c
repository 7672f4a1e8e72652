/* The error of every rounded operation in float32 and float64, in units in the last place, against
 * MPFR.
 *
 * An ulp is the distance between the floats around the exact result (below the least normal number,
 * the least denormal), so that 0.5 is correctly rounded. Every ISA keeps to the bound of the
 * table, the reference (the C library in a wider type) too. */
#include <math.h>
#include <mpfr.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <ndstream/nd.h>

#include "check.h"

enum { PRECISION = 128 };

/* ---- The exact results ----------------------------------------------------------------------- */

typedef void oracle(mpfr_t result, mpfr_t x, mpfr_t y);

#define BY_MPFR_1(name, function)                                                                  \
    static void exact_##name(mpfr_t result, mpfr_t x, mpfr_t y)                                    \
    {                                                                                              \
        (void)y;                                                                                   \
        function(result, x, MPFR_RNDN);                                                            \
    }
#define BY_MPFR_2(name, function)                                                                  \
    static void exact_##name(mpfr_t result, mpfr_t x, mpfr_t y)                                    \
    {                                                                                              \
        function(result, x, y, MPFR_RNDN);                                                         \
    }
#define NAMED_1(X)                                                                                 \
    X(absolute, mpfr_abs)                                                                          \
    X(square, mpfr_sqr)                                                                            \
    X(sqrt, mpfr_sqrt)                                                                             \
    X(cbrt, mpfr_cbrt)                                                                             \
    X(exp, mpfr_exp)                                                                               \
    X(exp2, mpfr_exp2)                                                                             \
    X(exp10, mpfr_exp10)                                                                           \
    X(expm1, mpfr_expm1)                                                                           \
    X(log, mpfr_log)                                                                               \
    X(log2, mpfr_log2)                                                                             \
    X(log10, mpfr_log10)                                                                           \
    X(log1p, mpfr_log1p)                                                                           \
    X(sin, mpfr_sin)                                                                               \
    X(cos, mpfr_cos)                                                                               \
    X(tan, mpfr_tan)                                                                               \
    X(arcsin, mpfr_asin)                                                                           \
    X(arccos, mpfr_acos)                                                                           \
    X(arctan, mpfr_atan)                                                                           \
    X(sinh, mpfr_sinh)                                                                             \
    X(cosh, mpfr_cosh)                                                                             \
    X(tanh, mpfr_tanh)                                                                             \
    X(arcsinh, mpfr_asinh)                                                                         \
    X(arccosh, mpfr_acosh)                                                                         \
    X(arctanh, mpfr_atanh)                                                                         \
    X(erf, mpfr_erf)                                                                               \
    X(erfc, mpfr_erfc)                                                                             \
    X(gamma, mpfr_gamma)
#define NAMED_2(X)                                                                                 \
    X(add, mpfr_add)                                                                               \
    X(subtract, mpfr_sub)                                                                          \
    X(multiply, mpfr_mul)                                                                          \
    X(divide, mpfr_div)                                                                            \
    X(hypot, mpfr_hypot)                                                                           \
    X(arctan2, mpfr_atan2)                                                                         \
    X(power, mpfr_pow)                                                                             \
    X(float_power, mpfr_pow)
NAMED_1(BY_MPFR_1)
NAMED_2(BY_MPFR_2)

static void exact_reciprocal(mpfr_t result, mpfr_t x, mpfr_t y)
{
    (void)y;
    mpfr_ui_div(result, 1, x, MPFR_RNDN);
}

static void exact_cube(mpfr_t result, mpfr_t x, mpfr_t y)
{
    (void)y;
    mpfr_pow_ui(result, x, 3, MPFR_RNDN);
}

static void exact_sign(mpfr_t result, mpfr_t x, mpfr_t y)
{
    (void)y;
    mpfr_set_si(result, mpfr_sgn(x), MPFR_RNDN);
}

/* Rounded down first: a quotient just below a whole number must not become it. */
static void exact_floor_divide(mpfr_t result, mpfr_t x, mpfr_t y)
{
    mpfr_div(result, x, y, MPFR_RNDD);
    mpfr_floor(result, result);
}

static void exact_remainder(mpfr_t result, mpfr_t x, mpfr_t y)
{
    mpfr_fmod(result, x, y, MPFR_RNDN);
    if (mpfr_sgn(result) * mpfr_sgn(y) < 0)
        mpfr_add(result, result, y, MPFR_RNDN);
}

static void exact_lgamma(mpfr_t result, mpfr_t x, mpfr_t y)
{
    int sign;
    (void)y;
    mpfr_lgamma(result, &sign, x, MPFR_RNDN);
}

static void exact_sinc(mpfr_t result, mpfr_t x, mpfr_t y)
{
    mpfr_const_pi(y, MPFR_RNDN);
    mpfr_mul(y, y, x, MPFR_RNDN);
    mpfr_sinpi(result, x, MPFR_RNDN);
    mpfr_div(result, result, y, MPFR_RNDN);
}

/* x times pi / 180, or times its inverse. */
static void exact_deg2rad(mpfr_t result, mpfr_t x, mpfr_t y)
{
    mpfr_const_pi(y, MPFR_RNDN);
    mpfr_mul(result, x, y, MPFR_RNDN);
    mpfr_div_ui(result, result, 180, MPFR_RNDN);
}

static void exact_rad2deg(mpfr_t result, mpfr_t x, mpfr_t y)
{
    mpfr_const_pi(y, MPFR_RNDN);
    mpfr_mul_ui(result, x, 180, MPFR_RNDN);
    mpfr_div(result, result, y, MPFR_RNDN);
}

typedef int mpfr_unary(mpfr_t, mpfr_srcptr, mpfr_rnd_t);

/* The larger plus log(1 + base**-difference); the arguments become scratch. */
static void exact_log_of_sum(mpfr_t result, mpfr_t x, mpfr_t y, mpfr_unary *power)
{
    if (mpfr_less_p(x, y))
        mpfr_swap(x, y);
    mpfr_sub(y, y, x, MPFR_RNDN);
    power(y, y, MPFR_RNDN);
    mpfr_log1p(y, y, MPFR_RNDN);
    if (power == mpfr_exp2) {
        mpfr_const_log2(result, MPFR_RNDN);
        mpfr_div(y, y, result, MPFR_RNDN);
    }
    mpfr_add(result, x, y, MPFR_RNDN);
}

static void exact_logaddexp(mpfr_t result, mpfr_t x, mpfr_t y)
{
    exact_log_of_sum(result, x, y, mpfr_exp);
}

static void exact_logaddexp2(mpfr_t result, mpfr_t x, mpfr_t y)
{
    exact_log_of_sum(result, x, y, mpfr_exp2);
}

/* Sum of (x / 2)^2k / k!^2. */
static void exact_i0(mpfr_t result, mpfr_t x, mpfr_t y)
{
    if (mpfr_cmp_si(x, 800) > 0 || mpfr_cmp_si(x, -800) < 0) {
        mpfr_set_inf(result, 1);
        return;
    }
    mpfr_t term;
    mpfr_init2(term, PRECISION);
    mpfr_set_ui(result, 1, MPFR_RNDN);
    mpfr_set_ui(term, 1, MPFR_RNDN);
    mpfr_div_2ui(y, x, 1, MPFR_RNDN);
    mpfr_sqr(y, y, MPFR_RNDN);
    for (unsigned long k = 1;
         !mpfr_zero_p(term) && mpfr_get_exp(term) > mpfr_get_exp(result) - PRECISION; k++) {
        mpfr_mul(term, term, y, MPFR_RNDN);
        mpfr_div_ui(term, term, k * k, MPFR_RNDN);
        mpfr_add(result, result, term, MPFR_RNDN);
    }
    mpfr_clear(term);
}

/* The logarithm of |beta|, by definition, with as many bits as its three logarithms of gammas can
 * cancel. Returns the sign of beta, + at
 * its poles. */
static int log_of_beta(mpfr_t result, mpfr_t x, mpfr_t y)
{
    const mpfr_exp_t first = mpfr_get_exp(x), second = mpfr_get_exp(y),
                     larger = first > second ? first : second;
    mpfr_t sum, part, total;
    int sign, signs = 1;
    mpfr_inits2(2 * PRECISION + 2 * (larger > 0 ? larger : 0), sum, part, total, (mpfr_ptr)0);
    const bool is_exact = mpfr_add(sum, x, y, MPFR_RNDN) == 0;
    mpfr_set_zero(total, 1);
    mpfr_srcptr const terms[3] = {x, y, sum};
    int poles = 0;
    for (int i = 0; i < 3; i++) {
        const int way = i == 2 ? -1 : 1;
        if (mpfr_sgn(terms[i]) <= 0 && mpfr_integer_p(terms[i])) {
            poles += i < 2 || is_exact ? way : 0; /* else x or y is one */
            continue;
        }
        mpfr_lgamma(part, &sign, terms[i], MPFR_RNDN);
        signs *= sign;
        if (way > 0)
            mpfr_add(total, total, part, MPFR_RNDN);
        else
            mpfr_sub(total, total, part, MPFR_RNDN);
    }
    if (poles == 0 && mpfr_sgn(sum) <= 0 && mpfr_integer_p(sum)) {
        /* beta(x, y) = (-1)^y beta(1 - x - y, y) of the whole y > 0 */
        mpfr_srcptr const above = mpfr_sgn(x) > 0 ? x : y;
        mpfr_t mirrored;
        mpfr_init2(mirrored, 2 * PRECISION + (larger > 0 ? larger : 0));
        mpfr_ui_sub(mirrored, 1, sum, MPFR_RNDN);
        mpfr_set(part, above, MPFR_RNDN);
        log_of_beta(total, mirrored, part);
        mpfr_div_2ui(part, part, 1, MPFR_RNDN);
        signs = mpfr_integer_p(part) ? 1 : -1;
        mpfr_clear(mirrored);
    } else if (poles != 0) {
        mpfr_set_inf(total, poles);
        signs = 1;
    }
    mpfr_set(result, total, MPFR_RNDN);
    mpfr_clears(sum, part, total, (mpfr_ptr)0);
    return signs;
}

static void exact_betaln(mpfr_t result, mpfr_t x, mpfr_t y)
{
    log_of_beta(result, x, y);
}

static void exact_beta(mpfr_t result, mpfr_t x, mpfr_t y)
{
    mpfr_t logarithm;
    mpfr_init2(logarithm, 2 * PRECISION); /* its size, up to 2^11, is lost again */
    const int sign = log_of_beta(logarithm, x, y);
    mpfr_exp(result, logarithm, MPFR_RNDN);
    if (sign < 0)
        mpfr_neg(result, result, MPFR_RNDN);
    mpfr_clear(logarithm);
}

static oracle *const oracles[ND_OP_COUNT] = {
#define ORACLE(name, function) [ND_OP_##name] = exact_##name,
    NAMED_1(ORACLE) NAMED_2(ORACLE) ORACLE(reciprocal, ) ORACLE(cube, ) ORACLE(sign, )
        ORACLE(floor_divide, ) ORACLE(remainder, ) ORACLE(lgamma, ) ORACLE(sinc, ) ORACLE(deg2rad, )
            ORACLE(rad2deg, ) ORACLE(logaddexp, ) ORACLE(logaddexp2, ) ORACLE(i0, ) ORACLE(beta, )
                ORACLE(betaln, )};

/* ---- Where to look --------------------------------------------------------------------------- */

/* Besides any bits and moderate numbers: intervals of the first argument in which something
 * changes. */
static const struct region {
    nd_op op;
    double low, high;
} regions[] = {
    {ND_OP_exp, -746, -707},
    {ND_OP_exp, 707, 711},
    {ND_OP_exp, -104.5, -86},
    {ND_OP_exp, 87, 89.5},
    {ND_OP_exp, -1, 1},
    {ND_OP_exp2, -1076, -1020},
    {ND_OP_exp2, 1022, 1025},
    {ND_OP_exp2, -151, -125},
    {ND_OP_exp2, 126, 129},
    {ND_OP_exp10, -324, -306},
    {ND_OP_exp10, 306, 309},
    {ND_OP_exp10, -46, -37},
    {ND_OP_exp10, 37, 39},
    {ND_OP_exp10, -1, 1},
    {ND_OP_expm1, -40, -15},
    {ND_OP_expm1, 707, 711},
    {ND_OP_expm1, 87, 89.5},
    {ND_OP_expm1, -0.7, 0.7},
    {ND_OP_expm1, -1e-3, 1e-3},
    {ND_OP_expm1, 0.3, 3},
    {ND_OP_log, 0.9, 1.1},
    {ND_OP_log, 0.99999, 1.00001},
    {ND_OP_log, 0.5, 2},
    {ND_OP_log2, 0.9, 1.1},
    {ND_OP_log2, 0.5, 2},
    {ND_OP_log10, 0.9, 1.1},
    {ND_OP_log10, 0.5, 2},
    {ND_OP_log1p, -1, -0.9},
    {ND_OP_log1p, -0.5, 1},
    {ND_OP_log1p, -1e-3, 1e-3},
    {ND_OP_sin, -7, 7},
    {ND_OP_cos, -7, 7},
    {ND_OP_tan, -7, 7},
    {ND_OP_tan, 0.7, 0.8},
    {ND_OP_sin, -1e5, 1e5},
    {ND_OP_cos, -1e5, 1e5},
    {ND_OP_tan, -1e5, 1e5},
    {ND_OP_arcsin, -1, 1},
    {ND_OP_arcsin, 0.99, 1},
    {ND_OP_arcsin, 0.49, 0.51},
    {ND_OP_arccos, -1, 1},
    {ND_OP_arccos, 0.99, 1},
    {ND_OP_arccos, -1, -0.99},
    {ND_OP_arccos, 0.49, 0.51},
    {ND_OP_arctan, -2, 2},
    {ND_OP_arctan, 0.06, 0.13},
    {ND_OP_arctan2, -2, 2},
    {ND_OP_sinh, 708, 711},
    {ND_OP_sinh, 87, 90},
    {ND_OP_sinh, -1, 1},
    {ND_OP_sinh, -30, 30},
    {ND_OP_cosh, 708, 711},
    {ND_OP_cosh, 87, 90},
    {ND_OP_cosh, -1, 1},
    {ND_OP_cosh, -30, 30},
    {ND_OP_tanh, -1, 1},
    {ND_OP_tanh, -25, 25},
    {ND_OP_tanh, 7, 10},
    {ND_OP_arcsinh, -2, 2},
    {ND_OP_arccosh, 1, 1.001},
    {ND_OP_arccosh, 1, 3},
    {ND_OP_arctanh, -1, 1},
    {ND_OP_arctanh, 0.99, 1},
    {ND_OP_arctanh, -0.01, 0.01},
    {ND_OP_sinc, -5, 5},
    {ND_OP_sinc, 0.99, 1.01},
    {ND_OP_sinc, -1e6, 1e6},
    {ND_OP_erf, -1, 1},
    {ND_OP_erf, -7, 7},
    {ND_OP_erfc, -1, 1},
    {ND_OP_erfc, 0, 10.5},
    {ND_OP_erfc, 9, 28},
    {ND_OP_gamma, 0, 5},
    {ND_OP_gamma, -10, 0},
    {ND_OP_gamma, 30, 36},
    {ND_OP_gamma, 165, 172},
    {ND_OP_gamma, -180, -30},
    {ND_OP_lgamma, 0, 5},
    {ND_OP_lgamma, 0.9, 1.1},
    {ND_OP_lgamma, 1.9, 2.1},
    {ND_OP_lgamma, -10, 0},
    {ND_OP_lgamma, -3, -2},
    {ND_OP_lgamma, -200, 200},
    {ND_OP_i0, -8, 8},
    {ND_OP_i0, 7.9, 8.1},
    {ND_OP_i0, 8, 100},
    {ND_OP_i0, 88, 92},
    {ND_OP_i0, 8, 710},
    {ND_OP_i0, 708, 714},
    /* The last arguments whose results are finite, in doubles and in floats. */
    {ND_OP_exp, 709.7827128, 709.7827130},
    {ND_OP_exp, 88.7227, 88.7230},
    {ND_OP_exp2, 1023.999999, 1024},
    {ND_OP_exp2, 127.9999, 128},
    {ND_OP_exp10, 308.254715, 308.254716},
    {ND_OP_exp10, 38.53183, 38.53184},
    {ND_OP_i0, 713.98, 713.99},
    {ND_OP_i0, 91.9, 91.91},
    {ND_OP_expm1, 709.7827128, 709.7827130},
    {ND_OP_expm1, 88.7227, 88.7230},
    {ND_OP_sinh, 710.4758600, 710.4758602},
    {ND_OP_sinh, -710.4758602, -710.4758600},
    {ND_OP_sinh, 89.4158, 89.4161},
    {ND_OP_cosh, 710.4758600, 710.4758602},
    {ND_OP_cosh, -710.4758602, -710.4758600},
    {ND_OP_cosh, 89.4158, 89.4161},
};
enum { REGIONS = sizeof regions / sizeof *regions };

static double any_bits(nd_dtype dtype)
{
    union {
        uint64_t bits;
        double wide;
        float narrow;
    } u = {.bits = check_random()};
    const double value = dtype == ND_FLOAT32 ? u.narrow : u.wide;
    return isfinite(value) ? value : any_bits(dtype);
}

/* Either sign, the logarithm uniform. */
static double any_size(double least_exponent, double largest_exponent)
{
    const double value = exp2(check_uniform(least_exponent, largest_exponent));
    return check_random() & 1 ? value : -value;
}

static bool is_trigonometric(nd_op op)
{
    return op == ND_OP_sin || op == ND_OP_cos || op == ND_OP_tan;
}

/* A number near a multiple of pi/2, where a careless reduction loses everything. */
static double near_multiple_of_pi(nd_dtype dtype)
{
    const double multiple = floor(exp2(check_uniform(0, dtype == ND_FLOAT32 ? 40 : 52)));
    double value = multiple * 1.5707963267948966;
    value = dtype == ND_FLOAT32 ? (float)value : value;
    return check_random() & 1 ? value : -value;
}

static double first_argument(nd_op op, nd_dtype dtype)
{
    int mine[REGIONS], count = 0;
    for (int i = 0; i < REGIONS; i++)
        if (regions[i].op == op)
            mine[count++] = i;
    switch (check_below(count ? 6 : 3)) {
    case 0:
        return any_bits(dtype);
    case 1:
        return any_size(-12, 12);
    case 2:
        if (is_trigonometric(op))
            return check_random() & 1 ? near_multiple_of_pi(dtype)
                                      : any_size(0, dtype == ND_FLOAT32 ? 127 : 1023);
        return any_size(-2, 2);
    default: {
        const struct region *in = &regions[mine[check_below((size_t)count)]];
        return check_uniform(in->low, in->high);
    }
    }
}

static bool is_power(nd_op op)
{
    return op == ND_OP_power || op == ND_OP_float_power;
}

static void two_arguments(nd_op op, nd_dtype dtype, double *x, double *y)
{
    const double least = dtype == ND_FLOAT32 ? -149 : -1074,
                 largest = dtype == ND_FLOAT32 ? 128 : 1024;
    switch (check_below(5)) {
    case 0:
        *x = any_bits(dtype);
        *y = any_bits(dtype);
        break;
    case 1:
        *x = any_size(-4, 4);
        *y = any_size(-4, 4);
        break;
    case 2: /* of one size, anywhere in the range */
        *x = any_size(least, largest);
        *y = *x * any_size(-3, 3);
        break;
    case 3:
        if (is_power(op)) { /* results of every size, the edges most */
            *x = fabs(check_random() & 1 ? any_size(least, largest) : 1 + any_size(-20, -1));
            const double edge = check_random() & 1 ? check_uniform(least - 4, least + 60)
                                                   : check_uniform(least, largest);
            *y = (check_random() & 3 ? edge : largest + check_uniform(-2, 1)) / log2(*x);
        } else {
            *x = any_size(least, largest);
            *y = *x * any_size(-60, 60);
        }
        break;
    default:
        if (is_power(op)) { /* whole exponents, also of negative numbers */
            *x = any_size(-10, 10);
            *y = rint(any_size(0, 8));
        } else {
            *x = rint(any_size(0, 20));
            *y = rint(any_size(0, 20));
        }
    }
}

static double to_dtype(nd_dtype dtype, double value)
{
    if (dtype == ND_FLOAT32)
        value = (float)value;
    return isfinite(value) ? value : 1.25;
}

/* ---- Measuring ------------------------------------------------------------------------------- */

typedef struct measured {
    double worst, x, y;
} measured;

/* |got - exact| in ulps, of a number of size `least_size` at least; infinity where no bound would
 * help. */
static double error_of(nd_dtype dtype, double got, double least_size, mpfr_t exact, mpfr_t scratch)
{
    const int fraction_bits = dtype == ND_FLOAT32 ? 23 : 52;
    const int least = dtype == ND_FLOAT32 ? -126 : -1022,
              largest = dtype == ND_FLOAT32 ? 127 : 1023;
    if (mpfr_nan_p(exact) || isnan(got))
        return mpfr_nan_p(exact) && isnan(got) ? 0 : INFINITY;
    if (mpfr_inf_p(exact))
        return isinf(got) && (got > 0) == (mpfr_sgn(exact) > 0) ? 0 : INFINITY;
    long exponent = mpfr_zero_p(exact) ? least : mpfr_get_exp(exact) - 1;
    exponent = exponent < least ? least : exponent;
    if (least_size != 0 && exponent < ilogb(least_size))
        exponent = ilogb(least_size);
    if (exponent > largest) /* overflows, whatever it is */
        return isinf(got) && (got > 0) == (mpfr_sgn(exact) > 0) ? 0
               : fabs(got) == (dtype == ND_FLOAT32 ? 0x1.fffffep+127 : 0x1.fffffffffffffp+1023)
                   ? 1
                   : INFINITY;
    if (isinf(got)) { /* as if it were the next power of two */
        mpfr_set_ui_2exp(scratch, 1, largest + 1, MPFR_RNDN);
        if (got < 0)
            mpfr_neg(scratch, scratch, MPFR_RNDN);
        mpfr_sub(scratch, scratch, exact, MPFR_RNDN);
    } else {
        mpfr_d_sub(scratch, got, exact, MPFR_RNDN);
    }
    mpfr_mul_2si(scratch, scratch, fraction_bits - exponent, MPFR_RNDN);
    return fabs(mpfr_get_d(scratch, MPFR_RNDN));
}

static pthread_mutex_t report_lock = PTHREAD_MUTEX_INITIALIZER;

static void report(nd_op op, nd_dtype dtype, const measured *of)
{
    FILE *file = check_options_given.report;
    if (!file)
        return;
    pthread_mutex_lock(&report_lock);
    static bool headed;
    if (!headed) {
        fprintf(file, "%-14s %-8s %6s", "operation", "dtype", "bound");
        for (int isa = 0; isa < check_isas; isa++)
            fprintf(file, " %9s", ndi_isa_name((ndi_isa)isa));
        fprintf(file, "  worst of the last at\n");
        headed = true;
    }
    fprintf(file, "%-14s %-8s %6.3f", ndi_op_rows[op].info.name, nd_dtype_name(dtype),
            ndi_op_rows[op].info.ulp);
    for (int isa = 0; isa < check_isas; isa++)
        fprintf(file, " %9.4f", of[isa].worst);
    fprintf(file, "  %a", of[check_isas - 1].x);
    if (ndi_op_rows[op].info.arguments == 2)
        fprintf(file, ", %a", of[check_isas - 1].y);
    fputs("\n", file);
    fflush(file);
    pthread_mutex_unlock(&report_lock);
}

enum { BATCH = 500 };

/* Values of a batch, as the kernel takes them. */
typedef struct batch {
    double wide[BATCH];
    float narrow[BATCH];
} batch;

static void *elements(batch *of, nd_dtype dtype)
{
    return dtype == ND_FLOAT32 ? (void *)of->narrow : (void *)of->wide;
}

static void measure(nd_op op, nd_dtype dtype, check_case *cases, measured *of)
{
    const ndi_op_row *row = &ndi_op_rows[op];
    const bool binary = row->info.arguments == 2;
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(dtype);
    const bool slow = op == ND_OP_beta || op == ND_OP_betaln; /* their oracle */
    const size_t batches = (check_options_given.thorough ? 2000 : 160) / (slow ? 16 : 1);
    static _Thread_local batch x, y, results[NDI_ISA_COUNT];
    mpfr_t exact, first, second, scratch;
    mpfr_inits2(PRECISION, exact, first, second, scratch, (mpfr_ptr)0);
    for (size_t number = 0; number < batches; number++) {
        for (int i = 0; i < BATCH; i++) {
            if (binary)
                two_arguments(op, dtype, &x.wide[i], &y.wide[i]);
            else
                x.wide[i] = first_argument(op, dtype);
            x.narrow[i] = (float)(x.wide[i] = to_dtype(dtype, x.wide[i]));
            y.narrow[i] = (float)(y.wide[i] = to_dtype(dtype, y.wide[i]));
        }
        for (int isa = 0; isa < check_isas; isa++)
            check_kernels[isa].elementwise[op][dtype](BATCH,
                                                      (char *[]){elements(&results[isa], dtype),
                                                                 elements(&x, dtype),
                                                                 elements(&y, dtype)},
                                                      (ptrdiff_t[]){size, size, size});
        for (int i = 0; i < BATCH; i++) {
            if (x.wide[i] == 0 || (binary && y.wide[i] == 0))
                continue; /* check_special has these */
            const double least_size = row->properties & NDI_CANCELS
                                          ? fmax(fabs(x.wide[i]), binary ? fabs(y.wide[i]) : 0)
                                          : 0;
            mpfr_set_d(first, x.wide[i], MPFR_RNDN);
            mpfr_set_d(second, y.wide[i], MPFR_RNDN);
            oracles[op](exact, first, second);
            for (int isa = 0; isa < check_isas; isa++) {
                const double got =
                    dtype == ND_FLOAT32 ? results[isa].narrow[i] : results[isa].wide[i];
                const double error = error_of(dtype, got, least_size, exact, scratch);
                if (error > of[isa].worst)
                    of[isa] = (measured){error, x.wide[i], y.wide[i]};
                const double bound = row->info.ulp;
                if (error > bound) {
                    char argument[64] = "";
                    if (binary)
                        snprintf(argument, sizeof argument, ", %a", y.wide[i]);
                    check_fail(
                        &cases[isa], "of (%a%s) got %a, wrong by %.4g ulp; expected %a (bound %g)",
                        x.wide[i], argument, got, error, mpfr_get_d(exact, MPFR_RNDN), bound);
                }
            }
        }
    }
    mpfr_clears(exact, first, second, scratch, (mpfr_ptr)0);
}

static size_t count(void)
{
    return 2 * ND_OP_COUNT;
}

static void run(size_t task)
{
    const nd_op op = (nd_op)(task / 2);
    const nd_dtype dtype = task % 2 ? ND_FLOAT64 : ND_FLOAT32;
    const ndi_op_row *row = &ndi_op_rows[op];
    if (row->info.op_class > ND_CLASS_TERNARY || row->info.ulp == 0 ||
        !check_kernels[0].elementwise[op][dtype])
        return;
    check_case cases[NDI_ISA_COUNT];
    measured of[NDI_ISA_COUNT] = {{0}};
    for (int isa = 0; isa < check_isas; isa++)
        cases[isa] = check_begin("accuracy of %s %s, %s", row->info.name, nd_dtype_name(dtype),
                                 ndi_isa_name((ndi_isa)isa));
    check_now.of = &cases[0];
    check_now.form = "accuracy";
    check_reseed(cases[0].name);
    if (oracles[op])
        measure(op, dtype, cases, of);
    else
        check_fail(&cases[0], "no exact result: give the row an oracle in tests/check/accuracy.c");
    for (int isa = 0; isa < check_isas; isa++)
        check_end(&cases[isa]);
    report(op, dtype, of);
    mpfr_free_cache();
}

const check_part check_accuracy = {"accuracy", count, run};

/* Rows for the functions that are made of operations (numeric.h), for those of two results, and for
 * those that leave NaN out. */
#include <ndstream/numeric.h>

#include <string.h>

#include "array/array.h"
#include "lang/functions.h"
#include "lang/rows.h"

static nd_array *truth(bool value)
{
    return nd_error() == ND_OK ? nd_from_data(ND_BOOL, ND_SCALAR_SHAPE, &value) : NULL;
}

/* ---- Element by element ---------------------------------------------------------------------- */

static nd_array *call_round(arguments a)
{
    return nd_round(a[0].array, (int)integer_or(&a[1], 0));
}

static nd_array *call_isclose(arguments a)
{
    return (nd_isclose)(a[0].operand, a[1].operand, real_or(&a[2], ND_RTOL),
                        real_or(&a[3], ND_ATOL), flag_or(&a[4], false));
}

static nd_array *call_allclose(arguments a)
{
    return nd_all(call_isclose(a), ND_ALL);
}

static nd_array *call_array_equal(arguments a)
{
    return truth(nd_array_equal(a[0].array, a[1].array));
}

static nd_array *call_array_equiv(arguments a)
{
    return truth(nd_array_equiv(a[0].array, a[1].array));
}

static nd_array *call_nan_to_num(arguments a)
{
    return nd_nan_to_num(a[0].array, (nd_replacements){.nan = real_or(&a[1], 0),
                                                       .has_posinf = a[2].given,
                                                       .has_neginf = a[3].given,
                                                       .posinf = real_or(&a[2], 0),
                                                       .neginf = real_or(&a[3], 0)});
}

static nd_array *call_real_if_close(arguments a)
{
    return nd_real_if_close(a[0].array, real_or(&a[1], 100));
}

static nd_array *call_angle(arguments a)
{
    return nd_angle(a[0].array, flag_or(&a[1], false));
}

/* ---- Along axes ------------------------------------------------------------------------------ */

static nd_array *call_ptp(arguments a)
{
    return nd_ptp(a[0].array, axes_or_all(&a[1]), flag_or(&a[2], false));
}

static nd_array *call_average(arguments a)
{
    return nd_average(a[0].array, axes_or_all(&a[1]), array_or_null(&a[2]));
}

static nd_array *call_diff(arguments a)
{
    const int64_t times = integer_or(&a[1], 1);
    return nd_diff(a[0].array, times > INT32_MAX ? INT32_MAX : (int)times, axis_or(&a[2], -1));
}

CALL_OF_ONE(ediff1d)

static nd_array *call_trapezoid(arguments a)
{
    return nd_trapezoid(a[0].array, array_or_null(&a[1]), real_or(&a[2], 1), axis_or(&a[3], -1));
}

/* A number, the distance of the samples, or their places. */
static nd_array *gradient_along(arguments a, int axis)
{
    const int edge_order = (int)integer_or(&a[3], 1);
    if (a[1].given && nd_rank(a[1].array) > 0)
        return nd_gradient_at(a[0].array, a[1].array, axis, edge_order);
    return nd_gradient(a[0].array, a[1].given ? nd_item(a[1].array) : 1, axis, edge_order);
}

static int call_gradient(arguments a, nd_array *results[])
{
    const int rank = nd_rank(a[0].array);
    if (a[2].given || rank == 1)
        return (results[0] = gradient_along(a, axis_or(&a[2], 0))) != NULL;
    if (rank > NDI_MOST_RESULTS) {
        ndi_fail(ND_ERROR_ARGUMENT, "gradient: of more than %d axes one is to be named",
                 NDI_MOST_RESULTS);
        return 0;
    }
    for (int axis = 0; axis < rank; axis++)
        if (!(results[axis] = gradient_along(a, axis)))
            return 0;
    return rank;
}

/* NumPy: the axis may be left out where there is but one. */
static nd_array *cumulative(arguments a, const char *name,
                            nd_array *(*of)(const nd_array *, int, nd_dtype, bool))
{
    if (!a[1].given && nd_rank(a[0].array) > 1)
        return ndi_fail(ND_ERROR_ARGUMENT, "%s: an array of more than one axis needs `axis`", name);
    return of(a[0].array, axis_or(&a[1], 0), dtype_or(&a[2], ND_DTYPE_NONE), flag_or(&a[3], false));
}

static nd_array *call_cumulative_sum(arguments a)
{
    return cumulative(a, "cumulative_sum", nd_cumulative_sum);
}

static nd_array *call_cumulative_prod(arguments a)
{
    return cumulative(a, "cumulative_prod", nd_cumulative_prod);
}

/* ---- Convolution ----------------------------------------------------------------------------- */

static bool mode_of(const ndi_argument *given, nd_convolve_mode *mode)
{
    static const char *const names[] = {"full", "same", "valid"};
    for (int i = 0; given->given && i < 3; i++)
        if (strcmp(given->text, names[i]) == 0) {
            *mode = (nd_convolve_mode)i;
            return true;
        }
    if (given->given)
        ndi_fail(ND_ERROR_ARGUMENT, "mode is 'full', 'same' or 'valid', not '%s'", given->text);
    return !given->given;
}

static nd_array *call_convolve(arguments a)
{
    nd_convolve_mode mode = ND_CONVOLVE_FULL;
    return mode_of(&a[2], &mode) ? nd_convolve(a[0].array, a[1].array, mode) : NULL;
}

static nd_array *call_correlate(arguments a)
{
    nd_convolve_mode mode = ND_CONVOLVE_VALID;
    return mode_of(&a[2], &mode) ? nd_correlate(a[0].array, a[1].array, mode) : NULL;
}

/* ---- Bits ------------------------------------------------------------------------------------ */

/* 'big', the default, or 'little'. */
static bool order_of(const ndi_argument *given, bool *little)
{
    *little = given->given && strcmp(given->text, "little") == 0;
    if (!given->given || *little || strcmp(given->text, "big") == 0)
        return true;
    ndi_fail(ND_ERROR_VALUE, "bitorder is 'big' or 'little', not '%s'", given->text);
    return false;
}

static nd_array *call_packbits(arguments a)
{
    bool little;
    const nd_array *x = a[1].given ? a[0].array : nd_ravel(a[0].array);
    return order_of(&a[2], &little) ? nd_packbits(x, axis_or(&a[1], 0), little) : NULL;
}

static nd_array *call_unpackbits(arguments a)
{
    bool little;
    const nd_array *x = a[1].given ? a[0].array : nd_ravel(a[0].array);
    return order_of(&a[3], &little)
               ? nd_unpackbits(x, axis_or(&a[1], 0), integer_or(&a[2], ND_OPEN), little)
               : NULL;
}

/* ---- Variables, points, polynomials ---------------------------------------------------------- */

static bool rows_of(const ndi_argument *given)
{
    return !given->given || given->flag;
}

static nd_array *call_cov(arguments a)
{
    return nd_cov(a[0].array, rows_of(&a[1]), real_or(&a[3], flag_or(&a[2], false) ? 0 : 1));
}

static nd_array *call_corrcoef(arguments a)
{
    return nd_corrcoef(a[0].array, rows_of(&a[1]));
}

static nd_array *call_interp(arguments a)
{
    return nd_interp(a[0].array, a[1].array, a[2].array);
}

CALL_OF_TWO(polyval)

static nd_array *call_vander(arguments a)
{
    return nd_vander(a[0].array, integer_or(&a[1], nd_size(a[0].array)), flag_or(&a[2], false));
}

static nd_array *call_polyfit(arguments a)
{
    return nd_polyfit(a[0].array, a[1].array, ndi_axis_of(&a[2]));
}

/* ---- Functions of the table put to use: ops/derived.def -------------------------------------- */

static int both_of(nd_pair pair, nd_array *results[])
{
    results[0] = pair.first;
    results[1] = pair.second;
    return pair.first ? 2 : 0;
}

static nd_array *nan_reduction(nd_op op, arguments a)
{
    nd_reduce_options options;
    return ndi_reduce_options(op, a, &options)
               ? nd_nan_reduce(op, a[0].array, axes_or_all(&a[1]), &options)
               : NULL;
}

static nd_array *nan_scan(nd_op op, arguments a)
{
    const nd_dtype dtype = a[2].given ? a[2].dtype : ND_DTYPE_NONE;
    return a[1].given ? nd_nan_scan(op, a[0].array, ndi_axis_of(&a[1]), dtype)
                      : nd_nan_scan(op, nd_ravel(a[0].array), 0, dtype);
}

#define CALL_UNARY(name) (nd_##name)(a[0].operand)
#define CALL_BINARY(name) (nd_##name)(a[0].operand, a[1].operand)
#define CALL_REDUCTION(of) nan_reduction(ND_OP_##of, a)
#define CALL_SCAN(of) nan_scan(ND_OP_##of, a)
#define ND_PAIR(name, class, ...)                                                                  \
    static int call_##name(arguments a, nd_array *results[])                                       \
    {                                                                                              \
        return both_of(CALL_##class(name), results);                                               \
    }
#define ND_NAN(name, class, of, doc)                                                               \
    static nd_array *call_##name(arguments a)                                                      \
    {                                                                                              \
        return CALL_##class(of);                                                                   \
    }
#include "ops/derived.def"
#undef ND_PAIR
#undef ND_NAN

/* ---- The rows -------------------------------------------------------------------------------- */

/* clang-format off */
#define ARRAY_OR(n)   {.name = n, .kind = NDI_TAKES_ARRAY, .optional = true}
#define REAL_OR(n)    {.name = n, .kind = NDI_TAKES_REAL, .optional = true}
#define FLAG_OR(n)    {.name = n, .kind = NDI_TAKES_FLAG, .optional = true}
#define TEXT_OR(n)    {.name = n, .kind = NDI_TAKES_TEXT, .optional = true}
#define CUMULATIVE    ARRAY("x"), KEYWORD("axis", INTEGER), KEYWORD("dtype", DTYPE), \
                      KEYWORD("include_initial", FLAG)
#define TAKES_UNARY   OPERAND("x")
#define TAKES_BINARY  OPERAND("x"), OPERAND("y")
#define TAKES_REDUCTION REDUCTION_PARAMETERS
#define TAKES_SCAN    SCAN_PARAMETERS

static const ndi_function rows[] = {
    ROW("round",         true,  call_round, ARRAY("a"), INTEGER_OR("decimals")),
    ROW("around",        false, call_round, ARRAY("a"), INTEGER_OR("decimals")),
    ROW("isclose",       false, call_isclose, OPERAND("a"), OPERAND("b"), REAL_OR("rtol"),
        REAL_OR("atol"), FLAG_OR("equal_nan")),
    ROW("allclose",      false, call_allclose, OPERAND("a"), OPERAND("b"), REAL_OR("rtol"),
        REAL_OR("atol"), FLAG_OR("equal_nan")),
    ROW("array_equal",   false, call_array_equal, ARRAY("a1"), ARRAY("a2")),
    ROW("array_equiv",   false, call_array_equiv, ARRAY("a1"), ARRAY("a2")),
    ROW("nan_to_num",    false, call_nan_to_num, ARRAY("x"), KEYWORD("nan", REAL),
        KEYWORD("posinf", REAL), KEYWORD("neginf", REAL)),
    ROW("real_if_close", false, call_real_if_close, ARRAY("a"), REAL_OR("tol")),
    ROW("angle",         false, call_angle, ARRAY("z"), FLAG_OR("deg")),
    ROW("ptp",           false, call_ptp, ARRAY("a"), AXES("axis"), KEYWORD("keepdims", FLAG)),
    ROW("average",       false, call_average, ARRAY("a"), AXES("axis"), ARRAY_OR("weights")),
    ROW("diff",          false, call_diff, ARRAY("a"), INTEGER_OR("n"), INTEGER_OR("axis")),
    ROW("cumulative_sum",  false, call_cumulative_sum, CUMULATIVE),
    ROW("cumulative_prod", false, call_cumulative_prod, CUMULATIVE),
    ROW("ediff1d",       false, call_ediff1d, ARRAY("ary")),
    ROW("packbits",      false, call_packbits, ARRAY("a"), INTEGER_OR("axis"),
        TEXT_OR("bitorder")),
    ROW("unpackbits",    false, call_unpackbits, ARRAY("a"), INTEGER_OR("axis"),
        INTEGER_OR("count"), TEXT_OR("bitorder")),
    ROW("trapezoid",     false, call_trapezoid, ARRAY("y"), ARRAY_OR("x"), REAL_OR("dx"),
        INTEGER_OR("axis")),
    SEVERAL("gradient",  call_gradient, ARRAY("f"), ARRAY_OR("distance"), KEYWORD("axis", INTEGER),
        KEYWORD("edge_order", INTEGER)),
    ROW("convolve",      false, call_convolve, ARRAY("a"), ARRAY("v"), TEXT_OR("mode")),
    ROW("correlate",     false, call_correlate, ARRAY("a"), ARRAY("v"), TEXT_OR("mode")),
    ROW("cov",           false, call_cov, ARRAY("m"), KEYWORD("rowvar", FLAG),
        KEYWORD("bias", FLAG), KEYWORD("ddof", REAL)),
    ROW("corrcoef",      false, call_corrcoef, ARRAY("x"), KEYWORD("rowvar", FLAG)),
    ROW("interp",        false, call_interp, ARRAY("x"), ARRAY("xp"), ARRAY("fp")),
    ROW("polyval",       false, call_polyval, ARRAY("p"), ARRAY("x")),
    ROW("vander",        false, call_vander, ARRAY("x"), INTEGER_OR("N"), FLAG_OR("increasing")),
    ROW("polyfit",       false, call_polyfit, ARRAY("x"), ARRAY("y"), INTEGER("deg")),
#define ND_PAIR(name, class, ...) SEVERAL(#name, call_##name, TAKES_##class),
#define ND_NAN(name, class, ...) ROW(#name, false, call_##name, TAKES_##class),
#include "ops/derived.def"
};
/* clang-format on */
enum { ROWS = sizeof rows / sizeof *rows };

bool ndi_find_numeric_function(const char *name, ndi_function *function)
{
    return ndi_find_row(rows, ROWS, name, function);
}

void ndi_each_numeric_function(void (*visit)(void *context, const char *name), void *context)
{
    ndi_each_row(rows, ROWS, visit, context);
}

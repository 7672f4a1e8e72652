/* One row for each function that is not element by element: its parameters in NumPy's order and
 * under NumPy's names, and what it calls. */
#include "lang/functions.h"

#include <math.h>
#include <string.h>

#include "array/array.h"
#include "array/dtype.h"
#include "engine/copy.h"
#include "lang/rows.h"

int ndi_axis_of(const ndi_argument *given)
{
    const int64_t axis = given->integer;
    return axis > INT32_MAX ? INT32_MAX : axis < INT32_MIN ? INT32_MIN : (int)axis;
}

/* ---- Operations of the table ----------------------------------------------------------------- */

static nd_array *call_elementwise(nd_op op, arguments a)
{
    const int count = nd_op_describe(op)->arguments;
    nd_operand operands[3];
    for (int i = 0; i < count; i++)
        operands[i] = a[i].operand;
    return nd_elementwise(op, count, operands, NULL);
}

bool ndi_reduce_options(nd_op op, arguments a, nd_reduce_options *options)
{
    *options = (nd_reduce_options){
        .has_dtype = a[2].given,
        .dtype = a[2].dtype,
        .keepdims = a[3].given && a[3].flag,
        .has_initial = a[4].given,
        .initial = a[4].given ? a[4].real : 0,
        .where = a[5].given ? a[5].array : NULL,
        .ddof = a[6].given ? a[6].real : 0,
    };
    if (a[6].given && op != ND_OP_var && op != ND_OP_std)
        ndi_fail(ND_ERROR_ARGUMENT, "%s: does not take `ddof`", nd_op_describe(op)->name);
    return !a[6].given || op == ND_OP_var || op == ND_OP_std;
}

static nd_array *call_reduction(nd_op op, arguments a)
{
    nd_reduce_options options;
    return ndi_reduce_options(op, a, &options)
               ? nd_reduce(op, a[0].array, a[1].given ? a[1].axes : ND_ALL, &options)
               : NULL;
}

static nd_array *call_scan(nd_op op, arguments a)
{
    const nd_dtype dtype = a[2].given ? a[2].dtype : ND_DTYPE_NONE;
    return a[1].given ? nd_scan(op, a[0].array, ndi_axis_of(&a[1]), dtype)
                      : nd_scan(op, nd_ravel(a[0].array), 0, dtype);
}

static nd_array *call_operation(nd_op op, arguments a)
{
    switch (nd_op_describe(op)->op_class) {
    case ND_CLASS_REDUCTION:
        return call_reduction(op, a);
    case ND_CLASS_SCAN:
        return call_scan(op, a);
    default:
        return call_elementwise(op, a);
    }
}

/* ---- Making arrays --------------------------------------------------------------------------- */

static nd_array *converted(nd_array *array, const ndi_argument *dtype)
{
    return dtype->given && array && dtype->dtype != nd_dtype_of(array)
               ? nd_cast(array, dtype->dtype)
               : array;
}

/* Bounds travel as doubles, which hold whole numbers up to 2^53. */
static bool exact_bound(nd_operand bound, double *value)
{
    *value = bound.kind == ND_OPERAND_REAL   ? bound.value.real[0]
             : bound.kind == ND_OPERAND_UINT ? (double)bound.value.natural
                                             : (double)bound.value.integer;
    if (bound.kind == ND_OPERAND_COMPLEX)
        ndi_fail(ND_ERROR_ARGUMENT, "arange: bounds are real numbers");
    else if (bound.kind != ND_OPERAND_REAL && fabs(*value) > 0x1p53)
        ndi_fail(ND_ERROR_VALUE, "arange: integer bounds end at 2**53");
    else
        return true;
    return false;
}

static nd_array *call_arange(arguments a)
{
    const nd_operand zero = nd_operand_int(0), one = nd_operand_int(1);
    const nd_operand bounds[] = {a[1].given ? a[0].operand : zero,
                                 a[1].given ? a[1].operand : a[0].operand,
                                 a[2].given ? a[2].operand : one};
    double value[3];
    nd_dtype dtype = ND_INT64;
    for (int i = 0; i < 3; i++) {
        if (!exact_bound(bounds[i], &value[i]))
            return NULL;
        if (bounds[i].kind == ND_OPERAND_REAL)
            dtype = ND_FLOAT64;
    }
    return nd_arange_step(dtype_or(&a[3], dtype), value[0], value[1], value[2]);
}

static nd_array *call_linspace(arguments a)
{
    return converted(nd_linspace(a[0].real, a[1].real, a[2].given ? a[2].integer : 50), &a[3]);
}

static nd_array *call_zeros(arguments a)
{
    return nd_zeros(dtype_or(&a[1], ND_FLOAT64), a[0].shape);
}

static nd_array *call_ones(arguments a)
{
    return nd_ones(dtype_or(&a[1], ND_FLOAT64), a[0].shape);
}

static nd_array *call_full(arguments a)
{
    nd_array *array = nd_empty(dtype_or(&a[2], nd_dtype_of(a[1].array)), a[0].shape);
    return array && ndi_assign(array, a[1].array) == ND_OK ? array : NULL;
}

static nd_array *call_zeros_like(arguments a)
{
    return a[1].given ? nd_zeros(a[1].dtype, nd_shape_like(a[0].array)) : nd_zeros_like(a[0].array);
}

static nd_array *call_ones_like(arguments a)
{
    return a[1].given ? nd_ones(a[1].dtype, nd_shape_like(a[0].array)) : nd_ones_like(a[0].array);
}

static nd_array *call_full_like(arguments a)
{
    nd_array *array = nd_empty(dtype_or(&a[2], nd_dtype_of(a[0].array)), nd_shape_like(a[0].array));
    return array && ndi_assign(array, a[1].array) == ND_OK ? array : NULL;
}

static nd_array *call_eye(arguments a)
{
    return nd_eye(dtype_or(&a[3], ND_FLOAT64), a[0].integer,
                  a[1].given ? a[1].integer : a[0].integer, a[2].given ? a[2].integer : 0);
}

static nd_array *call_identity(arguments a)
{
    return nd_eye(dtype_or(&a[1], ND_FLOAT64), a[0].integer, a[0].integer, 0);
}

static nd_array *call_array(arguments a)
{
    return a[1].given ? nd_cast(a[0].array, a[1].dtype) : nd_copy(a[0].array);
}

static nd_array *call_asarray(arguments a)
{
    return converted(a[0].array, &a[1]);
}

/* ---- Shapes ---------------------------------------------------------------------------------- */

static nd_array *call_reshape(arguments a)
{
    return nd_reshape(a[0].array, a[1].shape);
}

static nd_array *call_broadcast_to(arguments a)
{
    return nd_broadcast_to(a[0].array, a[1].shape);
}

static nd_array *call_transpose(arguments a)
{
    return a[1].given ? nd_permute(a[0].array, a[1].axes) : nd_transpose(a[0].array);
}

static nd_array *call_swapaxes(arguments a)
{
    return nd_swap_axes(a[0].array, ndi_axis_of(&a[1]), ndi_axis_of(&a[2]));
}

static nd_array *call_moveaxis(arguments a)
{
    return nd_move_axis(a[0].array, ndi_axis_of(&a[1]), ndi_axis_of(&a[2]));
}

static nd_array *call_expand_dims(arguments a)
{
    return nd_expand_dims(a[0].array, ndi_axis_of(&a[1]));
}

static nd_array *call_squeeze(arguments a)
{
    return nd_squeeze(a[0].array, a[1].given ? a[1].axes : ND_ALL);
}

static nd_array *call_flip(arguments a)
{
    return nd_flip(a[0].array, a[1].given ? a[1].axes : ND_ALL);
}

CALL_OF_ONE(ravel)

static nd_array *call_flatten(arguments a)
{
    return nd_copy(nd_ravel(a[0].array));
}

nd_array *ndi_first_axes_last(nd_array *array)
{
    nd_axes order = {.count = nd_rank(array)};
    if (order.count <= 2)
        return array;
    for (int i = 0; i < order.count; i++)
        order.axis[i] = (i + 2) % order.count;
    return nd_permute(array, order);
}

static nd_array *call_sliding_window(arguments a)
{
    if (!a[2].given && nd_rank(a[0].array) != 1)
        return ndi_fail(ND_ERROR_ARGUMENT,
                        "sliding_window_view: an array of more than one axis needs `axis`");
    return nd_sliding_window(a[0].array, axis_or(&a[2], 0), a[1].integer);
}

/* ---- Elements -------------------------------------------------------------------------------- */

CALL_OF_ONE(real)
CALL_OF_ONE(imag)
CALL_OF_ONE(copy)

static nd_array *call_ascontiguousarray(arguments a)
{
    return nd_ascontiguous(a[0].array);
}

static nd_array *call_asfortranarray(arguments a)
{
    return nd_asfortran(a[0].array);
}

static nd_array *call_astype(arguments a)
{
    return nd_cast(a[0].array, a[1].dtype);
}

/* Either bound may be left out; NumPy calls them a_min and a_max, and min and max. */
static nd_array *call_clip(arguments a)
{
    const ndi_argument *low = a[1].given ? &a[1] : &a[3], *high = a[2].given ? &a[2] : &a[4];
    if ((a[1].given && a[3].given) || (a[2].given && a[4].given))
        return ndi_fail(ND_ERROR_ARGUMENT, "clip: a bound is given twice");
    if (low->given && high->given)
        return (nd_clip)(a[0].operand, low->operand, high->operand);
    if (low->given)
        return (nd_maximum)(a[0].operand, low->operand);
    if (high->given)
        return (nd_minimum)(a[0].operand, high->operand);
    return ndi_fail(ND_ERROR_ARGUMENT, "clip: needs a bound");
}

/* ---- The rows -------------------------------------------------------------------------------- */

/* clang-format off */
/* For every reduction and scan of the table. */
static const ndi_function reduction_row = ROW("", true, NULL, REDUCTION_PARAMETERS);
static const ndi_function scan_row = ROW("", true, NULL, SCAN_PARAMETERS);

static const ndi_function rows[] = {
    /*  name             method  calls */
    ROW("arange",              false, call_arange, SCALAR("start"), SCALAR_OR("stop"),
        SCALAR_OR("step"), DTYPE),
    ROW("linspace",            false, call_linspace, REAL("start"), REAL("stop"),
        INTEGER_OR("num"), KEYWORD("dtype", DTYPE)),
    ROW("zeros",               false, call_zeros, SHAPE, DTYPE),
    ROW("ones",                false, call_ones, SHAPE, DTYPE),
    ROW("full",                false, call_full, SHAPE, ARRAY("fill_value"), DTYPE),
    ROW("zeros_like",          false, call_zeros_like, ARRAY("a"), DTYPE),
    ROW("ones_like",           false, call_ones_like, ARRAY("a"), DTYPE),
    ROW("full_like",           false, call_full_like, ARRAY("a"), ARRAY("fill_value"), DTYPE),
    ROW("eye",                 false, call_eye, INTEGER("N"), INTEGER_OR("M"), INTEGER_OR("k"),
        DTYPE),
    ROW("identity",            false, call_identity, INTEGER("n"), DTYPE),
    ROW("array",               false, call_array, ARRAY("object"), DTYPE),
    ROW("asarray",             false, call_asarray, ARRAY("a"), DTYPE),
    ROW("reshape",             true,  call_reshape, ARRAY("a"), SHAPE_REST),
    ROW("broadcast_to",        false, call_broadcast_to, ARRAY("array"), SHAPE),
    ROW("transpose",           true,  call_transpose, ARRAY("a"), AXES_REST),
    ROW("permute_dims",        false, call_transpose, ARRAY("a"), AXES_REST),
    ROW("swapaxes",            true,  call_swapaxes, ARRAY("a"), INTEGER("axis1"),
        INTEGER("axis2")),
    ROW("moveaxis",            false, call_moveaxis, ARRAY("a"), INTEGER("source"),
        INTEGER("destination")),
    ROW("expand_dims",         false, call_expand_dims, ARRAY("a"), INTEGER("axis")),
    ROW("squeeze",             true,  call_squeeze, ARRAY("a"), AXES("axis")),
    ROW("flip",                false, call_flip, ARRAY("m"), AXES("axis")),
    ROW("ravel",               true,  call_ravel, ARRAY("a")),
    ROW("flatten",             true,  call_flatten, ARRAY("a")),
    ROW("sliding_window_view", false, call_sliding_window, ARRAY("x"), INTEGER("window_shape"),
        INTEGER_OR("axis")),
    ROW("real",                false, call_real, ARRAY("val")),
    ROW("imag",                false, call_imag, ARRAY("val")),
    ROW("copy",                true,  call_copy, ARRAY("a")),
    ROW("ascontiguousarray",   false, call_ascontiguousarray, ARRAY("a")),
    ROW("asfortranarray",      false, call_asfortranarray, ARRAY("a")),
    ROW("astype",              true,  call_astype, ARRAY("x"), SOME_DTYPE),
    ROW("clip",                true,  call_clip, OPERAND("a"), BOUND("a_min"), BOUND("a_max"),
        KEYWORD("min", OPERAND), KEYWORD("max", OPERAND)),
};
/* clang-format on */

/* NumPy's other names of operations of the table. */
static const struct {
    const char *name;
    nd_op op;
    bool method;
} aliases[] = {
    {"abs", ND_OP_absolute, false},
    {"acos", ND_OP_arccos, false},
    {"acosh", ND_OP_arccosh, false},
    {"amax", ND_OP_max, false},
    {"amin", ND_OP_min, false},
    {"asin", ND_OP_arcsin, false},
    {"asinh", ND_OP_arcsinh, false},
    {"atan", ND_OP_arctan, false},
    {"atan2", ND_OP_arctan2, false},
    {"atanh", ND_OP_arctanh, false},
    {"bitwise_invert", ND_OP_invert, false},
    {"bitwise_left_shift", ND_OP_left_shift, false},
    {"bitwise_not", ND_OP_invert, false},
    {"bitwise_right_shift", ND_OP_right_shift, false},
    {"conj", ND_OP_conjugate, true},
    {"conjugate", ND_OP_conjugate, true},
    {"degrees", ND_OP_rad2deg, false},
    {"fix", ND_OP_trunc, false},
    {"mod", ND_OP_remainder, false},
    {"pow", ND_OP_power, false},
    {"radians", ND_OP_deg2rad, false},
    {"true_divide", ND_OP_divide, false},
};

/* The row of an operation of the table. */
static ndi_function row_of(nd_op op)
{
    static const char *const letters[] = {"x", "y", "z"};
    const nd_op_info *info = nd_op_describe(op);
    ndi_function function = info->op_class == ND_CLASS_REDUCTION ? reduction_row
                            : info->op_class == ND_CLASS_SCAN    ? scan_row
                                                                 : (ndi_function){0};
    function.name = info->name;
    function.op = op;
    if (function.count > 0)
        return function;
    function.count = info->arguments;
    for (int i = 0; i < info->arguments; i++)
        function.parameters[i] =
            (ndi_parameter){.name = letters[i], .kind = NDI_TAKES_OPERAND, .by_position = true};
    return function;
}

int ndi_call_function(const ndi_function *function, const ndi_argument *a,
                      nd_array *results[NDI_MOST_RESULTS])
{
    if (function->call_several)
        return function->call_several(a, results);
    results[0] = function->call ? function->call(a) : call_operation(function->op, a);
    return results[0] != NULL;
}

bool ndi_find_row(const ndi_function *list, size_t count, const char *name, ndi_function *function)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0) {
            *function = list[i];
            return true;
        }
    return false;
}

void ndi_each_row(const ndi_function *list, size_t count,
                  void (*visit)(void *context, const char *name), void *context)
{
    for (size_t i = 0; i < count; i++)
        visit(context, list[i].name);
}

bool ndi_find_function(const char *name, ndi_function *function)
{
    if (ndi_find_row(rows, sizeof rows / sizeof *rows, name, function) ||
        ndi_find_select_function(name, function))
        return true;
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(aliases[i].name, name) == 0) {
            *function = row_of(aliases[i].op);
            function->method |= aliases[i].method;
            return true;
        }
    const nd_op op = nd_op_from_name(name);
    if (op == ND_OP_COUNT)
        return ndi_find_numeric_function(name, function) ||
               ndi_find_linalg_function(name, false, function) ||
               ndi_find_sorting_function(name, function);
    *function = row_of(op);
    return true;
}

void ndi_each_function(void (*visit)(void *context, const char *name), void *context)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        visit(context, rows[i].name);
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        visit(context, aliases[i].name);
    for (int op = 0; op < ND_OP_COUNT; op++)
        visit(context, nd_op_describe((nd_op)op)->name);
    ndi_each_numeric_function(visit, context);
    ndi_each_sorting_function(visit, context);
    ndi_each_linalg_function(visit, context);
    ndi_each_select_function(visit, context);
}

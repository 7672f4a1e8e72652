/* Reductions and scans of the table: a function for every row, and the methods that NumPy's arrays
 * have.
 *
 * NumPy gives its reductions parameters in several orders; those of a row that is not named below
 * are the usual ones, so a row that is added to the table is there at once. */
#include "core.h"

#include <math.h>
#include <string.h>

/* ---- Parameters ------------------------------------------------------------------------------ */

/* What an argument is, wherever it stands. */
enum { ARRAY, AXIS, DTYPE, OUT, KEEPDIMS, INITIAL, WHERE, DDOF, MEAN, CORRECTION, ROLES };

typedef struct form {
    pnd_signature signature;
    int roles[PND_MOST_PARAMETERS];
} form;

/* What follows the array, in a function and in a method. */
#define SUMS "axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True"
#define MEANS "axis=None, dtype=None, out=None, keepdims=False, *, where=True"
#define MOMENTS                                                                                    \
    "axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, "          \
    "correction=0"
#define EXTREMES "axis=None, out=None, keepdims=False, initial=None, where=True"
#define POSITIONS "axis=None, out=None, *, keepdims=False"
#define TESTS "axis=None, out=None, keepdims=False, *, where=True"
#define COUNTS "axis=None, *, keepdims=False"
#define SCANS "axis=None, dtype=None, out=None"

static form sums = {{"reduction", "a, " SUMS}, {ARRAY, AXIS, DTYPE, OUT, KEEPDIMS, INITIAL, WHERE}};
static form means = {{"mean", "a, " MEANS}, {ARRAY, AXIS, DTYPE, OUT, KEEPDIMS, WHERE}};
static form moments = {{"var", "a, " MOMENTS},
                       {ARRAY, AXIS, DTYPE, OUT, DDOF, KEEPDIMS, WHERE, MEAN, CORRECTION}};
static form extremes = {{"min", "a, " EXTREMES}, {ARRAY, AXIS, OUT, KEEPDIMS, INITIAL, WHERE}};
static form positions = {{"argmin", "a, " POSITIONS}, {ARRAY, AXIS, OUT, KEEPDIMS}};
static form tests = {{"all", "a, " TESTS}, {ARRAY, AXIS, OUT, KEEPDIMS, WHERE}};
static form counts = {{"count_nonzero", "a, " COUNTS}, {ARRAY, AXIS, KEEPDIMS}};
static form scans = {{"cumsum", "a, " SCANS}, {ARRAY, AXIS, DTYPE, OUT}};

static form *find_form(const nd_op_info *info)
{
    const char *name = info->name;
    if (info->op_class == ND_CLASS_SCAN)
        return &scans;
    static const struct {
        const char *name;
        form *form;
    } named[] = {
        {"mean", &means},   {"var", &moments},          {"std", &moments},      {"min", &extremes},
        {"max", &extremes}, {"argmin", &positions},     {"argmax", &positions}, {"all", &tests},
        {"any", &tests},    {"count_nonzero", &counts},
    };
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (strcmp(name, named[i].name) == 0)
            return named[i].form;
    return &sums;
}

static form *forms[ND_OP_COUNT]; /* filled as the functions are added */

static form *form_of(nd_op op)
{
    return forms[op];
}

/* ---- Calls ----------------------------------------------------------------------------------- */

/* How an initial value meets a reduction, ND_OP_COUNT where there is no such value. */
static nd_op step_of(nd_op op, bool without_nan)
{
    switch (op) {
    case ND_OP_sum:
        return ND_OP_add;
    case ND_OP_prod:
        return ND_OP_multiply;
    case ND_OP_min:
        return without_nan ? ND_OP_fmin : ND_OP_minimum;
    case ND_OP_max:
        return without_nan ? ND_OP_fmax : ND_OP_maximum;
    default:
        return ND_OP_COUNT;
    }
}

/* From an initial value of the result's dtype: the options of the library hold a double, into which
 * neither large integers nor complex numbers go. */
static nd_array *reduce_from(nd_op op, bool without_nan, const nd_array *array, nd_axes axes,
                             nd_reduce_options options, PyObject *initial)
{
    const nd_op step = step_of(op, without_nan);
    const bool extreme = step != ND_OP_add && step != ND_OP_multiply;
    if (step == ND_OP_COUNT) {
        PyErr_Format(PyExc_TypeError, "%s: does not take `initial`", nd_op_describe(op)->name);
        return NULL;
    }
    PND_AUTO kept = NULL;
    if (extreme && options.where) {
        PND_AUTO start = pnd_to_array_of(initial, nd_dtype_of(array));
        kept = start ? (nd_where)(nd_operand_array(options.where), nd_operand_array(array),
                                  nd_operand_array(start))
                     : NULL;
        if (!kept)
            return NULL;
        array = kept;
        options.where = NULL;
    }
    const bool empty = !nd_size(array), sum = step == ND_OP_add;
    options.has_initial = empty || sum; /* lets it be empty */
    options.initial = sum ? -0.0 : 0;   /* a sum of -0.0 to which -0.0 is added stays one */
    PND_AUTO folded = (without_nan ? nd_nan_reduce : nd_reduce)(op, array, axes, &options);
    PND_AUTO start = folded ? pnd_to_array_of(initial, nd_dtype_of(folded)) : NULL;
    if (!start)
        return NULL;
    if (nd_rank(start)) {
        PyErr_SetString(PyExc_ValueError, "initial must be a number");
        return NULL;
    }
    if (empty) {
        PND_AUTO filled = nd_broadcast_to(start, nd_shape_like(folded));
        return filled ? nd_copy(filled) : NULL;
    }
    const nd_operand both[] = {nd_operand_array(start), nd_operand_array(folded)};
    return nd_elementwise(step, 2, both, NULL);
}

/* True if the only axis named is 0 or -1, which NumPy lets arrays without axes have. */
static bool is_first(const nd_axes *axes)
{
    return !axes->all && axes->count == 1 && (axes->axis[0] == 0 || axes->axis[0] == -1);
}

nd_dtype pnd_dtype_for_out(const nd_array *array, PyObject *out)
{
    if (!pnd_given(out) || !pnd_is_array(out))
        return ND_DTYPE_NONE;
    const nd_dtype own = nd_dtype_of(array), both = nd_promote(own, nd_dtype_of(pnd_array_of(out)));
    return both != own && nd_dtype_kind(both) >= ND_KIND_FLOAT ? both : ND_DTYPE_NONE;
}

/* Positions are along one axis, or all, and go to an `out` of integers. */
static bool is_one_axis(PyObject *const *by_role)
{
    PyObject *const out = by_role[OUT];
    if (by_role[AXIS] && PyTuple_Check(by_role[AXIS])) {
        PyErr_SetString(PyExc_TypeError, "'tuple' object cannot be interpreted as an integer");
        return false;
    }
    const nd_dtype dtype = out && pnd_is_array(out) ? nd_dtype_of(pnd_array_of(out)) : ND_INT64;
    const bool whole = nd_can_cast(dtype, ND_INT64, ND_CAST_SAFE);
    if (!whole)
        PyErr_Format(PyExc_TypeError,
                     "Cannot cast array data from dtype('%s') to dtype('int64') according to the "
                     "rule 'safe'",
                     nd_dtype_name(dtype));
    return whole;
}

/* A mean in integers, or a moment in complex numbers or of them in real ones. */
static bool is_odd(nd_op op, const nd_reduce_options *options, nd_dtype dtype)
{
    if (!options->has_dtype || (form_of(op) != &means && form_of(op) != &moments))
        return false;
    const nd_kind wanted = nd_dtype_kind(options->dtype);
    if (wanted < ND_KIND_FLOAT)
        return true;
    return form_of(op) == &moments &&
           (wanted == ND_KIND_COMPLEX || nd_dtype_kind(dtype) == ND_KIND_COMPLEX);
}

static PyObject *in_dtype(nd_op op, double ddof, PyObject *const *by_role)
{
    PND_OBJECT number = PyFloat_FromDouble(ddof);
    PND_OBJECT name = PyUnicode_FromString(nd_op_describe(op)->name);
    PyObject *const all[] = {by_role[ARRAY],
                             by_role[AXIS],
                             by_role[DTYPE],
                             number,
                             by_role[KEEPDIMS] ? by_role[KEEPDIMS] : Py_False,
                             by_role[WHERE],
                             name};
    PND_OBJECT result =
        number && name ? pnd_in_python("ndstream._statistics", "computed_in", all, 7) : NULL;
    return pnd_object_into(result, by_role[OUT]);
}

/* Asked for bools, NumPy folds the truth of the elements, not their sum or product. */
static bool as_truth(nd_array **array, nd_dtype wanted)
{
    if (wanted != ND_BOOL || nd_dtype_of(*array) == ND_BOOL)
        return true;
    nd_array *const truth = nd_cast(*array, ND_BOOL);
    if (!truth)
        return pnd_raise() != NULL;
    nd_release(*array);
    *array = truth;
    return true;
}

static PyObject *reduce_call(nd_op op, bool without_nan, PyObject *const *by_role)
{
    nd_axes axes;
    nd_reduce_options options = {0};
    if (!pnd_to_axis_tuple(by_role[AXIS], &axes) ||
        !pnd_to_bool(by_role[KEEPDIMS], &options.keepdims))
        return NULL;
    if (pnd_given(by_role[DTYPE])) {
        options.has_dtype = true;
        if (!pnd_to_dtype(by_role[DTYPE], &options.dtype))
            return NULL;
    }
    if (form_of(op) == &positions && !is_one_axis(by_role))
        return NULL;
    const bool averages = form_of(op) == &means || form_of(op) == &moments;
    double ddof = 0;
    if (pnd_given(by_role[DDOF]) && pnd_given(by_role[CORRECTION])) {
        PyErr_SetString(PyExc_ValueError, "ddof and correction can't be provided simultaneously.");
        return NULL;
    }
    if (!pnd_to_double(by_role[DDOF], &ddof) || !pnd_to_double(by_role[CORRECTION], &ddof))
        return NULL;
    options.ddof = ddof;
    PND_AUTO array = pnd_to_array(by_role[ARRAY]);
    PND_AUTO where = NULL;
    if (!array)
        return NULL;
    if (!nd_rank(array) && is_first(&axes) && !averages)
        axes = ND_ALL;
    if (without_nan && averages && nd_dtype_kind(nd_dtype_of(array)) >= ND_KIND_FLOAT &&
        pnd_given(by_role[OUT]) && pnd_is_array(by_role[OUT]) &&
        nd_dtype_kind(nd_dtype_of(pnd_array_of(by_role[OUT]))) < ND_KIND_FLOAT) {
        PyErr_SetString(PyExc_TypeError, "If a is inexact, then out must be inexact");
        return NULL;
    }
    const bool folds =
        form_of(op) == &sums || (form_of(op) == &means && nd_dtype_of(array) != ND_FLOAT16);
    if (folds && !options.has_dtype) {
        options.dtype = pnd_dtype_for_out(array, by_role[OUT]);
        options.has_dtype = options.dtype != ND_DTYPE_NONE;
    }
    if (by_role[WHERE] && by_role[WHERE] != Py_True) {
        where = pnd_to_where(by_role[WHERE]);
        if (!where)
            return NULL;
        options.where = where;
    }
    if (pnd_given(by_role[MEAN])) {
        PND_OBJECT number = PyFloat_FromDouble(ddof);
        PyObject *const all[] = {by_role[ARRAY],
                                 by_role[AXIS],
                                 by_role[DTYPE],
                                 number,
                                 by_role[KEEPDIMS],
                                 by_role[WHERE],
                                 by_role[MEAN],
                                 op == ND_OP_std ? Py_True : Py_False,
                                 without_nan ? Py_True : Py_False};
        PND_OBJECT moment = number ? pnd_in_python("ndstream._statistics", "about", all, 9) : NULL;
        return pnd_object_into(moment, by_role[OUT]);
    }
    if (options.has_dtype && step_of(op, false) != ND_OP_COUNT && !as_truth(&array, options.dtype))
        return NULL;
    if (is_odd(op, &options, nd_dtype_of(array)) &&
        !(without_nan && nd_dtype_kind(nd_dtype_of(array)) >= ND_KIND_FLOAT))
        return in_dtype(op, ddof, by_role);
    nd_array *result = pnd_given(by_role[INITIAL])
                           ? reduce_from(op, without_nan, array, axes, options, by_role[INITIAL])
                           : (without_nan ? nd_nan_reduce : nd_reduce)(op, array, axes, &options);
    const bool any_dtype = form_of(op) == &sums || form_of(op) == &extremes ||
                           form_of(op) == &means || op == ND_OP_var;
    return pnd_into(any_dtype ? pnd_unsafe_for(result, by_role[OUT], ND_CAST_UNSAFE) : result,
                    by_role[OUT]);
}

static PyObject *scan_call(nd_op op, bool without_nan, PyObject *const *by_role)
{
    nd_dtype dtype = ND_DTYPE_NONE;
    int axis = 0;
    PND_AUTO array = pnd_to_array(by_role[ARRAY]);
    if (!array || !pnd_to_dtype(by_role[DTYPE], &dtype) || !pnd_to_int(by_role[AXIS], &axis))
        return NULL;
    if (!as_truth(&array, dtype))
        return NULL;
    if (dtype == ND_DTYPE_NONE)
        dtype = pnd_dtype_for_out(array, by_role[OUT]);
    const bool flat = nd_rank(array) == 0 ? axis == 0 || axis == -1
                                          : !pnd_given(by_role[AXIS]) && nd_rank(array) != 1;
    PND_AUTO line = flat ? nd_ravel(array) : nd_retain(array);
    if (!line)
        return pnd_raise();
    nd_array *result;
    PND_UNLOCKED(nd_size(line),
                 result = (without_nan ? nd_nan_scan : nd_scan)(op, line, axis, dtype));
    return pnd_given(by_role[OUT])
               ? pnd_into(pnd_unsafe_for(result, by_role[OUT], ND_CAST_UNSAFE), by_role[OUT])
               : pnd_wrap(result);
}

static PyObject *table_call(nd_op op, bool without_nan, PyObject *self, PyObject *const *arguments,
                            Py_ssize_t count, PyObject *keywords)
{
    const nd_op_info *info = nd_op_describe(op);
    PyObject *first = self ? self : count ? arguments[0] : NULL;
    if (!without_nan && !keywords && count == (self == NULL) && first && pnd_is_array(first) &&
        info->op_class == ND_CLASS_REDUCTION)
        return pnd_wrap_result(nd_reduce(op, pnd_array_of(first), ND_ALL, NULL)); /* x.sum() */
    form *f = form_of(op);
    PyObject *given[PND_MOST_PARAMETERS], *by_role[ROLES] = {NULL};
    if (!pnd_bind(&f->signature, self, arguments, count, keywords, given))
        return NULL;
    for (int i = 0; i < f->signature.count; i++)
        by_role[f->roles[i]] = given[i];
    return info->op_class == ND_CLASS_SCAN ? scan_call(op, without_nan, by_role)
                                           : reduce_call(op, without_nan, by_role);
}

/* A function of the module: its self is the number of the operation, and ND_OP_COUNT more if it
 * leaves NaN out. */
static PyObject *table_function(PyObject *self, PyObject *const *arguments, Py_ssize_t count,
                                PyObject *keywords)
{
    const long number = PyLong_AsLong(self);
    return table_call((nd_op)(number % ND_OP_COUNT), number >= ND_OP_COUNT, NULL, arguments, count,
                      keywords);
}

#define METHOD(name)                                                                               \
    static PyObject *name##_method(PyObject *self, PyObject *const *arguments, Py_ssize_t count,   \
                                   PyObject *keywords)                                             \
    {                                                                                              \
        return table_call(ND_OP_##name, false, self, arguments, count, keywords);                  \
    }
METHOD(sum)
METHOD(prod)
METHOD(mean)
METHOD(var)
METHOD(std)
METHOD(min)
METHOD(max)
METHOD(argmin)
METHOD(argmax)
METHOD(all)
METHOD(any)
METHOD(cumsum)
METHOD(cumprod)
#undef METHOD

#define METHOD(name, parameters)                                                                   \
    {                                                                                              \
#name, (PyCFunction)(void (*)(void))name##_method, METH_FASTCALL | METH_KEYWORDS,          \
            #name "($self, " parameters ")\n--\n\nSee ndstream." #name "()."                       \
    }
PyMethodDef pnd_reduce_methods[] = {
    METHOD(sum, SUMS),         METHOD(prod, SUMS),
    METHOD(mean, MEANS),       METHOD(var, MOMENTS),
    METHOD(std, MOMENTS),      METHOD(min, EXTREMES),
    METHOD(max, EXTREMES),     METHOD(argmin, POSITIONS),
    METHOD(argmax, POSITIONS), METHOD(all, TESTS),
    METHOD(any, TESTS),        METHOD(cumsum, SCANS),
    METHOD(cumprod, SCANS),    {0},
};

/* ---- The functions --------------------------------------------------------------------------- */

/* The operation of a reduction by its name: for the ufuncs, whose reduce() it is. */
PyObject *pnd_reduce_as(nd_op op, PyObject *array, PyObject *axis, PyObject *dtype, PyObject *out,
                        PyObject *keepdims, PyObject *initial, PyObject *where)
{
    PyObject *by_role[ROLES] = {
        [ARRAY] = array,       [AXIS] = axis,       [DTYPE] = dtype, [OUT] = out,
        [KEEPDIMS] = keepdims, [INITIAL] = initial, [WHERE] = where};
    return nd_op_describe(op)->op_class == ND_CLASS_SCAN ? scan_call(op, false, by_role)
                                                         : reduce_call(op, false, by_role);
}

static bool add_function(PyObject *module, PyObject *module_name, nd_op op, bool without_nan)
{
    static PyMethodDef definitions[2 * ND_OP_COUNT];
    static char names[2 * ND_OP_COUNT][32], documents[2 * ND_OP_COUNT][512];
    const int number = (int)op + (without_nan ? ND_OP_COUNT : 0);
    const nd_op_info *info = nd_op_describe(op);
    snprintf(names[number], sizeof names[number], "%s%s", without_nan ? "nan" : "", info->name);
    snprintf(documents[number], sizeof documents[number], "%s(%s)\n--\n\n%s%s", names[number],
             form_of(op)->signature.text, without_nan ? "Of the elements that are not NaN: " : "",
             info->doc);
    definitions[number] = (PyMethodDef){names[number], (PyCFunction)(void (*)(void))table_function,
                                        METH_FASTCALL | METH_KEYWORDS, documents[number]};
    PND_OBJECT key = PyLong_FromLong(number);
    PND_OBJECT function = key ? PyCFunction_NewEx(&definitions[number], key, module_name) : NULL;
    if (!function || PyModule_AddObjectRef(module, names[number], function) < 0)
        return false;
    static const struct {
        const char *name, *of;
    } aliases[] = {{"amin", "min"}, {"amax", "max"}};
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(aliases[i].of, names[number]) == 0 &&
            PyModule_AddObjectRef(module, aliases[i].name, function) < 0)
            return false;
    return true;
}

bool pnd_add_reductions(PyObject *module)
{
    static const nd_op without_nan[] = {ND_OP_sum,    ND_OP_prod,   ND_OP_mean,   ND_OP_var,
                                        ND_OP_std,    ND_OP_min,    ND_OP_max,    ND_OP_argmin,
                                        ND_OP_argmax, ND_OP_cumsum, ND_OP_cumprod};
    PND_OBJECT module_name = PyModule_GetNameObject(module);
    if (!module_name)
        return false;
    for (int op = 0; op < ND_OP_COUNT; op++) {
        const nd_op_class kind = nd_op_describe((nd_op)op)->op_class;
        forms[op] = find_form(nd_op_describe((nd_op)op));
        if ((kind == ND_CLASS_REDUCTION || kind == ND_CLASS_SCAN) &&
            !add_function(module, module_name, (nd_op)op, false))
            return false;
    }
    for (size_t i = 0; i < sizeof without_nan / sizeof *without_nan; i++)
        if (!add_function(module, module_name, without_nan[i], true))
            return false;
    return true;
}

/* Text of arrays: repr() and str() as NumPy's, and the print options. */
#include "core.h"

#include <string.h>

/* What set_printoptions() set. The texts and objects are owned. */
static nd_text_options options = ND_TEXT_OPTIONS;
static PyObject *nan_text, *inf_text, *formatter, *override_repr;
static const char *legacy; /* a name of `legacies`, NULL: none */

/* Until the end of the block the texts of a copy of the options stay: what is pending is computed
 * first, and another thread, or a handler of signals, may set others meanwhile. */
#define KEEPS_TEXTS                                                                                \
    __attribute__((unused)) PND_OBJECT kept_nan = Py_XNewRef(nan_text);                            \
    __attribute__((unused)) PND_OBJECT kept_inf = Py_XNewRef(inf_text)

/* NumPy's versions whose text can be had. Up to 1.25 scalars are written as Python's, up to 2.2
 * nothing tells the shape of a summarised array. */
static const char *const legacies[] = {"1.21", "1.25", "2.1", "2.2"};

/* A function that the formatter has for elements of a dtype: `call` of an element is its text. */
struct writer {
    PyObject *call;
    nd_dtype dtype;
};

static int write_word(void *context, const void *element, char *text, int capacity)
{
    const struct writer *writer = context;
    PND_OBJECT scalar = pnd_scalar_new(writer->dtype, element);
    PND_OBJECT word = scalar ? PyObject_CallOneArg(writer->call, scalar) : NULL;
    if (word && !PyUnicode_Check(word))
        PyErr_Format(PyExc_TypeError, "formatter: text is expected, not %.100s",
                     Py_TYPE(word)->tp_name);
    Py_ssize_t length;
    const char *from =
        word && PyUnicode_Check(word) ? PyUnicode_AsUTF8AndSize(word, &length) : NULL;
    if (!from)
        return -1;
    length = length < capacity ? length : capacity;
    memcpy(text, from, (size_t)length);
    return (int)length;
}

/* What a formatter, a dictionary by kinds of elements, has for a dtype: borrowed, or NULL. */
static PyObject *formatter_for(PyObject *functions, nd_dtype dtype)
{
    static const char *const keys[][3] = {
        [ND_KIND_BOOL] = {"all", "bool", "bool"},
        [ND_KIND_SIGNED] = {"all", "int_kind", "int"},
        [ND_KIND_UNSIGNED] = {"all", "int_kind", "int"},
        [ND_KIND_FLOAT] = {"all", "float_kind", "float"},
        [ND_KIND_COMPLEX] = {"all", "complex_kind", "complexfloat"}};
    PyObject *found = NULL;
    for (int i = 0; functions && i < 3; i++) {
        PyObject *call = PyDict_GetItemString(functions, keys[nd_dtype_kind(dtype)][i]);
        if (call && call != Py_None)
            found = call;
    }
    return found;
}

/* The text of an array, with what `functions` (NULL: nothing) has for its elements. */
static PyObject *text_by(const nd_array *array, const nd_text_options *given, PyObject *functions)
{
    nd_text_options with = *given;
    with.edge_items = with.edge_items > 0 ? with.edge_items : 0; /* NumPy takes any number */
    PND_OBJECT call = Py_XNewRef(formatter_for(functions, nd_dtype_of(array)));
    struct writer writer = {call, nd_dtype_of(array)};
    if (call)
        with.word = write_word, with.context = &writer;
    char *text = nd_to_text_with(array, &with);
    if (!text)
        return pnd_raise();
    PyObject *object = PyUnicode_FromString(text);
    nd_text_free(text);
    return object;
}

/* Nothing but `legacy` changes how scalars are written. */
static PyObject *scalar_text(const nd_array *array)
{
    const nd_text_options plain = ND_TEXT_OPTIONS;
    return array ? text_by(array, &plain, NULL) : pnd_raise();
}

PyObject *pnd_scalar_text(nd_dtype dtype, const void *element)
{
    PND_AUTO array = nd_from_data(dtype, ND_SCALAR_SHAPE, element);
    return scalar_text(array);
}

bool pnd_scalars_are_plain(void)
{
    return legacy && legacy[0] == '1';
}

static PyObject *str_with(PyObject *self, const nd_text_options *with)
{
    nd_array *array = pnd_array_of(self);
    if (!pnd_force(array))
        return NULL;
    return nd_rank(array) ? text_by(array, with, formatter) : scalar_text(array);
}

PyObject *pnd_str(PyObject *self)
{
    return str_with(self, &options);
}

static bool is_implied(nd_dtype dtype)
{
    return dtype == ND_BOOL || dtype == ND_INT64 || dtype == ND_FLOAT64 || dtype == ND_COMPLEX128;
}

/* The only element of an array without axes, written as in an array and not as a scalar. */
static PyObject *element_by(const nd_array *array, const nd_text_options *with, PyObject *functions)
{
    PND_AUTO line = nd_reshape(array, ND_SHAPE(1));
    PND_OBJECT text = line ? text_by(line, with, functions) : pnd_raise();
    if (!text)
        return NULL;
    const bool padded = nd_dtype_of(array) == ND_BOOL && PyUnicode_ReadChar(text, 1) == ' ';
    return PyUnicode_Substring(text, padded ? 2 : 1, PyUnicode_GET_LENGTH(text) - 1);
}

static PyObject *elements_by(const nd_array *array, const nd_text_options *with,
                             PyObject *functions)
{
    return nd_rank(array) ? text_by(array, with, functions) : element_by(array, with, functions);
}

/* array(...), with shape= and dtype= where the elements do not tell. `name`: what it is called. */
static PyObject *repr_with(PyObject *self, const nd_text_options *given, const char *name)
{
    if (override_repr) {
        PND_OBJECT call = Py_NewRef(override_repr);
        return PyObject_CallOneArg(call, self);
    }
    nd_array *array = pnd_array_of(self);
    nd_text_options with = *given;
    KEEPS_TEXTS;
    with.separator = ", ";
    with.prefix = (int)strlen(name) + 1;
    with.suffix = 1;
    if (!pnd_force(array))
        return NULL;
    PND_OBJECT elements = elements_by(array, &with, formatter);
    if (!elements)
        return NULL;
    const bool empty = nd_size(array) == 0, summarised = !legacy && nd_size(array) > with.threshold;
    const bool shaped = (empty && !(nd_rank(array) == 1)) || summarised;
    const bool typed = !is_implied(nd_dtype_of(array)) || empty;
    if (!shaped && !typed)
        return PyUnicode_FromFormat("%s(%U)", name, elements);
    PND_OBJECT shape = pnd_shape_tuple(nd_rank(array), nd_lengths(array));
    PND_OBJECT extra =
        shaped && typed
            ? PyUnicode_FromFormat("shape=%R, dtype=%s)", shape, nd_dtype_name(nd_dtype_of(array)))
        : shaped ? PyUnicode_FromFormat("shape=%R)", shape)
                 : PyUnicode_FromFormat("dtype=%s)", nd_dtype_name(nd_dtype_of(array)));
    PND_OBJECT text = extra ? PyUnicode_FromFormat("%s(%U,", name, elements) : NULL;
    if (!text)
        return NULL;
    const Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    const Py_ssize_t line = length - 1 - PyUnicode_FindChar(text, '\n', 0, length, -1);
    const bool breaks = line + PyUnicode_GET_LENGTH(extra) + 1 > with.line_width;
    return PyUnicode_FromFormat("%U%s%U", text, breaks ? "\n      " : " ", extra);
}

PyObject *pnd_repr(PyObject *self)
{
    return repr_with(self, &options, "array");
}

/* ---- Options --------------------------------------------------------------------------------- */

static const char *const mode_names[] = {"maxprec", "maxprec_equal", "fixed", "unique"};

/* Changes what is given in `with`. The texts stay those of the arguments. */
static bool change(nd_text_options *with, PyObject *precision, PyObject *threshold,
                   PyObject *edgeitems, PyObject *linewidth, PyObject *suppress, PyObject *nan,
                   PyObject *inf, PyObject *sign, PyObject *float_mode)
{
    bool suppress_small = with->suppress_small;
    int64_t most = with->threshold;
    if (pnd_given(threshold) &&
        PyFloat_Check(threshold)) { /* sys.maxsize or inf: never summarise */
        const double limit = PyFloat_AS_DOUBLE(threshold);
        if (limit != limit) {
            PyErr_SetString(
                PyExc_ValueError,
                "threshold must be non-NAN, try sys.maxsize for untruncated representation");
            return false;
        }
        most = limit >= 9e18 ? INT64_MAX : (int64_t)limit;
    } else if (!pnd_to_int64(threshold, &most)) {
        return false;
    }
    with->threshold = most;
    if (!pnd_to_int(precision, &with->precision) || !pnd_to_int(edgeitems, &with->edge_items) ||
        !pnd_to_int(linewidth, &with->line_width) || !pnd_to_bool(suppress, &suppress_small))
        return false;
    with->suppress_small = suppress_small;
    if (with->precision < 0 || with->precision > 100) {
        PyErr_Format(PyExc_ValueError, "precision must be 0 to 100, not %d", with->precision);
        return false;
    }
    if (pnd_given(nan) && !(with->nan = PyUnicode_AsUTF8(nan)))
        return false;
    if (pnd_given(inf) && !(with->inf = PyUnicode_AsUTF8(inf)))
        return false;
    if (pnd_given(sign)) {
        const char *letter = PyUnicode_Check(sign) ? PyUnicode_AsUTF8(sign) : NULL;
        if (!letter || !letter[0] || letter[1] || !strchr(" +-", letter[0])) {
            PyErr_SetString(PyExc_ValueError, "sign option must be one of ' ', '+', or '-'");
            return false;
        }
        with->sign = letter[0];
    }
    for (int i = 0; pnd_given(float_mode); i++) {
        if (i == 4) {
            PyErr_Format(PyExc_ValueError,
                         "floatmode option must be one of 'fixed', 'unique', 'maxprec', "
                         "'maxprec_equal' (got %R)",
                         float_mode);
            return false;
        }
        if (PyUnicode_Check(float_mode) &&
            PyUnicode_CompareWithASCIIString(float_mode, mode_names[i]) == 0) {
            with->float_mode = (nd_float_mode)i;
            break;
        }
    }
    return true;
}

/* A dictionary or nothing. */
static bool check_formatter(PyObject *functions)
{
    if (!pnd_given(functions) || PyDict_Check(functions))
        return true;
    PyErr_Format(PyExc_TypeError, "formatter must be a dictionary, not %.100s",
                 Py_TYPE(functions)->tp_name);
    return false;
}

/* Finds the version that is asked for; False is none. */
static bool to_legacy(PyObject *name, const char **version)
{
    if (!pnd_given(name))
        return true;
    *version = NULL;
    if (name == Py_False)
        return true;
    for (size_t i = 0; PyUnicode_Check(name) && i < sizeof legacies / sizeof *legacies; i++)
        if (PyUnicode_CompareWithASCIIString(name, legacies[i]) == 0)
            *version = legacies[i];
    if (!*version)
        PyErr_Format(PyExc_NotImplementedError,
                     "legacy must be '1.21', '1.25', '2.1', '2.2' or False, not %R", name);
    return *version != NULL;
}

static PyObject *given_or_none(PyObject *object)
{
    return object ? object : Py_None;
}

/* Exchanges an owned object for what was given, NULL where that is None. */
static void keep(PyObject **owned, PyObject *object)
{
    Py_XSETREF(*owned, pnd_given(object) ? Py_NewRef(object) : NULL);
}

PND_FUNCTION(set_printoptions,
             "precision=None, threshold=None, edgeitems=None, linewidth=None, suppress=None, "
             "nanstr=None, infstr=None, "
             "formatter=None, sign=None, floatmode=None, *, legacy=None, override_repr=None",
             "Sets how arrays are written.")
{
    nd_text_options with = options;
    KEEPS_TEXTS;
    const char *version = legacy;
    if (!check_formatter(given[7]) || !to_legacy(given[10], &version) ||
        !change(&with, given[0], given[1], given[2], given[3], given[4], given[5], given[6],
                given[8], given[9]))
        return NULL;
    if (pnd_given(given[5]))
        keep(&nan_text, given[5]);
    if (pnd_given(given[6]))
        keep(&inf_text, given[6]);
    keep(&formatter, given[7]); /* these two do not stay, as NumPy's */
    keep(&override_repr, given[11]);
    options = with;
    legacy = version;
    Py_RETURN_NONE;
}

PND_FUNCTION(get_printoptions, "", "The print options as a dictionary.")
{
    (void)given;
    PyObject *version = legacy ? PyUnicode_FromString(legacy) : Py_NewRef(Py_False);
    return Py_BuildValue("{sisLsssisOsisssssCsOsNsO}", "edgeitems", options.edge_items, "threshold",
                         (long long)options.threshold, "floatmode", mode_names[options.float_mode],
                         "precision", options.precision, "suppress",
                         options.suppress_small ? Py_True : Py_False, "linewidth",
                         options.line_width, "nanstr", options.nan, "infstr", options.inf, "sign",
                         options.sign, "formatter", given_or_none(formatter), "legacy", version,
                         "override_repr", given_or_none(override_repr));
}

/* The array whose text is wanted, or the scalar as one. What has not even `attribute` is an error,
 * as in NumPy; other arrays are taken. */
static PyObject *written(PyObject *object, const char *attribute)
{
    PND_OBJECT value = PyObject_GetAttrString(object, attribute);
    return value ? pnd_as_array_object(object, ND_DTYPE_NONE) : NULL;
}

PND_FUNCTION(array2string,
             "a, max_line_width=None, precision=None, suppress_small=None, separator=' ', "
             "prefix='', *, formatter=None, "
             "threshold=None, edgeitems=None, sign=None, floatmode=None, suffix='', legacy=None",
             "The text of an array.")
{
    nd_text_options with = options;
    KEEPS_TEXTS;
    PND_OBJECT array = written(given[0], "size");
    if (!array || !change(&with, given[2], given[7], given[8], given[1], given[3], NULL, NULL,
                          given[9], given[10]))
        return NULL;
    const char *version;
    if (!check_formatter(given[6]) || !to_legacy(given[12], &version))
        return NULL;
    if (pnd_given(given[4]) && !(with.separator = PyUnicode_AsUTF8(given[4])))
        return NULL;
    with.prefix = given[5] && PyUnicode_Check(given[5]) ? (int)PyUnicode_GET_LENGTH(given[5]) : 0;
    with.suffix =
        given[11] && PyUnicode_Check(given[11]) ? (int)PyUnicode_GET_LENGTH(given[11]) : 0;
    PND_OBJECT functions = Py_XNewRef(pnd_given(given[6]) ? given[6] : formatter);
    return pnd_force(pnd_array_of(array)) ? elements_by(pnd_array_of(array), &with, functions)
                                          : NULL;
}

PND_FUNCTION(array_repr, "arr, max_line_width=None, precision=None, suppress_small=None",
             "repr() with options.")
{
    nd_text_options with = options;
    KEEPS_TEXTS;
    PND_OBJECT array = written(given[0], "size");
    if (!array || !change(&with, given[2], NULL, NULL, given[1], given[3], NULL, NULL, NULL, NULL))
        return NULL;
    return repr_with(array, &with,
                     pnd_is_scalar(given[0]) ? nd_dtype_name(nd_dtype_of(pnd_array_of(array)))
                                             : "array");
}

PND_FUNCTION(array_str, "a, max_line_width=None, precision=None, suppress_small=None",
             "str() with options.")
{
    nd_text_options with = options;
    KEEPS_TEXTS;
    PND_OBJECT array = written(given[0], "shape");
    if (!array || !change(&with, given[2], NULL, NULL, given[1], given[3], NULL, NULL, NULL, NULL))
        return NULL;
    if (pnd_is_scalar(given[0])) { /* which NumPy takes for arrays, and fails */
        PyErr_Format(PyExc_TypeError, "array_str() takes an array, not a %.100s; see str()",
                     Py_TYPE(given[0])->tp_name);
        return NULL;
    }
    return str_with(array, &with);
}

PyMethodDef pnd_text_functions[] = {
    PND_ROW(set_printoptions), PND_ROW(get_printoptions), PND_ROW(array2string),
    PND_ROW(array_repr),       PND_ROW(array_str),        {0},
};

/* Text of arrays: repr() and str() as NumPy's, and the print options. */
#include "core.h"

#include <string.h>

/* What set_printoptions() set. The texts are owned. */
static nd_text_options options = ND_TEXT_OPTIONS;
static PyObject *nan_text, *inf_text;

static PyObject *text_of(const nd_array *array, const nd_text_options *with)
{
    char *text = nd_to_text_with(array, with);
    if (!text)
        return pnd_raise();
    PyObject *object = PyUnicode_FromString(text);
    nd_text_free(text);
    return object;
}

PyObject *pnd_scalar_text(nd_dtype dtype, const void *element)
{
    PND_AUTO array = nd_from_data(dtype, ND_SCALAR_SHAPE, element);
    return array ? text_of(array, &options) : pnd_raise();
}

PyObject *pnd_str(PyObject *self)
{
    nd_array *array = pnd_array_of(self);
    return pnd_force(array) ? text_of(array, &options) : NULL;
}

static bool is_implied(nd_dtype dtype)
{
    return dtype == ND_BOOL || dtype == ND_INT64 || dtype == ND_FLOAT64 || dtype == ND_COMPLEX128;
}

/* The only element of an array without axes, written as in an array and not as a scalar. */
static PyObject *element_of(const nd_array *array, const nd_text_options *with)
{
    PND_AUTO line = nd_reshape(array, ND_SHAPE(1));
    PND_OBJECT text = line ? text_of(line, with) : pnd_raise();
    return text ? PyUnicode_Substring(text, PyUnicode_ReadChar(text, 1) == ' ' ? 2 : 1,
                                      PyUnicode_GET_LENGTH(text) - 1)
                : NULL;
}

/* array(...), with shape= and dtype= where the elements do not tell. */
static PyObject *repr_with(PyObject *self, const nd_text_options *given)
{
    nd_array *array = pnd_array_of(self);
    nd_text_options with = *given;
    with.separator = ", ";
    with.prefix = 6; /* "array(" */
    with.suffix = 1;
    if (!pnd_force(array))
        return NULL;
    PND_OBJECT elements = nd_rank(array) ? text_of(array, &with) : element_of(array, &with);
    if (!elements)
        return NULL;
    const bool empty = nd_size(array) == 0, summarised = nd_size(array) > with.threshold;
    const bool shaped = (empty && !(nd_rank(array) == 1)) || summarised;
    const bool typed = !is_implied(nd_dtype_of(array)) || empty;
    if (!shaped && !typed)
        return PyUnicode_FromFormat("array(%U)", elements);
    PND_OBJECT shape = pnd_shape_tuple(nd_rank(array), nd_lengths(array));
    PND_OBJECT extra =
        shaped && typed
            ? PyUnicode_FromFormat("shape=%R, dtype=%s)", shape, nd_dtype_name(nd_dtype_of(array)))
        : shaped ? PyUnicode_FromFormat("shape=%R)", shape)
                 : PyUnicode_FromFormat("dtype=%s)", nd_dtype_name(nd_dtype_of(array)));
    PND_OBJECT text = extra ? PyUnicode_FromFormat("array(%U,", elements) : NULL;
    if (!text)
        return NULL;
    const Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    const Py_ssize_t line = length - 1 - PyUnicode_FindChar(text, '\n', 0, length, -1);
    const bool breaks = line + PyUnicode_GET_LENGTH(extra) + 1 > with.line_width;
    return PyUnicode_FromFormat("%U%s%U", text, breaks ? "\n      " : " ", extra);
}

PyObject *pnd_repr(PyObject *self)
{
    return repr_with(self, &options);
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

PND_FUNCTION(set_printoptions,
             "precision=None, threshold=None, edgeitems=None, linewidth=None, suppress=None, "
             "nanstr=None, infstr=None, "
             "formatter=None, sign=None, floatmode=None, *, legacy=None, override_repr=None",
             "Sets how arrays are written.")
{
    nd_text_options with = options;
    if (pnd_given(given[7]) || pnd_given(given[11])) {
        PyErr_SetString(PyExc_NotImplementedError,
                        "set_printoptions: `formatter` and `override_repr` are not there; "
                        "format the elements of .tolist()");
        return NULL;
    }
    if (!change(&with, given[0], given[1], given[2], given[3], given[4], given[5], given[6],
                given[8], given[9]))
        return NULL;
    if (pnd_given(given[5]))
        Py_XSETREF(nan_text, Py_NewRef(given[5]));
    if (pnd_given(given[6]))
        Py_XSETREF(inf_text, Py_NewRef(given[6]));
    options = with;
    Py_RETURN_NONE;
}

PND_FUNCTION(get_printoptions, "", "The print options as a dictionary.")
{
    (void)given;
    return Py_BuildValue("{sisLsisisssssssOsCsssOsO}", "precision", options.precision, "threshold",
                         (long long)options.threshold, "edgeitems", options.edge_items, "linewidth",
                         options.line_width, "floatmode", mode_names[options.float_mode], "nanstr",
                         options.nan, "infstr", options.inf, "suppress",
                         options.suppress_small ? Py_True : Py_False, "sign", options.sign,
                         "legacy", "", "formatter", Py_None, "override_repr", Py_None);
}

PND_FUNCTION(array2string,
             "a, max_line_width=None, precision=None, suppress_small=None, separator=' ', "
             "prefix='', *, formatter=None, "
             "threshold=None, edgeitems=None, sign=None, floatmode=None, suffix='', legacy=None",
             "The text of an array.")
{
    nd_text_options with = options;
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!array || !change(&with, given[2], given[7], given[8], given[1], given[3], NULL, NULL,
                          given[9], given[10]))
        return NULL;
    if (pnd_given(given[6])) {
        PyErr_SetString(PyExc_NotImplementedError, "array2string: `formatter` is not there");
        return NULL;
    }
    if (pnd_given(given[4]) && !(with.separator = PyUnicode_AsUTF8(given[4])))
        return NULL;
    with.prefix = given[5] && PyUnicode_Check(given[5]) ? (int)PyUnicode_GET_LENGTH(given[5]) : 0;
    with.suffix =
        given[11] && PyUnicode_Check(given[11]) ? (int)PyUnicode_GET_LENGTH(given[11]) : 0;
    return pnd_force(pnd_array_of(array)) ? text_of(pnd_array_of(array), &with) : NULL;
}

PND_FUNCTION(array_repr, "arr, max_line_width=None, precision=None, suppress_small=None",
             "repr() with options.")
{
    nd_text_options with = options;
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!array || !change(&with, given[2], NULL, NULL, given[1], given[3], NULL, NULL, NULL, NULL))
        return NULL;
    return repr_with(array, &with);
}

PND_FUNCTION(array_str, "a, max_line_width=None, precision=None, suppress_small=None",
             "str() with options.")
{
    nd_text_options with = options;
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!array || !change(&with, given[2], NULL, NULL, given[1], given[3], NULL, NULL, NULL, NULL))
        return NULL;
    return pnd_force(pnd_array_of(array)) ? text_of(pnd_array_of(array), &with) : NULL;
}

PyMethodDef pnd_text_functions[] = {
    PND_ROW(set_printoptions), PND_ROW(get_printoptions), PND_ROW(array2string),
    PND_ROW(array_repr),       PND_ROW(array_str),        {0},
};

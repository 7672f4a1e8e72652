/* Arguments: binding to parameters, and their conversion.
 *
 * A signature is written as text and split into interned names when it is first used. A keyword is
 * found by its address, as the compiler interns those of a call; only names made at run time are
 * compared letter by letter. */
#include "core.h"

#include <string.h>

/* "a, axis=None, /, *, keepdims=False" */
static bool split(pnd_signature *s)
{
    int count = 0, positional = -1;
    uint32_t required = 0;
    for (const char *at = s->text; *at;) {
        while (*at == ' ' || *at == ',')
            at++;
        const char *name = at;
        while (*at && *at != ',' && *at != '=')
            at++;
        const Py_ssize_t length = at - name;
        if (length == 1 && *name == '/') {
            s->positional_only = count;
        } else if (length == 1 && *name == '*') {
            positional = count;
        } else if (length) {
            PyObject *object = PyUnicode_FromStringAndSize(name, length);
            if (!object)
                return false;
            PyUnicode_InternInPlace(&object);
            s->names[count] = object;
            if (*at != '=')
                required |= 1u << count;
            count++;
        }
        /* A default may hold commas in brackets. */
        for (int depth = 0; *at && (depth || *at != ','); at++)
            depth += (*at == '(' || *at == '[') - (*at == ')' || *at == ']');
    }
    s->positional = positional < 0 ? count : positional;
    s->required = required;
    s->count = count;
    return true;
}

static int find_keyword(const pnd_signature *s, PyObject *name)
{
    for (int i = s->positional_only; i < s->count; i++)
        if (s->names[i] == name)
            return i;
    for (int i = s->positional_only; i < s->count; i++)
        if (PyUnicode_Compare(s->names[i], name) == 0)
            return i;
    return -1;
}

/* False, with an exception, for device="cuda" and the like. */
static bool is_device_here(PyObject *name, PyObject *value)
{
    if (value == Py_None || PyUnicode_CompareWithASCIIString(name, "device") != 0 ||
        PyTuple_Check(value) ||
        (PyUnicode_Check(value) && PyUnicode_CompareWithASCIIString(value, "cpu") == 0))
        return true;
    PyErr_Format(PyExc_ValueError,
                 "Device not understood. Only \"cpu\" is allowed, but received: %S", value);
    return false;
}

bool pnd_bind(pnd_signature *s, PyObject *self, PyObject *const *arguments, Py_ssize_t count,
              PyObject *keywords, PyObject **given)
{
    if (!s->count && !split(s))
        return false;
    const int first = self != NULL;
    if (first + count > s->positional) {
        PyErr_Format(PyExc_TypeError, "%s() takes at most %d positional arguments, %zd are given",
                     s->name, s->positional - first, count);
        return false;
    }
    given[0] = self;
    for (int i = 0; i < count; i++)
        given[first + i] = arguments[i];
    for (int i = first + (int)count; i < s->count; i++) /* a call of memset() takes longer */
        *(PyObject *volatile *)&given[i] = NULL;
    uint32_t missing = s->required & (uint32_t)(~0ull << (first + count));
    const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
    for (Py_ssize_t k = 0; k < named; k++) {
        PyObject *name = PyTuple_GET_ITEM(keywords, k);
        const int at = find_keyword(s, name);
        if (at < 0) {
            PyErr_Format(PyExc_TypeError, "%s() has no argument %R; it takes (%s)", s->name, name,
                         s->text);
            return false;
        }
        if (given[at]) {
            PyErr_Format(PyExc_TypeError, "%s() got its argument %R twice", s->name, name);
            return false;
        }
        given[at] = arguments[count + k];
        missing &= ~(1u << at);
        if (!is_device_here(name, given[at]))
            return false;
    }
    if (missing)
        PyErr_Format(PyExc_TypeError, "%s() needs its argument %R; it takes (%s)", s->name,
                     s->names[__builtin_ctz(missing)], s->text);
    return !missing;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

bool pnd_to_bool(PyObject *object, bool *value)
{
    if (!pnd_given(object))
        return true;
    const int truth = PyObject_IsTrue(object);
    *value = truth > 0;
    return truth >= 0;
}

bool pnd_to_int64(PyObject *object, int64_t *value)
{
    if (!pnd_given(object))
        return true;
    if (PyBool_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "an integer is required, not a bool");
        return false;
    }
    PND_OBJECT number = PyNumber_Index(object);
    if (!number)
        return false;
    *value = PyLong_AsLongLong(number);
    return *value != -1 || !PyErr_Occurred();
}

bool pnd_to_int64_within(PyObject *object, int64_t *value)
{
    if (pnd_to_int64(object, value))
        return true;
    if (!PyErr_ExceptionMatches(PyExc_OverflowError))
        return false;
    PyErr_Clear();
    PND_OBJECT zero = PyLong_FromLong(0);
    const int below = zero ? PyObject_RichCompareBool(object, zero, Py_LT) : -1;
    *value = below > 0 ? -INT64_MAX : INT64_MAX;
    return below >= 0;
}

bool pnd_to_int(PyObject *object, int *value)
{
    int64_t wide = *value;
    if (!pnd_to_int64(object, &wide))
        return false;
    *value = wide > INT_MAX ? INT_MAX : wide < INT_MIN ? INT_MIN : (int)wide;
    return true;
}

bool pnd_to_double(PyObject *object, double *value)
{
    if (!pnd_given(object))
        return true;
    *value = PyFloat_AsDouble(object);
    return *value != -1 || !PyErr_Occurred();
}

bool pnd_check_subtracts(const nd_array *array)
{
    if (nd_dtype_kind(nd_dtype_of(array)) != ND_KIND_BOOL)
        return true;
    PyErr_SetString(PyExc_TypeError, "bools cannot be subtracted: use an integer dtype, or `^`");
    return false;
}

/* ---- Axes and shapes ------------------------------------------------------------------------- */

bool pnd_to_axis(PyObject *object, int *axis)
{
    if (object != Py_None)
        return pnd_to_int(object, axis);
    PyErr_SetString(PyExc_TypeError, "'NoneType' object cannot be interpreted as an integer");
    return false;
}

bool pnd_to_axes(PyObject *object, nd_axes *axes)
{
    axes->all = !pnd_given(object);
    axes->count = 0;
    if (axes->all)
        return true;
    if (PyLong_CheckExact(object)) {
        axes->count = 1;
        return pnd_to_int(object, &axes->axis[0]);
    }
    if (PyTuple_Check(object) || PyList_Check(object) || PyRange_Check(object) ||
        (pnd_is_array(object) && nd_rank(pnd_array_of(object)) == 1)) {
        const Py_ssize_t count = PySequence_Size(object);
        if (count > ND_MAX_RANK) {
            PyErr_Format(PyExc_ValueError, "axis: %zd axes; there are at most %d", count,
                         ND_MAX_RANK);
            return false;
        }
        for (Py_ssize_t i = 0; i < count; i++) {
            PND_OBJECT item = PySequence_GetItem(object, i);
            if (!item)
                return false;
            axes->axis[i] = 0;
            if (!pnd_to_int(item, &axes->axis[i]))
                return false;
        }
        axes->count = (int)count;
        return true;
    }
    axes->count = 1;
    axes->axis[0] = 0;
    return pnd_to_int(object, &axes->axis[0]);
}

bool pnd_to_axis_tuple(PyObject *object, nd_axes *axes)
{
    const bool line = object && pnd_is_array(object) && nd_rank(pnd_array_of(object)) > 0;
    if (!line && (!object || !(PyList_Check(object) || PyRange_Check(object))))
        return pnd_to_axes(object, axes);
    PyErr_Format(PyExc_TypeError, "'%.200s' object cannot be interpreted as an integer",
                 Py_TYPE(object)->tp_name);
    return false;
}

static bool to_length(PyObject *object, int64_t *length)
{
    if (pnd_to_int64(object, length))
        return true;
    if (PyErr_ExceptionMatches(PyExc_OverflowError))
        PyErr_SetString(PyExc_ValueError, "Maximum allowed dimension exceeded");
    return false;
}

bool pnd_to_shape(PyObject *object, nd_shape *shape)
{
    shape->rank = 0;
    PND_OBJECT items = PyLong_Check(object) ? NULL : PySequence_Tuple(object);
    if (!items && PyIndex_Check(object)) { /* (an array of lengths has an index as well) */
        PyErr_Clear();
        shape->rank = 1;
        return to_length(object, &shape->length[0]);
    }
    if (!items) {
        PyErr_Format(PyExc_TypeError, "a shape is an integer or a tuple of integers, not %.200s",
                     Py_TYPE(object)->tp_name);
        return false;
    }
    const Py_ssize_t count = PyTuple_GET_SIZE(items);
    if (count > ND_MAX_RANK) {
        PyErr_Format(PyExc_ValueError, "a shape of %zd axes; there are at most %d", count,
                     ND_MAX_RANK);
        return false;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PyTuple_GET_ITEM(items, i);
        if (item == Py_None) {
            PyErr_SetString(PyExc_TypeError, "a shape is made of integers, not None");
            return false;
        }
        if (!to_length(item, &shape->length[i]))
            return false;
    }
    shape->rank = (int)count;
    return true;
}

PyObject *pnd_shape_tuple(int rank, const int64_t *lengths)
{
    PyObject *tuple = PyTuple_New(rank);
    for (int i = 0; tuple && i < rank; i++) {
        PyObject *length = PyLong_FromLongLong(lengths[i]);
        if (!length)
            Py_CLEAR(tuple);
        else
            PyTuple_SET_ITEM(tuple, i, length);
    }
    return tuple;
}

void pnd_reverse_shape(nd_shape *shape)
{
    for (int i = 0; i < shape->rank / 2; i++) {
        const int64_t length = shape->length[i];
        shape->length[i] = shape->length[shape->rank - 1 - i];
        shape->length[shape->rank - 1 - i] = length;
    }
}

/* ---- Arrays ---------------------------------------------------------------------------------- */

nd_array *pnd_to_where(PyObject *object)
{
    const nd_dtype dtype = pnd_is_array(object) ? nd_dtype_of(pnd_array_of(object)) : ND_BOOL;
    if (dtype == ND_BOOL)
        return pnd_to_array_of(object, ND_BOOL);
    PyErr_Format(PyExc_TypeError,
                 "Cannot cast array data from dtype('%s') to dtype('bool') according to the rule "
                 "'safe'",
                 nd_dtype_name(dtype));
    return NULL;
}

nd_array *pnd_to_positions(PyObject *object)
{
    PND_AUTO array = pnd_to_array(object);
    if (!array)
        return NULL;
    if (nd_dtype_kind(nd_dtype_of(array)) < ND_KIND_FLOAT)
        return nd_retain(array);
    if (nd_size(array) || pnd_is_array(object)) {
        PyErr_Format(PyExc_TypeError,
                     "Cannot cast array data from dtype('%s') to dtype('int64') according to the "
                     "rule 'safe'",
                     nd_dtype_name(nd_dtype_of(array)));
        return NULL;
    }
    nd_array *empty = nd_cast(array, ND_INT64);
    return empty ? empty : pnd_raise();
}

nd_array *pnd_to_line(PyObject *object, PyObject *axis_object, int *axis)
{
    PND_AUTO array = pnd_to_array(object);
    if (!array)
        return NULL;
    if (!pnd_given(axis_object)) {
        *axis = 0;
        nd_array *line = nd_ravel(array);
        return line ? line : pnd_raise();
    }
    if (!pnd_to_int(axis_object, axis))
        return NULL;
    const int rank = nd_rank(array);
    if (*axis < -rank || *axis >= rank) {
        PyErr_Format(pnd.axis_error, "axis %d is out of bounds for array of dimension %d", *axis,
                     rank);
        return NULL;
    }
    return nd_retain(array);
}

/* ---- Words ----------------------------------------------------------------------------------- */

bool pnd_to_order(PyObject *object, char *order)
{
    if (!pnd_given(object))
        return true;
    const char *text = PyUnicode_Check(object) ? PyUnicode_AsUTF8(object) : NULL;
    if (text && text[0] && !text[1] && strchr("CFAKcfak", text[0])) {
        *order = (char)(text[0] & ~0x20);
        return true;
    }
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "order must be one of 'C', 'F', 'A', or 'K' (got %R)",
                     object);
    return false;
}

bool pnd_to_casting(PyObject *object, nd_casting *casting)
{
    if (!pnd_given(object))
        return true;
    static const char *const words[] = {"safe", "same_kind", "unsafe", "no", "equiv", "same_value"};
    static const nd_casting values[] = {ND_CAST_SAFE, ND_CAST_SAME_KIND, ND_CAST_UNSAFE,
                                        ND_CAST_SAFE, ND_CAST_SAFE,      ND_CAST_UNSAFE};
    for (int i = 0; PyUnicode_Check(object) && i < 6; i++)
        if (PyUnicode_CompareWithASCIIString(object, words[i]) == 0) {
            *casting = values[i];
            return true;
        }
    if (!PyUnicode_Check(object)) {
        PyErr_Format(PyExc_TypeError, "casting must be str, not %.200s", Py_TYPE(object)->tp_name);
        return false;
    }
    PyErr_Format(PyExc_ValueError,
                 "casting must be one of 'no', 'equiv', 'safe', 'same_kind', or 'unsafe' (got %R)",
                 object);
    return false;
}

PyObject *pnd_in_python(const char *module, const char *name, PyObject *const *given, int count)
{
    PND_OBJECT from = PyImport_ImportModule(module);
    PND_OBJECT function = from ? PyObject_GetAttrString(from, name) : NULL;
    PND_OBJECT arguments = function ? PyTuple_New(count) : NULL;
    if (!arguments)
        return NULL;
    for (int i = 0; i < count; i++)
        PyTuple_SET_ITEM(arguments, i, Py_NewRef(given[i] ? given[i] : Py_None));
    return PyObject_CallObject(function, arguments);
}

bool pnd_check_strict(PyObject *casting, nd_dtype from, nd_dtype to)
{
    if (from == to || !pnd_given(casting) || !PyUnicode_Check(casting) ||
        (PyUnicode_CompareWithASCIIString(casting, "no") != 0 &&
         PyUnicode_CompareWithASCIIString(casting, "equiv") != 0))
        return true;
    PyErr_Format(PyExc_TypeError,
                 "Cannot cast array data from dtype('%s') to dtype('%s') according to the rule %R",
                 nd_dtype_name(from), nd_dtype_name(to), casting);
    return false;
}

nd_array *pnd_unsafe_for(nd_array *array, PyObject *out, nd_casting casting)
{
    if (!array || casting != ND_CAST_UNSAFE || !pnd_given(out) || !pnd_is_array(out))
        return array;
    nd_array *const converted = nd_cast(array, nd_dtype_of(pnd_array_of(out)));
    nd_release(array);
    return converted;
}

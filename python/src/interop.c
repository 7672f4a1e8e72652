/* Other array libraries: __array__ and the protocols by which they and we take over each other's
 * calls. */
#include "core.h"

/* ---- Our ufuncs on their objects ------------------------------------------------------------- */

/* True if an argument is of a type that takes ufuncs over. NumPy's own arrays are converted
 * instead. */
static bool overrides(PyObject *object)
{
    if (pnd_is_array(object) || PyFloat_Check(object) || PyLong_Check(object) ||
        pnd_is_scalar(object) || PyList_CheckExact(object) || PyTuple_CheckExact(object) ||
        PyComplex_CheckExact(object))
        return false;
    PyTypeObject *type = Py_TYPE(object);
    PND_OBJECT method = PyObject_GetAttrString((PyObject *)type, "__array_ufunc__");
    if (!method || method == Py_None) {
        PyErr_Clear();
        return false;
    }
    PND_OBJECT module = PyObject_GetAttrString((PyObject *)type, "__module__");
    const bool numpy =
        module && PyUnicode_Check(module) && PyUnicode_CompareWithASCIIString(module, "numpy") == 0;
    PyErr_Clear();
    return !numpy;
}

bool pnd_has_override(PyObject *const *arguments, int count)
{
    for (int i = 0; i < count; i++)
        if (Py_TYPE(arguments[i]) != pnd.array && overrides(arguments[i]))
            return true;
    return false;
}

/* The arguments and then what `out` names: whoever may take the call over. */
static PyObject *takers(PyObject *const *arguments, int count, PyObject *keywords)
{
    PyObject *list = PyList_New(0);
    for (int i = 0; list && i < count; i++)
        if (PyList_Append(list, arguments[i]) < 0)
            Py_CLEAR(list);
    PyObject *out = keywords ? PyDict_GetItemString(keywords, "out") : NULL;
    const Py_ssize_t outs = out && PyTuple_Check(out) ? PyTuple_GET_SIZE(out) : out ? 1 : 0;
    for (Py_ssize_t i = 0; list && i < outs; i++)
        if (PyList_Append(list, PyTuple_Check(out) ? PyTuple_GET_ITEM(out, i) : out) < 0)
            Py_CLEAR(list);
    return list;
}

PyObject *pnd_override(PyObject *ufunc, const char *method, PyObject *const *arguments, int count,
                       PyObject *keywords)
{
    PND_OBJECT all = PyTuple_New(count + 2);
    PND_OBJECT list = all ? takers(arguments, count, keywords) : NULL;
    if (!list)
        return NULL;
    PyTuple_SET_ITEM(all, 0, Py_NewRef(ufunc));
    PyTuple_SET_ITEM(all, 1, PyUnicode_FromString(method));
    for (int i = 0; i < count; i++)
        PyTuple_SET_ITEM(all, i + 2, Py_NewRef(arguments[i]));
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list) && !PyErr_Occurred(); i++) {
        PyObject *taker = PyList_GET_ITEM(list, i);
        if (Py_TYPE(taker) == pnd.array || !overrides(taker))
            continue;
        PND_OBJECT call = PyObject_GetAttrString(taker, "__array_ufunc__");
        PyObject *result = call ? PyObject_Call(call, all, keywords) : NULL;
        if (result != Py_NotImplemented)
            return result;
        Py_DECREF(result);
    }
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_TypeError,
                     "operand type(s) all returned NotImplemented from __array_ufunc__(%R, '%s')",
                     ufunc, method);
    return NULL;
}

PyObject *pnd_call_override(PyObject *ufunc, const char *method, PyObject *const *arguments,
                            int count, PyObject *names)
{
    PND_OBJECT keywords = names ? PyDict_New() : NULL;
    for (Py_ssize_t i = 0; keywords && i < PyTuple_GET_SIZE(names); i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i), *value = arguments[count + i];
        const bool single = PyUnicode_CompareWithASCIIString(name, "out") == 0 &&
                            !PyTuple_Check(value) && value != Py_None;
        PND_OBJECT given = single ? PyTuple_Pack(1, value) : Py_NewRef(value);
        if (!given || PyDict_SetItem(keywords, name, given) < 0)
            return NULL;
    }
    return names && !keywords ? NULL : pnd_override(ufunc, method, arguments, count, keywords);
}

bool pnd_has_override_of_out(PyObject *out)
{
    if (!out || out == Py_None || pnd_is_array(out))
        return false;
    return PyTuple_Check(out)
               ? pnd_has_override(&PyTuple_GET_ITEM(out, 0), (int)PyTuple_GET_SIZE(out))
               : pnd_has_override(&out, 1);
}

PyObject *pnd_override_operator(const char *name, PyObject *a, PyObject *b, PyObject *out)
{
    PND_OBJECT module = PyImport_ImportModule("ndstream._core");
    PND_OBJECT ufunc = module ? PyObject_GetAttrString(module, name) : NULL;
    PND_OBJECT words = ufunc && out ? Py_BuildValue("{s(O)}", "out", out) : NULL;
    if (!ufunc || (out && !words))
        return NULL;
    return pnd_override(ufunc, "__call__", (PyObject *[]){a, b}, 2, words);
}

/* ---- Their calls on our arrays --------------------------------------------------------------- */

/* What of this package stands for a function or ufunc of NumPy: the same name in the same module.
 */
static PyObject *ours_for(PyObject *function)
{
    PND_OBJECT name = PyObject_GetAttrString(function, "__name__");
    if (!name)
        return NULL;
    PND_OBJECT module = PyObject_GetAttrString(function, "__module__");
    PyErr_Clear();
    const char *word = module && PyUnicode_Check(module) ? PyUnicode_AsUTF8(module) : NULL;
    PND_OBJECT place = PyImport_ImportModule(
        word && strcmp(word, "numpy.linalg") == 0 ? "ndstream.linalg" : "ndstream");
    return place ? PyObject_GetAttr(place, name) : NULL;
}

PyObject *pnd_array_ufunc(PyObject *Py_UNUSED(self), PyObject *arguments, PyObject *keywords)
{
    const Py_ssize_t count = PyTuple_GET_SIZE(arguments);
    if (count < 2) {
        PyErr_SetString(PyExc_TypeError, "__array_ufunc__(ufunc, method, *inputs)");
        return NULL;
    }
    PND_OBJECT mine = ours_for(PyTuple_GET_ITEM(arguments, 0));
    if (!mine) {
        PyErr_Clear();
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *method = PyTuple_GET_ITEM(arguments, 1);
    PND_OBJECT call = PyUnicode_CompareWithASCIIString(method, "__call__") == 0
                          ? Py_NewRef(mine)
                          : PyObject_GetAttr(mine, method);
    PND_OBJECT inputs = PyTuple_GetSlice(arguments, 2, count);
    if (!call || !inputs)
        return NULL;
    /* `out` may be NumPy's: the result is written into its memory. */
    PyObject *out = keywords ? PyDict_GetItemString(keywords, "out") : NULL;
    if (out && PyTuple_Check(out) && PyTuple_GET_SIZE(out) == 1 &&
        !pnd_is_array(PyTuple_GET_ITEM(out, 0)) && PyTuple_GET_ITEM(out, 0) != Py_None) {
        PND_OBJECT words = PyDict_Copy(keywords);
        PND_OBJECT shared = pnd_as_array_object(PyTuple_GET_ITEM(out, 0), ND_DTYPE_NONE);
        if (!words || !shared || PyDict_SetItemString(words, "out", shared) < 0)
            return NULL;
        PND_OBJECT result = PyObject_Call(call, inputs, words);
        if (result && pnd_is_array(result) && !pnd_force(pnd_array_of(result)))
            return NULL;
        return result ? Py_NewRef(PyTuple_GET_ITEM(out, 0)) : NULL;
    }
    return PyObject_Call(call, inputs, keywords);
}

/* __array_function__(function, types, arguments, keywords) */
PyObject *pnd_array_function(PyObject *Py_UNUSED(self), PyObject *arguments)
{
    PyObject *function, *types, *given, *keywords;
    if (!PyArg_ParseTuple(arguments, "OOOO", &function, &types, &given, &keywords))
        return NULL;
    PND_OBJECT mine = ours_for(function);
    if (!mine) { /* not there: NumPy computes it on its own views of our memory */
        PyErr_Clear();
        PyObject *const all[] = {function, given, keywords};
        return pnd_in_python("ndstream._interop", "call_numpy", all, 3);
    }
    return PyObject_Call(mine, given, keywords);
}

/* __array__(dtype=None, *, copy=None): an array of NumPy's on our memory. */
PND_NAMED_FUNCTION(array_method, "__array__", "self, dtype=None, *, copy=None",
                   "An array of NumPy's, without a copy where possible.")
{
    return pnd_in_python("ndstream._interop", "to_numpy", given, 3);
}
PND_ALSO_METHOD(array_method)

PND_NAMED_FUNCTION(array_namespace, "__array_namespace__", "self, /, *, api_version=None",
                   "The module, for the array API standard.")
{
    if (pnd_given(given[1]) &&
        !(PyUnicode_Check(given[1]) && PyUnicode_CompareWithASCIIString(given[1], "2021.12") >= 0 &&
          PyUnicode_CompareWithASCIIString(given[1], "2024.12") <= 0)) {
        PyErr_Format(PyExc_ValueError, "Version \"%S\" of the Array API Standard is not supported.",
                     given[1]);
        return NULL;
    }
    return PyImport_ImportModule("ndstream");
}
PND_ALSO_METHOD(array_namespace)

PND_FUNCTION(to_device, "self, device, /, *, stream=None", "The array itself: there is one device.")
{
    if (PyUnicode_Check(given[1]) && PyUnicode_CompareWithASCIIString(given[1], "cpu") == 0)
        return Py_NewRef(given[0]);
    PyErr_Format(PyExc_ValueError, "Unsupported device: %R", given[1]);
    return NULL;
}
PND_ALSO_METHOD(to_device)

PyMethodDef pnd_interop_methods[] = {
    {"__array_ufunc__", (PyCFunction)(void (*)(void))pnd_array_ufunc, METH_VARARGS | METH_KEYWORDS,
     "NumPy's ufuncs on our arrays are ours."},
    {"__array_function__", pnd_array_function, METH_VARARGS,
     "NumPy's functions on our arrays are ours."},
    PND_METHOD_ROW("__array__", array_method),
    PND_METHOD_ROW("__array_namespace__", array_namespace),
    PND_METHOD_ROW("to_device", to_device),
    {0},
};

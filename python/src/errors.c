/* The library's errors as NumPy's exceptions. */
#include "core.h"

static PyObject *exception_of(nd_status status)
{
    switch (status) {
    case ND_ERROR_MEMORY:
        return PyExc_MemoryError;
    case ND_ERROR_DTYPE:
    case ND_ERROR_ARGUMENT:
    case ND_ERROR_RANK:
        return PyExc_TypeError;
    case ND_ERROR_AXIS:
        return pnd.axis_error;
    case ND_ERROR_INDEX:
        return PyExc_IndexError;
    case ND_ERROR_FILE:
        return PyExc_OSError;
    case ND_ERROR_UNSUPPORTED:
        return PyExc_NotImplementedError;
    case ND_ERROR_SYNTAX:
        return PyExc_SyntaxError;
    case ND_ERROR_CANCELLED:
        return PyExc_KeyboardInterrupt;
    case ND_ERROR_LINALG:
        return pnd.linalg_error;
    case ND_ERROR_OVERFLOW:
        return PyExc_OverflowError;
    case ND_ERROR_EMPTY:
        return PyExc_EOFError;
    default: /* shape, value, readonly, format, repeated, truncated, pickled */
        return PyExc_ValueError;
    }
}

/* The message in Python's words: functions by the names they have there. */
static PyObject *text_of(const char *message)
{
    static const struct {
        const char *ours, *theirs;
    } words[] = {{"slice: ", "index: "},        {"get: ", "index: "}, {"permute: ", "transpose: "},
                 {"swap_axes: ", "swapaxes: "}, {"random_", ""},      {"ND_REST", "'...'"}};
    char value[24], dtype[16];
    const char *const integer = strstr(message, ": integer ");
    if (integer &&
        sscanf(integer, ": integer %23s is out of range for %15[a-z0-9]", value, dtype) == 2)
        return PyUnicode_FromFormat("Python integer %s out of bounds for %s", value, dtype);
    PyObject *text = PyUnicode_FromString(message);
    for (size_t i = 0; text && i < sizeof words / sizeof *words; i++) {
        if (!strstr(message, words[i].ours))
            continue;
        PND_OBJECT from = PyUnicode_FromString(words[i].ours);
        PND_OBJECT to = PyUnicode_FromString(words[i].theirs);
        Py_SETREF(text, from && to ? PyUnicode_Replace(text, from, to, 1) : NULL);
    }
    return text;
}

void *pnd_raise_as(PyObject *exception)
{
    PND_OBJECT text = text_of(nd_error_message());
    nd_error_clear();
    if (text)
        PyErr_SetObject(exception, text);
    return NULL;
}

void *pnd_raise(void)
{
    const nd_status status = nd_error();
    if (PyErr_Occurred()) { /* of a callback of ours: Ctrl-C while computing */
        nd_error_clear();
        return NULL;
    }
    if (status == ND_OK) {
        PyErr_SetString(PyExc_SystemError, "ndstream: failed without an error");
        return NULL;
    }
    return pnd_raise_as(exception_of(status));
}

bool pnd_check(nd_status status)
{
    return status == ND_OK || pnd_raise();
}

/* numpy.exceptions.AxisError is both a ValueError and an IndexError. */
bool pnd_add_errors(PyObject *module)
{
    PND_OBJECT bases = PyTuple_Pack(2, PyExc_ValueError, PyExc_IndexError);
    if (!bases)
        return false;
    pnd.axis_error = PyErr_NewExceptionWithDoc("ndstream.exceptions.AxisError",
                                               "An axis is out of range.", bases, NULL);
    pnd.linalg_error = PyErr_NewExceptionWithDoc(
        "ndstream.linalg.LinAlgError",
        "A matrix cannot be factorised, or an iteration does not converge.", PyExc_ValueError,
        NULL);
    return pnd.axis_error && pnd.linalg_error &&
           PyModule_AddObjectRef(module, "AxisError", pnd.axis_error) == 0 &&
           PyModule_AddObjectRef(module, "LinAlgError", pnd.linalg_error) == 0;
}

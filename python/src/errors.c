/* The library's errors as NumPy's exceptions. */
#include "core.h"

static PyObject *exception_of(nd_status status)
{
    switch (status) {
    case ND_ERROR_MEMORY:
        return PyExc_MemoryError;
    case ND_ERROR_DTYPE:
    case ND_ERROR_ARGUMENT:
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
    default: /* shape, value, readonly, format */
        return PyExc_ValueError;
    }
}

void *pnd_raise(void)
{
    const nd_status status = nd_error();
    /* A callback of ours may have raised already: Ctrl-C while computing. */
    if (!PyErr_Occurred()) {
        if (status == ND_OK)
            PyErr_SetString(PyExc_SystemError, "ndstream: failed without an error");
        else
            PyErr_SetString(status == ND_ERROR_AXIS && strstr(nd_error_message(), "twice")
                                ? PyExc_ValueError /* only an axis out of range is an AxisError */
                                : exception_of(status),
                            nd_error_message());
    }
    nd_error_clear();
    return NULL;
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
    pnd.axis_error = PyErr_NewExceptionWithDoc(
        "ndstream.exceptions.AxisError", "An axis is out of range, or named twice.", bases, NULL);
    pnd.linalg_error = PyErr_NewExceptionWithDoc(
        "ndstream.linalg.LinAlgError",
        "A matrix cannot be factorised, or an iteration does not converge.", PyExc_ValueError,
        NULL);
    return pnd.axis_error && pnd.linalg_error &&
           PyModule_AddObjectRef(module, "AxisError", pnd.axis_error) == 0 &&
           PyModule_AddObjectRef(module, "LinAlgError", pnd.linalg_error) == 0;
}

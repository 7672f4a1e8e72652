/* Bounds of random integers: Python's numbers as values of a dtype. */
#include "core.h"

/* A number by itself: fractions are cut off, as NumPy does. */
bool pnd_is_number(PyObject *object)
{
    return !pnd_is_array(object) && !PySequence_Check(object) &&
           (PyIndex_Check(object) || PyFloat_Check(object));
}

/* A bound as a value of the dtype, which raises that it is none. */
static bool to_bound(PyObject *number, nd_dtype dtype, const char *which, uint64_t *bound)
{
    if (nd_dtype_kind(dtype) == ND_KIND_SIGNED)
        *bound = (uint64_t)PyLong_AsLongLong(number);
    else
        *bound = PyLong_AsUnsignedLongLong(number);
    const unsigned bits = dtype == ND_BOOL ? 1 : 8 * (unsigned)nd_dtype_size(dtype);
    const bool fits =
        !PyErr_Occurred() && (bits == 64 || nd_dtype_kind(dtype) == ND_KIND_SIGNED
                                  ? bits == 64 || ((int64_t)*bound >= -(INT64_C(1) << (bits - 1)) &&
                                                   (int64_t)*bound < INT64_C(1) << (bits - 1))
                                  : *bound >> bits == 0);
    if (fits)
        return true;
    PyErr_Format(PyExc_ValueError, "%s is out of bounds for %s", which, nd_dtype_name(dtype));
    return false;
}

bool pnd_to_bounds(PyObject *low, PyObject *high, nd_dtype dtype, bool endpoint, uint64_t *first,
                   uint64_t *last)
{
    PND_OBJECT step = PyLong_FromLong(!endpoint);
    PND_OBJECT from = low ? PyNumber_Long(low) : PyLong_FromLong(0);
    PND_OBJECT until = PyNumber_Long(high);
    PND_OBJECT end = step && until ? PyNumber_Subtract(until, step) : NULL;
    if (!from || !end || nd_dtype_kind(dtype) > ND_KIND_UNSIGNED)
        return PyErr_Occurred()
                   ? false
                   : (PyErr_Format(PyExc_TypeError, "Unsupported dtype dtype('%s') for integers",
                                   nd_dtype_name(dtype)),
                      false);
    if (!to_bound(from, dtype, "low", first) || !to_bound(end, dtype, "high", last))
        return false;
    const int backwards = PyObject_RichCompareBool(from, end, Py_GT);
    if (backwards > 0)
        PyErr_SetString(PyExc_ValueError, endpoint ? "low > high" : "low >= high");
    return backwards == 0;
}

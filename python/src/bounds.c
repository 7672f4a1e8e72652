/* Python's integers as values of a dtype; the bounds of random integers. */
#include "core.h"

/* A number by itself: fractions are cut off, as NumPy does. */
bool pnd_is_number(PyObject *object)
{
    return !pnd_is_array(object) && !PySequence_Check(object) &&
           (PyIndex_Check(object) || PyFloat_Check(object));
}

int pnd_beyond(PyObject *integer, nd_dtype dtype, uint64_t *value)
{
    const bool has_sign = nd_dtype_kind(dtype) == ND_KIND_SIGNED;
    const int bits = dtype == ND_BOOL ? 1 : 8 * (int)nd_dtype_size(dtype) - has_sign;
    int overflow;
    const long long number = PyLong_AsLongLongAndOverflow(integer, &overflow);
    *value = (uint64_t)number;
    if (overflow > 0 && bits == 64) {
        *value = PyLong_AsUnsignedLongLong(integer);
        overflow = PyErr_Occurred() != NULL;
        PyErr_Clear();
        return overflow;
    }
    if (overflow || (number < 0 && !has_sign))
        return overflow ? overflow : -1;
    const long long above = number >> (bits < 63 ? bits : 63);
    return above > 0 ? 1 : above < -1 ? -1 : 0;
}

/* A bound as a value of the dtype, which raises that it is none. */
static bool to_bound(PyObject *number, nd_dtype dtype, const char *which, uint64_t *bound)
{
    const bool fits = pnd_beyond(number, dtype, bound) == 0;
    if (!fits)
        PyErr_Format(PyExc_ValueError, "%s is out of bounds for %s", which, nd_dtype_name(dtype));
    return fits;
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

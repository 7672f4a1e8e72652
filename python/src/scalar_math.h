/* What the files of scalars share: their arithmetic, as slots of their root type, and more. */
#ifndef PND_SCALAR_MATH_H
#define PND_SCALAR_MATH_H

#include "core.h"

PyObject *pnd_scalar_add(PyObject *a, PyObject *b);
PyObject *pnd_scalar_subtract(PyObject *a, PyObject *b);
PyObject *pnd_scalar_multiply(PyObject *a, PyObject *b);
PyObject *pnd_scalar_divide(PyObject *a, PyObject *b);
PyObject *pnd_scalar_floor_divide(PyObject *a, PyObject *b);
PyObject *pnd_scalar_remainder(PyObject *a, PyObject *b);
PyObject *pnd_scalar_divmod(PyObject *a, PyObject *b);
PyObject *pnd_scalar_power(PyObject *a, PyObject *b, PyObject *modulo);
PyObject *pnd_scalar_and(PyObject *a, PyObject *b);
PyObject *pnd_scalar_or(PyObject *a, PyObject *b);
PyObject *pnd_scalar_xor(PyObject *a, PyObject *b);
PyObject *pnd_scalar_left_shift(PyObject *a, PyObject *b);
PyObject *pnd_scalar_right_shift(PyObject *a, PyObject *b);
PyObject *pnd_scalar_negative(PyObject *self);
PyObject *pnd_scalar_positive(PyObject *self);
PyObject *pnd_scalar_absolute(PyObject *self);
PyObject *pnd_scalar_invert(PyObject *self);
PyObject *pnd_scalar_compare(PyObject *self, PyObject *other, int operation);

/* The dtype of a type of ours, ND_DTYPE_NONE for subclasses of them and others. */
static inline nd_dtype pnd_exact_dtype(const PyTypeObject *type)
{
    if (type == pnd.scalar[ND_FLOAT64]) /* as most are */
        return ND_FLOAT64;
    if (type == pnd.scalar[ND_INT64])
        return ND_INT64;
    for (int i = 0; i < ND_DTYPE_COUNT; i++)
        if (pnd.scalar[i] == type)
            return (nd_dtype)i;
    return ND_DTYPE_NONE;
}

/* The value of a real scalar of one of our types, rounded to a double; false for others. */
bool pnd_scalar_real(PyObject *scalar, double *value);
/* A scalar of one of our types as another dtype, where C's conversions do it; false for others. */
bool pnd_scalar_convert(PyObject *scalar, nd_dtype dtype, char *element);

/* The 0-d array of a scalar's value. */
PyObject *pnd_scalar_array(PyObject *self);

#endif

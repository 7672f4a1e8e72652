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

/* The 0-d array of a scalar's value. */
PyObject *pnd_scalar_array(PyObject *self);

#endif

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

/* The objects of each dtype that ended last: taken again, they cost half of what new ones do. */
#ifdef Py_GIL_DISABLED
enum { PND_MOST_SPARE = 0 };
#else
enum { PND_MOST_SPARE = 32 };
#endif
typedef struct pnd_spare {
    int count;
    PyObject *objects[PND_MOST_SPARE + 1];
} pnd_spare;
extern pnd_spare pnd_spares[ND_DTYPE_COUNT];

PyObject *pnd_scalar_allocate(nd_dtype dtype);

/* An object of one of our types without its value. */
static inline PyObject *pnd_scalar_blank(nd_dtype dtype)
{
    pnd_spare *const spare = &pnd_spares[dtype];
    if (!spare->count)
        return pnd_scalar_allocate(dtype);
    PyObject *const object = spare->objects[--spare->count];
    Py_INCREF(Py_TYPE(object));
    _Py_NewReference(object);
    return object;
}

/* The value of an integer scalar of one of our types that int64 holds; false for others. */
bool pnd_scalar_whole(PyObject *scalar, int64_t *value);
/* The value of a real scalar of one of our types, rounded to a double; false for others. */
bool pnd_scalar_real(PyObject *scalar, double *value);
/* A scalar of one of our types as another dtype, where C's conversions do it; false for others. */
bool pnd_scalar_convert(PyObject *scalar, nd_dtype dtype, char *element);

/* The 0-d array of a scalar's value. */
PyObject *pnd_scalar_array(PyObject *self);

#endif

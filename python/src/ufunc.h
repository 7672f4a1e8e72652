/* What the files of ufuncs share. */
#ifndef PND_UFUNC_H
#define PND_UFUNC_H

#include "core.h"

typedef struct ufunc {
    PyObject_HEAD vectorcallfunc vectorcall;
    nd_op op, second; /* second: of the other result, ND_OP_COUNT if there is one only */
    const nd_op_info *info;
    const char *name, *doc;
} ufunc;

/* What an operation leaves as it is; the public header does not tell it. */
typedef struct pnd_identity {
    nd_op op;
    double value; /* -1: all bits set */
} pnd_identity;

const pnd_identity *pnd_identity_of(nd_op op); /* NULL if there is none */

/* Whether the loop for arguments of `dtype` gives that dtype too. */
bool pnd_is_uniform(const ufunc *self, nd_dtype dtype);

PyObject *pnd_ufunc_outer(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                          PyObject *names);
PyObject *pnd_ufunc_pickle(PyObject *self, PyObject *ignored);

extern PyMethodDef pnd_ufunc_methods[];

#endif

/* What scalars have of arrays: the methods are those of the 0-d array of their value, the
 * attributes what it would say. */
#include "scalar_math.h"

/* Those of NumPy's scalars: by __len__ and __iter__ programs tell sequences from numbers.
 * (__array_interface__ is an address, which would not keep the array alive; __array__ does.) */
#define METHODS(M)                                                                                 \
    M(__array__)                                                                                   \
    M(__array_namespace__)                                                                         \
    M(all)                                                                                         \
    M(any)                                                                                         \
    M(argmax)                                                                                      \
    M(argmin)                                                                                      \
    M(argsort)                                                                                     \
    M(astype)                                                                                      \
    M(byteswap)                                                                                    \
    M(choose)                                                                                      \
    M(clip)                                                                                        \
    M(compress)                                                                                    \
    M(conj)                                                                                        \
    M(conjugate)                                                                                   \
    M(cumprod)                                                                                     \
    M(cumsum)                                                                                      \
    M(diagonal)                                                                                    \
    M(dump)                                                                                        \
    M(dumps)                                                                                       \
    M(fill)                                                                                        \
    M(flatten)                                                                                     \
    M(max)                                                                                         \
    M(mean)                                                                                        \
    M(min)                                                                                         \
    M(nonzero)                                                                                     \
    M(prod)                                                                                        \
    M(put)                                                                                         \
    M(ravel)                                                                                       \
    M(repeat)                                                                                      \
    M(reshape)                                                                                     \
    M(resize)                                                                                      \
    M(round)                                                                                       \
    M(searchsorted)                                                                                \
    M(setflags)                                                                                    \
    M(sort)                                                                                        \
    M(squeeze)                                                                                     \
    M(std)                                                                                         \
    M(sum)                                                                                         \
    M(swapaxes)                                                                                    \
    M(take)                                                                                        \
    M(to_device)                                                                                   \
    M(tobytes)                                                                                     \
    M(tofile)                                                                                      \
    M(trace)                                                                                       \
    M(transpose)                                                                                   \
    M(var)                                                                                         \
    M(view)

#define NUMBER(name) BORROWED_##name,
enum { METHODS(NUMBER) BORROWED_COUNT };

static PyObject *names[BORROWED_COUNT];

/* A method of the 0-d array, whose result is a scalar again. */
static PyObject *borrow(int which, PyObject *self, PyObject *const *arguments, Py_ssize_t count,
                        PyObject *keywords)
{
    PND_OBJECT array = pnd_scalar_array(self);
    PND_OBJECT method = array ? PyObject_GetAttr(array, names[which]) : NULL;
    PyObject *result =
        method ? PyObject_Vectorcall(method, arguments, (size_t)count, keywords) : NULL;
    if (!result || !pnd_is_array(result) || nd_rank(pnd_array_of(result)) ||
        which == BORROWED___array__)
        return result;
    PyObject *scalar = pnd_wrap_result(nd_retain(pnd_array_of(result)));
    Py_DECREF(result);
    return scalar;
}

#define FUNCTION(name)                                                                             \
    static PyObject *borrow_##name(PyObject *self, PyObject *const *arguments, Py_ssize_t count,   \
                                   PyObject *keywords)                                             \
    {                                                                                              \
        return borrow(BORROWED_##name, self, arguments, count, keywords);                          \
    }
METHODS(FUNCTION)

/* A scalar never changes: it is its own copy. */
static PyObject *itself(PyObject *self, PyObject *Py_UNUSED(arguments))
{
    return Py_NewRef(self);
}

#define ROW(name)                                                                                  \
    {#name, (PyCFunction)(void (*)(void))borrow_##name, METH_FASTCALL | METH_KEYWORDS, NULL},
static PyMethodDef methods[] = {
    METHODS(ROW){"__copy__", itself, METH_NOARGS, "The scalar itself."},
    {"__deepcopy__", itself, METH_VARARGS, "The scalar itself."},
    {"copy", itself, METH_VARARGS, "The scalar itself."},
    {0},
};

static PyObject *get_empty(PyObject *Py_UNUSED(self), void *Py_UNUSED(unused))
{
    return PyTuple_New(0);
}

static PyObject *get_integer(PyObject *Py_UNUSED(self), void *value)
{
    return PyLong_FromLong((long)(intptr_t)value);
}

static PyObject *get_bytes(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromSize_t(nd_dtype_size(pnd_scalar_type_dtype(Py_TYPE(self))));
}

static PyObject *get_itself(PyObject *self, void *Py_UNUSED(unused))
{
    return Py_NewRef(self);
}

static PyObject *get_none(PyObject *Py_UNUSED(self), void *Py_UNUSED(unused))
{
    Py_RETURN_NONE;
}

/* Of the 0-d array, which cannot be written. */
static PyObject *get_of_array(PyObject *self, void *name)
{
    PND_OBJECT array = pnd_scalar_array(self);
    if (!array)
        return NULL;
    ((pnd_array *)array)->locked = true;
    return PyObject_GetAttrString(array, name);
}

/* Of an array of its own, which may be written: the value stays. */
static PyObject *get_flat(PyObject *self, void *Py_UNUSED(unused))
{
    PND_OBJECT array = pnd_scalar_array(self);
    return array ? pnd_flat_of(array) : NULL;
}

static PyGetSetDef attributes[] = {
    {"shape", get_empty, NULL, "().", NULL},
    {"strides", get_empty, NULL, "().", NULL},
    {"ndim", get_integer, NULL, "0.", NULL},
    {"size", get_integer, NULL, "1.", (void *)1},
    {"itemsize", get_bytes, NULL, "Bytes of the value.", NULL},
    {"nbytes", get_bytes, NULL, "Bytes of the value.", NULL},
    {"T", get_itself, NULL, "The scalar itself.", NULL},
    {"base", get_none, NULL, "None.", NULL},
    {"data", get_of_array, NULL, "A memoryview of the value.", "data"},
    {"flat", get_flat, NULL, "The value as the only one of an array.", NULL},
    {"flags", get_of_array, NULL, "How an array of the value lies in memory.", "flags"},
    {"device", get_of_array, NULL, "'cpu'.", "device"},
    {0},
};

static bool add(const char *name, PyObject *descriptor)
{
    const bool added =
        descriptor && PyObject_SetAttrString((PyObject *)pnd.generic, name, descriptor) == 0;
    Py_XDECREF(descriptor);
    return added;
}

bool pnd_borrow(void)
{
    for (PyMethodDef *row = methods; row->ml_name; row++) {
        PND_OBJECT of_array = PyObject_GetAttrString((PyObject *)pnd.array, row->ml_name);
        if (!of_array)
            return false;
        if (!row->ml_doc && PyObject_TypeCheck(of_array, &PyMethodDescr_Type))
            row->ml_doc = ((PyMethodDescrObject *)of_array)->d_method->ml_doc;
        if (!add(row->ml_name, PyDescr_NewMethod(pnd.generic, row)))
            return false;
    }
    for (int i = 0; i < BORROWED_COUNT; i++) {
        names[i] = PyUnicode_InternFromString(methods[i].ml_name);
        if (!names[i])
            return false;
    }
    for (PyGetSetDef *row = attributes; row->name; row++)
        if (!add(row->name, PyDescr_NewGetSet(pnd.generic, row)))
            return false;
    return true;
}

/* array(), asarray() and their kin: arrays of what is there already. */
#include "core.h"

/* A copy in that order of axes: 'K' as it is. */
static nd_array *copy_in_order(nd_array *array, char order)
{
    if (order == 'K')
        return nd_cast(array, nd_dtype_of(array));
    const bool fortran = order == 'F' || (order == 'A' && pnd_is_fortran(array));
    return fortran ? nd_copy_fortran(array) : nd_copy(array);
}

/* What array(), asarray() and their kin do. `copy`: 1 always, 0 never, -1 if needed. */
static PyObject *make(PyObject *object, PyObject *dtype_object, int copy, char order, int64_t ndmin)
{
    nd_dtype dtype = ND_DTYPE_NONE;
    if (!pnd_to_dtype(dtype_object, &dtype))
        return NULL;
    if (order != 'F' && copy != 0 && ndmin == 0 &&
        (PyList_CheckExact(object) || PyTuple_CheckExact(object) || PyFloat_CheckExact(object) ||
         PyLong_CheckExact(object) || PyRange_Check(object) || pnd_is_scalar(object))) {
        nd_array *array = pnd_to_array_of(object, dtype);
        return array ? pnd_wrap(array) : NULL;
    }
    const bool own = pnd_is_array(object);
    if (own && copy != 1 &&
        (dtype == ND_DTYPE_NONE || dtype == nd_dtype_of(pnd_array_of(object))) &&
        nd_rank(pnd_array_of(object)) >= ndmin &&
        (order == 'K' || order == 'A' || (order == 'C' && nd_is_contiguous(pnd_array_of(object))) ||
         (order == 'F' && nd_is_fortran_contiguous(pnd_array_of(object)))))
        return Py_NewRef(object);
    const bool shares =
        own || (!PyList_Check(object) && !PyTuple_Check(object) && !PyNumber_Check(object));
    const bool buffer =
        own || PyObject_CheckBuffer(object) || PyObject_HasAttrString(object, "__array__");
    PND_AUTO array = pnd_to_array_of(object, dtype);
    if (!array)
        return NULL;
    if (copy == 0 &&
        (!buffer || (own && nd_dtype_of(array) != nd_dtype_of(pnd_array_of(object))))) {
        PyErr_SetString(PyExc_ValueError,
                        "Unable to avoid copy while creating an array as requested.\n"
                        "If using `np.array(obj, copy=False)` replace it with `np.asarray(obj)` "
                        "to allow a copy when needed (no behavior change in NumPy 1.x).");
        return NULL;
    }
    PND_AUTO result = NULL;
    const bool in_order =
        order == 'K' || order == 'A' ||
        (order == 'C' ? nd_is_contiguous(array) : nd_is_fortran_contiguous(array));
    if (copy == 0 && !in_order) {
        PyErr_SetString(PyExc_ValueError,
                        "Unable to avoid copy while creating an array as requested.");
        return NULL;
    }
    if ((copy == 1 && (shares || buffer) &&
         (dtype == ND_DTYPE_NONE || !own || array == pnd_array_of(object))) ||
        !in_order)
        result = copy_in_order(array, order);
    else
        result = nd_retain(array);
    while (result && nd_rank(result) < ndmin) {
        nd_array *more = nd_expand_dims(result, 0);
        nd_release(result);
        result = more;
    }
    if (!result)
        return pnd_raise();
    return pnd_wrap(nd_retain(result));
}

static bool to_copy(PyObject *object, int *copy)
{
    if (!object)
        return true;
    *copy = object == Py_None ? -1 : PyObject_IsTrue(object);
    return !PyErr_Occurred();
}

PND_FUNCTION(
    array, "object, dtype=None, *, copy=True, order='K', subok=False, ndmin=0, ndmax=0, like=None",
    "An array of a number, a nested sequence, a buffer or another array; a copy unless copy=None.")
{
    int copy = 1;
    char order = 'K';
    int64_t ndmin = 0, ndmax = 0;
    if (!to_copy(given[2], &copy) || !pnd_to_order(given[3], &order) ||
        !pnd_to_int64(given[5], &ndmin) || !pnd_to_int64(given[6], &ndmax))
        return NULL;
    if (!given[6])
        return make(given[0], given[1], copy, order, ndmin);
    if (ndmax < 0 || ndmax > 64 || ndmin > ndmax) {
        if (ndmin > ndmax && ndmax >= 0)
            PyErr_Format(PyExc_ValueError, "ndmin must be <= ndmax (%lld)", (long long)ndmax);
        else
            PyErr_SetString(PyExc_ValueError, "ndmax must be in the range [0, 64]");
        return NULL;
    }
    PyObject *const array = make(given[0], given[1], copy, order, ndmin);
    if (array && (PyList_Check(given[0]) || PyTuple_Check(given[0])) &&
        nd_rank(pnd_array_of(array)) > ndmax) { /* NumPy's lists are objects then */
        PyErr_Format(PyExc_ValueError,
                     "setting an array element with a sequence. The requested array would exceed "
                     "the maximum number of dimension of %lld.",
                     (long long)ndmax);
        Py_DECREF(array);
        return NULL;
    }
    return array;
}

PND_FUNCTION(
    asarray, "a, dtype=None, order=None, *, device=None, copy=None, like=None",
    "The array itself, or an array that shares its memory where that is possible, else a copy.")
{
    int copy = -1;
    char order = 'K';
    if (!to_copy(given[4], &copy) || !pnd_to_order(given[2], &order))
        return NULL;
    return make(given[0], given[1], copy, order, 0);
}

PND_FUNCTION(asanyarray, "a, dtype=None, order=None, *, device=None, copy=None, like=None",
             "The same as asarray().")
{
    return asarray_body(given);
}

PND_FUNCTION(ascontiguousarray, "a, dtype=None, *, like=None",
             "The array in C order, copied if it is not.")
{
    return make(given[0], given[1], -1, 'C', 1);
}

PND_FUNCTION(asfortranarray, "a, dtype=None, *, like=None",
             "The array in Fortran order, copied if it is not.")
{
    return make(given[0], given[1], -1, 'F', 1);
}

PND_FUNCTION(frombuffer, "buffer, dtype=None, count=-1, offset=0, *, like=None",
             "A 1-d array over the bytes of a buffer, without a copy.")
{
    nd_dtype dtype = ND_FLOAT64;
    int64_t count = -1, offset = 0;
    if (!pnd_to_dtype(given[1], &dtype) || !pnd_to_int64(given[2], &count) ||
        !pnd_to_int64(given[3], &offset))
        return NULL;
    Py_buffer *const view = pnd_plain_buffer(given[0]);
    if (!view)
        return NULL;
    const int64_t item = (int64_t)nd_dtype_size(dtype), room = (int64_t)view->len - offset;
    nd_array *array = NULL;
    if (offset < 0 || offset > view->len)
        PyErr_Format(PyExc_ValueError,
                     "offset must be non-negative and no greater than buffer length (%zd)",
                     view->len);
    else if (count < 0 && room % item)
        PyErr_SetString(PyExc_ValueError, "buffer size must be a multiple of element size");
    else if (count >= 0 && (count > room / item))
        PyErr_SetString(PyExc_ValueError, "buffer is smaller than requested size");
    else {
        const int64_t length = count < 0 ? room / item : count;
        char *data = (char *)view->buf + offset;
        if (!length || ((uintptr_t)data & (size_t)(item > 8 ? 7 : item - 1))) {
            array =
                length ? nd_from_data(dtype, ND_SHAPE(length), data) : nd_empty(dtype, ND_SHAPE(0));
            if (!array)
                pnd_raise();
        } else {
            array = nd_borrow(dtype, ND_SHAPE(length), NULL, data, !view->readonly, pnd_free_buffer,
                              view);
            if (!array)
                pnd_raise();
            else
                return pnd_wrap_view(dtype == ND_BOOL ? pnd_true_bools(array) : array, given[0]);
        }
    }
    PyBuffer_Release(view);
    PyMem_Free(view);
    return array ? pnd_wrap(dtype == ND_BOOL ? pnd_true_bools(array) : array) : NULL;
}

PND_FUNCTION(fromiter, "iter, dtype, count=-1, *, like=None",
             "A 1-d array of what an iterator yields.")
{
    nd_dtype dtype = ND_FLOAT64;
    int64_t count = -1;
    if (!pnd_to_dtype(given[1], &dtype) || !pnd_to_int64(given[2], &count))
        return NULL;
    PND_OBJECT iterator = PyObject_GetIter(given[0]);
    if (!iterator)
        return NULL;
    const size_t item = nd_dtype_size(dtype);
    size_t capacity = count > 0 ? (size_t)count : 64, length = 0;
    if (capacity > PY_SSIZE_T_MAX / item)
        return PyErr_NoMemory();
    char *data = PyMem_Malloc(capacity * item);
    PyObject *result = NULL;
    if (!data)
        return PyErr_NoMemory();
    while (count < 0 || length < (size_t)count) {
        PND_OBJECT next = PyIter_Next(iterator);
        if (!next)
            break;
        if (length == capacity) {
            char *more = PyMem_Realloc(data, 2 * capacity * item);
            if (!more) {
                PyErr_NoMemory();
                break;
            }
            data = more;
            capacity *= 2;
        }
        if (!pnd_store(next, dtype, data + length * item))
            break;
        length++;
    }
    if (!PyErr_Occurred() && count >= 0 && length < (size_t)count)
        PyErr_Format(PyExc_ValueError,
                     "iterator too short: Expected %lld but iterator had only %zd items.",
                     (long long)count, (Py_ssize_t)length);
    if (!PyErr_Occurred())
        result = pnd_wrap(length ? nd_from_data(dtype, ND_SHAPE((int64_t)length), data)
                                 : nd_empty(dtype, ND_SHAPE(0)));
    PyMem_Free(data);
    return result;
}

/* asarray(x) of an array is most of its calls. */
static PyObject *asarray_quick(PyObject *module, PyObject *const *arguments, Py_ssize_t count,
                               PyObject *keywords)
{
    if (count == 1 && !keywords && Py_TYPE(arguments[0]) == pnd.array)
        return Py_NewRef(arguments[0]);
    return asarray_call(module, arguments, count, keywords);
}

PyMethodDef pnd_convert_functions[] = {
    PND_ROW(array),
    {"asarray", (PyCFunction)(void (*)(void))asarray_quick, METH_FASTCALL | METH_KEYWORDS,
     asarray_doc},
    PND_ROW(asanyarray),
    PND_ROW(ascontiguousarray),
    PND_ROW(asfortranarray),
    PND_ROW(frombuffer),
    PND_ROW(fromiter),
    {0},
};

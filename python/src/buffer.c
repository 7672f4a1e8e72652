/* Memory in and out: the buffer protocol, and views of the same bytes as another dtype. */
#include "core.h"

#include <string.h>

/* What an exported buffer holds on to. */
typedef struct export
{
    nd_array *array; /* a reference: setting the shape of the object changes nothing here */
    bool lent;
    Py_ssize_t dims[2 * ND_MAX_RANK];
}
export;

int pnd_get_buffer(PyObject *self, Py_buffer *view, int flags)
{
    nd_array *array = pnd_array_of(self);
    const nd_dtype dtype = nd_dtype_of(array);
    view->obj = NULL;
    if (!pnd_format_of(dtype)) {
        PyErr_Format(PyExc_BufferError, "the buffer protocol has no format for %s",
                     nd_dtype_name(dtype));
        return -1;
    }
    if (!pnd_force(array))
        return -1;
    const bool writeable = nd_is_writeable(array) && !((pnd_array *)self)->locked;
    if ((flags & PyBUF_WRITABLE) && !writeable) {
        PyErr_SetString(PyExc_BufferError, "the array is read-only");
        return -1;
    }
    const bool c_order = nd_is_contiguous(array), fortran = nd_is_fortran_contiguous(array);
    if (((flags & PyBUF_C_CONTIGUOUS) == PyBUF_C_CONTIGUOUS && !c_order) ||
        ((flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS && !fortran) ||
        ((flags & PyBUF_ANY_CONTIGUOUS) == PyBUF_ANY_CONTIGUOUS && !c_order && !fortran) ||
        ((flags & PyBUF_STRIDES) != PyBUF_STRIDES && !c_order)) {
        PyErr_SetString(PyExc_BufferError, "the array is not contiguous");
        return -1;
    }
    export *info = PyMem_Malloc(sizeof *info);
    if (!info) {
        PyErr_NoMemory();
        return -1;
    }
    /* From here on whoever holds the buffer may write at any time, or read what others write: the
     * library is told. */
    static char nothing[16];
    const bool lent = nd_size(array) && nd_is_writeable(array);
    void *data = !nd_size(array) ? nothing : lent ? nd_lend(array) : (void *)nd_data(array);
    if (!data) {
        PyMem_Free(info);
        pnd_raise();
        return -1;
    }
    const int rank = nd_rank(array);
    info->array = nd_retain(array);
    info->lent = lent;
    for (int i = 0; i < rank; i++) {
        info->dims[i] = (Py_ssize_t)nd_lengths(array)[i];
        info->dims[rank + i] = (Py_ssize_t)nd_strides(array)[i];
    }
    *view = (Py_buffer){
        .buf = data,
        .obj = Py_NewRef(self),
        .len = (Py_ssize_t)nd_bytes(array),
        .itemsize = (Py_ssize_t)nd_dtype_size(dtype),
        .readonly = !writeable,
        .ndim = flags & PyBUF_ND ? rank : 1, /* else it is bytes */
        .format = flags & PyBUF_FORMAT ? (char *)pnd_format_of(dtype) : NULL,
        .shape = flags & PyBUF_ND ? info->dims : NULL,
        .strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? info->dims + rank : NULL,
        .internal = info,
    };
    return 0;
}

void pnd_release_buffer(PyObject *Py_UNUSED(self), Py_buffer *view)
{
    export *info = view->internal;
    if (info->lent)
        nd_lend_done(info->array);
    nd_release(info->array);
    PyMem_Free(info);
}

/* ---- The same bytes -------------------------------------------------------------------------- */

static void release_array(void *context)
{
    nd_release(context);
}

nd_array *pnd_true_bools(nd_array *array)
{
    PND_AUTO given = array;
    PND_AUTO line = given ? nd_ascontiguous(given) : NULL;
    const uint8_t *bytes = line && nd_size(line) ? nd_data(line) : NULL;
    uint8_t seen = 0;
    for (int64_t i = 0; bytes && i < nd_size(line); i++)
        seen |= bytes[i];
    if (!line || seen <= 1)
        return line ? nd_retain(given) : NULL;
    nd_array *const copy = nd_copy(line);
    uint8_t *to = copy ? nd_data_once(copy) : NULL;
    for (int64_t i = 0; to && i < nd_size(copy); i++)
        to[i] = to[i] != 0;
    return copy;
}

PyObject *pnd_view_as(PyObject *self, nd_dtype dtype)
{
    nd_array *array = pnd_array_of(self);
    const int rank = nd_rank(array);
    const int64_t from = (int64_t)nd_dtype_size(nd_dtype_of(array)),
                  to = (int64_t)nd_dtype_size(dtype);
    nd_shape shape = nd_shape_like(array);
    int64_t strides[ND_MAX_RANK];
    memcpy(strides, nd_strides(array), sizeof(int64_t) * (size_t)rank);
    if (from != to) {
        if (!rank) {
            PyErr_SetString(
                PyExc_ValueError,
                "Changing the dtype of a 0d array is only supported if the itemsize is unchanged");
            return NULL;
        }
        if (strides[rank - 1] != from && shape.length[rank - 1] != 1 && nd_size(array)) {
            PyErr_SetString(
                PyExc_ValueError,
                "To change to a dtype of a different size, the last axis must be contiguous");
            return NULL;
        }
        const int64_t bytes = shape.length[rank - 1] * from;
        if (bytes % to) {
            PyErr_SetString(PyExc_ValueError,
                            "When changing to a larger dtype, its size must be a divisor of the "
                            "total size in bytes of the last axis of the array.");
            return NULL;
        }
        shape.length[rank - 1] = bytes / to;
        strides[rank - 1] = to;
    }
    if (!nd_size(array))
        return pnd_wrap(nd_empty(dtype, shape));
    if (!pnd_force(array))
        return NULL;
    const bool writeable = nd_is_writeable(array) && !((pnd_array *)self)->locked;
    void *data = nd_is_writeable(array) ? nd_data_writeable(array) : (void *)nd_data(array);
    if (!data)
        return pnd_raise();
    nd_array *held = nd_retain(array);
    nd_array *view = nd_borrow(dtype, shape, strides, data, writeable, release_array, held);
    if (!view)
        nd_release(held);
    const bool of_others = dtype == ND_BOOL && nd_dtype_of(array) != ND_BOOL;
    return pnd_wrap_view(view && of_others ? pnd_true_bools(view) : view, self);
}

/* ---- An array over a buffer ------------------------------------------------------------------ */

static int64_t *strides_in_order(nd_dtype dtype, const nd_shape *shape, char order,
                                 int64_t *strides)
{
    int64_t step = (int64_t)nd_dtype_size(dtype);
    for (int i = 0; i < shape->rank; i++) {
        const int axis = order == 'F' ? i : shape->rank - 1 - i;
        strides[axis] = step;
        if (__builtin_mul_overflow(step, shape->length[axis] + !shape->length[axis], &step))
            step = INT64_MAX; /* which no buffer holds */
    }
    return strides;
}

/* Whether every element lies within `bytes` bytes, element (0, ..., 0) at `offset`. */
static bool lies_within(nd_dtype dtype, const nd_shape *shape, const int64_t *strides,
                        int64_t offset, int64_t bytes)
{
    int64_t low, high;
    return offset >= 0 && nd_extent(dtype, *shape, strides, &low, &high) &&
           (low == high || (offset + low >= 0 && high <= bytes - offset));
}

Py_buffer *pnd_plain_buffer(PyObject *object)
{
    Py_buffer *view = PyMem_Malloc(sizeof *view);
    if (!view) {
        PyErr_NoMemory();
        return NULL;
    }
    /* Bytes are not asked: the exception that they make takes as long as all the rest. */
    if (PyBytes_Check(object) || PyObject_GetBuffer(object, view, PyBUF_WRITABLE) < 0) {
        PyErr_Clear();
        if (PyObject_GetBuffer(object, view, PyBUF_SIMPLE) < 0) {
            PyMem_Free(view);
            return NULL;
        }
    }
    return view;
}

PyObject *pnd_over_buffer(PyObject *buffer, nd_dtype dtype, const nd_shape *shape,
                          const int64_t *strides, char order, int64_t offset)
{
    Py_buffer *const view = pnd_plain_buffer(buffer);
    if (!view)
        return NULL;
    int64_t own[ND_MAX_RANK];
    const bool given = strides != NULL;
    if (!given)
        strides = strides_in_order(dtype, shape, order, own);
    nd_array *array = NULL;
    bool empty = false;
    for (int i = 0; i < shape->rank; i++)
        empty |= shape->length[i] == 0;
    if (!lies_within(dtype, shape, strides, offset, (int64_t)view->len))
        PyErr_SetString(given ? PyExc_ValueError : PyExc_TypeError,
                        given ? "strides is incompatible with shape of requested array and size of "
                                "buffer"
                              : "buffer is too small for requested array");
    else if (!(array = empty ? nd_empty(dtype, *shape)
                             : nd_borrow(dtype, *shape, strides, (char *)view->buf + offset,
                                         !view->readonly, pnd_free_buffer, view)))
        pnd_raise();
    if (!array || empty) {
        PyBuffer_Release(view);
        PyMem_Free(view);
    }
    return array ? pnd_wrap_view(array, buffer) : NULL;
}

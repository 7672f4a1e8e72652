/* Shapes and axes: functions and methods that give views where they can. */
#include "core.h"

#include <string.h>

#include <ndstream/arrange.h>

/* A view of `source` that `array`, made of it, is; both may be the result of a conversion. */
static PyObject *view(nd_array *array, PyObject *source)
{
    return pnd_wrap_view(array, source);
}

/* The result of a reshape, which is a view or a copy. */
static PyObject *view_or_copy(nd_array *array, PyObject *source)
{
    /* (Without elements it shares none, and is as little to be written as its source.) */
    if (array && (array == pnd_array_of(source) || nd_size(array) == 0 ||
                  nd_overlaps(array, pnd_array_of(source))))
        return view(array, source);
    return pnd_wrap(array);
}

/* ---- reshape and ravel ----------------------------------------------------------------------- */

static nd_array *reshaped(nd_array *array, nd_shape shape, char order)
{
    if (order == 'A')
        order = pnd_is_fortran(array) ? 'F' : 'C';
    if (order != 'F')
        return nd_reshape(array, shape);
    /* Reshaping the transpose to the reversed shape reads the first axis fastest. */
    pnd_reverse_shape(&shape);
    PND_AUTO turned = nd_transpose(array);
    PND_AUTO flat = nd_reshape(turned, shape);
    return nd_transpose(flat);
}

static PyObject *reshape_to(PyObject *object, PyObject *shape_object, PyObject *order_object,
                            PyObject *copy_object)
{
    nd_shape shape;
    char order = 'C';
    PND_OBJECT array = pnd_as_array_object(object, ND_DTYPE_NONE);
    if (!array || !pnd_to_shape(shape_object, &shape) || !pnd_to_order(order_object, &order))
        return NULL;
    if (order == 'K') {
        PyErr_SetString(PyExc_ValueError, "order 'K' is not permitted for reshaping");
        return NULL;
    }
    PND_AUTO result = reshaped(pnd_array_of(array), shape, order);
    if (!result)
        return pnd_raise();
    if (pnd_given(copy_object)) {
        const int copy = PyObject_IsTrue(copy_object);
        if (copy < 0)
            return NULL;
        const bool shared = nd_overlaps(result, pnd_array_of(array));
        if (copy && shared)
            return pnd_wrap(nd_copy(result));
        if (!copy && !shared && nd_size(result)) {
            PyErr_SetString(PyExc_ValueError, "Unable to avoid creating a copy while reshaping.");
            return NULL;
        }
    }
    return view_or_copy(nd_retain(result), array);
}

PND_FUNCTION(reshape, "a, /, shape, order='C', *, copy=None",
             "The elements in another shape, a view where possible.")
{
    return reshape_to(given[0], given[1], given[2], given[3]);
}

/* x.reshape(2, 3), x.reshape((2, 3)): the words at the end of the call are looked at here. */
static PyObject *reshape_method(PyObject *self, PyObject *const *arguments, Py_ssize_t count,
                                PyObject *keywords)
{
    PyObject *order = NULL, *copy = NULL, *shape = NULL;
    for (Py_ssize_t i = 0; keywords && i < PyTuple_GET_SIZE(keywords); i++) {
        PyObject *name = PyTuple_GET_ITEM(keywords, i);
        PyObject **to = PyUnicode_CompareWithASCIIString(name, "order") == 0   ? &order
                        : PyUnicode_CompareWithASCIIString(name, "copy") == 0  ? &copy
                        : PyUnicode_CompareWithASCIIString(name, "shape") == 0 ? &shape
                                                                               : NULL;
        if (!to) {
            PyErr_Format(PyExc_TypeError, "reshape() has no argument %R", name);
            return NULL;
        }
        *to = arguments[count + i];
    }
    if (count == 1)
        return reshape_to(self, arguments[0], order, copy);
    if (count == 0 && shape)
        return reshape_to(self, shape, order, copy);
    if (count == 0 && !shape && nd_rank(pnd_array_of(self)) > 0 &&
        nd_size(pnd_array_of(self)) != 1) {
        PyErr_SetString(PyExc_TypeError, "reshape() takes exactly 1 argument (0 given)");
        return NULL;
    }
    PND_OBJECT tuple = PyTuple_New(count);
    for (Py_ssize_t i = 0; tuple && i < count; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(arguments[i]));
    return tuple ? reshape_to(self, tuple, order, copy) : NULL;
}

PND_FUNCTION(ravel, "a, order='C'", "One axis, a view where possible.")
{
    char order = 'C';
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!array || !pnd_to_order(given[1], &order))
        return NULL;
    nd_array *source = pnd_array_of(array);
    if (order != 'F' && nd_is_contiguous(source))
        return view(nd_ravel(source), array);
    if (order == 'K')
        order = pnd_is_fortran(source) ? 'F' : 'C';
    PND_AUTO line =
        reshaped(source, (nd_shape){.rank = 1, .length = {-1}}, nd_size(source) ? order : 'C');
    const bool plain = order == 'F' ? nd_is_fortran_contiguous(source) : nd_is_contiguous(source);
    if (line && !plain && order != 'A' && nd_overlaps(line, source))
        return pnd_wrap(nd_copy(line)); /* NumPy's has no gaps */
    return view_or_copy(nd_retain(line), array);
}
PND_ALSO_METHOD_PLAIN(ravel, {
    if (nd_is_contiguous(pnd_array_of(self)))
        return view(nd_ravel(pnd_array_of(self)), self);
})

PND_FUNCTION(flatten, "a, order='C'", "A 1-d copy.")
{
    char order = 'C';
    if (!pnd_to_order(given[1], &order))
        return NULL;
    nd_array *source = pnd_array_of(given[0]);
    if (nd_rank(source) == 1 && nd_is_contiguous(source))
        return pnd_wrap(nd_copy(source));
    PND_AUTO flat =
        reshaped(source, (nd_shape){.rank = 1, .length = {-1}}, order == 'K' ? 'A' : order);
    if (!flat)
        return pnd_raise();
    return pnd_wrap(nd_overlaps(flat, source) ? nd_copy(flat) : nd_retain(flat));
}
PND_ALSO_METHOD(flatten)

/* ---- Axes ------------------------------------------------------------------------------------ */

static PyObject *transposed(PyObject *object, PyObject *axes_object)
{
    PND_OBJECT array = pnd_as_array_object(object, ND_DTYPE_NONE);
    if (!array)
        return NULL;
    if (!pnd_given(axes_object))
        return view(nd_transpose(pnd_array_of(array)), array);
    nd_axes axes;
    /* (Any sequence, an array too.) */
    PND_OBJECT items = PyLong_Check(axes_object) ? NULL : PySequence_Tuple(axes_object);
    PyErr_Clear();
    if (!pnd_to_axes(items ? items : axes_object, &axes))
        return NULL;
    if (axes.count != nd_rank(pnd_array_of(array))) {
        PyErr_SetString(PyExc_ValueError, "axes don't match array");
        return NULL;
    }
    return view(nd_permute(pnd_array_of(array), axes), array);
}

PND_FUNCTION(transpose, "a, axes=None",
             "A view with the axes in another order; reversed, if none is given.")
{
    return transposed(given[0], given[1]);
}

/* x.transpose(), x.transpose(1, 0), x.transpose((1, 0)). */
static PyObject *transpose_method(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    if (count < 2 && !(count == 1 && PyLong_Check(arguments[0])))
        return transposed(self, count ? arguments[0] : NULL);
    PND_OBJECT tuple = PyTuple_New(count);
    for (Py_ssize_t i = 0; tuple && i < count; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(arguments[i]));
    return tuple ? transposed(self, tuple) : NULL;
}

PND_FUNCTION(matrix_transpose, "x, /", "A view with the last two axes exchanged.")
{
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    return array ? PyObject_GetAttrString(array, "mT") : NULL;
}

PND_FUNCTION(swapaxes, "a, axis1, axis2", "A view with two axes exchanged.")
{
    int first = 0, second = 0;
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!array || !pnd_to_axis(given[1], &first) || !pnd_to_axis(given[2], &second))
        return NULL;
    return view(nd_swap_axes(pnd_array_of(array), first, second), array);
}
PND_ALSO_METHOD(swapaxes)

/* Axis numbers from the front; false with AxisError. */
static bool normalize(const nd_axes *axes, int rank, int *to)
{
    uint64_t seen = 0;
    for (int i = 0; i < axes->count; i++) {
        const int axis = axes->axis[i] < 0 ? axes->axis[i] + rank : axes->axis[i];
        if (axis < 0 || axis >= rank) {
            PyErr_Format(pnd.axis_error, "axis %d is out of bounds for array of dimension %d",
                         axes->axis[i], rank);
            return false;
        }
        if (seen >> axis & 1) {
            PyErr_SetString(PyExc_ValueError, "repeated axis");
            return false;
        }
        seen |= (uint64_t)1 << axis;
        to[i] = axis;
    }
    return true;
}

PND_FUNCTION(moveaxis, "a, source, destination",
             "A view with axes moved to other places; the rest keep their order.")
{
    nd_axes from, to;
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!array || !pnd_to_axes(given[1], &from) || !pnd_to_axes(given[2], &to))
        return NULL;
    const int rank = nd_rank(pnd_array_of(array));
    int source[ND_MAX_RANK], target[ND_MAX_RANK];
    if (!normalize(&from, rank, source) || !normalize(&to, rank, target))
        return NULL;
    if (from.count != to.count) {
        PyErr_SetString(
            PyExc_ValueError,
            "`source` and `destination` arguments must have the same number of elements");
        return NULL;
    }
    nd_axes order = {.count = rank};
    for (int i = 0; i < rank; i++)
        order.axis[i] = -1;
    uint64_t moved = 0;
    for (int i = 0; i < from.count; i++) {
        order.axis[target[i]] = source[i];
        moved |= (uint64_t)1 << source[i];
    }
    for (int i = 0, next = 0; i < rank; i++) {
        if (order.axis[i] >= 0)
            continue;
        while (moved >> next & 1)
            next++;
        order.axis[i] = next++;
    }
    return view(nd_permute(pnd_array_of(array), order), array);
}

PND_FUNCTION(rollaxis, "a, axis, start=0", "A view with an axis moved before another.")
{
    int axis = 0, start = 0;
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!array || !pnd_to_int(given[1], &axis) || !pnd_to_int(given[2], &start))
        return NULL;
    const int rank = nd_rank(pnd_array_of(array));
    int from;
    if (!normalize(&(nd_axes){.count = 1, .axis = {axis}}, rank, &from))
        return NULL;
    start += start < 0 ? rank : 0;
    if (start < 0 || start > rank) {
        PyErr_Format(pnd.axis_error, "'start' arg requires %d <= start < %d, but %d was passed in",
                     -rank, rank + 1, start);
        return NULL;
    }
    return view(nd_move_axis(pnd_array_of(array), from, start > from ? start - 1 : start), array);
}

PND_FUNCTION(expand_dims, "a, axis", "A view with new axes of length 1.")
{
    nd_axes axes;
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    int axis;
    if (!array || (given[1] == Py_None && !pnd_to_axis(given[1], &axis)) ||
        !pnd_to_axes(given[1], &axes))
        return NULL;
    int at[ND_MAX_RANK];
    const int rank = nd_rank(pnd_array_of(array)) + axes.count;
    if (rank > ND_MAX_RANK) {
        PyErr_Format(PyExc_ValueError, "expand_dims: %d axes; there are at most %d", rank,
                     ND_MAX_RANK);
        return NULL;
    }
    if (!normalize(&axes, rank, at))
        return NULL;
    nd_shape shape = {.rank = rank};
    for (int i = 0; i < axes.count; i++)
        shape.length[at[i]] = -1;
    PND_AUTO result = nd_retain(pnd_array_of(array));
    for (int i = 0; i < rank; i++)
        if (shape.length[i] == -1) {
            nd_array *more = nd_expand_dims(result, i);
            nd_release(result);
            result = more;
            if (!more)
                return pnd_raise();
        }
    return view(nd_retain(result), array);
}

PND_FUNCTION(squeeze, "a, axis=None", "A view without axes of length 1.")
{
    nd_axes axes;
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!array || !pnd_to_axis_tuple(given[1], &axes))
        return NULL;
    if (!nd_rank(pnd_array_of(array)) && !axes.all && axes.count == 1 &&
        (axes.axis[0] == 0 || axes.axis[0] == -1))
        axes = ND_ALL; /* as NumPy has it */
    if (axes.all) {    /* NumPy gives the array itself where there is nothing to do */
        const nd_array *of = pnd_array_of(array);
        bool any = false;
        for (int i = 0; i < nd_rank(of); i++)
            any |= nd_lengths(of)[i] == 1;
        if (!any)
            return Py_NewRef(array);
    }
    return view(nd_squeeze(pnd_array_of(array), axes), array);
}
PND_ALSO_METHOD(squeeze)

PND_FUNCTION(broadcast_to, "array, shape, subok=False",
             "A read-only view in which axes of length 1 are repeated.")
{
    nd_shape shape;
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!array || !pnd_to_shape(given[1], &shape))
        return NULL;
    return view(nd_broadcast_to(pnd_array_of(array), shape), array);
}

static bool broadcast(nd_shape *shape, int rank, const int64_t *lengths)
{
    if (rank > shape->rank) {
        memmove(shape->length + rank - shape->rank, shape->length,
                sizeof(int64_t) * (size_t)shape->rank);
        for (int i = 0; i < rank - shape->rank; i++)
            shape->length[i] = 1;
        shape->rank = rank;
    }
    for (int i = 0; i < rank; i++) {
        int64_t *length = &shape->length[shape->rank - rank + i];
        if (*length == 1)
            *length = lengths[i];
        else if (lengths[i] != 1 && lengths[i] != *length) {
            PyErr_Format(PyExc_ValueError,
                         "shape mismatch: objects cannot be broadcast to a single shape: axis %d "
                         "has %lld and %lld elements",
                         i - rank, (long long)*length, (long long)lengths[i]);
            return false;
        }
    }
    return true;
}

static bool is_shape(const nd_shape *shape)
{
    for (int i = 0; i < shape->rank; i++)
        if (shape->length[i] < 0) {
            PyErr_SetString(PyExc_ValueError, "negative dimensions are not allowed");
            return false;
        }
    return true;
}

static PyObject *broadcast_shapes(PyObject *Py_UNUSED(module), PyObject *const *arguments,
                                  Py_ssize_t count)
{
    nd_shape all = {0}, one;
    for (Py_ssize_t i = 0; i < count; i++)
        if (!pnd_to_shape(arguments[i], &one) || !is_shape(&one) ||
            !broadcast(&all, one.rank, one.length))
            return NULL;
    return pnd_shape_tuple(all.rank, all.length);
}

static PyObject *broadcast_arrays(PyObject *Py_UNUSED(module), PyObject *const *arguments,
                                  Py_ssize_t count)
{
    nd_shape all = {0};
    PND_OBJECT arrays = PyTuple_New(count);
    PND_OBJECT results = PyTuple_New(count);
    for (Py_ssize_t i = 0; arrays && results && i < count; i++) {
        PyObject *array = pnd_as_array_object(arguments[i], ND_DTYPE_NONE);
        if (!array)
            return NULL;
        PyTuple_SET_ITEM(arrays, i, array);
        if (!broadcast(&all, nd_rank(pnd_array_of(array)), nd_lengths(pnd_array_of(array))))
            return NULL;
    }
    for (Py_ssize_t i = 0; arrays && results && i < count; i++) {
        PyObject *array = PyTuple_GET_ITEM(arrays, i);
        PyObject *result = view(nd_broadcast_to(pnd_array_of(array), all), array);
        if (!result)
            return NULL;
        PyTuple_SET_ITEM(results, i, result);
    }
    return Py_XNewRef(results);
}

/* atleast_1d(*arrays) and its kin: one array, or a tuple. */
static PyObject *at_least(int rank, PyObject *const *arguments, Py_ssize_t count)
{
    PND_OBJECT results = PyTuple_New(count);
    for (Py_ssize_t i = 0; results && i < count; i++) {
        PyObject *object = pnd_as_array_object(arguments[i], ND_DTYPE_NONE);
        if (!object)
            return NULL;
        PyTuple_SET_ITEM(results, i, object);
        nd_array *array = pnd_array_of(object);
        if (nd_rank(array) >= rank)
            continue;
        PyObject *more = view_or_copy(rank == 1   ? nd_atleast_1d(array)
                                      : rank == 2 ? nd_atleast_2d(array)
                                                  : nd_atleast_3d(array),
                                      object);
        if (!more)
            return NULL;
        PyTuple_SET_ITEM(results, i, more);
        Py_DECREF(object);
    }
    return results && count == 1 ? Py_NewRef(PyTuple_GET_ITEM(results, 0)) : Py_XNewRef(results);
}

static PyObject *atleast_1d(PyObject *Py_UNUSED(module), PyObject *const *arguments,
                            Py_ssize_t count)
{
    return at_least(1, arguments, count);
}

static PyObject *atleast_2d(PyObject *Py_UNUSED(module), PyObject *const *arguments,
                            Py_ssize_t count)
{
    return at_least(2, arguments, count);
}

static PyObject *atleast_3d(PyObject *Py_UNUSED(module), PyObject *const *arguments,
                            Py_ssize_t count)
{
    return at_least(3, arguments, count);
}

/* ---- Order of elements ----------------------------------------------------------------------- */

static PyObject *flipped(PyObject *object, const nd_axes *axes)
{
    PND_OBJECT array = pnd_as_array_object(object, ND_DTYPE_NONE);
    return array ? view(nd_flip(pnd_array_of(array), *axes), array) : NULL;
}

PND_FUNCTION(flip, "m, axis=None", "A view with the elements in reverse along the axes.")
{
    nd_axes axes;
    return pnd_to_axes(given[1], &axes) ? flipped(given[0], &axes) : NULL;
}

PND_FUNCTION(flipud, "m", "A view with the elements in reverse along the first axis.")
{
    return flipped(given[0], &ND_AXIS(0));
}

PND_FUNCTION(fliplr, "m", "A view with the elements in reverse along the second axis.")
{
    return flipped(given[0], &ND_AXIS(1));
}

PND_FUNCTION(rot90, "m, k=1, axes=(0, 1)", "A view turned by 90 degrees, k times.")
{
    int64_t turns = 1;
    nd_axes axes = ND_AXES(0, 1);
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!array || !pnd_to_int64(given[1], &turns) ||
        (pnd_given(given[2]) && !pnd_to_axes(given[2], &axes)))
        return NULL;
    int at[ND_MAX_RANK];
    if (axes.count != 2) {
        PyErr_SetString(PyExc_ValueError, "len(axes) must be 2.");
        return NULL;
    }
    if (!normalize(&axes, nd_rank(pnd_array_of(array)), at))
        return NULL;
    return view(nd_rot90(pnd_array_of(array), turns, at[0], at[1]), array);
}

PND_FUNCTION(diagonal, "a, offset=0, axis1=0, axis2=1",
             "A read-only view of a diagonal of two axes.")
{
    int64_t offset = 0;
    int first = 0, second = 1;
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!array || !pnd_to_int64(given[1], &offset) || !pnd_to_int(given[2], &first) ||
        !pnd_to_int(given[3], &second))
        return NULL;
    const int rank = nd_rank(pnd_array_of(array));
    if (rank < 2) {
        PyErr_SetString(PyExc_ValueError, "diag requires an array of at least two dimensions");
        return NULL;
    }
    int at[2];
    if (!normalize(&(nd_axes){.count = 2, .axis = {first, second}}, rank, at))
        return NULL;
    nd_axes order = {.count = 0};
    for (int i = 0; i < rank; i++)
        if (i != at[0] && i != at[1])
            order.axis[order.count++] = i;
    order.axis[order.count++] = at[0];
    order.axis[order.count++] = at[1];
    PND_AUTO turned = nd_permute(pnd_array_of(array), order);
    PyObject *result = view(nd_diagonal(turned, offset), array);
    if (result)
        ((pnd_array *)result)->locked = true;
    return result;
}
PND_ALSO_METHOD(diagonal)

/* The part of anything that has one, as Python's numbers do. */
static PyObject *part_of(PyObject *object, const char *name)
{
    PyObject *part = PyObject_GetAttrString(object, name);
    if (part || !PyErr_ExceptionMatches(PyExc_AttributeError))
        return part;
    PyErr_Clear();
    PND_OBJECT array = pnd_as_array_object(object, ND_DTYPE_NONE);
    return array ? PyObject_GetAttrString(array, name) : NULL;
}

PND_FUNCTION(real, "val", "The real parts.")
{
    return part_of(given[0], "real");
}

PND_FUNCTION(imag, "val", "The imaginary parts.")
{
    return part_of(given[0], "imag");
}

PND_FUNCTION(sliding_window_view, "x, window_shape, axis=None, *, subok=False, writeable=False",
             "Windows that slide along axes, as a read-only view with an axis more for each.")
{
    nd_shape window;
    nd_axes axes;
    bool writeable = false;
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!array || !pnd_to_shape(given[1], &window) || !pnd_to_axes(given[2], &axes) ||
        !pnd_to_bool(given[4], &writeable))
        return NULL;
    const int rank = nd_rank(pnd_array_of(array));
    if (axes.all) {
        axes.count = rank;
        for (int i = 0; i < rank; i++)
            axes.axis[i] = i;
    }
    if (axes.count != window.rank) {
        PyErr_Format(PyExc_ValueError,
                     "Must provide matching length window_shape and axis; got %d window_shape "
                     "elements and %d axes elements.",
                     window.rank, axes.count);
        return NULL;
    }
    PND_AUTO result = nd_retain(pnd_array_of(array));
    for (int i = 0; i < axes.count; i++) {
        const int axis = axes.axis[i] < 0 ? axes.axis[i] + rank : axes.axis[i];
        nd_array *next = nd_sliding_window(result, axis < 0 || axis >= rank ? ND_MAX_RANK : axis,
                                           window.length[i]);
        nd_release(result);
        result = next;
        if (!next)
            return pnd_raise();
    }
    if (!writeable)
        return view(nd_retain(result), array);
    nd_array *of = pnd_array_of(array);
    return nd_eval(1, &of) == ND_OK
               ? view(nd_as_strided(of, nd_shape_like(result), nd_strides(result)), array)
               : pnd_raise();
}

PND_NAMED_FUNCTION(as_strided, "_as_strided", "x, shape, strides",
                   "A view of any shape and strides within the memory of the array.")
{
    nd_shape shape, strides;
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!array || !pnd_to_shape(given[1], &shape) || !pnd_to_shape(given[2], &strides))
        return NULL;
    if (shape.rank != strides.rank) {
        PyErr_SetString(PyExc_ValueError, "mismatch in length of strides and shape");
        return NULL;
    }
    nd_array *of = pnd_array_of(array);
    return nd_eval(1, &of) == ND_OK ? view(nd_as_strided(of, shape, strides.length), array)
                                    : pnd_raise();
}

/* ---- Questions ------------------------------------------------------------------------------- */

PND_FUNCTION(shape, "a", "The lengths of the axes.")
{
    PND_AUTO array = pnd_to_array(given[0]);
    return array ? pnd_shape_tuple(nd_rank(array), nd_lengths(array)) : NULL;
}

PND_FUNCTION(ndim, "a", "The number of axes.")
{
    PND_AUTO array = pnd_to_array(given[0]);
    return array ? PyLong_FromLong(nd_rank(array)) : NULL;
}

PND_FUNCTION(size, "a, axis=None", "The number of elements, or of those along axes.")
{
    nd_axes axes;
    PND_AUTO array = pnd_to_array(given[0]);
    if (!array || !pnd_to_axes(given[1], &axes))
        return NULL;
    int64_t count = axes.all ? nd_size(array) : 1;
    int at[ND_MAX_RANK];
    if (!axes.all && !normalize(&axes, nd_rank(array), at))
        return NULL;
    for (int i = 0; !axes.all && i < axes.count; i++)
        count *= nd_lengths(array)[at[i]];
    return PyLong_FromLongLong(count);
}

static PyObject *related(PyObject *a, PyObject *b)
{
    PND_AUTO x = pnd_to_array(a);
    PND_AUTO y = x ? pnd_to_array(b) : NULL;
    return y ? PyBool_FromLong(nd_overlaps(x, y)) : NULL;
}

PND_FUNCTION(shares_memory, "a, b, /, max_work=None",
             "True if a write to one could change the other.")
{
    return related(given[0], given[1]);
}

PND_FUNCTION(may_share_memory, "a, b, /, max_work=None",
             "True if a write to one could change the other.")
{
    return related(given[0], given[1]);
}

PyMethodDef pnd_shape_functions[] = {
    PND_ROW(reshape),
    PND_ROW(ravel),
    PND_ROW(transpose),
    PND_ROW(matrix_transpose),
    PND_ROW(swapaxes),
    PND_ROW(moveaxis),
    PND_ROW(rollaxis),
    PND_ROW(expand_dims),
    PND_ROW(squeeze),
    PND_ROW(broadcast_to),
    {"broadcast_shapes", (PyCFunction)(void (*)(void))broadcast_shapes, METH_FASTCALL,
     "broadcast_shapes(*shapes)\n--\n\nThe shape that they broadcast to."},
    {"broadcast_arrays", (PyCFunction)(void (*)(void))broadcast_arrays, METH_FASTCALL,
     "broadcast_arrays(*arrays)\n--\n\nViews of one shape."},
    {"atleast_1d", (PyCFunction)(void (*)(void))atleast_1d, METH_FASTCALL,
     "atleast_1d(*arrays)\n--\n\nArrays with one axis or more."},
    {"atleast_2d", (PyCFunction)(void (*)(void))atleast_2d, METH_FASTCALL,
     "atleast_2d(*arrays)\n--\n\nArrays with two axes or more."},
    {"atleast_3d", (PyCFunction)(void (*)(void))atleast_3d, METH_FASTCALL,
     "atleast_3d(*arrays)\n--\n\nArrays with three axes or more."},
    PND_ROW(flip),
    PND_ROW(flipud),
    PND_ROW(fliplr),
    PND_ROW(rot90),
    PND_ROW(diagonal),
    PND_ROW(real),
    PND_ROW(imag),
    PND_ROW(sliding_window_view),
    PND_ROW_NAMED("_as_strided", as_strided),
    PND_ROW(shape),
    PND_ROW(ndim),
    PND_ROW(size),
    PND_ROW(shares_memory),
    PND_ROW(may_share_memory),
    {0},
};

PyMethodDef pnd_shape_methods[] = {
    {"reshape", (PyCFunction)(void (*)(void))reshape_method, METH_FASTCALL | METH_KEYWORDS,
     reshape_doc},
    {"transpose", (PyCFunction)(void (*)(void))transpose_method, METH_FASTCALL, transpose_doc},
    PND_METHOD_ROW("ravel", ravel),
    PND_METHOD_ROW("flatten", flatten),
    PND_METHOD_ROW("swapaxes", swapaxes),
    PND_METHOD_ROW("squeeze", squeeze),
    PND_METHOD_ROW("diagonal", diagonal),
    {0},
};

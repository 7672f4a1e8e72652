/* Arrays put together along an axis. */
#include "core.h"

#include <string.h>

/* The arrays of a sequence, seen with at least `rank` axes. */
typedef struct parts {
    Py_ssize_t count;
    nd_array **array;
} parts;

static void release_parts(parts *p)
{
    for (Py_ssize_t i = 0; i < p->count; i++)
        nd_release(p->array[i]);
    PyMem_Free(p->array);
}
#define PARTS __attribute__((cleanup(release_parts))) parts

static bool to_parts(PyObject *object, parts *p)
{
    p->count = 0;
    p->array = NULL;
    PND_OBJECT items = NULL;
    if (pnd_is_array(object) || PyList_Check(object) || PyTuple_Check(object) ||
        (PySequence_Check(object) && !PyUnicode_Check(object))) {
        items = PySequence_Tuple(object);
    } else {
        PyErr_Format(PyExc_TypeError,
                     "arrays to stack must be passed as a \"sequence\" type such as list or tuple, "
                     "not %.200s",
                     Py_TYPE(object)->tp_name);
    }
    if (!items)
        return false;
    const Py_ssize_t count = PyTuple_GET_SIZE(items);
    if (!count) {
        PyErr_SetString(PyExc_ValueError, "need at least one array to concatenate");
        return false;
    }
    p->array = PyMem_Calloc((size_t)count, sizeof *p->array);
    if (!p->array) {
        PyErr_NoMemory();
        return false;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        nd_array *array = pnd_to_array(PyTuple_GET_ITEM(items, i));
        if (!array)
            return false;
        p->array[p->count++] = array;
    }
    return true;
}

/* Replaces each array by a view of at least `rank` axes, as atleast_1d() and its kin have them. */
static bool raise_rank(parts *p, int rank)
{
    for (Py_ssize_t i = 0; i < p->count; i++) {
        nd_array *array = p->array[i];
        const int have = nd_rank(array);
        if (have >= rank)
            continue;
        nd_shape shape = {.rank = rank, .length = {1, 1, 1}};
        if (have == 1)
            shape.length[rank > 1] = nd_lengths(array)[0];
        if (have == 2) {
            shape.length[0] = nd_lengths(array)[0];
            shape.length[1] = nd_lengths(array)[1];
        }
        nd_array *view = nd_reshape(array, shape);
        if (!view) {
            pnd_raise();
            return false;
        }
        nd_release(array);
        p->array[i] = view;
    }
    return true;
}

static bool check_shapes(const parts *p, int axis)
{
    const int rank = nd_rank(p->array[0]);
    for (Py_ssize_t i = 1; i < p->count; i++) {
        if (nd_rank(p->array[i]) != rank) {
            PyErr_Format(
                PyExc_ValueError,
                "all the input array dimensions must match, but the array at index 0 has %d "
                "dimension(s) and the array at index %zd has %d dimension(s)",
                rank, i, nd_rank(p->array[i]));
            return false;
        }
        for (int k = 0; k < rank; k++)
            if (k != axis && nd_lengths(p->array[i])[k] != nd_lengths(p->array[0])[k]) {
                PyErr_Format(
                    PyExc_ValueError,
                    "all the input array dimensions except for the concatenation axis must match "
                    "exactly, but along dimension %d, the array at index 0 has size %lld and the "
                    "array at index %zd has size %lld",
                    k, (long long)nd_lengths(p->array[0])[k], i,
                    (long long)nd_lengths(p->array[i])[k]);
                return false;
            }
    }
    return true;
}

/* One array of them along an axis; `dtype` ND_DTYPE_NONE: the promoted one. */
static nd_array *joined(const parts *p, int axis, nd_dtype dtype, nd_casting casting)
{
    const int rank = nd_rank(p->array[0]);
    if (!rank) {
        PyErr_SetString(PyExc_ValueError, "zero-dimensional arrays cannot be concatenated");
        return NULL;
    }
    if (axis < -rank || axis >= rank) {
        PyErr_Format(pnd.axis_error, "axis %d is out of bounds for array of dimension %d", axis,
                     rank);
        return NULL;
    }
    axis += axis < 0 ? rank : 0;
    if (!check_shapes(p, axis))
        return NULL;
    nd_dtype promoted = nd_dtype_of(p->array[0]);
    nd_shape shape = nd_shape_like(p->array[0]);
    shape.length[axis] = 0;
    bool fortran = rank > 1;
    for (Py_ssize_t i = 0; i < p->count; i++) {
        promoted = nd_promote(promoted, nd_dtype_of(p->array[i]));
        shape.length[axis] += nd_lengths(p->array[i])[axis];
        fortran &= nd_is_fortran_contiguous(p->array[i]) && !nd_is_contiguous(p->array[i]);
        if (dtype != ND_DTYPE_NONE && !nd_can_cast(nd_dtype_of(p->array[i]), dtype, casting)) {
            PyErr_Format(PyExc_TypeError, "Cannot cast array data from dtype('%s') to dtype('%s')",
                         nd_dtype_name(nd_dtype_of(p->array[i])), nd_dtype_name(dtype));
            return NULL;
        }
    }
    promoted = dtype == ND_DTYPE_NONE ? promoted : dtype;
    nd_array *result = fortran ? nd_empty_fortran(promoted, shape) : nd_empty(promoted, shape);
    int64_t start = 0;
    for (Py_ssize_t i = 0; result && i < p->count; i++) {
        nd_index terms[ND_MAX_RANK];
        for (int k = 0; k < axis; k++)
            terms[k] = ND_EVERY;
        const int64_t stop = start + nd_lengths(p->array[i])[axis];
        terms[axis] = ND_RANGE(start, stop);
        start = stop;
        PND_AUTO place = nd_slice_terms(result, axis + 1, terms);
        nd_status status;
        PND_UNLOCKED(nd_size(p->array[i]),
                     status = place ? nd_assign(place, p->array[i]) : nd_error());
        if (!place || status != ND_OK) {
            nd_release(result);
            result = NULL;
        }
    }
    return result ? result : pnd_raise();
}

static PyObject *finish(nd_array *array, PyObject *out)
{
    return !array ? NULL : pnd_given(out) ? pnd_into(array, out) : pnd_wrap(array);
}

static bool to_forms(PyObject *dtype_object, PyObject *casting_object, nd_dtype *dtype,
                     nd_casting *casting)
{
    return pnd_to_dtype(dtype_object, dtype) && pnd_to_casting(casting_object, casting);
}

PND_FUNCTION(concatenate, "arrays, /, axis=0, out=None, *, dtype=None, casting='same_kind'",
             "Arrays joined along an axis that they have.")
{
    PARTS p;
    int axis = 0;
    nd_dtype dtype = ND_DTYPE_NONE;
    nd_casting casting = ND_CAST_SAME_KIND;
    if (!to_parts(given[0], &p) || !pnd_to_int(given[1], &axis) ||
        !to_forms(given[3], given[4], &dtype, &casting))
        return NULL;
    if (given[1] == Py_None)
        for (Py_ssize_t i = 0; i < p.count; i++) {
            nd_array *flat = nd_ravel(p.array[i]);
            if (!flat)
                return pnd_raise();
            nd_release(p.array[i]);
            p.array[i] = flat;
        }
    return finish(joined(&p, axis, dtype, casting), given[2]);
}

PND_FUNCTION(stack, "arrays, axis=0, out=None, *, dtype=None, casting='same_kind'",
             "Arrays of one shape joined along a new axis.")
{
    PARTS p;
    int axis = 0;
    nd_dtype dtype = ND_DTYPE_NONE;
    nd_casting casting = ND_CAST_SAME_KIND;
    if (!to_parts(given[0], &p) || !pnd_to_int(given[1], &axis) ||
        !to_forms(given[3], given[4], &dtype, &casting))
        return NULL;
    const int rank = nd_rank(p.array[0]) + 1;
    for (Py_ssize_t i = 0; i < p.count; i++)
        if (nd_rank(p.array[i]) != rank - 1 ||
            memcmp(nd_lengths(p.array[i]), nd_lengths(p.array[0]),
                   sizeof(int64_t) * (size_t)(rank - 1)) != 0) {
            PyErr_SetString(PyExc_ValueError, "all input arrays must have the same shape");
            return NULL;
        }
    if (axis < -rank || axis >= rank) {
        PyErr_Format(pnd.axis_error, "axis %d is out of bounds for array of dimension %d", axis,
                     rank);
        return NULL;
    }
    axis += axis < 0 ? rank : 0;
    for (Py_ssize_t i = 0; i < p.count; i++) {
        nd_array *view = nd_expand_dims(p.array[i], axis);
        if (!view)
            return pnd_raise();
        nd_release(p.array[i]);
        p.array[i] = view;
    }
    return finish(joined(&p, axis, dtype, casting), given[2]);
}

/* vstack() and its kin: along an axis after their ranks are raised. */
static PyObject *stacked(PyObject *const *given, int rank, int axis)
{
    PARTS p;
    nd_dtype dtype = ND_DTYPE_NONE;
    nd_casting casting = ND_CAST_SAME_KIND;
    if (!to_parts(given[0], &p) || !raise_rank(&p, rank) ||
        !to_forms(given[1], given[2], &dtype, &casting))
        return NULL;
    return finish(joined(&p, axis < 0 ? nd_rank(p.array[0]) > 1 : axis, dtype, casting), NULL);
}

PND_FUNCTION(vstack, "tup, *, dtype=None, casting='same_kind'", "Arrays one below the other.")
{
    return stacked(given, 2, 0);
}

PND_FUNCTION(hstack, "tup, *, dtype=None, casting='same_kind'", "Arrays side by side.")
{
    return stacked(given, 1, -1);
}

PND_FUNCTION(dstack, "tup, *, dtype=None, casting='same_kind'", "Arrays one behind the other.")
{
    return stacked(given, 3, 2);
}

PND_FUNCTION(column_stack, "tup", "1-d arrays as the columns of a matrix.")
{
    PARTS p;
    if (!to_parts(given[0], &p))
        return NULL;
    for (Py_ssize_t i = 0; i < p.count; i++) {
        if (nd_rank(p.array[i]) >= 2)
            continue;
        nd_array *column = nd_reshape(p.array[i], (nd_shape){.rank = 2, .length = {-1, 1}});
        if (!column)
            return pnd_raise();
        nd_release(p.array[i]);
        p.array[i] = column;
    }
    return finish(joined(&p, 1, ND_DTYPE_NONE, ND_CAST_SAME_KIND), NULL);
}

PND_FUNCTION(append, "arr, values, axis=None",
             "A copy with values at the end, flat if no axis is given.")
{
    PND_OBJECT pair = PyTuple_Pack(2, given[0], given[1]);
    PyObject *arguments[] = {pair, given[2] ? given[2] : Py_None, NULL, NULL, NULL};
    return pair ? concatenate_body(arguments) : NULL;
}

/* ---- roll ------------------------------------------------------------------------------------ */

/* Copies `from` to `to`, each axis from `axis` on in two pieces that change places: `shift`
 * elements of the end come first. */
static bool rolled(nd_array *to, const nd_array *from, int axis, const int64_t *shift)
{
    while (axis < nd_rank(from) && shift[axis] == 0)
        axis++;
    if (axis == nd_rank(from))
        return nd_assign(to, from) == ND_OK;
    const int64_t length = nd_lengths(from)[axis], by = shift[axis];
    nd_index here[ND_MAX_RANK], there[ND_MAX_RANK];
    for (int i = 0; i < axis; i++)
        here[i] = there[i] = ND_EVERY;
    for (int piece = 0; piece < 2; piece++) {
        here[axis] = piece ? ND_RANGE(by, length) : ND_RANGE(0, by);
        there[axis] = piece ? ND_RANGE(0, length - by) : ND_RANGE(length - by, length);
        PND_AUTO target = nd_slice_terms(to, axis + 1, here);
        PND_AUTO source = nd_slice_terms(from, axis + 1, there);
        if (!target || !source || !rolled(target, source, axis + 1, shift))
            return false;
    }
    return true;
}

PND_FUNCTION(roll, "a, shift, axis=None",
             "The elements shifted along axes; those pushed out at one end come in at the other.")
{
    PND_AUTO array = pnd_to_array(given[0]);
    nd_axes axes, by;
    if (!array || !pnd_to_axes(given[1], &by) || !pnd_to_axes(given[2], &axes))
        return NULL;
    PND_AUTO line = axes.all ? nd_ravel(array) : nd_retain(array);
    if (!line)
        return pnd_raise();
    if (axes.all)
        axes = ND_AXIS(0);
    const int rank = nd_rank(line), count = axes.count > by.count ? axes.count : by.count;
    if (axes.count != by.count && axes.count != 1 && by.count != 1) {
        PyErr_SetString(PyExc_ValueError,
                        "'shift' and 'axis' should be scalars or 1D sequences of one length");
        return NULL;
    }
    int64_t shift[ND_MAX_RANK] = {0};
    for (int i = 0; i < count; i++) {
        const int named = axes.axis[axes.count > 1 ? i : 0],
                  axis = named < 0 ? named + rank : named;
        if (axis < 0 || axis >= rank) {
            PyErr_Format(pnd.axis_error, "axis %d is out of bounds for array of dimension %d",
                         named, rank);
            return NULL;
        }
        const int64_t length = nd_lengths(line)[axis], more = by.axis[by.count > 1 ? i : 0];
        shift[axis] = length ? ((shift[axis] + more) % length + length) % length : 0;
    }
    PND_AUTO result = nd_empty(nd_dtype_of(line), nd_shape_like(line));
    bool good = result && pnd_force(line);
    if (good)
        PND_UNLOCKED(nd_size(line), good = rolled(result, line, 0, shift));
    if (!good)
        return PyErr_Occurred() ? NULL : pnd_raise();
    return pnd_wrap(nd_rank(array) == rank ? nd_retain(result)
                                           : nd_reshape(result, nd_shape_like(array)));
}

PyMethodDef pnd_join_functions[] = {
    PND_ROW(concatenate),  PND_ROW_NAMED("concat", concatenate),
    PND_ROW(stack),        PND_ROW(vstack),
    PND_ROW(hstack),       PND_ROW(dstack),
    PND_ROW(column_stack), PND_ROW(append),
    PND_ROW(roll),         {0},
};

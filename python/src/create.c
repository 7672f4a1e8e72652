/* Functions that make arrays of numbers, shapes and bounds. */
#include "core.h"

#include <math.h>
#include <string.h>

/* A shape, dtype and order of three arguments. */
static bool to_form(PyObject *const *given, int dtype_at, int order_at, nd_shape *shape,
                    nd_dtype *dtype, char *order)
{
    return pnd_to_shape(given[0], shape) && pnd_to_dtype(given[dtype_at], dtype) &&
           pnd_to_order(given[order_at], order);
}

PND_FUNCTION(empty, "shape, dtype=None, order='C', *, device=None, like=None",
             "An array whose elements are not set.")
{
    nd_shape shape;
    nd_dtype dtype = ND_FLOAT64;
    char order = 'C';
    if (!to_form(given, 1, 2, &shape, &dtype, &order))
        return NULL;
    return pnd_wrap(order == 'F' ? nd_empty_fortran(dtype, shape) : nd_empty(dtype, shape));
}

static bool fill(nd_array *array, nd_operand value)
{
    PND_AUTO element = (nd_add)(value, nd_operand_bool(false));
    return array && element && nd_assign(array, element) == ND_OK;
}

static PyObject *filled(PyObject *const *given, bool ones)
{
    nd_shape shape;
    nd_dtype dtype = ND_FLOAT64;
    char order = 'C';
    if (!to_form(given, 1, 2, &shape, &dtype, &order))
        return NULL;
    if (order != 'F')
        return pnd_wrap(ones ? nd_ones(dtype, shape) : nd_zeros(dtype, shape));
    PND_AUTO array = nd_empty_fortran(dtype, shape);
    return fill(array, nd_operand_bool(ones)) ? pnd_wrap(nd_retain(array)) : pnd_raise();
}

PND_FUNCTION(zeros, "shape, dtype=None, order='C', *, device=None, like=None", "An array of zeros.")
{
    return filled(given, false);
}

PND_FUNCTION(ones, "shape, dtype=None, order='C', *, device=None, like=None", "An array of ones.")
{
    return filled(given, true);
}

/* What an array is filled with: complex numbers for real ones too. */
static nd_array *filling(PyObject *value, nd_dtype dtype)
{
    if (dtype == ND_DTYPE_NONE || !PyComplex_CheckExact(value))
        return pnd_to_array_of(value, dtype);
    PND_OBJECT array = pnd_as_array_object(value, ND_DTYPE_NONE);
    return array ? pnd_to_array_of(array, dtype) : NULL;
}

PND_FUNCTION(full, "shape, fill_value, dtype=None, order='C', *, device=None, like=None",
             "An array of one value, or of values that are broadcast.")
{
    nd_shape shape;
    nd_dtype dtype = ND_DTYPE_NONE;
    char order = 'C';
    if (!to_form(given, 2, 3, &shape, &dtype, &order))
        return NULL;
    PND_AUTO value = filling(given[1], dtype);
    if (!value)
        return NULL;
    dtype = nd_dtype_of(value);
    PND_AUTO array = order == 'F' ? nd_empty_fortran(dtype, shape) : nd_empty(dtype, shape);
    return array && nd_assign(array, value) == ND_OK ? pnd_wrap(nd_retain(array)) : pnd_raise();
}

/* An uninitialised array of another shape; with order 'K' its axes lie as those of `source` do. */
static nd_array *shaped_like(const nd_array *source, nd_dtype dtype, nd_shape shape, char order)
{
    const bool same_rank = shape.rank == nd_rank(source);
    if (order == 'F' || ((order == 'A' || (order == 'K' && same_rank)) && pnd_is_fortran(source)))
        return nd_empty_fortran(dtype, shape);
    if (order != 'K' || !same_rank || nd_is_contiguous(source))
        return nd_empty(dtype, shape);
    nd_axes by_stride = {.count = shape.rank}, back = {.count = shape.rank};
    for (int axis = 0; axis < shape.rank; axis++) {
        int at = axis;
        for (; at > 0 &&
               llabs(nd_strides(source)[by_stride.axis[at - 1]]) < llabs(nd_strides(source)[axis]);
             at--)
            by_stride.axis[at] = by_stride.axis[at - 1];
        by_stride.axis[at] = axis;
    }
    nd_shape turned = shape;
    for (int i = 0; i < shape.rank; i++) {
        turned.length[i] = shape.length[by_stride.axis[i]];
        back.axis[by_stride.axis[i]] = i;
    }
    PND_AUTO plain = nd_empty(dtype, turned);
    return plain ? nd_permute(plain, back) : NULL;
}

/* An uninitialised array like another, where dtype, order and shape are not said. */
static nd_array *like(PyObject *prototype, PyObject *dtype_object, PyObject *order_object,
                      PyObject *shape_object)
{
    PND_AUTO source = pnd_to_array(prototype);
    if (!source)
        return NULL;
    nd_dtype dtype = nd_dtype_of(source);
    char order = 'K';
    if (!pnd_to_dtype(dtype_object, &dtype) || !pnd_to_order(order_object, &order))
        return NULL;
    nd_array *array;
    if (pnd_given(shape_object)) {
        nd_shape shape;
        if (!pnd_to_shape(shape_object, &shape))
            return NULL;
        array = shaped_like(source, dtype, shape, order);
    } else if (order == 'F' || (order == 'A' && pnd_is_fortran(source))) {
        array = nd_empty_fortran(dtype, nd_shape_like(source));
    } else if (order != 'K' || nd_is_contiguous(source)) {
        array = nd_empty(dtype, nd_shape_like(source));
    } else if (dtype == nd_dtype_of(source)) {
        array = nd_empty_like(source);
    } else {
        PND_AUTO same = nd_empty_like(source);
        array = nd_cast(same, dtype);
    }
    return array ? array : pnd_raise();
}

PND_FUNCTION(empty_like, "prototype, dtype=None, order='K', subok=True, shape=None, *, device=None",
             "An array of the shape and dtype of another whose elements are not set.")
{
    nd_array *array = like(given[0], given[1], given[2], given[4]);
    return array ? pnd_wrap(array) : NULL;
}

PND_FUNCTION(zeros_like, "a, dtype=None, order='K', subok=True, shape=None, *, device=None",
             "Zeros of the shape and dtype of another array.")
{
    PND_AUTO array = like(given[0], given[1], given[2], given[4]);
    if (!array)
        return NULL;
    return fill(array, nd_operand_bool(false)) ? pnd_wrap(nd_retain(array)) : pnd_raise();
}

PND_FUNCTION(ones_like, "a, dtype=None, order='K', subok=True, shape=None, *, device=None",
             "Ones of the shape and dtype of another array.")
{
    PND_AUTO array = like(given[0], given[1], given[2], given[4]);
    if (!array)
        return NULL;
    return fill(array, nd_operand_bool(true)) ? pnd_wrap(nd_retain(array)) : pnd_raise();
}

PND_FUNCTION(full_like,
             "a, fill_value, dtype=None, order='K', subok=True, shape=None, *, device=None",
             "One value in the shape and dtype of another array.")
{
    PND_AUTO array = like(given[0], given[2], given[3], given[5]);
    if (array && PyComplex_CheckExact(given[1])) {
        PND_AUTO value = filling(given[1], nd_dtype_of(array));
        return value && pnd_check(nd_assign(array, value)) ? pnd_wrap(nd_retain(array)) : NULL;
    }
    if (!array || !pnd_assign(array, given[1]))
        return NULL;
    return pnd_wrap(nd_retain(array));
}

/* ---- Sequences of numbers -------------------------------------------------------------------- */

/* The dtype of the bounds of arange() and their values; int64 for whole numbers. */
static bool bound(PyObject *object, nd_dtype *dtype, double *value, int64_t *whole)
{
    if (PyLong_Check(object)) {
        *whole = PyLong_AsLongLong(object);
        *value = (double)*whole;
        if (*whole == -1 && PyErr_Occurred())
            return false;
        *dtype = *dtype == ND_DTYPE_NONE ? ND_INT64 : nd_promote(*dtype, ND_INT64);
        return true;
    }
    if (PyFloat_CheckExact(object)) {
        *value = PyFloat_AS_DOUBLE(object);
        *whole = 0;
        *dtype = *dtype == ND_DTYPE_NONE ? ND_FLOAT64 : nd_promote(*dtype, ND_FLOAT64);
        return true;
    }
    PND_AUTO array = pnd_to_array(object);
    if (!array)
        return false;
    if (nd_rank(array)) {
        PyErr_SetString(PyExc_TypeError, "arange: start, stop and step are numbers");
        return false;
    }
    *dtype = *dtype == ND_DTYPE_NONE ? nd_dtype_of(array) : nd_promote(*dtype, nd_dtype_of(array));
    if (nd_dtype_kind(*dtype) == ND_KIND_COMPLEX) /* made in Python */
        return true;
    *value = nd_item(array);
    *whole = nd_dtype_kind(nd_dtype_of(array)) == ND_KIND_FLOAT ? 0 : nd_item_int64(array);
    return true;
}

PND_FUNCTION(arange,
             "start_or_stop=None, /, stop=None, step=1, dtype=None, *, device=None, like=None, "
             "start=None",
             "start, start + step, ... below stop; with one argument 0, 1, ... below it.")
{
    nd_dtype wanted = ND_DTYPE_NONE, dtype = ND_INT64; /* int64 at least, as in NumPy */
    double start = 0, stop = 0, step = 1;
    int64_t first = 0, last = 0, stride = 1;
    if (pnd_given(given[0]) && pnd_given(given[6])) {
        PyErr_SetString(PyExc_TypeError, "arange() has two values for its argument 'start'");
        return NULL;
    }
    PyObject *from = pnd_given(given[6]) ? given[6] : given[0], *to = given[1];
    if (!pnd_given(to) && pnd_given(given[0]))
        to = from, from = NULL;
    if (!pnd_given(to)) {
        PyErr_SetString(PyExc_TypeError, "arange() requires stop to be specified.");
        return NULL;
    }
    if (!pnd_to_dtype(given[3], &wanted) || !bound(to, &dtype, &stop, &last) ||
        (pnd_given(from) && !bound(from, &dtype, &start, &first)) ||
        (pnd_given(given[2]) && !bound(given[2], &dtype, &step, &stride)))
        return NULL;
    if (nd_dtype_kind(dtype) == ND_KIND_COMPLEX) {
        PyObject *const bounds[] = {from, to, given[2], given[3]};
        return pnd_in_python("ndstream._ranges", "complex_arange", bounds, 4);
    }
    if (wanted == ND_DTYPE_NONE)
        wanted = dtype;
    if (nd_dtype_kind(dtype) != ND_KIND_FLOAT && wanted == ND_INT64 && first == 0 && stride == 1)
        return pnd_wrap(nd_arange(last > 0 ? last : 0));
    if (step == 0) {
        PyErr_SetString(PyExc_ZeroDivisionError, "division by zero");
        return NULL;
    }
    if (nd_dtype_kind(wanted) == ND_KIND_COMPLEX) {
        PND_AUTO real = nd_arange_step(ND_FLOAT64, start, stop, step);
        return pnd_wrap(nd_cast(real, wanted));
    }
    /* Bounds beyond 2^53 would lose bits as doubles. */
    if (nd_dtype_kind(dtype) != ND_KIND_FLOAT && wanted == ND_INT64 &&
        fabs(start) + fabs(stop) + fabs(step) > 0x1p52) {
        const __int128 span = (__int128)last - first;
        const __int128 count =
            (span > 0) == (stride > 0) ? (span + stride - (stride > 0 ? 1 : -1)) / stride : 0;
        PND_AUTO index = nd_arange((int64_t)(count > 0 ? count : 0));
        PND_AUTO scaled = (nd_multiply)(nd_operand_array(index), nd_operand_int(stride));
        return pnd_wrap((nd_add)(nd_operand_array(scaled), nd_operand_int(first)));
    }
    return pnd_wrap(nd_arange_step(wanted, start, stop, step));
}

/* Bounds of linspace() and logspace() that are numbers; false without an exception for arrays. */
static bool plain_bound(PyObject *object, double *value)
{
    if (PyFloat_Check(object)) {
        *value = PyFloat_AS_DOUBLE(object);
        return true;
    }
    if (!PyLong_Check(object))
        return false;
    *value = PyLong_AsDouble(object);
    return !PyErr_Occurred();
}

/* A bound as an array; a number of Python beside floats or complex numbers takes their dtype. */
static nd_array *bound_beside(PyObject *object, PyObject *other)
{
    PND_AUTO array = pnd_to_array(object);
    if (!array || (!PyFloat_CheckExact(object) && !PyLong_CheckExact(object) &&
                   !PyComplex_CheckExact(object)))
        return nd_retain(array);
    PND_AUTO beside = pnd_to_array(other);
    if (!beside)
        return NULL;
    const nd_dtype theirs = nd_dtype_of(beside);
    if (nd_dtype_kind(theirs) < ND_KIND_FLOAT)
        return nd_retain(array);
    return nd_cast(array, PyComplex_CheckExact(object) ? nd_promote(theirs, ND_COMPLEX64) : theirs);
}

static nd_array *evenly(PyObject *start, PyObject *stop, int64_t count, bool endpoint,
                        nd_array **step)
{
    double low, high;
    if (plain_bound(start, &low) && plain_bound(stop, &high)) {
        const int64_t gaps = endpoint ? count - 1 : count;
        if (step) {
            const double width = gaps > 0 ? (high - low) / (double)gaps : NAN;
            *step = nd_from_data(ND_FLOAT64, ND_SCALAR_SHAPE, &width);
        }
        if (endpoint)
            return nd_linspace(low, high, count);
        PND_AUTO whole = nd_linspace(low, high, count + 1);
        return count ? nd_slice(whole, ND_RANGE(0, count)) : nd_empty(ND_FLOAT64, ND_SHAPE(0));
    }
    if (PyErr_Occurred())
        return NULL;
    /* Arrays of bounds: a new axis in front. */
    PND_AUTO a = bound_beside(start, stop);
    PND_AUTO end = a ? bound_beside(stop, start) : NULL;
    if (!end)
        return NULL;
    const nd_dtype common = nd_promote(nd_dtype_of(a), nd_dtype_of(end));
    const nd_dtype dtype = nd_dtype_kind(common) < ND_KIND_FLOAT ? ND_FLOAT64 : common;
    const int64_t gaps = endpoint ? count - 1 : count;
    PND_AUTO from = nd_cast(a, dtype);
    PND_AUTO b = nd_cast(end, dtype);
    PND_AUTO difference = (nd_subtract)(nd_operand_array(b), nd_operand_array(from));
    PND_AUTO width = gaps > 0 ? (nd_divide)(nd_operand_array(difference), nd_operand_int(gaps))
                              : (nd_multiply)(nd_operand_array(difference), nd_operand_real(NAN));
    PND_AUTO whole = nd_arange(count);
    PND_AUTO index = width ? nd_cast(whole, nd_dtype_of(width)) : NULL;
    nd_shape shape = {.rank = 1 + nd_rank(difference), .length = {count}};
    for (int i = 1; i < shape.rank; i++)
        shape.length[i] = 1;
    PND_AUTO column = nd_reshape(index, shape);
    PND_AUTO steps = gaps > 0
                         ? (nd_multiply)(nd_operand_array(column), nd_operand_array(width))
                         : (nd_multiply)(nd_operand_array(column), nd_operand_array(difference));
    nd_array *result = (nd_add)(nd_operand_array(steps), nd_operand_array(from));
    if (result && endpoint && count > 1) {
        PND_AUTO last = nd_slice(result, ND_INDEX(count - 1));
        if (!last || nd_assign(last, b) != ND_OK) {
            nd_release(result);
            result = NULL;
        }
    }
    if (step)
        *step = gaps > 0 ? nd_retain(width)
                         : nd_from_data(ND_FLOAT64, ND_SCALAR_SHAPE, &(const double){NAN});
    return result;
}

/* Into the dtype that is wanted: integers round down, as NumPy's do. */
static nd_array *into_dtype(nd_array *array, nd_dtype dtype)
{
    if (!array || dtype == ND_DTYPE_NONE || dtype == nd_dtype_of(array))
        return nd_retain(array);
    if (nd_dtype_kind(dtype) == ND_KIND_SIGNED || nd_dtype_kind(dtype) == ND_KIND_UNSIGNED) {
        PND_AUTO floor = (nd_floor)(nd_operand_array(array));
        return nd_cast(floor, dtype);
    }
    return nd_cast(array, dtype);
}

static nd_array *with_axis(nd_array *array, int axis)
{
    return axis == 0 || !array ? nd_retain(array) : nd_move_axis(array, 0, axis);
}

static bool to_count(PyObject *object, int64_t *count)
{
    if (!pnd_to_int64(object, count))
        return false;
    if (*count >= 0)
        return true;
    PyErr_Format(PyExc_ValueError, "Number of samples, %lld, must be non-negative.",
                 (long long)*count);
    return false;
}

PND_FUNCTION(
    linspace,
    "start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None",
    "`num` numbers from start to stop, evenly spaced.")
{
    int64_t count = 50;
    bool endpoint = true, with_step = false;
    nd_dtype dtype = ND_DTYPE_NONE;
    int axis = 0;
    if (!to_count(given[2], &count) || !pnd_to_bool(given[3], &endpoint) ||
        !pnd_to_bool(given[4], &with_step) || !pnd_to_dtype(given[5], &dtype) ||
        !pnd_to_int(given[6], &axis))
        return NULL;
    nd_array *step_array = NULL;
    PND_AUTO array = evenly(given[0], given[1], count, endpoint, with_step ? &step_array : NULL);
    PND_AUTO step = step_array;
    if (!array)
        return PyErr_Occurred() ? NULL : pnd_raise();
    PND_AUTO converted = into_dtype(array, dtype);
    PND_OBJECT result = pnd_wrap(with_axis(converted, axis));
    if (!result || !with_step)
        return Py_XNewRef(result);
    PND_OBJECT width = pnd_wrap_result(nd_retain(step));
    return width ? PyTuple_Pack(2, result, width) : NULL;
}

PND_FUNCTION(logspace, "start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0",
             "`num` numbers from base**start to base**stop, evenly spaced in their logarithm.")
{
    int64_t count = 50;
    bool endpoint = true;
    nd_dtype dtype = ND_DTYPE_NONE;
    int axis = 0;
    double base = 10;
    if (!to_count(given[2], &count) || !pnd_to_bool(given[3], &endpoint) ||
        !pnd_to_dtype(given[5], &dtype) || !pnd_to_int(given[6], &axis))
        return NULL;
    PND_AUTO bases = NULL;
    if (given[4] && !plain_bound(given[4], &base)) {
        if (PyErr_Occurred() || !(bases = pnd_to_array(given[4])))
            return NULL;
    }
    PND_AUTO line = evenly(given[0], given[1], count, endpoint, NULL);
    if (!line)
        return PyErr_Occurred() ? NULL : pnd_raise();
    /* Bases of more axes than the bounds have: the new axis stays in front of them. */
    nd_shape shape = nd_shape_like(line);
    const int more = bases ? nd_rank(bases) - (shape.rank - 1) : 0;
    for (int i = shape.rank - 1; more > 0 && i > 0; i--)
        shape.length[i + more] = shape.length[i];
    for (int i = 1; i <= more; i++)
        shape.length[i] = 1;
    shape.rank += more > 0 ? more : 0;
    PND_AUTO exponents = nd_reshape(line, shape);
    PND_AUTO array = (nd_power)(bases ? nd_operand_array(bases) : nd_operand_real(base),
                                nd_operand_array(exponents));
    PND_AUTO converted = into_dtype(array, dtype);
    return pnd_wrap(with_axis(converted, axis));
}

/* ---- Matrices -------------------------------------------------------------------------------- */

bool pnd_to_matrix(PyObject *const *given, int64_t *rows, int64_t *columns, int64_t *diagonal,
                   nd_dtype *dtype)
{
    if (!pnd_to_int64(given[0], rows))
        return false;
    *columns = *rows;
    return pnd_to_int64(given[1], columns) && pnd_to_int64_within(given[2], diagonal) &&
           pnd_to_dtype(given[3], dtype);
}

PND_FUNCTION(eye, "N, M=None, k=0, dtype=None, order='C', *, device=None, like=None",
             "Ones on a diagonal, zeros elsewhere.")
{
    int64_t rows = 0, columns, diagonal = 0;
    nd_dtype dtype = ND_FLOAT64;
    char order = 'C';
    if (!pnd_to_matrix(given, &rows, &columns, &diagonal, &dtype) ||
        !pnd_to_order(given[4], &order))
        return NULL;
    if (order != 'F')
        return pnd_wrap(nd_eye(dtype, rows, columns, diagonal));
    PND_AUTO turned = nd_eye(dtype, columns, rows, -diagonal);
    return pnd_wrap(nd_transpose(turned));
}

PND_FUNCTION(identity, "n, dtype=None, *, like=None", "The identity matrix.")
{
    int64_t rows = 0;
    nd_dtype dtype = ND_FLOAT64;
    if (!pnd_to_int64(given[0], &rows) || !pnd_to_dtype(given[1], &dtype))
        return NULL;
    return pnd_wrap(nd_eye(dtype, rows, rows, 0));
}

PyMethodDef pnd_create_functions[] = {
    PND_ROW(empty),      PND_ROW(zeros),
    PND_ROW(ones),       PND_ROW(full),
    PND_ROW(empty_like), PND_ROW(zeros_like),
    PND_ROW(ones_like),  PND_ROW(full_like),
    PND_ROW(arange),     PND_ROW(linspace),
    PND_ROW(logspace),   PND_ROW(eye),
    PND_ROW(identity),   {0},
};

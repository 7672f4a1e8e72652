/* Arrays put together along an axis, taken apart, repeated and padded: join.h. */
#include "core.h"

#include <string.h>

#include <ndstream/arrange.h>
#include <ndstream/join.h>

/* ---- Several arrays -------------------------------------------------------------------------- */

void pnd_release_parts(pnd_parts *p)
{
    for (int i = 0; i < p->count; i++)
        nd_release(p->array[i]);
    PyMem_Free(p->array);
}

bool pnd_to_parts(PyObject *object, pnd_parts *p)
{
    *p = (pnd_parts){0};
    PND_OBJECT items = NULL;
    if (PySequence_Check(object) && !PyUnicode_Check(object))
        items = PySequence_Tuple(object);
    else
        PyErr_Format(PyExc_TypeError,
                     "arrays to stack must be passed as a \"sequence\" type such as list or tuple, "
                     "not %.200s",
                     Py_TYPE(object)->tp_name);
    if (!items)
        return false;
    const Py_ssize_t count = PyTuple_GET_SIZE(items);
    p->array = PyMem_Calloc((size_t)count + 1, sizeof *p->array);
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

/* Takes the place of array `i`; false, with the error raised, if there is none. */
static bool replace(pnd_parts *p, int i, nd_array *array)
{
    if (!array)
        return pnd_raise();
    nd_release(p->array[i]);
    p->array[i] = array;
    return true;
}

/* The arrays of a call, at least one, and in `dtype` if that is given. With `flat`, Python's
 * numbers are weak, as NumPy has it where no axis is given. */
static bool to_joined(PyObject *object, PyObject *dtype_object, PyObject *casting_object, bool flat,
                      pnd_parts *p)
{
    nd_dtype dtype = ND_DTYPE_NONE;
    nd_casting casting = ND_CAST_SAME_KIND;
    if (!pnd_to_parts(object, p) || !pnd_to_dtype(dtype_object, &dtype) ||
        !pnd_to_casting(casting_object, &casting))
        return false;
    if (!p->count) {
        PyErr_SetString(PyExc_ValueError, "need at least one array to concatenate");
        return false;
    }
    if (flat && dtype == ND_DTYPE_NONE && !pnd_settle_numbers(object, p))
        return false;
    p->casting = casting;
    nd_dtype all = dtype;
    for (int i = 0; i < p->count && dtype == ND_DTYPE_NONE; i++)
        all = i ? nd_promote(all, nd_dtype_of(p->array[i])) : nd_dtype_of(p->array[0]);
    for (int i = 0; i < p->count; i++)
        if (!pnd_check_strict(casting_object, nd_dtype_of(p->array[i]), all))
            return false;
    for (int i = 0; i < p->count && dtype != ND_DTYPE_NONE; i++) {
        if (!nd_can_cast(nd_dtype_of(p->array[i]), dtype, casting)) {
            PyErr_Format(PyExc_TypeError, "Cannot cast array data from dtype('%s') to dtype('%s')",
                         nd_dtype_name(nd_dtype_of(p->array[i])), nd_dtype_name(dtype));
            return false;
        }
        if (!replace(p, i, nd_cast(p->array[i], dtype)))
            return false;
    }
    return true;
}

typedef nd_array *joiner(int count, const nd_array *const *arrays);

static int64_t elements_of(const pnd_parts *p)
{
    int64_t all = 0;
    for (int i = 0; i < p->count; i++)
        all += nd_size(p->array[i]);
    return all;
}

/* ---- Joining --------------------------------------------------------------------------------- */

PND_FUNCTION(concatenate, "arrays, /, axis=0, out=None, *, dtype=None, casting='same_kind'",
             "Arrays joined along an axis that they have.")
{
    PND_PARTS p;
    int axis = 0;
    if (!to_joined(given[0], given[3], given[4], given[1] == Py_None, &p) ||
        !pnd_to_int(given[1], &axis))
        return NULL;
    for (int i = 0; i < p.count && given[1] == Py_None; i++)
        if (!replace(&p, i, nd_ravel(p.array[i])))
            return NULL;
    nd_array *result;
    PND_UNLOCKED(elements_of(&p),
                 result = nd_concatenate(p.count, (const nd_array *const *)p.array, axis));
    return pnd_given(given[2]) ? pnd_into(pnd_unsafe_for(result, given[2], p.casting), given[2])
                               : pnd_wrap(result);
}

PND_FUNCTION(stack, "arrays, axis=0, out=None, *, dtype=None, casting='same_kind'",
             "Arrays of one shape joined along a new axis.")
{
    PND_PARTS p;
    int axis = 0;
    if (!to_joined(given[0], given[3], given[4], false, &p) || !pnd_to_axis(given[1], &axis))
        return NULL;
    nd_array *result;
    PND_UNLOCKED(elements_of(&p),
                 result = nd_stack(p.count, (const nd_array *const *)p.array, axis));
    return pnd_given(given[2]) ? pnd_into(pnd_unsafe_for(result, given[2], p.casting), given[2])
                               : pnd_wrap(result);
}

static PyObject *joined(joiner *by, PyObject *arrays, PyObject *dtype, PyObject *casting)
{
    PND_PARTS p;
    if (!to_joined(arrays, dtype, casting, false, &p))
        return NULL;
    nd_array *result;
    PND_UNLOCKED(elements_of(&p), result = by(p.count, (const nd_array *const *)p.array));
    return pnd_wrap(result);
}

PND_FUNCTION(vstack, "tup, *, dtype=None, casting='same_kind'", "Arrays one below the other.")
{
    return joined(nd_vstack, given[0], given[1], given[2]);
}

PND_FUNCTION(hstack, "tup, *, dtype=None, casting='same_kind'", "Arrays side by side.")
{
    return joined(nd_hstack, given[0], given[1], given[2]);
}

PND_FUNCTION(dstack, "tup, *, dtype=None, casting='same_kind'", "Arrays one behind the other.")
{
    return joined(nd_dstack, given[0], given[1], given[2]);
}

PND_FUNCTION(column_stack, "tup", "1-d arrays as the columns of a matrix.")
{
    return joined(nd_column_stack, given[0], NULL, NULL);
}

PND_FUNCTION(append, "arr, values, axis=None",
             "A copy with values at the end, flat if no axis is given.")
{
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE); /* numbers are not weak */
    PND_OBJECT values = array ? pnd_as_array_object(given[1], ND_DTYPE_NONE) : NULL;
    PND_OBJECT pair = values ? PyTuple_Pack(2, array, values) : NULL;
    PyObject *arguments[] = {pair, given[2] ? given[2] : Py_None, NULL, NULL, NULL};
    return pair ? concatenate_body(arguments) : NULL;
}

/* ---- Splitting ------------------------------------------------------------------------------- */

/* A list of views, whose references are taken over. */
static PyObject *list_of_views(int count, nd_array **parts, PyObject *owner)
{
    PyObject *list = count ? PyList_New(count) : pnd_raise();
    for (int i = 0; i < count; i++) {
        PyObject *one = pnd_wrap_view(parts[i], owner);
        if (list && one)
            PyList_SET_ITEM(list, i, one);
        else
            Py_CLEAR(list);
    }
    return list;
}

/* `sections`: a number of parts, or the indices where they begin. */
static PyObject *split_into(PyObject *object, PyObject *sections, PyObject *axis_object, bool equal)
{
    int axis = 0;
    PND_OBJECT array = pnd_as_array_object(object, ND_DTYPE_NONE);
    if (!array || !pnd_to_int(axis_object, &axis))
        return NULL;
    const nd_array *whole = pnd_array_of(array);
    int64_t count = 0;
    PND_AUTO given = NULL;
    PND_AUTO places = NULL;
    const bool number = PyIndex_Check(sections) && !pnd_is_array(sections);
    if (number) {
        if (!pnd_to_int64(sections, &count))
            return NULL;
        if (count < 1 || count > INT_MAX) {
            PyErr_SetString(equal && !count ? PyExc_ZeroDivisionError : PyExc_ValueError,
                            "number sections must be larger than 0.");
            return NULL;
        }
    } else {
        given = pnd_to_array_of(sections, ND_INT64);
        places = given ? nd_ascontiguous(given) : NULL;
        if (!places || !pnd_force(places))
            return places || PyErr_Occurred() ? NULL : pnd_raise();
        count = nd_size(places) + 1;
    }
    nd_array **parts = PyMem_Calloc((size_t)count, sizeof *parts);
    if (!parts)
        return PyErr_NoMemory();
    const int made = !number ? nd_split_at(whole, (int)count - 1, nd_data(places), axis, parts)
                     : equal ? nd_split(whole, (int)count, axis, parts)
                             : nd_array_split(whole, (int)count, axis, parts);
    PyObject *list = list_of_views(made, parts, array);
    PyMem_Free(parts);
    return list;
}

PND_FUNCTION(split, "ary, indices_or_sections, axis=0",
             "Views of equal pieces of an array, or of those between indices.")
{
    return split_into(given[0], given[1], given[2], true);
}

PND_FUNCTION(array_split, "ary, indices_or_sections, axis=0",
             "Views of pieces of an array, as equal as can be.")
{
    return split_into(given[0], given[1], given[2], false);
}

/* ---- Inserting and deleting ------------------------------------------------------------------ */

/* What names places along an axis: integers, a mask, or a slice. */
static nd_array *places_of(PyObject *object, int64_t length)
{
    if (!PySlice_Check(object)) {
        nd_array *array = pnd_to_positions(object);
        if (!array && PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_SetString(PyExc_IndexError,
                            "arrays used as indices must be of integer (or boolean) type");
        return array;
    }
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(object, &start, &stop, &step) < 0)
        return NULL;
    const Py_ssize_t count = PySlice_AdjustIndices((Py_ssize_t)length, &start, &stop, step);
    PND_AUTO from_zero = nd_arange(count);
    PND_AUTO spread = from_zero ? nd_multiply(from_zero, (int64_t)step) : NULL;
    nd_array *result = spread ? nd_add(spread, (int64_t)start) : NULL;
    return result ? result : pnd_raise();
}

/* In C order, or Fortran order where the array is, as NumPy has it for a slice. */
static nd_array *without_slice(const nd_array *array, const nd_array *places, int axis)
{
    PND_AUTO mask = nd_ones(ND_BOOL, ND_SHAPE(nd_length(array, axis)));
    if (!mask || nd_set(mask, false, ND_ARRAY(places)) != ND_OK)
        return NULL;
    nd_array *rest;
    PND_UNLOCKED(nd_size(array), rest = nd_compress(mask, array, axis));
    if (!rest || !pnd_is_fortran(array))
        return rest;
    nd_array *const turned = nd_asfortran(rest);
    nd_release(rest);
    return turned;
}

PND_FUNCTION(delete, "arr, obj, axis=None", "A copy without the parts at indices along an axis.")
{
    int axis = 0;
    PND_AUTO array = pnd_to_line(given[0], given[2], &axis);
    if (!array)
        return NULL;
    PND_AUTO places = places_of(given[1], nd_length(array, axis));
    if (!places)
        return NULL;
    if (PySlice_Check(given[1]))
        return pnd_wrap(without_slice(array, places, axis));
    PND_AUTO line = nd_rank(places) > 1 ? nd_ravel(places) : nd_retain(places);
    nd_array *result;
    PND_UNLOCKED(nd_size(array), result = nd_delete(array, line, axis));
    return pnd_wrap(result);
}

PND_FUNCTION(insert, "arr, obj, values, axis=None",
             "A copy with values put in before indices along an axis.")
{
    int axis = 0;
    PND_AUTO array = pnd_to_line(given[0], given[3], &axis);
    if (!array)
        return NULL;
    PND_AUTO places = places_of(given[1], nd_length(array, axis));
    PND_AUTO values = places ? pnd_to_array_of(given[2], nd_dtype_of(array)) : NULL;
    if (!values)
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(array), result = nd_insert(array, places, values, axis));
    return pnd_wrap(result);
}

/* ---- Repeating ------------------------------------------------------------------------------- */

PND_FUNCTION(repeat, "a, repeats, axis=None", "Each element, or each part along an axis, repeated.")
{
    int axis = 0;
    PND_AUTO array = pnd_to_line(given[0], given[2], &axis);
    PND_AUTO repeats = array ? pnd_to_positions(given[1]) : NULL;
    if (!repeats)
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(array), result = nd_repeat(array, repeats, axis));
    return pnd_wrap(result);
}
PND_ALSO_METHOD(repeat)

PND_FUNCTION(tile, "A, reps", "The array repeated along its axes.")
{
    nd_shape repeats;
    PND_AUTO array = pnd_to_array(given[0]);
    if (!array || !pnd_to_shape(given[1], &repeats))
        return NULL;
    bool repeated = false;
    for (int i = 0; i < repeats.rank; i++)
        repeated |= repeats.length[i] != 1;
    nd_array *result;
    PND_UNLOCKED(PND_LARGE, result = nd_tile(array, repeats));
    if (!result || !repeated || nd_size(array) || !pnd_is_array(given[0]))
        return pnd_wrap(result);
    /* (Of no elements: as little to be written as where they are from.) */
    PND_AUTO tiled = result;
    return pnd_wrap_view(nd_reshape(array, nd_shape_like(tiled)), given[0]);
}

PND_FUNCTION(resize, "a, new_shape",
             "The elements in another shape, repeated as often as it takes.")
{
    nd_shape shape;
    PND_AUTO array = pnd_to_array(given[0]);
    return array && pnd_to_shape(given[1], &shape) ? pnd_wrap(nd_resize(array, shape)) : NULL;
}

/* ---- Padding --------------------------------------------------------------------------------- */

/* The operands of a sequence; each is to be cleared. */
static bool to_operands(PyObject *items, int count, pnd_operand *held, nd_operand *operands)
{
    for (int i = 0; i < count; i++) {
        if (!pnd_to_operand(PyTuple_GET_ITEM(items, i), &held[i]))
            return false;
        operands[i] = held[i].operand;
    }
    return true;
}

/* pad() after _shapes.py has written out its arguments: tuples of 2 * rank numbers. */
PND_NAMED_FUNCTION(pad_plain, "_pad", "array, widths, mode, values=None, lengths=None, odd=False",
                   "pad() with its arguments written out.")
{
    static const char *const words[] = {"constant",  "edge",   "linear_ramp", "maximum",
                                        "mean",      "median", "minimum",     "reflect",
                                        "symmetric", "wrap",   "empty"};
    PND_AUTO array = pnd_to_array(given[0]);
    nd_shape widths, lengths;
    if (!array || !pnd_to_shape(given[1], &widths))
        return NULL;
    int mode = 0;
    const int modes = sizeof words / sizeof *words;
    while (mode < modes && !(PyUnicode_Check(given[2]) &&
                             PyUnicode_CompareWithASCIIString(given[2], words[mode]) == 0))
        mode++;
    const int count = 2 * nd_rank(array);
    if (mode == modes || widths.rank != count) {
        PyErr_Format(PyExc_ValueError, "mode %R is not supported", given[2]);
        return NULL;
    }
    nd_pad_options options = {0};
    if (!pnd_to_bool(given[5], &options.odd))
        return NULL;
    if (pnd_given(given[4])) {
        if (!pnd_to_shape(given[4], &lengths) || lengths.rank != count)
            return NULL;
        options.stat_lengths = lengths.length;
    }
    PND_OBJECT items = pnd_given(given[3]) ? PySequence_Tuple(given[3]) : NULL;
    if (pnd_given(given[3]) && (!items || PyTuple_GET_SIZE(items) != count))
        return NULL;
    pnd_operand held[ND_MAX_RANK] = {0};
    nd_operand values[ND_MAX_RANK];
    bool good = true;
    if (items) {
        good = to_operands(items, count, held, values);
        options.values = values;
    }
    nd_array *result = NULL;
    if (good)
        PND_UNLOCKED(PND_LARGE, result = nd_pad(array, widths.length, (nd_pad_mode)mode, &options));
    for (int i = 0; i < count; i++)
        pnd_operand_clear(&held[i]);
    return good ? pnd_wrap(result) : NULL;
}

/* ---- roll ------------------------------------------------------------------------------------ */

/* Shifts, of any size: all are taken modulo the number of elements, which every axis divides. */
static bool to_shifts(PyObject *object, int64_t size, nd_shape *shift)
{
    if (pnd_to_shape(object, shift))
        return true;
    if (!PyErr_ExceptionMatches(PyExc_ValueError))
        return false;
    PyErr_Clear();
    PND_OBJECT items = PyIndex_Check(object) ? PyTuple_Pack(1, object) : PySequence_Tuple(object);
    PND_OBJECT modulus = PyLong_FromLongLong(size ? size : 1);
    if (!items || !modulus)
        return false;
    const Py_ssize_t count = PyTuple_GET_SIZE(items);
    if (count > ND_MAX_RANK) {
        PyErr_Format(PyExc_ValueError, "%zd shifts; there may be %d", count, ND_MAX_RANK);
        return false;
    }
    shift->rank = (int)count;
    for (Py_ssize_t i = 0; i < count; i++) {
        PND_OBJECT whole = PyNumber_Index(PyTuple_GET_ITEM(items, i));
        PND_OBJECT rest = whole ? PyNumber_Remainder(whole, modulus) : NULL;
        if (!rest || !pnd_to_int64(rest, &shift->length[i]))
            return false;
    }
    return true;
}

PND_FUNCTION(roll, "a, shift, axis=None",
             "The elements shifted along axes; those pushed out at one end come in at the other.")
{
    PND_AUTO array = pnd_to_array(given[0]);
    nd_axes axes;
    nd_shape shift;
    if (!array || !to_shifts(given[1], nd_size(array), &shift) || !pnd_to_axes(given[2], &axes))
        return NULL;
    PND_AUTO line = axes.all ? nd_ravel(array) : nd_retain(array);
    if (axes.all)
        axes = ND_AXIS(0);
    const int count = axes.count > shift.rank ? axes.count : shift.rank;
    if (axes.count != shift.rank && axes.count != 1 && shift.rank != 1) {
        PyErr_SetString(PyExc_ValueError,
                        "'shift' and 'axis' should be scalars or 1D sequences of one length");
        return NULL;
    }
    if (axes.count == 0 || shift.rank == 0)
        return pnd_wrap(nd_copy(array));
    for (int i = 1; i < count; i++) {
        shift.length[i] = shift.length[shift.rank > 1 ? i : 0];
        axes.axis[i] = axes.axis[axes.count > 1 ? i : 0];
    }
    nd_array *rolled;
    PND_UNLOCKED(nd_size(array), rolled = nd_roll_axes(line, count, shift.length, axes.axis));
    if (!pnd_given(given[2]) && nd_rank(array) != 1 && rolled) {
        PND_AUTO flat = rolled;
        rolled = nd_reshape(flat, nd_shape_like(array));
    }
    return pnd_wrap(rolled);
}

PyMethodDef pnd_join_functions[] = {
    PND_ROW(concatenate),

    PND_ROW(stack),        PND_ROW(vstack),
    PND_ROW(hstack),       PND_ROW(dstack),
    PND_ROW(column_stack), PND_ROW(append),
    PND_ROW(split),        PND_ROW(array_split),
    PND_ROW(delete),       PND_ROW(insert),
    PND_ROW(repeat),       PND_ROW(tile),
    PND_ROW(resize),       PND_ROW_NAMED("_pad", pad_plain),
    PND_ROW(roll),         {0},
};

PyMethodDef pnd_join_methods[] = {PND_METHOD_ROW("repeat", repeat), {0}};

/* Elements at positions and by conditions: take(), put(), choose() and the rest, beside indexing.
 */
#include "core.h"

#include <ndstream/index.h>

static bool to_mode(PyObject *object, nd_index_mode *mode)
{
    static const char *const words[] = {"raise", "wrap", "clip"};
    if (!pnd_given(object))
        return true;
    for (int i = 0; PyUnicode_Check(object) && i < 3; i++)
        if (PyUnicode_CompareWithASCIIString(object, words[i]) == 0) {
            *mode = (nd_index_mode)i;
            return true;
        }
    PyErr_Format(PyExc_ValueError, "clipmode must be one of 'clip', 'raise', or 'wrap' (got %R)",
                 object);
    return false;
}

/* Elements of an array of `dtype` into `out`, which NumPy reads as that dtype and writes back: its
 * own must go there safely, and gets whatever that gives. */
static PyObject *selected_into(nd_array *result, nd_dtype dtype, PyObject *out)
{
    if (result && pnd_given(out) && pnd_is_array(out)) {
        const nd_dtype to = nd_dtype_of(pnd_array_of(out));
        if (!nd_can_cast(to, dtype, ND_CAST_SAFE)) {
            PyErr_Format(PyExc_TypeError,
                         "Cannot cast array data from dtype('%s') to dtype('%s') according to the "
                         "rule 'safe'",
                         nd_dtype_name(to), nd_dtype_name(dtype));
            nd_release(result);
            return NULL;
        }
        result = pnd_unsafe_for(result, out, ND_CAST_UNSAFE);
    }
    return pnd_into(result, out);
}

PND_FUNCTION(take, "a, indices, axis=None, out=None, mode='raise'",
             "Elements at positions along an axis.")
{
    int axis = 0;
    nd_index_mode mode = ND_INDEX_RAISE;
    PND_AUTO a = pnd_to_line(given[0], given[2], &axis);
    PND_AUTO indices = a ? pnd_to_positions(given[1]) : NULL;
    if (!indices || !to_mode(given[4], &mode))
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(indices), result = nd_take(a, indices, axis, mode));
    return selected_into(result, nd_dtype_of(a), given[3]);
}
PND_ALSO_METHOD(take)

PND_FUNCTION(take_along_axis, "arr, indices, axis=-1", "What argsort() and argmax() point at.")
{
    int axis = -1;
    PND_AUTO a = given[2] == Py_None ? pnd_to_line(given[0], NULL, &axis) : pnd_to_array(given[0]);
    PND_AUTO indices = a ? pnd_to_positions(given[1]) : NULL;
    if (!indices || !pnd_to_int(given[2], &axis))
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(indices), result = nd_take_along_axis(a, indices, axis));
    return pnd_wrap(result);
}

/* The array to write to, which must be one of ours. */
static nd_array *target_of(PyObject *object, const char *function)
{
    if (!pnd_is_array(object)) {
        PyErr_Format(PyExc_TypeError, "%s: the array must be an ndarray, not %.200s", function,
                     Py_TYPE(object)->tp_name);
        return NULL;
    }
    return pnd_check_writeable(object) ? pnd_array_of(object) : NULL;
}

/* Positions out of range are ValueErrors where NumPy's are. */
static void *raise_value(void)
{
    if (nd_error() != ND_ERROR_INDEX)
        return pnd_raise();
    return pnd_raise_as(PyExc_ValueError);
}

static PyObject *done(nd_status status)
{
    return pnd_check(status) ? Py_NewRef(Py_None) : NULL;
}

PND_FUNCTION(put, "a, ind, v, mode='raise'", "Writes values to positions in C order.")
{
    nd_index_mode mode = ND_INDEX_RAISE;
    if (pnd_is_scalar(given[0])) /* NumPy writes to an array of it, which nobody sees */
        return PyObject_CallMethod(given[0], "put", "OO", given[1], given[2]);
    nd_array *a = target_of(given[0], "put");
    PND_AUTO indices = a ? pnd_to_positions(given[1]) : NULL;
    PND_AUTO values = indices ? pnd_to_values(given[2], nd_dtype_of(a)) : NULL;
    if (!values || !to_mode(given[3], &mode))
        return NULL;
    if (!nd_size(a) && nd_size(indices)) {
        PyErr_SetString(PyExc_IndexError, "cannot replace elements of an empty array");
        return NULL;
    }
    return done((nd_put)(a, indices, nd_operand_array(values), mode));
}

static PyObject *put_method(PyObject *self, PyObject *const *arguments, Py_ssize_t count,
                            PyObject *keywords)
{
    static pnd_signature signature = {"put", "a, indices, values, mode='raise'"};
    PyObject *given[PND_MOST_PARAMETERS];
    return pnd_bind(&signature, self, arguments, count, keywords, given) ? put_body(given) : NULL;
}

PND_FUNCTION(put_along_axis, "arr, indices, values, axis",
             "Writes values where argsort() and argmax() point.")
{
    int axis = -1;
    nd_array *a = target_of(given[0], "put_along_axis");
    PND_AUTO indices = a ? pnd_to_positions(given[1]) : NULL;
    PND_AUTO values = indices ? pnd_to_values(given[2], nd_dtype_of(a)) : NULL;
    if (!values || !pnd_to_int(given[3], &axis))
        return NULL;
    if (given[3] == Py_None) { /* the elements in C order, one after the other */
        if (nd_rank(indices) == 1)
            return done((nd_put)(a, indices, nd_operand_array(values), ND_INDEX_RAISE));
        PyErr_SetString(PyExc_ValueError,
                        "when axis=None, `indices` must have a single dimension.");
        return NULL;
    }
    return done((nd_put_along_axis)(a, indices, nd_operand_array(values), axis));
}

PND_FUNCTION(place, "arr, mask, vals", "Writes values in turn to the elements whose mask is true.")
{
    nd_array *a = target_of(given[0], "place");
    PND_AUTO mask = a ? pnd_to_array(given[1]) : NULL;
    PND_AUTO values = mask ? pnd_to_values(given[2], nd_dtype_of(a)) : NULL;
    return values ? done((nd_place)(a, mask, nd_operand_array(values))) : NULL;
}

PND_FUNCTION(putmask, "a, /, mask, values", "Writes values to the elements whose mask is true.")
{
    nd_array *a = target_of(given[0], "putmask");
    PND_AUTO mask = a ? pnd_to_array(given[1]) : NULL;
    PND_AUTO values = mask ? pnd_to_values(given[2], nd_dtype_of(a)) : NULL;
    if (!values)
        return NULL;
    if (pnd_is_array(given[2]) && !nd_can_cast(nd_dtype_of(values), nd_dtype_of(a), ND_CAST_SAFE)) {
        PyErr_Format(PyExc_TypeError,
                     "Cannot cast array data from dtype('%s') to dtype('%s') according to the rule "
                     "'safe'",
                     nd_dtype_name(nd_dtype_of(values)), nd_dtype_name(nd_dtype_of(a)));
        return NULL;
    }
    return done((nd_putmask)(a, mask, nd_operand_array(values)));
}

PND_FUNCTION(compress, "condition, a, axis=None, out=None",
             "The elements along an axis whose condition is true.")
{
    int axis = 0;
    PND_AUTO condition = pnd_to_array(given[0]);
    PND_AUTO a = condition ? pnd_to_line(given[1], given[2], &axis) : NULL;
    return a ? selected_into(nd_compress(condition, a, axis), nd_dtype_of(a), given[3]) : NULL;
}

static PyObject *compress_method(PyObject *self, PyObject *const *arguments, Py_ssize_t count,
                                 PyObject *keywords)
{
    static pnd_signature signature = {"compress", "a, condition, axis=None, out=None"};
    PyObject *given[PND_MOST_PARAMETERS];
    if (!pnd_bind(&signature, self, arguments, count, keywords, given))
        return NULL;
    PyObject *condition = given[1];
    given[1] = given[0];
    given[0] = condition;
    return compress_body(given);
}

PND_FUNCTION(extract, "condition, arr", "The elements whose condition is true.")
{
    PND_AUTO condition = pnd_to_array(given[0]);
    PND_AUTO a = condition ? pnd_to_array(given[1]) : NULL;
    return a ? pnd_wrap(nd_extract(condition, a)) : NULL;
}

/* ---- Choices --------------------------------------------------------------------------------- */

static bool is_python_number(PyObject *object)
{
    return PyLong_CheckExact(object) || PyFloat_CheckExact(object) || PyComplex_CheckExact(object);
}

bool pnd_settle_numbers(PyObject *objects, pnd_parts *s)
{
    PND_OBJECT items = PySequence_Tuple(objects);
    PND_OBJECT dtypes = PyTuple_New(s->count);
    if (!items || !dtypes)
        return false;
    if (PyTuple_GET_SIZE(items) != s->count) {
        PyErr_SetString(PyExc_ValueError, "the sequence of arrays changed its length");
        return false;
    }
    bool weak = false;
    for (int i = 0; i < s->count; i++) {
        PyObject *item = PyTuple_GET_ITEM(items, i);
        const bool number = is_python_number(item);
        weak |= number;
        PyTuple_SET_ITEM(dtypes, i,
                         number ? Py_NewRef(item) : pnd_dtype_object(nd_dtype_of(s->array[i])));
    }
    if (!weak)
        return true;
    PND_OBJECT module = PyImport_ImportModule("ndstream");
    PND_OBJECT result_type = module ? PyObject_GetAttrString(module, "result_type") : NULL;
    PND_OBJECT common = result_type ? PyObject_CallObject(result_type, dtypes) : NULL;
    nd_dtype dtype = ND_DTYPE_NONE;
    if (!common || !pnd_to_dtype(common, &dtype))
        return false;
    for (int i = 0; i < s->count; i++) {
        if (!is_python_number(PyTuple_GET_ITEM(items, i)))
            continue;
        nd_array *converted = nd_cast(s->array[i], dtype);
        if (!converted)
            return pnd_raise() != NULL;
        nd_release(s->array[i]);
        s->array[i] = converted;
    }
    return true;
}

static PyObject *chosen(PyObject *indices_object, PyObject *choices, PyObject *out,
                        PyObject *mode_object)
{
    nd_index_mode mode = ND_INDEX_RAISE;
    PND_PARTS s;
    if (!pnd_to_parts(choices, &s) || !pnd_settle_numbers(choices, &s) ||
        !to_mode(mode_object, &mode))
        return NULL;
    PND_AUTO indices = pnd_to_positions(indices_object);
    if (!indices)
        return NULL;
    nd_array *result = nd_choose(indices, s.count, (const nd_array *const *)s.array, mode);
    if (!result)
        return raise_value();
    if (pnd_given(out) && pnd_is_array(out) && !pnd_same_shape(pnd_array_of(out), result)) {
        PyErr_SetString(PyExc_TypeError, "choose: invalid shape for output array.");
        nd_release(result);
        return NULL;
    }
    return pnd_into(pnd_unsafe_for(result, out, ND_CAST_UNSAFE), out);
}

PND_FUNCTION(choose, "a, choices, out=None, mode='raise'",
             "Element by element one of several arrays.")
{
    return chosen(given[0], given[1], given[2], given[3]);
}
PND_ALSO_METHOD(choose)

PND_FUNCTION(select, "condlist, choicelist, default=0",
             "Element by element the first choice whose condition is true.")
{
    PND_PARTS conditions = {0};
    PND_PARTS choices = {0};
    pnd_operand otherwise = {.operand = nd_operand_int(0)};
    if (!pnd_to_parts(given[0], &conditions))
        return NULL;
    if (!pnd_to_parts(given[1], &choices) || !pnd_settle_numbers(given[1], &choices))
        return NULL;
    if (conditions.count != choices.count) {
        PyErr_SetString(PyExc_ValueError,
                        "list of cases must be same length as list of conditions");
        return NULL;
    }
    uint32_t dtypes = 0;
    for (int i = 0; i < choices.count; i++)
        dtypes |= 1u << nd_dtype_of(choices.array[i]);
    const nd_dtype dtype = nd_promote_set(dtypes);
    if (given[2] && (otherwise.owned = pnd_to_wrapped(given[2], dtype)))
        otherwise.operand = nd_operand_array(otherwise.owned);
    else if (PyErr_Occurred() || (given[2] && !pnd_to_operand(given[2], &otherwise)))
        return NULL;
    nd_array *result = nd_select(conditions.count, (const nd_array *const *)conditions.array,
                                 (const nd_array *const *)choices.array, otherwise.operand);
    pnd_operand_clear(&otherwise);
    return pnd_wrap(result);
}

/* ---- Positions of a shape
 * -------------------------------------------------------------------- */

PND_FUNCTION(unravel_index, "indices, shape, order='C'", "The index along each axis of positions.")
{
    nd_shape shape;
    char order = 'C';
    PND_AUTO indices = pnd_to_positions(given[0]);
    if (!indices || !pnd_to_shape(given[1], &shape) || !pnd_to_order(given[2], &order))
        return NULL;
    if (order == 'F')
        pnd_reverse_shape(&shape);
    nd_array *found[ND_MAX_RANK];
    const int count = nd_unravel_index(indices, shape, found);
    PyObject *tuple = count || !shape.rank ? PyTuple_New(count) : raise_value();
    for (int i = 0; i < count; i++) {
        PyObject *object = pnd_wrap_result(found[i]);
        if (tuple && object)
            PyTuple_SET_ITEM(tuple, order == 'F' ? count - 1 - i : i, object);
        else
            Py_CLEAR(tuple);
    }
    return tuple;
}

/* A mode for each axis: indices are brought into range before. */
static bool modes_applied(PyObject *modes, pnd_parts *s, const nd_shape *shape)
{
    for (int i = 0; i < s->count && i < shape->rank && i < PyTuple_GET_SIZE(modes); i++) {
        nd_index_mode mode = ND_INDEX_RAISE;
        if (!to_mode(PyTuple_GET_ITEM(modes, i), &mode))
            return false;
        if (mode == ND_INDEX_RAISE)
            continue;
        nd_array *within = mode == ND_INDEX_WRAP ? nd_remainder(s->array[i], shape->length[i])
                                                 : nd_clip(s->array[i], 0, shape->length[i] - 1);
        if (!within)
            return pnd_raise();
        nd_release(s->array[i]);
        s->array[i] = within;
    }
    return true;
}

PND_FUNCTION(ravel_multi_index, "multi_index, dims, mode='raise', order='C'",
             "Positions of indices along each axis.")
{
    nd_shape shape;
    nd_index_mode mode = ND_INDEX_RAISE;
    char order = 'C';
    PND_PARTS s;
    if (!pnd_to_parts(given[0], &s) || !pnd_to_shape(given[1], &shape) ||
        !pnd_to_order(given[3], &order) ||
        !(given[2] && PyTuple_Check(given[2]) ? modes_applied(given[2], &s, &shape)
                                              : to_mode(given[2], &mode)))
        return NULL;
    if (s.count != shape.rank) {
        PyErr_Format(PyExc_ValueError, "parameter multi_index must be a sequence of length %d",
                     shape.rank);
        return NULL;
    }
    if (order == 'F') {
        pnd_reverse_shape(&shape);
        for (int i = 0; i < shape.rank / 2; i++) {
            nd_array *array = s.array[i];
            s.array[i] = s.array[shape.rank - 1 - i];
            s.array[shape.rank - 1 - i] = array;
        }
    }
    nd_array *result = nd_ravel_multi_index((const nd_array *const *)s.array, shape, mode);
    return result ? pnd_wrap_result(result) : raise_value();
}

PND_FUNCTION(fill_diagonal, "a, val, wrap=False", "Writes to the main diagonal.")
{
    bool wrap = false;
    nd_array *a = target_of(given[0], "fill_diagonal");
    if (!a || !pnd_to_bool(given[2], &wrap))
        return NULL;
    PND_AUTO value = pnd_to_values(given[1], nd_dtype_of(a));
    return value ? done((nd_fill_diagonal)(a, nd_operand_array(value), wrap)) : NULL;
}

PyMethodDef pnd_take_functions[] = {
    PND_ROW(take),          PND_ROW(take_along_axis),
    PND_ROW(put),           PND_ROW(put_along_axis),
    PND_ROW(place),         PND_ROW(putmask),
    PND_ROW(compress),      PND_ROW(extract),
    PND_ROW(choose),        PND_ROW(select),
    PND_ROW(unravel_index), PND_ROW(ravel_multi_index),
    PND_ROW(fill_diagonal), {0},
};

PyMethodDef pnd_take_methods[] = {
    PND_METHOD_ROW("take", take),
    {"put", (PyCFunction)(void (*)(void))put_method, METH_FASTCALL | METH_KEYWORDS,
     "put(self, indices, values, mode='raise')\n--\n\nWrites values to positions in C order."},
    PND_METHOD_ROW("choose", choose),
    {"compress", (PyCFunction)(void (*)(void))compress_method, METH_FASTCALL | METH_KEYWORDS,
     "compress(self, condition, axis=None, out=None)\n--\n\nThe elements along an axis whose "
     "condition is true."},
    {0},
};

/* reduce, accumulate, reduceat and at of ufuncs. */
#include "ufunc.h"

#include <math.h>
#include <string.h>

static const pnd_identity identities[] = {
    {ND_OP_add, 0},         {ND_OP_multiply, 1},          {ND_OP_logical_and, 1},
    {ND_OP_logical_or, 0},  {ND_OP_logical_xor, 0},       {ND_OP_bitwise_or, 0},
    {ND_OP_bitwise_xor, 0}, {ND_OP_bitwise_and, -1},      {ND_OP_hypot, 0},
    {ND_OP_gcd, 0},         {ND_OP_logaddexp, -INFINITY}, {ND_OP_logaddexp2, -INFINITY},
};

const pnd_identity *pnd_identity_of(nd_op op)
{
    for (size_t i = 0; i < sizeof identities / sizeof *identities; i++)
        if (identities[i].op == op)
            return &identities[i];
    return NULL;
}

/* The reduction or scan of the table that does the same as folding, ND_OP_COUNT if there is none.
 */
static nd_op reduction_of(nd_op op)
{
    switch (op) {
    case ND_OP_add:
        return ND_OP_sum;
    case ND_OP_multiply:
        return ND_OP_prod;
    case ND_OP_maximum:
        return ND_OP_max;
    case ND_OP_minimum:
        return ND_OP_min;
    case ND_OP_logical_and:
        return ND_OP_all;
    case ND_OP_logical_or:
        return ND_OP_any;
    default:
        return ND_OP_COUNT;
    }
}

static nd_op scan_of(nd_op op)
{
    switch (op) {
    case ND_OP_add:
        return ND_OP_cumsum;
    case ND_OP_multiply:
        return ND_OP_cumprod;
    case ND_OP_maximum:
        return ND_OP_cummax;
    case ND_OP_minimum:
        return ND_OP_cummin;
    default:
        return ND_OP_COUNT;
    }
}

static bool is_binary(const ufunc *self)
{
    if (self->info->op_class == ND_CLASS_BINARY)
        return true;
    PyErr_Format(PyExc_ValueError, "reduce only supported for binary functions");
    return false;
}

static nd_array *apply2(nd_op op, const nd_array *a, const nd_array *b)
{
    const nd_operand operands[] = {nd_operand_array(a), nd_operand_array(b)};
    return a && b ? nd_elementwise(op, 2, operands, NULL) : NULL;
}

/* The array with what leaves others as they are where `where` does not hold. */
static nd_array *without_masked(const ufunc *self, nd_array *array, PyObject *where)
{
    const pnd_identity *row = pnd_identity_of(self->op);
    if (!row) {
        PyErr_Format(PyExc_ValueError,
                     "reduction operation '%s' does not have an identity, so to use a where mask "
                     "one has to specify 'initial'",
                     self->name);
        return NULL;
    }
    PND_AUTO mask = pnd_to_where(where);
    if (!mask)
        return NULL;
    const bool truth = nd_dtype_of(array) == ND_BOOL;
    nd_array *result = (nd_where)(nd_operand_array(mask), nd_operand_array(array),
                                  truth               ? nd_operand_bool(row->value != 0)
                                  : isinf(row->value) ? nd_operand_real(row->value)
                                                      : nd_operand_int((int64_t)row->value));
    PND_AUTO chosen = result;
    result = nd_cast(chosen, nd_dtype_of(array));
    return result ? result : pnd_raise();
}

/* Converts the array to what it is folded in for the sake of `out`, if no other dtype is wanted. */
static bool converted_for_out(const ufunc *self, nd_array **array, nd_dtype *dtype, PyObject *out)
{
    const nd_dtype wide = *dtype == ND_DTYPE_NONE ? pnd_dtype_for_out(*array, out) : ND_DTYPE_NONE;
    if (wide == ND_DTYPE_NONE || !pnd_is_uniform(self, wide))
        return true;
    nd_array *const converted = nd_cast(*array, wide);
    if (!converted)
        return pnd_raise() != NULL;
    nd_release(*array);
    *array = converted;
    *dtype = wide;
    return true;
}

static bool is_associative(nd_op op)
{
    return pnd_identity_of(op) || op == ND_OP_fmax || op == ND_OP_fmin || op == ND_OP_lcm;
}

/* The array with a number before its elements along an axis. */
static nd_array *preceded(const nd_array *array, int axis, PyObject *number)
{
    nd_shape shape = nd_shape_like(array);
    const int at = axis < 0 ? axis + shape.rank : axis;
    if (at < 0 || at >= shape.rank)
        return nd_retain((nd_array *)array); /* the reduction says it */
    shape.length[at] = 1;
    PND_AUTO first = pnd_to_array_of(number, nd_dtype_of(array));
    PND_AUTO wide = first ? nd_broadcast_to(first, shape) : NULL;
    const nd_array *parts[] = {wide, array};
    nd_array *const result = wide ? nd_concatenate(2, parts, at) : NULL;
    return result || PyErr_Occurred() ? result : pnd_raise();
}

/* A method on what takes ufuncs over: its arguments, and those words that are given. */
static PyObject *method_override(const char *method, PyObject *const *given, int count,
                                 const char *const *names, int most)
{
    PND_OBJECT keywords = PyDict_New();
    for (int i = 0; keywords && i < most; i++) {
        PyObject *value = given[1 + count + i];
        if (!value)
            continue;
        const bool out = strcmp(names[i], "out") == 0;
        if (out && value == Py_None)
            continue;
        PND_OBJECT one = out && !PyTuple_Check(value) ? PyTuple_Pack(1, value) : Py_NewRef(value);
        if (!one || PyDict_SetItemString(keywords, names[i], one) < 0)
            return NULL;
    }
    return keywords ? pnd_override(given[0], method, given + 1, count, keywords) : NULL;
}

static const char *const method_words[] = {"axis", "dtype", "out", "keepdims", "initial", "where"};

PND_FUNCTION(reduce,
             "self, array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True",
             "Folds the array along axes.")
{
    ufunc *self = (ufunc *)given[0];
    if ((!pnd_is_plain(given[1]) && pnd_has_override(given + 1, 1)) ||
        (given[4] && pnd_has_override_of_out(given[4])))
        return method_override("reduce", given, 1, method_words, 6);
    if (!is_binary(self))
        return NULL;
    PND_OBJECT zero = PyLong_FromLong(0);
    PyObject *axis = given[2] ? given[2] : zero;
    const nd_op whole = reduction_of(self->op);
    if (whole != ND_OP_COUNT)
        return pnd_reduce_as(whole, given[1], axis, given[3], given[4], given[5], given[6],
                             given[7]);
    nd_axes axes;
    bool keepdims = false;
    nd_dtype dtype = ND_DTYPE_NONE;
    if (!pnd_to_axis_tuple(axis, &axes) || !pnd_to_bool(given[5], &keepdims) ||
        !pnd_to_dtype(given[3], &dtype))
        return NULL;
    PND_AUTO array = pnd_to_array_of(given[1], dtype);
    if (!array)
        return NULL;
    if (!converted_for_out(self, &array, &dtype, given[4]))
        return NULL;
    if (pnd_given(given[7]) && given[7] != Py_True) {
        nd_array *kept = without_masked(self, array, given[7]);
        if (!kept)
            return NULL;
        nd_release(array);
        array = kept;
    }
    if (!nd_rank(array) && !axes.all && axes.count == 1 &&
        (axes.axis[0] == 0 || axes.axis[0] == -1))
        axes = ND_ALL; /* as NumPy has it */
    /* Where the order matters, what it begins with is the first of the elements. */
    const bool leads = pnd_given(given[6]) && !is_associative(self->op) && nd_rank(array) > 0 &&
                       (axes.all ? nd_rank(array) : axes.count) == 1;
    if (leads) {
        nd_array *const longer = preceded(array, axes.all ? 0 : axes.axis[0], given[6]);
        if (!longer)
            return NULL;
        nd_release(array);
        array = longer;
    }
    nd_reduce_options options = {
        .keepdims = keepdims, .has_dtype = dtype != ND_DTYPE_NONE, .dtype = dtype};
    nd_array *result;
    PND_UNLOCKED(nd_size(array), result = nd_ufunc_reduce(self->op, array, axes, &options));
    if (!result && nd_error() == ND_ERROR_RANK) {
        nd_error_clear();
        PyErr_Format(PyExc_ValueError,
                     "reduction operation '%s' is not reorderable, so at most one axis may be "
                     "specified",
                     self->name);
        return NULL;
    }
    if (!result && nd_error() == ND_ERROR_VALUE && self->op == ND_OP_hypot && !nd_size(array)) {
        nd_error_clear();
        result = nd_sum_with(array, axes, options); /* 0 */
    }
    if (result && pnd_given(given[6]) && !leads) {
        PND_AUTO folded = result;
        PND_AUTO initial = pnd_to_array_of(given[6], nd_dtype_of(folded));
        if (!initial)
            return NULL;
        result = apply2(self->op, initial, folded);
    }
    return pnd_into(pnd_unsafe_for(result, given[4], ND_CAST_UNSAFE), given[4]);
}
PND_ALSO_METHOD(reduce)

PND_FUNCTION(accumulate, "self, array, axis=0, dtype=None, out=None",
             "Every step of folding the array along an axis.")
{
    ufunc *self = (ufunc *)given[0];
    if (pnd_has_override(given + 1, 1) || pnd_has_override_of_out(given[4]))
        return method_override("accumulate", given, 1, method_words, 3);
    if (!is_binary(self))
        return NULL;
    PND_OBJECT zero = PyLong_FromLong(0);
    PyObject *axis_object = pnd_given(given[2]) ? given[2] : zero;
    PND_AUTO array = pnd_to_array(given[1]);
    if (!array)
        return NULL;
    if (!nd_rank(array)) {
        PyErr_SetString(PyExc_TypeError, "cannot accumulate on a scalar");
        return NULL;
    }
    if (scan_of(self->op) != ND_OP_COUNT)
        return pnd_reduce_as(scan_of(self->op), given[1], axis_object, given[3], given[4], NULL,
                             NULL, NULL);
    int axis = 0;
    nd_dtype dtype = ND_DTYPE_NONE;
    if (!pnd_to_int(axis_object, &axis) || !pnd_to_dtype(given[3], &dtype) ||
        !converted_for_out(self, &array, &dtype, given[4]))
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(array), result = nd_ufunc_accumulate(self->op, array, axis, dtype));
    return pnd_given(given[4])
               ? pnd_into(pnd_unsafe_for(result, given[4], ND_CAST_UNSAFE), given[4])
               : pnd_wrap(result);
}
PND_ALSO_METHOD(accumulate)

PND_FUNCTION(reduceat, "self, array, indices, axis=0, dtype=None, out=None",
             "Folds the slices that begin at the indices.")
{
    ufunc *self = (ufunc *)given[0];
    if (pnd_has_override(given + 1, 1) || pnd_has_override_of_out(given[5]))
        return method_override("reduceat", given, 2, method_words, 3);
    if (!is_binary(self))
        return NULL;
    int axis = 0;
    nd_dtype dtype = ND_DTYPE_NONE;
    if (!pnd_to_int(given[3], &axis) || !pnd_to_dtype(given[4], &dtype))
        return NULL;
    PND_AUTO array = pnd_to_array_of(given[1], dtype);
    PND_AUTO indices = array ? pnd_to_positions(given[2]) : NULL;
    if (!indices || !converted_for_out(self, &array, &dtype, given[5]))
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(array), result = nd_reduceat(self->op, array, indices, axis));
    return pnd_given(given[5])
               ? pnd_into(pnd_unsafe_for(result, given[5], ND_CAST_UNSAFE), given[5])
               : pnd_wrap(result);
}
PND_ALSO_METHOD(reduceat)

PND_FUNCTION(at, "self, a, indices, b=None, /",
             "Operates in place at indices, once for each time that an element is named.")
{
    const ufunc *self = (ufunc *)given[0];
    if (pnd_has_override(given + 1, 1))
        return method_override("at", given, given[3] ? 3 : 2, NULL, 0);
    if (self->second != ND_OP_COUNT) {
        PyErr_SetString(PyExc_ValueError, "Only single output ufuncs supported at this time");
        return NULL;
    }
    if ((self->info->arguments == 2) != (given[3] != NULL)) {
        PyErr_SetString(PyExc_ValueError, given[3]
                                              ? "second operand provided when ufunc is not binary"
                                              : "second operand needed for ufunc");
        return NULL;
    }
    return pnd_apply_at(self->op, given[1], given[2], given[3]) ? Py_NewRef(Py_None) : NULL;
}
PND_ALSO_METHOD(at)

PyMethodDef pnd_ufunc_methods[] = {
    PND_METHOD_ROW("reduce", reduce),
    PND_METHOD_ROW("accumulate", accumulate),
    {"outer", (PyCFunction)(void (*)(void))pnd_ufunc_outer, METH_FASTCALL | METH_KEYWORDS,
     "outer(self, a, b, /)\n--\n\nAll pairs of elements."},
    PND_METHOD_ROW("reduceat", reduceat),
    PND_METHOD_ROW("at", at),
    {"__reduce__", pnd_ufunc_pickle, METH_NOARGS, "For pickle."},
    {0},
};

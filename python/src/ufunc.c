/* ufunc objects: one for each elementwise row of the table, with reduce, accumulate, outer, at and
 * reduceat. */
#include "core.h"

#include <math.h>
#include <string.h>

typedef struct ufunc {
    PyObject_HEAD vectorcallfunc vectorcall;
    nd_op op, second; /* second: of the other result, ND_OP_COUNT if there is one only */
    const nd_op_info *info;
    const char *name, *doc;
} ufunc;

/* What an operation leaves as it is; the public header does not tell it. */
static const struct identity {
    nd_op op;
    double value; /* -1: all bits set */
} identities[] = {
    {ND_OP_add, 0},         {ND_OP_multiply, 1},          {ND_OP_logical_and, 1},
    {ND_OP_logical_or, 0},  {ND_OP_logical_xor, 0},       {ND_OP_bitwise_or, 0},
    {ND_OP_bitwise_xor, 0}, {ND_OP_bitwise_and, -1},      {ND_OP_hypot, 0},
    {ND_OP_gcd, 0},         {ND_OP_logaddexp, -INFINITY}, {ND_OP_logaddexp2, -INFINITY},
};

static const struct identity *identity_of(nd_op op)
{
    for (size_t i = 0; i < sizeof identities / sizeof *identities; i++)
        if (identities[i].op == op)
            return &identities[i];
    return NULL;
}

/* The reduction or scan of the table that does the same as folding, NULL if there is none. */
static const char *reduction_of(nd_op op)
{
    switch (op) {
    case ND_OP_add:
        return "sum";
    case ND_OP_multiply:
        return "prod";
    case ND_OP_maximum:
        return "max";
    case ND_OP_minimum:
        return "min";
    case ND_OP_logical_and:
        return "all";
    case ND_OP_logical_or:
        return "any";
    default:
        return NULL;
    }
}

static const char *scan_of(nd_op op)
{
    switch (op) {
    case ND_OP_add:
        return "cumsum";
    case ND_OP_multiply:
        return "cumprod";
    case ND_OP_maximum:
        return "cummax";
    case ND_OP_minimum:
        return "cummin";
    default:
        return NULL;
    }
}

/* ---- The call -------------------------------------------------------------------------------- */

/* The words of a call of a ufunc. */
typedef struct words {
    PyObject *out, *where, *dtype, *casting, *order;
    bool as_array; /* out=...: an array, where a number would be given */
} words;

static bool read_words(const ufunc *self, PyObject *const *values, PyObject *names, words *w)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++) {
        const char *name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(names, i));
        if (!name)
            return false;
        if (strcmp(name, "out") == 0)
            w->out = values[i];
        else if (strcmp(name, "where") == 0)
            w->where = values[i];
        else if (strcmp(name, "dtype") == 0)
            w->dtype = values[i];
        else if (strcmp(name, "casting") == 0)
            w->casting = values[i];
        else if (strcmp(name, "order") == 0)
            w->order = values[i];
        else if (strcmp(name, "subok") != 0 && strcmp(name, "signature") != 0) {
            PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%s'",
                         self->name, name);
            return false;
        }
    }
    if (w->where == Py_True)
        w->where = NULL;
    w->as_array = w->out == Py_Ellipsis;
    if (w->out == Py_None || w->as_array)
        w->out = NULL;
    if (w->out && self->second != ND_OP_COUNT) {
        if (PyTuple_Check(w->out) && PyTuple_GET_SIZE(w->out) == 2)
            return true;
        PyErr_SetString(PyExc_TypeError, "'out' must be a tuple of two arrays");
        return false;
    }
    if (w->out && PyTuple_Check(w->out)) {
        if (PyTuple_GET_SIZE(w->out) != 1) {
            PyErr_SetString(PyExc_ValueError,
                            "The 'out' tuple must have exactly one entry per ufunc output");
            return false;
        }
        w->out = PyTuple_GET_ITEM(w->out, 0);
    }
    if (w->out == Py_None)
        w->out = NULL;
    return true;
}

/* `out`, or a new array, in which the elements of `result` are set where `mask` holds. */
static PyObject *masked(nd_array *result, PyObject *where, PyObject *out)
{
    PND_AUTO mask = pnd_to_where(where);
    if (!mask)
        return NULL;
    if (!pnd_given(out)) {
        PND_AUTO blank = nd_zeros(nd_dtype_of(result), ND_SCALAR_SHAPE);
        return pnd_wrap_result(
            (nd_where)(nd_operand_array(mask), nd_operand_array(result), nd_operand_array(blank)));
    }
    nd_array *target = pnd_array_of(out);
    PND_AUTO converted = nd_cast(result, nd_dtype_of(target));
    PND_AUTO chosen =
        (nd_where)(nd_operand_array(mask), nd_operand_array(converted), nd_operand_array(target));
    if (!chosen || nd_assign(target, chosen) != ND_OK)
        return pnd_raise();
    return Py_NewRef(out);
}

static bool is_weak(PyObject *object)
{
    return PyLong_CheckExact(object) || PyFloat_CheckExact(object) || PyComplex_CheckExact(object);
}

/* Whether a number of Python, whose dtype is its kind's, goes into another: not to a lesser kind.
 */
static bool fits_kind(nd_dtype number, nd_dtype to, nd_casting casting)
{
    return casting == ND_CAST_UNSAFE || nd_can_cast(number, to, ND_CAST_SAME_KIND) ||
           (nd_dtype_kind(number) == ND_KIND_SIGNED && nd_dtype_kind(to) == ND_KIND_UNSIGNED);
}

static PyObject *ufunc_full_call(ufunc *self, PyObject *const *arguments, const words *w)
{
    const int count = self->info->arguments;
    PyObject *operands[3] = {NULL};
    PyObject *result = NULL;
    nd_dtype dtype = ND_DTYPE_NONE;
    nd_casting casting = ND_CAST_SAME_KIND;
    nd_array *array = NULL;
    char order = 'K';
    if (!pnd_to_order(w->order, &order) || !pnd_to_dtype(w->dtype, &dtype) ||
        !pnd_to_casting(w->casting, &casting))
        return NULL;
    if (w->out && !pnd_is_array(w->out)) {
        PyErr_SetString(PyExc_TypeError, "return arrays must be of ArrayType");
        return NULL;
    }
    if (w->out && !pnd_check_writeable(w->out))
        return NULL;
    bool all_weak = true;
    for (int i = 0; i < count; i++)
        all_weak &= is_weak(arguments[i]);
    for (int i = 0; i < count; i++) {
        operands[i] = Py_NewRef(arguments[i]);
        if (dtype == ND_DTYPE_NONE)
            continue;
        /* The computation is done in `dtype`: arguments are converted to it first. */
        PND_AUTO source = pnd_to_array(arguments[i]);
        if (!source)
            goto done;
        const bool weak = is_weak(arguments[i]);
        if (weak ? !fits_kind(nd_dtype_of(source), dtype, casting)
                 : !nd_can_cast(nd_dtype_of(source), dtype, casting)) {
            PyErr_Format(PyExc_TypeError,
                         "Cannot cast ufunc '%s' input %d from dtype('%s') to dtype('%s') with "
                         "casting rule 'same_kind'",
                         self->name, i, nd_dtype_name(nd_dtype_of(source)), nd_dtype_name(dtype));
            goto done;
        }
        if (!weak || nd_dtype_kind(nd_dtype_of(source)) != nd_dtype_kind(dtype) || all_weak)
            Py_SETREF(operands[i], pnd_wrap(nd_cast(source, dtype)));
        if (!operands[i])
            goto done;
    }
    nd_array *direct =
        w->out && !w->where && casting == ND_CAST_SAME_KIND ? pnd_array_of(w->out) : NULL;
    array = pnd_elementwise(self->op, count, operands, direct);
    if (!array)
        goto done;
    if (direct) {
        result = Py_NewRef(w->out);
    } else if (w->out &&
               !nd_can_cast(nd_dtype_of(array), nd_dtype_of(pnd_array_of(w->out)), casting)) {
        PyErr_Format(PyExc_TypeError,
                     "Cannot cast ufunc '%s' output from dtype('%s') to dtype('%s') with "
                     "casting rule %R",
                     self->name, nd_dtype_name(nd_dtype_of(array)),
                     nd_dtype_name(nd_dtype_of(pnd_array_of(w->out))),
                     w->casting ? w->casting : Py_None);
    } else if (w->where) {
        result = masked(array, w->where, w->out);
    } else if (w->out) {
        if (pnd_check(nd_assign(pnd_array_of(w->out), array)))
            result = Py_NewRef(w->out);
    } else {
        nd_array *ordered = order == 'C'   ? nd_ascontiguous(array)
                            : order == 'F' ? nd_asfortran(array)
                                           : nd_retain(array);
        result = w->as_array ? pnd_wrap(ordered) : pnd_wrap_result(ordered);
    }
done:
    for (int i = 0; i < count; i++)
        Py_XDECREF(operands[i]);
    if (array)
        nd_release(array);
    return result;
}

/* equal() and not_equal() of None, which no element is. */
static PyObject *compared_with_none(nd_op op, PyObject *const *arguments)
{
    const bool both = arguments[0] == arguments[1], truth = both == (op == ND_OP_equal);
    PND_AUTO array = both ? nd_zeros(ND_BOOL, ND_SCALAR_SHAPE)
                          : pnd_to_array(arguments[arguments[0] == Py_None]);
    if (!array)
        return NULL;
    PND_AUTO one = nd_cast(array, ND_BOOL);
    const nd_operand value = nd_operand_array(one), all[] = {value, value};
    return pnd_wrap_result(nd_elementwise(truth ? ND_OP_equal : ND_OP_not_equal, 2, all, NULL));
}

static PyObject *ufunc_call(PyObject *object, PyObject *const *arguments, size_t flags,
                            PyObject *names)
{
    ufunc *self = (ufunc *)object;
    const Py_ssize_t given = PyVectorcall_NARGS(flags);
    const int count = self->info->arguments;
    if (given == count && !names) {
        if (pnd_has_override(arguments, count))
            return pnd_call_override(object, "__call__", arguments, count, NULL);
        if (Py_TYPE(arguments[0]) == pnd.array && count == 1) {
            const nd_operand operand = nd_operand_array(pnd_array_of(arguments[0]));
            return pnd_wrap_result(nd_elementwise(self->op, 1, &operand, NULL));
        }
        if (count == 2 && (arguments[0] == Py_None || arguments[1] == Py_None) &&
            (self->op == ND_OP_equal || self->op == ND_OP_not_equal))
            return compared_with_none(self->op, arguments);
        return pnd_apply(self->op, count, arguments);
    }
    words w = {0};
    if (given < count || given > count + 1) {
        PyErr_Format(PyExc_TypeError,
                     "%s() takes from %d to %d positional arguments but %zd were given", self->name,
                     count, count + 1, given);
        return NULL;
    }
    if (names && !read_words(self, arguments + given, names, &w))
        return NULL;
    if (given == count + 1) {
        if (w.out) {
            PyErr_Format(PyExc_TypeError,
                         "cannot specify 'out' as both a positional and keyword argument");
            return NULL;
        }
        w.out = pnd_given(arguments[count]) ? arguments[count] : NULL;
    }
    if (pnd_has_override(arguments, count))
        return pnd_call_override(object, "__call__", arguments, count, names);
    return ufunc_full_call(self, arguments, &w);
}

/* ---- reduce, accumulate and the rest --------------------------------------------------------- */

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
    const struct identity *row = identity_of(self->op);
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

PND_FUNCTION(reduce,
             "self, array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True",
             "Folds the array along axes.")
{
    ufunc *self = (ufunc *)given[0];
    if (!is_binary(self))
        return NULL;
    PND_OBJECT zero = PyLong_FromLong(0);
    PyObject *axis = given[2] ? given[2] : zero;
    const char *name = reduction_of(self->op);
    if (name)
        return pnd_reduce_by_name(name, given[1], axis, given[3], given[4], given[5], given[6],
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
    nd_reduce_options options = {
        .keepdims = keepdims, .has_dtype = dtype != ND_DTYPE_NONE, .dtype = dtype};
    nd_array *result;
    PND_UNLOCKED(nd_size(array), result = nd_ufunc_reduce(self->op, array, axes, &options));
    if (!result && nd_error() == ND_ERROR_AXIS && strstr(nd_error_message(), "order")) {
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
    if (result && pnd_given(given[6])) {
        PND_AUTO folded = result;
        PND_AUTO initial = pnd_to_array_of(given[6], nd_dtype_of(folded));
        if (!initial)
            return NULL;
        result = apply2(self->op, initial, folded);
    }
    if (result && pnd_given(given[4]) && pnd_is_array(given[4]) && dtype == ND_DTYPE_NONE) {
        PND_AUTO own = result; /* `out` may be of any dtype */
        result = nd_cast(own, nd_dtype_of(pnd_array_of(given[4])));
    }
    return pnd_into(result, given[4]);
}
PND_ALSO_METHOD(reduce)

PND_FUNCTION(accumulate, "self, array, axis=0, dtype=None, out=None",
             "Every step of folding the array along an axis.")
{
    ufunc *self = (ufunc *)given[0];
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
    if (scan_of(self->op))
        return pnd_reduce_by_name(scan_of(self->op), given[1], axis_object, given[3], given[4],
                                  NULL, NULL, NULL);
    int axis = 0;
    nd_dtype dtype = ND_DTYPE_NONE;
    if (!pnd_to_int(axis_object, &axis) || !pnd_to_dtype(given[3], &dtype))
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(array), result = nd_ufunc_accumulate(self->op, array, axis, dtype));
    return pnd_given(given[4]) ? pnd_into(result, given[4]) : pnd_wrap(result);
}
PND_ALSO_METHOD(accumulate)

static PyObject *outer_method(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                              PyObject *names)
{
    ufunc *self = (ufunc *)object;
    if (self->info->op_class != ND_CLASS_BINARY || count != 2) {
        PyErr_SetString(PyExc_ValueError, "outer product only supported for binary functions");
        return NULL;
    }
    words w = {0};
    if (names && !read_words(self, arguments + count, names, &w))
        return NULL;
    PND_AUTO a = pnd_to_array(arguments[0]);
    PND_AUTO b = a ? pnd_to_array(arguments[1]) : NULL;
    if (!b)
        return NULL;
    nd_shape shape = nd_shape_like(a);
    if (shape.rank + nd_rank(b) > ND_MAX_RANK) {
        PyErr_Format(PyExc_ValueError, "outer: %d axes; there are at most %d",
                     shape.rank + nd_rank(b), ND_MAX_RANK);
        return NULL;
    }
    for (int i = 0; i < nd_rank(b); i++)
        shape.length[shape.rank++] = 1;
    PND_OBJECT first = pnd_wrap(nd_reshape(a, shape));
    PND_OBJECT second = first ? pnd_wrap(nd_retain(b)) : NULL;
    return second ? ufunc_full_call(self, (PyObject *[]){first, second}, &w) : NULL;
}

PND_FUNCTION(reduceat, "self, array, indices, axis=0, dtype=None, out=None",
             "Folds the slices that begin at the indices.")
{
    ufunc *self = (ufunc *)given[0];
    if (!is_binary(self))
        return NULL;
    int axis = 0;
    nd_dtype dtype = ND_DTYPE_NONE;
    if (!pnd_to_int(given[3], &axis) || !pnd_to_dtype(given[4], &dtype))
        return NULL;
    PND_AUTO array = pnd_to_array_of(given[1], dtype);
    PND_AUTO indices = array ? pnd_to_positions(given[2]) : NULL;
    if (!indices)
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(array), result = nd_reduceat(self->op, array, indices, axis));
    return pnd_given(given[5]) ? pnd_into(result, given[5]) : pnd_wrap(result);
}
PND_ALSO_METHOD(reduceat)

PND_FUNCTION(at, "self, a, indices, b=None, /",
             "Operates in place at indices, once for each time that an element is named.")
{
    const ufunc *self = (ufunc *)given[0];
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

/* ---- Two results -----------------------------------------------------------------------------
 * divmod(), frexp() and modf(): two operations of the same arguments, which share a pass. */

static PyObject *pair_of_arrays(const ufunc *self, int count, PyObject *const *arrays)
{
    nd_operand operands[2];
    for (int i = 0; i < count; i++)
        operands[i] = nd_operand_array(pnd_array_of(arrays[i]));
    const nd_pair pair = nd_elementwise_pair(self->op, self->second, count, operands);
    if (!pair.first)
        return pnd_raise();
    PND_OBJECT first = pnd_wrap_result(pair.first);
    PND_OBJECT second = pnd_wrap_result(pair.second);
    return first && second ? PyTuple_Pack(2, first, second) : NULL;
}

static PyObject *pair_call(PyObject *object, PyObject *const *arguments, size_t flags,
                           PyObject *names)
{
    ufunc *self = (ufunc *)object;
    const Py_ssize_t given = PyVectorcall_NARGS(flags);
    const int count = self->info->arguments;
    if (given == count && !names && Py_TYPE(arguments[0]) == pnd.array &&
        Py_TYPE(arguments[count - 1]) == pnd.array)
        return pair_of_arrays(self, count, arguments);
    words w = {0};
    if (given < count || given > count + 2) {
        PyErr_Format(PyExc_TypeError,
                     "%s() takes from %d to %d positional arguments but %zd were given", self->name,
                     count, count + 2, given);
        return NULL;
    }
    if (names && !read_words(self, arguments + given, names, &w))
        return NULL;
    if (pnd_has_override(arguments, count))
        return pnd_call_override(object, "__call__", arguments, count, names);
    PyObject *outs[2] = {NULL, NULL};
    for (Py_ssize_t i = count; i < given; i++)
        outs[i - count] = arguments[i];
    for (int i = 0; i < 2 && w.out; i++)
        outs[i] = PyTuple_GET_ITEM(w.out, i);
    /* Both are computed before one is written: an argument may be where it goes. */
    const words plain = {.dtype = w.dtype, .casting = w.casting, .as_array = w.as_array};
    ufunc second = *self;
    second.op = self->second;
    PND_OBJECT first_result = ufunc_full_call(self, arguments, &plain);
    PND_OBJECT second_result = first_result ? ufunc_full_call(&second, arguments, &plain) : NULL;
    if (!second_result)
        return NULL;
    PyObject *const results[2] = {first_result, second_result};
    PND_OBJECT tuple = PyTuple_New(2);
    for (int i = 0; tuple && i < 2; i++) {
        PyObject *placed = Py_NewRef(results[i]);
        if (w.where || pnd_given(outs[i])) {
            PND_AUTO array = pnd_to_array(results[i]);
            Py_SETREF(placed, !array    ? NULL
                              : w.where ? masked(array, w.where, outs[i])
                                        : pnd_into(nd_retain(array), outs[i]));
        }
        if (!placed)
            return NULL;
        PyTuple_SET_ITEM(tuple, i, placed);
    }
    return Py_XNewRef(tuple);
}

/* ---- The type -------------------------------------------------------------------------------- */

static PyObject *ufunc_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<ufunc '%s'>", ((ufunc *)self)->name);
}

static PyObject *get_name(PyObject *self, void *Py_UNUSED(unused))
{
    return PyUnicode_FromString(((ufunc *)self)->name);
}

static PyObject *get_doc(PyObject *self, void *Py_UNUSED(unused))
{
    static const char *const letters[] = {"", "x", "x1, x2", "x1, x2, x3"};
    const ufunc *u = (ufunc *)self;
    return PyUnicode_FromFormat(
        "%s(%s, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None)\n\n%s",
        u->name, letters[u->info->arguments], u->doc);
}

/* What inspect.signature() gives; in Python, as it is rarely asked for. */
static PyObject *get_signature_object(PyObject *self, void *Py_UNUSED(unused))
{
    const ufunc *u = (ufunc *)self;
    PND_OBJECT counts = Py_BuildValue("(ii)", u->info->arguments, u->second == ND_OP_COUNT ? 1 : 2);
    PyObject *const all[] = {counts};
    return counts ? pnd_in_python("ndstream._about", "ufunc_signature", all, 1) : NULL;
}

static PyObject *get_nin(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromLong(((ufunc *)self)->info->arguments);
}

static PyObject *get_nout(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromLong(((ufunc *)self)->second == ND_OP_COUNT ? 1 : 2);
}

static PyObject *get_nargs(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromLong(((ufunc *)self)->info->arguments +
                           (((ufunc *)self)->second == ND_OP_COUNT ? 1 : 2));
}

static PyObject *get_identity(PyObject *self, void *Py_UNUSED(unused))
{
    const struct identity *row = identity_of(((ufunc *)self)->op);
    if (!row)
        Py_RETURN_NONE;
    if (((ufunc *)self)->op == ND_OP_logical_and || ((ufunc *)self)->op == ND_OP_logical_or ||
        ((ufunc *)self)->op == ND_OP_logical_xor)
        return PyBool_FromLong(row->value != 0);
    return isinf(row->value) ? PyFloat_FromDouble(row->value) : PyLong_FromDouble(row->value);
}

/* The dtypes that it takes and gives, as NumPy writes loops: "dd->d". */
static PyObject *get_types(PyObject *self, void *Py_UNUSED(unused))
{
    const ufunc *u = (ufunc *)self;
    PyObject *list = PyList_New(0);
    for (int i = 0; list && i < ND_DTYPE_COUNT; i++) {
        PND_AUTO sample = nd_empty((nd_dtype)i, ND_SHAPE(0));
        const nd_operand operand = nd_operand_array(sample),
                         operands[] = {operand, operand, operand};
        const nd_dtype result = nd_result_dtype(u->op, u->info->arguments, operands);
        if (result == ND_DTYPE_NONE) {
            nd_error_clear();
            continue;
        }
        char text[8] = {0};
        int at = 0;
        for (int k = 0; k < u->info->arguments; k++)
            text[at++] = pnd_dtype_char((nd_dtype)i);
        text[at++] = '-', text[at++] = '>', text[at++] = pnd_dtype_char(result);
        PND_OBJECT item = PyUnicode_FromStringAndSize(text, at);
        if (!item || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *get_ntypes(PyObject *self, void *unused)
{
    PND_OBJECT types = get_types(self, unused);
    return types ? PyLong_FromSsize_t(PyList_GET_SIZE(types)) : NULL;
}

static PyObject *get_none(PyObject *Py_UNUSED(self), void *Py_UNUSED(unused))
{
    Py_RETURN_NONE;
}

static PyObject *ufunc_pickle(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return get_name(self, NULL);
}

static PyGetSetDef ufunc_attributes[] = {
    {"__name__", get_name, NULL, NULL, NULL},
    {"__qualname__", get_name, NULL, NULL, NULL},
    {"__doc__", get_doc, NULL, NULL, NULL},
    {"__signature__", get_signature_object, NULL, "What inspect.signature() gives.", NULL},
    {"nin", get_nin, NULL, "How many arguments it takes.", NULL},
    {"nout", get_nout, NULL, "How many results it has.", NULL},
    {"nargs", get_nargs, NULL, "Arguments and results.", NULL},
    {"ntypes", get_ntypes, NULL, "How many dtypes it takes.", NULL},
    {"types", get_types, NULL, "The dtypes it takes and gives.", NULL},
    {"identity", get_identity, NULL, "What leaves the other argument as it is.", NULL},
    {"signature", get_none, NULL, "None: element by element.", NULL},
    {0},
};

static PyMethodDef ufunc_methods[] = {
    PND_METHOD_ROW("reduce", reduce),
    PND_METHOD_ROW("accumulate", accumulate),
    {"outer", (PyCFunction)(void (*)(void))outer_method, METH_FASTCALL | METH_KEYWORDS,
     "outer(self, a, b, /)\n--\n\nAll pairs of elements."},
    PND_METHOD_ROW("reduceat", reduceat),
    PND_METHOD_ROW("at", at),
    {"__reduce__", ufunc_pickle, METH_NOARGS, "For pickle."},
    {0},
};

static PyMemberDef ufunc_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(ufunc, vectorcall), READONLY, NULL},
    {0},
};

static PyType_Slot ufunc_slots[] = {
    {Py_tp_repr, ufunc_repr},        {Py_tp_getset, ufunc_attributes},
    {Py_tp_methods, ufunc_methods},  {Py_tp_members, ufunc_members},
    {Py_tp_call, PyVectorcall_Call}, {0},
};
static PyType_Spec ufunc_spec = {
    .name = "ndstream.ufunc",
    .basicsize = sizeof(ufunc),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = ufunc_slots,
};

/* NumPy's other names. */
static const struct {
    const char *name, *of;
} aliases[] = {
    {"abs", "absolute"},
    {"acos", "arccos"},
    {"acosh", "arccosh"},
    {"asin", "arcsin"},
    {"asinh", "arcsinh"},
    {"atan", "arctan"},
    {"atan2", "arctan2"},
    {"atanh", "arctanh"},
    {"bitwise_invert", "invert"},
    {"bitwise_not", "invert"},
    {"bitwise_left_shift", "left_shift"},
    {"bitwise_right_shift", "right_shift"},
    {"conj", "conjugate"},
    {"mod", "remainder"},
    {"degrees", "rad2deg"},
    {"pow", "power"},
    {"radians", "deg2rad"},
    {"true_divide", "divide"},
};

static bool add_ufunc(PyObject *module, const ufunc *row)
{
    ufunc *self = PyObject_New(ufunc, pnd.ufunc);
    if (!self)
        return false;
    PND_OBJECT owned = (PyObject *)self;
    const PyObject head = *owned;
    *self = *row;
    *owned = head;
    if (PyModule_AddObjectRef(module, row->name, owned) < 0)
        return false;
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(aliases[i].of, row->name) == 0 &&
            PyModule_AddObjectRef(module, aliases[i].name, owned) < 0)
            return false;
    return true;
}

bool pnd_add_ufuncs(PyObject *module)
{
    static const struct {
        const char *name;
        nd_op first, second;
        const char *doc;
    } pairs[] = {
        {"divmod", ND_OP_floor_divide, ND_OP_remainder,
         "Quotient rounded down and remainder: floor_divide(x, y) and remainder(x, y)."},
        {"frexp", ND_OP_frexp_mantissa, ND_OP_frexp_exponent,
         "Mantissa and exponent of x = m * 2**n with 0.5 <= |m| < 1."},
        {"modf", ND_OP_modf_fraction, ND_OP_modf_integral,
         "Fraction and whole part, both with the sign of x."},
    };
    pnd.ufunc = (PyTypeObject *)PyType_FromModuleAndSpec(module, &ufunc_spec, NULL);
    if (!pnd.ufunc || PyModule_AddObjectRef(module, "ufunc", (PyObject *)pnd.ufunc) < 0)
        return false;
    for (int op = 0; op < ND_OP_COUNT; op++) {
        const nd_op_info *info = nd_op_describe((nd_op)op);
        const bool is_function = info->op_class == ND_CLASS_REDUCTION ||
                                 info->op_class == ND_CLASS_SCAN || op == ND_OP_where ||
                                 op == ND_OP_clip;
        const ufunc row = {.vectorcall = ufunc_call,
                           .op = (nd_op)op,
                           .second = ND_OP_COUNT,
                           .info = info,
                           .name = info->name,
                           .doc = info->doc};
        if (!is_function && !add_ufunc(module, &row))
            return false;
    }
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const ufunc row = {.vectorcall = pair_call,
                           .op = pairs[i].first,
                           .second = pairs[i].second,
                           .info = nd_op_describe(pairs[i].first),
                           .name = pairs[i].name,
                           .doc = pairs[i].doc};
        if (!add_ufunc(module, &row))
            return false;
    }
    return true;
}

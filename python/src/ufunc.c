/* ufunc objects: one for each elementwise row of the table, their calls and what they tell of
 * themselves. */
#include "ufunc.h"

#include <math.h>
#include <string.h>

/* ---- The call -------------------------------------------------------------------------------- */

/* The words of a call of a ufunc. */
typedef struct words {
    PyObject *out, *where, *dtype, *casting, *order, *signature;
    bool is_read; /* `dtype`, as `to` */
    nd_dtype to;
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
        else if (strcmp(name, "signature") == 0)
            w->signature = values[i];
        else if (strcmp(name, "subok") != 0) {
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

/* The dtype of the result of plain arguments; ND_DTYPE_NONE, without an exception, if there is
 * none. */
static nd_dtype plain_result(const ufunc *self, PyObject *const *arguments)
{
    pnd_operand x[3] = {0};
    nd_operand operands[3];
    int ready = 0;
    while (ready < self->info->arguments && pnd_to_operand(arguments[ready], &x[ready]))
        operands[ready] = x[ready].operand, ready++;
    nd_dtype result = ND_DTYPE_NONE;
    if (ready < self->info->arguments)
        PyErr_Clear();
    else if ((result = nd_result_dtype(self->op, ready, operands)) == ND_DTYPE_NONE)
        nd_error_clear();
    while (ready)
        pnd_operand_clear(&x[--ready]);
    return result;
}

static bool is_half(nd_dtype dtype)
{
    return dtype == ND_FLOAT16 || dtype == ND_BFLOAT16;
}

/* Whether no array has elements of more than two bytes, whose results are no halves. */
static bool are_short(int count, PyObject *const *operands)
{
    for (int i = 0; i < count; i++)
        if (pnd_is_array(operands[i]) && nd_dtype_size(nd_dtype_of(pnd_array_of(operands[i]))) > 2)
            return false;
    return true;
}

/* Whether a result may go into an array of ours. */
static bool check_output(const ufunc *self, const nd_array *result, PyObject *out,
                         nd_casting casting, const words *w)
{
    const nd_dtype from = nd_dtype_of(result), to = nd_dtype_of(pnd_array_of(out));
    if (nd_can_cast(from, to, casting))
        return true;
    PND_OBJECT rule = w->casting ? Py_NewRef(w->casting) : PyUnicode_FromString("same_kind");
    PyErr_Format(PyExc_TypeError,
                 "Cannot cast ufunc '%s' output from dtype('%s') to dtype('%s') with casting rule "
                 "%R",
                 self->name, nd_dtype_name(from), nd_dtype_name(to), rule);
    return false;
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
    if (w->is_read)
        dtype = w->to;
    if (!pnd_to_order(w->order, &order) || (!w->is_read && !pnd_to_dtype(w->dtype, &dtype)) ||
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
        const bool weak = is_weak(arguments[i]) && !(all_weak && count == 1); /* as NumPy has it */
        if (weak ? !fits_kind(nd_dtype_of(source), dtype, casting)
                 : !nd_can_cast(nd_dtype_of(source), dtype, casting)) {
            PyErr_Format(PyExc_TypeError,
                         "Cannot cast ufunc '%s' input %d from dtype('%s') to dtype('%s') with "
                         "casting rule 'same_kind'",
                         self->name, i, nd_dtype_name(nd_dtype_of(source)), nd_dtype_name(dtype));
            goto done;
        }
        const bool integers =
            PyLong_CheckExact(arguments[i]) && nd_dtype_kind(dtype) < ND_KIND_FLOAT;
        const bool other_kind = nd_dtype_kind(nd_dtype_of(source)) != nd_dtype_kind(dtype);
        if (weak && all_weak && integers)
            Py_SETREF(operands[i], pnd_as_array_object(arguments[i], dtype)); /* if it fits */
        else if (!weak || all_weak || (other_kind && !integers))
            Py_SETREF(operands[i], pnd_wrap(nd_cast(source, dtype)));
        if (!operands[i])
            goto done;
    }
    nd_array *direct =
        w->out && !w->where && casting == ND_CAST_SAME_KIND ? pnd_array_of(w->out) : NULL;
    if (direct && !is_half(nd_dtype_of(direct)) && are_short(count, operands) &&
        is_half(plain_result(self, operands)))
        direct = NULL; /* which would get what is not rounded to half precision */
    array = pnd_elementwise(self->op, count, operands, direct);
    if (!array)
        goto done;
    if (direct) {
        result = Py_NewRef(w->out);
    } else if (w->out && !check_output(self, array, w->out, casting, w)) {
        goto done;
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

static bool uniform[ND_OP_COUNT]
                   [ND_DTYPE_COUNT]; /* written as the module is made, then only read */

bool pnd_is_uniform(const ufunc *self, nd_dtype dtype)
{
    return uniform[self->op][dtype];
}

static bool learn_uniform(nd_op op, int arguments)
{
    for (int dtype = 0; dtype < ND_DTYPE_COUNT; dtype++) {
        PND_AUTO sample = nd_empty((nd_dtype)dtype, ND_SHAPE(0));
        if (!sample)
            return pnd_raise();
        const nd_operand operand = nd_operand_array(sample), all[] = {operand, operand, operand};
        const nd_dtype result = nd_result_dtype(op, arguments, all);
        if (result == ND_DTYPE_NONE)
            nd_error_clear();
        uniform[op][dtype] = (int)result == dtype && op != ND_OP_ldexp && op != ND_OP_bitwise_count;
    }
    return true;
}

/* 1 if the words ask for a loop that is to be searched for: then the call is made in Python. A
 * dtype that the result has anyway is forgotten. -1 with an exception. */
static int wants_search(const ufunc *self, PyObject *const *arguments, words *w)
{
    if (!w->signature && !w->dtype && !w->casting)
        return 0;
    if (w->signature == Py_None) {
        PyErr_SetString(PyExc_TypeError,
                        "the signature object to ufunc must be a string or a tuple.");
        return -1;
    }
    nd_dtype dtype = ND_DTYPE_NONE;
    if (!pnd_to_dtype(w->dtype, &dtype))
        return -1;
    w->is_read = true;
    w->to = dtype;
    const bool usual = !pnd_given(w->casting) ||
                       (PyUnicode_Check(w->casting) &&
                        (PyUnicode_CompareWithASCIIString(w->casting, "unsafe") == 0 ||
                         PyUnicode_CompareWithASCIIString(w->casting, "same_kind") == 0));
    nd_casting casting;
    if (!usual && !pnd_to_casting(w->casting, &casting))
        return -1;
    if (!usual && PyUnicode_CompareWithASCIIString(w->casting, "same_value") == 0) {
        PyErr_SetString(PyExc_ValueError, "casting must be one of 'no', 'equiv', 'safe', "
                                          "'same_kind', 'unsafe' (got 'same_value')");
        return -1;
    }
    if (w->signature || !usual)
        return 1;
    if (dtype == ND_DTYPE_NONE)
        return 0;
    if (self->second != ND_OP_COUNT)
        return 1;
    if (dtype != ND_BOOL && self->op != ND_OP_absolute && pnd_is_uniform(self, dtype))
        return 0;
    if (plain_result(self, arguments) == dtype) {
        w->to = ND_DTYPE_NONE;
        return 0;
    }
    return !pnd_is_uniform(self, dtype);
}

static PyObject *call_by_search(PyObject *self, PyObject *const *arguments, int count,
                                const words *w)
{
    PND_OBJECT all = PyTuple_New(count);
    if (!all)
        return NULL;
    for (int i = 0; i < count; i++)
        PyTuple_SET_ITEM(all, i, Py_NewRef(arguments[i]));
    PyObject *const given[] = {self,     all,         w->as_array ? Py_Ellipsis : w->out,
                               w->where, w->dtype,    w->casting,
                               w->order, w->signature};
    return pnd_in_python("ndstream._loops", "call", given, 8);
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

/* The call of arrays of ours, as most are, into `out` if it is not NULL. NULL without an error if
 * it is none, or fails: the general way then tells why. */
static nd_array *call_of_arrays(const ufunc *self, PyObject *const *arguments, nd_array *out)
{
    nd_operand operands[3];
    for (int i = 0; i < self->info->arguments; i++) {
        if (Py_TYPE(arguments[i]) != pnd.array)
            return NULL;
        operands[i] = nd_operand_array(pnd_array_of(arguments[i]));
    }
    nd_array *const result = nd_elementwise(self->op, self->info->arguments, operands, out);
    if (!result)
        nd_error_clear();
    return result;
}

/* Whether a call has an `out` of ours and no other words, and may be done at once. */
static bool has_plain_out(const words *w)
{
    return w->out && Py_TYPE(w->out) == pnd.array && !w->where && !w->dtype && !w->casting &&
           !w->order && !w->signature && !w->as_array && !((pnd_array *)w->out)->locked &&
           nd_size(pnd_array_of(w->out)) < PND_LARGE && nd_is_writeable(pnd_array_of(w->out));
}

static PyObject *ufunc_call(PyObject *object, PyObject *const *arguments, size_t flags,
                            PyObject *names)
{
    ufunc *self = (ufunc *)object;
    const Py_ssize_t given = PyVectorcall_NARGS(flags);
    const int count = self->info->arguments;
    if (given == count && !names) {
        nd_array *const usual = call_of_arrays(self, arguments, NULL);
        if (usual)
            return pnd_wrap_result(usual);
        if (pnd_has_override(arguments, count))
            return pnd_call_override(object, "__call__", arguments, count, NULL);
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
    if (has_plain_out(&w) && !are_short(count, arguments) &&
        call_of_arrays(self, arguments, pnd_array_of(w.out)))
        return Py_NewRef(w.out);
    if (pnd_has_override(arguments, count) ||
        (w.out && !pnd_is_array(w.out) && pnd_has_override_of_out(w.out)))
        return given == count
                   ? pnd_call_override(object, "__call__", arguments, count, names)
                   : pnd_override_operator(self->name, arguments[0], arguments[count - 1], w.out);
    if (w.signature || w.dtype || w.casting) {
        const int searches = wants_search(self, arguments, &w);
        if (searches)
            return searches < 0 ? NULL : call_by_search(object, arguments, count, &w);
    }
    return ufunc_full_call(self, arguments, &w);
}

PyObject *pnd_ufunc_outer(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                          PyObject *names)
{
    ufunc *self = (ufunc *)object;
    if (pnd_has_override(arguments, (int)count))
        return pnd_call_override(object, "outer", arguments, (int)count, names);
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
    if (!second)
        return NULL;
    PyObject *const both[] = {first, second};
    const int searches = wants_search(self, both, &w);
    if (searches)
        return searches < 0 ? NULL : call_by_search(object, both, 2, &w);
    return ufunc_full_call(self, both, &w);
}

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
    const int searches = wants_search(self, arguments, &w);
    if (searches) {
        PND_OBJECT both = PyTuple_Pack(2, outs[0] ? outs[0] : Py_None, outs[1] ? outs[1] : Py_None);
        w.out = both;
        return searches < 0 || !both ? NULL : call_by_search(object, arguments, count, &w);
    }
    /* Both are computed before one is written: an argument may be where it goes. */
    const words plain = {.dtype = w.dtype, .casting = w.casting, .as_array = w.as_array};
    ufunc second = *self;
    second.op = self->second;
    PND_OBJECT first_result = ufunc_full_call(self, arguments, &plain);
    PND_OBJECT second_result = first_result ? ufunc_full_call(&second, arguments, &plain) : NULL;
    if (!second_result)
        return NULL;
    PyObject *const results[2] = {first_result, second_result};
    PyObject *const shaped = pnd_given(outs[0]) ? outs[0] : pnd_given(outs[1]) ? outs[1] : NULL;
    PND_OBJECT tuple = PyTuple_New(2);
    for (int i = 0; tuple && i < 2; i++) {
        PyObject *placed = Py_NewRef(results[i]);
        if (w.where || shaped) {
            PND_AUTO array = pnd_to_array(results[i]);
            nd_casting casting = ND_CAST_SAME_KIND;
            if (!pnd_to_casting(w.casting, &casting))
                return NULL;
            if (array && pnd_given(outs[i]) && pnd_is_array(outs[i])) {
                if (!check_output(self, array, outs[i], casting, &w))
                    return NULL;
                array = pnd_unsafe_for(array, outs[i], casting);
            }
            if (array && shaped && pnd_is_array(shaped) &&
                !pnd_same_shape(array, pnd_array_of(shaped))) {
                nd_array *const own = array; /* arguments are broadcast to where they go */
                PND_AUTO wide = nd_broadcast_to(own, nd_shape_like(pnd_array_of(shaped)));
                array = wide ? nd_copy(wide) : NULL;
                nd_release(own);
                if (!array)
                    pnd_raise();
            }
            Py_SETREF(placed, !array               ? NULL
                              : w.where            ? masked(array, w.where, outs[i])
                              : pnd_given(outs[i]) ? pnd_into(nd_retain(array), outs[i])
                                                   : pnd_wrap_result(nd_retain(array)));
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
    const pnd_identity *row = pnd_identity_of(((ufunc *)self)->op);
    if (!row)
        Py_RETURN_NONE;
    if (((ufunc *)self)->op == ND_OP_logical_and || ((ufunc *)self)->op == ND_OP_logical_or ||
        ((ufunc *)self)->op == ND_OP_logical_xor)
        return PyBool_FromLong(row->value != 0);
    return isinf(row->value) ? PyFloat_FromDouble(row->value) : PyLong_FromDouble(row->value);
}

/* Whether arguments of `from` have a loop of their own: they are not converted to floats, or to
 * integers, first. */
static bool has_loop(nd_op op, nd_dtype from, nd_dtype result)
{
    const nd_kind kind = nd_dtype_kind(from), to = nd_dtype_kind(result);
    if (op == ND_OP_signbit && kind < ND_KIND_FLOAT)
        return false;
    if (result == from || to == ND_KIND_BOOL || (kind == ND_KIND_COMPLEX && to == ND_KIND_FLOAT))
        return true;
    return kind != ND_KIND_BOOL && kind < ND_KIND_FLOAT && to < ND_KIND_FLOAT;
}

static bool append_loop(PyObject *list, const ufunc *u, nd_dtype first, nd_dtype next,
                        nd_dtype result, nd_dtype second)
{
    char text[8] = {0};
    int at = 0;
    for (int k = 0; k < u->info->arguments; k++)
        text[at++] = pnd_dtype_char(k ? next : first);
    text[at++] = '-', text[at++] = '>', text[at++] = pnd_dtype_char(result);
    if (second != ND_DTYPE_NONE)
        text[at++] = pnd_dtype_char(second);
    PND_OBJECT item = PyUnicode_FromStringAndSize(text, at);
    return item && PyList_Append(list, item) == 0;
}

/* The dtypes that it takes and gives, as NumPy writes and orders loops: "dd->d". */
static PyObject *get_types(PyObject *self, void *Py_UNUSED(unused))
{
    static const nd_dtype order[] = {
        ND_BOOL,     ND_INT8,    ND_UINT8,   ND_INT16,     ND_UINT16,
        ND_INT32,    ND_UINT32,  ND_INT64,   ND_UINT64,    ND_FLOAT16,
        ND_BFLOAT16, ND_FLOAT32, ND_FLOAT64, ND_COMPLEX64, ND_COMPLEX128,
    };
    const ufunc *u = (ufunc *)self;
    PND_OBJECT list = PyList_New(0);
    if (!list)
        return NULL;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        PND_AUTO sample = nd_empty(order[i], ND_SHAPE(0));
        const nd_operand operand = nd_operand_array(sample),
                         operands[] = {operand, operand, operand};
        const nd_dtype result = nd_result_dtype(u->op, u->info->arguments, operands);
        nd_dtype second = ND_DTYPE_NONE;
        if (result != ND_DTYPE_NONE && u->second != ND_OP_COUNT)
            second = nd_result_dtype(u->second, u->info->arguments, operands);
        nd_error_clear();
        if (u->op == ND_OP_ldexp && nd_dtype_kind(order[i]) == ND_KIND_FLOAT) {
            if (!append_loop(list, u, order[i], ND_INT32, order[i], ND_DTYPE_NONE) ||
                !append_loop(list, u, order[i], ND_INT64, order[i], ND_DTYPE_NONE))
                return NULL;
        } else if (result != ND_DTYPE_NONE && u->op != ND_OP_ldexp &&
                   has_loop(u->op, order[i], result) &&
                   !append_loop(list, u, order[i], order[i], result, second)) {
            return NULL;
        }
    }
    return Py_NewRef(list);
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

PyObject *pnd_ufunc_pickle(PyObject *self, PyObject *Py_UNUSED(ignored))
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

static PyMemberDef ufunc_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(ufunc, vectorcall), READONLY, NULL},
    {0},
};

static PyType_Slot ufunc_slots[] = {
    {Py_tp_repr, ufunc_repr},           {Py_tp_getset, ufunc_attributes},
    {Py_tp_methods, pnd_ufunc_methods}, {Py_tp_members, ufunc_members},
    {Py_tp_call, PyVectorcall_Call},    {0},
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
        if (!is_function &&
            (!learn_uniform((nd_op)op, info->arguments) || !add_ufunc(module, &row)))
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

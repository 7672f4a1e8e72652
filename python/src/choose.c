/* where() and clip(): operations of three arguments that are functions in NumPy, not ufuncs; and
 * round(). */
#include "core.h"

#include <math.h>

PND_FUNCTION(where, "condition, x=None, y=None, /",
             "x where the condition holds, else y; alone, the indices where it holds.")
{
    if (!given[1] != !given[2]) {
        PyErr_SetString(PyExc_ValueError, "either both or neither of x and y should be given");
        return NULL;
    }
    if (!given[1]) {
        PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
        return array ? PyObject_CallMethod(array, "nonzero", NULL) : NULL;
    }
    PND_OBJECT wrapped = NULL;
    PyObject *chosen[] = {given[0], given[1], given[2]};
    for (int i = 1; i < 3; i++)
        if (PyLong_CheckExact(given[i]) &&
            (pnd_is_array(given[3 - i]) || pnd_is_scalar(given[3 - i]))) {
            _Alignas(16) char element[16];
            const nd_dtype other = pnd_is_array(given[3 - i])
                                       ? nd_dtype_of(pnd_array_of(given[3 - i]))
                                       : pnd_scalar_read(given[3 - i], element);
            nd_array *constant = pnd_to_wrapped(given[i], other);
            if (!constant && PyErr_Occurred())
                return NULL;
            if (constant && !(wrapped = pnd_wrap(constant)))
                return NULL;
            chosen[i] = constant ? wrapped : given[i];
        }
    nd_array *result = pnd_elementwise(ND_OP_where, 3, chosen, NULL);
    return result ? pnd_wrap(result) : NULL;
}

/* None in place of a Python integer that no element of the dtype passes: it bounds nothing. */
static PyObject *bound(PyObject *object, nd_dtype dtype, bool low)
{
    const nd_kind kind = nd_dtype_kind(dtype);
    if (!object || !PyLong_CheckExact(object) ||
        (kind != ND_KIND_SIGNED && kind != ND_KIND_UNSIGNED))
        return object;
    uint64_t value;
    const int beyond = pnd_beyond(object, dtype, &value);
    return beyond == (low ? -1 : 1) ? Py_None : object;
}

/* With more words than bounds and `out`: made of the ufuncs, which take them. */
static PyObject *clipped_so(PyObject *array, PyObject *low, PyObject *high, PyObject *out,
                            PyObject *const *words)
{
    PyObject *const all[] = {array,   low, high, out, words[0], words[1] ? words[1] : Py_True,
                             words[2]};
    return pnd_in_python("ndstream._functional", "_clip", all, 7);
}

/* words: dtype, where, casting */
static PyObject *clipped(PyObject *array, PyObject *low, PyObject *high, PyObject *out,
                         PyObject *const *words)
{
    if ((low && PyLong_CheckExact(low)) || (high && PyLong_CheckExact(high))) {
        PND_AUTO source = pnd_to_array(array);
        if (!source)
            return NULL;
        low = bound(low, nd_dtype_of(source), true);
        high = bound(high, nd_dtype_of(source), false);
    }
    if (pnd_given(words[0]) || (words[1] && words[1] != Py_True) || words[2] ||
        out == Py_Ellipsis || (pnd_given(out) && !pnd_given(low) && !pnd_given(high)))
        return clipped_so(array, low, high, out, words);
    const bool has_low = pnd_given(low), has_high = pnd_given(high);
    PyObject *three[] = {array, low, high}, *two[] = {array, has_low ? low : high};
    const nd_op op = has_low && has_high ? ND_OP_clip : has_low ? ND_OP_maximum : ND_OP_minimum;
    nd_array *target = NULL;
    if (pnd_given(out)) {
        if (!pnd_is_array(out)) {
            PyErr_SetString(PyExc_TypeError, "return arrays must be of ArrayType");
            return NULL;
        }
        if (!pnd_check_writeable(out))
            return NULL;
        target = pnd_array_of(out);
    }
    nd_array *result;
    if (has_low || has_high)
        result = pnd_elementwise(op, has_low && has_high ? 3 : 2, has_low && has_high ? three : two,
                                 target);
    else {
        PND_AUTO source = pnd_to_array(array);
        result = source ? nd_cast(source, nd_dtype_of(source)) : NULL;
    }
    if (!result)
        return PyErr_Occurred() ? NULL : pnd_raise();
    if (!target)
        return pnd_wrap_result(result);
    nd_release(result);
    return Py_NewRef(out);
}

PND_FUNCTION(clip,
             "a, a_min=None, a_max=None, out=None, *, min=None, max=None, dtype=None, where=True, "
             "casting='same_kind'",
             "The elements limited to an interval.")
{
    if ((pnd_given(given[1]) && pnd_given(given[4])) ||
        (pnd_given(given[2]) && pnd_given(given[5]))) {
        PyErr_SetString(PyExc_ValueError, "Passing `min` or `max` keyword argument when `a_min` "
                                          "and `a_max` are provided is forbidden.");
        return NULL;
    }
    if ((given[1] != NULL) != (given[2] != NULL) && !given[4] && !given[5]) {
        PyErr_Format(PyExc_TypeError, "clip() missing 1 required positional argument: '%s'",
                     given[1] ? "a_max" : "a_min");
        return NULL;
    }
    return clipped(given[0], pnd_given(given[1]) ? given[1] : given[4],
                   pnd_given(given[2]) ? given[2] : given[5], given[3], given + 6);
}

static PyObject *clip_method(PyObject *self, PyObject *const *arguments, Py_ssize_t count,
                             PyObject *keywords)
{
    static pnd_signature signature = {
        "clip", "a, min=None, max=None, out=None, *, dtype=None, where=True, casting='same_kind'"};
    PyObject *given[PND_MOST_PARAMETERS];
    if (!pnd_bind(&signature, self, arguments, count, keywords, given))
        return NULL;
    return clipped(given[0], given[1], given[2], given[3], given + 4);
}

/* NumPy's round(): times a power of ten, to even, and back. */
PND_FUNCTION(round, "a, decimals=0, out=None",
             "The elements rounded to `decimals` places, halves to even.")
{
    int64_t decimals = 0;
    PND_OBJECT object = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!object || !pnd_to_int64(given[1], &decimals))
        return NULL;
    nd_array *array = pnd_array_of(object);
    const nd_kind kind = nd_dtype_kind(nd_dtype_of(array));
    if (kind == ND_KIND_BOOL && decimals) {
        PyErr_SetString(PyExc_TypeError, "round: bools have no decimals");
        return NULL;
    }
    nd_array *result;
    if (kind <= ND_KIND_UNSIGNED && decimals >= 0) {
        result =
            kind == ND_KIND_BOOL ? nd_cast(array, ND_FLOAT16) : nd_cast(array, nd_dtype_of(array));
    } else {
        const double power = pow(10, (double)(decimals < 0 ? -decimals : decimals));
        const nd_op there = decimals < 0 ? ND_OP_divide : ND_OP_multiply,
                    back = decimals < 0 ? ND_OP_multiply : ND_OP_divide;
        const nd_operand factor = nd_operand_real(power);
        PND_AUTO scaled =
            decimals
                ? nd_elementwise(there, 2, (nd_operand[]){nd_operand_array(array), factor}, NULL)
                : nd_retain(array);
        PND_AUTO rounded = (nd_rint)(nd_operand_array(scaled));
        result =
            decimals && rounded
                ? nd_elementwise(back, 2, (nd_operand[]){nd_operand_array(rounded), factor}, NULL)
                : nd_retain(rounded);
        if (result && kind <= ND_KIND_UNSIGNED) {
            nd_array *whole = nd_cast(result, nd_dtype_of(array));
            nd_release(result);
            result = whole;
        }
    }
    if (result && decimals && !pnd_given(given[2]) && !nd_is_fortran_contiguous(array) &&
        !nd_is_contiguous(result)) {
        nd_array *const plain = nd_ascontiguous(result); /* NumPy's is in C or Fortran order */
        nd_release(result);
        result = plain;
    }
    return pnd_into(result, given[2]);
}
PND_ALSO_METHOD(round)

PND_FUNCTION(conjugate, "self, out=None, /", "The complex conjugate; a real array itself.")
{
    const nd_operand operand = nd_operand_array(pnd_array_of(given[0]));
    const bool real = nd_dtype_kind(nd_dtype_of(pnd_array_of(given[0]))) != ND_KIND_COMPLEX;
    if (pnd_given(given[1]))
        return pnd_into(real ? nd_retain(pnd_array_of(given[0]))
                             : nd_elementwise(ND_OP_conjugate, 1, &operand, NULL),
                        given[1]);
    return real ? Py_NewRef(given[0])
                : pnd_wrap(nd_elementwise(ND_OP_conjugate, 1, &operand, NULL));
}
PND_ALSO_METHOD(conjugate)

PyMethodDef pnd_choose_functions[] = {
    PND_ROW(where),
    PND_ROW(clip),
    PND_ROW(round),
    {0},
};

PyMethodDef pnd_choose_methods[] = {
    {"clip", (PyCFunction)(void (*)(void))clip_method, METH_FASTCALL | METH_KEYWORDS, clip_doc},
    {"conj", (PyCFunction)(void (*)(void))conjugate_method, METH_FASTCALL | METH_KEYWORDS,
     "conj($self, out=None, /)\n--\n\nThe complex conjugate; a real array itself."},
    PND_METHOD_ROW("conjugate", conjugate),
    PND_METHOD_ROW("round", round),
    {0},
};

/* Elements: copies, conversions, single elements, bytes, lists. */
#include "core.h"

#include <stdatomic.h>
#include <string.h>

PND_FUNCTION(copy, "a, order='K', subok=False", "A copy.")
{
    char order = 'K';
    PND_AUTO array = pnd_to_array(given[0]);
    if (!array || !pnd_to_order(given[1], &order))
        return NULL;
    const bool fortran = order == 'F' || (order == 'A' && pnd_is_fortran(array));
    return pnd_wrap(order == 'K' ? nd_cast(array, nd_dtype_of(array))
                    : fortran    ? nd_copy_fortran(array)
                                 : nd_copy(array));
}

/* x.copy() is in C order. */
static PyObject *copy_method(PyObject *self, PyObject *const *arguments, Py_ssize_t count,
                             PyObject *keywords)
{
    PyObject *given[PND_MOST_PARAMETERS];
    if (!count && !keywords)
        return pnd_wrap(nd_copy(pnd_array_of(self)));
    return pnd_bind(&copy_signature, self, arguments, count, keywords, given) ? copy_body(given)
                                                                              : NULL;
}

PND_FUNCTION(astype, "x, dtype, order='K', casting='unsafe', subok=True, copy=True, *, device=None",
             "A copy with the elements converted.")
{
    nd_dtype dtype = ND_FLOAT64;
    nd_casting casting = ND_CAST_UNSAFE;
    bool copy = true;
    char order = 'K';
    if (!pnd_is_array(given[0]) && !pnd_is_scalar(given[0]) &&
        !PyObject_HasAttrString(given[0], "__array__")) {
        PyErr_Format(PyExc_TypeError, "Input should be an array or scalar. It is a %.200s instead.",
                     Py_TYPE(given[0])->tp_name);
        return NULL;
    }
    PND_OBJECT object = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!object || !pnd_to_dtype(given[1], &dtype) || !pnd_to_order(given[2], &order) ||
        !pnd_to_casting(given[3], &casting) || !pnd_to_bool(given[5], &copy))
        return NULL;
    nd_array *array = pnd_array_of(object);
    if (casting != ND_CAST_UNSAFE && !nd_can_cast(nd_dtype_of(array), dtype, casting)) {
        PyErr_Format(
            PyExc_TypeError,
            "Cannot cast array data from dtype('%s') to dtype('%s') according to the rule %R",
            nd_dtype_name(nd_dtype_of(array)), nd_dtype_name(dtype), given[3]);
        return NULL;
    }
    if (!copy && dtype == nd_dtype_of(array) && order == 'K')
        return Py_NewRef(object);
    if (!pnd_warn_of_parts(nd_dtype_of(array), dtype))
        return NULL;
    PND_AUTO converted = nd_cast(array, dtype);
    if (order == 'F' && !nd_is_fortran_contiguous(converted))
        return pnd_wrap(nd_copy_fortran(converted));
    if (order == 'C' && !nd_is_contiguous(converted))
        return pnd_wrap(nd_copy(converted));
    return pnd_wrap(nd_retain(converted));
}
PND_ALSO_METHOD(astype)

/* item(), item(3), item(1, 2): an element as a Python number. */
static PyObject *item_method(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    nd_array *array = pnd_array_of(self);
    if (!pnd_force(array))
        return NULL;
    const char *data = nd_data(array);
    const int rank = nd_rank(array);
    if (count == 0) {
        if (nd_size(array) != 1) {
            PyErr_SetString(PyExc_ValueError,
                            "can only convert an array of size 1 to a Python scalar");
            return NULL;
        }
        return data ? pnd_python_scalar(nd_dtype_of(array), data) : pnd_raise();
    }
    PND_OBJECT tuple = NULL;
    if (count == 1 && PyTuple_Check(arguments[0])) {
        tuple = Py_NewRef(arguments[0]);
        count = PyTuple_GET_SIZE(tuple);
        arguments = &PyTuple_GET_ITEM(tuple, 0);
    }
    int64_t index[ND_MAX_RANK];
    if (count == 1) { /* in C order */
        int64_t flat = 0;
        if (!pnd_to_int64(arguments[0], &flat))
            return NULL;
        const int64_t size = nd_size(array);
        if (flat < -size || flat >= size) {
            PyErr_Format(PyExc_IndexError, "index %lld is out of bounds for size %lld",
                         (long long)flat, (long long)size);
            return NULL;
        }
        flat += flat < 0 ? size : 0;
        for (int i = rank - 1; i >= 0; i--) {
            index[i] = flat % nd_lengths(array)[i];
            flat /= nd_lengths(array)[i];
        }
    } else if (count != rank) {
        PyErr_SetString(PyExc_ValueError, "incorrect number of indices for array");
        return NULL;
    } else {
        for (int i = 0; i < rank; i++) {
            index[i] = 0;
            if (!pnd_to_int64(arguments[i], &index[i]))
                return NULL;
            const int64_t length = nd_lengths(array)[i];
            if (index[i] < -length || index[i] >= length) {
                PyErr_Format(PyExc_IndexError,
                             "index %lld is out of bounds for axis %d with size %lld",
                             (long long)index[i], i, (long long)length);
                return NULL;
            }
            index[i] += index[i] < 0 ? length : 0;
        }
    }
    if (!data)
        return pnd_raise();
    for (int i = 0; i < rank; i++)
        data += index[i] * nd_strides(array)[i];
    return pnd_python_scalar(nd_dtype_of(array), data);
}

static PyObject *listed(const nd_array *array, int axis, const char *data)
{
    const int rank = nd_rank(array);
    const nd_dtype dtype = nd_dtype_of(array);
    if (axis == rank)
        return pnd_python_scalar(dtype, data);
    const int64_t length = nd_lengths(array)[axis], stride = nd_strides(array)[axis];
    PyObject *list = PyList_New((Py_ssize_t)length);
    if (list && axis + 1 == rank && dtype == ND_FLOAT64) {
        for (int64_t i = 0; i < length; i++, data += stride) {
            PyObject *item = PyFloat_FromDouble(*(const double *)data);
            if (!item) {
                Py_CLEAR(list);
                break;
            }
            PyList_SET_ITEM(list, (Py_ssize_t)i, item);
        }
        return list;
    }
    for (int64_t i = 0; list && i < length; i++) {
        PyObject *item = axis + 1 < rank ? listed(array, axis + 1, data + i * stride)
                                         : pnd_python_scalar(dtype, data + i * stride);
        if (!item)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, (Py_ssize_t)i, item);
    }
    return list;
}

static PyObject *tolist_method(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    nd_array *array = pnd_array_of(self);
    if (!pnd_force(array))
        return NULL;
    const char *data = nd_data(array);
    return data ? listed(array, 0, data) : pnd_raise();
}

/* glibc gives large blocks back to the system when they are freed, so that the next is made of
 * fresh pages (800 KB: 220 us, 18 otherwise), until it has seen such a block freed. It sees none of
 * ours. */
static void keep_large_blocks(size_t bytes)
{
    enum { FROM = 1 << 17, MOST = 1 << 24 };
    static atomic_size_t kept = FROM;
    if (bytes <= atomic_load(&kept) || bytes > MOST)
        return;
    atomic_store(&kept, 2 * bytes);
    void *volatile block = malloc(2 * bytes);
    free(block);
}

static PyObject *bytes_of(nd_array *array)
{
    const void *data = nd_size(array) ? nd_data(array) : "";
    if (!data)
        return pnd_raise();
    keep_large_blocks((size_t)nd_bytes(array));
    return PyBytes_FromStringAndSize(data, (Py_ssize_t)nd_bytes(array));
}

PND_FUNCTION(tobytes, "self, order='C'", "The bytes of the elements.")
{
    char order = 'C';
    if (!pnd_to_order(given[1], &order))
        return NULL;
    nd_array *array = pnd_array_of(given[0]);
    const bool fortran = order == 'F' || (order == 'A' && pnd_is_fortran(array));
    if (!fortran && nd_is_contiguous(array))
        return pnd_force(array) ? bytes_of(array) : NULL;
    PND_AUTO turned = fortran ? nd_transpose(array) : nd_retain(array);
    PND_AUTO plain = nd_ascontiguous(turned);
    if (!plain || !pnd_force(plain))
        return plain ? NULL : pnd_raise();
    return bytes_of(plain);
}
PND_ALSO_METHOD(tobytes)

/* A few elements that lie side by side, where an array of the value would take as long. */
static PyObject *fill_few(nd_array *array, PyObject *value)
{
    const nd_dtype dtype = nd_dtype_of(array);
    const size_t size = nd_dtype_size(dtype), count = (size_t)nd_size(array);
    char element[16], *data;
    if (!pnd_store(value, dtype, element) || !pnd_force(array))
        return NULL;
    data = nd_data_once(array);
    if (!data)
        return pnd_raise();
    if (size == 8)
        for (size_t i = 0; i < count; i++)
            memcpy(data + 8 * i, element, 8);
    else
        for (size_t i = 0; i < count; i++)
            memcpy(data + size * i, element, size);
    Py_RETURN_NONE;
}

static PyObject *fill_method(PyObject *self, PyObject *value)
{
    enum { FEW = 128 };
    nd_array *const filled = pnd_array_of(self);
    char ignored[16];
    if (!pnd_check_writeable(self))
        return NULL;
    if (nd_size(filled) <= FEW && nd_size(filled) && nd_is_contiguous(filled) &&
        (PyFloat_CheckExact(value) || PyLong_CheckExact(value) ||
         pnd_scalar_read_exact(value, ignored) != ND_DTYPE_NONE)) /* runs nothing of the user's */
        return fill_few(filled, value);
    if (!PyFloat_Check(value) && !PyLong_Check(value) && !pnd_is_scalar(value)) {
        PND_OBJECT array = pnd_as_array_object(value, ND_DTYPE_NONE);
        if (!array)
            return NULL;
        if (nd_rank(pnd_array_of(array))) {
            PyErr_SetString(PyExc_ValueError, "setting an array element with a sequence.");
            return NULL;
        }
    }
    if (!pnd_assign(pnd_array_of(self), value))
        return NULL;
    Py_RETURN_NONE;
}

/* view(): the same elements; view(dtype): the same bytes. */
PND_FUNCTION(view, "self, dtype=None, type=None",
             "A view, of the same bytes as another dtype if one is given.")
{
    nd_array *array = pnd_array_of(given[0]);
    nd_dtype dtype = nd_dtype_of(array);
    if (given[1] && (PyObject *)pnd.array != given[1] && !pnd_to_dtype(given[1], &dtype))
        return NULL;
    if (dtype == nd_dtype_of(array))
        return pnd_wrap_view(nd_slice(array, ND_REST), given[0]);
    return pnd_view_as(given[0], dtype);
}
PND_ALSO_METHOD_PLAIN(view, { return pnd_wrap_view(nd_slice(pnd_array_of(self), ND_REST), self); })

PND_FUNCTION(array_equal, "a1, a2, equal_nan=False",
             "True if both have the same shape and elements.")
{
    bool equal_nan = false;
    PND_AUTO a = pnd_to_array(given[0]);
    PND_AUTO b = a ? pnd_to_array(given[1]) : NULL;
    if (!b || !pnd_to_bool(given[2], &equal_nan))
        return NULL;
    if (!pnd_same_shape(a, b))
        Py_RETURN_FALSE;
    PND_AUTO equal = (nd_equal)(nd_operand_array(a), nd_operand_array(b));
    PND_AUTO good = NULL;
    if (equal_nan && nd_dtype_kind(nd_dtype_of(a)) >= ND_KIND_FLOAT &&
        nd_dtype_kind(nd_dtype_of(b)) >= ND_KIND_FLOAT) {
        PND_AUTO first = (nd_isnan)(nd_operand_array(a));
        PND_AUTO second = (nd_isnan)(nd_operand_array(b));
        PND_AUTO both = (nd_logical_and)(nd_operand_array(first), nd_operand_array(second));
        good = (nd_logical_or)(nd_operand_array(equal), nd_operand_array(both));
    } else {
        good = nd_retain(equal);
    }
    PND_AUTO all = nd_all(good, ND_ALL);
    if (!all || !pnd_force(all))
        return all ? NULL : pnd_raise();
    return PyBool_FromLong(nd_item_int64(all) != 0);
}

PND_FUNCTION(copyto, "dst, src, casting='same_kind', where=True",
             "Writes one array into another, broadcast.")
{
    nd_casting casting = ND_CAST_SAME_KIND;
    if (!pnd_is_array(given[0])) {
        PyErr_Format(PyExc_TypeError, "copyto: argument 1 must be ndstream.ndarray, not %.200s",
                     Py_TYPE(given[0])->tp_name);
        return NULL;
    }
    if (!pnd_to_casting(given[2], &casting) || !pnd_check_writeable(given[0]))
        return NULL;
    nd_array *target = pnd_array_of(given[0]);
    /* A Python number is of the target's dtype, whatever its size, if it is of its kind. */
    const nd_kind kind = nd_dtype_kind(nd_dtype_of(target));
    const bool weak = (PyLong_CheckExact(given[1]) && kind >= ND_KIND_SIGNED) ||
                      (PyFloat_CheckExact(given[1]) && kind >= ND_KIND_FLOAT) ||
                      (PyComplex_CheckExact(given[1]) && kind == ND_KIND_COMPLEX);
    PND_AUTO source =
        weak ? pnd_to_array_of(given[1], nd_dtype_of(target)) : pnd_to_array(given[1]);
    if (!source)
        return NULL;
    if (!nd_can_cast(nd_dtype_of(source), nd_dtype_of(target), casting)) {
        PyErr_Format(PyExc_TypeError,
                     "Cannot cast array data from dtype('%s') to dtype('%s') according to the rule "
                     "%R",
                     nd_dtype_name(nd_dtype_of(source)), nd_dtype_name(nd_dtype_of(target)),
                     given[2] ? given[2] : Py_None);
        return NULL;
    }
    if (!pnd_drop_axes(&source, nd_rank(target)) ||
        !pnd_warn_of_parts(nd_dtype_of(source), nd_dtype_of(target)))
        return NULL;
    if (given[3] && given[3] != Py_True) {
        PND_AUTO mask = pnd_to_where(given[3]);
        if (!mask)
            return NULL;
        PND_AUTO converted = nd_cast(source, nd_dtype_of(target));
        PND_AUTO chosen = (nd_where)(nd_operand_array(mask), nd_operand_array(converted),
                                     nd_operand_array(target));
        return pnd_check(chosen ? nd_assign(target, chosen) : nd_error()) ? Py_NewRef(Py_None)
                                                                          : NULL;
    }
    return pnd_check(nd_assign(target, source)) ? Py_NewRef(Py_None) : NULL;
}

PND_FUNCTION(byteswap, "self, inplace=False", "The elements with their bytes in reverse order.")
{
    bool inplace = false;
    if (!pnd_to_bool(given[1], &inplace) || (inplace && !pnd_check_writeable(given[0])))
        return NULL;
    PyObject *const all[] = {given[0], inplace ? Py_True : Py_False};
    return pnd_in_python("ndstream._memory", "byteswap", all, 2);
}
PND_ALSO_METHOD(byteswap)

PyMethodDef pnd_element_functions[] = {
    PND_ROW(copy), PND_ROW(astype), PND_ROW(array_equal), PND_ROW(copyto), {0},
};

PyMethodDef pnd_element_methods[] = {
    {"copy", (PyCFunction)(void (*)(void))copy_method, METH_FASTCALL | METH_KEYWORDS,
     "copy(self, order='C')\n--\n\nA copy."},
    PND_METHOD_ROW("astype", astype),
    {"item", (PyCFunction)(void (*)(void))item_method, METH_FASTCALL,
     "item(self, *index)\n--\n\nAn element as a Python number."},
    {"tolist", tolist_method, METH_NOARGS,
     "tolist($self)\n--\n\nThe elements as nested lists of Python numbers."},
    PND_METHOD_ROW("tobytes", tobytes),
    {"fill", fill_method, METH_O, "fill($self, value)\n--\n\nSets all elements to a value."},
    PND_METHOD_ROW("view", view),
    PND_METHOD_ROW("byteswap", byteswap),
    {0},
};

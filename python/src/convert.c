/* Python objects as arrays: numbers, buffers, nested sequences, and whatever knows how to become an
 * array.
 *
 * A nested sequence is walked twice: once for its shape and dtype, once to write the elements.
 * Conversions may run code of the user's that changes the lists meanwhile, so the second walk
 * trusts nothing that the first one saw. */
#include "core.h"

#include <math.h>
#include <math.h>
#include <string.h>

/* ---- Numbers --------------------------------------------------------------------------------- */

/* What a Python number is, by the dtype that it has as an array; ND_DTYPE_NONE for anything else.
 */
static nd_dtype number_dtype(PyObject *object)
{
    if (PyFloat_Check(object))
        return ND_FLOAT64;
    if (PyBool_Check(object))
        return ND_BOOL;
    if (PyLong_Check(object)) {
        int overflow;
        PyLong_AsLongLongAndOverflow(object, &overflow);
        return overflow > 0 ? ND_UINT64 : ND_INT64;
    }
    return PyComplex_Check(object) ? ND_COMPLEX128 : ND_DTYPE_NONE;
}

/* NumPy's scalars, as Python's numbers, must fit what is signed; they wrap in what is not. */
static bool is_signed(nd_dtype dtype)
{
    return nd_dtype_kind(dtype) == ND_KIND_SIGNED;
}

static void integer_range(nd_dtype dtype, int64_t *low, uint64_t *high)
{
    const int bits = 8 * (int)nd_dtype_size(dtype);
    const bool negative = is_signed(dtype);
    *low = negative ? (int64_t)(UINT64_MAX << (bits - 1)) : 0;
    *high = UINT64_MAX >> (64 - bits) >> negative;
}

static void store_integer(nd_dtype dtype, uint64_t value, char *element)
{
    if (PY_LITTLE_ENDIAN)
        memcpy(element, &value, nd_dtype_size(dtype));
    else
        memcpy(element, (char *)&value + 8 - nd_dtype_size(dtype), nd_dtype_size(dtype));
}

static bool store_int(PyObject *object, nd_dtype dtype, char *element)
{
    int64_t low;
    uint64_t high;
    integer_range(dtype, &low, &high);
    PND_OBJECT number = PyNumber_Index(object);
    if (!number) {
        if (!PyErr_ExceptionMatches(PyExc_TypeError))
            return false;
        PyErr_Clear();
        number = PyNumber_Long(object); /* a float is truncated */
        if (!number)
            return false;
    }
    int overflow;
    const long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
    uint64_t natural = (uint64_t)value;
    if (overflow > 0) {
        natural = PyLong_AsUnsignedLongLong(number);
        overflow = natural == UINT64_MAX && PyErr_Occurred();
        PyErr_Clear();
        overflow |= natural > high;
    } else if (!overflow) {
        overflow = value < low || (value > 0 && natural > high);
    }
    if (overflow) {
        PyErr_Format(PyExc_OverflowError, "Python integer %R out of bounds for %s", number,
                     nd_dtype_name(dtype));
        return false;
    }
    store_integer(dtype, natural, element);
    return true;
}

bool pnd_warn_of_parts(nd_dtype from, nd_dtype to)
{
    const nd_kind kind = nd_dtype_kind(to);
    if (nd_dtype_kind(from) != ND_KIND_COMPLEX || kind == ND_KIND_COMPLEX || kind == ND_KIND_BOOL)
        return true;
    PND_OBJECT module = PyImport_ImportModule("ndstream.exceptions");
    PND_OBJECT warning = module ? PyObject_GetAttrString(module, "ComplexWarning") : NULL;
    return warning &&
           PyErr_WarnEx(warning, "Casting complex values to real discards the imaginary part", 1) ==
               0;
}

/* Converts through the library: any scalar of one dtype into an element of another. */
bool pnd_convert(nd_dtype from, const void *source, nd_dtype to, char *element)
{
    if (!pnd_warn_of_parts(from, to))
        return false;
    PND_AUTO array = nd_from_data(from, ND_SCALAR_SHAPE, source);
    PND_AUTO cast = nd_cast(array, to);
    const void *data = nd_data(cast);
    if (!data)
        return pnd_raise();
    memcpy(element, data, nd_dtype_size(to));
    return true;
}

static bool store_real(double value, nd_dtype dtype, char *element)
{
    const float narrow = (float)value;
    if (dtype == ND_FLOAT64)
        memcpy(element, &value, sizeof value);
    else if (dtype == ND_FLOAT32)
        memcpy(element, &narrow, sizeof narrow);
    else
        return pnd_convert(ND_FLOAT64, &value, dtype, element);
    return true;
}

/* False for what the dtype does not hold, and dtypes to which C does not convert. */
static bool store_whole(int64_t value, nd_dtype dtype, char *element)
{
    switch (dtype) {
#define CASE(name, type)                                                                           \
    case name: {                                                                                   \
        const type number = (type)value;                                                           \
        memcpy(element, &number, sizeof number);                                                   \
        return (int64_t)number == value;                                                           \
    }
        CASE(ND_INT8, int8_t)
        CASE(ND_INT16, int16_t)
        CASE(ND_INT32, int32_t)
        CASE(ND_INT64, int64_t)
        CASE(ND_UINT8, uint8_t)
        CASE(ND_UINT16, uint16_t)
        CASE(ND_UINT32, uint32_t)
#undef CASE
    case ND_UINT64:
        memcpy(element, &value, sizeof value);
        return value >= 0;
    case ND_FLOAT32:
    case ND_FLOAT64:
        return store_real((double)value, dtype, element);
    default:
        return false;
    }
}

/* What becomes a number where the dtype is given: texts, and None, which is NaN. */
static bool is_convertible(PyObject *object)
{
    return PyUnicode_Check(object) || PyBytes_Check(object) || object == Py_None;
}

/* The number that a text, or None, stands for in a float or complex dtype: a new reference. */
static PyObject *read_number(PyObject *object, nd_kind kind)
{
    if (object == Py_None)
        return kind == ND_KIND_COMPLEX ? PyComplex_FromDoubles(NAN, NAN) : PyFloat_FromDouble(NAN);
    if (kind != ND_KIND_COMPLEX)
        return PyNumber_Float(object);
    PND_OBJECT text = PyBytes_Check(object) ? PyUnicode_FromEncodedObject(object, "ascii", NULL)
                                            : Py_NewRef(object);
    return text ? PyObject_CallOneArg((PyObject *)&PyComplex_Type, text) : NULL;
}

/* Writes a number, or a 0-d array or scalar, as an element. */
bool pnd_store(PyObject *object, nd_dtype dtype, char *element)
{
    if (PyLong_CheckExact(object)) {
        int overflow;
        const int64_t value = PyLong_AsLongLongAndOverflow(object, &overflow);
        if (!overflow && store_whole(value, dtype, element))
            return true;
    }
    if (PyBool_Check(object) && dtype == ND_BOOL) {
        *element = object == Py_True;
        return true;
    }
    if (pnd_exact_dtype(object) == dtype)
        return pnd_scalar_read_exact(object, element) == dtype;
    if ((dtype == ND_FLOAT64 || dtype == ND_FLOAT32) && PyFloat_Check(object))
        return store_real(PyFloat_AS_DOUBLE(object), dtype, element); /* a float64 scalar too */
    if (pnd_is_scalar(object) || pnd_is_array(object)) {
        char value[16];
        nd_dtype from;
        if (pnd_is_scalar(object)) {
            from = pnd_scalar_read(object, value);
        } else {
            nd_array *array = pnd_array_of(object);
            from = nd_dtype_of(array);
            if (nd_rank(array)) {
                PyErr_SetString(PyExc_ValueError, "setting an array element with a sequence.");
                return false;
            }
            const void *data = nd_data(array);
            if (!data)
                return pnd_raise();
            memcpy(value, data, nd_dtype_size(from));
        }
        if (from == dtype) {
            memcpy(element, value, nd_dtype_size(dtype));
            return true;
        }
        if (pnd_is_scalar(object) && is_signed(dtype) && nd_dtype_kind(from) != ND_KIND_BOOL &&
            nd_dtype_kind(from) != ND_KIND_COMPLEX)
            return store_int(object, dtype, element);
        return pnd_convert(from, value, dtype, element);
    }
    const nd_kind kind = nd_dtype_kind(dtype);
    if (kind >= ND_KIND_FLOAT && is_convertible(object)) {
        PND_OBJECT number = read_number(object, kind);
        return number && pnd_store(number, dtype, element);
    }
    switch (kind) {
    case ND_KIND_BOOL: {
        const int truth = PyObject_IsTrue(object);
        *element = truth > 0;
        return truth >= 0;
    }
    case ND_KIND_SIGNED:
    case ND_KIND_UNSIGNED:
        return store_int(object, dtype, element);
    case ND_KIND_FLOAT: {
        const double value = PyFloat_AsDouble(object);
        if (value == -1 && PyErr_Occurred())
            return false;
        return store_real(value, dtype, element);
    }
    default: {
        const Py_complex value = PyComplex_AsCComplex(object);
        if (value.real == -1 && PyErr_Occurred())
            return false;
        if (dtype == ND_COMPLEX128) {
            memcpy(element, &value, sizeof value);
        } else {
            const float parts[2] = {(float)value.real, (float)value.imag};
            memcpy(element, parts, sizeof parts);
        }
        return true;
    }
    }
}

/* ---- Buffers --------------------------------------------------------------------------------- */

/* The last array that uses the memory may go on any thread. */
void pnd_free_buffer(void *context)
{
    if (!Py_IsInitialized())
        return;
    const PyGILState_STATE state = PyGILState_Ensure();
    PyBuffer_Release(context);
    PyMem_Free(context);
    PyGILState_Release(state);
}

/* A buffer as an array that shares its memory; NULL without an exception if it cannot be one. */
static nd_array *from_buffer(PyObject *object, bool *failed)
{
    Py_buffer *view = PyMem_Malloc(sizeof *view);
    if (!view) {
        *failed = true;
        PyErr_NoMemory();
        return NULL;
    }
    if (PyObject_GetBuffer(object, view, PyBUF_FULL_RO) < 0) {
        PyErr_Clear();
        PyMem_Free(view);
        return NULL;
    }
    const nd_dtype dtype = pnd_dtype_from_format(view->format, view->itemsize);
    nd_array *array = NULL;
    /* NumPy's scalars of dates say that they are bytes, and leave the strides out. */
    const bool whole =
        !view->ndim ||
        (view->shape && (view->strides || !PyObject_HasAttrString(object, "__array__")));
    if (dtype == ND_DTYPE_NONE || view->suboffsets || view->ndim > ND_MAX_RANK || !whole) {
        PyBuffer_Release(view);
        PyMem_Free(view);
        return NULL;
    }
    nd_shape shape = {.rank = view->ndim};
    int64_t strides[ND_MAX_RANK];
    const size_t item = nd_dtype_size(dtype), step = item > 8 ? 8 : item;
    bool empty = false, aligned = ((uintptr_t)view->buf & (step - 1)) == 0;
    int64_t tight = (int64_t)item; /* those of ctypes are in C order without being told */
    for (int i = view->ndim - 1; i >= 0; i--) {
        shape.length[i] = view->shape[i];
        strides[i] = view->strides ? view->strides[i] : tight;
        tight *= view->shape[i];
        empty |= !view->shape[i];
        aligned &= view->shape[i] < 2 || ((size_t)strides[i] & (step - 1)) == 0;
        if (view->shape[i] < 2)
            strides[i] = (int64_t)item;
    }
    if (empty) {
        array = nd_empty(dtype, shape);
    } else if (aligned) {
        array = nd_borrow(dtype, shape, strides, view->buf, !view->readonly, pnd_free_buffer, view);
        if (array) {
            /* Nothing else is told when NumPy writes: such memory stays marked as changing. */
            if (view->readonly)
                nd_data_done(array);
            return array;
        }
    } else {
        array = nd_empty(dtype, shape);
        void *data = array ? nd_data_writeable(array) : NULL;
        if (data) {
            if (PyBuffer_ToContiguous(data, view, view->len, 'C') < 0) {
                *failed = true;
                nd_release(array);
                array = NULL;
            } else {
                nd_data_done(array);
            }
        }
    }
    PyBuffer_Release(view);
    PyMem_Free(view);
    if (!array && !*failed) {
        *failed = true;
        pnd_raise();
    }
    return array;
}

/* ---- Nested sequences ------------------------------------------------------------------------ */

typedef struct nested {
    int rank; /* axes found so far */
    int64_t length[ND_MAX_RANK];
    nd_dtype dtype; /* of what was seen; ND_DTYPE_NONE: nothing yet */
    bool settled;   /* the rank is known: an element was met */
    bool reads;     /* the dtype is given: texts are read as numbers */
} nested;

static bool is_sequence(PyObject *object)
{
    return PyList_Check(object) || PyTuple_Check(object) ||
           (PySequence_Check(object) && !PyUnicode_Check(object) && !PyBytes_Check(object) &&
            !PyDict_Check(object) && !PyByteArray_Check(object) &&
            Py_TYPE(object)->tp_as_sequence && Py_TYPE(object)->tp_as_sequence->sq_length);
}

/* A snapshot of the items, a new reference. */
static PyObject *items_of(PyObject *object)
{
    return PyTuple_CheckExact(object) ? Py_NewRef(object) : PySequence_Tuple(object);
}

static bool no_number(PyObject *object)
{
    if (!PyErr_Occurred())
        PyErr_Format(
            PyExc_TypeError,
            "%.200s objects are no elements: ndstream has arrays of bool, integers, floats and "
            "complex numbers; keep objects and strings in lists, or in NumPy",
            Py_TYPE(object)->tp_name);
    return false;
}

static bool ragged(int depth)
{
    PyErr_Format(
        PyExc_ValueError,
        "setting an array element with a sequence. The requested array has an inhomogeneous shape "
        "after %d dimensions.",
        depth);
    return false;
}

/* Notes `rank` more axes below `depth`, which must be what was found before. */
static bool note_axes(nested *n, int depth, int rank, const int64_t *lengths)
{
    if (depth + rank > ND_MAX_RANK) {
        PyErr_Format(PyExc_ValueError, "nested deeper than %d axes", ND_MAX_RANK);
        return false;
    }
    if (!n->settled) {
        for (int i = 0; i < rank; i++)
            n->length[depth + i] = lengths[i];
        n->rank = depth + rank;
        n->settled = true;
        return true;
    }
    if (n->rank != depth + rank)
        return ragged(depth);
    for (int i = 0; i < rank; i++)
        if (n->length[depth + i] != lengths[i])
            return ragged(depth + i);
    return true;
}

static void note_dtype(nested *n, nd_dtype dtype)
{
    n->dtype = n->dtype == ND_DTYPE_NONE ? dtype : nd_promote(n->dtype, dtype);
}

/* A number that changes nothing, as most of a list are. */
static bool is_like_others(const nested *n, PyObject *object)
{
    if (n->dtype == ND_FLOAT64 && PyFloat_CheckExact(object))
        return true;
    if (n->dtype == ND_INT64 && PyLong_CheckExact(object)) {
        int overflow;
        PyLong_AsLongLongAndOverflow(object, &overflow);
        return !overflow;
    }
    return n->dtype != ND_DTYPE_NONE && pnd_exact_dtype(object) == n->dtype;
}

static bool discover(nested *n, PyObject *object, int depth)
{
    if (n->settled && n->rank == depth && is_like_others(n, object))
        return true;
    nd_dtype dtype = number_dtype(object);
    if (dtype != ND_DTYPE_NONE && !pnd_is_scalar(object)) {
        note_dtype(n, dtype);
        return note_axes(n, depth, 0, NULL);
    }
    if (n->reads && is_convertible(object))
        return note_axes(n, depth, 0, NULL);
    if (pnd_is_scalar(object)) {
        note_dtype(n, pnd_scalar_type_dtype(Py_TYPE(object)));
        return note_axes(n, depth, 0, NULL);
    }
    if (pnd_is_array(object)) {
        nd_array *array = pnd_array_of(object);
        note_dtype(n, nd_dtype_of(array));
        return note_axes(n, depth, nd_rank(array), nd_lengths(array));
    }
    if (!PyList_Check(object) && !PyTuple_Check(object)) {
        if (PyUnicode_Check(object) || PyBytes_Check(object))
            return no_number(object);
        /* NumPy's scalars and arrays, and other things that hold elements. */
        PND_AUTO array = pnd_to_array(object);
        if (!array)
            return no_number(object);
        note_dtype(n, nd_dtype_of(array));
        return note_axes(n, depth, nd_rank(array), nd_lengths(array));
    }
    if (Py_EnterRecursiveCall(" while making an array of nested sequences"))
        return false;
    PND_OBJECT items = items_of(object);
    bool good = items != NULL;
    if (good) {
        const Py_ssize_t count = PyTuple_GET_SIZE(items);
        if (depth >= ND_MAX_RANK) {
            PyErr_Format(PyExc_ValueError, "nested deeper than %d axes", ND_MAX_RANK);
            good = false;
        } else if (n->settled) {
            good = depth < n->rank && n->length[depth] == count ? true : ragged(depth);
        } else {
            n->length[depth] = count;
        }
        for (Py_ssize_t i = 0; good && i < count; i++)
            good = discover(n, PyTuple_GET_ITEM(items, i), depth + 1);
        if (good && !count && !n->settled) {
            n->rank = depth + 1;
            n->settled = true;
        } else if (good && !count && n->rank != depth + 1) {
            good = ragged(depth);
        }
    }
    Py_LeaveRecursiveCall();
    return good;
}

/* Writes `object` at `data`, which holds the elements of the axes from `depth` on, in C order. */
static bool fill(const nested *n, nd_dtype dtype, PyObject *object, int depth, char *data)
{
    int64_t size = (int64_t)nd_dtype_size(dtype);
    for (int i = depth + 1; i < n->rank; i++)
        size *= n->length[i];
    if (depth == n->rank)
        return pnd_store(object, dtype, data);
    if (PyList_Check(object) || PyTuple_Check(object)) {
        PND_OBJECT items = items_of(object);
        if (!items)
            return false;
        if (PyTuple_GET_SIZE(items) != n->length[depth]) {
            PyErr_SetString(PyExc_RuntimeError, "a list changed while an array was made of it");
            return false;
        }
        const bool floats = dtype == ND_FLOAT64 && depth + 1 == n->rank;
        for (int64_t i = 0; i < n->length[depth]; i++, data += size) {
            PyObject *item = PyTuple_GET_ITEM(items, i);
            if (floats && PyFloat_CheckExact(item))
                memcpy(data, &((PyFloatObject *)item)->ob_fval, 8);
            else if (!fill(n, dtype, item, depth + 1, data))
                return false;
        }
        return true;
    }
    PND_AUTO source = pnd_to_array_of(object, dtype);
    PND_AUTO plain = source ? nd_ascontiguous(source) : NULL;
    if (!source)
        return false;
    const void *from = nd_data(plain);
    if (!from)
        return pnd_raise();
    if (nd_rank(plain) != n->rank - depth || (int64_t)nd_bytes(plain) != size * n->length[depth]) {
        PyErr_SetString(PyExc_RuntimeError,
                        "an array changed its shape while an array was made of it");
        return false;
    }
    memcpy(data, from, nd_bytes(plain));
    return true;
}

static nd_array *from_nested(PyObject *object, nd_dtype dtype)
{
    nested n; /* whose lengths are not cleared */
    n.rank = 0;
    n.dtype = ND_DTYPE_NONE;
    n.settled = false;
    n.reads = dtype != ND_DTYPE_NONE;
    if (!discover(&n, object, 0))
        return NULL;
    if (dtype == ND_DTYPE_NONE)
        dtype = n.dtype == ND_DTYPE_NONE ? ND_FLOAT64 : n.dtype;
    nd_shape shape;
    shape.rank = n.rank;
    memcpy(shape.length, n.length, (size_t)n.rank * sizeof *n.length);
    nd_array *array = nd_empty(dtype, shape);
    if (!array)
        return pnd_raise();
    char *data = nd_size(array) ? nd_data_writeable(array) : NULL;
    if (nd_size(array) && (!data || !fill(&n, dtype, object, 0, data))) {
        if (!data)
            pnd_raise();
        nd_release(array);
        return NULL;
    }
    if (data)
        nd_data_done(array);
    return array;
}

/* ---- Anything -------------------------------------------------------------------------------- */

static nd_array *from_number(PyObject *object, nd_dtype dtype)
{
    char element[16];
    if (!pnd_store(object, dtype, element))
        return NULL;
    nd_array *array = nd_from_data(dtype, ND_SCALAR_SHAPE, element);
    return array ? array : pnd_raise();
}

/* The array that a method of the object returns; NULL without an exception if it has none. */
static nd_array *from_method(PyObject *object, bool *failed)
{
    if (PyType_Check(object))
        return NULL;
    PND_OBJECT method = PyObject_GetAttrString(object, "__array__");
    if (!method) {
        PyErr_Clear();
        if (!PyObject_HasAttrString(object, "__array_interface__"))
            return NULL;
    }
    PND_OBJECT result = method ? PyObject_CallNoArgs(method)
                               : pnd_in_python("ndstream._memory", "from_interface", &object, 1);
    nd_array *array = NULL;
    if (result && pnd_is_array(result))
        array = nd_retain(pnd_array_of(result));
    else if (result && PyObject_CheckBuffer(result))
        array = from_buffer(result, failed);
    *failed = !array;
    if (*failed && !PyErr_Occurred())
        PyErr_Format(PyObject_CheckBuffer(result) ? PyExc_TypeError : PyExc_ValueError,
                     "the array of a %.200s has elements that ndstream does not know: it has bool, "
                     "integers, floats and complex numbers",
                     Py_TYPE(object)->tp_name);
    return array;
}

/* Sequences of other types (deque, array-likes): as a list. Iterators are taken by
 * fromiter(). */
static nd_array *from_other_sequence(PyObject *object, nd_dtype dtype)
{
    PND_OBJECT list = PySequence_List(object);
    return list ? from_nested(list, dtype) : NULL;
}

/* A range as arange() makes it, where doubles hold its numbers. */
static nd_array *from_range(PyObject *range, nd_dtype dtype)
{
    const Py_ssize_t length = PyObject_Size(range);
    PyErr_Clear(); /* too long a range is refused as a list */
    if (length > 0 && (dtype == ND_DTYPE_NONE || dtype == ND_INT64)) {
        PND_OBJECT first = PySequence_GetItem(range, 0);
        PND_OBJECT last = first ? PySequence_GetItem(range, length - 1) : NULL;
        const double begin = last ? PyLong_AsDouble(first) : 0,
                     end = last ? PyLong_AsDouble(last) : 0;
        if (!PyErr_Occurred() && fabs(begin) < 0x1p51 && fabs(end) < 0x1p51) {
            const double step = length > 1 ? (end - begin) / (double)(length - 1) : 1;
            nd_array *array = nd_arange_step(ND_INT64, begin, end + step, step);
            return array ? array : pnd_raise();
        }
        PyErr_Clear();
    }
    return from_other_sequence(range, dtype);
}

static nd_array *cast(nd_array *array, nd_dtype dtype)
{
    if (!array || dtype == ND_DTYPE_NONE || nd_dtype_of(array) == dtype)
        return array;
    const bool goes = pnd_warn_of_parts(nd_dtype_of(array), dtype);
    nd_array *result = goes ? nd_cast(array, dtype) : NULL;
    nd_release(array);
    return result || !goes ? result : pnd_raise();
}

nd_array *pnd_to_array_of(PyObject *object, nd_dtype dtype)
{
    if (pnd_is_array(object))
        return cast(nd_retain(pnd_array_of(object)), dtype);
    if (PyList_Check(object) || PyTuple_Check(object))
        return from_nested(object, dtype);
    if (pnd_is_scalar(object)) {
        char element[16];
        const nd_dtype own = pnd_scalar_read(object, element);
        nd_array *array = nd_from_data(own, ND_SCALAR_SHAPE, element);
        return array ? cast(array, dtype) : pnd_raise();
    }
    const nd_dtype number = number_dtype(object);
    if (number != ND_DTYPE_NONE)
        return from_number(object, dtype == ND_DTYPE_NONE ? number : dtype);
    if (dtype != ND_DTYPE_NONE && is_convertible(object))
        return from_number(object, dtype);
    if (PyRange_Check(object)) /* final: it has none of the protocols asked for below */
        return from_range(object, dtype);
    bool failed = false;
    nd_array *array = NULL;
    if (PyObject_CheckBuffer(object) && !PyBytes_Check(object))
        array = from_buffer(object, &failed);
    if (!array && !failed)
        array = from_method(object, &failed);
    if (!array && !failed && is_sequence(object))
        return from_other_sequence(object, dtype);
    if (!array && !failed &&
        (PyIndex_Check(object) ||
         (Py_TYPE(object)->tp_as_number && Py_TYPE(object)->tp_as_number->nb_float)))
        return from_number(object, dtype != ND_DTYPE_NONE  ? dtype
                                   : PyIndex_Check(object) ? ND_INT64
                                                           : ND_FLOAT64);
    if (!array) {
        no_number(object);
        return NULL;
    }
    return cast(array, dtype);
}

nd_array *pnd_to_array(PyObject *object)
{
    return pnd_is_array(object) ? nd_retain(pnd_array_of(object))
                                : pnd_to_array_of(object, ND_DTYPE_NONE);
}

nd_array *pnd_to_cast(PyObject *object, nd_dtype dtype, nd_casting casting)
{
    nd_array *array = pnd_to_array(object);
    if (!array || dtype == ND_DTYPE_NONE || nd_dtype_of(array) == dtype)
        return array;
    nd_array *converted = NULL;
    if (nd_can_cast(nd_dtype_of(array), dtype, casting))
        converted = nd_cast(array, dtype);
    else
        PyErr_Format(PyExc_TypeError, "Cannot cast operand from dtype('%s') to dtype('%s')",
                     nd_dtype_name(nd_dtype_of(array)), nd_dtype_name(dtype));
    nd_release(array);
    return converted || PyErr_Occurred() ? converted : pnd_raise();
}

nd_array *pnd_to_values(PyObject *object, nd_dtype dtype)
{
    const bool python = PyLong_Check(object) || PyFloat_CheckExact(object) ||
                        PyComplex_CheckExact(object) || PyList_Check(object) ||
                        PyTuple_Check(object) || is_convertible(object);
    return pnd_to_array_of(object, python && !pnd_is_scalar(object) ? dtype : ND_DTYPE_NONE);
}

nd_array *pnd_to_assigned(PyObject *object, nd_dtype dtype)
{
    return pnd_is_scalar(object) && is_signed(dtype) ? from_number(object, dtype)
                                                     : pnd_to_values(object, dtype);
}

nd_array *pnd_to_wrapped(PyObject *object, nd_dtype dtype)
{
    const nd_kind kind = dtype == ND_DTYPE_NONE ? ND_KIND_BOOL : nd_dtype_kind(dtype);
    if (!PyLong_CheckExact(object) || (kind != ND_KIND_SIGNED && kind != ND_KIND_UNSIGNED))
        return NULL;
    PND_AUTO wide = pnd_to_array(object);
    return wide ? nd_cast(wide, dtype) : NULL;
}

PyObject *pnd_as_array_object(PyObject *object, nd_dtype dtype)
{
    if (pnd_is_array(object) &&
        (dtype == ND_DTYPE_NONE || nd_dtype_of(pnd_array_of(object)) == dtype))
        return Py_NewRef(object);
    nd_array *array = pnd_to_array_of(object, dtype);
    return array ? pnd_wrap(array) : NULL;
}

bool pnd_is_operand(PyObject *object)
{
    return pnd_is_array(object) || PyFloat_Check(object) || PyLong_Check(object) ||
           pnd_is_scalar(object) || PyComplex_Check(object) || PyList_Check(object) ||
           PyTuple_Check(object) || (PyObject_CheckBuffer(object) && !PyBytes_Check(object)) ||
           (!PyUnicode_Check(object) && !PyType_Check(object) &&
            (PyObject_HasAttrString(object, "__array__") ||
             PyObject_HasAttrString(object, "__array_interface__")));
}

bool pnd_to_number(PyObject *object, nd_number *number)
{
    number->dtype = ND_DTYPE_NONE;
    if (PyFloat_CheckExact(object)) {
        number->value.weak = nd_operand_real(PyFloat_AS_DOUBLE(object));
        return true;
    }
    if (PyLong_CheckExact(object)) {
        int overflow;
        number->value.weak = nd_operand_int(PyLong_AsLongLongAndOverflow(object, &overflow));
        return !overflow;
    }
    number->dtype = pnd_scalar_read_exact(object, number->value.element);
    if (number->dtype != ND_DTYPE_NONE)
        return true;
    if (PyBool_Check(object)) {
        number->value.weak = nd_operand_bool(object == Py_True);
        return true;
    }
    if (PyComplex_CheckExact(object)) {
        const Py_complex value = PyComplex_AsCComplex(object);
        number->value.weak =
            (nd_operand){.kind = ND_OPERAND_COMPLEX, .value.real = {value.real, value.imag}};
        return true;
    }
    return false;
}

bool pnd_to_operand(PyObject *object, pnd_operand *x)
{
    nd_number number;
    x->owned = NULL;
    x->huge = false;
    if (pnd_is_array(object)) {
        x->operand = nd_operand_array(pnd_array_of(object));
        return true;
    }
    if (pnd_to_number(object, &number) && number.dtype == ND_DTYPE_NONE) {
        x->operand = number.value.weak;
        return true;
    }
    if (PyLong_CheckExact(object)) { /* beyond int64 */
        const unsigned long long natural = PyLong_AsUnsignedLongLong(object);
        if (!PyErr_Occurred()) {
            x->operand = nd_operand_uint(natural);
            return true;
        }
        PyErr_Clear();
        const double rounded = PyLong_AsDouble(object);
        if (rounded == -1 && PyErr_Occurred())
            return false;
        x->operand = nd_operand_real(rounded);
        x->huge = true;
        return true;
    }
    x->owned = pnd_to_array(object);
    x->operand = nd_operand_array(x->owned);
    return x->owned != NULL;
}

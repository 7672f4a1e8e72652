/* Scalars: what integer indexing and full reductions give, with NumPy's types.
 *
 * float64 is a subclass of Python's float and complex128 of complex, so that format(), json, math
 * and isinstance() take them; the others hold up to eight bytes. All are kinds of ndstream.generic.
 * What they have of arrays is in borrowed.c, their arithmetic in scalar_math.c. */
#include "scalar_math.h"

#include <math.h>
#include <string.h>

/* Abstract types, from the root; then what each dtype's type derives from. */
enum {
    GENERIC,
    NUMBER,
    INTEGER,
    SIGNED,
    UNSIGNED,
    INEXACT,
    FLOATING,
    COMPLEX_FLOATING,
    ABSTRACT_COUNT
};
static PyTypeObject *abstract[ABSTRACT_COUNT];

/* ---- Values ---------------------------------------------------------------------------------- */

PyObject *pnd_scalar_new(nd_dtype dtype, const void *element)
{
    if (dtype == ND_BOOL)
        return Py_NewRef(*(const char *)element ? pnd.true_scalar : pnd.false_scalar);
    PyObject *const object = pnd_scalar_blank(dtype);
    if (!object)
        return NULL;
    if (dtype == ND_FLOAT64)
        memcpy(&((PyFloatObject *)object)->ob_fval, element, 8);
    else if (dtype == ND_COMPLEX128)
        memcpy(&((PyComplexObject *)object)->cval, element, 16);
    else
        pnd_copy_element(dtype, ((pnd_scalar *)object)->value, element);
    return object;
}

pnd_spare pnd_spares[ND_DTYPE_COUNT];

PyObject *pnd_scalar_allocate(nd_dtype dtype)
{
    PyObject *const object = PyObject_New(PyObject, pnd.scalar[dtype]);
    if (object && dtype != ND_FLOAT64 && dtype != ND_COMPLEX128)
        ((pnd_scalar *)object)->dtype = dtype;
    return object;
}

void pnd_scalar_free(PyObject *self)
{
    PyTypeObject *const type = Py_TYPE(self);
    const nd_dtype dtype = pnd_exact_dtype(self);
    pnd_spare *const spare = dtype == ND_DTYPE_NONE ? NULL : &pnd_spares[dtype];
    if (spare && spare->count < PND_MOST_SPARE)
        spare->objects[spare->count++] = self;
    else
        type->tp_free(self);
    Py_DECREF(type);
}

/* Of a type of ours; of others ND_DTYPE_NONE. */
static nd_dtype dtype_of_type(const PyTypeObject *type)
{
    int i = 0;
    while (i < ND_DTYPE_COUNT && pnd.scalar[i] != type)
        i++;
    return i < ND_DTYPE_COUNT ? (nd_dtype)i : ND_DTYPE_NONE;
}

nd_dtype pnd_scalar_type_dtype(PyTypeObject *type)
{
    const nd_dtype dtype = dtype_of_type(type);
    if (dtype != ND_DTYPE_NONE)
        return dtype;
    for (int i = 0; i < ND_DTYPE_COUNT; i++)
        if (pnd.scalar[i] && PyType_IsSubtype(type, pnd.scalar[i]))
            return (nd_dtype)i;
    return ND_DTYPE_NONE;
}

/* Of a scalar, subclasses among them. */
static inline nd_dtype dtype_of(PyObject *scalar)
{
    const nd_dtype dtype = pnd_exact_dtype(scalar);
    return dtype != ND_DTYPE_NONE ? dtype : pnd_scalar_type_dtype(Py_TYPE(scalar));
}

static nd_dtype read_as(nd_dtype dtype, PyObject *scalar, void *element)
{
    if (dtype == ND_FLOAT64)
        memcpy(element, &((PyFloatObject *)scalar)->ob_fval, 8);
    else if (dtype == ND_COMPLEX128)
        memcpy(element, &((PyComplexObject *)scalar)->cval, 16);
    else if (dtype != ND_DTYPE_NONE)
        memcpy(element, ((pnd_scalar *)scalar)->value, 8);
    return dtype;
}

nd_dtype pnd_scalar_read(PyObject *scalar, void *element)
{
    return read_as(dtype_of(scalar), scalar, element);
}

nd_dtype pnd_scalar_read_exact(PyObject *scalar, void *element)
{
    return read_as(pnd_exact_dtype(scalar), scalar, element);
}

PyObject *pnd_python_scalar(nd_dtype dtype, const void *element)
{
    switch (dtype) {
#define CASE(name, type, make)                                                                     \
    case name: {                                                                                   \
        type value;                                                                                \
        memcpy(&value, element, sizeof value);                                                     \
        return make(value);                                                                        \
    }
        CASE(ND_BOOL, uint8_t, PyBool_FromLong)
        CASE(ND_INT8, int8_t, PyLong_FromLong)
        CASE(ND_INT16, int16_t, PyLong_FromLong)
        CASE(ND_INT32, int32_t, PyLong_FromLong)
        CASE(ND_INT64, int64_t, PyLong_FromLongLong)
        CASE(ND_UINT8, uint8_t, PyLong_FromLong)
        CASE(ND_UINT16, uint16_t, PyLong_FromLong)
        CASE(ND_UINT32, uint32_t, PyLong_FromUnsignedLong)
        CASE(ND_UINT64, uint64_t, PyLong_FromUnsignedLongLong)
        CASE(ND_FLOAT32, float, PyFloat_FromDouble)
        CASE(ND_FLOAT64, double, PyFloat_FromDouble)
#undef CASE
    case ND_COMPLEX64: {
        float parts[2];
        memcpy(parts, element, sizeof parts);
        return PyComplex_FromDoubles(parts[0], parts[1]);
    }
    case ND_COMPLEX128: {
        double parts[2];
        memcpy(parts, element, sizeof parts);
        return PyComplex_FromDoubles(parts[0], parts[1]);
    }
    default: { /* half floats */
        PND_AUTO array = nd_from_data(dtype, ND_SCALAR_SHAPE, element);
        return array ? PyFloat_FromDouble(nd_item(array)) : pnd_raise();
    }
    }
}

static PyObject *as_python(PyObject *self)
{
    char element[16];
    return pnd_python_scalar(pnd_scalar_read(self, element), element);
}

PyObject *pnd_scalar_array(PyObject *self)
{
    char element[16];
    const nd_dtype dtype = pnd_scalar_read(self, element);
    return pnd_wrap(nd_from_data(dtype, ND_SCALAR_SHAPE, element));
}

/* ---- Construction ---------------------------------------------------------------------------- */

/* The commonest: a number, or a scalar of ours, as a type of ours. NULL without an exception if it
 * is something else. */
static PyObject *made_of_number(PyTypeObject *type, nd_dtype dtype, PyObject *value)
{
    char element[16];
    if (type != pnd.scalar[dtype])
        return NULL;
    if (dtype == ND_FLOAT64 && PyFloat_Check(value)) {
        const double number = PyFloat_AS_DOUBLE(value);
        return pnd_scalar_new(dtype, &number);
    }
    if (PyLong_CheckExact(value) || PyFloat_CheckExact(value) || PyBool_Check(value))
        return pnd_store(value, dtype, element) ? pnd_scalar_new(dtype, element) : NULL;
    const nd_dtype from = pnd_scalar_read_exact(value, element);
    if (from == dtype)
        return Py_NewRef(value);
    char converted[16];
    if (from == ND_DTYPE_NONE || nd_dtype_kind(from) == ND_KIND_COMPLEX)
        return NULL;
    if (pnd_scalar_convert(value, dtype, converted))
        return pnd_scalar_new(dtype, converted);
    return pnd_convert(from, element, dtype, converted) ? pnd_scalar_new(dtype, converted) : NULL;
}

static PyObject *scalar_make(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    const nd_dtype dtype = pnd_scalar_type_dtype(type);
    if (dtype == ND_DTYPE_NONE) {
        PyErr_Format(PyExc_TypeError, "cannot create '%s' instances", type->tp_name);
        return NULL;
    }
    PyObject *value = NULL;
    if (keywords && PyDict_GET_SIZE(keywords)) {
        PyErr_Format(PyExc_TypeError, "%s() takes no keyword arguments", type->tp_name);
        return NULL;
    }
    if (PyTuple_GET_SIZE(arguments) == 2 && nd_dtype_kind(dtype) == ND_KIND_COMPLEX) {
        PND_OBJECT number = PyObject_Call((PyObject *)&PyComplex_Type, arguments, NULL);
        return number ? PyObject_CallOneArg((PyObject *)type, number) : NULL;
    }
    if (!PyArg_UnpackTuple(arguments, type->tp_name, 0, 1, &value))
        return NULL;
    static const char zero[16];
    if (!value)
        return pnd_scalar_new(dtype, zero);
    PyObject *const made = made_of_number(type, dtype, value);
    if (made || PyErr_Occurred())
        return made;
    PND_OBJECT parsed = NULL;
    if (PyUnicode_Check(value) || PyBytes_Check(value)) { /* float32("1.5") */
        const nd_kind kind = nd_dtype_kind(dtype);
        PyTypeObject *reader = kind == ND_KIND_FLOAT     ? &PyFloat_Type
                               : kind == ND_KIND_COMPLEX ? &PyComplex_Type
                               : kind == ND_KIND_BOOL    ? &PyBool_Type
                                                         : &PyLong_Type;
        parsed = PyObject_CallOneArg((PyObject *)reader, value);
        if (!parsed)
            return NULL;
        value = parsed;
    }
    PND_AUTO array = pnd_to_array_of(value, dtype);
    if (!array)
        return NULL;
    if (nd_rank(array))
        return pnd_wrap(nd_retain(array)); /* float32([1, 2]) is an array, as in NumPy */
    const void *data = nd_data(array);
    if (!data)
        return pnd_raise();
    if (type != pnd.scalar[dtype]) { /* a subclass of the user's */
        PyObject *object = type->tp_alloc(type, 0);
        if (object && dtype == ND_FLOAT64)
            memcpy(&((PyFloatObject *)object)->ob_fval, data, 8);
        else if (object && dtype == ND_COMPLEX128)
            memcpy(&((PyComplexObject *)object)->cval, data, 16);
        else if (object)
            memcpy(((pnd_scalar *)object)->value, data, nd_dtype_size(dtype));
        return object;
    }
    return pnd_scalar_new(dtype, data);
}

/* A type of ours called; of a subclass Python calls scalar_make(). */
static PyObject *scalar_call(PyObject *type, PyObject *const *arguments, size_t flags,
                             PyObject *keywords)
{
    const Py_ssize_t count = PyVectorcall_NARGS(flags);
    if (count == 1 && !keywords) {
        const nd_dtype dtype = dtype_of_type((PyTypeObject *)type);
        PyObject *const made = dtype == ND_DTYPE_NONE
                                   ? NULL
                                   : made_of_number((PyTypeObject *)type, dtype, arguments[0]);
        if (made || PyErr_Occurred())
            return made;
    }
    PND_OBJECT positional = PyTuple_New(count);
    PND_OBJECT named = keywords ? PyDict_New() : NULL;
    if (!positional || (keywords && !named))
        return NULL;
    for (Py_ssize_t i = 0; i < count; i++)
        PyTuple_SET_ITEM(positional, i, Py_NewRef(arguments[i]));
    for (Py_ssize_t i = 0; keywords && i < PyTuple_GET_SIZE(keywords); i++)
        if (PyDict_SetItem(named, PyTuple_GET_ITEM(keywords, i), arguments[count + i]) < 0)
            return NULL;
    return scalar_make((PyTypeObject *)type, positional, named);
}

/* ---- Conversion ------------------------------------------------------------------------------ */

static int scalar_truth(PyObject *self)
{
    if (Py_TYPE(self) == pnd.scalar[ND_FLOAT64])
        return PyFloat_AS_DOUBLE(self) != 0;
    if (Py_TYPE(self) == pnd.scalar[ND_BOOL])
        return self == pnd.true_scalar;
    if (Py_TYPE(self) == pnd.scalar[ND_INT64]) {
        int64_t whole;
        memcpy(&whole, ((pnd_scalar *)self)->value, sizeof whole);
        return whole != 0;
    }
    double number;
    if (pnd_scalar_real(self, &number))
        return number != 0;
    PND_OBJECT value = as_python(self);
    return value ? PyObject_IsTrue(value) : -1;
}

static PyObject *scalar_float(PyObject *self)
{
    double number;
    if (Py_TYPE(self) == pnd.scalar[ND_FLOAT64])
        return PyFloat_FromDouble(PyFloat_AS_DOUBLE(self));
    if (pnd_scalar_real(self, &number))
        return PyFloat_FromDouble(number);
    PND_OBJECT value = as_python(self);
    if (value && PyComplex_Check(value))
        return pnd_warn_of_parts(ND_COMPLEX128, ND_FLOAT64)
                   ? PyFloat_FromDouble(PyComplex_RealAsDouble(value))
                   : NULL;
    return value ? PyNumber_Float(value) : NULL;
}

static PyObject *scalar_int(PyObject *self)
{
    if (Py_TYPE(self) == pnd.scalar[ND_FLOAT64])
        return PyFloat_Type.tp_as_number->nb_int(self);
    int64_t whole;
    double number;
    if (pnd_scalar_whole(self, &whole))
        return PyLong_FromLongLong(whole);
    if (Py_TYPE(self) == pnd.scalar[ND_FLOAT32] && pnd_scalar_real(self, &number))
        return PyLong_FromDouble(number);
    PND_OBJECT value = as_python(self);
    if (value && PyComplex_Check(value)) {
        PND_OBJECT real = scalar_float(self);
        return real ? PyNumber_Long(real) : NULL;
    }
    return value ? PyNumber_Long(value) : NULL;
}

static PyObject *scalar_index(PyObject *self)
{
    return as_python(self);
}

/* ---- Text, attributes ------------------------------------------------------------------------ */

static Py_hash_t scalar_hash(PyObject *self)
{
    enum { MOST_OWN_HASH = 1 << 30 }; /* up to there an int is its hash on every platform */
    const nd_dtype dtype = pnd_exact_dtype(self);
    if (dtype == ND_FLOAT64)
        return PyFloat_Type.tp_hash(self);
    if (dtype == ND_COMPLEX128)
        return PyComplex_Type.tp_hash(self);
    double number;
    if (dtype == ND_FLOAT32 && pnd_scalar_real(self, &number))
        return _Py_HashDouble(self, number);
    int64_t whole;
    if (pnd_scalar_whole(self, &whole) && whole != -1 && -MOST_OWN_HASH < whole &&
        whole < MOST_OWN_HASH)
        return (Py_hash_t)whole;
    PND_OBJECT value = as_python(self);
    return value ? PyObject_Hash(value) : -1;
}

static PyObject *scalar_str(PyObject *self)
{
    char element[16];
    const nd_dtype dtype = pnd_scalar_read(self, element);
    if (dtype == ND_FLOAT64)
        return PyFloat_Type.tp_repr(self);
    const nd_kind kind = nd_dtype_kind(dtype);
    if (kind == ND_KIND_BOOL || kind == ND_KIND_SIGNED || kind == ND_KIND_UNSIGNED) {
        PND_OBJECT value = pnd_python_scalar(dtype, element);
        return value ? PyObject_Repr(value) : NULL;
    }
    return pnd_scalar_text(dtype, element);
}

static PyObject *scalar_repr(PyObject *self)
{
    PND_OBJECT text = scalar_str(self);
    const nd_dtype dtype = dtype_of(self);
    if (!text || pnd_scalars_are_plain())
        return Py_XNewRef(text);
    if (nd_dtype_kind(dtype) == ND_KIND_COMPLEX && PyUnicode_ReadChar(text, 0) == '(')
        return PyUnicode_FromFormat("np.%s%U", nd_dtype_name(dtype), text);
    return dtype == ND_BOOL ? PyUnicode_FromFormat("np.%U_", text)
                            : PyUnicode_FromFormat("np.%s(%U)", nd_dtype_name(dtype), text);
}

static PyObject *scalar_format(PyObject *self, PyObject *specification)
{
    PND_OBJECT value = as_python(self);
    return value ? PyObject_Format(value, specification) : NULL;
}

static PyObject *scalar_item(PyObject *self, PyObject *Py_UNUSED(arguments))
{
    return as_python(self);
}

static PyObject *scalar_reduce(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    const nd_dtype dtype = dtype_of(self);
    PND_OBJECT value = as_python(self);
    return value ? Py_BuildValue("O(O)", (PyObject *)pnd.scalar[dtype], value) : NULL;
}

static PyObject *scalar_round(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    if (dtype_of(self) == ND_BOOL) {
        PyErr_SetString(PyExc_TypeError, "bools have no decimals that round() could drop");
        return NULL;
    }
    PND_OBJECT value = as_python(self);
    if (!value)
        return NULL;
    if (!count || arguments[0] == Py_None) { /* round(x): an int */
        PND_OBJECT none = PyObject_CallMethod(value, "__round__", NULL);
        return none ? Py_NewRef(none) : NULL;
    }
    PND_OBJECT array = pnd_scalar_array(self);
    PND_OBJECT method = array ? PyObject_GetAttrString(array, "round") : NULL;
    return method ? PyObject_CallOneArg(method, arguments[0]) : NULL;
}

static PyObject *scalar_dtype(PyObject *self, void *Py_UNUSED(unused))
{
    return pnd_dtype_object(dtype_of(self));
}

static PyObject *scalar_part(PyObject *self, void *imaginary)
{
    char element[16] = {0};
    const nd_dtype dtype = pnd_scalar_read(self, element);
    static const char zero[16];
    switch (dtype) {
    case ND_COMPLEX64:
        return pnd_scalar_new(ND_FLOAT32, element + (imaginary ? 4 : 0));
    case ND_COMPLEX128:
        return pnd_scalar_new(ND_FLOAT64, element + (imaginary ? 8 : 0));
    default:
        return pnd_scalar_new(dtype, imaginary ? zero : element);
    }
}

static PyObject *scalar_subscript(PyObject *self, PyObject *key)
{
    if (PyTuple_Check(key) && PyTuple_GET_SIZE(key) == 0)
        return Py_NewRef(self);
    PND_OBJECT array = pnd_scalar_array(self);
    PyObject *const result = array ? pnd_get_item(array, key) : NULL;
    if (!result && PyErr_ExceptionMatches(PyExc_IndexError))
        PyErr_SetString(PyExc_IndexError, "invalid index to scalar variable.");
    return result;
}

/* A class method as NumPy's number classes have for annotations: np.floating[Any]. */
static PyObject *scalar_class_item(PyObject *class, PyObject *item)
{
    return Py_GenericAlias(class, item);
}

static PyObject *scalar_complex(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PND_OBJECT value = as_python(self);
    return !value                        ? NULL
           : PyComplex_CheckExact(value) ? Py_NewRef(value)
                                         : PyObject_CallOneArg((PyObject *)&PyComplex_Type, value);
}

/* The bytes of the value, read only. */
static int scalar_get_buffer(PyObject *self, Py_buffer *view, int flags)
{
    const nd_dtype dtype = dtype_of(self);
    const char *format = dtype == ND_DTYPE_NONE ? NULL : pnd_format_of(dtype);
    view->obj = NULL;
    if (!format || (flags & PyBUF_WRITABLE)) {
        PyErr_SetString(PyExc_BufferError, format ? "scalar buffer is readonly"
                                                  : "the buffer protocol has no format for this");
        return -1;
    }
    void *value = dtype == ND_FLOAT64      ? (void *)&((PyFloatObject *)self)->ob_fval
                  : dtype == ND_COMPLEX128 ? (void *)&((PyComplexObject *)self)->cval
                                           : ((pnd_scalar *)self)->value;
    const Py_ssize_t size = (Py_ssize_t)nd_dtype_size(dtype);
    *view = (Py_buffer){.obj = Py_NewRef(self),
                        .buf = value,
                        .len = size,
                        .itemsize = size,
                        .readonly = 1,
                        .format = (flags & PyBUF_FORMAT) ? (char *)format : NULL};
    return 0;
}

/* What Python's int and float have: the others borrow it from the Python number. */
static PyObject *as_ratio(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PND_OBJECT value = as_python(self);
    return value ? PyObject_CallMethod(value, "as_integer_ratio", NULL) : NULL;
}

static PyObject *is_whole(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    double number;
    if (pnd_scalar_real(self, &number))
        return PyBool_FromLong(fabs(number) < 0x1p52 ? number == (double)(int64_t)number
                                                     : isfinite(number));
    PND_OBJECT value = as_python(self);
    return !value                ? NULL
           : PyLong_Check(value) ? Py_NewRef(Py_True)
                                 : PyObject_CallMethod(value, "is_integer", NULL);
}

static PyObject *get_denominator(PyObject *Py_UNUSED(self), void *Py_UNUSED(unused))
{
    return PyLong_FromLong(1);
}

static PyObject *get_numerator(PyObject *self, void *Py_UNUSED(unused))
{
    return Py_NewRef(self);
}

static PyObject *bit_count(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PND_OBJECT value = as_python(self);
    return value ? PyObject_CallMethod(value, "bit_count", NULL) : NULL;
}

static PyMethodDef integer_methods[] = {
    {"bit_count", bit_count, METH_NOARGS, "How many bits of the magnitude are ones."},
    {"is_integer", is_whole, METH_NOARGS, "True."},
    {0},
};

static PyGetSetDef integer_attributes[] = {
    {"numerator", get_numerator, NULL, "The number itself.", NULL},
    {"denominator", get_denominator, NULL, "1.", NULL},
    {0},
};

static PyMethodDef floating_methods[] = {
    {"is_integer", is_whole, METH_NOARGS, "True if the value is a whole number."},
    {"as_integer_ratio", as_ratio, METH_NOARGS, "Two integers whose quotient is the value."},
    {0},
};

static PyMethodDef scalar_methods[] = {
    {"__complex__", scalar_complex, METH_NOARGS, "complex(x)."},
    {"item", scalar_item, METH_VARARGS, "The value as a Python number."},
    {"tolist", scalar_item, METH_VARARGS, "The value as a Python number."},
    {"__format__", scalar_format, METH_O, "As Python formats the number."},
    {"__reduce__", scalar_reduce, METH_NOARGS, "For pickle and copy."},
    {"__round__", (PyCFunction)(void (*)(void))scalar_round, METH_FASTCALL,
     "round(x), round(x, digits)."},
    {"__class_getitem__", scalar_class_item, METH_O | METH_CLASS, "For annotations."},
    {0},
};

static PyGetSetDef scalar_attributes[] = {
    {"dtype", scalar_dtype, NULL, "The dtype.", NULL},
    {"real", scalar_part, NULL, "The real part.", NULL},
    {"imag", scalar_part, NULL, "The imaginary part.", (void *)1},
    {0},
};

static PyType_Slot generic_slots[] = {
    {Py_tp_new, scalar_make},
    {Py_tp_dealloc, pnd_scalar_free},
    {Py_tp_repr, scalar_repr},
    {Py_tp_str, scalar_str},
    {Py_tp_hash, scalar_hash},
    {Py_tp_richcompare, pnd_scalar_compare},
    {Py_tp_methods, scalar_methods},
    {Py_tp_getset, scalar_attributes},
    {Py_mp_subscript, scalar_subscript},
    {Py_bf_getbuffer, scalar_get_buffer},
    {Py_nb_add, pnd_scalar_add},
    {Py_nb_subtract, pnd_scalar_subtract},
    {Py_nb_multiply, pnd_scalar_multiply},
    {Py_nb_true_divide, pnd_scalar_divide},
    {Py_nb_floor_divide, pnd_scalar_floor_divide},
    {Py_nb_remainder, pnd_scalar_remainder},
    {Py_nb_power, pnd_scalar_power},
    {Py_nb_divmod, pnd_scalar_divmod},
    {Py_nb_and, pnd_scalar_and},
    {Py_nb_or, pnd_scalar_or},
    {Py_nb_xor, pnd_scalar_xor},
    {Py_nb_lshift, pnd_scalar_left_shift},
    {Py_nb_rshift, pnd_scalar_right_shift},
    {Py_nb_negative, pnd_scalar_negative},
    {Py_nb_positive, pnd_scalar_positive},
    {Py_nb_absolute, pnd_scalar_absolute},
    {Py_nb_invert, pnd_scalar_invert},
    {Py_nb_bool, scalar_truth},
    {Py_nb_float, scalar_float},
    {Py_nb_int, scalar_int},
    {Py_tp_doc, "The root of the types of scalars."},
    {0},
};

/* ---- The types ------------------------------------------------------------------------------- */

static PyTypeObject *make_type(PyObject *module, const char *name, size_t size, PyType_Slot *slots,
                               PyTypeObject *first, PyTypeObject *second)
{
    char full[64];
    PyOS_snprintf(full, sizeof full, "ndstream.%s", name);
    PyType_Spec spec = {
        .name = full,
        .basicsize = (int)size,
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
        .slots = slots,
    };
    PND_OBJECT bases = !first   ? NULL
                       : second ? PyTuple_Pack(2, first, second)
                                : PyTuple_Pack(1, first);
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, bases);
    if (type && PyModule_AddObjectRef(module, name, (PyObject *)type) < 0)
        Py_CLEAR(type);
    return type;
}

bool pnd_add_scalars(PyObject *module)
{
    static const struct {
        const char *name;
        int base;
    } roots[ABSTRACT_COUNT] = {
        {"generic", -1},
        {"number", GENERIC},
        {"integer", NUMBER},
        {"signedinteger", INTEGER},
        {"unsignedinteger", INTEGER},
        {"inexact", NUMBER},
        {"floating", INEXACT},
        {"complexfloating", INEXACT},
    };
    static PyType_Slot none[] = {{0}};
    /* float and complex make and free their objects in ways of their own, and so do types that say
     * nothing: the new function and the end are said again. */
    static PyType_Slot numbers[] = {
        {Py_tp_new, scalar_make}, {Py_tp_dealloc, pnd_scalar_free}, {0}};
    /* Python calls a method at once where it is the type's own. */
    static PyType_Slot floats[] = {{Py_tp_new, scalar_make},
                                   {Py_tp_dealloc, pnd_scalar_free},
                                   {Py_tp_methods, floating_methods},
                                   {0}};
    static PyType_Slot integers[] = {{Py_nb_index, scalar_index},
                                     {Py_tp_new, scalar_make},
                                     {Py_tp_dealloc, pnd_scalar_free},
                                     {0}};
    static PyType_Slot integer[] = {
        {Py_tp_methods, integer_methods}, {Py_tp_getset, integer_attributes}, {0}};
    static PyType_Slot floating[] = {{Py_tp_methods, floating_methods}, {0}};
    static PyType_Slot *const slots[ABSTRACT_COUNT] = {
        [GENERIC] = generic_slots, [INTEGER] = integer, [FLOATING] = floating};
    for (int i = 0; i < ABSTRACT_COUNT; i++) {
        abstract[i] = make_type(module, roots[i].name, 0, slots[i] ? slots[i] : none,
                                i ? abstract[roots[i].base] : NULL, NULL);
        if (!abstract[i])
            return false;
    }
    pnd.generic = abstract[GENERIC];
    for (int i = 0; i < ND_DTYPE_COUNT; i++) {
        const nd_kind kind = nd_dtype_kind((nd_dtype)i);
        static const int parents[] = {GENERIC, SIGNED, UNSIGNED, FLOATING, COMPLEX_FLOATING};
        const bool plain = i != ND_FLOAT64 && i != ND_COMPLEX128;
        PyTypeObject *python = i == ND_FLOAT64      ? &PyFloat_Type
                               : i == ND_COMPLEX128 ? &PyComplex_Type
                                                    : NULL;
        static PyType_Slot *const own[] = {
            [ND_KIND_BOOL] = numbers, [ND_KIND_SIGNED] = integers, [ND_KIND_UNSIGNED] = integers,
            [ND_KIND_FLOAT] = floats, [ND_KIND_COMPLEX] = numbers,
        };
        pnd.scalar[i] =
            make_type(module, nd_dtype_name((nd_dtype)i), plain ? sizeof(pnd_scalar) : 0, own[kind],
                      abstract[parents[kind]], python);
        if (!pnd.scalar[i])
            return false;
        pnd.scalar[i]->tp_vectorcall = scalar_call;
    }
    for (int i = 0; i < 2; i++) {
        pnd_scalar *const object = (pnd_scalar *)pnd_scalar_allocate(ND_BOOL);
        if (!object)
            return false;
        memset(object->value, 0, sizeof object->value);
        object->value[0] = (char)i;
        *(i ? &pnd.true_scalar : &pnd.false_scalar) = (PyObject *)object;
    }
    return PyModule_AddObjectRef(module, "True_", pnd.true_scalar) == 0 &&
           PyModule_AddObjectRef(module, "False_", pnd.false_scalar) == 0;
}

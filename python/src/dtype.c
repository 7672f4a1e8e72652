/* dtype objects: one for each element type, with NumPy's names, codes and conversions. */
#include "core.h"

#include <string.h>

/* In the order of nd_dtype. The format of the buffer protocol is the letter, but for bool and
 * complex. */
static const struct row {
    char kind, letter;
    const char *format; /* NULL: the buffer protocol has none */
    int number;         /* NumPy's */
} rows[ND_DTYPE_COUNT] = {
    {'b', '?', "?", 0},  {'i', 'b', "b", 1},   {'i', 'h', "h", 3},    {'i', 'i', "i", 5},
    {'i', 'l', "l", 7},  {'u', 'B', "B", 2},   {'u', 'H', "H", 4},    {'u', 'I', "I", 6},
    {'u', 'L', "L", 8},  {'f', 'e', "e", 23},  {'V', 'E', NULL, 256}, {'f', 'f', "f", 11},
    {'f', 'd', "d", 12}, {'c', 'F', "Zf", 14}, {'c', 'D', "Zd", 15},
};

char pnd_dtype_kind(nd_dtype dtype)
{
    return rows[dtype].kind;
}

char pnd_dtype_char(nd_dtype dtype)
{
    return rows[dtype].letter;
}

const char *pnd_format_of(nd_dtype dtype)
{
    return rows[dtype].format;
}

static nd_dtype integer_of(bool is_signed, Py_ssize_t size)
{
    for (int i = is_signed ? ND_INT8 : ND_UINT8; i <= (is_signed ? ND_INT64 : ND_UINT64); i++)
        if ((Py_ssize_t)nd_dtype_size((nd_dtype)i) == size)
            return (nd_dtype)i;
    return ND_DTYPE_NONE;
}

nd_dtype pnd_dtype_from_format(const char *format, Py_ssize_t item)
{
    if (!format || !*format)
        return ND_UINT8;
    if (*format == '@' || *format == '=' || (*format == '<' && PY_LITTLE_ENDIAN) ||
        (*format == '>' && PY_BIG_ENDIAN))
        format++;
    if (format[0] == 'Z' && format[1] && !format[2])
        return format[1] == 'd' ? ND_COMPLEX128 : format[1] == 'f' ? ND_COMPLEX64 : ND_DTYPE_NONE;
    if (!format[0] || format[1])
        return ND_DTYPE_NONE;
    switch (format[0]) {
    case '?':
        return ND_BOOL;
    case 'b':
    case 'h':
    case 'i':
    case 'l':
    case 'q':
    case 'n':
        return integer_of(true, item);
    case 'B':
    case 'H':
    case 'I':
    case 'L':
    case 'Q':
    case 'N':
        return integer_of(false, item);
    case 'e':
        return ND_FLOAT16;
    case 'f':
        return ND_FLOAT32;
    case 'd':
        return ND_FLOAT64;
    case 'F':
        return ND_COMPLEX64;
    case 'D':
        return ND_COMPLEX128;
    default:
        return ND_DTYPE_NONE;
    }
}

/* ---- From words and types -------------------------------------------------------------------- */

static nd_dtype from_word(const char *word)
{
    static const struct {
        const char *word;
        nd_dtype dtype;
    } words[] = {
        {"int", ND_INT64},
        {"float", ND_FLOAT64},
        {"complex", ND_COMPLEX128},
        {"bool_", ND_BOOL},
        {"double", ND_FLOAT64},
        {"single", ND_FLOAT32},
        {"half", ND_FLOAT16},
        {"uint", ND_UINT64},
        {"int_", ND_INT64},
        {"intp", ND_INT64},
        {"uintp", ND_UINT64},
        {"long", ND_INT64},
        {"ulong", ND_UINT64},
        {"longlong", ND_INT64},
        {"ulonglong", ND_UINT64},
        {"intc", ND_INT32},
        {"uintc", ND_UINT32},
        {"short", ND_INT16},
        {"ushort", ND_UINT16},
        {"byte", ND_INT8},
        {"ubyte", ND_UINT8},
        {"csingle", ND_COMPLEX64},
        {"cdouble", ND_COMPLEX128},
        {"q", ND_INT64},
        {"Q", ND_UINT64},
        {"p", ND_INT64},
        {"n", ND_INT64},
        {"P", ND_UINT64},
        {"N", ND_UINT64},
    };
    for (int i = 0; i < ND_DTYPE_COUNT; i++)
        if (strcmp(word, nd_dtype_name((nd_dtype)i)) == 0)
            return (nd_dtype)i;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i].word) == 0)
            return words[i].dtype;
    if (*word == '=' || *word == '|' || *word == (PY_LITTLE_ENDIAN ? '<' : '>'))
        word++;
    if (word[0] && !word[1]) {
        for (int i = 0; i < ND_DTYPE_COUNT; i++)
            if (rows[i].letter == word[0])
                return (nd_dtype)i;
    } else if (word[0] && word[1] >= '1' && word[1] <= '9') {
        const long size = strtol(word + 1, NULL, 10);
        for (int i = 0; i < ND_DTYPE_COUNT; i++)
            if (rows[i].kind == word[0] && i != ND_BFLOAT16 &&
                (long)nd_dtype_size((nd_dtype)i) == size)
                return (nd_dtype)i;
    }
    return ND_DTYPE_NONE;
}

static void raise_absent(PyObject *dtype)
{
    PyErr_Format(PyExc_TypeError,
                 "dtype %R: ndstream has no object, string, datetime or structured elements; keep "
                 "such columns in lists, NumPy or pandas, and their numbers here",
                 dtype);
}

/* Types and lists of fields that are dtypes in NumPy. */
static bool is_absent(PyObject *object)
{
    return object == (PyObject *)&PyBaseObject_Type || object == (PyObject *)&PyUnicode_Type ||
           object == (PyObject *)&PyBytes_Type || PyList_Check(object) || PyDict_Check(object);
}

static bool from_text(PyObject *text, nd_dtype *dtype)
{
    const char *word = PyUnicode_AsUTF8(text);
    if (!word)
        return false;
    const nd_dtype found = from_word(word);
    if (found != ND_DTYPE_NONE) {
        *dtype = found;
        return true;
    }
    const char letter = strchr("<>=|", word[0]) && word[0] ? word[1] : word[0];
    if (word[0] == (PY_LITTLE_ENDIAN ? '>' : '<'))
        PyErr_Format(PyExc_TypeError,
                     "dtype %R: arrays are in the byte order of the machine; convert the data with "
                     "NumPy's astype or byteswap first",
                     text);
    else if (letter && strchr("OSUVMma", letter))
        raise_absent(text);
    else
        PyErr_Format(PyExc_TypeError, "data type %R not understood", text);
    return false;
}

bool pnd_to_dtype(PyObject *object, nd_dtype *dtype)
{
    if (!pnd_given(object))
        return true;
    if (Py_TYPE(object) == pnd.dtype) {
        *dtype = ((pnd_dtype *)object)->dtype;
        return true;
    }
    if (PyType_Check(object)) {
        PyTypeObject *type = (PyTypeObject *)object;
        const nd_dtype found = type == &PyFloat_Type     ? ND_FLOAT64
                               : type == &PyLong_Type    ? ND_INT64
                               : type == &PyBool_Type    ? ND_BOOL
                               : type == &PyComplex_Type ? ND_COMPLEX128
                                                         : pnd_scalar_type_dtype(type);
        if (found != ND_DTYPE_NONE) {
            *dtype = found;
            return true;
        }
        /* A scalar type of NumPy or ml_dtypes, known by its name. */
        if (PyObject_HasAttrString(object, "dtype")) {
            const char *name = strrchr(type->tp_name, '.');
            const nd_dtype named = from_word(name ? name + 1 : type->tp_name);
            if (named != ND_DTYPE_NONE) {
                *dtype = named;
                return true;
            }
        }
    } else if (PyUnicode_Check(object)) {
        return from_text(object, dtype);
    } else if (PyBytes_Check(object)) {
        PND_OBJECT text = PyUnicode_FromEncodedObject(object, "ascii", NULL);
        return text && from_text(text, dtype);
    } else {
        /* NumPy's dtypes, or anything that has one. */
        PND_OBJECT inner = PyObject_GetAttrString(object, "dtype");
        if (inner && inner != object && Py_TYPE(inner) == pnd.dtype)
            return pnd_to_dtype(inner, dtype);
        PyErr_Clear();
        PND_OBJECT text = PyObject_GetAttrString(object, "str");
        PND_OBJECT name = text ? PyObject_GetAttrString(object, "name") : NULL;
        if (text && name && PyUnicode_Check(text) && PyUnicode_Check(name)) {
            const char *word = PyUnicode_AsUTF8(name);
            if (word && from_word(word) == ND_BFLOAT16) {
                *dtype = ND_BFLOAT16;
                return true;
            }
            return from_text(text, dtype);
        }
        PyErr_Clear();
    }
    if (is_absent(object))
        raise_absent(object);
    else
        PyErr_Format(PyExc_TypeError, "Cannot interpret %R as a data type", object);
    return false;
}

/* ---- The type -------------------------------------------------------------------------------- */

static nd_dtype self_dtype(PyObject *self)
{
    return ((pnd_dtype *)self)->dtype;
}

static PyObject *dtype_new(PyTypeObject *Py_UNUSED(type), PyObject *arguments, PyObject *keywords)
{
    static char *names[] = {"dtype", "align", "copy", NULL};
    PyObject *object = NULL, *ignored[2];
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "O|OO:dtype", names, &object, &ignored[0],
                                     &ignored[1]))
        return NULL;
    nd_dtype dtype = ND_FLOAT64;
    return pnd_to_dtype(object, &dtype) ? pnd_dtype_object(dtype) : NULL;
}

static PyObject *dtype_repr(PyObject *self)
{
    return PyUnicode_FromFormat("dtype('%s')", nd_dtype_name(self_dtype(self)));
}

static PyObject *dtype_str(PyObject *self)
{
    return PyUnicode_FromString(nd_dtype_name(self_dtype(self)));
}

static Py_hash_t dtype_hash(PyObject *self)
{
    return 0x6e64 + (Py_hash_t)self_dtype(self);
}

static PyObject *dtype_compare(PyObject *self, PyObject *other, int operation)
{
    nd_dtype mine = self_dtype(self), theirs = ND_DTYPE_NONE;
    if (!pnd_to_dtype(other, &theirs)) {
        if (!PyErr_ExceptionMatches(PyExc_TypeError))
            return NULL;
        PyErr_Clear();
        theirs = ND_DTYPE_NONE;
    }
    if (other == Py_None)
        theirs = ND_FLOAT64;
    switch (operation) {
    case Py_EQ:
        return PyBool_FromLong(mine == theirs);
    case Py_NE:
        return PyBool_FromLong(mine != theirs);
    default:
        break;
    }
    if (theirs == ND_DTYPE_NONE)
        Py_RETURN_NOTIMPLEMENTED;
    const bool up = nd_can_cast(mine, theirs, ND_CAST_SAFE),
               down = nd_can_cast(theirs, mine, ND_CAST_SAFE);
    return PyBool_FromLong(operation == Py_LE   ? up
                           : operation == Py_LT ? up && mine != theirs
                           : operation == Py_GE ? down
                                                : down && mine != theirs);
}

static PyObject *get_name(PyObject *self, void *Py_UNUSED(unused))
{
    return dtype_str(self);
}

static PyObject *get_kind(PyObject *self, void *Py_UNUSED(unused))
{
    return PyUnicode_FromStringAndSize(&rows[self_dtype(self)].kind, 1);
}

static PyObject *get_char(PyObject *self, void *Py_UNUSED(unused))
{
    return PyUnicode_FromStringAndSize(&rows[self_dtype(self)].letter, 1);
}

static PyObject *get_num(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromLong(rows[self_dtype(self)].number);
}

static PyObject *get_size(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromSize_t(nd_dtype_size(self_dtype(self)));
}

static PyObject *get_alignment(PyObject *self, void *Py_UNUSED(unused))
{
    const size_t size = nd_dtype_size(self_dtype(self));
    return PyLong_FromSize_t(rows[self_dtype(self)].kind == 'c' ? size / 2 : size);
}

static PyObject *get_str(PyObject *self, void *Py_UNUSED(unused))
{
    const nd_dtype dtype = self_dtype(self);
    const size_t size = nd_dtype_size(dtype);
    const char order = size == 1 ? '|' : PY_LITTLE_ENDIAN ? '<' : '>';
    return PyUnicode_FromFormat("%c%c%zu", order, rows[dtype].kind, size);
}

static PyObject *get_byteorder(PyObject *self, void *Py_UNUSED(unused))
{
    return PyUnicode_FromString(nd_dtype_size(self_dtype(self)) == 1 ? "|" : "=");
}

static PyObject *get_type(PyObject *self, void *Py_UNUSED(unused))
{
    return Py_NewRef((PyObject *)pnd.scalar[self_dtype(self)]);
}

static PyObject *get_none(PyObject *Py_UNUSED(self), void *Py_UNUSED(unused))
{
    Py_RETURN_NONE;
}

static PyObject *get_false(PyObject *Py_UNUSED(self), void *Py_UNUSED(unused))
{
    Py_RETURN_FALSE;
}

static PyObject *get_true(PyObject *Py_UNUSED(self), void *Py_UNUSED(unused))
{
    Py_RETURN_TRUE;
}

static PyObject *get_shape(PyObject *Py_UNUSED(self), void *Py_UNUSED(unused))
{
    return PyTuple_New(0);
}

static PyObject *get_zero(PyObject *Py_UNUSED(self), void *Py_UNUSED(unused))
{
    return PyLong_FromLong(0);
}

static PyObject *get_base(PyObject *self, void *Py_UNUSED(unused))
{
    return Py_NewRef(self);
}

static PyObject *get_descr(PyObject *self, void *Py_UNUSED(unused))
{
    PND_OBJECT text = get_str(self, NULL);
    return text ? Py_BuildValue("[(sO)]", "", text) : NULL;
}

static PyObject *dtype_reduce(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("O(s)", (PyObject *)pnd.dtype, nd_dtype_name(self_dtype(self)));
}

static PyObject *dtype_newbyteorder(PyObject *self, PyObject *arguments)
{
    const char *order = "S";
    if (!PyArg_ParseTuple(arguments, "|s", &order))
        return NULL;
    if (strchr("=N|I", order[0]) || order[0] == (PY_LITTLE_ENDIAN ? '<' : '>') ||
        nd_dtype_size(self_dtype(self)) == 1)
        return Py_NewRef(self);
    PyErr_SetString(PyExc_TypeError, "newbyteorder: arrays are in the byte order of the machine");
    return NULL;
}

/* numpy.dtype(ours): NumPy asks for the first name, those before 2.4 for the second. */
static PyObject *get_numpy(PyObject *self, void *Py_UNUSED(unused))
{
    const nd_dtype dtype = ((pnd_dtype *)self)->dtype;
    if (!pnd_format_of(dtype)) {
        PyErr_Format(PyExc_AttributeError, "NumPy has no %s", nd_dtype_name(dtype));
        return NULL;
    }
    PND_OBJECT name = PyUnicode_FromString(nd_dtype_name(dtype));
    return name ? pnd_in_python("numpy", "dtype", (PyObject *[]){name}, 1) : NULL;
}

static PyGetSetDef dtype_attributes[] = {
    {"__numpy_dtype__", get_numpy, NULL, "NumPy's dtype.", NULL},
    {"dtype", get_numpy, NULL, "NumPy's dtype, for versions before 2.4.", NULL},
    {"name", get_name, NULL, "The name: 'float64'.", NULL},
    {"kind", get_kind, NULL, "The letter of the family: 'b', 'i', 'u', 'f' or 'c' (bfloat16: 'V').",
     NULL},
    {"char", get_char, NULL, "The letter of the dtype.", NULL},
    {"num", get_num, NULL, "NumPy's number of the dtype.", NULL},
    {"itemsize", get_size, NULL, "Bytes of an element.", NULL},
    {"alignment", get_alignment, NULL, "Bytes that an address is a multiple of.", NULL},
    {"str", get_str, NULL, "Byte order, kind and size: '<f8'.", NULL},
    {"byteorder", get_byteorder, NULL, "'=', or '|' for single bytes.", NULL},
    {"type", get_type, NULL, "The type of scalars.", NULL},
    {"names", get_none, NULL, "None: there are no fields.", NULL},
    {"fields", get_none, NULL, "None: there are no fields.", NULL},
    {"subdtype", get_none, NULL, "None.", NULL},
    {"metadata", get_none, NULL, "None.", NULL},
    {"shape", get_shape, NULL, "().", NULL},
    {"ndim", get_zero, NULL, "0.", NULL},
    {"flags", get_zero, NULL, "0.", NULL},
    {"isbuiltin", get_true, NULL, "1.", NULL},
    {"isnative", get_true, NULL, "True.", NULL},
    {"isalignedstruct", get_false, NULL, "False.", NULL},
    {"hasobject", get_false, NULL, "False.", NULL},
    {"base", get_base, NULL, "The dtype itself.", NULL},
    {"descr", get_descr, NULL, "As in a .npy file's header.", NULL},
    {0},
};

static PyMethodDef dtype_methods[] = {
    {"__reduce__", dtype_reduce, METH_NOARGS, "For pickle and copy."},
    {"newbyteorder", dtype_newbyteorder, METH_VARARGS,
     "The dtype itself: there is one byte order."},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, "For annotations."},
    {0},
};

static PyType_Slot dtype_slots[] = {
    {Py_tp_new, dtype_new},
    {Py_tp_repr, dtype_repr},
    {Py_tp_str, dtype_str},
    {Py_tp_hash, dtype_hash},
    {Py_tp_richcompare, dtype_compare},
    {Py_tp_getset, dtype_attributes},
    {Py_tp_methods, dtype_methods},
    {Py_tp_doc,
     "dtype(dtype, align=False, copy=False)\n--\n\nThe type of the elements of an array."},
    {0},
};

static PyType_Spec dtype_spec = {
    .name = "ndstream.dtype",
    .basicsize = sizeof(pnd_dtype),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = dtype_slots,
};

bool pnd_add_dtypes(PyObject *module)
{
    pnd.dtype = (PyTypeObject *)PyType_FromModuleAndSpec(module, &dtype_spec, NULL);
    if (!pnd.dtype)
        return false;
    for (int i = 0; i < ND_DTYPE_COUNT; i++) {
        pnd_dtype *object = PyObject_New(pnd_dtype, pnd.dtype);
        if (!object)
            return false;
        object->dtype = (nd_dtype)i;
        pnd.dtypes[i] = (PyObject *)object;
    }
    return PyModule_AddObjectRef(module, "dtype", (PyObject *)pnd.dtype) == 0;
}

/* ---- Functions ------------------------------------------------------------------------------- */

PND_FUNCTION(promote_types, "type1, type2, /", "The smallest dtype that both promote to.")
{
    nd_dtype a = ND_FLOAT64, b = ND_FLOAT64;
    if (!pnd_to_dtype(given[0], &a) || !pnd_to_dtype(given[1], &b))
        return NULL;
    return pnd_dtype_object(nd_promote(a, b));
}

/* The dtype that an object stands for, or that it has as an array. */
static bool of_anything(PyObject *object, nd_dtype *dtype)
{
    if (pnd_to_dtype(object, dtype))
        return true;
    if (PyType_Check(object) || PyUnicode_Check(object))
        return false;
    PyErr_Clear();
    PND_AUTO array = pnd_to_array(object);
    if (array)
        *dtype = nd_dtype_of(array);
    return array != NULL;
}

PND_FUNCTION(
    can_cast, "from_, to, casting='safe'",
    "True if a cast from a dtype (or an array's) to another goes no further than `casting`.")
{
    nd_dtype from = ND_FLOAT64, to = ND_FLOAT64;
    nd_casting casting = ND_CAST_SAFE;
    if (PyLong_CheckExact(given[0]) || PyFloat_CheckExact(given[0]) ||
        PyComplex_CheckExact(given[0])) {
        PyErr_SetString(PyExc_TypeError,
                        "can_cast() does not take Python numbers, whose casts would "
                        "depend on their values; give a dtype");
        return NULL;
    }
    if (pnd_is_array(given[0]))
        from = nd_dtype_of(pnd_array_of(given[0]));
    else if (!of_anything(given[0], &from))
        return NULL;
    if (!pnd_to_dtype(given[1], &to) || !pnd_to_casting(given[2], &casting))
        return NULL;
    if (given[2] && PyUnicode_Check(given[2]) && casting == ND_CAST_SAFE &&
        PyUnicode_CompareWithASCIIString(given[2], "safe") != 0)
        return PyBool_FromLong(from == to); /* 'no', 'equiv' */
    return PyBool_FromLong(nd_can_cast(from, to, casting));
}

/* result_type(*arrays_and_dtypes): Python's numbers are weak. */
static PyObject *result_type(PyObject *Py_UNUSED(module), PyObject *const *arguments,
                             Py_ssize_t count)
{
    uint32_t dtypes = 0;
    int weak = -1; /* bool, int, float, complex */
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *object = arguments[i];
        const int number = PyBool_Check(object)           ? 0
                           : PyLong_CheckExact(object)    ? 1
                           : PyFloat_CheckExact(object)   ? 2
                           : PyComplex_CheckExact(object) ? 3
                                                          : -1;
        if (number >= 0) {
            weak = number > weak ? number : weak;
            continue;
        }
        nd_dtype one = ND_FLOAT64;
        if (pnd_is_array(object)) {
            one = nd_dtype_of(pnd_array_of(object));
        } else if (pnd_is_scalar(object)) {
            one = pnd_scalar_type_dtype(Py_TYPE(object));
        } else if (PyType_Check(object) || PyUnicode_Check(object) ||
                   Py_TYPE(object) == pnd.dtype || object == Py_None) {
            if (!pnd_to_dtype(object, &one))
                return NULL;
        } else if (!of_anything(object, &one)) {
            return NULL;
        }
        dtypes |= 1u << one;
    }
    nd_dtype dtype = nd_promote_set(dtypes);
    static const nd_dtype strong[] = {ND_BOOL, ND_INT64, ND_FLOAT64, ND_COMPLEX128};
    if (dtype == ND_DTYPE_NONE && weak < 0) {
        PyErr_SetString(PyExc_ValueError, "at least one array or dtype is required");
        return NULL;
    }
    if (dtype == ND_DTYPE_NONE)
        return pnd_dtype_object(strong[weak]);
    if (weak >= 0) {
        const nd_kind kind = nd_dtype_kind(dtype);
        const int rank = kind == ND_KIND_BOOL       ? 0
                         : kind <= ND_KIND_UNSIGNED ? 1
                         : kind == ND_KIND_FLOAT    ? 2
                                                    : 3;
        if (weak > rank)
            dtype = weak == 3 && rank == 2 &&
                            (dtype == ND_FLOAT32 || dtype == ND_FLOAT16 || dtype == ND_BFLOAT16)
                        ? ND_COMPLEX64
                        : strong[weak];
    }
    return pnd_dtype_object(dtype);
}

PyMethodDef pnd_dtype_functions[] = {
    PND_ROW(promote_types),
    PND_ROW(can_cast),
    {"result_type", (PyCFunction)(void (*)(void))result_type, METH_FASTCALL,
     "result_type(*arrays_and_dtypes)\n--\n\nThe dtype that operations on them give."},
    {0},
};

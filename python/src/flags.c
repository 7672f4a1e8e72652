/* ndarray.flags: how an array lies in memory, and whether it may be written. */
#include "core.h"

/* flags holds its array, and asks it each time. */
typedef struct flags_object {
    PyObject_HEAD PyObject *array;
} flags_object;

enum {
    C_ORDER,
    F_ORDER,
    OWN_DATA,
    WRITEABLE,
    ALIGNED,
    COPIES_BACK,
    FORTRAN_ONLY,
    ANY_ORDER,
    C_ARRAY,
    F_ARRAY
};

static bool flag(PyObject *self, int which)
{
    PyObject *object = ((flags_object *)self)->array;
    nd_array *array = pnd_array_of(object);
    switch (which) {
    case C_ORDER:
        return nd_is_contiguous(array);
    case F_ORDER:
        return nd_is_fortran_contiguous(array);
    case OWN_DATA:
        return !((pnd_array *)object)->base;
    case WRITEABLE:
        return nd_is_writeable(array) && !((pnd_array *)object)->locked;
    case ALIGNED:
        return true;
    case FORTRAN_ONLY:
        return pnd_is_fortran(array);
    case ANY_ORDER:
        return nd_is_fortran_contiguous(array) || nd_is_contiguous(array);
    case C_ARRAY:
        return flag(self, WRITEABLE) && nd_is_contiguous(array);
    case F_ARRAY:
        return flag(self, WRITEABLE) && flag(self, FORTRAN_ONLY);
    default:
        return false;
    }
}

/* NumPy's bits. */
static PyObject *flags_number(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromLong(flag(self, C_ORDER) + 2 * flag(self, F_ORDER) +
                           4 * flag(self, OWN_DATA) + 0x100 + 0x400 * flag(self, WRITEABLE));
}

PyObject *pnd_flags_of(PyObject *array)
{
    flags_object *self = PyObject_New(flags_object, pnd.flags);
    if (self)
        self->array = Py_NewRef(array);
    return (PyObject *)self;
}

static PyObject *flags_new(PyTypeObject *Py_UNUSED(type), PyObject *arguments,
                           PyObject *Py_UNUSED(keywords))
{
    PyObject *array;
    return PyArg_ParseTuple(arguments, "O!", pnd.array, &array) ? pnd_flags_of(array) : NULL;
}

static void flags_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_DECREF(((flags_object *)self)->array);
    PyObject_Free(self);
    Py_DECREF(type);
}

static const struct {
    const char *name, *attribute, *letter;
} flag_names[] = {
    {"C_CONTIGUOUS", "c_contiguous", "C"},
    {"F_CONTIGUOUS", "f_contiguous", "F"},
    {"OWNDATA", "owndata", "O"},
    {"WRITEABLE", "writeable", "W"},
    {"ALIGNED", "aligned", "A"},
    {"WRITEBACKIFCOPY", "writebackifcopy", "X"},
    {"FNC", "fnc", "FNC"},
    {"FORC", "forc", "FORC"},
};

static PyObject *flags_get(PyObject *self, void *which)
{
    return PyBool_FromLong(flag(self, (int)(intptr_t)which));
}

static int flags_set_writeable(PyObject *self, PyObject *value, void *Py_UNUSED(unused))
{
    pnd_array *array = (pnd_array *)((flags_object *)self)->array;
    if (!value) {
        PyErr_SetString(PyExc_AttributeError, "flags cannot be deleted");
        return -1;
    }
    const int truth = PyObject_IsTrue(value);
    if (truth < 0)
        return -1;
    if (truth && (!nd_is_writeable(array->array) || (array->base && pnd_is_array(array->base) &&
                                                     ((pnd_array *)array->base)->locked))) {
        PyErr_SetString(PyExc_ValueError, "cannot set WRITEABLE flag to True of this array");
        return -1;
    }
    array->locked = !truth;
    return 0;
}

static int find_flag(PyObject *name)
{
    for (int i = 0; PyUnicode_Check(name) && i < 8; i++)
        if (PyUnicode_CompareWithASCIIString(name, flag_names[i].name) == 0 ||
            PyUnicode_CompareWithASCIIString(name, flag_names[i].letter) == 0)
            return i;
    PyErr_SetString(PyExc_KeyError, "Unknown flag");
    return -1;
}

static PyObject *flags_item(PyObject *self, PyObject *name)
{
    const int which = find_flag(name);
    return which < 0 ? NULL : PyBool_FromLong(flag(self, which));
}

static int flags_set_item(PyObject *self, PyObject *name, PyObject *value)
{
    const int which = find_flag(name);
    if (which < 0)
        return -1;
    if (which == WRITEABLE)
        return flags_set_writeable(self, value, NULL);
    PyErr_SetString(PyExc_KeyError, "flag is read-only");
    return -1;
}

static PyObject *flags_repr(PyObject *self)
{
    PND_OBJECT text = PyUnicode_FromString("");
    for (int i = 0; text && i < 6; i++) {
        PyObject *longer = PyUnicode_FromFormat("%U  %s : %s\n", text, flag_names[i].name,
                                                flag(self, i) ? "True" : "False");
        Py_SETREF(text, longer);
    }
    return Py_XNewRef(text);
}

static PyObject *flags_compare(PyObject *self, PyObject *other, int how)
{
    if (Py_TYPE(other) != Py_TYPE(self) || (how != Py_EQ && how != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    bool same = true;
    for (int which = C_ORDER; which <= ALIGNED; which++)
        same &= flag(self, which) == flag(other, which);
    return PyBool_FromLong(same == (how == Py_EQ));
}

static PyGetSetDef flags_attributes[] = {
    {"c_contiguous", flags_get, NULL, "In C order without gaps.", (void *)C_ORDER},
    {"f_contiguous", flags_get, NULL, "In Fortran order without gaps.", (void *)F_ORDER},
    {"contiguous", flags_get, NULL, "In C order without gaps.", (void *)C_ORDER},
    {"owndata", flags_get, NULL, "No view.", (void *)OWN_DATA},
    {"writeable", flags_get, flags_set_writeable, "May be written.", (void *)WRITEABLE},
    {"aligned", flags_get, NULL, "Aligned for the dtype: always.", (void *)ALIGNED},
    {"writebackifcopy", flags_get, NULL, "Never.", (void *)COPIES_BACK},
    {"fnc", flags_get, NULL, "In Fortran and not in C order.", (void *)FORTRAN_ONLY},
    {"fortran", flags_get, NULL, "In Fortran order without gaps.", (void *)F_ORDER},
    {"behaved", flags_get, NULL, "Aligned, and may be written.", (void *)WRITEABLE},
    {"carray", flags_get, NULL, "Behaved and in C order.", (void *)C_ARRAY},
    {"farray", flags_get, NULL, "Behaved and in Fortran order alone.", (void *)F_ARRAY},
    {"num", flags_number, NULL, "All flags as bits.", NULL},
    {"forc", flags_get, NULL, "In Fortran or C order.", (void *)ANY_ORDER},
    {0},
};

static PyType_Slot flags_slots[] = {
    {Py_tp_new, flags_new},
    {Py_tp_dealloc, flags_free},
    {Py_tp_repr, flags_repr},
    {Py_tp_richcompare, flags_compare},
    {Py_tp_hash, PyObject_HashNotImplemented},
    {Py_tp_getset, flags_attributes},
    {Py_mp_subscript, flags_item},
    {Py_mp_ass_subscript, flags_set_item},
    {Py_tp_doc, "How an array lies in memory."},
    {0},
};
PyType_Spec pnd_flags_spec = {.name = "ndstream.flagsobj",
                              .basicsize = sizeof(flags_object),
                              .flags = Py_TPFLAGS_DEFAULT,
                              .slots = flags_slots};

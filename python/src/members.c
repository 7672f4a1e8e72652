/* Methods of ndarray that programs rarely call: resize, setflags, dump, tofile, and what tells
 * other libraries where the memory is. */
#include "core.h"

#include <string.h>

/* ---- resize ---------------------------------------------------------------------------------- */

/* The elements in C order in another shape, zeros behind them. */
static nd_array *resized(const nd_array *array, nd_shape shape)
{
    PND_AUTO flat = nd_ravel(array);
    PND_AUTO result = nd_zeros(nd_dtype_of(array), shape);
    PND_AUTO line = nd_reshape(result, (nd_shape){.rank = 1, .length = {-1}});
    if (!flat || !line)
        return NULL;
    const int64_t kept = nd_size(flat) < nd_size(line) ? nd_size(flat) : nd_size(line);
    PND_AUTO from = nd_slice(flat, ND_RANGE(0, kept));
    PND_AUTO to = nd_slice(line, ND_RANGE(0, kept));
    return from && to && nd_assign(to, from) == ND_OK ? nd_retain(result) : NULL;
}

/* x.resize(2, 3), x.resize((2, 3), refcheck=False) */
static PyObject *resize_method(PyObject *self, PyObject *const *arguments, Py_ssize_t count,
                               PyObject *keywords)
{
    static pnd_signature words = {"resize", "*, refcheck=True"};
    PyObject *given[PND_MOST_PARAMETERS];
    bool check = true;
    nd_shape shape;
    if (!count || (count == 1 && arguments[0] == Py_None))
        Py_RETURN_NONE;
    PND_OBJECT several = PyTuple_New(count);
    for (Py_ssize_t i = 0; several && i < count; i++)
        PyTuple_SET_ITEM(several, i, Py_NewRef(arguments[i]));
    if (!several || !pnd_bind(&words, NULL, arguments + count, 0, keywords, given) ||
        !pnd_to_bool(given[0], &check) ||
        !pnd_to_shape(count == 1 ? arguments[0] : several, &shape))
        return NULL;
    pnd_array *array = (pnd_array *)self;
    int64_t size = 1;
    for (int axis = 0; axis < shape.rank; axis++)
        if (shape.length[axis] < 0 || __builtin_mul_overflow(size, shape.length[axis], &size))
            size = -1;
    const bool reshapes = size == nd_size(array->array) && nd_is_contiguous(array->array);
    if (array->base && !reshapes) {
        PyErr_SetString(PyExc_ValueError, "cannot resize this array: it does not own its data");
        return NULL;
    }
    /* The caller's name and the call itself hold it. */
    if (check && !reshapes && Py_REFCNT(self) > 2) {
        PyErr_SetString(PyExc_ValueError,
                        "cannot resize an array that references or is referenced by another array "
                        "in this way.\nUse the np.resize function or refcheck=False");
        return NULL;
    }
    nd_array *result = reshapes ? nd_reshape(array->array, shape) : resized(array->array, shape);
    if (!result)
        return pnd_raise();
    pnd_replace(self, result);
    Py_RETURN_NONE;
}

/* ---- Flags ----------------------------------------------------------------------------------- */

PND_FUNCTION(setflags, "self, write=None, align=None, uic=None", "Sets what flags tells.")
{
    PND_OBJECT flags = PyObject_GetAttrString(given[0], "flags");
    if (!flags || (pnd_given(given[1]) && PyObject_SetAttrString(flags, "writeable", given[1]) < 0))
        return NULL;
    bool align = true, uic = false;
    if (!pnd_to_bool(given[2], &align) || !pnd_to_bool(given[3], &uic))
        return NULL;
    if (!align || uic) {
        PyErr_SetString(PyExc_ValueError, align ? "cannot set WRITEBACKIFCOPY flag to True"
                                                : "arrays are always aligned");
        return NULL;
    }
    Py_RETURN_NONE;
}
PND_ALSO_METHOD(setflags)

/* ---- Out of the program ---------------------------------------------------------------------- */

PND_FUNCTION(dumps, "self", "The array as pickle writes it.")
{
    PND_OBJECT protocol = PyLong_FromLong(2);
    return protocol ? pnd_in_python("pickle", "dumps", (PyObject *[]){given[0], protocol}, 2)
                    : NULL;
}
PND_ALSO_METHOD(dumps)

/* A file by name, or one that is open. */
static PyObject *to_file(PyObject *target, const char *mode, bool *opened)
{
    *opened = !PyObject_HasAttrString(target, "write");
    if (!*opened)
        return Py_NewRef(target);
    PND_OBJECT module = PyImport_ImportModule("io");
    return module ? PyObject_CallMethod(module, "open", "Os", target, mode) : NULL;
}

static bool write_and_close(PyObject *file, PyObject *data, bool opened)
{
    PND_OBJECT written = data ? PyObject_CallMethod(file, "write", "O", data) : NULL;
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PND_OBJECT closed = opened ? PyObject_CallMethod(file, "close", NULL) : Py_NewRef(Py_None);
    if (type)
        PyErr_Restore(type, value, trace);
    return written && closed;
}

PND_FUNCTION(dump, "self, file", "Pickles into a file.")
{
    bool opened;
    PND_OBJECT data = dumps_body(given);
    PND_OBJECT file = data ? to_file(given[1], "wb", &opened) : NULL;
    return file && write_and_close(file, data, opened) ? Py_NewRef(Py_None) : NULL;
}
PND_ALSO_METHOD(dump)

PND_FUNCTION(tofile, "self, fid, sep='', format='%s'",
             "Writes the elements in C order: their bytes, or their text with `sep` between.")
{
    bool opened, text = false;
    if (given[2]) {
        const int truth = PyObject_IsTrue(given[2]);
        if (truth < 0)
            return NULL;
        text = truth;
    }
    PND_OBJECT data = NULL;
    if (text) {
        PND_OBJECT form = given[3] ? Py_NewRef(given[3]) : PyUnicode_FromString("%s");
        PND_OBJECT flat = PyObject_GetAttrString(given[0], "flat");
        PND_OBJECT items = flat ? PySequence_List(flat) : NULL;
        for (Py_ssize_t i = 0; form && items && i < PyList_GET_SIZE(items); i++) {
            PND_OBJECT one = PyObject_CallMethod(PyList_GET_ITEM(items, i), "item", NULL);
            PND_OBJECT single = one ? PyTuple_Pack(1, one) : NULL;
            PyObject *word = single ? PyUnicode_Format(form, single) : NULL;
            if (!word)
                return NULL;
            PyList_SetItem(items, i, word);
        }
        data = items ? PyUnicode_Join(given[2], items) : NULL;
    } else {
        data = PyObject_CallMethod(given[0], "tobytes", NULL);
    }
    PND_OBJECT file = data ? to_file(given[1], text ? "w" : "wb", &opened) : NULL;
    if (file && text && !opened && !PyObject_HasAttrString(file, "encoding")) { /* a binary file */
        Py_SETREF(data, PyUnicode_AsUTF8String(data));
        if (!data)
            return NULL;
    }
    return file && write_and_close(file, data, opened) ? Py_NewRef(Py_None) : NULL;
}
PND_ALSO_METHOD(tofile)

/* NumPy's older protocol. The address is out of our hands from here on. */
PyObject *pnd_array_interface(PyObject *self, void *Py_UNUSED(unused))
{
    nd_array *array = pnd_array_of(self);
    const nd_dtype dtype = nd_dtype_of(array);
    if (!pnd_format_of(dtype)) {
        PyErr_Format(PyExc_AttributeError, "%s has no type in __array_interface__",
                     nd_dtype_name(dtype));
        return NULL;
    }
    if (!pnd_force(array))
        return NULL;
    const bool writeable = nd_is_writeable(array) && !((pnd_array *)self)->locked;
    const void *data = nd_is_writeable(array) ? nd_data_writeable(array) : nd_data(array);
    if (!data && nd_size(array))
        return pnd_raise();
    PND_OBJECT dtype_object = pnd_dtype_object(dtype);
    PND_OBJECT type = PyObject_GetAttrString(dtype_object, "str");
    PND_OBJECT shape = pnd_shape_tuple(nd_rank(array), nd_lengths(array));
    PND_OBJECT strides = nd_is_contiguous(array)
                             ? Py_NewRef(Py_None)
                             : pnd_shape_tuple(nd_rank(array), nd_strides(array));
    PND_OBJECT address = PyLong_FromVoidPtr((void *)data);
    if (!type || !shape || !strides || !address)
        return NULL;
    return Py_BuildValue("{sOsOs(OO)sOsi}", "shape", shape, "typestr", type, "data", address,
                         writeable ? Py_False : Py_True, "strides", strides, "version", 3);
}

PyMethodDef pnd_member_methods[] = {
    {"resize", (PyCFunction)(void (*)(void))resize_method, METH_FASTCALL | METH_KEYWORDS,
     "resize(self, *new_shape, refcheck=True)\n--\n\nChanges the shape and the number of elements "
     "in "
     "place; new ones are 0."},
    PND_METHOD_ROW("setflags", setflags),
    PND_METHOD_ROW("dumps", dumps),
    PND_METHOD_ROW("dump", dump),
    PND_METHOD_ROW("tofile", tofile),
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, "For annotations: ndarray[...]."},
    {0},
};

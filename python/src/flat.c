/* ndarray.flat: the elements in C order, to iterate, index and set. */
#include "core.h"

/* flat: the array, a 1-d view or copy of it in C order, and how far iteration has come. */
typedef struct flat_object {
    PyObject_HEAD PyObject *array;
    int64_t at;
    nd_array *line; /* a reference, if the array is in C order, to what the rest is said of */
    nd_dtype dtype;
    int64_t size;
} flat_object;

PyObject *pnd_flat_of(PyObject *array)
{
    flat_object *self = PyObject_New(flat_object, pnd.flat);
    if (self) {
        nd_array *of = pnd_array_of(array);
        self->array = Py_NewRef(array);
        self->at = 0;
        self->line = nd_is_contiguous(of) ? nd_retain(of) : NULL;
        self->dtype = nd_dtype_of(of);
        self->size = nd_size(of);
    }
    return (PyObject *)self;
}

static PyObject *flat_new(PyTypeObject *Py_UNUSED(type), PyObject *arguments,
                          PyObject *Py_UNUSED(keywords))
{
    PyObject *array;
    return PyArg_ParseTuple(arguments, "O!", pnd.array, &array) ? pnd_flat_of(array) : NULL;
}

static void flat_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_DECREF(((flat_object *)self)->array);
    pnd_release_pointer(&((flat_object *)self)->line);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyObject *raveled(PyObject *self)
{
    PyObject *array = ((flat_object *)self)->array;
    return pnd_wrap_view(nd_ravel(pnd_array_of(array)), array);
}

static PyObject *flat_next(PyObject *self)
{
    flat_object *flat = (flat_object *)self;
    nd_array *array = pnd_array_of(flat->array);
    if (array == flat->line && flat->at < flat->size && !nd_is_pending(array)) {
        const char *data = nd_data(array);
        const int64_t item = (int64_t)nd_dtype_size(flat->dtype);
        return data ? pnd_scalar_new(flat->dtype, data + flat->at++ * item) : pnd_raise();
    }
    if (flat->at >= nd_size(array) || !pnd_force(array))
        return NULL;
    const char *data = nd_data(array);
    if (!data)
        return pnd_raise();
    int64_t rest = flat->at++;
    for (int i = nd_rank(array) - 1; i >= 0; i--) {
        data += rest % nd_lengths(array)[i] * nd_strides(array)[i];
        rest /= nd_lengths(array)[i];
    }
    return pnd_scalar_new(nd_dtype_of(array), data);
}

static Py_ssize_t flat_length(PyObject *self)
{
    return (Py_ssize_t)nd_size(pnd_array_of(((flat_object *)self)->array));
}

static PyObject *flat_item(PyObject *self, PyObject *key)
{
    PND_OBJECT flat = raveled(self);
    PND_OBJECT zero = PyLong_FromLong(0);
    PND_OBJECT place = PyBool_Check(key) ? PySlice_New(NULL, key, NULL) : NULL; /* False: none */
    if (place)
        key = key == Py_True ? zero : place;
    PND_OBJECT item = flat ? pnd_get_item(flat, key) : NULL;
    if (item && pnd_is_array(item)) /* a copy, as NumPy's */
        return pnd_wrap(nd_copy(pnd_array_of(item)));
    return Py_XNewRef(item);
}

static int flat_set_item(PyObject *self, PyObject *key, PyObject *value)
{
    if (!value) {
        PyErr_SetString(PyExc_TypeError, "elements cannot be deleted");
        return -1;
    }
    PyObject *array = ((flat_object *)self)->array;
    PND_OBJECT flat = raveled(self);
    if (!flat || !pnd_check_writeable(array))
        return -1;
    /* NumPy repeats a value that is too short. */
    PND_OBJECT target = NULL;
    PND_OBJECT repeated = NULL;
    if (PySlice_Check(key) && (pnd_is_array(value) || !PyNumber_Check(value))) {
        target = pnd_get_item(flat, key);
        PND_AUTO source = target ? pnd_to_array(value) : NULL;
        PND_AUTO line = source ? nd_ravel(source) : NULL;
        if (!line)
            return PyErr_Occurred() ? -1 : (pnd_raise(), -1);
        const int64_t have = nd_size(line), want = nd_size(pnd_array_of(target));
        if (!have || !want)
            return 0;
        if (have != want) {
            PND_AUTO row = nd_expand_dims(line, 0);
            PND_AUTO rows = nd_broadcast_to(row, ND_SHAPE((want + have - 1) / have, have));
            PND_AUTO copy = nd_copy(rows);
            PND_AUTO plain = nd_ravel(copy);
            repeated = pnd_wrap(nd_slice(plain, ND_RANGE(0, want)));
            if (!repeated)
                return -1;
        } else {
            repeated = pnd_wrap(nd_retain(line));
            if (!repeated)
                return -1;
        }
    }
    if (pnd_set_item(flat, key, repeated ? repeated : value) < 0)
        return -1;
    nd_array *whole = pnd_array_of(array);
    if (!nd_size(whole) || nd_overlaps(pnd_array_of(flat), whole))
        return 0;
    PND_AUTO back = nd_reshape(pnd_array_of(flat), nd_shape_like(whole)); /* it was a copy */
    return pnd_check(back ? nd_assign(whole, back) : ND_ERROR_MEMORY) ? 0 : -1;
}

static PyObject *flat_array(PyObject *self, PyObject *Py_UNUSED(arguments))
{
    return raveled(self);
}

static PyObject *flat_copy(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PND_OBJECT flat = raveled(self);
    return flat ? pnd_wrap(nd_copy(pnd_array_of(flat))) : NULL;
}

static PyObject *flat_base(PyObject *self, void *Py_UNUSED(unused))
{
    return Py_NewRef(((flat_object *)self)->array);
}

static PyObject *flat_index(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromLongLong(((flat_object *)self)->at);
}

static PyMethodDef flat_methods[] = {
    {"__array__", flat_array, METH_VARARGS, "The elements as a 1-d array."},
    {"copy", flat_copy, METH_NOARGS, "copy($self, /)\n--\n\nA 1-d copy."},
    {0},
};
/* The indices of the element that comes next. */
static PyObject *flat_coords(PyObject *self, void *Py_UNUSED(unused))
{
    const flat_object *flat = (flat_object *)self;
    const nd_array *array = pnd_array_of(flat->array);
    int64_t index[ND_MAX_RANK], rest = flat->at;
    for (int i = nd_rank(array) - 1; i >= 0; i--) {
        const int64_t length = nd_lengths(array)[i];
        index[i] = i > 0 && length ? rest % length : rest;
        rest = length ? rest / length : 0;
    }
    return pnd_shape_tuple(nd_rank(array), index);
}

static PyGetSetDef flat_attributes[] = {
    {"coords", flat_coords, NULL, "The indices of the next element.", NULL},
    {"base", flat_base, NULL, "The array.", NULL},
    {"index", flat_index, NULL, "How many elements were given.", NULL},
    {0},
};
static PyType_Slot flat_slots[] = {
    {Py_tp_new, flat_new},
    {Py_tp_dealloc, flat_free},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, flat_next},
    {Py_sq_length, flat_length},
    {Py_mp_length, flat_length},
    {Py_mp_subscript, flat_item},
    {Py_mp_ass_subscript, flat_set_item},
    {Py_tp_methods, flat_methods},
    {Py_tp_getset, flat_attributes},
    {Py_tp_doc, "The elements of an array in C order."},
    {0},
};
PyType_Spec pnd_flat_spec = {.name = "ndstream.flatiter",
                             .basicsize = sizeof(flat_object),
                             .flags = Py_TPFLAGS_DEFAULT,
                             .slots = flat_slots};

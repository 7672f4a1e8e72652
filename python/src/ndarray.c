/* The type ndstream.ndarray: its objects, attributes, and the protocols that are not arithmetic or
 * indexing. */
#include "core.h"

#include <string.h>

/* ---- Objects --------------------------------------------------------------------------------- */

/* Objects kept for reuse: a result in a loop takes the place of the one before it. */
#ifndef Py_GIL_DISABLED
enum { MOST_KEPT = 64 };
static pnd_array *kept[MOST_KEPT];
static int kept_count;
#endif

struct pnd_replaced {
    nd_array *array;
    struct pnd_replaced *next;
};

static pnd_array *new_object(void)
{
    pnd_array *self;
#ifndef Py_GIL_DISABLED
    if (kept_count) {
        self = kept[--kept_count];
        PyObject_Init((PyObject *)self, pnd.array);
    } else
#endif
        self = PyObject_New(pnd_array, pnd.array);
    if (self) {
        self->base = NULL;
        self->weak_references = NULL;
        self->replaced = NULL;
        self->locked = false;
    }
    return self;
}

static void free_object(PyObject *object)
{
    pnd_array *self = (pnd_array *)object;
    PyTypeObject *type = Py_TYPE(object);
    if (self->weak_references)
        PyObject_ClearWeakRefs(object);
    nd_release(self->array);
    while (self->replaced) {
        struct pnd_replaced *const next = self->replaced->next;
        nd_release(self->replaced->array);
        PyMem_Free(self->replaced);
        self->replaced = next;
    }
    Py_XDECREF(self->base);
#ifndef Py_GIL_DISABLED
    if (type == pnd.array && kept_count < MOST_KEPT) {
        kept[kept_count++] = self;
        Py_DECREF(type);
        return;
    }
#endif
    type->tp_free(object);
    Py_DECREF(type);
}

/* Whether another thread may be inside a call. */
static bool others_work(void)
{
#ifdef Py_GIL_DISABLED
    return true;
#else
    return pnd_threads_away();
#endif
}

/* A thread inside a call may work on the array of before: while there is one, that is kept. */
void pnd_replace(PyObject *object, nd_array *array)
{
    pnd_array *const self = (pnd_array *)object;
    nd_array *const before = __atomic_exchange_n(&self->array, array, __ATOMIC_ACQ_REL);
    if (!others_work()) {
        nd_release(before);
        return;
    }
    struct pnd_replaced *kept_one = PyMem_Malloc(sizeof *kept_one);
    if (!kept_one) /* better lost than used after it is gone */
        return;
    *kept_one = (struct pnd_replaced){before, __atomic_load_n(&self->replaced, __ATOMIC_RELAXED)};
    while (!__atomic_compare_exchange_n(&self->replaced, &kept_one->next, kept_one, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        ;
}

PyObject *pnd_wrap(nd_array *array)
{
    if (!array)
        return pnd_raise();
    pnd_array *self = new_object();
    if (!self) {
        nd_release(array);
        return NULL;
    }
    self->array = array;
    return (PyObject *)self;
}

bool pnd_force(nd_array *array)
{
    if (!nd_is_pending(array))
        return true;
    nd_status status;
    PND_UNLOCKED(PND_LARGE, status = nd_eval(1, &array));
    return pnd_check(status);
}

PyObject *pnd_wrap_result(nd_array *array)
{
    if (!array)
        return pnd_raise();
    if (nd_rank(array))
        return pnd_wrap(array);
    PyObject *scalar = NULL;
    if (pnd_force(array)) {
        const void *element = nd_data(array);
        scalar = element ? pnd_scalar_new(nd_dtype_of(array), element) : pnd_raise();
    }
    nd_release(array);
    return scalar;
}

PyObject *pnd_wrap_view(nd_array *array, PyObject *owner)
{
    PyObject *object = pnd_wrap(array);
    if (!object)
        return NULL;
    if (pnd_is_array(owner)) {
        pnd_array *source = (pnd_array *)owner;
        ((pnd_array *)object)->locked = source->locked;
        owner = source->base ? source->base : owner;
    }
    ((pnd_array *)object)->base = Py_NewRef(owner);
    return object;
}

bool pnd_check_writeable(PyObject *array)
{
    if (!((pnd_array *)array)->locked && nd_is_writeable(pnd_array_of(array)))
        return true;
    PyErr_SetString(PyExc_ValueError, "assignment destination is read-only");
    return false;
}

PyObject *pnd_into(nd_array *array, PyObject *out)
{
    if (!pnd_given(out))
        return pnd_wrap_result(array);
    if (!array)
        return pnd_raise();
    if (out == Py_Ellipsis) /* an array, where a number would be given */
        return pnd_wrap(array);
    PyObject *result = NULL;
    PyObject *target =
        PyTuple_Check(out) && PyTuple_GET_SIZE(out) == 1 ? PyTuple_GET_ITEM(out, 0) : out;
    if (!pnd_is_array(target)) {
        PyErr_SetString(PyExc_TypeError, "return arrays must be of ArrayType");
    } else if (pnd_check_writeable(target)) {
        nd_array *to = pnd_array_of(target);
        if (!pnd_same_shape(to, array))
            PyErr_SetString(PyExc_ValueError, "output parameter `out` has the wrong shape");
        else if (!nd_can_cast(nd_dtype_of(array), nd_dtype_of(to), ND_CAST_SAME_KIND))
            PyErr_Format(PyExc_TypeError,
                         "Cannot cast the result from dtype('%s') to dtype('%s') of `out` with "
                         "casting rule 'same_kind'",
                         nd_dtype_name(nd_dtype_of(array)), nd_dtype_name(nd_dtype_of(to)));
        else if (pnd_check(nd_assign(to, array)))
            result = Py_NewRef(target);
    }
    nd_release(array);
    return result;
}

PyObject *pnd_object_into(PyObject *object, PyObject *out)
{
    if (!object || !pnd_given(out))
        return Py_XNewRef(object);
    nd_array *const array = pnd_to_array(object);
    return array ? pnd_into(array, out) : NULL;
}

/* As many strides as there are axes, of any sign. */
static bool to_strides(PyObject *object, int rank, nd_shape *strides)
{
    PND_OBJECT items = PySequence_Tuple(object);
    if (!items)
        return false;
    if (PyTuple_GET_SIZE(items) != rank) {
        PyErr_SetString(PyExc_ValueError, "strides, if given, must be the same length as shape");
        return false;
    }
    for (int i = 0; i < rank; i++)
        if (!pnd_to_int64(PyTuple_GET_ITEM(items, i), &strides->length[i]))
            return false;
    return true;
}

/* ndarray(shape, dtype=None, buffer=None, offset=0, strides=None, order=None) */
static PyObject *array_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    static char *names[] = {"shape", "dtype", "buffer", "offset", "strides", "order", NULL};
    PyObject *shape_object, *dtype_object = NULL, *buffer = NULL, *strides = NULL,
                            *order_object = NULL;
    Py_ssize_t offset = 0;
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "O|OOnOO:ndarray", names, &shape_object,
                                     &dtype_object, &buffer, &offset, &strides, &order_object))
        return NULL;
    if (type != pnd.array) {
        PyErr_SetString(PyExc_NotImplementedError, "ndarray has no subclasses");
        return NULL;
    }
    nd_dtype dtype = ND_FLOAT64;
    nd_shape shape, steps;
    char order = 'C';
    if (!pnd_to_dtype(dtype_object, &dtype) || !pnd_to_shape(shape_object, &shape) ||
        !pnd_to_order(order_object, &order))
        return NULL;
    const bool strided = pnd_given(strides);
    if (strided && !to_strides(strides, shape.rank, &steps))
        return NULL;
    if (pnd_given(buffer))
        return pnd_over_buffer(buffer, dtype, &shape, strided ? steps.length : NULL, order, offset);
    if (strided) {
        PyErr_SetString(PyExc_NotImplementedError,
                        "ndarray: strides go with a buffer; see also empty(), in either order");
        return NULL;
    }
    return pnd_wrap(order == 'F' ? nd_empty_fortran(dtype, shape) : nd_empty(dtype, shape));
}

/* ---- Attributes ------------------------------------------------------------------------------ */

static PyObject *get_shape(PyObject *self, void *Py_UNUSED(unused))
{
    nd_array *array = pnd_array_of(self);
    return pnd_shape_tuple(nd_rank(array), nd_lengths(array));
}

/* The array behind the object is replaced by a view of it. */
static int set_shape(PyObject *self, PyObject *value, void *Py_UNUSED(unused))
{
    nd_shape shape;
    if (!value) {
        PyErr_SetString(PyExc_AttributeError, "the shape cannot be deleted");
        return -1;
    }
    if (!pnd_to_shape(value, &shape))
        return -1;
    nd_array *array = pnd_array_of(self), *view = nd_reshape(array, shape);
    if (!view) {
        pnd_raise();
        return -1;
    }
    if (nd_size(array) && !nd_overlaps(view, array)) {
        nd_release(view);
        PyErr_SetString(PyExc_AttributeError,
                        "Incompatible shape for in-place modification. Use `.reshape()` "
                        "to make a copy with the desired shape.");
        return -1;
    }
    pnd_replace(self, view);
    return 0;
}

static PyObject *get_strides(PyObject *self, void *Py_UNUSED(unused))
{
    nd_array *array = pnd_array_of(self);
    return pnd_shape_tuple(nd_rank(array), nd_strides(array));
}

static PyObject *get_dtype(PyObject *self, void *Py_UNUSED(unused))
{
    return pnd_dtype_object(nd_dtype_of(pnd_array_of(self)));
}

static int set_dtype(PyObject *self, PyObject *value, void *Py_UNUSED(unused))
{
    nd_dtype dtype = ND_DTYPE_NONE;
    if (!value || !pnd_to_dtype(value, &dtype)) {
        if (!value)
            PyErr_SetString(PyExc_AttributeError, "the dtype cannot be deleted");
        return -1;
    }
    PND_OBJECT view = pnd_view_as(self, dtype);
    if (!view)
        return -1;
    pnd_replace(self, nd_retain(pnd_array_of(view)));
    return 0;
}

static PyObject *get_ndim(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromLong(nd_rank(pnd_array_of(self)));
}

static PyObject *get_size(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromLongLong(nd_size(pnd_array_of(self)));
}

static PyObject *get_itemsize(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromSize_t(nd_dtype_size(nd_dtype_of(pnd_array_of(self))));
}

static PyObject *get_nbytes(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromSize_t(nd_bytes(pnd_array_of(self)));
}

static PyObject *get_base(PyObject *self, void *Py_UNUSED(unused))
{
    PyObject *base = ((pnd_array *)self)->base;
    return Py_NewRef(base ? base : Py_None);
}

static PyObject *get_transpose(PyObject *self, void *Py_UNUSED(unused))
{
    return pnd_wrap_view(nd_transpose(pnd_array_of(self)), self);
}

static PyObject *get_matrix_transpose(PyObject *self, void *Py_UNUSED(unused))
{
    if (nd_rank(pnd_array_of(self)) < 2) {
        PyErr_SetString(PyExc_ValueError, "matrix transpose with ndim < 2 is undefined");
        return NULL;
    }
    return pnd_wrap_view(nd_swap_axes(pnd_array_of(self), -1, -2), self);
}

static PyObject *get_real(PyObject *self, void *Py_UNUSED(unused))
{
    if (nd_dtype_kind(nd_dtype_of(pnd_array_of(self))) != ND_KIND_COMPLEX)
        return Py_NewRef(self);
    return pnd_wrap_view(nd_real(pnd_array_of(self)), self);
}

static PyObject *get_imag(PyObject *self, void *Py_UNUSED(unused))
{
    nd_array *array = pnd_array_of(self);
    if (nd_dtype_kind(nd_dtype_of(array)) != ND_KIND_COMPLEX) {
        /* Zeros that cannot be written, as NumPy gives them. */
        const nd_shape shape = nd_shape_like(array);
        const bool fortran = pnd_is_fortran(array);
        PND_AUTO same = nd_zeros(nd_dtype_of(array), shape);
        PyObject *zeros = pnd_wrap(fortran ? nd_asfortran(same) : nd_retain(same));
        if (zeros)
            ((pnd_array *)zeros)->locked = true;
        return zeros;
    }
    return pnd_wrap_view(nd_imag(array), self);
}

static int set_part(PyObject *self, PyObject *value, void *imaginary)
{
    if (!value) {
        PyErr_SetString(PyExc_AttributeError, "parts of elements cannot be deleted");
        return -1;
    }
    if (!pnd_check_writeable(self))
        return -1;
    PND_AUTO part = imaginary ? nd_imag(pnd_array_of(self)) : nd_real(pnd_array_of(self));
    if (!part) {
        pnd_raise();
        return -1;
    }
    return pnd_assign(part, value) ? 0 : -1;
}

static PyObject *get_device(PyObject *Py_UNUSED(self), void *Py_UNUSED(unused))
{
    return PyUnicode_FromString("cpu");
}

static PyObject *get_data(PyObject *self, void *Py_UNUSED(unused))
{
    return PyMemoryView_FromObject(self);
}

static PyObject *get_flat(PyObject *self, void *Py_UNUSED(unused))
{
    return pnd_flat_of(self);
}

static int set_flat(PyObject *self, PyObject *value, void *Py_UNUSED(unused))
{
    if (!value) {
        PyErr_SetString(PyExc_AttributeError, "the elements cannot be deleted");
        return -1;
    }
    PND_OBJECT flat = get_flat(self, NULL);
    PND_OBJECT every = PySlice_New(NULL, NULL, NULL);
    return flat && every && value ? PyObject_SetItem(flat, every, value) : -1;
}

static PyObject *get_flags(PyObject *self, void *Py_UNUSED(unused))
{
    return pnd_flags_of(self);
}

static PyGetSetDef array_attributes[] = {
    {"shape", get_shape, set_shape, "The lengths of the axes; may be set where no copy is needed.",
     NULL},
    {"dtype", get_dtype, set_dtype,
     "The type of the elements; may be set, which views their bytes.", NULL},
    {"ndim", get_ndim, NULL, "The number of axes.", NULL},
    {"size", get_size, NULL, "The number of elements.", NULL},
    {"itemsize", get_itemsize, NULL, "Bytes of an element.", NULL},
    {"nbytes", get_nbytes, NULL, "Bytes of all elements.", NULL},
    {"strides", get_strides, NULL, "Bytes from one element to the next along each axis.", NULL},
    {"base", get_base, NULL, "The object whose memory this is a view of, or None.", NULL},
    {"T", get_transpose, NULL, "A view with the axes in reverse order.", NULL},
    {"mT", get_matrix_transpose, NULL, "A view with the last two axes exchanged.", NULL},
    {"real", get_real, set_part, "The real parts, a view.", NULL},
    {"imag", get_imag, set_part, "The imaginary parts; a view for complex elements.", (void *)1},
    {"flat", get_flat, set_flat, "The elements in C order, to iterate, index and set.", NULL},
    {"flags", get_flags, NULL, "How the array lies in memory, and whether it may be written.",
     NULL},
    {"data", get_data, NULL, "A memoryview of the elements.", NULL},
    {"device", get_device, NULL, "'cpu'.", NULL},
    {"__array_interface__", pnd_array_interface, NULL,
     "Where the memory is, as NumPy's protocol has it.", NULL},
    {0},
};

static PyMemberDef array_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(pnd_array, weak_references), READONLY, NULL},
    {0},
};

/* ---- Protocols ------------------------------------------------------------------------------- */

static Py_ssize_t array_length(PyObject *self)
{
    nd_array *array = pnd_array_of(self);
    const int64_t length = nd_length(array, 0); /* 0 without axes */
    if (length || nd_rank(array))
        return (Py_ssize_t)length;
    PyErr_SetString(PyExc_TypeError, "len() of unsized object");
    return -1;
}

/* What makes an array a sequence: for reversed(), and for C code that asks. */
static PyObject *array_item(PyObject *self, Py_ssize_t index)
{
    PND_OBJECT number = PyLong_FromSsize_t(index);
    return number ? pnd_get_item(self, number) : NULL;
}

static int array_contains(PyObject *self, PyObject *value)
{
    PyObject *arguments[] = {self, value};
    PND_AUTO equal = pnd_elementwise(ND_OP_equal, 2, arguments, NULL);
    if (!equal)
        return -1;
    PND_AUTO any = nd_any(equal, ND_ALL);
    if (!any || !pnd_force(any))
        return any ? -1 : (pnd_raise(), -1);
    return nd_item_int64(any) != 0;
}

static PyObject *array_iter(PyObject *self)
{
    return pnd_iterate(self);
}

static Py_hash_t array_hash(PyObject *Py_UNUSED(self))
{
    PyErr_SetString(PyExc_TypeError, "unhashable type: 'ndstream.ndarray'");
    return -1;
}

/* Pickles as a shape, a dtype and the bytes. */
static PyObject *array_reduce(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    nd_array *array = pnd_array_of(self);
    const bool fortran = pnd_is_fortran(array);
    PND_AUTO plain = fortran ? nd_transpose(array) : nd_ascontiguous(array);
    if (!plain || !pnd_force(plain))
        return plain ? NULL : pnd_raise();
    const void *data = nd_size(plain) ? nd_data(plain) : "";
    PND_OBJECT bytes =
        data ? PyBytes_FromStringAndSize(data, (Py_ssize_t)nd_bytes(plain)) : pnd_raise();
    PND_OBJECT module = bytes ? PyImport_ImportModule("ndstream._core") : NULL;
    PND_OBJECT maker = module ? PyObject_GetAttrString(module, "_from_pickle") : NULL;
    PND_OBJECT shape = maker ? get_shape(self, NULL) : NULL;
    return shape ? Py_BuildValue("O(OsOO)", maker, shape, nd_dtype_name(nd_dtype_of(array)), bytes,
                                 fortran ? Py_True : Py_False)
                 : NULL;
}

/* From protocol 5 on the bytes are a buffer of their own, which may go out of band: nothing is
 * copied then, and what is read is over memory that the reader gives. */
static PyObject *array_reduce_ex(PyObject *self, PyObject *protocol)
{
    nd_array *array = pnd_array_of(self);
    const long version = PyLong_AsLong(protocol);
    if (version == -1 && PyErr_Occurred())
        return NULL;
    if (version < 5 || !nd_size(array) || !pnd_format_of(nd_dtype_of(array)) ||
        !(nd_is_contiguous(array) || nd_is_fortran_contiguous(array)))
        return array_reduce(self, NULL);
    const bool fortran = pnd_is_fortran(array);
    PND_OBJECT rows = fortran ? pnd_wrap(nd_transpose(array)) : Py_NewRef(self);
    PND_OBJECT bytes = rows ? PyPickleBuffer_FromObject(rows) : NULL;
    PND_OBJECT module = bytes ? PyImport_ImportModule("ndstream._core") : NULL;
    PND_OBJECT maker = module ? PyObject_GetAttrString(module, "_from_buffer") : NULL;
    PND_OBJECT shape = maker ? get_shape(self, NULL) : NULL;
    return shape ? Py_BuildValue("O(OsOO)", maker, shape, nd_dtype_name(nd_dtype_of(array)), bytes,
                                 fortran ? Py_True : Py_False)
                 : NULL;
}

PND_NAMED_FUNCTION(from_buffer, "_from_buffer", "shape, dtype, data, fortran", "What pickle calls.")
{
    nd_shape shape;
    nd_dtype dtype = ND_FLOAT64;
    bool fortran = false;
    if (!pnd_to_shape(given[0], &shape) || !pnd_to_dtype(given[1], &dtype) ||
        !pnd_to_bool(given[3], &fortran))
        return NULL;
    return pnd_over_buffer(given[2], dtype, &shape, NULL, fortran ? 'F' : 'C', 0);
}

PND_NAMED_FUNCTION(from_pickle, "_from_pickle", "shape, dtype, data, fortran", "What pickle calls.")
{
    nd_shape shape;
    nd_dtype dtype = ND_FLOAT64;
    bool fortran = false;
    char *data;
    Py_ssize_t length;
    if (!pnd_to_shape(given[0], &shape) || !pnd_to_dtype(given[1], &dtype) ||
        !pnd_to_bool(given[3], &fortran) || PyBytes_AsStringAndSize(given[2], &data, &length) < 0)
        return NULL;
    if (fortran)
        pnd_reverse_shape(&shape);
    PND_AUTO array = nd_empty(dtype, shape);
    if (!array)
        return pnd_raise();
    if ((Py_ssize_t)nd_bytes(array) != length) {
        PyErr_SetString(PyExc_ValueError, "the pickle of an array is damaged");
        return NULL;
    }
    void *target = length ? nd_data_writeable(array) : NULL;
    if (target) {
        memcpy(target, data, (size_t)length);
        nd_data_done(array);
    }
    return pnd_wrap(fortran ? nd_transpose(array) : nd_retain(array));
}

static PyObject *array_copy(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return pnd_wrap(nd_cast(pnd_array_of(self), nd_dtype_of(pnd_array_of(self))));
}

/* An array without axes as its number. */
static PyObject *array_format(PyObject *self, PyObject *specification)
{
    if (!nd_rank(pnd_array_of(self))) {
        PND_OBJECT number = PyObject_CallMethod(self, "item", NULL);
        return number ? PyObject_Format(number, specification) : NULL;
    }
    if (PyUnicode_Check(specification) && !PyUnicode_GET_LENGTH(specification))
        return PyObject_Str(self);
    PyErr_SetString(PyExc_TypeError, "unsupported format string passed to ndarray.__format__");
    return NULL;
}

PyMethodDef pnd_array_methods[] = {
    {"__format__", array_format, METH_O, "A number, of no axes, as Python formats it."},
    {"__reduce__", array_reduce, METH_NOARGS, "For pickle."},
    {"__reduce_ex__", array_reduce_ex, METH_O, "For pickle."},
    {"__copy__", array_copy, METH_NOARGS, "For copy.copy()."},
    {"__deepcopy__", array_copy, METH_O, "For copy.deepcopy()."},
    {0},
};

/* ---- The type -------------------------------------------------------------------------------- */

/* All methods, from the files that define them. */
static PyMethodDef *all_methods(void)
{
    static PyMethodDef methods[128];
    PyMethodDef *const tables[] = {
        pnd_array_methods,  pnd_shape_methods,   pnd_reduce_methods, pnd_element_methods,
        pnd_linalg_methods, pnd_product_methods, pnd_choose_methods, pnd_interop_methods,
        pnd_number_methods, pnd_index_methods,   pnd_dlpack_methods, pnd_sort_methods,
        pnd_join_methods,   pnd_take_methods,    pnd_count_methods,  pnd_member_methods};
    int count = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (PyMethodDef *row = tables[i]; row->ml_name; row++)
            methods[count++] = *row;
    return methods;
}

bool pnd_add_array(PyObject *module)
{
    PyNumberMethods *n = pnd_array_numbers;
    PyType_Slot slots[] = {
        {Py_tp_new, array_new},
        {Py_tp_dealloc, free_object},
        {Py_tp_repr, pnd_repr},
        {Py_tp_str, pnd_str},
        {Py_tp_hash, array_hash},
        {Py_tp_iter, array_iter},
        {Py_tp_getset, array_attributes},
        {Py_tp_members, array_members},
        {Py_tp_methods, all_methods()},
        {Py_tp_richcompare, pnd_compare},
        {Py_sq_length, array_length},
        {Py_sq_item, array_item},
        {Py_sq_contains, array_contains},
        {Py_mp_length, array_length},
        {Py_mp_subscript, pnd_get_item},
        {Py_mp_ass_subscript, pnd_set_item},
        {Py_bf_getbuffer, pnd_get_buffer},
        {Py_bf_releasebuffer, pnd_release_buffer},
        {Py_nb_add, n->nb_add},
        {Py_nb_subtract, n->nb_subtract},
        {Py_nb_multiply, n->nb_multiply},
        {Py_nb_true_divide, n->nb_true_divide},
        {Py_nb_floor_divide, n->nb_floor_divide},
        {Py_nb_remainder, n->nb_remainder},
        {Py_nb_divmod, n->nb_divmod},
        {Py_nb_power, n->nb_power},
        {Py_nb_matrix_multiply, n->nb_matrix_multiply},
        {Py_nb_and, n->nb_and},
        {Py_nb_or, n->nb_or},
        {Py_nb_xor, n->nb_xor},
        {Py_nb_lshift, n->nb_lshift},
        {Py_nb_rshift, n->nb_rshift},
        {Py_nb_negative, n->nb_negative},
        {Py_nb_positive, n->nb_positive},
        {Py_nb_absolute, n->nb_absolute},
        {Py_nb_invert, n->nb_invert},
        {Py_nb_bool, n->nb_bool},
        {Py_nb_int, n->nb_int},
        {Py_nb_float, n->nb_float},
        {Py_nb_index, n->nb_index},
        {Py_nb_inplace_add, n->nb_inplace_add},
        {Py_nb_inplace_subtract, n->nb_inplace_subtract},
        {Py_nb_inplace_multiply, n->nb_inplace_multiply},
        {Py_nb_inplace_true_divide, n->nb_inplace_true_divide},
        {Py_nb_inplace_floor_divide, n->nb_inplace_floor_divide},
        {Py_nb_inplace_remainder, n->nb_inplace_remainder},
        {Py_nb_inplace_power, n->nb_inplace_power},
        {Py_nb_inplace_matrix_multiply, n->nb_inplace_matrix_multiply},
        {Py_nb_inplace_and, n->nb_inplace_and},
        {Py_nb_inplace_or, n->nb_inplace_or},
        {Py_nb_inplace_xor, n->nb_inplace_xor},
        {Py_nb_inplace_lshift, n->nb_inplace_lshift},
        {Py_nb_inplace_rshift, n->nb_inplace_rshift},
        {Py_tp_doc,
         "ndarray(shape, dtype=None, buffer=None, offset=0, strides=None, order=None)\n--\n\n"
         "An n-dimensional array. Made by array(), zeros(), ...; large results are computed when "
         "they are "
         "looked at."},
        {0},
    };
    PyType_Spec spec = {.name = "ndstream.ndarray",
                        .basicsize = sizeof(pnd_array),
                        .flags = Py_TPFLAGS_DEFAULT,
                        .slots = slots};
    pnd.array = (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
    pnd.flags = (PyTypeObject *)PyType_FromModuleAndSpec(module, &pnd_flags_spec, NULL);
    pnd.flat = (PyTypeObject *)PyType_FromModuleAndSpec(module, &pnd_flat_spec, NULL);
    PND_OBJECT walk = PyType_FromModuleAndSpec(module, &pnd_walk_spec, NULL);
    static PyMethodDef functions[] = {PND_ROW_NAMED("_from_pickle", from_pickle),
                                      PND_ROW_NAMED("_from_buffer", from_buffer),
                                      {0}};
    return pnd.array && pnd.flags && pnd.flat && walk &&
           PyModule_AddObjectRef(module, "_walk", walk) == 0 &&
           PyModule_AddObjectRef(module, "ndarray", (PyObject *)pnd.array) == 0 &&
           PyModule_AddObjectRef(module, "flatiter", (PyObject *)pnd.flat) == 0 &&
           PyModule_AddFunctions(module, functions) == 0;
}

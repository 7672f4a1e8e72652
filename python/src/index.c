/* Indexing and assignment, and iteration over the first axis. */
#include "core.h"

#include <string.h>

enum { MOST_TERMS = 2 * ND_MAX_RANK + 1 };

/* ---- Single elements ------------------------------------------------------------------------- */

#define NOWHERE INT64_MIN

/* Where one element lies, in bytes from the first, by one integer or a tuple of integers for every
 * axis. NOWHERE, without an exception, if the key is anything else, or out of range: the general
 * way then tells what is wrong. */
static int64_t element_offset(nd_array *array, PyObject *key)
{
    const int rank = nd_rank(array);
    PyObject *const *items = &key;
    if (PyTuple_CheckExact(key)) {
        if (PyTuple_GET_SIZE(key) != rank)
            return NOWHERE;
        items = &PyTuple_GET_ITEM(key, 0);
    } else if (rank != 1) {
        return NOWHERE;
    }
    const int64_t *lengths = nd_lengths(array), *strides = nd_strides(array);
    int64_t offset = 0;
    for (int i = 0; i < rank; i++) {
        int overflow = 0;
        int64_t index;
        if (PyLong_CheckExact(items[i]))
            index = PyLong_AsLongLongAndOverflow(items[i], &overflow);
        else if (Py_TYPE(items[i]) == pnd.scalar[ND_INT64])
            memcpy(&index, ((pnd_scalar *)items[i])->value, sizeof index);
        else
            return NOWHERE;
        index += index < 0 ? lengths[i] : 0;
        if (overflow || index < 0 || index >= lengths[i])
            return NOWHERE;
        offset += index * strides[i];
    }
    return offset;
}

/* ---- Keys ------------------------------------------------------------------------------------ */

typedef struct parsed_key {
    PyObject *of; /* the array */
    int count;
    nd_index terms[MOST_TERMS];
    int arrays; /* how many terms are arrays or truths */
    int owned_count;
    nd_array *owned[MOST_TERMS]; /* released by release_key() */
} parsed_key;

/* A reference to an array that is worked on, where other code may give its object another in the
 * meantime: without a GIL always. pnd_replace() sees to the threads that have given it up. */
static nd_array *hold(nd_array *array, bool runs_code)
{
#ifdef Py_GIL_DISABLED
    runs_code = true;
#endif
    return runs_code ? nd_retain(array) : NULL;
}

static void release_key(parsed_key *key)
{
    while (key->owned_count)
        nd_release(key->owned[--key->owned_count]);
}
#define PARSED_KEY __attribute__((cleanup(release_key))) parsed_key

static bool to_bound(PyObject *object, int64_t *value, int64_t open)
{
    *value = open;
    if (object == Py_None)
        return true;
    PND_OBJECT number = PyNumber_Index(object);
    if (!number) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_SetString(PyExc_TypeError,
                            "slice indices must be integers or None or have an __index__ method");
        return false;
    }
    int overflow;
    *value = PyLong_AsLongLongAndOverflow(number, &overflow);
    if (overflow) /* clipped, as in Python; ND_OPEN is the least int64 */
        *value = overflow > 0 ? INT64_MAX : INT64_MIN + 1;
    return true;
}

/* A mask without elements picks nothing, and NumPy does not compare axes where it has length 0. If
 * it is not of the array's shape, its term becomes one for each of its axes: an empty index there,
 * a mask of its length elsewhere. */
static bool parse_empty_mask(parsed_key *key, nd_array *mask)
{
    const int rank = nd_rank(mask);
    if (pnd_same_shape(mask, pnd_array_of(key->of)))
        return true;
    for (int axis = 0; axis < rank; axis++) {
        const int64_t length = nd_lengths(mask)[axis];
        nd_array *none =
            length ? nd_zeros(ND_BOOL, ND_SHAPE(length)) : nd_empty(ND_INT64, ND_SHAPE(0));
        if (!none)
            return pnd_raise() != NULL;
        if (axis > 0 && key->count == MOST_TERMS) {
            nd_release(none);
            PyErr_SetString(PyExc_IndexError, "too many indices for array");
            return false;
        }
        if (axis == 0)
            key->owned_count--, key->count--;
        key->owned[key->owned_count++] = none;
        key->terms[key->count++] = ND_ARRAY(none);
        key->arrays += axis > 0;
    }
    nd_release(mask);
    return true;
}

static bool no_index(void)
{
    PyErr_SetString(PyExc_IndexError,
                    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and "
                    "integer or boolean arrays are valid indices");
    return false;
}

/* An array, or what becomes one. */
static bool parse_array(parsed_key *key, nd_index *term, PyObject *item)
{
    const bool list = PyList_Check(item) || PyTuple_Check(item);
    const bool other = !list && !pnd_is_array(item) && !PyObject_CheckBuffer(item) &&
                       !PyObject_HasAttrString(item, "__array__");
    const bool sequence = list || (other && PySequence_Check(item)); /* as range(3) is */
    if ((other && !sequence) || PyUnicode_Check(item) || PyBytes_Check(item))
        return no_index();
    nd_array *array = pnd_to_array(item);
    if (!array && sequence && PyErr_ExceptionMatches(PyExc_TypeError))
        return no_index();
    if (!array)
        return false;
    if (sequence && !nd_size(array)) { /* an empty list picks nothing */
        nd_array *empty = nd_cast(array, ND_INT64);
        nd_release(array);
        array = empty;
    }
    if (!array || !pnd_force(array)) {
        if (array)
            nd_release(array);
        return array ? false : pnd_raise() != NULL;
    }
    const nd_kind kind = nd_dtype_kind(nd_dtype_of(array));
    if (!nd_rank(array) && (kind == ND_KIND_SIGNED || kind == ND_KIND_UNSIGNED)) {
        *term = ND_INDEX(nd_item_int64(array));
        nd_release(array);
        return true;
    }
    key->owned[key->owned_count++] = array;
    *term = ND_ARRAY(array);
    key->arrays++;
    return kind != ND_KIND_BOOL || nd_size(array) || parse_empty_mask(key, array);
}

static bool parse_term(parsed_key *key, PyObject *item)
{
    if (key->count == MOST_TERMS) {
        PyErr_SetString(PyExc_IndexError, "too many indices for array");
        return false;
    }
    nd_index *term = &key->terms[key->count++];
    if (PySlice_Check(item)) {
        PySliceObject *slice = (PySliceObject *)item;
        *term = ND_EVERY;
        if (slice->start == Py_None && slice->stop == Py_None && slice->step == Py_None)
            return true;
        term->kind = ND_TERM_RANGE;
        if (!to_bound(slice->step, &term->step, 1) ||
            !to_bound(slice->start, &term->start, ND_OPEN) ||
            !to_bound(slice->stop, &term->stop, ND_OPEN))
            return false;
        if (term->step == 0) {
            PyErr_SetString(PyExc_ValueError, "slice step cannot be zero");
            return false;
        }
        return true;
    }
    if (item == Py_None) {
        *term = ND_NEW_AXIS;
        return true;
    }
    if (item == Py_Ellipsis) {
        *term = ND_REST;
        return true;
    }
    if (PyLong_CheckExact(item) || (PyIndex_Check(item) && !PyBool_Check(item) &&
                                    !pnd_is_array(item) && !PyList_Check(item))) {
        PND_OBJECT number = PyNumber_Index(item);
        if (!number)
            return false;
        int overflow;
        const int64_t index = PyLong_AsLongLongAndOverflow(number, &overflow);
        if (overflow) {
            PyErr_Format(PyExc_IndexError, "index %R is out of bounds", number);
            return false;
        }
        *term = ND_INDEX(index);
        return true;
    }
    if (PyBool_Check(item) || Py_TYPE(item) == pnd.scalar[ND_BOOL]) {
        *term = ND_TRUTH(item == Py_True || item == pnd.true_scalar);
        key->arrays++;
        return true;
    }
    return parse_array(key, term, item);
}

/* This may run code of the user's, which may give `of` another array. */
static bool parse(parsed_key *key, PyObject *of, PyObject *object)
{
    key->of = of;
    key->count = key->arrays = key->owned_count = 0;
    if (!PyTuple_Check(object))
        return parse_term(key, object);
    const Py_ssize_t count = PyTuple_GET_SIZE(object);
    for (Py_ssize_t i = 0; i < count; i++)
        if (!parse_term(key, PyTuple_GET_ITEM(object, i)))
            return false;
    return true;
}

/* a[0] is a scalar, a[..., 0] an array without axes. */
static bool keeps_array(const parsed_key *key)
{
    for (int i = 0; i < key->count; i++)
        if (key->terms[i].kind == ND_TERM_REST)
            return true;
    return false;
}

/* ---- Getting --------------------------------------------------------------------------------- */

static inline bool may_be_element(PyObject *key)
{
    return PyLong_CheckExact(key) || PyTuple_CheckExact(key) ||
           Py_TYPE(key) == pnd.scalar[ND_INT64];
}

PyObject *pnd_get_item(PyObject *self, PyObject *object)
{
    if (may_be_element(object)) {
        nd_array *array = pnd_array_of(self);
        const int64_t offset = element_offset(array, object);
        if (offset != NOWHERE) {
            const char *data = pnd_force(array) ? nd_data(array) : NULL;
            return data ? pnd_scalar_new(nd_dtype_of(array), data + offset) : NULL;
        }
    }
    PARSED_KEY key;
    if (!parse(&key, self, object))
        return NULL;
    nd_array *const array = pnd_array_of(self);
    __attribute__((unused)) PND_AUTO held = hold(array, false);
    if (key.arrays) {
        nd_array *picked;
        PND_UNLOCKED(nd_size(array), picked = nd_get_with(array, key.count, key.terms));
        return picked ? pnd_wrap(picked) : pnd_raise();
    }
    nd_array *view = nd_slice_terms(array, key.count, key.terms);
    if (!view)
        return pnd_raise();
    return nd_rank(view) || keeps_array(&key) ? pnd_wrap_view(view, self) : pnd_wrap_result(view);
}

/* ---- Setting --------------------------------------------------------------------------------- */

bool pnd_drop_axes(nd_array **array, int rank)
{
    while (nd_rank(*array) > rank && nd_lengths(*array)[0] == 1) {
        nd_array *fewer = nd_squeeze(*array, ND_AXIS(0));
        if (!fewer)
            return pnd_raise();
        nd_release(*array);
        *array = fewer;
    }
    return true;
}

bool pnd_assign(nd_array *target, PyObject *value)
{
    PND_AUTO source = pnd_to_assigned(value, nd_dtype_of(target));
    if (!source || !pnd_drop_axes(&source, nd_rank(target)) ||
        !pnd_warn_of_parts(nd_dtype_of(source), nd_dtype_of(target)))
        return false;
    nd_status status;
    PND_UNLOCKED(nd_size(target), status = nd_assign(target, source));
    return pnd_check(status);
}

/* The commonest first: each of the others is looked for among all base types. */
static bool is_number(PyObject *value)
{
    return PyFloat_CheckExact(value) || PyLong_Check(value) || pnd_is_scalar(value) ||
           PyFloat_Check(value);
}

int pnd_set_item(PyObject *self, PyObject *object, PyObject *value)
{
    if (!value) {
        PyErr_SetString(PyExc_ValueError, "cannot delete array elements");
        return -1;
    }
    if (!pnd_check_writeable(self))
        return -1;
    if (may_be_element(object) && is_number(value)) {
        nd_array *array = pnd_array_of(self);
        const int64_t offset = element_offset(array, object);
        char element[16];
        if (offset != NOWHERE) {
            const nd_dtype dtype = nd_dtype_of(array);
            if (!pnd_store(value, dtype, element) || !pnd_force(array))
                return -1;
            char *data = nd_data_once(array);
            if (!data) {
                pnd_raise();
                return -1;
            }
            pnd_copy_element(dtype, data + offset, element);
            return 0;
        }
    }
    PARSED_KEY key;
    if (!parse(&key, self, object))
        return -1;
    nd_array *const array = pnd_array_of(self);
    __attribute__((unused)) PND_AUTO held = hold(array, !pnd_is_plain(value));
    if (!key.arrays && key.count == 1 &&
        ((key.terms[0].kind == ND_TERM_EVERY && nd_rank(array)) ||
         key.terms[0].kind == ND_TERM_REST))
        return pnd_assign(array, value) ? 0 : -1;
    if (key.arrays || PyFloat_CheckExact(value) || PyLong_CheckExact(value) ||
        PyBool_Check(value)) {
        pnd_operand x = {0};
        const nd_kind kind = nd_dtype_kind(nd_dtype_of(array));
        if (PyFloat_CheckExact(value) && (kind == ND_KIND_SIGNED || kind == ND_KIND_UNSIGNED)) {
            x.owned =
                pnd_to_array_of(value, nd_dtype_of(array)); /* what does not fit is an error */
            if (!x.owned)
                return -1;
            x.operand = nd_operand_array(x.owned);
        } else if (!pnd_to_operand(value, &x)) {
            return -1;
        }
        if (x.operand.kind == ND_OPERAND_ARRAY &&
            !pnd_warn_of_parts(nd_dtype_of(x.operand.array), nd_dtype_of(array))) {
            pnd_operand_clear(&x);
            return -1;
        }
        nd_status status = ND_OK;
        if (!x.huge)
            PND_UNLOCKED(key.arrays ? nd_size(array) : 0,
                         status = nd_set_with(array, key.count, key.terms, x.operand));
        pnd_operand_clear(&x);
        if (x.huge) {
            nd_error_clear();
            PyErr_Format(PyExc_OverflowError, "Python integer %R out of bounds for %s", value,
                         nd_dtype_name(nd_dtype_of(array)));
            return -1;
        }
        return pnd_check(status) ? 0 : -1;
    }
    if (!pnd_force(array))
        return -1;
    PND_AUTO view = nd_slice_terms(array, key.count, key.terms);
    if (!view) {
        pnd_raise();
        return -1;
    }
    if (!nd_rank(view) && key.terms[key.count - 1].kind == ND_TERM_INDEX && !keeps_array(&key) &&
        pnd_is_array(value) && nd_rank(pnd_array_of(value)) &&
        (nd_dtype_of(array) != ND_BOOL || nd_size(pnd_array_of(value)) != 1)) { /* has a truth */
        PyErr_SetString(PyExc_ValueError, "setting an array element with a sequence.");
        return -1;
    }
    return pnd_assign(view, value) ? 0 : -1;
}

bool pnd_apply_at(nd_op op, PyObject *self, PyObject *object, PyObject *value)
{
    if (!pnd_is_array(self)) {
        PyErr_Format(PyExc_TypeError, "at: first operand must be array, not %.200s",
                     Py_TYPE(self)->tp_name);
        return false;
    }
    if (!pnd_check_writeable(self))
        return false;
    PARSED_KEY key;
    if (!parse(&key, self, object))
        return false;
    PND_AUTO array = nd_retain(pnd_array_of(self));
    pnd_operand x = {.operand = nd_operand_int(0)};
    if (value && !pnd_to_operand(value, &x))
        return false;
    /* As in NumPy, an integer that the dtype cannot hold is an int64 here, and the result wraps. */
    if (value && x.operand.kind == ND_OPERAND_INT && nd_dtype_of(array) != ND_UINT64) {
        x.owned = pnd_to_array(value);
        if (!x.owned)
            return false;
        x.operand = nd_operand_array(x.owned);
    }
    nd_status status;
    PND_UNLOCKED(key.arrays ? PND_LARGE : 0,
                 status = nd_at_with(op, array, key.count, key.terms, x.operand));
    pnd_operand_clear(&x);
    return pnd_check(status);
}

/* ---- Where elements are not zero ------------------------------------------------------------- */

PND_FUNCTION(nonzero, "a", "The indices of the elements that are not 0, an array for each axis.")
{
    PND_AUTO array = pnd_to_array(given[0]);
    if (!array || !pnd_force(array))
        return NULL;
    if (!nd_rank(array)) {
        PyErr_SetString(PyExc_ValueError, "Calling nonzero on 0d arrays is not allowed. Use "
                                          "np.atleast_1d(scalar).nonzero() instead.");
        return NULL;
    }
    nd_array *found[ND_MAX_RANK];
    int count;
    PND_UNLOCKED(nd_size(array), count = nd_nonzero(array, found));
    PyObject *tuple = count ? PyTuple_New(count) : pnd_raise();
    for (int i = 0; i < count; i++) {
        PyObject *object = pnd_wrap(found[i]);
        if (tuple && object)
            PyTuple_SET_ITEM(tuple, i, object);
        else
            Py_CLEAR(tuple);
    }
    return tuple;
}
PND_ALSO_METHOD(nonzero)

PND_FUNCTION(argwhere, "a", "The indices of the elements that are not 0, a row for each.")
{
    PND_AUTO array = pnd_to_array(given[0]);
    if (!array)
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(array), result = nd_argwhere(array));
    return pnd_wrap(result);
}

PND_FUNCTION(flatnonzero, "a", "The positions in C order of the elements that are not 0.")
{
    PND_AUTO array = pnd_to_array(given[0]);
    if (!array)
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(array), result = nd_flatnonzero(array));
    return pnd_wrap(result);
}

PyMethodDef pnd_index_functions[] = {
    PND_ROW(nonzero),
    PND_ROW(argwhere),
    PND_ROW(flatnonzero),
    {0},
};

PyMethodDef pnd_index_methods[] = {PND_METHOD_ROW("nonzero", nonzero), {0}};

/* ---- Iteration ------------------------------------------------------------------------------- */

typedef struct iterator {
    PyObject_HEAD PyObject *array; /* NULL at the end */
    int64_t at;
    nd_array *line; /* a reference, if the array has one axis, to what the rest is said of */
    nd_dtype dtype;
    int64_t length, stride;
} iterator;

PyObject *pnd_iterate(PyObject *array)
{
    if (!nd_rank(pnd_array_of(array))) {
        PyErr_SetString(PyExc_TypeError, "iteration over a 0-d array");
        return NULL;
    }
    iterator *self = PyObject_New(iterator, pnd.iterator);
    if (self) {
        nd_array *of = pnd_array_of(array);
        self->array = Py_NewRef(array);
        self->at = 0;
        self->line = nd_rank(of) == 1 ? nd_retain(of) : NULL;
        self->dtype = nd_dtype_of(of);
        self->length = nd_lengths(of)[0];
        self->stride = nd_strides(of)[0];
    }
    return (PyObject *)self;
}

static void iterator_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(((iterator *)self)->array);
    pnd_release_pointer(&((iterator *)self)->line);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyObject *iterator_next(PyObject *object)
{
    iterator *self = (iterator *)object;
    if (!self->array)
        return NULL;
    nd_array *array = pnd_array_of(self->array);
    const int64_t at = __atomic_load_n(&self->at, __ATOMIC_RELAXED); /* threads may share it */
    if (array == self->line && at < self->length && !nd_is_pending(array)) {
        const char *data = nd_data(array);
        __atomic_store_n(&self->at, at + 1, __ATOMIC_RELAXED);
        return data ? pnd_scalar_new(self->dtype, data + at * self->stride) : pnd_raise();
    }
    if (!nd_rank(array) || at >= nd_lengths(array)[0]) {
#ifdef Py_GIL_DISABLED
        __atomic_store_n(&self->at, INT64_MAX, __ATOMIC_RELAXED);
#else
        Py_CLEAR(self->array);
#endif
        return NULL;
    }
    if (!pnd_force(array))
        return NULL;
    __atomic_store_n(&self->at, at + 1, __ATOMIC_RELAXED);
    if (nd_rank(array) == 1) {
        const char *data = nd_data(array);
        return data ? pnd_scalar_new(nd_dtype_of(array), data + at * nd_strides(array)[0])
                    : pnd_raise();
    }
    return pnd_wrap_view(nd_slice(array, ND_INDEX(at)), self->array);
}

static PyObject *iterator_length(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    iterator *self = (iterator *)object;
    const int64_t left = self->array ? nd_length(pnd_array_of(self->array), 0) - self->at : 0;
    return PyLong_FromLongLong(left > 0 ? left : 0);
}

static PyMethodDef iterator_methods[] = {
    {"__length_hint__", iterator_length, METH_NOARGS, "How many are left."},
    {0},
};
static PyType_Slot iterator_slots[] = {
    {Py_tp_dealloc, iterator_free},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, iterator_next},
    {Py_tp_methods, iterator_methods},
    {0},
};
PyType_Spec pnd_iterator_spec = {
    .name = "ndstream.iterator",
    .basicsize = sizeof(iterator),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = iterator_slots,
};

/* What nditer derives from: the walk over the elements of arrays that are broadcast together, each
 * seen as an array without axes. _iterators.py decides in which order. */
#include "core.h"

enum { MOST_VIEWS = 63 };

typedef struct walk {
    PyObject_HEAD PyObject *views; /* a tuple of arrays; NULL before _begin() */
    int rank, axis[ND_MAX_RANK];   /* the axes, the slowest first */
    int64_t length[ND_MAX_RANK];   /* of these, and how far each has come */
    int64_t at[ND_MAX_RANK];
    int64_t size, place;
    uint64_t backward, writeable; /* bits: axes, in that order; views */
    nd_array *flat;               /* the only view as a vector, if that is its order; or NULL */
    bool by_lines, is_one, has_begun, is_finished;
} walk;

/* How far each axis has come at a place. */
static void split(walk *w, int64_t place)
{
    for (int i = w->rank - 1; i >= 0; i--) {
        w->at[i] = w->length[i] ? place % w->length[i] : 0;
        place = w->length[i] ? place / w->length[i] : 0;
    }
}

/* The index along each axis. */
static void find_index(walk *w, int64_t index[ND_MAX_RANK])
{
    if (w->flat)
        split(w, w->place);
    for (int i = 0; i < w->rank; i++)
        index[w->axis[i]] = w->backward >> i & 1 ? w->length[i] - 1 - w->at[i] : w->at[i];
}

static void advance(walk *w)
{
    w->place++;
    w->is_finished |= w->place >= w->size;
    for (int i = w->flat ? -1 : w->rank - 1; i >= 0; i--) {
        if (++w->at[i] < w->length[i])
            return;
        w->at[i] = 0;
    }
}

static void go_to(walk *w, int64_t place)
{
    w->place = place;
    w->is_finished = place >= w->size;
    w->has_begun = false;
    split(w, place);
}

static PyObject *as_view(const walk *w, int which, nd_array *element)
{
    PyObject *const result = pnd_wrap_view(element, PyTuple_GET_ITEM(w->views, which));
    if (result)
        ((pnd_array *)result)->locked |= !(w->writeable >> which & 1);
    return result;
}

static PyObject *element(const walk *w, int which, const int64_t *index)
{
    nd_array *const array = pnd_array_of(PyTuple_GET_ITEM(w->views, which));
    const int rank = nd_rank(array);
    const int64_t *const lengths = nd_lengths(array);
    nd_index terms[ND_MAX_RANK];
    if (rank > w->rank || !pnd_force(array))
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "an operand has changed");
    for (int i = 0; i < rank; i++)
        terms[i] = ND_INDEX(lengths[i] == 1 ? 0 : index[w->rank - rank + i]);
    return as_view(w, which, nd_slice_terms(array, rank, terms));
}

static bool has_elements(const walk *w)
{
    if (w->views && !w->is_finished)
        return true;
    PyErr_SetString(PyExc_ValueError, "Iterator is past the end");
    return false;
}

static PyObject *walk_value(PyObject *self, void *Py_UNUSED(unused))
{
    walk *const w = (walk *)self;
    int64_t index[ND_MAX_RANK];
    if (!has_elements(w))
        return NULL;
    if (w->flat)
        return as_view(w, 0, nd_slice(w->flat, ND_INDEX(w->place)));
    find_index(w, index);
    if (w->is_one)
        return element(w, 0, index);
    const int count = (int)PyTuple_GET_SIZE(w->views);
    PyObject *values = PyTuple_New(count);
    for (int i = 0; values && i < count; i++) {
        PyObject *const value = element(w, i, index);
        if (value)
            PyTuple_SET_ITEM(values, i, value);
        else
            Py_CLEAR(values);
    }
    return values;
}

static PyObject *walk_next(PyObject *self)
{
    walk *const w = (walk *)self;
    if (w->by_lines)
        return PyObject_CallMethod(self, "_next_line", NULL);
    if (w->has_begun && !w->is_finished)
        advance(w);
    if (w->is_finished || !w->views)
        return NULL;
    w->has_begun = true;
    return walk_value(self, NULL);
}

static PyObject *walk_item(PyObject *self, Py_ssize_t which)
{
    walk *const w = (walk *)self;
    int64_t index[ND_MAX_RANK];
    if (!has_elements(w))
        return NULL;
    if (which < 0 || which >= PyTuple_GET_SIZE(w->views)) {
        PyErr_Format(PyExc_IndexError, "Iterator operand index %zd is out of bounds", which);
        return NULL;
    }
    find_index(w, index);
    return element(w, (int)which, index);
}

/* The axes in an order, or as they are; at the beginning. */
static void take_axes(walk *w, int rank, const int64_t *lengths, const int64_t *order)
{
    w->rank = rank;
    w->size = 1;
    for (int i = 0; i < rank; i++) {
        w->axis[i] = order ? (int)order[i] : i;
        w->length[i] = lengths[w->axis[i]];
        w->size *= w->length[i];
    }
    go_to(w, 0);
}

/* Of one contiguous array and nothing else, as most walks are, is all known; _set_up() of
 * _iterators.py takes what else is given. */
static int walk_init(PyObject *self, PyObject *arguments, PyObject *keywords)
{
    walk *const w = (walk *)self;
    PyObject *const first =
        PyTuple_GET_SIZE(arguments) == 1 ? PyTuple_GET_ITEM(arguments, 0) : NULL;
    if (first && !keywords && Py_TYPE(first) == pnd.array) {
        nd_array *const array = pnd_array_of(first);
        PyObject *const views =
            nd_is_contiguous(array) && nd_size(array) > 0 ? PyTuple_Pack(1, first) : NULL;
        if (views) {
            w->backward = w->writeable = 0;
            w->by_lines = false;
            w->is_one = true;
            take_axes(w, nd_rank(array), nd_lengths(array), NULL);
            Py_XSETREF(w->views, views);
            nd_release(w->flat);
            w->flat = w->rank && pnd_force(array) ? nd_ravel(array) : NULL;
            return PyErr_Occurred() ? -1 : 0;
        }
        if (PyErr_Occurred())
            return -1;
    }
    PND_OBJECT set_up = PyObject_GetAttrString(self, "_set_up");
    PND_OBJECT done = set_up ? PyObject_Call(set_up, arguments, keywords) : NULL;
    return done ? 0 : -1;
}

PND_NAMED_FUNCTION(begin, "_begin", "$self, views, writeable, shape, order, backward, lines, one",
                   "Begins a walk over views that are broadcast to a shape: `writeable` has a bit "
                   "for each, `order` the axes, the slowest first, `backward` a bit for each of "
                   "these.")
{
    walk *const w = (walk *)given[0];
    nd_shape shape, order;
    int64_t backward = 0, writeable = 0;
    if (!PyTuple_Check(given[1]) || PyTuple_GET_SIZE(given[1]) > MOST_VIEWS ||
        !pnd_to_int64(given[2], &writeable) || !pnd_to_shape(given[3], &shape) ||
        !pnd_to_shape(given[4], &order) || !pnd_to_int64(given[5], &backward) ||
        order.rank != shape.rank)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "_begin: no walk");
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(given[1]); i++)
        if (!pnd_is_array(PyTuple_GET_ITEM(given[1], i)))
            return PyErr_Format(PyExc_TypeError, "_begin: arrays are needed");
    for (int i = 0; i < shape.rank; i++)
        if (order.length[i] < 0 || order.length[i] >= shape.rank)
            return PyErr_Format(PyExc_ValueError, "_begin: no axis");
    w->backward = (uint64_t)backward;
    w->writeable = (uint64_t)writeable;
    w->by_lines = given[6] == Py_True;
    w->is_one = given[7] == Py_True;
    take_axes(w, shape.rank, shape.length, order.length);
    Py_XSETREF(w->views, Py_NewRef(given[1]));
    nd_release(w->flat);
    w->flat = NULL;
    Py_RETURN_NONE;
}
PND_ALSO_METHOD(begin)

static PyObject *walk_go(PyObject *self, PyObject *place)
{
    int64_t value = 0;
    if (!pnd_to_int64(place, &value))
        return NULL;
    go_to((walk *)self, value < 0 ? 0 : value);
    Py_RETURN_NONE;
}

/* Of a copy, which was begun the same. */
static PyObject *walk_follow(PyObject *self, PyObject *other)
{
    walk *const w = (walk *)self;
    if (!PyObject_TypeCheck(other, Py_TYPE(self)))
        return PyErr_Format(PyExc_TypeError, "_follow: an iterator of the same type is needed");
    go_to(w, ((walk *)other)->place);
    w->has_begun = ((walk *)other)->has_begun;
    Py_RETURN_NONE;
}

static PyObject *walk_iternext(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    walk *const w = (walk *)self;
    if (!w->is_finished)
        advance(w);
    return PyBool_FromLong(!w->is_finished);
}

static PyObject *walk_index(PyObject *self, void *Py_UNUSED(unused))
{
    walk *const w = (walk *)self;
    int64_t index[ND_MAX_RANK];
    if (w->is_finished)
        Py_RETURN_NONE;
    find_index(w, index);
    return pnd_shape_tuple(w->rank, index);
}

static PyObject *walk_arrays(PyObject *self, void *Py_UNUSED(unused))
{
    PyObject *const views = ((walk *)self)->views;
    return views ? Py_NewRef(views) : PyTuple_New(0);
}

static PyObject *walk_place(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromLongLong(((walk *)self)->place);
}

static PyObject *walk_finished(PyObject *self, void *Py_UNUSED(unused))
{
    return PyBool_FromLong(((walk *)self)->is_finished);
}

static int walk_finish(PyObject *self, PyObject *value, void *Py_UNUSED(unused))
{
    const int truth = value ? PyObject_IsTrue(value) : -1;
    if (truth >= 0)
        ((walk *)self)->is_finished = truth;
    return truth < 0 ? -1 : 0;
}

static PyObject *walk_new(PyTypeObject *type, PyObject *Py_UNUSED(arguments),
                          PyObject *Py_UNUSED(keywords))
{
    walk *const w = (walk *)type->tp_alloc(type, 0);
    if (w)
        w->is_finished = true;
    return (PyObject *)w;
}

static void walk_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(((walk *)self)->views);
    nd_release(((walk *)self)->flat);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef walk_methods[] = {
    PND_METHOD_ROW("_begin", begin),
    {"_go", walk_go, METH_O, "Goes to a place, counted in the order of the walk."},
    {"_follow", walk_follow, METH_O, "Goes to where another walk of the same views is."},
    {"iternext", walk_iternext, METH_NOARGS,
     "iternext($self, /)\n--\n\nGoes on; False at the end."},
    {0},
};
static PyGetSetDef walk_attributes[] = {
    {"value", walk_value, NULL, "The views of the current elements.", NULL},
    {"_arrays", walk_arrays, NULL, "The arrays whose elements are seen.", NULL},
    {"iterindex", walk_place, NULL, "How many elements came before.", NULL},
    {"finished", walk_finished, walk_finish, "Whether there are no more.", NULL},
    {"_index", walk_index, NULL, "The indices of the current elements; None at the end.", NULL},
    {0},
};
static PyType_Slot walk_slots[] = {
    {Py_tp_new, walk_new},
    {Py_tp_init, walk_init},
    {Py_tp_dealloc, walk_free},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, walk_next},
    {Py_sq_item, walk_item},
    {Py_tp_methods, walk_methods},
    {Py_tp_getset, walk_attributes},
    {Py_tp_doc, "_walk(op, flags=None, op_flags=None, op_dtypes=None, order='K', casting='safe', "
                "op_axes=None, itershape=None, buffersize=0)\n--\n\nA walk over elements."},
    {0},
};
PyType_Spec pnd_walk_spec = {.name = "ndstream._core._walk",
                             .basicsize = sizeof(walk),
                             .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                             .slots = walk_slots};

/* What nditer derives from: the walk over the elements of arrays that are broadcast together, each
 * seen as an array without axes. _iterators.py decides in which order. */
#include "core.h"

typedef struct walk {
    PyObject_HEAD PyObject *views; /* a tuple of arrays; NULL before _begin() */
    PyObject *operands;            /* a tuple: what these are views of */
    int rank, axis[ND_MAX_RANK];   /* the axes, the slowest first */
    int64_t length[ND_MAX_RANK];   /* of these, and how far each has come */
    int64_t at[ND_MAX_RANK];
    int64_t size, place, stop;
    uint64_t backward; /* bits: axes, in that order */
    nd_array **flat;   /* views as vectors, where the walk is their order; or NULL */
    PyObject *flags;   /* a set, or NULL: what is_tracking says */
    bool all_flat, by_lines, is_one, has_begun, is_finished;
    bool is_tracking; /* the flag 'multi_index' */
    bool tells;       /* _moved() is called after each step */
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
    if (w->all_flat)
        split(w, w->place);
    for (int i = 0; i < w->rank; i++)
        index[w->axis[i]] = w->backward >> i & 1 ? w->length[i] - 1 - w->at[i] : w->at[i];
}

static void advance(walk *w)
{
    w->place++;
    w->is_finished |= w->place >= w->stop;
    for (int i = w->all_flat ? -1 : w->rank - 1; i >= 0; i--) {
        if (++w->at[i] < w->length[i])
            return;
        w->at[i] = 0;
    }
}

/* Goes on, if there are elements, and tells so. */
static bool step(walk *w)
{
    if (w->is_finished)
        return true;
    advance(w);
    PND_OBJECT told =
        w->tells ? PyObject_CallMethod((PyObject *)w, "_moved", NULL) : Py_NewRef(Py_None);
    return told;
}

static void go_to(walk *w, int64_t place)
{
    w->place = place;
    w->is_finished = place >= w->stop;
    w->has_begun = false;
    split(w, place);
}

static PyObject *as_view(const walk *w, int which, nd_array *element)
{
    return pnd_wrap_view(element, PyTuple_GET_ITEM(w->views, which));
}

static PyObject *element(const walk *w, int which, const int64_t *index)
{
    if (w->flat[which])
        return as_view(w, which, nd_slice(w->flat[which], ND_INDEX(w->place)));
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
    if (!w->all_flat)
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
    /* Arrays refer to nothing that the collector looks for: it would find so, and untrack the
     * tuple. (Of 3000 pairs in a list it took a fifth of the time.) */
    if (values && count > 0)
        PyObject_GC_UnTrack(values);
    return values;
}

static PyObject *walk_next(PyObject *self)
{
    walk *const w = (walk *)self;
    if (w->by_lines)
        return PyObject_CallMethod(self, "_next_line", NULL);
    if (w->has_begun && !step(w))
        return NULL;
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
    if (!w->all_flat)
        find_index(w, index);
    return element(w, (int)which, index);
}

static void forget_flat(walk *w)
{
    for (Py_ssize_t i = 0; w->flat && i < PyTuple_GET_SIZE(w->views); i++)
        nd_release(w->flat[i]);
    PyMem_Free(w->flat);
    w->flat = NULL;
}

/* A view as a vector of the walk's elements, if its memory is in that order; NULL if not, or with
 * an exception. */
static nd_array *flattened(const walk *w, nd_array *view)
{
    nd_axes order = {.count = w->rank};
    if (nd_rank(view) == 1 && w->rank == 1 && !w->backward && nd_length(view, 0) == w->length[0])
        return nd_retain(view);
    if (nd_rank(view) != w->rank || !w->rank || w->backward || !pnd_force(view))
        return NULL;
    for (int i = 0; i < w->rank; i++) {
        order.axis[i] = w->axis[i];
        if (nd_lengths(view)[w->axis[i]] != w->length[i])
            return NULL;
    }
    PND_AUTO turned = nd_permute(view, order);
    nd_array *const flat = turned && nd_is_contiguous(turned) ? nd_ravel(turned) : NULL;
    return flat || (turned && !nd_is_contiguous(turned)) ? flat : pnd_raise();
}

/* Begins a walk over views of operands, whose references are taken over, along the axes in an
 * order, or as they are. */
static bool begin_walk(walk *w, PyObject *views, PyObject *operands, int rank,
                       const int64_t *lengths, const int64_t *order)
{
    forget_flat(w);
    Py_XSETREF(w->views, views);
    Py_XSETREF(w->operands, operands);
    w->rank = rank;
    w->size = 1;
    for (int i = 0; i < rank; i++) {
        w->axis[i] = order ? (int)order[i] : i;
        w->length[i] = lengths[w->axis[i]];
        w->size *= w->length[i];
    }
    w->stop = w->size;
    w->flat = PyMem_Calloc((size_t)PyTuple_GET_SIZE(views), sizeof *w->flat);
    w->all_flat = !w->by_lines;
    for (Py_ssize_t i = 0; w->flat && i < PyTuple_GET_SIZE(views) && !w->by_lines; i++) {
        w->flat[i] = flattened(w, pnd_array_of(PyTuple_GET_ITEM(views, i)));
        w->all_flat &= w->flat[i] != NULL;
    }
    go_to(w, 0);
    if (!w->flat)
        PyErr_NoMemory();
    return !PyErr_Occurred();
}

/* The arrays of a walk that needs no _set_up(): of one shape, with elements, all in C order, or all
 * in the other. NULL, mostly without an exception, for anything else. */
static PyObject *plain_operands(PyObject *op, bool *turned)
{
    const bool several = PyList_CheckExact(op) || PyTuple_CheckExact(op);
    PND_OBJECT views = several ? PySequence_Tuple(op) : PyTuple_Pack(1, op);
    const Py_ssize_t count = views ? PyTuple_GET_SIZE(views) : 0;
    bool forward = count > 0, backward = count > 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *const view = PyTuple_GET_ITEM(views, i);
        if (Py_TYPE(view) != pnd.array)
            return NULL;
        const nd_array *const array = pnd_array_of(view);
        if (!nd_size(array) || !pnd_same_shape(array, pnd_array_of(PyTuple_GET_ITEM(views, 0))))
            return NULL;
        forward &= nd_is_contiguous(array);
        backward &= nd_is_fortran_contiguous(array);
    }
    *turned = !forward;
    return forward || backward ? Py_NewRef(views) : NULL;
}

/* Views of them that cannot be written: as they are, or as vectors. */
static PyObject *plain_views(PyObject *operands, bool as_lines, bool turned)
{
    const Py_ssize_t count = PyTuple_GET_SIZE(operands);
    PyObject *views = PyTuple_New(count);
    for (Py_ssize_t i = 0; views && i < count; i++) {
        PyObject *const operand = PyTuple_GET_ITEM(operands, i);
        nd_array *const array = pnd_array_of(operand);
        PND_AUTO line = as_lines && turned ? nd_transpose(array) : nd_retain(array);
        PyObject *const view =
            pnd_force(array)
                ? pnd_wrap_view(as_lines ? nd_ravel(line) : nd_slice(line, ND_REST), operand)
                : NULL;
        if (view) {
            ((pnd_array *)view)->locked = true;
            PyTuple_SET_ITEM(views, i, view);
        } else {
            Py_CLEAR(views);
        }
    }
    return views;
}

static bool is_word(PyObject *object, const char *word)
{
    return PyUnicode_Check(object) && PyUnicode_CompareWithASCIIString(object, word) == 0;
}

/* Whether the words of a call are none, or the one flag that changes nothing of the walk. */
static bool has_plain_flags(PyObject *keywords, bool *is_tracking)
{
    PyObject *name, *flags;
    Py_ssize_t at = 0;
    *is_tracking = false;
    if (!keywords || !PyDict_Next(keywords, &at, &name, &flags))
        return true;
    if (PyDict_GET_SIZE(keywords) != 1 || !is_word(name, "flags") ||
        !(PyList_CheckExact(flags) || PyTuple_CheckExact(flags)) ||
        PySequence_Fast_GET_SIZE(flags) != 1)
        return false;
    *is_tracking = is_word(PySequence_Fast_GET_ITEM(flags, 0), "multi_index");
    return *is_tracking;
}

/* _set_up() of _iterators.py takes what is not plain. */
static int walk_init(PyObject *self, PyObject *arguments, PyObject *keywords)
{
    walk *const w = (walk *)self;
    PyObject *const op = PyTuple_GET_SIZE(arguments) == 1 ? PyTuple_GET_ITEM(arguments, 0) : NULL;
    bool turned = false;
    PND_OBJECT operands = op ? plain_operands(op, &turned) : NULL;
    Py_CLEAR(w->flags);
    if (operands && has_plain_flags(keywords, &w->is_tracking)) {
        const nd_array *const first = pnd_array_of(PyTuple_GET_ITEM(operands, 0));
        const bool as_lines = !w->is_tracking && nd_rank(first) > 1;
        const int64_t size = nd_size(first);
        const int rank = as_lines ? 1 : nd_rank(first);
        int64_t order[ND_MAX_RANK];
        for (int i = 0; i < rank; i++)
            order[i] = turned ? rank - 1 - i : i;
        PyObject *const views = plain_views(operands, as_lines, turned);
        w->backward = 0;
        w->by_lines = w->tells = false;
        w->is_one = PyTuple_GET_SIZE(operands) == 1;
        return views && begin_walk(w, views, Py_NewRef(operands), rank,
                                   as_lines ? &size : nd_lengths(first), order)
                   ? 0
                   : -1;
    }
    if (PyErr_Occurred())
        return -1;
    PND_OBJECT set_up = PyObject_GetAttrString(self, "_set_up");
    PND_OBJECT done = set_up ? PyObject_Call(set_up, arguments, keywords) : NULL;
    return done ? 0 : -1;
}

PND_NAMED_FUNCTION(begin, "_begin",
                   "$self, views, operands, shape, order, backward, lines, one, tells",
                   "Begins a walk over views that are broadcast to a shape: `order` has the axes, "
                   "the slowest first, `backward` a bit for each of these.")
{
    walk *const w = (walk *)given[0];
    nd_shape shape, order;
    int64_t backward = 0;
    if (!PyTuple_Check(given[1]) || !PyTuple_Check(given[2]) || !pnd_to_shape(given[3], &shape) ||
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
    w->by_lines = given[6] == Py_True;
    w->is_one = given[7] == Py_True;
    w->tells = given[8] == Py_True;
    return begin_walk(w, Py_NewRef(given[1]), Py_NewRef(given[2]), shape.rank, shape.length,
                      order.length)
               ? Py_NewRef(Py_None)
               : NULL;
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

/* Where the walk ends, as a place. */
static PyObject *walk_until(PyObject *self, PyObject *place)
{
    int64_t value = 0;
    if (!pnd_to_int64(place, &value))
        return NULL;
    walk *const w = (walk *)self;
    w->stop = value < w->size ? value : w->size;
    Py_RETURN_NONE;
}

/* Becomes a copy of another walk, at the same place. */
static PyObject *walk_follow(PyObject *self, PyObject *object)
{
    walk *const w = (walk *)self, *const other = (walk *)object;
    if (!PyObject_TypeCheck(object, Py_TYPE(self)))
        return PyErr_Format(PyExc_TypeError, "_follow: an iterator of the same type is needed");
    if (!other->views)
        Py_RETURN_NONE;
    int64_t lengths[ND_MAX_RANK], order[ND_MAX_RANK];
    for (int i = 0; i < other->rank; i++) {
        order[i] = other->axis[i];
        lengths[order[i]] = other->length[i];
    }
    w->backward = other->backward;
    w->by_lines = other->by_lines;
    w->is_one = other->is_one;
    w->tells = other->tells;
    w->is_tracking = other->is_tracking;
    Py_XSETREF(w->flags, Py_XNewRef(other->flags));
    if (!begin_walk(w, Py_NewRef(other->views), Py_NewRef(other->operands), other->rank, lengths,
                    order))
        return NULL;
    w->stop = other->stop;
    go_to(w, other->place);
    w->has_begun = other->has_begun;
    Py_RETURN_NONE;
}

/* Lines instead of elements from here on. */
static PyObject *walk_by_lines(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    ((walk *)self)->by_lines = true;
    go_to((walk *)self, 0);
    Py_RETURN_NONE;
}

static PyObject *walk_iternext(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return step((walk *)self) ? PyBool_FromLong(!((walk *)self)->is_finished) : NULL;
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

static PyObject *walk_flags(PyObject *self, void *Py_UNUSED(unused))
{
    const walk *const w = (walk *)self;
    if (w->flags)
        return Py_NewRef(w->flags);
    PND_OBJECT flags = w->is_tracking ? Py_BuildValue("(s)", "multi_index") : PyTuple_New(0);
    return flags ? PyFrozenSet_New(flags) : NULL;
}

static int walk_set_flags(PyObject *self, PyObject *value, void *Py_UNUSED(unused))
{
    walk *const w = (walk *)self;
    PND_OBJECT name = PyUnicode_FromString("multi_index");
    const int tracks = name && value ? PySet_Contains(value, name) : -1;
    if (tracks < 0)
        return -1;
    w->is_tracking = tracks;
    Py_XSETREF(w->flags, Py_NewRef(value));
    return 0;
}

static PyObject *walk_multi_index(PyObject *self, void *unused)
{
    if (((walk *)self)->is_tracking)
        return walk_index(self, unused);
    PyErr_SetString(PyExc_ValueError, "Iterator is not tracking a multi-index");
    return NULL;
}

static int walk_set_multi_index(PyObject *self, PyObject *value, void *Py_UNUSED(unused))
{
    PND_OBJECT done = PyObject_CallMethod(self, "_go_to_index", "(O)", value ? value : Py_None);
    return done ? 0 : -1;
}

static PyObject *walk_arrays(PyObject *self, void *Py_UNUSED(unused))
{
    PyObject *const views = ((walk *)self)->views;
    return views ? Py_NewRef(views) : PyTuple_New(0);
}

static PyObject *walk_operands(PyObject *self, void *Py_UNUSED(unused))
{
    PyObject *const operands = ((walk *)self)->operands;
    return operands ? Py_NewRef(operands) : PyTuple_New(0);
}

static PyObject *walk_shape(PyObject *self, void *Py_UNUSED(unused))
{
    const walk *const w = (walk *)self;
    int64_t lengths[ND_MAX_RANK];
    for (int i = 0; i < w->rank; i++)
        lengths[w->axis[i]] = w->length[i];
    return pnd_shape_tuple(w->rank, lengths);
}

/* The axes, the slowest first; or those of them that are gone through backwards. */
static PyObject *walk_axes(PyObject *self, void *only_backward)
{
    const walk *const w = (walk *)self;
    int64_t axes[ND_MAX_RANK];
    int count = 0;
    for (int i = 0; i < w->rank; i++)
        if (!only_backward || w->backward >> i & 1)
            axes[count++] = w->axis[i];
    return pnd_shape_tuple(count, axes);
}

static PyObject *walk_rank(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromLong(((walk *)self)->rank);
}

static PyObject *walk_size(PyObject *self, void *Py_UNUSED(unused))
{
    return PyLong_FromLongLong(((walk *)self)->size);
}

static PyObject *walk_count(PyObject *self, void *Py_UNUSED(unused))
{
    PyObject *const views = ((walk *)self)->views;
    return PyLong_FromSsize_t(views ? PyTuple_GET_SIZE(views) : 0);
}

static PyObject *walk_single(PyObject *self, void *Py_UNUSED(unused))
{
    return PyBool_FromLong(((walk *)self)->is_one);
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
    forget_flat((walk *)self);
    Py_XDECREF(((walk *)self)->views);
    Py_XDECREF(((walk *)self)->operands);
    Py_XDECREF(((walk *)self)->flags);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef walk_methods[] = {
    PND_METHOD_ROW("_begin", begin),
    {"_go", walk_go, METH_O, "Goes to a place, counted in the order of the walk."},
    {"_until", walk_until, METH_O, "Ends before a place."},
    {"_follow", walk_follow, METH_O, "Becomes a copy of another walk, at the same place."},
    {"_by_lines", walk_by_lines, METH_NOARGS, "Begins again, and gives lines."},
    {"iternext", walk_iternext, METH_NOARGS,
     "iternext($self, /)\n--\n\nGoes on; False at the end."},
    {0},
};
static PyGetSetDef walk_attributes[] = {
    {"value", walk_value, NULL, "The views of the current elements.", NULL},
    {"_arrays", walk_arrays, NULL, "The arrays whose elements are seen.", NULL},
    {"_given", walk_operands, NULL, "The arrays that these are views of.", NULL},
    {"_shape", walk_shape, NULL, "The shape of the walk.", NULL},
    {"ndim", walk_rank, NULL, "How many axes it has.", NULL},
    {"itersize", walk_size, NULL, "How many elements.", NULL},
    {"nop", walk_count, NULL, "How many operands.", NULL},
    {"_order", walk_axes, NULL, "The axes, the slowest first.", NULL},
    {"_backward", walk_axes, NULL, "The axes gone through backwards.", (void *)1},
    {"_single", walk_single, NULL, "Whether there is one operand.", NULL},
    {"_place", walk_place, NULL, "How many elements came before.", NULL},
    {"finished", walk_finished, walk_finish, "Whether there are no more.", NULL},
    {"_flags", walk_flags, walk_set_flags, "The flags, a set.", NULL},
    {"multi_index", walk_multi_index, walk_set_multi_index, "The indices of the current elements.",
     NULL},
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

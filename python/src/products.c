/* Products of stacks of vectors and matrices: matmul, matvec, vecmat and vecdot, which choose their
 * axes by `axes`, and those that NumPy has as plain functions. */
#include "core.h"

typedef nd_array *product_of(const nd_array *a, const nd_array *b);

/* The axes of a vector or a matrix in each operand, and the result: NumPy's core dimensions. */
typedef struct stacked {
    const char *name;
    product_of *of;
    int core[3];
    bool vectors; /* an operand of one axis is a vector, whatever `core` says */
} stacked;

/* One entry of `axes`: an integer, or a tuple of as many as there are core axes. */
static bool to_core_axes(const stacked *p, int item, PyObject *entry, int core, int rank, int *axes)
{
    const bool single = !PyTuple_Check(entry);
    if (single && core != 1) {
        PyErr_Format(PyIndex_Check(entry) ? pnd.axis_error : PyExc_TypeError,
                     "%s: operand %d has %d core dimensions, but the axes item is no tuple of "
                     "integers",
                     p->name, item, core);
        return false;
    }
    if (!single && PyTuple_GET_SIZE(entry) != core) {
        PyErr_Format(pnd.axis_error,
                     "%s: operand %d has %d core dimensions, but %zd axes are given", p->name, item,
                     core, PyTuple_GET_SIZE(entry));
        return false;
    }
    for (int i = 0; i < core; i++) {
        if (!pnd_to_int(single ? entry : PyTuple_GET_ITEM(entry, i), &axes[i]))
            return false;
        if (axes[i] < -rank || axes[i] >= rank) {
            PyErr_Format(pnd.axis_error, "axis %d is out of bounds for array of dimension %d",
                         axes[i], rank);
            return false;
        }
        axes[i] += axes[i] < 0 ? rank : 0;
        if (i && axes[i] == axes[0]) {
            PyErr_Format(PyExc_ValueError, "axes item %d has value %d repeated", item, axes[i]);
            return false;
        }
    }
    return true;
}

/* The core axes last, in the order that they are named; or back from there. Takes the reference
 * over. */
static nd_array *moved(nd_array *array, int core, const int *axes, bool back)
{
    const int rank = array ? nd_rank(array) : 0;
    int order[ND_MAX_RANK], inverse[ND_MAX_RANK], count = 0;
    for (int axis = 0; axis < rank; axis++)
        if (!(core > 0 && axis == axes[0]) && !(core > 1 && axis == axes[1]))
            order[count++] = axis;
    for (int i = 0; i < core; i++)
        order[count++] = axes[i];
    for (int i = 0; i < rank; i++)
        inverse[order[i]] = i;
    nd_axes permutation = {.count = rank};
    memcpy(permutation.axis, back ? inverse : order, sizeof(int) * (size_t)rank);
    nd_array *result = nd_permute(array, permutation);
    if (array)
        nd_release(array);
    return result;
}

/* Whether the product is a matrix product that goes straight into `out`: it is one of ours, of the
 * product's dtype. What is wrong with it otherwise, pnd_into() says. */
static bool goes_straight(product_of *of, const nd_array *x, const nd_array *y, PyObject *out)
{
    if (!pnd_given(out) || !pnd_is_array(out) || nd_rank(x) == 0 || nd_rank(y) == 0)
        return false;
    const int most = nd_rank(x) > nd_rank(y) ? nd_rank(x) : nd_rank(y);
    const nd_array *const to = pnd_array_of(out);
    if (of != nd_matmul && (of != nd_dot || most > 2))
        return false;
    if (nd_dtype_of(to) != nd_promote(nd_dtype_of(x), nd_dtype_of(y)) ||
        nd_rank(to) != most - (nd_rank(x) == 1) - (nd_rank(y) == 1))
        return false;
    const int64_t *const lengths = nd_lengths(to) + nd_rank(to);
    for (int i = 3; i <= most; i++) { /* no broadcasting of the stack */
        const int64_t of_x = i <= nd_rank(x) ? nd_length(x, -i) : 1,
                      of_y = i <= nd_rank(y) ? nd_length(y, -i) : 1;
        if (lengths[most - nd_rank(to) - i] != (of_x == 1 ? of_y : of_x))
            return false;
    }
    return (nd_rank(y) == 1 || lengths[-1] == nd_lengths(y)[nd_rank(y) - 1]) &&
           (nd_rank(x) == 1 || lengths[nd_rank(y) == 1 ? -1 : -2] == nd_lengths(x)[nd_rank(x) - 2]);
}

static PyObject *product_into(PyObject *out, const nd_array *x, const nd_array *y)
{
    if (!pnd_check_writeable(out))
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(x) + nd_size(y), result = nd_matmul_into(pnd_array_of(out), x, y));
    return result ? Py_NewRef(out) : pnd_raise();
}

/* A result whose first axes have one element goes into an array without these. */
static nd_array *without_first_axes(nd_array *result, int rank)
{
    nd_shape shape = {.rank = rank};
    const int more = nd_rank(result) - rank;
    for (int i = 0; i < more; i++)
        if (nd_length(result, i) != 1)
            return result;
    for (int i = 0; i < rank; i++)
        shape.length[i] = nd_length(result, more + i);
    nd_array *const fewer = nd_reshape(result, shape);
    nd_release(result);
    return fewer;
}

/* A result may go where its stack is broadcast, as if `out` were an operand, which has `least`
 * axes. */
static PyObject *broadcast_into(nd_array *result, int core, int least, PyObject *out)
{
    if (result && pnd_given(out) && pnd_is_array(out)) {
        const nd_array *to = pnd_array_of(out);
        if (nd_rank(to) < nd_rank(result) && nd_rank(to) >= least)
            result = without_first_axes(result, nd_rank(to));
        const int more = result ? nd_rank(to) - nd_rank(result) : -1;
        bool same_core = more >= 0;
        for (int i = 1; same_core && i <= core; i++)
            same_core = nd_length(to, -i) == nd_length(result, -i);
        if (same_core) {
            nd_array *wide = nd_broadcast_to(result, nd_shape_like(to));
            nd_release(result);
            result = wide;
        }
    }
    return pnd_into(result, out);
}

/* given: x1, x2, out, casting, order, dtype, subok, axes, axis, keepdims. */
static PyObject *stacked_product(const stacked *p, PyObject *const *given)
{
    nd_dtype dtype = ND_DTYPE_NONE;
    nd_casting casting = ND_CAST_SAME_KIND;
    bool keepdims = false;
    char order = 'K';
    if (pnd_has_override(given, 2))
        return pnd_override_operator(p->name, given[0], given[1],
                                     pnd_given(given[2]) ? given[2] : NULL);
    if (!pnd_to_order(given[4], &order) || !pnd_to_dtype(given[5], &dtype) ||
        !pnd_to_casting(given[3], &casting))
        return NULL;
    PND_AUTO a = pnd_to_cast(given[0], dtype, casting);
    PND_AUTO b = a ? pnd_to_cast(given[1], dtype, casting) : NULL;
    if (!b)
        return NULL;
    PyObject *const list = pnd_given(given[7]) ? given[7] : NULL;
    PyObject *axis_object = NULL;
    int core[3] = {p->core[0], p->core[1], p->core[2]}, axes[3][2] = {{0}};
    if (p->vectors)
        for (int i = 0; i < 2; i++)
            if (nd_rank(i ? b : a) == 1)
                core[i]--, core[2]--;
    axis_object = pnd_given(given[8]) ? given[8] : NULL;
    if (!pnd_to_bool(given[9], &keepdims))
        return NULL;
    if (p->core[2] && (axis_object || keepdims)) {
        PyErr_Format(PyExc_TypeError,
                     "%s does not take %s: its result has axes of its own; see axes", p->name,
                     axis_object ? "axis" : "keepdims");
        return NULL;
    }
    if (list && axis_object) {
        PyErr_SetString(PyExc_TypeError, "cannot specify both 'axis' and 'axes'");
        return NULL;
    }
    if (list && !PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "axes should be a list.");
        return NULL;
    }
    const Py_ssize_t items = list ? PyList_GET_SIZE(list) : 0;
    if (list && items != 3 && (items != 2 || p->core[2])) {
        PyErr_SetString(PyExc_ValueError,
                        "axes should be a list with an entry for all 3 inputs and outputs; entries "
                        "for outputs can only be omitted if none of them has core axes.");
        return NULL;
    }
    const nd_dtype both = nd_promote(nd_dtype_of(a), nd_dtype_of(b));
    if (!pnd_check_strict(given[3], nd_dtype_of(a), both) ||
        !pnd_check_strict(given[3], nd_dtype_of(b), both))
        return NULL;
    const bool chosen = list || axis_object;
    for (int i = 0; chosen && i < 2; i++) {
        nd_array **operand = i ? &b : &a;
        PND_OBJECT entry = Py_NewRef(axis_object ? axis_object : PyList_GetItem(list, i));
        if (nd_rank(*operand) < core[i])
            break; /* the product says it */
        if (!to_core_axes(p, i, entry, core[i], nd_rank(*operand), axes[i]))
            return NULL;
        *operand = moved(*operand, core[i], axes[i], false);
        if (!*operand)
            return pnd_raise();
    }
    if (!chosen && goes_straight(p->of, a, b, given[2]))
        return product_into(given[2], a, b);
    nd_array *result;
    PND_UNLOCKED(nd_size(a) + nd_size(b), result = p->of(a, b));
    if (result && keepdims) {
        nd_array *kept = nd_expand_dims(result, -1);
        nd_release(result);
        result = kept;
        core[2] = 1;
    }
    if (result && (items == 3 || (keepdims && axis_object))) {
        PND_OBJECT entry = Py_NewRef(axis_object ? axis_object : PyList_GetItem(list, 2));
        if (!to_core_axes(p, 2, entry, core[2], nd_rank(result), axes[2])) {
            nd_release(result);
            return NULL;
        }
        result = moved(result, core[2], axes[2], true);
    }
    result = pnd_unsafe_for(result, given[2], casting);
    if (result && order == 'F' && !pnd_given(given[2])) {
        nd_array *const other = nd_asfortran(result);
        nd_release(result);
        result = other;
    }
    return chosen ? pnd_into(result, given[2])
                  : broadcast_into(result, core[2], p->vectors && core[2] ? 1 : core[2], given[2]);
}

#define STACKED(name, first, second, third, by_rank, doc)                                          \
    PND_FUNCTION(name,                                                                             \
                 "x1, x2, /, out=None, *, casting='same_kind', order='K', dtype=None, "            \
                 "subok=True, axes=None, axis=None, keepdims=False",                               \
                 doc)                                                                              \
    {                                                                                              \
        static const stacked p = {#name, nd_##name, {first, second, third}, by_rank};              \
        return stacked_product(&p, given);                                                         \
    }
STACKED(matmul, 2, 2, 2, true, "The matrix product.")
STACKED(matvec, 2, 1, 1, false, "Matrices times vectors.")
STACKED(vecmat, 1, 2, 1, false, "Vectors times matrices.")
STACKED(vecdot, 1, 1, 0, false, "The sum of conj(x1) * x2 along an axis.")

/* ---- Plain functions ------------------------------------------------------------------------- */

static bool is_of_blas(const nd_array *x, const nd_array *y)
{
    const nd_dtype dtype = nd_promote(nd_dtype_of(x), nd_dtype_of(y));
    return dtype == ND_FLOAT32 || dtype == ND_FLOAT64 || dtype == ND_COMPLEX64 ||
           dtype == ND_COMPLEX128;
}

void pnd_refuse_product(void)
{
    PyErr_SetString(PyExc_ValueError, "output array is not acceptable (must have the right "
                                      "datatype, number of dimensions, and be a C-Array)");
}

/* Whether dot() may write to `out`: NumPy wants just the array that it would make. */
static bool is_acceptable(const nd_array *x, const nd_array *y, const nd_array *out)
{
    const bool scalar = !nd_rank(x) || !nd_rank(y);
    const int64_t *const lengths = nd_lengths(out);
    const int rank_x = scalar ? nd_rank(x) : nd_rank(x) - 1,
              rank_y = scalar ? nd_rank(y) : nd_rank(y) - 1;
    if (nd_dtype_of(out) != nd_promote(nd_dtype_of(x), nd_dtype_of(y)) || !nd_is_contiguous(out) ||
        nd_rank(out) != rank_x + rank_y)
        return false;
    for (int i = 0; i < rank_x; i++)
        if (lengths[i] != nd_length(x, i))
            return false;
    for (int i = 0; i < rank_y; i++) /* all but the second to last axis, or but the only one */
        if (lengths[rank_x + i] != nd_length(y, scalar || i + 1 < rank_y ? i : -1))
            return false;
    return true;
}

static PyObject *product(product_of *of, PyObject *a, PyObject *b, PyObject *out)
{
    PND_AUTO x = pnd_to_array(a);
    PND_AUTO y = x ? pnd_to_array(b) : NULL;
    if (!y)
        return NULL;
    const bool checked = of == nd_dot && pnd_given(out) && pnd_is_array(out);
    if (checked && (!nd_rank(x) || !nd_rank(y)) &&
        !is_of_blas(x, y)) { /* just a product to NumPy */
        PyObject *const all[] = {a, b, out};
        PND_OBJECT written = pnd_in_python("ndstream", "multiply", all, 3);
        return written && !nd_rank(pnd_array_of(out)) ? pnd_wrap_result(nd_copy(pnd_array_of(out)))
                                                      : Py_XNewRef(written);
    }
    if (checked && !is_acceptable(x, y, pnd_array_of(out))) {
        pnd_refuse_product();
        return NULL;
    }
    if (goes_straight(of, x, y, out))
        return product_into(out, x, y);
    nd_array *result;
    PND_UNLOCKED(nd_size(x) + nd_size(y), result = of(x, y));
    if (!checked || nd_rank(pnd_array_of(out)))
        return pnd_into(result, out);
    PND_OBJECT written = pnd_into(result, out); /* of which NumPy gives the number */
    return written ? pnd_wrap_result(nd_copy(pnd_array_of(out))) : NULL;
}

#define PRODUCT(name, text, out, doc)                                                              \
    PND_FUNCTION(name, text, doc)                                                                  \
    {                                                                                              \
        return product(nd_##name, given[0], given[1], out);                                        \
    }
PRODUCT(dot, "a, b, out=None", given[2],
        "The sum of products over the last axis of a and the second to last of b.")
PRODUCT(outer, "a, b, out=None", given[2], "All products of elements of both.")
PRODUCT(vdot, "a, b, /", NULL, "The sum of conj(a) * b over all elements.")
PRODUCT(inner, "a, b, /", NULL, "The sum of products over the last axes.")
PRODUCT(kron, "a, b", NULL, "The Kronecker product.")
PND_ALSO_METHOD(dot)

PyMethodDef pnd_product_functions[] = {
    PND_ROW(matmul), PND_ROW(matvec), PND_ROW(vecmat), PND_ROW(vecdot), PND_ROW(dot),
    PND_ROW(outer),  PND_ROW(vdot),   PND_ROW(inner),  PND_ROW(kron),   {0},
};

PyMethodDef pnd_product_methods[] = {PND_METHOD_ROW("dot", dot), {0}};

/* Triangles, diagonals and grids: arrange.h and what index.h has of them. */
#include "core.h"

#include <ndstream/arrange.h>
#include <ndstream/index.h>

/* ---- Triangles and diagonals ----------------------------------------------------------------- */

PND_FUNCTION(tri, "N, M=None, k=0, dtype=None, *, like=None", "Ones at and below a diagonal.")
{
    int64_t rows = 0, columns, diagonal = 0;
    nd_dtype dtype = ND_FLOAT64;
    if (!pnd_to_matrix(given, &rows, &columns, &diagonal, &dtype))
        return NULL;
    return pnd_wrap(nd_tri(dtype, rows < 0 ? 0 : rows, columns < 0 ? 0 : columns, diagonal));
}

static PyObject *triangle(nd_array *(*of)(const nd_array *, int64_t), PyObject *const *given)
{
    int64_t diagonal = 0;
    PND_AUTO array = pnd_to_array(given[0]);
    return array && pnd_to_int64(given[1], &diagonal) ? pnd_wrap(of(array, diagonal)) : NULL;
}

PND_FUNCTION(tril, "m, k=0", "The lower triangle, zeros elsewhere.")
{
    return triangle(nd_tril, given);
}

PND_FUNCTION(triu, "m, k=0", "The upper triangle, zeros elsewhere.")
{
    return triangle(nd_triu, given);
}

PND_FUNCTION(diagflat, "v, k=0", "A matrix with the elements in C order on a diagonal.")
{
    return triangle(nd_diagflat, given);
}

PND_FUNCTION(diag, "v, k=0", "A matrix with a diagonal; of a matrix its diagonal, a view.")
{
    int64_t diagonal = 0;
    PND_OBJECT array = pnd_as_array_object(given[0], ND_DTYPE_NONE);
    if (!array || !pnd_to_int64(given[1], &diagonal))
        return NULL;
    nd_array *result = nd_diag(pnd_array_of(array), diagonal);
    return nd_rank(pnd_array_of(array)) == 2 ? pnd_wrap_view(result, array) : pnd_wrap(result);
}

/* A tuple of arrays, whose references are taken over. */
static PyObject *tuple_of(int count, nd_array **arrays)
{
    PyObject *tuple = PyTuple_New(count);
    for (int i = 0; i < count; i++) {
        PyObject *one = pnd_wrap(arrays[i]);
        if (tuple && one)
            PyTuple_SET_ITEM(tuple, i, one);
        else
            Py_CLEAR(tuple);
    }
    return tuple;
}

/* The same of a function of the library, for which 0 is a failure. */
static PyObject *tuple_or_error(int count, nd_array **arrays)
{
    return count ? tuple_of(count, arrays) : pnd_raise();
}

static PyObject *places(int (*of)(int64_t, int64_t, int64_t, nd_array **), PyObject *const *given)
{
    int64_t rows = 0, diagonal = 0;
    if (!pnd_to_int64(given[0], &rows) || !pnd_to_int64(given[1], &diagonal))
        return NULL;
    int64_t columns = rows;
    if (!pnd_to_int64(given[2], &columns))
        return NULL;
    nd_array *found[2];
    return tuple_or_error(of(rows, columns, diagonal, found), found);
}

PND_FUNCTION(tril_indices, "n, k=0, m=None", "The indices of the lower triangle.")
{
    return places(nd_tril_indices, given);
}

PND_FUNCTION(triu_indices, "n, k=0, m=None", "The indices of the upper triangle.")
{
    return places(nd_triu_indices, given);
}

/* ---- Grids ----------------------------------------------------------------------------------- */

/* meshgrid(*xi, copy=True, sparse=False, indexing='xy') */
static PyObject *meshgrid(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count,
                          PyObject *keywords)
{
    static pnd_signature words = {"meshgrid", "*, copy=True, sparse=False, indexing='xy'"};
    PyObject *given[PND_MOST_PARAMETERS];
    nd_meshgrid_options options = {0};
    bool copy = true;
    if (!pnd_bind(&words, NULL, arguments + count, 0, keywords, given) ||
        !pnd_to_bool(given[0], &copy) || !pnd_to_bool(given[1], &options.sparse))
        return NULL;
    options.views = !copy;
    if (given[2]) {
        options.ij =
            PyUnicode_Check(given[2]) && PyUnicode_CompareWithASCIIString(given[2], "ij") == 0;
        if (!options.ij &&
            !(PyUnicode_Check(given[2]) && PyUnicode_CompareWithASCIIString(given[2], "xy") == 0)) {
            PyErr_SetString(PyExc_ValueError, "Valid values for `indexing` are 'xy' and 'ij'.");
            return NULL;
        }
    }
    if (!count)
        return PyTuple_New(0);
    if (count > ND_MAX_RANK) {
        PyErr_Format(PyExc_ValueError, "meshgrid: %zd axes; there are at most %d", count,
                     ND_MAX_RANK);
        return NULL;
    }
    PND_OBJECT items = PyTuple_New(count);
    for (Py_ssize_t i = 0; items && i < count; i++)
        PyTuple_SET_ITEM(items, i, Py_NewRef(arguments[i]));
    PND_PARTS p = {0};
    if (!items || !pnd_to_parts(items, &p))
        return NULL;
    nd_array *results[ND_MAX_RANK];
    const int made = nd_meshgrid(p.count, (const nd_array *const *)p.array, &options, results);
    for (int i = 0; i < made && options.sparse && copy; i++) {
        nd_array *own = nd_copy(results[i]);
        nd_release(results[i]);
        results[i] = own;
    }
    return tuple_or_error(made, results);
}

PND_FUNCTION(indices, "dimensions, dtype=None, sparse=False",
             "The index of every element, an array for each axis.")
{
    nd_shape shape;
    nd_dtype dtype = ND_INT64;
    bool sparse = false;
    if (!pnd_to_shape(given[0], &shape) || !pnd_to_dtype(given[1], &dtype) ||
        !pnd_to_bool(given[2], &sparse))
        return NULL;
    if (!sparse)
        return pnd_wrap(nd_indices(dtype, shape));
    nd_array *lines[ND_MAX_RANK];
    for (int i = 0; i < shape.rank; i++) {
        PND_AUTO count = nd_arange(shape.length[i]);
        PND_AUTO line = nd_cast(count, dtype);
        nd_shape form = {.rank = shape.rank};
        for (int k = 0; k < shape.rank; k++)
            form.length[k] = k == i ? shape.length[i] : 1;
        lines[i] = nd_reshape(line, form);
    }
    return tuple_of(shape.rank, lines);
}

/* ix_(*args) */
static PyObject *ix(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    if (count > ND_MAX_RANK) {
        PyErr_Format(PyExc_ValueError, "ix_: %zd axes; there are at most %d", count, ND_MAX_RANK);
        return NULL;
    }
    nd_array *arrays[ND_MAX_RANK], *results[ND_MAX_RANK];
    int ready = 0;
    while (ready < count) {
        arrays[ready] = pnd_to_positions(arguments[ready]);
        if (!arrays[ready])
            break;
        if (nd_rank(arrays[ready++]) != 1) {
            PyErr_SetString(PyExc_ValueError, "Cross index must be 1 dimensional");
            break;
        }
    }
    PyObject *result = NULL;
    if (!PyErr_Occurred())
        result =
            count ? tuple_or_error(nd_ix(ready, (const nd_array *const *)arrays, results), results)
                  : PyTuple_New(0);
    while (ready)
        nd_release(arrays[--ready]);
    return result;
}

PyMethodDef pnd_arrange_functions[] = {
    PND_ROW(tri),
    PND_ROW(tril),
    PND_ROW(triu),
    PND_ROW(diag),
    PND_ROW(diagflat),
    PND_ROW(tril_indices),
    PND_ROW(triu_indices),
    {"meshgrid", (PyCFunction)(void (*)(void))meshgrid, METH_FASTCALL | METH_KEYWORDS,
     "meshgrid(*xi, copy=True, sparse=False, indexing='xy')\n--\n\nCoordinates of the points of a "
     "grid, from those along its axes."},
    PND_ROW(indices),
    {"ix_", (PyCFunction)(void (*)(void))ix, METH_FASTCALL,
     "ix_(*args)\n--\n\nArrays that index the grid of all combinations."},
    {0},
};

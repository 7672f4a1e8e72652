/* Searching, counting, histograms and sets. */
#include "core.h"

#include <ndstream/sort.h>

/* ---- Searching ------------------------------------------------------------------------------ */

static PyObject *searched(PyObject *const *given)
{
    nd_searchsorted_options options = {0};
    PND_AUTO sorted = pnd_to_array(given[0]);
    PND_AUTO values = sorted ? pnd_to_array(given[1]) : NULL;
    PND_AUTO sorter = values && pnd_given(given[3]) ? pnd_to_array(given[3]) : NULL;
    if (!values || (pnd_given(given[3]) && !sorter))
        return NULL;
    if (pnd_given(given[2])) {
        const char *side = PyUnicode_Check(given[2]) ? PyUnicode_AsUTF8(given[2]) : "";
        if (strcmp(side, "left") != 0 && strcmp(side, "right") != 0) {
            PyErr_Format(PyExc_ValueError, "search side must be 'left' or 'right' (got %R)",
                         given[2]);
            return NULL;
        }
        options.right = side[0] == 'r';
    }
    options.sorter = sorter;
    nd_array *result;
    PND_UNLOCKED(nd_size(values), result = nd_searchsorted(sorted, values, options));
    return pnd_wrap_result(result);
}

PND_FUNCTION(searchsorted, "a, v, side='left', sorter=None",
             "Where values would be put into a sorted array.")
{
    return searched(given);
}
PND_ALSO_METHOD(searchsorted)

PND_FUNCTION(digitize, "x, bins, right=False", "The number of the bin of each value.")
{
    bool right = false;
    PND_AUTO x = pnd_to_array(given[0]);
    PND_AUTO bins = x ? pnd_to_array(given[1]) : NULL;
    if (!bins || !pnd_to_bool(given[2], &right))
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(x), result = nd_digitize(x, bins, right));
    return pnd_wrap_result(result);
}

PND_FUNCTION(lexsort, "keys, axis=-1", "The indices that sort by several keys, the last one first.")
{
    int axis = -1;
    PND_OBJECT items = PySequence_Tuple(given[0]);
    if (!items || !pnd_to_int(given[1], &axis))
        return NULL;
    const Py_ssize_t count = PyTuple_GET_SIZE(items);
    nd_array **keys = PyMem_Calloc((size_t)count + 1, sizeof *keys);
    Py_ssize_t ready = 0;
    while (keys && ready < count) {
        keys[ready] = pnd_to_array(PyTuple_GET_ITEM(items, ready));
        if (!keys[ready])
            break;
        ready++;
    }
    nd_array *result = NULL;
    bool numbers =
        ready > 0 && (axis == 0 || axis == -1); /* as NumPy has it: one place, the first */
    for (Py_ssize_t i = 0; i < ready; i++)
        numbers &= nd_rank(keys[i]) == 0;
    if (keys && ready == count && numbers)
        result = nd_zeros(ND_INT64, ND_SCALAR_SHAPE);
    else if (keys && ready == count && count)
        result = nd_lexsort((int)count, (const nd_array *const *)keys, axis);
    else if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "need sequence of keys with len > 0 in lexsort");
    while (ready)
        nd_release(keys[--ready]);
    PyMem_Free(keys);
    return result ? pnd_wrap_result(result) : PyErr_Occurred() ? NULL : pnd_raise();
}

/* ---- Counting ------------------------------------------------------------------------------- */

PND_FUNCTION(bincount, "x, /, weights=None, minlength=0", "How often each number occurs.")
{
    nd_bincount_options options = {0};
    PND_AUTO x = pnd_to_array(given[0]);
    if (x && !pnd_is_array(given[0]) && nd_dtype_kind(nd_dtype_of(x)) == ND_KIND_FLOAT) {
        nd_array *empty = nd_cast(x, ND_INT64);
        nd_release(x);
        x = empty;
    }
    PND_AUTO weights = x && pnd_given(given[1]) ? pnd_to_array(given[1]) : NULL;
    if (!x || (pnd_given(given[1]) && !weights) || !pnd_to_int64(given[2], &options.minlength))
        return NULL;
    if (options.minlength < 0) {
        PyErr_SetString(PyExc_ValueError, "'minlength' must not be negative");
        return NULL;
    }
    options.weights = weights;
    nd_array *result;
    PND_UNLOCKED(nd_size(x), result = nd_bincount(x, options));
    return pnd_wrap(result);
}

/* The bins of a histogram: a number, edges or the name of a rule; and their
 * range. `edges` is released by the caller. */
static bool to_bins(PyObject *bins, PyObject *range, nd_histogram_options *options,
                    nd_array **edges)
{
    *edges = NULL;
    if (pnd_given(bins) && PyUnicode_Check(bins)) {
        options->rule = PyUnicode_AsUTF8(bins);
        if (!options->rule)
            return false;
    } else if (pnd_given(bins) && PyIndex_Check(bins) && !pnd_is_array(bins)) {
        if (!pnd_to_int64(bins, &options->bins))
            return false;
        if (options->bins < 1) {
            PyErr_SetString(PyExc_ValueError, "`bins` must be positive, when an integer");
            return false;
        }
    } else if (pnd_given(bins) && PyFloat_Check(bins)) {
        PyErr_SetString(PyExc_TypeError, "`bins` must be an integer, a string, or an array");
        return false;
    } else if (pnd_given(bins)) {
        *edges = pnd_to_array(bins);
        if (!*edges)
            return false;
        options->edges = *edges;
    }
    if (pnd_given(range)) {
        PND_OBJECT pair = PySequence_Tuple(range);
        if (!pair || PyTuple_GET_SIZE(pair) != 2) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_ValueError, "range must be a pair");
            return false;
        }
        options->has_range = true;
        return pnd_to_double(PyTuple_GET_ITEM(pair, 0), &options->range[0]) &&
               pnd_to_double(PyTuple_GET_ITEM(pair, 1), &options->range[1]);
    }
    return true;
}

/* The library's errors of arguments of a histogram are ValueErrors in NumPy. */
static void *raise_value(void)
{
    if (nd_error() == ND_ERROR_ARGUMENT || nd_error() == ND_ERROR_SHAPE) {
        return pnd_raise_as(PyExc_ValueError);
    }
    return pnd_raise();
}

static bool weights_allowed(const nd_histogram_options *options, PyObject *weights)
{
    if (!options->rule || !pnd_given(weights))
        return true;
    PyErr_SetString(PyExc_TypeError, "Automated estimation of the number of bins is not supported "
                                     "for weighted data");
    return false;
}

PND_FUNCTION(histogram, "a, bins=10, range=None, density=None, weights=None",
             "How many elements fall into each bin, and the edges.")
{
    nd_histogram_options options = {0};
    nd_array *edges_pointer = NULL;
    PND_AUTO a = pnd_to_array(given[0]);
    const bool good = a && to_bins(given[1], given[2], &options, &edges_pointer);
    PND_AUTO edges = edges_pointer;
    PND_AUTO weights = good && pnd_given(given[4]) ? pnd_to_array(given[4]) : NULL;
    if (!good || (pnd_given(given[4]) && !weights) || !pnd_to_bool(given[3], &options.density) ||
        !weights_allowed(&options, given[4]))
        return NULL;
    if (weights && nd_dtype_kind(nd_dtype_of(weights)) == ND_KIND_COMPLEX) { /* rare: in Python */
        PND_OBJECT array = pnd_wrap(nd_retain(weights));
        PyObject *const all[] = {given[0], given[1], given[2], given[3], array};
        return array ? pnd_in_python("ndstream._statistics", "complex_histogram", all, 5) : NULL;
    }
    options.weights = weights;
    nd_histogram_result r;
    PND_UNLOCKED(nd_size(a), r = nd_histogram(a, options));
    if (!r.counts)
        return raise_value();
    PND_OBJECT counts = pnd_wrap(r.counts);
    PND_AUTO made = r.edges;
    PND_OBJECT found =
        edges && pnd_is_array(given[1]) ? Py_NewRef(given[1]) : pnd_wrap(nd_retain(made));
    return counts && found ? PyTuple_Pack(2, counts, found) : NULL;
}

PND_FUNCTION(histogram_bin_edges, "a, bins=10, range=None, weights=None",
             "The edges of a histogram.")
{
    nd_histogram_options options = {0};
    nd_array *edges_pointer = NULL;
    PND_AUTO a = pnd_to_array(given[0]);
    const bool good = a && to_bins(given[1], given[2], &options, &edges_pointer);
    PND_AUTO edges = edges_pointer;
    if (!good || !weights_allowed(&options, given[3]))
        return NULL;
    nd_array *result = nd_histogram_bin_edges(a, options);
    return result ? pnd_wrap(result) : raise_value();
}

enum { MOST_VARIABLES = 32 };

/* The options of each variable: one bins for all, or one for each; likewise the
 * range. */
static bool to_several_bins(PyObject *bins, PyObject *range, int count, bool flat,
                            nd_histogram_options *options, nd_array **edges)
{
    const bool list = pnd_given(bins) && (PyList_Check(bins) || PyTuple_Check(bins)),
               each = list && PySequence_Size(bins) == count;
    if (list && !each && !flat) {
        PyErr_SetString(PyExc_ValueError, "The dimension of bins must be equal to the dimension of "
                                          "the sample x.");
        return false;
    }
    if (pnd_given(range)) {
        const Py_ssize_t ranges = PySequence_Size(range);
        if (ranges < 0)
            return false;
        if (ranges != count) {
            PyErr_SetString(PyExc_ValueError, "range argument must have one entry per dimension");
            return false;
        }
    }
    for (int i = 0; i < count; i++) {
        PND_OBJECT own_bins = each ? PySequence_GetItem(bins, i) : NULL;
        PND_OBJECT own_range = pnd_given(range) ? PySequence_GetItem(range, i) : NULL;
        if (PyErr_Occurred() || !to_bins(each ? own_bins : bins, own_range, &options[i], &edges[i]))
            return false;
    }
    return true;
}

static PyObject *histogram_of(nd_array *sample, PyObject *bins, PyObject *range,
                              PyObject *density_object, PyObject *weights_object, bool flat)
{
    const int count = nd_rank(sample) == 2 ? (int)nd_lengths(sample)[1] : 0;
    nd_histogram_options options[MOST_VARIABLES] = {0};
    nd_array *given_edges[MOST_VARIABLES] = {NULL}, *edges[MOST_VARIABLES] = {NULL};
    bool density = false;
    if (count < 1 || count > MOST_VARIABLES) {
        PyErr_Format(PyExc_ValueError, "a sample is a matrix of 1 to %d columns", MOST_VARIABLES);
        return NULL;
    }
    PyObject *result = NULL;
    PND_AUTO weights = pnd_given(weights_object) ? pnd_to_array(weights_object) : NULL;
    if ((!pnd_given(weights_object) || weights) && pnd_to_bool(density_object, &density) &&
        to_several_bins(bins, range, count, flat, options, given_edges)) {
        nd_array *counts = nd_histogramdd(sample, options, density, weights, edges);
        PND_OBJECT table = counts ? pnd_wrap(counts) : raise_value();
        PND_OBJECT list = table ? PyList_New(count) : NULL;
        for (int i = 0; counts && i < count; i++) {
            PyObject *one = pnd_wrap(edges[i]);
            if (list && one)
                PyList_SET_ITEM(list, i, one);
        }
        if (list && !PyErr_Occurred())
            result =
                flat ? PyTuple_Pack(3, table, PyList_GET_ITEM(list, 0), PyList_GET_ITEM(list, 1))
                     : PyTuple_Pack(2, table, list);
    }
    for (int i = 0; i < count; i++)
        if (given_edges[i])
            nd_release(given_edges[i]);
    return result;
}

PND_FUNCTION(histogramdd, "sample, bins=10, range=None, density=None, weights=None",
             "The histogram of several variables.")
{
    PND_AUTO sample = NULL;
    if (PyList_Check(given[0]) || PyTuple_Check(given[0])) { /* a variable each */
        PND_AUTO rows = pnd_to_array(given[0]);
        sample = !rows ? NULL : nd_rank(rows) == 1 ? nd_expand_dims(rows, 1) : nd_transpose(rows);
    } else {
        sample = pnd_to_array(given[0]);
        if (sample && nd_rank(sample) == 1) {
            nd_array *column = nd_expand_dims(sample, 1);
            nd_release(sample);
            sample = column;
        }
    }
    if (!sample)
        return PyErr_Occurred() ? NULL : pnd_raise();
    return histogram_of(sample, given[1], given[2], given[3], given[4], false);
}

PND_FUNCTION(histogram2d, "x, y, bins=10, range=None, density=None, weights=None",
             "The histogram of two variables.")
{
    PND_OBJECT pair = PyTuple_Pack(2, given[0], given[1]);
    PND_AUTO rows = pair ? pnd_to_array_of(pair, ND_FLOAT64) : NULL;
    PND_AUTO sample = rows ? nd_transpose(rows) : NULL;
    return sample ? histogram_of(sample, given[2], given[3], given[4], given[5], true) : NULL;
}

/* ---- Sets ----------------------------------------------------------------------------------- */

PND_FUNCTION(unique,
             "ar, return_index=False, return_inverse=False, return_counts=False, "
             "axis=None, *, "
             "equal_nan=True, sorted=True",
             "The different elements, ascending; and where they occur, and how often.")
{
    nd_unique_options options = {0};
    bool equal_nan = true;
    PND_AUTO array = pnd_to_array(given[0]);
    if (!array || !pnd_to_bool(given[1], &options.index) ||
        !pnd_to_bool(given[2], &options.inverse) || !pnd_to_bool(given[3], &options.counts) ||
        !pnd_to_int(given[4], &options.axis) || !pnd_to_bool(given[5], &equal_nan))
        return NULL;
    /* Lines of an array of one axis are its elements. */
    options.has_axis =
        pnd_given(given[4]) && (nd_rank(array) != 1 || options.axis < -1 || options.axis > 0);
    options.nan_apart = !equal_nan;
    nd_unique_result r;
    PND_UNLOCKED(nd_size(array), r = nd_unique(array, options));
    if (!r.values)
        return pnd_raise();
    nd_array *const found[] = {r.values, r.index, r.inverse, r.counts};
    PND_OBJECT list = PyList_New(0);
    for (int i = 0; i < 4; i++) {
        PND_OBJECT one = found[i] ? pnd_wrap(found[i]) : NULL;
        if (list && one)
            PyList_Append(list, one);
    }
    if (!list || PyErr_Occurred())
        return NULL;
    return PyList_GET_SIZE(list) == 1 ? Py_NewRef(PyList_GET_ITEM(list, 0)) : PyList_AsTuple(list);
}

PND_FUNCTION(unique_values, "x, /", "The different elements, every NaN apart.")
{
    PND_AUTO array = pnd_to_array(given[0]);
    return array ? pnd_wrap(nd_unique_values(array)) : NULL;
}

PND_FUNCTION(isin, "element, test_elements, assume_unique=False, invert=False, *, kind=None",
             "Which elements are among others.")
{
    bool invert = false;
    PND_AUTO elements = pnd_to_array(given[0]);
    PND_AUTO tests = elements ? pnd_to_array(given[1]) : NULL;
    if (!tests || !pnd_to_bool(given[3], &invert))
        return NULL;
    if (pnd_given(given[4]) && !(PyUnicode_Check(given[4]) &&
                                 (PyUnicode_CompareWithASCIIString(given[4], "sort") == 0 ||
                                  PyUnicode_CompareWithASCIIString(given[4], "table") == 0))) {
        PyErr_Format(PyExc_ValueError, "Invalid kind: '%S'. Please use None, 'sort' or 'table'.",
                     given[4]);
        return NULL;
    }
    if (pnd_given(given[4]) && PyUnicode_CompareWithASCIIString(given[4], "table") == 0 &&
        (nd_dtype_kind(nd_dtype_of(elements)) >= ND_KIND_FLOAT ||
         nd_dtype_kind(nd_dtype_of(tests)) >= ND_KIND_FLOAT)) {
        PyErr_SetString(PyExc_ValueError, "isin: kind='table' takes bools and integers only; "
                                          "choose 'sort' or None");
        return NULL;
    }
    nd_array *result;
    PND_UNLOCKED(nd_size(elements), result = nd_isin(elements, tests, invert));
    return pnd_wrap(result);
}

typedef nd_array *set_operation(const nd_array *a, const nd_array *b);

static PyObject *of_sets(set_operation *operation, PyObject *const *given)
{
    PND_AUTO a = pnd_to_array(given[0]);
    PND_AUTO b = a ? pnd_to_array(given[1]) : NULL;
    return b ? pnd_wrap(operation(a, b)) : NULL;
}

PND_FUNCTION(union1d, "ar1, ar2", "The different elements of both.")
{
    return of_sets(nd_union1d, given);
}

PND_FUNCTION(setdiff1d, "ar1, ar2, assume_unique=False",
             "Those of the first that are not in the second.")
{
    bool in_order = false;
    if (!pnd_to_bool(given[2], &in_order))
        return NULL;
    if (!in_order)
        return of_sets(nd_setdiff1d, given);
    PND_AUTO a = pnd_to_array(given[0]);
    PND_AUTO b = a ? pnd_to_array(given[1]) : NULL;
    PND_AUTO line = b ? nd_ravel(a) : NULL;
    PND_AUTO others = line ? nd_isin(line, b, true) : NULL;
    return others ? pnd_wrap(nd_extract(others, line)) : pnd_raise();
}

PND_FUNCTION(setxor1d, "ar1, ar2, assume_unique=False", "Those that are in one of both.")
{
    return of_sets(nd_setxor1d, given);
}

PND_FUNCTION(intersect1d, "ar1, ar2, assume_unique=False, return_indices=False",
             "Those that are in both.")
{
    bool indices = false;
    PND_AUTO a = pnd_to_array(given[0]);
    PND_AUTO b = a ? pnd_to_array(given[1]) : NULL;
    if (!b || !pnd_to_bool(given[3], &indices))
        return NULL;
    const nd_intersect1d_result r = nd_intersect1d(a, b, indices);
    PND_OBJECT values = pnd_wrap(r.values);
    if (!values || !indices)
        return Py_XNewRef(values);
    PND_OBJECT first = pnd_wrap(r.a_index);
    PND_OBJECT second = pnd_wrap(r.b_index);
    return first && second ? PyTuple_Pack(3, values, first, second) : NULL;
}

PyMethodDef pnd_count_functions[] = {
    PND_ROW(searchsorted), PND_ROW(digitize),
    PND_ROW(lexsort),      PND_ROW(bincount),
    PND_ROW(histogram),    PND_ROW(histogram2d),
    PND_ROW(histogramdd),  PND_ROW(histogram_bin_edges),
    PND_ROW(unique),       PND_ROW(unique_values),
    PND_ROW(isin),         PND_ROW(union1d),
    PND_ROW(setdiff1d),    PND_ROW(setxor1d),
    PND_ROW(intersect1d),  {0},
};

PyMethodDef pnd_count_methods[] = {PND_METHOD_ROW("searchsorted", searchsorted), {0}};

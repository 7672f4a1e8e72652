/* Sorting, partitions, medians and quantiles. */
#include "core.h"

#include <string.h>

#include <ndstream/sort.h>

/* An axis of a sort: None is all elements as one line. */
static bool to_sort_axis(PyObject *object, int *axis)
{
    *axis = -1;
    if (object == Py_None) {
        *axis = ND_FLAT;
        return true;
    }
    return pnd_to_int(object, axis);
}

/* The word of `kind`: every sort here is stable where that can be seen. */
static bool check_kind(PyObject *kind)
{
    if (!pnd_given(kind))
        return true;
    const char *word = PyUnicode_Check(kind) ? PyUnicode_AsUTF8(kind) : NULL;
    if (word && *word && strchr("qmhsQMHS", *word)) /* NumPy looks at the first letter */
        return true;
    if (word && strcmp(word, "introselect") == 0)
        return true;
    PyErr_Format(PyExc_ValueError, "sort kind must be one of 'quick', 'heap', or 'stable' (got %R)",
                 kind);
    return false;
}

static bool no_order(PyObject *order)
{
    if (!pnd_given(order))
        return true;
    PyErr_SetString(PyExc_ValueError, "Cannot specify order when the array has no fields.");
    return false;
}

/* The axis of what gives positions, for which an array without axes is one of one element. Takes
 * the reference over. */
static nd_array *to_line_of_one(nd_array *array, int *axis)
{
    if (!array || nd_rank(array) || *axis == ND_FLAT)
        return array;
    if (*axis != 0 && *axis != -1) {
        PyErr_Format(pnd.axis_error, "axis %d is out of bounds for array of dimension 0", *axis);
        nd_release(array);
        return NULL;
    }
    nd_array *const line = nd_ravel(array);
    nd_release(array);
    return line ? line : pnd_raise();
}

typedef nd_array *sorter(const nd_array *array, int axis, nd_sort_options options);

static PyObject *sorted(sorter *by, PyObject *object, PyObject *axis_object, bool descending)
{
    int axis;
    PND_AUTO array = to_sort_axis(axis_object, &axis) ? pnd_to_array(object) : NULL;
    if (by == nd_argsort)
        array = to_line_of_one(array, &axis);
    if (!array)
        return NULL;
    nd_array *result;
    const nd_sort_options options = {.descending = descending};
    PND_UNLOCKED(4 * nd_size(array), result = by(array, axis, options));
    return pnd_wrap(result);
}

PND_FUNCTION(sort, "a, axis=-1, kind=None, order=None, *, stable=None, descending=False",
             "A sorted copy.")
{
    bool descending = false;
    if (!check_kind(given[2]) || !no_order(given[3]) || !pnd_to_bool(given[5], &descending))
        return NULL;
    return sorted(nd_sort, given[0], given[1], descending);
}

PND_FUNCTION(argsort, "a, axis=-1, kind=None, order=None, *, stable=None, descending=False",
             "The indices that sort, stable.")
{
    bool descending = false;
    if (!check_kind(given[2]) || !no_order(given[3]) || !pnd_to_bool(given[5], &descending))
        return NULL;
    return sorted(nd_argsort, given[0], given[1], descending);
}
PND_ALSO_METHOD(argsort)

static PyObject *sort_method(PyObject *self, PyObject *const *arguments, Py_ssize_t count,
                             PyObject *keywords)
{
    static pnd_signature signature = {"sort", "a, axis=-1, kind=None, order=None, *, stable=None"};
    PyObject *given[PND_MOST_PARAMETERS];
    int axis = -1;
    if (!pnd_bind(&signature, self, arguments, count, keywords, given) || !check_kind(given[2]) ||
        !no_order(given[3]) || !pnd_to_int(given[1], &axis) || !pnd_check_writeable(self))
        return NULL;
    nd_array *array = pnd_array_of(self);
    nd_status status;
    PND_UNLOCKED(4 * nd_size(array), status = nd_sort_in_place(array, axis, (nd_sort_options){0}));
    return pnd_check(status) ? Py_NewRef(Py_None) : NULL;
}

/* ---- Partitions ----------------------------------------------------------------------------- */

typedef nd_array *partitioner(const nd_array *array, int count, const int64_t *kth, int axis);

static nd_array *partitioned(partitioner *by, PyObject *object, PyObject *kth_object,
                             PyObject *axis_object)
{
    int axis;
    PND_AUTO array = to_sort_axis(axis_object, &axis) ? pnd_to_array(object) : NULL;
    if (by == nd_argpartition)
        array = to_line_of_one(array, &axis);
    PND_AUTO given = array ? pnd_to_array(kth_object) : NULL;
    if (!given)
        return NULL;
    if (nd_dtype_kind(nd_dtype_of(given)) != ND_KIND_SIGNED &&
        nd_dtype_kind(nd_dtype_of(given)) != ND_KIND_UNSIGNED) {
        PyErr_SetString(PyExc_TypeError, "Partition index must be integer");
        return NULL;
    }
    PND_AUTO cast = nd_cast(given, ND_INT64);
    PND_AUTO kth = nd_ravel(cast);
    PND_AUTO plain = nd_ascontiguous(kth);
    const int64_t *places = nd_data(plain);
    if (!plain || (nd_size(plain) && !places))
        return pnd_raise();
    nd_array *result;
    PND_UNLOCKED(2 * nd_size(array), result = by(array, (int)nd_size(plain), places, axis));
    if (!result && nd_error() == ND_ERROR_INDEX) {
        return pnd_raise_as(PyExc_ValueError);
    }
    return result ? result : pnd_raise();
}

PND_FUNCTION(partition, "a, kth, axis=-1, kind='introselect', order=None",
             "A copy in which the elements that sorting puts at `kth` are in "
             "their places.")
{
    nd_array *result = partitioned(nd_partition, given[0], given[1], given[2]);
    return result ? pnd_wrap(result) : NULL;
}

PND_FUNCTION(argpartition, "a, kth, axis=-1, kind='introselect', order=None",
             "The indices that partition.")
{
    nd_array *result = partitioned(nd_argpartition, given[0], given[1], given[2]);
    return result ? pnd_wrap(result) : NULL;
}
PND_ALSO_METHOD(argpartition)

static PyObject *partition_method(PyObject *self, PyObject *const *arguments, Py_ssize_t count,
                                  PyObject *keywords)
{
    PyObject *given[PND_MOST_PARAMETERS];
    if (!pnd_bind(&partition_signature, self, arguments, count, keywords, given) ||
        !pnd_check_writeable(self))
        return NULL;
    PND_AUTO result = partitioned(nd_partition, self, given[1], given[2]);
    if (!result)
        return NULL;
    return pnd_check(nd_assign(pnd_array_of(self), result)) ? Py_NewRef(Py_None) : NULL;
}

/* ---- Medians and quantiles ------------------------------------------------------------------ */

/* With its axes kept a result is an array, even of none. */
static PyObject *kept_or_into(nd_array *result, const nd_quantile_options *options, PyObject *out)
{
    return options->keepdims && !pnd_given(out) ? pnd_wrap(result) : pnd_into(result, out);
}

static PyObject *median_of(PyObject *const *given, bool ignore_nan)
{
    nd_axes axes;
    nd_quantile_options options = {.ignore_nan = ignore_nan};
    PND_AUTO array = pnd_to_array(given[0]);
    if (!array || !pnd_to_axes(given[1], &axes) || !pnd_to_bool(given[4], &options.keepdims))
        return NULL;
    nd_array *result;
    if (nd_dtype_kind(nd_dtype_of(array)) == ND_KIND_COMPLEX) { /* rare: in Python */
        PyObject *const all[] = {given[0], given[1], given[4], ignore_nan ? Py_True : Py_False};
        PND_OBJECT median = pnd_in_python("ndstream._statistics", "complex_median", all, 4);
        return pnd_object_into(median, given[2]);
    }
    PND_UNLOCKED(nd_size(array), result = nd_median(array, axes, options));
    return kept_or_into(result, &options, given[2]);
}

PND_FUNCTION(median, "a, axis=None, out=None, overwrite_input=False, keepdims=False",
             "The middle element, or the mean of the middle two.")
{
    return median_of(given, false);
}

PND_FUNCTION(nanmedian, "a, axis=None, out=None, overwrite_input=False, keepdims=False",
             "The median of what is not NaN.")
{
    return median_of(given, true);
}

typedef nd_array *quantiles(const nd_array *array, const nd_array *q, nd_axes axes,
                            nd_quantile_options options);

/* With weights, which few ask for, in Python. */
static PyObject *weighted(quantiles *of, PyObject *const *given, bool ignore_nan)
{
    PND_OBJECT q = pnd_as_array_object(given[1], ND_FLOAT64);
    if (q && of == nd_percentile) {
        PND_AUTO part = nd_divide(pnd_array_of(q), 100.0);
        Py_SETREF(q, pnd_wrap(nd_retain(part)));
    }
    PyObject *const all[] = {given[0],
                             q,
                             given[2],
                             given[5],
                             given[6] ? given[6] : Py_False,
                             given[7],
                             ignore_nan ? Py_True : Py_False};
    PND_OBJECT result = q ? pnd_in_python("ndstream._statistics", "quantile", all, 7) : NULL;
    return pnd_object_into(result, given[3]);
}

enum { /* The methods that interpolate nothing. */
       ELEMENTS_THEMSELVES = 1 << ND_QUANTILE_LOWER | 1 << ND_QUANTILE_HIGHER |
                             1 << ND_QUANTILE_NEAREST | 1 << ND_QUANTILE_INVERTED_CDF |
                             1 << ND_QUANTILE_CLOSEST_OBSERVATION
};

/* The dtype of quantiles of floats at places of a dtype. */
static nd_dtype wider_of(nd_dtype dtype, nd_dtype q)
{
    return nd_promote(dtype, nd_dtype_kind(q) == ND_KIND_FLOAT ? q : ND_FLOAT64);
}

/* True if there is no element along the axes. */
static bool sweeps_nothing(const nd_array *array, const nd_axes *axes)
{
    if (axes->all)
        return !nd_size(array);
    const int rank = nd_rank(array);
    for (int i = 0; i < axes->count; i++) {
        const int axis = axes->axis[i] + (axes->axis[i] < 0 ? rank : 0);
        if (axis < 0 || axis >= rank)
            return false; /* which the library tells */
        if (nd_lengths(array)[axis] == 0)
            return true;
    }
    return false;
}

/* a, q, axis, out, overwrite_input, method, keepdims, weights */
static PyObject *quantile_of(quantiles *of, PyObject *const *given, bool ignore_nan)
{
    if (pnd_given(given[7]))
        return weighted(of, given, ignore_nan);
    nd_axes axes;
    nd_quantile_options options = {.ignore_nan = ignore_nan};
    PND_AUTO array = pnd_to_array(given[0]);
    PND_AUTO q = array ? pnd_to_array_of(given[1], ND_FLOAT64) : NULL;
    if (!q || !pnd_to_axes(given[2], &axes) || !pnd_to_bool(given[6], &options.keepdims))
        return NULL;
    if (pnd_given(given[5])) {
        const char *word = PyUnicode_Check(given[5]) ? PyUnicode_AsUTF8(given[5]) : "";
        options.method = nd_quantile_method_from_name(word);
        if (options.method == ND_QUANTILE_METHOD_NONE) {
            return pnd_raise_as(PyExc_ValueError);
        }
    }
    const bool nothing = sweeps_nothing(array, &axes);
    if (!nothing && !(ELEMENTS_THEMSELVES >> options.method & 1) && !pnd_check_subtracts(array))
        return NULL;
    /* A q that is no Python number counts as an array of its dtype, of float64 if it is of
     * integers. */
    const nd_kind kind = nd_dtype_kind(nd_dtype_of(array));
    if (kind == ND_KIND_FLOAT && !(ELEMENTS_THEMSELVES >> options.method & 1) &&
        !PyFloat_CheckExact(given[1]) && !PyLong_CheckExact(given[1])) {
        PND_AUTO own = pnd_to_array(given[1]);
        nd_array *const wider =
            own ? nd_cast(array, wider_of(nd_dtype_of(array), nd_dtype_of(own))) : NULL;
        if (!wider)
            return PyErr_Occurred() ? NULL : pnd_raise();
        nd_release(array);
        array = wider;
    }
    if (!ignore_nan && nothing) {
        PyErr_SetString(PyExc_IndexError, "there are no quantiles of no elements");
        return NULL;
    }
    nd_array *result;
    PND_UNLOCKED(nd_size(array), result = of(array, q, axes, options));
    return kept_or_into(result, &options, given[3]);
}

#define QUANTILES                                                                                  \
    "a, q, axis=None, out=None, overwrite_input=False, method='linear', "                          \
    "keepdims=False, *, "                                                                          \
    "weights=None"
PND_FUNCTION(quantile, QUANTILES, "Quantiles, for q from 0 to 1.")
{
    return quantile_of(nd_quantile, given, false);
}

PND_FUNCTION(percentile, QUANTILES, "Quantiles, for q from 0 to 100.")
{
    return quantile_of(nd_percentile, given, false);
}

PND_FUNCTION(nanquantile, QUANTILES, "Quantiles of what is not NaN.")
{
    return quantile_of(nd_quantile, given, true);
}

PND_FUNCTION(nanpercentile, QUANTILES, "Percentiles of what is not NaN.")
{
    return quantile_of(nd_percentile, given, true);
}

PyMethodDef pnd_sort_functions[] = {
    PND_ROW(sort),
    PND_ROW(argsort),
    PND_ROW(partition),
    PND_ROW(argpartition),
    PND_ROW(median),
    PND_ROW(nanmedian),
    PND_ROW(quantile),
    PND_ROW(percentile),
    PND_ROW(nanquantile),
    PND_ROW(nanpercentile),
    {0},
};

PyMethodDef pnd_sort_methods[] = {
    {"sort", (PyCFunction)(void (*)(void))sort_method, METH_FASTCALL | METH_KEYWORDS,
     "sort(self, axis=-1, kind=None, order=None, *, stable=None)\n--\n\nSorts in place."},
    PND_METHOD_ROW("argsort", argsort),
    {"partition", (PyCFunction)(void (*)(void))partition_method, METH_FASTCALL | METH_KEYWORDS,
     "partition(self, kth, axis=-1, kind='introselect', order=None)\n--\n\nPartitions in place."},
    PND_METHOD_ROW("argpartition", argpartition),
    {0},
};

/* Functions made of operations: tolerances, differences, convolution,
 * bits, statistics of two variables, interpolation. */
#include "core.h"

#include <math.h>

#include <ndstream/join.h>
#include <ndstream/numeric.h>

/* ---- Tolerances ----------------------------------------------------------------------------- */

/* a, b, rtol, atol, equal_nan */
static bool to_tolerance(PyObject *const *given, pnd_operand *a, pnd_operand *b, double *rtol,
                         double *atol, bool *equal_nan)
{
    *rtol = ND_RTOL, *atol = ND_ATOL, *equal_nan = false;
    a->owned = b->owned = NULL;
    return pnd_to_double(given[2], rtol) && pnd_to_double(given[3], atol) &&
           pnd_to_bool(given[4], equal_nan) && pnd_to_operand(given[0], a) &&
           pnd_to_operand(given[1], b);
}

/* Whether a tolerance is an array, or a scalar that may be of a wider dtype than the arrays of
 * float16 and float32: then Python code compares. */
static bool is_line(PyObject *object, PyObject *const *given)
{
    bool narrow = false;
    for (int i = 0; i < 2; i++)
        if (pnd_is_array(given[i])) {
            const nd_dtype dtype = nd_dtype_of(pnd_array_of(given[i]));
            narrow |= dtype == ND_FLOAT16 || dtype == ND_FLOAT32 || dtype == ND_COMPLEX64;
        }
    return object &&
           (PyList_Check(object) || PyTuple_Check(object) || (narrow && pnd_is_scalar(object)) ||
            (pnd_is_array(object) && (narrow || nd_rank(pnd_array_of(object)))));
}

static PyObject *close_to_each(PyObject *const *given)
{
    PND_OBJECT rtol = given[2] ? Py_NewRef(given[2]) : PyFloat_FromDouble(ND_RTOL);
    PND_OBJECT atol = given[3] ? Py_NewRef(given[3]) : PyFloat_FromDouble(ND_ATOL);
    PyObject *const all[] = {given[0], given[1], rtol, atol, given[4] ? given[4] : Py_False};
    return rtol && atol ? pnd_in_python("ndstream._functional", "_isclose", all, 5) : NULL;
}

PND_FUNCTION(isclose, "a, b, rtol=1e-05, atol=1e-08, equal_nan=False",
             "True where |a - b| <= atol + rtol * |b|.")
{
    pnd_operand a, b;
    double rtol, atol;
    bool equal_nan;
    if (is_line(given[2], given) || is_line(given[3], given))
        return close_to_each(given);
    PyObject *result = NULL;
    if (to_tolerance(given, &a, &b, &rtol, &atol, &equal_nan))
        result = pnd_wrap_result((nd_isclose)(a.operand, b.operand, rtol, atol, equal_nan));
    pnd_operand_clear(&a);
    pnd_operand_clear(&b);
    return result;
}

PND_FUNCTION(allclose, "a, b, rtol=1e-05, atol=1e-08, equal_nan=False",
             "True if all elements are close.")
{
    if (is_line(given[2], given) || is_line(given[3], given)) {
        PND_OBJECT each = close_to_each(given);
        PND_OBJECT every = each ? PyObject_CallMethod(each, "all", NULL) : NULL;
        const int truth = every ? PyObject_IsTrue(every) : -1;
        return truth < 0 ? NULL : PyBool_FromLong(truth);
    }
    pnd_operand a, b;
    double rtol, atol;
    bool equal_nan, close = false;
    const bool good = to_tolerance(given, &a, &b, &rtol, &atol, &equal_nan);
    if (good)
        close = (nd_allclose)(a.operand, b.operand, rtol, atol, equal_nan);
    pnd_operand_clear(&a);
    pnd_operand_clear(&b);
    if (good && nd_error() != ND_OK)
        return pnd_raise();
    return good ? PyBool_FromLong(close) : NULL;
}

PND_FUNCTION(array_equiv, "a1, a2", "True if they are equal once broadcast.")
{
    PND_AUTO a = pnd_to_array(given[0]);
    PND_AUTO b = a ? pnd_to_array(given[1]) : NULL;
    if (!b)
        return NULL;
    const bool equal = nd_array_equiv(a, b);
    return nd_error() == ND_OK ? PyBool_FromLong(equal) : pnd_raise();
}

PND_FUNCTION(nan_to_num, "x, copy=True, nan=0.0, posinf=None, neginf=None",
             "The elements without NaN and infinities.")
{
    nd_replacements with = {.has_posinf = pnd_given(given[3]), .has_neginf = pnd_given(given[4])};
    bool copy = true;
    PND_AUTO x = pnd_to_array(given[0]);
    if (!x || !pnd_to_bool(given[1], &copy) || !pnd_to_double(given[2], &with.nan) ||
        !pnd_to_double(given[3], &with.posinf) || !pnd_to_double(given[4], &with.neginf))
        return NULL;
    nd_array *result = nd_nan_to_num(x, with);
    return !copy && pnd_is_array(given[0]) ? pnd_into(result, given[0]) : pnd_wrap_result(result);
}

PND_FUNCTION(real_if_close, "a, tol=100", "The real part if all imaginary parts are near 0.")
{
    double tolerance = 100;
    PND_AUTO a = pnd_to_array(given[0]);
    return a && pnd_to_double(given[1], &tolerance) ? pnd_wrap(nd_real_if_close(a, tolerance))
                                                    : NULL;
}

PND_FUNCTION(angle, "z, deg=False", "The angle of complex numbers.")
{
    bool degrees = false;
    PND_AUTO z = pnd_to_array(given[0]);
    return z && pnd_to_bool(given[1], &degrees) ? pnd_wrap_result(nd_angle(z, degrees)) : NULL;
}

/* ---- Reductions ----------------------------------------------------------------------------- */

PND_FUNCTION(ptp, "a, axis=None, out=None, keepdims=False",
             "The largest minus the smallest element.")
{
    nd_axes axes;
    bool keepdims = false;
    PND_AUTO a = pnd_to_array(given[0]);
    if (!a || !pnd_to_axes(given[1], &axes) || !pnd_to_bool(given[3], &keepdims))
        return NULL;
    return pnd_into(nd_ptp(a, axes, keepdims), given[2]);
}

/* The sum of weights, as average(returned=True) gives it. */
static nd_array *weight_sum(const nd_array *a, const nd_array *weights, nd_axes axes,
                            const nd_array *average)
{
    if (!weights) {
        const double count = (double)nd_size(a) / (double)(nd_size(average) ? nd_size(average) : 1);
        PND_AUTO value = nd_from_data(ND_FLOAT64, ND_SCALAR_SHAPE, &count);
        PND_AUTO spread = nd_broadcast_to(value, nd_shape_like(average));
        return nd_cast(spread, nd_dtype_of(average));
    }
    PND_AUTO sum = nd_sum(weights, nd_rank(weights) == nd_rank(a) ? axes : ND_ALL);
    PND_AUTO spread = nd_broadcast_to(sum, nd_shape_like(average));
    return nd_cast(spread, nd_dtype_of(average));
}

/* Weights of several axes, in the order in which they are named, as a view of the array's shape. */
static nd_array *spread_weights(const nd_array *a, const nd_array *weights, const nd_axes *axes)
{
    nd_axes order = {0};
    nd_shape shape = {.rank = nd_rank(a)};
    bool fits = true;
    for (int axis = 0; axis < shape.rank; axis++) {
        shape.length[axis] = 1;
        for (int i = 0; i < axes->count; i++)
            if (axes->axis[i] == axis || axes->axis[i] + shape.rank == axis) {
                order.axis[order.count++] = i;
                shape.length[axis] = nd_length(weights, i);
                fits = fits && nd_length(weights, i) == nd_length(a, axis);
            }
    }
    if (order.count != axes->count) { /* an axis that there is not, or one that is named twice */
        PND_AUTO wrong = nd_sum(a, *axes);
        return wrong ? nd_retain((nd_array *)weights) : pnd_raise();
    }
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "Shape of weights must be consistent with shape of a "
                                          "along specified axis.");
        return NULL;
    }
    PND_AUTO turned = nd_permute(weights, order);
    PND_AUTO line = nd_reshape(turned, shape);
    nd_array *const spread = nd_broadcast_to(line, nd_shape_like(a));
    return spread ? spread : pnd_raise();
}

PND_FUNCTION(average, "a, axis=None, weights=None, returned=False, *, keepdims=False",
             "The weighted mean.")
{
    nd_axes axes;
    bool returned = false, keepdims = false;
    PND_AUTO a = pnd_to_array(given[0]);
    if (!a || !pnd_to_axes(given[1], &axes) || !pnd_to_bool(given[3], &returned) ||
        !pnd_to_bool(given[4], &keepdims))
        return NULL;
    PND_AUTO weights = pnd_given(given[2]) ? pnd_to_array(given[2]) : NULL;
    if (pnd_given(given[2]) && !weights)
        return NULL;
    bool differ = weights && nd_rank(weights) != nd_rank(a);
    for (int i = 0; weights && !differ && i < nd_rank(a); i++)
        differ = nd_length(weights, i) != nd_length(a, i);
    if (differ && axes.all) {
        PyErr_SetString(PyExc_TypeError,
                        "Axis must be specified when shapes of a and weights differ.");
        return NULL;
    }
    if (weights && axes.count > 1 && nd_rank(weights) == axes.count &&
        nd_rank(weights) != nd_rank(a)) {
        nd_array *const spread = spread_weights(a, weights, &axes);
        nd_release(weights);
        weights = spread;
        if (!weights)
            return NULL;
    }
    PND_AUTO average = nd_average(a, axes, weights);
    if (!average && nd_error() == ND_ERROR_VALUE) {
        nd_error_clear();
        PyErr_SetString(PyExc_ZeroDivisionError, "Weights sum to zero, can't be normalized");
        return NULL;
    }
    if (!average)
        return pnd_raise();
    PND_AUTO kept = nd_retain(average);
    if (keepdims) {
        nd_shape shape = nd_shape_like(a);
        for (int i = 0; i < (axes.all ? shape.rank : axes.count); i++)
            shape.length[axes.all           ? i
                         : axes.axis[i] < 0 ? axes.axis[i] + shape.rank
                                            : axes.axis[i]] = 1;
        nd_array *view = nd_reshape(average, shape);
        nd_release(kept);
        kept = view;
    }
    PND_OBJECT result = pnd_wrap_result(nd_retain(kept));
    if (!result || !returned)
        return Py_XNewRef(result);
    PND_AUTO whole = weight_sum(a, weights, axes, average);
    PND_OBJECT sum = pnd_wrap_result(nd_reshape(whole, nd_shape_like(kept)));
    return sum ? PyTuple_Pack(2, result, sum) : NULL;
}

/* ---- Differences and integrals -------------------------------------------------------------- */

PND_FUNCTION(diff, "a, n=1, axis=-1, prepend=None, append=None",
             "The n-th differences along an axis.")
{
    int times = 1, axis = -1;
    if (!pnd_to_int(given[1], &times) || !pnd_to_axis(given[2], &axis))
        return NULL;
    PND_OBJECT whole = NULL;
    if (given[3] || given[4]) {
        PND_OBJECT along = PyLong_FromLong(axis);
        PyObject *const all[] = {given[0], given[3], given[4], along};
        if (!along || !(whole = pnd_in_python("ndstream._shapes", "_with_ends", all, 4)))
            return NULL;
    }
    PND_AUTO a = pnd_to_array(whole ? whole : given[0]);
    if (!a)
        return NULL;
    if (!nd_rank(a)) {
        PyErr_SetString(PyExc_ValueError, "diff requires input that is at least one dimensional");
        return NULL;
    }
    return pnd_wrap(nd_diff(a, times, axis));
}

PND_FUNCTION(ediff1d, "ary, to_end=None, to_begin=None",
             "The differences of the elements in C order.")
{
    PND_AUTO array = pnd_to_array(given[0]);
    if (!array || !pnd_check_subtracts(array))
        return NULL;
    PND_AUTO inner = nd_ediff1d(array);
    if (!inner)
        return pnd_raise();
    const nd_array *parts[3];
    nd_array *owned[2] = {NULL, NULL};
    int count = 0;
    bool good = true;
    for (int place = 2; place >= 1 && good; place--) { /* to_begin, the differences, to_end */
        if (pnd_given(given[place])) {
            PND_AUTO more = pnd_to_array(given[place]);
            good = more != NULL;
            if (good && !nd_can_cast(nd_dtype_of(more), nd_dtype_of(array), ND_CAST_SAME_KIND)) {
                PyErr_Format(PyExc_TypeError,
                             "dtype of `to_%s` must be compatible with input `ary` under the "
                             "`same_kind` rule.",
                             place == 2 ? "begin" : "end");
                good = false;
            }
            PND_AUTO line = good ? nd_ravel(more) : NULL;
            owned[place - 1] = line ? nd_cast(line, nd_dtype_of(inner)) : NULL;
            if (good && !owned[place - 1])
                good = pnd_raise() != NULL;
            parts[count++] = owned[place - 1];
        }
        if (place == 2)
            parts[count++] = inner;
    }
    PyObject *result = !good       ? NULL
                       : count > 1 ? pnd_wrap(nd_concatenate(count, parts, 0))
                                   : pnd_wrap(nd_retain(inner));
    for (int i = 0; i < 2; i++)
        if (owned[i])
            nd_release(owned[i]);
    return result;
}

PND_FUNCTION(trapezoid, "y, x=None, dx=1.0, axis=-1", "The integral by trapezoids.")
{
    double dx = 1;
    int axis = -1;
    PND_AUTO y = pnd_to_array(given[0]);
    PND_AUTO x = y && pnd_given(given[1]) ? pnd_to_array(given[1]) : NULL;
    if (!y || (pnd_given(given[1]) && !x) || !pnd_to_double(given[2], &dx) ||
        !pnd_to_int(given[3], &axis))
        return NULL;
    return pnd_wrap_result(nd_trapezoid(y, x, dx, axis));
}

/* gradient(f, *distances, axis=None, edge_order=1) */
static PyObject *gradient(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count,
                          PyObject *keywords)
{
    nd_axes axes = ND_ALL;
    int edge_order = 1;
    for (Py_ssize_t i = 0; keywords && i < PyTuple_GET_SIZE(keywords); i++) {
        PyObject *name = PyTuple_GET_ITEM(keywords, i), *value = arguments[count + i];
        if (PyUnicode_CompareWithASCIIString(name, "axis") == 0) {
            if (!pnd_to_axes(value, &axes))
                return NULL;
        } else if (PyUnicode_CompareWithASCIIString(name, "edge_order") == 0) {
            if (!pnd_to_int(value, &edge_order))
                return NULL;
        } else {
            PyErr_Format(PyExc_TypeError, "gradient() has no argument %R", name);
            return NULL;
        }
    }
    PND_AUTO f = count ? pnd_to_array(arguments[0]) : NULL;
    if (!f) {
        if (!count)
            PyErr_SetString(PyExc_TypeError, "gradient() needs its argument 'f'");
        return NULL;
    }
    if (!pnd_check_subtracts(f))
        return NULL;
    if (axes.all) {
        axes = (nd_axes){.count = nd_rank(f)};
        for (int i = 0; i < axes.count; i++)
            axes.axis[i] = i;
    }
    if (count != 1 && count != 2 && count != 1 + axes.count) {
        PyErr_SetString(PyExc_TypeError, "invalid number of arguments");
        return NULL;
    }
    PND_OBJECT results = PyTuple_New(axes.count);
    for (int i = 0; results && i < axes.count; i++) {
        PyObject *distance = count == 1 ? NULL : arguments[count == 2 ? 1 : 1 + i];
        PND_AUTO x = distance ? pnd_to_array(distance) : NULL;
        if (distance && !x)
            return NULL;
        if (x && nd_rank(x) && count != 1 + axes.count) {
            PyErr_SetString(PyExc_TypeError, "invalid number of arguments");
            return NULL;
        }
        nd_array *one = x && nd_rank(x)
                            ? nd_gradient_at(f, x, axes.axis[i], edge_order)
                            : nd_gradient(f, x ? nd_item(x) : 1, axes.axis[i], edge_order);
        PyObject *object = pnd_wrap(one);
        if (!object)
            return NULL;
        PyTuple_SET_ITEM(results, i, object);
    }
    return results && axes.count == 1 ? Py_NewRef(PyTuple_GET_ITEM(results, 0))
                                      : Py_XNewRef(results);
}

/* ---- Bits ------------------------------------------------------------------------------------ */

/* The line, and true for 'little'; false for a word that is neither. */
static nd_array *to_bits(PyObject *array, PyObject *axis_object, PyObject *order, int *axis,
                         bool *little)
{
    *little =
        order && PyUnicode_Check(order) && PyUnicode_CompareWithASCIIString(order, "little") == 0;
    if (order && !*little &&
        !(PyUnicode_Check(order) && PyUnicode_CompareWithASCIIString(order, "big") == 0)) {
        PyErr_SetString(PyExc_ValueError, "'order' must be either 'little' or 'big'");
        return NULL;
    }
    return pnd_to_line(array, axis_object, axis);
}

PND_FUNCTION(packbits, "a, /, axis=None, bitorder='big'",
             "Elements as bits of bytes, eight a byte.")
{
    int axis;
    bool little;
    PND_AUTO a = to_bits(given[0], given[1], given[2], &axis, &little);
    if (!a)
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(a), result = nd_packbits(a, axis, little));
    return pnd_wrap(result);
}

PND_FUNCTION(unpackbits, "a, /, axis=None, count=None, bitorder='big'",
             "The bits of bytes as elements.")
{
    int axis;
    bool little;
    int64_t count = ND_OPEN;
    PND_AUTO a = to_bits(given[0], given[1], given[3], &axis, &little);
    if (!a || !pnd_to_int64(given[2], &count))
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(a), result = nd_unpackbits(a, axis, count, little));
    return pnd_wrap(result);
}

/* ---- Convolution ---------------------------------------------------------------------------- */

static bool to_mode(PyObject *object, nd_convolve_mode *mode)
{
    static const char *const words[] = {"full", "same", "valid"};
    if (!object)
        return true;
    if (PyLong_CheckExact(object)) { /* NumPy numbers them the other way round */
        int number = -1;
        if (!pnd_to_int(object, &number))
            return false;
        if (number >= 0 && number < 3) {
            *mode = (nd_convolve_mode)(2 - number);
            return true;
        }
    }
    for (int i = 0; PyUnicode_Check(object) && i < 3; i++)
        if (PyUnicode_CompareWithASCIIString(object, words[i]) == 0) {
            *mode = (nd_convolve_mode)i;
            return true;
        }
    PyErr_Format(object == Py_None ? PyExc_TypeError : PyExc_ValueError,
                 "mode must be one of 'valid', 'same', or 'full' (got %R)", object);
    return false;
}

/* An array, of one element along an axis where `numbers` are taken, too. */
static nd_array *to_signal(PyObject *object, bool numbers)
{
    PND_AUTO array = pnd_to_array(object);
    return array && numbers && nd_rank(array) == 0 ? nd_reshape(array, ND_SHAPE(1))
                                                   : nd_retain(array);
}

static PyObject *convolved(PyObject *const *given, nd_convolve_mode mode, bool correlate)
{
    PND_AUTO a = to_signal(given[0], !correlate);
    PND_AUTO v = a ? to_signal(given[1], !correlate) : NULL;
    if (!v || !to_mode(given[2], &mode))
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(a) * nd_size(v),
                 result = correlate ? nd_correlate(a, v, mode) : nd_convolve(a, v, mode));
    return pnd_wrap(result);
}

PND_FUNCTION(convolve, "a, v, mode='full'", "The convolution of two 1-d arrays.")
{
    return convolved(given, ND_CONVOLVE_FULL, false);
}

PND_FUNCTION(correlate, "a, v, mode='valid'", "The correlation of two 1-d arrays.")
{
    return convolved(given, ND_CONVOLVE_VALID, true);
}

/* ---- Several variables ---------------------------------------------------------------------- */

/* Both sets of variables below each other, as rows. */
static nd_array *variables(PyObject *m, PyObject *y, bool *rows)
{
    PND_AUTO first = pnd_to_array(m);
    if (!first)
        return NULL;
    if (nd_rank(first) > 2) {
        PyErr_SetString(PyExc_ValueError, "m has more than 2 dimensions");
        return NULL;
    }
    if (!pnd_given(y))
        return nd_retain(first);
    PyObject *const all[] = {m, y, *rows ? Py_True : Py_False};
    PND_OBJECT both = pnd_in_python("ndstream._shapes", "_variables", all, 3);
    *rows = true;
    return both ? pnd_to_array(both) : NULL;
}

PND_FUNCTION(cov,
             "m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, "
             "aweights=None, *, dtype=None",
             "The covariance matrix.")
{
    bool rows = true, bias = false;
    double ddof = 1;
    nd_dtype dtype = ND_DTYPE_NONE;
    if (!pnd_to_bool(given[2], &rows) || !pnd_to_bool(given[3], &bias) ||
        !pnd_to_dtype(given[7], &dtype))
        return NULL;
    ddof = !bias;
    if (!pnd_to_double(given[4], &ddof))
        return NULL;
    if (pnd_given(given[5]) || pnd_given(given[6])) {
        PND_OBJECT divisor = PyFloat_FromDouble(ddof);
        PyObject *const all[] = {given[0], given[1], rows ? Py_True : Py_False,
                                 divisor,  given[5], given[6]};
        PND_OBJECT matrix = divisor ? pnd_in_python("ndstream._statistics", "cov", all, 6) : NULL;
        PND_AUTO found = matrix ? pnd_to_array(matrix) : NULL;
        return !found                   ? NULL
               : dtype == ND_DTYPE_NONE ? Py_NewRef(matrix)
                                        : pnd_wrap(nd_cast(found, dtype));
    }
    PND_AUTO m = variables(given[0], given[1], &rows);
    if (!m)
        return NULL;
    PND_AUTO result = nd_cov(m, rows, ddof);
    return pnd_wrap(dtype == ND_DTYPE_NONE ? nd_retain(result) : nd_cast(result, dtype));
}

PND_FUNCTION(corrcoef, "x, y=None, rowvar=True, *, dtype=None", "Pearson's correlations.")
{
    bool rows = true;
    nd_dtype dtype = ND_DTYPE_NONE;
    if (!pnd_to_bool(given[2], &rows) || !pnd_to_dtype(given[3], &dtype))
        return NULL;
    PND_AUTO x = variables(given[0], given[1], &rows);
    if (!x)
        return NULL;
    PND_AUTO result = nd_corrcoef(x, rows);
    return pnd_wrap_result(dtype == ND_DTYPE_NONE ? nd_retain(result) : nd_cast(result, dtype));
}

/* ---- Interpolation and polynomials ---------------------------------------------------------- */

PND_NAMED_FUNCTION(interp_plain, "_interp", "x, xp, fp", "interp() without its options.")
{
    PND_AUTO x = pnd_to_array(given[0]);
    PND_AUTO xp = x ? pnd_to_array(given[1]) : NULL;
    PND_AUTO fp = xp ? pnd_to_array(given[2]) : NULL;
    if (!fp)
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(x), result = nd_interp(x, xp, fp));
    return pnd_wrap_result(result);
}

PND_NAMED_FUNCTION(polyval_plain, "_polyval", "p, x",
                   "A polynomial, the highest power first, at x.")
{
    PND_AUTO p = pnd_to_array(given[0]);
    PND_AUTO x = p ? pnd_to_array(given[1]) : NULL;
    return x ? pnd_wrap_result(nd_polyval(p, x)) : NULL;
}

PND_FUNCTION(vander, "x, N=None, increasing=False", "The powers of a 1-d array as columns.")
{
    bool increasing = false;
    PND_AUTO x = pnd_to_array(given[0]);
    int64_t columns = x ? nd_size(x) : 0;
    if (!x || !pnd_to_int64(given[1], &columns) || !pnd_to_bool(given[2], &increasing))
        return NULL;
    return pnd_wrap(nd_vander(x, columns, increasing));
}

PND_NAMED_FUNCTION(polyfit_plain, "_polyfit", "x, y, deg", "polyfit() without its options.")
{
    int degree = 0;
    PND_AUTO x = pnd_to_array(given[0]);
    PND_AUTO y = x ? pnd_to_array(given[1]) : NULL;
    return y && pnd_to_int(given[2], &degree) ? pnd_wrap(nd_polyfit(x, y, degree)) : NULL;
}

PyMethodDef pnd_numeric_functions[] = {
    PND_ROW(isclose),
    PND_ROW(allclose),
    PND_ROW(array_equiv),
    PND_ROW(nan_to_num),
    PND_ROW(real_if_close),
    PND_ROW(angle),
    PND_ROW(ptp),
    PND_ROW(average),
    PND_ROW(diff),
    PND_ROW(ediff1d),
    PND_ROW(packbits),
    PND_ROW(unpackbits),
    PND_ROW(trapezoid),
    {"gradient", (PyCFunction)(void (*)(void))gradient, METH_FASTCALL | METH_KEYWORDS,
     "gradient(f, *varargs, axis=None, edge_order=1)\n--\n\nDerivatives of "
     "samples along axes."},
    PND_ROW(convolve),
    PND_ROW(correlate),
    PND_ROW(cov),
    PND_ROW(corrcoef),
    PND_ROW_NAMED("_interp", interp_plain),
    PND_ROW_NAMED("_polyval", polyval_plain),
    PND_ROW(vander),
    PND_ROW_NAMED("_polyfit", polyfit_plain),
    {0},
};

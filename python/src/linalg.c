/* numpy.linalg on the library's, and the sums over products of its neighbourhood. */
#include "core.h"

#include <math.h>
#include <string.h>

static bool is_flat(const nd_array *vectors)
{
    return vectors && nd_lengths(vectors)[nd_rank(vectors) - 1] == 2;
}

/* The vectors of two elements with a third, zero. */
static nd_array *with_third(const nd_array *vectors)
{
    nd_shape shape = nd_shape_like(vectors);
    shape.length[shape.rank - 1] = 1;
    PND_AUTO zeros = nd_zeros(nd_dtype_of(vectors), shape);
    const nd_array *parts[] = {vectors, zeros};
    return zeros ? nd_concatenate(2, parts, -1) : NULL;
}

PND_FUNCTION(
    cross, "a, b, axisa=-1, axisb=-1, axisc=-1, axis=None",
    "The cross product of vectors of three elements; of two, whose third is zero: of both, "
    "the third of the result alone.")
{
    int first = -1, second = -1, third = -1;
    PND_AUTO a = pnd_to_array(given[0]);
    PND_AUTO b = a ? pnd_to_array(given[1]) : NULL;
    if (!b || !pnd_to_int(given[2], &first) || !pnd_to_int(given[3], &second) ||
        !pnd_to_int(given[4], &third))
        return NULL;
    if (pnd_given(given[5])) {
        if (!pnd_to_int(given[5], &first))
            return NULL;
        second = third = first;
    }
    PND_AUTO x = nd_move_axis(a, first, -1);
    PND_AUTO y = nd_move_axis(b, second, -1);
    const bool flat = is_flat(x) && is_flat(y);
    if ((is_flat(x) || is_flat(y)) &&
        PyErr_WarnEx(PyExc_DeprecationWarning,
                     "Arrays of 2-dimensional vectors are deprecated. Use arrays of 3-dimensional "
                     "vectors instead. (deprecated in NumPy 2.0)",
                     1) < 0)
        return NULL;
    PND_AUTO full_x = is_flat(x) ? with_third(x) : nd_retain(x);
    PND_AUTO full_y = is_flat(y) ? with_third(y) : nd_retain(y);
    PND_AUTO result = nd_cross(full_x, full_y, -1);
    if (flat)
        return pnd_wrap(result ? nd_slice(result, ND_REST, ND_INDEX(2)) : NULL);
    return pnd_wrap(nd_move_axis(result, -1, third));
}

/* Arrays of a sequence of objects; released by the caller. */
typedef struct operands {
    int count;
    nd_array *array[ND_MAX_RANK];
} operands;

static void release_operands(operands *list)
{
    for (int i = 0; i < list->count; i++)
        nd_release(list->array[i]);
}

static bool to_operands(operands *list, PyObject *const *objects, Py_ssize_t count, nd_dtype dtype,
                        nd_casting casting)
{
    list->count = 0;
    if (count > ND_MAX_RANK) {
        PyErr_Format(PyExc_ValueError, "%zd operands; there may be %d", count, ND_MAX_RANK);
        return false;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        nd_array *array = pnd_to_cast(objects[i], dtype, casting);
        if (!array)
            return false;
        list->array[list->count++] = array;
    }
    return true;
}

/* The arguments with the subscripts as a text, when they are lists of axes: a new reference. */
static PyObject *subscripts_as_text(PyObject *const *arguments, Py_ssize_t count)
{
    PND_OBJECT tuple = PyTuple_New(count);
    for (Py_ssize_t i = 0; tuple && i < count; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(arguments[i]));
    return tuple ? pnd_in_python("ndstream._einsum", "as_text", (PyObject *[]){tuple}, 1) : NULL;
}

typedef struct einsum_options {
    PyObject *out;
    nd_dtype dtype;
    nd_casting casting;
    char order;
    PyObject *optimize;
} einsum_options;

static bool to_einsum_options(PyObject *const *values, PyObject *names, einsum_options *options)
{
    *options = (einsum_options){.dtype = ND_DTYPE_NONE, .casting = ND_CAST_SAFE, .order = 'K'};
    for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); i++) {
        PyObject *const name = PyTuple_GET_ITEM(names, i), *const value = values[i];
        bool good = true;
        if (PyUnicode_CompareWithASCIIString(name, "out") == 0)
            options->out = value;
        else if (PyUnicode_CompareWithASCIIString(name, "dtype") == 0)
            good = pnd_to_dtype(value, &options->dtype);
        else if (PyUnicode_CompareWithASCIIString(name, "casting") == 0)
            good = pnd_to_casting(value, &options->casting);
        else if (PyUnicode_CompareWithASCIIString(name, "order") == 0)
            good = pnd_to_order(value, &options->order);
        else if (PyUnicode_CompareWithASCIIString(name, "optimize") == 0)
            options->optimize = value;
        else {
            PyErr_Format(PyExc_TypeError, "einsum() has no argument %R", name);
            good = false;
        }
        if (!good)
            return false;
    }
    return true;
}

/* Whether `optimize` names a way in which more than two arrays may be multiplied. */
static bool is_way(PyObject *optimize)
{
    if (!optimize || !PyUnicode_Check(optimize) ||
        PyUnicode_CompareWithASCIIString(optimize, "greedy") == 0 ||
        PyUnicode_CompareWithASCIIString(optimize, "optimal") == 0)
        return true;
    PND_OBJECT text = Py_BuildValue("sO", "Path name %s not found", optimize);
    if (text)
        PyErr_SetObject(PyExc_KeyError, text);
    return false;
}

/* The sums as `out` and `order` want them. Takes over `result`. */
static PyObject *einsum_result(nd_array *result, const einsum_options *options)
{
    PND_AUTO sums = result;
    if (!pnd_given(options->out)) {
        const bool as_is =
            options->order == 'K' || options->order == 'A' ||
            (options->order == 'C' ? nd_is_contiguous(sums) : nd_is_fortran_contiguous(sums));
        return pnd_wrap_result(as_is                   ? nd_retain(sums)
                               : options->order == 'C' ? nd_copy(sums)
                                                       : nd_copy_fortran(sums));
    }
    if (!pnd_is_array(options->out))
        return pnd_into(nd_retain(sums), options->out);
    const nd_dtype to = nd_dtype_of(pnd_array_of(options->out));
    if (!nd_can_cast(nd_dtype_of(sums), to, options->casting))
        return PyErr_Format(PyExc_TypeError,
                            "einsum: sums of dtype('%s') do not fit dtype('%s') of `out`; "
                            "casting='unsafe' takes them",
                            nd_dtype_name(nd_dtype_of(sums)), nd_dtype_name(to));
    return pnd_into(nd_cast(sums, to), options->out);
}

/* Whether the subscripts of one operand sum nothing: the output has all of its labels. */
static bool sums_nothing(const char *subscripts)
{
    uint64_t labels = 0, twice = 0, output = 0;
    bool has_output = false;
    for (const char *at = subscripts; *at; at++) {
        const uint64_t label = Py_ISALPHA(*at) ? (uint64_t)1 << (*at & 63) : 0;
        has_output |= *at == '>';
        if (has_output) {
            output |= label;
        } else {
            twice |= labels & label;
            labels |= label;
        }
    }
    return has_output ? !(labels & ~output) : !twice;
}

/* einsum() of one operand that sums nothing: a view, as NumPy gives it, whatever the options. */
static PyObject *einsum_view(const char *subscripts, PyObject *operand)
{
    PND_OBJECT object = pnd_as_array_object(operand, ND_DTYPE_NONE);
    if (!object)
        return NULL;
    const nd_array *const array = pnd_array_of(object);
    nd_array *const view = nd_einsum(subscripts, 1, &array);
    if (!view && nd_error() == ND_ERROR_ARGUMENT)
        return pnd_raise_as(PyExc_ValueError);
    return view && nd_rank(view) ? pnd_wrap_view(view, object) : pnd_wrap_result(view);
}

static PyObject *einsum(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count,
                        PyObject *names)
{
    einsum_options options;
    if (!to_einsum_options(arguments + count, names, &options))
        return NULL;
    PND_OBJECT tuple =
        count && PyUnicode_Check(arguments[0]) ? NULL : subscripts_as_text(arguments, count);
    if (PyErr_Occurred())
        return NULL;
    if (tuple) {
        arguments = &PyTuple_GET_ITEM(tuple, 0);
        count = PyTuple_GET_SIZE(tuple);
    }
    if (count > 3 && !is_way(options.optimize))
        return NULL;
    const char *text = PyUnicode_AsUTF8(arguments[0]);
    if (text && count == 2 && !pnd_given(options.out) && sums_nothing(text))
        return einsum_view(text, arguments[1]);
    operands list __attribute__((cleanup(release_operands)));
    list.count = 0;
    if (!text || !to_operands(&list, arguments + 1, count - 1, options.dtype, options.casting))
        return NULL;
    nd_array *result;
    PND_UNLOCKED(list.count > 1 ? PND_LARGE : 0, /* one operand is a reduction */
                 result = nd_einsum(text, list.count, (const nd_array *const *)list.array));
    if (!result && nd_error() == ND_ERROR_ARGUMENT) { /* NumPy: ValueError */
        pnd_raise_as(PyExc_ValueError);
    }
    if (PyErr_Occurred())
        return NULL;
    return result ? einsum_result(result, &options) : pnd_raise();
}

PND_FUNCTION(tensordot, "a, b, axes=2", "The sum of products over axes of both.")
{
    PND_AUTO a = pnd_to_array(given[0]);
    PND_AUTO b = a ? pnd_to_array(given[1]) : NULL;
    nd_axes first = {0}, second = {0};
    if (!b)
        return NULL;
    if (!given[2] || PyIndex_Check(given[2])) {
        int count = 2;
        if (!pnd_to_int(given[2], &count))
            return NULL;
        if (count < 0 || count > nd_rank(a) || count > nd_rank(b)) {
            PyErr_Format(PyExc_ValueError, "tensordot: axes=%d of arrays of %d and %d axes", count,
                         nd_rank(a), nd_rank(b));
            return NULL;
        }
        first.count = second.count = count;
        for (int i = 0; i < count; i++) {
            first.axis[i] = nd_rank(a) - count + i;
            second.axis[i] = i;
        }
    } else {
        PND_OBJECT pair = PySequence_Tuple(given[2]);
        if (!pair)
            return NULL;
        if (PyTuple_GET_SIZE(pair) != 2) {
            PyErr_SetString(PyExc_ValueError, "tensordot: axes are an integer or a pair");
            return NULL;
        }
        if (!pnd_to_axes(PyTuple_GET_ITEM(pair, 0), &first) ||
            !pnd_to_axes(PyTuple_GET_ITEM(pair, 1), &second))
            return NULL;
    }
    if (first.count != second.count) {
        PyErr_SetString(PyExc_ValueError, "shape-mismatch for sum");
        return NULL;
    }
    return pnd_wrap(nd_tensordot(a, b, first, second));
}

PND_FUNCTION(trace, "a, offset=0, axis1=0, axis2=1, dtype=None, out=None", "The sum of a diagonal.")
{
    int64_t offset = 0;
    int first = 0, second = 1;
    nd_dtype dtype = ND_DTYPE_NONE;
    PND_AUTO array = pnd_to_array_of(given[0], ND_DTYPE_NONE);
    if (!array || !pnd_to_int64(given[1], &offset) || !pnd_to_int(given[2], &first) ||
        !pnd_to_int(given[3], &second) || !pnd_to_dtype(given[4], &dtype))
        return NULL;
    if (nd_rank(array) < 2) {
        PyErr_SetString(PyExc_ValueError, "diag requires an array of at least two dimensions");
        return NULL;
    }
    const int rank = nd_rank(array);
    first += first < 0 ? rank : 0, second += second < 0 ? rank : 0;
    if (first < 0 || second < 0 || first >= rank || second >= rank || first == second) {
        PyErr_SetString(first == second ? PyExc_ValueError : pnd.axis_error,
                        "trace: axis1 and axis2 are two axes of the array");
        return NULL;
    }
    PND_AUTO source = dtype == ND_DTYPE_NONE ? nd_retain(array) : nd_cast(array, dtype);
    nd_axes order = {.count = 0};
    for (int i = 0; i < rank; i++)
        if (i != first && i != second)
            order.axis[order.count++] = i;
    order.axis[order.count++] = first;
    order.axis[order.count++] = second;
    PND_AUTO turned = nd_permute(source, order);
    return pnd_into(nd_trace(turned, offset), given[5]);
}
PND_ALSO_METHOD(trace)

/* ---- Equations and inverses ------------------------------------------------------------------ */

/* Matrices that LAPACK left column by column as NumPy gives them. Takes the reference over. */
static nd_array *in_c_order(nd_array *array)
{
    if (!array || nd_is_contiguous(array))
        return array;
    nd_array *const ordered = nd_ascontiguous(array);
    nd_release(array);
    return ordered;
}

/* Several results as a named tuple of ndstream.linalg, by its name there. */
static PyObject *tuple_of(const char *name, int count, nd_array *const *arrays)
{
    if (!arrays[0] && !arrays[count - 1])
        return pnd_raise();
    PyObject *values[3] = {0}, *result = NULL;
    for (int i = 0; i < count; i++)
        values[i] = pnd_wrap_result(in_c_order(arrays[i]));
    if (!PyErr_Occurred())
        result = pnd_in_python("ndstream.linalg", name, values, count);
    for (int i = 0; i < count; i++)
        Py_XDECREF(values[i]);
    return result;
}

/* Matrices of at least two axes are worth giving the GIL up for, from this number of elements on.
 */
#define UNLOCKED(array, statement) PND_UNLOCKED(16 * nd_size(array), statement)

#define OF_ONE(name, call)                                                                         \
    PND_FUNCTION(name, "a", "See numpy.linalg." #name ".")                                         \
    {                                                                                              \
        PND_AUTO a = pnd_to_array(given[0]);                                                       \
        if (!a)                                                                                    \
            return NULL;                                                                           \
        nd_array *result;                                                                          \
        UNLOCKED(a, result = call(a));                                                             \
        return pnd_wrap_result(result);                                                            \
    }
OF_ONE(inv, nd_inv)
OF_ONE(det, nd_det)
OF_ONE(svdvals, nd_svdvals)
OF_ONE(eigvals, nd_eigvals)

PND_FUNCTION(solve, "a, b", "x with a @ x = b.")
{
    PND_AUTO a = pnd_to_array(given[0]);
    PND_AUTO b = a ? pnd_to_array(given[1]) : NULL;
    if (!b)
        return NULL;
    nd_array *result;
    UNLOCKED(a, result = nd_solve(a, b));
    return pnd_wrap_result(in_c_order(result));
}

PND_FUNCTION(slogdet, "a", "The sign and the logarithm of the determinant.")
{
    PND_AUTO a = pnd_to_array(given[0]);
    if (!a)
        return NULL;
    nd_slogdet_result r;
    UNLOCKED(a, r = nd_slogdet(a));
    return tuple_of("SlogdetResult", 2, (nd_array *[]){r.sign, r.logdet});
}

PND_FUNCTION(lstsq, "a, b, rcond=None",
             "Least squares: solution, residuals, rank and singular values.")
{
    double rcond = -1;
    PND_AUTO a = pnd_to_array(given[0]);
    PND_AUTO b = a ? pnd_to_array(given[1]) : NULL;
    if (!b || !pnd_to_double(given[2], &rcond))
        return NULL;
    nd_lstsq_result r;
    UNLOCKED(a, r = nd_lstsq(a, b, rcond));
    if (!r.x)
        return pnd_raise();
    PND_OBJECT x = pnd_wrap(r.x);
    PND_OBJECT residuals = pnd_wrap(r.residuals);
    PND_OBJECT rank = pnd_wrap_result(nd_cast(r.rank, ND_INT32)); /* as LAPACK counts */
    nd_release(r.rank);
    PND_OBJECT singular = pnd_wrap(r.singular);
    return x && residuals && rank && singular ? PyTuple_Pack(4, x, residuals, rank, singular)
                                              : NULL;
}

PND_FUNCTION(pinv, "a, rcond", "The pseudo-inverse, of one tolerance for all matrices.")
{
    double rcond = -1;
    PND_AUTO a = pnd_to_array(given[0]);
    if (!a || !pnd_to_double(given[1], &rcond))
        return NULL;
    nd_array *result;
    UNLOCKED(a, result = nd_pinv(a, rcond));
    return pnd_wrap_result(result);
}

PND_FUNCTION(cholesky, "a, /, *, upper=False", "The Cholesky factor.")
{
    bool upper = false;
    PND_AUTO a = pnd_to_array(given[0]);
    if (!a || !pnd_to_bool(given[1], &upper))
        return NULL;
    nd_array *result;
    UNLOCKED(a, result = nd_cholesky(a, upper ? ND_UPPER : ND_LOWER));
    return pnd_wrap_result(in_c_order(result));
}

PND_FUNCTION(qr, "a, mode='reduced'", "a = q @ r.")
{
    PND_AUTO a = pnd_to_array(given[0]);
    if (!a)
        return NULL;
    static const struct {
        const char *word;
        nd_qr_mode mode;
        bool old; /* deprecated by NumPy */
    } modes[] = {
        {"reduced", ND_QR_REDUCED, false},
        {"complete", ND_QR_COMPLETE, false},
        {"r", ND_QR_R, false},
        {"raw", ND_QR_RAW, false},
        {"full", ND_QR_REDUCED, true},
        {"f", ND_QR_REDUCED, true},
        {"economic", ND_QR_RAW, true},
        {"e", ND_QR_RAW, true},
    };
    const size_t count = sizeof modes / sizeof *modes;
    size_t at = 0;
    while (given[1] && at < count &&
           !(PyUnicode_Check(given[1]) &&
             PyUnicode_CompareWithASCIIString(given[1], modes[at].word) == 0))
        at++;
    if (at == count) {
        PyErr_Format(PyExc_ValueError, "Unrecognized mode '%S'", given[1]);
        return NULL;
    }
    if (modes[at].old && PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                                          "The '%s' option is deprecated.", modes[at].word) < 0)
        return NULL;
    nd_qr_result r;
    UNLOCKED(a, r = nd_qr(a, modes[at].mode));
    if (modes[at].mode == ND_QR_R)
        return pnd_wrap(in_c_order(r.r));
    if (modes[at].mode == ND_QR_RAW) {
        PND_AUTO tau = r.r;
        PND_AUTO columns = r.q;
        if (!columns)
            return pnd_raise();
        /* The matrices in C order, whose transposes NumPy gives. */
        PND_AUTO rows = in_c_order(nd_swap_axes(columns, -2, -1));
        if (!rows)
            return pnd_raise();
        if (modes[at].old)
            return pnd_wrap(nd_retain(rows));
        PND_OBJECT first = pnd_wrap(nd_swap_axes(rows, -2, -1));
        PND_OBJECT second = first ? pnd_wrap(nd_retain(tau)) : NULL;
        return second ? PyTuple_Pack(2, first, second) : NULL;
    }
    return tuple_of("QRResult", 2, (nd_array *[]){r.q, r.r});
}

PND_FUNCTION(svd, "a, full_matrices=True, compute_uv=True, hermitian=False",
             "a = u @ diag(s) @ vh.")
{
    bool full = true, vectors = true;
    PND_AUTO a = pnd_to_array(given[0]);
    if (!a || !pnd_to_bool(given[1], &full) || !pnd_to_bool(given[2], &vectors))
        return NULL;
    if (!vectors) {
        nd_array *result;
        UNLOCKED(a, result = nd_svdvals(a));
        return pnd_wrap_result(result);
    }
    nd_svd_result r;
    UNLOCKED(a, r = nd_svd(a, full));
    return tuple_of("SVDResult", 3, (nd_array *[]){r.u, r.s, r.vh});
}

PND_FUNCTION(eig, "a", "Eigenvalues and eigenvectors.")
{
    PND_AUTO a = pnd_to_array(given[0]);
    if (!a)
        return NULL;
    nd_eig_result r;
    UNLOCKED(a, r = nd_eig(a));
    return tuple_of("EigResult", 2, (nd_array *[]){r.values, r.vectors});
}

static bool to_triangle(PyObject *object, nd_triangle *triangle)
{
    if (!pnd_given(object))
        return true;
    const char *word = PyUnicode_Check(object) ? PyUnicode_AsUTF8(object) : NULL;
    if (word && word[0] && !word[1] && strchr("LlUu", word[0])) {
        *triangle = (word[0] & ~0x20) == 'U' ? ND_UPPER : ND_LOWER;
        return true;
    }
    PyErr_SetString(PyExc_ValueError, "UPLO argument must be 'L' or 'U'");
    return false;
}

PND_FUNCTION(eigh, "a, UPLO='L'", "Eigenvalues and eigenvectors of symmetric matrices.")
{
    nd_triangle triangle = ND_LOWER;
    PND_AUTO a = pnd_to_array(given[0]);
    if (!a || !to_triangle(given[1], &triangle))
        return NULL;
    nd_eig_result r;
    UNLOCKED(a, r = nd_eigh(a, triangle));
    return tuple_of("EighResult", 2, (nd_array *[]){r.values, r.vectors});
}

PND_FUNCTION(eigvalsh, "a, UPLO='L'", "Eigenvalues of symmetric matrices.")
{
    nd_triangle triangle = ND_LOWER;
    PND_AUTO a = pnd_to_array(given[0]);
    if (!a || !to_triangle(given[1], &triangle))
        return NULL;
    nd_array *result;
    UNLOCKED(a, result = nd_eigvalsh(a, triangle));
    return pnd_wrap_result(result);
}

/* ---- Norms ----------------------------------------------------------------------------------- */

static bool to_norm_order(PyObject *object, nd_norm_order *order)
{
    *order = ND_NORM;
    if (!pnd_given(object))
        return true;
    if (PyUnicode_Check(object)) {
        if (PyUnicode_CompareWithASCIIString(object, "fro") == 0)
            *order = ND_FROBENIUS;
        else if (PyUnicode_CompareWithASCIIString(object, "nuc") == 0)
            *order = ND_NUCLEAR;
        else {
            PyErr_Format(PyExc_ValueError, "Invalid norm order %R", object);
            return false;
        }
        return true;
    }
    *order = ND_ORD(0);
    return pnd_to_double(object, &order->p);
}

PND_FUNCTION(norm, "x, ord=None, axis=None, keepdims=False", "The norm of vectors or matrices.")
{
    nd_norm_order order;
    nd_axes axes;
    bool keepdims = false;
    PND_AUTO x = pnd_to_array(given[0]);
    /* Of what else is given as an axis NumPy takes int(). */
    const bool whole = given[2] && PyFloat_Check(given[2]);
    PND_OBJECT axis = whole ? PyNumber_Long(given[2]) : Py_XNewRef(given[2]);
    if (!x || (whole && !axis) || !to_norm_order(given[1], &order) || !pnd_to_axes(axis, &axes) ||
        !pnd_to_bool(given[3], &keepdims))
        return NULL;
    nd_array *result;
    UNLOCKED(x, result = nd_norm(x, order, axes, keepdims));
    return pnd_wrap_result(result);
}

PND_FUNCTION(vector_norm, "x, /, *, axis=None, keepdims=False, ord=2",
             "The norm of vectors along axes.")
{
    double order = 2;
    nd_axes axes;
    bool keepdims = false;
    PND_AUTO x = pnd_to_array(given[0]);
    if (!x || !pnd_to_axes(given[1], &axes) || !pnd_to_bool(given[2], &keepdims) ||
        !pnd_to_double(given[3], &order))
        return NULL;
    return pnd_wrap_result(nd_vector_norm(x, order, axes, keepdims));
}

PND_FUNCTION(matrix_norm, "x, /, *, keepdims=False, ord='fro'",
             "The norm of the matrices of the last two axes.")
{
    nd_norm_order order;
    bool keepdims = false;
    PND_AUTO x = pnd_to_array(given[0]);
    if (!x || !pnd_to_bool(given[1], &keepdims) || !to_norm_order(given[2], &order))
        return NULL;
    nd_array *result;
    UNLOCKED(x, result = nd_matrix_norm(x, given[2] ? order : ND_FROBENIUS, keepdims));
    return pnd_wrap_result(result);
}

PND_FUNCTION(cond, "x, p=None", "The condition number.")
{
    nd_norm_order order;
    PND_AUTO x = pnd_to_array(given[0]);
    if (!x || !to_norm_order(given[1], &order))
        return NULL;
    nd_array *result;
    UNLOCKED(x, result = nd_cond(x, order));
    return pnd_wrap_result(result);
}

PND_FUNCTION(matrix_rank, "a", "How many singular values are not small.")
{
    PND_AUTO a = pnd_to_array(given[0]);
    if (!a)
        return NULL;
    nd_array *result;
    UNLOCKED(a, result = nd_matrix_rank(a, NAN));
    return pnd_wrap_result(result);
}

PND_FUNCTION(matrix_power, "a, n", "A matrix multiplied with itself n times.")
{
    int64_t exponent = 0;
    PND_AUTO a = pnd_to_array(given[0]);
    PND_OBJECT number = a ? PyNumber_Index(given[1]) : NULL; /* True is 1, None no exponent */
    if (!number || !pnd_to_int64(number, &exponent))
        return NULL;
    nd_array *result;
    UNLOCKED(a, result = nd_matrix_power(a, exponent));
    return pnd_wrap(result);
}

PND_FUNCTION(multi_dot, "arrays, *, out=None",
             "The product of several matrices, in the order that takes the fewest operations.")
{
    PND_OBJECT items = PySequence_Tuple(given[0]);
    operands list __attribute__((cleanup(release_operands))) = {0};
    if (items && PyTuple_GET_SIZE(items) < 2) {
        PyErr_SetString(PyExc_ValueError, "Expecting at least two arrays.");
        return NULL;
    }
    if (!items || !to_operands(&list, &PyTuple_GET_ITEM(items, 0), PyTuple_GET_SIZE(items),
                               ND_DTYPE_NONE, ND_CAST_SAFE))
        return NULL;
    nd_array *result;
    UNLOCKED(list.count ? list.array[0] : NULL,
             result = nd_multi_dot(list.count, (const nd_array *const *)list.array));
    if (result && pnd_given(given[1]) &&
        pnd_is_array(given[1])) { /* the last product's, of dot() */
        const nd_array *const out = pnd_array_of(given[1]);
        if (nd_dtype_of(out) != nd_dtype_of(result) || !nd_is_contiguous(out)) {
            nd_release(result);
            pnd_refuse_product();
            return NULL;
        }
    }
    return pnd_into(result, given[1]);
}

PyMethodDef pnd_linalg_functions[] = {
    PND_ROW(cross),
    PND_ROW(tensordot),
    PND_ROW(trace),
    {"einsum", (PyCFunction)(void (*)(void))einsum, METH_FASTCALL | METH_KEYWORDS,
     "einsum(subscripts, *operands, out=None, dtype=None, order='K', casting='safe', "
     "optimize=False)\n--\n\nEinstein's sums."},
    {0},
};

/* Those of the module ndstream.linalg. */
PyMethodDef pnd_linalg_module_functions[] = {
    PND_ROW(inv),         PND_ROW(det),
    PND_ROW(svdvals),     PND_ROW(eigvals),
    PND_ROW(solve),       PND_ROW(slogdet),
    PND_ROW(lstsq),       PND_ROW(pinv),
    PND_ROW(cholesky),    PND_ROW(qr),
    PND_ROW(svd),         PND_ROW(eig),
    PND_ROW(eigh),        PND_ROW(eigvalsh),
    PND_ROW(norm),        PND_ROW(vector_norm),
    PND_ROW(matrix_norm), PND_ROW(cond),
    PND_ROW(matrix_rank), PND_ROW(matrix_power),
    PND_ROW(multi_dot),   {0},
};

PyMethodDef pnd_linalg_methods[] = {PND_METHOD_ROW("trace", trace), {0}};

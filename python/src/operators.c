/* Operators of arrays, and the one way from Python objects to an elementwise operation. */
#include "core.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Elementwise operations ------------------------------------------------------------------ */

static bool is_comparison(nd_op op)
{
    switch (op) {
    case ND_OP_equal:
    case ND_OP_not_equal:
    case ND_OP_less:
    case ND_OP_less_equal:
    case ND_OP_greater:
    case ND_OP_greater_equal:
        return true;
    default:
        return false;
    }
}

/* A Python int beyond 64 bits is a float beside floats and in quotients; integers are less or more
 * than it; else it does not fit. */
static bool take_huge(nd_op op, int count, const pnd_operand *x, nd_operand *operands,
                      PyObject *const *arguments)
{
    bool floating = op == ND_OP_divide;
    for (int i = 0; i < count; i++)
        floating |= operands[i].kind == ND_OPERAND_ARRAY
                        ? nd_dtype_kind(nd_dtype_of(operands[i].array)) >= ND_KIND_FLOAT
                        : operands[i].kind >= ND_OPERAND_REAL && !x[i].huge;
    for (int i = 0; i < count && !floating; i++) {
        if (x[i].huge && !is_comparison(op)) {
            PyErr_Format(PyExc_OverflowError, "Python integer %R out of bounds for int64",
                         arguments[i]);
            return false;
        }
        if (x[i].huge)
            operands[i] = nd_operand_real(copysign(INFINITY, operands[i].value.real[0]));
    }
    return true;
}

static bool is_empty(int count, const nd_operand *operands)
{
    bool empty = false;
    for (int i = 0; i < count; i++)
        empty |= operands[i].kind == ND_OPERAND_ARRAY && !nd_size(operands[i].array);
    return empty;
}

/* The dtype of the arrays, if it is one and no more than dtypes depend on that scalars are weak. */
static nd_dtype dtype_of_arrays(nd_op op, int count, PyObject *const *arguments)
{
    nd_dtype dtype = ND_DTYPE_NONE;
    if (op == ND_OP_power) /* an exponent of 2 is a square */
        return dtype;
    for (int i = op == ND_OP_where; i < count; i++) {
        if (!pnd_is_array(arguments[i]))
            continue;
        const nd_dtype next = nd_dtype_of(pnd_array_of(arguments[i]));
        if (dtype != ND_DTYPE_NONE && next != dtype)
            return ND_DTYPE_NONE;
        dtype = next;
    }
    return dtype;
}

/* A scalar whose dtype changes nothing beside that of the arrays goes as its value, in half the
 * time of an array. */
static bool to_operand(PyObject *object, nd_dtype arrays, pnd_operand *x)
{
    nd_number number;
    if (arrays == ND_DTYPE_NONE || Py_TYPE(object) == pnd.array || PyLong_CheckExact(object) ||
        !pnd_to_number(object, &number) ||
        (number.dtype != ND_DTYPE_NONE && nd_promote(arrays, number.dtype) != arrays))
        return pnd_to_operand(object, x);
    *x = (pnd_operand){.operand = nd_number_value(&number)};
    return true;
}

nd_array *pnd_elementwise(nd_op op, int count, PyObject *const *arguments, nd_array *out)
{
    const nd_dtype arrays = dtype_of_arrays(op, count, arguments);
    pnd_operand x[3];
    nd_operand operands[3];
    int ready = 0;
    bool huge = false;
    while (ready < count && to_operand(arguments[ready], arrays, &x[ready])) {
        operands[ready] = x[ready].operand;
        huge |= x[ready].huge;
        ready++;
    }
    nd_array *result = NULL;
    if (ready == count && (!huge || take_huge(op, count, x, operands, arguments))) {
        if (out)
            PND_UNLOCKED(nd_size(out), result = nd_elementwise(op, count, operands, out));
        else
            result = nd_elementwise(op, count, operands, NULL);
        /* NumPy looks at the elements: without any, none is raised to a negative power. */
        if (!result && !out && op == ND_OP_power && nd_error() == ND_ERROR_VALUE &&
            is_empty(count, operands)) {
            nd_error_clear();
            result = nd_elementwise(ND_OP_multiply, count, operands, NULL);
        }
        if (!result)
            pnd_raise();
        else if (out)
            nd_retain(result);
    }
    while (ready)
        pnd_operand_clear(&x[--ready]);
    return result;
}

PyObject *pnd_apply_numbers(nd_op op, int count, PyObject *const *arguments)
{
    nd_number x[3], result;
    for (int i = 0; i < count; i++)
        if (Py_TYPE(arguments[i]) == pnd.array || !pnd_to_number(arguments[i], &x[i]))
            return NULL;
    if (nd_elementwise_number(op, count, x, &result) == ND_OK)
        return pnd_scalar_new(result.dtype, result.value.element);
    nd_error_clear();
    return NULL;
}

PyObject *pnd_apply(nd_op op, int count, PyObject *const *arguments)
{
    PyObject *number = pnd_apply_numbers(op, count, arguments);
    if (number || PyErr_Occurred())
        return number;
    nd_array *result = pnd_elementwise(op, count, arguments, NULL);
    return result ? pnd_wrap_result(result) : NULL;
}

/* ---- Operators ------------------------------------------------------------------------------- */

/* True if the other operand wants to do it itself: it has no ufuncs, or is a type above ours. */
static bool defers_to(PyObject *other)
{
    if (pnd_is_array(other) || PyFloat_Check(other) || PyLong_Check(other) || pnd_is_scalar(other))
        return false;
    if (!pnd_is_operand(other))
        return true;
    PND_OBJECT ufunc = PyObject_GetAttrString((PyObject *)Py_TYPE(other), "__array_ufunc__");
    PyErr_Clear();
    return ufunc == Py_None;
}

static PyObject *binary(nd_op op, PyObject *a, PyObject *b)
{
    /* Two arrays are most of what programs do. */
    if (Py_TYPE(a) == pnd.array && Py_TYPE(b) == pnd.array) {
        const nd_operand operands[] = {nd_operand_array(pnd_array_of(a)),
                                       nd_operand_array(pnd_array_of(b))};
        return pnd_wrap_result(nd_elementwise(op, 2, operands, NULL));
    }
    if (pnd_is_plain(a) && pnd_is_plain(b))
        return pnd_apply(op, 2, (PyObject *[]){a, b});
    if (pnd_has_override((PyObject *[]){a, b}, 2))
        return pnd_override_operator(nd_op_describe(op)->name, a, b, NULL);
    if (defers_to(a) || defers_to(b))
        Py_RETURN_NOTIMPLEMENTED;
    return pnd_apply(op, 2, (PyObject *[]){a, b});
}

static PyObject *in_place(nd_op op, PyObject *self, PyObject *other)
{
    if (!pnd_is_plain(other) && pnd_has_override(&other, 1))
        return pnd_override_operator(nd_op_describe(op)->name, self, other, self);
    if (defers_to(other))
        Py_RETURN_NOTIMPLEMENTED;
    if (((pnd_array *)self)->locked) {
        PyErr_SetString(PyExc_ValueError, "output array is read-only");
        return NULL;
    }
    nd_array *array = pnd_elementwise(op, 2, (PyObject *[]){self, other}, pnd_array_of(self));
    if (!array)
        return NULL;
    nd_release(array);
    return Py_NewRef(self);
}

#define BINARY(name, op)                                                                           \
    static PyObject *array_##name(PyObject *a, PyObject *b)                                        \
    {                                                                                              \
        return binary(op, a, b);                                                                   \
    }                                                                                              \
    static PyObject *array_in_place_##name(PyObject *self, PyObject *other)                        \
    {                                                                                              \
        return in_place(op, self, other);                                                          \
    }
BINARY(add, ND_OP_add)
BINARY(subtract, ND_OP_subtract)
BINARY(multiply, ND_OP_multiply)
BINARY(divide, ND_OP_divide)
BINARY(floor_divide, ND_OP_floor_divide)
BINARY(remainder, ND_OP_remainder)
BINARY(and, ND_OP_bitwise_and)
BINARY(or, ND_OP_bitwise_or)
BINARY(xor, ND_OP_bitwise_xor)
BINARY(left_shift, ND_OP_left_shift)
BINARY(right_shift, ND_OP_right_shift)

static PyObject *array_power(PyObject *a, PyObject *b, PyObject *modulo)
{
    if (modulo != Py_None)
        Py_RETURN_NOTIMPLEMENTED;
    /* As NumPy has it, a power of 0.5 is the root, also of -inf, and truths are squared in int8. */
    if (Py_TYPE(a) == pnd.array) {
        const nd_kind kind = nd_dtype_kind(nd_dtype_of(pnd_array_of(a)));
        if (PyFloat_CheckExact(b) && PyFloat_AS_DOUBLE(b) == 0.5 && kind >= ND_KIND_FLOAT)
            return pnd_apply(ND_OP_sqrt, 1, &a);
        if (PyLong_CheckExact(b) && kind == ND_KIND_BOOL && PyLong_AsDouble(b) == 2)
            return pnd_apply(ND_OP_square, 1, &a);
    }
    PyErr_Clear(); /* of an exponent beyond a double */
    return binary(ND_OP_power, a, b);
}

static PyObject *array_in_place_power(PyObject *self, PyObject *other, PyObject *Py_UNUSED(modulo))
{
    return in_place(ND_OP_power, self, other);
}

static PyObject *array_divmod(PyObject *a, PyObject *b)
{
    PND_OBJECT quotient = binary(ND_OP_floor_divide, a, b);
    if (!quotient || quotient == Py_NotImplemented)
        return Py_XNewRef(quotient);
    PND_OBJECT rest = binary(ND_OP_remainder, a, b);
    return rest ? PyTuple_Pack(2, quotient, rest) : NULL;
}

static nd_array *product(PyObject *a, PyObject *b)
{
    PND_AUTO x = pnd_to_array(a);
    PND_AUTO y = x ? pnd_to_array(b) : NULL;
    if (!y)
        return NULL;
    nd_array *result;
    PND_UNLOCKED(nd_size(x) + nd_size(y), result = nd_matmul(x, y));
    return result ? result : pnd_raise();
}

static PyObject *array_matmul(PyObject *a, PyObject *b)
{
    if (pnd_has_override((PyObject *[]){a, b}, 2))
        return pnd_override_operator("matmul", a, b, NULL);
    if (defers_to(a) || defers_to(b))
        Py_RETURN_NOTIMPLEMENTED;
    nd_array *result = product(a, b);
    return result ? pnd_wrap_result(result) : NULL;
}

static PyObject *array_in_place_matmul(PyObject *self, PyObject *other)
{
    if (defers_to(other))
        Py_RETURN_NOTIMPLEMENTED;
    if (!pnd_check_writeable(self))
        return NULL;
    nd_array *result = product(self, other);
    return result ? pnd_into(result, self) : NULL;
}

#define UNARY(name, op)                                                                            \
    static PyObject *array_##name(PyObject *self)                                                  \
    {                                                                                              \
        const nd_operand operand = nd_operand_array(pnd_array_of(self));                           \
        return pnd_wrap_result(nd_elementwise(op, 1, &operand, NULL));                             \
    }
UNARY(negative, ND_OP_negative)
UNARY(positive, ND_OP_positive)
UNARY(absolute, ND_OP_absolute)
UNARY(invert, ND_OP_invert)

/* ---- Comparisons ----------------------------------------------------------------------------- */

PyObject *pnd_compare(PyObject *a, PyObject *b, int operation)
{
    static const nd_op ops[] = {ND_OP_less,      ND_OP_less_equal, ND_OP_equal,
                                ND_OP_not_equal, ND_OP_greater,    ND_OP_greater_equal};
    if (pnd_is_plain(b))
        return binary(ops[operation], a, b);
    if (pnd_has_override(&b, 1))
        return pnd_override_operator(nd_op_describe(ops[operation])->name, a, b, NULL);
    if (defers_to(b)) {
        if ((operation != Py_EQ && operation != Py_NE) || (b != Py_None && !PyUnicode_Check(b)))
            Py_RETURN_NOTIMPLEMENTED;
        /* Nothing equals None or a string, element by element. */
        nd_array *result = nd_empty(ND_BOOL, nd_shape_like(pnd_array_of(a)));
        PND_AUTO value = nd_from_data(ND_BOOL, ND_SCALAR_SHAPE, (const char[]){operation == Py_NE});
        if (result && value && nd_assign(result, value) == ND_OK)
            return pnd_wrap_result(result);
        nd_release(result);
        return pnd_raise();
    }
    return binary(ops[operation], a, b);
}

/* ---- Numbers --------------------------------------------------------------------------------- */

/* The only element as a Python number, a new reference. */
static PyObject *only_element(PyObject *self, bool any_rank, const char *what)
{
    nd_array *array = pnd_array_of(self);
    if (nd_size(array) != 1 || (nd_rank(array) && !any_rank)) {
        PyErr_Format(PyExc_TypeError, what);
        return NULL;
    }
    if (!pnd_force(array))
        return NULL;
    const void *element = nd_data(array);
    return element ? pnd_python_scalar(nd_dtype_of(array), element) : pnd_raise();
}

static int array_truth(PyObject *self)
{
    nd_array *array = pnd_array_of(self);
    if (nd_size(array) != 1) {
        PyErr_SetString(
            PyExc_ValueError,
            nd_size(array)
                ? "The truth value of an array with more than one element is ambiguous. "
                  "Use a.any() or a.all()"
                : "The truth value of an empty array is ambiguous. Use `array.size > 0` to "
                  "check that an array is not empty.");
        return -1;
    }
    PND_OBJECT value = only_element(self, true, "");
    return value ? PyObject_IsTrue(value) : -1;
}

static PyObject *array_float(PyObject *self)
{
    PND_OBJECT value =
        only_element(self, false, "only 0-dimensional arrays can be converted to Python scalars");
    return value ? PyNumber_Float(value) : NULL;
}

static PyObject *array_int(PyObject *self)
{
    PND_OBJECT value =
        only_element(self, false, "only 0-dimensional arrays can be converted to Python scalars");
    return value ? PyNumber_Long(value) : NULL;
}

static PyObject *array_index(PyObject *self)
{
    const nd_kind kind = nd_dtype_kind(nd_dtype_of(pnd_array_of(self)));
    if (kind != ND_KIND_SIGNED && kind != ND_KIND_UNSIGNED) {
        PyErr_SetString(PyExc_TypeError,
                        "only integer scalar arrays can be converted to a scalar index");
        return NULL;
    }
    return only_element(self, false,
                        "only integer scalar arrays can be converted to a scalar index");
}

/* complex(array) is no slot but a method. */
static PyObject *array_complex(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PND_OBJECT value =
        only_element(self, false, "only 0-dimensional arrays can be converted to Python scalars");
    return value ? PyObject_CallOneArg((PyObject *)&PyComplex_Type, value) : NULL;
}

PyMethodDef pnd_number_methods[] = {{"__complex__", array_complex, METH_NOARGS, "complex(x)."},
                                    {0}};

static PyNumberMethods numbers = {
    .nb_add = array_add,
    .nb_subtract = array_subtract,
    .nb_multiply = array_multiply,
    .nb_true_divide = array_divide,
    .nb_floor_divide = array_floor_divide,
    .nb_remainder = array_remainder,
    .nb_divmod = array_divmod,
    .nb_power = array_power,
    .nb_matrix_multiply = array_matmul,
    .nb_and = array_and,
    .nb_or = array_or,
    .nb_xor = array_xor,
    .nb_lshift = array_left_shift,
    .nb_rshift = array_right_shift,
    .nb_negative = array_negative,
    .nb_positive = array_positive,
    .nb_absolute = array_absolute,
    .nb_invert = array_invert,
    .nb_bool = array_truth,
    .nb_int = array_int,
    .nb_float = array_float,
    .nb_index = array_index,
    .nb_inplace_add = array_in_place_add,
    .nb_inplace_subtract = array_in_place_subtract,
    .nb_inplace_multiply = array_in_place_multiply,
    .nb_inplace_true_divide = array_in_place_divide,
    .nb_inplace_floor_divide = array_in_place_floor_divide,
    .nb_inplace_remainder = array_in_place_remainder,
    .nb_inplace_power = array_in_place_power,
    .nb_inplace_matrix_multiply = array_in_place_matmul,
    .nb_inplace_and = array_in_place_and,
    .nb_inplace_or = array_in_place_or,
    .nb_inplace_xor = array_in_place_xor,
    .nb_inplace_lshift = array_in_place_left_shift,
    .nb_inplace_rshift = array_in_place_right_shift,
};
PyNumberMethods *pnd_array_numbers = &numbers;

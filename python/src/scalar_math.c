/* The arithmetic of scalars, which are strong as 0-d arrays are. float64 and int64, of which loops
 * over elements are made, do the commonest operations themselves, as the table's kernels do; all
 * else goes through the table. */
#include "scalar_math.h"

#include <math.h>

/* The value of a float64 scalar, a float or a small int, which float64 arithmetic takes as they
 * are. */
static inline bool as_double(PyObject *object, double *value)
{
    if (Py_TYPE(object) == pnd.scalar[ND_FLOAT64] || PyFloat_CheckExact(object)) {
        *value = PyFloat_AS_DOUBLE(object);
        return true;
    }
    if (PyLong_CheckExact(object)) {
        int overflow;
        const long long number = PyLong_AsLongLongAndOverflow(object, &overflow);
        *value = (double)number;
        return !overflow && number < (1LL << 53) && number > -(1LL << 53);
    }
    return false;
}

static inline bool as_int64(PyObject *object, int64_t *value)
{
    if (Py_TYPE(object) == pnd.scalar[ND_INT64]) {
        memcpy(value, ((pnd_scalar *)object)->value, 8);
        return true;
    }
    if (PyLong_CheckExact(object)) {
        int overflow;
        *value = PyLong_AsLongLongAndOverflow(object, &overflow);
        return !overflow;
    }
    return false;
}

static inline PyObject *float64(double value)
{
    return pnd_scalar_new(ND_FLOAT64, &value);
}

/* Wrapped, as all integers are. */
static inline PyObject *int64(uint64_t value)
{
    return pnd_scalar_new(ND_INT64, &value);
}

static inline PyObject *truth(bool value)
{
    return Py_NewRef(value ? pnd.true_scalar : pnd.false_scalar);
}

static inline bool is_float64(PyObject *object)
{
    return Py_TYPE(object) == pnd.scalar[ND_FLOAT64];
}

static inline bool is_int64(PyObject *object)
{
    return Py_TYPE(object) == pnd.scalar[ND_INT64];
}

static inline bool is_truth(PyObject *object)
{
    return object == pnd.true_scalar || object == pnd.false_scalar;
}

/* [1, 2] * np.int64(3): a whole scalar repeats a sequence, others are refused. NULL without an
 * exception if there is none. */
static PyObject *repeated(PyObject *a, PyObject *b)
{
    PyObject *sequence = PyList_Check(a) || PyTuple_Check(a) ? a : b,
             *number = sequence == a ? b : a;
    if (!PyList_Check(sequence) && !PyTuple_Check(sequence))
        return NULL;
    if (!PyIndex_Check(number)) {
        PyErr_Format(PyExc_TypeError, "can't multiply sequence by non-int of type '%.200s'",
                     Py_TYPE(number)->tp_name);
        return NULL;
    }
    const Py_ssize_t count = PyNumber_AsSsize_t(number, PyExc_OverflowError);
    return count == -1 && PyErr_Occurred() ? NULL : PySequence_Repeat(sequence, count);
}

static PyObject *general(nd_op op, PyObject *a, PyObject *b)
{
    PyObject *number = pnd_apply_numbers(op, 2, (PyObject *[]){a, b});
    if (number || PyErr_Occurred())
        return number;
    if (!pnd_is_operand(a) || !pnd_is_operand(b))
        Py_RETURN_NOTIMPLEMENTED;
    PyObject *sequence = op == ND_OP_multiply ? repeated(a, b) : NULL;
    if (sequence || PyErr_Occurred())
        return sequence;
    nd_array *result = pnd_elementwise(op, 2, (PyObject *[]){a, b}, NULL);
    return result ? pnd_wrap_result(result) : NULL;
}

/* What an operation is of two doubles or two int64, x and y; nothing: the table's. */
#define ON_DOUBLES(...)                                                                            \
    if (is_float64(a) || is_float64(b)) {                                                          \
        double x, y;                                                                               \
        if (as_double(a, &x) && as_double(b, &y))                                                  \
            return __VA_ARGS__;                                                                    \
    }
#define ON_INTEGERS(...)                                                                           \
    if (is_int64(a) || is_int64(b)) {                                                              \
        int64_t x, y;                                                                              \
        if (as_int64(a, &x) && as_int64(b, &y))                                                    \
            return __VA_ARGS__;                                                                    \
    }
#define ON_TRUTHS(op)                                                                              \
    if (is_truth(a) && is_truth(b))                                                                \
        return truth((a == pnd.true_scalar) op(b == pnd.true_scalar));
#define BINARY(name, op, ...)                                                                      \
    PyObject *pnd_scalar_##name(PyObject *a, PyObject *b)                                          \
    {                                                                                              \
        __VA_ARGS__                                                                                \
        return general(op, a, b);                                                                  \
    }

static inline int64_t floor_of(int64_t x, int64_t y)
{
    return y == 0    ? 0
           : y == -1 ? (int64_t)(0 - (uint64_t)x)
                     : x / y - (x % y && (x < 0) != (y < 0));
}

static inline int64_t rest_of(int64_t x, int64_t y)
{
    return y == 0 || y == -1 ? 0 : x % y + (x % y && (x < 0) != (y < 0) ? y : 0);
}

/* As Python's: of the sign of y. */
static inline double real_rest_of(double x, double y)
{
    const double rest = fmod(x, y);
    return rest == 0 ? copysign(0, y) : (rest < 0) != (y < 0) ? rest + y : rest;
}

BINARY(add, ND_OP_add, ON_DOUBLES(float64(x + y)) ON_INTEGERS(int64((uint64_t)x + (uint64_t)y)))
BINARY(subtract, ND_OP_subtract,
       ON_DOUBLES(float64(x - y)) ON_INTEGERS(int64((uint64_t)x - (uint64_t)y)))
BINARY(multiply, ND_OP_multiply,
       ON_DOUBLES(float64(x *y)) ON_INTEGERS(int64((uint64_t)x *(uint64_t)y)))
BINARY(divide, ND_OP_divide, ON_DOUBLES(float64(x / y)) ON_INTEGERS(float64((double)x / (double)y)))
BINARY(floor_divide, ND_OP_floor_divide, ON_INTEGERS(int64((uint64_t)floor_of(x, y))))
BINARY(remainder, ND_OP_remainder,
       ON_DOUBLES(float64(real_rest_of(x, y))) ON_INTEGERS(int64((uint64_t)rest_of(x, y))))
BINARY(and, ND_OP_bitwise_and, ON_INTEGERS(int64((uint64_t)(x &y))) ON_TRUTHS(&))
BINARY(or, ND_OP_bitwise_or, ON_INTEGERS(int64((uint64_t)(x | y))) ON_TRUTHS(|))
BINARY(xor, ND_OP_bitwise_xor, ON_INTEGERS(int64((uint64_t)(x ^ y))) ON_TRUTHS(^))
BINARY(left_shift, ND_OP_left_shift, ON_INTEGERS(int64((uint64_t)y < 64 ? (uint64_t)x << y : 0)))
BINARY(right_shift, ND_OP_right_shift,
       ON_INTEGERS(int64((uint64_t)(x >> ((uint64_t)y < 64 ? y : 63)))))

PyObject *pnd_scalar_power(PyObject *a, PyObject *b, PyObject *modulo)
{
    if (modulo != Py_None)
        Py_RETURN_NOTIMPLEMENTED;
    double x, exponent;
    if (is_float64(a) && !is_float64(b) && as_double(a, &x) && as_double(b, &exponent) &&
        exponent == 2)
        return float64(x * x);
    return general(ND_OP_power, a, b);
}

PyObject *pnd_scalar_divmod(PyObject *a, PyObject *b)
{
    PND_OBJECT quotient = pnd_scalar_floor_divide(a, b);
    PND_OBJECT rest = quotient && quotient != Py_NotImplemented ? pnd_scalar_remainder(a, b) : NULL;
    return rest ? PyTuple_Pack(2, quotient, rest) : quotient ? Py_NewRef(quotient) : NULL;
}

/* The same of one, x. */
#define UNARY(name, op, of_double, of_integer)                                                     \
    PyObject *pnd_scalar_##name(PyObject *self)                                                    \
    {                                                                                              \
        if (is_float64(self)) {                                                                    \
            const double x = PyFloat_AS_DOUBLE(self);                                              \
            return of_double;                                                                      \
        }                                                                                          \
        int64_t x;                                                                                 \
        if (is_int64(self) && as_int64(self, &x))                                                  \
            return of_integer;                                                                     \
        return pnd_apply(op, 1, &self);                                                            \
    }
UNARY(negative, ND_OP_negative, float64(-x), int64(0 - (uint64_t)x))
UNARY(positive, ND_OP_positive, float64(x), int64((uint64_t)x))
UNARY(absolute, ND_OP_absolute, float64(fabs(x)), int64(x < 0 ? 0 - (uint64_t)x : (uint64_t)x))

PyObject *pnd_scalar_invert(PyObject *self)
{
    int64_t x;
    if (is_int64(self) && as_int64(self, &x))
        return int64(~(uint64_t)x);
    return is_truth(self) ? truth(self == pnd.false_scalar) : pnd_apply(ND_OP_invert, 1, &self);
}

#define COMPARED(x, y)                                                                             \
    truth(operation == Py_LT   ? (x) < (y)                                                         \
          : operation == Py_LE ? (x) <= (y)                                                        \
          : operation == Py_EQ ? (x) == (y)                                                        \
          : operation == Py_NE ? (x) != (y)                                                        \
          : operation == Py_GT ? (x) > (y)                                                         \
                               : (x) >= (y))

PyObject *pnd_scalar_compare(PyObject *self, PyObject *other, int operation)
{
    static const nd_op ops[] = {ND_OP_less,      ND_OP_less_equal, ND_OP_equal,
                                ND_OP_not_equal, ND_OP_greater,    ND_OP_greater_equal};
    PyObject *const a = self, *const b = other;
    ON_DOUBLES(COMPARED(x, y))
    ON_INTEGERS(COMPARED(x, y))
    if (pnd_is_array(other))
        Py_RETURN_NOTIMPLEMENTED; /* the array does it */
    if (!pnd_is_operand(other)) {
        if (operation == Py_EQ || operation == Py_NE)
            return truth(operation == Py_NE);
        Py_RETURN_NOTIMPLEMENTED;
    }
    return pnd_apply(ops[operation], 2, (PyObject *[]){self, other});
}

/* The arithmetic of scalars, which are strong as 0-d arrays are. The commonest operations are done
 * here, as the table's kernels do them: of float64 and int64, of which loops over elements are
 * made, at once, of others as terms, which say what they are. All else goes through the table. */
#include "scalar_math.h"

#include <math.h>

static inline bool is_float64(PyObject *object)
{
    return Py_TYPE(object) == pnd.scalar[ND_FLOAT64];
}

static inline bool is_int64(PyObject *object)
{
    return Py_TYPE(object) == pnd.scalar[ND_INT64];
}

static inline bool is_float32(PyObject *object)
{
    return Py_TYPE(object) == pnd.scalar[ND_FLOAT32];
}

/* The value of a float64 scalar, a float or a small int, which float64 arithmetic takes as they
 * are. */
static inline bool as_double(PyObject *object, double *value)
{
    if (is_float64(object) || PyFloat_CheckExact(object)) {
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
    if (is_int64(object)) {
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

/* The same of a float32 scalar, beside which a Python number is a float32. */
static inline bool as_float(PyObject *object, float *value)
{
    double wide;
    if (is_float32(object)) {
        memcpy(value, ((pnd_scalar *)object)->value, sizeof *value);
        return true;
    }
    if (is_float64(object) || !as_double(object, &wide))
        return false;
    *value = (float)wide;
    return true;
}

static inline PyObject *float64(double value)
{
    return pnd_scalar_new(ND_FLOAT64, &value);
}

static inline PyObject *truth(bool value)
{
    return Py_NewRef(value ? pnd.true_scalar : pnd.false_scalar);
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
    if (pnd_has_override((PyObject *[]){a, b}, 2))
        return pnd_override_operator(nd_op_describe(op)->name, a, b, NULL);
    if (!pnd_is_operand(a) || !pnd_is_operand(b))
        Py_RETURN_NOTIMPLEMENTED;
    PyObject *sequence = op == ND_OP_multiply ? repeated(a, b) : NULL;
    if (sequence || PyErr_Occurred())
        return sequence;
    nd_array *result = pnd_elementwise(op, 2, (PyObject *[]){a, b}, NULL);
    return result ? pnd_wrap_result(result) : NULL;
}

/* ---- Two numbers ----------------------------------------------------------------------------- */

/* A number as the arithmetic below takes it. */
typedef struct term {
    nd_dtype dtype; /* ND_DTYPE_NONE: Python's, weak */
    enum { OTHER, WHOLE, REAL, COMPLEX } family;
    int64_t whole; /* the bits of a uint64 */
    double real, imaginary;
} term;

/* Not returned: fields that are written one by one and copied at once wait for each other. */
static inline void set_whole(term *x, nd_dtype dtype, int64_t value)
{
    x->dtype = dtype;
    x->family = WHOLE;
    x->whole = value;
    x->imaginary = 0;
}

static inline void set_complex(term *x, nd_dtype dtype, double real, double imaginary)
{
    x->dtype = dtype;
    x->family = COMPLEX;
    x->real = real;
    x->imaginary = imaginary;
}

static inline void set_real(term *x, nd_dtype dtype, double value)
{
    set_complex(x, dtype, value, 0);
    x->family = REAL;
}

static inline __attribute__((always_inline)) void set_strong(term *x, PyObject *object)
{
    const nd_dtype dtype = pnd_exact_dtype(object);
    const char *const value = ((pnd_scalar *)object)->value;
    float parts[2];
    switch (dtype) {
#define CASE(name, type)                                                                           \
    case name: {                                                                                   \
        type number;                                                                               \
        memcpy(&number, value, sizeof number);                                                     \
        set_whole(x, name, (int64_t)number);                                                       \
        break;                                                                                     \
    }
        CASE(ND_INT8, int8_t)
        CASE(ND_INT16, int16_t)
        CASE(ND_INT32, int32_t)
        CASE(ND_INT64, int64_t)
        CASE(ND_UINT8, uint8_t)
        CASE(ND_UINT16, uint16_t)
        CASE(ND_UINT32, uint32_t)
        CASE(ND_UINT64, uint64_t)
#undef CASE
    case ND_FLOAT32:
        memcpy(parts, value, sizeof *parts);
        set_real(x, dtype, parts[0]);
        break;
    case ND_FLOAT64:
        set_real(x, dtype, PyFloat_AS_DOUBLE(object));
        break;
    case ND_COMPLEX64:
        memcpy(parts, value, sizeof parts);
        set_complex(x, dtype, parts[0], parts[1]);
        break;
    case ND_COMPLEX128: {
        const Py_complex number = ((PyComplexObject *)object)->cval;
        set_complex(x, dtype, number.real, number.imag);
        break;
    }
    default:
        *x = (term){.family = OTHER};
    }
}

static inline void set_term(term *x, PyObject *object)
{
    if (PyFloat_CheckExact(object)) {
        set_real(x, ND_DTYPE_NONE, PyFloat_AS_DOUBLE(object));
    } else if (PyLong_CheckExact(object)) {
        int overflow;
        const int64_t value = PyLong_AsLongLongAndOverflow(object, &overflow);
        set_whole(x, ND_DTYPE_NONE, value);
        if (overflow)
            x->family = OTHER;
    } else if (PyComplex_CheckExact(object)) {
        const Py_complex value = PyComplex_AsCComplex(object);
        set_complex(x, ND_DTYPE_NONE, value.real, value.imag);
    } else {
        set_strong(x, object);
    }
}

static inline bool is_exact(int64_t value)
{
    return value < (1LL << 53) && value > -(1LL << 53);
}

/* Whether a Python int is a value of an integer dtype. */
static bool holds(nd_dtype dtype, int64_t value)
{
    const unsigned bits = 8 * (unsigned)nd_dtype_size(dtype);
    if (nd_dtype_kind(dtype) == ND_KIND_UNSIGNED)
        return value >= 0 && (bits == 64 || value >> bits == 0);
    return value >> (bits - 1) == 0 || value >> (bits - 1) == -1;
}

/* What a number and a Python one beside it have in common. */
static inline nd_dtype beside_weak(const term *strong, const term *weak)
{
    switch (strong->family) {
    case WHOLE:
        return weak->family == REAL                                         ? ND_FLOAT64
               : weak->family == WHOLE && holds(strong->dtype, weak->whole) ? strong->dtype
                                                                            : ND_DTYPE_NONE;
    case REAL:
        return weak->family == COMPLEX ? ND_DTYPE_NONE : strong->dtype;
    default:
        return strong->dtype;
    }
}

/* The number as a value of a dtype of floats. */
static inline double real_of(const term *x)
{
    return x->family != WHOLE      ? x->real
           : x->dtype == ND_UINT64 ? (double)(uint64_t)x->whole
                                   : (double)x->whole;
}

/* The dtype in which the operation is done, ND_DTYPE_NONE if the table has to say. */
static inline nd_dtype common_dtype(const term *a, const term *b)
{
    if (a->family == OTHER || b->family == OTHER)
        return ND_DTYPE_NONE;
    if (a->dtype == b->dtype)
        return a->dtype;
    if (a->dtype != ND_DTYPE_NONE && b->dtype != ND_DTYPE_NONE)
        return nd_promote(a->dtype, b->dtype);
    const term *const weak = a->dtype == ND_DTYPE_NONE ? a : b, *const strong = weak == a ? b : a;
    if (weak->family == WHOLE && strong->family != WHOLE && !is_exact(weak->whole))
        return ND_DTYPE_NONE;
    return beside_weak(strong, weak);
}

/* Of its low bytes. */
static inline PyObject *whole_scalar(nd_dtype dtype, uint64_t value)
{
    pnd_scalar *const object = (pnd_scalar *)pnd_scalar_blank(dtype);
    if (object)
        memcpy(object->value, &value, sizeof value);
    return (PyObject *)object;
}

static inline PyObject *float32(float value)
{
    return pnd_scalar_new(ND_FLOAT32, &value);
}

static inline PyObject *real_scalar(nd_dtype dtype, double value)
{
    return dtype == ND_FLOAT32 ? float32((float)value) : float64(value);
}

static inline PyObject *complex_scalar(nd_dtype dtype, double real, double imaginary)
{
    return dtype == ND_COMPLEX64 ? pnd_scalar_new(dtype, (float[]){(float)real, (float)imaginary})
                                 : pnd_scalar_new(dtype, (double[]){real, imaginary});
}

static inline uint64_t power_of(uint64_t base, uint64_t exponent)
{
    uint64_t power = 1;
    for (; exponent; exponent >>= 1, base *= base)
        if (exponent & 1)
            power *= base;
    return power;
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

/* Of integers; wrapped, as all are. */
static inline PyObject *of_integers(nd_op op, nd_dtype dtype, int64_t x, int64_t y)
{
    const bool natural = nd_dtype_kind(dtype) == ND_KIND_UNSIGNED;
    const uint64_t u = (uint64_t)x, v = (uint64_t)y;
    switch (op) {
    case ND_OP_add:
        return whole_scalar(dtype, u + v);
    case ND_OP_subtract:
        return whole_scalar(dtype, u - v);
    case ND_OP_multiply:
        return whole_scalar(dtype, u * v);
    case ND_OP_floor_divide:
        return whole_scalar(dtype, natural ? (v ? u / v : 0) : (uint64_t)floor_of(x, y));
    case ND_OP_remainder:
        return whole_scalar(dtype, natural ? (v ? u % v : 0) : (uint64_t)rest_of(x, y));
    case ND_OP_bitwise_and:
        return whole_scalar(dtype, u & v);
    case ND_OP_bitwise_or:
        return whole_scalar(dtype, u | v);
    case ND_OP_bitwise_xor:
        return whole_scalar(dtype, u ^ v);
    case ND_OP_left_shift:
        return whole_scalar(dtype, v < 64 ? u << v : 0);
    case ND_OP_right_shift:
        return whole_scalar(dtype,
                            natural ? (v < 64 ? u >> v : 0) : (uint64_t)(x >> (v < 64 ? v : 63)));
    case ND_OP_power:
        return natural || y >= 0 ? whole_scalar(dtype, power_of(u, v)) : NULL;
    default:
        return NULL;
    }
}

/* Python's floor division and remainder, as the kernels make them from fmod(), which is exact. */
#define OF_REALS(T, suffix)                                                                        \
    static inline T rest_of_##T(T x, T y)                                                          \
    {                                                                                              \
        const T rest = fmod##suffix(x, y);                                                         \
        return rest == 0 ? copysign##suffix(0, y) : (rest < 0) != (y < 0) ? rest + y : rest;       \
    }                                                                                              \
    static inline T floor_of_##T(T x, T y)                                                         \
    {                                                                                              \
        const T rest = fmod##suffix(x, y), divided = (x - rest) / y;                               \
        const T quotient = rest != 0 && (y < 0) != (rest < 0) ? divided - 1 : divided;             \
        const T below = floor##suffix(quotient);                                                   \
        return y == 0          ? x / y                                                             \
               : quotient == 0 ? copysign##suffix(0, x / y)                                        \
                               : below + (quotient - below > (T)0.5);                              \
    }                                                                                              \
    /* NULL: the table's. */                                                                       \
    static inline PyObject *of_##T##s(nd_op op, T x, T y, PyObject *(*made)(T))                    \
    {                                                                                              \
        switch (op) {                                                                              \
        case ND_OP_add:                                                                            \
            return made(x + y);                                                                    \
        case ND_OP_subtract:                                                                       \
            return made(x - y);                                                                    \
        case ND_OP_multiply:                                                                       \
            return made(x * y);                                                                    \
        case ND_OP_divide:                                                                         \
            return made(x / y);                                                                    \
        case ND_OP_floor_divide:                                                                   \
            return made(floor_of_##T(x, y));                                                       \
        case ND_OP_remainder:                                                                      \
            return made(rest_of_##T(x, y));                                                        \
        case ND_OP_power:                                                                          \
            return made(pow##suffix(x, y));                                                        \
        default:                                                                                   \
            return NULL;                                                                           \
        }                                                                                          \
    }                                                                                              \
    /* R. L. Smith's algorithm, as the kernels have it. */                                         \
    typedef struct parts_##T {                                                                     \
        T parts[2];                                                                                \
    } parts_##T;                                                                                   \
    static inline parts_##T quotient_of_##T##s(T a, T b, T c, T d)                                 \
    {                                                                                              \
        const T large = fabs##suffix(c), small = fabs##suffix(d);                                  \
        if (large >= small) {                                                                      \
            if (c == 0 && d == 0)                                                                  \
                return (parts_##T){{a / large, b / large}};                                        \
            const T ratio = d / c, scale = 1 / (c + d * ratio);                                    \
            return (parts_##T){{(a + b * ratio) * scale, (b - a * ratio) * scale}};                \
        }                                                                                          \
        const T ratio = c / d, scale = 1 / (d + c * ratio);                                        \
        return (parts_##T){{(a * ratio + b) * scale, (b * ratio - a) * scale}};                    \
    }                                                                                              \
    static inline PyObject *of_complex_##T##s(nd_op op, nd_dtype dtype, T a, T b, T c, T d)        \
    {                                                                                              \
        switch (op) {                                                                              \
        case ND_OP_add:                                                                            \
            return pnd_scalar_new(dtype, (T[]){a + c, b + d});                                     \
        case ND_OP_subtract:                                                                       \
            return pnd_scalar_new(dtype, (T[]){a - c, b - d});                                     \
        case ND_OP_multiply:                                                                       \
            return pnd_scalar_new(dtype, (T[]){a * c - b * d, a * d + b * c});                     \
        case ND_OP_divide:                                                                         \
            return pnd_scalar_new(dtype, quotient_of_##T##s(a, b, c, d).parts);                    \
        default:                                                                                   \
            return NULL;                                                                           \
        }                                                                                          \
    }
OF_REALS(double, )
OF_REALS(float, f)

/* What is not a float64 or int64 among their own, whose conversions cost as much as the operation.
 * NULL without an exception if the table has to do it. */
static inline PyObject *of_terms(nd_op op, PyObject *a, PyObject *b)
{
    term x, y;
    set_term(&x, a);
    set_term(&y, b);
    const nd_dtype dtype = common_dtype(&x, &y);
    switch (dtype) {
    case ND_INT8:
    case ND_INT16:
    case ND_INT32:
    case ND_INT64:
    case ND_UINT8:
    case ND_UINT16:
    case ND_UINT32:
    case ND_UINT64:
        return op == ND_OP_divide ? float64(real_of(&x) / real_of(&y))
                                  : of_integers(op, dtype, x.whole, y.whole);
    case ND_FLOAT32:
        return of_floats(op, (float)real_of(&x), (float)real_of(&y), float32);
    case ND_FLOAT64:
        return of_doubles(op, real_of(&x), real_of(&y), float64);
    case ND_COMPLEX64:
        return of_complex_floats(op, dtype, (float)real_of(&x), (float)x.imaginary,
                                 (float)real_of(&y), (float)y.imaginary);
    case ND_COMPLEX128:
        return of_complex_doubles(op, dtype, real_of(&x), x.imaginary, real_of(&y), y.imaginary);
    default:
        return NULL;
    }
}

static inline __attribute__((always_inline)) PyObject *apply(nd_op op, PyObject *a, PyObject *b)
{
    PyObject *result = NULL;
    double x, y;
    float s, t;
    int64_t i, j;
    if ((is_float64(a) || is_float64(b)) && as_double(a, &x) && as_double(b, &y))
        result = of_doubles(op, x, y, float64);
    else if ((is_int64(a) || is_int64(b)) && as_int64(a, &i) && as_int64(b, &j))
        result =
            op == ND_OP_divide ? float64((double)i / (double)j) : of_integers(op, ND_INT64, i, j);
    else if ((is_float32(a) || is_float32(b)) && as_float(a, &s) && as_float(b, &t))
        result = of_floats(op, s, t, float32);
    if (result)
        return result;
    result = of_terms(op, a, b);
    return result || PyErr_Occurred() ? result : general(op, a, b);
}

#define BINARY(name, op)                                                                           \
    PyObject *pnd_scalar_##name(PyObject *a, PyObject *b)                                          \
    {                                                                                              \
        return apply(op, a, b);                                                                    \
    }
BINARY(add, ND_OP_add)
BINARY(subtract, ND_OP_subtract)
BINARY(multiply, ND_OP_multiply)
BINARY(divide, ND_OP_divide)
BINARY(floor_divide, ND_OP_floor_divide)
BINARY(remainder, ND_OP_remainder)
BINARY(left_shift, ND_OP_left_shift)
BINARY(right_shift, ND_OP_right_shift)

#define BITWISE(name, op, sign)                                                                    \
    PyObject *pnd_scalar_##name(PyObject *a, PyObject *b)                                          \
    {                                                                                              \
        if (is_truth(a) && is_truth(b))                                                            \
            return truth((a == pnd.true_scalar) sign(b == pnd.true_scalar));                       \
        return apply(op, a, b);                                                                    \
    }
BITWISE(and, ND_OP_bitwise_and, &)
BITWISE(or, ND_OP_bitwise_or, |)
BITWISE(xor, ND_OP_bitwise_xor, ^)

PyObject *pnd_scalar_power(PyObject *a, PyObject *b, PyObject *modulo)
{
    if (modulo != Py_None)
        Py_RETURN_NOTIMPLEMENTED;
    double exponent;
    if (!is_float64(b) && as_double(b, &exponent) && exponent == 2) {
        term x;
        set_term(&x, a);
        PyObject *square =
            PyLong_CheckExact(b) || x.family != WHOLE ? of_terms(ND_OP_multiply, a, a) : NULL;
        if (square || PyErr_Occurred())
            return square;
    }
    return apply(ND_OP_power, a, b);
}

PyObject *pnd_scalar_divmod(PyObject *a, PyObject *b)
{
    PND_OBJECT quotient = pnd_scalar_floor_divide(a, b);
    PND_OBJECT rest = quotient && quotient != Py_NotImplemented ? pnd_scalar_remainder(a, b) : NULL;
    return rest ? PyTuple_Pack(2, quotient, rest) : quotient ? Py_NewRef(quotient) : NULL;
}

/* ---- One number, and comparisons ------------------------------------------------------------- */

/* Of an integer x, a real one or a complex one, whose result is `of_complex` or the table's. */
#define UNARY(name, op, of_integer, of_real, of_complex)                                           \
    PyObject *pnd_scalar_##name(PyObject *self)                                                    \
    {                                                                                              \
        term number;                                                                               \
        set_term(&number, self);                                                                   \
        if (number.family == WHOLE) {                                                              \
            const int64_t x = number.whole;                                                        \
            return whole_scalar(number.dtype, of_integer);                                         \
        }                                                                                          \
        const double x = number.real, y = number.imaginary;                                        \
        (void)y;                                                                                   \
        return number.family == REAL      ? real_scalar(number.dtype, of_real)                     \
               : number.family == COMPLEX ? of_complex                                             \
                                          : pnd_apply(op, 1, &self);                               \
    }
/* Of a complex number, as the kernels have it where squares are far from the ends of the range. */
static PyObject *length_of(PyObject *self, const term *x)
{
    if (x->dtype == ND_COMPLEX64) {
        const double sum = x->real * x->real + x->imaginary * x->imaginary;
        if (sum > 0x1p-126 && sum < 0x1p127)
            return float32(sqrtf((float)sum));
    } else {
        const double sum = fma(x->real, x->real, x->imaginary * x->imaginary);
        if (sum > 0x1p-900 && sum < 0x1p1000)
            return float64(sqrt(sum));
    }
    return pnd_apply(ND_OP_absolute, 1, &self);
}

UNARY(negative, ND_OP_negative, 0 - (uint64_t)x, -x, complex_scalar(number.dtype, -x, -y))
UNARY(positive, ND_OP_positive, (uint64_t)x, x, complex_scalar(number.dtype, x, y))
UNARY(absolute, ND_OP_absolute, x < 0 && number.dtype != ND_UINT64 ? 0 - (uint64_t)x : (uint64_t)x,
      fabs(x), length_of(self, &number))

PyObject *pnd_scalar_invert(PyObject *self)
{
    term x;
    set_term(&x, self);
    if (x.family == WHOLE)
        return whole_scalar(x.dtype, ~(uint64_t)x.whole);
    return is_truth(self) ? truth(self == pnd.false_scalar) : pnd_apply(ND_OP_invert, 1, &self);
}

#define COMPARED(x, y)                                                                             \
    (operation == Py_LT   ? (x) < (y)                                                              \
     : operation == Py_LE ? (x) <= (y)                                                             \
     : operation == Py_EQ ? (x) == (y)                                                             \
     : operation == Py_NE ? (x) != (y)                                                             \
     : operation == Py_GT ? (x) > (y)                                                              \
                          : (x) >= (y))

/* True or false, or -1 for the table. */
static int compared_terms(PyObject *a, PyObject *b, int operation)
{
    term x, y;
    set_term(&x, a);
    set_term(&y, b);
    if (x.family == WHOLE && y.family == WHOLE) { /* a uint64 beyond int64 looks negative */
        const bool beyond =
            (x.dtype == ND_UINT64 && x.whole < 0) || (y.dtype == ND_UINT64 && y.whole < 0);
        return beyond ? -1 : COMPARED(x.whole, y.whole);
    }
    const nd_dtype dtype = common_dtype(&x, &y);
    const double real = real_of(&x), other = real_of(&y);
    if (dtype == ND_COMPLEX128 && (operation == Py_EQ || operation == Py_NE))
        return (real == other && x.imaginary == y.imaginary) == (operation == Py_EQ);
    if (dtype == ND_FLOAT32) {
        const float narrow = (float)real, other_narrow = (float)other;
        return COMPARED(narrow, other_narrow);
    }
    return dtype == ND_FLOAT64 ? COMPARED(real, other) : -1;
}

PyObject *pnd_scalar_compare(PyObject *self, PyObject *other, int operation)
{
    static const nd_op ops[] = {ND_OP_less,      ND_OP_less_equal, ND_OP_equal,
                                ND_OP_not_equal, ND_OP_greater,    ND_OP_greater_equal};
    PyObject *const a = self, *const b = other;
    double x, y;
    float s, t;
    int64_t i, j;
    if ((is_float64(a) || is_float64(b)) && as_double(a, &x) && as_double(b, &y))
        return truth(COMPARED(x, y));
    if ((is_int64(a) || is_int64(b)) && as_int64(a, &i) && as_int64(b, &j))
        return truth(COMPARED(i, j));
    if ((is_float32(a) || is_float32(b)) && as_float(a, &s) && as_float(b, &t))
        return truth(COMPARED(s, t));
    const int result = compared_terms(a, b, operation);
    if (result >= 0)
        return truth(result);
    if (pnd_is_array(other))
        Py_RETURN_NOTIMPLEMENTED; /* the array does it */
    if (pnd_has_override(&other, 1))
        return pnd_override_operator(nd_op_describe(ops[operation])->name, self, other, NULL);
    if (other == Py_None || !pnd_is_operand(other)) {
        if (operation == Py_EQ || operation == Py_NE)
            return truth(operation == Py_NE);
        Py_RETURN_NOTIMPLEMENTED;
    }
    return pnd_apply(ops[operation], 2, (PyObject *[]){self, other});
}

/* ---- Conversion ------------------------------------------------------------------------------ */

bool pnd_scalar_whole(PyObject *scalar, int64_t *value)
{
    term x;
    set_strong(&x, scalar);
    *value = x.family == WHOLE ? x.whole : 0;
    return x.family == WHOLE && (x.dtype != ND_UINT64 || x.whole >= 0);
}

bool pnd_scalar_real(PyObject *scalar, double *value)
{
    term x;
    set_strong(&x, scalar);
    *value = real_of(&x);
    return x.family == WHOLE || x.family == REAL;
}

bool pnd_scalar_convert(PyObject *scalar, nd_dtype dtype, char *element)
{
    term x;
    set_strong(&x, scalar);
    const nd_kind kind = nd_dtype_kind(dtype);
    const double real = real_of(&x);
    const float narrow = (float)real;
    if (x.family == WHOLE && (kind == ND_KIND_SIGNED || kind == ND_KIND_UNSIGNED))
        memcpy(element, &x.whole, nd_dtype_size(dtype)); /* wrapped */
    else if (dtype == ND_FLOAT64 && (x.family == WHOLE || x.family == REAL))
        memcpy(element, &real, sizeof real);
    else if (dtype == ND_FLOAT32 && x.family == REAL)
        memcpy(element, &narrow, sizeof narrow);
    else
        return false;
    return true;
}

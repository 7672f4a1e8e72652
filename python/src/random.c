/* numpy.random.default_rng(): the library's generator, with NumPy's values for the same seed. */
#include "core.h"

typedef struct generator {
    PyObject_HEAD nd_random *random;
    PyObject *seed; /* what it was made of */
} generator;

static PyTypeObject *generator_type;

static nd_random *stream(PyObject *self)
{
    return ((generator *)self)->random;
}

static void generator_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    nd_random_free(stream(self));
    Py_XDECREF(((generator *)self)->seed);
    PyObject_Free(self);
    Py_DECREF(type);
}

static bool entropy(uint64_t *seed)
{
    PND_OBJECT module = PyImport_ImportModule("os");
    PND_OBJECT bytes = module ? PyObject_CallMethod(module, "urandom", "i", 8) : NULL;
    if (!bytes)
        return false;
    memcpy(seed, PyBytes_AS_STRING(bytes), 8);
    return true;
}

PND_FUNCTION(default_rng, "seed=None",
             "A generator: PCG64, with NumPy's numbers for the same seed.")
{
    if (given[0] && Py_TYPE(given[0]) == generator_type)
        return Py_NewRef(given[0]);
    uint64_t seed = 0;
    if (!pnd_given(given[0])) {
        if (!entropy(&seed))
            return NULL;
    } else {
        PND_OBJECT number = PyNumber_Index(given[0]);
        if (!number) {
            PyErr_Clear();
            PyErr_Format(PyExc_NotImplementedError,
                         "default_rng: the seed is an integer of at most 64 bits, not %R",
                         given[0]);
            return NULL;
        }
        if (PyObject_RichCompareBool(number, PyLong_FromLong(0), Py_LT) == 1) {
            PyErr_SetString(PyExc_ValueError, "expected non-negative integer");
            return NULL;
        }
        seed = PyLong_AsUnsignedLongLong(number);
        if (seed == UINT64_MAX && PyErr_Occurred())
            return NULL;
    }
    generator *self = PyObject_New(generator, generator_type);
    if (!self)
        return NULL;
    self->seed = Py_XNewRef(given[0]);
    self->random = nd_random_new(seed);
    if (!self->random) {
        Py_DECREF(self);
        return pnd_raise();
    }
    return (PyObject *)self;
}

/* ---- Draws ----------------------------------------------------------------------------------- */

/* The shape of `size`; false with an exception. `scalar`: none was given. */
static bool to_size(PyObject *object, nd_shape *shape, bool *scalar)
{
    shape->rank = 0;
    *scalar = !pnd_given(object);
    return *scalar || pnd_to_shape(object, shape);
}

static int64_t elements(const nd_shape *shape)
{
    int64_t count = 1;
    for (int i = 0; i < shape->rank; i++)
        count *= shape->length[i];
    return count;
}

/* A number of a 0-d draw as Python's, as NumPy gives them. */
static PyObject *finish(nd_array *array, bool scalar, PyObject *out)
{
    if (!array)
        return pnd_raise();
    if (pnd_given(out))
        return pnd_into(array, out);
    if (!scalar)
        return pnd_wrap(array);
    const void *element = nd_data(array);
    PyObject *number = element ? pnd_python_scalar(nd_dtype_of(array), element) : pnd_raise();
    nd_release(array);
    return number;
}

typedef nd_array *draw(nd_random *random, nd_dtype dtype, nd_shape shape);

static PyObject *drawn(draw *from, PyObject *self, PyObject *size, PyObject *dtype_object,
                       PyObject *out)
{
    nd_shape shape;
    nd_dtype dtype = ND_FLOAT64;
    bool scalar;
    if (!to_size(size, &shape, &scalar) || !pnd_to_dtype(dtype_object, &dtype))
        return NULL;
    if (pnd_given(out) && pnd_is_array(out)) {
        shape = nd_shape_like(pnd_array_of(out));
        dtype = nd_dtype_of(pnd_array_of(out));
    }
    if (dtype != ND_FLOAT64 && dtype != ND_FLOAT32) {
        PyErr_Format(PyExc_TypeError, "Unsupported dtype dtype('%s') for random",
                     nd_dtype_name(dtype));
        return NULL;
    }
    nd_array *array;
    PND_UNLOCKED(elements(&shape), array = from(stream(self), dtype, shape));
    return finish(array, scalar, out);
}

PND_FUNCTION(random, "self, size=None, dtype=float64, out=None", "Uniform on [0, 1).")
{
    return drawn(nd_random_uniform, given[0], given[1], given[2], given[3]);
}
PND_ALSO_METHOD(random)

PND_FUNCTION(standard_normal, "self, size=None, dtype=float64, out=None",
             "Mean 0, standard deviation 1.")
{
    return drawn(nd_random_normal, given[0], given[1], given[2], given[3]);
}
PND_ALSO_METHOD(standard_normal)

/* low + scale * draw, with parameters that are broadcast. */
static PyObject *located(draw *from, PyObject *self, PyObject *low, PyObject *scale, PyObject *size)
{
    PND_OBJECT shape = NULL;
    if (!pnd_given(size) && !(PyFloat_Check(low) || PyLong_Check(low)) |
                                !(PyFloat_Check(scale) || PyLong_Check(scale))) {
        PND_OBJECT sum = PyNumber_Add(low, scale);
        PND_OBJECT array = sum ? pnd_as_array_object(sum, ND_DTYPE_NONE) : NULL;
        if (!array)
            return NULL;
        if (nd_rank(pnd_array_of(array)))
            shape = PyObject_GetAttrString(array, "shape");
    }
    PND_OBJECT numbers = drawn(from, self, shape ? shape : size, NULL, NULL);
    PND_OBJECT scaled = numbers ? PyNumber_Multiply(numbers, scale) : NULL;
    return scaled ? PyNumber_Add(scaled, low) : NULL;
}

PND_FUNCTION(normal, "self, loc=0.0, scale=1.0, size=None",
             "Normal, with mean `loc` and standard deviation `scale`.")
{
    PND_OBJECT zero = PyFloat_FromDouble(0);
    PND_OBJECT one = PyFloat_FromDouble(1);
    return located(nd_random_normal, given[0], given[1] ? given[1] : zero,
                   given[2] ? given[2] : one, given[3]);
}
PND_ALSO_METHOD(normal)

PND_FUNCTION(uniform, "self, low=0.0, high=1.0, size=None", "Uniform on [low, high).")
{
    PND_OBJECT zero = PyFloat_FromDouble(0);
    PND_OBJECT one = PyFloat_FromDouble(1);
    PyObject *low = given[1] ? given[1] : zero;
    PND_OBJECT range = PyNumber_Subtract(given[2] ? given[2] : one, low);
    return range ? located(nd_random_uniform, given[0], low, range, given[3]) : NULL;
}
PND_ALSO_METHOD(uniform)

PND_FUNCTION(integers, "self, low, high=None, size=None, dtype=int64, endpoint=False",
             "Integers from low, below high.")
{
    nd_shape shape;
    nd_dtype dtype = ND_INT64;
    bool scalar, endpoint = false;
    int64_t low = 0, high = 0;
    if (!to_size(given[3], &shape, &scalar) || !pnd_to_dtype(given[4], &dtype) ||
        !pnd_to_bool(given[5], &endpoint) ||
        !pnd_to_int64(given[1], pnd_given(given[2]) ? &low : &high) ||
        !pnd_to_int64(given[2], &high))
        return NULL;
    if (endpoint) {
        if (high == INT64_MAX) {
            PyErr_SetString(PyExc_NotImplementedError,
                            "integers: a closed range ends below 2**63 - 1");
            return NULL;
        }
        high++;
    }
    nd_array *array;
    PND_UNLOCKED(elements(&shape),
                 array = nd_random_integers(stream(given[0]), dtype, low, high, shape));
    /* A Python int for dtype=int, else a scalar. */
    return scalar && given[4] != (PyObject *)&PyLong_Type ? pnd_wrap_result(array)
                                                          : finish(array, scalar, NULL);
}
PND_ALSO_METHOD(integers)

static PyMethodDef methods[] = {
    PND_METHOD_ROW("random", random),     PND_METHOD_ROW("standard_normal", standard_normal),
    PND_METHOD_ROW("normal", normal),     PND_METHOD_ROW("uniform", uniform),
    PND_METHOD_ROW("integers", integers), {0},
};

static PyObject *generator_repr(PyObject *self)
{
    return PyUnicode_FromFormat("Generator(PCG64) at %p", (void *)self);
}

static PyType_Slot slots[] = {
    {Py_tp_dealloc, generator_free},
    {Py_tp_repr, generator_repr},
    {Py_tp_methods, methods},
    {Py_tp_doc, "A stream of random numbers; made by default_rng()."},
    {0},
};
static PyType_Spec spec = {
    .name = "ndstream.random.Generator",
    .basicsize = sizeof(generator),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};

/* The module ndstream._core.random. */
bool pnd_add_random(PyObject *module)
{
    static PyMethodDef functions[] = {PND_ROW(default_rng), {0}};
    PND_OBJECT random = PyModule_New("ndstream._core.random");
    generator_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
    return random && generator_type && PyModule_AddFunctions(random, functions) == 0 &&
           PyModule_AddObjectRef(random, "Generator", (PyObject *)generator_type) == 0 &&
           PyModule_AddObjectRef(module, "random", random) == 0;
}

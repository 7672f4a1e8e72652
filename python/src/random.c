/* Generators of random numbers, with NumPy's values for the same seed.
 *
 * One type holds any bit generator with either formulas; random.py makes numpy.random's classes and
 * functions of it. The distributions are the rows of the library's table: a row that is added there
 * is a method here. */
#include "core.h"

#include <math.h>

typedef struct generator {
    PyObject_HEAD nd_random *random;
    PyObject *seed;         /* the SeedSequence it was made of, or NULL */
    PyObject *owner;        /* the bit generator whose stream it draws from, if it is not its own */
    struct generator *root; /* a reference to the one whose stream that is, or NULL */
    pnd_turn turn;          /* of a root */
} generator;

static PyTypeObject *generator_type;

static nd_random *stream(PyObject *self)
{
    return ((generator *)self)->random;
}

/* ---- One thread at a time -------------------------------------------------------------------- */

static pnd_turn *begin_use(PyObject *self)
{
    generator *const own = (generator *)self;
    return pnd_turn_begin(&(own->root ? own->root : own)->turn);
}

/* Until the end of the block, nobody else draws from the stream. */
#define IN_USE(self)                                                                               \
    __attribute__((cleanup(pnd_turn_end), unused)) pnd_turn *in_use = begin_use(self)

#define METHOD(function) PND_ALSO_METHOD_WITH(function, IN_USE(self);)

/* ---- Objects --------------------------------------------------------------------------------- */

static void generator_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    nd_random_free(stream(self));
    Py_XDECREF(((generator *)self)->root);
    Py_XDECREF(((generator *)self)->owner);
    Py_XDECREF(((generator *)self)->seed);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyObject *generator_with(PyTypeObject *type, nd_random *random, PyObject *seed,
                                PyObject *owner)
{
    if (!random)
        return pnd_raise();
    generator *self = PyObject_New(generator, type);
    if (!self) {
        nd_random_free(random);
        return NULL;
    }
    self->random = random;
    self->seed = Py_XNewRef(seed);
    self->owner = Py_XNewRef(owner);
    self->root = NULL;
    self->turn = (pnd_turn){0};
    return (PyObject *)self;
}

static PyObject *generator_of(nd_random *random, PyObject *seed)
{
    return generator_with(generator_type, random, seed, NULL);
}

/* What draws from the stream of a bit generator. */
static PyObject *generator_sharing(PyTypeObject *type, PyObject *bits, bool is_legacy)
{
    PND_OBJECT source = PyObject_GetAttrString(bits, "_stream");
    if (!source || !PyObject_TypeCheck(source, generator_type)) {
        PyErr_Format(PyExc_TypeError, "a bit generator of ndstream.random is needed, not %.200s",
                     Py_TYPE(bits)->tp_name);
        return NULL;
    }
    generator *const of = (generator *)source, *const self = (generator *)generator_with(
                                                   type,
                                                   nd_random_new_sharing(stream(source), is_legacy),
                                                   of->seed, bits);
    if (self)
        self->root = (generator *)Py_NewRef((PyObject *)(of->root ? of->root : of));
    return (PyObject *)self;
}

/* Generator(bit_generator): draws from the same stream. */
static PyObject *generator_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    static char *names[] = {"bit_generator", NULL};
    PyObject *bits;
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "O:Generator", names, &bits))
        return NULL;
    return generator_sharing(type, bits, false);
}

PND_NAMED_FUNCTION(share_legacy, "_legacy_of", "bits",
                   "The legacy formulas over the stream of a bit generator.")
{
    return generator_sharing(generator_type, given[0], true);
}

PND_NAMED_FUNCTION(make_generator, "_generator", "kind, state, seed",
                   "A bit generator, by number, of the words that a seed sequence gives it.")
{
    int kind = 0;
    PND_AUTO array = pnd_to_array(given[1]);
    PND_AUTO words = array ? nd_ascontiguous(array) : NULL;
    if (!words || !pnd_to_int(given[0], &kind))
        return PyErr_Occurred() ? NULL : pnd_raise();
    return generator_of(nd_random_new_of((nd_bit_generator)kind, nd_data(words),
                                         (size_t)nd_bytes(words) / sizeof(uint32_t)),
                        given[2]);
}

PND_NAMED_FUNCTION(make_legacy, "_legacy", "seed",
                   "The twister of an integer, or of a list of words.")
{
    if (PyLong_Check(given[0])) {
        const unsigned long seed = PyLong_AsUnsignedLong(given[0]);
        if (PyErr_Occurred() || seed > UINT32_MAX) {
            PyErr_SetString(PyExc_ValueError, "Seed must be between 0 and 2**32 - 1");
            return NULL;
        }
        return generator_of(nd_random_new_legacy((uint32_t)seed), NULL);
    }
    size_t count;
    uint32_t *words = pnd_to_words(given[0], &count);
    PyObject *result = words ? generator_of(nd_random_new_legacy_seeded(words, count), NULL) : NULL;
    PyMem_Free(words);
    return result;
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
    if (dtype != ND_FLOAT64 && dtype != ND_FLOAT32) {
        PyErr_Format(PyExc_TypeError, "Unsupported dtype dtype('%s') for random",
                     nd_dtype_name(dtype));
        return NULL;
    }
    bool fortran = false;
    if (pnd_given(out)) {
        if (!pnd_check_draws(out, dtype, size, &fortran))
            return NULL;
        shape = nd_shape_like(pnd_array_of(out));
    }
    if (fortran) /* numbers go to memory one after the other */
        pnd_reverse_shape(&shape);
    nd_array *array;
    PND_UNLOCKED(elements(&shape), array = from(stream(self), dtype, shape));
    if (fortran && array) {
        nd_array *const columns = array;
        array = nd_transpose(columns);
        nd_release(columns);
    }
    return finish(array, scalar, out);
}

PND_FUNCTION(random, "$self, size=None, dtype=None, out=None", "Uniform on [0, 1).")
{
    return drawn(nd_random_uniform, given[0], given[1], given[2], given[3]);
}
METHOD(random)

PND_FUNCTION(standard_normal, "$self, size=None, dtype=None, out=None",
             "Mean 0, standard deviation 1.")
{
    return drawn(nd_random_normal, given[0], given[1], given[2], given[3]);
}
METHOD(standard_normal)

static nd_array *exponential_by_inversion(nd_random *random, nd_dtype dtype, nd_shape shape)
{
    nd_array *array = nd_random_uniform(random, dtype, shape);
    void *values = array && nd_size(array) ? nd_data_once(array) : NULL;
    for (int64_t i = 0; values && i < nd_size(array); i++)
        if (dtype == ND_FLOAT64)
            ((double *)values)[i] = -log1p(-((double *)values)[i]);
        else
            ((float *)values)[i] = -log1pf(-((float *)values)[i]);
    return array;
}

PND_FUNCTION(standard_exponential, "$self, size=None, dtype=None, method='zig', out=None",
             "Mean 1.")
{
    const bool ziggurat = !given[3] || (PyUnicode_Check(given[3]) &&
                                        PyUnicode_CompareWithASCIIString(given[3], "zig") == 0);
    return drawn(ziggurat ? nd_random_exponential : exponential_by_inversion, given[0], given[1],
                 given[2], given[4]);
}
METHOD(standard_exponential)

/* ---- Distributions --------------------------------------------------------------------------- */

/* Parameters that may be left out; of the others NumPy wants a value. */
static const struct {
    const char *name;
    const char *value[3];
} defaults[] = {
    {"uniform", {"0.0", "1.0"}},  {"normal", {"0.0", "1.0"}},    {"exponential", {"1.0"}},
    {"gamma", {NULL, "1.0"}},     {"laplace", {"0.0", "1.0"}},   {"gumbel", {"0.0", "1.0"}},
    {"logistic", {"0.0", "1.0"}}, {"lognormal", {"0.0", "1.0"}}, {"rayleigh", {"1.0"}},
    {"poisson", {"1.0"}},
};

static const char *default_of(const char *name, int parameter)
{
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (strcmp(defaults[i].name, name) == 0)
            return defaults[i].value[parameter];
    return NULL;
}

static pnd_signature signatures[ND_RANDOM_DISTRIBUTIONS];
static char texts[ND_RANDOM_DISTRIBUTIONS][160];

static pnd_signature *signature_of(nd_distribution distribution)
{
    pnd_signature *signature = &signatures[distribution];
    if (signature->name)
        return signature;
    const nd_distribution_info *info = nd_distribution_info_of(distribution);
    int length = snprintf(texts[distribution], sizeof texts[distribution], "$self");
    for (int i = 0; i < info->parameters; i++) {
        const char *value = default_of(info->name, i);
        length +=
            snprintf(texts[distribution] + length, sizeof texts[distribution] - (size_t)length,
                     ", %s%s%s", info->parameter[i], value ? "=" : "", value ? value : "");
    }
    snprintf(texts[distribution] + length, sizeof texts[distribution] - (size_t)length,
             ", size=None");
    signature->text = texts[distribution];
    signature->name = info->name;
    return signature;
}

static PyObject *draw_call(nd_distribution distribution, PyObject *self, PyObject *const *arguments,
                           Py_ssize_t count, PyObject *keywords)
{
    const nd_distribution_info *info = nd_distribution_info_of(distribution);
    PyObject *given[PND_MOST_PARAMETERS];
    if (!pnd_bind(signature_of(distribution), self, arguments, count, keywords, given))
        return NULL;
    IN_USE(self);
    nd_shape shape;
    bool scalar;
    PyObject *size = given[1 + info->parameters];
    if (!to_size(size, &shape, &scalar))
        return NULL;
    pnd_operand x[3];
    nd_operand parameters[3];
    int ready = 0;
    while (ready < info->parameters) {
        PyObject *value = given[1 + ready];
        if (value && !pnd_to_operand(value, &x[ready]))
            break;
        if (!value) {
            const char *text = default_of(info->name, ready);
            x[ready] = (pnd_operand){.operand = nd_operand_real(text ? strtod(text, NULL) : 0)};
        }
        parameters[ready] = x[ready].operand;
        ready++;
    }
    PyObject *result = NULL;
    if (ready == info->parameters) {
        nd_array *array;
        PND_UNLOCKED(
            scalar ? 0 : elements(&shape),
            array = nd_random_draw(stream(self), distribution, parameters, scalar ? NULL : &shape));
        result = finish(array, scalar && array && !nd_rank(array), NULL);
    }
    while (ready)
        pnd_operand_clear(&x[--ready]);
    return result;
}

#define DRAW(id, name, ...)                                                                        \
    static PyObject *name##_method(PyObject *self, PyObject *const *arguments, Py_ssize_t count,   \
                                   PyObject *keywords)                                             \
    {                                                                                              \
        return draw_call(ND_RANDOM_##id, self, arguments, count, keywords);                        \
    }
ND_DISTRIBUTIONS(DRAW)
#undef DRAW

PND_FUNCTION(standard_gamma, "$self, shape, size=None, dtype=None, out=None", "Gamma with scale 1.")
{
    nd_dtype dtype = ND_FLOAT64;
    if (!pnd_to_dtype(given[3], &dtype))
        return NULL;
    if (dtype != ND_FLOAT64 && dtype != ND_FLOAT32) {
        PyErr_Format(PyExc_TypeError, "Unsupported dtype %s for standard_gamma",
                     nd_dtype_name(dtype));
        return NULL;
    }
    if (pnd_given(given[4]) && !pnd_check_draws(given[4], dtype, given[2], NULL))
        return NULL;
    PND_OBJECT out_shape = pnd_given(given[4]) ? PyObject_GetAttrString(given[4], "shape") : NULL;
    PyObject *size = pnd_given(given[2]) ? given[2] : out_shape ? out_shape : Py_None;
    if (dtype == ND_FLOAT32) {
        nd_shape shape;
        bool scalar;
        PND_AUTO parameter = to_size(size, &shape, &scalar) ? pnd_to_array(given[1]) : NULL;
        if (!parameter)
            return NULL;
        nd_array *array =
            nd_random_gamma_float(stream(given[0]), parameter, scalar ? NULL : &shape);
        return finish(array, scalar && array && !nd_rank(array), given[4]);
    }
    PND_OBJECT one = PyFloat_FromDouble(1);
    PyObject *all[] = {given[1], one, size};
    if (PyErr_Occurred())
        return NULL;
    PND_OBJECT drawn = draw_call(ND_RANDOM_GAMMA, given[0], all, 3, NULL);
    if (!drawn || !pnd_given(given[4]))
        return Py_XNewRef(drawn);
    PND_AUTO values = pnd_to_array(drawn);
    return values ? pnd_into(nd_retain(values), given[4]) : NULL;
}
METHOD(standard_gamma)

PND_FUNCTION(multinomial, "$self, n, pvals, size=None", "Counts of n trials over several outcomes.")
{
    nd_shape shape;
    bool scalar;
    pnd_operand n;
    PND_AUTO pvals = pnd_to_array_of(given[2], ND_FLOAT64);
    if (!pvals || !to_size(given[3], &shape, &scalar) || !pnd_to_operand(given[1], &n))
        return NULL;
    nd_array *result =
        nd_random_multinomial(stream(given[0]), n.operand, pvals, scalar ? NULL : &shape);
    pnd_operand_clear(&n);
    return pnd_wrap(result);
}
METHOD(multinomial)

PND_FUNCTION(dirichlet, "$self, alpha, size=None", "Shares that sum to 1.")
{
    nd_shape shape;
    bool scalar;
    PND_AUTO alpha = pnd_to_array_of(given[1], ND_FLOAT64);
    if (!alpha || !to_size(given[2], &shape, &scalar))
        return NULL;
    return pnd_wrap(nd_random_dirichlet(stream(given[0]), alpha, shape));
}
METHOD(dirichlet)

PND_FUNCTION(multivariate_normal,
             "$self, mean, cov, size=None, check_valid='warn', tol=1e-8, *, method='svd'",
             "Vectors with a mean and a covariance.")
{
    nd_shape shape;
    bool scalar;
    PND_AUTO mean = pnd_to_array_of(given[1], ND_FLOAT64);
    PND_AUTO covariance = mean ? pnd_to_array_of(given[2], ND_FLOAT64) : NULL;
    if (!covariance || !to_size(given[3], &shape, &scalar))
        return NULL;
    const char *word = given[6] && PyUnicode_Check(given[6]) ? PyUnicode_AsUTF8(given[6]) : "svd";
    PyObject *const all[] = {
        given[1], given[2], given[4],
        given[5], given[6], nd_random_get_state(stream(given[0])).is_legacy ? Py_True : Py_False};
    PND_OBJECT checked = pnd_in_python("ndstream.random", "_check_covariance", all, 6);
    if (!checked)
        return NULL;
    const nd_factorization by = strcmp(word, "cholesky") == 0 ? ND_BY_CHOLESKY
                                : strcmp(word, "eigh") == 0   ? ND_BY_EIGH
                                                              : ND_BY_SVD;
    return pnd_wrap(nd_random_multivariate_normal(stream(given[0]), mean, covariance, by, shape));
}
METHOD(multivariate_normal)

/* ---- Permutations and samples ---------------------------------------------------------------- */

/* A list is shuffled as the array of its places is. */
static PyObject *shuffle_list(PyObject *self, PyObject *list)
{
    const Py_ssize_t size = PySequence_Size(list);
    if (size < 0)
        return NULL;
    PND_AUTO order = nd_random_permutation(stream(self), (int64_t)size);
    PND_OBJECT items = order ? PySequence_Tuple(list) : NULL;
    const int64_t *places = order && nd_size(order) ? nd_data(order) : NULL;
    if (!items)
        return PyErr_Occurred() ? NULL : pnd_raise();
    for (int64_t i = 0; places && i < nd_size(order); i++)
        if (PySequence_SetItem(list, (Py_ssize_t)i,
                               PyTuple_GET_ITEM(items, (Py_ssize_t)places[i])) < 0)
            return NULL;
    Py_RETURN_NONE;
}

PND_FUNCTION(shuffle, "$self, x, axis=0", "Shuffles an array along an axis, or a list, in place.")
{
    int axis = 0;
    if (!pnd_to_int(given[2], &axis))
        return NULL;
    if (!pnd_is_array(given[1]))
        return shuffle_list(given[0], given[1]);
    if (!pnd_check_writeable(given[1]))
        return NULL;
    return pnd_check(nd_random_shuffle(stream(given[0]), pnd_array_of(given[1]), axis))
               ? Py_NewRef(Py_None)
               : NULL;
}
METHOD(shuffle)

PND_FUNCTION(permutation, "$self, x, axis=0", "A shuffled copy, or 0, ..., x - 1 shuffled.")
{
    int axis = 0;
    if (!pnd_to_int(given[2], &axis))
        return NULL;
    if (PyLong_Check(given[1]) || (PyIndex_Check(given[1]) && !pnd_is_array(given[1]))) {
        int64_t count = 0;
        return pnd_to_int64(given[1], &count) /* of arange(count): none of a negative one */
                   ? pnd_wrap(nd_random_permutation(stream(given[0]), count > 0 ? count : 0))
                   : NULL;
    }
    PND_AUTO array = pnd_to_array(given[1]);
    PND_AUTO copy = array ? nd_copy(array) : NULL;
    if (!copy)
        return PyErr_Occurred() ? NULL : pnd_raise();
    return pnd_check(nd_random_shuffle(stream(given[0]), copy, axis)) ? pnd_wrap(nd_retain(copy))
                                                                      : NULL;
}
METHOD(permutation)

PND_FUNCTION(permuted, "$self, x, *, axis=None, out=None",
             "A copy in which each line along an axis is shuffled.")
{
    return pnd_permuted(stream(given[0]), given[1], given[2], given[3]);
}
METHOD(permuted)

PND_FUNCTION(choice, "$self, a, size=None, replace=True, p=None, axis=0, shuffle=True",
             "A sample of an array, or of 0, ..., a - 1.")
{
    nd_shape shape;
    bool scalar, replace = true, shuffles = true;
    int axis = 0;
    if (!to_size(given[2], &shape, &scalar) || !pnd_to_bool(given[3], &replace) ||
        !pnd_to_int(given[5], &axis) || !pnd_to_bool(given[6], &shuffles))
        return NULL;
    PND_AUTO p = pnd_given(given[4]) ? pnd_to_array(given[4]) : NULL;
    if (pnd_given(given[4]) && !p)
        return NULL;
    const bool number =
        PyLong_Check(given[1]) || (PyIndex_Check(given[1]) && !pnd_is_array(given[1]));
    PND_OBJECT array = number ? NULL : pnd_as_array_object(given[1], ND_DTYPE_NONE);
    int64_t population = 0;
    if (number ? !pnd_to_int64(given[1], &population) : !array)
        return NULL;
    if (array) {
        const int rank = nd_rank(pnd_array_of(array));
        axis += axis < 0 ? rank : 0;
        if (axis < 0 || axis >= rank) {
            PyErr_SetString(PyExc_ValueError, "a must be a sequence or an integer");
            return NULL;
        }
        population = nd_lengths(pnd_array_of(array))[axis];
    }
    const nd_choice_options options = {
        .without_replacement = !replace, .in_order = !shuffles, .p = p};
    nd_array *places;
    PND_UNLOCKED(elements(&shape),
                 places = nd_random_choice(stream(given[0]), population, shape, &options));
    PND_OBJECT index = scalar ? pnd_wrap_result(places) : pnd_wrap(places);
    if (index && !array && scalar && !nd_random_get_state(stream(given[0])).is_legacy)
        return PyNumber_Index(index); /* a Generator's is an int */
    if (!index || !array)
        return Py_XNewRef(index);
    PND_OBJECT key = PyTuple_New(axis + 1);
    PND_OBJECT every = PySlice_New(NULL, NULL, NULL);
    for (int i = 0; key && every && i <= axis; i++)
        PyTuple_SET_ITEM(key, i, Py_NewRef(i == axis ? index : every));
    return key && every ? pnd_get_item(array, key) : NULL;
}
METHOD(choice)

PND_FUNCTION(bytes, "$self, length", "Random bytes.")
{
    int64_t count = 0;
    if (!pnd_to_int64(given[1], &count))
        return NULL;
    if (count < 0) {
        PyErr_SetString(PyExc_ValueError, "bytes: the length is negative");
        return NULL;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)count);
    if (bytes &&
        !pnd_check(nd_random_bytes(stream(given[0]), PyBytes_AS_STRING(bytes), (size_t)count)))
        Py_CLEAR(bytes);
    return bytes;
}
METHOD(bytes)

/* A Python int for dtype=int, else a scalar. */
static PyObject *given_integers(nd_array *array, bool scalar, PyObject *dtype)
{
    if (!scalar || (array && nd_rank(array)))
        return pnd_wrap(array);
    return dtype != (PyObject *)&PyLong_Type && dtype != (PyObject *)&PyBool_Type
               ? pnd_wrap_result(array)
               : finish(array, true, NULL);
}

PND_FUNCTION(integers, "$self, low, high=None, size=None, dtype=None, endpoint=False",
             "Integers from low, below high.")
{
    nd_shape shape;
    nd_dtype dtype = ND_INT64;
    bool scalar, endpoint = false;
    if (!to_size(given[3], &shape, &scalar) || !pnd_to_dtype(given[4], &dtype) ||
        !pnd_to_bool(given[5], &endpoint))
        return NULL;
    if (given[1] == Py_None) {
        PyErr_SetString(PyExc_TypeError, "integers: a bound is an integer, not None");
        return NULL;
    }
    PyObject *low = pnd_given(given[2]) ? given[1] : NULL, *high = low ? given[2] : given[1];
    nd_array *array;
    if (!scalar && !elements(&shape)) /* whatever the bounds */
        return pnd_wrap(nd_empty(dtype, shape));
    if ((!low || pnd_is_number(low)) && pnd_is_number(high)) {
        uint64_t first = 0, last;
        if (!pnd_to_bounds(low, high, dtype, endpoint, &first, &last))
            return NULL;
        PND_UNLOCKED(elements(&shape), array = nd_random_integers_closed(stream(given[0]), dtype,
                                                                         first, last, shape));
        return given_integers(array, scalar, given[4]);
    }
    /* Arrays of bounds, of which the upper may be 2**64: what is drawn at most, in the dtype. */
    PyObject *const all[] = {low, high, given[4], endpoint ? Py_True : Py_False};
    PND_OBJECT closed = pnd_in_python("ndstream.random", "_closed_bounds", all, 4);
    pnd_operand x, y;
    if (!closed || !pnd_to_operand(PyTuple_GET_ITEM(closed, 0), &x))
        return NULL;
    if (!pnd_to_operand(PyTuple_GET_ITEM(closed, 1), &y)) {
        pnd_operand_clear(&x);
        return NULL;
    }
    array = nd_random_integers_between(stream(given[0]), dtype, x.operand, y.operand, true,
                                       scalar ? NULL : &shape);
    pnd_operand_clear(&x);
    pnd_operand_clear(&y);
    return given_integers(array, scalar, given[4]);
}
METHOD(integers)

/* The state as the tuple of the fields of nd_random_state, but for is_legacy. */
static PyObject *get_state(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    IN_USE(self);
    const nd_random_state s = nd_random_get_state(stream(self));
    const uint64_t *v = s.state, *buffer = s.buffer;
    PND_OBJECT key = pnd_wrap(nd_from_data(ND_UINT32, ND_SHAPE(624), s.key));
    return key ? Py_BuildValue("i(KKKK)(KK)(KKKK)ikOiid", (int)s.bits, v[0], v[1], v[2], v[3],
                               s.increment[0], s.increment[1], buffer[0], buffer[1], buffer[2],
                               buffer[3], (int)s.has_uint32, (unsigned long)s.uinteger, key, s.pos,
                               (int)s.has_gauss, s.gauss)
               : NULL;
}

static PyObject *set_state(PyObject *self, PyObject *arguments)
{
    IN_USE(self);
    nd_random_state s = {.is_legacy = nd_random_get_state(stream(self)).is_legacy};
    uint64_t *v = s.state, *buffer = s.buffer;
    PyObject *key;
    int bits, half, gauss;
    unsigned long word;
    if (!PyArg_ParseTuple(arguments, "i(KKKK)(KK)(KKKK)ikOiid", &bits, &v[0], &v[1], &v[2], &v[3],
                          &s.increment[0], &s.increment[1], &buffer[0], &buffer[1], &buffer[2],
                          &buffer[3], &half, &word, &key, &s.pos, &gauss, &s.gauss))
        return NULL;
    s.bits = (nd_bit_generator)bits;
    s.has_uint32 = half != 0;
    s.uinteger = (uint32_t)word;
    s.has_gauss = gauss != 0;
    if (s.bits == ND_MT19937) {
        PND_AUTO array = pnd_to_array_of(key, ND_UINT32);
        PND_AUTO plain = array ? nd_ascontiguous(array) : NULL;
        if (!plain || nd_size(plain) != 624) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_ValueError, "state must be 624 longs");
            return NULL;
        }
        memcpy(s.key, nd_data(plain), sizeof s.key);
    }
    return pnd_check(nd_random_set_state(stream(self), &s)) ? Py_NewRef(Py_None) : NULL;
}

static PyObject *take_state(PyObject *self, PyObject *from)
{
    if (!PyObject_TypeCheck(from, generator_type)) {
        PyErr_SetString(PyExc_TypeError, "a generator is needed");
        return NULL;
    }
    nd_random_state s;
    {
        IN_USE(from);
        s = nd_random_get_state(stream(from));
    }
    IN_USE(self);
    return pnd_check(nd_random_set_state(stream(self), &s)) ? Py_NewRef(Py_None) : NULL;
}

PND_NAMED_FUNCTION(advance, "_advance", "$self, high, low", "Goes on by so many draws.")
{
    const uint64_t high = PyLong_AsUnsignedLongLong(given[1]),
                   low = PyLong_AsUnsignedLongLong(given[2]);
    return !PyErr_Occurred() && pnd_check(nd_random_advance(stream(given[0]), high, low))
               ? Py_NewRef(Py_None)
               : NULL;
}
METHOD(advance)

PND_NAMED_FUNCTION(jumped, "_jumped", "$self, jumps", "A stream that does not overlap.")
{
    const uint64_t jumps = PyLong_AsUnsignedLongLong(given[1]);
    return PyErr_Occurred() ? NULL
                            : generator_of(nd_random_jumped(stream(given[0]), jumps),
                                           ((generator *)given[0])->seed);
}
METHOD(jumped)

PND_FUNCTION(multivariate_hypergeometric, "$self, colors, nsample, size=None, method='marginals'",
             "Counts of a sample without replacement from items of several colors.")
{
    return pnd_in_python("ndstream.random", "_multivariate_hypergeometric", given, 5);
}
METHOD(multivariate_hypergeometric)

static PyObject *get_bit_generator(PyObject *self, void *Py_UNUSED(unused))
{
    PyObject *owner = ((generator *)self)->owner;
    return owner ? Py_NewRef(owner) : pnd_in_python("ndstream.random", "_bits_of", &self, 1);
}

static PyObject *spawn(PyObject *self, PyObject *count)
{
    return pnd_in_python("ndstream.random", "_spawn", (PyObject *[]){self, count}, 2);
}

static PyObject *reduce(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PND_OBJECT bits = get_bit_generator(self, NULL);
    return bits ? Py_BuildValue("O(O)", Py_TYPE(self), bits) : NULL;
}

static PyObject *get_seed(PyObject *self, void *Py_UNUSED(unused))
{
    PyObject *seed = ((generator *)self)->seed;
    return Py_NewRef(seed ? seed : Py_None);
}

static PyGetSetDef attributes[] = {
    {"_seed_seq", get_seed, NULL, "The seed sequence.", NULL},
    {"bit_generator", get_bit_generator, NULL, "The PCG64 that it draws from.", NULL},
    {0},
};

#define DRAW(id, name, ...)                                                                        \
    {#name, (PyCFunction)(void (*)(void))name##_method, METH_FASTCALL | METH_KEYWORDS, NULL},
/* The distributions are the first, in the order of their numbers; describe() documents them. */
static PyMethodDef methods[] = {
    /* clang-format off */
    ND_DISTRIBUTIONS(DRAW)
    /* clang-format on */
    PND_METHOD_ROW("random", random),
    PND_METHOD_ROW("standard_normal", standard_normal),
    PND_METHOD_ROW("standard_exponential", standard_exponential),
    PND_METHOD_ROW("standard_gamma", standard_gamma),
    PND_METHOD_ROW("integers", integers),
    PND_METHOD_ROW("multinomial", multinomial),
    PND_METHOD_ROW("dirichlet", dirichlet),
    PND_METHOD_ROW("multivariate_normal", multivariate_normal),
    PND_METHOD_ROW("multivariate_hypergeometric", multivariate_hypergeometric),
    PND_METHOD_ROW("shuffle", shuffle),
    PND_METHOD_ROW("permutation", permutation),
    PND_METHOD_ROW("permuted", permuted),
    PND_METHOD_ROW("choice", choice),
    PND_METHOD_ROW("bytes", bytes),
    {"_get_state", get_state, METH_NOARGS, "The state as a tuple."},
    {"_set_state", set_state, METH_O, "Sets what _get_state() gave."},
    {"_take_state", take_state, METH_O, "Goes on where another one is."},
    PND_METHOD_ROW("_advance", advance),
    PND_METHOD_ROW("_jumped", jumped),
    {"__reduce__", reduce, METH_NOARGS, "For pickle and copy."},
    {"spawn", spawn, METH_O, "spawn($self, n_children)\n--\n\nIndependent generators."},
    {0},
};
#undef DRAW

static PyObject *generator_repr(PyObject *self)
{
    PND_OBJECT bits = get_bit_generator(self, NULL);
    char address[32];
    snprintf(address, sizeof address, "0x%zX", (size_t)self);
    return bits ? PyUnicode_FromFormat("Generator(%s) at %s", Py_TYPE(bits)->tp_name, address)
                : NULL;
}

static PyObject *generator_str(PyObject *self)
{
    PND_OBJECT bits = get_bit_generator(self, NULL);
    return bits ? PyUnicode_FromFormat("Generator(%s)", Py_TYPE(bits)->tp_name) : NULL;
}

static PyType_Slot slots[] = {
    {Py_tp_new, generator_new},
    {Py_tp_dealloc, generator_free},
    {Py_tp_repr, generator_repr},
    {Py_tp_str, generator_str},
    {Py_tp_methods, methods},
    {Py_tp_getset, attributes},
    {Py_tp_doc, "A stream of random numbers; made by default_rng()."},
    {0},
};
static PyType_Spec spec = {
    .name = "ndstream.random.Generator",
    .basicsize = sizeof(generator),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = slots,
};

static void describe(nd_distribution distribution)
{
    static char documents[ND_RANDOM_DISTRIBUTIONS][256];
    const pnd_signature *const signature = signature_of(distribution);
    snprintf(documents[distribution], sizeof *documents,
             "%s(%s)\n--\n\nDraws of the distribution %s.", signature->name, signature->text,
             signature->name);
    methods[distribution].ml_doc = documents[distribution];
}

/* The module ndstream._core.random. */
bool pnd_add_random(PyObject *module)
{
    static PyMethodDef functions[] = {PND_ROW_NAMED("_generator", make_generator),
                                      PND_ROW_NAMED("_legacy", make_legacy),
                                      PND_ROW_NAMED("_legacy_of", share_legacy),
                                      {0}};
    for (nd_distribution i = 0; i < ND_RANDOM_DISTRIBUTIONS; i++)
        describe(i);
    pnd_count_forks();
    PND_OBJECT random = PyModule_New("ndstream._core._random");
    generator_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
    return random && generator_type && PyModule_AddFunctions(random, functions) == 0 &&
           PyModule_AddFunctions(random, pnd_seed_functions) == 0 &&
           PyModule_AddObjectRef(random, "Generator", (PyObject *)generator_type) == 0 &&
           PyModule_AddObjectRef(module, "_random", random) == 0;
}

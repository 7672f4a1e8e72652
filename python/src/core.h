/* What the files of the extension share: its objects, and the conversions between Python and
 * nd_array.
 *
 * Conventions: names begin pnd_; a function that fails returns NULL, false or -1 with a Python
 * exception set. `PND_AUTO` variables are released at the end of their block. */
#ifndef PND_CORE_H
#define PND_CORE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#include <string.h>

#include <ndstream/nd.h>

#if PY_VERSION_HEX < 0x030b0000
#error "ndstream needs CPython 3.11 or newer"
#endif

/* ---- Objects --------------------------------------------------------------------------------- */

/* ndstream.ndarray. */
typedef struct pnd_array {
    PyObject_HEAD nd_array *array; /* one reference; never NULL */
    PyObject *base; /* what the memory belongs to, or NULL: only told, the library keeps it alive */
    PyObject *weak_references;
    struct pnd_replaced *replaced; /* arrays before this one that threads may still work on */
    bool locked;                   /* flags.writeable was set to False */
} pnd_array;

/* ndstream.dtype: one object for each nd_dtype. */
typedef struct pnd_dtype {
    PyObject_HEAD nd_dtype dtype;
} pnd_dtype;

/* Scalars but float64 and complex128, which are Python's float and complex. */
typedef struct pnd_scalar {
    PyObject_HEAD _Alignas(8) char value[8];
    nd_dtype dtype; /* of objects of subclasses not set */
} pnd_scalar;

/* The types, made once: the module refuses a second interpreter. */
typedef struct pnd_types {
    PyTypeObject *array, *dtype, *ufunc, *generic, *iterator, *flags, *flat;
    PyTypeObject *scalar[ND_DTYPE_COUNT];
    PyObject *dtypes[ND_DTYPE_COUNT]; /* the objects of type dtype */
    PyObject *true_scalar, *false_scalar;
    PyObject *axis_error, *linalg_error;
} pnd_types;

extern pnd_types pnd;

static inline bool pnd_is_array(PyObject *object)
{
    return Py_TYPE(object) == pnd.array || PyType_IsSubtype(Py_TYPE(object), pnd.array);
}
void pnd_scalar_free(PyObject *self);

/* The dtype of an object of one of our types, ND_DTYPE_NONE for those of subclasses and others:
 * Python gives subclasses an end of their own. */
static inline nd_dtype pnd_exact_dtype(const PyObject *object)
{
    const PyTypeObject *const type = Py_TYPE(object);
    if (type == pnd.scalar[ND_FLOAT64]) /* as most are */
        return ND_FLOAT64;
    if (type->tp_dealloc != pnd_scalar_free)
        return ND_DTYPE_NONE;
    return type == pnd.scalar[ND_COMPLEX128] ? ND_COMPLEX128 : ((const pnd_scalar *)object)->dtype;
}

static inline bool pnd_is_scalar(PyObject *object)
{
    return pnd_exact_dtype(object) != ND_DTYPE_NONE ||
           PyType_IsSubtype(Py_TYPE(object), pnd.generic);
}
static inline bool pnd_same_shape(const nd_array *a, const nd_array *b)
{
    return nd_rank(a) == nd_rank(b) &&
           memcmp(nd_lengths(a), nd_lengths(b), sizeof(int64_t) * (size_t)nd_rank(a)) == 0;
}
static inline nd_array *pnd_array_of(PyObject *object)
{
    return ((pnd_array *)object)->array;
}

static inline void pnd_release_pointer(nd_array **array)
{
    if (*array)
        nd_release(*array);
}
static inline void pnd_decref_pointer(PyObject **object)
{
    Py_XDECREF(*object);
}
#define PND_AUTO __attribute__((cleanup(pnd_release_pointer))) nd_array *
#define PND_OBJECT __attribute__((cleanup(pnd_decref_pointer))) PyObject *

/* A long call while it runs (progress.c). */
typedef struct pnd_watch {
    double begun; /* seconds; 0: nothing was reported yet */
    bool drawn;   /* a bar stands on the terminal */
} pnd_watch;
bool pnd_go_on(double fraction, void *watch); /* NULL: looks at signals only */
void pnd_watch_end(const pnd_watch *watch);
void pnd_watch_signals(void);

/* Gives up the GIL, if this thread has it, and takes it again. The library does so itself where it
 * computes in parallel or waits; PND_UNLOCKED is for what takes long without, and for the bar. */
void *pnd_give_up_gil(void);
void pnd_take_gil(void *state);
bool pnd_threads_away(void); /* some thread is in between */

/* Work on at least this many elements is done without the GIL. */
enum { PND_LARGE = 16384 };
#define PND_UNLOCKED(elements, statement)                                                          \
    do {                                                                                           \
        if ((elements) >= PND_LARGE) {                                                             \
            pnd_watch pnd_watching = {0};                                                          \
            const nd_progress pnd_before =                                                         \
                nd_set_progress((nd_progress){pnd_go_on, &pnd_watching});                          \
            void *const pnd_given_up = pnd_give_up_gil();                                          \
            statement;                                                                             \
            nd_set_progress(pnd_before);                                                           \
            pnd_watch_end(&pnd_watching);                                                          \
            pnd_take_gil(pnd_given_up);                                                            \
        } else {                                                                                   \
            statement;                                                                             \
        }                                                                                          \
    } while (0)

/* ---- Errors (errors.c) ----------------------------------------------------------------------- */

/* Raises the library's kept error as NumPy's exception, and forgets it. Returns NULL. */
void *pnd_raise(void);
/* The same as another exception. */
void *pnd_raise_as(PyObject *exception);
/* The same if `status` is an error; True if it is none. */
bool pnd_check(nd_status status);

/* ---- Arguments (arguments.c) -------------------------------------------------------------------
 * A function's parameters are written once, as the text that help() shows:
 *
 *     PND_FUNCTION(linspace, "start, stop, num=50, endpoint=True", "Evenly spaced numbers.")
 *     {
 *         ... given[0] to given[3]: borrowed, NULL if left out ...
 *     }
 *
 * Parameters without a default must be given; "/" and "*" mean what they mean in Python. */

enum { PND_MOST_PARAMETERS = 16 };

typedef struct pnd_signature {
    const char *name, *text;
    int count, positional, positional_only;
    uint32_t required;
    PyObject *names[PND_MOST_PARAMETERS];
} pnd_signature;

/* Puts the arguments in the order of the parameters. `self`, unless NULL, is the first. */
bool pnd_bind(pnd_signature *signature, PyObject *self, PyObject *const *arguments,
              Py_ssize_t count, PyObject *keywords, PyObject **given);

#define PND_FUNCTION(function, text, doc) PND_NAMED_FUNCTION(function, #function, text, doc)
#define PND_NAMED_FUNCTION(function, shown, text, doc)                                             \
    static PyObject *function##_body(PyObject *const *given);                                      \
    static pnd_signature function##_signature = {shown, text};                                     \
    __attribute__((unused)) static const char function##_doc[] = shown "(" text ")\n--\n\n" doc;   \
    __attribute__((unused)) static PyObject *function##_call(PyObject *Py_UNUSED(module),          \
                                                             PyObject *const *arguments,           \
                                                             Py_ssize_t count, PyObject *keywords) \
    {                                                                                              \
        PyObject *given[PND_MOST_PARAMETERS];                                                      \
        if (!pnd_bind(&function##_signature, NULL, arguments, count, keywords, given))             \
            return NULL;                                                                           \
        return function##_body(given);                                                             \
    }                                                                                              \
    static PyObject *function##_body(PyObject *const *given)

/* The same as a method of ndarray, which is the first argument; `begin` comes before the body.
 * Calls without arguments begin with `plain`, which may return what they give without more. */
#define PND_ALSO_METHOD(function) PND_ALSO_METHOD_WITH(function, )
#define PND_ALSO_METHOD_WITH(function, begin) PND_METHOD_OF(function, , begin)
#define PND_ALSO_METHOD_PLAIN(function, plain) PND_METHOD_OF(function, plain, )
#define PND_METHOD_OF(function, plain, begin)                                                      \
    static PyObject *function##_method(PyObject *self, PyObject *const *arguments,                 \
                                       Py_ssize_t count, PyObject *keywords)                       \
    {                                                                                              \
        if (!count && !keywords) {                                                                 \
            plain                                                                                  \
        }                                                                                          \
        PyObject *given[PND_MOST_PARAMETERS];                                                      \
        if (!pnd_bind(&function##_signature, self, arguments, count, keywords, given))             \
            return NULL;                                                                           \
        begin return function##_body(given);                                                       \
    }

/* Rows of a PyMethodDef table. */
#define PND_ROW(function)                                                                          \
    {                                                                                              \
#function, (PyCFunction)(void (*)(void))function##_call, METH_FASTCALL | METH_KEYWORDS,    \
            function##_doc                                                                         \
    }
#define PND_ROW_NAMED(shown, function)                                                             \
    {                                                                                              \
        shown, (PyCFunction)(void (*)(void))function##_call, METH_FASTCALL | METH_KEYWORDS,        \
            function##_doc                                                                         \
    }
#define PND_METHOD_ROW(shown, function)                                                            \
    {                                                                                              \
        shown, (PyCFunction)(void (*)(void))function##_method, METH_FASTCALL | METH_KEYWORDS,      \
            function##_doc                                                                         \
    }

/* True for an argument that was given and is not None. */
static inline bool pnd_given(PyObject *argument)
{
    return argument && argument != Py_None;
}

/* Conversions of arguments. An argument left out, or None, leaves `*value` as it is and is true. */
bool pnd_to_bool(PyObject *object, bool *value);
bool pnd_to_int64(PyObject *object, int64_t *value);
bool pnd_to_int64_within(PyObject *object, int64_t *value); /* the nearest int64 */
bool pnd_to_int(PyObject *object, int *value); /* far out of range stays out of range */
bool pnd_to_double(PyObject *object, double *value);
bool pnd_to_dtype(PyObject *object, nd_dtype *dtype);
/* The arguments "N, M=None, k=0, dtype=None" of matrices made of a diagonal; M is N if left out. */
bool pnd_to_matrix(PyObject *const *given, int64_t *rows, int64_t *columns, int64_t *diagonal,
                   nd_dtype *dtype);
/* An axis that is not None; left out, it stays as it is. */
bool pnd_to_axis(PyObject *object, int *axis);
/* None or left out: all axes. */
bool pnd_to_axes(PyObject *object, nd_axes *axes);
/* The same where NumPy takes no list: an integer, or a tuple of them. */
bool pnd_to_axis_tuple(PyObject *object, nd_axes *axes);
/* A mask of bools; arrays of other dtypes are none. */
nd_array *pnd_to_where(PyObject *object);
bool pnd_to_shape(PyObject *object, nd_shape *shape);
/* 'C', 'F', 'A' or 'K'. */
bool pnd_to_order(PyObject *object, char *order);

/* Whether 'A' is 'F' for the array: it is in Fortran order, and not in C order too. */
static inline bool pnd_is_fortran(const nd_array *array)
{
    return nd_is_fortran_contiguous(array) && !nd_is_contiguous(array);
}

/* A TypeError, as NumPy's, for bools, where differences are taken. */
bool pnd_check_subtracts(const nd_array *array);
bool pnd_to_casting(PyObject *object, nd_casting *casting);
PyObject *pnd_shape_tuple(int rank, const int64_t *lengths);
/* The lengths in reverse: what the shape of a transpose is. */
void pnd_reverse_shape(nd_shape *shape);
/* Indices: an empty list is one of integers. */
nd_array *pnd_to_positions(PyObject *object);
/* The array along `axis`, or as one line along axis 0 if `axis_object` is None or left out. */
nd_array *pnd_to_line(PyObject *object, PyObject *axis_object, int *axis);

/* The arrays of a sequence: join.c. */
typedef struct pnd_parts {
    int count;
    nd_array **array;
    nd_casting casting; /* of their conversion */
} pnd_parts;
bool pnd_to_parts(PyObject *object, pnd_parts *parts);
/* Those that are Python's numbers get the dtype that result_type() tells of all (take.c). */
bool pnd_settle_numbers(PyObject *objects, pnd_parts *parts);
void pnd_release_parts(pnd_parts *parts);
#define PND_PARTS __attribute__((cleanup(pnd_release_parts))) pnd_parts

/* ---- dtypes and scalars (dtype.c, scalar.c) -------------------------------------------------- */

/* The dtype object, a new reference. */
static inline PyObject *pnd_dtype_object(nd_dtype dtype)
{
    return Py_NewRef(pnd.dtypes[dtype]);
}
/* 'b', 'i', 'u', 'f', 'c' and the letter of the dtype. */
char pnd_dtype_kind(nd_dtype dtype);
char pnd_dtype_char(nd_dtype dtype);
/* The dtype of a format of the buffer protocol in native byte order, ND_DTYPE_NONE if there is
 * none. */
nd_dtype pnd_dtype_from_format(const char *format, Py_ssize_t item);
/* The format of a dtype, NULL for bfloat16. */
const char *pnd_format_of(nd_dtype dtype);
/* The dtype of a scalar type or an object of it; ND_DTYPE_NONE without an exception if it is none.
 */
nd_dtype pnd_scalar_type_dtype(PyTypeObject *type);

/* A scalar object from the bytes of an element. */
PyObject *pnd_scalar_new(nd_dtype dtype, const void *element);
/* The bytes of a scalar object (16 of room). */
nd_dtype pnd_scalar_read(PyObject *scalar, void *element);
/* The same for an object of one of our types, ND_DTYPE_NONE for those of subclasses and others. */
nd_dtype pnd_scalar_read_exact(PyObject *scalar, void *element);
/* One element's bytes. */
static inline void pnd_copy_element(nd_dtype dtype, void *to, const void *from)
{
    const bool usual = dtype == ND_FLOAT64 || dtype == ND_INT64;
    switch (usual ? 8 : nd_dtype_size(dtype)) { /* known sizes need no call of memcpy() */
    case 1:
        memcpy(to, from, 1);
        break;
    case 2:
        memcpy(to, from, 2);
        break;
    case 4:
        memcpy(to, from, 4);
        break;
    case 8:
        memcpy(to, from, 8);
        break;
    default:
        memcpy(to, from, 16);
    }
}
/* A plain Python bool, int, float or complex from the bytes of an element. */
PyObject *pnd_python_scalar(nd_dtype dtype, const void *element);

/* ---- Arrays (ndarray.c) ---------------------------------------------------------------------- */

/* Takes over the reference; NULL raises the kept error. */
PyObject *pnd_wrap(nd_array *array);
/* The same, but 0-d results become scalars, as NumPy's do. */
PyObject *pnd_wrap_result(nd_array *array);
/* The same for what may share memory with `owner`: its base becomes what owns the memory. */
PyObject *pnd_wrap_view(nd_array *array, PyObject *owner);
/* Gives the object another array, whose reference is taken over. */
void pnd_replace(PyObject *object, nd_array *array);
/* Computes a pending array, without the GIL. */
bool pnd_force(nd_array *array);
/* Raises ValueError for an array that may not be written. */
bool pnd_check_writeable(PyObject *array);
/* `array` (whose reference is taken over) into `out`, if that is given: returns `out`, else the
 * result. */
PyObject *pnd_into(nd_array *array, PyObject *out);
/* The same of an object, or NULL with an exception. */
PyObject *pnd_object_into(PyObject *object, PyObject *out);

/* ---- Conversion (convert.c) ------------------------------------------------------------------ */

/* Any object as an array, without a copy where that is possible: a new reference. `dtype`
 * ND_DTYPE_NONE: what the object has. */
nd_array *pnd_to_array(PyObject *object);
nd_array *pnd_to_array_of(PyObject *object, nd_dtype dtype);
/* Any object as an array of `dtype`, if the cast goes no further than `casting`; ND_DTYPE_NONE: of
 * its own. */
nd_array *pnd_to_cast(PyObject *object, nd_dtype dtype, nd_casting casting);

/* What is written to an array of `dtype`: Python's numbers and lists become that dtype, and do not
 * fit if their values do not; arrays and scalars keep theirs, to be converted as they are written.
 */
nd_array *pnd_to_values(PyObject *object, nd_dtype dtype);

/* The same for assignments, in which scalars too must fit a signed dtype. */
nd_array *pnd_to_assigned(PyObject *object, nd_dtype dtype);
/* A Python int that is chosen beside integers of `dtype` wraps, as where() and select() have it: an
 * array of that dtype; NULL, mostly without an exception, for anything else. */
nd_array *pnd_to_wrapped(PyObject *object, nd_dtype dtype);
/* An array of `dtype` as an ndarray object; `object` itself if it is one of that dtype. */
PyObject *pnd_as_array_object(PyObject *object, nd_dtype dtype);
/* Warns, as NumPy does, where a conversion drops imaginary parts; false if that is an error. */
bool pnd_warn_of_parts(nd_dtype from, nd_dtype to);
/* Converts an element, as a cast of arrays does. */
bool pnd_convert(nd_dtype from, const void *source, nd_dtype to, char *element);
/* Writes a number, or a 0-d array or scalar, as an element. */
bool pnd_store(PyObject *object, nd_dtype dtype, char *element);
/* Releases a Py_buffer on the heap, on any thread: what nd_borrow() calls at the end. */
void pnd_free_buffer(void *view);
/* True if the object can be an operand of arithmetic: an array, a scalar, a number, a buffer, a
 * list. */
bool pnd_is_operand(PyObject *object);

/* An operand of an operation: array, or weak scalar. */
typedef struct pnd_operand {
    nd_operand operand;
    nd_array *owned; /* released by pnd_operand_clear() */
    bool huge;       /* a Python int beyond 64 bits: `operand` is its value rounded */
} pnd_operand;

bool pnd_to_operand(PyObject *object, pnd_operand *operand);
/* A scalar, strong, or a Python bool, int, float or complex, weak. False without an exception for
 * others, ints beyond int64 and subclasses among them. */
bool pnd_to_number(PyObject *object, nd_number *number);
static inline void pnd_operand_clear(pnd_operand *operand)
{
    if (operand->owned)
        nd_release(operand->owned);
}

/* ---- Operations ------------------------------------------------------------------------------ */

/* An elementwise operation on Python objects; `out` NULL or an ndarray to write to. Not wrapped: a
 * new reference. */
nd_array *pnd_elementwise(nd_op op, int count, PyObject *const *arguments, nd_array *out);
/* The same of numbers, without arrays. NULL without an exception if they are none, or if the
 * operation does not take them: what pnd_apply() says then. */
PyObject *pnd_apply_numbers(nd_op op, int count, PyObject *const *arguments);
/* The same, wrapped as a result. */
PyObject *pnd_apply(nd_op op, int count, PyObject *const *arguments);

/* array[key] and array[key] = value (index.c). */
PyObject *pnd_get_item(PyObject *array, PyObject *key);
int pnd_set_item(PyObject *array, PyObject *key, PyObject *value);
PyObject *pnd_iterate(PyObject *array);
/* ufunc.at(): array[key] = op(array[key], value), once for each time a place is named. */
bool pnd_apply_at(nd_op op, PyObject *array, PyObject *key, PyObject *value);
/* Axes of length 1 in front are dropped while there are more than `rank`, as NumPy's assignment
 * does. */
bool pnd_drop_axes(nd_array **array, int rank);
/* Writes any object into an array: array[...] = value. */
bool pnd_assign(nd_array *target, PyObject *value);

/* Comparison operators (operators.c); the buffer protocol (buffer.c). */
PyObject *pnd_compare(PyObject *a, PyObject *b, int operation);
int pnd_get_buffer(PyObject *array, Py_buffer *view, int flags);
void pnd_release_buffer(PyObject *array, Py_buffer *view);

/* The same bytes as another dtype (buffer.c). */
PyObject *pnd_view_as(PyObject *array, nd_dtype dtype);

/* False with a TypeError if casting is 'no' or 'equiv' and `from` is not `to`. */
bool pnd_check_strict(PyObject *casting, nd_dtype from, nd_dtype to);

/* The array in the dtype of `out` if casting='unsafe'; takes the reference over. */
nd_array *pnd_unsafe_for(nd_array *array, PyObject *out, nd_casting casting);
/* Says that dot() does not take an `out` (products.c). */
void pnd_refuse_product(void);

/* What is rarely asked for is written in Python: a call of a module's function with these
 * arguments, None for NULL. */
PyObject *pnd_in_python(const char *module, const char *name, PyObject *const *given, int count);

/* An array of bools that was made over bytes of something else; a copy with ones for what is
 * neither 0 nor 1, if there is any. Takes the reference over; NULL with the library's error kept.
 */
nd_array *pnd_true_bools(nd_array *array);
/* The bytes of an object, writeable if they can be; pnd_free_buffer() gives them back. */
Py_buffer *pnd_plain_buffer(PyObject *object);
/* An array over the bytes of a buffer, its element (0, ..., 0) `offset` bytes from the start;
 * within the buffer, or an exception. `strides` in bytes, or NULL: in `order`. */
PyObject *pnd_over_buffer(PyObject *buffer, nd_dtype dtype, const nd_shape *shape,
                          const int64_t *strides, char order, int64_t offset);

/* __array_interface__ (members.c). */
PyObject *pnd_array_interface(PyObject *array, void *unused);

/* repr() and str() (text.c). */
PyObject *pnd_repr(PyObject *array);
PyObject *pnd_str(PyObject *array);
PyObject *pnd_scalar_text(nd_dtype dtype, const void *element);
/* Whether scalars are written as Python's numbers: set_printoptions(legacy='1.25'). */
bool pnd_scalars_are_plain(void);

/* A reduction or scan of the table: the ufuncs' reduce() (reduce.c). NULL: left out. */
PyObject *pnd_reduce_as(nd_op op, PyObject *array, PyObject *axis, PyObject *dtype, PyObject *out,
                        PyObject *keepdims, PyObject *initial, PyObject *where);

/* The floats that the elements of an array are folded in for the sake of an `out` of more
 * precision, in which NumPy computes; ND_DTYPE_NONE if `out` asks for none. */
nd_dtype pnd_dtype_for_out(const nd_array *array, PyObject *out);

/* True if an argument's type takes ufuncs over, and the call of it (interop.c), with a dictionary
 * of words or NULL, with the names of those behind the arguments, or of an operator's ufunc. */
bool pnd_has_override(PyObject *const *arguments, int count);
/* What does not, without a look at its type's attributes. */
static inline bool pnd_is_plain(PyObject *object)
{
    return Py_TYPE(object) == pnd.array || PyFloat_CheckExact(object) || PyLong_CheckExact(object);
}
bool pnd_has_override_of_out(PyObject *out);
PyObject *pnd_override(PyObject *ufunc, const char *method, PyObject *const *arguments, int count,
                       PyObject *keywords);
PyObject *pnd_override_operator(const char *name, PyObject *a, PyObject *b, PyObject *out);
PyObject *pnd_call_override(PyObject *ufunc, const char *method, PyObject *const *arguments,
                            int count, PyObject *names);

/* ---- What the module is made of -------------------------------------------------------------- */

bool pnd_add_errors(PyObject *module);
bool pnd_add_dtypes(PyObject *module);
bool pnd_add_scalars(PyObject *module);
bool pnd_add_array(PyObject *module);
bool pnd_borrow(void); /* gives scalars what they have of arrays */
bool pnd_add_ufuncs(PyObject *module);
bool pnd_add_reductions(PyObject *module);
bool pnd_add_random(PyObject *module);

/* draws.c: where random numbers go.
 * Whether numbers of `dtype` can go to `out`: one of ours, of that dtype, without gaps, and as
 * `size` has it if that is given. In Fortran order only if `fortran` is not NULL, which tells
 * whether. */
bool pnd_check_draws(PyObject *out, nd_dtype dtype, PyObject *size, bool *fortran);
PyObject *pnd_permuted(nd_random *random, PyObject *x, PyObject *axis, PyObject *out);
/* What one thread at a time may use, as a stream is: one that draws much gives up the GIL, and
 * others wait until it is done. A turn may be taken again inside it. */
typedef struct pnd_turn {
    uint64_t user; /* the thread, or 0; changed with the GIL */
    int depth;
} pnd_turn;
pnd_turn *pnd_turn_begin(pnd_turn *turn);
void pnd_turn_end(pnd_turn **turn);
void pnd_count_forks(void); /* from now on */

/* seeds.c: a list of integers of 32 bits, freed by the caller with PyMem_Free(). */
uint32_t *pnd_to_words(PyObject *object, size_t *count);
extern PyMethodDef pnd_seed_functions[];

/* bounds.c: a Python integer as a value of an integer dtype: 0 if it is one, -1 if it is below the
 * least, 1 if above the greatest. */
int pnd_beyond(PyObject *integer, nd_dtype dtype, uint64_t *value);

/* Whether it is one number, and low (NULL: 0) to the last number before `high`, or `high`
 * itself, as values of an integer dtype; false with an exception. */
bool pnd_is_number(PyObject *object);
bool pnd_to_bounds(PyObject *low, PyObject *high, nd_dtype dtype, bool endpoint, uint64_t *first,
                   uint64_t *last);
extern PyNumberMethods *pnd_array_numbers;
extern PyType_Spec pnd_iterator_spec, pnd_flags_spec, pnd_flat_spec, pnd_walk_spec;
PyObject *pnd_flags_of(PyObject *array); /* array.flags and array.flat */
PyObject *pnd_flat_of(PyObject *array);

extern PyMethodDef pnd_progress_functions[];
extern PyMethodDef pnd_product_functions[], pnd_product_methods[];
extern PyMethodDef pnd_sort_functions[], pnd_sort_methods[];
extern PyMethodDef pnd_count_functions[], pnd_count_methods[];
extern PyMethodDef pnd_numeric_functions[];
extern PyMethodDef pnd_dlpack_functions[], pnd_dlpack_methods[];
extern PyMethodDef pnd_create_functions[], pnd_shape_functions[], pnd_shape_methods[],
    pnd_control_functions[], pnd_text_functions[], pnd_dtype_functions[], pnd_convert_functions[],
    pnd_element_functions[], pnd_element_methods[], pnd_linalg_functions[], pnd_linalg_methods[],
    pnd_array_methods[], pnd_reduce_methods[], pnd_choose_functions[], pnd_choose_methods[],
    pnd_number_methods[], pnd_index_functions[], pnd_index_methods[], pnd_join_functions[],
    pnd_join_methods[], pnd_take_functions[], pnd_take_methods[], pnd_arrange_functions[],
    pnd_member_methods[], pnd_file_functions[], pnd_interop_methods[],
    pnd_linalg_module_functions[];

#endif

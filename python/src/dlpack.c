/* DLPack: memory to and from other array libraries (torch, JAX, CuPy) without a copy.
 *
 * The structures are those of DLPack 1.0 (dlpack.h of the DMLC); a capsule holds the tensor until
 * somebody takes it over, which changes the capsule's name. */
#include "core.h"

#include <string.h>

typedef struct dl_device {
    int32_t type, id;
} dl_device;
enum { CPU = 1 };

typedef struct dl_dtype {
    uint8_t code, bits;
    uint16_t lanes;
} dl_dtype;
enum {
    CODE_INT = 0,
    CODE_UINT = 1,
    CODE_FLOAT = 2,
    CODE_BFLOAT = 4,
    CODE_COMPLEX = 5,
    CODE_BOOL = 6
};

typedef struct dl_tensor {
    void *data;
    dl_device device;
    int32_t rank;
    dl_dtype dtype;
    int64_t *shape, *strides; /* strides in elements; NULL: C order */
    uint64_t offset;
} dl_tensor;

typedef struct managed {
    dl_tensor tensor;
    void *context;
    void (*free)(struct managed *self);
} managed;

typedef struct versioned {
    struct {
        uint32_t major, minor;
    } version;
    void *context;
    void (*free)(struct versioned *self);
    uint64_t flags;
    dl_tensor tensor;
} versioned;
enum { FLAG_READ_ONLY = 1, FLAG_COPIED = 2 };

/* ---- Giving ---------------------------------------------------------------------------------- */

/* What stands behind a tensor that was given: either structure, and the array. */
typedef struct given_tensor {
    union {
        managed old;
        versioned new;
    };
    nd_array *array;
    bool lent;
    int64_t dims[2 * ND_MAX_RANK];
} given_tensor;

static void free_given(given_tensor *given)
{
    if (given->lent)
        nd_lend_done(given->array);
    nd_release(given->array);
    PyMem_RawFree(given);
}

static void free_old(managed *tensor)
{
    free_given((given_tensor *)tensor);
}

static void free_new(versioned *tensor)
{
    free_given((given_tensor *)tensor);
}

static void drop_capsule(PyObject *capsule)
{
    if (PyCapsule_IsValid(capsule, "dltensor")) {
        managed *tensor = PyCapsule_GetPointer(capsule, "dltensor");
        tensor->free(tensor);
    } else if (PyCapsule_IsValid(capsule, "dltensor_versioned")) {
        versioned *tensor = PyCapsule_GetPointer(capsule, "dltensor_versioned");
        tensor->free(tensor);
    }
}

static dl_dtype dtype_code(nd_dtype dtype)
{
    static const uint8_t codes[] = {CODE_BOOL, CODE_INT, CODE_UINT, CODE_FLOAT, CODE_COMPLEX};
    return (dl_dtype){.code = dtype == ND_BFLOAT16 ? CODE_BFLOAT : codes[nd_dtype_kind(dtype)],
                      .bits = (uint8_t)(8 * nd_dtype_size(dtype)),
                      .lanes = 1};
}

/* True if the device that is asked for, a pair of numbers, is the memory of the machine. */
static bool is_cpu(PyObject *device)
{
    int type, id;
    if (!pnd_given(device))
        return true;
    if (!PyArg_ParseTuple(device, "ii", &type, &id))
        return false;
    if (type == CPU && id == 0)
        return true;
    PyErr_Format(PyExc_BufferError,
                 "there is no device (%d, %d): arrays are in the memory of the CPU", type, id);
    return false;
}

PND_NAMED_FUNCTION(dlpack, "__dlpack__",
                   "self, *, stream=None, max_version=None, dl_device=None, copy=None",
                   "The array as a DLPack capsule.")
{
    int major = 0, minor = 0;
    if (pnd_given(given[1])) {
        PyErr_SetString(PyExc_RuntimeError, "__dlpack__: there are no streams");
        return NULL;
    }
    if (pnd_given(given[2]) && !PyArg_ParseTuple(given[2], "ii", &major, &minor))
        return NULL;
    if (!is_cpu(given[3]))
        return NULL;
    const int copy = pnd_given(given[4]) ? PyObject_IsTrue(given[4]) : 0;
    if (copy < 0)
        return NULL;
    PND_AUTO array = copy ? nd_copy(pnd_array_of(given[0])) : nd_retain(pnd_array_of(given[0]));
    if (!array || !pnd_force(array))
        return array ? NULL : pnd_raise();
    const bool writeable = copy || (nd_is_writeable(array) && !((pnd_array *)given[0])->locked);
    if (!writeable && major < 1) {
        PyErr_SetString(PyExc_BufferError,
                        "Cannot export readonly array since signalling readonly is unsupported by "
                        "DLPack (supported by newer DLPack version).");
        return NULL;
    }
    const nd_dtype dtype = nd_dtype_of(array);
    const int64_t item = (int64_t)nd_dtype_size(dtype);
    given_tensor *tensor = PyMem_RawCalloc(1, sizeof *tensor);
    if (!tensor)
        return PyErr_NoMemory();
    const int rank = nd_rank(array);
    for (int i = 0; i < rank; i++) {
        tensor->dims[i] = nd_lengths(array)[i];
        tensor->dims[rank + i] = nd_strides(array)[i] / item;
        if (nd_strides(array)[i] % item) {
            PyMem_RawFree(tensor);
            PyErr_SetString(PyExc_BufferError,
                            "DLPack only supports strides which are a multiple of itemsize.");
            return NULL;
        }
    }
    const bool lends = nd_is_writeable(array); /* locked ones too: they may be unlocked */
    void *data = !nd_size(array) ? NULL : lends ? nd_lend(array) : (void *)nd_data(array);
    if (nd_size(array) && !data) {
        PyMem_RawFree(tensor);
        return pnd_raise();
    }
    tensor->array = nd_retain(array);
    tensor->lent = data && lends;
    const dl_tensor described = {.data = data,
                                 .device = {CPU, 0},
                                 .rank = rank,
                                 .dtype = dtype_code(dtype),
                                 .shape = tensor->dims,
                                 .strides = tensor->dims + rank};
    if (major >= 1) {
        tensor->new.version.major = 1;
        tensor->new.free = free_new;
        tensor->new.flags = (writeable ? 0 : FLAG_READ_ONLY) | (copy ? FLAG_COPIED : 0);
        tensor->new.tensor = described;
    } else {
        tensor->old.free = free_old;
        tensor->old.tensor = described;
    }
    PyObject *capsule =
        PyCapsule_New(tensor, major >= 1 ? "dltensor_versioned" : "dltensor", drop_capsule);
    if (!capsule)
        free_given(tensor);
    return capsule;
}
PND_ALSO_METHOD(dlpack)

static PyObject *dlpack_device(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("(ii)", CPU, 0);
}

/* ---- Taking ---------------------------------------------------------------------------------- */

/* Called when the last array on the memory is gone, on any thread; the owner may want the GIL. */
static void free_taken_old(void *context)
{
    managed *tensor = context;
    const PyGILState_STATE state = PyGILState_Ensure();
    if (tensor->free)
        tensor->free(tensor);
    PyGILState_Release(state);
}

static void free_taken_new(void *context)
{
    versioned *tensor = context;
    const PyGILState_STATE state = PyGILState_Ensure();
    if (tensor->free)
        tensor->free(tensor);
    PyGILState_Release(state);
}

static nd_dtype dtype_from(dl_dtype code)
{
    if (code.lanes != 1)
        return ND_DTYPE_NONE;
    for (int i = 0; i < ND_DTYPE_COUNT; i++) {
        const dl_dtype one = dtype_code((nd_dtype)i);
        if (one.code == code.code && one.bits == code.bits)
            return (nd_dtype)i;
    }
    return ND_DTYPE_NONE;
}

static nd_array *taken(const dl_tensor *tensor, bool writeable, void (*release)(void *),
                       void *context)
{
    const nd_dtype dtype = dtype_from(tensor->dtype);
    if (tensor->device.type != CPU) {
        PyErr_Format(PyExc_BufferError,
                     "from_dlpack: the tensor is on device type %d, not in the memory of the CPU",
                     tensor->device.type);
        return NULL;
    }
    if (dtype == ND_DTYPE_NONE || tensor->rank < 0 || tensor->rank > ND_MAX_RANK) {
        PyErr_Format(PyExc_BufferError,
                     "from_dlpack: elements of code %d and %d bits in %d axes are not known here",
                     tensor->dtype.code, tensor->dtype.bits, tensor->rank);
        return NULL;
    }
    nd_shape shape = {.rank = tensor->rank};
    int64_t strides[ND_MAX_RANK];
    bool empty = false;
    for (int i = 0; i < tensor->rank; i++) {
        shape.length[i] = tensor->shape[i];
        empty |= !tensor->shape[i];
        if (tensor->strides)
            strides[i] = tensor->strides[i] * (int64_t)nd_dtype_size(dtype);
    }
    nd_array *array;
    if (empty || !tensor->data) {
        array = nd_empty(dtype, shape);
        if (array)
            release(context);
    } else {
        array = nd_borrow(dtype, shape, tensor->strides ? strides : NULL,
                          (char *)tensor->data + tensor->offset, writeable, release, context);
    }
    return array ? array : pnd_raise();
}

PND_FUNCTION(from_dlpack, "x, /, *, device=None, copy=None",
             "An array on the memory of another library's.")
{
    if (pnd_given(given[1]) &&
        !(PyUnicode_Check(given[1]) && PyUnicode_CompareWithASCIIString(given[1], "cpu") == 0)) {
        PyErr_Format(PyExc_ValueError,
                     "Device not understood. Only \"cpu\" is allowed, but received: %R", given[1]);
        return NULL;
    }
    PND_OBJECT method = PyObject_GetAttrString(given[0], "__dlpack__");
    PND_OBJECT words = method ? Py_BuildValue("{s(ii)sO}", "max_version", 1, 0, "copy",
                                              given[2] ? given[2] : Py_None)
                              : NULL;
    PND_OBJECT none = words ? PyTuple_New(0) : NULL;
    PND_OBJECT capsule = none ? PyObject_Call(method, none, words) : NULL;
    bool must_copy = false;
    if (!capsule && none &&
        PyErr_ExceptionMatches(PyExc_TypeError)) { /* an older library knows no words */
        PyErr_Clear();
        capsule = PyObject_CallNoArgs(method);
        if (!pnd_to_bool(given[2], &must_copy))
            return NULL;
    }
    if (!capsule)
        return NULL;
    PND_AUTO array = NULL;
    if (PyCapsule_IsValid(capsule, "dltensor_versioned")) {
        versioned *tensor = PyCapsule_GetPointer(capsule, "dltensor_versioned");
        if (tensor->version.major > 1) {
            PyErr_SetString(PyExc_BufferError,
                            "from_dlpack: the exported DLPack major version is too high");
            return NULL;
        }
        array = taken(&tensor->tensor, !(tensor->flags & FLAG_READ_ONLY), free_taken_new, tensor);
        if (array)
            PyCapsule_SetName(capsule, "used_dltensor_versioned");
    } else if (PyCapsule_IsValid(capsule, "dltensor")) {
        managed *tensor = PyCapsule_GetPointer(capsule, "dltensor");
        array = taken(&tensor->tensor, true, free_taken_old, tensor);
        if (array)
            PyCapsule_SetName(capsule, "used_dltensor");
    } else {
        PyErr_SetString(PyExc_TypeError, "from_dlpack: __dlpack__() did not give a DLPack capsule");
    }
    if (!array)
        return NULL;
    return pnd_wrap(must_copy ? nd_copy(array) : nd_retain(array));
}

PyMethodDef pnd_dlpack_functions[] = {PND_ROW(from_dlpack), {0}};
PyMethodDef pnd_dlpack_methods[] = {
    PND_METHOD_ROW("__dlpack__", dlpack),
    {"__dlpack_device__", dlpack_device, METH_NOARGS, "(1, 0): the memory of the CPU."},
    {0},
};

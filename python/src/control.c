/* What ndstream has beyond NumPy: computing what is pending, explaining it, threads and memory. */
#include "core.h"

/* (Not inlined: one array with its elements would save registers for what it does not do.) */
__attribute__((noinline)) static PyObject *eval_all(PyObject *const *arguments, Py_ssize_t count)
{
    nd_array **arrays = PyMem_Malloc(sizeof *arrays * (size_t)(count + 1));
    if (!arrays)
        return PyErr_NoMemory();
    int pending = 0;
    int64_t elements = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (!pnd_is_array(arguments[i])) {
            if (pnd_is_scalar(arguments[i]))
                continue;
            PyErr_Format(PyExc_TypeError, "eval() takes arrays, not %.200s",
                         Py_TYPE(arguments[i])->tp_name);
            PyMem_Free(arrays);
            return NULL;
        }
        arrays[pending] = pnd_array_of(arguments[i]);
        elements += nd_size(arrays[pending++]);
    }
    nd_status status;
    PND_UNLOCKED(elements, status = nd_eval(pending, arrays));
    PyMem_Free(arrays);
    if (!pnd_check(status))
        return NULL;
    if (count == 1)
        return Py_NewRef(arguments[0]);
    PyObject *tuple = PyTuple_New(count);
    for (Py_ssize_t i = 0; tuple && i < count; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(arguments[i]));
    return tuple;
}

static PyObject *eval(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    return count == 1 && Py_TYPE(arguments[0]) == pnd.array &&
                   !nd_is_pending(pnd_array_of(arguments[0]))
               ? Py_NewRef(arguments[0])
               : eval_all(arguments, count);
}

PND_FUNCTION(is_pending, "array", "True if the elements are not computed yet.")
{
    return PyBool_FromLong(pnd_is_array(given[0]) && nd_is_pending(pnd_array_of(given[0])));
}

PND_NAMED_FUNCTION(explain_text, "_explain", "array", "The text of explain().")
{
    if (!pnd_is_array(given[0])) {
        PyErr_Format(PyExc_TypeError, "explain() takes an array, not %.200s",
                     Py_TYPE(given[0])->tp_name);
        return NULL;
    }
    nd_array *array = pnd_array_of(given[0]);
    const size_t length = nd_explain(array, NULL, 0);
    char *text = PyMem_Malloc(length + 1);
    if (!text)
        return PyErr_NoMemory();
    nd_explain(array, text, length + 1);
    PyObject *object = PyUnicode_FromString(text);
    PyMem_Free(text);
    return object;
}

PND_FUNCTION(set_num_threads, "threads",
             "Sets how many threads large operations use; 0: one for each CPU.")
{
    int threads = 0;
    if (!pnd_to_int(given[0], &threads))
        return NULL;
    if (threads < 0) {
        PyErr_SetString(PyExc_ValueError, "set_num_threads: at least 1, or 0 for one for each CPU");
        return NULL;
    }
    nd_set_num_threads(threads);
    Py_RETURN_NONE;
}

PND_FUNCTION(get_num_threads, "", "Threads that a large operation would use now.")
{
    (void)given;
    return PyLong_FromLong(nd_num_threads());
}

PND_FUNCTION(set_memory_budget, "bytes", "Limits the bytes that arrays hold at once; 0: no limit.")
{
    int64_t bytes = 0;
    if (!pnd_to_int64(given[0], &bytes))
        return NULL;
    if (bytes < 0) {
        PyErr_SetString(PyExc_ValueError, "memory_budget: bytes, or 0 for no limit");
        return NULL;
    }
    nd_set_memory_budget((size_t)bytes);
    Py_RETURN_NONE;
}

PND_FUNCTION(memory, "",
             "What the memory of arrays looks like, in bytes: used, cached, peak, total, budget.")
{
    (void)given;
    const nd_memory_info info = nd_memory();
    return Py_BuildValue("{snsnsnsnsn}", "used", (Py_ssize_t)info.used, "cached",
                         (Py_ssize_t)info.cached, "peak", (Py_ssize_t)info.peak, "total",
                         (Py_ssize_t)info.total, "budget", (Py_ssize_t)info.budget);
}

PND_FUNCTION(set_lazy, "elements",
             "From how many elements on operations are computed later; 0: never.")
{
    int64_t elements = 0;
    if (!pnd_to_int64(given[0], &elements) || !pnd_check(nd_set_lazy(elements)))
        return NULL;
    Py_RETURN_NONE;
}

PND_FUNCTION(get_lazy, "", "What set_lazy() set.")
{
    (void)given;
    return PyLong_FromLongLong(nd_lazy());
}

PND_FUNCTION(
    set_fast_math, "on",
    "Whether what this thread computes later may be rewritten at the cost of some rounding: "
    "x / 3 as a product, x + 1 + 2 as x + 3. Off at start. (See nd_set_fast_math() in C.)")
{
    const int on = PyObject_IsTrue(given[0]);
    if (on < 0)
        return NULL;
    nd_set_fast_math(on);
    Py_RETURN_NONE;
}

PND_FUNCTION(get_fast_math, "", "What set_fast_math() set on this thread.")
{
    (void)given;
    return PyBool_FromLong(nd_fast_math());
}

PND_FUNCTION(config, "", "What this build is, and what it chose on this machine.")
{
    (void)given;
    const nd_configuration c = nd_config();
    return Py_BuildValue("{sssssssssssssi}", "version", c.version, "isa", c.isa, "isa_best",
                         c.isa_best, "blas", c.blas, "lapack", c.lapack, "vector_math",
                         c.vector_math, "threads", c.threads);
}

PyMethodDef pnd_control_functions[] = {
    {"eval", (PyCFunction)(void (*)(void))eval, METH_FASTCALL,
     "eval(*arrays)\n--\n\nComputes what is pending, in shared passes; returns the arrays."},
    PND_ROW(is_pending),
    PND_ROW_NAMED("_explain", explain_text),
    PND_ROW(set_num_threads),
    PND_ROW(get_num_threads),
    PND_ROW(set_memory_budget),
    PND_ROW(memory),
    PND_ROW(set_lazy),
    PND_ROW(get_lazy),
    PND_ROW(set_fast_math),
    PND_ROW(get_fast_math),
    PND_ROW(config),
    {0},
};

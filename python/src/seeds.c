/* Words of seeds: lists of them, and what SeedSequence of random.py makes of them. */
#include "core.h"

uint32_t *pnd_to_words(PyObject *object, size_t *count)
{
    PND_OBJECT items = PySequence_Tuple(object);
    if (!items)
        return NULL;
    *count = (size_t)PyTuple_GET_SIZE(items);
    uint32_t *words = PyMem_Malloc((*count + 1) * sizeof *words);
    if (!words) {
        PyErr_NoMemory();
        return NULL;
    }
    for (size_t i = 0; i < *count; i++) {
        const unsigned long word = PyLong_AsUnsignedLong(PyTuple_GET_ITEM(items, (Py_ssize_t)i));
        if (word > UINT32_MAX || PyErr_Occurred()) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_ValueError, "a word of a seed is of 32 bits");
            PyMem_Free(words);
            return NULL;
        }
        words[i] = (uint32_t)word;
    }
    return words;
}

/* The elements of a new array of words, or NULL with an exception. */
static uint32_t *new_words(int64_t count, nd_array **array)
{
    *array = nd_empty(ND_UINT32, ND_SHAPE(count));
    uint32_t *words = *array ? nd_data_once(*array) : NULL;
    if (!words)
        pnd_raise();
    return words;
}

PND_NAMED_FUNCTION(seed_pool, "_seed_pool", "words, key, size", "SeedSequence.pool.")
{
    size_t count, key_count = 0;
    int64_t size = 0;
    PND_AUTO array = NULL;
    uint32_t *words = pnd_to_words(given[0], &count),
             *key = words ? pnd_to_words(given[1], &key_count) : NULL,
             *pool = key && pnd_to_int64(given[2], &size) ? new_words(size, &array) : NULL;
    if (pool)
        nd_seed_pool(words, count, key, key_count, pool, (size_t)size);
    PyMem_Free(words);
    PyMem_Free(key);
    return pool ? pnd_wrap(nd_retain(array)) : NULL;
}

PND_NAMED_FUNCTION(seed_state, "_seed_state", "pool, count", "SeedSequence.generate_state().")
{
    int64_t count = 0;
    PND_AUTO pool = pnd_to_array_of(given[0], ND_UINT32);
    PND_AUTO plain = pool ? nd_ascontiguous(pool) : NULL;
    if (!plain || !pnd_to_int64(given[1], &count))
        return PyErr_Occurred() ? NULL : pnd_raise();
    PND_AUTO array = NULL;
    uint32_t *state = new_words(count, &array);
    if (!state)
        return NULL;
    nd_seed_state(nd_data(plain), (size_t)nd_size(plain), state, (size_t)count);
    return pnd_wrap(nd_retain(array));
}

PyMethodDef pnd_seed_functions[] = {
    PND_ROW_NAMED("_seed_pool", seed_pool), PND_ROW_NAMED("_seed_state", seed_state), {0}};

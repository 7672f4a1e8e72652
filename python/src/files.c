/* Arrays in files: .npy, .npz and tables of text. The words of the calls are read in Python
 * (npyio.py). */
#include "core.h"

#include <string.h>

/* A path as bytes of the file system, a new reference. */
static PyObject *path_of(PyObject *object)
{
    PyObject *bytes = NULL;
    return PyUnicode_FSConverter(object, &bytes) ? bytes : NULL;
}

/* An error of a file: what the system says as open() would raise it, a FileNotFoundError and the
 * like. */
static void *raise_file(PyObject *path)
{
    const int number = nd_error() == ND_ERROR_FILE ? nd_error_system() : 0;
    if (!number)
        return pnd_raise();
    nd_error_clear();
    errno = number;
    return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
}

PND_NAMED_FUNCTION(load_npy, "_load_npy", "path, mapped=False",
                   "Reads a .npy file, or maps it into memory.")
{
    bool mapped = false;
    PND_OBJECT path = path_of(given[0]);
    if (!path || !pnd_to_bool(given[1], &mapped))
        return NULL;
    nd_array *array;
    PND_UNLOCKED(PND_LARGE, array = mapped ? nd_map_npy(PyBytes_AS_STRING(path))
                                           : nd_load_npy(PyBytes_AS_STRING(path)));
    return array ? pnd_wrap(array) : raise_file(given[0]);
}

PND_NAMED_FUNCTION(save_npy, "_save_npy", "path, array", "Writes a .npy file.")
{
    PND_OBJECT path = path_of(given[0]);
    PND_AUTO array = path ? pnd_to_array(given[1]) : NULL;
    if (!array)
        return NULL;
    nd_status status;
    PND_UNLOCKED(PND_LARGE, status = nd_save_npy(PyBytes_AS_STRING(path), array));
    return status == ND_OK ? Py_NewRef(Py_None) : raise_file(given[0]);
}

PND_NAMED_FUNCTION(save_npz, "_save_npz", "path, arrays, compress",
                   "Writes a dictionary of arrays as a .npz file.")
{
    bool compress = false;
    PND_OBJECT path = path_of(given[0]);
    if (!path || !pnd_to_bool(given[2], &compress) || !PyDict_Check(given[1]))
        return NULL;
    const Py_ssize_t count = PyDict_GET_SIZE(given[1]);
    const char **names = PyMem_Calloc((size_t)count + 1, sizeof *names);
    nd_array **arrays = PyMem_Calloc((size_t)count + 1, sizeof *arrays);
    Py_ssize_t at = 0, ready = 0;
    PyObject *name, *value;
    bool good = names && arrays;
    while (good && PyDict_Next(given[1], &at, &name, &value)) {
        names[ready] = PyUnicode_AsUTF8(name);
        arrays[ready] = names[ready] ? pnd_to_array(value) : NULL;
        good = arrays[ready] != NULL;
        ready += good;
    }
    if (good) {
        nd_status status;
        PND_UNLOCKED(PND_LARGE, status = nd_save_npz(PyBytes_AS_STRING(path), (int)count, names,
                                                     (const nd_array *const *)arrays, compress));
        good = status == ND_OK || raise_file(given[0]);
    } else if (!names || !arrays) {
        PyErr_NoMemory();
    }
    while (ready)
        nd_release(arrays[--ready]);
    PyMem_Free(names);
    PyMem_Free(arrays);
    return good ? Py_NewRef(Py_None) : NULL;
}

PND_NAMED_FUNCTION(names_npz, "_names_npz", "path", "The names of the arrays of a .npz file.")
{
    PND_OBJECT path = path_of(given[0]);
    if (!path)
        return NULL;
    nd_archive *archive = nd_open_npz(PyBytes_AS_STRING(path));
    if (!archive)
        return raise_file(given[0]);
    const int64_t count = nd_archive_count(archive);
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (int64_t i = 0; list && i < count; i++) {
        PyObject *name = PyUnicode_FromString(nd_archive_name(archive, i));
        if (!name)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, (Py_ssize_t)i, name);
    }
    nd_archive_close(archive);
    return list;
}

PND_NAMED_FUNCTION(load_npz, "_load_npz", "path, name", "One array of a .npz file.")
{
    PND_OBJECT path = path_of(given[0]);
    const char *name = path ? PyUnicode_AsUTF8(given[1]) : NULL;
    if (!name)
        return NULL;
    nd_array *array;
    PND_UNLOCKED(PND_LARGE, array = nd_load_npz(PyBytes_AS_STRING(path), name));
    return array ? pnd_wrap(array) : raise_file(given[0]);
}

/* Texts of a list or tuple, ending in NULL: the caller frees the list, which `items` keeps alive.
 */
static const char **names_of(PyObject *items)
{
    const Py_ssize_t count = PyTuple_GET_SIZE(items);
    const char **names = PyMem_Calloc((size_t)count + 1, sizeof *names);
    for (Py_ssize_t i = 0; names && i < count; i++)
        if (!(names[i] = PyUnicode_AsUTF8(PyTuple_GET_ITEM(items, i)))) {
            PyMem_Free(names);
            return NULL;
        }
    if (!names)
        PyErr_NoMemory();
    return names;
}

PND_NAMED_FUNCTION(load_text, "_load_text",
                   "source, dtype, separator, comment, skip, most, columns, lenient",
                   "A table of numbers as a 2-d array: of a file, or of a text as bytes.")
{
    static const char *const none[] = {NULL};
    const bool in_memory = PyBytes_Check(given[0]);
    PND_OBJECT path = in_memory ? PyBytes_FromString("the text") : path_of(given[0]);
    const char *separator = path ? PyUnicode_AsUTF8(given[2]) : NULL;
    const char *comment = separator ? PyUnicode_AsUTF8(given[3]) : NULL;
    nd_dtype dtype = ND_FLOAT64;
    nd_csv_options options = {.no_header = true};
    if (!comment || !pnd_to_dtype(given[1], &dtype) ||
        !pnd_to_int64(given[4], &options.skip_lines) ||
        !pnd_to_int64(given[5], &options.max_rows) || !pnd_to_bool(given[7], &options.lenient))
        return NULL;
    options.separator = separator[0];
    options.comment = comment[0];
    options.missing = options.lenient ? NULL : none;
    if (in_memory) {
        options.text = PyBytes_AS_STRING(given[0]);
        options.text_bytes = (size_t)PyBytes_GET_SIZE(given[0]);
    }
    const char **names = pnd_given(given[6]) ? names_of(given[6]) : NULL;
    if (PyErr_Occurred())
        return NULL;
    options.columns = names;
    nd_array *array;
    PND_UNLOCKED(PND_LARGE, array = nd_load_text_as(PyBytes_AS_STRING(path), dtype, &options));
    PyMem_Free(names);
    if (!array && (nd_error() == ND_ERROR_DTYPE || nd_error() == ND_ERROR_ARGUMENT)) {
        return pnd_raise_as(PyExc_ValueError);
    }
    return array ? pnd_wrap(array) : raise_file(given[0]);
}

PyMethodDef pnd_file_functions[] = {
    PND_ROW_NAMED("_load_npy", load_npy),
    PND_ROW_NAMED("_save_npy", save_npy),
    PND_ROW_NAMED("_save_npz", save_npz),
    PND_ROW_NAMED("_names_npz", names_npz),
    PND_ROW_NAMED("_load_npz", load_npz),
    PND_ROW_NAMED("_load_text", load_text),
    {0},
};

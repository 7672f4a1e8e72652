/* Elements as they lie in a file: reading, mapping, byte order, and writing from any layout. */
#include "io/elements.h"

#include <string.h>

#include "base/pool.h"
#include "base/progress.h"

enum {
    WRITE_BLOCK = 4 << 20, /* bytes of a strided array that are gathered at a time */
    SWAP_GRAIN = 1 << 16,
};

bool ndi_elements_measure(ndi_elements *elements)
{
    const size_t item = nd_dtype_size(elements->dtype);
    elements->size = ndi_count_elements(elements->rank, elements->lengths, item);
    elements->bytes = elements->size < 0 ? 0 : (size_t)elements->size * item;
    return elements->size >= 0;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static bool fail_short(const ndi_source *source, int64_t got, size_t bytes)
{
    ndi_fail(ND_ERROR_TRUNCATED, "%s: the data are cut off: the file holds %lld of %zu bytes",
             source->name, (long long)got, bytes);
    return false;
}

/* Whether a source that knows its size is long enough: asked before any memory is taken. */
static bool long_enough(const ndi_source *source, const ndi_elements *elements)
{
    int64_t there = source->size - elements->data_at;
    return source->size < 0 || there >= (int64_t)elements->bytes ||
           fail_short(source, there < 0 ? 0 : there, elements->bytes);
}

struct swap {
    char *data;
    size_t item;
};

static void swap_part(void *context, size_t begin, size_t end)
{
    const struct swap *swap = context;
    switch (swap->item) {
#define CASE(bytes, type, function)                                                                \
    case bytes:                                                                                    \
        for (type *p = (type *)swap->data + begin, *last = (type *)swap->data + end; p < last;     \
             p++)                                                                                  \
            *p = function(*p);                                                                     \
        break;
        CASE(2, uint16_t, __builtin_bswap16)
        CASE(4, uint32_t, __builtin_bswap32)
        CASE(8, uint64_t, __builtin_bswap64)
#undef CASE
    }
}

static void swap_bytes(nd_array *array)
{
    bool complex = nd_dtype_kind((nd_dtype)array->dtype) == ND_KIND_COMPLEX;
    size_t item = nd_dtype_size((nd_dtype)array->dtype) / (complex ? 2 : 1);
    struct swap swap = {array->data, item};
    ndi_parallel_for((size_t)array->size * (complex ? 2 : 1), SWAP_GRAIN, swap_part, &swap);
}

nd_array *ndi_elements_read(ndi_source *source, const ndi_elements *elements)
{
    int reversed[ND_MAX_RANK];
    for (int i = 0; i < elements->rank; i++)
        reversed[i] = elements->rank - 1 - i;
    if (!long_enough(source, elements))
        return NULL;
    nd_array *array = ndi_new(elements->dtype, elements->rank, elements->lengths,
                              elements->fortran ? reversed : NULL);
    if (!array)
        return NULL;
    int64_t got = ndi_source_read(source, array->data, elements->bytes);
    if (got < (int64_t)elements->bytes) {
        if (got >= 0)
            fail_short(source, got, elements->bytes);
        ndi_drop(array);
        return NULL;
    }
    if (elements->swapped)
        swap_bytes(array);
    if (elements->dtype == ND_BOOL) /* any byte but 0 is true; in memory only 1 is */
        for (int64_t i = 0; i < array->size; i++)
            array->data[i] = array->data[i] != 0;
    return array;
}

nd_array *ndi_elements_map(ndi_file *file, ndi_source *source, const ndi_elements *elements)
{
    int64_t strides[ND_MAX_RANK], lengths[ND_MAX_RANK];
    const int rank = elements->rank;
    if (!long_enough(source, elements))
        return NULL;
    if (elements->swapped)
        return ndi_fail(ND_ERROR_DTYPE,
                        "%s: the elements are in the other byte order; such a file is read, "
                        "not mapped (nd_load_npy, nd_load_raw)",
                        file->path);
    size_t item = nd_dtype_size(elements->dtype);
    size_t alignment = nd_dtype_kind(elements->dtype) == ND_KIND_COMPLEX ? item / 2 : item;
    if (file->size < 0 || elements->data_at % (int64_t)alignment != 0) {
        nd_array *array = ndi_elements_read(source, elements);
        if (array)
            array->writeable = false; /* like a mapping */
        return array;
    }
    ndi_storage *storage = ndi_file_map(file);
    if (!storage)
        return NULL;
    for (int i = 0; i < rank; i++)
        lengths[i] = elements->lengths[elements->fortran ? rank - 1 - i : i];
    ndi_contiguous_strides(rank, lengths, item, strides);
    if (elements->fortran)
        for (int i = 0; i < rank / 2; i++) {
            int64_t stride = strides[i];
            strides[i] = strides[rank - 1 - i];
            strides[rank - 1 - i] = stride;
        }
    return ndi_new_on_storage(storage, elements->dtype, rank, elements->lengths, strides,
                              (char *)storage->memory + elements->data_at);
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* Elements on their way. */
struct writing {
    const ndi_sink *sink;
    const char *name;
    size_t done, bytes;
};

static bool write_run(struct writing *writing, const char *data, size_t bytes)
{
    while (bytes > 0) {
        size_t block = ndi_progress_wanted() && bytes > WRITE_BLOCK ? WRITE_BLOCK : bytes;
        if (!writing->sink->write(writing->sink->context, data, block))
            return false;
        data += block;
        bytes -= block;
        writing->done += block;
        if (writing->bytes > WRITE_BLOCK &&
            !ndi_progress_report(writing->name, (double)writing->done / (double)writing->bytes))
            return false;
    }
    return true;
}

/* Elements in C order, gathered in blocks where they do not lie so. */
static bool write_elements(struct writing *writing, const nd_array *array)
{
    if (array->size == 0)
        return true;
    size_t item = nd_dtype_size((nd_dtype)array->dtype);
    if (array->contiguous)
        return write_run(writing, array->data, (size_t)array->size * item);
    if ((size_t)array->size * item <= WRITE_BLOCK) {
        nd_array *copy = nd_ascontiguous(array);
        bool written =
            copy && ndi_force(copy) && write_run(writing, copy->data, (size_t)copy->size * item);
        ndi_drop(copy);
        return written;
    }
    int64_t rows = ndi_lengths(array)[0], row_bytes = array->size / rows * (int64_t)item;
    int64_t at_once = row_bytes < WRITE_BLOCK ? WRITE_BLOCK / row_bytes : 1;
    bool drop_axis = at_once == 1; /* go down into one row */
    bool written = true;
    for (int64_t i = 0; i < rows && written; i += at_once) {
        int64_t lengths[ND_MAX_RANK];
        memcpy(lengths, ndi_lengths(array), array->rank * sizeof *lengths);
        lengths[0] = rows - i < at_once ? rows - i : at_once;
        nd_array *part = ndi_new_view(array, (nd_dtype)array->dtype, array->rank - drop_axis,
                                      lengths + drop_axis, ndi_strides(array) + drop_axis,
                                      array->data + i * ndi_strides(array)[0]);
        written = part && write_elements(writing, part);
        ndi_drop(part);
    }
    return written;
}

bool ndi_elements_in_fortran_order(const nd_array *array)
{
    return !array->contiguous && nd_is_fortran_contiguous(array);
}

bool ndi_elements_write(const ndi_sink *sink, const char *name, const nd_array *array, bool fortran)
{
    struct writing writing = {.sink = sink, .name = name, .bytes = nd_bytes(array)};
    return fortran ? write_run(&writing, array->data, nd_bytes(array))
                   : write_elements(&writing, array);
}

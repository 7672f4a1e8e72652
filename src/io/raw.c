/* Files without a header: elements and nothing else. */
#include <ndstream/io.h>

#include "io/elements.h"

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
static const nd_byte_order native = ND_BIG_ENDIAN;
#else
static const nd_byte_order native = ND_LITTLE_ENDIAN;
#endif

/* Works out the length that is -1. */
static bool complete_shape(const ndi_file *file, ndi_elements *elements)
{
    int64_t rest = file->size - elements->data_at, row = (int64_t)nd_dtype_size(elements->dtype);
    int open = -1;
    for (int i = 0; i < elements->rank; i++) {
        if (elements->lengths[i] >= 0) {
            if (__builtin_mul_overflow(row, elements->lengths[i], &row))
                row = 0;
        } else if (elements->lengths[i] == -1 && open < 0) {
            open = i;
        } else {
            return ndi_fail(ND_ERROR_SHAPE, "%s: a length is negative; one may be -1", file->path);
        }
    }
    if (open < 0)
        return true;
    if (file->size < 0)
        return ndi_fail(ND_ERROR_SHAPE, "%s: its size is not known, so no length may be -1",
                        file->path);
    if (rest < 0 || row == 0 || rest % row != 0)
        return ndi_fail(ND_ERROR_VALUE,
                        "%s: %lld bytes behind offset %lld are no whole number of %s", file->path,
                        (long long)(rest < 0 ? 0 : rest), (long long)elements->data_at,
                        row == 0 ? "rows without elements" : "elements or rows");
    elements->lengths[open] = rest / row;
    return true;
}

/* A pipe is read up to the first element. */
static bool skip(ndi_source *source, int64_t bytes)
{
    char block[4096];
    if (source->size >= 0) {
        source->at = bytes;
        return true;
    }
    while (source->at < bytes) {
        int64_t left = bytes - source->at;
        size_t wanted = left < (int64_t)sizeof block ? (size_t)left : sizeof block;
        int64_t got = ndi_source_read(source, block, wanted);
        if (got < 0)
            return false;
        if (got == 0)
            return ndi_fail(ND_ERROR_TRUNCATED, "%s: ends before offset %lld", source->name,
                            (long long)bytes);
    }
    return true;
}

static nd_array *load(const char *path, nd_dtype dtype, nd_shape shape,
                      const nd_raw_options *options, bool map)
{
    static const nd_raw_options usual;
    nd_array *array = NULL;
    ndi_file file;
    options = options ? options : &usual;
    if ((unsigned)dtype >= ND_DTYPE_COUNT || shape.rank < 0 || shape.rank > ND_MAX_RANK)
        return ndi_fail((unsigned)dtype >= ND_DTYPE_COUNT ? ND_ERROR_DTYPE : ND_ERROR_SHAPE,
                        "load_raw: %s: no dtype, or no shape of 0 to %d axes", path ? path : "",
                        ND_MAX_RANK);
    if (options->offset < 0)
        return ndi_fail(ND_ERROR_VALUE, "load_raw: %s: the offset is negative: %lld",
                        path ? path : "", (long long)options->offset);
    if (!ndi_file_open(&file, path))
        return NULL;
    ndi_source source = ndi_file_source(&file);
    ndi_elements elements = {.dtype = dtype,
                             .swapped = options->byte_order != ND_NATIVE_ENDIAN &&
                                        options->byte_order != native && nd_dtype_size(dtype) > 1,
                             .fortran = options->fortran,
                             .rank = shape.rank,
                             .data_at = options->offset};
    for (int i = 0; i < shape.rank; i++)
        elements.lengths[i] = shape.length[i];
    if (!complete_shape(&file, &elements))
        goto done;
    if (!ndi_elements_measure(&elements)) {
        ndi_fail(ND_ERROR_SHAPE, "load_raw: %s: the array is larger than the address space", path);
        goto done;
    }
    if (skip(&source, elements.data_at))
        array = map ? ndi_elements_map(&file, &source, &elements)
                    : ndi_elements_read(&source, &elements);
done:
    ndi_file_close(&file);
    return array;
}

nd_array *nd_load_raw(const char *path, nd_dtype dtype, nd_shape shape,
                      const nd_raw_options *options)
{
    return load(path, dtype, shape, options, false);
}

nd_array *nd_map_raw(const char *path, nd_dtype dtype, nd_shape shape,
                     const nd_raw_options *options)
{
    return load(path, dtype, shape, options, true);
}

nd_status nd_save_raw(const char *path, const nd_array *array)
{
    ndi_output output;
    if (!array)
        return ndi_no_array("save_raw");
    if (!ndi_force(array) || !ndi_output_open(&output, path))
        return nd_error();
    const ndi_sink sink = ndi_output_sink(&output);
    if (!ndi_elements_write(&sink, path, array, false))
        output.failed = true;
    return ndi_output_close(&output) ? ND_OK : nd_error();
}

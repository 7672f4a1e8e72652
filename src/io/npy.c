/* NumPy's .npy files: a short text header, then the elements as they lie in memory.
 *
 * The format: "\x93NUMPY", two bytes of version, the length of the header (two bytes in version 1,
 * four in 2 and 3, little endian), the header (a Python dict literal: latin-1, UTF-8 in version 3),
 * the elements. Specified in NumPy's numpy/lib/format.py and NEP 1. */
#include <stdio.h>
#include <string.h>

#include <ndstream/io.h>

#include "array/dtype.h"
#include "base/pool.h"
#include "io/file.h"

enum {
    PREFIX_BYTES = 12,      /* magic, version, length of the longer kind */
    HEADER_LIMIT = 1 << 20, /* far above any header of an array of numbers */
    ALIGNMENT = 64,         /* of the first element, in files that are written */
    WRITE_BLOCK = 4 << 20,  /* bytes of a strided array that are gathered at a time */
    SWAP_GRAIN = 1 << 16,
    GROWTH_DIGITS = 21, /* NumPy leaves room for the first length to grow to so many digits */
};

static const char magic[6] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define NATIVE '>'
#else
#define NATIVE '<'
#endif

/* What a header says. */
struct header {
    nd_dtype dtype;
    bool swapped; /* elements are in the other byte order */
    bool fortran;
    int rank;
    int64_t lengths[ND_MAX_RANK];
    int64_t size;    /* elements */
    size_t bytes;    /* of all elements */
    int64_t data_at; /* offset of the first element */
};

/* The dtypes as they are called in a file, without the byte order. */
static const struct {
    const char *code;
    nd_dtype dtype;
} codes[] = {
    {"b1", ND_BOOL},    {"?", ND_BOOL},       {"i1", ND_INT8},        {"i2", ND_INT16},
    {"i4", ND_INT32},   {"i8", ND_INT64},     {"u1", ND_UINT8},       {"u2", ND_UINT16},
    {"u4", ND_UINT32},  {"u8", ND_UINT64},    {"f2", ND_FLOAT16},     {"f4", ND_FLOAT32},
    {"f8", ND_FLOAT64}, {"c8", ND_COMPLEX64}, {"c16", ND_COMPLEX128}, {"V2", ND_BFLOAT16},
};

/* ---- Reading the header ---------------------------------------------------------------------- */

struct parser {
    const char *path;
    const char *at, *end;
};

static bool malformed(const struct parser *parser, const char *what)
{
    ndi_fail(ND_ERROR_FORMAT, "%s: malformed .npy header: %s", parser->path, what);
    return false;
}

static void skip_space(struct parser *parser)
{
    while (parser->at < parser->end &&
           (*parser->at == ' ' || (*parser->at >= '\t' && *parser->at <= '\r')))
        parser->at++;
}

/* Takes `letter`, after white space, if it is there. */
static bool take(struct parser *parser, char letter)
{
    skip_space(parser);
    if (parser->at == parser->end || *parser->at != letter)
        return false;
    parser->at++;
    return true;
}

/* Takes a word that is not part of a longer one. */
static bool take_word(struct parser *parser, const char *word)
{
    size_t length = strlen(word);
    skip_space(parser);
    if ((size_t)(parser->end - parser->at) < length || memcmp(parser->at, word, length) != 0)
        return false;
    parser->at += length;
    return true;
}

/* A quoted text without escapes, cut off at `capacity - 1` bytes. */
static bool take_text(struct parser *parser, char *text, size_t capacity)
{
    skip_space(parser);
    if (parser->at == parser->end || (*parser->at != '\'' && *parser->at != '"'))
        return malformed(parser, "a quoted text was expected");
    char quote = *parser->at++;
    size_t length = 0;
    for (; parser->at < parser->end && *parser->at != quote; parser->at++)
        if (length + 1 < capacity)
            text[length++] = *parser->at;
    text[length] = '\0';
    if (parser->at == parser->end)
        return malformed(parser, "a quoted text is not closed");
    parser->at++;
    return true;
}

static bool parse_descr(struct parser *parser, struct header *header)
{
    char text[32];
    skip_space(parser);
    if (parser->at < parser->end && (*parser->at == '[' || *parser->at == '(')) {
        ndi_fail(ND_ERROR_DTYPE, "%s: structured dtypes are not supported", parser->path);
        return false;
    }
    if (!take_text(parser, text, sizeof text))
        return false;
    char order = text[0];
    bool has_order = order == '<' || order == '>' || order == '=' || order == '|';
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(text + has_order, codes[i].code) == 0) {
            header->dtype = codes[i].dtype;
            header->swapped = (order == '<' || order == '>') && order != NATIVE &&
                              nd_dtype_size(header->dtype) > 1;
            return true;
        }
    ndi_fail(ND_ERROR_DTYPE, "%s: dtype '%s' is not supported", parser->path, text);
    return false;
}

static bool parse_length(struct parser *parser, int64_t *length)
{
    const char *start;
    int64_t value = 0;
    skip_space(parser);
    if (parser->at < parser->end && *parser->at == '-')
        return malformed(parser, "a length in 'shape' is negative");
    start = parser->at;
    for (; parser->at < parser->end && *parser->at >= '0' && *parser->at <= '9'; parser->at++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *parser->at - '0', &value))
            return malformed(parser, "a length in 'shape' is too large");
    if (parser->at == start)
        return malformed(parser, "'shape' is not a tuple of whole numbers");
    if (parser->at < parser->end && *parser->at == 'L') /* Python 2 wrote long integers so */
        parser->at++;
    *length = value;
    return true;
}

static bool parse_shape(struct parser *parser, struct header *header)
{
    bool comma = true;
    header->rank = 0;
    if (!take(parser, '('))
        return malformed(parser, "'shape' is not a tuple of whole numbers");
    while (!take(parser, ')')) {
        if (!comma)
            return malformed(parser, "'shape' is not a tuple of whole numbers");
        if (header->rank == ND_MAX_RANK)
            return malformed(parser, "'shape' has more than 32 axes");
        if (!parse_length(parser, &header->lengths[header->rank++]))
            return false;
        comma = take(parser, ',');
    }
    if (header->rank == 1 && !comma)
        return malformed(parser, "'shape' is not a tuple of whole numbers");
    return true;
}

static bool parse_order(struct parser *parser, struct header *header)
{
    header->fortran = take_word(parser, "True");
    return header->fortran || take_word(parser, "False") ||
           malformed(parser, "'fortran_order' is neither True nor False");
}

/* The dict: its three keys, each once, in any order. */
static bool parse_dict(struct parser *parser, struct header *header)
{
    static const struct {
        const char *key, *missing, *repeated;
        bool (*parse)(struct parser *, struct header *);
    } keys[] = {
        {"descr", "'descr' is missing", "'descr' is there twice", parse_descr},
        {"fortran_order", "'fortran_order' is missing", "'fortran_order' is there twice",
         parse_order},
        {"shape", "'shape' is missing", "'shape' is there twice", parse_shape},
    };
    enum { KEYS = sizeof keys / sizeof *keys };
    bool seen[KEYS] = {false}, comma = true;
    if (!take(parser, '{'))
        return malformed(parser, "no dict");
    while (!take(parser, '}')) {
        char name[32];
        int key = 0;
        if (!comma)
            return malformed(parser, "a comma was expected between two keys");
        if (!take_text(parser, name, sizeof name))
            return false;
        while (key < KEYS && strcmp(name, keys[key].key) != 0)
            key++;
        if (key == KEYS)
            return malformed(parser, "a key other than 'descr', 'fortran_order' and 'shape'");
        if (seen[key])
            return malformed(parser, keys[key].repeated);
        if (!take(parser, ':'))
            return malformed(parser, "a colon was expected after a key");
        if (!keys[key].parse(parser, header))
            return false;
        seen[key] = true;
        comma = take(parser, ',');
    }
    for (int key = 0; key < KEYS; key++)
        if (!seen[key])
            return malformed(parser, keys[key].missing);
    skip_space(parser);
    if (parser->at < parser->end)
        return malformed(parser, "text after the dict");
    return true;
}

/* Reads up to the first element. */
static bool read_header(ndi_file *file, struct header *header)
{
    unsigned char prefix[PREFIX_BYTES];
    char *text = NULL;
    size_t length = 0;
    bool done = false;
    int64_t got = ndi_file_read(file, prefix, 8);
    if (got < 0)
        return false;
    if (got < 8 || memcmp(prefix, magic, sizeof magic) != 0) {
        ndi_fail(ND_ERROR_FORMAT,
                 "%s: not a .npy file: it does not begin with \\x93NUMPY and a version",
                 file->path);
        return false;
    }
    if (prefix[6] < 1 || prefix[6] > 3 || prefix[7] != 0) {
        ndi_fail(ND_ERROR_FORMAT, "%s: .npy version %d.%d is not known; 1.0, 2.0 and 3.0 are",
                 file->path, prefix[6], prefix[7]);
        return false;
    }
    size_t width = prefix[6] == 1 ? 2 : 4;
    got = ndi_file_read(file, prefix + 8, width);
    if (got < 0)
        return false;
    for (size_t i = 0; i < (size_t)got; i++)
        length |= (size_t)prefix[8 + i] << 8 * i;
    if (got < (int64_t)width) {
        ndi_fail(ND_ERROR_FILE, "%s: ends before the length of the header", file->path);
        return false;
    }
    if (length > HEADER_LIMIT) {
        ndi_fail(ND_ERROR_FORMAT, "%s: malformed .npy header: it is %zu bytes long", file->path,
                 length);
        return false;
    }
    text = ndi_allocate(length + 1);
    if (!text)
        return false;
    got = ndi_file_read(file, text, length);
    if (got < 0)
        goto done;
    if (got < (int64_t)length) {
        ndi_fail(ND_ERROR_FILE, "%s: ends inside the header: holds %lld of %zu bytes of it",
                 file->path, (long long)got, length);
        goto done;
    }
    *header = (struct header){.data_at = (int64_t)(8 + width + length)};
    struct parser parser = {file->path, text, text + length};
    if (!parse_dict(&parser, header))
        goto done;
    size_t item = nd_dtype_size(header->dtype);
    header->size = ndi_count_elements(header->rank, header->lengths, item);
    if (header->size < 0) {
        malformed(&parser, "the array of 'shape' is larger than the address space");
        goto done;
    }
    header->bytes = (size_t)header->size * item;
    done = true;
done:
    ndi_free(text, length + 1);
    return done;
}

/* ---- Reading the elements -------------------------------------------------------------------- */

static bool fail_short(const ndi_file *file, int64_t got, size_t bytes)
{
    ndi_fail(ND_ERROR_FILE, "%s: the data are cut off: the file holds %lld of %zu bytes",
             file->path, (long long)got, bytes);
    return false;
}

/* Whether a regular file is long enough: known before any memory is taken for it. */
static bool long_enough(const ndi_file *file, const struct header *header)
{
    int64_t there = file->size - header->data_at;
    return file->size < 0 || there >= (int64_t)header->bytes ||
           fail_short(file, there < 0 ? 0 : there, header->bytes);
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

/* The array of a file whose header has been read. */
static nd_array *read_array(ndi_file *file, const struct header *header)
{
    int reversed[ND_MAX_RANK];
    for (int i = 0; i < header->rank; i++)
        reversed[i] = header->rank - 1 - i;
    if (!long_enough(file, header))
        return NULL;
    nd_array *array =
        ndi_new(header->dtype, header->rank, header->lengths, header->fortran ? reversed : NULL);
    if (!array)
        return NULL;
    int64_t got = file->size >= 0
                      ? ndi_file_read_at(file, array->data, header->bytes, header->data_at)
                      : ndi_file_read(file, array->data, header->bytes);
    if (got < (int64_t)header->bytes) {
        if (got >= 0)
            fail_short(file, got, header->bytes);
        ndi_drop(array);
        return NULL;
    }
    if (header->swapped)
        swap_bytes(array);
    if (header->dtype == ND_BOOL) /* any byte but 0 is true; in memory only 1 is */
        for (int64_t i = 0; i < array->size; i++)
            array->data[i] = array->data[i] != 0;
    return array;
}

nd_array *nd_load_npy(const char *path)
{
    struct header header;
    nd_array *array = NULL;
    ndi_file file;
    if (!ndi_file_open(&file, path))
        return NULL;
    if (read_header(&file, &header))
        array = read_array(&file, &header);
    ndi_file_close(&file);
    return array;
}

nd_array *nd_map_npy(const char *path)
{
    struct header header;
    int64_t strides[ND_MAX_RANK], lengths[ND_MAX_RANK];
    nd_array *array = NULL;
    ndi_storage *storage;
    ndi_file file;
    if (!ndi_file_open(&file, path))
        return NULL;
    if (!read_header(&file, &header) || !long_enough(&file, &header))
        goto done;
    if (header.swapped) {
        ndi_fail(ND_ERROR_DTYPE,
                 "%s: the elements are in the other byte order; nd_load_npy reads such a file",
                 path);
        goto done;
    }
    size_t item = nd_dtype_size(header.dtype);
    size_t alignment = nd_dtype_kind(header.dtype) == ND_KIND_COMPLEX ? item / 2 : item;
    if (file.size < 0 || header.data_at % (int64_t)alignment != 0) {
        /* a pipe, or elements where they cannot be used: read, though not to be written, like a
         * mapping */
        array = read_array(&file, &header);
        if (array)
            array->writeable = false;
        goto done;
    }
    storage = ndi_file_map(&file);
    if (!storage)
        goto done;
    for (int i = 0; i < header.rank; i++)
        lengths[i] = header.lengths[header.fortran ? header.rank - 1 - i : i];
    ndi_contiguous_strides(header.rank, lengths, item, strides);
    if (header.fortran)
        for (int i = 0; i < header.rank / 2; i++) {
            int64_t stride = strides[i];
            strides[i] = strides[header.rank - 1 - i];
            strides[header.rank - 1 - i] = stride;
        }
    array = ndi_new_on_storage(storage, header.dtype, header.rank, header.lengths, strides,
                               (char *)storage->memory + header.data_at);
done:
    ndi_file_close(&file);
    return array;
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* Prefix and header, as NumPy lays them out; returns their length, a multiple of 64. */
static size_t write_header(const nd_array *array, bool fortran, char *text, size_t capacity)
{
    const char *code = "";
    for (size_t i = sizeof codes / sizeof *codes; i-- > 0;)
        if ((int)codes[i].dtype == array->dtype)
            code = codes[i].code; /* the first of that dtype */
    char order = nd_dtype_size((nd_dtype)array->dtype) == 1 ? '|' : NATIVE;
    size_t length = 10;
#define ADD(...) (length += (size_t)snprintf(text + length, capacity - length, __VA_ARGS__))
    ADD("{'descr': '%c%s', 'fortran_order': %s, 'shape': (", order, code,
        fortran ? "True" : "False");
    for (int i = 0; i < array->rank; i++)
        ADD("%s%lld", i ? ", " : "", (long long)ndi_lengths(array)[i]);
    ADD("%s), }", array->rank == 1 ? "," : "");
    if (array->rank) {
        int digits =
            snprintf(NULL, 0, "%lld", (long long)ndi_lengths(array)[fortran ? array->rank - 1 : 0]);
        ADD("%*s", GROWTH_DIGITS - digits, "");
    }
#undef ADD
    size_t padded = (length + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    memset(text + length, ' ', padded - length);
    text[padded - 1] = '\n';
    memcpy(text, magic, sizeof magic);
    text[6] = 1, text[7] = 0;
    text[8] = (char)((padded - 10) & 255), text[9] = (char)((padded - 10) >> 8);
    return padded;
}

/* Elements in C order, gathered in blocks where they do not lie so. */
static bool write_elements(ndi_output *output, const nd_array *array)
{
    if (array->size == 0)
        return true;
    size_t item = nd_dtype_size((nd_dtype)array->dtype);
    if (array->contiguous)
        return ndi_output_write(output, array->data, (size_t)array->size * item);
    if ((size_t)array->size * item <= WRITE_BLOCK) {
        nd_array *copy = nd_ascontiguous(array);
        bool written = copy && ndi_force(copy) &&
                       ndi_output_write(output, copy->data, (size_t)copy->size * item);
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
        written = part && write_elements(output, part);
        ndi_drop(part);
    }
    return written;
}

nd_status nd_save_npy(const char *path, const nd_array *array)
{
    char header[2048]; /* 32 lengths of 19 digits fit */
    ndi_output output;
    if (!array)
        return ndi_no_array("save_npy");
    if (!ndi_force(array) || !ndi_output_open(&output, path))
        return nd_error();
    bool fortran = !array->contiguous && nd_is_fortran_contiguous(array);
    bool written =
        ndi_output_write(&output, header, write_header(array, fortran, header, sizeof header)) &&
        (fortran ? ndi_output_write(&output, array->data, nd_bytes(array))
                 : write_elements(&output, array));
    if (!written)
        output.failed = true;
    return ndi_output_close(&output) ? ND_OK : nd_error();
}

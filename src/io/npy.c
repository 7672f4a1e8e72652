/* NumPy's .npy files: a short text header, then the elements as they lie in memory.
 *
 * The format: "\x93NUMPY", two bytes of version, the length of the header (two bytes in version 1,
 * four in 2 and 3, little endian), the header (a Python dict literal: latin-1, UTF-8 in version 3),
 * the elements. Specified in NumPy's numpy/lib/format.py and NEP 1. */
#include <stdio.h>
#include <string.h>

#include <ndstream/io.h>

#include "array/dtype.h"
#include "io/npy.h"

enum {
    PREFIX_BYTES = 12,      /* magic, version, length of the longer kind */
    HEADER_LIMIT = 1 << 20, /* far above any header of an array of numbers */
    ALIGNMENT = 64,         /* of the first element, in files that are written */
    GROWTH_DIGITS = 21,     /* NumPy leaves room for the first length to grow to so many digits */
};

static const char magic[6] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define NATIVE '>'
#else
#define NATIVE '<'
#endif

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

static bool parse_descr(struct parser *parser, ndi_elements *header)
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
    const bool pickled = strcmp(text + has_order, "O") == 0;
    ndi_fail(pickled ? ND_ERROR_PICKLED : ND_ERROR_DTYPE,
             pickled ? "%s: dtype '%s': pickled Python objects are not read"
                     : "%s: dtype '%s' is not supported",
             parser->path, text);
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

static bool parse_shape(struct parser *parser, ndi_elements *header)
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

static bool parse_order(struct parser *parser, ndi_elements *header)
{
    header->fortran = take_word(parser, "True");
    return header->fortran || take_word(parser, "False") ||
           malformed(parser, "'fortran_order' is neither True nor False");
}

/* The dict: its three keys, each once, in any order. */
static bool parse_dict(struct parser *parser, ndi_elements *header)
{
    static const struct {
        const char *key, *missing, *repeated;
        bool (*parse)(struct parser *, ndi_elements *);
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

bool ndi_npy_read_header(ndi_source *source, ndi_elements *header)
{
    unsigned char prefix[PREFIX_BYTES];
    char *text = NULL;
    size_t length = 0;
    bool done = false;
    int64_t got = ndi_source_read(source, prefix, 8);
    if (got < 0)
        return false;
    if (got == 0) {
        ndi_fail(ND_ERROR_EMPTY, "%s: not a .npy file: it is empty", source->name);
        return false;
    }
    if (got < 8 || memcmp(prefix, magic, sizeof magic) != 0) {
        ndi_fail(ND_ERROR_FORMAT,
                 "%s: not a .npy file: it does not begin with \\x93NUMPY and a version",
                 source->name);
        return false;
    }
    if (prefix[6] < 1 || prefix[6] > 3 || prefix[7] != 0) {
        ndi_fail(ND_ERROR_FORMAT, "%s: .npy version %d.%d is not known; 1.0, 2.0 and 3.0 are",
                 source->name, prefix[6], prefix[7]);
        return false;
    }
    size_t width = prefix[6] == 1 ? 2 : 4;
    got = ndi_source_read(source, prefix + 8, width);
    if (got < 0)
        return false;
    for (size_t i = 0; i < (size_t)got; i++)
        length |= (size_t)prefix[8 + i] << 8 * i;
    if (got < (int64_t)width) {
        ndi_fail(ND_ERROR_TRUNCATED, "%s: ends before the length of the header", source->name);
        return false;
    }
    if (length > HEADER_LIMIT) {
        ndi_fail(ND_ERROR_FORMAT, "%s: malformed .npy header: it is %zu bytes long", source->name,
                 length);
        return false;
    }
    text = ndi_allocate(length + 1);
    if (!text)
        return false;
    got = ndi_source_read(source, text, length);
    if (got < 0)
        goto done;
    if (got < (int64_t)length) {
        ndi_fail(ND_ERROR_TRUNCATED, "%s: ends inside the header: holds %lld of %zu bytes of it",
                 source->name, (long long)got, length);
        goto done;
    }
    *header = (ndi_elements){.data_at = (int64_t)(8 + width + length)};
    struct parser parser = {source->name, text, text + length};
    if (!parse_dict(&parser, header))
        goto done;
    if (!ndi_elements_measure(header)) {
        malformed(&parser, "the array of 'shape' is larger than the address space");
        goto done;
    }
    done = true;
done:
    ndi_free(text, length + 1);
    return done;
}

/* ---- Files ----------------------------------------------------------------------------------- */

/* Reads a file, or maps it. */
static nd_array *load(const char *path, bool map)
{
    ndi_elements elements;
    nd_array *array = NULL;
    ndi_file file;
    if (!ndi_file_open(&file, path))
        return NULL;
    ndi_source source = ndi_file_source(&file);
    if (ndi_npy_read_header(&source, &elements))
        array = map ? ndi_elements_map(&file, &source, &elements)
                    : ndi_elements_read(&source, &elements);
    ndi_file_close(&file);
    return array;
}

nd_array *nd_load_npy(const char *path)
{
    return load(path, false);
}

nd_array *nd_map_npy(const char *path)
{
    return load(path, true);
}

/* ---- Writing --------------------------------------------------------------------------------- */

size_t ndi_npy_header(const nd_array *array, bool fortran, char text[NDI_NPY_HEADER])
{
    const char *code = "";
    for (size_t i = sizeof codes / sizeof *codes; i-- > 0;)
        if ((int)codes[i].dtype == array->dtype)
            code = codes[i].code; /* the first of that dtype */
    char order = nd_dtype_size((nd_dtype)array->dtype) == 1 ? '|' : NATIVE;
    size_t length = 10;
#define ADD(...) (length += (size_t)snprintf(text + length, NDI_NPY_HEADER - length, __VA_ARGS__))
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

nd_status nd_save_npy(const char *path, const nd_array *array)
{
    char header[NDI_NPY_HEADER];
    ndi_output output;
    if (!array)
        return ndi_no_array("save_npy");
    if (!ndi_force(array) || !ndi_output_open(&output, path))
        return nd_error();
    const bool fortran = ndi_elements_in_fortran_order(array);
    const ndi_sink sink = ndi_output_sink(&output);
    if (!ndi_output_write(&output, header, ndi_npy_header(array, fortran, header)) ||
        !ndi_elements_write(&sink, path, array, fortran))
        output.failed = true;
    return ndi_output_close(&output) ? ND_OK : nd_error();
}

/* nds convert: reads files of one format and writes one of another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ndstream/nd.h>

#include "cli/arguments.h"
#include "cli/files.h"
#include "cli/nds.h"

static const char help[] =
    "usage: nds convert INPUT ... OUTPUT [--dtype DTYPE] [--compress]\n"
    "       nds convert --raw DTYPE --shape N,N,... INPUT OUTPUT\n"
    "\n"
    "Writes what is in INPUT in the format that the ending of OUTPUT names. A part of a file is\n"
    "FILE.npz:NAME or FILE.csv:COLUMN; - is a .npy file on standard input or output. Several "
    "inputs\n"
    "go into a .npz file, each under the name of its file or member.\n"
    "\n"
    "  -d, --dtype DTYPE    convert the elements: int8..int64, uint8..uint64, float16, bfloat16,\n"
    "                       float32, float64, complex64, complex128, bool\n"
    "  -c, --compress       deflate the arrays of a .npz file\n"
    "  --plain              numbers as text in .pgm and .ppm files\n"
    "  --raw DTYPE          INPUT has no header, only elements of DTYPE\n"
    "  --shape N,N,...      their shape; one length may be -1 (default: -1)\n"
    "  --offset BYTES       where they begin\n"
    "  -h, --help           this text\n"
    "\n"
    "examples:\n"
    "  nds convert table.csv table.npy\n"
    "  nds convert results.npz:weights weights.csv\n"
    "  nds convert a.npy b.npy both.npz --compress\n"
    "  nds convert --raw uint16 --shape 480,640 frame.bin frame.png\n";

typedef struct request {
    const char *dtype, *raw, *shape, *offset;
    bool compress, plain;
    nds_files files;
    int count; /* arrays, and their names in an archive */
    char names[NDS_MOST_FILES][128];
    nd_array *arrays[NDS_MOST_FILES];
} request;

static bool ends_with(const char *name, const char *ending)
{
    const size_t length = strlen(name), wanted = strlen(ending);
    return length > wanted && strcmp(name + length - wanted, ending) == 0;
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* Takes an array under the name that its file or member gives it. */
static int add(request *r, const char *name, nd_array *array)
{
    if (!array)
        return nds_failed();
    if (r->count == NDS_MOST_FILES)
        return nds_misused("convert: more than %d arrays", NDS_MOST_FILES);
    const char *slash = strrchr(name, '/');
    snprintf(r->names[r->count], sizeof r->names[0], "%s", slash ? slash + 1 : name);
    char *dot = strrchr(r->names[r->count], '.');
    if (dot && dot > r->names[r->count])
        *dot = '\0';
    r->arrays[r->count++] = array;
    return NDS_DONE;
}

static int add_archive(request *r, const nds_file *file)
{
    nd_archive *archive = nd_open_npz(file->path);
    int code = archive ? NDS_DONE : nds_failed();
    for (int64_t i = 0; code == NDS_DONE && i < nd_archive_count(archive); i++) {
        const char *name = nd_archive_name(archive, i);
        code = add(r, name, nd_archive_load(archive, name));
        if (code == NDS_DONE) /* its own name, dots and all */
            snprintf(r->names[r->count - 1], sizeof r->names[0], "%s", name);
    }
    nd_archive_close(archive);
    return code;
}

static bool read_shape(const char *text, nd_shape *shape)
{
    char *end;
    shape->rank = 0;
    do {
        if (shape->rank == ND_MAX_RANK)
            return false;
        shape->length[shape->rank++] = strtoll(text, &end, 10);
        if (end == text || (*end && *end != ','))
            return false;
        text = end + 1;
    } while (*end);
    return true;
}

static int add_raw(request *r, const char *name)
{
    char *end = NULL;
    nd_shape shape = {1, {-1}};
    const nd_dtype dtype = nd_dtype_from_name(r->raw);
    const nd_raw_options options = {.offset = r->offset ? strtoll(r->offset, &end, 10) : 0};
    if (dtype == ND_DTYPE_NONE)
        return nds_misused("convert: there is no dtype '%s'", r->raw);
    if (r->shape && !read_shape(r->shape, &shape))
        return nds_misused("convert: '%s' is no shape; write 480,640", r->shape);
    if (r->offset && *end)
        return nds_misused("convert: '%s' is no number of bytes", r->offset);
    return add(r, name, nd_load_raw(name, dtype, shape, &options));
}

static int read_inputs(request *r, bool into_archive)
{
    int code = NDS_DONE;
    for (int i = 0; i + 1 < r->files.count && code == NDS_DONE; i++) {
        const char *name = r->files.name[i];
        nds_file file;
        if (!nds_file_of(name, &file))
            return NDS_FAILED;
        if (r->raw)
            code = add_raw(r, name);
        else if (into_archive && file.kind == NDS_ARCHIVE && !file.member)
            code = add_archive(r, &file);
        else
            code = add(r, file.member ? file.member : name, nds_load_numbers(name));
    }
    return code;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static int write_output(request *r, const char *output, bool into_archive)
{
    const char *names[NDS_MOST_FILES];
    for (int i = 0; i < r->count; i++) {
        names[i] = r->names[i];
        if (r->dtype && !(r->arrays[i] = nd_cast(r->arrays[i], nd_dtype_from_name(r->dtype))))
            return nds_failed();
    }
    bool written;
    if (into_archive)
        written = nd_save_npz(output, r->count, names, (const nd_array *const *)r->arrays,
                              r->compress) == ND_OK;
    else if (r->plain)
        written = nd_save_pnm(output, r->arrays[0], true) == ND_OK;
    else
        written = nds_save(output, r->arrays[0]);
    return written ? NDS_DONE : nds_failed();
}

/* From one table of text to another: the first row, names and texts stay as they are. */
static int convert_table(const nds_file *input, const nds_file *output)
{
    const char *const columns[] = {input->member, NULL};
    const nd_csv_options options = {.separator = input->separator,
                                    .columns = input->member ? columns : NULL};
    nd_table *table = nd_read_csv(input->path, &options);
    const bool written = table && nd_write_table(output->path, output->separator, table) == ND_OK;
    nd_table_free(table);
    return written ? NDS_DONE : nds_failed();
}

static int convert(request *r)
{
    const char *output = r->files.name[r->files.count - 1];
    const bool into_archive = ends_with(output, ".npz");
    nds_file from, to;
    if (!nds_file_of(r->files.name[0], &from) || !nds_file_of(output, &to))
        return NDS_FAILED;
    if (from.kind == NDS_TABLE && to.kind == NDS_TABLE && !r->dtype && !r->raw)
        return convert_table(&from, &to);
    int code = read_inputs(r, into_archive);
    return code == NDS_DONE ? write_output(r, output, into_archive) : code;
}

int nds_convert(int count, char **arguments)
{
    request *r = calloc(1, sizeof *r);
    if (!r) {
        fputs("nds: out of memory\n", stderr);
        return NDS_FAILED;
    }
    const nds_option options[] = {{"--dtype", 'd', &r->dtype, NULL},
                                  {"--compress", 'c', NULL, &r->compress},
                                  {"--plain", 0, NULL, &r->plain},
                                  {"--raw", 0, &r->raw, NULL},
                                  {"--shape", 0, &r->shape, NULL},
                                  {"--offset", 0, &r->offset, NULL},
                                  {NULL, 0, NULL, NULL}};
    int code = nds_read_arguments("convert", count, arguments, options, &r->files);
    const int files = r->files.count;
    const char *output = files > 0 ? r->files.name[files - 1] : "";
    if (code != NDS_DONE)
        ;
    else if (r->files.help)
        code = nds_help(help);
    else if (files < 2)
        code = nds_misused("convert: an input and an output; nds convert --help tells more");
    else if (files > 2 && !ends_with(output, ".npz"))
        code = nds_misused("convert: several inputs go into a .npz file, not %s", output);
    else if (r->dtype && nd_dtype_from_name(r->dtype) == ND_DTYPE_NONE)
        code = nds_misused("convert: there is no dtype '%s'", r->dtype);
    else if ((r->shape || r->offset) && !r->raw)
        code = nds_misused("convert: --shape and --offset are for --raw");
    else
        ND_SCOPE {
            code = convert(r);
        }
    free(r);
    return code;
}

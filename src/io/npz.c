/* NumPy's .npz files: zip archives with a .npy file for each array.
 *
 * zlib does the compression; the container is read and written here (zip_read.c, zip_write.c), so
 * that memory goes through the hook, checksums and large stored members are done in parallel, and
 * no library that handles encryption has to come along. */
#include <stdio.h>
#include <string.h>

#include <ndstream/io.h>

#include "base/progress.h"
#include "io/npy.h"
#include "io/zip.h"

static const char ending[] = ".npy";
enum { ENDING = sizeof ending - 1, MOST_LABEL = 512 };

struct nd_archive {
    ndi_zip zip;
    char *path;
    size_t path_bytes;
};

/* ---- Reading --------------------------------------------------------------------------------- */

static bool is_array(const char *name)
{
    const size_t length = strlen(name);
    return length > ENDING && strcmp(name + length - ENDING, ending) == 0;
}

/* Leaves the arrays, with the names NumPy gives them. */
static void keep_arrays(ndi_zip *zip)
{
    size_t kept = 0;
    for (size_t i = 0; i < zip->count; i++)
        if (is_array(zip->entry[i].name)) {
            zip->names[zip->entry[i].name - zip->names + strlen(zip->entry[i].name) - ENDING] =
                '\0';
            const ndi_zip_entry entry = zip->entry[i];
            zip->entry[i] = zip->entry[kept]; /* nothing is lost: close() frees by count */
            zip->entry[kept++] = entry;
        }
    zip->arrays = kept;
}

nd_archive *nd_open_npz(const char *path)
{
    nd_archive *archive = ndi_allocate_zeroed(sizeof *archive);
    if (!archive)
        return NULL;
    archive->zip.file.descriptor = -1;
    if (path) {
        archive->path_bytes = strlen(path) + 1;
        archive->path = ndi_allocate(archive->path_bytes);
        if (!archive->path)
            goto failed;
        memcpy(archive->path, path, archive->path_bytes);
    }
    if (ndi_zip_open(&archive->zip, archive->path)) {
        keep_arrays(&archive->zip);
        return archive;
    }
failed:
    nd_archive_close(archive);
    return NULL;
}

void nd_archive_close(nd_archive *archive)
{
    if (!archive)
        return;
    ndi_zip_close(&archive->zip);
    if (archive->path)
        ndi_free(archive->path, archive->path_bytes);
    ndi_free(archive, sizeof *archive);
}

int64_t nd_archive_count(const nd_archive *archive)
{
    return archive ? (int64_t)archive->zip.arrays : 0;
}

const char *nd_archive_name(const nd_archive *archive, int64_t index)
{
    return index >= 0 && index < nd_archive_count(archive) ? archive->zip.entry[index].name : NULL;
}

/* Opens a member and reads its header. `label` is what errors call it. */
static bool open_array(nd_archive *archive, const ndi_zip_entry *entry, char label[MOST_LABEL],
                       ndi_zip_member *member, ndi_elements *elements)
{
    snprintf(label, MOST_LABEL, "%s: %s", archive->path, entry->name);
    if (!ndi_zip_member_open(member, &archive->zip, entry, label))
        return false;
    if (ndi_npy_read_header(&member->source, elements))
        return true;
    ndi_zip_member_close(member);
    return false;
}

nd_status nd_archive_describe(nd_archive *archive, int64_t index, nd_member *described)
{
    char label[MOST_LABEL];
    ndi_zip_member member;
    ndi_elements elements;
    if (!archive || index < 0 || index >= nd_archive_count(archive))
        return ndi_fail_status(ND_ERROR_INDEX, "archive_describe: there is no array %lld of %lld",
                               (long long)index, (long long)nd_archive_count(archive));
    const ndi_zip_entry *entry = &archive->zip.entry[index];
    if (!open_array(archive, entry, label, &member, &elements))
        return nd_error();
    ndi_zip_member_close(&member);
    *described = (nd_member){.name = entry->name,
                             .dtype = elements.dtype,
                             .shape = nd_shape_of(elements.rank, elements.lengths),
                             .fortran = elements.fortran,
                             .deflated = entry->method != 0,
                             .bytes = entry->stored};
    return ND_OK;
}

static nd_array *load_entry(nd_archive *archive, const ndi_zip_entry *entry)
{
    char label[MOST_LABEL];
    ndi_zip_member member;
    ndi_elements elements;
    if (!open_array(archive, entry, label, &member, &elements))
        return NULL;
    nd_array *array = ndi_elements_read(&member.source, &elements);
    if (array && !ndi_zip_member_intact(&member)) {
        ndi_drop(array);
        array = NULL;
    }
    ndi_zip_member_close(&member);
    return array;
}

/* "; it holds a, b, c" */
static const char *list_names(const nd_archive *archive, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "it holds");
    for (size_t i = 0; i < archive->zip.arrays && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s %s", i ? "," : "",
                                 archive->zip.entry[i].name);
    return archive->zip.arrays ? text : "it holds no array";
}

nd_array *nd_archive_load(nd_archive *archive, const char *name)
{
    char names[256];
    if (!archive)
        return NULL;
    for (size_t i = archive->zip.arrays; name && i-- > 0;) /* the last of a name counts */
        if (strcmp(archive->zip.entry[i].name, name) == 0)
            return load_entry(archive, &archive->zip.entry[i]);
    return ndi_fail(ND_ERROR_ARGUMENT, "%s: there is no array '%s'; %s", archive->path,
                    name ? name : "NULL", list_names(archive, names, sizeof names));
}

nd_array *nd_load_npz(const char *path, const char *name)
{
    char names[256];
    nd_array *array = NULL;
    nd_archive *archive = nd_open_npz(path);
    if (!archive)
        return NULL;
    if (name)
        array = nd_archive_load(archive, name);
    else if (archive->zip.arrays == 1)
        array = load_entry(archive, &archive->zip.entry[0]);
    else
        ndi_fail(ND_ERROR_ARGUMENT, "%s: choose one of its %lld arrays: %s", path,
                 (long long)archive->zip.arrays, list_names(archive, names, sizeof names));
    nd_archive_close(archive);
    return array;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static bool write_npy(const ndi_sink *sink, const char *path, const nd_array *array)
{
    char header[NDI_NPY_HEADER];
    const bool fortran = ndi_elements_in_fortran_order(array);
    const size_t length = ndi_npy_header(array, fortran, header);
    return sink->write(sink->context, header, length) &&
           ndi_elements_write(sink, path, array, fortran);
}

/* A stored member is gone through twice: its checksum stands before it. */
static bool write_member(ndi_zip_writer *writer, const char *name, const nd_array *array,
                         bool compress)
{
    char header[NDI_NPY_HEADER];
    const char *path = writer->output->path;
    const size_t length = ndi_npy_header(array, ndi_elements_in_fortran_order(array), header);
    ndi_zip_checksum checksum = {0};
    if (!compress) {
        const ndi_stage outer = ndi_stage_begin(0, 0.5);
        const ndi_sink sink = ndi_zip_checksum_sink(&checksum);
        const bool done = write_npy(&sink, path, array);
        ndi_stage_end(outer);
        if (!done)
            return false;
    }
    const ndi_stage outer = ndi_stage_begin(compress ? 0 : 0.5, 1);
    const ndi_sink sink = ndi_zip_sink(writer);
    const bool done =
        ndi_zip_begin(writer, name, length + nd_bytes(array), compress, checksum.crc) &&
        write_npy(&sink, path, array) && ndi_zip_end(writer);
    ndi_stage_end(outer);
    return done;
}

static bool check_names(const char *path, int count, const char *const *names)
{
    for (int i = 0; i < count; i++) {
        bool repeated = false;
        for (int j = 0; j < i && names[i]; j++)
            repeated |= strcmp(names[i], names[j]) == 0;
        if (!names[i] || !*names[i] || repeated) {
            ndi_fail(ND_ERROR_ARGUMENT, "save_npz: %s: array %d has %s name%s%s", path ? path : "",
                     i, repeated ? "a repeated" : "no", repeated ? ": " : "",
                     repeated ? names[i] : "");
            return false;
        }
    }
    return true;
}

nd_status nd_save_npz(const char *path, int count, const char *const *names,
                      const nd_array *const *arrays, bool compress)
{
    ndi_output output;
    ndi_zip_writer writer = {.output = &output};
    bool written = true;
    for (int i = 0; i < count; i++)
        if (!arrays[i])
            return ndi_no_array("save_npz");
    if (!check_names(path, count, names))
        return nd_error();
    for (int i = 0; i < count; i++)
        if (!ndi_force(arrays[i]))
            return nd_error();
    if (!ndi_output_open(&output, path))
        return nd_error();
    for (int i = 0; i < count && written; i++) {
        const size_t bytes = strlen(names[i]) + sizeof ending;
        char *name = ndi_allocate(bytes);
        const ndi_stage outer = ndi_stage_begin((double)i / count, (double)(i + 1) / count);
        if (name)
            snprintf(name, bytes, "%s%s", names[i], ending);
        written = name && write_member(&writer, name, arrays[i], compress);
        ndi_stage_end(outer);
        if (name)
            ndi_free(name, bytes);
    }
    if (!written || !ndi_zip_finish(&writer))
        output.failed = true;
    ndi_zip_writer_free(&writer);
    return ndi_output_close(&output) ? ND_OK : nd_error();
}

/* Reading zip archives. The directory at the end of the file is what counts; every number in it is
 * checked against the size of the file before it is used.
 *
 * The format: PKWARE's APPNOTE.TXT 6.3.10; numbers are little endian. */
#include <string.h>

#include "base/pool.h"
#include "base/progress.h"
#include "io/block.h"
#include "io/zip.h"

enum {
    END_BYTES = 22, /* the record at the end of the file, before its comment */
    END64_BYTES = 56,
    LOCATOR_BYTES = 20,
    ENTRY_BYTES = 46,
    LOCAL_BYTES = 30,
    MOST_COMMENT = 65535,
    DEFLATE_RATIO = 1032, /* deflate shrinks nothing by more than this */
    INPUT_BYTES = 1 << 18,
    OUTPUT_BLOCK = 8 << 20, /* between two reports of progress */
    CRC_GRAIN = 1 << 20,
};

static const char end_mark[4] = "PK\5\6", end64_mark[4] = "PK\6\6", locator_mark[4] = "PK\6\7",
                  entry_mark[4] = "PK\1\2", local_mark[4] = "PK\3\4";

static uint64_t number(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

static bool malformed(const char *name, const char *what)
{
    ndi_fail(ND_ERROR_FORMAT, "%s: malformed zip archive: %s", name, what);
    return false;
}

/* Reads exactly; a shorter file is malformed. */
static bool read_at(ndi_zip *zip, void *memory, size_t bytes, int64_t offset, const char *what)
{
    int64_t got = ndi_file_read_at(&zip->file, memory, bytes, offset);
    return got == (int64_t)bytes || (got >= 0 && malformed(zip->file.path, what));
}

/* ---- The directory --------------------------------------------------------------------------- */

struct directory {
    uint64_t count, bytes, at;
    uint64_t end; /* nothing of it lies at or behind this offset */
};

/* The larger numbers of a large archive, if there is a record of them before the one at `end_at`.
 */
static bool find_end64(ndi_zip *zip, int64_t end_at, struct directory *directory)
{
    unsigned char locator[LOCATOR_BYTES], end[END64_BYTES];
    if (end_at < LOCATOR_BYTES)
        return true;
    if (!read_at(zip, locator, sizeof locator, end_at - LOCATOR_BYTES, "the file shrinks"))
        return false;
    if (memcmp(locator, locator_mark, 4) != 0)
        return true;
    uint64_t at = number(locator + 8, 8);
    if (at > (uint64_t)end_at || (uint64_t)end_at - at < END64_BYTES + LOCATOR_BYTES)
        return malformed(zip->file.path, "its zip64 record lies outside the file");
    if (!read_at(zip, end, sizeof end, (int64_t)at, "the file shrinks"))
        return false;
    if (memcmp(end, end64_mark, 4) != 0)
        return malformed(zip->file.path, "its zip64 record is not where it should be");
    *directory = (struct directory){.count = number(end + 32, 8),
                                    .bytes = number(end + 40, 8),
                                    .at = number(end + 48, 8),
                                    .end = at};
    return true;
}

static bool find_directory(ndi_zip *zip, struct directory *directory)
{
    const char *path = zip->file.path;
    size_t tail = END_BYTES + MOST_COMMENT;
    if (zip->file.size < 0)
        return malformed(path, "it is no regular file, or empty");
    if (zip->file.size < (int64_t)tail)
        tail = (size_t)zip->file.size;
    unsigned char *bytes = ndi_allocate(tail);
    bool found = false;
    if (!bytes)
        return false;
    int64_t tail_at = zip->file.size - (int64_t)tail;
    if (!read_at(zip, bytes, tail, tail_at, "the file shrinks"))
        goto done;
    for (size_t i = tail; i-- >= END_BYTES;) {
        const unsigned char *end = bytes + i - END_BYTES + 1;
        if (memcmp(end, end_mark, 4) != 0 ||
            number(end + 20, 2) > tail - (size_t)(end - bytes) - END_BYTES)
            continue;
        int64_t end_at = tail_at + (end - bytes);
        *directory = (struct directory){.count = number(end + 10, 2),
                                        .bytes = number(end + 12, 4),
                                        .at = number(end + 16, 4),
                                        .end = (uint64_t)end_at};
        found = find_end64(zip, end_at, directory);
        goto done;
    }
    malformed(path, "no directory at its end; it is cut off, or no archive");
done:
    ndi_free(bytes, tail);
    return found;
}

/* Numbers that do not fit the entry itself stand, in this order, in an extra field. */
static bool read_extra(const char *path, const unsigned char *extra, size_t length,
                       uint64_t *values[3])
{
    bool wanted = false;
    for (int i = 0; i < 3; i++)
        wanted |= *values[i] == UINT32_MAX;
    while (wanted && length >= 4) {
        size_t kind = number(extra, 2), bytes = number(extra + 2, 2);
        if (bytes > length - 4)
            return malformed(path, "an extra field is longer than the entry");
        const unsigned char *at = extra + 4, *end = at + bytes;
        for (int i = 0; i < 3 && kind == 1; i++)
            if (*values[i] == UINT32_MAX) {
                if (end - at < 8)
                    return malformed(path, "a zip64 field is too short");
                *values[i] = number(at, 8);
                at += 8;
            }
        if (kind == 1)
            return true;
        extra += 4 + bytes;
        length -= 4 + bytes;
    }
    return true;
}

static bool read_entry(ndi_zip *zip, const unsigned char *at, ndi_zip_entry *entry, char *name)
{
    const char *path = zip->file.path;
    size_t name_length = number(at + 28, 2), extra_length = number(at + 30, 2);
    uint64_t bytes = number(at + 24, 4), stored = number(at + 20, 4), local = number(at + 42, 4);
    if (!read_extra(path, at + ENTRY_BYTES + name_length, extra_length,
                    (uint64_t *[]){&bytes, &stored, &local}))
        return false;
    if (local > (uint64_t)zip->file.size || stored > (uint64_t)zip->file.size - local)
        return malformed(path, "a member lies outside the file");
    memcpy(name, at + ENTRY_BYTES, name_length);
    name[name_length] = '\0';
    if (strlen(name) != name_length)
        return malformed(path, "a name has a 0 in it");
    *entry = (ndi_zip_entry){.name = name,
                             .method = (int)number(at + 10, 2),
                             .encrypted = number(at + 8, 2) & 1,
                             .crc = (uint32_t)number(at + 16, 4),
                             .bytes = (int64_t)bytes,
                             .stored = (int64_t)stored,
                             .local_at = (int64_t)local};
    /* before memory is taken for it */
    if (entry->bytes < 0 || (entry->method == 0 && bytes != stored) ||
        (entry->method == 8 && bytes / DEFLATE_RATIO > stored))
        return malformed(path, "a member claims more than its data can hold");
    return true;
}

static bool read_entries(ndi_zip *zip, const unsigned char *at, size_t length)
{
    char *name = zip->names;
    for (size_t i = 0; i < zip->count; i++) {
        if (length < ENTRY_BYTES || memcmp(at, entry_mark, 4) != 0)
            return malformed(zip->file.path, "its directory ends early");
        size_t name_length = number(at + 28, 2);
        size_t whole = ENTRY_BYTES + name_length + number(at + 30, 2) + number(at + 32, 2);
        if (whole > length)
            return malformed(zip->file.path, "its directory ends early");
        if (!read_entry(zip, at, &zip->entry[i], name))
            return false;
        name += name_length + 1;
        at += whole;
        length -= whole;
    }
    return true;
}

bool ndi_zip_open(ndi_zip *zip, const char *path)
{
    struct directory directory;
    unsigned char *bytes = NULL;
    bool done = false;
    *zip = (ndi_zip){0};
    if (!ndi_file_open(&zip->file, path))
        return false;
    if (!find_directory(zip, &directory))
        goto done;
    if (directory.at > directory.end || directory.bytes > directory.end - directory.at ||
        directory.count > directory.bytes / ENTRY_BYTES) {
        malformed(path, "its directory lies outside the file");
        goto done;
    }
    bytes = ndi_allocate(directory.bytes);
    zip->entry = ndi_allocate_zeroed(directory.count * sizeof *zip->entry);
    zip->names = ndi_allocate(directory.bytes);
    zip->count = directory.count;
    zip->names_bytes = directory.bytes; /* an entry is longer than its name and a 0 */
    done = bytes && zip->entry && zip->names &&
           read_at(zip, bytes, directory.bytes, (int64_t)directory.at, "the file shrinks") &&
           read_entries(zip, bytes, directory.bytes);
done:
    if (bytes)
        ndi_free(bytes, directory.bytes);
    if (!done)
        ndi_zip_close(zip);
    return done;
}

void ndi_zip_close(ndi_zip *zip)
{
    ndi_file_close(&zip->file);
    if (zip->entry)
        ndi_free(zip->entry, zip->count * sizeof *zip->entry);
    if (zip->names)
        ndi_free(zip->names, zip->names_bytes);
    *zip = (ndi_zip){.file.descriptor = -1};
}

/* ---- Checksums ------------------------------------------------------------------------------- */

struct crc_parts {
    const unsigned char *memory;
    size_t bytes;
    uint32_t *part;
};

static void crc_of_parts(void *context, size_t begin, size_t end)
{
    const struct crc_parts *job = context;
    for (size_t i = begin; i < end; i++) {
        size_t at = i * CRC_GRAIN, left = job->bytes - at;
        job->part[i] = (uint32_t)crc32_z(0, job->memory + at, left < CRC_GRAIN ? left : CRC_GRAIN);
    }
}

uint32_t ndi_zip_crc(uint32_t crc, const void *memory, size_t bytes)
{
    enum { PARTS = 256 };
    uint32_t part[PARTS];
    const unsigned char *at = memory;
    while (bytes > CRC_GRAIN) {
        size_t whole = bytes / CRC_GRAIN < PARTS ? bytes / CRC_GRAIN : PARTS;
        struct crc_parts job = {at, whole * CRC_GRAIN, part};
        ndi_parallel_for(whole, 1, crc_of_parts, &job);
        for (size_t i = 0; i < whole; i++)
            crc = (uint32_t)crc32_combine(crc, part[i], CRC_GRAIN);
        at += whole * CRC_GRAIN;
        bytes -= whole * CRC_GRAIN;
    }
    return (uint32_t)crc32_z(crc, at, bytes);
}

/* ---- Members --------------------------------------------------------------------------------- */

static int64_t read_stored(ndi_source *source, void *memory, size_t bytes)
{
    ndi_zip_member *member = source->context;
    int64_t left = member->entry->stored - member->taken;
    if ((int64_t)bytes > left)
        bytes = (size_t)left;
    ndi_file file = member->zip->file; /* reading does not change it */
    int64_t got = ndi_file_read_at(&file, memory, bytes, member->data_at + member->taken);
    if (got > 0) {
        member->taken += got;
        member->crc = ndi_zip_crc(member->crc, memory, (size_t)got);
    }
    return got;
}

/* Gives the stream more of the archive. False with the error kept. */
static bool refill(ndi_zip_member *member)
{
    int64_t wanted = member->entry->stored - member->taken;
    if (wanted > INPUT_BYTES)
        wanted = INPUT_BYTES;
    ndi_file file = member->zip->file;
    int64_t got =
        ndi_file_read_at(&file, member->input, (size_t)wanted, member->data_at + member->taken);
    if (got < wanted)
        return got >= 0 && malformed(member->source.name, "the file shrinks");
    member->taken += got;
    member->stream.next_in = member->input;
    member->stream.avail_in = (uInt)got;
    return true;
}

static int64_t read_deflated(ndi_source *source, void *memory, size_t bytes)
{
    ndi_zip_member *member = source->context;
    z_stream *stream = &member->stream;
    size_t done = 0;
    int result = Z_OK;
    while (done < bytes && result != Z_STREAM_END) {
        size_t block = bytes - done < OUTPUT_BLOCK ? bytes - done : OUTPUT_BLOCK;
        stream->next_out = (unsigned char *)memory + done;
        stream->avail_out = (uInt)block;
        while (stream->avail_out > 0 && result == Z_OK) {
            if (stream->avail_in == 0 && member->taken < member->entry->stored && !refill(member))
                return -1;
            result = inflate(stream, Z_NO_FLUSH);
        }
        if (result == Z_MEM_ERROR) {
            ndi_fail(ND_ERROR_MEMORY, "%s: out of memory", source->name);
            return -1;
        }
        if (result != Z_OK && result != Z_STREAM_END) {
            malformed(source->name, result == Z_BUF_ERROR ? "its compressed data are cut off"
                                                          : "its compressed data are damaged");
            return -1;
        }
        size_t got = block - stream->avail_out;
        member->crc = (uint32_t)crc32_z(member->crc, (unsigned char *)memory + done, got);
        done += got;
        if (bytes > OUTPUT_BLOCK &&
            !ndi_progress_report(source->name, (double)done / (double)bytes))
            return -1;
    }
    return (int64_t)done;
}

bool ndi_zip_member_open(ndi_zip_member *member, const ndi_zip *zip, const ndi_zip_entry *entry,
                         const char *name)
{
    unsigned char local[LOCAL_BYTES];
    ndi_file file = zip->file;
    *member = (ndi_zip_member){.zip = zip, .entry = entry};
    member->source = (ndi_source){.name = name,
                                  .size = entry->bytes,
                                  .read = entry->method == 8 ? read_deflated : read_stored,
                                  .context = member};
    if (entry->encrypted || (entry->method != 0 && entry->method != 8)) {
        ndi_fail(ND_ERROR_UNSUPPORTED, "%s: it is %s; stored and deflated members can be read",
                 name, entry->encrypted ? "encrypted" : "compressed by another method");
        return false;
    }
    int64_t got = ndi_file_read_at(&file, local, sizeof local, entry->local_at);
    if (got < LOCAL_BYTES || memcmp(local, local_mark, 4) != 0)
        return got >= 0 && malformed(name, "it is not where the directory says");
    member->data_at =
        entry->local_at + LOCAL_BYTES + (int64_t)(number(local + 26, 2) + number(local + 28, 2));
    if (member->data_at > file.size || file.size - member->data_at < entry->stored)
        return malformed(name, "it is cut off by the end of the file");
    if (entry->method == 8) {
        member->stream.zalloc = ndi_block_zalloc;
        member->stream.zfree = ndi_block_zfree;
        member->input = ndi_allocate(INPUT_BYTES);
        if (!member->input)
            return false;
        if (inflateInit2(&member->stream, -MAX_WBITS) != Z_OK) {
            ndi_fail(ND_ERROR_MEMORY, "%s: out of memory", name);
            ndi_zip_member_close(member);
            return false;
        }
        member->inflating = true;
    }
    return true;
}

bool ndi_zip_member_intact(ndi_zip_member *member)
{
    unsigned char rest[256]; /* behind what was asked for; of a sound member nothing */
    int64_t got;
    while ((got = ndi_source_read(&member->source, rest, sizeof rest)) > 0)
        if (member->source.at > member->entry->bytes)
            return malformed(member->source.name, "it holds more than the directory says");
    if (got < 0)
        return false;
    if (member->source.at != member->entry->bytes || member->crc != member->entry->crc)
        return malformed(member->source.name, "its checksum is wrong: the data are damaged");
    return true;
}

void ndi_zip_member_close(ndi_zip_member *member)
{
    if (member->inflating)
        inflateEnd(&member->stream);
    if (member->input)
        ndi_free(member->input, INPUT_BYTES);
    member->inflating = false;
    member->input = NULL;
}

/* Writing zip archives, front to back. A stored member is written with its checksum before it; a
 * deflated one, whose length is known at its end, is followed by a descriptor. What is or may
 * become longer than 4 GiB has the fields of zip64. */
#include <string.h>

#include "io/block.h"
#include "io/zip.h"

enum {
    BUFFER_BYTES = 1 << 18,
    LEVEL = 6, /* what zip and NumPy use */
    DEFLATED = 8,
    HAS_DESCRIPTOR = 1 << 3,
    IS_UTF8 = 1 << 11,
    VERSION_DEFLATE = 20,
    VERSION_ZIP64 = 45,
    JANUARY_1980 = 33, /* the first day a zip archive can name: the same bytes every time */
    MOST_NAME = 65535,
};

/* From here on a member has the fields of zip64: deflate may add a little. */
static const uint64_t large = 0xf0000000;

struct record {
    unsigned char at[128];
    size_t length;
};

static void put(struct record *record, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        record->at[record->length++] = (unsigned char)(value >> 8 * i);
}

static bool write_bytes(ndi_zip_writer *writer, const void *memory, size_t bytes)
{
    writer->at += bytes;
    return ndi_output_write(writer->output, memory, bytes);
}

static bool write_record(ndi_zip_writer *writer, const struct record *record)
{
    return write_bytes(writer, record->at, record->length);
}

/* ---- Sinks ----------------------------------------------------------------------------------- */

static bool take_checksum(void *context, const void *memory, size_t bytes)
{
    ndi_zip_checksum *checksum = context;
    checksum->crc = ndi_zip_crc(checksum->crc, memory, bytes);
    return true;
}

ndi_sink ndi_zip_checksum_sink(ndi_zip_checksum *checksum)
{
    return (ndi_sink){take_checksum, checksum};
}

/* Runs the compressor until it has taken its input or, at the end, given all its output. */
static bool deflate_on(ndi_zip_writer *writer, int flush)
{
    z_stream *stream = &writer->stream;
    int result;
    do {
        stream->next_out = writer->buffer;
        stream->avail_out = BUFFER_BYTES;
        result = deflate(stream, flush);
        if (!write_bytes(writer, writer->buffer, BUFFER_BYTES - stream->avail_out))
            return false;
    } while (stream->avail_out == 0 && result != Z_STREAM_END);
    return true;
}

static bool take_contents(void *context, const void *memory, size_t bytes)
{
    ndi_zip_writer *writer = context;
    ndi_zip_written *member = &writer->written[writer->count - 1];
    writer->bytes += bytes;
    if (!member->deflated)
        return write_bytes(writer, memory, bytes);
    member->crc = ndi_zip_crc(member->crc, memory, bytes);
    while (bytes > 0) {
        uInt block = bytes < 1u << 30 ? (uInt)bytes : 1u << 30;
        writer->stream.next_in = (unsigned char *)(uintptr_t)memory;
        writer->stream.avail_in = block;
        if (!deflate_on(writer, Z_NO_FLUSH))
            return false;
        memory = (const char *)memory + block;
        bytes -= block;
    }
    return true;
}

ndi_sink ndi_zip_sink(ndi_zip_writer *writer)
{
    return (ndi_sink){take_contents, writer};
}

/* ---- Members --------------------------------------------------------------------------------- */

static bool start_deflating(ndi_zip_writer *writer)
{
    if (writer->deflating)
        return deflateReset(&writer->stream) == Z_OK;
    writer->buffer = ndi_allocate(BUFFER_BYTES);
    if (!writer->buffer)
        return false;
    writer->stream = (z_stream){.zalloc = ndi_block_zalloc, .zfree = ndi_block_zfree};
    if (deflateInit2(&writer->stream, LEVEL, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        ndi_fail(ND_ERROR_MEMORY, "%s: out of memory", writer->output->path);
        return false;
    }
    writer->deflating = true;
    return true;
}

/* A place for one more member in the list. */
static ndi_zip_written *add_member(ndi_zip_writer *writer, const char *name)
{
    const size_t length = strlen(name);
    if (length > MOST_NAME)
        return ndi_fail(ND_ERROR_ARGUMENT, "%s: the name of a member is longer than %d bytes",
                        writer->output->path, MOST_NAME);
    if (writer->count == writer->capacity) {
        const size_t capacity = 2 * writer->capacity + 8;
        ndi_zip_written *more = ndi_allocate(capacity * sizeof *more);
        if (!more)
            return NULL;
        if (writer->count)
            memcpy(more, writer->written, writer->count * sizeof *more);
        ndi_free(writer->written, writer->capacity * sizeof *more);
        writer->written = more;
        writer->capacity = capacity;
    }
    ndi_zip_written *member = &writer->written[writer->count];
    *member = (ndi_zip_written){.name = ndi_allocate(length + 1), .name_length = length};
    if (!member->name)
        return NULL;
    memcpy(member->name, name, length + 1);
    writer->count++;
    return member;
}

/* The fields that the local header and the entry of the directory have in common. */
static void put_common(struct record *record, const ndi_zip_written *member, bool zip64,
                       bool sizes_follow)
{
    put(record, zip64 ? VERSION_ZIP64 : VERSION_DEFLATE, 2);
    put(record, IS_UTF8 | (member->deflated ? HAS_DESCRIPTOR : 0), 2);
    put(record, member->deflated ? DEFLATED : 0, 2);
    put(record, 0, 2); /* time */
    put(record, JANUARY_1980, 2);
    put(record, sizes_follow ? 0 : member->crc, 4);
    put(record, zip64 ? UINT32_MAX : sizes_follow ? 0 : member->stored, 4);
    put(record, zip64 ? UINT32_MAX : sizes_follow ? 0 : member->bytes, 4);
    put(record, member->name_length, 2);
}

bool ndi_zip_begin(ndi_zip_writer *writer, const char *name, uint64_t bytes, bool deflate,
                   uint32_t crc)
{
    struct record record = {"PK\3\4", 4};
    const bool zip64 = bytes >= large;
    ndi_zip_written *member = add_member(writer, name);
    if (!member || (deflate && !start_deflating(writer)))
        return false;
    member->deflated = deflate;
    member->bytes = bytes;
    member->stored = deflate ? 0 : bytes;
    member->crc = deflate ? 0 : crc;
    member->local_at = writer->at;
    writer->bytes = 0;
    put_common(&record, member, zip64, deflate);
    put(&record, zip64 ? 20 : 0, 2);
    if (!write_record(writer, &record) || !write_bytes(writer, name, member->name_length))
        return false;
    record.length = 0;
    if (zip64) {
        put(&record, 1, 2);
        put(&record, 16, 2);
        put(&record, deflate ? 0 : bytes, 8);
        put(&record, deflate ? 0 : bytes, 8);
    }
    return write_record(writer, &record);
}

bool ndi_zip_end(ndi_zip_writer *writer)
{
    ndi_zip_written *member = &writer->written[writer->count - 1];
    struct record record = {"PK\7\10", 4};
    if (!member->deflated)
        return true;
    const int width = member->bytes >= large ? 8 : 4;
    writer->stream.avail_in = 0;
    if (!deflate_on(writer, Z_FINISH))
        return false;
    member->stored = writer->stream.total_out;
    put(&record, member->crc, 4);
    put(&record, member->stored, width);
    put(&record, member->bytes, width);
    return write_record(writer, &record);
}

/* ---- The directory --------------------------------------------------------------------------- */

static bool write_entry(ndi_zip_writer *writer, const ndi_zip_written *member)
{
    struct record record = {"PK\1\2", 4}, extra = {.length = 4};
    const bool sizes64 = member->bytes >= large, offset64 = member->local_at >= UINT32_MAX;
    if (sizes64) {
        put(&extra, member->bytes, 8);
        put(&extra, member->stored, 8);
    }
    if (offset64)
        put(&extra, member->local_at, 8);
    const size_t extra_length = extra.length > 4 ? extra.length : 0;
    extra.length = 0;
    put(&extra, 1, 2);
    put(&extra, extra_length - 4, 2);
    extra.length = extra_length;

    put(&record, 3 << 8 | VERSION_ZIP64, 2); /* made on Unix: the attributes are a file's mode */
    put_common(&record, member, sizes64, false);
    put(&record, extra_length, 2);
    put(&record, 0, 2); /* comment */
    put(&record, 0, 2); /* disk */
    put(&record, 0, 2); /* internal attributes */
    put(&record, 0100644ul << 16, 4);
    put(&record, offset64 ? UINT32_MAX : member->local_at, 4);
    return write_record(writer, &record) &&
           write_bytes(writer, member->name, member->name_length) && write_record(writer, &extra);
}

bool ndi_zip_finish(ndi_zip_writer *writer)
{
    const uint64_t at = writer->at;
    for (size_t i = 0; i < writer->count; i++)
        if (!write_entry(writer, &writer->written[i]))
            return false;
    const uint64_t bytes = writer->at - at, end64_at = writer->at;
    const bool zip64 = at >= UINT32_MAX || bytes >= UINT32_MAX || writer->count >= UINT16_MAX;
    struct record end = {.length = 0};
    if (zip64) {
        memcpy(end.at, "PK\6\6", 4);
        end.length = 4;
        put(&end, 44, 8); /* bytes that follow */
        put(&end, 3 << 8 | VERSION_ZIP64, 2);
        put(&end, VERSION_ZIP64, 2);
        put(&end, 0, 8); /* disks */
        put(&end, writer->count, 8);
        put(&end, writer->count, 8);
        put(&end, bytes, 8);
        put(&end, at, 8);
        memcpy(end.at + end.length, "PK\6\7", 4);
        end.length += 4;
        put(&end, 0, 4);
        put(&end, end64_at, 8);
        put(&end, 1, 4);
        if (!write_record(writer, &end))
            return false;
    }
    const uint64_t count = zip64 ? UINT16_MAX : writer->count;
    memcpy(end.at, "PK\5\6", 4);
    end.length = 4;
    put(&end, 0, 4); /* disks */
    put(&end, count, 2);
    put(&end, count, 2);
    put(&end, zip64 ? UINT32_MAX : bytes, 4);
    put(&end, zip64 ? UINT32_MAX : at, 4);
    put(&end, 0, 2);
    return write_record(writer, &end);
}

void ndi_zip_writer_free(ndi_zip_writer *writer)
{
    if (writer->deflating)
        deflateEnd(&writer->stream);
    if (writer->buffer)
        ndi_free(writer->buffer, BUFFER_BYTES);
    for (size_t i = 0; i < writer->count; i++)
        ndi_free(writer->written[i].name, writer->written[i].name_length + 1);
    ndi_free(writer->written, writer->capacity * sizeof *writer->written);
}

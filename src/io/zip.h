/* Zip archives: their directory, reading members, writing members one after the other. Stored and
 * deflated members, zip64; no encryption, no archives in several parts. */
#ifndef NDSTREAM_IO_ZIP_H
#define NDSTREAM_IO_ZIP_H

#include <zlib.h>

#include "io/file.h"

/* ---- Reading --------------------------------------------------------------------------------- */

typedef struct ndi_zip_entry {
    const char *name; /* as long as the archive */
    int method;       /* 0: stored, 8: deflated; any other cannot be read */
    bool encrypted;
    uint32_t crc;
    int64_t bytes;    /* of its contents */
    int64_t stored;   /* in the archive */
    int64_t local_at; /* offset of its local header */
} ndi_zip_entry;

typedef struct ndi_zip {
    ndi_file file;
    size_t count;
    size_t arrays; /* how many of them, the first ones, are of interest: set by the user */
    ndi_zip_entry *entry;
    char *names;
    size_t names_bytes;
} ndi_zip;

/* Opens an archive and reads its directory. False, with nothing to close, for a file that is no
 * archive or whose directory is malformed. `path` is the caller's and stays. */
bool ndi_zip_open(ndi_zip *zip, const char *path);
void ndi_zip_close(ndi_zip *zip);

/* A member being read. */
typedef struct ndi_zip_member {
    ndi_source source;
    const ndi_zip *zip;
    const ndi_zip_entry *entry;
    int64_t data_at; /* offset in the archive */
    int64_t taken;   /* bytes of the archive that have been used */
    uint32_t crc;    /* of what has been read */
    z_stream stream;
    bool inflating;
    unsigned char *input;
} ndi_zip_member;

/* `name` is what errors call the member, and stays. False, with nothing to close, on error. */
bool ndi_zip_member_open(ndi_zip_member *member, const ndi_zip *zip, const ndi_zip_entry *entry,
                         const char *name);
/* Whether what has been read to the end is what was written. False with ND_ERROR_FORMAT. */
bool ndi_zip_member_intact(ndi_zip_member *member);
void ndi_zip_member_close(ndi_zip_member *member);

/* ---- Writing --------------------------------------------------------------------------------- */

/* What the directory will say of a member. */
typedef struct ndi_zip_written {
    char *name;
    size_t name_length;
    bool deflated;
    uint32_t crc;
    uint64_t bytes, stored, local_at;
} ndi_zip_written;

typedef struct ndi_zip_writer {
    ndi_output *output;
    uint64_t at; /* bytes written */
    size_t count, capacity;
    ndi_zip_written *written;
    z_stream stream;
    bool deflating;
    unsigned char *buffer;
    uint64_t bytes; /* of the member so far */
} ndi_zip_writer;

/* Checksum of contents: a sink that writes nothing. `context` is a ndi_zip_checksum. */
typedef struct ndi_zip_checksum {
    uint32_t crc;
} ndi_zip_checksum;
ndi_sink ndi_zip_checksum_sink(ndi_zip_checksum *checksum);

/* Begins a member of `bytes` bytes in all, which then go to the sink. The checksum of a stored one
 * is given now; of a deflated one it follows the data. */
bool ndi_zip_begin(ndi_zip_writer *writer, const char *name, uint64_t bytes, bool deflate,
                   uint32_t crc);
ndi_sink ndi_zip_sink(ndi_zip_writer *writer);
bool ndi_zip_end(ndi_zip_writer *writer);
/* Writes the directory. */
bool ndi_zip_finish(ndi_zip_writer *writer);
/* Frees what the writer holds, on every way out. */
void ndi_zip_writer_free(ndi_zip_writer *writer);

/* CRC-32 of more bytes, by several threads where there are many. */
uint32_t ndi_zip_crc(uint32_t crc, const void *memory, size_t bytes);

#endif

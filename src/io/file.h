/* What the formats share: reading files whole, exactly or by mapping, and replacing them safely. */
#ifndef NDSTREAM_IO_FILE_H
#define NDSTREAM_IO_FILE_H

#include <limits.h>

#include "array/array.h"

/* A file open for reading. */
typedef struct ndi_file {
    const char *path; /* the caller's; for messages */
    int descriptor;
    int64_t size; /* of a regular file; -1 for a pipe or a device, which only tells at its end */
} ndi_file;

/* False with ND_ERROR_FILE (or ND_ERROR_ARGUMENT for a NULL path). */
bool ndi_file_open(ndi_file *file, const char *path);
void ndi_file_close(ndi_file *file);

/* Reads on from where the last call stopped. Returns how many bytes there were, fewer than `bytes`
 * only at the end of the file, or -1 with ND_ERROR_FILE. */
int64_t ndi_file_read(ndi_file *file, void *memory, size_t bytes);

/* The same from an offset of a regular file, by several threads, for large amounts. Reports its
 * progress; -1 with ND_ERROR_CANCELLED if it was stopped. */
int64_t ndi_file_read_at(ndi_file *file, void *memory, size_t bytes, int64_t offset);

/* Where a format reads from, front to back: a file, or a member of an archive. */
typedef struct ndi_source {
    const char *name; /* for messages */
    int64_t size;     /* bytes in all; -1: only its end tells */
    int64_t at;       /* bytes that have been read */
    int64_t (*read)(struct ndi_source *source, void *memory, size_t bytes);
    void *context;
} ndi_source;

/* Reads on, as ndi_file_read() does. */
int64_t ndi_source_read(ndi_source *source, void *memory, size_t bytes);

/* The whole of a file from which nothing has been read; large amounts by several threads. */
ndi_source ndi_file_source(ndi_file *file);

/* Bytes of a whole file and the memory they are in. */
typedef struct ndi_file_text {
    char *at;
    size_t length;
    size_t allocated;
} ndi_file_text;

/* Reads a file of any kind to its end, with room for `padding` more bytes, which are 0. False on
 * error, with nothing to free. */
bool ndi_file_read_all(const char *path, size_t padding, ndi_file_text *text);
/* The same of bytes that are in memory already: a copy. */
bool ndi_file_text_copy(const char *bytes, size_t length, size_t padding, ndi_file_text *text);
void ndi_file_text_free(ndi_file_text *text);

/* Read-only storage over the whole of an open regular file; it lives on after the file is closed.
 * NULL on error. */
ndi_storage *ndi_file_map(ndi_file *file);

/* A file being written: beside its target, which it replaces in the end, so that a reader finds the
 * old file or the whole new one. What is not a regular file (a pipe, a device) is written directly.
 */
typedef struct ndi_output {
    const char *path; /* the caller's; for messages */
    int descriptor;
    bool direct;
    bool unnamed;          /* no name leads to it before it is whole */
    bool failed;           /* something could not be written, or the writer gave up */
    char target[PATH_MAX]; /* symbolic links resolved */
    char beside[PATH_MAX];
} ndi_output;

bool ndi_output_open(ndi_output *output, const char *path);
/* After a failure, and for 0 bytes, it does nothing. */
bool ndi_output_write(ndi_output *output, const void *memory, size_t bytes);
/* Where a format writes to: a file, or what looks at the bytes on their way to one. */
typedef struct ndi_sink {
    bool (*write)(void *context, const void *memory, size_t bytes); /* false: the error is kept */
    void *context;
} ndi_sink;

ndi_sink ndi_output_sink(ndi_output *output);

/* Ends writing: puts the file in its place, unless anything failed. Returns whether all went well.
 */
bool ndi_output_close(ndi_output *output);

/* For functions that save: the error that explains why there is no array. */
nd_status ndi_no_array(const char *operation);

#endif

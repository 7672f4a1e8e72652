/* Arrays from and to the names that nds takes: FILE as nd_load() reads it, FILE.csv:COLUMN,
 * FILE.npz:NAME, and - for a .npy file on the standard streams. */
#ifndef NDSTREAM_CLI_FILES_H
#define NDSTREAM_CLI_FILES_H

#include <ndstream/io.h>

/* A name taken apart. */
typedef struct nds_file {
    char path[4096];
    const char *member; /* behind the colon, NULL if there is none */
    enum { NDS_ARRAY, NDS_TABLE, NDS_ARCHIVE } kind;
    char separator; /* of a table */
} nds_file;

/* False, said, if the name is too long. */
bool nds_file_of(const char *name, nds_file *file);

/* An array, into the open scope. NULL with the error kept, or said if none is. */
nd_array *nds_load(const char *name);

/* The numeric columns of a table side by side, or what nds_load() gives. */
nd_array *nds_load_numbers(const char *name);

/* True if all is written; else with the error kept. */
bool nds_save(const char *name, const nd_array *array);

/* A text, beside FILE and renamed, as the library replaces files; - is standard output. False with
 * the error kept, or said if none is. */
bool nds_save_text(const char *name, const char *text, size_t length);

/* A table of a file of that kind, whose first row is data if it holds numbers only; NULL with the
 * error kept. The caller frees it. */
nd_table *nds_read_table(const nds_file *file);

#endif

/* Shared by the parts of the reader of tables: csv.c (the file and the table), csv_rows.c (rows of
 * text), csv_tidy.c (comments and white space); and by what uses tables. */
#ifndef NDSTREAM_IO_CSV_H
#define NDSTREAM_IO_CSV_H

#include <ndstream/io.h>

#include "io/file.h"
#include "io/number.h"

/* What a column holds, in the order of generality. A slot of a column has 8 bytes for each of them.
 */
typedef enum ndi_csv_type {
    NDI_CSV_INT64,
    NDI_CSV_FLOAT64,
    NDI_CSV_TEXT, /* while reading: where the field is (ndi_csv_pack); in the end: offset of its
                     text */
    NDI_CSV_SKIPPED
} ndi_csv_type;

#define NDI_CSV_MISSING UINT64_MAX /* the slot of a text that is missing */

typedef struct ndi_csv_column {
    const char *name;
    ndi_csv_type type;
    nd_array *array; /* int64 or float64; the slots of a text column as int64 */
    int64_t missing;
} ndi_csv_column;

/* A file being read. */
typedef struct ndi_csv {
    const char *path;
    ndi_file_text text; /* followed by padding */
    char *begin, *end;  /* the rows of data; the last byte is '\n' */
    char separator;
    bool has_quotes;
    bool skip_blank; /* blank lines are no rows, in a table of one column neither */
    bool numbered;   /* columns have numbers, no names */
    bool lenient;    /* what is no number is missing: no column is text */
    int columns;
    ndi_csv_column *column;
    const char *const *missing;
    bool missing_first[256]; /* letters that a missing text begins with; [0]: the empty text is one
                              */
    bool missing_numbers;    /* some missing text would be a number */
    locale_t locale;
} ndi_csv;

struct nd_table {
    ndi_csv csv; /* text, columns: those that were asked for come first */
    int columns;
    int64_t rows;
    char *names; /* all of them, each ending in '\0' */
    size_t names_bytes;
};

/* What a table must be beside what the options say. */
typedef enum ndi_csv_kind {
    NDI_CSV_ANY,
    NDI_CSV_NUMBERS /* no column is text; a first row of numbers is no header */
} ndi_csv_kind;

nd_table *ndi_read_csv(const char *path, const nd_csv_options *options, ndi_csv_kind kind);

/* The name of a column that was asked for: where columns are numbered, "-1" stands for the last. */
typedef struct ndi_csv_name {
    char text[16];
} ndi_csv_name;
const char *ndi_csv_name_of(const ndi_csv *csv, const char *name, ndi_csv_name *own);

/* False, with ND_ERROR_ARGUMENT, for what cannot separate fields. */
bool ndi_csv_check_separator(const char *operation, char separator);

/* What can be wrong with a row. */
typedef enum ndi_csv_fault {
    NDI_CSV_NO_FAULT,
    NDI_CSV_TOO_FEW,
    NDI_CSV_TOO_MANY,
    NDI_CSV_UNCLOSED,
    NDI_CSV_AFTER_QUOTE
} ndi_csv_fault;

/* Some rows, read by one thread. */
typedef struct ndi_csv_chunk {
    const char *begin, *end;
    int64_t first_row; /* slot of the first row */
    int64_t most_rows; /* lines: there are at most so many rows */
    int64_t rows;
    uint8_t *types;   /* of each column: in, as believed; out, as found */
    int64_t *missing; /* of each column */
    bool again;       /* a column became text after other rows had been read */
    ndi_csv_fault fault;
    const char *fault_at;
    int fault_column;
} ndi_csv_chunk;

/* One field: its contents, and the separator or '\n' after it. */
typedef struct ndi_csv_field {
    const char *begin, *end; /* without quotes */
    const char *stop;
    bool quoted;
    bool escaped; /* has doubled quotes */
} ndi_csv_field;

/* Finds the field at `at`. */
ndi_csv_fault ndi_csv_find_field(const ndi_csv *csv, const char *at, ndi_csv_field *field);

/* Reads at most `limit` rows of a chunk into the columns. */
void ndi_csv_read_rows(const ndi_csv *csv, ndi_csv_chunk *chunk, int64_t limit);

/* Makes float64 of a column that a chunk has read as int64. */
void ndi_csv_widen(const ndi_csv *csv, const ndi_csv_chunk *chunk, int column);

/* Turns slots first..last-1 of a text column into offsets of texts that end in '\0', in place. */
void ndi_csv_finish_texts(ndi_csv *csv, uint64_t *slots, int64_t first, int64_t last);

/* Copies a field without its doubled quotes, ending in '\0'; returns the length. `to` may be
 * field->begin. */
size_t ndi_csv_copy_text(const ndi_csv_field *field, char *to);

/* The number that a whole field is, white space around it allowed. */
ndi_number ndi_csv_number_in(const ndi_csv *csv, const ndi_csv_field *field);

/* Takes out, in place, comments and, if the separator is white space, all of it but one space
 * between two fields. Lines stay lines. */
void ndi_csv_tidy(ndi_csv *csv, char comment);

bool ndi_csv_is_missing(const ndi_csv *csv, const char *begin, const char *end);

#endif

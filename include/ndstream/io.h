/* Files and printing. */
#ifndef NDSTREAM_IO_H
#define NDSTREAM_IO_H

#include <ndstream/array.h>

#include <stdio.h>

ND_BEGIN_C

/* ---- .npy ------------------------------------------------------------------------------------ */

/* Reads a NumPy .npy file of format 1.0, 2.0 or 3.0, in either order of axes and byte order.
 * bfloat16 is read from the two-byte void type that ml_dtypes writes ('<V2'), bytes of a bool other
 * than 0 as true.
 * Errors, with the path: ND_ERROR_FILE (cannot be read, or shorter than its header says),
 * ND_ERROR_FORMAT (no .npy file, malformed header), ND_ERROR_DTYPE (object, string, structured),
 * ND_ERROR_MEMORY. */
ND_API nd_array *nd_load_npy(const char *path);
/* The same without reading: the file is mapped into memory, read-only, and read as it is used. The
 * mapping lives as long as an array uses it; a file that is shortened meanwhile ends the program
 * (SIGBUS). Files in the other byte order are ND_ERROR_DTYPE. What cannot be mapped (a pipe,
 * elements at odd addresses) is read. */
ND_API nd_array *nd_map_npy(const char *path);
/* Writes format 1.0 (2.0 if the header needs it) in C order, or in Fortran order for an array that
 * has only that. Written beside and renamed: a reader sees the old file or the whole new one. */
ND_API nd_status nd_save_npy(const char *path, const nd_array *array);

/* ---- CSV ------------------------------------------------------------------------------------- */

/* Zero-initialised means the defaults. */
typedef struct nd_csv_options {
    char separator;             /* 0: ',' */
    bool no_header;             /* the first line is data; columns are named "0", "1", ... */
    const char *const *missing; /* NULL-terminated texts that mean "no value"; NULL: "", "NA",
                                   "NaN", "nan", "null" */
    const char *const *columns; /* NULL-terminated names to read; NULL: all */
} nd_csv_options;

/* A table of columns of equal length. */
typedef struct nd_table nd_table;

/* Reads a CSV file with quoted fields (RFC 4180; "\n" or "\r\n"). Each column gets a type from all
 * its fields: int64, else float64, else text. A missing value is NaN in a float64 column; an
 * integer column that misses values becomes float64. A quoted field is treated like an unquoted
 * one, once it is unquoted. Numbers are decimal, "inf" and "nan", correctly rounded, in every
 * locale; white space around them is allowed. Blank lines are no rows; between the rows of a table
 * of one column they are missing values. Columns keep the order of the file.
 * Errors, with path, line and column: ND_ERROR_FILE, ND_ERROR_FORMAT (too many or too few fields,
 * an unclosed quote), ND_ERROR_ARGUMENT (no such column), ND_ERROR_MEMORY. The caller owns the
 * table (nd_table_free). */
ND_API nd_table *nd_read_csv(const char *path, const nd_csv_options *options);
ND_API void nd_table_free(nd_table *table);
ND_API int64_t nd_table_rows(const nd_table *table);
ND_API int nd_table_columns(const nd_table *table);
/* Name of a column, alive as long as the table; NULL if out of range. */
ND_API const char *nd_table_name(const nd_table *table, int column);
/* Number of missing values of a column, -1 if out of range. */
ND_API int64_t nd_table_missing(const nd_table *table, int column);
/* A numeric column as a 1-d array of int64 or float64. ND_ERROR_ARGUMENT if there is no such
 * column, ND_ERROR_DTYPE if it is text. */
ND_API nd_array *nd_table_column(const nd_table *table, const char *name);
/* One field of a text column (alive as long as the table), NULL if missing, out of range or not
 * text. */
ND_API const char *nd_table_text(const nd_table *table, const char *name, int64_t row);

/* ---- PNG ------------------------------------------------------------------------------------- */

/* Reads a PNG: uint8 or uint16, shape (height, width) for grey, (height, width, channels) else;
 * palettes and low bit depths are expanded. Errors, with the path: ND_ERROR_FILE (cannot be read,
 * or cut off), ND_ERROR_FORMAT, ND_ERROR_MEMORY. */
ND_API nd_array *nd_load_png(const char *path);
/* Writes uint8 or uint16 of those shapes (1 to 4 channels), beside and renamed. ND_ERROR_SHAPE,
 * ND_ERROR_DTYPE. */
ND_API nd_status nd_save_png(const char *path, const nd_array *array);

/* By the ending of the name: .npy or .png. ND_ERROR_ARGUMENT for another ending. */
ND_API nd_array *nd_load(const char *path);
ND_API nd_status nd_save(const char *path, const nd_array *array);

/* ---- Printing -------------------------------------------------------------------------------- */

/* The text NumPy 2.4's str() gives with its default options (bfloat16 by the rules of float16):
 * aligned, shortest floats that read back the same (to 8 places), summarised above 1000 elements.
 * The caller frees it with nd_text_free. */
ND_API char *nd_to_text(const nd_array *array);
ND_API void nd_text_free(char *text);
/* nd_to_text() and a newline to standard output, or to a stream. Given NULL it prints the kept
 * error. */
ND_API void nd_print(const nd_array *array);
ND_API void nd_print_to(FILE *stream, const nd_array *array);

ND_END_C

#endif

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
 * Errors, with the path: ND_ERROR_FILE (cannot be read), ND_ERROR_EMPTY, ND_ERROR_TRUNCATED (it is
 * shorter than its header says), ND_ERROR_FORMAT (no .npy file, malformed header), ND_ERROR_PICKLED
 * (objects of Python), ND_ERROR_DTYPE (string, structured), ND_ERROR_MEMORY. */
ND_API nd_array *nd_load_npy(const char *path);
/* The same without reading: the file is mapped into memory, read-only, and read as it is used. The
 * mapping lives as long as an array uses it; a file that is shortened meanwhile ends the program
 * (SIGBUS). Files in the other byte order are ND_ERROR_DTYPE. What cannot be mapped (a pipe,
 * elements at odd addresses) is read. */
ND_API nd_array *nd_map_npy(const char *path);
/* Writes format 1.0 (2.0 if the header needs it) in C order, or in Fortran order for an array that
 * has only that. Written beside and renamed: a reader sees the old file or the whole new one. What
 * is not whole has no name where the file system knows such files (those of Linux, most of them),
 * so a program that is killed leaves nothing behind. */
ND_API nd_status nd_save_npy(const char *path, const nd_array *array);

/* ---- .npz: several arrays by name in one zip archive ----------------------------------------- */

/* An archive that is open for reading; the caller closes it. */
typedef struct nd_archive nd_archive;

/* What an archive says of one of its arrays. */
typedef struct nd_member {
    const char *name; /* as NumPy gives it, without ".npy"; alive as long as the archive */
    nd_dtype dtype;
    nd_shape shape;
    bool fortran;  /* the elements are in Fortran order */
    bool deflated; /* compressed */
    int64_t bytes; /* in the archive */
} nd_member;

/* Opens what numpy.savez or savez_compressed wrote; reads the directory, which is checked. Members
 * that are no .npy files are left out. Errors, with the path: ND_ERROR_FILE, ND_ERROR_FORMAT (no
 * zip archive, a damaged one, a pipe), ND_ERROR_MEMORY. */
ND_API nd_archive *nd_open_npz(const char *path);
ND_API void nd_archive_close(nd_archive *archive);
/* How many arrays there are; 0 for NULL. */
ND_API int64_t nd_archive_count(const nd_archive *archive);
/* Name of an array, alive as long as the archive; NULL if out of range. */
ND_API const char *nd_archive_name(const nd_archive *archive, int64_t index);
/* Describes an array by the header in the archive. ND_ERROR_INDEX, or the errors of
 * nd_archive_load(). */
ND_API nd_status nd_archive_describe(nd_archive *archive, int64_t index, nd_member *member);
/* Reads an array; its checksum is compared. ND_ERROR_ARGUMENT if there is none of that name,
 * ND_ERROR_FORMAT for damaged data, ND_ERROR_UNSUPPORTED if it is encrypted or compressed by
 * anything but deflate, and the errors of nd_load_npy(). */
ND_API nd_array *nd_archive_load(nd_archive *archive, const char *name);
/* nd_archive_load() from a file; `name` NULL: the only array, ND_ERROR_ARGUMENT if there are more.
 */
ND_API nd_array *nd_load_npz(const char *path, const char *name);
/* Writes `count` arrays by name, deflated if `compress`, beside and renamed. ND_ERROR_ARGUMENT for
 * an empty or repeated name. */
ND_API nd_status nd_save_npz(const char *path, int count, const char *const *names,
                             const nd_array *const *arrays, bool compress);

/* ---- Raw elements ---------------------------------------------------------------------------- */

/* Which byte of an element comes first: that of this machine, the lowest, the highest. */
typedef enum nd_byte_order { ND_NATIVE_ENDIAN, ND_LITTLE_ENDIAN, ND_BIG_ENDIAN } nd_byte_order;

/* Zero-initialised means the defaults. */
typedef struct nd_raw_options {
    int64_t offset; /* bytes before the first element */
    nd_byte_order byte_order;
    bool fortran; /* the first axis varies fastest */
} nd_raw_options;

/* Reads the elements of a file without a header (numpy.fromfile, memmap). One length of `shape` may
 * be -1: as many as the file holds. `options` NULL: the defaults. Errors: ND_ERROR_FILE (cannot be
 * read), ND_ERROR_TRUNCATED (too short), ND_ERROR_SHAPE, ND_ERROR_DTYPE, ND_ERROR_VALUE (offset, or
 * a rest that is no whole element), ND_ERROR_MEMORY. */
ND_API nd_array *nd_load_raw(const char *path, nd_dtype dtype, nd_shape shape,
                             const nd_raw_options *options);
/* The same without reading, as nd_map_npy() does it. */
ND_API nd_array *nd_map_raw(const char *path, nd_dtype dtype, nd_shape shape,
                            const nd_raw_options *options);
/* Writes the elements in C order and the byte order of the machine, and nothing else; beside and
 * renamed. */
ND_API nd_status nd_save_raw(const char *path, const nd_array *array);

/* ---- Tables of text: CSV and its kin --------------------------------------------------------- */

/* Zero-initialised means the defaults. */
typedef struct nd_csv_options {
    char separator;             /* 0: ','; ' ': any white space between fields, however much */
    bool no_header;             /* the first line is data; columns are named "0", "1", ... */
    const char *const *missing; /* NULL-terminated texts that mean "no value"; NULL: "", "NA",
                                   "NaN", "nan", "null" */
    const char *const *columns; /* NULL-terminated names to read; NULL: all. With `no_header` "-1"
                                   is the last column */
    char comment;               /* begins what is ignored to the end of its line; 0: nothing does */
    int64_t skip_lines;         /* before the header or the first row */
    int64_t max_rows;           /* rows of data to read; 0: all */
    const char *text;           /* this text is read, not the file: the path is only its name */
    size_t text_bytes;
    bool lenient; /* nd_load_text: a field that is no number is missing, and not an error */
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

/* Reads a table of numbers as a 2-d float64 array, a row for each line. `options` NULL: as
 * numpy.loadtxt(ndmin=2), fields between white space and comments from '#' on. With `no_header`
 * unset the first row is left out if one of its fields is no number; `columns` needs one, and their
 * order is that of the result, in which one may occur again. Missing values are NaN. Errors as
 * nd_read_csv(), and ND_ERROR_DTYPE for a column that holds text, with the place of the first field
 * that is no number. */
ND_API nd_array *nd_load_text(const char *path, const nd_csv_options *options);
/* The same as an array of `dtype`. ND_ERROR_DTYPE too for what is no dtype, and, where integers are
 * asked for, for numbers that are not in `dtype`, or not in int64. */
ND_API nd_array *nd_load_text_as(const char *path, nd_dtype dtype, const nd_csv_options *options);
/* Writes a table: named columns (1-d arrays of one length), or, with `names` NULL, no header.
 * `separator` 0: ','. Floats are the shortest decimals that read back as the same value; NaN is
 * "nan", bools are 0 and 1. Names are quoted where they must be. Beside and renamed. Errors:
 * ND_ERROR_SHAPE, ND_ERROR_DTYPE (complex), ND_ERROR_ARGUMENT (separator), ND_ERROR_FILE,
 * ND_ERROR_MEMORY. */
ND_API nd_status nd_write_csv(const char *path, char separator, int count, const char *const *names,
                              const nd_array *const *columns);
/* The same with the columns of a table, texts among them; missing values are empty fields. */
ND_API nd_status nd_write_table(const char *path, char separator, const nd_table *table);
/* The same with the rows of a 2-d array, or the elements of a 1-d one, one a line; no header. */
ND_API nd_status nd_save_text(const char *path, char separator, const nd_array *array);

/* ---- PNG ------------------------------------------------------------------------------------- */

/* Reads a PNG: uint8 or uint16, shape (height, width) for grey, (height, width, channels) else;
 * palettes and low bit depths are expanded. Errors, with the path: ND_ERROR_FILE (cannot be read),
 * ND_ERROR_TRUNCATED, ND_ERROR_FORMAT, ND_ERROR_MEMORY. */
ND_API nd_array *nd_load_png(const char *path);
/* Writes uint8 or uint16 of those shapes (1 to 4 channels), beside and renamed. ND_ERROR_SHAPE,
 * ND_ERROR_DTYPE. */
ND_API nd_status nd_save_png(const char *path, const nd_array *array);

/* ---- PGM and PPM ----------------------------------------------------------------------------- */

/* Reads a PGM or PPM image, binary or plain (P2, P3, P5, P6): uint8, or uint16 if its largest value
 * is above 255, shape (height, width) or (height, width, 3). Values are those of the file, whatever
 * it calls the largest. Errors, with the path: ND_ERROR_FILE (cannot be read),
 * ND_ERROR_TRUNCATED, ND_ERROR_FORMAT, ND_ERROR_MEMORY. */
ND_API nd_array *nd_load_pnm(const char *path);
/* Writes uint8 or uint16 of those shapes, `plain` as text, beside and renamed. ND_ERROR_SHAPE,
 * ND_ERROR_DTYPE. */
ND_API nd_status nd_save_pnm(const char *path, const nd_array *array, bool plain);

/* ---- By the ending of the name ------------------------------------------------------------------
 *     .npy                 nd_load_npy, nd_save_npy
 *     .npz                 its only array; saved as "arr_0", not compressed
 *     .csv .tsv .txt       nd_load_text (with ',' or tabs, and a header if there is one; .txt as
 *                          numpy.loadtxt), nd_save_text
 *     .raw .bin            saved only: nd_load_raw() must be told dtype and shape
 *     .png .pgm .ppm .pnm  images
 * ND_ERROR_ARGUMENT for another ending. */
ND_API nd_array *nd_load(const char *path);
ND_API nd_status nd_save(const char *path, const nd_array *array);

/* ---- Printing -------------------------------------------------------------------------------- */

/* The text NumPy 2.4's str() gives with its default options (bfloat16 by the rules of float16):
 * aligned, shortest floats that read back the same (to 8 places), summarised above 1000 elements.
 * The caller frees it with nd_text_free. */
ND_API char *nd_to_text(const nd_array *array);
ND_API void nd_text_free(char *text);

/* How many places floats have. */
typedef enum nd_float_mode {
    ND_FLOAT_SHORTEST, /* NumPy's 'maxprec': what reads back, at most `precision` places */
    ND_FLOAT_EQUAL,    /* 'maxprec_equal': the same, with zeros up to the longest */
    ND_FLOAT_FIXED,    /* 'fixed': `precision` places */
    ND_FLOAT_UNIQUE    /* 'unique': what reads back */
} nd_float_mode;

/* How arrays are written: numpy.array2string(). Begin with ND_TEXT_OPTIONS. */
typedef struct nd_text_options {
    int precision;         /* places after the point, 0 to 100 */
    int64_t threshold;     /* arrays of more elements are summarised */
    int edge_items;        /* shown at each end of a summarised axis */
    int line_width;        /* columns of a line */
    const char *separator; /* between elements; between rows without the space at its end */
    int prefix, suffix;    /* columns that are taken before the first line and after the last */
    bool suppress_small;   /* no exponents because of small numbers */
    nd_float_mode float_mode;
    char sign; /* '-': of negative numbers, '+': always, ' ': a space for plus */
    const char *nan, *inf;
    /* Writes an element as text of at most `capacity` bytes, without an end, and returns how many;
     * below 0 fails. NULL: as NumPy does. */
    int (*word)(void *context, const void *element, char *text, int capacity);
    void *context;
} nd_text_options;

/* NumPy's defaults, as nd_to_text() has them. */
#define ND_TEXT_OPTIONS                                                                            \
    {                                                                                              \
        8, 1000, 3, 75, " ", 0, 0, false, ND_FLOAT_SHORTEST, '-', "nan", "inf", NULL, NULL         \
    }

/* nd_to_text() with options. Arrays without axes are written as scalars, whatever they say.
 * ND_ERROR_VALUE for a precision, edge_items or prefix out of range, and where `word` fails. */
ND_API char *nd_to_text_with(const nd_array *array, const nd_text_options *options);
/* nd_to_text() and a newline to standard output, or to a stream. Given NULL it prints the kept
 * error, if any. */
ND_API void nd_print(const nd_array *array);
ND_API void nd_print_to(FILE *stream, const nd_array *array);

ND_END_C

#endif

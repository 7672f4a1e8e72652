/* CSV tables: the file is read whole, cut into chunks at row starts, and the chunks are read in
 * parallel into the columns.
 *
 * The steps: read the file; name the columns by its first row; cut the rest into chunks (at
 * newlines, or, if the file has quotes, at newlines outside of them); count lines, which bounds the
 * rows and gives every chunk its place in the columns; guess the types from the first rows; read
 * all chunks; read those again that believed a text column to hold numbers; close gaps that blank
 * lines and newlines in fields have left; end the texts with '\0' where they lie in the file's
 * text. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "base/progress.h"
#include "io/csv.h"

enum {
    PADDING = 16, /* after the text: a last '\n', and bytes for loads of 8 */
    CHUNK_BYTES = 1 << 19,
    SAMPLE_ROWS = 100,    /* from which the types are guessed */
    TEXT_GRAIN = 1 << 14, /* rows */
    MOST_COLUMNS = 1 << 24,
    REPORT_CHUNKS = 64, /* between two reports of progress */
};

/* The chunks of a file and the memory of their types and counts. */
struct reading {
    ndi_csv *csv;
    ndi_csv_chunk *chunk;
    size_t chunks;
    uint8_t *types;
    int64_t *missing;
    int64_t rows;
    size_t first; /* chunk of the batch that is being read */
};

static const char *const usual_missing[] = {"", "NA", "NaN", "nan", "null", NULL};

/* ---- The file and its columns ---------------------------------------------------------------- */

static bool is_blank(const char *at, const char *end)
{
    return at < end && (*at == '\n' || (*at == '\r' && at + 1 < end && at[1] == '\n'));
}

/* Reads the file and sets begin..end to its lines, without a byte order mark and blank lines around
 * them. */
static bool read_text(ndi_csv *csv, const nd_csv_options *options)
{
    const ndi_stage outer = ndi_stage_begin(0, 0.2);
    const bool got =
        options->text ? ndi_file_text_copy(options->text, options->text_bytes, PADDING, &csv->text)
                      : ndi_file_read_all(csv->path, PADDING, &csv->text);
    ndi_stage_end(outer);
    if (!got)
        return false;
    csv->begin = csv->text.at;
    csv->end = csv->text.at + csv->text.length;
    if (csv->text.length >= 3 && memcmp(csv->begin, "\xef\xbb\xbf", 3) == 0)
        csv->begin += 3;
    for (int64_t i = 0; i < options->skip_lines && csv->begin < csv->end; i++) {
        char *const newline = memchr(csv->begin, '\n', (size_t)(csv->end - csv->begin));
        csv->begin = newline ? newline + 1 : csv->end;
    }
    if (csv->separator == ' ' ||
        (options->comment && memchr(csv->begin, options->comment, (size_t)(csv->end - csv->begin))))
        ndi_csv_tidy(csv, options->comment);
    if (csv->end > csv->begin && csv->end[-1] != '\n')
        *csv->end++ = '\n';
    while (is_blank(csv->begin, csv->end))
        csv->begin += 1 + (*csv->begin == '\r');
    for (;;) { /* the last line is blank: "\n" or "\r\n" after a '\n' */
        int64_t length = csv->end - csv->begin;
        if (length >= 2 && csv->end[-2] == '\n')
            csv->end -= 1;
        else if (length >= 3 && csv->end[-2] == '\r' && csv->end[-3] == '\n')
            csv->end -= 2;
        else
            break;
    }
    if (csv->end == csv->begin) {
        ndi_fail(ND_ERROR_FORMAT, "%s: the file is empty", csv->path);
        return false;
    }
    csv->has_quotes = memchr(csv->begin, '"', (size_t)(csv->end - csv->begin)) != NULL;
    return true;
}

/* Line, from 1, of a place in the text. */
static long long line_of(const ndi_csv *csv, const char *at)
{
    long long line = 1;
    for (const char *p = csv->text.at; (p = memchr(p, '\n', (size_t)(at - p))); p++)
        line++;
    return line;
}

static bool fail_at(const ndi_csv *csv, ndi_csv_fault fault, const char *at, int column)
{
    const char *name =
        csv->column && column < csv->columns && !csv->numbered ? csv->column[column].name : "";
    char place[160];
    snprintf(place, sizeof place, "line %lld, column %d%s%.100s%s", line_of(csv, at), column + 1,
             *name ? " (" : "", name, *name ? ")" : "");
    switch (fault) {
    case NDI_CSV_TOO_FEW:
        ndi_fail(ND_ERROR_FORMAT, "%s: %s: the row ends here, with %d of %d fields", csv->path,
                 place, column + 1, csv->columns);
        break;
    case NDI_CSV_TOO_MANY:
        ndi_fail(ND_ERROR_FORMAT, "%s: %s: the row goes on after this column, the last of %d",
                 csv->path, place, csv->columns);
        break;
    case NDI_CSV_UNCLOSED:
        ndi_fail(ND_ERROR_FORMAT, "%s: %s: a quote is opened and not closed", csv->path, place);
        break;
    default:
        ndi_fail(ND_ERROR_FORMAT,
                 "%s: %s: text after the closing quote; a quote inside a quoted field is doubled",
                 csv->path, place);
    }
    return false;
}

/* Whether the first row holds numbers and missing values only. */
static bool begins_with_numbers(const ndi_csv *csv)
{
    ndi_csv_field field;
    for (const char *at = csv->begin;; at = field.stop + 1) {
        if (ndi_csv_find_field(csv, at, &field) != NDI_CSV_NO_FAULT)
            return true; /* the error of the row is said by who reads it */
        if (!ndi_csv_is_missing(csv, field.begin, field.end) &&
            ndi_csv_number_in(csv, &field).kind == NDI_NO_NUMBER)
            return false;
        if (*field.stop == '\n')
            return true;
    }
}

/* Counts the columns, names them by the first row or by their numbers, and moves past the header.
 */
static bool read_names(nd_table *table, bool no_header)
{
    ndi_csv *csv = &table->csv;
    ndi_csv_field field;
    const char *at = csv->begin;
    int columns = 0;
    for (;; columns++) {
        ndi_csv_fault fault = ndi_csv_find_field(csv, at, &field);
        if (fault != NDI_CSV_NO_FAULT)
            return fail_at(csv, fault, at, columns);
        at = field.stop + 1;
        if (*field.stop == '\n')
            break;
        if (columns + 1 == MOST_COLUMNS) {
            ndi_fail(ND_ERROR_FORMAT, "%s: the first row has more than %d fields", csv->path,
                     MOST_COLUMNS);
            return false;
        }
    }
    csv->columns = ++columns;
    table->names_bytes = (size_t)(at - csv->begin) + (size_t)columns * 12;
    table->names = ndi_allocate(table->names_bytes);
    csv->column = ndi_allocate_zeroed((size_t)columns * sizeof *csv->column);
    if (!table->names || !csv->column)
        return false;
    at = csv->begin;
    char *name = table->names;
    for (int i = 0; i < columns; i++) {
        csv->column[i].name = name;
        ndi_csv_find_field(csv, at, &field);
        name += no_header ? (size_t)sprintf(name, "%d", i) : ndi_csv_copy_text(&field, name);
        name++;
        at = field.stop + 1;
    }
    if (!no_header)
        csv->begin = csv->text.at + (at - csv->text.at);
    return true;
}

const char *ndi_csv_name_of(const ndi_csv *csv, const char *name, ndi_csv_name *own)
{
    if (!csv->numbered || *name != '-')
        return name;
    snprintf(own->text, sizeof own->text, "%lld", csv->columns + strtoll(name, NULL, 10));
    return own->text;
}

static bool choose_columns(ndi_csv *csv, const char *const *names)
{
    for (int i = 0; names && i < csv->columns; i++)
        csv->column[i].type = NDI_CSV_SKIPPED;
    for (; names && *names; names++) {
        int column = 0;
        ndi_csv_name own;
        const char *const name = ndi_csv_name_of(csv, *names, &own);
        while (column < csv->columns && strcmp(csv->column[column].name, name) != 0)
            column++;
        if (column == csv->columns) {
            ndi_fail(ND_ERROR_ARGUMENT, "%s: there is no column '%s'", csv->path, *names);
            return false;
        }
        csv->column[column].type = NDI_CSV_INT64;
    }
    return true;
}

bool ndi_csv_check_separator(const char *operation, char separator)
{
    const char letter = (char)(separator | 32);
    if (!separator || strchr("\"\r\n+-.", separator) || (separator >= '0' && separator <= '9') ||
        (letter >= 'a' && letter <= 'z'))
        return ndi_fail(ND_ERROR_ARGUMENT, "%s: '%c' cannot separate fields", operation, separator);
    return true;
}

static bool set_options(ndi_csv *csv, const nd_csv_options *options)
{
    csv->separator = options->separator ? options->separator : ',';
    if (!ndi_csv_check_separator("read_csv", csv->separator))
        return false;
    csv->skip_blank = csv->separator == ' ' || options->comment;
    csv->numbered = options->no_header;
    csv->lenient = options->lenient;
    csv->missing = options->missing ? options->missing : usual_missing;
    for (const char *const *text = csv->missing; *text; text++) {
        ndi_number number = {.kind = NDI_NO_NUMBER};
        csv->missing_first[(unsigned char)**text] = true;
        ndi_scan_number(*text, csv->locale, &number);
        csv->missing_numbers |= number.kind != NDI_NO_NUMBER && !isnan(number.real);
    }
    return true;
}

/* ---- Chunks ---------------------------------------------------------------------------------- */

/* A walk through the text that knows what is inside quotes. */
struct walk {
    const char *outside; /* of quotes */
    const char *quote;   /* the first at or after `outside`; the end of the text if there is none */
};

static void find_quote(const ndi_csv *csv, struct walk *walk)
{
    walk->quote =
        csv->has_quotes ? memchr(walk->outside, '"', (size_t)(csv->end - walk->outside)) : NULL;
    if (!walk->quote)
        walk->quote = csv->end;
}

/* The start of the first row that begins after `wanted`, or the end. */
static const char *row_start(const ndi_csv *csv, struct walk *walk, const char *wanted)
{
    for (;;) {
        const char *from = walk->outside < wanted ? wanted : walk->outside;
        const char *newline =
            from < walk->quote ? memchr(from, '\n', (size_t)(walk->quote - from)) : NULL;
        if (newline)
            return newline + 1;
        if (walk->quote == csv->end)
            return csv->end;
        const char *quote = walk->quote;
        walk->outside = quote + 1;
        if (quote == csv->begin || quote[-1] == csv->separator || quote[-1] == '\n') {
            ndi_csv_field field; /* elsewhere a quote is a letter like any other */
            ndi_csv_fault fault = ndi_csv_find_field(csv, quote, &field);
            if (fault == NDI_CSV_UNCLOSED)
                return csv->end;
            walk->outside = fault == NDI_CSV_NO_FAULT ? field.stop : field.end + 1;
        }
        find_quote(csv, walk);
    }
}

/* The text ends after so many rows. */
static void keep_rows(ndi_csv *csv, int64_t most)
{
    const char *at = csv->begin;
    struct walk walk = {.outside = at};
    find_quote(csv, &walk);
    while (most > 0 && at < csv->end) {
        most -= !(csv->skip_blank + csv->columns > 1 && is_blank(at, csv->end));
        at = row_start(csv, &walk, at);
    }
    csv->end = csv->text.at + (at - csv->text.at);
}

static bool cut_into_chunks(struct reading *reading)
{
    ndi_csv *csv = reading->csv;
    size_t bytes = (size_t)(csv->end - csv->begin), columns = (size_t)csv->columns;
    size_t most = bytes / CHUNK_BYTES + 1;
    const char *begin = csv->begin;
    struct walk walk = {.outside = begin};
    reading->chunks = most;
    reading->chunk = ndi_allocate_zeroed(most * sizeof *reading->chunk);
    reading->types = ndi_allocate(most * columns);
    reading->missing = ndi_allocate(most * columns * sizeof *reading->missing);
    if (!reading->chunk || !reading->types || !reading->missing)
        return false;
    find_quote(csv, &walk);
    for (size_t i = 0; i < most; i++) {
        const char *wanted = csv->begin + (i + 1) * CHUNK_BYTES,
                   *end = begin; /* inside a long row: no rows */
        if (i + 1 == most)
            end = csv->end;
        else if (begin < wanted)
            end = row_start(csv, &walk, wanted - 1);
        reading->chunk[i] = (ndi_csv_chunk){.begin = begin,
                                            .end = end,
                                            .types = reading->types + i * columns,
                                            .missing = reading->missing + i * columns};
        begin = end;
    }
    return true;
}

static void count_lines(void *context, size_t begin, size_t end)
{
    typedef int8_t bytes_32 __attribute__((vector_size(32), aligned(1), may_alias));
    struct reading *reading = context;
    for (size_t i = begin; i < end; i++) {
        const char *at = reading->chunk[i].begin, *last = reading->chunk[i].end;
        int64_t count = 0;
        while (last - at >= 32) {
            bytes_32 sum = {0};
            for (int k = 0; k < 127 && last - at >= 32; k++, at += 32)
                sum -= *(const bytes_32 *)at == '\n';
            for (int k = 0; k < 32; k++)
                count += sum[k];
        }
        for (; at < last; at++)
            count += *at == '\n';
        reading->chunk[i].most_rows = count;
    }
}

/* Gives every chunk its place in the columns, and the columns their memory. */
static bool make_columns(struct reading *reading)
{
    ndi_csv *csv = reading->csv;
    int64_t rows = 0;
    ndi_parallel_for(reading->chunks, 1, count_lines, reading);
    for (size_t i = 0; i < reading->chunks; i++) {
        reading->chunk[i].first_row = rows;
        rows += reading->chunk[i].most_rows;
    }
    for (int i = 0; i < csv->columns; i++)
        if (csv->column[i].type != NDI_CSV_SKIPPED) {
            csv->column[i].array = nd_keep(ndi_new(ND_INT64, 1, &rows, NULL));
            if (!csv->column[i].array)
                return false;
        }
    return true;
}

static void read_chunks(void *context, size_t begin, size_t end)
{
    struct reading *reading = context;
    const ndi_csv *csv = reading->csv;
    for (size_t i = begin; i < end; i++) {
        ndi_csv_chunk *chunk = &reading->chunk[i];
        for (int column = 0; column < csv->columns; column++)
            chunk->types[column] = (uint8_t)csv->column[column].type;
        ndi_csv_read_rows(csv, chunk, INT64_MAX);
    }
}

/* After the first reading: reads again what must be, and converts what may be. */
static void settle_chunks(void *context, size_t begin, size_t end)
{
    struct reading *reading = context;
    const ndi_csv *csv = reading->csv;
    for (size_t i = begin; i < end; i++) {
        ndi_csv_chunk *chunk = &reading->chunk[i];
        for (int column = 0; column < csv->columns; column++)
            chunk->again |=
                csv->column[column].type == NDI_CSV_TEXT && chunk->types[column] != NDI_CSV_TEXT;
        if (chunk->again) {
            read_chunks(context, i, i + 1);
            continue;
        }
        for (int column = 0; column < csv->columns; column++)
            if (csv->column[column].type == NDI_CSV_FLOAT64 &&
                chunk->types[column] == NDI_CSV_INT64)
                ndi_csv_widen(csv, chunk, column);
    }
}

/* Makes the types of the columns those that the chunks from `first` to before `last` have found, if
 * more general. */
static void join_types(struct reading *reading, size_t first, size_t last)
{
    for (size_t i = first; i < last; i++)
        for (int column = 0; column < reading->csv->columns; column++)
            if (reading->csv->column[column].type < reading->chunk[i].types[column])
                reading->csv->column[column].type = reading->chunk[i].types[column];
}

static void read_batch(void *context, size_t begin, size_t end)
{
    const struct reading *reading = context;
    read_chunks(context, reading->first + begin, reading->first + end);
}

/* All chunks at once, or, if somebody wants to know how far it is, in batches. */
static bool read_batches(struct reading *reading)
{
    const size_t batch = ndi_progress_wanted() ? REPORT_CHUNKS : reading->chunks;
    bool go_on = true;
    for (reading->first = 0; reading->first < reading->chunks && go_on; reading->first += batch) {
        const size_t left = reading->chunks - reading->first;
        ndi_parallel_for(left < batch ? left : batch, 1, read_batch, reading);
        go_on = left <= batch ||
                ndi_progress_report(reading->csv->path,
                                    1 - 0.8 * (double)(left - batch) / (double)reading->chunks);
    }
    return go_on;
}

static bool read_all_rows(struct reading *reading)
{
    ndi_csv *csv = reading->csv;
    ndi_csv_chunk *first = &reading->chunk[0];
    for (int column = 0; column < csv->columns; column++)
        first->types[column] = (uint8_t)csv->column[column].type;
    ndi_csv_read_rows(csv, first, SAMPLE_ROWS);
    join_types(reading, 0, 1);
    first->fault = NDI_CSV_NO_FAULT;

    if (!read_batches(reading))
        return false;
    for (size_t i = 0; i < reading->chunks; i++)
        if (reading->chunk[i].fault != NDI_CSV_NO_FAULT)
            return fail_at(csv, reading->chunk[i].fault, reading->chunk[i].fault_at,
                           reading->chunk[i].fault_column);
    join_types(reading, 0, reading->chunks);
    ndi_parallel_for(reading->chunks, 1, settle_chunks, reading);
    for (size_t i = 0; i < reading->chunks; i++) {
        reading->rows += reading->chunk[i].rows;
        for (int column = 0; column < csv->columns; column++)
            csv->column[column].missing += reading->chunk[i].missing[column];
    }
    return true;
}

/* ---- The finished columns -------------------------------------------------------------------- */

/* Where there are fewer rows than lines, the chunks' rows do not follow each other yet. */
static bool close_gaps(struct reading *reading)
{
    for (int column = 0; column < reading->csv->columns; column++) {
        nd_array *sparse = reading->csv->column[column].array;
        if (!sparse || sparse->size == reading->rows)
            continue;
        nd_array *dense = nd_keep(ndi_new(ND_INT64, 1, &reading->rows, NULL));
        if (!dense)
            return false;
        int64_t *to = (int64_t *)dense->data;
        for (size_t i = 0; i < reading->chunks; i++) {
            const ndi_csv_chunk *chunk = &reading->chunk[i];
            memcpy(to, (const int64_t *)sparse->data + chunk->first_row,
                   (size_t)chunk->rows * sizeof *to);
            to += chunk->rows;
        }
        nd_release(sparse);
        reading->csv->column[column].array = dense;
    }
    return true;
}

static void finish_texts(void *context, size_t begin, size_t end)
{
    ndi_csv *csv = context;
    for (int column = 0; column < csv->columns; column++)
        if (csv->column[column].type == NDI_CSV_TEXT)
            ndi_csv_finish_texts(csv, (uint64_t *)csv->column[column].array->data, (int64_t)begin,
                                 (int64_t)end);
}

/* Gives the columns their dtypes and moves those that were asked for to the front. The text stays
 * only if a column lives in it. */
static void finish_columns(nd_table *table)
{
    ndi_csv *csv = &table->csv;
    bool texts = false;
    for (int i = 0; i < csv->columns; i++) {
        ndi_csv_column column = csv->column[i];
        texts |= column.type == NDI_CSV_TEXT;
        if (column.type == NDI_CSV_FLOAT64)
            column.array->dtype = ND_FLOAT64;
        csv->column[i].array = NULL;
        csv->column[i].type = NDI_CSV_SKIPPED;
        if (column.type != NDI_CSV_SKIPPED)
            csv->column[table->columns++] = column;
    }
    if (texts)
        ndi_parallel_for((size_t)table->rows, TEXT_GRAIN, finish_texts, csv);
    else
        ndi_file_text_free(&csv->text);
}

/* The error of the first field that makes a column text, where there should be numbers only. */
static bool refuse_texts(const ndi_csv *csv)
{
    ndi_csv_field field;
    int column = 0;
    bool texts = false;
    for (int i = 0; i < csv->columns; i++)
        texts |= csv->column[i].type == NDI_CSV_TEXT;
    if (!texts)
        return true;
    for (const char *at = csv->begin; at < csv->end; at = field.stop + 1) {
        if (column == 0 && csv->skip_blank + csv->columns > 1 && is_blank(at, csv->end)) {
            field.stop = at + (*at == '\r');
            continue;
        }
        if (ndi_csv_find_field(csv, at, &field) != NDI_CSV_NO_FAULT)
            break;
        if (csv->column[column].type == NDI_CSV_TEXT &&
            !ndi_csv_is_missing(csv, field.begin, field.end) &&
            ndi_csv_number_in(csv, &field).kind == NDI_NO_NUMBER) {
            const char *const name = csv->numbered ? "" : csv->column[column].name;
            ndi_fail(
                ND_ERROR_DTYPE, "%s: line %lld, column %d%s%.100s%s: '%.*s' is no number",
                csv->path, line_of(csv, at), column + 1, *name ? " (" : "", name, *name ? ")" : "",
                (int)(field.end - field.begin < 40 ? field.end - field.begin : 40), field.begin);
            break;
        }
        column = *field.stop == '\n' ? 0 : column + 1;
    }
    return false;
}

nd_table *nd_read_csv(const char *path, const nd_csv_options *options)
{
    return ndi_read_csv(path, options, NDI_CSV_ANY);
}

nd_table *ndi_read_csv(const char *path, const nd_csv_options *options, ndi_csv_kind kind)
{
    static const nd_csv_options usual;
    nd_table *table = ndi_allocate_zeroed(sizeof *table);
    struct reading reading = {0};
    bool done = false;
    if (!table)
        return NULL;
    ndi_csv *csv = reading.csv = &table->csv;
    options = options ? options : &usual;
    csv->path = path;
    csv->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!csv->locale) {
        ndi_fail(ND_ERROR_MEMORY, "read_csv: out of memory for a locale");
        goto done;
    }
    done = set_options(csv, options) && read_text(csv, options) &&
           read_names(table, options->no_header ||
                                 (kind == NDI_CSV_NUMBERS && begins_with_numbers(csv))) &&
           choose_columns(csv, options->columns);
    if (done && options->max_rows > 0)
        keep_rows(csv, options->max_rows);
    done = done && cut_into_chunks(&reading) && make_columns(&reading) && read_all_rows(&reading) &&
           (kind != NDI_CSV_NUMBERS || refuse_texts(csv)) && close_gaps(&reading);
    if (done) {
        table->rows = reading.rows;
        finish_columns(table);
    }
done:
    if (csv->locale)
        freelocale(csv->locale);
    size_t columns = (size_t)csv->columns;
    ndi_free(reading.chunk, reading.chunks * sizeof *reading.chunk);
    ndi_free(reading.types, reading.chunks * columns);
    ndi_free(reading.missing, reading.chunks * columns * sizeof *reading.missing);
    csv->path = NULL; /* the caller's, like these */
    csv->missing = NULL;
    if (done)
        return table;
    nd_table_free(table);
    return NULL;
}

/* ---- The table ------------------------------------------------------------------------------- */

void nd_table_free(nd_table *table)
{
    if (!table)
        return;
    for (int i = 0; table->csv.column && i < table->csv.columns; i++)
        nd_release(table->csv.column[i].array);
    ndi_free(table->csv.column, (size_t)table->csv.columns * sizeof *table->csv.column);
    ndi_free(table->names, table->names_bytes);
    ndi_file_text_free(&table->csv.text);
    ndi_free(table, sizeof *table);
}

int64_t nd_table_rows(const nd_table *table)
{
    return table ? table->rows : 0;
}

int nd_table_columns(const nd_table *table)
{
    return table ? table->columns : 0;
}

const char *nd_table_name(const nd_table *table, int column)
{
    return table && column >= 0 && column < table->columns ? table->csv.column[column].name : NULL;
}

int64_t nd_table_missing(const nd_table *table, int column)
{
    return table && column >= 0 && column < table->columns ? table->csv.column[column].missing : -1;
}

static const ndi_csv_column *find_column(const nd_table *table, const char *name)
{
    for (int i = 0; i < table->columns && name; i++)
        if (strcmp(table->csv.column[i].name, name) == 0)
            return &table->csv.column[i];
    return NULL;
}

nd_array *nd_table_column(const nd_table *table, const char *name)
{
    if (!table)
        return NULL;
    const ndi_csv_column *column = find_column(table, name);
    if (!column)
        return ndi_fail(ND_ERROR_ARGUMENT, "table_column: there is no column '%s'",
                        name ? name : "NULL");
    if (column->type == NDI_CSV_TEXT)
        return ndi_fail(ND_ERROR_DTYPE,
                        "table_column: column '%s' is text; nd_table_text reads its fields", name);
    const nd_array *array = column->array;
    return ndi_new_view(array, (nd_dtype)array->dtype, 1, ndi_lengths(array), ndi_strides(array),
                        array->data);
}

const char *nd_table_text(const nd_table *table, const char *name, int64_t row)
{
    const ndi_csv_column *column = table ? find_column(table, name) : NULL;
    if (!column || column->type != NDI_CSV_TEXT || row < 0 || row >= table->rows)
        return NULL;
    uint64_t offset = ((const uint64_t *)column->array->data)[row];
    return offset == NDI_CSV_MISSING ? NULL : table->csv.text.at + offset;
}

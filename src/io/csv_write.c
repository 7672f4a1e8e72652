/* Writing tables of text: rows are formatted in parallel, part by part, and written in order.
 *
 * Most floats in files have few digits: the first power of ten that makes a whole number of the
 * value, and gives the value back when it is divided out again, has found the shortest decimal,
 * because no two decimals of so few digits are the same double. The rest goes through exact
 * integers (array/digits.c). */
#include <math.h>
#include <string.h>

#include <ndstream/io.h>

#include "array/digits.h"
#include "array/dtype.h"
#include "base/pool.h"
#include "base/progress.h"
#include "io/csv.h"

enum {
    NUMBER_BYTES = 28, /* a number with its separator: "-1.2345678901234567e-308," has 25 */
    PART_BYTES = 1 << 18,
    PARTS = 32,
    LEAST_EXPONENT = -4, /* where Python's repr() begins to use exponents */
    MOST_EXPONENT = 16,
};

struct column {
    const char *name; /* NULL: there is no header */
    nd_dtype dtype;   /* ND_DTYPE_NONE: texts */
    const char *data;
    int64_t stride;
    const char *texts; /* to which the slots of a text column are offsets */
    bool hide_nan;     /* missing values are empty fields */
};

struct table {
    const char *path;
    char separator;
    int64_t rows, columns;
    struct column *column;
    int64_t part_rows, first; /* rows of a part; first row of the parts that are being formatted */
    struct part {
        char *text;
        size_t length, capacity;
    } part[PARTS];
};

/* ---- Fields ---------------------------------------------------------------------------------- */

static char *put_natural(char *to, uint64_t value)
{
    char reversed[20];
    int length = 0;
    do
        reversed[length++] = (char)('0' + value % 10);
    while (value /= 10);
    while (length)
        *to++ = reversed[--length];
    return to;
}

static char *put_digits(char *to, const char *digits, int count, int exponent)
{
    if (exponent < LEAST_EXPONENT || exponent >= MOST_EXPONENT) {
        *to++ = *digits;
        if (count > 1) {
            *to++ = '.';
            memcpy(to, digits + 1, (size_t)count - 1);
            to += count - 1;
        }
        *to++ = 'e';
        *to++ = exponent < 0 ? '-' : '+';
        const unsigned magnitude = (unsigned)(exponent < 0 ? -exponent : exponent);
        if (magnitude < 10)
            *to++ = '0';
        return put_natural(to, magnitude);
    }
    if (exponent < 0) {
        *to++ = '0', *to++ = '.';
        for (int i = -1; i > exponent; i--)
            *to++ = '0';
        memcpy(to, digits, (size_t)count);
        return to + count;
    }
    for (int i = 0; i <= exponent; i++)
        *to++ = i < count ? digits[i] : '0';
    *to++ = '.';
    if (count <= exponent + 1) {
        *to++ = '0';
        return to;
    }
    memcpy(to, digits + exponent + 1, (size_t)(count - exponent - 1));
    return to + count - exponent - 1;
}

/* The shortest decimal, if it has few digits; NULL if it takes the exact way. */
static char *put_few_digits(char *to, double magnitude, bool is_single)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const double most = is_single ? 1e6 : 1e15; /* so many digits tell any two values apart */
    if (magnitude < 1e-3 && magnitude != 0)
        return NULL;
    for (int power = 0; power < 16 && magnitude * powers[power] < most; power++) {
        const double scaled = rint(magnitude * powers[power]);
        const double back = ndi_decimal_to_double((uint64_t)scaled, -power);
        if ((is_single ? (double)(float)back : back) != magnitude)
            continue;
        const uint64_t digits = (uint64_t)scaled, unit = (uint64_t)powers[power];
        to = put_natural(to, digits / unit);
        *to++ = '.';
        uint64_t fraction = digits % unit;
        for (int i = power == 0 ? 1 : power; i-- > 0; fraction /= 10)
            to[i] = (char)('0' + fraction % 10);
        return to + (power == 0 ? 1 : power);
    }
    return NULL;
}

static char *put_float(char *to, const char *element, nd_dtype dtype, bool hide_nan)
{
    const ndi_float number = ndi_float_at(element, dtype);
    if (isnan(number.value)) {
        memcpy(to, "nan", 3);
        return hide_nan ? to : to + 3;
    }
    if (number.negative)
        *to++ = '-';
    if (!number.finite) {
        memcpy(to, "inf", 3);
        return to + 3;
    }
    if (dtype == ND_FLOAT64 || dtype == ND_FLOAT32) {
        char *end = put_few_digits(to, fabs(number.value), dtype == ND_FLOAT32);
        if (end)
            return end;
    }
    char digits[NDI_MOST_DIGITS];
    int exponent;
    const int count =
        ndi_digits_of(&number, (ndi_places){true, NDI_NO_LIMIT, NDI_NO_LIMIT}, digits, &exponent);
    return put_digits(to, digits, count, exponent);
}

static char *put_number(char *to, const struct column *column, const char *element)
{
    int64_t value = 0;
    switch (column->dtype) {
#define CASE(name, type)                                                                           \
    case name:                                                                                     \
        value = (int64_t) * (const type *)element;                                                 \
        break;
        CASE(ND_BOOL, uint8_t)
        CASE(ND_INT8, int8_t)
        CASE(ND_INT16, int16_t)
        CASE(ND_INT32, int32_t)
        CASE(ND_INT64, int64_t)
        CASE(ND_UINT8, uint8_t)
        CASE(ND_UINT16, uint16_t)
        CASE(ND_UINT32, uint32_t)
#undef CASE
    case ND_UINT64:
        return put_natural(to, *(const uint64_t *)element);
    default:
        return put_float(to, element, column->dtype, column->hide_nan);
    }
    if (value < 0)
        *to++ = '-';
    return put_natural(to, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

/* At most twice the length, and two quotes. */
static char *put_text(char *to, const char *text, char separator)
{
    const size_t length = strlen(text);
    bool quote = length > 0 && (text[0] == ' ' || text[length - 1] == ' ');
    for (const char *at = text; *at && !quote; at++)
        quote = *at == separator || *at == '"' || *at == '\n' || *at == '\r' || *at == '#' ||
                (separator == ' ' && *at == '\t');
    if (!quote && !(length == 0 && separator == ' ')) {
        memcpy(to, text, length);
        return to + length;
    }
    *to++ = '"';
    for (; *text; text++) {
        if (*text == '"')
            *to++ = '"';
        *to++ = *text;
    }
    *to++ = '"';
    return to;
}

/* The text of a row of a text column; NULL if it is missing. */
static const char *text_at(const struct column *column, int64_t row)
{
    const uint64_t slot = *(const uint64_t *)(column->data + row * column->stride);
    return slot == NDI_CSV_MISSING ? NULL : column->texts + slot;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static void format_parts(void *context, size_t begin, size_t end)
{
    struct table *table = context;
    for (size_t i = begin; i < end; i++) {
        struct part *part = &table->part[i];
        const int64_t first = table->first + (int64_t)i * table->part_rows;
        char *to = part->text;
        for (int64_t row = first; row < first + table->part_rows && row < table->rows; row++) {
            for (int64_t j = 0; j < table->columns; j++) {
                const struct column *column = &table->column[j];
                if (column->dtype != ND_DTYPE_NONE)
                    to = put_number(to, column, column->data + row * column->stride);
                else if (text_at(column, row))
                    to = put_text(to, text_at(column, row), table->separator);
                *to++ = table->separator;
            }
            if (table->columns)
                to[-1] = '\n';
            else
                *to++ = '\n';
        }
        part->length = (size_t)(to - part->text);
    }
}

/* Gives a part room for its rows; here, so that nothing can fail in the threads. */
static bool make_room(const struct table *table, struct part *part, int64_t first)
{
    const int64_t last =
        table->rows - first < table->part_rows ? table->rows : first + table->part_rows;
    size_t wanted = (size_t)(last - first) * ((size_t)table->columns * NUMBER_BYTES + 1);
    for (int64_t j = 0; j < table->columns; j++)
        for (int64_t row = first; table->column[j].dtype == ND_DTYPE_NONE && row < last; row++) {
            const char *text = text_at(&table->column[j], row);
            wanted += text ? 2 * strlen(text) : 0;
        }
    if (wanted <= part->capacity)
        return true;
    ndi_free(part->text, part->capacity);
    part->capacity = 0;
    part->text = ndi_allocate(wanted);
    if (part->text)
        part->capacity = wanted;
    return part->text != NULL;
}

static bool write_header(ndi_output *output, const struct table *table)
{
    size_t bytes = 1;
    for (int64_t j = 0; j < table->columns; j++)
        bytes += 2 * strlen(table->column[j].name) + 3;
    char *text = ndi_allocate(bytes), *to = text;
    if (!text)
        return false;
    for (int64_t j = 0; j < table->columns; j++) {
        to = put_text(to, table->column[j].name, table->separator);
        *to++ = j + 1 < table->columns ? table->separator : '\n';
    }
    const bool written = ndi_output_write(output, text, (size_t)(to - text));
    ndi_free(text, bytes);
    return written;
}

static bool write_rows(ndi_output *output, struct table *table)
{
    table->part_rows = PART_BYTES / ((table->columns + 1) * NUMBER_BYTES) + 1;
    const int64_t batch = table->part_rows * PARTS;
    for (table->first = 0; table->first < table->rows; table->first += batch) {
        const int64_t left = table->rows - table->first;
        size_t parts = PARTS;
        if (left < batch)
            parts = (size_t)((left + table->part_rows - 1) / table->part_rows);
        for (size_t i = 0; i < parts; i++)
            if (!make_room(table, &table->part[i], table->first + (int64_t)i * table->part_rows))
                return false;
        ndi_parallel_for(parts, 1, format_parts, table);
        for (size_t i = 0; i < parts; i++)
            if (!ndi_output_write(output, table->part[i].text, table->part[i].length))
                return false;
        if (left > batch &&
            !ndi_progress_report(table->path, 1 - (double)(left - batch) / (double)table->rows))
            return false;
    }
    return true;
}

/* Writes a table and frees its columns. */
static nd_status write_table(struct table *table)
{
    ndi_output output;
    bool written = ndi_output_open(&output, table->path);
    if (written) {
        if (table->columns && table->column[0].name)
            written = write_header(&output, table);
        if (!written || !write_rows(&output, table))
            output.failed = true;
        written = ndi_output_close(&output);
    }
    for (int i = 0; i < PARTS; i++)
        ndi_free(table->part[i].text, table->part[i].capacity);
    ndi_free(table->column, (size_t)table->columns * sizeof *table->column);
    return written ? ND_OK : nd_error();
}

/* ---- What is written ------------------------------------------------------------------------- */

static bool can_be_written(const char *operation, nd_dtype dtype)
{
    return nd_dtype_kind(dtype) != ND_KIND_COMPLEX ||
           ndi_fail(ND_ERROR_DTYPE, "%s: dtype %s; write real and imaginary parts as two columns",
                    operation, nd_dtype_name(dtype));
}

static bool begin_table(struct table *table, const char *operation, const char *path,
                        char separator, int64_t columns)
{
    *table =
        (struct table){.path = path, .separator = separator ? separator : ',', .columns = columns};
    if (!ndi_csv_check_separator(operation, table->separator))
        return false;
    table->column = ndi_allocate_zeroed((size_t)columns * sizeof *table->column);
    return table->column != NULL;
}

nd_status nd_write_csv(const char *path, char separator, int count, const char *const *names,
                       const nd_array *const *columns)
{
    static const char operation[] = "write_csv";
    char shape[NDI_SHAPE_TEXT];
    struct table table;
    for (int i = 0; i < count; i++) {
        const nd_array *array = columns[i];
        if (!array)
            return ndi_no_array(operation);
        if (names && !names[i])
            return ndi_fail_status(ND_ERROR_ARGUMENT, "%s: column %d has no name", operation, i);
        if (array->rank != 1 || array->size != columns[0]->size)
            return ndi_fail_status(
                ND_ERROR_SHAPE,
                "%s: column %d has shape %s; columns have one axis and one length%s", operation, i,
                ndi_shape_text(shape, array->rank, ndi_lengths(array)),
                array->rank == 1 ? ", that of column 0" : "");
        if (!can_be_written(operation, (nd_dtype)array->dtype) || !ndi_force(array))
            return nd_error();
    }
    if (!begin_table(&table, operation, path, separator, count))
        return nd_error();
    table.rows = count ? columns[0]->size : 0;
    for (int i = 0; i < count; i++)
        table.column[i] = (struct column){.name = names ? names[i] : NULL,
                                          .dtype = (nd_dtype)columns[i]->dtype,
                                          .data = columns[i]->data,
                                          .stride = ndi_strides(columns[i])[0]};
    return write_table(&table);
}

nd_status nd_write_table(const char *path, char separator, const nd_table *source)
{
    struct table table;
    if (!source)
        return nd_error() != ND_OK
                   ? nd_error()
                   : ndi_fail_status(ND_ERROR_ARGUMENT, "write_table: the table is NULL");
    if (!begin_table(&table, "write_table", path, separator, source->columns))
        return nd_error();
    table.rows = source->rows;
    for (int i = 0; i < source->columns; i++) {
        const ndi_csv_column *column = &source->csv.column[i];
        const bool text = column->type == NDI_CSV_TEXT;
        table.column[i] =
            (struct column){.name = column->name,
                            .dtype = text ? ND_DTYPE_NONE : (nd_dtype)column->array->dtype,
                            .data = column->array->data,
                            .stride = 8,
                            .texts = source->csv.text.at,
                            .hide_nan = true};
    }
    return write_table(&table);
}

nd_status nd_save_text(const char *path, char separator, const nd_array *array)
{
    static const char operation[] = "save_text";
    char shape[NDI_SHAPE_TEXT];
    struct table table;
    if (!array)
        return ndi_no_array(operation);
    if (array->rank < 1 || array->rank > 2)
        return ndi_fail_status(ND_ERROR_SHAPE, "%s: %s: shape %s; a table has one or two axes",
                               operation, path ? path : "",
                               ndi_shape_text(shape, array->rank, ndi_lengths(array)));
    const bool flat = array->rank == 1;
    if (!can_be_written(operation, (nd_dtype)array->dtype) || !ndi_force(array) ||
        !begin_table(&table, operation, path, separator, flat ? 1 : ndi_lengths(array)[1]))
        return nd_error();
    table.rows = ndi_lengths(array)[0];
    for (int64_t j = 0; j < table.columns; j++)
        table.column[j] =
            (struct column){.dtype = (nd_dtype)array->dtype,
                            .data = array->data + (flat ? 0 : j * ndi_strides(array)[1]),
                            .stride = ndi_strides(array)[0]};
    return write_table(&table);
}

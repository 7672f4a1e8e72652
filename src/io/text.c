/* Tables of numbers as 2-d arrays. */
#include <ndstream/io.h>

#include <string.h>

#include "base/pool.h"
#include "io/csv.h"

enum { ROWS_GRAIN = 4096 };

/* Slots of 8 bytes, float64 or int64. */
struct rows {
    const nd_array *const *column;
    size_t columns;
    bool whole;
    void *to;
};

/* Row by row where the result lies, a block of each column at a time. */
static void gather_rows(void *context, size_t begin, size_t end)
{
    const struct rows *rows = context;
    const size_t columns = rows->columns;
    for (size_t first = begin; first < end; first += ROWS_GRAIN) {
        const size_t last = end - first < ROWS_GRAIN ? end : first + ROWS_GRAIN;
        for (size_t column = 0; column < columns; column++) {
            const nd_array *array = rows->column[column];
            double *to = (double *)rows->to + column;
            if (array->dtype == ND_FLOAT64 || rows->whole)
                for (size_t i = first; i < last; i++)
                    memcpy(&to[i * columns], array->data + 8 * i, 8);
            else
                for (size_t i = first; i < last; i++)
                    to[i * columns] = (double)((const int64_t *)array->data)[i];
        }
    }
}

/* The column of the table of that name; there is one. */
static const nd_array *column_of(const nd_table *table, const char *name)
{
    ndi_csv_name own;
    int i = 0;
    name = ndi_csv_name_of(&table->csv, name, &own);
    while (strcmp(table->csv.column[i].name, name) != 0)
        i++;
    return table->csv.column[i].array;
}

/* Whether all columns hold integers of `dtype`. */
static bool holds_integers(const nd_table *table, nd_dtype dtype)
{
    const bool is_signed = nd_dtype_kind(dtype) == ND_KIND_SIGNED;
    const int bits = 8 * (int)nd_dtype_size(dtype) - is_signed;
    const int64_t most = bits >= 63 ? INT64_MAX : ((int64_t)1 << bits) - 1;
    const int64_t least = is_signed ? -most - 1 : 0;
    for (int i = 0; i < table->columns; i++) {
        const ndi_csv_column *column = &table->csv.column[i];
        bool fits = column->array->dtype == ND_INT64;
        for (int64_t row = 0; fits && row < table->rows; row++) {
            const int64_t value = ((const int64_t *)column->array->data)[row];
            fits = value >= least && value <= most;
        }
        if (!fits)
            return ndi_fail(ND_ERROR_DTYPE,
                            "load_text: column %s holds numbers that are not in %s; read it as "
                            "float64",
                            column->name, nd_dtype_name(dtype));
    }
    return true;
}

/* The columns side by side, in the order in which they were asked for; as int64 if `whole`. */
static nd_array *table_array(const nd_table *table, bool whole, const nd_csv_options *options)
{
    size_t columns = 0;
    while (options->columns && options->columns[columns])
        columns++;
    if (!options->columns)
        columns = (size_t)table->columns;
    const nd_array **column = ndi_allocate((columns + 1) * sizeof *column);
    if (!column)
        return NULL;
    for (size_t i = 0; i < columns; i++)
        column[i] =
            options->columns ? column_of(table, options->columns[i]) : table->csv.column[i].array;
    nd_array *array =
        ndi_new(whole ? ND_INT64 : ND_FLOAT64, 2, (int64_t[]){table->rows, (int64_t)columns}, NULL);
    if (array) {
        struct rows rows = {column, columns, whole, array->data};
        ndi_parallel_for((size_t)table->rows, ROWS_GRAIN, gather_rows, &rows);
    }
    ndi_free(column, (columns + 1) * sizeof *column);
    return array;
}

nd_array *nd_load_text_as(const char *path, nd_dtype dtype, const nd_csv_options *options)
{
    static const nd_csv_options usual = {.separator = ' ', .no_header = true, .comment = '#'};
    options = options ? options : &usual;
    if (!nd_dtype_size(dtype))
        return ndi_fail(ND_ERROR_DTYPE, "load_text: %d is no dtype", (int)dtype);
    nd_table *table = ndi_read_csv(path, options, NDI_CSV_NUMBERS);
    if (!table)
        return NULL;
    const nd_kind kind = nd_dtype_kind(dtype);
    const bool whole = kind == ND_KIND_SIGNED || kind == ND_KIND_UNSIGNED;
    nd_array *array =
        !whole || holds_integers(table, dtype) ? table_array(table, whole, options) : NULL;
    nd_table_free(table);
    if (!array || array->dtype == dtype)
        return array;
    nd_array *cast = nd_cast(array, dtype);
    nd_release(nd_keep(array)); /* a scope may own it */
    return cast;
}

nd_array *nd_load_text(const char *path, const nd_csv_options *options)
{
    return nd_load_text_as(path, ND_FLOAT64, options);
}

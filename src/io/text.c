/* Tables of numbers as 2-d arrays. */
#include <ndstream/io.h>

#include "base/pool.h"
#include "io/csv.h"

enum { ROWS_GRAIN = 4096 };

struct rows {
    const nd_table *table;
    double *to;
};

/* Row by row where the result lies, a block of each column at a time. */
static void gather_rows(void *context, size_t begin, size_t end)
{
    const struct rows *rows = context;
    const size_t columns = (size_t)rows->table->columns;
    for (size_t first = begin; first < end; first += ROWS_GRAIN) {
        const size_t last = end - first < ROWS_GRAIN ? end : first + ROWS_GRAIN;
        for (size_t column = 0; column < columns; column++) {
            const nd_array *array = rows->table->csv.column[column].array;
            double *to = rows->to + column;
            if (array->dtype == ND_FLOAT64)
                for (size_t i = first; i < last; i++)
                    to[i * columns] = ((const double *)array->data)[i];
            else
                for (size_t i = first; i < last; i++)
                    to[i * columns] = (double)((const int64_t *)array->data)[i];
        }
    }
}

nd_array *nd_load_text(const char *path, const nd_csv_options *options)
{
    static const nd_csv_options usual = {.separator = ' ', .no_header = true, .comment = '#'};
    nd_table *table = ndi_read_csv(path, options ? options : &usual, NDI_CSV_NUMBERS);
    if (!table)
        return NULL;
    nd_array *array = ndi_new(ND_FLOAT64, 2, (int64_t[]){table->rows, table->columns}, NULL);
    if (array) {
        struct rows rows = {table, (double *)array->data};
        ndi_parallel_for((size_t)table->rows, ROWS_GRAIN, gather_rows, &rows);
    }
    nd_table_free(table);
    return array;
}

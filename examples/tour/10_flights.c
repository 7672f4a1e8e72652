/* Chapter 10: real data. The 336,776 flights that left New York in 2013, missing values and all. */
#define _GNU_SOURCE
#include "tour.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#define COLUMNS 14
static const char *const numeric[COLUMNS + 1] = {
    "year",     "month",          "day",       "dep_time", "sched_dep_time", "dep_delay",
    "arr_time", "sched_arr_time", "arr_delay", "flight",   "air_time",       "distance",
    "hour",     "minute",         NULL};

#define STUDIED 8
static const char *const studied[STUDIED] = {"month",     "day",       "hour",     "minute",
                                             "dep_delay", "arr_delay", "air_time", "distance"};

/* ---- with ndstream ---- */

static nd_table *read_with_ndstream(const char *path)
{
    return nd_read_csv(path, &(nd_csv_options){.columns = numeric});
}

static nd_array *without_missing(const nd_array *column)
{
    return nd_where(nd_isnan(column), 0, column);
}

/* The narrowest dtype from which every value comes back as it was. Columns that miss values are
 * floating point: a missing value is NaN, which every floating dtype has. */
static nd_dtype smallest_dtype(const nd_array *column)
{
    const nd_dtype dtypes[] = {ND_INT8,    ND_INT16,   ND_INT32,  ND_INT64,
                               ND_FLOAT16, ND_FLOAT32, ND_FLOAT64};
    const nd_dtype now = nd_dtype_of(column);
    for (int i = now == ND_INT64 ? 0 : 4; i < 7; i++) {
        const nd_array *there_and_back = nd_cast(nd_cast(column, dtypes[i]), now);
        if (nd_array_equal(without_missing(there_and_back), without_missing(column)))
            return dtypes[i];
    }
    return now;
}

static nd_array *mean_and_deviation_with_ndstream(const nd_array *delay)
{
    const nd_reduce_options of_known = {.where = nd_logical_not(nd_isnan(delay))};
    nd_array *both = nd_empty(ND_FLOAT64, ND_SHAPE(2));
    nd_assign(nd_slice(both, ND_INDEX(0)), nd_mean_with(delay, ND_ALL, of_known));
    nd_assign(nd_slice(both, ND_INDEX(1)), nd_std_with(delay, ND_ALL, of_known));
    return both;
}

static nd_array *late_with_ndstream(const nd_array *delay)
{
    const nd_reduce_options of_known = {.where = nd_logical_not(nd_isnan(delay))};
    return nd_mean_with(nd_greater(delay, 30), ND_ALL, of_known);
}

/* (x - mean) / deviation along the rows, over the flights that miss no value; 0 for the others. */
static nd_array *standardise_with_ndstream(const nd_array *x)
{
    const nd_array *complete = nd_all(nd_logical_not(nd_isnan(x)), ND_AXIS(0));
    const nd_reduce_options options = {.where = complete, .keepdims = true};
    const nd_array *mean = nd_mean_with(x, ND_AXIS(1), options);
    const nd_array *deviation = nd_std_with(x, ND_AXIS(1), options);
    return nd_where(complete, nd_divide(nd_subtract(x, mean), deviation), 0.0);
}

static nd_array *correlate_with_ndstream(const nd_array *standardised, int64_t flights)
{
    return nd_divide(nd_matmul(standardised, nd_transpose(standardised)), flights);
}

/* ---- the naive loops ---- */

static void read_with_a_loop(const char *path, int64_t rows, double *columns)
{
    int target[64];
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "r");
    if (!file || getline(&line, &room, file) < 0)
        return;
    int fields = 0;
    for (char *rest = line, *field; (field = strsep(&rest, ",\n")) && *field; fields++) {
        target[fields] = -1;
        for (int i = 0; i < COLUMNS; i++)
            if (strcmp(field, numeric[i]) == 0)
                target[fields] = i;
    }
    for (int64_t row = 0; row < rows && getline(&line, &room, file) >= 0; row++) {
        char *rest = line;
        for (int i = 0; i < fields; i++) {
            const char *field = strsep(&rest, ",\n");
            if (field && target[i] >= 0)
                columns[target[i] * rows + row] =
                    *field && strcmp(field, "NA") != 0 ? strtod(field, NULL) : NAN;
        }
    }
    free(line);
    fclose(file);
}

static void mean_and_deviation_with_a_loop(int64_t n, const double *delay, double *both)
{
    double sum = 0, squares = 0;
    int64_t known = 0;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(delay[i])) {
            sum += delay[i];
            known++;
        }
    const double mean = sum / (double)known;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(delay[i]))
            squares += (delay[i] - mean) * (delay[i] - mean);
    both[0] = mean;
    both[1] = sqrt(squares / (double)known);
}

static double late_with_a_loop(int64_t n, const double *delay)
{
    int64_t known = 0, late = 0;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(delay[i])) {
            known++;
            if (delay[i] > 30)
                late++;
        }
    return (double)late / (double)known;
}

static void standardise_with_a_loop(int64_t n, const double *x, bool *complete, double *z)
{
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        complete[i] = true;
        for (int row = 0; row < STUDIED; row++)
            if (isnan(x[row * n + i]))
                complete[i] = false;
        count += complete[i];
    }
    for (int row = 0; row < STUDIED; row++) {
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < n; i++)
            if (complete[i])
                sum += x[row * n + i];
        const double mean = sum / (double)count;
        for (int64_t i = 0; i < n; i++)
            if (complete[i])
                squares += (x[row * n + i] - mean) * (x[row * n + i] - mean);
        const double deviation = sqrt(squares / (double)count);
        for (int64_t i = 0; i < n; i++)
            z[row * n + i] = complete[i] ? (x[row * n + i] - mean) / deviation : 0;
    }
}

static void correlate_with_a_loop(int64_t n, int64_t flights, const double *z, double *correlation)
{
    for (int row = 0; row < STUDIED; row++)
        for (int column = 0; column < STUDIED; column++) {
            double sum = 0;
            for (int64_t i = 0; i < n; i++)
                sum += z[row * n + i] * z[column * n + i];
            correlation[row * STUDIED + column] = sum / (double)flights;
        }
}

/* ---- the chapter ---- */

static void print_columns(const nd_table *table)
{
    size_t before = 0, after = 0;
    printf("%-16s %9s %-9s %-9s %11s\n", "column", "missing", "read as", "fits", "bytes");
    for (int i = 0; i < COLUMNS; i++) {
        ND_SCOPE {
            const nd_array *column = nd_table_column(table, numeric[i]);
            const nd_array *small = nd_cast(column, smallest_dtype(column));
            const char *was = nd_dtype_name(nd_dtype_of(column)),
                       *is = nd_dtype_name(nd_dtype_of(small));
            printf("%-16s %9lld %-9s %-9s %11zu\n", numeric[i],
                   (long long)nd_table_missing(table, i), was, is, nd_bytes(small));
            tour_fact("column", "%s %lld %s %s %zu %zu", numeric[i],
                      (long long)nd_table_missing(table, i), was, is, nd_bytes(column),
                      nd_bytes(small));
            tour_result(numeric[i], small);
            before += nd_bytes(column);
            after += nd_bytes(small);
        }
    }
    printf("bytes in all: %zu before, %zu after\n", before, after);
}

/* Flights by lateness on arrival, five minutes a bin, from an hour early to three hours late. */
static nd_array *histogram(const nd_array *delay)
{
    enum { BINS = 48 };
    int64_t counts[BINS];
    for (int i = 0; i < BINS; i++) {
        const int from = -60 + 5 * i;
        counts[i] = nd_item_int64(nd_count_nonzero(
            nd_logical_and(nd_greater_equal(delay, from), nd_less(delay, from + 5)), ND_ALL));
    }
    return nd_from_data(ND_INT64, ND_SHAPE(BINS), counts);
}

static nd_array *stack_columns(const nd_table *table)
{
    nd_array *x = nd_empty(ND_FLOAT64, ND_SHAPE(STUDIED, nd_table_rows(table)));
    for (int i = 0; i < STUDIED; i++)
        nd_assign(nd_slice(x, ND_INDEX(i)), nd_table_column(table, studied[i]));
    return x;
}

static void study(const char *path, const nd_table *table)
{
    const int64_t n = nd_table_rows(table);
    printf("%lld flights\n", (long long)n);
    print_columns(table);

    const nd_array *delay = nd_table_column(table, "arr_delay");
    const nd_array *summary = mean_and_deviation_with_ndstream(delay);
    printf("delay on arrival: mean %.3f, standard deviation %.3f minutes\n",
           nd_get_double(summary, (int64_t[]){0}), nd_get_double(summary, (int64_t[]){1}));
    printf("over 30 minutes late: %.2f %% of the flights that arrived\n",
           100 * nd_item(late_with_ndstream(delay)));

    const nd_array *x = stack_columns(table);
    const nd_array *z = standardise_with_ndstream(x);
    const nd_array *complete = nd_all(nd_logical_not(nd_isnan(x)), ND_AXIS(0));
    const int64_t flights = nd_item_int64(nd_count_nonzero(complete, ND_ALL));
    const nd_array *correlation = correlate_with_ndstream(z, flights);
    printf("correlation of dep_delay and arr_delay: %.4f\n",
           nd_get_double(correlation, (int64_t[]){4, 5}));

    struct stat file;
    const double file_bytes = stat(path, &file) == 0 ? (double)file.st_size : 0;
    double *columns = tour_memory(COLUMNS * (size_t)n * sizeof(double));
    TOUR_TIME("ndstream", "read the CSV") nd_table_free(read_with_ndstream(path));
    TOUR_TIME("loop", "read the CSV") read_with_a_loop(path, n, columns);
    tour_limit("read the CSV",
               (tour_least){.read = file_bytes, .written = COLUMNS * 8.0 * (double)n});

    double both[2];
    TOUR_TIME("ndstream", "mean and deviation")
    tour_compute(mean_and_deviation_with_ndstream(delay));
    TOUR_TIME("loop", "mean and deviation") mean_and_deviation_with_a_loop(n, nd_data(delay), both);
    tour_limit("mean and deviation", (tour_least){.read = 8.0 * (double)n});

    TOUR_TIME("ndstream", "share over 30 min late") tour_compute(late_with_ndstream(delay));
    TOUR_TIME("loop", "share over 30 min late") TOUR_USE(late_with_a_loop(n, nd_data(delay)));
    tour_limit("share over 30 min late", (tour_least){.read = 8.0 * (double)n});

    const double matrix_bytes = STUDIED * 8.0 * (double)n;
    bool *whole = tour_memory((size_t)n);
    double *scaled = tour_memory((size_t)matrix_bytes);
    TOUR_TIME("ndstream", "standardise 8 columns") tour_compute(standardise_with_ndstream(x));
    TOUR_TIME("loop", "standardise 8 columns")
    standardise_with_a_loop(n, nd_data(x), whole, scaled);
    tour_limit("standardise 8 columns",
               (tour_least){.read = matrix_bytes, .written = matrix_bytes});

    double *products = tour_memory(STUDIED * STUDIED * sizeof(double));
    TOUR_TIME("ndstream", "correlate by matmul") tour_compute(correlate_with_ndstream(z, flights));
    TOUR_TIME("loop", "correlate by matmul") correlate_with_a_loop(n, flights, scaled, products);
    tour_limit("correlate by matmul",
               (tour_least){.read = matrix_bytes, .flops64 = 2.0 * STUDIED * STUDIED * (double)n});

    tour_result("mean_and_deviation", summary);
    tour_result("late", late_with_ndstream(delay));
    tour_result("histogram", histogram(delay));
    tour_result("standardised", z);
    tour_result("correlation", correlation);
}

int main(int count, char **arguments)
{
    tour_begin(count, arguments, "Real data: the flights out of New York in 2013");
    const char *path =
        tour_argument(0, "the path of flights.csv (examples/tour/data.py fetches it)");
    ND_SCOPE {
        nd_table *table = read_with_ndstream(path);
        if (table)
            study(path, table);
        nd_table_free(table);
    }
    return tour_end();
}

/* Chapter 7: a row added to every row of a matrix, without copying the row. */
#include "tour.h"

static nd_array *with_ndstream(const nd_array *matrix, const nd_array *row)
{
    return nd_add(matrix, row);
}

static void with_a_loop(int64_t rows, int64_t columns, const double *matrix, const double *row,
                        double *sum)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            sum[i * columns + j] = matrix[i * columns + j] + row[j];
}

static void show_the_rule(void)
{
    nd_array *matrix = nd_reshape(nd_arange(9), ND_SHAPE(3, 3));
    nd_array *row = nd_from_data(ND_INT64, ND_SHAPE(3), (int64_t[]){10, 20, 30});
    puts("matrix, shape (3, 3):");
    nd_print(matrix);
    puts("row, shape (3,):");
    nd_print(row);
    puts("matrix + row:");
    nd_print(with_ndstream(matrix, row));

    nd_array *pair = nd_from_data(ND_INT64, ND_SHAPE(2), (int64_t[]){10, 20});
    if (!with_ndstream(matrix, pair))
        printf("matrix + pair: %s\n", nd_error_message());
    nd_error_clear();
}

int main(int count, char **arguments)
{
    tour_begin(count, arguments, "Broadcasting");
    nd_random *random = nd_random_new(7);
    ND_SCOPE {
        show_the_rule();

        const int64_t n = 5000;
        nd_array *matrix = nd_random_uniform(random, ND_FLOAT64, ND_SHAPE(n, n));
        nd_array *row = nd_random_uniform(random, ND_FLOAT64, ND_SHAPE(n));
        nd_array *rows = nd_broadcast_to(row, ND_SHAPE(n, n));
        printf("the row as a %lld x %lld array: strides of %lld and %lld bytes, still %zu bytes of "
               "memory\n",
               (long long)nd_length(rows, 0), (long long)nd_length(rows, 1),
               (long long)nd_strides(rows)[0], (long long)nd_strides(rows)[1], nd_bytes(row));

        TOUR_TIME("ndstream", "matrix + row") tour_compute(with_ndstream(matrix, row));

        double *sum = tour_memory(nd_bytes(matrix));
        TOUR_TIME("loop", "matrix + row") with_a_loop(n, n, nd_data(matrix), nd_data(row), sum);

        tour_limit("matrix + row", (tour_least){.read = 8.0 * n * n, .written = 8.0 * n * n});
        tour_result("sum", with_ndstream(matrix, row));
    }
    nd_random_free(random);
    return tour_end();
}

/* Chapter 9: rows, columns, and the order in which a matrix lies in memory. */
#include "tour.h"

static nd_array *sum_with_ndstream(const nd_array *matrix, int axis)
{
    return nd_sum(matrix, ND_AXIS(axis));
}

static nd_array *convert_with_ndstream(const nd_array *matrix)
{
    return nd_copy_fortran(matrix);
}

static nd_array *transpose_with_ndstream(const nd_array *matrix)
{
    return nd_transpose(matrix);
}

/* Strides in elements: (n, 1) walks a matrix in C order, (1, n) one in Fortran order. */
static void sum_axis_0_with_a_loop(int64_t n, int64_t row_stride, int64_t column_stride,
                                   const double *matrix, double *sums)
{
    for (int64_t j = 0; j < n; j++) {
        double sum = 0;
        for (int64_t i = 0; i < n; i++)
            sum += matrix[i * row_stride + j * column_stride];
        sums[j] = sum;
    }
}

static void sum_axis_1_with_a_loop(int64_t n, int64_t row_stride, int64_t column_stride,
                                   const double *matrix, double *sums)
{
    for (int64_t i = 0; i < n; i++) {
        double sum = 0;
        for (int64_t j = 0; j < n; j++)
            sum += matrix[i * row_stride + j * column_stride];
        sums[i] = sum;
    }
}

static void convert_with_a_loop(int64_t n, const double *matrix, double *fortran)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            fortran[j * n + i] = matrix[i * n + j];
}

static void print_layout(const char *name, const nd_array *matrix)
{
    printf("%-22s shape (%lld, %lld), strides (%lld, %lld)\n", name,
           (long long)nd_length(matrix, 0), (long long)nd_length(matrix, 1),
           (long long)nd_strides(matrix)[0], (long long)nd_strides(matrix)[1]);
}

int main(int count, char **arguments)
{
    tour_begin(count, arguments, "Rows, columns and the order in memory");
    nd_random *random = nd_random_new(9);
    ND_SCOPE {
        const int64_t n = 5000;
        nd_array *c = nd_random_uniform(random, ND_FLOAT64, ND_SHAPE(n, n));
        nd_array *f = convert_with_ndstream(c);
        print_layout("C order:", c);
        print_layout("Fortran order:", f);
        print_layout("transpose of C order:", transpose_with_ndstream(c));

        const double *in_c = nd_data(c), *in_f = nd_data(f);
        double *sums = tour_memory(n * sizeof(double));

        TOUR_TIME("ndstream", "sum(axis=0), C order") tour_compute(sum_with_ndstream(c, 0));
        TOUR_TIME("ndstream", "sum(axis=1), C order") tour_compute(sum_with_ndstream(c, 1));
        TOUR_TIME("ndstream", "sum(axis=0), Fortran order") tour_compute(sum_with_ndstream(f, 0));
        TOUR_TIME("ndstream", "sum(axis=1), Fortran order") tour_compute(sum_with_ndstream(f, 1));

        TOUR_TIME("loop", "sum(axis=0), C order") sum_axis_0_with_a_loop(n, n, 1, in_c, sums);
        TOUR_TIME("loop", "sum(axis=1), C order") sum_axis_1_with_a_loop(n, n, 1, in_c, sums);
        TOUR_TIME("loop", "sum(axis=0), Fortran order") sum_axis_0_with_a_loop(n, 1, n, in_f, sums);
        TOUR_TIME("loop", "sum(axis=1), Fortran order") sum_axis_1_with_a_loop(n, 1, n, in_f, sums);

        const tour_least one_reading = {.read = 8.0 * n * n, .written = 8.0 * n};
        tour_limit("sum(axis=0), C order", one_reading);
        tour_limit("sum(axis=1), C order", one_reading);
        tour_limit("sum(axis=0), Fortran order", one_reading);
        tour_limit("sum(axis=1), Fortran order", one_reading);

        tour_result("sum_0_c", sum_with_ndstream(c, 0));
        tour_result("sum_1_c", sum_with_ndstream(c, 1));
        tour_result("sum_0_f", sum_with_ndstream(f, 0));
        tour_result("sum_1_f", sum_with_ndstream(f, 1));
        tour_result("converted", f);
        tour_result("transposed", nd_copy(nd_slice(transpose_with_ndstream(c), ND_RANGE(0, 10))));

        TOUR_TIME("ndstream", "C to Fortran order") tour_compute(convert_with_ndstream(c));
        double *converted = tour_memory(nd_bytes(c));
        TOUR_TIME("loop", "C to Fortran order") convert_with_a_loop(n, in_c, converted);
        tour_limit("C to Fortran order", (tour_least){.read = 8.0 * n * n, .written = 8.0 * n * n});

        TOUR_TIME("ndstream", "transpose (a view)") transpose_with_ndstream(c);
    }
    nd_random_free(random);
    return tour_end();
}

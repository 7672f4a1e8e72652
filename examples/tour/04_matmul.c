/* Chapter 4: the product of two matrices. */
#include "tour.h"

static nd_array *with_ndstream(const nd_array *a, const nd_array *b)
{
    return nd_matmul(a, b);
}

static void with_a_loop(int64_t rows, int64_t inner, int64_t columns, const double *a,
                        const double *b, double *product)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
            double sum = 0;
            for (int64_t k = 0; k < inner; k++)
                sum += a[i * inner + k] * b[k * columns + j];
            product[i * columns + j] = sum;
        }
}

int main(int count, char **arguments)
{
    tour_begin(count, arguments, "A matrix product");
    nd_random *random = nd_random_new(4);
    ND_SCOPE {
        nd_array *a = nd_random_uniform(random, ND_FLOAT64, ND_SHAPE(1000, 500));
        nd_array *b = nd_random_uniform(random, ND_FLOAT64, ND_SHAPE(500, 1000));
        nd_print(with_ndstream(a, b));

        TOUR_TIME("ndstream", "A @ B") tour_compute(with_ndstream(a, b));

        double *product = tour_memory(1000 * 1000 * sizeof(double));
        TOUR_TIME("loop", "A @ B") with_a_loop(1000, 500, 1000, nd_data(a), nd_data(b), product);

        tour_limit("A @ B",
                   (tour_least){.read = 8e6, .written = 8e6, .flops64 = 2.0 * 1000 * 500 * 1000});
        tour_result("product", with_ndstream(a, b));
    }
    nd_random_free(random);
    return tour_end();
}

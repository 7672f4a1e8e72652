/* Chapter 5: sum, mean, maximum and minimum of ten million numbers. */
#include "tour.h"

static nd_array *sum_with_ndstream(const nd_array *x)
{
    return nd_sum(x, ND_ALL);
}

static nd_array *mean_with_ndstream(const nd_array *x)
{
    return nd_mean(x, ND_ALL);
}

static nd_array *max_with_ndstream(const nd_array *x)
{
    return nd_max(x, ND_ALL);
}

static nd_array *min_with_ndstream(const nd_array *x)
{
    return nd_min(x, ND_ALL);
}

static double sum_with_a_loop(int64_t n, const double *x)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

static double max_with_a_loop(int64_t n, const double *x)
{
    double max = x[0];
    for (int64_t i = 1; i < n; i++)
        if (x[i] > max)
            max = x[i];
    return max;
}

static double min_with_a_loop(int64_t n, const double *x)
{
    double min = x[0];
    for (int64_t i = 1; i < n; i++)
        if (x[i] < min)
            min = x[i];
    return min;
}

int main(int count, char **arguments)
{
    tour_begin(count, arguments, "Sum, mean, maximum and minimum");
    nd_random *random = nd_random_new(5);
    ND_SCOPE {
        const int64_t n = 10000000;
        nd_array *x = nd_random_uniform(random, ND_FLOAT64, ND_SHAPE(n));
        printf("sum  %.17g\n", nd_item(sum_with_ndstream(x)));
        printf("mean %.17g\n", nd_item(mean_with_ndstream(x)));
        printf("max  %.17g\n", nd_item(max_with_ndstream(x)));
        printf("min  %.17g\n", nd_item(min_with_ndstream(x)));

        TOUR_TIME("ndstream", "sum") tour_compute(sum_with_ndstream(x));
        TOUR_TIME("ndstream", "mean") tour_compute(mean_with_ndstream(x));
        TOUR_TIME("ndstream", "max") tour_compute(max_with_ndstream(x));
        TOUR_TIME("ndstream", "min") tour_compute(min_with_ndstream(x));

        const double *data = nd_data(x);
        TOUR_TIME("loop", "sum") TOUR_USE(sum_with_a_loop(n, data));
        TOUR_TIME("loop", "mean") TOUR_USE(sum_with_a_loop(n, data) / (double)n);
        TOUR_TIME("loop", "max") TOUR_USE(max_with_a_loop(n, data));
        TOUR_TIME("loop", "min") TOUR_USE(min_with_a_loop(n, data));

        const tour_least one_reading = {.read = 8.0 * n};
        tour_limit("sum", one_reading);
        tour_limit("mean", one_reading);
        tour_limit("max", one_reading);
        tour_limit("min", one_reading);

        tour_result("sum", sum_with_ndstream(x));
        tour_result("mean", mean_with_ndstream(x));
        tour_result("max", max_with_ndstream(x));
        tour_result("min", min_with_ndstream(x));
    }
    nd_random_free(random);
    return tour_end();
}

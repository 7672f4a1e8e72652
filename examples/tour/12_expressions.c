/* Chapter 12: programs of earlier chapters, each as one expression, and how it is computed. */
#include "tour.h"

#include <math.h>

static const char polynomial[] = "2*x**2 + 3*x + 5";
static const char mean_of_replaced[] = "mean(where(m > 5, 10, m))";
static const char standardised[] = "(x - mean(x, axis=0)) / std(x, axis=0)";
static const char stretched[] =
    "rint(clip((p - mean(p) + 1.5*std(p)) * (85 / std(p)), 0, 255)).astype(uint8)";

/* Pending: told and drawn by tour_plan(), computed when it is looked at. */
static nd_array *with_ndstream(const char *expression, const char *name, nd_array *array)
{
    return nd_expr(expression, name, array);
}

/* ---- the naive loops ---- */

static void polynomial_with_a_loop(int64_t n, const double *x, double *y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = 2 * x[i] * x[i] + 3 * x[i] + 5;
}

static double mean_with_a_loop(int64_t n, const int64_t *m)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += m[i] > 5 ? 10 : m[i];
    return (double)sum / (double)n;
}

static void standardise_with_a_loop(int64_t rows, int64_t columns, const double *x, double *z)
{
    for (int64_t j = 0; j < columns; j++) {
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < rows; i++)
            sum += x[i * columns + j];
        const double mean = sum / (double)rows;
        for (int64_t i = 0; i < rows; i++)
            squares += (x[i * columns + j] - mean) * (x[i * columns + j] - mean);
        const double deviation = sqrt(squares / (double)rows);
        for (int64_t i = 0; i < rows; i++)
            z[i * columns + j] = (x[i * columns + j] - mean) / deviation;
    }
}

static void stretch_with_a_loop(int64_t n, const uint8_t *p, uint8_t *to)
{
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < n; i++)
        sum += p[i];
    const double mean = sum / (double)n;
    for (int64_t i = 0; i < n; i++)
        squares += (p[i] - mean) * (p[i] - mean);
    const double deviation = sqrt(squares / (double)n), black = mean - 1.5 * deviation;
    for (int64_t i = 0; i < n; i++)
        to[i] = (uint8_t)rint(fmin(fmax((p[i] - black) * (85 / deviation), 0), 255));
}

int main(int count, char **arguments)
{
    tour_begin(count, arguments, "Programs of earlier chapters as one expression each");
    const char *path = tour_argument(0, "the path of a photograph, as PNG");
    nd_random *random = nd_random_new(12);
    ND_SCOPE {
        const int64_t n = 10000000, few = 1000000, side = 5000;
        nd_array *x = nd_linspace(-10, 10, n);
        nd_array *m = nd_random_integers(random, ND_INT64, 0, 10, ND_SHAPE(few));
        nd_array *table = nd_random_uniform(random, ND_FLOAT64, ND_SHAPE(side, side));
        nd_array *p = nd_load(path);

        tour_plan("polynomial", with_ndstream(polynomial, "x", x));
        tour_plan("mean_of_replaced", with_ndstream(mean_of_replaced, "m", m));
        tour_plan("standardised", with_ndstream(standardised, "x", table));
        tour_plan("stretched", with_ndstream(stretched, "p", p));

        TOUR_TIME("ndstream", polynomial) tour_compute(with_ndstream(polynomial, "x", x));
        TOUR_TIME("ndstream", mean_of_replaced)
        tour_compute(with_ndstream(mean_of_replaced, "m", m));
        TOUR_TIME("ndstream", "standardise 5000x5000")
        tour_compute(with_ndstream(standardised, "x", table));
        TOUR_TIME("ndstream", "stretch the contrast")
        tour_compute(with_ndstream(stretched, "p", p));

        double *y = tour_memory(nd_bytes(table));
        TOUR_TIME("loop", polynomial) polynomial_with_a_loop(n, nd_data(x), y);
        TOUR_TIME("loop", mean_of_replaced) TOUR_USE(mean_with_a_loop(few, nd_data(m)));
        TOUR_TIME("loop", "standardise 5000x5000")
        standardise_with_a_loop(side, side, nd_data(table), y);
        TOUR_TIME("loop", "stretch the contrast")
        stretch_with_a_loop(nd_size(p), nd_data(p), (uint8_t *)y);

        const double elements = (double)nd_size(table), pixels = (double)nd_size(p);
        tour_limit(polynomial,
                   (tour_least){.read = 8.0 * n, .written = 8.0 * n, .flops64 = 5.0 * n});
        tour_limit(mean_of_replaced, (tour_least){.read = 8.0 * few});
        tour_limit(
            standardised,
            (tour_least){.read = 8 * elements, .written = 8 * elements, .flops64 = 6 * elements});
        tour_limit("stretch the contrast",
                   (tour_least){.read = pixels, .written = pixels, .flops64 = 6 * pixels});
        tour_result("y", with_ndstream(polynomial, "x", x));
        tour_result("mean", with_ndstream(mean_of_replaced, "m", m));
        tour_result("z", with_ndstream(standardised, "x", table));
        tour_result("stretched", with_ndstream(stretched, "p", p));
    }
    nd_random_free(random);
    return tour_end();
}

/* Chapter 3: a x^2 + b x + c at ten million points. */
#include "tour.h"

static const double a = 2, b = 3, c = 5;

static nd_array *with_ndstream(const nd_array *x)
{
    return nd_add(nd_add(nd_multiply(a, nd_square(x)), nd_multiply(b, x)), c);
}

/* The same as x (a x + b) + c, each step written over the last: one array in place of five. */
static nd_array *with_ndstream_in_place(const nd_array *x)
{
    nd_array *y = nd_multiply(x, a);
    nd_add_into(y, y, b);
    nd_multiply_into(y, y, x);
    return nd_add_into(y, y, c);
}

static void with_a_loop(int64_t n, const double *x, double *y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = a * x[i] * x[i] + b * x[i] + c;
}

int main(int count, char **arguments)
{
    tour_begin(count, arguments, "A polynomial at ten million points");
    ND_SCOPE {
        const int64_t n = 10000000;
        nd_array *x = nd_linspace(-10, 10, n);
        nd_print(with_ndstream(x));

        TOUR_TIME("ndstream", "a*x**2 + b*x + c") tour_compute(with_ndstream(x));
        TOUR_TIME("ndstream", "the same in place") tour_compute(with_ndstream_in_place(x));

        double *y = tour_memory(nd_bytes(x));
        TOUR_TIME("loop", "a*x**2 + b*x + c") with_a_loop(n, nd_data(x), y);

        tour_limit("a*x**2 + b*x + c",
                   (tour_least){.read = 8.0 * n, .written = 8.0 * n, .flops64 = 5.0 * n});
        tour_limit("the same in place",
                   (tour_least){.read = 8.0 * n, .written = 8.0 * n, .flops64 = 4.0 * n});
        tour_result("y", with_ndstream(x));
        tour_result("y_in_place", with_ndstream_in_place(x));
    }
    return tour_end();
}

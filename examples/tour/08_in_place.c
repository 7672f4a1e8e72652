/* Chapter 8: a new array for a result, or the old one written over. */
#include "tour.h"

/* a = a * 2 */
static nd_array *with_ndstream(const nd_array *a)
{
    return nd_multiply(a, 2);
}

/* a *= 2 */
static nd_array *with_ndstream_in_place(nd_array *a)
{
    return nd_multiply_into(a, a, 2);
}

static void with_a_loop(int64_t n, const double *a, double *doubled)
{
    for (int64_t i = 0; i < n; i++)
        doubled[i] = a[i] * 2;
}

static void with_a_loop_in_place(int64_t n, double *a)
{
    for (int64_t i = 0; i < n; i++)
        a[i] *= 2;
}

int main(int count, char **arguments)
{
    tour_begin(count, arguments, "A new array, or in place");
    nd_random *random = nd_random_new(8);
    ND_SCOPE {
        const int64_t n = 10000000;
        nd_array *a = nd_random_uniform(random, ND_FLOAT64, ND_SHAPE(n));
        tour_result("doubled", with_ndstream(a));
        tour_result("doubled_in_place", with_ndstream_in_place(nd_copy(a)));

        double *doubled = tour_memory(nd_bytes(a));
        TOUR_TIME("ndstream", "a = a * 2") tour_compute(with_ndstream(a));
        TOUR_TIME("loop", "a = a * 2") with_a_loop(n, nd_data(a), doubled);
        tour_limit("a = a * 2", (tour_least){.read = 8.0 * n, .written = 8.0 * n});

        /* Doubled again in every run, up to infinity perhaps: that takes the same time. */
        TOUR_TIME("ndstream", "a *= 2") tour_compute(with_ndstream_in_place(a));
        TOUR_TIME("loop", "a *= 2") with_a_loop_in_place(n, doubled);
        tour_limit("a *= 2", (tour_least){.read = 8.0 * n, .written = 8.0 * n, .in_place = true});
    }
    nd_random_free(random);
    return tour_end();
}

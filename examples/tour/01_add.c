/* Chapter 1: adding two ranges of a million integers. */
#include "tour.h"

static nd_array *with_ndstream(const nd_array *a, const nd_array *b)
{
    return nd_add(a, b);
}

static void with_a_loop(int64_t n, const int64_t *a, const int64_t *b, int64_t *sum)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] = a[i] + b[i];
}

int main(int count, char **arguments)
{
    tour_begin(count, arguments, "Adding two ranges of a million integers");
    ND_SCOPE {
        const int64_t n = 1000000;
        nd_array *a = nd_arange(n);
        nd_array *b = nd_arange(n);
        nd_print(with_ndstream(a, b));

        TOUR_TIME("ndstream", "a + b") tour_compute(with_ndstream(a, b));

        int64_t *sum = tour_memory(nd_bytes(a));
        TOUR_TIME("loop", "a + b") with_a_loop(n, nd_data(a), nd_data(b), sum);

        tour_limit("a + b", (tour_least){.read = 16.0 * n, .written = 8.0 * n});
        tour_result("sum", with_ndstream(a, b));
    }
    return tour_end();
}

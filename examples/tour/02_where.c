/* Chapter 2: values above 5 replaced by 10 in a million random integers. */
#include "tour.h"

static nd_array *with_ndstream(const nd_array *m)
{
    return nd_where(nd_greater(m, 5), 10, m);
}

static void with_a_loop(int64_t n, const int64_t *m, int64_t *replaced)
{
    for (int64_t i = 0; i < n; i++) {
        if (m[i] > 5)
            replaced[i] = 10;
        else
            replaced[i] = m[i];
    }
}

int main(int count, char **arguments)
{
    tour_begin(count, arguments, "Values above 5 replaced by 10");
    nd_random *random = nd_random_new(2);
    ND_SCOPE {
        const int64_t n = 1000000;
        nd_array *m = nd_random_integers(random, ND_INT64, 0, 10, ND_SHAPE(n));
        nd_print(m);
        nd_print(with_ndstream(m));

        TOUR_TIME("ndstream", "where(m > 5, 10, m)") tour_compute(with_ndstream(m));

        int64_t *replaced = tour_memory(nd_bytes(m));
        TOUR_TIME("loop", "where(m > 5, 10, m)") with_a_loop(n, nd_data(m), replaced);

        tour_limit("where(m > 5, 10, m)", (tour_least){.read = 8.0 * n, .written = 8.0 * n});
        tour_result("replaced", with_ndstream(m));
    }
    nd_random_free(random);
    return tour_end();
}

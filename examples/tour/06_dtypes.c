/* Chapter 6: the same ten million small integers in eight bytes each and in one. */
#include "tour.h"

static nd_array *sum_with_ndstream(const nd_array *a)
{
    return nd_sum(a, ND_ALL);
}

/* 27: the largest number that can be added to 100 before int8 wraps. */
static nd_array *add_with_ndstream(const nd_array *a)
{
    return nd_add(a, 27);
}

static int64_t sum_int64_with_a_loop(int64_t n, const int64_t *a)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += a[i];
    return sum;
}

static int64_t sum_int8_with_a_loop(int64_t n, const int8_t *a)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += a[i];
    return sum;
}

static void add_int64_with_a_loop(int64_t n, const int64_t *a, int64_t *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = a[i] + 27;
}

static void add_int8_with_a_loop(int64_t n, const int8_t *a, int8_t *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = (int8_t)(a[i] + 27);
}

int main(int count, char **arguments)
{
    tour_begin(count, arguments, "Small integers in int64 and in int8");
    nd_random *random = nd_random_new(6);
    ND_SCOPE {
        const int64_t n = 10000000;
        nd_array *wide = nd_random_integers(random, ND_INT64, 0, 101, ND_SHAPE(n));
        nd_array *narrow = nd_cast(wide, ND_INT8);
        printf("int64: %10zu bytes\nint8:  %10zu bytes\n", nd_bytes(wide), nd_bytes(narrow));
        printf("sums:  %lld and %lld\n", (long long)nd_item_int64(sum_with_ndstream(wide)),
               (long long)nd_item_int64(sum_with_ndstream(narrow)));

        TOUR_TIME("ndstream", "sum, int64") tour_compute(sum_with_ndstream(wide));
        TOUR_TIME("ndstream", "sum, int8") tour_compute(sum_with_ndstream(narrow));
        TOUR_TIME("ndstream", "a + 27, int64") tour_compute(add_with_ndstream(wide));
        TOUR_TIME("ndstream", "a + 27, int8") tour_compute(add_with_ndstream(narrow));

        const void *wide_data = nd_data(wide), *narrow_data = nd_data(narrow);
        void *out = tour_memory(nd_bytes(wide));
        TOUR_TIME("loop", "sum, int64") TOUR_USE(sum_int64_with_a_loop(n, wide_data));
        TOUR_TIME("loop", "sum, int8") TOUR_USE(sum_int8_with_a_loop(n, narrow_data));
        TOUR_TIME("loop", "a + 27, int64") add_int64_with_a_loop(n, wide_data, out);
        TOUR_TIME("loop", "a + 27, int8") add_int8_with_a_loop(n, narrow_data, out);

        tour_limit("sum, int64", (tour_least){.read = 8.0 * n});
        tour_limit("sum, int8", (tour_least){.read = 1.0 * n});
        tour_limit("a + 27, int64", (tour_least){.read = 8.0 * n, .written = 8.0 * n});
        tour_limit("a + 27, int8", (tour_least){.read = 1.0 * n, .written = 1.0 * n});

        tour_result("sum_int64", sum_with_ndstream(wide));
        tour_result("sum_int8", sum_with_ndstream(narrow));
        tour_result("add_int64", add_with_ndstream(wide));
        tour_result("add_int8", add_with_ndstream(narrow));
    }
    nd_random_free(random);
    return tour_end();
}

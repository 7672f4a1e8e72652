/* Nanoseconds that small calls cost from C. */
#include <ndstream/nd.h>
#include <string.h>
#include <time.h>

double call_cost(const char *what);

enum { CALLS = 20000, REPEATS = 50 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

#define MEASURE(name, ...)                                                                         \
    if (strcmp(what, name) == 0)                                                                   \
        for (int repeat = 0; repeat < REPEATS; repeat++) {                                         \
            const double start = now();                                                            \
            for (int call = 0; call < CALLS; call++)                                               \
                __VA_ARGS__;                                                                       \
            const double took = (now() - start) / CALLS;                                           \
            best = took < best ? took : best;                                                      \
        }

/* `what`: "add" (two arrays of 3), "add_scalar", "sum", "slice", "zeros", "add_into". */
double call_cost(const char *what)
{
    nd_array *a = nd_keep(nd_ones(ND_FLOAT64, ND_SHAPE(3))),
             *b = nd_keep(nd_ones(ND_FLOAT64, ND_SHAPE(3)));
    double best = 1e9;
    MEASURE("add", nd_release(nd_add(a, b)))
    MEASURE("add_scalar", nd_release(nd_add(a, 1.0)))
    MEASURE("add_into", nd_add_into(a, a, b))
    MEASURE("sum", nd_release(nd_sum(a, ND_ALL)))
    MEASURE("slice", nd_release(nd_slice(a, ND_RANGE(1, ND_OPEN))))
    MEASURE("zeros", nd_release(nd_zeros(ND_FLOAT64, ND_SHAPE(3))))
    nd_release(a);
    nd_release(b);
    return best;
}

/* Nanoseconds that small calls cost from C, and expressions of any size. */
#include <ndstream/nd.h>
#include <string.h>
#include <time.h>

double call_cost(const char *what);
double expression_cost(int64_t elements, bool lazy, int threads, double seconds);

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

/* Nanoseconds of 2*x**2 + 3*x + 5 on so many float64, pending or computed step by step: the best of
 * the runs that `seconds` have time for, three at least. Negative if there is no memory. */
double expression_cost(int64_t elements, bool lazy, int threads, double seconds)
{
    const int64_t before = nd_lazy();
    double best = 1e18;
    nd_array *x = nd_keep(nd_linspace(0.0, 1.0, elements));
    nd_set_num_threads(threads);
    if (!lazy)
        nd_set_lazy(0);
    const double end = now() + seconds * 1e9;
    for (int run = 0; x && (run < 3 || now() < end); run++) {
        const double start = now();
        ND_SCOPE {
            nd_array *y = nd_add(nd_add(nd_multiply(nd_square(x), 2.0), nd_multiply(x, 3.0)), 5.0);
            nd_eval(1, &y);
        }
        const double took = now() - start;
        best = took < best ? took : best;
    }
    nd_set_lazy(before);
    nd_set_num_threads(0);
    nd_release(x);
    return x && nd_error() == ND_OK ? best : -1;
}

/* What pending arrays cost: expressions over a range of sizes, computed at once and pending, and
 * the time of a plan alone. No NumPy: this is about where laziness begins to pay.
 *
 * usage: plan_cost [TEXT]      expressions whose name contains TEXT; best of many, nanoseconds */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <ndstream/nd.h>

enum { ROUNDS = 7, NEW_EXPRESSIONS = 1024 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Arguments of the expressions. */
typedef struct data {
    nd_array *x, *y, *z; /* float64, of one shape */
    nd_array *f;         /* float32 */
    nd_array *row;       /* of the last axis */
} data;

typedef nd_array *expression(const data *d, int number);

static nd_array *one(const data *d, int number)
{
    (void)number;
    return nd_add(d->x, d->y);
}

static nd_array *square_root(const data *d, int number)
{
    (void)number;
    return nd_sqrt(d->x);
}

static nd_array *exponential(const data *d, int number)
{
    (void)number;
    return nd_exp(d->x);
}

static nd_array *mixed(const data *d, int number)
{
    (void)number;
    return nd_add(d->x, d->f);
}

static nd_array *two(const data *d, int number)
{
    (void)number;
    return nd_add(nd_multiply(d->x, d->y), d->z);
}

static nd_array *three(const data *d, int number)
{
    (void)number;
    return nd_subtract(nd_add(nd_multiply(d->x, 2.0), d->y), d->z);
}

static nd_array *five(const data *d, int number)
{
    (void)number;
    return nd_add(nd_add(nd_multiply(nd_square(d->x), 2.0), nd_multiply(d->x, 3.0)), d->y);
}

static nd_array *functions(const data *d, int number)
{
    (void)number;
    return nd_multiply(nd_exp(nd_negative(nd_square(d->x))), nd_sin(d->y));
}

static nd_array *selected(const data *d, int number)
{
    (void)number;
    return nd_where(nd_greater(d->x, d->y), d->x, d->z);
}

static nd_array *broadcast(const data *d, int number)
{
    (void)number;
    return nd_multiply(nd_subtract(d->x, d->row), 0.5);
}

static nd_array *total(const data *d, int number)
{
    (void)number;
    return nd_sum(d->x, ND_ALL);
}

static nd_array *total_of_squares(const data *d, int number)
{
    (void)number;
    return nd_sum(nd_square(nd_subtract(d->x, d->y)), ND_ALL);
}

static nd_array *standardised(const data *d, int number)
{
    (void)number;
    return nd_divide(nd_subtract(d->x, nd_mean(d->x, ND_ALL)), nd_std(d->x, ND_ALL));
}

/* Five operations that differ from number to number. */
static nd_array *varied(const data *d, int number)
{
    nd_array *a = nd_keep(d->x);
    for (int i = 0; i < 5; i++, number >>= 2) {
        switch (number & 3) {
        case 0:
            a = nd_add(a, d->y);
            break;
        case 1:
            a = nd_multiply(a, d->z);
            break;
        case 2:
            a = nd_subtract(a, d->y);
            break;
        default:
            a = nd_maximum(a, d->z);
            break;
        }
    }
    return a;
}

static const struct {
    const char *name;
    expression *of;
} expressions[] = {
    {"x + y", one},
    {"sqrt(x)", square_root},
    {"exp(x)", exponential},
    {"x + float32", mixed},
    {"x*y + z", two},
    {"2*x + y - z", three},
    {"2*x**2 + 3*x + y", five},
    {"exp(-x**2) * sin(y)", functions},
    {"where(x > y, x, z)", selected},
    {"(x - row) / 2", broadcast},
    {"sum(x)", total},
    {"sum((x - y)**2)", total_of_squares},
    {"(x - mean(x)) / std(x)", standardised},
};

static data make(int64_t rows, int64_t columns)
{
    data d;
    ND_SCOPE {
        const int64_t size = rows * columns;
        nd_array *flat = nd_linspace(0.5, 1.5, size);
        d.x = nd_keep(nd_copy(nd_reshape(flat, ND_SHAPE(rows, columns))));
        d.y = nd_keep(nd_copy(nd_add(d.x, 0.25)));
        d.z = nd_keep(nd_copy(nd_add(d.x, 0.75)));
        d.f = nd_keep(nd_cast(d.x, ND_FLOAT32));
        d.row = nd_keep(nd_linspace(0, 1, columns));
        nd_eval(5, (nd_array *[]){d.x, d.y, d.z, d.f, d.row});
    }
    return d;
}

static void drop(data *d)
{
    nd_release(d->x);
    nd_release(d->y);
    nd_release(d->z);
    nd_release(d->f);
    nd_release(d->row);
}

/* Nanoseconds of one evaluation: the best round of `calls`. */
static double cost(expression *of, const data *d, int64_t lazy, int calls, int numbers)
{
    double best = 1e18;
    nd_set_lazy(lazy);
    for (int round = 0; round < ROUNDS; round++) {
        const double start = now();
        for (int call = 0; call < calls; call++)
            ND_SCOPE {
                nd_array *result = of(d, call % numbers);
                nd_eval(1, &result);
            }
        const double took = (now() - start) / calls;
        best = took < best ? took : best;
    }
    return best;
}

int main(int count, char **arguments)
{
    static const int64_t sizes[] = {8,    256,   512,   1024,  2048,  4096,
                                    8192, 16384, 32768, 65536, 131072};
    enum { SIZES = sizeof sizes / sizeof *sizes };
    const char *const only = count > 1 ? arguments[1] : "";
    printf("Nanoseconds at once, pending, and their ratio (more than 1: pending is faster)\n%-24s",
           "elements");
    for (int s = 0; s < SIZES; s++)
        printf("%22lld", (long long)sizes[s]);
    for (size_t e = 0; e < sizeof expressions / sizeof *expressions; e++) {
        if (!strstr(expressions[e].name, only))
            continue;
        printf("\n%-24s", expressions[e].name);
        for (int s = 0; s < SIZES; s++) {
            data d = make(sizes[s] / 8, 8);
            if (sizes[s] >= 256) {
                drop(&d);
                d = make(sizes[s] / 64, 64);
            }
            const int calls = (int)(1 + 1000000 / (1000 + sizes[s]));
            const double eager = cost(expressions[e].of, &d, 0, calls, 1),
                         lazy = cost(expressions[e].of, &d, 1, calls, 1);
            printf("%9.0f%8.0f%5.2f", eager, lazy, eager / lazy);
            fflush(stdout);
            drop(&d);
        }
    }
    data d = make(1, 8);
    printf("\n\nPlans of five operations over 8 elements, with all that the calls cost:\n");
    printf("  the same one again  %6.0f ns\n", cost(five, &d, 1, 4096, 1));
    printf("  one after another   %6.0f ns\n", cost(varied, &d, 1, 4096, NEW_EXPRESSIONS));
    printf("  the same, at once   %6.0f ns\n", cost(varied, &d, 0, 4096, NEW_EXPRESSIONS));
    drop(&d);
    return 0;
}

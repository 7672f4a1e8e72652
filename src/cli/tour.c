/* nds tour: what expressions can do, each shown, computed and timed on this machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ndstream/nd.h>

#include "cli/arguments.h"
#include "cli/nds.h"

static const char help[] =
    "usage: nds tour [--size N]\n"
    "\n"
    "Shows expressions, computes each on this machine, and tells how long it took.\n"
    "\n"
    "  -n, --size N    so many numbers (10000000)\n"
    "  -h, --help      this text\n";

/* The arrays that expressions read; %lld is the size. */
static const struct {
    const char *name, *made;
} arrays[] = {
    {"x", "linspace(-10, 10, %lld)"},
    {"m", "reshape(sin(arange(%lld // 100 * 100) * 0.37), (-1, 100))"},
    {"s", "sin(reshape(arange(160000), (400, 400)) % 1009) + 30 * eye(400)"},
};
enum { ARRAYS = sizeof arrays / sizeof *arrays };

static const struct {
    const char *says, *text;
} steps[] = {
    {"A polynomial and its mean: one loop, and no array is made on the way.",
     "mean(2*x**2 + 3*x + 5)"},
    {"A condition for every element.", "sum(where(x > 5, 10, x))"},
    {"Functions run in vectors, on all threads.", "max(sin(x)**2 + cos(x)**2)"},
    {"Columns are brought to mean 0 and deviation 1 by broadcasting; this is the largest value.",
     "max((m - mean(m, axis=0)) / std(m, axis=0))"},
    {"What lies between the quartiles.", "diff(percentile(x, [25, 75]))"},
    {"How often values occur in twelve bins.", "histogram(sin(x), 12)[0]"},
    {"A product of matrices.", "trace(m.T @ m)"},
    {"A system of 400 equations: the largest residual.",
     "max(abs(s @ linalg.solve(s, ones(400)) - 1))"},
};
enum { STEPS = sizeof steps / sizeof *steps };

static double milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static bool make_arrays(long long size, nd_array *made[ARRAYS])
{
    for (int i = 0; i < ARRAYS; i++) {
        char text[128];
        snprintf(text, sizeof text, arrays[i].made, size);
        made[i] = nd_expr_with(text, 0, NULL, NULL);
        printf("  %s = %s\n", arrays[i].name, text);
        if (!made[i] || !nd_data(made[i]))
            return false;
    }
    return true;
}

/* The time of the faster of two evaluations: the first one also gets memory from the system. */
static bool take_step(int step, nd_array *const made[ARRAYS])
{
    const char *names[ARRAYS];
    double least = 0;
    bool done = true;
    for (int i = 0; i < ARRAYS; i++)
        names[i] = arrays[i].name;
    printf("\n%s\n  $ nds eval '%s' ...\n", steps[step].says, steps[step].text);
    for (int round = 0; round < 2 && done; round++)
        ND_SCOPE {
            const double began = milliseconds();
            nd_array *const result = nd_expr_with(steps[step].text, ARRAYS, names, made);
            done = result && nd_data(result);
            const double taken = milliseconds() - began;
            least = round == 0 || taken < least ? taken : least;
            if (done && round == 1)
                nd_print(result);
        }
    if (done)
        printf("  %.2f ms\n", least);
    return done;
}

int nds_tour(int count, char **given)
{
    const char *size_text = NULL;
    nds_files files = {.count = 0};
    const nds_option options[] = {{"--size", 'n', &size_text, NULL}, {NULL, 0, NULL, NULL}};
    const int misused = nds_read_arguments("tour", count, given, options, &files);
    if (misused)
        return misused;
    if (files.help)
        return nds_help(help);
    if (files.count > 0)
        return nds_misused("tour: takes no files, not '%s'", files.name[0]);
    char *end = NULL;
    const long long size = size_text ? strtoll(size_text, &end, 10) : 10000000;
    if ((size_text && *end) || size < 1000 || size > 1000000000)
        return nds_misused("tour: --size is a number from 1000 to 1000000000, not '%s'", size_text);
    bool done;
    ND_SCOPE {
        nd_array *made[ARRAYS];
        const nd_configuration c = nd_config();
        printf("ndstream %s, %s, %d threads\n", c.version, c.isa, c.threads);
        done = make_arrays(size, made);
        for (int step = 0; step < STEPS && done; step++)
            done = take_step(step, made);
    }
    if (!done)
        return nds_failed();
    puts("\nnds eval --help tells more, nds eval --explain what an expression does.");
    return nds_flushed();
}

/* Edges of bins: evenly spaced between the outermost, as many as are asked for or as a rule gives,
 * or those of the caller. */
#include "sort/edges.h"

#include <ndstream/ops.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "array/array.h"
#include "engine/copy.h"

typedef struct range {
    double low, high;
} range;

static bool outer_edges(const char *operation, const nd_array *x,
                        const nd_histogram_options *options, range *r)
{
    if (options->has_range)
        *r = (range){options->range[0], options->range[1]};
    else if (nd_size(x) == 0)
        *r = (range){0, 1};
    else
        *r = (range){nd_item(nd_min(x, ND_ALL)), nd_item(nd_max(x, ND_ALL))};
    if (nd_error() != ND_OK)
        return false;
    if (!isfinite(r->low) || !isfinite(r->high))
        ndi_fail(ND_ERROR_VALUE, "%s: the range from %g to %g is not finite", operation, r->low,
                 r->high);
    else if (r->low > r->high)
        ndi_fail(ND_ERROR_VALUE, "%s: the range from %g to %g runs backwards", operation, r->low,
                 r->high);
    else {
        if (r->low == r->high)
            *r = (range){r->low - 0.5, r->high + 0.5};
        return true;
    }
    return false;
}

/* numpy.linspace(low, high, bins + 1), with every operation rounded to `dtype`. */
static nd_array *even_edges(range r, int64_t bins, nd_dtype dtype)
{
    nd_array *low = nd_empty(dtype, ND_SCALAR_SHAPE), *high = nd_empty(dtype, ND_SCALAR_SHAPE);
    nd_array *count = nd_arange_step(dtype, 0, (double)bins + 1, 1);
    if (!low || !high ||
        ndi_assign(low, nd_cast(nd_add(nd_zeros(ND_FLOAT64, ND_SCALAR_SHAPE), r.low), dtype)) !=
            ND_OK ||
        ndi_assign(high, nd_cast(nd_add(nd_zeros(ND_FLOAT64, ND_SCALAR_SHAPE), r.high), dtype)) !=
            ND_OK)
        return NULL;
    nd_array *difference = nd_subtract(high, low), *step = nd_divide(difference, (double)bins);
    if (!step)
        return NULL;
    nd_array *steps = nd_item(step) != 0 ? nd_multiply(count, step)
                                         : nd_multiply(nd_divide(count, (double)bins), difference);
    nd_array *edges = nd_copy(nd_add(steps, low));
    nd_array *last = nd_slice(edges, ND_STEP(-1, ND_OPEN, 1));
    return last && ndi_assign(last, high) == ND_OK ? edges : NULL;
}

/* ---- Rules for the width of a bin ------------------------------------------------------------ */

/* What the rules look at: doubles within the range. */
typedef struct sample {
    const nd_array *x;
    double n, spread;
    range r;
} sample;

static double square_root(const sample *s)
{
    return s->spread / sqrt(s->n);
}

static double sturges(const sample *s)
{
    return s->spread / (log2(s->n) + 1);
}

static double rice(const sample *s)
{
    return s->spread / (2 * pow(s->n, 1.0 / 3));
}

static double scott(const sample *s)
{
    return pow(24 * sqrt(M_PI) / s->n, 1.0 / 3) * nd_item(nd_std(s->x, ND_ALL));
}

static double doane(const sample *s)
{
    const double n = s->n, sigma = nd_item(nd_std(s->x, ND_ALL));
    if (n <= 2 || !(sigma > 0))
        return 0;
    const double unit = sqrt(6 * (n - 2) / ((n + 1) * (n + 3)));
    nd_array *standard = nd_divide(nd_subtract(s->x, nd_mean(s->x, ND_ALL)), sigma);
    const double skewness = nd_item(nd_mean(nd_power(standard, 3), ND_ALL));
    return s->spread / (1 + log2(n) + log2(1 + fabs(skewness) / unit));
}

/* Freedman and Diaconis. */
static double freedman_diaconis(const sample *s)
{
    nd_array *q = nd_from_data(ND_FLOAT64, ND_SHAPE(2), (double[]){0.25, 0.75});
    nd_array *quartiles = nd_quantile(s->x, q, ND_ALL, (nd_quantile_options){0});
    const int64_t first = 0, second = 1;
    return 2 * (nd_get_double(quartiles, &second) - nd_get_double(quartiles, &first)) *
           pow(s->n, -1.0 / 3);
}

static double automatic(const sample *s)
{
    const double fd = fmax(freedman_diaconis(s), square_root(s) / 2), st = sturges(s);
    return fd < st ? fd : st;
}

/* The number of bins with the least estimated error of the density: Stone (1984). */
static double stone(const sample *s)
{
    if (s->n <= 1 || s->spread == 0)
        return 0;
    const int64_t most = fmax(100, floor(sqrt(s->n)));
    double least = INFINITY;
    int64_t best = 1;
    for (int64_t bins = 1; bins <= most; bins++)
        ND_SCOPE {
            const nd_histogram_options options = {
                .bins = bins, .has_range = true, .range = {s->r.low, s->r.high}};
            const nd_histogram_result h = nd_histogram(s->x, options);
            const double squares = nd_item(nd_sum(nd_square(nd_divide(h.counts, s->n)), ND_ALL));
            const double error = (2 - (s->n + 1) * squares) / (s->spread / (double)bins);
            if (error < least) {
                least = error;
                best = bins;
            }
        }
    return s->spread / (double)best;
}

static const struct rule {
    const char *name;
    double (*width)(const sample *s);
} rules[] = {
    {"auto", automatic}, {"doane", doane},      {"fd", freedman_diaconis}, {"rice", rice},
    {"scott", scott},    {"sqrt", square_root}, {"stone", stone},          {"sturges", sturges},
};

/* The elements in the range, as doubles. */
static nd_array *within(const nd_array *x, range r)
{
    nd_array *doubles = nd_copy(nd_cast(x, ND_FLOAT64));
    if (!ndi_force(doubles))
        return NULL;
    double *of = (double *)doubles->data;
    int64_t kept = 0;
    for (int64_t i = 0; i < nd_size(doubles); i++) {
        of[kept] = of[i];
        kept += of[i] >= r.low && of[i] <= r.high;
    }
    return nd_slice(doubles, ND_RANGE(0, kept));
}

/* How many bins a rule gives; 0 with the error kept. */
static int64_t bins_by_rule(const char *operation, const nd_array *x,
                            const nd_histogram_options *options, range r)
{
    const struct rule *rule = NULL;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].name, options->rule) == 0)
            rule = &rules[i];
    if (!rule || options->weights) {
        ndi_fail(ND_ERROR_ARGUMENT,
                 rule ? "%s: no rule finds the bins of weighted elements (%s)"
                      : "%s: there is no rule '%.20s' for bins",
                 operation, options->rule);
        return 0;
    }
    nd_array *inside = within(x, r);
    if (!inside || nd_size(inside) == 0)
        return inside != NULL;
    const sample s = {inside, (double)nd_size(inside),
                      nd_item(nd_max(inside, ND_ALL)) - nd_item(nd_min(inside, ND_ALL)), r};
    double width = rule->width(&s);
    if (nd_error() != ND_OK)
        return 0;
    if (!(width > 0))
        return 1;
    if (nd_dtype_of(x) < ND_FLOAT16 && width < 1)
        width = 1;
    const double bins = ceil((r.high - r.low) / width);
    return bins < 1 ? 1 : bins > 1e9 ? 1000000000 : (int64_t)bins;
}

/* ---- Edges ----------------------------------------------------------------------------------- */

static nd_array *given_edges(const char *operation, const nd_array *edges)
{
    if (nd_rank(edges) != 1 || nd_size(edges) == 0 || nd_size(edges) >= INT32_MAX)
        return ndi_fail(ND_ERROR_VALUE, "%s: edges must be numbers in one axis", operation);
    if (nd_dtype_kind(nd_dtype_of(edges)) == ND_KIND_COMPLEX)
        return ndi_fail(ND_ERROR_DTYPE, "%s: edges are %s", operation,
                        nd_dtype_name(nd_dtype_of(edges)));
    nd_array *falls = nd_any(
        nd_greater(nd_slice(edges, ND_RANGE(ND_OPEN, -1)), nd_slice(edges, ND_RANGE(1, ND_OPEN))),
        ND_ALL);
    if (!falls || nd_item_int64(falls))
        return falls ? ndi_fail(ND_ERROR_VALUE, "%s: edges must not descend", operation) : NULL;
    return nd_copy(edges);
}

nd_array *ndi_bin_edges(const char *operation, const nd_array *elements,
                        const nd_histogram_options *options, bool joint, bool *even)
{
    range r;
    int64_t bins = options->bins ? options->bins : 10;
    const nd_dtype own = nd_dtype_of(elements);
    nd_dtype dtype = own < ND_FLOAT16 || own == ND_BFLOAT16 ? ND_FLOAT64 : own;
    *even = !options->edges;
    if (options->edges)
        return given_edges(operation, options->edges);
    if (!outer_edges(operation, elements, options, &r))
        return NULL;
    if (options->rule) {
        bins = bins_by_rule(operation, elements, options, r);
        if (bins == 0)
            return NULL;
    }
    if (bins < 1 || bins >= INT32_MAX - 1)
        return ndi_fail(ND_ERROR_VALUE, "%s: %lld bins", operation, (long long)bins);
    /* Bounds that are given are Python's numbers to NumPy, and computed with in double. */
    if (joint && options->has_range)
        dtype = ND_FLOAT64;
    nd_array *edges = even_edges(r, bins, options->has_range ? ND_FLOAT64 : dtype);
    if (edges && nd_dtype_of(edges) != dtype)
        edges = nd_copy(nd_cast(edges, dtype));
    nd_array *widths =
        nd_less(nd_slice(edges, ND_RANGE(ND_OPEN, -1)), nd_slice(edges, ND_RANGE(1, ND_OPEN)));
    nd_array *apart = nd_all(widths, ND_ALL);
    if (apart && !joint && !nd_item_int64(apart))
        return ndi_fail(ND_ERROR_VALUE, "%s: too many bins: from %g to %g there are no %lld apart",
                        operation, r.low, r.high, (long long)bins);
    return apart ? edges : NULL;
}

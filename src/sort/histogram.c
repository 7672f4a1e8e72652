/* Histograms of one variable, and of several. */
#include <ndstream/ops.h>
#include <ndstream/sort.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "kernels/kernel.h"
#include "sort/edges.h"
#include "sort/search.h"
#include "sort/order.h"
#include "sort/tally.h"

/* What the bins of one variable are found from. */
typedef struct variable {
    const char *elements; /* contiguous, of `dtype` */
    nd_dtype dtype;
    const char *edges;  /* of `searched`; float64 for even bins */
    nd_dtype searched;  /* both are compared in it */
    ndi_even_bins even; /* bins: 0 for edges of any widths */
    size_t bins;
} variable;

static const void *as_dtype(const variable *v, size_t begin, size_t n, nd_dtype dtype, void *own)
{
    const ptrdiff_t item = (ptrdiff_t)nd_dtype_size(v->dtype),
                    size = (ptrdiff_t)nd_dtype_size(dtype);
    char *from = (char *)v->elements + (ptrdiff_t)begin * item;
    if (v->dtype == dtype)
        return from;
    ndi_kernels_in_use()->cast[dtype][v->dtype](n, (char *[]){own, from},
                                                (ptrdiff_t[]){size, item});
    return own;
}

/* As numpy.histogram counts: each bin has its lower edge, the last one both. */
static void bins_of(void *context, size_t begin, size_t n, int32_t *bin)
{
    const variable *v = context;
    _Alignas(64) double own[NDI_TALLY_PIECE];
    if (v->even.bins > 0) {
        ndi_sort_kernels_in_use()->even_bins(n, as_dtype(v, begin, n, ND_FLOAT64, own), &v->even,
                                             bin);
        return;
    }
    int64_t places[NDI_TALLY_PIECE], last[NDI_TALLY_PIECE];
    const void *x = as_dtype(v, begin, n, v->searched, own);
    ndi_search_kernel *search = ndi_sort_kernels_in_use()->search[v->searched];
    /* Above the last edge is what is not at or below it. */
    search(n, x, v->edges, v->bins + 1, true, places);
    search(n, x, v->edges + v->bins * nd_dtype_size(v->searched), 1, false, last);
    for (size_t i = 0; i < n; i++) {
        const int64_t b = places[i] - 1, bins = (int64_t)v->bins;
        bin[i] = (int32_t)(last[i] || b < 0 ? bins : b < bins ? b : bins - 1);
    }
}

/* Reads `edges` and the elements, both contiguous; `even`: they are as far apart as they can be. */
static bool variable_of(variable *v, const nd_array *elements, const nd_array *edges, bool even)
{
    *v = (variable){.elements = elements->data,
                    .dtype = nd_dtype_of(elements),
                    .bins = nd_size(edges) > 0 ? (size_t)nd_size(edges) - 1 : 0};
    v->searched = even ? ND_FLOAT64 : nd_promote(v->dtype, nd_dtype_of(edges));
    if (v->searched == ND_FLOAT16 || v->searched == ND_BFLOAT16)
        v->searched = ND_FLOAT32;
    nd_array *own = nd_ascontiguous(nd_cast(edges, v->searched));
    if (!ndi_force(own))
        return false;
    v->edges = own->data;
    if (even && v->bins > 0) {
        const double *of = (const double *)own->data, first = of[0], last = of[v->bins];
        const double scale = (double)v->bins / (last - first);
        const double large = fmax(fabs(first), fabs(last)) * scale + (double)v->bins;
        v->even =
            (ndi_even_bins){first, last, scale, 8 * DBL_EPSILON * large, (int32_t)v->bins, of};
        /* Where rounding may be wrong by more than one, or edges were rounded to less than doubles,
         * they are searched. */
        const nd_dtype given = nd_dtype_of(edges);
        if (given == ND_FLOAT32)
            v->even.near += 4 * (double)FLT_EPSILON * large;
        else if (given != ND_FLOAT64)
            v->even.near = 1;
        if (!(v->even.near < 0.4) || !isfinite(scale))
            v->even.bins = 0;
    }
    return true;
}

/* ---- Sums ------------------------------------------------------------------------------------ */

/* Counts, or sums of the weights. Of float64 or int64, 1-d. */
static nd_array *tally(const char *operation, const ndi_tally *t, const nd_array *weights)
{
    int64_t outside;
    if (!weights) {
        nd_array *counts = nd_empty(ND_INT64, ND_SHAPE((int64_t)t->bins));
        return counts && ndi_count(t, (int64_t *)counts->data, &outside) ? counts : NULL;
    }
    if (nd_size(weights) != (int64_t)t->n)
        return ndi_fail(ND_ERROR_SHAPE, "%s: there are %lld weights for %zu elements", operation,
                        (long long)nd_size(weights), t->n);
    if (nd_dtype_kind(nd_dtype_of(weights)) == ND_KIND_COMPLEX)
        return ndi_fail(ND_ERROR_DTYPE, "%s: weights are %s", operation,
                        nd_dtype_name(nd_dtype_of(weights)));
    nd_array *own = nd_ascontiguous(nd_cast(nd_ravel(weights), ND_FLOAT64));
    nd_array *sums = nd_empty(ND_FLOAT64, ND_SHAPE((int64_t)t->bins));
    return sums && ndi_force(own) &&
                   ndi_sum_weights(t, (const double *)own->data, (double *)sums->data)
               ? sums
               : NULL;
}

static nd_array *widths(const nd_array *edges)
{
    nd_array *wide = nd_cast(edges, ND_FLOAT64);
    return nd_subtract(nd_slice(wide, ND_RANGE(1, ND_OPEN)), nd_slice(wide, ND_RANGE(ND_OPEN, -1)));
}

/* ---- One variable ---------------------------------------------------------------------------- */

static bool one_variable(const char *operation, const nd_array *array)
{
    if (nd_dtype_kind(nd_dtype_of(array)) != ND_KIND_COMPLEX)
        return true;
    ndi_fail(ND_ERROR_DTYPE, "%s: %s has no order of bins", operation,
             nd_dtype_name(nd_dtype_of(array)));
    return false;
}

static nd_histogram_result histogram(const nd_array *array, const nd_histogram_options *options)
{
    const nd_histogram_result none = {NULL, NULL};
    nd_array *elements = nd_ascontiguous(nd_ravel(array));
    variable v;
    bool even;
    if (!ndi_force(elements))
        return none;
    nd_array *edges = ndi_bin_edges("histogram", elements, options, false, &even);
    if (!edges || !variable_of(&v, elements, edges, even))
        return none;
    const ndi_tally t = {(size_t)nd_size(elements), v.bins, bins_of, &v};
    nd_array *counts = tally("histogram", &t, options->weights);
    if (counts && options->density)
        counts = nd_divide(nd_divide(counts, widths(edges)), nd_sum(counts, ND_ALL));
    else if (counts && options->weights && nd_dtype_of(options->weights) != ND_FLOAT64)
        counts = nd_cast(counts, nd_dtype_of(options->weights));
    return counts ? (nd_histogram_result){counts, edges} : none;
}

nd_histogram_result nd_histogram(const nd_array *array, nd_histogram_options options)
{
    nd_histogram_result result = {NULL, NULL};
    if (!array || !one_variable("histogram", array))
        return result;
    ND_SCOPE {
        result = histogram(array, &options);
        nd_keep(result.counts);
        nd_keep(result.edges);
    }
    if (result.counts)
        return (nd_histogram_result){ndi_register(result.counts), ndi_register(result.edges)};
    return result;
}

nd_array *nd_histogram_bin_edges(const nd_array *array, nd_histogram_options options)
{
    nd_array *edges = NULL;
    bool even;
    if (!array || !one_variable("histogram_bin_edges", array))
        return NULL;
    ND_SCOPE {
        nd_array *elements = nd_ascontiguous(nd_ravel(array));
        if (ndi_force(elements))
            edges = nd_keep(ndi_bin_edges("histogram_bin_edges", elements, &options, false, &even));
    }
    return edges ? ndi_register(edges) : NULL;
}

/* ---- Several variables ----------------------------------------------------------------------- */

typedef struct variables {
    int count;
    variable each[ND_MAX_RANK];
} variables;

static void joint_bins_of(void *context, size_t begin, size_t n, int32_t *bin)
{
    variables *v = context;
    int32_t one[NDI_TALLY_PIECE];
    uint8_t outside[NDI_TALLY_PIECE] = {0};
    size_t bins = 1;
    memset(bin, 0, n * sizeof *bin);
    for (int i = 0; i < v->count; i++) {
        const int32_t own = (int32_t)v->each[i].bins;
        bins_of(&v->each[i], begin, n, one);
        bins *= v->each[i].bins;
        for (size_t k = 0; k < n; k++) {
            outside[k] |= one[k] == own;
            bin[k] = bin[k] * own + (one[k] == own ? 0 : one[k]);
        }
    }
    for (size_t k = 0; k < n; k++)
        bin[k] = outside[k] ? (int32_t)bins : bin[k];
}

/* Columns of samples as contiguous arrays. */
static nd_array *joint(const char *operation, int count, nd_array *const *columns,
                       const nd_histogram_options *axes, bool density, const nd_array *weights,
                       nd_array **edges)
{
    variables v = {.count = count};
    nd_shape shape = {.rank = count};
    double bins = 1;
    for (int i = 0; i < count; i++) {
        bool even;
        if (!ndi_force(columns[i]) || !one_variable(operation, columns[i]))
            return NULL;
        nd_histogram_options own = axes[i];
        own.weights = NULL;
        edges[i] = ndi_bin_edges(operation, columns[i], &own, true, &even);
        if (!edges[i] || !variable_of(&v.each[i], columns[i], edges[i], even))
            return NULL;
        shape.length[i] = (int64_t)v.each[i].bins;
        bins *= (double)v.each[i].bins;
    }
    if (bins >= INT32_MAX)
        return ndi_fail(ND_ERROR_SHAPE, "%s: %g bins are too many", operation, bins);
    const ndi_tally t = {count ? (size_t)nd_size(columns[0]) : 0, (size_t)bins, joint_bins_of, &v};
    nd_array *counts = nd_cast(tally(operation, &t, weights), ND_FLOAT64);
    counts = nd_reshape(counts, shape);
    if (!density || !counts)
        return counts;
    nd_array *total = nd_sum(counts, ND_ALL);
    for (int i = 0; i < count; i++) {
        nd_shape along = {.rank = count};
        for (int k = 0; k < count; k++)
            along.length[k] = k == i ? -1 : 1;
        counts = nd_divide(counts, nd_reshape(widths(edges[i]), along));
    }
    return nd_divide(counts, total);
}

/* Keeps counts and edges out of the scope, or gives them up. */
static nd_array *hand_over(nd_array *counts, int count, nd_array **edges)
{
    for (int i = 0; i < count; i++)
        edges[i] = counts ? nd_keep(edges[i]) : NULL;
    return counts ? nd_keep(counts) : NULL;
}

static nd_array *handed_over(nd_array *counts, int count, nd_array **edges)
{
    for (int i = 0; counts && i < count; i++)
        edges[i] = ndi_register(edges[i]);
    return counts ? ndi_register(counts) : NULL;
}

nd_array *nd_histogramdd(const nd_array *sample, const nd_histogram_options *axes, bool density,
                         const nd_array *weights, nd_array **edges)
{
    nd_array *counts = NULL;
    char shape[NDI_SHAPE_TEXT];
    if (!sample)
        return NULL;
    ndi_shape_text(shape, sample->rank, ndi_lengths(sample));
    if (nd_rank(sample) != 2 || nd_length(sample, 1) < 1 || nd_length(sample, 1) > ND_MAX_RANK)
        return ndi_fail(
            ND_ERROR_SHAPE,
            "histogramdd: the sample has shape %s; rows are samples of 1 to 32 variables", shape);
    const int count = (int)nd_length(sample, 1);
    ND_SCOPE {
        nd_array *columns[ND_MAX_RANK] = {NULL};
        for (int i = 0; i < count; i++)
            columns[i] = nd_ascontiguous(nd_slice(sample, ND_EVERY, ND_INDEX(i)));
        counts = joint("histogramdd", count, columns, axes, density, weights, edges);
        counts = hand_over(counts, count, edges);
    }
    return handed_over(counts, count, edges);
}

nd_histogram2d_result nd_histogram2d(const nd_array *x, const nd_array *y,
                                     const nd_histogram_options axes[2], bool density,
                                     const nd_array *weights)
{
    nd_histogram2d_result result = {NULL, NULL, NULL};
    nd_array *edges[2] = {NULL, NULL}, *counts = NULL;
    if (!x || !y)
        return result;
    if (nd_rank(x) != 1 || nd_rank(y) != 1 || nd_size(x) != nd_size(y)) {
        ndi_fail(ND_ERROR_SHAPE, "histogram2d: x and y must have one axis of one length");
        return result;
    }
    ND_SCOPE {
        nd_array *columns[2] = {nd_ascontiguous(x), nd_ascontiguous(y)};
        counts = joint("histogram2d", 2, columns, axes, density, weights, edges);
        counts = hand_over(counts, 2, edges);
    }
    counts = handed_over(counts, 2, edges);
    if (counts)
        result = (nd_histogram2d_result){counts, edges[0], edges[1]};
    return result;
}

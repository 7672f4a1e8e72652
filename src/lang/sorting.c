/* Rows for sorting, searching, counting and sets (sort.h). */
#include <ndstream/sort.h>

#include <string.h>

#include "array/array.h"
#include "lang/rows.h"

/* ---- Sorting --------------------------------------------------------------------------------- */

/* axis=None is all elements as one line; the axis that is left out is the last. Both come as not
 * given, so the rows take axes, of which None is all. */
static bool line_axis(const char *operation, const ndi_argument *given, int *axis)
{
    *axis = !given->given ? -1 : given->axes.all ? ND_FLAT : given->axes.axis[0];
    if (!given->given || given->axes.all || given->axes.count == 1)
        return true;
    ndi_fail(ND_ERROR_AXIS, "%s: takes one axis", operation);
    return false;
}

static nd_array *call_sort(arguments a)
{
    int axis;
    const nd_sort_options options = {.descending = flag_or(&a[2], false)};
    return line_axis("sort", &a[1], &axis) ? nd_sort(a[0].array, axis, options) : NULL;
}

static nd_array *call_argsort(arguments a)
{
    int axis;
    const nd_sort_options options = {.descending = flag_or(&a[2], false)};
    return line_axis("argsort", &a[1], &axis) ? nd_argsort(a[0].array, axis, options) : NULL;
}

/* The places of partition() are integers, one or several. */
static nd_array *call_parted(arguments a, const char *operation,
                             nd_array *(*function)(const nd_array *, int, const int64_t *, int))
{
    int axis;
    if (nd_dtype_of(a[1].array) >= ND_FLOAT16)
        return ndi_fail(ND_ERROR_DTYPE, "%s: 'kth' is %s; places are integers", operation,
                        nd_dtype_name(nd_dtype_of(a[1].array)));
    nd_array *kth = nd_ascontiguous(nd_cast(nd_ravel(a[1].array), ND_INT64));
    if (!line_axis(operation, &a[2], &axis) || !nd_data(kth))
        return NULL;
    return function(a[0].array, (int)nd_size(kth), nd_data(kth), axis);
}

static nd_array *call_partition(arguments a)
{
    return call_parted(a, "partition", nd_partition);
}

static nd_array *call_argpartition(arguments a)
{
    return call_parted(a, "argpartition", nd_argpartition);
}

static nd_array *call_lexsort(arguments a)
{
    return nd_lexsort(a[0].arrays.count, (const nd_array *const *)a[0].arrays.items,
                      axis_or(&a[1], -1));
}

/* ---- Quantiles ------------------------------------------------------------------------------- */

static nd_array *median(arguments a, bool ignore_nan)
{
    const nd_quantile_options options = {.keepdims = flag_or(&a[2], false),
                                         .ignore_nan = ignore_nan};
    return nd_median(a[0].array, axes_or_all(&a[1]), options);
}

static nd_array *call_median(arguments a)
{
    return median(a, false);
}

static nd_array *call_nanmedian(arguments a)
{
    return median(a, true);
}

static nd_array *quantile(arguments a, bool percent, bool ignore_nan)
{
    nd_quantile_options options = {.keepdims = flag_or(&a[4], false), .ignore_nan = ignore_nan};
    if (a[3].given)
        options.method = nd_quantile_method_from_name(a[3].text);
    if (options.method == ND_QUANTILE_METHOD_NONE)
        return NULL;
    return (percent ? nd_percentile : nd_quantile)(a[0].array, a[1].array, axes_or_all(&a[2]),
                                                   options);
}

static nd_array *call_quantile(arguments a)
{
    return quantile(a, false, false);
}

static nd_array *call_percentile(arguments a)
{
    return quantile(a, true, false);
}

static nd_array *call_nanquantile(arguments a)
{
    return quantile(a, false, true);
}

static nd_array *call_nanpercentile(arguments a)
{
    return quantile(a, true, true);
}

/* ---- Searching ------------------------------------------------------------------------------- */

static nd_array *call_searchsorted(arguments a)
{
    const char *side = a[2].given ? a[2].text : "left";
    const nd_searchsorted_options options = {.right = strcmp(side, "right") == 0,
                                             .sorter = array_or_null(&a[3])};
    if (!options.right && strcmp(side, "left") != 0)
        return ndi_fail(ND_ERROR_ARGUMENT,
                        "searchsorted: 'side' must be 'left' or 'right', not '%.20s'", side);
    return nd_searchsorted(a[0].array, a[1].array, options);
}

static nd_array *call_digitize(arguments a)
{
    return nd_digitize(a[0].array, a[1].array, flag_or(&a[2], false));
}

/* ---- Counting -------------------------------------------------------------------------------- */

static nd_array *call_bincount(arguments a)
{
    const nd_bincount_options options = {.weights = array_or_null(&a[1]),
                                         .minlength = a[2].given ? a[2].integer : 0};
    return nd_bincount(a[0].array, options);
}

/* Number, edges or rule, and range: what all histograms take. */
static bool read_bins(const char *operation, const ndi_argument *bins, const ndi_argument *range,
                      nd_histogram_options *options)
{
    if (bins->given && bins->bins.rule)
        options->rule = bins->bins.rule;
    else if (bins->given && nd_rank(bins->bins.array) > 0)
        options->edges = bins->bins.array;
    else if (bins->given && nd_dtype_of(bins->bins.array) >= ND_FLOAT16)
        ndi_fail(ND_ERROR_DTYPE, "%s: 'bins' must be an integer, edges or the name of a rule",
                 operation);
    else if (bins->given && (options->bins = nd_item_int64(bins->bins.array)) == 0)
        options->bins = -1; /* 0 is not the default here */
    if (range->given && range->arrays.count != 2)
        return ndi_fail(ND_ERROR_SHAPE, "%s: 'range' must be two numbers", operation) != NULL;
    options->has_range = range->given;
    for (int i = 0; range->given && i < 2; i++)
        options->range[i] = nd_item(range->arrays.items[i]);
    return nd_error() == ND_OK;
}

static int call_histogram(arguments a, nd_array *results[])
{
    nd_histogram_options options = {.density = flag_or(&a[3], false),
                                    .weights = array_or_null(&a[4])};
    if (!read_bins("histogram", &a[1], &a[2], &options))
        return 0;
    const nd_histogram_result r = nd_histogram(a[0].array, options);
    results[0] = r.counts;
    results[1] = r.edges;
    return r.counts ? 2 : 0;
}

static nd_array *call_histogram_bin_edges(arguments a)
{
    nd_histogram_options options = {.weights = array_or_null(&a[3])};
    return read_bins("histogram_bin_edges", &a[1], &a[2], &options)
               ? nd_histogram_bin_edges(a[0].array, options)
               : NULL;
}

/* Bins and range are the same for both variables. */
static int call_histogram2d(arguments a, nd_array *results[])
{
    nd_histogram_options axes[2] = {{0}, {0}};
    if (!read_bins("histogram2d", &a[2], &a[3], &axes[0]))
        return 0;
    axes[1] = axes[0];
    const nd_histogram2d_result r =
        nd_histogram2d(a[0].array, a[1].array, axes, flag_or(&a[4], false), array_or_null(&a[5]));
    results[0] = r.counts;
    results[1] = r.x_edges;
    results[2] = r.y_edges;
    return r.counts ? 3 : 0;
}

/* The bins of every variable, or for each its own number of them; the edges follow the counts. */
static int call_histogramdd(arguments a, nd_array *results[])
{
    nd_histogram_options axes[NDI_MOST_RESULTS] = {{0}};
    nd_array *const sample = nd_rank(a[0].array) == 1 ? nd_expand_dims(a[0].array, 1) : a[0].array;
    const int64_t variables = nd_rank(sample) == 2 ? nd_length(sample, 1) : 0;
    const nd_array *const each = a[1].given ? a[1].bins.array : NULL;
    const bool are_numbers =
        each && nd_rank(each) == 1 && nd_dtype_of(each) < ND_FLOAT16 && nd_size(each) == variables;
    if (variables >= NDI_MOST_RESULTS) {
        ndi_fail(ND_ERROR_SHAPE, "histogramdd: of %lld variables; expressions take up to %d",
                 (long long)variables, NDI_MOST_RESULTS - 1);
        return 0;
    }
    if (a[2].given && a[2].arrays.count != variables) {
        ndi_fail(ND_ERROR_SHAPE, "histogramdd: 'range' must be a pair for each variable");
        return 0;
    }
    for (int i = 0; i < variables; i++) {
        ndi_argument bins = a[1], range = {.given = false};
        nd_array *ends[2];
        if (are_numbers)
            bins.bins.array = nd_slice(each, ND_INDEX(i));
        if (a[2].given) {
            const nd_array *const pair = a[2].arrays.items[i];
            if (nd_rank(pair) != 1 || nd_size(pair) != 2) {
                ndi_fail(ND_ERROR_SHAPE, "histogramdd: 'range' must be a pair for each variable");
                return 0;
            }
            ends[0] = nd_slice(pair, ND_INDEX(0));
            ends[1] = nd_slice(pair, ND_INDEX(1));
            range = (ndi_argument){.given = true, .arrays = {2, ends}};
        }
        if (!read_bins("histogramdd", &bins, &range, &axes[i]))
            return 0;
    }
    results[0] =
        nd_histogramdd(sample, axes, flag_or(&a[3], false), array_or_null(&a[4]), results + 1);
    return results[0] ? 1 + (int)variables : 0;
}

/* ---- Sets ------------------------------------------------------------------------------------ */

/* The results that there are, in NumPy's order. */
static int unique_results(nd_unique_result r, nd_array *results[])
{
    nd_array *const all[] = {r.values, r.index, r.inverse, r.counts};
    int count = 0;
    for (int i = 0; r.values && i < 4; i++)
        if (all[i])
            results[count++] = all[i];
    return count;
}

static int call_unique(arguments a, nd_array *results[])
{
    const nd_unique_options options = {.index = flag_or(&a[1], false),
                                       .inverse = flag_or(&a[2], false),
                                       .counts = flag_or(&a[3], false),
                                       .has_axis = a[4].given,
                                       .axis = axis_or(&a[4], 0),
                                       .nan_apart = !flag_or(&a[5], true)};
    return unique_results(nd_unique(a[0].array, options), results);
}

static int call_unique_all(arguments a, nd_array *results[])
{
    const nd_unique_options options = {
        .index = true, .inverse = true, .counts = true, .nan_apart = true};
    return unique_results(nd_unique(a[0].array, options), results);
}

static int call_unique_counts(arguments a, nd_array *results[])
{
    const nd_unique_options options = {.counts = true, .nan_apart = true};
    return unique_results(nd_unique(a[0].array, options), results);
}

static int call_unique_inverse(arguments a, nd_array *results[])
{
    const nd_unique_options options = {.inverse = true, .nan_apart = true};
    return unique_results(nd_unique(a[0].array, options), results);
}

CALL_OF_ONE(unique_values)

static nd_array *call_isin(arguments a)
{
    return nd_isin(a[0].array, a[1].array, flag_or(&a[2], false));
}

CALL_OF_TWO(union1d)
CALL_OF_TWO(setdiff1d)
CALL_OF_TWO(setxor1d)

static int call_intersect1d(arguments a, nd_array *results[])
{
    const bool indices = flag_or(&a[2], false);
    const nd_intersect1d_result r = nd_intersect1d(a[0].array, a[1].array, indices);
    results[0] = r.values;
    results[1] = r.a_index;
    results[2] = r.b_index;
    return !r.values ? 0 : indices ? 3 : 1;
}

/* ---- The rows -------------------------------------------------------------------------------- */

/* clang-format off */
#define FLAG_OR(n)  {.name = n, .kind = NDI_TAKES_FLAG, .optional = true}
#define TEXT_OR(n)  {.name = n, .kind = NDI_TAKES_TEXT, .optional = true}
#define ARRAY_OR(n) {.name = n, .kind = NDI_TAKES_ARRAY, .optional = true}
#define RANGE       {.name = "range", .kind = NDI_TAKES_ARRAYS, .optional = true}
#define BINS        {.name = "bins", .kind = NDI_TAKES_BINS, .optional = true}
#define LINE        {.name = "axis", .kind = NDI_TAKES_LINE, .optional = true}
#define QUANTILES   ARRAY("a"), ARRAY("q"), AXES("axis"), KEYWORD("method", TEXT), \
                    KEYWORD("keepdims", FLAG)

static const ndi_function rows[] = {
    ROW("sort",                false, call_sort, ARRAY("a"), LINE, KEYWORD("descending", FLAG)),
    ROW("argsort",             true,  call_argsort, ARRAY("a"), LINE, KEYWORD("descending", FLAG)),
    ROW("partition",           false, call_partition, ARRAY("a"), ARRAY("kth"), LINE),
    ROW("argpartition",        true,  call_argpartition, ARRAY("a"), ARRAY("kth"), LINE),
    ROW("lexsort",             false, call_lexsort, {.name = "keys", .kind = NDI_TAKES_ARRAYS},
        INTEGER_OR("axis")),
    ROW("median",              false, call_median, ARRAY("a"), AXES("axis"),
        KEYWORD("keepdims", FLAG)),
    ROW("nanmedian",           false, call_nanmedian, ARRAY("a"), AXES("axis"),
        KEYWORD("keepdims", FLAG)),
    ROW("quantile",            false, call_quantile, QUANTILES),
    ROW("percentile",          false, call_percentile, QUANTILES),
    ROW("nanquantile",         false, call_nanquantile, QUANTILES),
    ROW("nanpercentile",       false, call_nanpercentile, QUANTILES),
    ROW("searchsorted",        true,  call_searchsorted, ARRAY("a"), ARRAY("v"), TEXT_OR("side"),
        ARRAY_OR("sorter")),
    ROW("digitize",            false, call_digitize, ARRAY("x"), ARRAY("bins"), FLAG_OR("right")),
    ROW("bincount",            false, call_bincount, ARRAY("x"), ARRAY_OR("weights"),
        INTEGER_OR("minlength")),
    SEVERAL("histogram",       call_histogram, ARRAY("a"), BINS, RANGE,
        FLAG_OR("density"), ARRAY_OR("weights")),
    ROW("histogram_bin_edges", false, call_histogram_bin_edges, ARRAY("a"), BINS,
        RANGE, ARRAY_OR("weights")),
    SEVERAL("histogram2d",     call_histogram2d, ARRAY("x"), ARRAY("y"), BINS, RANGE,
        FLAG_OR("density"), ARRAY_OR("weights")),
    SEVERAL("histogramdd",     call_histogramdd, ARRAY("sample"), BINS, RANGE,
        FLAG_OR("density"), ARRAY_OR("weights")),
    SEVERAL("unique",          call_unique, ARRAY("ar"), FLAG_OR("return_index"),
        FLAG_OR("return_inverse"), FLAG_OR("return_counts"), INTEGER_OR("axis"),
        KEYWORD("equal_nan", FLAG)),
    SEVERAL("unique_all",      call_unique_all, ARRAY("x")),
    SEVERAL("unique_counts",   call_unique_counts, ARRAY("x")),
    SEVERAL("unique_inverse",  call_unique_inverse, ARRAY("x")),
    ROW("unique_values",       false, call_unique_values, ARRAY("x")),
    ROW("isin",                false, call_isin, ARRAY("element"), ARRAY("test_elements"),
        KEYWORD("invert", FLAG)),
    ROW("union1d",             false, call_union1d, ARRAY("ar1"), ARRAY("ar2")),
    ROW("setdiff1d",           false, call_setdiff1d, ARRAY("ar1"), ARRAY("ar2")),
    ROW("setxor1d",            false, call_setxor1d, ARRAY("ar1"), ARRAY("ar2")),
    SEVERAL("intersect1d",     call_intersect1d, ARRAY("ar1"), ARRAY("ar2"),
        KEYWORD("return_indices", FLAG)),
};
/* clang-format on */

bool ndi_find_sorting_function(const char *name, ndi_function *function)
{
    return ndi_find_row(rows, sizeof rows / sizeof *rows, name, function);
}

void ndi_each_sorting_function(void (*visit)(void *context, const char *name), void *context)
{
    ndi_each_row(rows, sizeof rows / sizeof *rows, visit, context);
}

/* Sorting, searching and counting.
 *
 * Names, arguments and results are NumPy's. Every dtype is ordered: NaN is above all other values,
 * -0.0 equals 0.0, complex numbers go by their real parts and then their imaginary ones (those with
 * NaN last, as numpy.sort has them). Any strides are taken, pending arrays are computed first, no
 * argument is changed, and results are computed at once. Sorted and partitioned arrays lie in
 * memory as the array does, places in C order.
 * Results are the same for any number of threads and any instruction set.
 *
 * Errors, beside those that are named: ND_ERROR_AXIS for an axis that is not there, and
 * ND_ERROR_MEMORY. Thread-safe for arrays that nobody writes. */
#ifndef NDSTREAM_SORT_H
#define NDSTREAM_SORT_H

#include <limits.h>

#include <ndstream/array.h>

ND_BEGIN_C

/* In place of an axis: all elements, in C order, as one line. */
#define ND_FLAT INT_MIN

/* ---- Sorting --------------------------------------------------------------------------------- */

/* Zero-initialised means the defaults. */
typedef struct nd_sort_options {
    bool descending; /* from the largest to the smallest; NaN stays last */
} nd_sort_options;

/* The elements along `axis` in ascending order; a 1-d array for ND_FLAT. Of equal values that are
 * told apart by their bits, -0.0 stands before 0.0 (descending: after it), and NaNs become the
 * default one. */
ND_API nd_array *nd_sort(const nd_array *array, int axis, nd_sort_options options);

/* The same in the array's own memory. ND_ERROR_READONLY; ND_ERROR_AXIS for ND_FLAT of an array of
 * several axes. */
ND_API nd_status nd_sort_in_place(nd_array *array, int axis, nd_sort_options options);

/* Where the elements along `axis` stand that nd_sort() would put there: int64. Equal ones keep
 * their order, ascending or descending (stable). */
ND_API nd_array *nd_argsort(const nd_array *array, int axis, nd_sort_options options);

/* The order by several keys of one shape along `axis`: by the last key, where it is equal by the
 * one before, and so on; stable. int64. ND_ERROR_ARGUMENT for no keys or more than 256,
 * ND_ERROR_SHAPE for keys of different shapes. */
ND_API nd_array *nd_lexsort(int count, const nd_array *const *keys, int axis);

/* The elements along `axis`, with those that sorting puts at the `count` places of `kth` (negative:
 * from the end) at these places, smaller ones before and larger ones behind each, in an order that
 * does not depend on the number of threads. ND_ERROR_INDEX for a place out of range. */
ND_API nd_array *nd_partition(const nd_array *array, int count, const int64_t *kth, int axis);

/* Where such elements stand: int64. Between the places they keep their order, for real dtypes, up
 * to 16 places and more than 256 elements along the axis, and are sorted else. */
ND_API nd_array *nd_argpartition(const nd_array *array, int count, const int64_t *kth, int axis);

/* ---- Quantiles ----------------------------------------------------------------------------------
 * By selection: memory is read about twice, and nothing is copied or sorted where there are few
 * quantiles. Of real dtypes; complex ones are ND_ERROR_DTYPE. Float dtypes give their own (computed
 * in float64), others float64; the methods that take one of the elements give its dtype. A line
 * with a NaN has the quantile NaN, and so has one without elements. */

/* clang-format off */
/*       code                                    NumPy's name */
#define ND_QUANTILE_METHODS(X) \
    X(ND_QUANTILE_LINEAR,                        "linear") \
    X(ND_QUANTILE_LOWER,                         "lower")   /* one of the elements */ \
    X(ND_QUANTILE_HIGHER,                        "higher")  /* one of the elements */ \
    X(ND_QUANTILE_NEAREST,                       "nearest") /* one of the elements */ \
    X(ND_QUANTILE_MIDPOINT,                      "midpoint") \
    X(ND_QUANTILE_INVERTED_CDF,                  "inverted_cdf")        /* one of the elements */ \
    X(ND_QUANTILE_AVERAGED_INVERTED_CDF,         "averaged_inverted_cdf") \
    X(ND_QUANTILE_CLOSEST_OBSERVATION,           "closest_observation") /* one of the elements */ \
    X(ND_QUANTILE_INTERPOLATED_INVERTED_CDF,     "interpolated_inverted_cdf") \
    X(ND_QUANTILE_HAZEN,                         "hazen") \
    X(ND_QUANTILE_WEIBULL,                       "weibull") \
    X(ND_QUANTILE_MEDIAN_UNBIASED,               "median_unbiased") \
    X(ND_QUANTILE_NORMAL_UNBIASED,               "normal_unbiased")
/* clang-format on */

/* How a quantile that lies between two elements is made of them: numpy.quantile's methods. */
typedef enum nd_quantile_method {
#define ND_QUANTILE_METHOD_ENUM_(code, name) code,
    ND_QUANTILE_METHODS(ND_QUANTILE_METHOD_ENUM_)
#undef ND_QUANTILE_METHOD_ENUM_
        ND_QUANTILE_METHOD_NONE = -1
} nd_quantile_method;

/* The method of that name; ND_QUANTILE_METHOD_NONE, with ND_ERROR_ARGUMENT, if there is none. */
ND_API nd_quantile_method nd_quantile_method_from_name(const char *name);

/* Zero-initialised means the defaults. */
typedef struct nd_quantile_options {
    nd_quantile_method method; /* not of nd_median() */
    bool keepdims;             /* reduced axes stay, with length 1 */
    bool ignore_nan;           /* as if NaNs were not there: nanmedian, nanquantile */
} nd_quantile_options;

/* The quantiles `q`, numbers from 0 to 1 in an array of any shape, over `axes`: shape q.shape + the
 * axes that remain. ND_ERROR_VALUE for a q out of range, or, with a method that takes one of them,
 * for no elements of an integer dtype. */
ND_API nd_array *nd_quantile(const nd_array *array, const nd_array *q, nd_axes axes,
                             nd_quantile_options options);

/* The same for q from 0 to 100. */
ND_API nd_array *nd_percentile(const nd_array *array, const nd_array *q, nd_axes axes,
                               nd_quantile_options options);

/* The middle element over `axes`, or the mean of the middle two. */
ND_API nd_array *nd_median(const nd_array *array, nd_axes axes, nd_quantile_options options);

/* ---- Searching ------------------------------------------------------------------------------- */

/* Zero-initialised means the defaults. */
typedef struct nd_searchsorted_options {
    bool right;             /* behind equal elements, not before them */
    const nd_array *sorter; /* places that put the array in order: nd_argsort(); NULL: it is */
} nd_searchsorted_options;

/* Where `values` would be put into the 1-d array `sorted`, which ascends, to keep it in order:
 * int64 in the shape of `values`. Both are compared in their promoted dtype. What is not sorted
 * gives some place. Errors: ND_ERROR_SHAPE (`sorted` has not one axis), ND_ERROR_ARGUMENT and
 * ND_ERROR_INDEX (the sorter is no such array of places). */
ND_API nd_array *nd_searchsorted(const nd_array *sorted, const nd_array *values,
                                 nd_searchsorted_options options);

/* The number of the bin of each value: i with bins[i-1] <= x < bins[i], or, if `right`,
 * bins[i-1] < x <= bins[i]; 0 and the number of bins outside. The 1-d `bins` ascend, or descend,
 * and then the comparisons are the other way round. int64. Errors: ND_ERROR_VALUE (bins do
 * neither), ND_ERROR_SHAPE, ND_ERROR_DTYPE (complex). */
ND_API nd_array *nd_digitize(const nd_array *values, const nd_array *bins, bool right);

/* ---- Counting -----------------------------------------------------------------------------------
 * Sums of weights are float64, added in an order that depends on their number alone. */

/* Zero-initialised means the defaults. */
typedef struct nd_bincount_options {
    const nd_array *weights; /* sums of these in place of counts; as many as elements */
    int64_t minlength;       /* the result has at least so many elements */
} nd_bincount_options;

/* How often each number occurs in a 1-d array of integers or bools that are not negative: element i
 * tells it of i, up to the largest. int64; with weights float64. Errors: ND_ERROR_VALUE (a negative
 * number, or one of 2**31 - 2 or more), ND_ERROR_SHAPE, ND_ERROR_DTYPE. */
ND_API nd_array *nd_bincount(const nd_array *x, nd_bincount_options options);

/* Zero-initialised means the defaults. */
typedef struct nd_histogram_options {
    int64_t bins;          /* how many, all of one width; 0: 10 */
    const nd_array *edges; /* or their edges, which do not descend: one more than bins */
    const char *rule;      /* or the rule that finds how many: "auto", "doane", "fd", "rice",
                              "scott", "sqrt", "stone", "sturges" */
    bool has_range;        /* bins lie in `range`; otherwise from the least to the largest */
    double range[2];
    bool density;            /* the density at each bin, whose integral is 1 */
    const nd_array *weights; /* sums of these in place of counts; as many as elements */
} nd_histogram_options;

/* Counts are int64, or of the dtype of the weights, or, for a density, float64. Edges have the
 * dtype of a float array, else float64. */
typedef struct nd_histogram_result {
    nd_array *counts, *edges;
} nd_histogram_result;

/* How many elements of an array, of any shape, fall into each bin: edges[i] <= x < edges[i + 1],
 * and the last bin has its upper edge too. NaN and what lies outside is not counted. Both members
 * are NULL after an error: ND_ERROR_VALUE (a range that is not finite or runs backwards, edges that
 * descend, bins too narrow for the dtype), ND_ERROR_ARGUMENT (no such rule), ND_ERROR_SHAPE (number
 * of weights), ND_ERROR_DTYPE (complex). */
ND_API nd_histogram_result nd_histogram(const nd_array *array, nd_histogram_options options);

/* The edges alone. */
ND_API nd_array *nd_histogram_bin_edges(const nd_array *array, nd_histogram_options options);

/* The histogram of several variables: `sample` is (n, d), a row for each of n samples, and `axes`
 * has d options, of which bins, edges, rule, has_range and range count. Returns a float64 array of
 * d axes. edges[i] becomes the edges of variable i; `edges` has room for d, and NULLs after an
 * error (as nd_histogram(), and ND_ERROR_SHAPE for a sample that is not so or 2**31 bins). */
ND_API nd_array *nd_histogramdd(const nd_array *sample, const nd_histogram_options *axes,
                                bool density, const nd_array *weights, nd_array **edges);

/* Of two variables. */
typedef struct nd_histogram2d_result {
    nd_array *counts, *x_edges, *y_edges;
} nd_histogram2d_result;

/* The same for two 1-d arrays of one length. All members are NULL after an error. */
ND_API nd_histogram2d_result nd_histogram2d(const nd_array *x, const nd_array *y,
                                            const nd_histogram_options axes[2], bool density,
                                            const nd_array *weights);

/* ---- Sets ------------------------------------------------------------------------------------ */

/* Zero-initialised means the defaults. */
typedef struct nd_unique_options {
    bool index; /* which results are wanted beside the values */
    bool inverse;
    bool counts;
    bool nan_apart; /* every NaN is a value of its own; otherwise all are one */
    bool has_axis;  /* the different slices along `axis`, not elements */
    int axis;
} nd_unique_options;

/* Those that were not asked for are NULL. */
typedef struct nd_unique_result {
    nd_array *values;  /* the different ones, ascending; slices in lexicographic order */
    nd_array *index;   /* where each occurs first */
    nd_array *inverse; /* the place of each element among the values, in the shape of the array; of
                          slices: 1-d */
    nd_array *counts;  /* how often each occurs */
} nd_unique_result;

/* The different elements of an array (numpy.unique). Slices with a NaN equal no other. The values
 * are NULL after an error. */
ND_API nd_unique_result nd_unique(const nd_array *array, nd_unique_options options);

/* The array API's: the values alone, every NaN apart. */
ND_API nd_array *nd_unique_values(const nd_array *array);

/* Which elements are among `tests`: bool in the shape of `elements`, turned over if `invert`. Both
 * are compared in their promoted dtype; NaN is equal to nothing. */
ND_API nd_array *nd_isin(const nd_array *elements, const nd_array *tests, bool invert);

/* The different elements of both, of `a` that are not in `b`, and that are in one of both:
 * ascending, 1-d, the first and the last in the promoted dtype. */
ND_API nd_array *nd_union1d(const nd_array *a, const nd_array *b);
ND_API nd_array *nd_setdiff1d(const nd_array *a, const nd_array *b);
ND_API nd_array *nd_setxor1d(const nd_array *a, const nd_array *b);

/* What two arrays have in common, and where it occurs first in each. */
typedef struct nd_intersect1d_result {
    nd_array *values, *a_index, *b_index; /* indices: NULL if not asked for */
} nd_intersect1d_result;

/* The different elements that are in both, ascending, in the promoted dtype. Values are NULL after
 * an error. */
ND_API nd_intersect1d_result nd_intersect1d(const nd_array *a, const nd_array *b, bool indices);

ND_END_C

#endif

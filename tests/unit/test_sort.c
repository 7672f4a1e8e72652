/* Sorting, searching, counting and sets: results by hand, errors, and what happens when memory runs
 * out. */
#include <ndstream/nd.h>

#include "unit.h"

#include <math.h>
#include <string.h>

static nd_array *doubles(int64_t count, const double *elements)
{
    return nd_from_data(ND_FLOAT64, ND_SHAPE(count), elements);
}

static nd_array *integers(int64_t count, const int64_t *elements)
{
    return nd_from_data(ND_INT64, ND_SHAPE(count), elements);
}

/* The elements are these, NaN where NaN is. */
static bool holds(const nd_array *array, int64_t count, const double *elements)
{
    bool same = nd_size(array) == count;
    for (int64_t i = 0; same && i < count; i++) {
        const double x = nd_get_double(nd_ravel(array), &i);
        same = x == elements[i] || (isnan(x) && isnan(elements[i]));
    }
    return same;
}

static const nd_sort_options ascending = {0}, descending = {.descending = true};

/* ---- By hand --------------------------------------------------------------------------------- */

TEST(nan_is_last_in_either_direction)
{
    ND_SCOPE {
        nd_array *x = doubles(5, (double[]){2, NAN, -INFINITY, 7, INFINITY});
        assert_true(
            holds(nd_sort(x, -1, ascending), 5, (double[]){-INFINITY, 2, 7, INFINITY, NAN}));
        assert_true(
            holds(nd_sort(x, -1, descending), 5, (double[]){INFINITY, 7, 2, -INFINITY, NAN}));
        assert_true(holds(nd_argsort(x, -1, descending), 5, (double[]){4, 3, 0, 2, 1}));
    }
}

TEST(equal_elements_keep_their_order_descending_too)
{
    ND_SCOPE {
        nd_array *x = doubles(6, (double[]){1, 0, -0.0, 1, 0, 1});
        assert_true(holds(nd_argsort(x, 0, ascending), 6, (double[]){1, 2, 4, 0, 3, 5}));
        assert_true(holds(nd_argsort(x, 0, descending), 6, (double[]){0, 3, 5, 1, 2, 4}));
    }
}

TEST(columns_and_all_elements_are_sorted)
{
    ND_SCOPE {
        nd_array *m = nd_reshape(doubles(6, (double[]){5, 1, 6, 2, 4, 3}), ND_SHAPE(2, 3));
        assert_true(holds(nd_sort(m, 0, ascending), 6, (double[]){2, 1, 3, 5, 4, 6}));
        assert_true(holds(nd_sort(m, ND_FLAT, ascending), 6, (double[]){1, 2, 3, 4, 5, 6}));
        assert_int_equal(nd_rank(nd_sort(m, ND_FLAT, ascending)), 1);
        assert_true(
            holds(nd_sort(nd_transpose(m), -1, ascending), 6, (double[]){2, 5, 1, 4, 3, 6}));
        assert_true(holds(m, 6, (double[]){5, 1, 6, 2, 4, 3}));
        assert_int_equal(nd_sort_in_place(m, 1, ascending), ND_OK);
        assert_true(holds(m, 6, (double[]){1, 5, 6, 2, 3, 4}));
    }
}

TEST(pending_arrays_are_sorted)
{
    ND_SCOPE {
        nd_array *x = nd_subtract(40000, nd_arange(40000));
        nd_array *sorted = nd_sort(x, -1, ascending);
        assert_true(nd_array_equal(sorted, nd_add(nd_arange(40000), 1)));
    }
}

TEST(quartiles_of_1_to_5)
{
    ND_SCOPE {
        nd_array *x = doubles(5, (double[]){4, 1, 5, 3, 2}), *q = doubles(2, (double[]){0.25, 0.9});
        const nd_quantile_options lower = {.method = ND_QUANTILE_LOWER}, linear = {0};
        assert_true(holds(nd_quantile(x, q, ND_ALL, linear), 2, (double[]){2, 4.6}));
        assert_true(holds(nd_quantile(x, q, ND_ALL, lower), 2, (double[]){2, 4}));
        assert_true(nd_item(nd_median(x, ND_ALL, linear)) == 3);
        const nd_quantile_options ignoring = {.ignore_nan = true};
        nd_array *y = doubles(4, (double[]){4, NAN, 1, 2});
        assert_true(isnan(nd_item(nd_median(y, ND_ALL, linear))));
        assert_true(nd_item(nd_median(y, ND_ALL, ignoring)) == 2);
        assert_int_equal(nd_quantile_method_from_name("hazen"), ND_QUANTILE_HAZEN);
    }
}

TEST(bins_of_values_on_edges)
{
    ND_SCOPE {
        nd_array *edges = doubles(3, (double[]){0, 1, 2});
        nd_array *x = doubles(6, (double[]){0, 1, 2, 3, NAN, 0.5});
        const nd_searchsorted_options left = {0}, right = {.right = true};
        assert_true(holds(nd_searchsorted(edges, x, left), 6, (double[]){0, 1, 2, 3, 3, 1}));
        assert_true(holds(nd_searchsorted(edges, x, right), 6, (double[]){1, 2, 3, 3, 3, 1}));
        assert_true(holds(nd_digitize(x, edges, true), 6, (double[]){0, 1, 2, 3, 3, 1}));
        const nd_histogram_result h = nd_histogram(x, (nd_histogram_options){.edges = edges});
        assert_true(holds(h.counts, 2, (double[]){2, 2}));
        nd_array *n = integers(5, (int64_t[]){3, 0, 3, 1, 3});
        assert_true(holds(nd_bincount(n, (nd_bincount_options){.minlength = 5}), 5,
                          (double[]){1, 1, 0, 3, 0}));
    }
}

TEST(sets_of_small_numbers)
{
    ND_SCOPE {
        nd_array *a = integers(5, (int64_t[]){3, 1, 3, 2, 1}), *b = integers(2, (int64_t[]){2, 9});
        const nd_unique_result u =
            nd_unique(a, (nd_unique_options){.index = true, .inverse = true, .counts = true});
        assert_true(holds(u.values, 3, (double[]){1, 2, 3}));
        assert_true(holds(u.index, 3, (double[]){1, 3, 0}));
        assert_true(holds(u.inverse, 5, (double[]){2, 0, 2, 1, 0}));
        assert_true(holds(u.counts, 3, (double[]){2, 1, 2}));
        assert_true(holds(nd_isin(a, b, false), 5, (double[]){0, 0, 0, 1, 0}));
        assert_true(holds(nd_union1d(a, b), 4, (double[]){1, 2, 3, 9}));
        assert_true(holds(nd_setdiff1d(a, b), 2, (double[]){1, 3}));
        assert_true(holds(nd_setxor1d(a, b), 3, (double[]){1, 3, 9}));
        const nd_intersect1d_result both = nd_intersect1d(a, b, true);
        assert_true(holds(both.values, 1, (double[]){2}) && nd_item(both.a_index) == 3 &&
                    nd_item(both.b_index) == 0);
        const nd_array *keys[] = {a, nd_slice(a, ND_STEP(ND_OPEN, ND_OPEN, -1))};
        assert_true(holds(nd_lexsort(2, keys, -1), 5, (double[]){3, 0, 1, 4, 2}));
    }
}

/* ---- Errors ---------------------------------------------------------------------------------- */

TEST(errors_name_operation_and_what_is_wrong)
{
    ND_SCOPE {
        nd_array *x = nd_ones(ND_FLOAT64, ND_SHAPE(2, 3)), *line = nd_arange(3);
        const nd_searchsorted_options left = {0};
        assert_null(nd_sort(x, 2, ascending));
        assert_error(ND_ERROR_AXIS, "sort");
        assert_null(nd_argsort(nd_zeros(ND_INT8, ND_SCALAR_SHAPE), 0, ascending));
        assert_error(ND_ERROR_AXIS, "argsort: an array without axes");
        assert_int_equal(nd_sort_in_place(nd_broadcast_to(line, ND_SHAPE(2, 3)), 0, ascending),
                         ND_ERROR_READONLY);
        assert_error(ND_ERROR_READONLY, "sort");
        assert_null(nd_partition(x, 1, (int64_t[]){3}, 1));
        assert_error(ND_ERROR_INDEX, "partition: place 3 is out of range for 3 elements");
        assert_null(nd_searchsorted(x, line, left));
        assert_error(ND_ERROR_SHAPE, "searchsorted: the sorted array has shape (2, 3)");
        assert_null(nd_digitize(line, integers(3, (int64_t[]){0, 2, 1}), false));
        assert_error(ND_ERROR_VALUE, "digitize: the bins neither ascend nor descend");
        assert_null(nd_bincount(integers(1, (int64_t[]){-4}), (nd_bincount_options){0}));
        assert_error(ND_ERROR_VALUE, "bincount: -4");
        assert_null(nd_bincount(line, (nd_bincount_options){.weights = x}));
        assert_error(ND_ERROR_SHAPE, "bincount: there are 6 weights for 3 elements");
        assert_null(nd_histogram(line, (nd_histogram_options){.rule = "best"}).counts);
        assert_error(ND_ERROR_ARGUMENT, "histogram: there is no rule 'best'");
        assert_null(
            nd_median(nd_ones(ND_COMPLEX64, ND_SHAPE(3)), ND_ALL, (nd_quantile_options){0}));
        assert_error(ND_ERROR_DTYPE, "median: complex64");
        assert_null(nd_lexsort(2, (const nd_array *[]){line, nd_arange(4)}, -1));
        assert_error(ND_ERROR_SHAPE, "lexsort: key 1 has 4 elements along axis 0, key 0 has 3");
        assert_null(nd_unique(x, (nd_unique_options){.has_axis = true, .axis = 2}).values);
        assert_error(ND_ERROR_AXIS, "unique");
        assert_int_equal(nd_quantile_method_from_name("middle"), ND_QUANTILE_METHOD_NONE);
        assert_error(ND_ERROR_ARGUMENT, "middle");
    }
}

TEST(null_goes_through)
{
    const nd_searchsorted_options left = {0};
    assert_null(nd_sort(NULL, 0, ascending));
    assert_null(nd_argsort(NULL, 0, ascending));
    assert_null(nd_partition(NULL, 0, NULL, 0));
    assert_null(nd_median(NULL, ND_ALL, (nd_quantile_options){0}));
    assert_null(nd_quantile(NULL, NULL, ND_ALL, (nd_quantile_options){0}));
    assert_null(nd_searchsorted(NULL, NULL, left));
    assert_null(nd_digitize(NULL, NULL, false));
    assert_null(nd_bincount(NULL, (nd_bincount_options){0}));
    assert_null(nd_histogram(NULL, (nd_histogram_options){0}).counts);
    assert_null(nd_unique(NULL, (nd_unique_options){0}).values);
    assert_null(nd_isin(NULL, NULL, false));
    assert_null(nd_union1d(NULL, NULL));
    assert_null(nd_setdiff1d(NULL, NULL));
    assert_null(nd_setxor1d(NULL, NULL));
    assert_null(nd_intersect1d(NULL, NULL, true).values);
    assert_null(nd_lexsort(1, (const nd_array *[]){NULL}, 0));
}

/* ---- Memory ---------------------------------------------------------------------------------- */

/* Whether a call worked. */
typedef bool program(const nd_array *x, const nd_array *whole);

static bool sorts(const nd_array *x, const nd_array *whole)
{
    (void)whole;
    return nd_sort(x, 0, ascending);
}
static bool orders(const nd_array *x, const nd_array *whole)
{
    (void)whole;
    return nd_argsort(nd_transpose(x), 0, descending);
}
static bool sorts_complex(const nd_array *x, const nd_array *whole)
{
    (void)whole;
    return nd_sort(nd_cast(x, ND_COMPLEX128), 0, ascending);
}
static bool selects(const nd_array *x, const nd_array *whole)
{
    (void)whole;
    return nd_median(x, ND_AXIS(0), (nd_quantile_options){0}) &&
           nd_argpartition(x, 1, (int64_t[]){3}, 0);
}
static bool searches(const nd_array *x, const nd_array *whole)
{
    (void)whole;
    return nd_digitize(x, nd_linspace(0, 1, 9), false);
}
static bool counts(const nd_array *x, const nd_array *whole)
{
    return nd_bincount(whole, (nd_bincount_options){.weights = nd_ravel(x)}) &&
           nd_histogram(x, (nd_histogram_options){.rule = "auto"}).counts &&
           nd_histogramdd(x, (nd_histogram_options[2]){{0}, {0}}, true, NULL,
                          (nd_array *[2]){NULL, NULL});
}
static bool finds(const nd_array *x, const nd_array *whole)
{
    const nd_unique_options all = {.index = true, .inverse = true, .counts = true};
    const nd_unique_options rows = {.has_axis = true, .counts = true};
    return nd_unique(x, all).values && nd_unique(whole, all).values && nd_unique(x, rows).values &&
           nd_setxor1d(x, whole) && nd_intersect1d(whole, x, true).values &&
           nd_lexsort(2, (const nd_array *[]){whole, whole}, 0);
}

/* With ever more memory, until it suffices: an error each time, and nothing is lost. */
TEST(without_memory_calls_fail_and_lose_nothing)
{
    static program *const programs[] = {sorts,    orders, sorts_complex, selects,
                                        searches, counts, finds};
    ND_SCOPE {
        nd_array *x = nd_reshape(nd_linspace(0, 1, 400), ND_SHAPE(200, 2));
        nd_array *whole = nd_remainder(nd_arange(400), 7);
        assert_ok(nd_eval(2, (nd_array *[]){x, whole}));
        for (size_t p = 0; p < sizeof programs / sizeof *programs; p++) {
            bool done = false;
            size_t failures = 0;
            ND_SCOPE { /* the scope's list of arrays has grown before memory is looked at */
                assert_true(programs[p](x, whole));
            }
            for (size_t more = 0; !done; more += 96) {
                nd_memory_trim();
                const size_t before = nd_memory().used;
                nd_set_memory_budget(before + more);
                ND_SCOPE {
                    done = programs[p](x, whole);
                }
                nd_set_memory_budget(0);
                if (!done) {
                    assert_error(ND_ERROR_MEMORY, "");
                    failures++;
                }
                assert_no_error();
                nd_memory_trim();
                assert_int_equal(nd_memory().used, before);
            }
            assert_true(failures > 10);
        }
    }
}

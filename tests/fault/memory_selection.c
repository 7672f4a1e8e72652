/* Without memory: indexing, joining, arranging and sorting; functions made of operations.
 * scarce.h tells what must come. */
#include "scarce.h"

/* Places in the rows of `square`, forwards and from the end. */
static nd_array *places(void)
{
    return nd_subtract(nd_remainder(nd_multiply(nd_arange(SIDE), 7), 2 * SIDE), SIDE);
}

/* What a status of ND_OK has written. */
static void see_written(nd_status status, const nd_array *array)
{
    if (status == ND_OK)
        see(array);
}

static void see_all(int count, nd_array *const *arrays)
{
    for (int i = 0; i < count; i++)
        see(arrays[i]);
}

static void indexing(int part)
{
    nd_array *results[3], *copy = nd_copy(square), *at = places();
    const nd_array *const choices[] = {square, whole}, *const conditions[] = {
                                                           truth, nd_logical_not(truth)};
    switch (part) {
    case 0:
        see(nd_get(square, ND_ARRAY(at)));
        see(nd_get(square, ND_ARRAY(truth)));
        see(nd_get(square, ND_ARRAY(at), ND_RANGE(0, 20)));
        see(nd_get(square, ND_EVERY, ND_ARRAY(nd_greater(nd_arange(SIDE), 3))));
        see(nd_get(nd_add(square, 1), ND_ARRAY(nd_cast(at, ND_INT16)), ND_ARRAY(at)));
        break;
    case 1:
        see_written(nd_set(copy, 0.5, ND_ARRAY(at)), copy);
        see_written(nd_set(copy, nd_transpose(column), ND_ARRAY(at)), copy);
        see_written(nd_set(copy, nd_add(column, square), ND_ARRAY(nd_arange(SIDE))), copy);
        see_written(nd_set(copy, 2, ND_ARRAY(truth)), copy);
        see_written(nd_set(copy, copy, ND_ARRAY(at)), copy);
        see_written(nd_set(nd_transpose(copy), nd_get(square, ND_ARRAY(truth)), ND_ARRAY(truth)),
                    copy);
        break;
    case 2:
        see(nd_take(square, at, 1, ND_INDEX_WRAP));
        see(nd_take_along_axis(square, nd_argsort(square, 0, (nd_sort_options){0}), 0));
        see_written(nd_put(copy, at, square, ND_INDEX_CLIP), copy);
        see_written(
            nd_put_along_axis(copy, nd_expand_dims(nd_absolute(nd_floor_divide(at, 2)), 1), 3.0, 1),
            copy);
        see_written(nd_place(copy, truth, small), copy);
        see_written(nd_putmask(nd_transpose(copy), truth, small), copy);
        see_written(nd_fill_diagonal(copy, column, true), copy);
        break;
    case 3:
        see_all(nd_nonzero(truth, results), results);
        see(nd_argwhere(truth));
        see(nd_flatnonzero(nd_transpose(truth)));
        see(nd_compress(nd_greater(nd_arange(SIDE), 70), square, 1));
        see(nd_extract(truth, square));
        see(nd_choose(nd_cast(truth, ND_INT64), 2, choices, ND_INDEX_RAISE));
        see(nd_select(2, conditions, choices, nd_operand_int(0)));
        break;
    case 4:
        see_written(nd_at(ND_OP_add, copy, 1.5, ND_ARRAY(at)), copy);
        see(nd_reduceat(ND_OP_add, square,
                        nd_cast(nd_slice(nd_absolute(at), ND_RANGE(1, 9)), ND_INT32), 0));
        break;
    default:
        see_all(nd_unravel_index(nd_ravel(whole), ND_SHAPE(SIDE, SIDE), results), results);
        results[0] = results[1] = nd_absolute(nd_floor_divide(at, 2));
        see(nd_ravel_multi_index((const nd_array *const *)results, ND_SHAPE(SIDE, SIDE),
                                 ND_INDEX_RAISE));
        see(nd_indices(ND_INT32, ND_SHAPE(20, 30)));
        see_all(nd_ix(2, (const nd_array *[]){at, nd_greater(nd_arange(SIDE), 2)}, results),
                results);
    }
}

static void joining(int part)
{
    nd_array *parts[4];
    const nd_array *const two[] = {square, nd_add(whole, 1)}, *const rows[] = {nd_arange(SIDE),
                                                                               nd_ravel(column)};
    const int64_t widths[] = {3, 200, 0, 5};
    switch (part) {
    case 0:
        see(nd_concatenate(2, two, 1));
        see(nd_stack(2, two, -1));
        see(nd_hstack(2, two));
        see(nd_vstack(2, rows));
        see(nd_dstack(2, rows));
        see(nd_column_stack(2, rows));
        see(nd_block(1, 2, two));
        see(nd_append(square, whole, 0));
        break;
    case 1:
        see_all(nd_split(square, 4, 0, parts), parts);
        see_all(nd_array_split(nd_add(square, 1), 3, 1, parts), parts);
        see(nd_insert(square, places(), column, 0));
        see(nd_delete(square, places(), 1));
        see(nd_tile(square, ND_SHAPE(2, 1, 2)));
        see(nd_repeat(square, nd_remainder(nd_arange(SIDE), 3), 1));
        see(nd_resize(small, ND_SHAPE(50, 50)));
        break;
    default:
        for (int mode = ND_PAD_CONSTANT; mode < ND_PAD_EMPTY; mode++)
            see(nd_pad(square, widths, (nd_pad_mode)mode, NULL));
    }
}

static void arranging(int part)
{
    (void)part;
    nd_array *results[2];
    const nd_array *const axes[] = {nd_arange(40), nd_ravel(column)};
    see(nd_roll(square, -7, 1));
    see(nd_rot90(square, 1, 0, 1));
    see(nd_atleast_3d(square));
    see(nd_tri(ND_FLOAT32, 60, 70, 2));
    see(nd_tril(square, -1));
    see(nd_triu(nd_add(square, 1), 3));
    see_all(nd_tril_indices(30, 40, 1, results), results);
    see(nd_diag(nd_arange(50), 1));
    see(nd_diagflat(small, -1));
    see_all(nd_meshgrid(2, axes, NULL, results), results);
    see_all(nd_meshgrid(2, axes, &(nd_meshgrid_options){.ij = true, .sparse = true}, results),
            results);
    see(nd_trim_zeros(nd_subtract(whole, 0), true, true));
}

static void sorting(int part)
{
    const nd_sort_options plain = {0}, stable = {.descending = true};
    nd_array *mixed = nd_remainder(nd_multiply(whole, 7919), 1013), *copy = nd_copy(mixed);
    const nd_array *const keys[] = {nd_slice(mixed, ND_INDEX(0)), nd_slice(mixed, ND_INDEX(1))};
    const int64_t kth[] = {3, 100};
    switch (part) {
    case 0:
        see(nd_sort(mixed, -1, plain));
        see(nd_sort(nd_cast(mixed, ND_FLOAT32), 0, stable));
        see(nd_sort(nd_ravel(nd_cast(mixed, ND_INT8)), 0, plain));
        see_written(nd_sort_in_place(nd_transpose(copy), 0, plain), copy);
        see(nd_argsort(nd_ravel(mixed), 0, stable));
        see(nd_argsort(mixed, 0, plain));
        see(nd_argsort(nd_ravel(nd_remainder(mixed, 7)), 0, plain));
        see(nd_argsort(nd_ravel(nd_multiply(nd_remainder(mixed, 7), 1e9)), 0, plain));
        see(nd_lexsort(2, keys, 0));
        see(nd_partition(mixed, 2, kth, 1));
        see(nd_argpartition(nd_ravel(mixed), 2, kth, 0));
        break;
    case 1:
        see(nd_median(mixed, ND_ALL, (nd_quantile_options){0}));
        see(nd_median(square, ND_AXIS(0), (nd_quantile_options){0}));
        see(nd_quantile(square, nd_linspace(0, 1, 5), ND_AXIS(1), (nd_quantile_options){0}));
        see(nd_percentile(square, nd_linspace(0, 100, 5), ND_ALL, (nd_quantile_options){0}));
        break;
    case 2:
        see(nd_searchsorted(nd_ravel(whole), mixed, (nd_searchsorted_options){0}));
        see(nd_digitize(square, nd_linspace(0, 1, 11), true));
        see(nd_bincount(nd_ravel(mixed), (nd_bincount_options){.weights = nd_ravel(square)}));
        see(nd_histogram(square, (nd_histogram_options){.bins = 20}).counts);
        see(nd_histogram_bin_edges(mixed, (nd_histogram_options){.bins = 20}));
        see(nd_histogram2d(nd_ravel(square), nd_ravel(square),
                           (nd_histogram_options[2]){{.bins = 4}, {.bins = 5}}, false, NULL)
                .counts);
        break;
    default: {
        const nd_unique_result unique =
            nd_unique(mixed, (nd_unique_options){.index = true, .inverse = true, .counts = true});
        see(unique.values), see(unique.index), see(unique.inverse), see(unique.counts);
        see(nd_unique_values(square));
        see(nd_isin(mixed, nd_arange(100), false));
        see(nd_union1d(keys[0], keys[1]));
        see(nd_setdiff1d(keys[0], keys[1]));
        see(nd_setxor1d(keys[0], keys[1]));
        see(nd_intersect1d(keys[0], keys[1], true).values);
    }
    }
}

static void functions_of_operations(int part)
{
    (void)part;
    see(nd_diff(square, 2, 1));
    see(nd_gradient(square, 0.5, 0, 2));
    see(nd_trapezoid(square, NULL, 0.5, 0));
    see(nd_average(square, ND_AXIS(0), column));
    see(nd_ptp(square, ND_AXIS(1), true));
    see(nd_convolve(nd_ravel(square), nd_ravel(column), ND_CONVOLVE_SAME));
    see(nd_cov(square, true, 1));
    see(nd_corrcoef(square, true));
    see(nd_interp(square, nd_linspace(0, 1, 50), nd_linspace(5, 2, 50)));
    see(nd_polyfit(nd_arange(SIDE), nd_ravel(column), 3));
    see(nd_isclose(square, nd_transpose(square), 1e-3, 0, true));
    see(nd_nan_to_num(square, (nd_replacements){0}));
}

FAULT(indexing, 6)
FAULT(joining, 3)
FAULT(arranging, 1)
FAULT(sorting, 4)
FAULT(functions_of_operations, 1)

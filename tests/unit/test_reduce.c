/* Reductions and scans over axes. Expected values are worked out by hand, by plain loops over
 * integers, or in compensated long double. */
#include <ndstream/nd.h>

#include "unit.h"

#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#define FLOAT64S(...)                                                                              \
    nd_from_data(ND_FLOAT64, ND_SHAPE(sizeof((double[]){__VA_ARGS__}) / sizeof(double)),           \
                 (double[]){__VA_ARGS__})
#define INT64S(...)                                                                                \
    nd_from_data(ND_INT64, ND_SHAPE(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)),           \
                 (int64_t[]){__VA_ARGS__})
#define NO_AXES ((nd_axes){.count = 0})
#define WITH(...) ((nd_reduce_options){__VA_ARGS__})

static double at(const nd_array *array, int64_t i)
{
    return nd_get_double(nd_ravel(array), &i);
}

static bool has_shape(const nd_array *array, nd_shape shape)
{
    bool same = array && nd_rank(array) == shape.rank;
    for (int axis = 0; same && axis < shape.rank; axis++)
        same = nd_length(array, axis) == shape.length[axis];
    return same;
}

static bool all_equal(const nd_array *array, double value)
{
    bool same = array != NULL;
    for (int64_t i = 0; same && i < nd_size(array); i++)
        same = at(array, i) == value;
    return same;
}

static nd_array *ramp(nd_dtype dtype, nd_shape shape)
{
    int64_t count = 1;
    for (int axis = 0; axis < shape.rank; axis++)
        count *= shape.length[axis];
    return nd_reshape(nd_cast(nd_arange(count), dtype), shape);
}

static uint64_t random_state = 1;

static uint64_t random_bits(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 20;
}

/* ---- Sums by hand ---------------------------------------------------------------------------- */

TEST(sums_over_each_axis)
{
    ND_SCOPE {
        nd_array *a = ramp(ND_INT64, ND_SHAPE(2, 3, 4));
        assert_true(nd_item(nd_sum(a, ND_ALL)) == 276);
        nd_array *first = nd_sum(a, ND_AXIS(0)), *middle = nd_sum(a, ND_AXIS(1)),
                 *last = nd_sum(a, ND_AXIS(-1));
        assert_true(has_shape(first, ND_SHAPE(3, 4)) && at(first, 0) == 12 && at(first, 11) == 34);
        assert_true(has_shape(middle, ND_SHAPE(2, 4)) && at(middle, 0) == 12 &&
                    at(middle, 7) == 57);
        assert_true(has_shape(last, ND_SHAPE(2, 3)) && at(last, 0) == 6 && at(last, 5) == 86);
        nd_array *outer = nd_sum(a, ND_AXES(0, 2));
        assert_true(has_shape(outer, ND_SHAPE(3)) && at(outer, 0) == 60 && at(outer, 2) == 124);
        nd_array *same = nd_sum(a, NO_AXES);
        assert_true(has_shape(same, ND_SHAPE(2, 3, 4)) && nd_array_equal(same, a));
    }
}

TEST(narrow_integers_and_bools_sum_in_64_bits)
{
    ND_SCOPE {
        nd_array *bytes = nd_cast(nd_add(nd_zeros(ND_INT64, ND_SHAPE(100000)), 127), ND_INT8);
        nd_array *sum = nd_sum(bytes, ND_ALL);
        assert_true(nd_dtype_of(sum) == ND_INT64 && nd_item_int64(sum) == 12700000);
        sum = nd_sum(nd_cast(nd_add(nd_zeros(ND_INT64, ND_SHAPE(70000, 3)), 255), ND_UINT8),
                     ND_AXIS(0));
        assert_true(nd_dtype_of(sum) == ND_UINT64 && all_equal(sum, 17850000));
        sum = nd_sum(nd_ones(ND_BOOL, ND_SHAPE(3, 100000)), ND_AXIS(1));
        assert_true(nd_dtype_of(sum) == ND_INT64 && all_equal(sum, 100000));
        nd_array *prod = nd_prod(nd_cast(INT64S(100, 100, -100), ND_INT8), ND_ALL);
        assert_true(nd_dtype_of(prod) == ND_INT64 && nd_item_int64(prod) == -1000000);
        /* 64 bits wrap. */
        assert_true(nd_item_int64(nd_sum(INT64S(INT64_MAX, 1), ND_ALL)) == INT64_MIN);
    }
}

/* numpy#8869: a float32 mean over the outer axis once gave 0.419. */
TEST(mean_of_1e8_float32_ones_is_one_on_every_axis)
{
    ND_SCOPE {
        nd_array *ones = nd_ones(ND_FLOAT32, ND_SHAPE(50000000, 2));
        assert_true(all_equal(nd_mean(ones, ND_ALL), 1));
        assert_true(all_equal(nd_mean(ones, ND_AXIS(0)), 1));
        assert_true(all_equal(nd_mean(nd_transpose(ones), ND_AXIS(1)), 1));
        assert_true(all_equal(nd_mean(nd_reshape(ones, ND_SHAPE(100000000)), ND_AXIS(0)), 1));
        assert_true(all_equal(nd_mean(nd_reshape(ones, ND_SHAPE(2, 50000000)), ND_AXIS(1)), 1));
        assert_true(all_equal(nd_sum(nd_reshape(ones, ND_SHAPE(10000, 10000)), ND_AXIS(0)), 10000));
        assert_true(all_equal(nd_sum(ones, ND_ALL), 1e8));
        assert_true(all_equal(nd_std(nd_slice(ones, ND_STEP(0, 20000000, 1)), ND_ALL), 0));
        nd_array *outer = nd_mean(nd_slice(ones, ND_RANGE(0, 1000)), ND_AXIS(1));
        assert_true(has_shape(outer, ND_SHAPE(1000)) && all_equal(outer, 1));
    }
}

TEST(half_floats_sum_beyond_their_precision)
{
    ND_SCOPE {
        /* In float16 itself 2048 + 1 is 2048, and in bfloat16 256 + 1 is 256. */
        assert_true(nd_item(nd_sum(nd_ones(ND_FLOAT16, ND_SHAPE(30000)), ND_ALL)) == 30000);
        assert_true(nd_item(nd_mean(nd_ones(ND_FLOAT16, ND_SHAPE(100000)), ND_ALL)) == 1);
        assert_true(all_equal(nd_sum(nd_ones(ND_BFLOAT16, ND_SHAPE(4096, 3)), ND_AXIS(0)), 4096));
        assert_int_equal(nd_dtype_of(nd_sum(nd_ones(ND_FLOAT16, ND_SHAPE(3)), ND_ALL)), ND_FLOAT16);
    }
}

/* ---- Any layout, against loops over integers ------------------------------------------------- */

/* A random view of rank 4: permuted, sliced, reversed or repeated axes. */
static nd_array *random_view(void)
{
    const nd_shape shape =
        ND_SHAPE(2 + (int64_t)(random_bits() % 6), 2 + (int64_t)(random_bits() % 40),
                 2 + (int64_t)(random_bits() % 5), 2 + (int64_t)(random_bits() % 90));
    nd_array *a = ramp(ND_INT64, shape);
    a = nd_remainder(nd_multiply(a, 7919), 1009);
    for (int axis = 0; axis < 4; axis++)
        a = nd_move_axis(a, axis, (int)(random_bits() % 4));
    for (int axis = 0; axis < 4; axis++) {
        const int64_t steps[] = {1, 1, 2, -1, -2};
        a = nd_move_axis(nd_slice(a, ND_STEP(ND_OPEN, ND_OPEN, steps[random_bits() % 5])), 0, 3);
    }
    if (random_bits() % 4 == 0) {
        nd_shape wide = nd_shape_like(a);
        wide.length[1] = 5;
        a = nd_broadcast_to(nd_slice(a, ND_EVERY, ND_RANGE(0, 1)), wide);
    }
    return a;
}

enum { SUM, LEAST, FIRST_LARGEST, NONZERO, KINDS };

/* The reduction over the axes of `mask` at the kept index, one element at a time. */
static int64_t by_loop(nd_view v, unsigned mask, const int64_t *kept, int kind)
{
    int64_t from[4], to[4], result = kind == LEAST ? INT64_MAX : 0, best = INT64_MIN, position = 0;
    for (int axis = 0; axis < 4; axis++) {
        from[axis] = mask >> axis & 1 ? 0 : kept[axis];
        to[axis] = mask >> axis & 1 ? v.length[axis] : kept[axis] + 1;
    }
    for (int64_t i = from[0]; i < to[0]; i++)
        for (int64_t j = from[1]; j < to[1]; j++)
            for (int64_t k = from[2]; k < to[2]; k++)
                for (int64_t l = from[3]; l < to[3]; l++, position++) {
                    const int64_t x = ND_AT4(int64_t, v, i, j, k, l);
                    if (kind == SUM)
                        result += x;
                    else if (kind == LEAST)
                        result = x < result ? x : result;
                    else if (kind == NONZERO)
                        result += x != 0;
                    else if (x > best)
                        best = x, result = position;
                }
    return result;
}

TEST(every_set_of_axes_of_any_layout_equals_the_loop)
{
    nd_array *(*const reductions[KINDS])(const nd_array *, nd_axes) = {nd_sum, nd_min, nd_argmax,
                                                                       nd_count_nonzero};
    for (int round = 0; round < 12; round++) {
        ND_SCOPE {
            nd_array *a = random_view();
            const nd_view v = nd_view_of(a, ND_INT64, 4);
            for (unsigned mask = 0; mask < 16; mask++)
                for (int kind = 0; kind < KINDS; kind++) {
                    nd_axes axes = NO_AXES;
                    for (int axis = 0; axis < 4; axis++)
                        if (mask >> axis & 1)
                            axes.axis[axes.count++] = axis;
                    if (kind == FIRST_LARGEST && mask == 15)
                        axes = ND_ALL;
                    if (kind == FIRST_LARGEST && mask != 15 && axes.count != 1)
                        continue;
                    nd_array *kept = nd_reduce(
                        (nd_op[]){ND_OP_sum, ND_OP_min, ND_OP_argmax, ND_OP_count_nonzero}[kind], a,
                        axes, &WITH(.keepdims = true));
                    const nd_view w = nd_view_of(kept, ND_INT64, 4);
                    assert_non_null(w.data);
                    assert_true(
                        nd_array_equal(nd_ravel(kept), nd_ravel(reductions[kind](a, axes))));
                    int64_t wrong = 0, index[4];
                    for (index[0] = 0; index[0] < w.length[0]; index[0]++)
                        for (index[1] = 0; index[1] < w.length[1]; index[1]++)
                            for (index[2] = 0; index[2] < w.length[2]; index[2]++)
                                for (index[3] = 0; index[3] < w.length[3]; index[3]++)
                                    wrong += ND_AT4(int64_t, w, index[0], index[1], index[2],
                                                    index[3]) != by_loop(v, mask, index, kind);
                    assert_int_equal(wrong, 0);
                }
        }
    }
}

/* ---- Accuracy -------------------------------------------------------------------------------- */

/* Neumaier's compensated sum, in long double. */
static long double exact_sum(const double *x, int64_t n, int64_t step)
{
    long double sum = 0, rest = 0;
    for (int64_t i = 0; i < n; i++) {
        const long double value = x[i * step], next = sum + value;
        rest += fabsl(sum) >= fabsl(value) ? sum - next + value : value - next + sum;
        sum = next;
    }
    return sum + rest;
}

enum { KINDS_OF_DATA = 6 };

/* Data that plain running sums lose their digits on. */
static double adversarial(int kind, int64_t i)
{
    const double any = (double)random_bits() * 0x1p-44;
    switch (kind) {
    case 0: /* a large one, then small ones */
        return i == 0 ? 1e8 : 0.1;
    case 1: /* cancelling pairs and what is left */
        return i % 2 ? -1e10 : 1e10 + 0.001 * (double)(i % 7);
    case 2: /* the harmonic series */
        return 1 / (double)(i + 1);
    case 3: /* all sizes and both signs */
        return ldexp(any, (int)(random_bits() % 40)) * (random_bits() % 2 ? 1 : -1);
    case 4: /* one direction of rounding */
        return 1 + 0x1p-23 + 0x1p-52;
    default:
        return any;
    }
}

TEST(sums_keep_to_the_error_bound_on_adversarial_data)
{
    static const int64_t shapes[][2] = {{1, 1000003}, {1000003, 1}, {1000, 1001},
                                        {50021, 20},  {7, 140000},  {300, 3000}};
    for (int kind = 0; kind < KINDS_OF_DATA; kind++)
        for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
            for (int narrow = 0; narrow < 2; narrow++) {
                ND_SCOPE {
                    const int64_t rows = shapes[k][0], columns = shapes[k][1];
                    nd_array *a = nd_empty(ND_FLOAT64, ND_SHAPE(rows, columns));
                    double *x = nd_data_writeable(a);
                    for (int64_t i = 0; i < rows * columns; i++) {
                        x[i] = adversarial(kind, i);
                        if (narrow)
                            x[i] = (float)x[i];
                    }
                    nd_array *taken = narrow ? nd_cast(a, ND_FLOAT32) : a;
                    nd_array *down = nd_sum(taken, ND_AXIS(0)), *across = nd_sum(taken, ND_AXIS(1));
                    nd_array *turned = nd_sum(nd_copy_fortran(taken), ND_AXIS(0));
                    const double eps = narrow ? FLT_EPSILON : DBL_EPSILON;
                    const double whole = nd_item(nd_sum(taken, ND_ALL));
                    double magnitude = 0;
                    for (int64_t i = 0; i < rows * columns; i++)
                        magnitude += fabs(x[i]);
                    assert_true(fabsl(whole - exact_sum(x, rows * columns, 1)) <=
                                4 * eps * log2((double)(rows * columns)) * magnitude);
                    int64_t wrong = 0;
                    for (int64_t c = 0; c < columns; c += 1 + columns / 500) {
                        const long double sum = exact_sum(x + c, rows, columns);
                        double size = 0;
                        for (int64_t r = 0; r < rows; r++)
                            size += fabs(x[r * columns + c]);
                        const double bound = 4 * eps * fmax(1, log2((double)rows)) * size;
                        wrong += !(fabsl(nd_get_double(down, &c) - sum) <= bound) ||
                                 !(fabsl(nd_get_double(turned, &c) - sum) <= bound);
                    }
                    for (int64_t r = 0; r < rows; r += 1 + rows / 500) {
                        const long double sum = exact_sum(x + r * columns, columns, 1);
                        double size = 0;
                        for (int64_t c = 0; c < columns; c++)
                            size += fabs(x[r * columns + c]);
                        wrong += !(fabsl(nd_get_double(across, &r) - sum) <=
                                   4 * eps * fmax(1, log2((double)columns)) * size);
                    }
                    assert_int_equal(wrong, 0);
                }
            }
}

TEST(variance_survives_a_large_mean)
{
    ND_SCOPE {
        assert_true(nd_item(nd_var(FLOAT64S(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16), ND_ALL)) ==
                    22.5);
        /* 0 and 1 by turns, shifted by 2^20: the variance is 1/4, on every axis. */
        nd_array *a = nd_add(nd_remainder(nd_arange(3000000), 2), 1 << 20);
        nd_array *table = nd_reshape(nd_cast(a, ND_FLOAT32), ND_SHAPE(1000000, 3));
        assert_true(fabs(nd_item(nd_var(table, ND_ALL)) - 0.25) < 1e-7);
        nd_array *down = nd_var(table, ND_AXIS(0)),
                 *across = nd_var(nd_transpose(table), ND_AXIS(1));
        for (int64_t c = 0; c < 3; c++)
            assert_true(fabs(at(down, c) - 0.25) < 1e-7 && fabs(at(across, c) - 0.25) < 1e-7);
    }
}

/* ---- The same bits --------------------------------------------------------------------------- */

static nd_array *under_test(int which, const nd_array *a)
{
    switch (which) {
    case 0:
        return nd_sum(a, ND_ALL);
    case 1:
        return nd_sum(a, ND_AXIS(0));
    case 2:
        return nd_mean(a, ND_AXIS(1));
    case 3:
        return nd_std(a, ND_ALL);
    case 4:
        return nd_var(a, ND_AXIS(0));
    case 5:
        return nd_prod(nd_add(nd_multiply(a, 1e-4), 1.0), ND_ALL);
    case 6:
        return nd_argmax(a, ND_ALL);
    case 7:
        return nd_min(a, ND_AXIS(0));
    case 8:
        return nd_cumsum(nd_ravel(a), 0);
    case 9:
        return nd_cumsum(a, 0);
    case 10:
        return nd_sum(nd_transpose(nd_slice(a, ND_STEP(ND_OPEN, ND_OPEN, -1))), ND_ALL);
    default:
        return nd_exp(nd_sin(a));
    }
}

TEST(results_have_the_same_bits_for_1_2_and_7_threads)
{
    static const nd_dtype dtypes[] = {ND_FLOAT64, ND_FLOAT32, ND_COMPLEX64, ND_FLOAT16};
    static const int64_t shapes[][2] = {{3, 700001}, {700001, 3}, {1100, 1300}};
    const int before = nd_num_threads();
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
        for (size_t d = 0; d < sizeof dtypes / sizeof *dtypes; d++) {
            ND_SCOPE {
                nd_random *random = nd_random_new(k);
                nd_array *a = nd_cast(
                    nd_random_normal(random, ND_FLOAT64, ND_SHAPE(shapes[k][0], shapes[k][1])),
                    dtypes[d]);
                nd_random_free(random);
                for (int which = 0; which < 12; which++) {
                    ND_SCOPE {
                        nd_array *results[3];
                        for (int i = 0; i < 3; i++) {
                            nd_set_num_threads((int[]){1, 2, 7}[i]);
                            results[i] = under_test(which, a);
                            assert_no_error();
                            assert_true(nd_is_contiguous(results[i]));
                        }
                        assert_memory_equal(nd_data(results[0]), nd_data(results[1]),
                                            nd_bytes(results[0]));
                        assert_memory_equal(nd_data(results[0]), nd_data(results[2]),
                                            nd_bytes(results[0]));
                    }
                }
            }
        }
    nd_set_num_threads(before);
}

/* ---- Extremes, positions, logic -------------------------------------------------------------- */

TEST(extremes_are_nan_if_there_is_one)
{
    ND_SCOPE {
        nd_array *a = FLOAT64S(3, -1, INFINITY, 2), *b = FLOAT64S(3, NAN, -INFINITY, 2);
        assert_true(nd_item(nd_min(a, ND_ALL)) == -1 && nd_item(nd_max(a, ND_ALL)) == INFINITY);
        assert_true(isnan(nd_item(nd_min(b, ND_ALL))) && isnan(nd_item(nd_max(b, ND_ALL))));
        /* Wherever it stands, in any layout. */
        for (int64_t place = 0; place < 3000; place += 97) {
            nd_array *c = nd_zeros(ND_FLOAT32, ND_SHAPE(3000));
            *((float *)nd_data_writeable(c) + place) = NAN;
            assert_true(isnan(nd_item(nd_max(c, ND_ALL))));
            assert_true(nd_item_int64(nd_argmin(c, ND_ALL)) == place);
            nd_array *least = nd_min(nd_reshape(c, ND_SHAPE(100, 30)), ND_AXIS(0));
            for (int64_t i = 0; i < 30; i++)
                assert_true(isnan(at(least, i)) == (i == place % 30));
        }
        assert_true(nd_item_int64(nd_min(INT64S(5, INT64_MIN, 7), ND_ALL)) == INT64_MIN);
        assert_true(nd_item_int64(nd_max(nd_cast(INT64S(5, 255, 7), ND_UINT8), ND_ALL)) == 255);
        assert_int_equal(nd_dtype_of(nd_max(nd_ones(ND_INT8, ND_SHAPE(2)), ND_ALL)), ND_INT8);
    }
}

TEST(positions_are_the_first_of_ties)
{
    ND_SCOPE {
        nd_array *a = INT64S(4, 1, 7, 1, 7);
        assert_true(nd_item_int64(nd_argmin(a, ND_ALL)) == 1 &&
                    nd_item_int64(nd_argmax(a, ND_ALL)) == 2);
        assert_true(nd_item_int64(nd_argmax(FLOAT64S(1, NAN, 5, NAN), ND_ALL)) == 1);
        assert_true(nd_item_int64(nd_argmin(FLOAT64S(0.0, -0.0), ND_ALL)) == 0);
        assert_true(nd_item_int64(nd_argmax(nd_zeros(ND_FLOAT32, ND_SHAPE(100000)), ND_ALL)) == 0);
        /* Over all axes the position counts in C order, whatever the order in memory. */
        nd_array *b = nd_zeros(ND_INT64, ND_SHAPE(300, 400));
        *(int64_t *)((char *)nd_data_writeable(b) + (17 * 400 + 23) * 8) = 9;
        assert_true(nd_item_int64(nd_argmax(b, ND_ALL)) == 17 * 400 + 23);
        assert_true(nd_item_int64(nd_argmax(nd_copy_fortran(b), ND_ALL)) == 17 * 400 + 23);
        assert_true(nd_item_int64(nd_argmax(nd_transpose(b), ND_ALL)) == 23 * 300 + 17);
        nd_array *rows = nd_argmax(b, ND_AXIS(1));
        assert_true(nd_dtype_of(rows) == ND_INT64 && at(rows, 17) == 23 && at(rows, 16) == 0);
        assert_true(at(nd_argmax(b, ND_AXIS(0)), 23) == 17);
    }
}

TEST(any_all_and_count_take_nan_and_imaginary_parts_for_true)
{
    ND_SCOPE {
        nd_array *a = FLOAT64S(0.0, -0.0, NAN);
        assert_true(nd_item_int64(nd_any(a, ND_ALL)) == 1 && nd_item_int64(nd_all(a, ND_ALL)) == 0);
        assert_true(nd_item_int64(nd_count_nonzero(a, ND_ALL)) == 1);
        assert_int_equal(nd_dtype_of(nd_any(a, ND_ALL)), ND_BOOL);
        nd_array *c = nd_from_data(ND_COMPLEX128, ND_SHAPE(2), (double complex[]){I, 0});
        assert_true(nd_item_int64(nd_count_nonzero(c, ND_ALL)) == 1);
        nd_array *b = nd_ones(ND_BOOL, ND_SHAPE(1000, 70));
        assert_true(nd_item_int64(nd_all(b, ND_ALL)) == 1 &&
                    nd_item_int64(nd_count_nonzero(b, ND_ALL)) == 70000);
        ((uint8_t *)nd_data_writeable(b))[999 * 70 + 33] = 0;
        nd_array *columns = nd_all(b, ND_AXIS(0));
        for (int64_t i = 0; i < 70; i++)
            assert_true(at(columns, i) == (i != 33));
    }
}

/* ---- Options --------------------------------------------------------------------------------- */

TEST(keepdims_keeps_axes_of_length_1)
{
    ND_SCOPE {
        nd_array *a = ramp(ND_FLOAT64, ND_SHAPE(2, 3, 4));
        assert_true(
            has_shape(nd_sum_with(a, ND_AXIS(1), WITH(.keepdims = true)), ND_SHAPE(2, 1, 4)));
        assert_true(has_shape(nd_mean_with(a, ND_ALL, WITH(.keepdims = true)), ND_SHAPE(1, 1, 1)));
        assert_true(
            has_shape(nd_argmax_with(a, ND_ALL, WITH(.keepdims = true)), ND_SHAPE(1, 1, 1)));
        assert_true(
            has_shape(nd_std_with(a, ND_AXES(0, -1), WITH(.keepdims = true)), ND_SHAPE(1, 3, 1)));
        nd_array *centred = nd_subtract(a, nd_mean_with(a, ND_AXIS(2), WITH(.keepdims = true)));
        assert_true(at(centred, 0) == -1.5 && at(centred, 23) == 1.5);
    }
}

TEST(where_chooses_the_elements_that_count)
{
    ND_SCOPE {
        nd_array *a = ramp(ND_FLOAT64, ND_SHAPE(2, 3)), *odd = nd_equal(nd_remainder(a, 2), 1.0);
        assert_true(nd_item(nd_sum_with(a, ND_ALL, WITH(.where = odd))) == 9);
        assert_true(nd_item(nd_prod_with(a, ND_ALL, WITH(.where = odd))) == 15);
        assert_true(nd_item(nd_mean_with(a, ND_ALL, WITH(.where = odd))) == 3);
        assert_true(fabs(nd_item(nd_var_with(a, ND_ALL, WITH(.where = odd))) - 8.0 / 3) < 1e-15);
        assert_true(nd_item(nd_std_with(a, ND_ALL, WITH(.where = odd, .ddof = 1))) == 2);
        assert_true(nd_item(nd_max_with(
                        a, ND_ALL, WITH(.where = odd, .has_initial = true, .initial = -1))) == 5);
        assert_true(nd_item_int64(nd_count_nonzero_with(a, ND_ALL, WITH(.where = odd))) == 3);
        assert_true(nd_item_int64(nd_all_with(a, ND_ALL, WITH(.where = odd))) == 1);
        nd_array *row = nd_from_data(ND_BOOL, ND_SHAPE(3), (uint8_t[]){1, 0, 0}); /* broadcasts */
        nd_array *sums = nd_sum_with(a, ND_AXIS(1), WITH(.where = row));
        assert_true(at(sums, 0) == 0 && at(sums, 1) == 3);
        assert_true(
            isnan(nd_item(nd_mean_with(a, ND_ALL, WITH(.where = nd_zeros(ND_BOOL, ND_SHAPE(1)))))));
        /* NaN that does not count does not show. */
        nd_array *b = FLOAT64S(1, NAN, 3);
        assert_true(nd_item(nd_sum_with(b, ND_ALL, WITH(.where = nd_logical_not(nd_isnan(b))))) ==
                    4);
    }
}

TEST(initial_takes_part_once)
{
    ND_SCOPE {
        nd_array *a = INT64S(1, 2, 3);
        assert_true(
            nd_item_int64(nd_sum_with(a, ND_ALL, WITH(.has_initial = true, .initial = 10))) == 16);
        assert_true(
            nd_item_int64(nd_prod_with(a, ND_ALL, WITH(.has_initial = true, .initial = 10))) == 60);
        assert_true(
            nd_item_int64(nd_min_with(a, ND_ALL, WITH(.has_initial = true, .initial = -5))) == -5);
        assert_true(
            nd_item_int64(nd_max_with(a, ND_ALL, WITH(.has_initial = true, .initial = 2))) == 3);
        nd_array *table = nd_sum_with(ramp(ND_FLOAT64, ND_SHAPE(2, 2)), ND_AXIS(0),
                                      WITH(.has_initial = true, .initial = 0.5));
        assert_true(at(table, 0) == 2.5 && at(table, 1) == 4.5);
    }
}

TEST(dtype_is_computed_in_and_returned)
{
    ND_SCOPE {
        nd_array *floats = nd_add(nd_zeros(ND_FLOAT32, ND_SHAPE(10)), 0.1);
        nd_array *wide = nd_sum_with(floats, ND_ALL, WITH(.has_dtype = true, .dtype = ND_FLOAT64));
        assert_true(nd_dtype_of(wide) == ND_FLOAT64 &&
                    fabs(nd_item(wide) - 10 * (double)0.1f) < 1e-15);
        nd_array *narrow =
            nd_sum_with(INT64S(100, 100), ND_ALL, WITH(.has_dtype = true, .dtype = ND_INT8));
        assert_true(nd_dtype_of(narrow) == ND_INT8 && nd_item_int64(narrow) == -56);
        nd_array *mean =
            nd_mean_with(INT64S(1, 2), ND_ALL, WITH(.has_dtype = true, .dtype = ND_FLOAT32));
        assert_true(nd_dtype_of(mean) == ND_FLOAT32 && nd_item(mean) == 1.5);
        assert_int_equal(nd_dtype_of(nd_mean(INT64S(1, 2), ND_ALL)), ND_FLOAT64);
        assert_int_equal(nd_dtype_of(nd_mean(nd_ones(ND_FLOAT32, ND_SHAPE(2)), ND_ALL)),
                         ND_FLOAT32);
        assert_null(nd_mean_with(INT64S(1, 2), ND_ALL, WITH(.has_dtype = true, .dtype = ND_INT64)));
        assert_error(ND_ERROR_DTYPE, "mean");
        assert_null(nd_sum_with(INT64S(1), ND_ALL, WITH(.has_dtype = true, .dtype = (nd_dtype)99)));
        assert_error(ND_ERROR_DTYPE, "99");
    }
}

TEST(ddof_divides_by_n_less_ddof)
{
    ND_SCOPE {
        nd_array *a = INT64S(1, 2, 3, 4);
        assert_true(nd_item(nd_var(a, ND_ALL)) == 1.25);
        assert_true(nd_item(nd_var_with(a, ND_ALL, WITH(.ddof = 1))) == 5.0 / 3);
        assert_true(nd_item(nd_std(FLOAT64S(2, 4, 4, 4, 5, 5, 7, 9), ND_ALL)) == 2);
        assert_true(nd_item(nd_var_with(a, ND_ALL, WITH(.ddof = 4))) == INFINITY); /* 5 / 0 */
        assert_true(isnan(nd_item(nd_var_with(FLOAT64S(1), ND_ALL, WITH(.ddof = 1)))));
        nd_array *c = nd_from_data(ND_COMPLEX128, ND_SHAPE(2), (double complex[]){1 + I, 1 - I});
        assert_true(nd_dtype_of(nd_var(c, ND_ALL)) == ND_FLOAT64 &&
                    nd_item(nd_var(c, ND_ALL)) == 1);
    }
}

/* ---- No elements, and errors ----------------------------------------------------------------- */

TEST(reductions_of_no_elements)
{
    ND_SCOPE {
        nd_array *none = nd_zeros(ND_FLOAT32, ND_SHAPE(0)),
                 *rows = nd_zeros(ND_FLOAT32, ND_SHAPE(0, 3));
        assert_true(nd_item(nd_sum(none, ND_ALL)) == 0 && nd_item(nd_prod(none, ND_ALL)) == 1);
        assert_true(isnan(nd_item(nd_mean(none, ND_ALL))) && isnan(nd_item(nd_var(none, ND_ALL))));
        assert_true(nd_item_int64(nd_any(none, ND_ALL)) == 0 &&
                    nd_item_int64(nd_all(none, ND_ALL)) == 1);
        assert_true(nd_item_int64(nd_count_nonzero(none, ND_ALL)) == 0);
        nd_array *sums = nd_sum(rows, ND_AXIS(0));
        assert_true(has_shape(sums, ND_SHAPE(3)) && all_equal(sums, 0));
        assert_true(has_shape(nd_sum(rows, ND_AXIS(1)), ND_SHAPE(0)));
        assert_true(has_shape(nd_max(rows, ND_AXIS(1)), ND_SHAPE(0)));
        assert_true(nd_item(nd_min_with(none, ND_ALL, WITH(.has_initial = true, .initial = 7))) ==
                    7);
        assert_true(nd_item(nd_sum_with(none, ND_ALL, WITH(.has_initial = true, .initial = 7))) ==
                    7);
        assert_true(has_shape(nd_cumsum(none, 0), ND_SHAPE(0)));
        assert_null(nd_min(none, ND_ALL));
        assert_error(ND_ERROR_VALUE, "min: of no elements");
        assert_null(nd_max(rows, ND_AXIS(0)));
        assert_error(ND_ERROR_VALUE, "max: of no elements");
        assert_null(nd_argmin(none, ND_ALL));
        assert_error(ND_ERROR_VALUE, "argmin: of no elements");
    }
}

TEST(axes_out_of_range_or_repeated_are_refused)
{
    ND_SCOPE {
        nd_array *a = ramp(ND_FLOAT64, ND_SHAPE(2, 3));
        assert_null(nd_sum(a, ND_AXIS(2)));
        assert_error(ND_ERROR_AXIS, "sum");
        assert_null(nd_sum(a, ND_AXIS(-3)));
        assert_error(ND_ERROR_AXIS, "-3");
        assert_null(nd_mean(a, ND_AXES(1, -1)));
        assert_error(ND_ERROR_REPEATED, "mean");
        assert_null(nd_argmax(a, ND_AXES(0, 1)));
        assert_error(ND_ERROR_AXIS, "argmax");
        assert_null(nd_cumsum(a, 2));
        assert_error(ND_ERROR_AXIS, "cumsum");
        assert_null(nd_cumsum(nd_ones(ND_INT8, ND_SCALAR_SHAPE), 0));
        assert_error(ND_ERROR_AXIS, "cumsum");
        assert_null(nd_sum(NULL, ND_ALL));
        assert_int_equal(nd_error(), ND_OK);
    }
}

TEST(options_that_make_no_sense_are_refused)
{
    ND_SCOPE {
        nd_array *a = ramp(ND_FLOAT64, ND_SHAPE(2, 3)), *mask = nd_ones(ND_BOOL, ND_SHAPE(2, 3));
        assert_null(nd_min_with(a, ND_ALL, WITH(.where = mask)));
        assert_error(ND_ERROR_VALUE, "`initial`");
        assert_null(nd_argmin_with(a, ND_ALL, WITH(.where = mask)));
        assert_error(ND_ERROR_ARGUMENT, "`where`");
        assert_null(nd_mean_with(a, ND_ALL, WITH(.has_initial = true)));
        assert_error(ND_ERROR_ARGUMENT, "`initial`");
        assert_null(nd_sum_with(a, ND_ALL, WITH(.where = a)));
        assert_error(ND_ERROR_DTYPE, "`where` must be bool");
        assert_null(nd_sum_with(a, ND_ALL, WITH(.where = nd_ones(ND_BOOL, ND_SHAPE(4)))));
        assert_error(ND_ERROR_SHAPE, "(4,)");
        assert_null(nd_reduce(ND_OP_add, a, ND_ALL, NULL));
        assert_error(ND_ERROR_ARGUMENT, "no reduction");
        assert_null(nd_scan(ND_OP_sum, a, 0, ND_DTYPE_NONE));
        assert_error(ND_ERROR_ARGUMENT, "no scan");
    }
}

/* ---- Scans ----------------------------------------------------------------------------------- */

TEST(running_sums_and_products)
{
    ND_SCOPE {
        nd_array *sums = nd_cumsum(INT64S(1, 2, 3, 4), 0),
                 *products = nd_cumprod(INT64S(1, 2, 3, 4), -1);
        assert_true(nd_array_equal(sums, INT64S(1, 3, 6, 10)) &&
                    nd_array_equal(products, INT64S(1, 2, 6, 24)));
        nd_array *a = ramp(ND_INT64, ND_SHAPE(3, 4));
        nd_array *down = nd_cumsum(a, 0), *across = nd_cumsum(a, 1);
        assert_true(has_shape(down, ND_SHAPE(3, 4)) && at(down, 4) == 4 && at(down, 11) == 21);
        assert_true(at(across, 3) == 6 && at(across, 11) == 38);
        nd_array *bytes = nd_cumsum(nd_cast(INT64S(100, 100, 100), ND_INT8), 0);
        assert_true(nd_dtype_of(bytes) == ND_INT64 && at(bytes, 2) == 300);
        nd_array *narrow = nd_scan(ND_OP_cumsum, INT64S(100, 100), 0, ND_INT8);
        assert_true(nd_dtype_of(narrow) == ND_INT8 && at(narrow, 1) == -56);
    }
}

TEST(a_long_running_sum_equals_the_closed_form)
{
    ND_SCOPE {
        enum { COUNT = 2000003 };
        nd_array *sums = nd_cumsum(nd_arange(COUNT), 0),
                 *reversed = nd_cumsum(nd_flip(nd_arange(COUNT), ND_ALL), 0);
        const int64_t *forward = nd_data(sums), *backward = nd_data(reversed);
        int64_t wrong = 0;
        for (int64_t i = 0; i < COUNT; i++) {
            wrong += forward[i] != i * (i + 1) / 2;
            wrong += backward[i] != (i + 1) * (COUNT - 1) - i * (i + 1) / 2;
        }
        assert_int_equal(wrong, 0);
        /* float32, kept in float64 on the way: exact while it fits 24 bits. */
        nd_array *ones = nd_cumsum(nd_ones(ND_FLOAT32, ND_SHAPE(COUNT)), 0);
        assert_true(nd_dtype_of(ones) == ND_FLOAT32 && at(ones, COUNT - 1) == COUNT);
    }
}

/* Rolled, turned, triangles, diagonals and grids from C: what is a view, errors, functions over an
 * axis. Results are compared with NumPy's in tests/differential/test_arrange.py. */
#include "values.h"

TEST(roll_takes_any_shift)
{
    ND_SCOPE {
        const nd_array *const a = INTEGERS(1, 2, 3);
        assert_values(nd_roll(a, 1, 0), 3, 1, 2);
        assert_values(nd_roll(a, -4, 0), 2, 3, 1);
        assert_values(nd_roll(a, INT64_MIN, 0), 3, 1, 2); /* 2^63 is 2 modulo 3, and back */
        assert_values(nd_roll(a, INT64_MAX, 0), 3, 1, 2);
        assert_values(nd_roll(table(), 1, 1), 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10);
        assert_int_equal(nd_size(nd_roll(nd_zeros(ND_INT8, ND_SHAPE(0)), 5, 0)), 0);
        assert_null(nd_roll(a, 1, 1));
        assert_error(ND_ERROR_AXIS, "roll");
    }
}

TEST(turning_gives_views)
{
    ND_SCOPE {
        nd_array *const t = table(), *const turned = nd_rot90(t, 1, 0, 1);
        assert_values(turned, 3, 7, 11, 2, 6, 10, 1, 5, 9, 0, 4, 8);
        assert_true(nd_overlaps(t, turned));
        assert_values(nd_rot90(t, -2, 0, 1), 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        assert_null(nd_rot90(t, 1, 0, -2));
        assert_error(ND_ERROR_AXIS, "rot90");
    }
}

TEST(axes_are_added_where_numpy_adds_them)
{
    ND_SCOPE {
        const nd_array *const one = nd_ones(ND_INT8, ND_SCALAR_SHAPE), *const a = INTEGERS(1, 2);
        assert_int_equal(nd_rank(nd_atleast_1d(one)), 1);
        assert_int_equal(nd_length(nd_atleast_2d(a), 1), 2);
        assert_int_equal(nd_length(nd_atleast_3d(a), 1), 2);
        assert_int_equal(nd_length(nd_atleast_3d(table()), 2), 1);
    }
}

TEST(triangles_and_diagonals)
{
    ND_SCOPE {
        nd_array *pair[2];
        assert_values(nd_tri(ND_INT64, 2, 3, 0), 1, 0, 0, 1, 1, 0);
        assert_values(nd_tril(table(), -1), 0, 0, 0, 0, 4, 0, 0, 0, 8, 9, 0, 0);
        assert_values(nd_triu(table(), 1), 0, 1, 2, 3, 0, 0, 6, 7, 0, 0, 0, 11);
        assert_values(nd_triu(INTEGERS(1, 2), 0), 1, 2, 0, 2);
        assert_int_equal(nd_tril_indices(2, 2, 0, pair), 2);
        assert_values(pair[0], 0, 1, 1);
        assert_values(pair[1], 0, 0, 1);
        assert_int_equal(nd_triu_indices(2, 3, 1, pair), 2);
        assert_values(pair[1], 1, 2, 2);
        assert_values(nd_diag(INTEGERS(1, 2), 1), 0, 1, 0, 0, 0, 2, 0, 0, 0);
        const nd_array *const t = table(), *const diagonal = nd_diag(t, 1);
        assert_values(diagonal, 1, 6, 11);
        assert_true(nd_overlaps(t, diagonal));
        assert_false(nd_is_writeable(diagonal));
        assert_int_equal(nd_size(nd_diagflat(t, 0)), 144);
        assert_null(nd_diag(nd_ones(ND_INT8, ND_SHAPE(1, 1, 1)), 0));
        assert_error(ND_ERROR_SHAPE, "diag");
        assert_null(nd_tril(nd_ones(ND_INT8, ND_SCALAR_SHAPE), 0));
        assert_error(ND_ERROR_SHAPE, "");
        assert_null(nd_tri(ND_INT8, -1, 2, 0));
        assert_error(ND_ERROR_SHAPE, "-1");
    }
}

TEST(grids)
{
    ND_SCOPE {
        nd_array *grid[2];
        const nd_array *const axes[] = {INTEGERS(1, 2), INTEGERS(7, 8, 9)};
        assert_int_equal(nd_meshgrid(2, axes, NULL, grid), 2);
        assert_values(grid[0], 1, 2, 1, 2, 1, 2);
        assert_values(grid[1], 7, 7, 8, 8, 9, 9);
        assert_int_equal(nd_meshgrid(2, axes, &(nd_meshgrid_options){.ij = true}, grid), 2);
        assert_int_equal(nd_length(grid[0], 0), 2);
        assert_int_equal(nd_meshgrid(2, axes, &(nd_meshgrid_options){.sparse = true}, grid), 2);
        assert_int_equal(nd_size(grid[1]), 3);
        assert_int_equal(nd_meshgrid(2, axes, &(nd_meshgrid_options){.views = true}, grid), 2);
        assert_false(nd_is_writeable(grid[0]));
        assert_int_equal(nd_meshgrid(-1, axes, NULL, grid), 0);
        assert_error(ND_ERROR_ARGUMENT, "meshgrid");
    }
}

TEST(zeros_are_trimmed_from_both_ends)
{
    ND_SCOPE {
        const nd_array *const a = INTEGERS(0, 0, 5, 0, 6, 0);
        assert_values(nd_trim_zeros(a, true, true), 5, 0, 6);
        assert_values(nd_trim_zeros(a, false, true), 0, 0, 5, 0, 6);
        assert_int_equal(nd_size(nd_trim_zeros(INTEGERS(0, 0), true, true)), 0);
        assert_true(nd_overlaps(a, nd_trim_zeros(a, true, false)));
    }
}

/* Sum and count of a line, up to a number of lines. */
static bool sum_and_count(void *context, int64_t n, const void *in, void *out)
{
    int *const left = context;
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += ((const int64_t *)in)[i];
    ((double *)out)[0] = (double)sum;
    ((double *)out)[1] = (double)n;
    return (*left)-- > 0;
}

TEST(a_function_is_applied_along_an_axis)
{
    ND_SCOPE {
        int left = 100;
        const nd_array *const sums =
            nd_apply_along_axis(table(), 0, ND_FLOAT64, 2, sum_and_count, &left);
        assert_int_equal(nd_dtype_of(sums), ND_FLOAT64);
        assert_values(sums, 12, 15, 18, 21, 3, 3, 3, 3);
        assert_values(
            nd_apply_along_axis(nd_transpose(table()), 0, ND_FLOAT64, 2, sum_and_count, &left), 6,
            22, 38, 4, 4, 4);
        left = 1;
        assert_null(nd_apply_along_axis(table(), 1, ND_FLOAT64, 2, sum_and_count, &left));
        assert_error(ND_ERROR_CANCELLED, "");
        assert_null(nd_apply_along_axis(table(), 2, ND_FLOAT64, 2, sum_and_count, &left));
        assert_error(ND_ERROR_AXIS, "2");
        assert_null(nd_apply_along_axis(table(), 1, ND_FLOAT64, -2, sum_and_count, &left));
        assert_error(ND_ERROR_SHAPE, "-2");
    }
}

/* Joining, splitting, inserting, repeating and padding from C: shapes, dtypes, errors, what is a
 * view. Results are compared with NumPy's in tests/differential/test_join.py. */
#include "values.h"

TEST(concatenate_promotes_and_takes_arrays_of_any_layout)
{
    ND_SCOPE {
        const nd_array *const t = table();
        const nd_array *const both =
            nd_concatenate(ARRAYS(nd_transpose(t), nd_ones(ND_INT8, ND_SHAPE(1, 3))), 0);
        assert_int_equal(nd_dtype_of(both), ND_INT64);
        assert_values(both, 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11, 1, 1, 1);
        const nd_array *const mixed =
            nd_concatenate(ARRAYS(INTEGERS(1), nd_ones(ND_FLOAT32, ND_SHAPE(1))), -1);
        assert_int_equal(nd_dtype_of(mixed), ND_FLOAT64);
        assert_values(nd_concatenate(ARRAYS(nd_slice(t, ND_INDEX(0)), INTEGERS(7)), 0), 0, 1, 2, 3,
                      7);
        assert_values(nd_append(INTEGERS(1, 2), INTEGERS(3), 0), 1, 2, 3);
    }
}

TEST(what_is_pending_is_computed_into_its_place)
{
    ND_SCOPE {
        const int64_t n = 50000;
        nd_array *const x = nd_arange(n), *const later = nd_add(x, 1);
        assert_true(nd_is_pending(later));
        const nd_array *const both = nd_concatenate(ARRAYS(x, later), 0);
        assert_int_equal(nd_size(both), 2 * n);
        assert_int_equal(nd_get_int64(both, &(int64_t){2 * n - 1}), n);
        assert_int_equal(nd_item_int64(nd_sum(both, ND_ALL)), n * (n - 1) + n);
    }
}

TEST(stacks_of_all_kinds)
{
    ND_SCOPE {
        const nd_array *const a = INTEGERS(1, 2), *const b = INTEGERS(3, 4);
        assert_values(nd_stack(ARRAYS(a, b), 0), 1, 2, 3, 4);
        assert_values(nd_stack(ARRAYS(a, b), -1), 1, 3, 2, 4);
        assert_values(nd_hstack(ARRAYS(a, b)), 1, 2, 3, 4);
        assert_int_equal(nd_rank(nd_vstack(ARRAYS(a, b))), 2);
        assert_values(nd_column_stack(ARRAYS(a, b)), 1, 3, 2, 4);
        const nd_array *const deep = nd_dstack(ARRAYS(a, b));
        assert_int_equal(nd_rank(deep), 3);
        assert_values(deep, 1, 3, 2, 4);
        const nd_array *const blocks[] = {nd_zeros(ND_INT64, ND_SHAPE(2, 2)),
                                          nd_ones(ND_INT64, ND_SHAPE(2, 1)), a, INTEGERS(9)};
        assert_values(nd_block(2, 2, blocks), 0, 0, 1, 0, 0, 1, 1, 2, 9);
    }
}

TEST(joining_tells_what_does_not_fit)
{
    ND_SCOPE {
        const nd_array *const t = table(), *const a = INTEGERS(1, 2);
        assert_null(nd_concatenate(ARRAYS(t, a), 0));
        assert_error(ND_ERROR_SHAPE, "concatenate");
        assert_null(nd_concatenate(ARRAYS(t, nd_transpose(t)), 0));
        assert_error(ND_ERROR_SHAPE, "(4, 3)");
        assert_null(nd_concatenate(ARRAYS(t, t), 2));
        assert_error(ND_ERROR_AXIS, "2");
        assert_null(nd_concatenate(0, NULL, 0));
        assert_error(ND_ERROR_ARGUMENT, "concatenate");
        assert_null(nd_concatenate(ARRAYS(nd_zeros(ND_INT64, ND_SCALAR_SHAPE)), 0));
        assert_error(ND_ERROR_SHAPE, "");
        assert_null(nd_stack(ARRAYS(a, INTEGERS(1, 2, 3)), 0));
        assert_error(ND_ERROR_SHAPE, "shape (3,); they must be equal");
    }
}

TEST(parts_are_views)
{
    ND_SCOPE {
        nd_array *const t = table(), *parts[4];
        assert_int_equal(nd_split(t, 2, 1, parts), 2);
        assert_values(parts[1], 2, 3, 6, 7, 10, 11);
        assert_true(nd_overlaps(parts[1], t));
        assert_int_equal(nd_array_split(t, 3, 1, parts), 3);
        assert_int_equal(nd_length(parts[0], 1), 2);
        assert_int_equal(nd_length(parts[2], 1), 1);
        assert_int_equal(nd_split_at(t, 2, (int64_t[]){1, -1}, 0, parts), 3);
        assert_values(parts[1], 4, 5, 6, 7);
        assert_int_equal(nd_split_at(t, 1, (int64_t[]){100}, 0, parts), 2);
        assert_int_equal(nd_size(parts[1]), 0);
        assert_int_equal(nd_split(t, 3, 1, parts), 0);
        assert_error(ND_ERROR_VALUE, "split");
        assert_int_equal(nd_split(t, 0, 1, parts), 0);
        assert_error(ND_ERROR_VALUE, "");
        assert_int_equal(nd_array_split(t, 2, 5, parts), 0);
        assert_error(ND_ERROR_AXIS, "5");
    }
}

TEST(insert_and_delete_take_integers_and_masks)
{
    ND_SCOPE {
        const nd_array *const a = INTEGERS(1, 2, 3, 4);
        assert_values(nd_insert(a, INTEGERS(1, 3), 0, 0), 1, 0, 2, 3, 0, 4);
        assert_values(nd_insert(a, nd_from_data(ND_INT64, ND_SCALAR_SHAPE, &(int64_t){-1}),
                                INTEGERS(7, 8), 0),
                      1, 2, 3, 7, 8, 4);
        assert_values(nd_delete(a, INTEGERS(0, -1), 0), 2, 3);
        assert_values(nd_delete(a, nd_greater(a, 2), 0), 1, 2);
        assert_values(nd_delete(table(), INTEGERS(0, 1, 3), 1), 2, 6, 10);
        assert_null(nd_delete(a, INTEGERS(4), 0));
        assert_error(ND_ERROR_INDEX, "4");
        assert_null(nd_insert(a, INTEGERS(5), 0, 0));
        assert_error(ND_ERROR_INDEX, "5");
        assert_null(nd_delete(a, nd_ones(ND_FLOAT64, ND_SHAPE(1)), 0));
        assert_error(ND_ERROR_INDEX, "");
    }
}

TEST(repeats)
{
    ND_SCOPE {
        const nd_array *const a = INTEGERS(1, 2);
        assert_values(nd_tile(a, ND_SHAPE(2, 2)), 1, 2, 1, 2, 1, 2, 1, 2);
        assert_values(nd_repeat(a, INTEGERS(3), 0), 1, 1, 1, 2, 2, 2);
        assert_values(nd_repeat(a, INTEGERS(0, 2), 0), 2, 2);
        assert_values(nd_resize(a, ND_SHAPE(5)), 1, 2, 1, 2, 1);
        assert_values(nd_resize(nd_zeros(ND_INT64, ND_SHAPE(0)), ND_SHAPE(2)), 0, 0);
        assert_null(nd_repeat(a, INTEGERS(1, -1), 0));
        assert_error(ND_ERROR_VALUE, "negative");
        assert_null(nd_repeat(a, INTEGERS(1, 2, 3), 0));
        assert_error(ND_ERROR_SHAPE, "repeat");
        assert_null(nd_repeat(a, nd_ones(ND_FLOAT64, ND_SHAPE(1)), 0));
        assert_error(ND_ERROR_DTYPE, "float64");
        assert_null(nd_tile(a, ND_SHAPE(-1)));
        assert_error(ND_ERROR_SHAPE, "-1");
    }
}

TEST(pads)
{
    ND_SCOPE {
        const nd_array *const a = INTEGERS(1, 2, 4);
        const int64_t widths[] = {2, 1};
        const nd_operand ends[] = {nd_operand_int(5), nd_operand_int(6)};
        assert_values(nd_pad(a, widths, ND_PAD_CONSTANT, NULL), 0, 0, 1, 2, 4, 0);
        assert_values(nd_pad(a, widths, ND_PAD_CONSTANT, &(nd_pad_options){.values = ends}), 5, 5,
                      1, 2, 4, 6);
        assert_values(nd_pad(a, widths, ND_PAD_EDGE, NULL), 1, 1, 1, 2, 4, 4);
        assert_values(nd_pad(a, widths, ND_PAD_LINEAR_RAMP, NULL), 0, 0, 1, 2, 4, 0);
        assert_values(nd_pad(a, widths, ND_PAD_MAXIMUM, NULL), 4, 4, 1, 2, 4, 4);
        assert_values(nd_pad(a, widths, ND_PAD_MINIMUM, NULL), 1, 1, 1, 2, 4, 1);
        assert_values(nd_pad(a, widths, ND_PAD_MEDIAN, NULL), 2, 2, 1, 2, 4, 2);
        assert_values(nd_pad(a, widths, ND_PAD_REFLECT, NULL), 4, 2, 1, 2, 4, 2);
        assert_values(nd_pad(a, widths, ND_PAD_REFLECT, &(nd_pad_options){.odd = true}), -2, 0, 1,
                      2, 4, 6);
        assert_values(nd_pad(a, widths, ND_PAD_SYMMETRIC, NULL), 2, 1, 1, 2, 4, 4);
        assert_values(nd_pad(a, widths, ND_PAD_WRAP, NULL), 2, 4, 1, 2, 4, 1);
        assert_int_equal(nd_size(nd_pad(a, widths, ND_PAD_EMPTY, NULL)), 6);
        assert_null(nd_pad(a, (int64_t[]){-1, 0}, ND_PAD_EDGE, NULL));
        assert_error(ND_ERROR_VALUE, "pad");
        assert_null(nd_pad(nd_zeros(ND_INT64, ND_SHAPE(0)), widths, ND_PAD_EDGE, NULL));
        assert_error(ND_ERROR_VALUE, "");
        assert_null(nd_pad(
            nd_ones(ND_INT8, ND_SHAPE(1)), widths, ND_PAD_CONSTANT,
            &(nd_pad_options){.values = (nd_operand[]){nd_operand_int(300), nd_operand_int(0)}}));
        assert_error(ND_ERROR_OVERFLOW, "300");
        assert_null(nd_pad(a, widths, (nd_pad_mode)99, NULL));
        assert_error(ND_ERROR_ARGUMENT, "99");
    }
}

TEST(null_goes_through_every_function_that_joins)
{
    nd_array *parts[3];
    const int64_t widths[] = {1, 1};
    assert_null(nd_append(NULL, NULL, 0));
    assert_null(nd_tile(NULL, ND_SHAPE(2)));
    assert_null(nd_repeat(NULL, NULL, 0));
    assert_null(nd_resize(NULL, ND_SHAPE(2)));
    assert_null(nd_insert(NULL, NULL, 1, 0));
    assert_null(nd_delete(NULL, NULL, 0));
    assert_null(nd_pad(NULL, widths, ND_PAD_EDGE, NULL));
    assert_int_equal(nd_split(NULL, 1, 0, parts), 0);
    nd_error_clear();
}

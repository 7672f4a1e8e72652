/* Indexing with arrays from C: the macros, errors, what belongs to whom, and running out of memory.
 * Results are compared with NumPy's in tests/differential/test_index.py. */
#include <math.h>

#include "values.h"

TEST(terms_of_all_kinds_mix)
{
    ND_SCOPE {
        const nd_array *const t = table();
        assert_values(nd_get(t, ND_ARRAY(INTEGERS(2, -3)), ND_INDEX(1)), 9, 1);
        assert_values(nd_get(t, ND_ARRAY(INTEGERS(2, 0)), ND_RANGE(1, 3)), 9, 10, 1, 2);
        assert_values(nd_get(t, ND_REST, ND_ARRAY(INTEGERS(3))), 3, 7, 11);
        assert_values(nd_get(t, ND_ARRAY(nd_greater(t, 8))), 9, 10, 11);
        assert_values(nd_get(t, ND_ARRAY(nd_equal(nd_arange(3), 1)), ND_STEP(ND_OPEN, ND_OPEN, -2)),
                      7, 5);
        const nd_array *const apart =
            nd_get(t, ND_INDEX(0), ND_NEW_AXIS, ND_ARRAY(INTEGERS(1, 2, 3)));
        assert_int_equal(nd_rank(apart), 2);
        assert_int_equal(nd_length(apart, 0), 3); /* not side by side: in front */
        const nd_array *const nothing = nd_get(t, ND_TRUTH(false));
        assert_int_equal(nd_rank(nothing), 3);
        assert_int_equal(nd_length(nothing, 0), 0);
        assert_int_equal(nd_length(nd_get(t, ND_TRUTH(true)), 0), 1);
    }
}

TEST(basic_terms_give_views_and_arrays_without_axes_copies)
{
    ND_SCOPE {
        nd_array *const t = table();
        assert_true(nd_overlaps(t, nd_get(t, ND_INDEX(1), ND_RANGE(0, 2))));
        const nd_array *const one = nd_from_data(ND_INT64, ND_SCALAR_SHAPE, &(int64_t){1});
        const nd_array *const row = nd_get(t, ND_ARRAY(one));
        assert_values(row, 4, 5, 6, 7);
        assert_false(nd_overlaps(t, row));
    }
}

TEST(assignment_broadcasts_converts_and_keeps_the_last_value)
{
    ND_SCOPE {
        nd_array *const t = table();
        assert_ok(nd_set(t, -1, ND_ARRAY(nd_less(t, 3))));
        assert_ok(nd_set(t, 7.9, ND_ARRAY(INTEGERS(0, 2)), ND_INDEX(3)));
        assert_ok(nd_set(t, nd_linspace(20, 23, 4), ND_ARRAY(INTEGERS(1, 1))));
        assert_values(t, -1, -1, -1, 7, 20, 21, 22, 23, 8, 9, 10, 7);
        assert_ok(nd_set(t, INTEGERS(1, 2, 3), ND_INDEX(0), ND_ARRAY(INTEGERS(0, 1, 0))));
        assert_ok(nd_set(t, INTEGERS(5, 6), ND_ARRAY(nd_greater(t, 21))));
        assert_values(t, 3, 2, -1, 7, 20, 21, 5, 6, 8, 9, 10, 7);
        assert_ok(nd_set(t, 0, ND_REST));
        assert_values(nd_sum(t, ND_ALL), 0);
    }
}

TEST(what_is_wrong_is_told)
{
    ND_SCOPE {
        nd_array *const t = table();
        assert_null(nd_get(t, ND_ARRAY(INTEGERS(0, 3))));
        assert_error(ND_ERROR_INDEX, "index 3 is out of bounds for axis 0 with size 3");
        assert_null(nd_get(t, ND_EVERY, ND_ARRAY(INTEGERS(0, -5))));
        assert_error(ND_ERROR_INDEX, "index -5 is out of bounds for axis 1 with size 4");
        assert_null(nd_get(t, ND_ARRAY(INTEGERS(0, 1)), ND_ARRAY(INTEGERS(0, 1, 2))));
        assert_error(ND_ERROR_INDEX, "(2,) and (3,) do not broadcast");
        assert_null(nd_get(t, ND_ARRAY(nd_zeros(ND_BOOL, ND_SHAPE(3, 5)))));
        assert_error(ND_ERROR_INDEX, "along axis 1; size of axis is 4 but size of corresponding "
                                     "boolean axis is 5");
        assert_null(nd_get(t, ND_ARRAY(INTEGERS(0)), ND_EVERY, ND_INDEX(0)));
        assert_error(ND_ERROR_INDEX, "array is 2-dimensional, but 3 were indexed");
        assert_null(nd_get(t, ND_ARRAY(nd_zeros(ND_FLOAT32, ND_SHAPE(2)))));
        assert_error(ND_ERROR_INDEX, "float32 of shape (2,)");
        assert_null(nd_slice(t, ND_ARRAY(INTEGERS(0))));
        assert_error(ND_ERROR_ARGUMENT, "nd_get()");
        assert_null(nd_get(t, ND_ARRAY(NULL)));
        assert_error(ND_ERROR_ARGUMENT, "NULL");
        assert_null(nd_get_with(NULL, 0, NULL));
        assert_null(nd_get_with(t, 1, NULL));
        assert_error(ND_ERROR_ARGUMENT, "1 terms");
    }
}

TEST(assignments_that_fail_write_nothing)
{
    ND_SCOPE {
        nd_array *const t = table();
        assert_int_equal(nd_set(t, INTEGERS(1, 2, 3), ND_ARRAY(INTEGERS(0, 1)), ND_INDEX(0)),
                         ND_ERROR_SHAPE);
        assert_error(ND_ERROR_SHAPE,
                     "(3,) could not be broadcast to indexing result of shape (2,)");
        assert_int_equal(nd_set(t, INTEGERS(1, 2), ND_ARRAY(nd_greater(t, 8))), ND_ERROR_SHAPE);
        assert_error(ND_ERROR_SHAPE, "2 input values to the 3 output values");
        assert_int_equal(nd_set(t, INTEGERS(1, 2), ND_ARRAY(nd_greater(t, 99))), ND_ERROR_SHAPE);
        assert_error(ND_ERROR_SHAPE, "2 input values to the 0 output values");
        assert_int_equal(nd_set(t, 9, ND_ARRAY(INTEGERS(0, 3))), ND_ERROR_INDEX);
        assert_error(ND_ERROR_INDEX, "index 3");
        assert_int_equal(nd_set(nd_broadcast_to(t, ND_SHAPE(3, 4)), 9, ND_ARRAY(INTEGERS(0))),
                         ND_ERROR_READONLY);
        assert_error(ND_ERROR_READONLY, "set");
        nd_array *const bytes = nd_zeros(ND_UINT8, ND_SHAPE(3));
        assert_int_equal(nd_set(bytes, 300, ND_ARRAY(INTEGERS(0))), ND_ERROR_OVERFLOW);
        assert_error(ND_ERROR_OVERFLOW, "300");
        assert_int_equal(nd_set(bytes, (double)NAN, ND_INDEX(0)), ND_ERROR_VALUE);
        assert_error(ND_ERROR_VALUE, "NaN");
        assert_int_equal(nd_set(bytes, __builtin_complex(0.0, 1.0), ND_INDEX(0)), ND_ERROR_DTYPE);
        assert_error(ND_ERROR_DTYPE, "uint8");
        assert_int_equal(nd_set((nd_array *)NULL, 0, ND_EVERY), ND_ERROR_ARGUMENT);
        assert_error(ND_ERROR_ARGUMENT, "NULL");
        assert_values(t, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        assert_values(bytes, 0, 0, 0);
    }
}

TEST(nonzero_gives_an_array_for_each_axis)
{
    ND_SCOPE {
        nd_array *found[2];
        const nd_array *const large = nd_greater(table(), 5);
        assert_int_equal(nd_nonzero(large, found), 2);
        assert_values(found[0], 1, 1, 2, 2, 2, 2);
        assert_values(found[1], 2, 3, 0, 1, 2, 3);
        assert_values(nd_argwhere(nd_greater(table(), 9)), 2, 2, 2, 3);
        assert_values(nd_flatnonzero(nd_greater(table(), 9)), 10, 11);
        assert_int_equal(nd_nonzero(NULL, found), 0);
    }
    nd_array *found[1];
    nd_array *const x = nd_arange(3);
    assert_int_equal(nd_nonzero(x, found), 1); /* outside of a scope it is the caller's */
    assert_int_equal(nd_size(found[0]), 2);
    nd_release(found[0]);
    nd_release(x);
}

/* ---- Without memory -------------------------------------------------------------------------- */

static nd_array *everything(nd_array *x, nd_array *index, nd_array *mask, int which)
{
    nd_array *found[2];
    nd_array *const t = nd_copy(x);
    switch (t ? which : -1) {
    case 0:
        return nd_get(t, ND_ARRAY(index), ND_RANGE(1, 90));
    case 1:
        return nd_get(t, ND_ARRAY(mask));
    case 2:
        return nd_set(t, nd_slice(t, ND_RANGE(0, 30)), ND_ARRAY(index)) == ND_OK ? t : NULL;
    case 3:
        return nd_nonzero(mask, found) == 2 ? found[1] : NULL;
    case 4:
        return nd_argwhere(t);
    case 5:
        return nd_set(nd_transpose(t), 5, ND_ARRAY(mask)) == ND_OK ? t : NULL;
    default:
        return NULL;
    }
}

TEST(without_memory_indexing_fails_whole)
{
    nd_array *x = NULL, *index = NULL, *mask = NULL;
    ND_SCOPE {
        x = nd_keep(nd_reshape(nd_cast(nd_arange(10000), ND_FLOAT64), ND_SHAPE(100, 100)));
        index = nd_keep(nd_copy(nd_slice(nd_arange(100), ND_STEP(ND_OPEN, 90, 3))));
        mask = nd_keep(nd_greater(x, 5000));
        assert_ok(nd_eval(1, &mask));
    }
    for (int which = 0; which < 6; which++) {
        assert_needs_memory(everything(x, index, mask, which));
    }
    nd_release(x);
    nd_release(index);
    nd_release(mask);
}

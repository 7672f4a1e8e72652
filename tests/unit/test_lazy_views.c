/* Views of pending arrays. */
#include "pending.h"

static nd_array *matrix(void)
{
    return nd_reshape(nd_linspace(0, 1, 400 * 500), ND_SHAPE(400, 500));
}

TEST(views_of_pending_arrays_are_pending)
{
    ND_SCOPE {
        nd_array *m = matrix(), *y = nd_multiply(m, 3), *now = nd_copy(y);
        y = nd_multiply(m, 3);
        nd_array *const views[] = {nd_transpose(y),
                                   nd_slice(y, ND_RANGE(1, -1), ND_STEP(ND_OPEN, ND_OPEN, -2)),
                                   nd_slice(y, ND_INDEX(7)),
                                   nd_reshape(y, ND_SHAPE(-1)),
                                   nd_flip(y, ND_AXIS(0)),
                                   nd_diagonal(y, 3),
                                   nd_slice(nd_transpose(y), ND_NEW_AXIS, ND_RANGE(3, 9))};
        nd_array *const expected[] = {nd_transpose(now),
                                      nd_slice(now, ND_RANGE(1, -1), ND_STEP(ND_OPEN, ND_OPEN, -2)),
                                      nd_slice(now, ND_INDEX(7)),
                                      nd_reshape(now, ND_SHAPE(-1)),
                                      nd_flip(now, ND_AXIS(0)),
                                      nd_diagonal(now, 3),
                                      nd_slice(nd_transpose(now), ND_NEW_AXIS, ND_RANGE(3, 9))};
        nd_array *sums[7];
        for (int i = 0; i < 7; i++)
            sums[i] = nd_add(views[i], 1);
        for (int i = 0; i < 7; i++)
            assert_true(nd_is_pending(views[i]));
        assert_true(nd_is_pending(y));
        for (int i = 0; i < 7; i++) {
            assert_true(same(sums[i], nd_add(expected[i], 1)));
            assert_true(same(views[i], expected[i]));
            assert_true(nd_overlaps(views[i], y));
        }
    }
}

TEST(what_is_written_through_a_pending_view_shows_in_the_others)
{
    ND_SCOPE {
        nd_array *m = matrix(), *y = nd_multiply(m, 3), *before = nd_add(y, 1);
        nd_array *row = nd_slice(y, ND_INDEX(2)), *column = nd_slice(y, ND_EVERY, ND_INDEX(4));
        assert_true(nd_is_pending(row) && nd_is_pending(column));
        assert_ok(nd_assign(row, nd_multiply(nd_slice(m, ND_INDEX(0)), 0)));
        assert_true(at(column, 2) == 0 && at(column, 3) != 0);
        assert_true(same(before, nd_add(nd_multiply(m, 3), 1)));
        nd_array *z = nd_multiply(m, 5), *part = nd_slice(z, ND_INDEX(399));
        nd_array *old = nd_add(part, 0), *const last =
                                             nd_copy(nd_slice(nd_multiply(m, 5), ND_INDEX(399)));
        assert_non_null(nd_multiply_into(z, z, 2)); /* the base, while its view is pending */
        assert_true(same(part, nd_multiply(last, 2)));
        assert_true(same(old, last));
    }
}

TEST(only_what_a_view_shows_is_computed_if_nobody_wants_the_rest)
{
    nd_array *m = NULL, *part = NULL;
    ND_SCOPE {
        m = nd_keep(nd_copy(matrix()));
    }
    ND_SCOPE {
        nd_array *sums = nd_add(m, nd_slice(m, ND_INDEX(0)));
        part = nd_keep(nd_multiply(nd_slice(sums, ND_RANGE(10, 40), ND_RANGE(0, 100)), 2));
    }
    const size_t used = nd_memory().used;
    assert_true(nd_is_pending(part));
    assert_ok(nd_eval(1, &part));
    assert_true(nd_memory().used - used < 100000);
    ND_SCOPE {
        nd_array *sums = nd_copy(nd_add(m, nd_slice(m, ND_INDEX(0))));
        assert_true(same(part, nd_multiply(nd_slice(sums, ND_RANGE(10, 40), ND_RANGE(0, 100)), 2)));
    }
    nd_release(part);
    nd_release(m);
}

static nd_array *standardised_rows(const nd_array *m)
{
    nd_array *mean = nd_mean(m, ND_AXIS(1)), *deviation = nd_std(m, ND_AXIS(1));
    return nd_divide(nd_subtract(m, nd_slice(mean, ND_EVERY, ND_NEW_AXIS)),
                     nd_expand_dims(deviation, 1));
}

static nd_array *centred_transpose(const nd_array *m)
{
    nd_array *y = nd_multiply(m, 2);
    return nd_subtract(nd_transpose(y), nd_slice(nd_mean(y, ND_AXIS(1)), ND_NEW_AXIS, ND_EVERY));
}

static nd_array *sums_of_parts(const nd_array *m)
{
    nd_array *y = nd_exp(m);
    return nd_add(nd_sum(nd_slice(y, ND_EVERY, ND_RANGE(1, -1)), ND_AXIS(1)),
                  nd_sum(nd_slice(nd_transpose(y), ND_STEP(ND_OPEN, ND_OPEN, -2)), ND_AXIS(0)));
}

TEST(views_in_tiles_and_below_reductions_have_the_bits_of_at_once)
{
    char text[4096];
    ND_SCOPE {
        nd_array *m = nd_copy(matrix());
        assert_same_at_once(standardised_rows, m);
        assert_same_at_once(centred_transpose, m);
        assert_same_at_once(sums_of_parts, m);
        nd_explain(standardised_rows(m), text, sizeof text);
        assert_non_null(strstr(text, "for each tile"));
    }
}

/* Stencils: what several rows read of the same rows. */
#include "pending.h"

/* Five points around (z, y, x), in the order in which the expression adds them. */
static double around(nd_view v, int64_t z, int64_t y, int64_t x)
{
    double sum = ND_AT3(double, v, z, y, x) + ND_AT3(double, v, z, y - 1, x);
    sum += ND_AT3(double, v, z, y + 1, x);
    sum += ND_AT3(double, v, z, y, x - 1);
    return (sum + ND_AT3(double, v, z, y, x + 1)) * 0.25;
}

static nd_array *moved(const nd_array *u, int64_t y, int64_t x)
{
    return nd_slice(u, ND_EVERY, ND_RANGE(1 + y, nd_length(u, 1) - 1 + y),
                    ND_RANGE(1 + x, nd_length(u, 2) - 1 + x));
}

static nd_array *five_points(const nd_array *u)
{
    nd_array *sum = nd_add(moved(u, 0, 0), moved(u, -1, 0));
    sum = nd_add(nd_add(sum, moved(u, 1, 0)), moved(u, 0, -1));
    return nd_multiply(nd_add(sum, moved(u, 0, 1)), 0.25);
}

static void assert_around(const nd_array *u, const nd_array *result, int64_t from)
{
    const nd_view before = nd_view_of(u, ND_FLOAT64, 3), after = nd_view_of(result, ND_FLOAT64, 3);
    assert_non_null(before.data);
    assert_non_null(after.data);
    for (int64_t z = 0; z < after.length[0]; z++)
        for (int64_t y = from; y < after.length[1] - from; y++)
            for (int64_t x = from; x < after.length[2] - from; x++)
                if (ND_AT3(double, after, z, y, x) != around(before, z, y + 1 - from, x + 1 - from))
                    fail_msg("(%d, %d, %d)", (int)z, (int)y, (int)x);
}

/* Large ones go past the cache; rows of all alignments, as long as pages, a few and one too many
 * for a group. */
static const int64_t shapes[][3] = {
    {1, 1000, 1001}, {1, 1003, 1002}, {1, 998, 1003}, {1, 600, 1536}, {1, 12, 4000},
    {1, 11, 600},    {1, 4, 9000},    {3, 300, 1005}, {5, 27, 514},   {40, 20, 1024},
};

TEST(a_stencil_is_the_sum_of_its_points)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        ND_SCOPE {
            const int64_t *n = shapes[i];
            nd_array *u =
                nd_copy(nd_reshape(nd_sin(range(n[0] * n[1] * n[2])), ND_SHAPE(n[0], n[1], n[2])));
            assert_ok(nd_eval(1, &u));
            assert_around(u, five_points(u), 0);
            nd_array *over = nd_copy(u);
            assert_ok(nd_assign(moved(over, 0, 0), five_points(over)));
            assert_around(u, over, 1);
        }
    assert_no_error();
}

TEST(a_stencil_of_a_column_and_of_floats_has_the_bits_of_its_steps)
{
    ND_SCOPE {
        nd_array *u =
            nd_cast(nd_reshape(nd_sin(range(1100 * 2003)), ND_SHAPE(1, 1100, 2003)), ND_FLOAT32);
        nd_array *column = nd_slice(nd_copy(u), ND_EVERY, ND_RANGE(1, 1099), ND_RANGE(0, 1));
        nd_array *pending = nd_subtract(five_points(u), column);
        assert_ok(nd_eval(1, &pending));
        nd_set_lazy(0);
        nd_array *once = nd_subtract(five_points(u), column);
        nd_set_lazy(ND_LAZY_ELEMENTS);
        assert_true(nd_array_equal(pending, once));
    }
    assert_no_error();
}

/* What is said about pending arrays, in words and as a drawing. */
#include "pending.h"

TEST(explain_names_steps_bytes_and_temporaries)
{
    char text[2048], start[8];
    ND_SCOPE {
        nd_array *x = ready(nd_linspace(0, 1, LARGE));
        nd_array *y = nd_add(nd_multiply(nd_square(x), 2.5), x);
        const size_t length = nd_explain(y, text, sizeof text);
        assert_int_equal(length, strlen(text));
        assert_non_null(strstr(text, "t1 = square(a)"));
        assert_non_null(strstr(text, "t2 = multiply(t1, 2.5)"));
        assert_non_null(strstr(text, "result = add(t2, a)"));
        assert_non_null(strstr(text, "through memory: 3.2 MB; one operation after the other: 11 MB "
                                     "and 2 temporaries"));
        assert_int_equal(nd_explain(y, start, sizeof start), length);
        assert_int_equal(strlen(start), sizeof start - 1);
        assert_int_equal(nd_explain(y, NULL, 0), length);
        assert_true(nd_is_pending(y));
        nd_explain(x, text, sizeof text);
        assert_non_null(strstr(text, "nothing is pending"));
        assert_int_equal(nd_explain(NULL, text, sizeof text), 0);
    }
}

static int count_of(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

TEST(explain_tells_that_ranges_are_made_and_not_read)
{
    char text[2048];
    ND_SCOPE {
        nd_array *x = ready(nd_linspace(0, 1, LARGE));
        nd_explain(nd_add(nd_multiply(nd_arange(LARGE), 2.5), x), text, sizeof text);
        assert_non_null(strstr(text, "t1 = arange(from 0, step 1)"));
        assert_non_null(strstr(text, "t2 = multiply(t1, 2.5)"));
        assert_non_null(strstr(text, "result = add(t2, a)"));
        assert_null(strstr(text, "reads   b"));
        assert_non_null(strstr(text, "through memory: 3.2 MB;"));
        nd_explain(nd_sqrt(nd_linspace(1, 3, LARGE)), text, sizeof text);
        assert_non_null(strstr(text, "linspace(from 1, step 1.00000500003e-05)"));
        assert_null(strstr(text, "  reads "));
    }
}

TEST(explain_tells_how_large_values_are_and_not_what_is_read)
{
    char text[2048];
    ND_SCOPE { /* 1024 elements a block: 1 KB of bools, of 8 KB that are read */
        nd_array *x = ready(nd_linspace(0, 1, LARGE));
        nd_array *inside = nd_logical_and(nd_greater(x, 0.25), nd_less(x, 0.5));
        nd_explain(inside, text, sizeof text);
        assert_non_null(strstr(text, "in blocks whose values, 4096 bytes at most, stay in L1\n"));
        assert_null(strstr(text, "blocks of 4096 bytes"));
    }
}

TEST(explain_tells_scans_as_loops_that_make_what_they_read)
{
    char text[4096];
    ND_SCOPE {
        nd_array *x = ready(nd_linspace(0, 1, LARGE));
        nd_array *y = nd_add(nd_cumsum(nd_multiply(x, 2.5), 0), x);
        nd_explain(y, text, sizeof text);
        assert_non_null(strstr(text, "t1 = multiply(a, 2.5)"));
        assert_non_null(strstr(text, "result = cumsum(t1 along axis 0)"));
        assert_non_null(strstr(text, "result = add(loop1, a)"));
        assert_null(strstr(text, "loop 3:"));
        assert_true(nd_explain_svg(y, NULL, 0) > 0);
        /* Along columns elements would be made in another order than they lie in. */
        nd_array *m = nd_reshape(x, ND_SHAPE(400, -1));
        nd_explain(nd_cummax(nd_multiply(m, 2.5), 0), text, sizeof text);
        assert_non_null(strstr(text, "result = multiply(a, 2.5)"));
        assert_non_null(strstr(text, "result = cummax(loop1 along axis 0)"));
        nd_explain(nd_argmin(nd_multiply(m, 2.5), ND_AXIS(1)), text, sizeof text);
        assert_non_null(strstr(text, "result = argmin(t1 over axis 1)"));
    }
}

TEST(explain_tells_which_reductions_share_a_sweep)
{
    char text[8192];
    ND_SCOPE {
        nd_array *x = nd_copy(nd_linspace(0, 1, LARGE));
        nd_array *y = nd_divide(nd_subtract(x, nd_mean(x, ND_ALL)), nd_std(x, ND_ALL));
        nd_explain(y, text, sizeof text);
        assert_int_equal(count_of(text, "while loop 1 sweeps over the same elements"), 1);
        assert_int_equal(count_of(text, "bound by "), 2); /* the sweep, and the last loop */
        /* x twice, the result once */
        assert_non_null(strstr(text, "through memory: 4.8 MB; one operation"));
    }
}

TEST(sums_along_a_short_axis_are_steps_of_one_loop)
{
    char text[8192];
    ND_SCOPE {
        nd_array *p = nd_reshape(nd_linspace(0, 1, 3000), ND_SHAPE(1000, 3));
        nd_array *d = nd_square(nd_subtract(nd_expand_dims(p, 1), p));
        nd_explain(nd_sqrt(nd_sum(d, ND_AXIS(2))), text, sizeof text);
        assert_int_equal(count_of(text, "bound by "), 1);
        assert_int_equal(count_of(text, "= subtract("), 3);
        assert_int_equal(count_of(text, "sum("), 0);
        assert_true(nd_is_pending(d));
        nd_explain(nd_sum(nd_square(nd_slice(nd_reshape(nd_linspace(0, 1, LARGE), ND_SHAPE(-1, 4)),
                                             ND_REST)),
                          ND_AXIS(1)),
                   text, sizeof text); /* not of something as large as what is summed */
        assert_int_equal(count_of(text, "sum("), 1);
    }
}

TEST(a_drawing_has_a_box_for_each_loop_and_its_steps)
{
    static char text[1 << 16];
    ND_SCOPE {
        nd_array *m = nd_copy(nd_reshape(nd_linspace(0, 1, 200 * 640), ND_SHAPE(200, 640)));
        nd_array *z = standardised_columns(m);
        const size_t length = nd_explain_svg(z, text, sizeof text);
        assert_true(length < sizeof text);
        assert_int_equal(length, strlen(text));
        assert_int_equal(count_of(text, "class=\"box\""), 3);
        assert_int_equal(count_of(text, "class=\"frame\""), 1);
        assert_int_equal(count_of(text, "class=\"source\""), 3);
        assert_int_equal(count_of(text, "class=\"result\""), 1);
        assert_non_null(strstr(text, ">result = std(a over axis 0)<"));
        assert_non_null(strstr(text, ">for each of "));
        assert_int_equal(nd_explain_svg(z, NULL, 0), length);
        assert_true(nd_is_pending(z));
        nd_eval(1, &z);
        nd_explain_svg(z, text, sizeof text);
        assert_non_null(strstr(text, "nothing is pending</text>"));
        assert_int_equal(nd_explain_svg(NULL, text, sizeof text), 0);
        assert_int_equal(*text, 0);
    }
}

TEST(explain_tells_tiles_and_their_stages)
{
    char text[4096];
    ND_SCOPE {
        nd_array *m = nd_copy(nd_reshape(nd_linspace(0, 1, 200 * 640), ND_SHAPE(200, 640)));
        nd_explain(standardised_columns(m), text, sizeof text);
        assert_non_null(strstr(text, "along an axis of 640"));
        assert_non_null(strstr(text, "result = mean(a over axis 0)"));
        assert_non_null(strstr(text, "result = std(a over axis 0)"));
        assert_non_null(strstr(text, "t1 = subtract(a, loop"));
        assert_non_null(strstr(text, "through memory: 2.0 MB;"));
        nd_explain(nd_sum(nd_square(m), ND_ALL), text, sizeof text);
        assert_non_null(strstr(text, "t1 = square(a)"));
        assert_non_null(strstr(text, "result = sum(t1 over axis 0 axis 1)"));
    }
}

/* Where exp is a link of chains (AVX-512) the stages go abreast, over tiles of their own width. */
TEST(explain_tells_the_tiles_that_are_run)
{
    enum { ROWS = 4096, COLUMNS = 2048 };
    const nd_reduce_options keepdims = {.keepdims = true};
    char text[4096];
    ND_SCOPE {
        nd_array *m = ready(nd_linspace(0, 1, (int64_t)ROWS * COLUMNS));
        m = nd_reshape(m, ND_SHAPE(ROWS, COLUMNS));
        for (int axis = 0; axis < 2; axis++) {
            nd_array *e = nd_exp(nd_subtract(m, nd_max_with(m, ND_AXIS(axis), keepdims)));
            nd_explain(nd_divide(e, nd_sum_with(e, ND_AXIS(axis), keepdims)), text, sizeof text);
            const char *const abreast = strstr(text, "all loops at once");
            if (abreast)
                assert_non_null(strstr(text, axis == 0 ? "in 64 tiles of 32 along an axis of 2048"
                                                       : "in 4096 tiles of 1 along an axis of 40"));
            else
                assert_non_null(strstr(text, "for each tile:"));
        }
    }
}

TEST(explain_tells_a_loop_that_two_others_need_once)
{
    char text[4096];
    ND_SCOPE {
        nd_array *m = nd_reshape(ready(nd_linspace(0, 1, 20 * 20000)), ND_SHAPE(20, 20000));
        nd_array *row = nd_exp(nd_negative(ready(nd_linspace(0, 1, 20000))));
        nd_explain(nd_add(nd_multiply(m, row), row), text, sizeof text);
        assert_non_null(strstr(text, "loop 2:"));
        assert_null(strstr(text, "loop 3:"));
        assert_non_null(strstr(text, "multiply(b, loop1)"));
    }
}

/* Writing over what a pending array still reads. */
#include "pending.h"

#include <pthread.h>

static nd_array *field(nd_shape shape)
{
    int64_t count = 1;
    for (int axis = 0; axis < shape.rank; axis++)
        count *= shape.length[axis];
    return nd_copy(nd_reshape(nd_sin(nd_multiply(range(count), 0.37)), shape));
}

/* The part of `u` that is `margin` away from each end of each axis, moved by `shift`. */
static nd_array *part(const nd_array *u, const int64_t *margin, const int64_t *shift)
{
    nd_index terms[ND_MAX_RANK];
    for (int axis = 0; axis < nd_rank(u); axis++)
        terms[axis] = (nd_index)ND_RANGE(margin[axis] + shift[axis],
                                         nd_length(u, axis) - margin[axis] + shift[axis]);
    return nd_slice_terms(u, nd_rank(u), terms);
}

typedef struct stencil {
    nd_shape shape;
    int64_t margin[3];
    int64_t shift[4][3]; /* of four parts that are added to the middle */
} stencil;

static const stencil stencils[] = {
    {ND_SHAPE(300, 400), {1, 1}, {{0, 1}, {1, 0}, {0, -1}, {-1, 0}}},
    {ND_SHAPE(300, 400), {1, 1}, {{1, 1}, {1, -1}, {-1, -1}, {-1, 1}}},
    {ND_SHAPE(3000, 40), {5, 0}, {{5, 0}, {3, 0}, {1, 0}, {2, 0}}},
    {ND_SHAPE(3000, 40), {5, 2}, {{-5, 2}, {-3, -2}, {-1, 0}, {-2, 1}}},
    {ND_SHAPE(100000), {700}, {{700}, {-700}, {1}, {-3}}},
    {ND_SHAPE(100000), {1}, {{1}, {1}, {0}, {1}}},
    {ND_SHAPE(40, 50, 60), {1, 1, 1}, {{1, 0, 0}, {-1, 0, 0}, {0, 1, -1}, {0, 0, 1}}},
    {ND_SHAPE(9, 20000), {4, 0}, {{4, 0}, {-4, 0}, {-1, 0}, {3, 0}}},
};

/* What u is after its middle became the sum of its parts. */
static nd_array *smoothed(const stencil *s, nd_array *u, bool by_assignment)
{
    const int64_t still[3] = {0, 0, 0};
    nd_array *middle = part(u, s->margin, still);
    nd_array *sum = NULL;
    ND_SCOPE {
        nd_array *all = middle;
        for (int i = 0; i < 4; i++)
            all = nd_add(all, part(u, s->margin, s->shift[i]));
        sum = nd_keep(nd_multiply(all, 0.2));
    }
    if (by_assignment)
        assert_ok(nd_assign(middle, sum));
    else
        assert_non_null(nd_subtract_into(middle, sum, middle));
    nd_release(sum);
    return u;
}

TEST(a_stencil_over_its_own_input_reads_each_element_before_it_is_written)
{
    for (size_t i = 0; i < sizeof stencils / sizeof *stencils; i++)
        for (int threads = 1; threads <= 3; threads++)
            for (int way = 0; way < 4; way++)
                ND_SCOPE {
                    nd_array *u = field(stencils[i].shape), *v = nd_copy(u);
                    if (way >= 2) { /* another order of memory */
                        u = nd_flip(nd_copy_fortran(u), ND_AXIS(0));
                        v = nd_copy(u);
                    }
                    nd_set_num_threads(threads);
                    smoothed(&stencils[i], u, way % 2);
                    nd_set_num_threads(0);
                    const int64_t from = nd_lazy();
                    nd_set_lazy(0);
                    smoothed(&stencils[i], v, way % 2);
                    nd_set_lazy(from);
                    assert_true(same(u, v));
                }
}

TEST(a_stencil_over_its_own_input_copies_a_few_rows)
{
    static const stencil s = {ND_SHAPE(2000, 2000), {1, 1}, {{0, 1}, {1, 0}, {0, -1}, {-1, 0}}};
    ND_SCOPE {
        nd_array *u = field(s.shape);
        nd_memory_trim();
        nd_memory_reset_peak();
        const size_t used = nd_memory().used;
        smoothed(&s, u, true);
        assert_true(nd_memory().peak - used < 4 << 20);
    }
}

TEST(what_was_assigned_keeps_its_elements_when_the_target_changes_again)
{
    ND_SCOPE {
        nd_array *u = field(ND_SHAPE(300, 400)), *before = nd_copy(u);
        nd_array *half = nd_slice(u, ND_RANGE(0, 150)), *other = nd_slice(u, ND_RANGE(150, 300));
        nd_array *sum = nd_add(half, other), *twice = nd_multiply(sum, 2);
        assert_ok(nd_assign(half, sum));
        nd_multiply_into(u, u, 0);
        nd_array *expected =
            nd_add(nd_slice(before, ND_RANGE(0, 150)), nd_slice(before, ND_RANGE(150, 300)));
        assert_true(same(sum, expected));
        assert_true(same(twice, nd_multiply(expected, 2)));
        assert_true(nd_item_int64(nd_count_nonzero(u, ND_ALL)) == 0);
    }
}

/* Rows too short for vectors, which leave a chain by way of registers: each result its own. */
TEST(several_results_beside_a_target_whose_rows_run_the_other_way)
{
    ND_SCOPE {
        const nd_array *x = nd_copy_fortran(nd_reshape(range(20000), ND_SHAPE(4, 5000)));
        nd_array *half = nd_multiply(x, 0.5), *quarter = nd_multiply(half, 0.5),
                 *less = nd_subtract(quarter, 1), *used = nd_add(less, 1),
                 *target = nd_copy_fortran(nd_cast(x, ND_FLOAT32));
        assert_ok(nd_eval(1, &used)); /* all below it is kept from now on */
        assert_ok(nd_assign(nd_slice(target, ND_EVERY, ND_STEP(ND_OPEN, ND_OPEN, -1)), less));
        nd_array *expected = nd_copy(x);
        nd_divide_into(expected, expected, 2);
        assert_true(same(half, expected));
        nd_divide_into(expected, expected, 2);
        assert_true(same(quarter, expected));
        nd_subtract_into(expected, expected, 1);
        assert_true(same(less, expected));
        nd_array *const turned = nd_flip(expected, ND_AXIS(1));
        assert_true(same(target, nd_cast(turned, ND_FLOAT32)));
    }
}

static nd_array *centred_in_place(nd_array *x)
{
    return nd_subtract_into(x, x, nd_mean(x, ND_AXIS(0)));
}

static nd_array *normalised_in_place(nd_array *x)
{
    const nd_reduce_options keepdims = {.keepdims = true};
    nd_array *largest = nd_max_with(x, ND_AXIS(1), keepdims);
    nd_exp_into(x, nd_subtract(x, largest));
    return nd_divide_into(x, x, nd_sum_with(x, ND_AXIS(1), keepdims));
}

static nd_array *less_its_transposed_mean(nd_array *x)
{
    return nd_subtract_into(x, x, nd_slice(nd_mean(x, ND_AXIS(1)), ND_NEW_AXIS, ND_EVERY));
}

TEST(reductions_of_a_target_are_those_of_its_old_elements)
{
    nd_array *(*const ways[])(nd_array *) = {centred_in_place, normalised_in_place,
                                             less_its_transposed_mean};
    for (int way = 0; way < 3; way++)
        ND_SCOPE {
            nd_array *x = field(ND_SHAPE(400, 400)), *y = nd_copy(x);
            nd_array *mean = nd_mean(x, ND_AXIS(0)), *expected = nd_copy(nd_mean(y, ND_AXIS(0)));
            ways[way](x);
            const int64_t from = nd_lazy();
            nd_set_lazy(0);
            ways[way](y);
            nd_set_lazy(from);
            assert_true(same(x, y));
            assert_true(same(mean, expected));
        }
}

/* ---- Arrays that are overwritten by what is made of them ------------------------------------ */

/* out += k * x + k, so many times; `at_once`: each step by itself. */
static nd_array *added_up(nd_array *out, const nd_array *x, int times, bool at_once)
{
    for (int i = 1; i <= times; i++)
        ND_SCOPE {
            assert_non_null(nd_add_into(out, out, nd_add(nd_multiply(x, 0.37 * i), 0.1 * i)));
            if (at_once)
                ready(out);
        }
    return out;
}

TEST(what_is_added_up_in_place_waits_and_stays_where_it_is)
{
    for (int times = 1; times < 30; times += 4)
        ND_SCOPE {
            const nd_array *x = field(ND_SHAPE(400, 500));
            nd_array *out = nd_copy(x), *expected = nd_copy(x);
            nd_array *whole = ready(nd_multiply(x, 3)), *view = nd_slice(whole, ND_RANGE(0, 400));
            const void *const place = nd_data(out);
            added_up(expected, x, times, true);
            nd_memory_trim();
            nd_memory_reset_peak();
            const size_t used = nd_memory().used;
            added_up(out, x, times, false);
            assert_true(nd_is_pending(out));
            assert_true(nd_data(out) == place);
            assert_true(nd_memory().peak - used < nd_bytes(out) / 2);
            assert_true(same(out, expected));
            assert_non_null(nd_add_into(whole, whole, nd_multiply(x, 2)));
            assert_false(nd_is_pending(whole)); /* the view is to see it */
            assert_true(same(whole, view));
        }
}

TEST(whoever_reads_before_an_array_is_overwritten_reads_what_was_there)
{
    ND_SCOPE {
        const nd_array *x = field(ND_SHAPE(LARGE));
        nd_array *out = nd_copy(x), *expected = nd_copy(x), *twice = nd_multiply(out, 2);
        added_up(out, x, 3, false);
        assert_true(same(twice, nd_multiply(x, 2)));
        added_up(expected, x, 3, true);
        assert_true(same(out, expected));
    }
}

TEST(what_is_made_of_an_overwritten_array_may_be_computed_before_it)
{
    for (int first = 0; first < 4; first++)
        ND_SCOPE {
            const nd_array *x = field(ND_SHAPE(LARGE));
            nd_array *out = nd_copy(x), *expected = nd_copy(x);
            added_up(expected, x, 3, true);
            added_up(out, x, 3, false);
            nd_array *less = nd_subtract(out, 1), *sum = nd_sum(out, ND_ALL);
            nd_array *const all[] = {less, out, sum};
            if (first < 3)
                ready(all[first]);
            else
                assert_ok(nd_eval(3, all));
            assert_true(same(less, nd_subtract(expected, 1)));
            assert_true(same(sum, nd_sum(expected, ND_ALL)));
            nd_multiply_into(out, out, out);
            nd_multiply_into(expected, expected, ready(nd_copy(expected)));
            assert_true(same(out, expected));
        }
}

TEST(lent_memory_is_overwritten_at_once)
{
    ND_SCOPE {
        const nd_array *x = field(ND_SHAPE(LARGE));
        nd_array *out = nd_copy(x);
        const double *const place = nd_lend(out);
        assert_non_null(nd_add_into(out, out, nd_multiply(x, 2)));
        assert_false(nd_is_pending(out));
        assert_true(place[7] == at(x, 7) + 2 * at(x, 7));
        nd_lend_done(out);
        assert_non_null(nd_add_into(out, out, nd_multiply(x, 2)));
        assert_true(nd_is_pending(out));
    }
}

TEST(what_would_be_kept_for_that_alone_is_not_waited_for)
{
    ND_SCOPE {
        const nd_array *x = field(ND_SHAPE(LARGE));
        nd_array *out = nd_copy(x), *moved = ready(nd_multiply(x, 2));
        assert_non_null(nd_add_into(out, out, moved));
        assert_false(nd_is_pending(out));
        nd_array *mean = nd_mean(x, ND_ALL);
        assert_non_null(nd_subtract_into(out, out, mean));
        assert_false(nd_is_pending(out));
    }
}

static void *with_an_array(void *go)
{
    nd_array *const array = nd_zeros(ND_FLOAT64, ND_SHAPE(3));
    pthread_barrier_wait(go); /* it is there */
    pthread_barrier_wait(go); /* and may go */
    nd_release(array);
    return NULL;
}

TEST(where_other_threads_have_arrays_memory_is_overwritten_at_once)
{
    ND_SCOPE {
        pthread_t thread;
        pthread_barrier_t go;
        const nd_array *x = field(ND_SHAPE(LARGE));
        nd_array *out = nd_copy(x);
        assert_int_equal(pthread_barrier_init(&go, NULL, 2), 0);
        assert_int_equal(pthread_create(&thread, NULL, with_an_array, &go), 0);
        pthread_barrier_wait(&go);
        assert_non_null(nd_add_into(out, out, nd_multiply(x, 2)));
        assert_false(nd_is_pending(out));
        pthread_barrier_wait(&go);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_non_null(nd_add_into(out, out, nd_multiply(x, 2)));
        assert_true(nd_is_pending(out));
        pthread_barrier_destroy(&go);
    }
}

/* Long evaluations: that they report how far they have come, and can be stopped. */
#include "pending.h"

#include <pthread.h>
#include <time.h>

typedef struct listener {
    int calls, stop_at; /* the call that says no; 0: none */
    double first, last;
    bool fell, elsewhere;
    pthread_t thread;
} listener;

static bool listen(double fraction, void *context)
{
    listener *l = context;
    l->fell |= fraction < l->last || fraction > 1;
    l->elsewhere |= !pthread_equal(l->thread, pthread_self());
    l->last = fraction;
    return ++l->calls != l->stop_at;
}

/* Several loops, tiles, a reduction, a scan and products, into arrays of many blocks. */
static nd_array *much_work(int kind, nd_array *x)
{
    switch (kind) {
    case 0: /* one loop */
        return nd_add(nd_sin(x), nd_exp(nd_negative(x)));
    case 1: /* a reduction of what is produced, then a loop */
        return nd_subtract(x, nd_mean(nd_sqrt(x), ND_ALL));
    case 2: /* tiles */
        return standardised_columns(x);
    case 3:
        return nd_sum(x, ND_AXIS(0));
    case 4:
        return nd_cumsum(nd_ravel(x), 0);
    case 5:
        return nd_matmul(x, nd_transpose(x));
    case 6:
        return nd_matmul(nd_cast(nd_multiply(x, 10), ND_INT32), nd_cast(x, ND_INT32));
    default: /* several together */
        return nd_multiply(nd_add(x, nd_max(nd_square(x), ND_AXIS(0))), nd_std(x, ND_ALL));
    }
}

TEST(long_evaluations_report_and_can_be_stopped)
{
    enum { KINDS = 8, SIDE = 700 };
    for (int threads = 1; threads <= 2; threads++)
        for (int kind = 0; kind < KINDS; kind++)
            ND_SCOPE {
                nd_set_num_threads(threads);
                nd_array *x =
                    nd_copy(nd_reshape(nd_linspace(0, 9, SIDE * SIDE), ND_SHAPE(SIDE, SIDE)));
                nd_array *before = nd_copy(x), *other = nd_add(x, 1);
                nd_array *expected = nd_copy(much_work(kind, x));
                assert_no_error();
                for (int stop = 0; stop < 2; stop++) {
                    listener l = {.stop_at = stop, .thread = pthread_self()};
                    nd_set_progress((nd_progress){listen, &l});
                    nd_array *y = much_work(kind, x);
                    const nd_status status = y ? nd_eval(1, &y) : nd_error();
                    nd_set_progress((nd_progress){0});
                    assert_int_equal(l.calls > 0, true);
                    assert_false(l.fell || l.elsewhere);
                    if (stop) {
                        assert_int_equal(status, ND_ERROR_CANCELLED);
                        assert_error(ND_ERROR_CANCELLED, "cancelled");
                        assert_true(l.calls == 1 && (!y || nd_is_pending(y)));
                        if (!y)
                            y = much_work(kind, x);
                    }
                    assert_true(same(x, before));
                    assert_true(same(y, expected)); /* computes what is pending still */
                    assert_no_error();
                }
                assert_true(nd_is_pending(other));
            }
    nd_set_num_threads(0);
}

static bool square_once(double fraction, void *context)
{
    nd_array **array = context, *const now = *array;
    (void)fraction;
    *array = NULL;
    return !now || nd_square_into(now, now);
}

/* As a handler of signals in Python does, which a report runs. */
TEST(an_array_that_is_written_in_a_report_of_a_call_that_will_keeps_its_memory)
{
    enum { SIDE = 700 };
    ND_SCOPE {
        nd_array *x = nd_copy(nd_linspace(0, 9, SIDE * SIDE)),
                 *y = nd_copy(nd_add(nd_zeros(ND_FLOAT64, ND_SHAPE(SIDE * SIDE)), 3)), *seen = y;
        nd_array *const expected = nd_copy(nd_subtract(x, nd_mean(nd_sqrt(x), ND_ALL)));
        assert_non_null(nd_data(expected));
        nd_set_progress((nd_progress){square_once, &seen});
        assert_non_null(nd_subtract_into(y, x, nd_mean(nd_sqrt(x), ND_ALL)));
        assert_non_null(nd_data(y));
        nd_set_progress((nd_progress){0});
        assert_null(seen);
        assert_true(same(y, expected));
    }
}

TEST(reports_come_ten_times_a_second_at_most)
{
    ND_SCOPE {
        nd_array *x = nd_copy(range(200000));
        listener l = {.thread = pthread_self()};
        nd_set_progress((nd_progress){listen, &l});
        struct timespec begin, now;
        clock_gettime(CLOCK_MONOTONIC, &begin);
        double seconds = 0;
        do {
            ND_SCOPE {
                nd_array *y = nd_sin(x);
                nd_eval(1, &y);
            }
            l.last = 0;
            clock_gettime(CLOCK_MONOTONIC, &now);
            seconds =
                (double)(now.tv_sec - begin.tv_sec) + 1e-9 * (double)(now.tv_nsec - begin.tv_nsec);
        } while (seconds < 0.5);
        nd_set_progress((nd_progress){0});
        assert_in_range(l.calls, 1, (int)(seconds * 10) + 1);
    }
}

TEST(what_writes_into_an_array_is_not_left_half_done)
{
    ND_SCOPE {
        nd_array *x = nd_copy(range(LARGE)), *expected = nd_add(nd_multiply(range(LARGE), 2), 1);
        assert_ok(nd_eval(1, &expected));
        listener l = {.stop_at = 1, .thread = pthread_self()};
        nd_set_progress((nd_progress){listen, &l});
        assert_non_null(nd_multiply_into(x, x, 2));
        assert_non_null(nd_add_into(x, x, 1));
        nd_set_progress((nd_progress){0});
        assert_true(same(x, expected));
        assert_int_equal(l.calls, 0);
    }
}

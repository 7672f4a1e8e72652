/* The library in a program with threads of its own: shared arrays, scopes and errors of each
 * thread, fork. Run it under ThreadSanitizer too. */
#include <ndstream/nd.h>

#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    THREADS = 6,
    ROUNDS = 12,
    LARGE = 200000, /* elements: enough for the library's own threads to join in */
};

/* What a thread works on, and how often it was wrong: assertions are made after the join. */
typedef struct worker {
    pthread_t thread;
    int number;
    const nd_array *shared;
    int wrong;
} worker;

static int run_workers(void *(*body)(void *), const nd_array *shared)
{
    worker workers[THREADS];
    int wrong = 0, started = 0;
    for (; started < THREADS; started++) {
        workers[started] = (worker){.number = started, .shared = shared};
        if (pthread_create(&workers[started].thread, NULL, body, &workers[started]) != 0)
            break;
    }
    for (int i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
        wrong += workers[i].wrong;
    }
    return wrong + THREADS - started;
}

static double sum_of_range(double n)
{
    return n * (n - 1) / 2;
}

/* ---- Arrays that go from thread to thread ------------------------------------------------ */

enum { PASSED = 3000, SLOTS = 64 };

static nd_array *passed[PASSED];
static _Atomic(nd_array *) slots[SLOTS];

static void *make_passed(void *context)
{
    const worker *const me = context;
    for (int i = 0; i < PASSED; i++)
        passed[i] = i % 3 == 0   ? nd_slice(me->shared, ND_INDEX(i))
                    : i % 3 == 1 ? nd_slice(me->shared, ND_RANGE(i, i + 3))
                                 : nd_from_data(ND_INT64, ND_SHAPE(2), (int64_t[]){i, i});
    return NULL;
}

static void *release_passed(void *context)
{
    worker *const me = context;
    for (int i = me->number; i < PASSED; i += THREADS) {
        me->wrong += nd_get_int64(passed[i], &(int64_t){0}) != i;
        nd_release(passed[i]);
    }
    return NULL;
}

TEST(arrays_are_released_by_other_threads_than_made_them)
{
    nd_array *const whole = nd_arange(PASSED + 3);
    make_passed(&(worker){.shared = whole});
    assert_int_equal(run_workers(release_passed, whole), 0);
    make_passed(&(worker){.shared = whole}); /* in the place of those */
    for (int i = PASSED - 1; i >= 0; i--)
        nd_release(passed[i]);
    nd_release(whole);
}

TEST(arrays_outlive_the_thread_that_made_them)
{
    worker maker = {.shared = nd_arange(PASSED + 3)};
    assert_int_equal(pthread_create(&maker.thread, NULL, make_passed, &maker), 0);
    pthread_join(maker.thread, NULL);
    assert_int_equal(run_workers(release_passed, maker.shared), 0);
    nd_release((nd_array *)maker.shared);
}

static void *exchange_views(void *context)
{
    worker *const me = context;
    for (int i = 0; i < 4 * PASSED; i++) {
        const int at = (7 * i + me->number) % SLOTS;
        nd_array *const element = nd_slice(me->shared, ND_INDEX(at));
        nd_array *const other = atomic_exchange(&slots[at], element);
        me->wrong += other && nd_item_int64(other) != at;
        nd_release(other);
    }
    return NULL;
}

TEST(threads_that_end_release_what_the_others_make)
{
    nd_array *const whole = nd_arange(SLOTS);
    for (int round = 0; round < ROUNDS; round++)
        assert_int_equal(run_workers(exchange_views, whole), 0);
    for (int i = 0; i < SLOTS; i++)
        nd_release(atomic_exchange(&slots[i], NULL));
    nd_release(whole);
}

/* ---- Locks of the caller's ------------------------------------------------------------------- */

static atomic_int given_up, taken_again;
static _Thread_local int depth;
static atomic_bool nested;

static void *give_up(void)
{
    atomic_fetch_add(&given_up, 1);
    if (depth++ > 0)
        atomic_store(&nested, true);
    return &depth;
}

static void take_again(void *state)
{
    atomic_fetch_add(&taken_again, state == &depth);
    depth--;
}

TEST(a_lock_of_the_callers_is_given_up_while_much_is_computed)
{
    static const nd_blocking hooks = {give_up, take_again};
    for (int threads = 1; threads <= 2; threads++)
        ND_SCOPE {
            nd_set_num_threads(threads);
            nd_array *x = nd_linspace(0, 1, LARGE);
            atomic_store(&given_up, 0);
            atomic_store(&taken_again, 0);
            nd_set_blocking(&hooks);
            nd_item(nd_sum(nd_add(nd_linspace(0, 1, 3), 1), ND_ALL));
            assert_int_equal(atomic_load(&given_up), 0);
            assert_int_equal(nd_item(nd_count_nonzero(nd_sin(nd_sqrt(x)), ND_ALL)), LARGE - 1);
            assert_true(atomic_load(&given_up) > 0);
            nd_set_blocking(NULL);
            assert_int_equal(atomic_load(&given_up), atomic_load(&taken_again));
            assert_false(atomic_load(&nested));
            assert_int_equal(nd_item(nd_count_nonzero(nd_sin(nd_sqrt(x)), ND_ALL)), LARGE - 1);
            assert_int_equal(atomic_load(&given_up), atomic_load(&taken_again));
        }
    nd_set_num_threads(0);
}

/* What one thread does meets another one in the middle of a call: where that gives the lock up, or
 * takes it again, it waits until the other one is done, or does not come on, a third of a second.
 */
static _Thread_local bool waits_at_begin, waits_at_end;
static atomic_bool in_the_middle, met;

static void wait_for(atomic_bool *flag, int milliseconds)
{
    for (int i = 0; i < milliseconds && !atomic_load(flag); i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void meet(bool *waits)
{
    if (!*waits)
        return;
    *waits = false;
    atomic_store(&in_the_middle, true);
    wait_for(&met, 300);
}

static void *give_up_and_meet(void)
{
    meet(&waits_at_begin);
    return NULL;
}

static void meet_and_take_again(void *state)
{
    (void)state;
    meet(&waits_at_end);
}

static const nd_blocking meeting = {give_up_and_meet, meet_and_take_again};

/* Starts `body`, and returns when it is in the middle of its call. */
static pthread_t start_meeting(void *(*body)(void *), nd_array *array)
{
    pthread_t thread;
    atomic_store(&in_the_middle, false);
    atomic_store(&met, false);
    nd_set_blocking(&meeting);
    assert_int_equal(pthread_create(&thread, NULL, body, array), 0);
    wait_for(&in_the_middle, 10000);
    assert_true(atomic_load(&in_the_middle));
    return thread;
}

static void end_meeting(pthread_t thread)
{
    atomic_store(&met, true);
    pthread_join(thread, NULL);
    nd_set_blocking(NULL);
}

static void *compute_what_reads(void *array)
{
    waits_at_end = true;
    nd_data_once(array);
    return NULL;
}

/* The elements of x + y are written over those of x. */
TEST(a_sum_waits_for_what_another_thread_writes_over_its_source)
{
    nd_array *x = nd_ones(ND_FLOAT64, ND_SHAPE(LARGE)), *y = nd_ones(ND_FLOAT64, ND_SHAPE(LARGE)),
             *kept = nd_slice(y, ND_RANGE(1, ND_OPEN));
    assert_non_null(nd_add_into(x, x, y));
    nd_array *sum = nd_sum(x, ND_ALL);
    assert_true(nd_is_pending(x) && nd_is_pending(sum));
    const pthread_t thread = start_meeting(compute_what_reads, y);
    nd_release(x);
    const double found = nd_item(sum);
    end_meeting(thread);
    assert_true(found == 2.0 * LARGE);
    nd_release(sum);
    nd_release(kept);
    nd_release(y);
}

static nd_array *seen; /* a view that is made in the middle */

static void *see_rest(void *array)
{
    wait_for(&in_the_middle, 10000);
    seen = nd_slice(array, ND_RANGE(1, ND_OPEN));
    atomic_store(&met, true);
    return NULL;
}

TEST(an_array_seen_while_its_operands_are_computed_keeps_its_memory)
{
    enum { STEPS = 32 }; /* of a graph: with one more, they are computed first */
    nd_array *x = nd_ones(ND_FLOAT64, ND_SHAPE(LARGE)), *y = nd_ones(ND_FLOAT64, ND_SHAPE(LARGE)),
             *kept = nd_slice(y, ND_RANGE(1, ND_OPEN)), *steps = nd_retain(y);
    for (int i = 0; i < STEPS; i++) {
        nd_array *const next = nd_add(steps, i);
        nd_release(steps);
        steps = next;
    }
    pthread_t thread;
    assert_true(nd_is_pending(steps));
    atomic_store(&in_the_middle, false);
    atomic_store(&met, false);
    assert_int_equal(pthread_create(&thread, NULL, see_rest, x), 0);
    nd_set_blocking(&meeting);
    waits_at_begin = true;
    assert_non_null(nd_add_into(x, x, steps));
    waits_at_begin = false;
    end_meeting(thread);
    assert_true(atomic_load(&in_the_middle));
    assert_ptr_equal(nd_data(seen), (const double *)nd_data(x) + 1);
    assert_true(nd_get_double(seen, (int64_t[]){0}) == 2 + STEPS * (STEPS - 1) / 2);
    nd_release(seen);
    nd_release(steps);
    nd_release(kept);
    nd_release(y);
    nd_release(x);
}

static void *write_in_the_middle(void *array)
{
    waits_at_begin = true;
    nd_square_into(array, array);
    return NULL;
}

/* It may have made no array of its own. */
TEST(an_array_that_another_thread_is_in_the_middle_of_writing_keeps_its_memory)
{
    nd_array *x = nd_ones(ND_FLOAT64, ND_SHAPE(LARGE));
    assert_non_null(nd_multiply_into(x, x, x)); /* alone, it is left */
    assert_true(nd_is_pending(x));
    assert_non_null(nd_data(x));
    const pthread_t thread = start_meeting(write_in_the_middle, x);
    nd_multiply_into(x, x, x);
    const bool stays = !nd_is_pending(x);
    end_meeting(thread);
    assert_true(stays);
    nd_release(x);
}

/* ---- Shared arrays --------------------------------------------------------------------------- */

static void *read_shared(void *context)
{
    worker *const me = context;
    for (int round = 0; round < ROUNDS; round++)
        ND_SCOPE {
            const nd_array *a = me->shared;
            me->wrong += nd_item(nd_sum(a, ND_ALL)) != sum_of_range(LARGE);
            me->wrong += nd_item(nd_max(nd_add(a, me->number), ND_ALL)) != LARGE - 1 + me->number;
            nd_array *table = nd_reshape(a, ND_SHAPE(LARGE / 100, 100));
            me->wrong += nd_item(nd_max(nd_sum(nd_transpose(table), ND_AXIS(0)), ND_ALL)) !=
                         100.0 * (LARGE - 100) + sum_of_range(100);
            nd_array *small = nd_slice(a, ND_RANGE(me->number, me->number + 3));
            me->wrong += nd_item(nd_sum(nd_multiply(small, small), ND_ALL)) !=
                         3 * me->number * me->number + 6 * me->number + 5;
            me->wrong += nd_item(nd_sum(nd_sqrt(nd_square(a)), ND_ALL)) != sum_of_range(LARGE);
        }
    me->wrong += nd_error() != ND_OK;
    return NULL;
}

TEST(many_threads_read_one_array)
{
    ND_SCOPE {
        assert_int_equal(run_workers(read_shared, nd_cast(nd_arange(LARGE), ND_FLOAT64)), 0);
    }
}

/* What is sorted, selected and written by places, of 0 to LARGE - 1 in another order: the values
 * follow from the order. 7919 shares no factor with LARGE. */
static void *sort_and_select(void *context)
{
    worker *const me = context;
    const nd_array *mixed = me->shared;
    for (int round = 0; round < ROUNDS; round++)
        ND_SCOPE {
            nd_array *line = nd_arange(LARGE), *order = nd_argsort(mixed, 0, (nd_sort_options){0});
            me->wrong += !nd_array_equal(nd_sort(mixed, 0, (nd_sort_options){0}), line);
            me->wrong += !nd_array_equal(nd_get(mixed, ND_ARRAY(order)), line);
            me->wrong +=
                nd_item(nd_median(mixed, ND_ALL, (nd_quantile_options){0})) != (LARGE - 1) / 2.0;
            me->wrong += nd_size(nd_get(mixed, ND_ARRAY(nd_less(mixed, 1000)))) != 1000;
            me->wrong += !nd_array_equal(nd_unique_values(mixed), line);
            me->wrong +=
                nd_item_int64(nd_max(nd_bincount(mixed, (nd_bincount_options){0}), ND_ALL)) != 1;
            me->wrong +=
                !nd_array_equal(nd_searchsorted(line, mixed, (nd_searchsorted_options){0}), mixed);
            /* Each place twice: the second value remains. */
            nd_array *target = nd_zeros(ND_INT64, ND_SHAPE(LARGE));
            const nd_array *const twice[] = {mixed, mixed}, *const values[] = {mixed, line};
            me->wrong += nd_set(target, nd_concatenate(2, values, 0),
                                ND_ARRAY(nd_concatenate(2, twice, 0))) != ND_OK;
            me->wrong += !nd_array_equal(target, order);
        }
    me->wrong += nd_error() != ND_OK;
    return NULL;
}

TEST(many_threads_sort_and_select)
{
    ND_SCOPE {
        nd_array *mixed = nd_remainder(nd_multiply(nd_arange(LARGE), 7919), LARGE);
        nd_array *const all[] = {mixed};
        assert_ok(nd_eval(1, all));
        assert_int_equal(run_workers(sort_and_select, mixed), 0);
    }
}

static void *hold_shared(void *context)
{
    worker *const me = context;
    for (int round = 0; round < 2000; round++) {
        nd_array *mine = nd_retain((nd_array *)me->shared);
        nd_array *view = nd_slice(mine, ND_RANGE(me->number, ND_OPEN));
        const int64_t first = 0;
        me->wrong += nd_get_int64(view, &first) != me->number;
        nd_release(mine);
        nd_release(view);
    }
    return NULL;
}

TEST(references_are_counted_by_many_threads)
{
    static const int64_t counts[] = {10, 100,
                                     LARGE}; /* elements inside the object, behind it, apart */
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        nd_array *a = nd_arange(counts[i]);
        assert_int_equal(run_workers(hold_shared, a), 0);
        nd_release(a);
    }
}

/* ---- Arrays, scopes and errors of their own -------------------------------------------------- */

static void *own_arrays(void *context)
{
    worker *const me = context;
    for (int round = 0; round < ROUNDS; round++) {
        ND_SCOPE {
            nd_array *a = nd_add(nd_zeros(ND_FLOAT32, ND_SHAPE(LARGE)), me->number);
            ND_SCOPE {
                for (int i = 0; i < 100; i++) {
                    nd_array *small = nd_add(nd_ones(ND_INT64, ND_SHAPE(1 + i % 9)), i);
                    me->wrong += nd_item_int64(nd_max(small, ND_ALL)) != i + 1;
                }
            }
            nd_multiply_into(a, a, 2);
            nd_add_into(nd_slice(a, ND_RANGE(1, ND_OPEN)), nd_slice(a, ND_RANGE(ND_OPEN, -1)), 1);
            me->wrong += nd_item(nd_sum(a, ND_ALL)) != 2.0 * me->number * LARGE + (LARGE - 1);
            me->wrong += nd_item(nd_sum(nd_cumsum(nd_ones(ND_INT64, ND_SHAPE(LARGE)), 0),
                                        ND_ALL)) != sum_of_range(LARGE + 1);
        }
    }
    return NULL;
}

TEST(each_thread_has_arrays_and_scopes_of_its_own)
{
    assert_int_equal(run_workers(own_arrays, NULL), 0);
}

static void *own_errors(void *context)
{
    worker *const me = context;
    char text[32];
    snprintf(text, sizeof text, "(%d,)", me->number + 10);
    for (int round = 0; round < 300; round++) {
        ND_SCOPE {
            nd_array *a = nd_ones(ND_INT8, ND_SHAPE(me->number + 10)),
                     *b = nd_ones(ND_INT8, ND_SHAPE(7));
            if (me->number % 2) {
                me->wrong += nd_add(a, b) != NULL || nd_error() != ND_ERROR_SHAPE ||
                             !strstr(nd_error_message(), text);
                nd_error_clear();
            } else {
                me->wrong += nd_add(a, a) == NULL || nd_error() != ND_OK;
            }
        }
    }
    if (me->number % 2) /* left behind on purpose: it ends with the thread */
        nd_dtype_from_name("none such");
    return NULL;
}

TEST(errors_belong_to_their_thread)
{
    assert_int_equal(run_workers(own_errors, NULL), 0);
    assert_int_equal(nd_error(), ND_OK);
}

/* ---- From one thread to another -------------------------------------------------------------- */

static _Atomic(nd_array *) handed;
static atomic_int taken;

static void *make_and_hand_over(void *context)
{
    worker *const me = context;
    for (int round = 0; round < 200; round++) {
        nd_array *made = NULL;
        ND_SCOPE {
            made = nd_keep(nd_add(nd_zeros(ND_INT64, ND_SHAPE(round % 2 ? 3 : 2000)), me->number));
        }
        nd_array *before = atomic_exchange(&handed, made);
        if (before) {
            ND_SCOPE {
                const double mean = nd_item(nd_mean(before, ND_ALL));
                me->wrong += mean < 0 || mean >= THREADS;
            }
            nd_release(before);
            atomic_fetch_add(&taken, 1);
        }
    }
    return NULL;
}

TEST(an_array_may_be_released_by_another_thread)
{
    atomic_store(&taken, 0);
    assert_int_equal(run_workers(make_and_hand_over, NULL), 0);
    nd_release(atomic_exchange(&handed, NULL));
    assert_int_equal(atomic_load(&taken), THREADS * 200 - 1);
}

static void *leaves_in_a_scope(void *context)
{
    (void)context;
    ND_SCOPE {
        nd_ones(ND_FLOAT64, ND_SHAPE(5000));
        pthread_exit(NULL);
    }
    return NULL;
}

TEST(a_thread_that_exits_in_a_scope_gives_its_arrays_back)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, leaves_in_a_scope, NULL), 0);
    pthread_join(thread, NULL);
}

/* ---- The number of threads ------------------------------------------------------------------- */

static atomic_bool finished;

static void *change_threads(void *unused)
{
    for (int round = 0; !atomic_load(&finished); round++) {
        nd_set_num_threads(1 + round % 5);
        if (nd_num_threads() < 1 || nd_config().threads < 1)
            return unused;
        usleep(200);
    }
    return NULL;
}

TEST(the_number_of_threads_may_change_while_others_compute)
{
    const int before = nd_num_threads();
    int failed = 0;
    atomic_store(&finished, false);
    pthread_t changer;
    assert_int_equal(pthread_create(&changer, NULL, change_threads, &failed), 0);
    ND_SCOPE {
        nd_array *shared = nd_cast(nd_arange(LARGE), ND_FLOAT64);
        failed += run_workers(read_shared, shared);
        failed += run_workers(own_arrays, NULL);
    }
    atomic_store(&finished, true);
    void *wrong = NULL;
    pthread_join(changer, &wrong);
    nd_set_num_threads(before);
    assert_int_equal(failed, 0);
    assert_null(wrong);
}

/* ---- fork ------------------------------------------------------------------------------------ */

static void *compute_until_finished(void *context)
{
    worker *const me = context;
    while (!atomic_load(&finished))
        ND_SCOPE {
            nd_array *a = nd_add(nd_arange(LARGE), me->number);
            me->wrong +=
                nd_item(nd_sum(a, ND_ALL)) != sum_of_range(LARGE) + (double)me->number * LARGE;
        }
    return NULL;
}

static int child_computes(const nd_array *inherited)
{
    int wrong = 0;
    alarm(30);
    ND_SCOPE {
        wrong += nd_item(nd_sum(inherited, ND_ALL)) != sum_of_range(LARGE);
        nd_array *a = nd_cast(nd_arange(3 * LARGE), ND_FLOAT32);
        wrong += nd_item(nd_max(nd_multiply(a, 2), ND_ALL)) != 2.0 * (3 * LARGE - 1);
        wrong += nd_item(nd_mean(nd_ones(ND_FLOAT32, ND_SHAPE(LARGE, 5)), ND_ALL)) != 1;
    }
    nd_memory_trim();
    return wrong + (nd_error() != ND_OK);
}

TEST(a_child_forked_while_others_compute_computes_too)
{
    if (UNDER_TSAN || UNDER_ASAN) /* neither follows a child forked while other threads ran */
        skip();
    worker workers[2] = {{.number = 1}, {.number = 2}};
    int wrong = 0;
    atomic_store(&finished, false);
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            pthread_create(&workers[i].thread, NULL, compute_until_finished, &workers[i]), 0);
    ND_SCOPE {
        nd_array *shared = nd_arange(LARGE);
        for (int round = 0; round < 8; round++) {
            int status = -1;
            fflush(NULL);
            const pid_t child = fork();
            if (child == 0)
                _exit(child_computes(shared));
            wrong += child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
                     WEXITSTATUS(status) != 0;
            wrong += nd_item(nd_sum(shared, ND_ALL)) != sum_of_range(LARGE);
        }
    }
    atomic_store(&finished, true);
    for (int i = 0; i < 2; i++) {
        pthread_join(workers[i].thread, NULL);
        wrong += workers[i].wrong;
    }
    assert_int_equal(wrong, 0);
}

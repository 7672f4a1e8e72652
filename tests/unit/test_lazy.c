/* Pending arrays: what they promise about errors, elements that change, memory, threads and fork.
 * Run it under ThreadSanitizer too. */
#include <ndstream/nd.h>

#include "pending.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLACK = 4 << 20 };

/* ---- When an array is pending ---------------------------------------------------------------- */

TEST(large_results_are_pending_until_they_are_looked_at)
{
    ND_SCOPE {
        nd_array *x = nd_linspace(0, 1, LARGE), *y = nd_add(x, 1);
        assert_true(nd_is_pending(y));
        assert_int_equal(nd_length(y, 0), LARGE);
        assert_int_equal(nd_dtype_of(y), ND_FLOAT64);
        assert_true(nd_is_pending(y));
        assert_true(at(y, 0) == 1 && at(y, LARGE - 1) == 2);
        assert_false(nd_is_pending(y));
        assert_false(nd_is_pending(NULL));
        assert_false(nd_is_pending(nd_add(nd_zeros(ND_FLOAT64, ND_SHAPE(10)), 1)));
    }
}

TEST(set_lazy_says_from_how_many_elements_on)
{
    const int64_t before = nd_lazy();
    ND_SCOPE {
        assert_ok(nd_set_lazy(100));
        assert_int_equal(nd_lazy(), 100);
        assert_false(nd_is_pending(nd_negative(nd_arange(99))));
        nd_array *pending = nd_negative(nd_arange(100));
        assert_true(nd_is_pending(pending));
        assert_ok(nd_set_lazy(0));
        assert_true(nd_is_pending(pending));
        assert_false(nd_is_pending(nd_negative(nd_arange(LARGE))));
        assert_int_equal(nd_set_lazy(-1), ND_ERROR_VALUE);
        assert_error(ND_ERROR_VALUE, "-1");
        assert_int_equal(nd_lazy(), 0);
    }
    assert_ok(nd_set_lazy(before));
}

TEST(eval_computes_all_and_skips_null)
{
    ND_SCOPE {
        nd_array *x = range(LARGE), *y = nd_add(x, 1), *z = nd_multiply(y, y);
        nd_array *const all[] = {NULL, y, NULL, z, x, z};
        assert_ok(nd_eval(6, all));
        assert_false(nd_is_pending(x) || nd_is_pending(y) || nd_is_pending(z));
        assert_ok(nd_eval(0, NULL));
        assert_true(at(z, 3) == 16);
    }
}

TEST(eval_computes_results_of_the_same_elements_together)
{
    ND_SCOPE {
        nd_array *x = range(LARGE), *y = range(LARGE);
        nd_array *const now[] = {x, y};
        assert_ok(nd_eval(2, now));
        nd_array *sum = nd_add(x, y), *difference = nd_subtract(x, y), *row = nd_add(x, 1);
        nd_array *product = nd_multiply(sum, difference), *five = nd_add(product, 5);
        nd_array *mean = nd_mean(x, ND_ALL), *far = nd_subtract(x, mean);
        nd_array *const all[] = {sum, difference, mean, product, NULL, five, far, row, sum};
        assert_ok(nd_eval(9, all));
        for (int i = 0; i < 9; i++)
            assert_false(nd_is_pending(all[i]));
        assert_true(at(sum, 7) == 14 && at(difference, 7) == 0 && at(product, 7) == 0);
        assert_true(at(five, 9) == 5 && at(row, 9) == 10);
        assert_true(at(far, 0) == -(LARGE - 1) / 2.0);
    }
}

TEST(eval_computes_results_whose_elements_lie_in_different_orders)
{
    enum { ROWS = 200, COLUMNS = 1000 };
    ND_SCOPE {
        nd_array *c = nd_copy(nd_reshape(range(ROWS * COLUMNS), ND_SHAPE(ROWS, COLUMNS))),
                 *f = nd_transpose(
                     nd_copy(nd_reshape(range(ROWS * COLUMNS), ND_SHAPE(COLUMNS, ROWS))));
        nd_array *const sources[] = {c, f};
        assert_ok(nd_eval(2, sources));
        nd_array *columns = nd_multiply(f, 2), *rows = nd_add(columns, c);
        nd_array *const both[] = {rows, columns};
        assert_ok(nd_eval(2, both));
        assert_true(nd_get_double(columns, (int64_t[]){3, 5}) == 2 * (5 * ROWS + 3));
        assert_true(nd_get_double(rows, (int64_t[]){3, 5}) == 2 * (5 * ROWS + 3) + 3 * COLUMNS + 5);
    }
}

TEST(errors_are_raised_by_the_operation)
{
    ND_SCOPE {
        nd_array *x = nd_add(range(LARGE), 1), *other = nd_add(range(LARGE + 1), 1);
        assert_null(nd_add(x, other));
        assert_error(ND_ERROR_SHAPE, "200001");
        assert_null(nd_bitwise_and(x, x));
        assert_error(ND_ERROR_DTYPE, "float64");
        assert_null(nd_sum(x, ND_AXIS(1)));
        assert_error(ND_ERROR_AXIS, "1");
        assert_null(nd_add_into(nd_zeros(ND_INT32, ND_SHAPE(LARGE)), x, 1));
        assert_error(ND_ERROR_DTYPE, "int32");
        assert_true(nd_is_pending(x) && nd_is_pending(other));
        assert_true(at(x, 5) == 6);
    }
}

/* ---- Elements that change -------------------------------------------------------------------- */

TEST(what_is_pending_has_the_elements_of_before_a_change)
{
    ND_SCOPE {
        nd_array *x = nd_copy(range(LARGE));
        nd_array *a = nd_add(x, 1);
        nd_add_into(x, x, 10);
        nd_array *b = nd_add(x, 1);
        assert_ok(nd_assign(nd_slice(x, ND_RANGE(0, 10)), nd_zeros(ND_FLOAT64, ND_SCALAR_SHAPE)));
        nd_array *c = nd_add(x, 1);
        nd_add_into(nd_slice(x, ND_RANGE(1, ND_OPEN)), nd_slice(x, ND_RANGE(ND_OPEN, -1)), 1);
        nd_array *d = nd_add(nd_slice(x, ND_STEP(ND_OPEN, ND_OPEN, -1)), 1);
        double *data = nd_data_writeable(x);
        data[0] = data[100] = data[LARGE - 1] = -5;
        nd_data_done(x);
        assert_true(at(a, 0) == 1 && at(a, 100) == 101);
        assert_true(at(b, 0) == 11 && at(b, 100) == 111);
        assert_true(at(c, 0) == 1 && at(c, 9) == 1 && at(c, 100) == 111);
        assert_true(at(d, LARGE - 1) == 1 && at(d, LARGE - 2) == 2 && at(d, 0) == LARGE + 10);
        assert_true(at(nd_add(x, 0), 100) == -5);
    }
}

TEST(exported_memory_is_read_at_once_until_data_done)
{
    ND_SCOPE {
        nd_array *x = nd_copy(range(LARGE));
        double *data = nd_data_writeable(x);
        nd_array *y = nd_add(x, 1);
        assert_false(nd_is_pending(y));
        data[7] = -1;
        assert_true(at(y, 7) == 8);
        assert_true(at(nd_add(nd_slice(x, ND_RANGE(7, ND_OPEN)), 1), 0) == 0);
        nd_data_done(x);
        assert_true(nd_is_pending(nd_add(x, 1)));

        double *mine = malloc(LARGE * sizeof *mine);
        for (int i = 0; i < LARGE; i++)
            mine[i] = i;
        nd_array *borrowed = nd_borrow(ND_FLOAT64, ND_SHAPE(LARGE), NULL, mine, true, NULL, NULL);
        nd_array *z = nd_multiply(borrowed, 2);
        mine[3] = 99;
        assert_true(at(z, 3) == 6);
        free(mine);
        nd_data_done(NULL);
    }
}

/* ---- Memory ---------------------------------------------------------------------------------- */

TEST(a_long_loop_over_one_variable_keeps_memory_bounded)
{
    const int64_t count = 20000;
    const int steps = UNDER_ASAN || UNDER_TSAN ? 10000 : 100000;
    nd_array *x = nd_zeros(ND_FLOAT64, ND_SHAPE(count));
    nd_memory_reset_peak();
    const size_t before = nd_memory().used;
    for (int i = 0; i < steps; i++) {
        nd_array *next = nd_add(x, 1);
        assert_true(nd_is_pending(next));
        nd_release(x);
        x = next;
    }
    assert_true(at(x, 0) == steps && at(x, count - 1) == steps);
    assert_in_range(nd_memory().peak - before, 0, 8 * count * 8);
    nd_release(x);
}

TEST(a_range_that_is_fused_takes_no_memory)
{
    ND_SCOPE {
        const int64_t count = 2000000;
        const size_t before = nd_memory().used;
        nd_memory_reset_peak();
        nd_array *whole = nd_sum(nd_multiply(nd_arange(count), 2), ND_ALL);
        assert_true(nd_item_int64(whole) == count * (count - 1));
        assert_true(nd_item(nd_max(nd_sqrt(nd_linspace(0, 16, count)), ND_ALL)) == 4);
        assert_in_range(nd_memory().peak - before, 0, SLACK);
    }
}

TEST(a_fused_expression_needs_its_inputs_and_its_result)
{
    ND_SCOPE {
        const size_t bytes = 8 * (size_t)2000000;
        nd_array *x = ready(nd_linspace(0, 1, 2000000)), *y = ready(nd_linspace(1, 2, 2000000));
        const size_t before = nd_memory().used;
        nd_memory_reset_peak();
        nd_array *z = nd_add(nd_multiply(nd_sqrt(nd_add(nd_multiply(x, x), nd_multiply(y, y))), 2),
                             nd_divide(nd_subtract(x, y), 3));
        nd_array *const list[] = {z};
        assert_ok(nd_eval(1, list));
        assert_in_range(nd_memory().peak - before, bytes, bytes + SLACK);
        nd_memory_reset_peak();
        const size_t used = nd_memory().used;
        assert_true(nd_item(nd_sum(nd_square(nd_add(x, y)), ND_ALL)) > 0);
        assert_in_range(nd_memory().peak - used, 0, SLACK);
    }
}

TEST(what_is_asked_for_twice_is_stored)
{
    ND_SCOPE {
        nd_array *x = nd_linspace(0, 1, LARGE), *y = nd_exp(x);
        const double first = nd_item(nd_sum(y, ND_ALL));
        assert_true(nd_is_pending(y));
        assert_true(nd_item(nd_sum(y, ND_ALL)) == first);
        assert_false(nd_is_pending(y));
        assert_true(nd_item(nd_sum(y, ND_ALL)) == first);
    }
}

/* Else every turn of a loop that looks at something made of x would compute all turns again. */
TEST(what_is_made_of_a_lost_value_that_was_asked_for_is_stored)
{
    nd_array *x = NULL;
    ND_SCOPE {
        x = nd_keep(nd_exp(nd_linspace(0, 1, LARGE)));
        const double first = nd_item(nd_max(nd_add(x, 1), ND_ALL));
        assert_true(first == exp(1.0) + 1);
        assert_true(nd_is_pending(x));
    }
    ND_SCOPE {
        nd_array *next = nd_keep(nd_sqrt(x));
        nd_release(x);
        x = next;
    }
    ND_SCOPE {
        nd_array *y = nd_multiply(x, 2);
        assert_ok(nd_eval(1, &y));
        assert_false(nd_is_pending(x));
        assert_true(at(x, 0) == 1 && at(y, 0) == 2);
    }
    nd_release(x);
}

TEST(pending_arrays_released_without_being_computed_leave_nothing)
{
    ND_SCOPE {
        nd_array *x = range(LARGE);
        for (int i = 0; i < 1000; i++)
            ND_SCOPE {
                nd_array *y = nd_add(x, i), *z = nd_multiply(y, y);
                nd_keep(y);
                assert_true(nd_is_pending(nd_subtract(z, y)));
                nd_release(y);
            }
    }
}

typedef struct scarcity {
    atomic_int calls;
    atomic_int failing; /* the call that fails; 0: none */
    bool once;          /* else all after it fail too */
} scarcity;

static void *scarce_allocate(size_t bytes, void *context)
{
    scarcity *s = context;
    const int call = atomic_fetch_add(&s->calls, 1) + 1, failing = atomic_load(&s->failing);
    if (failing && (s->once ? call == failing : call >= failing))
        return NULL;
    return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

static void scarce_release(void *memory, size_t bytes, void *context)
{
    (void)bytes;
    (void)context;
    free(memory);
}

/* Builds and computes: pending below pending, a broadcast part, two orders of memory, a reduction
 * and a change of a source. NULL where something failed. */
static nd_array *compute_some(nd_array *x, nd_array *column)
{
    nd_array *scaled = nd_multiply(nd_add(column, 1), 2);
    nd_array *y = nd_add(nd_multiply(x, scaled), nd_subtract(x, 1));
    nd_array *turned = nd_add(y, nd_transpose(x));
    nd_array *kept = nd_sqrt(nd_absolute(turned));
    nd_array *sums = nd_sum(kept, ND_AXIS(0));
    nd_array *const list[] = {kept, y};
    if (!kept || !sums || nd_eval(2, list) != ND_OK)
        return NULL;
    nd_array *inner = nd_multiply(y, 2);
    nd_array *rows =
        nd_add(nd_slice(inner, ND_RANGE(1, ND_OPEN)), nd_slice(inner, ND_RANGE(0, -1)));
    kept = nd_add(kept, nd_slice(nd_mean(nd_transpose(rows), ND_AXIS(1)), ND_EVERY, ND_NEW_AXIS));
    nd_array *centred = nd_subtract(y, nd_mean(nd_sqrt(nd_absolute(y)), ND_AXIS(0)));
    return nd_add(nd_add(nd_add(kept, y), sums), centred);
}

static void fail_every_allocation(bool once)
{
    enum { SIDE = 160 };
    scarcity s = {.once = once};
    const nd_allocator allocator = {scarce_allocate, scarce_release, &s};
    nd_memory_trim();
    nd_set_allocator(&allocator);
    ND_SCOPE {
        nd_array *x = nd_copy(nd_reshape(range(SIDE * SIDE), ND_SHAPE(SIDE, SIDE)));
        nd_array *column = nd_copy(nd_reshape(range(SIDE), ND_SHAPE(SIDE, 1)));
        nd_array *x_before = nd_copy(x), *column_before = nd_copy(column);
        nd_array *const inputs[] = {x, column, x_before, column_before};
        assert_ok(nd_eval(4, inputs));
        nd_array *expected = nd_copy(compute_some(x, column));
        assert_non_null(expected);
        bool complete = false;
        int k = 0, errors = 0;
        while (!complete && k < 500) {
            nd_array *result = NULL;
            ND_SCOPE {
                nd_memory_trim();
                atomic_store(&s.calls, 0);
                atomic_store(&s.failing, ++k);
                result = compute_some(x, column);
                nd_array *const list[] = {result};
                if (result && nd_eval(1, list) != ND_OK)
                    assert_true(nd_is_pending(result));
                complete = nd_error() == ND_OK && atomic_load(&s.calls) < k;
                atomic_store(&s.failing, 0);
                if (nd_error() != ND_OK) {
                    assert_error(ND_ERROR_MEMORY, "");
                    errors++;
                }
                assert_true(same(x, x_before) && same(column, column_before));
                if (result)
                    assert_true(same(result, expected));
                assert_true(same(compute_some(x, column), expected));
                assert_no_error();
            }
        }
        assert_true(complete);
        assert_in_range(errors, 5, 500);
    }
    nd_memory_trim();
    nd_set_allocator(NULL);
}

TEST(one_failed_allocation_is_an_error_and_harms_nothing)
{
    fail_every_allocation(true);
}

TEST(memory_that_stays_out_is_an_error_and_harms_nothing)
{
    fail_every_allocation(false);
}

TEST(a_budget_passed_by_eval_is_an_error_and_a_later_eval_succeeds)
{
    ND_SCOPE {
        nd_array *x = range(LARGE);
        assert_true(at(x, 1) == 1);
        nd_array *y = nd_add(nd_multiply(x, 2), 1);
        nd_memory_trim();
        nd_set_memory_budget(nd_memory().used + 100000);
        nd_array *const list[] = {y};
        assert_int_equal(nd_eval(1, list), ND_ERROR_MEMORY);
        assert_error(ND_ERROR_MEMORY, "");
        assert_true(nd_is_pending(y));
        assert_true(isnan(at(y, 2)));
        assert_error(ND_ERROR_MEMORY, "");
        nd_add_into(x, x, 1); /* would have to compute y first */
        assert_error(ND_ERROR_MEMORY, "");
        assert_true(at(x, 1) == 1);
        nd_set_memory_budget(0);
        assert_ok(nd_eval(1, list));
        assert_true(at(y, 2) == 5);
    }
}

/* ---- Threads and processes ------------------------------------------------------------------- */

enum { THREADS = 6, SHARED = 8, ROUNDS = UNDER_TSAN ? 10 : 60 };

static pthread_barrier_t barrier;
static nd_array *pending[SHARED], *source;
static atomic_int wrong;

static void *force_shared(void *number)
{
    const int me = (int)(intptr_t)number;
    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_wait(&barrier);
        if (me == 0)
            for (int i = 0; i < SHARED; i++)
                pending[i] = nd_keep(i == 0 ? nd_add(source, round)
                                            : nd_add(pending[i - 1], pending[i / 2]));
        pthread_barrier_wait(&barrier);
        double expected[SHARED] = {round + 3};
        for (int i = 0; i < SHARED; i++) {
            const int which = (i + me) % SHARED;
            for (int j = 1; j < SHARED; j++)
                expected[j] = expected[j - 1] + expected[j / 2];
            ND_SCOPE {
                if (me % 3 == 0)
                    wrong += at(pending[which], 3) != expected[which];
                else if (me % 3 == 1)
                    wrong += nd_eval(SHARED, pending) != ND_OK;
                else
                    wrong +=
                        nd_item(nd_min(nd_multiply(pending[which], 1), ND_ALL)) > expected[which];
            }
        }
        pthread_barrier_wait(&barrier);
        if (me == 0)
            for (int i = 0; i < SHARED; i++)
                nd_release(pending[i]);
    }
    return NULL;
}

/* Each thread has a result of its own, pending on the shared source; one writes the source. Nobody
 * touches the source then, and the results of the others are computed by it or by themselves. */
static void *compute_while_written(void *number)
{
    const int me = (int)(intptr_t)number;
    for (int round = 0; round < ROUNDS; round++) {
        nd_array *mine = NULL;
        ND_SCOPE {
            mine = nd_keep(nd_multiply(nd_add(source, me), 2));
        }
        pthread_barrier_wait(&barrier);
        if (me == 0)
            nd_add_into(source, source, 1);
        wrong += at(mine, 10) != 2.0 * (10 + round + me);
        wrong += at(mine, LARGE - 1) != 2.0 * (LARGE - 1 + round + me);
        nd_release(mine);
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

static void run_threads(void *(*body)(void *))
{
    pthread_t threads[THREADS];
    wrong = 0;
    pthread_barrier_init(&barrier, NULL, THREADS);
    source = nd_arange_step(ND_FLOAT64, 0, LARGE, 1);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, body, (void *)(intptr_t)i), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    nd_release(source);
    pthread_barrier_destroy(&barrier);
    assert_int_equal(wrong, 0);
}

TEST(many_threads_compute_the_same_pending_arrays)
{
    run_threads(force_shared);
}

TEST(a_source_may_be_written_while_others_compute_what_is_pending_on_it)
{
    run_threads(compute_while_written);
}

TEST(a_child_computes_what_was_pending)
{
    if (UNDER_TSAN) /* it does not follow a child whose parent has threads */
        skip();
    ND_SCOPE {
        nd_array *x = nd_linspace(0, 1, LARGE), *y = nd_add(nd_multiply(x, 2), 1);
        assert_true(nd_is_pending(y));
        const pid_t child = fork();
        if (child == 0) {
            alarm(30);
            _exit(!(at(y, 0) == 1 && at(y, LARGE - 1) == 3 &&
                    nd_item(nd_max(nd_add(y, x), ND_ALL)) == 4));
        }
        int status = -1;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        assert_true(nd_is_pending(y));
        assert_true(at(y, LARGE - 1) == 3);
    }
}

/* ---- The same bits as at once ---------------------------------------------------------------- */

static nd_array *mixed_with_its_transpose(const nd_array *m)
{
    return nd_add(m, nd_multiply(nd_transpose(m), 2));
}

static nd_array *smooth(const nd_array *m)
{
    return nd_multiply(nd_exp(nd_negative(nd_square(m))), nd_add(m, 0.1));
}

static nd_array *elements_as_float32(const nd_array *m)
{
    return nd_cast(nd_divide(m, 3), ND_FLOAT32);
}

static nd_array *sum_columns(const nd_array *m)
{
    return nd_sum(smooth(m), ND_AXIS(0));
}

static nd_array *mean_of_rows(const nd_array *m)
{
    return nd_mean(smooth(m), ND_AXIS(1));
}

static nd_array *sum_of_all(const nd_array *m)
{
    return nd_sum(elements_as_float32(m), ND_ALL);
}

static nd_array *deviation_of_columns(const nd_array *m)
{
    return nd_std(smooth(m), ND_AXIS(0));
}

static nd_array *variance_of_all(const nd_array *m)
{
    return nd_var(smooth(m), ND_ALL);
}

static nd_array *place_of_row_minimum(const nd_array *m)
{
    return nd_argmin(smooth(m), ND_AXIS(1));
}

static nd_array *positive_in_columns(const nd_array *m)
{
    return nd_count_nonzero(nd_greater(smooth(m), 0.25), ND_AXIS(0));
}

TEST(reductions_of_pending_arrays_have_the_bits_of_those_of_stored_ones)
{
    static const formula formulas[] = {smooth,          elements_as_float32,  sum_columns,
                                       mean_of_rows,    sum_of_all,           deviation_of_columns,
                                       variance_of_all, place_of_row_minimum, positive_in_columns};
    static const int64_t shapes[][2] = {{5000, 200}, {100000, 2}, {200, 5000}, {3, 70001}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        ND_SCOPE {
            nd_array *flat = nd_linspace(-2, 3, shapes[s][0] * shapes[s][1]);
            nd_array *rows = nd_copy(nd_reshape(flat, ND_SHAPE(shapes[s][0], shapes[s][1])));
            nd_array *columns = nd_copy_fortran(rows);
            for (size_t f = 0; f < sizeof formulas / sizeof *formulas; f++) {
                assert_same_at_once(formulas[f], rows);
                assert_same_at_once(formulas[f], columns);
                assert_same_at_once(formulas[f], nd_slice(rows, ND_STEP(ND_OPEN, ND_OPEN, -2)));
            }
        }
}

/* ---- In tiles -------------------------------------------------------------------------------- */

static const nd_reduce_options KEEPDIMS = {.keepdims = true};

static nd_array *softmax_of_rows(const nd_array *m)
{
    nd_array *e = nd_exp(nd_subtract(m, nd_max_with(m, ND_AXIS(-1), KEEPDIMS)));
    return nd_divide(e, nd_sum_with(e, ND_AXIS(-1), KEEPDIMS));
}

static nd_array *log_sum_exp_of_columns(const nd_array *m)
{
    nd_array *most = nd_max(m, ND_AXIS(0));
    return nd_add(nd_log(nd_sum(nd_exp(nd_subtract(m, most)), ND_AXIS(0))), most);
}

static nd_array *unit_variance_but_for_one_axis(const nd_array *m)
{
    return nd_divide(m, nd_var_with(nd_negative(m), ND_AXES(0, -1), KEEPDIMS));
}

TEST(tiles_have_the_bits_of_at_once)
{
    static const formula formulas[] = {standardised_columns, softmax_of_rows,
                                       log_sum_exp_of_columns, unit_variance_but_for_one_axis};
    static const int64_t shapes[][3] = {{21, 5, 700},   {1, 1000, 333}, {2000, 1, 130},
                                        {333, 1000, 1}, {7, 129, 65},   {40, 3, 4000}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        ND_SCOPE {
            nd_array *flat = nd_linspace(-2, 3, shapes[s][0] * shapes[s][1] * shapes[s][2]);
            nd_array *rows =
                nd_copy(nd_reshape(nd_sin(nd_multiply(flat, 1000)),
                                   ND_SHAPE(shapes[s][0], shapes[s][1], shapes[s][2])));
            nd_array *columns = nd_copy_fortran(rows);
            for (size_t f = 0; f < sizeof formulas / sizeof *formulas; f++) {
                assert_same_at_once(formulas[f], rows);
                assert_same_at_once(formulas[f], columns);
                assert_same_at_once(formulas[f], nd_slice(rows, ND_STEP(ND_OPEN, ND_OPEN, -2)));
            }
        }
}

TEST(what_is_asked_for_beside_a_tiled_result_is_there)
{
    ND_SCOPE {
        nd_array *m = nd_copy(nd_reshape(nd_linspace(0, 1, 600 * 400), ND_SHAPE(600, 400)));
        nd_array *mean = nd_mean(m, ND_AXIS(0));
        nd_array *centred = nd_subtract(m, mean);
        assert_true(nd_is_pending(mean));
        assert_ok(nd_eval(1, &centred));
        assert_false(nd_is_pending(mean));
        assert_true(fabs(at(mean, 0) - (600 - 1) * 400 / 2.0 / (600 * 400 - 1)) < 1e-15);
    }
}

/* Whoever is asked first, the others have been reduced in the same sweep; with the same bits. */
TEST(reductions_of_the_same_elements_take_one_sweep)
{
    static const nd_op ops[] = {ND_OP_mean, ND_OP_std, ND_OP_min, ND_OP_any};
    enum { OPS = sizeof ops / sizeof *ops };
    const nd_axes axes[] = {ND_ALL, ND_AXIS(0), ND_AXIS(1)};
    ND_SCOPE {
        nd_array *m = nd_copy(nd_reshape(nd_linspace(-1, 2, 700 * 300), ND_SHAPE(700, 300)));
        const nd_operand given[] = {nd_operand_array(m), nd_operand_array(nd_copy_fortran(m)),
                                    nd_operand_array(nd_cast(m, ND_FLOAT32))};
        for (int g = 0; g < 6; g++)
            for (int a = 0; a < 3; a++) {
                const nd_array *const stored = given[g / 2].array;
                const nd_array *const x = g % 2 ? nd_multiply(stored, 3) : stored;
                nd_array *together[OPS];
                for (int i = 0; i < OPS; i++)
                    together[i] =
                        nd_reduce(ops[i], x, axes[a], &(nd_reduce_options){.keepdims = i % 2});
                assert_ok(nd_eval(1, &together[1]));
                assert_false(nd_is_pending(together[0]) || nd_is_pending(together[2]));
                const int64_t lazy = nd_lazy();
                nd_set_lazy(0);
                const nd_array *const now = g % 2 ? nd_multiply(stored, 3) : stored;
                for (int i = 0; i < OPS; i++)
                    assert_true(
                        same(together[i], nd_reduce(ops[i], now, axes[a],
                                                    &(nd_reduce_options){.keepdims = i % 2})));
                nd_set_lazy(lazy);
            }
    }
}

/* A tile of columns is 16 wide here, and the last has one column. */
TEST(the_single_column_of_a_last_tile_is_counted_down_its_rows)
{
    ND_SCOPE {
        nd_array *m = nd_reshape(nd_arange(1000 * 33), ND_SHAPE(1000, 33));
        nd_array *last_only = nd_equal(nd_remainder(m, 33), 32);
        assert_true(nd_is_pending(last_only));
        nd_array *counts = nd_count_nonzero(last_only, ND_AXIS(0));
        assert_true(at(counts, 32) == 1000 && at(counts, 31) == 0 && at(counts, 0) == 0);
    }
}

TEST(a_matrix_with_its_transpose_has_the_bits_of_at_once)
{
    ND_SCOPE {
        nd_array *m = nd_copy(nd_reshape(nd_linspace(0, 1, 500 * 500), ND_SHAPE(500, 500)));
        assert_same_at_once(mixed_with_its_transpose, m);
        assert_same_at_once(mixed_with_its_transpose, nd_transpose(m));
        /* m[1, 2] = 502 / 249999 and m[2, 1] = 1001 / 249999 */
        const int64_t place[] = {1, 2};
        assert_true(fabs(nd_get_double(mixed_with_its_transpose(m), place) -
                         (502 + 2 * 1001) / 249999.0) < 1e-15);
    }
}

TEST(a_crosswise_source_goes_into_a_reversed_target)
{
    enum { SIDE = 150 };
    ND_SCOPE {
        nd_array *m = nd_reshape(range(SIDE * SIDE), ND_SHAPE(SIDE, SIDE));
        nd_array *out = nd_zeros(ND_FLOAT64, ND_SHAPE(SIDE, SIDE));
        nd_array *reversed = nd_slice(out, ND_EVERY, ND_STEP(ND_OPEN, ND_OPEN, -1));
        nd_array *twice = nd_multiply(nd_transpose(m), 2);
        assert_non_null(nd_add_into(reversed, twice, nd_transpose(m)));
        assert_true(nd_get_double(out, (int64_t[]){3, SIDE - 1 - 7}) == 3 * (7 * SIDE + 3));
    }
}

/* ---- Chains ---------------------------------------------------------------------------------- */

/* Runs of light steps: values that are wanted again, several at once, scalars on both sides, and
 * functions between. */
static nd_array *light(int which, const nd_array *x, const nd_array *y)
{
    switch (which) {
    case 0:
        return nd_add(nd_add(nd_multiply(nd_square(x), 2.0), nd_multiply(x, 3.0)), 5.0);
    case 1: {
        nd_array *a = nd_add(x, y), *b = nd_subtract(x, y), *c = nd_multiply(a, b);
        nd_array *d = nd_divide(nd_add(a, 1.0), nd_subtract(3.0, b));
        nd_array *e = nd_multiply(nd_add(c, d), nd_subtract(d, c));
        return nd_subtract(nd_multiply(nd_add(a, e), nd_add(b, d)), nd_reciprocal(nd_add(c, e)));
    }
    case 2: {
        nd_array *d = nd_divide(nd_add(nd_exp(nd_multiply(x, 0.01)), 0.3), nd_add(y, 2.0));
        nd_array *e = nd_exp(nd_negative(nd_square(d)));
        return nd_divide(nd_subtract(nd_multiply(x, e), nd_multiply(y, d)),
                         nd_add(nd_multiply(e, 0.4), 1.0));
    }
    case 3:
        return nd_add(nd_square(nd_sin(x)), nd_square(nd_cos(x)));
    case 4: {
        nd_array *c = nd_cos(y), *s = nd_sin(y);
        return nd_subtract(nd_multiply(nd_add(c, x), s), nd_multiply(c, nd_negative(s)));
    }
    case 5: /* one element that is converted first */
        return nd_hypot(nd_square(nd_subtract(x, nd_cast(y, ND_INT32))), x);
    default:
        return nd_subtract(nd_multiply(nd_subtract(1.0, x), nd_add(x, x)), nd_square(nd_square(y)));
    }
}

TEST(chains_have_the_bits_of_their_steps)
{
    enum { EXPRESSIONS = 7, BEHIND = 70 };
    const nd_dtype dtypes[] = {ND_FLOAT64, ND_FLOAT32};
    for (int d = 0; d < 2; d++)
        for (int which = 0; which < EXPRESSIONS; which++)
            for (int64_t n = ND_LAZY_ELEMENTS; n < ND_LAZY_ELEMENTS + BEHIND; n++)
                ND_SCOPE {
                    /* Beginning off a line; y in steps on some turns, repeated on others. */
                    nd_array *x = nd_cast(nd_linspace(-7, 11, n + 1), dtypes[d]),
                             *y = nd_cast(nd_linspace(3, -5, 2 * n), dtypes[d]);
                    x = nd_slice(x, ND_RANGE(1, ND_OPEN));
                    y = n % 3 == 0   ? nd_slice(y, ND_STEP(0, ND_OPEN, 2))
                        : n % 3 == 1 ? nd_slice(y, ND_RANGE(0, n))
                                     : nd_slice(y, ND_RANGE(0, 1));
                    nd_array *fused = light(which, x, y);
                    assert_true(nd_is_pending(fused));
                    assert_ok(nd_set_lazy(0));
                    nd_array *apart = light(which, x, y);
                    assert_ok(nd_set_lazy(ND_LAZY_ELEMENTS));
                    assert_true(same(fused, apart));
                }
}

TEST(rows_shorter_than_a_block_are_computed_several_at_once)
{
    ND_SCOPE {
        nd_array *m = nd_reshape(range(5 * 4001 * 7), ND_SHAPE(5, 4001, 7));
        nd_array *row = nd_cast(nd_arange(7), ND_FLOAT32);
        nd_array *planes = nd_reshape(range(5 * 7), ND_SHAPE(5, 1, 7));
        nd_array *column = nd_reshape(range(4001), ND_SHAPE(4001, 1));
        nd_array *lazy = nd_add(nd_multiply(nd_subtract(m, row), column), planes);
        assert_true(nd_is_pending(lazy));
        nd_array *sums = nd_sum(lazy, ND_AXES(0, 1));
        const int64_t before = nd_lazy();
        assert_ok(nd_set_lazy(0));
        nd_array *once = nd_add(nd_multiply(nd_subtract(m, row), column), planes);
        assert_true(same(sums, nd_sum(once, ND_AXES(0, 1))));
        assert_true(same(lazy, once));
        assert_ok(nd_set_lazy(before));
    }
}

TEST(steps_in_place_on_a_pending_array_stay_pending)
{
    ND_SCOPE {
        nd_array *x = range(LARGE), *y = nd_multiply(x, 2), *z = nd_add(y, 1);
        assert_non_null(nd_add_into(y, y, 5));
        assert_true(nd_is_pending(y));
        assert_true(at(y, 10) == 25 && at(z, 10) == 21);
    }
}

TEST(small_reductions_are_swept_once_for_an_array_that_is_used_again)
{
    ND_SCOPE {
        const nd_array *places = ready(nd_reshape(range(50000), ND_SHAPE(50000, 1))),
                       *bounds = ready(nd_multiply(range(30), 1000));
        nd_array *piece = NULL, *next = NULL;
        char plan[4096];
        ND_SCOPE {
            nd_array *above = nd_sum(nd_greater_equal(places, bounds), ND_AXIS(1));
            piece = nd_keep(nd_minimum(nd_multiply(above, 10), 298));
            next = nd_keep(nd_add(piece, 1));
        }
        assert_true(ready(next) && nd_is_pending(piece));
        nd_explain(piece, plan, sizeof plan);
        assert_null(strstr(plan, "greater_equal"));
        assert_true(same(nd_subtract(next, 1), piece));
        nd_release(piece);
        nd_release(next);
    }
}

/* Errors, memory, CPU features and the thread pool: ndstream/base.h and what stands behind it. */
#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"

#define MIB ((size_t)1 << 20)

/* Runs `body` in a child process; what the child returned, or -1 if it hung or crashed. */
static int in_child(int (*body)(void))
{
    int status = 0;
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        alarm(20);
        _exit(body());
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void start(pthread_t *thread, void *(*body)(void *), void *context)
{
    assert_int_equal(pthread_create(thread, NULL, body, context), 0);
}

/* ---- Errors ---------------------------------------------------------------------------------- */

TEST(error_first_is_kept_until_cleared)
{
    assert_int_equal(nd_error(), ND_OK);
    assert_string_equal(nd_error_message(), "");
    assert_null(ndi_fail(ND_ERROR_SHAPE, "add: %d and %d", 3, 4));
    assert_int_equal(ndi_fail_status(ND_ERROR_FILE, "later"), ND_ERROR_FILE);
    assert_int_equal(nd_error(), ND_ERROR_SHAPE);
    assert_string_equal(nd_error_message(), "add: 3 and 4");
    nd_error_clear();
    assert_int_equal(nd_error(), ND_OK);
    assert_string_equal(nd_error_message(), "");
    ndi_fail(ND_ERROR_AXIS, "next");
    assert_error(ND_ERROR_AXIS, "next");
}

TEST(error_message_too_long_ends_in_dots)
{
    char text[2000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    ndi_fail(ND_ERROR_VALUE, "%s", text);
    const size_t length = strlen(nd_error_message());
    assert_in_range(length, 255, sizeof text - 2);
    assert_string_equal(nd_error_message() + length - 4, "x...");
    nd_error_clear();
}

static void *fail_elsewhere(void *found)
{
    *(nd_status *)found = nd_error();
    ndi_fail(ND_ERROR_DTYPE, "elsewhere");
    return NULL;
}

TEST(error_belongs_to_its_thread)
{
    pthread_t thread;
    nd_status found = ND_OK;
    ndi_fail(ND_ERROR_INDEX, "here");
    start(&thread, fail_elsewhere, &found);
    pthread_join(thread, NULL);
    assert_int_equal(found, ND_OK);
    assert_error(ND_ERROR_INDEX, "here");
}

TEST(status_has_a_text)
{
    assert_string_equal(nd_status_text(ND_OK), "no error");
    assert_string_equal(nd_status_text(ND_ERROR_UNSUPPORTED), "not supported by this build");
    assert_string_equal(nd_status_text((nd_status)-1), "unknown status");
    assert_string_equal(nd_status_text((nd_status)1000), "unknown status");
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static const size_t sizes[] = {0,           1,       63,      64,          65,      1024, 2047,
                               2048,        2049,    4097,    100000,      MIB - 1, MIB,  MIB + 1,
                               2 * MIB - 1, 2 * MIB, 3000000, 4 * MIB + 1, 17000000};

enum { SIZES = sizeof sizes / sizeof *sizes };

TEST(memory_is_aligned_writable_and_apart)
{
    unsigned char *memory[SIZES];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < SIZES; i++) {
            memory[i] = ndi_allocate(sizes[i]);
            assert_non_null(memory[i]);
            assert_int_equal((uintptr_t)memory[i] % 64, 0);
            memset(memory[i], i + 1, sizes[i]);
        }
        for (int i = 0; i < SIZES; i++) {
            for (size_t k = 0; k < sizes[i]; k++)
                if (memory[i][k] != i + 1)
                    fail_msg("byte %zu of %zu was overwritten", k, sizes[i]);
            ndi_free(memory[i], sizes[i]);
        }
    }
    ndi_free(NULL, 100);
}

TEST(memory_zeroed_is_zero_when_reused)
{
    for (int i = 0; i < SIZES; i++) {
        for (int round = 0; round < 3; round++) {
            unsigned char *memory = ndi_allocate_zeroed(sizes[i]);
            assert_non_null(memory);
            for (size_t k = 0; k < sizes[i]; k++)
                if (memory[k] != 0)
                    fail_msg("byte %zu of %zu is not zero in round %d", k, sizes[i], round);
            memset(memory, 0xff, sizes[i]);
            ndi_free(memory, sizes[i]);
        }
    }
}

TEST(memory_counters_count_the_bytes_asked_for)
{
    nd_memory_reset_peak();
    const nd_memory_info before = nd_memory();
    assert_int_equal(before.peak, before.used);
    void *a = ndi_allocate(1000), *b = ndi_allocate(3000000);
    assert_int_equal(nd_memory().used, before.used + 3001000);
    ndi_free(b, 3000000);
    void *c = ndi_allocate(500);
    const nd_memory_info after = nd_memory();
    assert_int_equal(after.used, before.used + 1500);
    assert_int_equal(after.peak, before.used + 3001000);
    assert_int_equal(after.total, before.total + 3001500);
    assert_int_equal(after.budget, 0);
    nd_memory_reset_peak();
    assert_int_equal(nd_memory().peak, after.used);
    ndi_free(a, 1000);
    ndi_free(c, 500);
}

TEST(memory_freed_block_is_kept_and_serves_the_next)
{
    if (UNDER_ASAN) /* memory goes back at once, so that ASan sees every use after it */
        skip();
    nd_memory_trim();
    assert_int_equal(nd_memory().cached, 0);
    void *first = ndi_allocate(5000000), *other = ndi_allocate(9000000);
    ndi_free(first, 5000000);
    ndi_free(other, 9000000);
    assert_in_range(nd_memory().cached, 14000000, 14000000 * 9 / 8);
    void *again = ndi_allocate(4950000); /* a little smaller than the first: the same block does */
    assert_ptr_equal(again, first);
    assert_in_range(nd_memory().cached, 9000000, 9000000 * 9 / 8);
    ndi_free(again, 4950000);
    nd_memory_trim();
    assert_int_equal(nd_memory().cached, 0);
}

/* More blocks than a thread has at hand, so that some come from the lists for all threads. */
TEST(memory_of_every_size_comes_back_whole)
{
    enum { BLOCKS = 40 };
    unsigned char *blocks[BLOCKS];
    for (int round = 0; round < 30; round++) {
        for (int i = 0; i < BLOCKS; i++) {
            const size_t bytes = 1024 + (size_t)(i % 13) * 3000;
            blocks[i] = ndi_allocate(bytes);
            memset(blocks[i], i, bytes);
        }
        for (int i = 0; i < BLOCKS; i++) {
            const size_t bytes = 1024 + (size_t)(i % 13) * 3000;
            assert_int_equal(blocks[i][0], i);
            assert_int_equal(blocks[i][bytes - 1], i);
            ndi_free(blocks[i], bytes);
        }
    }
}

typedef struct hand_test {
    atomic_int stage; /* 1: it has a block at hand; 2: the other thread has trimmed */
    size_t before, after;
} hand_test;

static void *have_one_at_hand(void *context)
{
    hand_test *const test = context;
    ndi_free(ndi_allocate(50000), 50000);
    test->before = nd_memory().cached;
    atomic_store(&test->stage, 1);
    while (atomic_load(&test->stage) != 2)
        sched_yield();
    ndi_free(ndi_allocate(2000), 2000); /* what it does next with memory */
    test->after = nd_memory().cached;
    return NULL;
}

static void *leave_one_at_hand(void *context)
{
    (void)context;
    ndi_free(ndi_allocate(50000), 50000);
    return NULL;
}

TEST(memory_at_hand_is_released_by_trims_and_when_its_thread_ends)
{
    if (UNDER_ASAN) /* memory goes back at once, so that ASan sees every use after it */
        skip();
    nd_memory_trim();
    void *first = ndi_allocate(50000);
    ndi_free(first, 50000);
    assert_in_range(nd_memory().cached, 50000, 50000 * 9 / 8);
    void *again = ndi_allocate(49900);
    assert_ptr_equal(again, first);
    ndi_free(again, 49900);
    nd_memory_trim();
    assert_int_equal(nd_memory().cached, 0);
    hand_test test = {0};
    pthread_t thread;
    start(&thread, have_one_at_hand, &test);
    while (atomic_load(&test.stage) != 1)
        sched_yield();
    nd_memory_trim();
    atomic_store(&test.stage, 2);
    pthread_join(thread, NULL);
    assert_in_range(test.before, 50000, 50000 * 9 / 8);
    assert_in_range(test.after, 2000, 2000 * 9 / 8);
    start(&thread, leave_one_at_hand, NULL);
    pthread_join(thread, NULL);
    assert_int_equal(nd_memory().cached, 0);
}

TEST(memory_budget_empties_hands)
{
    const size_t used = nd_memory().used;
    ndi_free(ndi_allocate(200000), 200000);
    nd_set_memory_budget(used + 210000);
    void *a = ndi_allocate(100000), *b = ndi_allocate(100000);
    assert_non_null(a);
    assert_non_null(b);
    ndi_free(a, 100000);
    a = ndi_allocate(105000); /* another size: what is kept of the first must go */
    assert_non_null(a);
    assert_true(nd_memory().used + nd_memory().cached <= used + 210000);
    ndi_free(a, 105000);
    ndi_free(b, 100000);
    nd_set_memory_budget(0);
}

TEST(memory_kept_blocks_are_at_most_a_quarter_of_the_machine)
{
    if (UNDER_ASAN) /* memory goes back at once, so that ASan sees every use after it */
        skip();
    const size_t all = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
    enum { BLOCKS = 12 };
    void *blocks[BLOCKS]; /* never written: address space only */
    for (int i = 0; i < BLOCKS; i++)
        blocks[i] = ndi_allocate(all / 32);
    for (int i = 0; i < BLOCKS; i++) {
        ndi_free(blocks[i], all / 32);
        assert_true(nd_memory().cached <= all / 4);
    }
    nd_memory_trim();
    nd_error_clear(); /* a system that refuses so much address space is no failure */
}

TEST(memory_budget_refuses_and_tells_the_figures)
{
    const size_t used = nd_memory().used;
    nd_set_memory_budget(used + 1000000);
    void *most = ndi_allocate(999000);
    assert_non_null(most);
    assert_null(ndi_allocate(1001));
    char budget[64];
    snprintf(budget, sizeof budget, "budget of %zu", used + 1000000);
    assert_non_null(strstr(nd_error_message(), "1001 bytes"));
    assert_error(ND_ERROR_MEMORY, budget);
    assert_null(ndi_allocate_zeroed(80000000));
    assert_error(ND_ERROR_MEMORY, "80000000 bytes");
    assert_int_equal(nd_memory().used, used + 999000);
    assert_int_equal(nd_memory().budget, used + 1000000);
    void *rest = ndi_allocate(1000); /* to the last byte */
    assert_non_null(rest);
    assert_null(ndi_allocate(1));
    assert_error(ND_ERROR_MEMORY, "1 bytes");
    nd_set_memory_budget(used + 2000000);
    void *more = ndi_allocate(1000000);
    assert_non_null(more);
    nd_set_memory_budget(1); /* below what is in use: what is there stays */
    assert_null(ndi_allocate(1));
    assert_error(ND_ERROR_MEMORY, "budget of 1");
    nd_set_memory_budget(0);
    ndi_free(most, 999000);
    ndi_free(rest, 1000);
    ndi_free(more, 1000000);
}

TEST(memory_kept_blocks_never_stand_against_the_budget)
{
    ndi_free(ndi_allocate(30000000), 30000000);
    ndi_free(ndi_allocate(10000000), 10000000);
    const size_t used = nd_memory().used;
    nd_set_memory_budget(used + 40000000);
    assert_true(nd_memory().used + nd_memory().cached <= used + 40000000);
    void *a = ndi_allocate(39000000); /* no block of its size is kept */
    assert_non_null(a);
    assert_true(nd_memory().used + nd_memory().cached <= used + 40000000);
    ndi_free(a, 39000000);
    void *b = ndi_allocate(1000), *c = ndi_allocate(30000000);
    assert_non_null(b);
    assert_non_null(c);
    nd_set_memory_budget(0);
    ndi_free(b, 1000);
    ndi_free(c, 30000000);
}

TEST(memory_impossible_sizes_are_refused)
{
    assert_null(ndi_allocate(SIZE_MAX));
    assert_error(ND_ERROR_MEMORY, "18446744073709551615 bytes");
    assert_null(ndi_allocate((size_t)1 << 60));
    assert_error(ND_ERROR_MEMORY, "1152921504606846976 bytes");
}

typedef struct hook {
    int calls, releases, failing_call;
    size_t bytes;
} hook;

static void *hook_allocate(size_t bytes, void *context)
{
    hook *h = context;
    if (++h->calls == h->failing_call)
        return NULL;
    h->bytes += bytes;
    return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

static void hook_release(void *memory, size_t bytes, void *context)
{
    hook *h = context;
    h->releases++;
    h->bytes -= bytes;
    free(memory);
}

TEST(memory_allocator_of_the_user_gets_every_call)
{
    hook h = {.failing_call = 4};
    const nd_allocator allocator = {hook_allocate, hook_release, &h};
    nd_set_allocator(&allocator);
    void *none = ndi_allocate(0), *small = ndi_allocate(100);
    unsigned char *large = ndi_allocate_zeroed(5000000);
    assert_non_null(none);
    assert_int_equal(h.calls, 3);
    assert_int_equal(large[0] | large[2500000] | large[4999999], 0);
    assert_in_range(h.bytes, 5000100, 5000101);
    const size_t used = nd_memory().used;
    assert_null(ndi_allocate(777));
    assert_error(ND_ERROR_MEMORY, "777 bytes");
    assert_int_equal(nd_memory().used, used);
    ndi_free(large, 5000000);
    ndi_free(small, 100);
    ndi_free(none, 0);
    assert_int_equal(h.releases, 3);
    assert_int_equal(h.bytes, 0);
    nd_set_allocator(NULL);
    ndi_free(ndi_allocate(100), 100);
    assert_int_equal(h.calls, 4);
}

typedef struct {
    atomic_bool failed;
    atomic_int running;
} many_threads;

static void *allocate_much(void *threads)
{
    static const size_t mixed[] = {40, 300, 3000, 70000, 1100000, 5000000};
    many_threads *const all = threads;
    void *memory[6];
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < 6; i++) {
            memory[i] = ndi_allocate(mixed[i]);
            if (memory[i])
                memset(memory[i], round, 64 < mixed[i] ? 64 : mixed[i]);
            else
                atomic_store(&all->failed, true);
        }
        for (int i = 0; i < 6; i++)
            ndi_free(memory[i], mixed[i]);
    }
    atomic_fetch_sub(&all->running, 1);
    return NULL;
}

/* Trims all the while: one that comes while a thread obeys the last one once had a block kept that
 * had been given back. */
TEST(memory_serves_many_threads)
{
    enum { THREADS = 6 };
    pthread_t threads[THREADS];
    many_threads all = {.failed = false, .running = THREADS};
    for (int i = 0; i < THREADS; i++)
        start(&threads[i], allocate_much, &all);
    while (atomic_load(&all.running) > 0)
        nd_memory_trim();
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_false(all.failed);
}

static void *allocate_within_budget(void *passed)
{
    for (int round = 0; round < 2000; round++) {
        const size_t bytes = 40000 + (size_t)(round % 7) * 30000;
        void *memory = ndi_allocate(bytes);
        if (nd_memory().used > 500000 + unit_used_before)
            atomic_store((atomic_bool *)passed, true);
        ndi_free(memory, bytes);
    }
    return NULL;
}

TEST(memory_budget_holds_against_many_threads)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    atomic_bool passed = false;
    nd_set_memory_budget(unit_used_before + 500000);
    for (int i = 0; i < THREADS; i++)
        start(&threads[i], allocate_within_budget, &passed);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    nd_set_memory_budget(0);
    assert_false(passed);
}

static void *allocate_with_room_for_all(void *failed)
{
    for (size_t round = 0; round < 100000; round++) {
        const size_t bytes = 110000 + round % 8 * 15000; /* of few sizes, each kept block in turn */
        void *memory = ndi_allocate(bytes);
        if (!memory)
            atomic_store((atomic_bool *)failed, true);
        ndi_free(memory, bytes);
    }
    return NULL;
}

/* What is kept stands in the way of all of them at once: one that finds it gone has room. */
TEST(memory_budget_with_room_for_all_threads_refuses_none)
{
    pthread_t threads[2];
    atomic_bool failed = false;
    nd_set_memory_budget(unit_used_before + 2 * 220000);
    for (int i = 0; i < 2; i++)
        start(&threads[i], allocate_with_room_for_all, &failed);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    nd_set_memory_budget(0);
    assert_false(failed);
}

/* ---- CPU ------------------------------------------------------------------------------------- */

TEST(isa_is_masked_by_name_and_never_raised)
{
    assert_string_equal(ndi_isa_name(NDI_ISA_REFERENCE), "reference");
    assert_string_equal(ndi_isa_name(NDI_ISA_BASELINE), "baseline");
    assert_string_equal(ndi_isa_name(NDI_ISA_AVX2), "avx2");
    assert_string_equal(ndi_isa_name(NDI_ISA_AVX512), "avx512");
    assert_int_equal(ndi_isa_masked(NDI_ISA_AVX512, "avx2"), NDI_ISA_AVX2);
    assert_int_equal(ndi_isa_masked(NDI_ISA_AVX512, "reference"), NDI_ISA_REFERENCE);
    assert_int_equal(ndi_isa_masked(NDI_ISA_AVX512, "avx512"), NDI_ISA_AVX512);
    assert_int_equal(ndi_isa_masked(NDI_ISA_BASELINE, "avx512"), NDI_ISA_BASELINE);
    assert_int_equal(ndi_isa_masked(NDI_ISA_AVX2, "neon"), NDI_ISA_AVX2);
    assert_int_equal(ndi_isa_masked(NDI_ISA_AVX2, ""), NDI_ISA_AVX2);
    assert_int_equal(ndi_isa_masked(NDI_ISA_AVX2, NULL), NDI_ISA_AVX2);
}

static int isa_under_nd_isa(void)
{
    setenv("ND_ISA", "reference", 1);
    const int first = (int)ndi_isa_in_use();
    setenv("ND_ISA", "baseline", 1); /* read once: too late */
    return first * 10 + (int)ndi_isa_in_use();
}

TEST(isa_in_use_is_the_one_named_in_nd_isa)
{
    assert_int_equal(in_child(isa_under_nd_isa), NDI_ISA_REFERENCE * 10 + NDI_ISA_REFERENCE);
}

TEST(caches_have_plausible_sizes)
{
    const ndi_caches caches = ndi_cpu_caches();
    assert_in_range(caches.level1, 4 << 10, 1 << 20);
    assert_in_range(caches.level2, caches.level1, 64 << 20);
    assert_true(caches.last >= caches.level2 && caches.last <= 4L << 30);
}

/* ---- Pool ------------------------------------------------------------------------------------ */

typedef struct visits {
    atomic_uchar *times; /* each index was done */
    size_t count, grain;
    atomic_bool bad_part;
} visits;

static void visit(void *context, size_t begin, size_t end)
{
    visits *v = context;
    if (begin >= end || end > v->count || begin % v->grain != 0 ||
        (end != v->count && (end - begin) % v->grain != 0))
        atomic_store(&v->bad_part, true);
    for (size_t i = begin; i < end && i < v->count; i++)
        atomic_fetch_add_explicit(&v->times[i], 1, memory_order_relaxed);
}

/* Whether one job does each of `count` indices once, in parts that keep to the grain. */
static bool every_index_is_done_once(size_t count, size_t grain)
{
    visits v = {.times = calloc(count + 1, 1), .count = count, .grain = grain ? grain : 1};
    bool right = v.times != NULL;
    if (right) {
        ndi_parallel_for(count, grain, visit, &v);
        right = !v.bad_part;
        for (size_t i = 0; i < count; i++)
            right &= v.times[i] == 1;
    }
    free(v.times);
    return right;
}

TEST(pool_does_every_index_once)
{
    static const size_t counts[] = {0, 1, 2, 3, 7, 8, 15, 16, 17, 63, 100, 1000, 4097, 100000};
    static const size_t grains[] = {0, 1, 2, 3, 16, 100, 1024, 1000000};
    static const int threads[] = {1, 2, 7};
    for (size_t t = 0; t < 3; t++) {
        nd_set_num_threads(threads[t]);
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
            for (size_t g = 0; g < sizeof grains / sizeof *grains; g++)
                if (!every_index_is_done_once(counts[c], grains[g]))
                    fail_msg("threads %d, count %zu, grain %zu", threads[t], counts[c], grains[g]);
    }
    nd_set_num_threads(0);
}

static void check_huge(void *context, size_t begin, size_t end)
{
    atomic_fetch_add((atomic_size_t *)context, end - begin);
}

TEST(pool_cuts_the_largest_count_without_overflow)
{
    static const size_t grains[] = {1, 3, SIZE_MAX / 2, SIZE_MAX - 1, SIZE_MAX};
    nd_set_num_threads(7);
    for (int g = 0; g < 5; g++) {
        atomic_size_t sum = 0;
        ndi_parallel_for(SIZE_MAX, grains[g], check_huge, &sum);
        assert_true(sum == SIZE_MAX);
    }
    nd_set_num_threads(0);
}

TEST(pool_thread_count_can_be_set)
{
    nd_set_num_threads(0);
    const int usual = nd_num_threads();
    assert_true(usual >= 1);
    nd_set_num_threads(3);
    assert_int_equal(nd_num_threads(), 3);
    assert_int_equal(ndi_pool_threads(), 3);
    nd_set_num_threads(1000000000);
    assert_in_range(nd_num_threads(), 3, 1000000);
    nd_set_num_threads(-5);
    assert_int_equal(nd_num_threads(), usual);
    nd_set_num_threads(0);
    assert_int_equal(nd_num_threads(), usual);
}

static int threads_under_nd_num_threads(void)
{
    setenv("ND_NUM_THREADS", "5", 1);
    return nd_num_threads();
}

/* In a program of its own, as the variable is read once. */
TEST(pool_default_is_nd_num_threads)
{
    char command[600];
    char self[512] = "";
    assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    if (getenv("UNIT_IN_CHILD")) {
        assert_int_equal(threads_under_nd_num_threads(), 5);
        return;
    }
    snprintf(command, sizeof command, "UNIT_IN_CHILD=1 '%s' 'pool_default_is*' >/dev/null 2>&1",
             self);
    assert_int_equal(system(command), 0);
}

typedef struct meeting {
    atomic_int inside;
    atomic_bool met, signals_open;
    pthread_t caller;
} meeting;

/* Leaves when two threads are inside, or after ten seconds. */
static void meet(void *context, size_t begin, size_t end)
{
    meeting *m = context;
    const time_t until = time(NULL) + 10;
    sigset_t blocked;
    char stack[256 << 10];
    memset(stack, (int)begin, sizeof stack);
    __asm__ volatile("" : : "r"(stack), "r"(end) : "memory");
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    if (!pthread_equal(pthread_self(), m->caller) && !sigismember(&blocked, SIGINT))
        atomic_store(&m->signals_open, true);
    atomic_fetch_add(&m->inside, 1);
    while (!atomic_load(&m->met) && time(NULL) < until)
        if (atomic_load(&m->inside) >= 2)
            atomic_store(&m->met, true);
}

static bool two_threads_meet(void)
{
    meeting m = {.caller = pthread_self()};
    ndi_parallel_for(2, 1, meet, &m);
    return m.met && !m.signals_open;
}

TEST(pool_runs_two_parts_at_the_same_time_with_signals_blocked)
{
    nd_set_num_threads(2);
    assert_true(two_threads_meet());
    usleep(100000); /* the worker is asleep by now */
    assert_true(two_threads_meet());
    nd_set_num_threads(0);
}

/* Two threads meet, and the one that is not the caller's fails. */
static void fail_on_worker(void *context, size_t begin, size_t end)
{
    const meeting *m = context;
    meet(context, begin, end);
    if (!pthread_equal(pthread_self(), m->caller))
        ndi_fail_system(ND_ERROR_MEMORY, ENOENT, "part %zu failed", begin);
}

TEST(pool_hands_errors_of_workers_to_the_caller)
{
    nd_set_num_threads(2);
    for (int round = 0; round < 3; round++) {
        meeting m = {.caller = pthread_self()};
        ndi_parallel_for(2, 1, fail_on_worker, &m);
        assert_true(m.met);
        assert_int_equal(nd_error(), ND_ERROR_MEMORY);
        assert_int_equal(nd_error_system(), ENOENT);
        assert_non_null(strstr(nd_error_message(), " failed"));
        nd_error_clear();
        assert_true(two_threads_meet());
        assert_int_equal(nd_error(), ND_OK);
    }
    nd_set_num_threads(0);
}

static void nest(void *context, size_t begin, size_t end)
{
    atomic_int *wrong = context;
    for (size_t i = begin; i < end; i++) {
        if (ndi_pool_threads() != 1 || !every_index_is_done_once(1000, 10))
            atomic_fetch_add(wrong, 1);
        nd_set_num_threads(3); /* from inside a body: for the next job */
    }
}

TEST(pool_runs_nested_calls_on_their_caller)
{
    atomic_int wrong = 0;
    nd_set_num_threads(3);
    ndi_parallel_for(50, 1, nest, &wrong);
    assert_int_equal(wrong, 0);
    assert_int_equal(ndi_pool_threads(), 3);
    nd_set_num_threads(0);
}

static void *use_pool(void *wrong)
{
    for (size_t round = 0; round < 200; round++)
        if (!every_index_is_done_once(100 + round * 7, 1 + round % 5))
            atomic_fetch_add((atomic_int *)wrong, 1);
    return NULL;
}

TEST(pool_serves_eight_threads_while_it_is_resized)
{
    enum { USERS = 8 };
    pthread_t users[USERS];
    atomic_int wrong = 0;
    for (int i = 0; i < USERS; i++)
        start(&users[i], use_pool, &wrong);
    for (int i = 0; i < 100; i++)
        nd_set_num_threads(1 + i % 7);
    for (int i = 0; i < USERS; i++)
        pthread_join(users[i], NULL);
    nd_set_num_threads(0);
    assert_int_equal(wrong, 0);
}

TEST(pool_can_be_resized_between_jobs)
{
    for (int i = 0; i < 60; i++) {
        nd_set_num_threads(1 + i * 5 % 7);
        assert_true(every_index_is_done_once(1000, 3));
    }
    nd_set_num_threads(0);
}

static int use_pool_in_child(void)
{
    void *large = ndi_allocate(5000000), *small = ndi_allocate(100);
    if (UNDER_TSAN) /* loses count of the threads that a forked child makes */
        nd_set_num_threads(1);
    bool right = large && small && every_index_is_done_once(100000, 10);
    right &= UNDER_TSAN || two_threads_meet();
    ndi_free(large, 5000000);
    ndi_free(small, 100);
    nd_set_num_threads(UNDER_TSAN ? 1 : 3);
    right &= every_index_is_done_once(100000, 10);
    nd_set_num_threads(1);
    return right ? 7 : 8;
}

TEST(pool_works_in_a_forked_child_and_on_in_the_parent)
{
    nd_set_num_threads(2);
    assert_true(two_threads_meet());
    assert_int_equal(in_child(use_pool_in_child), 7);
    usleep(100000);
    assert_int_equal(in_child(use_pool_in_child), 7);
    assert_true(two_threads_meet());
    nd_set_num_threads(0);
}

static void *keep_using_pool(void *stop)
{
    while (!atomic_load((atomic_bool *)stop))
        every_index_is_done_once(1000, 10);
    return NULL;
}

static void *keep_allocating(void *stop)
{
    while (!atomic_load((atomic_bool *)stop))
        ndi_free(ndi_allocate(5000000), 5000000);
    return NULL;
}

/* A lock that another thread held at the fork would hang the child. */
TEST(fork_is_safe_while_other_threads_work)
{
    enum { FORKS = 30 };
    if (UNDER_ASAN) /* its own allocator may be locked at the fork, and stays so in the child */
        skip();
    pthread_t threads[2];
    atomic_bool stop = false;
    int right = 0;
    nd_set_num_threads(2);
    start(&threads[0], keep_using_pool, &stop);
    start(&threads[1], keep_allocating, &stop);
    for (int i = 0; i < FORKS && right == i; i++)
        right += in_child(use_pool_in_child) == 7;
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    nd_set_num_threads(0);
    assert_int_equal(right, FORKS);
}

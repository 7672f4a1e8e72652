/* Random programs from several threads at once, over pending arrays that they share: each must get
 * what it gets alone, with everything computed at once. Run it under ThreadSanitizer too. */
#include "pending.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SIDE = 60, SHARED = 6, OWN = 4, THREADS = 4, STATEMENTS = 25, PROGRAMS = 12 };

typedef struct program {
    uint64_t seed, state, digest;
    nd_array *const *shared;
    bool failed;
} program;

static uint32_t draw(program *p, uint32_t below)
{
    p->state = p->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(p->state >> 33) % below;
}

static void see(program *p, const nd_array *array)
{
    const nd_array *whole = nd_copy(array);
    const unsigned char *bytes = whole ? nd_data(whole) : NULL;
    for (size_t i = 0; bytes && i < nd_bytes(whole); i++)
        p->digest = (p->digest ^ bytes[i]) * 0x100000001b3;
}

/* Pending arrays below pending arrays, in shapes that broadcast. */
static void make_shared(nd_array **shared)
{
    nd_array *x = nd_copy(nd_reshape(nd_linspace(0.1, 2, SIDE * SIDE), ND_SHAPE(SIDE, SIDE)));
    shared[0] = nd_add(x, 1);
    shared[1] = nd_multiply(shared[0], nd_transpose(x));
    shared[2] = nd_mean(shared[1], ND_AXIS(0));
    shared[3] = nd_subtract(shared[1], shared[2]);
    shared[4] = nd_sqrt(nd_absolute(shared[3]));
    shared[5] = nd_std(shared[4], ND_AXIS(0));
}

static const nd_array *any(program *p, nd_array *const *own)
{
    const uint32_t i = draw(p, SHARED + OWN);
    return i < SHARED ? p->shared[i] : own[i - SHARED];
}

static void step(program *p, nd_array **own)
{
    nd_array **const to = &own[draw(p, OWN)];
    const nd_array *const a = any(p, own), *const b = any(p, own);
    switch (draw(p, 11)) {
    case 0:
        *to = nd_add(a, b);
        break;
    case 1:
        *to = nd_multiply(nd_subtract(a, b), 0.5);
        break;
    case 2:
        *to = nd_sqrt(nd_absolute(a));
        break;
    case 3:
        *to = nd_where(nd_less(a, b), a, 1.5);
        break;
    case 4:
        *to = nd_subtract(a, nd_mean(a, ND_AXIS(-1)));
        break;
    case 5:
        *to = nd_add(nd_max(a, ND_AXIS(0)), b);
        break;
    case 6:
        *to = nd_add(nd_transpose(a), 0.25);
        break;
    case 7: /* a change below what is pending */
        *to = nd_copy(*to);
        nd_array *const later = nd_add(*to, 1);
        nd_multiply_into(*to, *to, 0.5);
        *to = nd_add(*to, later);
        break;
    case 8: {
        nd_array *both[] = {own[0], (nd_array *)b};
        nd_eval(2, both);
        break;
    }
    case 9:
        see(p, a);
        break;
    default:
        *to = nd_divide(nd_cast(nd_cast(a, ND_FLOAT32), ND_FLOAT64), nd_add(nd_std(a, ND_ALL), 1));
    }
}

static void *run(void *context)
{
    program *p = context;
    p->state = p->seed;
    p->digest = 0xcbf29ce484222325;
    ND_SCOPE {
        nd_array *own[OWN];
        for (int i = 0; i < OWN; i++)
            own[i] = nd_copy(nd_reshape(nd_linspace(i, i + 1, SIDE * SIDE), ND_SHAPE(SIDE, SIDE)));
        for (int i = 0; i < STATEMENTS; i++)
            step(p, own);
        for (int i = 0; i < OWN; i++)
            see(p, own[i]);
    }
    p->failed = nd_error() != ND_OK;
    nd_error_clear();
    return NULL;
}

static void run_beside(uint64_t seed)
{
    program p[THREADS];
    uint64_t alone[THREADS];
    pthread_t threads[THREADS];
    const int64_t from = nd_lazy();
    ND_SCOPE {
        nd_array *shared[SHARED];
        assert_ok(nd_set_lazy(0));
        make_shared(shared);
        for (int i = 0; i < THREADS; i++) {
            p[i] = (program){.seed = seed * THREADS + (uint64_t)i / 2, .shared = shared};
            run(&p[i]);
            alone[i] = p[i].digest;
            assert_false(p[i].failed);
        }
        assert_ok(nd_set_lazy(100));
        make_shared(shared);
        assert_true(nd_is_pending(shared[5]));
        for (int i = 0; i < THREADS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, run, &p[i]), 0);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        assert_ok(nd_set_lazy(from));
    }
    for (int i = 0; i < THREADS; i++) {
        if (p[i].failed || p[i].digest != alone[i])
            print_error("the program of seed %llu\n", (unsigned long long)p[i].seed);
        assert_false(p[i].failed);
        assert_true(p[i].digest == alone[i]);
    }
}

TEST(programs_of_several_threads_over_shared_pending_arrays_give_what_they_give_alone)
{
    for (uint64_t seed = 0; seed < PROGRAMS; seed++)
        run_beside(seed);
}

/* Measures the machine: the loops of limit_loops.h for the widest vectors of this CPU, on threads
 * that start together. */
#define _GNU_SOURCE
#include "limit.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

typedef struct loop_set {
    long long (*read)(const char *in, size_t bytes);
    void (*write)(char *out, const char *a, const char *b, size_t bytes, bool streaming);
    double (*multiply_add64)(long rounds);
    double (*multiply_add32)(long rounds);
    int width;
} loop_set;

#if defined(__x86_64__)
#include <immintrin.h>

#define NAME(x) x##_avx512
#define TARGET __attribute__((target("avx512f")))
#define WIDTH 64
#define STREAM(p, v) _mm512_stream_si512((__m512i *)(p), (__m512i)(v))
#define FMA64(a, b, c) ((NAME(doubles))_mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c)))
#define FMA32(a, b, c) ((NAME(floats))_mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c)))
#define FENCE() _mm_sfence()
#include "limit_loops.h"

#define NAME(x) x##_avx2
#define TARGET __attribute__((target("avx2,fma")))
#define WIDTH 32
#define STREAM(p, v) _mm256_stream_si256((__m256i *)(p), (__m256i)(v))
#define FMA64(a, b, c) ((NAME(doubles))_mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c)))
#define FMA32(a, b, c) ((NAME(floats))_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#define FENCE() _mm_sfence()
#include "limit_loops.h"

#define STREAM(p, v) _mm_stream_si128((__m128i *)(p), (__m128i)(v))
#define FENCE() _mm_sfence()
#else
#define STREAM(p, v) (*(p) = (v))
#define FENCE() ((void)0)
#endif

#define NAME(x) x##_baseline
#define TARGET
#define WIDTH 16
#define FMA64(a, b, c) ((a) * (b) + (c))
#define FMA32(a, b, c) ((a) * (b) + (c))
#include "limit_loops.h"

static const loop_set *widest_loops(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f"))
        return &loops_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &loops_avx2;
#endif
    return &loops_baseline;
}

typedef struct probe {
    enum { WORK_READ, WORK_WRITE, WORK_UPDATE, WORK_FMA64, WORK_FMA32 } kind;
    bool streaming;
    int streams;       /* read beside each written one: 0, 1, 2 */
    char *out, *a, *b; /* `b` follows `a`, what is only read follows both */
    size_t written, read;
    long rounds;
} probe;

typedef struct crew {
    const loop_set *loops;
    const probe *work;
    int threads;
    atomic_int arrived, turn, next_thread;
    atomic_bool stop;
    atomic_llong sink;
} crew;

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Waits by spinning until all threads of the team are here: waking a sleeping thread costs more
 * than small work. */
static void meet(crew *team)
{
    const int turn = atomic_load(&team->turn);
    if (atomic_fetch_add(&team->arrived, 1) + 1 == team->threads) {
        atomic_store(&team->arrived, 0);
        atomic_fetch_add(&team->turn, 1);
        return;
    }
    for (int spins = 0; atomic_load(&team->turn) == turn; spins++)
        if (spins > 20000)
            sched_yield();
}

/* The part of `bytes` up to the share of `thread`, in whole blocks of eight widest vectors. */
static size_t share_start(size_t bytes, int thread, int threads)
{
    return thread == threads ? bytes / 512 * 512
                             : bytes / 512 * (size_t)thread / (size_t)threads * 512;
}

static void do_share(crew *team, int thread)
{
    const probe *w = team->work;
    const loop_set *l = team->loops;
    const size_t from = share_start(w->written, thread, team->threads);
    const size_t to = share_start(w->written, thread + 1, team->threads);
    const size_t beside = w->kind == WORK_WRITE ? (size_t)w->streams * w->written : 0;
    const size_t rest_from = share_start(w->read - beside, thread, team->threads);
    const size_t rest_to = share_start(w->read - beside, thread + 1, team->threads);
    long long used = 0;
    switch (w->kind) {
    case WORK_WRITE:
        l->write(w->out + from, w->streams > 0 ? w->a + from : NULL,
                 w->streams > 1 ? w->b + from : NULL, to - from, w->streaming);
        __attribute__((fallthrough)); /* what is read beyond that */
    case WORK_READ:
        if (rest_to > rest_from)
            used = l->read(w->a + beside + rest_from, rest_to - rest_from);
        break;
    case WORK_UPDATE:
        l->write(w->out + from, w->out + from, w->streams > 1 ? w->a + from : NULL, to - from,
                 false);
        break;
    case WORK_FMA64:
        used = (long long)l->multiply_add64(w->rounds);
        break;
    case WORK_FMA32:
        used = (long long)l->multiply_add32(w->rounds);
        break;
    }
    atomic_fetch_add(&team->sink, used);
}

static void *follow(void *argument)
{
    crew *team = argument;
    const int thread = atomic_fetch_add(&team->next_thread, 1);
    for (;;) {
        meet(team);
        if (atomic_load(&team->stop))
            return NULL;
        do_share(team, thread);
        meet(team);
    }
}

/* The best time of the work, negative if the threads cannot be started. */
static double best_time(const probe *work, int threads, double budget)
{
    enum { MOST = 1024 };
    pthread_t handles[MOST];
    crew team = {.loops = widest_loops(),
                 .work = work,
                 .threads = threads < MOST ? threads : MOST,
                 .next_thread = 1};
    double best = -1;
    for (int i = 1; i < team.threads; i++)
        if (pthread_create(&handles[i], NULL, follow, &team) != 0)
            team.threads = i; /* the ones that run already must be those that are waited for */
    const double start = seconds_now();
    for (int run = 0; run < 4 || seconds_now() - start < budget; run++) {
        meet(&team);
        const double from = seconds_now();
        do_share(&team, 0);
        meet(&team);
        const double time = seconds_now() - from;
        if (run > 0 && (best < 0 || time < best)) /* the first run warms up */
            best = time;
    }
    atomic_store(&team.stop, true);
    meet(&team);
    for (int i = 1; i < team.threads; i++)
        pthread_join(handles[i], NULL);
    return best;
}

double limit_stream(size_t read, size_t written, bool in_place, int threads, double budget)
{
    const size_t huge = 2 << 20;
    const size_t bytes = (read + written + 3 * huge) / huge * huge;
    char *memory =
        mmap(NULL, bytes + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return -1;
    char *start = memory + (huge - (size_t)memory % huge) % huge;
#ifdef MADV_HUGEPAGE
    madvise(start, bytes, MADV_HUGEPAGE);
#endif
    memset(start, 1, bytes);
    written = written / 64 * 64;
    probe work = {.kind = WORK_READ,
                  .streams = written == 0          ? 0
                             : read >= 2 * written ? 2
                                                   : read >= written,
                  .out = start,
                  .a = start + written,
                  .written = written,
                  .read = read};
    double best;
    if (in_place) {
        work.kind = WORK_UPDATE;
        best = best_time(&work, threads, budget);
    } else if (written == 0) {
        best = best_time(&work, threads, budget);
    } else {
        work.kind = WORK_WRITE;
        work.b = work.a + written;
        best = best_time(&work, threads, budget / 2);
        work.streaming = true;
        const double streamed = best_time(&work, threads, budget / 2);
        best = streamed < best ? streamed : best;
    }
    munmap(memory, bytes + huge);
    return best;
}

double limit_arithmetic(bool single, int threads, double budget)
{
    const probe work = {.kind = single ? WORK_FMA32 : WORK_FMA64, .rounds = 200000};
    const double lanes = (double)widest_loops()->width / (single ? sizeof(float) : sizeof(double));
    return 2 * 12 * lanes * (double)work.rounds * threads / best_time(&work, threads, budget);
}

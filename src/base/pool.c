/* The thread pool: one range at a time, cut into parts that the caller and the workers claim.
 *
 * How a job is handed over: the caller writes down the job, then publishes the number of its parts
 * in `unclaimed`. Whoever lowers that number by one has a right to a part, and only then reads the
 * job: until its parts are finished the caller waits, so the job cannot change under a thread that
 * has one. A worker that comes late finds nothing to claim, or parts of the next job, and either is
 * right.
 *
 * Which part it is: each thread has a share of neighbouring parts, the same in jobs of the same
 * size, and goes through it from the front; when that is done it takes from the back of another's.
 * So a thread reads one stream, and meets what it wrote or read in the job before: a sum of 80 MB
 * with a last level cache of 32 takes 0.72 ms by halves, 0.87 by parts for whoever comes first.
 *
 * Measured with 2 threads on 2 CPUs (a virtual EPYC): while workers still spin, an empty job takes
 * 0.5 us and 16 parts of 5 us take 41 to 42; once they sleep, an empty job takes 10 us and the
 * second thread joins after about 30. So small jobs over elements do not wake it: tan of 10,000
 * floats after a pause takes 6 us so, and 14 if they did. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <ndstream/base.h>

#include "blocking.h"
#include "error.h"
#include "placement.h"
#include "progress.h"
#include "tls.h"
#include "wait.h"

enum {
    MOST_THREADS = 1024,
    PARTS_PER_THREAD = 16, /* so that one that starts late or is interrupted costs a sixteenth */
    WATCHED_PARTS_PER_THREAD = 128, /* between which a computation can be stopped */
    SPIN_NANOSECONDS = 40000,       /* about what it takes to wake a worker */
    CALLERS_PATIENCE = 5,           /* times that: a part may take so long */
    PAUSES = 16,                    /* before a thread yields */
    FIRST_PAUSES = 64,              /* a microsecond: see spin_until() */
    STACK_BYTES = 8 << 20,
};

static _Thread_local NDI_FAST_TLS bool in_job; /* this thread is a worker, or runs a job now */

/* Threads asked for; 0: the default. */
static atomic_int wanted_threads;

/* Set by the thread whose job runs, and by whoever starts or stops workers. Not a mutex: after a
 * fork the child must clear what a thread that it does not have has set. */
static atomic_bool pool_taken;

/* Owned by who has set pool_taken. */
static pthread_t workers[MOST_THREADS - 1];
static int worker_count;
static bool creation_failed; /* for worker_goal: do not try again for every job */
static int worker_goal;

/* The job: written by its caller while nothing is unclaimed, read by owners of its parts. */
static struct {
    ndi_range_body *body;
    void *context;
    size_t count, grain, grains;
    uint32_t parts, shares;
} job;

/* The parts of the job that lie ahead of a thread: the first of them, and the one after the last.
 * The caller's, then the workers'. */
static struct share {
    _Alignas(64) atomic_uint_least64_t ahead;
} shares[MOST_THREADS];

static _Alignas(64) atomic_uint unclaimed;
static _Alignas(64) atomic_uint unfinished;
static _Alignas(64) atomic_uint sleepers; /* workers that must be woken */
static atomic_uint alarms;                /* what they sleep on */
static atomic_bool caller_sleeps;         /* on `unfinished` */
static atomic_bool stopping;
static atomic_int spin_nanoseconds;
static atomic_int caller_cpu;                   /* where the last job came from */
static atomic_int worker_cpu[MOST_THREADS - 1]; /* where each was at the end of its last one */

/* ---- How many threads ------------------------------------------------------------------------ */

static int clamp_threads(long threads)
{
    return threads < 1 ? 1 : threads > MOST_THREADS ? MOST_THREADS : (int)threads;
}

/* CPUs at the first call; threads that race here find the same. */
static int cpus_at_start(void)
{
    static atomic_int known;
    int cpus = atomic_load_explicit(&known, memory_order_relaxed);
    if (cpus == 0) {
        cpus = clamp_threads(ndi_cpus_allowed());
        atomic_store_explicit(&known, cpus, memory_order_relaxed);
    }
    return cpus;
}

static int default_threads(void)
{
    static atomic_int known;
    int threads = atomic_load_explicit(&known, memory_order_relaxed);
    if (threads == 0) {
        const char *text = getenv("ND_NUM_THREADS");
        char *end = NULL;
        const long asked = text ? strtol(text, &end, 10) : 0;
        threads = asked > 0 && *end == '\0' ? clamp_threads(asked) : cpus_at_start();
        atomic_store_explicit(&known, threads, memory_order_relaxed);
    }
    return threads;
}

int nd_num_threads(void)
{
    const int wanted = atomic_load_explicit(&wanted_threads, memory_order_relaxed);
    return wanted > 0 ? wanted : default_threads();
}

int ndi_pool_threads(void)
{
    return in_job ? 1 : nd_num_threads();
}

/* ---- Waiting --------------------------------------------------------------------------------- */

static void pause_cpu(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool work_or_stop(void)
{
    return atomic_load(&unclaimed) > 0 || atomic_load(&stopping);
}

static bool all_finished(void)
{
    return atomic_load(&unfinished) == 0;
}

/* None where threads are more than CPUs. */
static int64_t spin_time(void)
{
    return atomic_load_explicit(&spin_nanoseconds, memory_order_relaxed);
}

/* True as soon as `ready`; false after `patience` nanoseconds without it. Yields, as the thread
 * that is waited for, or one with better things to do, may be queued for this CPU. Not at once:
 * short jobs that follow each other would find the worker in a system call (16384 doubles times 2,
 * pending: 2.3 us, and 1.8 this way). */
static bool spin_until(bool (*ready)(void), int64_t patience)
{
    const int64_t end = patience > 0 ? nanoseconds() + patience : 0;
    int pauses = patience > 0 ? FIRST_PAUSES : PAUSES;
    do {
        for (int i = 0; i < pauses; i++) {
            if (ready())
                return true;
            pause_cpu();
        }
        pauses = PAUSES;
        sched_yield();
    } while (patience > 0 && nanoseconds() < end);
    return false;
}

/* Callers move too: to a CPU where a worker is, or where it is woken as it keeps off another. Linux
 * runs both there, beside an idle CPU, until it balances: after a pause a product of 0.54 ms took
 * 0.97, ten times in a row. So who brings a job has such workers moved away, after which they may
 * run anywhere again. Owned by who has set pool_taken. */
static bool moved[MOST_THREADS - 1];

static void move_workers_off(int cpu)
{
    for (int i = 0; i < worker_count; i++)
        moved[i] = cpu >= 0 && spin_time() > 0 &&
                   atomic_load_explicit(&worker_cpu[i], memory_order_relaxed) == cpu &&
                   ndi_move_off(workers[i], cpu);
}

static void let_moved_workers_roam(void)
{
    for (int i = 0; i < worker_count; i++)
        if (moved[i]) {
            atomic_store_explicit(&worker_cpu[i], -1, memory_order_relaxed); /* not known */
            ndi_let_roam(workers[i]);
        }
}

/* A sleeper announces itself, then looks for work; who brings work publishes it, then looks for
 * sleepers. All four are sequentially consistent, so at least one of them sees the other.
 *
 * It keeps off the CPU that jobs come from. Linux wakes it there when it can, and it then waits
 * behind the caller, or the caller behind it, until the scheduler balances: 0.1 ms of work after a
 * pause took 0.15 ms with two threads, and 0.08 this way. Once awake it may run anywhere again. */
static void wait_for_work(void)
{
    if (spin_until(work_or_stop, spin_time()))
        return;
    ndi_cpu_choice choice;
    ndi_leave_cpu(&choice, atomic_load_explicit(&caller_cpu, memory_order_relaxed));
    const unsigned heard = atomic_load(&alarms);
    atomic_fetch_add(&sleepers, 1);
    if (!work_or_stop())
        ndi_wait(&alarms, heard);
    atomic_fetch_sub(&sleepers, 1);
    ndi_return_to_cpus(&choice);
}

static void wake_workers(unsigned count)
{
    if (atomic_load(&sleepers) == 0)
        return;
    atomic_fetch_add(&alarms, 1);
    ndi_wake(&alarms, count);
}

/* Not asleep, if it can be helped: Linux wakes a caller on the CPU of the worker that wakes it, as
 * likely as not, and there it runs beside it from then on. */
static void wait_until_finished(void)
{
    unsigned left;
    if (spin_until(all_finished, CALLERS_PATIENCE * spin_time()))
        return;
    atomic_store(&caller_sleeps, true);
    while ((left = atomic_load(&unfinished)) > 0)
        ndi_wait(&unfinished, left);
    atomic_store(&caller_sleeps, false);
}

/* ---- Parts ----------------------------------------------------------------------------------- */

static bool claim_part(void)
{
    unsigned left = atomic_load(&unclaimed);
    while (left > 0 && !atomic_compare_exchange_weak(&unclaimed, &left, left - 1))
        continue;
    return left > 0;
}

static uint64_t parts_ahead(uint32_t first, uint32_t end)
{
    return (uint64_t)end << 32 | first;
}

/* Takes a part of a share, from its front or its back; false when none is left. */
static bool take_from(struct share *share, bool front, uint32_t *part)
{
    uint64_t ahead = atomic_load_explicit(&share->ahead, memory_order_relaxed), rest;
    do {
        const uint32_t first = (uint32_t)ahead, end = (uint32_t)(ahead >> 32);
        if (first == end)
            return false;
        *part = front ? first : end - 1;
        rest = front ? parts_ahead(first + 1, end) : parts_ahead(first, end - 1);
    } while (!atomic_compare_exchange_weak_explicit(&share->ahead, &ahead, rest,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}

/* The part for who claimed one. There is one: as many are left as are claimed and not yet taken, or
 * more, and a share that was found empty stays so. */
static uint32_t take_part(uint32_t own)
{
    uint32_t part = 0, share = own < job.shares ? own : 0;
    for (bool front = share == own; !take_from(&shares[share], front, &part); front = false)
        share = share + 1 < job.shares ? share + 1 : 0;
    return part;
}

/* Says how much is done; if the call is to stop, takes all that nobody has claimed and leaves it
 * undone. */
static void report_parts(void)
{
    const unsigned left = atomic_load(&unfinished);
    if (!ndi_watch_report(1 - (double)left / job.parts))
        atomic_fetch_sub(&unfinished, atomic_exchange(&unclaimed, 0));
}

/* Where a part begins, or for the number of parts, where the last one ends. Parts differ by at most
 * a grain, and so do shares. */
static size_t part_begin(uint32_t part)
{
    const size_t each = job.grains / job.parts, more = job.grains % job.parts;
    const size_t grains = each * part + more * part / job.parts;
    return grains < job.grains ? grains * job.grain : job.count;
}

/* The first error of the workers in this job. */
static ndi_sent_error sent_error;
static atomic_bool error_is_sent;

static void send_error(void)
{
    if (!atomic_exchange(&error_is_sent, true))
        ndi_error_send(&sent_error);
    nd_error_clear();
}

static void receive_error(void)
{
    if (atomic_load_explicit(&error_is_sent, memory_order_relaxed))
        ndi_error_receive(&sent_error);
    atomic_store_explicit(&error_is_sent, false, memory_order_relaxed);
}

static void finish_parts(unsigned count)
{
    if (atomic_fetch_sub(&unfinished, count) == count && atomic_load(&caller_sleeps))
        ndi_wake(&unfinished, 1);
}

/* Parts until all are claimed, for the thread whose share is `own`; `claimed`: it has one. It says
 * at the end how many it did: each write to a line that another thread writes takes 0.1 us. */
static void do_parts(uint32_t own, bool claimed, bool watched)
{
    unsigned done = 0;
    for (; claimed || claim_part(); claimed = false) {
        const uint32_t part = take_part(own);
        job.body(job.context, part_begin(part), part_begin(part + 1));
        if (own > 0 && nd_error() != ND_OK)
            send_error();
        done++;
        if (watched) {
            finish_parts(done);
            done = 0;
            report_parts();
        }
    }
    if (done > 0)
        finish_parts(done);
}

/* ---- Workers --------------------------------------------------------------------------------- */

static void *work(void *share)
{
    const uint32_t own = (uint32_t)((struct share *)share - shares);
    atomic_int *const cpu = &worker_cpu[own - 1];
    in_job = true;
    while (!atomic_load(&stopping)) {
        do_parts(own, false, false);
        const int here = ndi_cpu_here();
        if (atomic_load_explicit(cpu, memory_order_relaxed) != here)
            atomic_store_explicit(cpu, here, memory_order_relaxed);
        wait_for_work();
    }
    return NULL;
}

static bool start_worker(void)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    bool started = false;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    /* Signals are the program's: a handler of its own never runs on a worker. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0)
        started = pthread_create(&workers[worker_count], &attributes, work,
                                 &shares[worker_count + 1]) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    worker_count += started;
    return started;
}

static void stop_workers(void)
{
    if (worker_count == 0)
        return;
    atomic_store(&stopping, true);
    wake_workers(MOST_THREADS);
    for (int i = 0; i < worker_count; i++)
        pthread_join(workers[i], NULL);
    worker_count = 0;
    atomic_store(&stopping, false);
}

/* Starts or stops workers so that there are `goal`, or as many as the system gives. */
static void resize_pool(int goal)
{
    if (goal == worker_goal && (goal == worker_count || creation_failed))
        return;
    if (goal < worker_count)
        stop_workers();
    atomic_store_explicit(&spin_nanoseconds, goal < cpus_at_start() ? SPIN_NANOSECONDS : 0,
                          memory_order_relaxed);
    creation_failed = false;
    ndi_note_cpus();
    while (worker_count < goal && !creation_failed)
        creation_failed = !start_worker();
    worker_goal = goal;
}

static bool take_pool(void)
{
    return !atomic_load_explicit(&pool_taken, memory_order_relaxed) &&
           !atomic_exchange_explicit(&pool_taken, true, memory_order_acquire);
}

static void leave_pool(void)
{
    atomic_store_explicit(&pool_taken, false, memory_order_release);
}

void nd_set_num_threads(int threads)
{
    const int wanted = threads > 0 ? clamp_threads(threads) : 0;
    atomic_store_explicit(&wanted_threads, wanted, memory_order_relaxed);
    /* Workers too many go now, or, when a job runs, before the next one. */
    if (!in_job && take_pool()) {
        if (nd_num_threads() - 1 < worker_count)
            resize_pool(nd_num_threads() - 1);
        leave_pool();
    }
}

/* ---- Jobs ------------------------------------------------------------------------------------ */

/* All on this thread; in pieces if it is watched. */
static void do_alone(size_t count, size_t grain, ndi_range_body *body, void *context, bool watched)
{
    size_t step = count;
    if (watched && count / grain > WATCHED_PARTS_PER_THREAD)
        step = count / grain / WATCHED_PARTS_PER_THREAD * grain;
    else if (watched)
        step = grain;
    in_job |= watched;
    for (size_t begin = 0, end; begin < count; begin = end) {
        end = count - begin < step ? count : begin + step;
        body(context, begin, end);
        if (watched && !ndi_watch_report((double)end / (double)count))
            break;
    }
    in_job &= !watched;
}

static void share_parts(uint32_t threads)
{
    job.shares = threads < job.parts ? threads : job.parts;
    for (uint32_t i = 0; i < job.shares; i++)
        atomic_store_explicit(&shares[i].ahead,
                              parts_ahead((uint32_t)((uint64_t)job.parts * i / job.shares),
                                          (uint32_t)((uint64_t)job.parts * (i + 1) / job.shares)),
                              memory_order_relaxed);
}

static void do_job(size_t count, size_t grain, ndi_range_body *body, void *context, bool watched)
{
    const int threads = ndi_pool_threads();
    if (threads == 1 || !take_pool()) {
        do_alone(count, grain, body, context, watched);
        return;
    }
    resize_pool(threads - 1);
    const size_t wanted_parts =
        (size_t)(worker_count + 1) * (watched ? WATCHED_PARTS_PER_THREAD : PARTS_PER_THREAD);
    job.body = body;
    job.context = context;
    job.count = count;
    job.grain = grain;
    job.grains = count / grain + (count % grain != 0);
    job.parts = (uint32_t)(job.grains < wanted_parts ? job.grains : wanted_parts);
    share_parts((uint32_t)worker_count + 1);
    const int here = ndi_cpu_here();
    atomic_store_explicit(&caller_cpu, here, memory_order_relaxed);
    move_workers_off(here);
    atomic_store_explicit(&unfinished, job.parts, memory_order_relaxed);
    atomic_store(&unclaimed, job.parts - 1);
    wake_workers(job.parts - 1);
    let_moved_workers_roam();
    in_job = true;
    do_parts(0, true, watched);
    wait_until_finished();
    receive_error();
    in_job = false;
    leave_pool();
}

void ndi_parallel_for(size_t count, size_t grain, ndi_range_body *body, void *context)
{
    const bool watched = ndi_watched() && !in_job;
    if (count == 0 || (watched && ndi_watch_stopped()))
        return;
    if (grain == 0)
        grain = 1;
    if (count <= grain || in_job) { /* nothing is told when all is done: a clock costs 30 ns */
        body(context, 0, count);
        return;
    }
    ndi_long_call();
    void *const given_up = ndi_blocking_begin();
    do_job(count, grain, body, context, watched);
    ndi_blocking_end(given_up);
}

static _Atomic int64_t last_alone; /* when the last job that was sooner done alone ended */

/* Whether a job of few parts is done before a sleeping worker would be awake. The fifth of jobs
 * that follow each other wakes it. (Of threads that race here one may be wrong by a job.) */
static bool sooner_alone(size_t parts)
{
    enum { FEW_PARTS = 8, IN_A_ROW = 4 };
    static atomic_int followed;
    if (parts > FEW_PARTS || atomic_load_explicit(&sleepers, memory_order_relaxed) == 0)
        return false;
    const bool follows =
        nanoseconds() - atomic_load_explicit(&last_alone, memory_order_relaxed) < SPIN_NANOSECONDS;
    const int count = follows ? atomic_load_explicit(&followed, memory_order_relaxed) + 1 : 0;
    atomic_store_explicit(&followed, count, memory_order_relaxed);
    return count < IN_A_ROW;
}

static size_t parts_of(size_t bytes)
{
    return (bytes + NDI_PART_BYTES / 4) / NDI_PART_BYTES;
}

bool ndi_is_worth_threads(double bytes)
{
    return parts_of((size_t)bytes) > 1 && nd_num_threads() > 1;
}

/* What a thread did by itself lies in its core's cache, and to fetch it from there costs another
 * one more than it saves: where steps of a loop took turns, one alone and one on two threads,
 * (x + y) * 2 of 10,000 took 10.8 us, and 4.1 on one. So a job follows those before it, if they
 * were of a fourth of its traffic or more; and less and less the more of them do. */
static bool lies_here(size_t bytes, size_t times, bool alone)
{
    enum { MOST = 1 << 19, WORTH_FETCHING = 8 /* times its traffic */ };
    static _Thread_local NDI_FAST_TLS uint32_t here; /* bytes */
    if (alone)
        here = bytes < MOST - here ? here + (uint32_t)bytes : MOST;
    else if (bytes / 4 > here || times >= WORTH_FETCHING)
        here = 0;
    else
        here -= (uint32_t)(bytes / 8);
    return here > 0;
}

/* What takes longer than its traffic is worth a thread sooner; but claims of parts cost 0.1 us and
 * more each, so it is not worth more parts than others before each thread has one. Threads have
 * equally many: of three parts, two threads finished as late as with two (x / y of 20,000: 9.7 us,
 * 7.4 with four). */
void ndi_parallel_elements(size_t count, size_t bytes, size_t times, size_t block,
                           ndi_range_body *body, void *context)
{
    const size_t traffic = count * bytes, by_time = parts_of(traffic * times);
    if (lies_here(traffic, times, by_time < 2) || by_time < 2) {
        if (count > 0)
            body(context, 0, count);
        return;
    }
    if (sooner_alone(by_time)) {
        body(context, 0, count);
        atomic_store_explicit(&last_alone, nanoseconds(), memory_order_relaxed);
        return;
    }
    const size_t threads = (size_t)nd_num_threads(), by_traffic = parts_of(traffic),
                 parts = by_traffic > threads ? (by_traffic + threads - 1) / threads * threads
                         : by_time < threads  ? by_time
                                              : threads,
                 part = (count + parts - 1) / parts;
    ndi_parallel_for(count, (part + block - 1) / block * block, body, context);
}

/* ---- Fork and exit --------------------------------------------------------------------------- */

/* The child has none of the workers, nor the thread whose job ran. (A fork from inside a body
 * leaves a child that can only exec or exit: parts of its job went with the workers.) */
static void after_fork_in_child(void)
{
    ndi_wait_in_child();
    worker_count = 0;
    worker_goal = 0;
    atomic_store(&unclaimed, 0);
    atomic_store(&unfinished, 0);
    atomic_store(&sleepers, 0);
    atomic_store(&caller_sleeps, false);
    atomic_store(&stopping, false);
    atomic_store(&error_is_sent, false);
    leave_pool();
}

/* Early, so that locks of higher layers, under which this one may be taken, are taken first. */
__attribute__((constructor(101))) static void survive_fork(void)
{
    pthread_atfork(ndi_wait_before_fork, ndi_wait_after_fork, after_fork_in_child);
}

__attribute__((destructor)) static void stop_at_unload(void)
{
    if (!in_job && take_pool())
        stop_workers();
}

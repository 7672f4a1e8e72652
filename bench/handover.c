/* How far apart two CPUs are: what it takes to hand a line of a cache from one to the other. A host
 * moves a virtual machine's CPUs about: some 30 ns where both share a cache, which also means one
 * way to memory, and five times as much where each has its own. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

double limit_handover(void);

enum { HANDOVERS = 20000, ATTEMPTS = 3, OFF = HANDOVERS + 1 };

typedef struct player {
    pthread_t thread;
    int first_turn, cpu;
    atomic_int *turn;
} player;

static void *play(void *argument)
{
    const player *const own = argument;
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(own->cpu, &only);
    pthread_setaffinity_np(pthread_self(), sizeof only, &only);
    for (int turn = own->first_turn; turn < HANDOVERS; turn += 2) {
        int now;
        while ((now = atomic_load_explicit(own->turn, memory_order_acquire)) != turn)
            if (now == OFF)
                return NULL;
        atomic_store_explicit(own->turn, turn + 1, memory_order_release);
    }
    return NULL;
}

/* Seconds for all hand-overs; 0: there are no threads to be had. */
static double match(player players[2])
{
    struct timespec begin, end;
    atomic_int turn = -1;
    int ready = 0;
    for (; ready < 2; ready++) {
        players[ready].turn = &turn;
        if (pthread_create(&players[ready].thread, NULL, play, &players[ready]))
            break;
    }
    clock_gettime(CLOCK_MONOTONIC, &begin);
    atomic_store(&turn, ready == 2 ? 0 : OFF);
    for (int i = 0; i < ready; i++)
        pthread_join(players[i].thread, NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    return ready < 2
               ? 0
               : (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
}

/* Nanoseconds between the first two CPUs that this process may use; 0: it has only one. */
double limit_handover(void)
{
    cpu_set_t usable;
    player players[2];
    int found = 0;
    if (sched_getaffinity(0, sizeof usable, &usable))
        return 0;
    for (int cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++)
        if (CPU_ISSET(cpu, &usable)) {
            players[found] = (player){.first_turn = found, .cpu = cpu};
            found++;
        }
    double best = 0;
    for (int i = 0; found == 2 && i < ATTEMPTS; i++) { /* others may be running on these CPUs */
        const double seconds = match(players);
        if (i == 0 || seconds < best)
            best = seconds;
    }
    return best * 1e9 / HANDOVERS;
}

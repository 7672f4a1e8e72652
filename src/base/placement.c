/* CPUs of threads by the calls of Linux, or none. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "placement.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

static int cpus_online(void)
{
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

#if defined(__linux__)

int ndi_cpus_allowed(void)
{
    for (int most = CPU_SETSIZE; most <= 1 << 16; most *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)most);
        const size_t bytes = CPU_ALLOC_SIZE((size_t)most);
        int count = 0;
        bool too_small = false;
        if (set) {
            if (sched_getaffinity(0, bytes, set) == 0)
                count = CPU_COUNT_S(bytes, set);
            else
                too_small = errno == EINVAL;
            CPU_FREE(set);
        }
        if (count > 0)
            return count;
        if (!too_small)
            break;
    }
    return cpus_online();
}

int ndi_cpu_here(void)
{
    return sched_getcpu();
}

_Static_assert(sizeof(cpu_set_t) == sizeof((ndi_cpu_choice *)0)->before, "a set fits");

void ndi_leave_cpu(ndi_cpu_choice *choice, int cpu)
{
    cpu_set_t *const before = (cpu_set_t *)choice->before, *const during =
                                                               (cpu_set_t *)choice->during;
    choice->changed = false;
    if (cpu < 0 || sched_getaffinity(0, sizeof *before, before) != 0 || !CPU_ISSET(cpu, before) ||
        CPU_COUNT(before) < 2)
        return;
    *during = *before;
    CPU_CLR(cpu, during);
    choice->changed = sched_setaffinity(0, sizeof *during, during) == 0;
}

/* Unless somebody has set them since, who then knows better. */
void ndi_return_to_cpus(const ndi_cpu_choice *choice)
{
    cpu_set_t now;
    if (choice->changed && sched_getaffinity(0, sizeof now, &now) == 0 &&
        CPU_EQUAL(&now, (const cpu_set_t *)choice->during))
        sched_setaffinity(0, sizeof now, (const cpu_set_t *)choice->before);
}

static cpu_set_t noted;

void ndi_note_cpus(void)
{
    if (sched_getaffinity(0, sizeof noted, &noted) != 0)
        CPU_ZERO(&noted);
}

bool ndi_move_off(pthread_t thread, int cpu)
{
    cpu_set_t now, rest = noted;
    if (pthread_getaffinity_np(thread, sizeof now, &now) != 0)
        return false;
    CPU_OR(&rest, &rest, &now);
    if (!CPU_EQUAL(&rest, &noted) || CPU_COUNT(&now) + 1 < CPU_COUNT(&rest))
        return false;
    CPU_CLR(cpu, &rest);
    return CPU_COUNT(&rest) > 0 && pthread_setaffinity_np(thread, sizeof rest, &rest) == 0;
}

void ndi_let_roam(pthread_t thread)
{
    pthread_setaffinity_np(thread, sizeof noted, &noted);
}

#else

int ndi_cpus_allowed(void)
{
    return cpus_online();
}

int ndi_cpu_here(void)
{
    return -1;
}

void ndi_leave_cpu(ndi_cpu_choice *choice, int cpu)
{
    (void)choice, (void)cpu;
}

void ndi_return_to_cpus(const ndi_cpu_choice *choice)
{
    (void)choice;
}

void ndi_note_cpus(void) {}

bool ndi_move_off(pthread_t thread, int cpu)
{
    (void)thread, (void)cpu;
    return false;
}

void ndi_let_roam(pthread_t thread)
{
    (void)thread;
}

#endif

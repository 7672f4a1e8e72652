/* Which CPUs the threads of the pool run on. Where the system has no such calls (all but Linux),
 * nothing is moved. */
#ifndef NDSTREAM_BASE_PLACEMENT_H
#define NDSTREAM_BASE_PLACEMENT_H

#include <pthread.h>
#include <stdbool.h>

/* How many CPUs this thread may run on. */
int ndi_cpus_allowed(void);

/* The one that it runs on; -1: not known. */
int ndi_cpu_here(void);

/* The CPUs of a thread, as sets of the system: not in memory of the thread, of which a library has
 * little (tls.h). */
typedef struct ndi_cpu_choice {
    unsigned long before[16], during[16];
    bool changed;
} ndi_cpu_choice;

/* Keeps this thread off a CPU, if it has another, until ndi_return_to_cpus(). */
void ndi_leave_cpu(ndi_cpu_choice *choice, int cpu);
void ndi_return_to_cpus(const ndi_cpu_choice *choice);

/* Moves another thread off a CPU, unless somebody has chosen its CPUs, or there is no other;
 * whether it did. ndi_let_roam() gives it the CPUs back that ndi_note_cpus() has seen, those of the
 * thread that starts workers. Of several threads one at a time may call these three. */
void ndi_note_cpus(void);
bool ndi_move_off(pthread_t thread, int cpu);
void ndi_let_roam(pthread_t thread);

#endif

/* What a thread gives up while it computes or waits: a lock of its caller's (nd_set_blocking()). */
#ifndef NDSTREAM_BASE_BLOCKING_H
#define NDSTREAM_BASE_BLOCKING_H

#include <stdbool.h>

/* Around work of more than a few microseconds, and around waiting for another thread. What begin
 * returned goes to end; no lock of the library's may be held there, as end may wait for whoever
 * wants one. */
void *ndi_blocking_begin(void);
void ndi_blocking_end(void *state);

/* Has `function` called on each thread that is about to give something up, or to report, with no
 * lock of the library's held: others may come in the middle of its call. */
void ndi_at_long_call(void (*function)(void));
void ndi_long_call(void);

/* Threads may write arrays that others use: no array must give up the memory that it has. */
bool ndi_is_unordered(void);

#endif

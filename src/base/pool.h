/* The thread pool: one range at a time, cut into parts that threads claim.
 *
 * A dispatch costs a few microseconds, so callers give a grain: the least number of items that is
 * worth a part of its own. Calls from inside a body, and calls while another thread holds the
 * pool, run on the calling thread. Of a computation that is watched (progress.h), the
 * calling thread reports between its parts how far it has come, and the rest is left undone if it
 * is stopped. */
#ifndef NDSTREAM_BASE_POOL_H
#define NDSTREAM_BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>

/* Does the items begin..end-1. Runs on any thread, in any order; parts never overlap. */
typedef void ndi_range_body(void *context, size_t begin, size_t end);

/* Calls `body` over 0..count-1 in parts of at least `grain` items (the last may be smaller; every
 * part but the last is a multiple of `grain`). Returns when all are done; their writes are visible
 * to the caller, and an error that one of them has kept on its thread is kept on the caller's. */
void ndi_parallel_for(size_t count, size_t grain, ndi_range_body *body, void *context);

enum { NDI_PART_BYTES = 1 << 17 }; /* traffic that is worth a part of its own */

/* Whether what takes as long as so many bytes of traffic is worth threads. */
bool ndi_is_worth_threads(double bytes);

/* As ndi_parallel_for() for elements of `bytes` of traffic each, for which the body takes about
 * `times` as long as the traffic does, in parts alike of whole blocks: all at once on this thread
 * unless they are worth two parts, or nearly, or while they are worth few and workers sleep, or
 * behind what this thread did alone. What another core does it first fetches from this one's cache,
 * as a rule. */
void ndi_parallel_elements(size_t count, size_t bytes, size_t times, size_t block,
                           ndi_range_body *body, void *context);

/* Threads that a call made now would use, at least 1. */
int ndi_pool_threads(void);

#endif

/* What this machine can do at most, measured by hand-written loops: bytes streamed and operations a
 * second. */
#ifndef TOUR_LIMIT_H
#define TOUR_LIMIT_H

#include <stdbool.h>
#include <stddef.h>

/* Seconds to read and write that many bytes on `threads` threads: the best run, on warm huge pages,
 * with streaming or plain stores, whichever is faster. Up to two streams are read beside each
 * written one; `in_place` writes back the bytes it reads. Spends about `budget` seconds measuring.
 * Negative when there is no memory or thread for it. */
double limit_stream(size_t read, size_t written, bool in_place, int threads, double budget);

/* Operations a second of fused multiply-adds (two each) that stay in registers, on `threads`
 * threads; on float64, or on float32 if `single`. */
double limit_arithmetic(bool single, int threads, double budget);

#endif

/* What every chapter of the tour shares: timing, the machine's limit, and the report.
 *
 * Run by hand, a chapter prints lines for people. Run by tour.py with `--report FOLDER`, it prints
 * the same facts as JSON, one a line behind an '@', and saves its results in FOLDER as .npy files,
 * which tour.py compares with NumPy's. */
#ifndef TOUR_H
#define TOUR_H

#include <ndstream/nd.h>

#include <stdio.h>
#include <stdlib.h>

/* The arguments: `--report FOLDER`, `--quick` (fewer repeats), and whatever tour_argument() asks
 * for. */
void tour_begin(int count, char **arguments, const char *title);

/* The program's exit status: 1, with the library's message, if a call has failed. */
int tour_end(void);

/* The argument at `position` that is no option; a chapter that needs one says so and stops if it is
 * missing. */
const char *tour_argument(int position, const char *what);

/* Times the statement that follows: one run to warm up, then the best of many. `way` is "ndstream"
 * or "loop", `work` names what is computed. Arrays made in the statement are released after every
 * run, inside the time.
 *
 *     TOUR_TIME("ndstream", "a + b") tour_compute(nd_add(a, b));
 */
#define TOUR_TIME(way, work)                                                                       \
    for (tour_timer tour_now = tour_timer_start(way, work); tour_again(&tour_now);)                \
        ND_SCOPE

/* Computes an array that is still pending: for results whose time is measured. */
static inline void tour_compute(nd_array *array)
{
    nd_eval(1, &array);
}

typedef struct tour_timer {
    const char *way, *work;
    int64_t left, batch; /* runs between two looks at the clock, so that it does not count */
    int batches;
    double started, spent, best;
    size_t allocated, peak;
} tour_timer;

tour_timer tour_timer_start(const char *way, const char *work);
bool tour_next_batch(tour_timer *timer);

static inline bool tour_again(tour_timer *timer)
{
    __asm__ volatile("" : : : "memory"); /* a run may not be merged with the next */
    return --timer->left > 0 || tour_next_batch(timer);
}

/* Keeps a computed value from being dropped as unused. */
#define TOUR_USE(value) __asm__ volatile("" : : "g"(value) : "memory")

/* The least that some work must move between memory and processor, in bytes, and calculate. */
typedef struct tour_least {
    double read, written;
    bool in_place;           /* what is written is what was read */
    double flops64, flops32; /* multiplications and additions in float64 and float32 */
} tour_least;

/* Measures, here and now, how long the machine needs for that: hand-written loops over as many
 * bytes, on as many threads as the library uses (limit.h). */
void tour_limit(const char *work, tour_least least);

/* Hands a result to tour.py, which compares it with NumPy's. Does nothing if it is NULL. */
void tour_result(const char *name, const nd_array *array);

/* The same for a picture, which tour.py shows in the page. */
void tour_picture(const char *name, const nd_array *array);

/* How a pending array will be computed, as a drawing for the page (`name`.svg) and as a fact of
 * that name: "bytes; bytes; temporaries" through memory, with one operation after the other, and
 * saved. By hand it is printed. Computes nothing. */
void tour_plan(const char *name, const nd_array *array);

/* A named fact for the page. */
void tour_fact(const char *name, const char *format, ...) ND_PRINTF(2, 3);

/* Plain memory for the naive loops, touched, so that its page faults are not part of their time.
 * Lives until tour_end(). */
void *tour_memory(size_t bytes);

#endif

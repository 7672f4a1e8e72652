/* Telling how far a long call has come, and stopping it. */
#ifndef NDSTREAM_BASE_PROGRESS_H
#define NDSTREAM_BASE_PROGRESS_H

#include <ndstream/base.h>

/* True if somebody wants to know: what is done in one go otherwise is then done in pieces. */
bool ndi_progress_wanted(void);

/* Whether this thread is in a report, in the middle of another call. */
bool ndi_progress_is_told(void);

/* Says that `fraction` of the stage is done; to the user at most ten times a second, the end
 * excepted. False, with ND_ERROR_CANCELLED kept for `what` (an operation or a file), if the call is
 * to stop. For the thread of the call, between parallel parts. */
bool ndi_progress_report(const char *what, double fraction);

/* The part of a call that is under way, as a share of the whole. */
typedef struct ndi_stage {
    double first, span;
} ndi_stage;

/* What is reported from here on is a part of the stage so far, from `first` to `last`. Returns that
 * stage, for ndi_stage_end(). */
ndi_stage ndi_stage_begin(double first, double last);
void ndi_stage_end(ndi_stage outer);

/* ---- Computations ----
 * Between these two calls on one thread, the pool reports each parallel loop that the thread
 * starts, and gives out no more parts of any once the call is to stop. So what runs loops need not
 * know; but who watches it must have results that nobody sees when ndi_watch_end() says no: they
 * are not whole. Costs nothing where nobody wants to know. Not nested. */
void ndi_watch_begin(const char *what);

/* False, with ND_ERROR_CANCELLED kept, if it was stopped. */
bool ndi_watch_end(void);

/* For the pool: whether this thread's loops are watched; whether they have been stopped; a report,
 * after which they may be. */
bool ndi_watched(void);
bool ndi_watch_stopped(void);
bool ndi_watch_report(double fraction);

#endif

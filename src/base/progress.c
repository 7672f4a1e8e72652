/* Telling how far a long call has come: to the function that the thread has set, in shares of the
 * outermost call. */
#include "base/progress.h"

#include <time.h>

#include "base/blocking.h"
#include "base/error.h"
#include "base/tls.h"

static const double INTERVAL = 0.1; /* seconds */

static _Thread_local NDI_FAST_TLS nd_progress progress;
static _Thread_local NDI_FAST_TLS double
    next_report; /* not before: in seconds of the monotonic clock */
static _Thread_local NDI_FAST_TLS ndi_stage stage = {0, 1};
static _Thread_local NDI_FAST_TLS const char *watched; /* NULL: nothing is */
static _Thread_local NDI_FAST_TLS bool stopped;
static _Thread_local NDI_FAST_TLS bool telling;

nd_progress nd_set_progress(nd_progress wanted)
{
    const nd_progress before = progress;
    ndi_long_call();
    progress = wanted;
    next_report = 0;
    return before;
}

bool ndi_progress_wanted(void)
{
    return progress.report != NULL;
}

bool ndi_progress_is_told(void)
{
    return telling;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* `end`: the last report of a call is not left out. (A handler of signals may call the library,
 * whatever it is told.) */
static bool tell(const char *what, double fraction, bool end)
{
    const double now = seconds_now(), share = stage.first + stage.span * fraction;
    if (now < next_report && !end)
        return true;
    next_report = now + INTERVAL;
    const char *const outer = watched;
    const bool outer_stopped = stopped, outer_telling = telling;
    telling = true;
    const bool goes_on = progress.report(share < 1 ? share : 1, progress.context);
    watched = outer;
    stopped = outer_stopped;
    telling = outer_telling;
    if (goes_on)
        return true;
    ndi_fail(ND_ERROR_CANCELLED, "%s: cancelled", what);
    return false;
}

bool ndi_progress_report(const char *what, double fraction)
{
    return !progress.report || tell(what, fraction, stage.first + stage.span * fraction >= 1);
}

ndi_stage ndi_stage_begin(double first, double last)
{
    const ndi_stage outer = stage;
    stage.first += outer.span * first;
    stage.span *= last - first;
    return outer;
}

void ndi_stage_end(ndi_stage outer)
{
    stage = outer;
}

void ndi_watch_begin(const char *what)
{
    watched = progress.report ? what : NULL;
    stopped = false;
}

bool ndi_watch_end(void)
{
    const bool whole = !stopped;
    watched = NULL;
    stopped = false;
    return whole;
}

bool ndi_watched(void)
{
    return watched != NULL;
}

bool ndi_watch_stopped(void)
{
    return stopped;
}

bool ndi_watch_report(double fraction)
{
    stopped = stopped || !tell(watched, fraction, false);
    return !stopped;
}

/* Telling how far a long call has come: to the function that the thread has set, in shares of the
 * outermost call. */
#include "base/progress.h"

#include "base/error.h"

static _Thread_local nd_progress progress;
static _Thread_local ndi_stage stage = {0, 1};

nd_progress nd_set_progress(nd_progress wanted)
{
    const nd_progress before = progress;
    progress = wanted;
    return before;
}

bool ndi_progress_wanted(void)
{
    return progress.report != NULL;
}

bool ndi_progress_report(const char *what, double fraction)
{
    if (!progress.report || progress.report(stage.first + stage.span * fraction, progress.context))
        return true;
    ndi_fail(ND_ERROR_CANCELLED, "%s: cancelled", what);
    return false;
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

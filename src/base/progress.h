/* Telling how far a long call has come. */
#ifndef NDSTREAM_BASE_PROGRESS_H
#define NDSTREAM_BASE_PROGRESS_H

#include <ndstream/base.h>

/* True if somebody wants to know: what is done in one go otherwise is then done in pieces. */
bool ndi_progress_wanted(void);

/* Says that `fraction` of the stage is done. False, with ND_ERROR_CANCELLED kept for `what` (an
 * operation or a file), if the call is to stop. For the thread of the call, between parallel parts.
 */
bool ndi_progress_report(const char *what, double fraction);

/* The part of a call that is under way, as a share of the whole. */
typedef struct ndi_stage {
    double first, span;
} ndi_stage;

/* What is reported from here on is a part of the stage so far, from `first` to `last`. Returns that
 * stage, for ndi_stage_end(). */
ndi_stage ndi_stage_begin(double first, double last);
void ndi_stage_end(ndi_stage outer);

#endif

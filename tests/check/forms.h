/* One elementwise kernel in every form: argument and result contiguous, repeated, strided either
 * way, in place. */
#ifndef NDSTREAM_CHECK_FORMS_H
#define NDSTREAM_CHECK_FORMS_H

#include "check.h"

typedef struct check_subject {
    int arguments;
    nd_dtype out, in[3];
    ndi_kernel *kernel[NDI_ISA_COUNT];
    ndi_kernel *streaming[NDI_ISA_COUNT]; /* NULL where there is none */
    /* Not 0: results need not be the reference's, but within this many numbers of them, and an
     * element's bits must not depend on where it stands. */
    double tolerance;
    bool cancels; /* the tolerance is in units of the largest of result and arguments */
    check_case cases[NDI_ISA_COUNT];
} check_subject;

/* Runs all forms on all ISAs. */
void check_forms(check_subject *subject);

#endif

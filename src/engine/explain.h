/* What both tellers of an outline share: text that grows, names, numbers with units. */
#ifndef NDSTREAM_ENGINE_EXPLAIN_H
#define NDSTREAM_ENGINE_EXPLAIN_H

#include "engine/outline.h"

/* As snprintf(): what does not fit is counted. */
typedef struct ndi_telling {
    char *text;
    size_t size, length;
} ndi_telling;

void ndi_say(ndi_telling *t, const char *format, ...) ND_PRINTF(2, 3);

/* "80 MB", "1.2 GB"; "3.4 ms". */
void ndi_say_bytes(ndi_telling *t, double bytes);
void ndi_say_seconds(ndi_telling *t, double seconds);

/* "float64 (3, 4)". */
void ndi_say_array(ndi_telling *t, const ndi_outline_array *array);

/* "a" for a source, "loop2" for what a loop has left. */
void ndi_say_name(ndi_telling *t, const ndi_outline_array *array);

/* "t2 = multiply(t1, 2.5)"; the last step of a loop makes its result. */
void ndi_say_step(ndi_telling *t, const ndi_outline *o, const ndi_outline_loop *loop, int step);

/* "memory", "its functions" or "arithmetic": the longer of the two estimates. */
const char *ndi_bound(double traffic, double arithmetic, bool functions);

/* What there is to tell where there is no outline: "float64 (3,): computed, nothing is pending". */
void ndi_say_computed(ndi_telling *t, const nd_array *array);

/* The outline of a pending array with its estimates. NULL if nothing is pending, or when out of
 * memory, with the error kept then. */
ndi_outline *ndi_outline_for(const nd_array *array);

#endif

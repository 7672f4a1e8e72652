/* Stencils over their own input, a few rows side by side. */
#ifndef NDSTREAM_ENGINE_LAGGING_H
#define NDSTREAM_ENGINE_LAGGING_H

#include "engine/program.h"

/* True if the program over the nest (simplified, of two axes) can be run so: a single chain that
 * sees its target's elements at most `reach` rows away, and nearly in their columns. Then `*failed`
 * tells whether there was no memory for it, in which case the error is kept and nothing written. */
bool ndi_program_run_lagging(const ndi_program *program, const ndi_nest *nest, int64_t reach,
                             bool *failed);

#endif

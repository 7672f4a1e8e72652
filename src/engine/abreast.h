/* Rows of a result that are computed side by side. */
#ifndef NDSTREAM_ENGINE_ABREAST_H
#define NDSTREAM_ENGINE_ABREAST_H

#include "engine/program.h"

/* Computes the one result over the nest (simplified) on the pool, past the cache with `stream`, if
 * the program reads rows again and is a single chain; else false. Nothing may be read where the
 * result goes: parts of it are computed twice. */
bool ndi_program_run_abreast(const ndi_program *program, const ndi_nest *nest, bool stream);

#endif

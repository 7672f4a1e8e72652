/* Steps of a program that become one, which does their work in one pass. */
#ifndef NDSTREAM_ENGINE_JOINS_H
#define NDSTREAM_ENGINE_JOINS_H

#include "engine/program.h"

/* Joins what can be joined in a program whose steps are all there. Bits do not change. */
void ndi_program_join(ndi_program *program);

#endif

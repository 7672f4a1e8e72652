/* Runs of light steps of a program, and of functions that have links, as chains (kernels/chain.h):
 * how they are found and put together when a program is built, and run for a block. */
#ifndef NDSTREAM_ENGINE_CHAIN_H
#define NDSTREAM_ENGINE_CHAIN_H

#include "engine/program.h"

/* Cuts the steps of a finished program into units: runs of steps that have links become chains,
 * others stay alone. */
void ndi_chains_build(ndi_program *program);

/* How many arguments of a link may be in memory. */
int ndi_link_arguments(const ndi_program_link *link);

/* What does a step, or a term, whose arguments are taken from there; NULL if there is no such link.
 */
ndi_link_code *ndi_link_code_of(const ndi_chain_kernels *chain, const ndi_program_link *link,
                                const int *from);

/* The loop that does what so many links do, or NULL. */
const ndi_link_loop *ndi_link_loop_of(const ndi_chain_kernels *chain, const ndi_link *link,
                                      int links);

/* The links of all chains for this frame, whose values have their places and strides. Chains whose
 * operands have gaps are left to their kernels. */
void ndi_chains_begin(ndi_frame *frame);

/* Computes `n` elements by the chain of a unit. `fetches`: asks for those that come later. */
void ndi_chain_run(ndi_frame *frame, int unit, size_t n, bool fetches);

#endif

/* Programs that write over what they read: a target whose memory some operands see shifted, as in
 * u[1:-1] = u[:-2] + u[2:]. Each element has to be read before it is written. */
#ifndef NDSTREAM_ENGINE_SHIFTED_H
#define NDSTREAM_ENGINE_SHIFTED_H

#include "engine/graph.h"
#include "engine/program.h"

/* How what a loop reads lies to the target that it writes. */
typedef enum ndi_alias {
    NDI_ALIAS_NONE,     /* apart from it */
    NDI_ALIAS_IN_PLACE, /* element i meets element i only */
    NDI_ALIAS_SHIFTED,  /* its elements some steps on along its axes, seen in its strides */
    NDI_ALIAS_ANY,
} ndi_alias;

/* Of a source to a target of the shape that the loop has. */
ndi_alias ndi_alias_of(const ndi_node *source, const nd_array *target);

/* Runs a program over a nest (simplified here) of which operand 0, of this dtype, is written and
 * others see its memory shifted. False with ND_ERROR_MEMORY kept, before anything is written. */
bool ndi_program_run_shifted(const ndi_program *program, nd_dtype dtype, ndi_nest *nest);

#endif

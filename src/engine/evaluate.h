/* Computes pending nodes: the graph below one becomes a program over a nest, which is run. */
#ifndef NDSTREAM_ENGINE_EVALUATE_H
#define NDSTREAM_ENGINE_EVALUATE_H

#include "engine/graph.h"

/* Gives a node its elements, whoever computes them; takes over a reference. False with
 * ND_ERROR_MEMORY kept: the node stays as it was. */
bool ndi_evaluate(ndi_node *node);

/* The same for the node of an array, if it still has one. */
bool ndi_evaluate_array(const nd_array *array);

/* Computes a step into `target`, which has its elements and is of the step's shape and dtype; what
 * is pending below it runs in the same loop. What it reads may be the target's memory, however it
 * lies there; other pending arrays that read the old elements are computed. With `hand_on`, a
 * pending array that a copy puts there as it is reads the target from then on, and is not computed
 * again. False with the error kept. */
bool ndi_evaluate_into(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                       nd_array *target, bool hand_on);

#endif

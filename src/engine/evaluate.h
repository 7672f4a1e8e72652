/* Computes pending nodes: the graph below one becomes a program over a nest, which is run. */
#ifndef NDSTREAM_ENGINE_EVALUATE_H
#define NDSTREAM_ENGINE_EVALUATE_H

#include "engine/loop.h"

/* Gives a node its elements, whoever computes them; takes over a reference. False with
 * ND_ERROR_MEMORY kept: the node stays as it was. */
bool ndi_evaluate(ndi_node *node);

/* The same for the node of an array, if it still has one. */
bool ndi_evaluate_array(const nd_array *array);

/* An array's elements for whoever reads them block by block: where they are not in memory, and need
 * not be, they are produced. */
typedef struct ndi_production {
    ndi_node *node; /* NULL: the array has its elements in memory */
    ndi_produced produced;
    ndi_loop loop;
} ndi_production;

/* Computes what must be there before, and holds what the elements are made of; nothing but the last
 * step of a plan waits for it. As `taken`, in the order of memory. False with the error kept. */
bool ndi_production_begin(ndi_production *production, const nd_array *array, nd_dtype taken);

/* The same of a node, which is a source afterwards unless it is produced. */
bool ndi_production_of(ndi_production *production, ndi_node *node, nd_dtype taken);
void ndi_production_end(ndi_production *production);

/* Computes a step into `target`, which has its elements and is of the step's shape and dtype; what
 * is pending below it runs in the same loop. What it reads may be the target's memory, however it
 * lies there; other pending arrays that read the old elements are computed. With `hand_on`, a
 * pending array that a copy puts there as it is reads the target from then on, and is not computed
 * again. False with the error kept. */
bool ndi_evaluate_into(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                       nd_array *target, bool hand_on);

#endif

/* Computes pending nodes: the graph below one becomes a program over a nest, which is run. */
#ifndef NDSTREAM_ENGINE_EVALUATE_H
#define NDSTREAM_ENGINE_EVALUATE_H

#include "engine/graph.h"
#include "engine/program.h"

/* Gives a node its elements, whoever computes them; takes over a reference. False with
 * ND_ERROR_MEMORY kept: the node stays as it was. */
bool ndi_evaluate(ndi_node *node);

/* Computes a step into `target`, which has its elements and is of the step's shape and dtype; what
 * is pending below it runs in the same loop. Sources may be the target itself (the step is then
 * `in_place`), and overlap it in no other way. False with the error kept. */
bool ndi_evaluate_into(const ndi_map *step, const nd_operand *arguments, char (*scalars)[16],
                       nd_array *target);

/* A program with what it runs over, and the sources that it keeps alive meanwhile. */
typedef struct ndi_loop {
    ndi_program program;
    ndi_nest nest;
    ndi_node *source[NDI_GRAPH_SOURCES];
    ndi_storage *storage[NDI_GRAPH_SOURCES]; /* as they were at the beginning */
    int sources;
} ndi_loop;

/* A pending array that is read while it is computed, and never stored. Operand 0 of its nest stands
 * for the array's elements, in the order in which they would lie in memory. */
typedef struct ndi_producer {
    ndi_node *node;
    ndi_loop loop;
} ndi_producer;

typedef enum ndi_readiness {
    NDI_READY,
    NDI_STORED, /* it has elements, or is better stored as it was asked for before: force it */
    NDI_FAILED  /* with the error kept */
} ndi_readiness;

/* Prepares reading `array` as `dtype`. */
ndi_readiness ndi_producer_begin(ndi_producer *producer, const nd_array *array, nd_dtype dtype);

void ndi_producer_end(ndi_producer *producer);

#endif

/* Equal parts of an expression become one, so that what is written twice is computed once. */
#ifndef NDSTREAM_ENGINE_EQUALS_H
#define NDSTREAM_ENGINE_EQUALS_H

#include "engine/graph.h"

/* With the graph's lock held: below `root`, steps, reductions and views of the same arguments in
 * the same way become the first of them, unless a pending array waits for the other one. (Equal
 * steps of one program would be joined in any case: this joins them across loops.) */
void ndi_graph_join_equals(ndi_node *root);

#endif

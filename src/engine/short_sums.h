/* Sums along a short axis, as in sum((a[:, None] - b) ** 2, axis=-1): a loop goes over the results,
 * not over the terms, and adds these by steps in the order of the reduction: the same bits. */
#ifndef NDSTREAM_ENGINE_SHORT_SUMS_H
#define NDSTREAM_ENGINE_SHORT_SUMS_H

#include "engine/graph.h"

/* With the lock held: true if a node below `root` is such a sum, of steps over something small, and
 * what is below `root` does not become too large by it. */
bool ndi_is_short_sum(ndi_node *node, ndi_node *root);

/* With the lock held: makes steps of it. False with ND_ERROR_MEMORY kept: it is as it was. */
bool ndi_short_sum_unroll(ndi_node *fold);

#endif

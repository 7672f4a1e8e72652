/* Writing the result of a loop into an array that has its elements already, and that others, or the
 * loop itself, are still to read.
 *
 * Nothing is settled beforehand: pending arrays below the loop that need the old elements become
 * results of it, and the others are computed first. A pending array that is assigned as it is
 * becomes a view of what was written. */
#ifndef NDSTREAM_ENGINE_TARGET_H
#define NDSTREAM_ENGINE_TARGET_H

#include "engine/graph.h"
#include "engine/shifted.h"

typedef struct ndi_target {
    nd_array *array;
    ndi_alias alias;  /* of what the loop reads */
    ndi_node *source; /* over the array, for a pending array that is assigned; or NULL */
    bool written;
} ndi_target;

/* All with the graph's lock held. */

/* `*assigned`: the pending array that `copy`, a step into the target, puts there as it is; or NULL.
 * With it the target gets its source. False, with the error kept, without memory for that. */
bool ndi_target_assigned(ndi_target *target, const ndi_node *copy, ndi_node **assigned);

/* If the target is read below `root`, steps there that arrays still wait for are to be results too:
 * what they read is gone then. */
void ndi_target_keep(const ndi_target *target, ndi_node *root);

/* How what a loop of `root` reads lies to the target. */
ndi_alias ndi_target_alias(const ndi_target *target, ndi_node *root);

/* What is pending as `node` is in the target now: if it is what was assigned, it is read there. */
void ndi_target_hand_on(ndi_target *target, ndi_node *node);

#endif

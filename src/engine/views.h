/* Views of pending arrays: pending themselves, and the same memory once there is some.
 *
 * A view is the elements of another node, its base, in other strides. Where its base has been
 * computed it becomes a source. Where nobody else wants the base, the steps of the base are done on
 * views of their arguments instead, so only what the view shows is computed, and in the loop that
 * reads it. Else the base is computed first, or placed in the scratch of a tile. */
#ifndef NDSTREAM_ENGINE_VIEWS_H
#define NDSTREAM_ENGINE_VIEWS_H

#include "engine/graph.h"

/* The method of ndi_pending_methods. */
bool ndi_view_make(nd_array *view, const nd_array *base, int64_t offset);

/* With the lock held: the views below `root` become sources and steps, as far as they can. False
 * with ND_ERROR_MEMORY kept. */
bool ndi_views_settle(ndi_node *root);

/* With the lock held: what a view of the step `base` shows, by steps on what the base is made of,
 * though others may want that. `dims` as in the node. NULL with the error kept. */
ndi_node *ndi_view_as_steps(ndi_node *base, int rank, int64_t size, const int64_t *dims,
                            ptrdiff_t offset);

/* The axis of the base that runs with `axis` of the view as a whole; -1: none does. */
int ndi_view_base_axis(const ndi_node *view, int axis);

/* Where the plan that is being made has placed the elements of a leaf, or NULL; of a view it is a
 * part of where its base is, described in `room`. */
const ndi_placed *ndi_placement(const ndi_node *node, ndi_placed *room);

/* True if the elements lie without gaps and no axis runs backwards. */
bool ndi_is_dense(const ndi_node *node);

/* True if a source lies so that it is moved into the order of `root` before a loop reads it. */
bool ndi_is_to_move(const ndi_node *source, const ndi_node *root);

#endif

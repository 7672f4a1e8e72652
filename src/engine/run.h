/* Running single loops of a graph, for which all that they need is there. All with the graph's lock
 * held, which is given up while they run; false with ND_ERROR_MEMORY kept. */
#ifndef NDSTREAM_ENGINE_RUN_H
#define NDSTREAM_ENGINE_RUN_H

#include "engine/loop.h"
#include "engine/target.h"

/* True for a step over sources: an eager call, whose map knows more ways to run. */
bool ndi_is_plain(const ndi_node *node);

/* Computes such a step, which nobody else computes, into memory of its own. */
bool ndi_run_plain(ndi_node *node);

/* Computes a node, whose key that is, by a plan that was kept, which it takes over. */
bool ndi_run_kept(ndi_node *node, const ndi_plan_key *key, ndi_plan *plan);

/* Computes the results of one loop into memory of their own; the first into the target, if there is
 * one. The plan is kept by `key`, unless that is NULL. */
bool ndi_run_steps(ndi_node *const *result, int results, const ndi_target *target,
                   const ndi_plan_key *key);

/* Reduces elements in memory, or such as a program produces; what else waits for the same elements
 * is reduced in the same sweep. */
bool ndi_run_folds(ndi_node *node);

/* A scan: its argument is computed first, or produced block by block. */
bool ndi_run_scan(ndi_node *node);

/* Whether a scan's argument is produced, if that can be. */
bool ndi_scan_produces(const ndi_node *node);

/* The reduction whose running form it is. */
ndi_fold ndi_scan_as_fold(const ndi_scan *scan);

/* Copies a source into the order of `root`, where blocks of it are runs. */
bool ndi_run_move(ndi_node *source, ndi_node *root);

#endif

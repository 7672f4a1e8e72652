/* From the graph to one loop: the steps below a node as a program, its nest, and the sources. */
#ifndef NDSTREAM_ENGINE_LOOP_H
#define NDSTREAM_ENGINE_LOOP_H

#include "engine/graph.h"
#include "engine/habits.h"
#include "engine/plan_cache.h"

enum {
    NDI_LOOP_SOURCES = NDI_GRAPH_COST, /* true ones, and nodes that are computed before */
};

/* A program with what it runs over, and the sources that it keeps alive meanwhile. */
typedef struct ndi_loop {
    ndi_program program; /* unless a plan is used again */
    ndi_plan *plan;      /* that one, or NULL */
    ndi_nest nest;
    ndi_node *source[NDI_LOOP_SOURCES];
    int sources;
} ndi_loop;

static inline const ndi_program *ndi_loop_program(const ndi_loop *loop)
{
    return loop->plan ? &loop->plan->program : &loop->program;
}

/* All of these with the graph's lock held, in this order. */

/* No program, but a source for whoever reads its elements. */
void ndi_loop_read(ndi_loop *loop, ndi_node *source);

/* A loop over the shape of `node`; then its results are added to the nest. */
void ndi_loop_begin(ndi_loop *loop, const ndi_node *node, int results);

/* The sources below the results, and what is placed elsewhere by the plan that is being made. */
void ndi_loop_add_sources(ndi_loop *loop, ndi_node *const *result, int results);

/* The steps of `node` and what it is made of; the value that it is in the program. */
int ndi_loop_add_steps(ndi_loop *loop, ndi_node *node);

/* The whole of a loop by a plan that was kept, which it takes over: the elements of `node`, as
 * `dtype`, are at `result`. */
void ndi_loop_again(ndi_loop *loop, ndi_plan *plan, const ndi_plan_key *key, const ndi_node *node,
                    nd_dtype dtype, char *result);

/* The whole of a loop whose elements, converted to `taken`, nobody stores: for
 * ndi_program_produce(), whose linear space is the order in which `node` will lie in memory. */
void ndi_loop_produce(ndi_loop *loop, ndi_node *node, nd_dtype taken);

/* Steps below the results that were demanded before and are still wanted join them, as many as a
 * program can have. */
void ndi_loop_results(ndi_node **result, int *results);

/* Counts this demand of the steps below `root`, and what came of their waiting; `cost` as in
 * habits.h, without the steps. */
void ndi_loop_demand(ndi_node *root, int cost);

/* Keeps the sources, and with them their memory, while the lock is given up; then gives up the
 * plan, too. */
void ndi_loop_hold(ndi_loop *loop);
void ndi_loop_release(ndi_loop *loop);

#endif

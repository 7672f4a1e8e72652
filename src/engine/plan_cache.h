/* Plans that are kept: a program that computes the same expression over other elements again, as
 * most do, finds what it ran instead of making it anew.
 *
 * It depends on which steps there are, what each takes from which, and their scalars; neither on
 * lengths nor on addresses. All with the graph's lock held. */
#ifndef NDSTREAM_ENGINE_PLAN_CACHE_H
#define NDSTREAM_ENGINE_PLAN_CACHE_H

#include "engine/graph.h"
#include "engine/program.h"

enum { NDI_PLAN_KEY_WORDS = 96 };

/* What a plan depends on; and the nodes of this expression that have the elements. */
typedef struct ndi_plan_key {
    uint64_t hash;
    int words, sources;
    uint64_t word[NDI_PLAN_KEY_WORDS];
    ndi_node *source[NDI_GRAPH_SOURCES]; /* each of them once, as they are met */
} ndi_plan_key;

typedef struct ndi_plan {
    int users; /* that run it now */
    uint64_t hash;
    int words;
    uint64_t word[NDI_PLAN_KEY_WORDS];
    int sources;
    uint8_t source[NDI_GRAPH_SOURCES]; /* of the key, by the order of the program's operands */
    ndi_program program;
} ndi_plan;

/* The plan of a loop of all steps below `root` that gives its elements as `dtype`, to be given
 * back; NULL if none is kept. Its key in any case: without words where something is to be done
 * before, or the loop has more than one result. */
ndi_plan *ndi_plan_find(ndi_plan_key *key, ndi_node *root, nd_dtype dtype);
void ndi_plan_give_back(ndi_plan *plan);

/* Keeps a program of one result that was built for this key, if that has words and comes for the
 * second time;
 * these are the sources that it reads, in the order of its operands. */
void ndi_plan_keep(const ndi_plan_key *key, const ndi_program *program, ndi_node *const *source,
                   int sources);

#endif

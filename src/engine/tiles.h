/* Tiles: an expression with reductions, computed part by part while the parts are in cache.
 *
 * (M - M.mean(0)) / M.std(0) reads M three times. Cut along the columns, each tile of M is read
 * from memory once: its mean, its deviation and its part of the result are computed one after the
 * other while it is in cache. The stages of a tile are the loops that would run over the whole:
 * programs and reductions, restricted to a range of one axis. So results have the same bits.
 * Found in tiles.c, planned in tile_plan.c, run in tile_run.c. */
#ifndef NDSTREAM_ENGINE_TILES_H
#define NDSTREAM_ENGINE_TILES_H

#include "engine/loop.h"
#include "engine/target.h"

enum { NDI_LEAST_TILE = 1 << 16 }; /* bytes that are worth a task */

/* What is computed in tiles, and along which axis. */
typedef struct ndi_tiling {
    ndi_node *root;
    int stages;
    struct {
        ndi_node *node; /* in the order of computing; the root is the last */
        int axis;       /* the one that is cut */
    } stage[NDI_GRAPH_COST + 1];
    int64_t length, width; /* of the axis, and of a tile */
    double bytes;          /* that all tiles touch */
    int folds;
    ndi_alias alias;    /* with a target: how what is read lies to it */
    bool inner;         /* the axis is the innermost in memory */
    bool heavy;         /* some step is a function */
    ndi_node *obstacle; /* to be computed before, as all tiles read all of it; or NULL */
    const ndi_node *widest;
    const ndi_node *source[NDI_GRAPH_SOURCES];
    int sources;
} ndi_tiling;

/* With the graph's lock held: true if it pays to compute `root` in tiles. */
bool ndi_tiling_find(ndi_tiling *tiling, ndi_node *root);

/* The axis of an argument that runs with `axis` of the node; -1: none does. */
int ndi_argument_axis(const ndi_node *node, int axis, const ndi_node *argument);

/* With the lock held: true if the elements of a stage outlive the tiles: they are asked for, or few
 * and an array waits for them. */
bool ndi_tiling_stores(const ndi_tiling *tiling, const ndi_node *node);

/* How tiles will be computed. */
typedef struct ndi_tiling_way {
    int64_t width; /* of a tile */
    bool piped;    /* several at once, each in a stage of its own (pipeline.h) */
} ndi_tiling_way;

/* With the lock held. False with ND_ERROR_MEMORY kept. */
bool ndi_tiling_find_way(const ndi_tiling *tiling, ndi_tiling_way *way);

/* With the lock held: true if another thread computes a part of it now. */
bool ndi_tiling_claimed(const ndi_tiling *tiling);

/* With the lock held: true if the tiles may write the root there, though they read that memory. */
bool ndi_tiling_may_write(ndi_tiling *tiling, const nd_array *target);

/* With the lock held: a pending array that reads `storage` and gets no elements by these tiles, or
 * NULL. */
ndi_node *ndi_tiling_reader(const ndi_tiling *tiling, const ndi_storage *storage);

/* Computes the root (into the target unless that is NULL), and on the way what is wanted beside it.
 * With the lock held, which is given up meanwhile. False with ND_ERROR_MEMORY kept. */
bool ndi_tiling_run(const ndi_tiling *tiling, const ndi_target *target);

#endif

/* The plan of an expression in tiles: its stages, and where each leaves the elements of a tile.
 *
 * Stages meet in memory: where an array wants the elements in storage, else in scratch for one
 * tile, which is small enough for cache. Between tile_plan.c, which makes plans, and tile_run.c,
 * which runs them. */
#ifndef NDSTREAM_ENGINE_TILE_PLAN_H
#define NDSTREAM_ENGINE_TILE_PLAN_H

#include <stdatomic.h>

#include "engine/loop.h"
#include "engine/pipeline.h"
#include "engine/tiles.h"

/* Elements of which a tile takes a range along one axis. */
typedef struct ndi_tile_part {
    nd_dtype dtype;
    int rank, axis;
    bool scratch;
    char *data;
    int64_t lengths[ND_MAX_RANK], strides[ND_MAX_RANK];
} ndi_tile_part;

typedef struct ndi_tile_stage {
    ndi_node *node;
    int axis;
    ndi_placed placed;
    ndi_storage *made;            /* or NULL */
    ndi_loop loop;                /* of a step; of a reduction only the source that it keeps */
    int maker[NDI_NEST_OPERANDS]; /* the stage that an operand comes from, or less than 0 */
    bool scratch[NDI_NEST_OPERANDS];
    bool last[NDI_NEST_OPERANDS]; /* no later stage reads it: memory has time for the next tile's */
    bool fetches;                 /* some of these */
    bool in_place, folds;
    ndi_fold fold;
    ndi_leaf_order order;
    ndi_tile_part from, to;
    /* Reductions that this one does in its sweep, itself the first; 0: another does it. */
    int together;
    struct ndi_tile_stage *member[NDI_FOLDS];
} ndi_tile_stage;

typedef struct ndi_tile_plan {
    const ndi_tiling *tiling;
    int64_t width;         /* of a tile */
    size_t bytes;          /* of the plan */
    size_t elements_bytes; /* of a tile: what stages leave to each other */
    size_t workspace_bytes;
    /* Both for each thread, taken before the first tile: a tile that has begun cannot fail, as the
     * target may be a source. */
    size_t scratch_bytes;
    char *scratch;
    int threads;
    atomic_int *taken; /* each of these */
    bool dry;          /* nothing will be computed: no memory is taken */
    bool piped;        /* the stages are a pipeline */
    int64_t items;     /* of it: rows, or whole tiles of columns */
    int64_t tiles;     /* these, and others, which go through all stages one by one */
    size_t share;      /* tiles that are a task */
    ndi_pipeline pipeline;
    /* Where rows of the root are no whole lines of the cache, and go past it: a tile leaves the end
     * of each row's last line to the next one of its task. Half a line that is written makes memory
     * read it. */
    int period;     /* rows that many apart lie alike to lines; 0: tiles have edges */
    bool alone;     /* no stage but the root is stored */
    ndi_nest lines; /* the root's: rows, columns */
    int stages;
    ndi_tile_stage stage[];
} ndi_tile_plan;

/* Both sides of the reductions that a stage does in its sweep, for a tile. */
typedef struct ndi_tile_folds {
    ndi_elements from;
    ndi_folding each[NDI_FOLDS];
    int64_t lengths[1 + NDI_FOLDS][ND_MAX_RANK];
} ndi_tile_folds;

/* For the stage's part from `begin` to `end` of the axis that is cut. */
void ndi_tile_folds_find(ndi_tile_folds *f, const ndi_tile_stage *s, int64_t begin, int64_t end,
                         char *scratch);

/* Whether a tile has one element for each index of the axis that is cut. */
static inline bool ndi_tile_is_line(const ndi_tile_stage *s)
{
    return s->node->size == s->node->dims[s->axis];
}

/* With the lock held. Into the target, unless that is NULL; `dry`: nothing will be computed, and no
 * memory is taken. NULL with ND_ERROR_MEMORY kept. */
ndi_tile_plan *ndi_tile_plan_new(const ndi_tiling *tiling, const nd_array *target, bool dry);
void ndi_tile_plan_free(ndi_tile_plan *p);

#endif

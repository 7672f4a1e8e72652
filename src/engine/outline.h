/* What will be done to compute a pending array, as plain data: loops in order, what each reads,
 * does and writes, and how long that takes by estimate. explain.c puts it in words, explain_svg.c
 * draws it; nothing here computes an element. */
#ifndef NDSTREAM_ENGINE_OUTLINE_H
#define NDSTREAM_ENGINE_OUTLINE_H

#include "engine/graph.h"

enum {
    NDI_OUTLINE_LOOPS = NDI_GRAPH_COST + 1,
    NDI_OUTLINE_SOURCES = NDI_GRAPH_COST,
    NDI_OUTLINE_ARRAYS = NDI_OUTLINE_SOURCES + NDI_OUTLINE_LOOPS,
    NDI_OUTLINE_STEPS = NDI_OUTLINE_LOOPS * NDI_OUTLINE_LOOPS, /* a step may be in several loops */
};

/* Elements in memory: a source, or what a loop leaves. */
typedef struct ndi_outline_array {
    nd_dtype dtype;
    int rank;
    int64_t lengths[ND_MAX_RANK];
    double bytes;
    int loop;   /* number of the loop that makes it, from 0; -1: a source */
    int letter; /* of a source, from 0 */
} ndi_outline_array;

typedef enum ndi_outline_kind {
    NDI_OUTLINE_ARRAY,  /* `index` of an array */
    NDI_OUTLINE_STEP,   /* `index` of a step of the same loop, from 1 */
    NDI_OUTLINE_NUMBER, /* `number` */
    NDI_OUTLINE_COMPLEX /* a complex scalar */
} ndi_outline_kind;

typedef struct ndi_outline_operand {
    ndi_outline_kind kind;
    int index;
    double number;
} ndi_outline_operand;

typedef struct ndi_outline_step {
    const char *name;
    nd_dtype out;
    bool casts, function;
    bool ranges; /* elements made of their places; the arguments: the first, and the step */
    int arguments;
    ndi_outline_operand argument[NDI_MAX_OPERANDS - 1];
    bool folds;     /* a reduction, over the axes in `swept` */
    bool scans;     /* a running one along that axis */
    uint32_t swept; /* a bit for each axis */
    ndi_map map;    /* what it costs is measured by: `fold` if it is a reduction */
    ndi_fold fold;
    double seconds; /* by estimate, over the whole loop, on the threads of the pool */
} ndi_outline_step;

typedef struct ndi_outline_loop {
    int64_t elements;
    int result; /* the array that it leaves */
    int sweep;  /* number of an earlier loop, in whose sweep over the same elements it is; or -1 */
    int reads, read[NDI_OUTLINE_SOURCES]; /* arrays */
    int first, steps;                     /* in the outline; the last one makes the result */
    double bytes; /* that go through memory, for those too that are in its sweep; none for them */
    double traffic, arithmetic; /* of these: seconds, by estimate */
    bool functions;             /* most of its arithmetic is in functions */
} ndi_outline_loop;

typedef struct ndi_outline {
    int threads;
    int arrays, loops, steps;
    int64_t tiles, tile_width, tile_length; /* 0 tiles: each loop runs over the whole */
    bool piped;                             /* a tile is in each loop at the same time */
    double tile_bytes;
    double moved, stepwise; /* bytes: by these loops, and by one operation after the other */
    int temporaries;        /* that are not made */
    double traffic, arithmetic;
    bool functions;
    ndi_outline_array array[NDI_OUTLINE_ARRAYS];
    ndi_outline_loop loop[NDI_OUTLINE_LOOPS];
    ndi_outline_step step[NDI_OUTLINE_STEPS];
} ndi_outline;

/* Collects what will be done for `node`, whose reference it takes over. NULL with ND_ERROR_MEMORY
 * kept; ndi_outline_free() otherwise. */
ndi_outline *ndi_outline_of(ndi_node *node);
void ndi_outline_free(ndi_outline *outline);

/* Fills in the estimates: kernels are timed over a block in L1, and a copy through memory, each
 * once in the life of the process. */
void ndi_outline_estimate(ndi_outline *outline);

#endif

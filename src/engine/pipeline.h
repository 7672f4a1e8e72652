/* Pipelines: reductions of rows and what is made of them, as one chain over several rows.
 *
 * A softmax needs the largest element of a row before its first exponential, and their sum before
 * its first quotient. Done one after the other, memory waits while exponentials are computed, and
 * what computes waits while results go to memory. In a pipeline the stages go abreast, each a row
 * behind those whose whole row it needs: a single chain divides what row r - 1 left, computes the
 * exponentials of row r and looks for the largest element of row r + 1, a few vectors of each in
 * turn. Rows between stages stay in scratch; sums have their lanes and leaves, so the bits are
 * those of the stages. */
#ifndef NDSTREAM_ENGINE_PIPELINE_H
#define NDSTREAM_ENGINE_PIPELINE_H

#include "engine/program.h"
#include "engine/reduce.h"

enum {
    NDI_PIPE_STAGES = 12,
    NDI_PIPE_TRACKS = 32,
    NDI_PIPE_SLOTS = 48,
    NDI_PIPE_LINKS = 96,
};

/* Where rows lie: in memory, or the last few of them in scratch. Or an element for each row. */
typedef struct ndi_pipe_track {
    char *first;   /* row 0 in memory; NULL: in scratch */
    ptrdiff_t row; /* bytes from a row to the next one */
    size_t offset; /* in scratch, of row r by r % rows */
    int rows;      /* that are wanted at the same time */
    bool element;
} ndi_pipe_track;

/* A pointer of a link, which goes along a track, `lag` rows behind. */
typedef struct ndi_pipe_slot {
    uint8_t link, argument, track, lag;
    uint8_t bank; /* that it writes */
    bool writes, ahead;
} ndi_pipe_slot;

/* A step, or a reduction to one element a row. */
typedef struct ndi_pipe_stage {
    const ndi_program *program; /* NULL: a reduction */
    uint8_t lag;
    uint8_t operand[NDI_NEST_OPERANDS]; /* tracks of a step: its result, and what it reads */
    bool streams;
    int copied; /* the track in memory that its row goes to when it is whole; or -1 */
    /* A reduction: */
    const ndi_reducer *lanes; /* of its lanes */
    nd_dtype lane, result;
    ndi_reduction kind;
    int maker;              /* the stage whose row it reduces; or -1: a row in memory */
    uint8_t elements, link; /* their track; the link that fills the lanes, */
    uint8_t slot;           /* and the slot of the one that has the elements */
    size_t offset;          /* of the lanes in scratch */
} ndi_pipe_stage;

typedef struct ndi_pipeline {
    const ndi_kernels *kernels;
    const ndi_chain_kernels *chain; /* NULL: no stage has told yet */
    nd_dtype dtype;
    size_t row_bytes;
    int64_t leaves; /* of a row */
    int tracks, stages, lags, links, slots;
    ndi_pipe_track track[NDI_PIPE_TRACKS];
    ndi_pipe_stage stage[NDI_PIPE_STAGES];
    ndi_link link[NDI_PIPE_LINKS]; /* the stages that lag most come first */
    ndi_pipe_slot slot[NDI_PIPE_SLOTS];
    uint8_t begin[NDI_PIPE_STAGES + 1]; /* the first link of the stages of a lag */
    size_t scratch_bytes;               /* that a thread needs */
} ndi_pipeline;

void ndi_pipeline_begin(ndi_pipeline *pipeline);

/* The stages in their order: false if they make no pipeline.
 *
 * A step over a nest that is cut into rows along `axis`. `maker`: for what each operand reads the
 * number of the stage that makes it, or -1 if it is in memory. The result goes to memory with
 * `stored` (past the cache with `streams`), else it is left for later stages. */
bool ndi_pipeline_add_step(ndi_pipeline *pipeline, const ndi_program *program, const ndi_nest *nest,
                           int axis, const int *maker, bool stored, bool streams);

/* A reduction, of order `order`, of what stage `maker` makes (or -1: of `from`) along all axes but
 * `axis`, to an element a row; they go to memory too, unless `to` is NULL. */
bool ndi_pipeline_add_fold(ndi_pipeline *pipeline, const ndi_fold *fold, ndi_leaf_order order,
                           const ndi_elements *from, int axis, int maker, nd_dtype result, char *to,
                           ptrdiff_t to_row);

/* Puts the chain together; false if it would be too long. */
bool ndi_pipeline_end(ndi_pipeline *pipeline);

/* Computes the rows begin..end-1 with a thread's scratch. Cannot fail. */
void ndi_pipeline_run(const ndi_pipeline *pipeline, int64_t begin, int64_t end, char *scratch);

#endif

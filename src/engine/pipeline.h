/* Pipelines: reductions of rows, or of columns, and what is made of them, as one chain.
 *
 * A softmax needs the largest element of a row before its first exponential, and their sum before
 * its first quotient. Done one after the other, memory waits while exponentials are computed, and
 * what computes waits while results go to memory. In a pipeline the stages go abreast, each a row
 * behind those whose whole row it needs: a single chain divides what row r - 1 left, computes the
 * exponentials of row r and looks for the largest element of row r + 1, a few vectors of each in
 * turn. Rows between stages stay in scratch; sums have their lanes and leaves, so the bits are
 * those of the stages.
 *
 * Steps over what reductions leave, an element a row, follow them: the logarithm of a sum.
 *
 * Over columns it is the same with tiles of a few columns, line by line: the chain divides what
 * tile t - 1 left, computes the exponentials of tile t and looks for the largest elements of tile t
 * + 1, which is in cache when it is wanted again. */
#ifndef NDSTREAM_ENGINE_PIPELINE_H
#define NDSTREAM_ENGINE_PIPELINE_H

#include "engine/program.h"
#include "engine/reduce.h"
#include "engine/sweep.h"

enum {
    NDI_PIPE_STAGES = 12,
    NDI_PIPE_TRACKS = 32,
    NDI_PIPE_SLOTS = 48,
    NDI_PIPE_LINKS = 96,
    NDI_PIPE_FOLDS = NDI_FOLDS, /* of columns, each of which has a tree */
};

/* Where the items (rows, or tiles) lie: in memory, or the last few of them in scratch. Or an
 * element for each row, a line of elements for each tile. */
typedef struct ndi_pipe_track {
    char *first;    /* item 0 in memory; NULL: in scratch */
    ptrdiff_t item; /* bytes from an item to the next one */
    ptrdiff_t line; /* of a tile: from a line to the next; 0: it has one */
    size_t offset;  /* in scratch, of item i by i % items */
    int items;      /* that are wanted at the same time */
    uint8_t copies; /* in scratch: 1 + the track in memory that it is a copy of, made `lag` items */
    uint8_t lag;    /* behind the first; or 0 */
    bool element;
    bool passes; /* lines are wanted until their leaf is done: scratch has room for one */
} ndi_pipe_track;

/* A pointer of a link, which goes along a track, `lag` items behind. */
typedef struct ndi_pipe_slot {
    uint8_t link, argument, track, lag;
    uint8_t bank; /* that it writes */
    bool writes;
    bool late;       /* behind the rounds, of a link that has nothing to do in the rest of a row */
    ptrdiff_t ahead; /* bytes to what it asks for; 0: it reads or writes */
} ndi_pipe_slot;

/* A step, or a reduction to one element a row. */
typedef struct ndi_pipe_stage {
    const ndi_program *program; /* NULL: a reduction */
    uint8_t lag;
    uint8_t operand[NDI_NEST_OPERANDS]; /* tracks of a step: its result, and what it reads */
    bool streams;
    int copied; /* the track in memory that it goes to when it is whole; or -1 */
    bool late;  /* but for its edges it goes there a round later */
    /* A step over what reductions leave, as the logarithm of a sum: of one element a row, or a line
     * a tile. It has no links, and is done when they are. */
    bool follows;
    ptrdiff_t step[NDI_NEST_OPERANDS]; /* of it: bytes from an element of the line to the next */
    /* Of a step whose tiles are copied to rows that are no whole lines of the cache: where in
     * scratch the last line of each of the tile before waits, to be completed by this tile, as half
     * a line that is written makes memory read it. In the step's scratch there is room for it
     * before each line. */
    size_t carried;
    /* A reduction: */
    nd_dtype lane, result;
    ndi_reduction kind;
    int maker;              /* the stage whose items it reduces; or -1: items in memory */
    uint8_t elements, link; /* their track; the link that fills the lanes, or accumulators */
    /* Of rows: */
    const ndi_reducer *lanes; /* of its lanes */
    uint8_t slot;             /* of the link that has the elements */
    size_t offset;            /* of the lanes in scratch */
    ndi_swept_fold fold;      /* of columns */
} ndi_pipe_stage;

typedef struct ndi_pipeline {
    const ndi_kernels *kernels;
    const ndi_chain_kernels *chain; /* NULL: no stage has told yet */
    nd_dtype dtype;
    int64_t columns;  /* of a tile; 0: items are rows */
    int64_t lines;    /* of a tile */
    size_t row_bytes; /* of a row, or of a line of a tile */
    int64_t leaves;   /* of a row, or of a column */
    int tracks, stages, lags, links, slots;
    ndi_pipe_track track[NDI_PIPE_TRACKS];
    ndi_pipe_stage stage[NDI_PIPE_STAGES];
    ndi_link link[NDI_PIPE_LINKS]; /* the stages that lag most come first */
    ndi_pipe_slot slot[NDI_PIPE_SLOTS];
    uint8_t begin[NDI_PIPE_STAGES + 1]; /* the first link of the stages of a lag */
    const ndi_link_loop *loop;          /* of all links, over columns; or NULL */
    /* Of a loop that writes whole lines to rows that are none (`lined`): the step whose result is
     * copied else, and is so at the edges of a run; or -1. */
    int lined;
    size_t scratch_bytes; /* that a thread needs */
} ndi_pipeline;

/* How many columns a tile of so many lines has, if a pipeline over columns could pay; else 0.
 * `aligned`: the lines of the whole are whole lines of the cache. */
int64_t ndi_pipeline_columns(int64_t lines, size_t element_bytes, bool aligned);

/* Over rows, or tiles of so many columns. */
void ndi_pipeline_begin(ndi_pipeline *pipeline, int64_t columns);

/* The stages in their order: false if they make no pipeline.
 *
 * A step over a nest that is cut into items along `axis`. `maker`: for what each operand reads the
 * number of the stage that makes it, or -1 if it is in memory. The result goes to memory with
 * `stored` (past the cache with `streams`), else it is left for later stages. */
bool ndi_pipeline_add_step(ndi_pipeline *pipeline, const ndi_program *program, const ndi_nest *nest,
                           int axis, const int *maker, bool stored, bool streams);

/* A reduction, of order `order`, of what stage `maker` makes (or -1: of `from`) along all axes but
 * `axis`, to an element a row or column; they go to memory too, unless `to` is NULL. `fold` must
 * outlive the pipeline. */
bool ndi_pipeline_add_fold(ndi_pipeline *pipeline, const ndi_fold *fold, ndi_leaf_order order,
                           const ndi_elements *from, int axis, int maker, nd_dtype result, char *to,
                           ptrdiff_t to_row);

/* Puts the chain together; false if it would be too long. */
bool ndi_pipeline_end(ndi_pipeline *pipeline);

/* Computes the items begin..end-1 with a thread's scratch. Cannot fail. */
void ndi_pipeline_run(const ndi_pipeline *pipeline, int64_t begin, int64_t end, char *scratch);

/* ---- Between the files of pipelines ---------------------------------------------------------- */

/* The item of a stage that follows reductions. */
void ndi_pipe_run_follower(const ndi_pipeline *pipeline, const ndi_pipe_stage *stage, char *scratch,
                           int64_t item);

void ndi_pipeline_run_rows(const ndi_pipeline *pipeline, int64_t begin, int64_t end, char *scratch);
void ndi_pipeline_run_columns(const ndi_pipeline *pipeline, int64_t begin, int64_t end,
                              char *scratch);

/* Of the tree over the leaves of a column. */
static inline int ndi_pipe_levels(const ndi_pipeline *p)
{
    int levels = 2;
    for (int64_t leaves = p->leaves; leaves > 0; leaves /= 2)
        levels++;
    return levels;
}

static inline char *ndi_pipe_place(const ndi_pipe_track *track, char *scratch, int64_t item)
{
    if (track->first)
        return track->first + item * track->item;
    const int64_t place = track->items > 1 ? item % track->items : 0; /* a division takes longer */
    return scratch + track->offset + (size_t)place * (size_t)track->item;
}

static inline bool ndi_pipe_has_links(const ndi_pipe_stage *stage)
{
    return stage->program && !stage->follows;
}

/* Whether a stage has an item of the part, some time after the first. */
static inline bool ndi_pipe_takes_part(int lag, int first, int last)
{
    return lag >= first && lag <= last;
}

/* The links of the lags first..last, of which the one that lags most comes first, over
 * the bytes at..end-1 of so many lines. */
static inline void ndi_pipe_run_links(const ndi_pipeline *p, ndi_link *link, int first, int last,
                                      size_t at, size_t end, int64_t lines)
{
    ndi_link *const begin = &link[p->begin[last]],
                    *const next = &link[first > 0 ? p->begin[first - 1] : p->links - 1];
    *next = (ndi_link){
        .code = p->chain->next, .pointer = {(char *)begin, (char *)end}, .row = {(ptrdiff_t)lines}};
    p->chain->run(begin, at);
}

#endif

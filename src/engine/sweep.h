/* The sweep of a reduction over the leaves of a tile, into a tree of states. */
#ifndef NDSTREAM_ENGINE_SWEEP_H
#define NDSTREAM_ENGINE_SWEEP_H

#include <stdatomic.h>

#include "engine/nest.h"
#include "engine/reduce.h"

enum {
    NDI_TREE_LEVELS = 64, /* more than any array has */
    NDI_STATE_BYTES = 16, /* of one accumulator at most */
    NDI_CONVERTED =
        NDI_CHUNK * 16, /* elements of a leaf that are converted first: the scratch stays in L2 */
};

/* One of the reductions of a sweep. */
typedef struct ndi_swept_fold {
    const ndi_fold *fold;
    const ndi_reducer *reducer;
    ndi_leaf_kernel *leaf; /* row, column or wide */
    nd_dtype result;
    bool converts; /* leaves are converted into scratch */
    int planes;
    size_t plane_bytes; /* of one plane of a tile's state */
    char *partial;      /* states of spans, [tile][span][plane][column], when there are several */
    bool streams;       /* the state of a tile goes straight to memory */
    int state_of;       /* the reduction whose states are its own too: see share_sums() */
} ndi_swept_fold;

/* Reductions of the same elements over the same axes: each leaf is reduced by all while it is in
 * cache. */
typedef struct ndi_sweep {
    const ndi_kernels *kernels;
    int count;
    ndi_swept_fold each[NDI_FOLDS];
    nd_dtype in;
    const ndi_produced *produced; /* NULL: the elements are in memory */
    ndi_workspace *workspace;     /* or NULL */
    ndi_nest kept;                /* operand 0: the input, then the results */
    ndi_nest swept;               /* operand 0: the input */
    bool by_columns;              /* not row */
    int64_t chunk;                /* rows of a leaf */
    int64_t tile_columns, tiles_across, tiles;
    int64_t chunks; /* of the innermost swept axis */
    int64_t leaves, span, spans;
    size_t grain;         /* tasks that are worth a part of their own */
    size_t scratch_bytes; /* for elements that are converted or produced */
    int levels;           /* of the tree over the leaves of a span, or over spans */
    atomic_bool failed;   /* no memory for a task's tree */
    atomic_bool decided;  /* any, all: the answer is known */
    bool may_decide;
} ndi_sweep;

/* A state of a tile: its planes, and how many elements it stands for. */
typedef struct ndi_tile_state {
    double count;
    void *plane[NDI_STATES];
} ndi_tile_state;

/* States that wait for their neighbour, as the digits of a binary counter. One more level holds a
 * finished tile. */
typedef struct ndi_tree {
    int depth;
    uint64_t pushed;
    ndi_tile_state level[NDI_TREE_LEVELS];
    char *memory;
    size_t bytes;
    _Alignas(64) char own[1 << 15]; /* enough for narrow tiles */
} ndi_tree;

/* Rounded up to whole cache lines. */
static inline size_t ndi_in_lines(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

/* Memory of the sweep's workspace, or if it has none allocated; NULL if that fails. */
void *ndi_sweep_take(const ndi_sweep *run, size_t bytes);
void ndi_sweep_give_back(const ndi_sweep *run, void *memory, size_t bytes);

/* The bytes of a tree's states, which it takes where its own are too few; making it and those of
 * all reductions of the sweep, false without memory. */
size_t ndi_tree_bytes(const ndi_sweep *run, const ndi_swept_fold *each);
bool ndi_tree_make(ndi_tree *t, const ndi_sweep *run, const ndi_swept_fold *each);
void ndi_tree_free(ndi_tree *t, const ndi_sweep *run);
bool ndi_make_trees(ndi_tree *t, const ndi_sweep *run);

/* States go on a tree one after the other: pushed, filled by the caller, and settled, as that of
 * 2^levels leaves. At the end one is left. */
void ndi_tree_begin(ndi_tree *t);
ndi_tile_state *ndi_tree_push(ndi_tree *t);
void ndi_tree_settle(ndi_tree *t, const ndi_swept_fold *run, size_t columns, int levels);
ndi_tile_state *ndi_tree_end(ndi_tree *t, const ndi_swept_fold *run, size_t columns);

/* The state of `columns` columns, to where the planes `to` have column `column`. */
void ndi_copy_state(const ndi_swept_fold *run, size_t columns, void *const *to, size_t column,
                    const ndi_tile_state *from);

/* What becomes of a state at the end: the elements of so many columns from `out` on. */
void ndi_finish_state(const ndi_kernels *kernels, const ndi_swept_fold *run, size_t columns,
                      const ndi_tile_state *state, char *out, ptrdiff_t stride);

/* What the reduction could take from the program that produces its elements instead of them. */
ndi_gives ndi_sweep_wants(const ndi_sweep *run);

/* The leaves first..last-1 over the columns of a tile that begin at `data`, each reduction's into
 * the highest level of its tree. `scratch`: run->scratch_bytes; `frame`: where elements are
 * produced. */
void ndi_sweep_tile(ndi_sweep *run, ndi_tree *t, const char *data, size_t columns, int64_t first,
                    int64_t last, char *scratch, ndi_frame *frame);

#endif

/* The graph of pending computations.
 *
 * A node is an elementwise step, a reduction, a scan or a view; its arguments are nodes, scalars or
 * sources (elements in memory). A pending array has a node; nodes live as long as an array or
 * another node refers to them. One lock guards the graph; it is not held while a plan runs. */
#ifndef NDSTREAM_ENGINE_GRAPH_H
#define NDSTREAM_ENGINE_GRAPH_H

#include <string.h>

#include "engine/map.h"
#include "engine/reduce.h"
#include "kernels/ranges.h"

enum {
    NDI_GRAPH_COST = 32,    /* of what a pending array needs: kernels and conversions */
    NDI_GRAPH_SOURCES = 16, /* what would be larger is computed in parts */
};

typedef struct ndi_node ndi_node;

/* A running reduction along an axis; `taken`: what its kernel takes. */
typedef struct ndi_scan {
    nd_op op;
    int axis;
    nd_dtype taken;
} ndi_scan;

typedef enum ndi_node_form { NDI_SOURCE, NDI_STEP, NDI_FOLD, NDI_SCAN, NDI_VIEW } ndi_node_form;

/* Where a plan puts the elements of a node that it computes on the way. */
typedef struct ndi_placed {
    int stage;    /* of the plan */
    bool scratch; /* they are there while a tile is computed: `data` is an offset */
    char *data;
    int64_t strides[ND_MAX_RANK];
} ndi_placed;

/* What a source is made of lies together: an element of the graph is to be few cache lines. */
struct ndi_node {
    int references;
    uint8_t form;
    uint8_t arguments;
    uint8_t cost;              /* kernels and conversions */
    bool demanded;             /* it was computed as a part of something else before */
    bool heir;                 /* made of what was demanded, or of heirs: see ndi_wanted_again() */
    bool left;                 /* a source, the array of which has been overwritten since */
    uint32_t views;            /* pending arrays that are views of it */
    uint32_t claim;            /* a plan that runs will give it elements: see ndi_graph_claim() */
    nd_array *array;           /* the pending array, or NULL if it is released or computed */
    ndi_node *previous, *next; /* nodes with pending arrays, the oldest first */
    ndi_storage *storage;      /* of a source; NULL: the elements are in `own`, a copy */
    char *data;                /* of a source */
    union {
        struct {
            union {
                ndi_map step;
                ndi_fold fold;
                ndi_scan scan;
                ptrdiff_t offset; /* of a view, in bytes from the first element of its argument */
            };
            ndi_node *argument[NDI_MAX_OPERANDS - 1];           /* NULL: a scalar */
            _Alignas(16) char scalar[NDI_MAX_OPERANDS - 1][16]; /* of the dtype taken */
        };
        _Alignas(16) char own[NDI_INLINE_BYTES];
    };
#ifndef NDEBUG
    uint64_t content; /* of the elements when the node began to read them */
#endif
    int8_t dtype;
    uint8_t rank;
    uint32_t mark;            /* number of the walk that came by last */
    int value;                /* in the program that was built last with it */
    int cut;                  /* the axis along which the plan that is made cuts it into tiles */
    const ndi_placed *placed; /* by the plan that is being made, or NULL */
    int64_t size;
    int64_t dims[]; /* lengths, then strides: unless it is a source, where its elements will be */
};

/* With the lock held: a node without arguments and memory, a source until it is made something
 * else. NULL with the error kept. `dims` as in the node. */
ndi_node *ndi_node_new(nd_dtype dtype, int rank, int64_t size, const int64_t *dims);

/* With the lock held: makes the node read `storage`, a reference of which it takes over. */
void ndi_node_read(ndi_node *node, ndi_storage *storage, char *data);

/* The elements of a source have been changed by a loop that is to change them. */
void ndi_node_read_again(ndi_node *node);

#ifndef NDEBUG
/* Whether a source has the elements that it had: false if somebody wrote to them without
 * ndi_force_writeable(). */
bool ndi_node_is_unchanged(const ndi_node *node);
#endif

/* With the lock held: a source over an array's elements. */
ndi_node *ndi_node_source(const nd_array *array);

/* With the lock held: a source of places (kernels/ranges.h) in C order, without memory. */
ndi_node *ndi_node_places(int rank, int64_t size, const int64_t *lengths);

static inline bool ndi_is_places(const ndi_node *node)
{
    return node->form == NDI_SOURCE && ndi_is_place(node->data);
}

/* With the lock held: gives a pending array its node. */
void ndi_node_link(ndi_node *node, nd_array *array);
void ndi_node_unlink(ndi_node *node);

/* With the lock held: gives up the arguments. */
void ndi_node_drop_arguments(ndi_node *node);

static inline bool ndi_is_source(const ndi_node *node)
{
    return node->form == NDI_SOURCE;
}

static inline const int64_t *ndi_node_strides(const ndi_node *node)
{
    return node->dims + node->rank;
}

/* A step for which an array waits, whose elements are kept when they are computed as a part of
 * something else: as that has happened before; or as it is made of values that were computed before
 * and whose arrays are gone (x = f(x) in a loop that looks at something made of each x), which
 * would be computed once more with whatever is made of this one. */
static inline bool ndi_wanted_again(const ndi_node *node)
{
    if (!node->array || node->demanded || !node->heir)
        return node->array && node->demanded;
    for (int i = 0; i < node->arguments; i++) /* will be kept itself */
        if (node->argument[i] && node->argument[i]->array && node->argument[i]->demanded)
            return false;
    return true;
}

/* True if two reductions of a graph can be done in one sweep. */
bool ndi_same_sweep(const ndi_node *a, const ndi_node *b);

/* True if two sources are the same elements in the same shape. */
static inline bool ndi_same_source(const ndi_node *a, const ndi_node *b)
{
    return a->data == b->data && a->dtype == b->dtype && a->rank == b->rank &&
           memcmp(a->dims, b->dims, 2 * (size_t)a->rank * sizeof(int64_t)) == 0;
}

/* True if a node below `root` is computed before it, in a loop of its own: a reduction, a scan, a
 * step over fewer elements, which would be computed again and again, or a view whose elements must
 * be there as a whole. */
static inline bool ndi_is_boundary(const ndi_node *node, const ndi_node *root)
{
    return node->form != NDI_STEP || node->size != root->size;
}

/* The graph's lock. */
void ndi_graph_lock(void);
void ndi_graph_unlock(void);

/* With the lock held: marks a node whose elements a running plan computes or reads; others wait in
 * ndi_graph_wait() until it is let go. A child after fork() starts without claims. */
void ndi_graph_claim(ndi_node *node);
bool ndi_graph_claimed(const ndi_node *node);
void ndi_graph_release_claim(ndi_node *node);
void ndi_graph_wait(void);

/* With the lock held: the number of a new walk over the graph. A walk marks the nodes it has seen:
 * there are far more ways than nodes. */
uint32_t ndi_graph_walk(void);

/* True if the walk has not been here yet; it has now. */
static inline bool ndi_graph_visit(ndi_node *node, uint32_t walk)
{
    const bool first = node->mark != walk;
    node->mark = walk;
    return first;
}

/* With the lock held: true if what is in `storage` is read below a node. */
bool ndi_graph_reads(ndi_node *node, const ndi_storage *storage);

/* With the lock held: the node of a pending array that leads to `storage`, none of those listed;
 * NULL if there is none. */
ndi_node *ndi_graph_reader(const ndi_storage *storage, ndi_node *const *but, int count);

/* With the lock held: `fold`, and reductions below arrays that were made lately which can be done
 * in the same sweep. Returns how many there are, at most NDI_FOLDS. */
int ndi_graph_folds_with(ndi_node *fold, ndi_node **found);

/* With the lock held: a reference more, a reference less. */
ndi_node *ndi_node_retain(ndi_node *node);
void ndi_node_release(ndi_node *node);

/* With the lock held: the node's elements begin at `data` in `storage`, a reference of which is
 * taken over; its pending array, if there still is one, gets them too. */
void ndi_node_settled(ndi_node *node, ndi_storage *storage, char *data);

/* The bytes of memory that the elements of a node take, and how far from its beginning the first
 * one lies. Without gaps, unless it is a step that was seen through a view. */
size_t ndi_node_bytes(const ndi_node *node, ptrdiff_t *first);

/* The operation of a step, reduction or scan. */
const char *ndi_node_name(const ndi_node *node);

/* Memory for the elements of a node; NULL with an error kept that names what was to be computed. */
ndi_storage *ndi_node_storage(const ndi_node *node, ptrdiff_t *first);

/* ndi_node_settled() where `storage` was made for the node. */
void ndi_node_computed(ndi_node *node, ndi_storage *storage);

/* As ndi_node_settled(), by the holder of a reference, which is given up: where only the pending
 * array has another one, the storage is the array's alone, and the node goes. */
void ndi_node_finish(ndi_node *node, ndi_storage *storage, char *data);

/* With the lock held: the steps below `root` read `copy` instead of `source` from now on, an array
 * with the same elements in another order. Reductions do not, as the order of memory is theirs.
 * False with the error kept. */
bool ndi_graph_move(ndi_node *root, ndi_node *source, const nd_array *copy);

/* The node of a pending array with a reference more, or NULL if the array has its elements by
 * now. */
ndi_node *ndi_graph_node_of(const nd_array *array);

#endif

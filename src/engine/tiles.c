/* Finding what can be computed in tiles, and doing it.
 *
 * A cut along one axis of the root is followed down the graph: through steps by broadcasting,
 * through reductions by their kept axes. Where every node below is cut along one axis of its own,
 * a tile depends on nothing but the tiles of its arguments. Stages meet in memory: where an array
 * wants the elements in storage, else in scratch for one tile, which is small enough for cache. */
#include "engine/tiles.h"

#include <string.h>

#include "base/pool.h"
#include "base/progress.h"
#include "engine/pipeline.h"
#include "engine/views.h"

enum {
    TILE_RUN = 512,        /* bytes along an innermost axis: shorter runs waste memory's lines */
    LEAST_TILE = 1 << 16,  /* bytes that are worth a task */
    LEAST_PIPED = 1 << 19, /* the same of a pipeline, which has to be filled */
    LEAST_PIPED_TILES = 8, /* the same, of tiles */
    TILES_PER_THREAD = 4,
    PIPES_PER_THREAD = 2, /* over columns: each is filled and drained, or has edges */
    LINE = 64,
    LINED_ROOM = 16 * LINE, /* for as many columns as a line has, of any dtype */
    LEAST_LINED = 1 << 15, /* bytes of the rows that lie alike to lines, to run them on their own */
};

/* ---- Finding --------------------------------------------------------------------------------- */

static double bytes_of(const ndi_node *node)
{
    return (double)node->size * (double)nd_dtype_size((nd_dtype)node->dtype);
}

static bool has_fold_below(ndi_node *node, uint32_t walk)
{
    for (int i = 0; i < node->arguments; i++) {
        ndi_node *const argument = node->argument[i];
        if (argument && ndi_graph_visit(argument, walk) &&
            (argument->form == NDI_FOLD || has_fold_below(argument, walk)))
            return true;
    }
    return false;
}

/* The axis of an argument that runs with `axis` of the node; -1: none does. */
static int argument_axis(const ndi_node *node, int axis, const ndi_node *argument)
{
    if (node->form == NDI_VIEW)
        return ndi_view_base_axis(node, axis);
    if (node->form == NDI_STEP) {
        const int at = axis - (node->rank - argument->rank);
        return at >= 0 && argument->dims[at] == node->dims[axis] ? at : -1;
    }
    int at = 0;
    for (int kept = 0; !node->fold.keepdims; at++)
        if (!(node->fold.swept >> at & 1) && kept++ == axis)
            break;
    return node->fold.keepdims ? axis : at;
}

static void add_stage(ndi_tiling *tiling, ndi_node *node)
{
    node->value = tiling->stages;
    tiling->stage[tiling->stages].node = node;
    tiling->stage[tiling->stages++].axis = node->cut;
    tiling->folds += node->form == NDI_FOLD && node != tiling->root;
    tiling->bytes += bytes_of(node);
}

/* False if there are too many. */
static bool add_source(ndi_tiling *tiling, const ndi_node *source)
{
    for (int i = 0; i < tiling->sources; i++)
        if (ndi_same_source(tiling->source[i], source))
            return true;
    if (tiling->sources == NDI_GRAPH_SOURCES)
        return false;
    tiling->source[tiling->sources++] = source;
    tiling->bytes += bytes_of(source);
    return true;
}

/* Whether a node has a stage of its own, beside what reads it. What a reduction reads lies in the
 * scratch without gaps. */
static bool is_staged(const ndi_node *node, const ndi_node *argument)
{
    return !ndi_is_source(argument) && argument->form != NDI_VIEW &&
           (node->form != NDI_STEP || ndi_is_boundary(argument, node) ||
            ndi_wanted_again(argument));
}

/* False if some node would be cut along two axes, or could not be read from scratch. */
static bool cut(ndi_tiling *tiling, ndi_node *node, int axis, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk))
        return node->cut == axis;
    node->cut = axis;
    node->value = -1;
    if (node != tiling->root && (node->form == NDI_SCAN || ndi_graph_claimed(node))) {
        /* Computed as a whole, or it comes soon. */
        tiling->obstacle = node;
        return true;
    }
    if (!tiling->widest || node->size > tiling->widest->size)
        tiling->widest = node;
    tiling->heavy |= node->form == NDI_STEP && !node->step.exact;
    if (ndi_is_source(node) && !add_source(tiling, node))
        return false;
    if (node->form == NDI_FOLD && !ndi_is_source(node->argument[0]) &&
        !ndi_is_dense(node->argument[0]))
        return false;
    for (int i = 0; i < node->arguments; i++) {
        ndi_node *const argument = node->argument[i];
        const int at = argument ? argument_axis(node, axis, argument) : -1;
        if (at < 0) {
            if (argument && !ndi_is_source(argument))
                tiling->obstacle = argument;
            continue;
        }
        if (!cut(tiling, argument, at, walk))
            return false;
        if (is_staged(node, argument) && argument->value < 0)
            add_stage(tiling, argument);
    }
    return true;
}

/* The width of a tile that fits half of the level 2 cache; or, along an axis that must not be cut
 * finer, a thread's share of the last level. False if that is too little. */
static bool choose_width(ndi_tiling *tiling)
{
    const ndi_caches caches = ndi_cpu_caches();
    const int threads = ndi_pool_threads();
    const int64_t length = tiling->length,
                  item = (int64_t)nd_dtype_size((nd_dtype)tiling->widest->dtype);
    const double index_bytes = tiling->bytes / (double)length;
    const int64_t stride = ndi_node_strides(tiling->widest)[tiling->widest->cut];
    tiling->inner = tiling->widest->size > length && (stride < 0 ? -stride : stride) == item;
    const int64_t least = tiling->inner && item < TILE_RUN ? TILE_RUN / item : 1;
    int64_t width = (int64_t)((double)caches.level2 / 2 / index_bytes);
    const int64_t even = (length + TILES_PER_THREAD * threads - 1) / (TILES_PER_THREAD * threads);
    if (width > even && (double)even * index_bytes >= LEAST_TILE)
        width = even;
    if (width < least)
        width = least;
    width = (width + least - 1) / least * least;
    tiling->width = width < length ? width : length;
    return (double)tiling->width * index_bytes <= (double)caches.last / (2 * threads);
}

bool ndi_tiling_find(ndi_tiling *best, ndi_node *root)
{
    best->folds = 0;
    best->alias = NDI_ALIAS_NONE;
    if (root->form == NDI_SCAN || !has_fold_below(root, ndi_graph_walk()))
        return false;
    for (int axis = 0; axis < root->rank; axis++) {
        if (root->dims[axis] < 2)
            continue;
        ndi_tiling tiling = {.root = root, .length = root->dims[axis]};
        if (!cut(&tiling, root, axis, ndi_graph_walk()) || tiling.folds < best->folds ||
            tiling.folds == 0 || !choose_width(&tiling))
            continue;
        if (tiling.folds == best->folds &&
            (tiling.inner > best->inner ||
             (double)tiling.width / (double)tiling.length * tiling.bytes >=
                 (double)best->width / (double)best->length * best->bytes))
            continue;
        *best = tiling;
        best->stage[best->stages].node = root;
        best->stage[best->stages++].axis = axis;
    }
    return best->folds > 0;
}

/* ---- The plan -------------------------------------------------------------------------------- */

/* Elements of which a tile takes a range along one axis. */
typedef struct part {
    nd_dtype dtype;
    int rank, axis;
    bool scratch;
    char *data;
    int64_t lengths[ND_MAX_RANK], strides[ND_MAX_RANK];
} part;

enum { NO_STAGE = -1, VIEWED = -2 };

typedef struct stage {
    ndi_node *node;
    int axis;
    ndi_placed placed;
    ndi_storage *made;            /* or NULL */
    ndi_loop loop;                /* of a step; of a reduction only the source that it keeps */
    int maker[NDI_NEST_OPERANDS]; /* the stage that an operand comes from, or NO_STAGE, VIEWED */
    bool scratch[NDI_NEST_OPERANDS];
    bool last[NDI_NEST_OPERANDS]; /* no later stage reads it: memory has time for the next tile's */
    bool fetches;                 /* some of these */
    bool in_place, folds;
    ndi_fold fold;
    ndi_leaf_order order;
    part from, to;
    /* Reductions that this one does in its sweep, itself the first; 0: another does it. */
    int together;
    struct stage *member[NDI_FOLDS];
} stage;

typedef struct plan {
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
    ndi_pipeline pipeline;
    /* Where rows of the root are no whole lines of the cache, and go past it: a tile leaves the end
     * of each row's last line to the next one of its task. Half a line that is written makes memory
     * read it. */
    int period;     /* rows that many apart lie alike to lines; 0: tiles have edges */
    bool alone;     /* no stage but the root is stored */
    ndi_nest lines; /* the root's: rows, columns */
    int stages;
    stage stage[];
} plan;

/* Its elements outlive the plan: they are asked for, or few and an array waits for them. */
static bool is_stored(const ndi_tiling *tiling, const ndi_node *node)
{
    return node == tiling->root || ndi_wanted_again(node) ||
           (node->array && (node->form == NDI_FOLD || node->size <= tiling->widest->size / 16));
}

/* Whether tiles may write where they read: all that is in the target's memory is cut as it is. */
static bool reads_in_tiles(ndi_tiling *tiling, ndi_node *node, int axis, const nd_array *target)
{
    if (ndi_is_source(node)) {
        const ndi_alias alias = ndi_alias_of(node, target);
        tiling->alias = alias > tiling->alias ? alias : tiling->alias;
        return alias == NDI_ALIAS_NONE ||
               (alias == NDI_ALIAS_IN_PLACE && axis == tiling->stage[tiling->stages - 1].axis);
    }
    for (int i = 0; i < node->arguments; i++) {
        ndi_node *const argument = node->argument[i];
        const int at = argument && axis >= 0 ? argument_axis(node, axis, argument) : -1;
        if (argument && !reads_in_tiles(tiling, argument, at, target))
            return false;
    }
    return true;
}

bool ndi_tiling_may_write(ndi_tiling *tiling, const nd_array *target)
{
    return reads_in_tiles(tiling, tiling->root, tiling->stage[tiling->stages - 1].axis, target);
}

ndi_node *ndi_tiling_reader(const ndi_tiling *tiling, const ndi_storage *storage)
{
    ndi_node *stored[NDI_GRAPH_COST + 1];
    int count = 0;
    for (int s = 0; s < tiling->stages; s++)
        if (is_stored(tiling, tiling->stage[s].node))
            stored[count++] = tiling->stage[s].node;
    return ndi_graph_reader(storage, stored, count);
}

bool ndi_tiling_claimed(const ndi_tiling *tiling)
{
    for (int s = 0; s < tiling->stages; s++)
        if (is_stored(tiling, tiling->stage[s].node) && ndi_graph_claimed(tiling->stage[s].node))
            return true;
    return false;
}

/* Whether a tile has one element for each index of the axis that is cut. */
static bool is_line(const stage *s)
{
    return s->node->size == s->node->dims[s->axis];
}

/* A tile of the node in scratch: in the order of its memory, without gaps. */
static void place_in_scratch(plan *p, stage *s)
{
    const ndi_node *const node = s->node;
    int order[ND_MAX_RANK];
    ndi_stride_order(node->rank, ndi_node_strides(node), order);
    int64_t bytes = (int64_t)nd_dtype_size((nd_dtype)node->dtype);
    for (int i = node->rank - 1; i >= 0; i--) {
        s->placed.strides[order[i]] = bytes;
        /* A gap where the axis shrinks to one index: the axes around it must not become one, which
         * would cut what is reduced into other chunks. */
        const int64_t width = p->width > 1 ? p->width : 2;
        bytes *= order[i] == s->axis ? width : node->dims[order[i]];
    }
    s->placed.scratch = true;
    p->elements_bytes += is_line(s) ? LINED_ROOM : 0;
    s->placed.data = (char *)p->elements_bytes;
    p->elements_bytes += ((size_t)bytes + 127) / 64 * 64; /* an odd line more: sets of the cache */
}

static bool place(plan *p, stage *s, const nd_array *target)
{
    const ndi_node *const node = s->node;
    if (target && node == p->tiling->root) {
        memcpy(s->placed.strides, ndi_strides(target), node->rank * sizeof(int64_t));
        s->placed.data = target->data;
        return true;
    }
    if (!is_stored(p->tiling, node)) {
        place_in_scratch(p, s);
        return true;
    }
    memcpy(s->placed.strides, ndi_node_strides(node), node->rank * sizeof(int64_t));
    if (p->dry) {
        s->placed.data = ndi_virtual_elements;
        return true;
    }
    ptrdiff_t first;
    s->made = ndi_node_storage(node, &first);
    s->placed.data = s->made ? (char *)s->made->memory + first : NULL;
    return s->made;
}

static void set_part(part *to, const ndi_node *node, int axis, const int64_t *strides, char *data,
                     bool scratch)
{
    to->dtype = (nd_dtype)node->dtype;
    to->rank = node->rank;
    to->axis = axis;
    to->scratch = scratch;
    to->data = data;
    memcpy(to->lengths, node->dims, node->rank * sizeof(int64_t));
    memcpy(to->strides, strides, node->rank * sizeof(int64_t));
}

/* An earlier stage reduces the same elements: both do it in one sweep. */
static void join_sweep(plan *p, stage *s)
{
    s->together = 1;
    s->member[0] = s;
    for (stage *first = p->stage; first < s; first++)
        if (first->folds && first->together > 0 && first->together < NDI_FOLDS &&
            first->axis == s->axis && ndi_same_sweep(first->node, s->node)) {
            first->member[first->together++] = s;
            s->together = 0;
            return;
        }
}

static int maker_of(const ndi_node *source, const ndi_placed *placed)
{
    return !placed ? NO_STAGE : source->form == NDI_VIEW ? VIEWED : placed->stage;
}

/* What comes before is placed already. */
static void build(plan *p, stage *s)
{
    ndi_node *const node = s->node;
    s->folds = node->form == NDI_FOLD;
    if (s->folds) {
        ndi_node *const source = node->argument[0];
        ndi_placed room;
        const ndi_placed *const placed = ndi_placement(source, &room);
        s->fold = node->fold;
        /* Decided by the elements as they would lie in memory, whatever the scratch is like. */
        const ndi_elements whole = {(nd_dtype)source->dtype, source->rank, source->dims,
                                    ndi_node_strides(source), ndi_virtual_elements};
        s->order = ndi_fold_order(&s->fold, &whole);
        set_part(&s->from, source, argument_axis(node, s->axis, source),
                 placed ? placed->strides : ndi_node_strides(source),
                 placed ? placed->data : source->data, placed && placed->scratch);
        set_part(&s->to, node, s->axis, s->placed.strides, s->placed.data, s->placed.scratch);
        s->maker[1] = maker_of(source, placed);
        s->loop.sources = 1;
        s->loop.source[0] = source;
        join_sweep(p, s);
        return;
    }
    s->in_place = node == p->tiling->root && p->tiling->alias == NDI_ALIAS_IN_PLACE;
    ndi_loop_begin(&s->loop, node, 1);
    ndi_nest_add_strided(&s->loop.nest, s->placed.data, node->rank, node->dims, s->placed.strides);
    ndi_loop_add_sources(&s->loop, &s->node, 1);
    ndi_program_store(&s->loop.program, ndi_loop_add_steps(&s->loop, node), 0);
    ndi_program_end(&s->loop.program);
    s->scratch[0] = s->placed.scratch;
    for (int i = 0; i < s->loop.sources; i++) {
        ndi_placed room;
        const ndi_placed *const placed = ndi_placement(s->loop.source[i], &room);
        s->scratch[i + 1] = placed && placed->scratch;
        s->maker[i + 1] = maker_of(s->loop.source[i], placed);
    }
}

/* Whether the result of a step goes past the cache, if it is stored. */
static bool streams(const stage *s)
{
    const ndi_nest *const nest = &s->loop.nest;
    const size_t size = nd_dtype_size((nd_dtype)s->node->dtype);
    size_t read = 0;
    for (int i = 1; i < nest->operands; i++)
        read += ndi_nest_repeats(nest, i) ? 0 : size;
    return !s->in_place && ndi_streams_past_cache((double)nest->size, read, size, false);
}

static bool add_to_pipeline(plan *p, const stage *s)
{
    char *const stored = s->placed.scratch ? NULL : s->placed.data;
    for (int i = 1; i <= s->loop.sources; i++)
        if (s->maker[i] == VIEWED)
            return false;
    if (s->folds) {
        const ndi_elements from = {s->from.dtype, s->from.rank, s->from.lengths, s->from.strides,
                                   s->from.data};
        return ndi_pipeline_add_fold(&p->pipeline, &s->fold, s->order, &from, s->from.axis,
                                     s->maker[1], s->to.dtype, stored, s->placed.strides[s->axis]);
    }
    return ndi_pipeline_add_step(&p->pipeline, &s->loop.program, &s->loop.nest, s->axis, s->maker,
                                 stored, streams(s));
}

/* Whether the stages make a pipeline, row by row of the axis that is cut, or by tiles of so many
 * columns. */
static bool make_pipeline(plan *p, int64_t columns)
{
    ndi_pipeline_begin(&p->pipeline, columns);
    for (int i = 0; i < p->stages; i++)
        if (!add_to_pipeline(p, &p->stage[i]))
            return false;
    return ndi_pipeline_end(&p->pipeline);
}

/* Whether tiles leave ends of lines to the next one: sets `lines` and `period`. */
static int find_period(plan *p)
{
    const stage *const root = &p->stage[p->stages - 1];
    ndi_nest *const lines = &p->lines;
    if (p->piped || root->folds || !streams(root) || p->tiling->length < 4 * p->width)
        return 0;
    for (int i = 1; i <= root->loop.sources; i++)
        if (root->maker[i] == VIEWED || (root->scratch[i] && !is_line(&p->stage[root->maker[i]])))
            return 0;
    p->alone = true;
    for (const stage *s = p->stage; s < root; s++)
        p->alone &= s->placed.scratch;
    ndi_nest_range(&root->loop.nest, root->axis, 0, p->width, lines);
    ndi_nest_simplify(lines);
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size((nd_dtype)root->node->dtype),
                    row = lines->stride[0][0];
    if (lines->rank != 2 || lines->length[1] != p->width || lines->stride[0][1] != size ||
        p->width * size % LINE != 0 || ndi_nest_rows_aligned(lines, 0))
        return 0;
    int period = 1;
    while (period * row % LINE != 0)
        period *= 2;
    return lines->length[0] / period * p->width * size >= LEAST_LINED ? period : 0;
}

/* Which operands of a stage are sources that nothing in the tile reads later. */
static void find_last_reads(plan *p, stage *s)
{
    s->fetches = false;
    for (int i = 0; !s->folds && i < s->loop.sources; i++) {
        const ndi_node *const source = s->loop.source[i];
        bool last = !s->scratch[i + 1] && ndi_is_source(source);
        for (const stage *later = s + 1; later < p->stage + p->stages; later++)
            for (int j = 0; j < later->loop.sources; j++)
                last &= !ndi_is_source(later->loop.source[j]) ||
                        !ndi_same_source(later->loop.source[j], source);
        s->last[i + 1] = last;
        s->fetches |= last;
    }
}

static void free_plan(plan *p)
{
    ndi_free(p->scratch, p->scratch_bytes * (size_t)p->threads);
    for (int s = 0; s < p->stages; s++)
        ndi_storage_release(p->stage[s].made);
    ndi_free(p, p->bytes);
}

/* Both sides of the reductions that a stage does in its sweep, for a tile. */
typedef struct tile_folds {
    ndi_elements from;
    ndi_folding each[NDI_FOLDS];
    int64_t lengths[1 + NDI_FOLDS][ND_MAX_RANK];
} tile_folds;

static ndi_elements elements_of(const part *whole, int64_t begin, int64_t end, char *scratch,
                                int64_t *lengths)
{
    memcpy(lengths, whole->lengths, (size_t)whole->rank * sizeof(int64_t));
    lengths[whole->axis] = end - begin;
    return (ndi_elements){whole->dtype, whole->rank, lengths, whole->strides,
                          whole->scratch ? scratch + (uintptr_t)whole->data
                                         : whole->data + begin * whole->strides[whole->axis]};
}

static void find_folds(tile_folds *f, const stage *s, int64_t begin, int64_t end, char *scratch)
{
    f->from = elements_of(&s->from, begin, end, scratch, f->lengths[NDI_FOLDS]);
    for (int i = 0; i < s->together; i++)
        f->each[i] = (ndi_folding){&s->member[i]->fold, elements_of(&s->member[i]->to, begin, end,
                                                                    scratch, f->lengths[i])};
}

/* Whole tiles and the last one, which may be planned otherwise. */
static bool take_scratch(plan *p)
{
    const int64_t length = p->tiling->length, width = p->width, widths[] = {width, length % width};
    for (int i = 0; i < p->stages; i++)
        for (int w = 0; w < 2; w++) {
            const stage *const s = &p->stage[i];
            tile_folds f;
            if (!s->folds || s->together == 0 || widths[w] == 0)
                continue;
            find_folds(&f, s, 0, widths[w], ndi_virtual_elements);
            const size_t bytes = ndi_fold_workspace(s->together, f.each, s->order, &f.from);
            p->workspace_bytes = bytes > p->workspace_bytes ? bytes : p->workspace_bytes;
        }
    const size_t piped = p->piped ? p->pipeline.scratch_bytes : 0,
                 staged = p->items < p->tiles ? p->elements_bytes + p->workspace_bytes : 0;
    p->scratch_bytes = ((piped > staged ? piped : staged) + 4095) / 4096 * 4096;
    p->scratch = ndi_allocate(p->scratch_bytes * (size_t)p->threads);
    return p->scratch;
}

/* With `columns`: as a pipeline over tiles of so many. */
static plan *make_plan(const ndi_tiling *tiling, const nd_array *target, int64_t columns, bool dry)
{
    const int threads = ndi_pool_threads();
    const size_t stages = sizeof(plan) + (size_t)tiling->stages * sizeof(stage),
                 bytes = stages + (size_t)threads * sizeof(atomic_int);
    plan *const p = ndi_allocate(bytes);
    if (!p)
        return NULL;
    p->tiling = tiling;
    p->width = columns > 0 ? columns : tiling->width;
    p->bytes = bytes;
    p->elements_bytes = p->workspace_bytes = p->scratch_bytes = 0;
    p->scratch = NULL;
    p->dry = dry;
    p->threads = threads;
    p->taken = (atomic_int *)((char *)p + stages);
    p->stages = 0;
    for (int i = 0; i < tiling->stages; i++) {
        stage *const s = &p->stage[p->stages++];
        s->node = tiling->stage[i].node;
        s->axis = tiling->stage[i].axis;
        s->made = NULL;
        s->placed.stage = i;
        s->placed.scratch = false;
        if (!place(p, s, target)) {
            free_plan(p);
            return NULL;
        }
    }
    for (int i = 0; i < p->threads; i++)
        atomic_init(&p->taken[i], 0);
    for (int i = 0; i < p->stages; i++) {
        build(p, &p->stage[i]);
        p->stage[i].node->placed = &p->stage[i].placed;
    }
    for (int i = 0; i < p->stages; i++) {
        p->stage[i].node->placed = NULL;
        find_last_reads(p, &p->stage[i]);
    }
    p->piped = make_pipeline(p, columns);
    if (columns > 0 && !p->piped) {
        free_plan(p);
        return make_plan(tiling, target, 0, dry);
    }
    p->period = find_period(p);
    p->items = !p->piped ? 0 : columns > 0 ? tiling->length / columns : tiling->length;
    p->tiles =
        p->piped && columns == 0 ? tiling->length : (tiling->length + p->width - 1) / p->width;
    if (dry || take_scratch(p))
        return p;
    free_plan(p);
    return NULL;
}

/* Columns of a tile that goes through a pipeline, if that could pay; else 0. Without functions
 * there is nothing to compute while memory is busy, and wider tiles are quicker. */
static int64_t columns_of(const ndi_tiling *tiling)
{
    const size_t size = nd_dtype_size((nd_dtype)tiling->widest->dtype);
    const int64_t columns = ndi_pipeline_columns(tiling->widest->size / tiling->length, size,
                                                 (size_t)tiling->length * size % LINE == 0);
    return tiling->inner && tiling->heavy &&
                   tiling->length >= columns * LEAST_PIPED_TILES * ndi_pool_threads()
               ? columns
               : 0;
}

bool ndi_tiling_find_way(const ndi_tiling *tiling, ndi_tiling_way *way)
{
    plan *const p = make_plan(tiling, NULL, columns_of(tiling), true);
    if (!p)
        return false;
    way->piped = p->piped;
    way->width = p->piped && p->pipeline.columns == 0 ? 1 : p->width;
    free_plan(p);
    return true;
}

/* ---- Running --------------------------------------------------------------------------------- */

static void run_folds(const plan *p, const stage *s, int64_t begin, int64_t end, char *scratch)
{
    ndi_workspace workspace = {.memory = scratch + p->elements_bytes, .bytes = p->workspace_bytes};
    tile_folds f;
    find_folds(&f, s, begin, end, scratch);
    if (s->together > 0)
        ndi_fold_run(s->together, f.each, s->order, &f.from, NULL, &workspace);
}

static void run_program(const stage *s, int64_t begin, int64_t end, char *scratch)
{
    const ndi_nest *const whole = &s->loop.nest;
    ndi_nest nest;
    ndi_nest_range(whole, s->axis, begin, end, &nest);
    for (int operand = 0; operand < nest.operands; operand++)
        if (s->scratch[operand])
            nest.data[operand] = scratch + (uintptr_t)whole->data[operand];
    ptrdiff_t soon[NDI_NEST_OPERANDS] = {0};
    const bool fetches = s->fetches && end < whole->length[s->axis];
    for (int operand = 1; fetches && operand < nest.operands; operand++)
        if (s->last[operand])
            soon[operand] = (end - begin) * whole->stride[operand][s->axis];
    ndi_program_run(&s->loop.program, &nest, s->in_place, s->placed.scratch ? 0 : whole->size,
                    fetches ? soon : NULL);
}

/* The root's rows of a tile, those that lie alike at a time; from line to line but at edges. */
static void run_lines(const plan *p, int64_t begin, int64_t end, bool first, bool last,
                      char *scratch)
{
    const stage *const root = &p->stage[p->stages - 1];
    const ndi_nest *const lines = &p->lines;
    const ptrdiff_t size = lines->stride[0][1];
    const bool fetches = root->fetches && end < p->tiling->length;
    for (int r = 0; r < p->period; r++) {
        const char *const row = lines->data[0] + r * lines->stride[0][0] + begin * size;
        const int64_t over =
                          (int64_t)((uintptr_t)row % LINE) / size, /* whole tiles: at both ends */
            from = begin - (first ? 0 : over), to = end - (last ? 0 : over),
                      rows = (lines->length[0] - r + p->period - 1) / p->period;
        ptrdiff_t soon[NDI_NEST_OPERANDS] = {0};
        ndi_nest nest;
        ndi_nest_begin(&nest, 2, (int64_t[]){rows, to - from});
        nest.operands = lines->operands;
        for (int i = 0; i < nest.operands; i++) {
            const ptrdiff_t column = lines->stride[i][1];
            nest.stride[i][0] = p->period * lines->stride[i][0];
            nest.stride[i][1] = column;
            nest.data[i] =
                r * lines->stride[i][0] +
                (root->scratch[i] ? scratch + (uintptr_t)lines->data[i] + (from - begin) * column
                                  : lines->data[i] + from * column);
            if (fetches && root->last[i] && i > 0) /* the line at the edge is there */
                soon[i] = (end - begin) * column + LINE;
        }
        ndi_program_run(&root->loop.program, &nest, false, root->loop.nest.size,
                        fetches ? soon : NULL);
    }
}

/* What the next tile needs of this one, where it begins with the end of its lines. */
static void carry_line(const plan *p, int64_t columns, char *scratch)
{
    for (const stage *s = p->stage; s < &p->stage[p->stages - 1]; s++)
        if (s->placed.scratch && is_line(s)) {
            const size_t size = nd_dtype_size((nd_dtype)s->node->dtype),
                         bytes = LINE / (size_t)p->lines.stride[0][1] * size;
            char *const tile = scratch + (uintptr_t)s->placed.data;
            memcpy(tile - bytes, tile + (size_t)columns * size - bytes, bytes);
        }
}

static int64_t begin_of(const plan *p, size_t tile)
{
    const int64_t begin = (int64_t)tile * p->width;
    return begin < p->tiling->length ? begin : p->tiling->length;
}

/* The first of the stages of a tile. */
static void run_stages(const plan *p, int stages, size_t tile, char *scratch)
{
    const int64_t begin = begin_of(p, tile), end = begin_of(p, tile + 1);
    for (const stage *s = p->stage; s < p->stage + stages; s++)
        if (s->folds)
            run_folds(p, s, begin, end, scratch);
        else
            run_program(s, begin, end, scratch);
}

/* Tiles that leave ends of lines to the next one. That of another task may do the stages of the
 * tile before itself, if nobody wants what they make. */
static void run_lined_tiles(const plan *p, size_t begin, size_t end, char *scratch)
{
    const bool again = p->alone && begin > 0;
    if (again) {
        run_stages(p, p->stages - 1, begin - 1, scratch);
        carry_line(p, p->width, scratch);
    }
    for (size_t tile = begin; tile < end; tile++) {
        run_stages(p, p->stages - 1, tile, scratch);
        run_lines(p, begin_of(p, tile), begin_of(p, tile + 1), tile == begin && !again,
                  tile + 1 == (p->alone ? (size_t)p->tiles : end), scratch);
        if (tile + 1 < end)
            carry_line(p, p->width, scratch);
    }
}

static void run_tiles(void *context, size_t begin, size_t end)
{
    plan *const p = context;
    int thread = 0; /* not more of them come here at once than there is scratch for */
    while (atomic_exchange(&p->taken[thread], 1))
        thread = thread + 1 < p->threads ? thread + 1 : 0;
    char *const scratch = p->scratch + p->scratch_bytes * (size_t)thread;
    const size_t items = end < (size_t)p->items ? end : (size_t)p->items;
    if (begin < items) {
        ndi_pipeline_run(&p->pipeline, (int64_t)begin, (int64_t)items, scratch);
        begin = items;
    }
    if (p->period > 0)
        run_lined_tiles(p, begin, end, scratch);
    else
        for (size_t tile = begin; tile < end; tile++)
            run_stages(p, p->stages, tile, scratch);
    atomic_store(&p->taken[thread], 0);
}

/* As many rows as pay for filling a pipeline, in as many parts for each thread; of few rows a part
 * for each, unless that is hardly any work. */
static size_t rows_of_part(const plan *p, size_t rows)
{
    const size_t threads = (size_t)ndi_pool_threads();
    const size_t rounds = rows / (1 + LEAST_PIPED / p->pipeline.row_bytes) / threads;
    const size_t parts = threads * (rounds > 0 ? rounds : 1);
    const size_t share = (rows + parts - 1) / parts, least = 1 + LEAST_TILE / p->pipeline.row_bytes;
    return share > least ? share : least;
}

/* The tiles that are a task. */
static size_t tiles_of_part(const plan *p)
{
    const size_t tiles = (size_t)p->tiles;
    if (!p->piped && p->period == 0)
        return 1;
    if (p->piped && p->pipeline.columns == 0)
        return rows_of_part(p, tiles);
    const size_t parts = (size_t)ndi_pool_threads() * PIPES_PER_THREAD,
                 share = (tiles + parts - 1) / parts;
    return share > LEAST_PIPED_TILES || !p->piped ? share : LEAST_PIPED_TILES;
}

bool ndi_tiling_run(const ndi_tiling *tiling, const ndi_target *target)
{
    plan *const p = make_plan(tiling, target ? target->array : NULL, columns_of(tiling), false);
    if (!p)
        return false;
    for (int i = 0; i < p->stages; i++) {
        ndi_loop_hold(&p->stage[i].loop);
        ndi_node_retain(p->stage[i].node);
        if (p->stage[i].made)
            ndi_graph_claim(p->stage[i].node);
    }
    ndi_loop_demand(tiling->root, NDI_COST_TILED);
    ndi_graph_unlock();
    if (!target)
        ndi_watch_begin("eval");
    ndi_parallel_for((size_t)p->tiles, tiles_of_part(p), run_tiles, p);
    const bool done = ndi_watch_end();
    ndi_graph_lock();
    for (int i = 0; i < p->stages; i++) {
        stage *const s = &p->stage[i];
        ndi_loop_release(&s->loop);
        if (s->made)
            ndi_graph_release_claim(s->node);
        if (done && s->made) {
            ndi_node_computed(s->node, s->made);
            s->made = NULL;
        }
        ndi_node_release(s->node);
    }
    free_plan(p);
    return done;
}

/* Making the plan of an expression in tiles. */
#include "engine/tile_plan.h"

#include <string.h>

#include "base/pool.h"
#include "engine/views.h"

enum {
    LEAST_PIPED = 1 << 19, /* bytes of a task that is a pipeline, which has to be filled */
    LEAST_PIPED_TILES = 8, /* the same, of tiles */
    PIPES_PER_THREAD = 2,  /* over columns: each is filled and drained, or has edges */
    LINED_ROOM = 16 * NDI_CACHE_LINE, /* for as many columns as a line has, of any dtype */
    LEAST_LINED = 1 << 15, /* bytes of the rows that lie alike to lines, to run them on their own */
};

enum { NO_STAGE = -1, VIEWED = -2 };

/* A tile of the node in scratch: in the order of its memory, without gaps. */
static void place_in_scratch(ndi_tile_plan *p, ndi_tile_stage *s)
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
    p->elements_bytes += ndi_tile_is_line(s) ? LINED_ROOM : 0;
    s->placed.data = (char *)p->elements_bytes;
    /* An odd line more: sets of the cache. */
    p->elements_bytes += ((size_t)bytes + 2 * NDI_CACHE_LINE - 1) / NDI_CACHE_LINE * NDI_CACHE_LINE;
}

static bool place(ndi_tile_plan *p, ndi_tile_stage *s, const nd_array *target)
{
    const ndi_node *const node = s->node;
    if (target && node == p->tiling->root) {
        memcpy(s->placed.strides, ndi_strides(target), node->rank * sizeof(int64_t));
        s->placed.data = target->data;
        return true;
    }
    if (!ndi_tiling_stores(p->tiling, node)) {
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

static void set_part(ndi_tile_part *to, const ndi_node *node, int axis, const int64_t *strides,
                     char *data, bool scratch)
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
static void join_sweep(ndi_tile_plan *p, ndi_tile_stage *s)
{
    s->together = 1;
    s->member[0] = s;
    for (ndi_tile_stage *first = p->stage; first < s; first++)
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
static void build(ndi_tile_plan *p, ndi_tile_stage *s)
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
        set_part(&s->from, source, ndi_argument_axis(node, s->axis, source),
                 placed ? placed->strides : ndi_node_strides(source),
                 placed ? placed->data : source->data, placed && placed->scratch);
        set_part(&s->to, node, s->axis, s->placed.strides, s->placed.data, s->placed.scratch);
        s->maker[1] = maker_of(source, placed);
        ndi_loop_read(&s->loop, source);
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
static bool streams(const ndi_tile_stage *s)
{
    const ndi_nest *const nest = &s->loop.nest;
    const size_t size = nd_dtype_size((nd_dtype)s->node->dtype);
    size_t read = 0;
    for (int i = 1; i < nest->operands; i++)
        read += ndi_nest_repeats(nest, i) ? 0 : size;
    return !s->in_place && ndi_streams_past_cache((double)nest->size, read, size, false);
}

static bool add_to_pipeline(ndi_tile_plan *p, const ndi_tile_stage *s)
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
static bool make_pipeline(ndi_tile_plan *p, int64_t columns)
{
    ndi_pipeline_begin(&p->pipeline, columns);
    for (int i = 0; i < p->stages; i++)
        if (!add_to_pipeline(p, &p->stage[i]))
            return false;
    return ndi_pipeline_end(&p->pipeline);
}

/* Whether tiles leave ends of lines to the next one: sets `lines` and `period`. */
static int find_period(ndi_tile_plan *p)
{
    const ndi_tile_stage *const root = &p->stage[p->stages - 1];
    ndi_nest *const lines = &p->lines;
    if (p->piped || root->folds || !streams(root) || p->tiling->length < 4 * p->width)
        return 0;
    for (int i = 1; i <= root->loop.sources; i++)
        if (root->maker[i] == VIEWED ||
            (root->scratch[i] && !ndi_tile_is_line(&p->stage[root->maker[i]])))
            return 0;
    p->alone = true;
    for (const ndi_tile_stage *s = p->stage; s < root; s++)
        p->alone &= s->placed.scratch;
    ndi_nest_range(&root->loop.nest, root->axis, 0, p->width, lines);
    ndi_nest_simplify(lines);
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size((nd_dtype)root->node->dtype),
                    row = lines->stride[0][0];
    if (lines->rank != 2 || lines->length[1] != p->width || lines->stride[0][1] != size ||
        p->width * size % NDI_CACHE_LINE != 0 || ndi_nest_rows_aligned(lines, 0))
        return 0;
    int period = 1;
    while (period * row % NDI_CACHE_LINE != 0)
        period *= 2;
    return lines->length[0] / period * p->width * size >= LEAST_LINED ? period : 0;
}

/* Which operands of a stage are sources that nothing in the tile reads later. */
static void find_last_reads(ndi_tile_plan *p, ndi_tile_stage *s)
{
    s->fetches = false;
    for (int i = 0; !s->folds && i < s->loop.sources; i++) {
        const ndi_node *const source = s->loop.source[i];
        bool last = !s->scratch[i + 1] && ndi_is_source(source);
        for (const ndi_tile_stage *later = s + 1; later < p->stage + p->stages; later++)
            for (int j = 0; j < later->loop.sources; j++)
                last &= !ndi_is_source(later->loop.source[j]) ||
                        !ndi_same_source(later->loop.source[j], source);
        s->last[i + 1] = last;
        s->fetches |= last;
    }
}

void ndi_tile_plan_free(ndi_tile_plan *p)
{
    ndi_free(p->scratch, p->scratch_bytes * (size_t)p->threads);
    for (int s = 0; s < p->stages; s++)
        ndi_storage_release(p->stage[s].made);
    ndi_free(p, p->bytes);
}

static ndi_elements elements_of(const ndi_tile_part *whole, int64_t begin, int64_t end,
                                char *scratch, int64_t *lengths)
{
    memcpy(lengths, whole->lengths, (size_t)whole->rank * sizeof(int64_t));
    lengths[whole->axis] = end - begin;
    return (ndi_elements){whole->dtype, whole->rank, lengths, whole->strides,
                          whole->scratch ? scratch + (uintptr_t)whole->data
                                         : whole->data + begin * whole->strides[whole->axis]};
}

void ndi_tile_folds_find(ndi_tile_folds *f, const ndi_tile_stage *s, int64_t begin, int64_t end,
                         char *scratch)
{
    f->from = elements_of(&s->from, begin, end, scratch, f->lengths[NDI_FOLDS]);
    for (int i = 0; i < s->together; i++)
        f->each[i] = (ndi_folding){&s->member[i]->fold, elements_of(&s->member[i]->to, begin, end,
                                                                    scratch, f->lengths[i])};
}

/* Whole tiles and the last one, which may be planned otherwise. */
static bool take_scratch(ndi_tile_plan *p)
{
    const int64_t length = p->tiling->length, width = p->width, widths[] = {width, length % width};
    for (int i = 0; i < p->stages; i++)
        for (int w = 0; w < 2; w++) {
            const ndi_tile_stage *const s = &p->stage[i];
            ndi_tile_folds f;
            if (!s->folds || s->together == 0 || widths[w] == 0)
                continue;
            ndi_tile_folds_find(&f, s, 0, widths[w], ndi_virtual_elements);
            const size_t bytes = ndi_fold_workspace(s->together, f.each, s->order, &f.from);
            p->workspace_bytes = bytes > p->workspace_bytes ? bytes : p->workspace_bytes;
        }
    const size_t piped = p->piped ? p->pipeline.scratch_bytes : 0,
                 staged = p->items < p->tiles ? p->elements_bytes + p->workspace_bytes : 0;
    p->scratch_bytes = ((piped > staged ? piped : staged) + 4095) / 4096 * 4096;
    p->scratch = ndi_allocate(p->scratch_bytes * (size_t)p->threads);
    return p->scratch;
}

/* As many rows as pay for filling a pipeline, in as many parts for each thread; of few rows a part
 * for each, unless that is hardly any work. */
static size_t rows_of_part(const ndi_tile_plan *p, size_t rows)
{
    const size_t threads = (size_t)ndi_pool_threads();
    const size_t rounds = rows / (1 + LEAST_PIPED / p->pipeline.row_bytes) / threads;
    const size_t parts = threads * (rounds > 0 ? rounds : 1);
    const size_t share = (rows + parts - 1) / parts,
                 least = 1 + NDI_LEAST_TILE / p->pipeline.row_bytes;
    return share > least ? share : least;
}

/* The tiles that are a task. */
static size_t tiles_of_part(const ndi_tile_plan *p)
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

/* With `columns`: as a pipeline over tiles of so many. */
static ndi_tile_plan *make_plan(const ndi_tiling *tiling, const nd_array *target, int64_t columns,
                                bool dry)
{
    const int threads = ndi_pool_threads();
    const size_t stages = sizeof(ndi_tile_plan) + (size_t)tiling->stages * sizeof(ndi_tile_stage),
                 bytes = stages + (size_t)threads * sizeof(atomic_int);
    ndi_tile_plan *const p = ndi_allocate(bytes);
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
        ndi_tile_stage *const s = &p->stage[p->stages++];
        s->node = tiling->stage[i].node;
        s->axis = tiling->stage[i].axis;
        s->made = NULL;
        s->placed.stage = i;
        s->placed.scratch = false;
        if (!place(p, s, target)) {
            ndi_tile_plan_free(p);
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
        ndi_tile_plan_free(p);
        return make_plan(tiling, target, 0, dry);
    }
    p->period = find_period(p);
    p->items = !p->piped ? 0 : columns > 0 ? tiling->length / columns : tiling->length;
    p->tiles =
        p->piped && columns == 0 ? tiling->length : (tiling->length + p->width - 1) / p->width;
    p->share = tiles_of_part(p);
    if (dry || take_scratch(p))
        return p;
    ndi_tile_plan_free(p);
    return NULL;
}

/* Columns of a tile that goes through a pipeline, if that could pay; else 0. Without functions
 * there is nothing to compute while memory is busy, and wider tiles are quicker. */
static int64_t columns_of(const ndi_tiling *tiling)
{
    const size_t size = nd_dtype_size((nd_dtype)tiling->widest->dtype);
    const int64_t columns =
        ndi_pipeline_columns(tiling->widest->size / tiling->length, size,
                             (size_t)tiling->length * size % NDI_CACHE_LINE == 0);
    return tiling->inner && tiling->heavy &&
                   tiling->length >= columns * LEAST_PIPED_TILES * ndi_pool_threads()
               ? columns
               : 0;
}

ndi_tile_plan *ndi_tile_plan_new(const ndi_tiling *tiling, const nd_array *target, bool dry)
{
    return make_plan(tiling, target, columns_of(tiling), dry);
}

bool ndi_tiling_find_way(const ndi_tiling *tiling, ndi_tiling_way *way)
{
    ndi_tile_plan *const p = ndi_tile_plan_new(tiling, NULL, true);
    if (!p)
        return false;
    way->piped = p->piped;
    way->width = p->piped && p->pipeline.columns == 0 ? 1 : p->width;
    ndi_tile_plan_free(p);
    return true;
}

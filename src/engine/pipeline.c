/* Building pipelines. */
#include "engine/pipeline.h"

#include <string.h>

#include "array/dtype.h"
#include "engine/chain.h"

enum {
    LEAST_ROW = 1 << 13,     /* bytes: to go from row to row takes 0.2 us */
    MOST_ROW = 1 << 18,      /* a few rows fit the level 2 cache */
    FETCHED_AHEAD = 1 << 13, /* bytes of a row */
    LEAST_LINES = 512,       /* of a tile: the first ones are not asked for */
    LINES_AHEAD = 16,
    TILE_LINE = 256,     /* bytes of a line of a tile: a round of the widest vectors */
    MOST_TILE = 1 << 20, /* bytes of a tile whose lines are longer */
    MOST_TILE_LINE = 1024,
};

int64_t ndi_pipeline_columns(int64_t lines, size_t element_bytes, bool aligned)
{
    int64_t bytes = TILE_LINE;
    while (aligned && bytes < MOST_TILE_LINE && 2 * bytes * lines <= MOST_TILE)
        bytes *= 2;
    return lines < LEAST_LINES ? 0 : bytes / (int64_t)element_bytes;
}

void ndi_pipeline_begin(ndi_pipeline *p, int64_t columns)
{
    p->kernels = ndi_kernels_in_use();
    p->chain = NULL;
    p->columns = columns;
    p->row_bytes = 0;
    p->tracks = p->stages = p->lags = 0;
}

/* ---- Stages ---------------------------------------------------------------------------------- */

/* All stages have items of as many elements of one dtype, which chains take: rows of that length,
 * or tiles of as many lines. */
static bool suits(ndi_pipeline *p, nd_dtype dtype, int64_t length)
{
    const size_t size = nd_dtype_size(dtype),
                 bytes = (size_t)(p->columns > 0 ? p->columns : length) * size;
    if (!p->chain) {
        p->chain = p->kernels->chain[dtype];
        p->dtype = dtype;
        p->row_bytes = bytes;
        p->lines = p->columns > 0 ? length : 1;
        const int64_t leaf = p->columns > 0 ? NDI_WIDE_CHUNK : NDI_CHUNK;
        p->leaves = (length + leaf - 1) / leaf;
    }
    if (!p->chain || !p->chain->fold[0][0] || p->dtype != dtype || p->row_bytes != bytes ||
        p->stages == NDI_PIPE_STAGES)
        return false;
    return p->columns > 0 ? p->lines == length && bytes % p->chain->round == 0
                          : bytes >= LEAST_ROW && bytes <= MOST_ROW;
}

/* The number of a track; NDI_PIPE_TRACKS: there are too many. */
static int add_track(ndi_pipeline *p, const ndi_pipe_track *wanted)
{
    for (int t = 0; wanted->first && t < p->tracks; t++)
        if (p->track[t].first == wanted->first && p->track[t].item == wanted->item &&
            p->track[t].line == wanted->line && p->track[t].element == wanted->element)
            return t;
    if (p->tracks == NDI_PIPE_TRACKS)
        return NDI_PIPE_TRACKS;
    p->track[p->tracks] = *wanted;
    p->track[p->tracks].items = 1;
    return p->tracks++;
}

/* What a step leaves in scratch. */
static int add_scratch(ndi_pipeline *p)
{
    return add_track(p, &(ndi_pipe_track){.line = p->columns > 0 ? (ptrdiff_t)p->row_bytes : 0});
}

/* The track of what a stage has made `lag` items behind it, which keeps that many. */
static int track_of(ndi_pipeline *p, int stage, int lag)
{
    const int t = p->stage[stage].operand[0], behind = lag - p->stage[stage].lag;
    if (behind > p->track[t].items)
        p->track[t].items = behind;
    return t;
}

/* A chain of nothing else than steps, of rows without gaps. */
static bool is_one_chain(const ndi_program *program)
{
    if (program->results != 1 || program->units != 1 || program->unit[0].links == 0)
        return false;
    for (int l = 0; l < program->links; l++)
        if (program->link[l].kind == NDI_LINK_SAVES ||
            program->link[l].kind == NDI_LINK_TWO_RESULTS)
            return false;
    return true;
}

/* How an operand goes along: bytes from an element of a line to the next, and to the next line and
 * item. In a nest of one item, of which each axis but that of the lines has the length 1. */
static ptrdiff_t along(const ndi_pipeline *p, ptrdiff_t cut, ptrdiff_t other)
{
    return p->columns > 0 ? cut : other;
}

static ndi_pipe_track track_in_memory(const ndi_pipeline *p, char *first, ptrdiff_t cut,
                                      ptrdiff_t other)
{
    return (ndi_pipe_track){.first = first,
                            .item = p->columns > 0 ? cut * p->columns : cut,
                            .line = p->columns > 0 ? other : 0,
                            .element = along(p, cut, other) == 0};
}

/* What the step reads from another stage, whose elements lie in scratch if that is a step. */
static bool may_read(const ndi_pipeline *p, const ndi_pipe_stage *from, ptrdiff_t cut,
                     ptrdiff_t other)
{
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(p->dtype);
    if (ndi_pipe_has_links(from))
        return !p->track[from->operand[0]].first && !p->track[from->operand[0]].passes &&
               along(p, cut, other) == size;
    return p->columns > 0 ? cut == size && other == 0 : other == 0;
}

/* A step over what reductions leave. */
static bool add_follower(ndi_pipeline *p, const ndi_program *program, const ndi_nest *nest,
                         int axis, const int *maker, bool stored)
{
    ndi_pipe_stage *const s = &p->stage[p->stages++];
    *s = (ndi_pipe_stage){.program = program, .copied = -1, .follows = true};
    for (int i = 0; i < program->steps; i++)
        if (program->step[i].stores == 0)
            s->result = (nd_dtype)program->value[program->step[i].result].dtype;
    for (int i = 1; i < nest->operands; i++) {
        const ndi_pipe_stage *const from = maker[i] >= 0 ? &p->stage[maker[i]] : NULL;
        if (from && ndi_pipe_has_links(from))
            return false;
        if (from && from->lag > s->lag)
            s->lag = from->lag;
    }
    for (int i = 0; i < nest->operands; i++) {
        const bool scratch = i == 0 ? !stored : maker[i] >= 0;
        const ptrdiff_t step = nest->stride[i][axis];
        const ndi_pipe_track memory = {.first = nest->data[i],
                                       .item = p->columns > 0 ? p->columns * step : step,
                                       .element = p->columns == 0};
        const int track = i > 0 && scratch ? track_of(p, maker[i], s->lag + 1)
                          : scratch ? add_track(p, &(ndi_pipe_track){.element = p->columns == 0})
                                    : add_track(p, &memory);
        if (track == NDI_PIPE_TRACKS)
            return false;
        const ndi_pipe_stage *const of = i > 0 && maker[i] >= 0 ? &p->stage[maker[i]] : s;
        s->step[i] = p->track[track].first ? step : (ptrdiff_t)nd_dtype_size(of->result);
        s->operand[i] = (uint8_t)track;
    }
    return true;
}

bool ndi_pipeline_add_step(ndi_pipeline *p, const ndi_program *program, const ndi_nest *nest,
                           int axis, const int *maker, bool stored, bool streams)
{
    ndi_nest row;
    ndi_nest_range(nest, axis, 0, 1, &row);
    ndi_nest_simplify(&row);
    if (row.size == 1 && p->stages > 0 && p->stages < NDI_PIPE_STAGES)
        return add_follower(p, program, nest, axis, maker, stored);
    if (!is_one_chain(program) || row.rank != 1)
        return false;
    const nd_dtype dtype = (nd_dtype)program->value[program->step[0].result].dtype;
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(dtype);
    if (!suits(p, dtype, row.length[0]) ||
        along(p, nest->stride[0][axis], row.stride[0][0]) != size)
        return false;
    ndi_pipe_stage *const s = &p->stage[p->stages];
    *s = (ndi_pipe_stage){.program = program, .copied = -1};
    for (int i = 1; i < row.operands; i++) {
        const ndi_pipe_stage *const from = maker[i] >= 0 ? &p->stage[maker[i]] : NULL;
        const ptrdiff_t cut = nest->stride[i][axis], other = row.stride[i][0],
                        step = along(p, cut, other);
        if (from ? !may_read(p, from, cut, other) : step != size && step != 0)
            return false;
        const int lag = from ? from->lag + !ndi_pipe_has_links(from) : 0;
        s->lag = (uint8_t)(lag > s->lag ? lag : s->lag);
    }
    for (int i = 1; i < row.operands; i++) {
        const ndi_pipe_track memory =
            track_in_memory(p, row.data[i], nest->stride[i][axis], row.stride[i][0]);
        const int track = maker[i] >= 0 ? track_of(p, maker[i], s->lag) : add_track(p, &memory);
        s->operand[i] = (uint8_t)track;
        if (track == NDI_PIPE_TRACKS)
            return false;
    }
    const ndi_pipe_track result =
        track_in_memory(p, row.data[0], nest->stride[0][axis], row.stride[0][0]);
    const bool aligned =
        ((uintptr_t)result.first | (uintptr_t)result.item | (uintptr_t)result.line) %
            NDI_CACHE_LINE ==
        0;
    const int memory = stored ? add_track(p, &result) : -1;
    s->streams = streams && stored && aligned && p->chain->stream[0];
    if (streams && stored && !s->streams)
        s->copied = memory;
    s->operand[0] = (uint8_t)(!stored || s->copied >= 0 ? add_scratch(p) : memory);
    p->lags = s->lag >= p->lags ? s->lag + 1 : p->lags;
    p->stages++;
    if (memory == NDI_PIPE_TRACKS || s->operand[0] == NDI_PIPE_TRACKS)
        return false;
    if (p->columns > 0 && s->copied >= 0) {
        p->track[s->operand[0]].passes = true;
        p->track[s->operand[0]].line += NDI_CACHE_LINE; /* see ndi_pipe_stage */
    }
    return true;
}

/* The reductions that links can do: of rows those whose state is the result. */
static bool has_link(const ndi_pipeline *p, const ndi_fold *fold)
{
    const bool state = fold->finish == NDI_FINISH_STATE, columns = p->columns > 0;
    if (fold->signed_zero)
        return false;
    return fold->kind == NDI_REDUCE_SUM
               ? state || (columns && fold->finish == NDI_FINISH_MEAN)
               : state && (fold->kind == NDI_REDUCE_MIN || fold->kind == NDI_REDUCE_MAX);
}

/* Of columns: the states, and the tree on which they meet; which must need no memory. */
static bool plan_states(const ndi_pipeline *p, ndi_pipe_stage *s, const ndi_fold *fold)
{
    int folds = 0;
    for (int i = 0; i < p->stages; i++)
        folds += !p->stage[i].program;
    const ndi_reducer *const reducer = &p->kernels->reduce[fold->kind][fold->taken];
    const size_t state = ndi_in_lines((size_t)p->columns * sizeof(double));
    s->fold = (ndi_swept_fold){.fold = fold,
                               .reducer = reducer,
                               .result = s->result,
                               .planes = reducer->state[1] == ND_DTYPE_NONE ? 1 : 2,
                               .plane_bytes = state};
    return folds <= NDI_PIPE_FOLDS &&
           state * (size_t)s->fold.planes * (size_t)(ndi_pipe_levels(p) + 1) <=
               sizeof((ndi_tree *)0)->own;
}

bool ndi_pipeline_add_fold(ndi_pipeline *p, const ndi_fold *fold, ndi_leaf_order order,
                           const ndi_elements *from, int axis, int maker, nd_dtype result, char *to,
                           ptrdiff_t to_row)
{
    ndi_nest whole, nest;
    ndi_nest_begin(&whole, from->rank, from->lengths);
    ndi_nest_add_strided(&whole, from->data, from->rank, from->lengths, from->strides);
    ndi_nest_range(&whole, axis, 0, 1, &nest);
    ndi_nest_simplify(&nest);
    uint32_t swept = fold->swept | 1u << axis;
    for (int i = 0; i < from->rank; i++)
        swept |= from->lengths[i] == 1 ? 1u << i : 0;
    const nd_dtype dtype = fold->taken;
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(dtype), cut = whole.stride[0][axis];
    if ((maker >= 0 && !ndi_pipe_has_links(&p->stage[maker])) ||
        order != (p->columns > 0 ? NDI_LEAF_WIDE : NDI_LEAF_ROW) || from->dtype != dtype ||
        (fold->swept >> axis & 1) || swept != ((uint32_t)1 << from->rank) - 1 || nest.rank != 1 ||
        !has_link(p, fold) || along(p, cut, nest.stride[0][0]) != size ||
        !suits(p, dtype, nest.length[0]))
        return false;
    ndi_pipe_stage *const s = &p->stage[p->stages++];
    const bool sum = fold->kind == NDI_REDUCE_SUM;
    *s = (ndi_pipe_stage){.copied = -1, .kind = fold->kind, .result = result, .maker = maker};
    s->lane = sum ? ND_FLOAT64 : dtype;
    s->lanes = &p->kernels->reduce[fold->kind][s->lane];
    s->lag = maker >= 0 ? p->stage[maker].lag : 0;
    if (p->lags == 0)
        p->lags = 1;
    const ndi_pipe_track memory = track_in_memory(p, nest.data[0], cut, nest.stride[0][0]);
    const int elements = maker >= 0 ? p->stage[maker].operand[0] : add_track(p, &memory);
    const ptrdiff_t result_size = (ptrdiff_t)nd_dtype_size(result);
    if (p->columns > 0 && (!plan_states(p, s, fold) || (to && to_row != result_size)))
        return false;
    if (to)
        s->copied =
            add_track(p, &(ndi_pipe_track){.first = to,
                                           .item = p->columns > 0 ? p->columns * to_row : to_row,
                                           .element = p->columns == 0});
    s->elements = (uint8_t)elements;
    s->operand[0] = (uint8_t)add_track(p, &(ndi_pipe_track){.element = p->columns == 0});
    return elements < NDI_PIPE_TRACKS && s->copied < NDI_PIPE_TRACKS &&
           s->operand[0] < NDI_PIPE_TRACKS;
}

/* ---- The chain ------------------------------------------------------------------------------- */

static int add_link(ndi_pipeline *p, ndi_link_code *code)
{
    p->link[p->links] = (ndi_link){.code = code};
    return p->links++;
}

static void add_slot(ndi_pipeline *p, int link, int argument, int track, int lag)
{
    p->link[link].row[argument] = p->track[track].line;
    p->slot[p->slots++] = (ndi_pipe_slot){.link = (uint8_t)link,
                                          .argument = (uint8_t)argument,
                                          .track = (uint8_t)track,
                                          .lag = (uint8_t)lag};
}

/* Whether there is room for what one link of a program, or one reduction, becomes. */
static bool has_room(const ndi_pipeline *p)
{
    return p->links + 4 <= NDI_PIPE_LINKS && p->slots + 4 <= NDI_PIPE_SLOTS;
}

/* Asks for rows, or lines, in memory where they are read first. */
static void add_fetch(ndi_pipeline *p, int track, int lag)
{
    const ndi_pipe_track *const t = &p->track[track];
    if (!t->first || t->element || (p->columns > 0 && t->line == 0))
        return;
    for (int i = 0; i < p->stages; i++) {
        const ndi_pipe_stage *const s = &p->stage[i];
        if (!s->program && s->maker < 0 && s->elements == track && s->lag < lag)
            return;
        for (int o = 1; s->program && s->lag < lag && o < s->program->operands; o++)
            if (s->operand[o] == track)
                return;
    }
    for (int i = 0; i < p->slots; i++)
        if (p->slot[i].ahead && p->slot[i].track == track)
            return;
    add_slot(p, add_link(p, p->chain->fetch), 0, track, lag);
    p->slot[p->slots - 1].ahead = p->columns > 0 ? LINES_AHEAD * t->line : FETCHED_AHEAD;
}

static ndi_link_fold fold_of(const ndi_pipe_stage *s)
{
    return s->kind == NDI_REDUCE_SUM   ? NDI_LINK_SUM
           : s->kind == NDI_REDUCE_MIN ? NDI_LINK_MIN
                                       : NDI_LINK_MAX;
}

/* The lanes, or accumulators, of a reduction take what is in a bank: the elements of a slot. */
static void add_lanes(ndi_pipeline *p, ndi_pipe_stage *s, int bank, int slot)
{
    s->link = (uint8_t)add_link(p, p->columns > 0 ? p->chain->fold_columns[fold_of(s)][bank]
                                                  : p->chain->fold[fold_of(s)][bank]);
    s->slot = (uint8_t)slot;
}

/* A step of a program: what it reads is in banks, in tracks, or a scalar. */
static bool add_step(ndi_pipeline *p, const ndi_pipe_stage *s, const ndi_program_link *link)
{
    const int arguments = ndi_link_arguments(link);
    int from[2], track[2] = {-1, -1};
    char *scalar[2] = {NULL, NULL};
    for (int i = 0; i < arguments; i++) {
        const ndi_value *const value = &s->program->value[link->value[i]];
        from[i] = link->from[i];
        if (from[i] != NDI_FROM_MEMORY)
            continue;
        if (value->place == NDI_IN_SCALAR) {
            from[i] = NDI_FROM_SCALAR;
            scalar[i] = (char *)s->program->scalar[value->index];
            continue;
        }
        track[i] = s->operand[value->index];
        if (p->track[track[i]].element)
            from[i] = NDI_FROM_SCALAR;
        else
            add_fetch(p, track[i], s->lag);
    }
    ndi_link_code *const code = ndi_link_code_of(p->chain, link, from);
    const int l = add_link(p, code);
    for (int i = 0; i < arguments; i++) {
        p->link[l].pointer[i] = scalar[i];
        if (track[i] >= 0)
            add_slot(p, l, i, track[i], s->lag);
    }
    return code;
}

/* The links of a step's program, and the reductions of what it makes. */
static bool add_program(ndi_pipeline *p, int stage)
{
    ndi_pipe_stage *const s = &p->stage[stage];
    for (int l = 0; l < s->program->links; l++) {
        const ndi_program_link *const link = &s->program->link[l];
        if (!has_room(p))
            return false;
        if (ndi_link_arguments(link) > 0) {
            if (!add_step(p, s, link))
                return false;
        } else if (link->kind == NDI_LINK_STORES) {
            ndi_link_code *const code = !s->streams      ? p->chain->store[link->bank]
                                        : p->columns > 0 ? p->chain->stream_apart[link->bank]
                                                         : p->chain->stream[link->bank];
            add_slot(p, add_link(p, code), 0, s->operand[0], s->lag);
            p->slot[p->slots - 1].writes = true;
            p->slot[p->slots - 1].bank = link->bank;
            const int slot = p->slots - 1;
            s->late = p->columns == 0 && s->copied >= 0 && p->chain->stream_late;
            if (s->late) {
                const int late = add_link(p, p->chain->stream_late);
                add_slot(p, late, 0, s->copied, s->lag);
                p->slot[p->slots - 1].late = true;
                add_slot(p, late, 1, s->operand[0], s->lag);
            }
            for (int f = stage + 1; f < p->stages; f++)
                if (!p->stage[f].program && p->stage[f].maker == stage) {
                    if (!has_room(p))
                        return false;
                    add_lanes(p, &p->stage[f], link->bank, slot);
                }
        }
    }
    return true;
}

/* Items of memory that are reduced: loaded once for all reductions of the same. */
static bool add_reductions(ndi_pipeline *p, int stage)
{
    ndi_pipe_stage *const s = &p->stage[stage];
    for (int f = 0; f < stage; f++)
        if (!p->stage[f].program && p->stage[f].maker < 0 && p->stage[f].elements == s->elements)
            return true;
    add_fetch(p, s->elements, s->lag);
    const int l = add_link(p, p->chain->unary[NDI_LINK_LOAD][0][NDI_FROM_MEMORY]), slot = p->slots;
    add_slot(p, l, 0, s->elements, s->lag);
    for (int f = stage; f < p->stages; f++)
        if (!p->stage[f].program && p->stage[f].maker < 0 && p->stage[f].elements == s->elements) {
            if (!has_room(p))
                return false;
            add_lanes(p, &p->stage[f], 0, slot);
        }
    return true;
}

static bool reads_track(const ndi_pipe_stage *s, int track)
{
    bool reads = !s->program && s->maker < 0 && s->elements == track;
    for (int o = 1; ndi_pipe_has_links(s) && o < s->program->operands; o++)
        reads |= s->operand[o] == track;
    return reads;
}

/* Over columns: memory that is read more than an item behind its first reader is left in scratch
 * by a copy one item behind that one: short rows that lie apart are slow to be found a third time.
 * False if there are too many tracks. */
static bool copy_what_comes_late(ndi_pipeline *p)
{
    for (int t = 0, tracks = p->tracks; t < tracks; t++) {
        int first = NDI_PIPE_STAGES, last = 0;
        for (int i = 0; i < p->stages; i++)
            if (reads_track(&p->stage[i], t)) {
                first = p->stage[i].lag < first ? p->stage[i].lag : first;
                last = p->stage[i].lag > last ? p->stage[i].lag : last;
            }
        if (!p->track[t].first || p->track[t].element || p->track[t].line == 0 || last < first + 2)
            continue;
        const int copy = add_scratch(p);
        if (copy == NDI_PIPE_TRACKS)
            return false;
        p->track[copy].items = last - first - 1;
        p->track[copy].copies = (uint8_t)(t + 1);
        p->track[copy].lag = (uint8_t)(first + 1);
        for (int i = 0; i < p->stages; i++)
            for (int o = 1; p->stage[i].lag >= first + 2 && ndi_pipe_has_links(&p->stage[i]) &&
                            o < p->stage[i].program->operands;
                 o++)
                if (p->stage[i].operand[o] == t)
                    p->stage[i].operand[o] = (uint8_t)copy;
    }
    return true;
}

/* The links that leave memory in scratch, of a lag. */
static bool add_copies(ndi_pipeline *p, int lag)
{
    for (int t = 0; t < p->tracks; t++) {
        if (p->track[t].copies == 0 || p->track[t].lag != lag)
            continue;
        if (!has_room(p))
            return false;
        const int from = p->track[t].copies - 1;
        add_slot(p, add_link(p, p->chain->unary[NDI_LINK_LOAD][0][NDI_FROM_MEMORY]), 0, from, lag);
        add_slot(p, add_link(p, p->chain->store[0]), 0, t, lag);
        p->slot[p->slots - 1].writes = true;
    }
    return true;
}

/* Bytes of an item in scratch. */
static size_t item_bytes(const ndi_pipeline *p, const ndi_pipe_track *track)
{
    if (track->element)
        return NDI_CACHE_LINE;
    if (p->columns == 0) /* whole rounds, and a line more: rows at the same place of a page would
                            share sets of L1 */
        return ndi_in_lines(p->row_bytes) + NDI_CHAIN_ROUND;
    if (track->line == 0)
        return ndi_in_lines((size_t)p->columns * NDI_STATE_BYTES);
    return (size_t)track->line * (size_t)(track->passes ? NDI_WIDE_CHUNK : p->lines);
}

static void place_scratch(ndi_pipeline *p)
{
    size_t at = 0;
    for (int t = 0; t < p->tracks; t++) {
        ndi_pipe_track *const track = &p->track[t];
        if (track->first)
            continue;
        track->item = (ptrdiff_t)item_bytes(p, track);
        at += track->passes || p->lined >= 0 ? NDI_CACHE_LINE
                                             : 0; /* before the first line, as between two */
        track->offset = at;
        at += (size_t)track->item * (size_t)track->items + NDI_CACHE_LINE;
    }
    for (int i = 0; i < p->stages; i++) {
        ndi_pipe_stage *const s = &p->stage[i];
        if (!s->program) {
            s->offset = at;
            at += (p->columns > 0 ? 0 : (size_t)p->leaves * NDI_LANE_BYTES) + NDI_CACHE_LINE;
        } else if (p->columns > 0 && s->copied >= 0) {
            s->carried = at;
            at += (size_t)p->lines * NDI_CACHE_LINE;
        }
    }
    p->scratch_bytes = at;
}

/* Whether the other bank is free for the lanes of one reduction. */
static bool has_free_bank(const ndi_pipeline *p)
{
    bool one_bank = true;
    for (int i = 0; i < p->stages; i++)
        one_bank &= !ndi_pipe_has_links(&p->stage[i]) || p->stage[i].program->unit[0].one_bank;
    return one_bank;
}

/* The lanes of the last reduction stay in it. */
static void keep_in_bank(ndi_pipeline *p)
{
    for (int i = p->stages - 1; i >= 0; i--) {
        ndi_pipe_stage *const s = &p->stage[i];
        ndi_link_code *const in_bank = p->chain->fold_in_bank[fold_of(s)];
        if (!s->program && in_bank) {
            p->link[s->link].code = in_bank;
            p->link[s->link].row[1] =
                (ptrdiff_t)(p->row_bytes / p->chain->round * p->chain->round - p->chain->round);
            break;
        }
    }
}

/* The loop of all links, whose stages lag as those of the pipeline do. */
static const ndi_link_loop *find_loop(const ndi_pipeline *p)
{
    const ndi_link_loop *const loop =
        p->columns > 0 ? ndi_link_loop_of(p->chain, p->link, p->links) : NULL;
    bool same = loop && loop->link[0].lag == p->lags - 1;
    for (int lag = 0; same && lag < p->lags; lag++)
        same = loop->link[p->begin[lag]].lag == lag &&
               (p->begin[lag] == 0 || loop->link[p->begin[lag] - 1].lag == lag + 1);
    return same ? loop : NULL;
}

/* Over columns, what nothing but reductions read as it is made stays in one line. */
static void keep_in_lines(ndi_pipeline *p)
{
    bool read[NDI_PIPE_TRACKS] = {false};
    for (int i = 0; i < p->stages; i++)
        for (int o = 1; p->stage[i].program && o < p->stage[i].program->operands; o++)
            read[p->stage[i].operand[o]] = true;
    for (int i = 0; i < p->stages; i++) {
        ndi_pipe_track *const made = &p->track[p->stage[i].operand[0]];
        if (ndi_pipe_has_links(&p->stage[i]) && !made->first && !made->passes &&
            !read[p->stage[i].operand[0]])
            made->line = 0;
    }
}

/* All links but the last; false if they are too many. */
static bool add_links(ndi_pipeline *p)
{
    p->links = p->slots = 0;
    for (int lag = p->lags - 1; lag >= 0; lag--) {
        p->begin[lag] = (uint8_t)p->links;
        for (int i = 0; i < p->stages; i++) {
            const ndi_pipe_stage *const s = &p->stage[i];
            if (s->lag != lag || s->follows || (!s->program && s->maker >= 0))
                continue;
            if (!has_room(p) || !(s->program ? add_program(p, i) : add_reductions(p, i)))
                return false;
        }
        if (!add_copies(p, lag))
            return false;
    }
    return p->lags >= 2 && has_room(p);
}

/* A loop writes to rows that begin between lines by itself: of a tile before, what its last step
 * reads waits a line before this one's. */
static int find_lined(ndi_pipeline *p)
{
    const int last = p->stages - 1;
    const ndi_pipe_stage *const s = &p->stage[last];
    if (!p->loop || !p->loop->lined || !ndi_pipe_has_links(s) || s->copied < 0 ||
        s->lag != p->lags - 1 || p->row_bytes != p->chain->round)
        return -1;
    const int read = p->slot[0].track;
    if (p->track[read].first || p->track[read].items != 1)
        return -1;
    p->track[read].line += NDI_CACHE_LINE;
    return last;
}

bool ndi_pipeline_end(ndi_pipeline *p)
{
    if (p->columns > 0) {
        keep_in_lines(p);
        if (!copy_what_comes_late(p))
            return false;
    }
    if (!add_links(p))
        return false;
    p->loop = find_loop(p);
    p->lined = find_lined(p);
    if (p->lined >= 0 && !add_links(p)) /* of longer lines */
        return false;
    add_link(p, p->chain->next);
    if (p->columns == 0 && has_free_bank(p))
        keep_in_bank(p);
    place_scratch(p);
    return true;
}

void ndi_pipe_run_follower(const ndi_pipeline *p, const ndi_pipe_stage *s, char *scratch,
                           int64_t item)
{
    const int64_t length = p->columns > 0 ? p->columns : 1;
    ndi_nest nest;
    ndi_nest_begin(&nest, 1, &length);
    for (int i = 0; i < s->program->operands; i++)
        ndi_nest_add_strided(&nest, ndi_pipe_place(&p->track[s->operand[i]], scratch, item), 1,
                             &length, &(int64_t){s->step[i]});
    ndi_program_run(s->program, &nest, false, 0, NULL);
}

void ndi_pipeline_run(const ndi_pipeline *p, int64_t begin, int64_t end, char *scratch)
{
    if (p->columns > 0)
        ndi_pipeline_run_columns(p, begin, end, scratch);
    else
        ndi_pipeline_run_rows(p, begin, end, scratch);
}

/* Building pipelines, and running them. */
#include "engine/pipeline.h"

#include <math.h>
#include <string.h>

#include "array/dtype.h"

enum {
    LEAST_ROW = 1 << 13,     /* bytes: to go from row to row takes 0.2 us */
    MOST_ROW = 1 << 18,      /* a few rows fit the level 2 cache */
    FETCHED_AHEAD = 1 << 13, /* bytes */
    LEVELS = 16,             /* of the tree over the leaves of a row, and more */
    LINE = 64,
};

void ndi_pipeline_begin(ndi_pipeline *p)
{
    p->kernels = ndi_kernels_in_use();
    p->chain = NULL;
    p->row_bytes = 0;
    p->tracks = p->stages = p->lags = 0;
}

/* ---- Stages ---------------------------------------------------------------------------------- */

/* All stages have rows of as many elements of one dtype, which chains take. */
static bool suits(ndi_pipeline *p, nd_dtype dtype, int64_t length)
{
    const size_t bytes = (size_t)length * nd_dtype_size(dtype);
    if (!p->chain) {
        p->chain = p->kernels->chain[dtype];
        p->dtype = dtype;
        p->row_bytes = bytes;
        p->leaves = (length + NDI_CHUNK - 1) / NDI_CHUNK;
    }
    return p->chain && p->dtype == dtype && p->row_bytes == bytes && bytes >= LEAST_ROW &&
           bytes <= MOST_ROW && p->stages < NDI_PIPE_STAGES;
}

/* The number of a track; NDI_PIPE_TRACKS: there are too many. */
static int add_track(ndi_pipeline *p, char *first, ptrdiff_t row, bool element)
{
    for (int t = 0; first && t < p->tracks; t++)
        if (p->track[t].first == first && p->track[t].row == row && p->track[t].element == element)
            return t;
    if (p->tracks < NDI_PIPE_TRACKS)
        p->track[p->tracks++] =
            (ndi_pipe_track){.first = first, .row = row, .rows = 1, .element = element};
    else
        return NDI_PIPE_TRACKS;
    return p->tracks - 1;
}

/* The track of what a stage has made `lag` rows behind it, which keeps that many. */
static int track_of(ndi_pipeline *p, int stage, int lag)
{
    const int t = p->stage[stage].operand[0], behind = lag - p->stage[stage].lag;
    if (behind > p->track[t].rows)
        p->track[t].rows = behind;
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

bool ndi_pipeline_add_step(ndi_pipeline *p, const ndi_program *program, const ndi_nest *nest,
                           int axis, const int *maker, bool stored, bool streams)
{
    ndi_nest row;
    ndi_nest_range(nest, axis, 0, 1, &row);
    ndi_nest_simplify(&row);
    if (!is_one_chain(program) || row.rank != 1)
        return false;
    const nd_dtype dtype = (nd_dtype)program->value[program->step[0].result].dtype;
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(dtype);
    if (!suits(p, dtype, row.length[0]) || row.stride[0][0] != size)
        return false;
    ndi_pipe_stage *const s = &p->stage[p->stages];
    *s = (ndi_pipe_stage){.program = program, .copied = -1};
    for (int i = 1; i < row.operands; i++) {
        const ndi_pipe_stage *const from = maker[i] >= 0 ? &p->stage[maker[i]] : NULL;
        if (row.stride[i][0] != (from && !from->program ? 0 : size) &&
            (from || row.stride[i][0] != 0))
            return false;
        if (from && from->program && p->track[from->operand[0]].first)
            return false; /* which would have to be in memory by now */
        const int lag = from ? from->lag + !from->program : 0;
        s->lag = (uint8_t)(lag > s->lag ? lag : s->lag);
    }
    for (int i = 1; i < row.operands; i++)
        if ((s->operand[i] =
                 (uint8_t)(maker[i] >= 0 ? track_of(p, maker[i], s->lag)
                                         : add_track(p, row.data[i], nest->stride[i][axis],
                                                     row.stride[i][0] == 0))) == NDI_PIPE_TRACKS)
            return false;
    const bool aligned = ((uintptr_t)row.data[0] | (uintptr_t)nest->stride[0][axis]) % LINE == 0;
    const int memory = stored ? add_track(p, row.data[0], nest->stride[0][axis], false) : -1;
    s->streams = streams && stored && aligned && p->chain->stream[0];
    if (streams && stored && !s->streams)
        s->copied = memory;
    s->operand[0] = (uint8_t)(!stored || s->copied >= 0 ? add_track(p, NULL, 0, false) : memory);
    p->lags = s->lag >= p->lags ? s->lag + 1 : p->lags;
    p->stages++;
    return memory < NDI_PIPE_TRACKS && s->operand[0] < NDI_PIPE_TRACKS;
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
    if (order != NDI_LEAF_ROW || from->dtype != dtype || (fold->swept >> axis & 1) ||
        swept != ((uint32_t)1 << from->rank) - 1 || nest.rank != 1 ||
        fold->finish != NDI_FINISH_STATE ||
        (fold->kind != NDI_REDUCE_SUM && fold->kind != NDI_REDUCE_MIN &&
         fold->kind != NDI_REDUCE_MAX) ||
        nest.stride[0][0] != (ptrdiff_t)nd_dtype_size(dtype) || !suits(p, dtype, nest.length[0]))
        return false;
    ndi_pipe_stage *const s = &p->stage[p->stages++];
    const bool sum = fold->kind == NDI_REDUCE_SUM;
    *s = (ndi_pipe_stage){.copied = -1, .kind = fold->kind, .result = result, .maker = maker};
    s->lane = sum ? ND_FLOAT64 : dtype;
    s->lanes = &p->kernels->reduce[fold->kind][s->lane];
    s->lag = maker >= 0 ? p->stage[maker].lag : 0;
    if (p->lags == 0)
        p->lags = 1;
    const int elements = maker >= 0 ? p->stage[maker].operand[0]
                                    : add_track(p, nest.data[0], whole.stride[0][axis], false);
    if (to)
        s->copied = add_track(p, to, to_row, true);
    s->elements = (uint8_t)elements;
    s->operand[0] = (uint8_t)add_track(p, NULL, 0, true);
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

/* Asks for rows in memory where they are read first. */
static void add_fetch(ndi_pipeline *p, int track, int lag)
{
    if (!p->track[track].first || p->track[track].element)
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
    p->slot[p->slots - 1].ahead = true;
}

static ndi_link_fold fold_of(const ndi_pipe_stage *s)
{
    return s->kind == NDI_REDUCE_SUM   ? NDI_LINK_SUM
           : s->kind == NDI_REDUCE_MIN ? NDI_LINK_MIN
                                       : NDI_LINK_MAX;
}

/* The lanes of a reduction take what is in a bank: the elements of a slot. */
static void add_lanes(ndi_pipeline *p, ndi_pipe_stage *s, int bank, int slot)
{
    s->link = (uint8_t)add_link(p, p->chain->fold[fold_of(s)][bank]);
    s->slot = (uint8_t)slot;
}

/* A step of a program: what it reads is in banks, in tracks, or a scalar. */
static bool add_step(ndi_pipeline *p, const ndi_pipe_stage *s, const ndi_program_link *link)
{
    const int arguments = link->kind == NDI_LINK_ONE ? 1 : 2;
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
    ndi_link_code *const code = arguments == 1
                                    ? p->chain->unary[link->op][link->bank][from[0]]
                                    : p->chain->binary[link->op][link->bank][from[0]][from[1]];
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
    const ndi_pipe_stage *const s = &p->stage[stage];
    for (int l = 0; l < s->program->links; l++) {
        const ndi_program_link *const link = &s->program->link[l];
        if (!has_room(p))
            return false;
        if (link->kind == NDI_LINK_ONE || link->kind == NDI_LINK_TWO) {
            if (!add_step(p, s, link))
                return false;
        } else if (link->kind == NDI_LINK_STORES) {
            add_slot(p,
                     add_link(p, s->streams ? p->chain->stream[link->bank]
                                            : p->chain->store[link->bank]),
                     0, s->operand[0], s->lag);
            p->slot[p->slots - 1].writes = true;
            p->slot[p->slots - 1].bank = link->bank;
            const int slot = p->slots - 1;
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

/* Rows of memory that are reduced: loaded once for all reductions of the same. */
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

static size_t in_lines(size_t bytes)
{
    return (bytes + LINE - 1) / LINE * LINE;
}

static void place_scratch(ndi_pipeline *p)
{
    size_t at = 0;
    for (int t = 0; t < p->tracks; t++) {
        ndi_pipe_track *const track = &p->track[t];
        if (track->first)
            continue;
        /* Whole rounds, and a line more: rows at the same place of a page would share sets of L1.
         */
        track->row = track->element ? LINE : (ptrdiff_t)(in_lines(p->row_bytes) + NDI_CHAIN_ROUND);
        track->offset = at;
        at += (size_t)track->row * (size_t)track->rows + LINE;
    }
    for (int i = 0; i < p->stages; i++)
        if (!p->stage[i].program) {
            p->stage[i].offset = at;
            at += (size_t)p->leaves * NDI_LANE_BYTES + LINE;
        }
    p->scratch_bytes = at;
}

/* Whether the other bank is free for the lanes of one reduction. */
static bool has_free_bank(const ndi_pipeline *p)
{
    bool one_bank = true;
    for (int i = 0; i < p->stages; i++)
        one_bank &= !p->stage[i].program || p->stage[i].program->unit[0].one_bank;
    return one_bank;
}

bool ndi_pipeline_end(ndi_pipeline *p)
{
    p->links = p->slots = 0;
    for (int lag = p->lags - 1; lag >= 0; lag--) {
        p->begin[lag] = (uint8_t)p->links;
        for (int i = 0; i < p->stages; i++) {
            const ndi_pipe_stage *const s = &p->stage[i];
            if (s->lag != lag || (!s->program && s->maker >= 0))
                continue;
            if (!has_room(p) || !(s->program ? add_program(p, i) : add_reductions(p, i)))
                return false;
        }
    }
    if (p->lags < 2 || !has_room(p))
        return false;
    add_link(p, p->chain->next);
    for (int i = p->stages - 1; i >= 0 && has_free_bank(p); i--) {
        ndi_pipe_stage *const s = &p->stage[i];
        ndi_link_code *const in_bank = p->chain->fold_in_bank[fold_of(s)];
        if (!s->program && in_bank) {
            p->link[s->link].code = in_bank;
            p->link[s->link].row[1] =
                (ptrdiff_t)(p->row_bytes / p->chain->round * p->chain->round - p->chain->round);
            break;
        }
    }
    place_scratch(p);
    return true;
}

/* ---- Running --------------------------------------------------------------------------------- */

typedef struct pipe_run {
    const ndi_pipeline *p;
    char *scratch;
    size_t whole, rest; /* bytes of a row: whole rounds, and what is left */
    ndi_link link[NDI_PIPE_LINKS];
} pipe_run;

static char *row_of(const pipe_run *run, int track, int64_t row)
{
    const ndi_pipe_track *const t = &run->p->track[track];
    return t->first ? t->first + row * t->row
                    : run->scratch + t->offset + (size_t)(row % t->rows) * (size_t)t->row;
}

static char *lanes_of(const pipe_run *run, const ndi_pipe_stage *s)
{
    return run->scratch + s->offset;
}

static void begin_lanes(const pipe_run *run, const ndi_pipe_stage *s)
{
    char *const lanes = lanes_of(run, s);
    const size_t bytes = (size_t)run->p->leaves * NDI_LANE_BYTES;
    const double none = s->kind == NDI_REDUCE_SUM   ? -0.0
                        : s->kind == NDI_REDUCE_MIN ? INFINITY
                                                    : -INFINITY;
    if (s->lane == ND_FLOAT64)
        for (size_t l = 0; l < bytes / sizeof(double); l++)
            ((double *)lanes)[l] = none;
    else
        for (size_t l = 0; l < bytes / sizeof(float); l++)
            ((float *)lanes)[l] = (float)none;
}

/* The last elements of a row, fewer than a round, go to the lanes of its last leaf. */
static void reduce_rest(const pipe_run *run, const ndi_pipe_stage *s, const char *elements)
{
    const ndi_pipeline *const p = run->p;
    const size_t size = ndi_dtype_size(p->dtype), first = run->whole / size, n = run->rest / size,
                 lane = ndi_dtype_size(s->lane), lanes = NDI_LANE_BYTES / lane;
    char *const leaf = lanes_of(run, s) + (size_t)(p->leaves - 1) * NDI_LANE_BYTES;
    if (s->lane != p->dtype) {
        for (size_t i = 0; i < n; i++)
            ((double *)leaf)[(first + i) % lanes] += (double)((const float *)elements)[i];
        return;
    }
    for (size_t i = 0, now; i < n; i += now) {
        const size_t at = (first + i) % lanes;
        now = n - i < lanes - at ? n - i : lanes - at;
        s->lanes->combine(now, (void *[]){leaf + at * lane, NULL}, 1,
                          (void *[]){(char *)elements + i * size, NULL}, 1);
    }
}

/* Lanes meet to leaves, and these in a tree of neighbours. */
static void finish_row(const pipe_run *run, const ndi_pipe_stage *s, int64_t row)
{
    _Alignas(16) char waiting[LEVELS][16];
    const size_t lane = ndi_dtype_size(s->lane);
    int depth = 0;
    ndi_leaf leaf = {.data = lanes_of(run, s),
                     .rows = NDI_LANE_BYTES / lane,
                     .row_stride = (ptrdiff_t)lane,
                     .columns = 1};
    for (int64_t i = 0; i < run->p->leaves; i++, leaf.data += NDI_LANE_BYTES) {
        leaf.state[0] = waiting[depth++];
        s->lanes->row(&leaf);
        for (int64_t k = i; depth > 1 && ((k & 1) || i + 1 == run->p->leaves); k >>= 1, depth--)
            s->lanes->combine(1, (void *[]){waiting[depth - 2], NULL}, 1,
                              (void *[]){waiting[depth - 1], NULL}, 1);
    }
    char *const to = row_of(run, s->operand[0], row);
    run->p->kernels->cast[s->result][s->lane](1, (char *[]){to, waiting[0]}, (ptrdiff_t[]){0, 0});
    if (s->copied >= 0)
        memcpy(row_of(run, s->copied, row), to, ndi_dtype_size(s->result));
}

/* The links of the lags first..last, of which the one that lags most comes first. */
static void run_links(pipe_run *run, int first, int last, size_t at, size_t end)
{
    const ndi_pipeline *const p = run->p;
    ndi_link *const begin = &run->link[p->begin[last]],
                    *const next = &run->link[first > 0 ? p->begin[first - 1] : p->links - 1];
    *next = (ndi_link){.code = p->chain->next, .pointer = {(char *)begin, (char *)end}, .row = {1}};
    p->chain->run(begin, at);
}

/* Whether a stage has a row of the part, `time` rows after the first. */
static inline bool takes_part(int lag, int first, int last)
{
    return lag >= first && lag <= last;
}

/* Where all links find the rows that are at `time`. */
static void place_rows(pipe_run *run, int first, int last, int64_t time)
{
    const ndi_pipeline *const p = run->p;
    for (int i = 0; i < p->slots; i++) {
        const ndi_pipe_slot *const slot = &p->slot[i];
        if (takes_part(slot->lag, first, last))
            run->link[slot->link].pointer[slot->argument] =
                row_of(run, slot->track, time - slot->lag) + (slot->ahead ? FETCHED_AHEAD : 0);
    }
    for (int i = 0; i < p->stages; i++) {
        const ndi_pipe_stage *const s = &p->stage[i];
        if (s->program || !takes_part(s->lag, first, last))
            continue;
        begin_lanes(run, s);
        run->link[s->link].pointer[0] = lanes_of(run, s);
    }
}

/* `bytes` of a row, again and again, so that nothing is computed that could not occur. */
static void fill_round(char *copy, const char *row, size_t bytes)
{
    memcpy(copy, row, bytes);
    for (size_t filled = bytes; filled < NDI_CHAIN_ROUND;) {
        const size_t left = NDI_CHAIN_ROUND - filled, now = filled < left ? filled : left;
        memcpy(copy + filled, copy, now);
        filled += now;
    }
}

/* What is less than a round goes through copies that are as long as one. */
static void run_rest(pipe_run *run, int first, int last, int64_t time)
{
    const ndi_pipeline *const p = run->p;
    _Alignas(LINE) char copy[NDI_PIPE_SLOTS][NDI_CHAIN_ROUND], sink[NDI_LANE_BYTES];
    char *elements[NDI_PIPE_SLOTS];
    const size_t leaf = run->whole / (NDI_CHUNK * ndi_dtype_size(p->dtype));
    for (int i = 0; i < p->slots; i++) {
        const ndi_pipe_slot *const slot = &p->slot[i];
        const ndi_pipe_track *const track = &p->track[slot->track];
        if (!takes_part(slot->lag, first, last) || slot->ahead || track->element)
            continue;
        const char *const row = row_of(run, slot->track, time - slot->lag) + run->whole;
        elements[i] = track->first ? copy[i] : (char *)row;
        if (!track->first)
            continue;
        if (slot->writes)
            run->link[slot->link].code = p->chain->store[slot->bank];
        else
            fill_round(copy[i], row, run->rest);
        run->link[slot->link].pointer[slot->argument] = (char *)((uintptr_t)copy[i] - run->whole);
    }
    memset(sink, 0, sizeof sink);
    for (int i = 0; i < p->stages; i++)
        if (!p->stage[i].program && takes_part(p->stage[i].lag, first, last))
            run->link[p->stage[i].link].pointer[0] =
                (char *)((uintptr_t)sink - leaf * NDI_LANE_BYTES);
    run_links(run, first, last, run->whole, run->whole + run->rest);
    for (int i = 0; i < p->slots; i++) {
        const ndi_pipe_slot *const slot = &p->slot[i];
        if (!takes_part(slot->lag, first, last) || !slot->writes || !p->track[slot->track].first)
            continue;
        memcpy(row_of(run, slot->track, time - slot->lag) + run->whole, copy[i], run->rest);
        run->link[slot->link].code = p->link[slot->link].code;
    }
    for (int i = 0; i < p->stages; i++)
        if (!p->stage[i].program && takes_part(p->stage[i].lag, first, last))
            reduce_rest(run, &p->stage[i], elements[p->stage[i].slot]);
}

void ndi_pipeline_run(const ndi_pipeline *p, int64_t begin, int64_t end, char *scratch)
{
    pipe_run run = {.p = p,
                    .scratch = scratch,
                    .whole = p->row_bytes / p->chain->round * p->chain->round,
                    .rest = p->row_bytes % p->chain->round};
    memcpy(run.link, p->link, (size_t)p->links * sizeof *p->link);
    for (int64_t time = begin; time < end + p->lags - 1; time++) {
        const int last = time - begin < p->lags - 1 ? (int)(time - begin) : p->lags - 1,
                  first = time < end ? 0 : (int)(time - end + 1);
        place_rows(&run, first, last, time);
        run_links(&run, first, last, 0, run.whole);
        if (run.rest > 0)
            run_rest(&run, first, last, time);
        for (int i = 0; i < p->stages; i++) {
            const ndi_pipe_stage *const s = &p->stage[i];
            const int64_t row = time - s->lag;
            if (!takes_part(s->lag, first, last))
                continue;
            if (!s->program)
                finish_row(&run, s, row);
            else if (s->copied >= 0)
                p->kernels->stream(row_of(&run, s->copied, row), row_of(&run, s->operand[0], row),
                                   p->row_bytes);
        }
    }
    p->kernels->stream_end();
}

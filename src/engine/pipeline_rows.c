/* Pipelines over rows: running them. */
#include <math.h>
#include <string.h>

#include "array/dtype.h"
#include "engine/pipeline.h"

enum {
    LEVELS = 16, /* of the tree over the leaves of a row, and more */
};

typedef struct pipe_run {
    const ndi_pipeline *p;
    char *scratch;
    size_t whole, rest; /* bytes of a row: whole rounds, and what is left */
    ndi_link link[NDI_PIPE_LINKS];
} pipe_run;

static char *row_of(const pipe_run *run, int track, int64_t row)
{
    return ndi_pipe_place(&run->p->track[track], run->scratch, row);
}

static char *lanes_of(const pipe_run *run, const ndi_pipe_stage *s)
{
    return run->scratch + s->offset;
}

static void begin_lanes(const pipe_run *run, const ndi_pipe_stage *s)
{
    char *const lanes = lanes_of(run, s);
    const size_t bytes = (size_t)run->p->leaves * NDI_LANE_BYTES;
    const double none = s->kind == NDI_REDUCE_SUM   ? 0.0
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

/* Where all links find the rows that are at `time`. */
static void place_rows(pipe_run *run, int first, int last, int64_t time)
{
    const ndi_pipeline *const p = run->p;
    for (int i = 0; i < p->slots; i++) {
        const ndi_pipe_slot *const slot = &p->slot[i];
        if (ndi_pipe_takes_part(slot->lag, first, last))
            run->link[slot->link].pointer[slot->argument] =
                row_of(run, slot->track, time - slot->lag) + slot->ahead;
    }
    for (int i = 0; i < p->stages; i++) {
        const ndi_pipe_stage *const s = &p->stage[i];
        if (s->program || !ndi_pipe_takes_part(s->lag, first, last))
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
    _Alignas(NDI_CACHE_LINE) char copy[NDI_PIPE_SLOTS][NDI_CHAIN_ROUND], sink[NDI_LANE_BYTES];
    char *elements[NDI_PIPE_SLOTS];
    const size_t leaf = run->whole / (NDI_CHUNK * ndi_dtype_size(p->dtype));
    for (int i = 0; i < p->slots; i++) {
        const ndi_pipe_slot *const slot = &p->slot[i];
        const ndi_pipe_track *const track = &p->track[slot->track];
        if (!ndi_pipe_takes_part(slot->lag, first, last) || slot->ahead || track->element)
            continue;
        if (slot->late) { /* a link that does no harm */
            run->link[slot->link].code = p->chain->fetch;
            continue;
        }
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
        if (!p->stage[i].program && ndi_pipe_takes_part(p->stage[i].lag, first, last))
            run->link[p->stage[i].link].pointer[0] =
                (char *)((uintptr_t)sink - leaf * NDI_LANE_BYTES);
    ndi_pipe_run_links(p, run->link, first, last, run->whole, run->whole + run->rest, 1);
    for (int i = 0; i < p->slots; i++) {
        const ndi_pipe_slot *const slot = &p->slot[i];
        if (slot->late)
            run->link[slot->link].code = p->link[slot->link].code;
        if (!ndi_pipe_takes_part(slot->lag, first, last) || !slot->writes ||
            !p->track[slot->track].first)
            continue;
        memcpy(row_of(run, slot->track, time - slot->lag) + run->whole, copy[i], run->rest);
        run->link[slot->link].code = p->link[slot->link].code;
    }
    for (int i = 0; i < p->stages; i++)
        if (!p->stage[i].program && ndi_pipe_takes_part(p->stage[i].lag, first, last))
            reduce_rest(run, &p->stage[i], elements[p->stage[i].slot]);
}

/* A result goes to memory; but for its edges, if lines of it did so on the way. */
static void copy_row(const pipe_run *run, const ndi_pipe_stage *s, int64_t row)
{
    const ndi_pipeline *const p = run->p;
    char *const to = row_of(run, s->copied, row), *const from = row_of(run, s->operand[0], row);
    const size_t head = s->late ? -(uintptr_t)to % NDI_CACHE_LINE : 0,
                 done = s->late ? run->whole - p->chain->round - NDI_CACHE_LINE + head : 0;
    memcpy(to, from, head);
    p->kernels->stream(to + done, from + done, p->row_bytes - done);
}

void ndi_pipeline_run_rows(const ndi_pipeline *p, int64_t begin, int64_t end, char *scratch)
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
        ndi_pipe_run_links(p, run.link, first, last, 0, run.whole, 1);
        if (run.rest > 0)
            run_rest(&run, first, last, time);
        for (int i = 0; i < p->stages; i++) {
            const ndi_pipe_stage *const s = &p->stage[i];
            const int64_t row = time - s->lag;
            if (!ndi_pipe_takes_part(s->lag, first, last))
                continue;
            if (!s->program)
                finish_row(&run, s, row);
            else if (s->follows)
                ndi_pipe_run_follower(p, s, scratch, row);
            else if (s->copied >= 0)
                copy_row(&run, s, row);
        }
    }
    p->kernels->stream_end();
}

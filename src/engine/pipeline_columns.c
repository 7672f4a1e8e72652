/* Pipelines over tiles of columns: running them.
 *
 * A chain goes down the lines of several tiles at once, leaf by leaf: behind each leaf of
 * NDI_WIDE_CHUNK lines the accumulators go on the tree of their reduction (sweep.h), as those of
 * wide leaves do. */
#include <math.h>
#include <string.h>

#include "array/dtype.h"
#include "engine/pipeline.h"

typedef struct column_run {
    const ndi_pipeline *p;
    char *scratch;
    int64_t begin, end;              /* tiles */
    ndi_tree *tree[NDI_PIPE_STAGES]; /* of a reduction with states of its own */
    ndi_link link[NDI_PIPE_LINKS];
} column_run;

/* A line of a tile; of what passes, its place in the leaf. */
static char *line_of(const column_run *run, int track, int64_t tile, int64_t line)
{
    const ndi_pipe_track *const t = &run->p->track[track];
    return ndi_pipe_place(t, run->scratch, tile) +
           (t->passes ? line % NDI_WIDE_CHUNK : line) * t->line;
}

/* Where all links find their lines, and the accumulators of the leaf that begins. */
static void begin_leaf(column_run *run, int first, int last, int64_t time, int64_t line)
{
    const ndi_pipeline *const p = run->p;
    for (int i = 0; i < p->slots; i++) {
        const ndi_pipe_slot *const slot = &p->slot[i];
        if (ndi_pipe_takes_part(slot->lag, first, last))
            run->link[slot->link].pointer[slot->argument] =
                line_of(run, slot->track, time - slot->lag, line) + slot->ahead;
    }
    for (int i = 0; i < p->stages; i++) {
        const ndi_pipe_stage *const s = &p->stage[i];
        if (s->program || !ndi_pipe_takes_part(s->lag, first, last))
            continue;
        void *const state = ndi_tree_push(run->tree[i])->plane[0];
        const double none = s->kind == NDI_REDUCE_MIN   ? INFINITY
                            : s->kind == NDI_REDUCE_MAX ? -INFINITY
                                                        : -0.0; /* leaves what is added as it is */
        for (int64_t c = 0; c < p->columns; c++)
            if (s->lane == ND_FLOAT64)
                ((double *)state)[c] = none;
            else
                ((float *)state)[c] = (float)none;
        run->link[s->link].pointer[0] = state;
    }
}

/* The lines of a leaf go to memory, as whole lines of the cache: with the end of what the tile
 * before has left, and without that of this one, unless there is no such neighbour in the run. */
static void copy_leaf(column_run *run, const ndi_pipe_stage *s, int64_t tile, int64_t line,
                      int64_t lines)
{
    const ndi_pipeline *const p = run->p;
    const ndi_pipe_track *const to = &p->track[s->copied], *const from = &p->track[s->operand[0]];
    char *const first = line_of(run, s->copied, tile, line),
                *const made = line_of(run, s->operand[0], tile, line),
                *const carried = run->scratch + s->carried + line * NDI_CACHE_LINE;
    for (int64_t l = 0; l < lines && tile > run->begin; l++)
        memcpy(made + l * from->line - NDI_CACHE_LINE, carried + l * NDI_CACHE_LINE,
               NDI_CACHE_LINE);
    for (int64_t l = 0; l < lines; l++) {
        char *const out = first + l * to->line, *const in = made + l * from->line;
        const size_t over = (uintptr_t)out % NDI_CACHE_LINE, before = tile > run->begin ? over : 0,
                     left = tile + 1 < run->end ? over : 0;
        p->kernels->stream(out - before, in - before, before + p->row_bytes - left);
        memcpy(carried + l * NDI_CACHE_LINE, in + p->row_bytes - NDI_CACHE_LINE, NDI_CACHE_LINE);
    }
}

static void end_leaf(column_run *run, int first, int last, int64_t time, int64_t line,
                     int64_t lines)
{
    const ndi_pipeline *const p = run->p;
    for (int i = 0; i < p->stages; i++) {
        const ndi_pipe_stage *const s = &p->stage[i];
        if (!ndi_pipe_takes_part(s->lag, first, last))
            continue;
        const int64_t tile = time - s->lag;
        if (s->program && s->copied >= 0 && i != p->lined)
            copy_leaf(run, s, tile, line, lines);
        if (s->program)
            continue;
        ndi_tree *const tree = run->tree[i];
        tree->level[tree->depth - 1].count = (double)lines;
        ndi_tree_settle(tree, &s->fold, (size_t)p->columns, 0);
    }
}

static void move_lines(column_run *run, int first, int last, int64_t lines)
{
    const ndi_pipeline *const p = run->p;
    const int end = first > 0 ? p->begin[first - 1] : p->links - 1;
    for (int l = p->begin[last]; l < end; l++)
        for (int i = 0; i < 2; i++)
            run->link[l].pointer[i] += lines * run->link[l].row[i];
}

/* So many lines of a round by links. */
static void run_round(column_run *run, int first, int last, size_t at, int64_t lines)
{
    const ndi_pipeline *const p = run->p;
    if (p->row_bytes == p->chain->round) {
        ndi_pipe_run_links(p, run->link, first, last, 0, p->row_bytes, lines);
        move_lines(run, first, last, 1); /* the links have stayed on the last one */
        return;
    }
    for (int64_t line = 0; line < lines; line++) {
        ndi_pipe_run_links(p, run->link, first, last, at, at + p->chain->round, 1);
        move_lines(run, first, last, 1);
    }
}

/* From a line on that needs the links: it is done by them, and so are all that follow where the
 * next one needs them too. */
static void run_slowly(column_run *run, int first, int last, size_t at, int64_t line, int64_t lines)
{
    const ndi_pipeline *const p = run->p;
    move_lines(run, first, last, line);
    for (int64_t done = line; line < lines; line += done) {
        const int64_t slow = done > 0 ? 1 : lines - line;
        run_round(run, first, last, at, slow);
        line += slow;
        done = p->loop->run(run->link, at, lines - line, first, last);
        move_lines(run, first, last, done);
    }
    move_lines(run, first, last, -lines);
}

/* Of the first and the last tile of a run, what no tile beside it writes. */
static void write_edges(column_run *run, int64_t tile, int64_t line, int64_t lines)
{
    const ndi_pipeline *const p = run->p;
    const ndi_pipe_stage *const s = &p->stage[p->lined];
    const ptrdiff_t to_row = p->track[s->copied].line, from_row = p->track[s->operand[0]].line;
    char *out = line_of(run, s->copied, tile, line),
         *made = line_of(run, s->operand[0], tile, line);
    p->loop->run(run->link, 0, lines, s->lag, s->lag);
    for (int64_t l = 0; l < lines; l++, out += to_row, made += from_row) {
        const size_t over = (uintptr_t)out % NDI_CACHE_LINE, whole = p->row_bytes - over;
        if (tile == run->begin)
            p->kernels->stream(out, made, whole);
        if (tile + 1 == run->end)
            memcpy(out + whole, made + whole, over);
    }
}

/* A line that the loop could not do: stage by stage, that of exponentials by links. */
static void run_lined_slowly(column_run *run, int first, int last, char *left)
{
    const ndi_pipeline *const p = run->p;
    ndi_link *const behind = &run->link[p->begin[0]], kept = *behind;
    const int quotients = p->stage[p->lined].lag, exponentials = quotients - 1;
    if (last == quotients)
        p->loop->lined(run->link, 0, 1, last, last);
    memcpy(left - NDI_CACHE_LINE, left + p->row_bytes - NDI_CACHE_LINE, NDI_CACHE_LINE);
    ndi_pipe_run_links(p, run->link, exponentials, exponentials, 0, p->row_bytes, 1);
    *behind = kept;
    if (first == 0)
        p->loop->lined(run->link, 0, 1, 0, 0);
}

/* By a loop that writes whole lines. */
static void run_lined(column_run *run, int first, int last, int64_t time, int64_t line,
                      int64_t lines)
{
    const ndi_pipeline *const p = run->p;
    const ndi_pipe_stage *const s = &p->stage[p->lined];
    ndi_link *const store = &run->link[p->begin[s->lag - 1] - 1];
    const int64_t tile = time - s->lag;
    if (last == s->lag) {
        store->row[0] = p->track[s->operand[0]].line;
        if (tile == run->begin || tile + 1 == run->end)
            write_edges(run, tile, line, lines);
        store->pointer[0] = line_of(run, s->copied, tile, line);
        store->row[0] = p->track[s->copied].line;
    }
    last = last == s->lag && tile == run->begin ? s->lag - 1 : last;
    for (int64_t done = 0, now; done < lines && first <= last; done += now) {
        now = p->loop->lined(run->link, 0, lines - done, first, last);
        move_lines(run, first, s->lag, now);
        if (done + now == lines)
            break;
        run_lined_slowly(run, first, last, line_of(run, p->slot[0].track, tile, line + done + now));
        move_lines(run, first, s->lag, 1);
        now++;
    }
}

/* By the loop, if there is one, round by round. */
static void run_lines(column_run *run, int first, int last, int64_t lines)
{
    const ndi_pipeline *const p = run->p;
    if (!p->loop)
        ndi_pipe_run_links(p, run->link, first, last, 0, p->row_bytes, lines);
    for (size_t at = 0; p->loop && at < p->row_bytes; at += p->chain->round) {
        const int64_t done = p->loop->run(run->link, at, lines, first, last);
        if (done < lines)
            run_slowly(run, first, last, at, done, lines);
    }
}

/* What a loop that writes whole lines needs of the tile before: the end of a line of elements. */
static void carry_line(const column_run *run, int track, int64_t tile)
{
    const ndi_pipeline *const p = run->p;
    if (p->lined >= 0 && !p->track[track].first && tile > run->begin)
        memcpy(line_of(run, track, tile, 0) - NDI_CACHE_LINE,
               line_of(run, track, tile - 1, 0) + p->row_bytes - NDI_CACHE_LINE, NDI_CACHE_LINE);
}

/* The results of the reductions of a tile each. */
static void end_tiles(column_run *run, int first, int last, int64_t time)
{
    const ndi_pipeline *const p = run->p;
    const size_t columns = (size_t)p->columns;
    for (int i = 0; i < p->stages; i++) {
        const ndi_pipe_stage *const s = &p->stage[i];
        if (ndi_pipe_has_links(s) || !ndi_pipe_takes_part(s->lag, first, last))
            continue;
        const int64_t tile = time - s->lag;
        carry_line(run, s->operand[0], tile);
        if (s->program) {
            ndi_pipe_run_follower(p, s, run->scratch, tile);
            continue;
        }
        const size_t size = ndi_dtype_size(s->result);
        char *const to = line_of(run, s->operand[0], tile, 0);
        ndi_finish_state(p->kernels, &s->fold, columns,
                         ndi_tree_end(run->tree[i], &s->fold, columns), to, (ptrdiff_t)size);
        if (s->copied >= 0)
            memcpy(line_of(run, s->copied, tile, 0), to, columns * size);
    }
}

void ndi_pipeline_run_columns(const ndi_pipeline *p, int64_t begin, int64_t end, char *scratch)
{
    column_run run = {.p = p, .scratch = scratch, .begin = begin, .end = end};
    ndi_tree tree[NDI_PIPE_FOLDS];
    ndi_sweep sizes; /* what trees are made by */
    sizes.levels = ndi_pipe_levels(p);
    sizes.workspace = NULL;
    for (int i = 0, trees = 0; i < p->stages; i++)
        if (!p->stage[i].program) {
            run.tree[i] = &tree[trees++];
            ndi_tree_make(run.tree[i], &sizes, &p->stage[i].fold); /* which needs no memory */
        }
    memcpy(run.link, p->link, (size_t)p->links * sizeof *p->link);
    for (int64_t time = begin; time < end + p->lags - 1; time++) {
        const int last = time - begin < p->lags - 1 ? (int)(time - begin) : p->lags - 1,
                  first = time < end ? 0 : (int)(time - end + 1);
        for (int i = 0; i < p->stages; i++)
            if (!p->stage[i].program)
                ndi_tree_begin(run.tree[i]);
        for (int64_t line = 0, lines; line < p->lines; line += lines) {
            lines = p->lines - line < NDI_WIDE_CHUNK ? p->lines - line : NDI_WIDE_CHUNK;
            begin_leaf(&run, first, last, time, line);
            if (p->lined >= 0)
                run_lined(&run, first, last, time, line, lines);
            else
                run_lines(&run, first, last, lines);
            end_leaf(&run, first, last, time, line, lines);
        }
        end_tiles(&run, first, last, time);
    }
    p->kernels->stream_end();
}

/* Scans: running sums, products and extremes along one axis.
 *
 * A line is cut into pieces of fixed length. Each piece is reduced, the totals give each piece its
 * carry, and each piece is then scanned from its carry: two sweeps that run on all threads, and the
 * same bits for any number. Both go over as many pieces as the last level cache holds, then on.
 *
 * Pending elements are not stored before, but produced block by block: in both sweeps, where a few
 * light steps make them; else the first one leaves them in the result, and the second works there.
 */
#include <string.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/progress.h"
#include "engine/checked.h"
#include "engine/copy.h"
#include "engine/evaluate.h"
#include "engine/pending.h"
#include "engine/run.h"
#include "kernels/kernel.h"
#include "ops/resolve.h"

enum {
    PIECE = 1 << 15,
    BLOCK = NDI_CHUNK,
    STATE_BYTES = 16,
    WINDOWS = 4, /* the share of the last level cache that is swept twice */
};

static const struct recipe {
    bool is_scan;
    ndi_reduction reduction;
} recipes[ND_OP_COUNT] = {
#define REDUCTION(name, reduction, finish)
#define REDUCTION_OF_NUMBERS(name, reduction)
#define REDUCTION_SCAN(name, reduction) [ND_OP_##name] = {true, NDI_REDUCE_##reduction},
#include "kernels/reductions.def"
};

typedef struct scan_run {
    const ndi_kernels *kernels;
    ndi_scan_kernel *kernel;
    ndi_reduction reduction;
    nd_dtype in, kernel_dtype, out, state;
    ndi_elements source;          /* or the result, where the elements have been left */
    const ndi_produced *produced; /* or NULL; then `in` is what the kernel takes */
    ndi_elements result;
    int64_t size;
    int axis;
    int64_t length, pieces;
    char *carries;        /* [line][piece] states, when a line has several pieces */
    size_t first;         /* piece of this sweep, of all lines' */
    int beside;           /* axis along which lines are done together; or -1 */
    int64_t beside_lines; /* of a tile of these; carries are then [tile][piece] rows */
    bool totals;          /* first sweep: only the carry is wanted */
    bool leaves;          /* which leaves the elements in the result */
    bool stream;          /* results go past the cache */
} scan_run;

/* What a thread is at: elements in memory, or of a frame that produces them. */
typedef struct scan_place {
    const char *in;
    int64_t index; /* in the order of memory */
    ndi_frame *frame;
} scan_place;

/* The next n elements; `block` has room for them. */
static const char *elements_of(const scan_run *run, scan_place *at, int64_t n, char *block,
                               ptrdiff_t *stride)
{
    const ptrdiff_t in_stride = run->source.strides[run->axis],
                    size = (ptrdiff_t)nd_dtype_size(run->kernel_dtype);
    const char *from = at->in;
    *stride = in_stride;
    if (run->produced) {
        ndi_program_produce(at->frame, at->index, n, block);
    } else if (run->in != run->kernel_dtype) {
        run->kernels->cast[run->kernel_dtype][run->in]((size_t)n, (char *[]){block, (char *)from},
                                                       (ptrdiff_t[]){size, in_stride});
    } else {
        at->in += n * in_stride;
        return from;
    }
    *stride = size;
    at->in += n * in_stride;
    at->index += n;
    return block;
}

static bool is_extreme(const scan_run *run)
{
    return run->reduction == NDI_REDUCE_MIN || run->reduction == NDI_REDUCE_MAX;
}

/* What leaves the first element as it is; for extremes that element itself. */
static void first_carry(const scan_run *run, scan_place at, void *carry)
{
    if (is_extreme(run)) {
        _Alignas(64) char block[16];
        ptrdiff_t stride;
        const char *const first = elements_of(run, &at, 1, block, &stride);
        run->kernels->cast[run->state][run->kernel_dtype](1, (char *[]){carry, (char *)first},
                                                          (ptrdiff_t[]){0, 0});
        return;
    }
    const float sign = -0.0f, neutral[2] = {run->reduction == NDI_REDUCE_PROD ? 1 : sign,
                                            run->reduction == NDI_REDUCE_PROD ? 0 : sign};
    const bool two = nd_dtype_kind(run->state) == ND_KIND_COMPLEX;
    run->kernels->cast[run->state][two ? ND_COMPLEX64 : ND_FLOAT32](
        1, (char *[]){carry, (char *)neutral}, (ptrdiff_t[]){0, 0});
}

/* The total of n elements, in the order of the row leaf, which fills vectors. Not for products: in
 * a tree some overflow that do not from the left. */
static void total_of(const scan_run *run, const char *in, ptrdiff_t stride, int64_t n, void *total)
{
    const ndi_reducer *reducer = &run->kernels->reduce[run->reduction][run->kernel_dtype];
    _Alignas(16) char state[STATE_BYTES];
    const ndi_leaf leaf = {
        .data = in, .rows = (size_t)n, .row_stride = stride, .columns = 1, .state = {state, NULL}};
    reducer->row(&leaf);
    reducer->combine(1, (void *[]){total, NULL}, 1, (void *[]){state, NULL}, 1);
}

static void scan_piece(const scan_run *run, char *out, scan_place at, int64_t n, void *carry)
{
    const ptrdiff_t out_stride = run->result.strides[run->axis];
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(run->kernel_dtype);
    _Alignas(64) char block[BLOCK * 16];
    while (n > 0) {
        const int64_t now = n < BLOCK ? n : BLOCK;
        ptrdiff_t from_stride;
        const char *const from =
            elements_of(run, &at, now, run->leaves ? out : block, &from_stride);
        if (run->totals && run->reduction == NDI_REDUCE_PROD) {
            run->kernel((size_t)now, block, size, from, from_stride, carry);
        } else if (run->totals) {
            total_of(run, from, from_stride, now, carry);
        } else if (run->out != run->kernel_dtype) {
            run->kernel((size_t)now, block, size, from, from_stride, carry);
            run->kernels->cast[run->out][run->kernel_dtype]((size_t)now, (char *[]){out, block},
                                                            (ptrdiff_t[]){out_stride, size});
        } else if (run->stream) {
            run->kernel((size_t)now, block, size, from, from_stride, carry);
            run->kernels->stream(out, block, (size_t)(now * size));
        } else {
            run->kernel((size_t)now, out, out_stride, from, from_stride, carry);
        }
        out += now * out_stride;
        n -= now;
    }
}

/* Moves both to the line of that number, over all axes but those of the scan and beside. */
static void find_line(const scan_run *run, int64_t line, const char **in, char **out)
{
    const ndi_elements *const source = &run->source;
    for (int axis = source->rank - 1; axis >= 0; axis--) {
        if (axis == run->axis || axis == run->beside)
            continue;
        const int64_t at = line % source->lengths[axis];
        line /= source->lengths[axis];
        *in += at * source->strides[axis];
        *out += at * run->result.strides[axis];
    }
}

static void scan_tasks(void *context, size_t begin, size_t end)
{
    const scan_run *run = context;
    const ndi_elements *const source = &run->source;
    ndi_frame frame;
    if (run->produced)
        ndi_frame_begin(&frame, run->produced, NDI_GIVES_ELEMENTS);
    for (size_t task = run->first + begin; task < run->first + end; task++) {
        const int64_t piece = (int64_t)task % run->pieces, line = (int64_t)task / run->pieces;
        const char *in = source->data;
        char *out = run->result.data;
        find_line(run, line, &in, &out);
        in += piece * PIECE * source->strides[run->axis];
        out += piece * PIECE * run->result.strides[run->axis];
        const int64_t left = run->length - piece * PIECE, n = left < PIECE ? left : PIECE;
        const scan_place at = {in, (in - source->data) / (int64_t)nd_dtype_size(source->dtype),
                               &frame};
        _Alignas(16) char own[STATE_BYTES];
        void *carry = own;
        if (run->carries)
            carry = run->carries + task * STATE_BYTES;
        if (!run->carries || run->totals || piece == 0)
            first_carry(run, at, carry);
        scan_piece(run, out, at, n, carry);
    }
    if (run->stream)
        run->kernels->stream_end();
}

/* ---- Lines side by side ------------------------------------------------------------------------
 * Where neighbours in memory belong to neighbouring lines, some of these are scanned together, by
 * the elementwise kernels, in the order of the scan kernels and so with their bits. */

enum {
    ROWS = 8,
    ROW_BYTES = 2048,
    LEAST_BESIDE = 16,
};

static nd_op op_of(ndi_reduction reduction)
{
    return reduction == NDI_REDUCE_SUM    ? ND_OP_add
           : reduction == NDI_REDUCE_PROD ? ND_OP_multiply
           : reduction == NDI_REDUCE_MIN  ? ND_OP_minimum
                                          : ND_OP_maximum;
}

static bool is_whole(nd_dtype dtype)
{
    const nd_kind kind = nd_dtype_kind(dtype);
    return kind == ND_KIND_SIGNED || kind == ND_KIND_UNSIGNED;
}

/* The axis along which lines are neighbours in source and result, of as many as pay; or -1. The
 * elements become states at once, which is the same as by way of the kernel's dtype. */
static int axis_beside(const scan_run *run)
{
    const int64_t from = (int64_t)nd_dtype_size(run->in), to = (int64_t)nd_dtype_size(run->out);
    const bool same = run->in == run->kernel_dtype ||
                      (is_whole(run->kernel_dtype) &&
                       (is_whole(run->in) || nd_dtype_kind(run->in) == ND_KIND_BOOL));
    if (!same || run->produced || run->out != run->kernel_dtype ||
        nd_dtype_kind(run->state) == ND_KIND_COMPLEX || run->source.strides[run->axis] == from)
        return -1;
    for (int axis = 0; axis < run->source.rank; axis++)
        if (axis != run->axis && run->source.strides[axis] == from &&
            run->result.strides[axis] == to)
            return run->source.lengths[axis] >= LEAST_BESIDE ? axis : -1;
    return -1;
}

/* Lines that are scanned together. */
static int64_t lines_of_tile(const scan_run *run)
{
    return ROW_BYTES / (int64_t)nd_dtype_size(run->state);
}

/* Tiles along the axis beside. */
static int64_t tiles_beside(const scan_run *run)
{
    return (run->source.lengths[run->beside] + run->beside_lines - 1) / run->beside_lines;
}

typedef struct rows {
    size_t lines;
    ptrdiff_t strides[3];
    ndi_kernel *step;
} rows;

/* into = x step y, where `into` may be x or y. */
static void step_row(const rows *r, char *into, const char *x, const char *y)
{
    r->step(r->lines, (char *[]){into, (char *)x, (char *)y}, r->strides);
}

/* Each row meets those before it: eight in a tree, then the one before them, if there is one. */
static void scan_rows(const rows *r, int64_t count, bool tree, char (*row)[ROW_BYTES],
                      const char *before)
{
    for (int64_t apart = 1; tree && apart < ROWS; apart *= 2)
        for (int64_t i = ROWS - 1; i >= apart; i--)
            step_row(r, row[i], row[i], row[i - apart]);
    for (int64_t i = 0; i < count; i++) {
        if (tree && before)
            step_row(r, row[i], row[i], before);
        else if (!tree && (before || i > 0))
            step_row(r, row[i], i > 0 ? row[i - 1] : before, row[i]);
    }
}

/* The elements of a row, as states. */
static void widen_row(const scan_run *run, const char *in, size_t lines, char *to)
{
    run->kernels->cast[run->state][run->in](
        lines, (char *[]){to, (char *)in},
        (ptrdiff_t[]){(ptrdiff_t)nd_dtype_size(run->state), (ptrdiff_t)nd_dtype_size(run->in)});
}

static rows rows_of(const scan_run *run, size_t lines)
{
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(run->state);
    return (rows){.lines = lines,
                  .strides = {size, size, size},
                  .step = run->kernels->elementwise[op_of(run->reduction)][run->state]};
}

/* `before`: the row before the first one, or NULL. */
static void scan_beside(const scan_run *run, const char *in, char *out, int64_t length,
                        size_t lines, const char *before)
{
    const ptrdiff_t out_stride = run->result.strides[run->axis],
                    to = (ptrdiff_t)nd_dtype_size(run->out),
                    size = (ptrdiff_t)nd_dtype_size(run->state);
    /* As the kernels: products of floats and extremes meet one after the other. */
    const bool in_trees =
        run->reduction == NDI_REDUCE_SUM ||
        (run->reduction == NDI_REDUCE_PROD && nd_dtype_kind(run->state) != ND_KIND_FLOAT);
    const rows r = rows_of(run, lines);
    const size_t bytes = lines * (size_t)size;
    ndi_kernel *const narrow = run->kernels->cast[run->out][run->state];
    _Alignas(64) char row[ROWS][ROW_BYTES], last[ROW_BYTES];
    for (int64_t done = 0; done < length; done += ROWS) {
        const int64_t left = length - done, now = left < ROWS ? left : ROWS;
        for (int64_t i = 0; i < now; i++)
            widen_row(run, in + (done + i) * run->source.strides[run->axis], lines, row[i]);
        scan_rows(&r, now, in_trees && now == ROWS, row, done > 0 ? last : before);
        memcpy(last, row[now - 1], bytes);
        for (int64_t i = 0; i < now; i++) {
            char *const at = out + (done + i) * out_stride;
            if (run->stream)
                run->kernels->stream(at, row[i], bytes);
            else
                narrow(lines, (char *[]){at, row[i]}, (ptrdiff_t[]){to, size});
        }
    }
}

/* The totals of a piece of lines, each as that of a line alone. */
static void total_beside(const scan_run *run, const char *in, int64_t length, size_t lines,
                         char *total)
{
    const ptrdiff_t in_stride = run->source.strides[run->axis],
                    from = (ptrdiff_t)nd_dtype_size(run->in),
                    size = (ptrdiff_t)nd_dtype_size(run->state);
    const bool in_leaves =
        run->reduction == NDI_REDUCE_SUM && nd_dtype_kind(run->state) == ND_KIND_FLOAT;
    const ndi_reducer *const reducer = &run->kernels->reduce[run->reduction][run->kernel_dtype];
    const rows r = rows_of(run, lines);
    _Alignas(64) char row[ROW_BYTES];
    for (int64_t done = 0, now; done < length; done += now) {
        const char *const at = in + done * in_stride;
        now = !in_leaves ? 1 : length - done < BLOCK ? length - done : BLOCK;
        for (size_t line = 0; in_leaves && line < lines; line += NDI_COLUMN_TILE) {
            const ndi_leaf leaf = {.data = at + (ptrdiff_t)line * from,
                                   .rows = (size_t)now,
                                   .row_stride = in_stride,
                                   .columns = lines - line < NDI_COLUMN_TILE ? lines - line
                                                                             : NDI_COLUMN_TILE,
                                   .column_stride = from,
                                   .state = {row + (ptrdiff_t)line * size, NULL}};
            reducer->column(&leaf);
        }
        if (!in_leaves)
            widen_row(run, at, lines, row);
        if (done == 0)
            memcpy(total, row, lines * (size_t)size);
        else
            step_row(&r, total, total, row);
    }
}

/* Tasks are pieces of tiles; with `totals` all pieces but the last. */
static void scan_tiles(void *context, size_t begin, size_t end)
{
    const scan_run *run = context;
    const ndi_elements *const source = &run->source;
    const int64_t across = tiles_beside(run), most = run->beside_lines,
                  pieces = run->pieces - (run->totals ? 1 : 0);
    for (size_t task = begin; task < end; task++) {
        const int64_t piece = (int64_t)task % pieces, tile = (int64_t)task / pieces,
                      first = tile % across * most, left = source->lengths[run->beside] - first,
                      rest = run->length - piece * PIECE, length = rest < PIECE ? rest : PIECE;
        const size_t lines = (size_t)(left < most ? left : most);
        const char *in = source->data + first * source->strides[run->beside];
        char *out = run->result.data + first * run->result.strides[run->beside];
        char *const carries = run->carries ? run->carries + tile * run->pieces * ROW_BYTES : NULL;
        find_line(run, tile / across, &in, &out);
        in += piece * PIECE * source->strides[run->axis];
        out += piece * PIECE * run->result.strides[run->axis];
        if (run->totals)
            total_beside(run, in, length, lines, carries + (piece + 1) * ROW_BYTES);
        else
            scan_beside(run, in, out, length, lines,
                        piece > 0 ? carries + piece * ROW_BYTES : NULL);
    }
    if (run->stream && !run->totals)
        run->kernels->stream_end();
}

/* Totals of the pieces before each piece become what it begins with. */
static void spread_rows(const scan_run *run, int64_t tiles)
{
    for (int64_t tile = 0; tile < tiles; tile++) {
        const int64_t left =
            run->source.lengths[run->beside] - tile % tiles_beside(run) * run->beside_lines;
        const rows r = rows_of(run, (size_t)(left < run->beside_lines ? left : run->beside_lines));
        char *at = run->carries + tile * run->pieces * ROW_BYTES + ROW_BYTES;
        for (int64_t piece = 2; piece < run->pieces; piece++, at += ROW_BYTES)
            step_row(&r, at + ROW_BYTES, at, at + ROW_BYTES);
    }
}

static bool sweep_tiles(scan_run *run, const char *name)
{
    run->beside_lines = lines_of_tile(run);
    const int64_t tiles = run->size / run->length / run->source.lengths[run->beside] *
                          tiles_beside(run),
                  piece = run->length < PIECE ? run->length : PIECE;
    const size_t bytes = (size_t)(tiles * run->pieces) * ROW_BYTES,
                 grain = 1 + (size_t)(PIECE / (piece * run->beside_lines));
    bool whole = true;
    if (run->pieces > 1) {
        if (!(run->carries = ndi_allocate(bytes)))
            return false;
        const ndi_stage outer = ndi_stage_begin(0, 0.5);
        ndi_watch_begin(name);
        run->totals = true;
        ndi_parallel_for((size_t)(tiles * (run->pieces - 1)), grain, scan_tiles, run);
        run->totals = false;
        whole = ndi_watch_end();
        ndi_stage_end(outer);
        if (whole)
            spread_rows(run, tiles);
    }
    if (whole) {
        const ndi_stage outer = ndi_stage_begin(run->pieces > 1 ? 0.5 : 0, 1);
        ndi_watch_begin(name);
        ndi_parallel_for((size_t)(tiles * run->pieces), grain, scan_tiles, run);
        whole = ndi_watch_end();
        ndi_stage_end(outer);
    }
    if (run->carries)
        ndi_free(run->carries, bytes);
    return whole;
}

/* ---- Sweeps ---------------------------------------------------------------------------------- */

/* Totals of the pieces become the carries into them; `carry` is that into the first, and then into
 * what follows the last. */
static void spread_carries(const scan_run *run, size_t begin, size_t end, void *carry)
{
    _Alignas(16) char total[STATE_BYTES];
    for (size_t task = begin; task < end; task++) {
        char *const at = run->carries + task * STATE_BYTES;
        if (task % (size_t)run->pieces == 0) { /* it begins by itself */
            memcpy(carry, at, STATE_BYTES);
            continue;
        }
        memcpy(total, at, STATE_BYTES);
        memcpy(at, carry, STATE_BYTES);
        run->kernels->reduce[run->reduction][run->kernel_dtype].combine(
            1, (void *[]){carry, NULL}, 1, (void *[]){total, NULL}, 1);
    }
}

/* A sweep over the pieces from run->first to `end`, from a share of the work to another; false if
 * it was cancelled. */
static bool sweep(scan_run *run, size_t end, const char *name, double from, double to)
{
    const ndi_stage outer = ndi_stage_begin(from, to);
    ndi_watch_begin(name);
    ndi_parallel_for(end - run->first, 1 + (size_t)(PIECE / run->length), scan_tasks, run);
    const bool whole = ndi_watch_end();
    ndi_stage_end(outer);
    return whole;
}

static bool sweep_totals(const scan_run *run, size_t end, const char *name, double from, double to)
{
    scan_run totals = *run;
    totals.totals = true;
    totals.stream &= !run->leaves;
    return sweep(&totals, end, name, from, to);
}

static bool sweep_scans(const scan_run *run, size_t end, const char *name, double from, double to)
{
    scan_run scans = *run;
    scans.leaves = false;
    if (run->leaves) {
        scans.source = run->result;
        scans.in = run->kernel_dtype;
        scans.produced = NULL;
        scans.stream = false;
    }
    return sweep(&scans, end, name, from, to);
}

/* Both sweeps; false if they were cancelled, or with the error kept. */
static bool run_sweeps(scan_run *run, const char *name)
{
    const size_t tasks = (size_t)(run->size / run->length * run->pieces);
    const size_t piece_bytes = PIECE * nd_dtype_size(run->leaves ? run->out : run->in),
                 window = 1 + (size_t)ndi_cpu_caches().last / WINDOWS / piece_bytes;
    _Alignas(16) char carry[STATE_BYTES];
    bool whole = true;
    if (run->pieces == 1)
        return sweep(run, tasks, name, 0, 1);
    run->carries = ndi_allocate(tasks * STATE_BYTES);
    if (!run->carries)
        return false;
    for (size_t end; whole && run->first < tasks; run->first = end) {
        end = run->first + window < tasks ? run->first + window : tasks;
        const double begun = (double)run->first / (double)tasks, done = (double)end / (double)tasks,
                     half = (begun + done) / 2;
        whole = sweep_totals(run, end, name, begun, half);
        if (whole) {
            spread_carries(run, run->first, end, carry);
            whole = sweep_scans(run, end, name, half, done);
        }
    }
    ndi_free(run->carries, tasks * STATE_BYTES);
    return whole;
}

/* `p`: where elements that are not in memory come from. */
static bool scan_into(const ndi_scan *scan, const ndi_elements *source, const ndi_production *p,
                      const ndi_elements *result)
{
    scan_run run = {.kernels = ndi_kernels_in_use(),
                    .reduction = recipes[scan->op].reduction,
                    .in = source->dtype,
                    .kernel_dtype = scan->taken,
                    .out = result->dtype,
                    .source = *source,
                    .result = *result,
                    .size = 1,
                    .axis = scan->axis,
                    .length = source->lengths[scan->axis]};
    for (int axis = 0; axis < source->rank; axis++)
        run.size *= source->lengths[axis];
    if (run.size == 0)
        return true;
    run.kernel = run.kernels->scan[run.reduction][scan->taken];
    run.state = run.kernels->reduce[run.reduction][scan->taken].state[0];
    run.pieces = (run.length + PIECE - 1) / PIECE;
    const size_t size = nd_dtype_size(run.out);
    run.stream = run.out == scan->taken && result->strides[scan->axis] == (int64_t)size &&
                 run.length * (int64_t)size >= 1024 &&
                 ndi_streams_past_cache((double)run.size, nd_dtype_size(run.in), size, false);
    if (p && p->node) {
        run.source.data = ndi_virtual_elements;
        run.produced = &p->produced;
        run.leaves = run.pieces > 1 && run.out == scan->taken && p->produced.program->heavy;
    }
    const char *const name = ndi_op_rows[scan->op].info.name;
    run.beside = axis_beside(&run);
    if (run.beside >= 0)
        run.stream = run.out == run.state &&
                     ndi_streams_past_cache((double)run.size, nd_dtype_size(run.in), size, false);
    return run.beside >= 0 ? sweep_tiles(&run, name) : run_sweeps(&run, name);
}

/* Elements are produced along the axis where they will lie side by side. */
bool ndi_scan_produces(const ndi_node *node)
{
    const ndi_node *const argument = node->argument[0];
    return argument->size > 0 && ndi_node_strides(argument)[node->scan.axis] ==
                                     (int64_t)nd_dtype_size((nd_dtype)argument->dtype);
}

ndi_fold ndi_scan_as_fold(const ndi_scan *scan)
{
    return (ndi_fold){.name = ndi_op_rows[scan->op].info.name,
                      .kind = recipes[scan->op].reduction,
                      .taken = scan->taken,
                      .swept = 1u << scan->axis};
}

/* What is claimed meanwhile keeps its argument. */
bool ndi_run_scan(ndi_node *node)
{
    ptrdiff_t first;
    const ndi_scan scan = node->scan;
    const bool produces = ndi_scan_produces(node);
    ndi_node *const argument = ndi_node_retain(node->argument[0]);
    ndi_storage *const made = ndi_node_storage(node, &first);
    ndi_production from;
    ndi_graph_claim(ndi_node_retain(node));
    ndi_graph_unlock();
    from.node = NULL;
    bool done = made && (produces ? ndi_production_of(&from, argument, scan.taken)
                                  : ndi_evaluate(ndi_node_retain(argument)));
    if (done) {
        const ndi_elements source = {(nd_dtype)argument->dtype, argument->rank, argument->dims,
                                     ndi_node_strides(argument), argument->data},
                           result = {(nd_dtype)node->dtype, node->rank, node->dims,
                                     ndi_node_strides(node), (char *)made->memory + first};
        done = scan_into(&scan, &source, &from, &result);
        ndi_production_end(&from);
    }
    if (!done)
        ndi_storage_release(made);
    ndi_graph_lock();
    if (done)
        ndi_node_computed(node, made);
    ndi_graph_release_claim(node);
    ndi_node_release(node);
    ndi_node_release(argument);
    return done;
}

nd_array *nd_scan(nd_op op, const nd_array *array, int axis, nd_dtype dtype)
{
    if ((unsigned)op >= ND_OP_COUNT || !recipes[op].is_scan)
        return ndi_fail(ND_ERROR_ARGUMENT, "scan: operation %d is no scan", (int)op);
    if (!array)
        return NULL;
    const char *name = ndi_op_rows[op].info.name;
    ndi_resolution resolution;
    if (dtype != ND_DTYPE_NONE && (unsigned)dtype >= ND_DTYPE_COUNT)
        return ndi_fail(ND_ERROR_DTYPE, "%s: %d is no dtype", name, (int)dtype);
    if (array->rank == 0)
        return ndi_fail(ND_ERROR_AXIS, "%s: the array has no axes; reshape it to one first", name);
    axis = ndi_normalize_axis(name, axis, array->rank);
    if (axis < 0 ||
        !ndi_resolve_dtype(op, dtype == ND_DTYPE_NONE ? nd_dtype_of(array) : dtype, &resolution))
        return NULL;
    int axes[ND_MAX_RANK];
    const int *const order = ndi_order_like(array, 0, false, axes);
    const nd_dtype out = dtype == ND_DTYPE_NONE ? resolution.result : dtype;
    if ((op == ND_OP_cumsum || op == ND_OP_cumprod) && ndi_checks(out))
        return ndi_force(array) ? ndi_checked_scan(op, array, axis, dtype) : NULL;
    const ndi_scan scan = {op, axis, resolution.kernel};
    const nd_operand argument = nd_operand_array(array);
    if (ndi_graph_wants(1, &argument, array->size))
        return ndi_graph_scan(&scan, array, out, order);
    nd_array *result = ndi_force(array)
                           ? ndi_make(name, out, array->rank, ndi_lengths(array), order, false)
                           : NULL;
    if (!result)
        return NULL;
    const ndi_elements from = ndi_elements_of(array), to = ndi_elements_of(result);
    if (scan_into(&scan, &from, NULL, &to))
        return result;
    ndi_drop(result);
    return NULL;
}

#define DEFINE_UNARY(name)
#define DEFINE_BINARY(name)
#define DEFINE_TERNARY(name)
#define DEFINE_REDUCTION(name)
#define DEFINE_SCAN(name)                                                                          \
    nd_array *nd_##name(const nd_array *array, int axis)                                           \
    {                                                                                              \
        return nd_scan(ND_OP_##name, array, axis, ND_DTYPE_NONE);                                  \
    }
#define ND_OP(name, class, ...) DEFINE_##class(name)
#include "ops/ops.def"

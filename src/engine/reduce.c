/* Reductions: how they are cut into tasks, and what becomes of what is left at the end.
 *
 * The kept axes are cut into tiles of columns, the swept axes into chunks (leaves). A task is one
 * tile and one aligned power-of-two span of leaves (sweep.c); spans meet as leaves do, which is the
 * same tree. Which leaf kernel runs (down one column, or over a tile of columns at once) follows
 * the order of the axes in memory. */
#include "engine/reduce.h"

#include <math.h>
#include <string.h>

#include "array/dtype.h"
#include "base/pool.h"
#include "engine/sweep.h"

enum {
    TASK_BYTES = 1 << 18, /* input that is worth a task */
    TASKS = 64,           /* wanted where there are few tiles */
};

/* Sums begin with 0.0, which shows where all elements are -0.0: it is added at the end, so that
 * leaves may begin with an element, and those that meet in a scan keep the sign. */
static bool adds_zero(const ndi_swept_fold *run)
{
    return run->fold->kind == NDI_REDUCE_SUM && !run->fold->signed_zero &&
           nd_dtype_kind(run->reducer->state[0]) >= ND_KIND_FLOAT;
}

/* Sums and 0.0, side by side at `out`, which may be where they are. */
static void add_zero(const ndi_kernels *kernels, nd_dtype dtype, size_t columns, char *sums,
                     char *out)
{
    if (columns == 1 && dtype == ND_FLOAT64) {
        *(double *)out = *(double *)sums + 0.0;
        return;
    }
    _Alignas(16) static const char zero[16] = {0};
    const ptrdiff_t size = (ptrdiff_t)ndi_dtype_size(dtype);
    kernels->elementwise[ND_OP_add][dtype](columns, (char *[]){out, sums, (char *)zero},
                                           (const ptrdiff_t[]){size, size, 0});
}

/* What becomes of a state: columns first..first+columns-1 (at most NDI_COLUMN_TILE where something
 * is computed) into the result's dtype at `out`. */
static void finish_columns(const ndi_kernels *kernels, const ndi_swept_fold *run, size_t first,
                           size_t columns, const ndi_tile_state *state, char *out, ptrdiff_t stride)
{
    _Alignas(64) char values[NDI_COLUMN_TILE * NDI_STATE_BYTES];
    const int plane = run->fold->finish == NDI_FINISH_INDEX;
    nd_dtype dtype = run->reducer->state[plane];
    char *from = (char *)state->plane[plane] + first * ndi_dtype_size(dtype);
    const double count = state->count;
    if (run->fold->finish == NDI_FINISH_MEAN) {
        const nd_dtype mean = dtype == ND_COMPLEX128 ? ND_COMPLEX128 : ND_FLOAT64;
        kernels->cast[mean][dtype](
            columns, (char *[]){values, from},
            (const ptrdiff_t[]){(ptrdiff_t)ndi_dtype_size(mean), (ptrdiff_t)ndi_dtype_size(dtype)});
        const size_t numbers = columns * (mean == ND_COMPLEX128 ? 2 : 1);
        for (size_t i = 0; i < numbers; i++)
            ((double *)values)[i] /= count;
        from = values;
        dtype = mean;
    } else if (run->fold->finish == NDI_FINISH_VARIANCE ||
               run->fold->finish == NDI_FINISH_DEVIATION) {
        const double divisor = count - run->fold->ddof > 0 ? count - run->fold->ddof : 0;
        const double *squares = (const double *)state->plane[1] + first;
        for (size_t c = 0; c < columns; c++) {
            const double variance = squares[c] / divisor;
            ((double *)values)[c] =
                run->fold->finish == NDI_FINISH_DEVIATION ? sqrt(variance) : variance;
        }
        from = values;
        dtype = ND_FLOAT64;
    }
    kernels->cast[run->result][dtype](
        columns, (char *[]){out, from},
        (const ptrdiff_t[]){stride, (ptrdiff_t)ndi_dtype_size(dtype)});
}

void ndi_finish_state(const ndi_kernels *kernels, const ndi_swept_fold *run, size_t columns,
                      const ndi_tile_state *state, char *out, ptrdiff_t stride)
{
    const size_t size = ndi_dtype_size(run->result);
    const bool zero = adds_zero(run), plain = run->fold->finish == NDI_FINISH_STATE &&
                                              run->reducer->state[0] == run->result &&
                                              (columns == 1 || stride == (ptrdiff_t)size);
    if (zero)
        add_zero(kernels, run->reducer->state[0], columns, state->plane[0],
                 plain && !run->streams ? out : state->plane[0]);
    if (run->streams) {
        kernels->stream(out, state->plane[0], columns * size);
        return;
    }
    if (plain) {
        if (!zero)
            memcpy(out, state->plane[0], columns * size);
        return;
    }
    const bool stays =
        run->fold->finish == NDI_FINISH_STATE || run->fold->finish == NDI_FINISH_INDEX;
    const size_t most = stays ? columns : NDI_COLUMN_TILE;
    for (size_t first = 0; first < columns; first += most) {
        const size_t now = columns - first < most ? columns - first : most;
        finish_columns(kernels, run, first, now, state, out + (ptrdiff_t)first * stride, stride);
    }
}

/* The first column of a tile: its input and its results, and how many columns it has. */
static size_t tile_at(const ndi_sweep *run, int64_t tile, char **pointers)
{
    const ndi_nest *kept = &run->kept;
    const int inner = kept->rank - 1;
    const int64_t column = tile % run->tiles_across * run->tile_columns;
    int64_t index[ND_MAX_RANK];
    ndi_nest_seek(kept, tile / run->tiles_across * kept->length[inner] + column, index, pointers);
    const int64_t rest = kept->length[inner] - column;
    return (size_t)(rest < run->tile_columns ? rest : run->tile_columns);
}

static char *partial_plane(const ndi_sweep *run, const ndi_swept_fold *each, int64_t tile,
                           int64_t span, int plane)
{
    return each->partial +
           (size_t)((tile * run->spans + span) * each->planes + plane) * each->plane_bytes;
}

/* Known already: nothing that is still to be seen can change the answer. */
static bool decides(const ndi_sweep *run, const ndi_tile_state *state)
{
    const bool value = *(const uint8_t *)state->plane[0];
    return run->may_decide && value == (run->each[0].fold->kind == NDI_REDUCE_ANY);
}

static void run_tasks(void *context, size_t begin, size_t end)
{
    ndi_sweep *run = context;
    ndi_tree t[NDI_FOLDS];
    _Alignas(64) char own[NDI_CONVERTED * NDI_STATE_BYTES];
    char *const scratch =
        run->scratch_bytes <= sizeof own ? own : ndi_sweep_take(run, run->scratch_bytes);
    ndi_frame frame;
    if (run->produced)
        ndi_frame_begin(&frame, run->produced, ndi_sweep_wants(run));
    if (!scratch || !ndi_make_trees(t, run)) {
        if (scratch && scratch != own)
            ndi_sweep_give_back(run, scratch, run->scratch_bytes);
        atomic_store(&run->failed, true);
        return;
    }
    for (size_t task = begin; task < end; task++) {
        const int64_t tile = (int64_t)task / run->spans, span = (int64_t)task % run->spans;
        int64_t first = span * run->span, last = first + run->span;
        last = last < run->leaves ? last : run->leaves;
        char *pointers[1 + NDI_FOLDS];
        const size_t columns = tile_at(run, tile, pointers);
        if (run->may_decide && atomic_load_explicit(&run->decided, memory_order_relaxed))
            last = first + 1; /* any one leaf completes a state */
        ndi_sweep_tile(run, t, pointers[0], columns, first, last, scratch, &frame);
        for (int i = 0; i < run->count; i++) {
            const ndi_swept_fold *const each = &run->each[i];
            const ndi_tile_state *const whole = &t[each->state_of].level[run->levels];
            if (run->may_decide && decides(run, whole))
                atomic_store_explicit(&run->decided, true, memory_order_relaxed);
            if (run->spans == 1)
                ndi_finish_state(run->kernels, each, columns, whole, pointers[1 + i],
                                 run->kept.stride[1 + i][run->kept.rank - 1]);
            else
                ndi_copy_state(
                    each, columns,
                    (void *[]){partial_plane(run, each, tile, span, 0),
                               each->planes > 1 ? partial_plane(run, each, tile, span, 1) : NULL},
                    0, whole);
        }
    }
    for (int i = 0; i < run->count; i++)
        ndi_tree_free(&t[i], run);
    if (scratch != own)
        ndi_sweep_give_back(run, scratch, run->scratch_bytes);
    run->kernels->stream_end();
}

/* How many elements the leaves of a span stand for. */
static double span_count(const ndi_sweep *run, int64_t span)
{
    const int64_t length = run->swept.length[run->swept.rank - 1];
    int64_t first = span * run->span, last = first + run->span;
    last = last < run->leaves ? last : run->leaves;
#define ELEMENTS_BEFORE(leaf) ((leaf) / run->chunks * length + (leaf) % run->chunks * run->chunk)
    return (double)(ELEMENTS_BEFORE(last) - ELEMENTS_BEFORE(first));
#undef ELEMENTS_BEFORE
}

static bool join_spans(ndi_sweep *run, int i)
{
    const ndi_swept_fold *const each = &run->each[i];
    ndi_tree t;
    if (!ndi_tree_make(&t, run, each))
        return false;
    for (int64_t tile = 0; tile < run->tiles; tile++) {
        char *pointers[1 + NDI_FOLDS];
        const size_t columns = tile_at(run, tile, pointers);
        ndi_tree_begin(&t);
        for (int64_t span = 0; span < run->spans; span++) {
            ndi_tile_state *state = ndi_tree_push(&t);
            state->count = span_count(run, span);
            for (int plane = 0; plane < each->planes; plane++)
                memcpy(state->plane[plane], partial_plane(run, each, tile, span, plane),
                       columns * ndi_dtype_size(each->reducer->state[plane]));
            ndi_tree_settle(&t, each, columns, 0);
        }
        ndi_finish_state(run->kernels, each, columns, ndi_tree_end(&t, each, columns),
                         pointers[1 + i], run->kept.stride[1 + i][run->kept.rank - 1]);
    }
    ndi_tree_free(&t, run);
    return true;
}

/* True if memory is in the order of the axes, without gaps between them. */
static bool is_one_run(const ndi_nest *nest)
{
    ptrdiff_t step = 0; /* from one element along the next axis */
    for (int axis = nest->rank - 1; axis >= 0; axis--) {
        const ptrdiff_t stride = nest->stride[0][axis];
        if (nest->length[axis] == 1)
            continue;
        if (stride <= 0 || (step != 0 && stride != step))
            return false;
        step = stride * nest->length[axis];
    }
    return true;
}

/* Splits the axes of `from` into the two nests. The results' axes are the kept ones in order. */
static void split_axes(int count, const ndi_folding *each, const ndi_elements *from, ndi_nest *kept,
                       ndi_nest *swept)
{
    const ndi_fold *const fold = each[0].fold;
    int64_t lengths[2][ND_MAX_RANK];
    int ranks[2] = {0, 0}, result_axis = 0;
    for (int axis = 0; axis < from->rank; axis++) {
        const int is_swept = fold->swept >> axis & 1;
        const int at = ranks[is_swept]++;
        lengths[is_swept][at] = from->lengths[axis];
        (is_swept ? swept : kept)->stride[0][at] = from->strides[axis];
        for (int i = 0; i < count && !is_swept; i++)
            kept->stride[1 + i][at] =
                each[i].to.strides[each[i].fold->keepdims ? axis : result_axis];
        result_axis += !is_swept;
    }
    for (int is_swept = 0; is_swept < 2; is_swept++)
        if (ranks[is_swept] == 0) {
            ndi_nest *const nest = is_swept ? swept : kept;
            lengths[is_swept][0] = 1;
            for (int operand = 0; operand <= (is_swept ? 0 : count); operand++)
                nest->stride[operand][0] = 0;
            ranks[is_swept] = 1;
        }
    ndi_nest_begin(kept, ranks[0], lengths[0]);
    ndi_nest_begin(swept, ranks[1], lengths[1]);
    kept->operands = 1 + count;
    kept->data[0] = from->data;
    for (int i = 0; i < count; i++)
        kept->data[1 + i] = each[i].to.data;
    swept->operands = 1;
    swept->data[0] = from->data;
    ndi_nest_simplify(kept);
    if (!ndi_fold_is_position(fold) || is_one_run(swept)) /* positions: in the given order */
        ndi_nest_simplify(swept);
    /* Where simplifying turned swept axes round, the sweep begins elsewhere; kept pointers are
     * relative to it. */
    kept->data[0] += swept->data[0] - from->data;
}

/* Columns where the kept axis is the nearer one in memory, unless it repeats the same elements, and
 * where the runs are too short for a leaf each. */
ndi_leaf_order ndi_fold_order(const ndi_fold *fold, const ndi_elements *from)
{
    ndi_nest kept, swept;
    int64_t columns = 1;
    for (int axis = 0; axis < from->rank; axis++)
        columns *= fold->swept >> axis & 1 ? 1 : from->lengths[axis];
    if (columns == 1)
        return NDI_LEAF_ROW;
    split_axes(0, &(ndi_folding){.fold = fold}, from, &kept, &swept);
    const int inner_kept = kept.rank - 1, inner_swept = swept.rank - 1;
    const int64_t across = kept.length[inner_kept], along = swept.length[inner_swept];
    const ptrdiff_t kept_stride = kept.stride[0][inner_kept],
                    swept_stride = swept.stride[0][inner_swept];
    const bool nearer = kept_stride != 0 && (kept_stride < 0 ? -kept_stride : kept_stride) <
                                                (swept_stride < 0 ? -swept_stride : swept_stride);
    if (across > 1 && (nearer || (along <= 16 && across >= 16)))
        return across <= NDI_COLUMN_TILE ? NDI_LEAF_COLUMN : NDI_LEAF_WIDE;
    return NDI_LEAF_ROW;
}

/* Elements of a leaf along the swept axis. What is converted first comes in scratch of NDI_CHUNK,
 * and so do floats, whose rounding the length decides. Positions go through leaves of many chunks,
 * of which they search one. */
static int64_t row_chunk(const ndi_sweep *run, bool converts)
{
    const nd_dtype dtype = run->produced ? run->each[0].fold->taken : run->in;
    if (run->count == 1 && run->each[0].fold->finish == NDI_FINISH_INDEX && !converts &&
        !run->produced)
        return 8 * NDI_CHUNK_BYTES / (int64_t)ndi_dtype_size(dtype);
    const bool exact = nd_dtype_kind(dtype) < ND_KIND_FLOAT && !converts;
    return exact ? NDI_CHUNK_BYTES / (int64_t)ndi_dtype_size(dtype) : NDI_CHUNK;
}

/* All there is, if that is one run of elements; else -1. */
static int64_t run_of_all(const ndi_fold *fold, const ndi_elements *from)
{
    int64_t size = 1;
    ptrdiff_t step = (ptrdiff_t)ndi_dtype_size(from->dtype);
    for (int axis = from->rank - 1; axis >= 0; axis--) {
        if (from->lengths[axis] != 1 && (!(fold->swept >> axis & 1) || from->strides[axis] != step))
            return -1;
        size *= from->lengths[axis];
        step *= from->lengths[axis];
    }
    return size;
}

/* One leaf, or the leaves of one task, which are not worth a plan: the same tree as with one. (A
 * sum of 2048 floats in 230 ns, 390 with.) */
static bool run_line(ndi_sweep *run, const ndi_elements *from, const ndi_elements *to)
{
    ndi_swept_fold *const each = &run->each[0];
    const int64_t size = run_of_all(each->fold, from);
    const ptrdiff_t step = (ptrdiff_t)ndi_dtype_size(run->in);
    if (size < 0 || each->converts || size * step > TASK_BYTES)
        return false;
    run->chunk = row_chunk(run, false);
    if (size <= run->chunk) {
        _Alignas(16) char state[NDI_STATES][NDI_STATE_BYTES];
        const ndi_tile_state whole = {.count = (double)size, .plane = {state[0], state[1]}};
        const ndi_leaf leaf = {.data = from->data,
                               .rows = (size_t)size,
                               .row_stride = step,
                               .columns = 1,
                               .state = {state[0], state[1]}};
        each->reducer->row(&leaf);
        ndi_finish_state(run->kernels, each, 1, &whole, to->data, 0);
        return true;
    }
    run->by_columns = false;
    run->kept.rank = 1;
    run->kept.stride[0][0] = 0;
    ndi_nest_begin(&run->swept, 1, &size);
    run->swept.operands = 1;
    run->swept.data[0] = from->data;
    run->swept.stride[0][0] = step;
    run->chunks = run->leaves = (size + run->chunk - 1) / run->chunk;
    run->levels = 3;
    for (int64_t most = run->leaves; most > 1; most /= 2)
        run->levels++;
    each->leaf = each->reducer->row;
    each->plane_bytes = 64;
    each->state_of = 0;
    ndi_tree tree;
    _Static_assert(NDI_STATES * 64 * (NDI_TREE_LEVELS + 1) <= sizeof tree.own,
                   "no memory is taken");
    if (!ndi_tree_make(&tree, run, each))
        return false;
    ndi_sweep_tile(run, &tree, from->data, 1, 0, run->leaves, NULL, NULL);
    ndi_finish_state(run->kernels, each, 1, &tree.level[run->levels], to->data, 0);
    return true;
}

/* Cuts the work into tiles and leaves, and these into tasks. */
static void plan_tasks(ndi_sweep *run, ndi_leaf_order order)
{
    const int64_t across = run->kept.length[run->kept.rank - 1],
                  along = run->swept.length[run->swept.rank - 1];
    bool converts = false;
    for (int i = 0; i < run->count; i++)
        converts |= run->each[i].converts;
    const bool scratch = converts || run->produced;
    run->by_columns = order != NDI_LEAF_ROW;
    run->chunk = order == NDI_LEAF_ROW ? row_chunk(run, converts) : NDI_CHUNK;
    run->tile_columns = NDI_COLUMN_TILE;
    run->scratch_bytes = NDI_CONVERTED * NDI_STATE_BYTES;
    if (order == NDI_LEAF_COLUMN && run->produced) {
        /* Whole rows, however many columns: these are one run of what is produced (abs of 50
         * columns in parts of 16: 5 times as long). */
        const size_t bytes = NDI_CHUNK * NDI_COLUMN_TILE * ndi_dtype_size(run->each[0].fold->taken);
        run->scratch_bytes = bytes > run->scratch_bytes ? bytes : run->scratch_bytes;
    } else if (order == NDI_LEAF_COLUMN) {
        run->tile_columns = scratch ? NDI_CONVERTED / NDI_CHUNK : NDI_COLUMN_TILE;
    } else if (order == NDI_LEAF_WIDE) {
        run->chunk = NDI_WIDE_CHUNK;
        run->tile_columns = scratch ? NDI_CONVERTED / NDI_WIDE_CHUNK : NDI_WIDE_TILE;
    }
    run->tiles_across = (across + run->tile_columns - 1) / run->tile_columns;
    run->tiles = run->tiles_across * (run->kept.size / across);
    run->chunks = (along + run->chunk - 1) / run->chunk;
    run->leaves = run->swept.size / along * run->chunks;

    const double leaf_bytes =
        (double)(along < run->chunk ? along : run->chunk) *
        (double)(across < run->tile_columns ? across : run->tile_columns) *
        (double)(run->produced ? run->produced->program->widest : (int64_t)ndi_dtype_size(run->in));
    run->span = run->leaves;
    if (run->tiles < TASKS / 4) {
        run->span = 1;
        while (run->span < run->leaves && ((double)run->span * leaf_bytes < TASK_BYTES ||
                                           run->leaves / run->span * run->tiles > 2 * TASKS))
            run->span *= 2;
    }
    run->spans = (run->leaves + run->span - 1) / run->span;
    run->levels = 2;
    for (int64_t most = run->span > run->spans ? run->span : run->spans; most > 0; most /= 2)
        run->levels++;
    const double task_bytes = leaf_bytes * (double)run->span;
    run->grain = task_bytes >= TASK_BYTES ? 1 : (size_t)(TASK_BYTES / task_bytes);
}

/* Moments of wide leaves begin with the sum, by the sum's kernel, and meet as sums do: a mean takes
 * it from a deviation that is computed beside it. */
static void share_sums(ndi_sweep *run, ndi_leaf_order order)
{
    for (int i = 0; i < run->count; i++) {
        const ndi_fold *const fold = run->each[i].fold;
        run->each[i].state_of = i;
        for (int j = 0; order == NDI_LEAF_WIDE && j < run->count; j++)
            if (fold->kind == NDI_REDUCE_SUM && !fold->signed_zero &&
                run->each[j].fold->kind == NDI_REDUCE_MOMENTS &&
                run->each[j].fold->taken == fold->taken)
                run->each[i].state_of = j;
    }
}

/* The leaf of each reduction, and how large its states are; the bytes of those of all spans. */
static size_t plan_states(ndi_sweep *run, ndi_leaf_order order)
{
    const int64_t across = run->kept.length[run->kept.rank - 1];
    const size_t columns = (size_t)(across < run->tile_columns ? across : run->tile_columns);
    size_t bytes = 0;
    for (int i = 0; i < run->count; i++) {
        ndi_swept_fold *const each = &run->each[i];
        each->leaf = order == NDI_LEAF_ROW      ? each->reducer->row
                     : order == NDI_LEAF_COLUMN ? each->reducer->column
                                                : each->reducer->wide;
        size_t state_bytes = 0;
        for (int plane = 0; plane < each->planes; plane++)
            if (ndi_dtype_size(each->reducer->state[plane]) > state_bytes)
                state_bytes = ndi_dtype_size(each->reducer->state[plane]);
        /* Vectors of a plane do not share lines. */
        each->plane_bytes = ndi_in_lines(columns * state_bytes);
        bytes += (size_t)(run->tiles * run->spans * each->planes) * each->plane_bytes;
        /* A large result that is the state itself goes past the cache. */
        const double result_bytes = (double)run->kept.size * (double)ndi_dtype_size(each->result);
        each->streams = each->fold->finish == NDI_FINISH_STATE && run->spans == 1 &&
                        each->reducer->state[0] == each->result &&
                        run->kept.stride[1 + i][run->kept.rank - 1] ==
                            (ptrdiff_t)ndi_dtype_size(each->result) &&
                        result_bytes > (double)ndi_cpu_caches().last;
    }
    return run->spans > 1 ? bytes : 0;
}

static void share_partial(ndi_sweep *run, char *partial)
{
    for (int i = 0; i < run->count; i++) {
        ndi_swept_fold *const each = &run->each[i];
        each->partial = partial;
        partial += (size_t)(run->tiles * run->spans * each->planes) * each->plane_bytes;
    }
}

enum { FEW_BYTES = 2 * TASKS * NDI_STATES * 64 }; /* of the states of spans: on the stack */

/* The bytes of the states of all spans; the run is planned then. */
static size_t plan(ndi_sweep *run, ndi_leaf_order order, const ndi_elements *from,
                   const ndi_folding *each)
{
    split_axes(run->count, each, from, &run->kept, &run->swept);
    if (run->kept.size == 0)
        return 0;
    plan_tasks(run, order);
    share_sums(run, order);
    return plan_states(run, order);
}

static bool run_large(ndi_sweep *run, ndi_leaf_order order, const ndi_elements *from,
                      const ndi_folding *each)
{
    const size_t bytes = plan(run, order, from, each);
    if (run->kept.size == 0)
        return true;
    const ndi_reduction kind = each[0].fold->kind;
    atomic_init(&run->failed, false);
    atomic_init(&run->decided, false);
    run->may_decide = run->count == 1 && run->kept.size == 1 &&
                      (kind == NDI_REDUCE_ANY || kind == NDI_REDUCE_ALL);
    _Alignas(64) char few[FEW_BYTES];
    char *const partial = bytes <= sizeof few ? few : ndi_sweep_take(run, bytes);
    if (!partial)
        return false;
    if (run->spans > 1)
        share_partial(run, partial);
    if (run->workspace)
        run_tasks(run, 0, (size_t)(run->tiles * run->spans));
    else
        ndi_parallel_for((size_t)(run->tiles * run->spans), run->grain, run_tasks, run);
    bool done = !atomic_load(&run->failed);
    for (int i = 0; done && run->spans > 1 && i < run->count; i++)
        done = join_spans(run, i);
    if (partial != few)
        ndi_sweep_give_back(run, partial, bytes);
    if (!done) /* of another thread, maybe: kept here too */
        ndi_fail(ND_ERROR_MEMORY, "%s: no memory for accumulators", each[0].fold->name);
    return done;
}

bool ndi_folds_meet(const ndi_fold *a, const ndi_fold *b, bool produced)
{
    return a->swept == b->swept && (a->taken == b->taken || !produced) &&
           !ndi_fold_is_position(a) && !ndi_fold_is_position(b);
}

static void begin_run(ndi_sweep *run, int count, const ndi_folding *each, const ndi_elements *from,
                      const ndi_produced *produced)
{
    run->kernels = ndi_kernels_in_use();
    run->count = count;
    run->in = from->dtype;
    run->produced = produced;
    run->workspace = NULL;
    for (int i = 0; i < count; i++) {
        const ndi_fold *const fold = each[i].fold;
        const ndi_reducer *const reducer = &run->kernels->reduce[fold->kind][fold->taken];
        run->each[i].fold = fold;
        run->each[i].reducer = reducer;
        run->each[i].planes = reducer->state[1] == ND_DTYPE_NONE ? 1 : 2;
        run->each[i].result = each[i].to.dtype;
        run->each[i].streams = false;
        run->each[i].converts = !produced && run->in != fold->taken;
    }
}

size_t ndi_fold_workspace(int count, const ndi_folding *each, ndi_leaf_order order,
                          const ndi_elements *from)
{
    ndi_sweep run;
    begin_run(&run, count, each, from, NULL);
    const size_t partial = plan(&run, order, from, each);
    size_t bytes = partial > FEW_BYTES ? ndi_in_lines(partial) : 0;
    for (int i = 0; run.kept.size > 0 && i < count; i++) {
        const size_t own = ndi_tree_bytes(&run, &run.each[i]);
        if (own > sizeof((ndi_tree *)0)->own)
            bytes += ndi_in_lines(own) * (run.spans > 1 ? 2 : 1); /* over leaves, then over spans */
    }
    return bytes;
}

bool ndi_fold_run(int count, const ndi_folding *each, ndi_leaf_order order,
                  const ndi_elements *from, const ndi_produced *produced, ndi_workspace *workspace)
{
    ndi_sweep run;
    begin_run(&run, count, each, from, produced);
    run.workspace = workspace;
    if (workspace)
        workspace->taken = 0;
    return (count == 1 && !produced && order == NDI_LEAF_ROW &&
            run_line(&run, from, &each[0].to)) ||
           run_large(&run, order, from, each);
}

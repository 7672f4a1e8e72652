/* Reductions: leaves over fixed chunks, met in a fixed binary tree, so that neither threads nor
 * tiles change a bit.
 *
 * The kept axes are cut into tiles of columns, the swept axes into chunks (leaves). A task is one
 * tile and one aligned power-of-two span of leaves; spans meet as leaves do, which is the same
 * tree. Which leaf kernel runs (down one column, or over a tile of columns at once) follows the
 * order of the axes in memory. */
#include "engine/reduce.h"

#include <math.h>
#include <string.h>

#include "array/dtype.h"
#include "base/pool.h"
#include "engine/nest.h"

enum {
    LEVELS = 64,      /* of the tree: more than any array has */
    STATE_BYTES = 16, /* of one accumulator at most */
    CONVERTED =
        NDI_CHUNK * 16,   /* elements of a leaf that are converted first: the scratch stays in L2 */
    TASK_BYTES = 1 << 18, /* input that is worth a task */
    FETCHED_ROW = 4096,   /* bytes of a row that is asked for as a whole */
    TASKS = 64,           /* wanted where there are few tiles */
};

typedef struct reduction_run {
    const ndi_kernels *kernels;
    const ndi_reducer *reducer;
    const ndi_fold *fold;
    nd_dtype in, result;
    const ndi_produced *produced; /* NULL: the elements are in memory */
    bool converts;                /* leaves are brought into scratch */
    ndi_nest kept;                /* operand 0: the input, operand 1: the result */
    ndi_nest swept;               /* operand 0: the input */
    ndi_leaf_kernel *leaf;        /* row, column or wide */
    bool by_columns;              /* not row */
    int64_t chunk;                /* rows of a leaf */
    int64_t tile_columns, tiles_across, tiles;
    int64_t chunks; /* of the innermost swept axis */
    int64_t leaves, span, spans;
    int planes;
    char *partial; /* states of spans, [tile][span][plane][column], when there are several */
    size_t partial_bytes;
    size_t plane_bytes;  /* of one plane of a tile's state */
    int levels;          /* of the tree over the leaves of a span, or over spans */
    atomic_bool failed;  /* no memory for a task's tree */
    atomic_bool decided; /* any, all: the answer is known */
    bool may_decide;
} reduction_run;

/* A state of a tile: its planes, and how many elements it stands for. */
typedef struct tile_state {
    double count;
    void *plane[NDI_STATES];
} tile_state;

/* States that wait for their neighbour, as the digits of a binary counter. One more level holds a
 * finished tile. */
typedef struct tree {
    int depth;
    uint64_t pushed;
    tile_state level[LEVELS];
    char *memory;
    size_t bytes;
    _Alignas(64) char own[1 << 15]; /* enough for narrow tiles */
} tree;

static bool tree_make(tree *t, const reduction_run *run)
{
    const size_t per_level = run->plane_bytes * (size_t)run->planes;
    t->bytes = per_level * (size_t)(run->levels + 1);
    t->memory = t->bytes <= sizeof t->own ? t->own : ndi_allocate(t->bytes);
    for (int level = 0; t->memory && level <= run->levels; level++)
        for (int plane = 0; plane < run->planes; plane++)
            t->level[level].plane[plane] =
                t->memory + (size_t)level * per_level + (size_t)plane * run->plane_bytes;
    return t->memory;
}

static void tree_free(tree *t)
{
    if (t->memory != t->own)
        ndi_free(t->memory, t->bytes);
}

static void tree_begin(tree *t)
{
    t->depth = 0;
    t->pushed = 0;
}

static tile_state *tree_push(tree *t)
{
    return &t->level[t->depth++];
}

static void tree_join(tree *t, const reduction_run *run, size_t columns)
{
    tile_state *a = &t->level[t->depth - 2], *b = &t->level[t->depth - 1];
    run->reducer->combine(columns, a->plane, a->count, b->plane, b->count);
    a->count += b->count;
    t->depth--;
}

/* After a push: equal neighbours meet, as a binary counter carries. */
static void tree_settle(tree *t, const reduction_run *run, size_t columns)
{
    for (uint64_t carry = ++t->pushed; !(carry & 1); carry >>= 1)
        tree_join(t, run, columns);
}

static tile_state *tree_end(tree *t, const reduction_run *run, size_t columns)
{
    while (t->depth > 1)
        tree_join(t, run, columns);
    return &t->level[0];
}

/* Brings a leaf's elements into scratch as the dtype that the reducer takes. */
static void convert_leaf(const reduction_run *run, ndi_leaf *leaf, char *scratch)
{
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(run->fold->taken);
    ndi_kernel *cast = run->kernels->cast[run->fold->taken][run->in];
    const ptrdiff_t row_size = size * (ptrdiff_t)leaf->columns;
    /* Along whichever side is the longer run of `from`. */
    const bool by_rows =
        leaf->columns > 1 && leaf->column_stride == (ptrdiff_t)nd_dtype_size(run->in);
    const size_t lines = by_rows ? leaf->rows : leaf->columns,
                 length = by_rows ? leaf->columns : leaf->rows;
    for (size_t line = 0; line < lines; line++) {
        char *const p[] = {scratch + (ptrdiff_t)line * (by_rows ? row_size : size),
                           (char *)leaf->data + (ptrdiff_t)line * (by_rows ? leaf->row_stride
                                                                           : leaf->column_stride)};
        cast(length, p,
             (const ptrdiff_t[]){by_rows ? size : row_size,
                                 by_rows ? leaf->column_stride : leaf->row_stride});
    }
    leaf->data = scratch;
    leaf->row_stride = row_size;
    leaf->column_stride = size;
}

/* Computes a leaf's elements into scratch. Their addresses say where they would lie: without gaps,
 * so along one side of the leaf they are a run, and often altogether. Rows that are no run are far
 * apart even where the leaf, at the edge of the tiles, has a single column. */
static void produce_leaf(const reduction_run *run, ndi_frame *frame, ndi_leaf *leaf, char *scratch)
{
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(run->fold->taken),
                    own = (ptrdiff_t)nd_dtype_size(run->in);
    const bool by_rows = leaf->row_stride != own;
    size_t lines = by_rows ? leaf->rows : leaf->columns,
           length = by_rows ? leaf->columns : leaf->rows;
    const ptrdiff_t next = (by_rows ? leaf->row_stride : leaf->column_stride) / own;
    leaf->row_stride = by_rows ? size * (ptrdiff_t)length : size;
    leaf->column_stride = by_rows ? size : size * (ptrdiff_t)length;
    if (next == (ptrdiff_t)length) {
        length *= lines;
        lines = 1;
    }
    const int64_t first = (leaf->data - ndi_virtual_elements) / own;
    for (size_t line = 0; line < lines; line++)
        ndi_program_produce(frame, first + (int64_t)line * next, (int64_t)length,
                            scratch + (ptrdiff_t)(line * length) * size);
    leaf->data = scratch;
}

/* Asks for the leaf below this one: a CPU does not foresee short rows that are far apart. */
static void fetch_rows(const ndi_leaf *leaf, ptrdiff_t size)
{
    const ptrdiff_t bytes = (ptrdiff_t)leaf->columns * size;
    if (bytes > FETCHED_ROW || leaf->row_stride <= 2 * bytes)
        return;
    const char *row = leaf->data + (ptrdiff_t)leaf->rows * leaf->row_stride;
    for (size_t r = 0; r < leaf->rows; r++, row += leaf->row_stride)
        for (ptrdiff_t at = 0; at < bytes; at += 64)
            __builtin_prefetch(row + at, 0, 2);
}

/* The leaves first..last-1 of the columns that begin at `data`, into `t`. */
static void sweep(reduction_run *run, tree *t, const char *data, size_t columns, int64_t first,
                  int64_t last, char *scratch, ndi_frame *frame)
{
    const ndi_nest *swept = &run->swept;
    const int inner = swept->rank - 1;
    const int64_t length = swept->length[inner];
    const ptrdiff_t row_stride = swept->stride[0][inner];
    int64_t index[ND_MAX_RANK];
    char *base[NDI_MAX_OPERANDS];
    int64_t run_number = first / run->chunks, chunk = first % run->chunks;
    ndi_nest_seek(swept, run_number * length, index, base);
    tree_begin(t);
    for (int64_t leaf_number = first; leaf_number < last; leaf_number++) {
        const int64_t row = chunk * run->chunk;
        ndi_leaf leaf = {.data = data + (base[0] - swept->data[0]) + row * row_stride,
                         .rows = (size_t)(length - row < run->chunk ? length - row : run->chunk),
                         .row_stride = row_stride,
                         .columns = columns,
                         .column_stride =
                             run->by_columns ? run->kept.stride[0][run->kept.rank - 1] : 0,
                         .first = run_number * length + row};
        tile_state *state = tree_push(t);
        for (int plane = 0; plane < run->planes; plane++)
            leaf.state[plane] = state->plane[plane];
        state->count = (double)leaf.rows;
        if (run->produced)
            produce_leaf(run, frame, &leaf, scratch);
        else if (run->converts)
            convert_leaf(run, &leaf, scratch);
        else if (run->by_columns && leaf_number + 1 < last && chunk + 1 < run->chunks)
            fetch_rows(&leaf, (ptrdiff_t)nd_dtype_size(run->in));
        run->leaf(&leaf);
        tree_settle(t, run, columns);
        if (++chunk == run->chunks) {
            chunk = 0;
            run_number++;
            ndi_nest_next(swept, index, base);
        }
    }
}

/* What becomes of a state: columns first..first+columns-1 (at most NDI_COLUMN_TILE) into the
 * result's dtype at `out`. */
static void finish_columns(const reduction_run *run, size_t first, size_t columns,
                           const tile_state *state, char *out, ptrdiff_t stride)
{
    _Alignas(64) char values[NDI_COLUMN_TILE * STATE_BYTES];
    const int plane = run->fold->finish == NDI_FINISH_INDEX;
    nd_dtype dtype = run->reducer->state[plane];
    char *from = (char *)state->plane[plane] + first * nd_dtype_size(dtype);
    const double count = state->count;
    if (run->fold->finish == NDI_FINISH_MEAN) {
        const nd_dtype mean = dtype == ND_COMPLEX128 ? ND_COMPLEX128 : ND_FLOAT64;
        run->kernels->cast[mean][dtype](
            columns, (char *[]){values, from},
            (const ptrdiff_t[]){(ptrdiff_t)nd_dtype_size(mean), (ptrdiff_t)nd_dtype_size(dtype)});
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
    run->kernels->cast[run->result][dtype](
        columns, (char *[]){out, from},
        (const ptrdiff_t[]){stride, (ptrdiff_t)nd_dtype_size(dtype)});
}

static void finish(const reduction_run *run, size_t columns, const tile_state *state, char *out,
                   ptrdiff_t stride)
{
    for (size_t first = 0; first < columns; first += NDI_COLUMN_TILE) {
        const size_t now = columns - first < NDI_COLUMN_TILE ? columns - first : NDI_COLUMN_TILE;
        finish_columns(run, first, now, state, out + (ptrdiff_t)first * stride, stride);
    }
}

/* The first column of a tile: its input, its result, and how many columns it has. */
static size_t tile_at(const reduction_run *run, int64_t tile, char **in, char **out)
{
    const ndi_nest *kept = &run->kept;
    const int inner = kept->rank - 1;
    const int64_t column = tile % run->tiles_across * run->tile_columns;
    int64_t index[ND_MAX_RANK];
    char *pointers[NDI_MAX_OPERANDS];
    ndi_nest_seek(kept, tile / run->tiles_across * kept->length[inner] + column, index, pointers);
    *in = pointers[0];
    *out = pointers[1];
    const int64_t rest = kept->length[inner] - column;
    return (size_t)(rest < run->tile_columns ? rest : run->tile_columns);
}

static void copy_state(const reduction_run *run, size_t columns, void *const *to, size_t column,
                       const tile_state *from)
{
    for (int plane = 0; plane < run->planes; plane++) {
        const size_t size = nd_dtype_size(run->reducer->state[plane]);
        memcpy((char *)to[plane] + column * size, from->plane[plane], columns * size);
    }
}

static char *partial_plane(const reduction_run *run, int64_t tile, int64_t span, int plane)
{
    return run->partial +
           (size_t)((tile * run->spans + span) * run->planes + plane) * run->plane_bytes;
}

/* Known already: nothing that is still to be seen can change the answer. */
static bool decides(const reduction_run *run, const tile_state *state)
{
    const bool value = *(const uint8_t *)state->plane[0];
    return run->may_decide && value == (run->fold->kind == NDI_REDUCE_ANY);
}

static void run_tasks(void *context, size_t begin, size_t end)
{
    reduction_run *run = context;
    tree t;
    _Alignas(64) char scratch[CONVERTED * STATE_BYTES];
    ndi_frame frame;
    if (run->produced)
        ndi_frame_begin(&frame, run->produced);
    if (!tree_make(&t, run)) {
        atomic_store(&run->failed, true);
        return;
    }
    for (size_t task = begin; task < end; task++) {
        const int64_t tile = (int64_t)task / run->spans, span = (int64_t)task % run->spans;
        int64_t first = span * run->span, last = first + run->span;
        last = last < run->leaves ? last : run->leaves;
        char *in, *out;
        const size_t columns = tile_at(run, tile, &in, &out);
        tile_state whole = t.level[run->levels];
        if (run->may_decide && atomic_load_explicit(&run->decided, memory_order_relaxed))
            last = first + 1; /* any one leaf completes a state */
        if (run->by_columns) {
            sweep(run, &t, in, columns, first, last, scratch, &frame);
            const tile_state *state = tree_end(&t, run, columns);
            copy_state(run, columns, whole.plane, 0, state);
            whole.count = state->count;
        } else {
            for (size_t c = 0; c < columns; c++) {
                sweep(run, &t, in + (ptrdiff_t)c * run->kept.stride[0][run->kept.rank - 1], 1,
                      first, last, scratch, &frame);
                const tile_state *state = tree_end(&t, run, 1);
                copy_state(run, 1, whole.plane, c, state);
                whole.count = state->count;
            }
        }
        if (run->may_decide && decides(run, &whole))
            atomic_store_explicit(&run->decided, true, memory_order_relaxed);
        if (run->spans == 1)
            finish(run, columns, &whole, out, run->kept.stride[1][run->kept.rank - 1]);
        else
            copy_state(run, columns,
                       (void *[]){partial_plane(run, tile, span, 0),
                                  run->planes > 1 ? partial_plane(run, tile, span, 1) : NULL},
                       0, &whole);
    }
    tree_free(&t);
}

/* How many elements the leaves of a span stand for. */
static double span_count(const reduction_run *run, int64_t span)
{
    const int64_t length = run->swept.length[run->swept.rank - 1];
    int64_t first = span * run->span, last = first + run->span;
    last = last < run->leaves ? last : run->leaves;
#define ELEMENTS_BEFORE(leaf) ((leaf) / run->chunks * length + (leaf) % run->chunks * run->chunk)
    return (double)(ELEMENTS_BEFORE(last) - ELEMENTS_BEFORE(first));
#undef ELEMENTS_BEFORE
}

static bool join_spans(reduction_run *run)
{
    tree t;
    if (!tree_make(&t, run))
        return false;
    for (int64_t tile = 0; tile < run->tiles; tile++) {
        char *in, *out;
        const size_t columns = tile_at(run, tile, &in, &out);
        tree_begin(&t);
        for (int64_t span = 0; span < run->spans; span++) {
            tile_state *state = tree_push(&t);
            state->count = span_count(run, span);
            for (int plane = 0; plane < run->planes; plane++)
                memcpy(state->plane[plane], partial_plane(run, tile, span, plane),
                       columns * nd_dtype_size(run->reducer->state[plane]));
            tree_settle(&t, run, columns);
        }
        finish(run, columns, tree_end(&t, run, columns), out,
               run->kept.stride[1][run->kept.rank - 1]);
    }
    tree_free(&t);
    return true;
}

/* Splits the axes of `from` into the two nests. The result's axes are the kept ones in order. */
static void split_axes(const ndi_fold *fold, const ndi_elements *from, const ndi_elements *to,
                       ndi_nest *kept, ndi_nest *swept)
{
    int64_t lengths[2][ND_MAX_RANK];
    int ranks[2] = {0, 0}, result_axis = 0;
    for (int axis = 0; axis < from->rank; axis++) {
        const int is_swept = fold->swept >> axis & 1;
        ndi_nest *nest = is_swept ? swept : kept;
        const int at = ranks[is_swept]++;
        lengths[is_swept][at] = from->lengths[axis];
        nest->stride[0][at] = from->strides[axis];
        if (!is_swept)
            nest->stride[1][at] = to ? to->strides[result_axis] : 0;
        result_axis += fold->keepdims || !is_swept;
    }
    for (int is_swept = 0; is_swept < 2; is_swept++)
        if (ranks[is_swept] == 0) {
            lengths[is_swept][0] = 1;
            (is_swept ? swept : kept)->stride[0][0] = 0;
            kept->stride[1][0] = is_swept ? kept->stride[1][0] : 0;
            ranks[is_swept] = 1;
        }
    ndi_nest_begin(kept, ranks[0], lengths[0]);
    ndi_nest_begin(swept, ranks[1], lengths[1]);
    kept->operands = to ? 2 : 1;
    kept->data[0] = from->data;
    if (to)
        kept->data[1] = to->data;
    swept->operands = 1;
    swept->data[0] = from->data;
    ndi_nest_simplify(kept);
    const bool positions =
        fold->kind == NDI_REDUCE_ARGMIN || fold->kind == NDI_REDUCE_ARGMAX; /* in the given order */
    if (!positions)
        ndi_nest_simplify(swept);
    /* Where simplifying turned swept axes round, the sweep begins elsewhere; kept pointers are
     * relative to it. */
    kept->data[0] += swept->data[0] - from->data;
}

/* Columns where the kept axis is the nearer one in memory, and where the runs are too short for a
 * leaf each. */
ndi_leaf_order ndi_fold_order(const ndi_fold *fold, const ndi_elements *from)
{
    ndi_nest kept, swept;
    split_axes(fold, from, NULL, &kept, &swept);
    const int inner_kept = kept.rank - 1, inner_swept = swept.rank - 1;
    const int64_t across = kept.length[inner_kept], along = swept.length[inner_swept];
    const ptrdiff_t kept_stride = kept.stride[0][inner_kept],
                    swept_stride = swept.stride[0][inner_swept];
    if (across > 1 && ((kept_stride < 0 ? -kept_stride : kept_stride) <
                           (swept_stride < 0 ? -swept_stride : swept_stride) ||
                       (along <= 16 && across >= 16)))
        return across <= NDI_COLUMN_TILE ? NDI_LEAF_COLUMN : NDI_LEAF_WIDE;
    return NDI_LEAF_ROW;
}

/* One leaf is all there is: at most a chunk of elements that lie in one run. */
static bool run_small(reduction_run *run, const ndi_elements *from, const ndi_elements *to)
{
    int64_t size = 1;
    ptrdiff_t step = (ptrdiff_t)nd_dtype_size(run->in);
    for (int axis = from->rank - 1; axis >= 0; axis--) {
        if (from->lengths[axis] != 1 &&
            (!(run->fold->swept >> axis & 1) || from->strides[axis] != step))
            return false;
        size *= from->lengths[axis];
        step *= from->lengths[axis];
    }
    if (size > NDI_CHUNK || run->in != run->fold->taken)
        return false;
    _Alignas(16) char state[NDI_STATES][STATE_BYTES];
    tile_state whole = {.count = (double)size, .plane = {state[0], state[1]}};
    const ndi_leaf leaf = {.data = from->data,
                           .rows = (size_t)size,
                           .row_stride = (ptrdiff_t)nd_dtype_size(run->in),
                           .columns = 1,
                           .state = {state[0], state[1]}};
    run->reducer->row(&leaf);
    finish(run, 1, &whole, to->data, 0);
    return true;
}

static bool run_large(reduction_run *run, ndi_leaf_order order, const ndi_elements *from,
                      const ndi_elements *to);

bool ndi_fold_run(const ndi_fold *fold, ndi_leaf_order order, const ndi_elements *from,
                  const ndi_produced *produced, const ndi_elements *to)
{
    reduction_run run;
    run.kernels = ndi_kernels_in_use();
    run.fold = fold;
    run.in = from->dtype;
    run.produced = produced;
    run.converts = produced || run.in != fold->taken;
    run.result = to->dtype;
    run.reducer = &run.kernels->reduce[fold->kind][fold->taken];
    run.planes = run.reducer->state[1] == ND_DTYPE_NONE ? 1 : 2;
    return (!produced && order == NDI_LEAF_ROW && run_small(&run, from, to)) ||
           run_large(&run, order, from, to);
}

static bool run_large(reduction_run *run, ndi_leaf_order order, const ndi_elements *from,
                      const ndi_elements *to)
{
    split_axes(run->fold, from, to, &run->kept, &run->swept);
    if (run->kept.size == 0)
        return true;
    const int64_t across = run->kept.length[run->kept.rank - 1],
                  along = run->swept.length[run->swept.rank - 1];
    run->by_columns = order != NDI_LEAF_ROW;
    run->leaf = run->reducer->row;
    run->chunk = NDI_CHUNK;
    run->tile_columns = NDI_COLUMN_TILE;
    if (order == NDI_LEAF_COLUMN) {
        run->leaf = run->reducer->column;
        run->tile_columns = run->converts ? CONVERTED / NDI_CHUNK : NDI_COLUMN_TILE;
    } else if (order == NDI_LEAF_WIDE) {
        run->leaf = run->reducer->wide;
        run->chunk = NDI_WIDE_CHUNK;
        run->tile_columns = run->converts ? CONVERTED / NDI_WIDE_CHUNK : NDI_WIDE_TILE;
    }
    run->tiles_across = (across + run->tile_columns - 1) / run->tile_columns;
    run->tiles = run->tiles_across * (run->kept.size / across);
    run->chunks = (along + run->chunk - 1) / run->chunk;
    run->leaves = run->swept.size / along * run->chunks;
    atomic_init(&run->decided, false);
    run->partial = NULL;
    run->may_decide = run->kept.size == 1 &&
                      (run->fold->kind == NDI_REDUCE_ANY || run->fold->kind == NDI_REDUCE_ALL);

    const double leaf_bytes = (double)(along < run->chunk ? along : run->chunk) *
                              (double)(across < run->tile_columns ? across : run->tile_columns) *
                              (double)nd_dtype_size(run->in);
    run->span = run->leaves;
    if (run->tiles < TASKS / 4) {
        run->span = 1;
        while (run->span < run->leaves && ((double)run->span * leaf_bytes < TASK_BYTES ||
                                           run->leaves / run->span * run->tiles > 2 * TASKS))
            run->span *= 2;
    }
    run->spans = (run->leaves + run->span - 1) / run->span;
    size_t state_bytes = 0;
    for (int plane = 0; plane < run->planes; plane++)
        if (nd_dtype_size(run->reducer->state[plane]) > state_bytes)
            state_bytes = nd_dtype_size(run->reducer->state[plane]);
    run->plane_bytes =
        (size_t)(across < run->tile_columns ? across : run->tile_columns) * state_bytes;
    run->plane_bytes =
        (run->plane_bytes + 63) / 64 * 64; /* vectors of a plane do not share lines */
    run->levels = 2;
    for (int64_t most = run->span > run->spans ? run->span : run->spans; most > 0; most /= 2)
        run->levels++;
    atomic_init(&run->failed, false);
    _Alignas(64) char few[2 * TASKS * NDI_STATES * 64];
    if (run->spans > 1) {
        run->partial_bytes = (size_t)(run->tiles * run->spans * run->planes) * run->plane_bytes;
        run->partial = run->partial_bytes <= sizeof few ? few : ndi_allocate(run->partial_bytes);
        if (!run->partial)
            return false;
    }
    const double task_bytes = leaf_bytes * (double)run->span;
    const size_t grain = task_bytes >= TASK_BYTES ? 1 : (size_t)(TASK_BYTES / task_bytes);
    ndi_parallel_for((size_t)(run->tiles * run->spans), grain, run_tasks, run);
    bool done = !atomic_load(&run->failed);
    if (run->spans > 1) {
        done = done && join_spans(run);
        if (run->partial != few)
            ndi_free(run->partial, run->partial_bytes);
    }
    if (!done) /* of another thread, maybe: kept here too */
        ndi_fail(ND_ERROR_MEMORY, "%s: no memory for accumulators", run->fold->name);
    return done;
}

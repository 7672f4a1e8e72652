/* Reductions: leaves over fixed chunks, met in a fixed binary tree, so that neither threads nor
 * tiles change a bit.
 *
 * The kept axes are cut into tiles of columns, the swept axes into chunks (leaves). A task is one
 * tile and one aligned power-of-two span of leaves; spans meet as leaves do, which is the same
 * tree. Which leaf kernel runs (down one column, or over a tile of columns at once) follows the
 * order of the axes in memory. */
#include "engine/reduce.h"

#include <assert.h>
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
    BATCH_LEVELS = 4,     /* of the tree over a batch of leaves */
    BATCH = 1 << BATCH_LEVELS,
};

/* One of the reductions of a sweep. */
typedef struct fold_run {
    const ndi_fold *fold;
    const ndi_reducer *reducer;
    ndi_leaf_kernel *leaf; /* row, column or wide */
    nd_dtype result;
    bool converts; /* leaves are converted into scratch */
    int planes;
    size_t plane_bytes; /* of one plane of a tile's state */
    char *partial;      /* states of spans, [tile][span][plane][column], when there are several */
    bool streams;       /* the state of a tile goes straight to memory */
} fold_run;

/* Reductions of the same elements over the same axes: each leaf is reduced by all while it is in
 * cache. */
typedef struct reduction_run {
    const ndi_kernels *kernels;
    int count;
    fold_run each[NDI_FOLDS];
    nd_dtype in;
    const ndi_produced *produced; /* NULL: the elements are in memory */
    ndi_workspace *workspace;     /* or NULL */
    ndi_nest kept;                /* operand 0: the input, then the results */
    ndi_nest swept;               /* operand 0: the input */
    bool by_columns;              /* not row */
    int64_t chunk;                /* rows of a leaf */
    int64_t tile_columns, tiles_across, tiles;
    int64_t chunks; /* of the innermost swept axis */
    int64_t leaves, span, spans;
    size_t grain;        /* tasks that are worth a part of their own */
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

static size_t in_lines(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static void *take(const reduction_run *run, size_t bytes)
{
    ndi_workspace *const w = run->workspace;
    if (!w)
        return ndi_allocate(bytes);
    char *const memory = w->memory + w->taken;
    w->taken += in_lines(bytes);
    assert(w->taken <= w->bytes);
    return memory;
}

static void give_back(const reduction_run *run, void *memory, size_t bytes)
{
    if (!run->workspace)
        ndi_free(memory, bytes);
}

static size_t tree_bytes(const reduction_run *run, const fold_run *each)
{
    return each->plane_bytes * (size_t)each->planes * (size_t)(run->levels + 1);
}

static bool tree_make(tree *t, const reduction_run *run, const fold_run *each)
{
    const size_t per_level = each->plane_bytes * (size_t)each->planes;
    t->bytes = tree_bytes(run, each);
    t->memory = t->bytes <= sizeof t->own ? t->own : take(run, t->bytes);
    for (int level = 0; t->memory && level <= run->levels; level++)
        for (int plane = 0; plane < NDI_STATES; plane++)
            t->level[level].plane[plane] =
                plane < each->planes
                    ? t->memory + (size_t)level * per_level + (size_t)plane * each->plane_bytes
                    : NULL;
    return t->memory;
}

static void tree_free(tree *t, const reduction_run *run)
{
    if (t->memory != t->own)
        give_back(run, t->memory, t->bytes);
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

static void tree_join(tree *t, const fold_run *run, size_t columns)
{
    tile_state *a = &t->level[t->depth - 2], *b = &t->level[t->depth - 1];
    run->reducer->combine(columns, a->plane, a->count, b->plane, b->count);
    a->count += b->count;
    t->depth--;
}

/* After a push of what 2^levels leaves became: equal neighbours meet, as a binary counter carries.
 */
static void tree_settle(tree *t, const fold_run *run, size_t columns, int levels)
{
    t->pushed += (uint64_t)1 << levels;
    for (uint64_t carry = t->pushed >> levels; !(carry & 1); carry >>= 1)
        tree_join(t, run, columns);
}

static tile_state *tree_end(tree *t, const fold_run *run, size_t columns)
{
    while (t->depth > 1)
        tree_join(t, run, columns);
    return &t->level[0];
}

/* Brings a leaf's elements into scratch as the dtype that the reducer takes. */
static void convert_leaf(const reduction_run *run, nd_dtype taken, ndi_leaf *leaf, char *scratch)
{
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(taken);
    ndi_kernel *cast = run->kernels->cast[taken][run->in];
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
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(run->each[0].fold->taken),
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

/* A leaf's state. (The leaf is not passed by value: fields written one by one and copied at once
 * wait for each other, 15 ns a leaf.) */
static void reduce_leaf(const reduction_run *run, const fold_run *each, ndi_leaf *leaf,
                        char *scratch)
{
    if (each->converts) {
        ndi_leaf converted = *leaf;
        convert_leaf(run, each->fold->taken, &converted, scratch);
        each->leaf(&converted);
    } else {
        each->leaf(leaf);
    }
}

/* A leaf's state goes on the tree. */
static void fold_leaf(const reduction_run *run, const fold_run *each, tree *t, ndi_leaf *leaf,
                      char *scratch)
{
    tile_state *state = tree_push(t);
    for (int plane = 0; plane < NDI_STATES; plane++)
        leaf->state[plane] = state->plane[plane];
    state->count = (double)leaf->rows;
    reduce_leaf(run, each, leaf, scratch);
    tree_settle(t, each, leaf->columns, 0);
}

/* A batch of whole leaves of one column, one after the other in memory, goes on the tree. Their
 * states meet when all are there, each half with the other as columns do: then the stream of
 * elements is not held up by a branch of the binary counter that was foretold wrong, which costs a
 * third of a leaf. States lie where bits turned round say, so that neighbours meet first. */
static void fold_batch(const reduction_run *run, tree *t, ndi_leaf *leaf, char *scratch,
                       ndi_frame *frame)
{
    static const uint8_t turned[BATCH] = {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15};
    _Alignas(64) char states[NDI_FOLDS][NDI_STATES][BATCH * STATE_BYTES];
    const char *const first = leaf->data;
    const ptrdiff_t stride = leaf->row_stride, column_stride = leaf->column_stride;
    for (int j = 0; j < BATCH; j++) {
        leaf->data = first + (ptrdiff_t)leaf->rows * stride * j;
        leaf->row_stride = stride;
        leaf->column_stride = column_stride;
        if (run->produced)
            produce_leaf(run, frame, leaf, scratch);
        for (int i = 0; i < run->count; i++) {
            const fold_run *const each = &run->each[i];
            for (int plane = 0; plane < each->planes; plane++)
                leaf->state[plane] =
                    states[i][plane] + turned[j] * nd_dtype_size(each->reducer->state[plane]);
            reduce_leaf(run, each, leaf, scratch);
        }
        leaf->first += (int64_t)leaf->rows;
    }
    for (int i = 0; i < run->count; i++) {
        const fold_run *const each = &run->each[i];
        tile_state *const whole = tree_push(&t[i]);
        whole->count = (double)leaf->rows;
        for (size_t half = BATCH / 2; half > 0; half /= 2, whole->count *= 2) {
            void *a[NDI_STATES], *b[NDI_STATES];
            for (int plane = 0; plane < NDI_STATES; plane++) {
                a[plane] = states[i][plane];
                b[plane] =
                    plane < each->planes
                        ? states[i][plane] + half * nd_dtype_size(each->reducer->state[plane])
                        : NULL;
            }
            each->reducer->combine(half, a, whole->count, b, whole->count);
        }
        for (int plane = 0; plane < each->planes; plane++)
            memcpy(whole->plane[plane], states[i][plane],
                   nd_dtype_size(each->reducer->state[plane]));
        tree_settle(&t[i], each, 1, BATCH_LEVELS);
    }
}

/* The leaves first..last-1 of the columns that begin at `data`, into the trees `t`. */
static void sweep(reduction_run *run, tree *t, const char *data, size_t columns, int64_t first,
                  int64_t last, char *scratch, ndi_frame *frame)
{
    const ndi_nest *swept = &run->swept;
    const int inner = swept->rank - 1;
    const int64_t length = swept->length[inner], whole_chunks = length / run->chunk;
    const ptrdiff_t row_stride = swept->stride[0][inner];
    int64_t index[ND_MAX_RANK];
    char *base[NDI_MAX_OPERANDS];
    int64_t run_number = first / run->chunks, chunk = first % run->chunks;
    ndi_nest_seek(swept, run_number * length, index, base);
    for (int i = 0; i < run->count; i++)
        tree_begin(&t[i]);
    for (int64_t leaf_number = first; leaf_number < last;) {
        const int64_t row = chunk * run->chunk;
        ndi_leaf leaf = {.data = data + (base[0] - swept->data[0]) + row * row_stride,
                         .rows = (size_t)(length - row < run->chunk ? length - row : run->chunk),
                         .row_stride = row_stride,
                         .columns = columns,
                         .column_stride =
                             run->by_columns ? run->kept.stride[0][run->kept.rank - 1] : 0,
                         .first = run_number * length + row};
        int64_t leaves = 1;
        if (columns == 1 && (leaf_number - first) % BATCH == 0 && leaf_number + BATCH <= last &&
            chunk + BATCH <= whole_chunks) {
            leaves = BATCH;
            fold_batch(run, t, &leaf, scratch, frame);
        } else {
            if (run->produced)
                produce_leaf(run, frame, &leaf, scratch);
            else if (run->by_columns && leaf_number + 1 < last && chunk + 1 < run->chunks)
                fetch_rows(&leaf, (ptrdiff_t)nd_dtype_size(run->in));
            for (int i = 0; i < run->count; i++)
                fold_leaf(run, &run->each[i], &t[i], &leaf, scratch);
        }
        leaf_number += leaves;
        chunk += leaves;
        if (chunk == run->chunks) {
            chunk = 0;
            run_number++;
            ndi_nest_next(swept, index, base);
        }
    }
}

/* What becomes of a state: columns first..first+columns-1 (at most NDI_COLUMN_TILE) into the
 * result's dtype at `out`. */
static void finish_columns(const ndi_kernels *kernels, const fold_run *run, size_t first,
                           size_t columns, const tile_state *state, char *out, ptrdiff_t stride)
{
    _Alignas(64) char values[NDI_COLUMN_TILE * STATE_BYTES];
    const int plane = run->fold->finish == NDI_FINISH_INDEX;
    nd_dtype dtype = run->reducer->state[plane];
    char *from = (char *)state->plane[plane] + first * nd_dtype_size(dtype);
    const double count = state->count;
    if (run->fold->finish == NDI_FINISH_MEAN) {
        const nd_dtype mean = dtype == ND_COMPLEX128 ? ND_COMPLEX128 : ND_FLOAT64;
        kernels->cast[mean][dtype](
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
    kernels->cast[run->result][dtype](columns, (char *[]){out, from},
                                      (const ptrdiff_t[]){stride, (ptrdiff_t)nd_dtype_size(dtype)});
}

static void finish(const ndi_kernels *kernels, const fold_run *run, size_t columns,
                   const tile_state *state, char *out, ptrdiff_t stride)
{
    if (run->streams) {
        kernels->stream(out, state->plane[0], columns * nd_dtype_size(run->result));
        return;
    }
    for (size_t first = 0; first < columns; first += NDI_COLUMN_TILE) {
        const size_t now = columns - first < NDI_COLUMN_TILE ? columns - first : NDI_COLUMN_TILE;
        finish_columns(kernels, run, first, now, state, out + (ptrdiff_t)first * stride, stride);
    }
}

/* The first column of a tile: its input and its results, and how many columns it has. */
static size_t tile_at(const reduction_run *run, int64_t tile, char **pointers)
{
    const ndi_nest *kept = &run->kept;
    const int inner = kept->rank - 1;
    const int64_t column = tile % run->tiles_across * run->tile_columns;
    int64_t index[ND_MAX_RANK];
    ndi_nest_seek(kept, tile / run->tiles_across * kept->length[inner] + column, index, pointers);
    const int64_t rest = kept->length[inner] - column;
    return (size_t)(rest < run->tile_columns ? rest : run->tile_columns);
}

static void copy_state(const fold_run *run, size_t columns, void *const *to, size_t column,
                       const tile_state *from)
{
    for (int plane = 0; plane < run->planes; plane++) {
        const size_t size = nd_dtype_size(run->reducer->state[plane]);
        memcpy((char *)to[plane] + column * size, from->plane[plane], columns * size);
    }
}

static char *partial_plane(const reduction_run *run, const fold_run *each, int64_t tile,
                           int64_t span, int plane)
{
    return each->partial +
           (size_t)((tile * run->spans + span) * each->planes + plane) * each->plane_bytes;
}

/* Known already: nothing that is still to be seen can change the answer. */
static bool decides(const reduction_run *run, const tile_state *state)
{
    const bool value = *(const uint8_t *)state->plane[0];
    return run->may_decide && value == (run->each[0].fold->kind == NDI_REDUCE_ANY);
}

static bool make_trees(tree *t, const reduction_run *run)
{
    for (int i = 0; i < run->count; i++)
        if (!tree_make(&t[i], run, &run->each[i])) {
            while (i-- > 0)
                tree_free(&t[i], run);
            return false;
        }
    return true;
}

/* The leaves of a span over the columns of a tile, each reduction's into its highest level. */
static void sweep_tile(reduction_run *run, tree *t, const char *data, size_t columns, int64_t first,
                       int64_t last, char *scratch, ndi_frame *frame)
{
    const size_t at_once = run->by_columns ? columns : 1;
    for (size_t column = 0; column < columns; column += at_once) {
        sweep(run, t, data + (ptrdiff_t)column * run->kept.stride[0][run->kept.rank - 1], at_once,
              first, last, scratch, frame);
        for (int i = 0; i < run->count; i++) {
            tile_state *const whole = &t[i].level[run->levels];
            const tile_state *const state = tree_end(&t[i], &run->each[i], at_once);
            copy_state(&run->each[i], at_once, whole->plane, column, state);
            whole->count = state->count;
        }
    }
}

static void run_tasks(void *context, size_t begin, size_t end)
{
    reduction_run *run = context;
    tree t[NDI_FOLDS];
    _Alignas(64) char scratch[CONVERTED * STATE_BYTES];
    ndi_frame frame;
    if (run->produced)
        ndi_frame_begin(&frame, run->produced);
    if (!make_trees(t, run)) {
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
        sweep_tile(run, t, pointers[0], columns, first, last, scratch, &frame);
        for (int i = 0; i < run->count; i++) {
            const fold_run *const each = &run->each[i];
            const tile_state *const whole = &t[i].level[run->levels];
            if (run->may_decide && decides(run, whole))
                atomic_store_explicit(&run->decided, true, memory_order_relaxed);
            if (run->spans == 1)
                finish(run->kernels, each, columns, whole, pointers[1 + i],
                       run->kept.stride[1 + i][run->kept.rank - 1]);
            else
                copy_state(
                    each, columns,
                    (void *[]){partial_plane(run, each, tile, span, 0),
                               each->planes > 1 ? partial_plane(run, each, tile, span, 1) : NULL},
                    0, whole);
        }
    }
    for (int i = 0; i < run->count; i++)
        tree_free(&t[i], run);
    run->kernels->stream_end();
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

static bool join_spans(reduction_run *run, int i)
{
    const fold_run *const each = &run->each[i];
    tree t;
    if (!tree_make(&t, run, each))
        return false;
    for (int64_t tile = 0; tile < run->tiles; tile++) {
        char *pointers[1 + NDI_FOLDS];
        const size_t columns = tile_at(run, tile, pointers);
        tree_begin(&t);
        for (int64_t span = 0; span < run->spans; span++) {
            tile_state *state = tree_push(&t);
            state->count = span_count(run, span);
            for (int plane = 0; plane < each->planes; plane++)
                memcpy(state->plane[plane], partial_plane(run, each, tile, span, plane),
                       columns * nd_dtype_size(each->reducer->state[plane]));
            tree_settle(&t, each, columns, 0);
        }
        finish(run->kernels, each, columns, tree_end(&t, each, columns), pointers[1 + i],
               run->kept.stride[1 + i][run->kept.rank - 1]);
    }
    tree_free(&t, run);
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
    if (!ndi_fold_is_position(fold)) /* positions: in the given order */
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
    split_axes(0, &(ndi_folding){.fold = fold}, from, &kept, &swept);
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
static bool run_small(const reduction_run *run, const ndi_elements *from, const ndi_elements *to)
{
    const fold_run *const each = &run->each[0];
    int64_t size = 1;
    ptrdiff_t step = (ptrdiff_t)nd_dtype_size(run->in);
    for (int axis = from->rank - 1; axis >= 0; axis--) {
        if (from->lengths[axis] != 1 &&
            (!(each->fold->swept >> axis & 1) || from->strides[axis] != step))
            return false;
        size *= from->lengths[axis];
        step *= from->lengths[axis];
    }
    if (size > NDI_CHUNK || each->converts)
        return false;
    _Alignas(16) char state[NDI_STATES][STATE_BYTES];
    tile_state whole = {.count = (double)size, .plane = {state[0], state[1]}};
    const ndi_leaf leaf = {.data = from->data,
                           .rows = (size_t)size,
                           .row_stride = (ptrdiff_t)nd_dtype_size(run->in),
                           .columns = 1,
                           .state = {state[0], state[1]}};
    each->reducer->row(&leaf);
    finish(run->kernels, each, 1, &whole, to->data, 0);
    return true;
}

/* Elements of a leaf along the swept axis. What is produced or converted first comes in scratch of
 * NDI_CHUNK, and so do floats, whose rounding the length decides. */
static int64_t row_chunk(const reduction_run *run, bool scratch)
{
    const bool exact = nd_dtype_kind(run->in) < ND_KIND_FLOAT && !scratch;
    return exact ? NDI_CHUNK_BYTES / (int64_t)nd_dtype_size(run->in) : NDI_CHUNK;
}

/* Cuts the work into tiles and leaves, and these into tasks. */
static void plan_tasks(reduction_run *run, ndi_leaf_order order)
{
    const int64_t across = run->kept.length[run->kept.rank - 1],
                  along = run->swept.length[run->swept.rank - 1];
    bool scratch = run->produced;
    for (int i = 0; i < run->count; i++)
        scratch |= run->each[i].converts;
    run->by_columns = order != NDI_LEAF_ROW;
    run->chunk = order == NDI_LEAF_ROW ? row_chunk(run, scratch) : NDI_CHUNK;
    run->tile_columns = NDI_COLUMN_TILE;
    if (order == NDI_LEAF_COLUMN) {
        run->tile_columns = scratch ? CONVERTED / NDI_CHUNK : NDI_COLUMN_TILE;
    } else if (order == NDI_LEAF_WIDE) {
        run->chunk = NDI_WIDE_CHUNK;
        run->tile_columns = scratch ? CONVERTED / NDI_WIDE_CHUNK : NDI_WIDE_TILE;
    }
    run->tiles_across = (across + run->tile_columns - 1) / run->tile_columns;
    run->tiles = run->tiles_across * (run->kept.size / across);
    run->chunks = (along + run->chunk - 1) / run->chunk;
    run->leaves = run->swept.size / along * run->chunks;

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
    run->levels = 2;
    for (int64_t most = run->span > run->spans ? run->span : run->spans; most > 0; most /= 2)
        run->levels++;
    const double task_bytes = leaf_bytes * (double)run->span;
    run->grain = task_bytes >= TASK_BYTES ? 1 : (size_t)(TASK_BYTES / task_bytes);
}

/* The leaf of each reduction, and how large its states are; the bytes of those of all spans. */
static size_t plan_states(reduction_run *run, ndi_leaf_order order)
{
    const int64_t across = run->kept.length[run->kept.rank - 1];
    const size_t columns = (size_t)(across < run->tile_columns ? across : run->tile_columns);
    size_t bytes = 0;
    for (int i = 0; i < run->count; i++) {
        fold_run *const each = &run->each[i];
        each->leaf = order == NDI_LEAF_ROW      ? each->reducer->row
                     : order == NDI_LEAF_COLUMN ? each->reducer->column
                                                : each->reducer->wide;
        size_t state_bytes = 0;
        for (int plane = 0; plane < each->planes; plane++)
            if (nd_dtype_size(each->reducer->state[plane]) > state_bytes)
                state_bytes = nd_dtype_size(each->reducer->state[plane]);
        /* Vectors of a plane do not share lines. */
        each->plane_bytes = in_lines(columns * state_bytes);
        bytes += (size_t)(run->tiles * run->spans * each->planes) * each->plane_bytes;
        /* A large result that is the state itself goes past the cache. */
        const double result_bytes = (double)run->kept.size * (double)nd_dtype_size(each->result);
        each->streams =
            each->fold->finish == NDI_FINISH_STATE && run->spans == 1 &&
            each->reducer->state[0] == each->result &&
            run->kept.stride[1 + i][run->kept.rank - 1] == (ptrdiff_t)nd_dtype_size(each->result) &&
            result_bytes > (double)ndi_cpu_caches().last;
    }
    return run->spans > 1 ? bytes : 0;
}

static void share_partial(reduction_run *run, char *partial)
{
    for (int i = 0; i < run->count; i++) {
        fold_run *const each = &run->each[i];
        each->partial = partial;
        partial += (size_t)(run->tiles * run->spans * each->planes) * each->plane_bytes;
    }
}

enum { FEW_BYTES = 2 * TASKS * NDI_STATES * 64 }; /* of the states of spans: on the stack */

/* The bytes of the states of all spans; the run is planned then. */
static size_t plan(reduction_run *run, ndi_leaf_order order, const ndi_elements *from,
                   const ndi_folding *each)
{
    split_axes(run->count, each, from, &run->kept, &run->swept);
    if (run->kept.size == 0)
        return 0;
    plan_tasks(run, order);
    return plan_states(run, order);
}

static bool run_large(reduction_run *run, ndi_leaf_order order, const ndi_elements *from,
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
    char *const partial = bytes <= sizeof few ? few : take(run, bytes);
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
        give_back(run, partial, bytes);
    if (!done) /* of another thread, maybe: kept here too */
        ndi_fail(ND_ERROR_MEMORY, "%s: no memory for accumulators", each[0].fold->name);
    return done;
}

bool ndi_folds_meet(const ndi_fold *a, const ndi_fold *b, bool produced)
{
    return a->swept == b->swept && (a->taken == b->taken || !produced) &&
           !ndi_fold_is_position(a) && !ndi_fold_is_position(b);
}

static void begin_run(reduction_run *run, int count, const ndi_folding *each,
                      const ndi_elements *from, const ndi_produced *produced)
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
    reduction_run run;
    begin_run(&run, count, each, from, NULL);
    const size_t partial = plan(&run, order, from, each);
    size_t bytes = partial > FEW_BYTES ? in_lines(partial) : 0;
    for (int i = 0; run.kept.size > 0 && i < count; i++) {
        const size_t own = tree_bytes(&run, &run.each[i]);
        if (own > sizeof((tree *)0)->own)
            bytes += in_lines(own) * (run.spans > 1 ? 2 : 1); /* over leaves, then over spans */
    }
    return bytes;
}

bool ndi_fold_run(int count, const ndi_folding *each, ndi_leaf_order order,
                  const ndi_elements *from, const ndi_produced *produced, ndi_workspace *workspace)
{
    reduction_run run;
    begin_run(&run, count, each, from, produced);
    run.workspace = workspace;
    if (workspace)
        workspace->taken = 0;
    return (count == 1 && !produced && order == NDI_LEAF_ROW &&
            run_small(&run, from, &each[0].to)) ||
           run_large(&run, order, from, each);
}

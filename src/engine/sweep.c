/* Leaves over fixed chunks, met in a fixed binary tree, so that neither threads nor tiles change a
 * bit of a reduction. */
#include "engine/sweep.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "array/dtype.h"

enum {
    FETCHED_ROW = 4096,   /* bytes of a row that is asked for as a whole */
    FETCHED_AHEAD = 8192, /* bytes, where rows are produced */
    BATCH_LEVELS = 6,     /* of the tree over a batch of leaves, at most */
    BATCH = 1 << BATCH_LEVELS,
    PAGE = 4096,
};

void *ndi_sweep_take(const ndi_sweep *run, size_t bytes)
{
    ndi_workspace *const w = run->workspace;
    if (!w)
        return ndi_allocate(bytes);
    char *const memory = w->memory + w->taken;
    w->taken += ndi_in_lines(bytes);
    assert(w->taken <= w->bytes);
    return memory;
}

void ndi_sweep_give_back(const ndi_sweep *run, void *memory, size_t bytes)
{
    if (!run->workspace)
        ndi_free(memory, bytes);
}

size_t ndi_tree_bytes(const ndi_sweep *run, const ndi_swept_fold *each)
{
    return each->plane_bytes * (size_t)each->planes * (size_t)(run->levels + 1);
}

bool ndi_tree_make(ndi_tree *t, const ndi_sweep *run, const ndi_swept_fold *each)
{
    const size_t per_level = each->plane_bytes * (size_t)each->planes;
    t->bytes = ndi_tree_bytes(run, each);
    t->memory = t->bytes <= sizeof t->own ? t->own : ndi_sweep_take(run, t->bytes);
    for (int level = 0; t->memory && level <= run->levels; level++)
        for (int plane = 0; plane < NDI_STATES; plane++)
            t->level[level].plane[plane] =
                plane < each->planes
                    ? t->memory + (size_t)level * per_level + (size_t)plane * each->plane_bytes
                    : NULL;
    return t->memory;
}

void ndi_tree_free(ndi_tree *t, const ndi_sweep *run)
{
    if (t->memory != t->own)
        ndi_sweep_give_back(run, t->memory, t->bytes);
}

void ndi_tree_begin(ndi_tree *t)
{
    t->depth = 0;
    t->pushed = 0;
}

ndi_tile_state *ndi_tree_push(ndi_tree *t)
{
    return &t->level[t->depth++];
}

static void tree_join(ndi_tree *t, const ndi_swept_fold *run, size_t columns)
{
    ndi_tile_state *a = &t->level[t->depth - 2], *b = &t->level[t->depth - 1];
    run->reducer->combine(columns, a->plane, a->count, b->plane, b->count);
    a->count += b->count;
    t->depth--;
}

/* After a push of what 2^levels leaves became: equal neighbours meet, as a binary counter carries.
 */
void ndi_tree_settle(ndi_tree *t, const ndi_swept_fold *run, size_t columns, int levels)
{
    t->pushed += (uint64_t)1 << levels;
    for (uint64_t carry = t->pushed >> levels; !(carry & 1); carry >>= 1)
        tree_join(t, run, columns);
}

ndi_tile_state *ndi_tree_end(ndi_tree *t, const ndi_swept_fold *run, size_t columns)
{
    while (t->depth > 1)
        tree_join(t, run, columns);
    return &t->level[0];
}

/* Brings a leaf's elements into scratch as the dtype that the reducer takes. */
static void convert_leaf(const ndi_sweep *run, nd_dtype taken, ndi_leaf *leaf, char *scratch)
{
    const ptrdiff_t size = (ptrdiff_t)ndi_dtype_size(taken);
    ndi_kernel *cast = run->kernels->cast[taken][run->in];
    const ptrdiff_t row_size = size * (ptrdiff_t)leaf->columns;
    /* Along whichever side is the longer run of `from`. */
    const bool by_rows =
        leaf->columns > 1 && leaf->column_stride == (ptrdiff_t)ndi_dtype_size(run->in);
    size_t lines = by_rows ? leaf->rows : leaf->columns,
           length = by_rows ? leaf->columns : leaf->rows;
    if (by_rows && leaf->row_stride == leaf->column_stride * (ptrdiff_t)length) { /* one run */
        length *= lines;
        lines = 1;
    }
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
 * apart even where the leaf, at the edge of the tiles, has a single column; a CPU does not foresee
 * these, so they are asked for (abs(M).max(0) of 4000x2000 doubles 4.8 ms, 2.6 so). */
static void produce_leaf(const ndi_sweep *run, ndi_frame *frame, ndi_leaf *leaf, char *scratch)
{
    const ptrdiff_t size = (ptrdiff_t)ndi_dtype_size(run->each[0].fold->taken),
                    own = (ptrdiff_t)ndi_dtype_size(run->in);
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
    const int64_t ahead = FETCHED_AHEAD / ((int64_t)length * own) + 1; /* lines */
    for (size_t line = 0; line < lines; line++) {
        const int64_t at = first + (int64_t)line * next;
        if (lines > 1)
            ndi_program_fetch(frame, at + ahead * next, (int64_t)length);
        ndi_program_produce(frame, at, (int64_t)length,
                            scratch + (ptrdiff_t)(line * length) * size);
    }
    leaf->data = scratch;
}

ndi_gives ndi_sweep_wants(const ndi_sweep *run)
{
    const ndi_fold *const fold = run->each[0].fold;
    const bool floats = fold->taken == ND_FLOAT64 || fold->taken == ND_FLOAT32,
               flags = fold->taken == ND_BOOL;
    if (run->count > 1 || run->by_columns)
        return NDI_GIVES_ELEMENTS;
    switch (fold->kind) {
    case NDI_REDUCE_SUM:
        return floats ? NDI_GIVES_SUM : flags ? NDI_GIVES_COUNT : NDI_GIVES_ELEMENTS;
    case NDI_REDUCE_MIN:
        return floats ? NDI_GIVES_MIN : NDI_GIVES_ELEMENTS;
    case NDI_REDUCE_MAX:
        return floats ? NDI_GIVES_MAX : NDI_GIVES_ELEMENTS;
    case NDI_REDUCE_COUNT:
    case NDI_REDUCE_ANY:
    case NDI_REDUCE_ALL:
        return flags ? NDI_GIVES_COUNT : NDI_GIVES_ELEMENTS;
    default:
        return NDI_GIVES_ELEMENTS;
    }
}

/* Where the elements of a leaf lie one after the other: the number of the first one; else -1. */
static int64_t first_of_run(const ndi_sweep *run, const ndi_leaf *leaf)
{
    const ptrdiff_t size = (ptrdiff_t)ndi_dtype_size(run->in);
    return leaf->row_stride == size ? (leaf->data - ndi_virtual_elements) / size : -1;
}

/* Whether the lanes of a batch of leaves are in scratch now, and not the elements. */
static bool give_lanes(const ndi_sweep *run, ndi_frame *frame, const ndi_leaf *leaf,
                       unsigned leaves, char *scratch)
{
    const int64_t first = first_of_run(run, leaf);
    const nd_dtype taken = run->each[0].fold->taken;
    const size_t lanes = (size_t)leaves * NDI_LANE_BYTES;
    if (frame->gives >= NDI_GIVES_COUNT || leaf->rows != NDI_CHUNK || first < 0 ||
        !ndi_program_is_run(frame, first, (int64_t)leaves * NDI_CHUNK))
        return false;
    if (frame->in_bank) {
        /* they are written without being read */
    } else if (frame->gives == NDI_GIVES_SUM) {
        for (size_t l = 0; l < lanes / sizeof(double); l++)
            ((double *)scratch)[l] = -0.0; /* which leaves what is added as it is */
    } else {
        const double none = frame->gives == NDI_GIVES_MIN ? INFINITY : -INFINITY;
        for (size_t l = 0; l < lanes / ndi_dtype_size(taken); l++)
            if (taken == ND_FLOAT64)
                ((double *)scratch)[l] = none;
            else
                ((float *)scratch)[l] = (float)none;
    }
    ndi_program_lanes(frame, first, (int)leaves, scratch);
    return true;
}

/* The lanes of a leaf are the elements of a shorter one, with the same result. */
static void reduce_lanes(const ndi_sweep *run, ndi_leaf *leaf, const char *lanes)
{
    const ndi_fold *const fold = run->each[0].fold;
    const nd_dtype dtype = fold->kind == NDI_REDUCE_SUM ? ND_FLOAT64 : fold->taken;
    leaf->data = lanes;
    leaf->row_stride = (ptrdiff_t)ndi_dtype_size(dtype);
    leaf->rows = NDI_LANE_BYTES / ndi_dtype_size(dtype);
    run->kernels->reduce[fold->kind][dtype].row(leaf);
}

static bool is_counted(const ndi_sweep *run, const ndi_frame *frame, const ndi_leaf *leaf)
{
    return run->produced && frame->gives == NDI_GIVES_COUNT && first_of_run(run, leaf) >= 0;
}

/* The state of a leaf from the number of its true elements, which the program counts. */
static void count_leaf(const ndi_sweep *run, ndi_frame *frame, const ndi_leaf *leaf)
{
    const int64_t count = ndi_program_count(frame, first_of_run(run, leaf), (int64_t)leaf->rows);
    if (run->each[0].fold->kind == NDI_REDUCE_ANY)
        *(uint8_t *)leaf->state[0] = count > 0;
    else if (run->each[0].fold->kind == NDI_REDUCE_ALL)
        *(uint8_t *)leaf->state[0] = count == (int64_t)leaf->rows;
    else
        *(int64_t *)leaf->state[0] = count;
}

/* Asks for the leaf below this one: a CPU does not foresee short rows that are far apart. Some
 * leaves do so on their way, which leaves memory no pause. */
static void fetch_rows(const ndi_sweep *run, ndi_leaf *leaf)
{
    const ptrdiff_t size = (ptrdiff_t)ndi_dtype_size(run->in),
                    bytes = (ptrdiff_t)leaf->columns * size;
    if (bytes > FETCHED_ROW || leaf->row_stride <= 2 * bytes)
        return;
    if (run->chunk == NDI_WIDE_CHUNK && leaf->rows == NDI_WIDE_CHUNK && bytes % 64 == 0 &&
        leaf->column_stride == size && !run->each[0].converts &&
        !ndi_fold_is_position(run->each[0].fold)) {
        leaf->ahead = (ptrdiff_t)leaf->rows * leaf->row_stride;
        return;
    }
    const char *row = leaf->data + (ptrdiff_t)leaf->rows * leaf->row_stride;
    for (size_t r = 0; r < leaf->rows; r++, row += leaf->row_stride)
        for (ptrdiff_t at = 0; at < bytes; at += 64)
            __builtin_prefetch(row + at, 0, 2);
}

/* A leaf's state. (The leaf is not passed by value: fields written one by one and copied at once
 * wait for each other, 15 ns a leaf.) */
static void reduce_leaf(const ndi_sweep *run, const ndi_swept_fold *each, ndi_leaf *leaf,
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

/* The place of a leaf's state on the tree. */
static void push_leaf(ndi_tree *t, ndi_leaf *leaf)
{
    ndi_tile_state *state = ndi_tree_push(t);
    for (int plane = 0; plane < NDI_STATES; plane++)
        leaf->state[plane] = state->plane[plane];
    state->count = (double)leaf->rows;
}

/* A leaf's state goes on the tree. */
static void fold_leaf(const ndi_sweep *run, const ndi_swept_fold *each, ndi_tree *t, ndi_leaf *leaf,
                      char *scratch, ndi_frame *frame)
{
    push_leaf(t, leaf);
    if (is_counted(run, frame, leaf))
        count_leaf(run, frame, leaf);
    else
        reduce_leaf(run, each, leaf, scratch);
    ndi_tree_settle(t, each, leaf->columns, 0);
}

/* The states of a batch lie where the bits of a leaf's number turned round say: the place after
 * `place`, which is that of leaf `j`. */
static inline unsigned next_place(unsigned place, unsigned j, unsigned leaves)
{
    return place ^ (leaves - (leaves >> (__builtin_ctz(j + 1) + 1)));
}

/* Asks for the first lines of the pages from `begin` to `end`: what the hardware reads ahead ends
 * with a page (80 MB in fast memory: minimum 0.87 ms, 0.83 with them, a plain read 0.75). */
static inline void fetch_pages(const char *begin, const char *end)
{
    for (const char *page = begin + (-(uintptr_t)begin & (PAGE - 1)); page < end; page += PAGE) {
        __builtin_prefetch(page, 0, 2);
        __builtin_prefetch(page + 64, 0, 2);
    }
}

/* The states of a batch by one reduction that takes the elements from memory. Between leaves there
 * is as little as can be: a sum of misaligned doubles in L3 takes a sixth longer otherwise. */
static void reduce_run(const ndi_swept_fold *each, ndi_leaf *leaf, unsigned leaves,
                       char states[NDI_STATES][BATCH * NDI_STATE_BYTES])
{
    ndi_leaf_kernel *const kernel = each->leaf;
    const ptrdiff_t next = (ptrdiff_t)leaf->rows * leaf->row_stride;
    const int64_t rows = (int64_t)leaf->rows;
    const size_t sizes[NDI_STATES] = {ndi_dtype_size(each->reducer->state[0]),
                                      each->planes > 1 ? ndi_dtype_size(each->reducer->state[1])
                                                       : 0};
    const bool is_run = leaf->row_stride == (ptrdiff_t)ndi_dtype_size(each->fold->taken);
    const char *data = leaf->data;
    int64_t first = leaf->first;
    for (unsigned j = 0, place = 0; j < leaves; place = next_place(place, j, leaves), j++) {
        leaf->data = data;
        leaf->first = first;
        leaf->state[0] = states[0] + place * sizes[0];
        leaf->state[1] = states[1] + place * sizes[1];
        if (is_run)
            fetch_pages(data + next, data + 2 * next);
        kernel(leaf);
        data += next;
        first += rows;
    }
}

/* The states of a batch by all reductions. */
static void reduce_batch(const ndi_sweep *run, ndi_leaf *leaf, unsigned leaves,
                         char states[NDI_FOLDS][NDI_STATES][BATCH * NDI_STATE_BYTES], char *scratch,
                         ndi_frame *frame)
{
    const char *const first = leaf->data;
    const ptrdiff_t stride = leaf->row_stride, column_stride = leaf->column_stride;
    const size_t rows = leaf->rows;
    const bool lanes = run->produced && give_lanes(run, frame, leaf, leaves, scratch);
    for (unsigned j = 0, place = 0; j < leaves; place = next_place(place, j, leaves), j++) {
        leaf->data = first + (ptrdiff_t)(rows * j) * stride;
        if (run->produced) { /* which changes the leaf */
            leaf->rows = rows;
            leaf->row_stride = stride;
            leaf->column_stride = column_stride;
            if (!lanes)
                produce_leaf(run, frame, leaf, scratch);
        }
        for (int i = 0; i < run->count; i++) {
            const ndi_swept_fold *const each = &run->each[i];
            if (each->state_of != i)
                continue;
            for (int plane = 0; plane < each->planes; plane++)
                leaf->state[plane] =
                    states[i][plane] + place * ndi_dtype_size(each->reducer->state[plane]);
            if (lanes)
                reduce_lanes(run, leaf, scratch + j * NDI_LANE_BYTES);
            else
                reduce_leaf(run, each, leaf, scratch);
        }
        leaf->first += (int64_t)rows;
    }
}

/* A batch of 2^levels whole leaves of one column, one after the other in memory, goes on the tree.
 * Their states meet when all are there, each half with the other as columns do: then the stream of
 * elements is not held up by a branch of the binary counter that was foretold wrong, which costs a
 * third of a leaf, nor often by states that were stored one by one and are loaded together. States
 * lie where bits turned round say, so that neighbours meet first. */
static void fold_batch(const ndi_sweep *run, ndi_tree *t, ndi_leaf *leaf, int levels, char *scratch,
                       ndi_frame *frame)
{
    _Static_assert((size_t)BATCH * NDI_LANE_BYTES <= NDI_CONVERTED * NDI_STATE_BYTES,
                   "scratch has room for lanes");
    _Alignas(64) char states[NDI_FOLDS][NDI_STATES][BATCH * NDI_STATE_BYTES];
    const size_t rows = leaf->rows;
    const unsigned leaves = 1u << levels;
    if (is_counted(run, frame, leaf)) { /* a count is the same however it is added up */
        leaf->rows *= leaves;
        push_leaf(&t[0], leaf);
        count_leaf(run, frame, leaf);
        ndi_tree_settle(&t[0], &run->each[0], 1, levels);
        return;
    }
    if (run->count == 1 && !run->produced && !run->each[0].converts)
        reduce_run(&run->each[0], leaf, leaves, states[0]);
    else
        reduce_batch(run, leaf, leaves, states, scratch, frame);
    for (int i = 0; i < run->count; i++) {
        const ndi_swept_fold *const each = &run->each[i];
        if (each->state_of != i)
            continue;
        ndi_tile_state *const whole = ndi_tree_push(&t[i]);
        whole->count = (double)rows;
        for (size_t half = leaves / 2; half > 0; half /= 2, whole->count *= 2) {
            void *a[NDI_STATES], *b[NDI_STATES];
            for (int plane = 0; plane < NDI_STATES; plane++) {
                a[plane] = states[i][plane];
                b[plane] =
                    plane < each->planes
                        ? states[i][plane] + half * ndi_dtype_size(each->reducer->state[plane])
                        : NULL;
            }
            each->reducer->combine(half, a, whole->count, b, whole->count);
        }
        for (int plane = 0; plane < each->planes; plane++)
            memcpy(whole->plane[plane], states[i][plane],
                   ndi_dtype_size(each->reducer->state[plane]));
        ndi_tree_settle(&t[i], each, 1, levels);
    }
}

/* The largest batch that `done` leaves of a span leave aligned, of at most `left` leaves. */
static int batch_levels(int64_t done, int64_t left)
{
    int levels = BATCH_LEVELS;
    while (levels > 0 && ((done & ((1 << levels) - 1)) != 0 || left < 1 << levels))
        levels--;
    return levels;
}

/* The leaves first..last-1 of the columns that begin at `data`, into the trees `t`. */
static void sweep(ndi_sweep *run, ndi_tree *t, const char *data, size_t columns, int64_t first,
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
        ndi_tree_begin(&t[i]);
    for (int64_t leaf_number = first; leaf_number < last;) {
        const int64_t row = chunk * run->chunk;
        ndi_leaf leaf = {.data = data + (base[0] - swept->data[0]) + row * row_stride,
                         .rows = (size_t)(length - row < run->chunk ? length - row : run->chunk),
                         .row_stride = row_stride,
                         .columns = columns,
                         .column_stride =
                             run->by_columns ? run->kept.stride[0][run->kept.rank - 1] : 0,
                         .first = run_number * length + row};
        const int64_t left =
            last - leaf_number < whole_chunks - chunk ? last - leaf_number : whole_chunks - chunk;
        const int levels = columns == 1 ? batch_levels(leaf_number - first, left) : 0;
        if (levels > 0) {
            fold_batch(run, t, &leaf, levels, scratch, frame);
        } else {
            if (run->produced && !is_counted(run, frame, &leaf))
                produce_leaf(run, frame, &leaf, scratch);
            else if (!run->produced && run->by_columns && leaf_number + 1 < last &&
                     chunk + 1 < run->chunks)
                fetch_rows(run, &leaf);
            for (int i = 0; i < run->count; i++)
                if (run->each[i].state_of == i) {
                    fold_leaf(run, &run->each[i], &t[i], &leaf, scratch, frame);
                    leaf.ahead = 0;
                }
        }
        leaf_number += (int64_t)1 << levels;
        chunk += (int64_t)1 << levels;
        if (chunk == run->chunks) {
            chunk = 0;
            run_number++;
            ndi_nest_next(swept, index, base);
        }
    }
}

void ndi_copy_state(const ndi_swept_fold *run, size_t columns, void *const *to, size_t column,
                    const ndi_tile_state *from)
{
    for (int plane = 0; plane < run->planes; plane++) {
        const size_t size = ndi_dtype_size(run->reducer->state[plane]);
        memcpy((char *)to[plane] + column * size, from->plane[plane], columns * size);
    }
}

bool ndi_make_trees(ndi_tree *t, const ndi_sweep *run)
{
    for (int i = 0; i < run->count; i++)
        if (!ndi_tree_make(&t[i], run, &run->each[i])) {
            while (i-- > 0)
                ndi_tree_free(&t[i], run);
            return false;
        }
    return true;
}

/* How many columns of one leaf each, one after the other in memory, are produced together. */
static size_t produced_together(const ndi_sweep *run, size_t rows, ptrdiff_t row_stride,
                                ptrdiff_t column_stride)
{
    const size_t some_elements = 2048; /* scratch of them stays in the level 1 cache */
    const ptrdiff_t own = (ptrdiff_t)ndi_dtype_size(run->in);
    return run->produced && rows < some_elements && row_stride == own &&
                   column_stride == (ptrdiff_t)rows * own
               ? some_elements / rows
               : 1;
}

/* Columns of one leaf each: their states go where the tile has them, without a tree. (1000 rows of
 * 100 doubles: 27 ns each by the tree.) Short ones are produced several together: 500 rows of 100
 * floats squared 51 us one by one, 19 so. */
static void sweep_short(ndi_sweep *run, ndi_tree *t, const char *data, size_t columns,
                        char *scratch, ndi_frame *frame)
{
    const ptrdiff_t row_stride = run->swept.stride[0][run->swept.rank - 1],
                    column_stride = run->kept.stride[0][run->kept.rank - 1];
    const size_t rows = (size_t)run->swept.size,
                 together = produced_together(run, rows, row_stride, column_stride),
                 row_bytes = rows * ndi_dtype_size(run->each[0].fold->taken);
    ndi_leaf produced = {.columns = 1};
    for (size_t column = 0; column < columns; column++) {
        ndi_leaf leaf = {.data = data + (ptrdiff_t)column * column_stride,
                         .rows = rows,
                         .row_stride = row_stride,
                         .columns = 1};
        if (run->produced && column % together == 0) {
            const size_t left = columns - column;
            produced = leaf;
            produced.rows *= together < left ? together : left;
            produce_leaf(run, frame, &produced, scratch);
        }
        if (run->produced) {
            leaf.data = scratch + column % together * row_bytes;
            leaf.row_stride = produced.row_stride;
            leaf.column_stride = produced.column_stride;
        }
        for (int i = 0; i < run->count; i++) {
            const ndi_swept_fold *const each = &run->each[i];
            if (each->state_of != i)
                continue;
            for (int plane = 0; plane < each->planes; plane++)
                leaf.state[plane] = (char *)t[i].level[run->levels].plane[plane] +
                                    column * ndi_dtype_size(each->reducer->state[plane]);
            reduce_leaf(run, each, &leaf, scratch);
        }
    }
    for (int i = 0; i < run->count; i++)
        t[i].level[run->levels].count = (double)rows;
}

/* The leaves of a span over the columns of a tile, each reduction's into its highest level. */
void ndi_sweep_tile(ndi_sweep *run, ndi_tree *t, const char *data, size_t columns, int64_t first,
                    int64_t last, char *scratch, ndi_frame *frame)
{
    const size_t at_once = run->by_columns ? columns : 1;
    if (!run->by_columns && run->leaves == 1) {
        sweep_short(run, t, data, columns, scratch, frame);
        return;
    }
    for (size_t column = 0; column < columns; column += at_once) {
        sweep(run, t, data + (ptrdiff_t)column * run->kept.stride[0][run->kept.rank - 1], at_once,
              first, last, scratch, frame);
        for (int i = 0; i < run->count; i++) {
            if (run->each[i].state_of != i)
                continue;
            ndi_tile_state *const whole = &t[i].level[run->levels];
            ndi_tile_state *const state = ndi_tree_end(&t[i], &run->each[i], at_once);
            if (at_once == columns) { /* all there is: the two change places */
                const ndi_tile_state other = *whole;
                *whole = *state;
                *state = other;
            } else {
                ndi_copy_state(&run->each[i], at_once, whole->plane, column, state);
                whole->count = state->count;
            }
        }
    }
}

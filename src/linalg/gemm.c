/* The matrix product: cut into shares for the threads, these into blocks that fit the caches,
 * packed, multiplied tile by tile.
 *
 * The loops of a share are those of Goto and van de Geijn (ACM TOMS 34:3, 2008): blocks of columns
 * of C, then of depth, then of rows, each packed by the thread that multiplies it. Small products
 * are done in one piece, narrow ones by steps of depth, as gemm_plan.c has it. Blocks of depth
 * depend on k alone and are added up in their order, so every element is summed in one order,
 * whatever the threads. */
#include "linalg/gemm.h"

#include "base/cpu.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/progress.h"
#include "linalg/gemm_few.h"
#include "linalg/gemm_plan.h"
#include "linalg/gemm_shallow.h"
#include "linalg/gemm_thin.h"
#include "linalg/sizes.h"

#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

typedef ndi_gemm_product product;

static size_t parts(size_t count, size_t size)
{
    return ndi_gemm_parts(count, size);
}

/* The first row of panel i of the left block. A last one that is read where it is but fills no
 * vector takes one from the panel before it. */
static size_t panel_row(const product *p, size_t i)
{
    const size_t row = i * p->tile_rows, lanes = p->kernels->lanes;
    if (row >= p->rows)
        return p->rows;
    return p->left_unpacked > 1 && p->rows - row < lanes ? row - lanes : row;
}

/* Where panel i of the left block, or panel j of the right one, begins in the operand. */
static const char *left_source(const product *p, size_t i)
{
    return p->left.data + (ptrdiff_t)(p->row + panel_row(p, i)) * p->left.row_stride +
           (ptrdiff_t)p->step * p->left.column_stride;
}

static const char *right_source(const product *p, size_t j)
{
    return p->right.data + (ptrdiff_t)(p->column + j * p->tile_columns) * p->right.column_stride +
           (ptrdiff_t)p->step * p->right.row_stride;
}

/* So many panels to pack of the left block, then of the right one. */
static void pack_panels(const product *p, size_t count)
{
    size_t left_count = parts(p->rows, p->tile_rows) - p->left_unpacked;
    for (size_t item = 0; item < count; item++) {
        if (item < left_count) {
            size_t i = p->left_unpacked + item;
            p->moves.pack_left(p->left_panels + item * p->left_panel_bytes, left_source(p, i),
                               p->left.row_stride, p->left.column_stride, p->left_width,
                               smaller(p->tile_rows, p->rows - i * p->tile_rows), p->depth);
        } else {
            size_t panel = item - left_count, j = p->right_unpacked + panel;
            p->moves.pack_right(
                p->right_panels + panel * p->right_panel_bytes, right_source(p, j),
                p->right.column_stride, p->right.row_stride, p->kernels->tile_columns,
                smaller(p->tile_columns, p->columns - j * p->tile_columns), p->depth);
        }
    }
}

static ndi_gemm_store store_of_step(const product *p, size_t step)
{
    return p->subtracts ? NDI_GEMM_SUBTRACT : step > 0 ? NDI_GEMM_ADD : NDI_GEMM_SET;
}

/* One tile of C from panel i of the left and panel j of the right block, or, where left panels are
 * read and tiles are stored where they are, from those before panel `end`; `next_j` is the panel of
 * the right block that the next tile takes. */
static void multiply_tile(const product *p, size_t i, size_t end, size_t j, size_t next_j)
{
    _Alignas(64) char tile[NDI_GEMM_MAX_TILE_BYTES];
    const ndi_gemm_kernels *kernels = p->kernels;
    size_t first_row = panel_row(p, i), first_column = j * p->tile_columns;
    size_t rows = panel_row(p, end) - first_row;
    size_t columns = smaller(p->tile_columns, p->columns - first_column);
    size_t depth = p->is_complex ? 2 * p->depth : p->depth,
           real_rows = p->is_complex ? 2 * rows : rows;
    ndi_gemm_store store = store_of_step(p, p->step);
    char *c = p->c + (ptrdiff_t)(p->row + first_row) * p->c_row_stride +
              (ptrdiff_t)(p->column + first_column) * p->c_column_stride;
    const bool fills_vectors = real_rows >= kernels->lanes;
    ptrdiff_t c_column = (ptrdiff_t)kernels->tile_rows;
    void *to = tile;
    ndi_gemm_store into = NDI_GEMM_SET;
    if (p->sums) {
        c_column = (ptrdiff_t)p->sum_rows;
        to = p->sums + ((p->is_complex ? 2 * first_row : first_row) + first_column * p->sum_rows) *
                           p->real_bytes;
    } else if (p->stores_tiles && fills_vectors) {
        c_column = p->c_column_stride / (ptrdiff_t)p->real_bytes;
        to = c;
        into = store;
    }

    ptrdiff_t left_step = (ptrdiff_t)p->left_width, right_step = (ptrdiff_t)kernels->tile_columns;
    ptrdiff_t right_column = 1;
    const char *left, *right;
    if (i < p->left_unpacked) {
        left = left_source(p, i);
        left_step = p->left.column_stride / (ptrdiff_t)p->real_bytes;
    } else {
        left = p->left_panels + (i - p->left_unpacked) * p->left_panel_bytes;
    }
    if (j >= p->right_unpacked) {
        right = p->right_panels + (j - p->right_unpacked) * p->right_panel_bytes;
    } else {
        right = right_source(p, j);
        right_step =
            p->right.row_stride / (ptrdiff_t)(p->is_complex ? 2 * p->real_bytes : p->real_bytes);
        right_column = p->right.column_stride / (ptrdiff_t)p->real_bytes;
    }
    if (i < p->left_unpacked || j < p->right_unpacked || real_rows < kernels->tile_rows ||
        columns < p->tile_columns)
        kernels->multiply_strided(real_rows, columns, depth, left, left_step, right, right_step,
                                  right_column, into, to, c_column);
    else
        kernels->multiply(depth, left, right,
                          p->right_panels + (next_j - p->right_unpacked) * p->right_panel_bytes,
                          into, to, c_column);
    if (to == tile)
        p->moves.unpack(tile, kernels->tile_rows, rows, columns, store, c, p->c_row_stride,
                        p->c_column_stride);
}

/* The first tile of this panel of columns that is not all above the diagonal, or 0. */
static size_t first_below(const product *p, size_t j)
{
    const size_t column = p->column + j * p->tile_columns;
    return !p->is_symmetric || column <= p->row ? 0 : (column - p->row) / p->tile_rows;
}

/* All tiles of a block. The panel of the right operand stays in a close cache while the rows go by;
 * fetching the next one during the last tile saves the 8 % that waiting for it costs. */
static void multiply_tiles(const product *p)
{
    const size_t row_panels = parts(p->rows, p->tile_rows),
                 column_panels = parts(p->columns, p->tile_columns);
    const size_t at_once = p->left_unpacked > 0 && (p->sums || p->stores_tiles) ? row_panels : 1;
    for (size_t j = 0; j < column_panels; j++)
        for (size_t i = first_below(p, j), end; i < row_panels; i = end) {
            end = smaller(i + at_once, row_panels);
            multiply_tile(p, i, end, j, end == row_panels && j + 1 < column_panels ? j + 1 : j);
        }
}

/* Panels of so many rows or columns that can be read in place: in the left operand if rows fill a
 * vector. */
static size_t left_panels_in_place(const product *p, size_t rows)
{
    return p->packs_left || rows < p->kernels->lanes ? 0 : parts(rows, p->tile_rows);
}

static size_t right_panels_in_place(const product *p, size_t columns)
{
    return p->packs_right ? 0 : parts(columns, p->tile_columns);
}

/* The block of all columns from `column` on that is as large as blocks are, and so on. */
static void choose_block(product *p, size_t row, size_t column, size_t step)
{
    p->row = row, p->column = column, p->step = step;
    p->rows = smaller(p->most_rows, p->m - row);
    p->columns = smaller(p->most_columns, p->n - column);
    p->depth = smaller(p->most_depth, p->k - step);
    p->left_unpacked = left_panels_in_place(p, p->rows);
    p->right_unpacked = right_panels_in_place(p, p->columns);
}

static size_t left_to_pack(const product *p)
{
    return parts(p->rows, p->tile_rows) - p->left_unpacked;
}

static size_t right_to_pack(const product *p)
{
    return parts(p->columns, p->tile_columns) - p->right_unpacked;
}

static void set_buffer(product *p, char *buffer)
{
    p->left_panels = buffer;
    p->right_panels = buffer + p->left_bytes;
}

/* A block; right panels that serve several are packed with the first of them. */
static void multiply_block(const product *p, bool packs_right)
{
    const size_t panels = left_to_pack(p) + (packs_right ? right_to_pack(p) : 0);
    if (panels > 0)
        pack_panels(p, panels);
    multiply_tiles(p);
}

/* ---- Narrow and deep, as x.T @ x of many observations: steps of depth side by side ---- */

typedef struct deep {
    const product *product;
    size_t tasks, first_step, steps; /* that are done now */
    char *sums;                      /* of each of them */
    size_t sum_bytes, sum_rows;
    char *buffers; /* of each task, for what it packs */
    size_t buffer_bytes;
} deep;

static void multiply_steps(void *context, size_t begin, size_t end)
{
    const deep *d = context;
    for (size_t task = begin; task < end; task++) {
        product p = *d->product;
        set_buffer(&p, d->buffers + task * d->buffer_bytes);
        p.sum_rows = d->sum_rows;
        const size_t last = d->steps * (task + 1) / d->tasks;
        for (size_t i = d->steps * task / d->tasks; i < last; i++) {
            p.sums = d->sums + i * d->sum_bytes;
            choose_block(&p, 0, 0, (d->first_step + i) * p.most_depth);
            multiply_block(&p, true);
        }
    }
}

static bool multiply_deep(const product *p, size_t tasks)
{
    const size_t steps = parts(p->k, p->most_depth);
    const size_t some_bytes = 1 << 20; /* of sums, to be in cache when they are added up */
    deep d = {
        .product = p,
        .sum_rows = parts(p->m, p->tile_rows) * p->kernels->tile_rows,
        .buffer_bytes = p->left_bytes + p->right_bytes,
    };
    d.sum_bytes = d.sum_rows * parts(p->n, p->tile_columns) * p->tile_columns * p->real_bytes;
    const size_t at_once = smaller(steps, tasks + some_bytes / d.sum_bytes);
    d.tasks = smaller(at_once, tasks);
    const size_t bytes = at_once * d.sum_bytes + d.tasks * d.buffer_bytes;
    d.sums = ndi_allocate(bytes);
    if (!d.sums)
        return false;
    d.buffers = d.sums + at_once * d.sum_bytes;
    for (; d.first_step < steps; d.first_step += d.steps) {
        d.steps = smaller(at_once, steps - d.first_step);
        const ndi_stage stage = ndi_stage_begin((double)d.first_step / (double)steps,
                                                (double)(d.first_step + d.steps) / (double)steps);
        ndi_parallel_for(d.tasks, 1, multiply_steps, &d);
        ndi_stage_end(stage);
        for (size_t i = 0; i < d.steps; i++)
            p->moves.unpack(d.sums + i * d.sum_bytes, d.sum_rows, p->m, p->n,
                            store_of_step(p, d.first_step + i), p->c, p->c_row_stride,
                            p->c_column_stride);
    }
    ndi_free(d.sums, bytes);
    return true;
}

/* ---- In shares: each packs what it takes ----------------------------------------------------- */

typedef struct shares {
    const product *product; /* its blocks fit all shares */
    size_t slots, slot_bytes;
    char *buffers;       /* of each slot, for what is packed */
    atomic_bool *filled; /* of each slot: a share is at work there */
} shares;

/* The first row or column of a share. Of a triangle, which is cut into columns, the shares are as
 * large: its first columns are long. */
static size_t share_begin(size_t size, size_t unit, size_t count, size_t share, bool is_symmetric)
{
    const size_t panels = parts(size, unit);
    const double rest = 1 - (double)share / (double)count;
    return smaller(unit * (is_symmetric ? (size_t)((double)panels * (1 - sqrt(rest)))
                                        : panels * share / count),
                   size);
}

static size_t first_row(const product *p, size_t share)
{
    return share_begin(p->m, p->tile_rows, p->row_shares, share, false);
}

static size_t first_column(const product *p, size_t share)
{
    return share_begin(p->n, p->tile_columns, p->column_shares, share, p->is_symmetric);
}

/* Blocks of a share: left ones fill half of the level 2 cache, right ones this thread's part of
 * the last one. */
static void size_share_blocks(product *p)
{
    const size_t left_bytes = (size_t)ndi_cpu_caches().level2 / 2, least_bytes = 2 << 20,
                 right_bytes = larger(
                     (size_t)ndi_cpu_caches().last / 4 / (size_t)ndi_pool_threads(), least_bytes);
    size_t rows = 0, columns = 0;
    for (size_t i = 0; i < p->row_shares; i++)
        rows = larger(rows, first_row(p, i + 1) - first_row(p, i));
    for (size_t j = 0; j < p->column_shares; j++)
        columns = larger(columns, first_column(p, j + 1) - first_column(p, j));
    p->most_rows =
        ndi_gemm_even_part(rows, left_bytes / p->left_panel_bytes * p->tile_rows, p->tile_rows);
    p->most_columns = ndi_gemm_even_part(
        columns, right_bytes / p->right_panel_bytes * p->tile_columns, p->tile_columns);
    ndi_gemm_size_buffers(p);
}

/* Rows from `first_row` and columns from `first_column` to the ends of p: blocks of columns, then
 * of depth, then of rows. */
static void multiply_share(product *p, size_t first_row, size_t first_column)
{
    for (size_t column = first_column; column < p->n; column += p->most_columns)
        for (size_t step = 0; step < p->k; step += p->most_depth) {
            bool packs_right = true;
            for (size_t row = first_row; row < p->m; row += p->most_rows) {
                choose_block(p, row, column, step);
                if (p->is_symmetric && row + p->rows <= column)
                    continue;
                multiply_block(p, packs_right);
                packs_right = false;
            }
        }
}

/* The same slot for a share every time, if it can be: lines that another core has written last are
 * slow to write. */
static size_t take_slot(shares *s, size_t share)
{
    size_t slot = share % s->slots;
    while (atomic_exchange(&s->filled[slot], true))
        slot = (slot + 1) % s->slots;
    return slot;
}

static void multiply_shares(void *context, size_t begin, size_t end)
{
    shares *s = context;
    for (size_t share = begin; share < end; share++) {
        product p = *s->product;
        const size_t i = share / p.column_shares, j = share % p.column_shares,
                     row = first_row(&p, i), column = first_column(&p, j),
                     slot = take_slot(s, share);
        p.m = first_row(s->product, i + 1);
        p.n = first_column(s->product, j + 1);
        set_buffer(&p, s->buffers + slot * s->slot_bytes);
        multiply_share(&p, row, column);
        atomic_store(&s->filled[slot], false);
    }
}

static bool multiply_in_shares(product *p)
{
    if (p->is_symmetric) {
        p->column_shares *= p->row_shares;
        p->row_shares = 1;
    }
    size_share_blocks(p);
    const size_t count = p->row_shares * p->column_shares;
    shares s = {.product = p,
                .slots = smaller(count, (size_t)ndi_pool_threads()),
                .slot_bytes = p->left_bytes + p->right_bytes};
    const size_t bytes = s.slots * (s.slot_bytes + sizeof *s.filled);
    s.buffers = ndi_allocate(bytes);
    if (!s.buffers)
        return false;
    s.filled = (atomic_bool *)(s.buffers + s.slots * s.slot_bytes);
    for (size_t slot = 0; slot < s.slots; slot++)
        atomic_init(&s.filled[slot], false);
    ndi_parallel_for(count, 1, multiply_shares, &s);
    ndi_free(s.buffers, bytes);
    return true;
}

static bool multiply_whole(product *p)
{
    _Alignas(64) char buffer[NDI_GEMM_SMALL_BYTES];
    set_buffer(p, buffer);
    choose_block(p, 0, 0, 0);
    multiply_block(p, true);
    return true;
}

static void store_zeros(const ndi_gemm_shape *shape, char *c)
{
    for (size_t i = 0; i < shape->m; i++)
        for (size_t j = 0; j < shape->n; j++)
            memset(c + (ptrdiff_t)i * shape->c_row_stride + (ptrdiff_t)j * shape->c_column_stride,
                   0, ndi_gemm_formats[shape->type].element_bytes);
}

static void place(product *p, const char *left, const char *right, char *c)
{
    p->left.data = left;
    p->right.data = right;
    p->c = c;
}

/* ---- A matrix times its transpose ------------------------------------------------------------ */

/* Whose result is symmetric, so that half of it is done (500 columns of 1000 doubles 4.9 ms, 2.9
 * so). Of few rows too few tiles would be left out. */
static bool is_symmetric(const ndi_gemm_shape *s, const void *a, const void *b)
{
    const size_t least_rows = ndi_gemm_formats[s->type].is_complex ? 9 : 64;
    return a == b && s->m == s->n && s->m >= least_rows && !s->subtracts &&
           s->a_row_stride == s->b_column_stride && s->a_column_stride == s->b_row_stride &&
           s->c_row_stride == (ptrdiff_t)ndi_gemm_formats[s->type].element_bytes;
}

enum { MIRRORED_COLUMNS = 16, MIRRORED_ROWS = 64 }; /* whose lines stay in the level 1 cache */

static void mirror_columns(void *context, size_t begin, size_t end)
{
    const product *p = context;
    for (size_t group = begin; group < end; group++) {
        const size_t first = group * MIRRORED_COLUMNS,
                     last = smaller(first + MIRRORED_COLUMNS, p->n);
        for (size_t row = 0; row < last; row += MIRRORED_ROWS)
            for (size_t j = larger(first, row + 1); j < last; j++)
                ndi_gemm_gather(
                    p->c + (ptrdiff_t)row * p->c_row_stride + (ptrdiff_t)j * p->c_column_stride,
                    p->c + (ptrdiff_t)j * p->c_row_stride + (ptrdiff_t)row * p->c_column_stride,
                    p->c_column_stride, p->element_bytes, smaller(MIRRORED_ROWS, j - row));
    }
}

/* Elements above the diagonal of a symmetric product, from those below it. */
static bool mirror(product *p)
{
    const size_t groups = parts(p->n, MIRRORED_COLUMNS), least_bytes = 128 << 10;
    if (p->is_symmetric)
        ndi_parallel_for(groups, 1 + least_bytes / (MIRRORED_COLUMNS * p->n * p->element_bytes),
                         mirror_columns, p);
    return true;
}

/* ---- Integers of 64 bits that fit 32 --------------------------------------------------------- */

typedef struct scan {
    const char *data;
    ptrdiff_t stride, inner_stride;
    size_t inner;
    atomic_bool found; /* a number that does not fit */
} scan;

static void scan_range(void *context, size_t begin, size_t end)
{
    typedef uint64_t loose __attribute__((aligned(1), may_alias));
    scan *s = context;
    for (size_t i = begin; i < end && !atomic_load_explicit(&s->found, memory_order_relaxed); i++) {
        const char *from = s->data + (ptrdiff_t)i * s->stride;
        uint64_t beyond = 0;
        if (s->inner_stride == sizeof(uint64_t))
            for (size_t j = 0; j < s->inner; j++)
                beyond |= (((const loose *)from)[j] + 0x80000000u) >> 32;
        else
            for (size_t j = 0; j < s->inner; j++)
                beyond |=
                    (*(const loose *)(from + (ptrdiff_t)j * s->inner_stride) + 0x80000000u) >> 32;
        if (beyond)
            atomic_store_explicit(&s->found, true, memory_order_relaxed);
    }
}

static bool is_narrow(const void *data, size_t rows, size_t columns, ptrdiff_t row_stride,
                      ptrdiff_t column_stride)
{
    const bool by_rows = column_stride == sizeof(uint64_t);
    scan s = {
        .data = data,
        .stride = by_rows ? row_stride : column_stride,
        .inner_stride = by_rows ? column_stride : row_stride,
        .inner = by_rows ? columns : rows,
    };
    ndi_parallel_for(by_rows ? rows : columns, 1 + 32768 / s.inner, scan_range, &s);
    return !s.found;
}

/* Looking at every number pays where each is multiplied often. */
static bool are_narrow(const ndi_gemm_shape *s, const void *a, const void *b)
{
    const size_t least_uses = 32;
    return s->m >= least_uses && s->n >= least_uses && s->k > 0 &&
           is_narrow(a, s->m, s->k, s->a_row_stride, s->a_column_stride) &&
           is_narrow(b, s->k, s->n, s->b_row_stride, s->b_column_stride);
}

static bool multiply_vectors(const ndi_gemm_shape *s, const char *left, const char *right, char *c)
{
    bool done = true;
    for (size_t j = 0; done && j < s->n; j++, right += s->b_column_stride, c += s->c_column_stride)
        done = ndi_gemv(s->type, false, s->m, s->k, left, s->a_row_stride, s->a_column_stride,
                        right, s->b_row_stride, c, s->c_row_stride);
    return done;
}

bool ndi_gemm(const ndi_gemm_shape *shape, const void *a, const void *b, void *c)
{
    ndi_gemm_real real = ndi_gemm_formats[shape->type].tiles;
    if (real == NDI_REAL_U64 && are_narrow(shape, a, b))
        real = NDI_REAL_I32_IN_64;
    ndi_gemm_plan plan;
    ndi_gemm_choose(&plan, shape, real, false);
    const ndi_gemm_shape *const s = &plan.shape;
    const void *const left = plan.turned ? b : a, *const right = plan.turned ? a : b;
    const size_t threads = (size_t)ndi_pool_threads();
    if (plan.way >= NDI_GEMM_THIN) {
        place(&plan.product, left, right, c);
        plan.product.is_symmetric = is_symmetric(s, a, b);
    }
    switch (plan.way) {
    case NDI_GEMM_NOTHING:
        return true;
    case NDI_GEMM_ZEROS:
        store_zeros(s, c);
        return true;
    case NDI_GEMM_VECTOR:
        return multiply_vectors(s, left, right, c);
    case NDI_GEMM_LONG_ROWS:
    case NDI_GEMM_SHORT_ROWS:
        ndi_gemm_shallow_rows(s, plan.way == NDI_GEMM_LONG_ROWS, left, right, c);
        return true;
    case NDI_GEMM_FEW:
        return ndi_gemm_few(s, left, right, c);
    case NDI_GEMM_THIN:
        return ndi_gemm_thin(&plan.product) && mirror(&plan.product);
    case NDI_GEMM_WHOLE:
        return multiply_whole(&plan.product) && mirror(&plan.product);
    case NDI_GEMM_DEEP:
        return multiply_deep(&plan.product, 2 * threads) && mirror(&plan.product);
    default:
        return multiply_in_shares(&plan.product) && mirror(&plan.product);
    }
}

/* ---- Many products of one shape -------------------------------------------------------------- */

typedef struct batch {
    const ndi_gemm_shape *shape;
    const ndi_gemm_plan *plan;
    bool (*multiply_many)(const ndi_gemm_many *products);
    ndi_gemm_many many;
    size_t turned_bytes; /* of each left operand, if those are turned first */
    ndi_gemm_locate *locate;
    const void *context;
    atomic_bool failed;
} batch;

static void multiply_range(void *context, size_t begin, size_t end)
{
    batch *b = context;
    const char *left, *right;
    char *c;
    ptrdiff_t distances[3];
    for (size_t i = begin; i < end; i++) {
        b->locate(b->context, i, &left, &right, &c, distances);
        if (!ndi_gemm(b->shape, left, right, c))
            atomic_store(&b->failed, true);
    }
}

/* Products that are small by themselves: nothing is settled again for each. */
static void multiply_small_range(void *context, size_t begin, size_t end)
{
    _Alignas(64) char buffer[NDI_GEMM_SMALL_BYTES];
    const batch *b = context;
    const char *left, *right;
    char *c;
    product p = b->plan->product;
    set_buffer(&p, buffer);
    choose_block(&p, 0, 0, 0);
    ptrdiff_t distances[3];
    for (size_t i = begin; i < end; i++) {
        b->locate(b->context, i, &left, &right, &c, distances);
        place(&p, b->plan->turned ? right : left, b->plan->turned ? left : right, c);
        multiply_block(&p, true);
    }
}

enum { TURNED_BYTES = 4096 }; /* at once: a small part of the level 1 cache */

/* The left operands of the next ones, rows adjacent. */
static void turn_left(const batch *b, ndi_gemm_many *many, char *turned)
{
    const product *p = &b->plan->product;
    const size_t some = TURNED_BYTES / b->turned_bytes;
    many->count = smaller(many->count, some ? some : 1);
    for (size_t i = 0; i < many->count; i++)
        p->moves.pack_left(turned + i * b->turned_bytes, many->a + (ptrdiff_t)i * many->a_next,
                           p->left.row_stride, p->left.column_stride, p->m, p->m, p->k);
    many->a = turned;
    many->a_next = (ptrdiff_t)b->turned_bytes;
}

/* Those that a kernel takes as they lie in memory, or turned. */
static void multiply_many_range(void *context, size_t begin, size_t end)
{
    _Alignas(64) char turned[NDI_GEMM_SMALL_BYTES];
    const batch *b = context;
    const bool exchanged = b->plan->turned;
    ndi_gemm_many many = b->many;
    for (size_t i = begin; i < end; i += many.count) {
        const char *left, *right;
        ptrdiff_t distances[3] = {0};
        const size_t following = b->locate(b->context, i, &left, &right, &many.c, distances);
        many.count = smaller(following, end - i);
        many.a = exchanged ? right : left;
        many.b = exchanged ? left : right;
        many.a_next = distances[exchanged ? 1 : 0];
        many.b_next = distances[exchanged ? 0 : 1];
        many.c_next = distances[2];
        if (b->turned_bytes)
            turn_left(b, &many, turned);
        b->multiply_many(&many);
    }
}

/* Settles that kernel, if there is one. */
static bool are_in_place(batch *b)
{
    const product *p = &b->plan->product;
    const bool turns = !p->is_complex && p->left.row_stride != (ptrdiff_t)p->real_bytes &&
                       p->left.column_stride == (ptrdiff_t)p->real_bytes;
    b->turned_bytes = turns ? p->m * p->k * p->real_bytes : 0;
    b->multiply_many =
        p->is_complex ? p->kernels->multiply_many_complex : p->kernels->multiply_many;
    b->many =
        (ndi_gemm_many){.rows = p->m,
                        .columns = p->n,
                        .depth = p->k,
                        .a_step = turns ? (ptrdiff_t)(p->m * p->real_bytes) : p->left.column_stride,
                        .b_step = p->right.row_stride,
                        .b_column = p->right.column_stride,
                        .c_column = p->c_column_stride};
    return b->multiply_many && !p->subtracts && !p->is_widened &&
           (turns || p->left.row_stride == (ptrdiff_t)p->element_bytes) &&
           p->c_row_stride == (ptrdiff_t)p->element_bytes && b->multiply_many(&b->many);
}

/* Products that are worth a part of their own; of many, four times as many, and parts as many to
 * each thread: to claim one takes a tenth of a microsecond (10,000 of 8 x 8 doubles 93.5 us by 32
 * parts, 91.5 by 16). */
static size_t batch_grain(size_t count, size_t work)
{
    const size_t least = 1 + NDI_GEMM_LEAST_PARALLEL / 4 / (work + 500),
                 threads = (size_t)ndi_pool_threads(),
                 wanted = count / (4 * least) / threads * threads;
    return wanted > threads ? parts(count, wanted) : least;
}

typedef struct dots {
    const ndi_gemv_kernels *kernels;
    bool is_complex, conjugates;
    size_t reals;
    ndi_gemm_locate *locate;
    const void *context;
} dots;

static void multiply_dots(void *context, size_t begin, size_t end)
{
    const dots *d = context;
    for (size_t i = begin, count; i < end; i += count) {
        const char *a, *b;
        char *c;
        ptrdiff_t distances[3] = {0};
        count = smaller(d->locate(d->context, i, &a, &b, &c, distances), end - i);
        for (size_t j = 0; j < count; j++, a += distances[0], b += distances[1], c += distances[2])
            d->kernels->dot_rows(1, d->is_complex, d->conjugates, d->reals, (const void *[]){a}, b,
                                 c);
    }
}

void ndi_gemm_dots(ndi_gemm_type type, bool conjugates, size_t depth, size_t count,
                   ndi_gemm_locate *locate, const void *context)
{
    const ndi_gemm_format *const format = &ndi_gemm_formats[type];
    dots d = {.kernels = ndi_gemv_kernels_for(ndi_isa_in_use(), format->rows),
              .is_complex = format->is_complex,
              .conjugates = conjugates,
              .reals = format->is_complex ? 2 * depth : depth,
              .locate = locate,
              .context = context};
    const size_t some_reals = 32768, most = some_reals / (d.reals + 32);
    ndi_parallel_for(count, most ? most : 1, multiply_dots, &d);
}

/* If the products are such ones, as they lie in memory. */
static bool are_dots(const ndi_gemm_shape *s)
{
    const ndi_gemm_format *const format = &ndi_gemm_formats[s->type];
    const ptrdiff_t item = format->element_bytes;
    return s->m == 1 && s->n == 1 && s->type >= NDI_GEMM_F32 && !s->subtracts && s->k > 0 &&
           s->k * (format->is_complex ? 2 : 1) <= NDI_GEMM_DOT_REALS &&
           s->a_column_stride == item && s->b_row_stride == item;
}

bool ndi_gemm_batch(const ndi_gemm_shape *shape, size_t count, ndi_gemm_locate *locate,
                    const void *context)
{
    const size_t work =
        ndi_gemm_work(ndi_gemm_formats[shape->type].is_complex, shape->m, shape->n, shape->k);
    batch b = {.shape = shape, .locate = locate, .context = context};
    ndi_gemm_plan plan;
    if (are_dots(shape)) {
        ndi_gemm_dots(shape->type, false, shape->k, count, locate, context);
        return true;
    }
    ndi_gemm_choose(&plan, shape, ndi_gemm_formats[shape->type].tiles, true);
    if (count == 0 || plan.way == NDI_GEMM_NOTHING)
        return true;
    if (plan.way == NDI_GEMM_WHOLE) {
        b.plan = &plan;
        ndi_parallel_for(count, batch_grain(count, work),
                         are_in_place(&b) ? multiply_many_range : multiply_small_range, &b);
        return true;
    }
    if (count < 4 * (size_t)ndi_pool_threads() && work >= NDI_GEMM_LEAST_PARALLEL)
        multiply_range(&b, 0, count);
    else
        ndi_parallel_for(count, batch_grain(count, work), multiply_range, &b);
    return !b.failed;
}

const char *ndi_gemm_name(void)
{
    return ndi_gemm_kernels_for(ndi_isa_in_use(), NDI_REAL_F64)->name;
}

/* The matrix product: cut into blocks that fit the caches, packed, multiplied tile by tile on all
 * threads.
 *
 * The loops are those of Goto and van de Geijn (ACM TOMS 34:3, 2008): blocks of columns of C, then
 * of depth, then of rows. Both operands of a block are packed by all threads together into buffers
 * that they share; then tasks, each a block of rows that fits the level 2 cache by a range of
 * columns, multiply panels into tiles of C. Depth is never split between tasks and its blocks
 * depend on k alone, so every element is summed in one order, whatever the threads. */
#include "linalg/gemm.h"

#include "base/cpu.h"
#include "base/memory.h"
#include "base/pool.h"
#include "linalg/gemm_kernels.h"
#include "linalg/gemm_pack.h"

#include <string.h>

typedef struct matrix {
    const char *data;
    ptrdiff_t row_stride, column_stride; /* bytes */
} matrix;

/* One product, and the block of it that is being done. */
typedef struct product {
    const ndi_gemm_kernels *kernels;
    ndi_gemm_moves moves;
    bool is_complex;
    size_t element_bytes, real_bytes;
    size_t tile_rows,
        tile_columns;  /* in elements; columns of reals and of complex numbers are as many */
    bool stores_tiles; /* C's columns are contiguous, so that kernels can write it themselves */

    matrix left, right;
    char *c;
    ptrdiff_t c_row_stride, c_column_stride;

    size_t row, rows, column, columns, step, depth;
    size_t left_panel_bytes, right_panel_bytes;
    char *left_panels, *right_panels;
    bool packs_left, packs_right;
    size_t left_unpacked, right_unpacked; /* panels, the first ones, that are read where they are */
    size_t row_tasks, column_tasks;
} product;

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t parts(size_t count, size_t size)
{
    return (count + size - 1) / size;
}

/* The least multiple of `unit` that cuts `count` into as few parts as `most` would: no sliver is
 * left at the end. */
static size_t even_part(size_t count, size_t most, size_t unit)
{
    most = most < unit ? unit : most;
    return parts(parts(count, parts(count, most)), unit) * unit;
}

/* Where panel i of the left block, or panel j of the right one, begins in the operand. */
static const char *left_source(const product *p, size_t i)
{
    return p->left.data + (ptrdiff_t)(p->row + i * p->tile_rows) * p->left.row_stride +
           (ptrdiff_t)p->step * p->left.column_stride;
}

static const char *right_source(const product *p, size_t j)
{
    return p->right.data + (ptrdiff_t)(p->column + j * p->tile_columns) * p->right.column_stride +
           (ptrdiff_t)p->step * p->right.row_stride;
}

/* Items are the panels to pack of the left block, then those of the right one. */
static void pack_panels(void *context, size_t begin, size_t end)
{
    const product *p = context;
    size_t left_count = parts(p->rows, p->tile_rows) - p->left_unpacked;
    for (size_t item = begin; item < end; item++) {
        if (item < left_count) {
            size_t i = p->left_unpacked + item;
            p->moves.pack_left(p->left_panels + item * p->left_panel_bytes, left_source(p, i),
                               p->left.row_stride, p->left.column_stride, p->kernels->tile_rows,
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

/* One tile of C from panel i of the left and panel j of the right block; `next_j` is the panel of
 * the right block that the next tile takes. */
static void multiply_tile(const product *p, size_t i, size_t j, size_t next_j)
{
    _Alignas(64) char tile[NDI_GEMM_MAX_TILE_BYTES];
    const ndi_gemm_kernels *kernels = p->kernels;
    size_t first_row = i * p->tile_rows, first_column = j * p->tile_columns;
    size_t rows = smaller(p->tile_rows, p->rows - first_row);
    size_t columns = smaller(p->tile_columns, p->columns - first_column);
    size_t depth = p->is_complex ? 2 * p->depth : p->depth,
           real_rows = p->is_complex ? 2 * rows : rows;
    bool accumulate = p->step > 0;
    char *c = p->c + (ptrdiff_t)(p->row + first_row) * p->c_row_stride +
              (ptrdiff_t)(p->column + first_column) * p->c_column_stride;
    bool stores_tile =
        p->stores_tiles && columns == p->tile_columns && real_rows % kernels->lanes == 0;
    ptrdiff_t c_column =
        stores_tile ? p->c_column_stride / (ptrdiff_t)p->real_bytes : (ptrdiff_t)kernels->tile_rows;
    void *to = stores_tile ? c : tile;
    bool adds = stores_tile && accumulate;

    ptrdiff_t left_step = (ptrdiff_t)kernels->tile_rows,
              right_step = (ptrdiff_t)kernels->tile_columns;
    ptrdiff_t right_column = 1;
    const char *left = p->left_panels + (i - p->left_unpacked) * p->left_panel_bytes;
    const char *right = p->right_panels + (j - p->right_unpacked) * p->right_panel_bytes;
    if (i < p->left_unpacked) {
        left = left_source(p, i);
        left_step = p->left.column_stride / (ptrdiff_t)p->real_bytes;
    }
    if (j < p->right_unpacked) {
        right = right_source(p, j);
        right_step = p->right.row_stride / (ptrdiff_t)p->real_bytes;
        right_column = p->right.column_stride / (ptrdiff_t)p->real_bytes;
    }
    if (i < p->left_unpacked || j < p->right_unpacked ||
        real_rows + kernels->lanes <= kernels->tile_rows || columns <= p->tile_columns / 2)
        kernels->multiply_strided(real_rows, columns, depth, left, left_step, right, right_step,
                                  right_column, adds, to, c_column);
    else
        kernels->multiply(depth, left, right,
                          p->right_panels + (next_j - p->right_unpacked) * p->right_panel_bytes,
                          adds, to, c_column);
    if (!stores_tile)
        p->moves.unpack(tile, kernels->tile_rows, rows, columns, accumulate, c, p->c_row_stride,
                        p->c_column_stride);
}

/* An item is a block of rows by a range of columns; both are cut evenly, in whole panels. The panel
 * of the right operand stays in the level 2 cache while the rows go by; fetching the next one
 * during the last tile saves the 8 % that waiting for it costs. */
static void multiply_blocks(void *context, size_t begin, size_t end)
{
    const product *p = context;
    size_t row_panels = parts(p->rows, p->tile_rows),
           column_panels = parts(p->columns, p->tile_columns);
    for (size_t item = begin; item < end; item++) {
        size_t row_task = item / p->column_tasks, column_task = item % p->column_tasks;
        size_t i_begin = row_panels * row_task / p->row_tasks,
               i_end = row_panels * (row_task + 1) / p->row_tasks;
        size_t j_end = column_panels * (column_task + 1) / p->column_tasks;
        for (size_t j = column_panels * column_task / p->column_tasks; j < j_end; j++)
            for (size_t i = i_begin; i < i_end; i++)
                multiply_tile(p, i, j, i + 1 == i_end && j + 1 < j_end ? j + 1 : j);
    }
}

/* Row blocks as the level 2 cache has them, and columns cut so that tasks are several to a thread
 * and as many to each. */
static void cut_into_tasks(product *p, size_t level2)
{
    size_t threads = (size_t)ndi_pool_threads();
    size_t row_panels = parts(p->rows, p->tile_rows),
           column_panels = parts(p->columns, p->tile_columns);
    size_t block_panels = level2 / 2 / p->left_panel_bytes;
    p->row_tasks = parts(row_panels, block_panels ? block_panels : 1);
    p->column_tasks = 1;
    if (threads == 1)
        return;
    while ((p->row_tasks * p->column_tasks < 4 * threads ||
            p->row_tasks * p->column_tasks % threads) &&
           p->column_tasks < column_panels && p->column_tasks < 8 * threads)
        p->column_tasks++;
    if (p->row_tasks * p->column_tasks < 4 * threads) /* few columns: cut rows finer */
        p->row_tasks = smaller(row_panels, parts(4 * threads, p->column_tasks));
}

static bool in_whole_reals(ptrdiff_t stride, size_t real_bytes)
{
    return stride % (ptrdiff_t)real_bytes == 0;
}

/* Packing pays when a panel is read often: from 16 times on, with little between 8 and 32. Until
 * then whole panels are read in place, which only real numbers can be, and in the left operand only
 * adjacent rows; that makes products of 32 x 32 doubles 1.6 times as fast, and of 4 x 1000 by 1000
 * x 1000 eight times. The kernels' sums are the same. */
static void choose_packing(product *p, size_t m, size_t n)
{
    const size_t least_uses = 16;
    p->packs_left = p->is_complex || parts(n, p->tile_columns) >= least_uses ||
                    p->left.row_stride != (ptrdiff_t)p->real_bytes ||
                    !in_whole_reals(p->left.column_stride, p->real_bytes);
    p->packs_right = p->is_complex || parts(m, p->tile_rows) >= least_uses ||
                     !in_whole_reals(p->right.row_stride, p->real_bytes) ||
                     !in_whole_reals(p->right.column_stride, p->real_bytes);
}

/* Panels of so many rows or columns that can be read in place: the whole ones, and in the left
 * operand one of whole vectors. */
static size_t left_panels_in_place(const product *p, size_t rows)
{
    return p->packs_left              ? 0
           : rows % p->kernels->lanes ? rows / p->tile_rows
                                      : parts(rows, p->tile_rows);
}

static size_t right_panels_in_place(const product *p, size_t columns)
{
    return p->packs_right ? 0 : columns / p->tile_columns;
}

static bool multiply(product *p, size_t m, size_t n, size_t k)
{
    /* Below these a dispatch of a few microseconds costs more than it saves. */
    const size_t least_parallel_work = 500000, least_pack_elements = 16384;
    ndi_caches caches = ndi_cpu_caches();
    size_t most_bytes = (size_t)caches.last / 4;
    most_bytes = most_bytes < (2u << 20) ? 2u << 20 : smaller(most_bytes, 8u << 20);
    size_t depth_unit = p->is_complex ? p->kernels->depth / 2 : p->kernels->depth;
    size_t most_depth = even_part(k, depth_unit, 1);
    size_t reals = p->is_complex ? 2 : 1; /* a complex step of depth is two real ones */
    p->left_panel_bytes = p->kernels->tile_rows * most_depth * reals * p->real_bytes;
    p->right_panel_bytes = p->kernels->tile_columns * most_depth * reals * p->real_bytes;
    size_t most_rows = even_part(m, most_bytes / p->left_panel_bytes * p->tile_rows, p->tile_rows);
    size_t most_columns =
        even_part(n, most_bytes / p->right_panel_bytes * p->tile_columns, p->tile_columns);

    choose_packing(p, m, n);
    size_t left_packed = p->packs_left ? parts(most_rows, p->tile_rows) : 1;
    size_t right_packed = p->packs_right ? parts(most_columns, p->tile_columns) : 1;
    size_t bytes = left_packed * p->left_panel_bytes + right_packed * p->right_panel_bytes;
    _Alignas(64) char small[32768];
    char *buffer = bytes <= sizeof small ? small : ndi_allocate(bytes);
    if (!buffer)
        return false;
    p->left_panels = buffer;
    p->right_panels = buffer + left_packed * p->left_panel_bytes;

    for (p->column = 0; p->column < n; p->column += most_columns) {
        p->columns = smaller(most_columns, n - p->column);
        for (p->step = 0; p->step < k; p->step += most_depth) {
            p->depth = smaller(most_depth, k - p->step);
            for (p->row = 0; p->row < m; p->row += most_rows) {
                p->rows = smaller(most_rows, m - p->row);
                p->left_unpacked = left_panels_in_place(p, p->rows);
                p->right_unpacked = right_panels_in_place(p, p->columns);
                size_t panels = parts(p->rows, p->tile_rows) - p->left_unpacked;
                if (p->row == 0) /* the right panels serve all blocks of rows */
                    panels += parts(p->columns, p->tile_columns) - p->right_unpacked;
                if (panels)
                    ndi_parallel_for(panels, 1 + least_pack_elements / (p->tile_rows * p->depth),
                                     pack_panels, p);
                if (p->rows * p->columns * p->depth < least_parallel_work) {
                    p->row_tasks = p->column_tasks = 1;
                    multiply_blocks(p, 0, 1);
                } else {
                    cut_into_tasks(p, (size_t)caches.level2);
                    ndi_parallel_for(p->row_tasks * p->column_tasks, 1, multiply_blocks, p);
                }
            }
        }
    }
    if (buffer != small)
        ndi_free(buffer, bytes);
    return true;
}

static void store_zeros(char *c, size_t element_bytes, size_t m, size_t n, ptrdiff_t row_stride,
                        ptrdiff_t column_stride)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            memset(c + (ptrdiff_t)i * row_stride + (ptrdiff_t)j * column_stride, 0, element_bytes);
}

bool ndi_gemm(ndi_gemm_type type, size_t m, size_t n, size_t k, const void *a,
              ptrdiff_t a_row_stride, ptrdiff_t a_column_stride, const void *b,
              ptrdiff_t b_row_stride, ptrdiff_t b_column_stride, void *c, ptrdiff_t c_row_stride,
              ptrdiff_t c_column_stride)
{
    bool is_complex = type == NDI_GEMM_C64 || type == NDI_GEMM_C128;
    size_t real_bytes =
        type == NDI_GEMM_F32 || type == NDI_GEMM_C64 ? sizeof(float) : sizeof(double);
    size_t element_bytes = is_complex ? 2 * real_bytes : real_bytes;
    if (m == 0 || n == 0)
        return true;
    if (k == 0) {
        store_zeros(c, element_bytes, m, n, c_row_stride, c_column_stride);
        return true;
    }
    if (n == 1)
        return ndi_gemv(type, m, k, a, a_row_stride, a_column_stride, b, b_row_stride, c,
                        c_row_stride);
    if (m == 1)
        return ndi_gemv(type, n, k, b, b_column_stride, b_row_stride, a, a_column_stride, c,
                        c_column_stride);

    const ndi_gemm_kernels *kernels = ndi_gemm_kernels_for(ndi_isa_in_use(), real_bytes);
    product p = {
        .kernels = kernels,
        .moves = ndi_gemm_moves_for(real_bytes, is_complex),
        .is_complex = is_complex,
        .element_bytes = element_bytes,
        .real_bytes = real_bytes,
        .tile_rows = is_complex ? kernels->tile_rows / 2 : kernels->tile_rows,
        .tile_columns = kernels->tile_columns,
        .left = {a, a_row_stride, a_column_stride},
        .right = {b, b_row_stride, b_column_stride},
        .c = c,
        .c_row_stride = c_row_stride,
        .c_column_stride = c_column_stride,
    };
    if (c_column_stride == (ptrdiff_t)element_bytes) {
        /* Kernels write columns: of C where rows are contiguous, they compute the transpose, B' A'.
         */
        p.left = (matrix){b, b_column_stride, b_row_stride};
        p.right = (matrix){a, a_column_stride, a_row_stride};
        p.c_row_stride = c_column_stride;
        p.c_column_stride = c_row_stride;
        size_t rows = m;
        m = n;
        n = rows;
    }
    p.stores_tiles = p.c_row_stride == (ptrdiff_t)element_bytes &&
                     p.c_column_stride % (ptrdiff_t)real_bytes == 0;
    return multiply(&p, m, n, k);
}

const char *ndi_gemm_name(void)
{
    return ndi_gemm_kernels_for(ndi_isa_in_use(), sizeof(double))->name;
}

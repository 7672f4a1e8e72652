/* Products of complex numbers with a few columns: of the left operand, whose rows are adjacent,
 * tiles are multiplied where they lie (packed it would be twice as large, and be read but once or
 * twice). The columns are made contiguous for each step of depth, unless they lie side by side, and
 * those that fill no tile are zeros.
 *
 * Steps of depth are those of any product by tiles, and so are the bits. */
#include "linalg/gemm_thin.h"

#include "base/memory.h"
#include "base/pool.h"
#include "linalg/sizes.h"

#include <stdatomic.h>
#include <string.h>

typedef struct thin {
    const ndi_gemm_product *product;
    size_t tile_rows, tasks; /* elements */
    size_t column_bytes;     /* of the columns of a step */
    atomic_bool failed;
} thin;

/* Columns of a tile that holds so many: a whole one or a half. */
static size_t tile_columns(const ndi_gemm_product *p, size_t columns)
{
    const size_t half = p->kernels->tile_columns / 2;
    return columns <= half ? half : 2 * half;
}

/* Columns, the first ones, that are read where they are. */
static size_t columns_in_place(const ndi_gemm_product *p)
{
    return p->right.column_stride == (ptrdiff_t)p->element_bytes
               ? p->n / p->kernels->tile_columns * p->kernels->tile_columns
               : 0;
}

static const char *right_at(const ndi_gemm_product *p, size_t step, size_t column)
{
    return p->right.data + (ptrdiff_t)step * p->right.row_stride +
           (ptrdiff_t)column * p->right.column_stride;
}

static void gather_columns(const ndi_gemm_product *p, size_t step, size_t depth, char *to)
{
    const size_t bytes = depth * p->element_bytes;
    for (size_t j = columns_in_place(p); j < p->n; j++)
        ndi_gemm_gather(to + j * bytes, right_at(p, step, j), p->right.row_stride, p->element_bytes,
                        depth);
    const size_t whole = p->n / p->kernels->tile_columns * p->kernels->tile_columns,
                 padded = whole < p->n ? whole + tile_columns(p, p->n - whole) : whole;
    memset(to + p->n * bytes, 0, (padded - p->n) * bytes);
}

/* Rows that fill no vector, with zeros behind them. */
static void copy_rows(const ndi_gemm_product *p, const char *from, size_t rows, size_t depth,
                      size_t padded, char *to)
{
    const size_t bytes = padded * p->element_bytes, words = rows * p->element_bytes / 8;
    memset(to, 0, depth * bytes);
    for (size_t q = 0; q < depth; q++, to += bytes, from += p->left.column_stride)
        for (size_t word = 0; word < words; word++) /* a few: no call for each row */
            memcpy(to + word * 8, from + word * 8, 8);
}

/* The tiles of some rows. */
static void multiply_tiles(const thin *t, size_t row, size_t step, size_t depth,
                           const char *columns, char *copies)
{
    _Alignas(64) char tile[NDI_GEMM_MAX_TILE_BYTES];
    const ndi_gemm_product *const p = t->product;
    const size_t vector = p->kernels->lanes / 2, rows = smaller(t->tile_rows, p->m - row),
                 padded = (rows + vector - 1) / vector * vector;
    const char *left = p->left.data + (ptrdiff_t)row * p->left.row_stride +
                       (ptrdiff_t)step * p->left.column_stride;
    ndi_gemm_many many = {.count = 1,
                          .rows = padded,
                          .depth = depth,
                          .a = left,
                          .a_step = p->left.column_stride,
                          .c = tile,
                          .c_column = (ptrdiff_t)(t->tile_rows * p->element_bytes)};
    if (padded != rows) {
        copy_rows(p, left, rows, depth, padded, copies);
        many.a = copies;
        many.a_step = (ptrdiff_t)(padded * p->element_bytes);
    }
    for (size_t column = 0; column < p->n; column += many.columns) {
        many.columns = tile_columns(p, p->n - column);
        if (p->is_symmetric && column >= row + rows)
            break; /* above the diagonal */
        if (column < columns_in_place(p)) {
            many.b = right_at(p, step, column);
            many.b_step = p->right.row_stride;
            many.b_column = p->right.column_stride;
        } else {
            many.b_step = (ptrdiff_t)p->element_bytes;
            many.b_column = (ptrdiff_t)(depth * p->element_bytes);
            many.b = columns + (ptrdiff_t)column * many.b_column;
        }
        p->kernels->multiply_many_complex(&many);
        p->moves.unpack(tile, 2 * t->tile_rows, rows, smaller(many.columns, p->n - column),
                        p->subtracts ? NDI_GEMM_SUBTRACT
                        : step > 0   ? NDI_GEMM_ADD
                                     : NDI_GEMM_SET,
                        p->c + (ptrdiff_t)row * p->c_row_stride +
                            (ptrdiff_t)column * p->c_column_stride,
                        p->c_row_stride, p->c_column_stride);
    }
}

static void multiply_rows(void *context, size_t begin, size_t end)
{
    thin *const t = context;
    const ndi_gemm_product *const p = t->product;
    const size_t tiles = ndi_gemm_parts(p->m, t->tile_rows),
                 bytes = t->column_bytes + t->tile_rows * p->most_depth * p->element_bytes;
    char *const columns = ndi_allocate(bytes);
    if (!columns) {
        atomic_store(&t->failed, true);
        return;
    }
    for (size_t step = 0; step < p->k; step += p->most_depth) {
        const size_t depth = smaller(p->most_depth, p->k - step);
        gather_columns(p, step, depth, columns);
        for (size_t tile = tiles * begin / t->tasks; tile < tiles * end / t->tasks; tile++)
            multiply_tiles(t, tile * t->tile_rows, step, depth, columns, columns + t->column_bytes);
    }
    ndi_free(columns, bytes);
}

bool ndi_gemm_thin(const ndi_gemm_product *product)
{
    const size_t threads = (size_t)ndi_pool_threads();
    thin t = {.product = product,
              .tile_rows = product->kernels->lanes, /* two vectors */
              .tasks =
                  ndi_gemm_is_for_one(product, product->m, product->n, product->k) ? 1 : threads,
              .column_bytes = (NDI_GEMM_THIN_COLUMNS + product->kernels->tile_columns) *
                              product->most_depth * product->element_bytes};
    ndi_parallel_for(t.tasks, 1, multiply_rows, &t);
    return !t.failed;
}

/* Products of a matrix whose rows are contiguous and a few columns: dot products, read from where
 * the rows are. Nothing is packed but the columns, if they are not contiguous themselves.
 *
 * The depth is cut into chunks, the same for any number of threads, and chunks are added in order.
 * Tasks are blocks of rows, or of few and long rows ranges of chunks. */
#include "linalg/gemm_few.h"

#include "base/cpu.h"
#include "base/memory.h"
#include "base/pool.h"
#include "linalg/gemm_kernels.h"
#include "linalg/gemm_pack.h"
#include "linalg/sizes.h"

#include <string.h>

enum {
    BLOCK_ROWS = 64,    /* whose sums are on the stack */
    CHUNK_BYTES = 4096, /* of a row: four rows and as many columns are in the level 1 cache */
    LEAST_PARALLEL_BYTES = 256 << 10,
};

typedef struct product {
    const ndi_gemv_kernels *kernels;
    ndi_gemm_unpack_body *unpack;
    size_t rows, columns, depth, element_bytes;
    const char *a, *x; /* rows, and columns, of adjacent elements */
    ptrdiff_t a_stride, x_stride;
    char *c;
    ptrdiff_t c_row_stride, c_column_stride;
    size_t chunk, chunk_count; /* elements of depth that are summed together */
    char *sums;                /* chunk_count x rows x columns, where chunks are tasks */
} product;

static void add_chunk(const product *p, size_t row, size_t rows, size_t chunk, bool adds,
                      void *sums)
{
    const size_t step = chunk * p->chunk;
    p->kernels->few_columns(rows, p->columns, smaller(p->chunk, p->depth - step),
                            p->a + (ptrdiff_t)row * p->a_stride + step * p->element_bytes,
                            p->a_stride, p->x + step * p->element_bytes, p->x_stride, adds, sums);
}

/* Sums lie row by row: to the moves of tiles they are the transpose. */
static void store(const product *p, size_t row, size_t rows, const void *sums)
{
    p->unpack(sums, p->columns, p->columns, rows, NDI_GEMM_SET,
              p->c + (ptrdiff_t)row * p->c_row_stride, p->c_column_stride, p->c_row_stride);
}

static void multiply_rows(void *context, size_t begin, size_t end)
{
    const product *p = context;
    double block_sums[BLOCK_ROWS * NDI_GEMM_FEW_BY_FEW];
    const size_t row_bytes = p->columns * p->element_bytes;
    const bool in_place = p->c_column_stride == (ptrdiff_t)p->element_bytes &&
                          p->c_row_stride == (ptrdiff_t)row_bytes;
    for (size_t block = begin; block < end; block++) {
        const size_t row = block * BLOCK_ROWS, rows = smaller(BLOCK_ROWS, p->rows - row);
        void *const sums = in_place ? p->c + row * row_bytes : (void *)block_sums;
        for (size_t chunk = 0; chunk < p->chunk_count; chunk++)
            add_chunk(p, row, rows, chunk, chunk > 0, sums);
        if (!in_place)
            store(p, row, rows, sums);
    }
}

static void multiply_chunks(void *context, size_t begin, size_t end)
{
    const product *p = context;
    const size_t bytes = p->rows * p->columns * p->element_bytes;
    for (size_t chunk = begin; chunk < end; chunk++)
        add_chunk(p, 0, p->rows, chunk, false, p->sums + chunk * bytes);
}

static void multiply_in_place(product *p)
{
    const size_t bytes = p->rows * p->depth * p->element_bytes;
    const size_t blocks = (p->rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    const size_t sums = p->rows * p->columns, sum_bytes = sums * p->element_bytes;
    if (bytes < LEAST_PARALLEL_BYTES) {
        multiply_rows(p, 0, blocks);
        return;
    }
    if (blocks < 2 * (size_t)ndi_pool_threads() && p->chunk_count > 1)
        p->sums = ndi_allocate(p->chunk_count * sum_bytes);
    if (!p->sums) { /* or no room: the rows' sums need none */
        ndi_parallel_for(blocks, 1 + (LEAST_PARALLEL_BYTES / 2) / (bytes / blocks), multiply_rows,
                         p);
        return;
    }
    ndi_parallel_for(p->chunk_count, 1 + (LEAST_PARALLEL_BYTES / 2) / (bytes / p->chunk_count),
                     multiply_chunks, p);
    for (size_t chunk = 1; chunk < p->chunk_count; chunk++)
        p->unpack(p->sums + chunk * sum_bytes, sums, sums, 1, NDI_GEMM_ADD, p->sums,
                  (ptrdiff_t)p->element_bytes, 0);
    store(p, 0, p->rows, p->sums);
    ndi_free(p->sums, p->chunk_count * sum_bytes);
}

/* The columns made contiguous, `*stride` bytes apart, in memory that the caller frees: to the moves
 * of tiles they are the steps of a panel as wide as they are long. */
static char *gather(const ndi_gemm_shape *s, const char *x, size_t element_bytes, size_t *stride)
{
    const size_t unit = 16, width = (s->k * element_bytes + unit - 1) / unit * unit;
    char *columns = ndi_allocate(s->n * width);
    if (columns)
        ndi_gemm_moves_for(s->type).pack_left(columns, x, s->b_row_stride, s->b_column_stride,
                                              width / element_bytes, s->k, s->n);
    *stride = width;
    return columns;
}

bool ndi_gemm_few(const ndi_gemm_shape *shape, const void *a, const void *b, void *c)
{
    ndi_gemm_shape s = *shape;
    const char *columns = b;
    const size_t element_bytes = ndi_gemm_formats[s.type].element_bytes;
    char *gathered = NULL;
    size_t stride = 0;
    if (s.b_row_stride != (ptrdiff_t)element_bytes) {
        if (!(gathered = gather(&s, columns, element_bytes, &stride)))
            return false;
        s.b_column_stride = (ptrdiff_t)stride;
        columns = gathered;
    }
    product p = {
        .kernels = ndi_gemv_kernels_for(ndi_isa_in_use(), ndi_gemm_formats[s.type].rows),
        .unpack = ndi_gemm_moves_for(s.type).unpack,
        .rows = s.m,
        .columns = s.n,
        .depth = s.k,
        .element_bytes = element_bytes,
        .a = a,
        .x = columns,
        .a_stride = s.a_row_stride,
        .x_stride = s.b_column_stride,
        .c = c,
        .c_row_stride = s.c_row_stride,
        .c_column_stride = s.c_column_stride,
        .chunk = CHUNK_BYTES / element_bytes,
    };
    p.chunk_count = (p.depth + p.chunk - 1) / p.chunk;
    multiply_in_place(&p);
    if (gathered)
        ndi_free(gathered, s.n * stride);
    return true;
}

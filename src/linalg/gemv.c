/* The product of a matrix and a vector, at the speed of memory.
 *
 * The depth is cut into chunks, the same for any number of threads, and chunks are added in order;
 * a chunk of a block of rows is done by dot products, four rows together (rows contiguous), or by
 * adding scaled columns, sixteen together (columns contiguous). Complex columns are added up times
 * the real and times the imaginary parts of x apart, as reals, and joined at the end. */
#include "linalg/gemm.h"

#include "base/cpu.h"
#include "base/memory.h"
#include "base/pool.h"
#include "linalg/gemm_kernels.h"
#include "linalg/gemm_pack.h"
#include "linalg/sizes.h"

#include <stdint.h>
#include <string.h>

enum {
    CHUNK_REALS = 4096,    /* of a row: shorter runs than 32 KB of doubles cost bandwidth */
    GATHERED_REALS = 1024, /* the same where rows are not contiguous, and are copied first */
    TRUTH_CHUNK = 128,     /* bools that are counted in a byte */
    MANY_ROWS = 32,        /* worth a preparation */
    WHOLE_REALS = 64,      /* the longest vectors */
    BLOCK_REALS = 2048,    /* of y: with columns contiguous they stay in the level 1 cache */
    COLUMNS = 16,          /* whose sums stay in registers: more would be too many streams */
};

typedef struct product {
    const struct body *body;
    const ndi_gemv_kernels *kernels;
    bool is_complex, conjugates, is_truth, by_columns, has_short_rows;
    size_t element_bytes;
    size_t rows, depth;
    const char *a, *x;
    ptrdiff_t a_row_stride, a_column_stride, x_stride;
    char *y;
    ptrdiff_t y_stride;
    size_t chunk;      /* elements of depth that are summed together */
    size_t block_rows; /* elements of y to a task */
    size_t chunk_count;
    size_t chunk_tasks; /* tasks to a block of rows; if not 1, sums of chunks go to `sums` */
    char *sums;         /* chunk_count x rows elements */
} product;

static size_t parts(size_t count, size_t size)
{
    return (count + size - 1) / size;
}

#define SET f32
#define REAL float
#define ADD(p, x, y) ((x) + (y))
#define FINISH(p, x) (x)
#include "linalg/gemv_tmpl.h"

#define SET f64
#define REAL double
#include "linalg/gemv_tmpl.h"

#define SET u16
#define REAL uint16_t
#include "linalg/gemv_tmpl.h"

#define SET u32
#define REAL uint32_t
#include "linalg/gemv_tmpl.h"

#define SET u64
#define REAL uint64_t
#include "linalg/gemv_tmpl.h"

#undef ADD
#undef FINISH
#define ADD(p, x, y) ((p)->is_truth ? (x) | (y) : (x) + (y))
#define FINISH(p, x) ((p)->is_truth ? (x) != 0 : (x))
#define SET u8
#define REAL uint8_t
#include "linalg/gemv_tmpl.h"

/* What does a block, and what adds its chunks. */
typedef struct body {
    void (*block)(const product *p, size_t row, size_t rows, size_t first, size_t last);
    void (*add_chunks)(const product *p);
} body;

static const body bodies[NDI_REALS] = {
    [NDI_REAL_F32] = {f32_block, f32_add_chunks}, [NDI_REAL_F64] = {f64_block, f64_add_chunks},
    [NDI_REAL_U8] = {u8_block, u8_add_chunks},    [NDI_REAL_U16] = {u16_block, u16_add_chunks},
    [NDI_REAL_U32] = {u32_block, u32_add_chunks}, [NDI_REAL_U64] = {u64_block, u64_add_chunks},
};

/* An item is a block of rows by a range of chunks. */
static void multiply_blocks(void *context, size_t begin, size_t end)
{
    const product *p = context;
    for (size_t item = begin; item < end; item++) {
        size_t row = item / p->chunk_tasks * p->block_rows,
               rows = smaller(p->block_rows, p->rows - row);
        const size_t task = item % p->chunk_tasks;
        p->body->block(p, row, rows, p->chunk_count * task / p->chunk_tasks,
                       p->chunk_count * (task + 1) / p->chunk_tasks);
    }
}

/* Of numbers that lie apart, each line of memory counts. */
static size_t bytes_read(size_t count, ptrdiff_t stride, size_t element_bytes)
{
    const size_t step = (size_t)(stride < 0 ? -stride : stride);
    return count * larger(element_bytes, smaller(step, NDI_CACHE_LINE));
}

bool ndi_gemv(ndi_gemm_type type, bool conjugates, size_t rows, size_t depth, const void *a,
              ptrdiff_t a_row_stride, ptrdiff_t a_column_stride, const void *x, ptrdiff_t x_stride,
              void *y, ptrdiff_t y_stride)
{
    const size_t least_parallel_bytes = 256 << 10, block_bytes = 128 << 10;
    const ndi_gemm_format *format = &ndi_gemm_formats[type];
    bool is_complex = format->is_complex, is_truth = type == NDI_GEMM_BOOL;
    size_t reals = is_complex ? 2 : 1, element_bytes = format->element_bytes;
    const ptrdiff_t size = (ptrdiff_t)element_bytes;
    bool contiguous = a_column_stride == size || a_row_stride == size;
    /* One row of what lies apart is a column with steps between its elements, which nobody copies:
     * two columns of 10,000 rows of ten doubles 15.7 us copied, 4.6 so. */
    if (rows == 1 && !is_complex && (a_column_stride != size || x_stride != size)) {
        if (a_column_stride == size) {
            const void *const other = a;
            a = x, x = other;
            a_column_stride = x_stride, x_stride = size;
        }
        a_row_stride = size;
    }
    size_t chunk = (is_truth ? TRUTH_CHUNK : contiguous ? CHUNK_REALS : GATHERED_REALS) / reals;
    product p = {
        .body = &bodies[format->rows],
        .kernels = ndi_gemv_kernels_for(ndi_isa_in_use(), format->rows),
        .is_complex = is_complex,
        .conjugates = conjugates,
        .is_truth = is_truth,
        .by_columns = a_column_stride != size && a_row_stride == size,
        .element_bytes = element_bytes,
        .rows = rows,
        .depth = depth,
        .a = a,
        .x = x,
        .a_row_stride = a_row_stride,
        .a_column_stride = a_column_stride,
        .x_stride = x_stride,
        .y = y,
        .y_stride = y_stride,
        .chunk = chunk,
        .block_rows = BLOCK_REALS / reals,
        .chunk_count = parts(depth, chunk),
        .chunk_tasks = 1,
    };
    /* Decided by the whole product, as its sums are rounded otherwise. */
    p.has_short_rows = p.kernels->short_rows && rows >= MANY_ROWS && depth < chunk;
    if (rows == 0)
        return true;
    if (depth == 0) {
        for (size_t i = 0; i < rows; i++)
            memset(p.y + (ptrdiff_t)i * y_stride, 0, element_bytes);
        return true;
    }
    const size_t row_bytes = bytes_read(depth, rows == 1 ? a_column_stride : size, element_bytes);
    if (rows * row_bytes < least_parallel_bytes || ndi_pool_threads() == 1) {
        multiply_blocks(&p, 0, parts(rows, p.block_rows));
        return true;
    }

    size_t threads = (size_t)ndi_pool_threads(), wanted = 4 * threads;
    if (!p.by_columns) /* rows are read to their ends, so that few together do */
        p.block_rows = smaller(p.block_rows, parts(parts(rows, wanted), 4) * 4);
    else if (p.chunk_count == 1 && rows * element_bytes > p.kernels->narrow_bytes)
        /* nothing else to part; whole vectors, so that bits are the same */
        p.block_rows =
            smaller(p.block_rows, larger(parts(parts(rows, threads), WHOLE_REALS) * WHOLE_REALS,
                                         2 * WHOLE_REALS));
    size_t blocks = parts(rows, p.block_rows);
    if (blocks < wanted)
        p.chunk_tasks = smaller(p.chunk_count, parts(wanted, blocks));
    size_t sums_bytes = p.chunk_count * rows * element_bytes;
    if (p.chunk_tasks > 1 && !(p.sums = ndi_allocate(sums_bytes)))
        return false;
    const size_t task_depth = smaller(depth, parts(p.chunk_count, p.chunk_tasks) * chunk);
    size_t grain = 1 + block_bytes / (p.block_rows * task_depth * element_bytes);
    ndi_parallel_for(blocks * p.chunk_tasks, grain, multiply_blocks, &p);
    if (p.sums) {
        p.body->add_chunks(&p);
        ndi_free(p.sums, sums_bytes);
    }
    return true;
}

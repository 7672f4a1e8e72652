/* Which way a matrix product is done, chosen in one place (gemm_plan.c) from its shape, layout and
 * type, the instruction set and the number of threads. Others only carry it out. */
#ifndef NDSTREAM_LINALG_GEMM_PLAN_H
#define NDSTREAM_LINALG_GEMM_PLAN_H

#include "linalg/gemm_kernels.h"
#include "linalg/gemm_pack.h"

typedef enum ndi_gemm_way {
    NDI_GEMM_NOTHING, /* no elements, or nothing to subtract */
    NDI_GEMM_ZEROS,   /* no depth */
    NDI_GEMM_VECTOR,  /* n is 1, or so few that each column is multiplied by itself */

    /* Of small depth, as of many points and a rotation (gemm_shallow.c): m is large, n small; by
     * contiguous columns of A and C, or by the rows of C one after the other. */
    NDI_GEMM_LONG_ROWS,
    NDI_GEMM_SHORT_ROWS,

    NDI_GEMM_FEW, /* dot products of contiguous rows and a few columns (gemm_few.c) */

    /* Complex numbers, a few columns, A by contiguous columns, which are read where they are
     * (gemm_thin.c): to pack A would take longer. */
    NDI_GEMM_THIN,

    /* By tiles (gemm.c): */
    NDI_GEMM_WHOLE,  /* in one piece, packed on the stack */
    NDI_GEMM_DEEP,   /* narrow and deep: steps of depth side by side */
    NDI_GEMM_SHARES, /* parts of C, each of which packs what it takes */
} ndi_gemm_way;

/* In multiplications of doubles. Below the first a dispatch of a few microseconds costs more than
 * it saves; below the second so does a step of depth by itself. */
enum { NDI_GEMM_LEAST_PARALLEL = 150000, NDI_GEMM_LITTLE = 4000000 };

enum { NDI_GEMM_THIN_COLUMNS = 16 }; /* at most */

enum { NDI_GEMM_SMALL_BYTES = 32768 }; /* that are packed on the stack */

typedef struct ndi_gemm_matrix {
    const char *data;
    ptrdiff_t row_stride, column_stride; /* bytes */
} ndi_gemm_matrix;

/* A product by tiles: what is settled before it begins, then where its matrices are and the block
 * that is being done. */
typedef struct ndi_gemm_product {
    const ndi_gemm_kernels *kernels;
    ndi_gemm_moves moves;
    bool is_complex, is_widened, subtracts;
    bool is_symmetric; /* A A': what is above the diagonal of C is copied from below it */
    size_t element_bytes, real_bytes;
    size_t tile_rows,
        tile_columns;  /* in elements; columns of reals and of complex numbers are as many */
    bool stores_tiles; /* C's columns are contiguous, so that kernels can write it themselves */

    size_t m, n, k;
    size_t most_rows, most_columns, most_depth; /* of a block */
    size_t left_width; /* of a left panel, in reals: a tile's rows, or the vectors that suffice */
    size_t left_panel_bytes, right_panel_bytes, left_bytes, right_bytes;
    bool packs_left, packs_right;
    size_t row_shares, column_shares; /* that C is cut into */

    ndi_gemm_matrix left, right;
    char *c;
    ptrdiff_t c_row_stride, c_column_stride;

    size_t row, rows, column, columns, step, depth;
    char *left_panels, *right_panels;
    size_t left_unpacked, right_unpacked; /* panels, the first ones, that are read where they are */
    char *sums; /* unless NULL, a tile of all of C, for the sums of this step only */
    size_t sum_rows;
} ndi_gemm_product;

typedef struct ndi_gemm_plan {
    ndi_gemm_way way;
    bool turned;              /* the transpose is computed, B' A', which has */
    ndi_gemm_shape shape;     /* this shape */
    ndi_gemm_product product; /* of ways by tiles; without addresses */
} ndi_gemm_plan;

/* Plans a product whose inner loops add up `real`; `is_one_of_many` small ones. */
void ndi_gemm_choose(ndi_gemm_plan *plan, const ndi_gemm_shape *shape, ndi_gemm_real real,
                     bool is_one_of_many);

/* Parts of `size` that `count` makes. */
static inline size_t ndi_gemm_parts(size_t count, size_t size)
{
    return (count + size - 1) / size;
}

/* The least multiple of `unit` that cuts `count` into as few parts as `most` would: no sliver is
 * left at the end. */
static inline size_t ndi_gemm_even_part(size_t count, size_t most, size_t unit)
{
    most = most < unit ? unit : most;
    return ndi_gemm_parts(ndi_gemm_parts(count, ndi_gemm_parts(count, most)), unit) * unit;
}

/* Sets what a block's packed panels take, by its most rows and columns; an operand that is read
 * where it is, and may have to be packed at its end, takes one. */
static inline void ndi_gemm_size_buffers(ndi_gemm_product *p)
{
    const size_t left = p->packs_left ? ndi_gemm_parts(p->most_rows, p->tile_rows) : 1,
                 right = p->packs_right ? ndi_gemm_parts(p->most_columns, p->tile_columns) : 1;
    p->left_bytes = left * p->left_panel_bytes;
    p->right_bytes = right * p->right_panel_bytes;
}

/* Multiplications of reals. */
static inline size_t ndi_gemm_work(bool is_complex, size_t m, size_t n, size_t k)
{
    return (is_complex ? 4 : 1) * m * n * k;
}

/* Whether so much of a product is too little for several threads. */
static inline bool ndi_gemm_is_for_one(const ndi_gemm_product *p, size_t m, size_t n, size_t k)
{
    return ndi_gemm_work(p->is_complex, m, n, k) <
           NDI_GEMM_LEAST_PARALLEL * sizeof(double) / p->real_bytes;
}

#endif

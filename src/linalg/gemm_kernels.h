/* The inner loops of the matrix product: one set for each instruction set and real type.
 *
 * The rest (cutting into blocks, packing, threads, edges, complex numbers) is the same for all sets
 * and stands in gemm.c and gemv.c. Every function sums in an order that depends on nothing but its
 * count. Integers wrap, so that signed and unsigned ones are the same. */
#ifndef NDSTREAM_LINALG_GEMM_KERNELS_H
#define NDSTREAM_LINALG_GEMM_KERNELS_H

#include "base/cpu.h"
#include "linalg/gemm.h"

/* What the inner loops add up. */
typedef enum ndi_gemm_real {
    NDI_REAL_F32,
    NDI_REAL_F64,
    NDI_REAL_U8, /* in products of a matrix and a vector only: no CPU has lanes of it to multiply */
    NDI_REAL_U16,
    NDI_REAL_U32,
    NDI_REAL_U64,
    NDI_REAL_I32_IN_64, /* 64 bits whose values fit 32, as most do: multiplied at twice the speed */
    NDI_REALS
} ndi_gemm_real;

/* How elements of a type lie in matrices, and as what they are multiplied. */
typedef struct ndi_gemm_format {
    unsigned char element_bytes;
    unsigned char real_bytes; /* of `tiles` */
    ndi_gemm_real tiles, rows;
    bool is_complex;
    bool is_widened; /* elements are narrower than the reals of tiles */
} ndi_gemm_format;

extern const ndi_gemm_format ndi_gemm_formats[NDI_GEMM_TYPES];

/* What becomes of a product: it is stored, added to what was there, or subtracted from it. */
typedef enum ndi_gemm_store { NDI_GEMM_SET, NDI_GEMM_ADD, NDI_GEMM_SUBTRACT } ndi_gemm_store;

/* Many products of one small shape, operands and results in place. Strides in bytes; rows of A and
 * C are adjacent. */
typedef struct ndi_gemm_many {
    size_t count, rows, columns, depth; /* in elements */
    const char *a, *b;
    char *c;
    ptrdiff_t a_step, b_step, b_column, c_column;
    ptrdiff_t a_next, b_next, c_next; /* from product to product */
} ndi_gemm_many;

enum { NDI_GEMM_SHALLOW = 8 };

/* C = A B of a depth and as many columns as that at most. Strides in bytes. */
typedef struct ndi_gemm_shallow {
    size_t depth, columns;
    const char *left;
    ptrdiff_t left_step, left_next; /* from one step of the depth, or row, to the next */
    const void *factors;            /* B, aligned to 64 bytes */
    char *c;
    ptrdiff_t c_step; /* from column to column */
} ndi_gemm_shallow;

/* Tiles of the product of two matrices. */
typedef struct ndi_gemm_kernels {
    const char *name;

    /* Of a tile of C, which `multiply` holds in registers. Even; rows fill whole 16-byte vectors.
     */
    size_t tile_rows, tile_columns;
    size_t lanes; /* of a vector: tile_rows is one to three of them */
    /* Of the panels that `multiply` is given: fixed for each set, as it decides how sums are
     * rounded. A panel of B then fills half of the level 1 cache or a little more. */
    size_t depth;

    /* tile = A B, += or -= A B (in the first case what C held is not read). A is
     * `depth` columns of tile_rows elements, B is `depth` rows of tile_columns elements, both
     * aligned to 64 bytes; C holds columns of adjacent elements, `column_stride` elements apart.
     * `next_b` is the panel of B that will be wanted next, and is fetched meanwhile. */
    void (*multiply)(size_t depth, const void *a, const void *b, const void *next_b,
                     ndi_gemm_store store, void *c, ptrdiff_t column_stride);

    /* The same, with the same bits, for parts of a tile and operands that are not packed: `rows`,
     * of A and C, by `columns`, of B and C, or of less rows than a vector has, as many as that; and
     * for more rows than a tile has, tile after tile.
     * Strides in elements: from one step of the depth to the next, and of B from column to column;
     * rows of A are adjacent. */
    void (*multiply_strided)(size_t rows, size_t columns, size_t depth, const void *a,
                             ptrdiff_t a_step, const void *b, ptrdiff_t b_step, ptrdiff_t b_column,
                             ndi_gemm_store store, void *c, ptrdiff_t column_stride);

    /* C = A B for each, with the same bits; of complex numbers too. Rows are one vector or more,
     * but no more than a tile's; of complex numbers one vector or two, and columns whole tiles, or
     * one half. False, with nothing done, for other shapes. NULL: none of complex numbers. */
    bool (*multiply_many)(const ndi_gemm_many *products);
    bool (*multiply_many_complex)(const ndi_gemm_many *products);

    /* C = A B with the same bits, for `count` rows; NULL for integers. With multiply_long_rows
     * those of A, and of C, are adjacent, and a column of B fills NDI_GEMM_SHALLOW reals of
     * `factors`. With multiply_short_rows C has its elements one after the other, row by row, and
     * rows of B, no longer than a vector, fill one each. */
    void (*multiply_long_rows)(const ndi_gemm_shallow *product, size_t count);
    void (*multiply_short_rows)(const ndi_gemm_shallow *product, size_t count);
} ndi_gemm_kernels;

/* Rows and columns times a vector. */
typedef struct ndi_gemv_kernels {
    /* totals[r] = the dot product of x and rows[r], each of `count` adjacent reals; or of count / 2
     * complex numbers, those of the rows conjugated or not. */
    void (*dot_rows)(size_t row_count, bool is_complex, bool conjugates, size_t count,
                     const void *const *rows, const void *x, void *totals);

    /* y[i] = or += the sum over the columns of a[i] x, for i < count; unless `z` is NULL, x are
     * complex numbers, whose imaginary parts make z as their real parts make y. Strides in bytes,
     * from column to column. */
    void (*add_columns)(bool adds, size_t count, size_t columns, const void *a, ptrdiff_t a_stride,
                        const void *x, ptrdiff_t x_stride, void *y, void *z);

    /* y[i], and z[i], as add_columns sets them, the sums over all `columns` in registers. False,
     * with nothing done, unless the count is at most seven, if real, or fills a vector of 16 bytes
     * and no more than `narrow_bytes`. */
    bool (*narrow_columns)(size_t count, size_t columns, const void *a, ptrdiff_t a_stride,
                           const void *x, ptrdiff_t x_stride, void *y, void *z);
    size_t narrow_bytes;

    /* totals[r] = the dot product of x and row r of adjacent reals, rows `stride` bytes apart, for
     * many rows. False, with nothing done, if they are longer than four vectors or overlap. NULL
     * for integers. */
    bool (*short_rows)(size_t row_count, size_t count, const void *a, ptrdiff_t stride,
                       const void *x, void *totals);

    /* sums[r * columns + c] = or += the dot product of row r and column c, each of `count` adjacent
     * reals, rows and columns the strides apart, in bytes. As many as a vector holds are read
     * before their ends, and must be there. NULL for integers. */
    void (*few_columns)(size_t rows, size_t columns, size_t count, const void *a,
                        ptrdiff_t a_stride, const void *x, ptrdiff_t x_stride, bool adds,
                        void *sums);

    /* The sum of the squares of adjacent reals. NULL for integers. */
    double (*squares)(size_t count, const void *reals);
} ndi_gemv_kernels;

enum { NDI_GEMM_MAX_TILE_BYTES = 48 * 8 * sizeof(float) }; /* 24 x 8 doubles are as many */

/* `real` is not NDI_REAL_U8 here. */
const ndi_gemm_kernels *ndi_gemm_kernels_for(ndi_isa isa, ndi_gemm_real real);

/* The set for products of so few `rows` of reals: with narrower vectors if they fill those and not
 * the widest, so that nothing is packed, or if fewer lanes stay empty. The bits are the same. */
const ndi_gemm_kernels *ndi_gemm_kernels_for_rows(ndi_isa isa, ndi_gemm_real real, size_t rows);

/* The set with the narrowest vectors that hold so many reals, else the widest one. */
const ndi_gemm_kernels *ndi_gemm_kernels_of_width(ndi_isa isa, ndi_gemm_real real, size_t reals);

/* The rows are not NDI_REAL_I32_IN_64. */
const ndi_gemv_kernels *ndi_gemv_kernels_for(ndi_isa isa, ndi_gemm_real real);

#endif

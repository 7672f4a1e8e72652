/* The inner loops of LU and Cholesky factorizations: one set for each instruction set and dtype,
 * real or complex. */
#ifndef NDSTREAM_LINALG_LU_KERNELS_H
#define NDSTREAM_LINALG_LU_KERNELS_H

#include <ndstream/dtype.h>

#include "base/cpu.h"
#include "linalg/gemm.h"

enum { NDI_LU_FEW = 16 }; /* columns that kernels factorise, rows of triangles that they solve */

/* Parts of LU and Cholesky factorizations. Matrices of LU in Fortran order, of Cholesky in C order,
 * columns or rows `leading` elements apart. */
typedef struct ndi_lu_kernels {
    ndi_gemm_type type;
    size_t item; /* bytes of an element */

    /* Factorises a few columns of `rows` elements; pivots are rows, from 0. Returns the first
     * column without a pivot, or `columns`. */
    int (*columns)(size_t rows, int columns, void *matrix, ptrdiff_t leading, int *pivots);

    /* L x = b in place for `columns` right-hand sides, L the unit lower triangle of at most
     * NDI_LU_FEW rows. */
    void (*solve_lower)(size_t rows, const void *matrix, ptrdiff_t leading, size_t columns,
                        void *sides, ptrdiff_t sides_leading);

    /* A' x = b in place from all factors of A, of n x n; pivots are rows, from 1. */
    void (*solve_transposed)(size_t n, const void *factors, const int *pivots, void *sides);

    /* What makes a solution by the upper triangle one by a lower triangle: the triangle of
     * `factors`, and right-hand sides, with rows in reverse and divided by the diagonal; the sides
     * again in order, column j as column order[j], or j without an order. */
    void (*turn_upper)(size_t n, const void *factors, void *triangle, size_t columns, void *sides);
    void (*turn_back)(size_t n, size_t columns, const int *order, const void *sides, void *matrix);

    /* The lower triangle of at most NDI_LU_FEW rows becomes its factor.
     * Returns the number, from 1, of the first row whose pivot is not positive, or 0. */
    int (*cholesky_block)(size_t n, void *matrix, ptrdiff_t leading);

    /* x L' = b in place for `rows` rows, L such a factor of `width` rows. */
    void (*cholesky_rows)(size_t width, const void *matrix, ptrdiff_t leading, size_t rows,
                          void *sides);
} ndi_lu_kernels;

const ndi_lu_kernels *ndi_lu_kernels_for(ndi_isa isa, nd_dtype dtype);

#endif

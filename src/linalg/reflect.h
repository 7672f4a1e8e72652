/* Reflections: reductions of matrices by them, as xSYTRD and xGEBRD leave them, for matrices that
 * fit a cache (one thread each, no lock), and their products. For real and complex numbers of both
 * precisions. Elements in Fortran order, finite; squares of the largest must stay far from
 * overflow. A' is the adjoint. */
#ifndef NDSTREAM_LINALG_REFLECT_H
#define NDSTREAM_LINALG_REFLECT_H

#include <ndstream/dtype.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/cpu.h"
#include "linalg/gemm.h"

enum { NDI_REFLECT_TOGETHER = 32 }; /* reflections in a block */

/* Lengths of work are in elements; work is aligned to 64 bytes. */
typedef struct ndi_reflect_kernels {
    ndi_gemm_type type;
    bool is_complex;
    size_t item; /* bytes of an element */

    /* The lower triangle of a symmetric matrix becomes tridiagonal: d of n real numbers, e of
     * n - 1, tau of n - 1 elements; n is 1 at least. Below the first diagonal beside the main one
     * the matrix becomes the reflections. */
    size_t (*tridiagonal_length)(size_t n);
    void (*tridiagonalize)(size_t n, void *matrix, void *d, void *e, void *tau, void *work);

    /* A matrix of m rows and 1 <= n <= m columns becomes upper bidiagonal: d of n real numbers, e
     * of n - 1, and tau of the left and the right reflections, of n elements. Of complex matrices
     * the right ones are those of P in A = Q B P.T, not of its conjugate. */
    size_t (*bidiagonal_length)(size_t m, size_t n);
    void (*bidiagonalize)(size_t m, size_t n, void *matrix, void *d, void *e, void *left_tau,
                          void *right_tau, void *work);

    /* A matrix of m rows and a few columns, m and n 1 at least, `leading` elements apart, becomes R
     * and below it the reflections, as xGEQRF leaves it; tau of the smaller of m and n. */
    size_t (*qr_length)(size_t m, size_t n);
    void (*qr)(size_t m, size_t n, void *matrix, size_t leading, void *tau, void *work);

    /* What makes 1 - V T V' of at most NDI_REFLECT_TOGETHER reflections: V whole, as columns
     * without gaps, and its conjugate, which for real ones may be the same place (strides in
     * elements); and T, or T', of V' V. Of conjugated reflections, if they are so. */
    void (*unfold)(size_t rows, size_t count, const void *vectors, ptrdiff_t row_stride,
                   ptrdiff_t column_stride, bool conjugated, void *whole, void *conjugates);
    void (*join)(size_t count, const void *tau, bool conjugated, const void *products, bool adjoint,
                 void *t);
} ndi_reflect_kernels;

const ndi_reflect_kernels *ndi_reflect_kernels_for(ndi_isa isa, nd_dtype dtype);

/* Q = H(0) H(1) ... H(count - 1), H(j) = 1 - tau[j] v v', where v is 0 in the rows before j, 1 in
 * row j, and below as the matrix of vectors has it in column j; or the conjugate of that. Strides
 * in bytes, of whole elements. */
typedef struct ndi_reflections {
    const ndi_reflect_kernels *kernels;
    size_t rows, count;
    const char *vectors;
    ptrdiff_t row_stride, column_stride;
    const void *tau;
    bool conjugated;
} ndi_reflections;

/* C becomes Q C, or Q' C. It has `columns` columns, and strides of any order. `work`, aligned to 64
 * bytes, is of ndi_reflect_work() bytes. Large ones use the pool. False if there is no memory for
 * products. */
bool ndi_reflect(const ndi_reflections *q, bool adjoint, size_t columns, void *c,
                 ptrdiff_t c_row_stride, ptrdiff_t c_column_stride, void *work);

/* C becomes the first columns of Q, no fewer than there are reflections; its rows are adjacent. */
bool ndi_reflect_unit(const ndi_reflections *q, size_t columns, void *c, ptrdiff_t c_column_stride,
                      void *work);

/* xGEQRF of an m x n matrix without gaps, of which `q` becomes the reflections; `tau` is of the
 * smaller of m and n. `work` is of ndi_reflect_qr_work() bytes. */
bool ndi_reflect_qr(const ndi_reflect_kernels *kernels, size_t m, size_t n, void *matrix, void *tau,
                    ndi_reflections *q, void *work);

size_t ndi_reflect_qr_work(const ndi_reflect_kernels *kernels, size_t m, size_t n);

size_t ndi_reflect_work(const ndi_reflect_kernels *kernels, size_t rows, size_t columns);

#endif

/* Reflections: reductions of real matrices by them, as xSYTRD and xGEBRD leave them, for matrices
 * that fit a cache (one thread each, no lock), and their products. Elements in Fortran order,
 * finite; squares of the largest must stay far from overflow. */
#ifndef NDSTREAM_LINALG_REFLECT_H
#define NDSTREAM_LINALG_REFLECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cpu.h"

typedef struct ndi_reflect_kernels {
    /* The lower triangle of a symmetric matrix becomes tridiagonal: d of n elements, e and tau of
     * n - 1; n is 1 at least. `work` is of tridiagonal_reals(n) elements, aligned to 64 bytes. */
    size_t (*tridiagonal_reals)(size_t n);
    void (*tridiagonalize)(size_t n, void *matrix, void *d, void *e, void *tau, void *work);

    /* A matrix of m rows and 1 <= n <= m columns becomes upper bidiagonal: d, and tau of the left
     * and the right reflections, of n elements, e of n - 1. */
    size_t (*bidiagonal_reals)(size_t m, size_t n);
    void (*bidiagonalize)(size_t m, size_t n, void *matrix, void *d, void *e, void *left_tau,
                          void *right_tau, void *work);

    /* A matrix of m rows and a few columns, m and n 1 at least, `leading` elements apart, becomes R
     * and below it the reflections, as xGEQRF leaves it; tau of the smaller of m and n. */
    size_t (*qr_reals)(size_t m, size_t n);
    void (*qr)(size_t m, size_t n, void *matrix, size_t leading, void *tau, void *work);
} ndi_reflect_kernels;

const ndi_reflect_kernels *ndi_reflect_kernels_for(ndi_isa isa, bool is_double);

/* Q = H(0) H(1) ... H(count - 1), H(j) = 1 - tau[j] v v', where v is 0 in the rows before j, 1 in
 * row j, and below as the matrix of vectors has it in column j. Strides in bytes. */
typedef struct ndi_reflections {
    size_t item; /* bytes: of float or double */
    size_t rows, count;
    const char *vectors;
    ptrdiff_t row_stride, column_stride;
    const void *tau;
} ndi_reflections;

/* C becomes Q C, or Q' C. It has `columns` columns, and strides of any order. `work`, aligned to 64
 * bytes, is of ndi_reflect_work() bytes. Large ones use the pool. False if there is no memory for
 * products. */
bool ndi_reflect(const ndi_reflections *q, bool transposed, size_t columns, void *c,
                 ptrdiff_t c_row_stride, ptrdiff_t c_column_stride, void *work);

/* C becomes the first columns of Q, no fewer than there are reflections. */
bool ndi_reflect_unit(const ndi_reflections *q, size_t columns, void *c, ptrdiff_t c_row_stride,
                      ptrdiff_t c_column_stride, void *work);

/* xGEQRF of an m x n matrix without gaps, of which `q` becomes the reflections; `tau` is of the
 * smaller of m and n. `work` is of ndi_reflect_qr_work() bytes. */
bool ndi_reflect_qr(const ndi_reflect_kernels *kernels, size_t item, size_t m, size_t n,
                    void *matrix, void *tau, ndi_reflections *q, void *work);

size_t ndi_reflect_qr_work(const ndi_reflect_kernels *kernels, size_t item, size_t m, size_t n);

size_t ndi_reflect_work(size_t item, size_t rows, size_t columns);

#endif

/* LU factorization with row exchanges, on our own products: P A = L U, L with a unit diagonal.
 *
 * For real and complex numbers of both precisions, of square matrices in Fortran order, factors and
 * pivots as LAPACK's xGETRF leaves them. It takes no lock, as OpenBLAS does, and its bits do not
 * depend on the number of threads. Large ones use the pool. */
#ifndef NDSTREAM_LINALG_LU_H
#define NDSTREAM_LINALG_LU_H

#include <ndstream/dtype.h>

#include <stdbool.h>
#include <stddef.h>

/* `pivots[i]`, counted from 1, is the row that row i was exchanged with. Returns the number, from
 * 1, of the first column without a pivot, 0 if all have one, or -1 if there is no memory for
 * products. */
int ndi_lu(nd_dtype dtype, int n, void *matrix, int *pivots);

/* Solves A.T x = b for one right-hand side, in place, from the factors of A. */
void ndi_lu_solve_transposed(nd_dtype dtype, int n, const void *factors, const int *pivots,
                             void *x);

/* Solves A X = B for `columns` right-hand sides without gaps, in place, from the factors of A,
 * whose magnitudes and pivots are far from overflow and from nothing; the pivots are destroyed.
 * `scratch` has room for the matrix and the sides. False if there is no memory for products. */
bool ndi_lu_solve(nd_dtype dtype, int n, const void *factors, int *pivots, int columns, void *sides,
                  void *scratch);

/* The factors become the inverse. `scratch` has room for two such matrices. False if there is no
 * memory for products. */
bool ndi_lu_inverse(nd_dtype dtype, int n, void *matrix, int *pivots, void *scratch);

#endif

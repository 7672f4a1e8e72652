/* Eigenvalues and eigenvectors of a symmetric tridiagonal matrix, on all threads. */
#ifndef NDSTREAM_LINALG_TRIDIAGONAL_H
#define NDSTREAM_LINALG_TRIDIAGONAL_H

#include <stddef.h>

/* Of the n x n matrix with the diagonal `d` and `e` beside it (n - 1 numbers), all finite: its
 * eigenvalues, ascending, into `d`, and their vectors into the columns of `z`, n x n. `e` is
 * destroyed. `work` has ndi_tridiagonal_work(n) bytes. Uses the thread pool; the bits do not depend
 * on the number of threads. Returns LAPACK's info, or NDI_NO_MEMORY (stack.h). */
int ndi_tridiagonal(int n, double *d, double *e, double *z, void *work);
size_t ndi_tridiagonal_work(int n);

#endif

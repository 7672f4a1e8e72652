/* Cholesky's factor L of A = L L', on our own products.
 *
 * For real and complex numbers of both precisions, of Hermitian matrices in C order, whose lower
 * triangle alone is read and written. It takes no lock, as OpenBLAS does, and its bits do not
 * depend on the number of threads. Large ones use the pool. */
#ifndef NDSTREAM_LINALG_CHOLESKY_H
#define NDSTREAM_LINALG_CHOLESKY_H

#include <ndstream/dtype.h>

/* `scratch` has room for a complex matrix alike. Returns the number, from 1, of the first row whose
 * pivot is not positive, 0 if all are, or -1 if there is no memory for products. */
int ndi_cholesky(nd_dtype dtype, int n, void *matrix, void *scratch);

#endif

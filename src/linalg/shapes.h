/* What operations of linear algebra share about shapes and dtypes. */
#ifndef NDSTREAM_LINALG_SHAPES_H
#define NDSTREAM_LINALG_SHAPES_H

#include "array/array.h"

/* Keeps ND_ERROR_SHAPE: "solve: shapes (2, 3) and (4) do not fit: <why>". Returns NULL. */
void *ndi_shapes_do_not_fit(const char *operation, const nd_array *a, const nd_array *b,
                            const char *why);

/* The sums over the last axis of conj(a) * b as dot products of what has its elements; `*fits` is
 * false, with NULL and no error, for what is not like that, or better done as any product and sum.
 */
nd_array *ndi_dots(const nd_array *a, const nd_array *b, bool *fits);

/* A stack of inverses in which those of singular matrices are NaN. */
nd_array *ndi_inverse_or_nan(const nd_array *a);

/* The sum over axes in the array's own dtype: integers wrap, bool is "or". May be pending. */
nd_array *ndi_sum_in_dtype(const nd_array *array, nd_axes axes);

#endif

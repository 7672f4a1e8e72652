/* Matrix products. */
#ifndef NDSTREAM_LINALG_H
#define NDSTREAM_LINALG_H

#include <ndstream/array.h>

ND_BEGIN_C

/* Matrix product as NumPy's `@`: the last two axes are multiplied, those before them broadcast; a
 * 1-d argument is a row on the left and a column on the right, and its axis is dropped. Computed at
 * once, through BLAS for float and complex dtypes (transposed and strided operands are not copied),
 * else by a blocked kernel; integers wrap. float16 and bfloat16 accumulate in float32. bool gives
 * "any of and".
 * Errors: ND_ERROR_SHAPE (inner lengths differ, 0-d argument), ND_ERROR_MEMORY. */
ND_API nd_array *nd_matmul(const nd_array *a, const nd_array *b);

/* The same into `out`, which must have the product's shape and dtype and not overlap the arguments.
 * Returns `out` (no new reference). */
ND_API nd_array *nd_matmul_into(nd_array *out, const nd_array *a, const nd_array *b);

/* NumPy's `dot`: for 1-d arguments the sum of products, for 2-d nd_matmul, for 0-d the product; for
 * higher ranks the sum over the last axis of `a` and the second-to-last of `b`. */
ND_API nd_array *nd_dot(const nd_array *a, const nd_array *b);

ND_END_C

#endif

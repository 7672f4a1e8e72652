/* What the methods of operations (ufunc.reduce, accumulate, reduceat) have in common. */
#ifndef NDSTREAM_ENGINE_METHODS_H
#define NDSTREAM_ENGINE_METHODS_H

#include "kernels/kernel.h"
#include "ops/resolve.h"

/* The row of the table that reduces by an operation, and its leaves. */
typedef struct ndi_method {
    nd_op op, row, scan;
    ndi_reduction kind;
} ndi_method;

/* NULL: no row does. */
const ndi_method *ndi_method_of(nd_op op);

/* Settles the dtype that results and elements have in common; false with the error kept. */
bool ndi_settle_method(const char *method, nd_op op, nd_dtype dtype, ndi_resolution *resolution);

/* The array itself where it has that dtype; NULL stays NULL. */
static inline nd_array *ndi_in_dtype(const nd_array *array, nd_dtype dtype)
{
    return !array || nd_dtype_of(array) == dtype ? (nd_array *)array : nd_cast(array, dtype);
}

/* *carry op in[0] op ... from the left, elements of the dtype that is computed in: each is written
 * to `out`, and the last is the carry. */
void ndi_serial(nd_op op, nd_dtype dtype, size_t n, char *out, ptrdiff_t out_stride, const char *in,
                ptrdiff_t in_stride, void *carry);

#endif

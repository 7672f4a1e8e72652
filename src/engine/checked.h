/* Checked integers: operations of a thread that asked for them by nd_set_overflow(). */
#ifndef NDSTREAM_ENGINE_CHECKED_H
#define NDSTREAM_ENGINE_CHECKED_H

#include "array/thread.h"
#include "ops/resolve.h"

/* True if results of this thread in that dtype are to be checked. */
static inline bool ndi_checks(nd_dtype dtype)
{
    return __builtin_expect(ndi_this_thread.overflow != ND_OVERFLOW_WRAP, 0) &&
           (nd_dtype_kind(dtype) == ND_KIND_SIGNED || nd_dtype_kind(dtype) == ND_KIND_UNSIGNED);
}

/* True if the operation can leave the range of its integers. */
bool ndi_may_overflow(nd_op op);

/* The operation on integers, computed at once. */
nd_array *ndi_checked_elementwise(nd_op op, int count, const nd_operand *arguments, nd_array *out);
nd_array *ndi_checked_cast(const nd_array *array, nd_dtype dtype);
nd_array *ndi_checked_reduce(nd_op op, const nd_array *array, nd_axes axes,
                             const nd_reduce_options *options);
nd_array *ndi_checked_scan(nd_op op, const nd_array *array, int axis, nd_dtype dtype);

#endif

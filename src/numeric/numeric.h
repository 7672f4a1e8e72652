/* What the functions made of operations share. */
#ifndef NDSTREAM_NUMERIC_NUMERIC_H
#define NDSTREAM_NUMERIC_NUMERIC_H

#include <ndstream/numeric.h>
#include <ndstream/ops.h>

#include "array/array.h"
#include "array/dtype.h"
#include "base/error.h"

/* The value of an expression that makes arrays on the way, which go; in the scope of the caller. */
#define SCOPED(expression)                                                                         \
    __extension__({                                                                                \
        nd_array *scoped_ = NULL;                                                                  \
        ND_SCOPE {                                                                                 \
            scoped_ = nd_keep(expression);                                                         \
        }                                                                                          \
        scoped_ ? ndi_register(scoped_) : NULL;                                                    \
    })

static inline bool ndi_is_complex(const nd_array *x)
{
    return nd_dtype_kind(nd_dtype_of(x)) == ND_KIND_COMPLEX;
}

/* Floats and complex as they are, integers and bools as float64. */
static inline nd_array *ndi_inexact(const nd_array *x)
{
    return !x || nd_dtype_kind(nd_dtype_of(x)) >= ND_KIND_FLOAT ? (nd_array *)x
                                                                : nd_cast(x, ND_FLOAT64);
}

/* x[..., start:stop, ...] along the axis, which is not negative. */
nd_array *ndi_part(const nd_array *x, int axis, int64_t start, int64_t stop);

/* A 1-d array of n elements as an array of that rank whose elements lie along the axis. */
nd_array *ndi_along(const nd_array *x, int rank, int axis);

#endif

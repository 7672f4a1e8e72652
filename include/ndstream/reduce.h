/* Options of reductions. The reductions themselves (nd_sum, nd_mean, ...) are in ops.h.
 *
 * The axes of a result lie in memory as those of the array do: reducing an array in Fortran order
 * gives one in Fortran order. Positions (argmin, argmax) come in C order. */
#ifndef NDSTREAM_REDUCE_H
#define NDSTREAM_REDUCE_H

#include <ndstream/operand.h>

/* Zero-initialised means the defaults: (nd_reduce_options){.keepdims = true}. */
typedef struct nd_reduce_options {
    bool keepdims;    /* reduced axes stay, with length 1 */
    bool has_dtype;   /* compute and return in `dtype` */
    bool has_initial; /* start from `initial`: sum (else from 0.0), prod, min, max */
    nd_dtype dtype;
    double initial;
    const nd_array *where; /* bool, broadcast to the array: only these elements count; NULL: all */
    double ddof;           /* var, std: divide by n - ddof */
} nd_reduce_options;

#endif

/* Functions of lanes that are near enough for their short formulas, and which lanes are: for links
 * and loops, which leave the others to the kernels. Included by templates where VECTOR_BYTES is 64.
 */
#ifndef NDSTREAM_KERNELS_NEAR_LANES_H
#define NDSTREAM_KERNELS_NEAR_LANES_H

#define NEAR_OR_FAR(NAME, TYPE, VECTOR, S, ARE_NEAR, NEAR, FAR)                                    \
    ALWAYS_INLINE __mmask16 near_lanes_##NAME##_##TYPE(VECTOR x)                                   \
    {                                                                                              \
        return ARE_NEAR;                                                                           \
    }                                                                                              \
    ALWAYS_INLINE VECTOR near_##NAME##_##TYPE(VECTOR x)                                            \
    {                                                                                              \
        return NEAR;                                                                               \
    }
#include "kernels/sincos.h"

#include "kernels/exponential.h"

#endif

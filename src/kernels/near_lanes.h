/* Functions of lanes that are near enough for their short formulas, and which lanes are: for links
 * and loops, which leave the others to the kernels. Included by templates where VECTOR_BYTES is 64.
 */
#ifndef NDSTREAM_KERNELS_NEAR_LANES_H
#define NDSTREAM_KERNELS_NEAR_LANES_H

#define NEAR_LANES_OF(NAME, TYPE, VECTOR, S, ARE_NEAR, NEAR)                                       \
    ALWAYS_INLINE __mmask16 near_lanes_##NAME##_##TYPE(VECTOR x)                                   \
    {                                                                                              \
        return ARE_NEAR;                                                                           \
    }                                                                                              \
    ALWAYS_INLINE VECTOR near_##NAME##_##TYPE(VECTOR x)                                            \
    {                                                                                              \
        return NEAR;                                                                               \
    }
#define NEAR_OR_FAR(NAME, TYPE, VECTOR, S, ARE_NEAR, NEAR, FAR)                                    \
    enum { vanishes_##NAME##_##TYPE = 0 };                                                         \
    NEAR_LANES_OF(NAME, TYPE, VECTOR, S, ARE_NEAR, NEAR)                                           \
    NEAR_LANES_OF(vanishing_##NAME, TYPE, VECTOR, S, ARE_NEAR, NEAR)
/* Small arguments have the result 0: with them as vanishing_NAME, which takes longer, and of a
 * result that is near as or_zero_NAME. */
#define NEAR_ZERO_OR_FAR(NAME, TYPE, VECTOR, S, LIMIT, LEAST, NEAR, FAR)                           \
    enum { vanishes_##NAME##_##TYPE = 1 };                                                         \
    ALWAYS_INLINE VECTOR or_zero_##NAME##_##TYPE(VECTOR x, VECTOR y)                               \
    {                                                                                              \
        return LANES_OR_ZERO(S, x, LEAST, y);                                                      \
    }                                                                                              \
    NEAR_LANES_OF(NAME, TYPE, VECTOR, S, LANES_BELOW(S, x, LIMIT), NEAR)                           \
    NEAR_LANES_OF(vanishing_##NAME, TYPE, VECTOR, S, LANES_NEAR_OR_SMALL(S, x, LIMIT, LEAST),      \
                  or_zero_##NAME##_##TYPE(x, NEAR))
#include "kernels/sincos.h"

#include "kernels/exponential.h"

#endif

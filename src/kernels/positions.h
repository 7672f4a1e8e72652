/* Where the smallest or largest of a short row is. */
#ifndef NDSTREAM_KERNELS_POSITIONS_H
#define NDSTREAM_KERNELS_POSITIONS_H

#include "kernels/loops.h"

enum { SHORT_ROW = 3072 }; /* bytes; longer rows are faster in two passes */

/* Not 0 if one of n elements is the best. */
#define FOUND_AMONG(TYPE, FOUND, x, n, best)                                                       \
    __extension__({                                                                                \
        FOUND found_ = 0;                                                                          \
        for (size_t l_ = 0; l_ < (n); l_++)                                                        \
            found_ |= (x)[l_] == (best) ? (FOUND)-1 : 0;                                           \
        found_;                                                                                    \
    })

/* A short contiguous row in one pass: each lane keeps its best, and the block where that was. False
 * if there is a NaN. */
#define POSITION_SHORT(NAME, D, TYPE, FOUND, IS_NAN, BETTER)                                       \
    ALWAYS_INLINE bool NAME##_##D##_short(const TYPE *x, size_t count, TYPE *best, size_t *where)  \
    {                                                                                              \
        enum { IN_ONE = 64 / sizeof(TYPE) };                                                       \
        typedef TYPE values __attribute__((vector_size(64)));                                      \
        typedef FOUND places __attribute__((vector_size(64)));                                     \
        values most;                                                                               \
        places at = {0};                                                                           \
        memcpy(&most, x, sizeof most);                                                             \
        places odd = at | (places)(IS_NAN(most));                                                  \
        const size_t blocks = count / IN_ONE;                                                      \
        for (size_t b = 1; b < blocks; b++) {                                                      \
            values here;                                                                           \
            memcpy(&here, x + b * IN_ONE, sizeof here);                                            \
            const places better = (places)(BETTER(here, most));                                    \
            odd |= (places)(IS_NAN(here));                                                         \
            at = (better & (FOUND)b) | (~better & at);                                             \
            most = (values)((better & (places)here) | (~better & (places)most));                   \
        }                                                                                          \
        TYPE lanes[IN_ONE], first; /* no branches, which would go either way */                    \
        FOUND blocks_of[IN_ONE], worse[IN_ONE], odds[IN_ONE], any = 0;                             \
        memcpy(lanes, &most, sizeof lanes);                                                        \
        first = lanes[0];                                                                          \
        for (size_t l = 1; l < IN_ONE; l++)                                                        \
            first = BETTER(lanes[l], first) ? lanes[l] : first;                                    \
        const places apart = (places)(most != first);                                              \
        memcpy(blocks_of, &at, sizeof at);                                                         \
        memcpy(worse, &apart, sizeof apart);                                                       \
        memcpy(odds, &odd, sizeof odd);                                                            \
        size_t place = (size_t)-1;                                                                 \
        for (size_t l = 0; l < IN_ONE; l++) {                                                      \
            const size_t here =                                                                    \
                ((size_t)blocks_of[l] * IN_ONE + l) | (0 - (size_t)(worse[l] != 0));               \
            place = here < place ? here : place;                                                   \
            any |= odds[l];                                                                        \
        }                                                                                          \
        for (size_t i = blocks * IN_ONE; i < count; i++) {                                         \
            any |= IS_NAN(x[i]) ? (FOUND)-1 : 0;                                                   \
            place = BETTER(x[i], first) ? i : place;                                               \
            first = BETTER(x[i], first) ? x[i] : first;                                            \
        }                                                                                          \
        *best = first;                                                                             \
        *where = place;                                                                            \
        return !any;                                                                               \
    }
/* Of complex numbers there is no order of vectors. */
#define POSITION_NEVER_SHORT(NAME, D, TYPE)                                                        \
    ALWAYS_INLINE bool NAME##_##D##_short(const TYPE *x, size_t count, TYPE *best, size_t *where)  \
    {                                                                                              \
        (void)x, (void)count, (void)best, (void)where;                                             \
        return false;                                                                              \
    }

#define POSITIONS_SHORT(D, TYPE, FOUND, IS_NAN)                                                    \
    POSITION_SHORT(argmin, D, TYPE, FOUND, IS_NAN, BELOW)                                          \
    POSITION_SHORT(argmax, D, TYPE, FOUND, IS_NAN, ABOVE)

#endif

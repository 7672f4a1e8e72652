/* Where the smallest or largest of a short row is. */
#ifndef NDSTREAM_KERNELS_POSITIONS_H
#define NDSTREAM_KERNELS_POSITIONS_H

#include "kernels/loops.h"
#include "kernels/vector.h"

enum { SHORT_ROW = 3072 }; /* bytes; longer rows are faster in two passes */

/* Not 0 if one of n elements is the best. */
#define FOUND_AMONG(TYPE, FOUND, x, n, best)                                                       \
    __extension__({                                                                                \
        FOUND found_ = 0;                                                                          \
        for (size_t l_ = 0; l_ < (n); l_++)                                                        \
            found_ |= (x)[l_] == (best) ? (FOUND)-1 : 0;                                           \
        found_;                                                                                    \
    })

/* A short contiguous row, of a vector at least, in one pass: each lane keeps its best, and the
 * block where that was, of either half of the row, so that comparisons need not wait for each
 * other. The last block ends with the row, so it may begin in the one before. False if there is a
 * NaN, or infinities of both signs. */
#define POSITION_STEP(BETTER, block, most, at, sum)                                                \
    memcpy(&here, x + ((block)*IN_ONE < last ? (block)*IN_ONE : last), sizeof here);               \
    better = (places)(BETTER(here, most));                                                         \
    sum += here;                                                                                   \
    at = (better & (FOUND_)(block)) | (~better & at);                                              \
    most = (values)((better & (places)here) | (~better & (places)most));
#define POSITION_SHORT(NAME, D, TYPE, FOUND, IS_NAN, BETTER)                                       \
    ALWAYS_INLINE bool NAME##_##D##_short(const TYPE *x, size_t count, TYPE *best, size_t *where)  \
    {                                                                                              \
        enum { IN_ONE = VECTOR_BYTES / sizeof(TYPE) };                                             \
        typedef FOUND FOUND_;                                                                      \
        typedef TYPE values __attribute__((vector_size(VECTOR_BYTES)));                            \
        typedef FOUND places __attribute__((vector_size(VECTOR_BYTES)));                           \
        const FOUND nowhere = (FOUND)(UINT64_MAX >> (65 - 8 * sizeof(FOUND)));                     \
        const size_t blocks = (count + IN_ONE - 1) / IN_ONE, last = count - IN_ONE,                \
                     half_way = (blocks + 1) / 2, second = blocks - half_way;                      \
        values here, most, later, sum, sum_later; /* sums with a NaN are NaN */                    \
        places at = {0}, at_later = at + (FOUND)second, better, lane;                              \
        memcpy(&most, x, sizeof most);                                                             \
        memcpy(&later, x + (second * IN_ONE < last ? second * IN_ONE : last), sizeof later);       \
        sum = most;                                                                                \
        sum_later = later;                                                                         \
        for (size_t b = 1; b < half_way; b++) {                                                    \
            POSITION_STEP(BETTER, b, most, at, sum)                                                \
            POSITION_STEP(BETTER, second + b, later, at_later, sum_later)                          \
        }                                                                                          \
        better = (places)(BETTER(later, most));                                                    \
        at = (better & at_later) | (~better & at);                                                 \
        most = (values)((better & (places)later) | (~better & (places)most));                      \
        const places odd = (places)(IS_NAN(sum)) | (places)(IS_NAN(sum_later));                    \
        TYPE lanes[IN_ONE];                                                                        \
        FOUND place[IN_ONE], odds[IN_ONE], first = nowhere, any = 0;                               \
        memcpy(lanes, &most, sizeof lanes);                                                        \
        for (size_t half = IN_ONE / 2; half; half /= 2) /* no branches, which go either way */     \
            for (size_t l = 0; l < half; l++)                                                      \
                lanes[l] = BETTER(lanes[l + half], lanes[l]) ? lanes[l + half] : lanes[l];         \
        for (size_t l = 0; l < IN_ONE; l++)                                                        \
            lane[l] = (FOUND)l;                                                                    \
        const places ends = (places)(at == (FOUND)(blocks - 1));                                   \
        at = at * IN_ONE + lane - (ends & (FOUND)(blocks * IN_ONE - count));                       \
        at = (at | (places)(most != lanes[0])) & nowhere;                                          \
        memcpy(place, &at, sizeof at);                                                             \
        memcpy(odds, &odd, sizeof odd);                                                            \
        for (size_t l = 0; l < IN_ONE; l++) {                                                      \
            first = place[l] < first ? place[l] : first;                                           \
            any |= odds[l];                                                                        \
        }                                                                                          \
        *best = lanes[0];                                                                          \
        *where = (size_t)first;                                                                    \
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

/* Binary search of many values at once; compiled once for each ISA.
 *
 * A search waits for memory at each of its steps, so several take their steps together: their loads
 * are on the way at the same time, and no branch depends on what they find. */
#include <stdbool.h>
#include <string.h>

#include "kernels/types.h"
#include "sort/kernels.h"

enum { TOGETHER = 16 };

#define STEPS(TYPE, BEFORE, together)                                                              \
    {                                                                                              \
        const TYPE *x = in + i;                                                                    \
        size_t base[TOGETHER] = {0}, length = count;                                               \
        while (length > 1) {                                                                       \
            const size_t half = length / 2;                                                        \
            for (size_t j = 0; j < together; j++)                                                  \
                base[j] += a[base[j] + half - 1] BEFORE x[j] ? half : 0;                           \
            length -= half;                                                                        \
        }                                                                                          \
        for (size_t j = 0; j < together; j++)                                                      \
            places[i + j] = (int64_t)(base[j] + (a[base[j]] BEFORE x[j]));                         \
    }

#define ALL_STEPS(TYPE, BEFORE)                                                                    \
    {                                                                                              \
        size_t i = 0;                                                                              \
        for (; i + TOGETHER <= n; i += TOGETHER)                                                   \
            STEPS(TYPE, BEFORE, TOGETHER)                                                          \
        if (i < n)                                                                                 \
            STEPS(TYPE, BEFORE, n - i)                                                             \
    }

/* NaN stands above all: comparisons with it are false, which is right for a sorted NaN and wrong
 * for a wanted one. */
#define SEARCH(D, TYPE, ...)                                                                       \
    static void search_##D(size_t n, const void *values, const void *sorted, size_t count,         \
                           bool right, int64_t *places)                                            \
    {                                                                                              \
        const TYPE *in = values, *a = sorted;                                                      \
        if (count == 0) {                                                                          \
            memset(places, 0, n * sizeof *places);                                                 \
            return;                                                                                \
        }                                                                                          \
        if (right)                                                                                 \
            ALL_STEPS(TYPE, <=)                                                                    \
        else                                                                                       \
            ALL_STEPS(TYPE, <)                                                                     \
        if ((TYPE)0.5 == 0)                                                                        \
            return;                                                                                \
        size_t numbers = count; /* that are not NaN */                                             \
        while (numbers > 0 && a[numbers - 1] != a[numbers - 1] && !right)                          \
            numbers--;                                                                             \
        for (size_t i = 0; i < n; i++)                                                             \
            places[i] = in[i] != in[i] ? (int64_t)numbers : places[i];                             \
    }
ON_BOOL(SEARCH, )
ON_INTS(SEARCH, )
ON_FLOATS(SEARCH, )

#define SEARCH_SLOT(D, TYPE, ...) kernels->search[ND_##D] = search_##D;

void NDI_ISA_NAME(ndi_sort_fill_search)(ndi_sort_kernels *kernels)
{
    ON_BOOL(SEARCH_SLOT, )
    ON_INTS(SEARCH_SLOT, )
    ON_FLOATS(SEARCH_SLOT, )
}

/* The bins of elements; compiled once for each ISA. */
#include <stdbool.h>
#include <string.h>

#include "kernels/types.h"
#include "sort/kernels.h"

static void whole_bins(size_t n, const int64_t *x, int32_t bins, int32_t *bin)
{
    for (size_t i = 0; i < n; i++)
        bin[i] = (uint64_t)x[i] < (uint64_t)bins ? (int32_t)x[i] : bins;
}

/* A bin is first worked out, which is wrong by one at most and only close to an edge; there the
 * edges themselves decide. */
static void even_bins(size_t n, const double *x, const ndi_even_bins *even, int32_t *bin)
{
    const double first = even->first, last = even->last, scale = even->scale;
    const double near = even->near, far = 1 - even->near;
    const int32_t bins = even->bins;
    int close = 0;
    for (size_t i = 0; i < n; i++) {
        const int inside = (x[i] >= first) & (x[i] <= last);
        const double at = inside ? (x[i] - first) * scale : 0.5;
        const int32_t whole = (int32_t)at, below = whole < bins ? whole : bins - 1;
        const double rest = at - (double)whole;
        close |= (rest < near) | (rest > far);
        bin[i] = inside ? below : bins;
    }
    for (size_t i = 0; close && i < n; i++)
        if (bin[i] < bins) {
            const int32_t b = bin[i];
            bin[i] = b > 0 && x[i] < even->edges[b]               ? b - 1
                     : b < bins - 1 && x[i] >= even->edges[b + 1] ? b + 1
                                                                  : b;
        }
}

void NDI_ISA_NAME(ndi_sort_fill_bins)(ndi_sort_kernels *kernels)
{
    kernels->whole_bins = whole_bins;
    kernels->even_bins = even_bins;
}

/* Sorting of 64-bit and 32-bit integers, and of doubles, in place; compiled once for each ISA.
 * Everything that is sorted is made one of these first (keys_tmpl.c). */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "sort/kernels.h"
#include "sort/lanes.h"

#define KIND 64
#define TYPE int64_t
#define LEAST INT64_MIN
#define LARGEST INT64_MAX
#define BELOW(x) ((x)-1)
#include "sort/quicksort_tmpl.h"

#define KIND 32
#define TYPE int32_t
#define LEAST INT32_MIN
#define LARGEST INT32_MAX
#define BELOW(x) ((x)-1)
#include "sort/quicksort_tmpl.h"

#define KIND F64
#define TYPE double
#define LEAST (-INFINITY)
#define LARGEST INFINITY
#define BELOW(x) nextafter(x, -INFINITY)
#include "sort/quicksort_tmpl.h"

#define SORTER(KIND)                                                                               \
    (ndi_sorter)                                                                                   \
    {                                                                                              \
        quicksort_##KIND, sort_lines_##KIND, part_once_##KIND                                      \
    }

void NDI_ISA_NAME(ndi_sort_fill_quicksort)(ndi_sort_kernels *kernels)
{
#if HAS_LANES
    fill_lane_orders();
#endif
    kernels->sorters[NDI_KEYS_32] = SORTER(32);
    kernels->sorters[NDI_KEYS_64] = SORTER(64);
    kernels->sorters[NDI_KEYS_F64] = SORTER(F64);
}

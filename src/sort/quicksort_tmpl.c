/* Sorting of 64-bit and 32-bit integers in place; compiled once for each ISA. Everything that is
 * sorted is made such integers first (keys.h). */
#include <stdbool.h>
#include <string.h>

#include "sort/kernels.h"
#include "sort/lanes.h"

#define BITS 64
#include "sort/quicksort_tmpl.h"
#define BITS 32
#include "sort/quicksort_tmpl.h"

void NDI_ISA_NAME(ndi_sort_fill_quicksort)(ndi_sort_kernels *kernels)
{
#if HAS_LANES
    fill_lane_orders();
#endif
    kernels->sort_32 = quicksort_32;
    kernels->sort_64 = quicksort_64;
    kernels->sort_lines_32 = sort_lines_32;
    kernels->sort_lines_64 = sort_lines_64;
    kernels->part_32 = part_once_32;
    kernels->part_64 = part_once_64;
}

/* Binary search, for the files that need it on plain memory. */
#ifndef NDSTREAM_SORT_SEARCH_H
#define NDSTREAM_SORT_SEARCH_H

#include "sort/kernels.h"

/* places[i] becomes the number of the `count` sorted elements that are less than values[i], or, if
 * `right`, not greater, on all threads. NaN is above all. No half floats. */
void ndi_search(nd_dtype dtype, size_t n, const void *values, size_t count, const void *sorted,
                bool right, int64_t *places);

#endif

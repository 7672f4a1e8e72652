/* The edges of a histogram's bins. */
#ifndef NDSTREAM_SORT_EDGES_H
#define NDSTREAM_SORT_EDGES_H

#include <ndstream/sort.h>

/* The edges that `options` ask for, of a 1-d array with elements; registered, and nobody else's.
 * *even: they are evenly spaced. `joint`: for a histogram of several variables, where the edges
 * over a range that is given are float64. NULL with the error kept. */
nd_array *ndi_bin_edges(const char *operation, const nd_array *elements,
                        const nd_histogram_options *options, bool joint, bool *even);

#endif

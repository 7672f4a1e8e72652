/* Counting which elements fall into which bin: what bincount and histograms are made of. */
#ifndef NDSTREAM_SORT_TALLY_H
#define NDSTREAM_SORT_TALLY_H

#include "array/array.h"

enum { NDI_TALLY_PIECE = 1024 }; /* elements whose bins are found at a time, at most */

/* Writes the bins of the elements begin..begin + n - 1; `bins` for those that are in none. Runs on
 * any thread. */
typedef void ndi_bins_of(void *context, size_t begin, size_t n, int32_t *bin);

/* Counts the elements begin..end - 1 in a table of bins + 1; element i in the i % 4th of four
 * tables that are `apart` entries from each other (0: one table). */
typedef void ndi_count_into(void *context, size_t begin, size_t end, uint32_t *table, size_t apart);

/* Elements and how their bins are found. */
typedef struct ndi_tally {
    size_t n, bins; /* bins: fewer than 2**31 */
    ndi_bins_of *bins_of;
    void *context;
    ndi_count_into *count_into; /* what counts them without finding bins first; NULL: nothing */
} ndi_tally;

/* How many elements fall into each bin; *outside: into none. False with ND_ERROR_MEMORY kept. */
bool ndi_count(const ndi_tally *tally, int64_t *counts, int64_t *outside);

/* The sums of their weights, added in an order that the number of threads does not change. False
 * with ND_ERROR_MEMORY kept. */
bool ndi_sum_weights(const ndi_tally *tally, const double *weights, double *sums);

#endif

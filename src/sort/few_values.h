/* Keys of few values, for the order of keys: a look at some tells whether they are. */
#ifndef NDSTREAM_SORT_FEW_VALUES_H
#define NDSTREAM_SORT_FEW_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* *ranks becomes the rank of each of n keys among their *count values, to be freed as n bytes;
 * NULL if there are more values than a few. False with ND_ERROR_MEMORY kept. */
bool ndi_rank_few_values(const int64_t *keys, size_t n, bool thread, uint8_t **ranks,
                         size_t *count);

#endif

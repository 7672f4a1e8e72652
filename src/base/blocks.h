/* Where memory comes from and goes to: malloc for small sizes, and blocks, whose sizes are rounded
 * so that one serves again where a little less is asked for. Nothing here is counted or kept. */
#ifndef NDSTREAM_BASE_BLOCKS_H
#define NDSTREAM_BASE_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>

enum { NDI_SMALLEST_DOUBLING = 10, NDI_BLOCK_BYTES = 1 << NDI_SMALLEST_DOUBLING };

/* Memory of less than NDI_BLOCK_BYTES, aligned to 64 bytes; NULL when there is none. */
void *ndi_small_allocate(size_t bytes);
void ndi_small_free(void *memory);

/* The logarithm of 2 to the base of 2, rounded down. */
static inline int ndi_doubling_of(size_t bytes)
{
    return 63 - __builtin_clzll((unsigned long long)bytes);
}

/* The size of the block that serves a request: one of eight steps in each doubling. */
static inline size_t ndi_block_size(size_t bytes)
{
    const size_t step = (size_t)1 << (ndi_doubling_of(bytes) - 3);
    return (bytes + step - 1) & ~(step - 1);
}

/* A block of that size; `*clean` when it is known to be zero. NULL when the system refuses. */
void *ndi_block_make(size_t size, bool *clean);
void ndi_block_release(void *block, size_t size);

#endif

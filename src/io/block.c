/* Memory for libraries that free without saying how much: the size stands before the block. */
#include "io/block.h"

#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum { BLOCK_HEADER = 64 }; /* keeps the alignment of ndi_allocate() */

void *ndi_block_new(size_t bytes)
{
    if (bytes > SIZE_MAX - BLOCK_HEADER)
        return ndi_fail(ND_ERROR_MEMORY, "out of memory: %zu bytes", bytes);
    const size_t all = bytes + BLOCK_HEADER;
    char *memory = ndi_allocate(all);
    if (!memory)
        return NULL;
    memcpy(memory, &all, sizeof all);
    return memory + BLOCK_HEADER;
}

void ndi_block_free(void *block)
{
    if (!block)
        return;
    size_t all;
    char *memory = (char *)block - BLOCK_HEADER;
    memcpy(&all, memory, sizeof all);
    ndi_free(memory, all);
}

void *ndi_block_zalloc(void *context, unsigned count, unsigned bytes)
{
    (void)context;
    return ndi_block_new((size_t)count * bytes);
}

void ndi_block_zfree(void *context, void *block)
{
    (void)context;
    ndi_block_free(block);
}

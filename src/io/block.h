/* Memory for libraries that free without saying how much. */
#ifndef NDSTREAM_IO_BLOCK_H
#define NDSTREAM_IO_BLOCK_H

#include <stddef.h>

/* NULL with ND_ERROR_MEMORY kept. */
void *ndi_block_new(size_t bytes);
void ndi_block_free(void *block); /* NULL is allowed */

/* The same as zlib calls them. */
void *ndi_block_zalloc(void *context, unsigned count, unsigned bytes);
void ndi_block_zfree(void *context, void *block);

#endif

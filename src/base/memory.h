/* The one hook that every allocation goes through: budget, caching of large blocks, huge pages. */
#ifndef NDSTREAM_BASE_MEMORY_H
#define NDSTREAM_BASE_MEMORY_H

#include <ndstream/base.h>

enum { NDI_CACHE_LINE = 64 }; /* bytes that caches and memory move at once */

/* Memory aligned to 64 bytes, not initialised; NULL with ND_ERROR_MEMORY kept. 0 bytes give a
 * valid pointer. */
void *ndi_allocate(size_t bytes);

/* The same, all zero. Fresh pages from the system are not touched again. */
void *ndi_allocate_zeroed(size_t bytes);

/* Returns memory of ndi_allocate(bytes); NULL is allowed. */
void ndi_free(void *memory, size_t bytes);

/* Has nd_memory_trim() call `function` first, on the thread that trims: for a layer above that
 * keeps freed objects for reuse. Four functions at most. */
void ndi_at_trim(void (*function)(void));

/* Has nd_memory() count as kept, not as used, the bytes that `function` tells of: what a layer
 * above has allocated for the calling thread and not given out. */
void ndi_at_memory(size_t (*function)(void));

/* Whether nd_set_allocator() has set one. */
bool ndi_allocator_is_given(void);

#endif

/* Memory for many small things that are freed together. */
#ifndef NDSTREAM_LANG_ARENA_H
#define NDSTREAM_LANG_ARENA_H

#include <stddef.h>

/* Zero-initialised it is empty. */
typedef struct ndi_arena {
    struct ndi_arena_block *blocks;
} ndi_arena;

/* Memory of zeros, aligned for any type; NULL with ND_ERROR_MEMORY kept. */
void *ndi_arena_new(ndi_arena *arena, size_t bytes);

/* A copy of `length` bytes, ended by a 0. */
char *ndi_arena_text(ndi_arena *arena, const char *text, size_t length);

/* Frees all. */
void ndi_arena_free(ndi_arena *arena);

#endif

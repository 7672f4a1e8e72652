/* Blocks that things are cut from, one after the other. */
#include "lang/arena.h"

#include <string.h>

#include "base/memory.h"

enum { BLOCK_BYTES = 4096, ALIGNMENT = 16 };

struct ndi_arena_block {
    struct ndi_arena_block *next;
    size_t bytes, used;
    _Alignas(ALIGNMENT) char memory[];
};

void *ndi_arena_new(ndi_arena *arena, size_t bytes)
{
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct ndi_arena_block *block = arena->blocks;
    if (!block || block->bytes - block->used < bytes) {
        const size_t whole =
            sizeof *block + bytes > BLOCK_BYTES ? sizeof *block + bytes : BLOCK_BYTES;
        block = ndi_allocate_zeroed(whole);
        if (!block)
            return NULL;
        block->bytes = whole - sizeof *block;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *memory = block->memory + block->used;
    block->used += bytes;
    return memory;
}

char *ndi_arena_text(ndi_arena *arena, const char *text, size_t length)
{
    char *copy = ndi_arena_new(arena, length + 1);
    if (copy)
        memcpy(copy, text, length);
    return copy;
}

void ndi_arena_free(ndi_arena *arena)
{
    while (arena->blocks) {
        struct ndi_arena_block *block = arena->blocks;
        arena->blocks = block->next;
        ndi_free(block, sizeof *block + block->bytes);
    }
}

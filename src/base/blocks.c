/* From 1 MiB on a block is a mapping of its own, on huge pages. The end of a block that nobody
 * asked for is address space until somebody writes there. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "blocks.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "sanitizer.h"

#define ALIGNMENT ((size_t)64)
#define HUGE_PAGE ((size_t)2 << 20)
/* What is less fits the first cache, where it matters not. */
#define STARTS_FROM ((size_t)32 << 10)
#define MAPPED_FROM ((size_t)1 << 20)

/* ---- Where blocks start ------------------------------------------------------------------------
 * A load that comes in a page's order shortly after a store looks to the CPU as if it read what was
 * stored, and waits: floor of 10,000 numbers took 1.4 times as long where the result began 64 bytes
 * behind the input, in whichever pages, as neighbours in malloc's heap do. Arrays that all start on
 * a huge page compete for the same sets of every cache: nine inputs added up took 10 % longer. So
 * large blocks start at one of 12 places in a page, one after the other not at neighbouring ones.
 */
#define START_PAGE ((size_t)4096)
#define START_STEP ((size_t)320)

static size_t next_start(void)
{
    static atomic_uint turn;
    return atomic_fetch_add_explicit(&turn, 5, memory_order_relaxed) % 12 * START_STEP;
}

/* ---- Small sizes ----------------------------------------------------------------------------- */

/* The C library's aligned_alloc takes 60 ns here and malloc 10, so the alignment is made by hand;
 * what malloc returned stands just before what is given out, `start` bytes into a page if that is
 * not negative. */
static void *allocate_at(size_t bytes, ptrdiff_t start)
{
#if NDI_UNDER_ASAN
    (void)start;
    void *memory = NULL;
    return posix_memalign(&memory, ALIGNMENT, bytes ? bytes : 1) == 0 ? memory : NULL;
#else
    char *whole = malloc(bytes + ALIGNMENT + (start < 0 ? 0 : START_PAGE));
    if (!whole)
        return NULL;
    char *memory = (char *)(((uintptr_t)whole + ALIGNMENT) & ~(uintptr_t)(ALIGNMENT - 1));
    if (start >= 0)
        memory += ((uintptr_t)start - (uintptr_t)memory) % START_PAGE;
    ((void **)memory)[-1] = whole;
    return memory;
#endif
}

void *ndi_small_allocate(size_t bytes)
{
    return allocate_at(bytes, -1);
}

void ndi_small_free(void *memory)
{
#if NDI_UNDER_ASAN
    free(memory);
#else
    free(((void **)memory)[-1]);
#endif
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

#define LARGEST_PAGE ((size_t)64 << 10) /* of any machine; added to each mapping */

static void unmap_block(void *block, size_t size)
{
    char *mapping = (char *)block - (uintptr_t)block % START_PAGE;
    munmap(mapping, size + LARGEST_PAGE);
}

/* A fresh block, all zero, on huge pages; NULL when the system refuses. */
static void *map_block(size_t block_bytes)
{
    const size_t size = block_bytes + LARGEST_PAGE;
    const int protection = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;
    char *mapping = mmap(NULL, size, protection, flags, -1, 0);
    if (mapping == MAP_FAILED)
        return NULL;
    /* Recent kernels align such mappings themselves; else map more, and give back both ends. */
    if ((uintptr_t)mapping % HUGE_PAGE != 0 && size >= HUGE_PAGE) {
        munmap(mapping, size);
        char *wide = mmap(NULL, size + HUGE_PAGE, protection, flags, -1, 0);
        if (wide == MAP_FAILED)
            return NULL;
        const size_t before = -(uintptr_t)wide % HUGE_PAGE;
        mapping = wide + before;
        if (before > 0)
            munmap(wide, before);
        munmap(mapping + size, HUGE_PAGE - before);
    }
#if defined(MADV_HUGEPAGE)
    madvise(mapping, size, MADV_HUGEPAGE); /* a hint: without huge pages it is slower, not wrong */
#endif
    return mapping + next_start();
}

void *ndi_block_make(size_t size, bool *clean)
{
    *clean = size >= MAPPED_FROM;
    return *clean ? map_block(size)
                  : allocate_at(size, size < STARTS_FROM ? -1 : (ptrdiff_t)next_start());
}

void ndi_block_release(void *block, size_t size)
{
    if (size < MAPPED_FROM)
        ndi_small_free(block);
    else
        unmap_block(block, size);
}

/* The one hook that every allocation goes through: budget, counters, and large blocks kept for
 * reuse.
 *
 * Small sizes come from malloc, whose per-thread lists are fast. From 1 KiB on a block that is
 * freed is kept for reuse: filling a fresh 80 MB block costs three times what filling a kept one
 * does (malloc: 14 times), and malloc gives the end of its heap back so eagerly that 16 live
 * blocks of 9 KB took 0.7 us each, of 1 MB 4.6 us and the page faults; kept ones take 0.03. From 1
 * MiB on a block is a mapping of its own, on huge pages. Sizes of blocks are rounded up to one of
 * eight steps in each doubling, so that a block also serves requests a little smaller, and so that
 * its size follows from the bytes asked for: there is no header. The end of a block that nobody
 * asked for is address space until somebody writes there.
 *
 * A block kept for reuse never makes an allocation fail: when the budget or the system refuses,
 * kept blocks are released, longest unused first, until it does not. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "memory.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "error.h"
#include "pool.h"

/* The sanitizer can only see the ends and the lifetimes of blocks that it makes itself. */
#if defined(__SANITIZE_ADDRESS__)
#define PLAIN_ALLOCATIONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PLAIN_ALLOCATIONS 1
#endif
#endif
#ifndef PLAIN_ALLOCATIONS
#define PLAIN_ALLOCATIONS 0
#endif

#define ALIGNMENT ((size_t)64)
#define HUGE_PAGE ((size_t)2 << 20)
enum { SMALLEST_DOUBLING = 10 };
#define KEPT_FROM ((size_t)1 << SMALLEST_DOUBLING)
/* What is less fits the first cache, where it matters not. */
#define STARTS_FROM ((size_t)32 << 10)
#define MAPPED_FROM ((size_t)1 << 20)
/* More than any system gives; sanitizers end the program when asked for more than 1 TiB. */
#define LARGEST (PLAIN_ALLOCATIONS ? (size_t)1 << 39 : (size_t)PTRDIFF_MAX / 2)
#define CLEAR_GRAIN ((size_t)1 << 20)

/* ---- Counters -----------------------------------------------------------------------------------
 * `used` is total - released: one atomic addition for each allocation and each release, on lines
 * of their own. Both only grow, so if `released` is the same before and after `total` is read,
 * they belong together. */

static nd_allocator user_allocator;
static _Alignas(64) atomic_size_t total;
static _Alignas(64) atomic_size_t released;
static _Alignas(64) atomic_size_t peak;
static atomic_size_t budget;
static atomic_size_t cached;

typedef struct balance {
    size_t total, released;
} balance;

static balance balance_now(void)
{
    balance now;
    do {
        now.released = atomic_load(&released);
        now.total = atomic_load(&total);
    } while (now.released != atomic_load(&released));
    return now;
}

static size_t used_now(void)
{
    const balance now = balance_now();
    return now.total - now.released;
}

static void raise_peak(size_t used)
{
    size_t highest = atomic_load_explicit(&peak, memory_order_relaxed);
    while (used > highest && !atomic_compare_exchange_weak(&peak, &highest, used))
        continue;
}

/* Counts `bytes` as used. */
static void charge_freely(size_t bytes)
{
    const size_t now = atomic_fetch_add(&total, bytes) + bytes;
    const size_t gone = atomic_load(&released);
    if (now > gone) /* else others have allocated and released in between */
        raise_peak(now - gone);
}

/* The same, unless that would pass the budget. */
static bool charge(size_t bytes)
{
    const size_t limit = atomic_load_explicit(&budget, memory_order_relaxed);
    balance now;
    size_t held;
    if (limit == 0) {
        charge_freely(bytes);
        return true;
    }
    do {
        now = balance_now();
        held = now.total - now.released + atomic_load(&cached);
        if (held > limit || bytes > limit - held)
            return false;
    } while (!atomic_compare_exchange_weak(&total, &now.total, now.total + bytes));
    raise_peak(now.total - now.released + bytes);
    return true;
}

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
static void *small_allocate(size_t bytes, ptrdiff_t start)
{
#if PLAIN_ALLOCATIONS
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

static void small_free(void *memory)
{
#if PLAIN_ALLOCATIONS
    free(memory);
#else
    free(((void **)memory)[-1]);
#endif
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

static int doubling_of(size_t bytes)
{
    return 63 - __builtin_clzll((unsigned long long)bytes);
}

static size_t block_size(size_t bytes)
{
    const size_t step = (size_t)1 << (doubling_of(bytes) - 3);
    return (bytes + step - 1) & ~(step - 1);
}

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

static void release_block(void *block, size_t size)
{
    if (size < MAPPED_FROM)
        small_free(block);
    else
        unmap_block(block, size);
}

/* ---- Blocks kept for reuse ----------------------------------------------------------------------
 * Links stand in the blocks themselves. Each block is in the list of all, by age, and in that of
 * its size, from which the youngest is taken: its pages are the likeliest to be in a cache. */

enum { KEPT_SIZES = (63 - SMALLEST_DOUBLING) * 8 };

typedef struct kept_block {
    struct kept_block *older, *younger;             /* of any size */
    struct kept_block *older_alike, *younger_alike; /* of the same size */
    size_t size;
} kept_block;

static kept_block *oldest, *youngest, *youngest_of[KEPT_SIZES];
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

static kept_block **list_of_size(size_t size)
{
    const int doubling = doubling_of(size);
    return &youngest_of[(doubling - SMALLEST_DOUBLING) * 8 + (int)(size >> (doubling - 3) & 7)];
}

/* The functions that link and unlink are called with the lock held. */
static void link_block(kept_block *block)
{
    kept_block **alike = list_of_size(block->size);
    block->younger = block->younger_alike = NULL;
    block->older = youngest;
    block->older_alike = *alike;
    *(youngest ? &youngest->younger : &oldest) = block;
    if (*alike)
        (*alike)->younger_alike = block;
    youngest = *alike = block;
    atomic_fetch_add(&cached, block->size);
}

static void unlink_block(kept_block *block)
{
    *(block->older ? &block->older->younger : &oldest) = block->younger;
    *(block->younger ? &block->younger->older : &youngest) = block->older;
    if (block->older_alike)
        block->older_alike->younger_alike = block->younger_alike;
    *(block->younger_alike ? &block->younger_alike->older_alike : list_of_size(block->size)) =
        block->older_alike;
    atomic_fetch_sub(&cached, block->size);
}

static void *take_kept(size_t size)
{
    if (atomic_load_explicit(&cached, memory_order_relaxed) == 0)
        return NULL;
    pthread_mutex_lock(&kept_lock);
    kept_block *block = *list_of_size(size);
    if (block)
        unlink_block(block);
    pthread_mutex_unlock(&kept_lock);
    return block;
}

/* Gives the block that was kept longest back to the system; false when nothing is kept. */
static bool release_oldest(void)
{
    if (atomic_load(&cached) == 0)
        return false;
    pthread_mutex_lock(&kept_lock);
    kept_block *block = oldest;
    if (block)
        unlink_block(block);
    pthread_mutex_unlock(&kept_lock);
    if (block)
        release_block(block, block->size); /* outside the lock: 1 ms for each 100 MB */
    return block != NULL;
}

/* Bytes that this process may have: the machine's, or its control group's where that is less. */
static size_t memory_of_machine(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t bytes = pages > 0 && page > 0 ? (size_t)pages * (size_t)page : (size_t)1 << 30;
    const int file = open("/sys/fs/cgroup/memory.max", O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        char text[32] = "";
        const ssize_t length = read(file, text, sizeof text - 1);
        const unsigned long long limit = length > 0 ? strtoull(text, NULL, 10) : 0;
        if (limit > 0 && limit < bytes) /* "max", no limit, reads as 0 */
            bytes = (size_t)limit;
        close(file);
    }
    return bytes;
}

/* A quarter of the memory. Threads that race here find the same answer. */
static size_t most_to_keep(void)
{
    static atomic_size_t most;
    size_t bytes = atomic_load_explicit(&most, memory_order_relaxed);
    if (bytes == 0) {
        bytes = memory_of_machine() / 4;
        atomic_store_explicit(&most, bytes, memory_order_relaxed);
    }
    return bytes;
}

static void keep_block(void *memory, size_t size)
{
    const size_t most = most_to_keep();
    kept_block *block = memory;
    if (size > most) {
        release_block(memory, size);
        return;
    }
    while (atomic_load(&cached) > most - size && release_oldest())
        continue;
    block->size = size;
    pthread_mutex_lock(&kept_lock);
    link_block(block);
    pthread_mutex_unlock(&kept_lock);
}

/* A child of fork has a lock that nobody holds, and its own copy of the kept blocks. */
static void before_fork(void)
{
    pthread_mutex_lock(&kept_lock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&kept_lock);
}

/* Early, so that locks of higher layers, under which this one may be taken, are taken first. */
__attribute__((constructor(101))) static void survive_fork(void)
{
    pthread_atfork(before_fork, after_fork, after_fork);
}

__attribute__((destructor)) static void release_at_unload(void)
{
    nd_memory_trim();
}

/* ---- Allocation ------------------------------------------------------------------------------ */

static bool is_block(size_t bytes)
{
    return !PLAIN_ALLOCATIONS && bytes >= KEPT_FROM;
}

/* Memory that is not from kept blocks; `*clean` when it is known to be zero. */
static void *obtain(size_t bytes, bool *clean)
{
    *clean = false;
    if (user_allocator.allocate)
        return user_allocator.allocate(bytes ? bytes : 1, user_allocator.context);
    if (!is_block(bytes))
        return small_allocate(bytes, -1);
    const size_t size = block_size(bytes);
    if (size < MAPPED_FROM)
        return small_allocate(size, size < STARTS_FROM ? -1 : (ptrdiff_t)next_start());
    *clean = true;
    return map_block(size);
}

static void *refuse(size_t bytes, const char *who)
{
    const size_t limit = atomic_load(&budget);
    if (limit > 0)
        return ndi_fail(ND_ERROR_MEMORY, "%s refused %zu bytes: %zu are in use of a budget of %zu",
                        who, bytes, used_now(), limit);
    return ndi_fail(ND_ERROR_MEMORY, "%s refused %zu bytes: %zu are in use", who, bytes,
                    used_now());
}

static void *allocate(size_t bytes, bool *clean)
{
    void *memory = NULL;
    *clean = false;
    if (bytes > LARGEST)
        return refuse(bytes, "the address space");
    if (!user_allocator.allocate && is_block(bytes))
        memory = take_kept(block_size(bytes));
    while (!charge(bytes))
        if (!release_oldest()) {
            if (memory)
                release_block(memory, block_size(bytes));
            return refuse(bytes, "the memory budget");
        }
    while (!memory && !(memory = obtain(bytes, clean)))
        if (!release_oldest()) {
            atomic_fetch_sub(&total, bytes);
            return refuse(bytes, user_allocator.allocate ? "the allocator" : "the system");
        }
    return memory;
}

void *ndi_allocate(size_t bytes)
{
    bool clean;
    return allocate(bytes, &clean);
}

static void clear_range(void *memory, size_t begin, size_t end)
{
    memset((char *)memory + begin, 0, end - begin);
}

void *ndi_allocate_zeroed(size_t bytes)
{
    bool clean;
    void *memory = allocate(bytes, &clean);
    if (memory && !clean)
        ndi_parallel_for(bytes, CLEAR_GRAIN, clear_range, memory);
    return memory;
}

void ndi_free(void *memory, size_t bytes)
{
    if (!memory)
        return;
    if (user_allocator.allocate)
        user_allocator.release(memory, bytes ? bytes : 1, user_allocator.context);
    else if (is_block(bytes))
        keep_block(memory, block_size(bytes));
    else
        small_free(memory);
    atomic_fetch_add(&released, bytes);
}

/* ---- Public ---------------------------------------------------------------------------------- */

void nd_set_allocator(const nd_allocator *allocator)
{
    nd_memory_trim();
    user_allocator = allocator ? *allocator : (nd_allocator){0};
}

void nd_set_memory_budget(size_t bytes)
{
    atomic_store(&budget, bytes);
    while (bytes > 0 && used_now() + atomic_load(&cached) > bytes && release_oldest())
        continue;
}

static size_t (*_Atomic slack)(void);

void ndi_at_memory(size_t (*function)(void))
{
    atomic_store(&slack, function);
}

bool ndi_allocator_is_given(void)
{
    return user_allocator.allocate != NULL;
}

nd_memory_info nd_memory(void)
{
    nd_memory_info info;
    size_t (*const function)(void) = atomic_load(&slack);
    const size_t kept = function ? function() : 0;
    info.used = used_now() - kept;
    info.cached = atomic_load(&cached) + kept;
    info.peak = atomic_load(&peak);
    info.total = atomic_load(&total);
    info.budget = atomic_load(&budget);
    return info;
}

void nd_memory_reset_peak(void)
{
    atomic_store(&peak, used_now());
}

enum { TRIMS = 4 };

static void (*_Atomic trims[TRIMS])(void);

void ndi_at_trim(void (*function)(void))
{
    static atomic_int count;
    atomic_store(&trims[atomic_fetch_add(&count, 1) % TRIMS], function);
}

void nd_memory_trim(void)
{
    for (int i = 0; i < TRIMS; i++) {
        void (*const function)(void) = atomic_load(&trims[i]);
        if (function)
            function();
    }
    while (release_oldest())
        continue;
}

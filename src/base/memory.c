/* The one hook that every allocation goes through: budget, counters, and large blocks kept for
 * reuse.
 *
 * Small sizes come from malloc, whose per-thread lists are fast. From 1 KiB on a block that is
 * freed is kept for reuse: filling a fresh 80 MB block costs three times what filling a kept one
 * does (malloc: 14 times), and malloc gives the end of its heap back so eagerly that 16 live
 * blocks of 9 KB took 0.7 us each, of 1 MB 4.6 us and the page faults; kept ones take 0.03. Its
 * size follows from the bytes asked for: there is no header. The few that a thread freed last are
 * at hand for itself, unless there is a budget; all others are in lists for all threads.
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
#include <unistd.h>

#include "blocks.h"
#include "error.h"
#include "hand.h"
#include "pool.h"
#include "sanitizer.h"

/* More than any system gives; sanitizers end the program when asked for more than 1 TiB. */
#define LARGEST (NDI_UNDER_ASAN ? (size_t)1 << 39 : (size_t)PTRDIFF_MAX / 2)

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

/* The same, unless that would pass the budget; `*kept`: with blocks kept for reuse. */
static bool charge(size_t bytes, bool *kept)
{
    const size_t limit = atomic_load_explicit(&budget, memory_order_relaxed);
    balance now;
    size_t held, kept_bytes;
    if (limit == 0) {
        charge_freely(bytes);
        return true;
    }
    do {
        now = balance_now();
        kept_bytes = atomic_load(&cached);
        held = now.total - now.released + kept_bytes;
        *kept = kept_bytes > 0;
        if (held > limit || bytes > limit - held)
            return false;
    } while (!atomic_compare_exchange_weak(&total, &now.total, now.total + bytes));
    raise_peak(now.total - now.released + bytes);
    return true;
}

/* ---- Blocks kept for reuse ----------------------------------------------------------------------
 * Links stand in the blocks themselves. Each block is in the list of all, by age, and in that of
 * its size, from which the youngest is taken: its pages are the likeliest to be in a cache. */

enum { KEPT_SIZES = (63 - NDI_SMALLEST_DOUBLING) * 8 };

typedef struct kept_block {
    struct kept_block *older, *younger;             /* of any size */
    struct kept_block *older_alike, *younger_alike; /* of the same size */
    size_t size;
} kept_block;

static kept_block *oldest, *youngest, *youngest_of[KEPT_SIZES];
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

static kept_block **list_of_size(size_t size)
{
    const int doubling = ndi_doubling_of(size);
    return &youngest_of[(doubling - NDI_SMALLEST_DOUBLING) * 8 + (int)(size >> (doubling - 3) & 7)];
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
    void *const at_hand = ndi_hand_take(size);
    if (at_hand)
        return at_hand;
    if (atomic_load_explicit(&cached, memory_order_relaxed) == 0)
        return NULL;
    pthread_mutex_lock(&kept_lock);
    kept_block *block = *list_of_size(size);
    if (block)
        unlink_block(block);
    pthread_mutex_unlock(&kept_lock);
    return block;
}

/* Gives the block that was kept longest back to the system, and what is at hand at last; false
 * when nothing is kept. */
static bool release_oldest(void)
{
    if (atomic_load(&cached) == 0)
        return ndi_hand_release();
    pthread_mutex_lock(&kept_lock);
    kept_block *block = oldest;
    if (block)
        unlink_block(block);
    pthread_mutex_unlock(&kept_lock);
    if (block)
        ndi_block_release(block, block->size); /* outside the lock: 1 ms for each 100 MB */
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
    if (ndi_hand_put(memory, size))
        return;
    kept_block *const block = ndi_hand_exchange(memory, &size);
    if (!block)
        return;
    const size_t most = most_to_keep();
    if (size > most) {
        ndi_block_release(block, size);
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
    return !NDI_UNDER_ASAN && bytes >= NDI_BLOCK_BYTES;
}

/* Memory that is not from kept blocks; `*clean` when it is known to be zero. */
static void *obtain(size_t bytes, bool *clean)
{
    *clean = false;
    if (user_allocator.allocate)
        return user_allocator.allocate(bytes ? bytes : 1, user_allocator.context);
    if (!is_block(bytes))
        return ndi_small_allocate(bytes);
    return ndi_block_make(ndi_block_size(bytes), clean);
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
    bool kept = false;
    *clean = false;
    if (bytes > LARGEST)
        return refuse(bytes, "the address space");
    if (!user_allocator.allocate && is_block(bytes))
        memory = take_kept(ndi_block_size(bytes));
    /* What was kept, and is not any more, another thread has released or taken. */
    while (!charge(bytes, &kept))
        if (!release_oldest() && !kept) {
            if (memory)
                ndi_block_release(memory, ndi_block_size(bytes));
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

enum { CLEAR_BLOCK = 4096 };

static void clear_range(void *memory, size_t begin, size_t end)
{
    memset((char *)memory + begin, 0, end - begin);
}

void *ndi_allocate_zeroed(size_t bytes)
{
    bool clean;
    void *memory = allocate(bytes, &clean);
    if (memory && !clean)
        ndi_parallel_elements(bytes, 1, 1, CLEAR_BLOCK, clear_range, memory);
    return memory;
}

void ndi_free(void *memory, size_t bytes)
{
    if (!memory)
        return;
    if (user_allocator.allocate)
        user_allocator.release(memory, bytes ? bytes : 1, user_allocator.context);
    else if (is_block(bytes))
        keep_block(memory, ndi_block_size(bytes));
    else
        ndi_small_free(memory);
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
    ndi_hands_open(bytes == 0);
    while (bytes > 0 && used_now() + atomic_load(&cached) + ndi_hand_bytes() > bytes &&
           release_oldest())
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
    info.cached = atomic_load(&cached) + ndi_hand_bytes() + kept;
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
    ndi_hands_release();
    while (release_oldest())
        continue;
}

/* A slab is its thread's, which alone takes from it. Its objects may be given back by any thread:
 * others push them on a list of the slab's, without a lock, and count them; the owner takes that
 * list when it has no room. A thread that ends gives up the slabs that have objects out: from then
 * on `balance` is how many objects are missing, and whoever gives back the last one frees the slab.
 */
#include "array/slab.h"

#include <stdlib.h>
#include <string.h>

enum {
    BYTES = NDI_SLAB_LINE * NDI_SLAB_LINES,
    CARVED = 16,   /* objects at a time, so that memory is not touched long before it is used */
    LOOKED_AT = 4, /* full slabs, for what others gave back, before another is made */
    NOBODY = 1     /* the owner of a slab that was given up */
};

/* ---- One slab -------------------------------------------------------------------------------- */

static nd_array *object_at(ndi_slab *slab, int line)
{
    return (nd_array *)((char *)slab + (size_t)line * NDI_SLAB_LINE);
}

/* Takes what other threads gave back. */
static void drain(ndi_slab *slab)
{
    if (!atomic_load_explicit(&slab->remote, memory_order_relaxed))
        return;
    nd_array *array = atomic_exchange_explicit(&slab->remote, NULL, memory_order_acquire);
    while (array) {
        nd_array *const next = array->owner;
        array->owner = slab->free;
        slab->free = array;
        slab->used--;
        slab->drained++;
        array = next;
    }
}

/* Makes some more objects of fresh lines. */
static void carve(ndi_slab *slab)
{
    nd_array **last = &slab->free;
    for (int i = 0; i < CARVED && slab->fresh + slab->lines <= NDI_SLAB_LINES; i++) {
        nd_array *const array = object_at(slab, slab->fresh);
        array->line = slab->fresh;
        slab->fresh = (uint8_t)(slab->fresh + slab->lines);
        *last = array;
        last = &array->owner;
    }
    *last = NULL;
}

static bool has_room(ndi_slab *slab)
{
    if (!slab->free)
        drain(slab);
    if (!slab->free)
        carve(slab);
    return slab->free;
}

/* Whether all threads that gave something back have looked at the slab for the last time. */
static bool is_left_alone(ndi_slab *slab)
{
    return atomic_load_explicit(&slab->balance, memory_order_acquire) == slab->drained;
}

static void free_slab(ndi_slab *slab)
{
    ndi_free(slab, BYTES);
}

/* It is freed now, or by whoever gives the last object back. */
static void give_up(ndi_slab *slab)
{
    const long long out = slab->drained + slab->used;
    atomic_store_explicit(&slab->owner, NOBODY, memory_order_relaxed);
    if (atomic_fetch_sub_explicit(&slab->balance, out, memory_order_acq_rel) == out)
        free_slab(slab);
}

/* The addition is the last look at the slab, but for the thread whose addition makes it 0. While
 * the slab is somebody's, the sum is above 0. */
void ndi_slab_give_remote(ndi_slab *slab, nd_array *array)
{
    nd_array *first = atomic_load_explicit(&slab->remote, memory_order_relaxed);
    do
        array->owner = first;
    while (!atomic_compare_exchange_weak_explicit(&slab->remote, &first, array,
                                                  memory_order_release, memory_order_relaxed));
    if (atomic_fetch_add_explicit(&slab->balance, 1, memory_order_acq_rel) == -1)
        free_slab(slab);
}

/* ---- A thread's slabs ------------------------------------------------------------------------ */

typedef struct slab_list {
    ndi_slab *first, *last;
} slab_list;

struct ndi_slabs {
    struct slabs_of_size {
        ndi_slab *spare; /* an empty one */
        slab_list partial, full;
    } of[NDI_SLAB_SIZES];
};

typedef struct slabs_of_size slabs_of_size;

static slabs_of_size *others(int lines)
{
    return &ndi_this_thread.other_slabs->of[lines - 1];
}

static void link_first(slab_list *list, ndi_slab *slab)
{
    slab->before = NULL;
    slab->after = list->first;
    *(list->first ? &list->first->before : &list->last) = slab;
    list->first = slab;
}

static void unlink_slab(slab_list *list, ndi_slab *slab)
{
    *(slab->before ? &slab->before->after : &list->first) = slab->after;
    *(slab->after ? &slab->after->before : &list->last) = slab->before;
}

static slab_list *list_of(const ndi_slab *slab)
{
    slabs_of_size *const slabs = others(slab->lines);
    return slab->place == NDI_SLAB_FULL ? &slabs->full : &slabs->partial;
}

static void put(ndi_slab *slab, ndi_slab_place place)
{
    slab->place = (uint8_t)place;
    link_first(list_of(slab), slab);
}

/* One slab of each size stays, though it is empty. */
void ndi_slab_give_slowly(ndi_slab *slab)
{
    slabs_of_size *const slabs = others(slab->lines);
    unlink_slab(list_of(slab), slab);
    if (slab->used > 0 || !is_left_alone(slab))
        put(slab, NDI_SLAB_PARTIAL);
    else if (slabs->spare)
        free_slab(slab);
    else
        slabs->spare = slab;
}

/* Valgrind preloads libraries of its own. */
static bool is_under_valgrind(void)
{
    static atomic_int known; /* 1: no, 2: yes */
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (answer == 0) {
        const char *const preloaded = getenv("LD_PRELOAD");
        answer = preloaded && strstr(preloaded, "vgpreload") ? 2 : 1;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer == 2;
}

static ndi_slab *new_slab(int lines)
{
    static atomic_ullong owners;
    ndi_thread *const thread = &ndi_this_thread;
    if (NDI_UNDER_ASAN || ndi_allocator_is_given() || is_under_valgrind())
        return NULL;
    if (thread->freed_limit == 0)
        ndi_thread_watch();
    if (thread->freed_limit == 0)
        return NULL;
    const bool was_right = nd_error() == ND_OK;
    if (!thread->other_slabs && (thread->other_slabs = ndi_allocate(sizeof *thread->other_slabs)))
        *thread->other_slabs = (ndi_slabs){0};
    ndi_slab *const slab = thread->other_slabs ? ndi_allocate(BYTES) : NULL;
    if (!slab) { /* one object may fit */
        if (was_right)
            nd_error_clear();
        return NULL;
    }
    if (thread->slab_owner == 0)
        thread->slab_owner = NOBODY + 1 + atomic_fetch_add(&owners, 1);
    *slab = (ndi_slab){.fresh = 1, .lines = (uint8_t)lines};
    atomic_init(&slab->owner, thread->slab_owner);
    return slab;
}

/* A full slab of which others gave something back. */
static ndi_slab *find_given_back(slab_list *full)
{
    for (int i = 0; i < LOOKED_AT && full->last; i++) {
        ndi_slab *const slab = full->last;
        unlink_slab(full, slab);
        if (has_room(slab))
            return slab;
        link_first(full, slab);
    }
    return NULL;
}

static ndi_slab *next_slab(int lines)
{
    if (!ndi_this_thread.other_slabs)
        return new_slab(lines);
    slabs_of_size *const slabs = others(lines);
    ndi_slab *slab = slabs->partial.first;
    if (slab)
        unlink_slab(&slabs->partial, slab);
    else if ((slab = slabs->spare))
        slabs->spare = NULL;
    else
        slab = find_given_back(&slabs->full);
    return slab ? slab : new_slab(lines);
}

nd_array *ndi_slab_refill(int lines)
{
    ndi_slab **const current = &ndi_this_thread.slabs[lines - 1];
    if (!*current || !has_room(*current)) {
        if (*current)
            put(*current, NDI_SLAB_FULL);
        *current = next_slab(lines);
        if (!*current || !has_room(*current))
            return NULL;
        (*current)->place = NDI_SLAB_CURRENT;
    }
    nd_array *const array = (*current)->free;
    (*current)->free = array->owner;
    (*current)->used++;
    return array;
}

static void trim_slab(ndi_slab **place, bool all)
{
    ndi_slab *const slab = *place;
    if (!slab)
        return;
    drain(slab);
    if ((slab->used > 0 || !is_left_alone(slab)) && !all)
        return;
    *place = NULL;
    give_up(slab);
}

static void trim_list(slab_list *list, bool all)
{
    for (ndi_slab *slab = list->first, *after; slab; slab = after) {
        ndi_slab *kept = slab;
        ndi_slab *const before = slab->before;
        after = slab->after;
        trim_slab(&kept, all);
        if (kept)
            continue;
        *(before ? &before->after : &list->first) = after;
        *(after ? &after->before : &list->last) = before;
    }
}

void ndi_slabs_trim(bool all)
{
    ndi_thread *const thread = &ndi_this_thread;
    bool any = false;
    if (!thread->other_slabs)
        return;
    for (int i = 0; i < NDI_SLAB_SIZES; i++) {
        slabs_of_size *const slabs = &thread->other_slabs->of[i];
        trim_slab(&thread->slabs[i], all);
        trim_slab(&slabs->spare, all);
        trim_list(&slabs->partial, all);
        trim_list(&slabs->full, all);
        any |= thread->slabs[i] || slabs->partial.first || slabs->full.first;
    }
    if (any)
        return;
    ndi_free(thread->other_slabs, sizeof *thread->other_slabs);
    thread->other_slabs = NULL;
}

static size_t slack_of(ndi_slab *slab)
{
    if (!slab)
        return 0;
    drain(slab);
    return BYTES - (size_t)slab->used * slab->lines * NDI_SLAB_LINE;
}

size_t ndi_slabs_slack(void)
{
    const ndi_thread *const thread = &ndi_this_thread;
    if (!thread->other_slabs)
        return 0;
    size_t slack = sizeof *thread->other_slabs;
    for (int i = 0; i < NDI_SLAB_SIZES; i++) {
        const slabs_of_size *const slabs = &thread->other_slabs->of[i];
        slack += slack_of(thread->slabs[i]) + slack_of(slabs->spare);
        for (ndi_slab *slab = slabs->partial.first; slab; slab = slab->after)
            slack += slack_of(slab);
        for (ndi_slab *slab = slabs->full.first; slab; slab = slab->after)
            slack += slack_of(slab);
    }
    return slack;
}

/* Slabs: blocks of 8 KiB that hold array objects of one size side by side. A program that makes
 * many views pays malloc and the counters of memory once for each slab, and memory only for what a
 * view has. */
#ifndef NDSTREAM_ARRAY_SLAB_H
#define NDSTREAM_ARRAY_SLAB_H

#include "array/thread.h"

enum {
    NDI_SLAB_LINE = 64,
    NDI_SLAB_LINES = 128, /* the first is the slab's own */
};

typedef enum ndi_slab_place { NDI_SLAB_CURRENT, NDI_SLAB_PARTIAL, NDI_SLAB_FULL } ndi_slab_place;

struct ndi_slab {
    nd_array *free; /* linked by `owner` */
    uint32_t used; /* objects that are out; given back by other threads counts when it is drained */
    uint8_t fresh; /* lines from here on were never given out */
    uint8_t lines; /* of an object */
    uint8_t place; /* an ndi_slab_place */
    atomic_ullong owner; /* a thread's slab_owner */
    ndi_slab *before, *after;
    _Atomic(nd_array *) remote; /* what other threads gave back */
    atomic_llong balance;       /* how much that was; less than 0 once the slab is nobody's */
    long long drained;          /* how much of it was taken from `remote` */
};

_Static_assert(sizeof(ndi_slab) <= NDI_SLAB_LINE, "a slab's own line");

/* Room for an object of so many lines where ndi_slab_take() finds none; NULL, without an error, if
 * there is none in slabs: under AddressSanitizer and Valgrind, which are to see each object, and
 * where the program has an allocator of its own. */
nd_array *ndi_slab_refill(int lines);

/* What ndi_slab_give() leaves. */
void ndi_slab_give_slowly(ndi_slab *slab);
void ndi_slab_give_remote(ndi_slab *slab, nd_array *array);

/* Frees what is empty of this thread's slabs; at its end, `all` are given up: the last object that
 * is given back frees its slab. */
void ndi_slabs_trim(bool all);

/* Bytes of this thread's slabs that no object has. */
size_t ndi_slabs_slack(void);

static inline nd_array *ndi_slab_take(int lines)
{
    ndi_slab *const slab = ndi_this_thread.slabs[lines - 1];
    nd_array *const array = slab ? slab->free : NULL;
    if (!array)
        return ndi_slab_refill(lines);
    slab->free = array->owner;
    slab->used++;
    return array;
}

/* Gives back an object whose `line` says that it is in a slab. */
static inline void ndi_slab_give(nd_array *array)
{
    ndi_slab *const slab = (ndi_slab *)((char *)array - array->line * NDI_SLAB_LINE);
    if (atomic_load_explicit(&slab->owner, memory_order_relaxed) != ndi_this_thread.slab_owner) {
        ndi_slab_give_remote(slab, array);
        return;
    }
    array->owner = slab->free;
    slab->free = array;
    slab->used--;
    if (slab->place == NDI_SLAB_FULL || (slab->used == 0 && slab->place == NDI_SLAB_PARTIAL))
        ndi_slab_give_slowly(slab);
}

#endif

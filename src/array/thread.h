/* What each thread keeps for arrays: the list of its open scopes' arrays, and freed objects for
 * reuse. */
#ifndef NDSTREAM_ARRAY_THREAD_H
#define NDSTREAM_ARRAY_THREAD_H

#include "array/array.h"
#include "base/sanitizer.h"
#include "base/tls.h"

enum {
    NDI_CACHED_OBJECTS = 1024, /* that are in no slab; 190 KiB a thread at most */
    NDI_CACHED_SIZES = 8,      /* of storages, at a time; and their headers alone */
};

/* Freed storages of one size, linked by `context`. */
typedef struct ndi_freed_storages {
    ndi_storage *first;
    uint8_t lines; /* of 64 bytes behind the header */
    uint8_t count;
} ndi_freed_storages;

typedef struct ndi_slab ndi_slab; /* slab.h */

typedef struct ndi_slabs ndi_slabs;

enum { NDI_SLAB_SIZES = 3 }; /* of 1, 2 and 3 lines */

typedef struct ndi_thread {
    ndi_slab *slabs[NDI_SLAB_SIZES]; /* of each size the one from which is taken, or NULL */
    ndi_slabs *other_slabs;          /* NULL: none were made, or all freed */
    unsigned long long slab_owner;   /* no other thread's, ever; 0: no slabs yet */
    nd_array *freed;                 /* linked by `owner` */
    ndi_freed_storages storages[NDI_CACHED_SIZES + 1]; /* see array.c */
    uint32_t freed_count;
    uint32_t freed_limit; /* 0 until the thread's exit is watched */
    uint32_t open_scopes;
    uint8_t overflow;  /* an nd_overflow: what becomes of integers that leave their range */
    bool fast_math;    /* see nd_set_fast_math() */
    nd_array **scoped; /* NULL where an array was kept */
    size_t scoped_count, scoped_capacity;
} ndi_thread;

extern _Thread_local NDI_FAST_TLS ndi_thread ndi_this_thread;

/* Room for one more in `scoped`; false with ND_ERROR_MEMORY kept. */
bool ndi_scope_grow(void);

/* Has ndi_this_thread emptied when the thread ends, and allows freed objects to be kept until then.
 */
void ndi_thread_watch(void);

/* True if no other thread that lives has made an array. */
bool ndi_thread_alone(void);

#endif

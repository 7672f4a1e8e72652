/* What a thread has at hand: a few blocks that it freed, and takes again without a lock.
 *
 * Only its thread ever looks at a hand. What all threads are to do they see from the season: a hand
 * of another one than now is emptied before it is used again. */
#ifndef NDSTREAM_BASE_HAND_H
#define NDSTREAM_BASE_HAND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "tls.h"

enum {
    NDI_HAND_BLOCKS = 8,
    NDI_HAND_LARGEST = 256 << 10 /* what is more takes so long to fill that a lock does not show */
};

typedef struct ndi_hand {
    size_t size[NDI_HAND_BLOCKS]; /* 0: no block */
    void *block[NDI_HAND_BLOCKS];
    unsigned season; /* 0: of none */
    unsigned turn;   /* which one is put down next */
} ndi_hand;

extern _Thread_local NDI_FAST_TLS ndi_hand *ndi_this_hand; /* NULL: none yet */
extern atomic_uint ndi_season;

/* NULL if it must be looked at first. */
static inline ndi_hand *ndi_hand_now(void)
{
    ndi_hand *const hand = ndi_this_hand;
    return hand && hand->season == atomic_load_explicit(&ndi_season, memory_order_relaxed) ? hand
                                                                                           : NULL;
}

/* A block of that size, or NULL. */
static inline void *ndi_hand_take(size_t size)
{
    ndi_hand *const hand = ndi_hand_now();
    for (int i = 0; hand && i < NDI_HAND_BLOCKS; i++)
        if (hand->size[i] == size) {
            hand->size[i] = 0;
            return hand->block[i];
        }
    return NULL;
}

/* Takes a block into the hand, if there is room. */
static inline bool ndi_hand_put_into(ndi_hand *hand, void *block, size_t size)
{
    for (int i = 0; i < NDI_HAND_BLOCKS; i++)
        if (hand->size[i] == 0) {
            hand->size[i] = size;
            hand->block[i] = block;
            return true;
        }
    return false;
}

static inline bool ndi_hand_put(void *block, size_t size)
{
    ndi_hand *const hand = size <= NDI_HAND_LARGEST ? ndi_hand_now() : NULL;
    return hand && ndi_hand_put_into(hand, block, size);
}

/* Takes a block for which there was no room. What it puts down for that, or the block itself if it
 * takes nothing, is returned, and its size in `*size`; or NULL. */
void *ndi_hand_exchange(void *block, size_t *size);

/* Of the calling thread. */
size_t ndi_hand_bytes(void);

/* Gives the calling thread's blocks back to the system; false if it has none. */
bool ndi_hand_release(void);

/* Has all threads do so before they use their hands again. */
void ndi_hands_release(void);

/* Whether hands take anything at all. */
void ndi_hands_open(bool open);

#endif

/* The hands of threads: made at the first free, emptied when the season is over or the thread ends.
 */
#include "hand.h"

#include <pthread.h>
#include <stdlib.h>

#include "blocks.h"

_Thread_local NDI_FAST_TLS ndi_hand *ndi_this_hand;
atomic_uint ndi_season = 1;
static atomic_bool closed; /* hands of another season stay so */

static ndi_hand nobodys; /* of threads that end, or could have none: never in season */

static bool release_all(ndi_hand *hand)
{
    bool any = false;
    for (int i = 0; i < NDI_HAND_BLOCKS; i++) {
        if (hand->size[i] == 0)
            continue;
        ndi_block_release(hand->block[i], hand->size[i]);
        hand->size[i] = 0;
        any = true;
    }
    return any;
}

/* ---- The end of a thread --------------------------------------------------------------------- */

static pthread_once_t exit_key_once = PTHREAD_ONCE_INIT;
static pthread_key_t exit_key;
static atomic_bool exit_key_made;

static void thread_ends(void *hand)
{
    ndi_this_hand = &nobodys;
    release_all(hand);
    free(hand);
}

static void make_exit_key(void)
{
    atomic_store(&exit_key_made, pthread_key_create(&exit_key, thread_ends) == 0);
}

/* At exit() and dlclose() no destructor of the thread runs any more, or it must not. */
__attribute__((destructor)) static void library_ends(void)
{
    if (atomic_exchange(&exit_key_made, false))
        pthread_key_delete(exit_key);
    if (ndi_this_hand && ndi_this_hand != &nobodys)
        thread_ends(ndi_this_hand);
}

static ndi_hand *new_hand(void)
{
    ndi_hand *const hand = calloc(1, sizeof *hand);
    pthread_once(&exit_key_once, make_exit_key);
    if (hand && atomic_load(&exit_key_made) && pthread_setspecific(exit_key, hand) == 0)
        return hand;
    free(hand);
    return &nobodys;
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

void *ndi_hand_exchange(void *block, size_t *size)
{
    if (!ndi_this_hand)
        ndi_this_hand = new_hand();
    ndi_hand *const hand = ndi_this_hand;
    const unsigned now = atomic_load(&ndi_season);
    if (hand == &nobodys)
        return block;
    if (hand->season != now) {
        release_all(hand);
        hand->season = atomic_load(&closed) ? 0 : now;
    }
    if (hand->season == 0 || *size > NDI_HAND_LARGEST)
        return block;
    /* Whatever the season is by now: a hand that was just emptied has room. */
    if (ndi_hand_put_into(hand, block, *size))
        return NULL;
    const unsigned at = hand->turn++ % NDI_HAND_BLOCKS;
    void *const down = hand->block[at];
    const size_t down_size = hand->size[at];
    hand->block[at] = block;
    hand->size[at] = *size;
    *size = down_size;
    return down;
}

size_t ndi_hand_bytes(void)
{
    size_t bytes = 0;
    for (int i = 0; ndi_this_hand && i < NDI_HAND_BLOCKS; i++)
        bytes += ndi_this_hand->size[i];
    return bytes;
}

bool ndi_hand_release(void)
{
    return ndi_this_hand && release_all(ndi_this_hand);
}

/* 0 is left out, for a moment too: it is the season of nobody's hand. */
void ndi_hands_release(void)
{
    unsigned now = atomic_load(&ndi_season);
    while (!atomic_compare_exchange_weak(&ndi_season, &now, now + 1 ? now + 1 : 1))
        continue;
}

void ndi_hands_open(bool open)
{
    atomic_store(&closed, !open);
    if (!open)
        ndi_hands_release();
}

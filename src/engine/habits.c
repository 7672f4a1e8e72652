/* Habits: a number for each, which says how often waiting has paid lately.
 *
 * A table of bytes, which threads read and change without a lock: what gets lost is one
 * observation, and two habits that share a byte cost time at worst. */
#include "engine/habits.h"

#include <stdatomic.h>

#include "base/tls.h"

enum {
    HABIT_BITS = 12,
    PAID = 4, /* what is gained is about that many times what is lost */
    MOST = 8,
    LEAST = -20,
    INERTIA = 12,    /* large results stop waiting after so many that did not pay */
    LOOK_BITS = 4,   /* of 16 results that are not to wait one does, */
    RARELY_BITS = 10 /* of those for which it has not paid again and again one of 1024 */
};

static _Atomic int8_t score[1 << HABIT_BITS];

/* By where the kernel lies in the library, so that a program behaves the same each time. */
uint16_t ndi_habit_of(ndi_kernel *kernel, int64_t size)
{
    const uint64_t place = (uint64_t)((uintptr_t)kernel - (uintptr_t)ndi_habit_of),
                   mixed = (place ^ (uint64_t)size << 32 ^ (uint64_t)size) * 0x9e3779b97f4a7c15u;
    const uint16_t habit = (uint16_t)(mixed >> (64 - HABIT_BITS));
    return habit ? habit : 1;
}

/* Not every n-th: an expression of as many operations would always meet the same one. */
static bool looks(int bits)
{
    static _Thread_local NDI_FAST_TLS uint32_t turn;
    turn = turn * 1664525u + 1013904223u;
    return turn >> (32 - bits) == 0;
}

/* The size of results that all wait until the first of them is looked at, as one does to find out;
 * or 0; habits end before 2^32 bytes. Of x - y and y + x in a product only both pay. */
static _Thread_local NDI_FAST_TLS uint32_t tried;

bool ndi_habit_waits(uint16_t habit, int64_t size, bool large)
{
    const int inclination =
        atomic_load_explicit(&score[habit], memory_order_relaxed) + (large ? INERTIA : 0);
    if (inclination > 0 || size == tried)
        return true;
    const int bits = LOOK_BITS - inclination;
    if (!looks(bits < RARELY_BITS ? bits : RARELY_BITS))
        return false;
    tried = (uint32_t)size;
    return true;
}

void ndi_habit_learn(uint16_t habit, bool paid)
{
    if (habit == 0)
        return;
    tried = 0;
    const int before = atomic_load_explicit(&score[habit], memory_order_relaxed),
              more = before + (paid ? PAID : -1),
              after = more > MOST    ? MOST
                      : more < LEAST ? LEAST
                                     : more;
    if (after != before) /* else the line stays in the caches of all threads */
        atomic_store_explicit(&score[habit], (int8_t)after, memory_order_relaxed);
}

bool ndi_loop_pays(int cost, double bytes)
{
    return 0.008 * bytes > cost; /* ns a byte, where caches hold them */
}

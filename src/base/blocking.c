/* The hooks around long work and waiting. */
#include "base/blocking.h"

#include <stdatomic.h>
#include <stddef.h>

#include <ndstream/base.h>

static _Atomic(const nd_blocking *) hooks;

void nd_set_blocking(const nd_blocking *wanted)
{
    atomic_store_explicit(&hooks, wanted, memory_order_release);
}

void *ndi_blocking_begin(void)
{
    const nd_blocking *const now = atomic_load_explicit(&hooks, memory_order_acquire);
    return now ? now->begin() : NULL;
}

void ndi_blocking_end(void *state)
{
    const nd_blocking *const now = atomic_load_explicit(&hooks, memory_order_acquire);
    if (now)
        now->end(state);
}

bool ndi_is_unordered(void)
{
    const nd_blocking *const now = atomic_load_explicit(&hooks, memory_order_acquire);
    return now && now->unordered;
}

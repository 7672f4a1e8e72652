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

static void (*_Atomic at_long_call)(void);

void ndi_at_long_call(void (*function)(void))
{
    atomic_store(&at_long_call, function);
}

void ndi_long_call(void)
{
    void (*const function)(void) = atomic_load_explicit(&at_long_call, memory_order_acquire);
    if (function)
        function();
}

bool ndi_is_unordered(void)
{
    const nd_blocking *const now = atomic_load_explicit(&hooks, memory_order_acquire);
    return now && now->unordered;
}

/* Keys of few values are told apart by a product: it gives each value a slot of its own, and so a
 * key its rank, without a branch that depends on it. The values are those of a sample; a key that
 * has none of them ends it. */
#include "sort/few_values.h"

#include <stdatomic.h>
#include <string.h>

#include "base/memory.h"
#include "base/pool.h"
#include "sort/order.h"

enum {
    WORTH = 2048, /* keys are worth looking */
    MOST = 64,
    SLOTS = 16 * MOST,
};

typedef struct few_values {
    const int64_t *keys;
    uint8_t *ranks; /* of the keys */
    uint64_t factor;
    unsigned shift;
    int64_t in_slot[SLOTS];
    uint8_t rank_in_slot[SLOTS];
    atomic_bool other; /* a key has none of the values */
} few_values;

/* The values of some of the keys, ascending: how many there are. */
static size_t values_of(const int64_t *keys, size_t n, size_t looked, int64_t *values)
{
    size_t count = 1;
    for (size_t i = 0; i < looked; i++)
        values[i] = keys[i * (n / looked)];
    ndi_sort_kernels_in_use()->sorters[NDI_KEYS_64].sort(values, looked);
    for (size_t i = 1; i < looked; i++)
        if (values[i] != values[count - 1])
            values[count++] = values[i];
    return count;
}

#define SLOT_OF(key) ((size_t)((uint64_t)(key)*factor >> shift))

/* Finds a factor by which no two values share a slot; mostly one of the first is it. */
static bool give_slots(few_values *f, const int64_t *values, size_t count)
{
    enum { TRIED = 32 };
    const unsigned shift = f->shift = (unsigned)__builtin_clzll(16 * count - 1);
    const size_t slots = (size_t)1 << (64 - shift);
    uint64_t factor = UINT64_C(0x9E3779B97F4A7C15);
    for (int i = 0; i < TRIED; i++, factor *= UINT64_C(0xD1342543DE82EF95)) {
        uint8_t *const taken = f->rank_in_slot;
        size_t v = 0;
        memset(taken, 0, slots);
        for (; v < count && !taken[SLOT_OF(values[v])]; v++)
            taken[SLOT_OF(values[v])] = 1;
        if (v < count)
            continue;
        /* A value that is not looked for there stands for none. */
        for (size_t slot = 0; slot < slots; slot++)
            f->in_slot[slot] = values[0];
        for (v = 0; v < count; v++) {
            f->in_slot[SLOT_OF(values[v])] = values[v];
            f->rank_in_slot[SLOT_OF(values[v])] = (uint8_t)v;
        }
        f->factor = factor;
        return true;
    }
    return false;
}

static void rank_range(void *context, size_t begin, size_t end)
{
    enum { TOGETHER = 1024 };
    few_values *f = context;
    const int64_t *const keys = f->keys;
    uint8_t *const ranks = f->ranks;
    const uint64_t factor = f->factor; /* bytes that are written might be these otherwise */
    const unsigned shift = f->shift;
    for (size_t i = begin; i < end && !atomic_load(&f->other); i += TOGETHER) {
        const size_t last = end - i < TOGETHER ? end : i + TOGETHER;
        bool other = false;
        for (size_t k = i; k < last; k++) {
            const size_t slot = SLOT_OF(keys[k]);
            other |= f->in_slot[slot] != keys[k];
            ranks[k] = f->rank_in_slot[slot];
        }
        if (other)
            atomic_store(&f->other, true);
    }
}

bool ndi_rank_few_values(const int64_t *keys, size_t n, bool thread, uint8_t **ranks, size_t *count)
{
    enum { LOOKED = 32, MOST_OF_THESE = 29, LOOKED_AGAIN = 512 };
    int64_t values[LOOKED_AGAIN];
    few_values f;
    *ranks = NULL;
    if (n < WORTH || values_of(keys, n, LOOKED, values) > MOST_OF_THESE)
        return true;
    *count = values_of(keys, n, LOOKED_AGAIN, values);
    if (*count > MOST || !give_slots(&f, values, *count))
        return true;
    f.keys = keys;
    f.ranks = ndi_allocate(n);
    atomic_init(&f.other, false);
    if (!f.ranks)
        return false;
    ndi_parallel_for(n, thread ? NDI_SORT_GRAIN : n, rank_range, &f);
    if (atomic_load(&f.other))
        ndi_free(f.ranks, n);
    else
        *ranks = f.ranks;
    return true;
}

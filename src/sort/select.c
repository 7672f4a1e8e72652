/* Selection.
 *
 * Of many elements a sample tells two values between which the wanted one almost surely lies. One
 * sweep on all threads counts the elements below them and keeps the few between; among these it is
 * found by quicksort's partition, going on in the one part that holds it. Memory is read once, and
 * nothing is copied. */
#include "sort/select.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "base/pool.h"

enum {
    FEW = 1 << 15,    /* are selected from a copy of their keys */
    PIECE = 1024,     /* keys at a time */
    SAMPLE = 1 << 13, /* at most */
    SAMPLED = 48,     /* of so many elements one, where that is less */
    MOST_SWEEPS = 8,  /* places further apart than these are sorted for */
};

static int64_t read_key(const void *keys, ndi_keys kind, size_t i)
{
    return kind == NDI_KEYS_64 ? ((const int64_t *)keys)[i] : ((const int32_t *)keys)[i];
}

int64_t ndi_nan_key(nd_dtype dtype)
{
    switch (dtype) {
    case ND_FLOAT16:
    case ND_BFLOAT16:
        return INT16_MAX;
    case ND_FLOAT32:
        return INT32_MAX;
    default:
        return INT64_MAX;
    }
}

/* ---- NaN ------------------------------------------------------------------------------------- */

typedef struct nan_count {
    nd_dtype dtype;
    const char *elements;
    atomic_size_t count;
} nan_count;

static void count_nan(void *context, size_t begin, size_t end)
{
    nan_count *c = context;
    const ndi_sort_kernels *kernels = ndi_sort_kernels_in_use();
    const size_t item = nd_dtype_size(c->dtype);
    const int64_t nan = ndi_nan_key(c->dtype);
    ndi_bracket b = {.low = nan, .high = nan};
    _Alignas(64) int64_t keys[PIECE], between[PIECE + 16];
    for (size_t i = begin; i < end; i += PIECE) {
        const size_t now = end - i < PIECE ? end - i : PIECE;
        kernels->encode[c->dtype](now, c->elements + i * item, false, keys);
        (ndi_keys_of(c->dtype) == NDI_KEYS_64 ? kernels->bracket_64
                                              : kernels->bracket_32)(now, keys, &b, between);
    }
    atomic_fetch_add(&c->count, b.at_low);
}

size_t ndi_count_nan(nd_dtype dtype, const void *elements, size_t n, bool thread)
{
    nan_count c = {.dtype = dtype, .elements = elements};
    if (nd_dtype_kind(dtype) != ND_KIND_FLOAT)
        return 0;
    ndi_parallel_for(n, thread ? NDI_SORT_GRAIN : n + 1, count_nan, &c);
    return atomic_load(&c.count);
}

/* ---- Among keys that may be moved ------------------------------------------------------------ */

/* keys[place] becomes what sorting would put there, with nothing larger before it and nothing
 * smaller behind. */
static void select_key(void *keys, ndi_keys kind, size_t n, size_t place)
{
    ndi_part_kernel *const part = ndi_sort_kernels_in_use()->sorters[kind].part;
    size_t begin = 0, end = n;
    for (int round = 0; round < 128; round++) {
        size_t middle, after;
        char *from = (char *)keys + begin * ndi_key_size(kind);
        part(from, end - begin, &middle, &after);
        if (place < begin + middle)
            end = begin + middle;
        else if (place >= begin + after)
            begin += after;
        else
            return;
    }
    ndi_sort_keys((char *)keys + begin * ndi_key_size(kind), end - begin, kind, false);
}

void ndi_part_keys(void *keys, ndi_keys kind, size_t n, size_t count, const size_t *places,
                   size_t offset)
{
    size_t done = 0; /* up to here all is in place */
    for (size_t i = 0; i < count; i++) {
        const size_t place = places[i] - offset;
        if (place >= done) {
            select_key((char *)keys + done * ndi_key_size(kind), kind, n - done, place - done);
            done = place + 1;
        }
    }
}

/* The same, and the keys that are there then. */
static void select_keys(void *own, ndi_keys kind, size_t n, size_t count, const size_t *places,
                        size_t offset, int64_t *keys)
{
    ndi_part_keys(own, kind, n, count, places, offset);
    for (size_t i = 0; i < count; i++)
        keys[i] = read_key(own, kind, places[i] - offset);
}

/* ---- Among elements that are read only ------------------------------------------------------- */

typedef struct sweep {
    const ndi_sort_kernels *kernels;
    nd_dtype dtype;
    ndi_keys kind;
    const char *elements;
    size_t item, n, sample;
    ndi_bracket bracket;
    atomic_size_t below, at_low, at_high, kept;
    char *between; /* room for `room` keys */
    size_t room;
} sweep;

static void sweep_range(void *context, size_t begin, size_t end)
{
    sweep *s = context;
    ndi_bracket b = {.low = s->bracket.low, .high = s->bracket.high};
    _Alignas(64) int64_t keys[PIECE], between[PIECE + 16];
    for (size_t i = begin; i < end; i += PIECE) {
        const size_t now = end - i < PIECE ? end - i : PIECE, size = ndi_key_size(s->kind);
        s->kernels->encode[s->dtype](now, s->elements + i * s->item, false, keys);
        const size_t kept =
            (s->kind == NDI_KEYS_64 ? s->kernels->bracket_64 : s->kernels->bracket_32)(now, keys,
                                                                                       &b, between);
        if (kept == 0)
            continue;
        const size_t at = atomic_fetch_add_explicit(&s->kept, kept, memory_order_relaxed);
        if (at + kept <= s->room)
            memcpy(s->between + at * size, between, kept * size);
    }
    atomic_fetch_add(&s->below, b.below);
    atomic_fetch_add(&s->at_low, b.at_low);
    atomic_fetch_add(&s->at_high, b.at_high);
}

/* Answers the places that lie in the bracket: those from places[0] on. Returns how many. */
static size_t answer(sweep *s, size_t count, const size_t *places, int64_t *keys)
{
    const size_t below = atomic_load(&s->below), low = below + atomic_load(&s->at_low);
    const size_t kept = atomic_load(&s->kept), between = low + kept;
    const size_t high =
        between + (s->bracket.low == s->bracket.high ? 0 : atomic_load(&s->at_high));
    size_t i = 0;
    if (kept > s->room)
        return 0;
    for (; i < count && places[i] >= below && places[i] < low; i++)
        keys[i] = s->bracket.low;
    size_t last = i;
    while (last < count && places[last] >= low && places[last] < between)
        last++;
    select_keys(s->between, s->kind, kept, last - i, places + i, low, keys + i);
    for (i = last; i < count && places[i] >= between && places[i] < high; i++)
        keys[i] = s->bracket.high;
    return i;
}

/* Sorted keys of elements spread over the array. */
static void take_sample(const sweep *s, int64_t *sample)
{
    uint64_t random = s->n;
    const size_t step = s->n / s->sample, count = s->sample;
    int64_t places[PIECE];
    _Alignas(64) char elements[PIECE * sizeof(int64_t)], keys[PIECE * sizeof(int64_t)];
    for (size_t i = 0; i < count; i += PIECE) {
        const size_t now = count - i < PIECE ? count - i : PIECE;
        for (size_t k = 0; k < now; k++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            places[k] = (int64_t)((i + k) * step + (size_t)((random >> 32) * step >> 32));
        }
        ndi_gather(now, s->item, s->elements, places, elements, false);
        s->kernels->encode[s->dtype](now, elements, false, keys);
        for (size_t k = 0; k < now; k++)
            sample[i + k] = read_key(keys, s->kind, k);
    }
    s->kernels->sorters[NDI_KEYS_64].sort(sample, count);
}

/* One copy of all keys, moved about. */
static bool select_by_copy(sweep *s, size_t count, const size_t *places, int64_t *keys, bool thread)
{
    const size_t bytes = s->n * ndi_key_size(s->kind);
    char *own = ndi_allocate(bytes);
    if (!own)
        return false;
    s->kernels->encode[s->dtype](s->n, s->elements, false, own);
    if (count > 4 * MOST_SWEEPS) {
        ndi_sort_keys(own, s->n, s->kind, thread);
        for (size_t i = 0; i < count; i++)
            keys[i] = read_key(own, s->kind, places[i]);
    } else {
        select_keys(own, s->kind, s->n, count, places, 0, keys);
    }
    ndi_free(own, bytes);
    return true;
}

bool ndi_select_places(nd_dtype dtype, const void *elements, size_t n, size_t count,
                       const size_t *places, int64_t *keys, bool thread)
{
    sweep s = {.kernels = ndi_sort_kernels_in_use(),
               .dtype = dtype,
               .kind = ndi_keys_of(dtype),
               .elements = elements,
               .item = nd_dtype_size(dtype),
               .n = n};
    if (n <= FEW || count > 2 * MOST_SWEEPS)
        return select_by_copy(&s, count, places, keys, thread);
    s.room = n / 4;
    s.sample = n / SAMPLED < SAMPLE ? n / SAMPLED : SAMPLE;
    const size_t bytes = SAMPLE * sizeof(int64_t) + s.room * ndi_key_size(s.kind);
    int64_t *sample = ndi_allocate(bytes);
    if (!sample)
        return false;
    s.between = (char *)(sample + SAMPLE);
    take_sample(&s, sample);
    /* Four standard deviations of a place in the sample, at most 4 sqrt(sample) / 2. */
    const int64_t margin = 3 + (int64_t)(2 * sqrt((double)s.sample));
    size_t done = 0;
    bool hit = true;
    while (hit && done < count) {
        const int64_t at = (int64_t)((double)places[done] / (double)n * (double)s.sample);
        s.bracket.low = at - margin < 0 ? INT64_MIN : sample[at - margin];
        s.bracket.high = at + margin >= (int64_t)s.sample ? INT64_MAX : sample[at + margin];
        if (s.kind == NDI_KEYS_32) {
            s.bracket.low = s.bracket.low < INT32_MIN ? INT32_MIN : s.bracket.low;
            s.bracket.high = s.bracket.high > INT32_MAX ? INT32_MAX : s.bracket.high;
        }
        atomic_store(&s.below, 0);
        atomic_store(&s.at_low, 0);
        atomic_store(&s.at_high, 0);
        atomic_store(&s.kept, 0);
        ndi_parallel_for(n, thread ? NDI_SORT_GRAIN : n, sweep_range, &s);
        const size_t answered = answer(&s, count - done, places + done, keys + done);
        hit = answered > 0;
        done += answered;
    }
    ndi_free(sample, bytes);
    return done == count || select_by_copy(&s, count - done, places + done, keys + done, thread);
}

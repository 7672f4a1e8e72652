/* Sorting integers on all threads, and the order in which they would be sorted. */
#include <stdatomic.h>
#include <string.h>

#include "base/memory.h"
#include "base/pool.h"
#include "sort/few_values.h"
#include "sort/order.h"

/* ---- Parts for the threads ---- */

enum { MOST_RANGES = 512, RANGES_PER_THREAD = 8, FEWEST = 1 << 14, MOST_ROUNDS = 24 };

typedef struct range {
    size_t begin, end;
} range;

typedef struct parting {
    const ndi_sorter *sorter;
    char *keys;
    size_t size;   /* of a key */
    size_t enough; /* ranges of so many are not parted */
    range ranges[MOST_RANGES];
    range parts[MOST_RANGES]; /* of each the second part; the first stays */
} parting;

static void *key_at(const parting *p, size_t i)
{
    return p->keys + i * p->size;
}

static void part_ranges(void *context, size_t begin, size_t end)
{
    parting *p = context;
    for (size_t i = begin; i < end; i++) {
        range *r = &p->ranges[i];
        size_t middle, after;
        p->parts[i] = (range){0, 0};
        if (r->end - r->begin <= p->enough)
            continue;
        p->sorter->part(key_at(p, r->begin), r->end - r->begin, &middle, &after);
        p->parts[i] = (range){r->begin + after, r->end};
        r->end = r->begin + middle;
    }
}

static void sort_ranges(void *context, size_t begin, size_t end)
{
    const parting *p = context;
    for (size_t i = begin; i < end; i++) {
        const range r = p->ranges[i];
        p->sorter->sort(key_at(p, r.begin), r.end - r.begin);
    }
}

/* Parts the largest ranges, round after round, until there are enough for all threads. Where parts
 * come out uneven, the number of rounds bounds the work. */
static void sort_threaded(void *keys, size_t n, ndi_keys kind, size_t threads)
{
    parting p = {.sorter = &ndi_sort_kernels_in_use()->sorters[kind],
                 .keys = keys,
                 .size = ndi_key_size(kind)};
    const size_t most = MOST_RANGES / 2, goal = threads * RANGES_PER_THREAD;
    size_t count = 1, largest = n;
    p.enough = n / (goal < most ? goal : most);
    p.enough = p.enough > FEWEST ? p.enough : FEWEST;
    p.ranges[0] = (range){0, n};
    for (int round = 0; round < MOST_ROUNDS && largest > p.enough && count <= most; round++) {
        const size_t before = count;
        ndi_parallel_for(count, 1, part_ranges, &p);
        for (size_t i = 0; i < before; i++)
            if (p.parts[i].end > p.parts[i].begin)
                p.ranges[count++] = p.parts[i];
        largest = 0;
        for (size_t i = 0; i < count; i++) {
            const size_t size = p.ranges[i].end - p.ranges[i].begin;
            largest = size > largest ? size : largest;
        }
    }
    ndi_parallel_for(count, 1, sort_ranges, &p);
}

void ndi_sort_keys(void *keys, size_t n, ndi_keys kind, bool thread)
{
    const size_t threads = thread && n >= 2 * NDI_SORT_GRAIN ? (size_t)ndi_pool_threads() : 1;
    if (threads > 1)
        sort_threaded(keys, n, kind, threads);
    else
        ndi_sort_kernels_in_use()->sorters[kind].sort(keys, n);
}

/* ---- The order of keys ----------------------------------------------------------------------- */

enum { FEW = 24 };

typedef struct ordering {
    const ndi_sort_kernels *kernels;
    const int64_t *keys;
    int64_t *order;
    size_t n;
    ndi_packing packing;
    _Atomic int64_t least, most;
    atomic_bool unordered, no_memory;
} ordering;

static bool ascends(const int64_t *keys, size_t n)
{
    enum { TOGETHER = 64 };
    for (size_t i = 1; i < n; i += TOGETHER) {
        const size_t end = n - i < TOGETHER ? n : i + TOGETHER;
        bool falls = false;
        for (size_t k = i; k < end; k++)
            falls |= keys[k] < keys[k - 1];
        if (falls)
            return false;
    }
    return true;
}

static void find_range(void *context, size_t begin, size_t end)
{
    ordering *o = context;
    int64_t least = o->keys[begin], most = o->keys[end - 1];
    if (!ascends(o->keys + begin, end - begin)) {
        atomic_store(&o->unordered, true);
        o->kernels->key_range(end - begin, o->keys + begin, &least, &most);
    } else if (begin > 0 && least < o->keys[begin - 1]) {
        atomic_store(&o->unordered, true);
    }
    for (int64_t now = atomic_load(&o->least);
         least < now && !atomic_compare_exchange_weak(&o->least, &now, least);)
        ;
    for (int64_t now = atomic_load(&o->most);
         most > now && !atomic_compare_exchange_weak(&o->most, &now, most);)
        ;
}

static void pack_range(void *context, size_t begin, size_t end)
{
    const ordering *o = context;
    o->kernels->pack(end - begin, o->keys + begin, begin, o->packing, o->order + begin);
}

static void number_range(void *context, size_t begin, size_t end)
{
    const ordering *o = context;
    for (size_t i = begin; i < end; i++)
        o->order[i] = (int64_t)i;
}

static unsigned bit_length(uint64_t x)
{
    return x ? 64 - (unsigned)__builtin_clzll(x) : 0;
}

/* Orders a few places, which ascend where keys are equal. */
static void order_few(const int64_t *keys, int64_t *places, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const int64_t place = places[i], key = keys[place];
        size_t at = i;
        for (; at > 0 && keys[places[at - 1]] > key; at--)
            places[at] = places[at - 1];
        places[at] = place;
    }
}

/* Orders ascending places by their keys. */
static bool order_places(const int64_t *keys, int64_t *places, size_t n)
{
    if (n <= FEW) {
        order_few(keys, places, n);
        return true;
    }
    size_t same = 1; /* mostly all are equal */
    while (same < n && keys[places[same]] == keys[places[0]])
        same++;
    if (same == n)
        return true;
    const size_t bytes = 3 * n * sizeof(int64_t);
    int64_t *own = ndi_allocate(bytes), *order = own + n, *before = order + n;
    if (!own)
        return false;
    for (size_t i = 0; i < n; i++)
        own[i] = keys[places[i]];
    memcpy(before, places, n * sizeof *places);
    const bool good = ndi_argsort_keys(own, n, order, false);
    for (size_t i = 0; good && i < n; i++)
        places[i] = before[order[i]];
    ndi_free(own, bytes);
    return good;
}

static uint64_t upper_part(const ordering *o, size_t i)
{
    return (uint64_t)o->order[i] >> o->packing.bits;
}

/* Takes the keys out again; where they were cut and those that are left are equal, the rest
 * decides. A run belongs to the range in which it begins. */
static void unpack_range(void *context, size_t begin, size_t end)
{
    ordering *o = context;
    const int64_t mask = ((int64_t)1 << o->packing.bits) - 1;
    for (size_t i = begin; i < end;) {
        size_t next = i + 1;
        while (next < o->n && upper_part(o, next) == upper_part(o, i))
            next++;
        for (size_t k = i; k < next; k++)
            o->order[k] &= mask;
        if (next - i > 1 && !order_places(o->keys, o->order + i, next - i))
            atomic_store(&o->no_memory, true);
        i = next;
    }
}

static void unpack_whole(void *context, size_t begin, size_t end)
{
    const ordering *o = context;
    o->kernels->unpack(end - begin, o->packing, o->order + begin);
}

/* ---- The order of keys near each other, or of few values: counted, without a branch that depends
 * on one ---- */

enum { COUNTED = 256, MOST_BINS = 4096, RUNS = 4, APART = 2 * NDI_CACHE_LINE / sizeof(uint32_t) };

/* The keys are RUNS runs for each part, a counter for each bin of each: how many there are, then
 * where the next one's place goes. The runs of a part are done by turns, as a counter that is
 * raised again at once waits for its own store (sorted keys, one run: 3.6 ns each, 1.1 this way).
 */
typedef struct counted_order {
    const int64_t *keys;  /* the bin: the distance from `least` */
    const uint8_t *ranks; /* or this, if there are any */
    int64_t *order;
    size_t n, parts, run; /* elements of a run; the last one has the rest as well */
    uint64_t least;
    size_t bins, room; /* counters of a part, and what keeps them off the cache lines of the next */
    uint32_t *counters;
} counted_order;

#define ON_RUNS_OF(part, BIN, DO)                                                                  \
    {                                                                                              \
        const size_t run = c->run, first = (part)*RUNS * run, bins = c->bins;                      \
        const size_t rest = (part) + 1 == c->parts ? first + RUNS * run : c->n;                    \
        uint32_t *const counters = c->counters + (part)*c->room;                                   \
        for (size_t i = first; i < first + run; i++) {                                             \
            DO(counters, BIN, i)                                                                   \
            DO(counters + bins, BIN, i + run)                                                      \
            DO(counters + 2 * bins, BIN, i + 2 * run)                                              \
            DO(counters + 3 * bins, BIN, i + 3 * run)                                              \
        }                                                                                          \
        for (size_t i = rest; i < c->n; i++)                                                       \
            DO(counters + 3 * bins, BIN, i)                                                        \
    }
#define DISTANCE(i) ((uint64_t)keys[i] - least)
#define RANK(i) ranks[i]
#define COUNT(counters, BIN, i) (counters)[BIN(i)]++;
#define PUT_PLACE(counters, BIN, i) order[(counters)[BIN(i)]++] = (int64_t)(i);
#define RUNS_LOOP(NAME, DO)                                                                        \
    static void NAME(void *context, size_t begin, size_t end)                                      \
    {                                                                                              \
        const counted_order *c = context;                                                          \
        const int64_t *const keys = c->keys;                                                       \
        const uint8_t *const ranks = c->ranks;                                                     \
        const uint64_t least = c->least;                                                           \
        int64_t *const order = c->order;                                                           \
        (void)order;                                                                               \
        for (size_t part = begin; part < end; part++)                                              \
            if (ranks)                                                                             \
                ON_RUNS_OF(part, RANK, DO)                                                         \
            else                                                                                   \
                ON_RUNS_OF(part, DISTANCE, DO)                                                     \
    }
RUNS_LOOP(count_parts, COUNT)
RUNS_LOOP(place_parts, PUT_PLACE)
#undef ON_RUNS_OF
#undef DISTANCE
#undef RANK
#undef COUNT
#undef PUT_PLACE
#undef RUNS_LOOP

static bool order_counted(const ordering *o, const uint8_t *ranks, size_t bins, bool thread)
{
    counted_order c = {.keys = o->keys,
                       .ranks = ranks,
                       .order = o->order,
                       .n = o->n,
                       .parts = 1,
                       .least = o->packing.least,
                       .bins = bins};
    if (thread) {
        const size_t threads = (size_t)ndi_pool_threads(), most = o->n / (4 * RUNS * bins);
        c.parts = o->n / NDI_SORT_GRAIN < 2 * threads ? o->n / NDI_SORT_GRAIN : 2 * threads;
        c.parts = c.parts < most ? c.parts : most; /* counters are added up by one thread */
        c.parts -= c.parts > threads ? c.parts % threads : 0;
        c.parts += c.parts == 0;
    }
    c.run = o->n / (RUNS * c.parts);
    c.room = (RUNS * bins + APART - 1) / APART * APART;
    const size_t bytes = c.parts * c.room * sizeof *c.counters;
    c.counters = ndi_allocate(bytes);
    if (!c.counters)
        return false;
    memset(c.counters, 0, bytes);
    ndi_parallel_for(c.parts, 1, count_parts, &c);
    uint32_t before = 0;
    for (size_t bin = 0; bin < bins; bin++)
        for (size_t run = 0; run < RUNS * c.parts; run++) {
            uint32_t *const counter = &c.counters[run / RUNS * c.room + run % RUNS * bins + bin];
            const uint32_t count = *counter;
            *counter = before;
            before += count;
        }
    ndi_parallel_for(c.parts, 1, place_parts, &c);
    ndi_free(c.counters, bytes);
    return true;
}

/* ---- The order of any keys ---- */

bool ndi_argsort_keys(const int64_t *keys, size_t n, int64_t *order, bool thread)
{
    if (n <= FEW) {
        for (size_t i = 0; i < n; i++)
            order[i] = (int64_t)i;
        order_few(keys, order, n);
        return true;
    }
    ordering o = {.kernels = ndi_sort_kernels_in_use(), .keys = keys, .order = order, .n = n};
    const size_t grain = thread ? NDI_SORT_GRAIN : n;
    atomic_init(&o.least, INT64_MAX);
    atomic_init(&o.most, INT64_MIN);
    ndi_parallel_for(n, grain, find_range, &o);
    if (!atomic_load(&o.unordered)) {
        ndi_parallel_for(n, grain, number_range, &o);
        return true;
    }
    o.packing.least = (uint64_t)atomic_load(&o.least);
    o.packing.bits = bit_length(n - 1);
    const uint64_t apart = (uint64_t)atomic_load(&o.most) - o.packing.least;
    const bool countable = n >= COUNTED && n <= UINT32_MAX;
    if (countable && apart < MOST_BINS && apart < n / 4)
        return order_counted(&o, NULL, (size_t)apart + 1, thread);
    uint8_t *ranks = NULL;
    size_t values;
    if (countable && !ndi_rank_few_values(keys, n, thread, &ranks, &values))
        return false;
    if (ranks) {
        const bool good = order_counted(&o, ranks, values, thread);
        ndi_free(ranks, n);
        return good;
    }
    const unsigned whole = bit_length(apart);
    o.packing.shift = whole + o.packing.bits > 64 ? whole + o.packing.bits - 64 : 0;
    ndi_parallel_for(n, grain, pack_range, &o);
    ndi_sort_keys(order, n, NDI_KEYS_64, thread);
    if (o.packing.shift == 0)
        ndi_parallel_for(n, grain, unpack_whole, &o);
    else
        unpack_range(&o, 0, n);
    return !atomic_load(&o.no_memory);
}

/* ---- Several keys ---------------------------------------------------------------------------- */

ndi_order ndi_order_begin(size_t n, int64_t *order, uint8_t *starts, bool thread)
{
    return (ndi_order){.n = n, .order = order, .starts = starts, .thread = thread};
}

bool ndi_order_refine(ndi_order *o, const int64_t *keys)
{
    if (!o->begun) {
        o->begun = true;
        if (!ndi_argsort_keys(keys, o->n, o->order, o->thread))
            return false;
        for (size_t i = 0; i < o->n; i++)
            o->starts[i] = i == 0 || keys[o->order[i]] != keys[o->order[i - 1]];
        return true;
    }
    for (size_t begin = 0, end; begin < o->n; begin = end) {
        for (end = begin + 1; end < o->n && !o->starts[end];)
            end++;
        if (end - begin == 1)
            continue;
        if (!order_places(keys, o->order + begin, end - begin))
            return false;
        for (size_t i = begin + 1; i < end; i++)
            o->starts[i] = keys[o->order[i]] != keys[o->order[i - 1]];
    }
    return true;
}

/* One part of complex elements as keys: the real ones, the imaginary ones, or which are NaN. */
typedef enum complex_part { REAL_PART, IMAGINARY_PART, NAN_PARTS } complex_part;

#define COMPLEX_KEYS(NAME, REAL, DTYPE)                                                            \
    static void NAME(size_t n, const void *elements, complex_part part, bool down, int64_t *keys)  \
    {                                                                                              \
        enum { PIECE = 256 };                                                                      \
        const REAL *parts = elements;                                                              \
        REAL piece[PIECE];                                                                         \
        for (size_t i = 0; part == NAN_PARTS && i < n; i++)                                        \
            keys[i] = 2 * (parts[2 * i] != parts[2 * i]) + (parts[2 * i + 1] != parts[2 * i + 1]); \
        for (size_t i = 0; part != NAN_PARTS && i < n; i += PIECE) {                               \
            const size_t now = n - i < PIECE ? n - i : PIECE;                                      \
            for (size_t k = 0; k < now; k++)                                                       \
                piece[k] = parts[2 * (i + k) + part];                                              \
            ndi_sort_kernels_in_use()->encode_wide[DTYPE](now, piece, down, keys + i);             \
        }                                                                                          \
    }
COMPLEX_KEYS(complex64_keys, float, ND_FLOAT32)
COMPLEX_KEYS(complex128_keys, double, ND_FLOAT64)

bool ndi_order_refine_by(ndi_order *order, nd_dtype dtype, const void *elements, bool down,
                         int64_t *keys)
{
    if (nd_dtype_kind(dtype) != ND_KIND_COMPLEX) {
        ndi_sort_kernels_in_use()->encode_wide[dtype](order->n, elements, down, keys);
        return ndi_order_refine(order, keys);
    }
    /* Which parts are NaN, then the real parts, then the imaginary ones: numpy.sort's order. */
    static const complex_part parts[] = {NAN_PARTS, REAL_PART, IMAGINARY_PART};
    for (int i = 0; i < 3; i++) {
        (dtype == ND_COMPLEX64 ? complex64_keys : complex128_keys)(order->n, elements, parts[i],
                                                                   down, keys);
        if (!ndi_order_refine(order, keys))
            return false;
    }
    return true;
}

/* ---- Gathering ------------------------------------------------------------------------------- */

typedef struct gathering {
    size_t size;
    const char *from;
    const int64_t *order;
    char *to;
} gathering;

static void gather_range(void *context, size_t begin, size_t end)
{
    const gathering *g = context;
    switch (g->size) {
#define GATHER(SIZE)                                                                               \
    case SIZE:                                                                                     \
        for (size_t i = begin; i < end; i++)                                                       \
            memcpy(g->to + i * SIZE, g->from + (size_t)g->order[i] * SIZE, SIZE);                  \
        break;
        GATHER(1)
        GATHER(2)
        GATHER(4)
        GATHER(8)
        GATHER(16)
    default:
        for (size_t i = begin; i < end; i++)
            memcpy(g->to + i * g->size, g->from + (size_t)g->order[i] * g->size, g->size);
    }
}

void ndi_gather(size_t n, size_t size, const void *from, const int64_t *order, void *to,
                bool thread)
{
    gathering g = {size, from, order, to};
    ndi_parallel_for(n, thread ? NDI_SORT_GRAIN : n + 1, gather_range, &g);
}

/* Counts and sums of weights by bin, on all threads.
 *
 * Each thread has a table of its own; a small one stands four times, because a counter that is
 * raised again at once waits for its own store. */
#include "sort/tally.h"

#include <stdatomic.h>
#include <string.h>

#include "base/pool.h"

enum {
    SMALL = 2048,      /* bins of which there are four tables */
    COUNTED = 1 << 30, /* elements that 32 bits count */
    FEWEST = 1 << 15,  /* elements that are worth a table */
    MOST_CHUNKS = 32,  /* of weights */
};

typedef struct counting {
    const ndi_tally *tally;
    _Atomic int64_t *counts;
    _Atomic int64_t outside;
    atomic_bool no_memory;
} counting;

static void count_pieces(const ndi_tally *t, size_t begin, size_t end, uint32_t *table,
                         size_t tables)
{
    int32_t bin[NDI_TALLY_PIECE];
    const size_t stride = tables == 4 ? t->bins + 1 : 0;
    if (t->count_into) {
        t->count_into(t->context, begin, end, table, stride);
        return;
    }
    for (size_t i = begin; i < end; i += NDI_TALLY_PIECE) {
        const size_t now = end - i < NDI_TALLY_PIECE ? end - i : NDI_TALLY_PIECE;
        size_t k = 0;
        t->bins_of(t->context, i, now, bin);
        for (; k + 4 <= now; k += 4) {
            table[bin[k]]++;
            table[stride + (size_t)bin[k + 1]]++;
            table[2 * stride + (size_t)bin[k + 2]]++;
            table[3 * stride + (size_t)bin[k + 3]]++;
        }
        for (; k < now; k++)
            table[bin[k]]++;
    }
}

static void count_range(void *context, size_t begin, size_t end)
{
    counting *c = context;
    const size_t bins = c->tally->bins, tables = bins <= SMALL ? 4 : 1;
    const size_t bytes = tables * (bins + 1) * sizeof(uint32_t);
    const bool alone =
        end - begin == c->tally->n; /* a locked addition takes twenty times as long */
    uint32_t *table = ndi_allocate(bytes);
    if (!table) {
        atomic_store(&c->no_memory, true);
        return;
    }
    for (size_t from = begin; from < end; from += COUNTED) {
        const size_t to = end - from < COUNTED ? end : from + COUNTED;
        memset(table, 0, bytes);
        count_pieces(c->tally, from, to, table, tables);
        for (size_t b = 0; b <= bins; b++) {
            int64_t sum = table[b];
            for (size_t t = 1; t < tables; t++)
                sum += table[t * (bins + 1) + b];
            _Atomic int64_t *count = b < bins ? &c->counts[b] : &c->outside;
            if (alone)
                atomic_store_explicit(count,
                                      atomic_load_explicit(count, memory_order_relaxed) + sum,
                                      memory_order_relaxed);
            else if (sum)
                atomic_fetch_add_explicit(count, sum, memory_order_relaxed);
        }
    }
    ndi_free(table, bytes);
}

bool ndi_count(const ndi_tally *tally, int64_t *counts, int64_t *outside)
{
    counting c = {.tally = tally, .counts = (_Atomic int64_t *)counts};
    const size_t share = tally->n / (2 * (size_t)ndi_pool_threads()) + 1;
    const size_t least = FEWEST + 2 * tally->bins;
    memset(counts, 0, tally->bins * sizeof *counts);
    ndi_parallel_for(tally->n, share > least ? share : least, count_range, &c);
    *outside = atomic_load(&c.outside);
    return !atomic_load(&c.no_memory);
}

/* ---- Weights --------------------------------------------------------------------------------- */

typedef struct weighing {
    const ndi_tally *tally;
    const double *weights;
    double *tables; /* one for each chunk */
    size_t chunk;
} weighing;

static void weigh_chunks(void *context, size_t begin, size_t end)
{
    const weighing *w = context;
    const ndi_tally *t = w->tally;
    int32_t bin[NDI_TALLY_PIECE];
    for (size_t chunk = begin; chunk < end; chunk++) {
        double *table = w->tables + chunk * (t->bins + 1);
        const size_t from = chunk * w->chunk, to = t->n - from < w->chunk ? t->n : from + w->chunk;
        memset(table, 0, (t->bins + 1) * sizeof *table);
        for (size_t i = from; i < to; i += NDI_TALLY_PIECE) {
            const size_t now = to - i < NDI_TALLY_PIECE ? to - i : NDI_TALLY_PIECE;
            t->bins_of(t->context, i, now, bin);
            for (size_t k = 0; k < now; k++)
                table[bin[k]] += w->weights[i + k];
        }
    }
}

bool ndi_sum_weights(const ndi_tally *tally, const double *weights, double *sums)
{
    weighing w = {.tally = tally, .weights = weights};
    const size_t least = FEWEST + 8 * tally->bins, share = tally->n / MOST_CHUNKS + 1;
    w.chunk = share > least ? share : least;
    const size_t chunks = (tally->n + w.chunk - 1) / w.chunk;
    const size_t bytes = chunks * (tally->bins + 1) * sizeof(double);
    w.tables = ndi_allocate(bytes);
    if (!w.tables)
        return false;
    ndi_parallel_for(chunks, 1, weigh_chunks, &w);
    memset(sums, 0, tally->bins * sizeof *sums);
    for (size_t chunk = 0; chunk < chunks; chunk++)
        for (size_t b = 0; b < tally->bins; b++)
            sums[b] += w.tables[chunk * (tally->bins + 1) + b];
    ndi_free(w.tables, bytes);
    return true;
}

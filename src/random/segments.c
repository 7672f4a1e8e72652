/* Parses a stream of draws in parallel segments and puts their samples in a row. */
#include "random/segments.h"

#include <string.h>

#include <ndstream/base.h>

#include "base/memory.h"
#include "base/pool.h"
#include "random/map.h"

enum {
    LEAST_UNITS = 8192, /* of a segment: some 20 us of work against a few of dispatch */
    MOST_UNITS = 32768,
    MOST_SEGMENTS = 64, /* with the above: at most 16 MB of temporary memory */
    SEGMENTS_PER_THREAD = 4,
};

/* Samples to be moved to their place: those that bridge a border, then a segment's own. */
typedef struct move {
    char *to;
    const char *from;
    size_t bytes;
} move;

typedef struct round {
    const ndi_source *source;
    bool around; /* the caches are moves made */
    ndi_segment segments[MOST_SEGMENTS];
    move moves[MOST_SEGMENTS];
} round;

static void parse_segments(void *context, size_t begin, size_t end)
{
    round *r = context;
    for (size_t k = begin; k < end; k++)
        r->source->parse(r->source, &r->segments[k]);
}

static void move_segments(void *context, size_t begin, size_t end)
{
    round *r = context;
    for (size_t k = begin; k < end; k++)
        if (r->around)
            ndi_copy_around(r->moves[k].to, r->moves[k].from, r->moves[k].bytes);
        else
            memcpy(r->moves[k].to, r->moves[k].from, r->moves[k].bytes);
}

/* Memory for a round's samples, without leaving an error: the fill does without. */
static void *allocate_quietly(size_t bytes)
{
    const bool error_before = nd_error() != ND_OK;
    void *memory = ndi_allocate(bytes);
    if (!memory && !error_before)
        nd_error_clear();
    return memory;
}

/* Whether an attempt that began at `unit`, in or after the segment, is known. */
static bool recorded(const ndi_segment *segment, size_t unit)
{
    size_t offset = unit - segment->begin;
    return offset < NDI_RECORDED_UNITS && (segment->begun >> offset & 1);
}

/* The segment's samples from attempts before `unit`, which is recorded or its begin. */
static size_t samples_before(const ndi_segment *segment, size_t unit)
{
    uint64_t before = ((uint64_t)1 << (unit - segment->begin)) - 1;
    return (size_t)__builtin_popcountll(segment->gave & before);
}

/* Puts the samples of segment k at `to`, given that the true parse enters it at `entry`; if
 * `later`, all but a few are only noted in moves[k]. Returns their number. */
static size_t place_segment(round *r, size_t k, size_t entry, char *to, bool later)
{
    const ndi_source *source = r->source;
    ndi_segment *segment = &r->segments[k];
    const size_t item = source->item;
    _Alignas(uint64_t) char bridged[NDI_RECORDED_UNITS * sizeof(uint64_t)];
    size_t bridged_count = 0, unit = entry;

    if (entry > segment->begin) {
        ndi_segment bridge = {.begin = entry, .end = segment->begin + NDI_RECORDED_UNITS};
        bridge.values = bridged;
        source->bridge(source, &bridge, segment);
        bridged_count = bridge.count;
        unit = bridge.stop;
        if (!recorded(segment, unit)) {
            /* Not met, which takes dozens of long attempts in a row: parse all of it from the true
             * entry. The room suffices, as this begins later. */
            segment->begin = unit = entry;
            source->parse(source, segment);
            bridged_count = 0;
        }
    }
    const size_t skipped = samples_before(segment, unit);
    const size_t bytes = (segment->count - skipped) * item;
    const char *from = (char *)segment->values + skipped * item;
    char *place = to + bridged_count * item;
    r->moves[k] = (move){place, from, later ? bytes : 0};
    if (!later && place != from)
        memmove(place, from, bytes); /* before the bridge is stored: it may lie there */
    memcpy(to, bridged, bridged_count * item);
    return bridged_count + segment->count - skipped;
}

/* Parses `units` units from *unit on in `count` segments and stores their samples; returns how
 * many. Without `memory` every segment is parsed into the part of `out` that it would fill if each
 * unit gave a sample. */
static size_t run_round(round *r, size_t *unit, size_t units, size_t count, char *out, char *memory)
{
    const size_t item = r->source->item, step = (units + count * 64 - 1) / (count * 64) * 64;
    const size_t begin = *unit;
    for (size_t k = 0; k < count; k++) {
        ndi_segment *segment = &r->segments[k];
        segment->begin = begin + k * step;
        segment->end = k + 1 < count ? segment->begin + step : begin + units;
        segment->values = k && memory ? memory + (k - 1) * step * item : out + k * step * item;
    }
    ndi_parallel_for(count, 1, parse_segments, r);

    size_t done = 0;
    for (size_t k = 0; k < count; k++) {
        done += place_segment(r, k, *unit, out + done * item, k && memory);
        *unit = r->segments[k].stop;
    }
    if (memory)
        ndi_parallel_for(count, 1, move_segments, r);
    return done;
}

size_t ndi_source_fill(const ndi_source *source, void *out, size_t n, size_t *units)
{
    const size_t item = source->item, threads = (size_t)ndi_pool_threads();
    size_t most = threads == 1 ? 1 : threads * SEGMENTS_PER_THREAD;
    if (most > MOST_SEGMENTS)
        most = MOST_SEGMENTS;
    if (most > n / LEAST_UNITS)
        most = n / LEAST_UNITS;
    const size_t memory_bytes = most > 1 && !source->steady ? (most - 1) * MOST_UNITS * item : 0;
    char *memory = memory_bytes ? allocate_quietly(memory_bytes) : NULL;

    /* A unit gives one sample at most, so rounds of as many units as samples are missing never go
     * too far. */
    round r;
    r.source = source;
    r.around = ndi_too_large_for_caches(n * item);
    size_t done = 0, unit = 0;
    while (n - done >= NDI_SCALAR_SAMPLES) {
        size_t round_units = (n - done) / 64 * 64, count = (n - done) / LEAST_UNITS;
        if (count > most)
            count = most;
        if (count > 1 && round_units > count * MOST_UNITS)
            round_units = count * MOST_UNITS;
        char *to = (char *)out + done * item;
        done += run_round(&r, &unit, round_units, count ? count : 1, to, count > 1 ? memory : NULL);
    }
    if (memory)
        ndi_free(memory, memory_bytes);
    *units = unit;
    return done;
}

void ndi_source_leave(const ndi_source *source, size_t units, ndi_pcg64 *generator)
{
    if (units == 0)
        return;
    const size_t draws = (units + source->units - 1) / source->units;
    generator->state = ndi_pcg64_jump(source->state, source->increment, draws);
    if (source->units > 1)
        ndi_set_word(generator, units % source->units != 0);
}

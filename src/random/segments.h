/* Parallel fills in which a sample takes a varying number of draws, with the results of a serial
 * fill.
 *
 * A stream is parsed by attempts. An attempt takes one unit (a draw, or an equal part of one) or
 * more, and gives one sample or none; what it does depends only on the units that it takes. Where
 * attempts begin is thus all that a parser must know. Segments of the stream are parsed at the same
 * time, each as if an attempt began at its first unit. Where the attempt before reaches over that
 * border, the true parse goes on from there, and once an attempt of it begins where one of the
 * segment's did, after one or two attempts as a rule, all that follows is the same. */
#ifndef NDSTREAM_RANDOM_SEGMENTS_H
#define NDSTREAM_RANDOM_SEGMENTS_H

#include "random/draws.h"

/* Units after a segment's begin in which its parser records its attempts. */
#ifndef NDI_RECORDED_UNITS
#define NDI_RECORDED_UNITS 64
#endif

/* Below this many samples a fill ends with the caller's scalar loop. */
enum { NDI_SCALAR_SAMPLES = 64 };

/* Units are counted from the first one of the source. */
typedef struct ndi_segment {
    size_t begin; /* where the parse begins, and */
    size_t end;   /* where no further attempt may begin */
    size_t stop;  /* parsed: where the last attempt ended, end or beyond */
    size_t count; /* parsed: samples */
    void *values; /* the samples; has room for end - begin */

    /* A bit for each of the first NDI_RECORDED_UNITS: an attempt began there; it gave a sample. */
    uint64_t begun, gave;
} ndi_segment;

typedef struct ndi_source {
    ndi_uint128 state, increment; /* of the generator, which has no buffered word */
    unsigned units;               /* in a draw: 1, 2, 4 or 8 */
    unsigned item;                /* bytes of a sample */
    bool steady; /* attempts that give no sample are so rare that parts are seldom moved */
    const void *parameters; /* of the parser */

    /* Parses a segment: reads begin, end and values, sets the others. */
    void (*parse)(const struct ndi_source *source, ndi_segment *segment);

    /* Parses from segment->begin until an attempt begins where one that `other` recorded does, or
     * not before segment->end; sets stop and count. NULL where every attempt takes one unit. */
    void (*bridge)(const struct ndi_source *source, ndi_segment *segment, const ndi_segment *other);
} ndi_source;

/* Stores samples from unit 0 on: n of them, or fewer by up to NDI_SCALAR_SAMPLES - 1. Returns how
 * many; sets the units that they took. */
size_t ndi_source_fill(const ndi_source *source, void *out, size_t n, size_t *units);

/* The generator after `units` units of the source. Of a draw in two units one may be left: it is
 * buffered. */
void ndi_source_leave(const ndi_source *source, size_t units, ndi_pcg64 *generator);

#endif

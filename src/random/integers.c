/* Bounded integers, as NumPy's Generator.integers makes them.
 *
 * Draws are cut into equal pieces of the result's size; results of 64 bits whose range fits 32 are
 * made of pieces of
 * 32. A piece times the number of values is a number of twice the bits, and its high half is the
 * result. Where the number of values is no power of two, pieces whose product has a low half under
 * a threshold are dropped (Lemire 2019). Each piece is kept or dropped by itself. A bool takes one
 * bit. Pieces come in words, low piece first, and what is left of the last word at the end of a
 * fill is lost. */
#include <string.h>

#include "random/fill.h"
#include "random/map.h"
#include "random/segments.h"

typedef struct bounds {
    uint64_t low;
    uint64_t values;    /* last - low + 1; 0 stands for 2^64 */
    uint64_t threshold; /* low halves under it are dropped */
} bounds;

/* Makes results of `count` pieces and returns how many are kept; `out` has room for all. */
typedef size_t filter(const bounds *b, const void *pieces, size_t count, void *out);

#define NAME(x) from8_##x
#define PIECE uint8_t
#define PRODUCT uint16_t
#define BITS 8
#define OUT uint8_t
#include "random/filter_tmpl.h"

#define NAME(x) from16_##x
#define PIECE ndi_piece16
#define PRODUCT uint32_t
#define BITS 16
#define OUT uint16_t
#include "random/filter_tmpl.h"

#define NAME(x) from32_##x
#define PIECE ndi_piece32
#define PRODUCT uint64_t
#define BITS 32
#define OUT uint32_t
#include "random/filter_tmpl.h"

#define NAME(x) from32_to64_##x
#define PIECE ndi_piece32
#define PRODUCT uint64_t
#define BITS 32
#define OUT uint64_t
#include "random/filter_tmpl.h"

#define NAME(x) from64_##x
#define PIECE uint64_t
#define PRODUCT ndi_uint128
#define BITS 64
#define OUT uint64_t
#include "random/filter_tmpl.h"

/* All 2^64 values: the draws themselves, whatever `low` is added. */
static void plain64_all(const void *parameters, const uint64_t *draws, size_t count, void *out)
{
    const bounds *b = parameters;
    uint64_t *restrict result = out;
    for (size_t i = 0; i < count; i++)
        result[i] = b->low + draws[i];
}

static size_t plain64_kept(const bounds *b, const void *pieces, size_t count, void *out)
{
    plain64_all(b, pieces, count, out);
    return count;
}

/* Bits to bytes of 0 and 1, eight at a time: byte i of the product keeps bit i, and what is not 0
 * there carries into the byte's top bit. */
static size_t bits_kept(const bounds *b, const void *pieces, size_t count, void *out)
{
    const uint8_t *bits = pieces;
    uint8_t *restrict result = out;
    (void)b;
    for (size_t i = 0; i < count / 8; i++) {
        uint64_t bytes = bits[i] * 0x0101010101010101u & 0x8040201008040201u;
        bytes = (bytes + 0x7f7f7f7f7f7f7f7fu) >> 7 & 0x0101010101010101u;
        memcpy(result + 8 * i, &bytes, 8);
    }
    return count;
}

static void bits_all(const void *parameters, const uint64_t *draws, size_t count, void *out)
{
    bits_kept(parameters, draws, count * 64, out);
}

typedef struct method {
    unsigned pieces; /* in a draw */
    unsigned item;   /* bytes of a result */
    ndi_draw_map *all;
    filter *kept;
} method;

static const method methods[] = {
    [NDI_INTEGER_BOOL] = {64, 1, bits_all, bits_kept},
    [NDI_INTEGER_8] = {8, 1, from8_all, from8_kept},
    [NDI_INTEGER_16] = {4, 2, from16_all, from16_kept},
    [NDI_INTEGER_32] = {2, 4, from32_all, from32_kept},
    [NDI_INTEGER_64] = {1, 8, from64_all, from64_kept},
};
static const method from32_to64 = {2, 8, from32_to64_all, from32_to64_kept};
static const method plain64 = {1, 8, plain64_all, plain64_kept};

typedef struct parameters {
    const method *method;
    bounds bounds;
} parameters;

static void parse(const ndi_source *source, ndi_segment *segment)
{
    const parameters *p = source->parameters;
    const ndi_draw_kernels *kernels = ndi_draw_kernels_in_use();
    const size_t pieces = p->method->pieces;
    ndi_uint128 state = ndi_pcg64_jump(source->state, source->increment, segment->begin / pieces);
    uint64_t draws[NDI_DRAWS];
    char *out = segment->values;
    size_t left = (segment->end - segment->begin) / pieces;

    while (left) {
        const size_t count = left < NDI_DRAWS ? left : NDI_DRAWS;
        state = kernels->block(state, source->increment, draws, count);
        out += p->method->kept(&p->bounds, draws, count * pieces, out) * p->method->item;
        left -= count;
    }
    segment->stop = segment->end;
    segment->count = (size_t)(out - (char *)segment->values) / p->method->item;
}

/* The results of one word, or of one draw where pieces are whole draws; `n` at most. */
static size_t take(ndi_pcg64 *generator, const parameters *p, void *out, size_t n)
{
    const uint64_t draw =
        p->method->pieces > 1 ? ndi_pcg64_next32(generator) : ndi_pcg64_next64(generator);
    const size_t pieces = p->method->pieces > 1 ? p->method->pieces / 2 : 1;
    uint64_t results[4];
    size_t count = p->method->kept(&p->bounds, &draw, pieces, results);
    if (count > n)
        count = n;
    memcpy(out, results, count * p->method->item);
    return count;
}

/* Whole draws. Returns the number of results, at most n. */
static size_t take_many(ndi_pcg64 *generator, const parameters *p, void *out, size_t n)
{
    const unsigned pieces = p->method->pieces, bits = 64 / pieces;
    if (p->bounds.threshold == 0) {
        const size_t draws = n / pieces;
        if (draws == 0)
            return 0;
        ndi_map_draws(generator, draws, (size_t)pieces * p->method->item, p->method->all,
                      &p->bounds, out);
        if (pieces > 1)
            ndi_set_word(generator, false);
        return draws * pieces;
    }
    if (n < NDI_SCALAR_SAMPLES)
        return 0;
    const ndi_source source = {
        .state = generator->state,
        .increment = generator->increment,
        .units = pieces,
        .item = p->method->item,
        .steady = p->bounds.threshold < ~(uint64_t)0 >> (64 - bits) >> 23,
        .parameters = p,
        .parse = parse,
    };
    size_t units;
    const size_t done = ndi_source_fill(&source, out, n, &units);
    ndi_source_leave(&source, units, generator);
    return done;
}

static void fill_constant(uint64_t value, size_t item, char *out, size_t n)
{
    if (item == 1)
        memset(out, (int)(value & 0xff), n);
    else
        for (size_t i = 0; i < n; i++)
            memcpy(out + i * item, &value, item); /* its low bytes */
}

void ndi_random_integers(ndi_pcg64 *generator, ndi_integer_kind kind, uint64_t low, uint64_t last,
                         void *out, size_t n)
{
    parameters p = {.method = &methods[kind]};
    const unsigned width = 8 * p.method->item;
    const uint64_t all = ~(uint64_t)0 >> (64 - width), range = (last - low) & all;

    if (range == 0) {
        fill_constant(low, p.method->item, out, n);
        return;
    }
    if (range == ~(uint64_t)0)
        p.method = &plain64;
    else if (kind == NDI_INTEGER_64 && range <= UINT32_MAX)
        p.method = &from32_to64;
    p.bounds.low = low;
    p.bounds.values = range + 1;
    if (kind != NDI_INTEGER_BOOL && range != ~(uint64_t)0) {
        const unsigned bits = 64 / p.method->pieces;
        p.bounds.threshold = ((~(uint64_t)0 >> (64 - bits)) - range) % (range + 1);
    }

    const size_t item = p.method->item;
    char *to = out;
    size_t done = 0;
    if (n && p.method->pieces > 1 && generator->has_word)
        done = take(generator, &p, to, n);
    done += take_many(generator, &p, to + done * item, n - done);
    while (done < n)
        done += take(generator, &p, to + done * item, n - done);
}

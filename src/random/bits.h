/* The bit generators of NumPy, with its seeds and draws: what streams are made of. PCG64 and the
 * twister have files of their own; the table holds what is different from one to the other.
 *
 * PCG64DXSM is the generator of PCG64 with a shorter multiplier and another output (O'Neill, 2019);
 * Philox is Philox4x64-10 (Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1,
 * 2, 3", SC 2011); SFC64 is the 64-bit generator of Doty-Humphrey's PractRand. */
#ifndef NDSTREAM_RANDOM_BITS_H
#define NDSTREAM_RANDOM_BITS_H

#include <ndstream/random.h>

#include "random/mt19937.h"
#include "random/pcg64.h"

typedef struct ndi_philox {
    uint64_t counter[4], key[2]; /* low words first */
    uint64_t draws[4];           /* of the counter, */
    int at;                      /* and the next of them to give; 4: none is left */
} ndi_philox;

typedef struct ndi_bits {
    nd_bit_generator kind;
    ndi_pcg64 pcg64; /* of PCG64DXSM too; its word is the half draw that is left of any but the
                        twister */
    union {
        ndi_mt19937 twister;
        ndi_philox philox;
        uint64_t sfc64[4]; /* the last is a counter */
    };
} ndi_bits;

typedef struct ndi_bit_generator {
    const char *name;
    uint64_t (*next64)(ndi_bits *bits);
    void (*seed)(ndi_bits *bits, const uint32_t *state);
    size_t words;           /* of a seed sequence, that seed() takes */
    ndi_uint128 multiplier; /* of a linear congruential generator; 0: it is none */
} ndi_bit_generator;

extern const ndi_bit_generator ndi_bit_generators[ND_BIT_GENERATORS];

/* KIND(sequence), from the words of the sequence that it takes. */
void ndi_bits_seed(ndi_bits *bits, nd_bit_generator kind, const uint32_t *state);

static inline uint64_t ndi_bits_next64(ndi_bits *bits)
{
    return bits->kind == ND_PCG64 ? ndi_pcg64_next64(&bits->pcg64)
                                  : ndi_bit_generators[bits->kind].next64(bits);
}

static inline uint32_t ndi_bits_next32(ndi_bits *bits)
{
    if (bits->kind == ND_MT19937)
        return ndi_mt19937_next32(&bits->twister);
    ndi_pcg64 *half = &bits->pcg64;
    if (half->has_word) {
        half->has_word = false;
        return half->word;
    }
    const uint64_t draw = ndi_bits_next64(bits);
    half->has_word = true;
    half->word = (uint32_t)(draw >> 32);
    return (uint32_t)draw;
}

static inline double ndi_bits_next_double(ndi_bits *bits)
{
    return bits->kind == ND_MT19937 ? ndi_mt19937_next_double(&bits->twister)
                                    : ndi_uniform_double(ndi_bits_next64(bits));
}

/* `n` samples one after the other, with the values that fill.h's functions give of PCG64. */
void ndi_bits_normal(ndi_bits *bits, double *out, size_t n);
void ndi_bits_normal_float(ndi_bits *bits, float *out, size_t n);
void ndi_bits_exponential(ndi_bits *bits, double *out, size_t n);
void ndi_bits_exponential_float(ndi_bits *bits, float *out, size_t n);

#endif

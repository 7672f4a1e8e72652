/* The Mersenne Twister MT19937 (Matsumoto and Nishimura, ACM TOMACS 8:1, 1998), with the seeds,
 * words and doubles of NumPy's legacy generator. */
#ifndef NDSTREAM_RANDOM_MT19937_H
#define NDSTREAM_RANDOM_MT19937_H

#include <stddef.h>
#include <stdint.h>

enum { NDI_MT_WORDS = 624 };

typedef struct ndi_mt19937 {
    uint32_t key[NDI_MT_WORDS];
    int at; /* next word to give; NDI_MT_WORDS: none is left */
} ndi_mt19937;

/* RandomState(seed) and RandomState([words...]); at least one word. */
void ndi_mt19937_seed(ndi_mt19937 *generator, uint32_t seed);
void ndi_mt19937_seed_words(ndi_mt19937 *generator, const uint32_t *words, size_t count);

/* Makes the next 624 words. */
void ndi_mt19937_refill(ndi_mt19937 *generator);

/* Goes on by 2^128 words, as NumPy's jumped() does: from the words of `key` that follow `at`. */
void ndi_mt19937_jump(ndi_mt19937 *generator);

static inline uint32_t ndi_mt19937_next32(ndi_mt19937 *generator)
{
    if (generator->at == NDI_MT_WORDS)
        ndi_mt19937_refill(generator);
    uint32_t word = generator->key[generator->at++];
    word ^= word >> 11;
    word ^= word << 7 & 0x9d2c5680;
    word ^= word << 15 & 0xefc60000;
    return word ^ word >> 18;
}

/* The first word is the high half. */
static inline uint64_t ndi_mt19937_next64(ndi_mt19937 *generator)
{
    const uint64_t high = ndi_mt19937_next32(generator);
    return high << 32 | ndi_mt19937_next32(generator);
}

/* Uniform on [0, 1), of 27 bits of one word and 26 of the next. */
static inline double ndi_mt19937_next_double(ndi_mt19937 *generator)
{
    const uint32_t high = ndi_mt19937_next32(generator) >> 5,
                   low = ndi_mt19937_next32(generator) >> 6;
    return ((double)high * 0x1p26 + (double)low) * 0x1p-53;
}

#endif

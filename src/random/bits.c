/* The table of bit generators, and the draws of those that are small. */
#include "random/bits.h"

#include <string.h>

/* ---- PCG64 and PCG64DXSM --------------------------------------------------------------------- */

static const uint64_t short_multiplier = 0xda942042e4dd58b5u;

static uint64_t next_pcg64(ndi_bits *bits)
{
    return ndi_pcg64_next64(&bits->pcg64);
}

static void seed_pcg64(ndi_bits *bits, const uint32_t *state)
{
    ndi_pcg64_seed(&bits->pcg64, state);
}

/* The output belongs to the state before the step. (It is seeded by PCG64's steps.) */
static uint64_t next_dxsm(ndi_bits *bits)
{
    const ndi_uint128 state = bits->pcg64.state;
    uint64_t high = (uint64_t)(state >> 64);
    const uint64_t low = (uint64_t)state | 1;
    high ^= high >> 32;
    high *= short_multiplier;
    high ^= high >> 48;
    bits->pcg64.state = state * short_multiplier + bits->pcg64.increment;
    return high * low;
}

/* ---- MT19937 --------------------------------------------------------------------------------- */

static uint64_t next_twister(ndi_bits *bits)
{
    return ndi_mt19937_next64(&bits->twister);
}

static void seed_twister(ndi_bits *bits, const uint32_t *state)
{
    memcpy(bits->twister.key, state, sizeof bits->twister.key);
    bits->twister.key[0] = 0x80000000u; /* not all zero */
    bits->twister.at = NDI_MT_WORDS - 1;
}

/* ---- Philox4x64-10 --------------------------------------------------------------------------- */

/* The next value of the counter, in ten rounds of two products of 128 bits. */
static void refill_philox(ndi_philox *p)
{
    for (int i = 0; i < 4 && ++p->counter[i] == 0; i++)
        ;
    uint64_t x[4], key[2];
    memcpy(x, p->counter, sizeof x);
    memcpy(key, p->key, sizeof key);
    for (int round = 0; round < 10; round++) {
        const ndi_uint128 even = (ndi_uint128)0xd2e7470ee14c6c93u * x[0],
                          odd = (ndi_uint128)0xca5a826395121157u * x[2];
        x[0] = (uint64_t)(odd >> 64) ^ x[1] ^ key[0];
        x[2] = (uint64_t)(even >> 64) ^ x[3] ^ key[1];
        x[1] = (uint64_t)odd;
        x[3] = (uint64_t)even;
        key[0] += 0x9e3779b97f4a7c15u; /* the golden ratio, and sqrt(3) - 1 */
        key[1] += 0xbb67ae8584caa73bu;
    }
    memcpy(p->draws, x, sizeof x);
    p->at = 0;
}

static uint64_t next_philox(ndi_bits *bits)
{
    ndi_philox *p = &bits->philox;
    if (p->at >= 4)
        refill_philox(p);
    return p->draws[p->at++];
}

/* `count` words of 64 bits of a sequence. */
static void join_words(const uint32_t *state, uint64_t *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = state[2 * i] | (uint64_t)state[2 * i + 1] << 32;
}

static void seed_philox(ndi_bits *bits, const uint32_t *state)
{
    bits->philox = (ndi_philox){.at = 4};
    join_words(state, bits->philox.key, 2);
}

/* ---- SFC64 ----------------------------------------------------------------------------------- */

static uint64_t next_sfc64(ndi_bits *bits)
{
    uint64_t *s = bits->sfc64;
    const uint64_t draw = s[0] + s[1] + s[3]++;
    s[0] = s[1] ^ s[1] >> 11;
    s[1] = s[2] + (s[2] << 3);
    s[2] = (s[2] << 24 | s[2] >> 40) + draw;
    return draw;
}

static void seed_sfc64(ndi_bits *bits, const uint32_t *state)
{
    join_words(state, bits->sfc64, 3);
    bits->sfc64[3] = 1;
    for (int i = 0; i < 12; i++)
        next_sfc64(bits);
}

/* ---- The table ------------------------------------------------------------------------------- */

const ndi_bit_generator ndi_bit_generators[ND_BIT_GENERATORS] = {
    [ND_PCG64] = {"PCG64", next_pcg64, seed_pcg64, 8, NDI_PCG64_A1},
    [ND_MT19937] = {"MT19937", next_twister, seed_twister, NDI_MT_WORDS, 0},
    [ND_PCG64DXSM] = {"PCG64DXSM", next_dxsm, seed_pcg64, 8, 0xda942042e4dd58b5u},
    [ND_PHILOX] = {"Philox", next_philox, seed_philox, 4, 0},
    [ND_SFC64] = {"SFC64", next_sfc64, seed_sfc64, 6, 0},
};

void ndi_bits_seed(ndi_bits *bits, nd_bit_generator kind, const uint32_t *state)
{
    *bits = (ndi_bits){.kind = kind};
    ndi_bit_generators[kind].seed(bits, state);
}

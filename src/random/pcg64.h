/* PCG64 and its seeding, bit for bit those of NumPy's Generator(PCG64(seed)).
 *
 * The generator is the 128-bit linear congruential generator of O'Neill 2014, "PCG: A Family of
 * Simple Fast Space-Efficient Statistically Good Algorithms for Random Number Generation", with the
 * XSL-RR 128/64 output. A draw is one step and the 64 bits that it gives; a word is half a draw,
 * the low half first. */
#ifndef NDSTREAM_RANDOM_PCG64_H
#define NDSTREAM_RANDOM_PCG64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 ndi_uint128;

#define NDI_UINT128(high, low) (((ndi_uint128)(high) << 64) | (low))

/* The multiplier of the LCG, and those of 2, 4, 8, 16 and 32 steps at once. */
#define NDI_PCG64_A1 NDI_UINT128(0x2360ed051fc65da4u, 0x4385df649fccf645u)
#define NDI_PCG64_A2 (NDI_PCG64_A1 * NDI_PCG64_A1)
#define NDI_PCG64_A4 (NDI_PCG64_A2 * NDI_PCG64_A2)
#define NDI_PCG64_A8 (NDI_PCG64_A4 * NDI_PCG64_A4)
#define NDI_PCG64_A16 (NDI_PCG64_A8 * NDI_PCG64_A8)
#define NDI_PCG64_A32 (NDI_PCG64_A16 * NDI_PCG64_A16)

/* 1 + A + A^2 + ...: what the increment is multiplied by in as many steps. */
#define NDI_PCG64_G2 (NDI_PCG64_A1 + 1)
#define NDI_PCG64_G4 (NDI_PCG64_G2 * (NDI_PCG64_A2 + 1))
#define NDI_PCG64_G8 (NDI_PCG64_G4 * (NDI_PCG64_A4 + 1))
#define NDI_PCG64_G16 (NDI_PCG64_G8 * (NDI_PCG64_A8 + 1))
#define NDI_PCG64_G32 (NDI_PCG64_G16 * (NDI_PCG64_A16 + 1))

/* The fields correspond one to one to those of NumPy's bit_generator.state: state, inc, has_uint32,
 * uinteger. */
typedef struct ndi_pcg64 {
    ndi_uint128 state;
    ndi_uint128 increment; /* odd */
    bool has_word;         /* `word` is still to be given by ndi_pcg64_next32 */
    uint32_t word;         /* high half of the draw whose low half was given last */
} ndi_pcg64;

/* PCG64(sequence), from the eight words of 32 bits that the sequence gives. */
void ndi_pcg64_seed(ndi_pcg64 *generator, const uint32_t *state);

/* The LCG's state that lies `draws` steps after `state`, in O(log draws) operations. Steps count
 * modulo 2^128, so -1 is one step back. */
ndi_uint128 ndi_pcg64_jump(ndi_uint128 state, ndi_uint128 increment, ndi_uint128 draws);
ndi_uint128 ndi_lcg_jump(ndi_uint128 state, ndi_uint128 increment, ndi_uint128 draws,
                         ndi_uint128 multiplier);

/* Skips `draws` draws and drops the buffered word, like PCG64.advance. */
void ndi_pcg64_advance(ndi_pcg64 *generator, ndi_uint128 draws, ndi_uint128 multiplier);

/* The draw that belongs to the state after a step. */
static inline uint64_t ndi_pcg64_output(ndi_uint128 state)
{
    uint64_t mixed = (uint64_t)(state >> 64) ^ (uint64_t)state;
    unsigned turn = (unsigned)(state >> 122);
    return mixed >> turn | mixed << (-turn & 63);
}

static inline uint64_t ndi_pcg64_next64(ndi_pcg64 *generator)
{
    generator->state = generator->state * NDI_PCG64_A1 + generator->increment;
    return ndi_pcg64_output(generator->state);
}

/* Half a draw: the buffered high half if there is one, else the low half of a new draw. */
static inline uint32_t ndi_pcg64_next32(ndi_pcg64 *generator)
{
    if (generator->has_word) {
        generator->has_word = false;
        return generator->word;
    }
    uint64_t draw = ndi_pcg64_next64(generator);
    generator->has_word = true;
    generator->word = (uint32_t)(draw >> 32);
    return (uint32_t)draw;
}

/* Uniform on [0, 1): the 53 high bits of a draw, the 24 high bits of a word. */
static inline double ndi_uniform_double(uint64_t draw)
{
    return (double)(int64_t)(draw >> 11) * 0x1p-53;
}

static inline float ndi_uniform_float(uint32_t word)
{
    return (float)(int32_t)(word >> 8) * 0x1p-24f;
}

static inline double ndi_pcg64_next_double(ndi_pcg64 *generator)
{
    return ndi_uniform_double(ndi_pcg64_next64(generator));
}

#endif

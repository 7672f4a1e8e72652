/* Seeding of PCG64 and jumps along its stream. */
#include "random/pcg64.h"

void ndi_pcg64_seed(ndi_pcg64 *generator, const uint32_t *state)
{
    uint64_t values[4];
    for (int i = 0; i < 4; i++)
        values[i] = state[2 * i] | (uint64_t)state[2 * i + 1] << 32;

    ndi_uint128 start = NDI_UINT128(values[0], values[1]);
    ndi_uint128 stream = NDI_UINT128(values[2], values[3]);
    *generator = (ndi_pcg64){.increment = stream << 1 | 1};
    generator->state = generator->increment + start; /* a step from 0, then the start added */
    generator->state = generator->state * NDI_PCG64_A1 + generator->increment;
}

/* Brown 1994, "Random number generation with arbitrary strides": squares the step while halving the
 * count. */
ndi_uint128 ndi_lcg_jump(ndi_uint128 state, ndi_uint128 increment, ndi_uint128 draws,
                         ndi_uint128 multiplier)
{
    for (ndi_uint128 factor = multiplier; draws; draws >>= 1) {
        if (draws & 1)
            state = state * factor + increment;
        increment *= factor + 1;
        factor *= factor;
    }
    return state;
}

ndi_uint128 ndi_pcg64_jump(ndi_uint128 state, ndi_uint128 increment, ndi_uint128 draws)
{
    return ndi_lcg_jump(state, increment, draws, NDI_PCG64_A1);
}

void ndi_pcg64_advance(ndi_pcg64 *generator, ndi_uint128 draws, ndi_uint128 multiplier)
{
    generator->state = ndi_lcg_jump(generator->state, generator->increment, draws, multiplier);
    generator->has_word = false;
    generator->word = 0;
}

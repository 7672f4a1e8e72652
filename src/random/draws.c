/* Blocks of draws in plain C, and the choice among the instruction sets.
 *
 * One stream of PCG64 is bound by the latency of its 128-bit multiplication. Four streams, each
 * going four steps at a time, keep the multiplier busy instead and give the same draws. */
#include "random/draws.h"

#include "base/cpu.h"
#include "random/ziggurat.h"

static ndi_uint128 block(ndi_uint128 state, ndi_uint128 increment, uint64_t *out, size_t count)
{
    size_t i = 0;
    if (count >= 4) {
        ndi_uint128 leap = increment * NDI_PCG64_G4;
        ndi_uint128 a = state * NDI_PCG64_A1 + increment;
        ndi_uint128 b = a * NDI_PCG64_A1 + increment;
        ndi_uint128 c = b * NDI_PCG64_A1 + increment;
        ndi_uint128 d = c * NDI_PCG64_A1 + increment;
        for (;;) {
            out[i] = ndi_pcg64_output(a);
            out[i + 1] = ndi_pcg64_output(b);
            out[i + 2] = ndi_pcg64_output(c);
            out[i + 3] = ndi_pcg64_output(d);
            i += 4;
            if (count - i < 4)
                break;
            a = a * NDI_PCG64_A4 + leap;
            b = b * NDI_PCG64_A4 + leap;
            c = c * NDI_PCG64_A4 + leap;
            d = d * NDI_PCG64_A4 + leap;
        }
        state = d;
    }
    for (; i < count; i++) {
        state = state * NDI_PCG64_A1 + increment;
        out[i] = ndi_pcg64_output(state);
    }
    return state;
}

static void uniform(ndi_uint128 state, ndi_uint128 increment, double *out, size_t count,
                    bool around)
{
    uint64_t draws[NDI_DRAWS];
    (void)around; /* the arithmetic takes longer than the memory */
    while (count) {
        const size_t part = count < NDI_DRAWS ? count : NDI_DRAWS;
        state = block(state, increment, draws, part);
        for (size_t i = 0; i < part; i++)
            out[i] = ndi_uniform_double(draws[i]);
        out += part;
        count -= part;
    }
}

static void attempts(const uint64_t *draws, size_t count, double *value, uint64_t *slow)
{
    for (size_t i = 0; i < count; i += 64) {
        uint64_t bits = 0;
        for (size_t j = 0; j < 64; j++)
            bits |= (uint64_t)!ndi_normal_attempt(draws[i + j], &value[i + j]) << j;
        slow[i / 64] = bits;
    }
}

static void attempts_float(const ndi_piece32 *words, size_t count, float *value, uint64_t *slow)
{
    for (size_t i = 0; i < count; i += 64) {
        uint64_t bits = 0;
        for (size_t j = 0; j < 64; j++)
            bits |= (uint64_t)!ndi_normal_attempt_float(words[i + j], &value[i + j]) << j;
        slow[i / 64] = bits;
    }
}

const ndi_draw_kernels ndi_draw_kernels_baseline = {block, uniform, attempts, attempts_float};

const ndi_draw_kernels *ndi_draw_kernels_in_use(void)
{
#if defined(__x86_64__)
    if (ndi_isa_in_use() >= NDI_ISA_AVX512)
        return &ndi_draw_kernels_avx512;
#endif
    return &ndi_draw_kernels_baseline;
}

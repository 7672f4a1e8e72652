/* The distributions of Generator over any bit generator, one value after the other. */
#include "random/samplers.h"
#include "random/transforms.h"

static double next_normal(ndi_bits *bits)
{
    double value;
    ndi_bits_normal(bits, &value, 1);
    return value;
}

static double next_exponential(ndi_bits *bits)
{
    double value;
    ndi_bits_exponential(bits, &value, 1);
    return value;
}

#define GENERATOR ndi_bits
#define SINGLE ndi_single_bits
#define LEGACY 0
#define DOUBLE(g) ndi_bits_next_double(g)
#define WORD(g) ndi_bits_next32(g)
#define DRAW(g) ndi_bits_next64(g)
#define NORMAL(g) next_normal(g)
#define EXPONENTIAL(g) next_exponential(g)
#include "random/samplers_tmpl.h"

ndi_sampler *const ndi_samplers_bits[ND_RANDOM_DISTRIBUTIONS] = {
#define ROW(id, ...) [ND_RANDOM_##id] = loop_##id,
    ND_DISTRIBUTIONS(ROW)
#undef ROW
};

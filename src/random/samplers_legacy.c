/* The distributions of RandomState. */
#include "random/samplers.h"
#include "random/transforms.h"

/* The polar method of Marsaglia and Bray 1964 makes two: the second is kept. */
static double next_normal(nd_random *g)
{
    if (g->has_normal) {
        const double kept = g->normal;
        g->has_normal = false;
        g->normal = 0;
        return kept;
    }
    double x, y, square;
    do {
        x = 2.0 * ndi_bits_next_double(g->bits) - 1.0;
        y = 2.0 * ndi_bits_next_double(g->bits) - 1.0;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    const double factor = sqrt(-2.0 * log(square) / square);
    g->normal = factor * x;
    g->has_normal = true;
    return factor * y;
}

static double next_exponential(nd_random *g)
{
    return -log(1.0 - ndi_bits_next_double(g->bits));
}

#define GENERATOR nd_random
#define SINGLE ndi_single_legacy
#define LEGACY 1
#define DOUBLE(g) ndi_bits_next_double((g)->bits)
#define WORD(g) ndi_bits_next32((g)->bits)
#define DRAW(g) ndi_bits_next64((g)->bits)
#define NORMAL(g) next_normal(g)
#define EXPONENTIAL(g) next_exponential(g)
#include "random/samplers_tmpl.h"

ndi_sampler *const ndi_samplers_legacy[ND_RANDOM_DISTRIBUTIONS] = {
#define ROW(id, ...) [ND_RANDOM_##id] = loop_##id,
    ND_DISTRIBUTIONS(ROW)
#undef ROW
};

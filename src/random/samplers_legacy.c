/* The distributions of RandomState. */
#include "random/samplers.h"
#include "random/transforms.h"

/* The polar method of Marsaglia and Bray 1964 makes two: the second is kept. */
static double next_normal(ndi_legacy *g)
{
    if (g->has_normal) {
        const double kept = g->normal;
        g->has_normal = false;
        g->normal = 0;
        return kept;
    }
    double x, y, square;
    do {
        x = 2.0 * ndi_mt19937_next_double(&g->words) - 1.0;
        y = 2.0 * ndi_mt19937_next_double(&g->words) - 1.0;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    const double factor = sqrt(-2.0 * log(square) / square);
    g->normal = factor * x;
    g->has_normal = true;
    return factor * y;
}

static double next_exponential(ndi_legacy *g)
{
    return -log(1.0 - ndi_mt19937_next_double(&g->words));
}

#define GENERATOR ndi_legacy
#define SINGLE ndi_single_legacy
#define LEGACY 1
#define DOUBLE(g) ndi_mt19937_next_double(&(g)->words)
#define WORD(g) ndi_mt19937_next32(&(g)->words)
#define DRAW(g) ndi_mt19937_next64(&(g)->words)
#define NORMAL(g) next_normal(g)
#define EXPONENTIAL(g) next_exponential(g)
#include "random/samplers_tmpl.h"

ndi_sampler *const ndi_samplers_legacy[ND_RANDOM_DISTRIBUTIONS] = {
#define ROW(id, ...) [ND_RANDOM_##id] = loop_##id,
    ND_DISTRIBUTIONS(ROW)
#undef ROW
};

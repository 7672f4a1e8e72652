/* The public generator: a stream of bits, and NumPy's formulas or its legacy ones. */
#ifndef NDSTREAM_RANDOM_STREAM_H
#define NDSTREAM_RANDOM_STREAM_H

#include <ndstream/random.h>

#include "random/bits.h"

struct nd_random {
    ndi_bits *bits; /* its own, or another's */
    ndi_bits own;
    bool is_legacy;  /* RandomState's formulas, and */
    bool has_normal; /* the second of the two normals that its polar method makes */
    double normal;
};

/* Whether the parallel fills of PCG64 serve it. */
static inline bool ndi_fills_in_parallel(const nd_random *random)
{
    return !random->is_legacy && random->bits->kind == ND_PCG64;
}

/* The shape of the parameters broadcast together, or `wanted`, to which they must broadcast. False
 * with ND_ERROR_SHAPE. */
bool ndi_random_shape(const char *operation, int count, const nd_operand *parameters,
                      const nd_shape *wanted, nd_shape *shape);

/* `n` doubles: Generator.random, or RandomState.random_sample. */
void ndi_stream_uniform(nd_random *random, double *out, size_t n);

/* Of probabilities: its last bits decide what is accepted. */
double ndi_kahan_sum(const double *values, int64_t count);

#endif

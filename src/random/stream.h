/* The public generator: NumPy's default one, or its legacy one. */
#ifndef NDSTREAM_RANDOM_STREAM_H
#define NDSTREAM_RANDOM_STREAM_H

#include <ndstream/random.h>

#include "random/mt19937.h"
#include "random/pcg64.h"

/* RandomState: the twister, and the second of the two normals that the polar method makes. */
typedef struct ndi_legacy {
    ndi_mt19937 words;
    bool has_normal;
    double normal;
} ndi_legacy;

struct nd_random {
    bool is_legacy;
    ndi_pcg64 generator; /* unless it is */
    ndi_legacy legacy;
};

/* The shape of the parameters broadcast together, or `wanted`, to which they must broadcast. False
 * with ND_ERROR_SHAPE. */
bool ndi_random_shape(const char *operation, int count, const nd_operand *parameters,
                      const nd_shape *wanted, nd_shape *shape);

/* `n` doubles: Generator.random, or RandomState.random_sample. */
void ndi_stream_uniform(nd_random *random, double *out, size_t n);

/* Of probabilities: its last bits decide what is accepted. */
double ndi_kahan_sum(const double *values, int64_t count);

#endif

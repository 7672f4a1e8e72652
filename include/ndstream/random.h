/* Random numbers: NumPy's default generator, with NumPy's values for the same seed. */
#ifndef NDSTREAM_RANDOM_H
#define NDSTREAM_RANDOM_H

#include <ndstream/array.h>

ND_BEGIN_C

/* A PCG64 stream. Not thread-safe: one thread at a time. */
typedef struct nd_random nd_random;

/* numpy.random.default_rng(seed). The caller owns it (nd_random_free). NULL on ND_ERROR_MEMORY. */
ND_API nd_random *nd_random_new(uint64_t seed);
ND_API void nd_random_free(nd_random *random);

/* Uniform on [0, 1): Generator.random. dtype float64 or float32. */
ND_API nd_array *nd_random_uniform(nd_random *random, nd_dtype dtype, nd_shape shape);
/* low <= x < high: Generator.integers, for every integer dtype and bool. ND_ERROR_VALUE if low >=
 * high or a bound is out of the dtype's range. */
ND_API nd_array *nd_random_integers(nd_random *random, nd_dtype dtype, int64_t low, int64_t high,
                                    nd_shape shape);
/* Mean 0, standard deviation 1: Generator.standard_normal (ziggurat). dtype float64 or float32. */
ND_API nd_array *nd_random_normal(nd_random *random, nd_dtype dtype, nd_shape shape);

ND_END_C

#endif

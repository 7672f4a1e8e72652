/* Filling raw memory with random numbers: the values, and the generator's state afterwards, are bit
 * for bit those of NumPy's Generator(PCG64(seed)). Large fills run on the thread pool; the result
 * does not depend on the number of threads or the instruction set. A generator serves one thread at
 * a time. Fills cannot fail. */
#ifndef NDSTREAM_RANDOM_FILL_H
#define NDSTREAM_RANDOM_FILL_H

#include "random/pcg64.h"

/* Uniform on [0, 1): Generator.random with dtype float64 and float32. */
void ndi_random_double(ndi_pcg64 *generator, double *out, size_t n);
void ndi_random_float(ndi_pcg64 *generator, float *out, size_t n);

/* What Generator.integers makes of a dtype: a signed one and its unsigned counterpart give the same
 * bits. */
typedef enum ndi_integer_kind {
    NDI_INTEGER_BOOL, /* one byte, 0 or 1 */
    NDI_INTEGER_8,
    NDI_INTEGER_16,
    NDI_INTEGER_32,
    NDI_INTEGER_64,
} ndi_integer_kind;

/* Uniform on low, low + 1, ..., last: Generator.integers(low, last + 1), by Lemire's method (2019,
 * "Fast Random Integer Generation in an Interval"). The bounds are the dtype's values converted to
 * uint64_t, low <= last as values of the dtype. `last` is included, so that the full range of 64
 * bits can be given. */
void ndi_random_integers(ndi_pcg64 *generator, ndi_integer_kind kind, uint64_t low, uint64_t last,
                         void *out, size_t n);

/* Mean 0, standard deviation 1: Generator.standard_normal with dtype float64 and float32. */
void ndi_random_normal(ndi_pcg64 *generator, double *out, size_t n);
void ndi_random_normal_float(ndi_pcg64 *generator, float *out, size_t n);

/* Mean 1: Generator.standard_exponential by the ziggurat, float64 and float32. */
void ndi_random_exponential(ndi_pcg64 *generator, double *out, size_t n);
void ndi_random_exponential_float(ndi_pcg64 *generator, float *out, size_t n);

/* One value. The tables must have been prepared (ziggurat.h). */
double ndi_pcg64_next_normal(ndi_pcg64 *generator);
double ndi_pcg64_next_exponential(ndi_pcg64 *generator);

#endif

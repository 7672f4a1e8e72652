/* Standard normal samples by the ziggurat, as NumPy's Generator.standard_normal makes them. */
#include <math.h>
#include <string.h>

#include "random/fill.h"
#include "random/segments.h"
#include "random/ziggurat.h"

#define NAME(x) double_##x
#define REAL double
#define UNIT uint64_t
#define UNITS 1
#define UNIFORM ndi_uniform_double
#define HEIGHT height
#define ATTEMPTS(kernels, ...) (kernels)->attempts(__VA_ARGS__)
#define ATTEMPT ndi_normal_attempt
#define LOG1P log1p
#define NEXT ndi_pcg64_next64
#include "random/normal_tmpl.h"

#define NAME(x) float_##x
#define REAL float
#define UNIT ndi_piece32
#define UNITS 2
#define UNIFORM ndi_uniform_float
#define HEIGHT height_float
#define ATTEMPTS(kernels, ...) (kernels)->attempts_float(__VA_ARGS__)
#define ATTEMPT ndi_normal_attempt_float
#define LOG1P log1pf
#define NEXT ndi_pcg64_next32
#include "random/normal_tmpl.h"

void ndi_random_normal(ndi_pcg64 *generator, double *out, size_t n)
{
    double_fill(generator, out, n);
}

void ndi_random_normal_float(ndi_pcg64 *generator, float *out, size_t n)
{
    float_fill(generator, out, n);
}

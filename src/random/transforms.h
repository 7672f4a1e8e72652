/* Distributions that are made of one simpler number by a formula: uniform, normal, exponential. */
#ifndef NDSTREAM_RANDOM_TRANSFORMS_H
#define NDSTREAM_RANDOM_TRANSFORMS_H

#include <math.h>

#include "random/samplers.h"

static inline double make_uniform(double u, const ndi_parameter *p)
{
    return p[0].real + p[1].real * u; /* low, high - low */
}

static inline double make_normal(double z, const ndi_parameter *p)
{
    return p[0].real + p[1].real * z;
}

static inline double make_exponential(double e, const ndi_parameter *p)
{
    return p[0].real * e;
}

static inline double make_laplace(double u, const ndi_parameter *p)
{
    return u >= 0.5 ? p[0].real - p[1].real * log(2.0 - u - u) : p[0].real + p[1].real * log(u + u);
}

static inline double make_gumbel(double u, const ndi_parameter *p)
{
    return p[0].real - p[1].real * log(-log(1.0 - u));
}

static inline double make_logistic(double u, const ndi_parameter *p)
{
    return p[0].real + p[1].real * log(u / (1.0 - u));
}

static inline double make_lognormal(double z, const ndi_parameter *p)
{
    return exp(p[0].real + p[1].real * z);
}

static inline double make_pareto(double e, const ndi_parameter *p)
{
    return expm1(e / p[0].real);
}

static inline double make_weibull(double e, const ndi_parameter *p)
{
    return pow(e, 1.0 / p[0].real);
}

static inline double make_power(double e, const ndi_parameter *p)
{
    return pow(-expm1(-e), 1.0 / p[0].real);
}

static inline double make_rayleigh(double e, const ndi_parameter *p)
{
    return p[0].real * sqrt(2.0 * e);
}

/* Of left, mode, right. */
static inline double make_triangular(double u, const ndi_parameter *p)
{
    const double left = p[0].real, mode = p[1].real, right = p[2].real, base = right - left,
                 rising = mode - left;
    return u <= rising / base ? left + sqrt(u * (rising * base))
                              : right - sqrt((1.0 - u) * ((right - mode) * base));
}

#endif

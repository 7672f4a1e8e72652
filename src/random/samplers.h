/* Distributions, one value after the other: for PCG64, any bit generator, and the legacy
 * formulas a table of loops each. */
#ifndef NDSTREAM_RANDOM_SAMPLERS_H
#define NDSTREAM_RANDOM_SAMPLERS_H

#include "random/stream.h"

/* A parameter, as the distribution takes it. */
typedef union ndi_parameter {
    double real;
    int64_t whole;
} ndi_parameter;

enum { NDI_MOST_PARAMETERS = 3 };

/* Stores `n` values, doubles or int64, of one distribution with these parameters. The generator is
 * an ndi_pcg64, an ndi_bits, or an nd_random with the legacy formulas. */
typedef void ndi_sampler(void *generator, const ndi_parameter *parameters, void *out, size_t n);

extern ndi_sampler *const ndi_samplers_pcg64[ND_RANDOM_DISTRIBUTIONS];
extern ndi_sampler *const ndi_samplers_bits[ND_RANDOM_DISTRIBUTIONS];
extern ndi_sampler *const ndi_samplers_legacy[ND_RANDOM_DISTRIBUTIONS];

/* What a distribution makes of one number of a simpler one, if it is made of that alone. */
typedef enum ndi_base {
    NDI_BASE_NONE,
    NDI_BASE_UNIFORM,
    NDI_BASE_NORMAL,
    NDI_BASE_EXPONENTIAL
} ndi_base;

typedef struct ndi_transform {
    ndi_base base;
    bool excludes_zero; /* a base of 0 is drawn again */
    void (*apply)(const double *base, const ndi_parameter *parameters, void *out, size_t n);
} ndi_transform;

/* Of the PCG64 stream. */
extern const ndi_transform ndi_transforms[ND_RANDOM_DISTRIBUTIONS];

/* n trials with the probability p, ready for many draws. */
typedef struct ndi_binomial {
    int64_t n;
    double p, q;   /* of the rarer outcome, and of the other */
    bool mirrored; /* the rarer outcome is failure */
    bool by_inversion;

    /* By inversion: the probability of 0, and the largest count that is looked for. */
    double none;
    int64_t bound;

    /* By rejection (BTPE): the hat's parts end at area[0..3]. */
    int64_t centre;
    double r, middle, left, right, half_width, c, left_rate, right_rate, npq, area[4];
} ndi_binomial;

void ndi_binomial_prepare(ndi_binomial *b, int64_t n, double p);

/* log(k!) for small k, to the last bit. */
enum { NDI_LOG_FACTORIALS = 126 };
extern double ndi_log_factorials[NDI_LOG_FACTORIALS];

/* Must have returned before the table or a sampler is used. Cheap after the first call. */
void ndi_samplers_prepare(void);

/* Single values, for distributions over several axes. */
typedef struct ndi_single {
    double (*gamma)(void *generator, double shape);
    double (*beta)(void *generator, double a, double b);
    int64_t (*binomial)(void *generator, const ndi_binomial *b);
    /* `n` numbers: uniform on 0..last, on 0..last - 1, and so on, by masks. */
    void (*below_masked)(void *generator, uint64_t last, size_t n, uint64_t *out);
} ndi_single;

extern const ndi_single ndi_single_pcg64, ndi_single_bits, ndi_single_legacy;

/* The generator and its functions. */
static inline void *ndi_generator_of(nd_random *random)
{
    if (random->is_legacy)
        return random;
    return ndi_fills_in_parallel(random) ? (void *)&random->bits->pcg64 : (void *)random->bits;
}

static inline const ndi_single *ndi_single_of(const nd_random *random)
{
    if (random->is_legacy)
        return &ndi_single_legacy;
    return ndi_fills_in_parallel(random) ? &ndi_single_pcg64 : &ndi_single_bits;
}

static inline ndi_sampler *ndi_sampler_of(const nd_random *random, nd_distribution distribution)
{
    if (random->is_legacy)
        return ndi_samplers_legacy[distribution];
    return (ndi_fills_in_parallel(random) ? ndi_samplers_pcg64 : ndi_samplers_bits)[distribution];
}

#endif

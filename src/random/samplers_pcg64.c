/* The distributions of Generator, and those of them that are a formula of one number. */
#include <pthread.h>

#include "random/fill.h"
#include "random/samplers.h"
#include "random/transforms.h"
#include "random/ziggurat.h"

#define GENERATOR ndi_pcg64
#define SINGLE ndi_single_pcg64
#define LEGACY 0
#define DOUBLE(g) ndi_pcg64_next_double(g)
#define WORD(g) ndi_pcg64_next32(g)
#define DRAW(g) ndi_pcg64_next64(g)
#define NORMAL(g) ndi_pcg64_next_normal(g)
#define EXPONENTIAL(g) ndi_pcg64_next_exponential(g)
#include "random/samplers_tmpl.h"

ndi_sampler *const ndi_samplers_pcg64[ND_RANDOM_DISTRIBUTIONS] = {
#define ROW(id, ...) [ND_RANDOM_##id] = loop_##id,
    ND_DISTRIBUTIONS(ROW)
#undef ROW
};

#define APPLY(id, TYPE, make)                                                                      \
    static void apply_##id(const double *base, const ndi_parameter *p, void *out, size_t n)        \
    {                                                                                              \
        TYPE *value = out;                                                                         \
        for (size_t i = 0; i < n; i++)                                                             \
            value[i] = make(base[i], p);                                                           \
    }
APPLY(UNIFORM, double, make_uniform)
APPLY(NORMAL, double, make_normal)
APPLY(EXPONENTIAL, double, make_exponential)
APPLY(LAPLACE, double, make_laplace)
APPLY(GUMBEL, double, make_gumbel)
APPLY(LOGISTIC, double, make_logistic)
APPLY(LOGNORMAL, double, make_lognormal)
APPLY(TRIANGULAR, double, make_triangular)
APPLY(PARETO, double, make_pareto)
APPLY(POWER, double, make_power)
APPLY(RAYLEIGH, double, make_rayleigh)

const ndi_transform ndi_transforms[ND_RANDOM_DISTRIBUTIONS] = {
    [ND_RANDOM_UNIFORM] = {NDI_BASE_UNIFORM, false, apply_UNIFORM},
    [ND_RANDOM_NORMAL] = {NDI_BASE_NORMAL, false, apply_NORMAL},
    [ND_RANDOM_EXPONENTIAL] = {NDI_BASE_EXPONENTIAL, false, apply_EXPONENTIAL},
    [ND_RANDOM_LAPLACE] = {NDI_BASE_UNIFORM, true, apply_LAPLACE},
    [ND_RANDOM_GUMBEL] = {NDI_BASE_UNIFORM, true, apply_GUMBEL},
    [ND_RANDOM_LOGISTIC] = {NDI_BASE_UNIFORM, true, apply_LOGISTIC},
    [ND_RANDOM_LOGNORMAL] = {NDI_BASE_NORMAL, false, apply_LOGNORMAL},
    [ND_RANDOM_TRIANGULAR] = {NDI_BASE_UNIFORM, false, apply_TRIANGULAR},
    [ND_RANDOM_PARETO] = {NDI_BASE_EXPONENTIAL, false, apply_PARETO},
    [ND_RANDOM_POWER] = {NDI_BASE_EXPONENTIAL, false, apply_POWER},
    [ND_RANDOM_RAYLEIGH] = {NDI_BASE_EXPONENTIAL, false, apply_RAYLEIGH},
};

void ndi_binomial_prepare(ndi_binomial *b, int64_t n, double p)
{
    *b = (ndi_binomial){.n = n, .mirrored = p > 0.5};
    b->p = b->mirrored ? 1.0 - p : p;
    b->q = 1.0 - b->p;
    b->by_inversion = b->p * (double)n <= 30.0;
    const double trials = (double)n;
    if (b->by_inversion) {
        const double mean = trials * b->p, bound = mean + 10.0 * sqrt(mean * b->q + 1);
        b->none = exp(trials * log1p(-b->p));
        b->bound = trials < bound ? n : (int64_t)bound;
        return;
    }
    const double r = b->p, q = b->q, top = trials * r + r;
    b->r = r;
    b->centre = (int64_t)floor(top);
    b->half_width = floor(2.195 * sqrt(trials * r * q) - 4.6 * q) + 0.5;
    b->middle = (double)b->centre + 0.5;
    b->left = b->middle - b->half_width;
    b->right = b->middle + b->half_width;
    b->c = 0.134 + 20.5 / (15.3 + (double)b->centre);
    double a = (top - b->left) / (top - b->left * r);
    b->left_rate = a * (1.0 + a / 2.0);
    a = (b->right - top) / (b->right * q);
    b->right_rate = a * (1.0 + a / 2.0);
    b->npq = trials * r * q;
    b->area[0] = b->half_width;
    b->area[1] = b->half_width * (1.0 + 2.0 * b->c);
    b->area[2] = b->area[1] + b->c / b->left_rate;
    b->area[3] = b->area[2] + b->c / b->right_rate;
}

double ndi_log_factorials[NDI_LOG_FACTORIALS];

static void fill_log_factorials(void)
{
    long double sum = 0;
    for (int k = 2; k < NDI_LOG_FACTORIALS; k++) {
        sum += logl((long double)k);
        ndi_log_factorials[k] = (double)sum;
    }
}

void ndi_samplers_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill_log_factorials);
    ndi_ziggurat_prepare();
}

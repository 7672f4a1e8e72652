/* Random numbers: NumPy's generators, with NumPy's values for NumPy's seeds.
 *
 * A generator is numpy.random.default_rng(seed), a PCG64 stream, or the legacy
 * numpy.random.RandomState(seed), a Mersenne Twister, or either over another bit generator; each
 * function gives the values that the method of the same name gives there, one call after the other.
 * Large fills of the first run on the thread pool, with the same bits for any number of threads.
 *
 * A generator serves one thread at a time. New arrays are the caller's, or the open scope's;
 * nothing here is pending. Every function given a generator of NULL returns NULL. */
#ifndef NDSTREAM_RANDOM_H
#define NDSTREAM_RANDOM_H

#include <ndstream/array.h>
#include <ndstream/operand.h>

ND_BEGIN_C

/* Opaque. */
typedef struct nd_random nd_random;

/* ---- Generators ------------------------------------------------------------------------------ */

/* What a stream is made of: NumPy's bit generators. */
typedef enum nd_bit_generator {
    ND_PCG64,
    ND_MT19937,
    ND_PCG64DXSM,
    ND_PHILOX,
    ND_SFC64,
    ND_BIT_GENERATORS
} nd_bit_generator;

/* numpy.random.default_rng(seed). The caller owns it (nd_random_free). NULL on ND_ERROR_MEMORY. */
ND_API nd_random *nd_random_new(uint64_t seed);
ND_API void nd_random_free(nd_random *random);

/* default_rng(SeedSequence(entropy, spawn_key=spawn_key)), of 32-bit words: an integer is its words
 * from the low end without leading zeros (0 is one word), a list the words of its integers in turn.
 * Child i of a sequence has the sequence's entropy and its key with i at the end
 * (SeedSequence.spawn). NULL on ND_ERROR_MEMORY. */
ND_API nd_random *nd_random_new_seeded(const uint32_t *entropy, size_t words,
                                       const uint32_t *spawn_key, size_t key_words);

/* Generator(KIND(sequence)) for any bit generator and any seed sequence, from the words of 32 bits
 * that the sequence gives it: 8 for PCG64 and PCG64DXSM, 624 for MT19937, 4 for Philox, 6 for SFC64
 * (words of 64 bits as two each, the low one first). Those but PCG64 run on one thread. NULL on
 * ND_ERROR_MEMORY, or ND_ERROR_ARGUMENT for another kind or count. */
ND_API nd_random *nd_random_new_of(nd_bit_generator kind, const uint32_t *state, size_t count);

/* A generator that draws from the stream of another, which must live as long: NumPy's
 * Generator(source.bit_generator), or RandomState(...) if `is_legacy`. The caller owns it. NULL on
 * ND_ERROR_MEMORY, or ND_ERROR_ARGUMENT for NULL. */
ND_API nd_random *nd_random_new_sharing(const nd_random *source, bool is_legacy);

/* What a SeedSequence mixes of its entropy: SeedSequence(entropy, spawn_key=spawn_key,
 * pool_size=size).pool, for a size of at least 1 (NumPy: 4, and no less). */
ND_API void nd_seed_pool(const uint32_t *entropy, size_t words, const uint32_t *spawn_key,
                         size_t key_words, uint32_t *pool, size_t size);

/* generate_state(count) of the sequence with that pool. */
ND_API void nd_seed_state(const uint32_t *pool, size_t size, uint32_t *state, size_t count);

/* numpy.random.RandomState(seed) for an integer of 32 bits, and for a list of them; `count` must
 * not be 0 (ND_ERROR_ARGUMENT). The caller owns it. */
ND_API nd_random *nd_random_new_legacy(uint32_t seed);
ND_API nd_random *nd_random_new_legacy_seeded(const uint32_t *words, size_t count);

/* Everything that a generator is: bit_generator.state there, RandomState.get_state(). */
typedef struct nd_random_state {
    nd_bit_generator bits;
    bool is_legacy;
    uint64_t state[4];     /* of PCG64 and PCG64DXSM, low half first; of SFC64; Philox's counter */
    uint64_t increment[2]; /* of PCG64 and PCG64DXSM; Philox's key */
    uint64_t buffer[4];    /* of Philox: the draws of the counter */
    bool has_uint32;       /* half a draw is left, of any but MT19937: */
    uint32_t uinteger;
    uint32_t key[624]; /* of MT19937 */
    int pos;           /* the next word of key, 0..624, or of buffer, 0..4 */
    bool has_gauss;    /* of a legacy generator: a normal value is left: */
    double gauss;
} nd_random_state;

/* A copy; all zero for NULL. */
ND_API nd_random_state nd_random_get_state(const nd_random *random);

/* ND_ERROR_VALUE, and nothing changed, if there is no such state: an even increment, or a `pos` out
 * of range. A generator may change its kind, and its bit generator. */
ND_API nd_status nd_random_set_state(nd_random *random, const nd_random_state *state);

/* advance(high * 2**64 + low) of PCG64, PCG64DXSM and Philox: the state after so many draws, which
 * may be counted modulo 2**128; of Philox after so many counts, four draws each.
 * ND_ERROR_UNSUPPORTED for MT19937 and SFC64. */
ND_API nd_status nd_random_advance(nd_random *random, uint64_t high, uint64_t low);

/* A new generator with the state of bit_generator.jumped(jumps): streams that do not overlap. The
 * caller owns it. Of MT19937 2**128 words each, a millisecond; ND_ERROR_UNSUPPORTED for SFC64. */
ND_API nd_random *nd_random_jumped(const nd_random *random, uint64_t jumps);

/* ---- Numbers --------------------------------------------------------------------------------- */

/* Uniform on [0, 1): Generator.random, RandomState.random_sample. dtype float64 or float32; a
 * legacy generator gives float64 only. ND_ERROR_DTYPE for others. */
ND_API nd_array *nd_random_uniform(nd_random *random, nd_dtype dtype, nd_shape shape);

/* Mean 0, standard deviation 1: standard_normal (ziggurat; legacy: the polar method). dtype as
 * above. */
ND_API nd_array *nd_random_normal(nd_random *random, nd_dtype dtype, nd_shape shape);

/* Mean 1: standard_exponential (ziggurat; legacy: by inversion). dtype as above. */
ND_API nd_array *nd_random_exponential(nd_random *random, nd_dtype dtype, nd_shape shape);

/* standard_gamma(shape, dtype=float32), by the formulas of float64 in float32: for the elements of
 * `shape`, converted to float32 and broadcast to `size`, or of its shape if that is NULL.
 * ND_ERROR_VALUE for negative ones, ND_ERROR_DTYPE for complex ones and a legacy generator,
 * ND_ERROR_SHAPE. */
ND_API nd_array *nd_random_gamma_float(nd_random *random, const nd_array *shape,
                                       const nd_shape *size);

/* low <= x < high: Generator.integers, RandomState.randint, for every integer dtype and bool.
 * ND_ERROR_VALUE if low >= high or a bound is out of the dtype's range. */
ND_API nd_array *nd_random_integers(nd_random *random, nd_dtype dtype, int64_t low, int64_t high,
                                    nd_shape shape);

/* low <= x <= last (endpoint=True), the bounds as values of the dtype converted to uint64_t, so
 * that those of uint64 can be given. ND_ERROR_VALUE if low > last. */
ND_API nd_array *nd_random_integers_closed(nd_random *random, nd_dtype dtype, uint64_t low,
                                           uint64_t last, nd_shape shape);

/* The same with arrays of bounds: low <= x < high, or x <= high with `endpoint`, for the elements
 * of low and high broadcast together and to `shape`, or of their shape if it is NULL.
 * ND_ERROR_VALUE, ND_ERROR_DTYPE for bounds that are no integers, ND_ERROR_SHAPE. */
ND_API nd_array *nd_random_integers_between(nd_random *random, nd_dtype dtype, nd_operand low,
                                            nd_operand high, bool endpoint, const nd_shape *shape);

/* `count` bytes: Generator.bytes, RandomState.bytes. ND_ERROR_ARGUMENT for NULL. */
ND_API nd_status nd_random_bytes(nd_random *random, void *bytes, size_t count);

/* ---- Distributions --------------------------------------------------------------------------- */

/* The table: number, NumPy's name, what it gives (REAL: float64, WHOLE: int64), and up to three
 * parameters in NumPy's order, each with what it must be. INTEGER ones are whole numbers. */
/* clang-format off */
#define ND_DISTRIBUTIONS(X) \
    X(UNIFORM, uniform, REAL, low, ANY, high, ANY, , NONE) \
    X(NORMAL, normal, REAL, loc, ANY, scale, NOT_NEGATIVE, , NONE) \
    X(EXPONENTIAL, exponential, REAL, scale, NOT_NEGATIVE, , NONE, , NONE) \
    X(GAMMA, gamma, REAL, shape, NOT_NEGATIVE, scale, NOT_NEGATIVE, , NONE) \
    X(BETA, beta, REAL, a, POSITIVE, b, POSITIVE, , NONE) \
    X(CHISQUARE, chisquare, REAL, df, POSITIVE, , NONE, , NONE) \
    X(NONCENTRAL_CHISQUARE, noncentral_chisquare, REAL, \
      df, POSITIVE, nonc, NOT_NEGATIVE, , NONE) \
    X(F, f, REAL, dfnum, POSITIVE, dfden, POSITIVE, , NONE) \
    X(NONCENTRAL_F, noncentral_f, REAL, dfnum, POSITIVE, dfden, POSITIVE, nonc, NOT_NEGATIVE) \
    X(STANDARD_T, standard_t, REAL, df, POSITIVE, , NONE, , NONE) \
    X(STANDARD_CAUCHY, standard_cauchy, REAL, , NONE, , NONE, , NONE) \
    X(LAPLACE, laplace, REAL, loc, ANY, scale, NOT_NEGATIVE, , NONE) \
    X(GUMBEL, gumbel, REAL, loc, ANY, scale, NOT_NEGATIVE, , NONE) \
    X(LOGISTIC, logistic, REAL, loc, ANY, scale, NOT_NEGATIVE, , NONE) \
    X(LOGNORMAL, lognormal, REAL, mean, ANY, sigma, NOT_NEGATIVE, , NONE) \
    X(PARETO, pareto, REAL, a, POSITIVE, , NONE, , NONE) \
    X(POWER, power, REAL, a, POSITIVE, , NONE, , NONE) \
    X(RAYLEIGH, rayleigh, REAL, scale, NOT_NEGATIVE, , NONE, , NONE) \
    X(TRIANGULAR, triangular, REAL, left, ANY, mode, ANY, right, ANY) \
    X(VONMISES, vonmises, REAL, mu, ANY, kappa, NOT_NEGATIVE, , NONE) \
    X(WALD, wald, REAL, mean, POSITIVE, scale, POSITIVE, , NONE) \
    X(WEIBULL, weibull, REAL, a, NOT_NEGATIVE, , NONE, , NONE) \
    X(POISSON, poisson, WHOLE, lam, POISSON, , NONE, , NONE) \
    X(BINOMIAL, binomial, WHOLE, n, INTEGER, p, PROBABILITY, , NONE) \
    X(NEGATIVE_BINOMIAL, negative_binomial, WHOLE, \
      n, POSITIVE_NUMBER, p, POSITIVE_PROBABILITY, , NONE) \
    X(GEOMETRIC, geometric, WHOLE, p, POSITIVE_PROBABILITY, , NONE, , NONE) \
    X(ZIPF, zipf, WHOLE, a, ABOVE_ONE, , NONE, , NONE) \
    X(LOGSERIES, logseries, WHOLE, p, PROBABILITY_BELOW_ONE, , NONE, , NONE) \
    X(HYPERGEOMETRIC, hypergeometric, WHOLE, ngood, INTEGER, nbad, INTEGER, nsample, INTEGER)
/* clang-format on */

/* ND_RANDOM_UNIFORM and so on. */
typedef enum nd_distribution {
#define ND_DISTRIBUTION_NUMBER_(id, ...) ND_RANDOM_##id,
    ND_DISTRIBUTIONS(ND_DISTRIBUTION_NUMBER_)
#undef ND_DISTRIBUTION_NUMBER_
        ND_RANDOM_DISTRIBUTIONS
} nd_distribution;

/* What the table says, for programs that go through it. */
typedef struct nd_distribution_info {
    const char *name;
    nd_dtype dtype;
    int parameters;
    const char *parameter[3];
} nd_distribution_info;

/* NULL with ND_ERROR_ARGUMENT for a number that is none. */
ND_API const nd_distribution_info *nd_distribution_info_of(nd_distribution distribution);

/* Values of a distribution: one for each element of the parameters broadcast together and to
 * `shape`; of the parameters' shape if that is NULL. `parameters` are as many as the table has.
 *
 * ND_ERROR_VALUE names a parameter that is not what it must be (triangular: left <= mode <= right,
 * left < right; hypergeometric: ngood and nbad below 1e9, nsample at most their sum, and for a
 * legacy generator at least 1); ND_ERROR_OVERFLOW if high - low of uniform is not finite;
 * ND_ERROR_DTYPE for complex parameters, and for fractions where they are whole numbers;
 * ND_ERROR_SHAPE. The generator is not advanced then. */
ND_API nd_array *nd_random_draw(nd_random *random, nd_distribution distribution,
                                const nd_operand *parameters, const nd_shape *shape);

#ifndef __cplusplus
/* The parameters of a call, numbers or arrays, up to three:
 *
 *     nd_random_draw(random, ND_RANDOM_GAMMA, ND_PARAMETERS(2.0, scales), NULL) */
#define ND_PARAMETERS(...) ND_PARAMETERS_OF_(__VA_ARGS__, 3, 2, 1, 0)(__VA_ARGS__)
#define ND_PARAMETERS_OF_(a, b, c, count, ...) ND_JOIN_(ND_PARAMETERS_, count)
#define ND_PARAMETERS_1(a) ((nd_operand[]){ND_OPERAND(a)})
#define ND_PARAMETERS_2(a, b) ((nd_operand[]){ND_OPERAND(a), ND_OPERAND(b)})
#define ND_PARAMETERS_3(a, b, c) ((nd_operand[]){ND_OPERAND(a), ND_OPERAND(b), ND_OPERAND(c)})
#endif

/* Counts of `n` trials over the outcomes on the last axis of `pvals`: int64 of shape
 * `shape` + (outcomes,), where n and the other axes of pvals broadcast to `shape`; NULL: of their
 * shape. The last probability is what the others leave. ND_ERROR_VALUE for n below 0,
 * probabilities out of 0..1 or with a sum above 1; ND_ERROR_SHAPE. */
ND_API nd_array *nd_random_multinomial(nd_random *random, nd_operand n, const nd_array *pvals,
                                       const nd_shape *shape);

/* Shares that sum to 1, of shape `shape` + (length of alpha,); alpha of rank 1. ND_ERROR_VALUE for
 * elements below 0 (legacy: not above). */
ND_API nd_array *nd_random_dirichlet(nd_random *random, const nd_array *alpha, nd_shape shape);

/* How the covariance is factorised. */
typedef enum nd_factorization { ND_BY_SVD, ND_BY_EIGH, ND_BY_CHOLESKY } nd_factorization;

/* Vectors of shape `shape` + (n,) with that mean, of shape (n,), and covariance, (n, n). Values
 * differ from NumPy's in last bits only, where the factorisation is unique. The matrix must be
 * symmetric and positive semidefinite, which is not checked. */
ND_API nd_array *nd_random_multivariate_normal(nd_random *random, const nd_array *mean,
                                               const nd_array *covariance,
                                               nd_factorization factorization, nd_shape shape);

/* ---- Permutations ---------------------------------------------------------------------------- */

/* Shuffles what lies along `axis`, whole; in place. ND_ERROR_READONLY, ND_ERROR_AXIS. */
ND_API nd_status nd_random_shuffle(nd_random *random, nd_array *array, int axis);

/* Shuffles every vector along `axis` by itself; in place. ND_ERROR_READONLY, ND_ERROR_AXIS. */
ND_API nd_status nd_random_permuted(nd_random *random, nd_array *array, int axis);

/* The numbers 0..n-1, shuffled: int64. ND_ERROR_VALUE for n < 0. */
ND_API nd_array *nd_random_permutation(nd_random *random, int64_t n);

/* Zero-initialised: with replacement, all numbers alike. */
typedef struct nd_choice_options {
    bool without_replacement;
    bool in_order; /* shuffle=False: the order of a sample without replacement does not matter */
    const nd_array *p; /* probabilities of the numbers, or NULL for equal ones */
} nd_choice_options;

/* A sample of the numbers 0..population-1 (indices to take): Generator.choice,
 * RandomState.choice. int64. `options` may be NULL. ND_ERROR_VALUE for an empty population, a
 * sample larger than it without replacement, probabilities that are negative, NaN, not as many or
 * do not sum to 1. */
ND_API nd_array *nd_random_choice(nd_random *random, int64_t population, nd_shape shape,
                                  const nd_choice_options *options);

ND_END_C

#endif

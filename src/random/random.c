/* The public generators, and arrays of their plain numbers. */
#include <ndstream/random.h>

#include <string.h>

#include "array/array.h"
#include "random/fill.h"
#include "random/samplers.h"

/* ---- Generators ------------------------------------------------------------------------------ */

static nd_random *new_generator(bool is_legacy)
{
    nd_random *random = ndi_allocate_zeroed(sizeof *random);
    if (random)
        random->is_legacy = is_legacy;
    return random;
}

nd_random *nd_random_new(uint64_t seed)
{
    nd_random *random = new_generator(false);
    if (random)
        ndi_pcg64_seed_u64(&random->generator, seed);
    return random;
}

void nd_random_free(nd_random *random)
{
    ndi_free(random, sizeof *random);
}

static ndi_seed_sequence sequence_of(const uint32_t *entropy, size_t words,
                                     const uint32_t *spawn_key, size_t key_words)
{
    static const uint32_t zero;
    ndi_seed_sequence sequence;
    ndi_seed_sequence_init(&sequence, words ? entropy : &zero, words ? words : 1, spawn_key,
                           key_words);
    return sequence;
}

nd_random *nd_random_new_seeded(const uint32_t *entropy, size_t words, const uint32_t *spawn_key,
                                size_t key_words)
{
    nd_random *random = new_generator(false);
    if (random) {
        const ndi_seed_sequence sequence = sequence_of(entropy, words, spawn_key, key_words);
        ndi_pcg64_seed_sequence(&random->generator, &sequence);
    }
    return random;
}

void nd_seed_sequence(const uint32_t *entropy, size_t words, const uint32_t *spawn_key,
                      size_t key_words, uint32_t *state, size_t count)
{
    const ndi_seed_sequence sequence = sequence_of(entropy, words, spawn_key, key_words);
    ndi_seed_sequence_generate(&sequence, state, count);
}

nd_random *nd_random_new_legacy(uint32_t seed)
{
    nd_random *random = new_generator(true);
    if (random)
        ndi_mt19937_seed(&random->legacy.words, seed);
    return random;
}

nd_random *nd_random_new_legacy_seeded(const uint32_t *words, size_t count)
{
    if (!words || count == 0)
        return ndi_fail(ND_ERROR_ARGUMENT, "random_new_legacy_seeded: there are no words");
    nd_random *random = new_generator(true);
    if (random)
        ndi_mt19937_seed_words(&random->legacy.words, words, count);
    return random;
}

nd_random_state nd_random_get_state(const nd_random *random)
{
    nd_random_state state = {.is_legacy = random && random->is_legacy};
    if (!random)
        return state;
    if (random->is_legacy) {
        memcpy(state.key, random->legacy.words.key, sizeof state.key);
        state.pos = random->legacy.words.at;
        state.has_gauss = random->legacy.has_normal;
        state.gauss = random->legacy.normal;
        return state;
    }
    const ndi_pcg64 *g = &random->generator;
    for (int half = 0; half < 2; half++) {
        state.state[half] = (uint64_t)(g->state >> 64 * half);
        state.increment[half] = (uint64_t)(g->increment >> 64 * half);
    }
    state.has_uint32 = g->has_word;
    state.uinteger = g->word;
    return state;
}

nd_status nd_random_set_state(nd_random *random, const nd_random_state *state)
{
    if (!random || !state)
        return ndi_fail_status(ND_ERROR_ARGUMENT, "random_set_state: there is no state");
    if (state->is_legacy ? state->pos < 0 || state->pos > NDI_MT_WORDS
                         : state->increment[0] % 2 == 0)
        return ndi_fail_status(ND_ERROR_VALUE, state->is_legacy
                                                   ? "random_set_state: pos is not in 0..624"
                                                   : "random_set_state: the increment is even");
    random->is_legacy = state->is_legacy;
    if (state->is_legacy) {
        memcpy(random->legacy.words.key, state->key, sizeof state->key);
        random->legacy.words.at = state->pos;
        random->legacy.has_normal = state->has_gauss;
        random->legacy.normal = state->gauss;
        return ND_OK;
    }
    random->generator = (ndi_pcg64){
        .state = NDI_UINT128(state->state[1], state->state[0]),
        .increment = NDI_UINT128(state->increment[1], state->increment[0]),
        .has_word = state->has_uint32,
        .word = state->uinteger,
    };
    return ND_OK;
}

static nd_status only_pcg64(const char *operation, const nd_random *random)
{
    if (!random)
        return ndi_fail_status(ND_ERROR_ARGUMENT, "%s: there is no generator", operation);
    if (random->is_legacy)
        return ndi_fail_status(ND_ERROR_UNSUPPORTED,
                               "%s: a legacy generator cannot; use nd_random_new()", operation);
    return ND_OK;
}

nd_status nd_random_advance(nd_random *random, uint64_t high, uint64_t low)
{
    const nd_status status = only_pcg64("random_advance", random);
    if (status == ND_OK)
        ndi_pcg64_advance(&random->generator, NDI_UINT128(high, low));
    return status;
}

nd_random *nd_random_jumped(const nd_random *random, uint64_t jumps)
{
    /* 2^128 divided by the golden ratio: multiples of it are spread evenly. */
    const ndi_uint128 step = NDI_UINT128(0x9e3779b97f4a7c15u, 0xf39cc0605cedc835u);
    if (only_pcg64("random_jumped", random) != ND_OK)
        return NULL;
    nd_random *jumped = new_generator(false);
    if (jumped) {
        jumped->generator = random->generator;
        ndi_pcg64_advance(&jumped->generator, step * jumps);
    }
    return jumped;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

void ndi_stream_uniform(nd_random *random, double *out, size_t n)
{
    if (!random->is_legacy)
        ndi_random_double(&random->generator, out, n);
    else
        for (size_t i = 0; i < n; i++)
            out[i] = ndi_mt19937_next_double(&random->legacy.words);
}

/* A distribution of a legacy generator with these parameters. */
static void fill_legacy(nd_random *random, nd_distribution distribution, double first,
                        double second, nd_array *out)
{
    const ndi_parameter p[2] = {{.real = first}, {.real = second}};
    ndi_samplers_legacy[distribution](&random->legacy, p, out->data, (size_t)out->size);
}

static bool is_float(const char *operation, const nd_random *random, nd_dtype dtype)
{
    if (dtype == ND_FLOAT64 || (dtype == ND_FLOAT32 && !random->is_legacy))
        return true;
    ndi_fail(ND_ERROR_DTYPE, "%s: gives %s, not %s; cast the result", operation,
             random->is_legacy ? "float64" : "float32 or float64", nd_dtype_name(dtype));
    return false;
}

nd_array *nd_random_uniform(nd_random *random, nd_dtype dtype, nd_shape shape)
{
    if (!random || !is_float("random_uniform", random, dtype))
        return NULL;
    nd_array *out = nd_empty(dtype, shape);
    if (out && dtype == ND_FLOAT64)
        ndi_stream_uniform(random, (double *)out->data, (size_t)out->size);
    else if (out)
        ndi_random_float(&random->generator, (float *)out->data, (size_t)out->size);
    return out;
}

nd_array *nd_random_normal(nd_random *random, nd_dtype dtype, nd_shape shape)
{
    if (!random || !is_float("random_normal", random, dtype))
        return NULL;
    nd_array *out = nd_empty(dtype, shape);
    if (out && random->is_legacy)
        fill_legacy(random, ND_RANDOM_NORMAL, 0, 1, out);
    else if (out && dtype == ND_FLOAT64)
        ndi_random_normal(&random->generator, (double *)out->data, (size_t)out->size);
    else if (out)
        ndi_random_normal_float(&random->generator, (float *)out->data, (size_t)out->size);
    return out;
}

nd_array *nd_random_exponential(nd_random *random, nd_dtype dtype, nd_shape shape)
{
    if (!random || !is_float("random_exponential", random, dtype))
        return NULL;
    nd_array *out = nd_empty(dtype, shape);
    if (out && random->is_legacy)
        fill_legacy(random, ND_RANDOM_EXPONENTIAL, 1, 0, out);
    else if (out && dtype == ND_FLOAT64)
        ndi_random_exponential(&random->generator, (double *)out->data, (size_t)out->size);
    else if (out)
        ndi_random_exponential_float(&random->generator, (float *)out->data, (size_t)out->size);
    return out;
}

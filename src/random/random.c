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
    if (random) {
        random->is_legacy = is_legacy;
        random->bits = &random->own;
        random->own.kind = is_legacy ? ND_MT19937 : ND_PCG64;
    }
    return random;
}

nd_random *nd_random_new_sharing(const nd_random *source, bool is_legacy)
{
    if (!source)
        return ndi_fail(ND_ERROR_ARGUMENT, "random_new_sharing: there is no generator");
    nd_random *random = new_generator(is_legacy);
    if (random)
        random->bits = source->bits;
    return random;
}

void nd_random_free(nd_random *random)
{
    ndi_free(random, sizeof *random);
}

nd_random *nd_random_new_of(nd_bit_generator kind, const uint32_t *state, size_t count)
{
    if ((unsigned)kind >= ND_BIT_GENERATORS)
        return ndi_fail(ND_ERROR_ARGUMENT, "random_new_of: there is no bit generator %d",
                        (int)kind);
    const ndi_bit_generator *row = &ndi_bit_generators[kind];
    if (!state || count != row->words)
        return ndi_fail(ND_ERROR_ARGUMENT, "random_new_of: %s is seeded with %zu words, not %zu",
                        row->name, row->words, state ? count : 0);
    nd_random *random = new_generator(false);
    if (random)
        ndi_bits_seed(random->bits, kind, state);
    return random;
}

nd_random *nd_random_new_seeded(const uint32_t *entropy, size_t words, const uint32_t *spawn_key,
                                size_t key_words)
{
    uint32_t pool[4], state[8];
    nd_seed_pool(entropy, words, spawn_key, key_words, pool, 4);
    nd_seed_state(pool, 4, state, 8);
    return nd_random_new_of(ND_PCG64, state, 8);
}

nd_random *nd_random_new(uint64_t seed)
{
    const uint32_t words[] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    return nd_random_new_seeded(words, words[1] ? 2 : 1, NULL, 0);
}

nd_random *nd_random_new_legacy(uint32_t seed)
{
    nd_random *random = new_generator(true);
    if (random)
        ndi_mt19937_seed(&random->own.twister, seed);
    return random;
}

nd_random *nd_random_new_legacy_seeded(const uint32_t *words, size_t count)
{
    if (!words || count == 0)
        return ndi_fail(ND_ERROR_ARGUMENT, "random_new_legacy_seeded: there are no words");
    nd_random *random = new_generator(true);
    if (random)
        ndi_mt19937_seed_words(&random->own.twister, words, count);
    return random;
}

/* ---- States ---------------------------------------------------------------------------------- */

nd_random_state nd_random_get_state(const nd_random *random)
{
    nd_random_state state = {.is_legacy = random && random->is_legacy};
    if (!random)
        return state;
    const ndi_bits *bits = random->bits;
    state.bits = bits->kind;
    state.has_gauss = random->has_normal;
    state.gauss = random->normal;
    state.has_uint32 = bits->pcg64.has_word;
    state.uinteger = bits->pcg64.word;
    switch (bits->kind) {
    case ND_MT19937:
        memcpy(state.key, bits->twister.key, sizeof state.key);
        state.pos = bits->twister.at;
        break;
    case ND_PHILOX:
        memcpy(state.state, bits->philox.counter, sizeof state.state);
        memcpy(state.increment, bits->philox.key, sizeof state.increment);
        memcpy(state.buffer, bits->philox.draws, sizeof state.buffer);
        state.pos = bits->philox.at;
        break;
    case ND_SFC64:
        memcpy(state.state, bits->sfc64, sizeof state.state);
        break;
    default:
        for (int half = 0; half < 2; half++) {
            state.state[half] = (uint64_t)(bits->pcg64.state >> 64 * half);
            state.increment[half] = (uint64_t)(bits->pcg64.increment >> 64 * half);
        }
    }
    return state;
}

/* What is wrong with a state, or NULL. */
static const char *fault_of(const nd_random_state *state)
{
    if ((unsigned)state->bits >= ND_BIT_GENERATORS)
        return "there is no such bit generator";
    if (ndi_bit_generators[state->bits].multiplier && state->increment[0] % 2 == 0)
        return "the increment is even";
    if (state->bits == ND_MT19937 && (state->pos < 0 || state->pos > NDI_MT_WORDS))
        return "pos is not in 0..624";
    if (state->bits == ND_PHILOX && (state->pos < 0 || state->pos > 4))
        return "pos is not in 0..4";
    return NULL;
}

nd_status nd_random_set_state(nd_random *random, const nd_random_state *state)
{
    if (!random || !state)
        return ndi_fail_status(ND_ERROR_ARGUMENT, "random_set_state: there is no state");
    const char *fault = fault_of(state);
    if (fault)
        return ndi_fail_status(ND_ERROR_VALUE, "random_set_state: %s", fault);
    ndi_bits *bits = random->bits;
    random->is_legacy = state->is_legacy;
    random->has_normal = state->has_gauss;
    random->normal = state->gauss;
    *bits = (ndi_bits){.kind = state->bits,
                       .pcg64 = {.has_word = state->has_uint32, .word = state->uinteger}};
    switch (state->bits) {
    case ND_MT19937:
        memcpy(bits->twister.key, state->key, sizeof state->key);
        bits->twister.at = state->pos;
        break;
    case ND_PHILOX:
        memcpy(bits->philox.counter, state->state, sizeof state->state);
        memcpy(bits->philox.key, state->increment, sizeof state->increment);
        memcpy(bits->philox.draws, state->buffer, sizeof state->buffer);
        bits->philox.at = state->pos;
        break;
    case ND_SFC64:
        memcpy(bits->sfc64, state->state, sizeof state->state);
        break;
    default:
        bits->pcg64.state = NDI_UINT128(state->state[1], state->state[0]);
        bits->pcg64.increment = NDI_UINT128(state->increment[1], state->increment[0]);
    }
    return ND_OK;
}

/* ---- Along the stream ------------------------------------------------------------------------ */

/* Goes on by so many steps of a linear congruential generator, or by high * 2^128 + low counts of
 * Philox. False for other bit generators. */
static bool advance(ndi_bits *bits, ndi_uint128 high, ndi_uint128 low)
{
    const ndi_uint128 multiplier = ndi_bit_generators[bits->kind].multiplier;
    if (multiplier) {
        ndi_pcg64_advance(&bits->pcg64, low, multiplier);
        return true;
    }
    if (bits->kind != ND_PHILOX)
        return false;
    uint64_t *counter = bits->philox.counter;
    const ndi_uint128 below = NDI_UINT128(counter[1], counter[0]) + low,
                      above = NDI_UINT128(counter[3], counter[2]) + high + (below < low);
    const uint64_t counted[4] = {(uint64_t)below, (uint64_t)(below >> 64), (uint64_t)above,
                                 (uint64_t)(above >> 64)};
    memcpy(counter, counted, sizeof counted);
    memset(bits->philox.draws, 0, sizeof bits->philox.draws);
    bits->philox.at = 4;
    bits->pcg64.has_word = false;
    bits->pcg64.word = 0;
    return true;
}

static nd_status cannot(const char *operation, const nd_random *random)
{
    return ndi_fail_status(ND_ERROR_UNSUPPORTED, "%s: %s cannot; use PCG64, PCG64DXSM or Philox",
                           operation, ndi_bit_generators[random->bits->kind].name);
}

nd_status nd_random_advance(nd_random *random, uint64_t high, uint64_t low)
{
    if (!random)
        return ndi_fail_status(ND_ERROR_ARGUMENT, "random_advance: there is no generator");
    return advance(random->bits, 0, NDI_UINT128(high, low)) ? ND_OK
                                                            : cannot("random_advance", random);
}

nd_random *nd_random_jumped(const nd_random *random, uint64_t jumps)
{
    /* 2^128 divided by the golden ratio: multiples of it are spread evenly. */
    const ndi_uint128 step = NDI_UINT128(0x9e3779b97f4a7c15u, 0xf39cc0605cedc835u);
    if (!random)
        return ndi_fail(ND_ERROR_ARGUMENT, "random_jumped: there is no generator");
    nd_random *jumped = new_generator(random->is_legacy);
    if (!jumped)
        return NULL;
    *jumped->bits = *random->bits;
    const bool counts = random->bits->kind == ND_PHILOX;
    if (random->bits->kind == ND_MT19937) {
        for (uint64_t i = 0; i < jumps; i++)
            ndi_mt19937_jump(&jumped->bits->twister);
        return jumped;
    }
    if (advance(jumped->bits, jumps, counts ? 0 : step * jumps))
        return jumped;
    nd_random_free(jumped);
    cannot("random_jumped", random);
    return NULL;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

void ndi_stream_uniform(nd_random *random, double *out, size_t n)
{
    if (random->bits->kind == ND_PCG64)
        ndi_random_double(&random->bits->pcg64, out, n);
    else
        for (size_t i = 0; i < n; i++)
            out[i] = ndi_bits_next_double(random->bits);
}

/* A distribution of a legacy generator with these parameters. */
static void fill_legacy(nd_random *random, nd_distribution distribution, double first,
                        double second, nd_array *out)
{
    const ndi_parameter p[2] = {{.real = first}, {.real = second}};
    ndi_samplers_legacy[distribution](random, p, out->data, (size_t)out->size);
}

/* The parallel fills, by the types of those that go in turn. */
#define FILL(name, REAL)                                                                           \
    static void fill_##name(ndi_bits *bits, REAL *out, size_t n)                                   \
    {                                                                                              \
        ndi_random_##name(&bits->pcg64, out, n);                                                   \
    }
FILL(normal, double)
FILL(normal_float, float)
FILL(exponential, double)
FILL(exponential_float, float)

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
    else if (out && random->bits->kind == ND_PCG64)
        ndi_random_float(&random->bits->pcg64, (float *)out->data, (size_t)out->size);
    else if (out)
        for (int64_t i = 0; i < out->size; i++)
            ((float *)out->data)[i] = ndi_uniform_float(ndi_bits_next32(random->bits));
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
        (ndi_fills_in_parallel(random) ? fill_normal : ndi_bits_normal)(
            random->bits, (double *)out->data, (size_t)out->size);
    else if (out)
        (ndi_fills_in_parallel(random) ? fill_normal_float : ndi_bits_normal_float)(
            random->bits, (float *)out->data, (size_t)out->size);
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
        (ndi_fills_in_parallel(random) ? fill_exponential : ndi_bits_exponential)(
            random->bits, (double *)out->data, (size_t)out->size);
    else if (out)
        (ndi_fills_in_parallel(random) ? fill_exponential_float : ndi_bits_exponential_float)(
            random->bits, (float *)out->data, (size_t)out->size);
    return out;
}

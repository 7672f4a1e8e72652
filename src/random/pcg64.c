/* Seeding of PCG64 and jumps along its stream. */
#include "random/pcg64.h"

/* Constants of randutils::seed_seq_fe, as NumPy's SeedSequence has them. */
enum { POOL = 4, SHIFT = 16 };
static const uint32_t mix_initial = 0x43b0d7e5, mix_multiplier = 0x931e8875;
static const uint32_t out_initial = 0x8b51f9dd, out_multiplier = 0x58f38ded;
static const uint32_t join_left = 0xca01f9dd, join_right = 0x4973f715;

/* Hashes one word; the key changes with every call. */
static uint32_t hash(uint32_t value, uint32_t *key, uint32_t multiplier)
{
    value ^= *key;
    *key *= multiplier;
    value *= *key;
    return value ^ value >> SHIFT;
}

static uint32_t join(uint32_t a, uint32_t b)
{
    uint32_t value = join_left * a - join_right * b;
    return value ^ value >> SHIFT;
}

void ndi_seed_sequence_init(ndi_seed_sequence *sequence, const uint32_t *entropy, size_t words,
                            const uint32_t *spawn_key, size_t key_words)
{
    uint32_t *pool = sequence->pool, key = mix_initial;
    /* The key follows a full pool of entropy, so that no child equals a sequence with longer
     * entropy. */
    size_t key_at = key_words && words < POOL ? POOL : words;
    size_t total = key_at + key_words;

    for (size_t i = 0; i < POOL; i++)
        pool[i] = hash(i < words ? entropy[i] : 0, &key, mix_multiplier);
    if (key_at < POOL)
        key_at = POOL; /* no key: nothing follows */
    for (size_t from = 0; from < POOL; from++)
        for (size_t to = 0; to < POOL; to++)
            if (from != to)
                pool[to] = join(pool[to], hash(pool[from], &key, mix_multiplier));
    for (size_t from = POOL; from < total; from++)
        for (size_t to = 0; to < POOL; to++) {
            uint32_t value = from < words ? entropy[from] : spawn_key[from - key_at];
            pool[to] = join(pool[to], hash(value, &key, mix_multiplier));
        }
}

void ndi_seed_sequence_generate(const ndi_seed_sequence *sequence, uint32_t *out, size_t count)
{
    uint32_t key = out_initial;
    for (size_t i = 0; i < count; i++)
        out[i] = hash(sequence->pool[i % POOL], &key, out_multiplier);
}

void ndi_pcg64_seed_sequence(ndi_pcg64 *generator, const ndi_seed_sequence *sequence)
{
    uint32_t words[8];
    uint64_t values[4];
    ndi_seed_sequence_generate(sequence, words, 8);
    for (int i = 0; i < 4; i++)
        values[i] = words[2 * i] | (uint64_t)words[2 * i + 1] << 32;

    ndi_uint128 start = NDI_UINT128(values[0], values[1]);
    ndi_uint128 stream = NDI_UINT128(values[2], values[3]);
    *generator = (ndi_pcg64){.increment = stream << 1 | 1};
    generator->state = generator->increment + start; /* a step from 0, then the start added */
    generator->state = generator->state * NDI_PCG64_A1 + generator->increment;
}

void ndi_pcg64_seed(ndi_pcg64 *generator, const uint32_t *entropy, size_t words)
{
    ndi_seed_sequence sequence;
    ndi_seed_sequence_init(&sequence, entropy, words, NULL, 0);
    ndi_pcg64_seed_sequence(generator, &sequence);
}

void ndi_pcg64_seed_u64(ndi_pcg64 *generator, uint64_t seed)
{
    uint32_t words[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    ndi_pcg64_seed(generator, words, words[1] ? 2 : 1);
}

/* Brown 1994, "Random number generation with arbitrary strides": squares the step while halving the
 * count. */
ndi_uint128 ndi_lcg_jump(ndi_uint128 state, ndi_uint128 increment, ndi_uint128 draws,
                         ndi_uint128 multiplier)
{
    for (ndi_uint128 factor = multiplier; draws; draws >>= 1) {
        if (draws & 1)
            state = state * factor + increment;
        increment *= factor + 1;
        factor *= factor;
    }
    return state;
}

ndi_uint128 ndi_pcg64_jump(ndi_uint128 state, ndi_uint128 increment, ndi_uint128 draws)
{
    return ndi_lcg_jump(state, increment, draws, NDI_PCG64_A1);
}

void ndi_pcg64_advance(ndi_pcg64 *generator, ndi_uint128 draws, ndi_uint128 multiplier)
{
    generator->state = ndi_lcg_jump(generator->state, generator->increment, draws, multiplier);
    generator->has_word = false;
    generator->word = 0;
}

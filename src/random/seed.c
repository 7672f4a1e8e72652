/* NumPy's SeedSequence: entropy mixed into a pool of words, and words made of the pool (O'Neill
 * 2015, randutils::seed_seq_fe). */
#include <ndstream/random.h>

enum { SHIFT = 16 };
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

/* Mixes a word into all of the pool. */
static void spread(uint32_t *pool, size_t size, uint32_t word, uint32_t *key)
{
    for (size_t to = 0; to < size; to++)
        pool[to] = join(pool[to], hash(word, key, mix_multiplier));
}

void nd_seed_pool(const uint32_t *entropy, size_t words, const uint32_t *spawn_key,
                  size_t key_words, uint32_t *pool, size_t size)
{
    uint32_t key = mix_initial;
    for (size_t i = 0; i < size; i++)
        pool[i] = hash(i < words ? entropy[i] : 0, &key, mix_multiplier);
    for (size_t from = 0; from < size; from++)
        for (size_t to = 0; to < size; to++)
            if (from != to)
                pool[to] = join(pool[to], hash(pool[from], &key, mix_multiplier));
    /* The spawn key follows a full pool of entropy, so that no child equals a sequence with longer
     * entropy. */
    for (size_t i = size; i < words; i++)
        spread(pool, size, entropy[i], &key);
    for (size_t i = 0; i < key_words; i++)
        spread(pool, size, spawn_key[i], &key);
}

void nd_seed_state(const uint32_t *pool, size_t size, uint32_t *state, size_t count)
{
    uint32_t key = out_initial;
    for (size_t i = 0; i < count; i++)
        state[i] = hash(pool[i % size], &key, out_multiplier);
}

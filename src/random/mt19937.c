/* Seeding, recurrence and jumps of MT19937. */
#include "random/mt19937.h"

#include "random/mt19937_jump.h"

enum { WORDS = NDI_MT_WORDS, MIDDLE = 397 };

/* Knuth, TAOCP vol. 2, 3rd ed., p. 106, for the multiplier. */
static uint32_t spread(uint32_t word)
{
    return word ^ word >> 30;
}

void ndi_mt19937_seed(ndi_mt19937 *generator, uint32_t seed)
{
    generator->key[0] = seed;
    for (uint32_t i = 1; i < WORDS; i++)
        generator->key[i] = 1812433253u * spread(generator->key[i - 1]) + i;
    generator->at = WORDS;
}

/* One step of mixing: the index after `i`, which wraps to 1 with the last word in front. */
static uint32_t after(uint32_t *key, uint32_t i)
{
    if (i + 1 < WORDS)
        return i + 1;
    key[0] = key[WORDS - 1];
    return 1;
}

void ndi_mt19937_seed_words(ndi_mt19937 *generator, const uint32_t *words, size_t count)
{
    uint32_t *key = generator->key, i = 1;
    size_t j = 0;
    ndi_mt19937_seed(generator, 19650218u);
    for (size_t left = count > WORDS ? count : WORDS; left; left--) {
        key[i] = (key[i] ^ spread(key[i - 1]) * 1664525u) + words[j] + (uint32_t)j;
        i = after(key, i);
        j = j + 1 < count ? j + 1 : 0;
    }
    for (int left = WORDS - 1; left; left--) {
        key[i] = (key[i] ^ spread(key[i - 1]) * 1566083941u) - i;
        i = after(key, i);
    }
    key[0] = 0x80000000u; /* not all zero */
}

static uint32_t twist(uint32_t high, uint32_t low, uint32_t far)
{
    const uint32_t joined = (high & 0x80000000u) | (low & 0x7fffffffu);
    return far ^ joined >> 1 ^ (-(joined & 1) & 0x9908b0dfu);
}

void ndi_mt19937_refill(ndi_mt19937 *generator)
{
    uint32_t *key = generator->key;
    int i = 0;
    for (; i < WORDS - MIDDLE; i++)
        key[i] = twist(key[i], key[i + 1], key[i + MIDDLE]);
    for (; i < WORDS - 1; i++)
        key[i] = twist(key[i], key[i + 1], key[i + MIDDLE - WORDS]);
    key[WORDS - 1] = twist(key[WORDS - 1], key[0], key[MIDDLE - 1]);
    generator->at = 0;
}

/* One word, which takes the place of the first of the 624 that it is made of. */
static void step(ndi_mt19937 *g)
{
    const int at = g->at, next = at + 1 == WORDS ? 0 : at + 1,
              middle = at < WORDS - MIDDLE ? at + MIDDLE : at + MIDDLE - WORDS;
    g->key[at] = twist(g->key[at], g->key[next], g->key[middle]);
    g->at = next;
}

/* The words of two states from `at` on, one by one. */
static void add(ndi_mt19937 *to, const ndi_mt19937 *from)
{
    for (int i = 0, a = to->at, b = from->at; i < WORDS;) {
        const int last = a > b ? a : b, rest = WORDS - last, left = WORDS - i,
                  now = rest < left ? rest : left;
        for (int k = 0; k < now; k++)
            to->key[a + k] ^= from->key[b + k];
        i += now;
        a = (a + now) % WORDS;
        b = (b + now) % WORDS;
    }
}

void ndi_mt19937_jump(ndi_mt19937 *generator)
{
    ndi_mt19937 from = *generator;
    from.at %= WORDS;
    *generator = from;
    for (int i = NDI_MT_JUMP_DEGREE - 1; i >= 0; i--) { /* Horner's rule */
        step(generator);
        if (ndi_mt_jump[i / 64] >> i % 64 & 1)
            add(generator, &from);
    }
}

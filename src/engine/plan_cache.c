/* Keys of expressions, and the plans that are kept by them. */
#include "engine/plan_cache.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "array/dtype.h"
#include "engine/views.h"

enum {
    PLANS = 64,
    TAG_SHIFT = 56, /* of a word that is no address */
};

typedef enum tag_of_word { TAG_SCALAR = 0xf0, TAG_SOURCE, TAG_AGAIN } tag_of_word;

/* ---- Keys ------------------------------------------------------------------------------------ */

/* Hashed by a sum of products, which do not wait for each other. What is more than there is room
 * for is counted: see is_whole(). */
static void add_word(ndi_plan_key *key, uint64_t word)
{
    key->hash += word * (0x9e3779b97f4a7c15u + (uint64_t)key->words * 0xd1342543de82ef94u);
    if (key->words < NDI_PLAN_KEY_WORDS)
        key->word[key->words] = word;
    key->words++;
}

static bool is_whole(const ndi_plan_key *key)
{
    return key->words <= NDI_PLAN_KEY_WORDS;
}

static void add_tag(ndi_plan_key *key, tag_of_word tag, int number)
{
    add_word(key, (uint64_t)tag << TAG_SHIFT | (uint64_t)number);
}

static void add_scalar(ndi_plan_key *key, nd_dtype dtype, const char *scalar)
{
    uint64_t word[2] = {0, 0};
    memcpy(word, scalar, ndi_dtype_size(dtype));
    add_tag(key, TAG_SCALAR, 0);
    add_word(key, word[0]);
    add_word(key, word[1]);
}

/* Where a source is among those that have been met, else the number of these. */
static int find_source(const ndi_plan_key *key, const ndi_node *source)
{
    int at = 0;
    while (at < key->sources && !ndi_same_source(key->source[at], source))
        at++;
    return at;
}

static bool add_source(ndi_plan_key *key, ndi_node *source, const ndi_node *root)
{
    if (ndi_graph_claimed(source) || ndi_is_to_move(source, root))
        return false;
    const int at = find_source(key, source);
    if (at == key->sources) {
        if (at == NDI_GRAPH_SOURCES)
            return false;
        key->source[key->sources++] = source;
    }
    add_tag(key, TAG_SOURCE, at << 8 | source->dtype);
    return true;
}

static void add_map(ndi_plan_key *key, const ndi_node *node)
{
    const ndi_map *const map = &node->step;
    uint64_t dtypes = 0;
    for (int i = 0; i < map->arguments; i++)
        dtypes = dtypes << 16 | (uint64_t)map->taken[i] << 8 | (uint64_t)map->in[i];
    add_word(key, (uint64_t)(uintptr_t)map->kernel);
    add_word(key, (uint64_t)map->rewrites | (uint64_t)map->arguments << 8 |
                      (uint64_t)map->computed << 16 | (uint64_t)map->out << 24 |
                      (uint64_t)map->effort << 32 | (uint64_t)map->exact << 40 |
                      (uint64_t)map->fast << 41 | (uint64_t)(node->array != NULL) << 42);
    add_word(key, dtypes);
}

/* The walk numbers the steps in the order in which they are met, in `value`. */
static bool add_step(ndi_plan_key *key, ndi_node *node, const ndi_node *root, uint32_t walk,
                     int *steps)
{
    if (node->form != NDI_STEP || node->views > 0 || ndi_graph_claimed(node) || !is_whole(key) ||
        (node != root && (ndi_wanted_again(node) || ndi_is_boundary(node, root))))
        return false;
    ndi_graph_visit(node, walk);
    node->value = (*steps)++;
    add_map(key, node);
    for (int i = 0; i < node->arguments; i++) {
        ndi_node *const argument = node->argument[i];
        if (!argument) {
            add_scalar(key, node->step.taken[i], node->scalar[i]);
        } else if (ndi_is_source(argument)) {
            if (!add_source(key, argument, root))
                return false;
        } else if (argument->mark == walk) {
            add_tag(key, TAG_AGAIN, argument->value);
        } else if (!add_step(key, argument, root, walk, steps)) {
            return false;
        }
    }
    return true;
}

static void make_key(ndi_plan_key *key, ndi_node *root, nd_dtype dtype)
{
    int steps = 0;
    key->words = key->sources = 0;
    key->hash = (uint64_t)(uintptr_t)ndi_kernels_in_use();
    add_word(key, (uint64_t)dtype);
    if (!add_step(key, root, root, ndi_graph_walk(), &steps) || !is_whole(key))
        key->words = 0;
}

/* ---- Plans ----------------------------------------------------------------------------------- */

/* By hash, one each. (Not allocated: pages of what is never used are none.) */
static struct {
    uint64_t seen; /* the hash that came by last without finding its plan */
    ndi_plan plan; /* without words: none */
} slot[PLANS];

static size_t slot_of(const ndi_plan_key *key)
{
    return (key->hash ^ key->hash >> 32) >> 8 & (PLANS - 1);
}

ndi_plan *ndi_plan_find(ndi_plan_key *key, ndi_node *root, nd_dtype dtype)
{
    make_key(key, root, dtype);
    ndi_plan *const plan = &slot[slot_of(key)].plan;
    if (key->words == 0 || plan->hash != key->hash || plan->words != key->words ||
        memcmp(plan->word, key->word, (size_t)key->words * sizeof *key->word) != 0)
        return NULL;
    plan->users++;
    return plan;
}

void ndi_plan_give_back(ndi_plan *plan)
{
    plan->users--;
}

void ndi_plan_keep(const ndi_plan_key *key, const ndi_program *program, ndi_node *const *source,
                   int sources)
{
    const size_t at = slot_of(key);
    ndi_plan *const plan = &slot[at].plan;
    if (key->words == 0)
        return;
    if (slot[at].seen != key->hash || plan->users > 0) {
        slot[at].seen = key->hash;
        return;
    }
    plan->hash = key->hash;
    plan->words = key->words;
    memcpy(plan->word, key->word, (size_t)key->words * sizeof *key->word);
    plan->sources = sources;
    for (int i = 0; i < sources; i++) {
        const int of_key = find_source(key, source[i]);
        assert(of_key < key->sources);
        plan->source[i] = (uint8_t)of_key;
    }
    ndi_program_copy(&plan->program, program);
}

/* Threads that ran plans are not there. */
static void after_fork_in_child(void)
{
    for (int at = 0; at < PLANS; at++)
        slot[at].plan.users = 0;
}

__attribute__((constructor)) static void begin(void)
{
    pthread_atfork(NULL, NULL, after_fork_in_child);
}

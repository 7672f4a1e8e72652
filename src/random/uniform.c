/* Uniform floating-point numbers, as NumPy's Generator.random makes them. */
#include "base/pool.h"
#include "random/fill.h"
#include "random/map.h"

/* Draws that are worth a part of their own. */
enum { GRAIN = 8192 };

typedef struct task {
    ndi_uint128 state, increment;
    double *out;
    bool around;
} task;

static void run(void *context, size_t begin, size_t end)
{
    const task *t = context;
    const ndi_uint128 state = ndi_pcg64_jump(t->state, t->increment, begin);
    ndi_draw_kernels_in_use()->uniform(state, t->increment, t->out + begin, end - begin, t->around);
}

static void map_float(const void *unused, const uint64_t *draws, size_t count, void *out)
{
    const ndi_piece32 *word = (const ndi_piece32 *)draws;
    float *restrict value = out;
    (void)unused;
    for (size_t i = 0; i < 2 * count; i++)
        value[i] = ndi_uniform_float(word[i]);
}

void ndi_random_double(ndi_pcg64 *generator, double *out, size_t n)
{
    task t = {generator->state, generator->increment, out,
              ndi_too_large_for_caches(n * sizeof *out)};
    ndi_parallel_for(n, GRAIN, run, &t);
    generator->state = ndi_pcg64_jump(generator->state, generator->increment, n);
}

void ndi_random_float(ndi_pcg64 *generator, float *out, size_t n)
{
    if (n && generator->has_word) {
        *out++ = ndi_uniform_float(ndi_pcg64_next32(generator));
        n--;
    }
    if (n >= 2) {
        ndi_map_draws(generator, n / 2, 2 * sizeof *out, map_float, NULL, out);
        ndi_set_word(generator, false);
    }
    if (n % 2)
        out[n - 1] = ndi_uniform_float(ndi_pcg64_next32(generator));
}

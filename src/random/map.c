/* Parallel fills by jumping ahead: a thread's part begins at a known draw. */
#include "random/map.h"

#include <stdatomic.h>
#include <string.h>

#include "base/cpu.h"
#include "base/pool.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

enum {
    GRAIN = 8192,       /* draws: some 8 us of work against a few of dispatch */
    BLOCK_BYTES = 8192, /* made in L1 before they are stored around the caches */
};

typedef struct task {
    ndi_uint128 state, increment;
    size_t bytes;
    ndi_draw_map *map;
    const void *parameters;
    char *out;
    bool around; /* the caches, which the result would not fit anyway */
} task;

void ndi_copy_around(void *target, const void *source, size_t bytes)
{
#if defined(__x86_64__)
    char *to = target;
    const char *from = source;
    size_t head = -(uintptr_t)to & 15;
    if (head > bytes)
        head = bytes;
    memcpy(to, from, head);
    size_t i = head;
    for (; i + 16 <= bytes; i += 16)
        _mm_stream_si128((__m128i *)(to + i), _mm_loadu_si128((const __m128i *)(from + i)));
    memcpy(to + i, from + i, bytes - i);
    _mm_sfence();
#else
    memcpy(target, source, bytes);
#endif
}

bool ndi_too_large_for_caches(size_t bytes)
{
    static atomic_size_t last; /* asking the CPU takes microseconds, under a hypervisor dozens */
    if (bytes < 4 << 20)
        return false;
    size_t known = atomic_load_explicit(&last, memory_order_relaxed);
    if (known == 0) {
        known = (size_t)ndi_cpu_caches().last;
        atomic_store_explicit(&last, known, memory_order_relaxed);
    }
    return bytes > known;
}

static void run(void *context, size_t begin, size_t end)
{
    const task *t = context;
    const ndi_draw_kernels *kernels = ndi_draw_kernels_in_use();
    ndi_uint128 state = ndi_pcg64_jump(t->state, t->increment, begin);
    size_t most = t->around ? BLOCK_BYTES / t->bytes : NDI_DRAWS;
    if (most > NDI_DRAWS)
        most = NDI_DRAWS;
    uint64_t draws[NDI_DRAWS];
    _Alignas(64) char block[BLOCK_BYTES];

    while (begin < end) {
        const size_t count = end - begin < most ? end - begin : most;
        char *out = t->out + begin * t->bytes;
        state = kernels->block(state, t->increment, draws, count);
        t->map(t->parameters, draws, count, t->around ? block : out);
        if (t->around)
            ndi_copy_around(out, block, count * t->bytes);
        begin += count;
    }
}

void ndi_map_draws(ndi_pcg64 *generator, size_t draws, size_t bytes, ndi_draw_map *map,
                   const void *parameters, void *out)
{
    task t = {generator->state, generator->increment, bytes, map, parameters, out, false};
    t.around = ndi_too_large_for_caches(draws * bytes);
    ndi_parallel_for(draws, GRAIN, run, &t);
    generator->state = ndi_pcg64_jump(generator->state, generator->increment, draws);
}

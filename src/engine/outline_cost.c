/* What a loop costs by estimate: the time of its kernels over a block in L1, and that of its bytes
 * through memory. Both are measured on this machine when they are first asked for, and kept, so
 * that a plan is told alike each time: microseconds for a kernel, a few milliseconds for memory. */
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/pool.h"
#include "engine/outline.h"

enum {
    BLOCK = 512, /* elements */
    BLOCK_BYTES = BLOCK * 16,
    KERNELS = 1024,   /* whose times are kept */
    LEAST_CLASS = 16, /* of log2(bytes) */
    MOST_CLASS = 26,  /* 64 MiB: through memory, however large the caches */
    GRAIN_BYTES = 1 << 16,
    SERIAL = 1 << 15, /* elements that one thread does */
};

/* Seconds a byte where there is no memory to measure it. */
static const double USUAL = 5e-11;

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- Kernels --------------------------------------------------------------------------------- */

/* Arguments of a kernel that is timed: a block of 1.25 (integers: 1) of each. */
typedef struct bench {
    _Alignas(64) char block[NDI_MAX_OPERANDS][BLOCK_BYTES];
    char *pointer[NDI_MAX_OPERANDS];
    ptrdiff_t stride[NDI_MAX_OPERANDS];
    ndi_leaf leaf;
} bench;

static void set_block(bench *b, int operand, nd_dtype dtype)
{
    const double value = 1.25;
    b->stride[operand] = (ptrdiff_t)nd_dtype_size(dtype);
    b->pointer[operand] = b->block[operand];
    ndi_kernels_in_use()->cast[dtype][ND_FLOAT64](BLOCK,
                                                  (char *[]){b->pointer[operand], (char *)&value},
                                                  (ptrdiff_t[]){b->stride[operand], 0});
}

/* Seconds an element. */
static double time_of(bench *b, ndi_kernel *kernel, ndi_leaf_kernel *leaf)
{
    const double elements = kernel ? BLOCK : (double)b->leaf.rows;
    double best = 1;
    for (int round = 0; round < 6; round++) {
        const double begin = seconds_now();
        for (int i = 0; i < 8; i++)
            if (kernel)
                kernel(BLOCK, b->pointer, b->stride);
            else
                leaf(&b->leaf);
        const double spent = (seconds_now() - begin) / (8 * elements);
        best = spent < best ? spent : best;
    }
    return best;
}

/* Open addressing; the first of two threads that measure the same kernel is believed by both. */
static struct {
    _Atomic uintptr_t kernel;
    _Atomic uint64_t seconds; /* the bits of a double; 0: not known yet */
} known[KERNELS];

static double remembered(bench *b, ndi_kernel *kernel, ndi_leaf_kernel *leaf)
{
    const uintptr_t key = kernel ? (uintptr_t)kernel : (uintptr_t)leaf;
    size_t at = key / 16 % KERNELS;
    for (int probe = 0; probe < 16; probe++, at = (at + 1) % KERNELS) {
        uintptr_t there = 0;
        if (!atomic_compare_exchange_strong(&known[at].kernel, &there, key) && there != key)
            continue;
        uint64_t bits = atomic_load(&known[at].seconds), unknown = 0;
        if (bits == 0) {
            const double measured = time_of(b, kernel, leaf);
            memcpy(&bits, &measured, sizeof bits);
            if (!atomic_compare_exchange_strong(&known[at].seconds, &unknown, bits))
                bits = unknown;
        }
        double seconds;
        memcpy(&seconds, &bits, sizeof seconds);
        return seconds;
    }
    return time_of(b, kernel, leaf);
}

static double cost_of_cast(bench *b, nd_dtype from, nd_dtype to)
{
    if (from == to)
        return 0;
    set_block(b, 0, to);
    set_block(b, 1, from);
    return remembered(b, ndi_kernels_in_use()->cast[to][from], NULL);
}

static double cost_of_map(bench *b, const ndi_map *map)
{
    double seconds = cost_of_cast(b, map->computed, map->out);
    for (int i = 0; i < map->arguments; i++)
        seconds += cost_of_cast(b, map->in[i], map->taken[i]);
    set_block(b, 0, map->computed);
    for (int i = 0; i < map->arguments; i++)
        set_block(b, i + 1, map->taken[i]);
    return seconds + remembered(b, map->kernel, NULL);
}

static double cost_of_fold(bench *b, const ndi_fold *fold, nd_dtype in)
{
    const double converts = cost_of_cast(b, in, fold->taken);
    const ptrdiff_t size = (ptrdiff_t)nd_dtype_size(fold->taken);
    memset(b->block[0], 1, sizeof b->block[0]);
    b->leaf =
        (ndi_leaf){.data = b->block[0],
                   .rows = size > BLOCK_BYTES / NDI_CHUNK ? BLOCK_BYTES / (size_t)size : NDI_CHUNK,
                   .row_stride = size,
                   .columns = 1,
                   .state = {b->block[1], b->block[2]}};
    return converts +
           remembered(b, NULL, ndi_kernels_in_use()->reduce[fold->kind][fold->taken].row);
}

/* The totals of pieces, then the elements: carried on from one to the next, a few cycles each. */
static double cost_of_scan(bench *b, const ndi_fold *fold, nd_dtype in)
{
    return 2 * cost_of_fold(b, fold, in);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

typedef struct copying {
    char *to, *from;
    const ndi_kernels *kernels;
    bool stream;
} copying;

static void copy_range(void *context, size_t begin, size_t end)
{
    const copying *const c = context;
    if (!c->stream) {
        memcpy(c->to + begin, c->from + begin, end - begin);
        return;
    }
    c->kernels->stream(c->to + begin, c->from + begin, end - begin);
    c->kernels->stream_end();
}

/* Seconds a byte of a copy that touches so many bytes. */
static double time_of_copy(size_t bytes)
{
    const nd_status before = nd_error();
    char *const memory = ndi_allocate(bytes);
    if (!memory) {
        if (before == ND_OK)
            nd_error_clear();
        return USUAL;
    }
    memset(memory, 1, bytes); /* pages that nobody has written are all one in the cache */
    copying c = {memory, memory + bytes / 2, ndi_kernels_in_use(),
                 (long)bytes > ndi_cpu_caches().last};
    double best = 1;
    for (int round = 0; round < 4; round++) {
        const double begin = seconds_now();
        ndi_parallel_for(bytes / 2, GRAIN_BYTES, copy_range, &c);
        const double spent = (seconds_now() - begin) / (double)bytes;
        best = spent < best ? spent : best;
    }
    ndi_free(memory, bytes);
    return best;
}

/* Seconds a byte for loops that move so many: those that fit into a cache move them faster. */
static double byte_cost(double bytes)
{
    static _Atomic uint64_t kept[MOST_CLASS + 1]; /* the bits of a double */
    int class = LEAST_CLASS;
    while (class < MOST_CLASS && bytes > (double)((size_t)1 << class))
        class ++;
    uint64_t bits = atomic_load(&kept[class]), unknown = 0;
    if (bits == 0) {
        const double measured = time_of_copy((size_t)1 << class);
        memcpy(&bits, &measured, sizeof bits);
        if (!atomic_compare_exchange_strong(&kept[class], &unknown, bits))
            bits = unknown;
    }
    double seconds;
    memcpy(&seconds, &bits, sizeof seconds);
    return seconds;
}

/* ---- Loops ----------------------------------------------------------------------------------- */

void ndi_outline_estimate(ndi_outline *o)
{
    bench b;
    double functions = 0;
    for (int number = 0; number < o->loops; number++) {
        ndi_outline_loop *const loop = &o->loop[number];
        const int threads = loop->elements > SERIAL ? o->threads : 1;
        double own = 0, in_functions = 0;
        /* What is done in another's sweep does not make the elements again. */
        const int end = loop->first + loop->steps, begin = loop->sweep < 0 ? loop->first : end - 1;
        for (int i = begin; i < end; i++) {
            ndi_outline_step *const step = &o->step[i];
            step->seconds = (double)loop->elements / threads *
                            (step->folds   ? cost_of_fold(&b, &step->fold, step->map.in[0])
                             : step->scans ? cost_of_scan(&b, &step->fold, step->map.in[0])
                                           : cost_of_map(&b, &step->map));
            own += step->seconds;
            in_functions += step->function ? step->seconds : 0;
        }
        loop->functions = in_functions > own / 2;
        functions += in_functions;
        o->arithmetic += own;
        (loop->sweep < 0 ? loop : &o->loop[loop->sweep])->arithmetic += own;
    }
    for (int number = 0; number < o->loops && o->tiles == 0; number++) {
        ndi_outline_loop *const loop = &o->loop[number];
        loop->traffic = loop->bytes * byte_cost(loop->bytes);
        o->traffic += loop->traffic;
    }
    o->functions = functions > o->arithmetic / 2;
    if (o->tiles > 0)
        o->traffic = o->moved * byte_cost(o->moved);
}

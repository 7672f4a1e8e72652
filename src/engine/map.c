/* The block executor of one step.
 *
 * Where operands need no conversion, the kernel runs on the arrays themselves. Else the run is cut
 * into blocks that stay in L1: arguments are converted into scratch, or every other element of them
 * packed there, the kernel computes there, the result is converted or streamed out. Results larger
 * than the cache are written with streaming stores, which spares reading them first: a third of the
 * traffic of an addition. Operands whose axes lie crosswise are walked in square tiles, so that
 * each cache line that is fetched is used whole. */
#include "engine/map.h"

#include <stdlib.h>
#include <string.h>

#include "array/dtype.h"
#include "base/pool.h"
#include "kernels/ranges.h"

enum {
    BLOCK = 512,      /* elements of at most 16 bytes: scratch of four operands fits L1 */
    TILE = 64,        /* side of the tiles for crosswise operands */
    ROWS_AHEAD = 16,  /* prefetched */
    FEW_COLUMNS = 13, /* rows of less are done column by column, */
    FEW_ROWS = 256,   /* that many of them */
};

typedef struct map_run {
    const ndi_map *map;
    const ndi_nest *nest;
    const ndi_kernels *kernels;
    bool packed[NDI_MAX_OPERANDS - 1]; /* arguments, of which every other element is copied first */
    bool direct;                       /* no conversions, no packing, no streaming */
    bool stream;
    bool streaming_kernel; /* which needs no scratch where operands suit it */
    int cross;             /* axis to tile together with the last one, or -1 */
} map_run;

static void run_block(const map_run *run, size_t n, char *const *pointers, const ptrdiff_t *strides)
{
    const ndi_map *map = run->map;
    _Alignas(64) char scratch[NDI_MAX_OPERANDS][BLOCK * 16];
    char *p[NDI_MAX_OPERANDS];
    ptrdiff_t s[NDI_MAX_OPERANDS];
    for (int i = 0; i < map->arguments; i++) {
        p[i + 1] = pointers[i + 1];
        s[i + 1] = strides[i + 1];
        if (map->in[i] == map->taken[i] && !run->packed[i])
            continue;
        const ptrdiff_t size = (ptrdiff_t)ndi_dtype_size(map->taken[i]);
        const bool repeated = strides[i + 1] == 0;
        run->kernels->cast[map->taken[i]][map->in[i]](repeated ? 1 : n,
                                                      (char *[]){scratch[i + 1], pointers[i + 1]},
                                                      (ptrdiff_t[]){size, strides[i + 1]});
        p[i + 1] = scratch[i + 1];
        s[i + 1] = repeated ? 0 : size;
    }
    const bool converts = map->computed != map->out;
    p[0] = pointers[0];
    s[0] = strides[0];
    if (converts || run->stream) {
        p[0] = scratch[0];
        s[0] = (ptrdiff_t)ndi_dtype_size(map->computed);
    }
    map->kernel(n, p, s);
    if (converts) {
        char *to = run->stream ? scratch[1] : pointers[0];
        const ptrdiff_t size = run->stream ? (ptrdiff_t)ndi_dtype_size(map->out) : strides[0];
        run->kernels->cast[map->out][map->computed](n, (char *[]){to, scratch[0]},
                                                    (ptrdiff_t[]){size, s[0]});
    }
    if (run->stream)
        run->kernels->stream(pointers[0], scratch[converts ? 1 : 0], n * ndi_dtype_size(map->out));
}

static void run_inner(const map_run *run, int64_t n, char *const *pointers,
                      const ptrdiff_t *strides)
{
    if (run->direct) {
        run->map->kernel((size_t)n, pointers, strides);
        return;
    }
    if (run->streaming_kernel && (uintptr_t)pointers[0] % 64 == 0 &&
        ndi_suits_streaming(run->map->arguments, run->map->in, strides + 1)) {
        run->map->streaming((size_t)n, pointers, strides);
        return;
    }
    char *p[NDI_MAX_OPERANDS];
    memcpy(p, pointers, sizeof p);
    while (n > 0) {
        const int64_t now = n < BLOCK ? n : BLOCK;
        run_block(run, (size_t)now, p, strides);
        for (int operand = 0; operand <= run->map->arguments; operand++)
            p[operand] += now * strides[operand];
        n -= now;
    }
}

/* A kernel on runs of memory, which is most calls. Few cache lines: what a worker reads of a call
 * comes from another core (16384 doubles times 2 on two threads: 2.8 us, 3.3 by the nest). */
typedef struct flat_run {
    ndi_kernel *kernel;
    int operands;
    char *data[NDI_MAX_OPERANDS];
    ptrdiff_t stride[NDI_MAX_OPERANDS];
} flat_run;

static void run_flat_range(void *context, size_t begin, size_t end)
{
    const flat_run *run = context;
    char *pointers[NDI_MAX_OPERANDS];
    for (int operand = 0; operand < run->operands; operand++)
        pointers[operand] = run->data[operand] + (ptrdiff_t)begin * run->stride[operand];
    run->kernel(end - begin, pointers, run->stride);
}

static void run_flat(const ndi_map *map, const ndi_nest *nest, size_t bytes)
{
    _Alignas(64) flat_run run;
    run.kernel = map->kernel;
    run.operands = nest->operands;
    for (int operand = 0; operand < nest->operands; operand++) {
        run.data[operand] = nest->data[operand];
        run.stride[operand] = nest->stride[operand][0];
    }
    ndi_parallel_elements((size_t)nest->size, bytes, 1 + map->effort, BLOCK, run_flat_range, &run);
}

static void take_strides(const ndi_nest *nest, int axis, ptrdiff_t *strides)
{
    for (int operand = 0; operand < nest->operands; operand++)
        strides[operand] = nest->stride[operand][axis];
}

static void run_range(void *context, size_t begin, size_t end)
{
    const map_run *run = context;
    const ndi_nest *nest = run->nest;
    const int last = nest->rank - 1;
    int64_t index[ND_MAX_RANK];
    char *pointers[NDI_MAX_OPERANDS];
    ptrdiff_t strides[NDI_MAX_OPERANDS];
    take_strides(nest, last, strides);
    int64_t left = (int64_t)(end - begin);
    int64_t within = ndi_nest_seek(nest, (int64_t)begin, index, pointers);
    while (left > 0) {
        const int64_t rest = nest->length[last] - within, now = rest < left ? rest : left;
        run_inner(run, now, pointers, strides);
        left -= now;
        if (left == 0)
            break;
        for (int operand = 0; operand < nest->operands; operand++)
            pointers[operand] -= within * strides[operand];
        within = 0;
        ndi_nest_next(nest, index, pointers);
    }
    if (run->stream)
        run->kernels->stream_end();
}

/* Rows of a few elements, which are the items: some at a time, column by column, as a call for each
 * would take most of the time (3000 x 3 doubles minus a column of them 20 us, 4.2 so). */
static void run_columns(void *context, size_t begin, size_t end)
{
    const map_run *run = context;
    const ndi_nest *nest = run->nest;
    const int last = nest->rank - 1;
    int64_t index[ND_MAX_RANK];
    char *pointers[NDI_MAX_OPERANDS];
    ptrdiff_t strides[NDI_MAX_OPERANDS];
    take_strides(nest, last - 1, strides);
    for (int64_t row = (int64_t)begin, rows; row < (int64_t)end; row += rows) {
        ndi_nest_seek(nest, row * nest->length[last], index, pointers);
        const int64_t left = (int64_t)end - row, rest = nest->length[last - 1] - index[last - 1];
        rows = left < rest ? left : rest;
        rows = rows < FEW_ROWS ? rows : FEW_ROWS;
        for (int64_t column = 0; column < nest->length[last]; column++) {
            run_inner(run, rows, pointers, strides);
            for (int operand = 0; operand < nest->operands; operand++)
                pointers[operand] += nest->stride[operand][last];
        }
    }
}

/* Arguments that are contiguous along the cross axis are transposed into scratch, and lie like the
 * others after that. */
static void turn_tiles(const map_run *run, int64_t width, int64_t height, char **pointers,
                       ptrdiff_t *strides, ptrdiff_t *steps, char turned[][TILE * TILE * 16])
{
    for (int i = 0; i < run->map->arguments; i++) {
        const ptrdiff_t size = (ptrdiff_t)ndi_dtype_size(run->map->in[i]);
        if (steps[i + 1] != size || ndi_is_place(pointers[i + 1]) || strides[i + 1] == 0 ||
            strides[i + 1] == size)
            continue;
        int shift = 0;
        while ((ptrdiff_t)1 << shift < size)
            shift++;
        run->kernels->transpose[shift]((size_t)height, (size_t)width, turned[i], TILE * size,
                                       pointers[i + 1], strides[i + 1]);
        pointers[i + 1] = turned[i];
        strides[i + 1] = size;
        steps[i + 1] = TILE * size;
    }
}

/* Short runs that are far apart are not foreseen by the hardware. Into L2, which has more places
 * for misses. */
static void prefetch_rows(const map_run *run, int64_t width, char *const *pointers,
                          const ptrdiff_t *strides, const ptrdiff_t *steps)
{
    for (int i = 0; i < run->map->arguments; i++) {
        const ptrdiff_t bytes = width * strides[i + 1];
        for (ptrdiff_t at = 0; at < bytes && steps[i + 1] > bytes && !ndi_is_place(pointers[i + 1]);
             at += 64)
            __builtin_prefetch(pointers[i + 1] + ROWS_AHEAD * steps[i + 1] + at, 0, 2);
    }
}

/* Items are tiles: TILE by TILE elements of the axes `cross` and last, for each index of the other
 * axes. */
static void run_tiles(void *context, size_t begin, size_t end)
{
    const map_run *run = context;
    const ndi_nest *nest = run->nest;
    const int last = nest->rank - 1, cross = run->cross;
    const int64_t columns = nest->length[last], rows = nest->length[cross];
    const int64_t column_tiles = (columns + TILE - 1) / TILE, row_tiles = (rows + TILE - 1) / TILE;
    _Alignas(64) char turned[NDI_MAX_OPERANDS - 1][TILE * TILE * 16];
    for (size_t item = begin; item < end; item++) {
        int64_t rest = (int64_t)item;
        const int64_t row =
            rest % row_tiles * TILE; /* down first: along the lines of what is transposed */
        rest /= row_tiles;
        const int64_t column = rest % column_tiles * TILE;
        rest /= column_tiles;
        const int64_t width = columns - column < TILE ? columns - column : TILE;
        const int64_t height = rows - row < TILE ? rows - row : TILE;
        char *pointers[NDI_MAX_OPERANDS];
        ptrdiff_t strides[NDI_MAX_OPERANDS];
        for (int operand = 0; operand < nest->operands; operand++) {
            strides[operand] = nest->stride[operand][last];
            pointers[operand] = nest->data[operand] + column * strides[operand] +
                                row * nest->stride[operand][cross];
        }
        for (int axis = last - 1; axis >= 0; axis--) {
            if (axis == cross)
                continue;
            const int64_t at = rest % nest->length[axis];
            rest /= nest->length[axis];
            for (int operand = 0; operand < nest->operands; operand++)
                pointers[operand] += at * nest->stride[operand][axis];
        }
        ptrdiff_t steps[NDI_MAX_OPERANDS];
        take_strides(nest, cross, steps);
        turn_tiles(run, width, height, pointers, strides, steps, turned);
        for (int64_t r = 0; r < height; r++) {
            prefetch_rows(run, width, pointers, strides, steps);
            run_inner(run, width, pointers, strides);
            for (int operand = 0; operand < nest->operands; operand++)
                pointers[operand] += steps[operand];
        }
    }
    if (run->stream)
        run->kernels->stream_end();
}

/* The axis along which some argument is contiguous while it strides widely along the last axis; -1
 * if none. */
static int cross_axis(const ndi_nest *nest)
{
    const int last = nest->rank - 1;
    for (int operand = 1; operand < nest->operands; operand++) {
        const ptrdiff_t inner = labs(nest->stride[operand][last]);
        if (inner < 64 || ndi_is_place(nest->data[operand]))
            continue;
        for (int axis = 0; axis < last; axis++) {
            const ptrdiff_t stride = labs(nest->stride[operand][axis]);
            if (stride != 0 && stride < 64 && nest->length[axis] > 1 &&
                nest->length[last] > TILE / 4)
                return axis;
        }
    }
    return -1;
}

/* Twice as many of bytes: kernels that write these begin slowly. */
static bool has_few_columns(const ndi_nest *nest, size_t out_size)
{
    const int last = nest->rank - 1;
    return last > 0 && nest->length[last] < (out_size == 1 ? 2 : 1) * FEW_COLUMNS &&
           nest->length[last - 1] > 2 * nest->length[last];
}

ndi_map ndi_cast_step(nd_dtype to, nd_dtype from)
{
    return (ndi_map){.name = "cast",
                     .exact = true,
                     .rewrites = NDI_CONVERSION,
                     .kernel = ndi_kernels_in_use()->cast[to][from],
                     .streaming = ndi_kernels_in_use()->streaming_cast[to][from],
                     .arguments = 1,
                     .out = to,
                     .computed = to,
                     .in = {from},
                     .taken = {from}};
}

/* Kernels load steps of two elements one by one, copies in vectors. */
static bool packs(const ndi_map *map, const ndi_nest *nest, int argument)
{
    const int last = nest->rank - 1;
    const ptrdiff_t size = (ptrdiff_t)ndi_dtype_size(map->in[argument]);
    const bool copies = map->rewrites == NDI_CONVERSION && map->out == map->in[argument];
    return map->in[argument] == map->taken[argument] && !copies && size <= 8 &&
           !ndi_is_place(nest->data[1 + argument]) &&
           nest->stride[1 + argument][last] == 2 * size &&
           nest->stride[0][last] == (ptrdiff_t)ndi_dtype_size(map->out) && nest->length[last] >= 64;
}

void ndi_map_run(const ndi_map *map, ndi_nest *nest)
{
    if (nest->size == 0)
        return;
    ndi_nest_simplify(nest);
    map_run run = {.map = map, .nest = nest, .kernels = ndi_kernels_in_use(), .cross = -1};
    const size_t out_size = ndi_dtype_size(map->out);
    size_t read = 0; /* for one element */
    run.direct = map->computed == map->out;
    for (int i = 0; i < map->arguments; i++) {
        if (!ndi_nest_repeats(nest, 1 + i) && !ndi_is_place(nest->data[1 + i]))
            read += ndi_dtype_size(map->in[i]);
        run.packed[i] = packs(map, nest, i);
        run.direct &= map->in[i] == map->taken[i] && !run.packed[i];
    }
    const size_t bytes = read + out_size;
    const int last = nest->rank - 1;
    run.stream = !map->in_place && nest->stride[0][last] == (ptrdiff_t)out_size &&
                 nest->length[last] * (int64_t)out_size >= 1024 &&
                 ndi_streams_past_cache((double)nest->size, read, out_size, false);
    run.streaming_kernel = run.direct && run.stream && map->streaming;
    run.direct &= !run.stream;
    if (nest->rank > 1)
        run.cross = cross_axis(nest);
    if (run.cross >= 0) {
        const int64_t tiles = (nest->length[last] + TILE - 1) / TILE *
                              ((nest->length[run.cross] + TILE - 1) / TILE) *
                              (nest->size / nest->length[last] / nest->length[run.cross]);
        ndi_parallel_for((size_t)tiles, 1 + NDI_PART_BYTES / (bytes * TILE * TILE), run_tiles,
                         &run);
        return;
    }
    const ptrdiff_t apart = labs(nest->stride[0][last]); /* lines are written as a whole */
    const size_t written = apart <= (ptrdiff_t)out_size ? out_size
                           : apart < 64                 ? (size_t)apart
                                                        : 64;
    const size_t traffic = read + written;
    /* Parts are whole blocks, so that where a part begins never shows in a vector's rest. */
    if (run.direct && nest->rank == 1)
        run_flat(map, nest, traffic);
    else if (has_few_columns(nest, out_size))
        ndi_parallel_elements((size_t)(nest->size / nest->length[last]),
                              traffic * (size_t)nest->length[last], 1 + map->effort, FEW_ROWS,
                              run_columns, &run);
    else
        ndi_parallel_elements((size_t)nest->size, traffic, 1 + map->effort, BLOCK, run_range, &run);
}

/* Writing over what is read, with a lag.
 *
 * The nest is swept along its outermost axis in bands of a few rows. A band is computed into
 * scratch and written when the next one has been computed: no later band reads what it overwrites,
 * as bands are at least as high as the operands reach. Threads sweep parts of the axis. The first
 * and the last band of a part are what its neighbours read; they are written when all are done. So
 * memory is read once and written once, and the scratch stays in cache. */
#include "engine/shifted.h"

#include <string.h>

#include "base/pool.h"
#include "engine/lagging.h"

enum {
    BAND_BYTES = 1 << 16,
    LEAST_BANDS = 4, /* of a part */
};

/* ---- How sources lie ------------------------------------------------------------------------- */

/* The elements of a node as an array that is not there. */
static nd_array as_array(const ndi_node *node)
{
    nd_array array;
    memset(&array, 0, sizeof array);
    array.dtype = node->dtype;
    array.rank = node->rank;
    array.size = node->size;
    array.lengths = (int64_t *)node->dims;
    array.data = node->data;
    return array;
}

ndi_alias ndi_alias_of(const ndi_node *source, const nd_array *target)
{
    const nd_array array = as_array(source);
    switch (ndi_array_overlap(target, &array)) {
    case NDI_APART:
        return NDI_ALIAS_NONE;
    case NDI_IDENTICAL:
        return NDI_ALIAS_IN_PLACE;
    case NDI_OVERLAPS:
        break;
    }
    if (source->dtype != target->dtype || source->rank != target->rank || target->size == 1)
        return NDI_ALIAS_ANY;
    for (int axis = 0; axis < target->rank; axis++)
        if (source->dims[axis] != ndi_lengths(target)[axis] ||
            (source->dims[axis] > 1 && ndi_node_strides(source)[axis] != ndi_strides(target)[axis]))
            return NDI_ALIAS_ANY;
    return NDI_ALIAS_SHIFTED;
}

/* ---- Bands ----------------------------------------------------------------------------------- */

/* A range of the outermost axis, and the two bands of it that are written at the end. */
typedef struct part {
    int64_t begin, end;
    char *first, *last;
} part;

typedef struct sweep {
    const ndi_program *program;
    const ndi_nest *nest;
    nd_dtype dtype;
    int64_t buffers_each; /* of a part */
    int64_t band;         /* rows at least; the bands of a part have less than twice as many */
    ptrdiff_t row_bytes;
    ptrdiff_t scratch_stride[ND_MAX_RANK];
    size_t buffer_bytes; /* of a band */
    char *buffers;
    int64_t parts;
    part part[];
} sweep;

static void compute_band(const sweep *s, int64_t begin, int64_t end, char *to)
{
    ndi_nest rows;
    ndi_nest_range(s->nest, 0, begin, end, &rows);
    rows.data[0] = to;
    memcpy(rows.stride[0], s->scratch_stride, (size_t)rows.rank * sizeof *rows.stride[0]);
    ndi_program_run(s->program, &rows, false, 0, NULL);
}

static void write_band(const sweep *s, int64_t begin, int64_t end, char *from)
{
    ndi_nest rows;
    rows.rank = s->nest->rank;
    rows.operands = 2;
    memcpy(rows.length, s->nest->length, (size_t)rows.rank * sizeof *rows.length);
    rows.length[0] = end - begin;
    rows.size = s->nest->size / s->nest->length[0] * (end - begin);
    rows.data[0] = s->nest->data[0] + begin * s->nest->stride[0][0];
    rows.data[1] = from;
    memcpy(rows.stride[0], s->nest->stride[0], (size_t)rows.rank * sizeof *rows.stride[0]);
    memcpy(rows.stride[1], s->scratch_stride, (size_t)rows.rank * sizeof *rows.stride[1]);
    ndi_map copy = ndi_cast_step(s->dtype, s->dtype);
    copy.in_place = true; /* the rows are in cache: they have been read */
    ndi_map_run(&copy, &rows);
}

static int64_t bands_of(const sweep *s, const part *p)
{
    const int64_t bands = (p->end - p->begin) / s->band;
    return bands > 0 ? bands : 1;
}

static int64_t band_begin(const sweep *s, const part *p, int64_t band)
{
    return p->begin + (p->end - p->begin) * band / bands_of(s, p);
}

static void sweep_parts(void *context, size_t from, size_t to)
{
    sweep *const s = context;
    for (size_t i = from; i < to; i++) {
        part *const p = &s->part[i];
        const int64_t bands = bands_of(s, p);
        char *const buffer = s->buffers + i * (size_t)s->buffers_each * s->buffer_bytes;
        for (int64_t band = 0; band < bands; band++) {
            char *const into = buffer + (size_t)(band == 0 ? 0 : 1 + band % 2) * s->buffer_bytes;
            compute_band(s, band_begin(s, p, band), band_begin(s, p, band + 1), into);
            if (band >= 2)
                write_band(s, band_begin(s, p, band - 1), band_begin(s, p, band), p->last);
            p->last = into;
        }
        p->first = buffer;
    }
}

static void write_edges(void *context, size_t from, size_t to)
{
    const sweep *const s = context;
    for (size_t i = from; i < to; i++) {
        const part *const p = &s->part[i];
        const int64_t bands = bands_of(s, p);
        write_band(s, p->begin, band_begin(s, p, 1), p->first);
        if (bands > 1)
            write_band(s, band_begin(s, p, bands - 1), p->end, p->last);
    }
}

/* How many rows on, and how many back, operands see the target's rows. */
static int64_t reach_of(const ndi_nest *nest, ptrdiff_t item)
{
    const ptrdiff_t row = nest->stride[0][0];
    ptrdiff_t span = item;
    for (int axis = 1; axis < nest->rank; axis++)
        span += (nest->length[axis] - 1) * nest->stride[0][axis];
    int64_t reach = 1;
    for (int operand = 1; operand < nest->operands; operand++) {
        const ptrdiff_t shift = nest->data[operand] - nest->data[0],
                        far = (shift < 0 ? -shift : shift) + span;
        bool alike = true; /* seen in the target's strides: else it lies elsewhere */
        for (int axis = 0; axis < nest->rank; axis++)
            alike &= nest->stride[operand][axis] == nest->stride[0][axis];
        if (!alike || far >= nest->length[0] * row + span)
            continue;
        const int64_t rows = (far + row - 1) / row - 1;
        reach = rows > reach ? rows : reach;
    }
    return reach;
}

bool ndi_program_run_shifted(const ndi_program *program, nd_dtype dtype, ndi_nest *nest)
{
    ndi_nest_simplify(nest);
    const int64_t reach = reach_of(nest, (ptrdiff_t)nd_dtype_size(dtype)), rows = nest->length[0];
    bool failed;
    if (ndi_program_run_lagging(program, nest, reach, &failed))
        return !failed;
    const int threads = ndi_pool_threads();
    const size_t bytes = sizeof(sweep) + (size_t)threads * LEAST_BANDS * sizeof(part);
    sweep *const s = ndi_allocate(bytes);
    if (!s)
        return false;
    s->program = program;
    s->nest = nest;
    s->dtype = dtype;
    ptrdiff_t stride = (ptrdiff_t)nd_dtype_size(s->dtype);
    for (int axis = nest->rank - 1; axis >= 0; axis--) {
        s->scratch_stride[axis] = stride;
        stride *= nest->length[axis];
    }
    s->row_bytes = s->scratch_stride[0];
    s->band = BAND_BYTES / s->row_bytes > reach ? BAND_BYTES / s->row_bytes : reach;
    s->parts = rows / (LEAST_BANDS * s->band);
    s->parts = s->parts > threads * LEAST_BANDS ? threads * LEAST_BANDS
               : s->parts > 1                   ? s->parts
                                                : 1;
    const int64_t highest = 2 * s->band < rows ? 2 * s->band : rows;
    /* Not all at the same place in the cache. */
    s->buffer_bytes = (size_t)(highest * s->row_bytes + 64 + 63) / 64 * 64;
    s->buffers_each = rows / s->parts < 2 * s->band ? 1 : 3;
    const size_t buffers = (size_t)(s->parts * s->buffers_each) * s->buffer_bytes;
    s->buffers = ndi_allocate(buffers);
    const bool done = s->buffers;
    if (done) {
        for (int64_t i = 0; i < s->parts; i++)
            s->part[i] = (part){.begin = rows * i / s->parts, .end = rows * (i + 1) / s->parts};
        ndi_parallel_for((size_t)s->parts, 1, sweep_parts, s);
        ndi_parallel_for((size_t)s->parts, 1, write_edges, s);
        ndi_free(s->buffers, buffers);
    }
    ndi_free(s, bytes);
    return done;
}

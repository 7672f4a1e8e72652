/* Copies, conversions and assignment: one-argument maps whose kernel is a cast, and the transposing
 * copy. */
#include "engine/copy.h"

#include <ndstream/lazy.h>
#include <stdlib.h>

#include "base/pool.h"
#include "engine/checked.h"
#include "engine/evaluate.h"
#include "engine/map.h"
#include "engine/pending.h"

/* ---- The transposing copy: the two sides are contiguous along different axes ---- */

enum {
    TILE_ROWS = 32,
    TILE_BYTES = 512, /* of the result: whole lines to stream, and an L1 full of arguments */
    BAND_ROWS = 2048, /* of a tile whose lines go out one by one */
};

/* Bytes of a band's rows, by the element's size: two lines at least, but few columns to read. */
static const int64_t band_bytes[] = {128, 128, 128, 192, 256};

typedef struct transposition {
    const ndi_nest *nest;
    const ndi_kernels *kernels;
    size_t size; /* of an element */
    int power;   /* its logarithm */
    int cross;   /* the axis along which the source is contiguous */
    int64_t tile_columns, tile_rows;
    int64_t across, down; /* tiles */
    bool stream;
    bool bands; /* the tiles' rows are whole lines */
} transposition;

static void transpose_tile(const transposition *t, size_t rows, size_t columns, char *out,
                           const char *in)
{
    const int last = t->nest->rank - 1;
    const ptrdiff_t out_row = t->nest->stride[0][t->cross], in_column = t->nest->stride[1][last];
    ndi_transpose_kernel *const turn = t->kernels->transpose[t->power];
    if (t->bands) {
        t->kernels->transpose_streaming[t->power](rows, columns, out, out_row, in, in_column);
    } else if (!t->stream) {
        turn(rows, columns, out, out_row, in, in_column);
    } else {
        _Alignas(64) char scratch[TILE_ROWS * TILE_BYTES];
        turn(rows, columns, scratch, TILE_BYTES, in, in_column);
        for (size_t r = 0; r < rows; r++)
            t->kernels->stream(out + (ptrdiff_t)r * out_row, scratch + r * TILE_BYTES,
                               columns * t->size);
    }
}

static void transpose_tiles(void *context, size_t begin, size_t end)
{
    const transposition *t = context;
    const ndi_nest *nest = t->nest;
    const int last = nest->rank - 1;
    const int64_t columns = nest->length[last], rows = nest->length[t->cross];
    for (size_t item = begin; item < end; item++) {
        int64_t rest = (int64_t)item;
        const int64_t tile_row = rest % t->down, row = tile_row * t->tile_rows;
        rest /= t->down;
        const int64_t tile_column = rest % t->across, column = tile_column * t->tile_columns;
        rest /= t->across;
        const int64_t width = tile_column < t->across - 1 ? t->tile_columns : columns - column;
        const int64_t height = tile_row < t->down - 1 ? t->tile_rows : rows - row;
        char *out =
            nest->data[0] + column * nest->stride[0][last] + row * nest->stride[0][t->cross];
        const char *in =
            nest->data[1] + column * nest->stride[1][last] + row * nest->stride[1][t->cross];
        for (int axis = last - 1; axis >= 0; axis--) {
            if (axis == t->cross)
                continue;
            const int64_t at = rest % nest->length[axis];
            rest /= nest->length[axis];
            out += at * nest->stride[0][axis];
            in += at * nest->stride[1][axis];
        }
        transpose_tile(t, (size_t)height, (size_t)width, out, in);
    }
    if (t->stream)
        t->kernels->stream_end();
}

/* Backwards along an axis. */
static void turn_round(ndi_nest *nest, int axis)
{
    for (int operand = 0; operand < nest->operands; operand++) {
        nest->data[operand] += (nest->length[axis] - 1) * nest->stride[operand][axis];
        nest->stride[operand][axis] = -nest->stride[operand][axis];
    }
}

/* How many tiles; the last one is up to twice as long, not as short as a few elements, unless it
 * must fit into scratch. */
static int64_t tiles_of(int64_t length, int64_t tile, bool bounded)
{
    return bounded ? (length + tile - 1) / tile : length < tile ? 1 : length / tile;
}

/* True if it was done: same size of elements, and each side contiguous along an axis of its own,
 * the source maybe backwards. */
static bool transpose(ndi_nest *nest, size_t size)
{
    const int last = nest->rank - 1;
    const bool repeats = nest->rank > 1 && nest->stride[1][last] == 0; /* long rows are one fill */
    if (nest->rank < 2 || nest->stride[0][last] != (ptrdiff_t)size || nest->length[last] < 8 ||
        (repeats && nest->length[last] >= 64))
        return false;
    transposition t = {.nest = nest, .kernels = ndi_kernels_in_use(), .size = size, .cross = -1};
    for (int axis = 0; axis < last; axis++)
        if (labs(nest->stride[1][axis]) == (ptrdiff_t)size && nest->length[axis] >= 8)
            t.cross = axis;
    if (t.cross < 0)
        return false;
    if (nest->stride[1][t.cross] < 0)
        turn_round(nest, t.cross);
    while ((size_t)1 << t.power < size)
        t.power++;
    t.stream = 2.0 * (double)nest->size * (double)size > (double)ndi_cpu_caches().last;
    t.bands = t.stream && t.kernels->transpose_streaming[t.power] && ndi_nest_rows_aligned(nest, 0);
    t.tile_columns = (t.bands ? band_bytes[t.power] : TILE_BYTES) / (int64_t)size;
    t.tile_rows = t.bands ? BAND_ROWS : TILE_ROWS;
    t.across = tiles_of(nest->length[last], t.tile_columns, t.stream);
    t.down = tiles_of(nest->length[t.cross], t.tile_rows, t.stream);
    const int64_t others = nest->size / nest->length[last] / nest->length[t.cross];
    const size_t tiles = (size_t)(t.across * t.down * others);
    if (t.bands)
        ndi_parallel_for(tiles, 1, transpose_tiles, &t);
    else
        ndi_parallel_elements(tiles, 2 * (size_t)nest->size * size / tiles, 3, 1, transpose_tiles,
                              &t);
    return true;
}

bool ndi_copy_elements(nd_array *target, const nd_array *source)
{
    const nd_dtype to = nd_dtype_of(target), from = nd_dtype_of(source);
    ndi_nest nest;
    ndi_nest_begin(&nest, target->rank, ndi_lengths(target));
    ndi_nest_add(&nest, target);
    ndi_nest_add(&nest, source);
    if (nest.size == 0)
        return true;
    ndi_nest_simplify(&nest);
    if (to == from && transpose(&nest, nd_dtype_size(to)))
        return true;
    const ndi_map step = ndi_cast_step(to, from);
    ndi_map_run(&step, &nest);
    return true;
}

/* ---- The public functions ---- */

static nd_array *copy_in_order(const nd_array *array, nd_dtype dtype, const int *order)
{
    if (!array || !ndi_force(array))
        return NULL;
    nd_array *copy = ndi_make("copy", dtype, array->rank, ndi_lengths(array), order, false);
    return copy && ndi_copy_elements(copy, array) ? copy : NULL;
}

nd_array *ndi_in_order(nd_array *array, const int *axis_order)
{
    if (!array)
        return NULL;
    int64_t expected = (int64_t)nd_dtype_size(nd_dtype_of(array));
    for (int i = array->rank - 1; i >= 0; i--) {
        const int axis = axis_order ? axis_order[i] : i;
        if (ndi_lengths(array)[axis] != 1 && ndi_strides(array)[axis] != expected)
            return copy_in_order(array, nd_dtype_of(array), axis_order);
        expected *= ndi_lengths(array)[axis];
    }
    return array;
}

nd_array *nd_copy(const nd_array *array)
{
    return array ? copy_in_order(array, nd_dtype_of(array), NULL) : NULL;
}

nd_array *nd_copy_fortran(const nd_array *array)
{
    int order[ND_MAX_RANK];
    if (!array)
        return NULL;
    for (int axis = 0; axis < array->rank; axis++)
        order[axis] = array->rank - 1 - axis;
    return copy_in_order(array, nd_dtype_of(array), order);
}

static nd_array *itself(const nd_array *array)
{
    return ndi_view_at(array, nd_dtype_of(array), array->rank, ndi_lengths(array),
                       ndi_strides(array), 0);
}

nd_array *nd_ascontiguous(const nd_array *array)
{
    return !array ? NULL : nd_is_contiguous(array) ? itself(array) : nd_copy(array);
}

nd_array *nd_asfortran(const nd_array *array)
{
    return !array ? NULL : nd_is_fortran_contiguous(array) ? itself(array) : nd_copy_fortran(array);
}

nd_array *nd_cast(const nd_array *array, nd_dtype dtype)
{
    if (!array)
        return NULL;
    if ((unsigned)dtype >= ND_DTYPE_COUNT)
        return ndi_fail(ND_ERROR_DTYPE, "cast: %d is no dtype", (int)dtype);
    if (ndi_checks(dtype) && nd_dtype_of(array) != dtype)
        return ndi_checked_cast(array, dtype);
    int order[ND_MAX_RANK];
    ndi_axis_order(array, order);
    const nd_operand argument = nd_operand_array((nd_array *)array);
    const int waits =
        ndi_graph_waits(ndi_kernels_in_use()->cast[dtype][nd_dtype_of(array)],
                        array->size * (int64_t)nd_dtype_size(dtype), 1, &argument, array->size);
    if (waits != NDI_AT_ONCE) {
        ndi_map step = ndi_cast_step(dtype, nd_dtype_of(array));
        step.habit = (uint16_t)waits;
        return ndi_graph_map(&step, &argument, NULL, array->rank, ndi_lengths(array), order);
    }
    return copy_in_order(array, dtype, order);
}

static nd_status assign(nd_array *target, const nd_array *source, bool hand_on)
{
    if (!target || !source)
        return nd_error() != ND_OK ? nd_error()
                                   : ndi_fail_status(ND_ERROR_ARGUMENT, "assign: NULL array");
    if (!ndi_force(target))
        return nd_error();
    if (!target->writeable)
        return ndi_fail_status(ND_ERROR_READONLY, "assign: the target is read-only");
    bool fits = source->rank <= target->rank;
    for (int axis = 0; fits && axis < source->rank; axis++) {
        const int64_t have = ndi_lengths(target)[target->rank - source->rank + axis];
        fits = ndi_lengths(source)[axis] == have || ndi_lengths(source)[axis] == 1;
    }
    char to[NDI_SHAPE_TEXT], from[NDI_SHAPE_TEXT];
    if (!fits)
        return ndi_fail_status(ND_ERROR_SHAPE,
                               "assign: shape %s does not broadcast to the target's %s",
                               ndi_shape_text(from, source->rank, ndi_lengths(source)),
                               ndi_shape_text(to, target->rank, ndi_lengths(target)));
    const ndi_overlap overlap = ndi_array_overlap(target, source);
    if (!ndi_has_data(source) ||
        (overlap == NDI_OVERLAPS && nd_lazy() > 0 && target->size > ndi_small_elements())) {
        const ndi_map step = ndi_cast_step(nd_dtype_of(target), nd_dtype_of(source));
        const nd_operand argument = nd_operand_array((nd_array *)source);
        return ndi_evaluate_into(&step, &argument, NULL, target, hand_on) ? ND_OK : nd_error();
    }
    if (overlap == NDI_IDENTICAL && target->dtype == source->dtype)
        return ND_OK;
    if (!ndi_force_writeable(target))
        return nd_error();
    nd_array *copy = NULL;
    const int64_t least_fill = 256; /* one element is converted once, not for each it fills */
    if (overlap == NDI_OVERLAPS ||
        (source->size == 1 && source->dtype != target->dtype && target->size >= least_fill)) {
        copy = copy_in_order(source, nd_dtype_of(overlap == NDI_OVERLAPS ? source : target), NULL);
        if (!copy)
            return nd_error();
        source = copy;
    }
    const bool done = ndi_copy_elements(target, source);
    ndi_drop(copy);
    return done ? ND_OK : nd_error();
}

nd_status nd_assign(nd_array *target, const nd_array *source)
{
    return assign(target, source, true);
}

nd_status ndi_assign(nd_array *target, const nd_array *source)
{
    return assign(target, source, false);
}

bool nd_array_equal(const nd_array *a, const nd_array *b)
{
    if (!a || !b || a->rank != b->rank)
        return false;
    for (int axis = 0; axis < a->rank; axis++)
        if (ndi_lengths(a)[axis] != ndi_lengths(b)[axis])
            return false;
    bool equal = false;
    ND_SCOPE {
        nd_array *all = nd_all(nd_equal(a, b), ND_ALL);
        equal = all && nd_item_int64(all);
    }
    return equal;
}

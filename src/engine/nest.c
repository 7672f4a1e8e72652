/* Building and walking nests. */
#include "engine/nest.h"

#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"

void ndi_nest_begin(ndi_nest *nest, int rank, const int64_t *lengths)
{
    nest->rank = rank ? rank : 1;
    nest->operands = 0;
    nest->size = 1;
    nest->length[0] = 1;
    for (int axis = 0; axis < rank; axis++) {
        nest->length[axis] = lengths[axis];
        nest->size *= lengths[axis];
    }
}

void ndi_nest_add_strided(ndi_nest *nest, char *data, int rank, const int64_t *lengths,
                          const int64_t *strides)
{
    ptrdiff_t *stride = nest->stride[nest->operands];
    nest->data[nest->operands++] = data;
    const int missing = nest->rank - rank;
    for (int axis = 0; axis < nest->rank; axis++)
        stride[axis] = axis < missing || lengths[axis - missing] == 1 ? 0 : strides[axis - missing];
}

void ndi_nest_add(ndi_nest *nest, const nd_array *array)
{
    ndi_nest_add_strided(nest, array->data, array->rank, ndi_lengths(array), ndi_strides(array));
}

void ndi_nest_add_scalar(ndi_nest *nest, void *element)
{
    ptrdiff_t *stride = nest->stride[nest->operands];
    nest->data[nest->operands++] = element;
    for (int axis = 0; axis < nest->rank; axis++)
        stride[axis] = 0;
}

/* True if axis `a` should be outside axis `b`. */
static bool outside(const ndi_nest *nest, int a, int b)
{
    for (int operand = 0; operand < nest->operands; operand++) {
        const ptrdiff_t sa = labs(nest->stride[operand][a]), sb = labs(nest->stride[operand][b]);
        if (sa != 0 && sb != 0 && sa != sb)
            return sa > sb;
    }
    return false;
}

static void move_axis(ndi_nest *nest, int from, int to)
{
    nest->length[to] = nest->length[from];
    for (int operand = 0; operand < nest->operands; operand++)
        nest->stride[operand][to] = nest->stride[operand][from];
}

static void swap_axes(ndi_nest *nest, int a, int b)
{
    const int64_t length = nest->length[a];
    nest->length[a] = nest->length[b];
    nest->length[b] = length;
    for (int operand = 0; operand < nest->operands; operand++) {
        const ptrdiff_t stride = nest->stride[operand][a];
        nest->stride[operand][a] = nest->stride[operand][b];
        nest->stride[operand][b] = stride;
    }
}

static bool merges(const ndi_nest *nest, int outer, int inner)
{
    for (int operand = 0; operand < nest->operands; operand++)
        if (nest->stride[operand][outer] != nest->stride[operand][inner] * nest->length[inner])
            return false;
    return true;
}

void ndi_nest_simplify(ndi_nest *nest)
{
    if (nest->size == 0)
        return;
    int rank = 0;
    for (int axis = 0; axis < nest->rank; axis++) {
        if (nest->length[axis] == 1)
            continue;
        move_axis(nest, axis, rank++);
    }
    if (rank == 0) {
        nest->rank = 1;
        nest->length[0] = 1;
        for (int operand = 0; operand < nest->operands; operand++)
            nest->stride[operand][0] = 0;
        return;
    }
    nest->rank = rank;
    for (int axis = 0; axis < rank; axis++)
        if (nest->stride[0][axis] < 0)
            for (int operand = 0; operand < nest->operands; operand++) {
                nest->data[operand] += nest->stride[operand][axis] * (nest->length[axis] - 1);
                nest->stride[operand][axis] = -nest->stride[operand][axis];
            }
    for (int axis = 1; axis < rank;
         axis++) /* insertion sort: few axes, mostly in order, and stable */
        for (int at = axis; at > 0 && outside(nest, at, at - 1); at--)
            swap_axes(nest, at, at - 1);
    int last = 0;
    for (int axis = 1; axis < rank; axis++) {
        if (merges(nest, last, axis)) {
            const int64_t length = nest->length[last] * nest->length[axis];
            move_axis(nest, axis, last);
            nest->length[last] = length;
        } else {
            last++;
            if (last != axis)
                move_axis(nest, axis, last);
        }
    }
    nest->rank = last + 1;
}

void ndi_nest_range(const ndi_nest *whole, int axis, int64_t begin, int64_t end, ndi_nest *part)
{
    const size_t rank = (size_t)whole->rank;
    part->rank = whole->rank;
    part->operands = whole->operands;
    part->size = whole->size / whole->length[axis] * (end - begin);
    memcpy(part->length, whole->length, rank * sizeof *part->length);
    part->length[axis] = end - begin;
    for (int operand = 0; operand < whole->operands; operand++) {
        memcpy(part->stride[operand], whole->stride[operand], rank * sizeof *part->stride[operand]);
        part->data[operand] = whole->data[operand] + begin * whole->stride[operand][axis];
    }
}

int64_t ndi_nest_seek(const ndi_nest *nest, int64_t linear, int64_t *index, char **pointers)
{
    const int last = nest->rank - 1;
    const int64_t within = linear % nest->length[last];
    linear /= nest->length[last];
    for (int operand = 0; operand < nest->operands; operand++)
        pointers[operand] = nest->data[operand] + within * nest->stride[operand][last];
    for (int axis = last - 1; axis >= 0; axis--) {
        index[axis] = linear % nest->length[axis];
        linear /= nest->length[axis];
        for (int operand = 0; operand < nest->operands; operand++)
            pointers[operand] += index[axis] * nest->stride[operand][axis];
    }
    return within;
}

void ndi_nest_next(const ndi_nest *nest, int64_t *index, char **pointers)
{
    for (int axis = nest->rank - 2; axis >= 0; axis--) {
        const bool carry = ++index[axis] == nest->length[axis];
        for (int operand = 0; operand < nest->operands; operand++)
            pointers[operand] += carry ? -(nest->length[axis] - 1) * nest->stride[operand][axis]
                                       : nest->stride[operand][axis];
        if (!carry)
            return;
        index[axis] = 0;
    }
}

bool ndi_nest_repeats(const ndi_nest *nest, int operand)
{
    for (int axis = 0; axis < nest->rank; axis++)
        if (nest->stride[operand][axis] == 0 && nest->length[axis] > 1)
            return true;
    return false;
}

bool ndi_streams_past_cache(double elements, size_t read, size_t written, bool busy)
{
    const double cache = (double)ndi_cpu_caches().last;
    return (3 * read > written && elements * (double)(read + written) > cache) ||
           (busy && 2 * elements * (double)written > cache);
}

bool ndi_nest_rows_aligned(const ndi_nest *nest, int operand)
{
    uintptr_t bits = (uintptr_t)nest->data[operand];
    for (int axis = 0; axis < nest->rank - 1; axis++)
        bits |= (uintptr_t)nest->stride[operand][axis];
    return bits % 64 == 0;
}

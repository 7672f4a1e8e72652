/* Shapes, strides and axes: counting, naming, checking, and the facts about an array that follow
 * from them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "array.h"

int64_t ndi_count_elements(int rank, const int64_t *lengths, size_t item)
{
    int64_t bytes = (int64_t)item, count = 1;
    if (rank < 0 || rank > ND_MAX_RANK)
        return -1;
    for (int i = 0; i < rank; i++) {
        if (lengths[i] < 0 || __builtin_mul_overflow(bytes, lengths[i] + (lengths[i] == 0), &bytes))
            return -1;
        count *= lengths[i];
    }
    return count;
}

bool ndi_extent(int rank, const int64_t *lengths, const int64_t *strides, size_t item, int64_t *low,
                int64_t *high)
{
    int64_t bytes;
    *low = 0;
    *high = (int64_t)item;
    for (int i = 0; i < rank; i++) {
        int64_t reach;
        if (__builtin_mul_overflow(strides[i], lengths[i] - 1, &reach) ||
            __builtin_add_overflow(reach < 0 ? *low : *high, reach, reach < 0 ? low : high))
            return false;
    }
    return !__builtin_sub_overflow(*high, *low, &bytes);
}

bool nd_extent(nd_dtype dtype, nd_shape shape, const int64_t *strides, int64_t *low, int64_t *high)
{
    const size_t item = nd_dtype_size(dtype);
    const int64_t count = ndi_count_elements(shape.rank, shape.length, item);
    *low = *high = 0;
    return count <= 0 ? count == 0 : ndi_extent(shape.rank, shape.length, strides, item, low, high);
}

void ndi_contiguous_strides(int rank, const int64_t *lengths, size_t item, int64_t *strides)
{
    int64_t stride = (int64_t)item;
    for (int i = rank - 1; i >= 0; i--) {
        strides[i] = stride;
        if (lengths[i] > 1)
            stride *= lengths[i];
    }
}

const char *ndi_shape_text(char text[NDI_SHAPE_TEXT], int rank, const int64_t *lengths)
{
    size_t used = 0;
    text[used++] = '(';
    for (int i = 0; i < rank; i++) {
        char length[32];
        const int count =
            snprintf(length, sizeof length, i ? ", %" PRId64 : "%" PRId64, lengths[i]);
        const size_t wanted = count > 0 ? (size_t)count : 0;
        if (used + wanted + sizeof ", ...)" > NDI_SHAPE_TEXT) {
            memcpy(text + used, ", ...", 5);
            used += 5;
            break;
        }
        memcpy(text + used, length, wanted);
        used += wanted;
    }
    if (rank == 1)
        text[used++] = ',';
    text[used++] = ')';
    text[used] = '\0';
    return text;
}

/* ---- Axes ------------------------------------------------------------------------------------ */

int ndi_normalize_axis(const char *operation, int axis, int rank)
{
    if (axis >= -rank && axis < rank)
        return axis < 0 ? axis + rank : axis;
    if (rank == 0)
        ndi_fail(ND_ERROR_AXIS, "%s: axis %d is out of range: an array of rank 0 has no axes",
                 operation, axis);
    else
        ndi_fail(ND_ERROR_AXIS, "%s: axis %d is out of range for rank %d; axes are %d to %d",
                 operation, axis, rank, -rank, rank - 1);
    return -1;
}

bool ndi_axes_mask(const char *operation, nd_axes axes, int rank, uint32_t *mask)
{
    *mask = 0;
    if (axes.all) {
        *mask = rank >= 32 ? UINT32_MAX : (1u << rank) - 1;
        return true;
    }
    if (axes.count < 0 || axes.count > ND_MAX_RANK) {
        ndi_fail(ND_ERROR_AXIS, "%s: %d axes are given; there can be 0 to %d", operation,
                 axes.count, ND_MAX_RANK);
        return false;
    }
    for (int i = 0; i < axes.count; i++) {
        const int axis = ndi_normalize_axis(operation, axes.axis[i], rank);
        if (axis < 0)
            return false;
        if (*mask & 1u << axis) {
            ndi_fail(ND_ERROR_REPEATED, "%s: axis %d is given twice; name each axis once",
                     operation, axes.axis[i]);
            return false;
        }
        *mask |= 1u << axis;
    }
    return true;
}

static int64_t magnitude(int64_t stride)
{
    return stride < 0 ? -stride : stride;
}

static bool is_fortran_contiguous(const nd_array *array)
{
    int64_t expected = (int64_t)nd_dtype_size((nd_dtype)array->dtype);
    if (array->size == 0)
        return true;
    for (int i = 0; i < array->rank; i++)
        if (array->lengths[i] != 1) {
            if (ndi_strides(array)[i] != expected)
                return false;
            expected *= array->lengths[i];
        }
    return true;
}

void ndi_stride_order(int rank, const int64_t *strides, int order[ND_MAX_RANK])
{
    for (int axis = 0; axis < rank; axis++) { /* insertion keeps the order of equal strides */
        int at = axis;
        while (at > 0 && magnitude(strides[order[at - 1]]) < magnitude(strides[axis])) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = axis;
    }
}

void ndi_axis_order(const nd_array *array, int order[ND_MAX_RANK])
{
    const int rank = array->rank;
    const bool fortran = !array->contiguous && is_fortran_contiguous(array);
    if (!array->contiguous && !fortran) {
        ndi_stride_order(rank, ndi_strides(array), order);
        return;
    }
    for (int i = 0; i < rank; i++)
        order[i] = fortran ? rank - 1 - i : i;
}

void ndi_order_axes(int rank, ndi_axis_voter *voter, const void *operands, bool outermost_first,
                    int order[ND_MAX_RANK])
{
    for (int i = 0; i < rank; i++) { /* those before are in order: insert it */
        const int axis = outermost_first ? i : rank - 1 - i, inwards = outermost_first ? -1 : 1;
        int place = axis;
        for (int at = axis + inwards; at >= 0 && at < rank; at += inwards) {
            const ndi_axis_vote vote = outermost_first ? voter(operands, order[at], axis)
                                                       : voter(operands, axis, order[at]);
            if (vote == NDI_KEEP)
                break;
            if (vote == NDI_SWAP)
                place = at;
        }
        for (int at = axis; at != place; at += inwards)
            order[at] = order[at + inwards];
        order[place] = axis;
    }
}

static ndi_axis_vote vote_of_one(const void *operand, int outer, int inner)
{
    const nd_array *const a = operand;
    if (ndi_lengths(a)[outer] == 1 || ndi_lengths(a)[inner] == 1)
        return NDI_NO_OPINION;
    return ndi_vote(NDI_NO_OPINION, (uint64_t)magnitude(ndi_strides(a)[outer]),
                    (uint64_t)magnitude(ndi_strides(a)[inner]));
}

const int *ndi_order_like(const nd_array *array, uint32_t swept, bool keepdims,
                          int order[ND_MAX_RANK])
{
    int all[ND_MAX_RANK], place[ND_MAX_RANK], kept = 0, rank = 0;
    if (array->contiguous || array->rank < 2)
        return NULL;
    ndi_order_axes(array->rank, vote_of_one, array, false, all);
    for (int axis = 0; axis < array->rank; axis++) {
        place[axis] = kept;
        kept += keepdims || !(swept >> axis & 1);
    }
    for (int i = 0; i < array->rank; i++)
        if (keepdims || !(swept >> all[i] & 1))
            order[rank++] = place[all[i]];
    return order;
}

/* ---- Facts about an array -------------------------------------------------------------------- */

nd_shape nd_shape_of(int rank, const int64_t *lengths)
{
    nd_shape shape;
    memset(&shape, 0, sizeof shape);
    shape.rank = rank;
    if (rank > 0 && rank <= ND_MAX_RANK && lengths)
        memcpy(shape.length, lengths, (size_t)rank * sizeof *lengths);
    return shape;
}

nd_shape nd_shape_like(const nd_array *array)
{
    return array ? nd_shape_of(array->rank, array->lengths) : nd_shape_of(0, NULL);
}

nd_dtype nd_dtype_of(const nd_array *array)
{
    return array ? (nd_dtype)array->dtype : ND_DTYPE_NONE;
}

int nd_rank(const nd_array *array)
{
    return array ? array->rank : 0;
}

const int64_t *nd_lengths(const nd_array *array)
{
    return array ? ndi_lengths(array) : NULL;
}

const int64_t *nd_strides(const nd_array *array)
{
    return array ? ndi_strides(array) : NULL;
}

int64_t nd_length(const nd_array *array, int axis)
{
    if (!array || axis < -array->rank || axis >= array->rank)
        return 0;
    return array->lengths[axis < 0 ? axis + array->rank : axis];
}

int64_t nd_size(const nd_array *array)
{
    return array ? array->size : 0;
}

size_t nd_bytes(const nd_array *array)
{
    return array ? (size_t)array->size * nd_dtype_size((nd_dtype)array->dtype) : 0;
}

bool nd_is_contiguous(const nd_array *array)
{
    return array && array->contiguous;
}

bool nd_is_fortran_contiguous(const nd_array *array)
{
    return array && is_fortran_contiguous(array);
}

bool nd_is_writeable(const nd_array *array)
{
    return array && array->writeable;
}

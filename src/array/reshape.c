/* The same elements in C order under another shape: a view where the strides allow, else a copy. */
#include <inttypes.h>

#include "array.h"

/* Strides under which `array`'s elements have the new shape; false if there are none. Both shapes
 * are cut into groups of axes of equal size from the left; within a group the old axes must step as
 * one. Needs at least one element. */
static bool strides_without_copy(const nd_array *array, int rank, const int64_t *lengths,
                                 int64_t *strides)
{
    int64_t old_lengths[ND_MAX_RANK], old_strides[ND_MAX_RANK];
    const int64_t item = (int64_t)nd_dtype_size((nd_dtype)array->dtype);
    int old_rank = 0, to = 0, from = 0;
    for (int i = 0; i < array->rank; i++) /* axes of length 1 never step */
        if (array->lengths[i] != 1) {
            old_lengths[old_rank] = array->lengths[i];
            old_strides[old_rank++] = ndi_strides(array)[i];
        }
    while (from < old_rank && to < rank) {
        int64_t old_size = old_lengths[from], new_size = lengths[to];
        int old_end = from + 1, new_end = to + 1;
        while (old_size != new_size) {
            if (new_size < old_size)
                new_size *= lengths[new_end++];
            else
                old_size *= old_lengths[old_end++];
        }
        for (int i = from; i < old_end - 1; i++)
            if (old_strides[i] != old_strides[i + 1] * old_lengths[i + 1])
                return false;
        strides[new_end - 1] = old_strides[old_end - 1];
        for (int i = new_end - 1; i > to; i--)
            strides[i - 1] = strides[i] * lengths[i];
        from = old_end;
        to = new_end;
    }
    for (; to < rank; to++) /* what is left has length 1 */
        strides[to] = to > 0 ? strides[to - 1] : item;
    return true;
}

static nd_array *reshaped(const nd_array *array, int rank, const int64_t *lengths)
{
    int64_t strides[ND_MAX_RANK];
    const nd_dtype dtype = (nd_dtype)array->dtype;
    if (array->contiguous) {
        ndi_contiguous_strides(rank, lengths, nd_dtype_size(dtype), strides);
        return ndi_view_at(array, dtype, rank, lengths, strides, 0);
    }
    if (strides_without_copy(array, rank, lengths, strides))
        return ndi_view_at(array, dtype, rank, lengths, strides, 0);
    nd_array *copy = nd_copy(array);
    if (!copy || !ndi_force(copy)) {
        ndi_drop(copy);
        return NULL;
    }
    ndi_contiguous_strides(rank, lengths, nd_dtype_size(dtype), strides);
    nd_array *view = ndi_new_view(copy, dtype, rank, lengths, strides, copy->data);
    ndi_drop(copy);
    return view;
}

static void *fail_fit(const nd_array *array, nd_shape shape)
{
    char from[NDI_SHAPE_TEXT], to[NDI_SHAPE_TEXT];
    return ndi_fail(
        ND_ERROR_SHAPE,
        "reshape: %" PRId64
        " elements of shape %s do not fit shape %s; its lengths must multiply to %" PRId64,
        array->size, ndi_shape_text(from, array->rank, array->lengths),
        ndi_shape_text(to, shape.rank, shape.length), array->size);
}

nd_array *nd_reshape(const nd_array *array, nd_shape shape)
{
    char text[NDI_SHAPE_TEXT];
    int unknown = -1;
    int64_t known = 1;
    if (!array)
        return NULL;
    if (shape.rank < 0 || shape.rank > ND_MAX_RANK)
        return ndi_fail(ND_ERROR_SHAPE, "reshape: rank %d is not in 0 to %d", shape.rank,
                        ND_MAX_RANK);
    for (int i = 0; i < shape.rank; i++) {
        if (shape.length[i] == -1 && unknown < 0)
            unknown = i;
        else if (shape.length[i] < 0)
            return ndi_fail(ND_ERROR_SHAPE,
                            "reshape: shape %s has a %s; one length can be -1, to be worked out",
                            ndi_shape_text(text, shape.rank, shape.length),
                            shape.length[i] == -1 ? "second -1" : "negative length");
    }
    for (int i = 0; i < shape.rank; i++)
        if (i != unknown && shape.length[i] == 0)
            known = 0;
    for (int i = 0; i < shape.rank && known != 0; i++)
        if (i != unknown && __builtin_mul_overflow(known, shape.length[i], &known))
            return fail_fit(array, shape);
    if (unknown >= 0) {
        if (known == 0 || array->size % known != 0)
            return fail_fit(array, shape);
        shape.length[unknown] = array->size / known;
    } else if (known != array->size) {
        return fail_fit(array, shape);
    }
    return reshaped(array, shape.rank, shape.length);
}

nd_array *nd_ravel(const nd_array *array)
{
    if (!array)
        return NULL;
    return array->rank == 1 && array->contiguous ? ndi_view_of_all(array)
                                                 : reshaped(array, 1, &array->size);
}

/* Views: other axes over the same memory. Slicing is in slice.c, reshaping in reshape.c. */
#include <ndstream/index.h>

#include <inttypes.h>
#include <string.h>

#include "array/array.h"
#include "array/dtype.h"

/* The axes of a view on the way from the array's to the result's. */
typedef struct layout {
    int rank;
    int64_t offset; /* of the first element, in bytes */
    int64_t lengths[ND_MAX_RANK];
    int64_t strides[ND_MAX_RANK];
} layout;

/* The array's own layout; false for NULL. */
static bool layout_of(const nd_array *array, layout *at)
{
    if (!array)
        return false;
    at->rank = array->rank;
    at->offset = 0;
    for (int i = 0; i < array->rank; i++) {
        at->lengths[i] = ndi_lengths(array)[i];
        at->strides[i] = ndi_strides(array)[i];
    }
    return true;
}

static nd_array *view_at(const nd_array *array, const layout *at)
{
    return ndi_view_at(array, (nd_dtype)array->dtype, at->rank, at->lengths, at->strides,
                       at->offset);
}

static void insert_axis(layout *at, int axis, int64_t length, int64_t stride)
{
    for (int i = at->rank++; i > axis; i--) {
        at->lengths[i] = at->lengths[i - 1];
        at->strides[i] = at->strides[i - 1];
    }
    at->lengths[axis] = length;
    at->strides[axis] = stride;
}

static void remove_axis(layout *at, int axis)
{
    at->rank--;
    for (int i = axis; i < at->rank; i++) {
        at->lengths[i] = at->lengths[i + 1];
        at->strides[i] = at->strides[i + 1];
    }
}

static bool check_room(const char *operation, const nd_array *array)
{
    if (array->rank < ND_MAX_RANK)
        return true;
    ndi_fail(ND_ERROR_SHAPE,
             "%s: the array has rank %d already, the highest there is; no axis can be added",
             operation, ND_MAX_RANK);
    return false;
}

/* ---- The order of axes ----------------------------------------------------------------------- */

nd_array *nd_transpose(const nd_array *array)
{
    layout at;
    if (!layout_of(array, &at))
        return NULL;
    for (int i = 0; i < at.rank; i++) {
        at.lengths[i] = ndi_lengths(array)[at.rank - 1 - i];
        at.strides[i] = ndi_strides(array)[at.rank - 1 - i];
    }
    return view_at(array, &at);
}

nd_array *nd_permute(const nd_array *array, nd_axes order)
{
    layout at;
    uint32_t mask;
    char text[NDI_SHAPE_TEXT];
    if (!array || !ndi_axes_mask("permute", order, array->rank, &mask))
        return NULL;
    if (order.all || order.count != array->rank)
        return ndi_fail(ND_ERROR_AXIS,
                        "permute: %s axes are given for shape %s; name all %d, in the order wanted",
                        order.all ? "no" : "too few",
                        ndi_shape_text(text, array->rank, array->lengths), array->rank);
    if (!layout_of(array, &at))
        return NULL;
    for (int i = 0; i < at.rank; i++) {
        const int from = order.axis[i] < 0 ? order.axis[i] + at.rank : order.axis[i];
        at.lengths[i] = ndi_lengths(array)[from];
        at.strides[i] = ndi_strides(array)[from];
    }
    return view_at(array, &at);
}

nd_array *nd_swap_axes(const nd_array *array, int first, int second)
{
    layout at;
    if (!array || (first = ndi_normalize_axis("swap_axes", first, array->rank)) < 0 ||
        (second = ndi_normalize_axis("swap_axes", second, array->rank)) < 0 ||
        !layout_of(array, &at))
        return NULL;
    at.lengths[first] = ndi_lengths(array)[second];
    at.strides[first] = ndi_strides(array)[second];
    at.lengths[second] = ndi_lengths(array)[first];
    at.strides[second] = ndi_strides(array)[first];
    return view_at(array, &at);
}

nd_array *nd_move_axis(const nd_array *array, int from, int to)
{
    layout at;
    if (!array || (from = ndi_normalize_axis("move_axis", from, array->rank)) < 0 ||
        (to = ndi_normalize_axis("move_axis", to, array->rank)) < 0 || !layout_of(array, &at))
        return NULL;
    remove_axis(&at, from);
    insert_axis(&at, to, ndi_lengths(array)[from], ndi_strides(array)[from]);
    return view_at(array, &at);
}

/* ---- More and fewer axes --------------------------------------------------------------------- */

nd_array *nd_expand_dims(const nd_array *array, int axis)
{
    layout at;
    if (!array || !check_room("expand_dims", array) ||
        (axis = ndi_normalize_axis("expand_dims", axis, array->rank + 1)) < 0 ||
        !layout_of(array, &at))
        return NULL;
    insert_axis(&at, axis, 1, 0);
    return view_at(array, &at);
}

nd_array *nd_squeeze(const nd_array *array, nd_axes axes)
{
    layout at;
    uint32_t mask;
    char text[NDI_SHAPE_TEXT];
    if (!array || !ndi_axes_mask("squeeze", axes, array->rank, &mask) || !layout_of(array, &at))
        return NULL;
    for (int axis = at.rank - 1; axis >= 0; axis--) {
        if (!(mask >> axis & 1))
            continue;
        if (at.lengths[axis] == 1)
            remove_axis(&at, axis);
        else if (!axes.all)
            return ndi_fail(
                ND_ERROR_SHAPE,
                "squeeze: axis %d of shape %s has length %" PRId64 "; only axes of length 1 can go",
                axis, ndi_shape_text(text, array->rank, array->lengths), at.lengths[axis]);
    }
    return view_at(array, &at);
}

static void *fail_broadcast(const nd_array *array, nd_shape shape, int axis)
{
    char from[NDI_SHAPE_TEXT], to[NDI_SHAPE_TEXT];
    ndi_shape_text(from, array->rank, array->lengths);
    ndi_shape_text(to, shape.rank, shape.length);
    if (array->rank > shape.rank)
        return ndi_fail(ND_ERROR_SHAPE,
                        "broadcast_to: shape %s does not broadcast to %s: it has %d axes more",
                        from, to, array->rank - shape.rank);
    return ndi_fail(
        ND_ERROR_SHAPE,
        "broadcast_to: shape %s does not broadcast to %s: axis %d has %" PRId64 " and %" PRId64
        " elements; only axes of length 1 repeat, insert one with nd_expand_dims() to line them up",
        from, to, axis - shape.rank, array->lengths[axis - shape.rank + array->rank],
        shape.length[axis]);
}

nd_array *nd_broadcast_to(const nd_array *array, nd_shape shape)
{
    layout at;
    if (!array ||
        !ndi_check_shape("broadcast_to", (nd_dtype)array->dtype, shape.rank, shape.length))
        return NULL;
    if (shape.rank < array->rank)
        return fail_broadcast(array, shape, 0);
    if (!layout_of(array, &at))
        return NULL;
    const int new_axes = shape.rank - array->rank;
    at.rank = shape.rank;
    for (int i = 0; i < shape.rank; i++) {
        const int from = i - new_axes;
        at.lengths[i] = shape.length[i];
        if (from < 0 || (array->lengths[from] == 1 && shape.length[i] != 1))
            at.strides[i] = 0;
        else if (array->lengths[from] == shape.length[i])
            at.strides[i] = ndi_strides(array)[from];
        else
            return fail_broadcast(array, shape, i);
    }
    nd_array *view = view_at(array, &at);
    if (view)
        view->writeable = false; /* a write would show in many places */
    return view;
}

nd_array *nd_sliding_window(const nd_array *array, int axis, int64_t window)
{
    layout at;
    char text[NDI_SHAPE_TEXT];
    if (!array || (axis = ndi_normalize_axis("sliding_window", axis, array->rank)) < 0 ||
        !check_room("sliding_window", array) || !layout_of(array, &at))
        return NULL;
    if (window < 1 || window > at.lengths[axis])
        return ndi_fail(ND_ERROR_VALUE,
                        "sliding_window: a window of %" PRId64
                        " does not fit axis %d of shape %s; it can be 1 to %" PRId64,
                        window, axis, ndi_shape_text(text, array->rank, array->lengths),
                        at.lengths[axis]);
    at.lengths[axis] -= window - 1;
    insert_axis(&at, at.rank, window, at.strides[axis]);
    nd_array *view = view_at(array, &at);
    if (view)
        view->writeable = false;
    return view;
}

/* Where the memory that the array lies in begins and ends, from its first element. */
static void room_of(const nd_array *array, int64_t *low, int64_t *high)
{
    const nd_array *owner = array->owner ? array->owner : array;
    const ndi_storage *storage = array->storage;
    ndi_extent(array->rank, ndi_lengths(array), ndi_strides(array),
               nd_dtype_size((nd_dtype)array->dtype), low, high);
    if (array->data && storage && storage->bytes) {
        *low = (const char *)storage->memory - array->data;
        *high = *low + (int64_t)storage->bytes;
    } else if (array->data && !storage) {
        *low = owner->inline_data - array->data;
        *high = *low + owner->size * (int64_t)nd_dtype_size((nd_dtype)owner->dtype);
    }
}

nd_array *nd_as_strided(const nd_array *array, nd_shape shape, const int64_t *strides)
{
    int64_t low = 0, high = 0, first = 0, last = 0;
    char text[NDI_SHAPE_TEXT], steps[NDI_SHAPE_TEXT];
    if (!array || !ndi_check_shape("as_strided", (nd_dtype)array->dtype, shape.rank, shape.length))
        return NULL;
    const size_t item = nd_dtype_size((nd_dtype)array->dtype);
    const size_t alignment =
        nd_dtype_kind((nd_dtype)array->dtype) == ND_KIND_COMPLEX ? item / 2 : item;
    const bool empty = ndi_count_elements(shape.rank, shape.length, item) == 0;
    if (!empty && array->size > 0)
        room_of(array, &low, &high);
    for (int i = 0; i < shape.rank && !empty; i++)
        if (shape.length[i] > 1 && strides[i] % (int64_t)alignment)
            return ndi_fail(ND_ERROR_VALUE,
                            "as_strided: a stride of %" PRId64 " bytes leaves %s unaligned",
                            strides[i], nd_dtype_name((nd_dtype)array->dtype));
    if (!nd_extent((nd_dtype)array->dtype, shape, strides, &first, &last) || first < low ||
        last > high)
        return ndi_fail(
            ND_ERROR_VALUE,
            "as_strided: shape %s with strides %s reaches beyond the memory of the array, "
            "bytes %" PRId64 " to %" PRId64 " from its first element",
            ndi_shape_text(text, shape.rank, shape.length),
            ndi_shape_text(steps, shape.rank, strides), low, high);
    return ndi_view_at(array, (nd_dtype)array->dtype, shape.rank, shape.length, strides, 0);
}

nd_array *nd_flip(const nd_array *array, nd_axes axes)
{
    layout at;
    uint32_t mask;
    if (!array || !ndi_axes_mask("flip", axes, array->rank, &mask) || !layout_of(array, &at))
        return NULL;
    for (int i = 0; i < at.rank; i++)
        if (mask >> i & 1) {
            if (array->size > 0)
                at.offset += (at.lengths[i] - 1) * at.strides[i];
            at.strides[i] = -at.strides[i];
        }
    return view_at(array, &at);
}

nd_array *nd_diagonal(const nd_array *array, int64_t offset)
{
    layout at;
    char text[NDI_SHAPE_TEXT];
    if (!array)
        return NULL;
    if (array->rank < 2)
        return ndi_fail(ND_ERROR_SHAPE,
                        "diagonal: shape %s has no two last axes; reshape it to a matrix first",
                        ndi_shape_text(text, array->rank, array->lengths));
    if (!layout_of(array, &at))
        return NULL;
    const int row = at.rank - 2, column = at.rank - 1;
    const int64_t rows = at.lengths[row] + (offset < 0 ? offset : 0);
    const int64_t columns = at.lengths[column] - (offset > 0 ? offset : 0);
    const int64_t length = rows < columns ? rows : columns;
    if (length > 0)
        at.offset += offset < 0 ? -offset * at.strides[row] : offset * at.strides[column];
    at.lengths[row] = length > 0 ? length : 0;
    at.strides[row] += at.strides[column];
    at.rank--;
    return view_at(array, &at);
}

/* ---- Parts of elements ----------------------------------------------------------------------- */

static nd_array *part_of_complex(const nd_array *array, size_t part)
{
    const bool narrow = array->dtype == ND_COMPLEX64;
    return ndi_view_at(array, narrow ? ND_FLOAT32 : ND_FLOAT64, array->rank, ndi_lengths(array),
                       ndi_strides(array),
                       (int64_t)(part * (narrow ? sizeof(float) : sizeof(double))));
}

nd_array *nd_real(const nd_array *array)
{
    layout at;
    if (array && nd_dtype_kind((nd_dtype)array->dtype) == ND_KIND_COMPLEX)
        return part_of_complex(array, 0);
    return layout_of(array, &at) ? view_at(array, &at) : NULL;
}

nd_array *nd_imag(const nd_array *array)
{
    if (!array)
        return NULL;
    if (nd_dtype_kind((nd_dtype)array->dtype) != ND_KIND_COMPLEX)
        return ndi_fail(
            ND_ERROR_DTYPE,
            "imag: elements of %s have no imaginary part to view; use nd_zeros_like() for zeros",
            nd_dtype_name((nd_dtype)array->dtype));
    return part_of_complex(array, 1);
}

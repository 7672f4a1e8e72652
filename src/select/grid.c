/* Positions and indices of a shape: unravel_index, ravel_multi_index, indices, ix, fill_diagonal.
 */
#include <inttypes.h>
#include <string.h>

#include <ndstream/index.h>
#include <ndstream/ops.h>

#include "array/dtype.h"
#include "engine/copy.h"
#include "select/mask.h"
#include "select/results.h"
#include "select/values.h"

static bool is_integer(const nd_array *array)
{
    const nd_kind kind = nd_dtype_kind((nd_dtype)array->dtype);
    return kind == ND_KIND_SIGNED || kind == ND_KIND_UNSIGNED;
}

/* The least and the greatest index; false with the error kept. */
static bool extremes(const nd_array *indices, int64_t *least, int64_t *most)
{
    *least = *most = 0;
    if (indices->size == 0)
        return true;
    const nd_array *const low = nd_min(indices, ND_ALL), *const high = nd_max(indices, ND_ALL);
    if (!low || !high)
        return false;
    *least = nd_item_int64(low);
    *most = nd_item_int64(high);
    return true;
}

/* ---- From positions to indices and back ------------------------------------------------------ */

static bool unravel(const nd_array *positions, nd_shape shape, nd_array **results)
{
    int64_t least, most;
    char text[NDI_SHAPE_TEXT];
    const int64_t size = ndi_count_elements(shape.rank, shape.length, 1);
    if (!(positions = nd_cast(positions, ND_INT64)) || !extremes(positions, &least, &most))
        return false;
    if (positions->size > 0 && (least < 0 || most >= size)) {
        ndi_fail(ND_ERROR_INDEX,
                 "unravel_index: index %" PRId64
                 " is out of bounds for an array of shape %s with size %" PRId64,
                 least < 0 ? least : most, ndi_shape_text(text, shape.rank, shape.length), size);
        return false;
    }
    const nd_array *rest = positions;
    for (int axis = shape.rank - 1; axis >= 0; axis--) {
        const int64_t length = shape.length[axis] > 0 ? shape.length[axis] : 1;
        results[axis] = axis > 0 ? nd_remainder(rest, length) : nd_copy(rest);
        if (axis > 0)
            rest = nd_floor_divide(rest, length);
        if (!results[axis] || !rest)
            return false;
    }
    for (int axis = 0; axis < shape.rank; axis++)
        nd_retain(results[axis]);
    return true;
}

int nd_unravel_index(const nd_array *positions, nd_shape shape, nd_array **results)
{
    bool good = false;
    if (!positions || !ndi_check_shape("unravel_index", ND_BOOL, shape.rank, shape.length))
        return 0;
    if (!is_integer(positions)) {
        ndi_fail(ND_ERROR_INDEX, "unravel_index: positions must be integers, not %s",
                 nd_dtype_name((nd_dtype)positions->dtype));
        return 0;
    }
    if (shape.rank == 0) {
        ndi_fail(ND_ERROR_SHAPE, "unravel_index: a shape without axes has no indices");
        return 0;
    }
    ND_SCOPE {
        good = unravel(positions, shape, results);
    }
    return good ? ndi_hand_over(shape.rank, results) : 0;
}

/* Indices along one axis as they count. */
static const nd_array *in_axis(const nd_array *indices, int64_t length, int axis,
                               nd_index_mode mode)
{
    int64_t least, most;
    if (!(indices = nd_cast(indices, ND_INT64)))
        return NULL;
    if (mode == ND_INDEX_WRAP && length > 0)
        return nd_remainder(indices, length);
    if (mode == ND_INDEX_CLIP && length > 0)
        return nd_clip(indices, 0, length - 1);
    if (!extremes(indices, &least, &most))
        return NULL;
    if (indices->size > 0 && (least < 0 || most >= length))
        return ndi_fail(ND_ERROR_INDEX,
                        "ravel_multi_index: index %" PRId64
                        " is out of bounds for axis %d with size %" PRId64,
                        least < 0 ? least : most, axis, length);
    return indices;
}

static nd_array *ravel(const nd_array *const *indices, nd_shape shape, nd_index_mode mode)
{
    nd_array *result = NULL;
    for (int axis = 0; axis < shape.rank; axis++) {
        const nd_array *const own = in_axis(indices[axis], shape.length[axis], axis, mode);
        if (!own)
            return NULL;
        result = axis == 0 ? nd_copy(own) : nd_add(nd_multiply(result, shape.length[axis]), own);
    }
    return result;
}

nd_array *nd_ravel_multi_index(const nd_array *const *indices, nd_shape shape, nd_index_mode mode)
{
    nd_array *result = NULL;
    if (!ndi_check_shape("ravel_multi_index", ND_INT64, shape.rank, shape.length))
        return NULL;
    if (shape.rank == 0 || !indices || mode < ND_INDEX_RAISE || mode > ND_INDEX_CLIP)
        return ndi_fail(ND_ERROR_ARGUMENT,
                        "ravel_multi_index: needs a shape with axes, indices and a mode");
    for (int i = 0; i < shape.rank; i++) {
        if (!indices[i])
            return NULL;
        if (!is_integer(indices[i]))
            return ndi_fail(ND_ERROR_INDEX, "ravel_multi_index: indices must be integers, not %s",
                            nd_dtype_name((nd_dtype)indices[i]->dtype));
    }
    ND_SCOPE {
        result = nd_retain(ravel(indices, shape, mode));
    }
    return ndi_register(result);
}

/* ---- Grids ----------------------------------------------------------------------------------- */

nd_array *nd_indices(nd_dtype dtype, nd_shape shape)
{
    if (!ndi_check_shape("indices", dtype, shape.rank, shape.length))
        return NULL;
    if (shape.rank == ND_MAX_RANK)
        return ndi_fail(ND_ERROR_SHAPE,
                        "indices: the result would have rank %d; at most %d is "
                        "possible",
                        shape.rank + 1, ND_MAX_RANK);
    nd_shape whole = {.rank = shape.rank + 1, .length = {shape.rank}};
    memcpy(whole.length + 1, shape.length, (size_t)shape.rank * sizeof(int64_t));
    nd_array *const result = nd_empty(dtype, whole);
    bool good = result != NULL;
    for (int axis = 0; good && axis < shape.rank; axis++)
        ND_SCOPE {
            nd_shape column = {.rank = shape.rank - axis};
            for (int i = 0; i < column.rank; i++)
                column.length[i] = 1;
            column.length[0] = shape.length[axis];
            const nd_array *const own = nd_reshape(nd_arange(shape.length[axis]), column);
            nd_array *const place = nd_slice(result, ND_INDEX(axis));
            good = own && place && ndi_assign(place, own) == ND_OK;
        }
    if (!good)
        ndi_drop(result);
    return good ? result : NULL;
}

static bool open_mesh(int count, const nd_array *const *arrays, nd_array **results)
{
    for (int i = 0; i < count; i++) {
        const nd_array *own = arrays[i];
        nd_shape shape = {.rank = count};
        if (own->dtype == ND_BOOL)
            own = nd_flatnonzero(own);
        for (int k = 0; k < count; k++)
            shape.length[k] = 1;
        shape.length[i] = own ? own->size : 0;
        if (!own || !(results[i] = nd_reshape(own, shape)))
            return false;
    }
    for (int i = 0; i < count; i++)
        nd_retain(results[i]);
    return true;
}

int nd_ix(int count, const nd_array *const *arrays, nd_array **results)
{
    bool good = false;
    if (count < 1 || count > ND_MAX_RANK || !arrays) {
        ndi_fail(ND_ERROR_ARGUMENT, "ix: %d arrays are given; there can be 1 to %d", count,
                 ND_MAX_RANK);
        return 0;
    }
    for (int i = 0; i < count; i++) {
        if (!arrays[i])
            return 0;
        if (arrays[i]->rank != 1) {
            ndi_fail(ND_ERROR_SHAPE, "ix: array %d has %d dimensions; each must have 1", i,
                     arrays[i]->rank);
            return 0;
        }
    }
    ND_SCOPE {
        good = open_mesh(count, arrays, results);
    }
    return good ? ndi_hand_over(count, results) : 0;
}

/* ---- Diagonals ------------------------------------------------------------------------------- */

/* The main diagonal of all axes, as a view; with `wrap` in a contiguous matrix it begins again a
 * row below its end. */
static nd_array *main_diagonal(const nd_array *array, bool wrap)
{
    int64_t length = ndi_lengths(array)[0], stride = 0;
    for (int axis = 0; axis < array->rank; axis++) {
        length = ndi_lengths(array)[axis] < length ? ndi_lengths(array)[axis] : length;
        stride += ndi_strides(array)[axis];
    }
    if (wrap && array->rank == 2 && ndi_lengths(array)[1] > 0 && array->size > 0)
        length = (array->size - 1) / (ndi_lengths(array)[1] + 1) + 1;
    return ndi_new_view(array, (nd_dtype)array->dtype, 1, &length, &stride, array->data);
}

static bool fill_diagonal(nd_array *array, nd_operand value, bool wrap)
{
    const nd_array *given = ndi_converted_value("fill_diagonal", array, value);
    if (!given || !ndi_force_writeable(array))
        return false;
    nd_array *const target = wrap && !array->contiguous ? nd_copy(array) : array;
    nd_array *const diagonal = target ? main_diagonal(target, wrap) : NULL;
    if (!diagonal || !(given = nd_ravel(given)))
        return false;
    if (diagonal->size == 0)
        return true;
    if (given->size == 0) {
        ndi_fail(ND_ERROR_SHAPE, "fill_diagonal: there are no values");
        return false;
    }
    if (given->size > 1) { /* again and again */
        given = nd_take(given, nd_arange(diagonal->size), 0, ND_INDEX_WRAP);
        if (!given)
            return false;
    }
    return ndi_assign(diagonal, given) == ND_OK &&
           (target == array || ndi_assign(array, target) == ND_OK);
}

nd_status(nd_fill_diagonal)(nd_array *array, nd_operand value, bool wrap)
{
    const nd_status wrong = ndi_check_target("fill_diagonal", array, value);
    bool done = false;
    if (wrong)
        return wrong;
    if (array->rank < 2)
        return ndi_fail_status(ND_ERROR_SHAPE, "fill_diagonal: the array must be at least 2-d");
    for (int axis = 1; array->rank > 2 && axis < array->rank; axis++)
        if (ndi_lengths(array)[axis] != ndi_lengths(array)[0])
            return ndi_fail_status(ND_ERROR_SHAPE,
                                   "fill_diagonal: all dimensions of the array must be of equal "
                                   "length");
    ND_SCOPE {
        done = fill_diagonal(array, value, wrap);
    }
    return done ? ND_OK : nd_error();
}

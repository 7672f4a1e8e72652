/* Elements along one axis, in and out: take, put, take_along_axis, put_along_axis, compress. */
#include <inttypes.h>
#include <string.h>

#include <ndstream/ops.h>

#include "array/dtype.h"
#include "engine/copy.h"
#include "select/elements.h"
#include "select/mask.h"
#include "select/selection.h"
#include "select/values.h"

/* ---- Take and put ---------------------------------------------------------------------------- */

static bool check_integers(const char *operation, const nd_array *indices)
{
    if (nd_dtype_kind((nd_dtype)indices->dtype) <= ND_KIND_UNSIGNED)
        return ndi_force(indices);
    ndi_fail(ND_ERROR_INDEX, "%s: indices must be integers, not %s", operation,
             nd_dtype_name((nd_dtype)indices->dtype));
    return false;
}

static bool check_mode(const char *operation, nd_index_mode mode)
{
    if (mode >= ND_INDEX_RAISE && mode <= ND_INDEX_CLIP)
        return true;
    ndi_fail(ND_ERROR_ARGUMENT, "%s: %d is no mode", operation, (int)mode);
    return false;
}

/* What indices along one axis select; bools count as 0 and 1 here. */
static bool select_along(ndi_selection *s, const char *operation, const nd_array *array,
                         const nd_array *indices, int axis, nd_index_mode mode)
{
    if (!ndi_force(array) || !check_integers(operation, indices) || !check_mode(operation, mode) ||
        (axis = ndi_normalize_axis(operation, axis, array->rank)) < 0)
        return false;
    s->operation = operation;
    s->array = array;
    s->mode = mode;
    s->takes_order = false;
    s->data = array->data;
    s->before = axis;
    s->inner_rank = 0;
    for (int i = 0; i < array->rank; i++)
        if (i != axis) {
            s->inner_length[s->inner_rank] = ndi_lengths(array)[i];
            s->inner_stride[s->inner_rank++] = ndi_strides(array)[i];
        }
    s->outer_rank = indices->rank;
    memcpy(s->outer_length, ndi_lengths(indices), (size_t)indices->rank * sizeof(int64_t));
    s->positions = indices->size;
    s->count = 1;
    s->indices[0] = (ndi_index_array){.array = indices,
                                      .axis = axis,
                                      .length = ndi_lengths(array)[axis],
                                      .stride = ndi_strides(array)[axis]};
    return true;
}

nd_array *nd_take(const nd_array *array, const nd_array *indices, int axis, nd_index_mode mode)
{
    ndi_selection selection;
    nd_array *result;
    if (array && indices && axis == 0 && ndi_get_elements(array, indices, mode, &result))
        return result;
    if (!array || !indices || !select_along(&selection, "take", array, indices, axis, mode))
        return NULL;
    return ndi_selection_get(&selection);
}

/* As many values as there are indices: they come round again, or the last ones are left out. */
static const nd_array *fit_values(const nd_array *values, int64_t count)
{
    values = nd_ravel(values);
    if (!values || values->size == count || values->size == 1)
        return values;
    if (values->size > count)
        return nd_slice(values, ND_RANGE(0, count));
    const nd_array *const again = nd_arange(count);
    return again ? nd_take(values, again, 0, ND_INDEX_WRAP) : NULL;
}

static bool put(nd_array *array, const nd_array *indices, nd_operand values, nd_index_mode mode)
{
    ndi_selection selection;
    const nd_array *given = ndi_converted_value("put", array, values);
    if (!given || !ndi_force_writeable(array) || !ndi_force(indices))
        return false;
    if (given->size == 0 || indices->size == 0)
        return true;
    if (ndi_array_overlap(array, indices) != NDI_APART && !(indices = nd_copy(indices)))
        return false;
    given = ndi_array_overlap(array, given) != NDI_APART ? nd_copy(given) : given;
    if (!given || !(indices = nd_ravel(indices)) || !(given = fit_values(given, indices->size)))
        return false;
    nd_array *const flat = nd_ravel(array); /* a copy, unless the array is contiguous */
    if (!flat || !select_along(&selection, "put", flat, indices, 0, mode) ||
        !ndi_selection_set(&selection, given))
        return false;
    return flat->data == array->data ||
           ndi_assign(array, nd_reshape(flat, nd_shape_like(array))) == ND_OK;
}

static nd_status check_target(const char *operation, const nd_array *array, const nd_array *other,
                              nd_operand value)
{
    return ndi_check_target(operation, other ? array : NULL, value);
}

nd_status(nd_put)(nd_array *array, const nd_array *indices, nd_operand values, nd_index_mode mode)
{
    const nd_status wrong = check_target("put", array, indices, values);
    bool done = false;
    if (wrong)
        return wrong;
    ND_SCOPE {
        done = put(array, indices, values, mode);
    }
    return done ? ND_OK : nd_error();
}

/* ---- Along an axis, for each place of the others --------------------------------------------- */

/* Terms: the indices for their axis, and for each other axis its own positions. */
static bool along_axis(const char *operation, const nd_array *array, const nd_array *indices,
                       int axis, nd_index terms[ND_MAX_RANK])
{
    if ((axis = ndi_normalize_axis(operation, axis, array->rank)) < 0)
        return false;
    if (indices->rank != array->rank) {
        ndi_fail(ND_ERROR_SHAPE,
                 "%s: indices have %d dimensions and the array %d; they must have "
                 "the same number",
                 operation, indices->rank, array->rank);
        return false;
    }
    if (!check_integers(operation, indices))
        return false;
    if (indices->dtype == ND_BOOL) {
        ndi_fail(ND_ERROR_INDEX, "%s: indices must be integers, not bool", operation);
        return false;
    }
    for (int i = 0; i < array->rank; i++) {
        nd_shape shape = {.rank = array->rank};
        for (int k = 0; k < array->rank; k++)
            shape.length[k] = k == i ? -1 : 1;
        const nd_array *own = i == axis ? indices : nd_arange(ndi_lengths(array)[i]);
        if (i != axis && own)
            own = ndi_lengths(array)[i] == 0 ? nd_reshape(own, (shape.length[i] = 0, shape))
                                             : nd_reshape(own, shape);
        if (!own)
            return false;
        terms[i] = ND_ARRAY(own);
    }
    return true;
}

nd_array *nd_take_along_axis(const nd_array *array, const nd_array *indices, int axis)
{
    nd_index terms[ND_MAX_RANK];
    nd_array *result = NULL;
    if (!array || !indices)
        return NULL;
    ND_SCOPE {
        if (along_axis("take_along_axis", array, indices, axis, terms))
            result = nd_retain(nd_get_with(array, array->rank, terms));
    }
    return ndi_register(result);
}

nd_status(nd_put_along_axis)(nd_array *array, const nd_array *indices, nd_operand values, int axis)
{
    nd_index terms[ND_MAX_RANK];
    nd_status status = check_target("put_along_axis", array, indices, values);
    if (status)
        return status;
    ND_SCOPE {
        status = along_axis("put_along_axis", array, indices, axis, terms)
                     ? ndi_set_with(array, array->rank, terms, values)
                     : nd_error();
    }
    return status;
}

/* ---- By conditions --------------------------------------------------------------------------- */

nd_array *nd_compress(const nd_array *condition, const nd_array *array, int axis)
{
    nd_array *result = NULL;
    if (!condition || !array)
        return NULL;
    if (condition->rank != 1)
        return ndi_fail(ND_ERROR_SHAPE, "compress: the condition must have 1 dimension, not %d",
                        condition->rank);
    if ((axis = ndi_normalize_axis("compress", axis, array->rank)) < 0)
        return NULL;
    ND_SCOPE {
        const nd_array *const truth = ndi_truth(condition);
        if (truth && array->rank == 1 && truth->size == array->size)
            result = ndi_mask_get(array, truth);
        else if (truth)
            result = nd_take(array, nd_flatnonzero(truth), axis, ND_INDEX_RAISE);
        nd_retain(result);
    }
    return ndi_register(result);
}

nd_array *nd_extract(const nd_array *condition, const nd_array *array)
{
    nd_array *result = NULL;
    if (!condition || !array)
        return NULL;
    ND_SCOPE {
        result = nd_retain(nd_compress(nd_ravel(condition), nd_ravel(array), 0));
    }
    return ndi_register(result);
}

/* The truth of a mask of as many elements as the array, in its shape. */
static const nd_array *mask_for(const char *operation, const nd_array *array, const nd_array *mask)
{
    if (mask->size != array->size)
        return ndi_fail(ND_ERROR_SHAPE,
                        "%s: mask and data must be the same size: %" PRId64 " and %" PRId64,
                        operation, mask->size, array->size);
    return nd_reshape(ndi_truth(mask), nd_shape_like(array));
}

nd_status(nd_place)(nd_array *array, const nd_array *mask, nd_operand values)
{
    const nd_status wrong = check_target("place", array, mask, values);
    bool done = false;
    if (wrong)
        return wrong;
    ND_SCOPE {
        const nd_array *const given = ndi_converted_value("place", array, values);
        const nd_array *const truth = mask_for("place", array, mask);
        done = given && truth && ndi_mask_set("place", array, truth, given, NDI_VALUES_CYCLE);
    }
    return done ? ND_OK : nd_error();
}

static bool putmask(nd_array *array, const nd_array *mask, nd_operand values)
{
    const nd_array *given = ndi_converted_value("putmask", array, values);
    const nd_array *const truth = mask_for("putmask", array, mask);
    if (!given || !truth || given->size == 0 || array->size == 0)
        return given && truth;
    if (given->size > 1 && given->size != array->size)
        given = fit_values(given, array->size);
    if (given && given->size == array->size && array->size > 1)
        given = nd_reshape(given, nd_shape_like(array));
    return given && ndi_mask_choose(array, truth, given);
}

nd_status(nd_putmask)(nd_array *array, const nd_array *mask, nd_operand values)
{
    const nd_status wrong = check_target("putmask", array, mask, values);
    bool done = false;
    if (wrong)
        return wrong;
    ND_SCOPE {
        done = putmask(array, mask, values);
    }
    return done ? ND_OK : nd_error();
}

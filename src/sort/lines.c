/* The axis that is sorted becomes the last, and goes back. */
#include <ndstream/sort.h>

#include "engine/copy.h"
#include "sort/order.h"

bool ndi_sort_axis(const char *operation, const nd_array *array, int *axis)
{
    if (*axis == ND_FLAT)
        return true;
    if (array->rank == 0) {
        ndi_fail(ND_ERROR_AXIS, "%s: an array without axes is ordered only flat", operation);
        return false;
    }
    *axis = ndi_normalize_axis(operation, *axis, array->rank);
    return *axis >= 0;
}

bool ndi_lines_of(const nd_array *array, int axis, ndi_lines *lines)
{
    nd_array *made = NULL;
    ND_SCOPE {
        nd_array *turned = axis == ND_FLAT ? nd_ravel(array) : nd_move_axis(array, axis, -1);
        made = nd_ascontiguous(turned);
        made = ndi_force(made) ? nd_keep(made) : NULL;
    }
    if (!made)
        return false;
    lines->array = made;
    lines->length = ndi_lengths(made)[made->rank - 1];
    lines->count = lines->length ? made->size / lines->length : 0;
    return true;
}

nd_array *ndi_lines_result(nd_array *lines, int axis, const nd_array *like)
{
    nd_array *result = NULL;
    int order[ND_MAX_RANK];
    const bool c_order = !like || like->contiguous;
    if (!lines)
        return NULL;
    if (axis == ND_FLAT || (c_order && axis == lines->rank - 1))
        return ndi_register(lines);
    if (!c_order)
        ndi_axis_order(like, order);
    ND_SCOPE {
        result = ndi_in_order(nd_move_axis(lines, -1, axis), c_order ? NULL : order);
        result = nd_retain(result);
    }
    nd_release(lines);
    return ndi_register(result);
}

/* Equations of arrays as maps from some axes to others. */
#include <ndstream/linalg.h>

#include "array/array.h"
#include "linalg/shapes.h"

/* Whether axis is named, counted from the end if negative. */
static bool is_named(nd_axes axes, int axis, int rank)
{
    for (int i = 0; i < axes.count; i++)
        if (axes.axis[i] == axis || axes.axis[i] + rank == axis)
            return true;
    return false;
}

/* `a` with these axes at its end, in this order; axes are in range and apart. */
static nd_array *axes_last(const nd_array *a, nd_axes last)
{
    nd_axes order = {.count = 0};
    for (int axis = 0; axis < a->rank; axis++)
        if (!is_named(last, axis, a->rank))
            order.axis[order.count++] = axis;
    for (int i = 0; i < last.count; i++)
        order.axis[order.count++] = last.axis[i];
    return nd_permute(a, order);
}

nd_array *nd_tensorsolve(const nd_array *a, const nd_array *b, nd_axes axes)
{
    nd_array *result = NULL;
    uint32_t mask;
    if (!a || !b || (!axes.all && !ndi_axes_mask("tensorsolve", axes, a->rank, &mask)))
        return NULL;
    ND_SCOPE {
        const nd_array *const turned = axes.all ? a : axes_last(a, axes);
        nd_shape shape = {.rank = 0};
        int64_t unknowns = 1;
        for (int axis = b->rank; turned && axis < turned->rank; axis++)
            unknowns *= shape.length[shape.rank++] = ndi_lengths(turned)[axis];
        if (turned &&
            (unknowns != b->size || (double)unknowns * (double)b->size != (double)a->size))
            ndi_shapes_do_not_fit("tensorsolve", turned, b,
                                  "the axes of the first beyond those of the second must have as "
                                  "many elements as the second");
        else if (turned)
            result = nd_keep(nd_reshape(
                nd_solve(nd_reshape(turned, ND_SHAPE(b->size, unknowns)), nd_ravel(b)), shape));
    }
    return result ? ndi_register(result) : NULL;
}

nd_array *nd_tensorinv(const nd_array *a, int axes)
{
    nd_array *result = NULL;
    if (!a)
        return NULL;
    if (axes < 1 || axes > a->rank)
        return ndi_fail(ND_ERROR_AXIS, "tensorinv: the first %d of %d axes are no image", axes,
                        a->rank);
    nd_shape shape = {.rank = a->rank};
    int64_t image = 1, source = 1;
    for (int axis = 0; axis < axes; axis++)
        image *= shape.length[a->rank - axes + axis] = ndi_lengths(a)[axis];
    for (int axis = axes; axis < a->rank; axis++)
        source *= shape.length[axis - axes] = ndi_lengths(a)[axis];
    ND_SCOPE {
        result = nd_keep(nd_reshape(nd_inv(nd_reshape(a, ND_SHAPE(image, source))), shape));
    }
    return result ? ndi_register(result) : NULL;
}

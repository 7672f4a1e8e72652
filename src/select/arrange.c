/* Elements rolled and turned; triangles, diagonals, grids. */
#include <ndstream/arrange.h>

#include <inttypes.h>
#include <string.h>

#include <ndstream/index.h>
#include <ndstream/ops.h>
#include <ndstream/reduce.h>

#include "array/array.h"
#include "array/dtype.h"
#include "engine/copy.h"
#include "select/results.h"

static nd_index *terms_at(nd_index *terms, int axis, nd_index term)
{
    for (int i = 0; i < axis; i++)
        terms[i] = ND_EVERY;
    terms[axis] = term;
    return terms;
}

static nd_array *range_of(const nd_array *array, int axis, int64_t first, int64_t end)
{
    nd_index terms[ND_MAX_RANK];
    return nd_slice_terms(array, axis + 1, terms_at(terms, axis, ND_RANGE(first, end)));
}

/* ---- Turning --------------------------------------------------------------------------------- */

/* Axes from `axis` on in two pieces that change places: of each, `shift` elements of the end come
 * first. */
static bool copy_rolled(nd_array *to, const nd_array *from, int axis, const int64_t *shift)
{
    while (axis < from->rank && shift[axis] == 0)
        axis++;
    if (axis == from->rank)
        return ndi_assign(to, from) == ND_OK;
    const int64_t length = ndi_lengths(from)[axis], by = shift[axis];
    for (int piece = 0; piece < 2; piece++) {
        nd_array *const target = range_of(to, axis, piece ? by : 0, piece ? length : by);
        const nd_array *const source =
            range_of(from, axis, piece ? 0 : length - by, piece ? length - by : length);
        if (!target || !source || !copy_rolled(target, source, axis + 1, shift))
            return false;
    }
    return true;
}

nd_array *nd_roll_axes(const nd_array *array, int count, const int64_t *shifts, const int *axes)
{
    int64_t shift[ND_MAX_RANK] = {0};
    if (!array)
        return NULL;
    if (count < 0 || (count > 0 && (!shifts || !axes)))
        return ndi_fail(ND_ERROR_ARGUMENT, "roll: %d shifts at %p along axes at %p", count,
                        (const void *)shifts, (const void *)axes);
    for (int i = 0; i < count; i++) {
        const int axis = ndi_normalize_axis("roll", axes[i], array->rank);
        if (axis < 0)
            return NULL;
        const int64_t length = ndi_lengths(array)[axis];
        if (length > 0)
            shift[axis] = (shift[axis] + shifts[i] % length + length) % length;
    }
    nd_array *const result = nd_empty_like(array);
    bool good = result != NULL;
    if (result && result->size > 0)
        ND_SCOPE {
            good = copy_rolled(result, array, 0, shift);
        }
    if (!good)
        ndi_drop(result);
    return good ? result : NULL;
}

nd_array *nd_roll(const nd_array *array, int64_t shift, int axis)
{
    return nd_roll_axes(array, 1, &shift, &axis);
}

nd_array *nd_rot90(const nd_array *array, int64_t times, int first, int second)
{
    nd_array *result = NULL;
    if (!array || (first = ndi_normalize_axis("rot90", first, array->rank)) < 0 ||
        (second = ndi_normalize_axis("rot90", second, array->rank)) < 0)
        return NULL;
    if (first == second)
        return ndi_fail(ND_ERROR_AXIS, "rot90: axes must be different, not %d twice", first);
    ND_SCOPE {
        switch ((times % 4 + 4) % 4) {
        case 0:
            result = nd_slice(array, ND_REST);
            break;
        case 1:
            result = nd_swap_axes(nd_flip(array, ND_AXIS(second)), first, second);
            break;
        case 2:
            result = nd_flip(array, ND_AXES(first, second));
            break;
        default:
            result = nd_flip(nd_swap_axes(array, first, second), ND_AXIS(second));
        }
        nd_retain(result);
    }
    return ndi_register(result);
}

/* ---- More axes ------------------------------------------------------------------------------- */

nd_array *nd_atleast_1d(const nd_array *array)
{
    return nd_rank(array) == 0 ? nd_reshape(array, ND_SHAPE(1)) : nd_slice(array, ND_REST);
}

nd_array *nd_atleast_2d(const nd_array *array)
{
    switch (nd_rank(array)) {
    case 0:
        return nd_reshape(array, ND_SHAPE(1, 1));
    case 1:
        return nd_slice(array, ND_NEW_AXIS, ND_EVERY);
    default:
        return nd_slice(array, ND_REST);
    }
}

nd_array *nd_atleast_3d(const nd_array *array)
{
    switch (nd_rank(array)) {
    case 0:
        return nd_reshape(array, ND_SHAPE(1, 1, 1));
    case 1:
        return nd_slice(array, ND_NEW_AXIS, ND_EVERY, ND_NEW_AXIS);
    case 2:
        return nd_slice(array, ND_EVERY, ND_EVERY, ND_NEW_AXIS);
    default:
        return nd_slice(array, ND_REST);
    }
}

/* ---- Triangles ------------------------------------------------------------------------------- */

/* column - row <= diagonal, as bools. */
static nd_array *triangle(int64_t rows, int64_t columns, int64_t diagonal)
{
    if (rows < 0 || columns < 0)
        return ndi_fail(ND_ERROR_SHAPE, "tri: %" PRId64 " x %" PRId64 " is no shape", rows,
                        columns);
    const nd_array *const row = nd_reshape(nd_arange(rows), ND_SHAPE(rows, 1));
    const nd_array *const column = nd_arange(columns);
    /* Diagonals far outside select all or nothing; they must not overflow. */
    diagonal = diagonal > columns ? columns : diagonal < -rows - 1 ? -rows - 1 : diagonal;
    return nd_less_equal(column, nd_add(row, diagonal));
}

nd_array *nd_tri(nd_dtype dtype, int64_t rows, int64_t columns, int64_t diagonal)
{
    nd_array *result = NULL;
    ND_SCOPE {
        result = nd_retain(nd_cast(triangle(rows, columns, diagonal), dtype));
    }
    return ndi_register(result);
}

/* Elements of the triangle below, or above, the diagonal; else zero. */
static nd_array *one_triangle(const char *operation, const nd_array *array, int64_t diagonal,
                              bool above)
{
    nd_array *result = NULL;
    if (!array)
        return NULL;
    if (array->rank == 0)
        return ndi_fail(ND_ERROR_SHAPE, "%s: an array without axes has no triangle", operation);
    const int64_t columns = ndi_lengths(array)[array->rank - 1];
    const int64_t rows = array->rank == 1 ? columns : ndi_lengths(array)[array->rank - 2];
    if (above && diagonal > INT64_MIN)
        diagonal--;
    ND_SCOPE {
        const nd_array *const below = triangle(rows, columns, diagonal);
        const nd_array *const zero = nd_zeros((nd_dtype)array->dtype, ND_SCALAR_SHAPE);
        result = nd_retain(above ? nd_where(below, zero, array) : nd_where(below, array, zero));
    }
    return ndi_register(result);
}

nd_array *nd_tril(const nd_array *array, int64_t diagonal)
{
    return one_triangle("tril", array, diagonal, false);
}

nd_array *nd_triu(const nd_array *array, int64_t diagonal)
{
    return one_triangle("triu", array, diagonal, true);
}

static int triangle_indices(int64_t rows, int64_t columns, int64_t diagonal, bool above,
                            nd_array **results)
{
    int count = 0;
    if (above && diagonal > INT64_MIN)
        diagonal--;
    ND_SCOPE {
        nd_array *const below = triangle(rows, columns, diagonal);
        count = nd_nonzero(above ? nd_logical_not(below) : below, results);
        for (int i = 0; i < count; i++)
            nd_retain(results[i]);
    }
    return ndi_hand_over(count, results);
}

int nd_tril_indices(int64_t rows, int64_t columns, int64_t diagonal, nd_array **results)
{
    return triangle_indices(rows, columns, diagonal, false, results);
}

int nd_triu_indices(int64_t rows, int64_t columns, int64_t diagonal, nd_array **results)
{
    return triangle_indices(rows, columns, diagonal, true, results);
}

/* ---- Diagonals ------------------------------------------------------------------------------- */

static nd_array *matrix_of(const nd_array *array, int64_t diagonal)
{
    int64_t side;
    if (diagonal == INT64_MIN ||
        __builtin_add_overflow(array->size, diagonal < 0 ? -diagonal : diagonal, &side))
        return ndi_fail(ND_ERROR_SHAPE, "diag: diagonal %" PRId64 " is too far", diagonal);
    nd_array *const result = nd_zeros((nd_dtype)array->dtype, ND_SHAPE(side, side));
    bool good = result != NULL;
    if (result)
        ND_SCOPE {
            nd_array *const place = nd_diagonal(result, diagonal);
            good = place && ndi_assign(place, array) == ND_OK;
        }
    if (!good)
        ndi_drop(result);
    return good ? result : NULL;
}

nd_array *nd_diag(const nd_array *array, int64_t diagonal)
{
    if (!array)
        return NULL;
    if (array->rank == 1)
        return matrix_of(array, diagonal);
    if (array->rank != 2)
        return ndi_fail(ND_ERROR_SHAPE, "diag: an array of rank %d; give 1 or 2", array->rank);
    nd_array *const view = nd_diagonal(array, diagonal);
    if (view)
        view->writeable = false;
    return view;
}

nd_array *nd_diagflat(const nd_array *array, int64_t diagonal)
{
    nd_array *result = NULL;
    ND_SCOPE {
        const nd_array *const flat = nd_ravel(array);
        result = flat ? nd_retain(matrix_of(flat, diagonal)) : NULL;
    }
    return ndi_register(result);
}

/* ---- Grids ----------------------------------------------------------------------------------- */

static bool meshgrid(int count, const nd_array *const *arrays, const nd_meshgrid_options *options,
                     nd_array **results)
{
    nd_shape grid = {.rank = count};
    int axis_of[ND_MAX_RANK];
    for (int i = 0; i < count; i++) {
        axis_of[i] = !options->ij && count > 1 && i < 2 ? 1 - i : i;
        grid.length[axis_of[i]] = arrays[i]->size;
    }
    for (int i = 0; i < count; i++) {
        nd_shape own = {.rank = count};
        for (int k = 0; k < count; k++)
            own.length[k] = 1;
        own.length[axis_of[i]] = arrays[i]->size;
        nd_array *part = nd_reshape(arrays[i], own);
        if (!options->sparse)
            part = nd_broadcast_to(part, grid);
        if (!options->views)
            part = nd_copy(part);
        results[i] = part;
        if (!part)
            return false;
    }
    for (int i = 0; i < count; i++)
        nd_retain(results[i]);
    return true;
}

int nd_meshgrid(int count, const nd_array *const *arrays, const nd_meshgrid_options *options,
                nd_array **results)
{
    static const nd_meshgrid_options defaults = {.ij = false};
    bool good = false;
    if (count < 1 || count > ND_MAX_RANK || !arrays) {
        ndi_fail(ND_ERROR_ARGUMENT, "meshgrid: %d arrays are given; there can be 1 to %d", count,
                 ND_MAX_RANK);
        return 0;
    }
    for (int i = 0; i < count; i++)
        if (!arrays[i])
            return 0;
    ND_SCOPE {
        good = meshgrid(count, arrays, options ? options : &defaults, results);
    }
    return good ? ndi_hand_over(count, results) : 0;
}

/* ---- Along one axis -------------------------------------------------------------------------- */

/* The range of an axis in which something is not zero. */
static bool trim_axis(const nd_array *array, int axis, bool front, bool back, nd_index *term)
{
    const int64_t length = ndi_lengths(array)[axis];
    nd_axes others = {.count = 0};
    for (int i = 0; i < array->rank; i++)
        if (i != axis)
            others.axis[others.count++] = i;
    const nd_array *const found =
        nd_flatnonzero(others.count > 0 ? nd_any(array, others) : (nd_array *)array);
    if (!found || !ndi_force(found))
        return false;
    const int64_t *const places = (const int64_t *)found->data;
    const int64_t n = found->size;
    if (n == 0)
        *term = front ? ND_RANGE(length, length) : ND_RANGE(0, 0);
    else
        *term = ND_RANGE(front ? places[0] : 0, back ? places[n - 1] + 1 : length);
    return true;
}

nd_array *nd_trim_zeros(const nd_array *array, bool front, bool back)
{
    nd_array *result = NULL;
    nd_index terms[ND_MAX_RANK];
    bool good = array != NULL;
    if (!good)
        return NULL;
    if (!front && !back)
        return nd_slice(array, ND_REST);
    ND_SCOPE {
        for (int axis = 0; axis < array->rank && good; axis++)
            good = trim_axis(array, axis, front, back, &terms[axis]);
        if (good)
            result = nd_retain(nd_slice_terms(array, array->rank, terms));
    }
    return ndi_register(result);
}

nd_array *nd_apply_along_axis(const nd_array *array, int axis, nd_dtype dtype, int64_t length,
                              bool (*function)(void *context, int64_t n, const void *in, void *out),
                              void *context)
{
    nd_array *result = NULL;
    if (!array || (axis = ndi_normalize_axis("apply_along_axis", axis, array->rank)) < 0)
        return NULL;
    if (!function)
        return ndi_fail(ND_ERROR_ARGUMENT, "apply_along_axis: there is no function");
    if (length < 0)
        return ndi_fail(ND_ERROR_SHAPE, "apply_along_axis: %" PRId64 " results for each line",
                        length);
    ND_SCOPE {
        const nd_array *const lines = nd_ascontiguous(nd_move_axis(array, axis, -1));
        nd_shape shape = nd_shape_like(lines);
        if (lines)
            shape.length[shape.rank - 1] = length;
        nd_array *const out = lines && ndi_force(lines) ? nd_empty(dtype, shape) : NULL;
        const int64_t n = ndi_lengths(array)[axis];
        int64_t count = out ? 1 : 0;
        for (int i = 0; out && i < shape.rank - 1; i++)
            count *= shape.length[i];
        bool good = out != NULL;
        for (int64_t i = 0; i < count && good; i++)
            good = function(context, n,
                            lines->data + i * n * (int64_t)nd_dtype_size((nd_dtype)array->dtype),
                            out->data + i * length * (int64_t)nd_dtype_size(dtype));
        if (out && !good)
            ndi_fail(ND_ERROR_CANCELLED, "apply_along_axis: the function gave up");
        if (good)
            result = nd_retain(nd_move_axis(out, -1, axis));
    }
    return ndi_register(result);
}

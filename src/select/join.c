/* Joining arrays: each is assigned to its part of the result, which computes what is pending there.
 */
#include <ndstream/arrange.h>
#include <ndstream/join.h>

#include <stdlib.h>

#include "array/array.h"
#include "engine/copy.h"
#include "select/results.h"

static bool check_arrays(const char *operation, int count, const nd_array *const *arrays)
{
    if (count < 1 || !arrays) {
        ndi_fail(ND_ERROR_ARGUMENT, "%s: need at least one array", operation);
        return false;
    }
    for (int i = 0; i < count; i++)
        if (!arrays[i])
            return false;
    return true;
}

/* `axis` -1: all lengths must be equal. */
static bool fits(const char *operation, const nd_array *first, const nd_array *other, int number,
                 int axis)
{
    char a[NDI_SHAPE_TEXT], b[NDI_SHAPE_TEXT];
    bool same = first->rank == other->rank;
    for (int i = 0; same && i < first->rank; i++)
        same = i == axis || ndi_lengths(first)[i] == ndi_lengths(other)[i];
    if (!same && axis < 0)
        ndi_fail(ND_ERROR_SHAPE,
                 "%s: array 0 has shape %s and array %d shape %s; they must be equal", operation,
                 ndi_shape_text(a, first->rank, ndi_lengths(first)), number,
                 ndi_shape_text(b, other->rank, ndi_lengths(other)));
    else if (!same)
        ndi_fail(ND_ERROR_SHAPE,
                 "%s: array 0 has shape %s and array %d shape %s; all but axis %d must be equal",
                 operation, ndi_shape_text(a, first->rank, ndi_lengths(first)), number,
                 ndi_shape_text(b, other->rank, ndi_lengths(other)), axis);
    return same;
}

/* Writes `array` to the part of `result` that begins at `first` along the axis. */
static bool put_part(nd_array *result, const nd_array *array, int axis, int64_t first)
{
    nd_index terms[ND_MAX_RANK];
    bool good = false;
    for (int i = 0; i < axis; i++)
        terms[i] = ND_EVERY;
    terms[axis] = ND_RANGE(first, first + ndi_lengths(array)[axis]);
    ND_SCOPE {
        nd_array *const part = nd_slice_terms(result, axis + 1, terms);
        good = part && ndi_assign(part, array) == ND_OK;
    }
    return good;
}

typedef struct joined {
    int count;
    const nd_array *const *arrays;
} joined;

static ndi_axis_vote vote_on_axes(const void *operands, int outer, int inner)
{
    const joined *const all = operands;
    ndi_axis_vote vote = NDI_NO_OPINION;
    for (int i = 0; i < all->count; i++) {
        const nd_array *const a = all->arrays[i];
        if (ndi_lengths(a)[outer] != 1 && ndi_lengths(a)[inner] != 1 && vote != NDI_KEEP)
            vote =
                llabs(ndi_strides(a)[inner]) <= llabs(ndi_strides(a)[outer]) ? NDI_KEEP : NDI_SWAP;
    }
    return vote;
}

static nd_array *join(const char *operation, int count, const nd_array *const *arrays, int axis)
{
    uint32_t dtypes = 1u << arrays[0]->dtype;
    nd_shape shape = nd_shape_like(arrays[0]);
    int order[ND_MAX_RANK];
    if (shape.rank == 0)
        return ndi_fail(ND_ERROR_SHAPE,
                        "%s: arrays without axes cannot be concatenated; stack them", operation);
    if ((axis = ndi_normalize_axis(operation, axis, shape.rank)) < 0)
        return NULL;
    for (int i = 1; i < count; i++) {
        if (!fits(operation, arrays[0], arrays[i], i, axis))
            return NULL;
        dtypes |= 1u << arrays[i]->dtype;
        if (__builtin_add_overflow(shape.length[axis], ndi_lengths(arrays[i])[axis],
                                   &shape.length[axis]))
            return ndi_fail(ND_ERROR_SHAPE, "%s: the result is too large", operation);
    }
    ndi_order_axes(shape.rank, vote_on_axes, &(joined){count, arrays}, true, order);
    nd_array *const result =
        ndi_make(operation, nd_promote_set(dtypes), shape.rank, shape.length, order, false);
    int64_t first = 0;
    for (int i = 0; result && i < count; i++) {
        if (!put_part(result, arrays[i], axis, first)) {
            ndi_drop(result);
            return NULL;
        }
        first += ndi_lengths(arrays[i])[axis];
    }
    return result;
}

nd_array *nd_concatenate(int count, const nd_array *const *arrays, int axis)
{
    return check_arrays("concatenate", count, arrays) ? join("concatenate", count, arrays, axis)
                                                      : NULL;
}

/* ---- With axes changed before ---------------------------------------------------------------- */

/* Joins what `change` makes of the arrays. */
static nd_array *join_changed(const char *operation, int count, const nd_array *const *arrays,
                              nd_array *(*change)(const nd_array *array, int argument),
                              int argument, int axis)
{
    nd_array *result = NULL;
    if (!check_arrays(operation, count, arrays))
        return NULL;
    const nd_array **const changed = ndi_allocate((size_t)count * sizeof *changed);
    if (!changed)
        return NULL;
    ND_SCOPE {
        bool good = true;
        for (int i = 0; i < count && good; i++)
            good = (changed[i] = change(arrays[i], argument)) != NULL;
        if (good)
            result = nd_retain(join(operation, count, changed, axis));
    }
    ndi_free(changed, (size_t)count * sizeof *changed);
    return ndi_register(result);
}

static nd_array *with_axis(const nd_array *array, int axis)
{
    return nd_expand_dims(array, axis);
}

nd_array *nd_stack(int count, const nd_array *const *arrays, int axis)
{
    if (!check_arrays("stack", count, arrays))
        return NULL;
    if ((axis = ndi_normalize_axis("stack", axis, arrays[0]->rank + 1)) < 0)
        return NULL;
    for (int i = 1; i < count; i++)
        if (!fits("stack", arrays[0], arrays[i], i, -1))
            return NULL;
    return join_changed("stack", count, arrays, with_axis, axis, axis);
}

static nd_array *at_least(const nd_array *array, int rank)
{
    return rank == 1   ? nd_atleast_1d(array)
           : rank == 2 ? nd_atleast_2d(array)
                       : nd_atleast_3d(array);
}

nd_array *nd_hstack(int count, const nd_array *const *arrays)
{
    if (!check_arrays("hstack", count, arrays))
        return NULL;
    return join_changed("hstack", count, arrays, at_least, 1, arrays[0]->rank <= 1 ? 0 : 1);
}

nd_array *nd_vstack(int count, const nd_array *const *arrays)
{
    return join_changed("vstack", count, arrays, at_least, 2, 0);
}

nd_array *nd_dstack(int count, const nd_array *const *arrays)
{
    return join_changed("dstack", count, arrays, at_least, 3, 2);
}

static nd_array *as_columns(const nd_array *array, int unused)
{
    (void)unused;
    if (array->rank == 0)
        return nd_atleast_2d(array);
    return array->rank == 1 ? nd_expand_dims(array, 1) : nd_atleast_1d(array);
}

nd_array *nd_column_stack(int count, const nd_array *const *arrays)
{
    return join_changed("column_stack", count, arrays, as_columns, 0, 1);
}

nd_array *nd_append(const nd_array *array, const nd_array *values, int axis)
{
    const nd_array *const both[] = {array, values};
    return array && values ? join("append", 2, both, axis) : NULL;
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

static nd_array *of_rank(const nd_array *array, int rank)
{
    nd_shape shape = {.rank = rank};
    const int more = rank - array->rank;
    for (int i = 0; i < rank; i++)
        shape.length[i] = i < more ? 1 : ndi_lengths(array)[i - more];
    return nd_reshape(array, shape);
}

static nd_array *join_block(int rows, int columns, const nd_array *const *arrays)
{
    int rank = rows > 1 ? 2 : 1;
    nd_array *result = NULL;
    for (int i = 0; i < rows * columns; i++)
        rank = arrays[i]->rank > rank ? arrays[i]->rank : rank;
    for (int row = 0; row < rows; row++) {
        nd_array *const line =
            join_changed("block", columns, arrays + row * columns, of_rank, rank, rank - 1);
        const nd_array *const both[] = {result, line};
        result = row == 0 ? line : line ? join("block", 2, both, rank - 2) : NULL;
        if (!result)
            return NULL;
    }
    return result;
}

nd_array *nd_block(int rows, int columns, const nd_array *const *arrays)
{
    int count = 0;
    nd_array *result = NULL;
    if (rows < 1 || columns < 1 || __builtin_mul_overflow(rows, columns, &count))
        return ndi_fail(ND_ERROR_ARGUMENT, "block: there are %d x %d blocks; give at least one",
                        rows, columns);
    if (!check_arrays("block", count, arrays))
        return NULL;
    ND_SCOPE {
        result = nd_retain(join_block(rows, columns, arrays));
    }
    return ndi_register(result);
}

/* ---- Splitting ------------------------------------------------------------------------------- */

static nd_array *part_of(const nd_array *array, int axis, int64_t first, int64_t end)
{
    nd_index terms[ND_MAX_RANK];
    for (int i = 0; i < axis; i++)
        terms[i] = ND_EVERY;
    terms[axis] = ND_RANGE(first, end);
    return nd_slice_terms(array, axis + 1, terms);
}

static int split(const char *operation, const nd_array *array, int count, int axis, bool equal,
                 nd_array **parts)
{
    if (!array || (axis = ndi_normalize_axis(operation, axis, array->rank)) < 0)
        return 0;
    const int64_t length = ndi_lengths(array)[axis];
    if (count < 1 || (equal && length % count != 0)) {
        ndi_fail(ND_ERROR_VALUE, "%s: %lld elements of axis %d do not divide into %d equal parts",
                 operation, (long long)length, axis, count);
        return 0;
    }
    int64_t first = 0;
    for (int i = 0; i < count; i++) {
        const int64_t end = first + length / count + (i < length % count);
        parts[i] = part_of(array, axis, first, end);
        if (!parts[i])
            return ndi_drop_results(i, parts);
        first = end;
    }
    return count;
}

int nd_split(const nd_array *array, int count, int axis, nd_array **parts)
{
    return split("split", array, count, axis, true, parts);
}

int nd_array_split(const nd_array *array, int count, int axis, nd_array **parts)
{
    return split("array_split", array, count, axis, false, parts);
}

int nd_split_at(const nd_array *array, int count, const int64_t *at, int axis, nd_array **parts)
{
    if (!array || (axis = ndi_normalize_axis("split_at", axis, array->rank)) < 0)
        return 0;
    if (count < 0 || (count > 0 && !at)) {
        ndi_fail(ND_ERROR_ARGUMENT, "split_at: %d places are given, at %p", count,
                 (const void *)at);
        return 0;
    }
    for (int i = 0; i <= count; i++) {
        parts[i] = part_of(array, axis, i > 0 ? at[i - 1] : ND_OPEN, i < count ? at[i] : ND_OPEN);
        if (!parts[i])
            return ndi_drop_results(i, parts);
    }
    return count + 1;
}

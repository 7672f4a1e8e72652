/* One of several arrays, element by element: choose and select, as steps of where(), which fuse. */
#include <inttypes.h>

#include <ndstream/index.h>
#include <ndstream/ops.h>

#include "array/array.h"
#include "array/dtype.h"
#include "engine/copy.h"

/* Indices as they count: in 0 to count - 1. NULL with ND_ERROR_INDEX for one that does not. */
static const nd_array *in_bounds(const nd_array *indices, int count, nd_index_mode mode)
{
    if (mode == ND_INDEX_WRAP)
        return nd_remainder(nd_cast(indices, ND_INT64), count);
    if (mode == ND_INDEX_CLIP)
        return nd_clip(nd_cast(indices, ND_INT64), 0, count - 1);
    if (indices->size == 0)
        return indices;
    const nd_array *const ends[] = {nd_min(indices, ND_ALL), nd_max(indices, ND_ALL)};
    for (int i = 0; i < 2; i++) {
        if (!ends[i])
            return NULL;
        const int64_t end = nd_item_int64(ends[i]);
        if (end < 0 || end >= count)
            return ndi_fail(ND_ERROR_INDEX,
                            "choose: index %" PRId64 " is out of bounds for %d choices", end,
                            count);
    }
    return indices;
}

static nd_dtype common_dtype(int count, const nd_array *const *arrays)
{
    uint32_t dtypes = 0;
    for (int i = 0; i < count; i++)
        dtypes |= 1u << arrays[i]->dtype;
    return nd_promote_set(dtypes);
}

static bool check_arrays(const char *operation, int count, const nd_array *const *arrays)
{
    if (count < 1 || !arrays) {
        ndi_fail(ND_ERROR_VALUE, "%s: there must be choices", operation);
        return false;
    }
    for (int i = 0; i < count; i++)
        if (!arrays[i])
            return false;
    return true;
}

static nd_array *choose(const nd_array *indices, int count, const nd_array *const *choices,
                        nd_index_mode mode)
{
    const nd_dtype dtype = common_dtype(count, choices);
    if (!(indices = in_bounds(indices, count, mode)))
        return NULL;
    /* The first choice takes part in a where() too: the result has the shape of all. */
    nd_array *result = nd_cast(choices[0], dtype);
    for (int i = count > 1 ? 1 : 0; i < count; i++)
        result = nd_where(nd_equal(indices, i), choices[i], result);
    return ndi_in_order(result, NULL);
}

nd_array *nd_choose(const nd_array *indices, int count, const nd_array *const *choices,
                    nd_index_mode mode)
{
    nd_array *result = NULL;
    if (!indices || !check_arrays("choose", count, choices))
        return NULL;
    if (nd_dtype_kind((nd_dtype)indices->dtype) > ND_KIND_UNSIGNED)
        return ndi_fail(ND_ERROR_INDEX, "choose: indices must be integers, not %s",
                        nd_dtype_name((nd_dtype)indices->dtype));
    if (mode < ND_INDEX_RAISE || mode > ND_INDEX_CLIP)
        return ndi_fail(ND_ERROR_ARGUMENT, "choose: %d is no mode", (int)mode);
    ND_SCOPE {
        result = nd_retain(choose(indices, count, choices, mode));
    }
    return ndi_register(result);
}

nd_array *(nd_select)(int count, const nd_array *const *conditions, const nd_array *const *choices,
                      nd_operand otherwise)
{
    nd_array *result = NULL;
    if (!check_arrays("select", count, choices) || !check_arrays("select", count, conditions) ||
        (otherwise.kind == ND_OPERAND_ARRAY && !otherwise.array))
        return NULL;
    for (int i = 0; i < count; i++)
        if (conditions[i]->dtype != ND_BOOL)
            return ndi_fail(ND_ERROR_DTYPE, "select: condition %d is %s; conditions must be bool",
                            i, nd_dtype_name((nd_dtype)conditions[i]->dtype));
    ND_SCOPE {
        nd_array *last = nd_cast(choices[count - 1], common_dtype(count, choices));
        result = nd_where(conditions[count - 1], last, otherwise);
        for (int i = count - 2; i >= 0; i--)
            result = nd_where(conditions[i], choices[i], result);
        result = nd_retain(ndi_in_order(result, NULL));
    }
    return ndi_register(result);
}

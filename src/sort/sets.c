/* Arrays as sets. */
#include <ndstream/ops.h>
#include <ndstream/sort.h>

#include <string.h>

#include "engine/copy.h"
#include "sort/bincount.h"
#include "sort/order.h"

static nd_array *unique(const nd_array *array)
{
    return nd_unique(array, (nd_unique_options){0}).values;
}

/* Both, flat and in the promoted dtype, one behind the other. */
static nd_array *joined(const nd_array *a, const nd_array *b)
{
    if (!a || !b)
        return NULL;
    nd_array *both =
        nd_empty(nd_promote(nd_dtype_of(a), nd_dtype_of(b)), ND_SHAPE(nd_size(a) + nd_size(b)));
    if (!both || ndi_assign(nd_slice(both, ND_RANGE(0, nd_size(a))), nd_ravel(a)) != ND_OK ||
        ndi_assign(nd_slice(both, ND_RANGE(nd_size(a), ND_OPEN)), nd_ravel(b)) != ND_OK)
        return NULL;
    return both;
}

/* The elements of a 1-d array where `mask`, bools, says so. */
static nd_array *chosen(const nd_array *array, const nd_array *mask)
{
    nd_array *own = nd_ascontiguous(array), *flags = nd_ascontiguous(mask);
    if (!ndi_force(own) || !ndi_force(flags))
        return NULL;
    int64_t count = 0;
    nd_array *places = nd_empty(ND_INT64, ND_SHAPE(nd_size(own)));
    if (!places)
        return NULL;
    for (int64_t i = 0; i < nd_size(own); i++)
        if (flags->data[i])
            ((int64_t *)places->data)[count++] = i;
    nd_array *result = nd_empty(nd_dtype_of(own), ND_SHAPE(count));
    if (result)
        ndi_gather((size_t)count, nd_dtype_size(nd_dtype_of(own)), own->data,
                   (const int64_t *)places->data, result->data, true);
    return result;
}

/* ---- Membership ------------------------------------------------------------------------------ */

/* The elements of a sorted array that stand where `values` would be put; some other at its end. */
static nd_array *met(const nd_array *sorted, const nd_array *values, nd_array **places)
{
    const nd_searchsorted_options left = {0};
    *places = nd_minimum(nd_searchsorted(sorted, values, left), nd_size(sorted) - 1);
    nd_array *own = nd_ascontiguous(*places), *line = nd_ascontiguous(sorted);
    nd_array *result = nd_empty(nd_dtype_of(sorted), nd_shape_like(values));
    if (!ndi_force(own) || !ndi_force(line) || !result)
        return NULL;
    ndi_gather((size_t)nd_size(own), nd_dtype_size(nd_dtype_of(sorted)), line->data,
               (const int64_t *)own->data, result->data, true);
    return result;
}

static nd_array *isin(const nd_array *elements, const nd_array *tests)
{
    nd_array *places;
    if (nd_size(tests) == 0)
        return nd_zeros(ND_BOOL, nd_shape_like(elements));
    const nd_dtype dtype = nd_promote(nd_dtype_of(elements), nd_dtype_of(tests));
    nd_array *sorted = unique(nd_cast(tests, dtype)), *x = nd_cast(elements, dtype);
    return nd_equal(met(sorted, x, &places), x);
}

nd_array *nd_isin(const nd_array *elements, const nd_array *tests, bool invert)
{
    nd_array *result = NULL;
    if (!elements || !tests)
        return NULL;
    ND_SCOPE {
        nd_array *found = isin(elements, tests);
        result = nd_keep(nd_copy(invert ? nd_logical_not(found) : found));
    }
    return result ? ndi_register(result) : NULL;
}

/* ---- Set operations -------------------------------------------------------------------------- */

nd_array *nd_union1d(const nd_array *a, const nd_array *b)
{
    nd_array *result = NULL;
    ND_SCOPE {
        result = nd_keep(unique(joined(a, b)));
    }
    return result ? ndi_register(result) : NULL;
}

static nd_array *difference(const nd_array *a, const nd_array *b)
{
    return chosen(a, nd_isin(a, b, true));
}

nd_array *nd_setdiff1d(const nd_array *a, const nd_array *b)
{
    nd_array *result = NULL;
    if (!a || !b)
        return NULL;
    ND_SCOPE {
        result = nd_keep(difference(unique(a), b));
    }
    return result ? ndi_register(result) : NULL;
}

nd_array *nd_setxor1d(const nd_array *a, const nd_array *b)
{
    nd_array *result = NULL;
    if (!a || !b)
        return NULL;
    ND_SCOPE {
        nd_array *first = unique(a), *second = unique(b);
        nd_array *both = joined(difference(first, second), difference(second, first));
        result = nd_keep(nd_sort(both, -1, (nd_sort_options){0}));
    }
    return result ? ndi_register(result) : NULL;
}

nd_intersect1d_result nd_intersect1d(const nd_array *a, const nd_array *b, bool indices)
{
    nd_intersect1d_result r = {NULL, NULL, NULL};
    const nd_unique_options options = {.index = indices};
    bool good = false;
    if (!a || !b)
        return r;
    ND_SCOPE {
        const nd_dtype dtype = nd_promote(nd_dtype_of(a), nd_dtype_of(b));
        const nd_unique_result first = nd_unique(nd_cast(a, dtype), options),
                               second = nd_unique(nd_cast(b, dtype), options);
        nd_array *in_both = nd_isin(first.values, second.values, false);
        r.values = chosen(first.values, in_both);
        good = r.values != NULL;
        if (good && indices) {
            r.a_index = chosen(first.index, in_both);
            r.b_index = chosen(second.index, nd_isin(second.values, first.values, false));
            good = r.a_index && r.b_index;
        }
        if (good) {
            nd_keep(r.values);
            nd_keep(r.a_index);
            nd_keep(r.b_index);
        }
    }
    if (!good)
        return (nd_intersect1d_result){NULL, NULL, NULL};
    r.values = ndi_register(r.values);
    if (indices) {
        r.a_index = ndi_register(r.a_index);
        r.b_index = ndi_register(r.b_index);
    }
    return r;
}

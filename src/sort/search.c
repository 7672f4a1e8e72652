/* Where values belong in a sorted array. */
#include <ndstream/ops.h>
#include <ndstream/sort.h>

#include "base/pool.h"
#include "sort/order.h"
#include "sort/search.h"

typedef struct searching {
    ndi_search_kernel *kernel;
    nd_dtype dtype;
    const char *values, *sorted;
    size_t item, count;
    bool right;
    int64_t *places;
} searching;

/* NumPy's order of complex numbers, NaN last. */
static bool complex_less(double ar, double ai, double br, double bi)
{
    if (ar < br)
        return ai == ai || bi != bi;
    if (ar > br)
        return bi != bi && ai == ai;
    if (ar == br || (ar != ar && br != br))
        return ai < bi || (bi != bi && ai == ai);
    return br != br;
}

static void search_complex(const searching *s, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        double x[2], a[2];
        size_t base = 0;
#define LOAD_COMPLEX(to, from, at)                                                                 \
    if (s->dtype == ND_COMPLEX64)                                                                  \
        to[0] = ((const float *)from)[2 * (at)], to[1] = ((const float *)from)[2 * (at) + 1];      \
    else                                                                                           \
        to[0] = ((const double *)from)[2 * (at)], to[1] = ((const double *)from)[2 * (at) + 1];
        LOAD_COMPLEX(x, s->values, i)
        for (size_t length = s->count; length > 0;) {
            const size_t half = length / 2;
            LOAD_COMPLEX(a, s->sorted, base + half)
            const bool before = s->right ? !complex_less(x[0], x[1], a[0], a[1])
                                         : complex_less(a[0], a[1], x[0], x[1]);
            base += before ? half + 1 : 0;
            length = before ? length - half - 1 : half;
        }
        s->places[i] = (int64_t)base;
    }
}

static void search_range(void *context, size_t begin, size_t end)
{
    const searching *s = context;
    if (s->kernel)
        s->kernel(end - begin, s->values + begin * s->item, s->sorted, s->count, s->right,
                  s->places + begin);
    else
        search_complex(s, begin, end);
}

void ndi_search(nd_dtype dtype, size_t n, const void *values, size_t count, const void *sorted,
                bool right, int64_t *places)
{
    searching s = {.kernel = ndi_sort_kernels_in_use()->search[dtype],
                   .dtype = dtype,
                   .values = values,
                   .sorted = sorted,
                   .item = nd_dtype_size(dtype),
                   .count = count,
                   .right = right,
                   .places = places};
    ndi_parallel_for(n, 2048, search_range, &s);
}

/* Contiguous, of `dtype`, with its elements. */
static nd_array *as_searched(const nd_array *array, nd_dtype dtype)
{
    nd_array *own =
        nd_ascontiguous(nd_dtype_of(array) == dtype ? (nd_array *)array : nd_cast(array, dtype));
    return ndi_force(own) ? own : NULL;
}

/* The elements of a 1-d array at the places of a 1-d array of integers. */
static nd_array *by_sorter(const nd_array *sorted, const nd_array *sorter)
{
    const int64_t count = nd_size(sorted);
    if (nd_rank(sorter) != 1 || nd_size(sorter) != count ||
        nd_dtype_kind(nd_dtype_of(sorter)) == ND_KIND_BOOL || nd_dtype_of(sorter) >= ND_FLOAT16)
        return ndi_fail(ND_ERROR_ARGUMENT,
                        "searchsorted: the sorter must be %lld integers in one axis",
                        (long long)count);
    nd_array *places = as_searched(sorter, ND_INT64);
    nd_array *result = nd_empty(nd_dtype_of(sorted), ND_SHAPE(count));
    if (!places || !result)
        return NULL;
    const int64_t *order = (const int64_t *)places->data;
    for (int64_t i = 0; i < count; i++)
        if (order[i] < 0 || order[i] >= count)
            return ndi_fail(ND_ERROR_INDEX, "searchsorted: the sorter holds %lld, of %lld elements",
                            (long long)order[i], (long long)count);
    ndi_gather((size_t)count, nd_dtype_size(nd_dtype_of(sorted)), sorted->data, order, result->data,
               true);
    return result;
}

static nd_array *searchsorted(const char *operation, const nd_array *sorted, const nd_array *values,
                              nd_searchsorted_options options)
{
    char shape[NDI_SHAPE_TEXT];
    if (nd_rank(sorted) != 1)
        return ndi_fail(ND_ERROR_SHAPE, "%s: the sorted array has shape %s; it must have one axis",
                        operation, ndi_shape_text(shape, sorted->rank, ndi_lengths(sorted)));
    nd_dtype dtype = nd_promote(nd_dtype_of(sorted), nd_dtype_of(values));
    /* Half floats are exact in float32, and order stays. */
    dtype = dtype == ND_FLOAT16 || dtype == ND_BFLOAT16 ? ND_FLOAT32 : dtype;
    nd_array *a = as_searched(sorted, dtype), *x = as_searched(values, dtype);
    if (a && options.sorter)
        a = by_sorter(a, options.sorter);
    nd_array *result =
        ndi_make(operation, ND_INT64, values->rank, ndi_lengths(values), NULL, false);
    if (!a || !x || !result)
        return NULL;
    ndi_search(dtype, (size_t)nd_size(x), x->data, (size_t)nd_size(a), a->data, options.right,
               (int64_t *)result->data);
    return result;
}

nd_array *nd_searchsorted(const nd_array *sorted, const nd_array *values,
                          nd_searchsorted_options options)
{
    nd_array *result = NULL;
    if (!sorted || !values)
        return NULL;
    ND_SCOPE {
        result = nd_keep(searchsorted("searchsorted", sorted, values, options));
    }
    return result ? ndi_register(result) : NULL;
}

/* 1: ascending, -1: descending, 0: neither, -2 after an error. */
static int direction(const nd_array *bins)
{
    nd_array *first = nd_slice(bins, ND_RANGE(ND_OPEN, -1)),
             *last = nd_slice(bins, ND_RANGE(1, ND_OPEN));
    nd_array *up = nd_all(nd_less_equal(first, last), ND_ALL);
    nd_array *down = nd_all(nd_greater_equal(first, last), ND_ALL);
    if (!up || !down)
        return -2;
    return nd_item_int64(up) ? 1 : nd_item_int64(down) ? -1 : 0;
}

static nd_array *digitize(const nd_array *values, const nd_array *bins, bool right)
{
    if (nd_dtype_kind(nd_dtype_of(values)) == ND_KIND_COMPLEX ||
        nd_dtype_kind(nd_dtype_of(bins)) == ND_KIND_COMPLEX)
        return ndi_fail(ND_ERROR_DTYPE, "digitize: complex numbers are not supported");
    if (nd_rank(bins) != 1)
        return ndi_fail(ND_ERROR_SHAPE, "digitize: the bins must have one axis, not %d",
                        nd_rank(bins));
    const int way = direction(bins);
    const nd_searchsorted_options options = {.right = !right};
    if (way == 1)
        return searchsorted("digitize", bins, values, options);
    if (way == 0)
        ndi_fail(ND_ERROR_VALUE, "digitize: the bins neither ascend nor descend");
    if (way != -1)
        return NULL;
    nd_array *above = searchsorted("digitize", nd_flip(bins, ND_ALL), values, options);
    return nd_subtract(nd_size(bins), above);
}

nd_array *nd_digitize(const nd_array *values, const nd_array *bins, bool right)
{
    nd_array *result = NULL;
    if (!values || !bins)
        return NULL;
    ND_SCOPE {
        result = nd_keep(digitize(values, bins, right));
    }
    return result ? ndi_register(result) : NULL;
}

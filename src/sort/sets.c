/* Arrays as sets. */
#include <ndstream/ops.h>
#include <ndstream/sort.h>

#include <string.h>

#include "base/memory.h"
#include "base/pool.h"
#include "engine/copy.h"
#include "kernels/kernel.h"
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

/* ---- Membership of whole numbers: a bit for each from the least on --------------------------- */

enum {
    NUMBERS = 512,         /* at a time */
    BITS_PER_ELEMENT = 64, /* in the table, at most: no more memory than int64 take */
    LEAST_TASK = 1 << 14,  /* elements */
    WORTH_A_TABLE = 4,     /* elements for each word, where threads have tables of their own */
};

typedef struct members {
    nd_dtype dtype;
    uint64_t least, beyond; /* the bit behind the last one, which is not set */
    uint64_t *bits;
    size_t words, tables, test_count; /* tables of so many words, each for a part of the tests */
    const char *tests, *elements;
    uint8_t *found;
    bool invert;
} members;

/* Integers or bools as 64 bits, in `own` unless they are such. */
static const uint64_t *as_numbers(nd_dtype dtype, const char *from, size_t n, uint64_t *own)
{
    const ptrdiff_t item = (ptrdiff_t)nd_dtype_size(dtype);
    if (dtype == ND_INT64 || dtype == ND_UINT64)
        return (const uint64_t *)from;
    ndi_kernels_in_use()->cast[ND_INT64][dtype](n, (char *[]){(char *)own, (char *)from},
                                                (ptrdiff_t[]){sizeof *own, item});
    return own;
}

/* Tables of their own: cores that change the same lines wait for each other. */
static void enter_members(void *context, size_t first, size_t last)
{
    const members *m = context;
    const size_t item = nd_dtype_size(m->dtype);
    uint64_t own[NUMBERS];
    for (size_t table = first; table < last; table++) {
        uint64_t *const bits = m->bits + table * m->words;
        const size_t begin = m->test_count / m->tables * table,
                     end =
                         table + 1 < m->tables ? begin + m->test_count / m->tables : m->test_count;
        for (size_t at = begin; at < end; at += NUMBERS) {
            const size_t now = end - at < NUMBERS ? end - at : NUMBERS;
            const uint64_t *const x = as_numbers(m->dtype, m->tests + at * item, now, own);
            for (size_t i = 0; i < now; i++)
                bits[(x[i] - m->least) / 64] |= 1ULL << (x[i] - m->least) % 64;
        }
    }
}

/* All tables into the first one. */
static void join_tables(void *context, size_t begin, size_t end)
{
    const members *m = context;
    for (size_t table = 1; table < m->tables; table++)
        for (size_t word = begin; word < end; word++)
            m->bits[word] |= m->bits[table * m->words + word];
}

static void look_up_members(void *context, size_t begin, size_t end)
{
    const members *m = context;
    const size_t item = nd_dtype_size(m->dtype);
    const uint64_t *const bits = m->bits;
    uint64_t own[NUMBERS];
    for (size_t at = begin; at < end; at += NUMBERS) {
        const size_t now = end - at < NUMBERS ? end - at : NUMBERS;
        const uint64_t *const x = as_numbers(m->dtype, m->elements + at * item, now, own);
        for (size_t i = 0; i < now; i++) {
            const uint64_t far = x[i] - m->least, number = far < m->beyond ? far : m->beyond;
            m->found[at + i] = (uint8_t)((bits[number / 64] >> number % 64 & 1) ^ m->invert);
        }
    }
}

static bool extreme_of(nd_array *extreme, uint64_t *number)
{
    uint64_t own;
    if (!ndi_force(extreme))
        return false;
    *number = *as_numbers(nd_dtype_of(extreme), extreme->data, 1, &own);
    return true;
}

/* False with the error kept; *result stays NULL where numbers are too far apart. */
static bool isin_near(const nd_array *elements, const nd_array *tests, bool invert,
                      nd_array **result)
{
    const nd_dtype dtype = nd_promote(nd_dtype_of(elements), nd_dtype_of(tests));
    const uint64_t sizes = (uint64_t)nd_size(elements) + (uint64_t)nd_size(tests);
    uint64_t most;
    if (nd_dtype_kind(dtype) >= ND_KIND_FLOAT || nd_size(tests) == 0)
        return true;
    nd_array *t = nd_ascontiguous(nd_cast(tests, dtype));
    members m = {.dtype = dtype, .invert = invert};
    if (!ndi_force(t) || !extreme_of(nd_min(t, ND_ALL), &m.least) ||
        !extreme_of(nd_max(t, ND_ALL), &most))
        return false;
    if (most - m.least >= BITS_PER_ELEMENT * sizes)
        return true;
    nd_array *x = nd_ascontiguous(nd_cast(elements, dtype)),
             *found = nd_empty(ND_BOOL, nd_shape_like(elements));
    m.beyond = most - m.least + 1;
    m.words = (size_t)(m.beyond / 64 + 1);
    m.test_count = (size_t)nd_size(t);
    m.tables = m.test_count >= LEAST_TASK && m.test_count / WORTH_A_TABLE >= m.words
                   ? (size_t)ndi_pool_threads()
                   : 1;
    const size_t bytes = m.tables * m.words * sizeof *m.bits;
    if (!ndi_force(x) || !found || !(m.bits = ndi_allocate_zeroed(bytes)))
        return false;
    m.tests = t->data;
    m.elements = x->data;
    m.found = (uint8_t *)found->data;
    ndi_parallel_for(m.tables, 1, enter_members, &m);
    if (m.tables > 1)
        ndi_parallel_for(m.words, LEAST_TASK, join_tables, &m);
    ndi_parallel_for((size_t)nd_size(x), LEAST_TASK, look_up_members, &m);
    ndi_free(m.bits, bytes);
    *result = found;
    return true;
}

nd_array *nd_isin(const nd_array *elements, const nd_array *tests, bool invert)
{
    nd_array *result = NULL;
    if (!elements || !tests)
        return NULL;
    ND_SCOPE {
        nd_array *found = NULL;
        if (isin_near(elements, tests, invert, &found)) {
            if (!found) {
                nd_array *const sorted = isin(elements, tests);
                found = nd_copy(invert ? nd_logical_not(sorted) : sorted);
            }
            result = nd_keep(found);
        }
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

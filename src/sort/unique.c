/* The different elements of an array, or its different slices along an axis.
 *
 * Whole numbers that lie close together are counted directly. What else is asked for comes from a
 * sort, or, where places are wanted, from an order: runs of equal elements are the groups. */
#include <ndstream/ops.h>
#include <ndstream/sort.h>

#include <string.h>

#include "base/pool.h"
#include "kernels/kernel.h"
#include "sort/bincount.h"
#include "sort/select.h"

static const nd_unique_result none = {NULL, NULL, NULL, NULL};

/* Elements in order, in groups. */
typedef struct groups {
    size_t n, count;
    const int64_t *order; /* NULL: the elements themselves are in order */
    uint8_t *starts;      /* 1 where a group begins, else 0 */
} groups;

static const ndi_select_kernels *selecting(void)
{
    return &ndi_kernels_in_use()->select;
}

static void count_groups(groups *g)
{
    g->count = selecting()->count(g->n, g->starts);
}

/* The places in the order where groups begin. */
static bool first_places(const groups *g, nd_array *firsts)
{
    if (!firsts)
        return false;
    selecting()->positions(g->n, g->count, (int64_t *)firsts->data, 0, g->starts);
    return true;
}

/* Indices, inverse and counts of groups that begin at `first`. */
static bool tell_groups(const groups *g, const int64_t *first, nd_unique_options options,
                        nd_unique_result *r)
{
    const nd_shape shape = ND_SHAPE((int64_t)g->count);
    if (options.index) {
        r->index = nd_empty(ND_INT64, shape);
        if (!r->index)
            return false;
        ndi_gather(g->count, sizeof(int64_t), g->order, first, r->index->data, true);
    }
    if (options.counts) {
        r->counts = nd_empty(ND_INT64, shape);
        if (!r->counts)
            return false;
        for (size_t k = 0; k < g->count; k++)
            ((int64_t *)r->counts->data)[k] =
                (k + 1 < g->count ? first[k + 1] : (int64_t)g->n) - first[k];
    }
    if (options.inverse) {
        r->inverse = nd_empty(ND_INT64, ND_SHAPE((int64_t)g->n));
        if (!r->inverse)
            return false;
        int64_t group = -1, *inverse = (int64_t *)r->inverse->data;
        for (size_t i = 0; i < g->n; i++) {
            group += g->starts[i] != 0;
            inverse[g->order[i]] = group;
        }
    }
    return true;
}

/* ---- Whole numbers close together ------------------------------------------------------------ */

enum { FEWEST_BINS = 1 << 12, MOST_BINS = 1 << 24 };

typedef struct numbers {
    const char *elements;
    nd_dtype dtype;
    int64_t least;
    const int64_t *group; /* of each number */
    int64_t *inverse;
} numbers;

static int64_t number_at(const numbers *w, size_t i)
{
    switch (w->dtype) {
    case ND_BOOL:
    case ND_UINT8:
        return ((const uint8_t *)w->elements)[i];
    case ND_INT8:
        return ((const int8_t *)w->elements)[i];
    case ND_INT16:
        return ((const int16_t *)w->elements)[i];
    case ND_UINT16:
        return ((const uint16_t *)w->elements)[i];
    case ND_INT32:
        return ((const int32_t *)w->elements)[i];
    case ND_UINT32:
        return ((const uint32_t *)w->elements)[i];
    default:
        return ((const int64_t *)w->elements)[i];
    }
}

static void invert_range(void *context, size_t begin, size_t end)
{
    const numbers *w = context;
    for (size_t i = begin; i < end; i++)
        w->inverse[i] = w->group[(uint64_t)number_at(w, i) - (uint64_t)w->least];
}

/* False if they do not lie close together, or with an error kept. */
static bool unique_numbers(const nd_array *x, nd_unique_options options, nd_unique_result *r)
{
    const nd_dtype dtype = nd_dtype_of(x);
    const size_t n = (size_t)nd_size(x);
    if (dtype >= ND_FLOAT16 || n == 0)
        return false;
    numbers w = {.elements = x->data, .dtype = dtype};
    const int64_t least = nd_item_int64(nd_min(x, ND_ALL)), most = nd_item_int64(nd_max(x, ND_ALL));
    const uint64_t bins = (uint64_t)most - (uint64_t)least + 1;
    int64_t outside;
    if (nd_error() != ND_OK || most < least || bins == 0 || bins > MOST_BINS ||
        (bins > FEWEST_BINS && bins > n / 4))
        return false;
    w.least = least;
    nd_array *times = nd_empty(ND_INT64, ND_SHAPE((int64_t)bins));
    if (!times ||
        !ndi_count_numbers(dtype, x->data, n, least, bins, (int64_t *)times->data, &outside))
        return false;
    int64_t *count = (int64_t *)times->data, different = 0;
    for (size_t b = 0; b < bins; b++)
        different += count[b] != 0;
    const nd_shape shape = ND_SHAPE(different);
    nd_array *found = nd_empty(ND_INT64, shape);
    r->counts = options.counts ? nd_empty(ND_INT64, shape) : NULL;
    r->index = options.index ? nd_empty(ND_INT64, shape) : NULL;
    r->inverse = options.inverse ? nd_empty(ND_INT64, ND_SHAPE((int64_t)n)) : NULL;
    if (!found || (options.counts && !r->counts) || (options.index && !r->index) ||
        (options.inverse && !r->inverse))
        return false;
    int64_t group = 0;
    for (size_t b = 0; b < bins; b++) {
        if (count[b] == 0)
            continue;
        ((int64_t *)found->data)[group] = (int64_t)((uint64_t)least + b);
        if (r->counts)
            ((int64_t *)r->counts->data)[group] = count[b];
        count[b] = group++;
    }
    if (r->index)
        for (size_t i = n; i-- > 0;)
            ((int64_t *)r->index->data)[count[(uint64_t)number_at(&w, i) - (uint64_t)least]] =
                (int64_t)i;
    if (r->inverse) {
        w.group = count;
        w.inverse = (int64_t *)r->inverse->data;
        ndi_parallel_for(n, NDI_SORT_GRAIN, invert_range, &w);
    }
    r->values = nd_cast(found, dtype);
    return ndi_force(r->values);
}

/* ---- Elements in order ----------------------------------------------------------------------- */

static bool is_nan_complex(nd_dtype dtype, const char *element)
{
    const float *narrow = (const float *)element;
    const double *wide = (const double *)element;
    return dtype == ND_COMPLEX64 ? narrow[0] != narrow[0] || narrow[1] != narrow[1]
                                 : wide[0] != wide[0] || wide[1] != wide[1];
}

/* Marks where keys that are in order change. */
static void mark_changes(groups *g, nd_dtype dtype, const char *sorted, bool nan_apart)
{
    enum { PIECE = 1024 };
    int64_t keys[PIECE], before = 0;
    const size_t item = nd_dtype_size(dtype);
    const bool is_float = nd_dtype_kind(dtype) == ND_KIND_FLOAT;
    const int64_t nan = ndi_nan_key(dtype);
    for (size_t i = 0; i < g->n; i += PIECE) {
        const size_t now = g->n - i < PIECE ? g->n - i : PIECE;
        ndi_sort_kernels_in_use()->encode_wide[dtype](now, sorted + i * item, false, keys);
        g->starts[i] = i == 0 || keys[0] != before;
        for (size_t k = 1; k < now; k++)
            g->starts[i + k] = keys[k] != keys[k - 1];
        before = keys[now - 1];
        for (size_t k = 0; is_float && nan_apart && k < now; k++)
            g->starts[i + k] |= keys[k] == nan;
    }
}

/* `x` is contiguous and flat. */
static bool unique_elements(const nd_array *x, nd_unique_options options, nd_unique_result *r)
{
    const nd_dtype dtype = nd_dtype_of(x);
    const size_t n = (size_t)nd_size(x), item = nd_dtype_size(dtype);
    const bool complexes = nd_dtype_kind(dtype) == ND_KIND_COMPLEX;
    const bool ordered = options.index || options.inverse || complexes;
    const int64_t length = (int64_t)n;
    groups g = {.n = n};
    nd_array *marks = nd_empty(ND_UINT8, ND_SHAPE(length)), *order = NULL, *sorted = NULL;
    if (!marks)
        return false;
    g.starts = (uint8_t *)marks->data;
    if (ordered) {
        order = nd_argsort(x, -1, (nd_sort_options){0});
        sorted = nd_empty(dtype, ND_SHAPE(length));
        if (!order || !sorted)
            return false;
        g.order = (const int64_t *)order->data;
        ndi_gather(n, item, x->data, g.order, sorted->data, true);
    } else {
        sorted = nd_sort(x, -1, (nd_sort_options){0});
        if (!sorted)
            return false;
    }
    if (complexes) {
        /* NumPy takes all with a NaN for one. */
        for (size_t i = 0; i < n; i++) {
            const char *at = sorted->data + i * item;
            const bool nan = is_nan_complex(dtype, at);
            g.starts[i] = i == 0 || (nan ? options.nan_apart || !is_nan_complex(dtype, at - item)
                                         : memcmp(at, at - item, item) != 0);
        }
        /* Zeros of either sign are equal. */
        nd_array *same = nd_equal(nd_slice(sorted, ND_RANGE(1, ND_OPEN)),
                                  nd_slice(sorted, ND_RANGE(ND_OPEN, -1)));
        if (!ndi_force(same))
            return false;
        for (size_t i = 1; i < n; i++)
            g.starts[i] &= !same->data[i - 1];
    } else {
        mark_changes(&g, dtype, sorted->data, options.nan_apart);
    }
    count_groups(&g);
    r->values = nd_empty(dtype, ND_SHAPE((int64_t)g.count));
    if (!r->values)
        return false;
    selecting()->compress[__builtin_ctzll(item)](n, g.count, r->values->data, sorted->data,
                                                 g.starts);
    if (!options.index && !options.counts)
        return tell_groups(&g, NULL, options, r);
    nd_array *firsts = nd_empty(ND_INT64, ND_SHAPE((int64_t)g.count));
    return first_places(&g, firsts) && tell_groups(&g, (const int64_t *)firsts->data, options, r);
}

static bool unique_flat(const nd_array *array, nd_unique_options options, nd_unique_result *r)
{
    nd_array *x = nd_ascontiguous(nd_ravel(array));
    if (!ndi_force(x))
        return false;
    if (!unique_numbers(x, options, r)) {
        *r = none;
        if (nd_error() != ND_OK || !unique_elements(x, options, r))
            return false;
    }
    if (r->inverse)
        r->inverse = nd_reshape(r->inverse, nd_shape_like(array));
    return r->values && (!options.inverse || r->inverse);
}

/* ---- Slices along an axis -------------------------------------------------------------------- */

/* Orders the rows of a contiguous matrix, column by column, and marks where they change. */
static bool order_rows(const nd_array *rows, groups *g, int64_t *order)
{
    const int64_t columns = nd_length(rows, 1);
    const nd_dtype dtype = nd_dtype_of(rows);
    bool good = true;
    ndi_order o = ndi_order_begin(g->n, order, g->starts, true);
    memset(g->starts, 0, g->n);
    for (size_t i = 0; i < g->n; i++)
        order[i] = (int64_t)i;
    if (g->n > 0)
        g->starts[0] = 1;
    for (int64_t c = 0; good && c < columns; c++) {
        bool all = c > 0; /* are rows apart already? */
        for (size_t i = 0; all && i < g->n; i++)
            all = g->starts[i];
        if (all)
            break;
        ND_SCOPE {
            nd_array *column = nd_copy(nd_slice(rows, ND_EVERY, ND_INDEX(c)));
            nd_array *keys = nd_empty(ND_INT64, ND_SHAPE((int64_t)g->n));
            good = keys && ndi_force(column) &&
                   ndi_order_refine_by(&o, dtype, column->data, false, (int64_t *)keys->data);
        }
    }
    if (good && columns > 0 && dtype >= ND_FLOAT16) {
        /* A row with a NaN equals no other. */
        nd_array *nan = nd_any(nd_isnan(rows), ND_AXIS(1));
        good = ndi_force(nan);
        for (size_t i = 0; good && i < g->n; i++)
            g->starts[i] |= (uint8_t)nan->data[order[i] * ndi_strides(nan)[0]];
    }
    return good;
}

static bool unique_slices(const nd_array *array, nd_unique_options options, nd_unique_result *r)
{
    const int axis = ndi_normalize_axis("unique", options.axis, array->rank);
    if (axis < 0)
        return false;
    nd_array *first = nd_move_axis(array, axis, 0);
    if (!first)
        return false;
    nd_shape shape = nd_shape_like(first);
    const int64_t n = shape.length[0], columns = n ? nd_size(first) / n : 0;
    nd_array *rows = nd_ascontiguous(nd_reshape(first, ND_SHAPE(n, columns)));
    nd_array *marks = nd_empty(ND_UINT8, ND_SHAPE(n)), *order = nd_empty(ND_INT64, ND_SHAPE(n));
    if (!ndi_force(rows) || !marks || !order)
        return false;
    groups g = {
        .n = (size_t)n, .order = (const int64_t *)order->data, .starts = (uint8_t *)marks->data};
    if (!order_rows(rows, &g, (int64_t *)order->data))
        return false;
    count_groups(&g);
    nd_array *firsts = nd_empty(ND_INT64, ND_SHAPE((int64_t)g.count));
    nd_array *places = nd_empty(ND_INT64, ND_SHAPE((int64_t)g.count));
    shape.length[0] = (int64_t)g.count;
    nd_array *values = nd_empty(nd_dtype_of(array), shape);
    if (!places || !values || !first_places(&g, firsts))
        return false;
    const int64_t *begin = (const int64_t *)firsts->data;
    ndi_gather(g.count, sizeof(int64_t), order->data, begin, places->data, true);
    ndi_gather(g.count, (size_t)columns * nd_dtype_size(nd_dtype_of(array)), rows->data,
               (const int64_t *)places->data, values->data, true);
    r->values = nd_move_axis(values, 0, axis);
    return r->values && tell_groups(&g, begin, options, r);
}

/* ---- Results --------------------------------------------------------------------------------- */

nd_unique_result nd_unique(const nd_array *array, nd_unique_options options)
{
    nd_unique_result r = none;
    bool good = false;
    if (!array)
        return none;
    ND_SCOPE {
        good =
            options.has_axis ? unique_slices(array, options, &r) : unique_flat(array, options, &r);
        if (good) {
            nd_keep(r.values);
            nd_keep(r.index);
            nd_keep(r.inverse);
            nd_keep(r.counts);
        }
    }
    if (!good)
        return none;
    nd_array **members[] = {&r.values, &r.index, &r.inverse, &r.counts};
    for (int i = 0; i < 4; i++)
        if (*members[i])
            *members[i] = ndi_register(*members[i]);
    return r;
}

nd_array *nd_unique_values(const nd_array *array)
{
    return nd_unique(array, (nd_unique_options){.nan_apart = true}).values;
}

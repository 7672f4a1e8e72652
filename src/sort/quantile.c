/* Medians and quantiles over axes, by selection.
 *
 * A quantile of n elements lies at a place between 0 and n - 1, which need not be whole: the rules
 * are those of Hyndman and Fan, "Sample quantiles in statistical packages" (1996), and NumPy's
 * others. */
#include <ndstream/ops.h>
#include <ndstream/sort.h>

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "array/dtype.h"
#include "base/pool.h"
#include "engine/copy.h"
#include "sort/select.h"

static const char *const method_names[] = {
#define METHOD_NAME(code, name) [code] = name,
    ND_QUANTILE_METHODS(METHOD_NAME)
#undef METHOD_NAME
};

enum { METHODS = sizeof method_names / sizeof *method_names };

nd_quantile_method nd_quantile_method_from_name(const char *name)
{
    for (int i = 0; name && i < METHODS; i++)
        if (strcmp(name, method_names[i]) == 0)
            return (nd_quantile_method)i;
    ndi_fail(ND_ERROR_ARGUMENT, "quantile: there is no method '%.40s'", name ? name : "");
    return ND_QUANTILE_METHOD_NONE;
}

/* ---- Where a quantile lies ------------------------------------------------------------------- */

/* Between two places, `share` of the way from the first. */
typedef struct quantile_place {
    size_t first, second;
    double share;
} quantile_place;

static bool takes_element(nd_quantile_method method)
{
    return method == ND_QUANTILE_LOWER || method == ND_QUANTILE_HIGHER ||
           method == ND_QUANTILE_NEAREST || method == ND_QUANTILE_INVERTED_CDF ||
           method == ND_QUANTILE_CLOSEST_OBSERVATION;
}

/* Hyndman and Fan's continuous rules differ in these two numbers. */
static double between_observations(double n, double q, double alpha, double beta)
{
    return n * q + (alpha + q * (1 - alpha - beta)) - 1;
}

static quantile_place place_of(nd_quantile_method method, size_t count, double q)
{
    const double n = (double)count, even = (n - 1) * q, down = floor(even);
    double at = even;
    switch (method) {
    case ND_QUANTILE_LOWER:
        at = down;
        break;
    case ND_QUANTILE_HIGHER:
        at = ceil(even);
        break;
    case ND_QUANTILE_NEAREST:
        at = nearbyint(even); /* half to even */
        break;
    case ND_QUANTILE_MIDPOINT:
        at = 0.5 * (down + ceil(even));
        break;
    case ND_QUANTILE_INVERTED_CDF:
        at = ceil(n * q - 1);
        break;
    case ND_QUANTILE_CLOSEST_OBSERVATION:
        at = n * q - 1.5;
        at = at == floor(at) && fmod(floor(at), 2) != 0 ? at : floor(at) + 1;
        break;
    case ND_QUANTILE_AVERAGED_INVERTED_CDF:
        at = n * q - 1;
        at = at == floor(at) ? at + 0.5 : floor(at) + 1;
        break;
    case ND_QUANTILE_INTERPOLATED_INVERTED_CDF:
        at = between_observations(n, q, 0, 1);
        break;
    case ND_QUANTILE_HAZEN:
        at = between_observations(n, q, 0.5, 0.5);
        break;
    case ND_QUANTILE_WEIBULL:
        at = between_observations(n, q, 0, 0);
        break;
    case ND_QUANTILE_MEDIAN_UNBIASED:
        at = between_observations(n, q, 1 / 3.0, 1 / 3.0);
        break;
    case ND_QUANTILE_NORMAL_UNBIASED:
        at = between_observations(n, q, 3 / 8.0, 3 / 8.0);
        break;
    default:
        break;
    }
    if (!(at > 0))
        return (quantile_place){0, 0, 0};
    if (at >= n - 1)
        return (quantile_place){count - 1, count - 1, 0};
    return (quantile_place){(size_t)at, (size_t)at + 1, at - floor(at)};
}

static double value_between(double a, double b, double share)
{
    if (a == b || share == 0)
        return a;
    const double difference = b - a;
    return share >= 0.5 ? b - difference * (1 - share) : a + difference * share;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

typedef struct quantiles {
    const ndi_sort_kernels *kernels;
    nd_dtype dtype, out;
    nd_quantile_method method;
    bool median, ignore_nan, thread;
    size_t length, lines, count; /* count: of quantiles */
    const double *q;
    const char *elements;
    char *result; /* [quantile][line] */
    atomic_bool no_memory;
} quantiles;

static double key_value(const quantiles *k, int64_t key)
{
    char element[8];
    const int32_t narrow = (int32_t)key;
    k->kernels->decode[k->dtype](
        1, ndi_keys_of(k->dtype) == NDI_KEYS_64 ? (void *)&key : (void *)&narrow, false, element);
    return ndi_load_double(k->dtype, element);
}

static double between(const quantiles *k, double a, double b, double share)
{
    double value = k->median ? (a + b) / 2 : value_between(a, b, share);
    if (k->median && isinf(value) && isfinite(a) && isfinite(b))
        value = a / 2 + b / 2;
    return value;
}

/* Stores quantile i of a line. */
static void store(const quantiles *k, size_t i, size_t line, int64_t first, int64_t second,
                  double share)
{
    char *to = k->result + (i * k->lines + line) * nd_dtype_size(k->out);
    if (k->out == k->dtype && share == 0 && first == second) {
        const int32_t narrow = (int32_t)first;
        k->kernels->decode[k->dtype](
            1, ndi_keys_of(k->dtype) == NDI_KEYS_64 ? (void *)&first : (void *)&narrow, false, to);
        return;
    }
    const double value = between(k, key_value(k, first), key_value(k, second), share);
    ndi_store_scalar(nd_operand_real(value), k->out, to);
}

static void store_nan(const quantiles *k, size_t line)
{
    for (size_t i = 0; i < k->count; i++)
        ndi_store_scalar(nd_operand_real(NAN), k->out,
                         k->result + (i * k->lines + line) * nd_dtype_size(k->out));
}

typedef struct line_scratch {
    quantile_place *places;                   /* of each quantile */
    int64_t *wanted, *order, *sorted, *found; /* both places of each; those in order */
    size_t *ascending;
} line_scratch;

static size_t scratch_bytes(size_t count)
{
    return count * (sizeof(quantile_place) + 2 * (4 * sizeof(int64_t) + sizeof(size_t)));
}

static line_scratch scratch_at(void *memory, size_t count)
{
    line_scratch s = {.places = memory};
    s.wanted = (int64_t *)(s.places + count);
    s.order = s.wanted + 2 * count;
    s.sorted = s.order + 2 * count;
    s.found = s.sorted + 2 * count;
    s.ascending = (size_t *)(s.found + 2 * count);
    return s;
}

static bool do_line(const quantiles *k, size_t line, const line_scratch *s)
{
    const char *elements = k->elements + line * k->length * nd_dtype_size(k->dtype);
    const size_t nan = ndi_count_nan(k->dtype, elements, k->length, k->thread);
    const size_t n = k->length - nan, wanted = 2 * k->count;
    if ((nan > 0 && !k->ignore_nan) || n == 0) {
        store_nan(k, line);
        return true;
    }
    for (size_t i = 0; i < k->count; i++) {
        if (k->median)
            s->places[i] = (quantile_place){(n - 1) / 2, n / 2, 0.5};
        else
            s->places[i] = place_of(k->method, n, k->q[i]);
        s->wanted[2 * i] = (int64_t)s->places[i].first;
        s->wanted[2 * i + 1] = (int64_t)s->places[i].second;
    }
    if (!ndi_argsort_keys(s->wanted, wanted, s->order, false))
        return false;
    for (size_t i = 0; i < wanted; i++)
        s->ascending[i] = (size_t)s->wanted[s->order[i]];
    /* NaN comes last, so places among the others stay. */
    if (!ndi_select_places(k->dtype, elements, k->length, wanted, s->ascending, s->sorted,
                           k->thread))
        return false;
    for (size_t i = 0; i < wanted; i++)
        s->found[s->order[i]] = s->sorted[i];
    for (size_t i = 0; i < k->count; i++)
        store(k, i, line, s->found[2 * i], s->found[2 * i + 1], s->places[i].share);
    return true;
}

static void do_lines(void *context, size_t begin, size_t end)
{
    quantiles *k = context;
    const size_t bytes = scratch_bytes(k->count);
    void *memory = ndi_allocate(bytes);
    const line_scratch scratch = scratch_at(memory, k->count);
    bool good = memory != NULL;
    for (size_t line = begin; good && line < end; line++)
        good = do_line(k, line, &scratch);
    ndi_free(memory, bytes);
    if (!good)
        atomic_store(&k->no_memory, true);
}

/* ---- Short lines -------------------------------------------------------------------------------
 * Some at a time: to begin with each by itself takes longer than to sort it. */

enum {
    SHORT = 256, /* elements that are sorted sooner than parted */
    KEYS = 2048,
    LINES = 256,
};

/* Of lines that are done together. */
typedef struct short_lines {
    _Alignas(64) int64_t keys[KEYS]; /* or twice as many of 32 bits */
    int64_t first[LINES], second[LINES];
    char a[8 * LINES], b[8 * LINES]; /* these two as elements */
    double share[LINES];
    uint16_t n[LINES]; /* elements that are no NaN */
} short_lines;

static quantile_place place_among(const quantiles *k, size_t n, size_t i)
{
    return k->median ? (quantile_place){(n - 1) / 2, n / 2, 0.5} : place_of(k->method, n, k->q[i]);
}

static size_t count_numbers(const quantiles *k, const short_lines *s, size_t from)
{
    size_t n = k->length;
    if (nd_dtype_kind(k->dtype) != ND_KIND_FLOAT)
        return n;
    const int64_t nan = ndi_nan_key(k->dtype);
    if (ndi_keys_of(k->dtype) == NDI_KEYS_64)
        while (n > 0 && s->keys[from + n - 1] == nan)
            n--;
    else
        while (n > 0 && ((const int32_t *)s->keys)[from + n - 1] == nan)
            n--;
    return n < k->length && !k->ignore_nan ? 0 : n;
}

static void pick(const quantiles *k, short_lines *s, size_t line, size_t from, quantile_place place)
{
    if (ndi_keys_of(k->dtype) == NDI_KEYS_64) {
        s->first[line] = s->keys[from + place.first];
        s->second[line] = s->keys[from + place.second];
    } else {
        ((int32_t *)s->first)[line] = ((const int32_t *)s->keys)[from + place.first];
        ((int32_t *)s->second)[line] = ((const int32_t *)s->keys)[from + place.second];
    }
    s->share[line] = place.share;
}

/* Quantile i of lines whose keys ascend. */
static void do_sorted(const quantiles *k, short_lines *s, size_t i, size_t line, size_t lines)
{
    const size_t item = nd_dtype_size(k->dtype), size = nd_dtype_size(k->out);
    char *to = k->result + (i * k->lines + line) * size;
    quantile_place place = place_among(k, k->length, i);
    size_t n = k->length;
    for (size_t l = 0; l < lines; l++) {
        if (s->n[l] != n && s->n[l] > 0)
            place = place_among(k, n = s->n[l], i);
        pick(k, s, l, l * k->length, place);
    }
    k->kernels->decode[k->dtype](lines, s->first, false, s->a);
    k->kernels->decode[k->dtype](lines, s->second, false, s->b);
    for (size_t l = 0; l < lines; l++, to += size) {
        const char *const a = s->a + l * item, *const b = s->b + l * item;
        if (s->n[l] > 0 && s->share[l] == 0 && k->out == k->dtype)
            memcpy(to, a, item);
        else
            ndi_store_scalar(
                nd_operand_real(s->n[l] > 0 ? between(k, ndi_load_double(k->dtype, a),
                                                      ndi_load_double(k->dtype, b), s->share[l])
                                            : NAN),
                k->out, to);
    }
}

static void do_short_lines(void *context, size_t begin, size_t end)
{
    const quantiles *const k = context;
    const size_t n = k->length, room = KEYS / n, together = room < LINES ? room : LINES;
    ndi_sort_lines_kernel *const sort = k->kernels->sorters[ndi_keys_of(k->dtype)].sort_lines;
    short_lines s;
    for (size_t line = begin; line < end; line += together) {
        const size_t lines = end - line < together ? end - line : together;
        k->kernels->encode[k->dtype](lines * n, k->elements + line * n * nd_dtype_size(k->dtype),
                                     false, s.keys);
        sort(s.keys, n, lines);
        for (size_t l = 0; l < lines; l++)
            s.n[l] = (uint16_t)count_numbers(k, &s, l * n);
        for (size_t i = 0; i < k->count; i++)
            do_sorted(k, &s, i, line, lines);
    }
}

static bool run(quantiles *k)
{
    if (k->length > 0 && k->length <= SHORT) {
        ndi_parallel_for(k->lines, 1 + NDI_SORT_GRAIN / 4 / (k->length + 1), do_short_lines, k);
        return true;
    }
    k->thread = k->length >= 2 * NDI_SORT_GRAIN && k->lines < 4 * (size_t)ndi_pool_threads();
    if (k->thread)
        do_lines(k, 0, k->lines);
    else
        ndi_parallel_for(k->lines, 1 + NDI_SORT_GRAIN / 4 / (k->length + 1), do_lines, k);
    if (atomic_load(&k->no_memory))
        ndi_fail(ND_ERROR_MEMORY, "quantile: no memory for lines of %zu elements", k->length);
    return !atomic_load(&k->no_memory);
}

/* ---- Arrays ---------------------------------------------------------------------------------- */

/* The axes of `mask` become the last, and one; the others' lengths are the shape of the result. */
static nd_array *with_lines(const nd_array *array, uint32_t mask, bool keepdims, nd_shape *shape,
                            size_t *length)
{
    nd_axes order = {.count = array->rank};
    nd_shape merged = {.rank = 0};
    int at = 0;
    int64_t line = 1;
    for (int axis = 0; axis < array->rank; axis++) {
        const int64_t n = ndi_lengths(array)[axis];
        if (!(mask >> axis & 1)) {
            order.axis[at++] = axis;
            merged.length[merged.rank++] = n;
        } else {
            line *= n;
        }
        if (keepdims || !(mask >> axis & 1))
            shape->length[shape->rank++] = mask >> axis & 1 ? 1 : n;
    }
    for (int axis = 0; axis < array->rank; axis++)
        if (mask >> axis & 1)
            order.axis[at++] = axis;
    *length = (size_t)line;
    if (array->rank == 0)
        return nd_reshape(array, ND_SHAPE(1));
    if (merged.rank == ND_MAX_RANK)
        return nd_ascontiguous(array); /* no axis is reduced */
    merged.length[merged.rank++] = line;
    return nd_ascontiguous(nd_reshape(nd_permute(array, order), merged));
}

static bool check_q(const char *operation, const nd_array *q, double scale)
{
    const double *values = nd_data(q);
    for (int64_t i = 0; values && i < nd_size(q); i++)
        if (!(values[i] >= 0 && values[i] <= 1)) {
            ndi_fail(ND_ERROR_VALUE, "%s: q holds %g; it must lie between 0 and %g", operation,
                     values[i] * scale, scale);
            return false;
        }
    return values != NULL;
}

/* `q` is NULL for the median. */
static nd_array *quantile(const char *operation, const nd_array *array, const nd_array *q,
                          nd_axes axes, nd_quantile_options options)
{
    uint32_t mask;
    size_t length;
    nd_shape shape = {.rank = 0};
    const nd_dtype dtype = nd_dtype_of(array);
    if (!ndi_axes_mask(operation, axes, array->rank, &mask))
        return NULL;
    if (nd_dtype_kind(dtype) == ND_KIND_COMPLEX)
        return ndi_fail(ND_ERROR_DTYPE, "%s: %s has no quantiles", operation, nd_dtype_name(dtype));
    if ((unsigned)options.method >= METHODS)
        return ndi_fail(ND_ERROR_ARGUMENT, "%s: there is no method %d", operation,
                        (int)options.method);
    for (int axis = 0; q && axis < nd_rank(q); axis++)
        shape.length[shape.rank++] = nd_lengths(q)[axis];
    if (shape.rank + array->rank > ND_MAX_RANK)
        return ndi_fail(ND_ERROR_SHAPE, "%s: the result would have more than 32 axes", operation);
    nd_array *lines = with_lines(array, mask, options.keepdims, &shape, &length);
    if (!ndi_force(lines))
        return NULL;
    quantiles k = {.kernels = ndi_sort_kernels_in_use(),
                   .dtype = dtype,
                   .method = options.method,
                   .median = !q,
                   .ignore_nan = options.ignore_nan,
                   .length = length,
                   .count = q ? (size_t)nd_size(q) : 1,
                   .elements = lines->data};
    k.out = nd_dtype_kind(dtype) == ND_KIND_FLOAT || (q && takes_element(k.method)) ? dtype
                                                                                    : ND_FLOAT64;
    if (length == 0 && nd_dtype_kind(k.out) != ND_KIND_FLOAT)
        return ndi_fail(ND_ERROR_VALUE, "%s: no elements of %s to take one from", operation,
                        nd_dtype_name(dtype));
    nd_array *result = ndi_make(operation, k.out, shape.rank, shape.length, NULL, false);
    if (!result || result->size == 0)
        return result;
    k.lines = (size_t)result->size / k.count;
    k.q = q ? nd_data(q) : NULL;
    k.result = result->data;
    return run(&k) ? result : NULL;
}

/* The scale of q: 100 for percentiles. */
static nd_array *quantile_of(const char *operation, const nd_array *array, const nd_array *q,
                             double scale, nd_axes axes, nd_quantile_options options)
{
    nd_array *result = NULL;
    if (!array || !q)
        return NULL;
    if (nd_dtype_kind(nd_dtype_of(q)) == ND_KIND_COMPLEX)
        return ndi_fail(ND_ERROR_DTYPE, "%s: q is %s", operation, nd_dtype_name(nd_dtype_of(q)));
    ND_SCOPE {
        nd_array *doubles = nd_ascontiguous(nd_cast(q, ND_FLOAT64));
        nd_array *shares = scale == 1 ? doubles : nd_copy(nd_divide(doubles, scale));
        if (shares && check_q(operation, shares, scale))
            result = nd_keep(quantile(operation, array, shares, axes, options));
    }
    return result ? ndi_register(result) : NULL;
}

nd_array *nd_quantile(const nd_array *array, const nd_array *q, nd_axes axes,
                      nd_quantile_options options)
{
    return quantile_of("quantile", array, q, 1, axes, options);
}

nd_array *nd_percentile(const nd_array *array, const nd_array *q, nd_axes axes,
                        nd_quantile_options options)
{
    return quantile_of("percentile", array, q, 100, axes, options);
}

nd_array *nd_median(const nd_array *array, nd_axes axes, nd_quantile_options options)
{
    nd_array *result = NULL;
    if (!array)
        return NULL;
    options.method = ND_QUANTILE_LINEAR;
    ND_SCOPE {
        uint32_t mask = 0;
        int order[ND_MAX_RANK];
        result = quantile("median", array, NULL, axes, options);
        if (result && ndi_axes_mask("median", axes, array->rank, &mask)) /* it is a mean in NumPy */
            result = ndi_in_order(result, ndi_order_like(array, mask, options.keepdims, order));
        result = nd_keep(result);
    }
    return result ? ndi_register(result) : NULL;
}

/* numpy.pad: axis by axis, so that what is around earlier axes is padded with them. */
#include <inttypes.h>
#include <math.h>

#include <ndstream/index.h>
#include <ndstream/join.h>
#include <ndstream/ops.h>
#include <ndstream/reduce.h>

#include "array/array.h"
#include "array/dtype.h"
#include "engine/copy.h"
#include "select/values.h"

/* Padding along one axis: `part` is the result with all of the axes before, and of those after it
 * what the array itself fills. */
typedef struct padding {
    nd_array *part;
    int axis;
    int64_t before, length, behind;
    nd_pad_mode mode;
    const nd_pad_options *options;
} padding;

/* Elements first to end - 1 along the axis. */
static nd_array *range_of(const padding *p, int64_t first, int64_t end)
{
    nd_index terms[ND_MAX_RANK];
    for (int i = 0; i < p->axis; i++)
        terms[i] = ND_EVERY;
    terms[p->axis] = ND_RANGE(first, end);
    return nd_slice_terms(p->part, p->axis + 1, terms);
}

static nd_array *side(const padding *p, bool behind)
{
    const int64_t end = p->before + p->length;
    return behind ? range_of(p, end, end + p->behind) : range_of(p, 0, p->before);
}

/* The value of options for one side, 0 if there is none. */
static nd_operand value_of(const padding *p, bool behind)
{
    return p->options->values ? p->options->values[2 * p->axis + behind] : nd_operand_int(0);
}

static bool fill(nd_array *target, const nd_array *value)
{
    return target && value && ndi_assign(target, value) == ND_OK;
}

/* ---- Values of their own --------------------------------------------------------------------- */

static bool pad_constant(const padding *p, bool behind)
{
    return fill(side(p, behind), ndi_converted_value("pad", p->part, value_of(p, behind)));
}

/* The line of the array next to that side, with length 1 along the axis. */
static nd_array *edge_of(const padding *p, bool behind)
{
    const int64_t at = behind ? p->before + p->length - 1 : p->before;
    return range_of(p, at, at + 1);
}

static bool pad_edge(const padding *p, bool behind)
{
    return fill(side(p, behind), edge_of(p, behind));
}

/* From the end value, which is at the rim, towards the edge, as numpy.linspace computes it: in
 * float64 (complex128), rounded down for integers. */
static bool pad_ramp(const padding *p, bool behind)
{
    const nd_dtype dtype = (nd_dtype)p->part->dtype;
    const nd_kind kind = nd_dtype_kind(dtype);
    const nd_dtype wide = kind == ND_KIND_COMPLEX ? ND_COMPLEX128 : ND_FLOAT64;
    const int64_t count = behind ? p->behind : p->before;
    nd_shape column = {.rank = p->part->rank};
    for (int i = 0; i < column.rank; i++)
        column.length[i] = i == p->axis ? count : 1;
    if (count == 0)
        return true;
    const nd_array *const end = ndi_converted_value("pad", p->part, value_of(p, behind));
    const nd_array *const edge = edge_of(p, behind);
    nd_array *steps = nd_cast(nd_reshape(nd_arange(count), column), ND_FLOAT64);
    if (!end || !edge || !steps)
        return false;
    const nd_array *const start = nd_cast(end, wide);
    nd_array *const step = nd_divide(nd_subtract(nd_cast(edge, wide), start), (double)count);
    nd_array *ramp = nd_add(nd_multiply(steps, step), start);
    if (kind <= ND_KIND_UNSIGNED && ramp)
        ramp = nd_floor(ramp);
    if (behind && ramp)
        ramp = nd_flip(ramp, ND_AXIS(p->axis));
    return fill(side(p, behind), ramp);
}

/* ---- Statistics ------------------------------------------------------------------------------ */

/* Puts the k-th smallest of n numbers without NaN in its place, smaller ones before it. */
static void select_smallest(double *x, int64_t n, int64_t k)
{
    for (int64_t low = 0, high = n - 1; low < high;) {
        const double pivot = x[low + (high - low) / 2];
        int64_t i = low, j = high;
        while (i <= j) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i <= j) {
                const double other = x[i];
                x[i++] = x[j];
                x[j--] = other;
            }
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            return;
    }
}

static double median(double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (isnan(x[i]))
            return x[i];
    if (n == 0)
        return NAN;
    select_smallest(x, n, n / 2);
    double below = x[0];
    if (n % 2 == 1)
        return x[n / 2];
    for (int64_t i = 1; i < n / 2; i++)
        below = x[i] > below ? x[i] : below;
    return (below + x[n / 2]) / 2;
}

/* As float64, with length 1 along the axis. */
static nd_array *median_of(const nd_array *array, int axis)
{
    if (nd_dtype_kind((nd_dtype)array->dtype) == ND_KIND_COMPLEX)
        return ndi_fail(ND_ERROR_DTYPE, "pad: %s has no median",
                        nd_dtype_name((nd_dtype)array->dtype));
    nd_array *const lines = nd_copy(nd_move_axis(nd_cast(array, ND_FLOAT64), axis, -1));
    if (!lines || !ndi_force_writeable(lines))
        return NULL;
    const int64_t n = ndi_lengths(lines)[lines->rank - 1];
    nd_shape shape = nd_shape_like(lines);
    shape.length[shape.rank - 1] = 1;
    nd_array *const result = nd_empty(ND_FLOAT64, shape);
    for (int64_t i = 0; result && i < result->size; i++)
        ((double *)result->data)[i] = median((double *)lines->data + i * n, n);
    return nd_move_axis(result, -1, axis);
}

static nd_array *statistic(const padding *p, const nd_array *from)
{
    const nd_reduce_options keep = {.keepdims = true};
    switch (p->mode) {
    case ND_PAD_MAXIMUM:
        return nd_reduce(ND_OP_max, from, ND_AXIS(p->axis), &keep);
    case ND_PAD_MINIMUM:
        return nd_reduce(ND_OP_min, from, ND_AXIS(p->axis), &keep);
    case ND_PAD_MEAN:
        return nd_reduce(ND_OP_mean, from, ND_AXIS(p->axis), &keep);
    default:
        return median_of(from, p->axis);
    }
}

static bool pad_statistic(const padding *p, bool behind)
{
    const int64_t given =
        p->options->stat_lengths ? p->options->stat_lengths[2 * p->axis + behind] : p->length;
    const int64_t count = given < p->length ? given : p->length;
    if (count < 1 && (p->mode == ND_PAD_MAXIMUM || p->mode == ND_PAD_MINIMUM)) {
        ndi_fail(ND_ERROR_VALUE, "pad: stat_length of 0 yields no value for padding");
        return false;
    }
    if (given < 0) {
        ndi_fail(ND_ERROR_VALUE, "pad: stat_length cannot be negative");
        return false;
    }
    const int64_t end = p->before + p->length;
    const nd_array *const from =
        behind ? range_of(p, end - count, end) : range_of(p, p->before, p->before + count);
    nd_array *value = from ? statistic(p, from) : NULL;
    const nd_kind kind = nd_dtype_kind((nd_dtype)p->part->dtype);
    if (value && kind <= ND_KIND_UNSIGNED && kind != ND_KIND_BOOL && /* whose half is true */
        nd_dtype_kind((nd_dtype)value->dtype) >= ND_KIND_FLOAT)
        value = nd_rint(value);
    return fill(side(p, behind), value);
}

/* ---- Elements of the array again ------------------------------------------------------------- */

static int64_t modulo(int64_t x, int64_t n)
{
    return x % n + (x % n < 0 ? n : 0);
}

/* The element of the axis that stands at place `at`, counted from the first; `turns`: how many
 * edges lie between, negative ones to the left. */
static int64_t mirrored(int64_t at, int64_t length, nd_pad_mode mode, int64_t *turns)
{
    const int64_t period = mode == ND_PAD_REFLECT ? length - 1 : length;
    *turns = 0;
    if (mode == ND_PAD_WRAP)
        return modulo(at, length);
    if (period == 0)
        return 0;
    const int64_t within = modulo(at, period);
    *turns = (at - within) / period;
    if (*turns % 2 == 0)
        return within;
    return mode == ND_PAD_REFLECT ? period - within : period - 1 - within;
}

/* Odd reflection about an edge adds twice what the edge is away: after t turns to the right the
 * elements have gone up by t times the difference of the edges, and the signs alternate. */
static bool pad_again(const padding *p, bool behind)
{
    const int64_t count = behind ? p->behind : p->before, first = behind ? p->length : -p->before;
    const bool odd = p->options->odd && p->mode != ND_PAD_WRAP;
    int64_t turns;
    nd_array *const from = range_of(p, p->before, p->before + p->length);
    nd_array *const places = ndi_new(ND_INT64, 1, &count, NULL);
    nd_shape column = {.rank = p->part->rank};
    for (int i = 0; i < column.rank; i++)
        column.length[i] = i == p->axis ? count : 1;
    nd_array *const ups = odd ? nd_empty(ND_INT64, column) : NULL;
    nd_array *const flips = odd ? nd_empty(ND_BOOL, column) : NULL;
    if (!from || !places || (odd && (!ups || !flips)))
        return false;
    for (int64_t i = 0; i < count; i++) {
        ((int64_t *)places->data)[i] = mirrored(first + i, p->length, p->mode, &turns);
        if (odd) {
            /* The end of a first turn, as it does without `rise`, not the beginning of a second. */
            if (turns == (behind ? 2 : -2) && p->mode == ND_PAD_REFLECT &&
                ((int64_t *)places->data)[i] == (behind ? 0 : p->length - 1))
                turns /= 2;
            ((int64_t *)ups->data)[i] = turns;
            flips->data[i] = turns % 2 != 0;
        }
    }
    nd_array *const again = nd_take(from, places, p->axis, ND_INDEX_RAISE);
    if (!odd || !again || count == 0)
        return fill(side(p, behind), again);
    /* Even turns: x + t (last - first). Odd turns: 2 last - x behind and 2 first - x before, and
     * (t - 1) or (t + 1) times (last - first), where that is not 0 (as it would be NaN from NaN).
     */
    const nd_dtype dtype = (nd_dtype)p->part->dtype;
    nd_array *const low = edge_of(p, false), *const high = edge_of(p, true);
    nd_array *const rise = nd_subtract(high, low);
    nd_array *const straight = nd_add(again, nd_multiply(nd_cast(ups, dtype), rise));
    nd_array *const edge = behind ? high : low, *const times = nd_add(ups, behind ? -1 : 1);
    nd_array *const climbed = nd_multiply(nd_cast(times, dtype), rise);
    nd_array *const from_edge = nd_subtract(nd_add(edge, edge), again);
    nd_array *const turned = nd_where(nd_equal(times, 0), from_edge, nd_add(climbed, from_edge));
    return fill(side(p, behind), nd_where(flips, turned, straight));
}

/* ---- All axes -------------------------------------------------------------------------------- */

static bool pad_axis(const padding *p)
{
    bool good = true;
    for (int behind = 0; behind < 2 && good; behind++)
        ND_SCOPE {
            switch (p->mode) {
            case ND_PAD_CONSTANT:
                good = pad_constant(p, behind);
                break;
            case ND_PAD_EDGE:
                good = pad_edge(p, behind);
                break;
            case ND_PAD_LINEAR_RAMP:
                good = pad_ramp(p, behind);
                break;
            case ND_PAD_REFLECT:
            case ND_PAD_SYMMETRIC:
            case ND_PAD_WRAP:
                good = pad_again(p, behind);
                break;
            default:
                good = pad_statistic(p, behind);
            }
        }
    return good;
}

/* The part of the result that the array itself fills, from `axis` on; of the axes before it all. */
static nd_array *inside(const nd_array *result, const nd_array *array, const int64_t *widths,
                        int axis)
{
    nd_index terms[ND_MAX_RANK];
    for (int i = 0; i < array->rank; i++)
        terms[i] =
            i < axis ? ND_EVERY : ND_RANGE(widths[2 * i], widths[2 * i] + ndi_lengths(array)[i]);
    return nd_slice_terms(result, array->rank, terms);
}

static bool pad(nd_array *result, const nd_array *array, const int64_t *widths, nd_pad_mode mode,
                const nd_pad_options *options)
{
    if (!fill(inside(result, array, widths, 0), array))
        return false;
    for (int axis = 0; axis < array->rank && mode != ND_PAD_EMPTY; axis++) {
        const padding p = {.part = inside(result, array, widths, axis + 1),
                           .axis = axis,
                           .before = widths[2 * axis],
                           .length = ndi_lengths(array)[axis],
                           .behind = widths[2 * axis + 1],
                           .mode = mode,
                           .options = options};
        if (!p.part)
            return false;
        if (p.length == 0 && mode != ND_PAD_CONSTANT) {
            if (p.before == 0 && p.behind == 0)
                continue;
            ndi_fail(ND_ERROR_VALUE,
                     "pad: axis %d is empty and can only be extended with constants", axis);
            return false;
        }
        if (!pad_axis(&p))
            return false;
    }
    return true;
}

nd_array *nd_pad(const nd_array *array, const int64_t *widths, nd_pad_mode mode,
                 const nd_pad_options *options)
{
    static const nd_pad_options defaults = {.values = NULL};
    if (!array)
        return NULL;
    if (mode < ND_PAD_CONSTANT || mode > ND_PAD_EMPTY || (array->rank > 0 && !widths))
        return ndi_fail(ND_ERROR_ARGUMENT, "pad: mode %d, widths at %p", (int)mode,
                        (const void *)widths);
    nd_shape shape = nd_shape_like(array);
    for (int i = 0; i < 2 * array->rank; i++) {
        if (widths[i] < 0)
            return ndi_fail(ND_ERROR_VALUE, "pad: width %" PRId64 " of axis %d is negative",
                            widths[i], i / 2);
        if (__builtin_add_overflow(shape.length[i / 2], widths[i], &shape.length[i / 2]))
            return ndi_fail(ND_ERROR_SHAPE, "pad: the result is too large");
    }
    if (!ndi_check_shape("pad", (nd_dtype)array->dtype, shape.rank, shape.length))
        return NULL;
    nd_array *const result = ndi_empty_as(array, (nd_dtype)array->dtype, shape);
    bool good = false;
    if (result)
        ND_SCOPE {
            good = pad(result, array, widths, mode, options ? options : &defaults);
        }
    if (!good)
        ndi_drop(result);
    return good ? result : NULL;
}

/* Ranges: arange and linspace. Each element follows from its place, so a large one is a step like
 * any other, which reads no memory: fused into what it is used for it is never stored. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <ndstream/array.h>

#include "array/dtype.h"
#include "base/pool.h"
#include "engine/pending.h"
#include "kernels/ranges.h"

enum { FILL_GRAIN = 1 << 16 }; /* elements that are worth a part of their own on another thread */

/* ---- Making one ------------------------------------------------------------------------------ */

static ndi_map range_step(const char *name, nd_dtype dtype, nd_dtype computed)
{
    return (ndi_map){
        .name = name,
        .exact = true,
        .kernel = ndi_range_kernel(computed),
        .arguments = 3,
        .out = dtype,
        .computed = computed,
        .in = {ND_INT64, ND_COMPLEX128, ND_COMPLEX128}, /* two halves of an ndi_range */
        .taken = {ND_INT64, ND_COMPLEX128, ND_COMPLEX128}};
}

static nd_array *make_range(const char *name, nd_dtype dtype, nd_dtype computed, int64_t count,
                            ndi_range *range)
{
    if (!ndi_check_shape(name, dtype, 1, &count))
        return NULL;
    const ndi_map step = range_step(name, dtype, computed);
    if (ndi_graph_wants(0, NULL, count))
        return ndi_graph_range(&step, range, count);
    nd_array *array = ndi_make(name, dtype, 1, &count, NULL, false);
    if (!array || count == 0)
        return array;
    const int64_t item = (int64_t)ndi_dtype_size(dtype), place = NDI_PLACE_BYTES;
    char *const operand[] = {array->data, (char *)NDI_FIRST_PLACE, range->line, range->given};
    if (dtype == computed && count <= ndi_small_elements()) {
        step.kernel((size_t)count, operand, (const ptrdiff_t[]){item, place, 0, 0});
        return array;
    }
    ndi_nest nest;
    ndi_nest_begin(&nest, 1, &count);
    ndi_nest_add_strided(&nest, operand[0], 1, &count, &item);
    ndi_nest_add_strided(&nest, operand[1], 1, &count, &place);
    ndi_nest_add_scalar(&nest, operand[2]);
    ndi_nest_add_scalar(&nest, operand[3]);
    ndi_map_run(&step, &nest);
    return array;
}

static void set_place(ndi_range *range, int64_t place)
{
    memcpy(range->given, &place, sizeof place);
}

/* first + i * delta, but for the element at `place` (-1: none). */
static ndi_range real_range(nd_dtype computed, double first, double delta, int64_t place,
                            double value)
{
    ndi_range range = {{0}, {0}};
    ndi_store_scalar(nd_operand_real(first), computed, range.line);
    ndi_store_scalar(nd_operand_real(delta), computed, range.line + NDI_RANGE_HALF);
    ndi_store_scalar(nd_operand_real(value), computed, range.given + NDI_RANGE_HALF);
    set_place(&range, place);
    return range;
}

/* The low bits of both: integers of any width. */
static ndi_range integer_range(uint64_t first, uint64_t delta)
{
    ndi_range range = {{0}, {0}};
    memcpy(range.line, &first, sizeof first);
    memcpy(range.line + NDI_RANGE_HALF, &delta, sizeof delta);
    set_place(&range, -1);
    return range;
}

/* ---- arange ---------------------------------------------------------------------------------- */

nd_array *nd_arange(int64_t count)
{
    ndi_range range = integer_range(0, 1);
    return make_range("arange", ND_INT64, ND_INT64, count > 0 ? count : 0, &range);
}

/* True if `value`, truncated, is a value of the integer dtype. */
static bool fits_integer(double value, nd_dtype dtype)
{
    const int bits = 8 * (int)nd_dtype_size(dtype);
    if (nd_dtype_kind(dtype) == ND_KIND_SIGNED)
        return value > -ldexp(1, bits - 1) - 1 - (bits == 64) * 2048 && value < ldexp(1, bits - 1);
    return value > -1 && value < ldexp(1, bits);
}

/* Number of elements; -1 with an error kept. */
static int64_t arange_length(double start, double stop, double step)
{
    if (!isfinite(start) || !isfinite(stop) || isnan(step)) {
        ndi_fail(ND_ERROR_VALUE,
                 "arange: from %g to %g by %g has no length; the bounds must be finite", start,
                 stop, step);
        return -1;
    }
    if (step == 0) {
        ndi_fail(ND_ERROR_VALUE, "arange: the step from %g to %g is 0; it must go towards the end",
                 start, stop);
        return -1;
    }
    const double span = stop - start, steps = span / step;
    if (steps == 0 && span != 0) /* the quotient vanished: one element, if it goes the right way */
        return signbit(steps) ? 0 : 1;
    const double length = ceil(steps);
    if (!(length < 0x1p63)) {
        ndi_fail(ND_ERROR_SHAPE,
                 "arange: from %g to %g by %g has too many elements; use a larger step", start,
                 stop, step);
        return -1;
    }
    return length > 0 ? (int64_t)length : 0;
}

/* The real dtype that elements are computed in, and converted from. */
static nd_dtype computed_in(nd_dtype dtype)
{
    switch (dtype) {
    case ND_FLOAT16:
    case ND_BFLOAT16:
    case ND_COMPLEX64:
        return ND_FLOAT32;
    case ND_COMPLEX128:
        return ND_FLOAT64;
    default:
        return dtype;
    }
}

nd_array *nd_arange_step(nd_dtype dtype, double start, double stop, double step)
{
    const int64_t length = arange_length(start, stop, step);
    if (length < 0 || !ndi_check_shape("arange", dtype, 1, &length))
        return NULL;
    const nd_kind kind = nd_dtype_kind(dtype);
    const double next =
        start + step; /* as NumPy: the second element is made like the first, the rest follow */
    if ((kind == ND_KIND_SIGNED || kind == ND_KIND_UNSIGNED) &&
        ((length > 0 && !fits_integer(start, dtype)) || (length > 1 && !fits_integer(next, dtype))))
        return ndi_fail(ND_ERROR_VALUE,
                        "arange: %g, %g, ... is out of range for %s; choose a wider dtype", start,
                        next, nd_dtype_name(dtype));
    if (dtype == ND_BOOL && length > 2)
        return ndi_fail(ND_ERROR_DTYPE,
                        "arange: %" PRId64
                        " elements do not count up in bool; choose an integer dtype",
                        length);
    _Alignas(16) char two[2][16];
    ndi_store_scalar(nd_operand_real(start), dtype, two[0]);
    ndi_store_scalar(nd_operand_real(next), dtype, two[1]);
    if (length <= 2) {
        nd_array *const array = ndi_make("arange", dtype, 1, &length, NULL, false);
        const size_t item = ndi_dtype_size(dtype);
        for (int64_t i = 0; array && i < length; i++)
            memcpy(array->data + (size_t)i * item, two[i], item);
        return array;
    }
    /* Differences are taken between elements as they were rounded to the dtype. */
    ndi_range range;
    if (kind == ND_KIND_FLOAT || kind == ND_KIND_COMPLEX) {
        const double first = ndi_load_double(dtype, two[0]),
                     second = ndi_load_double(dtype, two[1]);
        range = real_range(computed_in(dtype), first, second - first, 1, second);
    } else {
        const uint64_t first = (uint64_t)ndi_load_int64(dtype, two[0]);
        range = integer_range(first, (uint64_t)ndi_load_int64(dtype, two[1]) - first);
    }
    return make_range("arange", dtype, computed_in(dtype), length, &range);
}

/* ---- linspace -------------------------------------------------------------------------------- */

typedef struct fractions {
    double *data;
    double start, delta, intervals;
} fractions;

/* For a step that underflows to 0 (numpy#5437), and one element. */
static void fill_by_fraction(void *context, size_t begin, size_t end)
{
    const fractions *const f = context;
    for (size_t i = begin; i < end; i++)
        f->data[i] = (double)(int64_t)i / f->intervals * f->delta + f->start;
}

nd_array *nd_linspace(double start, double stop, int64_t count)
{
    if (count < 0)
        return ndi_fail(ND_ERROR_VALUE, "linspace: the count is %" PRId64 "; it must be 0 or more",
                        count);
    const double intervals = count > 1 ? (double)(count - 1) : 1, step = (stop - start) / intervals;
    if (count > 1 && step != 0) {
        ndi_range range = real_range(ND_FLOAT64, start, step, count - 1, stop);
        return make_range("linspace", ND_FLOAT64, ND_FLOAT64, count, &range);
    }
    nd_array *array = ndi_make("linspace", ND_FLOAT64, 1, &count, NULL, false);
    if (!array || count == 0)
        return array;
    fractions f = {(double *)array->data, start, stop - start, intervals};
    ndi_parallel_for((size_t)count, FILL_GRAIN, fill_by_fraction, &f);
    if (count > 1)
        f.data[count - 1] = stop;
    return array;
}

/* Making arrays: empty and constant ones, ranges, the identity, and arrays over or from the
 * caller's memory. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "array/array.h"
#include "array/dtype.h"
#include "base/cpu.h"
#include "base/pool.h"

/* Ranges equal NumPy's to the last bit: start + i * step is a product, rounded, and a sum, rounded.
 */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

/* Bytes, or elements, that are worth a part of their own on another thread. */
enum { COPY_GRAIN = 1 << 20, FILL_GRAIN = 1 << 16 };

/* ---- Constants ------------------------------------------------------------------------------- */

nd_array *nd_empty(nd_dtype dtype, nd_shape shape)
{
    return ndi_make("empty", dtype, shape.rank, shape.length, NULL, false);
}

nd_array *nd_empty_fortran(nd_dtype dtype, nd_shape shape)
{
    int order[ND_MAX_RANK] = {0};
    for (int i = 0; i < shape.rank && i < ND_MAX_RANK; i++)
        order[i] = shape.rank - 1 - i;
    return ndi_make("empty_fortran", dtype, shape.rank, shape.length, order, false);
}

nd_array *nd_zeros(nd_dtype dtype, nd_shape shape)
{
    return ndi_make("zeros", dtype, shape.rank, shape.length, NULL, true);
}

/* Elements that are all alike: a block that memcpy, which knows the CPU's widest stores,
 * repeats from the level 1 cache. Whole elements of any size, and short of what memcpy hands over
 * to slower instructions. */
enum { BLOCK_BYTES = 1920 };

typedef struct pattern {
    char *data;
    char block[BLOCK_BYTES];
} pattern;

static void repeat_block(void *context, size_t begin, size_t end)
{
    const pattern *const p = context;
    for (size_t at = begin * BLOCK_BYTES; at < end * BLOCK_BYTES; at += BLOCK_BYTES)
        memcpy(p->data + at, p->block, BLOCK_BYTES);
}

/* For arrays without gaps: the order of the elements does not matter here. */
static nd_array *with_ones(nd_array *array)
{
    if (!array)
        return NULL;
    pattern p = {.data = array->data};
    const size_t item = nd_dtype_size((nd_dtype)array->dtype), bytes = nd_bytes(array);
    const size_t blocks = bytes / BLOCK_BYTES, filled = bytes < BLOCK_BYTES ? bytes : BLOCK_BYTES;
    ndi_store_scalar(nd_operand_int(1), (nd_dtype)array->dtype, p.block);
    for (size_t done = item; done < filled; done *= 2)
        memcpy(p.block + done, p.block, done < filled - done ? done : filled - done);
    ndi_parallel_for(blocks, COPY_GRAIN / BLOCK_BYTES, repeat_block, &p);
    memcpy(array->data + blocks * BLOCK_BYTES, p.block, bytes % BLOCK_BYTES);
    return array;
}

nd_array *nd_ones(nd_dtype dtype, nd_shape shape)
{
    return with_ones(ndi_make("ones", dtype, shape.rank, shape.length, NULL, false));
}

static nd_array *make_like(const char *operation, const nd_array *prototype, bool zeroed)
{
    int order[ND_MAX_RANK];
    if (!prototype)
        return NULL;
    const bool c_order = prototype->contiguous;
    if (!c_order)
        ndi_axis_order(prototype, order);
    return ndi_make(operation, (nd_dtype)prototype->dtype, prototype->rank, prototype->lengths,
                    c_order ? NULL : order, zeroed);
}

nd_array *nd_empty_like(const nd_array *prototype)
{
    return make_like("empty_like", prototype, false);
}

nd_array *nd_zeros_like(const nd_array *prototype)
{
    return make_like("zeros_like", prototype, true);
}

nd_array *nd_ones_like(const nd_array *prototype)
{
    return with_ones(make_like("ones_like", prototype, false));
}

nd_array *nd_eye(nd_dtype dtype, int64_t rows, int64_t columns, int64_t diagonal)
{
    nd_array *array = ndi_make("eye", dtype, 2, (const int64_t[]){rows, columns}, NULL, true);
    if (!array)
        return NULL;
    const size_t item = nd_dtype_size(dtype);
    _Alignas(16) char one[16];
    ndi_store_scalar(nd_operand_int(1), dtype, one);
    int64_t row = diagonal < 0 && diagonal > -rows ? -diagonal : 0;
    if (diagonal <= -rows || diagonal >= columns)
        row = rows;
    for (; row < rows && row + diagonal < columns; row++)
        memcpy(array->data + (size_t)(row * columns + row + diagonal) * item, one, item);
    return array;
}

/* ---- Ranges ---------------------------------------------------------------------------------- */

/* first + i * delta for i = 0, 1, ...; integers modulo 2^64, of which narrow ones keep the low
 * bits. */
typedef struct range {
    nd_dtype dtype;
    char *data;
    uint64_t integer_first, integer_delta;
    double first, delta;
} range;

static inline __attribute__((always_inline)) void fill_values(const range *r, size_t begin,
                                                              size_t end)
{
    const float first = (float)r->first, delta = (float)r->delta;
#define FILL(type, value)                                                                          \
    for (size_t i = begin; i < end; i++)                                                           \
        ((type *)r->data)[i] = (type)(value);                                                      \
    return;
#define INTEGER(type) FILL(type, r->integer_first + i * r->integer_delta)
    switch (r->dtype) {
    case ND_INT8:
    case ND_UINT8:
        INTEGER(uint8_t)
    case ND_INT16:
    case ND_UINT16:
        INTEGER(uint16_t)
    case ND_INT32:
    case ND_UINT32:
        INTEGER(uint32_t)
    case ND_INT64:
    case ND_UINT64:
        INTEGER(uint64_t)
    case ND_FLOAT16:
        FILL(uint16_t, ndi_float_to_half(first + (float)(int64_t)i * delta))
    case ND_BFLOAT16:
        FILL(uint16_t, ndi_float_to_bfloat(first + (float)(int64_t)i * delta))
    case ND_FLOAT32:
        FILL(float, first + (float)(int64_t)i * delta)
    case ND_FLOAT64:
        FILL(double, r->first + (double)(int64_t)i * r->delta)
    case ND_COMPLEX64:
        for (size_t i = begin; i < end; i++) {
            ((float *)r->data)[2 * i] = first + (float)(int64_t)i * delta;
            ((float *)r->data)[2 * i + 1] = 0;
        }
        return;
    case ND_COMPLEX128:
        for (size_t i = begin; i < end; i++) {
            ((double *)r->data)[2 * i] = r->first + (double)(int64_t)i * r->delta;
            ((double *)r->data)[2 * i + 1] = 0;
        }
        return;
    default:
        return;
    }
#undef INTEGER
#undef FILL
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void fill_values_avx2(const range *r, size_t begin,
                                                             size_t end)
{
    fill_values(r, begin, end);
}

__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512"))) static void
fill_values_avx512(const range *r, size_t begin, size_t end)
{
    fill_values(r, begin, end);
}
#endif

static void fill_range(void *context, size_t begin, size_t end)
{
#if defined(__x86_64__)
    if (ndi_isa_in_use() == NDI_ISA_AVX512)
        fill_values_avx512(context, begin, end);
    else if (ndi_isa_in_use() == NDI_ISA_AVX2)
        fill_values_avx2(context, begin, end);
    else
#endif
        fill_values(context, begin, end);
}

nd_array *nd_arange(int64_t count)
{
    const int64_t length = count > 0 ? count : 0;
    nd_array *array = ndi_make("arange", ND_INT64, 1, &length, NULL, false);
    if (array) {
        range r = {.dtype = ND_INT64, .data = array->data, .integer_delta = 1};
        ndi_parallel_for((size_t)length, FILL_GRAIN, fill_range, &r);
    }
    return array;
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

nd_array *nd_arange_step(nd_dtype dtype, double start, double stop, double step)
{
    const int64_t length = arange_length(start, stop, step);
    if (length < 0)
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
    nd_array *array = ndi_make("arange", dtype, 1, &length, NULL, false);
    if (!array || length == 0)
        return array;

    const size_t item = nd_dtype_size(dtype);
    char *const second = array->data + (length > 1 ? item : 0);
    ndi_store_scalar(nd_operand_real(next), dtype, second);
    ndi_store_scalar(nd_operand_real(start), dtype, array->data);
    if (length <= 2)
        return array;
    /* Differences are taken between elements as they were rounded to the dtype. */
    range r = {.dtype = dtype, .data = array->data};
    if (kind == ND_KIND_FLOAT || kind == ND_KIND_COMPLEX) {
        const bool wide = dtype == ND_FLOAT64 || dtype == ND_COMPLEX128;
        r.first = ndi_load_double(dtype, array->data);
        r.delta = ndi_load_double(dtype, second) - r.first;
        if (!wide)
            r.delta = (float)r.delta;
    } else {
        r.integer_first = (uint64_t)ndi_load_int64(dtype, array->data);
        r.integer_delta = (uint64_t)ndi_load_int64(dtype, second) - r.integer_first;
    }
    _Alignas(16) char kept[16];
    memcpy(kept, second, item);
    ndi_parallel_for((size_t)length, FILL_GRAIN, fill_range, &r);
    memcpy(second, kept, item);
    return array;
}

typedef struct spacing {
    double *data;
    double start, delta, step, intervals;
} spacing;

static void fill_spaced(void *context, size_t begin, size_t end)
{
    const spacing *const s = context;
    for (size_t i = begin; i < end; i++)
        s->data[i] = (double)(int64_t)i * s->step + s->start;
}

/* For a step that underflows to 0 (numpy#5437), and one element. */
static void fill_by_fraction(void *context, size_t begin, size_t end)
{
    const spacing *const s = context;
    for (size_t i = begin; i < end; i++)
        s->data[i] = (double)(int64_t)i / s->intervals * s->delta + s->start;
}

nd_array *nd_linspace(double start, double stop, int64_t count)
{
    if (count < 0)
        return ndi_fail(ND_ERROR_VALUE, "linspace: the count is %" PRId64 "; it must be 0 or more",
                        count);
    nd_array *array = ndi_make("linspace", ND_FLOAT64, 1, &count, NULL, false);
    if (!array || count == 0)
        return array;
    spacing s = {.data = (double *)array->data, .start = start, .delta = stop - start};
    s.intervals = count > 1 ? (double)(count - 1) : 1;
    s.step = s.delta / s.intervals;
    ndi_parallel_for((size_t)count, FILL_GRAIN,
                     count > 1 && s.step != 0 ? fill_spaced : fill_by_fraction, &s);
    if (count > 1)
        s.data[count - 1] = stop;
    return array;
}

/* ---- The caller's memory --------------------------------------------------------------------- */

typedef struct copying {
    char *target;
    const char *source;
} copying;

static void copy_range(void *context, size_t begin, size_t end)
{
    const copying *const c = context;
    memcpy(c->target + begin, c->source + begin, end - begin);
}

static void *fail_no_data(const char *operation, int64_t size, nd_dtype dtype)
{
    return ndi_fail(ND_ERROR_ARGUMENT, "%s: data is NULL; it must hold %" PRId64 " elements of %s",
                    operation, size, nd_dtype_name(dtype));
}

nd_array *nd_from_data(nd_dtype dtype, nd_shape shape, const void *data)
{
    nd_array *array = ndi_make("from_data", dtype, shape.rank, shape.length, NULL, false);
    if (!array)
        return NULL;
    if (!data && array->size > 0) {
        fail_no_data("from_data", array->size, dtype);
        ndi_drop(array);
        return NULL;
    }
    copying c = {array->data, data};
    ndi_parallel_for(nd_bytes(array), COPY_GRAIN, copy_range, &c);
    return array;
}

/* Kernels read elements by typed pointers. */
static bool is_aligned(nd_dtype dtype, int rank, const int64_t *lengths, const int64_t *strides,
                       const void *data)
{
    const size_t item = nd_dtype_size(dtype);
    const uintptr_t mask = (nd_dtype_kind(dtype) == ND_KIND_COMPLEX ? item / 2 : item) - 1;
    uintptr_t bits = (uintptr_t)data;
    for (int i = 0; i < rank; i++)
        if (lengths[i] > 1)
            bits |= (uintptr_t)strides[i];
    return (bits & mask) == 0;
}

/* False if the elements reach further than addresses do. */
static bool spans_fit(int rank, const int64_t *lengths, const int64_t *strides)
{
    int64_t total = 0;
    for (int i = 0; i < rank; i++) {
        int64_t span;
        if (strides[i] == INT64_MIN || __builtin_mul_overflow(strides[i], lengths[i] - 1, &span) ||
            span == INT64_MIN || __builtin_add_overflow(total, span < 0 ? -span : span, &total))
            return false;
    }
    return true;
}

nd_array *nd_borrow(nd_dtype dtype, nd_shape shape, const int64_t *strides, void *data,
                    bool writeable, void (*release)(void *context), void *context)
{
    int64_t c_order[ND_MAX_RANK];
    char text[NDI_SHAPE_TEXT];
    if (!ndi_check_shape("borrow", dtype, shape.rank, shape.length))
        return NULL;
    const int64_t size = ndi_count_elements(shape.rank, shape.length, nd_dtype_size(dtype));
    if (!data && size > 0)
        return fail_no_data("borrow", size, dtype);
    if (!strides) {
        ndi_contiguous_strides(shape.rank, shape.length, nd_dtype_size(dtype), c_order);
        strides = c_order;
    }
    if (size > 0 && !spans_fit(shape.rank, shape.length, strides))
        return ndi_fail(ND_ERROR_VALUE,
                        "borrow: strides %s reach beyond the address space; they are in bytes",
                        ndi_shape_text(text, shape.rank, strides));
    if (size > 0 && !is_aligned(dtype, shape.rank, shape.length, strides, data))
        return ndi_fail(
            ND_ERROR_ARGUMENT,
            "borrow: data at %p with strides %s is not aligned for %s; copy it to aligned memory",
            data, ndi_shape_text(text, shape.rank, strides), nd_dtype_name(dtype));

    static char nothing[16]; /* arrays with data are those that need no computing */
    ndi_storage *storage = ndi_storage_foreign(data, writeable, NULL, context);
    if (!storage)
        return NULL;
    atomic_init(&storage->exported, true);
    nd_array *array = ndi_new_on_storage(storage, dtype, shape.rank, shape.length, strides,
                                         data ? data : nothing);
    if (array) /* only now: on failure the memory stays the caller's */
        storage->release = release;
    return array;
}

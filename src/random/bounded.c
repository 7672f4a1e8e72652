/* Integers between bounds: parallel fills where there is one pair of bounds for PCG64, else one
 * after the other. */
#include <ndstream/random.h>

#include <string.h>

#include "array/array.h"
#include "array/dtype.h"
#include "random/fill.h"
#include "random/stream.h"

/* ---- One after the other --------------------------------------------------------------------- */

/* Where pieces of 32 bits and fewer come from: narrow ones are cut from a word, low ones first,
 * which is dropped at the end of a call. */
typedef struct pieces {
    nd_random *random;
    uint32_t word;
    unsigned left; /* pieces of the word */
} pieces;

static uint64_t next_piece(pieces *p, unsigned bits)
{
    if (bits == 64)
        return ndi_bits_next64(p->random->bits);
    if (bits == 32)
        return ndi_bits_next32(p->random->bits);
    if (p->left == 0) {
        p->word = ndi_bits_next32(p->random->bits);
        p->left = 32 / bits;
    } else {
        p->word >>= bits;
    }
    p->left--;
    return p->word & ((1u << bits) - 1);
}

/* Uniform on 0..range, of pieces of so many bits: a legacy generator masks and draws again, the
 * other multiplies (Lemire 2019). */
static uint64_t next_below(pieces *p, unsigned bits, uint64_t range)
{
    if (range == 0)
        return 0;
    if (bits == 64 && range <= UINT32_MAX)
        bits = 32;
    const uint64_t all = ~(uint64_t)0 >> (64 - bits);
    if (range == all)
        return next_piece(p, bits);
    if (p->random->is_legacy) {
        const uint64_t mask = ~(uint64_t)0 >> __builtin_clzll(range);
        uint64_t value;
        do
            value = next_piece(p, bits) & mask;
        while (value > range);
        return value;
    }
    const uint64_t values = range + 1, threshold = (all - range) % values;
    ndi_uint128 product;
    do
        product = (ndi_uint128)next_piece(p, bits) * values;
    while (((uint64_t)product & all) < threshold);
    return (uint64_t)(product >> bits);
}

static void store(char *out, uint64_t value, size_t bytes)
{
    memcpy(out, &value, bytes); /* the low bytes */
}

/* A legacy generator's integers of 32 bits or 64, low to low + range. Each is written, and stays if
 * it is in range: no branch is foreseen wrongly. */
static inline void fill_masked(ndi_bits *bits, uint64_t low, uint32_t range, char *out, size_t n,
                               size_t bytes)
{
    const uint32_t mask = UINT32_MAX >> __builtin_clz(range);
    for (size_t filled = 0; filled < n;) {
        const uint32_t value = ndi_bits_next32(bits) & mask;
        store(out + filled * bytes, low + value, bytes);
        filled += value <= range;
    }
}

/* ---- Bounds ---------------------------------------------------------------------------------- */

/* How values of a dtype compare when they are converted to uint64_t. */
static bool is_less(nd_dtype dtype, uint64_t a, uint64_t b)
{
    return nd_dtype_kind(dtype) == ND_KIND_SIGNED ? (int64_t)a < (int64_t)b : a < b;
}

static bool is_integer(const char *operation, nd_dtype dtype)
{
    if (nd_dtype_kind(dtype) <= ND_KIND_UNSIGNED && dtype != ND_DTYPE_NONE)
        return true;
    ndi_fail(ND_ERROR_DTYPE, "%s: gives integers or bool, not %s", operation, nd_dtype_name(dtype));
    return false;
}

/* Smallest and largest value of an integer dtype or bool, converted. */
static void bounds_of(nd_dtype dtype, uint64_t *lowest, uint64_t *largest)
{
    const unsigned bits = 8 * (unsigned)nd_dtype_size(dtype);
    *lowest = 0;
    *largest = dtype == ND_BOOL ? 1 : UINT64_MAX >> (64 - bits);
    if (nd_dtype_kind(dtype) == ND_KIND_SIGNED) {
        *largest >>= 1;
        *lowest = ~*largest;
    }
}

static bool in_range(nd_dtype dtype, uint64_t value)
{
    uint64_t lowest, largest;
    bounds_of(dtype, &lowest, &largest);
    return !is_less(dtype, value, lowest) && !is_less(dtype, largest, value);
}

static ndi_integer_kind integer_kind(nd_dtype dtype)
{
    if (dtype == ND_BOOL)
        return NDI_INTEGER_BOOL;
    switch (nd_dtype_size(dtype)) {
    case 1:
        return NDI_INTEGER_8;
    case 2:
        return NDI_INTEGER_16;
    case 4:
        return NDI_INTEGER_32;
    default:
        return NDI_INTEGER_64;
    }
}

static unsigned piece_bits(nd_dtype dtype)
{
    return dtype == ND_BOOL ? 1 : 8 * (unsigned)nd_dtype_size(dtype);
}

nd_array *nd_random_integers_closed(nd_random *random, nd_dtype dtype, uint64_t low, uint64_t last,
                                    nd_shape shape)
{
    if (!random || !is_integer("random_integers", dtype))
        return NULL;
    if (!in_range(dtype, low) || !in_range(dtype, last) || is_less(dtype, last, low))
        return ndi_fail(ND_ERROR_VALUE,
                        nd_dtype_kind(dtype) == ND_KIND_SIGNED
                            ? "random_integers: %lld to %lld is no range of %s"
                            : "random_integers: %llu to %llu is no range of %s",
                        (unsigned long long)low, (unsigned long long)last, nd_dtype_name(dtype));
    nd_array *out = nd_empty(dtype, shape);
    if (!out)
        return NULL;
    if (ndi_fills_in_parallel(random)) {
        ndi_random_integers(&random->bits->pcg64, integer_kind(dtype), low, last, out->data,
                            (size_t)out->size);
        return out;
    }
    const size_t bytes = nd_dtype_size(dtype);
    const uint64_t range = last - low;
    if (random->is_legacy && bytes >= 4 && range && range <= UINT32_MAX) {
        if (bytes == 4)
            fill_masked(random->bits, low, (uint32_t)range, out->data, (size_t)out->size, 4);
        else
            fill_masked(random->bits, low, (uint32_t)range, out->data, (size_t)out->size, 8);
        return out;
    }
    pieces p = {.random = random};
    for (int64_t i = 0; i < out->size; i++)
        store(out->data + (size_t)i * bytes, low + next_below(&p, piece_bits(dtype), range), bytes);
    return out;
}

nd_array *nd_random_integers(nd_random *random, nd_dtype dtype, int64_t low, int64_t high,
                             nd_shape shape)
{
    if (!random || !is_integer("random_integers", dtype))
        return NULL;
    if (low >= high)
        return ndi_fail(ND_ERROR_VALUE, "random_integers: low %lld is not below high %lld",
                        (long long)low, (long long)high);
    if ((nd_dtype_kind(dtype) != ND_KIND_SIGNED && low < 0) || !in_range(dtype, (uint64_t)low) ||
        !in_range(dtype, (uint64_t)(high - 1)))
        return ndi_fail(ND_ERROR_VALUE, "random_integers: %lld to %lld is out of the range of %s",
                        (long long)low, (long long)high, nd_dtype_name(dtype));
    return nd_random_integers_closed(random, dtype, (uint64_t)low, (uint64_t)(high - 1), shape);
}

/* ---- Arrays of bounds ------------------------------------------------------------------------ */

/* A bound as int64 or uint64 elements of the result's shape; in the open scope, NULL after an
 * error. What does not fit is caught by the range of the dtype, except where the sign is lost. */
static nd_array *bound_array(nd_operand bound, nd_dtype wide, const nd_shape *shape)
{
    nd_array *array;
    if (bound.kind == ND_OPERAND_REAL || bound.kind == ND_OPERAND_COMPLEX ||
        (bound.kind == ND_OPERAND_ARRAY &&
         nd_dtype_kind(nd_dtype_of(bound.array)) > ND_KIND_UNSIGNED))
        return ndi_fail(ND_ERROR_DTYPE, "random_integers: bounds must be integers");
    if (bound.kind == ND_OPERAND_ARRAY)
        array = (nd_array *)bound.array;
    else
        array = nd_from_data(bound.kind == ND_OPERAND_UINT ? ND_UINT64 : ND_INT64, ND_SCALAR_SHAPE,
                             &bound.value);
    array = nd_ascontiguous(array);
    if (!ndi_force(array))
        return NULL;
    const nd_dtype dtype = nd_dtype_of(array);
    for (int64_t i = 0; i < array->size && dtype != wide && nd_dtype_size(dtype) == 8; i++)
        if (((const int64_t *)array->data)[i] < 0)
            return ndi_fail(ND_ERROR_VALUE, "random_integers: a bound is out of range");
    if (wide == ND_UINT64 && nd_dtype_kind(dtype) == ND_KIND_SIGNED && nd_dtype_size(dtype) < 8) {
        array = nd_cast(array, ND_INT64);
        for (int64_t i = 0; ndi_force(array) && i < array->size; i++)
            if (((const int64_t *)array->data)[i] < 0)
                return ndi_fail(ND_ERROR_VALUE, "random_integers: a bound is out of range");
    }
    array = nd_ascontiguous(nd_broadcast_to(nd_cast(array, wide), *shape));
    return ndi_force(array) ? array : NULL;
}

static bool check_bounds(nd_dtype dtype, const uint64_t *low, const uint64_t *high, bool endpoint,
                         int64_t size)
{
    for (int64_t i = 0; i < size; i++) {
        const bool empty =
            endpoint ? is_less(dtype, high[i], low[i]) : !is_less(dtype, low[i], high[i]);
        if (empty || !in_range(dtype, low[i]) || !in_range(dtype, high[i] - !endpoint)) {
            ndi_fail(ND_ERROR_VALUE,
                     empty ? "random_integers: low is not below high in element %lld"
                           : "random_integers: the bounds of element %lld are out of range",
                     (long long)i);
            return false;
        }
    }
    return true;
}

nd_array *nd_random_integers_between(nd_random *random, nd_dtype dtype, nd_operand low,
                                     nd_operand high, bool endpoint, const nd_shape *shape)
{
    nd_array *result = NULL;
    const nd_operand bounds[2] = {low, high};
    if (!random || !is_integer("random_integers", dtype) ||
        (low.kind == ND_OPERAND_ARRAY && !low.array) ||
        (high.kind == ND_OPERAND_ARRAY && !high.array))
        return NULL;
    ND_SCOPE {
        nd_shape size;
        const nd_dtype wide = nd_dtype_kind(dtype) == ND_KIND_SIGNED ? ND_INT64 : ND_UINT64;
        const bool fits = ndi_random_shape("random_integers", 2, bounds, shape, &size);
        nd_array *from = fits ? bound_array(low, wide, &size) : NULL;
        nd_array *to = from ? bound_array(high, wide, &size) : NULL;
        nd_array *out = to ? nd_empty(dtype, size) : NULL;
        if (out) {
            const uint64_t *first = (const uint64_t *)from->data,
                           *last = (const uint64_t *)to->data;
            const size_t bytes = nd_dtype_size(dtype);
            pieces p = {.random = random};
            if (check_bounds(dtype, first, last, endpoint, out->size)) {
                for (int64_t i = 0; i < out->size; i++)
                    store(out->data + (size_t)i * bytes,
                          first[i] +
                              next_below(&p, piece_bits(dtype), last[i] - !endpoint - first[i]),
                          bytes);
                result = nd_keep(out);
            }
        }
    }
    return result ? ndi_register(result) : NULL;
}

/* ---- Bytes ----------------------------------------------------------------------------------- */

nd_status nd_random_bytes(nd_random *random, void *bytes, size_t count)
{
    if (!random || (!bytes && count > 0))
        return ndi_fail_status(ND_ERROR_ARGUMENT, "random_bytes: there is no %s",
                               random ? "room" : "generator");
    if (count == 0) { /* NumPy rounds the number of words up to one */
        ndi_bits_next32(random->bits);
        return ND_OK;
    }
    if (ndi_fills_in_parallel(random) && count >= 4) {
        ndi_random_integers(&random->bits->pcg64, NDI_INTEGER_32, 0, UINT32_MAX, bytes, count / 4);
        bytes = (char *)bytes + count / 4 * 4;
        count %= 4;
    }
    for (char *to = bytes; count > 0;) { /* words, low bytes first */
        const uint32_t word = ndi_bits_next32(random->bits);
        const size_t part = count < 4 ? count : 4;
        memcpy(to, &word, part);
        to += part;
        count -= part;
    }
    return ND_OK;
}

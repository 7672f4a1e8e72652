/* Bits packed into bytes and unpacked: eight elements at a time, in one 64-bit word. */
#include <string.h>

#include "base/pool.h"
#include "numeric/numeric.h"

/* Lines of `n` bools and of `bytes` bytes, both contiguous. */
typedef struct lines {
    unsigned char *bits, *packed;
    int64_t n, bytes;
    bool little;
} lines;

enum { GRAIN = 1 << 14 };
static const uint64_t EVERY_BYTE = 0x0101010101010101;

/* Eight bools, the first in the low byte, as a byte whose high bit is the first. */
static unsigned char packed_of(uint64_t bools, bool little)
{
    if (little)
        bools = __builtin_bswap64(bools);
    return (unsigned char)(bools * 0x8040201008040201 >> 56);
}

static uint64_t unpacked_of(unsigned char byte, bool little)
{
    const uint64_t each = little ? 0x8040201008040201 : 0x0102040810204080;
    return ((byte * EVERY_BYTE & each) + 0x7f * EVERY_BYTE) >> 7 & EVERY_BYTE;
}

static uint64_t load(const unsigned char *from, int64_t count)
{
    uint64_t word = 0;
    for (int64_t i = 0; i < count; i++)
        word |= (uint64_t)from[i] << 8 * i;
    return word;
}

static void store(unsigned char *to, uint64_t word, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        to[i] = (unsigned char)(word >> 8 * i);
}

/* Bytes begin..end-1, counted over all lines. */
static void pack_range(void *context, size_t begin, size_t end)
{
    const lines *l = context;
    int64_t line = (int64_t)begin / l->bytes, byte = (int64_t)begin % l->bytes;
    for (size_t at = begin; at < end; at++) {
        const unsigned char *const from = l->bits + line * l->n + byte * 8;
        const int64_t left = l->n - byte * 8;
        /* With a constant count the loop becomes one load. */
        l->packed[at] = packed_of(left >= 8 ? load(from, 8) : load(from, left), l->little);
        if (++byte == l->bytes)
            byte = 0, line++;
    }
}

/* The same the other way, but counted in groups of eight bits: those that the bytes do not have are
 * 0. */
static void unpack_range(void *context, size_t begin, size_t end)
{
    const lines *l = context;
    const int64_t groups = (l->n + 7) / 8;
    int64_t line = (int64_t)begin / groups, group = (int64_t)begin % groups;
    for (size_t at = begin; at < end; at++) {
        unsigned char *const to = l->bits + line * l->n + group * 8;
        const int64_t left = l->n - group * 8;
        const uint64_t word =
            group < l->bytes ? unpacked_of(l->packed[line * l->bytes + group], l->little) : 0;
        if (left >= 8)
            store(to, word, 8);
        else
            store(to, word, left);
        if (++group == groups)
            group = 0, line++;
    }
}

/* The axis last, in C order. */
static nd_array *brought_last(const nd_array *array, int axis, nd_dtype dtype)
{
    return nd_ascontiguous(nd_move_axis(nd_cast(array, dtype), axis, -1));
}

static nd_array *converted(const nd_array *given, int axis, lines l, bool unpack)
{
    nd_array *source = brought_last(given, axis, unpack ? ND_UINT8 : ND_BOOL);
    if (!source)
        return NULL;
    nd_shape shape = nd_shape_like(source);
    shape.length[shape.rank - 1] = unpack ? l.n : l.bytes;
    nd_array *result = nd_empty(ND_UINT8, shape);
    if (!result)
        return NULL;
    if (nd_size(result) > 0) {
        /* Nothing is read of arrays without elements. */
        void *const from = nd_size(source) ? (void *)nd_data(source) : NULL, *const to =
                                                                                 nd_data_writeable(
                                                                                     result);
        if (!to || (nd_size(source) && !from))
            return NULL;
        l.bits = unpack ? to : from;
        l.packed = unpack ? from : to;
        const int64_t each = unpack ? (l.n + 7) / 8 : l.bytes,
                      all = nd_size(result) / shape.length[shape.rank - 1] * each;
        ndi_parallel_for((size_t)all, GRAIN, unpack ? unpack_range : pack_range, &l);
        nd_data_done(result);
    }
    return nd_ascontiguous(nd_move_axis(result, -1, axis));
}

nd_array *nd_packbits(const nd_array *array, int axis, bool little)
{
    if (!array)
        return NULL;
    if (nd_dtype_kind(nd_dtype_of(array)) > ND_KIND_UNSIGNED)
        return ndi_fail(ND_ERROR_DTYPE, "packbits: takes integers or bools, not %s",
                        nd_dtype_name(nd_dtype_of(array)));
    if ((axis = ndi_normalize_axis("packbits", axis, nd_rank(array))) < 0)
        return NULL;
    const int64_t n = nd_length(array, axis);
    const lines l = {.n = n, .bytes = n / 8 + (n % 8 > 0), .little = little};
    return SCOPED(converted(array, axis, l, false));
}

nd_array *nd_unpackbits(const nd_array *array, int axis, int64_t count, bool little)
{
    if (!array)
        return NULL;
    if (nd_dtype_of(array) != ND_UINT8)
        return ndi_fail(ND_ERROR_DTYPE, "unpackbits: takes uint8, not %s",
                        nd_dtype_name(nd_dtype_of(array)));
    if ((axis = ndi_normalize_axis("unpackbits", axis, nd_rank(array))) < 0)
        return NULL;
    const int64_t bytes = nd_length(array, axis);
    if (bytes > INT64_MAX / 8 || (count < 0 && count != ND_OPEN && count < -8 * bytes))
        return ndi_fail(ND_ERROR_VALUE, "unpackbits: count %lld of %lld bytes", (long long)count,
                        (long long)bytes);
    const lines l = {.n = count == ND_OPEN ? 8 * bytes
                          : count < 0      ? 8 * bytes + count
                                           : count,
                     .bytes = bytes,
                     .little = little};
    return SCOPED(converted(array, axis, l, true));
}

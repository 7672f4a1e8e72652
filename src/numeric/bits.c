/* Bits packed into bytes and unpacked. */
#include <string.h>

#include "base/pool.h"
#include "kernels/kernel.h"
#include "numeric/numeric.h"

/* Lines of `n` bools and of `bytes` bytes, both contiguous. */
typedef struct lines {
    unsigned char *bits, *packed;
    int64_t n, bytes;
    bool little;
} lines;

enum { GRAIN = 1 << 14 };

/* Bytes begin..end-1, counted over all lines. */
static void pack_range(void *context, size_t begin, size_t end)
{
    const lines *l = context;
    const ndi_bit_kernels *const kernels = &ndi_kernels_in_use()->bits;
    const int64_t whole = l->n / 8; /* bytes of a line with all their bits */
    int64_t line = (int64_t)begin / l->bytes, byte = (int64_t)begin % l->bytes;
    for (int64_t left = (int64_t)(end - begin); left > 0; line++, byte = 0) {
        const int64_t now = l->bytes - byte < left ? l->bytes - byte : left,
                      filled = whole - byte < now ? whole - byte : now;
        unsigned char *const to = l->packed + line * l->bytes + byte;
        const unsigned char *const from = l->bits + line * l->n + byte * 8;
        if (filled > 0)
            kernels->pack((size_t)filled, to, from, l->little);
        if (filled < now) {
            unsigned char rest[8] = {0};
            memcpy(rest, l->bits + line * l->n + whole * 8, (size_t)(l->n % 8));
            kernels->pack(1, to + now - 1, rest, l->little);
        }
        left -= now;
    }
}

/* The same the other way, but counted in groups of eight bits: those that the bytes do not have are
 * 0. */
static void unpack_range(void *context, size_t begin, size_t end)
{
    const lines *l = context;
    const ndi_bit_kernels *const kernels = &ndi_kernels_in_use()->bits;
    const int64_t groups = (l->n + 7) / 8, whole = l->n / 8 < l->bytes ? l->n / 8 : l->bytes;
    int64_t line = (int64_t)begin / groups, group = (int64_t)begin % groups;
    for (int64_t left = (int64_t)(end - begin); left > 0; line++, group = 0) {
        const int64_t now = groups - group < left ? groups - group : left,
                      filled = whole - group < now ? whole - group : now;
        const unsigned char *const from = l->packed + line * l->bytes + group;
        unsigned char *const to = l->bits + line * l->n + group * 8;
        if (filled > 0)
            kernels->unpack((size_t)filled, to, from, l->little);
        for (int64_t i = filled > 0 ? filled : 0; i < now; i++) { /* part of a byte, or none */
            unsigned char rest[8] = {0};
            const int64_t bits = l->n - (group + i) * 8;
            if (group + i < l->bytes)
                kernels->unpack(1, rest, from + i, l->little);
            memcpy(to + i * 8, rest, (size_t)(bits < 8 ? bits : 8));
        }
        left -= now;
    }
}

/* The axis last, in C order. */
static nd_array *brought_last(const nd_array *array, int axis)
{
    const bool is_byte = nd_dtype_size(nd_dtype_of(array)) == 1; /* what is not 0 is true */
    return nd_ascontiguous(nd_move_axis(is_byte ? array : nd_cast(array, ND_BOOL), axis, -1));
}

static nd_array *converted(const nd_array *given, int axis, lines l, bool unpack)
{
    nd_array *source = brought_last(given, axis);
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

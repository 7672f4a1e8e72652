/* Repeating, inserting and deleting elements: tile, repeat, resize, insert, delete. */
#include <inttypes.h>
#include <string.h>

#include <ndstream/index.h>
#include <ndstream/join.h>
#include <ndstream/ops.h>
#include <ndstream/reduce.h>

#include "array/array.h"
#include "array/dtype.h"
#include "base/pool.h"
#include "engine/copy.h"
#include "kernels/kernel.h"
#include "select/mask.h"
#include "select/values.h"

/* ---- Tile and resize ------------------------------------------------------------------------- */

/* The result's axis i is two: one that repeats and the array's own. Twice the rank may be too much
 * for a view, so axes without repetition have only their own. */
static nd_array *tile(const nd_array *array, const nd_shape *repeats, const nd_shape *own)
{
    nd_shape from = {.rank = 0}, to = {.rank = 0}, whole = {.rank = repeats->rank};
    for (int i = 0; i < repeats->rank; i++) {
        if (__builtin_mul_overflow(repeats->length[i], own->length[i], &whole.length[i]))
            return ndi_fail(ND_ERROR_SHAPE, "tile: the result is too large");
        if (repeats->length[i] != 1 && from.rank < ND_MAX_RANK) {
            from.length[from.rank++] = 1;
            to.length[to.rank++] = repeats->length[i];
        }
        if (from.rank == ND_MAX_RANK)
            return ndi_fail(ND_ERROR_UNSUPPORTED,
                            "tile: together %d axes and those that repeat are more than %d",
                            repeats->rank, ND_MAX_RANK);
        from.length[from.rank++] = own->length[i];
        to.length[to.rank++] = own->length[i];
    }
    if (!ndi_check_shape("tile", (nd_dtype)array->dtype, whole.rank, whole.length))
        return NULL;
    nd_array *const copy = nd_copy(nd_broadcast_to(nd_reshape(array, from), to));
    return copy ? nd_reshape(copy, whole) : NULL;
}

nd_array *nd_tile(const nd_array *array, nd_shape repeats)
{
    nd_array *result = NULL;
    if (!array || !ndi_check_shape("tile", ND_BOOL, repeats.rank, repeats.length))
        return NULL;
    nd_shape own = {.rank = repeats.rank > array->rank ? repeats.rank : array->rank};
    nd_shape all = {.rank = own.rank};
    for (int i = 0; i < own.rank; i++) {
        const int missing = own.rank - array->rank, given = own.rank - repeats.rank;
        own.length[i] = i < missing ? 1 : ndi_lengths(array)[i - missing];
        all.length[i] = i < given ? 1 : repeats.length[i - given];
    }
    ND_SCOPE {
        result = nd_retain(tile(array, &all, &own));
    }
    return ndi_register(result);
}

static bool fill_again(nd_array *result, const nd_array *flat)
{
    const int64_t whole = result->size / flat->size, rest = result->size % flat->size;
    nd_array *const line = nd_ravel(result);
    if (!line)
        return false;
    if (whole > 0) {
        const nd_shape rows = {.rank = 2, .length = {whole, flat->size}};
        nd_array *const part = nd_slice(line, ND_RANGE(0, whole * flat->size));
        nd_array *const table = nd_reshape(part, rows);
        if (!table || ndi_assign(table, flat) != ND_OK)
            return false;
    }
    nd_array *const tail = nd_slice(line, ND_RANGE(whole * flat->size, ND_OPEN));
    const nd_array *const head = nd_slice(flat, ND_RANGE(0, rest));
    return tail && head && ndi_assign(tail, head) == ND_OK;
}

nd_array *nd_resize(const nd_array *array, nd_shape shape)
{
    if (!array)
        return NULL;
    if (array->size == 0)
        return nd_zeros((nd_dtype)array->dtype, shape);
    nd_array *const result = nd_empty((nd_dtype)array->dtype, shape);
    bool good = result != NULL;
    if (result && result->size > 0)
        ND_SCOPE {
            const nd_array *const flat = nd_ravel(array);
            good = flat && fill_again(result, flat);
        }
    if (!good)
        ndi_drop(result);
    return good ? result : NULL;
}

/* ---- Repeat ---------------------------------------------------------------------------------- */

/* Items, elements or rows of a few bytes, one after the other in memory. Parts have PART of them: a
 * part begins in the result where the counts before it end. */
enum { PART = 4096, STREAMED_BYTES = 16384 };

typedef struct repeating {
    const ndi_kernels *kernels;
    int power; /* log2 of an item's bytes */
    bool stream;
    int64_t items, times;
    const int64_t *counts; /* NULL: `times` each; of the axis, over and over */
    int64_t length;
    const int64_t *begins; /* of the parts of an axis */
    int64_t total;         /* counts of an axis together */
    const char *from;
    char *to;
} repeating;

static void repeat_range(void *context, size_t begin, size_t end)
{
    const repeating *r = context;
    const size_t size = (size_t)1 << r->power, times = (size_t)r->times,
                 step = STREAMED_BYTES / size / times;
    _Alignas(64) char block[STREAMED_BYTES];
    if (!r->stream || step == 0) {
        r->kernels->select.repeat[r->power](end - begin, times, r->to + begin * times * size,
                                            r->from + begin * size);
        return;
    }
    for (size_t at = begin; at < end; at += step) {
        const size_t now = end - at < step ? end - at : step;
        r->kernels->select.repeat[r->power](now, times, block, r->from + at * size);
        r->kernels->stream(r->to + at * times * size, block, now * times * size);
    }
    r->kernels->stream_end();
}

static void repeat_each_range(void *context, size_t begin, size_t end)
{
    const repeating *r = context;
    const size_t size = (size_t)1 << r->power;
    const int64_t parts = (r->length + PART - 1) / PART;
    for (size_t item = begin; item < end; item++) {
        const int64_t line = (int64_t)item / parts, part = (int64_t)item % parts,
                      first = part * PART, left = r->length - first, n = left < PART ? left : PART,
                      at = r->begins[part],
                      stop = part + 1 < parts ? r->begins[part + 1] : r->total;
        r->kernels->select.repeat_each[r->power]((size_t)n, r->counts + first, (size_t)(stop - at),
                                                 r->to + (size_t)(line * r->total + at) * size,
                                                 r->from +
                                                     (size_t)(line * r->length + first) * size);
    }
}

/* log2 of the bytes of what lies within the axis, -1 if these are no item of the kernels. */
static int item_power(const nd_array *array, int axis)
{
    size_t bytes = nd_dtype_size((nd_dtype)array->dtype);
    for (int i = axis + 1; i < array->rank; i++)
        if (__builtin_mul_overflow(bytes, (size_t)ndi_lengths(array)[i], &bytes))
            return -1;
    return bytes >= 1 && bytes <= 16 && (bytes & (bytes - 1)) == 0 ? __builtin_ctzll(bytes) : -1;
}

/* Where the parts of the axis begin in the result; the sum of all counts in `total`. */
static nd_array *part_begins(const int64_t *counts, int64_t length, int64_t *total)
{
    const int64_t parts = (length + PART - 1) / PART;
    nd_array *const begins = ndi_new(ND_INT64, 1, &parts, NULL);
    *total = 0;
    for (int64_t i = 0; begins && i < length; i++) {
        if (i % PART == 0)
            ((int64_t *)begins->data)[i / PART] = *total;
        if (counts[i] < 0)
            return ndi_fail(ND_ERROR_VALUE, "repeat: repeats may not be negative");
        if (__builtin_add_overflow(*total, counts[i], total))
            return ndi_fail(ND_ERROR_SHAPE, "repeat: the result is too large");
    }
    return begins;
}

/* Positions along the axis, each as often as it is wanted. */
static nd_array *repeated_positions(const nd_array *repeats, int64_t length, int64_t total)
{
    const int64_t *const times = (const int64_t *)repeats->data;
    nd_array *const positions = ndi_new(ND_INT64, 1, &total, NULL);
    int64_t *to = positions ? (int64_t *)positions->data : NULL;
    for (int64_t i = 0; to && i < length; i++)
        for (int64_t k = 0; k < times[i]; k++)
            *to++ = i;
    return positions;
}

static nd_array *repeat_items(const nd_array *array, repeating r, nd_shape shape, int axis)
{
    const nd_array *const source = nd_ascontiguous(array);
    shape.length[axis] = r.counts ? r.total : shape.length[axis] * r.times;
    nd_array *const result =
        source ? ndi_make("repeat", (nd_dtype)array->dtype, shape.rank, shape.length, NULL, false)
               : NULL;
    if (!result || result->size == 0)
        return result;
    if (!ndi_force(source))
        return NULL;
    r.kernels = ndi_kernels_in_use();
    r.from = source->data;
    r.to = result->data;
    r.items = source->size * (int64_t)nd_dtype_size((nd_dtype)array->dtype) >> r.power;
    r.stream = result->size * (int64_t)nd_dtype_size((nd_dtype)array->dtype) >
               (int64_t)ndi_cpu_caches().last;
    if (r.counts)
        ndi_parallel_for((size_t)(r.items / r.length * ((r.length + PART - 1) / PART)),
                         (size_t)(1 + 2 * PART / r.length), repeat_each_range, &r);
    else
        ndi_parallel_for((size_t)r.items, (size_t)(1 + 2 * PART / r.times), repeat_range, &r);
    return result;
}

/* Each of the elements of the axis `times` times. */
static nd_array *repeat_all(const nd_array *array, int64_t times, int axis)
{
    const int64_t length = ndi_lengths(array)[axis];
    nd_shape to = nd_shape_like(array), whole = to;
    if (times < 0)
        return ndi_fail(ND_ERROR_VALUE, "repeat: repeats may not be negative");
    if (__builtin_mul_overflow(length, times, &whole.length[axis]))
        return ndi_fail(ND_ERROR_SHAPE, "repeat: the result is too large");
    const int power = item_power(array, axis);
    if (power >= 0 && times > 0)
        return repeat_items(array, (repeating){.power = power, .times = times}, to, axis);
    if (array->rank == ND_MAX_RANK) /* no room for the axis that repeats */
        return nd_take(array, nd_floor_divide(nd_arange(length * times), times > 0 ? times : 1),
                       axis, ND_INDEX_CLIP);
    memmove(to.length + axis + 2, to.length + axis + 1,
            (size_t)(to.rank - axis - 1) * sizeof(int64_t));
    to.rank++;
    to.length[axis + 1] = times;
    nd_array *const copy = nd_copy(nd_broadcast_to(nd_expand_dims(array, axis + 1), to));
    return copy ? nd_reshape(copy, whole) : NULL;
}

static nd_array *repeat(const nd_array *array, const nd_array *repeats, int axis)
{
    const int64_t length = ndi_lengths(array)[axis];
    char text[NDI_SHAPE_TEXT];
    if (repeats->rank > 1 || (repeats->size != 1 && repeats->size != length))
        return ndi_fail(ND_ERROR_SHAPE,
                        "repeat: repeats of shape %s do not fit the %" PRId64
                        " elements of axis %d; give one, or one for each",
                        ndi_shape_text(text, repeats->rank, ndi_lengths(repeats)), length, axis);
    repeats = nd_ascontiguous(nd_cast(repeats, ND_INT64));
    if (!repeats || !ndi_force(repeats))
        return NULL;
    const int64_t *const counts = (const int64_t *)repeats->data;
    if (repeats->size == 1)
        return repeat_all(array, *counts, axis);
    int64_t total;
    const nd_array *const begins = part_begins(counts, length, &total);
    if (!begins)
        return NULL;
    const int power = item_power(array, axis);
    if (power < 0 || length == 0)
        return nd_take(array, repeated_positions(repeats, length, total), axis, ND_INDEX_CLIP);
    return repeat_items(array,
                        (repeating){.power = power,
                                    .times = 1,
                                    .counts = counts,
                                    .length = length,
                                    .begins = (const int64_t *)begins->data,
                                    .total = total},
                        nd_shape_like(array), axis);
}

nd_array *nd_repeat(const nd_array *array, const nd_array *repeats, int axis)
{
    nd_array *result = NULL;
    if (!array || !repeats || (axis = ndi_normalize_axis("repeat", axis, array->rank)) < 0)
        return NULL;
    if (nd_dtype_kind((nd_dtype)repeats->dtype) > ND_KIND_UNSIGNED)
        return ndi_fail(ND_ERROR_DTYPE, "repeat: repeats must be integers, not %s",
                        nd_dtype_name((nd_dtype)repeats->dtype));
    ND_SCOPE {
        result = nd_retain(repeat(array, repeats, axis));
    }
    return ndi_register(result);
}

/* ---- Insert and delete ----------------------------------------------------------------------- */

/* Indices as int64 in 0 to length - 1 (`behind`: to length); a mask as its positions. */
static nd_array *plain_indices(const char *operation, const nd_array *indices, int64_t length,
                               int axis, bool behind)
{
    if (indices->rank > 1)
        return ndi_fail(ND_ERROR_INDEX, "%s: indices have %d dimensions; they can have 0 or 1",
                        operation, indices->rank);
    if (nd_dtype_kind((nd_dtype)indices->dtype) > ND_KIND_UNSIGNED && indices->size > 0)
        return ndi_fail(ND_ERROR_INDEX, "%s: indices must be integers or bools, not %s", operation,
                        nd_dtype_name((nd_dtype)indices->dtype));
    if (indices->dtype == ND_BOOL && indices->rank == 1) {
        if (!behind && indices->size != length)
            return ndi_fail(ND_ERROR_VALUE,
                            "%s: a mask of %" PRId64 " elements does not fit axis %d with size "
                            "%" PRId64,
                            operation, indices->size, axis, length);
        indices = nd_flatnonzero(indices);
    }
    nd_array *const own = indices ? nd_cast(nd_ravel(indices), ND_INT64) : NULL;
    if (!own || !ndi_force_writeable(own))
        return NULL;
    for (int64_t i = 0; i < own->size; i++) {
        int64_t *const index = (int64_t *)own->data + i;
        if (*index < -length || *index >= length + behind)
            return ndi_fail(ND_ERROR_INDEX,
                            "%s: index %" PRId64 " is out of bounds for axis %d with size %" PRId64,
                            operation, *index, axis, length);
        *index += *index < 0 ? length : 0;
    }
    return own;
}

/* The terms that take the whole of the axes before `axis`, and `term` of it. */
static void terms_at(nd_index *terms, int axis, nd_index term)
{
    for (int i = 0; i < axis; i++)
        terms[i] = ND_EVERY;
    terms[axis] = term;
}

/* Which elements along an axis stay. */
static nd_array *kept(int64_t length, const nd_array *without)
{
    nd_array *const mask = nd_ones(ND_BOOL, ND_SHAPE(length));
    for (int64_t i = 0; mask && i < without->size; i++)
        mask->data[((const int64_t *)without->data)[i]] = 0;
    return mask;
}

/* Copies what lies on both sides of a place: of the array, `removed` long, and of the result,
 * `added`. */
static bool copy_sides(nd_array *result, const nd_array *array, int axis, int64_t place,
                       int64_t removed, int64_t added)
{
    const int64_t rest = ndi_lengths(array)[axis] - place - removed;
    nd_index from[ND_MAX_RANK], to[ND_MAX_RANK];
    for (int side = 0; side < 2; side++) {
        const int64_t length = side ? rest : place, read = side ? place + removed : 0,
                      written = side ? place + added : 0;
        terms_at(from, axis, ND_RANGE(read, read + length));
        terms_at(to, axis, ND_RANGE(written, written + length));
        const nd_array *const part = nd_slice_terms(array, axis + 1, from);
        if (!part || ndi_set_with(result, axis + 1, to, nd_operand_array(part)) != ND_OK)
            return false;
    }
    return true;
}

/* As in NumPy the elements lie as an index with a mask has them, and without a single place in C or
 * Fortran order. */
static nd_array *delete_at(const nd_array *array, const nd_array *places, int axis)
{
    nd_index terms[ND_MAX_RANK];
    const int64_t length = ndi_lengths(array)[axis];
    if (places->size != 1) {
        const nd_array *const mask = kept(length, places);
        terms_at(terms, axis, ND_ARRAY(mask));
        return mask ? nd_get_with(array, axis + 1, terms) : NULL;
    }
    nd_shape shape = nd_shape_like(array);
    shape.length[axis]--;
    nd_array *const result = ndi_empty_as(array, (nd_dtype)array->dtype, shape);
    const int64_t place = *(const int64_t *)places->data;
    return result && copy_sides(result, array, axis, place, 1, 0) ? result : NULL;
}

nd_array *nd_delete(const nd_array *array, const nd_array *indices, int axis)
{
    nd_array *result = NULL;
    if (!array || !indices || (axis = ndi_normalize_axis("delete", axis, array->rank)) < 0)
        return NULL;
    ND_SCOPE {
        const nd_array *const places =
            plain_indices("delete", indices, ndi_lengths(array)[axis], axis, false);
        result = places ? nd_retain(delete_at(array, places, axis)) : NULL;
    }
    return ndi_register(result);
}

/* Where each inserted element will be: the indices in order, each moved on by those before it. */
static bool move_on(nd_array *indices)
{
    int64_t *const index = (int64_t *)indices->data;
    const int64_t n = indices->size;
    int64_t *const order = ndi_allocate((size_t)n * sizeof *order);
    int64_t *const other = ndi_allocate((size_t)n * sizeof *other);
    const bool good = order && other;
    for (int64_t i = 0; good && i < n; i++)
        order[i] = i;
    for (int64_t width = 1; good && width < n; width *= 2) { /* merging is stable */
        for (int64_t first = 0; first < n; first += 2 * width) {
            const int64_t middle = first + width < n ? first + width : n;
            const int64_t end = first + 2 * width < n ? first + 2 * width : n;
            for (int64_t a = first, b = middle, to = first; to < end; to++)
                other[to] = b >= end || (a < middle && index[order[a]] <= index[order[b]])
                                ? order[a++]
                                : order[b++];
        }
        memcpy(order, other, (size_t)n * sizeof *order);
    }
    for (int64_t i = 0; good && i < n; i++)
        index[order[i]] += i;
    ndi_free(order, (size_t)n * sizeof *order);
    ndi_free(other, (size_t)n * sizeof *other);
    return good;
}

static nd_array *insert(const nd_array *array, const nd_array *indices, nd_operand values, int axis)
{
    const int64_t length = ndi_lengths(array)[axis];
    const nd_array *given = ndi_converted_value("insert", array, values);
    nd_array *own = plain_indices("insert", indices, length, axis, true);
    nd_index terms[ND_MAX_RANK];
    if (!given || !own)
        return NULL;
    int64_t more = own->size;
    nd_shape shape = nd_shape_like(array);
    if (own->size == 1 && (indices->rank == 0 || indices->dtype != ND_BOOL)) {
        /* Values of the array's rank, with leading axes; as many as there are along the axis. For
         * an index without axes the first axis of the values is the one that is inserted along. */
        while (given && given->rank < array->rank)
            given = nd_expand_dims(given, 0);
        if (given && indices->rank == 0)
            given = nd_move_axis(given, 0, axis);
        if (!given)
            return NULL;
        if (given->rank > array->rank)
            return ndi_fail(ND_ERROR_SHAPE, "insert: values have more dimensions than the array");
        more = ndi_lengths(given)[axis];
    } else if (!move_on(own)) {
        return NULL;
    }
    shape.length[axis] += more;
    nd_array *const result = ndi_empty_as(array, (nd_dtype)array->dtype, shape);
    if (!result)
        return NULL;
    if (own->size == 1) {
        const int64_t first = *(const int64_t *)own->data;
        terms_at(terms, axis, ND_RANGE(first, first + more));
        if (ndi_set_with(result, axis + 1, terms, nd_operand_array(given)) != ND_OK)
            return NULL;
        return copy_sides(result, array, axis, first, 0, more) ? result : NULL;
    }
    terms_at(terms, axis, ND_ARRAY(own));
    if (ndi_set_with(result, axis + 1, terms, nd_operand_array(given)) != ND_OK)
        return NULL;
    const nd_array *const rest = kept(shape.length[axis], own);
    terms_at(terms, axis, ND_ARRAY(rest));
    return rest && ndi_set_with(result, axis + 1, terms, nd_operand_array(array)) == ND_OK ? result
                                                                                           : NULL;
}

nd_array *(nd_insert)(const nd_array *array, const nd_array *indices, nd_operand values, int axis)
{
    nd_array *result = NULL;
    if (!array || !indices || (values.kind == ND_OPERAND_ARRAY && !values.array) ||
        (axis = ndi_normalize_axis("insert", axis, array->rank)) < 0)
        return NULL;
    ND_SCOPE {
        result = nd_retain(insert(array, indices, values, axis));
    }
    return ndi_register(result);
}

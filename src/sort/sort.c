/* Sorted copies, and the order of elements, along an axis. */
#include <ndstream/sort.h>

#include <stdatomic.h>
#include <string.h>

#include "base/pool.h"
#include "engine/copy.h"
#include "sort/bincount.h"
#include "sort/select.h"

/* A sort of all lines. Long lines are done one after the other on all threads, others side by side.
 */
typedef struct sorting {
    const ndi_sort_kernels *kernels;
    nd_dtype dtype;
    bool down, thread;
    size_t length, item;
    const char *source; /* is not the result */
    char *result;
    atomic_bool no_memory;
} sorting;

/* ---- Values ---------------------------------------------------------------------------------- */

/* A piece of a line: its keys, sorted already, become elements, or the other way round. */
typedef struct conversion {
    const sorting *s;
    const char *from;
    char *to;
    atomic_bool is_special; /* set by copy_piece() */
} conversion;

static void encode_piece(void *context, size_t begin, size_t end)
{
    const conversion *c = context;
    const size_t item = c->s->item;
    c->s->kernels->encode[c->s->dtype](end - begin, c->from + begin * item, c->s->down,
                                       c->to + begin * item);
}

static void decode_piece(void *context, size_t begin, size_t end)
{
    const conversion *c = context;
    const size_t item = c->s->item;
    c->s->kernels->decode[c->s->dtype](end - begin, c->from + begin * item, c->s->down,
                                       c->to + begin * item);
}

/* Keys as large as elements: in place. */
static bool has_codes(const sorting *s)
{
    return (s->dtype != ND_INT32 && s->dtype != ND_INT64) || s->down;
}

/* Doubles in ascending order are sorted as they are, which is faster, but for NaN and -0.0: keys
 * tell where these go. */
static bool may_be_plain(const sorting *s)
{
    return s->dtype == ND_FLOAT64 && !s->down;
}

/* Copies n; false if it is not so. */
static bool copy_plain(const sorting *s, size_t n, const char *from, char *to)
{
    return may_be_plain(s) && s->kernels->copy_plain(n, (const double *)from, (double *)to);
}

static void copy_piece(void *context, size_t begin, size_t end)
{
    conversion *c = context;
    const size_t item = c->s->item;
    if (!copy_plain(c->s, end - begin, c->from + begin * item, c->to + begin * item))
        atomic_store(&c->is_special, true);
}

enum { COUNTED = 512 }; /* elements are worth looking whether they can be counted */

/* Fills in each number as often as it was counted. */
#define FILL(TYPE)                                                                                 \
    {                                                                                              \
        TYPE *to = (TYPE *)out;                                                                    \
        for (size_t bin = 0; bin < bins; bin++)                                                    \
            for (const TYPE *const end = to + counts[bin]; to < end; to++)                         \
                *to = (TYPE)((uint64_t)least + bin);                                               \
    }

/* Integers near each other are counted, as a few tell whether they are. False if it is not so. */
static bool sort_near(sorting *s, const char *in, char *out)
{
    enum { LOOKED = 64, MOST = 1024 };
    const size_t n = s->length, most = n / 4 < MOST ? n / 4 : MOST;
    int64_t counts[MOST], least = INT64_MAX, largest = INT64_MIN, outside;
    if (n < COUNTED || s->down || (s->dtype != ND_INT64 && s->dtype != ND_INT32))
        return false;
    for (size_t i = 0; i < LOOKED; i++) {
        const size_t at = i * (n / LOOKED);
        const int64_t x =
            s->dtype == ND_INT64 ? ((const int64_t *)in)[at] : ((const int32_t *)in)[at];
        least = x < least ? x : least;
        largest = x > largest ? x : largest;
        if ((uint64_t)largest - (uint64_t)least >= most / 2)
            return false;
    }
    const size_t seen = (size_t)(largest - least) + 1, bins = seen + seen / 4 + 16;
    /* Bins must not run around from the largest integer to the least. */
    if (least < INT64_MIN + 2 * MOST || largest > INT64_MAX - 2 * MOST)
        return false;
    least -= (int64_t)(bins - seen) / 2;
    const bool was_right = nd_error() == ND_OK;
    if (!ndi_count_numbers(s->dtype, in, n, least, bins, counts, &outside)) {
        if (was_right) /* other ways need no memory */
            nd_error_clear();
        return false;
    }
    if (outside > 0)
        return false;
    if (s->dtype == ND_INT64)
        FILL(int64_t)
    else
        FILL(int32_t)
    return true;
}

/* A line on all threads. */
static void sort_wide(sorting *s, const char *in, char *out)
{
    conversion in_to_out = {.s = s, .from = in, .to = out}, back = {.s = s, .from = out, .to = out};
    if (sort_near(s, in, out))
        return;
    if (may_be_plain(s))
        ndi_parallel_for(s->length, NDI_SORT_GRAIN, copy_piece, &in_to_out);
    if (may_be_plain(s) && !atomic_load(&in_to_out.is_special)) {
        ndi_sort_keys(out, s->length, NDI_KEYS_F64, true);
        return;
    }
    ndi_parallel_for(s->length, NDI_SORT_GRAIN, encode_piece, &in_to_out);
    ndi_sort_keys(out, s->length, ndi_keys_of(s->dtype), true);
    if (has_codes(s))
        ndi_parallel_for(s->length, NDI_SORT_GRAIN, decode_piece, &back);
}

/* Lines on this thread: those of a piece become keys and elements again together. */
static void sort_wide_lines(sorting *s, size_t begin, size_t end)
{
    enum { PIECE = 4096 };
    const size_t n = s->length, bytes = n * s->item, together = n < COUNTED ? PIECE / n : 1;
    const ndi_sorter *const sorters = s->kernels->sorters;
    for (size_t line = begin; line < end; line += together) {
        const size_t lines = end - line < together ? end - line : together;
        char *const out = s->result + line * bytes;
        if (lines == 1 && sort_near(s, s->source + line * bytes, out))
            continue;
        if (copy_plain(s, lines * n, s->source + line * bytes, out)) {
            sorters[NDI_KEYS_F64].sort_lines(out, n, lines);
            continue;
        }
        s->kernels->encode[s->dtype](lines * n, s->source + line * bytes, s->down, out);
        sorters[ndi_keys_of(s->dtype)].sort_lines(out, n, lines);
        if (has_codes(s))
            s->kernels->decode[s->dtype](lines * n, out, s->down, out);
    }
}

/* Elements of 8 or 16 bits: few lines are sorted as 32-bit keys, in scratch; long ones are counted,
 * value by value. */
static size_t narrow_scratch(const sorting *s)
{
    const size_t values = (size_t)1 << 8 * s->item;
    return s->length < values / 4 ? s->length * sizeof(int32_t) : values * sizeof(int64_t);
}

/* Fills in each element as often as it was counted; returns where the next one goes. */
static char *fill_bytes(size_t n, const uint8_t *elements, const int64_t *counts, char *out)
{
    for (size_t i = 0; i < n; out += counts[i], i++)
        memset(out, elements[i], (size_t)counts[i]);
    return out;
}

/* The same of 16 bits: four at once whatever the count, as the next ones go over what is too much,
 * because a branch on each count is foreseen badly (30,000 of all values 304 -> 100 us). */
static char *fill_pairs(size_t n, const uint16_t *elements, const int64_t *counts, char *out,
                        const char *end)
{
    enum { AT_ONCE = sizeof(uint64_t) };
    for (size_t i = 0; i < n; i++) {
        const uint64_t four = elements[i] * UINT64_C(0x0001000100010001);
        char *const next = out + (size_t)counts[i] * sizeof *elements;
        if (end - out >= AT_ONCE)
            memcpy(out, &four, AT_ONCE);
        if (next - out > AT_ONCE || end - out < AT_ONCE)
            for (; out < next; out += sizeof *elements)
                memcpy(out, &elements[i], sizeof *elements);
        out = next;
    }
    return out;
}

static void sort_narrow(const sorting *s, const char *in, char *out, void *scratch)
{
    const size_t values = (size_t)1 << 8 * s->item, n = s->length;
    if (n < values / 4) {
        s->kernels->encode[s->dtype](n, in, s->down, scratch);
        ndi_sort_keys(scratch, n, NDI_KEYS_32, false);
        s->kernels->decode[s->dtype](n, scratch, s->down, out);
        return;
    }
    /* Counted by key: the keys of 512 elements at a time. */
    enum { PIECE = 512 };
    int64_t *count = scratch;
    int32_t keys[PIECE];
    memset(count, 0, values * sizeof *count);
    for (size_t i = 0; i < n; i += PIECE) {
        const size_t now = n - i < PIECE ? n - i : PIECE;
        s->kernels->encode[s->dtype](now, in + i * s->item, s->down, keys);
        for (size_t k = 0; k < now; k++)
            count[(size_t)keys[k] + values / 2]++;
    }
    const char *const end = out + n * s->item;
    for (size_t first = 0; first < values && out < end; first += PIECE) {
        uint16_t elements[PIECE];
        const size_t now = values - first < PIECE ? values - first : PIECE;
        int64_t any = 0;
        for (size_t k = 0; k < now; k++)
            any |= count[first + k];
        if (any == 0)
            continue;
        for (size_t k = 0; k < now; k++)
            keys[k] = (int32_t)(first + k) - (int32_t)(values / 2);
        s->kernels->decode[s->dtype](now, keys, s->down, elements);
        out = s->item == 1 ? fill_bytes(now, (const uint8_t *)elements, count + first, out)
                           : fill_pairs(now, elements, count + first, out, end);
    }
}

/* Integers that are keys already. */
static bool has_own_keys(const sorting *s)
{
    return s->dtype == ND_INT64 && !s->down;
}

/* Keys, and marks for complex elements. */
static size_t order_scratch(const sorting *s)
{
    const bool marks = nd_dtype_kind(s->dtype) == ND_KIND_COMPLEX;
    return has_own_keys(s) ? 0 : s->length * (sizeof(int64_t) + marks);
}

/* The places of a line's elements in order. */
static bool order_line(const sorting *s, const char *in, int64_t *order, void *scratch)
{
    const size_t n = s->length;
    int64_t *keys = scratch;
    if (has_own_keys(s))
        return ndi_argsort_keys((const int64_t *)in, n, order, s->thread);
    if (nd_dtype_kind(s->dtype) == ND_KIND_COMPLEX) {
        uint8_t *starts = (uint8_t *)(keys + n);
        ndi_order o = ndi_order_begin(n, order, starts, s->thread);
        return ndi_order_refine_by(&o, s->dtype, in, s->down, keys);
    }
    s->kernels->encode_wide[s->dtype](n, in, s->down, keys);
    return ndi_argsort_keys(keys, n, order, s->thread);
}

/* Complex elements: by their order, gathered from a copy. */
static bool sort_complex(const sorting *s, const char *in, char *out, void *scratch)
{
    const size_t bytes = s->length * s->item;
    int64_t *order = scratch;
    char *copy = (char *)(order + s->length);
    if (!order_line(s, in, order, copy + bytes))
        return false;
    memcpy(copy, in, bytes);
    ndi_gather(s->length, s->item, copy, order, out, s->thread);
    return true;
}

static void sort_lines(void *context, size_t begin, size_t end)
{
    sorting *s = context;
    const bool narrow = s->item < 4, complexes = nd_dtype_kind(s->dtype) == ND_KIND_COMPLEX;
    const size_t bytes = s->length * s->item;
    const size_t scratch_bytes = narrow      ? narrow_scratch(s)
                                 : complexes ? s->length * 8 + bytes + order_scratch(s)
                                             : 0;
    if (!narrow && !complexes && !s->thread) {
        sort_wide_lines(s, begin, end);
        return;
    }
    void *scratch = scratch_bytes ? ndi_allocate(scratch_bytes) : NULL;
    bool good = scratch || !scratch_bytes;
    for (size_t line = begin; good && line < end; line++) {
        const char *in = s->source + line * bytes;
        char *out = s->result + line * bytes;
        if (narrow)
            sort_narrow(s, in, out, scratch);
        else if (complexes)
            good = sort_complex(s, in, out, scratch);
        else
            sort_wide(s, in, out);
    }
    ndi_free(scratch, scratch_bytes);
    if (!good)
        atomic_store(&s->no_memory, true);
}

/* Runs `body` over all lines. */
static bool over_lines(sorting *s, size_t count, ndi_range_body *body)
{
    const size_t threads = (size_t)ndi_pool_threads();
    s->thread = s->length >= 2 * NDI_SORT_GRAIN && count < 4 * threads;
    if (s->thread)
        body(s, 0, count);
    else
        ndi_parallel_for(count, 1 + NDI_SORT_GRAIN / 4 / (s->length + 1), body, s);
    if (atomic_load(&s->no_memory))
        ndi_fail(ND_ERROR_MEMORY, "sort: no memory for lines of %zu elements", s->length);
    return !atomic_load(&s->no_memory);
}

static sorting sorting_of(const ndi_lines *lines, nd_sort_options options)
{
    sorting s = {.kernels = ndi_sort_kernels_in_use(),
                 .dtype = nd_dtype_of(lines->array),
                 .down = options.descending,
                 .length = (size_t)lines->length,
                 .source = lines->array->data};
    s.item = nd_dtype_size(s.dtype);
    return s;
}

/* An uninitialised array of the shape of the lines. Not registered. */
static nd_array *like_lines(const char *operation, const ndi_lines *lines, nd_dtype dtype)
{
    return nd_keep(
        ndi_make(operation, dtype, lines->array->rank, ndi_lengths(lines->array), NULL, false));
}

/* Along `axis` as the last one; the caller's reference. */
static nd_array *sorted_lines(const nd_array *array, int *axis, nd_sort_options options)
{
    ndi_lines lines;
    if (!array || !ndi_sort_axis("sort", array, axis) || !ndi_lines_of(array, *axis, &lines))
        return NULL;
    nd_array *result = like_lines("sort", &lines, nd_dtype_of(array));
    bool good = result != NULL;
    if (good && result->size > 0) {
        sorting s = sorting_of(&lines, options);
        s.result = result->data;
        good = over_lines(&s, (size_t)lines.count, sort_lines);
    }
    nd_release(lines.array);
    if (!good) {
        nd_release(result);
        return NULL;
    }
    return result;
}

nd_array *nd_sort(const nd_array *array, int axis, nd_sort_options options)
{
    nd_array *const lines = sorted_lines(array, &axis, options);
    return ndi_lines_result(lines, axis, array);
}

/* Lines without gaps, of a dtype the sort of which needs no memory. */
static bool is_sorted_where_it_lies(const nd_array *array, int axis)
{
    const nd_dtype dtype = nd_dtype_of(array);
    return array->size > 0 && array->contiguous && (axis == ND_FLAT || axis == array->rank - 1) &&
           nd_dtype_size(dtype) >= sizeof(int32_t) && nd_dtype_kind(dtype) != ND_KIND_COMPLEX;
}

static nd_status sort_where_it_lies(nd_array *array, nd_sort_options options)
{
    const int64_t length = ndi_lengths(array)[array->rank - 1];
    const ndi_lines lines = {.array = array, .length = length, .count = array->size / length};
    sorting s = sorting_of(&lines, options);
    s.result = array->data;
    return over_lines(&s, (size_t)lines.count, sort_lines) ? ND_OK : nd_error();
}

nd_status nd_sort_in_place(nd_array *array, int axis, nd_sort_options options)
{
    nd_status status = ND_ERROR_ARGUMENT;
    if (!array)
        return status;
    if (axis == ND_FLAT && array->rank != 1)
        return ndi_fail_status(ND_ERROR_AXIS, "sort: in place only along an axis, not flat");
    if (!array->writeable)
        return ndi_fail_status(ND_ERROR_READONLY, "sort: the array is read-only");
    if (!ndi_sort_axis("sort", array, &axis) || !ndi_force_writeable(array))
        return nd_error();
    if (is_sorted_where_it_lies(array, axis))
        return sort_where_it_lies(array, options);
    ND_SCOPE {
        nd_array *const lines = ndi_register(sorted_lines(array, &axis, options));
        const bool in_place = axis == ND_FLAT || axis == array->rank - 1;
        const nd_array *const sorted = in_place ? lines : nd_move_axis(lines, -1, axis);
        status = sorted ? ndi_assign(array, sorted) : nd_error();
    }
    return status;
}

/* ---- Places ---------------------------------------------------------------------------------- */

static void order_lines(void *context, size_t begin, size_t end)
{
    sorting *s = context;
    const size_t scratch_bytes = order_scratch(s);
    void *scratch = ndi_allocate(scratch_bytes);
    bool good = scratch != NULL;
    for (size_t line = begin; good && line < end; line++)
        good = order_line(s, s->source + line * s->length * s->item,
                          (int64_t *)s->result + line * s->length, scratch);
    ndi_free(scratch, scratch_bytes);
    if (!good)
        atomic_store(&s->no_memory, true);
}

nd_array *nd_argsort(const nd_array *array, int axis, nd_sort_options options)
{
    ndi_lines lines;
    if (!array || !ndi_sort_axis("argsort", array, &axis) || !ndi_lines_of(array, axis, &lines))
        return NULL;
    nd_array *result = like_lines("argsort", &lines, ND_INT64);
    bool good = result != NULL;
    if (good && result->size > 0) {
        sorting s = sorting_of(&lines, options);
        s.result = result->data;
        good = over_lines(&s, (size_t)lines.count, order_lines);
    }
    nd_release(lines.array);
    if (!good) {
        nd_release(result);
        return NULL;
    }
    return ndi_lines_result(result, axis, NULL);
}

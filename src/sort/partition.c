/* Partitions: the elements at given places as sorting would have them, the others on their side.
 *
 * Lines of keys are parted as quicksort does it, going on in the parts that hold a place. Of very
 * long ones, and where the order is asked for, the wanted values are selected first; then each
 * element goes to the part between two of them, or beside those that equal one, in the order in
 * which they came. */
#include <ndstream/sort.h>

#include <stdatomic.h>
#include <string.h>

#include "base/memory.h"
#include "base/pool.h"
#include "kernels/kernel.h"
#include "sort/select.h"

enum {
    MOST_PLACES = 16,    /* for more, sorting is as fast */
    SHORT_LINE = 256,    /* and for no more elements faster, at 100 twice as fast */
    WIDE_LINE = 1 << 18, /* is worth waking threads for */
    LONG_LINE = 1 << 20, /* on two threads segments of it are parted sooner than its keys on one */
};

typedef struct partitioning {
    const ndi_sort_kernels *kernels;
    nd_dtype dtype;
    size_t length, item, count;
    int shift; /* item is 1 << shift bytes */
    const size_t *places;
    const char *elements;
    char *result;
    bool order, thread; /* order: the places of elements, not the elements */
    atomic_bool no_memory;
} partitioning;

/* One line being parted. A key's part is twice the number of wanted ones below it, plus 1 if it
 * equals one. Segments are counted, then moved, side by side. Keys are wide, so that equal elements
 * have equal ones. */
enum { MOST_PARTS = 2 * MOST_PLACES + 1, PIECE = 1024 };

typedef struct parting {
    const partitioning *p;
    const ndi_select_kernels *select;
    const char *in;
    char *out;
    const int64_t *wanted;
    size_t count;                /* of wanted ones */
    bool moves;                  /* else finds parts, and counts */
    uint8_t *parts;              /* of each element */
    size_t segment;              /* elements of each but the last */
    size_t (*begin)[MOST_PARTS]; /* of each part in each segment, first how many */
} parting;

static void mark(size_t n, const uint8_t *parts, uint8_t part, uint8_t *mask)
{
    for (size_t i = 0; i < n; i++)
        mask[i] = parts[i] == part;
}

/* Elements `first` to `last`: counts them in begin, or moves them there. */
static void sweep(const parting *q, size_t first, size_t last, size_t *begin)
{
    const partitioning *p = q->p;
    _Alignas(64) int64_t keys[PIECE];
    uint8_t mask[PIECE];
    for (size_t i = first; i < last; i += PIECE) {
        const size_t n = last - i < PIECE ? last - i : PIECE;
        const char *const in = q->in + i * p->item;
        uint8_t *const parts = q->parts + i;
        if (!q->moves) {
            p->kernels->encode_wide[p->dtype](n, in, false, keys);
            p->kernels->parts(n, keys, q->count, q->wanted, parts);
        }
        for (size_t part = 0; part < 2 * q->count + 1; part++) {
            mark(n, parts, (uint8_t)part, mask);
            const size_t count = q->select->count(n, mask), to = begin[part];
            begin[part] += count;
            if (!q->moves || count == 0)
                continue;
            if (p->order)
                q->select->positions(n, count, (int64_t *)q->out + to, (int64_t)i, mask);
            else
                q->select->compress[p->shift](n, count, q->out + to * p->item, in, mask);
        }
    }
}

static void sweep_segments(void *context, size_t begin, size_t end)
{
    const parting *q = context;
    for (size_t s = begin; s < end; s++) {
        const size_t first = s * q->segment, rest = q->p->length - first;
        if (!q->moves)
            memset(q->begin[s], 0, sizeof q->begin[s]);
        sweep(q, first, first + (rest < q->segment ? rest : q->segment), q->begin[s]);
    }
}

/* Counts become beginnings: part by part, and within one segment by segment. */
static void add_up(const parting *q, size_t segments)
{
    size_t total = 0;
    for (size_t part = 0; part < 2 * q->count + 1; part++)
        for (size_t s = 0; s < segments; s++) {
            const size_t count = q->begin[s][part];
            q->begin[s][part] = total;
            total += count;
        }
}

static bool part_line(const partitioning *p, const char *in, char *out, const int64_t *wanted,
                      size_t count)
{
    parting q = {.p = p,
                 .select = &ndi_kernels_in_use()->select,
                 .in = in,
                 .out = out,
                 .wanted = wanted,
                 .count = count};
    const size_t segments = p->thread ? (p->length + NDI_SORT_GRAIN - 1) / NDI_SORT_GRAIN : 1,
                 begin_bytes = segments * sizeof *q.begin, bytes = begin_bytes + p->length;
    char *const memory = ndi_allocate(bytes);
    if (!memory)
        return false;
    q.begin = (size_t(*)[MOST_PARTS])memory;
    q.parts = (uint8_t *)memory + begin_bytes;
    q.segment = p->thread ? NDI_SORT_GRAIN : p->length;
    ndi_parallel_for(segments, 1, sweep_segments, &q);
    add_up(&q, segments);
    q.moves = true;
    ndi_parallel_for(segments, 1, sweep_segments, &q);
    ndi_free(memory, bytes);
    return true;
}

/* The places around one wanted key, which stands at `place`: one sweep in order. Those of equal
 * keys are few as a rule; where they are not, what is beyond moves up. */
static bool split_line(const partitioning *p, const char *in, int64_t *out, int64_t wanted,
                       size_t place)
{
    _Alignas(64) int64_t keys[PIECE];
    const size_t n = p->length, bytes = n * sizeof *out;
    int64_t *const equal = ndi_allocate(bytes), *const above = out + place + 1;
    if (!equal)
        return false;
    ndi_split to = {out, equal, above, out + place, out + n};
    for (size_t i = 0; i < n; i += PIECE) {
        const size_t now = n - i < PIECE ? n - i : PIECE;
        p->kernels->encode_wide[p->dtype](now, in + i * p->item, false, keys);
        p->kernels->split(now, keys, wanted, (int64_t)i, &to);
    }
    const size_t same = (size_t)(to.equal - equal), more = (size_t)(to.above - above);
    if (same > 1)
        memmove(out + n - more, above, more * sizeof *out);
    memcpy(to.below, equal, same * sizeof *out);
    ndi_free(equal, bytes);
    return true;
}

/* The elements themselves: their keys are moved, where they will be if they are as wide. */
static bool move_line(const partitioning *p, const char *in, char *out)
{
    const ndi_keys kind = ndi_keys_of(p->dtype);
    const size_t bytes = p->length * ndi_key_size(kind);
    char *const keys = p->item == ndi_key_size(kind) ? out : ndi_allocate(bytes);
    if (!keys)
        return false;
    p->kernels->encode[p->dtype](p->length, in, false, keys);
    ndi_part_keys(keys, kind, p->length, p->count, p->places, 0);
    p->kernels->decode[p->dtype](p->length, keys, false, out);
    if (keys != out)
        ndi_free(keys, bytes);
    return true;
}

static bool do_line(const partitioning *p, size_t line)
{
    int64_t keys[MOST_PLACES], wanted[MOST_PLACES];
    const char *in = p->elements + line * p->length * p->item;
    char *out = p->result + line * p->length * (p->order ? sizeof(int64_t) : p->item);
    size_t count = 0;
    if (!p->order && p->length < LONG_LINE)
        return move_line(p, in, out);
    if (!ndi_select_places(p->dtype, in, p->length, p->count, p->places, keys,
                           p->thread && p->length >= WIDE_LINE))
        return false;
    for (size_t i = 0; i < p->count; i++) {
        char element[8];
        int64_t wide;
        const int32_t narrow = (int32_t)keys[i];
        p->kernels->decode[p->dtype](
            1, ndi_keys_of(p->dtype) == NDI_KEYS_64 ? (void *)&keys[i] : (void *)&narrow, false,
            element);
        p->kernels->encode_wide[p->dtype](1, element, false, &wide);
        if (count == 0 || wanted[count - 1] != wide)
            wanted[count++] = wide;
    }
    if (p->order && count == 1 && p->count == 1 && p->length < LONG_LINE)
        return split_line(p, in, (int64_t *)out, wanted[0], p->places[0]);
    return part_line(p, in, out, wanted, count);
}

static void do_lines(void *context, size_t begin, size_t end)
{
    partitioning *p = context;
    for (size_t line = begin; line < end; line++)
        if (!do_line(p, line))
            atomic_store(&p->no_memory, true);
}

/* Ascending places without repeats. */
static bool read_places(const char *operation, int count, const int64_t *kth, int64_t length,
                        size_t *places, size_t *distinct)
{
    *distinct = 0;
    for (int i = 0; i < count && length;
         i++) { /* without elements any place will do, as in NumPy */
        const int64_t place = kth[i] < 0 ? kth[i] + length : kth[i];
        if (place < 0 || place >= length) {
            ndi_fail(ND_ERROR_INDEX, "%s: place %lld is out of range for %lld elements", operation,
                     (long long)kth[i], (long long)length);
            return false;
        }
        size_t at = *distinct < MOST_PLACES ? *distinct : 0;
        if (count > MOST_PLACES)
            continue; /* they are not looked at */
        while (at > 0 && places[at - 1] > (size_t)place)
            at--;
        if (at > 0 && places[at - 1] == (size_t)place)
            continue;
        memmove(places + at + 1, places + at, (*distinct - at) * sizeof *places);
        places[at] = (size_t)place;
        ++*distinct;
    }
    return true;
}

static nd_array *partition(const char *operation, const nd_array *array, int count,
                           const int64_t *kth, int axis, bool order)
{
    ndi_lines lines;
    size_t places[MOST_PLACES + 1], distinct;
    if (!array || !ndi_sort_axis(operation, array, &axis))
        return NULL;
    if (count < 0 || (count > 0 && !kth))
        return ndi_fail(ND_ERROR_ARGUMENT, "%s: %d places", operation, count);
    const int64_t length = axis == ND_FLAT ? array->size : ndi_lengths(array)[axis];
    if (!read_places(operation, count, kth, length, places, &distinct))
        return NULL;
    const nd_dtype dtype = nd_dtype_of(array);
    if (count > MOST_PLACES || length <= SHORT_LINE || nd_dtype_kind(dtype) == ND_KIND_COMPLEX)
        return (order ? nd_argsort : nd_sort)(array, axis, (nd_sort_options){0});
    if (!ndi_lines_of(array, axis, &lines))
        return NULL;
    nd_array *result = nd_keep(ndi_make(operation, order ? ND_INT64 : dtype, lines.array->rank,
                                        ndi_lengths(lines.array), NULL, false));
    bool good = result != NULL;
    if (good && result->size > 0) {
        const size_t threads = (size_t)ndi_pool_threads();
        partitioning p = {.kernels = ndi_sort_kernels_in_use(),
                          .dtype = dtype,
                          .length = (size_t)lines.length,
                          .item = nd_dtype_size(dtype),
                          .shift = __builtin_ctzll(nd_dtype_size(dtype)),
                          .count = distinct,
                          .places = places,
                          .elements = lines.array->data,
                          .result = result->data,
                          .order = order};
        p.thread = p.length >= 2 * NDI_SORT_GRAIN && (size_t)lines.count < 4 * threads;
        if (p.thread)
            do_lines(&p, 0, (size_t)lines.count);
        else
            ndi_parallel_for((size_t)lines.count, 1 + NDI_SORT_GRAIN / 4 / (p.length + 1), do_lines,
                             &p);
        good = !atomic_load(&p.no_memory);
        if (!good)
            ndi_fail(ND_ERROR_MEMORY, "%s: no memory for lines of %zu elements", operation,
                     p.length);
    }
    nd_release(lines.array);
    if (!good) {
        nd_release(result);
        return NULL;
    }
    return ndi_lines_result(result, axis, order ? NULL : array);
}

nd_array *nd_partition(const nd_array *array, int count, const int64_t *kth, int axis)
{
    return partition("partition", array, count, kth, axis, false);
}

nd_array *nd_argpartition(const nd_array *array, int count, const int64_t *kth, int axis)
{
    return partition("argpartition", array, count, kth, axis, true);
}

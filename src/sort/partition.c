/* Partitions: the elements at given places as sorting would have them, the others on their side, in
 * the order in which they came.
 *
 * The wanted values are selected first; then each element goes to the part between two of them, or
 * beside those that equal one. So the result does not depend on how selection moves things. */
#include <ndstream/sort.h>

#include <stdatomic.h>
#include <string.h>

#include "base/pool.h"
#include "sort/select.h"

enum { MOST_PLACES = 16 }; /* for more, sorting is as fast */

typedef struct partitioning {
    const ndi_sort_kernels *kernels;
    nd_dtype dtype;
    size_t length, item, count;
    const size_t *places;
    const char *elements;
    char *result;
    bool order, thread; /* order: the places of elements, not the elements */
    atomic_bool no_memory;
} partitioning;

/* Part of a key: twice the number of wanted ones below it, plus 1 if it equals one. */
static size_t part_of(const int64_t *wanted, size_t count, int64_t key)
{
    size_t below = 0, equal = 0;
    for (size_t i = 0; i < count; i++) {
        below += wanted[i] < key;
        equal |= wanted[i] == key;
    }
    return 2 * below + equal;
}

/* Keys are wide here, so that equal elements have equal ones. */
static void part_line(const partitioning *p, const char *in, char *out, const int64_t *wanted,
                      size_t count)
{
    enum { PIECE = 512 };
    size_t begin[2 * MOST_PLACES + 2] = {0};
    int64_t keys[PIECE];
    for (int sweep = 0; sweep < 2; sweep++) {
        for (size_t i = 0; i < p->length; i += PIECE) {
            const size_t now = p->length - i < PIECE ? p->length - i : PIECE;
            p->kernels->encode_wide[p->dtype](now, in + i * p->item, false, keys);
            for (size_t k = 0; k < now; k++) {
                const size_t part = part_of(wanted, count, keys[k]);
                if (sweep == 0) {
                    begin[part + 1]++;
                    continue;
                }
                const size_t to = begin[part]++;
                if (p->order)
                    ((int64_t *)out)[to] = (int64_t)(i + k);
                else
                    memcpy(out + to * p->item, in + (i + k) * p->item, p->item);
            }
        }
        for (size_t part = 1; sweep == 0 && part < 2 * MOST_PLACES + 2; part++)
            begin[part] += begin[part - 1];
    }
}

static bool do_line(const partitioning *p, size_t line)
{
    int64_t keys[MOST_PLACES], wanted[MOST_PLACES];
    const char *in = p->elements + line * p->length * p->item;
    char *out = p->result + line * p->length * (p->order ? sizeof(int64_t) : p->item);
    size_t count = 0;
    if (!ndi_select_places(p->dtype, in, p->length, p->count, p->places, keys, p->thread))
        return false;
    for (size_t i = 0; i < p->count; i++) {
        char element[8];
        int64_t wide;
        const int32_t narrow = (int32_t)keys[i];
        p->kernels->decode[p->dtype](
            1, ndi_key_bits(p->dtype) == 64 ? (void *)&keys[i] : (void *)&narrow, false, element);
        p->kernels->encode_wide[p->dtype](1, element, false, &wide);
        if (count == 0 || wanted[count - 1] != wide)
            wanted[count++] = wide;
    }
    part_line(p, in, out, wanted, count);
    return true;
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
    for (int i = 0; i < count; i++) {
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
    if (count > MOST_PLACES || nd_dtype_kind(dtype) == ND_KIND_COMPLEX)
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

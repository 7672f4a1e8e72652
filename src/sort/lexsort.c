/* The order by several keys. */
#include <ndstream/sort.h>

#include "sort/order.h"

enum { MOST_KEYS = 256 };

/* One line: its elements of every key, the last key first. */
static bool order_line(const ndi_lines *keys, int count, int64_t line, int64_t *order,
                       uint8_t *starts, int64_t *scratch)
{
    const size_t n = (size_t)keys[0].length;
    ndi_order o = ndi_order_begin(n, order, starts, true);
    for (int i = count - 1; i >= 0; i--) {
        const nd_dtype dtype = nd_dtype_of(keys[i].array);
        const char *elements = keys[i].array->data + line * (int64_t)(n * nd_dtype_size(dtype));
        if (!ndi_order_refine_by(&o, dtype, elements, false, scratch))
            return false;
    }
    return true;
}

/* Turns the keys into lines; returns how many were, fewer than `count` after an error. */
static int read_keys(int count, const nd_array *const *arrays, int *axis, ndi_lines *keys)
{
    int read = 0;
    const int wanted = *axis;
    for (; read < count; read++) {
        const nd_array *key = arrays[read];
        if (!key)
            break;
        *axis = wanted;
        if (!ndi_sort_axis("lexsort", key, axis))
            break;
        if (key->rank != arrays[0]->rank) {
            ndi_fail(ND_ERROR_SHAPE, "lexsort: key %d has rank %d and key 0 has %d", read,
                     key->rank, arrays[0]->rank);
            break;
        }
        int a = 0;
        while (a < key->rank && ndi_lengths(key)[a] == ndi_lengths(arrays[0])[a])
            a++;
        if (a < key->rank) {
            ndi_fail(ND_ERROR_SHAPE,
                     "lexsort: key %d has %lld elements along axis %d, key 0 has %lld", read,
                     (long long)ndi_lengths(key)[a], a, (long long)ndi_lengths(arrays[0])[a]);
            break;
        }
        if (!ndi_lines_of(key, *axis, &keys[read]))
            break;
    }
    return read;
}

nd_array *nd_lexsort(int count, const nd_array *const *arrays, int axis)
{
    if (count < 1 || count > MOST_KEYS || !arrays)
        return ndi_fail(ND_ERROR_ARGUMENT, "lexsort: takes 1 to %d keys, not %d", MOST_KEYS, count);
    nd_array *result = NULL;
    const size_t bytes = (size_t)count * sizeof(ndi_lines);
    ndi_lines *keys = ndi_allocate(bytes);
    if (!keys)
        return NULL;
    const int read = read_keys(count, arrays, &axis, keys);
    if (read == count) {
        const size_t n = (size_t)keys[0].length, scratch_bytes = n * (sizeof(int64_t) + 1);
        const nd_array *like = keys[0].array;
        int64_t *scratch = ndi_allocate(scratch_bytes);
        result = nd_keep(ndi_make("lexsort", ND_INT64, like->rank, ndi_lengths(like), NULL, false));
        bool good = scratch && result;
        for (int64_t line = 0; good && line < keys[0].count; line++)
            good = order_line(keys, count, line, (int64_t *)result->data + line * (int64_t)n,
                              (uint8_t *)(scratch + n), scratch);
        ndi_free(scratch, scratch_bytes);
        if (!good) {
            nd_release(result);
            result = NULL;
        }
    }
    for (int i = 0; i < read; i++)
        nd_release(keys[i].array);
    ndi_free(keys, bytes);
    return ndi_lines_result(result, axis, NULL);
}

/* Elements of one axis by an index array in the order of memory: hardly more is to be done than to
 * move them. */
#include "select/elements.h"

#include "array/dtype.h"
#include "kernels/kernel.h"
#include "select/selection.h"

static bool is_few(const nd_array *array, const nd_array *index)
{
    enum { MOST = 8192 }; /* more are worth several threads */
    return array->rank == 1 && array->size > 0 && index->rank == 1 && index->dtype == ND_INT64 &&
           index->size > 0 && index->size <= MOST && ndi_strides(index)[0] == sizeof(int64_t) &&
           ndi_is_settled(array) && ndi_is_settled(index);
}

/* Of the block of positions that begins at `first`, and how many they are: 0 if one is out of
 * bounds. */
static size_t offsets_of(const nd_array *array, const nd_array *index, nd_index_mode mode,
                         int64_t first, int64_t offsets[NDI_POSITIONS])
{
    const int64_t left = index->size - first;
    const size_t n = left < NDI_POSITIONS ? (size_t)left : NDI_POSITIONS;
    const int64_t *const from = (const int64_t *)index->data + first;
    return ndi_kernels_in_use()->select.offsets[mode](n, offsets, from, array->size,
                                                      ndi_strides(array)[0], false)
               ? n
               : 0;
}

bool ndi_get_elements(const nd_array *array, const nd_array *index, nd_index_mode mode,
                      nd_array **result)
{
    if (!is_few(array, index) || (unsigned)mode > ND_INDEX_CLIP)
        return false;
    const size_t item = ndi_dtype_size((nd_dtype)array->dtype);
    int64_t offsets[NDI_POSITIONS];
    *result = ndi_new((nd_dtype)array->dtype, 1, &index->size, NULL);
    for (int64_t first = 0; *result && first < index->size; first += NDI_POSITIONS) {
        const size_t n = offsets_of(array, index, mode, first, offsets);
        if (n == 0) {
            ndi_drop(*result);
            return false;
        }
        ndi_kernels_in_use()->select.gather[__builtin_ctzll(item)](
            n, (*result)->data + (size_t)first * item, (ptrdiff_t)item, array->data, offsets);
    }
    return true;
}

bool ndi_set_elements(nd_array *array, const nd_array *index, const nd_array *value)
{
    if (!is_few(array, index))
        return false;
    const size_t item = ndi_dtype_size((nd_dtype)array->dtype);
    const ptrdiff_t step = value->rank == 0 ? 0 : (ptrdiff_t)ndi_strides(value)[0];
    int64_t offsets[NDI_POSITIONS];
    size_t n = 1;
    if (value->rank > 1 || (value->rank == 1 && value->size != index->size) ||
        ndi_array_overlap(array, value) != NDI_APART ||
        ndi_array_overlap(array, index) != NDI_APART)
        return false;
    for (int64_t first = 0; n && first < index->size; first += NDI_POSITIONS)
        n = offsets_of(array, index, ND_INDEX_RAISE, first, offsets);
    for (int64_t first = 0; n && first < index->size; first += NDI_POSITIONS) {
        if (index->size > NDI_POSITIONS)
            n = offsets_of(array, index, ND_INDEX_RAISE, first, offsets);
        ndi_kernels_in_use()->select.scatter[__builtin_ctzll(item)](
            n, array->data, offsets, value->data + (ptrdiff_t)first * step, step);
    }
    return n > 0;
}

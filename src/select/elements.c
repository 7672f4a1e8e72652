/* Elements of one axis by an index array in the order of memory: hardly more is to be done than to
 * move them. Where all indices of a block are in bounds and none is negative, they are used as they
 * are; else they become offsets first. */
#include "select/elements.h"

#include <stdatomic.h>

#include "array/dtype.h"
#include "base/cpu.h"
#include "base/pool.h"
#include "kernels/kernel.h"
#include "select/selection.h"

enum { GRAIN = 8192 }; /* elements that are worth a thread */

static bool is_plain(const nd_array *array, const nd_array *index)
{
    return array->rank == 1 && array->size > 0 && index->rank == 1 && index->dtype == ND_INT64 &&
           index->size > 0 && ndi_strides(index)[0] == sizeof(int64_t) && ndi_has_data(array) &&
           ndi_has_data(index);
}

/* More than that is better moved past the caches, or dealt among threads (move.c). */
static bool stays_in_cache(const nd_array *array, int64_t count)
{
    return count <= ndi_cpu_caches().last / (int64_t)ndi_dtype_size((nd_dtype)array->dtype) / 2;
}

static bool is_packed(const nd_array *array)
{
    return ndi_strides(array)[0] == (int64_t)ndi_dtype_size((nd_dtype)array->dtype);
}

/* Of the positions `first` to `first` + n - 1; false if one is out of bounds. */
static bool offsets_of(const nd_array *array, const nd_array *index, nd_index_mode mode,
                       int64_t first, size_t n, int64_t offsets[NDI_POSITIONS])
{
    const int64_t *const from = (const int64_t *)index->data + first;
    return ndi_kernels_in_use()->select.offsets[mode](n, offsets, from, array->size,
                                                      ndi_strides(array)[0], false);
}

static size_t block_from(const nd_array *index, int64_t first)
{
    const int64_t left = index->size - first;
    return left < NDI_POSITIONS ? (size_t)left : NDI_POSITIONS;
}

/* ---- Get ------------------------------------------------------------------------------------- */

typedef struct getting {
    const nd_array *array, *index;
    nd_array *result;
    nd_index_mode mode;
    atomic_bool wrong;
} getting;

/* `*direct` becomes false with the first block whose indices are not places as they are. */
static bool get_block(const getting *g, int64_t first, bool *direct)
{
    const ndi_select_kernels *const select = &ndi_kernels_in_use()->select;
    const size_t item = ndi_dtype_size((nd_dtype)g->array->dtype), n = block_from(g->index, first);
    const int power = __builtin_ctzll(item);
    char *const out = g->result->data + (size_t)first * item;
    int64_t offsets[NDI_POSITIONS];
    *direct = *direct && select->take[power](n, out, g->array->data, g->array->size,
                                             (const int64_t *)g->index->data + first);
    if (*direct)
        return true;
    if (!offsets_of(g->array, g->index, g->mode, first, n, offsets))
        return false;
    select->gather[power](n, out, (ptrdiff_t)item, g->array->data, offsets);
    return true;
}

static void get_blocks(void *context, size_t begin, size_t end)
{
    getting *const g = context;
    bool direct = is_packed(g->array);
    for (size_t block = begin; block < end; block++)
        if (!get_block(g, (int64_t)block * NDI_POSITIONS, &direct)) {
            atomic_store_explicit(&g->wrong, true, memory_order_relaxed);
            return;
        }
}

bool ndi_get_elements(const nd_array *array, const nd_array *index, nd_index_mode mode,
                      nd_array **result)
{
    if (!is_plain(array, index) || (unsigned)mode > ND_INDEX_CLIP ||
        !stays_in_cache(array, index->size))
        return false;
    getting g = {.array = array, .index = index, .mode = mode};
    *result = g.result = ndi_make("get", (nd_dtype)array->dtype, 1, &index->size, NULL, false);
    if (!g.result)
        return true;
    const size_t blocks = (size_t)(index->size + NDI_POSITIONS - 1) / NDI_POSITIONS;
    if (index->size <= GRAIN)
        get_blocks(&g, 0, blocks);
    else
        ndi_parallel_for(blocks, GRAIN / NDI_POSITIONS, get_blocks, &g);
    if (g.wrong)
        ndi_drop(g.result);
    return !g.wrong;
}

/* ---- Set ------------------------------------------------------------------------------------- */

/* On one thread: in a cache several would take longer (move.c). */
bool ndi_set_elements(nd_array *array, const nd_array *index, const nd_array *value)
{
    if (!is_plain(array, index) || value->rank > 1 ||
        (value->rank == 1 && value->size != index->size) || !stays_in_cache(array, array->size) ||
        ndi_array_overlap(array, value) != NDI_APART ||
        ndi_array_overlap(array, index) != NDI_APART)
        return false;
    const ndi_select_kernels *const select = &ndi_kernels_in_use()->select;
    const int power = __builtin_ctzll(ndi_dtype_size((nd_dtype)array->dtype));
    const ptrdiff_t step = value->rank == 0 ? 0 : (ptrdiff_t)ndi_strides(value)[0];
    int64_t offsets[NDI_POSITIONS];
    if (is_packed(array) && select->put[power]((size_t)index->size, array->data, array->size,
                                               (const int64_t *)index->data, value->data, step))
        return true;
    /* Nothing is written before all are known to be in bounds. */
    for (int64_t first = 0; first < index->size; first += NDI_POSITIONS)
        if (!offsets_of(array, index, ND_INDEX_RAISE, first, block_from(index, first), offsets))
            return false;
    for (int64_t first = 0; first < index->size; first += NDI_POSITIONS) {
        const size_t n = block_from(index, first);
        if (index->size > NDI_POSITIONS)
            offsets_of(array, index, ND_INDEX_RAISE, first, n, offsets);
        select->scatter[power](n, array->data, offsets, value->data + (ptrdiff_t)first * step,
                               step);
    }
    return true;
}

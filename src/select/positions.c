/* Where elements are true: nonzero, argwhere, flatnonzero. */
#include <string.h>

#include <ndstream/index.h>
#include <ndstream/ops.h>

#include "array/dtype.h"
#include "base/pool.h"
#include "kernels/kernel.h"
#include "select/mask.h"
#include "select/results.h"

typedef struct finding {
    const ndi_mask_blocks *blocks;
    const nd_array *mask;
    int64_t *out[ND_MAX_RANK]; /* the index along each axis of the first true element */
    int64_t step;              /* from one true element to the next, in elements of `out` */
} finding;

/* Cuts positions, which rise, into indices of each axis: divisions only where a row begins. */
static void split(const finding *f, const int64_t *positions, int64_t n, int64_t to)
{
    const int last = f->mask->rank - 1;
    const int64_t columns = ndi_lengths(f->mask)[last];
    int64_t index[ND_MAX_RANK], row_begin = 0, row_end = -1;
    for (int64_t i = 0; i < n; i++) {
        if (positions[i] >= row_end) {
            int64_t rest = positions[i] / columns;
            row_begin = rest * columns;
            row_end = row_begin + columns;
            for (int axis = last - 1; axis >= 0; axis--) {
                index[axis] = rest % ndi_lengths(f->mask)[axis];
                rest /= ndi_lengths(f->mask)[axis];
            }
        }
        const int64_t at = (to + i) * f->step;
        for (int axis = 0; axis < last; axis++)
            f->out[axis][at] = index[axis];
        f->out[last][at] = positions[i] - row_begin;
    }
}

static void find_blocks(void *context, size_t begin, size_t end)
{
    const finding *const f = context;
    const ndi_mask_blocks *const b = f->blocks;
    int64_t scratch[NDI_MASK_BLOCK];
    for (size_t block = begin; block < end; block++) {
        const size_t first = block * NDI_MASK_BLOCK;
        const int64_t to = b->before[block], count = b->before[block + 1] - to;
        if (count == 0)
            continue;
        const bool direct = f->mask->rank == 1;
        ndi_kernels_in_use()->select.positions(ndi_mask_length(b, block), (size_t)count,
                                               direct ? f->out[0] + to : scratch, (int64_t)first,
                                               b->mask + first);
        if (!direct)
            split(f, scratch, count, to);
    }
}

static void find(finding *f)
{
    ndi_parallel_for(f->blocks->blocks, NDI_MASK_GRAIN, find_blocks, f);
}

bool ndi_mask_positions(const nd_array *mask, nd_array *results[ND_MAX_RANK])
{
    ndi_mask_blocks blocks;
    finding f = {.blocks = &blocks, .step = 1};
    f.mask = mask = nd_ascontiguous(mask);
    if (!mask || !ndi_mask_count(&blocks, mask))
        return false;
    const int64_t total = ndi_mask_total(&blocks);
    bool good = true;
    for (int axis = 0; axis < mask->rank; axis++) {
        results[axis] = good ? ndi_new(ND_INT64, 1, &total, NULL) : NULL;
        good = results[axis] != NULL;
        f.out[axis] = good ? (int64_t *)results[axis]->data : NULL;
    }
    if (good)
        find(&f);
    ndi_mask_done(&blocks);
    return good;
}

/* ---- The public functions -------------------------------------------------------------------- */

nd_array *ndi_truth(const nd_array *array)
{
    if (!array)
        return NULL;
    nd_array *const truth = array->dtype == ND_BOOL ? (nd_array *)array : nd_not_equal(array, 0);
    return truth && ndi_force(truth) ? truth : NULL;
}

int nd_nonzero(const nd_array *array, nd_array **results)
{
    nd_array *found[ND_MAX_RANK];
    if (!array)
        return 0;
    const int rank = array->rank;
    if (rank == 0) {
        ndi_fail(ND_ERROR_SHAPE, "nonzero: an array without axes has no indices; reshape it first");
        return 0;
    }
    bool good = false;
    ND_SCOPE {
        nd_array *const truth = ndi_truth(array);
        good = truth && ndi_mask_positions(truth, found);
        for (int i = 0; good && i < rank; i++)
            nd_retain(found[i]);
    }
    for (int i = 0; good && i < rank; i++)
        results[i] = found[i];
    return good ? ndi_hand_over(rank, results) : 0;
}

/* (count, rank); of an array without axes (1, 0) or (0, 0). */
static nd_array *places_of(const nd_array *array)
{
    ndi_mask_blocks blocks;
    const nd_array *const mask = nd_ascontiguous(ndi_truth(array));
    if (!mask || !ndi_mask_count(&blocks, mask))
        return NULL;
    const int64_t lengths[] = {ndi_mask_total(&blocks), mask->rank};
    nd_array *const result = ndi_new(ND_INT64, 2, lengths, NULL);
    if (result && result->size > 0) {
        finding f = {.blocks = &blocks, .mask = mask, .step = mask->rank};
        for (int axis = 0; axis < mask->rank; axis++)
            f.out[axis] = (int64_t *)result->data + axis;
        find(&f);
    }
    ndi_mask_done(&blocks);
    return result;
}

nd_array *nd_argwhere(const nd_array *array)
{
    nd_array *result = NULL;
    if (!array)
        return NULL;
    ND_SCOPE {
        result = nd_retain(places_of(array));
    }
    return ndi_register(result);
}

nd_array *nd_flatnonzero(const nd_array *array)
{
    nd_array *result = NULL;
    if (!array)
        return NULL;
    ND_SCOPE {
        nd_array *flat = nd_ravel(array), *positions[ND_MAX_RANK];
        if (flat && (flat = ndi_truth(flat)) && ndi_mask_positions(flat, positions))
            result = nd_retain(positions[0]);
    }
    return ndi_register(result);
}

/* Runs one reduction over some axes of an array. */
#ifndef NDSTREAM_ENGINE_REDUCE_H
#define NDSTREAM_ENGINE_REDUCE_H

#include "array/array.h"
#include "engine/program.h"
#include "kernels/kernel.h"

/* What becomes of the state that is left at the end. */
typedef enum ndi_finish {
    NDI_FINISH_STATE,
    NDI_FINISH_MEAN,
    NDI_FINISH_VARIANCE,
    NDI_FINISH_DEVIATION,
    NDI_FINISH_INDEX
} ndi_finish;

/* A reduction: what is done to which axes. */
typedef struct ndi_fold {
    const char *name; /* of the operation */
    ndi_reduction kind;
    ndi_finish finish;
    nd_dtype taken; /* elements are converted to it first; it has the reduction */
    double ddof;
    uint32_t swept; /* a bit for each axis */
    bool keepdims;
    bool signed_zero; /* a sum of -0.0 is -0.0, for something is added to it; else 0.0 */
} ndi_fold;

enum { NDI_FOLDS = 4 }; /* that can sweep together */

static inline bool ndi_fold_is_position(const ndi_fold *fold)
{
    return fold->kind == NDI_REDUCE_ARGMIN || fold->kind == NDI_REDUCE_ARGMAX;
}

/* True if two reductions of the same elements can be done in one sweep. */
bool ndi_folds_meet(const ndi_fold *a, const ndi_fold *b, bool produced);

/* Elements in memory; or, with `data` at ndi_virtual_elements, such as are produced. */
typedef struct ndi_elements {
    nd_dtype dtype;
    int rank;
    const int64_t *lengths, *strides;
    char *data;
} ndi_elements;

static inline ndi_elements ndi_elements_of(const nd_array *array)
{
    return (ndi_elements){nd_dtype_of(array), array->rank, ndi_lengths(array), ndi_strides(array),
                          array->data};
}

/* Along which side leaves run (kernels/kernel.h): it decides how results are rounded. */
typedef enum ndi_leaf_order { NDI_LEAF_ROW, NDI_LEAF_COLUMN, NDI_LEAF_WIDE } ndi_leaf_order;

ndi_leaf_order ndi_fold_order(const ndi_fold *fold, const ndi_elements *from);

/* A reduction and where its result goes: the axes of `to` are the kept ones (all of them with
 * `keepdims`). */
typedef struct ndi_folding {
    const ndi_fold *fold;
    ndi_elements to;
} ndi_folding;

/* Memory for a reduction that must not fail; it is done by one thread then. */
typedef struct ndi_workspace {
    char *memory;
    size_t bytes, taken;
} ndi_workspace;

/* The bytes of workspace that ndi_fold_run() needs with these arguments; where the elements are
 * does not count. */
size_t ndi_fold_workspace(int count, const ndi_folding *each, ndi_leaf_order order,
                          const ndi_elements *from);

/* Reduces `from`, which has at least one element along the swept axes, in one sweep to each of up
 * to NDI_FOLDS results, which meet. If `produced` is not NULL, the elements are produced, as
 * `fold->taken`. `order` is that of the whole, of which this may be a part that is cut along a kept
 * axis. False with ND_ERROR_MEMORY kept: never with a `workspace`, which else is NULL. */
bool ndi_fold_run(int count, const ndi_folding *each, ndi_leaf_order order,
                  const ndi_elements *from, const ndi_produced *produced, ndi_workspace *workspace);

/* nd_reduce() of the elements that are not NaN, of min and max of floats and complex numbers; NaN
 * where there is none. */
nd_array *ndi_reduce_numbers(nd_op op, const nd_array *array, nd_axes axes,
                             const nd_reduce_options *options);

#endif

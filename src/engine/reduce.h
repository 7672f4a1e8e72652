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

/* Reduces the axes of `swept_mask` of `array` (forced, at least one element along them) into
 * `result`, whose axes are the kept ones (all of them with `keepdims`). Elements are converted to
 * `taken` first, a dtype that has the reduction. If `produced` is not NULL, the array has no
 * elements: they are produced as `taken`. False with ND_ERROR_MEMORY. */
bool ndi_reduce_run(ndi_reduction kind, ndi_finish finish, nd_dtype taken, double ddof,
                    const nd_array *array, const ndi_produced *produced, uint32_t swept_mask,
                    bool keepdims, nd_array *result);

#endif

/* Runs one elementwise step over a nest: conversions, kernel, conversion, store. */
#ifndef NDSTREAM_ENGINE_MAP_H
#define NDSTREAM_ENGINE_MAP_H

#include "engine/nest.h"
#include "kernels/kernel.h"
#include "ops/resolve.h"

enum { NDI_CONVERSION = 250 }; /* more than any operation */

/* A step over operands of a nest: operand 0 = kernel(operand 1, ...), converted on the way in and
 * out. */
typedef struct ndi_map {
    const char *name; /* of the operation, for whoever asks what was done */
    bool exact;       /* rounding is its only error: a few instructions, no function */
    uint8_t effort;   /* times its traffic that it takes beside that */
    uint8_t rewrites; /* what rules.def knows it by: 1 + its nd_op, NDI_CONVERSION, or 0 */
    bool fast;        /* called under fast maths */
    uint16_t habit;   /* that says whether it waits, or 0: see habits.h */
    ndi_kernel *kernel;
    ndi_kernel *streaming; /* its form with streaming stores, or NULL */
    int arguments;
    nd_dtype out;                         /* dtype of operand 0 */
    nd_dtype computed;                    /* what the kernel gives */
    nd_dtype in[NDI_MAX_OPERANDS - 1];    /* dtypes of the arguments as they are */
    nd_dtype taken[NDI_MAX_OPERANDS - 1]; /* and as the kernel takes them */
    bool in_place; /* operand 0 is an argument too: it is in cache when it is written */
} ndi_map;

/* The step that copies elements, as another dtype. */
ndi_map ndi_cast_step(nd_dtype to, nd_dtype from);

/* Computes the whole nest (simplified or not) on the pool. Cannot fail. */
void ndi_map_run(const ndi_map *map, ndi_nest *nest);

#endif

/* Functions that give several results. */
#ifndef NDSTREAM_SELECT_RESULTS_H
#define NDSTREAM_SELECT_RESULTS_H

#include "array/array.h"

/* Hands references of the caller to the scope around: returns `count`, or 0 with the error kept. */
static inline int ndi_hand_over(int count, nd_array **results)
{
    bool good = true;
    for (int i = 0; i < count; i++) {
        results[i] = ndi_register(results[i]);
        good &= results[i] != NULL;
    }
    return good ? count : 0;
}

/* Gives up results that were made before one failed; returns 0. */
static inline int ndi_drop_results(int count, nd_array **results)
{
    for (int i = 0; i < count; i++)
        ndi_drop(results[i]);
    return 0;
}

#endif

/* Copying, converting and rearranging elements between arrays. */
#ifndef NDSTREAM_ENGINE_COPY_H
#define NDSTREAM_ENGINE_COPY_H

#include "array/array.h"

/* target[...] = source, broadcast and converted; the arrays must not overlap, except exactly. False
 * with an error. */
bool ndi_copy_elements(nd_array *target, const nd_array *source);

/* The array if its axes lie in that order without gaps (NULL: C order), else a copy of it,
 * registered in the open scope. NULL stays NULL. */
nd_array *ndi_in_order(nd_array *array, const int *axis_order);

/* nd_assign() for the library's own use: nothing pending reads the target afterwards, so a work
 * array that was filled so may be written through its address. After nd_assign(), a pending source
 * is read from the target, until ndi_force_writeable(); tools/check_layers.py holds that nobody in
 * the library calls it. */
nd_status ndi_assign(nd_array *target, const nd_array *source);

#endif

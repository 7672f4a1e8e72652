/* Copying, converting and rearranging elements between arrays. */
#ifndef NDSTREAM_ENGINE_COPY_H
#define NDSTREAM_ENGINE_COPY_H

#include "array/array.h"

/* target[...] = source, broadcast and converted; the arrays must not overlap, except exactly. False
 * with an error. */
bool ndi_copy_elements(nd_array *target, const nd_array *source);

#endif

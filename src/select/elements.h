/* The everyday x[k] and x[k] = v: few elements of one axis, without a selection. Both are false,
 * with nothing done, for whatever is not as simple as that, wrong indices included: the general way
 * (selection.h) takes it, and says what is wrong. */
#ifndef NDSTREAM_SELECT_ELEMENTS_H
#define NDSTREAM_SELECT_ELEMENTS_H

#include <ndstream/index.h>

#include "array/array.h"

/* *result is a new array, registered in the open scope, or NULL with ND_ERROR_MEMORY kept. */
bool ndi_get_elements(const nd_array *array, const nd_array *index, nd_index_mode mode,
                      nd_array **result);

/* `value`, of the dtype of `array`, is settled, as they both are. */
bool ndi_set_elements(nd_array *array, const nd_array *index, const nd_array *value);

#endif

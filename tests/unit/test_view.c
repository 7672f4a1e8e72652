/* Views of ndstream/array.h, and the overlap of arrays. The expected elements are those of
 * numpy.arange(24).reshape(2, 3, 4) and the like, worked out by hand. */
#include <ndstream/array.h>

#include "array/array.h"


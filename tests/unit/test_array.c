/* Making, owning and asking about arrays: ndstream/array.h, its views aside (test_view.c). Expected
 * values of ranges are NumPy 2.4.6's. */
#include <ndstream/array.h>

#include "array/array.h"


/* Values that are written into an array: scalars and arrays of any dtype become arrays of its own.
 */
#ifndef NDSTREAM_SELECT_VALUES_H
#define NDSTREAM_SELECT_VALUES_H

#include <ndstream/operand.h>

/* `value` as an array of the dtype of `array`: a scalar has no axes, an array keeps its shape.
 * Arrays are converted as by nd_cast(); a scalar that the dtype cannot hold (an integer out of
 * range, NaN for integers, complex for real numbers) is an error: ND_ERROR_VALUE or ND_ERROR_DTYPE.
 * What is made belongs to the open scope. */
const nd_array *ndi_converted_value(const char *operation, const nd_array *array, nd_operand value);

/* `value` without leading axes of length 1 that `shape` does not have; NULL with ND_ERROR_SHAPE if
 * it does not broadcast to the shape. */
const nd_array *ndi_fitting_value(const char *operation, const nd_array *value,
                                  const nd_shape *shape);

/* Errors that all functions that write have in common, NULL and read-only; ND_OK if there is none.
 */
nd_status ndi_check_target(const char *operation, const nd_array *array, nd_operand value);

/* nd_set_with() for the library's own use, as ndi_assign() is nd_assign(). */
nd_status ndi_set_with(nd_array *array, int count, const nd_index *terms, nd_operand value);

#endif

/* Arithmetic of scalars among themselves, as Python does it. */
#ifndef NDSTREAM_LANG_SCALAR_H
#define NDSTREAM_LANG_SCALAR_H

#include <ndstream/ops.h>

/* The operators of Python on bool, int, float and complex. Integers have 64 bits, signed or
 * unsigned: what would pass them is ND_ERROR_VALUE, as are divisions by zero; ND_ERROR_DTYPE where
 * Python raises TypeError. */
bool ndi_scalar_unary(nd_op operation, nd_operand x, nd_operand *result);
bool ndi_scalar_binary(nd_op operation, nd_operand x, nd_operand y, nd_operand *result);

#endif

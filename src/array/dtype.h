/* Facts about dtypes that the layers above need beside the public ones. */
#ifndef NDSTREAM_ARRAY_DTYPE_H
#define NDSTREAM_ARRAY_DTYPE_H

#include <ndstream/dtype.h>
#include <ndstream/operand.h>

static inline bool ndi_dtype_valid(nd_dtype dtype)
{
    return (unsigned)dtype < ND_DTYPE_COUNT;
}

/* nd_dtype_size() of a valid dtype, inline. */
extern const uint8_t ndi_dtype_sizes[ND_DTYPE_COUNT];

static inline size_t ndi_dtype_size(nd_dtype dtype)
{
    return ndi_dtype_sizes[dtype];
}

/* One dtype bit each, for sets of dtypes. */
#define NDI_BIT(dtype) (1u << (dtype))

/* Promotion of a weak scalar with an array's dtype (NEP 50). ND_DTYPE_NONE, with ND_ERROR_VALUE
 * kept, for an integer out of the range of an integer dtype. */
nd_dtype ndi_promote_weak(const char *operation, nd_dtype dtype, nd_operand scalar);

/* The dtype that a scalar has by itself: bool, int64, uint64, float64 or complex128. */
nd_dtype ndi_scalar_dtype(nd_operand_kind kind);

/* Stores a scalar as one element of `dtype`, at an address aligned for it. Conversions are C's,
 * rounded once; a float out of int64's range (uint64's for that) becomes INT64_MIN, narrower
 * integers keep the low bits. */
void ndi_store_scalar(nd_operand scalar, nd_dtype dtype, void *element);

/* One element of `dtype` as a scalar, without loss. */
nd_operand ndi_load_scalar(nd_dtype dtype, const void *element);

/* One element as a double (complex: the real part) or converted to int64. */
double ndi_load_double(nd_dtype dtype, const void *element);
int64_t ndi_load_int64(nd_dtype dtype, const void *element);

/* The 16-bit floats, rounded once, to nearest even; NaNs become quiet. */
float ndi_half_to_float(uint16_t bits);
uint16_t ndi_float_to_half(float value);
uint16_t ndi_double_to_half(double value);
float ndi_bfloat_to_float(uint16_t bits);
uint16_t ndi_float_to_bfloat(float value);
uint16_t ndi_double_to_bfloat(double value);

#endif

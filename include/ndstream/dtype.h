/* The element types, what they are called, and how they promote. */
#ifndef NDSTREAM_DTYPE_H
#define NDSTREAM_DTYPE_H

#include <ndstream/base.h>

ND_BEGIN_C

/* The dtypes. Values are pinned: they are part of the ABI. */
typedef enum nd_dtype {
    ND_BOOL = 0,
    ND_INT8 = 1,
    ND_INT16 = 2,
    ND_INT32 = 3,
    ND_INT64 = 4,
    ND_UINT8 = 5,
    ND_UINT16 = 6,
    ND_UINT32 = 7,
    ND_UINT64 = 8,
    ND_FLOAT16 = 9,
    ND_BFLOAT16 = 10,
    ND_FLOAT32 = 11,
    ND_FLOAT64 = 12,
    ND_COMPLEX64 = 13,
    ND_COMPLEX128 = 14,
    ND_DTYPE_COUNT = 15,
    ND_DTYPE_NONE = -1 /* no dtype: an error, or "the default" in options */
} nd_dtype;

/* Families of dtypes. */
typedef enum nd_kind {
    ND_KIND_BOOL,
    ND_KIND_SIGNED,
    ND_KIND_UNSIGNED,
    ND_KIND_FLOAT,
    ND_KIND_COMPLEX
} nd_kind;

/* Name as NumPy writes it ("float64"); "invalid" for a number that is no dtype. */
ND_API const char *nd_dtype_name(nd_dtype dtype);

/* The dtype of that name, ND_DTYPE_NONE (with ND_ERROR_DTYPE) if there is none. */
ND_API nd_dtype nd_dtype_from_name(const char *name);

/* Bytes of one element; 0 for a number that is no dtype. */
ND_API size_t nd_dtype_size(nd_dtype dtype);

/* The family of a dtype, which must be valid. */
ND_API nd_kind nd_dtype_kind(nd_dtype dtype);

/* The smallest dtype that both promote to under NumPy 2's rules (bfloat16 as in JAX: with float16
 * it gives float32). Never fails for valid dtypes. */
ND_API nd_dtype nd_promote(nd_dtype a, nd_dtype b);

/* What any number of dtypes promote to, a bit each: `1u << ND_INT8 | 1u << ND_FLOAT16`. Floats and
 * complex numbers come first: int16, uint16 and float32 give float32, though the integers alone
 * would give int32, which float32 does not hold. ND_DTYPE_NONE for no dtype. */
ND_API nd_dtype nd_promote_set(uint32_t dtypes);

/* How far a cast may go. */
typedef enum nd_casting {
    ND_CAST_SAFE,      /* every value is kept */
    ND_CAST_SAME_KIND, /* safe, or within a kind (float64 to float32) */
    ND_CAST_UNSAFE     /* any */
} nd_casting;

/* True if a cast from one to the other goes no further than `casting`: numpy.can_cast. */
ND_API bool nd_can_cast(nd_dtype from, nd_dtype to, nd_casting casting);

ND_END_C

#endif

/* LOOPS of isa_each.h: includes NUMBER_LOOPS, after numbers_tmpl.h, for the real and the complex
 * numbers of both precisions, after defining SET (the prefix of names), TYPE (of products), REAL,
 * PARTS (reals of a number), ABS, ROOT, SIGNED (copysign), LEAST (a square that is still precise,
 * and far from where reciprocals overflow), LIFT (a power of two whose product with anything
 * smaller has such a square), SWAP_PAIRS of a vector, EVEN and ODD elements of two. No guard: once
 * an instruction set. */
#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define LANES (VECTOR_BYTES / sizeof(REAL))
#define ELEMENTS (LANES / PARTS) /* of a vector */
#define INLINE TARGET static inline __attribute__((always_inline))
#define vector JOIN(SET, real_vector)
#define number JOIN(SET, one_number)

#define REAL float
#define ABS(x) __builtin_fabsf(x)
#define ROOT(x) __builtin_sqrtf(x)
#define SIGNED(x, sign) __builtin_copysignf(x, sign)
#define LEAST 1e-28f
#define LIFT 0x1p100f
#define SWAP_PAIRS(v) SWAP_PAIRS_F32(v)
#define EVEN(v, w) EVEN_F32(v, w)
#define ODD(v, w) ODD_F32(v, w)

#define SET JOIN(ISA, f32)
#define TYPE NDI_GEMM_F32
#define PARTS 1
#include "linalg/numbers_tmpl.h"
#include NUMBER_LOOPS
#undef SET
#undef TYPE
#undef PARTS

#define SET JOIN(ISA, c64)
#define TYPE NDI_GEMM_C64
#define PARTS 2
#include "linalg/numbers_tmpl.h"
#include NUMBER_LOOPS
#undef SET
#undef TYPE
#undef PARTS

#undef REAL
#undef ABS
#undef ROOT
#undef SIGNED
#undef LEAST
#undef LIFT
#undef SWAP_PAIRS
#undef EVEN
#undef ODD

#define REAL double
#define ABS(x) __builtin_fabs(x)
#define ROOT(x) __builtin_sqrt(x)
#define SIGNED(x, sign) __builtin_copysign(x, sign)
#define LEAST 1e-280
#define LIFT 0x1p600
#define SWAP_PAIRS(v) SWAP_PAIRS_F64(v)
#define EVEN(v, w) EVEN_F64(v, w)
#define ODD(v, w) ODD_F64(v, w)

#define SET JOIN(ISA, f64)
#define TYPE NDI_GEMM_F64
#define PARTS 1
#include "linalg/numbers_tmpl.h"
#include NUMBER_LOOPS
#undef SET
#undef TYPE
#undef PARTS

#define SET JOIN(ISA, c128)
#define TYPE NDI_GEMM_C128
#define PARTS 2
#include "linalg/numbers_tmpl.h"
#include NUMBER_LOOPS
#undef SET
#undef TYPE
#undef PARTS

#undef REAL
#undef ABS
#undef ROOT
#undef SIGNED
#undef LEAST
#undef LIFT
#undef SWAP_PAIRS
#undef EVEN
#undef ODD

#undef JOIN_
#undef JOIN
#undef LANES
#undef ELEMENTS
#undef INLINE
#undef vector
#undef number

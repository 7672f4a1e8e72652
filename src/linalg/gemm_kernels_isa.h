/* The inner loops of one instruction set (isa_each.h) for all real types.
 *
 * With TILES_ONLY there are no loops over rows; with PRODUCT_32, the product of a vector of 64-bit
 * integers and one more that are all of 32 bits, there are tiles for these.
 *
 * The depth of floats decides how they are rounded; that of integers, which are exact, only what
 * stays in a cache. Counts of bools, in 16 bits, stay below it. */

#define ISA_JOIN_(a, b) a##_##b
#define ISA_JOIN(a, b) ISA_JOIN_(a, b)

#define SET ISA_JOIN(ISA, f32)
#define REAL float
#define VECTORS VECTORS_FLOAT
#define DEPTH 384
#define PRODUCT(a, b) ((a) * (b))
#define SWAP_PAIRS(v) SWAP_PAIRS_F32(v)
#include "linalg/gemm_kernels_tmpl.h"
#define SET ISA_JOIN(ISA, f64)
#define REAL double
#define VECTORS VECTORS_FLOAT
#define DEPTH 384
#define PRODUCT(a, b) ((a) * (b))
#define SWAP_PAIRS(v) SWAP_PAIRS_F64(v)
#include "linalg/gemm_kernels_tmpl.h"
#define SET ISA_JOIN(ISA, u16)
#define REAL uint16_t
#define VECTORS VECTORS_INTEGER
#define DEPTH 768
#define PRODUCT(a, b) ((a) * (b))
#include "linalg/gemm_kernels_tmpl.h"
#define SET ISA_JOIN(ISA, u32)
#define REAL uint32_t
#define VECTORS VECTORS_INTEGER
#define DEPTH 768
#define PRODUCT(a, b) ((a) * (b))
#include "linalg/gemm_kernels_tmpl.h"
#define SET ISA_JOIN(ISA, u64)
#define REAL uint64_t
#define VECTORS VECTORS_INTEGER
#define DEPTH 384
#define PRODUCT(a, b) ((a) * (b))
#include "linalg/gemm_kernels_tmpl.h"
#ifdef PRODUCT_32
#define SET ISA_JOIN(ISA, i32_in_64)
#define REAL uint64_t
#define VECTORS VECTORS_INTEGER
#define DEPTH 384
#define PRODUCT(a, b) PRODUCT_32(a, b)
#include "linalg/gemm_kernels_tmpl.h"
#endif

static const ndi_gemm_kernels *const ISA_JOIN(ISA, tiles)[NDI_REALS] = {
    [NDI_REAL_F32] = &ISA_JOIN(ISA, f32_tiles),
    [NDI_REAL_F64] = &ISA_JOIN(ISA, f64_tiles),
    [NDI_REAL_U16] = &ISA_JOIN(ISA, u16_tiles),
    [NDI_REAL_U32] = &ISA_JOIN(ISA, u32_tiles),
    [NDI_REAL_U64] = &ISA_JOIN(ISA, u64_tiles),
#ifdef PRODUCT_32
    [NDI_REAL_I32_IN_64] = &ISA_JOIN(ISA, i32_in_64_tiles),
#else
    [NDI_REAL_I32_IN_64] = &ISA_JOIN(ISA, u64_tiles),
#endif
};

#ifndef TILES_ONLY

#define SET ISA_JOIN(ISA, f32)
#define REAL float
#define SWAP_PAIRS(v) SWAP_PAIRS_F32(v)
#define EVEN(v, w) EVEN_F32(v, w)
#define ODD(v, w) ODD_F32(v, w)
#define LANE_BITS uint32_t
#ifdef SPREAD_F32
#define SPREAD SPREAD_F32
#endif
#include "linalg/gemv_short_tmpl.h"
#define WIDEN(v) WIDEN_F32(v)
#include "linalg/squares_tmpl.h"
#define OF_FLOATS
#include "linalg/gemv_kernels_tmpl.h"

#define SET ISA_JOIN(ISA, f64)
#define REAL double
#define SWAP_PAIRS(v) SWAP_PAIRS_F64(v)
#define EVEN(v, w) EVEN_F64(v, w)
#define ODD(v, w) ODD_F64(v, w)
#define LANE_BITS uint64_t
#ifdef SPREAD_F64
#define SPREAD SPREAD_F64
#endif
#include "linalg/gemv_short_tmpl.h"
#define WIDEN(v) (v)
#include "linalg/squares_tmpl.h"
#define OF_FLOATS
#include "linalg/gemv_kernels_tmpl.h"

#define SET ISA_JOIN(ISA, u8)
#define REAL uint8_t
#define SWAP_PAIRS(v) (v)
#include "linalg/gemv_kernels_tmpl.h"

#define SET ISA_JOIN(ISA, u16)
#define REAL uint16_t
#define SWAP_PAIRS(v) (v)
#include "linalg/gemv_kernels_tmpl.h"

#define SET ISA_JOIN(ISA, u32)
#define REAL uint32_t
#define SWAP_PAIRS(v) (v)
#include "linalg/gemv_kernels_tmpl.h"

#define SET ISA_JOIN(ISA, u64)
#define REAL uint64_t
#define SWAP_PAIRS(v) (v)
#include "linalg/gemv_kernels_tmpl.h"

static const ndi_gemv_kernels *const ISA_JOIN(ISA, rows)[NDI_REALS] = {
    [NDI_REAL_F32] = &ISA_JOIN(ISA, f32_rows), [NDI_REAL_F64] = &ISA_JOIN(ISA, f64_rows),
    [NDI_REAL_U8] = &ISA_JOIN(ISA, u8_rows),   [NDI_REAL_U16] = &ISA_JOIN(ISA, u16_rows),
    [NDI_REAL_U32] = &ISA_JOIN(ISA, u32_rows), [NDI_REAL_U64] = &ISA_JOIN(ISA, u64_rows),
};

#endif

#undef ISA_JOIN_
#undef ISA_JOIN

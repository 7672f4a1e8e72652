/* Includes LOOPS, a file of loops in GNU C vectors, for each instruction set, after defining for it
 * ISA (the prefix of names), NAME, TARGET (an attribute of functions), VECTOR_BYTES, the shapes of
 * tiles (VECTORS_FLOAT and VECTORS_INTEGER by COLUMNS), SWAP_PAIRS of a vector's elements, EVEN and
 * ODD elements of two vectors, of _F32 and _F64, WIDEN_F32 of half a vector, PRODUCT_32 (of 64-bit
 * integers that are of 32 bits), and SPREAD of a vector's elements to places, zero where none is
 * kept. WITH_NARROW: for halves of vectors too, with TILES_ONLY. No
 * guard: once a source file. */
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

/* Before a loop of a few steps over vectors that must stay in registers, and before one whose
 * elements do not depend on one another. Each compiler heeds its own form only. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#define IVDEP _Pragma("clang loop vectorize(assume_safety)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#define IVDEP _Pragma("GCC ivdep")
#endif

/* The address of what `isa` has of that name, which comes after its prefix. */
#ifdef __x86_64__
#define OF_ISA(isa, name)                                                                          \
    ((isa) >= NDI_ISA_AVX512 ? &avx512_##name                                                      \
     : (isa) >= NDI_ISA_AVX2 ? &avx2_##name                                                        \
                             : &baseline_##name)
#else
#define OF_ISA(isa, name) ((void)(isa), &baseline_##name)
#endif

/* The same of what numbers_each.h has for a dtype of floats or complex numbers. */
#define OF_DTYPE(isa, dtype, name)                                                                 \
    ((dtype) == ND_FLOAT32     ? OF_ISA(isa, f32_##name)                                           \
     : (dtype) == ND_FLOAT64   ? OF_ISA(isa, f64_##name)                                           \
     : (dtype) == ND_COMPLEX64 ? OF_ISA(isa, c64_##name)                                           \
                               : OF_ISA(isa, c128_##name))

#define ISA baseline
#define NAME "ndstream baseline"
#define TARGET
#define VECTOR_BYTES 16
#define VECTORS_FLOAT 2
#define VECTORS_INTEGER 2
#define COLUMNS 4
#define SWAP_PAIRS_F64(v) __builtin_shufflevector(v, v, 1, 0)
#define SWAP_PAIRS_F32(v) __builtin_shufflevector(v, v, 1, 0, 3, 2)
#define EVEN_F64(v, w) __builtin_shufflevector(v, w, 0, 2)
#define ODD_F64(v, w) __builtin_shufflevector(v, w, 1, 3)
#define EVEN_F32(v, w) __builtin_shufflevector(v, w, 0, 2, 4, 6)
#define ODD_F32(v, w) __builtin_shufflevector(v, w, 1, 3, 5, 7)
#define WIDEN_F32(v) __builtin_convertvector(v, wide)
#include LOOPS
#include "linalg/isa_end.h"

#ifdef __x86_64__

/* Integers are multiplied into a register of their own before they are added, and 64 bits take
 * several: tiles are smaller, so that sums stay in registers. */
#define ISA avx2
#define NAME "ndstream avx2"
#define TARGET __attribute__((target("avx2,fma")))
#define VECTOR_BYTES 32
#define VECTORS_FLOAT 3
#define VECTORS_INTEGER 2
#define COLUMNS 4
#define PRODUCT_32(a, b)                                                                           \
    ((vector)_mm256_mul_epi32((__m256i)(a), _mm256_set1_epi64x((long long)(b))))
#define SWAP_PAIRS_F64(v) __builtin_shufflevector(v, v, 1, 0, 3, 2)
#define SWAP_PAIRS_F32(v) __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6)
#define EVEN_F64(v, w) __builtin_shufflevector(v, w, 0, 2, 4, 6)
#define ODD_F64(v, w) __builtin_shufflevector(v, w, 1, 3, 5, 7)
#define EVEN_F32(v, w) __builtin_shufflevector(v, w, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODD_F32(v, w) __builtin_shufflevector(v, w, 1, 3, 5, 7, 9, 11, 13, 15)
#define WIDEN_F32(v) ((wide)_mm256_cvtps_pd((__m128)(v)))
#include LOOPS
#include "linalg/isa_end.h"

#ifdef WITH_NARROW
/* The same instructions on halves of their vectors. */
#define ISA narrow
#define NAME "ndstream narrow"
#define TARGET __attribute__((target("avx2,fma")))
#define VECTOR_BYTES 16
#define VECTORS_FLOAT 3
#define VECTORS_INTEGER 2
#define COLUMNS 4
#define SWAP_PAIRS_F64(v) __builtin_shufflevector(v, v, 1, 0)
#define SWAP_PAIRS_F32(v) __builtin_shufflevector(v, v, 1, 0, 3, 2)
#define TILES_ONLY
#include LOOPS
#include "linalg/isa_end.h"
#endif

#define ISA avx512
#define NAME "ndstream avx512"
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define VECTOR_BYTES 64
#define VECTORS_FLOAT 3
#define VECTORS_INTEGER 3
#define COLUMNS 8
#define PRODUCT_32(a, b) ((vector)_mm512_mul_epi32((__m512i)(a), _mm512_set1_epi64((long long)(b))))
#define SWAP_PAIRS_F64(v) __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6)
#define SWAP_PAIRS_F32(v)                                                                          \
    __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
#define EVEN_F64(v, w) __builtin_shufflevector(v, w, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODD_F64(v, w) __builtin_shufflevector(v, w, 1, 3, 5, 7, 9, 11, 13, 15)
#define EVEN_F32(v, w)                                                                             \
    __builtin_shufflevector(v, w, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define ODD_F32(v, w)                                                                              \
    __builtin_shufflevector(v, w, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#define WIDEN_F32(v) ((wide)_mm512_cvtps_pd((__m256)(v))) /* gcc 12 makes halves of it */
#define SPREAD_F64(v, places, kept) ((vector)_mm512_maskz_permutexvar_pd(kept, (__m512i)places, v))
#define SPREAD_F32(v, places, kept) ((vector)_mm512_maskz_permutexvar_ps(kept, (__m512i)places, v))
#include LOOPS
#include "linalg/isa_end.h"

#ifdef WITH_NARROW
/* Halves and quarters of those vectors, with all 32 registers, and elements of B that are broadcast
 * as they are multiplied. */
#define ISA half
#define NAME "ndstream avx512, half vectors"
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define VECTOR_BYTES 32
#define VECTORS_FLOAT 3
#define VECTORS_INTEGER 3
#define COLUMNS 8
#define SWAP_PAIRS_F64(v) __builtin_shufflevector(v, v, 1, 0, 3, 2)
#define SWAP_PAIRS_F32(v) __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6)
#define TILES_ONLY
#include LOOPS
#include "linalg/isa_end.h"

#define ISA quarter
#define NAME "ndstream avx512, quarter vectors"
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define VECTOR_BYTES 16
#define VECTORS_FLOAT 3
#define VECTORS_INTEGER 3
#define COLUMNS 8
#define SWAP_PAIRS_F64(v) __builtin_shufflevector(v, v, 1, 0)
#define SWAP_PAIRS_F32(v) __builtin_shufflevector(v, v, 1, 0, 3, 2)
#define TILES_ONLY
#include LOOPS
#include "linalg/isa_end.h"
#endif

#endif

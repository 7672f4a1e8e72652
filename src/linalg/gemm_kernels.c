/* The inner loops of the matrix product, compiled for each instruction set, and the choice among
 * them.
 *
 * They are plain GNU C: on a Zen 4 (58.5 GF/s a core in doubles, 117 in floats) packed panels
 * multiply at 58.6 GF/s (AVX-512) and 58.3 (AVX2), in floats 117, no less than the assembler of
 * BLIS 0.9 (58.3 and 57.5; 117), with gcc 12 and with clang 14. */
#include "linalg/gemm_kernels.h"

#include "linalg/reflect.h"

#include <stdint.h>
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
#include "linalg/gemm_kernels_isa.h"

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
#include "linalg/gemm_kernels_isa.h"

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
#include "linalg/gemm_kernels_isa.h"

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
#include "linalg/gemm_kernels_isa.h"

#endif

const ndi_gemm_format ndi_gemm_formats[NDI_GEMM_TYPES] = {
    [NDI_GEMM_BOOL] = {1, 2, NDI_REAL_U16, NDI_REAL_U8, .is_widened = true},
    [NDI_GEMM_I8] = {1, 2, NDI_REAL_U16, NDI_REAL_U8, .is_widened = true},
    [NDI_GEMM_I16] = {2, 2, NDI_REAL_U16, NDI_REAL_U16},
    [NDI_GEMM_I32] = {4, 4, NDI_REAL_U32, NDI_REAL_U32},
    [NDI_GEMM_I64] = {8, 8, NDI_REAL_U64, NDI_REAL_U64},
    [NDI_GEMM_F32] = {4, 4, NDI_REAL_F32, NDI_REAL_F32},
    [NDI_GEMM_F64] = {8, 8, NDI_REAL_F64, NDI_REAL_F64},
    [NDI_GEMM_C64] = {8, 4, NDI_REAL_F32, NDI_REAL_F32, .is_complex = true},
    [NDI_GEMM_C128] = {16, 8, NDI_REAL_F64, NDI_REAL_F64, .is_complex = true},
};

/* The address of the kernels of `isa`, whose name comes after its prefix. */
#ifdef __x86_64__
#define OF_ISA(isa, kernels)                                                                       \
    ((isa) >= NDI_ISA_AVX512 ? &avx512_##kernels                                                   \
     : (isa) >= NDI_ISA_AVX2 ? &avx2_##kernels                                                     \
                             : &baseline_##kernels)
#else
#define OF_ISA(isa, kernels) ((void)(isa), &baseline_##kernels)
#endif

const ndi_gemm_kernels *ndi_gemm_kernels_for(ndi_isa isa, ndi_gemm_real real)
{
    return (*OF_ISA(isa, tiles))[real];
}

const ndi_gemm_kernels *ndi_gemm_kernels_for_rows(ndi_isa isa, ndi_gemm_real real, size_t rows)
{
    const ndi_gemm_kernels *widest = ndi_gemm_kernels_for(isa, real);
#ifdef __x86_64__
    const ndi_gemm_kernels *const narrower[] = {avx2_tiles[real], narrow_tiles[real]};
    if (isa >= NDI_ISA_AVX2 && rows % widest->lanes)
        for (int i = 0; i < 2; i++)
            if (rows % narrower[i]->lanes == 0 && rows <= narrower[i]->tile_rows)
                return narrower[i];
#else
    (void)rows;
#endif
    return widest;
}

const ndi_gemv_kernels *ndi_gemv_kernels_for(ndi_isa isa, ndi_gemm_real real)
{
    return (*OF_ISA(isa, rows))[real];
}

const ndi_lu_kernels *ndi_lu_kernels_for(ndi_isa isa, bool is_double)
{
    return is_double ? OF_ISA(isa, f64_lu) : OF_ISA(isa, f32_lu);
}

const ndi_reflect_kernels *ndi_reflect_kernels_for(ndi_isa isa, bool is_double)
{
    return is_double ? OF_ISA(isa, f64_reflections) : OF_ISA(isa, f32_reflections);
}

/* The inner loops of the matrix product, compiled for each instruction set, and the choice among
 * them.
 *
 * They are plain GNU C: on a Zen 4 (58.5 GF/s a core in doubles, 117 in floats) packed panels
 * multiply at 58.6 GF/s (AVX-512) and 58.3 (AVX2), in floats 117, no less than the assembler of
 * BLIS 0.9 (58.3 and 57.5; 117), with gcc 12 and with clang 14. */
#include "linalg/gemm_kernels.h"

/* Before a loop of a few steps over vectors that must stay in registers. Each compiler heeds its
 * own form only. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

#define TARGET
#define VECTOR_BYTES 16
#define VECTORS 2
#define COLUMNS 4
#define NAME "ndstream baseline"
#define DEPTH 384
#define SET baseline_f64
#define SWAP_PAIRS(v) __builtin_shufflevector(v, v, 1, 0)
#define REAL double
#include "linalg/gemm_kernels_tmpl.h"
#define SET baseline_f32
#define SWAP_PAIRS(v) __builtin_shufflevector(v, v, 1, 0, 3, 2)
#define REAL float
#include "linalg/gemm_kernels_tmpl.h"
#undef TARGET
#undef VECTOR_BYTES
#undef VECTORS
#undef COLUMNS
#undef NAME

#ifdef __x86_64__

#define TARGET __attribute__((target("avx2,fma")))
#define VECTOR_BYTES 32
#define VECTORS 3
#define COLUMNS 4
#define NAME "ndstream avx2"
#define SET avx2_f64
#define SWAP_PAIRS(v) __builtin_shufflevector(v, v, 1, 0, 3, 2)
#define REAL double
#include "linalg/gemm_kernels_tmpl.h"
#define SET avx2_f32
#define SWAP_PAIRS(v) __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6)
#define REAL float
#include "linalg/gemm_kernels_tmpl.h"
#undef TARGET
#undef VECTOR_BYTES
#undef COLUMNS
#undef NAME

#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define VECTOR_BYTES 64
#define COLUMNS 8
#define NAME "ndstream avx512"
#define SET avx512_f64
#define SWAP_PAIRS(v) __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6)
#define REAL double
#include "linalg/gemm_kernels_tmpl.h"
#define SET avx512_f32
#define SWAP_PAIRS(v)                                                                              \
    __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
#define REAL float
#include "linalg/gemm_kernels_tmpl.h"

#endif

const ndi_gemm_kernels *ndi_gemm_kernels_for(ndi_isa isa, size_t real_bytes)
{
#ifdef __x86_64__
    if (isa >= NDI_ISA_AVX512)
        return real_bytes == sizeof(double) ? &avx512_f64_kernels : &avx512_f32_kernels;
    if (isa >= NDI_ISA_AVX2)
        return real_bytes == sizeof(double) ? &avx2_f64_kernels : &avx2_f32_kernels;
#else
    (void)isa;
#endif
    return real_bytes == sizeof(double) ? &baseline_f64_kernels : &baseline_f32_kernels;
}

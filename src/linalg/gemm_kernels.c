/* The inner loops of the matrix product, compiled for each instruction set, and the choice among
 * them.
 *
 * They are plain GNU C: on a Zen 4 (58.5 GF/s a core in doubles, 117 in floats) packed panels
 * multiply at 58.6 GF/s (AVX-512) and 58.3 (AVX2), in floats 117, no less than the assembler of
 * BLIS 0.9 (58.3 and 57.5; 117), with gcc 12 and with clang 14. */
#include "linalg/gemm_kernels.h"

#include <stdint.h>

/* Steps of depth between what is multiplied and what is asked for of a panel of A, which the level
 * 2 cache has (Xeon with AVX-512: 83 % of the rate of multiplications without, 88 so). */
enum { STEPS_AHEAD = 8 };

#define LOOPS "linalg/gemm_kernels_isa.h"
#define WITH_NARROW
#include "linalg/isa_each.h"

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

const ndi_gemm_kernels *ndi_gemm_kernels_for(ndi_isa isa, ndi_gemm_real real)
{
    return (*OF_ISA(isa, tiles))[real];
}

#ifdef __x86_64__
/* Sets with narrower vectors than the widest, of the same bits. */
typedef struct narrower {
    const ndi_gemm_kernels *half, *quarter;
} narrower;

static narrower narrower_than(ndi_isa isa, ndi_gemm_real real)
{
    return isa >= NDI_ISA_AVX512 ? (narrower){half_tiles[real], quarter_tiles[real]}
                                 : (narrower){avx2_tiles[real], narrow_tiles[real]};
}
#endif

const ndi_gemm_kernels *ndi_gemm_kernels_for_rows(ndi_isa isa, ndi_gemm_real real, size_t rows)
{
    const ndi_gemm_kernels *widest = ndi_gemm_kernels_for(isa, real);
#ifdef __x86_64__
    if (isa < NDI_ISA_AVX2 || rows >= widest->lanes)
        return widest;
    const narrower sets = narrower_than(isa, real);
    return rows >= sets.half->lanes ? sets.half : sets.quarter;
#else
    (void)rows;
#endif
    return widest;
}

const ndi_gemm_kernels *ndi_gemm_kernels_of_width(ndi_isa isa, ndi_gemm_real real, size_t reals)
{
#ifdef __x86_64__
    if (isa >= NDI_ISA_AVX2) {
        const narrower sets = narrower_than(isa, real);
        if (reals <= sets.quarter->lanes)
            return sets.quarter;
        if (reals <= sets.half->lanes)
            return sets.half;
    }
#else
    (void)reals;
#endif
    return ndi_gemm_kernels_for(isa, real);
}

const ndi_gemv_kernels *ndi_gemv_kernels_for(ndi_isa isa, ndi_gemm_real real)
{
    return (*OF_ISA(isa, rows))[real];
}

/* Moves between matrices of any strides and the packed panels and tiles of the matrix product. */
#include "linalg/gemm_pack.h"

#include <string.h>

#define SET f32
#define REAL float
#include "linalg/gemm_pack_tmpl.h"

#define SET f64
#define REAL double
#include "linalg/gemm_pack_tmpl.h"

ndi_gemm_moves ndi_gemm_moves_for(size_t real_bytes, bool is_complex)
{
    if (real_bytes == sizeof(double))
        return is_complex ? (ndi_gemm_moves){f64_pack_complex_left, f64_pack_complex_right, f64_unpack_complex}
                          : (ndi_gemm_moves){f64_pack, f64_pack, f64_unpack};
    return is_complex ? (ndi_gemm_moves){f32_pack_complex_left, f32_pack_complex_right, f32_unpack_complex}
                      : (ndi_gemm_moves){f32_pack, f32_pack, f32_unpack};
}

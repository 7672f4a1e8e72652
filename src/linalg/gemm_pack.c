/* Moves between matrices of any strides and the packed panels and tiles of the matrix product. */
#include "linalg/gemm_pack.h"

#include <string.h>

typedef float f32_vector __attribute__((vector_size(16)));
typedef double f64_vector __attribute__((vector_size(16)));

static inline void f32_transpose_square(f32_vector row[4])
{
    f32_vector low01 = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
    f32_vector low23 = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
    f32_vector high01 = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
    f32_vector high23 = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
    row[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
    row[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
    row[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
    row[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
}

static inline void f64_transpose_square(f64_vector row[2])
{
    f64_vector low = __builtin_shufflevector(row[0], row[1], 0, 2);
    row[1] = __builtin_shufflevector(row[0], row[1], 1, 3);
    row[0] = low;
}

#define SET f32
#define REAL float
#include "linalg/gemm_pack_tmpl.h"

#define SET f64
#define REAL double
#include "linalg/gemm_pack_tmpl.h"

ndi_gemm_moves ndi_gemm_moves_for(size_t real_bytes, bool is_complex)
{
    if (real_bytes == sizeof(double))
        return is_complex ? (ndi_gemm_moves){f64_pack_complex_left, f64_pack_complex_right,
                                             f64_unpack_complex}
                          : (ndi_gemm_moves){f64_pack, f64_pack, f64_unpack};
    return is_complex
               ? (ndi_gemm_moves){f32_pack_complex_left, f32_pack_complex_right, f32_unpack_complex}
               : (ndi_gemm_moves){f32_pack, f32_pack, f32_unpack};
}

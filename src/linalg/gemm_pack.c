/* Moves between matrices of any strides and the packed panels and tiles of the matrix product. */
#include "linalg/gemm_pack.h"

#include <stdint.h>
#include <string.h>

#include "kernels/kernel.h"

/* Squares of vectors of 16 bytes, by interleaving halves. */
#define TRANSPOSE_2(row)                                                                           \
    do {                                                                                           \
        const __typeof__(*(row)) low_ = __builtin_shufflevector((row)[0], (row)[1], 0, 2);         \
        (row)[1] = __builtin_shufflevector((row)[0], (row)[1], 1, 3);                              \
        (row)[0] = low_;                                                                           \
    } while (0)
#define LOW_4(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH_4(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define LOW_8(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH_8(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)

/* A perfect shuffle of all rows, as many times as it takes to move row numbers into columns. */
#define SHUFFLE_4(to, from)                                                                        \
    ((to)[0] = LOW_4((from)[0], (from)[2]), (to)[1] = HIGH_4((from)[0], (from)[2]),                \
     (to)[2] = LOW_4((from)[1], (from)[3]), (to)[3] = HIGH_4((from)[1], (from)[3]))
#define SHUFFLE_8(to, from)                                                                        \
    ((to)[0] = LOW_8((from)[0], (from)[4]), (to)[1] = HIGH_8((from)[0], (from)[4]),                \
     (to)[2] = LOW_8((from)[1], (from)[5]), (to)[3] = HIGH_8((from)[1], (from)[5]),                \
     (to)[4] = LOW_8((from)[2], (from)[6]), (to)[5] = HIGH_8((from)[2], (from)[6]),                \
     (to)[6] = LOW_8((from)[3], (from)[7]), (to)[7] = HIGH_8((from)[3], (from)[7]))
#define TRANSPOSE_4(row)                                                                           \
    do {                                                                                           \
        __typeof__(*(row)) once_[4];                                                               \
        SHUFFLE_4(once_, row);                                                                     \
        SHUFFLE_4(row, once_);                                                                     \
    } while (0)
#define TRANSPOSE_8(row)                                                                           \
    do {                                                                                           \
        __typeof__(*(row)) once_[8], twice_[8];                                                    \
        SHUFFLE_8(once_, row);                                                                     \
        SHUFFLE_8(twice_, once_);                                                                  \
        SHUFFLE_8(row, twice_);                                                                    \
    } while (0)

#define SET f32
#define REAL float
#define STORED float
#define JOIN_SUMS(old, sum) ((old) + (sum))
#define TRANSPOSE_SQUARE TRANSPOSE_4
#define TIMES_I(v) __builtin_shufflevector(v, -(v), 5, 0, 7, 2)
#include "linalg/gemm_pack_tmpl.h"

#define SET f64
#define REAL double
#define STORED double
#define JOIN_SUMS(old, sum) ((old) + (sum))
#define TRANSPOSE_SQUARE TRANSPOSE_2
#define TIMES_I(v) __builtin_shufflevector(v, -(v), 3, 0)
#include "linalg/gemm_pack_tmpl.h"

/* Bytes are multiplied in 16 bits: the low halves of the sums are theirs. */
#define SET u8
#define REAL uint16_t
#define STORED uint8_t
#define JOIN_SUMS(old, sum) ((uint8_t)((old) + (sum)))
#define TRANSPOSE_SQUARE TRANSPOSE_8
#include "linalg/gemm_pack_tmpl.h"

/* Truth is any count of pairs that is not 0. */
#define SET truth
#define REAL uint16_t
#define STORED uint8_t
#define JOIN_SUMS(old, sum) ((uint8_t)((old) | ((sum) != 0)))
#define TRANSPOSE_SQUARE TRANSPOSE_8
#include "linalg/gemm_pack_tmpl.h"

#define SET u16
#define REAL uint16_t
#define STORED uint16_t
#define JOIN_SUMS(old, sum) ((uint16_t)((old) + (sum)))
#define TRANSPOSE_SQUARE TRANSPOSE_8
#include "linalg/gemm_pack_tmpl.h"

#define SET u32
#define REAL uint32_t
#define STORED uint32_t
#define JOIN_SUMS(old, sum) ((old) + (sum))
#define TRANSPOSE_SQUARE TRANSPOSE_4
#include "linalg/gemm_pack_tmpl.h"

#define SET u64
#define REAL uint64_t
#define STORED uint64_t
#define JOIN_SUMS(old, sum) ((old) + (sum))
#define TRANSPOSE_SQUARE TRANSPOSE_2
#include "linalg/gemm_pack_tmpl.h"

ndi_gemm_moves ndi_gemm_moves_for(ndi_gemm_type type)
{
    static const ndi_gemm_moves moves[] = {
        [NDI_GEMM_F32] = {f32_pack, f32_pack, f32_unpack},
        [NDI_GEMM_F64] = {f64_pack, f64_pack, f64_unpack},
        [NDI_GEMM_C64] = {f32_pack_complex_left, f32_pack_complex_right, f32_unpack_complex},
        [NDI_GEMM_C128] = {f64_pack_complex_left, f64_pack_complex_right, f64_unpack_complex},
        [NDI_GEMM_BOOL] = {truth_pack, truth_pack, truth_unpack},
        [NDI_GEMM_I8] = {u8_pack, u8_pack, u8_unpack},
        [NDI_GEMM_I16] = {u16_pack, u16_pack, u16_unpack},
        [NDI_GEMM_I32] = {u32_pack, u32_pack, u32_unpack},
        [NDI_GEMM_I64] = {u64_pack, u64_pack, u64_unpack},
    };
    return moves[type];
}

void ndi_gemm_gather(char *to, const char *from, ptrdiff_t stride, size_t element_bytes,
                     size_t count)
{
    const nd_dtype dtype = element_bytes == 1   ? ND_INT8
                           : element_bytes == 2 ? ND_INT16
                           : element_bytes == 4 ? ND_INT32
                           : element_bytes == 8 ? ND_INT64
                                                : ND_COMPLEX128;
    ndi_kernels_in_use()->cast[dtype][dtype](count, (char *[]){to, (char *)from},
                                             (ptrdiff_t[]){(ptrdiff_t)element_bytes, stride});
}

/* Moves between matrices of any strides and the packed panels and tiles of the matrix product.
 *
 * Complex products run on the real kernels ("1m", Van Zee, ACM TOMS 46:3, 2020). A complex column
 * (x + iy) of the left panel is packed as two real columns, (x, y) and (-y, x) to every element; a
 * complex row (u + iv) of the right panel as two real rows, of u and of v. The real product is then
 * xu - yv, yu + xv: complex numbers as they stand in C. */
#ifndef NDSTREAM_LINALG_GEMM_PACK_H
#define NDSTREAM_LINALG_GEMM_PACK_H

#include "linalg/gemm_kernels.h"

/* Packs one panel: `across` elements (rows of a left, columns of a right operand) `across_stride`
 * bytes apart, at each of `depth` steps of `depth_stride` bytes, side by side; reals up to `width`
 * at each step are zero. */
typedef void ndi_gemm_pack_body(void *panel, const char *from, ptrdiff_t across_stride,
                                ptrdiff_t depth_stride, size_t width, size_t across, size_t depth);

/* Stores the first rows and columns of a tile, whose columns are `tile_rows` reals long, in C, or
 * adds or subtracts them. */
typedef void ndi_gemm_unpack_body(const void *tile, size_t tile_rows, size_t rows, size_t columns,
                                  ndi_gemm_store store, char *c, ptrdiff_t row_stride,
                                  ptrdiff_t column_stride);

typedef struct ndi_gemm_moves {
    ndi_gemm_pack_body *pack_left, *pack_right;
    ndi_gemm_unpack_body *unpack;
} ndi_gemm_moves;

ndi_gemm_moves ndi_gemm_moves_for(ndi_gemm_type type);

/* Copies elements that are `stride` bytes apart to one run of memory. */
void ndi_gemm_gather(char *to, const char *from, ptrdiff_t stride, size_t element_bytes,
                     size_t count);

#endif

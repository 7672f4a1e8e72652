/* The inner loops of the matrix product: one set for each instruction set and real type.
 *
 * The rest (cutting into blocks, packing, threads, edges, complex numbers) is the same for all sets and stands in gemm.c
 * and gemv.c. Every function sums in an order that depends on nothing but its count. */
#ifndef NDSTREAM_LINALG_GEMM_KERNELS_H
#define NDSTREAM_LINALG_GEMM_KERNELS_H

#include "base/cpu.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct ndi_gemm_kernels {
    const char *name;

    /* Of a tile of C, which `multiply` holds in registers. Even; rows fill whole 16-byte vectors. */
    size_t tile_rows, tile_columns;
    /* Of the panels that `multiply` is given: fixed for each set, as it decides how sums are rounded. A panel of B
     * then fills half of the level 1 cache or a little more. */
    size_t depth;

    /* tile = A B, or tile += A B with `accumulate` (otherwise what C held is not read). A is `depth` columns of
     * tile_rows elements, B is `depth` rows of tile_columns elements, both aligned to 64 bytes; C holds columns of
     * adjacent elements, `column_stride` elements apart. */
    void (*multiply)(size_t depth, const void *a, const void *b, bool accumulate, void *c, ptrdiff_t column_stride);

    /* sums[r] = the dot product of x and row r of four, each of `count` adjacent elements. */
    void (*dot_rows)(size_t count, const void *const rows[4], const void *x, void *sums);

    /* y[i] += the sum over the four columns q of columns[q][i] x[q], for i < count. */
    void (*add_columns)(size_t count, const void *const columns[4], const void *x, void *y);
} ndi_gemm_kernels;

enum { NDI_GEMM_MAX_TILE_BYTES = 48 * 8 * sizeof(float) }; /* 24 x 8 doubles are as many */

/* The set for float (`real_bytes` 4) or double (8). */
const ndi_gemm_kernels *ndi_gemm_kernels_for(ndi_isa isa, size_t real_bytes);

#endif

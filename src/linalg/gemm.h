/* The matrix product of all types: floats, complex numbers, integers that wrap, and truth. */
#ifndef NDSTREAM_LINALG_GEMM_H
#define NDSTREAM_LINALG_GEMM_H

#include <stdbool.h>
#include <stddef.h>

/* Integers modulo their width, signed or not. Truth, in bytes of 0 and 1, is "or" of "and". */
typedef enum ndi_gemm_type {
    NDI_GEMM_BOOL,
    NDI_GEMM_I8,
    NDI_GEMM_I16,
    NDI_GEMM_I32,
    NDI_GEMM_I64,
    NDI_GEMM_F32,
    NDI_GEMM_F64,
    NDI_GEMM_C64,
    NDI_GEMM_C128,
    NDI_GEMM_TYPES
} ndi_gemm_type;

/* C = A B, where A is m x k, B is k x n and C is m x n; C is zero where k is 0.
 *
 * Strides are in bytes, and all are taken: A and B may be transposed, reversed, broadcast (stride
 * 0), even not aligned to their element, without a copy by the caller. C may have any strides that
 * keep its elements apart from one another; it must not overlap A or B. It runs fastest when one
 * stride of C is that of adjacent elements. Old values of C are read only if it `subtracts`. */
typedef struct ndi_gemm_shape {
    ndi_gemm_type type;
    bool subtracts; /* C -= A B instead; not of truth */
    size_t m, n, k;
    ptrdiff_t a_row_stride, a_column_stride;
    ptrdiff_t b_row_stride, b_column_stride;
    ptrdiff_t c_row_stride, c_column_stride;
} ndi_gemm_shape;

/* The same product transposed, C' = B' A', for which the operands change places. */
static inline ndi_gemm_shape ndi_gemm_transposed(const ndi_gemm_shape *s)
{
    ndi_gemm_shape t = *s;
    t.m = s->n;
    t.n = s->m;
    t.a_row_stride = s->b_column_stride;
    t.a_column_stride = s->b_row_stride;
    t.b_row_stride = s->a_column_stride;
    t.b_column_stride = s->a_row_stride;
    t.c_row_stride = s->c_column_stride;
    t.c_column_stride = s->c_row_stride;
    return t;
}

/* Uses the thread pool, and may be called by many threads at once. The bits of C depend on the
 * values, the shape, the kernels in use (ND_ISA), and, for complex numbers, on which axis of C is
 * contiguous and whether B is A' in the same memory, which makes C symmetric to the last bit; not
 * on the number of threads, nor on the strides of A and B where m and n are more than 24
 * (gemm_plan.h). False with ND_ERROR_MEMORY kept when there is no room for packed blocks (for each
 * thread half of its level 2 cache, and its part of a quarter of the last one or 2 MB). */
bool ndi_gemm(const ndi_gemm_shape *shape, const void *a, const void *b, void *c);

/* Tells where the matrices of product `index` begin, and how many products there are from it on
 * whose matrices follow at those distances (of A, B and C, in bytes). */
typedef size_t ndi_gemm_locate(const void *context, size_t index, const char **a, const char **b,
                               char **c, ptrdiff_t distances[3]);

/* The same for `count` products of one shape: small ones side by side on all threads, large ones in
 * turn. */
bool ndi_gemm_batch(const ndi_gemm_shape *shape, size_t count, ndi_gemm_locate *locate,
                    const void *context);

/* Dot products of `depth` adjacent floats or complex numbers, NDI_GEMM_DOT_REALS reals at most and
 * conjugated in A or not: `count` of one row and one column, as ndi_gemm_batch() has them. */
enum { NDI_GEMM_DOT_REALS = 4096 };
void ndi_gemm_dots(ndi_gemm_type type, bool conjugates, size_t depth, size_t count,
                   ndi_gemm_locate *locate, const void *context);

/* y = A x, where A is `rows` x `depth`; otherwise as ndi_gemm, which calls it for vectors. With one
 * row it is the dot product, and A's complex numbers may be conjugated. It runs at the speed of
 * memory when one stride of A is that of adjacent elements. */
bool ndi_gemv(ndi_gemm_type type, bool conjugates, size_t rows, size_t depth, const void *a,
              ptrdiff_t a_row_stride, ptrdiff_t a_column_stride, const void *x, ptrdiff_t x_stride,
              void *y, ptrdiff_t y_stride);

/* What multiplies, for reports: "ndstream avx512". */
const char *ndi_gemm_name(void);

#endif

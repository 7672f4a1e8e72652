/* Linear algebra: products, decompositions, solutions, norms, and sums over indices (einsum).
 *
 * Names, arguments and results are NumPy's. Matrices are the last two axes; axes before them are a
 * stack, and the function does the same to each matrix of it. Any strides are taken, pending arrays
 * are computed first, no argument is changed, and results are computed at once unless said
 * otherwise; their order in memory is not fixed.
 *
 * Decompositions and what is built on them (from nd_solve() to nd_cond()) are LAPACK's: OpenBLAS,
 * loaded by the first of these calls. They take float32, float64, complex64 and complex128;
 * integers and bools are computed in float64, and half floats are ND_ERROR_DTYPE. A large matrix is
 * done on all threads, a stack of small ones side by side. Last bits may depend on the number of
 * threads. Their errors, beside those that are named: ND_ERROR_LINALG (NumPy's LinAlgError: no
 * matrix, not square where it must be, or what is said of the function, with the index of the
 * matrix in its stack), ND_ERROR_SHAPE (sides that do not fit), ND_ERROR_DTYPE,
 * ND_ERROR_UNSUPPORTED (no OpenBLAS on this machine), ND_ERROR_MEMORY. */
#ifndef NDSTREAM_LINALG_H
#define NDSTREAM_LINALG_H

#include <ndstream/array.h>

ND_BEGIN_C

/* ---- Products -----------------------------------------------------------------------------------
 * Of the promoted dtype, and computed by the library's own kernels: float and complex dtypes at the
 * speed of a BLAS, without copies of transposed and strided operands; integers wrap; float16 and
 * bfloat16 accumulate in float32; bool gives "any of and".
 * Errors: ND_ERROR_SHAPE (lengths that differ, missing axes), ND_ERROR_MEMORY. */

/* Matrix product as NumPy's `@`: the last two axes are multiplied, those before them broadcast; a
 * 1-d argument is a row on the left and a column on the right, and its axis is dropped. */
ND_API nd_array *nd_matmul(const nd_array *a, const nd_array *b);

/* The same into `out`, which must have the product's shape and dtype and not overlap the arguments.
 * Returns `out` (no new reference). */
ND_API nd_array *nd_matmul_into(nd_array *out, const nd_array *a, const nd_array *b);

/* NumPy's `dot`: for 1-d arguments the sum of products, for 2-d nd_matmul, for 0-d the product; for
 * higher ranks the sum over the last axis of `a` and the second-to-last of `b`. */
ND_API nd_array *nd_dot(const nd_array *a, const nd_array *b);

/* Matrices times vectors and vectors times matrices, axes before them broadcast: (..., m, n) and
 * (..., n) give (..., m); (..., m), of which the conjugate is taken, and (..., m, n) give (..., n).
 */
ND_API nd_array *nd_matvec(const nd_array *matrices, const nd_array *vectors);
ND_API nd_array *nd_vecmat(const nd_array *vectors, const nd_array *matrices);

/* The sum over the last axis of conj(a) * b; axes before it broadcast. */
ND_API nd_array *nd_vecdot(const nd_array *a, const nd_array *b);

/* The sum of conj(a) * b over all elements, in C order; sizes must be equal. 0-d. */
ND_API nd_array *nd_vdot(const nd_array *a, const nd_array *b);

/* The sum over the last axes of both, without conjugation: shape a[:-1] + b[:-1]. With a 0-d
 * argument the product. */
ND_API nd_array *nd_inner(const nd_array *a, const nd_array *b);

/* All products of elements of both, in C order: shape (a.size, b.size). May be pending. */
ND_API nd_array *nd_outer(const nd_array *a, const nd_array *b);

/* The Kronecker product; the array of lower rank gets axes of length 1 in front. */
ND_API nd_array *nd_kron(const nd_array *a, const nd_array *b);

/* The sum over pairs of axes, a's and b's in turn; the other axes of `a`, then of `b`, remain.
 * ND_ERROR_AXIS for an axis that is not there, ND_ERROR_REPEATED for one that is named twice,
 * ND_ERROR_ARGUMENT if one names more axes than the other or is ND_ALL. */
ND_API nd_array *nd_tensordot(const nd_array *a, const nd_array *b, nd_axes a_axes, nd_axes b_axes);

/* The cross product of vectors of 3 elements that lie along `axis` of both; other axes broadcast.
 */
ND_API nd_array *nd_cross(const nd_array *a, const nd_array *b, int axis);

/* The product of `count` matrices, 2 or more, in the order that takes the fewest operations; the
 * first and the last may be 1-d, as for nd_matmul(). ND_ERROR_ARGUMENT for fewer. */
ND_API nd_array *nd_multi_dot(int count, const nd_array *const *arrays);

/* `a`, square matrices, multiplied with itself `exponent` times; 0 gives the identity, a negative
 * exponent powers of the inverse (nd_inv()). */
ND_API nd_array *nd_matrix_power(const nd_array *a, int64_t exponent);

/* Einstein's sums: nd_einsum("ij,jk->ik", 2, (const nd_array *[]){a, b}) is the matrix product. A
 * letter names an axis, a comma parts the `count` operands, "..." stands for axes that broadcast. A
 * letter twice in an operand is its diagonal; letters that the output lacks are summed over.
 * Without "->" the output has "..." and the letters that occur once, in alphabetic order. Two
 * operands at a time are contracted by nd_matmul(), first those whose product is the smallest. Of
 * one operand without a sum the result is a view.
 * Errors: ND_ERROR_ARGUMENT, which shows the place in `subscripts`; ND_ERROR_SHAPE. */
ND_API nd_array *nd_einsum(const char *subscripts, int count, const nd_array *const *operands);

/* The sum of the diagonal of the last two axes; `offset` above 0 lies above the main one. Of the
 * dtype that nd_sum() gives. May be pending. ND_ERROR_SHAPE for an array of rank below 2. */
ND_API nd_array *nd_trace(const nd_array *a, int64_t offset);

/* ---- Equations and inverses ------------------------------------------------------------------ */

/* x with a @ x = b, by LU with row exchanges. A 1-d `b` is one vector, any other a stack of
 * matrices whose columns are the right-hand sides; stacks broadcast. ND_ERROR_LINALG if a matrix is
 * singular, that is, an exact 0 occurs as a pivot. */
ND_API nd_array *nd_solve(const nd_array *a, const nd_array *b);

/* The inverse. ND_ERROR_LINALG for a singular matrix. */
ND_API nd_array *nd_inv(const nd_array *a);

/* x with nd_tensordot(a, x, ...) = b over the last axes of `a`, all of x's: nd_solve() of arrays of
 * any rank. `axes` of `a` are moved to its end first; ND_ALL: none. ND_ERROR_SHAPE if the axes of
 * `a` beyond the first nd_rank(b) do not have as many elements as b; ND_ERROR_AXIS; ND_ERROR_LINALG
 * for a singular map. */
ND_API nd_array *nd_tensorsolve(const nd_array *a, const nd_array *b, nd_axes axes);

/* The inverse of `a` as a map from its last axes to its first `axes` ones: of shape
 * a.shape[axes:] + a.shape[:axes]. ND_ERROR_AXIS unless 1 <= axes <= rank; ND_ERROR_SHAPE if both
 * sides do not have as many elements, ND_ERROR_LINALG for a singular map. */
ND_API nd_array *nd_tensorinv(const nd_array *a, int axes);

/* The determinant, in the matrices' dtype; 0 for singular, 1 for empty matrices. */
ND_API nd_array *nd_det(const nd_array *a);

/* A determinant as sign * exp(logdet), which does not overflow; 0 and -inf for a singular matrix.
 */
typedef struct nd_slogdet_result {
    nd_array *sign;   /* of modulus 1, or 0; in the matrices' dtype */
    nd_array *logdet; /* real */
} nd_slogdet_result;

/* Both members are NULL after an error. */
ND_API nd_slogdet_result nd_slogdet(const nd_array *a);

/* Least squares: x that minimises |b - a x| (column by column), and of those the shortest. */
typedef struct nd_lstsq_result {
    nd_array *x;
    nd_array *residuals; /* sums of squares for each column; empty if rank < n or m <= n */
    nd_array *rank;      /* 0-d int64 */
    nd_array *singular;  /* singular values of `a` */
} nd_lstsq_result;

/* `a` is (m, n), `b` is (m) or (m, k). Singular values below `rcond` times the largest count as 0;
 * a negative or NaN `rcond` is the machine's epsilon times max(m, n). All members are NULL after an
 * error: ND_ERROR_LINALG if the singular values do not converge or elements are not finite. */
ND_API nd_lstsq_result nd_lstsq(const nd_array *a, const nd_array *b, double rcond);

/* The pseudo-inverse of Moore and Penrose. Singular values up to `rcond` times the largest count as
 * 0; negative or NaN: NumPy's 1e-15. */
ND_API nd_array *nd_pinv(const nd_array *a, double rcond);

/* ---- Decompositions -------------------------------------------------------------------------- */

/* Which half of a symmetric matrix is read, or which half a factor fills. */
typedef enum nd_triangle { ND_LOWER, ND_UPPER } nd_triangle;

/* The factor L with a = L @ conj(L).T, or, for ND_UPPER, U with a = conj(U).T @ U. Only that half
 * of `a` is read. ND_ERROR_LINALG if a matrix is not positive definite. */
ND_API nd_array *nd_cholesky(const nd_array *a, nd_triangle triangle);

/* What nd_qr() returns for m x n matrices, where k = min(m, n). */
typedef enum nd_qr_mode {
    ND_QR_REDUCED,  /* q: m x k, r: k x n */
    ND_QR_COMPLETE, /* q: m x m, r: m x n */
    ND_QR_R,        /* q: NULL, r: k x n */
    ND_QR_RAW /* q: n x m, LAPACK's reflectors below and R above the diagonal of its transpose;
                 r: k, the factors tau of the reflectors */
} nd_qr_mode;

/* a = q @ r, with orthonormal columns of q and an upper triangle r. */
typedef struct nd_qr_result {
    nd_array *q, *r;
} nd_qr_result;

/* Both members are NULL after an error. */
ND_API nd_qr_result nd_qr(const nd_array *a, nd_qr_mode mode);

/* a = u @ diag(s) @ vh, singular values s from the largest to the smallest. */
typedef struct nd_svd_result {
    nd_array *u, *s, *vh;
} nd_svd_result;

/* Of m x n matrices, with k = min(m, n): u is m x m and vh is n x n if `full_matrices`, else m x k
 * and k x n. All members are NULL after an error: ND_ERROR_LINALG if it does not converge or
 * elements are not finite. */
ND_API nd_svd_result nd_svd(const nd_array *a, bool full_matrices);

/* The singular values alone, from the largest to the smallest: shape (..., k). */
ND_API nd_array *nd_svdvals(const nd_array *a);

/* Eigenvalues, and eigenvectors as the columns of `vectors`. */
typedef struct nd_eig_result {
    nd_array *values, *vectors;
} nd_eig_result;

/* Of any square matrices. Values are in no fixed order, vectors have length 1. Of real matrices
 * both are real if all eigenvalues are, else complex. Members are NULL after an error:
 * ND_ERROR_LINALG if it does not converge or elements are not finite. */
ND_API nd_eig_result nd_eig(const nd_array *a);

/* The eigenvalues alone. */
ND_API nd_array *nd_eigvals(const nd_array *a);

/* Of symmetric, or for complex dtypes Hermitian, matrices, of which only that half is read. Values
 * are real and ascend, vectors are orthonormal. Errors as nd_eig(). */
ND_API nd_eig_result nd_eigh(const nd_array *a, nd_triangle triangle);

/* The eigenvalues alone. */
ND_API nd_array *nd_eigvalsh(const nd_array *a, nd_triangle triangle);

/* ---- Norms and other numbers --------------------------------------------------------------------
 * Norms are real. Those of vectors may be pending. */

/* Which norm: ND_NORM for the 2-norm of vectors and Frobenius' of matrices, ND_ORD(p) for NumPy's
 * ord=p (INFINITY, -INFINITY, 0, 1, 2, ...), ND_FROBENIUS, ND_NUCLEAR. */
typedef struct nd_norm_order {
    enum { ND_ORDER_DEFAULT, ND_ORDER_P, ND_ORDER_FROBENIUS, ND_ORDER_NUCLEAR } kind;
    double p;
} nd_norm_order;

#ifdef __cplusplus
#define ND_ORDER_(kind, p) (nd_norm_order{nd_norm_order::kind, p})
#else
#define ND_ORDER_(kind, p) ((nd_norm_order){kind, p})
#endif
#define ND_NORM ND_ORDER_(ND_ORDER_DEFAULT, 0)
#define ND_ORD(p) ND_ORDER_(ND_ORDER_P, p)
#define ND_FROBENIUS ND_ORDER_(ND_ORDER_FROBENIUS, 0)
#define ND_NUCLEAR ND_ORDER_(ND_ORDER_NUCLEAR, 0)

/* NumPy's `linalg.norm`. One axis: of vectors; two axes: of matrices; ND_ALL: of a 1-d or 2-d
 * array, or with ND_NORM of all elements as one vector. `keepdims`: the axes stay, with length 1.
 * ND_ERROR_VALUE for an order that vectors or matrices do not have, or another number of axes. */
ND_API nd_array *nd_norm(const nd_array *x, nd_norm_order order, nd_axes axes, bool keepdims);

/* The norm of vectors along any number of axes; `p` as in ND_ORD(). */
ND_API nd_array *nd_vector_norm(const nd_array *x, double p, nd_axes axes, bool keepdims);

/* The norm of the matrices of the last two axes. */
ND_API nd_array *nd_matrix_norm(const nd_array *x, nd_norm_order order, bool keepdims);

/* The condition number |a| |inv(a)| in that norm; ND_NORM and ND_ORD(2) are the largest singular
 * value over the smallest. Infinity for singular matrices. ND_ERROR_LINALG for empty ones. */
ND_API nd_array *nd_cond(const nd_array *a, nd_norm_order order);

/* How many singular values exceed `tol`: int64. Negative or NaN: the largest of them times
 * max(m, n) times epsilon. Of arrays of rank below 2: 1 unless all elements are 0. */
ND_API nd_array *nd_matrix_rank(const nd_array *a, double tol);

ND_END_C

#endif

/* Expressions as text: what NumPy computes from the same line of Python, in one fused loop.
 *
 *     nd_array *y = nd_expr("2*x**2 + 3*x + 5", "x", x);
 *     nd_array *z = nd_expr("(x - mean(x, axis=0)) / std(x, axis=0, ddof=1)", "x", x);
 *
 * Operators, with Python's precedence: comparisons (a < b < c is (a < b) & (b < c)), | ^ &, shifts,
 * + -, * @ / // %, signs and ~, **. No and, or, not: & | ~ are element by element. Numbers as
 * Python writes them; those among themselves are computed as in Python, but integers have 64 bits.
 * Beside arrays they are weak, as C scalars are (operand.h). Lists are arrays; pi, e, inf and nan
 * are there.
 *
 * Functions, with or without np. or nd. before: every operation of the table (ops.h) by name and by
 * NumPy's other names; reductions with axis, dtype, keepdims, initial, where and ddof; arange,
 * linspace, zeros, ones, full, zeros_like, ones_like, full_like, eye, identity, array, asarray;
 * reshape, transpose, permute_dims, swapaxes, moveaxis, expand_dims, squeeze, flip, ravel, flatten,
 * broadcast_to, diagonal, sliding_window_view; real, imag, copy, ascontiguousarray, asfortranarray,
 * astype, float32(x) and the like, clip. Selection and arrangement (index.h, join.h, arrange.h):
 * take, take_along_axis, compress, extract, choose, select, nonzero, where with one argument,
 * argwhere, flatnonzero, unravel_index, ravel_multi_index, indices, ix_; concatenate, concat,
 * stack, hstack, vstack, dstack, column_stack, append, insert, delete, split, array_split, hsplit,
 * vsplit, dsplit; tile, repeat, resize, pad; roll, rot90, fliplr, flipud, atleast_1d to atleast_3d,
 * tri, tril, triu, tril_indices, triu_indices, diag, diagflat, meshgrid, trim_zeros.
 * What numeric.h has: round, isclose, allclose, array_equal,
 * array_equiv, nan_to_num, real_if_close, angle, ptp, average, diff, ediff1d, cumulative_sum,
 * cumulative_prod, trapezoid, gradient,
 * convolve, correlate, packbits, unpackbits, cov, corrcoef, interp, polyval, polyfit, vander;
 * divmod, frexp, modf; and nansum, nanmean and the like. Linear algebra (linalg.h): matmul, dot,
 * inner, outer, kron, vdot, vecdot, matvec, vecmat, cross, tensordot, einsum, trace; and with or
 * without linalg. before: solve, tensorsolve, tensorinv, inv, det, slogdet, lstsq, pinv, cholesky,
 * qr, svd, svdvals, eig, eigvals, eigh, eigvalsh, norm, vector_norm, matrix_norm, cond,
 * matrix_rank, matrix_power, multi_dot. Sorting (sort.h): sort, argsort, partition, argpartition,
 * lexsort, median, quantile, percentile and these three with nan before, searchsorted, digitize,
 * bincount, histogram, histogram_bin_edges, histogram2d, histogramdd, unique, unique_all,
 * unique_counts, unique_inverse, unique_values, isin, union1d, intersect1d, setdiff1d, setxor1d. Of
 * several results one is taken by its index, svd(a)[1]. Arrays have the methods of NumPy's, and .T
 * .mT .real .imag .shape .size .ndim .dtype. Indexing is NumPy's (index.h): x[1:-1, None, 3] is a
 * view, x[x > 3] and x[[0, 2]] are copies. Operations of two arguments have the methods reduce,
 * accumulate, outer and reduceat: hypot.reduce(x, axis=1).
 *
 * Not there is what changes arrays (put, putmask, put_along_axis, place, copyto, fill_diagonal,
 * add.at): an expression is a value. For the same reason random numbers are not, nor is empty. Nor
 * is what takes functions (apply_along_axis), as those are no values here; nor block, which is
 * vstack of hstacks. Errors say so where such a name is called.
 *
 * A name is what it is called with, else a constant or a dtype; what is called is always a
 * function. Line ends are white space, # begins a comment. */
#ifndef NDSTREAM_LANG_H
#define NDSTREAM_LANG_H

#include <ndstream/array.h>

ND_BEGIN_C

/* The value of an expression over named arrays, as the same calls in C would return it: pending
 * where those are. A scalar gives an array without axes, a name alone that array itself (one more
 * reference), indexing a view. Temporaries are released as they are used.
 * Errors, with the line and a caret under the place: ND_ERROR_SYNTAX; ND_ERROR_ARGUMENT (unknown
 * name, wrong arguments), ND_ERROR_VALUE (division of scalars by zero, an integer beyond 64 bits),
 * ND_ERROR_UNSUPPORTED (slices of tuples); those of the operations; ND_ERROR_MEMORY.
 * Ownership: the caller's, or the open scope's. Thread-safe for arrays that nobody writes. */
ND_API nd_array *nd_expr_with(const char *text, int count, const char *const *names,
                              nd_array *const *arrays);

/* The same with names and arrays in turn: nd_expr("x + y", "x", x, "y", y). At most 256 of them.
 * The macro ends the list; the function behind it, for other languages, takes a NULL at the end. */
ND_API nd_array *nd_expr(const char *text, ...)
#if defined(__GNUC__)
    __attribute__((sentinel))
#endif
    ;
#define nd_expr(...) (nd_expr)(__VA_ARGS__, (const char *)0)

ND_END_C

#endif

/* Functions made of the operations: rounding to decimals, comparison within a tolerance,
 * differences, integrals, convolution, statistics of two variables, interpolation.
 *
 * Names, arguments and results are NumPy's. Arrays may be pending; results are pending where all of
 * a function is elementwise or a reduction, and computed at once where said. Results belong to the
 * open ND_SCOPE, else to the caller. NULL arguments give NULL. Errors, beside those that are named:
 * ND_ERROR_AXIS, ND_ERROR_REPEATED, ND_ERROR_DTYPE (what the operation underneath does not take),
 * ND_ERROR_SHAPE, ND_ERROR_MEMORY. The functions may be called from any thread. */
#ifndef NDSTREAM_NUMERIC_H
#define NDSTREAM_NUMERIC_H

#include <ndstream/operand.h>

ND_BEGIN_C

/* ---- Element by element ---------------------------------------------------------------------- */

/* Rounded to `decimals` places after the point (before it, for negative ones), halves to even: x *
 * 10**decimals, rounded, divided again. Same dtype, but float16 for bool without decimals. */
ND_API nd_array *nd_round(const nd_array *x, int decimals);

/* What numpy.isclose and allclose take as tolerances if not said otherwise. */
#define ND_RTOL 1e-5
#define ND_ATOL 1e-8

/* bool: |a - b| <= atol + rtol * |b|, or a == b; with `equal_nan` also where both are NaN. */
ND_API nd_array *nd_isclose(nd_operand a, nd_operand b, double rtol, double atol, bool equal_nan);
#ifndef __cplusplus
#define nd_isclose(a, b, rtol, atol, equal_nan)                                                    \
    (nd_isclose)(ND_OPERAND(a), ND_OPERAND(b), rtol, atol, equal_nan)
#endif

/* True if that holds for all elements. Computed at once; false, with the error kept, on failure. */
ND_API bool nd_allclose(nd_operand a, nd_operand b, double rtol, double atol, bool equal_nan);
#ifndef __cplusplus
#define nd_allclose(a, b, rtol, atol, equal_nan)                                                   \
    (nd_allclose)(ND_OPERAND(a), ND_OPERAND(b), rtol, atol, equal_nan)
#endif

/* True if the arrays are equal once broadcast against each other; false if they do not broadcast.
 * Computed at once; false, with the error kept, on failure. */
ND_API bool nd_array_equiv(const nd_array *a, const nd_array *b);

/* What nd_nan_to_num() puts in. Zero-initialised: 0 for NaN, the largest and the lowest finite
 * number of the dtype for the infinities. */
typedef struct nd_replacements {
    double nan;
    bool has_posinf, has_neginf;
    double posinf, neginf;
} nd_replacements;

/* A copy without NaN and infinities; of complex elements both parts are replaced. */
ND_API nd_array *nd_nan_to_num(const nd_array *x, nd_replacements replacements);

/* The real part (a view) if every imaginary part is smaller than `tolerance`, counted in epsilons
 * of the dtype if it is above 1; else the array itself. Computed at once. */
ND_API nd_array *nd_real_if_close(const nd_array *x, double tolerance);

/* The angle of complex numbers in [-pi, pi]; 0 or pi for real ones. In degrees if so wanted. */
ND_API nd_array *nd_angle(const nd_array *z, bool degrees);

/* ---- Bits ------------------------------------------------------------------------------------ */

/* Elements along `axis`, of integers or bools, as bits of bytes (uint8): eight a byte, 1 for what
 * is not 0, the first in the high bit (the low bit if `little`), missing ones 0. Computed at once.
 * ND_ERROR_DTYPE for other dtypes. */
ND_API nd_array *nd_packbits(const nd_array *array, int axis, bool little);

/* The bits of bytes (uint8) along `axis` as 0 and 1, uint8: `count` of them, zeros after the last;
 * all but -count if it is negative, all for ND_OPEN. Computed at once. ND_ERROR_DTYPE,
 * ND_ERROR_VALUE (count below minus all). */
ND_API nd_array *nd_unpackbits(const nd_array *array, int axis, int64_t count, bool little);

/* ---- Reductions ------------------------------------------------------------------------------ */

/* Largest minus smallest element over the axes. */
ND_API nd_array *nd_ptp(const nd_array *array, nd_axes axes, bool keepdims);

/* sum(weights * array) / sum(weights) over the axes. `weights` has the array's shape, or one axis
 * of the length of the only axis named; NULL: the mean. ND_ERROR_VALUE if weights sum to 0 (which
 * is why they are computed at once). */
ND_API nd_array *nd_average(const nd_array *array, nd_axes axes, const nd_array *weights);

/* ---- Differences, sums and integrals along an axis ------------------------------------------- */

/* The `times`-th difference: each is x[i + 1] - x[i], not_equal for bool. ND_ERROR_VALUE for a
 * negative number of times. */
ND_API nd_array *nd_diff(const nd_array *x, int times, int axis);

/* Differences of the elements in C order. */
ND_API nd_array *nd_ediff1d(const nd_array *x);

/* nd_cumsum() and nd_cumprod() as the array API standard has them: of `dtype` (ND_DTYPE_NONE:
 * theirs), and with `initial` the sum of no element, 0, or the product, 1, in front, so that the
 * axis is one longer. */
ND_API nd_array *nd_cumulative_sum(const nd_array *x, int axis, nd_dtype dtype, bool initial);
ND_API nd_array *nd_cumulative_prod(const nd_array *x, int axis, nd_dtype dtype, bool initial);

/* The integral by trapezoids over samples `y` at distances `dx`, or at places `x` unless that is
 * NULL: one axis of the length of y's, or y's shape. */
ND_API nd_array *nd_trapezoid(const nd_array *y, const nd_array *x, double dx, int axis);

/* The derivative along an axis of samples at equal distance: central differences inside, one-sided
 * ones of order `edge_order` (1 or 2) at the ends. Float dtypes stay, others give float64.
 * ND_ERROR_SHAPE for fewer than edge_order + 1 samples. */
ND_API nd_array *nd_gradient(const nd_array *f, double distance, int axis, int edge_order);

/* The same for samples at places `x`, one axis of the length of f's. */
ND_API nd_array *nd_gradient_at(const nd_array *f, const nd_array *x, int axis, int edge_order);

/* ---- Convolution ----------------------------------------------------------------------------- */

/* Which of the sums of a convolution are wanted, for arrays of n and m elements. */
typedef enum nd_convolve_mode {
    ND_CONVOLVE_FULL,  /* n + m - 1 sums: wherever they overlap */
    ND_CONVOLVE_SAME,  /* max(n, m), centred */
    ND_CONVOLVE_VALID, /* max(n, m) - min(n, m) + 1: where they overlap completely */
} nd_convolve_mode;

/* Sums of a[k] * v[n - k] of two 1-d arrays, by products and sums in the promoted dtype (float16
 * and bfloat16 in float32). ND_ERROR_VALUE if one is empty. Computed at once, on all threads. */
ND_API nd_array *nd_convolve(const nd_array *a, const nd_array *v, nd_convolve_mode mode);

/* Sums of a[n + k] * conj(v[k]). numpy.correlate's default is ND_CONVOLVE_VALID. */
ND_API nd_array *nd_correlate(const nd_array *a, const nd_array *v, nd_convolve_mode mode);

/* ---- Several variables ----------------------------------------------------------------------- */

/* The covariance matrix: variables are rows of `m` (columns unless `rows`), with divisor n - ddof
 * (numpy.cov's default is 1). At least float64. */
ND_API nd_array *nd_cov(const nd_array *m, bool rows, double ddof);

/* Pearson's correlations: the covariances divided by both deviations, limited to [-1, 1]. */
ND_API nd_array *nd_corrcoef(const nd_array *m, bool rows);

/* ---- Interpolation and polynomials ----------------------------------------------------------- */

/* The line through the points (xp, fp), at x; fp's ends beyond them. xp must increase (unchecked).
 * float64, of the shape of x. ND_ERROR_VALUE without points, ND_ERROR_SHAPE if xp and fp are not
 * 1-d of one length. Computed at once, on all threads. */
ND_API nd_array *nd_interp(const nd_array *x, const nd_array *xp, const nd_array *fp);

/* The polynomial with coefficients p, the highest power first, at x: Horner's rule. */
ND_API nd_array *nd_polyval(const nd_array *p, const nd_array *x);

/* Columns x**(columns - 1) ... x**0 of a 1-d array; the other way round if `increasing`. */
ND_API nd_array *nd_vander(const nd_array *x, int64_t columns, bool increasing);

/* Coefficients, the highest power first, of the polynomial of that degree that has the least
 * squared distance from the points (x, y); y may have several columns. Computed at once. */
ND_API nd_array *nd_polyfit(const nd_array *x, const nd_array *y, int degree);

ND_END_C

#endif

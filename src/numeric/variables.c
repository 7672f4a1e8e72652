/* Covariances, correlations, polynomials and their fit: functions of two variables by products of
 * matrices. */
#include <ndstream/linalg.h>

#include "engine/copy.h"
#include "numeric/numeric.h"

/* ---- Covariance and correlation -------------------------------------------------------------- */

static nd_array *covariance(const nd_array *m, bool rows, double ddof)
{
    if (nd_rank(m) > 2)
        return ndi_fail(ND_ERROR_SHAPE, "cov: an array of %d axes has no rows of variables",
                        nd_rank(m));
    const nd_dtype dtype = nd_promote(nd_dtype_of(m), ND_FLOAT64);
    nd_array *x = nd_cast(m, dtype);
    while (x && nd_rank(x) < 2)
        x = nd_expand_dims(x, 0);
    if (x && !rows && nd_rank(m) == 2)
        x = nd_transpose(x);
    if (!x)
        return NULL;
    nd_array *d =
        nd_subtract(x, nd_mean_with(x, ND_AXIS(1), (nd_reduce_options){.keepdims = true}));
    const double n = (double)nd_length(x, 1);
    nd_array *other = nd_transpose(d);
    nd_array *products = nd_matmul(d, ndi_is_complex(m) ? nd_conjugate(other) : other);
    return nd_divide(products, n > ddof ? n - ddof : 0.0);
}

nd_array *nd_cov(const nd_array *m, bool rows, double ddof)
{
    return m ? SCOPED(nd_squeeze(covariance(m, rows, ddof), ND_ALL)) : NULL;
}

static nd_array *correlations(const nd_array *m, bool rows)
{
    nd_array *c = covariance(m, rows, 1);
    if (!c)
        return NULL;
    nd_array *deviation = nd_sqrt(nd_real(nd_diagonal(c, 0)));
    c = nd_divide(nd_divide(c, nd_expand_dims(deviation, 1)), nd_expand_dims(deviation, 0));
    if (c && !ndi_is_complex(c))
        c = nd_clip(c, -1.0, 1.0);
    return nd_squeeze(c, ND_ALL);
}

nd_array *nd_corrcoef(const nd_array *m, bool rows)
{
    return m ? SCOPED(correlations(m, rows)) : NULL;
}

/* ---- Polynomials ----------------------------------------------------------------------------- */

static nd_array *horner(const nd_array *p, const nd_array *x)
{
    const nd_dtype dtype = nd_promote(nd_dtype_of(p), nd_dtype_of(x));
    nd_array *y = nd_zeros_like(x);
    y = y && nd_dtype_of(y) != dtype ? nd_cast(y, dtype) : y;
    for (int64_t i = 0; i < nd_size(p) && y; i++)
        y = nd_add(nd_multiply(y, x), nd_slice(p, ND_INDEX(i)));
    return y;
}

nd_array *nd_polyval(const nd_array *p, const nd_array *x)
{
    if (!p || !x)
        return NULL;
    if (nd_rank(p) != 1)
        return ndi_fail(ND_ERROR_SHAPE, "polyval: coefficients are 1-d, not of %d axes",
                        nd_rank(p));
    return SCOPED(horner(p, x));
}

static nd_array *powers(const nd_array *x, int64_t columns, bool increasing)
{
    const int64_t n = nd_size(x);
    const nd_dtype dtype = nd_promote(nd_dtype_of(x), ND_INT64);
    nd_array *v = nd_empty(dtype, ND_SHAPE(n, columns));
    nd_array *power = v ? nd_ones(dtype, ND_SHAPE(n)) : NULL;
    for (int64_t i = 0; i < columns && power; i++) {
        const int64_t column = increasing ? i : columns - 1 - i;
        if (i > 0)
            power = nd_multiply(power, x);
        if (!power || ndi_assign(nd_slice(v, ND_EVERY, ND_INDEX(column)), power) != ND_OK)
            return NULL;
    }
    return power || columns == 0 ? v : NULL;
}

nd_array *nd_vander(const nd_array *x, int64_t columns, bool increasing)
{
    if (!x)
        return NULL;
    if (nd_rank(x) != 1)
        return ndi_fail(ND_ERROR_SHAPE, "vander: takes 1-d arrays, not %d axes", nd_rank(x));
    return SCOPED(powers(x, columns, increasing));
}

/* Columns of powers scaled to length 1: what is solved is as well conditioned as can be. */
static nd_array *fitted(const nd_array *x, const nd_array *y, int degree)
{
    nd_array *v = powers(ndi_inexact(x), degree + 1, false);
    nd_array *scale = nd_sqrt(nd_sum(nd_multiply(v, v), ND_AXIS(0)));
    const double rcond = (double)nd_size(x) * 0x1p-52;
    const nd_lstsq_result solved = nd_lstsq(nd_divide(v, scale), ndi_inexact(y), rcond);
    return nd_rank(y) == 2 ? nd_divide(solved.x, nd_expand_dims(scale, 1))
                           : nd_divide(solved.x, scale);
}

nd_array *nd_polyfit(const nd_array *x, const nd_array *y, int degree)
{
    if (!x || !y)
        return NULL;
    if (degree < 0)
        return ndi_fail(ND_ERROR_VALUE, "polyfit: no polynomial has degree %d", degree);
    if (nd_rank(x) != 1 || nd_size(x) == 0 || nd_rank(y) < 1 || nd_rank(y) > 2 ||
        nd_length(y, 0) != nd_size(x))
        return ndi_fail(ND_ERROR_SHAPE, "polyfit: needs places, 1-d, and as many values");
    return SCOPED(fitted(x, y, degree));
}

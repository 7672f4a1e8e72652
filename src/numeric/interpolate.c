/* Linear interpolation between points. */
#include <math.h>
#include <ndstream/sort.h>

#include "base/pool.h"
#include "numeric/numeric.h"

typedef struct interpolation {
    const double *x, *xp, *fp;
    const int64_t *not_above; /* how many points are at most x */
    double *out;
    int64_t points;
} interpolation;

/* From the left point; where that is no number (an infinite slope), from the right one: as NumPy.
 */
static double between(const interpolation *of, int64_t i, double x)
{
    const double slope = (of->fp[i + 1] - of->fp[i]) / (of->xp[i + 1] - of->xp[i]);
    double value = slope * (x - of->xp[i]) + of->fp[i];
    if (isnan(value))
        value = slope * (x - of->xp[i + 1]) + of->fp[i + 1];
    return isnan(value) && of->fp[i] == of->fp[i + 1] ? of->fp[i] : value;
}

static void run_range(void *context, size_t begin, size_t end)
{
    const interpolation *of = context;
    const int64_t last = of->points - 1;
    for (size_t j = begin; j < end; j++) {
        const double x = of->x[j];
        int64_t i = of->not_above[j] - 1; /* anything, if the points are not in order */
        i = i < 0 ? 0 : i < last ? i : last - 1;
        if (last == 0) /* of NaN too, as NumPy has it */
            of->out[j] = of->fp[0];
        else if (isnan(x))
            of->out[j] = x;
        else if (x >= of->xp[last])
            of->out[j] = of->fp[last];
        else if (x < of->xp[0])
            of->out[j] = of->fp[0];
        else
            of->out[j] = x == of->xp[i] ? of->fp[i] : between(of, i, x);
    }
}

static nd_array *interpolated(const nd_array *x, const nd_array *xp, const nd_array *fp)
{
    x = nd_ascontiguous(nd_cast(x, ND_FLOAT64));
    xp = nd_ascontiguous(nd_cast(xp, ND_FLOAT64));
    fp = nd_ascontiguous(nd_cast(fp, ND_FLOAT64));
    const nd_array *places = nd_searchsorted(xp, x, (nd_searchsorted_options){.right = true});
    nd_array *out = places && fp ? nd_empty(ND_FLOAT64, nd_shape_like(x)) : NULL;
    if (!out)
        return NULL;
    interpolation of = {
        nd_data(x), nd_data(xp), nd_data(fp), nd_data(places), nd_data_writeable(out), nd_size(xp)};
    if (!of.x || !of.xp || !of.fp || !of.not_above || !of.out)
        return NULL;
    ndi_parallel_for((size_t)nd_size(x), 4096, run_range, &of);
    nd_data_done(out);
    return out;
}

nd_array *nd_interp(const nd_array *x, const nd_array *xp, const nd_array *fp)
{
    if (!x || !xp || !fp)
        return NULL;
    if (nd_rank(xp) != 1 || nd_rank(fp) != 1 || nd_size(xp) != nd_size(fp))
        return ndi_fail(ND_ERROR_SHAPE, "interp: the points are two 1-d arrays of one length");
    if (nd_size(xp) == 0)
        return ndi_fail(ND_ERROR_VALUE, "interp: no points");
    if (ndi_is_complex(x) || ndi_is_complex(xp) || ndi_is_complex(fp))
        return ndi_fail(ND_ERROR_DTYPE, "interp: does not take complex numbers");
    return SCOPED(interpolated(x, xp, fp));
}

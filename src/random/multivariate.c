/* Distributions over vectors: multinomial, Dirichlet, normal. */
#include <ndstream/linalg.h>
#include <ndstream/ops.h>
#include <ndstream/random.h>

#include <string.h>

#include "array/array.h"
#include "random/samplers.h"

/* `shape` with one more axis. False with ND_ERROR_SHAPE. */
static bool with_axis(const char *operation, const nd_shape *shape, int64_t length, nd_shape *out)
{
    *out = *shape;
    if (shape->rank == ND_MAX_RANK) {
        ndi_fail(ND_ERROR_SHAPE, "%s: the result would have more than %d axes", operation,
                 ND_MAX_RANK);
        return false;
    }
    out->length[out->rank++] = length;
    return true;
}

/* ---- Multinomial ----------------------------------------------------------------------------- */

static bool are_probabilities(const nd_array *p, int64_t outcomes)
{
    const double *value = (const double *)p->data;
    for (int64_t i = 0; i < p->size; i++)
        if (!(value[i] >= 0 && value[i] <= 1)) {
            ndi_fail(ND_ERROR_VALUE, "random_multinomial: pvals has elements that are no "
                                     "probabilities");
            return false;
        }
    for (int64_t i = 0; i < p->size; i += outcomes)
        if (ndi_kahan_sum(value + i, outcomes - 1) > 1.0 + 1e-12) {
            ndi_fail(ND_ERROR_VALUE, "random_multinomial: pvals sums to more than 1 without its "
                                     "last element");
            return false;
        }
    return true;
}

/* One binomial for each outcome, of what is left. */
static void multinomial(nd_random *random, int64_t n, const double *p, int64_t outcomes,
                        int64_t *counts)
{
    const ndi_single *single = ndi_single_of(random);
    double rest = 1;
    memset(counts, 0, (size_t)outcomes * sizeof *counts);
    for (int64_t i = 0; i < outcomes - 1 && n > 0; i++) {
        ndi_binomial ready;
        ndi_binomial_prepare(&ready, n, p[i] / rest);
        counts[i] = single->binomial(ndi_generator_of(random), &ready);
        n -= counts[i];
        rest -= p[i];
    }
    if (n > 0)
        counts[outcomes - 1] = n;
}

nd_array *nd_random_multinomial(nd_random *random, nd_operand n, const nd_array *pvals,
                                const nd_shape *shape)
{
    nd_array *result = NULL;
    if (!random || !pvals || (n.kind == ND_OPERAND_ARRAY && !n.array))
        return NULL;
    if (nd_rank(pvals) == 0 || nd_length(pvals, -1) == 0)
        return ndi_fail(ND_ERROR_SHAPE, "random_multinomial: pvals has no outcomes");
    if (n.kind == ND_OPERAND_COMPLEX || n.kind == ND_OPERAND_UINT ||
        (n.kind == ND_OPERAND_ARRAY && nd_dtype_kind(nd_dtype_of(n.array)) > ND_KIND_UNSIGNED))
        return ndi_fail(ND_ERROR_DTYPE, "random_multinomial: n must be whole numbers");
    ND_SCOPE {
        const int64_t outcomes = nd_length(pvals, -1);
        const int64_t number =
            n.kind == ND_OPERAND_REAL ? (int64_t)n.value.real[0] : n.value.integer;
        nd_array *p = nd_ascontiguous(nd_cast(pvals, ND_FLOAT64));
        nd_array *trials = n.kind == ND_OPERAND_ARRAY
                               ? nd_cast(n.array, ND_INT64)
                               : nd_from_data(ND_INT64, ND_SCALAR_SHAPE, &number);
        /* n and the numbers of the rows of p, broadcast together. */
        nd_shape stack = p ? nd_shape_like(p) : (nd_shape){.rank = 1};
        stack.rank--;
        nd_array *rows = p ? nd_reshape(nd_arange(p->size / outcomes), stack) : NULL;
        nd_shape all = {.rank = 0}, full;
        bool good = ndi_force(p) && are_probabilities(p, outcomes) && trials && rows;
        if (good && shape)
            all = *shape;
        else if (good) {
            nd_array *both = nd_add(nd_multiply(trials, 0), rows);
            good = both != NULL;
            all = good ? nd_shape_like(both) : all;
        }
        trials = good ? nd_ascontiguous(nd_broadcast_to(trials, all)) : NULL;
        rows = good ? nd_ascontiguous(nd_broadcast_to(rows, all)) : NULL;
        good = ndi_force(trials) && ndi_force(rows) &&
               with_axis("random_multinomial", &all, outcomes, &full);
        for (int64_t i = 0; good && i < trials->size; i++)
            if (((const int64_t *)trials->data)[i] < 0) {
                ndi_fail(ND_ERROR_VALUE, "random_multinomial: n is negative");
                good = false;
            }
        nd_array *counts = good ? nd_empty(ND_INT64, full) : NULL;
        if (counts) {
            ndi_samplers_prepare();
            for (int64_t i = 0; i < trials->size; i++)
                multinomial(random, ((const int64_t *)trials->data)[i],
                            (const double *)p->data + ((const int64_t *)rows->data)[i] * outcomes,
                            outcomes, (int64_t *)counts->data + i * outcomes);
            result = nd_keep(counts);
        }
    }
    return result ? ndi_register(result) : NULL;
}

/* ---- Dirichlet ------------------------------------------------------------------------------- */

/* Pieces broken off a stick: of small alphas gammas would all be 0. `tails` are the sums of alpha
 * from each element on. */
static void break_stick(nd_random *random, const double *alpha, const double *tails, int64_t count,
                        double *shares)
{
    const ndi_single *single = ndi_single_of(random);
    double stick = 1;
    memset(shares, 0, (size_t)count * sizeof *shares);
    for (int64_t i = 0; i < count - 1; i++) {
        const double part = single->beta(ndi_generator_of(random), alpha[i], tails[i + 1]);
        shares[i] = stick * part;
        stick *= 1.0 - part;
        if (tails[i + 1] == 0)
            break;
    }
    shares[count - 1] = stick;
}

static void divide_gammas(nd_random *random, const double *alpha, int64_t count, double *shares)
{
    const ndi_single *single = ndi_single_of(random);
    double sum = 0;
    for (int64_t i = 0; i < count; i++) {
        shares[i] = single->gamma(ndi_generator_of(random), alpha[i]);
        sum += shares[i];
    }
    const double inverse = 1.0 / sum;
    for (int64_t i = 0; i < count; i++)
        shares[i] *= inverse;
}

nd_array *nd_random_dirichlet(nd_random *random, const nd_array *alpha, nd_shape shape)
{
    nd_array *result = NULL;
    const double small = 0.1;
    if (!random || !alpha)
        return NULL;
    if (nd_rank(alpha) != 1)
        return ndi_fail(ND_ERROR_SHAPE, "random_dirichlet: alpha has %d axes, not one",
                        nd_rank(alpha));
    ND_SCOPE {
        nd_shape full;
        nd_array *values = nd_ascontiguous(nd_cast(alpha, ND_FLOAT64));
        nd_array *tails = nd_empty(ND_FLOAT64, ND_SHAPE(nd_length(alpha, 0)));
        bool good = ndi_force(values) && tails &&
                    with_axis("random_dirichlet", &shape, values->size, &full);
        double largest = 0, sum = 0;
        for (int64_t i = good ? values->size - 1 : -1; good && i >= 0; i--) {
            const double a = ((const double *)values->data)[i];
            largest = a > largest || a != a ? a : largest;
            ((double *)tails->data)[i] = sum += a;
            if (a < 0 || (random->is_legacy && a == 0)) {
                ndi_fail(ND_ERROR_VALUE, "random_dirichlet: alpha[%lld] is %s", (long long)i,
                         a < 0 ? "negative" : "0");
                good = false;
            }
        }
        nd_array *shares = good ? nd_zeros(ND_FLOAT64, full) : NULL;
        if (shares) {
            const bool breaks = !random->is_legacy && largest < small;
            double *to = (double *)shares->data, *end = to + shares->size;
            ndi_samplers_prepare();
            for (; to < end && !(breaks && sum == 0); to += values->size)
                if (breaks)
                    break_stick(random, (double *)values->data, (double *)tails->data, values->size,
                                to);
                else
                    divide_gammas(random, (double *)values->data, values->size, to);
            result = nd_keep(shares);
        }
    }
    return result ? ndi_register(result) : NULL;
}

/* ---- Normal ---------------------------------------------------------------------------------- */

/* A matrix whose product with its transpose is the covariance. */
static nd_array *factor_of(const nd_array *covariance, nd_factorization factorization,
                           bool is_legacy)
{
    if (factorization == ND_BY_CHOLESKY)
        return nd_cholesky(covariance, ND_LOWER);
    if (factorization == ND_BY_EIGH) {
        const nd_eig_result e = nd_eigh(covariance, ND_LOWER);
        return nd_multiply(e.vectors, nd_sqrt(nd_absolute(e.values)));
    }
    const nd_svd_result s = nd_svd(covariance, true);
    /* NumPy takes u here, v in RandomState. They differ where the matrix is no covariance, and
     * change places as nd_svd() factors the transpose. */
    return nd_multiply(is_legacy ? s.u : nd_transpose(s.vh), nd_sqrt(s.s));
}

nd_array *nd_random_multivariate_normal(nd_random *random, const nd_array *mean,
                                        const nd_array *covariance, nd_factorization factorization,
                                        nd_shape shape)
{
    nd_array *result = NULL;
    nd_shape full;
    if (!random || !mean || !covariance)
        return NULL;
    if (nd_rank(mean) != 1 || nd_rank(covariance) != 2 ||
        nd_length(covariance, 0) != nd_length(covariance, 1) ||
        nd_length(covariance, 0) != nd_length(mean, 0))
        return ndi_fail(ND_ERROR_SHAPE, "random_multivariate_normal: mean and covariance are not "
                                        "(n) and (n, n)");
    if (nd_dtype_kind(nd_dtype_of(mean)) == ND_KIND_COMPLEX ||
        nd_dtype_kind(nd_dtype_of(covariance)) == ND_KIND_COMPLEX)
        return ndi_fail(ND_ERROR_DTYPE, "random_multivariate_normal: mean and covariance must be "
                                        "real");
    const int64_t n = nd_length(mean, 0);
    if (!with_axis("random_multivariate_normal", &shape, n, &full))
        return NULL;
    ND_SCOPE {
        nd_array *factor =
            factor_of(nd_cast(covariance, ND_FLOAT64), factorization, random->is_legacy);
        if (ndi_force(factor)) {
            nd_array *normals = nd_random_normal(random, ND_FLOAT64, full);
            nd_array *rows = nd_reshape(normals, ND_SHAPE(n ? nd_size(normals) / n : 0, n));
            nd_array *values = nd_add(nd_matmul(rows, nd_transpose(factor)), mean);
            values = nd_reshape(values, full);
            result = ndi_force(values) ? nd_keep(values) : NULL;
        }
    }
    return result ? ndi_register(result) : NULL;
}

/* Equations, inverses and determinants: what LU with row exchanges gives.
 *
 * Matrices are copied in C order, which to LAPACK are their transposes: the inverse of a transpose
 * is the inverse transposed, its determinant is the same, and a solution asks for the transpose of
 * what was factorised. So matrices in C order, the usual ones, are never transposed but for many
 * right-hand sides, which outweigh that. */
#include <ndstream/linalg.h>

#include "base/complex.h"
#include <math.h>

#include "linalg/lu.h"
#include "linalg/shapes.h"
#include "linalg/stack.h"

static const char singular[] = "is singular";

/* Matrices whose triangles are solved for one right-hand side after the other: up to so many rows
 * if there are few sides, or few rows. */
enum { MOST_UNBLOCKED = 64, FEW_SIDES = 4, FEW_ROWS = 8 };
/* Rows from which on inverses, and solutions for more sides, are made of our own products. */
enum { LEAST_BLOCKED = 24 };

typedef struct factors {
    const ndi_stack *stack;
    nd_array *lu;     /* the matrices, then their factors */
    nd_array *result; /* right-hand sides, then solutions; determinants, or their signs */
    nd_array *logdet; /* NULL: determinants are wanted */
    int columns;      /* of right-hand sides */
    bool own;         /* products, not LAPACK's routines */
    bool tolerant;    /* inverses of singular matrices are NaN */
    int lwork;
    size_t pivots, work; /* offsets in scratch */
} factors;

/* LU of one matrix; the pivots are in scratch. */
static int factorize(const factors *f, int64_t index, char *scratch, char **lu)
{
    const ndi_stack *s = f->stack;
    *lu = ndi_stack_at(s, f->lu, index);
    const int info = ndi_lu(s->dtype, s->rows, *lu, (int *)(scratch + f->pivots));
    return info < 0 ? NDI_NO_MEMORY : info;
}

/* Elements of any of the four dtypes. */
static double complex load(nd_dtype dtype, const char *at)
{
    switch (dtype) {
    case ND_FLOAT32:
        return *(const float *)at;
    case ND_FLOAT64:
        return *(const double *)at;
    case ND_COMPLEX64:
        return *(const float complex *)at;
    default:
        return *(const double complex *)at;
    }
}

static void store(nd_dtype dtype, void *to, double complex value)
{
    switch (dtype) {
    case ND_FLOAT32:
        *(float *)to = (float)creal(value);
        break;
    case ND_FLOAT64:
        *(double *)to = creal(value);
        break;
    case ND_COMPLEX64:
        *(float complex *)to = (float complex)value;
        break;
    default:
        *(double complex *)to = value;
        break;
    }
}

static double cube(int n)
{
    return (double)n * n * n;
}

/* ---- Solve ----------------------------------------------------------------------------------- */

/* A quotient of an element of U and a pivot stays in range. */
static bool are_moderate(const ndi_stack *s, const char *lu)
{
    const int64_t n = s->rows;
    double least = HUGE_VAL;
    for (int64_t i = 0; i < n; i++)
        least = fmin(least, ndi_stack_largest(s, lu + i * (n + 1) * (int64_t)s->item_bytes, 1));
    return ndi_stack_moderate(s, least) && ndi_stack_moderate(s, ndi_stack_largest(s, lu, n * n));
}

static int solve_one(void *context, int64_t index, char *scratch)
{
    const factors *f = context;
    const ndi_stack *s = f->stack;
    const int n = s->rows, leading = ndi_leading(n);
    int *const pivots = (int *)(scratch + f->pivots);
    char *lu, *const sides = ndi_stack_at(s, f->result, index);
    int info = factorize(f, index, scratch, &lu);
    if (info != 0)
        return info;
    if (n <= FEW_ROWS || (n <= MOST_UNBLOCKED && f->columns <= FEW_SIDES))
        for (int column = 0; column < f->columns; column++)
            ndi_lu_solve_transposed(s->dtype, n, lu, pivots,
                                    sides + (size_t)column * (size_t)n * s->item_bytes);
    else if (f->own && are_moderate(s, lu))
        return ndi_lu_solve(s->dtype, n, lu, pivots, f->columns, sides, scratch + f->work)
                   ? 0
                   : NDI_NO_MEMORY;
    else
        NDI_LAPACK(s->lapack, getrs, ndi_getrs)
    (f->own ? "N" : "T", &n, &f->columns, lu, &leading, pivots, sides, &leading, &info, 1);
    return info;
}

/* The stack becomes that of `a` and `b` broadcast; `columns` is NDI_NO_AXIS for one vector. NULL
 * after an error, like what tells it. */
static void *settle_sides(ndi_stack *stack, const nd_array *a, const nd_array *b, int64_t *columns)
{
    const bool vector = b->rank == 1;
    const int64_t *lengths = ndi_lengths(b);
    if (b->rank == 0)
        return ndi_shapes_do_not_fit(stack->operation, a, b, "the second has no axis");
    *columns = vector ? NDI_NO_AXIS : lengths[b->rank - 1];
    if (lengths[vector ? 0 : b->rank - 2] != stack->rows)
        return ndi_shapes_do_not_fit(stack->operation, a, b,
                                     "the right-hand sides are not as long as the matrix");
    if (*columns > INT32_MAX)
        return ndi_shapes_do_not_fit(stack->operation, a, b,
                                     "there are too many right-hand sides for LAPACK");
    const int batches = vector ? 0 : b->rank - 2, own = stack->batch.rank;
    const int rank = batches > own ? batches : own;
    nd_shape batch = {.rank = rank};
    stack->count = 1;
    for (int axis = 0; axis < rank; axis++) {
        const int in_a = axis - (rank - own), in_b = axis - (rank - batches);
        const int64_t from_a = in_a < 0 ? 1 : stack->batch.length[in_a],
                      from_b = in_b < 0 ? 1 : lengths[in_b];
        if (from_a != from_b && from_a != 1 && from_b != 1)
            return ndi_shapes_do_not_fit(stack->operation, a, b,
                                         "the axes before the last two do not broadcast");
        batch.length[axis] = from_a == 1 ? from_b : from_a;
        stack->count *= batch.length[axis];
    }
    stack->batch = batch;
    return stack;
}

nd_array *nd_solve(const nd_array *a, const nd_array *b)
{
    ndi_stack stack;
    int64_t columns = NDI_NO_AXIS;
    if (!b || !ndi_stack_of(&stack, "solve", a, b, true) || !settle_sides(&stack, a, b, &columns))
        return NULL;
    const int n = stack.rows;
    const bool own = n >= LEAST_BLOCKED && columns > FEW_SIDES;
    size_t scratch = 0;
    factors f = {
        .stack = &stack,
        .columns = columns == NDI_NO_AXIS ? 1 : (int)columns,
        .own = own,
        .lu = ndi_stack_copy(&stack, a, n, n, own ? NDI_BY_COLUMNS : NDI_BY_ROWS),
        .result = ndi_stack_copy(&stack, b, n, columns, NDI_BY_COLUMNS),
    };
    f.pivots = ndi_scratch(&scratch, (size_t)n, sizeof(int));
    f.work = ndi_scratch(&scratch, own ? (size_t)n * (size_t)(n + f.columns) : 0, stack.item_bytes);
    const bool done = f.lu && f.result &&
                      ndi_stack_run(&stack, cube(n) / 3 + (double)n * n * f.columns, scratch,
                                    solve_one, &f, singular);
    nd_release(f.lu);
    if (done)
        return ndi_register(f.result);
    nd_release(f.result);
    return NULL;
}

/* ---- Inverse --------------------------------------------------------------------------------- */

static int invert_one(void *context, int64_t index, char *scratch)
{
    const factors *f = context;
    const ndi_stack *s = f->stack;
    const int n = s->rows, leading = ndi_leading(n);
    char *lu;
    int info = factorize(f, index, scratch, &lu);
    if (info == 0 && f->own)
        return ndi_lu_inverse(s->dtype, n, lu, (int *)(scratch + f->pivots), scratch + f->work)
                   ? 0
                   : NDI_NO_MEMORY;
    if (info == 0)
        NDI_LAPACK(s->lapack, getri, ndi_getri)
    (&n, lu, &leading, (int *)(scratch + f->pivots), scratch + f->work, &f->lwork, &info);
    else if (f->tolerant && info != NDI_NO_MEMORY)
    {
        for (int64_t i = 0; i < (int64_t)n * n; i++)
            store(s->dtype, lu + i * (int64_t)s->item_bytes, NAN);
        info = 0;
    }
    return info;
}

static nd_array *invert(const char *operation, const nd_array *a, bool tolerant)
{
    ndi_stack stack;
    if (!ndi_stack_of(&stack, operation, a, NULL, true))
        return NULL;
    const int n = stack.rows, leading = ndi_leading(n), ask = -1;
    size_t scratch = 0;
    factors f = {
        .stack = &stack, .lu = ndi_stack_copy(&stack, a, n, n, NDI_BY_ROWS), .tolerant = tolerant};
    if (!f.lu)
        return NULL;
    f.pivots = ndi_scratch(&scratch, (size_t)n, sizeof(int));
    f.own = n >= LEAST_BLOCKED;
    if (f.own) {
        f.work = ndi_scratch(&scratch, 2 * (size_t)n * (size_t)n, stack.item_bytes);
    } else {
        double answer[2] = {0};
        int info = 0, none = 0;
        NDI_LAPACK(stack.lapack, getri, ndi_getri)
        (&n, f.lu->data, &leading, &none, answer, &ask, &info);
        f.lwork = ndi_stack_work(&stack, answer);
        f.work = ndi_scratch(&scratch, (size_t)f.lwork, stack.item_bytes);
    }
    if (ndi_stack_run(&stack, cube(n), scratch, invert_one, &f, singular))
        return ndi_register(f.lu);
    nd_release(f.lu);
    return NULL;
}

nd_array *nd_inv(const nd_array *a)
{
    return invert("inv", a, false);
}

nd_array *ndi_inverse_or_nan(const nd_array *a)
{
    return invert("cond", a, true);
}

/* ---- Determinants ---------------------------------------------------------------------------- */

/* (a + bi)(c + di) by its terms: C's product looks for infinities, which slows all others. */
static double complex times(double complex x, double complex y)
{
    return CMPLX(creal(x) * creal(y) - cimag(x) * cimag(y),
                 creal(x) * cimag(y) + cimag(x) * creal(y));
}

/* Takes a power of two from a number whose products could overflow, and returns its exponent. */
static int bring_into_range(double complex *x)
{
    const double largest = fmax(fabs(creal(*x)), fabs(cimag(*x)));
    int shift = 0;
    if (largest >= 0x1p-400 && largest <= 0x1p400) /* nearly always */
        return 0;
    if (isfinite(largest) && largest > 0) {
        frexp(largest, &shift);
        *x = CMPLX(ldexp(creal(*x), -shift), ldexp(cimag(*x), -shift));
    }
    return shift;
}

/* A number of modulus 1, or 0. Of real numbers its sign, which NaN and infinities have as well. */
static double complex direction(double complex x, double size, bool real)
{
    if (size == 0)
        return 0;
    return real ? (creal(x) < 0 ? -1 : 1) : x / size;
}

/* The product of the diagonal, exponents apart, so that only a result out of range overflows. */
static int determinant_of_one(void *context, int64_t index, char *scratch)
{
    const factors *f = context;
    const ndi_stack *s = f->stack;
    const bool real = nd_dtype_kind(s->dtype) != ND_KIND_COMPLEX;
    const int n = s->rows, *pivots = (const int *)(scratch + f->pivots);
    char *lu;
    if (factorize(f, index, scratch, &lu) == NDI_NO_MEMORY)
        return NDI_NO_MEMORY; /* singular: a pivot is 0, and so is the product */
    double complex product = 1;
    int64_t exponent = 0;
    double logarithm = 0;
    for (int i = 0; i < n; i++) {
        double complex pivot = load(s->dtype, lu + (size_t)i * ((size_t)n + 1) * s->item_bytes);
        if (f->logdet) { /* the product of pivots of modulus 1, and the sum of logarithms */
            const double size = cabs(pivot);
            logarithm += log(size);
            pivot = direction(pivot, size, real);
        }
        exponent += bring_into_range(&pivot);
        product = times(product, pivots[i] == i + 1 ? pivot : -pivot);
        if (real) /* 0 times an infinity */
            product = creal(product);
        exponent += bring_into_range(&product);
    }
    const int shift = exponent > 5000 ? 5000 : exponent < -5000 ? -5000 : (int)exponent;
    product = CMPLX(ldexp(creal(product), shift), ldexp(cimag(product), shift));
    store(s->dtype, ndi_stack_at(s, f->result, index), product);
    if (f->logdet)
        store(s->real, ndi_stack_at(s, f->logdet, index), logarithm);
    return 0;
}

/* Determinants, or with `logdet` their signs. */
static nd_array *determinants(const char *operation, const nd_array *a, nd_array **logdet)
{
    ndi_stack stack;
    if (!ndi_stack_of(&stack, operation, a, NULL, true))
        return NULL;
    const int n = stack.rows;
    size_t scratch = 0;
    factors f = {.stack = &stack,
                 .lu = ndi_stack_copy(&stack, a, n, n, NDI_BY_ROWS),
                 .result =
                     ndi_stack_new(&stack, stack.dtype, NDI_NO_AXIS, NDI_NO_AXIS, NDI_BY_ROWS)};
    if (logdet)
        f.logdet = ndi_stack_new(&stack, stack.real, NDI_NO_AXIS, NDI_NO_AXIS, NDI_BY_ROWS);
    f.pivots = ndi_scratch(&scratch, (size_t)n, sizeof(int));
    const bool done = f.lu && f.result && (f.logdet || !logdet) &&
                      ndi_stack_run(&stack, cube(n) / 3, scratch, determinant_of_one, &f, singular);
    nd_release(f.lu);
    if (!done) {
        nd_release(f.result);
        nd_release(f.logdet);
        return NULL;
    }
    if (logdet)
        *logdet = ndi_register(f.logdet);
    return ndi_register(f.result);
}

nd_array *nd_det(const nd_array *a)
{
    return determinants("det", a, NULL);
}

nd_slogdet_result nd_slogdet(const nd_array *a)
{
    nd_slogdet_result result = {NULL, NULL};
    result.sign = determinants("slogdet", a, &result.logdet);
    return result;
}

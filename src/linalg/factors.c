/* Cholesky's factors, and QR. */
#include <ndstream/linalg.h>

#include <string.h>

#include "linalg/cholesky.h"
#include "linalg/reflect.h"
#include "linalg/stack.h"

/* ---- Cholesky -------------------------------------------------------------------------------- */

typedef struct cholesky {
    const ndi_stack *stack;
    nd_array *factor;
} cholesky;

static int cholesky_of_one(void *context, int64_t index, char *scratch)
{
    const cholesky *c = context;
    const ndi_stack *s = c->stack;
    const size_t n = (size_t)s->rows, item = s->item_bytes;
    char *factor = ndi_stack_at(s, c->factor, index);
    const int info = ndi_cholesky(s->dtype, s->rows, factor, scratch);
    for (size_t i = 0; i < n; i++)
        memset(factor + (i * n + i + 1) * item, 0, (n - i - 1) * item);
    return info < 0 ? NDI_NO_MEMORY : info;
}

/* Of a Hermitian matrix the upper triangle in Fortran order is to us the lower one of the
 * transpose, whose factor is the transpose of the one that is wanted. */
nd_array *nd_cholesky(const nd_array *a, nd_triangle triangle)
{
    ndi_stack stack;
    if (!ndi_stack_of(&stack, "cholesky", a, NULL, true))
        return NULL;
    const int n = stack.rows;
    size_t scratch = 0;
    ndi_scratch(&scratch, stack.is_complex ? (size_t)n * (size_t)n : 0, stack.item_bytes);
    cholesky c = {&stack, ndi_stack_copy(&stack, a, n, n,
                                         triangle == ND_UPPER ? NDI_BY_COLUMNS : NDI_BY_ROWS)};
    if (c.factor && ndi_stack_run(&stack, (double)n * n * n / 6, scratch, cholesky_of_one, &c,
                                  "is not positive definite"))
        return ndi_register(c.factor);
    nd_release(c.factor);
    return NULL;
}

/* ---- QR -------------------------------------------------------------------------------------- */

typedef struct qr {
    const ndi_stack *stack;
    nd_array *reflectors; /* the matrices, then R and below it the reflectors that make Q */
    nd_array *q, *r;      /* q may be NULL, both if tau is wanted */
    nd_array *taus;
    int q_columns, r_rows;
    int lwork;
    const ndi_reflect_kernels *own; /* NULL: LAPACK's routines */
    size_t tau, work, own_work;     /* offsets in scratch */
} qr;

enum { LEAST_REFLECTED = 16 }; /* rows and columns from which our own is faster */

/* R from on and above the diagonal. */
static void take_upper(const qr *f, const char *reflectors, char *r)
{
    const ndi_stack *s = f->stack;
    const size_t item = s->item_bytes;
    for (int column = 0; column < s->columns; column++) {
        const size_t filled = (size_t)(column < f->r_rows ? column + 1 : f->r_rows);
        char *to = r + (size_t)column * (size_t)f->r_rows * item;
        memcpy(to, reflectors + (size_t)column * (size_t)s->rows * item, filled * item);
        memset(to + filled * item, 0, ((size_t)f->r_rows - filled) * item);
    }
}

/* Of matrices whose squares are in range. */
static int qr_by_reflections(const qr *f, char *reflectors, char *r, char *q, char *scratch)
{
    const ndi_stack *s = f->stack;
    const size_t rows = (size_t)s->rows;
    ndi_reflections made;
    if (!ndi_reflect_qr(f->own, rows, (size_t)s->columns, reflectors, scratch + f->tau, &made,
                        scratch + f->own_work))
        return NDI_NO_MEMORY;
    take_upper(f, reflectors, r);
    return !q || ndi_reflect_unit(&made, (size_t)f->q_columns, q, (ptrdiff_t)(rows * s->item_bytes),
                                  scratch + f->own_work)
               ? 0
               : NDI_NO_MEMORY;
}

static int qr_of_one(void *context, int64_t index, char *scratch)
{
    const qr *f = context;
    const ndi_stack *s = f->stack;
    const int m = s->rows, n = s->columns, k = s->smaller, leading = ndi_leading(m);
    const size_t item = s->item_bytes;
    char *reflectors = ndi_stack_at(s, f->reflectors, index),
         *r = f->r ? ndi_stack_at(s, f->r, index) : NULL;
    void *tau = scratch + f->tau, *work = scratch + f->work;
    int info = 0;
    if (f->taus)
        tau = ndi_stack_at(s, f->taus, index);
    if (f->own && ndi_stack_moderate(s, ndi_stack_largest(s, reflectors, (int64_t)m * n)))
        return qr_by_reflections(f, reflectors, r, f->q ? ndi_stack_at(s, f->q, index) : NULL,
                                 scratch);
    NDI_LAPACK(s->lapack, geqrf, ndi_geqrf)
    (&m, &n, reflectors, &leading, tau, work, &f->lwork, &info);
    if (r)
        take_upper(f, reflectors, r);
    if (!f->q || info != 0)
        return info;
    char *q = ndi_stack_at(s, f->q, index);
    memcpy(q, reflectors, (size_t)m * (size_t)k * item);
    NDI_LAPACK(s->lapack, orgqr, ndi_orgqr)
    (&m, &f->q_columns, &k, q, &leading, tau, work, &f->lwork, &info);
    return info;
}

/* The longer of what both routines want. */
static int qr_work(const qr *f)
{
    const ndi_stack *s = f->stack;
    const int m = s->rows, n = s->columns, k = s->smaller, leading = ndi_leading(m), ask = -1;
    double element[2] = {0}, answer[2] = {0};
    int info = 0;
    NDI_LAPACK(s->lapack, geqrf, ndi_geqrf)
    (&m, &n, element, &leading, element, answer, &ask, &info);
    const int first = ndi_stack_work(s, answer);
    if (!f->q)
        return first;
    NDI_LAPACK(s->lapack, orgqr, ndi_orgqr)
    (&m, &f->q_columns, &k, element, &leading, element, answer, &ask, &info);
    const int second = ndi_stack_work(s, answer);
    return first > second ? first : second;
}

nd_qr_result nd_qr(const nd_array *a, nd_qr_mode mode)
{
    nd_qr_result result = {NULL, NULL};
    ndi_stack stack;
    if (!ndi_stack_of(&stack, "qr", a, NULL, false))
        return result;
    const int m = stack.rows, n = stack.columns, k = stack.smaller;
    size_t scratch = 0;
    qr f = {.stack = &stack,
            .q_columns = mode == ND_QR_COMPLETE ? m : k,
            .r_rows = mode == ND_QR_COMPLETE ? m : k};
    f.reflectors = ndi_stack_copy(&stack, a, m, n, NDI_BY_COLUMNS);
    if (mode == ND_QR_RAW)
        f.taus = ndi_stack_new(&stack, stack.dtype, NDI_NO_AXIS, k, NDI_BY_ROWS);
    else
        f.r = ndi_stack_new(&stack, stack.dtype, f.r_rows, n, NDI_BY_COLUMNS);
    if (mode != ND_QR_R && mode != ND_QR_RAW)
        f.q = ndi_stack_new(&stack, stack.dtype, m, f.q_columns, NDI_BY_COLUMNS);
    f.lwork = qr_work(&f);
    f.tau = ndi_scratch(&scratch, (size_t)k, stack.item_bytes);
    f.work = ndi_scratch(&scratch, (size_t)f.lwork, stack.item_bytes);
    if (k >= LEAST_REFLECTED && mode != ND_QR_RAW) {
        f.own = ndi_reflect_kernels_for(ndi_isa_in_use(), stack.dtype);
        const size_t widest = (size_t)(n > f.q_columns ? n : f.q_columns);
        f.own_work = ndi_scratch(&scratch, ndi_reflect_qr_work(f.own, (size_t)m, widest), 1);
    }
    const bool done = f.reflectors && (mode == ND_QR_RAW ? f.taus : f.r) &&
                      (f.q || mode == ND_QR_R || mode == ND_QR_RAW) &&
                      ndi_stack_run(&stack, 2.0 * m * n * k, scratch, qr_of_one, &f, "fails");
    nd_array *const reflectors = done && f.taus ? nd_swap_axes(f.reflectors, -2, -1) : NULL;
    nd_release(f.reflectors);
    if (!done || (f.taus && !reflectors)) {
        nd_release(f.q);
        nd_release(f.r);
        nd_release(f.taus);
        return result;
    }
    if (f.taus) {
        result.q = reflectors;
        result.r = ndi_register(f.taus);
        return result;
    }
    result.q = f.q ? ndi_register(f.q) : NULL;
    result.r = ndi_register(f.r);
    return result;
}

/* Singular values, and what they solve: least squares and pseudo-inverses.
 *
 * A matrix in C order is to LAPACK its transpose, vh.T @ diag(s) @ u.T: its left vectors, in C
 * order again, are vh, and its right ones u. Nothing is transposed. */
#include <ndstream/linalg.h>
#include <ndstream/ops.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "engine/copy.h"
#include "linalg/reflect.h"
#include "linalg/stack.h"
#include "linalg/unit.h"

static const char no_convergence[] = "has singular values that do not converge";

/* ---- In steps of ours --------------------------------------------------------------------------
 * xGESDD and xGELSD reduce to a bidiagonal matrix, solve that, and turn back what they found. The
 * first and the last step are ours for matrices that fit the level 2 cache. Of tall ones R of a QR
 * is reduced. */

enum { LEAST_REFLECTED = 16 };

/* The matrix is to LAPACK of `rows` x n, and what is reduced of m x n. */
typedef struct steps {
    const ndi_reflect_kernels *kernels; /* NULL: LAPACK's own driver is called */
    const ndi_lapack *real;             /* routines of the real dtype */
    size_t item, rows, m, n;
    size_t d, e, left, right, copy, turning, work, real_work, integer_work; /* offsets in scratch */
    size_t r, tau, qr_work;                                                 /* of tall ones */
} steps;

/* A matrix that is reduced: itself, or R of its QR, whose reflections are `q`. */
typedef struct reduced {
    char *matrix;
    bool is_r;
    ndi_reflections q;
} reduced;

/* What the step between wants: work of the dtype, of the real one, of integers. */
typedef struct lengths {
    size_t work, real_work, integer_work;
} lengths;

/* The steps' part of the scratch, for turning at most `columns` columns. */
static void plan_steps(steps *p, const ndi_stack *s, int m, int n, size_t columns,
                       const lengths *between, size_t *scratch)
{
    const bool is_tall = m > n + n / 2;
    *p = (steps){
        .item = s->item_bytes, .rows = (size_t)m, .m = (size_t)(is_tall ? n : m), .n = (size_t)n};
    const size_t most_bytes = (size_t)ndi_cpu_caches().last / 4;
    if (m < n || n < LEAST_REFLECTED || p->rows * p->n * p->item > most_bytes)
        return;
    p->kernels = ndi_reflect_kernels_for(ndi_isa_in_use(), s->dtype);
    p->real = ndi_lapack_of(s->operation, s->real);
    p->d = ndi_scratch(scratch, p->n, s->real_bytes);
    p->e = ndi_scratch(scratch, p->n, s->real_bytes);
    p->left = ndi_scratch(scratch, p->n, p->item);
    p->right = ndi_scratch(scratch, p->n, p->item);
    p->copy = ndi_scratch(scratch, p->kernels->bidiagonal_length(p->m, p->n), p->item);
    p->turning = ndi_scratch(scratch, ndi_reflect_work(p->kernels, p->rows, columns), 1);
    p->work = ndi_scratch(scratch, between->work, p->item);
    p->real_work = ndi_scratch(scratch, between->real_work, s->real_bytes);
    p->integer_work = ndi_scratch(scratch, between->integer_work, sizeof(int));
    if (!is_tall)
        return;
    p->r = ndi_scratch(scratch, p->n * p->n, p->item);
    p->tau = ndi_scratch(scratch, p->n, p->item);
    p->qr_work = ndi_scratch(scratch, ndi_reflect_qr_work(p->kernels, p->rows, p->n), 1);
}

/* LAPACK's threads would wait for work where ours do some (svd of 200 rows: 17 ms, 4 without). */
static ndi_stack without_threads(const ndi_stack *s, const steps *p)
{
    ndi_stack run = *s;
    if (p->kernels)
        run.least_parallel = HUGE_VAL;
    return run;
}

/* R of the QR of `a`, which becomes the reflections, beside it. */
static bool take_r(const steps *p, char *a, reduced *to, char *scratch)
{
    char *const r = scratch + p->r;
    const size_t column = p->n * p->item;
    if (!ndi_reflect_qr(p->kernels, p->rows, p->n, a, scratch + p->tau, &to->q,
                        scratch + p->qr_work))
        return false;
    for (size_t j = 0; j < p->n; j++) {
        const size_t filled = (j + 1) * p->item;
        memcpy(r + j * column, a + j * p->rows * p->item, filled);
        memset(r + j * column + filled, 0, column - filled);
    }
    to->matrix = r;
    return true;
}

/* Until there is no memory for products. */
static bool bidiagonalize(const steps *p, char *a, reduced *to, char *scratch)
{
    *to = (reduced){.matrix = a, .is_r = p->rows > p->m};
    if (to->is_r && !take_r(p, a, to, scratch))
        return false;
    p->kernels->bidiagonalize(p->m, p->n, to->matrix, scratch + p->d, scratch + p->e,
                              scratch + p->left, scratch + p->right, scratch + p->copy);
    return true;
}

/* x becomes Q x, or Q' x, with the left reflections; x of all rows. */
static bool turn_left(const steps *p, const reduced *a, bool adjoint, size_t columns, char *x,
                      size_t leading, char *scratch)
{
    const ptrdiff_t item = (ptrdiff_t)p->item, column = (ptrdiff_t)leading * item;
    char *const work = scratch + p->turning;
    const ndi_reflections left = {
        p->kernels, p->m, p->n, a->matrix, item, (ptrdiff_t)p->m * item, scratch + p->left, false};
    if (adjoint && a->is_r && !ndi_reflect(&a->q, true, columns, x, item, column, work))
        return false;
    return ndi_reflect(&left, adjoint, columns, x, item, column, work) &&
           (adjoint || !a->is_r || ndi_reflect(&a->q, false, columns, x, item, column, work));
}

/* x becomes P x with the right ones, or with the conjugate of P; x of n rows, whose first stays. */
static bool turn_right(const steps *p, const reduced *a, bool conjugated, size_t columns, char *x,
                       ptrdiff_t row_stride, ptrdiff_t column_stride, char *scratch)
{
    const ptrdiff_t item = (ptrdiff_t)p->item, column = (ptrdiff_t)p->m * item;
    const ndi_reflections q = {p->kernels, p->n - 1, p->n - 1,           a->matrix + column,
                               column,     item,     scratch + p->right, conjugated};
    return ndi_reflect(&q, false, columns, x + row_stride, row_stride, column_stride,
                       scratch + p->turning);
}

/* ---- Decomposition --------------------------------------------------------------------------- */

typedef struct svd {
    const ndi_stack *stack;
    nd_array *a;          /* is destroyed */
    nd_array *u, *s, *vh; /* u and vh NULL: singular values only */
    const char *job;
    int u_columns, vh_rows;
    int lwork;
    size_t work, real_work, integer_work; /* offsets in scratch */
    steps steps;
    size_t left, right; /* of complex matrices: vectors of the bidiagonal one, in scratch */
} svd;

/* `lwork` of -1 asks for the length of `work`. */
static int call_gesdd(const svd *d, void *a, void *u, void *s, void *vh, void *work, int lwork,
                      void *real_work, int *integer_work)
{
    const ndi_stack *stack = d->stack;
    const int m = stack->rows, n = stack->columns;
    const int u_leading = ndi_leading(d->u_columns), n_leading = ndi_leading(n);
    int info = 0;
    if (stack->is_complex)
        NDI_LAPACK(stack->lapack, gesdd, ndi_gesdd_complex)
    (d->job, &n, &m, a, &n_leading, s, vh, &n_leading, u, &u_leading, work, &lwork, real_work,
     integer_work, &info, 1);
    else NDI_LAPACK(stack->lapack, gesdd, ndi_gesdd_real)(d->job, &n, &m, a, &n_leading, s, vh,
                                                          &n_leading, u, &u_leading, work, &lwork,
                                                          integer_work, &info, 1);
    return info;
}

/* Singular vectors of the bidiagonal matrix become those of the matrix: `left`, of all rows and n
 * or as many columns, and `right`, n x n, are to LAPACK U and V'. */
static bool turn_vectors(const svd *d, const reduced *a, char *left, char *right, char *scratch)
{
    const steps *const p = &d->steps;
    const size_t columns = (size_t)d->vh_rows;
    const ptrdiff_t column = (ptrdiff_t)(p->rows * p->item);
    ndi_unit_columns(p->kernels->type, p->rows, 0, p->n, p->n, left, column);
    ndi_unit_columns(p->kernels->type, p->rows, p->n, columns, 0, left, column);
    return turn_left(p, a, false, columns, left, p->rows, scratch) &&
           turn_right(p, a, false, p->n, right, (ptrdiff_t)(p->n * p->item), (ptrdiff_t)p->item,
                      scratch);
}

static int svd_by_steps(const svd *d, char *a, char *u, char *s, char *vh, char *scratch)
{
    const steps *const p = &d->steps;
    const ndi_stack *const stack = d->stack;
    const int m = stack->columns, n = stack->rows;
    int info = 0;
    char *const left = stack->is_complex ? scratch + d->left : vh, *const right =
                                                                       stack->is_complex
                                                                           ? scratch + d->right
                                                                           : u;
    reduced made;
    if (!bidiagonalize(p, a, &made, scratch))
        return NDI_NO_MEMORY;
    memcpy(s, scratch + p->d, p->n * stack->real_bytes);
    NDI_LAPACK(p->real, bdsdc, ndi_bdsdc)
    ("U", d->u ? "I" : "N", &n, s, scratch + p->e, left, &m, right, &n, NULL, NULL,
     scratch + p->real_work, (int *)(scratch + p->integer_work), &info, 1, 1);
    if (info == 0 && d->u && stack->is_complex) {
        for (size_t j = 0; j < p->n; j++)
            ndi_stack_join(stack, vh + j * p->rows * p->item,
                           left + j * p->rows * stack->real_bytes, NULL, n, 1);
        ndi_stack_join(stack, u, right, NULL, (int64_t)n * n, 1);
    }
    return info == 0 && d->u && !turn_vectors(d, &made, vh, u, scratch) ? NDI_NO_MEMORY : info;
}

static int svd_of_one(void *context, int64_t index, char *scratch)
{
    const svd *d = context;
    const ndi_stack *s = d->stack;
    const int64_t size = (int64_t)s->rows * s->columns;
    void *a = ndi_stack_at(s, d->a, index);
    if (!ndi_stack_finite(s, a, size))
        return NDI_NOT_FINITE;
    if (d->steps.kernels && ndi_stack_moderate(s, ndi_stack_largest(s, a, size)))
        return svd_by_steps(d, a, d->u ? ndi_stack_at(s, d->u, index) : NULL,
                            ndi_stack_at(s, d->s, index),
                            d->vh ? ndi_stack_at(s, d->vh, index) : NULL, scratch);
    return call_gesdd(d, a, d->u ? ndi_stack_at(s, d->u, index) : NULL,
                      ndi_stack_at(s, d->s, index), d->vh ? ndi_stack_at(s, d->vh, index) : NULL,
                      scratch + d->work, d->lwork, scratch + d->real_work,
                      (int *)(scratch + d->integer_work));
}

/* As the documentation of xGESDD gives it, for the job that takes most. */
static size_t real_work_length(int m, int n, bool vectors)
{
    const size_t k = (size_t)(m < n ? m : n), most = (size_t)(m < n ? n : m);
    const size_t first = 5 * k + 7, second = 2 * most + 2 * k + 1;
    return !vectors ? 7 * k + 1 : k * (first > second ? first : second) + 1;
}

static bool fill_identity(nd_array *array)
{
    const int64_t n = nd_length(array, -1);
    nd_array *eye = nd_keep(nd_eye(nd_dtype_of(array), n, n, 0));
    const bool done = eye && ndi_assign(array, eye) == ND_OK;
    nd_release(eye);
    return done;
}

static bool compute(svd *d)
{
    const ndi_stack *s = d->stack;
    size_t scratch = 0;
    if (s->smaller == 0) /* no singular values; all vectors are free */
        return (!d->u || d->u_columns != s->rows || fill_identity(d->u)) &&
               (!d->vh || d->vh_rows != s->columns || fill_identity(d->vh));
    double answer[2] = {0}, element[2] = {0};
    int integers = 0;
    call_gesdd(d, element, element, element, element, answer, -1, element, &integers);
    d->lwork = ndi_stack_work(s, answer);
    d->work = ndi_scratch(&scratch, (size_t)d->lwork, s->item_bytes);
    d->real_work = ndi_scratch(
        &scratch, s->is_complex ? real_work_length(s->rows, s->columns, d->u != NULL) : 0,
        s->real_bytes);
    d->integer_work = ndi_scratch(&scratch, 8 * (size_t)s->smaller, sizeof(int));
    const size_t n = (size_t)s->rows; /* as the documentation of xBDSDC has it */
    const lengths between = {0, d->u ? 3 * n * n + 4 * n : 6 * n, 8 * n};
    plan_steps(&d->steps, s, s->columns, s->rows, d->u ? (size_t)d->vh_rows : 0, &between,
               &scratch);
    if (d->steps.kernels && d->u && s->is_complex) {
        d->left = ndi_scratch(&scratch, (size_t)s->columns * n, s->real_bytes);
        d->right = ndi_scratch(&scratch, n * n, s->real_bytes);
    }
    const ndi_stack run = without_threads(s, &d->steps);
    return ndi_stack_run(&run, 4.0 * s->rows * s->columns * s->smaller, scratch, svd_of_one, d,
                         no_convergence);
}

/* Vectors only if `vectors`. `swapped`: of the transposes of what was given. */
static nd_svd_result decompose_one_way(const char *operation, const nd_array *a, bool swapped,
                                       bool vectors, bool full)
{
    const nd_svd_result failed = {NULL, NULL, NULL};
    ndi_stack stack;
    if (!ndi_stack_of(&stack, operation, a, NULL, false))
        return failed;
    stack.swapped = swapped;
    const int m = stack.rows, n = stack.columns, k = stack.smaller;
    svd d = {.stack = &stack,
             .job = !vectors ? "N"
                    : full   ? "A"
                             : "S",
             .u_columns = full ? m : k,
             .vh_rows = full ? n : k,
             .a = ndi_stack_copy(&stack, a, m, n, NDI_BY_ROWS),
             .s = ndi_stack_new(&stack, stack.real, k, NDI_NO_AXIS, NDI_BY_ROWS)};
    if (vectors) {
        d.u = ndi_stack_new(&stack, stack.dtype, m, d.u_columns, NDI_BY_ROWS);
        d.vh = ndi_stack_new(&stack, stack.dtype, d.vh_rows, n, NDI_BY_ROWS);
    }
    const bool done = d.a && d.s && (!vectors || (d.u && d.vh)) && compute(&d);
    nd_release(d.a);
    if (!done) {
        nd_release(d.u);
        nd_release(d.s);
        nd_release(d.vh);
        return failed;
    }
    return (nd_svd_result){vectors ? ndi_register(d.u) : NULL, ndi_register(d.s),
                           vectors ? ndi_register(d.vh) : NULL};
}

static nd_array *transposed_copy(const nd_array *a)
{
    return nd_keep(nd_copy(nd_swap_axes(a, -1, -2)));
}

/* LAPACK begins with the QR of a tall matrix, and with the LQ of a wide one, which takes three
 * times as long (3000 x 20: 1.9 ms, 0.6 this way): a tall matrix is given as its transpose. */
static nd_svd_result decompose(const char *operation, const nd_array *a, bool vectors, bool full)
{
    if (!a || nd_rank(a) < 2 || nd_length(a, -2) <= nd_length(a, -1))
        return decompose_one_way(operation, a, false, vectors, full);
    nd_svd_result result = {NULL, NULL, NULL};
    ND_SCOPE {
        const nd_svd_result d =
            decompose_one_way(operation, nd_swap_axes(a, -1, -2), true, vectors, full);
        if (d.s) {
            result = (nd_svd_result){vectors ? transposed_copy(d.vh) : NULL, nd_retain(d.s),
                                     vectors ? transposed_copy(d.u) : NULL};
            if (vectors && (!result.u || !result.vh)) {
                nd_release(result.u);
                nd_release(result.s);
                nd_release(result.vh);
                result = (nd_svd_result){NULL, NULL, NULL};
            }
        }
    }
    return result.s
               ? (nd_svd_result){vectors ? ndi_register(result.u) : NULL, ndi_register(result.s),
                                 vectors ? ndi_register(result.vh) : NULL}
               : result;
}

nd_svd_result nd_svd(const nd_array *a, bool full_matrices)
{
    return decompose("svd", a, true, full_matrices);
}

nd_array *nd_svdvals(const nd_array *a)
{
    return decompose("svdvals", a, false, false).s;
}

nd_array *nd_pinv(const nd_array *a, double rcond)
{
    nd_array *result = NULL;
    ND_SCOPE {
        const nd_svd_result d = decompose("pinv", a, true, false);
        if (d.s && nd_size(d.s) == 0) {
            nd_shape shape = nd_shape_like(a);
            shape.length[shape.rank - 2] = nd_length(a, -1);
            shape.length[shape.rank - 1] = nd_length(a, -2);
            result = nd_zeros(nd_dtype_of(d.u), shape);
        } else if (d.s) {
            const nd_reduce_options keep = {.keepdims = true};
            nd_array *cutoff = nd_multiply(nd_reduce(ND_OP_max, d.s, ND_AXIS(-1), &keep),
                                           rcond >= 0 ? rcond : 1e-15);
            nd_array *inverse = nd_where(nd_greater(d.s, cutoff), nd_divide(1.0, d.s), 0.0);
            nd_array *scaled =
                nd_multiply(nd_conjugate(nd_swap_axes(d.vh, -1, -2)), nd_expand_dims(inverse, -2));
            result = nd_matmul(scaled, nd_conjugate(nd_swap_axes(d.u, -1, -2)));
        }
        result = nd_keep(result);
    }
    return result ? ndi_register(result) : NULL;
}

/* ---- Least squares --------------------------------------------------------------------------- */

typedef struct least_squares {
    const ndi_stack *stack;
    nd_array *a, *b, *s; /* b: right-hand sides, then solutions and below them residuals */
    int b_rows, columns;
    double rcond;
    int rank;
    int lwork;
    size_t work, real_work, integer_work; /* offsets in scratch */
    steps steps;
} least_squares;

/* `lwork` of -1 asks for the lengths of all three. */
static int call_gelsd(least_squares *q, void *work, int lwork, void *real_work, int *integer_work)
{
    const ndi_stack *s = q->stack;
    const int m = s->rows, n = s->columns, leading = ndi_leading(m),
              b_leading = ndi_leading(q->b_rows);
    const float single = (float)q->rcond;
    const void *rcond = s->real == ND_FLOAT32 ? (const void *)&single : &q->rcond;
    int info = 0;
    if (s->is_complex)
        NDI_LAPACK(s->lapack, gelsd, ndi_gelsd_complex)
    (&m, &n, &q->columns, q->a->data, &leading, q->b->data, &b_leading, q->s->data, rcond, &q->rank,
     work, &lwork, real_work, integer_work, &info);
    else NDI_LAPACK(s->lapack, gelsd, ndi_gelsd_real)(&m, &n, &q->columns, q->a->data, &leading,
                                                      q->b->data, &b_leading, q->s->data, rcond,
                                                      &q->rank, work, &lwork, integer_work, &info);
    return info;
}

enum { LEAST_DIVIDED = 25 }; /* as xGELSD has it */

static int solve_by_steps(least_squares *q, char *scratch)
{
    const steps *const p = &q->steps;
    const ndi_stack *const s = q->stack;
    const int n = s->columns, leading = ndi_leading(q->b_rows), least_divided = LEAST_DIVIDED;
    const float single = (float)q->rcond;
    const void *rcond = s->real == ND_FLOAT32 ? (const void *)&single : &q->rcond;
    const size_t columns = (size_t)q->columns;
    const ptrdiff_t item = (ptrdiff_t)p->item;
    char *const a = q->a->data, *const b = q->b->data, *const d = q->s->data;
    int info = 0;
    reduced made;
    if (!bidiagonalize(p, a, &made, scratch) ||
        !turn_left(p, &made, true, columns, b, (size_t)leading, scratch))
        return NDI_NO_MEMORY;
    memcpy(d, scratch + p->d, p->n * s->real_bytes);
    int *const integers = (int *)(scratch + p->integer_work);
    if (s->is_complex)
        NDI_LAPACK(s->lapack, lalsd, ndi_lalsd_complex)
    ("U", &least_divided, &n, &q->columns, d, scratch + p->e, b, &leading, rcond, &q->rank,
     scratch + p->work, scratch + p->real_work, integers, &info, 1);
    else NDI_LAPACK(s->lapack, lalsd, ndi_lalsd_real)("U", &least_divided, &n, &q->columns, d,
                                                      scratch + p->e, b, &leading, rcond, &q->rank,
                                                      scratch + p->real_work, integers, &info, 1);
    return info == 0 && !turn_right(p, &made, true, columns, b, item, leading * item, scratch)
               ? NDI_NO_MEMORY
               : info;
}

/* Squares of both stay in range; b may be 0. */
static bool are_moderate(const least_squares *q)
{
    const ndi_stack *const s = q->stack;
    const double largest = ndi_stack_largest(s, q->b->data, q->b->size);
    return ndi_stack_moderate(s, ndi_stack_largest(s, q->a->data, q->a->size)) &&
           (largest == 0 || ndi_stack_moderate(s, largest));
}

/* Work of xLALSD, as its documentation gives it. */
static void plan_least_squares(least_squares *q, size_t *scratch)
{
    const ndi_stack *const s = q->stack;
    const size_t n = (size_t)s->columns, columns = (size_t)q->columns, few = LEAST_DIVIDED;
    size_t levels = 1;
    for (size_t rows = n / (few + 1); rows > 0; rows /= 2)
        levels++;
    const size_t divided = 9 * n + 2 * n * few + 8 * n * levels, square = (few + 1) * (few + 1),
                 rest = n * (1 + columns) + 2 * columns;
    const lengths of_real = {0, divided + n * columns + square, 3 * n * levels + 11 * n};
    const lengths of_complex = {n * columns,
                                divided + 3 * few * columns + (square > rest ? square : rest),
                                3 * n * levels + 11 * n};
    plan_steps(&q->steps, s, s->rows, s->columns, columns, s->is_complex ? &of_complex : &of_real,
               scratch);
}

static int solve_least_squares(void *context, int64_t index, char *scratch)
{
    (void)index;
    least_squares *q = context;
    const ndi_stack *s = q->stack;
    if (!ndi_stack_finite(s, q->a->data, q->a->size) ||
        !ndi_stack_finite(s, q->b->data, q->b->size))
        return NDI_NOT_FINITE;
    if (q->steps.kernels && are_moderate(q))
        return solve_by_steps(q, scratch);
    return call_gelsd(q, scratch + q->work, q->lwork, scratch + q->real_work,
                      (int *)(scratch + q->integer_work));
}

static bool run_least_squares(least_squares *q)
{
    const ndi_stack *s = q->stack;
    size_t scratch = 0;
    if (s->smaller == 0) /* x is 0, all of b remains */
        return true;
    double answer[2] = {0}, reals[2] = {0};
    int integers = 0;
    call_gelsd(q, answer, -1, reals, &integers);
    q->lwork = ndi_stack_work(s, answer);
    q->work = ndi_scratch(&scratch, (size_t)q->lwork, s->item_bytes);
    q->real_work =
        ndi_scratch(&scratch, s->is_complex ? (size_t)ndi_stack_work(s, reals) : 0, s->real_bytes);
    q->integer_work = ndi_scratch(&scratch, (size_t)ndi_leading(integers), sizeof(int));
    if (q->columns > 0)
        plan_least_squares(q, &scratch);
    const ndi_stack run = without_threads(s, &q->steps);
    return ndi_stack_run(&run, 4.0 * s->rows * s->columns * s->smaller, scratch,
                         solve_least_squares, q, no_convergence);
}

/* b on top of as many rows as LAPACK wants, in Fortran order. */
static nd_array *right_hand_sides(const ndi_stack *s, const nd_array *b, int rows, int columns)
{
    nd_array *sides = ndi_stack_new(s, s->dtype, rows, columns, NDI_BY_COLUMNS);
    bool filled = false;
    if (!sides)
        return NULL;
    ND_SCOPE {
        nd_array *matrix = nd_rank(b) == 1 ? nd_expand_dims(b, 1) : (nd_array *)b;
        filled = ndi_assign(nd_slice(sides, ND_RANGE(0, s->rows)), matrix) == ND_OK;
        nd_array *rest = nd_slice(sides, ND_RANGE(s->rows, rows));
        filled = filled && ndi_assign(rest, nd_zeros(s->dtype, ND_SCALAR_SHAPE)) == ND_OK;
    }
    if (filled)
        return sides;
    nd_release(sides);
    return NULL;
}

static bool fits(const ndi_stack *s, const nd_array *a, const nd_array *b)
{
    char left[NDI_SHAPE_TEXT], right[NDI_SHAPE_TEXT];
    const bool good = s->batch.rank == 0 && (nd_rank(b) == 1 || nd_rank(b) == 2) &&
                      nd_length(b, 0) == s->rows &&
                      (nd_rank(b) == 1 || nd_length(b, 1) < INT32_MAX);
    if (!good)
        ndi_fail(ND_ERROR_LINALG, "lstsq: shapes %s and %s are not (m, n) and (m) or (m, k)",
                 ndi_shape_text(left, a->rank, ndi_lengths(a)),
                 ndi_shape_text(right, b->rank, ndi_lengths(b)));
    return good;
}

/* What remains of each column, where it is defined. */
static nd_array *residuals_of(const least_squares *q)
{
    const ndi_stack *s = q->stack;
    if (q->rank != s->columns || s->rows <= s->columns)
        return nd_empty(s->real, ND_SHAPE(0));
    nd_array *rest = nd_slice(q->b, ND_RANGE(s->columns, s->rows));
    return nd_sum(nd_square(nd_absolute(rest)), ND_AXIS(0));
}

nd_lstsq_result nd_lstsq(const nd_array *a, const nd_array *b, double rcond)
{
    nd_lstsq_result r = {NULL, NULL, NULL, NULL};
    ndi_stack stack;
    if (!b || !ndi_stack_of(&stack, "lstsq", a, b, false) || !fits(&stack, a, b))
        return r;
    const int m = stack.rows, n = stack.columns, most = m > n ? m : n;
    const double epsilon = stack.real == ND_FLOAT32 ? FLT_EPSILON : DBL_EPSILON;
    least_squares q = {.stack = &stack,
                       .b_rows = most,
                       .columns = nd_rank(b) == 1 ? 1 : (int)nd_length(b, 1),
                       .rcond = rcond >= 0 ? rcond : epsilon * most};
    q.a = ndi_stack_copy(&stack, a, m, n, NDI_BY_COLUMNS);
    q.b = right_hand_sides(&stack, b, most, q.columns);
    q.s = ndi_stack_new(&stack, stack.real, stack.smaller, NDI_NO_AXIS, NDI_BY_ROWS);
    if (q.a && q.b && q.s && run_least_squares(&q))
        ND_SCOPE {
            nd_array *x = nd_slice(q.b, ND_RANGE(0, n));
            const int64_t rank = q.rank;
            r.x = nd_keep(nd_copy(nd_rank(b) == 1 ? nd_squeeze(x, ND_AXIS(1)) : x));
            r.residuals = nd_keep(residuals_of(&q));
            r.rank = nd_keep(nd_from_data(ND_INT64, ND_SCALAR_SHAPE, &rank));
            r.singular = nd_retain(q.s);
        }
    nd_release(q.a);
    nd_release(q.b);
    nd_release(q.s);
    if (!r.x || !ndi_force(r.residuals) || !r.rank) {
        nd_release(r.x);
        nd_release(r.residuals);
        nd_release(r.rank);
        nd_release(r.singular);
        return (nd_lstsq_result){NULL, NULL, NULL, NULL};
    }
    return (nd_lstsq_result){ndi_register(r.x), ndi_register(r.residuals), ndi_register(r.rank),
                             ndi_register(r.singular)};
}

/* Eigenvalues and eigenvectors. */
#include <ndstream/linalg.h>
#include <ndstream/ops.h>

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "linalg/reflect.h"
#include "linalg/stack.h"
#include "linalg/tridiagonal.h"

static const char no_convergence[] = "has eigenvalues that do not converge";

/* ---- Any square matrices --------------------------------------------------------------------- */

typedef struct eigen {
    const ndi_stack *stack;
    nd_array *a;       /* is destroyed */
    nd_array *values;  /* of real matrices the real parts */
    nd_array *imag;    /* imaginary parts, of real matrices only */
    nd_array *vectors; /* NULL: not wanted. Of real matrices real and imaginary parts in turn */
    atomic_bool turns; /* a real matrix has an eigenvalue that is not real */
    int lwork;
    size_t work, real_work; /* offsets in scratch */
} eigen;

/* `lwork` of -1 asks for the length of `work`. */
static int call_geev(const eigen *e, void *a, void *values, void *imag, void *vectors, void *work,
                     int lwork, void *real_work)
{
    const ndi_stack *s = e->stack;
    const int n = s->rows, leading = ndi_leading(n);
    const char *job = e->vectors ? "V" : "N";
    int info = 0;
    if (s->is_complex)
        NDI_LAPACK(s->lapack, geev, ndi_geev_complex)
    ("N", job, &n, a, &leading, values, NULL, &leading, vectors, &leading, work, &lwork, real_work,
     &info, 1, 1);
    else NDI_LAPACK(s->lapack, geev, ndi_geev_real)("N", job, &n, a, &leading, values, imag, NULL,
                                                    &leading, vectors, &leading, work, &lwork,
                                                    &info, 1, 1);
    return info;
}

static double real_at(const ndi_stack *s, const void *reals, int64_t i)
{
    return s->real == ND_FLOAT32 ? ((const float *)reals)[i] : ((const double *)reals)[i];
}

static int eigen_of_one(void *context, int64_t index, char *scratch)
{
    eigen *e = context;
    const ndi_stack *s = e->stack;
    void *a = ndi_stack_at(s, e->a, index),
         *imag = e->imag ? ndi_stack_at(s, e->imag, index) : NULL;
    if (!ndi_stack_finite(s, a, (int64_t)s->rows * s->rows))
        return NDI_NOT_FINITE;
    const int info = call_geev(e, a, ndi_stack_at(s, e->values, index), imag,
                               e->vectors ? ndi_stack_at(s, e->vectors, index) : NULL,
                               scratch + e->work, e->lwork, scratch + e->real_work);
    for (int i = 0; imag && info == 0 && i < s->rows; i++)
        if (real_at(s, imag, i) != 0)
            atomic_store_explicit(&e->turns, true, memory_order_relaxed);
    return info;
}

static double operations_of(int rows)
{
    return 10.0 * rows * rows * rows;
}

static bool compute(eigen *e)
{
    const ndi_stack *s = e->stack;
    size_t scratch = 0;
    if (s->rows == 0)
        return true;
    double answer[2] = {0}, element[2] = {0};
    call_geev(e, element, element, element, element, answer, -1, element);
    e->lwork = ndi_stack_work(s, answer);
    e->work = ndi_scratch(&scratch, (size_t)e->lwork, s->item_bytes);
    e->real_work = ndi_scratch(&scratch, s->is_complex ? 2 * (size_t)s->rows : 0, s->real_bytes);
    ndi_stack run = *s;
    run.least_parallel = operations_of(NDI_LEAST_THREADED);
    return ndi_stack_run(&run, operations_of(s->rows), scratch, eigen_of_one, e, no_convergence);
}

/* A pair of conjugate values has its vectors' real parts in one column, imaginary parts in the
 * next. */
static void join_vectors(const ndi_stack *s, char *to, const char *vectors, const char *imag)
{
    const int n = s->rows;
    const int64_t column = n * (int64_t)s->real_bytes;
    for (int j = 0; j < n; j++) {
        const char *real = vectors + j * column;
        const bool pair = real_at(s, imag, j) != 0 && j + 1 < n;
        ndi_stack_join(s, to + 2 * j * column, real, pair ? real + column : NULL, n, 1);
        if (pair) {
            ndi_stack_join(s, to + 2 * (j + 1) * column, real, real + column, n, -1);
            j++;
        }
    }
}

/* Real parts and imaginary parts become complex arrays. */
static bool make_complex(eigen *e)
{
    const ndi_stack *s = e->stack;
    const nd_dtype dtype = s->real == ND_FLOAT32 ? ND_COMPLEX64 : ND_COMPLEX128;
    nd_array *values = ndi_stack_new(s, dtype, s->rows, NDI_NO_AXIS, NDI_BY_ROWS), *vectors = NULL;
    if (e->vectors)
        vectors = ndi_stack_new(s, dtype, s->rows, s->rows, NDI_BY_COLUMNS);
    if (!values || (e->vectors && !vectors)) {
        nd_release(values);
        nd_release(vectors);
        return false;
    }
    ndi_stack_join(s, values->data, e->values->data, e->imag->data, values->size, 1);
    for (int64_t i = 0; vectors && i < s->count; i++)
        join_vectors(s, ndi_stack_at(s, vectors, i), ndi_stack_at(s, e->vectors, i),
                     ndi_stack_at(s, e->imag, i));
    nd_release(e->values);
    nd_release(e->vectors);
    e->values = values;
    e->vectors = vectors;
    return true;
}

static nd_eig_result take_results(nd_array *values, nd_array *vectors, bool done)
{
    if (done)
        return (nd_eig_result){ndi_register(values), vectors ? ndi_register(vectors) : NULL};
    nd_release(values);
    nd_release(vectors);
    return (nd_eig_result){NULL, NULL};
}

static nd_eig_result decompose(const char *operation, const nd_array *a, bool vectors)
{
    ndi_stack stack;
    if (!ndi_stack_of(&stack, operation, a, NULL, true))
        return (nd_eig_result){NULL, NULL};
    const int n = stack.rows;
    eigen e = {.stack = &stack};
    e.a = ndi_stack_copy(&stack, a, n, n, NDI_BY_COLUMNS);
    e.values = ndi_stack_new(&stack, stack.dtype, n, NDI_NO_AXIS, NDI_BY_ROWS);
    if (!stack.is_complex)
        e.imag = ndi_stack_new(&stack, stack.real, n, NDI_NO_AXIS, NDI_BY_ROWS);
    if (vectors)
        e.vectors = ndi_stack_new(&stack, stack.dtype, n, n, NDI_BY_COLUMNS);
    const bool done = e.a && e.values && (e.imag || stack.is_complex) && (e.vectors || !vectors) &&
                      compute(&e) && (!e.turns || make_complex(&e));
    nd_release(e.a);
    nd_release(e.imag);
    return take_results(e.values, e.vectors, done);
}

nd_eig_result nd_eig(const nd_array *a)
{
    return decompose("eig", a, true);
}

nd_array *nd_eigvals(const nd_array *a)
{
    return decompose("eigvals", a, false).values;
}

/* ---- Symmetric matrices ---------------------------------------------------------------------- */

enum { LEAST_REDUCED = 16 }; /* rows from which steps of our own are worth while */

typedef struct symmetric {
    const ndi_stack *stack;
    nd_array *a; /* the matrices, then the vectors */
    nd_array *values;
    const char *job;
    int lwork, lrwork, liwork;
    size_t work, real_work, integer_work; /* offsets in scratch */
    bool by_steps;                        /* that are ours: */
    const ndi_reflect_kernels *reflect;
    bool reduces; /* else LAPACK does */
    int tridiagonal_lwork;
    size_t d, e, tau, copy, z, vectors, tridiagonal_work, turning,
        tridiagonal; /* offsets in scratch */
} symmetric;

/* Lengths of -1 ask for them. */
static int call_syevd(const symmetric *e, void *a, void *values, void *work, int lwork,
                      void *real_work, int lrwork, int *integer_work, int liwork)
{
    const ndi_stack *s = e->stack;
    const int n = s->rows, leading = ndi_leading(n);
    int info = 0;
    if (s->is_complex)
        NDI_LAPACK(s->lapack, syevd, ndi_syevd_complex)
    (e->job, "L", &n, a, &leading, values, work, &lwork, real_work, &lrwork, integer_work, &liwork,
     &info, 1, 1);
    else NDI_LAPACK(s->lapack, syevd, ndi_syevd_real)(e->job, "L", &n, a, &leading, values, work,
                                                      &lwork, integer_work, &liwork, &info, 1, 1);
    return info;
}

/* Of the half that is read; the other may hold anything. */
static bool half_is_finite(const ndi_stack *s, const char *a)
{
    const int64_t n = s->rows;
    bool finite = true;
    for (int64_t j = 0; finite && j < n; j++)
        finite = ndi_stack_finite(s, a + j * (n + 1) * (int64_t)s->item_bytes, n - j);
    return finite;
}

/* Of that half. */
static bool is_moderate(const ndi_stack *s, const char *a)
{
    const int64_t n = s->rows;
    double most = 0;
    for (int64_t j = 0; j < n; j++)
        most = fmax(most, ndi_stack_largest(s, a + j * (n + 1) * (int64_t)s->item_bytes, n - j));
    return ndi_stack_moderate(s, most);
}

/* A length of -1 asks for it. */
static int call_sytrd(const symmetric *e, void *a, void *d, void *beside, void *tau, void *work,
                      int lwork)
{
    const int n = e->stack->rows, leading = ndi_leading(n);
    int info = 0;
    NDI_LAPACK(e->stack->lapack, sytrd, ndi_sytrd)
    ("L", &n, a, &leading, d, beside, tau, work, &lwork, &info, 1);
    return info;
}

/* Vectors of the tridiagonal matrix become those of the matrix. */
static bool turn_back(const symmetric *e, const char *a, const void *tau, char *vectors,
                      char *scratch)
{
    const size_t n = (size_t)e->stack->rows, item = e->stack->item_bytes;
    const ptrdiff_t row = (ptrdiff_t)item, column = (ptrdiff_t)(n * item);
    const ndi_reflections q = {e->reflect, n - 1, n - 1, a + row, row, column, tau, false};
    return ndi_reflect(&q, false, n, vectors + row, row, column, scratch + e->turning);
}

/* Numbers of the real dtype, in place, as float64. */
static void widen(const ndi_stack *s, double *numbers)
{
    for (int i = s->rows - 1; s->real == ND_FLOAT32 && i >= 0; i--) {
        float single;
        memcpy(&single, (const char *)numbers + (size_t)i * sizeof single, sizeof single);
        numbers[i] = single;
    }
}

/* float64 as elements of the stack. */
static void narrow(const ndi_stack *s, void *elements, const double *numbers, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        switch (s->dtype) {
        case ND_FLOAT32:
            ((float *)elements)[i] = (float)numbers[i];
            break;
        case ND_COMPLEX64:
            ((float *)elements)[2 * i] = (float)numbers[i];
            ((float *)elements)[2 * i + 1] = 0;
            break;
        default:
            ((double *)elements)[2 * i] = numbers[i];
            ((double *)elements)[2 * i + 1] = 0;
        }
}

/* float64 as numbers of the real dtype. */
static void narrow_reals(const ndi_stack *s, void *reals, const double *numbers)
{
    if (s->real == ND_FLOAT64)
        memcpy(reals, numbers, (size_t)s->rows * sizeof(double));
    else
        for (int i = 0; i < s->rows; i++)
            ((float *)reals)[i] = (float)numbers[i];
}

/* To a tridiagonal matrix, whose values are found, or whose vectors are turned back. */
static int do_steps(const symmetric *e, char *a, void *values, char *scratch)
{
    const ndi_stack *s = e->stack;
    const int64_t n = s->rows;
    double *const d = (double *)(scratch + e->d), *const beside = (double *)(scratch + e->e),
                  *const z = (double *)(scratch + e->z);
    void *const tau = scratch + e->tau;
    int info = 0;
    if (e->reduces)
        e->reflect->tridiagonalize((size_t)n, a, d, beside, tau, scratch + e->copy);
    else
        info =
            call_sytrd(e, a, d, beside, tau, scratch + e->tridiagonal_work, e->tridiagonal_lwork);
    if (info != 0)
        return info;
    widen(s, d);
    widen(s, beside);
    if (*e->job == 'N')
        ndi_lapack_for_tridiagonal()->sterf(&s->rows, d, beside, &info);
    else
        info = ndi_tridiagonal(s->rows, d, beside, z, scratch + e->tridiagonal);
    narrow_reals(s, values, d);
    if (info != 0 || *e->job == 'N')
        return info;
    char *const vectors = s->dtype == ND_FLOAT64 ? (char *)z : scratch + e->vectors;
    if (s->dtype != ND_FLOAT64)
        narrow(s, vectors, z, n * n);
    if (!turn_back(e, a, tau, vectors, scratch))
        return NDI_NO_MEMORY;
    memcpy(a, vectors, (size_t)(n * n) * s->item_bytes);
    return 0;
}

static int symmetric_one(void *context, int64_t index, char *scratch)
{
    const symmetric *e = context;
    const ndi_stack *s = e->stack;
    char *a = ndi_stack_at(s, e->a, index);
    void *values = ndi_stack_at(s, e->values, index);
    if (!half_is_finite(s, a))
        return NDI_NOT_FINITE;
    if (e->by_steps && is_moderate(s, a))
        return do_steps(e, a, values, scratch);
    return call_syevd(e, a, values, scratch + e->work, e->lwork, scratch + e->real_work, e->lrwork,
                      (int *)(scratch + e->integer_work), e->liwork);
}

static void plan_steps(symmetric *e, size_t *scratch)
{
    const ndi_stack *s = e->stack;
    const size_t n = (size_t)s->rows;
    const bool vectors = *e->job == 'V';
    double answer[2] = {0}, element[2] = {0};
    call_sytrd(e, element, element, element, element, answer, -1);
    e->tridiagonal_lwork = ndi_stack_work(s, answer);
    e->d = ndi_scratch(scratch, n, sizeof(double));
    e->e = ndi_scratch(scratch, n, sizeof(double));
    e->tau = ndi_scratch(scratch, n, s->item_bytes);
    e->copy =
        ndi_scratch(scratch, e->reduces ? e->reflect->tridiagonal_length(n) : 0, s->item_bytes);
    e->z = ndi_scratch(scratch, vectors ? n * n : 0, sizeof(double));
    e->vectors = ndi_scratch(scratch, vectors && s->dtype != ND_FLOAT64 ? n * n : 0, s->item_bytes);
    e->tridiagonal = ndi_scratch(scratch, vectors ? ndi_tridiagonal_work(s->rows) : 0, 1);
    e->tridiagonal_work = ndi_scratch(scratch, (size_t)e->tridiagonal_lwork, s->item_bytes);
    e->turning = ndi_scratch(scratch, vectors ? ndi_reflect_work(e->reflect, n, n) : 0, 1);
}

static bool compute_symmetric(symmetric *e)
{
    const ndi_stack *s = e->stack;
    size_t scratch = 0;
    if (s->rows == 0)
        return true;
    double answer[2] = {0}, reals[2] = {0}, element[2] = {0};
    call_syevd(e, element, element, answer, -1, reals, -1, &e->liwork, -1);
    e->lwork = ndi_stack_work(s, answer);
    e->lrwork = s->is_complex ? ndi_stack_work(s, reals) : 1;
    e->work = ndi_scratch(&scratch, (size_t)e->lwork, s->item_bytes);
    e->real_work = ndi_scratch(&scratch, (size_t)e->lrwork, s->real_bytes);
    e->integer_work = ndi_scratch(&scratch, (size_t)ndi_leading(e->liwork), sizeof(int));
    const bool vectors = *e->job == 'V';
    e->reflect = ndi_reflect_kernels_for(ndi_isa_in_use(), s->dtype);
    e->reduces = s->rows >= LEAST_REDUCED && (size_t)s->rows * (size_t)s->rows * s->item_bytes <=
                                                 (size_t)ndi_cpu_caches().last / 8;
    e->by_steps = e->reduces || (vectors && s->rows >= LEAST_REDUCED);
    if (e->by_steps)
        plan_steps(e, &scratch);
    ndi_stack run = *s;
    if (e->reduces) /* LAPACK's threads would wait for work where ours do some */
        run.least_parallel = HUGE_VAL;
    return ndi_stack_run(&run, 4.0 * s->rows * s->rows * s->rows, scratch, symmetric_one, e,
                         no_convergence);
}

static nd_eig_result decompose_symmetric(const char *operation, const nd_array *a,
                                         nd_triangle triangle, bool vectors)
{
    ndi_stack stack;
    if (!ndi_stack_of(&stack, operation, a, NULL, true))
        return (nd_eig_result){NULL, NULL};
    stack.least_parallel = 4.0 * 200 * 200 * 200; /* threads slow smaller ones down */
    const int n = stack.rows;
    symmetric e = {.stack = &stack,
                   .job = vectors ? "V" : "N",
                   .values = ndi_stack_new(&stack, stack.real, n, NDI_NO_AXIS, NDI_BY_ROWS)};
    ND_SCOPE {
        const nd_array *lower = a;
        if (triangle == ND_UPPER) /* the lower one of the adjoint */
            lower = nd_conjugate(nd_swap_axes(a, -1, -2));
        if (lower)
            e.a = ndi_stack_copy(&stack, lower, n, n, NDI_BY_COLUMNS);
    }
    const bool done = e.a && e.values && compute_symmetric(&e);
    if (!vectors) {
        nd_release(e.a);
        e.a = NULL;
    }
    return take_results(e.values, e.a, done);
}

nd_eig_result nd_eigh(const nd_array *a, nd_triangle triangle)
{
    return decompose_symmetric("eigh", a, triangle, true);
}

nd_array *nd_eigvalsh(const nd_array *a, nd_triangle triangle)
{
    return decompose_symmetric("eigvalsh", a, triangle, false).values;
}

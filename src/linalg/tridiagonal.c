/* Divide and conquer for symmetric tridiagonal matrices.
 *
 * Cutting the matrix at one place leaves two halves and a correction of rank one. From the vectors
 * of the halves those of the whole follow: its eigenvalues are the roots of the secular equation,
 * and the weights are computed again from the roots, so that vectors of close values stay
 * orthogonal (M. Gu, S. C. Eisenstat, "A divide-and-conquer algorithm for the symmetric tridiagonal
 * eigenproblem", SIAM J. Matrix Anal. Appl. 16, 1995). LAPACK has the pieces: deflation (xLAED2),
 * one root (xLAED4), small matrices by QR (xSTEQR). What takes time is done here on all threads:
 * parts side by side while there are enough of them, then roots side by side and products. LAPACK's
 * own driver (xSTEDC, 3.9) finds one root after the other: 8.8 ms for n = 500, here 4. */
#include "linalg/tridiagonal.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "base/pool.h"
#include "linalg/gemm.h"
#include "linalg/lapack.h"
#include "linalg/stack.h"

enum {
    LEAF = 12,        /* at most so many rows are solved by QR */
    MOST_PARTS = 256, /* of larger matrices leaves have more rows */
    ROOTS = 8,        /* of one task */
    WEIGHTS = 64,     /* of one task */
    COLUMNS = 16,     /* of one task */
};

typedef struct problem {
    const ndi_lapack_tridiagonal *lapack;
    int n, parts;
    int first[MOST_PARTS + 1]; /* row of each part */
    double *d, *e, *z;
    double *q2, *s;                            /* n x n, of which a part has its rows' share */
    double *row, *poles, *weights, *exact;     /* n, the same */
    int *order, *indx, *indxc, *indxp, *types; /* the same; counted from 1 */
    atomic_int info;
} problem;

/* Two parts become one of n rows, the first n1 of which are the upper part. `k` of its vectors
 * change. */
typedef struct merge {
    problem *p;
    int n, n1, k;
    double rho;
    double *d, *z, *q2, *s, *poles, *weights, *exact;
    const int *indxc;
} merge;

static void note(problem *p, int info)
{
    int none = 0;
    if (info != 0)
        atomic_compare_exchange_strong(&p->info, &none, info);
}

/* ---- The parts ------------------------------------------------------------------------------- */

static void cut(problem *p)
{
    p->parts = 1;
    p->first[0] = 0;
    p->first[1] = p->n;
    while (p->parts < MOST_PARTS && p->n - p->first[p->parts - 1] > LEAF) { /* the largest */
        for (int i = p->parts; i > 0; i--) { /* from the last, as they move */
            const int begin = p->first[i - 1], end = p->first[i];
            p->first[2 * i] = end;
            p->first[2 * i - 1] = begin + (end - begin) / 2; /* xLAED2 wants it so */
        }
        p->parts *= 2;
    }
    for (int i = 1; i < p->parts; i++) {
        const int row = p->first[i];
        const double beside = fabs(p->e[row - 1]);
        p->d[row - 1] -= beside;
        p->d[row] -= beside;
    }
}

static void solve_leaves(void *context, size_t begin, size_t end)
{
    problem *const p = context;
    for (size_t i = begin; i < end; i++) {
        const int first = p->first[i], n = p->first[i + 1] - first;
        int info = 0;
        p->lapack->steqr("I", &n, p->d + first, p->e + first, p->z + (size_t)first * p->n + first,
                         &p->n, p->q2 + (size_t)first * p->n, &info, 1);
        note(p, info);
        for (int k = 0; k < n; k++)
            p->order[first + k] = k + 1;
    }
}

/* ---- Merging --------------------------------------------------------------------------------- */

/* A root of the secular equation, and its distances from the poles in its column of z. */
static void find_roots(void *context, size_t begin, size_t end)
{
    const merge *const m = context;
    for (size_t j = begin; j < end; j++) {
        const int number = (int)j + 1;
        int info = 0;
        m->p->lapack->laed4(&m->k, &number, m->poles, m->weights, m->z + j * m->p->n, &m->rho,
                            m->d + j, &info);
        note(m->p, info);
    }
}

/* The weights of which these are the exact roots. */
static void find_weights(void *context, size_t begin, size_t end)
{
    const merge *const m = context;
    double *const exact = m->exact;
    for (size_t i = begin; i < end; i++)
        exact[i] = m->z[i * m->p->n + i];
    for (size_t j = 0; j < (size_t)m->k; j++) {
        const double *const column = m->z + j * m->p->n, pole = m->poles[j];
        const size_t above = j < begin ? begin : j < end ? j : end;
        const size_t below = j + 1 > begin ? j + 1 : begin;
        for (size_t i = begin; i < above; i++)
            exact[i] *= column[i] / (m->poles[i] - pole);
        for (size_t i = below; i < end; i++)
            exact[i] *= column[i] / (m->poles[i] - pole);
    }
    for (size_t i = begin; i < end; i++)
        exact[i] = copysign(sqrt(-exact[i]), m->weights[i]);
}

/* Vectors of the correction, into the columns of s, in the order of those of q2. Of one or two
 * roots xLAED4 gives the vectors themselves. */
static void find_vectors(void *context, size_t begin, size_t end)
{
    const merge *const m = context;
    for (size_t j = begin; j < end; j++) {
        double *const column = m->z + j * m->p->n, *const vector = m->s + j * (size_t)m->k;
        double scale = 1;
        if (m->k > 2) {
            double sum = 0;
            for (int i = 0; i < m->k; i++) {
                column[i] = m->exact[i] / column[i];
                sum += column[i] * column[i];
            }
            scale = 1 / sqrt(sum);
        }
        for (int i = 0; i < m->k; i++)
            vector[i] = column[m->indxc[i] - 1] * scale;
    }
}

/* rows x k of z, from `row` on: the vectors of a part times `depth` rows of s, from `at` on. */
static void multiply(const merge *m, int row, int rows, const double *vectors, int depth, int at)
{
    const ptrdiff_t item = sizeof(double);
    const ndi_gemm_shape shape = {.type = NDI_GEMM_F64,
                                  .m = (size_t)rows,
                                  .n = (size_t)m->k,
                                  .k = (size_t)depth,
                                  .a_row_stride = item,
                                  .a_column_stride = rows * item,
                                  .b_row_stride = item,
                                  .b_column_stride = m->k * item,
                                  .c_row_stride = item,
                                  .c_column_stride = m->p->n * item};
    if (!ndi_gemm(&shape, vectors, m->s + at, m->z + row))
        note(m->p, NDI_NO_MEMORY);
}

static void change_vectors(merge *m, const int types[3])
{
    const int upper = types[0] + types[1], lower = types[1] + types[2], n2 = m->n - m->n1;
    ndi_parallel_for((size_t)m->k, ROOTS, find_roots, m);
    if (m->p->info != 0)
        return;
    if (m->k > 2)
        ndi_parallel_for((size_t)m->k, WEIGHTS, find_weights, m);
    ndi_parallel_for((size_t)m->k, COLUMNS, find_vectors, m);
    multiply(m, m->n1, n2, m->q2 + (size_t)m->n1 * (size_t)upper, lower, types[0]);
    multiply(m, 0, m->n1, m->q2, upper, 0);
}

static void merge_pair(problem *p, int i)
{
    const int first = p->first[2 * i], middle = p->first[2 * i + 1], end = p->first[2 * i + 2];
    const size_t share = (size_t)first * p->n, n = (size_t)p->n;
    double *const row = p->row + first;
    int *const order = p->order + first, info = 0;
    merge m = {.p = p,
               .n = end - first,
               .n1 = middle - first,
               .rho = p->e[middle - 1],
               .d = p->d + first,
               .z = p->z + share + first,
               .q2 = p->q2 + share,
               .s = p->s + share,
               .poles = p->poles + first,
               .weights = p->weights + first,
               .exact = p->exact + first,
               .indxc = p->indxc + first};
    for (int j = 0; j < m.n; j++) /* the last row of the upper vectors, the first of the lower */
        row[j] = m.z[(size_t)j * n + (size_t)(j < m.n1 ? m.n1 - 1 : m.n1)];
    p->lapack->laed2(&m.k, &m.n, &m.n1, m.d, m.z, &p->n, order, &m.rho, row, m.poles, m.weights,
                     m.q2, p->indx + first, p->indxc + first, p->indxp + first, p->types + first,
                     &info);
    note(p, info);
    if (p->info != 0)
        return;
    if (m.k == 0) {
        for (int j = 0; j < m.n; j++)
            order[j] = j + 1;
        return;
    }
    change_vectors(&m, p->types + first);
    const int rest = m.n - m.k, up = 1, down = -1;
    p->lapack->lamrg(&m.k, &rest, m.d, &up, &down, order);
}

static void merge_pairs(void *context, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        merge_pair(context, (int)i);
}

/* ---- All of it ------------------------------------------------------------------------------- */

static void place_columns(void *context, size_t begin, size_t end)
{
    const problem *const p = context;
    const size_t n = (size_t)p->n;
    for (size_t j = begin; j < end; j++)
        memcpy(p->q2 + j * n, p->z + (size_t)(p->order[j] - 1) * n, n * sizeof(double));
}

static void sort(problem *p, double norm)
{
    const size_t n = (size_t)p->n;
    ndi_parallel_for(n, COLUMNS, place_columns, p);
    memcpy(p->z, p->q2, n * n * sizeof(double));
    for (size_t j = 0; j < n; j++)
        p->row[j] = p->d[p->order[j] - 1] * norm;
    memcpy(p->d, p->row, n * sizeof(double));
}

/* What xLAED2 compares with is right for numbers up to 1. */
static double scale(int n, double *d, double *e)
{
    double norm = 0;
    for (int i = 0; i < n; i++)
        norm = fmax(norm, fabs(d[i]));
    for (int i = 0; i + 1 < n; i++)
        norm = fmax(norm, fabs(e[i]));
    for (int i = 0; norm > 0 && i < n; i++)
        d[i] /= norm;
    for (int i = 0; norm > 0 && i + 1 < n; i++)
        e[i] /= norm;
    return norm;
}

size_t ndi_tridiagonal_work(int n)
{
    const size_t rows = (size_t)n;
    return (2 * rows * rows + 4 * rows) * sizeof(double) + 5 * (rows + 4) * sizeof(int);
}

int ndi_tridiagonal(int n, double *d, double *e, double *z, void *work)
{
    const size_t rows = (size_t)n;
    problem p = {.lapack = ndi_lapack_for_tridiagonal(), .n = n, .d = d, .e = e, .z = z};
    double *at = work;
    p.q2 = at, at += rows * rows;
    p.s = at, at += rows * rows;
    p.row = at, at += rows;
    p.poles = at, at += rows;
    p.weights = at, at += rows;
    p.exact = at, at += rows;
    int *integers = (int *)at;
    p.order = integers, integers += rows;
    p.indx = integers, integers += rows;
    p.indxc = integers, integers += rows;
    p.indxp = integers, integers += rows;
    p.types = integers; /* at least 4 */
    const double norm = scale(n, d, e);
    memset(z, 0, rows * rows * sizeof(double));
    cut(&p);
    ndi_parallel_for((size_t)p.parts, 1, solve_leaves, &p);
    while (p.parts > 1 && p.info == 0) {
        const size_t pairs = (size_t)p.parts / 2;
        if (pairs >= (size_t)ndi_pool_threads())
            ndi_parallel_for(pairs, 1, merge_pairs, &p);
        else
            merge_pairs(&p, 0, pairs);
        p.parts /= 2;
        for (int i = 0; i <= p.parts; i++)
            p.first[i] = p.first[2 * i];
    }
    if (p.info == 0)
        sort(&p, norm);
    return p.info;
}

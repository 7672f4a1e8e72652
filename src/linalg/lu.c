/* LU in blocks of columns: a block is factorised by halves down to a few columns, whose rest is one
 * product each; then what is right of it is exchanged, solved and reduced by one large product. */
#include "linalg/lu.h"

#include <stdatomic.h>
#include <string.h>

#include "base/cpu.h"
#include "base/pool.h"
#include "linalg/gemm.h"
#include "linalg/lu_kernels.h"
#include "linalg/unit.h"

enum {
    BLOCK = 128, /* columns */
    FEW = NDI_LU_FEW,
    TASK_COLUMNS = 32, /* that are exchanged and solved together */
};

typedef struct lu {
    const ndi_lu_kernels *kernels;
    size_t item;
    ptrdiff_t leading; /* elements */
    char *matrix;
    int *pivots; /* of the whole matrix, from 0 while it is factorised */
    atomic_bool failed;

    /* Of exchange_and_solve(); `together` columns are an item. */
    int first, width, left_end, right_begin, end, together;
    const char *sides; /* of take_and_solve() */
} lu;

static char *at(const lu *f, int row, int column)
{
    return f->matrix + ((ptrdiff_t)column * f->leading + row) * (ptrdiff_t)f->item;
}

/* C -= A B for blocks: C at (row, column) of m x n, A left of it in the columns from `inner` on, B
 * above it in the rows from there on. */
static void reduce(lu *f, int row, int column, int inner, int m, int n, int k)
{
    const ptrdiff_t item = (ptrdiff_t)f->item, column_stride = f->leading * item;
    const ndi_gemm_shape shape = {
        .type = f->kernels->type,
        .subtracts = true,
        .m = (size_t)m,
        .n = (size_t)n,
        .k = (size_t)k,
        .a_row_stride = item,
        .a_column_stride = column_stride,
        .b_row_stride = item,
        .b_column_stride = column_stride,
        .c_row_stride = item,
        .c_column_stride = column_stride,
    };
    if (!ndi_gemm(&shape, at(f, row, inner), at(f, inner, column), at(f, row, column)))
        atomic_store(&f->failed, true);
}

/* Of constant sizes, so that items go through registers. */
#define INLINE static inline __attribute__((always_inline))
#define BY_SIZE(function, item, ...)                                                               \
    do {                                                                                           \
        if ((item) == sizeof(float))                                                               \
            function(sizeof(float), __VA_ARGS__);                                                  \
        else if ((item) == sizeof(double))                                                         \
            function(sizeof(double), __VA_ARGS__);                                                 \
        else                                                                                       \
            function(2 * sizeof(double), __VA_ARGS__);                                             \
    } while (0)

INLINE void exchange_items(size_t item, char *x, const int *with, int begin, int end)
{
    for (int i = begin; i < end; i++) {
        char kept[16], *const a = x + (size_t)i * item, *const b = x + (size_t)with[i] * item;
        memcpy(kept, a, item);
        memcpy(a, b, item);
        memcpy(b, kept, item);
    }
}

INLINE void take_items(size_t item, char *to, const char *from, const int *order, int n)
{
    for (int i = 0; i < n; i++)
        memcpy(to + (size_t)i * item, from + (size_t)order[i] * item, item);
}

/* The exchanges of pivots first..first+count-1 in the columns begin..end-1. */
static void exchange(const lu *f, int first, int count, int begin, int end)
{
    for (int column = begin; column < end; column++)
        BY_SIZE(exchange_items, f->item, at(f, 0, column), f->pivots, first, first + count);
}

/* Rows first..first+count-1 of the columns begin..end-1 become those of U. */
static void solve(lu *f, int first, int count, int begin, int end)
{
    if (count <= FEW) {
        f->kernels->solve_lower((size_t)count, at(f, first, first), f->leading,
                                (size_t)(end - begin), at(f, first, begin), f->leading);
        return;
    }
    const int half = (count / 2 + FEW - 1) / FEW * FEW;
    solve(f, first, half, begin, end);
    reduce(f, first + half, begin, first, count - half, end - begin, half);
    solve(f, first + half, count - half, begin, end);
}

/* Factorises columns first..first+width-1 from row `first` down; they are exchanged themselves,
 * and nothing else is. Returns the first column without a pivot, or n. */
static int factorize(lu *f, int n, int first, int width)
{
    if (width <= FEW) {
        const int missing = f->kernels->columns((size_t)(n - first), width, at(f, first, first),
                                                f->leading, f->pivots + first);
        for (int i = first; i < first + width; i++)
            f->pivots[i] += first;
        return missing < width ? first + missing : n;
    }
    const int half = (width / 2 + FEW - 1) / FEW * FEW, middle = first + half, end = first + width;
    const int left = factorize(f, n, first, half);
    exchange(f, first, half, middle, end);
    solve(f, first, half, middle, end);
    reduce(f, middle, middle, first, n - middle, end - middle, half);
    const int right = factorize(f, n, middle, end - middle);
    exchange(f, middle, end - middle, first, middle);
    return left < right ? left : right;
}

/* Items are groups of columns: of those left of the block, then of those right of it. */
static void exchange_and_solve(void *context, size_t begin, size_t end)
{
    lu *f = context;
    const int left_items = (f->left_end + f->together - 1) / f->together;
    for (int item = (int)begin; item < (int)end; item++) {
        const bool is_left = item < left_items;
        const int from =
            is_left ? item * f->together : f->right_begin + (item - left_items) * f->together;
        const int limit = is_left ? f->left_end : f->end;
        const int to = from + f->together < limit ? from + f->together : limit;
        exchange(f, f->first, f->width, from, to);
        if (!is_left)
            solve(f, f->first, f->width, from, to);
    }
}

static lu lu_of(nd_dtype dtype, int n, void *matrix)
{
    const ndi_lu_kernels *const kernels = ndi_lu_kernels_for(ndi_isa_in_use(), dtype);
    return (lu){
        .kernels = kernels,
        .item = kernels->item,
        .leading = n,
        .matrix = matrix,
        .together = TASK_COLUMNS,
    };
}

int ndi_lu(nd_dtype dtype, int n, void *matrix, int *pivots)
{
    lu f = lu_of(dtype, n, matrix);
    f.pivots = pivots;
    f.end = n;
    int missing = n;
    for (f.first = 0; f.first < n; f.first += f.width) {
        f.width = n - f.first < BLOCK ? n - f.first : BLOCK;
        f.left_end = f.first;
        f.right_begin = f.first + f.width;
        const int here = factorize(&f, n, f.first, f.width);
        missing = here < missing ? here : missing;
        const int items = (f.left_end + TASK_COLUMNS - 1) / TASK_COLUMNS +
                          (n - f.right_begin + TASK_COLUMNS - 1) / TASK_COLUMNS;
        ndi_parallel_for((size_t)items, 1, exchange_and_solve, &f);
        reduce(&f, f.right_begin, f.right_begin, f.first, n - f.right_begin, n - f.right_begin,
               f.width);
    }
    for (int i = 0; i < n; i++)
        pivots[i]++;
    return f.failed ? -1 : missing < n ? missing + 1 : 0;
}

void ndi_lu_solve_transposed(nd_dtype dtype, int n, const void *factors, const int *pivots, void *x)
{
    ndi_lu_kernels_for(ndi_isa_in_use(), dtype)->solve_transposed((size_t)n, factors, pivots, x);
}

/* order[i] becomes the row that the exchanges of LAPACK's pivots, which count from 1, bring to row
 * i. */
static void order_of(int n, const int *pivots, int *order)
{
    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int i = 0; i < n; i++) {
        const int kept = order[i], other = pivots[i] - 1;
        order[i] = order[other];
        order[other] = kept;
    }
}

/* Items are groups of columns right of the triangle; with `sides` these are taken from there, in
 * the order of the pivots. */
static void take_and_solve(void *context, size_t begin, size_t end)
{
    lu *const f = context;
    for (int item = (int)begin; item < (int)end; item++) {
        const int from = f->right_begin + item * f->together,
                  to = from + f->together < f->end ? from + f->together : f->end;
        const size_t bytes = (size_t)f->width * f->item;
        for (int column = from; column < to && f->sides; column++)
            BY_SIZE(take_items, f->item, at(f, 0, column),
                    f->sides + (size_t)(column - f->right_begin) * bytes, f->pivots, f->width);
        solve(f, 0, f->width, from, to);
    }
}

/* X = U^-1 L^-1 P B: both solutions go by groups of columns, the second by the triangle turned. A
 * thread has one group, as products pack the triangle for each. */
bool ndi_lu_solve(nd_dtype dtype, int n, const void *factors, int *pivots, int columns, void *sides,
                  void *scratch)
{
    lu f = lu_of(dtype, n, scratch);
    const size_t size = (size_t)n, bytes = size * size * f.item;
    char *const beside = (char *)scratch + bytes; /* the sides, as columns of the matrix */
    const int threads = ndi_pool_threads(), share = (columns + threads - 1) / threads;
    f.together = share < TASK_COLUMNS ? TASK_COLUMNS : (share + FEW - 1) / FEW * FEW;
    const size_t groups = ((size_t)columns + (size_t)f.together - 1) / (size_t)f.together;
    order_of(n, pivots, scratch);
    memcpy(pivots, scratch, size * sizeof *pivots);
    memcpy(scratch, factors, bytes);
    f.pivots = pivots;
    f.sides = sides;
    f.width = f.right_begin = n;
    f.end = n + columns;
    ndi_parallel_for(groups, 1, take_and_solve, &f);
    f.kernels->turn_upper(size, factors, scratch, (size_t)columns, beside);
    f.sides = NULL;
    ndi_parallel_for(groups, 1, take_and_solve, &f);
    f.kernels->turn_back(size, (size_t)columns, NULL, beside, sides);
    return !f.failed;
}

/* L^-1 in place of the unit matrix, whose columns follow those of L, in rows and columns
 * first..first+count-1: above its diagonal there is nothing to solve. */
static void solve_unit(lu *f, int n, int first, int count)
{
    const int begin = n + first, end = begin + count;
    if (count <= FEW) {
        solve(f, first, count, begin, end);
        return;
    }
    const int half = (count / 2 + FEW - 1) / FEW * FEW, middle = begin + half;
    solve_unit(f, n, first, half);
    reduce(f, first + half, begin, first, count - half, half, half);
    solve(f, first + half, count - half, begin, middle);
    solve_unit(f, n, first + half, count - half);
}

/* A^-1 = U^-1 L^-1 P: one solution by L, one by U, as a lower triangle from its last row up, and
 * columns exchanged. */
bool ndi_lu_inverse(nd_dtype dtype, int n, void *matrix, int *pivots, void *scratch)
{
    lu f = lu_of(dtype, n, scratch);
    const size_t size = (size_t)n, bytes = size * size * f.item;
    char *const sides = (char *)scratch + bytes;
    int *const order = scratch; /* when the factors are done with */
    memcpy(scratch, matrix, bytes);
    ndi_unit_columns(f.kernels->type, size, 0, size, 0, sides, (ptrdiff_t)(size * f.item));
    solve_unit(&f, n, 0, n);
    f.kernels->turn_upper(size, matrix, scratch, size, sides);
    solve(&f, 0, n, n, 2 * n);
    order_of(n, pivots, order);
    f.kernels->turn_back(size, size, order, sides, matrix);
    return !f.failed;
}

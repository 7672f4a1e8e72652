/* Cholesky's factorization by halves down to a few rows: the upper half of the triangle, then the
 * rows below it, then what remains of the lower half. All but the few rows is products. */
#include "linalg/cholesky.h"

#include <complex.h>
#include <stdatomic.h>
#include <stddef.h>

#include "base/cpu.h"
#include "base/pool.h"
#include "linalg/gemm_kernels.h"
#include "linalg/lu_kernels.h"

enum {
    FEW = NDI_LU_FEW,
    WHOLE_ROWS = 96, /* of a triangle that is reduced as a square */
    TASK_ROWS = 64,  /* that are solved together */
};

typedef struct cholesky {
    const ndi_lu_kernels *kernels;
    ndi_gemm_type type;
    ptrdiff_t item, leading; /* bytes, elements */
    char *matrix;
    char *conjugates; /* of the rows that are done, in a matrix alike; of real ones that itself */
    atomic_bool failed;

    int first, width, begin, end; /* of solve_task() */
} cholesky;

static char *at(const cholesky *f, int row, int column)
{
    return f->matrix + ((ptrdiff_t)row * f->leading + column) * f->item;
}

/* Copies rows begin..end-1 of the columns first..first+width-1 there. */
static void conjugate(const cholesky *f, int first, int width, int begin, int end)
{
    if (f->conjugates == f->matrix)
        return;
    for (int row = begin; row < end; row++) {
        const ptrdiff_t offset = ((ptrdiff_t)row * f->leading + first) * f->item;
        const void *const from = f->matrix + offset;
        void *const to = f->conjugates + offset;
        if (f->type == NDI_GEMM_C64)
            for (int i = 0; i < width; i++)
                ((float complex *)to)[i] = conjf(((const float complex *)from)[i]);
        else
            for (int i = 0; i < width; i++)
                ((double complex *)to)[i] = conj(((const double complex *)from)[i]);
    }
}

static int half_of(int count)
{
    return (count / 2 + FEW - 1) / FEW * FEW;
}

/* C -= A B' for blocks: A and C in `rows` rows from `row` on, B in `columns` rows from `column` on,
 * which are C's columns; A and B in `depth` columns from `inner` on. */
static void reduce(cholesky *f, int row, int rows, int column, int columns, int inner, int depth)
{
    const ptrdiff_t row_stride = f->leading * f->item;
    const ndi_gemm_shape shape = {
        .type = f->type,
        .subtracts = true,
        .m = (size_t)rows,
        .n = (size_t)columns,
        .k = (size_t)depth,
        .a_row_stride = row_stride,
        .a_column_stride = f->item,
        .b_row_stride = f->item,
        .b_column_stride = row_stride,
        .c_row_stride = row_stride,
        .c_column_stride = f->item,
    };
    const char *const b = f->conjugates + (at(f, column, inner) - f->matrix);
    if (!ndi_gemm(&shape, at(f, row, inner), b, at(f, row, column)))
        atomic_store(&f->failed, true);
}

/* The same for the triangle of `count` rows and columns from `first` on. */
static void reduce_triangle(cholesky *f, int first, int count, int inner, int depth)
{
    if (count <= WHOLE_ROWS) {
        reduce(f, first, count, first, count, inner, depth);
        return;
    }
    const int half = half_of(count), middle = first + half;
    reduce_triangle(f, first, half, inner, depth);
    reduce(f, middle, count - half, first, half, inner, depth);
    reduce_triangle(f, middle, count - half, inner, depth);
}

/* Rows begin..end-1 of L in the columns first..first+width-1, whose triangle is done. */
static void solve(cholesky *f, int first, int width, int begin, int end)
{
    if (width <= FEW) {
        f->kernels->cholesky_rows((size_t)width, at(f, first, first), f->leading,
                                  (size_t)(end - begin), at(f, begin, first));
        return;
    }
    const int half = half_of(width);
    solve(f, first, half, begin, end);
    reduce(f, begin, end - begin, first + half, width - half, first, half);
    solve(f, first + half, width - half, begin, end);
}

static void solve_task(void *context, size_t begin, size_t end)
{
    cholesky *const f = context;
    for (size_t i = begin; i < end; i++) {
        const int row = f->begin + (int)i * TASK_ROWS, rest = f->end - row,
                  last = row + (rest < TASK_ROWS ? rest : TASK_ROWS);
        solve(f, f->first, f->width, row, last);
        conjugate(f, f->first, f->width, row, last);
    }
}

static int factorize(cholesky *f, int first, int count)
{
    if (count <= FEW) {
        const int info = f->kernels->cholesky_block((size_t)count, at(f, first, first), f->leading);
        return info ? first + info : 0;
    }
    const int half = half_of(count), middle = first + half, end = first + count;
    const int info = factorize(f, first, half);
    if (info)
        return info;
    f->first = first, f->width = half, f->begin = middle, f->end = end;
    ndi_parallel_for((size_t)((end - middle + TASK_ROWS - 1) / TASK_ROWS), 1, solve_task, f);
    reduce_triangle(f, middle, end - middle, first, half);
    return factorize(f, middle, end - middle);
}

int ndi_cholesky(nd_dtype dtype, int n, void *matrix, void *scratch)
{
    const ndi_lu_kernels *const kernels = ndi_lu_kernels_for(ndi_isa_in_use(), dtype);
    cholesky f = {
        .kernels = kernels,
        .type = kernels->type,
        .item = (ptrdiff_t)kernels->item,
        .leading = n,
        .matrix = matrix,
        .conjugates = ndi_gemm_formats[kernels->type].is_complex ? scratch : matrix,
    };
    const int info = n > 0 ? factorize(&f, 0, n) : 0;
    return f.failed ? -1 : info;
}

/* Products of small depth, as of many points and a rotation; the loops are gemm_shallow_tmpl.h's.
 */
#include "linalg/gemm_shallow.h"

#include <string.h>

#include "base/cpu.h"
#include "base/pool.h"
#include "linalg/gemm_kernels.h"

/* C = A B or, turned, its transpose. */
typedef struct sides {
    size_t m, n, k;
    const char *a, *b;
    char *c;
    ptrdiff_t a_row, a_column, b_row, b_column, c_row, c_column;
} sides;

typedef struct task {
    ndi_gemm_shallow shallow;
    void (*rows)(const ndi_gemm_shallow *s, size_t count);
    ptrdiff_t left_next, c_next; /* from item to item */
} task;

static void multiply_range(void *context, size_t begin, size_t end)
{
    const task *t = context;
    ndi_gemm_shallow s = t->shallow;
    s.left += (ptrdiff_t)begin * t->left_next;
    s.c += (ptrdiff_t)begin * t->c_next;
    t->rows(&s, end - begin);
}

/* The element of B in row p and column j becomes that of `factors` in row `of`. */
static void copy_factors(char *factors, size_t item, const sides *x, size_t p_step, size_t j_step)
{
    for (size_t p = 0; p < x->k; p++)
        for (size_t j = 0; j < x->n; j++)
            memcpy(factors + (p * p_step + j * j_step) * item,
                   x->b + (ptrdiff_t)p * x->b_row + (ptrdiff_t)j * x->b_column, item);
}

/* If A is long, B is small and the layouts are the kernels'. */
static bool multiply(const sides *x, ndi_gemm_real real, size_t item)
{
    const size_t least_rows = 32, grain_bytes = 64 << 10;
    const ptrdiff_t size = (ptrdiff_t)item;
    _Alignas(64) char factors[NDI_GEMM_SHALLOW * 64] = {0};
    if (x->m < least_rows || x->n > NDI_GEMM_SHALLOW)
        return false;
    task t = {.shallow = {.depth = x->k,
                          .columns = x->n,
                          .left = x->a,
                          .left_step = x->a_column,
                          .left_next = x->a_row,
                          .factors = factors,
                          .c = x->c,
                          .c_step = x->c_column},
              .left_next = x->a_row,
              .c_next = x->c_row};
    if (x->a_row == size && x->c_row == size) {
        t.rows = ndi_gemm_kernels_for(ndi_isa_in_use(), real)->multiply_long_rows;
        copy_factors(factors, item, x, 1, NDI_GEMM_SHALLOW);
    } else if (x->c_column == size && x->c_row == (ptrdiff_t)x->n * size) {
        const ndi_gemm_kernels *const kernels =
            ndi_gemm_kernels_of_width(ndi_isa_in_use(), real, x->n);
        if (kernels->lanes < x->n)
            return false;
        t.rows = kernels->multiply_short_rows;
        copy_factors(factors, item, x, kernels->lanes, 1);
    } else {
        return false;
    }
    ndi_parallel_for(x->m, 1 + grain_bytes / ((x->k + x->n) * item), multiply_range, &t);
    return true;
}

bool ndi_gemm_is_shallow(const ndi_gemm_shape *s, const void *a, const void *b, void *c)
{
    if ((s->type != NDI_GEMM_F32 && s->type != NDI_GEMM_F64) || s->subtracts || s->k == 0 ||
        s->k > NDI_GEMM_SHALLOW)
        return false;
    const ndi_gemm_format *const format = &ndi_gemm_formats[s->type];
    const sides straight = {s->m,
                            s->n,
                            s->k,
                            a,
                            b,
                            c,
                            s->a_row_stride,
                            s->a_column_stride,
                            s->b_row_stride,
                            s->b_column_stride,
                            s->c_row_stride,
                            s->c_column_stride},
                turned = {s->n,
                          s->m,
                          s->k,
                          b,
                          a,
                          c,
                          s->b_column_stride,
                          s->b_row_stride,
                          s->a_column_stride,
                          s->a_row_stride,
                          s->c_column_stride,
                          s->c_row_stride};
    return multiply(s->m >= s->n ? &straight : &turned, format->tiles, format->element_bytes);
}

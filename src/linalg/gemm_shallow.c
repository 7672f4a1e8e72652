/* Products of small depth, as of many points and a rotation; the loops are gemm_shallow_tmpl.h's.
 */
#include "linalg/gemm_shallow.h"

#include <string.h>

#include "base/cpu.h"
#include "base/pool.h"
#include "linalg/gemm_kernels.h"

typedef struct task {
    ndi_gemm_shallow shallow;
    void (*rows)(const ndi_gemm_shallow *s, size_t count);
    ptrdiff_t c_next; /* from row to row */
} task;

static void multiply_range(void *context, size_t begin, size_t end)
{
    const task *t = context;
    ndi_gemm_shallow s = t->shallow;
    s.left += (ptrdiff_t)begin * s.left_next;
    s.c += (ptrdiff_t)begin * t->c_next;
    t->rows(&s, end - begin);
}

/* B, whose rows and columns are the steps apart in `factors`. */
static void copy_factors(char *factors, size_t item, const ndi_gemm_shape *s, const char *b,
                         size_t p_step, size_t j_step)
{
    for (size_t p = 0; p < s->k; p++)
        for (size_t j = 0; j < s->n; j++)
            memcpy(factors + (p * p_step + j * j_step) * item,
                   b + (ptrdiff_t)p * s->b_row_stride + (ptrdiff_t)j * s->b_column_stride, item);
}

void ndi_gemm_shallow_rows(const ndi_gemm_shape *s, bool long_rows, const char *a, const char *b,
                           char *c)
{
    const ndi_gemm_real real = ndi_gemm_formats[s->type].tiles;
    const size_t item = ndi_gemm_formats[s->type].element_bytes, grain_bytes = 64 << 10;
    _Alignas(64) char factors[NDI_GEMM_SHALLOW * 64] = {0};
    task t = {.shallow = {.depth = s->k,
                          .columns = s->n,
                          .left = a,
                          .left_step = s->a_column_stride,
                          .left_next = s->a_row_stride,
                          .factors = factors,
                          .c = c,
                          .c_step = s->c_column_stride},
              .c_next = s->c_row_stride};
    if (long_rows) {
        t.rows = ndi_gemm_kernels_for(ndi_isa_in_use(), real)->multiply_long_rows;
        copy_factors(factors, item, s, b, 1, NDI_GEMM_SHALLOW);
    } else {
        const ndi_gemm_kernels *const kernels =
            ndi_gemm_kernels_of_width(ndi_isa_in_use(), real, s->n);
        t.rows = kernels->multiply_short_rows;
        copy_factors(factors, item, s, b, kernels->lanes, 1);
    }
    ndi_parallel_for(s->m, 1 + grain_bytes / ((s->k + s->n) * item), multiply_range, &t);
}

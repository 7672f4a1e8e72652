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

/* If A is long, B is small and the layouts are the kernels'. */
static bool multiply(const ndi_gemm_shape *s, const char *a, const char *b, char *c)
{
    const ndi_gemm_real real = ndi_gemm_formats[s->type].tiles;
    const size_t item = ndi_gemm_formats[s->type].element_bytes;
    const size_t least_rows = 32, grain_bytes = 64 << 10;
    const ptrdiff_t size = (ptrdiff_t)item;
    if (s->m < least_rows || s->n > NDI_GEMM_SHALLOW)
        return false;
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
    if (s->a_row_stride == size && s->c_row_stride == size) {
        t.rows = ndi_gemm_kernels_for(ndi_isa_in_use(), real)->multiply_long_rows;
        copy_factors(factors, item, s, b, 1, NDI_GEMM_SHALLOW);
    } else if (s->c_column_stride == size && s->c_row_stride == (ptrdiff_t)s->n * size) {
        const ndi_gemm_kernels *const kernels =
            ndi_gemm_kernels_of_width(ndi_isa_in_use(), real, s->n);
        if (kernels->lanes < s->n)
            return false;
        t.rows = kernels->multiply_short_rows;
        copy_factors(factors, item, s, b, kernels->lanes, 1);
    } else {
        return false;
    }
    ndi_parallel_for(s->m, 1 + grain_bytes / ((s->k + s->n) * item), multiply_range, &t);
    return true;
}

bool ndi_gemm_is_shallow(const ndi_gemm_shape *s, const void *a, const void *b, void *c)
{
    if ((s->type != NDI_GEMM_F32 && s->type != NDI_GEMM_F64) || s->subtracts || s->k == 0 ||
        s->k > NDI_GEMM_SHALLOW)
        return false;
    const ndi_gemm_shape turned = ndi_gemm_transposed(s);
    return s->m >= s->n ? multiply(s, a, b, c) : multiply(&turned, b, a, c);
}

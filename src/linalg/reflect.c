/* Products of reflections, applied as LAPACK's xLARFB does: so many at a time are 1 - V T V', which
 * is three products of matrices. */
#include "linalg/reflect.h"

#include <string.h>

#include "linalg/unit.h"

enum { TOGETHER = NDI_REFLECT_TOGETHER, FEW = 128 };

/* Reflections in a block, of so many in all: wide blocks make larger products, which are faster,
 * and more of them (QR of 100 rows 124 us by 16, 151 by 32; of 400 rows 4.6 ms and 3.1). */
static size_t block_of(size_t count)
{
    return count < FEW ? TOGETHER / 2 : TOGETHER;
}

typedef struct parts {
    char *v, *conjugate, *products, *t, *w, *turned; /* V, its conjugate, V' V, T, V' C and T of
                                                        that: in Fortran order */
} parts;

static size_t whole_lines(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static size_t cut(const ndi_reflect_kernels *kernels, size_t rows, size_t columns, char *work,
                  parts *p)
{
    const size_t item = kernels->item, v = whole_lines(rows * TOGETHER * item),
                 conjugate = kernels->is_complex ? v : 0,
                 square = whole_lines(TOGETHER * TOGETHER * item),
                 w = whole_lines(TOGETHER * columns * item);
    if (p) {
        char *const products = work + v + conjugate;
        *p = (parts){work,
                     work + conjugate,
                     products,
                     products + square,
                     products + 2 * square,
                     products + 2 * square + w};
    }
    return v + conjugate + 2 * square + 2 * w;
}

size_t ndi_reflect_work(const ndi_reflect_kernels *kernels, size_t rows, size_t columns)
{
    return cut(kernels, rows, columns, NULL, NULL);
}

static bool apply_block(const ndi_reflections *r, size_t first, size_t count, bool adjoint,
                        size_t columns, char *c, ptrdiff_t c_row_stride, ptrdiff_t c_column_stride,
                        const parts *p)
{
    const ndi_reflect_kernels *const kernels = r->kernels;
    const ndi_gemm_type type = kernels->type;
    const size_t rows = r->rows - first;
    const ptrdiff_t item = (ptrdiff_t)kernels->item, along_v = (ptrdiff_t)rows * item,
                    along_t = (ptrdiff_t)count * item;
    const char *const vectors = r->vectors + (ptrdiff_t)first * (r->row_stride + r->column_stride);
    const ndi_gemm_shape products = {type, false, count,   count, rows,   along_v,
                                     item, item,  along_v, item,  along_t};
    const ndi_gemm_shape by_v = {type, false,        count,           columns, rows,   along_v,
                                 item, c_row_stride, c_column_stride, item,    along_t};
    const ndi_gemm_shape by_t = {type,    false, count,   columns, count,  item,
                                 along_t, item,  along_t, item,    along_t};
    const ndi_gemm_shape reduce = {type,    true, rows,    columns,      count,          item,
                                   along_v, item, along_t, c_row_stride, c_column_stride};
    char *const from = c + (ptrdiff_t)first * c_row_stride;
    kernels->unfold(rows, count, vectors, r->row_stride / item, r->column_stride / item,
                    r->conjugated, p->v, p->conjugate);
    if (!ndi_gemm(&products, p->conjugate, p->v, p->products))
        return false;
    kernels->join(count, (const char *)r->tau + first * kernels->item, r->conjugated, p->products,
                  adjoint, p->t);
    return ndi_gemm(&by_v, p->conjugate, from, p->w) && ndi_gemm(&by_t, p->t, p->w, p->turned) &&
           ndi_gemm(&reduce, p->v, p->turned, from);
}

bool ndi_reflect(const ndi_reflections *r, bool adjoint, size_t columns, void *c,
                 ptrdiff_t c_row_stride, ptrdiff_t c_column_stride, void *work)
{
    const size_t together = block_of(r->count), blocks = (r->count + together - 1) / together;
    parts p;
    cut(r->kernels, r->rows, columns, work, &p);
    for (size_t i = 0; i < blocks; i++) {
        const size_t first = (adjoint ? i : blocks - 1 - i) * together, rest = r->count - first;
        if (!apply_block(r, first, rest < together ? rest : together, adjoint, columns, c,
                         c_row_stride, c_column_stride, &p))
            return false;
    }
    return true;
}

/* Block by block from the last: to the left of a block's first column nothing changes yet. */
bool ndi_reflect_unit(const ndi_reflections *r, size_t columns, void *c, ptrdiff_t c_column_stride,
                      void *work)
{
    const size_t together = block_of(r->count);
    parts p;
    cut(r->kernels, r->rows, columns, work, &p);
    ndi_unit_columns(r->kernels->type, r->rows, 0, columns, 0, c, c_column_stride);
    for (size_t block = (r->count + together - 1) / together; block-- > 0;) {
        const size_t first = block * together, rest = r->count - first;
        if (!apply_block(r, first, rest < together ? rest : together, false, columns - first,
                         (char *)c + (ptrdiff_t)first * c_column_stride,
                         (ptrdiff_t)r->kernels->item, c_column_stride, &p))
            return false;
    }
    return true;
}

/* ---- QR -------------------------------------------------------------------------------------- */

static size_t qr_bytes(const ndi_reflect_kernels *kernels, size_t m)
{
    return whole_lines(kernels->qr_length(m, TOGETHER) * kernels->item);
}

size_t ndi_reflect_qr_work(const ndi_reflect_kernels *kernels, size_t m, size_t n)
{
    return qr_bytes(kernels, m) + ndi_reflect_work(kernels, m, n);
}

bool ndi_reflect_qr(const ndi_reflect_kernels *kernels, size_t m, size_t n, void *matrix, void *tau,
                    ndi_reflections *q, void *work)
{
    const size_t count = m < n ? m : n, together = block_of(count);
    const ptrdiff_t row = (ptrdiff_t)kernels->item, column = (ptrdiff_t)m * row;
    parts p;
    cut(kernels, m, n, (char *)work + qr_bytes(kernels, m), &p);
    *q = (ndi_reflections){kernels, m, count, matrix, row, column, tau, false};
    for (size_t first = 0; first < count; first += together) {
        char *const block = (char *)matrix + (ptrdiff_t)first * (row + column);
        char *const taus = (char *)tau + (ptrdiff_t)first * row;
        const size_t rest = n - first, width = rest < together ? rest : together;
        const size_t rows = m - first;
        kernels->qr(rows, width, block, m, taus, work);
        const ndi_reflections part = {
            kernels, rows, rows < width ? rows : width, block, row, column, taus, false};
        if (rest > width && !apply_block(&part, 0, part.count, true, rest - width,
                                         block + (ptrdiff_t)width * column, row, column, &p))
            return false;
    }
    return true;
}

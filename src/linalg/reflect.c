/* Products of reflections, applied as LAPACK's xLARFB does: so many at a time are 1 - V T V', which
 * is three products of matrices. */
#include "linalg/reflect.h"

#include <string.h>

#include "linalg/gemm.h"

enum { TOGETHER = 32 }; /* reflections in a block */

typedef struct parts {
    char *v, *products, *t, *w, *turned; /* V, V' V, T, V' C and T of that: in Fortran order */
} parts;

static size_t whole_lines(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static size_t cut(size_t item, size_t rows, size_t columns, char *work, parts *p)
{
    const size_t v = whole_lines(rows * TOGETHER * item),
                 square = whole_lines(TOGETHER * TOGETHER * item),
                 w = whole_lines(TOGETHER * columns * item);
    if (p)
        *p = (parts){work, work + v, work + v + square, work + v + 2 * square,
                     work + v + 2 * square + w};
    return v + 2 * square + 2 * w;
}

size_t ndi_reflect_work(size_t item, size_t rows, size_t columns)
{
    return cut(item, rows, columns, NULL, NULL);
}

static double real_at(size_t item, const void *reals, size_t i)
{
    return item == sizeof(double) ? ((const double *)reals)[i] : ((const float *)reals)[i];
}

static void put_real(size_t item, void *reals, size_t i, double value)
{
    if (item == sizeof(double))
        ((double *)reals)[i] = value;
    else
        ((float *)reals)[i] = (float)value;
}

/* Columns of reflections first..first+count-1, from row `first` on. */
static void copy_vectors(const ndi_reflections *r, size_t first, size_t count, char *v)
{
    const size_t rows = r->rows - first, item = r->item;
    for (size_t j = 0; j < count; j++) {
        char *const column = v + j * rows * item;
        const char *from = r->vectors + (ptrdiff_t)(first + j + 1) * r->row_stride +
                           (ptrdiff_t)(first + j) * r->column_stride;
        memset(column, 0, j * item);
        put_real(item, column, j, 1);
        if (r->row_stride == (ptrdiff_t)item)
            memcpy(column + (j + 1) * item, from, (rows - j - 1) * item);
        else
            for (size_t i = j + 1; i < rows; i++, from += r->row_stride)
                memcpy(column + i * item, from, item);
    }
}

/* T of the products of vectors with one another (xLARFT). */
static void find_t(size_t item, size_t count, const void *taus, size_t first, const void *products,
                   void *t)
{
    double column[TOGETHER], whole[TOGETHER][TOGETHER] = {{0}};
    for (size_t j = 0; j < count; j++) {
        const double tau = real_at(item, taus, first + j);
        memset(column, 0, sizeof column);
        for (size_t l = 0; l < j; l++) {
            const double product = real_at(item, products, j * count + l);
            for (size_t i = 0; i < TOGETHER; i++) /* below its diagonal T is 0 */
                column[i] += whole[l][i] * product;
        }
        for (size_t i = 0; i < j; i++)
            whole[j][i] = -tau * column[i];
        whole[j][j] = tau;
    }
    for (size_t j = 0; j < count; j++)
        for (size_t i = 0; i < count; i++)
            put_real(item, t, j * count + i, whole[j][i]);
}

static bool apply_block(const ndi_reflections *r, size_t first, size_t count, bool transposed,
                        size_t columns, char *c, ptrdiff_t c_row_stride, ptrdiff_t c_column_stride,
                        const parts *p)
{
    const size_t rows = r->rows - first;
    const ptrdiff_t item = (ptrdiff_t)r->item, along_v = (ptrdiff_t)(rows * r->item),
                    along_t = (ptrdiff_t)(count * r->item);
    const ndi_gemm_type type = r->item == sizeof(double) ? NDI_GEMM_F64 : NDI_GEMM_F32;
    copy_vectors(r, first, count, p->v);
    const ndi_gemm_shape products = {type, false, count,   count, rows,   along_v,
                                     item, item,  along_v, item,  along_t};
    const ndi_gemm_shape by_v = {type, false,        count,           columns, rows,   along_v,
                                 item, c_row_stride, c_column_stride, item,    along_t};
    const ndi_gemm_shape by_t = {type,
                                 false,
                                 count,
                                 columns,
                                 count,
                                 transposed ? along_t : item,
                                 transposed ? item : along_t,
                                 item,
                                 along_t,
                                 item,
                                 along_t};
    const ndi_gemm_shape reduce = {type,    true, rows,    columns,      count,          item,
                                   along_v, item, along_t, c_row_stride, c_column_stride};
    char *const from = c + (ptrdiff_t)first * c_row_stride;
    if (!ndi_gemm(&products, p->v, p->v, p->products))
        return false;
    find_t(r->item, count, r->tau, first, p->products, p->t);
    return ndi_gemm(&by_v, p->v, from, p->w) && ndi_gemm(&by_t, p->t, p->w, p->turned) &&
           ndi_gemm(&reduce, p->v, p->turned, from);
}

bool ndi_reflect(const ndi_reflections *r, bool transposed, size_t columns, void *c,
                 ptrdiff_t c_row_stride, ptrdiff_t c_column_stride, void *work)
{
    const size_t blocks = (r->count + TOGETHER - 1) / TOGETHER;
    parts p;
    cut(r->item, r->rows, columns, work, &p);
    for (size_t i = 0; i < blocks; i++) {
        const size_t first = (transposed ? i : blocks - 1 - i) * TOGETHER, rest = r->count - first;
        if (!apply_block(r, first, rest < TOGETHER ? rest : TOGETHER, transposed, columns, c,
                         c_row_stride, c_column_stride, &p))
            return false;
    }
    return true;
}

/* Block by block from the last: to the left of a block's first column nothing changes yet. */
bool ndi_reflect_unit(const ndi_reflections *r, size_t columns, void *c, ptrdiff_t c_row_stride,
                      ptrdiff_t c_column_stride, void *work)
{
    char *const to = c;
    parts p;
    cut(r->item, r->rows, columns, work, &p);
    for (size_t j = 0; j < columns; j++)
        for (size_t i = 0; i < r->rows; i++)
            put_real(r->item, to + (ptrdiff_t)j * c_column_stride + (ptrdiff_t)i * c_row_stride, 0,
                     i == j);
    for (size_t block = (r->count + TOGETHER - 1) / TOGETHER; block-- > 0;) {
        const size_t first = block * TOGETHER, rest = r->count - first;
        if (!apply_block(r, first, rest < TOGETHER ? rest : TOGETHER, false, columns - first,
                         to + (ptrdiff_t)first * c_column_stride, c_row_stride, c_column_stride,
                         &p))
            return false;
    }
    return true;
}

/* ---- QR -------------------------------------------------------------------------------------- */

size_t ndi_reflect_qr_work(const ndi_reflect_kernels *kernels, size_t item, size_t m, size_t n)
{
    return whole_lines(kernels->qr_reals(m, TOGETHER) * item) + ndi_reflect_work(item, m, n);
}

bool ndi_reflect_qr(const ndi_reflect_kernels *kernels, size_t item, size_t m, size_t n,
                    void *matrix, void *tau, ndi_reflections *q, void *work)
{
    const size_t count = m < n ? m : n;
    const ptrdiff_t row = (ptrdiff_t)item, column = (ptrdiff_t)(m * item);
    char *const products = (char *)work + whole_lines(kernels->qr_reals(m, TOGETHER) * item);
    *q = (ndi_reflections){item, m, count, matrix, row, column, tau};
    for (size_t first = 0; first < count; first += TOGETHER) {
        char *const block = (char *)matrix + (ptrdiff_t)first * (row + column);
        char *const taus = (char *)tau + first * item;
        const size_t rest = n - first, width = rest < TOGETHER ? rest : TOGETHER;
        const size_t rows = m - first;
        kernels->qr(rows, width, block, m, taus, work);
        const ndi_reflections part = {item,   rows, rows < width ? rows : width, block, row,
                                      column, taus};
        if (rest > width && !ndi_reflect(&part, true, rest - width,
                                         block + (ptrdiff_t)width * column, row, column, products))
            return false;
    }
    return true;
}

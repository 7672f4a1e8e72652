/* Moving elements without computing: streaming stores and transposed tiles; compiled once for each
 * ISA. */
#include <string.h>

#include "kernels/loops.h"
#include "kernels/templates.h"
#include "kernels/vector.h"

static void stream(void *to, const void *from, size_t bytes)
{
#ifdef STREAM_VECTOR
    char *out = to;
    const char *in = from;
    /* Whole lines only: the head and tail of an unaligned run go through the cache. */
    const size_t head = (64 - (uintptr_t)out % 64) % 64;
    if (bytes < head + 64) {
        memcpy(out, in, bytes);
        return;
    }
    memcpy(out, in, head);
    size_t at = head;
    for (; at + 64 <= bytes; at += 64)
        stream_line(out + at, in + at);
    memcpy(out + at, in + at, bytes - at);
#else
    memcpy(to, from, bytes);
#endif
}

static void stream_end(void)
{
#ifdef STREAM_VECTOR
    _mm_sfence();
#endif
}

/* Takes a line of `in` at a time: the elements of one column that belong to the next rows of `out`.
 * The lines below it are wanted one and two sweeps later, and columns are too far apart for the
 * hardware to foresee them. Into L2: L1 has too few places for misses (5000 x 5000 on one core: 47
 * ms without, 46 to 28 into L1, 17 into L2; a plain copy 11). */
#define TRANSPOSE(SIZE, TYPE)                                                                      \
    static void transpose_##SIZE(size_t rows, size_t columns, char *out, ptrdiff_t out_row_stride, \
                                 const char *in, ptrdiff_t in_column_stride)                       \
    {                                                                                              \
        enum { LINE = SIZE < 8 ? 8 : 64 / SIZE };                                                  \
        size_t r = 0;                                                                              \
        for (; r + LINE <= rows; r += LINE) {                                                      \
            char *to = out + (ptrdiff_t)r * out_row_stride;                                        \
            for (size_t c = 0; c < columns; c++) {                                                 \
                const TYPE *from = (const TYPE *)(in + (ptrdiff_t)c * in_column_stride) + r;       \
                __builtin_prefetch((const char *)from + 128, 0, 2);                                \
                for (size_t k = 0; k < LINE; k++)                                                  \
                    ((TYPE *)(to + (ptrdiff_t)k * out_row_stride))[c] = from[k];                   \
            }                                                                                      \
        }                                                                                          \
        for (; r < rows; r++) {                                                                    \
            TYPE *to = (TYPE *)(out + (ptrdiff_t)r * out_row_stride);                              \
            for (size_t c = 0; c < columns; c++)                                                   \
                to[c] = ((const TYPE *)(in + (ptrdiff_t)c * in_column_stride))[r];                 \
        }                                                                                          \
    }
TRANSPOSE(1, uint8_t)
TRANSPOSE(2, uint16_t)
TRANSPOSE(4, uint32_t)
TRANSPOSE(8, uint64_t)
TRANSPOSE(16, complex128)

/* c[j] += a * b[j], for convolution and the products of integers. bool: any of and. */
#define AXPY(D, TYPE, ...)                                                                         \
    static void axpy_##D(size_t n, void *c, const void *a, const void *b)                          \
    {                                                                                              \
        TYPE *restrict out = c;                                                                    \
        const TYPE factor = *(const TYPE *)a, *in = b;                                             \
        for (size_t j = 0; j < n; j++)                                                             \
            out[j] = (TYPE)(out[j] + factor * in[j]);                                              \
    }
ON_REALS(AXPY, )
#define AXPY_COMPLEX(D, TYPE, ...)                                                                 \
    static void axpy_##D(size_t n, void *c, const void *a, const void *b)                          \
    {                                                                                              \
        TYPE *restrict out = c;                                                                    \
        const TYPE factor = *(const TYPE *)a, *in = b;                                             \
        for (size_t j = 0; j < n; j++)                                                             \
            out[j] += __builtin_complex(PRODUCT(__real__ factor * __real__ in[j]) -                \
                                            PRODUCT(__imag__ factor * __imag__ in[j]),             \
                                        PRODUCT(__real__ factor * __imag__ in[j]) +                \
                                            PRODUCT(__imag__ factor * __real__ in[j]));            \
    }
ON_COMPLEX(AXPY_COMPLEX, )

static void axpy_BOOL(size_t n, void *c, const void *a, const void *b)
{
    uint8_t *restrict out = c;
    const uint8_t factor = *(const uint8_t *)a, *in = b;
    for (size_t j = 0; j < n; j++)
        out[j] |= factor & in[j];
}

#define AXPY_SLOT(D, TYPE, ...) kernels->axpy[ND_##D] = axpy_##D;

void NDI_ISA_NAME(ndi_fill_moves)(ndi_kernels *kernels)
{
    kernels->stream = stream;
    kernels->stream_end = stream_end;
    kernels->transpose[0] = transpose_1;
    kernels->transpose[1] = transpose_2;
    kernels->transpose[2] = transpose_4;
    kernels->transpose[3] = transpose_8;
    kernels->transpose[4] = transpose_16;
    ON_ALL(AXPY_SLOT, )
}

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

/* Vectors, as many as one has lanes, are turned as a matrix: in each step vectors of the
 * two halves meet, low and high lanes in turn, which moves the first bit of the row to the end of
 * the column and the other way. (Of 4 bytes: 5000 x 5000 from 6.1 to 5.2 ms. Of 8 bytes the eight
 * lines that are wanted at once came later, and it took 10.4 ms and not 8.2.) */
#define LANES_2(M) M(0), M(1)
#define LANES_4(M) LANES_2(M), M(2), M(3)
#define LANES_8(M) LANES_4(M), M(4), M(5), M(6), M(7)
#define LANES_16(M) LANES_8(M), M(8), M(9), M(10), M(11), M(12), M(13), M(14), M(15)
#define LOW_LANE(l) (l) / 2 + (l) % 2 * SIDE
#define HIGH_LANE(l) LOW_LANE(l) + SIDE / 2
#define SQUARE(SIZE, TYPE, LANES)                                                                  \
    typedef TYPE square_##SIZE __attribute__((vector_size(VECTOR_BYTES)));                         \
    ALWAYS_INLINE void turn_##SIZE(square_##SIZE *v)                                               \
    {                                                                                              \
        enum { SIDE = VECTOR_BYTES / SIZE };                                                       \
        _Pragma("GCC unroll 4") for (int step = 1; step < SIDE; step *= 2)                         \
        {                                                                                          \
            square_##SIZE turned[SIDE];                                                            \
            _Pragma("GCC unroll 8") for (int i = 0; i < SIDE / 2; i++)                             \
            {                                                                                      \
                turned[2 * i] = __builtin_shufflevector(v[i], v[i + SIDE / 2], LANES(LOW_LANE));   \
                turned[2 * i + 1] =                                                                \
                    __builtin_shufflevector(v[i], v[i + SIDE / 2], LANES(HIGH_LANE));              \
            }                                                                                      \
            _Pragma("GCC unroll 16") for (int i = 0; i < SIDE; i++) v[i] = turned[i];              \
        }                                                                                          \
    }                                                                                              \
    /* A line of each of SIDE columns; `to` is where the first of them goes. */                    \
    ALWAYS_INLINE void turn_lines_##SIZE(char *to, ptrdiff_t to_stride, const char *from,          \
                                         ptrdiff_t from_stride)                                    \
    {                                                                                              \
        enum { SIDE = VECTOR_BYTES / SIZE };                                                       \
        for (ptrdiff_t part = 0; part < 64; part += VECTOR_BYTES) {                                \
            square_##SIZE v[SIDE];                                                                 \
            _Pragma("GCC unroll 16") for (int i = 0; i < SIDE; i++)                                \
                memcpy(&v[i], from + i * from_stride + part, sizeof v[i]);                         \
            turn_##SIZE(v);                                                                        \
            _Pragma("GCC unroll 16") for (int i = 0; i < SIDE; i++)                                \
                memcpy(to + (part / SIZE + i) * to_stride, &v[i], sizeof v[i]);                    \
        }                                                                                          \
    }
#if VECTOR_BYTES == 64
SQUARE(4, int32_t, LANES_16)
#elif VECTOR_BYTES == 32
SQUARE(4, int32_t, LANES_8)
#elif VECTOR_BYTES == 16
SQUARE(4, int32_t, LANES_4)
#endif

/* Takes a line of `in` at a time: the elements of one column that belong to the next rows of `out`.
 * The lines below it are wanted one and two sweeps later, and columns are too far apart for the
 * hardware to foresee them. Into L2: L1 has too few places for misses (5000 x 5000 on one core: 47
 * ms without, 46 to 28 into L1, 17 into L2; a plain copy 11). TURN: squares of lines
 * from column c on, as far as they go. */
#define TRANSPOSE(SIZE, TYPE, TURN)                                                                \
    static void transpose_##SIZE(size_t rows, size_t columns, char *out, ptrdiff_t out_row_stride, \
                                 const char *in, ptrdiff_t in_column_stride)                       \
    {                                                                                              \
        enum { LINE = SIZE < 8 ? (SIZE < 4 ? 8 : 16) : 64 / SIZE };                                \
        size_t r = 0;                                                                              \
        for (; r + LINE <= rows; r += LINE) {                                                      \
            char *to = out + (ptrdiff_t)r * out_row_stride;                                        \
            const char *line = in + (ptrdiff_t)(r * SIZE);                                         \
            size_t c = 0;                                                                          \
            TURN(SIZE)                                                                             \
            for (; c < columns; c++) {                                                             \
                const TYPE *from = (const TYPE *)(line + (ptrdiff_t)c * in_column_stride);         \
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
#define ONE_BY_ONE(SIZE)
#if VECTOR_BYTES >= 16
#define BY_SQUARES(SIZE)                                                                           \
    for (; c + VECTOR_BYTES / SIZE <= columns; c += VECTOR_BYTES / SIZE) {                         \
        const char *from = line + (ptrdiff_t)c * in_column_stride;                                 \
        for (ptrdiff_t i = 0; i < VECTOR_BYTES / SIZE; i++)                                        \
            __builtin_prefetch(from + i * in_column_stride + 128, 0, 2);                           \
        turn_lines_##SIZE(to + (ptrdiff_t)(c * SIZE), out_row_stride, from, in_column_stride);     \
    }
#else
#define BY_SQUARES ONE_BY_ONE
#endif
TRANSPOSE(1, uint8_t, ONE_BY_ONE)
TRANSPOSE(2, uint16_t, ONE_BY_ONE)
TRANSPOSE(4, uint32_t, BY_SQUARES)
TRANSPOSE(8, uint64_t, ONE_BY_ONE)
TRANSPOSE(16, complex128, ONE_BY_ONE)

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

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

/* Vectors, as many as one holds elements, are turned as a matrix: in each step vectors of the two
 * halves meet, low and high elements in turn, which moves the first bit of the row to the end of
 * the column and the other way. UNITS: lanes of an element. */
#define LANES_2(M) M(0), M(1)
#define LANES_4(M) LANES_2(M), M(2), M(3)
#define LANES_8(M) LANES_4(M), M(4), M(5), M(6), M(7)
#define LANES_16(M) LANES_8(M), M(8), M(9), M(10), M(11), M(12), M(13), M(14), M(15)
#define LOW_LANE(l) ((l) / UNITS / 2 + (l) / UNITS % 2 * SIDE) * UNITS + (l) % UNITS
#define HIGH_LANE(l) LOW_LANE(l) + SIDE / 2 * UNITS
#define SQUARE(SIZE, TYPE, BYTES, LANES)                                                           \
    typedef TYPE square_##SIZE __attribute__((vector_size(BYTES)));                                \
    enum { SIDE_##SIZE = BYTES / SIZE };                                                           \
    ALWAYS_INLINE void turn_##SIZE(square_##SIZE *v)                                               \
    {                                                                                              \
        enum { SIDE = SIDE_##SIZE, UNITS = SIZE / sizeof(TYPE) };                                  \
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
    /* `bytes` of each of SIDE columns; `to` is where the first of them goes. */                   \
    ALWAYS_INLINE void turn_lines_##SIZE(char *to, ptrdiff_t to_stride, const char *from,          \
                                         ptrdiff_t from_stride, ptrdiff_t bytes)                   \
    {                                                                                              \
        enum { SIDE = SIDE_##SIZE };                                                               \
        for (ptrdiff_t part = 0; part < bytes; part += BYTES) {                                    \
            square_##SIZE v[SIDE];                                                                 \
            _Pragma("GCC unroll 16") for (int i = 0; i < SIDE; i++)                                \
                memcpy(&v[i], from + i * from_stride + part, sizeof v[i]);                         \
            turn_##SIZE(v);                                                                        \
            _Pragma("GCC unroll 16") for (int i = 0; i < SIDE; i++)                                \
                memcpy(to + (part / SIZE + i) * to_stride, &v[i], sizeof v[i]);                    \
        }                                                                                          \
    }
#if VECTOR_BYTES >= 16 /* of small elements short vectors: more than the registers hold else */
SQUARE(1, int8_t, 16, LANES_16)
SQUARE(2, int16_t, 16, LANES_8)
#endif
#if VECTOR_BYTES == 64
SQUARE(4, int32_t, 64, LANES_16)
SQUARE(8, int64_t, 64, LANES_8)
SQUARE(16, int64_t, 64, LANES_8)
#elif VECTOR_BYTES == 32
SQUARE(4, int32_t, 32, LANES_8)
SQUARE(8, int64_t, 32, LANES_4)
SQUARE(16, int64_t, 32, LANES_4)
#elif VECTOR_BYTES == 16
SQUARE(4, int32_t, 16, LANES_4)
SQUARE(8, int64_t, 16, LANES_2)
SQUARE(16, int64_t, 16, LANES_2)
#endif

/* Takes LINE elements of `in` at a time: those of one column that belong to the next rows of `out`.
 * The lines below it are wanted one and two sweeps later, and columns are too far apart for the
 * hardware to foresee them. Into L2: L1 has too few places for misses (5000 x 5000 on one core: 47
 * ms without, 46 to 28 into L1, 17 into L2; a plain copy 11). TURN: squares of lines from column c
 * on, as far as they go. (Of 4 bytes: 5000 x 5000 from 6.1 to 5.2 ms. Of 8 bytes the eight lines
 * that are wanted at once came later, and it took 10.4 ms and not 8.2.) */
#define TRANSPOSE(SIZE, TYPE, TURN)                                                                \
    static void transpose_##SIZE(size_t rows, size_t columns, char *out, ptrdiff_t out_row_stride, \
                                 const char *in, ptrdiff_t in_column_stride)                       \
    {                                                                                              \
        enum { LINE = SIZE < 4 ? 16 / SIZE : 64 / SIZE };                                          \
        for (size_t r = 0; r + LINE <= rows; r = FOLLOWING(r, LINE, rows)) {                       \
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
        for (size_t r = 0; r < rows && rows < LINE; r++) {                                         \
            TYPE *to = (TYPE *)(out + (ptrdiff_t)r * out_row_stride);                              \
            for (size_t c = 0; c < columns; c++)                                                   \
                to[c] = ((const TYPE *)(in + (ptrdiff_t)c * in_column_stride))[r];                 \
        }                                                                                          \
    }
/* Where the group of `group` after the one at `at` begins: the last one may share some with it. */
#define FOLLOWING(at, group, all)                                                                  \
    ((at) + (group) < (all) && (at) + 2 * (group) > (all) ? (all) - (group) : (at) + (group))
#define ONE_BY_ONE(SIZE)
#define NEAR_BYTES 16384
#if VECTOR_BYTES >= 16
#define BY_SQUARES(SIZE)                                                                           \
    for (; c + SIDE_##SIZE <= columns; c = FOLLOWING(c, SIDE_##SIZE, columns)) {                   \
        const char *from = line + (ptrdiff_t)c * in_column_stride;                                 \
        for (ptrdiff_t i = 0; i < SIDE_##SIZE; i++)                                                \
            __builtin_prefetch(from + i * in_column_stride + 128, 0, 2);                           \
        turn_lines_##SIZE(to + (ptrdiff_t)(c * SIZE), out_row_stride, from, in_column_stride,      \
                          LINE * SIZE);                                                            \
    }                                                                                              \
    c = columns < SIDE_##SIZE ? 0 : columns;
#define BY_SQUARES_IF_NEAR(SIZE)                                                                   \
    if (in_column_stride < NEAR_BYTES) {                                                           \
        BY_SQUARES(SIZE)                                                                           \
    }
#else
#define BY_SQUARES ONE_BY_ONE
#define BY_SQUARES_IF_NEAR ONE_BY_ONE
#endif
TRANSPOSE(1, uint8_t, BY_SQUARES)
TRANSPOSE(2, uint16_t, BY_SQUARES)
TRANSPOSE(4, uint32_t, BY_SQUARES)
TRANSPOSE(8, uint64_t, BY_SQUARES_IF_NEAR)
TRANSPOSE(16, complex128, ONE_BY_ONE)

/* Whole lines come in and whole lines go out, squares of them: 5000 x 5000 doubles in 5.9 ms, where
 * a plain copy takes 5.0, in a band of two or three lines of `out`; 6.7 in one of four, whose 32
 * columns are more streams than the hardware foresees, and 10.6 in one of a single line, as memory
 * is written by two. */
#ifdef STREAM_VECTOR
#define TRANSPOSE_STREAMING(SIZE)                                                                  \
    static void transpose_streaming_##SIZE(size_t rows, size_t columns, char *out,                 \
                                           ptrdiff_t out_row_stride, const char *in,               \
                                           ptrdiff_t in_column_stride)                             \
    {                                                                                              \
        enum { LINE = 64 / SIZE, AHEAD = 1024 };                                                   \
        size_t r = 0;                                                                              \
        for (; r + LINE <= rows; r += LINE) {                                                      \
            char *const to = out + (ptrdiff_t)r * out_row_stride;                                  \
            size_t c = 0;                                                                          \
            for (; c + LINE <= columns; c += LINE) {                                               \
                _Alignas(64) char square[LINE * 64];                                               \
                const char *from = in + (ptrdiff_t)(r * SIZE) + (ptrdiff_t)c * in_column_stride;   \
                for (int side = 0; side < LINE; side += SIDE_##SIZE) {                             \
                    for (int i = 0; i < SIDE_##SIZE; i++)                                          \
                        __builtin_prefetch(from + i * in_column_stride + AHEAD, 0, 2);             \
                    turn_lines_##SIZE(square + side * SIZE, 64, from, in_column_stride, 64);       \
                    from += SIDE_##SIZE * in_column_stride;                                        \
                }                                                                                  \
                _Pragma("GCC unroll 16") for (int k = 0; k < LINE; k++)                            \
                    stream_line(to + k * out_row_stride + (ptrdiff_t)(c * SIZE), square + 64 * k); \
            }                                                                                      \
            if (c < columns)                                                                       \
                transpose_##SIZE(LINE, columns - c, to + (ptrdiff_t)(c * SIZE), out_row_stride,    \
                                 in + (ptrdiff_t)(r * SIZE) + (ptrdiff_t)c * in_column_stride,     \
                                 in_column_stride);                                                \
        }                                                                                          \
        if (r < rows)                                                                              \
            transpose_##SIZE(rows - r, columns, out + (ptrdiff_t)r * out_row_stride,               \
                             out_row_stride, in + (ptrdiff_t)(r * SIZE), in_column_stride);        \
    }
TRANSPOSE_STREAMING(1)
TRANSPOSE_STREAMING(2)
TRANSPOSE_STREAMING(4)
TRANSPOSE_STREAMING(8)
TRANSPOSE_STREAMING(16)
#define TRANSPOSE_SLOTS(SIZE, power)                                                               \
    kernels->transpose[power] = transpose_##SIZE;                                                  \
    kernels->transpose_streaming[power] = transpose_streaming_##SIZE;
#else
#define TRANSPOSE_SLOTS(SIZE, power) kernels->transpose[power] = transpose_##SIZE;
#endif

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
    TRANSPOSE_SLOTS(1, 0)
    TRANSPOSE_SLOTS(2, 1)
    TRANSPOSE_SLOTS(4, 2)
    TRANSPOSE_SLOTS(8, 3)
    TRANSPOSE_SLOTS(16, 4)
    ON_ALL(AXPY_SLOT, )
}

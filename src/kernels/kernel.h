/* The kernel table: one function for each operation and dtype, chosen once for this CPU. */
#ifndef NDSTREAM_KERNELS_KERNEL_H
#define NDSTREAM_KERNELS_KERNEL_H

#include <ndstream/dtype.h>
#include <ndstream/ops.h>

#include "base/cpu.h"

/* The one signature of every elementwise step, casts and copies included: n elements, the result
 * first, then the arguments; strides in bytes (0 repeats an argument). The result may be exactly an
 * argument (same pointer, stride and element size) but must not overlap one otherwise. */
typedef void ndi_kernel(size_t n, char *const *pointers, const ptrdiff_t *strides);

/* ---- Reductions ---------------------------------------------------------------------------------
 * A reduction's order is part of its definition, so that its bits never change with threads, tiles
 * or ISA. The swept axis is cut into chunks; a leaf kernel reduces a chunk in a fixed order; chunks
 * meet in a binary tree of neighbours. Which leaf it is follows from the shape and the strides
 * alone:
 *   row     one column. Chunks of NDI_CHUNK elements; element i goes to lane i % NDI_LANES, in
 *           order, and the lanes meet in a binary tree (l with l + half). Where the order cannot
 *           show (integers), chunks are of NDI_CHUNK_BYTES;
 *   column  up to NDI_COLUMN_TILE columns side by side, each in the order of the row leaf;
 *   wide    up to NDI_WIDE_TILE columns. Chunks of NDI_WIDE_CHUNK rows, added one after the other:
 *           memory is read in long runs, which takes two thirds of the time of narrow tiles
 *           (10 ms against 15 for 5000 x 5000 on one core). */
enum {
    NDI_CHUNK = 1024,
    NDI_CHUNK_BYTES = 8 * NDI_CHUNK,
    NDI_LANES = 32,
    NDI_WIDE_CHUNK = 32,
    NDI_STATES = 2, /* planes of accumulators at most: (value, index), (sum, squares) */
    NDI_COLUMN_TILE = 64,
    NDI_WIDE_TILE = 2048,
};

/* What a chunk is reduced to. The planes of a state are arrays of `columns` accumulators, so that
 * leaves, tree and result work alike on one value and on a tile of columns. */
typedef struct ndi_leaf {
    const char *data;
    size_t rows;          /* elements of the chunk along the swept axis, at least 1 */
    ptrdiff_t row_stride; /* bytes */
    size_t columns;       /* 1 for the row leaf */
    ptrdiff_t column_stride;
    int64_t first; /* index of the first element in the whole swept space, for argmin and argmax */
    void *state[NDI_STATES];
    ptrdiff_t ahead; /* wide: bytes to elements that come next, asked for on the way; 0: none */
} ndi_leaf;

typedef void ndi_leaf_kernel(const ndi_leaf *leaf);

/* state of `a` (left, na elements) becomes that of a and b (right, nb elements) together. */
typedef void ndi_combine_kernel(size_t columns, void *const *a, double na, void *const *b,
                                double nb);

typedef struct ndi_reducer {
    ndi_leaf_kernel *row;    /* one column, contiguous or strided */
    ndi_leaf_kernel *column; /* several columns */
    ndi_leaf_kernel *wide;   /* many columns */
    ndi_combine_kernel *combine;
    nd_dtype state[NDI_STATES]; /* dtype of each plane; ND_DTYPE_NONE: not used */
} ndi_reducer;

/* The reductions that have leaves; the others are made from them. */
typedef enum ndi_reduction {
    NDI_REDUCE_SUM,
    NDI_REDUCE_PROD,
    NDI_REDUCE_MIN,
    NDI_REDUCE_MAX,
    NDI_REDUCE_FMIN, /* of floats and complex numbers: NaN if there is no number */
    NDI_REDUCE_FMAX,
    NDI_REDUCE_ARGMIN,
    NDI_REDUCE_ARGMAX,
    NDI_REDUCE_ANY,
    NDI_REDUCE_ALL,
    NDI_REDUCE_COUNT,
    NDI_REDUCE_MOMENTS, /* sum and sum of squared deviations from the mean */
    NDI_REDUCTION_COUNT
} ndi_reduction;

/* Running reduction of n elements: out[i] = *carry op in[0] op ... op in[i], where eight real
 * numbers at a time meet in a tree before they meet the carry, and *carry becomes the last of them.
 * The carry is of the dtype of the reduction's state. `out` may be `in`. */
typedef void ndi_scan_kernel(size_t n, char *out, ptrdiff_t out_stride, const char *in,
                             ptrdiff_t in_stride, void *carry);

/* base[offsets[i]] = base[offsets[i]] op in[i] for each i in turn, so that a place that occurs
 * twice counts twice. Offsets in bytes. */
typedef void ndi_place_kernel(size_t n, char *base, const int64_t *offsets, const char *in,
                              ptrdiff_t in_stride);

/* Copies a tile: out[r][c] = in[c][r] in elements of one size; strides in bytes, out's columns and
 * in's rows contiguous. */
typedef void ndi_transpose_kernel(size_t rows, size_t columns, char *out, ptrdiff_t out_row_stride,
                                  const char *in, ptrdiff_t in_column_stride);

enum { NDI_SHARE_BYTES = 256 };

/* Selection. Arrays are by log2 of the bytes of an element, 1 to 16; masks are bytes. */
typedef struct ndi_select_kernels {
    /* How many are true. */
    size_t (*count)(size_t n, const uint8_t *mask);
    /* The elements of `in` whose mask is true; what is left of room for `count` is undefined. */
    void (*compress[5])(size_t n, size_t count, void *out, const void *in, const uint8_t *mask);
    /* The other way: the elements of `in` go where the mask is true. */
    void (*expand[5])(size_t n, void *out, const void *in, const uint8_t *mask);
    /* One element goes where the mask is true. */
    void (*fill[5])(size_t n, void *out, const void *value, const uint8_t *mask);
    /* first + i for each i whose mask is true, `count` of them. */
    void (*positions)(size_t n, size_t count, int64_t *out, int64_t first, const uint8_t *mask);
    /* index * stride, added to what is there if `add`. By what is done with an index that is not in
     * 0 to length - 1: from the end if negative, else the result is false; wrapped; clipped. */
    bool (*offsets[3])(size_t n, int64_t *offsets, const int64_t *index, int64_t length,
                       int64_t stride, bool add);
    /* out[i] = element at base + offsets[i], and the other way, the last one of several that go to
     * one place remaining. Elements need no alignment. */
    void (*gather[5])(size_t n, char *out, ptrdiff_t out_stride, const char *base,
                      const int64_t *offsets);
    void (*scatter[5])(size_t n, char *base, const int64_t *offsets, const char *in,
                       ptrdiff_t in_stride);
    /* out[i] = base[index[i]], and the other way (in_stride 0: one element for all),
     * if all indices are in 0 to length - 1; else the result is false and nothing is done. */
    bool (*take[5])(size_t n, void *out, const void *base, int64_t length, const int64_t *index);
    bool (*put[5])(size_t n, void *base, int64_t length, const int64_t *index, const char *in,
                   ptrdiff_t in_stride);
    /* Each of the n elements `times` times; `counts[i]` times, `total` in all. */
    void (*repeat[5])(size_t n, size_t times, void *out, const void *in);
    void (*repeat_each[5])(size_t n, const int64_t *counts, size_t total, void *out,
                           const void *in);
    /* Deals memory out: true for the offsets that belong to `share` of the `shares`. Those within
     * NDI_SHARE_BYTES (aligned) belong to one; what lies close together is spread evenly. */
    void (*share)(size_t n, uint8_t *mask, const int64_t *offsets, unsigned share, unsigned shares);
} ndi_select_kernels;

/* Eight bools a byte, 1 for what is not 0, the first in the high bit (the low one if `little`), and
 * the other way, as 0 and 1. */
typedef struct ndi_bit_kernels {
    void (*pack)(size_t bytes, unsigned char *packed, const unsigned char *bools, bool little);
    void (*unpack)(size_t bytes, unsigned char *bools, const unsigned char *packed, bool little);
} ndi_bit_kernels;

/* How many of n results of a test are true. Pointers and strides are those of the arguments: all
 * without gaps, the second of two may be repeated (stride 0). */
typedef size_t ndi_count_kernel(size_t n, char *const *pointers, const ptrdiff_t *strides);

/* c[j] += a * b[j]: what a convolution adds up. */
typedef void ndi_axpy_kernel(size_t n, void *c, const void *a, const void *b);

typedef enum ndi_range_side { NDI_INSIDE, NDI_OUTSIDE, NDI_RANGES } ndi_range_side;

typedef struct ndi_kernels {
    ndi_isa isa;
    ndi_kernel *elementwise[ND_OP_COUNT][ND_DTYPE_COUNT]; /* by the dtype computed in; none for the
                                                             half floats */
    /* The same with streaming stores, for results that will not be read from cache: arguments
     * without gaps or repeated (stride 0), at least one of them not, the result without gaps and
     * aligned to 64 bytes. NULL: none. */
    ndi_kernel *streaming[ND_OP_COUNT][ND_DTYPE_COUNT];
    ndi_count_kernel *count[ND_OP_COUNT][ND_DTYPE_COUNT]; /* of tests; NULL: by their results */
    ndi_kernel *compare_mixed[ND_OP_COUNT][2]; /* int64 with uint64; [1]: the other way round */
    /* Sine (first result), cosine (second) and the argument, all without gaps, where the two share
     * their work: the same bits as from the two kernels. NULL: they do not. */
    ndi_kernel *sincos[ND_DTYPE_COUNT];
    /* Whether x is between y and z, or y < x and x < z; outside: x < y or z < x. With the bound
     * itself ([1]: <= instead of <) of y, of z. Bools of x, y and z, by their dtype. NULL: none. */
    ndi_kernel *range[NDI_RANGES][2][2][ND_DTYPE_COUNT];
    const struct ndi_chain_kernels *chain[ND_DTYPE_COUNT]; /* see chain.h; NULL: none */
    ndi_kernel *cast[ND_DTYPE_COUNT][ND_DTYPE_COUNT];      /* [to][from]; the diagonal copies */
    ndi_kernel *streaming_cast[ND_DTYPE_COUNT][ND_DTYPE_COUNT]; /* as `streaming` */
    ndi_reducer reduce[NDI_REDUCTION_COUNT][ND_DTYPE_COUNT];
    /* Sums and products of 64-bit integers and floats, extremes of all dtypes. */
    ndi_scan_kernel *scan[NDI_REDUCTION_COUNT][ND_DTYPE_COUNT];
    /* Operations of two arguments from the left, one element after the other: as `scan`, with out
     * also of stride 0, and at places. NULL: by calls of `elementwise`. */
    ndi_scan_kernel *serial[ND_OP_COUNT][ND_DTYPE_COUNT];
    ndi_place_kernel *place[ND_OP_COUNT][ND_DTYPE_COUNT];
    ndi_transpose_kernel *transpose[5]; /* by log2 of the element size */
    /* The same with streaming stores, `out` and its rows aligned to 64 bytes: best in narrow bands
     * of long columns. NULL: none. */
    ndi_transpose_kernel *transpose_streaming[5];
    ndi_axpy_kernel *axpy[ND_DTYPE_COUNT]; /* none for the half floats */
    ndi_select_kernels select;
    ndi_bit_kernels bits;
    /* memcpy with streaming stores, for results that will not be read from cache; after the last
     * one of a task stream_end() makes them visible to other threads. */
    void (*stream)(void *to, const void *from, size_t bytes);
    void (*stream_end)(void);
} ndi_kernels;

/* The kernels in use: filled on first use from the reference upwards to ndi_isa_in_use().
 * Thread-safe. */
const ndi_kernels *ndi_kernels_in_use(void);

/* Whether arguments of these dtypes and strides are what a kernel of `streaming` takes. */
bool ndi_suits_streaming(int arguments, const nd_dtype *dtypes, const ptrdiff_t *strides);

/* The kernels of one ISA alone (with what it does not have filled from below), for the tests that
 * compare them. False if this CPU cannot run it. */
bool ndi_kernels_of(ndi_isa isa, ndi_kernels *kernels);

/* "SLEEF 3.5.1": where the transcendental functions come from. */
const char *ndi_vector_math_name(void);

#endif

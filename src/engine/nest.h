/* A nest: the common iteration space of several operands, with every view turned into strides.
 *
 * Operand 0 is the one that is written. Axes are brought into the order of memory and merged where
 * all operands step as one, so the program's order of axes no longer matters. */
#ifndef NDSTREAM_ENGINE_NEST_H
#define NDSTREAM_ENGINE_NEST_H

#include "array/array.h"

enum {
    NDI_MAX_OPERANDS = 4,   /* of a kernel: its result and its arguments */
    NDI_NEST_OPERANDS = 36, /* of a nest: results and sources of a whole expression */
};

typedef struct ndi_nest {
    int rank; /* at least 1; the last axis is the innermost */
    int operands;
    int64_t size;
    int64_t length[ND_MAX_RANK];
    ptrdiff_t stride[NDI_NEST_OPERANDS][ND_MAX_RANK]; /* bytes */
    char *data[NDI_NEST_OPERANDS];
} ndi_nest;

/* The space of that shape, without operands. */
void ndi_nest_begin(ndi_nest *nest, int rank, const int64_t *lengths);

/* Adds `array`, broadcast to the nest's shape (it must fit). */
void ndi_nest_add(ndi_nest *nest, const nd_array *array);

/* The same for strides of `rank` axes of these lengths. */
void ndi_nest_add_strided(ndi_nest *nest, char *data, int rank, const int64_t *lengths,
                          const int64_t *strides);

/* Adds one element that every index sees. */
void ndi_nest_add_scalar(ndi_nest *nest, void *element);

/* Drops axes of length 1, turns axes that run backwards in operand 0, sorts them by its strides
 * (then by those of the others) and merges neighbours. */
void ndi_nest_simplify(ndi_nest *nest);

/* The part of `whole` that has the
 * indices begin..end-1 of an axis. */
void ndi_nest_range(const ndi_nest *whole, int axis, int64_t begin, int64_t end, ndi_nest *part);

/* Where the operands are at one linear index of the nest: `index` of every axis but the last,
 * pointers at the start of the innermost run's element. Returns the index along the last axis. */
int64_t ndi_nest_seek(const ndi_nest *nest, int64_t linear, int64_t *index, char **pointers);

/* Moves `index` and `pointers` to the next run of the last axis (pointers at its start). */
void ndi_nest_next(const ndi_nest *nest, int64_t *index, char **pointers);

/* How many rows of so many bytes lie between two elements `shift` bytes apart, to the nearest. */
static inline int64_t ndi_rows_apart(ptrdiff_t shift, ptrdiff_t row)
{
    return (shift + (shift < 0 ? -row : row) / 2) / row;
}

/* Whether an operand is broadcast: some of its elements are seen again. */
bool ndi_nest_repeats(const ndi_nest *nest, int operand);

/* Whether `elements` of a result, for which so many bytes are read and written each, go past the
 * cache with streaming stores: where all of it exceeds the last level, and at least a third as much
 * is read as written. Results of hardly any input are written faster through the cache, which still
 * holds part of the memory (80 MB from bytes: 1.34 ms, 1.42 streamed; 40 MB: 0.69 and 1.40), and
 * no slower where they are many times as large. `busy`: so much is computed for each that stores
 * hide behind it; these stream from half of the cache on, however little is read. */
bool ndi_streams_past_cache(double elements, size_t read, size_t written, bool busy);

/* Whether each row of an operand begins at a multiple of the widest vector, which is a line. */
bool ndi_nest_rows_aligned(const ndi_nest *nest, int operand);

#endif

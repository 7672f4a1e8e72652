/* Joining, splitting, repeating and padding arrays, with NumPy's names and rules.
 *
 * Results of splitting are views; the others are new arrays, computed at once. Their axes lie in
 * memory as NumPy's do: as those of the arrays that are joined, in C order where these disagree;
 * padded and inserted to, in Fortran order if the array is (and not in C order too). What is
 * pending among the arguments is computed straight into its place in the result. Arguments of
 * several dtypes go into what they promote to. Thread-safe for arrays that nobody writes. numpy's
 * axis=None is written with nd_ravel() and axis 0. */
#ifndef NDSTREAM_JOIN_H
#define NDSTREAM_JOIN_H

#include <ndstream/operand.h>

ND_BEGIN_C

/* ---- Joining ---------------------------------------------------------------------------------
 * Errors: ND_ERROR_SHAPE (ranks, or lengths of other axes, that differ; no axes), ND_ERROR_AXIS,
 * ND_ERROR_ARGUMENT (no arrays), ND_ERROR_MEMORY. */

/* The arrays one after the other along an axis that they have. */
ND_API nd_array *nd_concatenate(int count, const nd_array *const *arrays, int axis);
/* Arrays of one shape along a new axis. */
ND_API nd_array *nd_stack(int count, const nd_array *const *arrays, int axis);
/* Along axis 1, arrays of rank 1 along axis 0. */
ND_API nd_array *nd_hstack(int count, const nd_array *const *arrays);
/* Along axis 0, arrays of rank 1 as rows. */
ND_API nd_array *nd_vstack(int count, const nd_array *const *arrays);
/* Along axis 2, after nd_atleast_3d(). */
ND_API nd_array *nd_dstack(int count, const nd_array *const *arrays);
/* Arrays of rank 1 as columns of a matrix, beside matrices. */
ND_API nd_array *nd_column_stack(int count, const nd_array *const *arrays);
/* A matrix of blocks: rows * columns arrays, row by row. Each row is joined along the last axis,
 * the rows along the one before; arrays of lower rank get leading axes. */
ND_API nd_array *nd_block(int rows, int columns, const nd_array *const *arrays);
/* `values` after `array` along an axis. */
ND_API nd_array *nd_append(const nd_array *array, const nd_array *values, int axis);

/* ---- Splitting into views --------------------------------------------------------------------
 * These put the parts into `parts`, which has room for them, and return how many there are; 0 after
 * an error (ND_ERROR_AXIS, ND_ERROR_VALUE for a number of parts that does not fit,
 * ND_ERROR_MEMORY). Each part belongs to the open scope or to the caller. */

/* `count` parts of equal length; ND_ERROR_VALUE if the axis does not divide. */
ND_API int nd_split(const nd_array *array, int count, int axis, nd_array **parts);
/* `count` parts, of which the first ones may be longer by one. */
ND_API int nd_array_split(const nd_array *array, int count, int axis, nd_array **parts);
/* count + 1 parts: up to at[0], from there to at[1], ...; bounds are clipped as in slices. */
ND_API int nd_split_at(const nd_array *array, int count, const int64_t *at, int axis,
                       nd_array **parts);

/* ---- Inserting and deleting -------------------------------------------------------------------
 * Indices have no axis or one, and are of integers or a mask. Errors: ND_ERROR_AXIS, ND_ERROR_INDEX
 * (out of bounds, other dtypes), ND_ERROR_SHAPE, those of nd_set() for values, ND_ERROR_MEMORY. */

/* A copy with values before the elements at `indices` along `axis`. They are converted to the
 * array's dtype; those for a single index may be many. */
ND_API nd_array *nd_insert(const nd_array *array, const nd_array *indices, nd_operand values,
                           int axis);
/* A copy without the elements at `indices` along `axis`. */
ND_API nd_array *nd_delete(const nd_array *array, const nd_array *indices, int axis);

/* ---- Repeating ------------------------------------------------------------------------------- */

/* The array `repeats.length[i]` times along axis i; the shorter of the two shapes gets leading 1s.
 * Errors: ND_ERROR_SHAPE (rank, negative), ND_ERROR_MEMORY. */
ND_API nd_array *nd_tile(const nd_array *array, nd_shape repeats);
/* Each element along `axis` as often as `repeats` says: integers, one or one for each. Errors:
 * ND_ERROR_AXIS, ND_ERROR_SHAPE (number of repeats), ND_ERROR_VALUE (negative), ND_ERROR_DTYPE,
 * ND_ERROR_MEMORY. */
ND_API nd_array *nd_repeat(const nd_array *array, const nd_array *repeats, int axis);
/* The elements in C order, again and again, in that shape; zeros if there are none. Errors:
 * ND_ERROR_SHAPE, ND_ERROR_MEMORY. */
ND_API nd_array *nd_resize(const nd_array *array, nd_shape shape);

/* ---- Padding --------------------------------------------------------------------------------- */

/* What stands around the array. */
typedef enum nd_pad_mode {
    ND_PAD_CONSTANT,
    ND_PAD_EDGE,
    ND_PAD_LINEAR_RAMP,
    ND_PAD_MAXIMUM,
    ND_PAD_MEAN,
    ND_PAD_MEDIAN,
    ND_PAD_MINIMUM,
    ND_PAD_REFLECT,
    ND_PAD_SYMMETRIC,
    ND_PAD_WRAP,
    ND_PAD_EMPTY
} nd_pad_mode;

/* The rest of numpy.pad's arguments; zero-initialised means NumPy's defaults. Lists have an entry
 * before and one behind for each axis: 2 * nd_rank(array). */
typedef struct nd_pad_options {
    const nd_operand *values;    /* of CONSTANT, the ends of LINEAR_RAMP; NULL: 0 */
    const int64_t *stat_lengths; /* elements next to the edge for MAXIMUM to MINIMUM; NULL: all */
    bool odd;                    /* reflect_type of REFLECT and SYMMETRIC: 2 * edge - element */
} nd_pad_options;

/* A copy with `widths[2 * i]` elements before and `widths[2 * i + 1]` behind axis i; NULL options:
 * the defaults. Errors: ND_ERROR_VALUE (negative widths, statistics of no elements, other modes
 * than constant and empty for an axis without elements, values that the dtype cannot hold),
 * ND_ERROR_ARGUMENT, ND_ERROR_DTYPE (complex extremes are compared as by nd_maximum()),
 * ND_ERROR_SHAPE, ND_ERROR_MEMORY. */
ND_API nd_array *nd_pad(const nd_array *array, const int64_t *widths, nd_pad_mode mode,
                        const nd_pad_options *options);

#ifndef __cplusplus
#define nd_insert(array, indices, values, axis)                                                    \
    (nd_insert)(array, indices, ND_OPERAND(values), axis)
#endif

ND_END_C

#endif

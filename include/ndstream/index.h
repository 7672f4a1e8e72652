/* Indexing with arrays: elements out of an array and into it, by positions and by masks.
 *
 *     nd_array *large = nd_get(x, ND_ARRAY(nd_greater(x, 3.0)));           x[x > 3]
 *     nd_array *rows = nd_get(table, ND_ARRAY(picked), ND_RANGE(0, 4));    table[picked, 0:4]
 *     nd_set(x, 0.0, ND_ARRAY(nd_less(x, 0.0)));                           x[x < 0] = 0
 *
 * Rules and results are NumPy's. Arrays of integers are broadcast together, and each index of their
 * common shape picks a place; negative ones count from the end. An array of bools is a mask: it
 * stands for the indices of its true elements along as many axes as it has, whose lengths it must
 * have. If these terms, integers counted among them, stand side by side, the axes of the common
 * shape come in their place in the result, else in front. Terms without arrays give views; with
 * arrays the elements are copied, and lie in memory as NumPy's do: the axes of the common shape
 * come first there, then the others as they lie in the array.
 *
 * These functions compute what is pending among their arguments. They may be called from any
 * thread, for arrays that no other thread writes. */
#ifndef NDSTREAM_INDEX_H
#define NDSTREAM_INDEX_H

#include <ndstream/operand.h>
#include <ndstream/ops.h>

ND_BEGIN_C

/* What an index that is out of bounds means. */
typedef enum nd_index_mode {
    ND_INDEX_RAISE, /* negative: from the end; else ND_ERROR_INDEX */
    ND_INDEX_WRAP,  /* modulo the length */
    ND_INDEX_CLIP   /* the first for negative ones, the last for those too large */
} nd_index_mode;

/* ---- Any mixture ----------------------------------------------------------------------------- */

/* array[terms]: a view if the terms are basic (nd_slice_terms()), else a new array. An array term
 * without axes is an integer or a truth; the result is a copy then too. ND_TRUTH(false) selects
 * nothing, ND_TRUTH(true) everything, along a new axis.
 * Errors: ND_ERROR_INDEX (index out of bounds, arrays that are not of integers or bools or do not
 * broadcast, a mask that does not fit, too many terms), ND_ERROR_SHAPE (rank above 32),
 * ND_ERROR_VALUE (step 0), ND_ERROR_ARGUMENT, ND_ERROR_MEMORY. */
ND_API nd_array *nd_get_with(const nd_array *array, int count, const nd_index *terms);

/* array[terms] = value: the value, a scalar or an array, is broadcast to the shape that
 * nd_get_with() would return, and converted to the array's dtype as by nd_cast(). A mask over all
 * axes takes one value, or one for each true element. Where a place is named several times the last
 * value remains. The value and the index arrays may share memory with `array`: it is as if they
 * were copied first.
 * Errors: those of nd_get_with(); ND_ERROR_SHAPE (the value does not fit), ND_ERROR_RANK (more than
 * one axis for a mask), ND_ERROR_READONLY, ND_ERROR_OVERFLOW, ND_ERROR_VALUE and
 * ND_ERROR_DTYPE (a scalar that the dtype cannot hold: an integer out of range, NaN for integers,
 * complex for real). After an error nothing is written. */
ND_API nd_status nd_set_with(nd_array *array, int count, const nd_index *terms, nd_operand value);

#ifdef __cplusplus
ND_END_C
template <class... T> inline nd_array *nd_get(const nd_array *array, T... terms)
{
    const nd_index list[] = {terms...};
    return nd_get_with(array, (int)sizeof...(T), list);
}
template <class V, class... T> inline nd_status nd_set(nd_array *array, V value, T... terms)
{
    const nd_index list[] = {terms...};
    return nd_set_with(array, (int)sizeof...(T), list, nd_operand(value));
}
ND_BEGIN_C
#else
/* nd_get(a, ND_RANGE(1, -1), ND_ARRAY(i)) is a[1:-1, i]. */
#define nd_get(array, ...)                                                                         \
    nd_get_with(array, (int)(sizeof((nd_index[]){__VA_ARGS__}) / sizeof(nd_index)),                \
                (nd_index[]){__VA_ARGS__})
/* nd_set(a, 0, ND_RANGE(1, -1), ND_ARRAY(i)) is a[1:-1, i] = 0. */
#define nd_set(array, value, ...)                                                                  \
    nd_set_with(array, (int)(sizeof((nd_index[]){__VA_ARGS__}) / sizeof(nd_index)),                \
                (nd_index[]){__VA_ARGS__}, ND_OPERAND(value))
#endif

/* ---- Where elements are not zero ------------------------------------------------------------- */

/* numpy.nonzero, where() with one argument: the indices along each axis of the elements that are
 * not 0 (NaN is not), in C order. Puts nd_rank(array) arrays of int64, all of one length, into
 * `results`, which has room for them, and returns how many these are; 0 after an error. Each array
 * belongs to the open scope or to the caller. Errors: ND_ERROR_SHAPE (an array without axes),
 * ND_ERROR_MEMORY. */
ND_API int nd_nonzero(const nd_array *array, nd_array **results);

/* The same as one array of int64 and shape (count, rank): a row for each element. */
ND_API nd_array *nd_argwhere(const nd_array *array);

/* Positions in C order of the elements that are not 0, as int64. */
ND_API nd_array *nd_flatnonzero(const nd_array *array);

/* ---- Along one axis -----------------------------------------------------------------------------
 * numpy's axis=None is written with nd_ravel(array) and axis 0. */

/* Elements of `array` at `indices` along `axis`: shape array.shape[:axis] + indices.shape +
 * array.shape[axis + 1:]. Indices are of integers or bools (0 and 1). Errors: ND_ERROR_AXIS,
 * ND_ERROR_INDEX (out of bounds; of another dtype; any index into an axis without elements),
 * ND_ERROR_ARGUMENT (mode), ND_ERROR_SHAPE (rank), ND_ERROR_MEMORY. */
ND_API nd_array *nd_take(const nd_array *array, const nd_array *indices, int axis,
                         nd_index_mode mode);

/* Writes values to the places `indices` in C order of `array`: value i % (number of values) goes to
 * place i; without values nothing is written. Converted as by nd_set(), whose errors it has. */
ND_API nd_status nd_put(nd_array *array, const nd_array *indices, nd_operand values,
                        nd_index_mode mode);

/* For each place of the other axes, elements of `array` at `indices` along `axis`: what argsort and
 * argmax give. Both have the same rank, and their other axes broadcast. Errors: ND_ERROR_AXIS,
 * ND_ERROR_SHAPE (rank), ND_ERROR_INDEX, ND_ERROR_MEMORY. */
ND_API nd_array *nd_take_along_axis(const nd_array *array, const nd_array *indices, int axis);

/* The same the other way, as nd_set() does it. */
ND_API nd_status nd_put_along_axis(nd_array *array, const nd_array *indices, nd_operand values,
                                   int axis);

/* ---- By strides ------------------------------------------------------------------------------ */

/* A view of any shape and strides (in bytes) that begins with the first element. It may reach what
 * the array itself does not, but no further than the memory that was allocated for it and other
 * views (of borrowed memory, and of a pending array: no further than the array): ND_ERROR_VALUE,
 * and for strides that leave elements unaligned. Where elements of the view are the same memory,
 * writing through it is in no defined order. */
ND_API nd_array *nd_as_strided(const nd_array *array, nd_shape shape, const int64_t *strides);

/* ---- By conditions ---------------------------------------------------------------------------
 * Conditions and masks of any dtype: what is not 0 is true. */

/* Elements along `axis` whose condition is true; the condition has one axis and may be shorter.
 * Errors: ND_ERROR_AXIS, ND_ERROR_SHAPE (condition), ND_ERROR_INDEX (true beyond the axis),
 * ND_ERROR_MEMORY. */
ND_API nd_array *nd_compress(const nd_array *condition, const nd_array *array, int axis);

/* The same for all elements in C order, whatever the shapes. */
ND_API nd_array *nd_extract(const nd_array *condition, const nd_array *array);

/* Writes values in turn to the elements whose mask is true, again from the first when they are used
 * up. The mask has as many elements as the array. Errors: those of nd_set(); ND_ERROR_SHAPE (size
 * of the mask; no values for elements that are true). */
ND_API nd_status nd_place(nd_array *array, const nd_array *mask, nd_operand values);

/* Writes to element i, in C order, value i % (number of values) if mask element i is true; without
 * values nothing is written. Otherwise as nd_place(). */
ND_API nd_status nd_putmask(nd_array *array, const nd_array *mask, nd_operand values);

/* Element by element one of `count` arrays, all broadcast: choices[index]. The dtype is what the
 * choices promote to; lazy as nd_where(). Errors: ND_ERROR_INDEX (an index beyond the choices under
 * ND_INDEX_RAISE, or no integers), ND_ERROR_SHAPE, ND_ERROR_ARGUMENT (no choices, mode). */
ND_API nd_array *nd_choose(const nd_array *indices, int count, const nd_array *const *choices,
                           nd_index_mode mode);

/* Element by element the first of `count` choices whose condition, of bool, is true, else
 * `otherwise`; all broadcast. The dtype is what choices and `otherwise` promote to; lazy as
 * nd_where(). Errors: ND_ERROR_DTYPE (conditions), ND_ERROR_SHAPE, ND_ERROR_ARGUMENT (no choices).
 */
ND_API nd_array *nd_select(int count, const nd_array *const *conditions,
                           const nd_array *const *choices, nd_operand otherwise);

/* ---- Operations at places -------------------------------------------------------------------- */

/* numpy's ufunc.at: array[terms] = op(array[terms], values), but each time a place is named counts,
 * in the order of the indices: add with repeated indices sums. `op` is an elementwise operation of
 * one argument (`values` is then not used) or two, whose result is converted to the array's dtype
 * as by nd_cast(). Errors: those of nd_set_with() and of the operation; ND_ERROR_ARGUMENT (other
 * operations). */
ND_API nd_status nd_at_with(nd_op op, nd_array *array, int count, const nd_index *terms,
                            nd_operand values);

#ifndef __cplusplus
/* nd_at(ND_OP_add, a, 1, ND_ARRAY(i)) counts: add.at(a, i, 1). */
#define nd_at(op, array, values, ...)                                                              \
    nd_at_with(op, array, (int)(sizeof((nd_index[]){__VA_ARGS__}) / sizeof(nd_index)),             \
               (nd_index[]){__VA_ARGS__}, ND_OPERAND(values))
#endif

/* numpy's ufunc.reduceat along `axis`, for operations of two arguments whose result has their
 * dtype, and logical_and and logical_or: result i reduces the elements from indices[i] to indices[i
 * + 1] - 1 (the last to the end), or is element indices[i] if these are none. Dtype as of nd_sum()
 * and so on, else the operation's. Computed at once, on all threads. Errors: ND_ERROR_ARGUMENT
 * (op), ND_ERROR_AXIS, ND_ERROR_INDEX (out of bounds, or no integers with one axis),
 * ND_ERROR_MEMORY. */
ND_API nd_array *nd_reduceat(nd_op op, const nd_array *array, const nd_array *indices, int axis);

/* ---- Positions and indices of a shape -------------------------------------------------------- */

/* For positions in C order in an array of that shape, their indices along each axis: puts
 * shape.rank arrays of int64 and of the shape of `positions` into `results` and returns how many
 * these are; 0 after an error. Each belongs to the open scope or to the caller. Errors:
 * ND_ERROR_INDEX (out of bounds, no integers), ND_ERROR_SHAPE, ND_ERROR_MEMORY. */
ND_API int nd_unravel_index(const nd_array *positions, nd_shape shape, nd_array **results);

/* The other way: positions as int64 of shape.rank arrays of indices, which are broadcast. Negative
 * ones are out of bounds unless they are wrapped or clipped. */
ND_API nd_array *nd_ravel_multi_index(const nd_array *const *indices, nd_shape shape,
                                      nd_index_mode mode);

/* The indices of each element of that shape: result[k][i, j, ...] is the k-th of i, j, ... Shape
 * (rank, shape...). Errors: ND_ERROR_SHAPE, ND_ERROR_DTYPE, ND_ERROR_MEMORY. */
ND_API nd_array *nd_indices(nd_dtype dtype, nd_shape shape);

/* An open mesh of `count` arrays with one axis each, for indexing rows and columns at once: array i
 * with its elements along axis i of `count` and length 1 along the others; a mask gives its
 * positions. Puts them into `results` and returns how many there are, 0 after an error
 * (ND_ERROR_SHAPE, ND_ERROR_ARGUMENT, ND_ERROR_MEMORY). */
ND_API int nd_ix(int count, const nd_array *const *arrays, nd_array **results);

/* Writes a value, or values in turn, along the main diagonal of all axes. `wrap`: in a matrix with
 * more rows than columns it begins again after its end, with one row between. Errors: those of
 * nd_set(); ND_ERROR_SHAPE (rank below 2, more than two axes of different lengths). */
ND_API nd_status nd_fill_diagonal(nd_array *array, nd_operand value, bool wrap);

#ifndef __cplusplus
#define nd_put(array, indices, values, mode) (nd_put)(array, indices, ND_OPERAND(values), mode)
#define nd_put_along_axis(array, indices, values, axis)                                            \
    (nd_put_along_axis)(array, indices, ND_OPERAND(values), axis)
#define nd_place(array, mask, values) (nd_place)(array, mask, ND_OPERAND(values))
#define nd_putmask(array, mask, values) (nd_putmask)(array, mask, ND_OPERAND(values))
#define nd_fill_diagonal(array, value, wrap) (nd_fill_diagonal)(array, ND_OPERAND(value), wrap)
#define nd_select(count, conditions, choices, otherwise)                                           \
    (nd_select)(count, conditions, choices, ND_OPERAND(otherwise))
#endif

ND_END_C

#endif

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
 * arrays the elements are copied, in C order.
 *
 * These functions compute what is pending among their arguments. They may be called from any
 * thread, for arrays that no other thread writes. */
#ifndef NDSTREAM_INDEX_H
#define NDSTREAM_INDEX_H

#include <ndstream/operand.h>

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
 * Errors: those of nd_get_with(); ND_ERROR_SHAPE (the value does not fit), ND_ERROR_READONLY,
 * ND_ERROR_VALUE and ND_ERROR_DTYPE (a scalar that the dtype cannot hold: an integer out of range,
 * NaN for integers, complex for real). After an error nothing is written. */
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

ND_END_C

#endif

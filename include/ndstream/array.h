/* Arrays: making them, owning them, asking about them, viewing them.
 *
 * An nd_array is an opaque handle, reference counted: dtype, rank (0..32), shape, byte strides, and
 * memory that it owns or shares. Arrays may be read from many threads at once; an array that one
 * thread writes must not be used by another at the same time. Unless a function says otherwise:
 *   - it returns a new array, or NULL after an error that is kept (nd_error());
 *   - given NULL for an array it returns NULL;
 *   - what it returns belongs to the open ND_SCOPE of the calling thread, else to the caller
 *     (nd_release());
 *   - it may be called from any thread. */
#ifndef NDSTREAM_ARRAY_H
#define NDSTREAM_ARRAY_H

#include <ndstream/dtype.h>

ND_BEGIN_C

#define ND_MAX_RANK 32

/* The handle. Never dereferenced outside the library. */
typedef struct nd_array nd_array;

/* ---- Ownership ------------------------------------------------------------------------------- */

/* Takes one more reference. Returns `array`, which the caller must release once more. */
ND_API nd_array *nd_retain(nd_array *array);

/* Gives up one reference that the caller owns; the last one frees the array. NULL is allowed. Do
 * not release what an open scope owns: nd_keep() it first, or let the scope do it. */
ND_API void nd_release(nd_array *array);

/* Moves an array out of the scopes of this thread to the caller, who must release it. Returns
 * `array`. Outside any scope it changes nothing. */
ND_API nd_array *nd_keep(nd_array *array);

/* Releases at its end every array that was made inside it by this thread and not kept:
 *
 *     ND_SCOPE {
 *         nd_array *x = nd_linspace(0, 1, 1000);
 *         nd_print(nd_mean(nd_square(x), ND_ALL));
 *     }
 *
 * Scopes nest. `return`, `break` and `continue` leave a scope correctly; longjmp does not. */
typedef struct nd_scope {
    size_t start; /* how many arrays the scopes around this one hold */
    bool entered;
} nd_scope;

/* What ND_SCOPE does at its beginning and end, for languages without it. Scopes close in the
 * reverse order of opening, on the thread that opened them. */
ND_API nd_scope nd_scope_open(void);
ND_API void nd_scope_close(nd_scope *scope);

/* A variable for each line, so that nested scopes do not shadow each other. */
#define ND_JOIN_(a, b) ND_JOIN_NOW_(a, b)
#define ND_JOIN_NOW_(a, b) a##b
#define ND_SCOPE ND_SCOPE_NAMED_(ND_JOIN_(nd_scope_of_line_, __LINE__))
#define ND_SCOPE_NAMED_(name)                                                                      \
    for (nd_scope name __attribute__((cleanup(nd_scope_close))) = nd_scope_open(); !name.entered;  \
         name.entered = true)

/* ---- Shapes and axes as arguments ------------------------------------------------------------ */

/* A shape by value: ND_SHAPE(3, 4), ND_SCALAR_SHAPE for rank 0, or nd_shape_of(rank, lengths). */
typedef struct nd_shape {
    int rank;
    int64_t length[ND_MAX_RANK];
} nd_shape;

/* Axes by value: ND_ALL, ND_AXIS(0), ND_AXES(0, -1). Negative axes count from the last. */
typedef struct nd_axes {
    bool all;
    int count;
    int axis[ND_MAX_RANK];
} nd_axes;

#ifdef __cplusplus
ND_END_C
template <class... T> inline nd_shape nd_make_shape(T... lengths)
{
    return nd_shape{(int)sizeof...(T), {(int64_t)lengths...}};
}
template <class... T> inline nd_axes nd_make_axes(T... axes)
{
    return nd_axes{false, (int)sizeof...(T), {(int)axes...}};
}
#define ND_SHAPE(...) nd_make_shape(__VA_ARGS__)
#define ND_SCALAR_SHAPE nd_make_shape()
#define ND_AXES(...) nd_make_axes(__VA_ARGS__)
#define ND_ALL (nd_axes{true, 0, {0}})
ND_BEGIN_C
#else
#define ND_SHAPE(...)                                                                              \
    ((nd_shape){(int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), {__VA_ARGS__}})
#define ND_SCALAR_SHAPE ((nd_shape){0, {0}})
#define ND_AXES(...)                                                                               \
    ((nd_axes){false, (int)(sizeof((int[]){__VA_ARGS__}) / sizeof(int)), {__VA_ARGS__}})
#define ND_ALL ((nd_axes){true, 0, {0}})
#endif
#define ND_AXIS(axis) ND_AXES(axis)

/* The shape of that rank and those lengths; rank must be 0..32. */
ND_API nd_shape nd_shape_of(int rank, const int64_t *lengths);

/* ---- Facts about an array -----------------------------------------------------------------------
 * None of these fails; for NULL they return 0, NULL or ND_DTYPE_NONE. None forces a pending array.
 */

/* Dtype of the elements. */
ND_API nd_dtype nd_dtype_of(const nd_array *array);
/* Number of axes. */
ND_API int nd_rank(const nd_array *array);
/* Lengths of the axes, nd_rank() of them; lives as long as the array. */
ND_API const int64_t *nd_lengths(const nd_array *array);
/* Bytes from one element to the next along each axis; lives as long as the array. */
ND_API const int64_t *nd_strides(const nd_array *array);
/* Length of one axis (negative: from the last); 0 if there is no such axis. */
ND_API int64_t nd_length(const nd_array *array, int axis);
/* Number of elements. */
ND_API int64_t nd_size(const nd_array *array);
/* nd_size() times the size of an element. */
ND_API size_t nd_bytes(const nd_array *array);
ND_API nd_shape nd_shape_like(const nd_array *array);
ND_API bool nd_is_contiguous(const nd_array *array);         /* C order, without gaps */
ND_API bool nd_is_fortran_contiguous(const nd_array *array); /* Fortran order, without gaps */
ND_API bool nd_is_writeable(const nd_array *array);
/* True if a write to one could change the other: exact where that is cheap to decide, and true when
 * in doubt. Pending arrays are computed. */
ND_API bool nd_overlaps(const nd_array *a, const nd_array *b);
/* True if both have the same shape and equal elements (NaN equals nothing). False, with the error
 * kept, on failure. */
ND_API bool nd_array_equal(const nd_array *a, const nd_array *b);

/* ---- Creation -----------------------------------------------------------------------------------
 * Errors: ND_ERROR_SHAPE (negative length, rank above 32, too many bytes for the address space),
 * ND_ERROR_DTYPE, ND_ERROR_MEMORY. */

/* Elements are not initialised. */
ND_API nd_array *nd_empty(nd_dtype dtype, nd_shape shape);
/* The same in Fortran order. */
ND_API nd_array *nd_empty_fortran(nd_dtype dtype, nd_shape shape);
ND_API nd_array *nd_zeros(nd_dtype dtype, nd_shape shape);
ND_API nd_array *nd_ones(nd_dtype dtype, nd_shape shape);
/* Same dtype, shape and order of axes in memory as `prototype`. */
ND_API nd_array *nd_empty_like(const nd_array *prototype);
ND_API nd_array *nd_zeros_like(const nd_array *prototype);
ND_API nd_array *nd_ones_like(const nd_array *prototype);
/* Ranges: the next three. Large ones are pending (lazy.h): fused into what they are used for, they
 * take no memory, and errors of memory come from whoever needs their elements.
 *
 * 0, 1, ..., count - 1 as int64. */
ND_API nd_array *nd_arange(int64_t count);
/* start, start + step, ... below `stop` (above, for a negative step); ceil((stop - start) / step)
 * elements of `dtype`, computed as numpy.arange computes them. ND_ERROR_VALUE if step is 0, a bound
 * is not finite, or an integer dtype cannot hold the first two; ND_ERROR_DTYPE for more than two
 * bools. */
ND_API nd_array *nd_arange_step(nd_dtype dtype, double start, double stop, double step);
/* `count` float64 from `start` to `stop`, both included, evenly spaced as NumPy spaces them.
 * ND_ERROR_VALUE for a negative count. */
ND_API nd_array *nd_linspace(double start, double stop, int64_t count);
/* rows x columns with ones on diagonal `diagonal` (0: the main one, positive: above it), else
 * zeros. */
ND_API nd_array *nd_eye(nd_dtype dtype, int64_t rows, int64_t columns, int64_t diagonal);
/* A copy of C data in C order. */
ND_API nd_array *nd_from_data(nd_dtype dtype, nd_shape shape, const void *data);
/* The bytes that elements of this layout take, counted from element (0, ..., 0): *low <= 0 <=
 * *high, both 0 if there is none. For who wants to know whether strides stay within a memory.
 * False, and both undefined, for what is no shape, or if they reach further than addresses do. No
 * error is kept. */
ND_API bool nd_extent(nd_dtype dtype, nd_shape shape, const int64_t *strides, int64_t *low,
                      int64_t *high);
/* Borrows memory of the caller without copying. `strides` in bytes (NULL: C order).
 * `release(context)` is called once when the last array that uses the memory is gone (NULL: never);
 * on error it is not called. ND_ERROR_ARGUMENT if `data` is NULL, or if it or a stride is not
 * aligned for the dtype; ND_ERROR_VALUE if the strides reach beyond the address space. */
ND_API nd_array *nd_borrow(nd_dtype dtype, nd_shape shape, const int64_t *strides, void *data,
                           bool writeable, void (*release)(void *context), void *context);

/* ---- Views: they share the memory and cost no copy ----------------------------------------------
 * A view keeps the memory alive. Writing through a view writes the array. */

/* What a term of an index is. */
typedef enum nd_index_kind {
    ND_TERM_EVERY,
    ND_TERM_RANGE,
    ND_TERM_INDEX, /* `start` */
    ND_TERM_NEW_AXIS,
    ND_TERM_REST,
    ND_TERM_ARRAY, /* of integers, or of bools: a mask, which takes as many axes as it has */
    ND_TERM_TRUTH  /* one bool, `start`: a mask without axes */
} nd_index_kind;

/* One term of an index, as between the brackets of x[2:5, None, mask]; build with ND_EVERY,
 * ND_RANGE, ND_STEP, ND_INDEX, ND_NEW_AXIS, ND_REST, and for nd_get() and nd_set() (index.h)
 * ND_ARRAY and ND_TRUTH. */
typedef struct nd_index {
    nd_index_kind kind;
    int64_t start, stop, step;
    const nd_array *array; /* for ND_TERM_ARRAY, else NULL */
} nd_index;

/* Bounds left out: from the first, to the last. */
#define ND_OPEN INT64_MIN

#ifdef __cplusplus
#define ND_TERM_(kind, start, stop, step, array) (nd_index{kind, start, stop, step, array})
#define ND_NO_ARRAY_ nullptr
#else
#define ND_TERM_(kind, start, stop, step, array) ((nd_index){kind, start, stop, step, array})
#define ND_NO_ARRAY_ ((const nd_array *)0)
#endif
/* clang-format off */
#define ND_EVERY ND_TERM_(ND_TERM_EVERY, 0, 0, 1, ND_NO_ARRAY_)  /* :            */
#define ND_RANGE(start, stop) ND_STEP(start, stop, 1)  /* start:stop   */
#define ND_STEP(start, stop, step) \
    ND_TERM_(ND_TERM_RANGE, start, stop, step, ND_NO_ARRAY_)  /* start:stop:step */
#define ND_INDEX(index) ND_TERM_(ND_TERM_INDEX, index, 0, 1, ND_NO_ARRAY_)  /* the axis goes */
#define ND_NEW_AXIS ND_TERM_(ND_TERM_NEW_AXIS, 0, 0, 1, ND_NO_ARRAY_)  /* None         */
#define ND_REST ND_TERM_(ND_TERM_REST, 0, 0, 1, ND_NO_ARRAY_)  /* ...          */
#define ND_ARRAY(array) ND_TERM_(ND_TERM_ARRAY, 0, 0, 1, array)  /* an array of integers or bools */
#define ND_TRUTH(truth) ND_TERM_(ND_TERM_TRUTH, truth, 0, 1, ND_NO_ARRAY_)  /* True or False */
/* clang-format on */

/* NumPy's basic slicing: a view of `array` by `count` terms; axes without a term are taken whole.
 * Ranges are clipped as in Python. Errors: ND_ERROR_INDEX (index out of range, too many terms, two
 * ND_REST), ND_ERROR_VALUE (step 0), ND_ERROR_ARGUMENT (ND_ARRAY, ND_TRUTH: see nd_get()). */
ND_API nd_array *nd_slice_terms(const nd_array *array, int count, const nd_index *terms);

#ifdef __cplusplus
ND_END_C
template <class... T> inline nd_array *nd_slice(const nd_array *array, T... terms)
{
    const nd_index list[] = {terms...};
    return nd_slice_terms(array, (int)sizeof...(T), list);
}
ND_BEGIN_C
#else
/* nd_slice(a, ND_RANGE(1, -1), ND_EVERY) is a[1:-1, :]. */
#define nd_slice(array, ...)                                                                       \
    nd_slice_terms(array, (int)(sizeof((nd_index[]){__VA_ARGS__}) / sizeof(nd_index)),             \
                   (nd_index[]){__VA_ARGS__})
#endif

/* Axes in reverse order. */
ND_API nd_array *nd_transpose(const nd_array *array);
/* Axes in the order given: a permutation of all of them. ND_ERROR_AXIS or ND_ERROR_REPEATED
 * otherwise. */
ND_API nd_array *nd_permute(const nd_array *array, nd_axes order);
ND_API nd_array *nd_swap_axes(const nd_array *array, int first, int second);
ND_API nd_array *nd_move_axis(const nd_array *array, int from, int to);
/* A new axis of length 1 before axis `axis` of the result. */
ND_API nd_array *nd_expand_dims(const nd_array *array, int axis);
/* Without the given axes, which must have length 1, else ND_ERROR_SHAPE (ND_ALL: every axis of
 * length 1). */
ND_API nd_array *nd_squeeze(const nd_array *array, nd_axes axes);
/* The same elements in C order under another shape; one length may be -1 (worked out). A view where
 * the strides allow, else a copy. ND_ERROR_SHAPE if the number of elements differs. */
ND_API nd_array *nd_reshape(const nd_array *array, nd_shape shape);
/* One axis, in C order: a view where possible, else a copy. */
ND_API nd_array *nd_ravel(const nd_array *array);
/* A read-only view of that shape in which axes of length 1, and new axes in front, repeat with
 * stride 0. ND_ERROR_SHAPE if it does not broadcast. */
ND_API nd_array *nd_broadcast_to(const nd_array *array, nd_shape shape);
/* Real or imaginary parts of complex elements, as a view. For real dtypes nd_real() is the array
 * itself (a view) and nd_imag() is ND_ERROR_DTYPE. */
ND_API nd_array *nd_real(const nd_array *array);
ND_API nd_array *nd_imag(const nd_array *array);
/* Windows of length `window` sliding along `axis`: that axis shrinks to length - window + 1 and a
 * last axis of length `window` is added. Read-only. ND_ERROR_VALUE if the window is longer than the
 * axis or below 1. */
ND_API nd_array *nd_sliding_window(const nd_array *array, int axis, int64_t window);
/* Elements in reverse along the axes. */
ND_API nd_array *nd_flip(const nd_array *array, nd_axes axes);
/* The diagonal of the last two axes, as a view; `offset` above 0 lies above the main one.
 * ND_ERROR_SHAPE for an array of rank below 2. */
ND_API nd_array *nd_diagonal(const nd_array *array, int64_t offset);

/* ---- Copies ---------------------------------------------------------------------------------- */

/* A copy in C order. */
ND_API nd_array *nd_copy(const nd_array *array);
/* A copy in Fortran order. */
ND_API nd_array *nd_copy_fortran(const nd_array *array);
/* The array itself (one more reference) if it is in C order already, else a copy. */
ND_API nd_array *nd_ascontiguous(const nd_array *array);
ND_API nd_array *nd_asfortran(const nd_array *array);
/* A copy with elements converted to `dtype`, in the same order of axes in memory. Conversions are
 * C's; floats out of an integer's range give what the CPU gives, and complex to real drops the
 * imaginary part. */
ND_API nd_array *nd_cast(const nd_array *array, nd_dtype dtype);
/* Writes `source`, broadcast and converted, into `target`, element by element, as if `source` were
 * copied first when they overlap. Errors: ND_ERROR_SHAPE, ND_ERROR_READONLY, ND_ERROR_MEMORY. */
ND_API nd_status nd_assign(nd_array *target, const nd_array *source);

/* ---- Reading and writing elements ---------------------------------------------------------------
 * These compute a pending array first. */

/* Address of element (0, ..., 0), for reading; NULL on error. Valid until the array is released or
 * written by the library. */
ND_API const void *nd_data(const nd_array *array);
/* The same for writing: ND_ERROR_READONLY for a read-only array. From here on you may write at any
 * time, so operations on the memory are computed at once (see lazy.h), until nd_data_done(). */
ND_API void *nd_data_writeable(nd_array *array);
/* Says that nobody writes any more through addresses from nd_data_writeable() or nd_borrow() into
 * the memory of `array`, so that operations on it may be computed later. NULL is allowed. */
ND_API void nd_data_done(nd_array *array);
/* nd_data_writeable() for one who writes at once: the address must not be used after the next call
 * of the library, by any thread, that is given the memory. */
ND_API void *nd_data_once(nd_array *array);
/* nd_data_writeable() for several who hold the address at the same time, as Python's buffers do:
 * each call that returns an address needs one nd_lend_done(), with an array of the same memory. */
ND_API void *nd_lend(nd_array *array);
ND_API void nd_lend_done(nd_array *array);
/* The element at `index` (nd_rank() of them, negative from the end) as a double; complex gives the
 * real part. NaN, with the error kept, on error (ND_ERROR_INDEX). */
ND_API double nd_get_double(const nd_array *array, const int64_t *index);
/* The same converted to int64 as C does; 0, with the error kept, on error. */
ND_API int64_t nd_get_int64(const nd_array *array, const int64_t *index);
/* The only element of an array of size 1, else ND_ERROR_SHAPE. */
ND_API double nd_item(const nd_array *array);
ND_API int64_t nd_item_int64(const nd_array *array);

/* A typed view for hand-written loops, which a C compiler vectorises. Checked when it is made:
 *
 *     nd_view v = nd_view_of(a, ND_FLOAT64, 2);
 *     for (int64_t i = 0; i < v.length[0]; i++)
 *         for (int64_t j = 0; j < v.length[1]; j++)
 *             sum += ND_AT2(double, v, i, j);
 */
typedef struct nd_view {
    char *data; /* NULL on error */
    int64_t length[4];
    int64_t stride[4]; /* bytes */
} nd_view;

/* Rank 1 to 4. ND_ERROR_DTYPE or ND_ERROR_SHAPE if the array has another dtype or rank. Writing
 * through a view of a read-only array is undefined. One who writes does so before the next call of
 * the library that is given the memory, as with nd_data_once(), or calls nd_data_writeable() first.
 */
ND_API nd_view nd_view_of(const nd_array *array, nd_dtype dtype, int rank);
#define ND_AT1(type, view, i) (*(type *)((view).data + (i) * (view).stride[0]))
#define ND_AT2(type, view, i, j)                                                                   \
    (*(type *)((view).data + (i) * (view).stride[0] + (j) * (view).stride[1]))
#define ND_AT3(type, view, i, j, k)                                                                \
    (*(type *)((view).data + (i) * (view).stride[0] + (j) * (view).stride[1] +                     \
               (k) * (view).stride[2]))
#define ND_AT4(type, view, i, j, k, l)                                                             \
    (*(type *)((view).data + (i) * (view).stride[0] + (j) * (view).stride[1] +                     \
               (k) * (view).stride[2] + (l) * (view).stride[3]))

ND_END_C

#endif

/* Other arrangements of the elements of an array: rolled, turned, triangles, diagonals, grids.
 *
 * Results are views where NumPy's are, and said to be; else new arrays. Thread-safe for arrays that
 * nobody writes. */
#ifndef NDSTREAM_ARRANGE_H
#define NDSTREAM_ARRANGE_H

#include <ndstream/operand.h>

ND_BEGIN_C

/* ---- Turning --------------------------------------------------------------------------------- */

/* Elements moved on by `shift` along an axis; what leaves the end comes in at the beginning.
 * Errors: ND_ERROR_AXIS, ND_ERROR_MEMORY. */
ND_API nd_array *nd_roll(const nd_array *array, int64_t shift, int axis);
/* The same along `count` axes at once; shifts of an axis that is named twice add up. Errors: those;
 * ND_ERROR_ARGUMENT. */
ND_API nd_array *nd_roll_axes(const nd_array *array, int count, const int64_t *shifts,
                              const int *axes);
/* A view turned by 90 degrees `times` times, from the first axis towards the second. Errors:
 * ND_ERROR_AXIS (also for equal axes). */
ND_API nd_array *nd_rot90(const nd_array *array, int64_t times, int first, int second);

/* ---- More axes ------------------------------------------------------------------------------- */

/* A view with at least so many axes: new ones in front; for 3 a matrix gets its new one behind, and
 * one axis stands between two new ones. */
ND_API nd_array *nd_atleast_1d(const nd_array *array);
ND_API nd_array *nd_atleast_2d(const nd_array *array);
ND_API nd_array *nd_atleast_3d(const nd_array *array);

/* ---- Triangles and diagonals ----------------------------------------------------------------- */

/* rows x columns with ones at and below diagonal `diagonal`, else zeros. Errors: ND_ERROR_SHAPE,
 * ND_ERROR_DTYPE, ND_ERROR_MEMORY. */
ND_API nd_array *nd_tri(nd_dtype dtype, int64_t rows, int64_t columns, int64_t diagonal);
/* The last two axes without what is above (tril) or below (triu) the diagonal. One axis stands for
 * the rows of a square. Lazy as nd_where(). Errors: ND_ERROR_SHAPE (no axes), ND_ERROR_MEMORY. */
ND_API nd_array *nd_tril(const nd_array *array, int64_t diagonal);
ND_API nd_array *nd_triu(const nd_array *array, int64_t diagonal);
/* Rows and columns of the elements of those triangles in a rows x columns matrix: two arrays of
 * int64 into `results`. Returns 2, or 0 after an error. */
ND_API int nd_tril_indices(int64_t rows, int64_t columns, int64_t diagonal, nd_array **results);
ND_API int nd_triu_indices(int64_t rows, int64_t columns, int64_t diagonal, nd_array **results);
/* Of one axis a square matrix with these elements on a diagonal; of a matrix its diagonal, a
 * read-only view. Errors: ND_ERROR_SHAPE (other ranks), ND_ERROR_MEMORY. */
ND_API nd_array *nd_diag(const nd_array *array, int64_t diagonal);
/* nd_diag() of all elements in C order. */
ND_API nd_array *nd_diagflat(const nd_array *array, int64_t diagonal);

/* ---- Grids ----------------------------------------------------------------------------------- */

/* What nd_meshgrid() makes; zero-initialised means NumPy's defaults. */
typedef struct nd_meshgrid_options {
    bool ij;     /* indexing='ij': axis i of the grid for array i; else the first two swapped */
    bool sparse; /* views with length 1 along the other axes */
    bool views;  /* copy=False: read-only views that repeat */
} nd_meshgrid_options;

/* Coordinate arrays of a grid, one for each of `count` arrays, whose elements (in C order) run
 * along an axis of their own. Puts them into `results` and returns how many there are, 0 after an
 * error (ND_ERROR_ARGUMENT, ND_ERROR_SHAPE, ND_ERROR_MEMORY). NULL options: the defaults. */
ND_API int nd_meshgrid(int count, const nd_array *const *arrays, const nd_meshgrid_options *options,
                       nd_array **results);

/* ---- Along one axis -------------------------------------------------------------------------- */

/* A view without zeros at the front and at the back: along each axis, what holds only zeros.
 * Errors: ND_ERROR_MEMORY. */
ND_API nd_array *nd_trim_zeros(const nd_array *array, bool front, bool back);
/* Calls `function(context, n, in, out)` for each line of n elements along `axis`: it reads n
 * elements of the array's dtype and writes `length` of `dtype`, both contiguous. The lines of the
 * result take the place of those of the array. On the calling thread, in C order of the other axes;
 * the function may call the library. Errors: ND_ERROR_AXIS, ND_ERROR_SHAPE (also for a negative
 * length), ND_ERROR_DTYPE, ND_ERROR_ARGUMENT (no function), ND_ERROR_CANCELLED if the function
 * returns false, ND_ERROR_MEMORY. */
ND_API nd_array *
nd_apply_along_axis(const nd_array *array, int axis, nd_dtype dtype, int64_t length,
                    bool (*function)(void *context, int64_t n, const void *in, void *out),
                    void *context);

ND_END_C

#endif

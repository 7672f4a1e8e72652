/* Stacks of matrices on their way through LAPACK: copied into its order, done one by one. */
#ifndef NDSTREAM_LINALG_STACK_H
#define NDSTREAM_LINALG_STACK_H

#include "array/array.h"
#include "linalg/lapack.h"

/* What an operation works on: `count` matrices of `rows` x `columns`. */
typedef struct ndi_stack {
    const char *operation;
    const ndi_lapack *lapack;
    nd_dtype dtype, real; /* that it is computed in; the real one of the same precision */
    nd_shape batch;       /* axes before the matrices' */
    int64_t count;
    int rows, columns;
    int smaller; /* of rows and columns */
    bool is_complex;
    double least_parallel; /* operations from which a matrix gets LAPACK's threads; 0: some */
    size_t item_bytes, real_bytes; /* of an element */
    bool swapped; /* the matrices are the transposes of what was given: for errors */
} ndi_stack;

/* The stack that `a` is, with the routines of the dtype that `a`, and `b` if it is not NULL,
 * promote to. False with ND_ERROR_SHAPE, ND_ERROR_DTYPE or ND_ERROR_UNSUPPORTED, or for an `a` of
 * NULL. */
bool ndi_stack_of(ndi_stack *stack, const char *operation, const nd_array *a, const nd_array *b,
                  bool square);

/* In place of a length: the result has no such axis. */
enum { NDI_NO_AXIS = -1 };

/* Which axis of a matrix is contiguous. */
typedef enum ndi_matrix_order { NDI_BY_ROWS, NDI_BY_COLUMNS } ndi_matrix_order;

/* A new array for results: batch + (rows, columns), of which those that are NDI_NO_AXIS are left
 * out. The caller owns it, in a scope too. */
nd_array *ndi_stack_new(const ndi_stack *stack, nd_dtype dtype, int64_t rows, int64_t columns,
                        ndi_matrix_order order);

/* The same filled with `source`, broadcast and converted. */
nd_array *ndi_stack_copy(const ndi_stack *stack, const nd_array *source, int64_t rows,
                         int64_t columns, ndi_matrix_order order);

/* Address of the first element of matrix `index` in an array of ndi_stack_new(). */
void *ndi_stack_at(const ndi_stack *stack, const nd_array *array, int64_t index);

/* What the body says that is none of LAPACK's numbers. */
enum { NDI_NOT_FINITE = -1000, NDI_NO_MEMORY = -1001 };

/* Does matrix `index`; `scratch` is the body's alone. Returns LAPACK's info, or one of these. */
typedef int ndi_stack_body(void *context, int64_t index, char *scratch);

/* Calls the body for each matrix, each of which takes about `operations` multiplications: a few
 * large ones in turn, each on all threads, many side by side. False with ND_ERROR_LINALG for the
 * first matrix whose info is not 0; `why` tells of one above 0 ("is singular"). */
bool ndi_stack_run(const ndi_stack *stack, double operations, size_t scratch_bytes,
                   ndi_stack_body *body, void *context, const char *why);

/* Rows from which on LAPACK's threads help routines of many small steps, in which they mostly wait
 * (eig of 200 doubles 16.3 ms with two, 14.3 with one). */
enum { NDI_LEAST_THREADED = 800 };

/* Takes part of the scratch: returns its offset, aligned, and makes the total larger. */
size_t ndi_scratch(size_t *total, size_t count, size_t item_bytes);

/* The length of work that a routine answered in an element of the stack's dtype. */
int ndi_stack_work(const ndi_stack *stack, const void *answer);

/* False if an element is infinite or NaN; `count` elements of the stack's dtype. */
bool ndi_stack_finite(const ndi_stack *stack, const void *elements, int64_t count);

/* The largest magnitude among them, of complex numbers that of their parts. */
double ndi_stack_largest(const ndi_stack *stack, const void *elements, int64_t count);

/* With this largest magnitude, squares and their sums stay far from overflow and from nothing. */
bool ndi_stack_moderate(const ndi_stack *stack, double largest);

/* Complex numbers of their parts, `count` of them; the imaginary ones negated for `sign` -1, and 0
 * without any. */
void ndi_stack_join(const ndi_stack *stack, void *to, const void *real, const void *imag,
                    int64_t count, int sign);

/* LAPACK wants leading dimensions of 1 at least. */
static inline int ndi_leading(int length)
{
    return length > 0 ? length : 1;
}

#endif

/* Elements as they lie in a file, whatever stands before them: what .npy, .npz and raw files share.
 */
#ifndef NDSTREAM_IO_ELEMENTS_H
#define NDSTREAM_IO_ELEMENTS_H

#include "io/file.h"

typedef struct ndi_elements {
    nd_dtype dtype;
    bool swapped; /* in the other byte order */
    bool fortran;
    int rank;
    int64_t lengths[ND_MAX_RANK];
    int64_t size;    /* elements */
    size_t bytes;    /* of all elements */
    int64_t data_at; /* offset of the first element */
} ndi_elements;

/* Sets `size` and `bytes` from dtype and lengths. False, with no error kept, if no memory holds as
 * much. */
bool ndi_elements_measure(ndi_elements *elements);

/* The array of elements that follow in a source. NULL with ND_ERROR_TRUNCATED if it is too short,
 * which is found out before memory is taken where the source knows its size. */
nd_array *ndi_elements_read(ndi_source *source, const ndi_elements *elements);

/* The same as a read-only view of the file, mapped. What cannot be mapped (a pipe, elements at odd
 * addresses) is read from where the source of the file stands. Elements in the other byte order are
 * ND_ERROR_DTYPE. */
nd_array *ndi_elements_map(ndi_file *file, ndi_source *source, const ndi_elements *elements);

/* Whether an array is best written in Fortran order: it has that order only. */
bool ndi_elements_in_fortran_order(const nd_array *array);

/* Writes the elements of an array that has been forced, in C or, if the array lies so, in Fortran
 * order; reports progress as `name`. False with the error kept. */
bool ndi_elements_write(const ndi_sink *sink, const char *name, const nd_array *array,
                        bool fortran);

#endif

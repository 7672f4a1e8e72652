/* The .npy format over any source and sink, for files and for members of archives. */
#ifndef NDSTREAM_IO_NPY_H
#define NDSTREAM_IO_NPY_H

#include "io/elements.h"

/* Reads up to the first element. False with the error kept. */
bool ndi_npy_read_header(ndi_source *source, ndi_elements *elements);

enum { NDI_NPY_HEADER = 2048 }; /* 32 lengths of 19 digits fit */

/* Prefix and header of an array, as NumPy lays them out; returns their length, a multiple of 64. */
size_t ndi_npy_header(const nd_array *array, bool fortran, char text[NDI_NPY_HEADER]);

#endif

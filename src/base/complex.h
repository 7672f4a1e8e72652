/* <complex.h>, with CMPLX() for compilers to which the C library does not give it (clang). */
#ifndef NDSTREAM_BASE_COMPLEX_H
#define NDSTREAM_BASE_COMPLEX_H

#include <complex.h>

#ifndef CMPLX
#define CMPLX(x, y) ((double complex){x, y})
#endif

#endif

/* Ranges: elements that follow from their places alone, start + place * step. */
#ifndef NDSTREAM_KERNELS_RANGES_H
#define NDSTREAM_KERNELS_RANGES_H

#include <stdint.h>

#include "kernels/kernel.h"

/* A kernel of ranges takes places for an argument, as addresses that are counted and never read: 8
 * bytes a place, from one on where no memory ever is. So whatever goes through an array's elements,
 * in any order, goes through places too. */
#define NDI_FIRST_PLACE ((uintptr_t)1 << 62)
enum { NDI_PLACE_BYTES = 8 };

static inline bool ndi_is_place(const void *address)
{
    return (uintptr_t)address >= NDI_FIRST_PLACE;
}

/* What follows from a place: first + place * delta, both rounded, as NumPy's ranges; integers
 * modulo 2^64, of which narrow ones keep the low bits. One element is given: the value at `place`.
 * The two halves are the second and the third argument of the kernel. */
typedef struct ndi_range {
    _Alignas(16) char line[16];  /* first, and at byte 8 delta: of the kernel's dtype */
    _Alignas(16) char given[16]; /* place (int64_t; -1: none), and at byte 8 the value */
} ndi_range;

enum { NDI_RANGE_HALF = 8 }; /* where the second of two begins */

/* The kernel for a real dtype but the half floats; the same bits on every ISA. */
ndi_kernel *ndi_range_kernel(nd_dtype dtype);

#endif

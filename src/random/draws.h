/* Blocks of consecutive draws, and the few loops over them that have their own vector code. */
#ifndef NDSTREAM_RANDOM_DRAWS_H
#define NDSTREAM_RANDOM_DRAWS_H

#include "random/pcg64.h"

/* Draws that callers make and use up at a time, so that they stay in L1. */
enum { NDI_DRAWS = 1024 };

/* Parts of draws, read where draws were written: the low part first. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "draws are read in parts, low part first"
#endif
typedef uint32_t __attribute__((may_alias)) ndi_piece32;
typedef uint16_t __attribute__((may_alias)) ndi_piece16;

/* The first attempt of the ziggurat with a draw (a word for float): value[i] is its sample, and bit
 * i of `slow` says that the attempt is not decided by it alone. `count` is a multiple of 64. */
typedef void ndi_normal_attempts(const uint64_t *draws, size_t count, double *value,
                                 uint64_t *slow);
typedef void ndi_normal_attempts_float(const ndi_piece32 *words, size_t count, float *value,
                                       uint64_t *slow);

/* The loops of one instruction set. */
typedef struct ndi_draw_kernels {
    /* Stores the `count` draws after `state` and returns the state after them. */
    ndi_uint128 (*block)(ndi_uint128 state, ndi_uint128 increment, uint64_t *out, size_t count);
    /* The same as uniform numbers, any count. `around`: preferably around the caches. */
    void (*uniform)(ndi_uint128 state, ndi_uint128 increment, double *out, size_t count,
                    bool around);
    ndi_normal_attempts *attempts;
    ndi_normal_attempts_float *attempts_float;
} ndi_draw_kernels;

/* Those of the instruction set in use. All give the same bits. */
const ndi_draw_kernels *ndi_draw_kernels_in_use(void);

extern const ndi_draw_kernels ndi_draw_kernels_baseline;
extern const ndi_draw_kernels ndi_draw_kernels_avx512; /* x86-64 only */

#endif

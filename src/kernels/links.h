/* How the functions of links are written (chain.h): as tail calls, with the values that are passed
 * on as arguments. Included by templates. */
#ifndef NDSTREAM_KERNELS_LINKS_H
#define NDSTREAM_KERNELS_LINKS_H

#include "kernels/chain.h"

/* ThreadSanitizer notes where a function returns, which would make calls of the jumps. */
#define NO_RETURN_NOTED __attribute__((no_sanitize("thread")))

/* `at`: bytes of elements that are done. Bank a, bank b. */
#define LINK(V) ndi_link *link, size_t at, V a0, V a1, V a2, V a3, V b0, V b1, V b2, V b3
#define GO(V, to, at) return ((void (*)(LINK(V)))(to)->code)(to, at, a0, a1, a2, a3, b0, b1, b2, b3)

#define CODE(function) ((ndi_link_code *)(function))
#define BANK_a 0
#define BANK_b 1
#define OTHER_a(k) b##k
#define OTHER_b(k) a##k

/* Where a run of whole lines that is asked for begins in a line, its end is asked for too: what
 * lies before it has brought its beginning. */
enum { LAST_OF_LINE = 63 };

/* The first line of a page some rows below: what the tiles beside this one have asked for too. */
enum { PAGE = 4096, ROWS_TO_PAGE = 8 };
#define LOOK_AT_PAGE(to, row)                                                                      \
    __builtin_prefetch(                                                                            \
        (void *)(((uintptr_t)(to) + ROWS_TO_PAGE * (uintptr_t)(row)) / PAGE * PAGE), 0, 2);

#define ON_VECTORS(M, ...) M(0, __VA_ARGS__) M(1, __VA_ARGS__) M(2, __VA_ARGS__) M(3, __VA_ARGS__)
#define ON_BANKS(M, ...) M(a, __VA_ARGS__) M(b, __VA_ARGS__)
#define ON_TYPES(M, ...) M(float, __VA_ARGS__) M(double, __VA_ARGS__)
/* Of 64 bits, where they fill a vector that is worth it. */
#ifdef __AVX2__
#define ON_INTEGERS(M, ...) M(int64_t, __VA_ARGS__)
#else
#define ON_INTEGERS(M, ...)
#endif
/* The types of a kernel line's links, by its group (types.h). */
#define LINKS_OF_FLOATS ON_TYPES
#define LINKS_OF_NUMBER_BITS(M, ...) ON_TYPES(M, __VA_ARGS__) ON_INTEGERS(M, __VA_ARGS__)
#define LINKS_OF_REAL_BITS LINKS_OF_NUMBER_BITS
#define LINKS_OF_EXACT_BITS ON_INTEGERS
#define LINKS_OF_INT_BITS ON_INTEGERS
#define LINKS_OF_SIGNED ON_INTEGERS

#endif

/* Links of functions: chains go on in registers where they would store and load for a kernel
 * between two of them (sin(x)**2 + cos(x)**2); compiled once for each ISA.
 *
 * A link computes what is near by the functions' own vectors, four at a time. Where a lane is so
 * far that the result is 0, it does so with these set; where others are far, the kernel of the
 * operation takes the round by way of memory: same bits. */
#include "kernels/lanes.h"
#include "kernels/links.h"
#include "kernels/loops.h"
#include "kernels/templates.h"

#if !HAS_SLEEF || VECTOR_BYTES < 64 || defined(NDI_REFERENCE) || !defined(__OPTIMIZE__)

void NDI_ISA_NAME(ndi_fill_function_links)(ndi_kernels *kernels)
{
    (void)kernels; /* functions between chains are kernels of their own */
}

#else

#include "kernels/near_lanes.h"

#include "kernels/logarithm.h"

typedef vector_float32 register_of_float;
typedef vector_float64 register_of_double;
#define FLOATS_float float32
#define FLOATS_double float64
#define DTYPE_float ND_FLOAT32
#define DTYPE_double ND_FLOAT64
#define PASTE_(a, b, c) a##b##_##c
#define PASTE(a, b, c) PASTE_(a, b, c)
#define NEAR(name, TYPE) PASTE(near_, name, FLOATS_##TYPE)
#define NEAR_LANES(name, TYPE) PASTE(near_lanes_, name, FLOATS_##TYPE)
#define VANISHES(name, TYPE) PASTE(vanishes_, name, FLOATS_##TYPE)
#define ALL_float LANES_FULL_ps
#define ALL_double LANES_FULL_pd

#define VECTOR_SAME(D, k) D##k
#define VECTOR_OTHER(D, k) OTHER_##D(k)
#define AND_NEAR(k, D, X, name, TYPE) &NEAR_LANES(name, TYPE)(VECTOR_##X(D, k))
#define ARE_NEAR(D, X, name, TYPE)                                                                 \
    __builtin_expect((ALL_##TYPE ON_VECTORS(AND_NEAR, D, X, name, TYPE)) == ALL_##TYPE, 1)
#define NEARLY(k, D, X, name, TYPE) D##k = NEAR(name, TYPE)(VECTOR_##X(D, k));
#define BY_KERNEL(k, D, X, name, TYPE) D##k = name##_by_kernel_##TYPE(VECTOR_##X(D, k));

/* The round by the kernel: a jump of its own, so that the near way keeps its registers. No local of
 * a link has an address, or its jump to the next one would be a call. */
#define FUNCTION_LINK(X, D, name, TYPE)                                                            \
    NO_RETURN_NOTED static __attribute__((noinline)) void name##_vanishing_##TYPE##_##D##_##X(     \
        LINK(register_of_##TYPE))                                                                  \
    {                                                                                              \
        ON_VECTORS(NEARLY, D, X, vanishing_##name, TYPE)                                           \
        GO(register_of_##TYPE, link + 1, at);                                                      \
    }                                                                                              \
    NO_RETURN_NOTED static                                                                         \
        __attribute__((noinline)) void name##_far_##TYPE##_##D##_##X(LINK(register_of_##TYPE))     \
    {                                                                                              \
        if (VANISHES(name, TYPE) && ARE_NEAR(D, X, vanishing_##name, TYPE))                        \
            return name##_vanishing_##TYPE##_##D##_##X(link, at, a0, a1, a2, a3, b0, b1, b2, b3);  \
        ON_VECTORS(BY_KERNEL, D, X, name, TYPE)                                                    \
        GO(register_of_##TYPE, link + 1, at);                                                      \
    }                                                                                              \
    NO_RETURN_NOTED static void name##_##TYPE##_##D##_##X(LINK(register_of_##TYPE))                \
    {                                                                                              \
        if (!ARE_NEAR(D, X, name, TYPE))                                                           \
            return name##_far_##TYPE##_##D##_##X(link, at, a0, a1, a2, a3, b0, b1, b2, b3);        \
        ON_VECTORS(NEARLY, D, X, name, TYPE)                                                       \
        GO(register_of_##TYPE, link + 1, at);                                                      \
    }
#define FUNCTION_BANK(D, name, TYPE)                                                               \
    FUNCTION_LINK(SAME, D, name, TYPE) FUNCTION_LINK(OTHER, D, name, TYPE)
#define FUNCTION_TYPE(TYPE, name)                                                                  \
    static ndi_kernel *kernel_of_##name##_##TYPE;                                                  \
    static __attribute__((noinline))                                                               \
    register_of_##TYPE name##_by_kernel_##TYPE(register_of_##TYPE x)                               \
    {                                                                                              \
        TYPE lanes[sizeof x / sizeof(TYPE)];                                                       \
        memcpy(lanes, &x, sizeof x);                                                               \
        kernel_of_##name##_##TYPE(sizeof lanes / sizeof *lanes,                                    \
                                  (char *[]){(char *)lanes, (char *)lanes},                        \
                                  (const ptrdiff_t[]){sizeof(TYPE), sizeof(TYPE)});                \
        memcpy(&x, lanes, sizeof x);                                                               \
        return x;                                                                                  \
    }                                                                                              \
    ON_BANKS(FUNCTION_BANK, name, TYPE)

/* Sine into bank a and cosine into bank b, of what is in bank D. */
#define BOTH_NEARLY(k, D, TYPE)                                                                    \
    {                                                                                              \
        const PASTE(sin, cos, FLOATS_##TYPE) y = PASTE(sincos, _near_zero, FLOATS_##TYPE)(D##k);   \
        a##k = y.sin;                                                                              \
        b##k = y.cos;                                                                              \
    }
#define BOTH_BY_KERNELS(k, D, TYPE)                                                                \
    {                                                                                              \
        const register_of_##TYPE x = D##k;                                                         \
        a##k = sin_by_kernel_##TYPE(x);                                                            \
        b##k = cos_by_kernel_##TYPE(x);                                                            \
    }
#define SINCOS_BANK(D, TYPE, ...)                                                                  \
    NO_RETURN_NOTED static                                                                         \
        __attribute__((noinline)) void sincos_far_##TYPE##_##D(LINK(register_of_##TYPE))           \
    {                                                                                              \
        ON_VECTORS(BOTH_BY_KERNELS, D, TYPE)                                                       \
        GO(register_of_##TYPE, link + 1, at);                                                      \
    }                                                                                              \
    NO_RETURN_NOTED static void sincos_##TYPE##_##D(LINK(register_of_##TYPE))                      \
    {                                                                                              \
        if (!ARE_NEAR(D, SAME, sin, TYPE))                                                         \
            return sincos_far_##TYPE##_##D(link, at, a0, a1, a2, a3, b0, b1, b2, b3);              \
        ON_VECTORS(BOTH_NEARLY, D, TYPE)                                                           \
        GO(register_of_##TYPE, link + 1, at);                                                      \
    }
#define SINCOS_TYPE(TYPE, ...) ON_BANKS(SINCOS_BANK, TYPE, )

#define LINKED(name) ON_TYPES(FUNCTION_TYPE, name)
#define LINKED_TWINS(one, other, both) ON_TYPES(SINCOS_TYPE, )
#include "kernels/linked.def"
#undef LINKED
#undef LINKED_TWINS

#define FUNCTION_SLOTS_BANK(D, TYPE, name)                                                         \
    chain->unary[NDI_LINK_##name][BANK_##D][NDI_FROM_SAME] = CODE(name##_##TYPE##_##D##_SAME);     \
    chain->unary[NDI_LINK_##name][BANK_##D][NDI_FROM_OTHER] = CODE(name##_##TYPE##_##D##_OTHER);
#define FUNCTION_SLOTS(name, TYPE)                                                                 \
    kernel_of_##name##_##TYPE = kernels->elementwise[ND_OP_##name][DTYPE_##TYPE];                  \
    ON_BANKS(FUNCTION_SLOTS_BANK, TYPE, name)
#define TWINS_SLOTS_BANK(D, TYPE, both)                                                            \
    chain->twins[NDI_LINK_##both][BANK_##D] = CODE(both##_##TYPE##_##D);
#define TWINS_SLOTS(both, TYPE) ON_BANKS(TWINS_SLOTS_BANK, TYPE, both)

/* After the kernels of functions, and the chains of light steps. */
void NDI_ISA_NAME(ndi_fill_function_links)(ndi_kernels *kernels)
{
    ndi_chain_kernels *chain = (ndi_chain_kernels *)kernels->chain[ND_FLOAT32]; /* its own ISA's */
#define LINKED(name) FUNCTION_SLOTS(name, float)
#define LINKED_TWINS(one, other, both) TWINS_SLOTS(both, float)
#include "kernels/linked.def"
#undef LINKED
#undef LINKED_TWINS
    chain = (ndi_chain_kernels *)kernels->chain[ND_FLOAT64];
#define LINKED(name) FUNCTION_SLOTS(name, double)
#define LINKED_TWINS(one, other, both) TWINS_SLOTS(both, double)
#include "kernels/linked.def"
}

#endif

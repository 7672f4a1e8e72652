/* The links of chains; compiled once for each ISA. */
#include "kernels/chain.h"

#include "kernels/division.h"
#include "kernels/loops.h"
#include "kernels/templates.h"

/* Without tail calls the links would pile up on the stack. */
#if defined(NDI_REFERENCE) || !defined(__OPTIMIZE__)

void NDI_ISA_NAME(ndi_fill_chains)(ndi_kernels *kernels)
{
    (void)kernels; /* every step is a kernel of its own */
}

#else

/* ThreadSanitizer notes where a function returns, which would make calls of the jumps. */
#define NO_RETURN_NOTED __attribute__((no_sanitize("thread")))

/* `at`: bytes of elements that are done. Bank a, bank b. */
#define LINK(V) ndi_link *link, size_t at, V a0, V a1, V a2, V a3, V b0, V b1, V b2, V b3
#define GO(V, to, at) return ((void (*)(LINK(V)))(to)->code)(to, at, a0, a1, a2, a3, b0, b1, b2, b3)

/* Argument `i` of a link: what is read once, then its vector `k`. D is the bank of the result. */
#define ONCE_SAME(TYPE, i)
#define ONCE_OTHER(TYPE, i)
#define ONCE_MEMORY(TYPE, i) const vector_of_##TYPE *const p##i = (void *)(link->pointer[i] + at);
#define ONCE_SCALAR(TYPE, i)                                                                       \
    const TYPE s##i = *(const TYPE *)link->pointer[i];                                             \
    const vector_of_##TYPE v##i = s##i - (vector_of_##TYPE){0}; /* in every lane */
#define OTHER_a(k) b##k
#define OTHER_b(k) a##k
#define VECTOR_SAME(D, i, k) D##k
#define VECTOR_OTHER(D, i, k) OTHER_##D(k)
#define VECTOR_MEMORY(D, i, k) p##i[k]
#define VECTOR_SCALAR(D, i, k) v##i

#define ON_VECTORS(M, ...) M(0, __VA_ARGS__) M(1, __VA_ARGS__) M(2, __VA_ARGS__) M(3, __VA_ARGS__)
#define UNARY_VECTOR(k, TYPE, D, X, ...)                                                           \
    {                                                                                              \
        const vector_of_##TYPE x = VECTOR_##X(D, 0, k);                                            \
        D##k = __VA_ARGS__;                                                                        \
    }
#define UNARY_LINK(NAME, TYPE, D, X, ...)                                                          \
    NO_RETURN_NOTED static void NAME##_##TYPE##_##D##_##X(LINK(register_of_##TYPE))                \
    {                                                                                              \
        ONCE_##X(TYPE, 0) ON_VECTORS(UNARY_VECTOR, TYPE, D, X, __VA_ARGS__)                        \
            GO(register_of_##TYPE, link + 1, at);                                                  \
    }
#define BINARY_VECTOR(k, TYPE, D, X, Y, ...)                                                       \
    {                                                                                              \
        const vector_of_##TYPE x = VECTOR_##X(D, 0, k), y = VECTOR_##Y(D, 1, k);                   \
        D##k = __VA_ARGS__;                                                                        \
    }
#define BINARY_LINK(NAME, TYPE, D, X, Y, ...)                                                      \
    NO_RETURN_NOTED static void NAME##_##TYPE##_##D##_##X##_##Y(LINK(register_of_##TYPE))          \
    {                                                                                              \
        ONCE_##X(TYPE, 0) ONCE_##Y(TYPE, 1) ON_VECTORS(BINARY_VECTOR, TYPE, D, X, Y, __VA_ARGS__)  \
            GO(register_of_##TYPE, link + 1, at);                                                  \
    }

#define ON_FROM(M, ...)                                                                            \
    M(SAME, __VA_ARGS__) M(OTHER, __VA_ARGS__) M(MEMORY, __VA_ARGS__) M(SCALAR, __VA_ARGS__)
#define ON_BANKS(M, ...) M(a, __VA_ARGS__) M(b, __VA_ARGS__)
#define ON_TYPES(M, ...) M(float, __VA_ARGS__) M(double, __VA_ARGS__)

/* Every link of an operation: types, banks, arguments from everywhere. */
#define UNARY_FROM(X, D, TYPE, NAME, ...) UNARY_LINK(NAME, TYPE, D, X, __VA_ARGS__)
#define UNARY_BANK(D, TYPE, NAME, ...)                                                             \
    UNARY_FROM(SAME, D, TYPE, NAME, __VA_ARGS__)                                                   \
    UNARY_FROM(OTHER, D, TYPE, NAME, __VA_ARGS__)                                                  \
    UNARY_FROM(MEMORY, D, TYPE, NAME, __VA_ARGS__)                                                 \
    UNARY_FROM(SCALAR, D, TYPE, NAME, __VA_ARGS__)
#define UNARY_TYPE(TYPE, NAME, ...)                                                                \
    UNARY_BANK(a, TYPE, NAME, __VA_ARGS__) UNARY_BANK(b, TYPE, NAME, __VA_ARGS__)
#define BINARY_LEFT(X, D, TYPE, NAME, ...)                                                         \
    BINARY_LINK(NAME, TYPE, D, X, SAME, __VA_ARGS__)                                               \
    BINARY_LINK(NAME, TYPE, D, X, OTHER, __VA_ARGS__)                                              \
    BINARY_LINK(NAME, TYPE, D, X, MEMORY, __VA_ARGS__)                                             \
    BINARY_LINK(NAME, TYPE, D, X, SCALAR, __VA_ARGS__)
#define BINARY_BANK(D, TYPE, NAME, ...) ON_FROM(BINARY_LEFT, D, TYPE, NAME, __VA_ARGS__)
#define BINARY_TYPE(TYPE, NAME, ...)                                                               \
    BINARY_BANK(a, TYPE, NAME, __VA_ARGS__) BINARY_BANK(b, TYPE, NAME, __VA_ARGS__)

#ifdef STREAM_VECTOR
#define STREAM_LINK(TYPE, D)                                                                       \
    NO_RETURN_NOTED static void stream_##TYPE##_##D(LINK(register_of_##TYPE))                      \
    {                                                                                              \
        char *const to = link->pointer[0] + at;                                                    \
        STREAM_VECTOR(to, D##0);                                                                   \
        STREAM_VECTOR(to + VECTOR_BYTES, D##1);                                                    \
        STREAM_VECTOR(to + 2 * VECTOR_BYTES, D##2);                                                \
        STREAM_VECTOR(to + 3 * VECTOR_BYTES, D##3);                                                \
        GO(register_of_##TYPE, link + 1, at);                                                      \
    }
#else
#define STREAM_LINK(TYPE, D)
#endif
#define SUM_LINK_float(D)
#define SUM_LINK_double(D)                                                                         \
    NO_RETURN_NOTED static void sum_double_##D(LINK(register_of_double))                           \
    {                                                                                              \
        vector_of_double *const sum =                                                              \
            (void *)(link->pointer[0] + at % (NDI_LANES * sizeof(double)));                        \
        sum[0] += D##0, sum[1] += D##1, sum[2] += D##2, sum[3] += D##3;                            \
        GO(register_of_double, link + 1, at);                                                      \
    }
#define STORE_LINK(D, TYPE, ...)                                                                   \
    NO_RETURN_NOTED static void store_##TYPE##_##D(LINK(register_of_##TYPE))                       \
    {                                                                                              \
        vector_of_##TYPE *const to = (void *)(link->pointer[0] + at);                              \
        to[0] = D##0, to[1] = D##1, to[2] = D##2, to[3] = D##3;                                    \
        GO(register_of_##TYPE, link + 1, at);                                                      \
    }                                                                                              \
    STREAM_LINK(TYPE, D)                                                                           \
    SUM_LINK_##TYPE(D)

/* Two pointers of a link, or how they step: one addition. */
typedef intptr_t pair __attribute__((vector_size(2 * sizeof(intptr_t)), aligned(8), may_alias));

#define CHAIN_OF(TYPE, ...)                                                                        \
    /* In registers, and in memory of any alignment. */                                            \
    typedef TYPE register_of_##TYPE __attribute__((vector_size(VECTOR_BYTES)));                    \
    typedef TYPE vector_of_##TYPE                                                                  \
        __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(TYPE)), may_alias));              \
    ON_BANKS(STORE_LINK, TYPE, )                                                                   \
    NO_RETURN_NOTED static void fetch_##TYPE(LINK(register_of_##TYPE))                             \
    {                                                                                              \
        const char *const from = link->pointer[0] + at;                                            \
        for (size_t line = 0; line < NDI_CHAIN_VECTORS * VECTOR_BYTES; line += 64)                 \
            __builtin_prefetch(from + line, 0, 2);                                                 \
        GO(register_of_##TYPE, link + 1, at);                                                      \
    }                                                                                              \
    NO_RETURN_NOTED static void next_##TYPE(LINK(register_of_##TYPE))                              \
    {                                                                                              \
        ndi_link *const first = (void *)link->pointer[0];                                          \
        at += NDI_CHAIN_VECTORS * VECTOR_BYTES;                                                    \
        if (at >= (size_t)link->pointer[1]) {                                                      \
            if (--link->row[0] == 0)                                                               \
                return;                                                                            \
            for (ndi_link *l = first; l < link; l++)                                               \
                *(pair *)l->pointer += *(const pair *)l->row;                                      \
            at = 0;                                                                                \
        }                                                                                          \
        GO(register_of_##TYPE, first, at);                                                         \
    }                                                                                              \
    static void run_##TYPE(ndi_link *first, size_t at)                                             \
    {                                                                                              \
        const register_of_##TYPE a0 = {0}, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0,   \
                                 b3 = a0;                                                          \
        GO(register_of_##TYPE, first, at);                                                         \
    }
ON_TYPES(CHAIN_OF, )
ON_TYPES(UNARY_TYPE, load, x)
#define KERNEL1_LIGHT(name, group, ...) ON_TYPES(UNARY_TYPE, name, __VA_ARGS__)
#define KERNEL2_STREAMING(name, group, ...) ON_TYPES(BINARY_TYPE, name, __VA_ARGS__)
#include "kernels/light.def"
#undef KERNEL1_LIGHT
#undef KERNEL2_STREAMING

#if HAS_QUOTIENTS
/* Division by one divisor a row. */
#define QUOTIENT_VECTOR(k, TYPE, D, X)                                                             \
    const register_of_##TYPE q##k = quotient_##TYPE(VECTOR_##X(D, 0, k), y, z);
#define DIVIDED_VECTOR(k, TYPE, D, X) D##k = VECTOR_##X(D, 0, k) / y;
#define TAKEN_VECTOR(k, TYPE, D, X) D##k = q##k;
#define BY_ONE_LINK(X, D, TYPE, ...)                                                               \
    NO_RETURN_NOTED static void by_one_##TYPE##_##D##_##X(LINK(register_of_##TYPE))                \
    {                                                                                              \
        ONCE_##X(TYPE, 0) const TYPE divisor = *(const TYPE *)link->pointer[1];                    \
        const register_of_##TYPE y = divisor - (register_of_##TYPE){0};                            \
        if (__builtin_expect(!suits_as_divisor_##TYPE(divisor), 0)) {                              \
            ON_VECTORS(DIVIDED_VECTOR, TYPE, D, X)                                                 \
            GO(register_of_##TYPE, link + 1, at);                                                  \
        }                                                                                          \
        const register_of_##TYPE z = 1 / divisor - (register_of_##TYPE){0};                        \
        ON_VECTORS(QUOTIENT_VECTOR, TYPE, D, X)                                                    \
        if (__builtin_expect(are_quotients_##TYPE(q0, q1, q2, q3), 1)) {                           \
            ON_VECTORS(TAKEN_VECTOR, TYPE, D, X)                                                   \
        } else {                                                                                   \
            ON_VECTORS(DIVIDED_VECTOR, TYPE, D, X)                                                 \
        }                                                                                          \
        GO(register_of_##TYPE, link + 1, at);                                                      \
    }
#define BY_ONE_BANK(D, TYPE, ...)                                                                  \
    BY_ONE_LINK(SAME, D, TYPE, ) BY_ONE_LINK(OTHER, D, TYPE, ) BY_ONE_LINK(MEMORY, D, TYPE, )
#define BY_ONE(TYPE, ...) ON_BANKS(BY_ONE_BANK, TYPE, )
ON_TYPES(BY_ONE, )
#define BY_ONE_SLOT(X, D, TYPE)                                                                    \
    of_##TYPE->binary[NDI_LINK_divide][BANK_##D][NDI_FROM_##X][NDI_FROM_SCALAR] =                  \
        CODE(by_one_##TYPE##_##D##_##X);
#define BY_ONE_SLOTS_BANK(D, TYPE, ...)                                                            \
    BY_ONE_SLOT(SAME, D, TYPE) BY_ONE_SLOT(OTHER, D, TYPE) BY_ONE_SLOT(MEMORY, D, TYPE)
#define BY_ONE_SLOTS(TYPE, ...) ON_BANKS(BY_ONE_SLOTS_BANK, TYPE, )
#else
#define BY_ONE_SLOTS(TYPE, ...)
#endif

#define CODE(function) ((ndi_link_code *)(function))
#define BANK_a 0
#define BANK_b 1
#define UNARY_SLOT(X, D, TYPE, slot, name)                                                         \
    of_##TYPE->unary[slot][BANK_##D][NDI_FROM_##X] = CODE(name##_##TYPE##_##D##_##X);
#define UNARY_SLOTS(TYPE, slot, name)                                                              \
    ON_FROM(UNARY_SLOT, a, TYPE, slot, name) ON_FROM(UNARY_SLOT, b, TYPE, slot, name)
#define BINARY_SLOT(X, Y, D, TYPE, name)                                                           \
    of_##TYPE->binary[NDI_LINK_##name][BANK_##D][NDI_FROM_##X][NDI_FROM_##Y] =                     \
        CODE(name##_##TYPE##_##D##_##X##_##Y);
#define BINARY_SLOTS_FROM(X, D, TYPE, name)                                                        \
    BINARY_SLOT(X, SAME, D, TYPE, name)                                                            \
    BINARY_SLOT(X, OTHER, D, TYPE, name)                                                           \
    BINARY_SLOT(X, MEMORY, D, TYPE, name)                                                          \
    BINARY_SLOT(X, SCALAR, D, TYPE, name)
#define BINARY_SLOTS(TYPE, name)                                                                   \
    ON_FROM(BINARY_SLOTS_FROM, a, TYPE, name) ON_FROM(BINARY_SLOTS_FROM, b, TYPE, name)
#ifdef STREAM_VECTOR
#define STREAM_SLOT(D, TYPE) of_##TYPE->stream[BANK_##D] = CODE(stream_##TYPE##_##D);
#else
#define STREAM_SLOT(D, TYPE)
#endif
#define OWN_SLOTS(TYPE, ...)                                                                       \
    of_##TYPE->round = NDI_CHAIN_VECTORS * VECTOR_BYTES;                                           \
    of_##TYPE->store[0] = CODE(store_##TYPE##_a);                                                  \
    of_##TYPE->store[1] = CODE(store_##TYPE##_b);                                                  \
    STREAM_SLOT(a, TYPE)                                                                           \
    STREAM_SLOT(b, TYPE)                                                                           \
    of_##TYPE->fetch = CODE(fetch_##TYPE);                                                         \
    of_##TYPE->next = CODE(next_##TYPE);                                                           \
    of_##TYPE->run = run_##TYPE;

static ndi_chain_kernels chain_of_float, chain_of_double;

void NDI_ISA_NAME(ndi_fill_chains)(ndi_kernels *kernels)
{
    ndi_chain_kernels *const of_float = &chain_of_float, *const of_double = &chain_of_double;
    kernels->chain[ND_FLOAT32] = of_float;
    kernels->chain[ND_FLOAT64] = of_double;
    ON_TYPES(OWN_SLOTS, )
    of_double->sum[0] = CODE(sum_double_a);
    of_double->sum[1] = CODE(sum_double_b);
    ON_TYPES(UNARY_SLOTS, NDI_LINK_LOAD, load)
#define KERNEL1_LIGHT(name, group, ...) ON_TYPES(UNARY_SLOTS, NDI_LINK_##name, name)
#define KERNEL2_STREAMING(name, group, ...) ON_TYPES(BINARY_SLOTS, name)
#include "kernels/light.def"
    ON_TYPES(BY_ONE_SLOTS, ) /* after those of all operations, some of which they replace */
}

#endif

/* The links of chains; compiled once for each ISA. */
#include "kernels/chain.h"

#include "kernels/cube.h"
#include "kernels/division.h"
#include "kernels/lanes.h"
#include "kernels/links.h"
#include "kernels/loops.h"
#include "kernels/templates.h"

/* Without tail calls the links would pile up on the stack. */
#if defined(NDI_REFERENCE) || !defined(__OPTIMIZE__)

void NDI_ISA_NAME(ndi_fill_chains)(ndi_kernels *kernels)
{
    (void)kernels; /* every step is a kernel of its own */
}

#else

/* Argument `i` of a link: what is read once, then its vector `k`. D is the bank of the result. */
#define ONCE_SAME(TYPE, i)
#define ONCE_OTHER(TYPE, i)
/* Elements are read in the order of memory, which a CPU foresees; gcc would turn it round, and
 * sum((x - 0.5)**2) of 80 MB take a tenth longer. */
#ifdef __x86_64__
#define READ_IN_ORDER(v) __asm__ volatile("" : "+v"(v) : : "memory");
#else
#define READ_IN_ORDER(v)
#endif
#define READ_VECTOR(k, TYPE, i)                                                                    \
    register_of_##TYPE p##i##k = p##i[k];                                                          \
    READ_IN_ORDER(p##i##k)
#define ONCE_MEMORY(TYPE, i)                                                                       \
    const vector_of_##TYPE *const p##i = (void *)(link->pointer[i] + at);                          \
    READ_VECTOR(0, TYPE, i)                                                                        \
    READ_VECTOR(1, TYPE, i) READ_VECTOR(2, TYPE, i) READ_VECTOR(3, TYPE, i)
#define ONCE_SCALAR(TYPE, i)                                                                       \
    const TYPE s##i = *(const TYPE *)link->pointer[i];                                             \
    const vector_of_##TYPE v##i = s##i - (vector_of_##TYPE){0}; /* in every lane */
#define VECTOR_SAME(D, i, k) D##k
#define VECTOR_OTHER(D, i, k) OTHER_##D(k)
#define VECTOR_MEMORY(D, i, k) p##i##k
#define VECTOR_SCALAR(D, i, k) v##i

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

#define LOOK_BELOW(to) LOOK_AT_PAGE(to, link->row[0])
#define NO_LOOK(to)
#ifdef STREAM_VECTOR
#define STREAM_LINK(NAME, TYPE, D, LOOK)                                                           \
    NO_RETURN_NOTED static void NAME##_##TYPE##_##D(LINK(register_of_##TYPE))                      \
    {                                                                                              \
        char *const to = link->pointer[0] + at;                                                    \
        LOOK(to)                                                                                   \
        STREAM_VECTOR(to, D##0);                                                                   \
        STREAM_VECTOR(to + VECTOR_BYTES, D##1);                                                    \
        STREAM_VECTOR(to + 2 * VECTOR_BYTES, D##2);                                                \
        STREAM_VECTOR(to + 3 * VECTOR_BYTES, D##3);                                                \
        GO(register_of_##TYPE, link + 1, at);                                                      \
    }
#else
#define STREAM_LINK(NAME, TYPE, D, LOOK)
#endif
/* The lanes, of type LANE, that a round at `at` goes to; and the accumulators of its columns. */
#define LANES(TYPE, LANE)                                                                          \
    (void *)(link->pointer[0] + at / (NDI_CHUNK * sizeof(TYPE)) * NDI_LANE_BYTES +                 \
             at / sizeof(TYPE) * sizeof(LANE) % NDI_LANE_BYTES)
#define COLUMNS(TYPE, LANE) (void *)(link->pointer[0] + at / sizeof(TYPE) * sizeof(LANE))
#define LANE_VECTORS (NDI_LANE_BYTES / VECTOR_BYTES)
#define COLUMN_VECTORS (2 * NDI_CHAIN_VECTORS)
#define SUM_LINK_double(D, name, PLACE, VECTORS)                                                   \
    NO_RETURN_NOTED static void name##_double_##D(LINK(register_of_double))                        \
    {                                                                                              \
        vector_of_double *const sum = PLACE(double, double);                                       \
        sum[0] += D##0, sum[1] += D##1, sum[2] += D##2, sum[3] += D##3;                            \
        GO(register_of_double, link + 1, at);                                                      \
    }
typedef float half_vector __attribute__((vector_size(VECTOR_BYTES / 2)));
#if VECTOR_BYTES == 64
#define WIDENED(half) (register_of_double) _mm512_cvtps_pd((__m256)(half))
#elif VECTOR_BYTES == 32
#define WIDENED(half) (register_of_double) _mm256_cvtps_pd((__m128)(half))
#else
#define WIDENED(half) __builtin_convertvector(half, register_of_double)
#endif
#define ADD_HALVES(k, D, VECTORS)                                                                  \
    memcpy(half, &D##k, sizeof half);                                                              \
    sum[2 * (k) % VECTORS] += WIDENED(half[0]);                                                    \
    sum[(2 * (k) + 1) % VECTORS] += WIDENED(half[1]);
#define SUM_LINK_float(D, name, PLACE, VECTORS)                                                    \
    NO_RETURN_NOTED static void name##_float_##D(LINK(register_of_float))                          \
    {                                                                                              \
        vector_of_double *const sum = PLACE(float, double);                                        \
        half_vector half[2];                                                                       \
        ON_VECTORS(ADD_HALVES, D, VECTORS) GO(register_of_float, link + 1, at);                    \
    }
/* What is better than `best`, or NaN, takes its place. The CPU's least and greatest of two is the
 * second where one is NaN or both are zeros. */
#if VECTOR_BYTES == 64
#define OF_TWO(TYPE, x, y, OP)                                                                     \
    __builtin_choose_expr(                                                                         \
        sizeof(TYPE) == sizeof(float),                                                             \
        (register_of_float)(0 OP 1 ? LANES_MIN(ps, (vector_float32)(x), (vector_float32)(y))       \
                                   : LANES_MAX(ps, (vector_float32)(x), (vector_float32)(y))),     \
        (register_of_double)(0 OP 1 ? LANES_MIN(pd, (vector_float64)(x), (vector_float64)(y))      \
                                    : LANES_MAX(pd, (vector_float64)(x), (vector_float64)(y))))
#define MEET(TYPE, best, x, OP)                                                                    \
    {                                                                                              \
        const register_of_##TYPE better = OF_TWO(TYPE, x, best, OP);                               \
        const flags_of_##TYPE nan = (x) != (x);                                                    \
        best =                                                                                     \
            (register_of_##TYPE)(((flags_of_##TYPE)(x)&nan) | ((flags_of_##TYPE)better & ~nan));   \
    }
#else
#define MEET(TYPE, best, x, OP)                                                                    \
    {                                                                                              \
        const flags_of_##TYPE takes = ((x)OP(best)) | ((x) != (x));                                \
        best = (register_of_##TYPE)(((flags_of_##TYPE)(x)&takes) |                                 \
                                    ((flags_of_##TYPE)(best) & ~takes));                           \
    }
#endif
#define MEET_LANES(k, TYPE, D, OP) MEET(TYPE, best[k], D##k, OP)
#define EXTREME_LINK(NAME, TYPE, D, OP, PLACE)                                                     \
    NO_RETURN_NOTED static void NAME##_##TYPE##_##D(LINK(register_of_##TYPE))                      \
    {                                                                                              \
        vector_of_##TYPE *const best = PLACE(TYPE, TYPE);                                          \
        ON_VECTORS(MEET_LANES, TYPE, D, OP) GO(register_of_##TYPE, link + 1, at);                  \
    }
/* What the lanes of a fold begin with. */
#define IN_EVERY_LANE(TYPE, LANE, IDENTITY)                                                        \
    (register_of_##TYPE)((LANE)(IDENTITY) - (register_of_##LANE){0})
/* A bank of the widest vectors holds the lanes of a leaf: from its first round to its last. */
#define HOLDS_LANES (VECTOR_BYTES == 64)
_Static_assert(HOLDS_LANES == (NDI_CHAIN_VECTORS * VECTOR_BYTES == NDI_LANE_BYTES), "as it says");
#define IN_BANK_LINK(NAME, TYPE, LANE, IDENTITY, ...)                                              \
    NO_RETURN_NOTED static void NAME##_##TYPE##_in_bank(LINK(register_of_##TYPE))                  \
    {                                                                                              \
        enum { leaf = NDI_CHUNK * sizeof(TYPE), round = NDI_CHAIN_VECTORS * VECTOR_BYTES };        \
        if (at % leaf == 0)                                                                        \
            b0 = b1 = b2 = b3 = IN_EVERY_LANE(TYPE, LANE, IDENTITY);                               \
        __VA_ARGS__                                                                                \
        if (at % leaf == leaf - round || at == (size_t)link->row[1]) {                             \
            vector_of_##TYPE *const lanes =                                                        \
                (void *)(link->pointer[0] + at / leaf * NDI_LANE_BYTES);                           \
            lanes[0] = b0, lanes[1] = b1, lanes[2] = b2, lanes[3] = b3;                            \
        }                                                                                          \
        GO(register_of_##TYPE, link + 1, at);                                                      \
    }
/* The compiler does not where arguments are vectors: then each instruction of the engine that takes
 * a register of 16 bytes waits for what the last link did to the rest of it. */
#if VECTOR_BYTES > 16
#define LEAVE_VECTORS() _mm256_zeroupper()
#else
#define LEAVE_VECTORS() (void)0
#endif

/* Of whole leaves: one branch a round, which is foretold. */
#define LEAVES_LINK(NAME, TYPE, LANE, IDENTITY, ...)                                               \
    NO_RETURN_NOTED static void NAME##_##TYPE##_leaves(LINK(register_of_##TYPE))                   \
    {                                                                                              \
        enum { leaf = NDI_CHUNK * sizeof(TYPE) };                                                  \
        __VA_ARGS__                                                                                \
        at += NDI_CHAIN_VECTORS * VECTOR_BYTES;                                                    \
        if (at % leaf == 0) {                                                                      \
            vector_of_##TYPE *const lanes =                                                        \
                (void *)(link->pointer[0] + (at / leaf - 1) * NDI_LANE_BYTES);                     \
            lanes[0] = b0, lanes[1] = b1, lanes[2] = b2, lanes[3] = b3;                            \
            if (at == (size_t)link->row[1]) {                                                      \
                LEAVE_VECTORS();                                                                   \
                return;                                                                            \
            }                                                                                      \
            b0 = b1 = b2 = b3 = IN_EVERY_LANE(TYPE, LANE, IDENTITY);                               \
        }                                                                                          \
        GO(register_of_##TYPE, (ndi_link *)link->pointer[1], at);                                  \
    }                                                                                              \
    static void run_##NAME##_##TYPE##_leaves(ndi_link *first, size_t at)                           \
    {                                                                                              \
        const register_of_##TYPE a0 = {0}, a1 = a0, a2 = a0, a3 = a0,                              \
                                 b0 = IN_EVERY_LANE(TYPE, LANE, IDENTITY), b1 = b0, b2 = b0,       \
                                 b3 = b0;                                                          \
        GO(register_of_##TYPE, first, at);                                                         \
    }
#define FOLDS_IN_BANK(...) IN_BANK_LINK(__VA_ARGS__) LEAVES_LINK(__VA_ARGS__)
#define ADD_WIDENED(b, half) b = (register_of_float)((register_of_double)b + WIDENED(half));
#define ADD_TWO(a, b, c)                                                                           \
    memcpy(half, &a, sizeof half);                                                                 \
    ADD_WIDENED(b, half[0]) ADD_WIDENED(c, half[1])
#define MEET_BANK(k, TYPE, OP) MEET(TYPE, b##k, a##k, OP)
#define STORE_LINK(D, TYPE, ...)                                                                   \
    NO_RETURN_NOTED static void store_##TYPE##_##D(LINK(register_of_##TYPE))                       \
    {                                                                                              \
        vector_of_##TYPE *const to = (void *)(link->pointer[0] + at);                              \
        to[0] = D##0, to[1] = D##1, to[2] = D##2, to[3] = D##3;                                    \
        GO(register_of_##TYPE, link + 1, at);                                                      \
    }                                                                                              \
    STREAM_LINK(stream, TYPE, D, NO_LOOK)                                                          \
    STREAM_LINK(stream_apart, TYPE, D, LOOK_BELOW)                                                 \
    SUM_LINK_##TYPE(D, sum, LANES, LANE_VECTORS) EXTREME_LINK(min, TYPE, D, <, LANES)              \
        EXTREME_LINK(max, TYPE, D, >, LANES)                                                       \
            SUM_LINK_##TYPE(D, sum_columns, COLUMNS, COLUMN_VECTORS)                               \
                EXTREME_LINK(min_columns, TYPE, D, <, COLUMNS)                                     \
                    EXTREME_LINK(max_columns, TYPE, D, >, COLUMNS)

/* Two pointers of a link, or how they step: one addition. */
typedef intptr_t pair __attribute__((vector_size(2 * sizeof(intptr_t)), aligned(8), may_alias));

/* Vectors in registers, and in memory of any alignment; and what comparisons make of them. */
#define VECTORS_OF(TYPE, ...)                                                                      \
    typedef TYPE register_of_##TYPE __attribute__((vector_size(VECTOR_BYTES)));                    \
    typedef TYPE vector_of_##TYPE                                                                  \
        __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(TYPE)), may_alias));              \
    typedef __typeof__((register_of_##TYPE){0} != (register_of_##TYPE){0}) flags_of_##TYPE;
ON_TYPES(VECTORS_OF, )
ON_INTEGERS(VECTORS_OF, )
VECTORS_OF(uint64_t, )

/* Of the lanes of a vector. */
#if VECTOR_BYTES == 64
#define FIRST_OF_LANES(S, V, x, y, OP)                                                             \
    _mm512_mask_blend_##S(                                                                         \
        _mm512_cmp_##S##_mask((V)(x), (V)(y), 0 OP 1 ? _CMP_LE_OQ : _CMP_GE_OQ) |                  \
            _mm512_cmp_##S##_mask((V)(x), (V)(x), _CMP_UNORD_Q),                                   \
        (V)(y), (V)(x))
#define FIRST_IF(x, y, OP)                                                                         \
    __builtin_choose_expr(sizeof(x)[0] == sizeof(float),                                           \
                          (register_of_float)FIRST_OF_LANES(ps, __m512, x, y, OP),                 \
                          (register_of_double)FIRST_OF_LANES(pd, __m512d, x, y, OP))
#else
#define FIRST_IF(x, y, OP)                                                                         \
    __extension__({                                                                                \
        const __typeof__((x) != (x)) first_ = ((x)OP(y)) | ((x) != (x));                           \
        (__typeof__(-(x)))(((__typeof__((x) != (x)))(x)&first_) |                                  \
                           ((__typeof__((x) != (x)))(y) & ~first_));                               \
    })
#endif
#define IS_IN_LANE(x, y)                                                                           \
    ((__typeof__(-(x)))((vector_of_uint64_t)(y) < (vector_of_uint64_t){0} + 8 * sizeof(x)[0]))
#define SHIFTED_LEFT(x, y) (((x) << ((y) & (int)(8 * sizeof(x)[0] - 1))) & IS_IN_LANE(x, y))
#define SHIFTED_RIGHT(x, y) ((x) >> (((y) | ~IS_IN_LANE(x, y)) & (int)(8 * sizeof(x)[0] - 1)))
#define ABSOLUTE(x)                                                                                \
    __builtin_choose_expr(sizeof(x)[0] == sizeof(float),                                           \
                          (register_of_float)((flags_of_float)(x)&INT32_MAX),                      \
                          (register_of_double)((flags_of_double)(x)&INT64_MAX))
#ifdef LANES_ROOT
#define ROOT(x)                                                                                    \
    __builtin_choose_expr(sizeof(x)[0] == sizeof(float),                                           \
                          (register_of_float)LANES_ROOT(ps, (vector_float32)(x)),                  \
                          (register_of_double)LANES_ROOT(pd, (vector_float64)(x)))
#else
#define ROOT(x)                                                                                    \
    __extension__({                                                                                \
        __typeof__(-(x)) root_;                                                                    \
        for (size_t i_ = 0; i_ < sizeof root_ / sizeof root_[0]; i_++)                             \
            root_[i_] = (__typeof__(root_[0]))__builtin_sqrt((x)[i_]);                             \
        root_;                                                                                     \
    })
#endif
#ifdef LANES_FMA
#define CUBE(x)                                                                                    \
    __builtin_choose_expr(sizeof(x)[0] == sizeof(float),                                           \
                          (register_of_float)CUBE_OF_LANES(vector_float32, ps, x, float),          \
                          (register_of_double)CUBE_OF_LANES(vector_float64, pd, x, double))
#else
#define CUBE(x)                                                                                    \
    __extension__({                                                                                \
        __typeof__(-(x)) cube_;                                                                    \
        for (size_t i_ = 0; i_ < sizeof cube_ / sizeof cube_[0]; i_++)                             \
            cube_[i_] = _Generic(cube_[0], float : float32_cube, double : float64_cube)((x)[i_]);  \
        cube_;                                                                                     \
    })
#endif

/* `vectors` of a round. */
#define ROUNDS_OF(TYPE, form, vectors)                                                             \
    NO_RETURN_NOTED static void fetch_##TYPE##form(LINK(register_of_##TYPE))                       \
    {                                                                                              \
        const char *const from = link->pointer[0] + at + LAST_OF_LINE;                             \
        for (size_t line = 0; line < (vectors)*VECTOR_BYTES; line += 64)                           \
            __builtin_prefetch(from + line, 0, 2);                                                 \
        GO(register_of_##TYPE, link + 1, at);                                                      \
    }                                                                                              \
    NO_RETURN_NOTED static void next_##TYPE##form(LINK(register_of_##TYPE))                        \
    {                                                                                              \
        ndi_link *const first = (void *)link->pointer[0];                                          \
        at += (vectors)*VECTOR_BYTES;                                                              \
        if (at >= (size_t)link->pointer[1]) {                                                      \
            if (--link->row[0] == 0) {                                                             \
                LEAVE_VECTORS();                                                                   \
                return;                                                                            \
            }                                                                                      \
            for (ndi_link *l = first; l < link; l++)                                               \
                *(pair *)l->pointer += *(const pair *)l->row;                                      \
            at = 0;                                                                                \
        }                                                                                          \
        GO(register_of_##TYPE, first, at);                                                         \
    }                                                                                              \
    NO_RETURN_NOTED static void abreast_##TYPE##form(LINK(register_of_##TYPE))                     \
    {                                                                                              \
        ndi_link *const first = (void *)link->pointer[0], *const apart = link + 1;                 \
        at += (vectors)*VECTOR_BYTES;                                                              \
        if (at >= (size_t)link->pointer[1]) {                                                      \
            if (--link->row[0] == 0) {                                                             \
                LEAVE_VECTORS();                                                                   \
                return;                                                                            \
            }                                                                                      \
            at += (size_t)apart->row[0];                                                           \
            link->pointer[1] += apart->row[1];                                                     \
            for (ndi_link *l = apart + 1; l < apart + 1 + link->row[1]; l++)                       \
                *(char **)l->pointer[0] += l->row[0];                                              \
        }                                                                                          \
        GO(register_of_##TYPE, first, at);                                                         \
    }
#define CHAIN_OF(TYPE, ...)                                                                        \
    ON_BANKS(STORE_LINK, TYPE, )                                                                   \
    ROUNDS_OF(TYPE, , NDI_CHAIN_VECTORS)                                                           \
    static void run_##TYPE(ndi_link *first, size_t at)                                             \
    {                                                                                              \
        const register_of_##TYPE a0 = {0}, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0,   \
                                 b3 = a0;                                                          \
        GO(register_of_##TYPE, first, at);                                                         \
    }
ON_TYPES(CHAIN_OF, )
#if HOLDS_LANES
FOLDS_IN_BANK(sum, double, double, -0.0, b0 += a0; b1 += a1; b2 += a2; b3 += a3;)
FOLDS_IN_BANK(sum, float, double, -0.0, half_vector half[2];
              ADD_TWO(a0, b0, b1) ADD_TWO(a1, b2, b3) ADD_TWO(a2, b0, b1) ADD_TWO(a3, b2, b3))
#define EXTREMES_IN_BANK(TYPE, ...)                                                                \
    FOLDS_IN_BANK(min, TYPE, TYPE, INFINITY, ON_VECTORS(MEET_BANK, TYPE, <))                       \
    FOLDS_IN_BANK(max, TYPE, TYPE, -INFINITY, ON_VECTORS(MEET_BANK, TYPE, >))
ON_TYPES(EXTREMES_IN_BANK, )
#define IN_BANK_SLOT(FOLD, name, TYPE)                                                             \
    of_##TYPE->fold_in_bank[NDI_LINK_##FOLD] = CODE(name##_##TYPE##_in_bank);                      \
    of_##TYPE->fold_leaves[NDI_LINK_##FOLD] = CODE(name##_##TYPE##_leaves);                        \
    of_##TYPE->run_leaves[NDI_LINK_##FOLD] = run_##name##_##TYPE##_leaves;
#else
#define IN_BANK_SLOT(FOLD, name, TYPE)
#endif
ON_TYPES(UNARY_TYPE, load, x)
ON_INTEGERS(UNARY_TYPE, load, x)
#define KERNEL1_LIGHT(name, group, ...) LINKS_OF_##group(UNARY_TYPE, name, __VA_ARGS__)
#define KERNEL2_LIGHT(name, group, ...) LINKS_OF_##group(BINARY_TYPE, name, __VA_ARGS__)
#define KERNEL2_STREAMING KERNEL2_LIGHT
#include "kernels/light.def"
#undef KERNEL1_LIGHT
#undef KERNEL2_LIGHT
#undef KERNEL2_STREAMING

#define TERM_VECTOR(k, TYPE, X, Y, ...)                                                            \
    {                                                                                              \
        const vector_of_##TYPE a = a##k, x = VECTOR_##X(a, 0, k), y = VECTOR_##Y(a, 1, k);         \
        a##k = __VA_ARGS__;                                                                        \
    }
#define TERM_LINK(X, Y, TYPE, NAME, ...)                                                           \
    NO_RETURN_NOTED static void NAME##_##TYPE##_##X##_##Y(LINK(register_of_##TYPE))                \
    {                                                                                              \
        ONCE_##X(TYPE, 0) ONCE_##Y(TYPE, 1) ON_VECTORS(TERM_VECTOR, TYPE, X, Y, __VA_ARGS__)       \
            GO(register_of_##TYPE, link + 1, at);                                                  \
    }
#define ON_TERM_FROM(M, ...)                                                                       \
    M(MEMORY, MEMORY, __VA_ARGS__)                                                                 \
    M(MEMORY, SCALAR, __VA_ARGS__)                                                                 \
    M(SCALAR, MEMORY, __VA_ARGS__) M(SCALAR, SCALAR, __VA_ARGS__)
#define TERM_TYPE(TYPE, NAME, ...) ON_TERM_FROM(TERM_LINK, TYPE, NAME, __VA_ARGS__)
#define TERM(name, first, squared, last, place, ...)                                               \
    ON_TYPES(TERM_TYPE, name, __VA_ARGS__) ON_INTEGERS(TERM_TYPE, name, __VA_ARGS__)
#include "kernels/terms.def"
#undef TERM

/* Chains that need one bank have both as one, of twice as many vectors: jumps count half. */
#define HAS_WIDE (VECTOR_BYTES == 64)
#if HAS_WIDE
#define ON_WIDE(M, ...)                                                                            \
    M(a0, 0, __VA_ARGS__)                                                                          \
    M(a1, 1, __VA_ARGS__)                                                                          \
    M(a2, 2, __VA_ARGS__)                                                                          \
    M(a3, 3, __VA_ARGS__)                                                                          \
    M(b0, 4, __VA_ARGS__) M(b1, 5, __VA_ARGS__) M(b2, 6, __VA_ARGS__) M(b3, 7, __VA_ARGS__)
#define WIDE_ONCE_SAME(TYPE, i)
#define WIDE_ONCE_SCALAR ONCE_SCALAR
#define WIDE_ONCE_MEMORY(TYPE, i)                                                                  \
    ONCE_MEMORY(TYPE, i)                                                                           \
    READ_VECTOR(4, TYPE, i)                                                                        \
    READ_VECTOR(5, TYPE, i) READ_VECTOR(6, TYPE, i) READ_VECTOR(7, TYPE, i)
#define WIDE_SAME(r, k, i) r
#define WIDE_MEMORY(r, k, i) p##i##k
#define WIDE_SCALAR(r, k, i) v##i
#define UNARY_WIDE_VECTOR(r, k, TYPE, X, ...)                                                      \
    {                                                                                              \
        const vector_of_##TYPE x = WIDE_##X(r, k, 0);                                              \
        r = __VA_ARGS__;                                                                           \
    }
#define UNARY_WIDE_LINK(X, TYPE, NAME, ...)                                                        \
    NO_RETURN_NOTED static void NAME##_##TYPE##_wide_##X(LINK(register_of_##TYPE))                 \
    {                                                                                              \
        WIDE_ONCE_##X(TYPE, 0) ON_WIDE(UNARY_WIDE_VECTOR, TYPE, X, __VA_ARGS__)                    \
            GO(register_of_##TYPE, link + 1, at);                                                  \
    }
#define BINARY_WIDE_VECTOR(r, k, TYPE, X, Y, ...)                                                  \
    {                                                                                              \
        const vector_of_##TYPE x = WIDE_##X(r, k, 0), y = WIDE_##Y(r, k, 1);                       \
        r = __VA_ARGS__;                                                                           \
    }
#define BINARY_WIDE_LINK(X, Y, TYPE, NAME, ...)                                                    \
    NO_RETURN_NOTED static void NAME##_##TYPE##_wide_##X##_##Y(LINK(register_of_##TYPE))           \
    {                                                                                              \
        WIDE_ONCE_##X(TYPE, 0) WIDE_ONCE_##Y(TYPE, 1)                                              \
            ON_WIDE(BINARY_WIDE_VECTOR, TYPE, X, Y, __VA_ARGS__)                                   \
                GO(register_of_##TYPE, link + 1, at);                                              \
    }
#define ON_WIDE_FROM(M, ...) M(SAME, __VA_ARGS__) M(MEMORY, __VA_ARGS__) M(SCALAR, __VA_ARGS__)
#define BINARY_WIDE_LEFT(X, TYPE, NAME, ...)                                                       \
    BINARY_WIDE_LINK(X, SAME, TYPE, NAME, __VA_ARGS__)                                             \
    BINARY_WIDE_LINK(X, MEMORY, TYPE, NAME, __VA_ARGS__)                                           \
    BINARY_WIDE_LINK(X, SCALAR, TYPE, NAME, __VA_ARGS__)
#define UNARY_WIDE(TYPE, NAME, ...) ON_WIDE_FROM(UNARY_WIDE_LINK, TYPE, NAME, __VA_ARGS__)
#define BINARY_WIDE(TYPE, NAME, ...) ON_WIDE_FROM(BINARY_WIDE_LEFT, TYPE, NAME, __VA_ARGS__)
ON_TYPES(UNARY_WIDE, load, x)
ON_INTEGERS(UNARY_WIDE, load, x)
#define KERNEL1_LIGHT(name, group, ...) LINKS_OF_##group(UNARY_WIDE, name, __VA_ARGS__)
#define KERNEL2_LIGHT(name, group, ...) LINKS_OF_##group(BINARY_WIDE, name, __VA_ARGS__)
#define KERNEL2_STREAMING KERNEL2_LIGHT
#include "kernels/light.def"
#undef KERNEL1_LIGHT
#undef KERNEL2_LIGHT
#undef KERNEL2_STREAMING
#define TERM_WIDE_VECTOR(r, k, TYPE, X, Y, ...)                                                    \
    {                                                                                              \
        const vector_of_##TYPE a = r, x = WIDE_##X(r, k, 0), y = WIDE_##Y(r, k, 1);                \
        r = __VA_ARGS__;                                                                           \
    }
#define TERM_WIDE_LINK(X, Y, TYPE, NAME, ...)                                                      \
    NO_RETURN_NOTED static void NAME##_##TYPE##_wide_##X##_##Y(LINK(register_of_##TYPE))           \
    {                                                                                              \
        WIDE_ONCE_##X(TYPE, 0) WIDE_ONCE_##Y(TYPE, 1)                                              \
            ON_WIDE(TERM_WIDE_VECTOR, TYPE, X, Y, __VA_ARGS__)                                     \
                GO(register_of_##TYPE, link + 1, at);                                              \
    }
#define TERM_WIDE(TYPE, NAME, ...) ON_TERM_FROM(TERM_WIDE_LINK, TYPE, NAME, __VA_ARGS__)
#define TERM(name, first, squared, last, place, ...)                                               \
    ON_TYPES(TERM_WIDE, name, __VA_ARGS__) ON_INTEGERS(TERM_WIDE, name, __VA_ARGS__)
#include "kernels/terms.def"
#undef TERM
#define STORE_WIDE(r, k, ...) to[k] = r;
#define STREAM_WIDE(r, k, ...) STREAM_VECTOR(to + k * VECTOR_BYTES, r);
#define WIDE_OF(TYPE, ...)                                                                         \
    ROUNDS_OF(TYPE, _wide, 2 * NDI_CHAIN_VECTORS)                                                  \
    NO_RETURN_NOTED static void store_##TYPE##_wide(LINK(register_of_##TYPE))                      \
    {                                                                                              \
        vector_of_##TYPE *const to = (void *)(link->pointer[0] + at);                              \
        ON_WIDE(STORE_WIDE, ) GO(register_of_##TYPE, link + 1, at);                                \
    }                                                                                              \
    NO_RETURN_NOTED static void stream_##TYPE##_wide(LINK(register_of_##TYPE))                     \
    {                                                                                              \
        char *const to = link->pointer[0] + at;                                                    \
        ON_WIDE(STREAM_WIDE, ) GO(register_of_##TYPE, link + 1, at);                               \
    }                                                                                              \
    NO_RETURN_NOTED static void stream_apart_##TYPE##_wide(LINK(register_of_##TYPE))               \
    {                                                                                              \
        char *const to = link->pointer[0] + at;                                                    \
        LOOK_BELOW(to)                                                                             \
        ON_WIDE(STREAM_WIDE, ) GO(register_of_##TYPE, link + 1, at);                               \
    }
ON_TYPES(WIDE_OF, )
#endif

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
#define TERM_SLOT(X, Y, TYPE, name)                                                                \
    of_##TYPE->term[NDI_LINK_##name][NDI_FROM_##X][NDI_FROM_##Y] = CODE(name##_##TYPE##_##X##_##Y);
#define TERM_SLOTS(TYPE, name) ON_TERM_FROM(TERM_SLOT, TYPE, name)
#ifdef STREAM_VECTOR
#define STREAM_SLOT(D, TYPE)                                                                       \
    of_##TYPE->stream[BANK_##D] = CODE(stream_##TYPE##_##D);                                       \
    of_##TYPE->stream_apart[BANK_##D] = CODE(stream_apart_##TYPE##_##D);
#else
#define STREAM_SLOT(D, TYPE)
#endif
#define FOLD_SLOT(FOLD, name, TYPE)                                                                \
    of_##TYPE->fold[NDI_LINK_##FOLD][0] = CODE(name##_##TYPE##_a);                                 \
    of_##TYPE->fold[NDI_LINK_##FOLD][1] = CODE(name##_##TYPE##_b);                                 \
    of_##TYPE->fold_columns[NDI_LINK_##FOLD][0] = CODE(name##_columns_##TYPE##_a);                 \
    of_##TYPE->fold_columns[NDI_LINK_##FOLD][1] = CODE(name##_columns_##TYPE##_b);                 \
    IN_BANK_SLOT(FOLD, name, TYPE)
#define OWN_SLOTS(TYPE, ...)                                                                       \
    of_##TYPE->round = NDI_CHAIN_VECTORS * VECTOR_BYTES;                                           \
    of_##TYPE->store[0] = CODE(store_##TYPE##_a);                                                  \
    of_##TYPE->store[1] = CODE(store_##TYPE##_b);                                                  \
    STREAM_SLOT(a, TYPE)                                                                           \
    STREAM_SLOT(b, TYPE)                                                                           \
    FOLD_SLOT(SUM, sum, TYPE)                                                                      \
    FOLD_SLOT(MIN, min, TYPE)                                                                      \
    FOLD_SLOT(MAX, max, TYPE)                                                                      \
    of_##TYPE->fetch = CODE(fetch_##TYPE);                                                         \
    of_##TYPE->next = CODE(next_##TYPE);                                                           \
    of_##TYPE->abreast = CODE(abreast_##TYPE);                                                     \
    of_##TYPE->run = run_##TYPE;

static ndi_chain_kernels chain_of_float, chain_of_double;
#ifdef __AVX2__
static ndi_chain_kernels chain_of_int64_t;

/* What does not look at elements is that of others as wide. No folds. */
static void take_moves(ndi_chain_kernels *to, const ndi_chain_kernels *from)
{
    to->round = from->round;
    memcpy(to->store, from->store, sizeof to->store);
    memcpy(to->stream, from->stream, sizeof to->stream);
    memcpy(to->stream_apart, from->stream_apart, sizeof to->stream_apart);
    to->fetch = from->fetch;
    to->next = from->next;
    to->abreast = from->abreast;
    to->run = from->run;
}
#endif

#if HAS_WIDE
static ndi_chain_kernels wide_of_float, wide_of_double, wide_of_int64_t;

#define UNARY_WIDE_SLOT(X, TYPE, slot, name)                                                       \
    wide_of_##TYPE.unary[slot][0][NDI_FROM_##X] = CODE(name##_##TYPE##_wide_##X);
#define UNARY_WIDE_SLOTS(TYPE, slot, name) ON_WIDE_FROM(UNARY_WIDE_SLOT, TYPE, slot, name)
#define BINARY_WIDE_SLOT(X, Y, TYPE, name)                                                         \
    wide_of_##TYPE.binary[NDI_LINK_##name][0][NDI_FROM_##X][NDI_FROM_##Y] =                        \
        CODE(name##_##TYPE##_wide_##X##_##Y);
#define BINARY_WIDE_SLOTS_FROM(X, TYPE, name)                                                      \
    BINARY_WIDE_SLOT(X, SAME, TYPE, name)                                                          \
    BINARY_WIDE_SLOT(X, MEMORY, TYPE, name) BINARY_WIDE_SLOT(X, SCALAR, TYPE, name)
#define BINARY_WIDE_SLOTS(TYPE, name) ON_WIDE_FROM(BINARY_WIDE_SLOTS_FROM, TYPE, name)
#define TERM_WIDE_SLOT(X, Y, TYPE, name)                                                           \
    wide_of_##TYPE.term[NDI_LINK_##name][NDI_FROM_##X][NDI_FROM_##Y] =                             \
        CODE(name##_##TYPE##_wide_##X##_##Y);
#define TERM_WIDE_SLOTS(TYPE, name) ON_TERM_FROM(TERM_WIDE_SLOT, TYPE, name)
/* By one divisor there is a quicker link, of four vectors. Roots keep their unit busy for so long
 * that what is beside them waits: distances of 2000 points take 1.55 ms by eight vectors, 1.43 by
 * four. */
#define NO_WIDE_BY_ONE(X, TYPE)                                                                    \
    wide_of_##TYPE.binary[NDI_LINK_divide][0][NDI_FROM_##X][NDI_FROM_SCALAR] = NULL;
#define NO_WIDE(which) memset(which, 0, sizeof which);
#define WIDE_SLOTS(TYPE, ...)                                                                      \
    ON_WIDE_FROM(NO_WIDE_BY_ONE, TYPE)                                                             \
    NO_WIDE(wide_of_##TYPE.unary[NDI_LINK_sqrt])                                                   \
    wide_of_##TYPE.round = 2 * NDI_CHAIN_VECTORS * VECTOR_BYTES;                                   \
    wide_of_##TYPE.store[0] = CODE(store_##TYPE##_wide);                                           \
    wide_of_##TYPE.stream[0] = CODE(stream_##TYPE##_wide);                                         \
    wide_of_##TYPE.stream_apart[0] = CODE(stream_apart_##TYPE##_wide);                             \
    wide_of_##TYPE.fetch = CODE(fetch_##TYPE##_wide);                                              \
    wide_of_##TYPE.next = CODE(next_##TYPE##_wide);                                                \
    wide_of_##TYPE.abreast = CODE(abreast_##TYPE##_wide);                                          \
    wide_of_##TYPE.run = run_##TYPE;                                                               \
    of_##TYPE->wide = &wide_of_##TYPE;

static void fill_wide(ndi_chain_kernels *of_float, ndi_chain_kernels *of_double)
{
    ON_TYPES(UNARY_WIDE_SLOTS, NDI_LINK_LOAD, load)
    ON_INTEGERS(UNARY_WIDE_SLOTS, NDI_LINK_LOAD, load)
#define KERNEL1_LIGHT(name, group, ...) LINKS_OF_##group(UNARY_WIDE_SLOTS, NDI_LINK_##name, name)
#define KERNEL2_LIGHT(name, group, ...) LINKS_OF_##group(BINARY_WIDE_SLOTS, name)
#define KERNEL2_STREAMING KERNEL2_LIGHT
#include "kernels/light.def"
#undef KERNEL1_LIGHT
#undef KERNEL2_LIGHT
#undef KERNEL2_STREAMING
#define TERM(name, ...) ON_TYPES(TERM_WIDE_SLOTS, name) ON_INTEGERS(TERM_WIDE_SLOTS, name)
#include "kernels/terms.def"
#undef TERM
    ON_TYPES(WIDE_SLOTS, )
}
#endif

void NDI_ISA_NAME(ndi_fill_chains)(ndi_kernels *kernels)
{
    ndi_chain_kernels *const of_float = &chain_of_float, *const of_double = &chain_of_double;
    kernels->chain[ND_FLOAT32] = of_float;
    kernels->chain[ND_FLOAT64] = of_double;
#ifdef __AVX2__
    ndi_chain_kernels *const of_int64_t = &chain_of_int64_t;
    kernels->chain[ND_INT64] = of_int64_t;
#endif
    ON_TYPES(OWN_SLOTS, )
    ON_TYPES(UNARY_SLOTS, NDI_LINK_LOAD, load)
    ON_INTEGERS(UNARY_SLOTS, NDI_LINK_LOAD, load)
#define KERNEL1_LIGHT(name, group, ...) LINKS_OF_##group(UNARY_SLOTS, NDI_LINK_##name, name)
#define KERNEL2_LIGHT(name, group, ...) LINKS_OF_##group(BINARY_SLOTS, name)
#define KERNEL2_STREAMING KERNEL2_LIGHT
#include "kernels/light.def"
#define TERM(name, ...) ON_TYPES(TERM_SLOTS, name) ON_INTEGERS(TERM_SLOTS, name)
#include "kernels/terms.def"
#if HAS_WIDE
    fill_wide(of_float, of_double);
#endif
    ON_TYPES(BY_ONE_SLOTS, ) /* after those of all operations, some of which they replace */
#ifdef __AVX2__
    take_moves(of_int64_t, of_double);
#endif
#if HAS_WIDE
    take_moves(&wide_of_int64_t, &wide_of_double);
    of_int64_t->wide = &wide_of_int64_t;
#endif
}

#endif

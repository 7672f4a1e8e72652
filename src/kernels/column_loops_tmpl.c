/* Loops that do what runs of links do line by line (chain.h); compiled once for each ISA.
 *
 * A chain reads what a link needs from L1, jumps to the next, and has a CPU look no further than a
 * line. In a loop all links of a line are one body, which keeps sums, divisors and what is
 * subtracted from line to line: quotients, exponentials and comparisons of several lines overlap
 * with each other and with memory (softmax over columns of 5000x5000: 15.4 ms by links, 12.3 so; a
 * plain pass 7.9). Half of that comes from asking once more for the lines of the exponentials,
 * which are in the level 3 cache by then. Each step is that of its link: same bits. */
#include "kernels/lanes.h"
#include "kernels/links.h"
#include "kernels/loops.h"
#include "kernels/templates.h"

#if !HAS_SLEEF || VECTOR_BYTES < 64 || defined(NDI_REFERENCE) || !defined(__OPTIMIZE__)

void NDI_ISA_NAME(ndi_fill_column_loops)(ndi_kernels *kernels)
{
    (void)kernels; /* functions are no links there, and registers too few for what is kept */
}

#else

#include "kernels/near_lanes.h"

enum {
    VECTORS = NDI_CHAIN_VECTORS,
    LINES_AGAIN = 8, /* ahead, of what an earlier stage has brought into some cache */
};

#define TYPES(TYPE, FLOATS)                                                                        \
    typedef vector_##FLOATS register_of_##TYPE;                                                    \
    typedef TYPE vector_of_##TYPE                                                                  \
        __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(TYPE)), may_alias));
TYPES(float, float32)
TYPES(double, float64)

#define EACH(k, count) _Pragma("GCC unroll 8") for (int k = 0; k < (count); k++)

/* Where an argument of a link is in a line, and how it goes on. */
#define ALONG(name, l, argument)                                                                   \
    char *name = link[l].pointer[argument] + at;                                                   \
    const ptrdiff_t name##_row = link[l].row[argument]
/* What stays from line to line, if the stage takes part. */
#define KEPT(TYPE, name, count, taken, from)                                                       \
    vector_of_##TYPE *const name##_kept = (void *)(from);                                          \
    register_of_##TYPE name[count] = {{0}};                                                        \
    if (taken)                                                                                     \
    EACH(k, count) name[k] = name##_kept[k]
#define KEEP(name, count, taken)                                                                   \
    if (taken)                                                                                     \
    EACH(k, count) name##_kept[k] = name[k]

/* Sums are doubles. */
#define SUMS_double VECTORS
#define SUMS_float (2 * VECTORS)
#define ADD_double(sum, k, x) sum[k] += x;
#define ADD_float(sum, k, x)                                                                       \
    sum[2 * k] += _mm512_cvtps_pd(_mm512_castps512_ps256(x));                                      \
    sum[2 * k + 1] += _mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1));
#define GREATER(S, x, y) LANES_SELECT(S, LANES_EQUAL(S, x, x), LANES_MAX(S, x, y), x)

#define PUT_store(to, k, x) ((vector_of_double *)(to))[k] = (register_of_double)(x);
#define PUT_stream_apart(to, k, x) STREAM_VECTOR((to) + (k)*VECTOR_BYTES, x);
#define PUT_lined PUT_stream_apart
#define LOOK_store(to, row)
#define LOOK_stream_apart LOOK_AT_PAGE
#define LOOK_lined LOOK_AT_PAGE

/* From line to line: how many bytes before the round results begin, what they are divided by or
 * less there, and what the round leaves in scratch to the one that comes. */
#define OVER_store(result) 0
#define OVER_stream_apart(result) 0
#define OVER_lined(result) ((uintptr_t)(result) % 64)
#define BEFORE_store(TYPE, name, over, taken)
#define BEFORE_stream_apart(TYPE, name, over, taken)
#define BEFORE_lined(TYPE, name, over, taken)                                                      \
    if (taken)                                                                                     \
        EACH(k, VECTORS) name[k] = *(vector_of_##TYPE *)((char *)&name##_kept[k] - (over));
/* The line that a row begins in, which the tile before has asked for. */
#define ASK(from) __builtin_prefetch(from, 0, 3);
#define LEAVE_store(TYPE, kept)
#define LEAVE_stream_apart(TYPE, kept)
#define LEAVE_lined(TYPE, kept)                                                                    \
    ((vector_of_##TYPE *)(kept))[-1] = ((vector_of_##TYPE *)(kept))[VECTORS - 1];

/* How lag 2 ends: the links of it; whether elements are copied for it at lag 1, or exponentials are
 * kept, which else go no further than their sums; and what it makes. */
#define LINKS_softmax 2
#define COPIES_softmax false
#define KEEPS_softmax true
#define END_softmax(x, k) ((x) / end[k])
#define LINKS_less_two 3 /* as the log-softmax: less the largest, less the logarithm */
#define COPIES_less_two true
#define KEEPS_less_two false
#define END_less_two(x, k) ((x)-end[k] - end_two[k])
#define LINKS_less_one 2
#define COPIES_less_one true
#define KEEPS_less_one false
#define END_less_one(x, k) ((x)-end[k])
#define LINKS_sums 0 /* there is no lag 2: the sums are all that is wanted */
#define COPIES_sums false
#define KEEPS_sums false
#define END_sums(x, k) (x)

/* Lag 1: exponentials of what the largest element is taken from, and their sums. Lag 0: the largest
 * element. Lag 2: exponentials divided by their sums, or the elements less one row or two. */
#define EXPONENTIALS(END, TYPE, FLOATS, S, PUT)                                                    \
    static int64_t END##_##TYPE##_##PUT(ndi_link *link, size_t at, int64_t lines, int first,       \
                                        int last)                                                  \
    {                                                                                              \
        enum { RAISE = LINKS_##END, COPY = RAISE + 4, COMPARE = COPY + 2 * COPIES_##END };         \
        const bool ends = LINKS_##END > 0 && last == 2, raises = first <= 1 && last >= 1,          \
                   compares = first == 0;                                                          \
        ALONG(done, 0, 0);                                                                         \
        ALONG(result, RAISE > 0 ? RAISE - 1 : 0, 0);                                               \
        ALONG(x, RAISE, 0);                                                                        \
        ALONG(kept, COPIES_##END ? COPY + 1 : RAISE + 2, 0);                                       \
        ALONG(soon, COMPARE, 0);                                                                   \
        soon += LAST_OF_LINE;                                                                      \
        ALONG(next, COMPARE + 1, 0);                                                               \
        KEPT(TYPE, end, VECTORS, ends, link[0].pointer[1] + at);                                   \
        KEPT(TYPE, end_two, VECTORS, ends &&LINKS_##END == 3, link[1].pointer[1] + at);            \
        KEPT(TYPE, largest, VECTORS, raises, link[RAISE].pointer[1] + at);                         \
        KEPT(double, sum, SUMS_##TYPE, raises,                                                     \
             link[RAISE + 3].pointer[0] + at / sizeof(TYPE) * sizeof(double));                     \
        KEPT(TYPE, best, VECTORS, compares, link[COMPARE + 2].pointer[0] + at);                    \
        (void)end, (void)end_two;                                                                  \
        int64_t line = 0;                                                                          \
        for (; line < lines; line++) {                                                             \
            register_of_##TYPE y[VECTORS];                                                         \
            bool vanishes = false;                                                                 \
            if (raises) {                                                                          \
                __mmask16 near = LANES_FULL_##S;                                                   \
                EACH(k, VECTORS)                                                                   \
                {                                                                                  \
                    y[k] = ((vector_of_##TYPE *)x)[k] - largest[k];                                \
                    near &= near_lanes_exp_##FLOATS(y[k]);                                         \
                }                                                                                  \
                if (__builtin_expect(near != LANES_FULL_##S, 0)) {                                 \
                    near = LANES_FULL_##S;                                                         \
                    EACH(k, VECTORS) near &= near_lanes_vanishing_exp_##FLOATS(y[k]);              \
                    if (near != LANES_FULL_##S)                                                    \
                        break;                                                                     \
                    vanishes = true;                                                               \
                }                                                                                  \
            }                                                                                      \
            if (ends) {                                                                            \
                const size_t over = OVER_##PUT(result);                                            \
                BEFORE_##PUT(TYPE, end, over, true);                                               \
                BEFORE_##PUT(TYPE, end_two, over, LINKS_##END == 3);                               \
                LOOK_##PUT(result, result_row) EACH(k, VECTORS) PUT_##PUT(                         \
                    result - over, k, END_##END(((vector_of_##TYPE *)(done - over))[k], k))        \
            }                                                                                      \
            if (raises) {                                                                          \
                ASK(x + LINES_AGAIN * x_row) LEAVE_##PUT(TYPE, kept);                              \
                EACH(k, VECTORS)                                                                   \
                {                                                                                  \
                    __builtin_prefetch(x + LINES_AGAIN * x_row + k * VECTOR_BYTES + LAST_OF_LINE,  \
                                       0, 3);                                                      \
                    if (COPIES_##END)                                                              \
                        ((vector_of_##TYPE *)kept)[k] = ((vector_of_##TYPE *)x)[k];                \
                    y[k] = near_exp_##FLOATS(y[k]);                                                \
                    if (__builtin_expect(vanishes, 0))                                             \
                        y[k] =                                                                     \
                            or_zero_exp_##FLOATS(((vector_of_##TYPE *)x)[k] - largest[k], y[k]);   \
                    if (KEEPS_##END)                                                               \
                        ((vector_of_##TYPE *)kept)[k] = y[k];                                      \
                    ADD_##TYPE(sum, k, y[k])                                                       \
                }                                                                                  \
            }                                                                                      \
            if (compares) {                                                                        \
                ASK(next + LINES_AGAIN * next_row) EACH(k, VECTORS)                                \
                {                                                                                  \
                    __builtin_prefetch(soon + k * VECTOR_BYTES, 0, 2);                             \
                    const register_of_##TYPE z = ((vector_of_##TYPE *)next)[k];                    \
                    best[k] = GREATER(S, z, best[k]);                                              \
                }                                                                                  \
            }                                                                                      \
            done += done_row, result += result_row, x += x_row, kept += kept_row;                  \
            soon += soon_row, next += next_row;                                                    \
        }                                                                                          \
        KEEP(sum, SUMS_##TYPE, raises);                                                            \
        KEEP(best, VECTORS, compares);                                                             \
        return line;                                                                               \
    }
#define EXPONENTIALS_OF(TYPE, FLOATS, S)                                                           \
    EXPONENTIALS(softmax, TYPE, FLOATS, S, lined)                                                  \
    EXPONENTIALS(less_two, TYPE, FLOATS, S, lined)                                                 \
    EXPONENTIALS(less_one, TYPE, FLOATS, S, lined)                                                 \
    EXPONENTIALS(softmax, TYPE, FLOATS, S, stream_apart)                                           \
    EXPONENTIALS(softmax, TYPE, FLOATS, S, store)                                                  \
    EXPONENTIALS(less_two, TYPE, FLOATS, S, stream_apart)                                          \
    EXPONENTIALS(less_two, TYPE, FLOATS, S, store)                                                 \
    EXPONENTIALS(less_one, TYPE, FLOATS, S, stream_apart)                                          \
    EXPONENTIALS(less_one, TYPE, FLOATS, S, store)                                                 \
    EXPONENTIALS(sums, TYPE, FLOATS, S, store)
EXPONENTIALS_OF(double, float64, pd)
EXPONENTIALS_OF(float, float32, ps)

/* What lies in rows that are far apart, less a row and divided by one: standardised columns. Behind
 * links that ask for elements. */
#define STANDARDISE(TYPE, FETCHES)                                                                 \
    static int64_t standardise_##TYPE##_##FETCHES(ndi_link *link, size_t at, int64_t rows,         \
                                                  int first, int last)                             \
    {                                                                                              \
        ALONG(soon, 0, 0);                                                                         \
        ALONG(later, FETCHES - 1, 0);                                                              \
        ALONG(x, FETCHES, 0);                                                                      \
        ALONG(quotient, FETCHES + 2, 0);                                                           \
        KEPT(TYPE, less, 2 * VECTORS, true, link[FETCHES].pointer[1] + at);                        \
        KEPT(TYPE, divisor, 2 * VECTORS, true, link[FETCHES + 1].pointer[1] + at);                 \
        (void)first, (void)last;                                                                   \
        for (int64_t row = 0; row < rows; row++) {                                                 \
            LOOK_AT_PAGE(quotient, quotient_row)                                                   \
            EACH(k, 2 * VECTORS)                                                                   \
            {                                                                                      \
                __builtin_prefetch(soon + k * VECTOR_BYTES, 0, 2);                                 \
                if (FETCHES > 1)                                                                   \
                    __builtin_prefetch(later + k * VECTOR_BYTES, 0, 2);                            \
                PUT_stream_apart(quotient, k, (((vector_of_##TYPE *)x)[k] - less[k]) / divisor[k]) \
            }                                                                                      \
            soon += soon_row, later += later_row, x += x_row, quotient += quotient_row;            \
        }                                                                                          \
        return rows;                                                                               \
    }
STANDARDISE(double, 1)
STANDARDISE(double, 2)
STANDARDISE(float, 1)
STANDARDISE(float, 2)

/* A line is not read in the round that stores it, which it would have to wait for. */
#define STREAM_LATE(TYPE)                                                                          \
    NO_RETURN_NOTED static void stream_late_##TYPE(LINK(register_of_##TYPE))                       \
    {                                                                                              \
        enum { ROUND = VECTORS * VECTOR_BYTES };                                                   \
        const ptrdiff_t first = (ptrdiff_t)(at + -(uintptr_t)link->pointer[0] % 64) - ROUND - 64;  \
        char *const to = link->pointer[0] + first;                                                 \
        const char *const from = link->pointer[1] + first;                                         \
        if (at > ROUND)                                                                            \
            STREAM_VECTOR(to, *(const vector_of_##TYPE *)from);                                    \
        if (at > 0)                                                                                \
            _Pragma("GCC unroll 8") for (int k = 1; k < VECTORS; k++)                              \
                STREAM_VECTOR(to + k * 64, *(const vector_of_##TYPE *)(from + k * 64));            \
        GO(register_of_##TYPE, link + 1, at);                                                      \
    }
STREAM_LATE(float)
STREAM_LATE(double)

#define MEMORY_MEMORY [0][NDI_FROM_MEMORY][NDI_FROM_MEMORY]
/* The links of each end and, where elements are copied, of that. */
#define TAIL_softmax {chain->binary[NDI_LINK_divide] MEMORY_MEMORY, 2, true},
#define TAIL_less_one {chain->binary[NDI_LINK_subtract] MEMORY_MEMORY, 2, true},
#define TAIL_less_two                                                                              \
    TAIL_less_one{chain->binary[NDI_LINK_subtract][0][NDI_FROM_SAME][NDI_FROM_MEMORY], 2, true},
#define TAIL_sums
#define COPY_softmax
#define COPY_sums
#define COPY_less_one {chain->unary[NDI_LINK_LOAD][0][NDI_FROM_MEMORY], 1}, {chain->store[0], 1},
#define COPY_less_two COPY_less_one
#define EXPONENTIALS_LOOP(END, TYPE, PUT, LINED, ...)                                              \
    {                                                                                              \
        .links = LINKS_##END + 7 + 2 * COPIES_##END, .run = END##_##TYPE##_##PUT, .lined = LINED,  \
        .link = {                                                                                  \
            TAIL_##END __VA_ARGS__{chain->binary[NDI_LINK_subtract] MEMORY_MEMORY, 1, true},       \
            {chain->unary[NDI_LINK_exp][0][NDI_FROM_SAME], 1},                                     \
            {chain->store[0], 1},                                                                  \
            {chain->fold_columns[NDI_LINK_SUM][0], 1},                                             \
            COPY_##END{chain->fetch},                                                              \
            {chain->unary[NDI_LINK_LOAD][0][NDI_FROM_MEMORY]},                                     \
            {chain->fold_columns[NDI_LINK_MAX][0]},                                                \
        }                                                                                          \
    }
#define EXPONENTIALS_TO(END, TYPE, PUT)                                                            \
    EXPONENTIALS_LOOP(END, TYPE, PUT, END##_##TYPE##_lined, {chain->PUT[0], 2}, )
#define DIFFERENCE_QUOTIENT                                                                        \
    {wide->binary[NDI_LINK_subtract] MEMORY_MEMORY, 0, true},                                      \
        {wide->binary[NDI_LINK_divide][0][NDI_FROM_SAME][NDI_FROM_MEMORY], 0, true},               \
    {                                                                                              \
        wide->stream_apart[0]                                                                      \
    }
#define FILL_LOOPS(TYPE, DTYPE)                                                                    \
    {                                                                                              \
        static ndi_link_loop loop[7], wide_loop[2];                                                \
        ndi_chain_kernels *const chain = (void *)kernels->chain[DTYPE], /* its own ISA's */        \
            *const wide = (void *)chain->wide;                                                     \
        loop[0] = (ndi_link_loop)EXPONENTIALS_TO(softmax, TYPE, stream_apart);                     \
        loop[1] = (ndi_link_loop)EXPONENTIALS_TO(softmax, TYPE, store);                            \
        loop[2] = (ndi_link_loop)EXPONENTIALS_TO(less_two, TYPE, stream_apart);                    \
        loop[3] = (ndi_link_loop)EXPONENTIALS_TO(less_two, TYPE, store);                           \
        loop[4] = (ndi_link_loop)EXPONENTIALS_TO(less_one, TYPE, stream_apart);                    \
        loop[5] = (ndi_link_loop)EXPONENTIALS_TO(less_one, TYPE, store);                           \
        loop[6] = (ndi_link_loop)EXPONENTIALS_LOOP(sums, TYPE, store, NULL, );                     \
        wide_loop[0] =                                                                             \
            (ndi_link_loop){4, {{wide->fetch}, DIFFERENCE_QUOTIENT}, standardise_##TYPE##_1};      \
        wide_loop[1] = (ndi_link_loop){                                                            \
            5, {{wide->fetch}, {wide->fetch}, DIFFERENCE_QUOTIENT}, standardise_##TYPE##_2};       \
        chain->stream_late = CODE(stream_late_##TYPE);                                             \
        chain->loop = loop;                                                                        \
        wide->loop = wide_loop;                                                                    \
        chain->loops = 7;                                                                          \
        wide->loops = 2;                                                                           \
    }

/* After the links. */
void NDI_ISA_NAME(ndi_fill_column_loops)(ndi_kernels *kernels)
{
    FILL_LOOPS(float, ND_FLOAT32)
    FILL_LOOPS(double, ND_FLOAT64)
}

#endif

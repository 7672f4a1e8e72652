/* Chains: steps on the same elements in one pass, without a store and a load between them.
 *
 * A chain is threaded code: an array of links, each of which does one step on a few vectors and
 * jumps to the next. What is passed on stays in vector registers, in two banks of
 * NDI_CHAIN_VECTORS: all of them are arguments of the links' functions, which end in tail calls.
 * The last link begins the next round, or the next row. Chains that never need the second bank may
 * have both as one (`wide`), and terms that are added to a value are made in the same link, so that
 * more chains do. Five steps take 0.23 ns an element where
 * kernels over blocks in L1 take 0.6. Each link computes what the kernel of its step does: same
 * bits. */
#ifndef NDSTREAM_KERNELS_CHAIN_H
#define NDSTREAM_KERNELS_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The operations that links do, of float32, float64 and int64, where these have them: lines of
 * arithmetic.def, and functions. */
typedef enum ndi_link_unary {
#define KERNEL1_LIGHT(name, ...) NDI_LINK_##name,
#define KERNEL2_LIGHT(...)
#define KERNEL2_STREAMING(...)
#include "kernels/light.def"
#undef KERNEL1_LIGHT
#undef KERNEL2_LIGHT
#undef KERNEL2_STREAMING
#define LINKED(name) NDI_LINK_##name,
#define LINKED_TWINS(...)
#include "kernels/linked.def"
#undef LINKED
#undef LINKED_TWINS
    NDI_LINK_LOAD,
    NDI_LINK_UNARY_COUNT
} ndi_link_unary;
typedef enum ndi_link_twins {
#define LINKED(...)
#define LINKED_TWINS(one, other, both) NDI_LINK_##both,
#include "kernels/linked.def"
#undef LINKED
#undef LINKED_TWINS
    NDI_LINK_TWINS_COUNT
} ndi_link_twins;
typedef enum ndi_link_binary {
#define KERNEL1_LIGHT(...)
#define KERNEL2_LIGHT(name, ...) NDI_LINK_##name,
#define KERNEL2_STREAMING KERNEL2_LIGHT
#include "kernels/light.def"
#undef KERNEL1_LIGHT
#undef KERNEL2_LIGHT
#undef KERNEL2_STREAMING
    NDI_LINK_BINARY_COUNT
} ndi_link_binary;

typedef enum ndi_link_term {
#define TERM(name, ...) NDI_LINK_##name,
#include "kernels/terms.def"
#undef TERM
    NDI_LINK_TERM_COUNT
} ndi_link_term;

/* The reductions whose lanes (kernel.h) a link fills. */
typedef enum ndi_link_fold {
    NDI_LINK_SUM, /* lanes of float64 */
    NDI_LINK_MIN,
    NDI_LINK_MAX,
    NDI_LINK_FOLDS
} ndi_link_fold;

enum {
    NDI_LANE_BYTES = 256, /* of the lanes of a row leaf */
    NDI_BANKS = 2,
    NDI_CHAIN_VECTORS = 4,
    NDI_CHAIN_ROUND = 2 * NDI_CHAIN_VECTORS * 64, /* bytes that a round computes at most */
};

/* Where a link takes an argument. */
typedef enum ndi_link_from {
    NDI_FROM_SAME,   /* the bank that its result goes to */
    NDI_FROM_OTHER,  /* bank */
    NDI_FROM_MEMORY, /* elements without gaps, from pointer[argument] on */
    NDI_FROM_SCALAR, /* one element there */
    NDI_FROM_COUNT
} ndi_link_from;

typedef void ndi_link_code(void); /* of another type in fact, which only chain_tmpl.c knows */

/* The result of `store` and `stream` goes to pointer[0]. A chain may run over several rows: behind
 * each of them the pointers move on. */
typedef struct ndi_link {
    ndi_link_code *code;
    char *pointer[2];
    ptrdiff_t row[2]; /* bytes from a row to the next; of the last link, row[0]: rows to be done */
} ndi_link;

/* What a run of links does row by row, as one loop. Of a pipeline it is that of all stages, of
 * which those that lag `first` to `last` items take part; all links are passed. It does a round
 * from `at` bytes on of so many rows, leaves the pointers, and returns how many rows are done: the
 * next one, if there is one, needs the links. */
enum { NDI_LOOP_LINKS = 12 };
typedef struct ndi_link_loop {
    int links;
    struct {
        ndi_link_code *code;
        uint8_t lag; /* of its stage */
        bool keeps;  /* all rows have argument 1 in common */
    } link[NDI_LOOP_LINKS];
    int64_t (*run)(ndi_link *link, size_t at, int64_t rows, int first, int last);
    /* The same of rows of a single round, whose results go past the cache to rows that begin
     * between lines: as whole lines, without the end of the last and with that of the round before.
     * A line before it there is that round's end of what the last stage reads: of what all rows
     * have in common, and of each row in scratch, where the loop leaves it so. Or NULL. */
    int64_t (*lined)(ndi_link *link, size_t at, int64_t rows, int first, int last);
} ndi_link_loop;

typedef struct ndi_chain_kernels {
    size_t round; /* bytes of elements that a round computes */
    /* Functions are NULL where a CPU's registers are too few, and take their argument from a bank.
     */
    ndi_link_code *unary[NDI_LINK_UNARY_COUNT][NDI_BANKS][NDI_FROM_COUNT];
    /* Two results, the one into bank 0, the other into bank 1, of what is in either bank; or NULL.
     */
    ndi_link_code *twins[NDI_LINK_TWINS_COUNT][NDI_BANKS];
    ndi_link_code *binary[NDI_LINK_BINARY_COUNT][NDI_BANKS][NDI_FROM_COUNT][NDI_FROM_COUNT];
    /* To what is in bank 0; NDI_FROM_MEMORY and NDI_FROM_SCALAR only. */
    ndi_link_code *term[NDI_LINK_TERM_COUNT][NDI_FROM_COUNT][NDI_FROM_COUNT];
    ndi_link_code *store[NDI_BANKS];
    ndi_link_code *stream[NDI_BANKS]; /* past the cache, to memory aligned to 64 bytes; or NULL */
    /* The same to rows a page or more apart. It looks at the page of a row that comes, where that
     * has a line that is likely in a cache: else each row's first store, and all that comes behind
     * it, would wait until the CPU knows where the page lies. */
    ndi_link_code *stream_apart[NDI_BANKS];
    /* What has been stored from pointer[1] on goes past the cache to pointer[0] in whole lines,
     * wherever that begins in one: behind the first round, those that end a line or more before the
     * end of the last round. Or NULL. */
    ndi_link_code *stream_late;
    /* A round goes to the lanes of its row leaf, as the elements of the leaf would. Leaves are of
     * NDI_CHUNK elements, and their lanes lie one after the other from pointer[0] on. */
    ndi_link_code *fold[NDI_LINK_FOLDS][NDI_BANKS];
    /* The same of bank 0, with the lanes in bank 1, which no other link uses, until their leaf is
     * done, or the round at row[1] bytes: through memory they would wait for themselves. NULL where
     * they do not fill the bank. */
    ndi_link_code *fold_in_bank[NDI_LINK_FOLDS];
    /* The same of whole leaves, where a run does nothing else: the last link, with the first one in
     * pointer[1] and bytes of the run in row[1]. run_leaves instead of `run`. */
    ndi_link_code *fold_leaves[NDI_LINK_FOLDS];
    void (*run_leaves[NDI_LINK_FOLDS])(ndi_link *first, size_t at);
    /* Each element goes to an accumulator of its own, from pointer[0] on: columns, where that stays
     * from row to row. */
    ndi_link_code *fold_columns[NDI_LINK_FOLDS][NDI_BANKS];
    ndi_link_code *fetch; /* asks for elements from pointer[0] on */
    ndi_link_code
        *next; /* the last link: pointer[0] is the first link, pointer[1] bytes of a row */
    /* The same, where nearly all pointers move alike from row to row: `at` does instead of them.
     * Its row[1] counts those that do not, each in pointer[0] of a link from the second behind this
     * one on, with row[0] bytes to move it by. The first behind: row[0] to add to `at`, row[1]
     * bytes from a row to the next. */
    ndi_link_code *abreast;
    void (*run)(ndi_link *first, size_t at); /* from so many bytes on */
    /* The links of bank 0 where the other bank is a part of it: rounds are twice as long. No folds
     * and functions, and others that are NULL; NULL: none. */
    const struct ndi_chain_kernels *wide;
    /* Runs of links that are loops too. */
    const ndi_link_loop *loop;
    int loops;
} ndi_chain_kernels;

#endif

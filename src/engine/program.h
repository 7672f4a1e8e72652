/* A block program: the steps of a fused expression, run over blocks that stay in L1.
 *
 * Values are numbered in the order in which they come to be (SSA). Operands and scalars exist
 * before the first step; every step makes one value, in a register of a block or where the result
 * goes. A program knows nothing of graphs, threads or files: whoever has a nest whose operands are
 * those of the program can run any part of it. */
#ifndef NDSTREAM_ENGINE_PROGRAM_H
#define NDSTREAM_ENGINE_PROGRAM_H

#include "engine/map.h"
#include "engine/nest.h"
#include "kernels/chain.h"

enum {
    NDI_PROGRAM_STEPS = 48,   /* kernels and conversions */
    NDI_PROGRAM_VALUES = 144, /* these, operands and scalars */
    NDI_PROGRAM_RESULTS = 4,  /* operands that are written */
    NDI_PROGRAM_REGISTERS = 40,
    NDI_PROGRAM_LINKS = 250,
    NDI_REGISTER_BYTES = 4096, /* 512 doubles: the registers of most programs fit L1 together */
    NDI_FRAME_BYTES = 12 * (NDI_REGISTER_BYTES + 192), /* of all registers; more are shorter ones */
    NDI_CHAIN_BLOCK_BYTES = 4 * NDI_REGISTER_BYTES,    /* where no value needs a register */
};

typedef enum ndi_place { NDI_IN_OPERAND, NDI_IN_SCALAR, NDI_IN_REGISTER } ndi_place;

typedef struct ndi_value {
    uint8_t place;
    uint8_t index; /* of the operand, the scalar or the register */
    int8_t dtype;
    uint8_t last_use; /* number of the last step that reads it */
    uint8_t unit;     /* that makes it */
    bool stored;      /* it is a result too */
} ndi_value;

/* Two functions of one value, and the kernels that compute both: rows of rules.def. */
typedef struct ndi_twins {
    uint8_t one, other; /* nd_op */
    size_t both;        /* offset in ndi_kernels, by dtype */
} ndi_twins;

extern const ndi_twins ndi_program_twins[];

typedef struct ndi_program_step {
    ndi_kernel *kernel;
    ndi_kernel *streaming; /* or NULL */
    uint8_t arguments;
    uint8_t result; /* values */
    uint8_t argument[NDI_MAX_OPERANDS - 1];
    int8_t stores; /* the operand that the result goes to, or -1 */
    /* Sine and cosine of one value are one step, and whatever else rules.def has of the kind: */
    uint8_t twins;      /* 1 + its row of ndi_program_twins; 0: one result */
    uint8_t twin;       /* the cosine; the sine is the result */
    int8_t twin_stores; /* as `stores` */
} ndi_program_step;

/* A step, or a run of steps that become a chain. */
typedef struct ndi_program_unit {
    uint8_t first, last; /* steps */
    uint8_t link, links; /* the first one, and how many: 0 if it is no chain */
    uint8_t fetches;     /* that many of them, at the beginning, ask for what is read soon, and as
                            many for what comes next */
    bool one_bank;       /* the other one is not used */
} ndi_program_unit;

typedef enum ndi_link_kind {
    NDI_LINK_FETCHES,     /* asks for elements of an operand that come later */
    NDI_LINK_ONE,         /* a step of one argument */
    NDI_LINK_TWO,         /* of two */
    NDI_LINK_TERM,        /* two or three, of two arguments in memory and what is in bank 0 */
    NDI_LINK_TWO_RESULTS, /* of one, which it takes from its bank; the results fill both */
    NDI_LINK_SAVES,       /* a bank into the register of its value */
    NDI_LINK_STORES,      /* a bank into an operand */
    NDI_LINK_NEXT         /* the last one */
} ndi_link_kind;

typedef struct ndi_program_link {
    uint8_t kind, bank;
    uint8_t op;       /* number of the link's code; the operand where it stores */
    uint8_t value[2]; /* arguments; what it saves, stores or asks for */
    uint8_t from[2];  /* an ndi_link_from */
} ndi_program_link;

typedef struct ndi_program {
    int values, steps, results, operands, registers, scalars;
    int units, links;
    bool saves;          /* some values in registers of a block, however the units run */
    bool keeps;          /* the same where a step alone is a kernel */
    bool heavy;          /* some step is a function: set by whoever adds it */
    uint8_t effort;      /* the greatest of its steps: so too */
    int64_t widest;      /* bytes of an element of the widest value */
    int64_t widest_made; /* and of the widest that steps give */
    ndi_value value[NDI_PROGRAM_VALUES];
    ndi_program_step step[NDI_PROGRAM_STEPS];
    ndi_program_unit unit[NDI_PROGRAM_STEPS];
    ndi_program_link link[NDI_PROGRAM_LINKS];
    _Alignas(16) char scalar[NDI_PROGRAM_VALUES][16];
} ndi_program;

/* The elements of a pending array that is read while it is computed, and the address that stands
 * for the first of them. */
typedef struct ndi_produced {
    const ndi_program *program;
    const ndi_nest *nest;
} ndi_produced;

extern char ndi_virtual_elements[];

/* ---- Building: operands first (the results are 0 to results - 1), then steps ---- */

void ndi_program_begin(ndi_program *program, int results);

/* The operand that comes next in the nest, to be read. */
int ndi_program_operand(ndi_program *program, nd_dtype dtype);

/* A scalar of the dtype that its kernel takes. */
int ndi_program_scalar(ndi_program *program, nd_dtype dtype, const void *element);

/* A step over values; the value that it makes. An equal step is not done twice. */
int ndi_program_step_add(ndi_program *program, ndi_kernel *kernel, ndi_kernel *streaming,
                         nd_dtype dtype, int count, const int *arguments);

/* `value` as `dtype`. */
int ndi_program_cast(ndi_program *program, int value, nd_dtype dtype);

/* `value` is result `operand`. */
void ndi_program_store(ndi_program *program, int value, int operand);

/* Joins twins (sines and cosines), gives every value its register, and makes chains of steps that
 * have links. */
void ndi_program_end(ndi_program *program);

/* A finished program. */
void ndi_program_copy(ndi_program *to, const ndi_program *from);

/* ---- Running ---- */

/* Computes all results over the nest (simplified here) on the pool. `in_place`: result 0 is read
 * too, so it is in cache when it is written. The nest is a part of `in_all` elements, which decide
 * whether results go past the cache; 0: they are read soon, and do not. `soon`, unless NULL: bytes
 * from each operand to what is read of it next, or 0: asked for on the way. Cannot fail. */
void ndi_program_run(const ndi_program *program, ndi_nest *nest, bool in_place, int64_t in_all,
                     const ptrdiff_t *soon);

/* A pointer of a link that is set for each block: of an argument, or of where a value is saved. */
typedef struct ndi_moving {
    uint8_t link, argument, value;
    bool stays; /* the rest of a block needs no copy: one element, or what is written */
} ndi_moving;

/* What a program gives a reduction instead of its elements. */
typedef enum ndi_gives {
    NDI_GIVES_SUM = NDI_LINK_SUM, /* lanes of leaves, from the last link of a chain */
    NDI_GIVES_MIN,
    NDI_GIVES_MAX,
    NDI_GIVES_COUNT, /* how many are true, where the last step is a test */
    NDI_GIVES_ELEMENTS
} ndi_gives;

/* How an operand is reached whose rows, where a block takes several, are apart in memory. */
typedef enum ndi_gap {
    NDI_NO_GAP,
    NDI_BY_ROWS, /* by chains, which step from row to row */
    NDI_PACKED,  /* its rows are copied into a register one after the other, or from there */
} ndi_gap;

/* What a thread has while it runs a program: where the values of the block are, how they step, and
 * the registers. */
typedef struct ndi_frame {
    const ndi_program *program;
    const ndi_nest *nest;
    const ndi_kernels *kernels;
    char *pointer[NDI_PROGRAM_VALUES];
    ptrdiff_t stride[NDI_PROGRAM_VALUES];
    char *operand[NDI_NEST_OPERANDS];
    ptrdiff_t operand_stride[NDI_NEST_OPERANDS];
    int64_t block, first_block; /* elements; and of one that begins between lines of the cache */
    size_t register_bytes;      /* from one register to the next */
    /* Where the innermost runs are short, a block takes several: axes from `outer` on are one. */
    int64_t row_length;   /* of the innermost runs, or 0 */
    int64_t plane_length; /* elements of an index along `outer`: of a row where two are joined */
    int outer;
    const ndi_nest *axes;           /* none of them joined */
    ndi_nest rows;                  /* the nest with them as one; the gaps' strides there are 0 */
    uint8_t gap[NDI_NEST_OPERANDS]; /* an ndi_gap */
    ptrdiff_t in_row[NDI_NEST_OPERANDS], row_stride[NDI_NEST_OPERANDS];
    bool by_rows;  /* some operand is reached so */
    uint8_t gives; /* an ndi_gives */
    char *lanes;   /* that the result goes to instead of being stored; or NULL */
    bool in_bank;  /* lanes of a leaf stay in registers until it is done: no identities needed */
    ndi_count_kernel
        *counter; /* of the last step, whose result is counted and not stored; or NULL */
    int64_t count;
    int64_t within;        /* of a run, where the block begins */
    const ptrdiff_t *soon; /* see ndi_program_run(), or NULL */
    int packed;            /* that are read */
    struct {
        uint8_t operand, value, dtype;
        const char *base; /* what the register holds, if all rows are the same */
        int64_t phase, filled;
        char *to;
    } pack[NDI_NEST_OPERANDS];
    char *place[NDI_NEST_OPERANDS]; /* of the block's elements */
    int64_t fetched;                /* elements of a run that are asked for ahead */
    int reads;                      /* values that are operands */
    uint8_t read[NDI_NEST_OPERANDS];
    bool stream[NDI_PROGRAM_RESULTS];       /* results that go past the cache */
    bool streams_itself[NDI_PROGRAM_STEPS]; /* the kernel has such stores and can use them */
    ndi_link link[NDI_PROGRAM_LINKS];       /* of the program, with their pointers */
    int movings;
    ndi_moving moving[NDI_PROGRAM_LINKS];
    uint8_t first_moving[NDI_PROGRAM_STEPS + 1];       /* of each unit */
    bool chained[NDI_PROGRAM_STEPS];                   /* the unit runs as a chain here */
    bool rowed[NDI_PROGRAM_STEPS];                     /* which reaches operands by rows */
    const ndi_chain_kernels *chain[NDI_PROGRAM_STEPS]; /* its links' */
    _Alignas(64) char registers[NDI_FRAME_BYTES];
} ndi_frame;

/* Prepares a frame for ndi_program_produce(); program and nest (simplified) must outlive it. It
 * gives what is wanted if the program can, else elements only: see frame->gives. */
void ndi_frame_begin(ndi_frame *frame, const ndi_produced *produced, ndi_gives wanted);

/* `n` elements of the block, from a register to the rows of a result. */
void ndi_unpack(const ndi_frame *frame, int operand, const char *from, size_t n);

/* Whether such elements lie in one run of the nest. */
bool ndi_program_is_run(const ndi_frame *frame, int64_t begin, int64_t n);

/* The lanes (NDI_LANE_BYTES each) of whole leaves of NDI_CHUNK elements in one run, from element
 * `begin` on, which the elements meet in order. */
void ndi_program_lanes(ndi_frame *frame, int64_t begin, int leaves, char *lanes);

/* How many of n elements are true. */
int64_t ndi_program_count(ndi_frame *frame, int64_t begin, int64_t n);

/* Computes the elements begin..begin+n-1 of the nest's linear space into `out`, without gaps: for
 * programs of one result, whose operand 0 stands for it without memory. */
void ndi_program_produce(ndi_frame *frame, int64_t begin, int64_t n, char *out);

/* Asks for what such elements are made of, if there are so many. */
void ndi_program_fetch(const ndi_frame *frame, int64_t begin, int64_t n);

#endif

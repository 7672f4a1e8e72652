/* The vocabulary of the kernel checks: cases that pass or fail, operands on guarded memory, values
 * that break things.
 *
 * A case is one (operation, dtype, ISA) or the like. It passes if nothing went against it; a
 * failure is printed with all that is needed to repeat it. Cases run on several threads: everything
 * here is per thread or locked. */
#ifndef NDSTREAM_CHECK_H
#define NDSTREAM_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "kernels/kernel.h"
#include "ops/resolve.h"

/* ---- Options and cases ----------------------------------------------------------------------- */

typedef struct check_options {
    bool thorough; /* --long: many more samples */
    FILE *report;  /* --report FILE: the table of errors measured */
    uint64_t seed;
} check_options;

extern check_options check_options_given;

/* The kernels of every ISA that this CPU runs, below check_isas. */
extern ndi_kernels check_kernels[NDI_ISA_COUNT];
extern int check_isas;

typedef struct check_case {
    char name[96];
    int failures;
} check_case;

check_case check_begin(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Notes a failure; the first few of a case are printed. */
void check_fail(check_case *of, const char *format, ...) __attribute__((format(printf, 2, 3)));
void check_end(const check_case *of);

/* What the thread is doing, for the report of a fault: kept as numbers, put into words only then.
 */
typedef struct check_doing {
    const check_case *of;
    const char *form;
    size_t n;
    ptrdiff_t strides[4];
} check_doing;

extern _Thread_local check_doing check_now;

/* ---- Guarded memory -------------------------------------------------------------------------- */

enum {
    CHECK_OPERANDS = 6,
    CHECK_BYTES = 1 << 18, /* room of one operand */
    CHECK_MARGIN = 192,    /* bytes around an operand that must stay untouched */
};

/* Where an operand lies: against the inaccessible page before its room, or the one behind. */
typedef enum check_edge { CHECK_LOW, CHECK_HIGH } check_edge;

/* The address of element 0 of n elements with that stride (any sign), in room `operand` of this
 * thread. One end of the extent touches an inaccessible page. */
char *check_place(int operand, check_edge edge, size_t n, ptrdiff_t stride, size_t size);

/* Fills the room around that extent, gaps included, with a pattern... */
void check_paint(int operand, const char *first, size_t n, ptrdiff_t stride, size_t size);
/* ... and tells whether everything but the elements still holds it. */
bool check_painted(int operand, const char *first, size_t n, ptrdiff_t stride, size_t size);

/* ---- Elements -------------------------------------------------------------------------------- */

/* Random numbers of this thread; check_reseed() makes a case independent of what ran before. */
void check_reseed(const char *text);
uint64_t check_random(void);
size_t check_below(size_t bound);
double check_uniform(double low, double high);

/* n elements of the dtype: extremes, NaN, infinities, denormals, -0, small whole numbers, any bits.
 */
void check_values(nd_dtype dtype, void *values, size_t n);

/* The same element: equal bits, any NaN equal to any other. */
bool check_same(nd_dtype dtype, const void *a, const void *b);
/* How many floating-point numbers lie between two of float32 or float64; -1 where one is NaN and
 * the other is not, or zeros differ in sign. */
double check_distance(nd_dtype dtype, const void *a, const void *b);
/* "-0x1.8p+3", "17": for messages; returns `text`. */
const char *check_text(char text[96], nd_dtype dtype, const void *element);

/* ---- The parts ------------------------------------------------------------------------------- */

/* A part is `count` tasks that any thread may run. */
typedef struct check_part {
    const char *name;
    size_t (*count)(void);
    void (*run)(size_t task);
} check_part;

extern const check_part check_elementwise, check_mixed, check_casts, check_halves, check_reductions,
    check_moves, check_chains, check_counts, check_ranges, check_select, check_special, check_annex,
    check_accuracy;

/* The kernel dtype of task-th pair of (elementwise operation, dtype) of the table that has a kernel
 * of its own; false where `task` is out of range. */
bool check_pair(size_t task, nd_op *op, ndi_resolution *resolution);
size_t check_pairs(void);

/* True for a kernel whose vectors may differ from the reference within the table's bound: a rounded
 * function of float32 or float64. */
bool check_approximate(nd_op op, nd_dtype dtype);

#endif

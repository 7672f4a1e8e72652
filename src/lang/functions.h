/* The functions that expressions call: operations of the table, and rows of functions.c. */
#ifndef NDSTREAM_LANG_FUNCTIONS_H
#define NDSTREAM_LANG_FUNCTIONS_H

#include <ndstream/linalg.h>
#include <ndstream/ops.h>

#include "lang/value.h"

/* What an argument is converted to. */
typedef enum ndi_parameter_kind {
    NDI_TAKES_OPERAND,
    NDI_TAKES_ARRAY,
    NDI_TAKES_SCALAR,
    NDI_TAKES_INTEGER,
    NDI_TAKES_REAL,
    NDI_TAKES_FLAG,
    NDI_TAKES_DTYPE,
    NDI_TAKES_AXES,
    NDI_TAKES_SHAPE,
    NDI_TAKES_TEXT,
    NDI_TAKES_ORDER,      /* of a norm */
    NDI_TAKES_AXIS_PAIRS, /* of tensordot */
    NDI_TAKES_ARRAYS,     /* a list; `rest`: all that is left by position */
    NDI_TAKES_BINS,       /* of a histogram: a number, edges or the name of a rule */
    NDI_TAKES_LINE        /* an axis, or, given as None, all elements as one line */
} ndi_parameter_kind;

typedef struct ndi_parameter {
    const char *name;
    ndi_parameter_kind kind;
    bool optional;   /* may be left out or None; NDI_TAKES_AXES: that is all axes */
    bool by_keyword; /* only so */
    bool by_position;
    bool rest; /* a method takes all that is left by position for it: x.reshape(2, 3) */
} ndi_parameter;

/* An argument, converted. */
typedef struct ndi_argument {
    bool given; /* false: left out, or None where that means the same */
    nd_op op;   /* of the first argument of a method of an operation: which one */
    union {
        nd_operand operand; /* NDI_TAKES_SCALAR too */
        nd_array *array;
        int64_t integer;
        double real;
        bool flag;
        nd_dtype dtype;
        nd_axes axes;
        nd_shape shape;
        const char *text;
        nd_norm_order order;
        ndi_axis_pairs pairs;
        ndi_arrays arrays;
        ndi_bins bins;
    };
} ndi_argument;

enum { NDI_MOST_PARAMETERS = 7, NDI_MOST_RESULTS = ND_MAX_RANK };

typedef struct ndi_function {
    const char *name;
    bool method; /* x.name(...) may be written for name(x, ...) */
    nd_op op;    /* if `call` is NULL: an operation of the table; of its method, whose */
    nd_array *(*call)(const ndi_argument *arguments);
    /* For functions whose results are a tuple: how many there are, 0 after an error. */
    int (*call_several)(const ndi_argument *arguments, nd_array *results[]);
    int count;
    ndi_parameter parameters[NDI_MOST_PARAMETERS];
} ndi_function;

/* The function of that name; false, without an error, if there is none. */
bool ndi_find_function(const char *name, ndi_function *function);

/* Calls it with `function->count` arguments. Returns how many results there are, one but for some
 * functions; 0 with the error kept, which has no place yet. */
int ndi_call_function(const ndi_function *function, const ndi_argument *arguments,
                      nd_array *results[NDI_MOST_RESULTS]);

/* Calls `visit` with every name that ndi_find_function() knows. */
void ndi_each_function(void (*visit)(void *context, const char *name), void *context);

/* A method of an operation of two arguments: add.reduce(). False, without an error, if there is
 * none. */
bool ndi_find_method(const char *operation, const char *name, ndi_function *function);

/* Why NumPy's function of that name is not there; NULL if that is no decision. */
const char *ndi_why_absent(const char *name);

/* The same two for linear algebra alone (linalg.c); `prefixed`: only what is in numpy.linalg, and
 * as it is there. */
bool ndi_find_linalg_function(const char *name, bool prefixed, ndi_function *function);
void ndi_each_linalg_function(void (*visit)(void *context, const char *name), void *context);

/* The row of that name among `count`, and the names of all. */
bool ndi_find_row(const ndi_function *rows, size_t count, const char *name, ndi_function *function);
void ndi_each_row(const ndi_function *rows, size_t count,
                  void (*visit)(void *context, const char *name), void *context);

/* And for selection and shapes (select.c). */
bool ndi_find_select_function(const char *name, ndi_function *function);
void ndi_each_select_function(void (*visit)(void *context, const char *name), void *context);

/* And for sorting, searching, counting and sets (sorting.c). */
bool ndi_find_sorting_function(const char *name, ndi_function *function);
void ndi_each_sorting_function(void (*visit)(void *context, const char *name), void *context);

/* And for what numeric.h has (numeric.c). */
bool ndi_find_numeric_function(const char *name, ndi_function *function);
void ndi_each_numeric_function(void (*visit)(void *context, const char *name), void *context);

#endif

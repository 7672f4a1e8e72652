/* The functions that expressions call: operations of the table, and rows of functions.c. */
#ifndef NDSTREAM_LANG_FUNCTIONS_H
#define NDSTREAM_LANG_FUNCTIONS_H

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
    NDI_TAKES_SHAPE
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
    union {
        nd_operand operand; /* NDI_TAKES_SCALAR too */
        nd_array *array;
        int64_t integer;
        double real;
        bool flag;
        nd_dtype dtype;
        nd_axes axes;
        nd_shape shape;
    };
} ndi_argument;

enum { NDI_MOST_PARAMETERS = 7 };

typedef struct ndi_function {
    const char *name;
    bool method; /* x.name(...) may be written for name(x, ...) */
    nd_op op;    /* if `call` is NULL: an operation of the table */
    nd_array *(*call)(const ndi_argument *arguments);
    int count;
    ndi_parameter parameters[NDI_MOST_PARAMETERS];
} ndi_function;

/* The function of that name; false, without an error, if there is none. */
bool ndi_find_function(const char *name, ndi_function *function);

/* Calls it with `function->count` arguments. NULL with the error kept, which has no place yet. */
nd_array *ndi_call_function(const ndi_function *function, const ndi_argument *arguments);

/* Calls `visit` with every name that ndi_find_function() knows. */
void ndi_each_function(void (*visit)(void *context, const char *name), void *context);

#endif

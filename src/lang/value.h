/* What an expression evaluates to, and its conversion to what functions take. */
#ifndef NDSTREAM_LANG_VALUE_H
#define NDSTREAM_LANG_VALUE_H

#include <ndstream/linalg.h>
#include <ndstream/operand.h>

#include "lang/arena.h"
#include "lang/text.h"

typedef enum ndi_value_kind {
    NDI_VALUE_OPERAND, /* an array, or a scalar, which is weak */
    NDI_VALUE_NONE,
    NDI_VALUE_ELLIPSIS,
    NDI_VALUE_STRING,
    NDI_VALUE_DTYPE,
    NDI_VALUE_LIST, /* an array once somebody wants one */
    NDI_VALUE_TUPLE
} ndi_value_kind;

typedef struct ndi_value {
    ndi_value_kind kind;
    union {
        nd_operand operand; /* arrays belong to the open scope, or to the caller of nd_expr() */
        const char *string;
        nd_dtype dtype;
        struct {
            int count;
            struct ndi_value *items; /* in the arena */
        } list;
    };
} ndi_value;

/* Axes of two arrays that belong together. */
typedef struct ndi_axis_pairs {
    nd_axes first, second;
} ndi_axis_pairs;

/* Arrays, listed in the arena. */
typedef struct ndi_arrays {
    int count;
    nd_array **items;
} ndi_arrays;

/* How a histogram finds its bins. */
typedef struct ndi_bins {
    nd_array *array;  /* of rank 0: how many; of rank 1: their edges */
    const char *rule; /* or the name of a rule, else NULL */
} ndi_bins;

ndi_value ndi_value_operand(nd_operand operand);
ndi_value ndi_value_array(nd_array *array);
ndi_value ndi_value_integer(int64_t integer);
bool ndi_is_scalar(const ndi_value *value);
bool ndi_is_array(const ndi_value *value);

/* "an array", "a tuple", ...: for messages. */
const char *ndi_value_words(const ndi_value *value);

/* Conversions: false, with an error kept that tells `what` was wanted, for a value that is none. Of
 * arrays only those of one element and no axes are numbers; they are computed. */
bool ndi_to_operand(const ndi_value *value, const char *what, nd_operand *operand);
bool ndi_to_array(const ndi_value *value, const char *what, nd_array **array);
bool ndi_to_scalar(const ndi_value *value, const char *what, nd_operand *scalar);
bool ndi_to_integer(const ndi_value *value, const char *what, int64_t *integer);
bool ndi_to_real(const ndi_value *value, const char *what, double *real);
bool ndi_to_flag(const ndi_value *value, const char *what, bool *flag);
bool ndi_to_dtype(const ndi_value *value, const char *what, nd_dtype *dtype);
bool ndi_to_axes(const ndi_value *value, const char *what, nd_axes *axes);
bool ndi_to_shape(const ndi_value *value, const char *what, nd_shape *shape);
bool ndi_to_text(const ndi_value *value, const char *what, const char **text);
/* A number, 'fro' or 'nuc'. */
bool ndi_to_order(const ndi_value *value, const char *what, nd_norm_order *order);
/* Two integers or lists of them; an integer alone: so many last and first axes. */
bool ndi_to_axis_pairs(const ndi_value *value, const char *what, ndi_axis_pairs *pairs);
bool ndi_to_bins(const ndi_value *value, const char *what, ndi_bins *bins);
/* The items of a list or tuple. */
bool ndi_to_arrays(const ndi_value *value, const char *what, ndi_arena *arena, ndi_arrays *arrays);

/* The dtype that a name stands for: those of nd_dtype_name(), bool_, int, float and complex.
 * ND_DTYPE_NONE, without an error, for any other. */
nd_dtype ndi_dtype_named(const char *name);

#endif

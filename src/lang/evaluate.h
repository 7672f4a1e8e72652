/* The walk over the tree of an expression. */
#ifndef NDSTREAM_LANG_EVALUATE_H
#define NDSTREAM_LANG_EVALUATE_H

#include "lang/syntax.h"
#include "lang/value.h"

/* What an expression is evaluated with. */
typedef struct ndi_evaluation {
    const ndi_text *text;
    ndi_arena *arena;
    int count; /* of variables */
    const char *const *names;
    nd_array *const *arrays;
} ndi_evaluation;

/* The value of a node; false with the error and its place kept. Arrays in it belong to the open
 * scope of the thread. */
bool ndi_value_of(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value);

/* The parts of ndi_value_of() that have files of their own. */
bool ndi_value_of_call(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value);
bool ndi_value_of_subscript(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value);

/* What a name stands for: a variable, a constant or a dtype. */
bool ndi_value_of_name(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value);
/* x.name, np.name */
bool ndi_value_of_attribute(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value);
/* True if `node` is np or nd, and no variable is called so. */
bool ndi_is_module(const ndi_evaluation *e, const ndi_syntax *node);
/* The name of what may be an operation: add, np.add; NULL if it is a variable or anything else. */
const char *ndi_operation_named(const ndi_evaluation *e, const ndi_syntax *node);
/* True if it is linalg, np.linalg or nd.linalg, in the same way. */
bool ndi_is_linalg(const ndi_evaluation *e, const ndi_syntax *node);
/* Keeps the error for a "name", "function" or "method" that is not there, with the nearest one that
 * is. */
void ndi_unknown_name(const ndi_evaluation *e, size_t at, const char *what, const char *name);

#endif

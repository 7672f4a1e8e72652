/* What the patterns of rules.def are made of: codes in prefix order. For those who include it. */
#ifndef NDSTREAM_ENGINE_RULE_TERMS_H
#define NDSTREAM_ENGINE_RULE_TERMS_H

#include "engine/graph.h"

enum { NDI_RULE_CODES = 8 }; /* of a pattern at most, the 0 at the end included */

/* Codes below these are operations, as ndi_map has them: 1 + nd_op. */
typedef enum term {
    X = 200,
    Y,
    Z,
    A,
    B,
    VARIABLES, /* end here */
    ONE,
    ZERO,
    MINUS_ZERO,
    MINUS_ONE,
    HALF,
    ONE_OVER_A,
    A_PLUS_B,
    A_MINUS_B,
    A_TIMES_B,
    WIDENED_CODE = NDI_CONVERSION + 1, /* a conversion that keeps every value */
} term;

#define UNARY(op, a) 1 + ND_OP_##op, a
#define BINARY(op, a, b) 1 + ND_OP_##op, a, b
#define TERNARY(op, a, b, c) 1 + ND_OP_##op, a, b, c
#define CONVERSION(a) NDI_CONVERSION, a
#define WIDENED(a) WIDENED_CODE, a

enum {
    BOOLS = 1,
    SIGNED = 2,
    UNSIGNED = 4,
    INTS = SIGNED | UNSIGNED,
    FLOATS = 8,
    COMPLEX = 16,
    ALL = BOOLS | INTS | FLOATS | COMPLEX,
};

static inline int ndi_rule_class(nd_dtype dtype)
{
    static const uint8_t classes[] = {[ND_KIND_BOOL] = BOOLS,
                                      [ND_KIND_SIGNED] = SIGNED,
                                      [ND_KIND_UNSIGNED] = UNSIGNED,
                                      [ND_KIND_FLOAT] = FLOATS,
                                      [ND_KIND_COMPLEX] = COMPLEX};
    return classes[nd_dtype_kind(dtype)];
}

#define EXACT 0
#define FAST(ulps) ulps

typedef struct ndi_rule {
    uint8_t ulps; /* 0: EXACT */
    uint8_t dtypes;
    uint8_t pattern[NDI_RULE_CODES], replacement[NDI_RULE_CODES];
} ndi_rule;

extern const ndi_rule ndi_rules[];
extern const int ndi_rule_count;

/* With the graph's lock held: what stands for a step after one row; NULL if that does not fit. */
ndi_node *ndi_rule_apply(const ndi_rule *row, ndi_node *step);

#endif

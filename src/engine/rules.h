/* Rewriting pending expressions by the rows of rules.def. */
#ifndef NDSTREAM_ENGINE_RULES_H
#define NDSTREAM_ENGINE_RULES_H

#include "engine/graph.h"

/* With the graph's lock held, for a step that nobody computes now: what its readers are to read,
 * the step itself, which may have become another one of the same value, or a node below it. */
ndi_node *ndi_rules_apply(ndi_node *step);

/* The operation that this one is where it is called with that second argument, or `op` itself. */
nd_op ndi_rules_at_call(nd_op op, nd_operand second);

/* Whether x / divisor is x times a number that is exact, in every bit, as it is for powers of two.
 * `dtype` is the float in which it is computed. */
bool ndi_factor_at_call(nd_operand divisor, nd_dtype dtype, nd_operand *factor);

#endif

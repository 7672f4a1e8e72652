/* Finding equal nodes: exp(x - m) / exp(x - m).sum() needs one exp.
 *
 * Arguments come before what is made of them, so equal arguments are one node by the time two nodes
 * are compared. There are few of them below a root: each is compared with all. */
#include "engine/equals.h"

#include "engine/rules.h"

enum { COMPARED = 64 }; /* nodes at most; what would be more stays as it is */

typedef struct nodes {
    ndi_node *node[COMPARED]; /* no sources */
    int count;
} nodes;

static bool same_scalars(const ndi_node *a, const ndi_node *b)
{
    for (int i = 0; i < a->arguments; i++)
        if (!a->argument[i] &&
            memcmp(a->scalar[i], b->scalar[i], nd_dtype_size(a->step.taken[i])) != 0)
            return false;
    return true;
}

static bool same_step(const ndi_map *a, const ndi_map *b, int arguments)
{
    return a->kernel == b->kernel && a->computed == b->computed && a->fast == b->fast &&
           memcmp(a->taken, b->taken, (size_t)arguments * sizeof *a->taken) == 0;
}

static bool same_fold(const ndi_fold *a, const ndi_fold *b)
{
    return a->kind == b->kind && a->finish == b->finish && a->taken == b->taken &&
           a->ddof == b->ddof && a->swept == b->swept && a->keepdims == b->keepdims &&
           a->signed_zero == b->signed_zero;
}

static bool same_argument(const ndi_node *a, const ndi_node *b)
{
    return a == b || (a && b && ndi_is_source(a) && ndi_is_source(b) && ndi_same_source(a, b));
}

static bool equal(const ndi_node *a, const ndi_node *b)
{
    if (a->form != b->form || a->arguments != b->arguments)
        return false;
    for (int i = 0; i < a->arguments; i++)
        if (!same_argument(a->argument[i], b->argument[i]))
            return false;
    if (a->dtype != b->dtype || a->rank != b->rank ||
        memcmp(a->dims, b->dims, 2 * (size_t)a->rank * sizeof *a->dims) != 0)
        return false;
    switch ((ndi_node_form)a->form) {
    case NDI_SOURCE: /* stay as they are: cut into tiles, each may run along another axis */
        break;
    case NDI_STEP:
        return same_step(&a->step, &b->step, a->arguments) && same_scalars(a, b);
    case NDI_FOLD:
        return same_fold(&a->fold, &b->fold);
    case NDI_SCAN:
        return a->scan.op == b->scan.op && a->scan.axis == b->scan.axis &&
               a->scan.taken == b->scan.taken;
    case NDI_VIEW:
        return a->offset == b->offset;
    }
    return false;
}

/* The node that stands for this one from now on: itself, an equal one that was seen before, or what
 * the rules make of it. A node that an array or views wait for stays, beside its equal. */
static ndi_node *join(nodes *seen, ndi_node *node, uint32_t walk)
{
    if (ndi_is_source(node) || ndi_graph_claimed(node))
        return node;
    const bool first = ndi_graph_visit(node, walk);
    for (int i = 0; first && i < node->arguments; i++) {
        ndi_node *const argument = node->argument[i], *const joined =
                                                          argument ? join(seen, argument, walk)
                                                                   : NULL;
        if (joined == argument || (node->form == NDI_VIEW && joined->form != NDI_STEP))
            continue; /* a view of a view, or of memory, would have to be settled again */
        node->argument[i] = ndi_node_retain(joined);
        ndi_node_release(argument);
    }
    if (node->form == NDI_STEP) {
        ndi_node *const rewritten = ndi_rules_apply(node);
        if (rewritten != node && node->views == 0)
            return rewritten;
    }
    for (int i = 0; i < seen->count; i++)
        if (seen->node[i] == node ||
            (!node->array && node->views == 0 && equal(seen->node[i], node)))
            return seen->node[i];
    if (first && seen->count < COMPARED)
        seen->node[seen->count++] = node;
    return node;
}

void ndi_graph_join_equals(ndi_node *root)
{
    nodes seen = {.count = 0};
    join(&seen, root, ndi_graph_walk());
}

/* Who still reads a target, and who will. */
#include "engine/target.h"

#include <string.h>

bool ndi_target_assigned(ndi_target *target, const ndi_node *copy, ndi_node **assigned)
{
    ndi_node *const node = copy->argument[0];
    const nd_array *const array = target->array;
    const nd_dtype dtype = (nd_dtype)copy->dtype;
    *assigned = NULL;
    if (!array->storage || ndi_is_given_out(array->storage) || !node || node->form != NDI_STEP ||
        !node->array || node->dtype != copy->dtype ||
        copy->step.kernel != ndi_kernels_in_use()->cast[dtype][dtype] ||
        node->rank != array->rank ||
        memcmp(node->dims, ndi_lengths(array), array->rank * sizeof(int64_t)) != 0)
        return true;
    target->source = ndi_node_source(array);
    *assigned = target->source ? node : NULL;
    return target->source;
}

static void keep(const ndi_node *root, ndi_node *node, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk))
        return;
    node->demanded |= node != root && node->form == NDI_STEP && node->array;
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            keep(root, node->argument[i], walk);
}

void ndi_target_keep(const ndi_target *target, ndi_node *root)
{
    if (target->array->storage && ndi_graph_reads(root, target->array->storage))
        keep(root, root, ndi_graph_walk());
}

static ndi_alias alias_of(const nd_array *array, ndi_node *node, uint32_t walk)
{
    ndi_alias most = NDI_ALIAS_NONE;
    if (!ndi_graph_visit(node, walk))
        return most;
    if (ndi_is_source(node))
        return ndi_alias_of(node, array);
    for (int i = 0; i < node->arguments; i++) {
        const ndi_alias alias =
            node->argument[i] ? alias_of(array, node->argument[i], walk) : NDI_ALIAS_NONE;
        most = alias > most ? alias : most;
    }
    return most;
}

ndi_alias ndi_target_alias(const ndi_target *target, ndi_node *root)
{
    return alias_of(target->array, root, ndi_graph_walk());
}

void ndi_target_hand_on(ndi_target *target, ndi_node *node)
{
    if (!target->source || !node->array)
        return;
    const nd_dtype dtype = (nd_dtype)node->dtype;
    ndi_node_drop_arguments(node);
    ndi_node_read_again(target->source);
    node->step = ndi_cast_step(dtype, dtype);
    node->cost = 1;
    node->argument[0] = target->source;
    node->arguments = 1;
    target->source = NULL;
}

/* Without memory: the operations of the table, so that a new row is among them without being named.
 * scarce.h tells what must come. */
#include "scarce.h"

/* With the first dtypes that the operation takes, small and large, contiguous, transposed, with a
 * scalar, converted, and into an array. */
static void elementwise(int op)
{
    const nd_op_info *info = nd_op_describe((nd_op)op);
    if (info->op_class == ND_CLASS_REDUCTION || info->op_class == ND_CLASS_SCAN)
        return;
    const nd_array *const inputs[] = {small, square, whole, truth};
    for (int i = 0; i < 4; i++) {
        const nd_array *a = inputs[i];
        nd_operand arguments[3] = {nd_operand_array(a), nd_operand_array(nd_transpose(a)),
                                   nd_operand_int(1)};
        if (i == 0)
            arguments[1] = nd_operand_real(0.5);
        if (nd_error() != ND_OK)
            return;
        if (nd_result_dtype((nd_op)op, info->arguments, arguments) == ND_DTYPE_NONE) {
            if (nd_error() == ND_ERROR_MEMORY)
                return;
            nd_error_clear(); /* it does not take them */
            continue;
        }
        nd_array *result = nd_elementwise((nd_op)op, info->arguments, arguments, NULL);
        see(result);
        if (result)
            see(nd_elementwise((nd_op)op, info->arguments, arguments, nd_empty_like(result)));
        see(nd_cast(result, ND_FLOAT16));
    }
}

static void reductions(int op)
{
    const nd_op_info *info = nd_op_describe((nd_op)op);
    const nd_array *const inputs[] = {small, square, whole};
    const nd_reduce_options keep = {.keepdims = true};
    for (int i = 0; i < 3; i++) {
        if (info->op_class == ND_CLASS_REDUCTION) {
            see(nd_reduce((nd_op)op, inputs[i], ND_ALL, NULL));
            see(nd_reduce((nd_op)op, inputs[i], ND_AXIS(0), &keep));
            see(nd_reduce((nd_op)op, nd_multiply(inputs[i], 2), ND_AXIS(1), NULL));
        } else if (info->op_class == ND_CLASS_SCAN) {
            see(nd_scan((nd_op)op, inputs[i], 0, ND_DTYPE_NONE));
            see(nd_scan((nd_op)op, nd_ravel(inputs[i]), 0, ND_DTYPE_NONE));
        }
    }
}

FAULT(elementwise, ND_OP_COUNT)
FAULT(reductions, ND_OP_COUNT)

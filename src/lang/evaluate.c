/* Values of nodes. Every node has a scope, so that temporaries go as soon as they have been used
 * and the peak of memory is that of the same calls written by hand. */
#include "lang/evaluate.h"

#include <ndstream/linalg.h>

#include "array/array.h"
#include "lang/scalar.h"

/* An operation has failed: its error gets the place. */
static bool failed_at(const ndi_evaluation *e, size_t at)
{
    ndi_text_place(e->text, at);
    return false;
}

static bool give_array(const ndi_evaluation *e, size_t at, nd_array *array, ndi_value *value)
{
    *value = ndi_value_array(array);
    return array || failed_at(e, at);
}

/* ---- Operators ------------------------------------------------------------------------------- */

static bool apply_unary(const ndi_evaluation *e, const ndi_syntax *node, const ndi_value *x,
                        ndi_value *value)
{
    const nd_op op = (nd_op)node->operation.code;
    nd_operand operand = {0};
    if (ndi_is_scalar(x)) {
        value->kind = NDI_VALUE_OPERAND;
        return ndi_scalar_unary(op, x->operand, &value->operand) || failed_at(e, node->at);
    }
    if (!ndi_to_operand(x, "what an operator takes", &operand))
        return failed_at(e, node->at);
    return give_array(e, node->at, nd_elementwise(op, 1, &operand, NULL), value);
}

static bool multiply_matrices(const ndi_evaluation *e, size_t at, const ndi_value *x,
                              const ndi_value *y, ndi_value *value)
{
    nd_array *a = NULL, *b = NULL;
    if (!ndi_to_array(x, "what @ takes", &a) || !ndi_to_array(y, "what @ takes", &b))
        return failed_at(e, at);
    return give_array(e, at, nd_matmul(a, b), value);
}

/* What is meant, most likely, where bits are asked of floats. */
static const char *advice_on(int code)
{
    switch (code) {
    case ND_OP_bitwise_xor:
        return "; a power is **";
    case ND_OP_bitwise_and:
    case ND_OP_bitwise_or:
        return "; put comparisons in brackets, (x > 3) & (x < 5)";
    default:
        return "";
    }
}

static bool apply_binary(const ndi_evaluation *e, int code, size_t at, const ndi_value *x,
                         const ndi_value *y, ndi_value *value)
{
    nd_operand operands[2];
    if (code == NDI_OPERATOR_MATMUL)
        return multiply_matrices(e, at, x, y, value);
    if (ndi_is_scalar(x) && ndi_is_scalar(y)) {
        nd_operand result;
        if (!ndi_scalar_binary((nd_op)code, x->operand, y->operand, &result))
            return failed_at(e, at);
        *value = ndi_value_operand(result);
        return true;
    }
    if (!ndi_to_operand(x, "what an operator takes", &operands[0]) ||
        !ndi_to_operand(y, "what an operator takes", &operands[1]))
        return failed_at(e, at);
    nd_array *array = nd_elementwise((nd_op)code, 2, operands, NULL);
    if (!array && nd_error() == ND_ERROR_DTYPE)
        return ndi_text_advise(e->text, at, advice_on(code));
    return give_array(e, at, array, value);
}

static bool evaluate_binary(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value)
{
    ndi_value x, y;
    return ndi_value_of(e, node->operation.left, &x) &&
           ndi_value_of(e, node->operation.right, &y) &&
           apply_binary(e, node->operation.code, node->at, &x, &y, value);
}

/* a < b < c is (a < b) & (b < c), with b computed once. */
static bool evaluate_comparison(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value)
{
    const ndi_syntax_list operands = node->comparison.operands;
    ndi_value left, right, truth;
    *value = (ndi_value){.kind = NDI_VALUE_NONE};
    if (!ndi_value_of(e, operands.items[0], &left))
        return false;
    for (int i = 1; i < operands.count; i++, left = right) {
        const size_t at = node->comparison.places[i - 1];
        if (!ndi_value_of(e, operands.items[i], &right) ||
            !apply_binary(e, node->comparison.operations[i - 1], at, &left, &right, &truth))
            return false;
        const ndi_value before = *value;
        if (i == 1)
            *value = truth;
        else if (!apply_binary(e, ND_OP_bitwise_and, at, &before, &truth, value))
            return false;
    }
    return true;
}

/* ---- Other nodes ----------------------------------------------------------------------------- */

static bool evaluate_items(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value)
{
    const int count = node->list.count;
    value->kind = node->kind == NDI_LIST ? NDI_VALUE_LIST : NDI_VALUE_TUPLE;
    value->list.count = count;
    value->list.items = ndi_arena_new(e->arena, (size_t)count * sizeof(ndi_value));
    if (!value->list.items)
        return false;
    for (int i = 0; i < count; i++)
        if (!ndi_value_of(e, node->list.items[i], &value->list.items[i]))
            return false;
    return true;
}

static bool evaluate_node(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value)
{
    ndi_value x;
    switch (node->kind) {
    case NDI_NUMBER:
        *value = ndi_value_operand(node->number);
        return true;
    case NDI_STRING:
        *value = (ndi_value){.kind = NDI_VALUE_STRING, .string = node->text};
        return true;
    case NDI_NONE:
        value->kind = NDI_VALUE_NONE;
        return true;
    case NDI_ELLIPSIS:
        value->kind = NDI_VALUE_ELLIPSIS;
        return true;
    case NDI_NAME:
        return ndi_value_of_name(e, node, value);
    case NDI_LIST:
    case NDI_TUPLE:
        return evaluate_items(e, node, value);
    case NDI_UNARY:
        return ndi_value_of(e, node->operation.left, &x) && apply_unary(e, node, &x, value);
    case NDI_BINARY:
        return evaluate_binary(e, node, value);
    case NDI_COMPARISON:
        return evaluate_comparison(e, node, value);
    case NDI_ATTRIBUTE:
        return ndi_value_of_attribute(e, node, value);
    case NDI_CALL:
        return ndi_value_of_call(e, node, value);
    case NDI_SLICE: /* in a tuple that indexes a tuple */
        ndi_text_fail(e->text, node->at, ND_ERROR_UNSUPPORTED,
                      "slices are taken of arrays only, not of tuples");
        return false;
    default:
        return ndi_value_of_subscript(e, node, value);
    }
}

/* The arrays of a value outlive the scope that it was made in: those of a tuple too, which some
 * functions return. First they are retained, then they go to the scope around. */
static bool keep_arrays(const ndi_value *value, bool retain)
{
    if (value->kind == NDI_VALUE_TUPLE) {
        bool good = true;
        for (int i = 0; i < value->list.count; i++)
            good = keep_arrays(&value->list.items[i], retain) && good;
        return good;
    }
    if (!ndi_is_array(value))
        return true;
    nd_array *array = (nd_array *)value->operand.array;
    return (retain ? nd_retain(array) : ndi_register(array)) != NULL;
}

bool ndi_value_of(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value)
{
    /* These hold what their items made. */
    if (node->kind == NDI_LIST || node->kind == NDI_TUPLE)
        return evaluate_node(e, node, value);
    nd_scope scope = nd_scope_open();
    const bool done = evaluate_node(e, node, value);
    if (done)
        keep_arrays(value, true);
    nd_scope_close(&scope);
    return done && keep_arrays(value, false);
}

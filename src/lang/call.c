/* Calls: the function is found, arguments meet parameters, are converted, and it is called. */
#include <stdio.h>
#include <string.h>

#include "array/array.h"
#include "array/dtype.h"
#include "lang/evaluate.h"
#include "lang/functions.h"

/* The value that a parameter gets. */
typedef struct slot {
    bool filled;
    ndi_value value;
    size_t at;
} slot;

/* A call that is being bound. */
typedef struct binding {
    const ndi_evaluation *e;
    const ndi_syntax *node;
    ndi_function function;
    bool as_method;
    slot slots[NDI_MOST_PARAMETERS];
} binding;

/* ---- Wrong calls ----------------------------------------------------------------------------- */

/* "takes 2 arguments", "takes 1 to 3 arguments" */
static bool wrong_count(const binding *b, size_t at, int given)
{
    int least = 0, most = 0;
    for (int i = 0; i < b->function.count; i++) {
        least += !b->function.parameters[i].optional;
        most += !b->function.parameters[i].by_keyword;
    }
    const int receiver = b->as_method;
    char range[32];
    snprintf(range, sizeof range, least == most ? "%d" : "%d to %d", least - receiver,
             most - receiver);
    ndi_text_fail(b->e->text, at, ND_ERROR_ARGUMENT, "%s takes %s argument%s%s, not %d",
                  b->function.name, range, most - receiver == 1 ? "" : "s",
                  least == b->function.count ? "" : " by position", given - receiver);
    return false;
}

static bool unknown_keyword(const binding *b, const ndi_call_argument *argument)
{
    char names[160] = "";
    size_t used = 0;
    for (int i = b->as_method; i < b->function.count; i++)
        if (!b->function.parameters[i].by_position && used < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                                     b->function.parameters[i].name);
    ndi_text_fail(b->e->text, argument->at, ND_ERROR_ARGUMENT,
                  used ? "%s has no argument '%s'; there are %s"
                       : "%s has no argument '%s'; it takes its arguments by position%s",
                  b->function.name, argument->keyword, names);
    return false;
}

/* ---- Arguments meet parameters --------------------------------------------------------------- */

static bool fill_slot(binding *b, int i, const ndi_call_argument *argument)
{
    slot *s = &b->slots[i];
    if (s->filled) {
        ndi_text_fail(b->e->text, argument->at, ND_ERROR_ARGUMENT, "%s: '%s' is given twice",
                      b->function.name, b->function.parameters[i].name);
        return false;
    }
    s->filled = true;
    s->at = argument->at;
    return ndi_value_of(b->e, argument->value, &s->value);
}

static int parameter_named(const ndi_function *function, const char *keyword)
{
    for (int i = 0; i < function->count; i++)
        if (!function->parameters[i].by_position &&
            strcmp(function->parameters[i].name, keyword) == 0)
            return i;
    return -1;
}

/* x.reshape(2, 3), einsum('i,i', x, y): the arguments by position from `first` on become one tuple.
 */
static bool fill_rest(binding *b, int i, int first, int positional)
{
    slot *s = &b->slots[i];
    const ndi_call_argument *arguments = b->node->call.arguments + first;
    const int count = positional - first;
    *s = (slot){.filled = true, .at = arguments->at, .value.kind = NDI_VALUE_TUPLE};
    s->value.list.count = count;
    s->value.list.items = ndi_arena_new(b->e->arena, (size_t)count * sizeof(ndi_value));
    for (int k = 0; k < count; k++)
        if (!s->value.list.items ||
            !ndi_value_of(b->e, arguments[k].value, &s->value.list.items[k]))
            return false;
    return true;
}

static int count_positional(const ndi_syntax *node)
{
    int count = 0;
    while (count < node->call.count && !node->call.arguments[count].keyword)
        count++;
    return count;
}

static bool bind(binding *b)
{
    const ndi_call_argument *arguments = b->node->call.arguments;
    const int positional = count_positional(b->node);
    int next = b->as_method;
    for (int i = 0; i < positional; i++, next++) {
        const ndi_parameter *parameter = &b->function.parameters[next];
        if (next == b->function.count || parameter->by_keyword)
            return wrong_count(b, arguments[i].at, positional + b->as_method);
        const bool several =
            parameter->kind == NDI_TAKES_ARRAYS || (b->as_method && positional - i > 1);
        if (parameter->rest && several) {
            if (!fill_rest(b, next, i, positional))
                return false;
            break;
        }
        if (!fill_slot(b, next, &arguments[i]))
            return false;
    }
    for (int i = positional; i < b->node->call.count; i++) {
        const int parameter = parameter_named(&b->function, arguments[i].keyword);
        if (parameter < 0)
            return unknown_keyword(b, &arguments[i]);
        if (!fill_slot(b, parameter, &arguments[i]))
            return false;
    }
    for (int i = 0; i < b->function.count; i++)
        if (!b->slots[i].filled && !b->function.parameters[i].optional) {
            if (b->function.parameters[i].by_position)
                return wrong_count(b, b->node->at, positional + b->as_method);
            ndi_text_fail(b->e->text, b->node->at, ND_ERROR_ARGUMENT, "%s: '%s' is missing",
                          b->function.name, b->function.parameters[i].name);
            return false;
        }
    return true;
}

/* ---- Conversion and the call ----------------------------------------------------------------- */

/* NumPy takes tuples for arrays, as lists. */
static bool to_array(const ndi_value *value, const char *what, nd_array **array)
{
    ndi_value list = *value;
    if (list.kind == NDI_VALUE_TUPLE)
        list.kind = NDI_VALUE_LIST;
    return ndi_to_array(&list, what, array);
}

static bool convert(const ndi_evaluation *e, const char *what, const ndi_parameter *parameter,
                    const ndi_value *value, ndi_argument *argument)
{
    argument->given = !(parameter->optional && value->kind == NDI_VALUE_NONE);
    if (parameter->kind == NDI_TAKES_LINE) {
        argument->axes = ND_ALL;
        argument->given = true;
        return value->kind == NDI_VALUE_NONE || ndi_to_axes(value, what, &argument->axes);
    }
    if (!argument->given)
        return true;
    switch (parameter->kind) {
    case NDI_TAKES_OPERAND:
        return ndi_to_operand(value, what, &argument->operand);
    case NDI_TAKES_ARRAY:
        return to_array(value, what, &argument->array);
    case NDI_TAKES_SCALAR:
        return ndi_to_scalar(value, what, &argument->operand);
    case NDI_TAKES_INTEGER:
        return ndi_to_integer(value, what, &argument->integer);
    case NDI_TAKES_REAL:
        return ndi_to_real(value, what, &argument->real);
    case NDI_TAKES_FLAG:
        return ndi_to_flag(value, what, &argument->flag);
    case NDI_TAKES_DTYPE:
        return ndi_to_dtype(value, what, &argument->dtype);
    case NDI_TAKES_AXES:
        return ndi_to_axes(value, what, &argument->axes);
    case NDI_TAKES_TEXT:
        return ndi_to_text(value, what, &argument->text);
    case NDI_TAKES_ORDER:
        return ndi_to_order(value, what, &argument->order);
    case NDI_TAKES_AXIS_PAIRS:
        return ndi_to_axis_pairs(value, what, &argument->pairs);
    case NDI_TAKES_BINS:
        return ndi_to_bins(value, what, &argument->bins);
    case NDI_TAKES_ARRAYS:
        return ndi_to_arrays(value, what, e->arena, &argument->arrays);
    default:
        return ndi_to_shape(value, what, &argument->shape);
    }
}

static bool make_tuple(const ndi_evaluation *e, int count, nd_array *const *arrays,
                       ndi_value *value)
{
    *value = (ndi_value){.kind = NDI_VALUE_TUPLE};
    value->list.count = count;
    value->list.items = ndi_arena_new(e->arena, (size_t)count * sizeof(ndi_value));
    for (int i = 0; i < count && value->list.items; i++)
        value->list.items[i] = ndi_value_array(arrays[i]);
    return value->list.items != NULL;
}

/* Not inlined: the arguments take 2 KB, which the recursion over nested calls shall not. */
__attribute__((noinline)) static bool call(const binding *b, ndi_value *value)
{
    ndi_argument arguments[NDI_MOST_PARAMETERS];
    for (int i = 0; i < b->function.count; i++) {
        const ndi_parameter *parameter = &b->function.parameters[i];
        char what[80];
        snprintf(what, sizeof what, "%s: '%s'", b->function.name, parameter->name);
        arguments[i].given = false;
        if (b->slots[i].filled &&
            !convert(b->e, what, parameter, &b->slots[i].value, &arguments[i])) {
            ndi_text_place(b->e->text, b->slots[i].at);
            return false;
        }
    }
    arguments[0].op = b->function.op;
    nd_array *results[NDI_MOST_RESULTS];
    const int count = ndi_call_function(&b->function, arguments, results);
    if (count == 0) {
        ndi_text_place(b->e->text, b->node->at);
        return false;
    }
    *value = ndi_value_array(results[0]);
    return count == 1 || make_tuple(b->e, count, results, value);
}

static bool call_function(const ndi_evaluation *e, const ndi_syntax *node,
                          const ndi_function *function, const ndi_value *receiver, ndi_value *value)
{
    binding b = {.e = e, .node = node, .function = *function, .as_method = receiver != NULL};
    if (receiver)
        b.slots[0] = (slot){.filled = true, .value = *receiver, .at = node->at};
    return bind(&b) && call(&b, value);
}

/* ---- Who is called --------------------------------------------------------------------------- */

/* float32(x). What Python's own conversions give is weak, so these are left to .astype(). */
static bool call_dtype(const ndi_evaluation *e, const ndi_syntax *node, const char *name,
                       nd_dtype dtype, ndi_value *value)
{
    ndi_value x;
    nd_array *array = NULL;
    const bool sized = strpbrk(name, "0123456789_") != NULL;
    if (!sized || node->call.count != 1 || node->call.arguments[0].keyword) {
        ndi_text_fail(e->text, node->at, ND_ERROR_ARGUMENT,
                      sized ? "%s takes 1 argument"
                            : "'%s' is a dtype; to convert write x.astype(%s)",
                      name, name);
        return false;
    }
    if (!ndi_value_of(e, node->call.arguments[0].value, &x))
        return false;
    const bool in_range = !ndi_is_scalar(&x) || nd_dtype_kind(dtype) == ND_KIND_BOOL ||
                          ndi_promote_weak(name, dtype, x.operand) != ND_DTYPE_NONE;
    if (in_range && ndi_to_array(&x, name, &array))
        array = nd_cast(array, dtype);
    *value = ndi_value_array(array);
    if (!array)
        ndi_text_place(e->text, node->at);
    return array != NULL;
}

static bool call_named(const ndi_evaluation *e, const ndi_syntax *node, const char *name,
                       ndi_value *value)
{
    ndi_function function;
    const nd_dtype dtype = ndi_dtype_named(name);
    if (ndi_find_function(name, &function))
        return call_function(e, node, &function, NULL, value);
    if (dtype != ND_DTYPE_NONE)
        return call_dtype(e, node, name, dtype, value);
    ndi_unknown_name(e, node->at, "function", name);
    return false;
}

static bool call_method(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value)
{
    const char *name = node->call.callee->attribute.name;
    ndi_value receiver;
    ndi_function function;
    const bool found = ndi_find_function(name, &function);
    if (!ndi_value_of(e, node->call.callee->attribute.object, &receiver))
        return false;
    if (found && function.method)
        return call_function(e, node, &function, &receiver, value);
    if (found)
        ndi_text_fail(e->text, node->at, ND_ERROR_ARGUMENT,
                      "arrays have no method '%s'; write %s(...)", name, name);
    else
        ndi_unknown_name(e, node->at, "method", name);
    return false;
}

bool ndi_value_of_call(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value)
{
    const ndi_syntax *callee = node->call.callee;
    if (callee->kind == NDI_NAME)
        return call_named(e, node, callee->text, value);
    if (callee->kind != NDI_ATTRIBUTE) {
        ndi_text_fail(e->text, node->at, ND_ERROR_ARGUMENT,
                      "only functions and methods are called; is an operator missing?");
        return false;
    }
    if (ndi_is_module(e, callee->attribute.object))
        return call_named(e, node, callee->attribute.name, value);
    const char *const operation = ndi_operation_named(e, callee->attribute.object);
    ndi_function method;
    if (operation && ndi_find_method(operation, callee->attribute.name, &method))
        return call_function(e, node, &method, NULL, value);
    if (ndi_is_linalg(e, callee->attribute.object)) {
        ndi_function function;
        if (ndi_find_linalg_function(callee->attribute.name, true, &function))
            return call_function(e, node, &function, NULL, value);
        ndi_unknown_name(e, node->at, "function of linalg", callee->attribute.name);
        return false;
    }
    return call_method(e, node, value);
}

/* nd_expr(): text is parsed, evaluated, and what is left is the result. */
#include <stdarg.h>
#include <string.h>

#include <ndstream/lang.h>

#include "array/array.h"
#include "lang/evaluate.h"
#include "lang/parser.h"

static nd_array *evaluate(const ndi_evaluation *e, const ndi_syntax *tree)
{
    ndi_value value;
    nd_array *array = NULL;
    nd_scope scope = nd_scope_open();
    if (ndi_value_of(e, tree, &value) && !ndi_to_array(&value, "the result", &array))
        ndi_text_advise(e->text, tree->at,
                        value.kind == NDI_VALUE_TUPLE ? "; take one of several by its index, [0]"
                                                      : "");
    nd_retain(array);
    nd_scope_close(&scope);
    return ndi_register(array);
}

nd_array *nd_expr_with(const char *text, int count, const char *const *names,
                       nd_array *const *arrays)
{
    if (!text || count < 0 || (count > 0 && (!names || !arrays)))
        return ndi_fail(ND_ERROR_ARGUMENT, "expr: the text, the names or the arrays are NULL");
    for (int i = 0; i < count; i++) {
        if (!names[i])
            return ndi_fail(ND_ERROR_ARGUMENT, "expr: name %d is NULL", i);
        if (!arrays[i])
            return NULL;
    }
    ndi_arena arena = {0};
    const ndi_text source = ndi_text_of(text);
    const ndi_evaluation e = {&source, &arena, count, names, arrays};
    const ndi_syntax *tree = ndi_parse(&source, &arena);
    nd_array *array = tree ? evaluate(&e, tree) : NULL;
    ndi_arena_free(&arena);
    return array;
}

enum { MOST_VARIABLES = 256 };

nd_array *(nd_expr)(const char *text, ...)
{
    const char *names[MOST_VARIABLES];
    nd_array *arrays[MOST_VARIABLES];
    int count = 0;
    va_list pairs;
    va_start(pairs, text);
    const char *name;
    while ((name = va_arg(pairs, const char *)) && count < MOST_VARIABLES) {
        names[count] = name;
        arrays[count++] = va_arg(pairs, nd_array *);
    }
    va_end(pairs);
    if (name)
        return ndi_fail(ND_ERROR_ARGUMENT, "expr: more than %d variables", MOST_VARIABLES);
    return nd_expr_with(text, count, names, arrays);
}

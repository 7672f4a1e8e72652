/* x[1:-1, ..., None, 3], x[x > 3], x[[0, 2]]: indexing; with basic terms alone it gives views. */
#include <string.h>

#include <ndstream/index.h>

#include "lang/evaluate.h"

/* Every axis, new axes up to the highest rank, and the ellipsis. */
enum { MOST_TERMS = 2 * ND_MAX_RANK + 1 };

static bool bound(const ndi_evaluation *e, const ndi_syntax *node, const char *what,
                  int64_t *result)
{
    ndi_value value;
    if (!node)
        return true;
    if (!ndi_value_of(e, node, &value))
        return false;
    if (value.kind == NDI_VALUE_NONE)
        return true;
    if (!ndi_to_integer(&value, what, result)) {
        ndi_text_place(e->text, node->at);
        return false;
    }
    *result += *result == ND_OPEN; /* the number, not the sign for "left out" */
    return true;
}

static bool slice_term(const ndi_evaluation *e, const ndi_syntax *node, nd_index *term)
{
    *term = ND_STEP(ND_OPEN, ND_OPEN, 1);
    return bound(e, node->slice.start, "the start of a slice", &term->start) &&
           bound(e, node->slice.stop, "the stop of a slice", &term->stop) &&
           bound(e, node->slice.step, "the step of a slice", &term->step);
}

static bool is_integer(const ndi_value *value)
{
    return ndi_is_scalar(value) && value->operand.kind != ND_OPERAND_BOOL;
}

/* A list or an array. Without items a list is one of integers, as in NumPy. */
static bool array_term(const ndi_value *value, nd_index *term)
{
    nd_array *array = NULL;
    if (!ndi_to_array(value, "an index", &array))
        return false;
    if (value->kind == NDI_VALUE_LIST && nd_size(array) == 0 && !(array = nd_cast(array, ND_INT64)))
        return false;
    *term = ND_ARRAY(array);
    return true;
}

static bool index_term(const ndi_evaluation *e, const ndi_syntax *node, nd_index *term)
{
    ndi_value value;
    int64_t index;
    if (node->kind == NDI_SLICE)
        return slice_term(e, node, term);
    if (!ndi_value_of(e, node, &value))
        return false;
    if (value.kind == NDI_VALUE_NONE) {
        *term = ND_NEW_AXIS;
    } else if (value.kind == NDI_VALUE_ELLIPSIS) {
        *term = ND_REST;
    } else if (ndi_is_scalar(&value) && value.operand.kind == ND_OPERAND_BOOL) {
        *term = ND_TRUTH(value.operand.value.integer != 0);
    } else if (is_integer(&value) ? ndi_to_integer(&value, "an index", &index)
                                  : array_term(&value, term)) {
        if (is_integer(&value))
            *term = ND_INDEX(index);
    } else {
        ndi_text_place(e->text, node->at);
        return false;
    }
    return true;
}

static bool index_array(const ndi_evaluation *e, const ndi_syntax *node, const nd_array *array,
                        ndi_value *value)
{
    ndi_syntax *const index = node->subscript.index;
    const bool tuple = index->kind == NDI_TUPLE;
    const int count = tuple ? index->list.count : 1;
    nd_index terms[MOST_TERMS];
    if (count > MOST_TERMS) {
        ndi_text_fail(e->text, node->at, ND_ERROR_INDEX, "too many indices: %d", count);
        return false;
    }
    for (int i = 0; i < count; i++)
        if (!index_term(e, tuple ? index->list.items[i] : index, &terms[i]))
            return false;
    nd_array *result = nd_get_with(array, count, terms);
    if (!result)
        ndi_text_place(e->text, node->at);
    *value = ndi_value_array(result);
    return result != NULL;
}

/* One item of a tuple, of a shape above all. */
static bool take_item(const ndi_evaluation *e, const ndi_syntax *node, const ndi_value *tuple,
                      ndi_value *value)
{
    const ndi_syntax *at = node->subscript.index;
    ndi_value index;
    int64_t i;
    if (at->kind == NDI_SLICE) {
        ndi_text_fail(e->text, at->at, ND_ERROR_UNSUPPORTED, "tuples have no slices, only items");
        return false;
    }
    if (!ndi_value_of(e, at, &index))
        return false;
    if (!ndi_to_integer(&index, "the index of a tuple", &i)) {
        ndi_text_place(e->text, at->at);
        return false;
    }
    if (i < -tuple->list.count || i >= tuple->list.count) {
        ndi_text_fail(e->text, at->at, ND_ERROR_INDEX, "a tuple of %d items has no item %lld",
                      tuple->list.count, (long long)i);
        return false;
    }
    *value = tuple->list.items[i < 0 ? i + tuple->list.count : i];
    if (value->kind == NDI_VALUE_OPERAND)
        return true;
    ndi_text_fail(e->text, at->at, ND_ERROR_UNSUPPORTED,
                  "this item is %s: only numbers and arrays "
                  "are taken out of tuples",
                  ndi_value_words(value));
    return false;
}

bool ndi_value_of_subscript(const ndi_evaluation *e, const ndi_syntax *node, ndi_value *value)
{
    ndi_value object;
    nd_array *array;
    if (!ndi_value_of(e, node->subscript.object, &object))
        return false;
    if (object.kind == NDI_VALUE_TUPLE)
        return take_item(e, node, &object, value);
    if (ndi_is_scalar(&object)) {
        ndi_text_fail(e->text, node->at, ND_ERROR_ARGUMENT, "%s has no items",
                      ndi_value_words(&object));
        return false;
    }
    if (!ndi_to_array(&object, "what is indexed", &array)) {
        ndi_text_place(e->text, node->at);
        return false;
    }
    return index_array(e, node, array, value);
}

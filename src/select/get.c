/* Indexing and assignment with any mixture of terms. */
#include <string.h>

#include "array/dtype.h"
#include "engine/copy.h"
#include "select/elements.h"
#include "select/mask.h"
#include "select/selection.h"
#include "select/values.h"

/* ---- What kind of index it is ---------------------------------------------------------------- */

/* The terms with arrays without axes put as what they are: an integer or a truth. */
typedef struct plain_terms {
    bool advanced; /* there are arrays or truths left */
    bool copies;   /* there were arrays: the result is no view */
    int count;
    const nd_index *terms;
    nd_index changed[3 * ND_MAX_RANK];
} plain_terms;

static bool change_terms(plain_terms *p, const char *operation, int count, const nd_index *terms)
{
    p->advanced = p->copies = false;
    p->count = count;
    p->terms = terms;
    for (int i = 0; terms && i < count; i++) {
        const nd_array *const array = terms[i].array;
        p->advanced |= terms[i].kind >= ND_TERM_ARRAY;
        if (terms[i].kind != ND_TERM_ARRAY || !array || array->rank > 0 ||
            nd_dtype_kind((nd_dtype)array->dtype) > ND_KIND_UNSIGNED)
            continue;
        if (count > (int)(sizeof p->changed / sizeof *p->changed)) {
            ndi_fail(ND_ERROR_INDEX, "%s: %d terms are too many", operation, count);
            return false;
        }
        if (!ndi_force(array))
            return false;
        if (p->terms != p->changed)
            memcpy(p->changed, terms, (size_t)count * sizeof *terms);
        p->terms = p->changed;
        const int64_t value = ndi_load_int64((nd_dtype)array->dtype, array->data);
        p->changed[i] = array->dtype == ND_BOOL ? ND_TRUTH(value) : ND_INDEX(value);
        p->copies = true;
    }
    if (p->copies) {
        p->advanced = false;
        for (int i = 0; i < count; i++)
            p->advanced |= p->terms[i].kind >= ND_TERM_ARRAY;
    }
    return true;
}

/* One mask over all axes, which is quicker than its positions. */
static bool is_whole_mask(const nd_array *array, const plain_terms *p)
{
    const nd_array *const mask = p->count == 1 ? p->terms[0].array : NULL;
    return p->terms && mask && p->terms[0].kind == ND_TERM_ARRAY && mask->dtype == ND_BOOL &&
           mask->rank == array->rank &&
           memcmp(ndi_lengths(mask), ndi_lengths(array), (size_t)mask->rank * sizeof(int64_t)) == 0;
}

/* ---- Get ------------------------------------------------------------------------------------- */

static nd_array *get(const nd_array *array, const plain_terms *p)
{
    ndi_selection selection;
    if (!p->advanced) {
        nd_array *const view = nd_slice_terms(array, p->count, p->terms);
        return p->copies && view ? nd_copy(view) : view;
    }
    if (is_whole_mask(array, p))
        return ndi_mask_get(array, p->terms[0].array);
    return ndi_select(&selection, "get", array, p->count, p->terms) ? ndi_selection_get(&selection)
                                                                    : NULL;
}

nd_array *nd_get_with(const nd_array *array, int count, const nd_index *terms)
{
    plain_terms p;
    nd_array *result = NULL;
    if (array && count == 1 && terms && terms[0].kind == ND_TERM_ARRAY && terms[0].array &&
        ndi_get_elements(array, terms[0].array, ND_INDEX_RAISE, &result))
        return result;
    if (!array || !change_terms(&p, "get", count, terms))
        return NULL;
    if (!p.advanced && !p.copies)
        return nd_slice_terms(array, count, terms);
    ND_SCOPE {
        result = nd_retain(get(array, &p));
    }
    return ndi_register(result);
}

/* ---- Set ------------------------------------------------------------------------------------- */

typedef nd_status assignment(nd_array *target, const nd_array *source);

static bool set_view(nd_array *array, const plain_terms *p, const nd_array *value,
                     assignment *assign)
{
    nd_array *const view = nd_slice_terms(array, p->count, p->terms);
    if (!view)
        return false;
    if (value->rank > 0) { /* else it fits anything */
        const nd_shape shape = nd_shape_like(view);
        value = ndi_fitting_value("set", value, &shape);
    }
    return value && assign(view, value) == ND_OK;
}

static bool too_many_axes(const nd_array *value)
{
    ndi_fail(ND_ERROR_RANK, "set: a mask takes values of 0 or 1 dimensions; these have %d",
             value->rank);
    return false;
}

static bool set_mask(nd_array *array, const plain_terms *p, const nd_array *value)
{
    if (value->rank > 1)
        return too_many_axes(value);
    return ndi_mask_set("set", array, p->terms[0].array, value, NDI_VALUES_FIT);
}

static bool set_selection(nd_array *array, const plain_terms *p, const nd_array *value)
{
    ndi_selection selection;
    nd_shape shape;
    if (!ndi_select(&selection, "set", array, p->count, p->terms) ||
        !ndi_selected_shape(&selection, &shape) ||
        !(value = ndi_fitting_value("set", value, &shape)))
        return false;
    if (ndi_array_overlap(array, value) != NDI_APART && !(value = nd_copy(value)))
        return false;
    for (int i = 0; i < selection.count; i++)
        if (ndi_array_overlap(array, selection.indices[i].array) != NDI_APART &&
            !(selection.indices[i].array = nd_copy(selection.indices[i].array)))
            return false;
    return ndi_selection_set(&selection, value);
}

static bool set(nd_array *array, const plain_terms *p, nd_operand value, assignment *assign)
{
    const nd_array *given = ndi_converted_value("set", array, value);
    if (given && !p->advanced)
        return ndi_force(array) && set_view(array, p, given, assign);
    if (!ndi_force(given) || !ndi_force_writeable(array))
        return false;
    if (p->count == 1 && p->terms[0].kind == ND_TERM_TRUTH && array->rank == 0 && given->rank > 1)
        return too_many_axes(given);
    if (p->count == 1 && p->terms[0].kind == ND_TERM_ARRAY &&
        ndi_set_elements(array, p->terms[0].array, given))
        return true;
    return is_whole_mask(array, p) ? set_mask(array, p, given) : set_selection(array, p, given);
}

static nd_status set_with(nd_array *array, int count, const nd_index *terms, nd_operand value,
                          assignment *assign)
{
    plain_terms p;
    bool done = false;
    const nd_status wrong = ndi_check_target("set", array, value);
    if (wrong)
        return wrong;
    if (!change_terms(&p, "set", count, terms))
        return nd_error();
    ND_SCOPE {
        done = set(array, &p, value, assign);
    }
    return done ? ND_OK : nd_error();
}

nd_status nd_set_with(nd_array *array, int count, const nd_index *terms, nd_operand value)
{
    return set_with(array, count, terms, value, nd_assign);
}

nd_status ndi_set_with(nd_array *array, int count, const nd_index *terms, nd_operand value)
{
    return set_with(array, count, terms, value, ndi_assign);
}

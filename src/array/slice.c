/* Basic slicing: terms of ranges, indices, new axes and "...", to a view. */
#include <inttypes.h>

#include "array.h"

/* Start and count of a range clipped to an axis, as Python clips slices. */
static void clip(const nd_index *term, int64_t length, int64_t *first, int64_t *step,
                 int64_t *count)
{
    const bool backwards = term->step < 0;
    const int64_t lowest = backwards ? -1 : 0, highest = backwards ? length - 1 : length;
    int64_t start = term->start, stop = term->stop;
    *step = term->step == INT64_MIN ? -INT64_MAX : term->step;
    if (start == ND_OPEN)
        start = backwards ? highest : lowest;
    else if (start < 0)
        start = start + length < lowest ? lowest : start + length;
    else if (start > highest)
        start = highest;
    if (stop == ND_OPEN)
        stop = backwards ? lowest : highest;
    else if (stop < 0)
        stop = stop + length < lowest ? lowest : stop + length;
    else if (stop > highest)
        stop = highest;
    if (backwards)
        *count = stop < start ? (start - stop - 1) / -*step + 1 : 0;
    else
        *count = start < stop ? (stop - start - 1) / *step + 1 : 0;
    *first = *count > 0 ? start : 0; /* an empty slice points nowhere */
}

/* Checks the terms; how many axes they use, how many the result has beside those of "...", and
 * whether "..." occurs. */
static bool count_terms(const nd_array *array, int count, const nd_index *terms, int *used,
                        int *rank)
{
    char text[NDI_SHAPE_TEXT];
    int rests = 0;
    *used = *rank = 0;
    for (int i = 0; i < count; i++) {
        const int kind = (int)terms[i].kind;
        if (kind == ND_TERM_ARRAY || kind == ND_TERM_TRUTH) {
            ndi_fail(
                ND_ERROR_ARGUMENT,
                "slice: term %d is an array or a truth, which make a copy: nd_get() takes them", i);
            return false;
        }
        if (kind < ND_TERM_EVERY || kind > ND_TERM_REST) {
            ndi_fail(ND_ERROR_ARGUMENT,
                     "slice: term %d is of no known kind; make it with ND_RANGE and the like", i);
            return false;
        }
        rests += kind == ND_TERM_REST;
        *used += kind != ND_TERM_REST && kind != ND_TERM_NEW_AXIS;
        *rank += kind != ND_TERM_REST && kind != ND_TERM_INDEX;
    }
    if (rests > 1) {
        ndi_fail(ND_ERROR_INDEX, "slice: ND_REST is given %d times; give it once", rests);
        return false;
    }
    if (*used > array->rank) {
        ndi_fail(ND_ERROR_INDEX,
                 "slice: %d terms are too many for shape %s; give at most one for each axis", *used,
                 ndi_shape_text(text, array->rank, array->lengths));
        return false;
    }
    if (*rank + array->rank - *used > ND_MAX_RANK) {
        ndi_fail(ND_ERROR_SHAPE, "slice: the result would have rank %d; at most %d is possible",
                 *rank + array->rank - *used, ND_MAX_RANK);
        return false;
    }
    return true;
}

static void *fail_index(const nd_array *array, int axis, int64_t index)
{
    char text[NDI_SHAPE_TEXT];
    const int64_t length = array->lengths[axis];
    ndi_shape_text(text, array->rank, array->lengths);
    if (length == 0)
        return ndi_fail(ND_ERROR_INDEX,
                        "slice: index %" PRId64
                        " is out of range for axis %d of shape %s, which is empty",
                        index, axis, text);
    return ndi_fail(ND_ERROR_INDEX,
                    "slice: index %" PRId64
                    " is out of range for axis %d of shape %s; it can be %" PRId64 " to %" PRId64,
                    index, axis, text, -length, length - 1);
}

/* One index within bounds for every axis, as loops over elements have: in a third of the time. */
static bool is_element(const nd_array *array, int count, const nd_index *terms, int64_t *offset)
{
    if (count != array->rank)
        return false;
    const int64_t *const lengths = array->lengths, *const strides = ndi_strides(array);
    for (int i = 0; i < count; i++) {
        const int64_t at = terms[i].start + (terms[i].start < 0 ? lengths[i] : 0);
        if (terms[i].kind != ND_TERM_INDEX || at < 0 || at >= lengths[i])
            return false;
        *offset += at * strides[i];
    }
    return true;
}

static nd_array *slice_any(const nd_array *array, int count, const nd_index *terms)
{
    static const nd_index rest = {.kind = ND_TERM_REST};
    int64_t lengths[ND_MAX_RANK], strides[ND_MAX_RANK];
    int used, rank, axis = 0, to = 0;
    bool rest_met = false;
    if (count == 1 && terms->kind == ND_TERM_REST)
        return ndi_view_of_all(array);
    if (!count_terms(array, count, terms, &used, &rank))
        return NULL;

    int64_t offset = 0;
    for (int i = 0; i <= count; i++) {
        const nd_index *const term = i < count ? &terms[i] : &rest;
        if (term->kind == ND_TERM_NEW_AXIS) {
            lengths[to] = 1;
            strides[to++] = 0;
            continue;
        }
        if (term->kind == ND_TERM_REST) { /* the end is one, where none was given */
            for (int left = rest_met ? 0 : array->rank - used; left > 0; left--, axis++, to++) {
                lengths[to] = array->lengths[axis];
                strides[to] = ndi_strides(array)[axis];
            }
            rest_met = true;
            continue;
        }
        const int64_t length = array->lengths[axis], stride = ndi_strides(array)[axis];
        if (term->kind == ND_TERM_INDEX) {
            if (term->start < -length || term->start >= length)
                return fail_index(array, axis, term->start);
            offset += (term->start < 0 ? term->start + length : term->start) * stride;
        } else if (term->kind == ND_TERM_EVERY) {
            lengths[to] = length;
            strides[to++] = stride;
        } else {
            int64_t first, step;
            if (term->step == 0)
                return ndi_fail(
                    ND_ERROR_VALUE,
                    "slice: the step along axis %d is 0; use ND_INDEX to take one element", axis);
            clip(term, length, &first, &step, &lengths[to]);
            offset += first * stride;
            /* of a huge step along one element only the low bits are kept: it is never taken */
            strides[to++] = (int64_t)((uint64_t)stride * (uint64_t)step);
        }
        axis++;
    }
    return ndi_view_at(array, (nd_dtype)array->dtype, to, lengths, strides, offset);
}

nd_array *nd_slice_terms(const nd_array *array, int count, const nd_index *terms)
{
    int64_t offset = 0;
    if (!array)
        return NULL;
    if (count < 0 || (count > 0 && !terms))
        return ndi_fail(ND_ERROR_ARGUMENT, "slice: %d terms are given, at %p", count,
                        (const void *)terms);
    return is_element(array, count, terms, &offset) ? ndi_element_at(array, offset)
                                                    : slice_any(array, count, terms);
}

/* Whether the memory of two arrays has a byte in common.
 *
 * Apart from the bounds this asks for integers x with  sum a[i]*x[i] = b,  0 <= x[i] <= u[i]: the
 * steps along the axes of both arrays, and the bytes within an element, that lead to one address.
 * The general problem is NP-hard, those of real programs take a few steps of search; beyond a limit
 * the answer is "overlaps". (The same formulation as numpy.shares_memory.) */
#include <string.h>

#include "array.h"

enum { MOST_TERMS = 2 * ND_MAX_RANK + 2, SEARCH_LIMIT = 4096 };

typedef struct term {
    int64_t step; /* above 0 */
    int64_t most;
} term;

typedef struct problem {
    int count;
    int budget; /* tries that are left */
    term terms[MOST_TERMS];
    int64_t reach[MOST_TERMS + 1];   /* largest sum of the terms from here on */
    int64_t divisor[MOST_TERMS + 1]; /* greatest common divisor of their steps; 0 past the end */
} problem;

/* Addresses of the first byte and of the first byte behind. */
static void bounds_of(const nd_array *array, uintptr_t *low, uintptr_t *high)
{
    int64_t first, last;
    ndi_extent(array->rank, array->lengths, ndi_strides(array),
               nd_dtype_size((nd_dtype)array->dtype), &first, &last);
    *low = (uintptr_t)array->data + (uintptr_t)first;
    *high = (uintptr_t)array->data + (uintptr_t)last;
}

/* Terms of equal step are one term: that is what makes the usual cases short. */
static void add_term(problem *p, int64_t step, int64_t most)
{
    step = step < 0 ? -step : step;
    if (step == 0 || most == 0)
        return;
    for (int i = 0; i < p->count; i++)
        if (p->terms[i].step == step) {
            p->terms[i].most += most;
            return;
        }
    int at = p->count++;
    for (; at > 0 && p->terms[at - 1].step < step; at--)
        p->terms[at] = p->terms[at - 1];
    p->terms[at] = (term){step, most};
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* False when there is certainly no solution for the terms from `at` on. Steps fall, so most choices
 * are ruled out by what the smaller terms can reach. */
static bool may_have_solution(problem *p, int at, int64_t wanted)
{
    if (wanted < 0 || wanted > p->reach[at])
        return false;
    if (wanted == 0)
        return true;
    if (wanted % p->divisor[at] != 0)
        return false;
    const term t = p->terms[at];
    int64_t first = wanted - p->reach[at + 1];
    first = first > 0 ? (first + t.step - 1) / t.step : 0;
    int64_t last = wanted / t.step;
    if (last > t.most)
        last = t.most;
    for (int64_t x = first; x <= last; x++) {
        if (p->budget-- <= 0)
            return true;
        if (may_have_solution(p, at + 1, wanted - x * t.step))
            return true;
    }
    return false;
}

static void add_array(problem *p, const nd_array *array)
{
    for (int i = 0; i < array->rank; i++)
        add_term(p, ndi_strides(array)[i], array->lengths[i] - 1);
    add_term(p, 1, (int64_t)nd_dtype_size((nd_dtype)array->dtype) - 1);
}

/* With the second array walked backwards from its last byte, all signs are positive. */
static bool may_meet(const nd_array *a, uintptr_t a_low, const nd_array *b, uintptr_t b_high)
{
    problem p;
    p.count = 0;
    p.budget = SEARCH_LIMIT;
    add_array(&p, a);
    add_array(&p, b);
    p.reach[p.count] = 0;
    p.divisor[p.count] = 0;
    for (int i = p.count - 1; i >= 0; i--) {
        p.reach[i] = p.reach[i + 1] + p.terms[i].step * p.terms[i].most;
        p.divisor[i] = common_divisor(p.terms[i].step, p.divisor[i + 1]);
    }
    return may_have_solution(&p, 0, (int64_t)(b_high - 1 - a_low));
}

/* True if no two indices lead to the same element, by the simple rule that each axis steps over the
 * ones inside. */
static bool elements_are_apart(const nd_array *array)
{
    const int64_t *const strides = ndi_strides(array);
    int64_t extent = (int64_t)nd_dtype_size((nd_dtype)array->dtype);
    int order[ND_MAX_RANK];
    if (array->contiguous)
        return true;
    ndi_axis_order(array, order);
    for (int i = array->rank - 1; i >= 0; i--) {
        const int64_t step = strides[order[i]] < 0 ? -strides[order[i]] : strides[order[i]];
        const int64_t length = array->lengths[order[i]];
        if (length == 1)
            continue;
        if (step < extent)
            return false;
        extent += step * (length - 1);
    }
    return true;
}

static bool same_layout(const nd_array *a, const nd_array *b)
{
    if (a->data != b->data || a->rank != b->rank ||
        nd_dtype_size((nd_dtype)a->dtype) != nd_dtype_size((nd_dtype)b->dtype))
        return false;
    for (int i = 0; i < a->rank; i++)
        if (a->lengths[i] != b->lengths[i] ||
            (a->lengths[i] > 1 && ndi_strides(a)[i] != ndi_strides(b)[i]))
            return false;
    return true;
}

ndi_overlap ndi_array_overlap(const nd_array *a, const nd_array *b)
{
    if (!a || !b || a->size == 0 || b->size == 0)
        return NDI_APART;
    if (!a->data || !b->data) /* a pending array will get memory of its own */
        return a == b ? NDI_IDENTICAL : NDI_APART;
    if (same_layout(a, b))
        return elements_are_apart(a) ? NDI_IDENTICAL : NDI_OVERLAPS;
    uintptr_t a_low, a_high, b_low, b_high;
    bounds_of(a, &a_low, &a_high);
    bounds_of(b, &b_low, &b_high);
    if (a_high <= b_low || b_high <= a_low)
        return NDI_APART;
    if (a->contiguous && b->contiguous)
        return NDI_OVERLAPS; /* without gaps the bounds are exact */
    return may_meet(a, a_low, b, b_high) ? NDI_OVERLAPS : NDI_APART;
}

bool nd_overlaps(const nd_array *a, const nd_array *b)
{
    /* Pending views have memory in common as soon as they have memory. */
    if (a && b && a != b && (!ndi_has_data(a) || !ndi_has_data(b)) &&
        (!ndi_force(a) || !ndi_force(b)))
        return true;
    return ndi_array_overlap(a, b) != NDI_APART;
}

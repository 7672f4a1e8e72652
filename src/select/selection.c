/* From a list of index terms to a selection: NumPy's rules of advanced indexing.
 *
 * Terms without arrays are basic slicing, so a view is made of those, in which axes with index
 * arrays are whole; then these axes are taken out of it. */
#include "select/selection.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "array/dtype.h"
#include "base/pool.h"
#include "kernels/kernel.h"
#include "select/mask.h"

enum { MOST_TERMS = 3 * ND_MAX_RANK };

/* ---- Terms ----------------------------------------------------------------------------------- */

static bool is_mask(const nd_index *term)
{
    return term->kind == ND_TERM_ARRAY && term->array->dtype == ND_BOOL;
}

/* Axes of the array that a term uses; without those of "...". */
static int axes_used(const nd_index *term)
{
    switch (term->kind) {
    case ND_TERM_NEW_AXIS:
    case ND_TERM_REST:
    case ND_TERM_TRUTH:
        return 0;
    case ND_TERM_ARRAY:
        return is_mask(term) ? term->array->rank : 1;
    default:
        return 1;
    }
}

static bool check_term(const ndi_selection *s, int number, const nd_index *term)
{
    char text[NDI_SHAPE_TEXT];
    if (term->kind != ND_TERM_ARRAY)
        return true;
    if (!term->array || !ndi_force(term->array)) {
        if (nd_error() == ND_OK)
            ndi_fail(ND_ERROR_ARGUMENT, "%s: the array of term %d is NULL", s->operation, number);
        return false;
    }
    if (nd_dtype_kind((nd_dtype)term->array->dtype) <= ND_KIND_UNSIGNED)
        return true;
    ndi_fail(ND_ERROR_INDEX,
             "%s: arrays used as indices must be of integers or bools; term %d is %s of shape %s",
             s->operation, number, nd_dtype_name((nd_dtype)term->array->dtype),
             ndi_shape_text(text, term->array->rank, ndi_lengths(term->array)));
    return false;
}

/* ---- Index arrays ---------------------------------------------------------------------------- */

/* Broadcasts one more shape with what the positions have so far. */
static bool broadcast(ndi_selection *s, int rank, const int64_t *lengths)
{
    char have[NDI_SHAPE_TEXT], more[NDI_SHAPE_TEXT];
    if (s->outer_rank == 0) {
        memcpy(s->outer_length, lengths, (size_t)rank * sizeof(int64_t));
        s->outer_rank = rank;
        return true;
    }
    ndi_shape_text(have, s->outer_rank, s->outer_length);
    while (s->outer_rank < rank) {
        memmove(s->outer_length + 1, s->outer_length, (size_t)s->outer_rank * sizeof(int64_t));
        s->outer_length[0] = 1;
        s->outer_rank++;
    }
    for (int i = 0; i < rank; i++) {
        int64_t *const length = &s->outer_length[s->outer_rank - rank + i];
        if (*length == 1) {
            *length = lengths[i];
        } else if (lengths[i] != 1 && lengths[i] != *length) {
            ndi_fail(ND_ERROR_INDEX,
                     "%s: shape mismatch: index arrays of shapes %s and %s do not broadcast",
                     s->operation, have, ndi_shape_text(more, rank, lengths));
            return false;
        }
    }
    return true;
}

static void add_indices(ndi_selection *s, const nd_array *array, int axis)
{
    s->indices[s->count++] = (ndi_index_array){
        .array = array,
        .axis = axis,
        .length = ndi_lengths(s->array)[axis],
    };
}

/* A mask is what its positions are. */
static bool add_mask(ndi_selection *s, const nd_array *mask, int axis)
{
    nd_array *positions[ND_MAX_RANK];
    for (int i = 0; i < mask->rank; i++)
        if (ndi_lengths(mask)[i] != ndi_lengths(s->array)[axis + i]) {
            ndi_fail(ND_ERROR_INDEX,
                     "%s: boolean index did not match indexed array along axis %d; size of axis is "
                     "%" PRId64 " but size of corresponding boolean axis is %" PRId64,
                     s->operation, axis + i, ndi_lengths(s->array)[axis + i], ndi_lengths(mask)[i]);
            return false;
        }
    if (!ndi_mask_positions(mask, positions))
        return false;
    for (int i = 0; i < mask->rank; i++)
        add_indices(s, positions[i], axis + i);
    return broadcast(s, 1, ndi_lengths(positions[0]));
}

static bool add_array(ndi_selection *s, const nd_array *array, int axis)
{
    if (array->dtype == ND_BOOL)
        return add_mask(s, array, axis);
    add_indices(s, array, axis);
    return broadcast(s, array->rank, ndi_lengths(array));
}

/* ---- The selection --------------------------------------------------------------------------- */

/* The view of the terms without arrays; `indexed` tells which of its axes have index arrays, in the
 * order of s->indices. */
static bool take_inner_axes(ndi_selection *s, int count, const nd_index *terms, uint64_t indexed)
{
    const nd_array *view = nd_slice_terms(s->array, count, terms);
    int index = 0;
    if (!view)
        return false;
    s->data = view->data;
    s->inner_rank = 0;
    for (int i = 0; i < view->rank; i++) {
        if (indexed >> i & 1) {
            s->indices[index++].stride = ndi_strides(view)[i];
            continue;
        }
        s->inner_length[s->inner_rank] = ndi_lengths(view)[i];
        s->inner_stride[s->inner_rank++] = ndi_strides(view)[i];
    }
    return true;
}

static bool check_terms(const ndi_selection *s, int count, const nd_index *terms, int *used)
{
    int rests = 0;
    *used = 0;
    if (count < 0 || count > MOST_TERMS || (count > 0 && !terms)) {
        ndi_fail(ND_ERROR_ARGUMENT, "%s: %d terms are given, at %p", s->operation, count,
                 (const void *)terms);
        return false;
    }
    for (int i = 0; i < count; i++) {
        if (!check_term(s, i, &terms[i]))
            return false;
        *used += axes_used(&terms[i]);
        rests += terms[i].kind == ND_TERM_REST;
    }
    if (rests > 1) {
        ndi_fail(ND_ERROR_INDEX, "%s: ND_REST is given %d times; give it once", s->operation,
                 rests);
        return false;
    }
    if (*used <= s->array->rank)
        return true;
    ndi_fail(ND_ERROR_INDEX,
             "%s: too many indices for array: array is %d-dimensional, but %d were indexed",
             s->operation, s->array->rank, *used);
    return false;
}

/* Where the axes of the positions go: in place of the terms that they come from, integers counted
 * among them, if these stand side by side; else in front. */
typedef struct placing {
    enum { NONE_YET, AMONG, BEHIND, SEPARATED } met;
    int before;
} placing;

static void place(placing *p, bool indexes, int inner)
{
    if (!indexes) {
        p->met = p->met == AMONG ? BEHIND : p->met;
    } else if (p->met == NONE_YET) {
        *p = (placing){AMONG, inner};
    } else if (p->met == BEHIND) {
        *p = (placing){SEPARATED, 0};
    }
}

bool ndi_select(ndi_selection *s, const char *operation, const nd_array *array, int count,
                const nd_index *terms)
{
    nd_index basic[2 * MOST_TERMS];
    placing places = {NONE_YET, 0};
    int used, basics = 0, axis = 0, inner = 0;
    uint64_t indexed = 0; /* axes of the view of `basic` */
    char text[NDI_SHAPE_TEXT];
    s->operation = operation;
    s->array = array;
    s->mode = ND_INDEX_RAISE;
    s->takes_order = true;
    s->outer_rank = s->count = 0;
    if (!array || !ndi_force(array) || !check_terms(s, count, terms, &used))
        return false;
    for (int i = 0; i < count; i++) {
        const nd_index *const term = &terms[i];
        const int axes = term->kind == ND_TERM_REST ? array->rank - used : axes_used(term);
        place(&places, term->kind >= ND_TERM_ARRAY || term->kind == ND_TERM_INDEX, inner);
        if (term->kind == ND_TERM_TRUTH) {
            if (!broadcast(s, 1, &(int64_t){term->start != 0}))
                return false;
        } else if (term->kind == ND_TERM_ARRAY) {
            for (int k = 0; k < axes; k++) {
                basic[basics++] = ND_EVERY;
                indexed |= (uint64_t)1 << ((inner + s->count + k) & 63);
            }
            if (!add_array(s, term->array, axis))
                return false;
        } else {
            basic[basics++] = *term;
            inner += term->kind == ND_TERM_NEW_AXIS ? 1 : term->kind == ND_TERM_INDEX ? 0 : axes;
        }
        axis += axes;
    }
    s->before = places.before;
    s->positions = ndi_count_elements(s->outer_rank, s->outer_length, sizeof(int64_t));
    if (s->positions < 0) {
        ndi_fail(ND_ERROR_SHAPE, "%s: index arrays of common shape %s are too large", operation,
                 ndi_shape_text(text, s->outer_rank, s->outer_length));
        return false;
    }
    if (inner > 0 || s->count < array->rank)
        return take_inner_axes(s, basics, basic, indexed);
    s->data = array->data;
    s->inner_rank = 0;
    for (int i = 0; i < s->count; i++)
        s->indices[i].stride = ndi_strides(array)[s->indices[i].axis];
    return true;
}

bool ndi_selected_shape(const ndi_selection *s, nd_shape *shape)
{
    shape->rank = s->inner_rank + s->outer_rank;
    if (shape->rank > ND_MAX_RANK) {
        ndi_fail(ND_ERROR_SHAPE, "%s: the result would have rank %d; at most %d is possible",
                 s->operation, shape->rank, ND_MAX_RANK);
        return false;
    }
    memcpy(shape->length, s->inner_length, (size_t)s->before * sizeof(int64_t));
    memcpy(shape->length + s->before, s->outer_length, (size_t)s->outer_rank * sizeof(int64_t));
    memcpy(shape->length + s->before + s->outer_rank, s->inner_length + s->before,
           (size_t)(s->inner_rank - s->before) * sizeof(int64_t));
    return ndi_check_shape(s->operation, (nd_dtype)s->array->dtype, shape->rank, shape->length);
}

/* ---- Positions ------------------------------------------------------------------------------- */

/* The indices of positions first to first + n - 1, as int64: where they lie, or in `scratch`. */
static const int64_t *load_indices(const ndi_selection *s, const nd_array *array, int64_t first,
                                   size_t n, int64_t *scratch)
{
    const nd_dtype dtype = (nd_dtype)array->dtype;
    ndi_kernel *const cast = ndi_kernels_in_use()->cast[ND_INT64][dtype];
    const ptrdiff_t size = (ptrdiff_t)ndi_dtype_size(dtype);
    if (array->contiguous && array->size == s->positions) {
        char *const from = array->data + first * size;
        /* The next block, which comes while elements are waited for that lie anywhere. */
        for (ptrdiff_t ahead = 0; ahead < (ptrdiff_t)n * size; ahead += 64)
            __builtin_prefetch(from + (ptrdiff_t)n * size + ahead);
        if (dtype == ND_INT64)
            return (const int64_t *)from;
        cast(n, (char *[]){(char *)scratch, from}, (ptrdiff_t[]){8, size});
        return scratch;
    }
    /* Run by run of the last axis; the array is broadcast to the positions' shape. */
    const int last = s->outer_rank - 1, missing = s->outer_rank - array->rank;
    int64_t index[ND_MAX_RANK], rest = first;
    ptrdiff_t strides[ND_MAX_RANK];
    char *from = array->data;
    if (last < 0) {
        cast(1, (char *[]){(char *)scratch, from}, (ptrdiff_t[]){0, 0});
        return scratch;
    }
    for (int axis = last; axis >= 0; axis--) {
        strides[axis] = axis < missing || ndi_lengths(array)[axis - missing] == 1
                            ? 0
                            : ndi_strides(array)[axis - missing];
        index[axis] = rest % s->outer_length[axis];
        rest /= s->outer_length[axis];
        from += index[axis] * strides[axis];
    }
    for (size_t done = 0; done < n;) {
        const size_t left = (size_t)(s->outer_length[last] - index[last]);
        const size_t now = left < n - done ? left : n - done;
        cast(now, (char *[]){(char *)(scratch + done), from}, (ptrdiff_t[]){8, strides[last]});
        done += now;
        from -= index[last] * strides[last];
        index[last] = 0;
        for (int axis = last - 1; axis >= 0; axis--) {
            from += strides[axis];
            if (++index[axis] < s->outer_length[axis])
                break;
            from -= index[axis] * strides[axis];
            index[axis] = 0;
        }
    }
    return scratch;
}

bool ndi_position_offsets(const ndi_selection *s, int64_t first, size_t n,
                          int64_t offsets[NDI_POSITIONS])
{
    int64_t scratch[NDI_POSITIONS];
    bool good = true;
    if (s->count == 0)
        memset(offsets, 0, n * sizeof *offsets);
    for (int i = 0; i < s->count; i++) {
        const ndi_index_array *const from = &s->indices[i];
        const int64_t *const index = load_indices(s, from->array, first, n, scratch);
        good &= ndi_kernels_in_use()->select.offsets[s->mode](n, offsets, index, from->length,
                                                              from->stride, i > 0);
    }
    return good;
}

typedef struct check_run {
    const ndi_selection *selection;
    atomic_bool wrong;
} check_run;

static void check_blocks(void *context, size_t begin, size_t end)
{
    check_run *const run = context;
    int64_t offsets[NDI_POSITIONS];
    for (size_t block = begin; block < end; block++) {
        const int64_t first = (int64_t)block * NDI_POSITIONS;
        const int64_t left = run->selection->positions - first;
        if (!ndi_position_offsets(run->selection, first,
                                  (size_t)(left < NDI_POSITIONS ? left : NDI_POSITIONS), offsets))
            atomic_store_explicit(&run->wrong, true, memory_order_relaxed);
    }
}

bool ndi_indices_fit(const ndi_selection *s)
{
    if (s->positions == 0)
        return true;
    if (!ndi_axes_have_elements(s))
        return false;
    if (s->mode != ND_INDEX_RAISE)
        return true;
    check_run run = {.selection = s};
    ndi_parallel_for((size_t)((s->positions + NDI_POSITIONS - 1) / NDI_POSITIONS), 32, check_blocks,
                     &run);
    return !run.wrong;
}

/* The first index that is out of bounds, axis by axis. */
static void find_wrong(const ndi_selection *s)
{
    int64_t scratch[NDI_POSITIONS];
    for (int i = 0; i < s->count; i++)
        for (int64_t first = 0; first < s->positions; first += NDI_POSITIONS) {
            const int64_t left = s->positions - first;
            const size_t n = (size_t)(left < NDI_POSITIONS ? left : NDI_POSITIONS);
            const ndi_index_array *const from = &s->indices[i];
            const int64_t *const index = load_indices(s, from->array, first, n, scratch);
            for (size_t k = 0; k < n; k++)
                if (from->length == 0 || (s->mode == ND_INDEX_RAISE &&
                                          (index[k] < -from->length || index[k] >= from->length))) {
                    ndi_fail(ND_ERROR_INDEX,
                             "%s: index %" PRId64
                             " is out of bounds for axis %d with size %" PRId64,
                             s->operation, index[k], from->axis, from->length);
                    return;
                }
        }
}

bool ndi_check_indices(const ndi_selection *s)
{
    if (ndi_indices_fit(s))
        return true;
    find_wrong(s);
    return false;
}

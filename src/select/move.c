/* Moves what is selected out of an array or into it.
 *
 * Work is cut into units: a block of positions at one point of the inner axes. The offsets of a
 * block are computed once and used for point after point. Inner axes that are contiguous on both
 * sides are moved as one item; where the innermost axis is the one along which memory runs, whole
 * runs are copied position by position, else the points are gathered.
 *
 * What is written last to one place remains, so several threads that write share the places, not
 * the positions: each goes through all positions in order and does those that are its own. Reading
 * an index takes much less than writing somewhere in memory: 10M numbers to anywhere in 80 MB take
 * 36 ms on two threads, 71 on one; sorting them by place first took 43. In an array that a cache
 * holds it is the other way round (1M in 8 MB: 4.1 ms so, 1.9 on one thread). */
#include <string.h>

#include "array/dtype.h"
#include "base/pool.h"
#include "engine/copy.h"
#include "engine/nest.h"
#include "kernels/kernel.h"
#include "select/selection.h"

enum {
    ARRAY = 0, /* operands of the nest of inner axes */
    OTHER = 1,
    LEAST_RUN = 8,
    GRAIN_BYTES = 1 << 16,
};

typedef struct mover {
    const ndi_selection *selection;
    const ndi_kernels *kernels;
    bool into; /* the array; else out of it */
    ndi_nest inner;
    ptrdiff_t position_stride; /* of the other side */
    size_t item;               /* bytes that are moved as one */
    int shift;                 /* log2 of them, if the kernels know it, or -1 */
    bool runs;                 /* the last inner axis is copied as one, for each position */
    bool together;             /* all that moves: items, one after another on the other side */
    bool stream;               /* the same, and results will not be read from cache */
    ndi_kernel *copy;          /* of elements */
    int64_t points;            /* units of one block */
    int64_t block;             /* positions of one block */
    bool dealt;                /* the places, among threads that write, in so many shares */
    unsigned shares;
    atomic_bool wrong; /* an index was out of bounds */
} mover;

/* Positions of a block: where they are in the array, and in the other, from its first one. */
typedef struct places {
    size_t n;
    bool all; /* the other's step by position_stride; are in `other` unless items are moved */
    int64_t array[NDI_POSITIONS], other[NDI_POSITIONS];
} places;

static void move_bytes(const mover *m, const places *p, char *array, char *other)
{
    for (size_t i = 0; i < p->n; i++) {
        if (m->into)
            memcpy(array + p->array[i], other + p->other[i], m->item);
        else
            memcpy(other + p->other[i], array + p->array[i], m->item);
    }
}

static void move_items(const mover *m, const places *p, char *array, char *other)
{
    const ndi_select_kernels *const select = &m->kernels->select;
    const ptrdiff_t item = (ptrdiff_t)m->item;
    _Alignas(64) char scratch[NDI_POSITIONS * 16];
    if (m->shift < 0) {
        move_bytes(m, p, array, other);
    } else if (m->into && p->all) {
        select->scatter[m->shift](p->n, array, p->array, other, m->position_stride);
    } else if (m->into) {
        select->gather[m->shift](p->n, scratch, item, other, p->other);
        select->scatter[m->shift](p->n, array, p->array, scratch, item);
    } else if (m->stream) {
        select->gather[m->shift](p->n, scratch, item, array, p->array);
        m->kernels->stream(other, scratch, p->n * m->item);
    } else {
        select->gather[m->shift](p->n, other, m->position_stride, array, p->array);
    }
}

static void move_runs(const mover *m, const places *p, char *array, char *other)
{
    const int last = m->inner.rank - 1;
    const ptrdiff_t theirs = m->inner.stride[OTHER][last], own = m->inner.stride[ARRAY][last];
    for (size_t i = 0; i < p->n; i++) {
        char *const from = array + p->array[i], *const to = other + p->other[i];
        m->copy((size_t)m->inner.length[last],
                m->into ? (char *[]){from, to} : (char *[]){to, from},
                m->into ? (ptrdiff_t[]){own, theirs} : (ptrdiff_t[]){theirs, own});
    }
}

/* The units begin to end - 1, which are of one block. */
static void move_block(const mover *m, int64_t begin, int64_t end, const places *p, int64_t first)
{
    const int last = m->inner.rank - 1;
    const int64_t run = m->inner.length[last];
    int64_t index[ND_MAX_RANK];
    char *at[2];
    int64_t within = ndi_nest_seek(&m->inner, m->runs ? begin * run : begin, index, at);
    const ptrdiff_t start = first * m->position_stride;
    for (int64_t left = end - begin; left > 0;) {
        if (m->runs) {
            move_runs(m, p, at[ARRAY], at[OTHER] + start);
            left--;
        } else {
            for (; within < run && left > 0; within++, left--) {
                move_items(m, p, at[ARRAY], at[OTHER] + start);
                at[ARRAY] += m->inner.stride[ARRAY][last];
                at[OTHER] += m->inner.stride[OTHER][last];
            }
        }
        if (left == 0)
            break;
        at[ARRAY] -= within * m->inner.stride[ARRAY][last];
        at[OTHER] -= within * m->inner.stride[OTHER][last];
        within = 0;
        ndi_nest_next(&m->inner, index, at);
    }
}

/* All positions of a block that begins with `first`; false if an index is out of bounds. */
static bool positions_of(const mover *m, int64_t first, places *p)
{
    const int64_t left = m->selection->positions - first;
    p->n = (size_t)(left < m->block ? left : m->block);
    p->all = true;
    if (m->shift < 0 || m->runs || (m->dealt && !m->together))
        for (size_t i = 0; i < p->n; i++)
            p->other[i] = (int64_t)i * m->position_stride;
    return ndi_position_offsets(m->selection, first, p->n, p->array);
}

static void move_units(void *context, size_t begin, size_t end)
{
    mover *const m = context;
    places p;
    for (int64_t unit = (int64_t)begin; unit < (int64_t)end;) {
        const int64_t block = unit / m->points, first = block * m->block;
        const int64_t behind = (block + 1) * m->points;
        const int64_t stop = behind < (int64_t)end ? behind : (int64_t)end;
        if (!positions_of(m, first, &p)) {
            atomic_store_explicit(&m->wrong, true, memory_order_relaxed);
            return;
        }
        move_block(m, unit - block * m->points, stop - block * m->points, &p, first);
        unit = stop;
    }
    if (m->stream)
        m->kernels->stream_end();
}

/* Keeps the positions of one share, and brings their values together in `values` if they step by
 * one item. */
static void keep_share(const mover *m, unsigned share, places *p, const char *other, char *values)
{
    const ndi_select_kernels *const select = &m->kernels->select;
    uint8_t mask[NDI_POSITIONS];
    int64_t kept[NDI_POSITIONS];
    select->share(p->n, mask, p->array, share, m->shares);
    const size_t count = select->count(p->n, mask);
    select->compress[3](p->n, count, kept, p->array, mask);
    memcpy(p->array, kept, count * sizeof kept[0]);
    if (values) {
        select->compress[m->shift](p->n, count, values, other, mask);
    } else {
        select->compress[3](p->n, count, kept, p->other, mask);
        memcpy(p->other, kept, count * sizeof kept[0]);
        p->all &= count == p->n;
    }
    p->n = count;
}

static void move_shares(void *context, size_t begin, size_t end)
{
    const mover *const m = context;
    _Alignas(64) char values[NDI_POSITIONS * 16];
    int64_t index[ND_MAX_RANK];
    char *at[2];
    places p;
    ndi_nest_seek(&m->inner, 0, index, at);
    for (size_t share = begin; share < end; share++)
        for (int64_t first = 0; first < m->selection->positions; first += m->block) {
            const char *const other = at[OTHER] + first * m->position_stride;
            positions_of(m, first, &p); /* in bounds: they have been compared */
            keep_share(m, (unsigned)share, &p, other, m->together ? values : NULL);
            if (m->together)
                m->kernels->select.scatter[m->shift](p.n, at[ARRAY], p.array, values,
                                                     (ptrdiff_t)m->item);
            else
                move_block(m, 0, m->points, &p, first);
        }
}

/* ---- How it is moved ------------------------------------------------------------------------- */

static int64_t magnitude(int64_t x)
{
    return x < 0 ? -x : x;
}

/* True if memory runs along the last inner axis rather than from index to index. */
static bool runs_inside(const mover *m)
{
    const int last = m->inner.rank - 1;
    if (m->inner.length[last] < LEAST_RUN)
        return false;
    for (int i = 0; i < m->selection->count; i++)
        if (magnitude(m->selection->indices[i].stride) < magnitude(m->inner.stride[ARRAY][last]))
            return false;
    return true;
}

/* Field by field: to clear all of it takes longer than to move a few elements. */
static void begin_move(mover *m, const ndi_selection *s, bool into)
{
    m->selection = s;
    m->into = into;
    m->dealt = false;
    atomic_init(&m->wrong, false);
}

static void plan(mover *m)
{
    const size_t size = ndi_dtype_size((nd_dtype)m->selection->array->dtype);
    ndi_nest *const inner = &m->inner;
    m->kernels = ndi_kernels_in_use();
    m->copy = m->kernels->cast[m->selection->array->dtype][m->selection->array->dtype];
    ndi_nest_simplify(inner);
    const int last = inner->rank - 1;
    m->item = size;
    if (inner->stride[ARRAY][last] == (ptrdiff_t)size &&
        inner->stride[OTHER][last] == (ptrdiff_t)size && inner->length[last] > 1) {
        m->item = size * (size_t)inner->length[last];
        inner->size /= inner->length[last];
        inner->length[last] = 1;
        inner->stride[ARRAY][last] = inner->stride[OTHER][last] = 0;
    }
    m->shift = -1;
    for (int shift = 0; shift < 5; shift++)
        if (m->item == (size_t)1 << shift)
            m->shift = shift;
    m->runs = runs_inside(m);
    const int64_t run = m->runs ? inner->length[last] : 1;
    m->points = inner->size / run;
    /* Large items go in smaller blocks, so that there are parts for all threads. */
    m->block = GRAIN_BYTES / (int64_t)(m->item * (size_t)run);
    m->block = m->block < 1 ? 1 : m->block > NDI_POSITIONS ? NDI_POSITIONS : m->block;
    m->together =
        m->shift >= 0 && m->points == 1 && !m->runs && m->position_stride == (ptrdiff_t)m->item;
    m->stream = !m->into && m->together &&
                m->selection->positions > ndi_cpu_caches().last / (int64_t)m->item / 2;
}

static void run(mover *m)
{
    const int64_t blocks = (m->selection->positions + m->block - 1) / m->block;
    const int64_t run_length = m->runs ? m->inner.length[m->inner.rank - 1] : 1;
    const int64_t positions =
        m->selection->positions < m->block ? m->selection->positions : m->block;
    const size_t unit = (size_t)(positions * run_length) * m->item;
    const size_t grain = 1 + (unit < GRAIN_BYTES ? GRAIN_BYTES / unit : 0);
    const size_t units = (size_t)(blocks * m->points);
    /* If elements of the array share memory, so may those of different positions. */
    const bool apart = ndi_array_overlap(m->selection->array, m->selection->array) == NDI_IDENTICAL;
    m->shares = (unsigned)ndi_pool_threads();
    const int64_t bytes =
        m->selection->array->size * (int64_t)ndi_dtype_size((nd_dtype)m->selection->array->dtype);
    m->dealt =
        m->into && m->shares > 1 && apart && units > 2 * grain && bytes > ndi_cpu_caches().last;
    if (m->dealt)
        ndi_parallel_for(m->shares, 1, move_shares, m);
    else if (m->into || units <= grain)
        move_units(m, 0, units);
    else
        ndi_parallel_for(units, grain, move_units, m);
}

/* One stride for the axes of the positions; false if there is none. */
static bool one_stride(const ndi_selection *s, const int64_t *strides, ptrdiff_t *stride)
{
    int64_t next = 0;
    bool first = true;
    *stride = 0;
    for (int axis = s->outer_rank - 1; axis >= 0; axis--) {
        if (s->outer_length[axis] == 1)
            continue;
        if (first)
            *stride = strides[axis];
        else if (strides[axis] != next)
            return false;
        next = strides[axis] * s->outer_length[axis];
        first = false;
    }
    return true;
}

bool ndi_selection_beside(const ndi_selection *s, const nd_array *other, ndi_nest *inner,
                          ptrdiff_t *position_stride)
{
    const int64_t *const all = ndi_strides(other);
    int64_t strides[ND_MAX_RANK];
    memcpy(strides, all, (size_t)s->before * sizeof(int64_t));
    memcpy(strides + s->before, all + s->before + s->outer_rank,
           (size_t)(s->inner_rank - s->before) * sizeof(int64_t));
    ndi_nest_begin(inner, s->inner_rank, s->inner_length);
    ndi_nest_add_strided(inner, s->data, s->inner_rank, s->inner_length, s->inner_stride);
    ndi_nest_add_strided(inner, other->data, s->inner_rank, s->inner_length, strides);
    return one_stride(s, all + s->before, position_stride);
}

/* The axes of the result from outermost to innermost in memory; NULL: C order. Those of the
 * positions come first, whatever their place in the shape, then the inner ones as they lie in the
 * array. */
static const int *result_order(const ndi_selection *s, int order[ND_MAX_RANK])
{
    int inner[ND_MAX_RANK];
    if (!s->takes_order || s->inner_rank == 0)
        return NULL;
    ndi_stride_order(s->inner_rank, s->inner_stride, inner);
    for (int i = 0; i < s->outer_rank; i++)
        order[i] = s->before + i;
    for (int i = 0; i < s->inner_rank; i++)
        order[s->outer_rank + i] = inner[i] + (inner[i] < s->before ? 0 : s->outer_rank);
    return order;
}

static ndi_axis_vote vote_of_indices(const void *operands, int outer, int inner)
{
    const ndi_selection *const s = operands;
    ndi_axis_vote vote = NDI_NO_OPINION;
    for (int i = 0; i < s->count; i++) {
        const nd_array *const a = s->indices[i].array;
        const int from = outer - (s->outer_rank - a->rank), to = inner - (s->outer_rank - a->rank);
        if (from >= 0 && ndi_lengths(a)[from] != 1 && ndi_lengths(a)[to] != 1)
            vote = ndi_vote(vote, (uint64_t)magnitude(ndi_strides(a)[from]),
                            (uint64_t)magnitude(ndi_strides(a)[to]));
    }
    return vote;
}

/* Without inner axes the result is laid out like the index arrays. */
static nd_array *like_indices(const ndi_selection *s, nd_array *result)
{
    int order[ND_MAX_RANK];
    if (!s->takes_order || s->inner_rank > 0 || s->outer_rank < 2)
        return result;
    ndi_order_axes(s->outer_rank, vote_of_indices, s, false, order);
    return ndi_in_order(result, order);
}

nd_array *ndi_selection_get(const ndi_selection *s)
{
    nd_shape shape;
    int order[ND_MAX_RANK];
    if (!ndi_selected_shape(s, &shape))
        return NULL;
    nd_array *result = ndi_make("get", (nd_dtype)s->array->dtype, shape.rank, shape.length,
                                result_order(s, order), false);
    if (!result)
        return NULL;
    if (result->size == 0 || !ndi_axes_have_elements(s)) {
        if (ndi_check_indices(s))
            return result;
        ndi_drop(result);
        return NULL;
    }
    mover m;
    begin_move(&m, s, false);
    ndi_selection_beside(s, result, &m.inner, &m.position_stride);
    plan(&m);
    run(&m);
    if (!m.wrong)
        return like_indices(s, result);
    ndi_drop(result);
    ndi_check_indices(s);
    return NULL;
}

/* ---- Into the array -------------------------------------------------------------------------- */

bool ndi_selection_set(const ndi_selection *s, const nd_array *value)
{
    nd_shape shape;
    if (!ndi_selected_shape(s, &shape) || !ndi_check_indices(s))
        return false;
    if (ndi_count_elements(shape.rank, shape.length, 1) == 0)
        return true;
    mover m;
    begin_move(&m, s, true);
    value = nd_broadcast_to(value, shape);
    if (!value || !ndi_force(value))
        return false;
    if (!ndi_selection_beside(s, value, &m.inner, &m.position_stride)) {
        value = nd_copy(value);
        if (value)
            ndi_selection_beside(s, value, &m.inner, &m.position_stride);
    }
    if (!value)
        return false;
    plan(&m);
    run(&m);
    return true;
}

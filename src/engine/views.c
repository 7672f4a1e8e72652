/* Making views of pending arrays, and what becomes of them in a plan.
 *
 * A view knows its base by byte strides. As the base lies in memory without overlap, strides and
 * offset say which axis of the base each axis of the view runs along, how fast, and from where;
 * with that the view can be carried over to elements that lie elsewhere: the base's arguments, or
 * its place in the scratch of a tile. */
#include "engine/views.h"

#include <stdlib.h>
#include <string.h>

#include "engine/short_sums.h"

/* Axes of a view as axes of its base. */
typedef struct view_map {
    int axis[ND_MAX_RANK]; /* of the base, for each of the view; -1: it has length 1, or repeats */
    int64_t step[ND_MAX_RANK];  /* along that axis */
    int64_t start[ND_MAX_RANK]; /* the first index, for each axis of the base */
    ptrdiff_t rest;             /* bytes into the element: the view is of a part of it */
    bool reshapes;              /* it is all of the base in another shape: the rest is not set */
    bool one_to_one;            /* no element is seen twice, no axis of the base by two axes */
} view_map;

/* ---- Making ---------------------------------------------------------------------------------- */

/* With the lock held; NULL with the error kept. `dims` are the view's, `base` no view. */
static ndi_node *new_view(ndi_node *base, nd_dtype dtype, int rank, int64_t size,
                          const int64_t *dims, ptrdiff_t offset)
{
    ndi_node *const node = ndi_node_new(dtype, rank, size, dims);
    if (!node)
        return NULL;
    node->form = NDI_VIEW;
    node->offset = offset;
    node->argument[0] = ndi_node_retain(base);
    node->arguments = 1;
    return node;
}

bool ndi_view_make(nd_array *view, const nd_array *base, int64_t offset)
{
    ndi_graph_lock();
    ndi_node *of = atomic_load_explicit(&base->node, memory_order_relaxed);
    ndi_node *node = NULL;
    if (of) {
        if (of->form == NDI_VIEW) {
            offset += of->offset;
            of = of->argument[0];
        }
        node = new_view(of, nd_dtype_of(view), view->rank, view->size, ndi_lengths(view), offset);
        if (node)
            ndi_node_link(node, view);
    }
    ndi_graph_unlock();
    return node || !of;
}

/* ---- Axes ------------------------------------------------------------------------------------ */

bool ndi_is_dense(const ndi_node *node)
{
    int order[ND_MAX_RANK];
    int64_t expected = (int64_t)nd_dtype_size((nd_dtype)node->dtype);
    ndi_stride_order(node->rank, ndi_node_strides(node), order);
    for (int i = node->rank - 1; i >= 0; i--) {
        if (node->dims[order[i]] == 1)
            continue;
        if (ndi_node_strides(node)[order[i]] != expected)
            return false;
        expected *= node->dims[order[i]];
    }
    return true;
}

/* Lies across the order in which the nest of `root` goes through memory: read in blocks, it would
 * fetch a line for each element. */
static bool crosswise(const ndi_node *source, const ndi_node *root)
{
    if (source->rank != root->rank || root->rank < 2 || source->size != root->size)
        return false;
    bool elsewhere = false, far = false;
    const int64_t item = (int64_t)nd_dtype_size((nd_dtype)root->dtype);
    for (int axis = 0; axis < root->rank; axis++) {
        const int64_t stride = llabs(ndi_node_strides(source)[axis]);
        if (root->dims[axis] == 1)
            continue;
        if (ndi_node_strides(root)[axis] == item)
            far = stride >= 64;
        else
            elsewhere |= stride > 0 && stride < 64 && root->dims[axis] >= 16;
    }
    return far && elsewhere;
}

/* Small, read again and again, and not in runs. */
static bool is_strided(const ndi_node *source, const ndi_node *root)
{
    enum { AGAIN = 16, SMALL_BYTES = 1 << 20 };
    const int64_t item = (int64_t)nd_dtype_size((nd_dtype)source->dtype),
                  inner = (int64_t)nd_dtype_size((nd_dtype)root->dtype);
    const int missing = root->rank - source->rank;
    if (source->size > root->size / AGAIN || source->size * item > SMALL_BYTES)
        return false;
    for (int axis = 0; axis < source->rank; axis++) {
        const int64_t stride = ndi_node_strides(source)[axis];
        if (source->dims[axis] > 1 && ndi_node_strides(root)[axis + missing] == inner)
            return stride != 0 && stride != item;
    }
    return false;
}

bool ndi_is_to_move(const ndi_node *source, const ndi_node *root)
{
    return source->storage && (crosswise(source, root) || is_strided(source, root));
}

/* The axis of the base that a stride of the view runs along: the longest step that fits; -1: none
 * divides it. */
static int axis_along(const ndi_node *base, const int *order, int64_t stride)
{
    for (int i = 0; i < base->rank; i++) {
        const int64_t step = ndi_node_strides(base)[order[i]];
        if (base->dims[order[i]] > 1 && step <= stride)
            return stride % step == 0 ? order[i] : -1;
    }
    return -1;
}

/* False if the view's axes are no axes of its base, as after a reshape. */
static bool find_map(const ndi_node *view, view_map *map)
{
    const ndi_node *const base = view->argument[0];
    int order[ND_MAX_RANK];
    int64_t least[ND_MAX_RANK], most[ND_MAX_RANK]; /* indices that are met */
    if (view->size == 0)
        return false;
    ndi_stride_order(base->rank, ndi_node_strides(base), order);
    map->rest = view->offset;
    map->one_to_one = true;
    for (int i = 0; i < base->rank; i++) {
        const int axis = order[i];
        const int64_t stride = ndi_node_strides(base)[axis];
        map->start[axis] = 0;
        if (base->dims[axis] > 1) {
            if (stride <= 0)
                return false;
            map->start[axis] = map->rest / stride;
            map->rest %= stride;
        }
        least[axis] = most[axis] = map->start[axis];
    }
    for (int axis = 0; axis < view->rank; axis++) {
        const int64_t length = view->dims[axis], stride = ndi_node_strides(view)[axis];
        map->axis[axis] = -1;
        map->step[axis] = 0;
        if (length == 1)
            continue;
        if (stride == 0) {
            map->one_to_one = false;
            continue;
        }
        const int along = axis_along(base, order, llabs(stride));
        if (along < 0)
            return false;
        for (int other = 0; other < axis; other++)
            map->one_to_one &= map->axis[other] != along;
        map->axis[axis] = along;
        map->step[axis] = stride / ndi_node_strides(base)[along];
        const int64_t span = map->step[axis] * (length - 1);
        *(span < 0 ? &least[along] : &most[along]) += span;
    }
    for (int axis = 0; axis < base->rank; axis++)
        if (least[axis] < 0 || most[axis] >= base->dims[axis])
            return false;
    return true;
}

int ndi_view_base_axis(const ndi_node *view, int axis)
{
    const ndi_node *const base = view->argument[0];
    view_map map;
    if (!find_map(view, &map) || !map.one_to_one)
        return -1;
    const int along = map.axis[axis];
    return along >= 0 && map.step[axis] == 1 && view->dims[axis] == base->dims[along] ? along : -1;
}

const ndi_placed *ndi_placement(const ndi_node *node, ndi_placed *room)
{
    if (node->form != NDI_VIEW)
        return node->placed;
    const ndi_placed *const whole = node->argument[0]->placed;
    view_map map;
    if (!whole || !find_map(node, &map))
        return NULL;
    room->stage = whole->stage;
    room->scratch = whole->scratch;
    room->data = whole->data + map.rest;
    for (int axis = 0; axis < node->argument[0]->rank; axis++)
        if (map.start[axis] > 0)
            room->data += map.start[axis] * whole->strides[axis];
    for (int axis = 0; axis < node->rank; axis++)
        room->strides[axis] =
            map.axis[axis] < 0 ? 0 : map.step[axis] * whole->strides[map.axis[axis]];
    return room;
}

/* ---- Settling -------------------------------------------------------------------------------- */

enum { SETTLED_VIEWS = NDI_GRAPH_COST + NDI_GRAPH_SOURCES };

/* A walk that settles views, and those that it made, which may be steps by now: equal ones are to
 * be one node. */
typedef struct settling {
    ndi_node *root;
    uint32_t walk;
    bool changed, failed;
    int count;
    struct {
        ndi_node *node, *of;
        ptrdiff_t offset;
    } made[SETTLED_VIEWS];
} settling;

/* The base has elements: so has the view. */
static void become_source(ndi_node *view)
{
    const ndi_node *const base = view->argument[0];
    ndi_storage *const storage = base->storage;
    char *const data = base->data + view->offset;
    atomic_fetch_add_explicit(&storage->references, 1, memory_order_relaxed);
    ndi_node_settled(view, storage, data);
}

static ndi_node *view_of_source(const ndi_node *source, int rank, int64_t size, const int64_t *dims,
                                ptrdiff_t offset)
{
    ndi_node *const node = ndi_node_new((nd_dtype)source->dtype, rank, size, dims);
    if (!node)
        return NULL;
    if (source->storage) {
        atomic_fetch_add_explicit(&source->storage->references, 1, memory_order_relaxed);
        ndi_node_read(node, source->storage, source->data + offset);
        return node;
    }
    if (ndi_is_places(source)) {
        node->data = source->data + offset;
        return node;
    }
    memcpy(node->own, source->own, sizeof node->own);
    node->data = node->own + (source->data - source->own) + offset;
    return node;
}

static ndi_node *view_of_node(settling *s, ndi_node *of, int rank, int64_t size,
                              const int64_t *dims, ptrdiff_t offset)
{
    if (of->form == NDI_VIEW) {
        offset += of->offset;
        of = of->argument[0];
    }
    for (int i = 0; i < s->count; i++) {
        ndi_node *const made = s->made[i].node;
        if (s->made[i].of == of && s->made[i].offset == offset && made->rank == rank &&
            memcmp(made->dims, dims, 2 * (size_t)rank * sizeof(int64_t)) == 0)
            return ndi_node_retain(made);
    }
    ndi_node *const node = new_view(of, (nd_dtype)of->dtype, rank, size, dims, offset);
    if (node && s->count < SETTLED_VIEWS) {
        s->made[s->count].node = node;
        s->made[s->count].of = of;
        s->made[s->count++].offset = offset;
    }
    return node;
}

static bool is_c_order(const ndi_node *node)
{
    int64_t expected = (int64_t)nd_dtype_size((nd_dtype)node->dtype);
    for (int axis = node->rank - 1; axis >= 0; axis--) {
        if (node->dims[axis] != 1 && ndi_node_strides(node)[axis] != expected)
            return false;
        expected *= node->dims[axis];
    }
    return true;
}

/* The view is all of the base in another shape, and all that the base is made of can be reshaped
 * with it. */
static bool is_reshape(const ndi_node *view)
{
    const ndi_node *const base = view->argument[0];
    if (view->size != base->size || !is_c_order(view) || !is_c_order(base))
        return false;
    for (int i = 0; i < base->arguments; i++)
        if (base->argument[i] &&
            (base->argument[i]->size != base->size || !is_c_order(base->argument[i])))
            return false;
    return true;
}

static ndi_node *view_of(settling *s, ndi_node *argument, int rank, int64_t size,
                         const int64_t *dims, ptrdiff_t offset)
{
    return ndi_is_source(argument) ? view_of_source(argument, rank, size, dims, offset)
                                   : view_of_node(s, argument, rank, size, dims, offset);
}

static ndi_node *reshaped_argument(settling *s, const ndi_node *view, ndi_node *argument)
{
    int64_t dims[2 * ND_MAX_RANK];
    memcpy(dims, view->dims, view->rank * sizeof(int64_t));
    ndi_contiguous_strides(view->rank, view->dims, nd_dtype_size((nd_dtype)argument->dtype),
                           dims + view->rank);
    return view_of(s, argument, view->rank, view->size, dims, 0);
}

/* An argument of the view's base, as the view sees it; with a reference more. */
static ndi_node *seen_argument(settling *s, const ndi_node *view, const view_map *map,
                               ndi_node *argument)
{
    const ndi_node *const base = view->argument[0];
    const int missing = base->rank - argument->rank;
    int64_t lengths[ND_MAX_RANK], dims[2 * ND_MAX_RANK], size = 1;
    ptrdiff_t offset = 0, strides[ND_MAX_RANK];
    for (int axis = 0; axis < argument->rank; axis++)
        if (argument->dims[axis] != 1)
            offset += map->start[axis + missing] * ndi_node_strides(argument)[axis];
    int first = view->rank; /* axis of length above 1 */
    for (int axis = view->rank - 1; axis >= 0; axis--) {
        const int at = map->axis[axis] - missing;
        const bool runs = map->axis[axis] >= 0 && at >= 0 && argument->dims[at] != 1;
        lengths[axis] = runs ? view->dims[axis] : 1;
        strides[axis] = runs ? map->step[axis] * ndi_node_strides(argument)[at] : 0;
        size *= lengths[axis];
        first = lengths[axis] > 1 ? axis : first;
    }
    const int rank = view->rank - first;
    for (int axis = 0; axis < rank; axis++) {
        dims[axis] = lengths[first + axis];
        dims[rank + axis] = strides[first + axis];
    }
    if (offset == 0 && rank == argument->rank &&
        memcmp(dims, argument->dims, 2 * (size_t)rank * sizeof(int64_t)) == 0)
        return ndi_node_retain(argument);
    return view_of(s, argument, rank, size, dims, offset);
}

/* The base is a step, and the view shows whole elements of it, each once. */
static bool can_become_step(const ndi_node *view, view_map *map)
{
    const ndi_node *const base = view->argument[0];
    if (base->form != NDI_STEP || view->dtype != base->dtype)
        return false;
    map->reshapes = is_reshape(view);
    return map->reshapes || (find_map(view, map) && map->one_to_one && map->rest == 0);
}

static void become_step(settling *s, ndi_node *view, const view_map *map)
{
    ndi_node *const base = view->argument[0];
    ndi_node *argument[NDI_MAX_OPERANDS - 1];
    for (int i = 0; i < base->arguments; i++) {
        argument[i] = !base->argument[i] ? NULL
                      : map->reshapes    ? reshaped_argument(s, view, base->argument[i])
                                         : seen_argument(s, view, map, base->argument[i]);
        if (base->argument[i] && !argument[i]) {
            while (i-- > 0)
                if (argument[i])
                    ndi_node_release(argument[i]);
            s->failed = true;
            return;
        }
    }
    if (view->array)
        base->views--;
    view->form = NDI_STEP;
    view->step = base->step;
    view->cost = base->cost;
    view->arguments = base->arguments;
    memcpy(view->argument, argument, sizeof argument);
    memcpy(view->scalar, base->scalar, sizeof view->scalar);
    ndi_node_release(base);
    s->changed = true;
}

/* A reduction that reads what is produced takes the order of memory as it will be: without gaps. A
 * base that others want too is computed as a whole. */
static void settle(settling *s, ndi_node *node, bool reduced)
{
    if (!ndi_graph_visit(node, s->walk) || s->failed)
        return;
    view_map map;
    if (node->form == NDI_VIEW) {
        if (ndi_is_source(node->argument[0]))
            become_source(node);
        else if ((!reduced || ndi_is_dense(node)) && node->argument[0]->references == 1 &&
                 can_become_step(node, &map))
            become_step(s, node, &map);
    } else if (ndi_is_short_sum(node, s->root)) {
        s->failed = !ndi_short_sum_unroll(node);
        s->changed = true;
    }
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            settle(s, node->argument[i], node->form == NDI_FOLD);
}

/* The same whoever wants the bases, which are of `size` elements: what is smaller is computed. */
static void unfold(settling *s, ndi_node *node, int64_t size)
{
    view_map map;
    if (node->form != NDI_VIEW || node->argument[0]->size != size || s->failed ||
        !can_become_step(node, &map))
        return;
    node->argument[0]->demanded |= node->argument[0]->array != NULL;
    become_step(s, node, &map);
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            unfold(s, node->argument[i], size);
}

ndi_node *ndi_view_as_steps(ndi_node *base, int rank, int64_t size, const int64_t *dims,
                            ptrdiff_t offset)
{
    settling s;
    s.count = 0;
    s.failed = false;
    ndi_node *const node = view_of_node(&s, base, rank, size, dims, offset);
    if (!node)
        return NULL;
    unfold(&s, node, base->size);
    if (!s.failed)
        return node;
    ndi_node_release(node);
    return NULL;
}

bool ndi_views_settle(ndi_node *root)
{
    settling s;
    s.root = root;
    s.count = 0;
    s.failed = false;
    do { /* again, as long as steps on views let go of what others wait for */
        s.changed = false;
        s.walk = ndi_graph_walk();
        settle(&s, root, false);
    } while (s.changed && !s.failed);
    return !s.failed;
}

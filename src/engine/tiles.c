/* Finding what can be computed in tiles.
 *
 * A cut along one axis of the root is followed down the graph: through steps by broadcasting,
 * through reductions by their kept axes. Where every node below is cut along one axis of its own,
 * a tile depends on nothing but the tiles of its arguments. */
#include "engine/tiles.h"

#include "base/pool.h"
#include "engine/views.h"

enum {
    TILE_RUN = 512, /* bytes along an innermost axis: shorter runs waste memory's lines */
    TILES_PER_THREAD = 4,
    LEAST_BALANCE = 80,        /* percent of the threads' time that tiles of whole runs must fill */
    UNBALANCED_TILE = 1 << 19, /* bytes of a tile that may leave a thread without work */
    LIGHT_SHARE = 8,           /* of level 2: tiles of light steps where the last level is far */
};

static double bytes_of(const ndi_node *node)
{
    return (double)node->size * (double)nd_dtype_size((nd_dtype)node->dtype);
}

static bool has_fold_below(ndi_node *node, uint32_t walk)
{
    for (int i = 0; i < node->arguments; i++) {
        ndi_node *const argument = node->argument[i];
        if (argument && ndi_graph_visit(argument, walk) &&
            (argument->form == NDI_FOLD || has_fold_below(argument, walk)))
            return true;
    }
    return false;
}

int ndi_argument_axis(const ndi_node *node, int axis, const ndi_node *argument)
{
    if (node->form == NDI_VIEW)
        return ndi_view_base_axis(node, axis);
    if (node->form == NDI_STEP) {
        const int at = axis - (node->rank - argument->rank);
        return at >= 0 && argument->dims[at] == node->dims[axis] ? at : -1;
    }
    int at = 0;
    for (int kept = 0; !node->fold.keepdims; at++)
        if (!(node->fold.swept >> at & 1) && kept++ == axis)
            break;
    return node->fold.keepdims ? axis : at;
}

static void add_stage(ndi_tiling *tiling, ndi_node *node)
{
    node->value = tiling->stages;
    tiling->stage[tiling->stages].node = node;
    tiling->stage[tiling->stages++].axis = node->cut;
    tiling->folds += node->form == NDI_FOLD && node != tiling->root;
    tiling->bytes += bytes_of(node);
}

/* False if there are too many. */
static bool add_source(ndi_tiling *tiling, const ndi_node *source)
{
    for (int i = 0; i < tiling->sources; i++)
        if (ndi_same_source(tiling->source[i], source))
            return true;
    if (tiling->sources == NDI_GRAPH_SOURCES)
        return false;
    tiling->source[tiling->sources++] = source;
    tiling->bytes += bytes_of(source);
    return true;
}

/* Whether a node has a stage of its own, beside what reads it. What a reduction reads lies in the
 * scratch without gaps. */
static bool is_staged(const ndi_node *node, const ndi_node *argument)
{
    return !ndi_is_source(argument) && argument->form != NDI_VIEW &&
           (node->form != NDI_STEP || ndi_is_boundary(argument, node) ||
            ndi_wanted_again(argument));
}

/* False if some node would be cut along two axes, or could not be read from scratch. */
static bool cut(ndi_tiling *tiling, ndi_node *node, int axis, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk))
        return node->cut == axis;
    node->cut = axis;
    node->value = -1;
    if (node != tiling->root && (node->form == NDI_SCAN || ndi_graph_claimed(node))) {
        /* Computed as a whole, or it comes soon. */
        tiling->obstacle = node;
        return true;
    }
    if (!tiling->widest || node->size > tiling->widest->size)
        tiling->widest = node;
    tiling->heavy |= node->form == NDI_STEP && !node->step.exact;
    if (ndi_is_source(node) && !add_source(tiling, node))
        return false;
    if (node->form == NDI_FOLD && !ndi_is_source(node->argument[0]) &&
        !ndi_is_dense(node->argument[0]))
        return false;
    for (int i = 0; i < node->arguments; i++) {
        ndi_node *const argument = node->argument[i];
        const int at = argument ? ndi_argument_axis(node, axis, argument) : -1;
        if (at < 0) {
            if (argument && !ndi_is_source(argument))
                tiling->obstacle = argument;
            continue;
        }
        if (!cut(tiling, argument, at, walk))
            return false;
        if (is_staged(node, argument) && argument->value < 0)
            add_stage(tiling, argument);
    }
    return true;
}

/* Whether the tiles keep all threads busy, unless they are small. Two of 64 and 36 columns
 * take the time of two of 64; the threads share the rows of such a matrix evenly. */
static bool is_balanced(const ndi_tiling *tiling, int threads, double tile_bytes)
{
    const int64_t tiles = (tiling->length + tiling->width - 1) / tiling->width,
                  rounds = (tiles + threads - 1) / threads;
    return !tiling->inner || tile_bytes < UNBALANCED_TILE ||
           100 * tiling->length >= LEAST_BALANCE * rounds * threads * tiling->width;
}

/* The width of a tile that fits half of the level 2 cache; or, along an axis that must not be cut
 * finer, a thread's share of the last level. False if that is too little. */
static bool choose_width(ndi_tiling *tiling)
{
    const ndi_caches caches = ndi_cpu_caches();
    const int threads = ndi_pool_threads();
    const int64_t length = tiling->length,
                  item = (int64_t)nd_dtype_size((nd_dtype)tiling->widest->dtype);
    const double index_bytes = tiling->bytes / (double)length;
    const int64_t stride = ndi_node_strides(tiling->widest)[tiling->widest->cut];
    tiling->inner = tiling->widest->size > length && (stride < 0 ? -stride : stride) == item;
    const int64_t least = tiling->inner && item < TILE_RUN ? TILE_RUN / item : 1;
    int64_t width = (int64_t)((double)caches.level2 / 2 / index_bytes);
    const int64_t even = (length + TILES_PER_THREAD * threads - 1) / (TILES_PER_THREAD * threads);
    if (width > even && (double)even * index_bytes >= NDI_LEAST_TILE)
        width = even;
    if (width < least)
        width = least;
    width = (width + least - 1) / least * least;
    tiling->width = width < length ? width : length;
    const double bytes = (double)tiling->width * index_bytes;
    if (tiling->inner && caches.last_is_far && !tiling->heavy)
        return bytes <= (double)caches.level2 / LIGHT_SHARE;
    return bytes <= (double)caches.last / (2 * threads) && is_balanced(tiling, threads, bytes);
}

bool ndi_tiling_find(ndi_tiling *best, ndi_node *root)
{
    best->folds = 0;
    best->alias = NDI_ALIAS_NONE;
    if (root->form == NDI_SCAN || !has_fold_below(root, ndi_graph_walk()))
        return false;
    for (int axis = 0; axis < root->rank; axis++) {
        if (root->dims[axis] < 2)
            continue;
        ndi_tiling tiling = {.root = root, .length = root->dims[axis]};
        if (!cut(&tiling, root, axis, ndi_graph_walk()) || tiling.folds < best->folds ||
            tiling.folds == 0 || !choose_width(&tiling))
            continue;
        if (tiling.folds == best->folds &&
            (tiling.inner > best->inner ||
             (double)tiling.width / (double)tiling.length * tiling.bytes >=
                 (double)best->width / (double)best->length * best->bytes))
            continue;
        *best = tiling;
        best->stage[best->stages].node = root;
        best->stage[best->stages++].axis = axis;
    }
    return best->folds > 0;
}

static bool lies_below(ndi_node *node, const ndi_node *what, uint32_t walk)
{
    if (node == what)
        return true;
    if (!ndi_graph_visit(node, walk))
        return false;
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i] && lies_below(node->argument[i], what, walk))
            return true;
    return false;
}

/* Whether an array that waits below `root` is made of a node. */
static bool is_waited_for(ndi_node *node, const ndi_node *what, const ndi_node *root, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk))
        return false;
    if (node != root && node->array && node->form == NDI_STEP)
        return lies_below(node, what, ndi_graph_walk());
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i] && is_waited_for(node->argument[i], what, root, walk))
            return true;
    return false;
}

/* Small results of reductions are stored, too, where they would be wanted once more for an array
 * that waits: clip((x[:, None] > y).sum(1), 0, n) is used twice and swept once. */
bool ndi_tiling_stores(const ndi_tiling *tiling, const ndi_node *node)
{
    if (node == tiling->root || ndi_wanted_again(node))
        return true;
    const bool fold = node->form == NDI_FOLD, small = node->size <= tiling->widest->size / 16;
    return node->array
               ? fold || small
               : fold && small && is_waited_for(tiling->root, node, tiling->root, ndi_graph_walk());
}

/* Whether tiles may write where they read: all that is in the target's memory is cut as it is. */
static bool reads_in_tiles(ndi_tiling *tiling, ndi_node *node, int axis, const nd_array *target)
{
    if (ndi_is_source(node)) {
        const ndi_alias alias = ndi_alias_of(node, target);
        tiling->alias = alias > tiling->alias ? alias : tiling->alias;
        return alias == NDI_ALIAS_NONE ||
               (alias == NDI_ALIAS_IN_PLACE && axis == tiling->stage[tiling->stages - 1].axis);
    }
    for (int i = 0; i < node->arguments; i++) {
        ndi_node *const argument = node->argument[i];
        const int at = argument && axis >= 0 ? ndi_argument_axis(node, axis, argument) : -1;
        if (argument && !reads_in_tiles(tiling, argument, at, target))
            return false;
    }
    return true;
}

bool ndi_tiling_may_write(ndi_tiling *tiling, const nd_array *target)
{
    return reads_in_tiles(tiling, tiling->root, tiling->stage[tiling->stages - 1].axis, target);
}

ndi_node *ndi_tiling_reader(const ndi_tiling *tiling, const ndi_storage *storage)
{
    ndi_node *stored[NDI_GRAPH_COST + 1];
    int count = 0;
    for (int s = 0; s < tiling->stages; s++)
        if (ndi_tiling_stores(tiling, tiling->stage[s].node))
            stored[count++] = tiling->stage[s].node;
    return ndi_graph_reader(storage, stored, count);
}

bool ndi_tiling_claimed(const ndi_tiling *tiling)
{
    for (int s = 0; s < tiling->stages; s++)
        if (ndi_tiling_stores(tiling, tiling->stage[s].node) &&
            ndi_graph_claimed(tiling->stage[s].node))
            return true;
    return false;
}

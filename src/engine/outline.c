/* Collecting what will be done, by the rules that evaluate.c and tiles.c run by. */
#include "engine/outline.h"

#include <stddef.h>
#include <string.h>

#include "base/pool.h"
#include "engine/equals.h"
#include "engine/run.h"
#include "engine/tiles.h"
#include "engine/views.h"

typedef struct collecting {
    ndi_outline *outline;
    const ndi_node *array[NDI_OUTLINE_ARRAYS]; /* what the arrays of the outline are */
    bool tiled;
    ndi_tiling tiling;
} collecting;

/* The loop that is being collected. */
typedef struct loop {
    ndi_outline_loop *told;
    const ndi_node *root; /* what it computes */
    const ndi_node
        *space; /* whose elements it goes over: the root, or what that reduces or scans */
} loop;

static double bytes_of(const ndi_node *node)
{
    return (double)node->size * (double)nd_dtype_size((nd_dtype)node->dtype);
}

static bool is_stage(const collecting *c, const ndi_node *node)
{
    for (int i = 0; c->tiled && i < c->tiling.stages; i++)
        if (c->tiling.stage[i].node == node)
            return true;
    return false;
}

/* What is computed where a node is wanted: of a view its base. */
static ndi_node *computed_for(ndi_node *node)
{
    return node->form == NDI_VIEW ? node->argument[0] : node;
}

/* It has a loop of its own, before this one. */
static bool is_before(const collecting *c, const loop *l, const ndi_node *node)
{
    return node != l->root && !ndi_is_source(node) &&
           (ndi_is_boundary(node, l->space) || is_stage(c, node) ||
            (l->root->form == NDI_SCAN && node == l->space && !ndi_scan_produces(l->root)));
}

/* The array that holds a node's elements; made if there is none yet. */
static int array_of(collecting *c, const ndi_node *node, int made_by)
{
    ndi_outline *const o = c->outline;
    int letters = 0;
    node = node->form == NDI_VIEW ? node->argument[0] : node;
    for (int i = 0; i < o->arrays; i++) {
        const ndi_node *const known = c->array[i];
        if (known == node ||
            (ndi_is_source(known) && ndi_is_source(node) && ndi_same_source(known, node)))
            return i;
        letters += o->array[i].loop < 0;
    }
    c->array[o->arrays] = node;
    ndi_outline_array *const array = &o->array[o->arrays];
    array->dtype = (nd_dtype)node->dtype;
    array->rank = node->rank;
    memcpy(array->lengths, node->dims, node->rank * sizeof *node->dims);
    array->bytes = bytes_of(node);
    array->loop = made_by;
    array->letter = made_by < 0 ? letters : 0;
    return o->arrays++;
}

static void collect_loop(collecting *c, ndi_node *root);

static bool is_collected(const collecting *c, const ndi_node *root)
{
    for (int i = 0; i < c->outline->arrays; i++)
        if (c->array[i] == root)
            return true;
    return false;
}

/* The loops that come before this one. */
static void collect_before(collecting *c, const loop *l, ndi_node *node, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk) || ndi_is_source(node))
        return;
    if (is_before(c, l, node)) {
        if (!is_collected(c, computed_for(node)))
            collect_loop(c, computed_for(node));
        return;
    }
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            collect_before(c, l, node->argument[i], walk);
}

static void collect_read(collecting *c, const loop *l, const ndi_node *node)
{
    ndi_outline_loop *const told = l->told;
    if (ndi_is_places(node))
        return;
    const int array = array_of(c, node, -1);
    for (int i = 0; i < told->reads; i++)
        if (told->read[i] == array)
            return;
    told->read[told->reads++] = array;
    if (!c->tiled && told->sweep < 0) /* tiles go through memory once: see collect_tiles() */
        told->bytes += bytes_of(node);
}

static void collect_reads(collecting *c, const loop *l, ndi_node *node, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk))
        return;
    if (ndi_is_source(node) || is_before(c, l, node)) {
        collect_read(c, l, node);
        return;
    }
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            collect_reads(c, l, node->argument[i], walk);
}

static ndi_outline_operand number_of(nd_dtype dtype, const char *element)
{
    ndi_outline_operand operand = {.kind = NDI_OUTLINE_NUMBER};
    ndi_kernels_in_use()->cast[ND_FLOAT64][dtype](
        1, (char *[]){(char *)&operand.number, (char *)element}, (ptrdiff_t[]){0, 0});
    return operand;
}

static ndi_outline_operand scalar_of(const ndi_node *node, int argument)
{
    const nd_dtype dtype = node->step.taken[argument];
    if (nd_dtype_kind(dtype) == ND_KIND_COMPLEX)
        return (ndi_outline_operand){.kind = NDI_OUTLINE_COMPLEX};
    return number_of(dtype, node->scalar[argument]);
}

/* Where a range begins, and its step. */
static void collect_range(ndi_outline_step *step, const ndi_node *node)
{
    step->ranges = true;
    step->arguments = 2;
    for (int i = 0; i < 2; i++)
        step->argument[i] = number_of(node->step.computed, node->scalar[1] + i * NDI_RANGE_HALF);
}

static ndi_outline_operand operand_of(collecting *c, const loop *l, const ndi_node *node)
{
    if (ndi_is_source(node) || is_before(c, l, node))
        return (ndi_outline_operand){.kind = NDI_OUTLINE_ARRAY, .index = array_of(c, node, -1)};
    return (ndi_outline_operand){.kind = NDI_OUTLINE_STEP, .index = node->value};
}

static void collect_step(collecting *c, const loop *l, ndi_node *node)
{
    ndi_outline *const o = c->outline;
    ndi_outline_step *const step = &o->step[o->steps++];
    memset(step, 0, sizeof *step);
    o->stepwise += bytes_of(node);
    for (int i = 0; i < node->arguments; i++) {
        if (node->argument[i] && ndi_is_places(node->argument[i])) {
            collect_range(step, node);
            break;
        }
        step->argument[i] =
            node->argument[i] ? operand_of(c, l, node->argument[i]) : scalar_of(node, i);
        o->stepwise += node->argument[i] ? bytes_of(node->argument[i]) : 0;
        step->arguments = i + 1;
    }
    step->out = (nd_dtype)node->dtype;
    step->name = ndi_node_name(node);
    step->folds = node->form == NDI_FOLD;
    step->scans = node->form == NDI_SCAN;
    if (step->scans) {
        step->swept = 1u << node->scan.axis;
        step->fold = ndi_scan_as_fold(&node->scan);
        step->map.in[0] = (nd_dtype)node->argument[0]->dtype;
    } else if (step->folds) {
        step->fold = node->fold;
        step->swept = node->fold.swept;
        step->map.in[0] = (nd_dtype)node->argument[0]->dtype;
    } else {
        step->map = node->step;
        step->function = !node->step.exact;
        step->casts = strcmp(step->name, "cast") == 0;
    }
    node->value = ++l->told->steps;
}

static void collect_steps(collecting *c, const loop *l, ndi_node *node, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk) || ndi_is_source(node) || is_before(c, l, node))
        return;
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            collect_steps(c, l, node->argument[i], walk);
    collect_step(c, l, node);
}

/* The earlier loop in whose sweep this reduction is done, or -1. */
static int sweep_of(const collecting *c, const ndi_node *root)
{
    const ndi_outline *const o = c->outline;
    if (root->form != NDI_FOLD)
        return -1;
    for (int i = 0; i < o->loops; i++) {
        const ndi_node *const other = c->array[o->loop[i].result];
        int together = 1;
        if (other->form != NDI_FOLD || o->loop[i].sweep >= 0 || !ndi_same_sweep(other, root))
            continue;
        for (int later = i + 1; later < o->loops; later++)
            together += o->loop[later].sweep == i;
        if (together < NDI_FOLDS)
            return i;
    }
    return -1;
}

static void collect_loop(collecting *c, ndi_node *root)
{
    ndi_outline *const o = c->outline;
    const bool reads_another = root->form == NDI_FOLD || root->form == NDI_SCAN;
    loop l = {.root = root, .space = reads_another ? root->argument[0] : root};
    collect_before(c, &l, root, ndi_graph_walk());
    const int number = o->loops;
    ndi_outline_loop *const told = &o->loop[number];
    l.told = told;
    memset(told, 0, sizeof *told);
    told->sweep = sweep_of(c, root);
    told->elements = l.space->size;
    told->first = o->steps;
    collect_reads(c, &l, root, ndi_graph_walk());
    collect_steps(c, &l, root, ndi_graph_walk());
    o->loops++;
    told->result = array_of(c, root, number);
    if (!c->tiled) {
        (told->sweep < 0 ? told : &o->loop[told->sweep])->bytes += bytes_of(root);
        o->moved += told->bytes + (told->sweep < 0 ? 0 : bytes_of(root));
    }
    o->temporaries += told->steps - (c->tiled && root != c->tiling.root ? 0 : 1);
}

/* The stages of a tile meet in cache: memory is read and written once. False without memory. */
static bool collect_tiles(collecting *c)
{
    const ndi_tiling *const t = &c->tiling;
    ndi_outline *const o = c->outline;
    ndi_tiling_way way;
    if (!ndi_tiling_find_way(t, &way))
        return false;
    o->tile_length = t->length;
    o->tile_width = way.width;
    o->piped = way.piped;
    o->tiles = (t->length + way.width - 1) / way.width;
    o->tile_bytes = t->bytes / (double)t->length * (double)way.width;
    collect_loop(c, t->root);
    for (int i = 0; i < o->arrays; i++)
        if (o->array[i].loop < 0 || o->array[i].loop == o->loops - 1)
            o->moved += o->array[i].bytes;
    return true;
}

ndi_outline *ndi_outline_of(ndi_node *node)
{
    ndi_outline *o = ndi_allocate(sizeof *o);
    ndi_graph_lock();
    if (o && (!ndi_views_settle(node) || ndi_is_source(node))) { /* or a view of what is computed */
        ndi_free(o, sizeof *o);
        o = NULL;
    }
    if (o) {
        memset(o, 0, offsetof(ndi_outline, array));
        o->threads = ndi_pool_threads();
        ndi_graph_join_equals(node);
        collecting c = {.outline = o};
        c.tiled = ndi_tiling_find(&c.tiling, computed_for(node)) && !c.tiling.obstacle;
        if (!c.tiled) {
            collect_loop(&c, computed_for(node));
        } else if (!collect_tiles(&c)) {
            ndi_free(o, sizeof *o);
            o = NULL;
        }
    }
    ndi_node_release(node);
    ndi_graph_unlock();
    return o;
}

void ndi_outline_free(ndi_outline *outline)
{
    ndi_free(outline, sizeof *outline);
}

/* What will be done to compute a pending array, in words. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <ndstream/lazy.h>

#include "base/pool.h"
#include "engine/tiles.h"

/* Estimates for "bound by": nanoseconds of one core. */
static const double FUNCTION_NS = 0.7, STEP_NS = 0.06, BYTE_NS = 0.05;

typedef struct explanation {
    char *text;
    size_t size, length;
    int loops;
    double moved, stepwise; /* bytes: by these loops, and by one operation after the other */
    int temporaries;
    ndi_node *done[NDI_GRAPH_COST + 1]; /* roots of the loops told */
    bool tiled;
    ndi_tiling tiling;
    double arithmetic; /* nanoseconds */
    int functions;
    char threads_text[32];
} explanation;

typedef struct loop {
    const ndi_node *root;  /* what it computes */
    const ndi_node *space; /* whose elements it goes over: the root, or what that reduces */
    int sources, steps, functions;
    const ndi_node *source[NDI_GRAPH_SOURCES];
    double read; /* bytes */
    double stepwise;
} loop;

__attribute__((format(printf, 2, 3))) static void say(explanation *e, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *const to = e->length < e->size ? e->text + e->length : NULL;
    const int written = vsnprintf(to, to ? e->size - e->length : 0, format, arguments);
    va_end(arguments);
    e->length += written > 0 ? (size_t)written : 0;
}

static double bytes_of(const ndi_node *node)
{
    return (double)node->size * (double)nd_dtype_size((nd_dtype)node->dtype);
}

static void say_bytes(explanation *e, double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    int unit = 0;
    while (bytes >= 1000 && unit < 4) {
        bytes /= 1000;
        unit++;
    }
    say(e, bytes < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

static void say_what(explanation *e, const ndi_node *node)
{
    char shape[NDI_SHAPE_TEXT];
    say(e, "%s %s", nd_dtype_name((nd_dtype)node->dtype),
        ndi_shape_text(shape, node->rank, node->dims));
}

static void say_bound(explanation *e, double bytes, double arithmetic, bool functions)
{
    say(e, "  bound by %s\n",
        bytes * BYTE_NS > arithmetic ? "memory"
        : functions                  ? "its functions"
                                     : "arithmetic");
}

static bool is_stage(const explanation *e, const ndi_node *node)
{
    for (int i = 0; e->tiled && i < e->tiling.stages; i++)
        if (e->tiling.stage[i].node == node)
            return true;
    return false;
}

/* It has a loop of its own, before this one. */
static bool is_before(const explanation *e, const loop *l, const ndi_node *node)
{
    return node != l->root && !ndi_is_source(node) &&
           (ndi_is_boundary(node, l->space) || is_stage(e, node));
}

/* A source is a letter, a step of this loop t and a number, a result of one before its number. */
static void say_name(explanation *e, const loop *l, const ndi_node *node)
{
    if (is_before(e, l, node))
        say(e, "loop%d", node->value);
    else if (ndi_is_source(node))
        say(e, "%c", 'a' + node->value);
    else
        say(e, node == l->root ? "result" : "t%d", node->value);
}

static void say_scalar(explanation *e, const ndi_node *node, int argument)
{
    double value;
    const nd_dtype dtype = node->step.taken[argument];
    const nd_dtype wide = nd_dtype_kind(dtype) == ND_KIND_COMPLEX ? ND_DTYPE_NONE : ND_FLOAT64;
    if (wide == ND_DTYPE_NONE) {
        say(e, "scalar");
        return;
    }
    ndi_kernels_in_use()->cast[ND_FLOAT64][dtype](
        1, (char *[]){(char *)&value, (char *)node->scalar[argument]}, (ptrdiff_t[]){0, 0});
    say(e, "%.12g", value);
}

static void say_loop(explanation *e, ndi_node *root);

/* The loops that come before this one. */
static void say_loops_before(explanation *e, const loop *l, ndi_node *node, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk) || ndi_is_source(node))
        return;
    if (is_before(e, l, node)) {
        for (int i = 0; i < e->loops; i++)
            if (e->done[i] == node)
                return;
        say_loop(e, node);
        return;
    }
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            say_loops_before(e, l, node->argument[i], walk);
}

static void say_read(explanation *e, loop *l, ndi_node *node)
{
    const bool before = is_before(e, l, node);
    for (int i = 0; !before && i < l->sources; i++)
        if (ndi_same_source(l->source[i], node)) {
            node->value = i;
            return;
        }
    if (!before) {
        l->source[l->sources] = node;
        node->value = l->sources++;
    }
    if (!e->tiled) /* tiles read memory once: see nd_explain() */
        l->read += bytes_of(node);
    say(e, "  reads   ");
    say_name(e, l, node);
    say(e, ": ");
    say_what(e, node);
    say(e, ", ");
    say_bytes(e, bytes_of(node));
    say(e, "\n");
}

static void say_sources(explanation *e, loop *l, ndi_node *node, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk))
        return;
    if (ndi_is_source(node) || is_before(e, l, node)) {
        say_read(e, l, node);
        return;
    }
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            say_sources(e, l, node->argument[i], walk);
}

static void say_fold(explanation *e, loop *l, const ndi_node *node)
{
    l->stepwise += bytes_of(node) + bytes_of(node->argument[0]);
    say(e, "  does    result = %s(", node->fold.name);
    say_name(e, l, node->argument[0]);
    say(e, " over");
    for (int axis = 0; axis < node->argument[0]->rank; axis++)
        if (node->fold.swept >> axis & 1)
            say(e, " axis %d", axis);
    say(e, ")\n");
}

static void say_step(explanation *e, loop *l, const ndi_node *node)
{
    l->stepwise += bytes_of(node);
    say(e, "  does    ");
    say_name(e, l, node);
    say(e, " = %s(", node->step.name);
    for (int i = 0; i < node->arguments; i++) {
        say(e, i ? ", " : "");
        if (node->argument[i]) {
            say_name(e, l, node->argument[i]);
            l->stepwise += bytes_of(node->argument[i]);
        } else {
            say_scalar(e, node, i);
        }
    }
    if (strcmp(node->step.name, "cast") == 0)
        say(e, ", %s", nd_dtype_name(node->step.out));
    say(e, ")\n");
    l->functions += !node->step.exact;
}

static void say_steps(explanation *e, loop *l, ndi_node *node, uint32_t walk)
{
    if (!ndi_graph_visit(node, walk) || ndi_is_source(node) || is_before(e, l, node))
        return;
    for (int i = 0; i < node->arguments; i++)
        if (node->argument[i])
            say_steps(e, l, node->argument[i], walk);
    node->value = ++l->steps;
    if (node->form == NDI_FOLD)
        say_fold(e, l, node);
    else
        say_step(e, l, node);
}

static void say_loop(explanation *e, ndi_node *root)
{
    loop l = {.root = root, .space = root->form == NDI_FOLD ? root->argument[0] : root};
    say_loops_before(e, &l, root, ndi_graph_walk());
    e->done[e->loops] = root;
    const int number = ++e->loops;
    say(e, "loop %d: %lld elements%s, in blocks of %d bytes that stay in L1\n", number,
        (long long)l.space->size, e->tiled ? "" : e->threads_text, NDI_REGISTER_BYTES);
    say_sources(e, &l, root, ndi_graph_walk());
    say_steps(e, &l, root, ndi_graph_walk());
    const double written = bytes_of(root);
    say(e, "  writes  result: ");
    say_what(e, root);
    say(e, ", ");
    say_bytes(e, written);
    say(e, "\n");
    const double arithmetic =
        (double)l.space->size * (l.functions * FUNCTION_NS + (l.steps - l.functions) * STEP_NS);
    if (!e->tiled)
        say_bound(e, l.read + written, arithmetic, l.functions > 0);
    root->value = number;
    e->moved += e->tiled ? 0 : l.read + written;
    e->arithmetic += arithmetic;
    e->functions += l.functions;
    e->stepwise += l.stepwise;
    e->temporaries += l.steps - (e->tiled && root != e->tiling.root ? 0 : 1);
}

/* The stages of a tile meet in cache: memory is read and written once. */
static void say_tiles(explanation *e)
{
    const ndi_tiling *t = &e->tiling;
    const int64_t tiles = (t->length + t->width - 1) / t->width;
    say(e, "in %lld tile%s of %lld along an axis of %lld, ", (long long)tiles,
        tiles == 1 ? "" : "s", (long long)t->width, (long long)t->length);
    say_bytes(e, t->bytes / (double)t->length * (double)t->width);
    say(e, " each, which stay in cache%s; for each tile:\n", e->threads_text);
    say_loop(e, t->root);
    for (int i = 0; i < t->sources; i++)
        e->moved += bytes_of(t->source[i]);
    e->moved += bytes_of(t->root);
    say_bound(e, e->moved, e->arithmetic, e->functions > 0);
}

size_t nd_explain(const nd_array *array, char *text, size_t size)
{
    explanation e = {.text = text, .size = size};
    if (size > 0)
        *text = 0;
    if (!array)
        return 0;
    ndi_node *node = ndi_graph_node_of(array);
    if (!node) {
        char shape[NDI_SHAPE_TEXT];
        say(&e, "%s %s: computed, nothing is pending\n", nd_dtype_name(nd_dtype_of(array)),
            ndi_shape_text(shape, array->rank, ndi_lengths(array)));
        return e.length;
    }
    snprintf(e.threads_text, sizeof e.threads_text, " on %d threads", ndi_pool_threads());
    ndi_graph_lock();
    e.tiled = ndi_tiling_find(&e.tiling, node) && !e.tiling.obstacle;
    if (e.tiled)
        say_tiles(&e);
    else
        say_loop(&e, node);
    say(&e, "through memory: ");
    say_bytes(&e, e.moved);
    say(&e, "; one operation after the other: ");
    say_bytes(&e, e.stepwise);
    say(&e, " and %d temporar%s\n", e.temporaries, e.temporaries == 1 ? "y" : "ies");
    ndi_node_release(node);
    ndi_graph_unlock();
    return e.length;
}

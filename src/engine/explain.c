/* What will be done to compute a pending array, in words. */
#include "engine/explain.h"

#include <stdarg.h>
#include <stdio.h>

#include <ndstream/lazy.h>

/* ---- For both tellers ------------------------------------------------------------------------ */

void ndi_say(ndi_telling *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *const to = t->length < t->size ? t->text + t->length : NULL;
    const int written = vsnprintf(to, to ? t->size - t->length : 0, format, arguments);
    va_end(arguments);
    t->length += written > 0 ? (size_t)written : 0;
}

/* Two digits at least, in the largest of the units (each 1000 of the one before) that gives 1. */
static void say_scaled(ndi_telling *t, double value, const char *const *units, int count)
{
    int unit = 0;
    while (value >= 999.5 && unit < count - 1) {
        value /= 1000;
        unit++;
    }
    ndi_say(t, value < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

void ndi_say_bytes(ndi_telling *t, double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    say_scaled(t, bytes, units, 5);
}

void ndi_say_seconds(ndi_telling *t, double seconds)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    say_scaled(t, seconds * 1e9, units, 4);
}

void ndi_say_array(ndi_telling *t, const ndi_outline_array *array)
{
    char shape[NDI_SHAPE_TEXT];
    ndi_say(t, "%s %s", nd_dtype_name(array->dtype),
            ndi_shape_text(shape, array->rank, array->lengths));
}

void ndi_say_name(ndi_telling *t, const ndi_outline_array *array)
{
    if (array->loop >= 0)
        ndi_say(t, "loop%d", array->loop + 1);
    else if (array->letter < 26)
        ndi_say(t, "%c", 'a' + array->letter);
    else
        ndi_say(t, "a%d", array->letter - 25);
}

static void say_operand(ndi_telling *t, const ndi_outline *o, const ndi_outline_operand *operand)
{
    switch (operand->kind) {
    case NDI_OUTLINE_ARRAY:
        ndi_say_name(t, &o->array[operand->index]);
        break;
    case NDI_OUTLINE_STEP:
        ndi_say(t, "t%d", operand->index);
        break;
    case NDI_OUTLINE_NUMBER:
        ndi_say(t, "%.12g", operand->number);
        break;
    default:
        ndi_say(t, "scalar");
    }
}

void ndi_say_step(ndi_telling *t, const ndi_outline *o, const ndi_outline_loop *loop, int step)
{
    const ndi_outline_step *const s = &o->step[loop->first + step];
    if (step == loop->steps - 1)
        ndi_say(t, "result = %s(", s->name);
    else
        ndi_say(t, "t%d = %s(", step + 1, s->name);
    for (int i = 0; i < s->arguments; i++) {
        ndi_say(t, i ? ", " : "");
        ndi_say(t, !s->ranges ? "" : i == 0 ? "from " : "step ");
        say_operand(t, o, &s->argument[i]);
    }
    if (s->casts)
        ndi_say(t, ", %s", nd_dtype_name(s->out));
    if (s->folds || s->scans)
        ndi_say(t, s->folds ? " over" : " along");
    for (int axis = 0; axis < ND_MAX_RANK; axis++)
        if (s->swept >> axis & 1)
            ndi_say(t, " axis %d", axis);
    ndi_say(t, ")");
}

const char *ndi_bound(double traffic, double arithmetic, bool functions)
{
    return traffic > arithmetic ? "memory" : functions ? "its functions" : "arithmetic";
}

ndi_outline *ndi_outline_for(const nd_array *array)
{
    ndi_node *const node = ndi_graph_node_of(array);
    ndi_outline *const outline = node ? ndi_outline_of(node) : NULL;
    if (outline)
        ndi_outline_estimate(outline);
    return outline;
}

void ndi_say_computed(ndi_telling *t, const nd_array *array)
{
    char shape[NDI_SHAPE_TEXT];
    if (!nd_is_pending(array)) /* else there was no memory to tell more */
        ndi_say(t, "%s %s: computed, nothing is pending\n", nd_dtype_name(nd_dtype_of(array)),
                ndi_shape_text(shape, array->rank, ndi_lengths(array)));
}

/* ---- In words -------------------------------------------------------------------------------- */

static void say_bound(ndi_telling *t, double bytes, double traffic, double arithmetic,
                      bool functions)
{
    ndi_say(t, "  bound by %s: ", ndi_bound(traffic, arithmetic, functions));
    ndi_say_bytes(t, bytes);
    ndi_say(t, " take about ");
    ndi_say_seconds(t, traffic);
    ndi_say(t, ", the steps ");
    ndi_say_seconds(t, arithmetic);
    ndi_say(t, "\n");
}

static void say_place(ndi_telling *t, const ndi_outline_array *array)
{
    ndi_say_array(t, array);
    ndi_say(t, ", ");
    ndi_say_bytes(t, array->bytes);
    ndi_say(t, "\n");
}

static void say_loop(ndi_telling *t, const ndi_outline *o, int number)
{
    const ndi_outline_loop *const loop = &o->loop[number];
    ndi_say(t, "loop %d: %lld element%s", number + 1, (long long)loop->elements,
            loop->elements == 1 ? "" : "s");
    if (o->tiles == 0)
        ndi_say(t, " on %d threads", o->threads);
    ndi_say(t, ", in blocks whose values, %d bytes at most, stay in L1\n", NDI_REGISTER_BYTES);
    for (int i = 0; i < loop->reads; i++) {
        const ndi_outline_array *const array = &o->array[loop->read[i]];
        ndi_say(t, "  reads   ");
        ndi_say_name(t, array);
        ndi_say(t, ": ");
        say_place(t, array);
    }
    if (loop->sweep >= 0)
        ndi_say(t, "  while loop %d sweeps over the same elements\n", loop->sweep + 1);
    for (int i = 0; i < loop->steps; i++) {
        ndi_say(t, "  does    ");
        ndi_say_step(t, o, loop, i);
        ndi_say(t, "\n");
    }
    ndi_say(t, "  writes  result: ");
    say_place(t, &o->array[loop->result]);
    if (o->tiles == 0 && loop->sweep < 0)
        say_bound(t, loop->bytes, loop->traffic, loop->arithmetic, loop->functions);
}

static void say_tiles(ndi_telling *t, const ndi_outline *o)
{
    ndi_say(t, "in %lld tile%s of %lld along an axis of %lld, ", (long long)o->tiles,
            o->tiles == 1 ? "" : "s", (long long)o->tile_width, (long long)o->tile_length);
    ndi_say_bytes(t, o->tile_bytes);
    ndi_say(t, " each, which stay in cache on %d threads; ", o->threads);
    ndi_say(t, o->piped ? "all loops at once, each a tile behind those it waits for:\n"
                        : "for each tile:\n");
}

size_t nd_explain(const nd_array *array, char *text, size_t size)
{
    ndi_telling t = {.text = text, .size = size};
    if (size > 0)
        *text = 0;
    if (!array)
        return 0;
    ndi_outline *const o = ndi_outline_for(array);
    if (!o) {
        ndi_say_computed(&t, array);
        return t.length;
    }
    if (o->tiles > 0)
        say_tiles(&t, o);
    for (int number = 0; number < o->loops; number++)
        say_loop(&t, o, number);
    if (o->tiles > 0)
        say_bound(&t, o->moved, o->traffic, o->arithmetic, o->functions);
    ndi_say(&t, "through memory: ");
    ndi_say_bytes(&t, o->moved);
    ndi_say(&t, "; one operation after the other: ");
    ndi_say_bytes(&t, o->stepwise);
    ndi_say(&t, " and %d temporar%s\n", o->temporaries, o->temporaries == 1 ? "y" : "ies");
    ndi_outline_free(o);
    return t.length;
}

/* What will be done to compute a pending array, as a drawing: a row for each loop, what it reads on
 * the left, its steps and their cost in a box, what it leaves on the right. Where a loop reads what
 * an earlier one has left, a line leads there, around everything else. */
#include <ndstream/lazy.h>

#include "engine/explain.h"

#include <stdio.h>
#include <string.h>

/* All in pixels. */
enum {
    EDGE = 24,        /* free at every side */
    LANE = 9,         /* between lines that run side by side */
    ARROW = 38,       /* from a card to the box */
    CARD_HEIGHT = 46, /* an array */
    CARD_GAP = 10,
    ROW_GAP = 30,
    HEAD = 50,  /* of a box: its title */
    STEP = 22,  /* a line of it */
    BOUND = 70, /* the two bars of a loop */
    BAR = 84,   /* the longest bar of a step */
    COST = BAR + 68,
    TITLE = 56,
    FRAME = 62, /* above the rows of tiles */
    SUMMARY = 92,
    CARD_LEAST = 150,
    CARD_MOST = 260,
    BOX_LEAST = 400,
    LINE_TEXT = 256,
};

static const double MONO = 7.25, SANS = 6.7; /* widths of a letter: estimates, on the safe side */

static const char style[] =
    "<style>\n"
    ".nd-plan text{font:13px system-ui,-apple-system,\"Segoe UI\",Roboto,\"DejaVu "
    "Sans\",sans-serif;fill:#1d2125}\n"
    ".nd-plan .mono{font:12px ui-monospace,\"SF Mono\",Menlo,Consolas,\"DejaVu Sans "
    "Mono\",monospace}\n"
    ".nd-plan .title{font-size:17px;font-weight:650}\n"
    ".nd-plan .head{font-weight:650}\n"
    ".nd-plan .soft{fill:#5b636b;font-size:12px}\n"
    ".nd-plan .name{font-weight:650}\n"
    ".nd-plan .paper{fill:#fcfcfa}\n"
    ".nd-plan .box{fill:#fff;stroke:#c9cac3}\n"
    ".nd-plan .rule{stroke:#e4e4de}\n"
    ".nd-plan .frame{fill:#eff4f1;stroke:#0b7d63;stroke-dasharray:5 4}\n"
    ".nd-plan .source{fill:#eaf0f9;stroke:#4a74b8}\n"
    ".nd-plan .between{fill:#f5f1e8;stroke:#b3742c}\n"
    ".nd-plan .cached{stroke-dasharray:4 3}\n"
    ".nd-plan .result{fill:#e3f3ee;stroke:#0b7d63}\n"
    ".nd-plan .flow{fill:none;stroke:#7b838b;stroke-width:1.4}\n"
    ".nd-plan .tip{fill:#7b838b}\n"
    ".nd-plan .memory{fill:#4a74b8}\n"
    ".nd-plan .work{fill:#d0863a}\n"
    ".nd-plan .saved{fill:#0b7d63}\n"
    ".nd-plan .waste{fill:#b9bec3}\n"
    ".nd-plan .binds{font-weight:650}\n"
    "@media (prefers-color-scheme:dark){\n"
    ".nd-plan text{fill:#e4e7ea}\n"
    ".nd-plan .soft{fill:#a0a8b0}\n"
    ".nd-plan .paper{fill:#15181b}\n"
    ".nd-plan .box{fill:#1d2125;stroke:#454c53}\n"
    ".nd-plan .rule{stroke:#343a40}\n"
    ".nd-plan .frame{fill:#16211e;stroke:#35b898}\n"
    ".nd-plan .source{fill:#1c2737;stroke:#7ba3e6}\n"
    ".nd-plan .between{fill:#2c251b;stroke:#d89a55}\n"
    ".nd-plan .result{fill:#142b25;stroke:#35b898}\n"
    ".nd-plan .flow{stroke:#8b949c}\n"
    ".nd-plan .tip{fill:#8b949c}\n"
    ".nd-plan .memory{fill:#7ba3e6}\n"
    ".nd-plan .work{fill:#d89a55}\n"
    ".nd-plan .saved{fill:#35b898}\n"
    ".nd-plan .waste{fill:#5d656d}\n"
    "}\n"
    "</style>\n";

/* Where a loop is drawn. */
typedef struct row {
    double top, height; /* of all: the box, or the cards if they are higher */
    double box_height;
} row;

typedef struct drawing {
    ndi_telling t;
    const ndi_outline *o;
    double width, height;
    double card, box;              /* widths */
    double left_x, box_x, right_x; /* of the columns */
    double longest_step;           /* seconds */
    double memory_scale;           /* the longest time of a loop */
    int lines;                     /* that lead to earlier loops */
    row row[NDI_OUTLINE_LOOPS];
    char line[LINE_TEXT];
} drawing;

/* ---- Measures -------------------------------------------------------------------------------- */

static ndi_telling into_line(drawing *d)
{
    d->line[0] = 0;
    return (ndi_telling){.text = d->line, .size = sizeof d->line};
}

/* Lines that lead into a row from earlier ones. */
static int lines_into(const ndi_outline *o, int number)
{
    int lines = 0;
    for (int i = 0; i < o->loop[number].reads; i++)
        lines += o->array[o->loop[number].read[i]].loop >= 0;
    return lines;
}

static double stack_height(int cards)
{
    return cards > 0 ? cards * (CARD_HEIGHT + CARD_GAP) - CARD_GAP : 0;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static bool tiled(const drawing *d)
{
    return d->o->tiles > 0;
}

/* Tiles are bound together, and so is what is done in one sweep. */
static bool bound_is_drawn(const drawing *d, const ndi_outline_loop *loop)
{
    return !tiled(d) && loop->sweep < 0;
}

static void measure_texts(drawing *d)
{
    const ndi_outline *const o = d->o;
    d->card = CARD_LEAST;
    d->box = BOX_LEAST;
    for (int i = 0; i < o->arrays; i++) {
        ndi_telling t = into_line(d);
        ndi_say_array(&t, &o->array[i]);
        d->card = larger(d->card, (double)t.length * SANS + 24);
    }
    if (d->card > CARD_MOST)
        d->card = CARD_MOST;
    for (int number = 0; number < o->loops; number++)
        for (int i = 0; i < o->loop[number].steps; i++) {
            ndi_telling t = into_line(d);
            ndi_say_step(&t, o, &o->loop[number], i);
            d->box = larger(d->box, (double)t.length * MONO + COST + 44);
            d->longest_step = larger(d->longest_step, o->step[o->loop[number].first + i].seconds);
        }
}

static void lay_out(drawing *d)
{
    const ndi_outline *const o = d->o;
    measure_texts(d);
    for (int number = 0; number < o->loops; number++)
        d->lines += lines_into(o, number);
    const double lanes = d->lines > 0 ? (d->lines + 1) * LANE : 0, frame = tiled(d) ? 16 : 0;
    d->left_x = EDGE + frame + lanes;
    d->box_x = d->left_x + d->card + ARROW;
    d->right_x = d->box_x + d->box + ARROW;
    d->width = d->right_x + d->card + lanes + frame + EDGE;
    double y = EDGE + TITLE + (tiled(d) ? FRAME : 0);
    for (int number = 0; number < o->loops; number++) {
        const ndi_outline_loop *const loop = &o->loop[number];
        row *const r = &d->row[number];
        const int lines = lines_into(o, number);
        y += number > 0 ? ROW_GAP + (lines > 0 ? lines - 1 : 0) * LANE : 0;
        r->top = y;
        r->box_height = HEAD + loop->steps * STEP + (bound_is_drawn(d, loop) ? BOUND + 10 : 12);
        r->height = larger(r->box_height, stack_height(loop->reads));
        y += r->height;
        d->memory_scale = larger(d->memory_scale, larger(loop->traffic, loop->arithmetic));
    }
    if (tiled(d))
        d->memory_scale = larger(o->traffic, o->arithmetic);
    y += tiled(d) ? BOUND + 14 : 0;
    d->height = y + 26 + SUMMARY + EDGE;
}

/* ---- Pieces ---------------------------------------------------------------------------------- */

static void draw_text(drawing *d, double x, double y, const char *class, const char *anchor,
                      const char *text)
{
    ndi_say(&d->t, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\"%s%s%s>%s</text>\n", x, y, class,
            anchor ? " text-anchor=\"" : "", anchor ? anchor : "", anchor ? "\"" : "", text);
}

static void draw_rectangle(drawing *d, double x, double y, double width, double height,
                           double round, const char *class)
{
    ndi_say(&d->t,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%.1f\" "
            "class=\"%s\"/>\n",
            x, y, width, height, round, class);
}

static void draw_tip(drawing *d, double x, double y)
{
    ndi_say(&d->t, "<path d=\"M%.1f %.1fl-8 -4.5v9z\" class=\"tip\"/>\n", x, y);
}

static void draw_arrow(drawing *d, double from_x, double to_x, double y)
{
    ndi_say(&d->t, "<path d=\"M%.1f %.1fH%.1f\" class=\"flow\"/>\n", from_x, y, to_x - 7);
    draw_tip(d, to_x, y);
}

/* An array: its name and size, its dtype and shape. */
static void draw_card(drawing *d, double x, double y, const ndi_outline_array *array)
{
    const ndi_outline *const o = d->o;
    const bool last = array->loop == o->loops - 1;
    const char *const class = array->loop < 0 ? "source"
                              : last          ? "result"
                              : tiled(d)      ? "between cached"
                                              : "between";
    draw_rectangle(d, x, y, d->card, CARD_HEIGHT, 7, class);
    ndi_telling t = into_line(d);
    if (last)
        ndi_say(&t, "result");
    else
        ndi_say_name(&t, array);
    draw_text(d, x + 12, y + 19, "name mono", NULL, d->line);
    t = into_line(d);
    ndi_say_bytes(&t, array->bytes);
    draw_text(d, x + d->card - 12, y + 19, "soft", "end", d->line);
    t = into_line(d);
    ndi_say_array(&t, array);
    const size_t fits = (size_t)((d->card - 24) / SANS);
    if (t.length > fits)
        memcpy(d->line + fits - 3, "...", 4);
    draw_text(d, x + 12, y + 36, "soft", NULL, d->line);
}

/* "10,000,000". */
static void say_count(ndi_telling *t, int64_t count)
{
    char digits[32];
    const int length = snprintf(digits, sizeof digits, "%lld", (long long)count);
    for (int i = 0; i < length; i++)
        ndi_say(t, i > 0 && (length - i) % 3 == 0 ? ",%c" : "%c", digits[i]);
}

static void draw_step(drawing *d, const ndi_outline_loop *loop, int i, double y)
{
    const ndi_outline_step *const step = &d->o->step[loop->first + i];
    const double end = d->box_x + d->box - 16;
    ndi_telling t = into_line(d);
    ndi_say_step(&t, d->o, loop, i);
    draw_text(d, d->box_x + 16, y + 15, "mono", NULL, d->line);
    if (step->seconds <= 0)
        return;
    const double length = larger(1.5, BAR * step->seconds / d->longest_step);
    draw_rectangle(d, end - 60 - BAR, y + 6, length, 10, 2, "work");
    t = into_line(d);
    ndi_say_seconds(&t, step->seconds);
    draw_text(d, end, y + 15, "soft", "end", d->line);
}

static void draw_bar(drawing *d, double y, const char *name, const char *class, double seconds,
                     bool binds)
{
    const double x = d->box_x + 16, from = x + 92, most = d->box - 32 - 92 - 70;
    const char *const text = binds ? "binds" : "soft";
    draw_text(d, x, y + 11, text, NULL, name);
    draw_rectangle(d, from, y + 1, larger(1.5, most * seconds / d->memory_scale), 11, 2, class);
    ndi_telling t = into_line(d);
    ndi_say_seconds(&t, seconds);
    draw_text(d, d->box_x + d->box - 16, y + 11, text, "end", d->line);
}

/* What bounds it, and why: the time of its bytes beside that of its steps. */
static void draw_bound(drawing *d, double y, double bytes, double traffic, double arithmetic,
                       bool functions)
{
    ndi_telling t = into_line(d);
    ndi_say(&t, "bound by %s: ", ndi_bound(traffic, arithmetic, functions));
    ndi_say_bytes(&t, bytes);
    ndi_say(&t, " through memory, on %d thread%s", d->o->threads, d->o->threads == 1 ? "" : "s");
    draw_text(d, d->box_x + 16, y + 14, "soft", NULL, d->line);
    draw_bar(d, y + 26, "memory", "memory", traffic, traffic > arithmetic);
    draw_bar(d, y + 45, "arithmetic", "work", arithmetic, traffic <= arithmetic);
}

static double card_y(const row *r, int cards, int i)
{
    return r->top + (r->height - stack_height(cards)) / 2 + i * (CARD_HEIGHT + CARD_GAP);
}

static double result_y(const row *r)
{
    return r->top + (r->height - CARD_HEIGHT) / 2;
}

/* From the right of an earlier row's result, down, and across above this row to a card at its left.
 * `line` of the drawing, `lane` of the gap. */
static void draw_line(drawing *d, int from, int to, double card, int line, int lane)
{
    const double right = d->right_x + d->card + (line + 1) * LANE,
                 left = d->left_x - (line + 1) * LANE - 6,
                 start = result_y(&d->row[from]) + CARD_HEIGHT / 2.0,
                 across = d->row[to].top - ROW_GAP / 2.0 - lane * LANE,
                 end = card + CARD_HEIGHT / 2.0;
    ndi_say(&d->t,
            "<path d=\"M%.1f %.1fH%.1fq6 0 6 6V%.1fq0 6 -6 6H%.1fq-6 0 -6 6V%.1fq0 6 6 6H%.1f\" "
            "class=\"flow\"/>\n",
            d->right_x + d->card, start, right - 6, across - 6, left + 6, end - 6, d->left_x - 7);
    draw_tip(d, d->left_x, end);
}

static void draw_row(drawing *d, int number, int *line)
{
    const ndi_outline *const o = d->o;
    const ndi_outline_loop *const loop = &o->loop[number];
    const row *const r = &d->row[number];
    const double box_y = r->top + (r->height - r->box_height) / 2, middle = r->top + r->height / 2;
    int lane = 0;
    for (int i = 0; i < loop->reads; i++) {
        const ndi_outline_array *const array = &o->array[loop->read[i]];
        const double y = card_y(r, loop->reads, i);
        if (array->loop >= 0)
            draw_line(d, array->loop, number, y, (*line)++, lane++);
        draw_card(d, d->left_x, y, array);
        draw_arrow(d, d->left_x + d->card, d->box_x, y + CARD_HEIGHT / 2.0);
    }
    draw_arrow(d, d->box_x + d->box, d->right_x, middle);
    draw_card(d, d->right_x, result_y(r), &o->array[loop->result]);
    draw_rectangle(d, d->box_x, box_y, d->box, r->box_height, 9, "box");
    ndi_telling t = into_line(d);
    ndi_say(&t, "loop %d", number + 1);
    draw_text(d, d->box_x + 16, box_y + 22, "head", NULL, d->line);
    t = into_line(d);
    say_count(&t, loop->elements);
    ndi_say(&t, " element%s, ", loop->elements == 1 ? "" : "s");
    if (loop->sweep >= 0)
        ndi_say(&t, "in the sweep of loop %d", loop->sweep + 1);
    else
        ndi_say(&t, "in blocks; values of up to %d KiB stay in L1", NDI_REGISTER_BYTES / 1024);
    draw_text(d, d->box_x + 16, box_y + 39, "soft", NULL, d->line);
    for (int i = 0; i < loop->steps; i++)
        draw_step(d, loop, i, box_y + HEAD + i * STEP);
    if (!bound_is_drawn(d, loop))
        return;
    const double bound = box_y + HEAD + loop->steps * STEP + 6;
    ndi_say(&d->t, "<path d=\"M%.1f %.1fh%.1f\" class=\"rule\"/>\n", d->box_x, bound, d->box);
    draw_bound(d, bound, loop->bytes, loop->traffic, loop->arithmetic, loop->functions);
}

static void draw_frame(drawing *d)
{
    const ndi_outline *const o = d->o;
    const double y = EDGE + TITLE - 8, bottom = d->height - EDGE - SUMMARY - 14;
    draw_rectangle(d, EDGE, y, d->width - 2 * EDGE, bottom - y, 12, "frame");
    ndi_telling t = into_line(d);
    ndi_say(&t, "for each of ");
    say_count(&t, o->tiles);
    ndi_say(&t, " tile%s", o->tiles == 1 ? "" : "s");
    draw_text(d, EDGE + 18, y + 25, "head", NULL, d->line);
    t = into_line(d);
    say_count(&t, o->tile_width);
    ndi_say(&t, " of the ");
    say_count(&t, o->tile_length);
    ndi_say(&t, " along an axis, ");
    ndi_say_bytes(&t, o->tile_bytes);
    ndi_say(&t, o->piped ? ", in all loops at once, each a tile behind those it waits for"
                         : ", which stay in cache from the first loop to the last");
    draw_text(d, EDGE + 18, y + 43, "soft", NULL, d->line);
    draw_bound(d, bottom - BOUND - 4, o->moved, o->traffic, o->arithmetic, o->functions);
}

static void draw_summary_bar(drawing *d, double y, const char *class, double bytes,
                             const char *name)
{
    const ndi_outline *const o = d->o;
    const double longest = larger(o->moved, o->stepwise), from = EDGE + 210,
                 most = d->width - from - EDGE - 220,
                 length = longest > 0 ? larger(1.5, most * bytes / longest) : 1.5;
    draw_text(d, EDGE, y + 13, "", NULL, name);
    draw_rectangle(d, from, y, length, 17, 3, class);
    ndi_telling t = into_line(d);
    ndi_say_bytes(&t, bytes);
    if (bytes == o->stepwise && o->temporaries > 0)
        ndi_say(&t, ", %d temporar%s", o->temporaries, o->temporaries == 1 ? "y" : "ies");
    draw_text(d, from + length + 9, y + 13, "head", NULL, d->line);
}

static void draw_summary(drawing *d)
{
    const double y = d->height - EDGE - SUMMARY + 8;
    draw_text(d, EDGE, y + 10, "soft", NULL, "through memory");
    draw_summary_bar(d, y + 24, "saved", d->o->moved, "this plan");
    draw_summary_bar(d, y + 52, "waste", d->o->stepwise, "one operation after the other");
}

static void draw_title(drawing *d)
{
    const ndi_outline *const o = d->o;
    ndi_telling t = into_line(d);
    ndi_say_array(&t, &o->array[o->loop[o->loops - 1].result]);
    draw_text(d, EDGE, EDGE + 14, "title", NULL, d->line);
    t = into_line(d);
    ndi_say(&t, "%d loop%s on %d thread%s", o->loops, o->loops == 1 ? "" : "s", o->threads,
            o->threads == 1 ? "" : "s");
    draw_text(d, EDGE, EDGE + 34, "soft", NULL, d->line);
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void draw(drawing *d)
{
    lay_out(d);
    ndi_say(&d->t,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"nd-plan\" width=\"%.0f\" "
            "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n<title>How an array will be "
            "computed</title>\n%s",
            d->width, d->height, d->width, d->height, style);
    draw_rectangle(d, 0, 0, d->width, d->height, 10, "paper");
    draw_title(d);
    if (tiled(d))
        draw_frame(d);
    int line = 0;
    for (int number = 0; number < d->o->loops; number++)
        draw_row(d, number, &line);
    draw_summary(d);
    ndi_say(&d->t, "</svg>\n");
}

static void draw_computed(ndi_telling *t, const nd_array *array)
{
    char text[LINE_TEXT];
    ndi_telling line = {.text = text, .size = sizeof text};
    *text = 0;
    ndi_say_computed(&line, array);
    ndi_say(t,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"nd-plan\" width=\"%.0f\" "
            "height=\"60\" role=\"img\">\n%s<rect width=\"100%%\" height=\"60\" rx=\"10\" "
            "class=\"paper\"/>\n<text x=\"%d\" y=\"35\">%.*s</text>\n</svg>\n",
            (double)line.length * SANS + 2 * EDGE, style, EDGE, (int)strcspn(text, "\n"), text);
}

size_t nd_explain_svg(const nd_array *array, char *text, size_t size)
{
    drawing d = {.t = {.text = text, .size = size}};
    if (size > 0)
        *text = 0;
    if (!array)
        return 0;
    ndi_outline *const o = ndi_outline_for(array);
    if (!o) {
        if (!nd_is_pending(array))
            draw_computed(&d.t, array);
        return d.t.length;
    }
    d.o = o;
    draw(&d);
    ndi_outline_free(o);
    return d.t.length;
}

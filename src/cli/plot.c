/* nds plot: a picture of an array. Lines, a histogram, or an image; what suits the array unless one
 * is asked for. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ndstream/nd.h>

#include "cli/arguments.h"
#include "cli/canvas.h"
#include "cli/files.h"
#include "cli/nds.h"

static const char help[] =
    "usage: nds plot FILE -o FILE.svg|FILE.png [--kind KIND] [--title TEXT]\n"
    "\n"
    "Draws an array, a CSV column (FILE.csv:COLUMN), or the numeric columns of a CSV file.\n"
    "\n"
    "  -o, --output FILE    the picture; SVG suits light and dark surroundings, PNG is light\n"
    "  -k, --kind KIND      line: each column over its index; histogram: how the values are\n"
    "                       distributed; image: rows and columns as pixels\n"
    "                       (default: image for pictures and for arrays of many columns)\n"
    "  -t, --title TEXT     above the picture (default: the name of the file)\n"
    "  --bins N             of the histogram (default: 60)\n"
    "  --size W,H           in pixels (default: 800,450)\n"
    "  -h, --help           this text\n"
    "\n"
    "examples:\n"
    "  nds plot data.npy -o data.svg\n"
    "  nds plot flights.csv:distance --kind histogram -o distance.png\n";

enum {
    MARGIN = 20,
    BOTTOM = 34,
    LEFT = 64,
    TOP = 44,
    TEXT_SIZE = 12,
    TITLE_SIZE = 15,
    MOST_TICKS = 12,
    LEAST_IMAGE = 16, /* columns from which on a 2-d array is drawn as an image */
    MOST_PIXELS = 2000,
    MOST_BINS = 1000,
};

typedef struct plot {
    const char *title;
    nds_canvas *canvas;
    double left, top, width, height; /* of the area inside the axes */
    double x0, x1, y0, y1;           /* its range */
} plot;

/* ---- Axes ------------------------------------------------------------------------------------ */

/* 1, 2 or 5 times a power of ten, so that about `wanted` steps make the range. */
static double nice_step(double range, int wanted)
{
    const double rough = range / wanted, power = pow(10, floor(log10(rough)));
    const double lead = rough / power;
    return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

/* A range with some air that is not empty. */
static void widen(double *low, double *high, double air)
{
    if (!(*high >= *low))
        *low = 0, *high = 1;
    const double range = *high - *low;
    if (!(range > fmax(fabs(*low), fabs(*high)) * 1e-12)) {
        const double most = fmax(fabs(*low), 1) / 2;
        *low -= most, *high += most;
    } else {
        *low -= air * range, *high += air * range;
    }
}

static double to_x(const plot *p, double x)
{
    return p->left + (x - p->x0) / (p->x1 - p->x0) * p->width;
}

static double to_y(const plot *p, double y)
{
    return p->top + p->height - (y - p->y0) / (p->y1 - p->y0) * p->height;
}

static void draw_tick(const plot *p, bool across, double value, double step)
{
    char text[40];
    const double right = p->left + p->width, bottom = p->top + p->height;
    if (fabs(value) < step / 1000) /* -0, and what rounding leaves of it */
        value = 0;
    snprintf(text, sizeof text, "%.6g", value);
    if (across) {
        const double x = to_x(p, value);
        p->canvas->line(p->canvas, NDS_FAINT, 1, 2, (nds_point[]){{x, p->top}, {x, bottom}});
        p->canvas->text(p->canvas, NDS_TEXT, x, bottom + TEXT_SIZE + 6, TEXT_SIZE, NDS_MIDDLE,
                        text);
    } else {
        const double y = to_y(p, value);
        p->canvas->line(p->canvas, NDS_FAINT, 1, 2, (nds_point[]){{p->left, y}, {right, y}});
        p->canvas->text(p->canvas, NDS_TEXT, p->left - 8, y + TEXT_SIZE * 0.35, TEXT_SIZE, NDS_END,
                        text);
    }
}

static void draw_ticks(const plot *p, bool across)
{
    const double low = across ? p->x0 : p->y0, high = across ? p->x1 : p->y1;
    int wanted = (int)((across ? p->width : p->height) / (across ? 90 : 50));
    wanted = wanted < 2 ? 2 : wanted > MOST_TICKS ? MOST_TICKS : wanted;
    const double step = nice_step(high - low, wanted);
    const double first = ceil(low / step - 1e-9);
    for (int i = 0; (first + i) * step <= high + step * 1e-9 && i <= 2 * MOST_TICKS; i++)
        draw_tick(p, across, (first + i) * step, step);
}

static void draw_frame(const plot *p)
{
    const double right = p->left + p->width, bottom = p->top + p->height;
    p->canvas->line(p->canvas, NDS_TEXT, 1, 3,
                    (nds_point[]){{p->left, p->top}, {p->left, bottom}, {right, bottom}});
}

static void begin(plot *p)
{
    p->left = LEFT, p->top = TOP;
    p->width = p->canvas->width - LEFT - MARGIN;
    p->height = p->canvas->height - TOP - BOTTOM;
    p->canvas->text(p->canvas, NDS_TEXT, p->left, TOP - 20, TITLE_SIZE, NDS_START, p->title);
}

/* ---- Lines ----------------------------------------------------------------------------------- */

/* One series. Where many values fall on one pixel across, its least and largest are drawn: nothing
 * that sticks out is lost. NaN interrupts the line. */
static bool draw_series(const plot *p, nds_ink ink, int64_t n, const double *y, int64_t step)
{
    const int columns = (int)p->width;
    const bool dense = n > 4 * columns;
    const int64_t parts = dense ? columns : n;
    nds_point *points = malloc((size_t)(2 * parts + 1) * sizeof *points);
    int count = 0;
    if (!points) {
        fputs("nds: out of memory\n", stderr);
        return false;
    }
    for (int64_t i = 0; i <= parts; i++) {
        double low = INFINITY, high = -INFINITY;
        const int64_t first = n * i / parts, last = i < parts ? n * (i + 1) / parts : first;
        for (int64_t k = first; k < last; k++)
            if (isfinite(y[k * step])) {
                low = fmin(low, y[k * step]);
                high = fmax(high, y[k * step]);
            }
        if (low <= high) {
            const double x = to_x(p, dense ? (double)(first + last - 1) / 2 : (double)first);
            points[count++] = (nds_point){x, to_y(p, low)};
            if (high > low)
                points[count++] = (nds_point){x, to_y(p, high)};
            continue;
        }
        if (count == 1) { /* a value alone: a dot */
            points[1] = (nds_point){points[0].x + 0.1, points[0].y};
            count = 2;
        }
        if (count > 0)
            p->canvas->line(p->canvas, ink, 1.6, count, points);
        count = 0;
    }
    free(points);
    return true;
}

static bool draw_lines(plot *p, const nd_array *array, int names, const char *const *name)
{
    const nd_array *numbers = nd_ascontiguous(nd_cast(array, ND_FLOAT64));
    const double *x = nd_data(numbers);
    const int64_t n = nd_length(array, 0);
    int64_t series = nd_rank(array) == 2 ? nd_length(array, 1) : 1;
    if (!x)
        return false;
    const int64_t all = series;
    series = series > NDS_MOST_SERIES ? NDS_MOST_SERIES : series;
    begin(p);
    p->x0 = 0, p->x1 = (double)(n - 1);
    p->y0 = INFINITY, p->y1 = -INFINITY;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < series; j++)
            if (isfinite(x[i * all + j])) {
                p->y0 = fmin(p->y0, x[i * all + j]);
                p->y1 = fmax(p->y1, x[i * all + j]);
            }
    widen(&p->x0, &p->x1, 0);
    widen(&p->y0, &p->y1, 0.04);
    draw_ticks(p, true);
    draw_ticks(p, false);
    draw_frame(p);
    for (int64_t j = 0; j < series; j++)
        if (!draw_series(p, NDS_SERIES + (nds_ink)j, n, x + j, all))
            return false;
    double at = p->left + p->width;
    for (int64_t j = series; j-- > 0 && series > 1;) { /* the legend, from the right */
        char text[40];
        snprintf(text, sizeof text, "%.16s", j < names ? name[j] : "");
        if (j >= names)
            snprintf(text, sizeof text, "%lld", (long long)j);
        p->canvas->text(p->canvas, NDS_SERIES + (nds_ink)j, at, TOP - 6, TEXT_SIZE, NDS_END, text);
        at -= (double)(strlen(text) + 2) * TEXT_SIZE * 0.72;
    }
    return true;
}

/* ---- The histogram --------------------------------------------------------------------------- */

static bool draw_histogram(plot *p, const nd_array *array, int bins)
{
    const nd_array *numbers = nd_cast(nd_ravel(array), ND_FLOAT64);
    const double *x = nd_data(numbers);
    const int64_t n = nd_size(array);
    int64_t counts[MOST_BINS] = {0}, most = 0;
    double low = INFINITY, high = -INFINITY;
    if (!x)
        return false;
    for (int64_t i = 0; i < n; i++)
        if (isfinite(x[i])) {
            low = fmin(low, x[i]);
            high = fmax(high, x[i]);
        }
    widen(&low, &high, 0);
    for (int64_t i = 0; i < n; i++)
        if (isfinite(x[i])) {
            const int bin = (int)((x[i] - low) / (high - low) * bins);
            const int64_t now = ++counts[bin < bins ? bin : bins - 1];
            most = now > most ? now : most;
        }
    begin(p);
    p->x0 = low, p->x1 = high, p->y0 = 0, p->y1 = most ? 1.04 * (double)most : 1;
    draw_ticks(p, true);
    draw_ticks(p, false);
    const double width = p->width / bins;
    for (int i = 0; i < bins; i++) {
        const double y = to_y(p, (double)counts[i]), gap = width > 4 ? 1 : 0;
        if (counts[i])
            p->canvas->box(p->canvas, NDS_SERIES, p->left + i * width + gap / 2, y, width - gap,
                           p->top + p->height - y);
    }
    draw_frame(p);
    return true;
}

/* ---- The image ------------------------------------------------------------------------------- */

/* Dark to bright through blue and green: brightness grows evenly, and colour-blind readers see it.
 */
static void colour_of(double share, uint8_t *rgb)
{
    static const uint8_t stops[][3] = {
        {68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}};
    const double place = share * 4;
    const int stop = place >= 4 ? 3 : place > 0 ? (int)place : 0;
    for (int k = 0; k < 3; k++)
        rgb[k] = (uint8_t)lround(stops[stop][k] +
                                 (stops[stop + 1][k] - stops[stop][k]) * (place - stop));
}

/* Is it red, green, blue (and opacity), or grey, already? */
static bool is_picture(const nd_array *array)
{
    const nd_dtype dtype = nd_dtype_of(array);
    const int64_t channels = nd_rank(array) == 3 ? nd_length(array, 2) : 1;
    return (dtype == ND_UINT8 || dtype == ND_UINT16) &&
           (nd_rank(array) == 2 || (nd_rank(array) == 3 && channels <= 4));
}

/* The scale beside an image. */
static void draw_scale(plot *p, double x, double low, double high)
{
    enum { STEPS = 128 };
    uint8_t rgb[3 * STEPS];
    for (int i = 0; i < STEPS; i++)
        colour_of(1 - (i + 0.5) / STEPS, rgb + 3 * i);
    p->canvas->image(p->canvas, x, p->top, 12, p->height, STEPS, 1, rgb);
    for (int i = 0; i < 3; i++) {
        char text[40];
        double value = low + (high - low) * i / 2;
        if (fabs(value) < (high - low) * 1e-9) /* what rounding leaves of 0 */
            value = 0;
        snprintf(text, sizeof text, "%.4g", value);
        p->canvas->text(p->canvas, NDS_TEXT, x + 18,
                        p->top + p->height * (2 - i) / 2 + TEXT_SIZE * 0.35, TEXT_SIZE, NDS_START,
                        text);
    }
}

static void fill_image(const double *x, int64_t count, int channels, double low, double high,
                       bool picture, uint8_t *rgb)
{
    for (int64_t i = 0; i < count; i++) {
        const double *at = x + i * channels;
        uint8_t *to = rgb + 3 * i;
        if (!picture) {
            if (isnan(*at))
                memset(to, 200, 3);
            else
                colour_of(high > low ? fmin(1, fmax(0, (*at - low) / (high - low))) : 0.5, to);
            continue;
        }
        for (int k = 0; k < 3; k++)
            to[k] = (uint8_t)lround(at[channels < 3 ? 0 : k] / high * 255);
    }
}

static bool draw_image(plot *p, const nd_array *array)
{
    const bool picture = is_picture(array);
    const int channels = nd_rank(array) == 3 ? (int)nd_length(array, 2) : 1;
    const int64_t rows = nd_length(array, 0), columns = nd_length(array, 1);
    const int64_t by = (rows > columns ? rows : columns) / MOST_PIXELS + 1; /* every by-th pixel */
    const nd_array *part =
        nd_slice(array, ND_STEP(ND_OPEN, ND_OPEN, by), ND_STEP(ND_OPEN, ND_OPEN, by), ND_REST);
    const nd_array *numbers = nd_ascontiguous(nd_cast(part, ND_FLOAT64));
    const double *x = nd_data(numbers);
    if (!x)
        return false;
    const int64_t count = nd_length(part, 0) * nd_length(part, 1);
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < count * channels && !picture; i++)
        if (isfinite(x[i])) {
            low = fmin(low, x[i]);
            high = fmax(high, x[i]);
        }
    if (picture)
        low = 0, high = nd_dtype_of(array) == ND_UINT8 ? 255 : 65535;
    else if (!(low <= high))
        low = 0, high = 1;
    uint8_t *rgb = malloc((size_t)count * 3 + 1);
    if (!rgb) {
        fputs("nds: out of memory\n", stderr);
        return false;
    }
    fill_image(x, count, channels, low, high, picture, rgb);
    begin(p);
    p->width -= picture ? 0 : 90;
    const double scale = fmin(p->width / (double)columns, p->height / (double)rows);
    const double ratio = (double)columns / (double)rows;
    if (picture || (ratio < 4 && ratio > 0.25)) { /* square pixels, unless they made a strip */
        p->width = scale * (double)columns;
        p->height = scale * (double)rows;
    }
    p->canvas->image(p->canvas, p->left, p->top, p->width, p->height, (int)nd_length(part, 0),
                     (int)nd_length(part, 1), rgb);
    free(rgb);
    p->x0 = 0, p->x1 = (double)columns, p->y0 = (double)rows, p->y1 = 0;
    const double step = nice_step((double)columns, (int)fmax(2, p->width / 90)),
                 down = nice_step((double)rows, (int)fmax(2, p->height / 50));
    char text[40];
    for (double v = 0; v <= (double)columns; v += fmax(1, step)) {
        snprintf(text, sizeof text, "%.6g", v);
        p->canvas->text(p->canvas, NDS_TEXT, to_x(p, v), p->top + p->height + TEXT_SIZE + 6,
                        TEXT_SIZE, NDS_MIDDLE, text);
    }
    for (double v = 0; v <= (double)rows; v += fmax(1, down)) {
        snprintf(text, sizeof text, "%.6g", v);
        p->canvas->text(p->canvas, NDS_TEXT, p->left - 8, to_y(p, v) + TEXT_SIZE * 0.35, TEXT_SIZE,
                        NDS_END, text);
    }
    if (!picture)
        draw_scale(p, p->left + p->width + 16, low, high);
    return true;
}

/* ---- The command ----------------------------------------------------------------------------- */

typedef struct request {
    const char *output, *kind, *title, *bins, *size;
    int width, height, count;
    nds_files files;
} request;

static bool ends_with(const char *name, const char *ending)
{
    const size_t length = strlen(name), wanted = strlen(ending);
    return length > wanted && strcmp(name + length - wanted, ending) == 0;
}

static int check(request *r)
{
    char *end;
    if (r->files.count != 1)
        return nds_misused("plot: one file, not %d; nds plot --help tells more", r->files.count);
    if (!r->output)
        return nds_misused("plot: -o FILE.svg or FILE.png is missing");
    if (!ends_with(r->output, ".svg") && !ends_with(r->output, ".png"))
        return nds_misused("plot: %s: the ending is neither .svg nor .png", r->output);
    if (r->kind && strcmp(r->kind, "line") && strcmp(r->kind, "histogram") &&
        strcmp(r->kind, "image"))
        return nds_misused("plot: '%s' is no kind: line, histogram, image", r->kind);
    r->count = 60, r->width = 800, r->height = 450;
    if (r->bins) {
        const long bins = strtol(r->bins, &end, 10);
        if (*end || bins < 1 || bins > MOST_BINS)
            return nds_misused("plot: --bins is a number from 1 to %d", MOST_BINS);
        r->count = (int)bins;
    }
    if (r->size && (sscanf(r->size, "%d,%d", &r->width, &r->height) != 2 || r->width < 200 ||
                    r->height < 150 || r->width > 4000 || r->height > 4000))
        return nds_misused("plot: --size is W,H, from 200,150 to 4000,4000");
    return NDS_DONE;
}

/* The first columns that are numbers, side by side, and their names. */
static nd_array *stack_numbers(const nd_table *table, int *count, const char **names)
{
    nd_array *stack = NULL;
    *count = 0;
    for (int pass = 0; pass < 2; pass++) {
        int columns = 0;
        for (int i = 0; i < nd_table_columns(table) && columns < NDS_MOST_SERIES; i++) {
            const nd_array *column = nd_table_column(table, nd_table_name(table, i));
            if (!column) {
                if (nd_error() != ND_ERROR_DTYPE)
                    return NULL;
                nd_error_clear(); /* text */
                continue;
            }
            names[columns] = nd_table_name(table, i);
            if (pass == 1)
                nd_assign(nd_slice(stack, ND_EVERY, ND_INDEX(columns)), column);
            columns++;
        }
        if (pass == 0)
            stack = nd_empty(ND_FLOAT64, ND_SHAPE(nd_table_rows(table), columns));
        *count = columns;
    }
    return stack;
}

static int draw(request *r, const nd_array *array, int count, const char *const *names)
{
    plot p = {.title = r->title ? r->title : r->files.name[0]};
    const int rank = nd_rank(array);
    if (!array)
        return nds_failed();
    if (nd_dtype_kind(nd_dtype_of(array)) == ND_KIND_COMPLEX || nd_size(array) == 0 || rank == 0) {
        fprintf(stderr, "nds: plot: %s: %s\n", r->files.name[0],
                nd_size(array) == 0 ? "it has no elements"
                : rank == 0         ? "it is a single number"
                                    : "complex numbers; plot real(x) or abs(x) (nds eval)");
        return NDS_FAILED;
    }
    const bool many = rank == 2 && nd_length(array, 1) >= LEAST_IMAGE;
    const char *kind = r->kind                                    ? r->kind
                       : many || (rank == 3 && is_picture(array)) ? "image"
                       : rank <= 2                                ? "line"
                                                                  : "histogram";
    const bool image = strcmp(kind, "image") == 0, line = strcmp(kind, "line") == 0;
    if ((image && rank != 2 && !(rank == 3 && is_picture(array))) || (line && rank > 2))
        return nds_misused("plot: %s: no %s of an array of %d axes", r->files.name[0], kind, rank);
    p.canvas = ends_with(r->output, ".svg") ? nds_svg_canvas(r->width, r->height)
                                            : nds_pixel_canvas(r->width, r->height);
    if (!p.canvas)
        return NDS_FAILED;
    const bool drawn = image  ? draw_image(&p, array)
                       : line ? draw_lines(&p, array, count, names)
                              : draw_histogram(&p, array, r->count);
    /* a picture that is not whole goes nowhere */
    const bool written = p.canvas->finish(p.canvas, drawn ? r->output : "/dev/null");
    return drawn && written ? NDS_DONE : nds_failed();
}

int nds_plot(int count, char **arguments)
{
    request r = {0};
    const nds_option options[] = {
        {"--output", 'o', &r.output, NULL}, {"--kind", 'k', &r.kind, NULL},
        {"--title", 't', &r.title, NULL},   {"--bins", 0, &r.bins, NULL},
        {"--size", 0, &r.size, NULL},       {NULL, 0, NULL, NULL}};
    const char *names[NDS_MOST_SERIES];
    nds_file file;
    int code = nds_read_arguments("plot", count, arguments, options, &r.files);
    if (code != NDS_DONE)
        return code;
    if (r.files.help)
        return nds_help(help);
    if ((code = check(&r)) != NDS_DONE)
        return code;
    if (!nds_file_of(r.files.name[0], &file))
        return NDS_FAILED;
    ND_SCOPE {
        if (file.kind == NDS_TABLE && !file.member) {
            nd_table *table = nds_read_table(&file);
            int columns = 0;
            nd_array *numbers = table ? stack_numbers(table, &columns, names) : NULL;
            code = numbers ? draw(&r, numbers, columns, names) : nds_failed();
            nd_table_free(table);
        } else {
            code = draw(&r, nds_load(r.files.name[0]), 0, NULL);
        }
    }
    return code;
}

/* A canvas that is an SVG file, with colours for light and for dark surroundings. The text is made
 * in memory and written beside its target, so that a failure leaves the old file. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ndstream/nd.h>

#include "cli/canvas.h"
#include "cli/files.h"

const nds_colour nds_colours[NDS_SERIES + NDS_MOST_SERIES] = {
    [NDS_PAPER] = {0xffffff, 0x16181d},
    [NDS_TEXT] = {0x2b2f36, 0xd9dde3},
    [NDS_FAINT] = {0xdfe3e8, 0x343942},
    [NDS_SERIES] = {0x1f6fb4, 0x5fb0f0},
    {0xd1590a, 0xff9b54},
    {0x2a8a43, 0x63c97c},
    {0xa33a8f, 0xe07fcd},
    {0x8a6d00, 0xe0c04a},
    {0xc0303a, 0xff7a80},
    {0x2b8a8a, 0x5fd0d0},
    {0x6a55b8, 0xa998f0},
};

typedef struct svg {
    nds_canvas canvas;
    FILE *stream;
    char *text;
    size_t length;
} svg;

static void put_class(svg *s, const char *kind, nds_ink ink)
{
    fprintf(s->stream, " class=\"%s%d\"", kind, (int)ink);
}

static void line(nds_canvas *canvas, nds_ink ink, double thick, int count, const nds_point *points)
{
    svg *s = (svg *)canvas;
    fprintf(s->stream, "<polyline");
    put_class(s, "l", ink);
    fprintf(s->stream, " stroke-width=\"%g\" points=\"", thick);
    for (int i = 0; i < count; i++)
        fprintf(s->stream, "%s%.2f,%.2f", i ? " " : "", points[i].x, points[i].y);
    fputs("\"/>\n", s->stream);
}

static void box(nds_canvas *canvas, nds_ink ink, double x, double y, double width, double height)
{
    svg *s = (svg *)canvas;
    fprintf(s->stream, "<rect");
    put_class(s, "f", ink);
    fprintf(s->stream, " x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>\n", x, y, width,
            height);
}

static void text(nds_canvas *canvas, nds_ink ink, double x, double y, double size,
                 nds_anchor anchor, const char *words)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    svg *s = (svg *)canvas;
    fprintf(s->stream, "<text");
    put_class(s, "f", ink);
    fprintf(s->stream, " x=\"%.2f\" y=\"%.2f\" font-size=\"%g\" text-anchor=\"%s\">", x, y, size,
            anchors[anchor]);
    for (; *words; words++)
        switch (*words) {
        case '<':
            fputs("&lt;", s->stream);
            break;
        case '>':
            fputs("&gt;", s->stream);
            break;
        case '&':
            fputs("&amp;", s->stream);
            break;
        default:
            if ((unsigned char)*words >= ' ')
                fputc(*words, s->stream);
        }
    fputs("</text>\n", s->stream);
}

static void put_base64(FILE *stream, const unsigned char *bytes, size_t count)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < count; i += 3) {
        const unsigned b = i + 1 < count ? bytes[i + 1] : 0, c = i + 2 < count ? bytes[i + 2] : 0;
        const unsigned all = (unsigned)bytes[i] << 16 | b << 8 | c;
        fputc(letters[all >> 18], stream);
        fputc(letters[all >> 12 & 63], stream);
        fputc(i + 1 < count ? letters[all >> 6 & 63] : '=', stream);
        fputc(i + 2 < count ? letters[all & 63] : '=', stream);
    }
}

/* The picture goes in as a PNG, which the library writes to a file of our own. */
static bool put_png(FILE *stream, int rows, int columns, const uint8_t *rgb)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    unsigned char block[3 * 4096];
    bool done = false;
    snprintf(path, sizeof path, "%s/nds-XXXXXX", folder && *folder ? folder : P_tmpdir);
    const int descriptor = mkstemp(path);
    if (descriptor < 0)
        return false;
    close(descriptor);
    ND_SCOPE {
        const nd_array *pixels = nd_from_data(ND_UINT8, ND_SHAPE(rows, columns, 3), rgb);
        FILE *file = nd_save_png(path, pixels) == ND_OK ? fopen(path, "rb") : NULL;
        size_t got;
        while (file && (got = fread(block, 1, sizeof block, file)) > 0)
            put_base64(stream, block, got);
        done = file && !ferror(file);
        if (file)
            fclose(file);
    }
    unlink(path);
    return done;
}

static void image(nds_canvas *canvas, double x, double y, double width, double height, int rows,
                  int columns, const uint8_t *rgb)
{
    svg *s = (svg *)canvas;
    fprintf(s->stream,
            "<image x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" "
            "preserveAspectRatio=\"none\"%s href=\"data:image/png;base64,",
            x, y, width, height, columns < width ? " style=\"image-rendering:pixelated\"" : "");
    if (!put_png(s->stream, rows, columns, rgb))
        fprintf(stderr, "nds: plot: no place for a picture of its own in the folder of temporary "
                        "files\n");
    fputs("\"/>\n", s->stream);
}

static bool finish(nds_canvas *canvas, const char *path)
{
    svg *s = (svg *)canvas;
    bool done = false;
    fputs("</svg>\n", s->stream);
    if (fclose(s->stream) != 0)
        fputs("nds: out of memory\n", stderr);
    else
        done = nds_save_text(path, s->text, s->length);
    free(s->text);
    free(s);
    return done;
}

static void put_styles(FILE *stream, bool dark)
{
    for (int i = 0; i < NDS_SERIES + NDS_MOST_SERIES; i++) {
        const uint32_t colour = dark ? nds_colours[i].dark : nds_colours[i].light;
        fprintf(stream, ".l%d{stroke:#%06x}.f%d{fill:#%06x}", i, (unsigned)colour, i,
                (unsigned)colour);
    }
}

nds_canvas *nds_svg_canvas(int width, int height)
{
    svg *s = calloc(1, sizeof *s);
    if (s)
        s->stream = open_memstream(&s->text, &s->length);
    if (!s || !s->stream) {
        fputs("nds: out of memory\n", stderr);
        free(s);
        return NULL;
    }
    s->canvas = (nds_canvas){width, height, line, box, text, image, finish};
    fprintf(s->stream,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" font-family=\"system-ui, sans-serif\">\n<style>polyline{fill:none;"
            "stroke-linejoin:round}",
            width, height, width, height);
    put_styles(s->stream, false);
    fputs("@media(prefers-color-scheme:dark){", s->stream);
    put_styles(s->stream, true);
    fputs("}</style>\n", s->stream);
    box(&s->canvas, NDS_PAPER, 0, 0, width, height);
    return &s->canvas;
}

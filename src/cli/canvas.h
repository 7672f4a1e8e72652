/* What a plot is drawn on: an SVG file or a picture of pixels. Lengths are in pixels, y downwards.
 */
#ifndef NDSTREAM_CLI_CANVAS_H
#define NDSTREAM_CLI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

/* What something is drawn for; SVG gives light and dark viewers a colour of their own for each. */
typedef enum nds_ink {
    NDS_PAPER,
    NDS_TEXT,
    NDS_FAINT, /* grid */
    NDS_SERIES /* this and the next NDS_MOST_SERIES - 1: data */
} nds_ink;

enum { NDS_MOST_SERIES = 8 };

typedef struct nds_point {
    double x, y;
} nds_point;

typedef enum nds_anchor { NDS_START, NDS_MIDDLE, NDS_END } nds_anchor;

/* Colours of a pixel picture, and of SVG in light and in dark surroundings: 0xrrggbb. */
typedef struct nds_colour {
    uint32_t light, dark;
} nds_colour;
extern const nds_colour nds_colours[NDS_SERIES + NDS_MOST_SERIES];

typedef struct nds_canvas nds_canvas;
struct nds_canvas {
    int width, height;
    void (*line)(nds_canvas *canvas, nds_ink ink, double thick, int count, const nds_point *points);
    void (*box)(nds_canvas *canvas, nds_ink ink, double x, double y, double width, double height);
    /* `y` is that of the baseline; `size` the height of a line of text. */
    void (*text)(nds_canvas *canvas, nds_ink ink, double x, double y, double size,
                 nds_anchor anchor, const char *text);
    /* rows x columns pixels, r g b each, in the box. */
    void (*image)(nds_canvas *canvas, double x, double y, double width, double height, int rows,
                  int columns, const uint8_t *rgb);
    /* Writes the file and frees the canvas. False, said or with the error kept, on failure. */
    bool (*finish)(nds_canvas *canvas, const char *path);
};

/* NULL, said, when out of memory. */
nds_canvas *nds_svg_canvas(int width, int height);
nds_canvas *nds_pixel_canvas(int width, int height);

#endif

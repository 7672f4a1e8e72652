/* A canvas of pixels, saved as PNG. A line covers a pixel by how near it passes, so edges are
 * smooth; letters are lines. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ndstream/nd.h>

#include "cli/canvas.h"

enum {
    SCALE = 2, /* pixels of the file for one of the canvas: text stays sharp */
    GLYPH_WIDTH = 4,
    ADVANCE = 6,  /* of a letter, in its units */
    CAPITALS = 6, /* height of one */
};

/* Letters as strokes on a grid 4 wide and 6 high, 2 below the line: pairs of digits x y; a space
 * lifts the pen. */
static const char *const glyphs[128] = {
    ['0'] = "103041453616050110",
    ['1'] = "112026 1636",
    ['2'] = "01103041420646",
    ['3'] = "01103041423313 334445361605",
    ['4'] = "36300444",
    ['5'] = "400003334445361605",
    ['6'] = "3010010516364544331304",
    ['7'] = "004016",
    ['8'] = "103041423344453616050413020110 1333",
    ['9'] = "1636454130100102133342",
    ['.'] = "2526",
    [','] = "2517",
    [':'] = "2223 2526",
    ['-'] = "0343",
    ['+'] = "0343 2125",
    ['_'] = "0747",
    ['/'] = "4006",
    ['('] = "30121436",
    [')'] = "10323416",
    ['['] = "30101636",
    [']'] = "10303616",
    ['='] = "0242 0444",
    ['%'] = "4006 0011 3546",
    ['*'] = "2125 0244 4204",
    ['#'] = "1016 3036 0242 0444",
    ['\''] = "2021",
    ['"'] = "1011 3031",
    ['<'] = "410345",
    ['>'] = "014305",
    ['!'] = "2024 2526",
    ['?'] = "01103041422324 2526",
    ['^'] = "022042",
    ['|'] = "2027",
    ['a'] = "4332120305163645 4246",
    ['b'] = "0006 0312324345361605",
    ['c'] = "4332120305163645",
    ['d'] = "4046 4332120305163645",
    ['e'] = "04444332120305163645",
    ['f'] = "40302126 0242",
    ['g'] = "42473818 4332120305163645",
    ['h'] = "0006 0312324346",
    ['i'] = "2226 2021",
    ['j'] = "32372818 3031",
    ['k'] = "0006 4204 2346",
    ['l'] = "2026",
    ['m'] = "0206 03122326 23324346",
    ['n'] = "0206 0312324346",
    ['o'] = "123243453616050312",
    ['p'] = "0208 0312324345361605",
    ['q'] = "4248 4332120305163645",
    ['r'] = "0206 04133242",
    ['s'] = "43321203143445361605",
    ['t'] = "20253646 0242",
    ['u'] = "0205163645 4246",
    ['v'] = "022642",
    ['w'] = "0216233642",
    ['x'] = "0246 4206",
    ['y'] = "0226 4208",
    ['z'] = "02420646",
    ['A'] = "062046 1434",
    ['B'] = "000636454433 033342413000",
    ['C'] = "4130100105163645",
    ['D'] = "00062644422000",
    ['E'] = "40000646 0333",
    ['F'] = "400006 0333",
    ['G'] = "41301001051636454323",
    ['H'] = "0006 4046 0343",
    ['I'] = "2026 1030 1636",
    ['J'] = "4045361605",
    ['K'] = "0006 4004 1346",
    ['L'] = "000646",
    ['M'] = "0600234046",
    ['N'] = "06004640",
    ['O'] = "103041453616050110",
    ['P'] = "06003041423303",
    ['Q'] = "103041453616050110 3446",
    ['R'] = "06003041423303 2346",
    ['S'] = "413010010213334445361605",
    ['T'] = "0040 2026",
    ['U'] = "000516364540",
    ['V'] = "002640",
    ['W'] = "0016223640",
    ['X'] = "0046 4006",
    ['Y'] = "002340 2326",
    ['Z'] = "00400646",
};

typedef struct pixels {
    nds_canvas canvas;
    int width, height;
    uint8_t *rgb;
} pixels;

static void blend(pixels *p, int x, int y, uint32_t colour, double cover)
{
    uint8_t *at = p->rgb + 3 * ((size_t)y * (size_t)p->width + (size_t)x);
    for (int i = 0; i < 3; i++) {
        const double wanted = colour >> (16 - 8 * i) & 255;
        at[i] = (uint8_t)lround(at[i] + (wanted - at[i]) * cover);
    }
}

static int clamp(double value, int most)
{
    return value < 0 ? 0 : value > most ? most : (int)value;
}

/* A segment with round ends, in pixels of the file. */
static void segment(pixels *p, uint32_t colour, double thick, nds_point a, nds_point b)
{
    const double reach = thick / 2 + 1, dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    const int top = clamp(floor(fmin(a.y, b.y) - reach), p->height - 1),
              bottom = clamp(ceil(fmax(a.y, b.y) + reach), p->height - 1),
              left = clamp(floor(fmin(a.x, b.x) - reach), p->width - 1),
              right = clamp(ceil(fmax(a.x, b.x) + reach), p->width - 1);
    for (int y = top; y <= bottom; y++)
        for (int x = left; x <= right; x++) {
            const double px = x + 0.5 - a.x, py = y + 0.5 - a.y;
            double along = length > 0 ? (px * dx + py * dy) / length : 0;
            along = along < 0 ? 0 : along > 1 ? 1 : along;
            const double away = hypot(px - along * dx, py - along * dy);
            const double cover = thick / 2 + 0.5 - away;
            if (cover > 0)
                blend(p, x, y, colour, fmin(1, cover));
        }
}

static void line(nds_canvas *canvas, nds_ink ink, double thick, int count, const nds_point *points)
{
    pixels *p = (pixels *)canvas;
    for (int i = 0; i + 1 < count; i++)
        segment(p, nds_colours[ink].light, thick * SCALE,
                (nds_point){points[i].x * SCALE, points[i].y * SCALE},
                (nds_point){points[i + 1].x * SCALE, points[i + 1].y * SCALE});
}

static void box(nds_canvas *canvas, nds_ink ink, double x, double y, double width, double height)
{
    pixels *p = (pixels *)canvas;
    const double left = x * SCALE, top = y * SCALE, right = (x + width) * SCALE,
                 bottom = (y + height) * SCALE;
    for (int row = clamp(top, p->height - 1); row < bottom && row < p->height; row++)
        for (int column = clamp(left, p->width - 1); column < right && column < p->width;
             column++) {
            const double across = fmin(column + 1, right) - fmax(column, left);
            const double down = fmin(row + 1, bottom) - fmax(row, top);
            if (across > 0 && down > 0)
                blend(p, column, row, nds_colours[ink].light, across * down);
        }
}

static void glyph(pixels *p, uint32_t colour, double x, double y, double unit, const char *strokes)
{
    nds_point last = {0}, next;
    bool down = false;
    for (; *strokes; strokes += 2) {
        if (*strokes == ' ') {
            down = false;
            strokes++;
        }
        next = (nds_point){x + (strokes[0] - '0') * unit, y + (strokes[1] - '0' - CAPITALS) * unit};
        if (down)
            segment(p, colour, fmax(1.2, unit * 0.75), last, next);
        last = next;
        down = true;
    }
}

static void text(nds_canvas *canvas, nds_ink ink, double x, double y, double size,
                 nds_anchor anchor, const char *words)
{
    pixels *p = (pixels *)canvas;
    const double unit = size * SCALE * 0.72 / CAPITALS;
    int length = 0;
    for (const char *at = words; *at; at++)
        length += ((unsigned char)*at & 0xc0) != 0x80; /* letters of UTF-8 */
    const double width = (length * ADVANCE - (ADVANCE - GLYPH_WIDTH)) * unit;
    x = x * SCALE - (anchor == NDS_MIDDLE ? width / 2 : anchor == NDS_END ? width : 0);
    for (; *words; words++) {
        const unsigned char letter = (unsigned char)*words;
        if ((letter & 0xc0) == 0x80)
            continue;
        const char *strokes = letter < 128 ? glyphs[letter] : "0040460600";
        if (strokes)
            glyph(p, nds_colours[ink].light, x, y * SCALE, unit, strokes);
        x += ADVANCE * unit;
    }
}

/* Each pixel of the box is the mean of those of the picture that fall on it. */
static void image(nds_canvas *canvas, double x, double y, double width, double height, int rows,
                  int columns, const uint8_t *rgb)
{
    pixels *p = (pixels *)canvas;
    const int left = (int)(x * SCALE), top = (int)(y * SCALE), across = (int)(width * SCALE),
              down = (int)(height * SCALE);
    for (int i = 0; i < down && top + i < p->height; i++)
        for (int j = 0; j < across && left + j < p->width; j++) {
            const int r0 = (int)((int64_t)i * rows / down),
                      c0 = (int)((int64_t)j * columns / across);
            int r1 = (int)((int64_t)(i + 1) * rows / down),
                c1 = (int)((int64_t)(j + 1) * columns / across);
            r1 = r1 > r0 ? r1 : r0 + 1, c1 = c1 > c0 ? c1 : c0 + 1;
            int64_t sum[3] = {0};
            for (int r = r0; r < r1; r++)
                for (int c = c0; c < c1; c++)
                    for (int k = 0; k < 3; k++)
                        sum[k] += rgb[3 * ((size_t)r * (size_t)columns + (size_t)c) + (size_t)k];
            const int64_t count = (int64_t)(r1 - r0) * (c1 - c0);
            uint8_t *at = p->rgb + 3 * ((size_t)(top + i) * (size_t)p->width + (size_t)(left + j));
            for (int k = 0; k < 3; k++)
                at[k] = (uint8_t)((sum[k] + count / 2) / count);
        }
}

static bool finish(nds_canvas *canvas, const char *path)
{
    pixels *p = (pixels *)canvas;
    bool done = false;
    ND_SCOPE {
        const nd_array *all = nd_from_data(ND_UINT8, ND_SHAPE(p->height, p->width, 3), p->rgb);
        done = nd_save_png(path, all) == ND_OK;
    }
    free(p->rgb);
    free(p);
    return done;
}

nds_canvas *nds_pixel_canvas(int width, int height)
{
    pixels *p = calloc(1, sizeof *p);
    const size_t bytes = 3 * (size_t)(width * SCALE) * (size_t)(height * SCALE);
    if (p)
        p->rgb = malloc(bytes);
    if (!p || !p->rgb) {
        fputs("nds: out of memory\n", stderr);
        free(p);
        return NULL;
    }
    p->canvas = (nds_canvas){width, height, line, box, text, image, finish};
    p->width = width * SCALE;
    p->height = height * SCALE;
    memset(p->rgb, 255, bytes);
    return &p->canvas;
}

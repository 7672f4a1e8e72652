/* PGM and PPM images: a few numbers as text, then the pixels as bytes (P5, P6; two for each value
 * above 255, the higher first) or as text (P2, P3). Comments go from '#' to the end of the line.
 * The format: the manual pages pgm(5) and ppm(5) of Netpbm. */
#include <stdio.h>
#include <string.h>

#include <ndstream/io.h>

#include "io/file.h"

enum {
    MOST_VALUE = 65535,
    LINE_VALUES = 11, /* of plain images: at most 70 characters a line */
    LINE_BYTES = 80,
};

/* ---- Reading --------------------------------------------------------------------------------- */

struct image {
    const char *path;
    const char *at, *end;
    bool plain;
    int channels;
    int64_t height, width;
    int most; /* the largest value */
};

static bool is_space(char letter)
{
    return letter == ' ' || (letter >= '\t' && letter <= '\r');
}

static bool malformed(const struct image *image, const char *what)
{
    return ndi_fail(ND_ERROR_FORMAT, "%s: malformed PGM or PPM: %s", image->path, what);
}

static bool cut_off(const struct image *image, const char *where)
{
    return ndi_fail(ND_ERROR_TRUNCATED, "%s: the image is cut off in its %s", image->path, where);
}

/* The next number, after white space and comments; it is at most `most`. */
static bool take_number(struct image *image, int64_t most, const char *where, int64_t *value)
{
    while (image->at < image->end && (is_space(*image->at) || *image->at == '#')) {
        if (*image->at == '#')
            while (image->at < image->end && *image->at != '\n')
                image->at++;
        else
            image->at++;
    }
    if (image->at == image->end)
        return cut_off(image, where);
    const char *start = image->at;
    for (*value = 0; image->at < image->end && *image->at >= '0' && *image->at <= '9'; image->at++)
        if ((*value = *value * 10 + (*image->at - '0')) > most)
            return malformed(image, "a number is too large");
    return image->at > start || malformed(image, "something that is no number");
}

static bool read_header(struct image *image)
{
    int64_t most;
    const char kind = image->end - image->at >= 2 && *image->at == 'P' ? image->at[1] : '\0';
    if (kind != '2' && kind != '3' && kind != '5' && kind != '6')
        return ndi_fail(ND_ERROR_FORMAT,
                        "%s: not a PGM or PPM file: it does not begin with P2, P3, P5 or P6",
                        image->path);
    image->plain = kind < '5';
    image->channels = kind == '3' || kind == '6' ? 3 : 1;
    image->at += 2;
    if (!take_number(image, INT32_MAX, "header", &image->width) ||
        !take_number(image, INT32_MAX, "header", &image->height) ||
        !take_number(image, MOST_VALUE, "header", &most))
        return false;
    if (most == 0)
        return malformed(image, "its largest value is 0");
    image->most = (int)most;
    if (image->at == image->end)
        return cut_off(image, "header");
    return is_space(*image->at++) || malformed(image, "no white space before the pixels");
}

/* Whether there can be as many pixels: asked before memory is taken for them. */
static bool long_enough(const struct image *image)
{
    const int64_t there = image->end - image->at, bytes = image->plain        ? 2
                                                          : image->most > 255 ? 2
                                                                              : 1;
    int64_t wanted = image->width * image->channels * bytes; /* below 2^34 */
    if (__builtin_mul_overflow(wanted, image->height, &wanted))
        return cut_off(image, "pixels");
    return there >= wanted - image->plain || cut_off(image, "pixels");
}

static bool read_pixels(struct image *image, nd_array *array)
{
    uint8_t *narrow = (uint8_t *)array->data;
    uint16_t *wide = (uint16_t *)array->data;
    const bool is_wide = image->most > 255;
    if (!image->plain && !is_wide && array->size)
        memcpy(narrow, image->at, (size_t)array->size);
    for (int64_t i = 0; i < array->size; i++) {
        int64_t value = 0;
        if (image->plain) {
            if (!take_number(image, MOST_VALUE, "pixels", &value))
                return false;
        } else if (is_wide) {
            value = (uint8_t)image->at[2 * i] << 8 | (uint8_t)image->at[2 * i + 1];
        } else {
            value = narrow[i];
        }
        if (value > image->most)
            return malformed(image, "a value is above the largest that it names");
        if (is_wide)
            wide[i] = (uint16_t)value;
        else
            narrow[i] = (uint8_t)value;
    }
    return true;
}

nd_array *nd_load_pnm(const char *path)
{
    ndi_file_text text;
    nd_array *array = NULL;
    if (!ndi_file_read_all(path, 0, &text))
        return NULL;
    struct image image = {.path = path, .at = text.at, .end = text.at + text.length};
    if (read_header(&image) && long_enough(&image))
        array = ndi_new(image.most > 255 ? ND_UINT16 : ND_UINT8, image.channels == 1 ? 2 : 3,
                        (int64_t[]){image.height, image.width, 3}, NULL);
    if (array && !read_pixels(&image, array)) {
        ndi_drop(array);
        array = NULL;
    }
    ndi_file_text_free(&text);
    return array;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static nd_status check_image(const char *path, const nd_array *array)
{
    char shape[NDI_SHAPE_TEXT];
    const int64_t *lengths = ndi_lengths(array);
    if (array->dtype != ND_UINT8 && array->dtype != ND_UINT16)
        return ndi_fail_status(ND_ERROR_DTYPE,
                               "save_pnm: %s: dtype %s; uint8 and uint16 can be written", path,
                               nd_dtype_name((nd_dtype)array->dtype));
    const bool grey = array->rank == 2 || (array->rank == 3 && lengths[2] == 1);
    if ((!grey && (array->rank != 3 || lengths[2] != 3)) || array->size == 0)
        return ndi_fail_status(ND_ERROR_SHAPE,
                               "save_pnm: %s: shape %s; an image has shape (height, width) or "
                               "(height, width, 3), and pixels",
                               path, ndi_shape_text(shape, array->rank, lengths));
    return ND_OK;
}

/* A block of values from `from` on, as they stand in the file; returns how many bytes. */
static size_t encode(const nd_array *array, int64_t from, int64_t count, bool plain, char *to)
{
    const uint8_t *narrow = (const uint8_t *)array->data;
    const uint16_t *wide = (const uint16_t *)array->data;
    size_t length = 0;
    for (int64_t i = from; i < from + count; i++) {
        const unsigned value = array->dtype == ND_UINT16 ? wide[i] : narrow[i];
        if (plain) {
            const bool ends = (i + 1) % LINE_VALUES == 0 || i + 1 == array->size;
            length += (size_t)sprintf(to + length, "%u%c", value, ends ? '\n' : ' ');
        } else {
            if (array->dtype == ND_UINT16)
                to[length++] = (char)(value >> 8);
            to[length++] = (char)value;
        }
    }
    return length;
}

static bool write_image(ndi_output *output, const nd_array *array, bool plain)
{
    enum { BLOCK = 4096 };
    char text[LINE_BYTES + BLOCK * 6];
    const bool colour = array->rank == 3 && ndi_lengths(array)[2] == 3;
    int length = snprintf(text, sizeof text, "P%d\n%lld %lld\n%d\n", (plain ? 2 : 5) + colour,
                          (long long)ndi_lengths(array)[1], (long long)ndi_lengths(array)[0],
                          array->dtype == ND_UINT16 ? 65535 : 255);
    bool written = ndi_output_write(output, text, (size_t)length);
    for (int64_t i = 0; i < array->size && written; i += BLOCK) {
        const int64_t count = array->size - i < BLOCK ? array->size - i : BLOCK;
        written = ndi_output_write(output, text, encode(array, i, count, plain, text));
    }
    return written;
}

nd_status nd_save_pnm(const char *path, const nd_array *array, bool plain)
{
    ndi_output output;
    if (!array)
        return ndi_no_array("save_pnm");
    nd_status status = check_image(path ? path : "", array);
    if (status != ND_OK)
        return status;
    nd_array *copy = nd_ascontiguous(array);
    if (!copy || !ndi_force(copy) || !ndi_output_open(&output, path)) {
        ndi_drop(copy);
        return nd_error();
    }
    if (!write_image(&output, copy, plain))
        output.failed = true;
    ndi_drop(copy);
    return ndi_output_close(&output) ? ND_OK : nd_error();
}

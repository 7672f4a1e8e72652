/* PNG images through libpng.
 *
 * libpng reports errors by longjmp. What must be freed therefore lies in a struct of the outer
 * function, and the inner one, which calls setjmp, changes no local variable after it. */
#include <setjmp.h>
#include <string.h>

#include <png.h>

#include <ndstream/io.h>

#include "io/block.h"
#include "io/file.h"

enum {
    MOST_CHANNELS = 4,
    DEFLATE_RATIO = 1032, /* deflate shrinks nothing by more than this */
};

/* One image on its way, in either direction. */
struct image {
    const char *path;
    png_structp png;
    png_infop info;
    png_bytep *rows; /* pointers to the rows, for interlaced images */
    size_t rows_bytes;
    nd_array *array; /* read */
    ndi_file_text text;
    size_t at; /* next byte of `text` */
    ndi_output output;
    bool failed; /* the error is kept already */
};

/* ---- What libpng calls ----------------------------------------------------------------------- */

static png_voidp allocate(png_structp png, png_alloc_size_t bytes)
{
    (void)png;
    return ndi_block_new(bytes);
}

static void release(png_structp png, png_voidp memory)
{
    (void)png;
    ndi_block_free(memory);
}

static _Noreturn void on_error(png_structp png, png_const_charp message)
{
    struct image *image = png_get_error_ptr(png);
    if (!image->failed)
        ndi_fail(ND_ERROR_FORMAT, "%s: malformed PNG: %s", image->path, message);
    image->failed = true;
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png, (void)message;
}

static void read_bytes(png_structp png, png_bytep to, size_t bytes)
{
    struct image *image = png_get_io_ptr(png);
    size_t left = image->text.length - image->at;
    if (left < bytes) {
        if (!image->failed)
            ndi_fail(ND_ERROR_TRUNCATED, "%s: the image is cut off after %zu bytes", image->path,
                     image->text.length);
        image->failed = true;
        png_error(png, "cut off");
    }
    memcpy(to, image->text.at + image->at, bytes);
    image->at += bytes;
}

static void write_bytes(png_structp png, png_bytep from, size_t bytes)
{
    struct image *image = png_get_io_ptr(png);
    if (!ndi_output_write(&image->output, from, bytes)) {
        image->failed = true;
        png_error(png, "not written");
    }
}

static void flush_bytes(png_structp png)
{
    (void)png;
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* Everything that libpng may jump out of. */
static bool read_image(struct image *image)
{
    png_structp png = image->png;
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_set_read_fn(png, image, read_bytes);
    png_read_info(png, image->info);
    /* before memory is taken for it */
    if (png_get_rowbytes(png, image->info) / DEFLATE_RATIO *
            png_get_image_height(png, image->info) >
        image->text.length)
        png_error(png, "it claims more pixels than its data can hold");
    png_set_expand(png); /* palettes, 1, 2 and 4 bits, transparent colours */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (png_get_bit_depth(png, image->info) == 16)
        png_set_swap(png);
#endif
    png_set_interlace_handling(png);
    png_read_update_info(png, image->info);

    int64_t lengths[3] = {png_get_image_height(png, image->info),
                          png_get_image_width(png, image->info),
                          png_get_channels(png, image->info)};
    nd_dtype dtype = png_get_bit_depth(png, image->info) == 16 ? ND_UINT16 : ND_UINT8;
    size_t row = png_get_rowbytes(png, image->info);
    image->array = ndi_new(dtype, lengths[2] == 1 ? 2 : 3, lengths, NULL);
    image->rows_bytes = (size_t)lengths[0] * sizeof *image->rows;
    image->rows = image->array ? ndi_allocate(image->rows_bytes) : NULL;
    if (!image->rows) {
        image->failed = true;
        return false;
    }
    for (int64_t i = 0; i < lengths[0]; i++)
        image->rows[i] = (png_bytep)image->array->data + (size_t)i * row;
    png_read_image(png, image->rows);
    png_read_end(png, NULL);
    return true;
}

nd_array *nd_load_png(const char *path)
{
    struct image image = {.path = path};
    nd_array *array = NULL;
    if (!ndi_file_read_all(path, 0, &image.text))
        return NULL;
    if (image.text.length < 8 || png_sig_cmp((png_const_bytep)image.text.at, 0, 8) != 0) {
        ndi_fail(ND_ERROR_FORMAT, "%s: not a PNG file", path);
        goto done;
    }
    image.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &image, on_error, on_warning, NULL,
                                         allocate, release);
    image.info = image.png ? png_create_info_struct(image.png) : NULL;
    if (!image.info) {
        ndi_fail(ND_ERROR_MEMORY, "%s: out of memory", path);
        goto done;
    }
    if (read_image(&image))
        array = image.array;
    else
        ndi_drop(image.array);
done:
    png_destroy_read_struct(&image.png, &image.info, NULL);
    ndi_free(image.rows, image.rows_bytes);
    ndi_file_text_free(&image.text);
    return array;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static bool write_image(struct image *image, const nd_array *array)
{
    static const int colours[MOST_CHANNELS + 1] = {0, PNG_COLOR_TYPE_GRAY,
                                                   PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                                   PNG_COLOR_TYPE_RGB_ALPHA};
    png_structp png = image->png;
    const int64_t *lengths = ndi_lengths(array);
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_set_write_fn(png, image, write_bytes, flush_bytes);
    png_set_IHDR(png, image->info, (png_uint_32)lengths[1], (png_uint_32)lengths[0],
                 array->dtype == ND_UINT16 ? 16 : 8, colours[array->rank == 3 ? lengths[2] : 1],
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, image->info);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (array->dtype == ND_UINT16)
        png_set_swap(png);
#endif
    for (int64_t i = 0; i < lengths[0]; i++)
        png_write_row(png, (png_const_bytep)array->data + i * ndi_strides(array)[0]);
    png_write_end(png, image->info);
    return true;
}

static nd_status check_image(const char *path, const nd_array *array)
{
    const int64_t *lengths = ndi_lengths(array);
    char shape[NDI_SHAPE_TEXT];
    if (array->dtype != ND_UINT8 && array->dtype != ND_UINT16)
        return ndi_fail_status(ND_ERROR_DTYPE,
                               "save_png: %s: dtype %s; uint8 and uint16 can be written", path,
                               nd_dtype_name((nd_dtype)array->dtype));
    if ((array->rank != 2 && array->rank != 3) ||
        (array->rank == 3 && (lengths[2] < 1 || lengths[2] > MOST_CHANNELS)))
        return ndi_fail_status(
            ND_ERROR_SHAPE,
            "save_png: %s: shape %s; an image has shape (height, width) or (height, width, 1 to 4)",
            path, ndi_shape_text(shape, array->rank, lengths));
    for (int i = 0; i < 2; i++) /* libpng's own limit is 1,000,000 */
        if (lengths[i] < 1 || lengths[i] > PNG_USER_WIDTH_MAX)
            return ndi_fail_status(
                ND_ERROR_SHAPE, "save_png: %s: shape %s; a PNG has 1 to 1000000 rows and columns",
                path, ndi_shape_text(shape, array->rank, lengths));
    return ND_OK;
}

/* Whether the elements of each row lie side by side; the rows may lie anywhere. */
static bool rows_are_contiguous(const nd_array *array)
{
    int64_t packed = (int64_t)nd_dtype_size((nd_dtype)array->dtype);
    for (int i = array->rank - 1; i > 0; packed *= ndi_lengths(array)[i], i--)
        if (ndi_strides(array)[i] != packed && ndi_lengths(array)[i] != 1)
            return false;
    return true;
}

nd_status nd_save_png(const char *path, const nd_array *array)
{
    struct image image = {.path = path, .output.descriptor = -1};
    nd_array *copy = NULL;
    bool written = false;
    if (!array)
        return ndi_no_array("save_png");
    nd_status status = check_image(path ? path : "", array);
    if (status != ND_OK)
        return status;
    if (!ndi_force(array) || !ndi_output_open(&image.output, path))
        return nd_error();
    if (!rows_are_contiguous(array)) {
        array = copy = nd_ascontiguous(array);
        if (!copy || !ndi_force(copy))
            goto done;
    }
    image.png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, &image, on_error, on_warning, NULL,
                                          allocate, release);
    image.info = image.png ? png_create_info_struct(image.png) : NULL;
    if (image.info)
        written = write_image(&image, array);
    else
        ndi_fail(ND_ERROR_MEMORY, "%s: out of memory", path);
done:
    png_destroy_write_struct(&image.png, &image.info);
    ndi_drop(copy);
    if (!written)
        image.output.failed = true;
    return ndi_output_close(&image.output) ? ND_OK : nd_error();
}

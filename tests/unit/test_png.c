/* Files: PNG. The bytes of valid files were made with Python's zlib; expected elements are those
 * given to it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mkdtemp, strdup */
#endif
#include "files.h"

/* ---- PNG ------------------------------------------------------------------------------------- */

static const char grey_1_bit[] = "\x89PNG\x0d\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x03\x00\x00"
                                 "\x00\x02\x01\x00\x00\x00\x00\xb5\x0f[\xb7\x00\x00\x00\x0c"
                                 "IDATx\xda"
                                 "cX\xc0\xe0\x00\x00\x02$\x00\xe1M\x16\xe8^\x00\x00\x00\x00IEND\xae"
                                 "B`\x82";
static const char palette_2_bits[] =
    "\x89PNG\x0d\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x03\x00\x00\x00\x01\x02\x03\x00\x00\x00"
    "f\x8e\xfc'\x00\x00\x00\x09PLTE"
    "\n\x14\x1e(2<FPZ\x16\xac\x84t\x00\x00\x00\x02tRNS\x00\x80\x9b+N\x18\x00\x00\x00\nIDATx\xda"
    "c\x90\x00\x00\x00\x1a\x00\x19"
    "\x80\x00\x8e\xbb\x00\x00\x00\x00IEND\xae"
    "B`\x82";
static const char interlaced[] = "\x89PNG\x0d\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x03\x00\x00"
                                 "\x00\x03\x08\x00\x00\x00\x01\x04"
                                 "D\xda\xf5\x00\x00\x00\x17"
                                 "IDATx\xda"
                                 "c`d`f`\xe7"
                                 "d`b\xe0``ae\x03\x00\x01*\x00.\xa6\xa8"
                                 "F\xfc\x00\x00\x00\x00IEND\xae"
                                 "B`\x82";
/* Claims 1,000,000 x 1,000,000 pixels of 4 bytes. */
static const char enormous[] = "\x89PNG\x0d\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x0f"
                               "B@\x00\x0f"
                               "B@\x08\x06\x00\x00\x00\\m8}\x00\x00\x00\x0bIDATx\xda"
                               "c`\x80\x01"
                               "\x00\x00\n\x00\x01\xec$\x03\xb9\x00\x00\x00\x00IEND\xae"
                               "B`\x82";

TEST(png_keeps_every_shape_and_dtype)
{
    uint16_t data[5 * 7 * 4];
    for (size_t i = 0; i < sizeof data / sizeof *data; i++)
        data[i] = (uint16_t)(i * 40503);
    static const nd_dtype dtypes[] = {ND_UINT8, ND_UINT16};
    for (int d = 0; d < 2; d++)
        for (int channels = 2; channels <= 4; channels++)
            ND_SCOPE {
                nd_array *x = nd_from_data(dtypes[d], ND_SHAPE(5, 7, channels), data);
                nd_array *images[] = {x,
                                      nd_slice(x, ND_REST, ND_INDEX(1)),
                                      nd_flip(x, ND_AXIS(0)),
                                      nd_swap_axes(x, 0, 1),
                                      nd_slice(x, ND_EVERY, ND_STEP(ND_OPEN, ND_OPEN, 2)),
                                      nd_slice(x, ND_RANGE(1, 2), ND_RANGE(2, 3))};
                for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
                    assert_ok(nd_save_png(path_of("x.png"), images[i]));
                    assert_same_elements(nd_load_png(path_of("x.png")), images[i]);
                }
            }
}

TEST(png_of_one_channel_is_grey)
{
    ND_SCOPE {
        nd_array *x = nd_from_data(ND_UINT8, ND_SHAPE(2, 2, 1), (uint8_t[]){1, 2, 3, 4});
        assert_ok(nd_save_png(path_of("x.png"), x));
        assert_same_elements(nd_load_png(path_of("x.png")), nd_reshape(x, ND_SHAPE(2, 2)));
    }
}

TEST(png_low_depths_palettes_and_interlacing_are_expanded)
{
    ND_SCOPE {
        assert_same_elements(
            nd_load_png(write_file("p.png", grey_1_bit, sizeof grey_1_bit - 1)),
            nd_from_data(ND_UINT8, ND_SHAPE(2, 3), (uint8_t[]){255, 0, 255, 0, 255, 0}));
        assert_same_elements(
            nd_load_png(write_file("p.png", palette_2_bits, sizeof palette_2_bits - 1)),
            nd_from_data(ND_UINT8, ND_SHAPE(1, 3, 4),
                         (uint8_t[]){10, 20, 30, 0, 40, 50, 60, 128, 70, 80, 90, 255}));
        assert_same_elements(
            nd_load_png(write_file("p.png", interlaced, sizeof interlaced - 1)),
            nd_from_data(ND_UINT8, ND_SHAPE(3, 3), (uint8_t[]){1, 2, 3, 4, 5, 6, 7, 8, 9}));
    }
}

TEST(malformed_png_is_refused_with_its_reason)
{
    char broken[sizeof interlaced];
    memcpy(broken, interlaced, sizeof broken);
    broken[45] ^= 1;
    assert_null(nd_load_png(write_file("bad.png", broken, sizeof broken - 1)));
    assert_error(ND_ERROR_FORMAT, "bad.png: malformed PNG");
    assert_null(nd_load_png(write_text("bad.png", "no image")));
    assert_error(ND_ERROR_FORMAT, "not a PNG file");
    assert_null(nd_load_png(write_file("bad.png", enormous, sizeof enormous - 1)));
    assert_error(ND_ERROR_FORMAT, "more pixels than its data can hold");
    for (size_t length = 8; length < sizeof interlaced - 1; length += 3) {
        assert_null(nd_load_png(write_file("bad.png", interlaced, length)));
        assert_error(ND_ERROR_TRUNCATED, "cut off");
    }
    assert_null(nd_load_png(path_of("absent.png")));
    assert_error(ND_ERROR_FILE, "absent.png");
}

TEST(png_refuses_what_no_image_can_hold)
{
    ND_SCOPE {
        const nd_shape shapes[] = {ND_SHAPE(3), ND_SHAPE(2, 2, 5), ND_SHAPE(2, 2, 0),
                                   ND_SHAPE(0, 3), ND_SHAPE(1, 1, 1, 1)};
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
            assert_int_equal(nd_save_png(path_of("n.png"), nd_zeros(ND_UINT8, shapes[i])),
                             ND_ERROR_SHAPE);
            assert_error(ND_ERROR_SHAPE, "save_png");
        }
        assert_int_equal(nd_save_png("/dev/full", nd_zeros(ND_UINT8, ND_SHAPE(2, 2))),
                         ND_ERROR_FILE);
        assert_error(ND_ERROR_FILE, "/dev/full");
        assert_int_equal(access(path_of("n.png"), F_OK), -1);
    }
}

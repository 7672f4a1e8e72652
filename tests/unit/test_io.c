/* Files: .npy and CSV. The bytes of valid files were written by NumPy 2.4 and Python's zlib;
 * expected elements are those given to them. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mkdtemp, strdup */
#endif
#include "files.h"

#include <errno.h>

/* ---- .npy ------------------------------------------------------------------------------------ */

/* A file of version 1.0 as NumPy writes it: the header padded so that the data start at byte 128.
 */
#define NPY(header) "\x93NUMPY\x01\x00v\x00" header
#define NPY_C_ORDER                                                                                \
    NPY("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }                             " \
        "            "                                                                             \
        "                 \n")                                                                     \
    "\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06\x00"
#define NPY_FORTRAN_ORDER                                                                          \
    NPY("{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }                              " \
        "            "                                                                             \
        "                 \n")                                                                     \
    "\x01\x00\x04\x00\x02\x00\x05\x00\x03\x00\x06\x00"

/* Prefix of version `major`.0, `header` as it is, then `count` bytes of data. Returns the length.
 */
static size_t build_npy(char *file, int major, const char *header, const void *data, size_t count)
{
    size_t length = strlen(header), width = major == 1 ? 2 : 4;
    memcpy(file, "\x93NUMPY", 6);
    file[6] = (char)major, file[7] = 0;
    for (size_t i = 0; i < width; i++)
        file[8 + i] = (char)(length >> 8 * i);
    memcpy(file + 8 + width, header, length);
    if (count)
        memcpy(file + 8 + width + length, data, count);
    return 8 + width + length + count;
}

TEST(npy_files_are_byte_for_byte_those_of_numpy)
{
    static const char scalar[] =
        NPY("{'descr': '|b1', 'fortran_order': False, 'shape': (), }                        "
            "                                      \n") "\x01";
    char bytes[4096];
    ND_SCOPE {
        nd_array *x = nd_from_data(ND_INT16, ND_SHAPE(2, 3), (int16_t[]){1, 2, 3, 4, 5, 6});
        assert_ok(nd_save_npy(path_of("c.npy"), x));
        assert_int_equal(read_file(path_of("c.npy"), bytes), sizeof NPY_C_ORDER - 1);
        assert_memory_equal(bytes, NPY_C_ORDER, sizeof NPY_C_ORDER - 1);
        assert_ok(nd_save_npy(path_of("f.npy"), nd_copy_fortran(x)));
        assert_int_equal(read_file(path_of("f.npy"), bytes), sizeof NPY_FORTRAN_ORDER - 1);
        assert_memory_equal(bytes, NPY_FORTRAN_ORDER, sizeof NPY_FORTRAN_ORDER - 1);
        assert_ok(
            nd_save_npy(path_of("0.npy"), nd_from_data(ND_BOOL, ND_SCALAR_SHAPE, (bool[]){true})));
        assert_int_equal(read_file(path_of("0.npy"), bytes), sizeof scalar - 1);
        assert_memory_equal(bytes, scalar, sizeof scalar - 1);
    }
}

TEST(npy_of_numpy_is_read_in_both_orders)
{
    static const int16_t expected[] = {1, 2, 3, 4, 5, 6};
    ND_SCOPE {
        nd_array *wanted = nd_from_data(ND_INT16, ND_SHAPE(2, 3), expected);
        nd_array *c = nd_load_npy(write_file("c.npy", NPY_C_ORDER, sizeof NPY_C_ORDER - 1));
        assert_same_elements(c, wanted);
        assert_true(nd_is_contiguous(c) && nd_is_writeable(c));
        nd_array *f =
            nd_load_npy(write_file("f.npy", NPY_FORTRAN_ORDER, sizeof NPY_FORTRAN_ORDER - 1));
        assert_same_elements(f, wanted);
        assert_true(nd_is_fortran_contiguous(f) && !nd_is_contiguous(f));
        assert_same_elements(nd_map_npy(path_of("f.npy")), wanted);
    }
}

TEST(npy_keeps_every_dtype_in_every_layout)
{
    static const nd_index reversed[] = {ND_STEP(ND_OPEN, ND_OPEN, -2), ND_EVERY, ND_RANGE(1, 4)};
    unsigned char data[3 * 4 * 5 * 16];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * 89 + 7);
    for (int dtype = 0; dtype < ND_DTYPE_COUNT; dtype++)
        ND_SCOPE {
            if (dtype == ND_BOOL)
                for (size_t i = 0; i < 60; i++)
                    data[i] = i % 3 == 0;
            nd_array *x = nd_from_data((nd_dtype)dtype, ND_SHAPE(3, 4, 5), data);
            nd_array *layouts[] = {x,
                                   nd_copy_fortran(x),
                                   nd_transpose(x),
                                   nd_slice_terms(x, 3, reversed),
                                   nd_swap_axes(x, 0, 1),
                                   nd_broadcast_to(nd_slice(x, ND_INDEX(0)), ND_SHAPE(2, 4, 5)),
                                   nd_slice(x, ND_INDEX(1), ND_INDEX(2), ND_INDEX(3)),
                                   nd_slice(x, ND_RANGE(1, 1)),
                                   nd_ravel(x)};
            for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
                assert_ok(nd_save_npy(path_of("x.npy"), layouts[i]));
                assert_same_elements(nd_load_npy(path_of("x.npy")), layouts[i]);
                nd_array *mapped = nd_map_npy(path_of("x.npy"));
                assert_same_elements(mapped, layouts[i]);
                assert_false(nd_is_writeable(mapped));
            }
        }
}

TEST(npy_is_read_whatever_its_version_and_the_manner_of_its_header)
{
    static const struct {
        int major;
        const char *header;
    } files[] = {
        {1, "{'descr': '<u2', 'fortran_order': False, 'shape': (3,), }\n"},
        {2, "{'descr': '<u2', 'fortran_order': False, 'shape': (3,), }       \n"},
        {3, "{'descr': '<u2', 'fortran_order': False, 'shape': (3,), }\n"},
        {1, "{'shape': (3,), 'fortran_order': True, 'descr': '<u2'}"},
        {1, "  {\"descr\":\"<u2\",\"shape\":( 3 , ),\t'fortran_order' :False ,}  \n"},
        {1, "{'descr': '<u2', 'fortran_order': False, 'shape': (3L,), }"}, /* Python 2 */
        {1, "{'descr': '=u2', 'fortran_order': False, 'shape': (3,), }\n"},
    };
    static const uint16_t data[] = {1, 2, 65535};
    char file[256];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        ND_SCOPE {
            size_t length = build_npy(file, files[i].major, files[i].header, data, sizeof data);
            nd_array *wanted = nd_from_data(ND_UINT16, ND_SHAPE(3), data);
            assert_same_elements(nd_load_npy(write_file("v.npy", file, length)), wanted);
            assert_same_elements(nd_map_npy(path_of("v.npy")),
                                 wanted); /* also where the data lie at odd places */
        }
}

TEST(npy_of_the_other_byte_order_is_converted)
{
    static const unsigned char f8[] = {0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0};
    static const unsigned char c8[] = {0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0};
    char file[256];
    ND_SCOPE {
        size_t length = build_npy(
            file, 1, "{'descr': '>f8', 'fortran_order': False, 'shape': (2,), }\n", f8, sizeof f8);
        assert_same_elements(nd_load_npy(write_file("b.npy", file, length)),
                             nd_from_data(ND_FLOAT64, ND_SHAPE(2), (double[]){1.5, -2.0}));
        assert_null(nd_map_npy(path_of("b.npy")));
        assert_error(ND_ERROR_DTYPE, "other byte order");
        length = build_npy(file, 1, "{'descr': '>c8', 'fortran_order': False, 'shape': (), }\n", c8,
                           sizeof c8);
        assert_same_elements(nd_load_npy(write_file("b.npy", file, length)),
                             nd_from_data(ND_COMPLEX64, ND_SCALAR_SHAPE, (float[]){1.0f, -2.0f}));
    }
}

TEST(npy_bytes_that_are_no_bool_are_read_as_true)
{
    char file[256];
    ND_SCOPE {
        size_t length =
            build_npy(file, 1, "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }\n",
                      "\x00\x02\xff", 3);
        assert_same_elements(nd_load_npy(write_file("o.npy", file, length)),
                             nd_from_data(ND_BOOL, ND_SHAPE(3), (bool[]){false, true, true}));
    }
}

TEST(malformed_npy_is_refused_with_its_reason)
{
#define DICT(descr, order, shape)                                                                  \
    "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }\n"
    static const struct {
        const char *header;
        nd_status code;
        const char *message;
    } files[] = {
        {"", ND_ERROR_FORMAT, "no dict"},
        {"[]", ND_ERROR_FORMAT, "no dict"},
        {"{'descr': '<f8', 'fortran_order': False}", ND_ERROR_FORMAT, "'shape' is missing"},
        {"{'shape': (1,), 'fortran_order': False}", ND_ERROR_FORMAT, "'descr' is missing"},
        {"{'descr': '<f8', 'shape': (1,)}", ND_ERROR_FORMAT, "'fortran_order' is missing"},
        {"{'shape': (1,), 'shape': (1,)}", ND_ERROR_FORMAT, "'shape' is there twice"},
        {"{'x': 1}", ND_ERROR_FORMAT, "a key other than"},
        {"{'descr' '<f8'}", ND_ERROR_FORMAT, "a colon was expected"},
        {"{'descr': '<f8' 'shape': (1,)}", ND_ERROR_FORMAT, "a comma was expected"},
        {"{'descr': '<f8', shape: (1,)}", ND_ERROR_FORMAT, "a quoted text was expected"},
        {"{'descr': '<f8", ND_ERROR_FORMAT, "not closed"},
        {DICT("'<f8'", "False", "(1,)") "x", ND_ERROR_FORMAT, "text after the dict"},
        {DICT("'<f8'", "0", "(1,)"), ND_ERROR_FORMAT, "neither True nor False"},
        {DICT("'<f8'", "False", "3"), ND_ERROR_FORMAT, "not a tuple"},
        {DICT("'<f8'", "False", "(3)"), ND_ERROR_FORMAT, "not a tuple"},
        {DICT("'<f8'", "False", "(3.5,)"), ND_ERROR_FORMAT, "not a tuple"},
        {DICT("'<f8'", "False", "(3 4)"), ND_ERROR_FORMAT, "not a tuple"},
        {DICT("'<f8'", "False", "(,)"), ND_ERROR_FORMAT, "not a tuple"},
        {DICT("'<f8'", "False", "(3,"), ND_ERROR_FORMAT, "not a tuple"},
        {DICT("'<f8'", "False", "(-1,)"), ND_ERROR_FORMAT, "negative"},
        {DICT("'<f8'", "False", "(99999999999999999999,)"), ND_ERROR_FORMAT,
         "a length in 'shape' is too large"},
        {DICT("'<f8'", "False", "(9223372036854775807,)"), ND_ERROR_FORMAT,
         "larger than the address space"},
        {DICT("'<f8'", "False", "(4294967296, 4294967296)"), ND_ERROR_FORMAT,
         "larger than the address space"},
        {DICT("'<f8'", "False",
              "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)"),
         ND_ERROR_FORMAT, "more than 32 axes"},
        {DICT("'|O'", "False", "(1,)"), ND_ERROR_PICKLED, "dtype '|O'"},
        {DICT("'<U3'", "False", "(1,)"), ND_ERROR_DTYPE, "dtype '<U3'"},
        {DICT("'<M8[ns]'", "False", "(1,)"), ND_ERROR_DTYPE, "dtype '<M8[ns]'"},
        {DICT("'<f16'", "False", "(1,)"), ND_ERROR_DTYPE, "dtype '<f16'"},
        {DICT("''", "False", "(1,)"), ND_ERROR_DTYPE, "dtype ''"},
        {DICT("[('a', '<f4'), ('b', '<i4')]", "False", "(1,)"), ND_ERROR_DTYPE, "structured"},
        {DICT("'<f8'", "False", "(2, 3)"), ND_ERROR_TRUNCATED, "holds 8 of 48 bytes"},
        {DICT("'<f8'", "False", "(1000000000, 1000000)"), ND_ERROR_TRUNCATED,
         "holds 8 of 8000000000000000 bytes"},
    };
    char file[512];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        size_t length = build_npy(file, 1, files[i].header, "\0\0\0\0\0\0\0\0", 8);
        assert_null(nd_load_npy(write_file("bad.npy", file, length)));
        assert_non_null(strstr(nd_error_message(), "bad.npy: "));
        assert_error(files[i].code, files[i].message);
        assert_null(nd_map_npy(path_of("bad.npy")));
        assert_error(files[i].code, files[i].message);
    }
}

TEST(npy_with_a_bad_beginning_is_refused)
{
    static const struct {
        const char *bytes;
        size_t length;
        nd_status code;
        const char *message;
    } files[] = {
        {"", 0, ND_ERROR_EMPTY, "not a .npy file: it is empty"},
        {"\x93NUMPY\x01", 7, ND_ERROR_FORMAT, "not a .npy file"},
        {"PK\x03\x04 an .npz file", 16, ND_ERROR_FORMAT, "not a .npy file"},
        {"\x93NUMPY\x04\x00\x01\x00 ", 11, ND_ERROR_FORMAT, "version 4.0"},
        {"\x93NUMPY\x01\x01\x01\x00 ", 11, ND_ERROR_FORMAT, "version 1.1"},
        {"\x93NUMPY\x01\x00\x10", 9, ND_ERROR_TRUNCATED, "ends before the length"},
        {"\x93NUMPY\x01\x00\x10\x00{}", 12, ND_ERROR_TRUNCATED, "holds 2 of 16 bytes"},
        {"\x93NUMPY\x02\x00\xff\xff\xff\xff{}", 14, ND_ERROR_FORMAT, "4294967295 bytes long"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_null(nd_load_npy(write_file("bad.npy", files[i].bytes, files[i].length)));
        assert_error(files[i].code, files[i].message);
    }
    assert_null(nd_load_npy(path_of("absent.npy")));
    assert_int_equal(nd_error_system(), ENOENT);
    assert_error(ND_ERROR_FILE, "absent.npy: cannot be opened");
    assert_int_equal(nd_error_system(), 0);
    path_of("");
    assert_null(nd_load_npy(folder));
    assert_error(ND_ERROR_FILE, "directory");
    assert_null(nd_load_npy(NULL));
    assert_error(ND_ERROR_ARGUMENT, "path is NULL");
}

TEST(mapped_npy_outlives_its_file_and_lives_as_long_as_its_views)
{
    ND_SCOPE {
        assert_ok(nd_save_npy(path_of("m.npy"), nd_reshape(nd_arange(1000), ND_SHAPE(10, 100))));
    }
    nd_array *view = NULL;
    ND_SCOPE {
        nd_array *mapped = nd_map_npy(path_of("m.npy"));
        assert_non_null(mapped);
        assert_null(nd_data_writeable(mapped));
        assert_error(ND_ERROR_READONLY, "");
        view = nd_keep(nd_slice(mapped, ND_INDEX(-1), ND_RANGE(-2, ND_OPEN)));
    }
    unlink(path_of("m.npy"));
    assert_non_null(view);
    assert_int_equal(nd_get_int64(view, (int64_t[]){1}), 999);
    nd_release(view);
}

TEST(large_strided_arrays_are_saved_in_blocks)
{
    ND_SCOPE {
        nd_array *x = nd_reshape(nd_arange(1201 * 1003), ND_SHAPE(1201, 1003));
        nd_array *views[] = {nd_flip(x, ND_ALL),
                             nd_slice(nd_transpose(x), ND_STEP(ND_OPEN, ND_OPEN, 2)),
                             nd_broadcast_to(nd_slice(x, ND_NEW_AXIS), ND_SHAPE(2, 1201, 1003)),
                             nd_expand_dims(nd_flip(nd_ravel(x), ND_ALL), 0)};
        for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
            assert_ok(nd_save_npy(path_of("l.npy"), views[i]));
            assert_same_elements(nd_load_npy(path_of("l.npy")), views[i]);
        }
        unlink(path_of("l.npy"));
    }
}

TEST(saving_replaces_the_whole_file_or_leaves_the_old_one)
{
    struct stat about;
    ND_SCOPE {
        nd_array *x = nd_arange(5);
        assert_int_equal(nd_save_npy(path_of("no/such/folder.npy"), x), ND_ERROR_FILE);
        assert_error(ND_ERROR_FILE, "no/such/folder.npy: cannot be written");
        assert_int_equal(nd_save_npy(folder, x), ND_ERROR_FILE);
        assert_error(ND_ERROR_FILE, "directory");

        write_text("old.npy", "old");
        assert_int_equal(chmod(path_of("old.npy"), 0640), 0);
        int before = files_in_folder();
        assert_ok(nd_save_npy(path_of("old.npy"), x));
        assert_int_equal(files_in_folder(), before);
        assert_int_equal(stat(path_of("old.npy"), &about), 0);
        assert_int_equal(about.st_mode & 0777, 0640);
        assert_same_elements(nd_load_npy(path_of("old.npy")), x);

        unlink(path_of("link.npy"));
        assert_int_equal(symlink("old.npy", path_of("link.npy")), 0);
        assert_ok(nd_save_npy(path_of("link.npy"), nd_arange(7)));
        assert_int_equal(lstat(path_of("link.npy"), &about), 0);
        assert_true(S_ISLNK(about.st_mode));
        assert_same_elements(nd_load_npy(path_of("old.npy")), nd_arange(7));

        assert_ok(nd_save_npy("/dev/null", x));
        assert_int_equal(nd_save_npy("/dev/full", x), ND_ERROR_FILE);
        assert_error(ND_ERROR_FILE, "/dev/full: cannot be written");
        nd_array *image = nd_zeros(ND_FLOAT32, ND_SHAPE(2, 2));
        assert_int_equal(nd_save_png(path_of("old.npy"), image), ND_ERROR_DTYPE);
        assert_error(ND_ERROR_DTYPE, "float32");
        assert_int_equal(files_in_folder(), before + 1);
    }
}

TEST(load_and_save_go_by_the_ending)
{
    ND_SCOPE {
        nd_array *x = nd_ones(ND_UINT8, ND_SHAPE(2, 3));
        assert_ok(nd_save(path_of("x.npy"), x));
        assert_same_elements(nd_load(path_of("x.npy")), x);
        assert_ok(nd_save(path_of("x.PNG"), x));
        assert_same_elements(nd_load(path_of("x.PNG")), x);
        assert_null(nd_load("x.tiff"));
        assert_error(ND_ERROR_ARGUMENT, "x.tiff");
        assert_int_equal(nd_save(".npy", x), ND_ERROR_ARGUMENT);
        assert_error(ND_ERROR_ARGUMENT, "ending");
        assert_int_equal(nd_save(NULL, x), ND_ERROR_ARGUMENT);
        assert_error(ND_ERROR_ARGUMENT, "path is NULL");
        assert_int_equal(nd_save(path_of("x.npy"), NULL), ND_ERROR_ARGUMENT);
        assert_error(ND_ERROR_ARGUMENT, "array is NULL");
        assert_int_equal(nd_save(path_of("x.npy"), nd_load_npy(NULL)),
                         ND_ERROR_ARGUMENT); /* the first error stays */
        assert_error(ND_ERROR_ARGUMENT, "load: the path is NULL");
    }
}

/* ---- CSV ------------------------------------------------------------------------------------- */

static nd_table *read_text_as_csv(const char *text, const nd_csv_options *options)
{
    return nd_read_csv(write_text("t.csv", text), options);
}

static void assert_int64_column(const nd_table *table, const char *name, int64_t count,
                                const int64_t *expected)
{
    ND_SCOPE {
        nd_array *column = nd_table_column(table, name);
        assert_int_equal(nd_dtype_of(column), ND_INT64);
        assert_int_equal(nd_size(column), count);
        assert_memory_equal(nd_data(column), expected, (size_t)count * 8);
    }
}

/* Equal bits, so that -0.0 is not 0.0; any nan is any other. */
static void assert_float64_column(const nd_table *table, const char *name, int64_t count,
                                  const double *expected)
{
    ND_SCOPE {
        nd_array *column = nd_table_column(table, name);
        assert_int_equal(nd_dtype_of(column), ND_FLOAT64);
        assert_int_equal(nd_size(column), count);
        const double *found = nd_data(column);
        for (int64_t i = 0; i < count; i++)
            if (memcmp(&found[i], &expected[i], 8) != 0 && !(isnan(found[i]) && isnan(expected[i])))
                fail_msg("row %d: %.17g, expected %.17g", (int)i, found[i], expected[i]);
    }
}

TEST(csv_columns_are_int64_or_float64_or_text)
{
    nd_table *table =
        read_text_as_csv("a,b,c,d,e\n1,1.5,x,,NA\n-2,2,7,3,4\n+3,1e3,,NaN,null\n", NULL);
    assert_no_error();
    assert_int_equal(nd_table_rows(table), 3);
    assert_int_equal(nd_table_columns(table), 5);
    assert_string_equal(nd_table_name(table, 4), "e");
    assert_null(nd_table_name(table, 5));
    assert_null(nd_table_name(table, -1));
    assert_int64_column(table, "a", 3, (int64_t[]){1, -2, 3});
    assert_float64_column(table, "b", 3, (double[]){1.5, 2, 1000});
    assert_string_equal(nd_table_text(table, "c", 0), "x");
    assert_string_equal(nd_table_text(table, "c", 1), "7");
    assert_null(nd_table_text(table, "c", 2));
    assert_null(nd_table_text(table, "c", 3));
    assert_null(nd_table_text(table, "c", -1));
    assert_null(nd_table_text(table, "a", 0));
    assert_float64_column(table, "d", 3, (double[]){NAN, 3, NAN});
    assert_float64_column(table, "e", 3, (double[]){NAN, 4, NAN});
    static const int missing[] = {0, 0, 1, 2, 2};
    for (int i = 0; i < 5; i++)
        assert_int_equal(nd_table_missing(table, i), missing[i]);
    assert_int_equal(nd_table_missing(table, 5), -1);
    assert_null(nd_table_column(table, "c"));
    assert_error(ND_ERROR_DTYPE, "column 'c' is text");
    assert_null(nd_table_column(table, "z"));
    assert_error(ND_ERROR_ARGUMENT, "no column 'z'");
    nd_table_free(table);
}

TEST(csv_quotes_hold_separators_newlines_and_doubled_quotes)
{
    nd_table *table = read_text_as_csv(
        "\xef\xbb\xbf\"na\"\"me\",\"b,c\",\"n\"\r\n\"x, \"\"y\"\"\",\"two\r\nlines\",\"12\"\r\n"
        "a\"b,\"\",3\r\n\"\"\"\",plain,\"4\"\r\n\r\n\n",
        NULL);
    assert_no_error();
    assert_int_equal(nd_table_rows(table), 3);
    assert_string_equal(nd_table_name(table, 0), "na\"me");
    assert_string_equal(nd_table_text(table, "na\"me", 0), "x, \"y\"");
    assert_string_equal(nd_table_text(table, "na\"me", 1), "a\"b");
    assert_string_equal(nd_table_text(table, "na\"me", 2), "\"");
    assert_string_equal(nd_table_text(table, "b,c", 0), "two\r\nlines");
    assert_null(nd_table_text(table, "b,c", 1));
    assert_string_equal(nd_table_text(table, "b,c", 2), "plain");
    assert_int64_column(table, "n", 3, (int64_t[]){12, 3, 4});
    nd_table_free(table);
}

TEST(csv_numbers_are_rounded_correctly_and_without_the_locale)
{
    const char *old = setlocale(LC_NUMERIC, NULL);
    char *saved = strdup(old);
    setlocale(LC_NUMERIC,
              "de_DE.UTF-8"); /* where it is installed, "1,5" is a number and "1.5" is not */
    nd_table *table = read_text_as_csv(
        "x\n0.1\n9007199254740993\n1e23\n8.41e21\n5e-324\n2.2250738585072011e-308\n1e400\n-0\n"
        ".5\n5.\n 7 \n123456789012345678901234567890\n0.000000000000000000000000012345\n"
        "9223372036854775808\ninf\n-Infinity\n0.30000000000000004\n",
        NULL);
    setlocale(LC_NUMERIC, saved);
    free(saved);
    assert_no_error();
    assert_float64_column(
        table, "x", 17,
        (double[]){0.1, 9007199254740992.0, 1e23, 8.41e21, 5e-324, 2.2250738585072011e-308,
                   INFINITY, -0.0, 0.5, 5.0, 7.0, 123456789012345678901234567890.0, 1.2345e-26,
                   9223372036854775808.0, INFINITY, -INFINITY, 0.30000000000000004});
    nd_table_free(table);
}

TEST(csv_int64_holds_its_whole_range_and_no_more)
{
    nd_table *table = read_text_as_csv(
        "a,b\n9223372036854775807,-9223372036854775809\n-9223372036854775808,1\n007,2\n", NULL);
    assert_no_error();
    assert_int64_column(table, "a", 3, (int64_t[]){INT64_MAX, INT64_MIN, 7});
    assert_float64_column(table, "b", 3, (double[]){-9223372036854775808.0, 1, 2});
    nd_table_free(table);
}

TEST(csv_texts_that_only_look_like_numbers_are_text)
{
    static const char *const texts[] = {"0x10", "1_000", "1e",      "e5",  "--1", "+",
                                        ".",    "1.2.3", "infinit", "1 2", "12a", "1.5f"};
    char file[64];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        snprintf(file, sizeof file, "a\n1\n%s\n", texts[i]);
        nd_table *table = read_text_as_csv(file, NULL);
        assert_no_error();
        assert_non_null(nd_table_text(table, "a", 1));
        assert_string_equal(nd_table_text(table, "a", 1), texts[i]);
        assert_string_equal(nd_table_text(table, "a", 0), "1");
        nd_table_free(table);
    }
}

TEST(csv_options_choose_separator_header_missing_and_columns)
{
    nd_table *table = read_text_as_csv(
        "1;2;-99\n3;-99;\n", &(nd_csv_options){.separator = ';',
                                               .no_header = true,
                                               .missing = (const char *[]){"-99", NULL},
                                               .columns = (const char *[]){"2", "0", NULL}});
    assert_no_error();
    assert_int_equal(nd_table_columns(table), 2); /* in the file's order */
    assert_string_equal(nd_table_name(table, 0), "0");
    assert_string_equal(nd_table_name(table, 1), "2");
    assert_int64_column(table, "0", 2, (int64_t[]){1, 3});
    assert_null(nd_table_text(table, "2", 0));
    assert_string_equal(nd_table_text(table, "2", 1), "");
    assert_int_equal(nd_table_missing(table, 1), 1);
    nd_table_free(table);
    assert_null(
        read_text_as_csv("a,b\n1,2\n", &(nd_csv_options){.columns = (const char *[]){"c", NULL}}));
    assert_error(ND_ERROR_ARGUMENT, "no column 'c'");
    assert_null(read_text_as_csv("a,b\n1,2\n", &(nd_csv_options){.separator = '"'}));
    assert_error(ND_ERROR_ARGUMENT, "cannot separate");
}

TEST(csv_blank_lines_are_no_rows_but_in_one_column_they_are_missing)
{
    nd_table *table = read_text_as_csv("\n\na,b\n1,2\n\n3,4\n\r\n\n", NULL);
    assert_no_error();
    assert_int64_column(table, "b", 2, (int64_t[]){2, 4});
    nd_table_free(table);
    table = read_text_as_csv("a\n1\n\n3\n\n\n", NULL);
    assert_no_error();
    assert_float64_column(table, "a", 3, (double[]){1, NAN, 3});
    nd_table_free(table);
    table = read_text_as_csv("a,b", NULL); /* a header alone, without its newline */
    assert_no_error();
    assert_int_equal(nd_table_rows(table), 0);
    assert_int64_column(table, "a", 0, (int64_t[]){0});
    nd_table_free(table);
}

TEST(malformed_csv_is_refused_with_line_and_column)
{
    static const struct {
        const char *text;
        nd_status code;
        const char *message;
    } files[] = {
        {"", ND_ERROR_FORMAT, "empty"},
        {"\n\r\n", ND_ERROR_FORMAT, "empty"},
        {"a,b,c\n1,2,3\n4,5\n6,7,8\n", ND_ERROR_FORMAT,
         "line 3, column 2 (b): the row ends here, with 2 of 3 fields"},
        {"a,b\n1,2\n3,4,5\n", ND_ERROR_FORMAT, "line 3, column 2 (b): the row goes on"},
        {"a,b\n\n\n1,\"x\ny\"\n3\n", ND_ERROR_FORMAT, "line 6, column 1 (a)"},
        {"a,b\n1,2\n3,\"4\n5,6\n", ND_ERROR_FORMAT,
         "line 3, column 2 (b): a quote is opened and not closed"},
        {"a,b\n1,\"x\"y\n", ND_ERROR_FORMAT, "line 2, column 2 (b): text after the closing quote"},
        {"a,\"b\n", ND_ERROR_FORMAT, "line 1, column 2: a quote is opened"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_null(read_text_as_csv(files[i].text, NULL));
        assert_error(files[i].code, files[i].message);
    }
    assert_null(nd_read_csv(path_of("absent.csv"), NULL));
    assert_error(ND_ERROR_FILE, "absent.csv");
    assert_null(nd_read_csv(NULL, NULL));
    assert_error(ND_ERROR_ARGUMENT, "NULL");
}

/* Files of many chunks, where the type of a column shows late, and rows, quotes and blank lines
 * cross the cuts. */
TEST(csv_types_are_settled_over_all_chunks)
{
    enum { ROWS = 150000, LATE = 140000 };
    FILE *file = fopen(path_of("big.csv"), "w");
    assert_non_null(file);
    fprintf(file, "whole,real,late,text,quoted\n");
    for (int i = 0; i < ROWS; i++)
        fprintf(file, "%d,%s%d,%s%d,t%d,\"q\n\"\"%d\"\n%s", i, i == LATE ? "0." : "",
                i == LATE ? 5 : i, i == LATE ? "x" : "", i, i, i, i % 1000 == 0 ? "\n" : "");
    fclose(file);
    for (int threads = 1; threads <= 3; threads++) {
        nd_set_num_threads(threads);
        nd_table *table = nd_read_csv(path_of("big.csv"), NULL);
        assert_no_error();
        assert_int_equal(nd_table_rows(table), ROWS);
        ND_SCOPE {
            const int64_t *whole = nd_data(nd_table_column(table, "whole"));
            const double *real = nd_data(nd_table_column(table, "real"));
            assert_non_null(whole);
            assert_non_null(real);
            for (int i = 0; i < ROWS; i++) {
                char late[32], text[32], quoted[32];
                snprintf(late, sizeof late, "%s%d", i == LATE ? "x" : "", i);
                snprintf(text, sizeof text, "t%d", i);
                snprintf(quoted, sizeof quoted, "q\n\"%d", i);
                if (whole[i] != i || real[i] != (i == LATE ? 0.5 : i) ||
                    strcmp(nd_table_text(table, "late", i), late) ||
                    strcmp(nd_table_text(table, "text", i), text) ||
                    strcmp(nd_table_text(table, "quoted", i), quoted))
                    fail_msg("row %d", i);
            }
        }
        nd_table_free(table);
    }
    nd_set_num_threads(0);
    unlink(path_of("big.csv"));
}

TEST(csv_error_in_a_late_chunk_names_the_line)
{
    FILE *file = fopen(path_of("big.csv"), "w");
    assert_non_null(file);
    fprintf(file, "a,b\n");
    for (int i = 0; i < 200000; i++)
        fprintf(file, i == 150000 || i == 170000 ? "%d\n" : "%d,1234567\n", i);
    fclose(file);
    assert_null(nd_read_csv(path_of("big.csv"), NULL));
    assert_error(ND_ERROR_FORMAT, "line 150002, column 1 (a)");
    unlink(path_of("big.csv"));
}

TEST(csv_fields_longer_than_64_KiB_are_whole)
{
    enum { LONG = 70000 };
    char *text = malloc(2 * LONG + 64);
    assert_non_null(text);
    strcpy(text, "a,b\n");
    memset(text + 4, 'x', LONG);
    strcpy(text + 4 + LONG, ",\"y\"\"");
    memset(text + 9 + LONG, 'z', LONG);
    strcpy(text + 9 + 2 * LONG, "\"\n");
    nd_table *table = read_text_as_csv(text, NULL);
    assert_no_error();
    assert_int_equal(strlen(nd_table_text(table, "a", 0)), LONG);
    assert_int_equal(strlen(nd_table_text(table, "b", 0)), LONG + 2);
    assert_memory_equal(nd_table_text(table, "b", 0), "y\"z", 3);
    nd_table_free(table);
    free(text);
}

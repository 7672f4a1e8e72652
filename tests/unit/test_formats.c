/* Files: raw elements, PGM and PPM, tables of numbers, and the progress of long calls. Expected
 * bytes and values are by hand, and those of Python's repr(). */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mkdtemp */
#endif
#include "files.h"

static void assert_file_is(const char *path, const char *text)
{
    char bytes[4096];
    const size_t length = read_file(path, bytes);
    assert_int_equal(length, strlen(text));
    assert_memory_equal(bytes, text, length);
}

/* ---- Raw elements ---------------------------------------------------------------------------- */

TEST(raw_elements_are_read_in_either_order_from_an_offset)
{
    static const char bytes[] = "head\x00\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06";
    const nd_raw_options big = {.offset = 4, .byte_order = ND_BIG_ENDIAN},
                         fortran = {.offset = 4, .byte_order = ND_BIG_ENDIAN, .fortran = true};
    ND_SCOPE {
        const char *path = write_file("x.raw", bytes, sizeof bytes - 1);
        assert_same_elements(
            nd_load_raw(path, ND_UINT16, ND_SHAPE(2, 3), &big),
            nd_from_data(ND_UINT16, ND_SHAPE(2, 3), (uint16_t[]){1, 2, 3, 4, 5, 6}));
        assert_same_elements(
            nd_load_raw(path, ND_UINT16, ND_SHAPE(2, -1), &fortran),
            nd_from_data(ND_UINT16, ND_SHAPE(2, 3), (uint16_t[]){1, 3, 5, 2, 4, 6}));
        assert_null(nd_map_raw(path, ND_UINT16, ND_SHAPE(6), &big));
        assert_error(ND_ERROR_DTYPE, "other byte order");
        assert_same_elements(
            nd_map_raw(path, ND_UINT8, ND_SHAPE(2, 2), &(nd_raw_options){.offset = 12}),
            nd_from_data(ND_UINT8, ND_SHAPE(2, 2), (uint8_t[]){0, 5, 0, 6}));
    }
}

TEST(raw_files_that_do_not_fit_are_refused)
{
    const char *path = write_file("x.raw", "12345678", 8);
    const nd_raw_options beyond = {.offset = 9}, negative = {.offset = -1};
    assert_null(nd_load_raw(path, ND_FLOAT64, ND_SHAPE(2), NULL));
    assert_error(ND_ERROR_TRUNCATED, "holds 8 of 16 bytes");
    assert_null(nd_load_raw(path, ND_INT32, ND_SHAPE(-1, 3), NULL));
    assert_error(ND_ERROR_VALUE, "no whole number");
    assert_null(nd_load_raw(path, ND_INT32, ND_SHAPE(-1, -1), NULL));
    assert_error(ND_ERROR_SHAPE, "one may be -1");
    assert_null(nd_load_raw(path, ND_INT32, ND_SHAPE(-2), NULL));
    assert_error(ND_ERROR_SHAPE, "negative");
    assert_null(nd_load_raw(path, ND_INT8, ND_SHAPE(-1), &beyond));
    assert_error(ND_ERROR_VALUE, "offset 9");
    assert_null(nd_load_raw(path, ND_INT8, ND_SHAPE(8), &negative));
    assert_error(ND_ERROR_VALUE, "offset is negative");
    assert_null(nd_load_raw(path, ND_INT32, ND_SHAPE(INT64_MAX, 4), NULL));
    assert_error(ND_ERROR_SHAPE, "address space");
    assert_null(nd_load_raw(path, ND_DTYPE_NONE, ND_SHAPE(1), NULL));
    assert_error(ND_ERROR_DTYPE, "no dtype");
    assert_null(nd_load(path));
    assert_error(ND_ERROR_ARGUMENT, "nd_load_raw() is told");
}

TEST(raw_elements_are_written_in_c_order)
{
    ND_SCOPE {
        nd_array *x = nd_from_data(ND_UINT8, ND_SHAPE(2, 3), "abcdef");
        assert_ok(nd_save(path_of("t.bin"), nd_transpose(x)));
        assert_file_is(path_of("t.bin"), "adbecf");
    }
}

/* ---- PGM and PPM ----------------------------------------------------------------------------- */

TEST(pnm_of_all_four_kinds_is_read)
{
    static const char wide[] = "P6 2 1 1000\n\0\1\0\2\0\3\3\350\0\5\0\6";
    ND_SCOPE {
        nd_array *grey = nd_from_data(ND_UINT8, ND_SHAPE(2, 3), (uint8_t[]){1, 2, 3, 4, 5, 6});
        assert_same_elements(nd_load(write_text("g.pgm", "P5\n# words\n3 2\n255\n\1\2\3\4\5\6")),
                             grey);
        assert_same_elements(nd_load_pnm(write_text("g.pgm", "P2 3 2 9 1 2 #no 7\n3\n4 5 6")),
                             grey);
        assert_same_elements(
            nd_load_pnm(write_file("c.ppm", wide, sizeof wide - 1)),
            nd_from_data(ND_UINT16, ND_SHAPE(1, 2, 3), (uint16_t[]){1, 2, 3, 1000, 5, 6}));
        assert_same_elements(nd_load_pnm(write_text("c.ppm", "P3 1 1 255 7 8 9\n")),
                             nd_from_data(ND_UINT8, ND_SHAPE(1, 1, 3), (uint8_t[]){7, 8, 9}));
    }
}

TEST(pnm_is_written_as_bytes_and_as_text)
{
    uint16_t values[2 * 9 * 3];
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        values[i] = (uint16_t)(i * 40503);
    ND_SCOPE {
        nd_array *x = nd_from_data(ND_UINT8, ND_SHAPE(1, 3), "abc");
        assert_ok(nd_save(path_of("x.pgm"), x));
        assert_file_is(path_of("x.pgm"), "P5\n3 1\n255\nabc");
        assert_ok(nd_save_pnm(path_of("x.pgm"), x, true));
        assert_file_is(path_of("x.pgm"), "P2\n3 1\n255\n97 98 99\n");
        nd_array *wide = nd_from_data(ND_UINT16, ND_SHAPE(2, 9, 3), values);
        nd_array *images[] = {wide, nd_flip(wide, ND_AXIS(1)), nd_slice(wide, ND_REST, ND_INDEX(1)),
                              nd_cast(wide, ND_UINT8)};
        for (int i = 0; i < 4; i++)
            for (int plain = 0; plain < 2; plain++) {
                assert_ok(nd_save_pnm(path_of("w.ppm"), images[i], plain));
                assert_same_elements(nd_load_pnm(path_of("w.ppm")), images[i]);
            }
        assert_int_equal(nd_save_pnm(path_of("n.pgm"), nd_zeros(ND_FLOAT32, ND_SHAPE(2, 2)), false),
                         ND_ERROR_DTYPE);
        assert_error(ND_ERROR_DTYPE, "float32");
        assert_int_equal(
            nd_save_pnm(path_of("n.pgm"), nd_zeros(ND_UINT8, ND_SHAPE(2, 2, 4)), false),
            ND_ERROR_SHAPE);
        assert_error(ND_ERROR_SHAPE, "(2, 2, 4)");
    }
}

TEST(malformed_pnm_is_refused_with_its_reason)
{
    static const struct {
        const char *text;
        nd_status code;
        const char *says;
    } files[] = {
        {"", ND_ERROR_FORMAT, "not a PGM"},
        {"P4 1 1 1", ND_ERROR_FORMAT, "not a PGM"},
        {"P5 2", ND_ERROR_TRUNCATED, "cut off in its header"},
        {"P5 2 2 255", ND_ERROR_TRUNCATED, "cut off in its header"},
        {"P5 2 2 255 abc", ND_ERROR_TRUNCATED, "cut off in its pixels"},
        {"P5 2 x 255 abc", ND_ERROR_FORMAT, "no number"},
        {"P5 2 2 0 abcd", ND_ERROR_FORMAT, "largest value is 0"},
        {"P5 2 2 65536 abcd", ND_ERROR_FORMAT, "too large"},
        {"P5 2147483647 2147483647 65535\nabcd", ND_ERROR_TRUNCATED, "cut off"},
        {"P6 99999999999 2 255\nabcd", ND_ERROR_FORMAT, "too large"},
        {"P2 2 1 9 1 10", ND_ERROR_FORMAT, "above the largest"},
        {"P5 2 1 9 \1\n", ND_ERROR_FORMAT, "above the largest"},
        {"P2 2 2 9 1 2 3 #4", ND_ERROR_TRUNCATED, "cut off"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_null(nd_load_pnm(write_text("bad.pgm", files[i].text)));
        assert_error(files[i].code, files[i].says);
    }
}

/* ---- Tables of numbers ----------------------------------------------------------------------- */

TEST(text_between_white_space_is_read_as_numpy_loadtxt_does)
{
    static const double expected[] = {1.5, 2, 3, 4, 5e-3, -6};
    ND_SCOPE {
        nd_array *wanted = nd_from_data(ND_FLOAT64, ND_SHAPE(2, 3), expected);
        assert_same_elements(
            nd_load(write_text("x.txt", "# title\n 1.5\t2  3 # more\n\n#\n4 5e-3   -6\r\n")),
            wanted);
        assert_same_elements(nd_load(write_text("x.csv", "1.5,2,3\n4,5e-3,-6\n")), wanted);
        assert_same_elements(nd_load(write_text("x.csv", "a,b,c\n1.5,2,3\n4,5e-3,-6")), wanted);
        assert_same_elements(nd_load(write_text("x.tsv", "a\t2\t3\n1.5\t2\t3\n4\t5e-3\t-6")),
                             wanted);
        assert_same_elements(nd_load(write_text("x.txt", "1\n\n2 # two\n")),
                             nd_from_data(ND_FLOAT64, ND_SHAPE(2, 1), (double[]){1, 2}));
    }
}

TEST(text_that_is_no_number_is_refused_with_its_place)
{
    assert_null(nd_load(write_text("x.csv", "a,b\n1,2\n\n3,four\n")));
    assert_error(ND_ERROR_DTYPE, "x.csv: line 4, column 2 (b): 'four' is no number");
    assert_null(nd_load(write_text("x.txt", "# words\n1 2\n3 x # y\n")));
    assert_error(ND_ERROR_DTYPE, "x.txt: line 3, column 2: 'x' is no number");
    assert_null(nd_load(write_text("x.txt", "1 2\n3\n")));
    assert_error(ND_ERROR_FORMAT, "line 2, column 1");
    assert_null(nd_load(write_text("x.txt", "# nothing\n")));
    assert_error(ND_ERROR_FORMAT, "empty");
}

TEST(floats_are_written_as_the_shortest_decimals_that_read_back)
{
    static const double values[] = {0.1,
                                    1.0 / 3,
                                    1e15,
                                    123456789012345680.0,
                                    1e16,
                                    5e-324,
                                    -0.0,
                                    1e-4,
                                    1e-5,
                                    1.7976931348623157e308,
                                    NAN,
                                    -INFINITY,
                                    9007199254740993.0,
                                    0.3,
                                    100,
                                    2.5e-7,
                                    1e22};
    ND_SCOPE {
        nd_array *x = nd_from_data(ND_FLOAT64, ND_SHAPE(17), values);
        assert_ok(nd_save(path_of("x.csv"), x));
        assert_file_is(
            path_of("x.csv"),
            "0.1\n0.3333333333333333\n1000000000000000.0\n1.2345678901234568e+17\n1e+16\n"
            "5e-324\n-0.0\n0.0001\n1e-05\n1.7976931348623157e+308\nnan\n-inf\n"
            "9007199254740992.0\n0.3\n100.0\n2.5e-07\n1e+22\n");
        nd_array *single = nd_from_data(ND_FLOAT32, ND_SHAPE(2, 2),
                                        (float[]){0.1f, 16777216, 1.0f / 3, 3.4028235e38f});
        assert_ok(nd_save(path_of("x.tsv"), single));
        assert_file_is(path_of("x.tsv"), "0.1\t16777216.0\n0.33333334\t3.4028235e+38\n");
        assert_ok(nd_save(path_of("x.txt"),
                          nd_from_data(ND_UINT64, ND_SHAPE(1, 2), (uint64_t[]){0, UINT64_MAX})));
        assert_file_is(path_of("x.txt"), "0 18446744073709551615\n");
    }
}

TEST(columns_are_written_with_their_names)
{
    ND_SCOPE {
        const nd_array *columns[] = {
            nd_from_data(ND_INT64, ND_SHAPE(2), (int64_t[]){INT64_MIN, 7}),
            nd_slice(nd_from_data(ND_FLOAT64, ND_SHAPE(4), (double[]){1, 2, 3, 4}),
                     ND_STEP(ND_OPEN, ND_OPEN, -2)),
            nd_from_data(ND_BOOL, ND_SHAPE(2), (bool[]){true, false})};
        const char *const names[] = {"n", "a \"b\", c", "yes"};
        assert_ok(nd_write_csv(path_of("x.csv"), 0, 3, names, columns));
        assert_file_is(path_of("x.csv"), "n,\"a \"\"b\"\", c\",yes\n-9223372036854775808,4.0,1\n"
                                         "7,2.0,0\n");
        nd_table *table = nd_read_csv(path_of("x.csv"), NULL);
        assert_string_equal(nd_table_name(table, 1), names[1]);
        assert_same_elements(nd_table_column(table, "n"), columns[0]);
        nd_table_free(table);
        assert_ok(nd_write_csv(path_of("x.csv"), ';', 1, NULL, columns));
        assert_file_is(path_of("x.csv"), "-9223372036854775808\n7\n");
        columns[1] = nd_arange(3);
        assert_int_equal(nd_write_csv(path_of("x.csv"), 0, 2, names, columns), ND_ERROR_SHAPE);
        assert_error(ND_ERROR_SHAPE, "column 1 has shape (3,)");
        columns[1] = nd_zeros(ND_COMPLEX64, ND_SHAPE(2));
        assert_int_equal(nd_write_csv(path_of("x.csv"), 0, 2, names, columns), ND_ERROR_DTYPE);
        assert_error(ND_ERROR_DTYPE, "complex64");
        assert_int_equal(nd_write_csv(path_of("x.csv"), '1', 1, names, columns), ND_ERROR_ARGUMENT);
        assert_error(ND_ERROR_ARGUMENT, "'1' cannot separate");
        assert_file_is(path_of("x.csv"), "-9223372036854775808\n7\n");
    }
}

TEST(tables_come_back_with_texts_and_missing_values)
{
    static const char text[] = "name,n,x\n\"a, \"\"b\"\"\",1,\n,2,0.5\nc d,NA,1e300\n";
    nd_table *table = nd_read_csv(write_text("t.csv", text), NULL);
    assert_no_error();
    assert_ok(nd_write_table(path_of("t.tsv"), '\t', table));
    assert_file_is(path_of("t.tsv"),
                   "name\tn\tx\n\"a, \"\"b\"\"\"\t1.0\t\n\t2.0\t0.5\nc d\t\t1e+300\n");
    nd_table_free(table);
}

TEST(tables_of_many_parts_are_written_in_order)
{
    enum { ROWS = 200000 };
    ND_SCOPE {
        const nd_array *x = nd_reshape(nd_arange(2 * ROWS), ND_SHAPE(ROWS, 2));
        assert_ok(nd_save(path_of("l.csv"), x));
        assert_same_elements(nd_load(path_of("l.csv")), nd_cast(x, ND_FLOAT64));
        unlink(path_of("l.csv"));
    }
}

/* ---- Progress -------------------------------------------------------------------------------- */

TEST(tables_of_numbers_are_read_in_parts)
{
    static const char text[] = "units,m,s\n# about\nname,x,y\na,1,2.5\n\nb,3,oops\nc,5,6\n";
    static const char *const both[] = {"2", "1", "2", NULL}, *const last[] = {"-1", NULL},
                             *const first[] = {"1", NULL}, *const none[] = {"7", NULL};
    nd_csv_options options = {.no_header = true,
                              .comment = '#',
                              .columns = both,
                              .skip_lines = 3,
                              .text = text,
                              .text_bytes = sizeof text - 1};
    ND_SCOPE {
        assert_null(nd_load_text("t", &options));
        assert_error(ND_ERROR_DTYPE, "t: line 6, column 3: 'oops' is no number");
        options.lenient = true;
        assert_same_elements(nd_load_text("t", &options),
                             nd_from_data(ND_FLOAT64, ND_SHAPE(3, 3),
                                          (double[]){2.5, 1, 2.5, NAN, 3, NAN, 6, 5, 6}));
        options.max_rows = 1;
        assert_same_elements(nd_load_text("t", &options),
                             nd_from_data(ND_FLOAT64, ND_SHAPE(1, 3), (double[]){2.5, 1, 2.5}));
        options.columns = last;
        options.max_rows = 2;
        assert_same_elements(nd_load_text("t", &options),
                             nd_from_data(ND_FLOAT64, ND_SHAPE(2, 1), (double[]){2.5, NAN}));
        options.columns = none;
        assert_null(nd_load_text("t", &options));
        assert_error(ND_ERROR_ARGUMENT, "no column '7'");
        options.columns = first;
        options.skip_lines = 100;
        assert_null(nd_load_text("t", &options));
        assert_error(ND_ERROR_FORMAT, "empty");
        options = (nd_csv_options){.text = text, .text_bytes = 10};
        assert_null(nd_load_text_as("t", ND_DTYPE_NONE, &options));
        assert_error(ND_ERROR_DTYPE, "no dtype");
    }
}

TEST(integers_of_tables_are_exact_or_refused)
{
    static const char text[] = "9007199254740993,-128\n-9223372036854775808,127\n";
    static const char *const small[] = {"1", NULL};
    nd_csv_options options = {.no_header = true, .text = text, .text_bytes = sizeof text - 1};
    ND_SCOPE {
        const nd_array *x = nd_load_text_as("t", ND_INT64, &options);
        const int64_t *data = nd_data(x);
        assert_true(data[0] == 9007199254740993 && data[2] == INT64_MIN);
        assert_null(nd_load_text_as("t", ND_INT32, &options));
        assert_error(ND_ERROR_DTYPE, "column 0 holds numbers that are not in int32");
        options.columns = small;
        assert_int_equal(nd_dtype_of(nd_load_text_as("t", ND_INT8, &options)), ND_INT8);
        assert_null(nd_load_text_as("t", ND_UINT8, &options));
        assert_error(ND_ERROR_DTYPE, "not in uint8");
    }
}

struct told {
    int calls, stop_at;
    double last;
    bool fell;
};

static bool tell(double fraction, void *context)
{
    struct told *told = context;
    told->fell |= fraction < told->last || fraction > 1;
    told->last = fraction;
    return ++told->calls != told->stop_at;
}

TEST(long_calls_report_their_progress_and_can_be_cancelled)
{
    ND_SCOPE {
        const nd_array *x = nd_zeros(ND_FLOAT64, ND_SHAPE(4000000)), *text = nd_arange(8000000);
        const char *const names[] = {"x", "text"};
        const nd_array *const arrays[] = {x, text};
        assert_ok(nd_save_raw(path_of("p.raw"), x));
        assert_ok(nd_save_npz(path_of("p.npz"), 2, names, arrays, false));
        assert_ok(nd_save_text(path_of("p.csv"), ',', text));
        for (int stop = 0; stop < 2; stop++)
            for (int call = 0; call < 6; call++) {
                struct told told = {.stop_at = stop};
                const nd_progress before = nd_set_progress((nd_progress){tell, &told});
                assert_null(before.report);
                switch (call) {
                case 0:
                    nd_load_raw(path_of("p.raw"), ND_FLOAT64, ND_SHAPE(-1), NULL);
                    break;
                case 1:
                    nd_load_npz(path_of("p.npz"), "x");
                    break;
                case 2:
                    nd_load_text(path_of("p.csv"), &(nd_csv_options){.no_header = true});
                    break;
                case 3:
                    nd_save_raw(path_of("q.raw"), x);
                    break;
                case 4:
                    nd_save_npz(path_of("q.npz"), 2, names, arrays, false);
                    break;
                default:
                    nd_save_text(path_of("q.csv"), ',', text);
                }
                nd_set_progress(before);
                assert_true(told.calls > 0);
                assert_false(told.fell);
                if (stop)
                    assert_error(ND_ERROR_CANCELLED, "cancelled");
                assert_no_error();
            }
        const int files = files_in_folder();
        assert_true(access(path_of("q.csv"), F_OK) == 0); /* the uncancelled one */
        struct told told = {.stop_at = 1};
        nd_set_progress((nd_progress){tell, &told});
        assert_int_equal(nd_save_raw(path_of("new.raw"), x), ND_ERROR_CANCELLED);
        nd_set_progress((nd_progress){0});
        assert_error(ND_ERROR_CANCELLED, "new.raw");
        assert_int_equal(files_in_folder(), files);
        for (const char *const *name =
                 (const char *const[]){"p.raw", "p.npz", "p.csv", "q.raw", "q.npz", "q.csv", NULL};
             *name; name++)
            unlink(path_of(*name));
    }
}

/* Files: .npz. The bytes of valid files were written by NumPy 2.4. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mkdtemp */
#endif
#include "files.h"

static const char stored_npz[] = "\x50\x4b\x03\x04\x2d\x00\x00\x00\x00\x00\x00\x00\x21\x00\x6a\xcf"
                                 "\xf2\x51\xff\xff\xff\xff\xff\xff\xff\xff\x05\x00\x14\x00\x61\x2e"
                                 "\x6e\x70\x79\x01\x00\x10\x00\x86\x00\x00\x00\x00\x00\x00\x00\x86"
                                 "\x00\x00\x00\x00\x00\x00\x00\x93\x4e\x55\x4d\x50\x59\x01\x00\x76"
                                 "\x00\x7b\x27\x64\x65\x73\x63\x72\x27\x3a\x20\x27\x3c\x69\x32\x27"
                                 "\x2c\x20\x27\x66\x6f\x72\x74\x72\x61\x6e\x5f\x6f\x72\x64\x65\x72"
                                 "\x27\x3a\x20\x46\x61\x6c\x73\x65\x2c\x20\x27\x73\x68\x61\x70\x65"
                                 "\x27\x3a\x20\x28\x33\x2c\x29\x2c\x20\x7d\x20\x20\x20\x20\x20\x20"
                                 "\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20"
                                 "\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20"
                                 "\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20"
                                 "\x20\x20\x20\x20\x20\x20\x0a\x00\x00\x01\x00\x02\x00\x50\x4b\x03"
                                 "\x04\x2d\x00\x00\x00\x00\x00\x00\x00\x21\x00\x82\x2d\xf8\xd3\xff"
                                 "\xff\xff\xff\xff\xff\xff\xff\x05\x00\x14\x00\x62\x2e\x6e\x70\x79"
                                 "\x01\x00\x10\x00\x81\x00\x00\x00\x00\x00\x00\x00\x81\x00\x00\x00"
                                 "\x00\x00\x00\x00\x93\x4e\x55\x4d\x50\x59\x01\x00\x76\x00\x7b\x27"
                                 "\x64\x65\x73\x63\x72\x27\x3a\x20\x27\x7c\x62\x31\x27\x2c\x20\x27"
                                 "\x66\x6f\x72\x74\x72\x61\x6e\x5f\x6f\x72\x64\x65\x72\x27\x3a\x20"
                                 "\x46\x61\x6c\x73\x65\x2c\x20\x27\x73\x68\x61\x70\x65\x27\x3a\x20"
                                 "\x28\x29\x2c\x20\x7d\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20"
                                 "\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20"
                                 "\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20"
                                 "\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20"
                                 "\x20\x20\x20\x0a\x01\x50\x4b\x01\x02\x2d\x03\x2d\x00\x00\x00\x00"
                                 "\x00\x00\x00\x21\x00\x6a\xcf\xf2\x51\x86\x00\x00\x00\x86\x00\x00"
                                 "\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x00"
                                 "\x00\x00\x00\x61\x2e\x6e\x70\x79\x50\x4b\x01\x02\x2d\x03\x2d\x00"
                                 "\x00\x00\x00\x00\x00\x00\x21\x00\x82\x2d\xf8\xd3\x81\x00\x00\x00"
                                 "\x81\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                                 "\x80\x01\xbd\x00\x00\x00\x62\x2e\x6e\x70\x79\x50\x4b\x05\x06\x00"
                                 "\x00\x00\x00\x02\x00\x02\x00\x66\x00\x00\x00\x75\x01\x00\x00\x00"
                                 "\x00";

static const char deflated_npz[] =
    "\x50\x4b\x03\x04\x2d\x00\x00\x00\x08\x00\x00\x00\x21\x00\xf5\xd5"
    "\x51\x40\xff\xff\xff\xff\xff\xff\xff\xff\x05\x00\x14\x00\x7a\x2e"
    "\x6e\x70\x79\x01\x00\x10\x00\x20\x01\x00\x00\x00\x00\x00\x00\x4d"
    "\x00\x00\x00\x00\x00\x00\x00\x9b\xec\x17\xea\x1b\x10\xc9\xc8\x50"
    "\xc6\x50\xad\x9e\x92\x5a\x9c\x5c\xa4\x6e\xa5\xa0\x6e\x93\x66\xa1"
    "\xae\xa3\xa0\x9e\x96\x5f\x54\x52\x94\x98\x17\x9f\x5f\x94\x92\x0a"
    "\x12\x77\x4b\xcc\x29\x4e\x05\x8a\x17\x67\x24\x16\xa4\x02\xf9\x1a"
    "\x26\x3a\x0a\xa6\x9a\x3a\x0a\xb5\x0a\x64\x03\x2e\x06\x30\x90\x73"
    "\x18\xac\x34\x00\x50\x4b\x01\x02\x2d\x03\x2d\x00\x00\x00\x08\x00"
    "\x00\x00\x21\x00\xf5\xd5\x51\x40\x4d\x00\x00\x00\x20\x01\x00\x00"
    "\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x00\x00"
    "\x00\x00\x7a\x2e\x6e\x70\x79\x50\x4b\x05\x06\x00\x00\x00\x00\x01"
    "\x00\x01\x00\x33\x00\x00\x00\x84\x00\x00\x00\x00\x00";

static const char *stored_file(void)
{
    return write_file("s.npz", stored_npz, sizeof stored_npz - 1);
}

static const char *deflated_file(void)
{
    return write_file("d.npz", deflated_npz, sizeof deflated_npz - 1);
}

TEST(npz_of_numpy_is_read_by_name)
{
    ND_SCOPE {
        nd_archive *archive = nd_open_npz(stored_file());
        assert_int_equal(nd_archive_count(archive), 2);
        assert_string_equal(nd_archive_name(archive, 0), "a");
        assert_string_equal(nd_archive_name(archive, 1), "b");
        assert_null(nd_archive_name(archive, 2));
        assert_same_elements(nd_archive_load(archive, "a"),
                             nd_from_data(ND_INT16, ND_SHAPE(3), (int16_t[]){0, 1, 2}));
        assert_same_elements(nd_archive_load(archive, "b"),
                             nd_from_data(ND_BOOL, ND_SCALAR_SHAPE, (bool[]){true}));
        assert_null(nd_archive_load(archive, "c"));
        assert_error(ND_ERROR_ARGUMENT, "s.npz: there is no array 'c'; it holds a, b");
        nd_archive_close(archive);
        double expected[20];
        for (int i = 0; i < 20; i++)
            expected[i] = 7.5;
        assert_same_elements(nd_load_npz(deflated_file(), NULL),
                             nd_from_data(ND_FLOAT64, ND_SHAPE(4, 5), expected));
        assert_same_elements(nd_load(path_of("d.npz")), nd_load_npz(path_of("d.npz"), "z"));
        assert_null(nd_load(path_of("s.npz")));
        assert_error(ND_ERROR_ARGUMENT, "choose one of its 2 arrays: it holds a, b");
    }
}

TEST(npz_describes_its_arrays_without_reading_them)
{
    nd_member member;
    nd_archive *archive = nd_open_npz(deflated_file());
    assert_ok(nd_archive_describe(archive, 0, &member));
    assert_string_equal(member.name, "z");
    assert_int_equal(member.dtype, ND_FLOAT64);
    assert_int_equal(member.shape.rank, 2);
    assert_int_equal(member.shape.length[1], 5);
    assert_true(member.deflated && !member.fortran);
    assert_int_equal(nd_archive_describe(archive, 1, &member), ND_ERROR_INDEX);
    assert_error(ND_ERROR_INDEX, "no array 1 of 1");
    nd_archive_close(archive);
}

TEST(npz_keeps_every_dtype_and_layout)
{
    unsigned char data[3 * 4 * 16];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * 89 + 7);
    for (int compress = 0; compress < 2; compress++)
        for (int dtype = 0; dtype < ND_DTYPE_COUNT; dtype++)
            ND_SCOPE {
                if (dtype == ND_BOOL)
                    for (size_t i = 0; i < 12; i++)
                        data[i] = i % 3 == 0;
                nd_array *x = nd_from_data((nd_dtype)dtype, ND_SHAPE(3, 4), data);
                const nd_array *arrays[] = {x, nd_copy_fortran(x), nd_flip(x, ND_ALL),
                                            nd_slice(x, ND_RANGE(1, 1)),
                                            nd_slice(x, ND_INDEX(1), ND_INDEX(2))};
                const char *const names[] = {"c", "f", "flipped", "empty", "0-d"};
                assert_ok(nd_save_npz(path_of("x.npz"), 5, names, arrays, compress));
                nd_archive *archive = nd_open_npz(path_of("x.npz"));
                assert_int_equal(nd_archive_count(archive), 5);
                for (int i = 0; i < 5; i++)
                    assert_same_elements(nd_archive_load(archive, names[i]), arrays[i]);
                nd_archive_close(archive);
            }
}

TEST(npz_of_many_megabytes_comes_back)
{
    for (int compress = 0; compress < 2; compress++)
        ND_SCOPE {
            nd_array *x = nd_cast(nd_reshape(nd_arange(6000000), ND_SHAPE(2000, 3000)), ND_INT32);
            const nd_array *arrays[] = {nd_transpose(x), x};
            assert_ok(nd_save_npz(path_of("l.npz"), 2, (const char *const[]){"t", "x"}, arrays,
                                  compress));
            assert_same_elements(nd_load_npz(path_of("l.npz"), "t"), arrays[0]);
            assert_same_elements(nd_load_npz(path_of("l.npz"), "x"), x);
            unlink(path_of("l.npz"));
        }
}

TEST(npz_refuses_bad_names_and_leaves_the_old_file)
{
    ND_SCOPE {
        const nd_array *x = nd_arange(3);
        stored_file();
        assert_int_equal(nd_save_npz(path_of("s.npz"), 2, (const char *const[]){"a", "a"},
                                     (const nd_array *const[]){x, x}, false),
                         ND_ERROR_ARGUMENT);
        assert_error(ND_ERROR_ARGUMENT, "array 1 has a repeated name: a");
        assert_int_equal(nd_save_npz(path_of("s.npz"), 1, (const char *const[]){""},
                                     (const nd_array *const[]){x}, false),
                         ND_ERROR_ARGUMENT);
        assert_error(ND_ERROR_ARGUMENT, "array 0 has no name");
        assert_non_null(nd_load_npz(path_of("s.npz"), "a"));
        assert_int_equal(nd_save_npz("/dev/full", 1, (const char *const[]){"x"},
                                     (const nd_array *const[]){x}, true),
                         ND_ERROR_FILE);
        assert_error(ND_ERROR_FILE, "/dev/full: cannot be written");
    }
}

/* Offset of a mark in an archive, the last one. */
static size_t find(const char *file, size_t length, const char *mark)
{
    for (size_t i = length - 3; i-- > 0;)
        if (memcmp(file + i, mark, 4) == 0)
            return i;
    fail();
    return 0;
}

TEST(malformed_npz_is_refused_with_its_reason)
{
    enum { LENGTH = sizeof deflated_npz - 1 };
    char file[LENGTH];
    const size_t entry = find(deflated_npz, LENGTH, "PK\1\2"),
                 end = find(deflated_npz, LENGTH, "PK\5\6"),
                 data = (size_t)(30 + deflated_npz[26] + deflated_npz[28]);
    const struct {
        size_t at;
        char byte;
        nd_status code;
        const char *says;
    } changes[] = {
        {0, 'X', ND_ERROR_FORMAT, "not where the directory says"},
        {data + 20, (char)0xff, ND_ERROR_FORMAT, "damaged"},
        {entry + 16, 1, ND_ERROR_FORMAT, "its checksum is wrong"},
        {entry + 27, 0x7f, ND_ERROR_FORMAT, "claims more than its data can hold"},
        {entry + 23, 1, ND_ERROR_FORMAT, "a member lies outside the file"},
        {entry + 44, 1, ND_ERROR_FORMAT, "a member lies outside the file"},
        {entry, 'X', ND_ERROR_FORMAT, "its directory ends early"},
        {entry + 29, 9, ND_ERROR_FORMAT, "its directory ends early"},
        {entry + 46, 0, ND_ERROR_FORMAT, "a name has a 0 in it"},
        {entry + 10, 12, ND_ERROR_UNSUPPORTED, "compressed by another method"},
        {entry + 8, 1, ND_ERROR_UNSUPPORTED, "encrypted"},
        {end, 'X', ND_ERROR_FORMAT, "no directory at its end"},
        {end + 19, 1, ND_ERROR_FORMAT, "its directory lies outside the file"},
        {end + 11, 1, ND_ERROR_FORMAT, "its directory lies outside the file"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        memcpy(file, deflated_npz, LENGTH);
        file[changes[i].at] = changes[i].byte;
        assert_null(nd_load_npz(write_file("bad.npz", file, LENGTH), NULL));
        assert_error(changes[i].code, changes[i].says);
    }
    for (size_t length = 0; length < LENGTH; length += 7) {
        assert_null(nd_load_npz(write_file("bad.npz", deflated_npz, length), NULL));
        assert_error(ND_ERROR_FORMAT, "bad.npz");
    }
    assert_null(nd_open_npz(path_of("absent.npz")));
    assert_error(ND_ERROR_FILE, "absent.npz");
    assert_null(nd_open_npz(NULL));
    assert_error(ND_ERROR_ARGUMENT, "path is NULL");
}

/* Files that fail: reads that bring less than was asked for, calls that a signal interrupts, disks
 * that are full, at every byte and call. What must come: the right elements; or an error, with the
 * old file whole, no other file beside it and no descriptor open. The system's calls are replaced
 * here by such as fail on demand: the library finds these before the C library's. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <ndstream/nd.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "../unit/files.h"

/* ---- The system's calls ---------------------------------------------------------------------- */

static struct {
    bool on;
    bool no_proc;   /* the system does not tell the names of open files */
    bool looks;     /* into the folder at each write */
    int most_files; /* that it saw there */
    size_t at_most; /* bytes of one call; 0: any */
    int interrupt;  /* of calls are interrupted all but every so-manieth; 0: none */
    long left;      /* bytes before the disk is full or the device fails; -1: any */
    int wrong_call; /* the call that fails with EIO; 0: none */
    atomic_int calls, failed;
} faults;

/* Whether this call fails, and how. */
static bool fails(void)
{
    if (!faults.on)
        return false;
    const int call = atomic_fetch_add(&faults.calls, 1) + 1;
    if (faults.interrupt && call % faults.interrupt != 0) {
        errno = EINTR;
        return true;
    }
    if (faults.wrong_call && call == faults.wrong_call) {
        atomic_fetch_add(&faults.failed, 1);
        errno = EIO;
        return true;
    }
    return false;
}

static int entries(const char *path)
{
    int count = 0;
    DIR *there = opendir(path);
    while (readdir(there))
        count++;
    closedir(there);
    return count;
}

static size_t shortened(size_t bytes)
{
    return faults.on && faults.at_most && bytes > faults.at_most ? faults.at_most : bytes;
}

ssize_t read(int descriptor, void *to, size_t bytes)
{
    return fails() ? -1 : syscall(SYS_read, descriptor, to, shortened(bytes));
}

ssize_t pread(int descriptor, void *to, size_t bytes, off_t offset)
{
    return fails() ? -1 : syscall(SYS_pread64, descriptor, to, shortened(bytes), offset);
}

int access(const char *path, int mode)
{
    if (faults.no_proc && strncmp(path, "/proc/", 6) == 0) {
        errno = ENOENT;
        return -1;
    }
    return (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
}

ssize_t write(int descriptor, const void *from, size_t bytes)
{
    if (faults.on && faults.looks) {
        const int files = entries(folder);
        faults.most_files = files > faults.most_files ? files : faults.most_files;
    }
    if (fails())
        return -1;
    bytes = shortened(bytes);
    if (faults.on && faults.left >= 0) {
        if (faults.left == 0 && bytes > 0) {
            atomic_fetch_add(&faults.failed, 1);
            errno = ENOSPC;
            return -1;
        }
        bytes = bytes < (size_t)faults.left ? bytes : (size_t)faults.left;
        faults.left -= (long)bytes;
    }
    return syscall(SYS_write, descriptor, from, bytes);
}

int fsync(int descriptor)
{
    return fails() ? -1 : (int)syscall(SYS_fsync, descriptor);
}

/* ---- Files of every format ------------------------------------------------------------------- */

enum { FORMATS = 8 };

static const char *const names[FORMATS] = {"f.npy", "f.npz", "g.npz", "f.csv",
                                           "f.txt", "f.raw", "f.png", "f.pgm"};

static nd_array *sample(int format)
{
    nd_array *x = nd_reshape(nd_linspace(0, 255, 600), ND_SHAPE(20, 30));
    return nd_copy(format >= 6 ? nd_cast(x, ND_UINT8) : x);
}

static nd_status save(int format, const char *path, const nd_array *x)
{
    const char *const name = "x";
    switch (format) {
    case 1:
    case 2:
        return nd_save_npz(path, 1, &name, &x, format == 2);
    case 3:
        return nd_save_text(path, ',', x);
    default:
        return nd_save(path, x);
    }
}

static nd_array *load(int format, const char *path)
{
    const nd_csv_options plain = {.no_header = true};
    switch (format) {
    case 1:
    case 2:
        return nd_load_npz(path, "x");
    case 3:
        return nd_load_text(path, &plain);
    case 5:
        return nd_load_raw(path, ND_FLOAT64, ND_SHAPE(20, 30), NULL);
    default:
        return nd_load(path);
    }
}

static void fault_end(void)
{
    faults.on = false;
}

static void fault_begin(size_t at_most, int interrupt, long left, int wrong_call)
{
    faults.at_most = at_most;
    faults.interrupt = interrupt;
    faults.left = left;
    faults.wrong_call = wrong_call;
    atomic_store(&faults.calls, 0);
    atomic_store(&faults.failed, 0);
    faults.on = true;
}

/* Reading and writing go well although calls bring little, and are interrupted. */
TEST(short_and_interrupted_calls_go_on)
{
    for (int format = 0; format < FORMATS; format++)
        for (size_t at_most = 1; at_most < 2000; at_most = at_most * 3 + 4)
            for (int interrupt = 0; interrupt <= 3; interrupt += 3)
                ND_SCOPE {
                    char path[300];
                    snprintf(path, sizeof path, "%s", path_of(names[format]));
                    nd_array *x = sample(format);
                    const int open_before = entries("/proc/self/fd");
                    fault_begin(at_most, interrupt, -1, 0);
                    const nd_status saved = save(format, path, x);
                    nd_array *read = load(format, path);
                    fault_end();
                    assert_ok(saved);
                    assert_no_error();
                    assert_true(nd_array_equal(read, x));
                    assert_int_equal(entries("/proc/self/fd"), open_before);
                    unlink(path);
                }
}

static void expect_failure(int format, const char *path, const nd_array *old, const nd_array *x,
                           int files, int open_before)
{
    const nd_status saved = save(format, path, x);
    fault_end();
    const bool failed = atomic_load(&faults.failed) > 0;
    if (failed) {
        assert_int_equal(saved, ND_ERROR_FILE);
        assert_error(ND_ERROR_FILE, names[format]);
    }
    assert_no_error();
    assert_true(nd_array_equal(load(format, path), failed ? old : x));
    assert_int_equal(entries(folder), files);
    assert_int_equal(entries("/proc/self/fd"), open_before);
    if (!failed)
        assert_ok(save(format, path, old));
}

/* The disk is full after no byte, one, two, ... and every call fails in turn. */
static void fill_disk(int formats)
{
    for (int format = 0; format < formats; format++)
        ND_SCOPE {
            char path[300];
            snprintf(path, sizeof path, "%s", path_of(names[format]));
            nd_array *old = nd_zeros_like(sample(format)), *x = sample(format);
            assert_ok(save(format, path, old));
            const int files = entries(folder), open_before = entries("/proc/self/fd");
            for (long left = 0; left == 0 || atomic_load(&faults.failed) > 0;
                 left += left < 300 ? 1 : 97) {
                fault_begin(0, 0, left, 0);
                expect_failure(format, path, old, x, files, open_before);
            }
            for (int call = 1; call == 1 || atomic_load(&faults.failed) > 0; call++) {
                fault_begin(500, 0, -1, call);
                expect_failure(format, path, old, x, files, open_before);
            }
            unlink(path);
        }
}

TEST(a_full_disk_leaves_the_old_file)
{
    fill_disk(FORMATS);
}

TEST(a_full_disk_leaves_the_old_file_where_each_file_needs_a_name)
{
    faults.no_proc = true;
    fill_disk(2);
    faults.no_proc = false;
}

/* So a program that is killed leaves nothing behind. */
TEST(what_is_not_whole_has_no_name)
{
    (void)path_of(""); /* makes the folder */
    const int unnamed = open(folder, O_WRONLY | O_TMPFILE, 0600);
    if (unnamed < 0)
        return; /* a file system without such files */
    close(unnamed);
    const int files = entries(folder);
    for (int format = 0; format < FORMATS; format++)
        ND_SCOPE {
            char path[300];
            snprintf(path, sizeof path, "%s", path_of(names[format]));
            faults.most_files = 0;
            faults.looks = true;
            fault_begin(500, 0, -1, 0);
            const nd_status saved = save(format, path, sample(format));
            fault_end();
            faults.looks = false;
            assert_ok(saved);
            assert_int_equal(faults.most_files, files);
            assert_int_equal(entries(folder), files + 1);
            unlink(path);
        }
}

TEST(a_device_that_fails_while_it_is_read_is_an_error)
{
    for (int format = 0; format < FORMATS; format++)
        ND_SCOPE {
            char path[300];
            snprintf(path, sizeof path, "%s", path_of(names[format]));
            nd_array *x = sample(format);
            assert_ok(save(format, path, x));
            const int open_before = entries("/proc/self/fd");
            int call = 0;
            do
                ND_SCOPE {
                    fault_begin(700, 0, -1, ++call);
                    nd_array *read = load(format, path);
                    fault_end();
                    if (atomic_load(&faults.failed) > 0) {
                        assert_null(read);
                        assert_error(ND_ERROR_FILE, names[format]);
                    } else {
                        assert_no_error();
                        assert_true(nd_array_equal(read, x));
                    }
                    assert_int_equal(entries("/proc/self/fd"), open_before);
                }
            while (atomic_load(&faults.failed) > 0);
            assert_true(call > 1);
            unlink(path);
        }
}

/* Cut at every byte: an error that names the file, or, where the rest is whole, other elements. */
TEST(files_that_end_early_are_errors)
{
    for (int format = 0; format < FORMATS; format++)
        ND_SCOPE {
            char path[300], bytes[16384]; /* more than any of them has */
            snprintf(path, sizeof path, "%s", path_of(names[format]));
            nd_array *x = sample(format);
            assert_ok(save(format, path, x));
            FILE *file = fopen(path, "rb");
            assert_non_null(file);
            const size_t whole = fread(bytes, 1, sizeof bytes, file);
            fclose(file);
            for (size_t length = 0; length < whole; length += length < 400 ? 1 : 61)
                ND_SCOPE {
                    assert_int_equal(truncate(path, (off_t)length), 0);
                    const nd_array *read = load(format, path);
                    const nd_status status = nd_error();
                    if (!read && status == ND_ERROR_FORMAT)
                        assert_error(ND_ERROR_FORMAT, names[format]);
                    else if (!read)
                        assert_error(status == ND_ERROR_EMPTY ? status : ND_ERROR_TRUNCATED,
                                     names[format]);
                    else /* a table of fewer rows */
                        assert_true(format == 3 || format == 4);
                    write_file(names[format], bytes, whole);
                }
            unlink(path);
        }
}

TEST(a_device_without_room_is_an_error)
{
    if (access("/dev/full", W_OK) != 0)
        return;
    ND_SCOPE {
        const nd_array *x = nd_copy(nd_arange(100000));
        assert_int_equal(nd_save_npy("/dev/full", x), ND_ERROR_FILE);
        assert_error(ND_ERROR_FILE, "/dev/full");
        assert_int_equal(nd_save_raw("/dev/full", x), ND_ERROR_FILE);
        assert_error(ND_ERROR_FILE, "No space left");
        assert_int_equal(nd_save_text("/dev/full", ',', x), ND_ERROR_FILE);
        assert_error(ND_ERROR_FILE, "/dev/full");
    }
}

/* A folder of the test's own, and what the tests of files need in it. */
#ifndef NDSTREAM_UNIT_FILES_H
#define NDSTREAM_UNIT_FILES_H

#include <ndstream/io.h>

#include "array/array.h"

#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- A folder of our own --------------------------------------------------------------------- */

static char folder[64];

static inline void remove_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0)
        fprintf(stderr, "%s is left behind\n", folder);
}

/* Path of a file in the folder; good until the call after the next. */
static inline const char *path_of(const char *name)
{
    static char paths[2][256];
    static int turn;
    if (!*folder) {
        snprintf(folder, sizeof folder, "/tmp/ndstream-test-XXXXXX");
        if (!mkdtemp(folder))
            abort();
        atexit(remove_folder);
    }
    turn = !turn;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", folder, name);
    return paths[turn];
}

static inline const char *write_file(const char *name, const void *bytes, size_t length)
{
    const char *path = path_of(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return path;
}

static inline const char *write_text(const char *name, const char *text)
{
    return write_file(name, text, strlen(text));
}

/* Bytes of a file, at most 4096. */
static inline size_t read_file(const char *path, char bytes[4096])
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(bytes, 1, 4096, file);
    fclose(file);
    return length;
}

static inline int files_in_folder(void)
{
    int count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count - 2;
}

static inline void assert_same_elements(const nd_array *a, const nd_array *b)
{
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(nd_dtype_of(a), nd_dtype_of(b));
    assert_int_equal(nd_rank(a), nd_rank(b));
    for (int i = 0; i < nd_rank(a); i++)
        assert_int_equal(nd_length(a, i), nd_length(b, i));
    nd_array *x = nd_copy(a), *y = nd_copy(b);
    assert_memory_equal(nd_data(x), nd_data(y), nd_bytes(x));
    nd_release(nd_keep(x));
    nd_release(nd_keep(y));
}

#endif

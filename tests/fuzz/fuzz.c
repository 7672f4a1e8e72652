/* What the fuzz targets share. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ndstream/base.h>

enum { BUDGET = 256 << 20 }; /* far above what inputs of a fuzzer can need */

const char *fuzz_file(const uint8_t *data, size_t size)
{
    static char path[64];
    static int descriptor = -1;
    nd_set_memory_budget(BUDGET);
    if (descriptor < 0)
        descriptor = memfd_create("fuzz", 0);
    if (descriptor < 0 || ftruncate(descriptor, 0) != 0 ||
        pwrite(descriptor, data, size, 0) != (ssize_t)size)
        return NULL;
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return path;
}

void fuzz_check(bool got)
{
    if (!got && nd_error() == ND_ERROR_MEMORY) {
        fprintf(stderr, "not refused, but: %s\n", nd_error_message());
        abort();
    }
    fuzz_check_call(got);
}

void fuzz_check_call(bool got)
{
    if (got == (nd_error() != ND_OK) || (!got && !strlen(nd_error_message()))) {
        fprintf(stderr, "%s, and the error is: %s\n", got ? "a result" : "no result",
                nd_error_message());
        abort();
    }
    nd_error_clear();
}

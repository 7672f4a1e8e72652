/* A fuzz target: any bytes, as a file or as a text, through one of the readers. With clang's
 * libFuzzer it looks for inputs that break it (meson setup -Dfuzz=true, CC=clang); with any
 * compiler replay.c runs it over the files of its corpus. */
#ifndef NDSTREAM_FUZZ_H
#define NDSTREAM_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes the bytes to a file in memory; its path is valid until the next call. NULL if there is no
 * such file here. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* Ends the program if what was read is neither an array nor an error, or more than the library's
 * budget was taken; forgets the error and frees the memory. To be called after each reading. */
void fuzz_check(bool got);

/* The same for calls that may well need more memory than there is. */
void fuzz_check_call(bool got);

#endif

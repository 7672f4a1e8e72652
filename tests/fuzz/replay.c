/* Runs a fuzz target over the files of a folder, and over each of them cut short and with single
 * bytes changed: what CI does without a fuzzer. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 16, CHANGES = 400 };

static void replay(const uint8_t *data, size_t size)
{
    static uint8_t changed[MOST_BYTES];
    LLVMFuzzerTestOneInput(data, size);
    for (size_t i = 0; i < CHANGES && size > 0; i++) {
        const size_t at = size <= CHANGES ? i % size : i * size / CHANGES;
        static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff, '\n', '"', ','};
        LLVMFuzzerTestOneInput(data, at);
        memcpy(changed, data, size);
        changed[at] = values[i % sizeof values];
        LLVMFuzzerTestOneInput(changed, size);
        changed[at] = (uint8_t)(data[at] ^ 1 << i % 8);
        LLVMFuzzerTestOneInput(changed, size);
    }
}

int main(int count, char **arguments)
{
    static uint8_t data[MOST_BYTES];
    int files = 0;
    DIR *folder = count == 2 ? opendir(arguments[1]) : NULL;
    if (!folder) {
        fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
        return 2;
    }
    for (struct dirent *entry; (entry = readdir(folder));) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", arguments[1], entry->d_name);
        FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");
        if (!file)
            continue;
        replay(data, fread(data, 1, sizeof data, file));
        fclose(file);
        files++;
    }
    closedir(folder);
    printf("%d files\n", files);
    return files == 0;
}

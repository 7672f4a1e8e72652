/* .npz files: the directory, then every array. */
#include <ndstream/nd.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    nd_archive *archive = path ? nd_open_npz(path) : NULL;
    if (path)
        fuzz_check(archive != NULL);
    for (int64_t i = 0; i < nd_archive_count(archive); i++)
        ND_SCOPE {
            nd_member member;
            fuzz_check(nd_archive_describe(archive, i, &member) == ND_OK);
            fuzz_check(nd_archive_load(archive, nd_archive_name(archive, i)) != NULL);
        }
    nd_archive_close(archive);
    return 0;
}

/* .npy files. */
#include <ndstream/nd.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    if (path)
        ND_SCOPE {
            fuzz_check(nd_load_npy(path) != NULL);
            fuzz_check(nd_map_npy(path) != NULL);
        }
    return 0;
}

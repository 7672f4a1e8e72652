/* Pictures: PNG, PGM, PPM. */
#include <ndstream/nd.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    if (path)
        ND_SCOPE {
            fuzz_check(nd_load_png(path) != NULL);
            fuzz_check(nd_load_pnm(path) != NULL);
        }
    return 0;
}

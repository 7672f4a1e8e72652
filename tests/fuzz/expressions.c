/* Expressions as text, over three arrays. */
#include <ndstream/nd.h>

#include "fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"x", "n", "mask"};
    char text[4096];
    if (size >= sizeof text || memchr(data, 0, size))
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    nd_set_memory_budget(1 << 20); /* an expression may well ask for more than there is */
    ND_SCOPE {
        nd_array *x = nd_linspace(-1, 1, 12), *n = nd_reshape(nd_arange(12), ND_SHAPE(3, 4));
        nd_array *const arrays[] = {nd_reshape(x, ND_SHAPE(3, 4)), n, nd_greater(n, 5)};
        nd_array *result = nd_expr_with(text, 3, names, arrays);
        if (result && nd_eval(1, &result) != ND_OK)
            result = NULL;
        fuzz_check_call(result != NULL);
    }
    return 0;
}

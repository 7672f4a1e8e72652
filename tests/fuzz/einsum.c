/* Einstein's sums: the first byte is the number of operands, one for each follows with its rank,
 * the rest are the subscripts. */
#include <ndstream/nd.h>

#include "fuzz.h"

#include <string.h>

enum { MOST_OPERANDS = 5, MOST_RANK = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char subscripts[256];
    const int count = size > 0 ? data[0] % (MOST_OPERANDS + 1) : 0;
    const size_t before = 1 + (size_t)count;
    if (size < before || size - before >= sizeof subscripts ||
        memchr(data + before, 0, size - before))
        return 0;
    memcpy(subscripts, data + before, size - before);
    subscripts[size - before] = 0;
    nd_set_memory_budget(1 << 22);
    ND_SCOPE {
        const nd_array *operands[MOST_OPERANDS];
        for (int i = 0; i < count; i++) {
            nd_shape shape = {.rank = data[1 + i] % (MOST_RANK + 1)};
            int64_t elements = 1;
            for (int axis = 0; axis < shape.rank; axis++) {
                shape.length[axis] = data[1 + i] >> 2 >> axis & 1 ? 1 : 2;
                elements *= shape.length[axis];
            }
            operands[i] = nd_reshape(nd_cast(nd_arange(elements), ND_FLOAT64), shape);
        }
        nd_array *result = nd_einsum(subscripts, count, operands);
        if (result && nd_eval(1, &result) != ND_OK)
            result = NULL;
        fuzz_check_call(result != NULL);
    }
    return 0;
}

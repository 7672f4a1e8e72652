/* The kernels that count what tests find true, against the results of the reference's tests. */
#include <string.h>

#include <ndstream/nd.h>

#include "check.h"

enum { ROUNDS = 60, MOST = 800, MANY = 70000 /* more than lanes of a byte count */ };

static void run_count(int isa, nd_op op, nd_dtype dtype)
{
    static _Thread_local uint8_t truth[MANY];
    ndi_count_kernel *const kernel = check_kernels[isa].count[op][dtype];
    if (!kernel)
        return;
    check_case of = check_begin("count of %s %s, %s", ndi_op_rows[op].info.name,
                                nd_dtype_name(dtype), ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    const int arguments = ndi_op_rows[op].info.arguments;
    const size_t size = nd_dtype_size(dtype);
    for (int round = 0; round < ROUNDS && of.failures == 0; round++) {
        const size_t n = round > 2      ? check_below(MOST)
                         : size * 3 < 8 ? MANY
                                        : CHECK_BYTES / 2 / size;
        const bool repeats = arguments == 2 && check_random() & 1;
        char *p[3] = {(char *)truth};
        ptrdiff_t strides[3] = {1, (ptrdiff_t)size, repeats ? 0 : (ptrdiff_t)size};
        for (int i = 0; i < arguments; i++) {
            const size_t count = i == 1 && repeats ? 1 : n;
            p[i + 1] = check_place(i, check_random() & 1, count, (ptrdiff_t)size, size);
            check_values(dtype, p[i + 1], count);
            if (round < 2 && n > 0) /* all alike: lanes are full */
                for (size_t k = 1; k < count; k++)
                    memcpy(p[i + 1] + k * size, p[1], size);
        }
        if (n > 0)
            check_kernels[0].elementwise[op][dtype](n, p, strides);
        size_t expected = 0;
        for (size_t i = 0; i < n; i++)
            expected += truth[i];
        check_now = (check_doing){&of, repeats ? "scalar" : "arrays", n, {(ptrdiff_t)size}};
        const size_t got = kernel(n, p + 1, strides + 1);
        if (got != expected)
            check_fail(&of, "%zu of %zu%s, not %zu", got, n, repeats ? " with a scalar" : "",
                       expected);
    }
    check_end(&of);
}

static size_t count(void)
{
    return (size_t)check_isas * ND_OP_COUNT;
}

static void run(size_t task)
{
    for (int dtype = 0; dtype < ND_DTYPE_COUNT; dtype++)
        run_count((int)(task / ND_OP_COUNT), (nd_op)(task % ND_OP_COUNT), (nd_dtype)dtype);
}

const check_part check_counts = {"counts", count, run};

/* The kernels that compare with two bounds at once, against the reference's comparisons. */
#include <string.h>

#include <ndstream/nd.h>

#include "check.h"

enum { ROUNDS = 300, MOST = 300 };

static void run_range(int isa, ndi_range_side side, int with_y, int with_z, nd_dtype dtype)
{
    ndi_kernel *const kernel = check_kernels[isa].range[side][with_y][with_z][dtype];
    if (!kernel)
        return;
    check_case of =
        check_begin("%s range, bounds %d %d, %s, %s", side == NDI_INSIDE ? "inside" : "outside",
                    with_y, with_z, nd_dtype_name(dtype), ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    ndi_kernel *const orders[] = {check_kernels[0].elementwise[ND_OP_less][dtype],
                                  check_kernels[0].elementwise[ND_OP_less_equal][dtype]};
    const size_t size = nd_dtype_size(dtype);
    for (int round = 0; round < ROUNDS && of.failures == 0; round++) {
        static const ptrdiff_t steps[] = {1, 1, 1, 0, 0, 2, -1};
        uint8_t by_y[MOST], by_z[MOST];
        const size_t n = check_below(MOST);
        char *p[4];
        ptrdiff_t s[4] = {round % 4 ? 1 : 3};
        p[0] = check_place(0, check_random() & 1, n, s[0], 1);
        check_paint(0, p[0], n, s[0], 1);
        for (int i = 1; i < 4; i++) {
            s[i] = (ptrdiff_t)size * steps[check_below(sizeof steps / sizeof *steps)];
            char values[MOST * 16];
            p[i] = check_place(i, check_random() & 1, n, s[i], size);
            check_values(dtype, values, n);
            for (size_t k = 0; k < n; k++) /* bounds that are met, too */
                memcpy(p[i] + (ptrdiff_t)k * s[i],
                       i > 1 && check_random() % 4 == 0 ? p[1] + (ptrdiff_t)k * s[1]
                                                        : values + k * size,
                       size);
        }
        const bool inside = side == NDI_INSIDE;
        for (size_t k = 0; k < n; k++) {
            char *const x = p[1] + (ptrdiff_t)k * s[1], *const y = p[2] + (ptrdiff_t)k * s[2],
                        *const z = p[3] + (ptrdiff_t)k * s[3];
            const ptrdiff_t one[] = {1, 0, 0};
            orders[with_y](1, (char *[]){(char *)by_y + k, inside ? y : x, inside ? x : y}, one);
            orders[with_z](1, (char *[]){(char *)by_z + k, inside ? x : z, inside ? z : x}, one);
        }
        check_now = (check_doing){&of, "ranges", n, {s[0], s[1], s[2], s[3]}};
        kernel(n, p, s);
        for (size_t k = 0; k < n; k++) {
            const int got = p[0][(ptrdiff_t)k * s[0]],
                      wanted = inside ? by_y[k] & by_z[k] : by_y[k] | by_z[k];
            if (got != wanted)
                check_fail(&of, "element %zu of %zu, strides %td %td %td: %d, not %d", k, n, s[1],
                           s[2], s[3], got, wanted);
        }
        if (!check_painted(0, p[0], n, s[0], 1))
            check_fail(&of, "n = %zu: wrote outside its elements", n);
    }
    check_end(&of);
}

static size_t count(void)
{
    return (size_t)check_isas * ND_DTYPE_COUNT;
}

static void run(size_t task)
{
    for (int i = 0; i < NDI_RANGES * 4; i++)
        run_range((int)(task / ND_DTYPE_COUNT), (ndi_range_side)(i / 4), i / 2 % 2, i % 2,
                  (nd_dtype)(task % ND_DTYPE_COUNT));
}

const check_part check_ranges = {"ranges", count, run};

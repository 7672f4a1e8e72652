/* Convolution and correlation of 1-d arrays: blocks of sums that stay in L1, to which the longer
 * array is added once for each element of the shorter, shifted and multiplied. */
#include <string.h>

#include "base/memory.h"
#include "base/pool.h"
#include "kernels/kernel.h"
#include "numeric/numeric.h"
#include "ops/resolve.h"

enum { BLOCK_BYTES = 16384 };

typedef struct convolution {
    ndi_axpy_kernel *axpy;
    char *out;
    const char *longer, *shorter;
    int64_t n, m;         /* their lengths, m <= n */
    int64_t first, count; /* which of the n + m - 1 sums are wanted */
    int64_t size, block;  /* bytes of an element, elements of a block */
} convolution;

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void run_blocks(void *context, size_t begin, size_t end)
{
    const convolution *c = context;
    for (size_t task = begin; task < end; task++) {
        const int64_t from = c->first + (int64_t)task * c->block,
                      to = least(from + c->block, c->first + c->count);
        char *const out = c->out + (from - c->first) * c->size;
        memset(out, 0, (size_t)((to - from) * c->size));
        /* sum k takes longer[k - j] for 0 <= k - j < n */
        for (int64_t j = from - c->n + 1 > 0 ? from - c->n + 1 : 0; j < c->m && j < to; j++) {
            const int64_t low = from > j ? from : j, high = least(to, c->n + j);
            c->axpy((size_t)(high - low), out + (low - from) * c->size, c->shorter + j * c->size,
                    c->longer + (low - j) * c->size);
        }
    }
}

static int64_t first_sum(nd_convolve_mode mode, int64_t m, bool from_the_end)
{
    switch (mode) {
    case ND_CONVOLVE_SAME:
        return from_the_end ? m / 2 : m - 1 - m / 2;
    case ND_CONVOLVE_VALID:
        return m - 1;
    default:
        return 0;
    }
}

static nd_array *convolved(const nd_array *a, const nd_array *v, nd_convolve_mode mode,
                           bool correlates)
{
    const nd_dtype dtype = nd_promote(nd_dtype_of(a), nd_dtype_of(v)),
                   kernel = ndi_kernel_dtype(dtype);
    const bool swapped = nd_size(v) > nd_size(a);
    if (correlates)
        v = nd_conjugate(nd_flip(v, ND_ALL));
    a = nd_ascontiguous(nd_cast(a, kernel));
    v = v ? nd_ascontiguous(nd_cast(v, kernel)) : NULL;
    if (!a || !v)
        return NULL;
    const nd_array *longer = swapped ? v : a, *shorter = swapped ? a : v;
    const int64_t n = nd_size(longer), m = nd_size(shorter);
    const int64_t count = mode == ND_CONVOLVE_FULL   ? n + m - 1
                          : mode == ND_CONVOLVE_SAME ? n
                                                     : n - m + 1;
    nd_array *out = nd_empty(kernel, ND_SHAPE(count));
    convolution c = {.axpy = ndi_kernels_in_use()->axpy[kernel],
                     .longer = nd_data(longer),
                     .shorter = nd_data(shorter),
                     .n = n,
                     .m = m,
                     .first = first_sum(mode, m, swapped && correlates),
                     .count = count,
                     .size = (int64_t)nd_dtype_size(kernel)};
    if (!out || !c.longer || !c.shorter || !(c.out = nd_data_writeable(out)))
        return NULL;
    c.block = BLOCK_BYTES / c.size;
    const size_t blocks = (size_t)((count + c.block - 1) / c.block);
    const size_t grain = (size_t)(1 + (1 << 16) / (c.block * m + 1));
    ndi_parallel_for(blocks, grain, run_blocks, &c);
    nd_data_done(out);
    return kernel == dtype ? out : nd_cast(out, dtype);
}

static bool takes(const char *name, const nd_array *a, const nd_array *v)
{
    if (!a || !v)
        return false;
    if (nd_rank(a) != 1 || nd_rank(v) != 1)
        ndi_fail(ND_ERROR_SHAPE, "%s: takes 1-d arrays, not %d and %d axes", name, nd_rank(a),
                 nd_rank(v));
    else if (nd_size(a) == 0 || nd_size(v) == 0)
        ndi_fail(ND_ERROR_VALUE, "%s: of no elements", name);
    else
        return true;
    return false;
}

nd_array *nd_convolve(const nd_array *a, const nd_array *v, nd_convolve_mode mode)
{
    return takes("convolve", a, v) ? SCOPED(convolved(a, v, mode, false)) : NULL;
}

nd_array *nd_correlate(const nd_array *a, const nd_array *v, nd_convolve_mode mode)
{
    return takes("correlate", a, v) ? SCOPED(convolved(a, v, mode, true)) : NULL;
}

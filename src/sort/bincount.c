/* How often each of the numbers 0, 1, 2, ... occurs. */
#include <ndstream/ops.h>
#include <ndstream/sort.h>

#include <string.h>

#include "kernels/kernel.h"
#include "sort/bincount.h"
#include "sort/order.h"
#include "sort/tally.h"

typedef struct whole_numbers {
    const char *elements;
    nd_dtype dtype;
    int64_t least; /* the number of bin 0 */
    int32_t bins;
} whole_numbers;

static void bins_of(void *context, size_t begin, size_t n, int32_t *bin)
{
    const whole_numbers *w = context;
    int64_t own[NDI_TALLY_PIECE];
    const int64_t *x = (const int64_t *)w->elements + begin;
    if (w->dtype != ND_INT64 && w->dtype != ND_UINT64) {
        const ptrdiff_t item = (ptrdiff_t)nd_dtype_size(w->dtype);
        char *from = (char *)w->elements + (ptrdiff_t)begin * item;
        ndi_kernels_in_use()->cast[ND_INT64][w->dtype](n, (char *[]){(char *)own, from},
                                                       (ptrdiff_t[]){sizeof *own, item});
        x = own;
    }
    if (w->least != 0) {
        for (size_t i = 0; i < n; i++)
            own[i] = (int64_t)((uint64_t)x[i] - (uint64_t)w->least);
        x = own;
    }
    ndi_sort_kernels_in_use()->whole_bins(n, x, w->bins, bin);
}

/* Numbers of 64 bits are their own bins. They are asked for 4 KB ahead, the counters' dependent
 * additions between: the hardware foresees no more than a page, and then counting waits for memory
 * (10M int64 on one thread: 6.9 ms without, 4.3 with). */
static void count_into(void *context, size_t begin, size_t end, uint32_t *table, size_t apart)
{
    enum { AHEAD = 512 };
    const whole_numbers *w = context;
    const uint64_t *x = (const uint64_t *)w->elements, bins = (uint64_t)w->bins,
                   least = (uint64_t)w->least;
#define BIN(i) (x[i] - least < bins ? x[i] - least : bins)
    size_t i = begin;
    for (; i + 4 <= end; i += 4) {
        const uint64_t first = BIN(i), second = BIN(i + 1), third = BIN(i + 2), last = BIN(i + 3);
        __builtin_prefetch(x + i + AHEAD);
        table[first]++;
        table[apart + second]++;
        table[2 * apart + third]++;
        table[3 * apart + last]++;
    }
    for (; i < end; i++)
        table[BIN(i)]++;
#undef BIN
}

bool ndi_count_numbers(nd_dtype dtype, const void *elements, size_t n, int64_t least, size_t bins,
                       int64_t *counts, int64_t *outside)
{
    whole_numbers w = {elements, dtype, least, (int32_t)bins};
    const bool has_64_bits = dtype == ND_INT64 || dtype == ND_UINT64;
    const ndi_tally tally = {n, bins, bins_of, &w, has_64_bits ? count_into : NULL};
    return ndi_count(&tally, counts, outside);
}

/* ---- bincount -------------------------------------------------------------------------------- */

enum { MOST_BINS = INT32_MAX - 1, GUESS_FROM = 4096, LARGE_GUESS = 1 << 16 };

/* The first elements tell how many bins there may be; what they do not tell is seen from what falls
 * outside, and then looked up. So numbers are mostly read once. */
static size_t guess_bins(const nd_array *x)
{
    const size_t n = (size_t)nd_size(x), looked = n < GUESS_FROM ? n : GUESS_FROM;
    const whole_numbers w = {x->data, nd_dtype_of(x), 0, LARGE_GUESS};
    int32_t bin[NDI_TALLY_PIECE], most = 0;
    int64_t least = 0, largest = INT64_MAX;
    if (w.dtype == ND_INT64)
        ndi_sort_kernels_in_use()->key_range(looked, (const int64_t *)x->data, &least, &largest);
    if (largest < LARGE_GUESS && least >= 0)
        return (size_t)largest + (looked < n ? (size_t)largest / 8 + 16 : 1);
    for (size_t i = 0; i < looked; i += NDI_TALLY_PIECE) {
        const size_t now = looked - i < NDI_TALLY_PIECE ? looked - i : NDI_TALLY_PIECE;
        bins_of((void *)&w, i, now, bin);
        for (size_t k = 0; k < now; k++) {
            const int32_t inside = bin[k] < LARGE_GUESS ? bin[k] : 0;
            most = inside > most ? inside : most;
        }
    }
    return (size_t)most + most / 8 + 16;
}

/* Bins up to the largest number, at least `minlength`; SIZE_MAX with an error kept. */
static size_t find_bins(const nd_array *x, int64_t minlength)
{
    const int64_t least = nd_item_int64(nd_min(x, ND_ALL)), most = nd_item_int64(nd_max(x, ND_ALL));
    if (nd_error() != ND_OK)
        return SIZE_MAX;
    if (least < 0) {
        ndi_fail(ND_ERROR_VALUE, "bincount: %lld cannot be counted; numbers must not be negative",
                 (long long)least);
        return SIZE_MAX;
    }
    if (most < 0 || most >= MOST_BINS) {
        ndi_fail(ND_ERROR_VALUE,
                 "bincount: numbers up to 2**31 - 3 are counted, but there are larger");
        return SIZE_MAX;
    }
    return (size_t)(most + 1 > minlength ? most + 1 : minlength);
}

static nd_array *count(const nd_array *x, int64_t minlength)
{
    size_t bins = guess_bins(x);
    int64_t outside = 1;
    bins = bins > (size_t)minlength ? bins : (size_t)minlength;
    nd_array *counts = nd_empty(ND_INT64, ND_SHAPE((int64_t)bins));
    if (!counts || !ndi_count_numbers(nd_dtype_of(x), x->data, (size_t)nd_size(x), 0, bins,
                                      (int64_t *)counts->data, &outside))
        return NULL;
    if (outside == 0) {
        const int64_t *of = (const int64_t *)counts->data;
        while (bins > (size_t)minlength && of[bins - 1] == 0)
            bins--;
        return bins == (size_t)nd_size(counts)
                   ? counts
                   : nd_copy(nd_slice(counts, ND_RANGE(0, (int64_t)bins)));
    }
    bins = find_bins(x, minlength);
    counts = bins == SIZE_MAX ? NULL : nd_empty(ND_INT64, ND_SHAPE((int64_t)bins));
    return counts && ndi_count_numbers(nd_dtype_of(x), x->data, (size_t)nd_size(x), 0, bins,
                                       (int64_t *)counts->data, &outside)
               ? counts
               : NULL;
}

static nd_array *weigh(const nd_array *x, const nd_array *weights, int64_t minlength)
{
    const size_t bins = find_bins(x, minlength);
    nd_array *own = nd_ascontiguous(
        nd_dtype_of(weights) == ND_FLOAT64 ? (nd_array *)weights : nd_cast(weights, ND_FLOAT64));
    if (bins == SIZE_MAX || !ndi_force(own))
        return NULL;
    whole_numbers w = {x->data, nd_dtype_of(x), 0, (int32_t)bins};
    const ndi_tally tally = {(size_t)nd_size(x), bins, bins_of, &w, NULL};
    nd_array *sums = nd_empty(ND_FLOAT64, ND_SHAPE((int64_t)bins));
    return sums && ndi_sum_weights(&tally, (const double *)own->data, (double *)sums->data) ? sums
                                                                                            : NULL;
}

nd_array *nd_bincount(const nd_array *x, nd_bincount_options options)
{
    nd_array *result = NULL;
    char shape[NDI_SHAPE_TEXT];
    if (!x)
        return NULL;
    const nd_array *weights = options.weights;
    const nd_dtype dtype = nd_dtype_of(x);
    if (dtype >= ND_FLOAT16)
        return ndi_fail(ND_ERROR_DTYPE, "bincount: %s is no integer dtype", nd_dtype_name(dtype));
    if (nd_rank(x) != 1)
        return ndi_fail(ND_ERROR_SHAPE, "bincount: the array has shape %s; it must have one axis",
                        ndi_shape_text(shape, x->rank, ndi_lengths(x)));
    if (options.minlength < 0 || options.minlength >= MOST_BINS)
        return ndi_fail(ND_ERROR_VALUE, "bincount: minlength is %lld",
                        (long long)options.minlength);
    if (weights && (nd_rank(weights) != 1 || nd_size(weights) != nd_size(x)))
        return ndi_fail(ND_ERROR_SHAPE, "bincount: there are %lld weights for %lld elements",
                        (long long)nd_size(weights), (long long)nd_size(x));
    if (weights && nd_dtype_kind(nd_dtype_of(weights)) == ND_KIND_COMPLEX)
        return ndi_fail(ND_ERROR_DTYPE, "bincount: weights are %s",
                        nd_dtype_name(nd_dtype_of(weights)));
    if (nd_size(x) == 0)
        return nd_zeros(weights ? ND_FLOAT64 : ND_INT64, ND_SHAPE(options.minlength));
    ND_SCOPE {
        nd_array *own = nd_ascontiguous(x);
        if (ndi_force(own))
            result = nd_keep(weights ? weigh(own, weights, options.minlength)
                                     : count(own, options.minlength));
    }
    return result ? ndi_register(result) : NULL;
}

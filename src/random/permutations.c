/* Shuffles, and samples of the numbers below n. */
#include <ndstream/random.h>

#include <math.h>
#include <string.h>

#include "array/array.h"
#include "engine/copy.h"
#include "random/samplers.h"

/* Lemire's method, of words where 32 bits suffice: Generator.integers(0, last + 1). */
static uint64_t below(ndi_bits *bits, uint64_t last)
{
    if (last == 0)
        return 0;
    if (last == UINT32_MAX)
        return ndi_bits_next32(bits);
    if (last < UINT32_MAX) {
        const uint32_t values = (uint32_t)last + 1,
                       threshold = (UINT32_MAX - (uint32_t)last) % values;
        uint64_t product;
        do
            product = (uint64_t)ndi_bits_next32(bits) * values;
        while ((uint32_t)product < threshold);
        return product >> 32;
    }
    if (last == UINT64_MAX)
        return ndi_bits_next64(bits);
    const uint64_t values = last + 1, threshold = (UINT64_MAX - last) % values;
    ndi_uint128 product;
    do
        product = (ndi_uint128)ndi_bits_next64(bits) * values;
    while ((uint64_t)product < threshold);
    return (uint64_t)(product >> 64);
}

/* ---- Shuffles (Fisher and Yates, from the end) ----------------------------------------------- */

static void swap_items(char *a, char *b, size_t bytes)
{
    char kept[16];
    if (bytes == 8) {
        memcpy(kept, a, 8);
        memmove(a, b, 8);
        memcpy(b, kept, 8);
    } else {
        memcpy(kept, a, bytes);
        memmove(a, b, bytes);
        memcpy(b, kept, bytes);
    }
}

/* `items` of `bytes` bytes, `stride` apart, down to the first `until`. Places are drawn some time
 * before they are needed, and fetched: a step takes 8 ns in place of 20 where they are not in L2.
 */
static void shuffle_items(nd_random *random, char *items, int64_t count, int64_t until,
                          ptrdiff_t stride, size_t bytes)
{
    enum { AHEAD = 64 };
    const ndi_single *const single = ndi_single_of(random);
    void *const generator = ndi_generator_of(random);
    uint64_t place[AHEAD];
    for (int64_t i = count - 1; i >= until;) {
        const int64_t left = i - until + 1, now = left < AHEAD ? left : AHEAD;
        single->below_masked(generator, (uint64_t)i, (size_t)now, place);
        for (int64_t k = 0; k < now; k++)
            __builtin_prefetch(items + (int64_t)place[k] * stride, 1);
        for (int64_t k = 0; k < now; k++, i--)
            swap_items(items + i * stride, items + (int64_t)place[k] * stride, bytes);
    }
}

/* NULL after an error. */
static nd_array *to_shuffle(const char *operation, nd_array *array, int *axis)
{
    if (!array || !ndi_force_writeable(array))
        return NULL;
    if (!array->writeable)
        return ndi_fail(ND_ERROR_READONLY, "%s: the array is read-only", operation);
    *axis = ndi_normalize_axis(operation, *axis, array->rank);
    return *axis < 0 ? NULL : array;
}

nd_status nd_random_shuffle(nd_random *random, nd_array *array, int axis)
{
    if (!random || !to_shuffle("random_shuffle", array, &axis))
        return nd_error();
    const int64_t length = ndi_lengths(array)[axis];
    if (array->size == 0)
        return ND_OK;
    if (array->rank == 1) {
        shuffle_items(random, array->data, length, 1, ndi_strides(array)[0],
                      nd_dtype_size(nd_dtype_of(array)));
        return ND_OK;
    }
    /* Whole slices are moved once, to where a shuffle of their numbers puts them. */
    nd_status status = ND_ERROR_MEMORY;
    ND_SCOPE {
        nd_array *order = nd_random_permutation(random, length);
        nd_array *slices = nd_move_axis(array, axis, 0), *copy = order ? nd_copy(slices) : NULL;
        bool done = copy && ndi_force(copy);
        for (int64_t i = 0; done && i < length; i++) {
            const int64_t from = ((const int64_t *)order->data)[i];
            ND_SCOPE {
                done = from == i || ndi_assign(nd_slice(slices, ND_INDEX(i)),
                                               nd_slice(copy, ND_INDEX(from))) == ND_OK;
            }
        }
        status = done ? ND_OK : nd_error();
    }
    return status;
}

nd_status nd_random_permuted(nd_random *random, nd_array *array, int axis)
{
    if (!random || !to_shuffle("random_permuted", array, &axis))
        return nd_error();
    int64_t at[ND_MAX_RANK] = {0};
    const int64_t *lengths = ndi_lengths(array), *strides = ndi_strides(array);
    const int64_t vectors = lengths[axis] ? array->size / lengths[axis] : 0;
    for (int64_t vector = 0; vector < vectors; vector++) {
        char *first = array->data;
        for (int other = 0; other < array->rank; other++)
            first += at[other] * strides[other];
        shuffle_items(random, first, lengths[axis], 0, strides[axis],
                      nd_dtype_size(nd_dtype_of(array)));
        for (int other = array->rank - 1; other >= 0; other--) {
            if (other == axis)
                continue;
            if (++at[other] < lengths[other])
                break;
            at[other] = 0;
        }
    }
    return ND_OK;
}

static nd_array *numbers_below(int64_t n)
{
    nd_array *numbers = nd_empty(ND_INT64, ND_SHAPE(n));
    for (int64_t i = 0; numbers && i < n; i++)
        ((int64_t *)numbers->data)[i] = i;
    return numbers;
}

nd_array *nd_random_permutation(nd_random *random, int64_t n)
{
    if (!random)
        return NULL;
    if (n < 0)
        return ndi_fail(ND_ERROR_VALUE, "random_permutation: %lld numbers", (long long)n);
    nd_array *numbers = numbers_below(n);
    if (numbers)
        shuffle_items(random, numbers->data, n, 1, 8, 8);
    return numbers;
}

/* ---- Choice ---------------------------------------------------------------------------------- */

double ndi_kahan_sum(const double *values, int64_t count)
{
    double sum = count > 0 ? values[0] : 0, lost = 0;
    for (int64_t i = 1; i < count; i++) {
        const double y = values[i] - lost, t = sum + y;
        lost = (t - sum) - y;
        sum = t;
    }
    return sum;
}

/* The probabilities as contiguous doubles, in the open scope. NULL after an error. */
static nd_array *checked_probabilities(const nd_array *given, int64_t population)
{
    /* The square root of the precision in which they were computed. */
    const nd_dtype dtype = nd_dtype_of(given);
    const double tolerance = dtype == ND_FLOAT32    ? 0x1.6a09e667f3bcdp-12
                             : dtype == ND_FLOAT16  ? 0x1p-5
                             : dtype == ND_BFLOAT16 ? 0x1.6a09e667f3bcdp-4
                                                    : 0x1p-26;
    if (nd_rank(given) != 1 || nd_length(given, 0) != population)
        return ndi_fail(ND_ERROR_VALUE,
                        "random_choice: p must have one probability for each of %lld numbers",
                        (long long)population);
    nd_array *p = nd_copy(nd_cast(given, ND_FLOAT64));
    if (!ndi_force_writeable(p))
        return NULL;
    const double *value = (const double *)p->data;
    const double sum = ndi_kahan_sum(value, population);
    for (int64_t i = 0; i < population; i++)
        if (!(value[i] >= 0))
            return ndi_fail(ND_ERROR_VALUE, "random_choice: p[%lld] is negative or NaN",
                            (long long)i);
    if (!(fabs(sum - 1) <= tolerance))
        return ndi_fail(ND_ERROR_VALUE, "random_choice: p sums to %.17g, not to 1", sum);
    return p;
}

/* Running sums up to 1, added one by one as NumPy does. */
static void accumulate(const double *p, int64_t count, double *sums)
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sums[i] = sum = i == 0 ? p[0] : sum + p[i];
    for (int64_t i = 0; i < count; i++)
        sums[i] /= sum;
}

/* The first of the sums that is above x. */
static int64_t place_of(const double *sums, int64_t count, double x)
{
    int64_t low = 0, high = count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (x < sums[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool choose_by_probability(nd_random *random, int64_t population, const double *p,
                                  int64_t *chosen, int64_t count)
{
    double *sums = nd_data_writeable(nd_empty(ND_FLOAT64, ND_SHAPE(population))),
           *x = nd_data_writeable(nd_empty(ND_FLOAT64, ND_SHAPE(count)));
    if (!sums || !x)
        return false;
    accumulate(p, population, sums);
    ndi_stream_uniform(random, x, (size_t)count);
    for (int64_t i = 0; i < count; i++)
        chosen[i] = place_of(sums, population, x[i]);
    return true;
}

/* Rounds in which each number is taken once: what was taken before has no probability any more. */
static bool choose_distinct_by_probability(nd_random *random, int64_t population, double *p,
                                           int64_t *chosen, int64_t count)
{
    int64_t positive = 0, done = 0;
    for (int64_t i = 0; i < population; i++)
        positive += p[i] > 0;
    if (positive < count) {
        ndi_fail(ND_ERROR_VALUE,
                 "random_choice: %lld numbers have a probability, and %lld are to "
                 "be taken without replacement",
                 (long long)positive, (long long)count);
        return false;
    }
    double *sums = nd_data_writeable(nd_empty(ND_FLOAT64, ND_SHAPE(population))),
           *x = nd_data_writeable(nd_empty(ND_FLOAT64, ND_SHAPE(count)));
    uint8_t *taken = nd_data_writeable(nd_zeros(ND_UINT8, ND_SHAPE(population)));
    if (!sums || !x || !taken)
        return false;
    while (done < count) {
        const int64_t wanted = count - done;
        ndi_stream_uniform(random, x, (size_t)wanted);
        accumulate(p, population, sums);
        for (int64_t i = 0; i < wanted; i++) {
            const int64_t number = place_of(sums, population, x[i]);
            if (!taken[number]) {
                taken[number] = 1;
                chosen[done++] = number;
            }
        }
        for (int64_t i = 0; i < done; i++)
            p[chosen[i]] = 0;
    }
    return true;
}

static void shuffle_by_lemire(ndi_bits *bits, int64_t *numbers, int64_t count, int64_t until)
{
    for (int64_t i = count - 1; i >= until; i--) {
        const int64_t j = (int64_t)below(bits, (uint64_t)i), kept = numbers[j];
        numbers[j] = numbers[i];
        numbers[i] = kept;
    }
}

/* Floyd's method (Bentley and Floyd, CACM 30:9, 1987): number j, or j itself if that is taken. The
 * set is a table of open addresses. */
static bool choose_distinct_by_floyd(ndi_bits *bits, int64_t population, int64_t *chosen,
                                     int64_t count)
{
    const uint64_t least = (uint64_t)(1.2 * (double)count);
    const uint64_t mask = least ? ~(uint64_t)0 >> __builtin_clzll(least) : 0;
    nd_array *table = nd_empty(ND_INT64, ND_SHAPE((int64_t)mask + 1));
    if (!table)
        return false;
    int64_t *set = (int64_t *)table->data;
    memset(set, 0xff, (size_t)nd_bytes(table));
    for (int64_t j = population - count; j < population; j++) {
        int64_t number = (int64_t)below(bits, (uint64_t)j);
        uint64_t at = (uint64_t)number & mask;
        while (set[at] >= 0 && set[at] != number)
            at = (at + 1) & mask;
        if (set[at] == number) {
            number = j;
            at = (uint64_t)j & mask;
            while (set[at] >= 0)
                at = (at + 1) & mask;
        }
        set[at] = number;
        chosen[j - (population - count)] = number;
    }
    return true;
}

static bool choose_distinct(nd_random *random, int64_t population, int64_t *chosen, int64_t count,
                            bool in_order)
{
    if (random->is_legacy) {
        nd_array *all = nd_random_permutation(random, population);
        if (all)
            memcpy(chosen, all->data, (size_t)count * sizeof *chosen);
        return all != NULL;
    }
    /* Which way is taken decides the values, so the bounds are NumPy's. */
    if (population > 10000 && count > population / (in_order ? 20 : 50)) {
        nd_array *all = numbers_below(population);
        if (!all)
            return false;
        const int64_t until = population - count > 1 ? population - count : 1;
        shuffle_by_lemire(random->bits, (int64_t *)all->data, population, until);
        memcpy(chosen, (int64_t *)all->data + (population - count), (size_t)count * sizeof *chosen);
        return true;
    }
    if (!choose_distinct_by_floyd(random->bits, population, chosen, count))
        return false;
    if (!in_order)
        shuffle_by_lemire(random->bits, chosen, count, 1);
    return true;
}

nd_array *nd_random_choice(nd_random *random, int64_t population, nd_shape shape,
                           const nd_choice_options *options)
{
    const nd_choice_options none = {false, false, NULL}, *o = options ? options : &none;
    nd_array *result = NULL;
    if (!random)
        return NULL;
    ND_SCOPE {
        nd_array *chosen = nd_empty(ND_INT64, shape);
        if (chosen && chosen->size > 0 && population <= 0)
            chosen = ndi_fail(ND_ERROR_VALUE, "random_choice: there is nothing to choose from");
        nd_array *p = chosen && o->p ? checked_probabilities(o->p, population) : NULL;
        bool done = chosen && (p || !o->p);
        if (done && o->without_replacement && chosen->size > population) {
            ndi_fail(ND_ERROR_VALUE,
                     "random_choice: a sample of %lld of %lld numbers needs replacement",
                     (long long)chosen->size, (long long)population);
            done = false;
        }
        int64_t *to = done ? (int64_t *)chosen->data : NULL;
        if (!done || population <= 0)
            ;
        else if (p && o->without_replacement)
            done = choose_distinct_by_probability(random, population, (double *)p->data, to,
                                                  chosen->size);
        else if (p)
            done = choose_by_probability(random, population, (double *)p->data, to, chosen->size);
        else if (o->without_replacement)
            done = choose_distinct(random, population, to, chosen->size, o->in_order);
        else
            done = (chosen = nd_random_integers(random, ND_INT64, 0, population, shape)) != NULL;
        result = done ? nd_keep(chosen) : NULL;
    }
    return result ? ndi_register(result) : NULL;
}

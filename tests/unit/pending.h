/* What the tests of pending arrays share. */
#ifndef NDSTREAM_TESTS_PENDING_H
#define NDSTREAM_TESTS_PENDING_H

#include <ndstream/nd.h>

#include "unit.h"

enum { LARGE = 200000 };

static inline double at(const nd_array *array, int64_t index)
{
    return nd_get_double(array, &index);
}

static inline nd_array *range(int64_t count)
{
    return nd_cast(nd_arange(count), ND_FLOAT64);
}

/* The array, computed: ranges are pending. */
static inline nd_array *ready(nd_array *array)
{
    nd_array *const list[] = {array};
    return nd_eval(1, list) == ND_OK ? array : NULL;
}

/* The same elements, bit for bit. */
static inline bool same(const nd_array *a, const nd_array *b)
{
    nd_array *x = nd_copy(a), *y = nd_copy(b);
    return x && y && nd_dtype_of(x) == nd_dtype_of(y) && nd_bytes(x) == nd_bytes(y) &&
           memcmp(nd_data(x), nd_data(y), nd_bytes(x)) == 0;
}

typedef nd_array *(*formula)(const nd_array *);

static inline void assert_same_at_once(formula f, const nd_array *m)
{
    ND_SCOPE {
        nd_array *later = f(m);
        const int64_t from = nd_lazy();
        nd_set_lazy(0);
        nd_array *now = f(m);
        nd_set_lazy(from);
        assert_non_null(now);
        assert_non_null(later);
        assert_true(same(later, now));
    }
}

static inline nd_array *standardised_columns(const nd_array *m)
{
    return nd_divide(nd_subtract(m, nd_mean(m, ND_AXIS(0))), nd_std(m, ND_AXIS(0)));
}

#endif

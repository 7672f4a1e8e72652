/* Small arrays of integers, and what they must hold, for tests of selection, joining and the like.
 */
#ifndef NDSTREAM_UNIT_VALUES_H
#define NDSTREAM_UNIT_VALUES_H

#include <ndstream/nd.h>

#include "unit.h"

static inline nd_array *integers(int64_t count, const int64_t *values)
{
    return nd_from_data(ND_INT64, ND_SHAPE(count), values);
}
#define INTEGERS(...)                                                                              \
    integers((int64_t)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)),                        \
             (int64_t[]){__VA_ARGS__})

static inline void check_values(const nd_array *array, int64_t count, const int64_t *expected)
{
    assert_non_null(array);
    assert_int_equal(nd_size(array), count);
    const nd_array *const flat = nd_ravel(array);
    for (int64_t i = 0; i < count; i++)
        assert_int_equal(nd_get_int64(flat, &i), expected[i]);
}
#define assert_values(array, ...)                                                                  \
    check_values(array, (int64_t)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)),             \
                 (int64_t[]){__VA_ARGS__})

/* Any array as a list: ARRAYS(a, b) is the count and the arrays. */
#define ARRAYS(...)                                                                                \
    (int)(sizeof((const nd_array *[]){__VA_ARGS__}) / sizeof(nd_array *)), (const nd_array *[])    \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

/* 0 to 11 in 3 rows. */
static inline nd_array *table(void)
{
    return nd_reshape(nd_arange(12), ND_SHAPE(3, 4));
}

#endif

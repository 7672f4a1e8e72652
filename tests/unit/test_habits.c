/* Which results of middle size are pending follows from what became of those before them. */
#include <ndstream/nd.h>

#include "pending.h"

#include <math.h>

/* How many of 128 results of that size are pending, when each is looked at by itself; or when they
 * are parts of an expression. */
static int waiting(int64_t count, bool used)
{
    int pending = 0;
    for (int turn = 0; turn < 128; turn++)
        ND_SCOPE {
            nd_array *x = ready(range(count)), *y = nd_exp(x), *z = y;
            pending += nd_is_pending(y);
            if (used)
                z = nd_add(nd_multiply(nd_subtract(nd_multiply(y, 3), x), y), 2);
            const double e = exp(4);
            assert_true(fabs(at(z, 4) - (used ? (3 * e - 4) * e + 2 : e)) < 1e-9);
        }
    return pending;
}

TEST(results_of_middle_size_wait_where_those_before_were_used_in_expressions)
{
    const int64_t before = nd_lazy();
    const int64_t sizes[] = {4000, 10000}, small = 1000, large = 20000;
    assert_ok(nd_set_lazy(ND_LAZY_ELEMENTS));
    for (int i = 0; i < 2; i++) {
        for (int turn = 0; turn < 40; turn++) /* what is seldom tried takes time to be learned */
            waiting(sizes[i], true);
        assert_int_equal(waiting(sizes[i], true), 128);
        waiting(sizes[i], false);
        assert_in_range(waiting(sizes[i], false), 0, 12);
        assert_in_range(waiting(sizes[i], false), 0, 12);
    }
    assert_int_equal(waiting(small, true), 0);
    assert_int_equal(waiting(large, false), 128);
    assert_ok(nd_set_lazy(ND_LAZY_ELEMENTS + 1));
    assert_int_equal(waiting(ND_LAZY_ELEMENTS + 1, false), 128);
    assert_int_equal(waiting(ND_LAZY_ELEMENTS, true), 0);
    assert_ok(nd_set_lazy(before));
}

/* Plans that are kept: the same steps over other elements, in other shapes and orders, give what
 * they give at once; and they are found where they are to be, and only there. */
#include "pending.h"

#include <math.h>

#include "engine/plan_cache.h"

enum { EXPRESSIONS = 400, ROUNDS = 5, VARIABLES = 3 };

typedef struct source {
    uint64_t state;
} source;

static uint32_t draw(source *from, uint32_t below)
{
    from->state = from->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(from->state >> 33) % below;
}

/* ---- Expressions: the same numbers make the same one ---- */

static nd_array *step(source *numbers, nd_array *a, nd_array *b)
{
    const double scalar = (double)draw(numbers, 3) + 2;
    switch (draw(numbers, 14)) {
    case 0:
        return nd_add(a, b);
    case 1:
        return nd_subtract(a, b);
    case 2:
        return nd_multiply(a, b);
    case 3:
        return nd_maximum(a, b);
    case 4:
        return nd_subtract(scalar, a);
    case 5:
        return nd_multiply(a, scalar);
    case 6:
        return nd_divide(a, scalar);
    case 7:
        return nd_square(a);
    case 8:
        return nd_sqrt(nd_absolute(a));
    case 9:
        return nd_where(nd_less(a, b), a, b);
    case 10:
        return nd_cast(a, draw(numbers, 2) ? ND_FLOAT32 : ND_INT32);
    case 11:
        return nd_logical_and(nd_greater(a, scalar), nd_less(a, scalar + 3));
    case 12:
        return nd_exp(nd_minimum(a, scalar));
    default:
        return nd_power(a, draw(numbers, 4));
    }
}

/* Sometimes without a name for what is on the way, sometimes with one that was computed before. */
static nd_array *expression(source numbers, nd_array *const *variable)
{
    nd_array *made[12];
    int count = 0;
    for (; count < VARIABLES; count++)
        made[count] = variable[count];
    for (const int last = count + 2 + (int)draw(&numbers, 6); count < last; count++) {
        nd_array
            *const a = made[draw(&numbers, 2) ? count - 1 : (int)draw(&numbers, (uint32_t)count)],
                   *const b = made[draw(&numbers, (uint32_t)count)];
        made[count] = nd_keep(step(&numbers, a, b));
        if (draw(&numbers, 16) == 0)
            ready(made[count]);
    }
    nd_array *const result = draw(&numbers, 4) ? nd_add(made[count - 1], made[count - 2])
                                               : nd_sum(made[count - 1], ND_ALL);
    while (count > VARIABLES)
        nd_release(made[--count]);
    return result;
}

/* ---- Their variables ---- */

/* Of shape 24 by 30 or a part of it, in one of several orders. */
static nd_array *variable(source *numbers, nd_dtype dtype, int layout, int64_t rows)
{
    enum { ROWS = 48, COLUMNS = 60 };
    nd_array *const all = nd_empty(dtype, ND_SHAPE(ROWS, COLUMNS));
    char *const data = nd_data_writeable(all);
    for (int64_t i = 0; i < ROWS * COLUMNS; i++) {
        const double value = (double)draw(numbers, 97) / 8 - 3;
        if (dtype == ND_FLOAT64)
            memcpy(data + i * 8, &value, sizeof value);
        else if (dtype == ND_FLOAT32)
            memcpy(data + i * 4, &(float){(float)value}, sizeof(float));
        else
            memcpy(data + i * 8, &(int64_t){(int64_t)value}, sizeof(int64_t));
    }
    nd_data_done(all);
    nd_array *const part = nd_slice(all, ND_RANGE(0, rows), ND_RANGE(0, 30));
    switch (layout) {
    case 0:
        return nd_copy(part);
    case 1:
        return nd_transpose(nd_copy(nd_transpose(part)));
    case 2:
        return part; /* with gaps */
    case 3:
        return nd_slice(all, ND_RANGE(0, 1), ND_RANGE(0, 30));
    case 4:
        return nd_reshape(nd_slice(all, ND_RANGE(0, 1), ND_RANGE(0, 1)), ND_SHAPE(1));
    default:
        return nd_flip(nd_copy(part), ND_AXIS(0));
    }
}

TEST(expressions_that_come_again_over_other_elements_give_what_they_give_at_once)
{
    source numbers = {20261128};
    const int64_t before = nd_lazy();
    for (int e = 0; e < EXPRESSIONS; e++) {
        const source steps = {numbers.state};
        static const nd_dtype dtypes[] = {ND_FLOAT64, ND_FLOAT64, ND_FLOAT32, ND_INT64};
        nd_dtype dtype[VARIABLES];
        draw(&numbers, 1);
        for (int v = 0; v < VARIABLES; v++)
            dtype[v] = dtypes[draw(&numbers, 4)];
        for (int round = 0; round < ROUNDS; round++)
            ND_SCOPE {
                nd_array *x[VARIABLES];
                const bool plain = draw(&numbers, 2);
                const int64_t rows = 1 + draw(&numbers, 24);
                for (int v = 0; v < VARIABLES; v++)
                    x[v] = variable(&numbers, dtype[v], plain ? 0 : (int)draw(&numbers, 6), rows);
                if (draw(&numbers, 6) == 0)
                    x[1] = x[0];
                nd_eval(VARIABLES, x);
                nd_set_lazy(1);
                nd_array *const later = expression(steps, x);
                ready(later);
                nd_set_lazy(0);
                nd_array *const now = expression(steps, x);
                if (!later || !now) { /* a dtype that an operation refuses */
                    assert_true(!later && !now);
                    nd_error_clear();
                } else {
                    assert_true(same(later, now));
                }
            }
    }
    nd_set_lazy(before);
}

/* ---- What is found ---- */

/* Whether the plan of a pending array is kept. */
static bool is_kept(const nd_array *array)
{
    ndi_plan_key key;
    ndi_node *const node = ndi_graph_node_of(array);
    assert_non_null(node);
    ndi_graph_lock();
    ndi_plan *const plan = ndi_plan_find(&key, node, nd_dtype_of(array));
    if (plan)
        ndi_plan_give_back(plan);
    ndi_node_release(node);
    ndi_graph_unlock();
    return plan;
}

static nd_array *difference(const nd_array *x, const nd_array *y, double scalar)
{
    return nd_multiply(nd_subtract(x, y), scalar);
}

/* (x - y) * 3 plus one of the two values that are there on the way. */
static nd_array *sum_of_steps(const nd_array *x, const nd_array *y, bool last)
{
    nd_array *const first = nd_subtract(x, y), *const second = nd_multiply(first, 3);
    return nd_add(second, last ? second : first);
}

TEST(a_plan_is_kept_by_what_its_steps_take)
{
    const int64_t before = nd_lazy();
    nd_set_lazy(1);
    ND_SCOPE {
        nd_array *x = ready(range(1000)), *y = ready(range(1000)), *z = ready(range(1000));
        nd_array *few = ready(range(20)), *square = nd_reshape(ready(range(400)), ND_SHAPE(20, 20));
        assert_false(is_kept(difference(x, y, 3)));
        for (int turn = 0; turn < 2; turn++) {
            ready(difference(x, y, 3));
            ready(sum_of_steps(x, y, true));
        }
        assert_true(is_kept(difference(x, y, 3)));
        assert_true(is_kept(difference(y, z, 3)));
        assert_true(is_kept(difference(few, ready(range(20)), 3)));
        assert_true(is_kept(difference(square, few, 3)));
        assert_true(is_kept(sum_of_steps(y, z, true)));
        assert_false(is_kept(sum_of_steps(x, y, false)));
        assert_false(is_kept(difference(x, x, 3)));
        assert_false(is_kept(difference(x, y, 4)));
        assert_false(is_kept(difference(x, ready(nd_cast(y, ND_FLOAT32)), 3)));
        assert_false(is_kept(difference(x, nd_sqrt(y), 3)));
        assert_false(is_kept(nd_multiply(nd_sum(nd_subtract(x, y), ND_ALL), 3)));
        nd_set_fast_math(true);
        assert_false(is_kept(difference(x, y, 3)));
        nd_set_fast_math(false);
        assert_true(same(ready(difference(square, few, 3)),
                         nd_multiply(ready(nd_subtract(square, few)), 3)));
    }
    nd_set_lazy(before);
}

/* Steps beyond what a key has room for: their plan is made each time. */
TEST(a_plan_of_many_steps_is_not_kept)
{
    const int64_t before = nd_lazy();
    nd_set_lazy(1);
    for (int steps = 2; steps <= 30; steps++)
        for (int turn = 0; turn < 3; turn++)
            ND_SCOPE {
                nd_array *x = ready(range(100)), *y = x, *last = NULL;
                for (int s = 0; s < steps; s++)
                    y = s % 2 ? nd_maximum(x, y) : nd_subtract(s + 0.5, y);
                last = nd_add(y, 1);
                if (turn == 2)
                    assert_true(is_kept(last) == (steps < 18));
                double expected = 7;
                for (int s = 0; s < steps; s++)
                    expected = s % 2 ? fmax(7, expected) : s + 0.5 - expected;
                assert_true(at(last, 7) == expected + 1);
            }
    nd_set_lazy(before);
}

/* Each of more expressions than are kept; and the first ones again. */
TEST(plans_make_room_for_others)
{
    const int64_t before = nd_lazy();
    nd_set_lazy(1);
    ND_SCOPE {
        nd_array *x = ready(range(100)), *y = ready(range(100));
        for (int round = 0; round < 2; round++)
            for (int i = 0; i < 200; i++)
                for (int turn = 0; turn < 3; turn++)
                    assert_true(at(difference(x, nd_negative(y), i + 0.5), 7) == 14 * (i + 0.5));
        assert_true(is_kept(difference(x, nd_negative(y), 199.5)));
    }
    nd_set_lazy(before);
}

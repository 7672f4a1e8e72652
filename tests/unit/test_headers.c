/* The public headers as a C11 program sees them: their macros in use, and no warning. */
#include <ndstream/operand.h>

#include "unit.h"

#include <stdbool.h>

static nd_operand_kind kind_of(nd_operand x)
{
    return x.kind;
}

/* Like the operations of ops.h: a call whose arguments may be calls. */
static double sum(nd_operand x, nd_operand y)
{
    return x.value.real[0] + y.value.real[0];
}
#define add(x, y) sum(ND_OPERAND(x), ND_OPERAND(y))

TEST(operands_are_made_of_every_type)
{
    nd_array *array = NULL;
    const nd_array *constant = NULL;
    const double real = 1.5;
    const short narrow = -3;
    assert_int_equal(kind_of(ND_OPERAND(array)), ND_OPERAND_ARRAY);
    assert_int_equal(kind_of(ND_OPERAND(constant)), ND_OPERAND_ARRAY);
    assert_int_equal(kind_of(ND_OPERAND(NULL)), ND_OPERAND_ARRAY);
    assert_int_equal(kind_of(ND_OPERAND((bool)true)), ND_OPERAND_BOOL);
    assert_int_equal(kind_of(ND_OPERAND('a')), ND_OPERAND_INT);
    assert_int_equal(ND_OPERAND(narrow).value.integer, -3);
    assert_int_equal(kind_of(ND_OPERAND(3u)), ND_OPERAND_INT);
    assert_int_equal(kind_of(ND_OPERAND(UINT64_MAX)), ND_OPERAND_UINT);
    assert_int_equal(kind_of(ND_OPERAND((size_t)3)), ND_OPERAND_INT);
    assert_int_equal(kind_of(ND_OPERAND(1.5f)), ND_OPERAND_REAL);
    assert_true(ND_OPERAND(real).value.real[0] == 1.5);
    assert_int_equal(kind_of(ND_OPERAND(1.5L)), ND_OPERAND_REAL);
    assert_int_equal(kind_of(ND_OPERAND((double _Complex)1)), ND_OPERAND_COMPLEX);
    assert_int_equal(kind_of(ND_OPERAND(ND_OPERAND(true ? 2.0 : 1.0))), ND_OPERAND_REAL);
}

/* Were an argument expanded twice, 32 levels would be 4 billion copies, and this file would not
 * compile. */
TEST(nested_operands_do_not_double)
{
    /* clang-format off */
    const double x = add(1.0, add(1.0, add(1.0, add(1.0, add(1.0, add(1.0, add(1.0, add(1.0,
                     add(1.0, add(1.0, add(1.0, add(1.0, add(1.0, add(1.0, add(1.0, add(1.0,
                     add(1.0, add(1.0, add(1.0, add(1.0, add(1.0, add(1.0, add(1.0, add(1.0,
                     add(1.0, add(1.0, add(1.0, add(1.0, add(1.0, add(1.0, add(1.0, add(1.0,
                     1.0))))))))))))))))))))))))))))))));
    /* clang-format on */
    assert_true(x == 33);
}

static int evaluations;
static double once(void)
{
    evaluations++;
    return 2.0;
}

TEST(arguments_are_evaluated_once)
{
    assert_true(add(once(), 1.0) == 3);
    assert_int_equal(evaluations, 1);
}

TEST(shapes_axes_and_terms_by_value)
{
    const nd_shape shape = ND_SHAPE(2, 3, 4), scalar = ND_SCALAR_SHAPE;
    const nd_axes axes = ND_AXES(0, -1), one = ND_AXIS(2), all = ND_ALL;
    const nd_index range = ND_RANGE(1, ND_OPEN), index = ND_INDEX(5);
    assert_true(shape.rank == 3 && shape.length[2] == 4 && shape.length[31] == 0 &&
                scalar.rank == 0);
    assert_true(axes.count == 2 && axes.axis[1] == -1 && !axes.all && one.count == 1 && all.all);
    assert_true(range.kind == ND_TERM_RANGE && range.stop == ND_OPEN && range.step == 1);
    assert_true(index.kind == ND_TERM_INDEX && index.start == 5);
    assert_null(nd_slice(NULL, ND_EVERY, ND_NEW_AXIS, ND_REST, ND_STEP(0, 4, 2)));
}

TEST(scopes_nest_without_shadowing)
{
    int times = 0;
    ND_SCOPE {
        ND_SCOPE {
            times++;
        }
        times++;
    }
    assert_int_equal(times, 2);
}

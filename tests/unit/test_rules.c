/* The rules of rewriting: every row of rules.def, with random and special values of every dtype
 * that it takes, against the same operations computed at once. */
#include "pending.h"

#include <math.h>

#include "array/dtype.h"
#include "engine/rule_terms.h"
#include "ops/resolve.h"

enum { ROWS = 31, COLUMNS = 45, SIZE = ROWS * COLUMNS, ROUNDS = 4 };

static uint64_t state;

static uint32_t draw(uint32_t below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

/* Any bits; and often what is special: zeros, infinities, the ends of ranges, small numbers. */
static double special(void)
{
    static const double values[] = {0.0,  -0.0,       INFINITY,      -INFINITY, NAN,       1,
                                    -1,   5e-324,     -1e-310,       1e308,     -1e308,    2.5,
                                    -0.5, 3e38,       1e-40,         65504,     6e-8,      127,
                                    -128, 2147483647, -2147483648.0, 255,       0x1p-1022, 3};
    return values[draw(sizeof values / sizeof *values)];
}

static void fill(nd_dtype dtype, char *data)
{
    const nd_dtype real = ndi_real_dtype(dtype);
    const size_t size = nd_dtype_size(real), count = SIZE * nd_dtype_size(dtype) / size;
    for (size_t i = 0; i < count; i++) {
        char *const element = data + i * size;
        if (real == ND_BOOL)
            *element = (char)draw(2);
        else if (draw(3) > 0 && nd_dtype_kind(real) == ND_KIND_FLOAT)
            ndi_store_scalar(nd_operand_real(draw(2) ? special() : (int)draw(2000) / 64.0 - 16),
                             real, element);
        else if (draw(3) == 0)
            ndi_store_scalar(nd_operand_int((int)draw(9) - 4), real, element);
        else
            for (size_t b = 0; b < size; b++)
                element[b] = (char)draw(256);
    }
}

/* ---- Expressions made of codes ---- */

typedef struct building {
    nd_dtype dtype, wide;
    nd_array *variable[3];
    bool later; /* the variables are pending themselves */
    double scalar[2];
} building;

static nd_operand number(const building *b, double value)
{
    return nd_dtype_kind(b->dtype) == ND_KIND_BOOL    ? nd_operand_bool(value != 0)
           : nd_dtype_kind(b->dtype) >= ND_KIND_FLOAT ? nd_operand_real(value)
                                                      : nd_operand_int((int64_t)value);
}

static nd_operand build(const building *b, const uint8_t **code)
{
    const uint8_t now = *(*code)++;
    if (now >= X && now <= Z) {
        nd_array *const own = b->variable[now - X];
        return nd_operand_array(b->later ? nd_flip(nd_flip(own, ND_AXIS(0)), ND_AXIS(0)) : own);
    }
    switch ((int)now) {
    case A:
    case B:
        return number(b, b->scalar[now - A]);
    case ONE:
        return number(b, 1);
    case ZERO:
        return number(b, 0);
    case MINUS_ONE:
        return number(b, -1);
    case HALF:
        return number(b, 0.5);
    case MINUS_ZERO:
        return nd_operand_real(-0.0);
    default:
        break;
    }
    if (now >= NDI_CONVERSION) {
        const nd_operand from = build(b, code);
        return nd_operand_array(nd_cast(from.array, now == NDI_CONVERSION ? b->dtype : b->wide));
    }
    nd_operand argument[3];
    const nd_op op = (nd_op)(now - 1);
    for (int i = 0; i < ndi_op_rows[op].info.arguments; i++)
        argument[i] = build(b, code);
    return nd_operand_array(nd_elementwise(op, ndi_op_rows[op].info.arguments, argument, NULL));
}

static nd_array *build_at_once(const building *b, const uint8_t *code)
{
    const int64_t from = nd_lazy();
    nd_set_lazy(0);
    nd_array *const result = (nd_array *)build(b, &code).array;
    nd_set_lazy(from);
    return result;
}

/* ---- Comparing ---- */

static bool is_nan(nd_dtype real, const char *element)
{
    return nd_dtype_kind(real) == ND_KIND_FLOAT && isnan(ndi_load_double(real, element));
}

static bool same_but_for_nans(const nd_array *a, const nd_array *b)
{
    if (nd_dtype_of(a) != nd_dtype_of(b) || nd_bytes(a) != nd_bytes(b))
        return false;
    const nd_dtype real = ndi_real_dtype(nd_dtype_of(a));
    const size_t size = nd_dtype_size(real);
    const char *const x = nd_data(a), *const y = nd_data(b);
    for (size_t at = 0; at < nd_bytes(a); at += size)
        if (memcmp(x + at, y + at, size) != 0 && !(is_nan(real, x + at) && is_nan(real, y + at)))
            return false;
    return true;
}

static bool applies(const ndi_rule *row, const nd_array *array)
{
    ndi_node *const node = ndi_graph_node_of(array);
    assert_non_null(node);
    ndi_graph_lock();
    const bool changed = ndi_rule_apply(row, node);
    ndi_node_release(node);
    ndi_graph_unlock();
    return changed;
}

typedef enum outcome { NO_SUCH_OPERATION, DOES_NOT_APPLY, APPLIES } outcome;

static double magnitude(nd_operand scalar)
{
    return fabs(scalar.kind == ND_OPERAND_REAL ? scalar.value.real[0]
                                               : (double)scalar.value.integer);
}

/* The values of an expression as doubles. */
static nd_array *doubles(const nd_array *values)
{
    return nd_copy(nd_cast(values, ND_FLOAT64));
}

/* For each element, the largest value that the pattern reads or computes; infinite where something
 * is not finite or too small to have all its digits. */
static nd_array *largest_of(const building *b, const ndi_rule *row)
{
    const double least = b->dtype == ND_FLOAT64   ? 0x1p-1022
                         : b->dtype == ND_FLOAT16 ? 0x1p-14
                                                  : 0x1p-126;
    nd_array *largest = nd_zeros(ND_FLOAT64, ND_SHAPE(ROWS, COLUMNS));
    for (const uint8_t *at = row->pattern; *at; at++) {
        const uint8_t *code = at;
        const nd_operand value = build(b, &code);
        if (value.kind != ND_OPERAND_ARRAY) {
            largest = nd_maximum(largest, magnitude(value));
            continue;
        }
        nd_array *const size = nd_absolute(doubles(value.array));
        largest = nd_maximum(largest, nd_where(nd_greater_equal(size, least), size, INFINITY));
    }
    return doubles(largest);
}

/* Fast maths stay within the row's bound, wherever all that takes part is a normal number. */
static void assert_close(int number_of_row, const building *b, const nd_array *now,
                         const nd_array *later)
{
    const ndi_rule *const row = &ndi_rules[number_of_row];
    const double eps = b->dtype == ND_FLOAT64   ? 0x1p-52
                       : b->dtype == ND_FLOAT32 ? 0x1p-23
                       : b->dtype == ND_FLOAT16 ? 0x1p-10
                                                : 0x1p-7;
    const double *const x = nd_data(doubles(now)), *const y = nd_data(doubles(later)),
                        *const largest = nd_data(largest_of(b, row));
    for (int64_t i = 0; i < SIZE; i++)
        if (isfinite(largest[i]) && !(fabs(x[i] - y[i]) <= row->ulps * eps * largest[i]))
            fail_msg("row %d of rules.def, %s, scalars %g, %g: %.17g is %.17g", number_of_row,
                     nd_dtype_name(b->dtype), b->scalar[0], b->scalar[1], x[i], y[i]);
}

/* Whether the row applies to the expression, whose bits stay. */
static outcome check_row(int number_of_row, const building *b)
{
    const ndi_rule *const row = &ndi_rules[number_of_row];
    nd_array *const now = build_at_once(b, row->pattern);
    const uint8_t *code = row->pattern;
    nd_set_fast_math(row->ulps > 0);
    nd_array *const later = (nd_array *)build(b, &code).array;
    nd_set_fast_math(false);
    if (!now || !later) { /* no such operation of this dtype */
        assert_true(!now && !later);
        nd_error_clear();
        return NO_SUCH_OPERATION;
    }
    nd_array *const reader = nd_cast(later, nd_dtype_of(later));
    const bool applied = applies(row, later);
    assert_int_equal(nd_eval(1, (nd_array *[]){reader}), ND_OK);
    if (row->ulps > 0) {
        const int64_t from = nd_lazy();
        nd_set_lazy(0);
        assert_close(number_of_row, b, now, later);
        nd_set_lazy(from);
    } else if (!same_but_for_nans(reader, now) || !same_but_for_nans(later, now))
        fail_msg("row %d of rules.def changes %s (wide %s, scalars %g, %g)", number_of_row,
                 nd_dtype_name(b->dtype), nd_dtype_name(b->wide), b->scalar[0], b->scalar[1]);
    return applied ? APPLIES : DOES_NOT_APPLY;
}

/* The best outcome of some rounds. */
static outcome check_row_with(int row, nd_dtype dtype, nd_dtype wide)
{
    outcome best = NO_SUCH_OPERATION;
    building b = {.dtype = dtype, .wide = wide};
    for (int round = 0; round < ROUNDS; round++)
        ND_SCOPE {
            for (int i = 0; i < 3; i++) {
                /* The condition of where() is bool. */
                const bool truths =
                    i == 0 && ndi_rules[row].pattern[0] == 1 + ND_OP_where && round % 2 == 0;
                b.variable[i] = nd_empty(truths ? ND_BOOL : dtype, ND_SHAPE(ROWS, COLUMNS));
                fill(nd_dtype_of(b.variable[i]), nd_data_writeable(b.variable[i]));
                nd_data_done(b.variable[i]);
            }
            b.scalar[0] = 3 * (round - 2); /* no power of two: see ndi_factor_at_call() */
            b.scalar[1] = 3 + round;
            b.later = round > 1;
            const outcome now = check_row(row, &b);
            best = now > best ? now : best;
        }
    return best;
}

TEST(every_row_keeps_the_bits)
{
    const int64_t from = nd_lazy();
    state = 7;
    nd_set_lazy(1);
    for (int row = 0; row < ndi_rule_count; row++) {
        int applied = 0, possible = 0;
        for (int d = 0; d < ND_DTYPE_COUNT; d++)
            for (int w = 0; w < ND_DTYPE_COUNT; w++) {
                const bool widens = ndi_rules[row].pattern[1] == WIDENED_CODE;
                if (!widens && w > 0)
                    continue;
                const outcome now = check_row_with(row, (nd_dtype)d, (nd_dtype)w);
                possible |= now != NO_SUCH_OPERATION ? ndi_rule_class((nd_dtype)d) : 0;
                applied |= now == APPLIES ? ndi_rule_class((nd_dtype)d) : 0;
            }
        /* (The condition of where() is bool, whatever it chooses from.) */
        if (ndi_rules[row].pattern[0] == 1 + ND_OP_where)
            applied &= ndi_rules[row].dtypes;
        if (applied == 0 || applied != (possible & ndi_rules[row].dtypes))
            fail_msg("row %d of rules.def, for %x, applies to %x of %x", row, ndi_rules[row].dtypes,
                     applied, possible);
    }
    nd_set_lazy(from);
}

TEST(rows_that_begin_alike_stand_together)
{
    for (int row = 1; row < ndi_rule_count; row++)
        for (int other = 0; other < row - 1; other++)
            if (ndi_rules[other].pattern[0] == ndi_rules[row].pattern[0])
                assert_int_equal(ndi_rules[row - 1].pattern[0], ndi_rules[row].pattern[0]);
}

TEST(calls_are_the_operation_that_the_table_says)
{
    static const int64_t thresholds[] = {0, 1};
    const int64_t from = nd_lazy();
    state = 8;
    for (int d = ND_INT8; d < ND_DTYPE_COUNT; d++)
        for (int t = 0; t < 2; t++)
            ND_SCOPE {
                nd_array *const x = nd_empty((nd_dtype)d, ND_SHAPE(ROWS, COLUMNS));
                fill((nd_dtype)d, nd_data_writeable(x));
                nd_data_done(x);
                nd_set_lazy(thresholds[t]);
#define ND_RULE(...)
#define ND_RULE_TWINS(...)
#define ND_RULE_AT_CALL(op, exponent, replacement)                                                 \
    {                                                                                              \
        nd_array *const given = nd_##op(x, exponent), *const meant = nd_##replacement(x);          \
        assert_true(same_but_for_nans(nd_copy(given), nd_copy(meant)));                            \
    }
#include "engine/rules.def"
                nd_set_lazy(from);
            }
}

/* By arrays of the divisor, for which nothing is rewritten. */
TEST(quotients_by_powers_of_two_are_quotients)
{
    static const nd_dtype floats[] = {ND_FLOAT16, ND_BFLOAT16, ND_FLOAT32, ND_FLOAT64};
    state = 9;
    for (int d = 0; d < 4; d++)
        for (int exponent = -1074; exponent < 1024; exponent += floats[d] == ND_FLOAT64 ? 13 : 1)
            ND_SCOPE {
                const double divisor = exponent % 2 ? -ldexp(1, exponent) : ldexp(1, exponent);
                nd_array *const x = nd_empty(floats[d], ND_SHAPE(ROWS, COLUMNS));
                fill(floats[d], nd_data_writeable(x));
                nd_data_done(x);
                nd_array *const by =
                    nd_multiply(nd_ones(floats[d], ND_SHAPE(ROWS, COLUMNS)), divisor);
                assert_true(
                    same_but_for_nans(nd_copy(nd_divide(x, divisor)), nd_copy(nd_divide(x, by))));
            }
    ND_SCOPE {
        nd_array *const x = nd_arange(11), *const half = nd_divide(x, 2);
        assert_int_equal(nd_dtype_of(half), ND_FLOAT64);
        assert_true(same_but_for_nans(half, nd_divide(x, nd_add(nd_zeros_like(x), 2))));
        nd_array *const shorter = nd_zeros(ND_FLOAT64, ND_SHAPE(5));
        assert_null(nd_divide_into(shorter, x, 2));
        assert_error(ND_ERROR_SHAPE, "divide"); /* not the product that it is */
    }
}

/* (x > y) & (x < z) and the like are one step where the CPU has a kernel for it (engine/joins.c).
 */
static nd_array *two_comparisons(nd_array *const *x, int which, bool scalars, bool kept)
{
    static const nd_op orders[] = {ND_OP_less, ND_OP_less_equal, ND_OP_greater,
                                   ND_OP_greater_equal},
                       joins[] = {ND_OP_bitwise_and, ND_OP_logical_and, ND_OP_bitwise_or,
                                  ND_OP_logical_or, ND_OP_bitwise_xor};
    const nd_operand bound[] = {scalars ? nd_operand_real(2) : nd_operand_array(x[1]),
                                scalars ? nd_operand_real(3) : nd_operand_array(x[2])};
    nd_array *test[2];
    for (int i = 0; i < 2; i++, which /= 8) {
        const bool turned = which / 4 % 2;
        const nd_operand of_x = nd_operand_array(x[0]),
                         in_turn[] = {turned ? bound[i] : of_x, turned ? of_x : bound[i]};
        test[i] = nd_elementwise(orders[which % 4], 2, in_turn, NULL);
    }
    const nd_operand tests[] = {nd_operand_array(test[0]), nd_operand_array(test[1])};
    nd_array *const result = nd_elementwise(joins[which % 5], 2, tests, NULL);
    return kept ? nd_add(nd_cast(result, ND_INT8), nd_cast(test[0], ND_INT8)) : result;
}

TEST(two_comparisons_are_what_each_of_them_is)
{
    static const nd_dtype dtypes[] = {ND_UINT8,   ND_INT16,   ND_INT32,  ND_INT64,
                                      ND_FLOAT32, ND_FLOAT64, ND_FLOAT16};
    const int64_t from = nd_lazy();
    state = 10;
    for (size_t d = 0; d < sizeof dtypes / sizeof *dtypes; d++)
        ND_SCOPE {
            nd_array *x[3];
            for (int i = 0; i < 3; i++) {
                x[i] = nd_empty(dtypes[d], ND_SHAPE(SIZE));
                fill(dtypes[d], nd_data_writeable(x[i]));
                nd_data_done(x[i]);
            }
            for (int which = 0; which < 8 * 8 * 5 * 4; which++)
                ND_SCOPE {
                    const int kind = which % 320;
                    const bool scalars = which / 320 % 2, kept = which / 640;
                    nd_set_lazy(0);
                    nd_array *const wanted = two_comparisons(x, kind, scalars, kept);
                    nd_set_lazy(1);
                    nd_array *const pending = two_comparisons(x, kind, scalars, kept);
                    assert_true(nd_is_pending(pending));
                    assert_true(same_but_for_nans(pending, wanted));
                }
            nd_set_lazy(from);
        }
}

TEST(what_is_written_is_no_pattern)
{
    ND_SCOPE { /* float32 in between rounds */
        nd_array *const x = nd_linspace(0.1, 1, LARGE);
        nd_array *const pending = nd_add(nd_cast(x, ND_FLOAT32), 1);
        assert_true(nd_is_pending(pending));
        assert_non_null(nd_negative_into(pending, x));
        nd_array *const twice = nd_negative(pending), *const sum = nd_add(x, pending);
        for (int64_t i = 0; i < LARGE; i += 999) {
            assert_true(at(twice, i) == (double)(float)at(x, i));
            assert_true(at(sum, i) == at(x, i) - (double)(float)at(x, i));
        }
    }
}

TEST(fast_maths_hold_for_what_was_called_under_them)
{
    ND_SCOPE {
        nd_array *const x = nd_copy(nd_linspace(1, 2, LARGE));
        assert_false(nd_fast_math());
        nd_array *const exact = nd_divide(x, 3);
        nd_set_fast_math(true);
        assert_true(nd_fast_math());
        nd_array *const fast = nd_divide(x, 3), *const mixed = nd_add(nd_negative(exact), 1);
        nd_set_fast_math(false);
        nd_array *const of_fast = nd_negative(fast);
        for (int64_t i = 0; i < LARGE; i += 777) {
            assert_true(at(mixed, i) == 1 - at(x, i) / 3);
            assert_true(-at(of_fast, i) == at(x, i) * (1.0 / 3));
        }
    }
}

/* Element by element: the operations of ndstream/ops.h on arrays and C scalars. Expected values are
 * NumPy 2.4.6's or worked out by hand. */
#include <ndstream/nd.h>

#include "unit.h"

#include <complex.h>
#include <limits.h>
#include <math.h>

/* ---- Arrays in one line, and all their elements at once -------------------------------------- */

#define COUNT_OF(type, ...) ((int64_t)(sizeof((type[]){__VA_ARGS__}) / sizeof(type)))
#define ARRAY(dtype, type, ...)                                                                    \
    nd_from_data(dtype, ND_SHAPE(COUNT_OF(type, __VA_ARGS__)), (type[]){__VA_ARGS__})
#define BOOLS(...) ARRAY(ND_BOOL, uint8_t, __VA_ARGS__)
#define INT8S(...) ARRAY(ND_INT8, int8_t, __VA_ARGS__)
#define UINT8S(...) ARRAY(ND_UINT8, uint8_t, __VA_ARGS__)
#define INT32S(...) ARRAY(ND_INT32, int32_t, __VA_ARGS__)
#define INT64S(...) ARRAY(ND_INT64, int64_t, __VA_ARGS__)
#define UINT64S(...) ARRAY(ND_UINT64, uint64_t, __VA_ARGS__)
#define FLOAT32S(...) ARRAY(ND_FLOAT32, float, __VA_ARGS__)
#define FLOAT64S(...) ARRAY(ND_FLOAT64, double, __VA_ARGS__)
#define COMPLEX128S(...) ARRAY(ND_COMPLEX128, double complex, __VA_ARGS__)

/* The array has this dtype and these elements in C order, bit for bit (any NaN is any other). */
#define assert_elements(array, dtype, type, ...)                                                   \
    check_elements(array, dtype, COUNT_OF(type, __VA_ARGS__), (type[]){__VA_ARGS__}, #array,       \
                   __FILE__, __LINE__)

static bool both_nan(nd_dtype dtype, const char *a, const char *b)
{
    float x, y;
    double u, v;
    if (dtype == ND_FLOAT32) {
        memcpy(&x, a, 4), memcpy(&y, b, 4);
        return isnan(x) && isnan(y);
    }
    if (dtype != ND_FLOAT64)
        return false;
    memcpy(&u, a, 8), memcpy(&v, b, 8);
    return isnan(u) && isnan(v);
}

static void check_elements(nd_array *array, nd_dtype dtype, int64_t count, const void *expected,
                           const char *text, const char *file, int line)
{
    bool wrong = true;
    if (!array)
        print_error("%s: NULL: %s\n", text, nd_error_message());
    else if (nd_dtype_of(array) != dtype || nd_size(array) != count)
        print_error("%s: %lld elements of %s, expected %lld of %s\n", text,
                    (long long)nd_size(array), nd_dtype_name(nd_dtype_of(array)), (long long)count,
                    nd_dtype_name(dtype));
    else
        wrong = false;
    nd_array *copy = wrong ? NULL : nd_copy(array);
    const size_t size = nd_dtype_size(dtype);
    for (int64_t i = 0; !wrong && i < count; i++) {
        const char *got = (const char *)nd_data(copy) + (size_t)i * size;
        const char *wanted = (const char *)expected + (size_t)i * size;
        if (memcmp(got, wanted, size) != 0 && !both_nan(dtype, got, wanted)) {
            nd_array *wanted_array = nd_from_data(dtype, ND_SHAPE(count), expected);
            print_error("%s: element %lld is %.17g, expected %.17g\n", text, (long long)i,
                        nd_get_double(nd_ravel(copy), &i), nd_get_double(wanted_array, &i));
            wrong = true;
        }
    }
    if (wrong)
        _fail(file, line);
}

#define assert_shape(array, ...) check_shape(array, ND_SHAPE(__VA_ARGS__), __FILE__, __LINE__)

static void check_shape(const nd_array *array, nd_shape shape, const char *file, int line)
{
    bool same = array && nd_rank(array) == shape.rank;
    for (int axis = 0; same && axis < shape.rank; axis++)
        same = nd_length(array, axis) == shape.length[axis];
    if (!same)
        _fail(file, line);
}

static nd_array *ramp(nd_dtype dtype, nd_shape shape)
{
    int64_t count = 1;
    for (int axis = 0; axis < shape.rank; axis++)
        count *= shape.length[axis];
    return nd_reshape(nd_cast(nd_arange(count), dtype), shape);
}

/* ---- Broadcasting ---------------------------------------------------------------------------- */

TEST(a_column_and_a_row_make_a_table)
{
    ND_SCOPE {
        nd_array *column = nd_reshape(INT64S(0, 10, 20), ND_SHAPE(3, 1)), *row = INT64S(1, 2, 3, 4);
        nd_array *sum = nd_add(column, row);
        assert_shape(sum, 3, 4);
        assert_elements(sum, ND_INT64, int64_t, 1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24);
        assert_elements(nd_subtract(row, column), ND_INT64, int64_t, 1, 2, 3, 4, -9, -8, -7, -6,
                        -19, -18, -17, -16);
    }
}

TEST(axes_in_front_are_added_and_length_1_repeats)
{
    ND_SCOPE {
        nd_array *a =
            nd_add(nd_zeros(ND_FLOAT32, ND_SHAPE(5, 1, 4)), nd_ones(ND_FLOAT32, ND_SHAPE(3, 1)));
        assert_shape(a, 5, 3, 4);
        assert_true(nd_item(nd_sum(a, ND_ALL)) == 60);
        assert_shape(nd_add(nd_zeros(ND_INT8, ND_SHAPE(0, 3)), nd_ones(ND_INT8, ND_SHAPE(1, 3))), 0,
                     3);
        assert_shape(nd_add(nd_zeros(ND_INT8, ND_SHAPE(1)), nd_ones(ND_INT8, ND_SHAPE(0))), 0);
        assert_int_equal(nd_rank(nd_add(nd_ones(ND_INT8, ND_SCALAR_SHAPE), 1)), 0);
        assert_shape(nd_add(nd_ones(ND_INT8, ND_SCALAR_SHAPE), nd_ones(ND_INT8, ND_SHAPE(2, 2))), 2,
                     2);
    }
}

TEST(three_arguments_broadcast_together)
{
    ND_SCOPE {
        nd_array *condition = nd_reshape(BOOLS(1, 0), ND_SHAPE(2, 1));
        nd_array *chosen = nd_where(condition, INT32S(1, 2, 3), INT32S(-1));
        assert_shape(chosen, 2, 3);
        assert_elements(chosen, ND_INT32, int32_t, 1, 2, 3, -1, -1, -1);
    }
}

TEST(shapes_that_do_not_broadcast_are_named_with_the_axis)
{
    ND_SCOPE {
        nd_array *table = nd_zeros(ND_FLOAT64, ND_SHAPE(3, 4)),
                 *three = nd_zeros(ND_FLOAT64, ND_SHAPE(3));
        assert_null(nd_add(table, three));
        assert_error(
            ND_ERROR_SHAPE,
            "add: shapes (3, 4) and (3,) do not broadcast: axis -1 has 4 and 3 elements; insert an "
            "axis, for example b[:, None], to line them up");
        assert_null(nd_multiply(nd_zeros(ND_FLOAT64, ND_SHAPE(2, 3)),
                                nd_zeros(ND_FLOAT64, ND_SHAPE(4, 3))));
        assert_error(
            ND_ERROR_SHAPE,
            "multiply: shapes (2, 3) and (4, 3) do not broadcast: axis -2 has 2 and 4 elements");
        assert_null(nd_where(BOOLS(1, 0), three, 0.0));
        assert_error(ND_ERROR_SHAPE, "where: shapes (2,) and (3,)");
    }
}

/* ---- Scalars --------------------------------------------------------------------------------- */

TEST(every_c_scalar_type_is_weak)
{
    ND_SCOPE {
        nd_array *bytes = INT8S(10, 20), *floats = FLOAT32S(1, 2);
        assert_elements(nd_add(bytes, (bool)1), ND_INT8, int8_t, 11, 21);
        assert_elements(nd_add(bytes, (char)1), ND_INT8, int8_t, 11, 21);
        assert_elements(nd_add(bytes, (signed char)-1), ND_INT8, int8_t, 9, 19);
        assert_elements(nd_add(bytes, (unsigned char)1), ND_INT8, int8_t, 11, 21);
        assert_elements(nd_add(bytes, (short)1), ND_INT8, int8_t, 11, 21);
        assert_elements(nd_add(bytes, (unsigned short)1), ND_INT8, int8_t, 11, 21);
        assert_elements(nd_add(bytes, 1), ND_INT8, int8_t, 11, 21);
        assert_elements(nd_add(1u, bytes), ND_INT8, int8_t, 11, 21);
        assert_elements(nd_add(bytes, 1l), ND_INT8, int8_t, 11, 21);
        assert_elements(nd_add(bytes, 1ul), ND_INT8, int8_t, 11, 21);
        assert_elements(nd_add(bytes, 1ll), ND_INT8, int8_t, 11, 21);
        assert_elements(nd_add(bytes, 1ull), ND_INT8, int8_t, 11, 21);
        assert_elements(nd_add(bytes, 0.5f), ND_FLOAT64, double, 10.5, 20.5);
        assert_elements(nd_add(floats, 0.5f), ND_FLOAT32, float, 1.5f, 2.5f);
        assert_elements(nd_add(floats, 0.1), ND_FLOAT32, float, 1.1f, 2.1f);
        assert_elements(nd_add(floats, 0.5L), ND_FLOAT32, float, 1.5f, 2.5f);
        assert_elements(nd_add(floats, 1), ND_FLOAT32, float, 2, 3);
        assert_int_equal(nd_dtype_of(nd_add(floats, (float complex)I)), ND_COMPLEX64);
        assert_int_equal(nd_dtype_of(nd_add(floats, (double complex)I)), ND_COMPLEX64);
        assert_elements(nd_add(FLOAT64S(1), 2 * I), ND_COMPLEX128, double complex, 1 + 2 * I);
        const nd_array *read_only = floats;
        assert_elements(nd_add(read_only, ND_OPERAND(1)), ND_FLOAT32, float, 2, 3);
    }
}

TEST(scalars_follow_numpys_promotion)
{
    ND_SCOPE {
        nd_array *flags = BOOLS(0, 1); /* true itself is an int before C23 */
        assert_elements(nd_add(flags, (bool)1), ND_BOOL, uint8_t, 1, 1);
        assert_elements(nd_add(flags, 1), ND_INT64, int64_t, 1, 2);
        assert_elements(nd_add(flags, 0.5), ND_FLOAT64, double, 0.5, 1.5);
        assert_int_equal(nd_dtype_of(nd_add(nd_zeros(ND_FLOAT16, ND_SHAPE(2)), 1.0)), ND_FLOAT16);
        assert_int_equal(nd_dtype_of(nd_add(nd_zeros(ND_BFLOAT16, ND_SHAPE(2)), 1)), ND_BFLOAT16);
        assert_int_equal(nd_dtype_of(nd_multiply(nd_zeros(ND_FLOAT16, ND_SHAPE(2)), 1.0 * I)),
                         ND_COMPLEX64);
        assert_int_equal(nd_dtype_of(nd_add(nd_zeros(ND_UINT64, ND_SHAPE(2)), 1)), ND_UINT64);
        /* Scalars alone have the dtypes that NumPy gives Python's. */
        assert_elements(nd_add(1, 2), ND_INT64, int64_t, 3);
        assert_elements(nd_add(1, 2.5), ND_FLOAT64, double, 3.5);
        assert_elements(nd_add((bool)1, (bool)1), ND_BOOL, uint8_t, 1);
    }
}

TEST(an_integer_that_the_dtype_does_not_hold_is_refused)
{
    ND_SCOPE {
        assert_null(nd_add(UINT8S(1), 256));
        assert_error(ND_ERROR_OVERFLOW, "256");
        assert_null(nd_add(UINT8S(1), -1));
        assert_error(ND_ERROR_OVERFLOW, "add");
        assert_null(nd_add(INT8S(1), 128));
        assert_error(ND_ERROR_OVERFLOW, "int8");
        assert_null(nd_add(INT64S(1), 1ull << 63));
        assert_error(ND_ERROR_OVERFLOW, "int64");
        assert_elements(nd_add(INT8S(0), -128), ND_INT8, int8_t, -128);
        assert_elements(nd_add(UINT8S(0), 255), ND_UINT8, uint8_t, 255);
        assert_elements(nd_add(UINT64S(0), UINT64_MAX), ND_UINT64, uint64_t, UINT64_MAX);
    }
}

TEST(comparisons_with_integers_out_of_range_are_exact)
{
    ND_SCOPE {
        nd_array *bytes = INT8S(-128, 0, 127), *naturals = UINT8S(0, 255);
        assert_elements(nd_less(bytes, 300), ND_BOOL, uint8_t, 1, 1, 1);
        assert_elements(nd_greater(bytes, -1000), ND_BOOL, uint8_t, 1, 1, 1);
        assert_elements(nd_equal(naturals, -1), ND_BOOL, uint8_t, 0, 0);
        assert_elements(nd_not_equal(naturals, 256), ND_BOOL, uint8_t, 1, 1);
        assert_elements(nd_greater(naturals, -1), ND_BOOL, uint8_t, 1, 1);
        assert_elements(nd_less(-1, naturals), ND_BOOL, uint8_t, 1, 1);
        assert_elements(nd_greater(UINT64S(0, UINT64_MAX), -1), ND_BOOL, uint8_t, 1, 1);
        assert_elements(nd_less(INT64S(INT64_MIN, INT64_MAX), 1ull << 63), ND_BOOL, uint8_t, 1, 1);
        assert_elements(nd_equal(INT64S(INT64_MAX), 1ull << 63), ND_BOOL, uint8_t, 0);
        assert_elements(nd_less(INT8S(1), UINT64_MAX), ND_BOOL, uint8_t, 1);
    }
}

TEST(int64_and_uint64_compare_as_numbers)
{
    ND_SCOPE {
        nd_array *integers = INT64S(-1, INT64_MAX, INT64_MIN, 5);
        nd_array *naturals = UINT64S(UINT64_MAX, (uint64_t)INT64_MAX + 1, 0, 5);
        assert_elements(nd_equal(integers, naturals), ND_BOOL, uint8_t, 0, 0, 0, 1);
        assert_elements(nd_less(integers, naturals), ND_BOOL, uint8_t, 1, 1, 1, 0);
        assert_elements(nd_greater_equal(naturals, integers), ND_BOOL, uint8_t, 1, 1, 1, 1);
        assert_elements(nd_greater(integers, naturals), ND_BOOL, uint8_t, 0, 0, 0, 0);
    }
}

/* ---- Promotion of arrays --------------------------------------------------------------------- */

TEST(arrays_promote_as_in_numpy)
{
    static const struct {
        nd_dtype a, b, sum;
    } pairs[] = {
        {ND_INT8, ND_UINT8, ND_INT16},
        {ND_INT64, ND_UINT64, ND_FLOAT64},
        {ND_INT32, ND_FLOAT32, ND_FLOAT64},
        {ND_INT16, ND_FLOAT32, ND_FLOAT32},
        {ND_BOOL, ND_INT8, ND_INT8},
        {ND_FLOAT16, ND_BFLOAT16, ND_FLOAT32},
        {ND_INT16, ND_FLOAT16, ND_FLOAT32},
        {ND_FLOAT64, ND_COMPLEX64, ND_COMPLEX128},
        {ND_UINT32, ND_INT32, ND_INT64},
        {ND_FLOAT32, ND_COMPLEX64, ND_COMPLEX64},
        {ND_INT64, ND_COMPLEX64, ND_COMPLEX128},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        ND_SCOPE {
            nd_array *a = nd_ones(pairs[i].a, ND_SHAPE(3)), *b = nd_ones(pairs[i].b, ND_SHAPE(3));
            assert_int_equal(nd_dtype_of(nd_add(a, b)), pairs[i].sum);
            assert_int_equal(nd_dtype_of(nd_add(b, a)), pairs[i].sum);
            assert_true(nd_item(nd_sum(nd_multiply(a, b), ND_ALL)) == 3);
        }
    }
}

TEST(quotients_of_integers_are_float64)
{
    ND_SCOPE {
        assert_elements(nd_divide(INT32S(1, -7), INT32S(2, 2)), ND_FLOAT64, double, 0.5, -3.5);
        assert_elements(nd_divide(INT8S(1), INT8S(3)), ND_FLOAT64, double, 1.0 / 3);
        assert_elements(nd_divide(INT64S(1, 0, -1), 0), ND_FLOAT64, double, INFINITY, NAN,
                        -INFINITY);
        assert_int_equal(nd_dtype_of(nd_sqrt(INT8S(4))), ND_FLOAT16);
        assert_int_equal(nd_dtype_of(nd_sqrt(nd_ones(ND_INT16, ND_SHAPE(1)))), ND_FLOAT32);
        assert_elements(nd_sqrt(INT32S(4, 9)), ND_FLOAT64, double, 2, 3);
    }
}

TEST(half_floats_round_once_to_even)
{
    ND_SCOPE {
        nd_array *a = nd_cast(FLOAT64S(2048, 65504, 0x1p-24), ND_FLOAT16);
        assert_elements(nd_cast(nd_add(a, nd_cast(FLOAT64S(1, 16, 0), ND_FLOAT16)), ND_FLOAT64),
                        ND_FLOAT64, double, 2048, INFINITY, 0x1p-24);
        nd_array *b = nd_cast(FLOAT64S(256, 1), ND_BFLOAT16);
        assert_elements(nd_cast(nd_add(b, nd_cast(FLOAT64S(1, 0x1p-8), ND_BFLOAT16)), ND_FLOAT64),
                        ND_FLOAT64, double, 256, 1);
    }
}

/* ---- NULL and errors ------------------------------------------------------------------------- */

TEST(null_arguments_give_null_without_an_error)
{
    ND_SCOPE {
        nd_array *nothing = NULL, *a = FLOAT64S(1);
        assert_null(nd_add(nothing, a));
        assert_null(nd_add(a, nothing));
        assert_null(nd_add(NULL, 1));
        assert_null(nd_sqrt(nothing));
        assert_null(nd_where(nothing, a, a));
        assert_null(nd_add_into(nothing, a, a));
        assert_null(nd_add_into(a, nothing, a));
        assert_int_equal(nd_error(), ND_OK);
    }
}

TEST(the_first_error_of_nested_calls_is_kept)
{
    ND_SCOPE {
        nd_array *a = nd_ones(ND_FLOAT64, ND_SHAPE(2)), *b = nd_ones(ND_FLOAT64, ND_SHAPE(3));
        assert_null(nd_sqrt(nd_bitwise_and(nd_add(a, b), a)));
        assert_error(ND_ERROR_SHAPE, "add");
        assert_null(nd_bitwise_and(a, a));
        assert_null(nd_add(a, b));
        assert_error(ND_ERROR_DTYPE, "bitwise_and");
    }
}

TEST(dtypes_that_an_operation_does_not_take_are_refused)
{
    ND_SCOPE {
        nd_array *flags = BOOLS(0, 1), *floats = FLOAT64S(1, 2), *complexes = COMPLEX128S(I, 1);
        assert_null(nd_subtract(flags, flags));
        assert_error(ND_ERROR_DTYPE,
                     "subtract: does not take bool; use bitwise_xor or logical_xor");
        assert_null(nd_negative(flags));
        assert_error(ND_ERROR_DTYPE, "negative: does not take bool; use logical_not or invert");
        assert_null(nd_bitwise_or(floats, floats));
        assert_error(ND_ERROR_DTYPE, "bitwise_or: does not take float64");
        assert_null(nd_floor(complexes));
        assert_error(ND_ERROR_DTYPE, "floor: does not take complex128");
        assert_null(nd_remainder(complexes, 2));
        assert_error(ND_ERROR_DTYPE, "complex128");
        assert_null(nd_left_shift(INT32S(1, 2), floats));
        assert_error(ND_ERROR_DTYPE, "left_shift");
    }
}

TEST(operations_by_number_check_the_number)
{
    ND_SCOPE {
        nd_operand x[] = {ND_OPERAND(FLOAT64S(1, 4)), ND_OPERAND(2), ND_OPERAND(3)};
        assert_elements(nd_elementwise(ND_OP_sqrt, 1, x, NULL), ND_FLOAT64, double, 1, 2);
        assert_int_equal(nd_result_dtype(ND_OP_less, 2, x), ND_BOOL);
        assert_null(nd_elementwise(ND_OP_add, 3, x, NULL));
        assert_error(ND_ERROR_ARGUMENT, "3 arguments");
        assert_null(nd_elementwise((nd_op)1000, 1, x, NULL));
        assert_error(ND_ERROR_ARGUMENT, "1000");
        assert_null(nd_elementwise(ND_OP_sum, 1, x, NULL));
        assert_error(ND_ERROR_ARGUMENT, "elementwise");
        assert_int_equal(nd_result_dtype(ND_OP_add, 1, x), ND_DTYPE_NONE);
        assert_error(ND_ERROR_ARGUMENT, "result_dtype");
        assert_int_equal(nd_op_from_name("hypot"), ND_OP_hypot);
        assert_int_equal(nd_op_from_name("hypotenuse"), ND_OP_COUNT);
        assert_null(nd_op_describe(ND_OP_COUNT));
        for (nd_op op = 0; op < ND_OP_COUNT; op++) {
            assert_int_equal(nd_op_from_name(nd_op_describe(op)->name), op);
            assert_true(strlen(nd_op_describe(op)->doc) >= 3);
        }
    }
}

/* ---- Into an array, in place, overlapping ---------------------------------------------------- */

TEST(into_writes_and_returns_the_given_array)
{
    ND_SCOPE {
        nd_array *out = nd_zeros(ND_FLOAT64, ND_SHAPE(3)), *a = FLOAT64S(1, 2, 3);
        assert_ptr_equal(nd_add_into(out, a, 1), out);
        assert_elements(out, ND_FLOAT64, double, 2, 3, 4);
        assert_ptr_equal(nd_multiply_into(a, a, a), a);
        assert_elements(a, ND_FLOAT64, double, 1, 4, 9);
        nd_array *narrow = nd_zeros(ND_FLOAT32, ND_SHAPE(3)),
                 *table = nd_zeros(ND_INT64, ND_SHAPE(2, 2));
        assert_elements(nd_divide_into(narrow, a, 3), ND_FLOAT32, float, 1.0f / 3, 4.0f / 3, 3);
        /* The output may be larger than the arguments' common shape. */
        assert_elements(nd_add_into(table, INT64S(1, 2), 1), ND_INT64, int64_t, 2, 3, 2, 3);
        nd_array *every_other =
            nd_slice(nd_zeros(ND_INT64, ND_SHAPE(6)), ND_STEP(ND_OPEN, ND_OPEN, -2));
        assert_elements(nd_add_into(every_other, INT64S(1, 2, 3), 0), ND_INT64, int64_t, 1, 2, 3);
    }
}

TEST(outputs_that_do_not_fit_are_refused_untouched)
{
    ND_SCOPE {
        nd_array *a = FLOAT64S(1, 2, 3), *whole = INT32S(7, 7, 7), *two = FLOAT64S(7, 7);
        assert_null(nd_add_into(whole, a, 1.5));
        assert_error(ND_ERROR_DTYPE, "add: a float64 result does not go into a int32 array");
        assert_null(nd_add_into(two, a, 1));
        assert_error(ND_ERROR_SHAPE, "(2,)");
        assert_null(nd_add_into(nd_broadcast_to(two, ND_SHAPE(3, 2)), two, 1));
        assert_error(ND_ERROR_READONLY, "read-only");
        assert_null(nd_add_into(two, two, nd_zeros(ND_FLOAT64, ND_SHAPE(3, 2))));
        assert_error(ND_ERROR_SHAPE, "add: the output has shape (2,)");
        assert_elements(whole, ND_INT32, int32_t, 7, 7, 7);
        assert_elements(two, ND_FLOAT64, double, 7, 7);
    }
}

TEST(overlapping_arguments_are_read_before_they_are_written)
{
    ND_SCOPE {
        nd_array *a = INT64S(1, 2, 3, 4, 5);
        nd_add_into(nd_slice(a, ND_RANGE(1, ND_OPEN)), nd_slice(a, ND_RANGE(ND_OPEN, -1)), 10);
        assert_elements(a, ND_INT64, int64_t, 1, 11, 12, 13, 14);
        nd_array *b = INT64S(1, 2, 3, 4, 5);
        nd_add_into(nd_slice(b, ND_RANGE(ND_OPEN, -1)), nd_slice(b, ND_RANGE(1, ND_OPEN)), 10);
        assert_elements(b, ND_INT64, int64_t, 12, 13, 14, 15, 5);
        nd_array *c = INT64S(1, 2, 3, 4, 5);
        nd_subtract_into(c, c, nd_flip(c, ND_ALL));
        assert_elements(c, ND_INT64, int64_t, -4, -2, 0, 2, 4);
        nd_array *d = ramp(ND_INT64, ND_SHAPE(3, 3));
        nd_add_into(d, d, nd_transpose(d));
        assert_elements(d, ND_INT64, int64_t, 0, 4, 8, 4, 8, 12, 8, 12, 16);
        nd_array *e = INT32S(1, 2, 3);
        nd_multiply_into(e, nd_slice(e, ND_RANGE(0, 1)), e); /* e[0] is read for every element */
        assert_elements(e, ND_INT32, int32_t, 1, 2, 3);
    }
}

TEST(large_overlapping_shift_equals_a_copied_one)
{
    ND_SCOPE {
        enum { COUNT = 300000 };
        nd_array *a = nd_arange(COUNT);
        nd_add_into(nd_slice(a, ND_RANGE(1, ND_OPEN)), nd_slice(a, ND_RANGE(ND_OPEN, -1)), 1);
        assert_true(nd_array_equal(a, nd_arange(COUNT)));
    }
}

/* ---- Integers -------------------------------------------------------------------------------- */

TEST(integers_wrap)
{
    ND_SCOPE {
        assert_elements(nd_add(INT8S(127), INT8S(1)), ND_INT8, int8_t, -128);
        assert_elements(nd_subtract(UINT8S(0), UINT8S(1)), ND_UINT8, uint8_t, 255);
        assert_elements(nd_multiply(INT8S(100), INT8S(3)), ND_INT8, int8_t, 44);
        assert_elements(nd_add(INT64S(INT64_MAX), 1), ND_INT64, int64_t, INT64_MIN);
        assert_elements(nd_negative(INT8S(-128)), ND_INT8, int8_t, -128);
        assert_elements(nd_absolute(INT8S(-128, -5)), ND_INT8, int8_t, -128, 5);
        assert_elements(nd_square(INT8S(16, -3)), ND_INT8, int8_t, 0, 9);
        assert_elements(nd_negative(UINT8S(1)), ND_UINT8, uint8_t, 255);
    }
}

TEST(floor_division_rounds_down_and_by_zero_gives_zero)
{
    ND_SCOPE {
        nd_array *x = INT32S(7, -7, 7, -7, 5, INT32_MIN), *y = INT32S(2, 2, -2, -2, 0, -1);
        assert_elements(nd_floor_divide(x, y), ND_INT32, int32_t, 3, -4, -4, 3, 0, INT32_MIN);
        assert_elements(nd_remainder(x, y), ND_INT32, int32_t, 1, 1, -1, -1, 0, 0);
        assert_elements(nd_fmod(x, y), ND_INT32, int32_t, 1, -1, 1, -1, 0, 0);
        assert_elements(nd_floor_divide(FLOAT64S(7, -7, 1), FLOAT64S(2, 2, 0)), ND_FLOAT64, double,
                        3, -4, INFINITY);
        assert_elements(nd_remainder(FLOAT64S(-7.5, 7.5), FLOAT64S(2, -2)), ND_FLOAT64, double, 0.5,
                        -0.5);
    }
}

TEST(integer_powers)
{
    ND_SCOPE {
        assert_elements(nd_power(INT32S(3, -2, 0, 10), INT32S(4, 3, 0, 9)), ND_INT32, int32_t, 81,
                        -8, 1, 1000000000);
        assert_elements(nd_power(INT8S(2, -2), 7), ND_INT8, int8_t, -128, -128);
        assert_null(nd_power(INT32S(2, 3), INT32S(1, -1)));
        assert_error(ND_ERROR_VALUE, "power");
        assert_null(nd_power(INT32S(2, 3), -1));
        assert_error(ND_ERROR_VALUE, "power");
        assert_elements(nd_power(FLOAT64S(2, 4), -1), ND_FLOAT64, double, 0.5, 0.25);
        assert_elements(nd_power(INT32S(4), 0.5), ND_FLOAT64, double, 2);
        assert_elements(nd_power(2.0, INT32S(-1, 10)), ND_FLOAT64, double, 0.5, 1024);
    }
}

TEST(shifts_beyond_the_width_leave_zero_or_the_sign)
{
    ND_SCOPE {
        assert_elements(nd_left_shift(INT32S(1, 1, -1), INT32S(4, 32, 31)), ND_INT32, int32_t, 16,
                        0, INT32_MIN);
        assert_elements(nd_right_shift(INT32S(-16, -16, 16), INT32S(2, 40, 40)), ND_INT32, int32_t,
                        -4, -1, 0);
        assert_elements(nd_invert(UINT8S(0, 255, 5)), ND_UINT8, uint8_t, 255, 0, 250);
        assert_elements(nd_invert(BOOLS(0, 1)), ND_BOOL, uint8_t, 1, 0);
        assert_elements(nd_bitwise_xor(INT32S(12, -1), INT32S(10, 1)), ND_INT32, int32_t, 6, -2);
    }
}

/* ---- Comparison, logic, selection ------------------------------------------------------------ */

TEST(nan_compares_false_except_unequal)
{
    ND_SCOPE {
        nd_array *x = FLOAT64S(NAN, 1, 0.0), *y = FLOAT64S(NAN, NAN, -0.0);
        assert_elements(nd_equal(x, y), ND_BOOL, uint8_t, 0, 0, 1);
        assert_elements(nd_not_equal(x, y), ND_BOOL, uint8_t, 1, 1, 0);
        assert_elements(nd_less_equal(x, y), ND_BOOL, uint8_t, 0, 0, 1);
        assert_elements(nd_maximum(x, 0.5), ND_FLOAT64, double, NAN, 1, 0.5);
        assert_elements(nd_fmax(x, 0.5), ND_FLOAT64, double, 0.5, 1, 0.5);
        assert_elements(nd_isnan(x), ND_BOOL, uint8_t, 1, 0, 0);
        assert_elements(nd_logical_and(x, 1), ND_BOOL, uint8_t, 1, 1, 0);
    }
}

TEST(complex_numbers_compare_by_real_then_imaginary_part)
{
    ND_SCOPE {
        nd_array *x = COMPLEX128S(1 + 2 * I, 1 + 2 * I, 2),
                 *y = COMPLEX128S(1 + 3 * I, 1 + 1 * I, 1 + 9 * I);
        assert_elements(nd_less(x, y), ND_BOOL, uint8_t, 1, 0, 0);
        assert_elements(nd_greater_equal(x, y), ND_BOOL, uint8_t, 0, 1, 1);
        assert_elements(nd_maximum(x, y), ND_COMPLEX128, double complex, 1 + 3 * I, 1 + 2 * I, 2);
    }
}

TEST(complex_arithmetic)
{
    ND_SCOPE {
        nd_array *x = COMPLEX128S(1 + 2 * I), *y = COMPLEX128S(3 + 4 * I);
        assert_elements(nd_multiply(x, y), ND_COMPLEX128, double complex, -5 + 10 * I);
        assert_elements(nd_divide(COMPLEX128S(-5 + 10 * I), y), ND_COMPLEX128, double complex,
                        1 + 2 * I);
        assert_elements(nd_absolute(y), ND_FLOAT64, double, 5);
        assert_elements(nd_conjugate(y), ND_COMPLEX128, double complex, 3 - 4 * I);
        assert_elements(nd_add(x, 1), ND_COMPLEX128, double complex, 2 + 2 * I);
    }
}

TEST(where_takes_any_condition_and_scalars)
{
    ND_SCOPE {
        assert_elements(nd_where(BOOLS(1, 0, 1), INT64S(1, 2, 3), 0), ND_INT64, int64_t, 1, 0, 3);
        assert_elements(nd_where(INT32S(0, -3, 7), 1.5, FLOAT32S(1, 2, 3)), ND_FLOAT32, float, 1,
                        1.5f, 1.5f);
        assert_elements(nd_where(FLOAT64S(NAN, 0, -0.0), 1, 2), ND_INT64, int64_t, 1, 2, 2);
        nd_array *x = INT64S(3, 9, 5);
        assert_elements(nd_where_into(x, nd_greater(x, 4), 10, x), ND_INT64, int64_t, 3, 10, 10);
        assert_elements(nd_where(BOOLS(1, 0), INT8S(1, 2), UINT8S(200, 255)), ND_INT16, int16_t, 1,
                        255);
    }
}

TEST(clip_limits_to_the_interval_and_the_upper_bound_wins)
{
    ND_SCOPE {
        assert_elements(nd_clip(INT64S(-5, 3, 50), 0, 10), ND_INT64, int64_t, 0, 3, 10);
        assert_elements(nd_clip(INT64S(-5, 3, 50), 10, 0), ND_INT64, int64_t, 0, 0, 0);
        assert_elements(nd_clip(FLOAT64S(NAN, 0.5, 2), 0.0, 1.0), ND_FLOAT64, double, NAN, 0.5, 1);
        assert_elements(nd_clip(FLOAT64S(1, 2), FLOAT64S(NAN, 0), 5.0), ND_FLOAT64, double, NAN, 2);
        assert_elements(nd_clip(INT64S(1, 5, 9), INT64S(2, 2, 2), INT64S(4, 6, 8)), ND_INT64,
                        int64_t, 2, 5, 8);
    }
}

/* ---- Layouts and sizes ----------------------------------------------------------------------- */

TEST(results_keep_the_order_of_axes_of_the_arguments)
{
    ND_SCOPE {
        nd_array *a = nd_copy_fortran(ramp(ND_FLOAT64, ND_SHAPE(3, 4)));
        assert_true(nd_is_fortran_contiguous(nd_add(a, 1)));
        assert_true(nd_is_contiguous(nd_add(nd_copy(a), 1)));
        assert_elements(
            nd_add(nd_slice(a, ND_STEP(ND_OPEN, ND_OPEN, -2), ND_STEP(1, ND_OPEN, 2)), 0.0),
            ND_FLOAT64, double, 9, 11, 1, 3);
    }
}

/* Sizes around what is done in place, on threads, and with streaming stores; each element against
 * plain C. */
TEST(large_results_equal_the_plain_loop)
{
    static const int64_t sizes[] = {4095, 4096, 4097, 70001, 3000001};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        ND_SCOPE {
            const int64_t n = sizes[k];
            nd_array *x = nd_arange(n), *y = nd_multiply(nd_add(nd_cast(x, ND_FLOAT64), 0.5), 3.0);
            nd_array *narrow = nd_cast(nd_remainder(x, 100), ND_INT8),
                     *sum = nd_add(narrow, nd_cast(narrow, ND_FLOAT32));
            const double *values = nd_data(y);
            const float *sums = nd_data(sum);
            int64_t wrong = 0;
            for (int64_t i = 0; i < n; i++)
                wrong += values[i] != ((double)i + 0.5) * 3 || sums[i] != (float)(2 * (i % 100));
            assert_int_equal(wrong, 0);
        }
    }
}

TEST(crosswise_operands_meet_element_by_element)
{
    ND_SCOPE {
        enum { SIDE = 700 };
        nd_array *a = ramp(ND_INT64, ND_SHAPE(SIDE, SIDE)), *sum = nd_subtract(a, nd_transpose(a));
        nd_view v = nd_view_of(sum, ND_INT64, 2);
        int64_t wrong = 0;
        for (int64_t i = 0; i < SIDE; i++)
            for (int64_t j = 0; j < SIDE; j++)
                wrong += ND_AT2(int64_t, v, i, j) != (i - j) * (SIDE - 1);
        assert_int_equal(wrong, 0);
    }
}

/* Functions made of operations, functions of two results, and the methods of operations. Expected
 * values are worked out by hand; tests/differential compares with NumPy. */
#include <ndstream/nd.h>

#include "unit.h"

#include <math.h>

#define FLOAT64S(...)                                                                              \
    nd_from_data(ND_FLOAT64, ND_SHAPE(sizeof((double[]){__VA_ARGS__}) / sizeof(double)),           \
                 (double[]){__VA_ARGS__})

/* Elements in C order, NaN equal to NaN. */
static bool holds(const nd_array *array, int count, const double *values)
{
    if (!array || nd_size(array) != count)
        return false;
    const nd_array *flat = nd_ravel(array);
    for (int64_t i = 0; i < count; i++) {
        const double got = nd_get_double(flat, &i);
        if (!(got == values[i] || (isnan(got) && isnan(values[i])) ||
              fabs(got - values[i]) <= 1e-14 * fabs(values[i])))
            return false;
    }
    return true;
}
#define assert_holds(array, ...)                                                                   \
    assert_true(                                                                                   \
        holds(array, sizeof((double[]){__VA_ARGS__}) / sizeof(double), (double[]){__VA_ARGS__}))

TEST(rounding_to_decimals)
{
    ND_SCOPE {
        assert_holds(nd_round(FLOAT64S(1.25, -0.125, 12.5), 1), 1.2, -0.1, 12.5);
        assert_holds(nd_round(FLOAT64S(125, 135, -25), -1), 120, 140, -20);
        assert_holds(nd_round(nd_cast(FLOAT64S(125, 135, -25), ND_INT32), -1), 120, 140, -20);
        assert_int_equal(nd_dtype_of(nd_round(nd_arange(3), 2)), ND_INT64);
    }
    assert_null(nd_round(NULL, 1));
}

TEST(closeness)
{
    ND_SCOPE {
        nd_array *x = FLOAT64S(1, 2, NAN, INFINITY);
        assert_holds(nd_isclose(x, FLOAT64S(1.000001, 2.1, NAN, INFINITY), ND_RTOL, ND_ATOL, false),
                     1, 0, 0, 1);
        assert_holds(nd_isclose(x, x, 0, 0, true), 1, 1, 1, 1);
        assert_true(nd_allclose(FLOAT64S(3, 3), 3.0, 0, 0, false));
        assert_false(nd_allclose(FLOAT64S(3, 4), 3.0, 0, 0, false));
        assert_true(nd_array_equiv(FLOAT64S(3, 3), FLOAT64S(3)));
        assert_false(nd_array_equiv(FLOAT64S(3, 3), FLOAT64S(3, 3, 3)));
        assert_no_error();
        assert_false(nd_allclose(FLOAT64S(1, 2), FLOAT64S(1, 2, 3), 0, 0, false));
        assert_error(ND_ERROR_SHAPE, "subtract");
    }
}

TEST(numbers_without_nan_and_infinities)
{
    ND_SCOPE {
        nd_array *x = FLOAT64S(NAN, INFINITY, -INFINITY, 5);
        assert_holds(nd_nan_to_num(x, (nd_replacements){.nan = 7, .has_neginf = true}), 7,
                     1.7976931348623157e308, 0, 5);
    }
}

TEST(differences_and_integrals)
{
    ND_SCOPE {
        nd_array *x = FLOAT64S(1, 4, 9, 16);
        assert_holds(nd_diff(x, 1, 0), 3, 5, 7);
        assert_holds(nd_diff(x, 2, -1), 2, 2);
        assert_ptr_equal(nd_diff(x, 0, 0), x);
        assert_holds(nd_trapezoid(x, NULL, 1, 0), 21.5);
        assert_holds(nd_trapezoid(x, FLOAT64S(0, 2, 3, 3), 1, 0), 11.5);
        assert_holds(nd_gradient(x, 1, 0, 1), 3, 4, 6, 7);
        assert_holds(nd_gradient(x, 1, 0, 2), 2, 4, 6, 8);
        assert_holds(nd_gradient_at(x, FLOAT64S(1, 2, 3, 4), 0, 2), 2, 4, 6, 8);
        assert_null(nd_diff(x, -1, 0));
        assert_error(ND_ERROR_VALUE, "-1 times");
        assert_null(nd_gradient(FLOAT64S(1, 2), 1, 0, 2));
        assert_error(ND_ERROR_SHAPE, "2 samples");
        assert_null(nd_diff(nd_slice(x, ND_INDEX(0)), 1, 0));
        assert_error(ND_ERROR_AXIS, "no axes");
    }
}

TEST(cumulative_sums_and_products_with_what_was_before)
{
    ND_SCOPE {
        nd_array *x = nd_reshape(FLOAT64S(1, 2, 3, 4, 5, 6), ND_SHAPE(2, 3));
        assert_holds(nd_cumulative_sum(x, 1, ND_DTYPE_NONE, false), 1, 3, 6, 4, 9, 15);
        assert_holds(nd_cumulative_sum(x, -1, ND_DTYPE_NONE, true), 0, 1, 3, 6, 0, 4, 9, 15);
        assert_holds(nd_cumulative_prod(x, 0, ND_DTYPE_NONE, true), 1, 1, 1, 1, 2, 3, 4, 10, 18);
        nd_array *bytes = nd_cast(x, ND_INT8);
        assert_int_equal(nd_dtype_of(nd_cumulative_sum(bytes, 0, ND_DTYPE_NONE, true)), ND_INT64);
        nd_array *narrow = nd_cumulative_prod(bytes, 1, ND_INT8, true);
        assert_int_equal(nd_dtype_of(narrow), ND_INT8);
        assert_holds(narrow, 1, 1, 2, 6, 1, 4, 20, 120);
        assert_holds(
            nd_cumulative_sum(nd_zeros(ND_FLOAT64, ND_SHAPE(2, 0)), 1, ND_DTYPE_NONE, true), 0, 0);
        assert_holds(nd_cumulative_prod(nd_multiply(FLOAT64S(1, 2), 3.0), 0, ND_FLOAT32, true), 1,
                     3, 18);
        assert_null(nd_cumulative_sum(x, 2, ND_DTYPE_NONE, true));
        assert_error(ND_ERROR_AXIS, "cumsum");
        assert_null(nd_cumulative_prod(x, -3, ND_DTYPE_NONE, false));
        assert_error(ND_ERROR_AXIS, "cumprod");
    }
    assert_null(nd_cumulative_sum(NULL, 0, ND_DTYPE_NONE, true));
    assert_null(nd_cumulative_prod(NULL, 0, ND_DTYPE_NONE, false));
}

TEST(averages)
{
    ND_SCOPE {
        nd_array *x = nd_reshape(FLOAT64S(1, 2, 3, 4), ND_SHAPE(2, 2));
        assert_holds(nd_average(x, ND_ALL, NULL), 2.5);
        assert_holds(nd_average(x, ND_AXIS(0), FLOAT64S(3, 1)), 1.5, 2.5);
        assert_null(nd_average(x, ND_AXIS(0), FLOAT64S(1, -1)));
        assert_error(ND_ERROR_VALUE, "sum to 0");
        assert_null(nd_average(x, ND_ALL, FLOAT64S(1, 2)));
        assert_error(ND_ERROR_SHAPE, "weights");
        assert_holds(nd_ptp(x, ND_AXIS(1), true), 1, 1);
    }
}

TEST(convolutions)
{
    ND_SCOPE {
        nd_array *a = FLOAT64S(1, 2, 3), *v = FLOAT64S(0, 1, 0.5);
        assert_holds(nd_convolve(a, v, ND_CONVOLVE_FULL), 0, 1, 2.5, 4, 1.5);
        assert_holds(nd_convolve(a, v, ND_CONVOLVE_SAME), 1, 2.5, 4);
        assert_holds(nd_convolve(a, v, ND_CONVOLVE_VALID), 2.5);
        assert_holds(nd_correlate(a, v, ND_CONVOLVE_FULL), 0.5, 2, 3.5, 3, 0);
    }
}

TEST(lines_and_polynomials)
{
    ND_SCOPE {
        nd_array *xp = FLOAT64S(0, 1, 3), *fp = FLOAT64S(0, 10, 30);
        assert_holds(nd_interp(FLOAT64S(-1, 0.5, 2, 3, 9), xp, fp), 0, 5, 20, 30, 30);
        assert_holds(nd_polyval(FLOAT64S(1, 2, 3), FLOAT64S(0, 1, -2)), 3, 6, 3);
        assert_holds(nd_vander(FLOAT64S(2, 3), 3, false), 4, 2, 1, 9, 3, 1);
        assert_null(nd_interp(xp, xp, FLOAT64S(1)));
        assert_error(ND_ERROR_SHAPE, "one length");
    }
}

TEST(functions_of_two_results)
{
    ND_SCOPE {
        const nd_pair parts = nd_divmod(FLOAT64S(7, -7), 3.0);
        assert_holds(parts.first, 2, -3);
        assert_holds(parts.second, 1, 2);
        const nd_pair number = nd_frexp(FLOAT64S(12, -0.0, 0x1p-1074));
        assert_holds(number.first, 0.75, 0, 0.5);
        assert_holds(number.second, 4, 0, -1073);
        assert_int_equal(nd_dtype_of(number.second), ND_INT32);
        const nd_pair pieces = nd_modf(FLOAT64S(2.5, -INFINITY));
        assert_holds(pieces.first, 0.5, 0);
        assert_holds(pieces.second, 2, -INFINITY);
        const nd_pair none = nd_modf(nd_cast(FLOAT64S(1), ND_COMPLEX128));
        assert_null(none.first);
        assert_null(none.second);
        assert_error(ND_ERROR_DTYPE, "modf_fraction");
    }
}

TEST(exponents_are_integers)
{
    ND_SCOPE {
        assert_holds(nd_ldexp(FLOAT64S(1, 3, 1), nd_cast(FLOAT64S(3, -1, -1074), ND_INT16)), 8, 1.5,
                     0x1p-1074);
        assert_null(nd_ldexp(FLOAT64S(1), FLOAT64S(1)));
        assert_error(ND_ERROR_DTYPE, "float64");
        assert_null(nd_ldexp(FLOAT64S(1), nd_cast(nd_arange(1), ND_UINT64)));
        assert_error(ND_ERROR_DTYPE, "uint64");
    }
}

TEST(methods_of_operations)
{
    ND_SCOPE {
        nd_array *x = nd_reshape(nd_add(nd_arange(6), 1), ND_SHAPE(2, 3));
        assert_holds(nd_ufunc_reduce(ND_OP_subtract, x, ND_AXIS(1), NULL), -4, -7);
        assert_holds(nd_ufunc_reduce(ND_OP_add, x, ND_ALL, NULL), 21);
        assert_holds(nd_ufunc_reduce(ND_OP_bitwise_xor, x, ND_ALL, NULL), 7);
        assert_holds(nd_ufunc_accumulate(ND_OP_bitwise_or, x, 1, ND_DTYPE_NONE), 1, 3, 3, 4, 5, 7);
        assert_holds(nd_ufunc_outer(ND_OP_multiply, nd_arange(2), nd_arange(3)), 0, 0, 0, 0, 1, 2);
        assert_holds(nd_cummax(FLOAT64S(1, 3, 2, NAN, 9), 0), 1, 3, 3, NAN, NAN);
        nd_array *counts = nd_zeros(ND_INT64, ND_SHAPE(3));
        const int64_t places[] = {0, 2, 2, -1};
        nd_array *indices = nd_from_data(ND_INT64, ND_SHAPE(4), places);
        assert_int_equal(nd_ufunc_at(ND_OP_add, counts, indices, nd_arange(4)), ND_OK);
        assert_holds(counts, 0, 0, 6);
        assert_int_equal(nd_ufunc_at(ND_OP_add, counts, counts, NULL), ND_ERROR_ARGUMENT);
        assert_error(ND_ERROR_ARGUMENT, "1 arguments");
        assert_null(nd_ufunc_reduce(ND_OP_divide, FLOAT64S(1), ND_AXIS(3), NULL));
        assert_error(ND_ERROR_AXIS, "divide");
    }
}

TEST(nothing_is_left_of_lines_of_nan)
{
    ND_SCOPE {
        nd_array *x = nd_reshape(FLOAT64S(NAN, 2, NAN, NAN), ND_SHAPE(2, 2));
        assert_holds(nd_nansum(x, ND_AXIS(1)), 2, 0);
        assert_holds(nd_nanmin(x, ND_AXIS(1)), 2, NAN);
        assert_holds(nd_nanmean(x, ND_AXIS(1)), 2, NAN);
        assert_holds(nd_nancumsum(nd_ravel(x), 0), 0, 2, 2, 2);
        assert_null(nd_nanargmax(x, ND_AXIS(1)));
        assert_error(ND_ERROR_VALUE, "nanargmax");
    }
}

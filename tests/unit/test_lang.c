/* Expressions as text. Expected values are Python's and NumPy's, or arithmetic done by hand. */
#include <ndstream/nd.h>

#include "array/array.h"

#include "unit.h"

#include <locale.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

/* The only element, and its dtype. */
static void check(const char *text, nd_dtype dtype, double expected)
{
    ND_SCOPE {
        nd_array *array = nd_expr(text);
        if (!array)
            print_error("%s: %s\n", text, nd_error_message());
        assert_non_null(array);
        assert_int_equal(nd_rank(array), 0);
        if (nd_dtype_of(array) != dtype || nd_item(array) != expected)
            print_error("%s: %s %.17g\n", text, nd_dtype_name(nd_dtype_of(array)), nd_item(array));
        assert_int_equal(nd_dtype_of(array), dtype);
        assert_true(nd_item(array) == expected);
    }
}

/* As printed, which tells shape and values. */
static void check_text(const nd_array *array, const char *expected)
{
    if (!array)
        print_error("%s: %s\n", expected, nd_error_message());
    assert_non_null(array);
    char *text = nd_to_text(array);
    assert_non_null(text);
    assert_string_equal(text, expected);
    nd_text_free(text);
}

/* The error has this code and message, and its caret stands under the '^' of `marks`, a line of
 * spaces as long as the text. */
static void check_error(const char *text, nd_status code, const char *message, const char *marks)
{
    char shown[600];
    ND_SCOPE {
        nd_array *x = nd_arange(3);
        assert_null(nd_expr(text, "x", x));
        snprintf(shown, sizeof shown, "\n  %s\n  %s", text, marks);
        const char *kept = nd_error_message(), *end = strchr(kept, '\n');
        if (!end || strcmp(end, shown) != 0)
            print_error("%s: %s\n", text, kept);
        assert_true(end && strcmp(end, shown) == 0);
        assert_error(code, message);
    }
}

/* ---- Literals -------------------------------------------------------------------------------- */

TEST(integers_are_written_as_in_python)
{
    check("42", ND_INT64, 42);
    check("1_000_000", ND_INT64, 1000000);
    check("0xFf", ND_INT64, 255);
    check("0x_ff", ND_INT64, 255);
    check("0b101", ND_INT64, 5);
    check("0o17", ND_INT64, 15);
    check("0", ND_INT64, 0);
    check("0_0", ND_INT64, 0);
    check("9223372036854775807 == 2**63 - 1", ND_BOOL, 1);
    check("18446744073709551615", ND_UINT64, 18446744073709551615.0);
    check("-9223372036854775808", ND_INT64, -9223372036854775808.0);
}

TEST(floats_are_written_as_in_python)
{
    check("1.5", ND_FLOAT64, 1.5);
    check(".5", ND_FLOAT64, 0.5);
    check("5.", ND_FLOAT64, 5);
    check("1e3", ND_FLOAT64, 1000);
    check("1_0.2_5e-1_0", ND_FLOAT64, 10.25e-10);
    check("09.5", ND_FLOAT64, 9.5);
    check("1e400", ND_FLOAT64, INFINITY);
    check("0.1 + 0.2 == 0.30000000000000004", ND_BOOL, 1);
    check("2.5e-324 == 5e-324", ND_BOOL, 1);
}

TEST(floats_do_not_depend_on_the_locale)
{
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    check("1.5", ND_FLOAT64, 1.5);
    check("1.00000000000000000000000005", ND_FLOAT64, 1);
    setlocale(LC_ALL, "C");
}

TEST(imaginary_numbers_and_constants)
{
    ND_SCOPE {
        check_text(nd_expr("2j"), "2j");
        check_text(nd_expr("1 + 2.5J"), "(1+2.5j)");
        check_text(nd_expr("[True, False, nan, inf]"), "[ 1.  0. nan inf]");
    }
    check("True", ND_BOOL, 1);
    check("pi", ND_FLOAT64, 3.141592653589793);
    check("np.e", ND_FLOAT64, 2.718281828459045);
}

TEST(lists_are_arrays)
{
    ND_SCOPE {
        check_text(nd_expr("[1, 2, 3]"), "[1 2 3]");
        check_text(nd_expr("[[1, 2], [3, 4.5]]"), "[[1.  2. ]\n [3.  4.5]]");
        check_text(nd_expr("[]"), "[]");
        check_text(nd_expr("[x, 2*x]", "x", nd_arange(2)), "[[0 1]\n [0 2]]");
        check_text(nd_expr("[min(x), max(x)]", "x", nd_arange(5)), "[0 4]");
        nd_array *mixed = nd_expr("[x, 1]", "x", nd_expr("float32(2)"));
        assert_int_equal(nd_dtype_of(mixed), ND_FLOAT64);
        assert_int_equal(nd_dtype_of(nd_expr("[]")), ND_FLOAT64);
        assert_int_equal(nd_dtype_of(nd_expr("[True, 2]")), ND_INT64);
    }
    check_error("[1, [2]]", ND_ERROR_SHAPE, "same shape", "^");
    check_error("[[1], [2, 3]]", ND_ERROR_SHAPE, "same shape", "^");
    check_error("[[1, 2], 3]", ND_ERROR_SHAPE, "same shape", "^");
    check_error("1 + [None]", ND_ERROR_ARGUMENT, "not None", "  ^");
}

TEST(malformed_numbers_are_refused)
{
    check_error("x + 1__0", ND_ERROR_SYNTAX, "underscore", "     ^");
    check_error("1_", ND_ERROR_SYNTAX, "underscore", " ^");
    check_error("1._5", ND_ERROR_SYNTAX, "underscore", "  ^");
    check_error("0x", ND_ERROR_SYNTAX, "digits", "  ^");
    check_error("0b12", ND_ERROR_SYNTAX, "operator missing", "   ^");
    check_error("2x", ND_ERROR_SYNTAX, "operator missing", " ^");
    check_error("2e", ND_ERROR_SYNTAX, "operator missing", " ^");
    check_error("012", ND_ERROR_SYNTAX, "0o", "^");
    check_error("18446744073709551616", ND_ERROR_VALUE, "64 bits", "^");
}

/* ---- Operators ------------------------------------------------------------------------------- */

TEST(precedence_is_that_of_python)
{
    check("2 + 3 * 4", ND_INT64, 14);
    check("(2 + 3) * 4", ND_INT64, 20);
    check("-2**2", ND_INT64, -4);
    check("2**-1", ND_FLOAT64, 0.5);
    check("2**3**2", ND_INT64, 512);
    check("2**-2**2", ND_FLOAT64, 0.0625);
    check("-2**-2", ND_FLOAT64, -0.25);
    check("10 - 4 - 3", ND_INT64, 3);
    check("100 / 10 / 5", ND_FLOAT64, 2);
    check("2 * 7 // 3", ND_INT64, 4);
    check("1 << 2 + 1", ND_INT64, 8);
    check("1 | 6 & 3 ^ 1", ND_INT64, 3);
    check("5 & 3 << 1", ND_INT64, 4);
    check("1 | 2 == 3", ND_BOOL, 1);
    check("~1 + 1", ND_INT64, -1);
    check("- - +3", ND_INT64, 3);
    check("~-1", ND_INT64, 0);
    check("1 < 2 & 3", ND_BOOL, 1);
}

TEST(scalars_are_computed_as_in_python)
{
    check("7 // 2", ND_INT64, 3);
    check("-7 // 2", ND_INT64, -4);
    check("-7 % 3", ND_INT64, 2);
    check("7 % -3", ND_INT64, -2);
    check("-7.5 // 2", ND_FLOAT64, -4);
    check("-7.5 % 2", ND_FLOAT64, 0.5);
    check("1 / 2", ND_FLOAT64, 0.5);
    check("9007199254740993 / 3", ND_FLOAT64, 3002399751580331);
    check("18446744073709551615 / 18446744073709551614", ND_FLOAT64, 1);
    check("2**3", ND_INT64, 8);
    check("2**63", ND_UINT64, 9223372036854775808.0);
    check("(-1)**1000001", ND_INT64, -1);
    check("True + True", ND_INT64, 2);
    check("True & False", ND_BOOL, 0);
    check("True & 3", ND_INT64, 1);
    check("-5 >> 100", ND_INT64, -1);
    check("2**53 + 1 > 2.0**53", ND_BOOL, 1);
    check("nan == nan", ND_BOOL, 0);
    check("nan != nan", ND_BOOL, 1);
    check("1 == 1 + 0j", ND_BOOL, 1);
    check("(2j * 2j).real", ND_FLOAT64, -4);
    check("0 ** 0", ND_INT64, 1);
}

TEST(scalar_arithmetic_that_python_refuses)
{
    check_error("1 / 0", ND_ERROR_VALUE, "division by zero", "  ^");
    check_error("1 // 0", ND_ERROR_VALUE, "division by zero", "  ^");
    check_error("1.5 % 0.0", ND_ERROR_VALUE, "division by zero", "    ^");
    check_error("0 ** -1", ND_ERROR_VALUE, "division by zero", "  ^");
    check_error("1 << -1", ND_ERROR_VALUE, "negative shift", "  ^");
    check_error("1.0 | 2", ND_ERROR_DTYPE, "integers", "    ^");
    check_error("1j < 2", ND_ERROR_DTYPE, "ordered", "   ^");
    check_error("1j // 2", ND_ERROR_DTYPE, "complex", "   ^");
    check_error("10.0 ** 400", ND_ERROR_VALUE, "too large", "     ^");
}

TEST(integers_beyond_64_bits_are_refused)
{
    check_error("2**64", ND_ERROR_VALUE, "64 bits", " ^");
    check_error("18446744073709551615 + 1", ND_ERROR_VALUE, "64 bits", "                     ^");
    check_error("-1 - 9223372036854775808", ND_ERROR_VALUE, "64 bits", "   ^");
    check_error("1 << 64", ND_ERROR_VALUE, "64 bits", "  ^");
    check_error("3**1000", ND_ERROR_VALUE, "64 bits", " ^");
}

TEST(scalars_are_weak_beside_arrays)
{
    ND_SCOPE {
        nd_array *x = nd_ones(ND_FLOAT32, ND_SHAPE(2));
        assert_int_equal(nd_dtype_of(nd_expr("2.5*x + 1/3", "x", x)), ND_FLOAT32);
        assert_int_equal(nd_dtype_of(nd_expr("x + 1j", "x", x)), ND_COMPLEX64);
        assert_int_equal(nd_dtype_of(nd_expr("x + sqrt(2)", "x", x)), ND_FLOAT64);
        assert_int_equal(nd_dtype_of(nd_expr("x + float32(2)", "x", x)), ND_FLOAT32);
    }
}

TEST(chained_comparisons_are_all_true)
{
    ND_SCOPE {
        nd_array *x = nd_arange(6);
        check_text(nd_expr("1 < x < 4", "x", x), "[False False  True  True False False]");
        check_text(nd_expr("0 <= x != 2 < 3", "x", x), "[ True  True False  True  True  True]");
        check_text(nd_expr("1 < 2 < x", "x", x), "[False False False  True  True  True]");
    }
    check("1 < 2 < 3", ND_BOOL, 1);
    check("1 < 3 < 2", ND_BOOL, 0);
}

TEST(operators_on_arrays)
{
    ND_SCOPE {
        nd_array *x = nd_arange(4);
        check_text(nd_expr("2*x**2 + 3*x + 5", "x", x), "[ 5 10 19 32]");
        check_text(nd_expr("-x % 3", "x", x), "[0 2 1 0]");
        check_text(nd_expr("~(x > 1) | (x == 3)", "x", x), "[ True  True False  True]");
        check_text(nd_expr("x << 1 ^ 1", "x", x), "[1 3 5 7]");
        check_text(nd_expr("x @ x", "x", x), "14");
        check_text(nd_expr("[[1, 2], [3, 4]] @ y", "y", nd_arange(2)), "[2 4]");
    }
}

/* ---- Calls ----------------------------------------------------------------------------------- */

TEST(every_operation_of_the_table_is_a_function)
{
    ND_SCOPE {
        nd_array *x = nd_ones(ND_INT16, ND_SHAPE(2, 2));
        for (int op = 0; op < ND_OP_COUNT; op++) {
            const nd_op_info *info = nd_op_describe((nd_op)op);
            char text[64];
            snprintf(text, sizeof text, "np.%s(%s)", info->name,
                     info->arguments == 3   ? "x, x, x"
                     : info->arguments == 2 ? "x, x"
                                            : "x");
            nd_array *const array = nd_expr(text, "x", x);
            if (!array)
                print_error("%s: %s\n", text, nd_error_message());
            assert_non_null(array);
        }
    }
}

TEST(reductions_take_axes_and_options)
{
    ND_SCOPE {
        nd_array *x = nd_reshape(nd_arange(6), ND_SHAPE(2, 3));
        check_text(nd_expr("sum(x)", "x", x), "15");
        check_text(nd_expr("sum(x, 0)", "x", x), "[3 5 7]");
        check_text(nd_expr("x.sum(axis=-1, keepdims=True)", "x", x), "[[ 3]\n [12]]");
        check_text(nd_expr("sum(x, axis=(0, 1))", "x", x), "15");
        check_text(nd_expr("sum(x, axis=())", "x", x), "[[0 1 2]\n [3 4 5]]");
        check_text(nd_expr("sum(x, axis=None)", "x", x), "15");
        check_text(nd_expr("sum(x, dtype=float32, initial=0.5)", "x", x), "15.5");
        check_text(nd_expr("max(x, where=x < 4, initial=-1)", "x", x), "3");
        check_text(nd_expr("var(x, axis=0, ddof=1)", "x", x), "[4.5 4.5 4.5]");
        check_text(nd_expr("x.argmax(axis=1)", "x", x), "[2 2]");
        check_text(nd_expr("cumsum(x)", "x", x), "[ 0  1  3  6 10 15]");
        check_text(nd_expr("cumsum(x, axis=0)", "x", x), "[[0 1 2]\n [3 5 7]]");
        assert_int_equal(nd_dtype_of(nd_expr("mean(x, dtype='float32')", "x", x)), ND_FLOAT32);
    }
}

TEST(functions_that_make_arrays)
{
    ND_SCOPE {
        check_text(nd_expr("arange(4)"), "[0 1 2 3]");
        check_text(nd_expr("arange(1, 2, 0.25)"), "[1.   1.25 1.5  1.75]");
        check_text(nd_expr("arange(5, 0, -2, dtype=int8)"), "[5 3 1]");
        check_text(nd_expr("linspace(0, 1, num=3)"), "[0.  0.5 1. ]");
        check_text(nd_expr("zeros((2, 2), bool)"), "[[False False]\n [False False]]");
        check_text(nd_expr("ones(2)"), "[1. 1.]");
        check_text(nd_expr("full([2], 7)"), "[7 7]");
        check_text(nd_expr("full_like([1.5, 2.5], 3)"), "[3. 3.]");
        check_text(nd_expr("eye(2, 3, k=1)"), "[[0. 1. 0.]\n [0. 0. 1.]]");
        check_text(nd_expr("array([1, 2], dtype=float)"), "[1. 2.]");
    }
}

TEST(functions_of_shapes)
{
    ND_SCOPE {
        nd_array *x = nd_arange(6);
        check_text(nd_expr("x.reshape(2, 3)", "x", x), "[[0 1 2]\n [3 4 5]]");
        check_text(nd_expr("x.reshape((3, -1)).T", "x", x), "[[0 2 4]\n [1 3 5]]");
        check_text(nd_expr("reshape(x, [2, 3]).transpose(1, 0)[0]", "x", x), "[0 3]");
        check_text(nd_expr("broadcast_to(x[:2], (2, 2))", "x", x), "[[0 1]\n [0 1]]");
        check_text(nd_expr("x.reshape(1, 6, 1).squeeze(axis=0).shape[0]", "x", x), "6");
        check_text(nd_expr("flip(x)", "x", x), "[5 4 3 2 1 0]");
        check_text(nd_expr("zeros(x.shape, x.dtype) + x.ndim", "x", x), "[1 1 1 1 1 1]");
        check_text(nd_expr("sliding_window_view(x, 3).sum(axis=-1)", "x", x), "[ 3  6  9 12]");
        check_text(nd_expr("x.reshape(1, 2, 3).diagonal()", "x", x), "[[0]\n [1]\n [2]]");
        check_text(nd_expr("x.astype(float32).clip(1, max=None)", "x", x), "[1. 1. 2. 3. 4. 5.]");
    }
}

TEST(indexing_is_basic_slicing)
{
    ND_SCOPE {
        nd_array *x = nd_reshape(nd_arange(12), ND_SHAPE(3, 4));
        check_text(nd_expr("x[1]", "x", x), "[4 5 6 7]");
        check_text(nd_expr("x[-1, 2]", "x", x), "10");
        check_text(nd_expr("x[:, 1]", "x", x), "[1 5 9]");
        check_text(nd_expr("x[::2, 1:-1]", "x", x), "[[ 1  2]\n [ 9 10]]");
        check_text(nd_expr("x[..., ::-1][0]", "x", x), "[3 2 1 0]");
        check_text(nd_expr("x[0, None, 2:]", "x", x), "[[2 3]]");
        check_text(nd_expr("x[0][newaxis].ndim", "x", x), "2");
        check_text(nd_expr("x[(1, 2)]", "x", x), "6");
        check_text(nd_expr("x[argmax(x[:, 0]), 0]", "x", x), "8");
        check_text(nd_expr("x[:None:None, 3]", "x", x), "[ 3  7 11]");
        nd_array *view = nd_expr("x[1:]", "x", x);
        assert_true(nd_overlaps(x, view));
    }
    check_error("x[3]", ND_ERROR_INDEX, "3", " ^");
    check_error("x[0, 0]", ND_ERROR_INDEX, "", " ^");
    check_error("x[::0]", ND_ERROR_VALUE, "", " ^");
    check_error("x[1.5]", ND_ERROR_ARGUMENT, "an index must be an integer", "  ^");
    check_error("x[]", ND_ERROR_SYNTAX, "index", " ^");
    check_error("x.shape[1]", ND_ERROR_INDEX, "no item 1", "        ^");
}

TEST(indexing_with_masks_and_lists_picks_elements)
{
    ND_SCOPE {
        nd_array *x = nd_reshape(nd_arange(12), ND_SHAPE(3, 4));
        check_text(nd_expr("x[x > 8]", "x", x), "[ 9 10 11]");
        check_text(nd_expr("x[[2, 0]][:, 1]", "x", x), "[9 1]");
        check_text(nd_expr("x[[0, -1], [1, 2]]", "x", x), "[ 1 10]");
        check_text(nd_expr("x[x[:, 0] > 3, ::2]", "x", x), "[[ 4  6]\n [ 8 10]]");
        check_text(nd_expr("x[[]].shape[0] + x[True].ndim", "x", x), "3");
        check_text(nd_expr("x[..., [[0]]].sum()", "x", x), "12");
    }
    check_error("x[[0, 3]]", ND_ERROR_INDEX, "index 3 is out of bounds for axis 0 with size 3",
                " ^");
    check_error("x[[0.5]]", ND_ERROR_INDEX, "float64", " ^");
}

/* ---- Errors ---------------------------------------------------------------------------------- */

TEST(what_was_meant_is_told)
{
    check_error("(x + 0.5)^2", ND_ERROR_DTYPE, "; a power is **", "         ^");
    check_error("x > 3.5 & x < 5", ND_ERROR_DTYPE, "put comparisons in brackets", "        ^");
    check_error("divmod(x, 2)", ND_ERROR_ARGUMENT, "not a tuple; take one", "^");
}

TEST(unknown_names_are_told_with_what_may_be_meant)
{
    check_error("x + y", ND_ERROR_ARGUMENT, "there is no name 'y'; the arrays are x", "    ^");
    check_error("2*maen(x)", ND_ERROR_ARGUMENT, "is 'mean' meant?", "  ^");
    check_error("np.arctan3(x)", ND_ERROR_ARGUMENT, "is 'arctan' meant?", "   ^");
    check_error("x.sums()", ND_ERROR_ARGUMENT, "is 'sum' meant?", "  ^");
    check_error("x.astype(flaot32)", ND_ERROR_ARGUMENT, "is 'float32' meant?", "         ^");
    check_error("x.foo", ND_ERROR_ARGUMENT, "no attribute 'foo'", "  ^");
    check_error("x.shap", ND_ERROR_ARGUMENT, "'shap'; is 'shape' meant?", "  ^");
    check_error("len(x)", ND_ERROR_ARGUMENT, "x.shape[0]", "^");
    check_error("x.sin()", ND_ERROR_ARGUMENT, "sin(...)", "  ^");
    check_error("sin + 1", ND_ERROR_ARGUMENT, "'sin' is a function", "^");
    check_error("x.sum", ND_ERROR_ARGUMENT, "'sum' is a method", "  ^");
    check_error("x(1)", ND_ERROR_ARGUMENT, "no function 'x'", "^");
    check_error("(1 + x)(2)", ND_ERROR_ARGUMENT, "called", "   ^");
}

TEST(wrong_arguments_are_told_where_they_stand)
{
    check_error("arctan2(x)", ND_ERROR_ARGUMENT, "arctan2 takes 2 arguments, not 1", "^");
    check_error("sin(x, x)", ND_ERROR_ARGUMENT, "sin takes 1 argument, not 2", "       ^");
    check_error("sin(x=x)", ND_ERROR_ARGUMENT, "by position", "    ^");
    check_error("sum(x, axes=0)", ND_ERROR_ARGUMENT, "no argument 'axes'", "       ^");
    check_error("sum(x, 0, axis=0)", ND_ERROR_ARGUMENT, "given twice", "          ^");
    check_error("sum(axis=0)", ND_ERROR_ARGUMENT, "'a' is missing", "^");
    check_error("sum(x, 0, None, True)", ND_ERROR_ARGUMENT, "1 to 3 arguments by position",
                "                ^");
    check_error("sum(x, axis=1.5)", ND_ERROR_ARGUMENT, "sum: 'axis' must be an integer",
                "       ^");
    check_error("zeros(x)", ND_ERROR_ARGUMENT, "not an array of int64 and shape (3,)", "      ^");
    check_error("mean(x, dtype='flat')", ND_ERROR_DTYPE, "no dtype 'flat'", "        ^");
    check_error("sum(x, ddof=1)", ND_ERROR_ARGUMENT, "`ddof`", "^");
    check_error("sum(x, axis=0, 1)", ND_ERROR_SYNTAX, "after one by keyword", "               ^");
    check_error("x + (1, 2)", ND_ERROR_ARGUMENT, "tuple", "  ^");
    check_error("uint8(300)", ND_ERROR_OVERFLOW, "300", "^");
}

TEST(errors_of_operations_show_the_operation)
{
    check_error("x + zeros(4)", ND_ERROR_SHAPE, "add: shapes (3,) and (4,)", "  ^");
    check_error("2 * mean(x, axis=1)", ND_ERROR_AXIS, "mean: axis 1", "    ^");
    check_error("x.reshape(2, 2)", ND_ERROR_SHAPE, "reshape", "  ^");
    check_error("x @ zeros(4)", ND_ERROR_SHAPE, "", "  ^");
    check_error("~(x + 0.5)", ND_ERROR_DTYPE, "invert", "^");
    check_error("0 < x < zeros(4)", ND_ERROR_SHAPE, "less", "      ^");
    check_error("x ** -1", ND_ERROR_VALUE, "negative integer power", "  ^");
}

TEST(syntax_errors_show_the_place)
{
    check_error("", ND_ERROR_SYNTAX, "empty", "^");
    check_error("1 +", ND_ERROR_SYNTAX, "ends too early", "   ^");
    check_error("(x + 1", ND_ERROR_SYNTAX, "never closed", "^");
    check_error("sum(x", ND_ERROR_SYNTAX, "never closed", "   ^");
    check_error("x + 1)", ND_ERROR_SYNTAX, "closes nothing", "     ^");
    check_error("(x]", ND_ERROR_SYNTAX, "']' stands where", "  ^");
    check_error("1 x", ND_ERROR_SYNTAX, "'x' stands where an operator", "  ^");
    check_error("x = 1", ND_ERROR_SYNTAX, "==", "  ^");
    check_error("1, 2", ND_ERROR_SYNTAX, "',' stands", " ^");
    check_error("x and 1", ND_ERROR_SYNTAX, "write &", "  ^");
    check_error("x or 1", ND_ERROR_SYNTAX, "write |", "  ^");
    check_error("not x", ND_ERROR_SYNTAX, "write ~", "^");
    check_error("1 if x else 2", ND_ERROR_SYNTAX, "where(", "  ^");
    check_error("x && 1", ND_ERROR_SYNTAX, "write &", "  ^");
    check_error("!x", ND_ERROR_SYNTAX, "write ~", "^");
    check_error("x $ 1", ND_ERROR_SYNTAX, "'$'", "  ^");
    check_error("'abc", ND_ERROR_SYNTAX, "no end", "^");
    check_error("x.", ND_ERROR_SYNTAX, "a name is missing", "  ^");
    check_error("2 * * x", ND_ERROR_SYNTAX, "'*' stands", "    ^");
}

TEST(a_character_of_several_bytes_is_one_column)
{
    check_error("x * \xc3\xa9", ND_ERROR_SYNTAX, "'\xc3\xa9' has no meaning", "    ^");
    check_error("'\xc3\xa9' + y", ND_ERROR_ARGUMENT, "'y'", "      ^");
}

TEST(only_the_line_of_the_error_is_shown)
{
    ND_SCOPE {
        assert_null(nd_expr("1 +  # first\n2 * y +\n3"));
        assert_error(ND_ERROR_ARGUMENT, "'y'\n  2 * y +\n      ^");
        check_text(nd_expr("1 +  # first\n2"), "3");
    }
}

TEST(long_lines_are_cut_around_the_place)
{
    char text[401];
    memset(text, ' ', 400);
    text[0] = '1';
    text[200] = '+';
    text[300] = '$';
    text[399] = '1';
    text[400] = '\0';
    assert_null(nd_expr(text));
    const char *line = strchr(nd_error_message(), '\n'), *caret = strchr(line + 1, '\n');
    assert_non_null(caret);
    assert_memory_equal(line, "\n  ...", 6);
    assert_int_equal(strchr(line, '$') - line, strchr(caret, '^') - caret);
    assert_error(ND_ERROR_SYNTAX, "'$'");
}

/* "((((...": `count` times `open`, then the rest. */
static nd_array *nested(const char *open, int count, const char *middle, const char *close)
{
    const size_t unit = strlen(open), end = strlen(close);
    char *text = calloc(1, (unit + end) * (size_t)count + strlen(middle) + 1);
    assert_non_null(text);
    for (int i = 0; i < count; i++)
        memcpy(text + (size_t)i * unit, open, unit);
    strcpy(text + (size_t)count * unit, middle);
    for (int i = 0; i < count; i++)
        strcat(text, close);
    nd_array *array = nd_expr(text);
    free(text);
    return array;
}

TEST(nesting_is_bounded)
{
    ND_SCOPE {
        check_text(nested("(", 150, "1", ")"), "1");
        check_text(nested("- ", 150, "1", ""), "1");
        check_text(nested("1 + ", 900, "1", ""), "901");
        assert_null(nested("(", 100000, "1", ")"));
        assert_error(ND_ERROR_SYNTAX, "more than 200 deep");
        assert_null(nested("[", 1000, "1", "]"));
        assert_error(ND_ERROR_SYNTAX, "more than 200 deep");
        assert_null(nested("x[", 1000, "1", "]"));
        assert_error(ND_ERROR_SYNTAX, "more than 200 deep");
        assert_null(nested("-", 100000, "1", ""));
        assert_error(ND_ERROR_SYNTAX, "more than 200 deep");
        assert_null(nested("2**", 100000, "1", ""));
        assert_error(ND_ERROR_SYNTAX, "more than 200 deep");
        assert_null(nested("1 + ", 100000, "1", ""));
        assert_error(ND_ERROR_SYNTAX, "1000 operations in a row");
        assert_null(nested("", 3000, "zeros(2)", ".T"));
        assert_error(ND_ERROR_SYNTAX, "1000 operations in a row");
        assert_null(nested("[", 40, "1", "]"));
        assert_error(ND_ERROR_SHAPE, "32 deep");
    }
}

TEST(any_row_of_words_gives_a_value_or_an_error_with_a_place)
{
    static const char *const words[] = {
        "x",    "1",   "2.5", "3j",   "[",    "]",   "(",      ")",    ",",   ":",     "+",
        "-",    "**",  "//",  "@",    "<",    "==",  "~",      "&",    "<<",  ".",     "...",
        "None", "sum", "sin", "x[",   "sum(", "x.T", "where(", "axis", "=",   "x.sum", ".reshape(",
        "'a'",  "int", "np",  "True", "0x",   "1_",  "$",      "and",  "not", "#",     "zeros(2",
    };
    enum { WORDS = sizeof words / sizeof *words, TEXTS = 20000 };
    uint64_t state = 1;
    int values = 0;
    for (int i = 0; i < TEXTS; i++)
        ND_SCOPE {
            char text[400] = "";
            const int count = 1 + i % 12;
            for (int k = 0; k < count; k++) {
                state = state * 6364136223846793005u + 1442695040888963407u;
                strcat(text, words[(state >> 33) % WORDS]);
                strcat(text, state >> 63 ? " " : "");
            }
            nd_array *value = nd_expr(text, "x", nd_arange(3));
            values += value != NULL;
            if (!value) {
                const char *message = nd_error_message();
                assert_true(nd_error() != ND_OK);
                assert_int_equal(message[strlen(message) - 1], '^');
                nd_error_clear();
            }
        }
    assert_in_range(values, TEXTS / 100, TEXTS);
}

TEST(an_error_that_was_kept_before_stays)
{
    ND_SCOPE {
        assert_null(nd_zeros(ND_INT8, ND_SHAPE(-1)));
        char before[600];
        snprintf(before, sizeof before, "%s", nd_error_message());
        assert_null(nd_expr("1 + y"));
        assert_null(nd_expr("arange(3) + arange(4)"));
        assert_string_equal(nd_error_message(), before);
        nd_error_clear();
    }
}

TEST(null_arrays_give_null_and_no_error)
{
    assert_null(nd_expr("x + 1", "x", (nd_array *)NULL));
    assert_no_error();
    assert_null(nd_expr_with(NULL, 0, NULL, NULL));
    assert_error(ND_ERROR_ARGUMENT, "NULL");
}

/* ---- Ownership, laziness, memory ------------------------------------------------------------- */

TEST(results_belong_to_the_caller_outside_scopes)
{
    nd_array *x = nd_arange(3);
    nd_array *sum = nd_expr("sum(x * 2) + [1, 2]", "x", x), *same = nd_expr("x", "x", x);
    nd_array *list = nd_expr("[x, x + 1]", "x", x);
    check_text(sum, "[7 8]");
    assert_ptr_equal(same, x);
    check_text(list, "[[0 1 2]\n [1 2 3]]");
    nd_release(x);
    nd_release(same);
    nd_release(sum);
    nd_release(list);
}

TEST(tuples_do_not_hold_what_is_gone)
{
    ND_SCOPE {
        nd_array *x = nd_arange(3);
        check_text(nd_expr("(x + 1, x * 2)[0]", "x", x), "[1 2 3]");
        assert_null(nd_expr("((x + 1, x), x)[0][0]", "x", x));
        assert_error(ND_ERROR_UNSUPPORTED, "a tuple");
    }
}

TEST(variables_go_before_constants_and_functions_stay)
{
    ND_SCOPE {
        nd_array *e = nd_arange(3), *sum = nd_arange(2), *np = nd_ones(ND_INT8, ND_SHAPE(1));
        check_text(nd_expr("e * 2", "e", e), "[0 2 4]");
        check_text(nd_expr("sum(sum)", "sum", sum), "1");
        check_text(nd_expr("np.sum()", "np", np), "1");
    }
}

TEST(large_results_stay_pending_and_are_one_loop)
{
    ND_SCOPE {
        nd_array *x = nd_linspace(0, 1, 100000);
        nd_array *y = nd_expr("2*x**2 + 3*x + 5", "x", x);
        assert_true(nd_is_pending(y));
        char text[2000];
        nd_explain(y, text, sizeof text);
        assert_non_null(strstr(text, "loop 1"));
        assert_null(strstr(text, "loop 2"));
        nd_array *by_hand = nd_add(nd_add(nd_multiply(2, nd_power(x, 2)), nd_multiply(3, x)), 5);
        assert_true(nd_array_equal(y, by_hand));
    }
}

TEST(temporaries_are_released_as_they_are_used)
{
    nd_set_lazy(0);
    ND_SCOPE {
        enum { BYTES = 8 * 100000 };
        nd_array *x = nd_linspace(0, 1, 100000);
        const size_t before = nd_memory().used;
        nd_memory_reset_peak();
        nd_array *y = nd_expr("((((x + 1) * 2 - 3) * 4 + 5) * 6 - 7) * 8", "x", x);
        assert_non_null(y);
        assert_in_range(nd_memory().peak - before, BYTES, 5 * BYTES / 2);
    }
    nd_set_lazy(ND_LAZY_ELEMENTS);
}

typedef struct scarcity {
    atomic_int calls, failing; /* the call that fails, with all after it; 0: none */
} scarcity;

static void *scarce_allocate(size_t bytes, void *context)
{
    scarcity *s = context;
    const int call = atomic_fetch_add(&s->calls, 1) + 1, failing = atomic_load(&s->failing);
    return failing && call >= failing ? NULL : aligned_alloc(64, (bytes + 63) / 64 * 64);
}

static void scarce_release(void *memory, size_t bytes, void *context)
{
    (void)bytes;
    (void)context;
    free(memory);
}

TEST(memory_that_runs_out_is_an_error_and_leaks_nothing)
{
    scarcity s = {0};
    const nd_allocator allocator = {scarce_allocate, scarce_release, &s};
    nd_memory_trim();
    nd_set_allocator(&allocator);
    ND_SCOPE {
        nd_array *x = nd_linspace(0, 1, 20000);
        assert_true(nd_data(x));
        int k = 0, errors = 0;
        for (bool complete = false; !complete && k < 1000;) {
            nd_memory_trim();
            const size_t used = nd_memory().used;
            ND_SCOPE {
                atomic_store(&s.calls, 0);
                atomic_store(&s.failing, ++k);
                nd_array *y = nd_expr("where(x > mean(x), x.reshape(2, 10000).T[0, 1], [1, 2][0])"
                                      " + sum(x[::2], axis=(0,), keepdims=True) * zeros(x.shape)"
                                      " + cumsum(x * 2 + arange(x.size))",
                                      "x", x);
                nd_array *const list[] = {y};
                complete = y && nd_eval(1, list) == ND_OK && atomic_load(&s.calls) < k;
                atomic_store(&s.failing, 0);
                if (nd_error() != ND_OK) {
                    assert_error(ND_ERROR_MEMORY, "");
                    errors++;
                }
            }
            nd_memory_trim();
            assert_int_equal(nd_memory().used, used);
        }
        assert_in_range(errors, 10, 999);
    }
    nd_memory_trim();
    nd_set_allocator(NULL);
}

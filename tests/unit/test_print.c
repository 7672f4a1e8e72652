/* Printing: the text of NumPy 2.4's str() for the same elements, by which the expected texts were
 * made. */
#include <ndstream/io.h>

#include "array/array.h"

#include "unit.h"

#include <math.h>
#include <stdlib.h>

static void check_array(const nd_array *array, const char *expected)
{
    char *text = nd_to_text(array);
    assert_non_null(text);
    assert_string_equal(text, expected);
    nd_text_free(text);
}

static void check(nd_dtype dtype, nd_shape shape, const void *data, const char *expected)
{
    ND_SCOPE {
        check_array(data ? nd_from_data(dtype, shape, data) : nd_empty(dtype, shape), expected);
    }
}

TEST(integers_are_aligned_right)
{
    check(ND_INT64, ND_SHAPE(3), (int64_t[]){1, -20, 300}, "[  1 -20 300]");
    check(ND_INT8, ND_SHAPE(2, 2), (int8_t[]){-128, 127, 0, 5},
          "[[-128  127]\n"
          " [   0    5]]");
    check(ND_UINT64, ND_SHAPE(2), (uint64_t[]){0u, 18446744073709551615u},
          "[                   0 18446744073709551615]");
    check(ND_INT64, ND_SHAPE(2), (int64_t[]){INT64_MIN, 9223372036854775807},
          "[-9223372036854775808  9223372036854775807]");
    check(ND_UINT8, ND_SHAPE(1), (uint8_t[]){7}, "[7]");
}

TEST(bools_are_aligned)
{
    check(ND_BOOL, ND_SHAPE(2), (bool[]){true, false}, "[ True False]");
    check(ND_BOOL, ND_SHAPE(2, 2), (bool[]){true, true, false, true},
          "[[ True  True]\n"
          " [False  True]]");
    check(ND_BOOL, ND_SHAPE(1), (bool[]){false}, "[False]");
}

TEST(empty_arrays_of_any_shape)
{
    check(ND_FLOAT64, ND_SHAPE(0), NULL, "[]");
    check(ND_INT32, ND_SHAPE(3, 0), NULL, "[]");
    check(ND_FLOAT32, ND_SHAPE(0, 2, 2), NULL, "[]");
}

TEST(floats_have_their_shortest_digits)
{
    check(ND_FLOAT64, ND_SHAPE(3), (double[]){0.1, 0.3333333333333333, 2.0},
          "[0.1        0.33333333 2.        ]");
    check(ND_FLOAT64, ND_SHAPE(3), (double[]){1.0, 2.0, 3.0}, "[1. 2. 3.]");
    check(ND_FLOAT64, ND_SHAPE(3), (double[]){0.5, -1.25, 100.0}, "[  0.5   -1.25 100.  ]");
    check(ND_FLOAT32, ND_SHAPE(3), (float[]){0.1f, 0.33333334f, 2.0f},
          "[0.1        0.33333334 2.        ]");
    check(ND_FLOAT64, ND_SHAPE(2), (double[]){9.999999999, 0.1}, "[10.   0.1]");
    check(ND_FLOAT64, ND_SHAPE(1), (double[]){0.99999999999}, "[1.]");
    check(ND_FLOAT64, ND_SHAPE(3), (double[]){-0.0, 0.0, 1.0}, "[-0.  0.  1.]");
    check(ND_FLOAT32, ND_SHAPE(2), (float[]){16777.217f, 1.5f}, "[1.6777217e+04 1.5000000e+00]");
    check(ND_FLOAT64, ND_SHAPE(1), (double[]){5.684341886080802e-14}, "[5.68434189e-14]");
    check(ND_FLOAT64, ND_SHAPE(1), (double[]){9007199.254740993}, "[9007199.25474099]");
    check(ND_FLOAT16, ND_SHAPE(3), (uint16_t[]){0x2e66, 0x3555, 0x4000}, "[0.1    0.3333 2.    ]");
    check(ND_FLOAT16, ND_SHAPE(1), (uint16_t[]){0x1}, "[6.e-08]");
    check(ND_FLOAT64, ND_SHAPE(1), (double[]){5e-324}, "[5.e-324]");
}

TEST(scientific_notation_where_numpy_uses_it)
{
    check(ND_FLOAT64, ND_SHAPE(2), (double[]){100000000.0, 1.0}, "[1.e+08 1.e+00]");
    check(ND_FLOAT64, ND_SHAPE(2), (double[]){99999999.0, 1000000.0}, "[99999999.  1000000.]");
    check(ND_FLOAT64, ND_SHAPE(2), (double[]){1e-05, 0.0001}, "[1.e-05 1.e-04]");
    check(ND_FLOAT64, ND_SHAPE(2), (double[]){0.0001, 0.1}, "[0.0001 0.1   ]");
    check(ND_FLOAT64, ND_SHAPE(2), (double[]){1001.0, 1.0}, "[1.001e+03 1.000e+00]");
    check(ND_FLOAT64, ND_SHAPE(2), (double[]){1000.0, 1.0}, "[1000.    1.]");
    check(ND_FLOAT64, ND_SHAPE(2), (double[]){1e+100, -1.5e-300}, "[ 1.0e+100 -1.5e-300]");
    check(ND_FLOAT32, ND_SHAPE(2), (float[]){1e+06f, 2e+06f}, "[1.e+06 2.e+06]");
    check(ND_FLOAT32, ND_SHAPE(2), (float[]){999999.0f, 200000.0f}, "[999999. 200000.]");
    check(ND_FLOAT16, ND_SHAPE(2), (uint16_t[]){0x63d0, 0x63ce}, "[1.00e+03 9.99e+02]");
    check(ND_FLOAT16, ND_SHAPE(2), (uint16_t[]){0x63ce, 0x63cd}, "[999.  998.5]");
    check(ND_FLOAT16, ND_SHAPE(2), (uint16_t[]){0x68e, 0x2a66}, "[0.0001 0.05  ]");
    check(ND_FLOAT32, ND_SHAPE(2), (float[]){1e-04f, 0.05f}, "[0.0001 0.05  ]");
    check(ND_FLOAT64, ND_SHAPE(2), (double[]){1e+16, 123456789.12345679},
          "[1.00000000e+16 1.23456789e+08]");
}

TEST(nan_and_inf_are_padded)
{
    check(ND_FLOAT64, ND_SHAPE(2), (double[]){NAN, 1.5}, "[nan 1.5]");
    check(ND_FLOAT64, ND_SHAPE(3), (double[]){INFINITY, -INFINITY, NAN}, "[ inf -inf  nan]");
    check(ND_FLOAT64, ND_SHAPE(2), (double[]){-INFINITY, 1.0}, "[-inf   1.]");
    check(ND_FLOAT64, ND_SHAPE(1), (double[]){NAN}, "[nan]");
    check(ND_FLOAT64, ND_SHAPE(3), (double[]){10000000000.0, NAN, -INFINITY},
          "[1.e+10    nan   -inf]");
    check(ND_FLOAT64, ND_SHAPE(2), (double[]){100.25, -INFINITY}, "[100.25   -inf]");
    check(ND_FLOAT32, ND_SHAPE(3), (float[]){NAN, 0.001f, 1000.0f}, "[   nan 1.e-03 1.e+03]");
}

TEST(complex_parts_are_aligned)
{
    check(ND_COMPLEX128, ND_SHAPE(2), (double[]){1.0, 2.0, -1.5, -20.0}, "[ 1.  +2.j -1.5-20.j]");
    check(ND_COMPLEX128, ND_SHAPE(2), (double[]){0.0, 0.1, NAN, INFINITY}, "[ 0.+0.1j nan+infj]");
    check(ND_COMPLEX128, ND_SHAPE(2), (double[]){10000000000.0, 1.0, 2.0, 0.0},
          "[1.e+10+1.j 2.e+00+0.j]");
    check(ND_COMPLEX64, ND_SHAPE(2), (float[]){0.33333334f, 2.0f, 1e+07f, 0.0f},
          "[3.3333334e-01+2.j 1.0000000e+07+0.j]");
    check(ND_COMPLEX128, ND_SHAPE(2), (double[]){-0.0, -0.0, -INFINITY, NAN},
          "[ -0. -0.j -inf+nanj]");
}

TEST(scalars_print_like_numpy_scalars)
{
    check(ND_FLOAT64, ND_SCALAR_SHAPE, (double[]){1.0}, "1.0");
    check(ND_FLOAT64, ND_SCALAR_SHAPE, (double[]){0.1}, "0.1");
    check(ND_FLOAT64, ND_SCALAR_SHAPE, (double[]){1e+16}, "1e+16");
    check(ND_FLOAT64, ND_SCALAR_SHAPE, (double[]){123456789012345.0}, "123456789012345.0");
    check(ND_FLOAT64, ND_SCALAR_SHAPE, (double[]){1e-05}, "1e-05");
    check(ND_FLOAT64, ND_SCALAR_SHAPE, (double[]){0.0001}, "0.0001");
    check(ND_FLOAT64, ND_SCALAR_SHAPE, (double[]){NAN}, "nan");
    check(ND_FLOAT64, ND_SCALAR_SHAPE, (double[]){-INFINITY}, "-inf");
    check(ND_FLOAT64, ND_SCALAR_SHAPE, (double[]){-0.0}, "-0.0");
    check(ND_FLOAT64, ND_SCALAR_SHAPE, (double[]){0.3333333333333333}, "0.3333333333333333");
    check(ND_FLOAT64, ND_SCALAR_SHAPE, (double[]){5e-324}, "5e-324");
    check(ND_FLOAT32, ND_SCALAR_SHAPE, (float[]){0.33333334f}, "0.33333334");
    check(ND_FLOAT32, ND_SCALAR_SHAPE, (float[]){1e+06f}, "1e+06");
    check(ND_FLOAT32, ND_SCALAR_SHAPE, (float[]){999999.0f}, "999999.0");
    check(ND_FLOAT16, ND_SCALAR_SHAPE, (uint16_t[]){0x63d0}, "1e+03");
    check(ND_FLOAT16, ND_SCALAR_SHAPE, (uint16_t[]){0x2e66}, "0.1");
    check(ND_INT64, ND_SCALAR_SHAPE, (int64_t[]){-5}, "-5");
    check(ND_BOOL, ND_SCALAR_SHAPE, (bool[]){true}, "True");
    check(ND_BOOL, ND_SCALAR_SHAPE, (bool[]){false}, "False");
    check(ND_UINT8, ND_SCALAR_SHAPE, (uint8_t[]){255}, "255");
    check(ND_COMPLEX128, ND_SCALAR_SHAPE, (double[]){1.0, 2.0}, "(1+2j)");
    check(ND_COMPLEX128, ND_SCALAR_SHAPE, (double[]){0.0, 2.0}, "2j");
    check(ND_COMPLEX128, ND_SCALAR_SHAPE, (double[]){-0.0, 2.0}, "(-0+2j)");
    check(ND_COMPLEX128, ND_SCALAR_SHAPE, (double[]){NAN, -INFINITY}, "(nan-infj)");
    check(ND_COMPLEX128, ND_SCALAR_SHAPE, (double[]){0.0, NAN}, "nanj");
    check(ND_COMPLEX128, ND_SCALAR_SHAPE, (double[]){1e+17, -1e-07}, "(1e+17-1e-07j)");
    check(ND_COMPLEX64, ND_SCALAR_SHAPE, (float[]){0.1f, 1.0f}, "(0.1+1j)");
    check(ND_COMPLEX64, ND_SCALAR_SHAPE, (float[]){2e+06f, 500000.0f}, "(2e+06+500000j)");
}

TEST(long_rows_wrap_at_75)
{
    check(ND_INT64, ND_SHAPE(40),
          (int64_t[]){0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
                      14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                      28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39},
          "[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n"
          " 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39]");
    check(ND_FLOAT64, ND_SHAPE(30),
          (double[]){0.0,
                     0.14285714285714285,
                     0.2857142857142857,
                     0.42857142857142855,
                     0.5714285714285714,
                     0.7142857142857143,
                     0.8571428571428571,
                     1.0,
                     1.1428571428571428,
                     1.2857142857142858,
                     1.4285714285714286,
                     1.5714285714285714,
                     1.7142857142857142,
                     1.8571428571428572,
                     2.0,
                     2.142857142857143,
                     2.2857142857142856,
                     2.4285714285714284,
                     2.5714285714285716,
                     2.7142857142857144,
                     2.857142857142857,
                     3.0,
                     3.142857142857143,
                     3.2857142857142856,
                     3.4285714285714284,
                     3.5714285714285716,
                     3.7142857142857144,
                     3.857142857142857,
                     4.0,
                     4.142857142857143},
          "[0.         0.14285714 0.28571429 0.42857143 0.57142857 0.71428571\n"
          " 0.85714286 1.         1.14285714 1.28571429 1.42857143 1.57142857\n"
          " 1.71428571 1.85714286 2.         2.14285714 2.28571429 2.42857143\n"
          " 2.57142857 2.71428571 2.85714286 3.         3.14285714 3.28571429\n"
          " 3.42857143 3.57142857 3.71428571 3.85714286 4.         4.14285714]");
    check(ND_BOOL, ND_SHAPE(20),
          (bool[]){true,  false, false, true,  false, false, true,  false, false, true,
                   false, false, true,  false, false, true,  false, false, true,  false},
          "[ True False False  True False False  True False False  True False False\n"
          "  True False False  True False False  True False]");
    check(ND_INT64, ND_SHAPE(2, 30),
          (int64_t[]){0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14,
                      15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
                      30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44,
                      45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59},
          "[[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n"
          "  24 25 26 27 28 29]\n"
          " [30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53\n"
          "  54 55 56 57 58 59]]");
    check(ND_COMPLEX128, ND_SHAPE(8),
          (double[]){0.0, 0.0, 1.5, -0.25, 3.0, -0.5, 4.5, -0.75, 6.0, -1.0, 7.5, -1.25, 9.0, -1.5,
                     10.5, -1.75},
          "[ 0. +0.j    1.5-0.25j  3. -0.5j   4.5-0.75j  6. -1.j    7.5-1.25j\n"
          "  9. -1.5j  10.5-1.75j]");
    check(ND_INT64, ND_SHAPE(1, 1, 1, 9),
          (int64_t[]){12345678, 12345678, 12345678, 12345678, 12345678, 12345678, 12345678,
                      12345678, 12345678},
          "[[[[12345678 12345678 12345678 12345678 12345678 12345678 12345678\n"
          "    12345678 12345678]]]]");
}

TEST(brackets_nest)
{
    check(ND_INT64, ND_SHAPE(2, 2, 2), (int64_t[]){0, 1, 2, 3, 4, 5, 6, 7},
          "[[[0 1]\n"
          "  [2 3]]\n"
          "\n"
          " [[4 5]\n"
          "  [6 7]]]");
    check(ND_FLOAT64, ND_SHAPE(1, 2, 1, 2), (double[]){0.0, 0.5, 1.0, 1.5},
          "[[[[0.  0.5]]\n"
          "\n"
          "  [[1.  1.5]]]]");
    check(ND_INT8, ND_SHAPE(1, 1, 1, 1, 1, 1), (int8_t[]){0}, "[[[[[[0]]]]]]");
}

/* NumPy has no bfloat16 of its own; its rules for float16 are applied to the digits that bfloat16
 * holds. */
TEST(bfloat16_has_the_shortest_digits_of_its_own)
{
    check(ND_BFLOAT16, ND_SHAPE(3), (uint16_t[]){0x3dcd, 0x3eab, 0xc000}, "[ 0.1    0.334 -2.   ]");
    check(ND_BFLOAT16, ND_SHAPE(2), (uint16_t[]){0x7f80, 0x7fc0}, "[inf nan]");
    check(ND_BFLOAT16, ND_SHAPE(2), (uint16_t[]){0x42c8, 0x3f80}, "[1.e+02 1.e+00]");
    check(ND_BFLOAT16, ND_SCALAR_SHAPE, (uint16_t[]){0x3e20}, "0.156");
}

TEST(more_than_1000_elements_are_summarised)
{
    ND_SCOPE {
        nd_array *x = nd_arange(1001);
        check_array(x, "[   0    1    2 ...  998  999 1000]");
        check_array(nd_reshape(nd_arange_step(ND_FLOAT64, 0, 500, 0.25), ND_SHAPE(2, 1000)),
                    "[[0.0000e+00 2.5000e-01 5.0000e-01 ... 2.4925e+02 2.4950e+02 2.4975e+02]\n"
                    " [2.5000e+02 2.5025e+02 2.5050e+02 ... 4.9925e+02 4.9950e+02 4.9975e+02]]");
        check_array(nd_reshape(nd_arange_step(ND_FLOAT64, 0, 3000, 1), ND_SHAPE(1500, 2)),
                    "[[0.000e+00 1.000e+00]\n"
                    " [2.000e+00 3.000e+00]\n"
                    " [4.000e+00 5.000e+00]\n"
                    " ...\n"
                    " [2.994e+03 2.995e+03]\n"
                    " [2.996e+03 2.997e+03]\n"
                    " [2.998e+03 2.999e+03]]");
        check_array(nd_reshape(nd_arange(1008), ND_SHAPE(7, 12, 12)),
                    "[[[   0    1    2 ...    9   10   11]\n"
                    "  [  12   13   14 ...   21   22   23]\n"
                    "  [  24   25   26 ...   33   34   35]\n"
                    "  ...\n"
                    "  [ 108  109  110 ...  117  118  119]\n"
                    "  [ 120  121  122 ...  129  130  131]\n"
                    "  [ 132  133  134 ...  141  142  143]]\n"
                    "\n"
                    " [[ 144  145  146 ...  153  154  155]\n"
                    "  [ 156  157  158 ...  165  166  167]\n"
                    "  [ 168  169  170 ...  177  178  179]\n"
                    "  ...\n"
                    "  [ 252  253  254 ...  261  262  263]\n"
                    "  [ 264  265  266 ...  273  274  275]\n"
                    "  [ 276  277  278 ...  285  286  287]]\n"
                    "\n"
                    " [[ 288  289  290 ...  297  298  299]\n"
                    "  [ 300  301  302 ...  309  310  311]\n"
                    "  [ 312  313  314 ...  321  322  323]\n"
                    "  ...\n"
                    "  [ 396  397  398 ...  405  406  407]\n"
                    "  [ 408  409  410 ...  417  418  419]\n"
                    "  [ 420  421  422 ...  429  430  431]]\n"
                    "\n"
                    " ...\n"
                    "\n"
                    " [[ 576  577  578 ...  585  586  587]\n"
                    "  [ 588  589  590 ...  597  598  599]\n"
                    "  [ 600  601  602 ...  609  610  611]\n"
                    "  ...\n"
                    "  [ 684  685  686 ...  693  694  695]\n"
                    "  [ 696  697  698 ...  705  706  707]\n"
                    "  [ 708  709  710 ...  717  718  719]]\n"
                    "\n"
                    " [[ 720  721  722 ...  729  730  731]\n"
                    "  [ 732  733  734 ...  741  742  743]\n"
                    "  [ 744  745  746 ...  753  754  755]\n"
                    "  ...\n"
                    "  [ 828  829  830 ...  837  838  839]\n"
                    "  [ 840  841  842 ...  849  850  851]\n"
                    "  [ 852  853  854 ...  861  862  863]]\n"
                    "\n"
                    " [[ 864  865  866 ...  873  874  875]\n"
                    "  [ 876  877  878 ...  885  886  887]\n"
                    "  [ 888  889  890 ...  897  898  899]\n"
                    "  ...\n"
                    "  [ 972  973  974 ...  981  982  983]\n"
                    "  [ 984  985  986 ...  993  994  995]\n"
                    "  [ 996  997  998 ... 1005 1006 1007]]]");
    }
}

TEST(a_thousand_elements_are_not_summarised)
{
    ND_SCOPE {
        char *text = nd_to_text(nd_arange(1000));
        assert_non_null(text);
        assert_null(strstr(text, "..."));
        assert_string_equal(text + strlen(text) - 12, "997 998 999]");
        nd_text_free(text);
    }
}

TEST(views_print_as_their_elements_lie)
{
    ND_SCOPE {
        nd_array *x = nd_reshape(nd_arange(12), ND_SHAPE(3, 4));
        check_array(nd_transpose(x), "[[ 0  4  8]\n"
                                     " [ 1  5  9]\n"
                                     " [ 2  6 10]\n"
                                     " [ 3  7 11]]");
        check_array(nd_slice(x, ND_STEP(ND_OPEN, ND_OPEN, -2), ND_RANGE(1, 3)), "[[ 9 10]\n"
                                                                                " [ 1  2]]");
        check_array(nd_broadcast_to(nd_slice(x, ND_INDEX(0)), ND_SHAPE(2, 4)), "[[0 1 2 3]\n"
                                                                               " [0 1 2 3]]");
    }
}

static void read_back(FILE *stream, char text[256])
{
    size_t length;
    rewind(stream);
    length = fread(text, 1, 255, stream);
    text[length] = '\0';
}

TEST(print_to_a_stream_ends_with_a_newline)
{
    char text[256];
    FILE *stream = tmpfile();
    assert_non_null(stream);
    ND_SCOPE {
        nd_print_to(stream, nd_arange(3));
        nd_print_to(stream, nd_reshape(nd_arange(4), ND_SHAPE(2, 2)));
    }
    read_back(stream, text);
    fclose(stream);
    assert_string_equal(text, "[0 1 2]\n[[0 1]\n [2 3]]\n");
}

TEST(print_of_null_shows_the_kept_error)
{
    char text[256];
    FILE *stream = tmpfile();
    assert_non_null(stream);
    nd_array *none = nd_zeros(ND_FLOAT64, ND_SHAPE(-1));
    assert_null(none);
    assert_null(nd_to_text(none));
    nd_print_to(stream, none);
    read_back(stream, text);
    fclose(stream);
    assert_non_null(strstr(text, "error: "));
    assert_non_null(strstr(text, nd_error_message()));
    assert_error(ND_ERROR_SHAPE, "-1");
}

TEST(print_of_null_without_an_error_says_so)
{
    char text[256];
    FILE *stream = tmpfile();
    assert_non_null(stream);
    nd_print_to(stream, NULL);
    read_back(stream, text);
    fclose(stream);
    assert_string_equal(text, "error: there is no array\n");
}

static int in_angles(void *context, const void *element, char *text, int capacity)
{
    int64_t value;
    memcpy(&value, element, sizeof value);
    return value == *(int64_t *)context ? -1 : snprintf(text, (size_t)capacity, "<%d>", (int)value);
}

TEST(a_word_of_the_callers_writes_each_element_or_fails)
{
    int64_t refused = 9;
    nd_text_options options = ND_TEXT_OPTIONS;
    options.word = in_angles;
    options.context = &refused;
    ND_SCOPE {
        char *text = nd_to_text_with(nd_reshape(nd_arange(4), ND_SHAPE(2, 2)), &options);
        assert_string_equal(text, "[[<0> <1>]\n [<2> <3>]]");
        nd_text_free(text);
        assert_null(nd_to_text_with(nd_arange(12), &options));
        assert_error(ND_ERROR_VALUE, "not written");
    }
}

TEST(the_sign_of_integers_is_written_as_asked)
{
    nd_text_options options = ND_TEXT_OPTIONS;
    options.sign = '+';
    ND_SCOPE {
        char *text =
            nd_to_text_with(nd_from_data(ND_INT64, ND_SHAPE(3), (int64_t[]){-1, 0, 1}), &options);
        assert_string_equal(text, "[-1 +0 +1]");
        nd_text_free(text);
        options.sign = ' ';
        text = nd_to_text_with(nd_arange(3), &options);
        assert_string_equal(text, "[ 0  1  2]");
        nd_text_free(text);
    }
}

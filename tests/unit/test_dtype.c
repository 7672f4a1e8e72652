/* ndstream/dtype.h and array/dtype.h. The tables of promotion and casting were printed by
 * NumPy 2.4.6; those for bfloat16, which it lacks, follow from the integers that 8 bits of
 * significand hold. */
#include "unit.h"

#include <math.h>
#include <stdbool.h>

#include "array/dtype.h"

static const char *const names[ND_DTYPE_COUNT] = {
    "bool",   "int8",    "int16",    "int32",   "int64",   "uint8",     "uint16",     "uint32",
    "uint64", "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
};
static const size_t sizes[ND_DTYPE_COUNT] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16};

/* The 14 dtypes that NumPy has, in the order of the tables. */
static const nd_dtype order[14] = {ND_BOOL,    ND_INT8,    ND_INT16,     ND_INT32,     ND_INT64,
                                   ND_UINT8,   ND_UINT16,  ND_UINT32,    ND_UINT64,    ND_FLOAT16,
                                   ND_FLOAT32, ND_FLOAT64, ND_COMPLEX64, ND_COMPLEX128};

static const char *const numpy_promotion[14] = {
    "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c4 c8", /* bool */
    "i1 i1 i2 i4 i8 i2 i4 i8 f8 f2 f4 f8 c4 c8", /* int8 */
    "i2 i2 i2 i4 i8 i2 i4 i8 f8 f4 f4 f8 c4 c8", /* int16 */
    "i4 i4 i4 i4 i8 i4 i4 i8 f8 f8 f8 f8 c8 c8", /* int32 */
    "i8 i8 i8 i8 i8 i8 i8 i8 f8 f8 f8 f8 c8 c8", /* int64 */
    "u1 i2 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c4 c8", /* uint8 */
    "u2 i4 i4 i4 i8 u2 u2 u4 u8 f4 f4 f8 c4 c8", /* uint16 */
    "u4 i8 i8 i8 i8 u4 u4 u4 u8 f8 f8 f8 c8 c8", /* uint32 */
    "u8 f8 f8 f8 f8 u8 u8 u8 u8 f8 f8 f8 c8 c8", /* uint64 */
    "f2 f2 f4 f8 f8 f2 f4 f8 f8 f2 f4 f8 c4 c8", /* float16 */
    "f4 f4 f4 f8 f8 f4 f4 f8 f8 f4 f4 f8 c4 c8", /* float32 */
    "f8 f8 f8 f8 f8 f8 f8 f8 f8 f8 f8 f8 c8 c8", /* float64 */
    "c4 c4 c4 c8 c8 c4 c4 c8 c8 c4 c4 c8 c4 c8", /* complex64 */
    "c8 c8 c8 c8 c8 c8 c8 c8 c8 c8 c8 c8 c8 c8", /* complex128 */
};

/* y: numpy.can_cast(row, column). */
static const char *const numpy_safe[14] = {
    "yyyyyyyyyyyyyy", ".yyyy....yyyyy", "..yyy.....yyyy", "...yy......y.y", "....y......y.y",
    "..yyyyyyyyyyyy", "...yy.yyy.yyyy", "....y..yy..y.y", "........y..y.y", ".........yyyyy",
    "..........yyyy", "...........y.y", "............yy", ".............y",
};
static const char *const numpy_same_kind[14] = {
    "yyyyyyyyyyyyyy", ".yyyy....yyyyy", ".yyyy....yyyyy", ".yyyy....yyyyy", ".yyyy....yyyyy",
    ".yyyyyyyyyyyyy", ".yyyyyyyyyyyyy", ".yyyyyyyyyyyyy", ".yyyyyyyyyyyyy", ".........yyyyy",
    ".........yyyyy", ".........yyyyy", "............yy", "............yy",
};

static nd_dtype from_code(const char *code)
{
    static const char codes[14][3] = {"b1", "i1", "i2", "i4", "i8", "u1", "u2",
                                      "u4", "u8", "f2", "f4", "f8", "c4", "c8"};
    for (int i = 0; i < 14; i++)
        if (strncmp(codes[i], code, 2) == 0)
            return order[i];
    return ND_DTYPE_NONE;
}

TEST(names_and_sizes)
{
    for (int i = 0; i < ND_DTYPE_COUNT; i++) {
        assert_string_equal(nd_dtype_name((nd_dtype)i), names[i]);
        assert_int_equal(nd_dtype_from_name(names[i]), i);
        assert_int_equal(nd_dtype_size((nd_dtype)i), sizes[i]);
        assert_int_equal(ndi_dtype_size((nd_dtype)i), sizes[i]);
    }
    assert_int_equal(nd_dtype_kind(ND_BOOL), ND_KIND_BOOL);
    assert_int_equal(nd_dtype_kind(ND_INT8), ND_KIND_SIGNED);
    assert_int_equal(nd_dtype_kind(ND_UINT64), ND_KIND_UNSIGNED);
    assert_int_equal(nd_dtype_kind(ND_BFLOAT16), ND_KIND_FLOAT);
    assert_int_equal(nd_dtype_kind(ND_COMPLEX64), ND_KIND_COMPLEX);
}

TEST(numbers_that_are_no_dtype)
{
    assert_string_equal(nd_dtype_name(ND_DTYPE_NONE), "invalid");
    assert_string_equal(nd_dtype_name((nd_dtype)15), "invalid");
    assert_int_equal(nd_dtype_size((nd_dtype)99), 0);
    assert_int_equal(nd_promote(ND_INT8, (nd_dtype)15), ND_DTYPE_NONE);
    assert_false(nd_can_cast(ND_DTYPE_NONE, ND_INT8, ND_CAST_UNSAFE));
}

TEST(unknown_name_is_an_error)
{
    assert_int_equal(nd_dtype_from_name("float80"), ND_DTYPE_NONE);
    assert_error(ND_ERROR_DTYPE, "no dtype 'float80'");
    assert_int_equal(nd_dtype_from_name(NULL), ND_DTYPE_NONE);
    assert_error(ND_ERROR_DTYPE, "dtype");
}

TEST(promotion_equals_numpy)
{
    for (int i = 0; i < 14; i++)
        for (int j = 0; j < 14; j++)
            assert_int_equal(nd_promote(order[i], order[j]), from_code(numpy_promotion[i] + 3 * j));
}

TEST(promotion_with_bfloat16)
{
    static const nd_dtype expected[ND_DTYPE_COUNT] = {
        ND_BFLOAT16, ND_BFLOAT16, ND_FLOAT32, ND_FLOAT64,   ND_FLOAT64,
        ND_BFLOAT16, ND_FLOAT32,  ND_FLOAT64, ND_FLOAT64,   ND_FLOAT32,
        ND_BFLOAT16, ND_FLOAT32,  ND_FLOAT64, ND_COMPLEX64, ND_COMPLEX128,
    };
    for (int i = 0; i < ND_DTYPE_COUNT; i++) {
        assert_int_equal(nd_promote(ND_BFLOAT16, (nd_dtype)i), expected[i]);
        assert_int_equal(nd_promote((nd_dtype)i, ND_BFLOAT16), expected[i]);
    }
}

TEST(casting_equals_numpy)
{
    for (int i = 0; i < 14; i++)
        for (int j = 0; j < 14; j++) {
            assert_int_equal(nd_can_cast(order[i], order[j], ND_CAST_SAFE),
                             numpy_safe[i][j] == 'y');
            assert_int_equal(nd_can_cast(order[i], order[j], ND_CAST_SAME_KIND),
                             numpy_same_kind[i][j] == 'y');
            assert_true(nd_can_cast(order[i], order[j], ND_CAST_UNSAFE));
        }
}

TEST(casting_with_bfloat16)
{
    /* dtypes that go to bfloat16, and those that it goes to, safely */
    static const char to[] = "yy...y....y....", from[] = "..........yyyyy";
    for (int i = 0; i < ND_DTYPE_COUNT; i++) {
        assert_int_equal(nd_can_cast((nd_dtype)i, ND_BFLOAT16, ND_CAST_SAFE), to[i] == 'y');
        assert_int_equal(nd_can_cast(ND_BFLOAT16, (nd_dtype)i, ND_CAST_SAFE), from[i] == 'y');
    }
    assert_true(nd_can_cast(ND_FLOAT64, ND_BFLOAT16, ND_CAST_SAME_KIND));
    assert_true(nd_can_cast(ND_BFLOAT16, ND_FLOAT16, ND_CAST_SAME_KIND));
    assert_false(nd_can_cast(ND_BFLOAT16, ND_INT64, ND_CAST_SAME_KIND));
    assert_false(nd_can_cast(ND_COMPLEX64, ND_BFLOAT16, ND_CAST_SAME_KIND));
}

/* ---- Weak scalars: (numpy.zeros(1, dtype) + scalar).dtype ------------------------------------ */

TEST(weak_scalars_promote_as_in_numpy)
{
    for (int i = 0; i < ND_DTYPE_COUNT; i++) {
        const nd_dtype dtype = (nd_dtype)i;
        const bool inexact = dtype >= ND_FLOAT16, is_complex = dtype >= ND_COMPLEX64;
        assert_int_equal(ndi_promote_weak("add", dtype, nd_operand_bool(true)), dtype);
        assert_int_equal(ndi_promote_weak("add", dtype, nd_operand_int(1)),
                         dtype == ND_BOOL ? ND_INT64 : dtype);
        assert_int_equal(ndi_promote_weak("add", dtype, nd_operand_real(1.5)),
                         inexact ? dtype : ND_FLOAT64);
        assert_int_equal(ndi_promote_weak("add", dtype, nd_operand_complex(1)),
                         is_complex                       ? dtype
                         : inexact && dtype != ND_FLOAT64 ? ND_COMPLEX64
                                                          : ND_COMPLEX128);
    }
    assert_int_equal(ndi_promote_weak("add", ND_FLOAT16, nd_operand_uint(UINT64_MAX)), ND_FLOAT16);
    assert_int_equal(ndi_promote_weak("add", ND_UINT64, nd_operand_uint(UINT64_MAX)), ND_UINT64);
}

TEST(weak_integers_at_the_bounds_of_each_dtype)
{
    static const struct {
        nd_dtype dtype;
        int64_t low, high;
    } bounds[] = {{ND_INT8, -128, 127}, {ND_INT16, -32768, 32767}, {ND_INT32, INT32_MIN, INT32_MAX},
                  {ND_UINT8, 0, 255},   {ND_UINT16, 0, 65535},     {ND_UINT32, 0, UINT32_MAX}};
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        const nd_dtype dtype = bounds[i].dtype;
        assert_int_equal(ndi_promote_weak("add", dtype, nd_operand_int(bounds[i].low)), dtype);
        assert_int_equal(ndi_promote_weak("add", dtype, nd_operand_int(bounds[i].high)), dtype);
        assert_int_equal(ndi_promote_weak("add", dtype, nd_operand_int(bounds[i].low - 1)),
                         ND_DTYPE_NONE);
        assert_error(ND_ERROR_OVERFLOW, nd_dtype_name(dtype));
        assert_int_equal(ndi_promote_weak("add", dtype, nd_operand_int(bounds[i].high + 1)),
                         ND_DTYPE_NONE);
        assert_error(ND_ERROR_OVERFLOW, nd_dtype_name(dtype));
    }
    assert_int_equal(ndi_promote_weak("add", ND_INT64, nd_operand_int(INT64_MIN)), ND_INT64);
    assert_int_equal(ndi_promote_weak("add", ND_UINT64, nd_operand_int(INT64_MAX)), ND_UINT64);
    assert_int_equal(ndi_promote_weak("multiply", ND_UINT64, nd_operand_int(-1)), ND_DTYPE_NONE);
    assert_error(ND_ERROR_OVERFLOW,
                 "multiply: integer -1 is out of range for uint64 (0 to 18446744073709551615)");
    assert_int_equal(ndi_promote_weak("add", ND_UINT8, nd_operand_int(300)), ND_DTYPE_NONE);
    assert_error(ND_ERROR_OVERFLOW, "add: integer 300 is out of range for uint8 (0 to 255)");
    assert_int_equal(ndi_promote_weak("add", ND_INT64, nd_operand_uint(UINT64_C(1) << 63)),
                     ND_DTYPE_NONE);
    assert_error(ND_ERROR_OVERFLOW, "9223372036854775808 is out of range for int64");
    assert_int_equal(ndi_promote_weak("add", ND_BOOL, nd_operand_uint(UINT64_MAX)), ND_DTYPE_NONE);
    assert_error(ND_ERROR_OVERFLOW, "int64");
}

TEST(dtypes_of_scalars_by_themselves)
{
    assert_int_equal(ndi_scalar_dtype(ND_OPERAND_BOOL), ND_BOOL);
    assert_int_equal(ndi_scalar_dtype(ND_OPERAND_INT), ND_INT64);
    assert_int_equal(ndi_scalar_dtype(ND_OPERAND_UINT), ND_UINT64);
    assert_int_equal(ndi_scalar_dtype(ND_OPERAND_REAL), ND_FLOAT64);
    assert_int_equal(ndi_scalar_dtype(ND_OPERAND_COMPLEX), ND_COMPLEX128);
}

/* ---- 16-bit floats --------------------------------------------------------------------------- */

TEST(float16_of_known_values)
{
    static const struct {
        double value;
        uint16_t bits;
    } known[] = {
        {0.0, 0x0000},
        {-0.0, 0x8000},
        {1.0, 0x3c00},
        {-2.0, 0xc000},
        {65504.0, 0x7bff},
        {65519.99, 0x7bff},
        {65520.0, 0x7c00},
        {1e300, 0x7c00},
        {-INFINITY, 0xfc00},
        {0x1p-14, 0x0400},
        {0x1p-24, 0x0001},
        {0x1p-25, 0x0000},
        {0x1.0000000000001p-25, 0x0001},
        {0x1.8p-24, 0x0002},
        {0x1.ff8p-15, 0x03ff},
        {0x1.ffcp-15, 0x0400},
        {0x1.002p0, 0x3c00},
        {0x1.006p0, 0x3c02},
        {5e-324, 0x0000},
        {0x1.0020000001p0, 0x3c01}, /* by way of float this would be a tie, and 0x3c00 */
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_int_equal(ndi_double_to_half(known[i].value), known[i].bits);
    assert_int_equal(ndi_float_to_half(65520.0f), 0x7c00);
    assert_int_equal(ndi_float_to_half(0x1.8p-25f), 0x0001);
}

TEST(every_float16_survives_the_way_through_float)
{
    for (unsigned bits = 0; bits < 65536; bits++) {
        const float value = ndi_half_to_float((uint16_t)bits);
        const unsigned exponent = bits >> 10 & 31, fraction = bits & 1023;
        if (exponent == 31 && fraction) {
            assert_true(isnan(value));
            assert_int_equal(ndi_float_to_half(value), bits | 0x200); /* quiet, with its payload */
        } else {
            const double magnitude = exponent == 31 ? (double)INFINITY
                                     : exponent     ? ldexp(1024 + fraction, (int)exponent - 25)
                                                    : ldexp(fraction, -24);
            assert_true(fabs(value) == magnitude && !signbit(value) == !(bits >> 15));
            assert_int_equal(ndi_float_to_half(value), bits);
        }
    }
}

TEST(bfloat16_of_known_values)
{
    static const struct {
        double value;
        uint16_t bits;
    } known[] = {
        {0.0, 0x0000},
        {-0.0, 0x8000},
        {1.0, 0x3f80},
        {-2.0, 0xc000},
        {3.140625, 0x4049},
        {0x1.feffffp127, 0x7f7f},
        {0x1.ffp127, 0x7f80},
        {INFINITY, 0x7f80},
        {0x1p-126, 0x0080},
        {0x1p-133, 0x0001},
        {0x1p-134, 0x0000},
        {0x1.01p0, 0x3f80},
        {0x1.03p0, 0x3f82},
        {1e-300, 0x0000},
        {0x1.010000001p0, 0x3f81}, /* by way of float this would be a tie, and 0x3f80 */
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_int_equal(ndi_double_to_bfloat(known[i].value), known[i].bits);
    for (unsigned bits = 0; bits < 65536; bits++) {
        const float value = ndi_bfloat_to_float((uint16_t)bits);
        if (isnan(value))
            assert_int_equal(ndi_float_to_bfloat(value), bits | 0x40);
        else
            assert_int_equal(ndi_float_to_bfloat(value), bits);
    }
}

/* ---- Scalars as elements --------------------------------------------------------------------- */

static double stored(nd_operand scalar, nd_dtype dtype)
{
    _Alignas(16) char element[16];
    ndi_store_scalar(scalar, dtype, element);
    return ndi_load_double(dtype, element);
}

TEST(scalars_are_stored_in_every_dtype)
{
    for (int i = 0; i < ND_DTYPE_COUNT; i++) {
        const nd_dtype dtype = (nd_dtype)i;
        const bool is_bool = dtype == ND_BOOL;
        assert_true(stored(nd_operand_bool(true), dtype) == 1);
        assert_true(stored(nd_operand_int(100), dtype) == (is_bool ? 1 : 100));
        assert_true(stored(nd_operand_real(42.0), dtype) == (is_bool ? 1 : 42));
        assert_true(stored(nd_operand_complex(__builtin_complex(7.0, 3.0)), dtype) ==
                    (is_bool ? 1 : 7));
        assert_true(stored(nd_operand_int(0), dtype) == 0);
    }
    assert_true(stored(nd_operand_int(-1), ND_INT8) == -1);
    assert_true(stored(nd_operand_int(300), ND_UINT8) == 44); /* the low bits */
    assert_true(stored(nd_operand_real(-3.9), ND_INT16) == -3);
    assert_true(stored(nd_operand_complex(__builtin_complex(0.0, 1.0)), ND_BOOL) == 1);
    assert_true(stored(nd_operand_real(NAN), ND_BOOL) == 1);
}

TEST(complex_scalars_keep_both_parts)
{
    float narrow[2];
    double wide[2];
    ndi_store_scalar(nd_operand_complex(__builtin_complex(1.5, -2.5)), ND_COMPLEX64, narrow);
    ndi_store_scalar(nd_operand_complex(__builtin_complex(1.5, -2.5)), ND_COMPLEX128, wide);
    assert_true(narrow[0] == 1.5f && narrow[1] == -2.5f && wide[0] == 1.5 && wide[1] == -2.5);
    ndi_store_scalar(nd_operand_int(3), ND_COMPLEX128, wide);
    assert_true(wide[0] == 3 && wide[1] == 0);
}

TEST(integers_are_rounded_once)
{
    uint16_t bits;
    float value;
    uint64_t natural;
    /* 2^62 + 2^54 + 1 is above the middle of two bfloat16s; as a double it would be the middle */
    ndi_store_scalar(nd_operand_int((INT64_C(1) << 62) + (INT64_C(1) << 54) + 1), ND_BFLOAT16,
                     &bits);
    assert_int_equal(bits, 0x5e81);
    ndi_store_scalar(nd_operand_int((INT64_C(1) << 62) + (INT64_C(1) << 54)), ND_BFLOAT16, &bits);
    assert_int_equal(bits, 0x5e80);
    ndi_store_scalar(nd_operand_int((INT64_C(1) << 62) + (INT64_C(1) << 38) + 1), ND_FLOAT32,
                     &value);
    assert_true(value == 0x1.000002p62f);
    ndi_store_scalar(nd_operand_uint(UINT64_MAX), ND_UINT64, &natural);
    assert_true(natural == UINT64_MAX);
    assert_true(stored(nd_operand_uint(UINT64_MAX), ND_FLOAT64) == 0x1p64);
    assert_true(stored(nd_operand_int(INT64_MIN), ND_FLOAT32) == -0x1p63);
}

TEST(floats_out_of_range_give_what_the_header_says)
{
    int64_t element = 0;
    ndi_store_scalar(nd_operand_real(1e300), ND_INT64, &element);
    assert_true(element == INT64_MIN);
    ndi_store_scalar(nd_operand_real(NAN), ND_INT64, &element);
    assert_true(element == INT64_MIN);
    ndi_store_scalar(nd_operand_real(0x1p63), ND_UINT64, &element);
    assert_true((uint64_t)element == UINT64_C(1) << 63);
}

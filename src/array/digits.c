/* The digits of floats by Steele and White's algorithm with exact integers ("How to print
 * floating-point numbers accurately", PLDI 1990; Burger and Dybvig, PLDI 1996, for the rules of
 * evenness). */
#include "array/digits.h"

#include <math.h>
#include <string.h>

#include "array/dtype.h"

/* A natural number below 2^1280: the largest needed is 2^53 * 10^324 * 4, 1132 bits. */
typedef struct large {
    int length; /* limbs in use; the highest is not 0 */
    uint32_t limb[40];
} large;

static void large_set(large *x, uint64_t value)
{
    x->limb[0] = (uint32_t)value;
    x->limb[1] = (uint32_t)(value >> 32);
    x->length = value >> 32 ? 2 : value != 0;
}

static void large_multiply(large *x, uint32_t factor)
{
    uint64_t carry = 0;
    for (int i = 0; i < x->length; i++) {
        carry += (uint64_t)x->limb[i] * factor;
        x->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry)
        x->limb[x->length++] = (uint32_t)carry;
}

static void large_shift_left(large *x, int bits)
{
    int limbs = bits / 32;
    large_multiply(x, 1u << bits % 32);
    if (limbs && x->length) {
        memmove(x->limb + limbs, x->limb, (size_t)x->length * sizeof *x->limb);
        memset(x->limb, 0, (size_t)limbs * sizeof *x->limb);
        x->length += limbs;
    }
}

static int large_compare(const large *x, const large *y)
{
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    for (int i = x->length - 1; i >= 0; i--)
        if (x->limb[i] != y->limb[i])
            return x->limb[i] < y->limb[i] ? -1 : 1;
    return 0;
}

/* sum = x + y * factor */
static void large_sum(large *sum, const large *x, const large *y, uint32_t factor)
{
    uint64_t carry = 0;
    sum->length = 0;
    for (int i = 0; i < x->length || i < y->length || carry; i++) {
        carry += i < y->length ? (uint64_t)y->limb[i] * factor : 0;
        carry += i < x->length ? x->limb[i] : 0;
        sum->limb[sum->length++] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* x -= y, where y <= x */
static void large_subtract(large *x, const large *y)
{
    int64_t borrow = 0;
    for (int i = 0; i < x->length; i++) {
        borrow += (int64_t)x->limb[i] - (i < y->length ? y->limb[i] : 0);
        x->limb[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    while (x->length && !x->limb[x->length - 1])
        x->length--;
}

/* x % y is left in x. */
static int large_divide(large *x, const large *y)
{
    int quotient = 0;
    for (; large_compare(x, y) >= 0; quotient++)
        large_subtract(x, y);
    return quotient;
}

/* The same below 2^128, as most are: in a third of the time. */
typedef unsigned __int128 small;

static inline void small_set(small *x, uint64_t value)
{
    *x = value;
}

/* Only a margin comes to 2^120, where more digits are asked for than tell the number: it is beyond
 * everything then. */
static inline void small_multiply(small *x, uint32_t factor)
{
    *x *= *x >> 120 ? 1 : factor;
}

static inline void small_shift_left(small *x, int bits)
{
    *x <<= bits;
}

static inline int small_compare(const small *x, const small *y)
{
    return (*x > *y) - (*x < *y);
}

static inline void small_sum(small *sum, const small *x, const small *y, uint32_t factor)
{
    *sum = *x + *y * factor;
}

/* The quotient of the highest bits is the digit, or one more or less. */
static inline int small_divide(small *x, const small *y)
{
    const uint64_t high = (uint64_t)(*y >> 64);
    const int bits =
        high ? 96 - __builtin_clzll(high) : (*y >> 32 ? 32 - __builtin_clzll((uint64_t)*y) : 0);
    int quotient = (int)((uint64_t)(*x >> bits) / (uint64_t)(*y >> bits));
    quotient -= *y * (unsigned)quotient > *x;
    *x -= *y * (unsigned)quotient;
    quotient += *x >= *y;
    *x -= *x >= *y ? *y : 0;
    return quotient;
}

#define NATURAL large
#define NAME(function) large_##function
#include "array/digits_tmpl.h"
#undef NATURAL
#undef NAME
#define NATURAL small
#define NAME(function) small_##function
#include "array/digits_tmpl.h"
#undef NATURAL
#undef NAME

int ndi_digits_of(const ndi_float *number, ndi_places places, char digits[NDI_MOST_DIGITS],
                  int *exponent)
{
    *exponent = 0;
    digits[0] = '0';
    if (number->mantissa == 0)
        return 1;
    /* Below 2^(56 + 60), and a scale of 2^(110 + 3) times 100. */
    return number->exponent >= -110 && number->exponent <= 60
               ? small_digits_of(number, places, digits, exponent)
               : large_digits_of(number, places, digits, exponent);
}

ndi_float ndi_float_at(const char *element, nd_dtype dtype)
{
    /* Bits of the exponent and of the mantissa, and whole decimal digits, by dtype. */
    int exponent_bits = 11, mantissa_bits = 52;
    uint64_t bits = 0;
    ndi_float number = {0};
    switch (dtype) {
    case ND_FLOAT16:
    case ND_BFLOAT16: {
        uint16_t half;
        memcpy(&half, element, 2);
        bits = half;
        bool wide = dtype == ND_BFLOAT16;
        exponent_bits = wide ? 8 : 5, mantissa_bits = wide ? 7 : 10;
        number.value = wide ? ndi_bfloat_to_float(half) : ndi_half_to_float(half);
        break;
    }
    case ND_FLOAT32: {
        float single;
        uint32_t word;
        memcpy(&single, element, 4);
        memcpy(&word, element, 4);
        bits = word;
        exponent_bits = 8, mantissa_bits = 23;
        number.value = single;
        break;
    }
    default:
        memcpy(&number.value, element, 8);
        memcpy(&bits, element, 8);
    }
    int largest = (1 << exponent_bits) - 1;
    int biased = (int)(bits >> mantissa_bits) & largest;
    number.negative = bits >> (exponent_bits + mantissa_bits);
    number.finite = biased != largest;
    number.mantissa = bits & ((1ull << mantissa_bits) - 1);
    number.power_of_2 = number.mantissa == 0 && biased > 1;
    number.exponent = (biased ? biased : 1) - largest / 2 - mantissa_bits;
    if (biased)
        number.mantissa |= 1ull << mantissa_bits;
    return number;
}

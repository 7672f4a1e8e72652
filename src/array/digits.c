/* The digits of floats by Steele and White's algorithm with exact integers ("How to print
 * floating-point numbers accurately", PLDI 1990; Burger and Dybvig, PLDI 1996, for the rules of
 * evenness). */
#include "array/digits.h"

#include <math.h>
#include <string.h>

#include "array/dtype.h"

/* A natural number below 2^1280: the largest needed is 2^53 * 10^324 * 4, 1132 bits. */
struct natural {
    int length; /* limbs in use; the highest is not 0 */
    uint32_t limb[40];
};

static struct natural natural_of(uint64_t value)
{
    struct natural x = {.limb = {(uint32_t)value, (uint32_t)(value >> 32)}};
    x.length = value >> 32 ? 2 : value != 0;
    return x;
}

static void natural_multiply(struct natural *x, uint32_t factor)
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

static void natural_multiply_by_power_of_10(struct natural *x, int power)
{
    for (; power >= 9; power -= 9)
        natural_multiply(x, 1000000000);
    for (; power > 0; power--)
        natural_multiply(x, 10);
}

static void natural_shift_left(struct natural *x, int bits)
{
    int limbs = bits / 32;
    natural_multiply(x, 1u << bits % 32);
    if (limbs && x->length) {
        memmove(x->limb + limbs, x->limb, (size_t)x->length * sizeof *x->limb);
        memset(x->limb, 0, (size_t)limbs * sizeof *x->limb);
        x->length += limbs;
    }
}

static int natural_compare(const struct natural *x, const struct natural *y)
{
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    for (int i = x->length - 1; i >= 0; i--)
        if (x->limb[i] != y->limb[i])
            return x->limb[i] < y->limb[i] ? -1 : 1;
    return 0;
}

/* x + y * factor */
static struct natural natural_sum(const struct natural *x, const struct natural *y, uint32_t factor)
{
    struct natural sum = *y;
    natural_multiply(&sum, factor);
    uint64_t carry = 0;
    for (int i = 0; i < x->length || carry; i++) {
        if (i == sum.length)
            sum.limb[sum.length++] = 0;
        carry += (uint64_t)sum.limb[i] + (i < x->length ? x->limb[i] : 0);
        sum.limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return sum;
}

/* x -= y, where y <= x */
static void natural_subtract(struct natural *x, const struct natural *y)
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

int ndi_digits_of(const ndi_float *number, ndi_places places, char digits[NDI_MOST_DIGITS],
                  int *exponent)
{
    *exponent = 0;
    digits[0] = '0';
    if (number->mantissa == 0)
        return 1;

    /* value / scale is the number; margin / scale is half the distance to the next smaller one, and
     * margin * above / scale to the next larger. All are doubled (or more) to be whole. */
    uint32_t above = number->power_of_2 ? 2 : 1;
    struct natural value = natural_of(number->mantissa), scale = natural_of(2 * above),
                   margin = natural_of(1);
    natural_shift_left(&value, (int)above + (number->exponent > 0 ? number->exponent : 0));
    if (number->exponent > 0)
        natural_shift_left(&margin, number->exponent);
    else
        natural_shift_left(&scale, -number->exponent);

    /* 10^place <= number < 10^(place + 1): the estimate is right or one too low. */
    int bits = 63 - __builtin_clzll(number->mantissa) + number->exponent;
    int place = (int)floor(bits * 0.30102999566398120);
    if (place > 0) {
        natural_multiply_by_power_of_10(&scale, place);
    } else {
        natural_multiply_by_power_of_10(&value, -place);
        natural_multiply_by_power_of_10(&margin, -place);
    }
    struct natural ten_times_scale = scale;
    natural_multiply(&ten_times_scale, 10);
    if (natural_compare(&value, &ten_times_scale) >= 0) {
        scale = ten_times_scale;
        place++;
    }
    *exponent = place;

    int point = places.scientific ? place : 0;
    int last = places.most < 0 ? INT32_MIN : point - places.most;
    int first_end = places.least < 0 || point - places.least > place ? place : point - places.least;
    bool even = number->mantissa % 2 == 0; /* a tie with the neighbour reads back as this one */
    bool low, high;
    int count = 0, digit;
    for (;; place--) {
        for (digit = 0; natural_compare(&value, &scale) >= 0; digit++)
            natural_subtract(&value, &scale);
        struct natural upper = natural_sum(&value, &margin, above);
        low = natural_compare(&value, &margin) < even;
        high = natural_compare(&upper, &scale) > -even;
        if (((low || high) && place <= first_end) || place <= last || count == 40)
            break;
        digits[count++] = (char)('0' + digit);
        natural_multiply(&value, 10);
        natural_multiply(&margin, 10);
    }
    bool up = high;
    if (low == high) { /* both neighbours allow it, or neither: to the nearest, ties to even */
        natural_multiply(&value, 2);
        int compared = natural_compare(&value, &scale);
        up = compared > 0 || (compared == 0 && digit % 2);
    }
    if (digit + up < 10) {
        digits[count++] = (char)('0' + digit + up);
        return count;
    }
    while (count && digits[count - 1] == '9')
        count--;
    if (count) {
        digits[count - 1]++;
        return count;
    }
    *exponent += 1;
    digits[0] = '1';
    return 1;
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

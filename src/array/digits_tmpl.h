/* The digits of a float, by natural numbers of the type NATURAL, whose functions are NAME(...):
 * included by digits.c for each size of these. */

static void NAME(multiply_by_power_of_10)(NATURAL *x, int power)
{
    for (; power >= 9; power -= 9)
        NAME(multiply)(x, 1000000000);
    uint32_t rest = 1;
    for (; power > 0; power--)
        rest *= 10;
    NAME(multiply)(x, rest);
}

static int NAME(digits_of)(const ndi_float *number, ndi_places places, char digits[NDI_MOST_DIGITS],
                           int *exponent)
{
    /* value / scale is the number; margin / scale is half the distance to the next smaller one, and
     * margin * above / scale to the next larger. All are doubled (or more) to be whole. */
    uint32_t above = number->power_of_2 ? 2 : 1;
    NATURAL value, scale, margin, ten_times_scale, upper;
    NAME(set)(&value, number->mantissa);
    NAME(set)(&scale, 2 * above);
    NAME(set)(&margin, 1);
    NAME(shift_left)(&value, (int)above + (number->exponent > 0 ? number->exponent : 0));
    if (number->exponent > 0)
        NAME(shift_left)(&margin, number->exponent);
    else
        NAME(shift_left)(&scale, -number->exponent);

    /* 10^place <= number < 10^(place + 1): the estimate is right or one too low. */
    int bits = 63 - __builtin_clzll(number->mantissa) + number->exponent;
    int place = (int)floor(bits * 0.30102999566398120);
    if (place > 0) {
        NAME(multiply_by_power_of_10)(&scale, place);
    } else {
        NAME(multiply_by_power_of_10)(&value, -place);
        NAME(multiply_by_power_of_10)(&margin, -place);
    }
    NAME(sum)(&ten_times_scale, &scale, &scale, 9);
    if (NAME(compare)(&value, &ten_times_scale) >= 0) {
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
        digit = NAME(divide)(&value, &scale);
        NAME(sum)(&upper, &value, &margin, above);
        low = NAME(compare)(&value, &margin) < even;
        high = NAME(compare)(&upper, &scale) > -even;
        if (((low || high) && place <= first_end) || place <= last || count == 40)
            break;
        digits[count++] = (char)('0' + digit);
        NAME(multiply)(&value, 10);
        NAME(multiply)(&margin, 10);
    }
    bool up = high;
    if (low == high) { /* both neighbours allow it, or neither: to the nearest, ties to even */
        NAME(multiply)(&value, 2);
        int compared = NAME(compare)(&value, &scale);
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

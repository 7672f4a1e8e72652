/* Decimal text to double, correctly rounded.
 *
 * Nearly every number in a file has at most 19 digits and a small power of ten. Then the digits fit
 * 64 bits and the power of five 63, so one 128-bit product, or one division whose remainder is kept
 * as a sticky bit, holds the exact value, and converting it to double is the only rounding. (Where
 * digits and power of ten are doubles themselves, one floating-point operation does the same:
 * Clinger, PLDI 1990.) The rest is strtod's. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "io/number.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_DIGITS = 19 }; /* 10^19 < 2^64 */

static const double powers_of_10[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static const uint64_t powers_of_5[NDI_EXACT_POWER + 1] = {
    1ull,
    5ull,
    25ull,
    125ull,
    625ull,
    3125ull,
    15625ull,
    78125ull,
    390625ull,
    1953125ull,
    9765625ull,
    48828125ull,
    244140625ull,
    1220703125ull,
    6103515625ull,
    30517578125ull,
    152587890625ull,
    762939453125ull,
    3814697265625ull,
    19073486328125ull,
    95367431640625ull,
    476837158203125ull,
    2384185791015625ull,
    11920928955078125ull,
    59604644775390625ull,
    298023223876953125ull,
    1490116119384765625ull,
    7450580596923828125ull,
};

/* 2^power, a normal number. */
static double power_of_2(int power)
{
    uint64_t bits = (uint64_t)(1023 + power) << 52;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double ndi_decimal_to_double(uint64_t digits, int power)
{
    if (digits == 0)
        return 0;
    if (digits <= 1ull << 53 && power >= -22 && power <= 22)
        return power < 0 ? (double)digits / powers_of_10[-power]
                         : (double)digits * powers_of_10[power];
    if (power >= 0) /* below 2^127, then an exact scaling to below 2^154 */
        return (double)((unsigned __int128)digits * powers_of_5[power]) * power_of_2(power);
    int shift = __builtin_clzll(digits);
    unsigned __int128 numerator = (unsigned __int128)(digits << shift) << 64;
    unsigned __int128 quotient = numerator / powers_of_5[-power]; /* at least 2^64 */
    if (quotient * powers_of_5[-power] != numerator)
        quotient |= 1;
    return (double)quotient * power_of_2(power - 64 - shift);
}

/* "inf", "infinity", "nan"; their length, or 0. */
static size_t special_length(const char *text)
{
    static const char *const names[] = {"infinity", "inf", "nan"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = 0;
        while (names[i][length] && (text[length] | 32) == names[i][length])
            length++;
        if (!names[i][length])
            return length;
    }
    return 0;
}

const char *ndi_scan_number(const char *text, locale_t c_locale, ndi_number *number)
{
    bool negative = *text == '-';
    const char *start = text + (negative || *text == '+'), *at = start;
    uint64_t digits = 0;
    unsigned digit;
    int power = 0, exponent = 0;
    number->kind = NDI_NO_NUMBER;

    for (; (digit = (unsigned)*at - '0') < 10; at++)
        digits = digits * 10 + digit;
    int64_t count = at - start;
    if (*at != '.' && (*at | 32) != 'e') {
        if (count == 0) {
            size_t length = special_length(start);
            if (length == 0)
                return text;
            number->kind = NDI_REAL;
            number->real = (*start | 32) == 'i' ? __builtin_inf() : __builtin_nan("");
            number->real = negative ? -number->real : number->real;
            return start + length;
        }
        const char *first = start;
        while (count > MOST_DIGITS && *first == '0')
            first++, count--;
        if (count <= MOST_DIGITS && digits <= (uint64_t)INT64_MAX + negative &&
            (digits || !negative)) {
            number->kind = NDI_WHOLE;
            number->whole = negative ? (int64_t)-digits : (int64_t)digits;
            number->real = (double)number->whole;
            return at;
        }
    }
    if (*at == '.') {
        const char *fraction = ++at;
        for (; (digit = (unsigned)*at - '0') < 10; at++)
            digits = digits * 10 + digit;
        power = -(int)(at - fraction < 100000 ? at - fraction : 100000);
        count += at - fraction;
    }
    if (count == 0)
        return text;
    if ((*at | 32) == 'e') {
        bool minus = at[1] == '-';
        at += 1 + (minus || at[1] == '+');
        if ((unsigned)*at - '0' >= 10)
            return text;
        for (; (digit = (unsigned)*at - '0') < 10; at++)
            exponent = exponent < 100000 ? exponent * 10 + (int)digit : exponent;
        power += minus ? -exponent : exponent;
    }
    number->kind = NDI_REAL;
    for (const char *first = start; count > MOST_DIGITS && (*first == '0' || *first == '.');
         first++)
        count -= *first == '0'; /* zeros before the first digit that counts */
    if (count <= MOST_DIGITS && power >= -NDI_EXACT_POWER && power <= NDI_EXACT_POWER) {
        number->real = ndi_decimal_to_double(digits, power);
        number->real = negative ? -number->real : number->real;
    } else {
        number->real = strtod_l(text, NULL, c_locale);
    }
    return at;
}

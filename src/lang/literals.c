/* Numbers as Python writes them: 1_000, 0xff, 0b101, 0o17, 1.5e-3, .5, 2j. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <locale.h>
#include <string.h>

#include "io/number.h"
#include "lang/lexer.h"

enum { MOST_CHARACTERS = 4000 };

static unsigned digit_value(char c)
{
    if (ndi_is_digit(c))
        return (unsigned)(c - '0');
    const char lower = c | 32;
    return lower >= 'a' && lower <= 'z' ? (unsigned)(lower - 'a') + 10 : 99;
}

/* Digits of that base, with single underscores between them; past the last one. */
static const char *skip_digits(const char *at, unsigned base)
{
    while (digit_value(*at) < base || (*at == '_' && digit_value(at[1]) < base))
        at++;
    return at;
}

static bool bad_number(const ndi_text *text, const char *at, const char *what)
{
    ndi_text_fail(text, (size_t)(at - text->begin), ND_ERROR_SYNTAX, "%s", what);
    return false;
}

/* Nothing that could belong to the number follows it. */
static bool ends_well(const ndi_text *text, const char *at)
{
    if (*at == '_')
        return bad_number(text, at, "an underscore stands between two digits, or nowhere");
    if (ndi_is_letter(*at) || ndi_is_digit(*at))
        return bad_number(text, at, "this does not belong to a number; is an operator missing?");
    return true;
}

static bool read_integer(const ndi_text *text, ndi_token *token, const char *at, const char *end,
                         unsigned base)
{
    uint64_t value = 0;
    for (; at < end; at++)
        if (*at != '_' && (__builtin_mul_overflow(value, base, &value) ||
                           __builtin_add_overflow(value, digit_value(*at), &value))) {
            ndi_text_fail(text, token->at, ND_ERROR_VALUE, "this integer does not fit 64 bits");
            return false;
        }
    token->number = nd_operand_uint(value);
    return true;
}

/* 0x, 0o or 0b and digits. */
static bool read_based(const ndi_text *text, ndi_token *token, unsigned base)
{
    const char *begin = text->begin + token->at + 2;
    begin += *begin == '_';
    const char *end = skip_digits(begin, base);
    if (end == begin)
        return bad_number(text, begin, "digits of the number are missing");
    token->length = (size_t)(end - text->begin) - token->at;
    return ends_well(text, end) && read_integer(text, token, begin, end, base);
}

/* The value of decimal text without its underscores. */
static bool read_real(const ndi_text *text, size_t at, const char *end, double *value)
{
    char plain[MOST_CHARACTERS + 1];
    size_t length = 0;
    for (const char *c = text->begin + at; c < end; c++) {
        if (length == MOST_CHARACTERS) {
            ndi_text_fail(text, at, ND_ERROR_SYNTAX, "this number has too many digits");
            return false;
        }
        if (*c != '_')
            plain[length++] = *c;
    }
    plain[length] = '\0';
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale) {
        ndi_fail(ND_ERROR_MEMORY, "out of memory for a locale");
        return false;
    }
    ndi_number number;
    ndi_scan_number(plain, c_locale, &number);
    freelocale(c_locale);
    *value = number.real;
    return true;
}

bool ndi_read_number(const ndi_text *text, ndi_token *token)
{
    const char *const begin = text->begin + token->at;
    token->kind = NDI_TOKEN_NUMBER;
    if (*begin == '0' && begin[1] && strchr("xXoObB", begin[1]))
        return read_based(text, token,
                          (begin[1] | 32) == 'x'   ? 16
                          : (begin[1] | 32) == 'o' ? 8
                                                   : 2);
    const char *end = skip_digits(begin, 10);
    const char *const whole_end = end;
    if (*end == '.')
        end = end[1] == '_' ? end + 1 : skip_digits(end + 1, 10);
    if ((*end | 32) == 'e') {
        const char *digits = end + 1 + (end[1] == '-' || end[1] == '+');
        if (ndi_is_digit(*digits))
            end = skip_digits(digits, 10);
    }
    const bool imaginary = (*end | 32) == 'j';
    token->length = (size_t)(end - begin) + imaginary;
    if (!ends_well(text, end + imaginary))
        return false;
    if (end == whole_end && !imaginary) {
        const char *first = begin;
        while (*first == '0' || *first == '_')
            first++;
        if (*begin == '0' && first < end)
            return bad_number(text, begin,
                              "an integer does not begin with 0; an octal one begins with 0o");
        return read_integer(text, token, begin, end, 10);
    }
    double value;
    if (!read_real(text, token->at, end, &value))
        return false;
    token->number =
        imaginary ? nd_operand_complex(__builtin_complex(0.0, value)) : nd_operand_real(value);
    return true;
}

/* Numbers in text: exact, and the same in every locale. */
#ifndef NDSTREAM_IO_NUMBER_H
#define NDSTREAM_IO_NUMBER_H

#include <locale.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum ndi_number_kind {
    NDI_NO_NUMBER,
    NDI_WHOLE, /* fits int64 and has no sign of zero to lose */
    NDI_REAL
} ndi_number_kind;

typedef struct ndi_number {
    ndi_number_kind kind;
    int64_t whole;
    double real; /* set for both kinds */
} ndi_number;

/* Reads a decimal number, "inf", "infinity" or "nan" (in any case) that begins at `text`, which
 * must end in something that is no part of a number. Returns the first character after it.
 * `c_locale` is the C locale. */
const char *ndi_scan_number(const char *text, locale_t c_locale, ndi_number *number);

/* The double nearest to digits * 10^power, ties to even, for |power| <= NDI_EXACT_POWER. */
enum { NDI_EXACT_POWER = 27 };
double ndi_decimal_to_double(uint64_t digits, int power);

#endif

/* The decimal digits of a float: exact, or the shortest that read back as the same value. */
#ifndef NDSTREAM_ARRAY_DIGITS_H
#define NDSTREAM_ARRAY_DIGITS_H

#include <ndstream/dtype.h>

enum { NDI_NO_LIMIT = -1, NDI_MOST_DIGITS = 192 };

/* One real number, taken apart: (-1)^negative * mantissa * 2^exponent. */
typedef struct ndi_float {
    double value;
    bool negative, finite;
    bool power_of_2; /* the next smaller value is half as far away as the next larger */
    uint64_t mantissa;
    int exponent;
} ndi_float;

/* The float at `element`, of a real floating dtype. */
ndi_float ndi_float_at(const char *element, nd_dtype dtype);

/* Which digits are wanted. Places count after the point, or, in scientific notation, after the
 * first digit. */
typedef struct ndi_places {
    bool scientific;
    int most, least; /* NDI_NO_LIMIT: as many as are unique */
} ndi_places;

/* Writes the digits of a finite number; returns how many. 10^*exponent is the place of the first.
 */
int ndi_digits_of(const ndi_float *number, ndi_places places, char digits[NDI_MOST_DIGITS],
                  int *exponent);

#endif

/* The numbers that show and stats print about some elements. */
#ifndef NDSTREAM_CLI_SUMMARY_H
#define NDSTREAM_CLI_SUMMARY_H

#include <stdio.h>

#include <ndstream/array.h>

enum { NDS_BINS = 48 };

typedef struct nds_summary {
    int64_t count, nan;         /* elements that are numbers, and those that are not */
    double min, max, mean, std; /* of the numbers; NaN if there are none */
    double quartile[3];         /* by linear interpolation, as numpy.quantile */
    int64_t bins[NDS_BINS];     /* of equal width from min to max; infinities are left out */
    double low, high;           /* the ends of the bins */
} nds_summary;

/* Of all elements of a real array. False with the error kept. */
bool nds_summarise(const nd_array *array, nds_summary *summary);

/* Bars of heights 0 to the largest of `count` values, as Unicode blocks, or in ASCII where the
 * locale's text is not UTF-8. */
void nds_print_bars(int count, const double *heights);

/* A number in at most `width` characters, to about 6 digits. */
void nds_print_number(double value, int width);

#endif

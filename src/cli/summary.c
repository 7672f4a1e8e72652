/* The numbers that show and stats print, and bars of text. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cli/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ndstream/nd.h>

/* ---- Order statistics ------------------------------------------------------------------------ */

static void swap(double *x, int64_t i, int64_t j)
{
    const double kept = x[i];
    x[i] = x[j], x[j] = kept;
}

/* Puts the k-th smallest of x[first..last] where it belongs, smaller ones before it: Hoare's
 * quickselect with three parts, so that equal values cost nothing. */
static double select_kth(double *x, int64_t first, int64_t last, int64_t k)
{
    while (first < last) {
        const double a = x[first], b = x[first + (last - first) / 2], c = x[last];
        const double pivot = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
        int64_t low = first, high = last;
        for (int64_t i = first; i <= high;)
            if (x[i] < pivot)
                swap(x, i++, low++);
            else if (x[i] > pivot)
                swap(x, i, high--);
            else
                i++;
        if (k < low)
            last = low - 1;
        else if (k > high)
            first = high + 1;
        else
            break;
    }
    return x[k];
}

static double quantile(double *x, int64_t count, double share)
{
    const double place = share * (double)(count - 1);
    const int64_t k = (int64_t)floor(place);
    const double low = select_kth(x, 0, count - 1, k), rest = place - (double)k;
    if (rest == 0)
        return low;
    const double high = select_kth(x, k + 1, count - 1, k + 1);
    return low + (high - low) * rest;
}

/* ---- The summary ----------------------------------------------------------------------------- */

static void count_bins(const double *x, nds_summary *s)
{
    s->low = INFINITY, s->high = -INFINITY;
    for (int64_t i = 0; i < s->count; i++)
        if (isfinite(x[i])) {
            s->low = fmin(s->low, x[i]);
            s->high = fmax(s->high, x[i]);
        }
    /* halves: the difference may pass the largest double */
    const double scale = NDS_BINS / (s->high / 2 - s->low / 2) / 2;
    for (int64_t i = 0; i < s->count; i++)
        if (isfinite(x[i])) {
            const double bin = s->high > s->low ? (x[i] - s->low) * scale : 0;
            s->bins[bin < NDS_BINS ? (int)bin : NDS_BINS - 1]++;
        }
}

bool nds_summarise(const nd_array *array, nds_summary *s)
{
    bool done = false;
    *s =
        (nds_summary){.min = NAN, .max = NAN, .mean = NAN, .std = NAN, .quartile = {NAN, NAN, NAN}};
    ND_SCOPE {
        nd_array *numbers = nd_cast(nd_ravel(array), ND_FLOAT64);
        double *x = nd_data_writeable(numbers);
        if (!x)
            return false;
        for (int64_t i = 0; i < nd_size(numbers); i++)
            if (!isnan(x[i]))
                x[s->count++] = x[i];
        s->nan = nd_size(numbers) - s->count;
        nd_data_done(numbers);
        if (s->count > 0) {
            const nd_array *known = nd_slice(numbers, ND_RANGE(0, s->count));
            s->min = nd_item(nd_min(known, ND_ALL));
            s->max = nd_item(nd_max(known, ND_ALL));
            s->mean = nd_item(nd_mean(known, ND_ALL));
            s->std = nd_item(nd_std(known, ND_ALL));
            x = nd_data_writeable(numbers);
            count_bins(x, s);
            for (int i = 0; i < 3; i++)
                s->quartile[i] = quantile(x, s->count, 0.25 * (i + 1));
        }
        done = nd_error() == ND_OK;
    }
    return done;
}

/* ---- Text ------------------------------------------------------------------------------------ */

static bool is_utf8(void)
{
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (int i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}

void nds_print_bars(int count, const double *heights)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const letters[] = {" ", ".", ".", ":", ":", "=", "=", "#", "#"};
    const char *const *bars = is_utf8() ? blocks : letters;
    double largest = 0;
    for (int i = 0; i < count; i++)
        largest = fmax(largest, heights[i]);
    for (int i = 0; i < count; i++) {
        /* what is there at all is seen */
        const double height = largest > 0 ? heights[i] / largest : 0;
        fputs(bars[height > 0 ? (int)fmax(1, ceil(height * 8)) : 0], stdout);
    }
}

void nds_print_number(double value, int width)
{
    char text[40];
    snprintf(text, sizeof text, "%.6g", value);
    if (isnan(value))
        strcpy(text, "-");
    printf("%*s", width, text);
}

/* The tables of the ziggurats, by formula, with the bits of NumPy's.
 *
 * Let x be the right end of a layer of area v. The next layer's end follows from f(x') = f(x) + v/x
 * with f(x) = exp(-x^2/2). NumPy's tables come from this recurrence in double precision, each
 * function correctly rounded, from an area rounded 14 units low in the last place, and with one
 * value of exp rounded the wrong way. Both are repeated here, because a last bit in a table is a
 * last bit in a sample. */
#include "random/ziggurat.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static const double layer_area = 0x1.43016a5a4372ep-8;
enum { MISROUNDED_LAYER = 38 };

ndi_ziggurat ndi_normal_ziggurat, ndi_exponential_ziggurat;

/* Correctly rounded through the wider type, whatever the C library's last bit in double is. */
static double density(double x)
{
    return (double)expl((long double)(-0.5 * x * x));
}

static double density_inverse(double f)
{
    return sqrt(-2.0 * (double)logl((long double)f));
}

/* A layer with right end x, and `inner` the part of it under the layer above. */
static void set_layer(int layer, double x, double inner, double height)
{
    ndi_ziggurat *table = &ndi_normal_ziggurat;
    const double width = x * 0x1p-52, ratio = inner / x;
    table->layers[layer] = (ndi_layer){(uint64_t)rint(ratio * 0x1p52), width};
    table->layers_float[layer] =
        (ndi_layer_float){(uint32_t)rint(ratio * 0x1p23), (float)(width * 0x1p29)};
    table->height[layer] = height;
    table->height_float[layer] = (float)height;
}

static void fill_normal(void)
{
    double x = NDI_NORMAL_TAIL, f = density(x);
    set_layer(0, layer_area / f, x, 1.0);
    for (int layer = 255; layer > 0; layer--) {
        const double next = layer > 1 ? density_inverse(f + layer_area / x) : 0.0;
        set_layer(layer, x, next, f);
        x = next;
        f = density(x);
        if (layer - 1 == MISROUNDED_LAYER)
            f = nextafter(f, 1.0);
    }
}

/* The exponential one: f(x) = exp(-x), whose area is (r + 1) f(r). NumPy's tables are the exact
 * numbers, rounded; but its places have 52 bits, cut off, and its floats are decimals of 9 digits.
 */

static const long double exponential_tail = 7.6971174701310497140446280481L;

static float through_decimals(double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.8e", value);
    return strtof(text, NULL);
}

static void set_exponential_layer(int layer, long double x, long double inner, long double height)
{
    ndi_ziggurat *table = &ndi_exponential_ziggurat;
    const long double ratio = inner / x;
    const double width = (double)x * 0x1p-53;
    table->layers[layer] = (ndi_layer){2 * (uint64_t)(ratio * 0x1p52L), width};
    table->layers_float[layer] =
        (ndi_layer_float){(uint32_t)rintl(ratio * 0x1p23L), through_decimals(width * 0x1p30)};
    table->height[layer] = (double)height;
    table->height_float[layer] = through_decimals((double)height);
}

/* Heights grow from layer to layer by area / x. Summed in two words, so that x, their logarithm, is
 * right to the last bit of a double down to the smallest, where they are close to 1. */
static void fill_exponential(void)
{
    long double x = exponential_tail, f = expl(-x), rest = 0;
    const long double area = (x + 1) * f;
    set_exponential_layer(0, area / f, x, 1);
    for (int layer = 255; layer > 0; layer--) {
        const long double step = area / x, higher = f + step, right = x, height = f + rest;
        rest += step - (higher - f);
        f = higher;
        x = layer > 1 ? -log1pl(-(1 - f - rest)) : 0;
        set_exponential_layer(layer, right, x, height);
    }
}

static void fill(void)
{
    fill_normal();
    fill_exponential();
}

void ndi_ziggurat_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill);
}

/* Standard normal and exponential samples by the ziggurat, as NumPy's Generator makes them. */
#include <math.h>
#include <string.h>

#include "random/bits.h"
#include "random/fill.h"
#include "random/segments.h"
#include "random/ziggurat.h"

#define NAME(x) double_##x
#define REAL double
#define UNIT uint64_t
#define UNIFORM ndi_uniform_double
#define HEIGHT height
#define LOG1P log1p
#define EXP exp
#include "random/ziggurat_decide_tmpl.h"

#define NAME(x) float_##x
#define REAL float
#define UNIT ndi_piece32
#define UNIFORM ndi_uniform_float
#define HEIGHT height_float
#define LOG1P log1pf
#define EXP expf
#include "random/ziggurat_decide_tmpl.h"

/* The first attempt with many units: the exponential one has no vector code. */
#define EXPONENTIAL_ATTEMPTS(name, UNIT, REAL, attempt)                                            \
    static void name(const UNIT *units, size_t count, REAL *value, uint64_t *slow)                 \
    {                                                                                              \
        for (size_t i = 0; i < count; i += 64) {                                                   \
            uint64_t bits = 0;                                                                     \
            for (size_t j = 0; j < 64; j++)                                                        \
                bits |= (uint64_t)!attempt(units[i + j], &value[i + j]) << j;                      \
            slow[i / 64] = bits;                                                                   \
        }                                                                                          \
    }
EXPONENTIAL_ATTEMPTS(exponential_attempts, uint64_t, double, ndi_exponential_attempt)
EXPONENTIAL_ATTEMPTS(exponential_attempts_float, ndi_piece32, float, ndi_exponential_attempt_float)

#define NAME(x) double_normal_##x
#define REAL double
#define UNIT uint64_t
#define UNITS 1
#define ATTEMPTS(kernels, ...) (kernels)->attempts(__VA_ARGS__)
#define ATTEMPT ndi_normal_attempt
#define NEXT ndi_pcg64_next64
#include "random/ziggurat_tmpl.h"

#define NAME(x) float_normal_##x
#define REAL float
#define UNIT ndi_piece32
#define UNITS 2
#define ATTEMPTS(kernels, ...) (kernels)->attempts_float(__VA_ARGS__)
#define ATTEMPT ndi_normal_attempt_float
#define NEXT ndi_pcg64_next32
#include "random/ziggurat_tmpl.h"

#define NAME(x) double_exponential_##x
#define REAL double
#define UNIT uint64_t
#define UNITS 1
#define ATTEMPTS(kernels, ...) exponential_attempts(__VA_ARGS__)
#define ATTEMPT ndi_exponential_attempt
#define NEXT ndi_pcg64_next64
#include "random/ziggurat_tmpl.h"

#define NAME(x) float_exponential_##x
#define REAL float
#define UNIT ndi_piece32
#define UNITS 2
#define ATTEMPTS(kernels, ...) exponential_attempts_float(__VA_ARGS__)
#define ATTEMPT ndi_exponential_attempt_float
#define NEXT ndi_pcg64_next32
#include "random/ziggurat_tmpl.h"

void ndi_random_normal(ndi_pcg64 *generator, double *out, size_t n)
{
    double_normal_fill(generator, out, n);
}

void ndi_random_normal_float(ndi_pcg64 *generator, float *out, size_t n)
{
    float_normal_fill(generator, out, n);
}

void ndi_random_exponential(ndi_pcg64 *generator, double *out, size_t n)
{
    double_exponential_fill(generator, out, n);
}

void ndi_random_exponential_float(ndi_pcg64 *generator, float *out, size_t n)
{
    float_exponential_fill(generator, out, n);
}

double ndi_pcg64_next_normal(ndi_pcg64 *generator)
{
    double value;
    while (double_normal_scalar(generator, &value) == 0)
        ;
    return value;
}

double ndi_pcg64_next_exponential(ndi_pcg64 *generator)
{
    double value;
    while (double_exponential_scalar(generator, &value) == 0)
        ;
    return value;
}

/* ---- Of any bit generator -------------------------------------------------------------------- */

static uint64_t read64(void *bits)
{
    return ndi_bits_next64(bits);
}

static ndi_piece32 read32(void *bits)
{
    return ndi_bits_next32(bits);
}

#define IN_TURN(name, REAL, UNIT, read, attempt, decide)                                           \
    void name(ndi_bits *bits, REAL *out, size_t n)                                                 \
    {                                                                                              \
        ndi_ziggurat_prepare();                                                                    \
        for (size_t done = 0; done < n;) {                                                         \
            const UNIT first = read(bits);                                                         \
            done += attempt(first, out + done) || decide(first, out + done, read, bits);           \
        }                                                                                          \
    }
IN_TURN(ndi_bits_normal, double, uint64_t, read64, ndi_normal_attempt, double_normal_decide)
IN_TURN(ndi_bits_normal_float, float, ndi_piece32, read32, ndi_normal_attempt_float,
        float_normal_decide)
IN_TURN(ndi_bits_exponential, double, uint64_t, read64, ndi_exponential_attempt,
        double_exponential_decide)
IN_TURN(ndi_bits_exponential_float, float, ndi_piece32, read32, ndi_exponential_attempt_float,
        float_exponential_decide)

/* The 16-bit floats: all 65536 of them to every dtype, and rounding to them, against arithmetic
 * done here. */
#include <math.h>
#include <string.h>

#include <ndstream/nd.h>

#include "check.h"

typedef struct format {
    nd_dtype dtype;
    int fraction_bits, least_exponent; /* of normal numbers */
    double largest;
} format;

static const format formats[] = {
    {ND_FLOAT16, 10, -14, 65504},
    {ND_BFLOAT16, 7, -126, 0x1.fep+127},
};

/* The value that those 16 bits mean: IEEE 754-2019, 3.4. */
static double meaning(const format *f, uint16_t bits)
{
    const int fraction = bits & ((1 << f->fraction_bits) - 1);
    const int exponent = (bits & 0x7fff) >> f->fraction_bits, top = 0x7fff >> f->fraction_bits;
    const double sign = bits & 0x8000 ? -1 : 1;
    if (exponent == top)
        return fraction ? NAN : sign * INFINITY;
    const int whole = exponent ? (1 << f->fraction_bits) + fraction : fraction;
    return sign *
           ldexp(whole, (exponent ? exponent - 1 : 0) + f->least_exponent - f->fraction_bits);
}

/* x rounded once to the format, to nearest even. */
static double rounded(const format *f, double x)
{
    if (x == 0 || isnan(x) || isinf(x))
        return x;
    int exponent = ilogb(x);
    exponent = exponent < f->least_exponent ? f->least_exponent : exponent;
    const double unit = ldexp(1, exponent - f->fraction_bits);
    /* x / unit is exact unless x is far below the least number, where it rounds to 0 anyway. */
    const double nearest = rint(x / unit) * unit;
    return fabs(nearest) > f->largest ? copysign(INFINITY, x) : nearest;
}

static bool equal(double a, double b)
{
    return (isnan(a) && isnan(b)) || (a == b && signbit(a) == signbit(b));
}

enum { ALL = 1 << 16 };

static void run_widening(const format *f, nd_dtype to, int isa)
{
    check_case of = check_begin("all %s to %s, %s", nd_dtype_name(f->dtype), nd_dtype_name(to),
                                ndi_isa_name((ndi_isa)isa));
    static _Thread_local uint16_t in[ALL];
    static _Thread_local _Alignas(64) char out[ALL * 16];
    const size_t size = nd_dtype_size(to);
    for (int i = 0; i < ALL; i++)
        in[i] = (uint16_t)i;
    check_kernels[isa].cast[to][f->dtype](ALL, (char *[]){out, (char *)in},
                                          (ptrdiff_t[]){(ptrdiff_t)size, 2});
    for (int i = 0; i < ALL; i++) {
        double got = 0;
        const double wanted = meaning(f, (uint16_t)i);
        if (to == ND_FLOAT32 || to == ND_COMPLEX64) {
            float value;
            memcpy(&value, out + (size_t)i * size, 4);
            got = value;
        } else {
            memcpy(&got, out + (size_t)i * size, 8);
        }
        if (!equal(got, wanted))
            check_fail(&of, "0x%04x got %a, expected %a", i, got, wanted);
    }
    check_end(&of);
}

/* Every 16-bit float, its neighbours among float32, the ties between two of them, and any bits. */
static void run_narrowing(const format *f, nd_dtype from, int isa)
{
    enum { KINDS = 8 };
    check_case of = check_begin("%s to all %s, %s", nd_dtype_name(from), nd_dtype_name(f->dtype),
                                ndi_isa_name((ndi_isa)isa));
    check_reseed(of.name);
    static _Thread_local double in[ALL];
    static _Thread_local float narrow[ALL];
    static _Thread_local uint16_t out[ALL];
    for (int kind = 0; kind < KINDS; kind++) {
        for (int i = 0; i < ALL; i++) {
            const double here = meaning(f, (uint16_t)i), next = meaning(f, (uint16_t)(i + 1));
            const double tie = here / 2 + next / 2;
            union {
                uint32_t bits;
                float value;
            } any = {.bits = (uint32_t)check_random()};
            const double choice[KINDS] = {here,
                                          tie,
                                          nextafterf((float)here, INFINITY),
                                          nextafterf((float)tie, INFINITY),
                                          nextafterf((float)tie, -INFINITY),
                                          nextafter(tie, from == ND_FLOAT64 ? INFINITY : tie),
                                          nextafter(tie, from == ND_FLOAT64 ? -INFINITY : tie),
                                          any.value};
            in[i] = choice[kind];
            narrow[i] = (float)choice[kind];
            if (from == ND_FLOAT32)
                in[i] = narrow[i];
        }
        check_kernels[isa].cast[f->dtype][from](
            ALL, (char *[]){(char *)out, from == ND_FLOAT32 ? (char *)narrow : (char *)in},
            (ptrdiff_t[]){2, (ptrdiff_t)nd_dtype_size(from)});
        for (int i = 0; i < ALL; i++)
            if (!equal(meaning(f, out[i]), rounded(f, in[i])))
                check_fail(&of, "%a got %a, expected %a", in[i], meaning(f, out[i]),
                           rounded(f, in[i]));
    }
    check_end(&of);
}

static const nd_dtype wide[] = {ND_FLOAT32, ND_FLOAT64, ND_COMPLEX64, ND_COMPLEX128};

static size_t count(void)
{
    return 2 * (size_t)check_isas;
}

static void run(size_t task)
{
    const format *f = &formats[task % 2];
    const int isa = (int)(task / 2);
    for (int i = 0; i < 4; i++)
        run_widening(f, wide[i], isa);
    run_narrowing(f, ND_FLOAT32, isa);
    run_narrowing(f, ND_FLOAT64, isa);
}

const check_part check_halves = {"halves", count, run};

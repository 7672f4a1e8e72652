/* Elements that break things, and the comparison of elements. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "check.h"

/* ---- Random numbers: SplitMix64 (Steele, Lea and Flood, 2014) -------------------------------- */

static _Thread_local uint64_t state;

void check_reseed(const char *text)
{
    state = check_options_given.seed;
    for (; *text; text++)
        state = (state ^ (unsigned char)*text) * 0x100000001b3u;
}

uint64_t check_random(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

size_t check_below(size_t bound)
{
    return check_random() % bound;
}

double check_uniform(double low, double high)
{
    return low + (high - low) * ((double)(check_random() >> 11) * 0x1p-53);
}

/* ---- Values ---------------------------------------------------------------------------------- */

static const double special_float64[] = {
    0.0,
    -0.0,
    INFINITY,
    -INFINITY,
    NAN,
    -NAN,
    0x1p-1074,
    -0x1p-1074,
    0x0.fffffffffffffp-1022,
    0x1p-1022,
    -0x1p-1022,
    0x1.fffffffffffffp+1023,
    -0x1.fffffffffffffp+1023,
    1,
    -1,
    0x1.0000000000001p+0,
    0x0.fffffffffffff8p+0,
    0.5,
    -0.5,
    1.5,
    -1.5,
    2.5,
    -2.5,
    0.49999999999999994,
    0x1p31,
    0x1p32,
    -0x1p31,
    0x1p52,
    0x1p53,
    0x1p63,
    -0x1p63,
    0x1p64,
    0x1.fffffffffffffp+62,
    127,
    128,
    255,
    256,
    -129,
    65504,
    65520,
    3e38,
    1e300,
    1e-300,
    88.7,
    709.7,
    -745.1,
    0x1.921fb54442d18p+1,
};
static const float special_float32[] = {
    0.0f,
    -0.0f,
    INFINITY,
    -INFINITY,
    NAN,
    -NAN,
    0x1p-149f,
    -0x1p-149f,
    0x1.fffffcp-127f,
    0x1p-126f,
    -0x1p-126f,
    0x1.fffffep+127f,
    -0x1.fffffep+127f,
    1,
    -1,
    0x1.000002p+0f,
    0x1.fffffep-1f,
    0.5f,
    -0.5f,
    1.5f,
    -1.5f,
    2.5f,
    -2.5f,
    0x1.fffffep-2f,
    0x1p23f,
    0x1p24f,
    0x1p31f,
    0x1p32f,
    -0x1p31f,
    0x1p63f,
    -0x1p63f,
    0x1p64f,
    127,
    128,
    255,
    256,
    -129,
    65504,
    65520,
    0x1p-24f,
    0x1p-25f,
    1e30f,
    1e-30f,
    88.7f,
    -103.9f,
    0x1.921fb6p+1f,
};
#define ONE_OF(list) list[check_below(sizeof list / sizeof *list)]

static double any_float64(void)
{
    union {
        uint64_t bits;
        double value;
    } u = {.bits = check_random()};
    switch (check_below(8)) {
    case 0:
    case 1:
        return ONE_OF(special_float64);
    case 2:
        return u.value;
    case 3:
        return (double)(int64_t)(u.bits % 41) - 20;
    case 4:
        return (double)(int64_t)u.bits;
    case 5:
        return (double)(int32_t)u.bits / 16;
    default:
        return check_uniform(-10, 10);
    }
}

static float any_float32(void)
{
    union {
        uint32_t bits;
        float value;
    } u = {.bits = (uint32_t)check_random()};
    switch (check_below(8)) {
    case 0:
    case 1:
        return ONE_OF(special_float32);
    case 2:
        return u.value;
    case 3:
        return (float)((int32_t)(u.bits % 41) - 20);
    case 4:
        return (float)(int32_t)u.bits;
    case 5:
        return (float)(int16_t)u.bits / 16;
    default:
        return (float)check_uniform(-10, 10);
    }
}

/* An integer of `bits` bits: extremes and their neighbours, small numbers, any bits. */
static uint64_t any_integer(int bits)
{
    const uint64_t top = UINT64_C(1) << (bits - 1), random = check_random();
    switch (check_below(6)) {
    case 0: {
        const uint64_t edges[] = {0, top, top - 1, top + 1, UINT64_MAX, UINT64_MAX - 1, 1, top | 1};
        return ONE_OF(edges);
    }
    case 1:
        return random % 20;
    case 2:
        return 0 - random % 20;
    case 3:
        return random >> (random >> 58);
    default:
        return random;
    }
}

void check_values(nd_dtype dtype, void *values, size_t n)
{
    static const uint16_t special_half[] = {0,     0x8000, 0x7c00, 0xfc00, 0x7e00, 1,
                                            0x3ff, 0x400,  0x7bff, 0x3c00, 0xbc00};
    static const uint16_t special_bfloat[] = {0,    0x8000, 0x7f80, 0xff80, 0x7fc0, 1,
                                              0x7f, 0x80,   0x7f7f, 0x3f80, 0xbf80};
    for (size_t i = 0; i < n; i++)
        switch (dtype) {
        case ND_BOOL:
            ((uint8_t *)values)[i] = check_random() & 1;
            break;
        case ND_INT8:
        case ND_UINT8:
            ((uint8_t *)values)[i] = (uint8_t)any_integer(8);
            break;
        case ND_INT16:
        case ND_UINT16:
            ((uint16_t *)values)[i] = (uint16_t)any_integer(16);
            break;
        case ND_INT32:
        case ND_UINT32:
            ((uint32_t *)values)[i] = (uint32_t)any_integer(32);
            break;
        case ND_INT64:
        case ND_UINT64:
            ((uint64_t *)values)[i] = any_integer(64);
            break;
        case ND_FLOAT16:
            ((uint16_t *)values)[i] =
                check_below(4) ? (uint16_t)check_random() : ONE_OF(special_half);
            break;
        case ND_BFLOAT16:
            ((uint16_t *)values)[i] =
                check_below(4) ? (uint16_t)check_random() : ONE_OF(special_bfloat);
            break;
        case ND_FLOAT32:
            ((float *)values)[i] = any_float32();
            break;
        case ND_FLOAT64:
            ((double *)values)[i] = any_float64();
            break;
        case ND_COMPLEX64:
            ((float *)values)[2 * i] = any_float32();
            ((float *)values)[2 * i + 1] = any_float32();
            break;
        default:
            ((double *)values)[2 * i] = any_float64();
            ((double *)values)[2 * i + 1] = any_float64();
        }
}

/* ---- Comparison ------------------------------------------------------------------------------ */

static bool same_float(size_t size, const void *a, const void *b)
{
    uint64_t x = 0, y = 0;
    memcpy(&x, a, size);
    memcpy(&y, b, size);
    if (x == y)
        return true;
    const uint64_t infinity = size == 4 ? 0x7f800000 : UINT64_C(0x7ff) << 52;
    const uint64_t magnitude = size == 4 ? INT32_MAX : INT64_MAX;
    return (x & magnitude) > infinity && (y & magnitude) > infinity;
}

bool check_same(nd_dtype dtype, const void *a, const void *b)
{
    uint16_t x, y;
    switch (dtype) {
    case ND_FLOAT32:
    case ND_FLOAT64:
        return same_float(nd_dtype_size(dtype), a, b);
    case ND_COMPLEX64:
        return same_float(4, a, b) && same_float(4, (const char *)a + 4, (const char *)b + 4);
    case ND_COMPLEX128:
        return same_float(8, a, b) && same_float(8, (const char *)a + 8, (const char *)b + 8);
    case ND_FLOAT16:
        memcpy(&x, a, 2), memcpy(&y, b, 2);
        return x == y || ((x & 0x7fff) > 0x7c00 && (y & 0x7fff) > 0x7c00);
    case ND_BFLOAT16:
        memcpy(&x, a, 2), memcpy(&y, b, 2);
        return x == y || ((x & 0x7fff) > 0x7f80 && (y & 0x7fff) > 0x7f80);
    default:
        return memcmp(a, b, nd_dtype_size(dtype)) == 0;
    }
}

/* Numbers in order: consecutive floats are consecutive integers. */
static double place(size_t size, const void *element)
{
    if (size == 4) {
        int32_t bits;
        memcpy(&bits, element, 4);
        return bits < 0 ? -(double)(bits & INT32_MAX) : bits;
    }
    int64_t bits;
    memcpy(&bits, element, 8);
    return bits < 0 ? -(double)(bits & INT64_MAX) : (double)bits;
}

double check_distance(nd_dtype dtype, const void *a, const void *b)
{
    if (check_same(dtype, a, b))
        return 0;
    float x, y;
    double u, v;
    if (dtype == ND_FLOAT32) {
        memcpy(&x, a, 4), memcpy(&y, b, 4);
        u = x, v = y;
    } else {
        memcpy(&u, a, 8), memcpy(&v, b, 8);
    }
    if (isnan(u) || isnan(v) || u == v)
        return -1;
    if (dtype == ND_FLOAT64 && signbit(u) == signbit(v)) { /* places that a double rounds */
        int64_t i, j;
        memcpy(&i, &u, 8), memcpy(&j, &v, 8);
        return fabs((double)(i - j));
    }
    const size_t size = nd_dtype_size(dtype);
    return fabs(place(size, a) - place(size, b));
}

const char *check_text(char text[96], nd_dtype dtype, const void *element)
{
    double real[2] = {0, 0};
    int64_t integer = 0;
    switch (nd_dtype_kind(dtype)) {
    case ND_KIND_FLOAT:
    case ND_KIND_COMPLEX:
        check_kernels[0].cast[ND_COMPLEX128][dtype](1, (char *[]){(char *)real, (char *)element},
                                                    (ptrdiff_t[]){16, 16});
        if (nd_dtype_kind(dtype) == ND_KIND_COMPLEX)
            snprintf(text, 96, "(%.17g, %.17g)", real[0], real[1]);
        else
            snprintf(text, 96, "%a (%.9g)", real[0], real[0]);
        break;
    case ND_KIND_UNSIGNED:
        memcpy(&integer, element, nd_dtype_size(dtype));
        snprintf(text, 96, "%" PRIu64, (uint64_t)integer);
        break;
    default:
        check_kernels[0].cast[ND_INT64][dtype](1, (char *[]){(char *)&integer, (char *)element},
                                               (ptrdiff_t[]){8, 8});
        snprintf(text, 96, "%" PRId64, integer);
    }
    return text;
}

/* The values that C's Annex F fixes for the functions: at zeros, infinities, NaN and the edges of
 * their domains. */
#include <math.h>
#include <string.h>

#include <ndstream/nd.h>

#include "check.h"

#define INF INFINITY
#define PI 3.14159265358979323846
#define SQRT_HALF 0.70710678118654752440

static const struct special {
    nd_op op;
    double x, y, result;
} specials[] = {
#define ONE(op, x, result) {ND_OP_##op, x, 0, result},
#define TWO(op, x, y, result) {ND_OP_##op, x, y, result},
/* f(-x) = -f(x), and what odd functions make of zeros and NaN */
#define ODD(op, x, result) ONE(op, x, result) ONE(op, -x, -(result))
#define ODD_FUNCTION(op) ODD(op, 0.0, 0.0) ONE(op, NAN, NAN) ONE(op, -NAN, NAN)
#define EITHER(op, x, y, result) TWO(op, x, y, result) TWO(op, y, x, result)
#define EVEN(op, x, result) ONE(op, x, result) ONE(op, -x, result)
    /* clang-format off */
    ONE(exp, 0.0, 1) ONE(exp, -0.0, 1) ONE(exp, -INF, 0.0) ONE(exp, INF, INF) ONE(exp, NAN, NAN)
    ONE(exp, 1e5, INF) ONE(exp, -1e5, 0.0) ONE(exp, 1e30, INF) ONE(exp, -1e30, 0.0)
    ONE(exp, 1, 2.71828182845904523536)
    ONE(exp2, 0.0, 1) ONE(exp2, -0.0, 1) ONE(exp2, -INF, 0.0) ONE(exp2, INF, INF)
    ONE(exp2, NAN, NAN)
    ONE(exp2, 1, 2) ONE(exp2, 10, 1024) ONE(exp2, -1, 0.5) ONE(exp2, 1e5, INF) ONE(exp2, -1e5, 0.0)
    ONE(exp2, 127, 0x1p127)
    ONE(exp2, -126, 0x1p-126) ONE(exp2, -149, 0x1p-149) ONE(exp2, -130, 0x1p-130)
    ODD_FUNCTION(expm1) ONE(expm1, -INF, -1) ONE(expm1, INF, INF) ONE(expm1, -1e5, -1)
    ONE(expm1, 1e5, INF)
    ODD(expm1, 0x1p-140, 0x1p-140)
    ONE(log, 0.0, -INF) ONE(log, -0.0, -INF) ONE(log, 1, 0.0) ONE(log, -1, NAN) ONE(log, INF, INF)
    ONE(log, -INF, NAN)
    ONE(log, NAN, NAN) ONE(log, 0x1p-149, -103.27892990343184) ONE(log, -0x1p-149, NAN)
    ONE(log2, 0.0, -INF) ONE(log2, -0.0, -INF) ONE(log2, 1, 0.0) ONE(log2, -1, NAN)
    ONE(log2, INF, INF) ONE(log2, -INF, NAN)
    ONE(log2, NAN, NAN) ONE(log2, 8, 3) ONE(log2, 0.125, -3) ONE(log2, 0x1p-149, -149)
    ONE(log2, 0x1p100, 100)
    ONE(log10, 0.0, -INF) ONE(log10, -0.0, -INF) ONE(log10, 1, 0.0) ONE(log10, -1, NAN)
    ONE(log10, INF, INF)
    ONE(log10, -INF, NAN) ONE(log10, NAN, NAN) ONE(log10, 1000, 3)
    ODD_FUNCTION(log1p) ONE(log1p, -1, -INF) ONE(log1p, -2, NAN) ONE(log1p, INF, INF)
    ONE(log1p, -INF, NAN)
    ODD(log1p, 0x1p-140, 0x1p-140)
    ODD_FUNCTION(sin) ODD(sin, INF, NAN) ODD(sin, 0x1p-140, 0x1p-140)
    EVEN(cos, 0.0, 1) EVEN(cos, INF, NAN) ONE(cos, NAN, NAN)
    ODD_FUNCTION(tan) ODD(tan, INF, NAN) ODD(tan, 0x1p-140, 0x1p-140)
    ODD_FUNCTION(arcsin) ODD(arcsin, 1, PI / 2) ODD(arcsin, 2, NAN) ODD(arcsin, INF, NAN)
    ODD(arcsin, 0x1p-140, 0x1p-140)
    ONE(arccos, 1, 0.0) ONE(arccos, -1, PI) EVEN(arccos, 0.0, PI / 2) ODD(arccos, 2, NAN)
    ODD(arccos, INF, NAN)
    ONE(arccos, NAN, NAN)
    ODD_FUNCTION(arctan) ODD(arctan, INF, PI / 2) ODD(arctan, 1, PI / 4)
    ODD(arctan, 0x1p-140, 0x1p-140)
    ODD_FUNCTION(sinh) ODD(sinh, INF, INF) ODD(sinh, 1e5, INF) ODD(sinh, 0x1p-140, 0x1p-140)
    EVEN(cosh, 0.0, 1) EVEN(cosh, INF, INF) ONE(cosh, NAN, NAN) EVEN(cosh, 1e5, INF)
    ODD_FUNCTION(tanh) ODD(tanh, INF, 1) ODD(tanh, 1e30, 1) ODD(tanh, 0x1p-140, 0x1p-140)
    ODD_FUNCTION(arcsinh) ODD(arcsinh, INF, INF) ODD(arcsinh, 0x1p-140, 0x1p-140)
    ONE(arccosh, 1, 0.0) ONE(arccosh, 0.5, NAN) ONE(arccosh, -1, NAN) ONE(arccosh, INF, INF)
    ONE(arccosh, -INF, NAN)
    ONE(arccosh, NAN, NAN) ONE(arccosh, 0.0, NAN)
    ODD_FUNCTION(arctanh) ODD(arctanh, 1, INF) ODD(arctanh, 2, NAN) ODD(arctanh, INF, NAN)
    ODD(arctanh, 0x1p-140, 0x1p-140)
    ODD_FUNCTION(cbrt) ODD(cbrt, INF, INF) ODD(cbrt, 27, 3) ODD(cbrt, 0x1p-126, 0x1p-42)
    ODD(cbrt, 0x1p-147, 0x1p-49)
    ONE(sqrt, 0.0, 0.0) ONE(sqrt, -0.0, -0.0) ONE(sqrt, INF, INF) ONE(sqrt, -1, NAN)
    ONE(sqrt, -INF, NAN) ONE(sqrt, NAN, NAN)

#define QUADRANTS(y, x, right, left)                                                               \
    TWO(arctan2, y, x, right) TWO(arctan2, -(y), x, -(right)) TWO(arctan2, y, -(x), left)          \
    TWO(arctan2, -(y), -(x), -(left))
    QUADRANTS(0.0, 0.0, 0.0, PI) QUADRANTS(0.0, 1, 0.0, PI) QUADRANTS(1, 0.0, PI / 2, PI / 2)
    QUADRANTS(1, 1, PI / 4, 3 * PI / 4) QUADRANTS(0.0, INF, 0.0, PI) QUADRANTS(1, INF, 0.0, PI)
    QUADRANTS(INF, 1, PI / 2, PI / 2) QUADRANTS(INF, 0.0, PI / 2, PI / 2)
    QUADRANTS(INF, INF, PI / 4, 3 * PI / 4)
    QUADRANTS(0x1p-149, 0x1p-149, PI / 4, 3 * PI / 4) QUADRANTS(0x1p-140, 1, 0x1p-140, PI)
    QUADRANTS(1, 0x1p-149, PI / 2, PI / 2)
    QUADRANTS(0x1p127, 0x1p-149, PI / 2, PI / 2) QUADRANTS(0x1p127, 0x1p127, PI / 4, 3 * PI / 4)
    TWO(arctan2, NAN, 1, NAN) TWO(arctan2, 1, NAN, NAN) TWO(arctan2, NAN, INF, NAN)
    TWO(arctan2, INF, NAN, NAN)
    TWO(arctan2, NAN, NAN, NAN) TWO(arctan2, 0.0, NAN, NAN)

#define SIGNS(x, y, result)                                                                        \
    TWO(hypot, x, y, result) TWO(hypot, -(x), y, result) TWO(hypot, x, -(y), result)               \
    TWO(hypot, -(x), -(y), result) TWO(hypot, y, x, result)
    SIGNS(0.0, 0.0, 0.0) SIGNS(3, 4, 5) SIGNS(INF, 1, INF) SIGNS(INF, 0.0, INF) SIGNS(INF, INF, INF)
    SIGNS(INF, NAN, INF)
    SIGNS(NAN, 1, NAN) SIGNS(NAN, NAN, NAN) SIGNS(0.0, 7, 7) SIGNS(0x1p127, 1, 0x1p127)
    SIGNS(0x1p-149, 0.0, 0x1p-149)
    SIGNS(0x3p-140, 0x4p-140, 0x5p-140) SIGNS(0x3p120, 0x4p120, 0x5p120)

    TWO(power, 0.0, 0.0, 1) TWO(power, NAN, 0.0, 1) TWO(power, NAN, -0.0, 1) TWO(power, INF, 0.0, 1)
    TWO(power, -3, 0.0, 1)
    TWO(power, 1, NAN, 1) TWO(power, 1, INF, 1) TWO(power, 1, -INF, 1) TWO(power, -1, INF, 1)
    TWO(power, -1, -INF, 1)
    TWO(power, NAN, 1, NAN) TWO(power, 2, NAN, NAN) TWO(power, NAN, NAN, NAN)
    TWO(power, 0.0, NAN, NAN)
    TWO(power, 0.0, 3, 0.0) TWO(power, -0.0, 3, -0.0) TWO(power, -0.0, 2, 0.0)
    TWO(power, 0.0, 0.5, 0.0)
    TWO(power, -0.0, 0.5, 0.0) TWO(power, 0.0, -1, INF) TWO(power, -0.0, -1, -INF)
    TWO(power, -0.0, -2, INF)
    TWO(power, -0.0, -0.5, INF) TWO(power, 0.0, -INF, INF) TWO(power, -0.0, -INF, INF)
    TWO(power, 0.0, INF, 0.0)
    TWO(power, -0.0, INF, 0.0) TWO(power, 0.5, INF, 0.0) TWO(power, 0.5, -INF, INF)
    TWO(power, 2, INF, INF)
    TWO(power, 2, -INF, 0.0) TWO(power, -0.5, INF, 0.0) TWO(power, -2, INF, INF)
    TWO(power, -2, -INF, 0.0)
    TWO(power, INF, 2, INF) TWO(power, INF, -2, 0.0) TWO(power, -INF, 3, -INF)
    TWO(power, -INF, 2, INF)
    TWO(power, -INF, -3, -0.0) TWO(power, -INF, -2, 0.0) TWO(power, -INF, 0.5, INF)
    TWO(power, -INF, -0.5, 0.0)
    TWO(power, INF, INF, INF) TWO(power, INF, -INF, 0.0) TWO(power, -INF, INF, INF)
    TWO(power, -8, 1.0 / 3, NAN)
    TWO(power, -2, 3, -8) TWO(power, -2, 2, 4) TWO(power, 2, 0.5, 2 * SQRT_HALF)
    TWO(power, 10, 3, 1000) TWO(power, 2, -1, 0.5)
    TWO(power, -1, 1e30, 1) TWO(power, 2, 1e30, INF) TWO(power, 2, -1e30, 0.0)
    TWO(power, -2, 1e30, INF) TWO(power, 2, 127, 0x1p127)
    TWO(power, 2, -149, 0x1p-149) TWO(power, 2, -140, 0x1p-140) TWO(power, 0x1p-140, 1, 0x1p-140)
    TWO(power, 5, 1, 5)
    TWO(power, -1, 3, -1) TWO(power, -1, 0.5, NAN)

    TWO(divide, 1, 0.0, INF) TWO(divide, -1, 0.0, -INF) TWO(divide, 0.0, 0.0, NAN)
    TWO(divide, INF, INF, NAN)
    TWO(fmod, 5, 3, 2) TWO(fmod, -5, 3, -2) TWO(fmod, 5, -3, 2) TWO(fmod, 1, 0.0, NAN)
    TWO(fmod, INF, 1, NAN)
    TWO(fmod, 1, INF, 1) TWO(fmod, -0.0, 1, -0.0) TWO(fmod, NAN, 1, NAN)
    /* NumPy 2's, which follow Python's */
    TWO(floor_divide, 7, 2, 3) TWO(floor_divide, -7, 2, -4) TWO(floor_divide, 7, -2, -4)
    TWO(floor_divide, -7, -2, 3)
    TWO(floor_divide, 1, 0.0, INF) TWO(floor_divide, -1, 0.0, -INF) TWO(floor_divide, 0.0, 0.0, NAN)
    TWO(floor_divide, 0.0, 1, 0.0) TWO(floor_divide, -0.0, 1, -0.0) TWO(floor_divide, INF, 1, NAN)
    TWO(floor_divide, 1, INF, 0.0) TWO(floor_divide, -1, INF, -1)
    TWO(remainder, 7, 3, 1) TWO(remainder, -7, 3, 2) TWO(remainder, 7, -3, -2)
    TWO(remainder, -7, -3, -1)
    TWO(remainder, 6, -3, -0.0) TWO(remainder, -6, 3, 0.0) TWO(remainder, 1, 0.0, NAN)
    TWO(remainder, INF, 1, NAN)
    TWO(remainder, 1, INF, 1) TWO(remainder, -1, INF, INF)
    TWO(maximum, NAN, 1, NAN) TWO(maximum, 1, NAN, NAN) TWO(minimum, NAN, 1, NAN)
    TWO(minimum, 1, NAN, NAN)
    TWO(fmax, NAN, 1, 1) TWO(fmax, 1, NAN, 1) TWO(fmin, NAN, 1, 1) TWO(fmin, 1, NAN, 1)
    TWO(fmax, NAN, NAN, NAN)
    TWO(maximum, -INF, 1, 1) TWO(minimum, -INF, 1, -INF) TWO(copysign, 3, -0.0, -3)
    TWO(copysign, -0.0, 2, 0.0)
    ONE(sign, 0.0, 0.0) ONE(sign, -0.0, 0.0) ONE(sign, NAN, NAN) ONE(sign, -INF, -1)
    ONE(absolute, -0.0, 0.0) ONE(absolute, -INF, INF)
    ONE(rint, 0.5, 0.0) ONE(rint, 1.5, 2) ONE(rint, 2.5, 2) ONE(rint, -0.5, -0.0)
    ONE(rint, -1.5, -2) ONE(floor, -0.5, -1)
    ONE(floor, -0.0, -0.0) ONE(ceil, -0.5, -0.0) ONE(trunc, -0.5, -0.0) ONE(trunc, -1.7, -1)
    ONE(rint, INF, INF)
    ONE(reciprocal, 0.0, INF) ONE(reciprocal, -0.0, -INF) ONE(reciprocal, -INF, -0.0)
    ONE(negative, 0.0, -0.0) ONE(negative, NAN, NAN)

    ODD_FUNCTION(erf) ODD(erf, INF, 1) ODD(erf, 30, 1) ODD(erf, 1, 0.84270079294971486934)
    EVEN(erfc, 0.0, 1) ONE(erfc, INF, 0.0) ONE(erfc, -INF, 2) ONE(erfc, -30, 2) ONE(erfc, 200, 0.0)
    ONE(erfc, NAN, NAN)
    ODD(gamma, 0.0, INF) ONE(gamma, -1, NAN) ONE(gamma, -2, NAN) ONE(gamma, -INF, NAN)
    ONE(gamma, INF, INF) ONE(gamma, NAN, NAN) ONE(gamma, 1, 1) ONE(gamma, 5, 24)
    ONE(gamma, 11, 3628800) ONE(gamma, 1e30, INF) ONE(gamma, 0.5, 1.77245385090551602730)
    EVEN(lgamma, 0.0, INF) ONE(lgamma, -1, INF) ONE(lgamma, -2, INF) EVEN(lgamma, INF, INF)
    ONE(lgamma, NAN, NAN) ONE(lgamma, 1, 0.0) ONE(lgamma, 2, 0.0)
    ONE(lgamma, 3, 0.69314718055994530942)
    ONE(exp10, 0.0, 1) ONE(exp10, -0.0, 1) ONE(exp10, -INF, 0.0) ONE(exp10, INF, INF)
    ONE(exp10, NAN, NAN) ONE(exp10, 2, 100) ONE(exp10, 1e5, INF) ONE(exp10, -1e5, 0.0)
    EVEN(i0, 0.0, 1) EVEN(i0, INF, INF) ONE(i0, NAN, NAN) EVEN(i0, 1e30, INF)
    EVEN(i0, 0x1p-140, 1) EVEN(i0, 1, 1.26606587775200833560)
    EITHER(beta, 1, 1, 1) EITHER(beta, 0.5, 0.5, PI) EITHER(beta, 2, 3, 1.0 / 12)
    EITHER(beta, 0.0, 1, INF) EITHER(beta, -0.0, 2, INF) EITHER(beta, 0.0, 0.0, INF)
    EITHER(beta, -2, 0.5, INF) EITHER(beta, -2, 3, INF) EITHER(beta, -2, 2, 0.5)
    EITHER(beta, -3, 1, -1.0 / 3) EITHER(beta, -2, -3, INF) EITHER(beta, -0.5, 0.5, 0.0)
    EITHER(beta, INF, 2, 0.0) EITHER(beta, INF, INF, 0.0) EITHER(beta, INF, -0.5, -INF)
    EITHER(beta, INF, -1.5, INF) EITHER(beta, -INF, 1, NAN) EITHER(beta, NAN, 1, NAN)
    EITHER(beta, NAN, INF, NAN) EITHER(beta, 1e30, 1e30, 0.0)
    EITHER(betaln, 1, 1, 0.0) EITHER(betaln, 0.0, 1, INF)
    EITHER(betaln, -2, 2, -0.69314718055994530942)
    EITHER(betaln, -0.5, 0.5, -INF) EITHER(betaln, INF, 2, -INF) EITHER(betaln, NAN, 1, NAN)
    EITHER(betaln, 0x1p100, 0x1p100, -0x1.62e42fefa39efp+100)
    EITHER(betaln, -INF, 1, NAN) EITHER(betaln, INF, -0.5, INF)
    EVEN(sinc, 0.0, 1) EVEN(sinc, 1, 0.0) EVEN(sinc, 0x1p-140, 1) EVEN(sinc, INF, NAN)
    ONE(sinc, NAN, NAN) EVEN(sinc, 0.5, 0.63661977236758134308)
    TWO(logaddexp, INF, INF, INF) TWO(logaddexp, -INF, -INF, -INF) TWO(logaddexp, INF, -INF, INF)
    TWO(logaddexp, -INF, 3, 3) TWO(logaddexp, NAN, 1, NAN) TWO(logaddexp, 1, NAN, NAN)
    TWO(logaddexp, INF, NAN, NAN) TWO(logaddexp, 0.0, 0.0, 0.69314718055994530942)
    TWO(logaddexp, 1e30, 1, 1e30) TWO(logaddexp, 1000, 1000, 1000.6931471805599453)
    TWO(logaddexp2, INF, INF, INF) TWO(logaddexp2, -INF, -INF, -INF) TWO(logaddexp2, -INF, 3, 3)
    TWO(logaddexp2, 5, 5, 6) TWO(logaddexp2, 0.0, 0.0, 1) TWO(logaddexp2, NAN, NAN, NAN)
    TWO(logaddexp2, -1e30, 2, 2)
    TWO(heaviside, -3, 7, 0.0) TWO(heaviside, 3, 7, 1) TWO(heaviside, -0.0, 7, 7)
    TWO(heaviside, NAN, 7, NAN) TWO(heaviside, 1, NAN, 1) TWO(heaviside, 0.0, NAN, NAN)
    TWO(nextafter, 0.0, -0.0, -0.0) TWO(nextafter, 1, 1, 1) TWO(nextafter, NAN, 1, NAN)
    TWO(nextafter, 1, NAN, NAN) TWO(nextafter, INF, INF, INF) TWO(nextafter, -INF, -INF, -INF)
    EVEN(spacing, INF, NAN) ONE(spacing, NAN, NAN)
    ONE(frexp_mantissa, 8, 0.5) ONE(frexp_mantissa, -3, -0.75) ONE(frexp_mantissa, -0.0, -0.0)
    ONE(frexp_mantissa, INF, INF) ONE(frexp_mantissa, 0x3p-140, 0.75) ONE(frexp_mantissa, NAN, NAN)
    ODD(modf_fraction, 1.5, 0.5) ODD(modf_fraction, INF, 0.0) ODD(modf_fraction, 3, 0.0)
    ONE(modf_fraction, NAN, NAN) ODD(modf_integral, 1.5, 1) ODD(modf_integral, INF, INF)
    ODD(modf_integral, 0.5, 0.0)
    EVEN(fabs, 0.0, 0.0) EVEN(fabs, INF, INF) ONE(deg2rad, 180, PI) ONE(rad2deg, PI, 180)
    /* clang-format on */
};
enum { SPECIALS = sizeof specials / sizeof *specials };

static void run_op(nd_op op, nd_dtype dtype, int isa)
{
    check_case of = check_begin("special values of %s %s, %s", ndi_op_rows[op].info.name,
                                nd_dtype_name(dtype), ndi_isa_name((ndi_isa)isa));
    const size_t size = nd_dtype_size(dtype);
    check_now = (check_doing){&of, "special", 1, {0}};
    for (int i = 0; i < SPECIALS; i++) {
        const struct special *s = &specials[i];
        if (s->op != op)
            continue;
        double x = s->x, y = s->y, got = 0, wanted = s->result;
        float narrow[4] = {(float)x, (float)y, 0, (float)wanted};
        char *p[] = {(char *)&got, (char *)&x, (char *)&y};
        if (dtype == ND_FLOAT32) {
            p[0] = (char *)&narrow[2], p[1] = (char *)&narrow[0], p[2] = (char *)&narrow[1];
            if ((narrow[3] != s->result && (narrow[3] == 0 || isinf(narrow[3]))) ||
                narrow[0] != (float)s->x)
                continue;
        }
        check_kernels[isa].elementwise[op][dtype](
            1, p, (ptrdiff_t[]){(ptrdiff_t)size, (ptrdiff_t)size, (ptrdiff_t)size});
        const double distance =
            check_distance(dtype, p[0], dtype == ND_FLOAT32 ? (void *)&narrow[3] : (void *)&wanted);
        const bool exact = isnan(wanted) || isinf(wanted) || wanted == 0 || wanted == rint(wanted);
        /* pi and the like are rounded twice here for float32 */
        if (distance < 0 || distance > (exact ? 0 : 1))
            check_fail(&of, "of (%g, %g) got %a, expected %a", s->x, s->y,
                       dtype == ND_FLOAT32 ? narrow[2] : got, wanted);
    }
    check_end(&of);
}

/* However it is put together: tanh of floats is never above 1, and 1 from 9.02 on. */
static void tanh_ends_at_1(int isa)
{
    enum { TOGETHER = 1 << 10 };
    check_case of = check_begin("tanh float32 ends at 1, %s", ndi_isa_name((ndi_isa)isa));
    float x[TOGETHER], y[TOGETHER];
    for (int k = 0; k < 256; k++) {
        for (int i = 0; i < TOGETHER; i++)
            x[i] = (i & 1 ? -1 : 1) * (0.25F + 0x1.2p-14F * (float)(k * TOGETHER + i));
        check_kernels[isa].elementwise[ND_OP_tanh][ND_FLOAT32](
            TOGETHER, (char *[]){(char *)y, (char *)x}, (ptrdiff_t[]){sizeof *y, sizeof *x});
        for (int i = 0; i < TOGETHER; i++) {
            const float size = copysignf(1, x[i]) * y[i];
            if (!(size <= 1) || (fabsf(x[i]) > 9.02F && size != 1))
                check_fail(&of, "of %a got %a", (double)x[i], (double)y[i]);
        }
    }
    check_end(&of);
}

static size_t count(void)
{
    return ND_OP_COUNT + 1;
}

static void run(size_t task)
{
    if (task == ND_OP_COUNT) {
        for (int isa = 0; isa < check_isas; isa++)
            tanh_ends_at_1(isa);
        return;
    }
    bool any = false;
    for (int i = 0; i < SPECIALS; i++)
        any |= specials[i].op == (nd_op)task;
    for (int isa = 0; any && isa < check_isas; isa++) {
        run_op((nd_op)task, ND_FLOAT32, isa);
        run_op((nd_op)task, ND_FLOAT64, isa);
    }
}

const check_part check_special = {"special", count, run};

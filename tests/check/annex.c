/* The complex functions at zeros, infinities and NaN: C's Annex G, 6.1 to 6.4, as its tables are
 * printed. Those for negative imaginary parts follow from f(conj(z)) = conj(f(z)). */
#include <math.h>
#include <string.h>

#include <ndstream/nd.h>

#include "check.h"

#define INF INFINITY
#define PI 3.14159265358979323846

/* What a part may be instead of one value: the standard leaves the signs of some zeros and
 * infinities open. */
#define ANY_SIGN 1

static const struct annex {
    nd_op op;
    double re, im, result_re, result_im;
    int open_re, open_im; /* ANY_SIGN */
} annex[] = {
#define AT(op, re, im, result_re, result_im) {ND_OP_##op, re, im, result_re, result_im, 0, 0},
#define OPEN_RE(op, re, im, result_re, result_im)                                                  \
    {ND_OP_##op, re, im, result_re, result_im, ANY_SIGN, 0},
#define OPEN_IM(op, re, im, result_re, result_im)                                                  \
    {ND_OP_##op, re, im, result_re, result_im, 0, ANY_SIGN},
    /* clang-format off */
    /* 6.1.1 */
    AT(arccos, 0.0, 0.0, PI / 2, -0.0) AT(arccos, -0.0, 0.0, PI / 2, -0.0)
    AT(arccos, 0.0, NAN, PI / 2, NAN) AT(arccos, -0.0, NAN, PI / 2, NAN)
    AT(arccos, 3, INF, PI / 2, -INF) AT(arccos, 3, NAN, NAN, NAN)
    AT(arccos, -INF, 3, PI, -INF) AT(arccos, INF, 3, 0.0, -INF)
    AT(arccos, -INF, INF, 3 * PI / 4, -INF) AT(arccos, INF, INF, PI / 4, -INF)
    OPEN_IM(arccos, INF, NAN, NAN, INF) OPEN_IM(arccos, -INF, NAN, NAN, INF)
    AT(arccos, NAN, 3, NAN, NAN) AT(arccos, NAN, INF, NAN, -INF) AT(arccos, NAN, NAN, NAN, NAN)
    /* 6.2.1 */
    AT(arccosh, 0.0, 0.0, 0.0, PI / 2) AT(arccosh, -0.0, 0.0, 0.0, PI / 2)
    AT(arccosh, 3, INF, INF, PI / 2) AT(arccosh, 3, NAN, NAN, NAN)
    AT(arccosh, -INF, 3, INF, PI) AT(arccosh, INF, 3, INF, 0.0)
    AT(arccosh, -INF, INF, INF, 3 * PI / 4) AT(arccosh, INF, INF, INF, PI / 4)
    AT(arccosh, INF, NAN, INF, NAN) AT(arccosh, -INF, NAN, INF, NAN)
    AT(arccosh, NAN, 3, NAN, NAN) AT(arccosh, NAN, INF, INF, NAN) AT(arccosh, NAN, NAN, NAN, NAN)
    /* 6.2.2 */
    AT(arcsinh, 0.0, 0.0, 0.0, 0.0) AT(arcsinh, 3, INF, INF, PI / 2) AT(arcsinh, 3, NAN, NAN, NAN)
    AT(arcsinh, INF, 3, INF, 0.0) AT(arcsinh, INF, INF, INF, PI / 4) AT(arcsinh, INF, NAN, INF, NAN)
    AT(arcsinh, NAN, 0.0, NAN, 0.0) AT(arcsinh, NAN, 3, NAN, NAN)
    OPEN_RE(arcsinh, NAN, INF, INF, NAN) AT(arcsinh, NAN, NAN, NAN, NAN)
    /* asin z = -i asinh(iz) */
    AT(arcsin, 0.0, 0.0, 0.0, 0.0) AT(arcsin, INF, 3, PI / 2, INF) AT(arcsin, 3, INF, 0.0, INF)
    AT(arcsin, INF, INF, PI / 4, INF) AT(arcsin, NAN, INF, NAN, INF) AT(arcsin, 0.0, NAN, 0.0, NAN)
    AT(arcsin, 3, NAN, NAN, NAN) OPEN_IM(arcsin, INF, NAN, NAN, INF) AT(arcsin, NAN, NAN, NAN, NAN)
    /* 6.2.3 */
    AT(arctanh, 0.0, 0.0, 0.0, 0.0) AT(arctanh, 0.0, NAN, 0.0, NAN) AT(arctanh, 1, 0.0, INF, 0.0)
    AT(arctanh, 3, INF, 0.0, PI / 2) AT(arctanh, 3, NAN, NAN, NAN) AT(arctanh, INF, 3, 0.0, PI / 2)
    AT(arctanh, INF, INF, 0.0, PI / 2) AT(arctanh, INF, NAN, 0.0, NAN) AT(arctanh, NAN, 3, NAN, NAN)
    OPEN_RE(arctanh, NAN, INF, 0.0, PI / 2) AT(arctanh, NAN, NAN, NAN, NAN)
    /* atan z = -i atanh(iz) */
    AT(arctan, 0.0, 0.0, 0.0, 0.0) AT(arctan, NAN, 0.0, NAN, 0.0) AT(arctan, 0.0, 1, 0.0, INF)
    AT(arctan, INF, 3, PI / 2, 0.0) AT(arctan, 3, INF, PI / 2, 0.0)
    AT(arctan, INF, INF, PI / 2, 0.0)
    AT(arctan, NAN, INF, NAN, 0.0) OPEN_IM(arctan, INF, NAN, PI / 2, 0.0)
    AT(arctan, 3, NAN, NAN, NAN)
    /* 6.2.4 */
    AT(cosh, 0.0, 0.0, 1, 0.0) OPEN_IM(cosh, 0.0, INF, NAN, 0.0) OPEN_IM(cosh, 0.0, NAN, NAN, 0.0)
    AT(cosh, 3, INF, NAN, NAN) AT(cosh, 3, NAN, NAN, NAN) AT(cosh, INF, 0.0, INF, 0.0)
    AT(cosh, INF, 2, -INF, INF) OPEN_RE(cosh, INF, INF, INF, NAN) AT(cosh, INF, NAN, INF, NAN)
    OPEN_IM(cosh, NAN, 0.0, NAN, 0.0) AT(cosh, NAN, 3, NAN, NAN) AT(cosh, NAN, NAN, NAN, NAN)
    /* cos z = cosh(iz) */
    AT(cos, 0.0, 0.0, 1, -0.0) OPEN_IM(cos, INF, 0.0, NAN, 0.0) OPEN_IM(cos, NAN, 0.0, NAN, 0.0)
    AT(cos, INF, 3, NAN, NAN) AT(cos, 0.0, INF, INF, -0.0) AT(cos, NAN, INF, INF, NAN)
    AT(cos, NAN, NAN, NAN, NAN)
    /* 6.2.5 */
    AT(sinh, 0.0, 0.0, 0.0, 0.0) OPEN_RE(sinh, 0.0, INF, 0.0, NAN) OPEN_RE(sinh, 0.0, NAN, 0.0, NAN)
    AT(sinh, 3, INF, NAN, NAN) AT(sinh, 3, NAN, NAN, NAN) AT(sinh, INF, 0.0, INF, 0.0)
    AT(sinh, INF, 2, -INF, INF) OPEN_RE(sinh, INF, INF, INF, NAN) OPEN_RE(sinh, INF, NAN, INF, NAN)
    AT(sinh, NAN, 0.0, NAN, 0.0) AT(sinh, NAN, 3, NAN, NAN) AT(sinh, NAN, NAN, NAN, NAN)
    /* sin z = -i sinh(iz) */
    AT(sin, 0.0, 0.0, 0.0, 0.0) OPEN_IM(sin, INF, 0.0, NAN, 0.0) OPEN_IM(sin, NAN, 0.0, NAN, 0.0)
    AT(sin, INF, 3, NAN, NAN) AT(sin, 0.0, INF, 0.0, INF) AT(sin, 0.0, NAN, 0.0, NAN)
    OPEN_IM(sin, NAN, INF, NAN, INF) AT(sin, NAN, NAN, NAN, NAN)
    /* 6.2.6 */
    AT(tanh, 0.0, 0.0, 0.0, 0.0) AT(tanh, 3, INF, NAN, NAN) AT(tanh, 3, NAN, NAN, NAN)
    AT(tanh, INF, 1, 1, 0.0) OPEN_IM(tanh, INF, INF, 1, 0.0) OPEN_IM(tanh, INF, NAN, 1, 0.0)
    AT(tanh, NAN, 0.0, NAN, 0.0) AT(tanh, NAN, 3, NAN, NAN) AT(tanh, NAN, NAN, NAN, NAN)
    /* tan z = -i tanh(iz) */
    AT(tan, 0.0, 0.0, 0.0, 0.0) AT(tan, INF, 3, NAN, NAN) AT(tan, 1, INF, 0.0, 1)
    OPEN_RE(tan, INF, INF, 0.0, 1) OPEN_RE(tan, NAN, INF, 0.0, 1) AT(tan, 0.0, NAN, 0.0, NAN)
    AT(tan, NAN, NAN, NAN, NAN)
    /* 6.3.1 */
    AT(exp, 0.0, 0.0, 1, 0.0) AT(exp, -0.0, 0.0, 1, 0.0) AT(exp, 3, INF, NAN, NAN)
    AT(exp, 3, NAN, NAN, NAN) AT(exp, INF, 0.0, INF, 0.0) AT(exp, -INF, 2, -0.0, 0.0)
    AT(exp, INF, 2, -INF, INF) {ND_OP_exp, -INF, INF, 0.0, 0.0, ANY_SIGN, ANY_SIGN},
    OPEN_RE(exp, INF, INF, INF, NAN) {ND_OP_exp, -INF, NAN, 0.0, 0.0, ANY_SIGN, ANY_SIGN},
    OPEN_RE(exp, INF, NAN, INF, NAN) AT(exp, NAN, 0.0, NAN, 0.0) AT(exp, NAN, 3, NAN, NAN)
    AT(exp, NAN, NAN, NAN, NAN)
    /* 6.3.2 */
    AT(log, -0.0, 0.0, -INF, PI) AT(log, 0.0, 0.0, -INF, 0.0) AT(log, 3, INF, INF, PI / 2)
    AT(log, 3, NAN, NAN, NAN) AT(log, -INF, 3, INF, PI) AT(log, INF, 3, INF, 0.0)
    AT(log, -INF, INF, INF, 3 * PI / 4) AT(log, INF, INF, INF, PI / 4) AT(log, INF, NAN, INF, NAN)
    AT(log, -INF, NAN, INF, NAN) AT(log, NAN, 3, NAN, NAN) AT(log, NAN, INF, INF, NAN)
    AT(log, NAN, NAN, NAN, NAN)
    /* 6.4.2 */
    AT(sqrt, 0.0, 0.0, 0.0, 0.0) AT(sqrt, -0.0, 0.0, 0.0, 0.0) AT(sqrt, 3, INF, INF, INF)
    AT(sqrt, NAN, INF, INF, INF) AT(sqrt, -INF, INF, INF, INF) AT(sqrt, 3, NAN, NAN, NAN)
    AT(sqrt, -INF, 3, 0.0, INF) AT(sqrt, INF, 3, INF, 0.0) OPEN_IM(sqrt, -INF, NAN, NAN, INF)
    AT(sqrt, INF, NAN, INF, NAN) AT(sqrt, NAN, 3, NAN, NAN) AT(sqrt, NAN, NAN, NAN, NAN)
    /* clang-format on */
};
enum { ANNEX = sizeof annex / sizeof *annex };

static bool agrees(nd_dtype dtype, double got, double wanted, int open)
{
    if (isnan(wanted))
        return isnan(got);
    const double unit = dtype == ND_COMPLEX64 ? 0x1p-22 : 0x1p-51;
    return (open == ANY_SIGN || signbit(got) == signbit(wanted)) &&
           (fabs(got) == fabs(wanted) || fabs(fabs(got) - fabs(wanted)) <= unit * fabs(wanted));
}

static void at(const struct annex *a, double sign, nd_dtype dtype, int isa, check_case *of)
{
    double z[2] = {a->re, copysign(1, sign) * a->im}, got[2];
    const double wanted[2] = {a->result_re, sign * a->result_im};
    float narrow[2] = {(float)z[0], (float)z[1]}, narrow_got[2];
    if (dtype == ND_COMPLEX64) {
        check_kernels[isa].elementwise[a->op][dtype](
            1, (char *[]){(char *)narrow_got, (char *)narrow}, (ptrdiff_t[]){8, 8});
        got[0] = narrow_got[0], got[1] = narrow_got[1];
    } else {
        check_kernels[isa].elementwise[a->op][dtype](1, (char *[]){(char *)got, (char *)z},
                                                     (ptrdiff_t[]){16, 16});
    }
    if (!agrees(dtype, got[0], wanted[0], a->open_re) ||
        !agrees(dtype, got[1], wanted[1], a->open_im))
        check_fail(of, "of %g%+gi got %g%+gi, Annex G has %g%+gi", z[0], z[1], got[0], got[1],
                   wanted[0], wanted[1]);
}

static size_t count(void)
{
    return ND_OP_COUNT;
}

static void run(size_t task)
{
    const nd_op op = (nd_op)task;
    for (int isa = 0; isa < check_isas; isa++)
        for (nd_dtype dtype = ND_COMPLEX64; dtype <= ND_COMPLEX128; dtype++) {
            check_case of = {.failures = -1};
            for (int i = 0; i < ANNEX; i++) {
                if (annex[i].op != op)
                    continue;
                if (of.failures < 0)
                    of = check_begin("Annex G of %s %s, %s", ndi_op_rows[op].info.name,
                                     nd_dtype_name(dtype), ndi_isa_name((ndi_isa)isa));
                at(&annex[i], 1, dtype, isa, &of);
                at(&annex[i], -1, dtype, isa, &of);
            }
            if (of.failures >= 0)
                check_end(&of);
        }
}

const check_part check_annex = {"annex", count, run};

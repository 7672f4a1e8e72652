/* Our own kernels over data that stay in L1, for function_limit.c to time: where ours are faster
 * than SLEEF's, they are the limit of what is made of them. */
#include "kernels/kernel.h"

enum { RESIDENT = 1024 }; /* as in function_limit.c */

#define DOUBLES ((const ptrdiff_t[]){8, 8, 8})

static void apply(nd_op op, double *out, const double *x, const double *y)
{
    ndi_kernels_in_use()->elementwise[op][ND_FLOAT64](
        RESIDENT, (char *[]){(char *)out, (char *)x, (char *)y}, DOUBLES);
}

ND_API void kernel_exp(double *out, const double *in);
ND_API void kernel_sin(double *out, const double *in);
ND_API void kernel_sincos(double *out, const double *in);
ND_API void kernel_root(double *out, const double *in);
ND_API void kernel_price(double *out, const double *in);
ND_API void kernel_softmax(double *out, const double *in);

void kernel_exp(double *out, const double *in)
{
    apply(ND_OP_exp, out, in, in);
}

void kernel_sin(double *out, const double *in)
{
    apply(ND_OP_sin, out, in, in);
}

void kernel_sincos(double *out, const double *in)
{
    double cosine[RESIDENT];
    ndi_kernel *const both = ndi_kernels_in_use()->sincos[ND_FLOAT64];
    if (both) {
        both(RESIDENT, (char *[]){(char *)out, (char *)cosine, (char *)in}, DOUBLES);
    } else {
        apply(ND_OP_sin, out, in, in);
        apply(ND_OP_cos, cosine, in, in);
    }
}

void kernel_root(double *out, const double *in)
{
    apply(ND_OP_sqrt, out, in, in);
}

/* What a logarithm, two powers of e and two divisions take at least. */
void kernel_price(double *out, const double *in)
{
    apply(ND_OP_log, out, in, in);
    apply(ND_OP_exp, out, in, in);
    apply(ND_OP_exp, out, in, in);
    apply(ND_OP_divide, out, in, in);
    apply(ND_OP_divide, out, in, in);
}

/* What the greatest of a row, a power of e for each element, their sum, and division by it take at
 * least: the subtraction is left out, as it needs no pass of its own. */
void kernel_softmax(double *out, const double *in)
{
    double state[2];
    ndi_leaf leaf = {.data = (const char *)in,
                     .rows = RESIDENT,
                     .row_stride = sizeof(double),
                     .columns = 1,
                     .state = {&state[0], NULL}};
    ndi_kernels_in_use()->reduce[NDI_REDUCE_MAX][ND_FLOAT64].row(&leaf);
    apply(ND_OP_exp, out, in, in);
    leaf.data = (const char *)out;
    leaf.state[0] = &state[1];
    ndi_kernels_in_use()->reduce[NDI_REDUCE_SUM][ND_FLOAT64].row(&leaf);
    ndi_kernels_in_use()->elementwise[ND_OP_divide][ND_FLOAT64](
        RESIDENT, (char *[]){(char *)out, (char *)out, (char *)&state[1]},
        (const ptrdiff_t[]){8, 8, 0});
}
